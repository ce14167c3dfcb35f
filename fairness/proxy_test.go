package fairness_test

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// berkeley is the table of admissions to six departments of Berkeley in 1973
// (Bickel, Hammel and O'Connell, Science 1975;187:398; data set UCBAdmissions
// of R): women admitted and applying, then men.
func berkeley() [6][4]int64 {
	return [6][4]int64{{89, 108, 512, 825}, {17, 25, 353, 560}, {202, 593, 120, 325}, {131, 375, 138, 417}, {94, 393, 53, 191}, {24, 341, 22, 373}}
}

func berkeleyCounts(asFactor bool) []fairness.Count {
	var counts []fairness.Count
	for i, d := range berkeley() {
		department := string(rune('A' + i))
		for j, gender := range []string{"woman", "man"} {
			c := fairness.Count{Flagged: d[2*j], Total: d[2*j+1]}
			if asFactor {
				c.Levels, c.Factors = []string{gender}, []string{department}
			} else {
				c.Levels = []string{gender, department}
			}
			counts = append(counts, c)
		}
	}
	return counts
}

// FAI-007: the department carries 125 % of the gap between women and men. Until
// a person declares it legitimate it is a proxy; then it is an explanation.
func TestProxyOrExplanation(t *testing.T) {
	p := adopted(t)
	window := coaching.Window{From: day("1973-01-01"), To: day("1973-12-31")}
	s := fairness.Spec{Signal: "admission", Polarity: fairness.Favourable,
		Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "department"}}}
	table, err := fairness.FromCounts(s, berkeleyCounts(true))
	require.NoError(t, err)
	r, err := fairness.Check(table, reviews(true, "", 0, 40), window, p)
	require.NoError(t, err)
	require.Len(t, r.Proxies, 1)
	f := r.Proxies[0]
	share, ok := f.Path.Share()
	require.True(t, ok)
	require.InDelta(t, 0.17767391115224251/0.14164542824654186, share, 1e-12)
	require.Equal(t, "woman", f.PathGroup)
	require.True(t, f.Associated && f.Moves && f.Carries)
	require.Equal(t, fairness.Proxy, f.Verdict)
	require.Equal(t, fairness.Pause, r.ProxyResult)
	require.True(t, r.Findings.Has("FAI-007"))

	s.Features = nil
	s.Attributes = append(s.Attributes, fairness.Attribute{Name: "department", Role: fairness.Legitimate,
		Declared: &fairness.Declaration{By: somebody(t, "dean"), On: day("1973-02-01"), Reason: "applicants choose the department"}})
	table, err = fairness.FromCounts(s, berkeleyCounts(false))
	require.NoError(t, err)
	r, err = fairness.Check(table, nil, window, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Explained, r.Proxies[0].Verdict)
	require.Equal(t, fairness.Pass, r.ProxyResult)
	require.Len(t, r.Families, 1, "a legitimate factor is no group")
	require.Equal(t, fairness.Pause, r.Verdict, "an explanation does not undo the gap: people decide what to do about it")

	// Among applicants to the same department women are not turned down more often;
	// the departments do not agree.
	adjusted := r.Families[0].Adjusted
	require.Len(t, adjusted, 2)
	require.Equal(t, "woman", adjusted[1].Label)
	require.Equal(t, r.Families[0].Groups[1].Ratio, adjusted[1].Crude)
	require.InDelta(t, 0.6818298435630682, adjusted[1].Crude.Value, 1e-12)
	require.InDelta(t, 1.05830742358921, adjusted[1].Ratio.Value, 1e-12)
	require.Greater(t, adjusted[1].Ratio.Low, 0.970439153254446, "90 % is narrower than the 95 % of R")
	require.InDelta(t, 0.216923697055517, adjusted[1].P, 1e-12)
	require.InDelta(t, 0.00207140139788078, adjusted[1].PSame, 1e-12)
	require.Equal(t, 6, adjusted[1].Strata)
	var said bool
	for _, f := range r.Findings {
		said = said || f.Path == "groups.gender.department" && strings.Contains(f.Message, "the levels do not agree")
	}
	require.True(t, said, "%v", r.Findings)
}

