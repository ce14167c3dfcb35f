package enforce_test

import (
	"context"
	"fmt"
	"iter"
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

// An errand is a request that the people of TestIdentityLaw may make.
type errand struct {
	id       string
	by       audit.Actor
	executor audit.Actor
	leader   string
}

func errands() []errand {
	return []errand{
		{"R-1", coach1(), admin1(), "leader 1"},
		{"R-2", admin1(), lawyer(), "leader 1"},
		{"R-3", lawyer(), lawyer(), "leader 2"},
	}
}

// request returns the governance request of an errand.
func (e errand) request(at time.Time) *governance.Request {
	r := identify(at)
	r.Subject.ID, r.Subject.Role = e.executor.ID, e.executor.Role
	r.Resource.Owner = person(e.leader)
	r.Consents = signal.ConsentList{{Participant: person(e.leader), Signal: "meeting_hygiene", Purpose: "reidentification", Granted: start}}
	return r
}

// lawful reports whether the log, read from its beginning, allows the errand's
// identity to be shown at a time. It looks for what must be there and what must
// not, and keeps no state.
func lawful(log []audit.Entry, e errand, at time.Time) bool {
	asked := -1
	var request audit.IdentityRequest
	for i, entry := range log {
		if body, ok := entry.Event().Body().(audit.IdentityRequest); ok && body.Request == e.id {
			asked, request = i, body
		}
	}
	if asked < 0 || at.After(request.Expires) || log[asked].Event().By() != e.by {
		return false
	}
	agreed := false
	yes, legal := map[coaching.PersonID]bool{}, false
	for i, entry := range log {
		by := entry.Event().By()
		switch body := entry.Event().Body().(type) {
		case audit.ConsentChange:
			if body.Participant != person(e.leader) {
				continue
			}
			if i < asked {
				agreed = body.Given
			} else if !body.Given {
				return false
			}
		case audit.IdentityApproval:
			party := by.ID == e.by.ID || by.ID == e.executor.ID || by.ID == person(e.leader)
			switch {
			case body.Request != e.id || i < asked:
			case !body.Approved:
				return false
			case !party:
				yes[by.ID] = true
				legal = legal || by.Role == coaching.LegalPrivacy || by.Role == coaching.PrivacyOfficer
			}
		case audit.IdentityReveal:
			if body.Request == e.id {
				return false
			}
		}
	}
	return agreed && len(yes) >= 2 && legal
}

// GOV-014, GOV-015: with several requests, leaders and approvers in any order, an
// identity is shown when the log as a whole allows it, and never otherwise.
func TestIdentityLaw(t *testing.T) {
	ctx := context.Background()
	shown := 0
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		store := new(audit.MemoryStore)
		d := newDesk(outer, store)
		now := start
		people := []audit.Actor{
			lawyer(), sponsor(), coach1(), admin1(),
			{ID: person("officer"), Role: coaching.PrivacyOfficer}, {ID: person("steward"), Role: coaching.Steward},
			{ID: person("leader 1"), Role: coaching.LegalPrivacy}, {ID: person("sponsor"), Role: coaching.LegalPrivacy},
		}
		consent := func(leader string, given bool) {
			e, err := audit.NewEvent(now, audit.Actor{ID: person(leader), Role: coaching.Participant},
				audit.ConsentChange{Participant: person(leader), Signal: "meeting_hygiene", Purpose: "reidentification", Given: given})
			require.NoError(t, err)
			_, err = d.journal.Append(ctx, e)
			require.NoError(t, err)
		}
		for _, e := range errands() { // most orders would otherwise end here
			consent(e.leader, true)
			_, err := d.Ask(ctx, e.id, e.by, e.request(now), now.Add(24*time.Hour))
			require.NoError(t, err)
		}
		for range rapid.IntRange(12, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "minutes")) * time.Minute)
			e := rapid.SampledFrom(errands()).Draw(t, "errand")
			by := rapid.SampledFrom(people).Draw(t, "by")
			var err error
			switch rapid.IntRange(0, 29).Draw(t, "what") {
			case 0:
				consent(e.leader, rapid.Bool().Draw(t, "given"))
			case 1:
				_, err = d.Refuse(ctx, e.id, by, now)
			case 2:
				_, err = d.Ask(ctx, e.id, e.by, e.request(now), now.Add(24*time.Hour))
			case 3:
				d.Reidentification, err = enforce.OpenReidentification(ctx, d.engine, store) // a restart
			case 4, 5, 6, 7:
				var log []audit.Entry
				for record := range store.Read(ctx, 0) {
					entry, err := audit.ParseEntry(record)
					require.NoError(t, err)
					log = append(log, entry)
				}
				want, got := lawful(log, e, now), false
				var fs coaching.Findings
				fs, err = d.Reveal(ctx, e.id, e.executor, e.request(now), staff("leader 1", "leader 2"), func(identity string) error {
					require.Equal(t, e.leader, identity)
					got = true
					shown++
					return nil
				})
				require.Equal(t, want, got, "%s at %s: %v", e.id, now, fs)
				require.Equal(t, want, !fs.Blocked())
			default:
				_, err = d.Approve(ctx, e.id, by, e.request(now))
			}
			require.NoError(t, err)
		}
	})
	require.Positive(t, shown)
	t.Logf("%d identities shown", shown)
}

// BenchmarkDirectory looks for the last of ten thousand people.
func BenchmarkDirectory(b *testing.B) {
	last := person("staff 9999")
	identifiers := make([]string, 10000)
	for i := range identifiers {
		identifiers[i] = fmt.Sprintf("staff %04d", i)
	}
	d := staff()
	d.People = func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, identifier := range identifiers {
				if !yield(identifier, nil) {
					return
				}
			}
		}
	}
	for b.Loop() {
		if _, err := d.Identity(context.Background(), last); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(identifiers)), "ns/person")
}
