package effect_test

import (
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi/effect"
)

// drawGroups draws an outcome with many ties and two groups of at least one.
func drawGroups(t *rapid.T) ([]float64, []int) {
	n := rapid.IntRange(2, 9).Draw(t, "n")
	y := make([]float64, n)
	for i := range y {
		y[i] = float64(rapid.IntRange(-8, 8).Draw(t, "y")) / 4
	}
	a := make([]int, n)
	for i := range rapid.IntRange(1, n-1).Draw(t, "m") {
		a[i] = 1
	}
	return y, rapid.Permutation(a).Draw(t, "allocation")
}

func twoGroup(t require.TestingT, y []float64, a []int, space iter.Seq[[]int]) effect.Result {
	v, err := effect.Floats(y, 2)
	require.NoError(t, err)
	r, err := effect.TwoGroup(v, 1, a, space)
	require.NoError(t, err)
	return r
}

// Naming the units in another order, or measuring in another unit, changes no
// p-value; the interval moves with the unit.
func TestTwoGroupIgnoresOrderAndUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, a := drawGroups(t)
		want := twoGroup(t, y, a, nil)

		order := rapid.Permutation(index(len(y))).Draw(t, "order")
		y2, a2 := make([]float64, len(y)), make([]int, len(y))
		for i, k := range order {
			y2[i], a2[i] = y[k], a[k]
		}
		got := twoGroup(t, y2, a2, nil)
		require.Equal(t, want.PCount, got.PCount)
		require.Equal(t, want.Distribution, got.Distribution)
		require.Equal(t, []float64{want.Estimate, want.Low, want.High}, []float64{got.Estimate, got.Low, got.High})

		factor := float64(rapid.IntRange(2, 60).Draw(t, "factor"))
		for i := range y {
			y[i] *= factor
		}
		got = twoGroup(t, y, a, nil)
		require.Equal(t, want.PCount, got.PCount)
		require.InDelta(t, want.Estimate*factor, got.Estimate, 1e-9)

		// The other group's point of view turns the sign and nothing else.
		for i := range a {
			a[i] = 1 - a[i]
		}
		turned := twoGroup(t, y, a, nil)
		require.Equal(t, got.PCount, turned.PCount)
		require.InDelta(t, -got.Estimate, turned.Estimate, 1e-9)
		if got.Bounded() {
			require.InDelta(t, -got.High, turned.Low, 1e-9)
		}
	})
}

func index(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// p lies between 1/total and 1, and is 1 when all outcomes are equal. The
// interval holds the estimate, and refuses zero only if the test does.
func TestTwoGroupBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y, a := drawGroups(t)
		r := twoGroup(t, y, a, nil)
		require.GreaterOrEqual(t, r.PCount.Int64(), int64(1))
		require.LessOrEqual(t, r.PCount.Cmp(r.PTotal), 0)
		for _, level := range []float64{0.5, 0.8, 0.9, 0.95, 0.99} {
			at := r.At(level)
			require.GreaterOrEqual(t, at.Attained, level-1e-12)
			require.LessOrEqual(t, at.Low, at.High)
			least := min(at.GreaterCount.Int64(), at.LessCount.Int64())
			refused := float64(least) <= (1-level)/2*float64(at.PTotal.Int64())+1e-9
			require.Equal(t, refused, at.Low > 0 || at.High < 0, "level %v", level)
		}
		for i := range y {
			y[i] = 1.25
		}
		require.Equal(t, 1.0, twoGroup(t, y, a, nil).P())
	})
}

