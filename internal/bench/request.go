package main

import (
	"fmt"
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
	if r.Review = d.review; !r.Review.Reviewer.IsZero() {
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

// shapeRequests returns the twelve as requests.
func shapeRequests() ([]*governance.Request, error) {
	all, err := shapes()
	if err != nil {
		return nil, err
	}
	var requests []*governance.Request
	for _, s := range all {
		requests = append(requests, s.done())
	}
	return requests, nil
}
