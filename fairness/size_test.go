package fairness_test

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// binomials returns the chance of each x of n, by a recurrence that shares
// nothing with the package.
func binomials(n int64, p float64) []float64 {
	out := []float64{1}
	for range n {
		next := make([]float64, len(out)+1)
		for x, q := range out {
			next[x] += q * (1 - p)
			next[x+1] += q * p
		}
		out = next
	}
	return out
}

// each calls f with every table of two groups.
func each(n1, n2 int64, f func(a, b fairness.Rate)) {
	for x1 := range n1 + 1 {
		for x2 := range n2 + 1 {
			f(fairness.Rate{X: x1, N: n1}, fairness.Rate{X: x2, N: n2})
		}
	}
}

// FAI-005: the chance of a wrong pass or a wrong pause is at most alpha at every
// true rate, by enumeration of all tables of two groups of up to 30: the exact
// test keeps what it promises.
func TestVerdictsKeepTheirSize(t *testing.T) {
	const alpha = 0.05
	sizes := []int64{1, 2, 3, 5, 8, 13, 21, 30}
	if !testing.Short() {
		sizes = nil
		for n := range int64(30) {
			sizes = append(sizes, n+1)
		}
	}
	probs := map[int64][][]float64{} // by size, for each rate on the grid
	const steps = 120
	rate := func(i int) float64 { return float64(i) / steps }
	for _, n := range sizes {
		for i := range steps + 1 {
			probs[n] = append(probs[n], binomials(n, rate(i)))
		}
	}
	worst := 0.0
	for _, theta := range []float64{0.8, 1.25} { // a helpful flag, a burden
		for _, n1 := range sizes {
			var group [][]float64 // at the least favourable rate: the ratio is theta exactly
			for i := range steps + 1 {
				if theta*rate(i) <= 1 {
					group = append(group, binomials(n1, theta*rate(i)))
				}
			}
			for _, n2 := range sizes {
				if theta > 1 && (n1*7+n2)%5 != 0 { // a fifth of the mirror image will do
					continue
				}
				for _, tail := range []fairness.Tail{fairness.Less, fairness.Greater} {
					// For each x2, how many x1 from the extreme end reach the verdict. The
					// edge only moves one way, which TestExactRatioByEnumeration does not
					// assume.
					reached := func(k, x2 int64) bool {
						x1 := k
						if tail == fairness.Greater {
							x1 = n1 - k
						}
						return fairness.ExactRatio(fairness.Rate{X: x1, N: n1}, fairness.Rate{X: x2, N: n2}, theta, tail) <= alpha
					}
					edge := make([]int64, n2+1)
					k := int64(0)
					for j := range n2 + 1 {
						x2 := j
						if tail == fairness.Greater {
							x2 = n2 - j
						}
						for k <= n1 && reached(k, x2) {
							k++
						}
						edge[x2] = k
					}
					for i, g := range group {
						below := make([]float64, n1+2)
						for k := range n1 + 1 {
							x1 := k
							if tail == fairness.Greater {
								x1 = n1 - k
							}
							below[k+1] = below[k] + g[x1]
						}
						wrong := 0.0
						for x2, q := range probs[n2][i] {
							wrong += q * below[edge[x2]]
						}
						worst = max(worst, wrong)
						if wrong > alpha+1e-6 {
							t.Fatalf("%d against %d people, rate %.3f, ratio %v, tail %d: %v", n1, n2, rate(i), theta, tail, wrong)
						}
					}
				}
			}
		}
	}
	require.Greater(t, worst, 0.04, "a test that never speaks would keep its size too")
}

