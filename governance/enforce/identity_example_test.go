package enforce_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// identify asks who is behind leader 1's pseudonym, for the programme admin.
func identify(at time.Time) *governance.Request {
	return &governance.Request{
		Action: governance.Reidentify, Purpose: governance.ForReidentification,
		Subject: governance.Subject{ID: person("admin 1"), Role: coaching.ProgramAdmin, Programme: "pilot"},
		Resource: governance.Resource{
			Type: governance.ResourceIdentity, ID: "identity-L01", Programme: "pilot", Signals: []string{"meeting_hygiene"},
			Class: signal.Pseudonymous, Owner: person("leader 1"), CreatedAt: start.Add(-24 * time.Hour),
			Identifiable: governance.Yes, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		},
		Consents: signal.ConsentList{{Participant: person("leader 1"), Signal: "meeting_hygiene", Purpose: "reidentification", Granted: start}},
		Now:      at,
	}
}

// staff is the host's directory, with the pseudonymizer of person.
func staff(identifiers ...string) enforce.Directory {
	return enforce.Directory{Pseudonymizer: testPeople(), People: func(context.Context) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) {
			for _, identifier := range identifiers {
				if !yield(identifier, nil) {
					return
				}
			}
		}
	}}
}

// testPeople returns the pseudonymizer of person.
func testPeople() *coaching.Pseudonymizer {
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "enforce"})
	if err != nil {
		panic(err)
	}
	return people
}

// openDesk sets up a journal, an engine with the built-in policy, and the workflow.
func openDesk(ctx context.Context, store audit.Store, at time.Time) (*enforce.Reidentification, *enforce.Engine, *audit.Journal, error) {
	_, public, err := audit.GenerateKey(bytes.NewReader(make([]byte, 32)), "example.com/pilot/audit") // a real key is random
	if err != nil {
		return nil, nil, nil, err
	}
	verifier, err := audit.NewVerifier(public)
	if err != nil {
		return nil, nil, nil, err
	}
	journal, err := audit.OpenJournal(ctx, store, verifier, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	policy, report, err := governance.BuiltIn()
	if err != nil {
		return nil, nil, nil, err
	}
	engine, err := enforce.New(ctx, journal, enforce.Settings{Valid: 15 * time.Minute}, enforce.Change{
		Policy: policy, Report: report, At: at,
		By: audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer},
	})
	if err != nil {
		return nil, nil, nil, err
	}
	desk, err := enforce.OpenReidentification(ctx, engine, store)
	return desk, engine, journal, err
}

// A request to identify a leader, from the opt-in to the one reveal.
func ExampleReidentification() {
	ctx := context.Background()
	now := start
	desk, _, journal, err := openDesk(ctx, new(audit.MemoryStore), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	clock := func() time.Time { now = now.Add(time.Hour); return now }
	show := func(what string, fs coaching.Findings, err error) {
		fmt.Println(what, err)
		for _, f := range fs {
			fmt.Println("  ", f.Code, f.Severity, f.Path)
		}
	}

	// The leader opts in, which the host records.
	optIn, err := audit.NewEvent(now, audit.Actor{ID: person("leader 1"), Role: coaching.Participant},
		audit.ConsentChange{Participant: person("leader 1"), Signal: "meeting_hygiene", Purpose: "reidentification", Given: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := journal.Append(ctx, optIn); err != nil {
		fmt.Println(err)
		return
	}

	admin := audit.Actor{ID: person("admin 1"), Role: coaching.ProgramAdmin}
	fs, err := desk.Ask(ctx, "R-1", audit.Actor{ID: person("coach 1"), Role: coaching.Coach}, identify(clock()), start.Add(48*time.Hour))
	show("asked", fs, err)
	fs, err = desk.Approve(ctx, "R-1", audit.Actor{ID: person("lawyer"), Role: coaching.LegalPrivacy}, identify(clock()))
	show("approved", fs, err)
	reveal := func() (coaching.Findings, error) {
		return desk.Reveal(ctx, "R-1", admin, identify(clock()), staff("E7", "leader 1"), func(identity string) error {
			fmt.Printf("it is somebody of %d letters\n", len(identity))
			return nil
		})
	}
	fs, err = reveal()
	show("too early", fs, err)
	fs, err = desk.Approve(ctx, "R-1", audit.Actor{ID: person("sponsor"), Role: coaching.Sponsor}, identify(clock()))
	show("approved", fs, err)
	fs, err = reveal()
	show("revealed", fs, err)
	fs, err = reveal()
	show("again", fs, err)
	cases, err := desk.Cases(ctx, now)
	fmt.Println(cases[0].Request, cases[0].State, len(cases[0].Approvals), err)
	// Output:
	// asked <nil>
	//    GOV-015 info identity.approval
	// approved <nil>
	// too early <nil>
	//    GOV-015 error identity.approval
	// approved <nil>
	// it is somebody of 8 letters
	// revealed <nil>
	//    GOV-014 info log-reidentification
	//    GOV-014 info notify-participant
	// again <nil>
	//    GOV-015 error identity.approval
	//    GOV-015 error reidentification.revealed
	// R-1 revealed 2 <nil>
}
