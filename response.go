package coaching

import (
	"errors"
	"fmt"
	"slices"
)

// A Response is what a coach did with a suggestion of a platform or a model. The
// zero Response is not recorded. Setting a suggestion aside is the coach's right
// and no failure (PIL-088).
type Response uint8

const (
	NoResponse Response = iota
	Shown               // passed on to the leader as it was
	Ignored             // set aside
	Reweighted          // given more or less weight
)

// responseNames is indexed by Response.
var responseNames = [...]string{"none", "shown", "ignored", "reweighted"}

// String returns the name used in files, such as "ignored".
func (r Response) String() string {
	if int(r) < len(responseNames) {
		return responseNames[r]
	}
	return fmt.Sprintf("Response(%d)", uint8(r))
}

// MarshalText returns the name used in files. A value that is not declared is an
// error.
func (r Response) MarshalText() ([]byte, error) {
	if int(r) >= len(responseNames) {
		return nil, fmt.Errorf("coaching: response %d is not declared", uint8(r))
	}
	return []byte(responseNames[r]), nil
}

// UnmarshalText accepts exactly the names that MarshalText writes. On an error r
// keeps what it held.
func (r *Response) UnmarshalText(text []byte) error {
	at := slices.Index(responseNames[:], string(text))
	if at < 0 {
		return errors.New("coaching: unknown response; want none, shown, ignored or reweighted")
	}
	*r = Response(at)
	return nil
}
