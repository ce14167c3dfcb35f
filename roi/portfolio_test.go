package roi_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi"
)

func leaders(t testing.TB, from, n int) []coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(slices.Repeat([]byte{7}, 32), coaching.Domain{Programme: "test", Purpose: "test"})
	require.NoError(t, err)
	var out []coaching.PersonID
	for i := range n {
		id, err := p.Person(fmt.Sprint("leader ", from+i))
		require.NoError(t, err)
		out = append(out, id)
	}
	return out
}

func member(t testing.TB, id string, from int, change func(c *roi.Case)) roi.Member {
	t.Helper()
	c := softwareCompany()
	c.ID = id
	if change != nil {
		change(&c)
	}
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	return roi.Member{Statement: s, Leaders: leaders(t, from, 3)}
}

// The rows of isolation and confidence: a portfolio rounds once, where the sum
// of rounded rows is two cents off.
func TestPortfolioRoundsOnce(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/roi/roi/roi_cases.json"))
	require.NoError(t, err)
	var golden struct {
		Phillips struct {
			Rows     [][3]string
			Cost     string
			Adjusted []struct{ Num, Den string }
		} `json:"phillips_rows"`
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	g := golden.Phillips
	var members []roi.Member
	want := new(big.Rat)
	for i, row := range g.Rows {
		members = append(members, member(t, fmt.Sprintf("row-%02d", i), 10*i, func(c *roi.Case) {
			c.Baseline.Value, c.Delta.After = roi.MustExact("1"), roi.MustExact("0")
			c.Conversion.UnitValue = roi.MustMoney(row[0], "USD")
			c.Attribution.Factor, c.Confidence = roi.MustExact(row[1]), roi.MustExact(row[2])
			c.Costs[0].Amount = roi.MustMoney("0", "USD")
			if i == 0 {
				c.Costs[0].Amount = roi.MustMoney(g.Cost, "USD")
			} else {
				c.Costs[0].Amount, c.Costs[0].Reason = roi.MustMoney("0.01", "USD"), ""
			}
			if row[0] == "0" {
				c.Conversion.UnitValue = roi.MustMoney("0.01", "USD")
				c.Attribution.Factor = roi.MustExact("0")
			}
		}))
		exact, ok := new(big.Rat).SetString(g.Adjusted[i].Num + "/" + g.Adjusted[i].Den)
		require.True(t, ok)
		want.Add(want, exact)
	}
	p, err := roi.NewPortfolio(roi.HalfEven, members...)
	require.NoError(t, err)
	require.Equal(t, want.FloatString(2), p.Benefit.Amount.StringFixed(2))
	rounded := new(big.Rat)
	for _, m := range p.Members {
		rounded.Add(rounded, m.Benefit.Amount.Rat())
	}
	require.NotEqual(t, rounded.FloatString(2), p.Benefit.Amount.StringFixed(2), "the golden rows were chosen so")
}

// A portfolio of one is its statement; the order of the members changes nothing;
// net is benefit less cost.
func TestPortfolioLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(rt, "n")
		var members []roi.Member
		for i := range n {
			members = append(members, member(t, fmt.Sprint("case-", i), 10*i, func(c *roi.Case) {
				c.Conversion.UnitValue = roi.MustMoney(fmt.Sprint(rapid.IntRange(1, 1_000_000).Draw(rt, "unit")), "USD")
				c.Delta.After = roi.MustExact(fmt.Sprint(rapid.IntRange(0, 15).Draw(rt, "after")))
			}))
		}
		p, err := roi.NewPortfolio(roi.HalfEven, members...)
		require.NoError(rt, err)
		other := slices.Clone(members)
		slices.Reverse(other)
		q, err := roi.NewPortfolio(roi.HalfEven, other...)
		require.NoError(rt, err)
		require.Equal(rt, p.Text(), q.Text())
		require.True(rt, p.Net.Amount.Equal(p.Benefit.Amount.Sub(p.Cost.Amount)))
		if n == 1 {
			s := members[0].Statement
			require.Zero(rt, p.ROI.Cmp(s.ROI))
			require.Equal(rt, s.Net.String(), p.Net.String())
			require.Equal(rt, s.Label, p.Label)
		}
		require.Equal(rt, members[0].Statement.Findings.Blocked(), p.Findings.Blocked())
	})
}

