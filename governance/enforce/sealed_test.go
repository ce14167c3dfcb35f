package enforce_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// A grant opens its own resource, as described, for its own action and person,
// once, while it is valid.
func TestUnlock(t *testing.T) {
	edit := func(f func(*governance.Resource)) governance.Resource {
		r := pack("pack-1")
		f(&r)
		return r
	}
	coach, at := person("coach 1"), start.Add(time.Minute)
	tests := map[string]struct {
		resource governance.Resource
		by       coaching.PersonID
		action   governance.Action
		at       time.Time
		opens    bool
	}{
		"as asked":              {pack("pack-1"), coach, governance.View, at, true},
		"the last moment":       {pack("pack-1"), coach, governance.View, at.Add(time.Minute), true},
		"too late":              {pack("pack-1"), coach, governance.View, at.Add(time.Minute + 1), false},
		"before it was asked":   {pack("pack-1"), coach, governance.View, at.Add(-1), false},
		"at no time":            {pack("pack-1"), coach, governance.View, time.Time{}, false},
		"another person":        {pack("pack-1"), person("coach 2"), governance.View, at, false},
		"nobody":                {pack("pack-1"), coaching.PersonID{}, governance.View, at, false},
		"another action":        {pack("pack-1"), coach, governance.Export, at, false},
		"another pack":          {pack("pack-2"), coach, governance.View, at, false},
		"another type":          {edit(func(r *governance.Resource) { r.Type = governance.ResourceTrace }), coach, governance.View, at, false},
		"raw under its name":    {edit(func(r *governance.Resource) { r.Class = signal.Raw }), coach, governance.View, at, false},
		"another leader's":      {edit(func(r *governance.Resource) { r.Owner = person("leader 2") }), coach, governance.View, at, false},
		"of another signal":     {edit(func(r *governance.Resource) { r.Signals = []string{"other"} }), coach, governance.View, at, false},
		"older than was stated": {edit(func(r *governance.Resource) { r.CreatedAt = start.AddDate(0, 0, -91) }), coach, governance.View, at, false},
		"identifiable":          {edit(func(r *governance.Resource) { r.Identifiable = governance.Yes }), coach, governance.View, at, false},
		"paused":                {edit(func(r *governance.Resource) { r.Standing = signal.Paused }), coach, governance.View, at, false},
		"undescribed":           {governance.Resource{}, coach, governance.View, at, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, g := engine(t, new(audit.MemoryStore)).Authorize(context.Background(), coachReads("pack-1", at))
			require.True(t, d.Allowed())
			got, err := enforce.Unlock(g, enforce.Seal(tt.resource, "data"), tt.by, tt.action, tt.at)
			if !tt.opens {
				require.ErrorIs(t, err, enforce.ErrGrant)
				require.Zero(t, got)
				// It is still good for what it is for.
				_, err = enforce.Unlock(g, enforce.Seal(pack("pack-1"), "data"), coach, governance.View, at)
				require.NoError(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, "data", got)
			copied := g
			_, err = enforce.Unlock(copied, enforce.Seal(tt.resource, "data"), tt.by, tt.action, tt.at)
			require.ErrorIs(t, err, enforce.ErrGrant, "once")
		})
	}
	_, err := enforce.Unlock(enforce.Grant{}, enforce.Seal(pack("pack-1"), "data"), coach, governance.View, at)
	require.ErrorIs(t, err, enforce.ErrGrant)
	_, g := engine(t, new(audit.MemoryStore)).Authorize(context.Background(), coachReads("pack-1", at))
	_, err = enforce.Unlock(g, enforce.Sealed[string]{}, coach, governance.View, at)
	require.ErrorIs(t, err, enforce.ErrGrant)
	require.ErrorIs(t, engine(t, new(audit.MemoryStore)).Complete(context.Background(), g, enforce.Completion{At: at}), enforce.ErrGrant, "another engine's")
}