// The score test alone does not: its worst size is the one that somebody else
// enumerated.
func TestSizeOfScoreTest(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/sim_exact_size.json"))
	require.NoError(t, err)
	var cases []struct {
		Group   int64   `json:"n_group"`
		Rest    int64   `json:"n_rest"`
		Pause   float64 `json:"pause_max_size"`
		PauseAt float64 `json:"pause_max_at_p_rest"`
		Pass    float64 `json:"pass_max_size"`
		PassAt  float64 `json:"pass_max_at_p_rest"`
	}
	require.NoError(t, json.Unmarshal(data, &cases))
	require.NotEmpty(t, cases)
	size := func(n1, n2 int64, p float64, says func(z float64) bool) float64 {
		g, r := binomials(n1, 0.8*p), binomials(n2, p)
		sum := 0.0
		each(n1, n2, func(a, b fairness.Rate) {
			if says(fairness.ScoreRatio(a, b, 0.8)) {
				sum += g[a.X] * r[b.X]
			}
		})
		return sum
	}
	const z = 1.6448536269514722
	for _, c := range cases {
		near(t, c.Pause, size(c.Group, c.Rest, c.PauseAt, func(s float64) bool { return s <= -z }), 1e-9, c)
		near(t, c.Pass, size(c.Group, c.Rest, c.PassAt, func(s float64) bool { return s >= z }), 1e-9, c)
	}
}

// How often the intervals of a difference hold the truth, by enumeration: the
// figures of the file, which come from another implementation.
func TestCoverageOfDifferences(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/sim_coverage.json"))
	require.NoError(t, err)
	var cases map[string]map[string][][4]float64
	require.NoError(t, json.Unmarshal(data, &cases))
	require.NotEmpty(t, cases)
	for key, methods := range cases {
		one, two, ok := strings.Cut(key, ",")
		require.True(t, ok)
		n1, err := strconv.ParseInt(one, 10, 64)
		require.NoError(t, err)
		n2, err := strconv.ParseInt(two, 10, 64)
		require.NoError(t, err)
		for name, method := range map[string]func(a, b fairness.Rate, conf float64) fairness.Interval{"newcombe": fairness.Newcombe, "mn": fairness.MNDiff} {
			intervals := map[[2]int64]fairness.Interval{}
			each(n1, n2, func(a, b fairness.Rate) { intervals[[2]int64{a.X, b.X}] = method(a, b, 0.95) })
			require.NotEmpty(t, methods[name])
			least, sum := 1.0, 0.0
			for _, c := range methods[name] {
				g, r := binomials(n1, c[0]), binomials(n2, c[1])
				coverage := 0.0
				for x, i := range intervals {
					if i.Low <= c[0]-c[1]+1e-12 && c[0]-c[1] <= i.High+1e-12 {
						coverage += g[x[0]] * r[x[1]]
					}
				}
				near(t, c[2], coverage, 1e-9, key, " ", name, c)
				least, sum = min(least, coverage), sum+coverage
			}
			require.Greater(t, least, 0.93, "%s %s", key, name)
			require.Greater(t, sum/float64(len(methods[name])), 0.94, "%s %s", key, name)
		}
	}
}

// What the three answers do in the long run, beside the point rule: a simulation
// by another implementation, and our enumeration.
func TestVerdictsInTheLongRun(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/sim_verdict.json"))
	require.NoError(t, err)
	var g struct {
		Reps     float64
		TwoGroup []struct {
			PRef       float64 `json:"p_ref"`
			Group      int64   `json:"n_group"`
			Ref        int64   `json:"n_ref"`
			Ratio      float64 `json:"true_ratio"`
			FourFifths float64 `json:"four_fifths_flags"`
			Pass       float64 `json:"tri_pass"`
			Pause      float64 `json:"tri_pause"`
		} `json:"two_group"`
	}
	require.NoError(t, json.Unmarshal(data, &g))
	const z = 1.6448536269514722
	compared := 0
	for _, c := range g.TwoGroup {
		if c.Group*c.Ref > 3000 {
			continue
		}
		compared++
		a, b := binomials(c.Group, c.PRef*c.Ratio), binomials(c.Ref, c.PRef)
		var pass, pause, below float64
		each(c.Group, c.Ref, func(x, y fairness.Rate) {
			p := a[x.X] * b[y.X]
			switch s := fairness.ScoreRatio(x, y, 0.8); {
			case s >= z:
				pass += p
			case s <= -z:
				pause += p
			}
			if fairness.Below(x, y, 0.8) {
				below += p
			}
		})
		for _, f := range [][2]float64{{c.Pass, pass}, {c.Pause, pause}, {c.FourFifths, below}} {
			require.InDelta(t, f[0], f[1], 4*math.Sqrt(f[1]*(1-f[1])/g.Reps)+1e-3, "%+v", c)
		}
	}
	require.Positive(t, compared)
}
