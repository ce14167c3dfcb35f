package roi_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document/hostile"
	"github.com/coachgov/coaching/roi"
)

// fullCase uses every field that a case has.
func fullCase(t testing.TB) roi.Case {
	c := softwareCompany()
	third, err := roi.Ratio(big.NewInt(1), big.NewInt(3))
	require.NoError(t, err)
	c.Confidence, c.Rounding = third, roi.Floor
	c.Delta = roi.Delta{
		Change: roi.MustExact("-2.10"), Low: roi.MustExact("-3.5"), High: roi.MustExact("0"), Level: roi.MustExact("0.95"), Window: c.Delta.Window,
		Projected: true, NetOfControl: true, Design: roi.StaggeredCohort, Treated: 5, Control: 4, Method: "exact", PCount: big.NewInt(3), PTotal: big.NewInt(252), Source: "analysis",
	}
	c.Attribution.Survey = roi.Survey{ID: "pulse 2", On: coaching.MustDate("2027-05-01"), By: person(t, "analyst"), Corroborates: true}
	c.Attribution.Override = &roi.Override{Approver: person(t, "cfo"), Role: coaching.Sponsor, Reason: "agreed", On: coaching.MustDate("2027-05-02")}
	c.Conversion.Months, c.Conversion.Cash = 6, true
	c.Intangibles = []roi.Intangible{{What: "trust", Seen: "more", Source: "pulse"}}
	c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.ManagerTime}, Amount: roi.MustMoney("0", "USD"), Reason: "no hours beside the sessions"})
	return c
}

// A case that is written and read again gives the same statement, byte for byte,
// and is written the same.
func TestCaseFileRoundTrip(t *testing.T) {
	_, d := publishable(t)
	d.Confounders = []roi.Confounder{{ID: "freeze", Kind: roi.HiringFreeze, Window: coaching.Window{From: coaching.MustDate("2027-03-15"), To: coaching.MustDate("2027-03-29")}, Disposition: roi.RuledOut, By: person(t, "owner")}}
	cases := map[string]roi.Case{"full": fullCase(t), "document": softwareCompany()}
	for _, g := range golden(t).Cases {
		cases[g.ID] = g.build()
	}
	for name, c := range cases {
		data, err := roi.Encode(c, d)
		require.NoError(t, err, name)
		read, dossier, fs := roi.Decode("case.json", data)
		require.Empty(t, fs, name)
		again, err := roi.Encode(read, dossier)
		require.NoError(t, err, name)
		require.Equal(t, string(data), string(again), name)
		require.Equal(t, d, dossier, name)
		want, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err, name)
		got, err := read.Compute(roi.DefaultPolicy())
		require.NoError(t, err, name)
		a, err := want.JSON()
		require.NoError(t, err)
		b, err := got.JSON()
		require.NoError(t, err)
		require.Equal(t, string(a), string(b), name)
	}
	data, err := roi.Encode(softwareCompany(), roi.Dossier{})
	require.NoError(t, err)
	require.NotContains(t, string(data), "dossier")
	_, dossier, fs := roi.Decode("case.json", data)
	require.Empty(t, fs)
	require.Zero(t, dossier)
}

