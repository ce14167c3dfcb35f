package enforce

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// A Sealed is a value that opens only with a grant. It prints as
// "enforce.Sealed" with every verb, in JSON and in logs, also inside another
// value. The zero Sealed holds nothing and does not open.
type Sealed[T any] struct {
	// A function, since package fmt looks through unexported fields and prints
	// what they point to, but not what a function remembers.
	value    func() T
	resource governance.Resource
}

// Seal closes a value under the description of what it is. Seal where the data
// is read, with the facts that its store knows, and put [Sealed.Resource] into
// the request: a grant opens only what has the very description that was decided
// on. Value and description are kept; a slice or map inside the value stays
// the caller's to see, so let go of it.
func Seal[T any](resource governance.Resource, value T) Sealed[T] {
	resource.Signals = slices.Clone(resource.Signals)
	return Sealed[T]{value: func() T { return value }, resource: resource}
}

// Resource returns the description, for the request.
func (s Sealed[T]) Resource() governance.Resource {
	r := s.resource
	r.Signals = slices.Clone(r.Signals)
	return r
}

// String returns "enforce.Sealed".
func (s Sealed[T]) String() string { return "enforce.Sealed" }

// GoString returns "enforce.Sealed".
func (s Sealed[T]) GoString() string { return s.String() }

// Format prints "enforce.Sealed", whatever the verb.
func (s Sealed[T]) Format(f fmt.State, _ rune) { io.WriteString(f, s.String()) }

// MarshalText returns "enforce.Sealed".
func (s Sealed[T]) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns "enforce.Sealed".
func (s Sealed[T]) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Unlock returns the sealed value when the grant is for this resource, as it is
// described, this action and this person, has not been used, and is valid at
// the time. The grant is then used up. Otherwise the error is [ErrGrant], the
// value is zero, and the grant is left as it was.
func Unlock[T any](g Grant, sealed Sealed[T], by coaching.PersonID, action governance.Action, at time.Time) (T, error) {
	var none T
	if sealed.value == nil {
		return none, fmt.Errorf("%w: nothing is sealed", ErrGrant)
	}
	if err := g.state.open(seal(sealed.resource), by, action, at); err != nil {
		return none, err
	}
	return sealed.value(), nil
}

// A resourceDigest stands for the whole description of a resource.
type resourceDigest string

func seal(r governance.Resource) resourceDigest {
	return resourceDigest((&governance.Request{Resource: r}).Digest())
}
