package roi_test

import (
	"encoding/json"
	"math/big"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi"
)

func uncertainty(t testing.TB) (g struct {
	NPV struct {
		Benefits                                    []string
		Cost, Rate, NPV, Display, Payback, IRR, BCR string
	}
	ThreePoint struct {
		Variables                     map[string][][2]string
		Support                       int
		Mean, P10, P50, P90, Min, Max string
		Above                         string `json:"p_roi_gt_0"`
	} `json:"three_point"`
}) {
	t.Helper()
	data, err := os.ReadFile("testdata/uncertainty.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &g))
	return g
}

// The document's case under three-point estimates: 81 combinations, 49 values.
func TestDistributionGolden(t *testing.T) {
	g := uncertainty(t).ThreePoint
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	var spreads []roi.Spread
	for _, v := range []roi.Variable{roi.TheCost, roi.TheDelta, roi.AttributedShare, roi.UnitValue} {
		spread := roi.Spread{Variable: v}
		for _, p := range g.Variables[v.String()] {
			spread.Points = append(spread.Points, roi.Point{Value: roi.MustExact(p[0]), Probability: roi.MustExact(p[1])})
		}
		spreads = append(spreads, spread)
	}
	d, err := s.Distribute(spreads...)
	require.NoError(t, err)
	require.Len(t, d.Outcomes, g.Support)
	for want, got := range map[string]roi.Exact{
		g.Mean: d.Mean, g.P10: d.Quantile(roi.MustExact("0.1")), g.P50: d.Quantile(roi.MustExact("0.5")), g.P90: d.Quantile(roi.MustExact("0.9")),
		g.Above: d.Above(roi.Int(0)), g.Min: d.Outcomes[0].ROI, g.Max: d.Outcomes[len(d.Outcomes)-1].ROI,
	} {
		require.Equal(t, want, *fraction(got))
	}
	require.False(t, d.Quantile(roi.Int(0)).IsSet())
	require.False(t, d.Quantile(roi.Int(2)).IsSet())
	one, err := s.Distribute()
	require.NoError(t, err)
	require.Equal(t, []roi.Outcome{{ROI: s.ROI, Probability: roi.Int(1)}}, one.Outcomes)
	half, third := roi.MustExact("0.5"), roi.MustExact("0.3")
	for want, spreads := range map[string][]roi.Spread{
		"sum to 0.8":        {{Variable: roi.TheCost, Points: []roi.Point{{Value: roi.Int(1), Probability: half}, {Value: roi.Int(2), Probability: third}}}},
		"not above zero":    {{Variable: roi.TheCost, Points: []roi.Point{{Value: roi.Int(1), Probability: roi.Int(1)}, {Value: roi.Int(2), Probability: roi.Int(0)}}}},
		"0 points":          {{Variable: roi.TheCost}},
		"spread twice":      {{Variable: roi.TheCost, Points: []roi.Point{{Value: roi.Int(1), Probability: roi.Int(1)}}}, {Variable: roi.TheCost, Points: []roi.Point{{Value: roi.Int(1), Probability: roi.Int(1)}}}},
		"not declared":      {{Variable: roi.Variable(7)}},
		"division by zero":  {{Variable: roi.TheCost, Points: []roi.Point{{Value: roi.Int(0), Probability: roi.Int(1)}}}},
		"most 100000 combi": {{Variable: roi.TheCost, Points: make([]roi.Point, 100_001)}},
	} {
		_, err := s.Distribute(spreads...)
		require.ErrorContains(t, err, want)
	}
}

// A grid of two variables is what each pair gives alone.
func TestGridGolden(t *testing.T) {
	g := golden(t).Grid
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	var shares, deltas []roi.Exact
	for _, text := range g.Attribution {
		shares = append(shares, roi.MustExact(text))
	}
	for _, text := range g.Delta {
		deltas = append(deltas, roi.MustExact(text))
	}
	cells, err := s.Grid(roi.AttributedShare, shares, roi.TheDelta, deltas)
	require.NoError(t, err)
	for i, row := range cells {
		for j, v := range row {
			require.Equal(t, g.ROI[i][j], *fraction(v))
		}
	}
	_, err = s.Grid(roi.TheCost, shares, roi.TheCost, deltas)
	require.ErrorContains(t, err, "two variables")
	_, err = s.Grid(roi.TheCost, nil, roi.TheDelta, deltas)
	require.ErrorContains(t, err, "grid of 0")
	_, err = s.Grid(roi.TheCost, []roi.Exact{roi.Int(0)}, roi.TheDelta, deltas)
	require.ErrorIs(t, err, roi.ErrDivision)
}

// A benefit that decays by three tenths a year, at 8 %.
func TestPresentValueGolden(t *testing.T) {
	g := uncertainty(t).NPV
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	var shares []roi.Exact
	for _, b := range g.Benefits {
		share, err := roi.MustExact(b).Quo(roi.MustExact(g.Benefits[0]))
		require.NoError(t, err)
		shares = append(shares, share)
	}
	p, err := s.PresentValue(roi.MustExact(g.Rate), shares)
	require.NoError(t, err)
	require.Equal(t, g.Display, p.NPV.Amount.StringFixed(2))
	require.Equal(t, g.BCR, *fraction(p.BCR))
	require.Equal(t, g.Payback, *fraction(p.PaybackYears))
	require.Equal(t, g.IRR, p.IRR.Text(10, roi.HalfEven))
	require.True(t, p.Findings.Has("ROI-004"))
	var npv roi.Exact
	for _, l := range p.Lines {
		if l.ID == "npv" {
			npv = l.Value
		}
	}
	require.Equal(t, g.NPV, *fraction(npv))
	first, err := s.PresentValue(roi.Int(0), shares[:1])
	require.NoError(t, err)
	require.Empty(t, first.Findings)
	require.Equal(t, s.Net.String(), first.NPV.String(), "one year at no rate is the statement")
	for want, call := range map[string]func() error{
		"0 years":      func() error { _, err := s.PresentValue(roi.Int(0), nil); return err },
		"51 years":     func() error { _, err := s.PresentValue(roi.Int(0), make([]roi.Exact, 51)); return err },
		"is negative":  func() error { _, err := s.PresentValue(roi.Int(0), []roi.Exact{roi.Int(-1)}); return err },
		"rate of -1":   func() error { _, err := s.PresentValue(roi.Int(-1), shares); return err },
		"rate of 10.1": func() error { _, err := s.PresentValue(roi.MustExact("10.1"), shares); return err },
	} {
		require.ErrorContains(t, call(), want)
	}
}

// At the internal rate the present value is zero or just above; a higher rate
// lowers the value; a benefit that never pays has neither rate nor payback.
func TestPresentValueLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := drawCase(rt).Compute(roi.DefaultPolicy())
		require.NoError(rt, err)
		var shares []roi.Exact
		for range rapid.IntRange(1, 5).Draw(rt, "years") {
			share, err := roi.Ratio(big.NewInt(rapid.Int64Range(0, 1000).Draw(rt, "share")), big.NewInt(1000))
			require.NoError(rt, err)
			shares = append(shares, share)
		}
		at := func(rate roi.Exact) roi.PresentValue {
			p, err := s.PresentValue(rate, shares)
			require.NoError(rt, err)
			return p
		}
		low, high := at(roi.MustExact("0.05")), at(roi.MustExact("0.06"))
		if s.Benefit.Amount.Sign() > 0 {
			require.False(rt, high.NPV.Amount.GreaterThan(low.NPV.Amount))
		}
		still := at(roi.Int(0))
		if still.NPV.Amount.Sign() < 0 {
			require.False(rt, still.IRR.IsSet())
			require.False(rt, still.PaybackYears.IsSet())
			return
		}
		if rate := still.IRR; rate.IsSet() && rate.Cmp(roi.Int(9)) < 0 {
			step := roi.MustExact("0.0000000001")
			require.GreaterOrEqual(rt, at(rate.Sub(step)).BCR.Cmp(roi.Int(1)), 0)
			require.Less(rt, at(rate.Add(step)).BCR.Cmp(roi.Int(1)), 0)
		}
	})
}

