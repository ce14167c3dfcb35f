package effect_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi/effect"
)

func groupTime(t require.TestingT, a effect.Adoption, s effect.GroupTimeSpec) effect.GroupTime {
	r, err := effect.CallawaySantAnna(a, s)
	require.NoError(t, err)
	return r
}

// drawAdoption draws waves of two units or more over some periods, at least one
// of them never treated, with outcomes that vary.
func drawAdoption(t *rapid.T) (rows [][]float64, first []int) {
	periods := rapid.IntRange(4, 7).Draw(t, "periods")
	for _, f := range []int{0, 3, 4} {
		for range rapid.IntRange(2, 4).Draw(t, "units") {
			row := make([]float64, periods)
			for p := range row {
				row[p] = float64(rapid.IntRange(-50, 50).Draw(t, "y")) / 4
			}
			rows, first = append(rows, row), append(first, f)
		}
	}
	return rows, first
}

// The simple average with not-yet-treated controls is the estimate that the
// exact test is of.
func TestSimpleIsTheEstimateOfStaggered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, first := drawAdoption(t)
		a, err := effect.NewAdoption(observations(rows, first))
		require.NoError(t, err)
		panel, start, allocation, err := a.Exact(2)
		require.NoError(t, err)
		exact, err := effect.Staggered(panel, start, allocation, nil)
		require.NoError(t, err)
		require.InDelta(t, exact.Estimate, groupTime(t, a, effect.GroupTimeSpec{}).Simple().Value, 1e-9)
	})
}

func observations(rows [][]float64, first []int) func(func(effect.Observation) bool) {
	return func(yield func(effect.Observation) bool) {
		for i, row := range rows {
			for p, y := range row {
				if !yield(effect.Observation{Unit: fmt.Sprint(i), Period: 1 + p, First: first[i], Outcome: y}) {
					return
				}
			}
		}
	}
}

// A constant per unit and per period is differenced away; an effect that adds
// the same to every treated cell is added to every average; the unit of
// measurement scales estimates and errors.
func TestGroupTimeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, first := drawAdoption(t)
		spec := effect.GroupTimeSpec{
			Controls: rapid.SampledFrom([]effect.Controls{effect.NotYetTreated, effect.NeverTreated}).Draw(t, "controls"),
			Base:     rapid.SampledFrom([]effect.Base{effect.VaryingBase, effect.UniversalBase}).Draw(t, "base"),
		}
		a, err := effect.NewAdoption(observations(rows, first))
		require.NoError(t, err)
		want := groupTime(t, a, spec)
		const tau, scale = 2.5, 4.0
		moved := make([][]float64, len(rows))
		for i, row := range rows {
			for p, y := range row {
				y += float64(7*i) + float64(p*p)
				if first[i] > 0 && 1+p >= first[i] {
					y += tau
				}
				moved[i] = append(moved[i], scale*y)
			}
		}
		b, err := effect.NewAdoption(observations(moved, first))
		require.NoError(t, err)
		got := groupTime(t, b, spec)
		pair := func(was, is effect.Estimate, added float64) {
			require.InDelta(t, scale*(was.Value+added), is.Value, 1e-8)
			if math.IsInf(was.SE, 1) {
				return
			}
			require.InDelta(t, scale*was.SE, is.SE, 1e-8)
		}
		for k, c := range want.Cells {
			added := tau
			if c.Period < c.Group {
				added = 0
			}
			pair(c.Estimate, got.Cells[k].Estimate, added)
		}
		pair(want.Simple(), got.Simple(), tau)
		pair(want.Groups().Overall, got.Groups().Overall, tau)
		pair(want.Calendar().Overall, got.Calendar().Overall, tau)
		pair(want.EventStudy().Overall, got.EventStudy().Overall, tau)
	})
}

