package enforce_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// GOV-018: a permit is on record as an intent before it is a grant, and its
// outcome follows.
func TestAuthorizeRecordsFirst(t *testing.T) {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	e := engine(t, store)
	request := coachReads("pack-1", start.Add(time.Minute))
	d, g := e.Authorize(ctx, request)
	require.True(t, d.Allowed(), "%v", d.Reasons)
	require.False(t, g.IsZero())
	require.EqualValues(t, 1, g.Receipt().Index())
	require.Equal(t, start.Add(2*time.Minute), g.Expires())

	log := entries(t, store)
	require.Len(t, log, 2)
	require.Equal(t, audit.KindPolicy, log[0].Event().Kind())
	intent := log[1].Event()
	require.Equal(t, audit.Intent, intent.Phase())
	require.Equal(t, audit.Actor{ID: person("coach 1"), Role: coaching.Coach}, intent.By())
	require.Equal(t, request.Now, intent.At())
	body := intent.Body().(audit.Decision)
	require.Equal(t, audit.Permitted, body.Answer)
	require.Equal(t, []string{"view", "coaching", "pack", "pack-1"}, []string{body.Action, body.Purpose, body.ResourceType, body.ResourceID})
	require.Equal(t, person("leader 1"), body.Person)
	require.Equal(t, request.Digest(), body.Request.String())
	require.Equal(t, d.PolicyDigest, body.Policy.String())
	require.Len(t, audit.Unfinished(log), 1)

	require.NoError(t, e.Complete(ctx, g, enforce.Completion{Result: audit.Completed, Items: 1, At: request.Now}))
	log = entries(t, store)
	require.Equal(t, audit.Outcome{Intent: 1, Result: audit.Completed, Items: 1}, log[2].Event().Body())
	require.Empty(t, audit.Unfinished(log))
	require.ErrorIs(t, e.Complete(ctx, g, enforce.Completion{At: request.Now}), enforce.ErrGrant)
	_, err := enforce.Unlock(g, enforce.Seal(pack("pack-1"), 1), person("coach 1"), governance.View, request.Now)
	require.ErrorIs(t, err, enforce.ErrGrant)
}

// Whatever fails at whichever append, there is no grant, the answer is Deny with
// a code, and no data comes out; and the engine works again when the store does.
func TestAuthorizeFaults(t *testing.T) {
	spoiled := []string{"short write", "changed write", "written twice"}
	sealed := enforce.Seal(pack("pack-1"), "canary")
	for _, fault := range faults() {
		for at := range 3 {
			t.Run(fmt.Sprintf("%s at request %d", fault, at), func(t *testing.T) {
				store := &faulty{}
				e := engine(t, store)
				for range at {
					d, g := e.Authorize(context.Background(), coachReads("pack-1", start))
					require.True(t, d.Allowed())
					require.False(t, g.IsZero())
				}
				ctx, cancel := faultContext(fault)
				defer cancel()
				store.fault, store.cancel = fault, cancel
				d, g := e.Authorize(ctx, coachReads("pack-1", start))
				require.Equal(t, governance.Deny, d.Outcome)
				require.Equal(t, "POL-RECORD", d.Reasons[0].Code)
				require.Equal(t, governance.Deny, d.Reasons[0].Effect)
				require.Equal(t, "engine", d.Errors[len(d.Errors)-1].Rule)
				require.Empty(t, d.Obligations)
				require.True(t, g.IsZero())
				got, err := enforce.Unlock(g, sealed, person("coach 1"), governance.View, start)
				require.ErrorIs(t, err, enforce.ErrGrant)
				require.Zero(t, got)

				store.fault = ""
				d, g = e.Authorize(context.Background(), coachReads("pack-1", start))
				require.Equal(t, !slices.Contains(spoiled, fault), d.Allowed())
				require.Equal(t, d.Allowed(), !g.IsZero())
			})
		}
	}
}