// FAI-004: what a feature tells of gender is measured again among people of one
// department, as R does on the IBM HR sample.
func TestProxyWithinADeclaredFactor(t *testing.T) {
	f, err := os.Open(datadir.Find(t, "data/fairness/ibm_hr.csv"))
	require.NoError(t, err)
	defer f.Close()
	people, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	column := func(p []string, name string) string { return p[slices.Index(people[0], name)] }
	s := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Features: []fairness.Feature{{Name: "role"}},
		Attributes: []fairness.Attribute{{Name: "gender"}, {Name: "department", Role: fairness.Legitimate,
			Declared: &fairness.Declaration{By: somebody(t, "hr"), On: day("2027-01-01"), Reason: "departments differ in task"}}}}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for _, p := range people[1:] {
		require.NoError(t, table.Add(fairness.Observation{Levels: []string{column(p, "gender"), column(p, "department")},
			Factors: []string{column(p, "f_JobRole")}, Flagged: column(p, "flag") == "1"}))
	}
	fs, err := fairness.Proxies(table, adopted(t))
	require.NoError(t, err)
	role := fs[0]
	require.Equal(t, "role", role.Factor)
	require.InDelta(t, 0.00546888946863477, role.Information.Mutual, 1e-14)
	require.InDelta(t, 0.008125995040973862, role.Information.TheilU, 1e-14)
	require.Len(t, role.Within, 1)
	within := role.Within[0]
	require.Equal(t, "department", within.Given)
	require.Equal(t, []string{"Human Resources", "Research & Development", "Sales"}, within.Levels)
	require.InDelta(t, 14.0006946247909, within.ChiSquare, 1e-11)
	require.Equal(t, 8, within.DF)
	require.InDelta(t, 0.08174731290572, within.P, 1e-12)
	require.InDelta(t, 0.004749701564144459, within.Mutual, 1e-14)
	require.InDelta(t, 0.08412374526810183, within.V[1].Value, 1e-12)
	require.Empty(t, fs[1].Within, "a factor is not measured within itself")
}

// Factors are measured within each other, and never within themselves; the
// adjusted figures of a group that must not be printed must not be either.
func TestTwoDeclaredFactors(t *testing.T) {
	declared := &fairness.Declaration{By: somebody(t, "hr"), On: day("2027-01-01"), Reason: "tasks differ"}
	s := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "gender"},
		{Name: "grade", Role: fairness.Legitimate, Declared: declared}, {Name: "site", Role: fairness.Legitimate, Declared: declared}}}
	var counts []fairness.Count
	for i, gender := range []string{"diverse", "man", "woman"} {
		for j, grade := range []string{"junior", "senior"} {
			for k, site := range []string{"north", "south"} {
				n := int64(30*i*(1+j) + 10*i*k)
				if gender == "diverse" && j+k == 0 {
					n = 3
				}
				counts = append(counts, fairness.Count{Levels: []string{gender, grade, site}, Flagged: n / 3, Total: n})
			}
		}
	}
	table, err := fairness.FromCounts(s, counts)
	require.NoError(t, err)
	fs, err := fairness.Proxies(table, adopted(t))
	require.NoError(t, err)
	require.Len(t, fs, 2)
	for i, other := range []string{"site", "grade"} {
		require.Len(t, fs[i].Within, 1)
		require.Equal(t, other, fs[i].Within[0].Given)
	}
	f := family(t, table, adopted(t))
	require.Len(t, f.Adjusted, 6)
	hidden := 0
	for i, a := range f.Adjusted {
		require.Equal(t, []string{"grade", "site"}[i/3], a.Factor)
		require.Equal(t, f.Groups[i%3].Label, a.Label)
		require.Equal(t, f.Groups[i%3].Suppressed, a.Suppressed)
		if a.Suppressed {
			hidden++
		}
	}
	require.Positive(t, hidden)
}

// FAI-004: with few people nothing is ruled out, with many a weak association
// is; a factor of many levels needs more people.
func TestProxyNeedsPeople(t *testing.T) {
	p := adopted(t)
	build := func(n int64) fairness.ProxyFinding {
		s := fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "shift"}}}
		var counts []fairness.Count
		for _, g := range []string{"woman", "man"} {
			for _, f := range []string{"day", "night"} {
				counts = append(counts, fairness.Count{Levels: []string{g}, Factors: []string{f}, Flagged: n / 3, Total: n})
			}
		}
		table, err := fairness.FromCounts(s, counts)
		require.NoError(t, err)
		fs, err := fairness.Proxies(table, p)
		require.NoError(t, err)
		return fs[0]
	}
	few := build(25)
	require.Equal(t, fairness.Undecided, few.Verdict)
	// Two-sided 5 % and 80 % at one degree of freedom: (1.96 + 0.84)^2 = 7.849.
	require.InDelta(t, 7.849/0.01, float64(few.Needed), 1)
	require.Equal(t, fairness.Undecided, build(few.Needed/4-1).Verdict)
	require.Equal(t, fairness.NoProxy, build(few.Needed/4+1).Verdict)
}