// PIL-083: below fifty units on a side the errors carry a warning, and from
// fifty on they do not.
func TestGroupTimeWarnsOfFewUnits(t *testing.T) {
	for _, n := range []int{49, 50} {
		var rows [][]float64
		var first []int
		for i := range 50 + n {
			rows = append(rows, []float64{float64(i % 7), float64(i % 5), float64(i % 3)})
			first = append(first, 0)
			if i < n {
				first[i] = 2
			}
		}
		r := groupTime(t, panelOf(t, rows, first), effect.GroupTimeSpec{})
		require.Equal(t, []int{n, 50}, []int{r.Treated, r.Control})
		require.Equal(t, n < 50, r.Findings.Has("PIL-083"))
		require.False(t, r.Findings.Blocked())
	}
}

// PIL-083 as an error: a wave of one unit has effects and no standard error,
// and neither has an average that holds one.
func TestGroupTimeRefusesErrorsOfOneUnit(t *testing.T) {
	rows := [][]float64{{1, 2, 4}, {2, 3, 3}, {1, 0, 3}, {5, 5, 6}, {3, 5, 1}}
	r := groupTime(t, panelOf(t, rows, []int{2, 3, 3, 0, 0}), effect.GroupTimeSpec{})
	require.True(t, r.Findings.Blocked())
	for _, c := range r.Cells {
		require.Equal(t, c.Group == 2, math.IsInf(c.SE, 1))
		require.Equal(t, c.Group == 2, math.IsInf(c.Low, -1) && math.IsInf(c.High, 1))
	}
	require.True(t, math.IsInf(r.Simple().SE, 1))
	require.True(t, math.IsInf(r.Groups().Points[0].SE, 1))
	require.False(t, math.IsInf(r.Groups().Points[1].SE, 1))

	// A comparison of one is as blind.
	r = groupTime(t, panelOf(t, rows[:4], []int{2, 2, 2, 0}), effect.GroupTimeSpec{})
	require.True(t, r.Findings.Blocked())
	require.True(t, math.IsInf(r.Simple().SE, 1))

	// Where nothing varies there is no error to be sure of.
	r = groupTime(t, panelOf(t, [][]float64{{1, 1, 2}, {1, 1, 2}, {1, 1, 1}, {1, 1, 1}}, []int{3, 3, 0, 0}), effect.GroupTimeSpec{})
	require.True(t, r.Findings.Blocked())
	require.Equal(t, 1.0, r.Simple().Value)
	require.True(t, math.IsInf(r.Simple().SE, 1))
}

// PIL-084: a wave without a period before its start is left out, and without a
// unit that stays untreated the last wave is the comparison.
func TestGroupTimeSaysWhatIsCompared(t *testing.T) {
	rows := [][]float64{{1, 2, 4}, {2, 3, 3}, {1, 0, 3}, {5, 5, 6}, {3, 5, 1}, {3, 4, 1}}
	r := groupTime(t, panelOf(t, rows, []int{1, 1, 2, 2, 3, 3}), effect.GroupTimeSpec{})
	require.True(t, r.Findings.Has("PIL-084"))
	var messages []string
	for _, f := range r.Findings {
		if f.Code == "PIL-084" {
			messages = append(messages, f.Severity.String()+": "+f.Message)
		}
	}
	require.Equal(t, []string{
		"warning: the wave of period 1 (2 units) is left out: it has no period before it starts",
		"info: no unit stays untreated: the wave of period 3 (2 units) is the comparison, and 1 of 3 periods are left out",
	}, messages)
	require.Len(t, r.Cells, 1)

	for _, first := range [][]int{{0, 0, 0, 0, 0, 0}, {2, 2, 2, 2, 2, 2}, {1, 1, 1, 0, 0, 0}} {
		_, err := effect.CallawaySantAnna(panelOf(t, rows, first), effect.GroupTimeSpec{})
		require.ErrorContains(t, err, "nothing to compare")
	}
	_, err := effect.CallawaySantAnna(effect.Adoption{}, effect.GroupTimeSpec{})
	require.Error(t, err)
	a := panelOf(t, rows, []int{2, 2, 2, 0, 0, 0})
	for _, s := range []effect.GroupTimeSpec{{Anticipation: -1}, {Anticipation: 3}, {Controls: 2}, {Base: 2}} {
		_, err := effect.CallawaySantAnna(a, s)
		require.Error(t, err)
	}
}

