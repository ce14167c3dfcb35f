package chart_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/chart"
)

func TestEventStudyGolden(t *testing.T) {
	inf := math.Inf(1)
	e := chart.EventStudy{
		Title: "Cycle time since coaching began", Desc: "Effects from -3 to 4 periods.",
		Axis: "days per item; thick: each by itself, thin: all together, 95 %; the square is the reference",
		Points: []chart.EventPoint{
			{At: -3, Value: 0.1, Low: -0.4, High: 0.6, BandLow: -0.7, BandHigh: 0.9},
			{At: -2, Value: -0.1, Low: -0.5, High: 0.3, BandLow: -0.8, BandHigh: 0.6},
			{At: -1, Low: -inf, High: inf, BandLow: -inf, BandHigh: inf, Reference: true},
			{At: 0, Value: -0.4, Low: -0.9, High: 0.1, BandLow: -1.1, BandHigh: 0.3},
			{At: 1, Value: -0.9, Low: -1.5, High: -0.3, BandLow: -1.8, BandHigh: 0},
			{At: 2, Value: -1.4, Low: -2.1, High: -0.7, BandLow: -2.4, BandHigh: -0.4},
			{At: 3, Value: math.NaN()},
			{At: 4, Value: -1.2, Low: -inf, High: inf, BandLow: -inf, BandHigh: inf},
		},
	}
	golden(t, "eventstudy.svg", e.SVG())
	golden(t, "eventstudy_empty.svg", chart.EventStudy{Title: "Nothing", Points: []chart.EventPoint{{Value: math.NaN()}}}.SVG())
}

// Whatever goes in, the figure is well formed and the same twice.
func TestEventStudyHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		number := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Float64Range(-5, 5))
		e := chart.EventStudy{Title: rapid.String().Draw(rt, "title"), Axis: rapid.String().Draw(rt, "axis")}
		for range rapid.IntRange(0, 12).Draw(rt, "points") {
			e.Points = append(e.Points, chart.EventPoint{At: rapid.IntRange(-1000, 1000).Draw(rt, "at"), Value: number.Draw(rt, "v"),
				Low: number.Draw(rt, "low"), High: number.Draw(rt, "high"), BandLow: number.Draw(rt, "bl"), BandHigh: number.Draw(rt, "bh"), Reference: rapid.Bool().Draw(rt, "r")})
		}
		one := e.SVG()
		wellFormed(rt, one)
		require.Equal(rt, one, e.SVG())
	})
}
