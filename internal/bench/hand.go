package main

import (
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// hand decides a request as a Go programmer would write the sixteen rules down,
// straight over the request: the answer and the set of rules that fired. It asks
// every rule, since every reason is wanted, and checks nothing else.
func hand(r *governance.Request) (governance.Outcome, uint32) {
	res, who := &r.Resource, &r.Subject
	var fired uint32
	fire := func(rule int, when bool) {
		if when {
			fired |= 1 << rule
		}
	}
	age := r.Now.Sub(res.CreatedAt)
	aggregate, model := res.Class == signal.Aggregate, res.Type == governance.ResourceModel
	owns := who.ID == res.Owner
	acts := r.Action == governance.Use || r.Action == governance.Export || r.Action == governance.Recommend ||
		r.Action == governance.Apply || r.Action == governance.Publish
	if r.Action != governance.Purge {
		fire(retentionOne, !aggregate && !model && age > 90*24*time.Hour)
		fire(retentionFigures, aggregate && !model && age > 365*24*time.Hour)
		fire(rawCoach, who.Role == coaching.Coach && res.Class == signal.Raw && !model)
		fire(groupSmall, aggregate && !model && res.GroupSize < 5)
		fire(consentMissing, r.Action != governance.Reidentify && !aggregate && !model && res.Type != governance.ResourceIdentity && !owns && !agreed(r, r.Purpose))
		if (r.Action == governance.Reidentify || res.Type == governance.ResourceIdentity || res.Identifiable == governance.Yes) &&
			!(r.Action == governance.View && owns) {
			fire(identityConsent, !agreed(r, governance.ForReidentification))
			count, legal := approved(r)
			fire(identityTwo, count < 2 || !legal)
		}
	}
	fire(programmeOther, res.Programme != who.Programme)
	if acts {
		automated := res.Automated == governance.Yes
		fire(modelCard, (model || res.Type == governance.ResourceRecommendation) && automated && !res.ModelCard)
		has := res.Affects.Has
		if has(governance.StretchAssignment) || has(governance.TalentReview) ||
			automated && (has(governance.Compensation) || has(governance.Promotion) || has(governance.RoleAssignment)) {
			role, length := reviewed(r)
			fire(careerEffect, length < 20 || role != coaching.HRReviewer && role != coaching.LegalPrivacy)
		}
	}
	switch r.Action {
	case governance.Purge:
		fire(purgeHold, res.LegalHold == governance.Yes)
	case governance.Export:
		if !model {
			_, legal := approved(r)
			fire(exportApproval, !legal)
		}
	}
	switch who.Role {
	case coaching.Coach:
		switch r.Action {
		case governance.View, governance.Use, governance.Recommend, governance.Apply:
			fire(coachAssigned, (res.Type == governance.ResourcePack || res.Type == governance.ResourceSession || res.Type == governance.ResourceRecommendation) &&
				r.Purpose == governance.ForCoaching && who.ID == res.AssignedCoach)
		}
	case coaching.Participant:
		fire(participantOwn, r.Action == governance.View && owns)
	case coaching.ProgramAdmin, coaching.PeopleAnalytics:
		fire(programmeRun, (r.Action == governance.View || r.Action == governance.Export || r.Action == governance.Publish) && res.Class != signal.Raw)
	case coaching.LegalPrivacy, coaching.PrivacyOfficer:
		switch r.Action {
		case governance.View, governance.Export, governance.Reidentify, governance.Validate, governance.Purge:
			fire(oversight, r.Purpose == governance.ForOversight || r.Purpose == governance.ForExport || r.Purpose == governance.ForReidentification)
		}
	}
	const denials, reviews = 1<<careerEffect - 1, 1<<coachAssigned - 1<<careerEffect
	switch {
	case fired&denials != 0, fired>>coachAssigned == 0:
		return governance.Deny, fired
	case fired&reviews != 0:
		return governance.Review, fired
	}
	return governance.Permit, fired
}

// agreed reports whether the owner agrees to a purpose. The requests of the
// contest hold one consent for a purpose at most, and name no signals.
func agreed(r *governance.Request, purpose governance.Purpose) bool {
	name := purpose.String()
	for i := range r.Consents {
		c := &r.Consents[i]
		if c.Participant == r.Resource.Owner && c.Signal == "" && c.Purpose == name && c.Notice == r.Notice && c.At(r.Now) {
			return true
		}
	}
	return false
}

// approved counts the different people who approve of this very request, and
// says whether one of them is from legal or privacy.
func approved(r *governance.Request) (count int, legal bool) {
	if len(r.Approvals) == 0 {
		return 0, false
	}
	digest := r.Digest()
	var seen []coaching.PersonID
	for i := range r.Approvals {
		a := &r.Approvals[i]
		switch {
		case a.Request != digest:
			continue
		case a.Refused:
			return 0, false
		case a.By == r.Subject.ID, a.By == r.Resource.Owner, a.At.After(r.Now), !a.Expires.After(r.Now):
			continue
		}
		if !slices.Contains(seen, a.By) {
			seen = append(seen, a.By)
		}
		legal = legal || a.Role == coaching.LegalPrivacy || a.Role == coaching.PrivacyOfficer
	}
	return len(seen), legal
}

// reviewed returns the role of an independent person who has looked at this very
// request and said yes, and how many characters that person wrote; no role when
// there was none.
func reviewed(r *governance.Request) (coaching.Role, int) {
	v := &r.Review
	if !v.Approved || v.At.After(r.Now) || v.Reviewer == r.Subject.ID || v.Reviewer == r.Resource.Owner || v.Reviewer == r.Resource.AssignedCoach ||
		v.Request != r.Digest() {
		return coaching.NoRole, 0
	}
	return v.Role, len(strings.TrimSpace(v.Rationale))
}
