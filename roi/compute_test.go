package roi_test

import (
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

type goldenCase struct {
	ID        string
	Currency  roi.Currency
	Minor     int
	Direction roi.Direction
	Design    string
	Survey    bool
	Inputs    struct {
		Baseline, UnitValue         string
		Post, Delta, Confidence     *string
		Attribution                 string
		Control, Annualise          []string
		Costs                       [][2]string
		Unit_value                  string
		NotUsedButKeepsUnmarshalled any `json:"-"`
	}
	Exact     map[string]*string
	Display   map[string]*string
	BreakEven map[string]*string `json:"break_even"`
	Trace     [][3]any
}

type goldenFile struct {
	Cases   []goldenCase
	Tornado struct {
		Range map[string][2]string
		Bars  [][4]string
	}
	Grid struct {
		Attribution, Delta []string
		ROI                [][]string
	}
	Allocation []struct {
		ID, Total string
		Currency  roi.Currency
		Weights   []string
		Parts     []string
	}
}

func golden(t testing.TB) goldenFile {
	t.Helper()
	data, err := os.ReadFile("testdata/roi_cases.json")
	require.NoError(t, err)
	var g goldenFile
	require.NoError(t, json.Unmarshal(data, &g))
	return g
}

func (g goldenCase) build() roi.Case {
	c := softwareCompany()
	c.ID, c.Direction = g.ID, g.Direction
	c.Baseline.Value = roi.MustExact(g.Inputs.Baseline)
	c.Delta = roi.Delta{Window: c.Delta.Window}
	switch {
	case g.Inputs.Delta != nil:
		c.Delta.Change = roi.MustExact(*g.Inputs.Delta)
	case g.Inputs.Annualise != nil:
		a := g.Inputs.Annualise
		c.Delta.Annualised = &roi.Annual{Events: roi.MustExact(a[0]), Window: roi.MustExact(a[1]), Periods: roi.MustExact(a[2])}
	default:
		c.Delta.After = roi.MustExact(*g.Inputs.Post)
	}
	if k := g.Inputs.Control; k != nil {
		c.Delta.ControlBefore, c.Delta.ControlAfter = roi.MustExact(k[0]), roi.MustExact(k[1])
	}
	c.Attribution.Factor = roi.MustExact(g.Inputs.Attribution)
	if g.Inputs.Confidence != nil {
		c.Confidence = roi.MustExact(*g.Inputs.Confidence)
	}
	c.Conversion.UnitValue = roi.MustMoney(g.Inputs.Unit_value, g.Currency)
	c.Costs = nil
	for _, line := range g.Inputs.Costs {
		c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.Coaching}, Amount: roi.MustMoney(line[1], g.Currency), Source: line[0]})
	}
	return c
}

func fraction(e roi.Exact) *string {
	if !e.IsSet() {
		return nil
	}
	s := e.Num().String() + "/" + e.Den().String()
	return &s
}

