package governance

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// reference decides the built-in policy a second time, by hand and straight
// from the rules of the programme: it shares neither the attributes nor the
// expressions with the engine. It returns the outcome and the rules that fired.
func reference(r *Request) (Outcome, []string) {
	res, who := &r.Resource, r.Subject
	raw := res.Class == signal.Raw || res.Type == ResourceTrace
	aggregate := res.Class == signal.Aggregate && !raw && res.Type != ResourceIdentity
	single := !raw && !aggregate
	data := res.Type != ResourceModel && res.Type != ResourceIdentity
	purge, view := r.Action == Purge, r.Action == View
	owns := !res.Owner.IsZero() && who.ID == res.Owner
	legal := who.Role == coaching.LegalPrivacy || who.Role == coaching.PrivacyOfficer
	doing := slices.Contains([]Action{Use, Export, Recommend, Apply, Publish}, r.Action)
	role := func(of ...coaching.Role) bool { return slices.Contains(of, who.Role) }
	typ := func(of ...ResourceType) bool { return slices.Contains(of, res.Type) }
	act := func(of ...Action) bool { return slices.Contains(of, r.Action) }
	agreed := func(purpose string) bool {
		if res.Owner.IsZero() || len(r.Consents) == 0 {
			return false
		}
		for _, s := range res.Signals {
			found := false
			for _, c := range r.Consents {
				found = found || c.Participant == res.Owner && c.Signal == s && c.Purpose == purpose && c.Notice == r.Notice &&
					!c.Granted.IsZero() && !c.Granted.After(r.Now) && (c.Withdrawn.IsZero() || c.Withdrawn.After(r.Now))
			}
			if !found {
				return false
			}
		}
		return len(res.Signals) > 0
	}
	outsider := func(p coaching.PersonID) bool {
		return !p.IsZero() && p != who.ID && p != res.Owner && (aggregate || !res.Owner.IsZero())
	}
	oneLeader := typ(ResourcePack, ResourceSession, ResourceRecommendation)
	digest := ""
	if len(r.Approvals) > 0 || r.Review.Approved {
		digest = r.Digest()
	}
	approvers := map[coaching.PersonID]bool{}
	legalYes := false
	refused := slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.Refused && a.Request == digest })
	for _, a := range r.Approvals {
		if !refused && outsider(a.By) && a.Request == digest && !a.At.After(r.Now) && a.Expires.After(r.Now) {
			approvers[a.By] = true
			legalYes = legalYes || a.Role == coaching.LegalPrivacy || a.Role == coaching.PrivacyOfficer
		}
	}
	v := r.Review
	reviewed := v.Approved && outsider(v.Reviewer) && v.Reviewer != res.AssignedCoach && (aggregate || !res.AssignedCoach.IsZero()) && v.Request == digest && !v.At.After(r.Now) && r.Now.Sub(v.At) <= 72*time.Hour &&
		len(strings.TrimSpace(v.Rationale)) >= 20 && (v.Role == coaching.HRReviewer || v.Role == coaching.LegalPrivacy)

	var deny, review, permit []string
	fire := func(list *[]string, id string, when bool) {
		if when {
			*list = append(*list, id)
		}
	}
	fire(&deny, "assignment.coach", role(coaching.Coach) && act(View, Use, Recommend, Apply) && (single || oneLeader) && (res.AssignedCoach.IsZero() || res.AssignedCoach != who.ID || res.Owner.IsZero() || owns))
	fire(&deny, "floor.programme", who.Programme == "" || who.Programme != res.Programme)
	fire(&deny, "assignment.participant", role(coaching.Participant) && view && single && !owns)
	fire(&deny, "coach.untrained", role(coaching.Coach) && act(Use, Recommend, Apply) && typ(ResourcePack, ResourceRecommendation) && !who.Trained)
	fire(&deny, "consent.export", act(Export) && !aggregate && res.Type != ResourceModel && !agreed("export"))
	fire(&deny, "consent.missing", !purge && !act(Reidentify) && (!aggregate || oneLeader) && data && !agreed(r.Purpose.String()) && !owns && !(r.Purpose == ForOversight && legal))
	fire(&deny, "group.small", !purge && aggregate && data && res.GroupSize < 5)
	fire(&deny, "identity.consent", act(Reidentify) && !agreed("reidentification"))
	fire(&deny, "identity.identifiable", !purge && !act(Reidentify) && (res.Type == ResourceIdentity || res.Identifiable != No) && !agreed("reidentification") && !(view && owns))
	automated := res.Automated != No
	fire(&deny, "model.card", doing && typ(ResourceRecommendation, ResourceModel) && automated && !res.ModelCard)
	fire(&deny, "model.explained", act(Use, Recommend, Apply, Publish) && typ(ResourceRecommendation) && automated && !res.Explained)
	fire(&deny, "purge.hold", purge && res.LegalHold != No)
	fire(&deny, "raw.coach", !purge && role(coaching.Coach) && raw && data)
	fire(&deny, "raw.others", act(View, Use, Export, Recommend, Apply, Publish) && raw && data &&
		role(coaching.Participant, coaching.ProgramAdmin, coaching.LDSponsor, coaching.Sponsor, coaching.CoachingLead, coaching.ProductOwner, coaching.AttributionReviewer, coaching.HRReviewer))
	made := res.CreatedAt
	fire(&deny, "retention.aggregate", !purge && aggregate && data && (made.IsZero() || !inTwelveMonths(made, r.Now)))
	fire(&deny, "retention.person", !purge && !aggregate && res.Type != ResourceModel && (made.IsZero() || made.Before(r.Now.Add(-90*24*time.Hour))))
	signals := typ(ResourcePack, ResourceTrend, ResourceRecommendation)
	stopped := res.Standing == signal.Candidate || res.Standing == signal.Paused || res.Standing == signal.Retired
	fire(&deny, "standing.control", signals && res.Standing == signal.Restricted && !res.Control && act(View, Use, Export, Recommend, Apply, Publish) &&
		role(coaching.Participant, coaching.Coach, coaching.ProgramAdmin, coaching.LDSponsor, coaching.Sponsor, coaching.CoachingLead, coaching.HRReviewer, coaching.System))
	fire(&deny, "standing.use", signals && stopped && doing)
	fire(&deny, "standing.view", signals && stopped && view && role(coaching.Participant, coaching.Coach, coaching.ProgramAdmin, coaching.LDSponsor, coaching.Sponsor, coaching.CoachingLead))
	fire(&deny, "floor.role", who.Role == coaching.NoRole)

	any5 := res.Affects == 0 || res.Affects&EffectsOf(Compensation, Promotion, RoleAssignment, StretchAssignment, TalentReview) != 0
	two := res.Affects == 0 || res.Affects.Has(StretchAssignment) || res.Affects.Has(TalentReview)
	fire(&review, "career.automated", doing && automated && any5 && !reviewed)
	fire(&review, "career.signal", doing && two && !reviewed)
	fire(&review, "export.approval", act(Export) && res.Type != ResourceModel && !legalYes)
	fire(&review, "identity.approval", !purge && (act(Reidentify) || res.Type == ResourceIdentity || res.Identifiable != No) && !(view && owns) && !(len(approvers) >= 2 && legalYes))

	fire(&permit, "coach.pack", role(coaching.Coach) && act(View, Use) && typ(ResourcePack) && r.Purpose == ForCoaching)
	fire(&permit, "coach.recommend", role(coaching.Coach) && act(Recommend, Apply) && typ(ResourceRecommendation) && r.Purpose == ForCoaching)
	fire(&permit, "coach.session", role(coaching.Coach) && view && typ(ResourceSession, ResourceTrend, ResourceReport, ResourceRecommendation) && r.Purpose == ForCoaching)
	fire(&permit, "export.programme", act(Export) && role(coaching.ProgramAdmin, coaching.PeopleAnalytics, coaching.PrivacyOfficer, coaching.LegalPrivacy) && typ(ResourceTrend, ResourcePack, ResourceDataset, ResourceReport, ResourceModel))
	fire(&permit, "identity.reveal", act(Reidentify) && (legal || role(coaching.ProgramAdmin)) && typ(ResourceIdentity) && (r.Purpose == ForReidentification || r.Purpose == ForOversight) && !owns && !res.Owner.IsZero())
	fire(&permit, "oversight.view", act(View, Validate) && legal && r.Purpose == ForOversight)
	fire(&permit, "participant.own", view && role(coaching.Participant) && owns && typ(ResourcePack, ResourceSession, ResourceRecommendation, ResourceReport, ResourceTrend))
	fire(&permit, "purge.programme", purge && (legal || role(coaching.ProgramAdmin, coaching.PeopleAnalytics, coaching.DataOwner, coaching.System)))
	fire(&permit, "recommendation.operate", act(Recommend, Apply, Publish) && role(coaching.ProgramAdmin, coaching.HRReviewer, coaching.System) && typ(ResourceRecommendation) && !owns && !res.Owner.IsZero())
	fire(&permit, "recommendation.view", view && role(coaching.HRReviewer, coaching.ProgramAdmin, coaching.Steward, coaching.PeopleAnalytics) && typ(ResourceRecommendation))
	fire(&permit, "report.publish", act(Publish) && role(coaching.ProgramAdmin, coaching.CoachingLead, coaching.LDSponsor) && typ(ResourceReport, ResourceTrend) && aggregate)
	fire(&permit, "stewardship", act(View, Validate) && role(coaching.Steward, coaching.PeopleAnalytics, coaching.DataOwner) && typ(ResourceTrace, ResourceTrend, ResourcePack, ResourceDataset, ResourceModel) && (r.Purpose == ForCoaching || r.Purpose == ForEvaluation))
	fire(&permit, "trends.view", view && aggregate && typ(ResourceTrend, ResourceReport, ResourceDataset) &&
		(legal || role(coaching.Participant, coaching.ProgramAdmin, coaching.LDSponsor, coaching.Sponsor, coaching.CoachingLead, coaching.ProductOwner, coaching.AttributionReviewer, coaching.PeopleAnalytics, coaching.Steward, coaching.DataOwner)))

	switch {
	case len(deny) > 0:
		return Deny, slices.Concat(deny, review, permit)
	case len(permit) == 0:
		return Deny, append([]string{"default"}, review...)
	case len(review) > 0:
		return Review, append(review, permit...)
	}
	return Permit, permit
}

