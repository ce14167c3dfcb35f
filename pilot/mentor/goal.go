package mentor

import (
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// A Goal is one scale of Goal Attainment Scaling: where no trace shows what a
// trial aims at, five levels are written down before it begins, and one of them
// is read at its end (Kiresuk and Sherman, Community Mental Health Journal 4,
// 1968, 443-453; Spence, International Coaching Psychology Review 2, 2007,
// 155-167, for coaching).
type Goal struct {
	Text string `json:"text" doc:"empty"`
	// Levels says what would be seen at each level, from much less than
	// expected to much more; five of them.
	Levels []string `json:"levels" doc:"empty"`
	// Weight is how much the goal matters beside the trial's other goals.
	Weight int        `json:"weight" doc:"min=1,max=100"`
	Read   Attainment `json:"read,omitzero"` // at the end of the trial
}

// An Attainment is the level of a goal that was reached. The zero Attainment is
// not read, and counts as no reading.
type Attainment uint8

const (
	NotRead  Attainment = iota
	MuchLess            // than expected: -2
	Less                // -1
	Expected            // 0
	More                // +1
	MuchMore            // +2
)

var attainmentNames = [...]string{"not_read", "much_less", "less", "expected", "more", "much_more"}

// String returns the name used in files, such as "much_less".
func (a Attainment) String() string { return enum.Name(attainmentNames[:], a, "Attainment") }

// MarshalText returns the name used in files.
func (a Attainment) MarshalText() ([]byte, error) {
	return enum.Marshal(attainmentNames[:], a, "mentor: attainment")
}

// UnmarshalText accepts the names of the five levels.
func (a *Attainment) UnmarshalText(text []byte) error {
	return unmarshalAnswer(attainmentNames[:], a, "mentor: attainment", text)
}

// Score returns the level on the scale from -2 to +2, and false when there is no
// reading.
func (a Attainment) Score() (int, bool) {
	if a == NotRead || a > MuchMore {
		return 0, false
	}
	return int(a) - int(Expected), true
}

// goalCorrelation is how strongly the levels of a person's goals are taken to
// move together (Kiresuk and Sherman 1968).
const goalCorrelation = 0.3

// TScore returns the T-score of a trial's goals, with a mean of 50 and a
// standard deviation of 10 when goals are set at the level that is expected:
//
//	50 + 10 sum(w x) / sqrt((1-r) sum(w^2) + r (sum w)^2), with r = 0.3
//
// (Kiresuk and Sherman 1968). It is false, and 0, without a goal, when a goal
// has not been read, and when a weight is below 1.
func TScore(goals []Goal) (float64, bool) {
	var sum, squares, reached float64
	for _, g := range goals {
		score, read := g.Read.Score()
		if !read || g.Weight < 1 {
			return 0, false
		}
		w := float64(g.Weight)
		sum, squares, reached = sum+w, squares+w*w, reached+w*float64(score)
	}
	if len(goals) == 0 {
		return 0, false
	}
	return 50 + 10*reached/math.Sqrt((1-goalCorrelation)*squares+goalCorrelation*sum*sum), true
}

// check reports what keeps the goal from being read; ended says that its trial
// is over.
func (g Goal) check(f *finder, path string, ended bool) {
	if strings.TrimSpace(g.Text) == "" || g.Weight < 1 {
		f.err("MEN-013", path+"text", "a goal says what is aimed at and has a weight of at least 1")
	}
	if n := len(g.Levels); n != int(MuchMore) {
		f.err("MEN-013", path+"levels", "%d levels, want five, from much less than expected to much more", n)
	}
	for i, level := range g.Levels {
		if strings.TrimSpace(level) == "" {
			f.err("MEN-013", fmt.Sprintf("%slevels[%d]", path, i), "the level does not say what would be seen")
		}
	}
	if _, read := g.Read.Score(); read != ended {
		f.err("MEN-013", path+"read", "a goal is read once, at the end of its trial")
	}
}