// Thirteen cases whose every figure was computed with Python's fractions.
func TestComputeGolden(t *testing.T) {
	for _, g := range golden(t).Cases {
		t.Run(g.ID, func(t *testing.T) {
			s, err := g.build().Compute(roi.DefaultPolicy())
			require.NoError(t, err)
			value := map[string]roi.Exact{}
			for _, l := range s.Lines {
				value[l.ID] = l.Value
			}
			for name, got := range map[string]roi.Exact{
				"delta": value["delta"], "benefit": value["benefit"], "cost": value["cost"], "net": value["net"],
				"roi": s.ROI, "bcr": s.BCR, "payback_months": s.PaybackMonths,
			} {
				require.Equal(t, g.Exact[name], fraction(got), name)
			}
			require.Equal(t, *g.Display["benefit"], s.Benefit.Amount.StringFixed(int32(g.Minor)))
			require.Equal(t, *g.Display["cost"], s.Cost.Amount.StringFixed(int32(g.Minor)))
			require.Equal(t, *g.Display["net"], s.Net.Amount.StringFixed(int32(g.Minor)))
			require.Equal(t, *g.Display["roi_ratio_4dp"], s.ROI.Text(4, roi.HalfEven))
			require.Equal(t, *g.Display["roi_percent_1dp"], s.ROI.Mul(roi.Int(100)).Text(1, roi.HalfEven))
			require.Equal(t, *g.Display["benefit_floor_minor"], value["benefit"].Text(g.Minor, roi.Floor))

			be := s.BreakEven()
			for name, got := range map[string]roi.Exact{"delta": be.Delta, "unit_value": be.UnitValue, "attribution": be.Attribution, "cost": be.Cost} {
				require.Equal(t, g.BreakEven[name], fraction(got), "break-even %s", name)
			}
			same := map[string]string{"post_annualised": "after", "attributable_delta": "attributed_delta", "gross_benefit": "gross",
				"program_cost": "cost", "net_benefit": "net", "confidence_adjusted_benefit": "benefit"}
			if g.Inputs.Confidence == nil {
				same["attributable_benefit"] = "benefit"
			}
			for _, row := range g.Trace {
				id, ok := same[row[1].(string)]
				if !ok {
					id = row[1].(string)
				}
				if v, ok := value[id]; ok && !(id == "raw_delta") {
					require.Equal(t, row[2], *fraction(v), id)
				}
			}
		})
	}
}

// EX-06, C-10, ROI-013: the document's case computes to 1.4 and carries the
// findings that keep it from being published as it stands.
func TestSoftwareCompanyFindings(t *testing.T) {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	all := append(slices.Clone(s.Findings), roi.CanPublish(s, roi.Dossier{}).Findings()...)
	for code, severity := range map[string]coaching.Severity{
		"ROI-011": coaching.Error, "ROI-008": coaching.Error, "ROI-014": coaching.Error, "C-10": coaching.Warning,
		"C-18": coaching.Warning, "PIL-161": coaching.Error,
	} {
		require.True(t, slices.ContainsFunc(all, func(f coaching.Finding) bool { return f.Code == code && f.Severity == severity }), code)
	}
	for share, want := range map[string]string{"0.15": "0.2", "0.20": "0.6", "0.25": "1", "0.30": "1.4", "0.40": "2.2"} {
		got, err := s.At(roi.AttributedShare, roi.MustExact(share))
		require.NoError(t, err)
		require.Equal(t, want, got.String(), share)
	}
	require.Equal(t, "0.125", s.BreakEven().Attribution.String())
	require.Equal(t, roi.Provisional, s.Label)
}

// A claim above its cap is printed with what it would be at the cap, and an
// annualised one with what was lived through: 10 × 12/52 exits were to be
// expected in twelve weeks, and 2 came.
func TestModestFiguresStandBeside(t *testing.T) {
	value := func(s *roi.Statement, id string) string {
		i := slices.IndexFunc(s.Lines, func(l roi.Line) bool { return l.ID == id })
		require.GreaterOrEqual(t, i, 0, id)
		return s.Lines[i].Value.String()
	}
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, []string{"0.25", "60000", "30000", "1"},
		[]string{value(s, "cap"), value(s, "benefit_at_cap"), value(s, "net_at_cap"), value(s, "roi_at_cap")})
	s, err = golden(t).Cases[4].build().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, []string{"30/13", "4/13", "96000/13"},
		[]string{value(s, "expected_events"), value(s, "realised_delta"), value(s, "realised_benefit")})
	require.False(t, slices.ContainsFunc(s.Lines, func(l roi.Line) bool { return l.ID == "cap" }))
}

