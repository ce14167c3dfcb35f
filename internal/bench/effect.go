package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"github.com/coachgov/coaching/roi/effect"
)

// A longTable is what a data frame in long form holds, a column each.
type longTable struct {
	ids                 []string
	unit, period, first []int32
	y                   []float64
	// estimate is R's simple average, efficient for the police panel; NaN when there
	// is none.
	estimate float64
	madeUp   bool
}

func (t *longTable) add(first int, row ...float64) {
	t.ids = append(t.ids, strconv.Itoa(len(t.ids)+1))
	for k, y := range row {
		t.unit, t.period = append(t.unit, int32(len(t.ids)-1)), append(t.period, int32(k+1))
		t.first, t.y = append(t.first, int32(first)), append(t.y, y)
	}
}

// rows yields the table as the library takes it.
func (t *longTable) rows(yield func(effect.Observation) bool) {
	for i, u := range t.unit {
		if !yield(effect.Observation{Unit: t.ids[u], Period: int(t.period[i]), First: int(t.first[i]), Outcome: t.y[i]}) {
			return
		}
	}
}

func (t *longTable) note() string {
	if t.madeUp {
		return "made-up panel of that size, R stored"
	}
	return "R stored"
}

// made is a panel of noise with a number of waves from a first period on.
func made(units, periods, waves, from int) *longTable {
	dice := rand.New(rand.NewPCG(1, 2))
	t := &longTable{estimate: math.NaN(), madeUp: true}
	for i := range units {
		row := make([]float64, periods)
		for k := range row {
			row[k] = float64(dice.IntN(100)) / 50
		}
		t.add(from+i%waves, row...)
	}
	return t
}

// data reads a file of the folder that COACHING_DATA names, line by line; false
// when there is none.
func data(name string, each func(cells [][]byte) error) (bool, error) {
	root := os.Getenv("COACHING_DATA")
	if root == "" {
		return false, nil
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return false, err
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n"))[1:] {
		if err := each(bytes.Split(line, []byte(","))); err != nil {
			return false, err
		}
	}
	return true, nil
}

// counties are the 500 counties over five years of R did's mpdta.
func counties() (*longTable, error) {
	t := &longTable{estimate: -0.0399512751551763}
	row := map[string][]float64{}
	found, err := data("golden/roi/did/mpdta.csv", func(c [][]byte) error {
		y, err := strconv.ParseFloat(string(c[3]), 64)
		if err != nil {
			return err
		}
		first, err := strconv.Atoi(string(c[4]))
		if err != nil {
			return err
		}
		id := string(c[1])
		if row[id] = append(row[id], y); len(row[id]) == 5 {
			t.add(max(0, first-2002), row[id]...)
		}
		return nil
	})
	if err != nil || found {
		return t, err
	}
	return made(500, 5, 4, 2), nil
}

// officers are the 7,785 officers over 72 months of R staggered's police panel,
// as often as is asked for.
func officers(times int) (*longTable, error) {
	t := &longTable{estimate: -0.00112698138946488}
	if times > 1 {
		t.estimate = math.NaN() // copies have other degrees of freedom
	}
	for range times {
		found, err := data("data/roi/pj_officer_compact.csv", func(c [][]byte) error {
			first, err := strconv.Atoi(string(c[1]))
			if err != nil {
				return err
			}
			row := make([]float64, len(c[2]))
			for k, digit := range c[2] {
				row[k] = float64(digit - '0')
			}
			t.add(first, row...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if !found {
			return made(7785*times, 72, 48, 13), nil
		}
	}
	return t, nil
}

// agrees says whether a figure is R's.
func (t *longTable) agrees(got float64) error {
	if !math.IsNaN(t.estimate) && math.Abs(got-t.estimate) > 1e-9*math.Abs(t.estimate) {
		return fmt.Errorf("the estimate is %v; R's is %v", got, t.estimate)
	}
	return nil
}

// raceGroupTime times the effects by wave and period with all averages and their
// errors, of a panel that has been read.
func raceGroupTime(rounds int) (result, error) {
	t, err := counties()
	if err != nil {
		return result{}, err
	}
	panel, err := effect.NewAdoption(t.rows)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds, repeat(func() error {
		r, err := effect.CallawaySantAnna(panel, effect.GroupTimeSpec{Controls: effect.NeverTreated})
		if err != nil {
			return err
		}
		r.Groups()
		r.EventStudy()
		r.Calendar()
		return t.agrees(r.Simple().Value)
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "21 ms R did, 12 errors", value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms", note: t.note()}, nil
}

// raceRandomTiming times the efficient estimate from long rows: the panel is made
// and estimated in each round.
func raceRandomTiming(times int, other string) func(int) (result, error) {
	return func(rounds int) (result, error) {
		t, err := officers(times)
		if err != nil {
			return result{}, err
		}
		took, err := turns(rounds, repeat(func() error {
			panel, err := effect.NewAdoption(t.rows)
			if err != nil {
				return err
			}
			r, err := effect.RothSantAnna(panel, effect.NotYetTreated)
			if err != nil {
				return err
			}
			return t.agrees(r.Simple().Efficient.Value)
		}))
		if err != nil {
			return result{}, err
		}
		return result{ours: took[0].String(), other: other, value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms", note: t.note()}, nil
	}
}

// leaders draws the changes of some leaders, and puts them into groups in turn.
func leaders(n, groups int) (effect.Values, []int, error) {
	dice := rand.New(rand.NewPCG(3, 4))
	y, a := make([]float64, n), make([]int, n)
	for i := range y {
		y[i], a[i] = float64(dice.IntN(100_000))/1e4, i%groups
	}
	v, err := effect.Floats(y, 4)
	return v, a, err
}

// timeInterval24 times p, interval and findings of twelve against twelve.
func timeInterval24(rounds int) (result, error) {
	v, a, err := leaders(24, 2)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds, repeat(func() error {
		r, err := effect.TwoGroup(v, 1, a, nil)
		if err == nil && !r.Bounded() {
			err = fmt.Errorf("no interval")
		}
		return err
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "2.7 M allocations, inverted", value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms"}, nil
}

// timeWaves16 times p and interval of sixteen leaders in four waves of four.
func timeWaves16(rounds int) (result, error) {
	dice := rand.New(rand.NewPCG(3, 4))
	rows, a := make([][]float64, 16), make([]int, 16)
	for i := range rows {
		a[i] = i % 4
		for range 12 {
			rows[i] = append(rows[i], float64(dice.IntN(100_000))/1e4)
		}
	}
	panel, err := effect.NewPanel(rows, 4)
	if err != nil {
		return result{}, err
	}
	took, err := turns(rounds, repeat(func() error {
		r, err := effect.Staggered(panel, []int{2, 5, 8, effect.Never}, a, nil)
		if err == nil && r.PTotal.Int64() != 63_063_000 {
			err = fmt.Errorf("%v assignments", r.PTotal)
		}
		return err
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "63 M assignments, inverted", value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms"}, nil
}
