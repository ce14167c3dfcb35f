package effect

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Counting in halves gives what listing every allocation gives: the same tails,
// the same breaks in the same order, and so the same interval at every level,
// for two groups and for waves, with ties and with groups of one.
func TestHalvesAreTheListing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(2, 4).Draw(t, "groups")
		most := []int{0, 0, 9, 7, 6}[groups]
		var observed []int
		for g := range groups {
			for range rapid.IntRange(1, 3).Draw(t, "size") {
				observed = append(observed, g)
			}
		}
		for len(observed) > most {
			observed = observed[1:]
		}
		observed = rapid.Permutation(observed).Draw(t, "observed")
		counts, err := sizes(observed, groups)
		require.NoError(t, err)
		wide := rapid.Bool().Draw(t, "wide")
		draw := func(name string) int64 {
			if wide {
				return rapid.Int64Range(-1e9, 1e9).Draw(t, name)
			}
			return rapid.Int64Range(-3, 3).Draw(t, name)
		}
		l := linear{yden: 10, kden: 1, score: make([][]int64, len(observed)), shift: make([][]int64, len(observed))}
		for i := range observed {
			l.score[i], l.shift[i] = make([]int64, groups), make([]int64, groups)
			for g := range groups {
				l.score[i][g] = draw("score")
				// The observed group stands out, so that the observed allocation does.
				if l.shift[i][g] = rapid.Int64Range(-3, 0).Draw(t, "shift"); g == observed[i] {
					l.shift[i][g] = rapid.Int64Range(0, 2).Draw(t, "own")
				}
			}
		}
		want, err := l.listed(observed, counts, Complete(observed))
		require.NoError(t, err)
		h := l.halve(observed, counts)
		require.NotNil(t, h)
		got := h.tally()
		require.Equal(t, []int64{want.two, want.greater, want.less, want.total, want.floor}, []int64{got.two, got.greater, got.less, got.total, got.floor})
		require.Equal(t, want.breaks == nil, got.breaks == nil)
		if want.breaks == nil {
			return
		}
		require.Equal(t, want.breaks.always(), got.breaks.always())
		require.Equal(t, want.breaks.breaks(), got.breaks.breaks())
		for k := int64(1); k <= want.breaks.breaks(); k++ {
			a, b := want.breaks.rank(k), got.breaks.rank(k)
			require.Zero(t, compare(a, b), "rank %d: %v and %v", k, a, b)
			require.Equal(t, want.breaks.below(a), got.breaks.below(b), "rank %d", k)
			require.Equal(t, want.breaks.atMost(a), got.breaks.atMost(b), "rank %d", k)
		}
		n := 0
		for _, bin := range h.bins(7, 10) {
			n += bin.Count
		}
		require.EqualValues(t, want.total, n)
	})
}

// A space that is too large to list is counted, up to four groups and a million
// assignments of a half; numbers near the end of 64 bits are not.
func TestHalvesHaveBounds(t *testing.T) {
	l := func(n, groups int, score int64) (*linear, []int, []int) {
		out, observed := &linear{yden: 1, kden: 1}, make([]int, n)
		for i := range n {
			observed[i] = i % groups
			row, shift := make([]int64, groups), make([]int64, groups)
			row[observed[i]], shift[observed[i]] = score, 1
			out.score, out.shift = append(out.score, row), append(out.shift, shift)
		}
		counts, err := sizes(observed, groups)
		require.NoError(t, err)
		return out, observed, counts
	}
	for _, tt := range []struct {
		n, groups int
		score     int64
		fits      bool
	}{{24, 2, 7, true}, {42, 2, 7, false}, {18, 3, 7, true}, {16, 4, 1e9, true}, {22, 4, 1, false}, {10, 5, 1, false}, {16, 4, 1 << 56, false}} {
		linear, observed, counts := l(tt.n, tt.groups, tt.score)
		require.Equal(t, tt.fits, linear.halve(observed, counts) != nil, "%+v", tt)
	}
}