// ROI-010, ROI-011, C-9: which share each grade of evidence supports.
func TestAttributionBands(t *testing.T) {
	complete := roi.Survey{ID: "pulse-2", On: coaching.MustDate("2027-03-30"), By: person(t, "analyst"), Corroborates: true}
	override := &roi.Override{Approver: person(t, "cfo"), Role: coaching.Sponsor, Reason: "second cohort agrees", On: coaching.MustDate("2027-04-01")}
	tests := []struct {
		name     string
		design   roi.Design
		survey   roi.Survey
		factor   string
		override *roi.Override
		code     string // "" when the share is within its band
		severity coaching.Severity
	}{
		{"nothing stated, at cap", roi.NotStated, roi.Survey{}, "0.25", nil, "", 0},
		{"nothing stated, above", roi.NotStated, roi.Survey{}, "0.26", nil, "ROI-011", coaching.Error},
		{"no control", roi.NoControl, complete, "0.30", nil, "ROI-011", coaching.Error},
		{"staggered without survey", roi.StaggeredCohort, roi.Survey{}, "0.30", nil, "ROI-011", coaching.Error},
		{"staggered, survey without author", roi.StaggeredCohort, roi.Survey{ID: "x", Corroborates: true}, "0.30", nil, "ROI-011", coaching.Error},
		{"staggered, survey against it", roi.StaggeredCohort, roi.Survey{ID: "x", On: complete.On, By: complete.By}, "0.30", nil, "ROI-011", coaching.Error},
		{"staggered with survey", roi.StaggeredCohort, complete, "0.40", nil, "", 0},
		{"staggered with survey, above", roi.StaggeredCohort, complete, "0.41", nil, "ROI-010", coaching.Error},
		{"parallel with survey is inferred", roi.ParallelControl, complete, "0.35", nil, "C-9", coaching.Info},
		{"parallel without survey", roi.ParallelControl, roi.Survey{}, "0.35", nil, "ROI-011", coaching.Error},
		{"override", roi.NotStated, roi.Survey{}, "0.50", override, "ROI-011", coaching.Warning},
		{"override above half", roi.NotStated, roi.Survey{}, "0.51", override, "C-9", coaching.Error},
		{"override incomplete", roi.NotStated, roi.Survey{}, "0.30", &roi.Override{Reason: "because"}, "C-9", coaching.Error},
		{"below the band", roi.NotStated, roi.Survey{}, "0.10", nil, "C-9", coaching.Info},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := softwareCompany()
			c.Delta.Design, c.Delta.Control = tt.design, 5
			c.Attribution.Survey, c.Attribution.Override = tt.survey, tt.override
			c.Attribution.Factor = roi.MustExact(tt.factor)
			s, err := c.Compute(roi.DefaultPolicy())
			require.NoError(t, err)
			var got coaching.Findings
			for _, f := range s.Findings {
				if slices.Contains([]string{"C-9", "ROI-010", "ROI-011"}, f.Code) && f.Path != "attribution.survey" {
					got = append(got, f)
				}
			}
			if tt.code == "" {
				require.Empty(t, got)
				return
			}
			require.True(t, slices.ContainsFunc(got, func(f coaching.Finding) bool { return f.Code == tt.code && f.Severity == tt.severity }), "%v", got)
			if tt.override.Complete() {
				require.Contains(t, s.Text(), "second cohort agrees")
			}
		})
	}
}

// ROI-009, ROI-010 and C-18: a share wants its reason, a survey without its
// author does not count and says so, and a cost of zero wants its reason too.
func TestIncompleteEvidenceIsNamed(t *testing.T) {
	c := softwareCompany()
	c.Attribution.Survey = roi.Survey{ID: "pulse-2", Corroborates: true}
	c.Attribution.Rationale = ""
	c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.Integration}, Amount: roi.MustMoney("0", "USD")})
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	for code, path := range map[string]string{"ROI-009": "attribution.rationale", "ROI-010": "attribution.survey", "C-18": "costs[1].reason"} {
		require.True(t, slices.ContainsFunc(s.Findings, func(f coaching.Finding) bool { return f.Code == code && f.Path == path }), "%s: %v", code, s.Findings)
	}
}

