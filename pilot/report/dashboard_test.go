package report_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

// sample is a made-up pilot; no figure in it was measured.
func sample() *report.Dashboard {
	nan := math.NaN()
	return &report.Dashboard{
		Title:     "Did coaching make sprints more predictable?",
		Programme: "product-org-12w",
		AsOf:      coaching.MustDate("2027-04-05"),
		Claim:     "indicative",
		Decision: report.Decision{
			Outcome: "EXTEND",
			Summary: "Behaviour changed as declared; the KPI needs more time to show it.",
			Reasons: []string{
				"A2 directional: predictability rose by 5.8 points, less than the 8 points worth having",
				"A5 missing: the sponsor has not yet confirmed the change",
			},
			Behaviour: "Yes: two of three signals moved as declared",
			Movement:  "In the right direction, not enough",
			Link:      "Not shown",
		},
		Delta: report.Figure{Label: "Sprint predictability, coached against not yet coached", Value: "+5.8 points", Note: "95 % interval −1.9 to +13.4; p = 30 of 252"},
		Headlines: []report.Figure{
			{Label: "Review turnaround", Value: "−6.2 hours", Note: "p = 4 of 252, after correction for three signals"},
			{Label: "Net value, first year", Value: "USD 42,000", Note: "30 % attributed; not publishable yet"},
			{Label: "Sessions held", Value: "58 of 64", Note: "10 leaders, 2 coaches"},
		},
		KPI: report.Trend{
			Title:   "Sprint predictability by wave, by week of the pilot",
			Unit:    "delivered / committed story points; week 0 begins on 4 January 2027",
			Summary: "Wave 1 stood near 68 % and reaches 82 % after its coaching starts in week 5; wave 2 stood near 69 % and reaches 75 % after week 9.",
			Percent: true,
			Periods: []string{"−7", "−5", "−3", "−1", "1", "3", "5", "7", "9", "11"},
			Waves: []report.Wave{
				{Label: "Wave 1", Values: []float64{.67, .70, .66, .69, nan, .69, .73, .77, .80, .82}, Exposed: 6, Exposure: "wave 1 coached"},
				{Label: "Wave 2", Values: []float64{.70, .68, .71, .69, .68, .70, .69, .71, .74, .75}, Exposed: 8, Exposure: "wave 2 coached"},
			},
		},
		Groups: report.Groups{
			Title:   "How often each group is flagged, against everyone else",
			Axis:    "ratio of flag rates with 95 % interval; shaded: harm beyond the limit",
			Summary: "Evidence is insufficient for every group of meeting hygiene and documentation; remote members are flagged 2.1 times as often by review turnaround, which is paused.",
			Harm:    report.HighHarms,
			Signals: []report.Panel{
				{Signal: "Meeting hygiene", Note: "restricted: reviewed by a person before use", Groups: []report.Group{
					{Label: "Women", Counts: "9 of 44", Ratio: 1.1, Low: .5, High: 2.4},
					{Label: "Part-time", Counts: "3 of 12", Ratio: 1.3, Low: .4, High: 3.9},
				}},
				{Signal: "Async documentation", Note: "cleared", Groups: []report.Group{
					{Label: "Women", Counts: "20 of 44", Ratio: 1.01, Low: .83, High: 1.22, Verdict: report.Pass},
					{Label: "Part-time", Counts: "fewer than 5", Ratio: nan, Low: nan, High: nan},
				}},
				{Signal: "Review turnaround", Note: "paused, remedied, now restricted", Groups: []report.Group{
					{Label: "Remote", Counts: "21 of 36", Ratio: 2.1, Low: 1.4, High: 3.2, Verdict: report.Pause},
				}},
			},
		},
		Bridge: report.Bridge{
			Title:   "From benefit to net value",
			Summary: "Benefit of USD 240,000; 30 % attributed, USD 72,000; less cost of USD 30,000; net USD 42,000.",
			Steps: []report.Step{
				{Label: "Value of two avoided exits", Text: "USD 240,000", Value: 240000},
				{Label: "Not attributed to coaching", Text: "−USD 168,000", Value: 168000, Kind: report.Subtract},
				{Label: "Attributed, 30 %", Text: "USD 72,000", Value: 72000},
				{Label: "Cost of the programme", Text: "−USD 30,000", Value: 30000, Kind: report.Subtract},
				{Label: "Net", Text: "USD 42,000", Value: 42000},
			},
		},
		Notes: []report.Note{
			{Speaker: "A leader of platform teams", Text: "Moved status updates out of the weekly meeting into a written note. Observed: reviews start the same day. It could also be the new review tool.", Trace: "narrative N-1, 2 sessions, sha256 4be1…90c2", Consented: true},
			{Speaker: "A leader of mobile teams", Text: "Tried a no-meeting morning for four weeks. Observed: fewer half-done stories at the end of a sprint. It could also be a smaller backlog.", Trace: "narrative N-3, 3 sessions, sha256 07aa…11fe", Consented: true},
			{Speaker: "A leader of data teams", Text: "Agreed one page of decision records with the team. Observed: fewer reopened questions. It could also be the end of the migration.", Trace: "narrative N-4, 2 sessions, sha256 c5d0…7a3b", Consented: true},
		},
		Gates: []report.Gate{
			{Name: "A1 Behaviour changed as declared", Met: true, Detail: "two of three signals"},
			{Name: "A2 KPI moved enough to matter", Detail: "5.8 of 8 points"},
			{Name: "A3 Data gates held", Met: true, Detail: "no open finding"},
			{Name: "A4 No confounder unresolved", Met: true, Detail: "three logged, three ruled out"},
			{Name: "A5 Data, narratives and sponsor agree", Detail: "the sponsor has not confirmed"},
			{Name: "A6 Governance clean", Met: true, Detail: "no override, log verified"},
			{Name: "A7 Carried out as planned", Met: true, Detail: "58 of 64 sessions"},
		},
		Method: report.Method{
			Sample:      "10 leaders, 5 in each wave; about 100 team members",
			Control:     "wave 2 before its start is the control of wave 1; all 252 allocations of the draw enumerated",
			Confounders: "reorganisation, review tool and hiring freeze logged by the product owner; none falls into one wave only",
			Limits:      "ten leaders bound the effect widely; nothing here speaks of one person",
		},
		Missing: coaching.Findings{
			{Code: "ROI-011", Severity: coaching.Error, Message: "30 % without a survey beside the staggered cohort; the cap is 25 %"},
			{Code: "PIL-161", Severity: coaching.Error, Message: "two of three streams of evidence; the sponsor is missing"},
			{Code: "PIL-120", Severity: coaching.Warning, Message: "10 leaders are below the 12 that the power needs"},
		},
		Provenance: []report.Entry{
			{Name: "Plan", Value: "sha256 9f2c41d07b6e5a18"},
			{Name: "Policy", Value: "sha256 52b1f0c9a7d3e644"},
			{Name: "Log checkpoint", Value: "412 events, root 7d0e93aa15c8b2f6"},
			{Name: "Data manifest", Value: "sha256 e01a6c77f94d2b30"},
		},
	}
}

