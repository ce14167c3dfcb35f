package pilot_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// Seed, order and wave of each leader are those that the prototype and a dozen
// lines of Python derive.
func TestAllocation(t *testing.T) {
	want := golden(t, "allocation.yaml")
	p := plan(t)
	require.Equal(t, at(t, want, "seed_message").Text, p.Design.SeedMessage)
	seed := sha256.Sum256([]byte(p.Design.SeedMessage))
	require.Equal(t, at(t, want, "seed_sha256").Text, hex.EncodeToString(seed[:]))
	a, err := p.Allocate()
	require.NoError(t, err)
	require.Equal(t, seed, a.Seed)
	for i, n := range at(t, want, "expect.allocation").Items {
		u := a.Units[i]
		require.Equal(t,
			strings.Join([]string{at(t, n, "id").Text, at(t, n, "stratum").Text, at(t, n, "hmac8").Text, at(t, n, "wave").Text}, " "),
			fmt.Sprint(u.ID, " ", u.Stratum, " ", u.Order, " ", u.Wave))
	}
	s, err := p.Space()
	require.NoError(t, err)
	require.Equal(t, at(t, want, "expect.distinct_allocations").Text, s.Size().String())
	require.Equal(t, big.NewRat(2, 120), s.MinP())
	require.Equal(t, "120 allocations of 10 units to 2 groups", s.String())
}

// The order in which leaders are listed changes nobody's wave.
func TestAllocationIgnoresOrder(t *testing.T) {
	p := plan(t)
	want, err := p.Allocate()
	require.NoError(t, err)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		q := p.Clone()
		rng.Shuffle(len(q.Cohort.Leaders), func(i, j int) {
			q.Cohort.Leaders[i], q.Cohort.Leaders[j] = q.Cohort.Leaders[j], q.Cohort.Leaders[i]
		})
		got, err := q.Allocate()
		require.NoError(t, err)
		for i, u := range got.Units {
			require.Equal(t, q.Cohort.Leaders[i].ID, u.ID)
			w, ok := want.Unit(u.ID)
			require.True(t, ok)
			require.Equal(t, w, u)
		}
		require.Empty(t, want.Differences(got))
	}
}

// cohort makes a plan with strata of the given sizes.
func cohort(groups int, kind pilot.DesignKind, sizes ...int) *pilot.Plan {
	p := &pilot.Plan{Design: pilot.Design{Kind: kind, Waves: groups, WaveStarts: []int{5, 7, 9, 11}[:groups], SeedMessage: "seed"}}
	for s, size := range sizes {
		for range size {
			p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: fmt.Sprintf("L%02d", len(p.Cohort.Leaders)), Stratum: fmt.Sprintf("s%d", s)})
		}
	}
	return p
}

// Every allocation of a design can be drawn, nothing else is drawn, and over
// many seeds each is drawn as often as the space lists it (chi-square).
func TestDrawsAreUniformOverTheSpace(t *testing.T) {
	tests := []struct {
		name   string
		plan   *pilot.Plan
		size   int64 // as listed
		unique int
		draws  int
	}{
		{"4+4 of 8", cohort(2, pilot.Staggered, 8), 70, 70, 1400},
		{"parallel 8", cohort(2, pilot.Parallel, 8), 70, 70, 1400},
		{"6 and 4", cohort(2, pilot.Staggered, 6, 4), 120, 120, 1800},
		{"5 and 5", cohort(2, pilot.Staggered, 5, 5), 200, 200, 3000},
		{"10 in one", cohort(2, pilot.Staggered, 10), 252, 252, 2520},
		{"3, 3 and 3", cohort(2, pilot.Staggered, 3, 3, 3), 81, 81, 1215},
		// Two of the six orders of these strata lead to one entry: its
		// allocations are listed, and drawn, twice as often.
		{"three waves, 1, 1 and 2", cohort(3, pilot.Staggered, 1, 1, 2), 12, 10, 2400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tt.plan.Space()
			require.NoError(t, err)
			require.Equal(t, big.NewInt(tt.size), s.Size())
			listed := map[string]int{}
			for groups := range s.All() {
				listed[fmt.Sprint(groups)]++
			}
			require.Len(t, listed, tt.unique)
			drawn := map[string]int{}
			for i := range tt.draws {
				tt.plan.Design.SeedMessage = fmt.Sprint("seed ", i)
				a, err := tt.plan.Allocate()
				require.NoError(t, err)
				drawn[fmt.Sprint(a.Groups())]++
			}
			chi2 := 0.0
			for key, times := range listed {
				expected := float64(tt.draws) * float64(times) / float64(tt.size)
				d := float64(drawn[key]) - expected
				chi2 += d * d / expected
				delete(drawn, key)
			}
			require.Empty(t, drawn, "drawn and not listed")
			require.Less(t, chi2, distuv.ChiSquared{K: float64(len(listed) - 1)}.Quantile(0.9999))
		})
	}
}