// ROI-014: sample size and control logic are stated, and a control that is
// claimed is taken out of the delta.
func TestControlLogicIsWhatTheDeltaUsed(t *testing.T) {
	tests := map[string]struct {
		delta func(*roi.Delta)
		path  string // of the finding, "" for none
	}{
		"complete":                   {func(d *roi.Delta) {}, ""},
		"before and after, honestly": {func(d *roi.Delta) { d.Design, d.NetOfControl, d.Control = roi.NoControl, false, 0 }, ""},
		"design not stated":          {func(d *roi.Delta) { d.Design = roi.NotStated }, "delta.design"},
		"nobody treated":             {func(d *roi.Delta) { d.Treated = 0 }, "delta.treated"},
		"a control of nobody":        {func(d *roi.Delta) { d.Control = 0 }, "delta.control"},
		"staggered, not net of it":   {func(d *roi.Delta) { d.NetOfControl = false }, "delta.net_of_control"},
		"parallel, not net of it":    {func(d *roi.Delta) { d.Design, d.NetOfControl = roi.ParallelControl, false }, "delta.net_of_control"},
		"no control, yet net of one": {func(d *roi.Delta) { d.Design, d.Control = roi.NoControl, 0 }, "delta.design"},
		"no control, yet counted":    {func(d *roi.Delta) { d.Design, d.NetOfControl = roi.NoControl, false }, "delta.design"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := softwareCompany()
			c.Delta = interval("-3", "-1")
			c.Delta.Design, c.Delta.NetOfControl, c.Delta.Treated, c.Delta.Control = roi.StaggeredCohort, true, 5, 5
			tt.delta(&c.Delta)
			s, err := c.Compute(roi.DefaultPolicy())
			require.NoError(t, err)
			var paths []string
			for _, f := range s.Findings {
				if f.Code == "ROI-014" {
					require.Equal(t, coaching.Error, f.Severity)
					paths = append(paths, f.Path)
				}
			}
			if tt.path == "" {
				require.Empty(t, paths)
			} else {
				require.Equal(t, []string{tt.path}, paths)
			}
		})
	}
}

// ROI-008: a leading KPI after 8 to 16 weeks, a lagging one after 3 to 6
// calendar months.
func TestValidationWindow(t *testing.T) {
	tests := []struct {
		timing   roi.Timing
		from, to string
		severity coaching.Severity
		found    bool
		label    roi.Label
	}{
		{roi.Leading, "2027-02-01", "2027-03-28", 0, false, roi.Indicative}, // 56 days
		{roi.Leading, "2027-02-01", "2027-03-27", coaching.Error, true, roi.Provisional},
		{roi.Leading, "2027-02-01", "2027-05-23", 0, false, roi.Indicative}, // 112 days
		{roi.Leading, "2027-02-01", "2027-05-24", coaching.Warning, true, roi.Indicative},
		{roi.Lagging, "2027-01-01", "2027-03-31", 0, false, roi.Measured}, // three months
		{roi.Lagging, "2027-01-01", "2027-03-30", coaching.Error, true, roi.Provisional},
		{roi.Lagging, "2027-01-01", "2027-07-01", 0, false, roi.Measured},
		{roi.Lagging, "2027-01-01", "2027-07-02", coaching.Warning, true, roi.Measured},
		{roi.Lagging, "2027-03-01", "2027-01-01", coaching.Error, true, roi.Provisional},
		{roi.Lagging, "2026-12-31", "2027-06-01", coaching.Error, true, roi.Measured}, // overlaps the baseline
	}
	for _, tt := range tests {
		t.Run(tt.timing.String()+" "+tt.from+" "+tt.to, func(t *testing.T) {
			c := softwareCompany()
			c.Timing, c.Delta.Projected = tt.timing, false
			c.Delta.Window = coaching.Window{From: coaching.MustDate(tt.from), To: coaching.MustDate(tt.to)}
			s, err := c.Compute(roi.DefaultPolicy())
			require.NoError(t, err)
			i := slices.IndexFunc(s.Findings, func(f coaching.Finding) bool { return f.Code == "ROI-008" })
			require.Equal(t, tt.found, i >= 0)
			if tt.found {
				require.Equal(t, tt.severity, s.Findings[i].Severity)
			}
			require.Equal(t, tt.label, s.Label)
		})
	}
}

