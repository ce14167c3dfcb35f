package enforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// secretTable is a host's table of secrets.
type secretTable map[string][]byte

func (s secretTable) Secret(identifier string) ([]byte, error) {
	if secret, ok := s[identifier]; ok {
		return secret, nil
	}
	return nil, coaching.ErrErased
}

// shred returns what deletes a person's secret.
func (s secretTable) shred(identifier string) func(context.Context) error {
	return func(context.Context) error { delete(s, identifier); return nil }
}

// secretFor is a secret for tests: a real one is random.
func secretFor(identifier string) []byte {
	digest := audit.DigestOf([]byte("secret of " + identifier))
	return digest[:]
}

// erase is a request to erase somebody, which the built-in policy permits.
func erase(who coaching.PersonID, minute int) *governance.Request {
	return &governance.Request{
		Action: governance.Purge, Purpose: governance.ForOversight,
		Subject: governance.Subject{ID: person("privacy officer"), Role: coaching.PrivacyOfficer, Programme: "pilot"},
		Resource: governance.Resource{
			Type: governance.ResourceIdentity, ID: "identity", Programme: "pilot", Owner: who,
			Identifiable: governance.Yes, LegalHold: governance.No, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		},
		Now: minutes(minute),
	}
}

// Whoever is erased is found by nobody; the log stays as it is, and verifies.
func ExampleEngine_Erase() {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	_, engine, _, err := openDesk(ctx, store, start)
	if err != nil {
		fmt.Println(err)
		return
	}
	table := secretTable{"E1001": secretFor("E1001")}
	people := testPeople().WithSecrets(table)
	leader, err := people.Person("E1001")
	if err != nil {
		fmt.Println(err)
		return
	}

	request := erase(leader, 1)
	request.Resource.LegalHold = governance.Yes
	fs, err := engine.Erase(ctx, request, people, "E1001", table.shred("E1001"))
	fmt.Println(fs[0].Code, fs[0].Path, err)

	request.Resource.LegalHold = governance.No
	_, err = engine.Erase(ctx, request, people, "E1001", table.shred("E1001"))
	fmt.Println("erased", err)
	_, err = engine.Erase(ctx, request, people, "E1001", table.shred("E1001"))
	fmt.Println(errors.Is(err, coaching.ErrErased))
	// Output:
	// GOV-004 purge.hold <nil>
	// erased <nil>
	// true
}

