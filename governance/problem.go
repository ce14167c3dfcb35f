package governance

import (
	"fmt"
	"time"
)

// The years between which every instant of a request must lie. The bounds keep
// ages inside the range of a time.Duration.
const (
	firstYear = 1970
	lastYear  = 2199
)

func inRange(t time.Time) bool {
	y := t.UTC().Year()
	return y >= firstYear && y <= lastYear
}

// A problem is something wrong with a request, for which it is denied before
// any rule is asked.
type problem struct {
	code    string
	attr    string // the attribute, as rules name it
	absent  bool   // it was needed and is not there
	message string
}

// problems returns what is wrong with a request, in the order of its fields; nil
// for a request that can be decided. No message quotes a value.
func problems(r *Request) []problem {
	if r == nil {
		return []problem{{code: "POL-REQUEST", message: "there is no request"}}
	}
	var ps []problem
	need := func(ok bool, attr string) {
		if !ok {
			ps = append(ps, problem{"POL-MISSING", attr, true, attr + " is missing"})
		}
	}
	known := func(value uint8, names []string, attr string) {
		if int(value) >= len(names) {
			ps = append(ps, problem{"POL-VALUE", attr, false, attr + " has a value that is not declared"})
		}
	}
	ident := func(text, attr string) {
		if text != "" && !isIdent(text) {
			ps = append(ps, problem{"POL-VALUE", attr, false, fmt.Sprintf(`%s of %d bytes is no identifier; want a letter, then at most 63 letters, digits, "_", "." or "-"`, attr, len(text))})
		}
	}
	most := func(n, limit int, what string) {
		if n > limit {
			ps = append(ps, problem{"POL-LIMIT", what, false, fmt.Sprintf("%s: %d, at most %d are allowed", what, n, limit)})
		}
	}
	res := &r.Resource
	need(r.Action != UnknownAction, "action")
	known(uint8(r.Action), actionNames[:], "action")
	need(r.Purpose != UnknownPurpose, "purpose")
	known(uint8(r.Purpose), purposeNames[:], "purpose")
	need(!r.Subject.ID.IsZero(), "subject.id")
	known(uint8(r.Subject.Role), roleNames[:], "subject.role")
	ident(r.Subject.Programme, "subject.programme")
	need(res.Type != UnknownResource, "resource.type")
	known(uint8(res.Type), resourceNames[:], "resource.type")
	need(res.ID != "", "resource.id")
	ident(res.ID, "resource.id")
	ident(res.Programme, "resource.programme")
	ident(res.Residency, "resource.residency")
	most(len(res.Signals), MaxSignals, "resource.signals")
	for _, s := range res.Signals[:min(len(res.Signals), MaxSignals)] {
		need(s != "", "resource.signals")
		ident(s, "resource.signals")
	}
	known(uint8(res.Class), classNames[:], "resource.class")
	known(uint8(res.Standing), standingNames[:], "resource.standing")
	known(uint8(res.Identifiable), factNames[:], "resource.identifiable")
	known(uint8(res.LegalHold), factNames[:], "resource.legal_hold")
	known(uint8(res.Automated), factNames[:], "resource.automated")
	if !res.Affects.valid() {
		ps = append(ps, problem{"POL-VALUE", "resource.affects", false, "resource.affects holds an effect that is not declared, or none beside another"})
	}
	if res.GroupSize < 0 {
		ps = append(ps, problem{"POL-VALUE", "resource.group_size", false, "resource.group_size is below zero"})
	}
	ident(r.Notice, "notice")
	most(len(r.Consents), MaxConsents, "consents")
	most(len(r.Approvals), MaxApprovals, "approvals")
	most(len(r.Ext), MaxExtensions, "ext")
	most(len(r.Review.Rationale), MaxRationale, "bytes of review.rationale")
	need(!r.Now.IsZero(), "now")
	switch {
	case r.Now.IsZero():
	case !inRange(r.Now):
		ps = append(ps, problem{"POL-VALUE", "now", false, fmt.Sprintf("now is outside the years %d to %d", firstYear, lastYear)})
	case res.CreatedAt.IsZero():
	case !inRange(res.CreatedAt):
		ps = append(ps, problem{"POL-VALUE", "resource.created_at", false, fmt.Sprintf("resource.created_at is outside the years %d to %d", firstYear, lastYear)})
	case res.CreatedAt.After(r.Now):
		// A record from the future means that a clock went back.
		ps = append(ps, problem{"POL-CLOCK", "resource.created_at", false, "resource.created_at is after now"})
	}
	if at := r.Review.At; !at.IsZero() && !inRange(at) {
		ps = append(ps, problem{"POL-VALUE", "review.at", false, fmt.Sprintf("review.at is outside the years %d to %d", firstYear, lastYear)})
	}
	return ps
}

// isIdent reports whether text is an identifier: a letter, then at most 63
// letters, digits, "_", "." or "-", all ASCII.
func isIdent(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'):
		default:
			return false
		}
	}
	return true
}