// Twelve against twelve and four waves of four: the p-values and intervals of
// spaces that nobody lists. The two groups are held against a second way of
// counting; waves of four that are two groups of waves against the two groups.
func TestLargeSpaces(t *testing.T) {
	y := make([]float64, 24)
	a := make([]int, 24)
	for i := range y {
		a[i] = i / 12
		y[i] = math.Round(1000*math.Sin(float64(7*i+3)))/100 + 3*float64(a[i])
	}
	v, err := Floats(y, 2)
	require.NoError(t, err)
	r, err := TwoGroup(v, 1, a, nil)
	require.NoError(t, err)
	tail, err := ExactP(v, 1, a)
	require.NoError(t, err)
	require.Equal(t, []*big.Int{tail.Two, tail.Greater, tail.Less, tail.Total}, []*big.Int{r.PCount, r.GreaterCount, r.LessCount, r.PTotal})
	require.True(t, r.Bounded())
	require.GreaterOrEqual(t, r.Attained, Level)
	require.Nil(t, r.Distribution)
	require.Contains(t, string(r.Figure("effect", "points")), "2704156 possible")

	// The effect at the lower end is refused from the one side, just below 2.5 %.
	for _, end := range []struct {
		at    *big.Rat
		upper bool
	}{{r.ExactLow, false}, {r.ExactHigh, true}} {
		moved := make([]int64, len(y))
		for i, n := range v.ints { // over den × the end's own denominator
			moved[i] = n * end.at.Denom().Int64()
			if a[i] == 1 {
				moved[i] -= new(big.Int).Mul(end.at.Num(), big.NewInt(v.den)).Int64()
			}
		}
		under, err := ExactP(Values{moved, v.den * end.at.Denom().Int64()}, 1, a)
		require.NoError(t, err)
		count := under.Greater
		if end.upper {
			count = under.Less
		}
		require.Greater(t, count.Int64(), int64(67_603), "the end itself is not refused")
	}
}

func BenchmarkInterval24(b *testing.B) {
	y, a := make([]float64, 24), make([]int, 24)
	for i := range y {
		a[i], y[i] = i%2, math.Round(1e4*math.Sin(float64(7*i+3)))/1e4
	}
	v, err := Floats(y, 4)
	require.NoError(b, err)
	for b.Loop() {
		r, err := TwoGroup(v, 1, a, nil)
		if err != nil || !r.Bounded() {
			b.Fatal(err)
		}
	}
}

// BenchmarkWaves16 is 63,063,000 assignments of sixteen leaders to four waves.
func BenchmarkWaves16(b *testing.B) {
	rows, a := make([][]float64, 16), make([]int, 16)
	for i := range rows {
		a[i] = i % 4
		for t := range 12 {
			rows[i] = append(rows[i], math.Round(1e4*math.Sin(float64(7*i+3*t)))/1e4)
		}
	}
	p, err := NewPanel(rows, 4)
	require.NoError(b, err)
	for b.Loop() {
		r, err := Staggered(p, []int{2, 5, 8, Never}, a, nil)
		if err != nil || r.PTotal.Int64() != 63_063_000 {
			b.Fatal(err, r.PTotal)
		}
	}
}

// The number of allocations, against the factorials.
func TestCompleteSize(t *testing.T) {
	factorial := func(n int) *big.Int { return new(big.Int).MulRange(1, int64(n)) }
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 30), 1, 5).Draw(t, "sizes")
		want, n := big.NewInt(1), 0
		for _, s := range counts {
			want.Mul(want, factorial(s))
			n += s
		}
		want.Quo(factorial(n), want)
		got, ok := completeSize(counts)
		require.Equal(t, want.Cmp(big.NewInt(1<<62)) <= 0, ok, "%v", want)
		if ok {
			require.Equal(t, want.Int64(), got)
		}
	})
}