// ROI-004: one benefit is counted once.
func TestPortfolioRefusesDoubleCounting(t *testing.T) {
	second := func(change func(c *roi.Case, m *roi.Member)) error {
		m := member(t, "second", 2, nil) // shares leader 2 with the first
		c := softwareCompany()
		c.ID = "second"
		change(&c, &m)
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		m.Statement = s
		_, err = roi.NewPortfolio(roi.HalfEven, member(t, "first", 0, nil), m)
		return err
	}
	later := coaching.Window{From: coaching.MustDate("2028-01-04"), To: coaching.MustDate("2028-03-26")}
	for name, tt := range map[string]struct {
		change func(c *roi.Case, m *roi.Member)
		want   string
	}{
		"the same KPI of a shared leader":    {func(*roi.Case, *roi.Member) {}, "they share leaders, months and KPI"},
		"in other words for spaces and case": {func(c *roi.Case, _ *roi.Member) { c.Baseline.KPI = " Avoidable Exits" }, "they share leaders, months and KPI"},
		"months after the window count": {func(c *roi.Case, _ *roi.Member) {
			c.Delta.Window = coaching.Window{From: coaching.MustDate("2027-12-01"), To: coaching.MustDate("2028-02-28")}
		}, "they share leaders, months and KPI"},
		"another KPI of the same basis":      {func(c *roi.Case, _ *roi.Member) { c.Baseline.KPI = "attrition" }, "nobody says why"},
		"the same case":                      {func(c *roi.Case, m *roi.Member) { c.ID = "first"; m.Leaders = leaders(t, 50, 3) }, "the same case"},
		"other leaders":                      {func(_ *roi.Case, m *roi.Member) { m.Leaders = leaders(t, 50, 3) }, ""},
		"a year later":                       {func(c *roi.Case, _ *roi.Member) { c.Delta.Window = later }, ""},
		"another KPI of the basis, reasoned": {func(c *roi.Case, m *roi.Member) { c.Baseline.KPI = "attrition"; m.Distinct = "another team" }, ""},
		"the same KPI, reasoned":             {func(_ *roi.Case, m *roi.Member) { m.Distinct = "another team" }, "they share leaders, months and KPI"},
		"another basis": {func(c *roi.Case, _ *roi.Member) {
			c.Baseline.KPI, c.Conversion.Basis = "cycle time", roi.ProductivityPerFTE
		}, ""},
	} {
		err := second(tt.change)
		if tt.want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, tt.want, name)
		require.ErrorContains(t, err, "ROI-004", name)
	}
}

func TestPortfolioRefuses(t *testing.T) {
	refused := func(members ...roi.Member) error {
		_, err := roi.NewPortfolio(roi.HalfEven, members...)
		return err
	}
	first := member(t, "first", 0, nil)
	require.ErrorContains(t, refused(), "0 programmes")
	require.ErrorContains(t, refused(roi.Member{Leaders: leaders(t, 0, 1)}), "no statement")
	require.ErrorContains(t, refused(first, member(t, "euro", 10, func(c *roi.Case) {
		c.Conversion.UnitValue, c.Costs[0].Amount = roi.MustMoney("120000", "EUR"), roi.MustMoney("30000", "EUR")
	})), "another currency")
	for _, bad := range [][]coaching.PersonID{nil, {{}}, append(leaders(t, 0, 1), leaders(t, 0, 1)...)} {
		m := first
		m.Leaders = bad
		require.ErrorContains(t, refused(m), "want the leaders, each once")
	}
	forged := *first.Statement
	forged.Lines = slices.Clone(forged.Lines)
	i := slices.IndexFunc(forged.Lines, func(l roi.Line) bool { return l.ID == "benefit" })
	forged.Lines[i].Value = roi.Int(1_000_000)
	require.ErrorContains(t, refused(roi.Member{Statement: &forged, Leaders: first.Leaders}), "do not follow from its lines")
	_, err := roi.NewPortfolio(roi.Mode(99), first)
	require.ErrorContains(t, err, "rounding is not declared")
}

// ROI-019: every entry of the catalogue says what it takes, and its template
// lacks nothing but figures and sources.
func TestCatalogue(t *testing.T) {
	kpis := roi.KPIs()
	require.True(t, slices.IsSortedFunc(kpis, func(a, b roi.KPI) int { return strings.Compare(a.ID, b.ID) }))
	for i, k := range kpis {
		require.NotEqual(t, roi.NoDirection, k.Direction, k.ID)
		require.NotEmpty(t, k.Confounded, k.ID)
		for _, text := range []string{k.ID, k.Name, k.Definition, k.Unit, k.Conversion} {
			require.NotEmpty(t, text, k.ID)
		}
		found, ok := roi.FindKPI(k.ID)
		require.True(t, ok)
		require.Equal(t, k, found)
		if i > 0 {
			require.NotEqual(t, kpis[i-1].ID, k.ID)
		}
		c := k.Template("case-1")
		_, err := c.Compute(roi.DefaultPolicy())
		require.Error(t, err, k.ID)
		full := softwareCompany()
		c.Baseline.Value, c.Baseline.Window, c.Baseline.Headcount, c.Baseline.Source = full.Baseline.Value, full.Baseline.Window, 10, "HR"
		c.Delta, c.Attribution, c.Costs = full.Delta, full.Attribution, full.Costs
		c.Conversion.UnitValue, c.Conversion.Source = full.Conversion.UnitValue, "finance"
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err, k.ID)
		require.Equal(t, k.Basis == roi.NoBasis, unbased(s.Findings), k.ID)
	}
	_, ok := roi.FindKPI("happiness")
	require.False(t, ok)
}

// unbased reports whether a statement lacks a basis of its conversion.
func unbased(fs coaching.Findings) bool {
	return slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Code == "ROI-012" && f.Severity == coaching.Error })
}