// FAI-004: a number can stand in for a group too.
func TestNumericProxy(t *testing.T) {
	p := adopted(t)
	s := fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "badge_hours", Numeric: true}, {Name: "noise", Numeric: true}}}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for i := range 200 {
		gender, hours := "woman", float64(i%10)
		if i%2 == 1 {
			gender, hours = "man", float64(i%10)+6
		}
		require.NoError(t, table.Add(fairness.Observation{Levels: []string{gender}, Values: []float64{hours, math.NaN()}, Flagged: i%3 == 0}))
	}
	fs, err := fairness.Proxies(table, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Proxy, fs[0].Verdict)
	require.Equal(t, int64(200), fs[0].N)
	require.Greater(t, fs[0].Epsilon, 0.5)
	require.False(t, fs[1].Strength.Defined, "nothing is known: undefined is not zero")
	require.Equal(t, fairness.Undecided, fs[1].Verdict)
}

// A factor that does not vary has no strength, and measures refuse what is not a table.
func TestAssociateUndefined(t *testing.T) {
	for _, table := range [][][]int64{nil, {{}}, {{1, 2}}, {{1, 0}, {2, 0}}, {{1, 2}, {3}}, {{-1, 2}, {3, 4}}} {
		_, ok := fairness.Associate(table)
		require.False(t, ok, "%v", table)
	}
	_, ok := fairness.AUC(nil, []fairness.ValueCount{{Value: 1, Count: 1}})
	require.False(t, ok)
	_, ok = fairness.EpsilonSquared([][]fairness.ValueCount{{{Value: 1, Count: 3}}, {{Value: 1, Count: 3}}})
	require.False(t, ok)
	_, _, _, ok = fairness.KruskalWallis([][]fairness.ValueCount{{{Value: 1, Count: 3}}})
	require.False(t, ok)
	_, ok = fairness.Kitagawa([]fairness.Rate{{X: 1, N: 2}}, []fairness.Rate{{}})
	require.False(t, ok)
	_, ok = fairness.MantelHaenszel([]fairness.Stratum{{First: fairness.Rate{X: 1, N: 2}}}, 0.95)
	require.False(t, ok)
	_, ok = fairness.CohenKappa([2][2]int64{{5, 0}, {0, 0}})
	require.False(t, ok)
}

// Without people an interval is everything, never zero; what is not a rate of
// people has none.
func TestUndefinedIsNotZero(t *testing.T) {
	none, some := fairness.Rate{}, fairness.Rate{X: 3, N: 10}
	_, ok := none.Value()
	require.False(t, ok)
	require.Equal(t, fairness.Interval{Low: 0, High: 1}, fairness.Wilson(none, 0.95))
	require.Equal(t, fairness.Interval{Low: 0, High: 1}, fairness.ClopperPearson(none, 0.95))
	require.Equal(t, fairness.Interval{Low: -1, High: 1}, fairness.Newcombe(none, some, 0.95))
	require.Equal(t, fairness.Interval{Low: -1, High: 1}, fairness.MNDiff(some, none, 0.95))
	require.Equal(t, fairness.Interval{Low: 0, High: math.Inf(1)}, fairness.MNRatio(none, some, 0.95))
	require.Equal(t, 1.0, fairness.ExactRatio(none, some, 0.8, fairness.Less))
	require.Equal(t, 1.0, fairness.ExactDiff(some, none, 0.2, fairness.Greater))
	require.Equal(t, 1.0, fairness.MidP(none, some, fairness.TwoSided))
	for _, bad := range []fairness.Rate{{X: -1, N: 2}, {X: 3, N: 2}, {X: 1, N: 1 << 60}} {
		require.True(t, math.IsNaN(fairness.Wilson(bad, 0.95).Low))
		require.True(t, math.IsNaN(fairness.MNRatio(bad, some, 0.95).High))
		require.True(t, math.IsNaN(fairness.ExactRatio(some, bad, 0.8, fairness.Less)))
		require.True(t, math.IsNaN(fairness.Fisher(bad, some, fairness.TwoSided)))
	}
	require.True(t, math.IsNaN(fairness.Wilson(some, 1).Low))
	require.Equal(t, `{"value":null,"low":0,"high":null}`, jsonOf(t, fairness.Estimate{High: math.Inf(1)}))
	require.Equal(t, `[0,null]`, jsonOf(t, fairness.Interval{High: math.Inf(1)}))
}
