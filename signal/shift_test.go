package signal

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// later is the window of n weeks behind that of one.
func later(n int) coaching.Window {
	from := coaching.MustDate("2026-11-01").AddDays(7 * 8)
	return coaching.Window{From: from, To: from.AddDays(7*n - 1)}
}

// Worked by hand: mean 10, variance 16/7 over 8, mean 14 over 4, so t is
// 4 / sqrt(16/7 (1/8 + 1/4)) = 4.3205 with 7 degrees of freedom; R's 2*pt(-t, 7)
// is 0.0034768.
func TestShiftByHand(t *testing.T) {
	s, w := one(t, 8, 12, 10, 10, 12, 8, 10, 10, 13, 15, 14, 14)
	b, _ := BaselinesOf(s, w, BaselineConfig{})
	got := b.Shift(person(t, "L"), later(4))
	require.Empty(t, got.Reason)
	require.Equal(t, []int{8, 4}, []int{got.N, got.K})
	require.InDelta(t, 4, got.Delta, 1e-12)
	require.InDelta(t, 4/math.Sqrt(16.0/7*(1.0/8+1.0/4)), got.T, 1e-12)
	require.Equal(t, 7.0, got.DF)
	require.InDelta(t, 1.959963984540054*math.Sqrt(16.0/7*(1.0/8+1.0/4)), got.MDC95, 1e-12)
	require.InDelta(t, studentTail(got.T), got.P, 1e-9)
}

// A point behind the baseline that the steward rejected is not read: neither
// normalised, nor in the sums, nor in the shift. A window leaves out what lies
// beyond it.
func TestRejectedPointsAreNotRead(t *testing.T) {
	s, w := one(t, 8, 12, 10, 10, 12, 8, 10, 10, 13, 90, 14, 14, 14)
	b, _ := BaselinesOf(s, w, BaselineConfig{})
	leader, spike := person(t, "L"), s.periods[9]
	flags := Detect(b)
	raised := slices.IndexFunc(flags, func(f Flag) bool { return f.Period == spike })
	require.GreaterOrEqual(t, raised, 0)
	log, err := NewStewardLog(flags, map[coaching.PersonID]coaching.PersonID{leader: person(t, "C")})
	require.NoError(t, err)
	require.NoError(t, log.Decide(StewardDecision{flags[raised].ID, Rejected, "export error", person(t, "S"), spike.Last()}))
	settled, _ := b.Settle(log)
	require.Len(t, b.Cusum(leader), 5)
	require.Len(t, settled.Cusum(leader), 4)
	require.Equal(t, 4, b.Shift(leader, later(4)).K)
	require.Equal(t, 3, settled.Shift(leader, later(4)).K)
	require.Equal(t, 4, settled.Shift(leader, later(5)).K)
	z, _ := settled.Normalise(RobustZ)
	require.Equal(t, Cell{Status: Excluded, Reason: "rejected by the steward: export error"}, z.At(leader, spike))
}

// studentTail is the two-sided tail of Student's t with 7 degrees of freedom, by
// Simpson's rule over its density.
func studentTail(x float64) float64 {
	const df, steps = 7.0, 200_000
	lgA, _ := math.Lgamma((df + 1) / 2)
	lgB, _ := math.Lgamma(df / 2)
	c := math.Exp(lgA-lgB) / math.Sqrt(df*math.Pi)
	f := func(y float64) float64 { return c * math.Pow(1+y*y/df, -(df+1)/2) }
	h, sum := x/steps, f(0)+f(x)
	for i := 1; i < steps; i++ {
		sum += f(float64(i)*h) * float64(2+2*(i%2))
	}
	return 1 - 2*sum*h/3
}

// The tail agrees with R's quantiles.
func TestTSurvivalAgreesWithR(t *testing.T) {
	for _, r := range table(t, "testdata/t_quantiles.csv") {
		df := math.Inf(1)
		if r["df"] != "Inf" {
			df = number(t, r["df"])
		}
		near(t, 1-number(t, r["p"]), tSurvival(number(t, r["t"]), df), 1e-9, r["df"], r["p"])
	}
}

