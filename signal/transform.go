package signal

import (
	"math"

	"github.com/coachgov/coaching/internal/enum"
)

// A Transform is applied before spread is measured. Hours, counts and durations
// are skewed to the right; on their own scale a two-sided limit fires too often.
type Transform uint8

const (
	Identity Transform = iota // as measured
	Log1p                     // log(1 + x), for x >= 0
	Sqrt                      // square root, for x >= 0
)

var transformNames = [...]string{"identity", "log1p", "sqrt"}

// String returns the name used in files, such as "log1p".
func (t Transform) String() string { return enum.Name(transformNames[:], t, "Transform") }

// MarshalText returns the name used in files.
func (t Transform) MarshalText() ([]byte, error) {
	return enum.Marshal(transformNames[:], t, "signal: transform")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (t *Transform) UnmarshalText(text []byte) error {
	return enum.Unmarshal(transformNames[:], t, "signal: transform", text)
}

// forward and back map between the measured scale and the scale of the spread.
func (t Transform) forward(x float64) float64 {
	switch t {
	case Log1p:
		return math.Log1p(x)
	case Sqrt:
		return math.Sqrt(x)
	}
	return x
}

func (t Transform) back(y float64) float64 {
	switch t {
	case Log1p:
		return math.Expm1(y)
	case Sqrt:
		return max(y, 0) * max(y, 0)
	}
	return y
}