func TestGolden(t *testing.T) {
	html, err := sample().HTML()
	require.NoError(t, err)
	empty, err := new(report.Dashboard).HTML()
	require.NoError(t, err)
	for name, got := range map[string][]byte{
		"dashboard.html": html, "dashboard.md": sample().Markdown(), "empty.html": empty, "empty.md": new(report.Dashboard).Markdown(),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
}

// PIL-163, PIL-165, PIL-167 and PIL-169, each by one change to a page that has
// no finding.
func TestCheck(t *testing.T) {
	id, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "p", Purpose: "coaching"})
	require.NoError(t, err)
	person, err := id.Person("A1")
	require.NoError(t, err)

	require.Empty(t, sample().Check())
	tests := []struct {
		name   string
		change func(*report.Dashboard)
		code   string
		path   string
		warns  bool
	}{
		{"two notes", func(d *report.Dashboard) { d.Notes = d.Notes[:2] }, "PIL-163", "notes", false},
		{"four notes", func(d *report.Dashboard) { d.Notes = append(d.Notes, d.Notes[0]) }, "PIL-163", "notes", false},
		{"no consent", func(d *report.Dashboard) { d.Notes[1].Consented = false }, "PIL-163", "notes[1]", false},
		{"no trace", func(d *report.Dashboard) { d.Notes[2].Trace = " " }, "PIL-163", "notes[2]", false},
		{"no words", func(d *report.Dashboard) { d.Notes[0].Text = "" }, "PIL-163", "notes[0]", false},
		{"no delta", func(d *report.Dashboard) { d.Delta.Value = "" }, "PIL-163", "delta", false},
		{"no KPI", func(d *report.Dashboard) { d.KPI.Waves = nil }, "PIL-163", "kpi", false},
		{"only missing values", func(d *report.Dashboard) {
			d.KPI.Waves = []report.Wave{{Values: []float64{math.NaN()}}}
		}, "PIL-163", "kpi", false},
		{"too long", func(d *report.Dashboard) { d.Method.Limits = strings.Repeat("word ", 500) }, "PIL-163", "", true},
		{"own budget", func(d *report.Dashboard) { d.MaxWords = 100 }, "PIL-163", "", true},
		{"no outcome", func(d *report.Dashboard) { d.Decision.Outcome = "" }, "PIL-165", "decision.outcome", false},
		{"no behaviour", func(d *report.Dashboard) { d.Decision.Behaviour = "" }, "PIL-165", "decision.behaviour", false},
		{"no movement", func(d *report.Dashboard) { d.Decision.Movement = "" }, "PIL-165", "decision.movement", false},
		{"no link", func(d *report.Dashboard) { d.Decision.Link = "" }, "PIL-165", "decision.link", false},
		{"no sample", func(d *report.Dashboard) { d.Method.Sample = "" }, "PIL-167", "method.sample", false},
		{"no control", func(d *report.Dashboard) { d.Method.Control = "" }, "PIL-167", "method.control", false},
		{"no confounders", func(d *report.Dashboard) { d.Method.Confounders = "" }, "PIL-167", "method.confounders", false},
		{"a person", func(d *report.Dashboard) { d.Gates[3].Detail = "seen by p1_x and " + person.String() + "." }, "PIL-169", "gates[3]", false},
	}
	rules := report.Rules()
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.name, func(t *testing.T) {
			d := sample()
			tt.change(d)
			fs := d.Check()
			require.Len(t, fs, 1, "%v", fs)
			require.Equal(t, tt.code, fs[0].Code)
			require.Equal(t, tt.path, fs[0].Path)
			require.Equal(t, !tt.warns, fs.Blocked())
			require.NotContains(t, fs[0].Message, "p1_")
			require.True(t, slices.ContainsFunc(rules, func(r coaching.Rule) bool { return r.Code == fs[0].Code }))
		})
	}
}

