package governance

import (
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// A ReviewNeed says what a human must have said before Review turns into Permit.
// A decision holds one for each kind of need behind it, and each of them must be
// met. Approvals for all of them fit into [Request.Approvals]; a need that
// another one implies, because whoever meets the other meets it too, is listed
// with that. A request holds one review, so that what several rules want of a
// review is one need: the roles that all of them accept, the longest rationale,
// the shortest validity. Only where no role is accepted by all are there several,
// which nobody meets; the policy's report warns of such rules (POL-REVIEW).
type ReviewNeed struct {
	// Rules holds the rules that wait for it, and the floors of the code, also
	// those whose code a rule has reported; by the alphabet.
	Rules        []string        `json:"rules"`
	As           string          `json:"as"`            // "approval": an Approval is wanted; "review": a ReviewRecord
	By           []coaching.Role `json:"by"`            // by one of these roles, in the order of their declaration
	Not          []string        `json:"not"`           // never these people: "assigned_coach" (of a review), "owner", "subject"; by the alphabet
	MinRationale int             `json:"min_rationale"` // characters of the rationale, at least
	Expires      time.Duration   `json:"expires"`       // how long a review counts; 0 when no rule limits it
	Request      RequestDigest   `json:"request"`       // the digest that the approval or the review must hold
}

// A reviewNeed is what a rule or a floor waits for.
type reviewNeed struct {
	as           string // "approval" or "review"
	by           uint32 // set of coaching.Role
	minRationale int
	expires      time.Duration
}

// met reports whether the approval or the review on record, if there is one, is
// of the kind that is needed.
func (n *reviewNeed) met(f *facts) bool {
	if n.as == "approval" {
		return f.num[attrApprovalCount] == 0 || f.num[attrApprovalRoles]&int64(n.by) != 0
	}
	return f.num[attrReviewDone] == 0 ||
		n.by&(1<<f.num[attrReviewRole]) != 0 && f.num[attrReviewRationale] >= int64(n.minRationale) &&
			(n.expires == 0 || f.has(attrReviewAge) && f.num[attrReviewAge] <= int64(n.expires))
}

// implies reports whether whoever meets n meets m too.
func (n *reviewNeed) implies(m *reviewNeed) bool {
	return n.as == m.as && n.by&^m.by == 0 && n.minRationale >= m.minRationale &&
		(m.expires == 0 || n.expires > 0 && n.expires <= m.expires)
}

// The needs of the floors that ask for a human.
var (
	careerNeed   = &reviewNeed{as: "review", by: careerReviewers, minRationale: minRationale}
	identityNeed = &reviewNeed{as: "approval", by: 1<<coaching.LegalPrivacy | 1<<coaching.PrivacyOfficer}
)

// A waiter is a fired rule or floor that waits for a human.
type waiter struct {
	id   string
	need *reviewNeed
}

// review states what the fired reviews and the floors wait for. The floors count
// also where a rule has reported their code.
func (d *Decision) review(s *scratch, low floorSet, digest RequestDigest) {
	s.waiters, s.needs = s.waiters[:0], s.needs[:0]
	for _, rule := range s.fired {
		if rule.effect == Review {
			s.waiters = append(s.waiters, waiter{rule.id, rule.need})
		}
	}
	if low&(1<<floorCareer|1<<floorCareerSignal) != 0 {
		s.waiters = append(s.waiters, waiter{floorRules[floorCareer].id, careerNeed})
	}
	if low&(1<<floorIdentityApproval) != 0 {
		s.waiters = append(s.waiters, waiter{floorRules[floorIdentityApproval].id, identityNeed})
	}
	s.oneReview = reviewNeed{as: "review", by: ^uint32(1 << coaching.NoRole)}
	for _, w := range s.waiters {
		if w.need.as == "review" {
			s.oneReview.join(w.need)
		}
	}
	for _, w := range s.waiters {
		need := w.need
		if need.as == "review" && s.oneReview.by != 0 {
			need = &s.oneReview
		}
		s.needs = withNeed(s.needs, need)
	}
	for _, n := range s.needs {
		d.need(n, digest)
	}
	for _, w := range s.waiters {
		i := slices.IndexFunc(s.needs, func(n *reviewNeed) bool { return n.implies(w.need) })
		d.Reviews[i].Rules = append(d.Reviews[i].Rules, w.id)
	}
	for i := range d.Reviews {
		slices.Sort(d.Reviews[i].Rules)
	}
	slices.SortFunc(d.Reviews, func(a, b ReviewNeed) int { return strings.Compare(a.Rules[0], b.Rules[0]) })
}

// join makes n the need of whoever meets n and m at once.
func (n *reviewNeed) join(m *reviewNeed) {
	n.by &= m.by
	n.minRationale = max(n.minRationale, m.minRationale)
	if n.expires == 0 || m.expires > 0 && m.expires < n.expires {
		n.expires = m.expires
	}
}

// withNeed adds a need to others of which none implies another, so that none
// does.
func withNeed(needs []*reviewNeed, n *reviewNeed) []*reviewNeed {
	for _, m := range needs {
		if m.implies(n) {
			return needs
		}
	}
	return append(slices.DeleteFunc(needs, n.implies), n)
}

// need adds a need in the place of one that an earlier decision left behind.
func (d *Decision) need(n *reviewNeed, digest RequestDigest) {
	if len(d.Reviews) == cap(d.Reviews) {
		d.Reviews = append(d.Reviews, ReviewNeed{})
	} else {
		d.Reviews = d.Reviews[:len(d.Reviews)+1]
	}
	out := &d.Reviews[len(d.Reviews)-1]
	*out = ReviewNeed{
		Rules: out.Rules[:0], As: n.as, By: out.By[:0], Not: out.Not[:0],
		MinRationale: n.minRationale, Expires: n.expires, Request: digest,
	}
	for role := range roleNames {
		if n.by&(1<<role) != 0 && role != int(coaching.NoRole) {
			out.By = append(out.By, coaching.Role(role))
		}
	}
	if n.as == "review" {
		out.Not = append(out.Not, "assigned_coach")
	}
	out.Not = append(out.Not, "owner", "subject")
}