// A projection is never labelled measured.
func TestProjectionIsProvisional(t *testing.T) {
	c := softwareCompany()
	c.Delta.Window.To = coaching.MustDate("2027-05-01")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, roi.Provisional, s.Label)
}

// Every reason that keeps a case from being computed comes at once, and none
// of them quotes a text of the case.
func TestComputeRefuses(t *testing.T) {
	_, err := roi.Case{}.Compute(roi.Policy{})
	var refused *coaching.FindingsError
	require.ErrorAs(t, err, &refused)
	for _, code := range []string{"ROI-007", "ROI-008", "ROI-009", "ROI-012"} {
		require.True(t, refused.Findings.Has(code), code)
	}

	tests := map[string]struct {
		change func(*roi.Case)
		path   string
	}{
		"no direction":         {func(c *roi.Case) { c.Direction = 0 }, "direction"},
		"no baseline":          {func(c *roi.Case) { c.Baseline.Value = roi.Exact{} }, "baseline.value"},
		"two deltas":           {func(c *roi.Case) { c.Delta.Change = roi.Int(1) }, "delta"},
		"half a control":       {func(c *roi.Case) { c.Delta.ControlAfter = roi.Int(1) }, "delta.control_before"},
		"interval upside down": {func(c *roi.Case) { c.Delta = interval("3", "1") }, "delta.low"},
		"change outside":       {func(c *roi.Case) { c.Delta = interval("-1.5", "1") }, "delta.change"},
		"a total of a million bits": {func(c *roi.Case) {
			c.Delta.PCount, c.Delta.PTotal = big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 1_000_000)
		}, "delta.p_total"},
		"half an interval":        {func(c *roi.Case) { c.Delta = interval("-3", "-1"); c.Delta.High = roi.Exact{} }, "delta.low"},
		"an interval of no level": {func(c *roi.Case) { c.Delta = interval("-3", "-1"); c.Delta.Level = roi.Exact{} }, "delta.low"},
		"a level of one":          {func(c *roi.Case) { c.Delta = interval("-3", "-1"); c.Delta.Level = roi.Int(1) }, "delta.level"},
		"a second control": {func(c *roi.Case) {
			c.Delta = interval("-3", "-1")
			c.Delta.ControlBefore, c.Delta.ControlAfter = roi.Int(3), roi.Int(2)
		}, "delta.control_before"},
		"negative unit value":  {func(c *roi.Case) { c.Conversion.UnitValue = roi.MustMoney("-1", "USD") }, "conversion.unit_value"},
		"negative headcount":   {func(c *roi.Case) { c.Baseline.Headcount = -1 }, "baseline.headcount"},
		"negative sample":      {func(c *roi.Case) { c.Delta.Treated = -1 }, "delta.treated"},
		"undeclared category":  {func(c *roi.Case) { c.Costs[0].Covers = []roi.CostCategory{99} }, "costs[0].covers"},
		"confidence above one": {func(c *roi.Case) { c.Confidence = roi.Int(2) }, "confidence"},
		"eleven years":         {func(c *roi.Case) { c.Conversion.Months = 132 }, "conversion.months"},
		"interval alone": {func(c *roi.Case) {
			c.Delta.Low, c.Delta.High, c.Delta.Level = roi.Int(1), roi.Int(2), roi.MustExact("0.95")
		}, "delta.low"},
		"p above one":      {func(c *roi.Case) { c.Delta.PCount, c.Delta.PTotal = big.NewInt(3), big.NewInt(2) }, "delta.p_count"},
		"share above one":  {func(c *roi.Case) { c.Attribution.Factor = roi.Int(2) }, "attribution.factor"},
		"share below zero": {func(c *roi.Case) { c.Attribution.Factor = roi.Int(-1) }, "attribution.factor"},
		"no share":         {func(c *roi.Case) { c.Attribution.Factor = roi.Exact{} }, "attribution.factor"},
		"unknown currency": {func(c *roi.Case) { c.Conversion.UnitValue.Currency = "XYZ" }, "conversion.unit_value"},
		"mixed currencies": {func(c *roi.Case) { c.Costs[0].Amount.Currency = "EUR" }, "costs[0].amount"},
		"free programme":   {func(c *roi.Case) { c.Costs[0].Amount = roi.MustMoney("0", "USD") }, "costs"},
		"negative cost":    {func(c *roi.Case) { c.Costs[0].Amount = roi.MustMoney("-1", "USD") }, "costs[0].amount"},
		"huge cost":        {func(c *roi.Case) { c.Costs[0].Amount.Amount = decimal.New(1, 2_000_000) }, "costs[0].amount"},
		"no costs":         {func(c *roi.Case) { c.Costs = nil }, "costs"},
		"no category":      {func(c *roi.Case) { c.Costs[0].Covers = nil }, "costs[0].covers"},
		"line break":       {func(c *roi.Case) { c.Title = "a\nROI 9.9" }, "title"},
		"hidden character": {func(c *roi.Case) { c.Attribution.Rationale = "a\u202eb" }, "attribution.rationale"},
		"long text":        {func(c *roi.Case) { c.Title = string(make([]byte, 5000)) }, "title"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := softwareCompany()
			tt.change(&c)
			s, err := c.Compute(roi.DefaultPolicy())
			require.ErrorAs(t, err, &refused)
			require.Nil(t, s)
			require.True(t, slices.ContainsFunc(refused.Findings, func(f coaching.Finding) bool { return f.Path == tt.path }), "%v", refused.Findings)
			require.NotContains(t, err.Error(), "9.9")
		})
	}
}