// The budget of a page is 500 words; the 501st warns.
func TestPageBudget(t *testing.T) {
	d := sample()
	d.Method.Limits += strings.Repeat(" word", 500-d.Words())
	require.Equal(t, 500, d.Words())
	require.Empty(t, d.Check())
	d.Method.Limits += " word"
	require.True(t, d.Check().Has("PIL-163"))
}

// The order in which findings were collected changes nothing, and the caller's
// slice stays as it was.
func TestMissingOrder(t *testing.T) {
	want, err := sample().HTML()
	require.NoError(t, err)
	d := sample()
	slices.Reverse(d.Missing)
	before := slices.Clone(d.Missing)
	got, err := d.HTML()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	require.Equal(t, string(sample().Markdown()), string(d.Markdown()))
	require.Equal(t, before, d.Missing)

	d = sample() // not in order
	before = slices.Clone(d.Missing)
	_, err = d.HTML()
	require.NoError(t, err)
	require.Equal(t, before, d.Missing)
}

// What nobody agreed to print is on no page.
func TestWithoutConsentWithheld(t *testing.T) {
	d := sample()
	d.Notes[1] = report.Note{Speaker: "SPEAKER", Text: "SECRET", Trace: "TRACE"}
	html, err := d.HTML()
	require.NoError(t, err)
	for _, out := range [][]byte{html, d.Markdown()} {
		for _, word := range []string{"SPEAKER", "SECRET", "TRACE"} {
			require.NotContains(t, string(out), word)
		}
		require.Contains(t, string(out), "Withheld")
	}
}

// An undefined ratio is not a ratio of zero, in words and in the figure.
func TestRatioText(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, tt := range []struct {
		ratio, low, high float64
		want             string
	}{
		{1.1, .5, 2.4, "1.10 (0.50 to 2.40)"},
		{2, .9, inf, "2.00 (0.90 to ∞)"},
		{2, nan, 3, "2.00"},
		{2, 0, 0, "2.00"},
		{nan, nan, nan, "undefined"},
		{0, 0, 3, "undefined"},
		{inf, 1, inf, "undefined"},
	} {
		require.Equal(t, tt.want, report.Group{Ratio: tt.ratio, Low: tt.low, High: tt.high}.RatioText())
	}
}