// The rate is rounded once: cut to twelve places first, 0.12345678905…1 would be
// a tie and go down.
func TestInternalRateRoundsOnce(t *testing.T) {
	for unitValue, want := range map[string]string{
		"112345678905000001": "0.1234567891",
		"112345678905000000": "0.123456789", // a tie, to the even digit
		"112345678904999999": "0.123456789",
		"112345678915000000": "0.1234567892",
		"112345678910000000": "0.1234567891",
		"100000000000000000": "0",
	} {
		c := softwareCompany()
		c.Costs = []roi.CostLine{{Covers: []roi.CostCategory{roi.Coaching}, Amount: roi.MustMoney("100000000000000000", "USD")}}
		c.Delta = roi.Delta{Change: roi.Int(-1)}
		c.Attribution.Factor = roi.Int(1)
		c.Conversion.UnitValue = roi.MustMoney(unitValue, "USD")
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		v, err := s.PresentValue(roi.Int(0), []roi.Exact{roi.Int(1)})
		require.NoError(t, err)
		require.Equal(t, want, v.IRR.String(), unitValue)
	}
}

// Values whose fractions would grow without bound are refused.
func TestDistributeBoundsValues(t *testing.T) {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	long, err := roi.Ratio(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 256))
	require.NoError(t, err)
	_, err = s.Distribute(roi.Spread{Variable: roi.TheDelta, Points: []roi.Point{{Value: long, Probability: roi.Int(1)}}})
	require.ErrorContains(t, err, "more than 256 bits")
}