// A grant that is not used yet ends with the policy that gave it.
func TestSwapEndsGrants(t *testing.T) {
	e := engine(t, new(audit.MemoryStore))
	_, g := e.Authorize(context.Background(), coachReads("pack-1", start))
	sealed := enforce.Seal(pack("pack-1"), "data")
	require.NoError(t, e.Swap(context.Background(), change(t, "B", start)))
	got, err := enforce.Unlock(g, sealed, person("coach 1"), governance.View, start)
	require.ErrorIs(t, err, enforce.ErrGrant)
	require.ErrorContains(t, err, "another policy")
	require.Zero(t, got)
	_, g = e.Authorize(context.Background(), coachReads("pack-1", start))
	_, err = enforce.Unlock(g, sealed, person("coach 1"), governance.View, start)
	require.NoError(t, err)
}

// Of many who hold copies of one grant, one gets the data.
func TestUnlockOnce(t *testing.T) {
	_, g := engine(t, new(audit.MemoryStore)).Authorize(context.Background(), coachReads("pack-1", start))
	sealed := enforce.Seal(pack("pack-1"), "data")
	by := person("coach 1")
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		won  int
	)
	for range 32 {
		wait.Go(func() {
			if _, err := enforce.Unlock(g, sealed, by, governance.View, start); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, won)
}

// What is sealed never prints, by any verb, marshaller or logger, alone or
// inside something else.
func TestSealedNeverPrints(t *testing.T) {
	const canary = "canary-5f3a"
	type secret struct {
		Name  string
		inner []string
		Next  *secret
	}
	value := secret{Name: canary, inner: []string{canary}, Next: &secret{Name: canary}}
	sealed := enforce.Seal(pack("pack-1"), value)
	text := enforce.Seal(pack("pack-1"), canary)
	number := enforce.Seal(pack("pack-1"), []byte(canary))
	failing := enforce.Seal(pack("pack-1"), fmt.Errorf("%s", canary))
	type holder struct {
		Public enforce.Sealed[secret]
		hidden enforce.Sealed[secret]
		list   []enforce.Sealed[string]
		named  map[string]enforce.Sealed[string]
		ptr    *enforce.Sealed[secret]
		any    any
	}
	held := holder{sealed, sealed, []enforce.Sealed[string]{text}, map[string]enforce.Sealed[string]{"x": text}, &sealed, sealed}
	_, g := engine(t, new(audit.MemoryStore)).Authorize(context.Background(), coachReads("pack-1", start))

	var printed strings.Builder
	things := []any{sealed, &sealed, text, &text, number, failing, held, &held, []any{sealed, held}, map[string]any{"x": held}, g, &g, struct{ g enforce.Grant }{g}}
	for _, thing := range things {
		for _, verb := range "vTtbcdoOqxXUeEfFgGsp" {
			for _, flag := range []string{"", "+", "#", "-", " ", "0", "20", "+#"} {
				fmt.Fprintf(&printed, "%"+flag+string(verb)+"\n", thing)
			}
		}
		fmt.Fprintln(&printed, thing)
		if b, err := json.Marshal(thing); err == nil {
			printed.Write(b)
		}
		if b, err := xml.Marshal(thing); err == nil {
			printed.Write(b)
		}
		var b bytes.Buffer
		_ = gob.NewEncoder(&b).Encode(thing)
		printed.Write(b.Bytes())
		slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "thing", thing)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("x", "thing", thing)
		func() {
			defer func() { fmt.Fprint(&printed, recover()) }()
			panic(fmt.Sprint(thing))
		}()
	}
	out := printed.String()
	require.Greater(t, len(out), 10000)
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("% x", canary), fmt.Sprint([]byte(canary)), "5f3a"} {
		require.NotContains(t, out, strings.Trim(form, "[]"))
	}
	require.Equal(t, "enforce.Sealed", fmt.Sprintf("%+v", sealed))
	b, err := json.Marshal(sealed)
	require.NoError(t, err)
	require.Equal(t, `"enforce.Sealed"`, string(b))

	// The description is the caller's to change without changing the seal.
	r := sealed.Resource()
	r.Signals[0] = "other"
	require.Equal(t, pack("pack-1"), sealed.Resource())
}
