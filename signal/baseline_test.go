package signal

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/exp/stats"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// one returns a leader's series from weekly values, NaN for missing.
func one(t testing.TB, values ...float64) (*Series, coaching.Window) {
	t.Helper()
	weeks := map[string]float64{}
	for w, v := range values {
		weeks[weekAt(w)] = v
	}
	s, _ := leaderSeries(t, "Meeting_hours", map[string]map[string]float64{"L": weeks})
	from := coaching.MustDate("2026-11-01")
	return s, coaching.Window{From: from, To: from.AddDays(7*8 - 1)}
}

// SIG-025: what a baseline needs, each requirement just met and just missed.
func TestBaselineRequirements(t *testing.T) {
	gone := math.NaN()
	tests := []struct {
		name   string
		config BaselineConfig
		values []float64
		want   string // "" is sufficient
	}{
		{"eight", BaselineConfig{}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, ""},
		{"six of eight", BaselineConfig{}, []float64{1, gone, 3, 4, gone, 6, 7, 8}, ""},
		{"five of eight", BaselineConfig{}, []float64{1, gone, 3, gone, gone, 6, 7, 8}, "5 usable periods; want at least 6"},
		{"zero is a value", BaselineConfig{}, []float64{0, 0, 1, 0, 0, 0, 0, 0}, ""},
		{"six of nine", BaselineConfig{MinUsable: 6, MinShare: 0.8}, []float64{1, gone, 3, 4, gone, 6, 7, 8}, "6 of 8 periods usable; want 80%"},
		{"gap of two", BaselineConfig{}, []float64{1, 2, gone, gone, 5, 6, 7, 8}, ""},
		{"gap of three", BaselineConfig{MinUsable: 5, MinShare: 0.5}, []float64{1, 2, gone, gone, gone, 6, 7, 8}, "a gap of 3 periods; want at most 2"},
		{"old", BaselineConfig{Start: coaching.MustDate("2027-01-10")}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, "ends 15 days before the start"},
		{"just young enough", BaselineConfig{Start: coaching.MustDate("2027-01-09")}, []float64{1, 2, 3, 4, 5, 6, 7, 8}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, w := one(t, tt.values...)
			b, fs := BaselinesOf(s, w, tt.config)
			i := b.Of(person(t, "L"))
			require.Equal(t, tt.want == "", i.Sufficient, i.Reasons)
			require.Equal(t, tt.want != "", fs.Has("SIG-025"))
			if tt.want != "" {
				require.Contains(t, fmt.Sprint(i.Reasons), tt.want)
				require.Zero(t, i.Level)
				require.False(t, i.Outside(1e9), "an insufficient baseline judges nothing")
				require.Empty(t, Detect(b))
			}
		})
	}
}

// SIG-025: six days are not six weeks, however many figures they give.
func TestBaselineOfDays(t *testing.T) {
	from := coaching.MustDate("2026-11-02")
	for days, want := range map[int]bool{6: false, 35: false, 41: false, 42: true, 56: true} {
		p := feed(t, 1, 1, slices.Collect(func(yield func(int) bool) {
			for d := range days {
				if !yield(d + 1) {
					return
				}
			}
		})...)
		d := teamHours()
		d.Cadence, d.Grain = Daily, Leader
		s, fs := Evaluate(p, d, Teams{person(t, "L"): person(t, "L")}, nil)
		require.NoError(t, fs.Err())
		b, fs := BaselinesOf(s, coaching.Window{From: from, To: from.AddDays(days - 1)}, BaselineConfig{})
		require.Equal(t, days, b.items[0].N)
		require.Equal(t, want, b.items[0].Sufficient, b.items[0].Reasons)
		require.Equal(t, !want, fs.Has("SIG-025"))
	}
}