// The smallest two-sided p of a half split: 2 over the binomial coefficient.
func TestMinP(t *testing.T) {
	for n, want := range map[int]string{4: "0.3333", 6: "0.1000", 8: "0.0286", 10: "0.0079", 12: "0.0022"} {
		s, err := cohort(2, pilot.Parallel, n).Space()
		require.NoError(t, err)
		require.Equal(t, want, s.MinP().FloatString(4))
	}
	s, err := cohort(2, pilot.Staggered, 9).Space()
	require.NoError(t, err)
	require.Equal(t, big.NewRat(1, 126), s.MinP(), "5 against 4 has no mirror")
	p := cohort(2, pilot.NoDesign, 9)
	s, err = p.Space()
	require.NoError(t, err)
	require.Equal(t, big.NewRat(1, 1), s.MinP())
}

// MinP is the chance of the allocation that is met least often.
func TestMinPOfUnlikeAllocations(t *testing.T) {
	for _, sizes := range [][]int{{1, 1}, {1, 1, 1}, {2, 2, 1}, {1, 1, 2, 2}, {4, 1, 1, 1}} {
		s, err := cohort(3, pilot.Staggered, sizes...).Space()
		require.NoError(t, err)
		met, total := map[string]int64{}, int64(0)
		for a := range s.All() {
			met[fmt.Sprint(a)]++
			total++
		}
		least := total
		for _, n := range met {
			least = min(least, n)
		}
		require.Equal(t, big.NewRat(least, total), s.MinP(), sizes)
	}
}

// Strata of one leader each over many waves could be dealt in millions of ways;
// the space is refused, and a decision does without its size.
func TestSpaceIsBounded(t *testing.T) {
	p := cohort(4, pilot.Staggered, slices.Repeat([]int{1}, 12)...)
	p.Design.Waves, p.Design.WaveStarts = 8, []int{5, 6, 7, 8, 9, 10, 11, 12}
	_, err := p.Space()
	require.ErrorContains(t, err, "too many strata")
	for groups, strata := range map[int]int{2: 12, 3: 10} {
		_, err = cohort(groups, pilot.Staggered, slices.Repeat([]int{1}, strata)...).Space()
		require.NoError(t, err)
	}
}

// Waves differ by at most one leader, in the whole and within each stratum; the
// space holds the allocation and counts what it lists; stopping early is fine.
func TestSpaceLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(2, 3).Draw(t, "groups")
		p := cohort(groups, pilot.Staggered, rapid.SliceOfN(rapid.IntRange(1, 4), 1, 4).Draw(t, "sizes")...)
		p.Design.SeedMessage = rapid.StringMatching("[a-z]{1,8}").Draw(t, "seed")
		a, err := p.Allocate()
		require.NoError(t, err)
		count := func(of func(pilot.Unit) bool) (least, most int) {
			n := make([]int, groups)
			for _, u := range a.Units {
				if of(u) {
					n[u.Wave-1]++
				}
			}
			return slices.Min(n), slices.Max(n)
		}
		least, most := count(func(pilot.Unit) bool { return true })
		require.LessOrEqual(t, most-least, 1)
		for _, u := range a.Units {
			least, most := count(func(v pilot.Unit) bool { return u.Stratum == v.Stratum })
			require.LessOrEqual(t, most-least, 1)
		}
		s, err := p.Space()
		require.NoError(t, err)
		listed, held := int64(0), false
		for g := range s.All() {
			listed++
			held = held || slices.Equal(g, a.Groups())
		}
		require.True(t, held)
		require.Equal(t, s.Size(), big.NewInt(listed))
		for range s.All() {
			break
		}
	})
}

// What cannot be allocated is an error.
func TestAllocateErrors(t *testing.T) {
	for want, p := range map[string]*pilot.Plan{
		"no leaders":      {},
		"at least 2":      cohort(1, pilot.Staggered, 4),
		"label of an ear": {Cohort: pilot.Cohort{Leaders: []pilot.Leader{{ID: "A"}, {ID: "A"}}}},
		"no seed message": {Design: pilot.Design{Kind: pilot.Parallel}, Cohort: pilot.Cohort{Leaders: []pilot.Leader{{ID: "A"}}}},
	} {
		_, err := p.Allocate()
		require.ErrorContains(t, err, want)
		_, err = p.Space()
		require.ErrorContains(t, err, want)
	}
	many := make([]int, 13)
	for i := range many {
		many[i] = 1
	}
	_, err := cohort(2, pilot.Staggered, many...).Space()
	require.ErrorContains(t, err, "too many strata")
}