func interval(low, high string) roi.Delta {
	d := softwareCompany().Delta
	d.After, d.Projected = roi.Exact{}, false
	d.Change, d.Low, d.High, d.Level = roi.Int(-2), roi.MustExact(low), roi.MustExact(high), roi.MustExact("0.95")
	return d
}

// The interval of a falling KPI turns round: the largest fall is the upper end
// of the benefit.
func TestIntervalIsCarriedThrough(t *testing.T) {
	c := softwareCompany()
	c.Delta = interval("-3", "1")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "USD 42000.00", s.Net.String())
	require.Equal(t, "USD -66000.00", s.Interval.Low.String()) // -1 × 120000 × 0.3 - 30000
	require.Equal(t, "USD 78000.00", s.Interval.High.String()) // 3 × 120000 × 0.3 - 30000
	require.Equal(t, "-2.2 2.6 0.95", s.Interval.ROILow.String()+" "+s.Interval.ROIHigh.String()+" "+s.Interval.Level.String())
	require.Contains(t, s.Text(), "includes no change at all")

	c.Direction = roi.Increase
	c.Delta.Change = roi.Int(2)
	c.Delta.Low, c.Delta.High = roi.Int(1), roi.Int(3)
	s, err = c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "USD 6000.00 USD 78000.00", s.Interval.Low.String()+" "+s.Interval.High.String())
}

func TestTornadoAndGridGolden(t *testing.T) {
	g := golden(t)
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	variables := []roi.Variable{roi.TheCost, roi.UnitValue, roi.AttributedShare, roi.TheDelta}
	var ranges []roi.Range
	for _, v := range variables {
		r := g.Tornado.Range[v.String()]
		ranges = append(ranges, roi.Range{Variable: v, Low: roi.MustExact(r[0]), High: roi.MustExact(r[1])})
	}
	bars, err := s.Tornado(ranges)
	require.NoError(t, err)
	for i, want := range g.Tornado.Bars {
		b := bars[i]
		require.Equal(t, want, [4]string{b.Variable.String(), *fraction(b.AtLow), *fraction(b.AtHigh), *fraction(b.Swing)})
	}
	for i, share := range g.Grid.Attribution {
		c := softwareCompany()
		c.Attribution.Factor = roi.MustExact(share)
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		for j, delta := range g.Grid.Delta {
			got, err := s.At(roi.TheDelta, roi.MustExact(delta))
			require.NoError(t, err)
			require.Equal(t, g.Grid.ROI[i][j], *fraction(got))
		}
	}
	_, err = s.At(roi.TheCost, roi.Int(0))
	require.ErrorIs(t, err, roi.ErrDivision)
	_, err = s.At(roi.Variable(9), roi.Int(1))
	require.Error(t, err)
}

