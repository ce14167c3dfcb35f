package main

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

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

// edges returns requests on both sides of every threshold and on it, each of them
// a permit on one side.
func edges() ([]*governance.Request, error) {
	of, err := shapes()
	if err != nil {
		return nil, err
	}
	var requests []*governance.Request
	add := func(shape int, change func(d *draft)) {
		d := of[shape].draft
		change(&d)
		requests = append(requests, d.done())
	}
	for _, by := range []int{-1, 0, 1} {
		second := time.Duration(by) * time.Second
		add(0, func(d *draft) { d.request.Resource.CreatedAt = asked.Add(-90*day + second) })
		add(3, func(d *draft) { d.request.Resource.CreatedAt = asked.Add(-365*day + second) })
		add(3, func(d *draft) { d.request.Resource.GroupSize = 5 + by })
		add(6, func(d *draft) { d.review.Rationale = strings.Repeat("x", 20+by) })
		add(8, func(d *draft) { d.approvals = d.approvals[:min(1, 1+by)] })
		add(9, func(d *draft) {
			d.request.Consents = consent(d.request.Resource.Owner, governance.ForReidentification)
			d.approvals = append(d.approvals, approval(d.request.Resource.AssignedCoach, coaching.Coach))[:2+by]
		})
	}
	return requests, nil
}