// PIL-085: an allocation that was not carried out as committed says so.
func TestAllocationDifferences(t *testing.T) {
	p := plan(t)
	a, err := p.Allocate()
	require.NoError(t, err)
	require.True(t, a.Differences(nil).Blocked())
	moved, err := p.Allocate()
	require.NoError(t, err)
	moved.Units[2].Wave, moved.Units[3].Wave = moved.Units[3].Wave, moved.Units[2].Wave
	require.Equal(t, []string{"PIL-085 error", "PIL-085 error"}, codes(a.Differences(moved)))
	moved.Units = moved.Units[1:]
	require.Len(t, a.Differences(moved), 3)
	require.Len(t, moved.Differences(a), 3)
}

// The dozen lines of Python in the documentation derive every allocation again,
// whatever the design, with and without strata.
func TestAllocationInPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed (Debian: python3), so nothing but Go derives the allocations")
	}
	_, code, found := strings.Cut(string(read(t, "allocation.go")), "// In Python,")
	require.True(t, found)
	code, _, found = strings.Cut(code, "// With a [Balance]")
	require.True(t, found)
	var script strings.Builder
	script.WriteString("import json, sys\np = json.load(sys.stdin)\n")
	for line := range strings.Lines(code) {
		if text, ok := strings.CutPrefix(line, "//\t"); ok {
			script.WriteString(text)
		}
	}
	script.WriteString("print(json.dumps(wave))\n")
	for name, change := range map[string]func(*pilot.Plan){
		"as it is":          func(*pilot.Plan) {},
		"another seed":      func(p *pilot.Plan) { p.Design.SeedMessage = "Prüfung \u2028" },
		"no strata":         func(p *pilot.Plan) { p.Design.Strata = "none" },
		"parallel":          func(p *pilot.Plan) { p.Design.Kind, p.Design.WaveStarts = pilot.Parallel, []int{5} },
		"multiple baseline": func(p *pilot.Plan) { p.Design.Kind, p.Design.WaveStarts = pilot.MultipleBaseline, []int{5, 6, 7, 8} },
		"other strata": func(p *pilot.Plan) {
			for i := range p.Cohort.Leaders {
				p.Cohort.Leaders[i].Stratum = string(rune('a' + i%3))
			}
		},
	} {
		p := plan(t)
		change(p)
		a, err := p.Allocate()
		require.NoError(t, err)
		want := map[string]int{}
		for _, u := range a.Units {
			want[u.ID] = u.Wave
		}
		data, err := p.Canonical()
		require.NoError(t, err)
		cmd := exec.Command(python, "-c", script.String())
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.Output()
		require.NoError(t, err, name)
		var got map[string]int
		require.NoError(t, json.Unmarshal(out, &got))
		require.Equal(t, want, got, name)
	}
}

// A multiple baseline gives each leader a start week, each week as often as the
// next, and every deal can be drawn.
func TestMultipleBaseline(t *testing.T) {
	p := plan(t)
	p.Design = pilot.Design{Kind: pilot.MultipleBaseline, WaveStarts: []int{5, 6, 7, 8}, Strata: "none", SeedMessage: "seed"}
	require.Equal(t, 4, p.Design.Groups())
	require.False(t, p.Check().Blocked() && !p.Check().Has("C-15"), "%v", p.Check())
	a, err := p.Allocate()
	require.NoError(t, err)
	starts := map[int]int{}
	for _, u := range a.Units {
		starts[u.Start]++
	}
	require.Equal(t, map[int]int{5: 3, 6: 3, 7: 2, 8: 2}, starts)
	s, err := p.Space()
	require.NoError(t, err)
	require.Equal(t, "25200", s.Size().String()) // 10! / (3! 3! 2! 2!)
	require.Equal(t, big.NewRat(1, 25200), s.MinP())
	x, err := p.Precision(0.5, 2)
	require.NoError(t, err)
	require.Greater(t, x.Power(1, 0.05), 0.5)
	sched := schedule(t, p)
	require.Equal(t, 8*3+7*3+6*2+5*2, len(sched.Sessions))

	p.Design.WaveStarts = []int{5}
	require.True(t, p.Check().Has("PIL-046"))
	_, err = p.Allocate()
	require.ErrorContains(t, err, "at least 2")
	p.Design.WaveStarts, p.Design.Waves = []int{5, 6, 7, 8}, 3
	require.True(t, p.Check().Has("PIL-046"))
}

// balanced is eight leaders in two waves whose teams have the given sizes.
func balanced(gap string, sizes ...string) *pilot.Plan {
	p := cohort(2, pilot.Staggered, len(sizes))
	for i := range p.Cohort.Leaders {
		p.Cohort.Leaders[i].Covariate = sizes[i]
	}
	p.Design.Balance = &pilot.Balance{Covariate: "team_size", MaxGap: gap}
	return p
}