// Whatever the texts, the page has no script, no request and no markup but its
// own.
func TestNoTextBecomesMarkup(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"<script>alert(1)</script>", `"><img src=x onerror=y>`, "javascript:x", "</style>", "]]>", "{{.Title}}", "&amp;", "\x00\xff\u202e", "# h", "1. x", "[a](b)", "|",
	}))
	want := tags(t, sample())
	rapid.Check(t, func(t *rapid.T) {
		d := sample()
		for _, at := range []*string{
			&d.Title, &d.Programme, &d.Claim, &d.Decision.Outcome, &d.Decision.Reasons[0], &d.Delta.Value, &d.Headlines[0].Label, &d.KPI.Title,
			&d.KPI.Waves[0].Label, &d.Groups.Signals[0].Signal, &d.Groups.Signals[0].Groups[0].Counts, &d.Bridge.Steps[1].Text,
			&d.Notes[0].Text, &d.Gates[0].Name, &d.Method.Sample, &d.Missing[0].Message, &d.Provenance[0].Value,
		} {
			*at = "x" + text.Draw(t, "text") + "x" // never blank, so that no element is left out
		}
		require.Equal(t, want, tags(t, d))
		for line := range strings.SplitSeq(string(d.Markdown()), "\n") {
			require.NotRegexp(t, `(^|[^\\])(<|\[|\]\()`, line)
		}
	})
}

// tags counts the elements of the page outside its figures.
func tags(t require.TestingT, d *report.Dashboard) map[string]int {
	html, err := d.HTML()
	require.NoError(t, err)
	counts := map[string]int{}
	figure := 0
	_, body, ok := bytes.Cut(html, []byte("</style>"))
	require.True(t, ok)
	dec := xml.NewDecoder(bytes.NewReader(append([]byte("<html><head>"), body...)))
	dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "svg" {
				figure++
			}
			if figure == 0 {
				counts[e.Name.Local]++
			}
			require.NotContains(t, []string{"script", "iframe", "img", "object", "form", "a", "image", "foreignObject"}, e.Name.Local)
			for _, a := range e.Attr {
				require.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
				require.NotContains(t, []string{"src", "href", "action"}, a.Name.Local)
			}
		case xml.EndElement:
			if e.Name.Local == "svg" {
				figure--
			}
		}
	}
	require.Zero(t, figure)
	return counts
}

// A pilot's decision carries over: what did not pass is a reason, and only a
// pass is a gate that is met.
func TestFromDecision(t *testing.T) {
	d := pilot.Decision{
		Outcome: pilot.Extend, Why: "behaviour changed",
		Criteria: [7]pilot.Criterion{{ID: "A1", Status: pilot.Pass, Reason: "r1"}, {ID: "A2", Status: pilot.Directional, Reason: "r2"}},
		Answers:  pilot.Answers{BehaviourChanged: pilot.Pass},
		Beside:   pilot.Beside{Leaders: "l", Control: "c", Confounders: "f"},
	}
	require.Equal(t, report.Decision{Outcome: "EXTEND", Summary: "behaviour changed", Reasons: []string{"A2 directional: r2"},
		Behaviour: "pass", Movement: "missing", Link: "missing"}, report.DecisionOf(d))
	require.Equal(t, []report.Gate{{Name: "A1 Behaviour changed as declared", Met: true, Detail: "r1"}, {Name: "A2 KPI moved enough to matter", Detail: "r2"}}, report.GatesOf(d))
	require.Equal(t, report.Method{Sample: "l", Control: "c", Confounders: "f"}, report.MethodOf(d))
}

// PIL-163: three notes, each with its trace, from anecdotes that may be printed.
func TestNotesOf(t *testing.T) {
	notes := report.NotesOf([]mentor.Anecdote{{Narrative: "N-1", Digest: "sha256:a"}, {Narrative: "N-2"}, {Narrative: "N-3"}, {Narrative: "N-4"}})
	require.Len(t, notes, 3)
	require.Equal(t, "narrative N-1, sha256:a", notes[0].Trace)
	require.True(t, notes[0].Consented)
	require.Empty(t, report.NotesOf(nil))
}

func TestRules(t *testing.T) {
	rules := report.Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b coaching.Rule) int { return strings.Compare(a.Code, b.Code) }))
	for _, r := range rules {
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
	}
}
