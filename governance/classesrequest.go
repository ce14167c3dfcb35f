package governance

import (
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// request returns a request of which these are the facts. Its people are nobody
// real.
func (f *facts) request() *Request {
	now := time.Unix(0, f.num[attrNow]).UTC()
	fact := func(a attr) Fact {
		switch {
		case !f.has(a):
			return Unknown
		case f.num[a] == 0:
			return No
		}
		return Yes
	}
	r := &Request{
		Action: Action(f.num[attrAction]), Purpose: Purpose(f.num[attrPurpose]), Now: now,
		Subject: Subject{ID: f.person[0], Role: coaching.Role(f.num[attrSubjectRole]), Trained: f.num[attrSubjectTrained] != 0},
		Resource: Resource{
			Type: ResourceType(f.num[attrType]), ID: f.id, Signals: []string{"signal-1"}, Class: signal.DataClass(f.num[attrClass]),
			Identifiable: fact(attrIdentifiable), LegalHold: fact(attrLegalHold), Automated: fact(attrAutomated),
			Standing: signal.Standing(f.num[attrStanding]), Control: f.num[attrControl] != 0,
			ModelCard: f.num[attrModelCard] != 0, Explained: f.num[attrExplained] != 0,
		},
	}
	res := &r.Resource
	if f.has(attrSubjectProgramme) {
		r.Subject.Programme = f.member
	}
	if f.has(attrResidency) {
		res.Residency = f.place
	}
	if f.has(attrProgramme) {
		res.Programme = f.prog
	}
	if f.has(attrOwner) {
		res.Owner = f.person[1]
	}
	if f.has(attrAssignedCoach) {
		res.AssignedCoach = f.person[2]
	}
	if f.has(attrCreatedAt) {
		res.CreatedAt = time.Unix(0, f.num[attrCreatedAt]).UTC()
	}
	if f.has(attrGroupSize) {
		res.GroupSize = int(f.num[attrGroupSize])
	}
	if f.has(attrAffects) {
		res.Affects = Effects(f.num[attrAffects])
	}
	for p := ForCoaching; int(p) < len(purposeNames); p++ {
		if f.num[attrConsentPurposes]&(1<<p) != 0 {
			r.Consents = append(r.Consents, signal.Consent{Participant: res.Owner, Signal: "signal-1", Purpose: p.String(), Granted: now})
		}
	}
	digest := r.Digest()
	roles := make([]coaching.Role, 0, len(roleNames))
	for role := range roleNames {
		if f.num[attrApprovalRoles]&(1<<role) != 0 {
			roles = append(roles, coaching.Role(role))
		}
	}
	if people := int(f.num[attrApprovalCount]); people > 0 && len(roles) > 0 {
		for i := range max(people, len(roles)) {
			r.Approvals = append(r.Approvals, Approval{
				By: approver(min(i, people-1)), Role: roles[min(i, len(roles)-1)], At: now, Expires: now.Add(time.Hour), Request: digest,
			})
		}
	}
	if f.num[attrReviewDone] != 0 {
		r.Review = ReviewRecord{
			Reviewer: standIn('r'), Role: coaching.Role(f.num[attrReviewRole]), Approved: true,
			Rationale: strings.Repeat("x", int(f.num[attrReviewRationale])),
			At:        now.Add(-time.Duration(f.num[attrReviewAge])), Request: digest,
		}
	}
	return r
}

// approver returns the i-th of sixteen people who are nobody else.
func approver(i int) coaching.PersonID {
	const letters = "abdefghijklmnpqt"
	return standIn(letters[i%len(letters)])
}

// describe returns a request in the words of rules, what is absent left out, for
// people.
func describe(r *Request) string {
	var f facts
	f.read(r)
	var parts []string
	for a := range attributes {
		at := attr(a)
		e := &expr{op: opAttr, kind: attributes[a].kind, attr: at, name: attributes[a].name, names: attributes[a].names}
		switch at {
		case attrSubjectID, attrID, attrPastRetention, attrNow, attrCreatedAt:
			continue
		case attrOwner, attrAssignedCoach:
			if f.has(at) {
				who := "another person"
				switch {
				case f.personOf(at) == f.personOf(attrSubjectID):
					who = "the subject"
				case at == attrAssignedCoach && f.has(attrOwner) && f.personOf(at) == f.personOf(attrOwner):
					who = "the owner"
				}
				parts = append(parts, attributes[a].name+" "+who)
			}
			continue
		}
		if !f.has(at) || f.num[attrReviewDone] == 0 && at >= attrReviewRole || at == attrApprovalRoles && f.num[attrApprovalCount] == 0 {
			continue
		}
		parts = append(parts, attributes[a].name+" "+show(e, &f))
	}
	var absent []string
	for a := range attributes {
		if attributes[a].optional && !f.has(attr(a)) && attr(a) != attrReviewAge && attr(a) != attrAge && attr(a) != attrPastRetention {
			absent = append(absent, attributes[a].name)
		}
	}
	text := strings.Join(parts, ", ")
	if len(absent) > 0 {
		text += "; absent: " + strings.Join(absent, ", ")
	}
	return text
}