var teamSizes = []string{"5", "6.5", "8", "9", "10", "11", "12", "30"}

// Re-randomisation accepts exactly the allocations within the declared gap, says
// how often it drew, and the space holds those and no others, so that the exact
// test conditions on the rule.
func TestBalance(t *testing.T) {
	p := balanced("6", teamSizes...)
	s, err := p.Space()
	require.NoError(t, err)
	listed := map[string]bool{}
	for groups := range s.All() {
		listed[fmt.Sprint(groups)] = true
	}
	require.Equal(t, big.NewInt(int64(len(listed))), s.Size())
	// By hand, over all of them, in floating point.
	all, err := cohort(2, pilot.Staggered, 8).Space()
	require.NoError(t, err)
	accepted := 0
	for groups := range all.All() {
		var sum [2]float64
		for i, g := range groups {
			x, err := strconv.ParseFloat(teamSizes[i], 64)
			require.NoError(t, err)
			sum[g] += x
		}
		within := (sum[0]-sum[1])/4 <= 6 && (sum[1]-sum[0])/4 <= 6
		require.Equal(t, within, listed[fmt.Sprint(groups)], "%v", groups)
		if within {
			accepted++
		}
	}
	require.Equal(t, len(listed), accepted)
	require.Less(t, accepted, 70)
	require.Equal(t, big.NewRat(2, int64(accepted)), s.MinP())

	redrawn, drawn := 0, map[string]int{}
	const draws = 2000
	for i := range draws {
		p.Design.SeedMessage = fmt.Sprint("seed ", i)
		a, err := p.Allocate()
		require.NoError(t, err)
		require.True(t, listed[fmt.Sprint(a.Groups())])
		gap, ok := new(big.Rat).SetString(a.Gap)
		require.True(t, ok)
		require.LessOrEqual(t, gap.Cmp(big.NewRat(6, 1)), 0)
		if a.Draw > 0 {
			redrawn++
			for k := range a.Draw { // the first that the rule accepts
				q := p.Clone()
				if q.Design.Balance = nil; k > 0 {
					q.Design.SeedMessage += fmt.Sprintf("\x00%d", k)
				}
				refused, err := q.Allocate()
				require.NoError(t, err)
				require.False(t, listed[fmt.Sprint(refused.Groups())])
			}
			message := fmt.Sprintf("seed %d\x00%d", i, a.Draw)
			require.Equal(t, sha256.Sum256([]byte(message)), a.Seed)
			q := p.Clone()
			q.Design.Balance, q.Design.SeedMessage = nil, message
			again, err := q.Allocate()
			require.NoError(t, err)
			require.Equal(t, again.Groups(), a.Groups())
		}
		drawn[fmt.Sprint(a.Groups())]++
	}
	require.Positive(t, redrawn)
	chi2 := 0.0
	for key := range listed {
		expected := float64(draws) / float64(len(listed))
		d := float64(drawn[key]) - expected
		chi2 += d * d / expected
	}
	require.Less(t, chi2, distuv.ChiSquared{K: float64(len(listed) - 1)}.Quantile(0.9999))
}

// What cannot be balanced is refused, in Allocate, in Space and in Check
// (PIL-085): above all a rule that leaves too little to randomise.
func TestBalanceRefusals(t *testing.T) {
	for want, p := range map[string]*pilot.Plan{
		"want at least 40": balanced("5", teamSizes...),
		"accepts 0":        balanced("0", "1", "2", "4", "8", "16", "32", "64", "128"),
		"covariate of":     balanced("6", append(slices.Clone(teamSizes), "")...),
		"a gap not below":  balanced("-1", teamSizes...),
		"11 digits":        balanced("6", append(slices.Clone(teamSizes), "1e400")...),
		"at most 5000000":  balanced("6", slices.Repeat([]string{"1"}, 26)...),
		"at most 1000":     balanced("6", slices.Repeat([]string{"1"}, 1001)...),
	} {
		_, err := p.Allocate()
		require.ErrorContains(t, err, want)
		_, err = p.Space()
		require.ErrorContains(t, err, want)
		require.True(t, slices.ContainsFunc(p.Check(), func(f coaching.Finding) bool {
			return f.Code == "PIL-085" && f.Path == "design.balance" || f.Code == "DOC-LIMIT" && f.Path == "cohort.leaders"
		}), want)
	}
	// 38 allocations are too few and 42 are enough.
	_, err := balanced("5.6", teamSizes...).Allocate()
	require.ErrorContains(t, err, "accepts 38 allocations")
	_, err = balanced("5.7", teamSizes...).Allocate()
	require.NoError(t, err)
}
