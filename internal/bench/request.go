package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// asked is the time of every request of the contest.
var asked = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// A cast is the people of the contest.
type cast struct{ leader, coach, admin, legal, reviewer, sponsor coaching.PersonID }

func (c cast) all() []coaching.PersonID {
	return []coaching.PersonID{c.leader, c.coach, c.admin, c.legal, c.reviewer, c.sponsor}
}

func newCast() (cast, error) {
	key, err := newPseudonymizer()
	if err != nil {
		return cast{}, err
	}
	var c cast
	for i, p := range []*coaching.PersonID{&c.leader, &c.coach, &c.admin, &c.legal, &c.reviewer, &c.sponsor} {
		if *p, err = key.Person(fmt.Sprintf("person-%d", i)); err != nil {
			return cast{}, err
		}
	}
	return c, nil
}

// A shape is a request of the contest with its answer.
type shape struct {
	name string
	want governance.Outcome
	draft
}

// A draft is a request before anybody has approved or reviewed it: an approval
// names what it is given to, and so comes last.
type draft struct {
	request   governance.Request
	approvals []governance.Approval
	review    governance.ReviewRecord
	stale     bool // they were given to another request
}

// done returns the request with its approvals and its review.
func (d draft) done() *governance.Request {
	r := d.request
	digest := r.Digest()
	if d.stale {
		digest = strings.Repeat("0", len(digest))
	}
	r.Approvals = slices.Clone(d.approvals)
	for i := range r.Approvals {
		r.Approvals[i].Request = digest
	}
	if r.Review = d.review; r.Review.Approved {
		r.Review.Request = digest
	}
	return &r
}

func consent(owner coaching.PersonID, purposes ...governance.Purpose) signal.ConsentList {
	var all signal.ConsentList
	for _, p := range purposes {
		all = append(all, signal.Consent{Participant: owner, Purpose: p.String(), Notice: "notice-1", Granted: asked.Add(-60 * day), Expires: asked.Add(180 * day)})
	}
	return all
}

func approval(by coaching.PersonID, role coaching.Role) governance.Approval {
	return governance.Approval{By: by, Role: role, At: asked.Add(-day), Expires: asked.Add(day)}
}

