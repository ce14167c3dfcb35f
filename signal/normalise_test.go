package signal

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// SIG-023: which signals have which reading.
func TestNormaliseRefuses(t *testing.T) {
	answers := func(d *Definition) { d.Source, d.Range = SurveyAnswers, &Band{1, 5} }
	tests := []struct {
		name string
		edit func(*Definition)
		by   Normalisation
		want string // "" is a table
	}{
		{"hours", func(*Definition) {}, RobustZ, ""},
		{"hours, oriented", func(*Definition) {}, OrientedZ, ""},
		{"hours, percent", func(*Definition) {}, PercentOfBaseline, ""},
		{"none", func(*Definition) {}, NotNormalised, "want robust_z"},
		{"unknown", func(*Definition) {}, 9, "want robust_z"},
		{"mean answer", answers, RobustZ, "ordinal"},
		{"mean answer, oriented", answers, OrientedZ, "ordinal"},
		{"mean answer, percent", answers, PercentOfBaseline, "ordinal"},
		{"median of 0 to 10", func(d *Definition) { d.Source, d.Expr.Op, d.Range = SurveyAnswers, Median, &Band{0, 10} }, RobustZ, "ordinal"},
		{"mean score of 0 to 100", func(d *Definition) { d.Source, d.Range = SurveyAnswers, &Band{0, 100} }, RobustZ, ""},
		{"answers without a range", func(d *Definition) { d.Source, d.Range = SurveyAnswers, nil }, RobustZ, "ordinal"},
		{"favourable share", func(d *Definition) { d.Source, d.Expr.Op, d.Range = SurveyAnswers, ShareAtLeast, &Band{0, 1} }, RobustZ, ""},
		{"context", func(d *Definition) { d.Direction = Context }, OrientedZ, "neither way"},
		{"context, plain", func(d *Definition) { d.Direction = Context }, RobustZ, ""},
		{"band without target", func(d *Definition) { d.Direction = TargetBand }, OrientedZ, "no target"},
		{"NPS, percent", func(d *Definition) { d.Range = &Band{-100, 100} }, PercentOfBaseline, "ratio scale"},
		{"NPS", func(d *Definition) { d.Range = &Band{-100, 100} }, RobustZ, ""},
		{"no range, percent", func(d *Definition) { d.Range = nil }, PercentOfBaseline, "ratio scale"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, w := one(t, 10, 11, 9, 12, 10, 11, 9, 10)
			tt.edit(&s.definition)
			b, _ := BaselinesOf(s, w, BaselineConfig{})
			n, fs := b.Normalise(tt.by)
			require.Equal(t, tt.want == "", n != nil)
			require.Equal(t, tt.want != "", fs.Has("SIG-023"))
			if tt.want != "" {
				require.Contains(t, fs[0].Message, tt.want)
			}
			if tt.want == "ordinal" {
				_, ok := b.items[0].Z(10)
				require.False(t, ok, "no z by the other door either")
				require.Equal(t, "outside the series", PeersOf(s).At(person(t, "L"), s.periods[0]).Reason)
			}
		})
	}
	var none *Normalised
	require.Equal(t, Missing, none.At(person(t, "L"), Period{}).Status)
	_, fs := (*Baselines)(nil).Normalise(RobustZ)
	require.Empty(t, fs.Err(), "no series, no figure, no panic")
}

// The sign by which more is better; a target band is 0 inside.
func TestOrientedZ(t *testing.T) {
	values := []float64{10, 12, 8, 14, 10, 12, 8, 10, 30}
	read := func(edit func(*Definition)) (oriented, plain float64) {
		s, w := one(t, values...)
		edit(&s.definition)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		o, fs := b.Normalise(OrientedZ)
		require.Empty(t, fs)
		z, _ := b.Normalise(RobustZ)
		at := s.periods[8]
		require.Equal(t, OrientedZ, o.By())
		require.Same(t, s, o.Series())
		return o.At(person(t, "L"), at).Value, z.At(person(t, "L"), at).Value
	}
	o, z := read(func(d *Definition) { d.Direction = Higher })
	require.Equal(t, z, o)
	require.Positive(t, z)
	o, _ = read(func(d *Definition) { d.Direction = Lower })
	require.Equal(t, -z, o)
	band := func(low, high float64) func(*Definition) {
		return func(d *Definition) { d.Direction, d.Target = TargetBand, &Band{low, high} }
	}
	o, _ = read(band(5, 30))
	require.Zero(t, o)
	scale := madn(values[:8])
	o, _ = read(band(5, 24))
	require.InDelta(t, -6/scale, o, 1e-12)
	o, _ = read(band(33, 40))
	require.InDelta(t, -3/scale, o, 1e-12)
	o, _ = read(func(d *Definition) { band(5, 24)(d); d.Transform = Log1p })
	require.Negative(t, o)
}

