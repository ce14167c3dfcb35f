package governance

import (
	"fmt"

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

// floorRule is one floor that a request falls below.
type floorRule struct {
	id      string
	effect  Outcome
	code    string
	message string
	own     bool   // reported even where a rule has reported its code, which stands for more than this
	needs   []attr // optional attributes that it looked at
}

// floors returns the floors that a request falls below, ordered by effect and
// id. No policy can switch one off.
func floors(f *facts) []floorRule {
	var out []floorRule
	add := func(id string, effect Outcome, code, message string, needs ...attr) {
		out = append(out, floorRule{id: id, effect: effect, code: code, message: message, own: code == "GOV-015" && effect == Deny, needs: needs})
	}
	action := Action(f.num[attrAction])
	typ := ResourceType(f.num[attrType])
	cls := signal.DataClass(f.num[attrClass])
	role := coaching.Role(f.num[attrSubjectRole])
	own := f.has(attrOwner) && f.personOf(attrOwner) == f.personOf(attrSubjectID)
	figures := typ != ResourceModel && typ != ResourceIdentity
	legal := int64(1<<coaching.LegalPrivacy | 1<<coaching.PrivacyOfficer)
	reveals := (action == Reidentify || typ == ResourceIdentity || !f.has(attrIdentifiable) || f.num[attrIdentifiable] != 0) &&
		action != Purge && !(own && action == View)

	if cls == signal.Aggregate && figures && action != Purge && (!f.has(attrGroupSize) || f.num[attrGroupSize] < minGroup) {
		add("floor.group", Deny, "C-15", fmt.Sprintf("figures of fewer than %d people, or of a number that is not known, are not shown", minGroup), attrGroupSize)
	}
	if reveals && f.num[attrConsentPurposes]&(1<<ForReidentification) == 0 {
		add("floor.identity_consent", Deny, "GOV-014", "the person has not agreed to be identified", attrIdentifiable)
	}
	if cls == signal.Raw && figures && role == coaching.Coach && action != Purge {
		add("floor.raw", Deny, "GOV-013", "raw data is never shown to a coach")
	}
	if typ != ResourceModel && action != Purge && (!f.has(attrPastRetention) || f.num[attrPastRetention] != 0) {
		if cls == signal.Aggregate {
			add("floor.retention", Deny, "GOV-017", fmt.Sprintf("aggregates are used for at most %d months", mostAggregateMonths), attrCreatedAt)
		} else {
			add("floor.retention", Deny, "GOV-016", fmt.Sprintf("data about one person is used for at most %d days", mostRawDays), attrCreatedAt)
		}
	}
	if !f.has(attrSubjectProgramme) || !f.has(attrProgramme) || f.member != f.prog {
		add("floor.programme", Deny, "GOV-015", "what belongs to another programme, or to one that is not known, is not touched", attrSubjectProgramme, attrProgramme)
	}
	if role == coaching.NoRole {
		add("floor.role", Deny, "GOV-015", "a person without a role may do nothing")
	}
	if code := touchesCareer(f); acts(action) && code != "" && !reviewedForCareer(f) {
		add("floor.career", Review, code, "a human must review it first, with a rationale, since it could affect a career", attrAutomated, attrAffects)
	}
	if reveals && (f.num[attrApprovalCount] < minApprovers || f.num[attrApprovalRoles]&legal == 0) {
		add("floor.identity_approval", Review, "GOV-015", fmt.Sprintf("%d different people must approve before a person is identified, one of them from legal or privacy", minApprovers), attrIdentifiable)
	}
	return out
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
