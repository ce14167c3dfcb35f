package governance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching/internal/enum"
)

// An Outcome is the answer to a request. The zero Outcome is Deny.
type Outcome uint8

const (
	Deny   Outcome = iota // no
	Review                // a human must review it first
	Permit                // yes
)

var outcomeNames = [...]string{"deny", "review", "permit"}

// String returns "deny", "review" or "permit".
func (o Outcome) String() string { return enum.Name(outcomeNames[:], o, "Outcome") }

// MarshalText returns what String returns.
func (o Outcome) MarshalText() ([]byte, error) {
	return enum.Marshal(outcomeNames[:], o, "governance: outcome")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (o *Outcome) UnmarshalText(text []byte) error {
	return enum.Unmarshal(outcomeNames[:], o, "governance: outcome", text)
}

// A Decision is the answer to one request with all its reasons. The zero
// Decision denies.
type Decision struct {
	Outcome Outcome `json:"outcome"`
	// Reasons holds every rule that fired, not only the deciding ones: denials
	// first, then reviews, then permits, each by rule id.
	Reasons []Reason `json:"reasons"`
	// Obligations holds what the host must do when it acts on the answer, those
	// of the rules of the deciding effect, in the order of Reasons.
	Obligations []Obligation `json:"obligations,omitempty"`
	// Reviews says which humans must look at it: every one of them, by the first
	// of their Rules; empty unless Outcome is Review.
	Reviews []ReviewNeed `json:"reviews,omitempty"`
	// Missing holds the attributes that were needed and absent, by name.
	Missing []string `json:"missing,omitempty"`
	// Errors holds the rules that could not be evaluated, by rule id. A denial
	// or a review that could not be evaluated counts as fired, a permit as not.
	Errors []RuleError `json:"errors,omitempty"`
	// PolicyDigest names the exact policy that decided, as [Policy.Digest] does.
	PolicyDigest string    `json:"policy_digest"`
	At           time.Time `json:"at"` // the request's Now

	// What DecideInto uses again: the values behind the messages, of which the
	// first one counts the decisions that they have served, and the room to work in.
	values []value
	room   *scratch
}

// Clone returns a copy that shares nothing that [Policy.DecideInto] uses again:
// the same as Decide would have returned.
func (d Decision) Clone() Decision {
	values := make([]value, 0, len(d.values))
	d.Reasons = clone(d.Reasons)
	for i := range d.Reasons {
		if m := &d.Reasons[i].Message; len(m.values) > 0 {
			from := len(values)
			for _, v := range m.values {
				values = append(values, v.at(m.when))
			}
			m.values, m.when = values[from:len(values):len(values)], 0
		}
	}
	d.Obligations, d.Missing, d.Errors = clone(d.Obligations), clone(d.Missing), clone(d.Errors)
	d.Reviews = clone(d.Reviews)
	for i := range d.Reviews {
		n := &d.Reviews[i]
		n.Rules, n.By, n.Not = clone(n.Rules), clone(n.By), clone(n.Not)
	}
	d.values, d.room = nil, nil
	return d
}

// clone returns a copy of a slice, nil when it is empty.
func clone[T any](s []T) []T { return append([]T(nil), s...) }

// Allowed reports whether the answer is yes. It is the only yes: a review is
// not one.
func (d Decision) Allowed() bool { return d.Outcome == Permit }

// Codes returns the codes of the reasons, in their order, joined by spaces.
func (d Decision) Codes() string {
	codes := make([]string, len(d.Reasons))
	for i, r := range d.Reasons {
		codes[i] = r.Code
	}
	return strings.Join(codes, " ")
}

// LogValue returns the parts of a decision that may stand in a log: outcome,
// rules, codes, missing attributes, policy and time. Messages stay out, since
// they may hold identifiers of resources.
func (d Decision) LogValue() slog.Value {
	rules := make([]string, len(d.Reasons))
	for i, r := range d.Reasons {
		rules[i] = r.Rule
	}
	return slog.GroupValue(
		slog.String("outcome", d.Outcome.String()),
		slog.String("rules", strings.Join(rules, " ")),
		slog.String("codes", d.Codes()),
		slog.String("missing", strings.Join(d.Missing, " ")),
		slog.Int("errors", len(d.Errors)),
		slog.String("policy", d.PolicyDigest),
		slog.Time("at", d.At),
	)
}

// A Reason is one rule that fired.
type Reason struct {
	Rule     string   `json:"rule"`              // the rule's id; floors of the code begin with "floor."
	Effect   Outcome  `json:"effect"`            // what the rule asks for
	Code     string   `json:"code"`              // the requirement behind it, such as "GOV-016"
	Message  Message  `json:"message"`           // for the person who asked
	Controls Controls `json:"controls,omitzero"` // outside controls that the rule serves
}

// Controls are the outside controls that a rule serves, such as "GDPR-5.1.e", as
// the policy lists them. They are the policy's own and cannot be changed. In JSON
// they are a list. The zero Controls are none.
type Controls struct{ ids []string }

// All yields the controls.
func (c Controls) All() iter.Seq[string] { return slices.Values(c.ids) }

// String returns the controls joined by spaces.
func (c Controls) String() string { return strings.Join(c.ids, " ") }

// MarshalJSON returns the list.
func (c Controls) MarshalJSON() ([]byte, error) { return json.Marshal(append([]string{}, c.ids...)) }

// UnmarshalJSON takes a list of texts.
func (c *Controls) UnmarshalJSON(data []byte) error {
	var ids []string
	if err := json.Unmarshal(data, &ids); err != nil {
		return errors.New("governance: controls that are not a list of texts")
	}
	*c = Controls{}
	if len(ids) > 0 {
		c.ids = ids
	}
	return nil
}

// An Obligation is something that the host must do when it acts on a decision.
// A host that cannot meet one must not act.
type Obligation struct {
	ID   string `json:"id"`   // such as "log-export"
	Text string `json:"text"` // what to do, in one sentence
}

// A RequestDigest is what [Request.Digest] writes in hexadecimal.
type RequestDigest [sha256.Size]byte

// String returns the digest as an approval and a review hold it.
func (d RequestDigest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns what String returns.
func (d RequestDigest) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, d[:]), nil }

// UnmarshalText accepts 64 hexadecimal digits in lower case.
func (d *RequestDigest) UnmarshalText(text []byte) error {
	if !isDigest(string(text)) {
		return fmt.Errorf("governance: digest of %d bytes, want %d hexadecimal digits in lower case", len(text), 2*len(d))
	}
	hex.Decode(d[:], text)
	return nil
}

// A RuleError reports a rule that could not be evaluated.
type RuleError struct {
	Rule    string `json:"rule"`
	Message string `json:"message"` // what failed; it holds no value of the request
}