// The same faults at a swap leave the policy of before in force.
func TestSwapFaults(t *testing.T) {
	for _, fault := range faults() {
		t.Run(fault, func(t *testing.T) {
			store := &faulty{}
			e := engine(t, store)
			before := e.PolicyDigest()
			ctx, cancel := faultContext(fault)
			defer cancel()
			store.fault, store.cancel = fault, cancel
			require.Error(t, e.Swap(ctx, change(t, "B", start)))
			require.Equal(t, before, e.PolicyDigest())
		})
	}
}

// The same faults at a completion close the grant all the same.
func TestCompleteFaults(t *testing.T) {
	for _, fault := range faults() {
		t.Run(fault, func(t *testing.T) {
			store := &faulty{}
			e := engine(t, store)
			_, g := e.Authorize(context.Background(), coachReads("pack-1", start))
			ctx, cancel := faultContext(fault)
			defer cancel()
			store.fault, store.cancel = fault, cancel
			require.Error(t, e.Complete(ctx, g, enforce.Completion{Result: audit.Completed, At: start}))
			_, err := enforce.Unlock(g, enforce.Seal(pack("pack-1"), 1), person("coach 1"), governance.View, start)
			require.ErrorIs(t, err, enforce.ErrGrant)
			store.fault = ""
			if !slices.Contains([]string{"short write", "changed write", "written twice"}, fault) {
				require.NoError(t, e.Complete(context.Background(), g, enforce.Completion{Result: audit.Completed, At: start}))
			}
		})
	}
}

// An outcome cannot bring a time into the log that stops the engine when it
// starts again, nor one from before the request; the grant is closed all the same.
func TestCompleteRefusesTimes(t *testing.T) {
	for name, at := range map[string]time.Time{
		"none":               {},
		"the far future":     time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
		"before the request": start.Add(-1),
	} {
		t.Run(name, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e := engine(t, store)
			_, g := e.Authorize(context.Background(), coachReads("pack-1", start))
			require.ErrorContains(t, e.Complete(context.Background(), g, enforce.Completion{Result: audit.Completed, At: at}), "the outcome is dated")
			require.Len(t, entries(t, store), 2)
			_, err := enforce.Unlock(g, enforce.Seal(pack("pack-1"), 1), person("coach 1"), governance.View, start)
			require.ErrorIs(t, err, enforce.ErrGrant)
			require.NoError(t, e.Complete(context.Background(), g, enforce.Completion{Result: audit.Abandoned, At: start}))
		})
	}
}

// Denials and reviews are on record too, and give no grant.
func TestAuthorizeWithoutPermit(t *testing.T) {
	raw := coachReads("trace-1", start)
	raw.Resource.Type, raw.Resource.Class = governance.ResourceTrace, signal.Raw
	named := coachReads("Jane Doe", start)
	nobody := coachReads("pack-1", start)
	nobody.Subject = governance.Subject{}
	alien := coachReads("pack-1", start)
	alien.Subject.Role, alien.Action, alien.Resource.Type = 99, 99, 99
	timeless := coachReads("pack-1", time.Time{})
	late := coachReads("pack-1", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	tests := map[string]struct {
		request *governance.Request
		want    governance.Outcome
		answer  audit.Answer
		code    string
	}{
		"an export without approval (GOV-018)": {exportRequest("data-1"), governance.Review, audit.Referred, "GOV-018"},
		"raw data for a coach (GOV-013)":       {raw, governance.Deny, audit.Denied, "GOV-013"},
		"a name as identifier":                 {named, governance.Deny, audit.Denied, "POL-VALUE"},
		"nobody asks":                          {nobody, governance.Deny, audit.Denied, "POL-MISSING"},
		"undeclared words":                     {alien, governance.Deny, audit.Denied, "POL-VALUE"},
		"no time":                              {timeless, governance.Deny, audit.Denied, "POL-MISSING"},
		"a time far away":                      {late, governance.Deny, audit.Denied, "POL-VALUE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e := engine(t, store)
			d, g := e.Authorize(context.Background(), tt.request)
			require.Equal(t, tt.want, d.Outcome)
			require.True(t, g.IsZero())
			require.Equal(t, "no grant", g.String())
			require.Contains(t, d.Codes(), tt.code)
			require.NotContains(t, d.Codes(), "POL-RECORD")
			log := entries(t, store)
			require.Len(t, log, 2)
			require.Equal(t, audit.Fact, log[1].Event().Phase())
			body := log[1].Event().Body().(audit.Decision)
			require.Equal(t, tt.answer, body.Answer)
			require.Contains(t, body.Reasons, tt.code)
			require.NotContains(t, string(log[1].Bytes()), "Jane")
			// It does not stand in the way of the next one.
			d, _ = e.Authorize(context.Background(), coachReads("pack-1", start))
			require.True(t, d.Allowed())
		})
	}
}