// shapes returns the twelve: four permits, two reviews, six denials, of programme
// p0. Everything about them is stated: what an attribute that is not there does
// is shown elsewhere.
func shapes() ([]shape, error) {
	c, err := newCast()
	if err != nil {
		return nil, err
	}
	none := governance.EffectsOf(governance.NoEffect)
	resource := func(typ governance.ResourceType, class signal.DataClass, age time.Duration, people int) governance.Resource {
		return governance.Resource{
			Type: typ, ID: "resource-1", Programme: programme(0), Class: class, Owner: c.leader, AssignedCoach: c.coach,
			CreatedAt: asked.Add(-age), GroupSize: people, Identifiable: governance.No, LegalHold: governance.No,
			Standing: signal.Cleared, Automated: governance.No, Affects: none,
		}
	}
	ask := func(who coaching.PersonID, role coaching.Role, action governance.Action, purpose governance.Purpose, res governance.Resource, consents signal.ConsentList) draft {
		return draft{request: governance.Request{
			Action: action, Purpose: purpose, Subject: governance.Subject{ID: who, Role: role, Trained: true, Programme: programme(0)},
			Resource: res, Notice: "notice-1", Consents: consents, Now: asked,
		}}
	}
	usual := consent(c.leader, governance.ForCoaching, governance.ForEvaluation)
	wide := consent(c.leader, governance.ForCoaching, governance.ForEvaluation, governance.ForExport)
	withdrawn := slices.Clone(usual)
	withdrawn[0].Withdrawn = asked.Add(-day)

	fresh, old := resource(governance.ResourcePack, signal.Pseudonymous, 10*day, 1), resource(governance.ResourcePack, signal.Pseudonymous, 120*day, 1)
	trend, small := resource(governance.ResourceTrend, signal.Aggregate, 200*day, 12), resource(governance.ResourceTrend, signal.Aggregate, 400*day, 3)
	trace := resource(governance.ResourceTrace, signal.Raw, 5*day, 1)
	dataset := resource(governance.ResourceDataset, signal.Pseudonymous, 30*day, 40)
	model := resource(governance.ResourceModel, signal.Aggregate, 2*day, 200)
	model.Automated = governance.Yes
	promotion := resource(governance.ResourceRecommendation, signal.Pseudonymous, day, 1)
	promotion.Automated, promotion.ModelCard, promotion.Affects = governance.Yes, true, governance.EffectsOf(governance.Promotion)
	identity := resource(governance.ResourceIdentity, signal.Pseudonymous, 30*day, 1)
	identity.Identifiable = governance.Yes

	publish := ask(c.admin, coaching.ProgramAdmin, governance.Publish, governance.ForCoaching, promotion, usual)
	checked := publish
	checked.review = governance.ReviewRecord{Reviewer: c.reviewer, Role: coaching.HRReviewer, Approved: true, At: asked.Add(-time.Hour),
		Rationale: "Read the evidence with the line manager on 20 November."}
	agreed := ask(c.legal, coaching.LegalPrivacy, governance.Export, governance.ForExport, dataset, wide)
	agreed.approvals = []governance.Approval{approval(c.sponsor, coaching.PrivacyOfficer)}
	reveal := ask(c.legal, coaching.LegalPrivacy, governance.Reidentify, governance.ForReidentification, identity, usual)
	reveal.approvals = []governance.Approval{approval(c.sponsor, coaching.PrivacyOfficer), approval(c.reviewer, coaching.HRReviewer)}

	return []shape{
		{"coach views a fresh pack", governance.Permit, ask(c.coach, coaching.Coach, governance.View, governance.ForCoaching, fresh, usual)},
		{"coach views an old pack", governance.Deny, ask(c.coach, coaching.Coach, governance.View, governance.ForCoaching, old, usual)},
		{"coach views a pack after consent is withdrawn", governance.Deny, ask(c.coach, coaching.Coach, governance.View, governance.ForCoaching, fresh, withdrawn)},
		{"admin views a trend", governance.Permit, ask(c.admin, coaching.ProgramAdmin, governance.View, governance.ForEvaluation, trend, nil)},
		{"admin views an old trend of three people", governance.Deny, ask(c.admin, coaching.ProgramAdmin, governance.View, governance.ForEvaluation, small, nil)},
		{"admin publishes a promotion", governance.Review, publish},
		{"admin publishes a reviewed promotion", governance.Permit, checked},
		{"admin exports a dataset", governance.Review, ask(c.admin, coaching.ProgramAdmin, governance.Export, governance.ForExport, dataset, wide)},
		{"legal exports an approved dataset", governance.Permit, agreed},
		{"legal reveals an identity without consent", governance.Deny, reveal},
		{"admin exports a model without a card", governance.Deny, ask(c.admin, coaching.ProgramAdmin, governance.Export, governance.ForOversight, model, nil)},
		{"sponsor views a trace", governance.Deny, ask(c.sponsor, coaching.Sponsor, governance.View, governance.ForEvaluation, trace, usual)},
	}, nil
}