// inTwelveMonths is the same calendar day a year on, the 28th for a leap day.
func inTwelveMonths(made, now time.Time) bool {
	y, m, d := made.Date()
	if m == time.February && d == 29 {
		d = 28
	}
	h, mi, s := made.Clock()
	return !now.After(time.Date(y+1, m, d, h, mi, s, made.Nanosecond(), time.UTC))
}

// A sampler draws requests with values on both sides of every limit.
type sampler struct {
	*rand.Rand
	people []coaching.PersonID // the first is nobody
}

func newSampler(t testing.TB, seed uint64) sampler {
	person, err := casePeople()
	require.NoError(t, err)
	s := sampler{rand.New(rand.NewPCG(seed, 7)), []coaching.PersonID{{}}}
	for i := range 5 {
		s.people = append(s.people, person("person-"+strconv.Itoa(i)))
	}
	return s
}

func (s sampler) person() coaching.PersonID { return s.people[s.IntN(len(s.people))] }

// programme draws the same one nine times in ten.
func (s sampler) programme() string {
	return []string{"", "p2", "p1"}[min(2, s.IntN(20))]
}

// often is true two times in three, so that most requests have at most a few
// things wrong.
func (s sampler) often() bool { return s.IntN(3) > 0 }

// request draws everything but action, role, type and class.
func (s sampler) request(a Action, role coaching.Role, typ ResourceType, class signal.DataClass) *Request {
	now := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	r := &Request{
		Action: a, Purpose: Purpose(1 + s.IntN(len(purposeNames)-1)), Now: now,
		Subject: Subject{ID: s.people[1+s.IntN(3)], Role: role, Trained: s.often(), Programme: s.programme()},
		Resource: Resource{
			Type: typ, ID: "resource-1", Programme: s.programme(), Class: class, Signals: []string{"s1", "s2"}[:1+s.IntN(2)],
			Owner: s.people[min(s.IntN(5), 2)], AssignedCoach: s.people[min(s.IntN(4), 1)],
			GroupSize: []int{0, 1, 2, 3, 4, 5, 5, 6, 50}[s.IntN(9)], Identifiable: Fact(1), LegalHold: Fact(s.IntN(3)),
			Standing: signal.Standing(s.IntN(5)), Control: s.often(), Automated: Fact(s.IntN(3)),
			ModelCard: s.often(), Explained: s.often(),
			Affects: []Effects{0, EffectsOf(NoEffect), EffectsOf(NoEffect), EffectsOf(NoEffect), EffectsOf(Promotion), EffectsOf(Compensation, TalentReview), EffectsOf(StretchAssignment), EffectsOf(RoleAssignment)}[s.IntN(8)],
		},
	}
	if s.IntN(8) == 0 {
		r.Notice = "n-2"
	}
	if s.often() {
		r.Resource.Standing = signal.Cleared
	}
	if !s.often() {
		r.Resource.Identifiable = Fact(s.IntN(3))
	}
	days := time.Duration(-24) * time.Hour
	r.Resource.CreatedAt = []time.Time{
		{}, now, now.Add(10 * days), now.Add(10 * days), now.Add(20 * days), now.Add(90 * days), now.Add(90*days - 1), now.Add(91 * days),
		time.Date(2027, 2, 28, 12, 0, 0, 0, time.UTC), time.Date(2027, 2, 28, 11, 59, 59, 0, time.UTC), time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC),
	}[s.IntN(11)]
	for _, p := range purposeNames[1:] {
		for _, name := range []string{"s1", "s2"} {
			if s.IntN(5) == 0 {
				continue
			}
			c := signal.Consent{Participant: r.Resource.Owner, Signal: name, Purpose: p, Notice: r.Notice, Granted: now.Add(30 * days)}
			switch s.IntN(12) {
			case 0:
				c.Withdrawn = now.Add(days)
			case 1:
				c.Granted = now.Add(time.Hour)
			case 2:
				c.Participant = s.person()
			case 3:
				c.Notice = "n-1"
			}
			r.Consents = append(r.Consents, c)
		}
	}
	if s.often() {
		s.approve(r)
	}
	return r
}