// The same effect added to every treated unit moves the estimate and both ends
// of the interval by as much.
func TestStaggeredMovesWithTheEffect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const periods = 6
		start := []int{2, 4}
		if rapid.Bool().Draw(t, "never") {
			start = append(start, effect.Never)
		}
		var a []int
		for w := range start {
			for range 2 {
				a = append(a, w)
			}
		}
		a = rapid.Permutation(a).Draw(t, "allocation")
		rows := make([][]float64, len(a))
		for i := range rows {
			rows[i] = make([]float64, periods)
			for p := range rows[i] {
				rows[i][p] = float64(rapid.IntRange(-50, 50).Draw(t, "y")) / 10
			}
		}
		estimate := func() effect.Result {
			panel, err := effect.NewPanel(rows, 1)
			require.NoError(t, err)
			r, err := effect.Staggered(panel, start, a, nil)
			require.NoError(t, err)
			return r.At(0.8)
		}
		before := estimate()
		for i, w := range a {
			for p := range rows[i] {
				rows[i][p] += float64(i) + 3*float64(p) // units and periods differ: no effect
				if start[w] != effect.Never && p >= start[w] {
					rows[i][p] += 2.5
				}
			}
		}
		after := estimate()
		require.InDelta(t, before.Estimate+2.5, after.Estimate, 1e-9)
		if before.Bounded() {
			require.InDelta(t, before.Low+2.5, after.Low, 1e-9)
			require.InDelta(t, before.High+2.5, after.High, 1e-9)
		}
		require.Equal(t, before.PTotal, after.PTotal)
	})
}

// Two waves, of which the second starts inside the panel and the first alone
// has a comparison, is the two-group test on the columns before the second
// starts.
func TestStaggeredWithTwoWavesIsTwoGroup(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	rows := make([][]float64, 10)
	for i := range rows {
		rows[i] = make([]float64, 8)
		for p := range rows[i] {
			rows[i][p] = float64(dice.IntN(1000)) / 100
		}
	}
	a := []int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	panel, err := effect.NewPanel(rows, 2)
	require.NoError(t, err)
	r, err := effect.Staggered(panel, []int{4, 6}, a, nil)
	require.NoError(t, err)
	require.Equal(t, []int{5, 5}, []int{r.Treated, r.Control})
	require.EqualValues(t, 252, r.PTotal.Int64())

	short := make([][]float64, len(rows))
	for i, row := range rows {
		short[i] = row[3:6] // the last column before the start, and the two after
	}
	panel, err = effect.NewPanel(short, 2)
	require.NoError(t, err)
	changes, err := panel.Changes(1)
	require.NoError(t, err)
	two, err := effect.TwoGroup(changes, 0, a, nil)
	require.NoError(t, err)
	require.Equal(t, two.Exact.String(), r.Exact.String())
	require.Equal(t, two.PCount, r.PCount)
	require.Equal(t, [2]string{two.ExactLow.String(), two.ExactHigh.String()}, [2]string{r.ExactLow.String(), r.ExactHigh.String()})
}

// PIL-083: three leaders against three can never reach 5 %, and the result says
// so instead of leaving a reader with p = 0.1.
func TestTooFewAllocations(t *testing.T) {
	r := twoGroup(t, []float64{1, 2, 3, 7, 8, 9}, []int{0, 0, 0, 1, 1, 1}, nil)
	require.Equal(t, 0.1, r.P())
	require.False(t, r.Bounded())
	require.True(t, math.IsInf(r.Low, -1) && math.IsInf(r.High, 1))
	require.Equal(t, 1.0, r.Attained)
	require.Len(t, r.Findings, 2)
	for _, f := range r.Findings {
		require.Equal(t, "PIL-083", f.Code)
		require.Equal(t, coaching.Warning, f.Severity)
	}
	require.Len(t, r.At(0.9).Findings, 1) // bounded now; the floor stays
	require.Len(t, r.Findings, 2, "At leaves its receiver alone")
}