func money(e roi.Exact) roi.Money {
	return roi.Money{Amount: e.Decimal(6, roi.HalfEven), Currency: "USD"}
}

// drawCase draws a case with a positive delta, share, unit value and cost.
func drawCase(t *rapid.T) roi.Case {
	draw := func(name string) roi.Exact {
		e, err := roi.Ratio(big.NewInt(rapid.Int64Range(1, 1e9).Draw(t, name)), big.NewInt(1000))
		require.NoError(t, err)
		return e
	}
	c := softwareCompany()
	c.Baseline.Value = draw("after").Add(draw("delta"))
	c.Delta.After = c.Baseline.Value.Sub(draw("fall"))
	share, err := roi.Ratio(big.NewInt(rapid.Int64Range(1, 1000).Draw(t, "share")), big.NewInt(1000))
	require.NoError(t, err)
	c.Attribution.Factor = share
	c.Conversion.UnitValue = money(draw("unit value"))
	c.Costs[0].Amount = money(draw("cost"))
	return c
}

// At each break-even value the ROI is exactly zero.
func TestBreakEvenGivesZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := drawCase(t).Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		be := s.BreakEven()
		for v, value := range map[roi.Variable]roi.Exact{roi.TheDelta: be.Delta, roi.UnitValue: be.UnitValue, roi.AttributedShare: be.Attribution, roi.TheCost: be.Cost} {
			require.True(t, value.IsSet())
			got, err := s.At(v, value)
			require.NoError(t, err)
			require.Zero(t, got.Sign(), "%s at %s", v, value)
		}
	})
}

// With a positive benefit the ROI rises with delta, unit value and share, and
// falls with the cost.
func TestROIIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := drawCase(t).Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		a := roi.Int(rapid.Int64Range(1, 1e6).Draw(t, "low"))
		b := a.Add(roi.Int(rapid.Int64Range(1, 1e6).Draw(t, "more")))
		for _, v := range []roi.Variable{roi.TheDelta, roi.UnitValue, roi.AttributedShare, roi.TheCost} {
			low, err := s.At(v, a)
			require.NoError(t, err)
			high, err := s.At(v, b)
			require.NoError(t, err)
			want := -1
			if v == roi.TheCost {
				want = 1
			}
			require.Equal(t, want, low.Cmp(high), v)
		}
	})
}

// Any package can change decimal's variables, at any time. No figure changes,
// and none of them is read: the race detector would see it.
func TestDecimalGlobalsChangeNothing(t *testing.T) {
	c := golden(t).Cases[4].build() // annualised thirds
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	want, err := s.JSON()
	require.NoError(t, err)

	saved := []any{decimal.DivisionPrecision, decimal.MarshalJSONWithoutQuotes, decimal.ExpMaxIterations, decimal.Zero}
	defer func() {
		decimal.DivisionPrecision, decimal.MarshalJSONWithoutQuotes = saved[0].(int), saved[1].(bool)
		decimal.ExpMaxIterations, decimal.Zero = saved[2].(int), saved[3].(decimal.Decimal)
		decimal.TrimTrailingZeros, decimal.UseScientificNotation = true, false
	}()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 1000 {
			decimal.DivisionPrecision, decimal.MarshalJSONWithoutQuotes = i%3, i%2 == 0
			decimal.TrimTrailingZeros, decimal.UseScientificNotation = i%2 == 1, i%2 == 0
			decimal.ExpMaxIterations, decimal.Zero = i, decimal.New(7, 0)
		}
	})
	for range 50 {
		s, err := golden(t).Cases[4].build().Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		got, err := s.JSON()
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
		require.Equal(t, "USD 2000.00", s.Net.String())
	}
	wg.Wait()
}