// A cell without a reading says why: none in the series, no baseline, a
// constant, a level of zero.
func TestNormalisedCellsSayWhy(t *testing.T) {
	weeks := func(values ...float64) map[string]float64 {
		row := map[string]float64{}
		for w, v := range values {
			row[weekAt(w)] = v
		}
		return row
	}
	gone := math.NaN()
	s, ids := leaderSeries(t, "Meeting_hours", map[string]map[string]float64{
		"few":      weeks(1, gone, gone, gone, gone, 2, 3, 4),
		"constant": weeks(3, 3, 3, 3, 3, 3, 3, 3),
		"zero":     weeks(0, 0, 0, 0, 0, 1, 0, 2),
		"gap":      weeks(1, 2, gone, 4, 5, 6, 7, 8),
	})
	_, w := one(t, 1)
	b, _ := BaselinesOf(s, w, BaselineConfig{})
	z, _ := b.Normalise(RobustZ)
	percent, _ := b.Normalise(PercentOfBaseline)
	require.Equal(t, "the baseline is insufficient", z.At(ids["few"], s.periods[0]).Reason)
	require.Equal(t, "the baseline is constant", z.At(ids["constant"], s.periods[0]).Reason)
	require.Equal(t, Cell{Status: OK, N: 1}, percent.At(ids["constant"], s.periods[0]))
	require.Equal(t, "the baseline's level is not above zero", percent.At(ids["zero"], s.periods[0]).Reason)
	require.Equal(t, OK, z.At(ids["zero"], s.periods[7]).Status, "the mean deviation stands in")
	require.Equal(t, s.At(ids["gap"], s.periods[2]), z.At(ids["gap"], s.periods[2]))
	require.Equal(t, "outside the series", z.At(person(t, "nobody"), s.periods[0]).Reason)
}

// Normalised baselines have a median of zero, and a unit is no matter: minutes
// and hours give the same z and the same percentage.
func TestNormaliseForgetsTheUnit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(1, 40), 10, 10).Draw(rt, "hours")
		minutes := make([]float64, len(values))
		for i, v := range values {
			minutes[i] = 60 * v
		}
		for _, by := range []Normalisation{RobustZ, PercentOfBaseline} {
			var got [2][]float64
			for k, list := range [][]float64{values, minutes} {
				s, w := one(t, list...)
				b, _ := BaselinesOf(s, w, BaselineConfig{})
				n, _ := b.Normalise(by)
				for _, p := range s.Periods() {
					got[k] = append(got[k], n.At(person(t, "L"), p).Value)
				}
			}
			require.InDeltaSlice(t, got[0], got[1], 1e-6)
			require.InDelta(t, 0, median(got[0][:8]), 1e-6)
		}
	})
}

// Peers: a leader's z among the leaders of the same week, for six or more.
func TestPeersOf(t *testing.T) {
	values := map[string]map[string]float64{}
	for l := range 7 {
		values[fmt.Sprint(l)] = map[string]float64{weekAt(0): float64(l * l), weekAt(1): 5, weekAt(2): math.NaN()}
		if l < 5 {
			values[fmt.Sprint(l)][weekAt(2)] = float64(l)
		}
	}
	s, ids := leaderSeries(t, "Meeting_hours", values)
	p := PeersOf(s)
	week := func(w int) Period { return s.periods[w] }
	scale := madn([]float64{0, 1, 4, 9, 16, 25, 36})
	require.InDelta(t, (36-9)/scale, p.At(ids["6"], week(0)).Value, 1e-12)
	require.Zero(t, p.At(ids["3"], week(0)).Value)
	require.Equal(t, "all leaders have the same value", p.At(ids["3"], week(1)).Reason)
	require.Equal(t, "5 leaders have a value; want at least 6", p.At(ids["3"], week(2)).Reason)
	require.Equal(t, s.At(ids["6"], week(2)), p.At(ids["6"], week(2)))
	require.Equal(t, Missing, PeersOf(nil).At(ids["6"], week(0)).Status)
	require.Equal(t, Missing, (&Peers{}).At(ids["6"], week(0)).Status)
}

// SIG-023: a view says no percentage of what has none, no more than Normalise.
func TestPercentNeedsARatioScale(t *testing.T) {
	for name, tt := range map[string]struct {
		edit func(*Definition)
		want bool
	}{
		"hours":         {func(d *Definition) { d.Range = &Band{0, 168} }, true},
		"NPS":           {func(d *Definition) { d.Range = &Band{-100, 100} }, false},
		"score":         {func(d *Definition) { d.Range = &Band{1, 50} }, false},
		"mean answer":   {func(d *Definition) { d.Source, d.Range = SurveyAnswers, nil }, false},
		"nothing known": {func(d *Definition) { d.Range = nil }, true},
	} {
		s, w := one(t, 10, 11, 12, 10, 11, 12, 10, 11, 22)
		tt.edit(&s.definition)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		_, ok := b.items[0].Percent(22)
		require.Equal(t, tt.want, ok, name)
		require.Equal(t, tt.want, b.view(b.items[0], coaching.Window{}, coaching.MustDate(weekAt(10))).PercentOK, name)
	}
}
