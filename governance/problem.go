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

// The first and the last second of those years since 1970, and the same in
// nanoseconds.
const (
	firstSecond = 0
	lastSecond  = 7_258_118_400 - 1
)

func inRange(t time.Time) bool {
	s := t.Unix()
	return s >= firstSecond && s <= lastSecond
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
	// Most requests have none, so each check is a comparison and what it finds is
	// put into words elsewhere.
	var ps []problem
	res := &r.Resource
	if r.Action == UnknownAction {
		ps = append(ps, missing("action"))
	}
	if int(r.Action) >= len(actionNames) {
		ps = append(ps, undeclared("action"))
	}
	if r.Purpose == UnknownPurpose {
		ps = append(ps, missing("purpose"))
	}
	if int(r.Purpose) >= len(purposeNames) {
		ps = append(ps, undeclared("purpose"))
	}
	if r.Subject.ID.IsZero() {
		ps = append(ps, missing("subject.id"))
	}
	if int(r.Subject.Role) >= len(roleNames) {
		ps = append(ps, undeclared("subject.role"))
	}
	if text := r.Subject.Programme; text != "" && !isIdent(text) {
		ps = append(ps, noIdent("subject.programme", text))
	}
	if res.Type == UnknownResource {
		ps = append(ps, missing("resource.type"))
	}
	if int(res.Type) >= len(resourceNames) {
		ps = append(ps, undeclared("resource.type"))
	}
	if res.ID == "" {
		ps = append(ps, missing("resource.id"))
	} else if !isIdent(res.ID) {
		ps = append(ps, noIdent("resource.id", res.ID))
	}
	if text := res.Programme; text != "" && !isIdent(text) {
		ps = append(ps, noIdent("resource.programme", text))
	}
	if text := res.Residency; text != "" && !isIdent(text) {
		ps = append(ps, noIdent("resource.residency", text))
	}
	if n := len(res.Signals); n > MaxSignals {
		ps = append(ps, tooMany("resource.signals", n, MaxSignals))
	}
	for _, text := range res.Signals[:min(len(res.Signals), MaxSignals)] {
		if text == "" {
			ps = append(ps, missing("resource.signals"))
		} else if !isIdent(text) {
			ps = append(ps, noIdent("resource.signals", text))
		}
	}
	if int(res.Class) >= len(classNames) {
		ps = append(ps, undeclared("resource.class"))
	}
	if int(res.Standing) >= len(standingNames) {
		ps = append(ps, undeclared("resource.standing"))
	}
	if int(res.Identifiable) >= len(factNames) {
		ps = append(ps, undeclared("resource.identifiable"))
	}
	if int(res.LegalHold) >= len(factNames) {
		ps = append(ps, undeclared("resource.legal_hold"))
	}
	if int(res.Automated) >= len(factNames) {
		ps = append(ps, undeclared("resource.automated"))
	}
	if !res.Affects.valid() {
		ps = append(ps, badValue("resource.affects", "resource.affects holds an effect that is not declared, or none beside another"))
	}
	if res.GroupSize < 0 {
		ps = append(ps, badValue("resource.group_size", "resource.group_size is below zero"))
	}
	if text := r.Notice; text != "" && !isIdent(text) {
		ps = append(ps, noIdent("notice", text))
	}
	if n := len(r.Consents); n > MaxConsents {
		ps = append(ps, tooMany("consents", n, MaxConsents))
	}
	if n := len(r.Approvals); n > MaxApprovals {
		ps = append(ps, tooMany("approvals", n, MaxApprovals))
	}
	if n := len(r.Ext); n > MaxExtensions {
		ps = append(ps, tooMany("ext", n, MaxExtensions))
	}
	if n := len(r.Review.Rationale); n > MaxRationale {
		ps = append(ps, tooMany("bytes of review.rationale", n, MaxRationale))
	}
	switch {
	case r.Now.IsZero():
		ps = append(ps, missing("now"))
	case !inRange(r.Now):
		ps = append(ps, outOfRange("now"))
	case res.CreatedAt.IsZero():
	case !inRange(res.CreatedAt):
		ps = append(ps, outOfRange("resource.created_at"))
	case res.CreatedAt.After(r.Now):
		// A record from the future means that a clock went back.
		ps = append(ps, problem{"POL-CLOCK", "resource.created_at", false, "resource.created_at is after now"})
	}
	for i := range r.Approvals {
		if !isDigest(r.Approvals[i].Request) {
			ps = append(ps, noDigest("approval.request"))
			break
		}
	}
	if (!r.Review.Reviewer.IsZero() || r.Review.Request != "") && !isDigest(r.Review.Request) {
		ps = append(ps, noDigest("review.request"))
	}
	if at := r.Review.At; !at.IsZero() && !inRange(at) {
		ps = append(ps, outOfRange("review.at"))
	}
	return ps
}