func BenchmarkCompute(b *testing.B) {
	c := softwareCompany()
	for b.Loop() {
		if _, err := c.Compute(roi.DefaultPolicy()); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWindowsAreInOrder(t *testing.T) {
	tests := []struct {
		name, want string
		change     func(c *roi.Case)
	}{
		{"baseline after", "ROI-008 delta.window: the validation window lies before the baseline",
			func(c *roi.Case) {
				c.Baseline.Window = coaching.Window{From: coaching.MustDate("2027-06-01"), To: coaching.MustDate("2027-09-01")}
			}},
		{"validation backwards", "ROI-008 delta.window: the validation window ends before it begins",
			func(c *roi.Case) { w := &c.Delta.Window; w.From, w.To = w.To, w.From }},
		{"baseline backwards", "ROI-007 baseline.window: the baseline ends before it begins",
			func(c *roi.Case) { w := &c.Baseline.Window; w.From, w.To = w.To, w.From }},
		{"no end", "ROI-008 delta.window: the validation window is not stated, or lacks an end",
			func(c *roi.Case) { c.Delta.Window.To = coaching.Date{} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := publishableCase(t)
			tt.change(&c)
			s, err := c.Compute(roi.DefaultPolicy())
			require.NoError(t, err)
			var got []string
			for f := range s.Findings.Blocking() {
				got = append(got, f.Code+" "+f.Path+": "+f.Message)
			}
			require.Contains(t, got, tt.want)
		})
	}
}

// A survey from before the change cannot say that the change is real.
func TestEarlySurveyDoesNotCount(t *testing.T) {
	c := publishableCase(t)
	c.Attribution.Survey.On = c.Delta.Window.From.AddDays(-1)
	c.Attribution.Factor = roi.MustExact("0.40")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "no controls", s.Facts.Band)
	require.True(t, s.Findings.Blocked())
	c.Attribution.Survey.On = c.Delta.Window.From
	s, err = c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "corroborated staggered", s.Facts.Band)
}

// The benefit within the window is the annualised one over the factor, with a
// control and without.
func TestRealisedIsNetOfControl(t *testing.T) {
	for _, control := range []bool{false, true} {
		c := softwareCompany()
		c.Delta = roi.Delta{Annualised: &roi.Annual{Events: roi.Int(2), Window: roi.Int(12), Periods: roi.Int(52)}, Window: c.Delta.Window}
		if control { // which improved more, so that there was a loss
			c.Delta.ControlBefore, c.Delta.ControlAfter = roi.Int(10), roi.Int(6)
		}
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		values := map[string]roi.Exact{}
		for _, l := range s.Lines {
			values[l.ID] = l.Value
		}
		require.Zero(t, values["benefit"].Cmp(values["realised_benefit"].Mul(values["annual_factor"])), "control %t", control)
	}
}

// A policy whose texts cannot be stored, or that has no largest share, is refused.
func TestComputeChecksPolicy(t *testing.T) {
	for _, change := range []func(p *roi.Policy){
		func(p *roi.Policy) { p.Name = "a\nb" },
		func(p *roi.Policy) { p.Bands[0].Name = "\u202e" },
		func(p *roi.Policy) { p.Bands[1].Code = "\xff" },
		func(p *roi.Policy) { p.Most = roi.Exact{} },
		func(p *roi.Policy) { p.Most = roi.Int(2) },
	} {
		p := roi.DefaultPolicy()
		change(&p)
		_, err := softwareCompany().Compute(p)
		require.ErrorContains(t, err, "policy")
	}
}

func TestSampleIsPlausible(t *testing.T) {
	tests := []struct {
		treated, headcount int
		blocked            bool
		want               string
	}{
		{1, 1, false, "one leader"},
		{50, 10, true, "50 leaders, of whom the programme has 10"},
		{10, 10, false, ""},
	}
	for _, tt := range tests {
		c := publishableCase(t)
		c.Delta.Treated, c.Baseline.Headcount = tt.treated, tt.headcount
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(t, err)
		require.Equal(t, tt.blocked, s.Findings.Blocked())
		require.Contains(t, s.Text(), tt.want)
	}
}