// approve adds approvals and a review, most of them good.
func (s sampler) approve(r *Request) {
	digest := r.Digest()
	for range s.IntN(4) {
		a := Approval{By: s.people[1+s.IntN(5)], Role: []coaching.Role{coaching.LegalPrivacy, coaching.ProgramAdmin, coaching.PrivacyOfficer}[s.IntN(3)],
			At: r.Now.Add(-time.Hour), Expires: r.Now.Add(time.Hour), Request: digest}
		switch s.IntN(12) {
		case 0:
			a.Expires = r.Now
		case 1:
			a.At = r.Now.Add(1)
		case 2:
			a.Request = strings.Repeat("0", 64)
		case 3:
			a.Refused = true
		}
		r.Approvals = append(r.Approvals, a)
	}
	if s.often() {
		r.Review = ReviewRecord{Reviewer: s.people[1+s.IntN(5)], Role: []coaching.Role{coaching.HRReviewer, coaching.LegalPrivacy, coaching.Coach}[s.IntN(3)],
			Approved: s.IntN(8) > 0, Rationale: []string{"", "19 characters, short", "20 characters, enough", "   padded   with   ", strings.Repeat("reason ", 9)}[s.IntN(5)],
			At: r.Now.Add(-[]time.Duration{0, time.Hour, 72 * time.Hour, 72*time.Hour + 1}[s.IntN(4)]), Request: digest}
	}
}