// Without an engine, a journal, a request or a context there is no grant.
func TestAuthorizeWithoutAnything(t *testing.T) {
	e := engine(t, new(audit.MemoryStore))
	done, cancel := context.WithCancel(context.Background())
	cancel()
	var none *enforce.Engine
	for name, ask := range map[string]func() (governance.Decision, enforce.Grant){
		"nil engine": func() (governance.Decision, enforce.Grant) {
			return none.Authorize(context.Background(), coachReads("p", start))
		},
		"zero engine": func() (governance.Decision, enforce.Grant) {
			return new(enforce.Engine).Authorize(context.Background(), coachReads("p", start))
		},
		"nil request":  func() (governance.Decision, enforce.Grant) { return e.Authorize(context.Background(), nil) },
		"done context": func() (governance.Decision, enforce.Grant) { return e.Authorize(done, coachReads("p", start)) },
		"nil context": func() (governance.Decision, enforce.Grant) {
			var none context.Context // the mistake under test
			return e.Authorize(none, coachReads("p", start))
		},
		"nobody's words": func() (governance.Decision, enforce.Grant) {
			return e.Authorize(context.Background(), &governance.Request{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, g := ask()
			require.Equal(t, governance.Deny, d.Outcome)
			require.NotEmpty(t, d.Reasons)
			require.True(t, g.IsZero())
			require.True(t, g.Receipt().IsZero())
		})
	}
	require.Empty(t, none.PolicyDigest())
	none.Shadow(change(t, "B", start).Policy)
	require.Zero(t, none.Comparison())
	require.Error(t, none.Swap(context.Background(), change(t, "B", start)))
	require.Error(t, new(enforce.Engine).Complete(context.Background(), enforce.Grant{}, enforce.Completion{}))
}

// A clock that goes back is refused: between requests, at a swap, and over a
// restart.
func TestClockGoingBack(t *testing.T) {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	e := engine(t, store)
	d, _ := e.Authorize(ctx, coachReads("pack-1", start.Add(time.Hour)))
	require.True(t, d.Allowed())
	d, g := e.Authorize(ctx, coachReads("pack-1", start.Add(time.Hour-1)))
	require.Equal(t, governance.Deny, d.Outcome)
	require.Equal(t, "POL-SEQUENCE", d.Reasons[0].Code)
	require.True(t, g.IsZero())
	log := entries(t, store)
	require.Equal(t, audit.Denied, log[len(log)-1].Event().Body().(audit.Decision).Answer)
	require.Error(t, e.Swap(ctx, change(t, "B", start)))
	d, _ = e.Authorize(ctx, coachReads("pack-1", start.Add(time.Hour)))
	require.True(t, d.Allowed())

	secret, _ := keyTexts(t)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	live := journal(t, new(audit.MemoryStore))
	_, err = enforce.New(ctx, live, enforce.Settings{Valid: time.Minute}, change(t, "A", start))
	require.NoError(t, err)
	_, err = live.Sign(signer)
	require.NoError(t, err)
	_, err = enforce.New(ctx, live, enforce.Settings{Valid: time.Minute}, change(t, "A", start.Add(-1)))
	require.Error(t, err)

	// Slack lets requests overtake one another, and no more than that.
	e, err = enforce.New(ctx, journal(t, new(audit.MemoryStore)), enforce.Settings{Valid: time.Minute, Slack: time.Second}, change(t, "A", start))
	require.NoError(t, err)
	for _, step := range []struct {
		at   time.Duration
		want bool
	}{{time.Minute, true}, {59 * time.Second, true}, {59*time.Second - 1, false}, {59 * time.Second, true}} {
		d, _ := e.Authorize(ctx, coachReads("pack-1", start.Add(step.at)))
		require.Equal(t, step.want, d.Allowed(), "%s", step.at)
	}
}

func TestNewRefuses(t *testing.T) {
	ctx := context.Background()
	good := change(t, "A", start)
	other := change(t, "B", start)
	_, broken, err := governance.Parse("policy.yaml", []byte("apiVersion: governance/v1"))
	require.Error(t, err)
	blocked := *good.Report
	blocked.Findings = append(slices.Clone(blocked.Findings), coaching.Finding{Code: "POL-TEST"})
	foreign := *other.Report
	foreign.Proof = nil
	with := func(edit func(*enforce.Change)) enforce.Change { c := good; edit(&c); return c }
	tests := map[string]struct {
		settings enforce.Settings
		change   enforce.Change
	}{
		"no validity":        {enforce.Settings{}, good},
		"validity too long":  {enforce.Settings{Valid: 25 * time.Hour}, good},
		"slack below zero":   {enforce.Settings{Valid: time.Minute, Slack: -1}, good},
		"slack too long":     {enforce.Settings{Valid: time.Minute, Slack: time.Hour}, good},
		"nil policy":         {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Policy = nil })},
		"zero policy":        {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Policy = new(governance.Policy) })},
		"no report":          {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Report = nil })},
		"another's report":   {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Report = other.Report })},
		"another's unproved": {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Report = &foreign })},
		"a failed report":    {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Report = broken })},
		"a blocking report":  {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.Report = &blocked })},
		"by nobody":          {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.By = audit.Actor{} })},
		"at no time":         {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.At = time.Time{} })},
		"in the far future":  {enforce.Settings{Valid: time.Minute}, with(func(c *enforce.Change) { c.At = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) })},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e, err := enforce.New(ctx, journal(t, store), tt.settings, tt.change)
			require.Error(t, err)
			require.Nil(t, e)
			require.Empty(t, entries(t, store))
			if tt.settings.Valid != time.Minute || tt.settings.Slack != 0 {
				return
			}
			// The same change is refused as a swap, and the policy of before stays.
			e = engine(t, store)
			before := e.PolicyDigest()
			require.Error(t, e.Swap(ctx, tt.change))
			require.Equal(t, before, e.PolicyDigest())
		})
	}
	for _, j := range []*audit.Journal{nil, {}} {
		_, err = enforce.New(ctx, j, enforce.Settings{Valid: time.Minute}, good)
		require.Error(t, err)
	}
}