// GOV-004: nobody is erased without a recorded yes, nor the wrong person; what did
// not work is on record as failed.
func TestErase(t *testing.T) {
	ctx := context.Background()
	fails := errors.New("row of Ada is locked")
	tests := map[string]struct {
		change func(*governance.Request)
		who    string
		shred  func(secretTable) func(context.Context) error // nil: as it should be
		code   string                                        // of the refusal
		err    string
		events string // after the policy
	}{
		"as it should be":     {events: "decision intent, outcome completed"},
		"under a legal hold":  {change: func(r *governance.Request) { r.Resource.LegalHold = governance.Yes }, code: "GOV-004", events: "decision fact"},
		"nobody knows":        {change: func(r *governance.Request) { r.Resource.LegalHold = governance.Unknown }, code: "GOV-004", events: "decision fact"},
		"by a coach":          {change: func(r *governance.Request) { r.Subject.Role = coaching.Coach }, code: "POL-DEFAULT", events: "decision fact"},
		"another's request":   {change: func(r *governance.Request) { r.Resource.Owner = person("Bob") }, err: "not that of the request's owner"},
		"another's secret":    {who: "Bob", err: "not that of the request's owner"},
		"not to purge":        {change: func(r *governance.Request) { r.Action = governance.View }, err: "want the action purge"},
		"not an identity":     {change: func(r *governance.Request) { r.Resource.Type = governance.ResourcePack }, err: "want the action purge"},
		"somebody unknown":    {who: "Eve", err: "no secret"},
		"the host fails":      {shred: func(secretTable) func(context.Context) error { return func(context.Context) error { return fails } }, err: "could not be deleted", events: "decision intent, outcome failed"},
		"the host deceives":   {shred: func(secretTable) func(context.Context) error { return func(context.Context) error { return nil } }, err: "still there", events: "decision intent, outcome failed"},
		"the wrong row":       {shred: func(s secretTable) func(context.Context) error { return s.shred("Bob") }, err: "still there", events: "decision intent, outcome failed"},
		"the host panics":     {shred: func(secretTable) func(context.Context) error { return func(context.Context) error { panic("host") } }, err: "panic", events: "decision intent, outcome failed"},
		"dated before others": {change: func(r *governance.Request) { r.Now, r.Subject.Role = minutes(-1), coaching.Coach }, code: "POL-SEQUENCE", events: "decision fact"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			table := secretTable{"Ada": secretFor("Ada"), "Bob": secretFor("Bob")}
			people := testPeople().WithSecrets(table)
			ada, err := people.Person("Ada")
			require.NoError(t, err)
			r := erase(ada, 1)
			if tt.change != nil {
				tt.change(r)
			}
			who, shred := "Ada", table.shred("Ada")
			if tt.who != "" {
				who = tt.who
			}
			if tt.shred != nil {
				shred = tt.shred(table)
			}
			fs, err := func() (fs coaching.Findings, err error) {
				defer func() {
					if p := recover(); p != nil {
						err = errors.New("panic")
					}
				}()
				return d.engine.Erase(ctx, r, people, who, shred)
			}()
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				require.NotContains(t, err.Error(), "Ada")
				require.Empty(t, fs)
			} else {
				require.NoError(t, err)
			}
			if tt.code != "" {
				require.True(t, fs.Has(tt.code), "%v", fs)
			}
			require.Equal(t, tt.code != "", fs.Blocked())
			sorted := slices.Clone(fs)
			sorted.Sort()
			require.Equal(t, sorted, fs)
			require.Equal(t, name == "as it should be", slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Path == "log-purge" }), "%v", fs)
			require.Equal(t, name != "as it should be", table["Ada"] != nil)
			var got []string
			for _, e := range entries(t, d.store)[1:] {
				if o, ok := e.Event().Body().(audit.Outcome); ok {
					got = append(got, "outcome "+o.Result.String())
					continue
				}
				got = append(got, e.Event().String())
			}
			require.Equal(t, tt.events, strings.Join(got, ", "))
		})
	}
	d := newDesk(t, new(audit.MemoryStore))
	for _, r := range []*governance.Request{nil, erase(person("Ada"), 1)} {
		_, err := d.engine.Erase(ctx, r, testPeople(), "Ada", nil)
		require.Error(t, err)
	}
	// A pseudonym without secrets cannot be erased, and says so.
	_, err := d.engine.Erase(ctx, erase(person("Ada"), 1), testPeople(), "Ada", func(context.Context) error { return nil })
	require.ErrorContains(t, err, "still there")
	var none *enforce.Engine
	_, err = none.Erase(ctx, erase(person("Ada"), 1), testPeople(), "Ada", func(context.Context) error { t.Error("shredded"); return nil })
	require.NoError(t, err)
	_, err = d.engine.Erase(ctx, erase(person("Ada"), 1), nil, "Ada", func(context.Context) error { t.Error("shredded"); return nil })
	require.Error(t, err)
}

// Whatever fails at the record of the decision, nothing is shredded; what fails at
// the record of the outcome is an error, and the intent shows.
func TestEraseFaults(t *testing.T) {
	for _, fault := range faults() {
		t.Run(fault, func(t *testing.T) {
			store := &failsAt{at: 1, wrong: fault}
			d := newDesk(t, store)
			ctx, cancel := faultContext(fault)
			defer cancel()
			store.cancel = cancel
			table := secretTable{"Ada": secretFor("Ada")}
			people := testPeople().WithSecrets(table)
			ada, err := people.Person("Ada")
			require.NoError(t, err)
			fs, err := d.engine.Erase(ctx, erase(ada, 1), people, "Ada", table.shred("Ada"))
			require.NoError(t, err)
			require.True(t, fs.Has("POL-RECORD"))
			require.NotNil(t, table["Ada"])
			if fault == "waits for ever" {
				return
			}
			store = &failsAt{at: 2, wrong: fault}
			d = newDesk(t, store)
			ctx, cancel = faultContext(fault)
			defer cancel()
			store.cancel = cancel
			fs, err = d.engine.Erase(ctx, erase(ada, 1), people, "Ada", table.shred("Ada"))
			require.ErrorContains(t, err, "recording the outcome")
			require.Empty(t, fs)
			require.Nil(t, table["Ada"])
		})
	}
}