func TestShiftSaysWhyThereIsNone(t *testing.T) {
	tests := []struct {
		name   string
		values []float64
		want   string
	}{
		{"two periods", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 9}, "2 periods behind the baseline; want at least 3"},
		{"a gap leaves two", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, math.NaN(), 9}, "2 periods behind the baseline; want at least 3"},
		{"constant", []float64{3, 3, 3, 3, 3, 3, 3, 3, 9, 9, 9}, "constant"},
		{"insufficient", []float64{1, math.NaN(), math.NaN(), math.NaN(), 5, 6, 7, 8, 9, 9, 9}, "insufficient"},
	}
	for _, tt := range tests {
		s, w := one(t, tt.values...)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		got := b.Shift(person(t, "L"), later(4))
		require.Contains(t, got.Reason, tt.want, tt.name)
		require.Zero(t, got.Delta)
		require.Zero(t, got.P)
		require.NotEmpty(t, b.Shift(person(t, "nobody"), later(4)).Reason)
		require.NotEmpty(t, b.Shift(person(t, "L"), w).Reason, "the baseline is not behind itself")
	}
	require.NotEmpty(t, (*Baselines)(nil).Shift(person(t, "L"), later(4)).Reason)
}

// A shift of P below alpha is one whose mean lies outside the limits of one new
// period, narrowed by sqrt((1/n + 1/k) / (1 + 1/n)).
func TestShiftAgreesWithTheLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(0, 100), 12, 12).Draw(rt, "values")
		s, w := one(t, values...)
		b, _ := BaselinesOf(s, w, BaselineConfig{})
		i, got := b.items[0], b.Shift(person(t, "L"), later(4))
		if i.SD < 1e-9 {
			return
		}
		half := (i.High - i.Low) / 2 * math.Sqrt((1.0/8+1.0/4)/(1+1.0/8))
		require.Equal(t, math.Abs(got.Delta) > half, got.P < 0.01, "delta %v, half %v, P %v", got.Delta, half, got.P)
	})
}

// The two shifts planted in a panel of 12 leaders are beyond the MDC95, and at
// 1 % no other leader shifts. One of the two would go below zero hours and is cut
// off there, which leaves it at 7 %.
func TestPlantedShiftsAreFound(t *testing.T) {
	file, err := os.ReadFile(datadir.Find(t, "golden/signal/synthetic_panel.csv"))
	require.NoError(t, err)
	text := strings.Replace(string(file), "leader_id,week,signal,value", "person,date,metric,value", 1)
	planted := map[string]struct {
		leader string
		most   float64
	}{"review_turnaround_hours": {"L03", 0.07}, "after_hours_ratio": {"L08", 0.012}}
	for metric, want := range planted {
		p, _, err := ReadLong(strings.NewReader(text), spec(t, metric))
		require.NoError(t, err)
		teams := Teams{}
		for _, s := range p.Subjects() {
			teams[s] = s
		}
		d := teamHours()
		d.Grain, d.Expr.Num = Leader, []string{metric}
		s, fs := Evaluate(p, d, teams, FindExclusions(p, metric, nil))
		require.NoError(t, fs.Err())
		first := s.Periods()[0].Start
		b, _ := BaselinesOf(s, coaching.Window{From: first, To: first.AddDays(55)}, BaselineConfig{})
		behind := coaching.Window{From: first.AddDays(56), To: first.AddDays(7*16 - 1)}
		found := b.Shift(person(t, want.leader), behind)
		require.Less(t, found.P, want.most, metric)
		require.Greater(t, -found.Delta, found.MDC95)
		for _, l := range s.Leaders() {
			if other := b.Shift(l, behind); other.Reason == "" && l != person(t, want.leader) {
				require.Greater(t, other.P, 0.01, metric)
			}
		}
	}
}