// DQ10: a constant has no z and says so; a lone departure falls back on the mean
// deviation and is flagged.
func TestConstantBaselines(t *testing.T) {
	s, w := one(t, 3, 3, 3, 3, 3, 3, 3, 3, 3)
	b, fs := BaselinesOf(s, w, BaselineConfig{})
	require.True(t, fs.Has("DQ10"))
	_, ok := b.items[0].Z(4)
	require.False(t, ok)
	require.Empty(t, Detect(b))

	s, w = one(t, 3, 3, 3, 9, 3, 3, 3, 3)
	b, _ = BaselinesOf(s, w, BaselineConfig{})
	require.Equal(t, AAD, b.items[0].ScaleFrom)
	flags := Detect(b)
	require.Len(t, flags, 1)
	require.Equal(t, BaselineScreen, flags[0].Rule)
	require.Equal(t, weekAt(3), flags[0].Period.Start.String())
}

// Variances are drawn together only where at least three leaders have one, and
// never where most are zero.
func TestModerationNeedsThreeLeaders(t *testing.T) {
	for _, tt := range []struct {
		variances []float64
		ok        bool
	}{
		{[]float64{1, 2}, false}, {[]float64{1, 2, 0}, false}, {[]float64{1, 2, 3}, true}, {[]float64{1, 2, 3, 0}, true}, {[]float64{1, 2, 3, 0, 0, 0, 0}, false},
	} {
		df := make([]float64, len(tt.variances))
		for i := range df {
			df[i] = 7
		}
		m := moderate(tt.variances, df)
		require.Equal(t, tt.ok, m.ok, "%v", tt.variances)
		v, own := m.variance(9, 7)
		if !tt.ok {
			require.Equal(t, []float64{9, 7}, []float64{v, own}, "a leader's own spread stands")
		}
	}
}

// The limits agree with the flags, on whatever scale the spread is measured.
func TestDetectAgreesWithTheLimits(t *testing.T) {
	for _, tr := range []Transform{Identity, Log1p, Sqrt} {
		rapid.Check(t, func(rt *rapid.T) {
			values := rapid.SliceOfN(rapid.Float64Range(0, 100), 9, 9).Draw(rt, "values")
			s, w := one(t, values...)
			s.definition.Transform, s.definition.Range = tr, &Band{0, 1000}
			b, _ := BaselinesOf(s, w, BaselineConfig{})
			flagged := false
			for _, f := range Detect(b) {
				flagged = flagged || f.Rule == NewPeriod
			}
			i := b.items[0]
			if math.Abs(values[8]-i.Low) > 1e-9 && math.Abs(values[8]-i.High) > 1e-9 && i.SD > 1e-9 {
				require.Equal(t, i.Outside(values[8]), flagged)
			}
		})
	}
}

// Medians and quantiles agree with x/exp/stats.
func TestMedianAgreesWithXExp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 30).Draw(t, "values")
		require.InDelta(t, stats.Median(values), median(values), 1e-6)
	})
	require.True(t, math.IsNaN(median(nil)))
}

// The intraclass correlations that Shrout and Fleiss (1979), table 4, give for
// their six targets and four judges: .17 and .44.
func TestStabilityOfShroutAndFleiss(t *testing.T) {
	st := stability([][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}})
	require.InDelta(t, 11.24, st.MSBetween, 0.005)
	require.InDelta(t, 6.26, st.MSWithin, 0.005)
	require.InDelta(t, 0.17, st.ICC1, 0.005)
	require.InDelta(t, 0.44, st.ICCk, 0.005)
	require.Equal(t, Noisy, st.Verdict)
}

func TestStabilityIsUnmeasuredRatherThanGuessed(t *testing.T) {
	for _, rows := range [][][]float64{nil, {{1, 2, 3}}, {{1, 2}, {3, 4}, {5, 6}}, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}, {{1, 1, 1}, {2, 2, 2}, {3, 3, 3}}} {
		st := stability(rows)
		require.Equal(t, Unmeasured, st.Verdict)
		require.NotEmpty(t, st.Reason)
	}
}