// The zero values answer without a panic, and say nothing.
func TestZeroGroupTime(t *testing.T) {
	var r effect.GroupTime
	require.True(t, math.IsInf(r.Simple().SE, 1))
	require.Empty(t, r.Groups().Points)
	_, err := r.Band(1000, 1)
	require.Error(t, err)
	_, err = r.EventStudy().Band(1000, 1)
	require.Error(t, err)
}

// The band is wider than the intervals, and the same for the same seed.
func TestBand(t *testing.T) {
	var file adoptionFigures
	read(t, "adoption.json", &file)
	s := groupTime(t, panelOf(t, file.Panels[0].Rows, file.Panels[0].First), effect.GroupTimeSpec{Base: effect.UniversalBase}).EventStudy()
	require.True(t, math.IsInf(s.Points[0].BandLow, -1))
	one, err := s.Band(500, 7)
	require.NoError(t, err)
	two, err := s.Band(500, 7)
	require.NoError(t, err)
	require.Equal(t, one.Points, two.Points)
	three, err := s.Band(500, 8)
	require.NoError(t, err)
	require.NotEqual(t, one.Critical, three.Critical)
	require.True(t, math.IsInf(s.Points[0].BandLow, -1), "the series itself has not changed")
	for _, p := range one.Points {
		require.LessOrEqual(t, p.BandLow, p.Low)
		require.GreaterOrEqual(t, p.BandHigh, p.High)
		if p.Reference {
			require.Equal(t, effect.Point{At: -1, Reference: true}, p)
		}
	}
	for _, draws := range []int{0, 199, 100_001} {
		_, err = s.Band(draws, 7)
		require.Error(t, err)
	}

}

// numpy gives 2.660 for mpdta's event study, from two million draws of a normal
// vector with the correlations of the influence functions.
func TestBandAgreesWithNumpy(t *testing.T) {
	r := groupTime(t, adoptionFile(t, datadir.Find(t, "golden/roi/did/mpdta.csv"), mpdta), effect.GroupTimeSpec{})
	require.Empty(t, r.Findings)
	band, err := r.EventStudy().Band(10_000, 1)
	require.NoError(t, err)
	require.InDelta(t, 2.660, band.Critical, 0.06)
	cells, err := r.Band(2000, 1)
	require.NoError(t, err)
	require.Greater(t, cells.Critical, band.Critical)
	require.InDelta(t, cells.Cells[0].Value-cells.Critical*cells.Cells[0].SE, cells.Cells[0].BandLow, 1e-12)
}

// What the controls of two waves differ by is uncertain too: of two points, one
// owes its error to that and one to noise, so they are independent and the band
// is that of two, 2.236 standard errors, not of one.
func TestBandCountsControlsThatDiffer(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	var rows [][]float64
	var first []int
	for i := range 300 {
		f := []int{3, 0, 5}[i%3]
		y := dice.NormFloat64() / 100
		if f == 5 {
			y += 20
		}
		rows, first = append(rows, []float64{0, 0, y, y, y + dice.NormFloat64()}), append(first, f)
	}
	s := groupTime(t, panelOf(t, rows, first), effect.GroupTimeSpec{}).Groups()
	require.Len(t, s.Points, 2)
	s, err := s.Band(4000, 3)
	require.NoError(t, err)
	require.InDelta(t, 2.236, s.Critical, 0.06)
}

// A wave for each of many periods wants a table that grows with the cube.
func TestCallawaySantAnnaBoundsWaves(t *testing.T) {
	const n = 600
	a, err := effect.NewAdoption(func(yield func(effect.Observation) bool) {
		for u := range n {
			for p := range n {
				if !yield(effect.Observation{Unit: strconv.Itoa(u), Period: p + 1, First: u + 2, Outcome: float64((u*7 + p*3) % 11)}) {
					return
				}
			}
		}
	})
	require.NoError(t, err)
	_, err = effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
	require.ErrorContains(t, err, "waves with")
}
