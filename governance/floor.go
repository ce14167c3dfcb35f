package governance

import (
	"math/bits"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// careerEffects are the effects for which a human review is required, whatever
// a policy says: pay, promotion and role assignment where a model made the
// recommendation (GOV-021 to GOV-024), readiness for stretch assignments and
// talent reviews also where a signal is behind it (C-19).
const (
	careerEffects = 1<<Compensation | 1<<Promotion | 1<<RoleAssignment | signalEffects
	signalEffects = 1<<StretchAssignment | 1<<TalentReview
)

// Floors in code. A policy can be stricter and never looser.
const (
	minGroup     = 3  // people behind a figure
	minApprovers = 2  // different people who agree to reveal an identity
	minRationale = 20 // characters of a review's rationale
)

// careerReviewers are the roles that review what could affect a career.
const careerReviewers = 1<<coaching.HRReviewer | 1<<coaching.LegalPrivacy

// floorRule is one floor of the code.
type floorRule struct {
	id      string
	effect  Outcome
	code    string
	message *message
	own     bool   // reported even where a rule has reported its code, which stands for more than this
	needs   uint64 // set of optional attributes that it looks at
}

// A floorSet holds floors, as bits that are indexes into floorRules.
type floorSet uint16

const (
	floorGroup = iota
	floorIdentityConsent
	floorRaw
	floorRetentionAggregate
	floorRetentionPerson
	floorProgramme
	floorRole
	floorCareer
	floorCareerSignal
	floorIdentityApproval
)

// floorRules are ordered by effect. Where two have an id, a request falls below
// one of them.
var floorRules = [...]floorRule{
	floorGroup: {id: "floor.group", effect: Deny, code: "C-15", needs: 1 << attrGroupSize, message: &message{
		prose: []string{"figures of fewer than ", " people, or of a number that is not known, are not shown"},
		parts: []*expr{{kind: kindInt, num: minGroup}},
	}},
	floorIdentityConsent: {id: "floor.identity_consent", effect: Deny, code: "GOV-014", needs: 1 << attrIdentifiable, message: &message{
		text: "the person has not agreed to be identified",
	}},
	floorRaw: {id: "floor.raw", effect: Deny, code: "GOV-013", message: &message{
		text: "raw data is never shown to a coach",
	}},
	floorRetentionAggregate: {id: "floor.retention", effect: Deny, code: "GOV-017", needs: 1 << attrCreatedAt, message: &message{
		prose: []string{"aggregates are used for at most ", " months"},
		parts: []*expr{{kind: kindInt, num: mostAggregateMonths}},
	}},
	floorRetentionPerson: {id: "floor.retention", effect: Deny, code: "GOV-016", needs: 1 << attrCreatedAt, message: &message{
		prose: []string{"data about one person is used for at most ", " days"},
		parts: []*expr{{kind: kindInt, num: mostRawDays}},
	}},
	floorProgramme: {id: "floor.programme", effect: Deny, code: "GOV-015", own: true, needs: 1<<attrSubjectProgramme | 1<<attrProgramme, message: &message{
		text: "what belongs to another programme, or to one that is not known, is not touched",
	}},
	floorRole: {id: "floor.role", effect: Deny, code: "GOV-015", own: true, message: &message{
		text: "a person without a role may do nothing",
	}},
	floorCareer: {id: "floor.career", effect: Review, code: "GOV-022", needs: 1<<attrAutomated | 1<<attrAffects, message: &message{
		text: "a human must review it first, with a rationale, since it could affect a career",
	}},
	floorCareerSignal: {id: "floor.career", effect: Review, code: "C-19", needs: 1<<attrAutomated | 1<<attrAffects, message: &message{
		text: "a human must review it first, with a rationale, since it could affect a career",
	}},
	floorIdentityApproval: {id: "floor.identity_approval", effect: Review, code: "GOV-015", needs: 1 << attrIdentifiable, message: &message{
		prose: []string{"", " different people must approve before a person is identified, one of them from legal or privacy"},
		parts: []*expr{{kind: kindInt, num: minApprovers}},
	}},
}

// floors returns the floors that a request falls below, in the order of the
// table. No policy can switch one off.
func floors(f *facts) []floorRule {
	var out []floorRule
	for low := belowFloors(f); low != 0; low &= low - 1 {
		out = append(out, floorRules[bits.TrailingZeros16(uint16(low))])
	}
	return out
}

// belowFloors returns the floors that a request falls below.
func belowFloors(f *facts) (low floorSet) {
	action := Action(f.num[attrAction])
	typ := ResourceType(f.num[attrType])
	cls := signal.DataClass(f.num[attrClass])
	role := coaching.Role(f.num[attrSubjectRole])
	figures := typ != ResourceModel && typ != ResourceIdentity
	if action != Purge {
		if cls == signal.Aggregate && figures && (!f.has(attrGroupSize) || f.num[attrGroupSize] < minGroup) {
			low |= 1 << floorGroup
		}
		if cls == signal.Raw && figures && role == coaching.Coach {
			low |= 1 << floorRaw
		}
		if typ != ResourceModel && (!f.has(attrPastRetention) || f.num[attrPastRetention] != 0) {
			if cls == signal.Aggregate {
				low |= 1 << floorRetentionAggregate
			} else {
				low |= 1 << floorRetentionPerson
			}
		}
	}
	if reveals(f, action, typ) {
		const legal = 1<<coaching.LegalPrivacy | 1<<coaching.PrivacyOfficer
		if f.num[attrConsentPurposes]&(1<<ForReidentification) == 0 {
			low |= 1 << floorIdentityConsent
		}
		if f.num[attrApprovalCount] < minApprovers || f.num[attrApprovalRoles]&legal == 0 {
			low |= 1 << floorIdentityApproval
		}
	}
	if !f.has(attrSubjectProgramme) || !f.has(attrProgramme) || f.member != f.prog {
		low |= 1 << floorProgramme
	}
	if role == coaching.NoRole {
		low |= 1 << floorRole
	}
	if acts(action) {
		switch code := touchesCareer(f); {
		case code == "" || reviewedForCareer(f):
		case code == floorRules[floorCareer].code:
			low |= 1 << floorCareer
		default:
			low |= 1 << floorCareerSignal
		}
	}
	return low
}

// reveals reports whether the action would show who a person is. People may look
// at what is about themselves.
func reveals(f *facts, action Action, typ ResourceType) bool {
	if action == Purge || action != Reidentify && typ != ResourceIdentity && f.has(attrIdentifiable) && f.num[attrIdentifiable] == 0 {
		return false
	}
	own := f.has(attrOwner) && f.person[1] == f.person[0]
	return !(own && action == View)
}

// reviewedForCareer reports whether somebody independent, of a role that may,
// has reviewed the request and has written down why.
func reviewedForCareer(f *facts) bool {
	return f.num[attrReviewDone] != 0 && careerReviewers&(1<<f.num[attrReviewRole]) != 0 && f.num[attrReviewRationale] >= minRationale
}

// acts reports whether the action does something with a recommendation rather
// than look at it.
func acts(a Action) bool {
	return a == Use || a == Export || a == Recommend || a == Apply || a == Publish
}

// touchesCareer returns the code of the rule for which the resource needs a
// human, since it could affect a career, and "" when it cannot. What is not
// known could.
func touchesCareer(f *facts) string {
	affects := int64(careerEffects)
	if f.has(attrAffects) {
		affects = f.num[attrAffects]
	}
	switch {
	case affects&careerEffects != 0 && (!f.has(attrAutomated) || f.num[attrAutomated] != 0):
		return "GOV-022"
	case affects&signalEffects != 0:
		return "C-19"
	}
	return ""
}
