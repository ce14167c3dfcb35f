package chart_test

import (
	"math"
	"testing"

	"github.com/coachgov/coaching/internal/chart"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var nan, inf = math.NaN(), math.Inf(1)

func waves() chart.Trend {
	return chart.Trend{
		Title:   "Sprint predictability by wave",
		Desc:    "Wave 1 rises from 68 % to 82 % after its coaching starts; wave 2 from 69 % to 75 %.",
		Axis:    "delivered / committed story points",
		Periods: []string{"-7", "-5", "-3", "-1", "1", "3", "5", "7", "9", "11"},
		Format:  chart.Percent,
		Series: []chart.Series{
			{Label: "Wave 1", Exposed: 6, Exposure: "wave 1 coached", Values: []float64{.67, .70, .66, .69, nan, .69, .73, .77, .80, .82}},
			{Label: "Wave 2", Exposed: 8, Exposure: "wave 2 coached", Values: []float64{.70, .68, .71, .69, .68, .70, .69, .71, .74, .75}},
		},
	}
}

func groups() chart.Forest {
	return chart.Forest{
		Title: "How often each group is flagged, against everyone else",
		Desc:  "Meeting hygiene: two groups undecided, one undefined. Review turnaround: one group paused, one passes.",
		Axis:  "ratio of flag rates, 95 % interval",
		Harm:  chart.Above,
		Panels: []chart.Panel{
			{Label: "Meeting hygiene", Note: "98 team members", Rows: []chart.Row{
				{Label: "Women", Counts: "9 of 44", Ratio: 1.1, Low: .5, High: 2.4, Verdict: "insufficient evidence"},
				{Label: "Part-time, on leave in the window", Counts: "4 of 9", Ratio: 2.6, Low: .9, High: 40, Verdict: "insufficient evidence"},
				{Label: "New hires", Counts: "0 of 6", Ratio: 0, Low: 0, High: 3, Verdict: "insufficient evidence"},
				{Label: "Contractors", Counts: "0 of 0", Ratio: nan, Low: nan, High: nan, Verdict: "insufficient evidence"},
			}},
			{Label: "Review turnaround", Rows: []chart.Row{
				{Label: "Remote", Counts: "31 of 50", Size: 50, Ratio: 2.1, Low: 1.4, High: 3.2, Mark: chart.Breach, Verdict: "pause"},
				{Label: "Lisbon", Counts: "210 of 480", Size: 480, Ratio: .98, Low: .89, High: 1.09, Mark: chart.Fine, Verdict: "pass"},
			}},
		},
	}
}

func figures() map[string]interface{ SVG() []byte } {
	return map[string]interface{ SVG() []byte }{
		"trend.svg":        waves(),
		"trend_empty.svg":  chart.Trend{Title: "Nothing measured", Periods: []string{"1"}, Series: []chart.Series{{Label: "a", Values: []float64{nan}}}},
		"forest.svg":       groups(),
		"forest_empty.svg": chart.Forest{Title: "No group"},
		"bridge.svg": chart.Bridge{
			Title: "From benefit to net value",
			Desc:  "USD 240,000 of benefit, 30 % attributed, less USD 30,000 of cost, gives USD 42,000.",
			Steps: []chart.Step{
				{"Value of two avoided exits", "USD 240,000", 240000, chart.Total},
				{"Not attributed to coaching", "\u2212USD 168,000", 168000, chart.Subtract},
				{"Attributed, 30 %", "USD 72,000", 72000, chart.Total},
				{"Second benefit", "+USD 8,000", 8000, chart.Add},
				{"Cost of the programme, with coaches, tools and the hours of leaders", "\u2212USD 38,000", 38000, chart.Subtract},
				{"Net", "USD 42,000", 42000, chart.Total},
			},
		},
		"bridge_loss.svg": chart.Bridge{
			Title: "A loss stays a loss",
			Desc:  "USD 10,000 less USD 25,000 gives a loss of USD 15,000.",
			Steps: []chart.Step{
				{"Attributed", "USD 10,000", 10000, chart.Total},
				{"Cost", "\u2212USD 25,000", 25000, chart.Subtract},
				{"Net", "\u2212USD 15,000", -15000, chart.Total},
				{"Not measured", "unknown", nan, chart.Add},
			},
		},
		"bridge_empty.svg": chart.Bridge{Title: "No steps"},
		"dots.svg": chart.Dots{
			Title: "Each team before and after", Desc: "Six of seven teams rise.", Axis: "sprint predictability", Format: chart.Percent,
			Before: "baseline", After: "run",
			Units: []chart.Unit{{"L01", .62, .79}, {"L02", .70, .81}, {"L03", .66, .64}, {"L04", .71, .80}, {"L05", nan, .77}, {"L06", nan, nan}, {"L07", .58, .73}},
		},
		"flow.svg": chart.Flow{
			Title: "From the draw to the analysis", Desc: "Ten leaders; four of five and three of five are still in.", Root: "10 leaders drawn",
			Arms: []chart.Arm{
				{Label: "Wave 1", Stages: []chart.Stage{{5, "drawn"}, {5, "coached a week or more"}, {4, "still in"}}, Note: "Lost: 1 transferred"},
				{Label: "Wave 2", Stages: []chart.Stage{{5, "drawn"}, {0, "coached a week or more"}, {3, "still in"}}, Note: "Lost: 1 left, 1 withdrew"},
				{Label: "Wave 3", Stages: []chart.Stage{{4, "drawn"}, {4, "coached a week or more"}, {4, "still in"}}},
			},
		},
		"flow_empty.svg": chart.Flow{Title: "No arms"},
		"dots_empty.svg": chart.Dots{Title: "No units"},
		"histogram.svg": chart.Histogram{
			Title: "The effect among all allocations", Desc: "6 of 252 allocations give an effect as large as the observed one.", Axis: "difference in predictability, percentage points",
			Bins:     []chart.Bin{{-12, -9, 3}, {-9, -6, 22}, {-6, -3, 51}, {-3, 0, 50}, {0, 3, 50}, {3, 6, 51}, {6, 9, 22}, {9, 12, 3}},
			Observed: 9.4, Label: "observed: 6 of 252 as large",
		},
		"funnel.svg": chart.Funnel{
			Title: "Small groups stray far by chance", Desc: "Five groups; one, with 480 people, is outside the band.", Axis: "ratio of flag rates, each group against everyone else",
			Band: []chart.Reach{{5, .17, 5.9}, {10, .28, 3.6}, {30, .47, 2.1}, {100, .65, 1.53}, {300, .76, 1.32}, {1000, .85, 1.18}},
			Points: []chart.Point{
				{"Women", "9 of 44", 44, 1.1, chart.Unclear, "insufficient"}, {"Part-time, on leave in the window", "4 of 9", 9, 2.6, chart.Unclear, "insufficient"},
				{"New hires", "0 of 6", 6, 0, chart.Unclear, "insufficient"}, {"Remote", "210 of 480", 480, 1.6, chart.Breach, "pause"}, {"Lisbon", "201 of 470", 470, .98, chart.Fine, "pass"},
				{"Porto", "10 of 46", 46, 1.12, chart.Unclear, "insufficient"},
			},
		},
		"funnel_empty.svg": chart.Funnel{Title: "No group"},
		"shares.svg": chart.Shares{
			Title: "How much of a gap runs through a factor", Desc: "Overtime carries 118 % of the gap of women; the tool pulls against it.", Axis: "share of the gap in flag rates", Limit: 0.5,
			Bars: []chart.Bar{
				{"overtime for gender", "gap of women: 3.0 points", 1.18, chart.Breach, "proxy"}, {"third-party tool for gender", "", -.4, chart.Unclear, "undecided"},
				{"shift for site", "declared legitimate", .55, chart.Fine, "explained"}, {"tenure for gender", "numeric", nan, chart.Unclear, "undecided"}, {"far", "", 7, chart.Unclear, "undecided"},
			},
		},
		"shares_empty.svg":    chart.Shares{Title: "No factor"},
		"histogram_empty.svg": chart.Histogram{Title: "No allocations"},
	}
}

func TestFigures(t *testing.T) {
	for name, f := range figures() {
		t.Run(name, func(t *testing.T) { golden(t, name, f.SVG()) })
	}
}

// A figure with nothing to draw says so instead of showing an empty frame.
func TestNoData(t *testing.T) {
	for name, svg := range map[string][]byte{
		"gantt": chart.Gantt{}.SVG(), "flow": chart.Flow{}.SVG(), "trend": chart.Trend{}.SVG(), "forest": chart.Forest{}.SVG(),
		"funnel": chart.Funnel{}.SVG(), "shares": chart.Shares{}.SVG(), "bridge": chart.Bridge{}.SVG(), "dots": chart.Dots{}.SVG(), "histogram": chart.Histogram{}.SVG(),
	} {
		wellFormed(t, svg)
		require.Contains(t, string(svg), "no data", name)
	}
}

// A ratio that does not exist is written out; it is not a zero on the axis.
func TestForestUndefinedIsNotZero(t *testing.T) {
	row := func(ratio float64) string {
		return string(chart.Forest{Panels: []chart.Panel{{Rows: []chart.Row{{Label: "a", Ratio: ratio, Low: nan, High: nan}}}}}.SVG())
	}
	for _, v := range []float64{nan, inf, 0, -1} {
		require.Contains(t, row(v), "undefined", "%v", v)
	}
	require.NotContains(t, row(1), "undefined")
}

// Whatever the text and the numbers, the figure is well-formed and no attribute
// holds what is not a number.
func TestAnyInput(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-5, 5), rapid.SampledFrom([]float64{nan, inf, -inf, 0, math.MaxFloat64, 5e-324, 1e15, -1e15}))
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a\x00b", "]]><script>", "\u202eabc", "\xff\xfe", "NaN", "\uFFFE", `"><a href='x'>`}))
	rapid.Check(t, func(t *rapid.T) {
		s, v := func() string { return text.Draw(t, "text") }, func() float64 { return number.Draw(t, "number") }
		values := rapid.SliceOfN(number, 0, 6).Draw(t, "values")
		exposed := rapid.IntRange(-2, 7).Draw(t, "exposed")
		kind := chart.StepKind(rapid.IntRange(0, 4).Draw(t, "kind"))
		for _, svg := range [][]byte{
			chart.Trend{Title: s(), Desc: s(), Axis: s(), Periods: []string{s(), s(), s(), s()}, Format: chart.Format(kind),
				Series: []chart.Series{{s(), values, exposed, s()}, {s(), values, 1, s()}, {s(), []float64{v(), v()}, 2, s()}}}.SVG(),
			chart.Forest{Title: s(), Desc: s(), Axis: s(), Lower: v(), Upper: v(), Harm: chart.Side(kind),
				Panels: []chart.Panel{{s(), s(), []chart.Row{{s(), s(), v(), v(), v(), chart.Mark(kind), s(), v()}, {s(), s(), v(), v(), v(), 0, s(), v()}}}}}.SVG(),
			chart.Bridge{Title: s(), Desc: s(), Steps: []chart.Step{{s(), s(), v(), kind}, {s(), s(), v(), chart.Subtract}, {s(), s(), v(), chart.Add}}}.SVG(),
			chart.Dots{Title: s(), Desc: s(), Axis: s(), Before: s(), After: s(), Units: []chart.Unit{{s(), v(), v()}, {s(), v(), v()}}}.SVG(),
			chart.Histogram{Title: s(), Desc: s(), Axis: s(), Bins: chart.BinsOf(values, exposed), Observed: v(), Label: s()}.SVG(),
			chart.Histogram{Bins: []chart.Bin{{v(), v(), 3}, {v(), v(), -1}}, Observed: v()}.SVG(),
			chart.Funnel{Title: s(), Desc: s(), Axis: s(), Lower: v(), Upper: v(), Band: []chart.Reach{{v(), v(), v()}, {v(), v(), v()}, {5, .5, 2}},
				Points: []chart.Point{{s(), s(), v(), v(), chart.Mark(kind), s()}, {s(), s(), 10, v(), 0, s()}, {s(), s(), v(), 1, 0, s()}}}.SVG(),
			chart.Shares{Title: s(), Desc: s(), Axis: s(), Limit: v(), Bars: []chart.Bar{{s(), s(), v(), chart.Mark(kind), s()}, {s(), s(), v(), 0, s()}}}.SVG(),
			chart.Flow{Title: s(), Desc: s(), Root: s(), Arms: []chart.Arm{{s(), []chart.Stage{{exposed, s()}, {-1, s()}}, s()}, {}}}.SVG(),
			chart.Gantt{Title: s(), Desc: s(), Spans: []chart.Span{{Label: s(), Note: s()}}}.SVG(),
		} {
			wellFormed(t, svg)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("plain", "a < b & c")
	f.Add("\x00\xff", "]]>\u202e")
	f.Fuzz(func(t *testing.T, a, b string) {
		g := pilotSchedule()
		g.Title, g.Spans[0].Label, g.Spans[1].Note, g.Milestones[0].Label = a, b, a, b
		wellFormed(t, g.SVG())
	})
}

// Every finite value falls into exactly one bin.
func TestBinsOfCountsEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOf(rapid.Float64Range(-1e6, 1e6)).Draw(t, "values")
		total := 0
		for _, b := range chart.BinsOf(append(values, nan, inf), rapid.IntRange(1, 20).Draw(t, "n")) {
			require.Less(t, b.From, b.To)
			total += b.Count
		}
		require.Equal(t, len(values), total)
	})
}
