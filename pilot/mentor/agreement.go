package mentor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// An Agreement is what a leader, a coach and a sponsor settle before coaching
// begins: who does what, what stays between leader and coach, what the sponsor
// may see, and that anyone may stop (ICF Code of Ethics 2025, sections 1.1 and
// 1.2).
type Agreement struct {
	Leader  coaching.PersonID `json:"leader"`
	Coach   coaching.PersonID `json:"coach"`
	Sponsor coaching.PersonID `json:"sponsor"`
	Signed  coaching.Date     `json:"signed"` // by all three
	// Ended is the last day of an agreement that one of them stopped. Why is
	// nobody's business, and there is no field for it.
	Ended coaching.Date `json:"ended,omitzero"`
	Kind  CoachKind     `json:"coach_kind"`
	// InReportingLine says that the coach stands in the leader's reporting line.
	InReportingLine bool `json:"in_reporting_line"`
	// Confidentiality says in one sentence what stays between leader and coach.
	Confidentiality string `json:"confidentiality" doc:"empty"`
	// SponsorSees lists what the sponsor may see. Notes are none of the values,
	// so nobody can agree to hand them over.
	SponsorSees []Disclosure `json:"sponsor_sees"`
	// AnyoneMayStop says that each of the three may stop without a reason.
	AnyoneMayStop bool `json:"anyone_may_stop"`
}

// A CoachKind says where a coach comes from (PIL-092). The zero kind is not
// known.
type CoachKind uint8

const (
	UnknownCoach CoachKind = iota
	Internal               // employed to coach
	External               // from a marketplace of coaches
	Peer                   // a senior leader of another part of the organisation
)

var coachKindNames = [...]string{"unknown", "internal", "external", "peer"}

// String returns the name used in files, such as "peer".
func (k CoachKind) String() string { return enum.Name(coachKindNames[:], k, "CoachKind") }

// MarshalText returns the name used in files.
func (k CoachKind) MarshalText() ([]byte, error) {
	return enum.Marshal(coachKindNames[:], k, "mentor: kind of coach")
}

// UnmarshalText accepts the names of the three kinds.
func (k *CoachKind) UnmarshalText(text []byte) error {
	return unmarshalAnswer(coachKindNames[:], k, "mentor: kind of coach", text)
}

// A Disclosure is something that a sponsor may see. The zero Disclosure is
// nothing.
type Disclosure uint8

const (
	Nothing            Disclosure = iota
	Attendance                    // how many sessions took place
	ExperimentTitle               // which experiment is being tried
	AggregateTrend                // figures of the leader's team over time
	ConsentedNarrative            // extracts that the leader agreed to
)

var disclosureNames = [...]string{"nothing", "attendance", "experiment_title", "aggregate_trend", "consented_narrative"}

// String returns the name used in files, such as "attendance".
func (d Disclosure) String() string { return enum.Name(disclosureNames[:], d, "Disclosure") }

// MarshalText returns the name used in files.
func (d Disclosure) MarshalText() ([]byte, error) {
	return enum.Marshal(disclosureNames[:], d, "mentor: disclosure")
}

// UnmarshalText accepts the names of what may be disclosed.
func (d *Disclosure) UnmarshalText(text []byte) error {
	return unmarshalAnswer(disclosureNames[:], d, "mentor: disclosure", text)
}

// Check reports what keeps coaching from beginning under the agreement, sorted.
func (a Agreement) Check() coaching.Findings {
	var f finder
	a.check(&f, "")
	return f.sorted()
}

func (a Agreement) check(f *finder, path string) {
	people := []coaching.PersonID{a.Leader, a.Coach, a.Sponsor}
	for i, field := range []string{"leader", "coach", "sponsor"} {
		if people[i].IsZero() {
			f.err("MEN-001", path+field, "the agreement has no %s; want leader, coach and sponsor", field)
		} else if slices.Contains(people[:i], people[i]) {
			f.err("MEN-001", path+field, "the %s is also another party of the agreement; want three people", field)
		}
	}
	if a.Signed.IsZero() {
		f.err("MEN-001", path+"signed", "the agreement is not signed")
	}
	if !a.Ended.IsZero() && a.Ended.Before(a.Signed) {
		f.err("MEN-001", path+"ended", "the agreement ended on %s, before it was signed on %s", a.Ended, a.Signed)
	}
	if strings.TrimSpace(a.Confidentiality) == "" {
		f.err("MEN-002", path+"confidentiality", "the agreement does not say what stays between leader and coach")
	}
	for i, d := range a.SponsorSees {
		if d == Nothing || d > ConsentedNarrative {
			f.err("MEN-002", fmt.Sprintf("%ssponsor_sees[%d]", path, i), "no kind of disclosure; want one of %q", disclosureNames[1:])
		}
	}
	if !a.AnyoneMayStop {
		f.err("MEN-003", path+"anyone_may_stop", "each of the three must be able to stop at any time without a reason")
	}
	switch {
	case a.Kind == UnknownCoach || a.Kind > Peer:
		f.err("PIL-092", path+"coach_kind", "the coach is none of internal, external, peer")
	case a.InReportingLine:
		f.err("MEN-004", path+"in_reporting_line", "the %s coach stands in the leader's reporting line; want a coach outside it", a.Kind)
	}
}

// Holds reports whether coaching may take place under the agreement on a day:
// signed by then, and not ended before.
func (a Agreement) Holds(on coaching.Date) bool {
	return !a.Signed.IsZero() && !on.IsZero() && !on.Before(a.Signed) && (a.Ended.IsZero() || !on.After(a.Ended))
}