// Bad input gets a finding with its line, and no case.
func TestCaseFileRefuses(t *testing.T) {
	data, err := roi.Encode(softwareCompany(), roi.Dossier{})
	require.NoError(t, err)
	valid := string(data)
	for name, tt := range map[string]struct{ old, to, want string }{
		"exponent":          {`"0.3"`, `"1e1000000000"`, "attribution.factor"},
		"ten million":       {`"0.3"`, `"` + strings.Repeat("9", 60_000) + `"`, "attribution.factor"},
		"not a number":      {`"0.3"`, `"NaN"`, "attribution.factor"},
		"infinity":          {`"0.3"`, `"Infinity"`, "attribution.factor"},
		"comma":             {`"0.3"`, `"0,30"`, "attribution.factor"},
		"a JSON number":     {`"0.3"`, `0.3`, "attribution.factor"},
		"zero denominator":  {`"0.3"`, `"1/0"`, "attribution.factor"},
		"unknown key":       {`"title"`, `"titel"`, "titel"},
		"unknown currency":  {`"USD"`, `"USX"`, "ROI-012"},
		"fraction of money": {`"120000"`, `"1/3"`, "conversion.unit_value"},
		"fraction of cost":  {`"30000"`, `"1/3"`, "costs[0].amount"},
		"unknown category":  {`"coaching"`, `"consulting"`, "costs[0].covers[0]"},
		"unknown timing":    {`"lagging"`, `"late"`, "timing"},
		"impossible day":    {`"2026-12-31"`, `"2026-02-30"`, "baseline.window.to"},
		"another schema":    {"roi-case/v1", "roi-case/v9", "schema"},
	} {
		text := strings.Replace(valid, tt.old, tt.to, 1)
		require.NotEqual(t, valid, text, name)
		c, d, fs := roi.Decode("case.json", []byte(text))
		require.True(t, fs.Blocked(), name)
		require.Contains(t, fmt.Sprint(fs), tt.want, name)
		require.Contains(t, fmt.Sprint(fs), "case.json:", name)
		require.Zero(t, c, name)
		require.Zero(t, d, name)
	}
	// An unset figure is no zero: Compute lists it.
	text := strings.Replace(valid, "\n    \"factor\": \"0.3\",", "", 1)
	require.NotEqual(t, valid, text)
	c, _, fs := roi.Decode("case.json", []byte(text))
	require.Empty(t, fs)
	_, err = c.Compute(roi.DefaultPolicy())
	require.ErrorContains(t, err, "the attributed share is not stated")

	mixed := softwareCompany()
	mixed.Costs[0].Amount = roi.MustMoney("30000", "EUR")
	_, err = roi.Encode(mixed, roi.Dossier{})
	require.ErrorContains(t, err, "another currency")
}

func TestCaseFileIsStrict(t *testing.T) {
	// Every key of this one is required, so that leaving one out is refused.
	const least = `{"schema": "roi-case/v1", "id": "case-1", "timing": "leading", "direction": "increase", "currency": "KWD",
		"baseline": {"kpi": "throughput", "unit": "items"}, "conversion": {"basis": "not_stated"}}`
	hostile.Run(t, "json", []byte(least), func(data []byte) (any, bool) {
		c, _, fs := roi.Decode("case.json", data)
		if fs.Blocked() {
			return nil, false
		}
		again, err := roi.Encode(c, roi.Dossier{})
		return string(again), err == nil
	})
}

// What is read is written, and read again as it was.
func FuzzDecode(f *testing.F) {
	data, err := roi.Encode(fullCase(f), roi.Dossier{})
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"schema":"roi-case/v1","id":"x","timing":"leading","direction":"increase","currency":"KWD","baseline":{"kpi":"k","unit":"u"},"conversion":{"basis":"not_stated"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, d, fs := roi.Decode("case.json", data)
		if fs.Blocked() {
			require.Zero(t, c)
			return
		}
		_, _ = c.Compute(roi.DefaultPolicy())
		first, err := roi.Encode(c, d)
		require.NoError(t, err)
		again, more, fs := roi.Decode("case.json", first)
		require.Empty(t, fs)
		second, err := roi.Encode(again, more)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})
}

// A unit value that the file leaves out is not taken for a measured zero.
func TestDecodeWithoutUnitValue(t *testing.T) {
	c := softwareCompany()
	c.Conversion.UnitValue = roi.Money{Currency: "USD"}
	data, err := roi.Encode(c, roi.Dossier{})
	require.NoError(t, err)
	require.NotContains(t, string(data), "unit_value")
	c, _, fs := roi.Decode("case.json", data)
	require.False(t, fs.Blocked(), "%v", fs)
	_, err = c.Compute(roi.DefaultPolicy())
	require.ErrorContains(t, err, "conversion.unit_value: the unit value is not stated, or zero")
}

// What is missing in an annualised count is left out, and Compute names it.
func TestEncodeIncompleteAnnual(t *testing.T) {
	c := softwareCompany()
	c.Delta = roi.Delta{Annualised: &roi.Annual{}}
	data, err := roi.Encode(c, roi.Dossier{})
	require.NoError(t, err)
	c, _, fs := roi.Decode("case.json", data)
	require.False(t, fs.Blocked(), "%v", fs)
	_, err = c.Compute(roi.DefaultPolicy())
	require.ErrorContains(t, err, "delta.annualised.events")
}