// No grant without a receipt whose record says, in the log, just what the grant
// is for; whatever is asked, and whenever the store fails.
func TestNoGrantWithoutReceipt(t *testing.T) {
	good := change(t, "A", start)
	rapid.Check(t, func(r *rapid.T) {
		store := &faulty{cancel: func() {}}
		e, err := enforce.New(context.Background(), journal(t, store), enforce.Settings{Valid: time.Minute}, good)
		require.NoError(t, err)
		for range rapid.IntRange(1, 12).Draw(r, "requests") {
			request := coachReads(rapid.SampledFrom([]string{"pack-1", "pack-2", "Jane Doe", ""}).Draw(r, "id"),
				start.Add(time.Duration(rapid.IntRange(-2, 20).Draw(r, "second"))*time.Second))
			request.Action = governance.Action(rapid.IntRange(0, 10).Draw(r, "action"))
			request.Subject.Role = coaching.Role(rapid.IntRange(0, 18).Draw(r, "role"))
			request.Resource.Class = signal.DataClass(rapid.IntRange(0, 3).Draw(r, "class"))
			request.Subject.Trained = rapid.Bool().Draw(r, "trained")
			store.fault = rapid.SampledFrom([]string{"", "", "", "error", "nothing written", "panic", "read error", "error after"}).Draw(r, "fault")
			d, g := e.Authorize(context.Background(), request)
			require.Equal(t, d.Allowed(), !g.IsZero())
			if g.IsZero() {
				continue
			}
			store.fault = ""
			entry := entries(t, store)[g.Receipt().Index()]
			body := entry.Event().Body().(audit.Decision)
			require.Equal(t, audit.Permitted, body.Answer)
			require.Equal(t, audit.Intent, entry.Event().Phase())
			require.Equal(t, request.Digest(), body.Request.String())
			require.Equal(t, request.Subject.ID, entry.Event().By().ID)
		}
	})
}