// SIG-013: each threshold, just met and just missed.
func TestStabilityVerdicts(t *testing.T) {
	below := func(x float64) float64 { return math.Nextafter(x, 0) }
	above := func(x float64) float64 { return math.Nextafter(x, 1) }
	tests := []struct {
		icc1, icck, lag float64
		want            StabilityVerdict
	}{
		{0.3, 0.8, 0, Stable},
		{0.3, below(0.8), 0, Usable},
		{0.3, 0.6, 0, Usable},
		{0.3, below(0.6), 0, Noisy},
		{-0.1, -0.5, 0, Noisy},
		{above(0.9), 0.99, above(0.5), TraitLike},
		{0.9, 0.99, above(0.5), Stable},
		{above(0.9), 0.99, 0.5, Stable},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, verdict(tt.icc1, tt.icck, tt.lag), "%+v", tt)
	}
}

// SIG-013: which verdicts pass the checklist, for a leader's figure and for a
// team's, which is an aggregate already.
func TestChecklistTakesSteadySignals(t *testing.T) {
	none, warning, blocks := "none", coaching.Warning.String(), coaching.Error.String()
	for verdict, want := range map[StabilityVerdict][2]string{
		Unmeasured: {blocks, blocks}, Noisy: {blocks, warning}, Usable: {none, none}, Stable: {none, none}, TraitLike: {warning, warning},
	} {
		for k, grain := range []Grain{Leader, Team} {
			d := teamHours()
			d.Grain = grain
			got := none
			for _, f := range Assess(d, Judgements{}, Stability{Signal: d.ID, Verdict: verdict}, Freshness{Signal: d.ID, Status: Fresh}).Findings() {
				if f.Code == "SIG-013" {
					got = f.Severity.String()
				}
			}
			require.Equal(t, want[k], got, "%s %s", verdict, grain)
		}
	}
}

// Halves of a pattern that repeats agree fully; halves that swap disagree fully
// and have no step up; the odd periods are the first, third and so on.
func TestSplitHalf(t *testing.T) {
	same := stability([][]float64{{1, 2, 1, 2}, {3, 4, 3, 4}, {5, 6, 5, 6}, {9, 10, 9, 10}})
	require.InDelta(t, 1, same.SplitHalf, 1e-12)
	require.InDelta(t, 1, same.SpearmanBrown, 1e-12)
	swap := stability([][]float64{{1, 9, 1, 9}, {3, 7, 3, 7}, {5, 5, 5, 5}, {0, 10, 0, 10.5}})
	require.Less(t, swap.SplitHalf, -0.99)
	require.InDelta(t, 1.0/4, swap.ZeroMAD, 1e-12)
	flat := stability([][]float64{{1, 2, 1}, {1, 3, 1}, {1, 4, 1}})
	require.Zero(t, flat.SplitHalf, "the odd half does not vary")
	require.Zero(t, flat.SpearmanBrown)
	apart := stability([][]float64{{0, 10, 0, 10}, {1, 8, 1, 8}, {2, 6, 2, 6}, {3, 4, 3, 4}})
	require.InDelta(t, -1, apart.SplitHalf, 1e-12)
	require.Zero(t, apart.SpearmanBrown, "there is no step up")
	require.Positive(t, stability([][]float64{{1, 2, 3, 4}, {2, 3, 4, 6}, {5, 6, 7, 8}}).Trend.S)
}