// EFF-003: a smaller side that spreads more than twice as much is named; equal
// sides, a calmer small side and a side of one unit are not.
func TestUnevenSpread(t *testing.T) {
	for name, tt := range map[string]struct {
		y    []float64
		a    []int
		want bool
	}{
		"small and wild":        {[]float64{-9, 0, 9, 1, 2, 3, 2, 1, 3}, []int{1, 1, 1, 0, 0, 0, 0, 0, 0}, true},
		"the control is small":  {[]float64{-9, 0, 9, 1, 2, 3, 2, 1, 3}, []int{0, 0, 0, 1, 1, 1, 1, 1, 1}, true},
		"more than twice":       {[]float64{-2, 2, -1, 1, -1, 1, 0}, []int{1, 1, 0, 0, 0, 0, 0}, true}, // variance 8 against 1
		"exactly twice":         {[]float64{-2, 2, -2, 0, 0, 0, 2}, []int{1, 1, 0, 0, 0, 0, 0}, false}, // 8 against 2
		"small and calm":        {[]float64{1, 2, 3, -9, 9, -8, 8, 0, 3}, []int{1, 1, 1, 0, 0, 0, 0, 0, 0}, false},
		"equal sides":           {[]float64{-9, 0, 9, 1, 2, 3}, []int{1, 1, 1, 0, 0, 0}, false},
		"one unit":              {[]float64{90, 1, 2, 3, 1, 2}, []int{1, 0, 0, 0, 0, 0}, false},
		"the others never move": {[]float64{-9, 9, 1, 1, 1, 1}, []int{1, 1, 0, 0, 0, 0}, true},
	} {
		r := twoGroup(t, tt.y, tt.a, nil)
		require.Equal(t, tt.want, r.Findings.Has("EFF-003"), "%s: %v", name, r.Findings)
		for _, f := range r.Findings {
			require.NotContains(t, f.Message, "Inf", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	v, err := effect.Floats([]float64{1, 2, 3, 4}, 0)
	require.NoError(t, err)
	a := []int{0, 0, 1, 1}
	only := func(allocations ...[]int) iter.Seq[[]int] { return slices.Values(allocations) }
	panel, err := effect.NewPanel([][]float64{{1, 2}, {3, 4}, {5, 6}, {7, 8}}, 0)
	require.NoError(t, err)
	tests := map[string]struct {
		run  func() error
		want string
	}{
		"observed not in the space":  {func() error { _, err := effect.TwoGroup(v, 1, a, only([]int{1, 1, 0, 0})); return err }, "not among"},
		"other sizes":                {func() error { _, err := effect.TwoGroup(v, 1, a, only(a, []int{0, 1, 1, 1})); return err }, "groups of"},
		"other length":               {func() error { _, err := effect.TwoGroup(v, 1, a, only(a, []int{0, 1})); return err }, "2 units"},
		"group out of range":         {func() error { _, err := effect.TwoGroup(v, 1, a, only(a, []int{0, 0, 1, 9})); return err }, "group 9"},
		"empty space":                {func() error { _, err := effect.TwoGroup(v, 1, a, only()); return err }, "not among"},
		"nobody treated":             {func() error { _, err := effect.TwoGroup(v, 1, []int{0, 0, 0, 0}, nil); return err }, "at least one treated"},
		"negative group":             {func() error { _, err := effect.TwoGroup(v, 1, []int{0, -1, 1, 1}, nil); return err }, "group -1"},
		"huge group":                 {func() error { _, err := effect.TwoGroup(v, 1, []int{0, 1 << 40, 1, 1}, nil); return err }, "group"},
		"lengths":                    {func() error { _, err := effect.TwoGroup(v, 1, []int{0, 1}, nil); return err }, "4 units"},
		"too large a space to count": {func() error { _, err := effect.TwoGroup(many(400_000), 1, half(400_000), nil); return err }, "400000 units"},
		"too large a space":          {func() error { _, err := effect.TwoGroup(many(42), 1, half(42), nil); return err }, "possible allocations"},
		"not a number":               {func() error { _, err := effect.Floats([]float64{1, math.NaN()}, 2); return err }, "value 1"},
		"infinite":                   {func() error { _, err := effect.Floats([]float64{math.Inf(1)}, 2); return err }, "value 0"},
		"places":                     {func() error { _, err := effect.Floats(nil, 10); return err }, "10 decimal places"},
		"missing reading":            {func() error { _, err := effect.NewPanel([][]float64{{1, 2}, {3, math.NaN()}}, 2); return err }, "row 1 in column 1"},
		"ragged":                     {func() error { _, err := effect.NewPanel([][]float64{{1, 2}, {3}}, 2); return err }, "row 1 has 1"},
		"empty panel":                {func() error { _, err := effect.NewPanel(nil, 2); return err }, "at least one unit"},
		"starts before the panel":    {func() error { _, err := effect.Staggered(panel, []int{0, 1}, a, nil); return err }, "wave 0 starts"},
		"all treated at once":        {func() error { _, err := effect.Staggered(panel, []int{1, 1}, a, nil); return err }, "nothing to compare"},
		"nobody ever treated":        {func() error { _, err := effect.Staggered(panel, []int{effect.Never, 9}, a, nil); return err }, "nothing to compare"},
		"too many to flip":           {func() error { _, err := effect.PrePost(many(23)); return err }, "23 units"},
		"no events":                  {func() error { _, err := effect.Rates(effect.Count{0, 1}, effect.Count{0, 1}); return err }, "no events"},
		"no time":                    {func() error { _, err := effect.Rates(effect.Count{1, 0}, effect.Count{0, 1}); return err }, "times of"},
		"text":                       {func() error { _, err := effect.Decimals([]string{"1", "x"}); return err }, "value 1"},
		"long text":                  {func() error { _, err := effect.Decimals([]string{strings.Repeat("9", 30)}); return err }, "out of range"},
		"lone sign":                  {func() error { _, err := effect.Decimals([]string{"-"}); return err }, "value 0"},
		"overflow": {func() error {
			v, _ := effect.Decimals([]string{"9000000000000000000", "-9000000000000000000"})
			_, err := effect.TwoGroup(v, 1, []int{0, 1}, nil)
			return err
		}, "too large"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, tt.run(), tt.want) })
	}
}

func many(n int) effect.Values {
	v, _ := effect.Floats(make([]float64, n), 0)
	return v
}

func half(n int) []int {
	a := make([]int, n)
	for i := range n / 2 {
		a[i] = 1
	}
	return a
}

// Ties are rounded to even and exactly: 0.125 is a tie, 0.135 as a float64 is
// not.
func TestFloatsRoundHalfEven(t *testing.T) {
	v, err := effect.Floats([]float64{0.125, 0.375, -0.125, 0.135, 2.5}, 2)
	require.NoError(t, err)
	require.Equal(t, []float64{0.12, 0.38, -0.12, 0.14, 2.5}, []float64{v.Float(0), v.Float(1), v.Float(2), v.Float(3), v.Float(4)})
}

func TestLink(t *testing.T) {
	behaviour, err := effect.Floats([]float64{3, 2, 2.5, 0, -1, 0.5, 3, 0}, 1)
	require.NoError(t, err)
	kpi, err := effect.Floats([]float64{0.10, 0.08, 0.07, 0.01, 0, 0.06, 0.02, -0.01}, 2)
	require.NoError(t, err)
	l, err := effect.Link(behaviour, kpi, 1, 0.05)
	require.NoError(t, err)
	require.Equal(t, []int{3, 1, 1, 3}, []int{l.Both, l.BehaviourOnly, l.KPIOnly, l.Neither})
	require.InDelta(t, 0.5, l.Table.Estimate, 1e-12)
	// phyper: 34 of 70 ways to name four movers give a difference as large.
	require.Equal(t, "34/70", l.Table.PCount.String()+"/"+l.Table.PTotal.String())
	require.InDelta(t, 0.0525, l.Gap.Estimate, 1e-12)
	require.InDelta(t, 0.695152831413, l.Correlation, 1e-9) // Python, statistics.correlation
	require.True(t, l.Findings.Has("ROI-002"))

	nobody, err := effect.Link(behaviour, kpi, 99, 0.05)
	require.NoError(t, err)
	require.Nil(t, nobody.Gap.PTotal)
	require.Len(t, nobody.Findings, 2)
	_, err = effect.Link(behaviour, many(3), 1, 1)
	require.Error(t, err)
	_, err = effect.Link(behaviour, kpi, 0, math.NaN())
	require.Error(t, err)
}

// Complete yields each allocation once, in order, and leaves the slice it was
// given alone.
func TestComplete(t *testing.T) {
	given := []int{2, 0, 1, 0}
	var got [][]int
	for a := range effect.Complete(given) {
		got = append(got, slices.Clone(a))
	}
	require.Len(t, got, 12)
	require.True(t, slices.IsSortedFunc(got, slices.Compare))
	require.Len(t, slices.CompactFunc(got, slices.Equal), 12)
	require.Equal(t, []int{2, 0, 1, 0}, given)
	for range effect.Complete(given) {
		break
	}
}

// Every code that the package can emit has a rule, and every rule is emitted.
func TestRulesAreComplete(t *testing.T) {
	codes := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if name == "rules.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"((?:ROI|PIL|C|EFF)-\d+|DQ\d\d)"`).FindAllStringSubmatch(string(text), -1) {
			codes[m[1]] = true
		}
	}
	for _, r := range effect.Rules() {
		require.True(t, codes[r.Code], "%s is never emitted", r.Code)
		delete(codes, r.Code)
	}
	require.Empty(t, codes)
}