// The request is the caller's again as soon as Authorize returns; the log
// verifies at the end.
func TestGrantKeepsItsOwnRequest(t *testing.T) {
	store := new(audit.MemoryStore)
	j := journal(t, store)
	e, err := enforce.New(context.Background(), j, enforce.Settings{Valid: time.Minute}, change(t, "A", start))
	require.NoError(t, err)
	request := coachReads("pack-1", start)
	_, g := e.Authorize(context.Background(), request)
	request.Resource.ID, request.Resource.Signals[0] = "pack-2", "other"
	_, err = enforce.Unlock(g, enforce.Seal(request.Resource, 1), person("coach 1"), governance.View, start)
	require.ErrorIs(t, err, enforce.ErrGrant)
	n, err := enforce.Unlock(g, enforce.Seal(pack("pack-1"), 1), person("coach 1"), governance.View, start)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	secret, _ := keyTexts(t)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	head, err := j.Sign(signer)
	require.NoError(t, err)
	var lines bytes.Buffer
	require.NoError(t, audit.WriteLines(context.Background(), &lines, store))
	require.True(t, audit.Verify(&lines, verifier(t), [][]byte{head}, j.Head()).OK())
}

// Every code that the engine adds is listed by Rules, which are in order.
func TestRules(t *testing.T) {
	rules := enforce.Rules()
	var listed []string
	for _, r := range rules {
		listed = append(listed, r.Code)
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
	}
	require.Equal(t, []string{"GOV-004", "GOV-014", "GOV-015", "POL-BATCH", "POL-RECORD", "POL-REPLAY", "POL-SEQUENCE"}, listed)
}

// A date of the far future in the log stops the next engine, for a request dated
// earlier would count as one that goes back; a human sets it right, on record.
func TestEngineAfterTheFarFuture(t *testing.T) {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	j := journal(t, store)
	put := func(at time.Time, body audit.Body) {
		event, err := audit.NewEvent(at, audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer}, body)
		require.NoError(t, err)
		_, err = j.Append(ctx, event)
		require.NoError(t, err)
	}
	begin := func() (*enforce.Engine, error) {
		return enforce.New(ctx, j, enforce.Settings{Valid: time.Minute}, change(t, "A", start))
	}
	running, err := begin()
	require.NoError(t, err)
	far := start.AddDate(900, 0, 0)
	put(far, audit.Restriction{Signal: "focus_time", Use: "coaching_only"})
	d, _ := running.Authorize(ctx, coachReads("pack-1", start))
	require.True(t, d.Allowed(), "an engine goes by its own requests")
	_, err = begin()
	require.ErrorContains(t, err, "not before 2927-02-03T10:00:00Z, the latest time on record; where that is wrong, record an audit.ClockCorrection first")
	put(start, audit.ClockCorrection{Latest: far})
	e, err := begin()
	require.NoError(t, err)
	d, _ = e.Authorize(ctx, coachReads("pack-1", start.Add(-1)))
	require.Equal(t, "POL-SEQUENCE", d.Reasons[0].Code)
}
