package governance

import (
	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// floorConditions returns the conditions under which a request falls below a
// floor, as rules would state them. They say what floors says; a test compares
// the two on every combination that matters.
func floorConditions() []*expr {
	value := func(a attr, v int64) *expr {
		return &expr{op: opConst, kind: attributes[a].kind, num: v, names: attributes[a].names}
	}
	read := func(a attr) *expr {
		return &expr{op: opAttr, kind: attributes[a].kind, attr: a, names: attributes[a].names}
	}
	node := func(o op, args ...*expr) *expr { return &expr{op: o, kind: kindBool, args: args} }
	and := func(args ...*expr) *expr { return node(opAnd, args...) }
	or := func(args ...*expr) *expr { return node(opOr, args...) }
	not := func(e *expr) *expr { return node(opNot, e) }
	has := func(a attr) *expr { return &expr{op: opHas, kind: kindBool, attr: a} }
	is := func(a attr, v int64) *expr { return node(opEqual, read(a), value(a, v)) }
	unlessNo := func(a attr) *expr { return or(not(has(a)), read(a)) }
	below := func(a attr, v int64) *expr { return node(opLess, read(a), value(a, v)) }
	overlaps := func(a attr, mask int64) *expr {
		var list []*expr
		for v := range attributes[a].names {
			if mask&(1<<v) != 0 {
				list = append(list, &expr{op: opConst, kind: kindEnum, num: int64(v), names: attributes[a].names})
			}
		}
		return node(opHasAny, read(a), &expr{op: opList, kind: kindOther, args: list})
	}

	purge := is(attrAction, int64(Purge))
	model := is(attrType, int64(ResourceModel))
	identity := is(attrType, int64(ResourceIdentity))
	own := and(has(attrOwner), node(opEqual, read(attrSubjectID), read(attrOwner)))
	reveals := and(not(purge), not(and(own, is(attrAction, int64(View)))),
		or(is(attrAction, int64(Reidentify)), identity, unlessNo(attrIdentifiable)))
	acting := or(is(attrAction, int64(Use)), is(attrAction, int64(Export)), is(attrAction, int64(Recommend)),
		is(attrAction, int64(Apply)), is(attrAction, int64(Publish)))
	career := or(
		and(or(not(has(attrAffects)), overlaps(attrAffects, careerEffects)), unlessNo(attrAutomated)),
		or(not(has(attrAffects)), overlaps(attrAffects, signalEffects)),
	)
	known := or(is(attrReviewRole, int64(coaching.HRReviewer)), is(attrReviewRole, int64(coaching.LegalPrivacy)))
	return []*expr{
		or(not(has(attrSubjectProgramme)), not(has(attrProgramme)), node(opNotEqual, read(attrSubjectProgramme), read(attrProgramme))),
		and(is(attrClass, int64(signal.Aggregate)), not(model), not(identity), not(purge), or(not(has(attrGroupSize)), below(attrGroupSize, minGroup))),
		and(reveals, not(overlaps(attrConsentPurposes, 1<<ForReidentification))),
		and(is(attrClass, int64(signal.Raw)), not(model), not(identity), is(attrSubjectRole, int64(coaching.Coach)), not(purge)),
		and(not(model), not(purge), unlessNo(attrPastRetention)),
		is(attrSubjectRole, int64(coaching.NoRole)),
		and(acting, career, or(not(read(attrReviewDone)), not(known), below(attrReviewRationale, minRationale))),
		and(reveals, or(below(attrApprovalCount, minApprovers),
			not(overlaps(attrApprovalRoles, 1<<coaching.LegalPrivacy|1<<coaching.PrivacyOfficer)))),
	}
}