// Rejected points leave the baseline with the steward's reason, confirmed and
// explained ones stay, and the first baselines are not changed.
func TestSettleRemovesOnlyWhatIsRejected(t *testing.T) {
	for verdict, n := range map[StewardVerdict]int{Confirmed: 8, Explained: 8, Rejected: 7} {
		s, w := one(t, 10, 11, 9, 40, 10, 11, 9, 10)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		flags := Detect(b)
		require.Len(t, flags, 1)
		log, err := NewStewardLog(flags, map[coaching.PersonID]coaching.PersonID{person(t, "L"): person(t, "C")})
		require.NoError(t, err)
		require.NoError(t, log.Decide(StewardDecision{flags[0].ID, verdict, "export error", person(t, "S"), coaching.MustDate("2027-01-01")}))
		settled, _ := b.Settle(log)
		require.Equal(t, n, settled.items[0].N, verdict.String())
		require.Equal(t, 8, b.items[0].N)
		if verdict == Rejected {
			require.Equal(t, "rejected by the steward: export error", settled.items[0].Dropped[0].Reason)
			require.Less(t, settled.items[0].SD, b.items[0].SD)
		}
	}
}

func BenchmarkBaselines(b *testing.B) {
	values := map[string]map[string]float64{}
	for l := range 100 {
		row := map[string]float64{}
		for w := range 16 {
			row[weekAt(w)] = float64((l*31+w*17)%40) + 1
		}
		values[fmt.Sprint(l)] = row
	}
	s, _ := leaderSeries(b, "Meeting_hours", values)
	_, window := one(b, 1)
	for b.Loop() {
		base, _ := BaselinesOf(s, window, BaselineConfig{})
		Detect(base)
	}
}

// The mean of equal values is that value: a rounding error beside a spread of
// zero would make the same figure again a spike.
func TestSteadyFigureIsNoSpike(t *testing.T) {
	for _, v := range []float64{0.1, 0.7, 1.1, 3.3, 9.57} {
		s, w := one(t, v, v, v, v, v, v, v, v, v)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		i := b.items[0]
		require.Empty(t, Detect(b), v)
		require.False(t, i.Outside(v), "%v outside %v to %v", v, i.Low, i.High)
		for _, transform := range []Transform{Sqrt, Log1p} {
			s.definition.Transform = transform
			b, _ = BaselinesOf(s, w, BaselineConfig{})
			require.Empty(t, Detect(b), v)
			require.False(t, b.items[0].Outside(v), "%v %s", v, transform)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e6, 1e6).Draw(t, "v")
		values := make([]float64, rapid.IntRange(1, 60).Draw(t, "n"))
		for i := range values {
			values[i] = v
		}
		mean, _ := meanVariance(values)
		require.Equal(t, v, mean)
	})
}

// One figure that no feed can mean, such as 1e200, does not take the limits from
// the other leaders: it is missing, and counted (DQ08).
func TestOneImpossibleFigureSparesTheOthers(t *testing.T) {
	weeks := map[string]map[string]float64{}
	for l := range 4 {
		name := fmt.Sprint("L", l)
		weeks[name] = map[string]float64{}
		for w := range 9 {
			weeks[name][weekAt(w)] = 10 + float64((w*7+l*3)%5)
		}
	}
	weeks["L0"][weekAt(2)] = 1e200
	weeks["L1"][weekAt(8)] = 90
	s, ids := leaderSeries(t, "Meeting_hours", weeks)
	b, _ := BaselinesOf(s, coaching.Window{From: coaching.MustDate("2026-11-01"), To: coaching.MustDate("2026-12-26")}, BaselineConfig{})
	require.Equal(t, 7, b.Of(ids["L0"]).N)
	flags := Detect(b)
	require.Len(t, flags, 1)
	require.Equal(t, ids["L1"], flags[0].Leader)
	require.False(t, teamHours().possible(-1e31))
	require.True(t, teamHours().possible(-1e30))
}

// The moderated degrees of freedom are at most those of all leaders together, as
// in limma (Smyth 2004): a prior cannot know more than it was learnt from.
func TestModeratedDegreesOfFreedomAreBounded(t *testing.T) {
	m := moderate([]float64{0.35, 0.5, 2.2, 3}, []float64{3, 3, 3, 3})
	require.True(t, m.ok && !math.IsInf(m.d0, 1), "%v", m)
	require.Greater(t, m.d0+3, 12.0)
	_, df := m.variance(0.5, 3)
	require.Equal(t, 12.0, df)
}
