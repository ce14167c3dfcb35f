package notice_test

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/signal"
)

// must returns a value that cannot fail here, in examples too.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var builtIn = sync.OnceValue(func() *governance.Policy {
	p, _, err := governance.BuiltIn()
	return must(p, err)
})

// person returns the pseudonym of an identifier.
func person(identifier string) coaching.PersonID {
	key := sha256.Sum256([]byte("a key for tests"))
	ps := must(coaching.NewPseudonymizer(key[:], coaching.Domain{Programme: "delivery-2027", Purpose: "coaching"}))
	return must(ps.Person(identifier))
}

func at(text string) time.Time { return must(time.Parse(time.RFC3339, text)) }

// delivery is a programme of three signals from two sources.
func delivery() notice.Programme {
	signals, fs := signal.FromCatalogue("shorter delivery cycle time", "cross_team_meeting_share", "after_hours_ratio", "feedback_themes")
	if fs.Blocked() {
		panic(fs.Err())
	}
	return notice.Programme{
		ID: "delivery-2027", Name: "Delivery coaching 2027",
		Window:   coaching.Window{From: coaching.MustDate("2027-01-11"), To: coaching.MustDate("2027-04-05")},
		Outcome:  "shorter delivery cycle time",
		Purposes: []governance.Purpose{governance.ForCoaching, governance.ForEvaluation},
		Signals:  signals,
		Sources: []notice.Source{
			{Name: "Viva Insights", Signals: []string{"cross_team_meeting_share", "after_hours_ratio"}, Residency: "eu", Restriction: "for coaching and for the measurement of the programme"},
			{Name: "Baseline interviews", Signals: []string{"feedback_themes"}, Residency: "eu", Restriction: "for coaching"},
		},
		Owner: coaching.PrivacyOfficer, Contact: "mailto:privacy@example.org", FAQ: "https://intranet.example.org/coaching/faq",
		Appeals: notice.AppealsRoute{To: "https://intranet.example.org/coaching/appeal", Role: coaching.LegalPrivacy, Days: 10},
	}
}

var parties = []coaching.Role{coaching.PrivacyOfficer, coaching.LDSponsor, coaching.Steward}

func until() coaching.Date { return coaching.MustDate("2027-06-30") }

// built is a compact made once, since asking the policy takes a while.
var built = sync.OnceValue(func() notice.Compact {
	c, fs := notice.NewCompact(builtIn(), delivery(), parties, until())
	if err := fs.Err(); err != nil {
		panic(err)
	}
	return c
})

// stricter is the built-in policy under a region that keeps data in the eu for
// 60 days, in groups of 8, after three approvals.
var stricter = sync.OnceValue(func() *governance.Policy {
	p, _, err := governance.Stack(governance.File{Name: "core.yaml", Data: []byte(governance.BuiltInSource())}, governance.File{Name: "eu.yaml", Data: []byte(`apiVersion: governance-overlay/v1
id: eu
layer: region
over: coaching-core
version: 1.0.0
owner: privacy_officer
residency: eu
params:
  - {id: raw_retention, value: 60}
  - {id: aggregate_retention, value: 6}
  - {id: group_size, value: 8}
  - {id: approvers, value: 3}
  - {id: rationale, value: 100}
  - {id: review_validity, value: 24}
tests:
  - {name: kept elsewhere, role: coach, as: assigned_coach, trained: true, action: view, purpose: coaching, type: pack, class: pseudonymous, residency: us, age_hours: 24, identifiable: "no", standing: cleared, automated: "no", affects: [none], consents: [coaching], expect: deny, fires: [residency]}
`)})
	return must(p, err)
})

// read is a notice made once.
var read = sync.OnceValue(func() notice.Notice {
	n, fs := notice.NewNotice(builtIn(), delivery())
	if len(fs) > 0 {
		panic(fs.Err())
	}
	return n
})