// GOV-025, GDPR article 17: after an erasure nobody is found from the log, the whole
// directory, the master key, every epoch and all secrets that are left, while
// those who were not erased are, and the log verifies to the byte.
func TestEraseLeavesNobody(t *testing.T) {
	ctx := context.Background()
	master := bytes.Repeat([]byte{9}, coaching.MinMasterKey)
	all := canaries(t)
	table := secretTable{}
	for _, c := range all {
		table[c.HRID] = secretFor(c.HRID)
	}
	plain := func(epoch uint32) *coaching.Pseudonymizer {
		p, err := coaching.NewPseudonymizer(master, coaching.Domain{Programme: "pilot", Purpose: "coaching", Epoch: epoch})
		require.NoError(t, err)
		return p
	}
	people := plain(1).WithSecrets(table)
	store := new(audit.MemoryStore)
	d := newDesk(t, store)
	ids := map[coaching.PersonID]int{}
	for i, c := range all {
		id, err := people.Person(c.HRID)
		require.NoError(t, err)
		ids[id] = i
		e, err := audit.NewEvent(minutes(1), audit.Actor{ID: id, Role: coaching.Participant},
			audit.ConsentChange{Participant: id, Signal: "meeting_hygiene", Purpose: "reidentification", Given: true})
		require.NoError(t, err)
		_, err = d.journal.Append(ctx, e)
		require.NoError(t, err)
	}
	erased := map[int]bool{}
	for i, c := range all {
		if i%4 != 0 {
			continue
		}
		erased[i] = true
		id, err := people.Person(c.HRID)
		require.NoError(t, err)
		fs, err := d.engine.Erase(ctx, erase(id, 2), people, c.HRID, table.shred(c.HRID))
		require.NoError(t, err)
		require.False(t, fs.Blocked())
	}
	require.Len(t, erased, 50)

	var log bytes.Buffer
	require.NoError(t, audit.WriteLines(ctx, &log, store))
	secret, _ := keyTexts(t)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	head, err := d.journal.Sign(signer)
	require.NoError(t, err)
	require.True(t, audit.Verify(bytes.NewReader(log.Bytes()), verifier(t), [][]byte{head}, d.journal.Head()).OK())
	for id := range ids {
		require.Contains(t, log.String(), id.String(), "the log still holds what it held")
	}

	// The attacker tries everybody, by every identifier, in every epoch, plainly and
	// with every secret that is left, whosever it was, and with secrets that a
	// careless host might have made.
	left := [][]byte{make([]byte, coaching.MinSecret), master}
	for _, s := range table {
		left = append(left, s)
	}
	found := map[int]bool{}
	try := func(p *coaching.Pseudonymizer, identifier string) {
		if id, err := p.Person(identifier); err == nil {
			if i, known := ids[id]; known {
				found[i] = true
			}
		}
	}
	for epoch := range uint32(3) {
		p := plain(epoch)
		for _, c := range all {
			for _, identifier := range []string{c.HRID, c.Email, c.Name} {
				try(p, identifier)
				try(p.WithSecrets(table), identifier)
				for _, s := range left {
					try(p.WithSecrets(secretTable{identifier: s}), identifier)
				}
				try(p.WithSecrets(secretTable{identifier: fmt.Append(make([]byte, coaching.MinSecret), identifier)}), identifier)
			}
		}
	}
	for i := range all {
		require.Equal(t, !erased[i], found[i], "person %d", i)
	}
}
