package governance

import "github.com/coachgov/coaching/internal/enum"

// A Semantics says how far a batch of requests is decided, in the words of the
// OpenID AuthZEN Authorization API 1.0, section 7.1.2.1. Only Permit is a yes
// there, so Review counts as a denial. The zero Semantics is ExecuteAll.
type Semantics uint8

const (
	ExecuteAll          Semantics = iota // every request, whatever the answers
	DenyOnFirstDeny                      // up to the first answer that is not Permit, like && does
	PermitOnFirstPermit                  // up to the first Permit, like || does
)

var semanticsNames = [...]string{"execute_all", "deny_on_first_deny", "permit_on_first_permit"}

// String returns the name in AuthZEN, such as "execute_all".
func (s Semantics) String() string { return enum.Name(semanticsNames[:], s, "Semantics") }

// MarshalText returns what String returns. It fails on a value outside the
// declared ones.
func (s Semantics) MarshalText() ([]byte, error) {
	return enum.Marshal(semanticsNames[:], s, "governance: semantics")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (s *Semantics) UnmarshalText(text []byte) error {
	return enum.Unmarshal(semanticsNames[:], s, "governance: semantics", text)
}

// Settles reports whether an answer ends its batch. Semantics that are not
// declared end with every answer.
func (s Semantics) Settles(answer Outcome) bool {
	switch s {
	case ExecuteAll:
		return false
	case PermitOnFirstPermit:
		return answer == Permit
	}
	return s != DenyOnFirstDeny || answer != Permit
}

// DecideBatch answers requests in their order, as far as the semantics goes, and
// returns one decision for each. A request behind the answer that settles the
// batch is denied with the code POL-BATCH and not looked at; so are all of them
// when the semantics is not declared. The requests are neither kept nor changed.
func (p *Policy) DecideBatch(requests []Request, s Semantics) []Decision {
	decisions := make([]Decision, len(requests))
	settled := int(s) >= len(semanticsNames)
	for i := range requests {
		r, d := &requests[i], &decisions[i]
		if settled {
			d.PolicyDigest = p.Digest()
			d.refuse(r, []problem{{code: "POL-BATCH", message: "the batch was settled without this request"}})
			continue
		}
		*d = p.Decide(r)
		settled = s.Settles(d.Outcome)
	}
	return decisions
}