func FuzzDecimals(f *testing.F) {
	for _, seed := range []string{"0", "-1.50", "1e9", "9223372036854775807", "-", "1.", "0.0000000001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := effect.Decimals([]string{text, "0.5"})
		if err != nil {
			return
		}
		require.Equal(t, 2, v.Len())
		require.Equal(t, 0.5, v.Float(1))
	})
}

func BenchmarkTwoGroup20(b *testing.B) {
	y := make([]float64, 20)
	dice := rand.New(rand.NewPCG(3, 4))
	for i := range y {
		y[i] = float64(dice.IntN(10000)) / 100
	}
	v, err := effect.Floats(y, 2)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := effect.TwoGroup(v, 1, half(20), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// Numbers that no pilot has are refused before anything is indexed or kept.
func TestHostileSizes(t *testing.T) {
	_, err := effect.Rates(effect.Count{Events: math.MaxInt, Time: 1}, effect.Count{Events: math.MaxInt, Time: 1})
	require.Error(t, err, "the sum of the events overflows")

	y, err := effect.Floats([]float64{1, 2, 3, 4}, 0)
	require.NoError(t, err)
	_, err = effect.TwoGroup(y, math.MaxInt, []int{0, 0, 1, 1}, nil)
	require.Error(t, err, "the treated group is beyond every index")
	_, err = effect.TwoGroup(y, 1, []int{0, 0, 1, math.MaxInt}, nil)
	require.Error(t, err)
	_, err = effect.TwoGroup(y, -1, []int{0, 0, 1, 1}, nil)
	require.Error(t, err)

	// A table of units by groups would take 3.2 GB a copy.
	const n = 20_000
	many, err := effect.Floats(make([]float64, n), 0)
	require.NoError(t, err)
	allocation := make([]int, n)
	allocation[0], allocation[1] = n, 1
	one := func(yield func([]int) bool) { yield(allocation) }
	_, err = effect.TwoGroup(many, 1, allocation, one)
	require.ErrorContains(t, err, "20000 units in 20001 groups")
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = []float64{1, 2}
	}
	panel, err := effect.NewPanel(rows, 0)
	require.NoError(t, err)
	start := slices.Repeat([]int{1}, n)
	_, err = effect.Staggered(panel, start, make([]int, n), one)
	require.ErrorContains(t, err, "20000 units in 20000 groups")
}
