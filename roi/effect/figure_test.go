package effect_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi/effect"
)

// drawn checks that a figure is well formed and returns how often each element
// stands in it.
func drawn(t *testing.T, svg []byte) map[string]int {
	t.Helper()
	d, seen := xml.NewDecoder(strings.NewReader(string(svg))), map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return seen
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			seen[e.Name.Local]++
		}
	}
}

// The figures show what the results hold: every allocation is in a bar, every
// distance has its mark, every unit its two dots.
func TestFigures(t *testing.T) {
	y, err := effect.Floats([]float64{5, 4, 6, 5, 1, 2, 1, 0}, 0)
	require.NoError(t, err)
	r, err := effect.TwoGroup(y, 1, []int{1, 1, 1, 1, 0, 0, 0, 0}, nil)
	require.NoError(t, err)
	svg := r.Figure("Meeting hours <saved>", "hours")
	require.Equal(t, 1, drawn(t, svg)["title"])
	require.Contains(t, string(svg), "2 of 70 as large")
	require.Contains(t, string(svg), "&lt;saved")
	require.Equal(t, svg, r.Figure("Meeting hours <saved>", "hours"))
	rates, err := effect.Rates(effect.Count{Events: 10, Time: 1}, effect.Count{Events: 8, Time: 1})
	require.NoError(t, err)
	require.Contains(t, string(rates.Figure("Exits", "ratio")), "no data")

	a, err := effect.NewAdoption(func(yield func(effect.Observation) bool) {
		for unit := range 12 {
			for period := range 6 {
				first := []int{3, 4, 0}[unit%3]
				o := effect.Observation{Unit: string(rune('a' + unit)), Period: period + 1, First: first, Outcome: float64(unit + unit*period%4 + period*period%5)}
				if first > 0 && period+1 >= first {
					o.Outcome += 2
				}
				if !yield(o) {
					return
				}
			}
		}
	})
	require.NoError(t, err)
	g, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
	require.NoError(t, err)
	series := g.EventStudy()
	plain := drawn(t, series.Figure("Cycle time", "days"))
	banded, err := series.Band(500, 1)
	require.NoError(t, err)
	with := drawn(t, banded.Figure("Cycle time", "days"))
	require.Equal(t, plain["circle"], with["circle"])
	require.Greater(t, with["line"], plain["line"], "the band is drawn beside the intervals")

	dots, err := effect.BeforeAfter("Hours", "hours", []string{"A", "B", "C", "D", "E", "F", "G", "H"}, y, y)
	require.NoError(t, err)
	require.Equal(t, 18, drawn(t, dots)["circle"], "two for each unit, two in the legend")
	_, err = effect.BeforeAfter("Hours", "hours", []string{"A"}, y, y)
	require.ErrorContains(t, err, "1 labels for 8 values")
}