// The engine and the reference agree on outcome and fired rules: over every
// combination of action, role, resource type and class with 60 random draws of
// the rest each, which mix what is wrong, and over the blocks, which leave out
// no combination of what a rule speaks of; over every nineteenth under -short.
//
// That the blocks suffice is measured: they find mistakes in the policy, every
// seventh of 2,507, and with -mutants 1 all of them.
func TestBuiltInPolicyAgreesWithReference(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	draws, stride := 60, 1
	if testing.Short() {
		draws, stride = 3, 19 // no divisor of a number of choices, so that none is left out
	}
	s := newSampler(t, 3)
	var outcomes [3]int
	total := 0
	fired := map[string]int{}
	var d Decision
	compare := func(name string, r *Request) (Outcome, []string) {
		want, rules := reference(r)
		p.DecideInto(r, &d)
		total++
		outcomes[want]++
		if got := ruleNames(&d); d.Outcome != want || !sameSet(got, rules) {
			t.Fatalf("%s: %+v\nengine    %s %v\nreference %s %v\n%s", name, r, d.Outcome, got, want, rules, p.Explain(r))
		}
		for _, id := range rules {
			fired[id]++
		}
		return want, rules
	}
	for a := View; int(a) < len(actionNames); a++ {
		for role := coaching.NoRole; role <= coaching.System; role++ {
			for typ := ResourceTrace; int(typ) < len(resourceNames); typ++ {
				for class := signal.Raw; class <= signal.Aggregate; class++ {
					for range draws {
						compare("random", s.request(a, role, typ, class))
					}
				}
			}
		}
	}
	h := newHunt(t, p)
	newBlockPeople(t).everyBlock(stride, func(name string, r *Request) {
		want, rules := compare(name, r)
		if stride == 1 {
			h.ask(r, want, rules)
		}
	})
	if stride == 1 {
		h.judge(t)
	}
	require.Greater(t, total, 1_500_000/stride)
	for o, n := range outcomes {
		require.Greater(t, n, total/100, Outcome(o))
	}
	for _, r := range p.rules {
		require.Greater(t, fired[r.id], total/10_000, r.id)
	}
}

// sameSet reports whether two lists hold the same, and no one of them twice.
func sameSet(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		if !slices.Contains(b, x) || slices.Contains(a[:i], x) {
			return false
		}
	}
	return true
}