// draw returns n requests: a shape in which up to four things are otherwise, each
// from the values of its enum or from both sides of a threshold. What is stated
// about the class fits the type, traces being raw and identities one person's, as
// the peers' rules do not say so; ages are whole seconds, as casbin's numbers are
// floats.
func draw(rng *rand.Rand, n int) ([]*governance.Request, error) {
	of, err := shapes()
	if err != nil {
		return nil, err
	}
	c, err := newCast()
	if err != nil {
		return nil, err
	}
	people := c.all()
	roles := []coaching.Role{coaching.NoRole, coaching.Participant, coaching.Coach, coaching.ProgramAdmin, coaching.LegalPrivacy, coaching.PrivacyOfficer, coaching.Sponsor, coaching.PeopleAnalytics, coaching.HRReviewer}
	ages := []time.Duration{0, day, 90*day - time.Second, 90 * day, 90*day + time.Second, 365*day - time.Second, 365 * day, 365*day + time.Second, 800 * day}
	fact := func() governance.Fact { return governance.Fact(1 + rng.IntN(2)) }
	person := func() coaching.PersonID { return people[rng.IntN(len(people))] }
	change := []func(d *draft){
		func(d *draft) { d.request.Action = governance.Action(1 + rng.IntN(int(governance.Purge))) },
		func(d *draft) {
			d.request.Purpose = governance.Purpose(1 + rng.IntN(int(governance.ForReidentification)))
		},
		func(d *draft) { d.request.Subject.Role = roles[rng.IntN(len(roles))] },
		func(d *draft) { d.request.Subject.ID = person() },
		func(d *draft) { d.request.Subject.Programme = programme(rng.IntN(3)) },
		func(d *draft) { d.request.Resource.Programme = programme(rng.IntN(2)) },
		func(d *draft) { d.request.Resource.Owner = person() },
		func(d *draft) { d.request.Resource.AssignedCoach = person() },
		func(d *draft) {
			d.request.Resource.Type = governance.ResourceType(1 + rng.IntN(int(governance.ResourceIdentity)))
		},
		func(d *draft) { d.request.Resource.Class = signal.DataClass(rng.IntN(3)) },
		func(d *draft) { d.request.Resource.CreatedAt = asked.Add(-ages[rng.IntN(len(ages))]) },
		func(d *draft) { d.request.Resource.GroupSize = []int{1, 2, 3, 4, 5, 6, 40}[rng.IntN(7)] },
		func(d *draft) { d.request.Resource.Identifiable = fact() },
		func(d *draft) { d.request.Resource.LegalHold = fact() },
		func(d *draft) { d.request.Resource.Automated = fact() },
		func(d *draft) { d.request.Resource.ModelCard = rng.IntN(2) == 0 },
		func(d *draft) {
			d.request.Resource.Affects = governance.EffectsOf(governance.NoEffect + governance.Effect(rng.IntN(int(governance.TalentReview))))
		},
		func(d *draft) {
			d.request.Resource.Affects = governance.EffectsOf(governance.Compensation+governance.Effect(rng.IntN(5)), governance.Compensation+governance.Effect(rng.IntN(5)))
		},
		func(d *draft) { // consents, each of which may not hold
			d.request.Consents = nil
			for p := governance.ForCoaching; p <= governance.ForReidentification; p++ {
				if rng.IntN(4) == 0 {
					continue
				}
				given := consent(d.request.Resource.Owner, p)[0]
				switch rng.IntN(12) {
				case 0:
					given.Granted = asked.Add(time.Duration(rng.IntN(3) - 1))
				case 1:
					given.Expires = asked.Add(time.Duration(rng.IntN(3) - 1))
				case 2:
					given.Withdrawn = asked.Add(time.Duration(rng.IntN(3) - 1))
				case 3:
					given.Notice = "notice-0"
				case 4:
					given.Participant = person()
				}
				d.request.Consents = append(d.request.Consents, given)
			}
		},
		func(d *draft) { // approvals, each of which may not count
			d.approvals = nil
			for range 1 + rng.IntN(3) {
				yes := approval(person(), roles[1+rng.IntN(len(roles)-1)])
				switch rng.IntN(12) {
				case 0:
					yes.At = asked.Add(time.Duration(rng.IntN(3) - 1))
				case 1:
					yes.Expires = asked.Add(time.Duration(rng.IntN(3) - 1))
				case 2:
					yes.Refused = true
				}
				d.approvals = append(d.approvals, yes)
			}
		},
		func(d *draft) {
			d.approvals = []governance.Approval{approval(c.sponsor, coaching.PrivacyOfficer), approval(c.reviewer, coaching.HRReviewer)}
		},
		func(d *draft) {
			d.review = governance.ReviewRecord{Reviewer: person(), Role: roles[1+rng.IntN(len(roles)-1)], Approved: rng.IntN(8) > 0, At: asked.Add(time.Duration(rng.IntN(3) - 1))}
			if rng.IntN(2) == 0 {
				d.review.Role = coaching.HRReviewer
			}
			d.review.Rationale = strings.Repeat("x", 19+rng.IntN(3))
		},
		func(d *draft) { d.stale = rng.IntN(2) == 0 },
		func(d *draft) {
			d.request.Consents = consent(d.request.Resource.Owner, governance.ForCoaching, governance.ForEvaluation, governance.ForOversight, governance.ForExport, governance.ForReidentification)
			d.request.Resource.Identifiable = governance.Yes
			d.approvals = d.approvals[:min(len(d.approvals), rng.IntN(3))]
		},
		func(d *draft) { // what is asked by those whom no shape has
			d.request.Action, d.request.Subject.Role, d.request.Subject.ID = governance.View, coaching.Participant, d.request.Resource.Owner
		},
		func(d *draft) {
			d.request.Action, d.request.Purpose, d.request.Subject.Role = governance.Purge, governance.ForOversight, coaching.PrivacyOfficer
			d.request.Resource.LegalHold = fact()
		},
		func(d *draft) {
			d.request.Action, d.request.Purpose, d.request.Subject.Role, d.request.Subject.ID = governance.Use, governance.ForCoaching, coaching.Coach, c.coach
			d.request.Resource.Type, d.request.Resource.Class, d.request.Resource.AssignedCoach = governance.ResourceSession, signal.DataClass(rng.IntN(3)), c.coach
		},
	}
	requests := make([]*governance.Request, n)
	for i := range requests {
		d := of[rng.IntN(len(of))].draft
		for range rng.IntN(5) {
			change[rng.IntN(len(change))](&d)
		}
		res := &d.request.Resource
		switch res.Type {
		case governance.ResourceTrace:
			res.Class = signal.Raw
		case governance.ResourceIdentity:
			res.Class = signal.Pseudonymous
		}
		requests[i] = d.done()
	}
	return requests, nil
}