func missing(attr string) problem {
	return problem{"POL-MISSING", attr, true, attr + " is missing"}
}

func badValue(attr, message string) problem { return problem{"POL-VALUE", attr, false, message} }

func undeclared(attr string) problem {
	return badValue(attr, attr+" has a value that is not declared")
}

func outOfRange(attr string) problem {
	return badValue(attr, fmt.Sprintf("%s is outside the years %d to %d", attr, firstYear, lastYear))
}

func noIdent(attr, text string) problem {
	return badValue(attr, fmt.Sprintf(`%s of %d bytes is no identifier; want a letter, then at most 63 letters, digits, "_", "." or "-"`, attr, len(text)))
}

// noDigest reports a text that can be no request's digest: a refusal that holds
// one would be taken for that of another request.
func noDigest(attr string) problem {
	return badValue(attr, attr+" is no digest; want the 64 hexadecimal digits, in lower case, that Request.Digest returns")
}

func tooMany(what string, n, limit int) problem {
	return problem{"POL-LIMIT", what, false, fmt.Sprintf("%s: %d, at most %d are allowed", what, n, limit)}
}

// isDigest reports whether text is one that [Request.Digest] could return.
func isDigest(text string) bool {
	if len(text) != 2*len(RequestDigest{}) {
		return false
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// isIdent reports whether text is an identifier: a letter, then at most 63
// letters, digits, "_", "." or "-", all ASCII.
func isIdent(text string) bool {
	if text == "" || len(text) > 64 || identBytes[text[0]] != 2 {
		return false
	}
	for i := 1; i < len(text); i++ {
		if identBytes[text[i]] == 0 {
			return false
		}
	}
	return true
}

// identBytes says of a byte whether it may stand in an identifier: 2 for a letter,
// 1 for what may follow one, 0 for all others.
var identBytes = [256]uint8{
	'a': 2, 'b': 2, 'c': 2, 'd': 2, 'e': 2, 'f': 2, 'g': 2, 'h': 2, 'i': 2, 'j': 2, 'k': 2, 'l': 2, 'm': 2,
	'n': 2, 'o': 2, 'p': 2, 'q': 2, 'r': 2, 's': 2, 't': 2, 'u': 2, 'v': 2, 'w': 2, 'x': 2, 'y': 2, 'z': 2,
	'A': 2, 'B': 2, 'C': 2, 'D': 2, 'E': 2, 'F': 2, 'G': 2, 'H': 2, 'I': 2, 'J': 2, 'K': 2, 'L': 2, 'M': 2,
	'N': 2, 'O': 2, 'P': 2, 'Q': 2, 'R': 2, 'S': 2, 'T': 2, 'U': 2, 'V': 2, 'W': 2, 'X': 2, 'Y': 2, 'Z': 2,
	'0': 1, '1': 1, '2': 1, '3': 1, '4': 1, '5': 1, '6': 1, '7': 1, '8': 1, '9': 1, '_': 1, '.': 1, '-': 1,
}
