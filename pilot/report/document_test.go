package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/pilot/vendor"
)

// planOf reads the plan of the pilot-plan example.
func planOf(t testing.TB) *pilot.Plan {
	t.Helper()
	p, fs := pilot.Decode("plan.yaml", planBytes(t))
	require.Empty(t, fs)
	return p
}

func planBytes(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../../examples/pilot-plan/plan.yaml")
	require.NoError(t, err)
	return data
}

// documents returns every document about a plan.
func documents(t require.TestingT, p *pilot.Plan) []*report.Document {
	charter, err := report.Charter(p)
	require.NoError(t, err)
	success, err := report.SuccessDefinition(p)
	require.NoError(t, err)
	a, err := p.Allocate()
	require.NoError(t, err)
	schedule, err := p.Schedule(a, nil, time.LoadLocation)
	require.NoError(t, err)
	blueprint, err := report.Blueprint(p, schedule)
	require.NoError(t, err)
	vendors, err := report.VendorComparison(p, vendor.Run, nil)
	require.NoError(t, err)
	readiness, err := report.Readiness(p, pilot.Facts{})
	require.NoError(t, err)
	return []*report.Document{charter, blueprint, success, vendors, readiness}
}

func TestDocumentsGolden(t *testing.T) {
	registered, err := report.Preregistration(locked(t, planOf(t)), report.NotAnalysed)
	require.NoError(t, err)
	for _, d := range append(documents(t, planOf(t)), registered) {
		goldenDocument(t, d)
	}
}

// goldenDocument compares a document in its three forms with files of its name.
func goldenDocument(t *testing.T, d *report.Document) {
	t.Helper()
	data, err := d.JSON()
	require.NoError(t, err)
	for ending, got := range map[string][]byte{".md": d.Markdown(), ".html": d.HTML(), ".json": data} {
		path := filepath.Join("testdata", d.Name+ending)
		if *update {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), path)
	}
}

// The documents of a plan that may start have no finding; the same plan gives
// the same bytes, and stays as it was.
func TestDocumentsHaveNoFinding(t *testing.T) {
	p := planOf(t)
	before, err := p.Digest()
	require.NoError(t, err)
	again := documents(t, planOf(t))
	for i, d := range documents(t, p) {
		require.Empty(t, d.Check(), d.Name)
		require.Empty(t, d.Notices, d.Name)
		require.Equal(t, before, d.Digest)
		require.Equal(t, string(again[i].HTML()), string(d.HTML()))
		var back report.Document
		data, err := d.JSON()
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, string(d.HTML()), string(back.HTML()), "%s: JSON holds what HTML prints", d.Name)
		for _, out := range [][]byte{d.HTML(), d.Markdown(), data} {
			for _, l := range p.Cohort.Leaders {
				require.NotContains(t, string(out), l.ID, "%s names a leader", d.Name)
			}
		}
	}
	after, err := p.Digest()
	require.NoError(t, err)
	require.Equal(t, before, after)
}

// The charter's budget is that of the page budgets (PIL-033).
func TestCharterBudget(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "fixtures/pilot/page_budgets.yaml"))
	require.NoError(t, err)
	m := regexp.MustCompile(`(?m)^  charter: \{pages: 1, max_words: (\d+)`).FindSubmatch(data)
	require.NotNil(t, m)
	most, err := strconv.Atoi(string(m[1]))
	require.NoError(t, err)

	p := planOf(t)
	d, err := report.Charter(p)
	require.NoError(t, err)
	require.Equal(t, most, d.MaxWords)
	p.Hypothesis.Text += strings.Repeat(" word", most-d.Words())
	d, err = report.Charter(p)
	require.NoError(t, err)
	require.Equal(t, most, d.Words())
	require.Empty(t, d.Check())
	p.Hypothesis.Text += " word"
	d, err = report.Charter(p)
	require.NoError(t, err)
	require.Equal(t, coaching.Findings{{Code: "PIL-033", Severity: coaching.Warning, Message: "501 words, want at most 500 to stay on one page"}}, d.Check())
}

// PIL-169: a text that a host wrote names a leader, by label or by pseudonym.
func TestDocumentPIL169(t *testing.T) {
	id, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "p", Purpose: "coaching"})
	require.NoError(t, err)
	person, err := id.Person("A1")
	require.NoError(t, err)
	for text, named := range map[string]bool{
		"as L03 believes": true, "(L03)": true, "L01-L03 shorten reviews": true, "L01.L02": true, "-L01": true, "ask L03.": true, "ask L03, then": true, person.String(): true,
		"XL03": false, "L033": false, "L03-x": false, "nobody": false,
	} {
		p := planOf(t)
		p.Hypothesis.Behaviour = text
		d, err := report.Charter(p)
		require.NoError(t, err)
		fs := d.Check()
		require.Equal(t, named, fs.Has("PIL-169"), text)
		require.Equal(t, named, fs.Blocked(), text)
		for _, f := range fs {
			require.NotContains(t, f.Message, text)
		}
	}
}

// What stands against a start, and how far a result may carry, is said first.
func TestDocumentNotices(t *testing.T) {
	p := planOf(t)
	p.Roles.Sponsor = ""
	p.Levers.Data = pilot.Weak
	for _, d := range documents(t, p) {
		require.Len(t, d.Notices, 2, d.Name)
		require.Contains(t, d.Notices[0], "This plan may not start as it is: ")
		require.Contains(t, d.Notices[0], "PIL-027")
		require.Equal(t, "A learning sprint of 8 weeks: it cannot end in GO and makes no claim in money.", d.Notices[1])
	}
	_, err := report.Charter(nil)
	require.ErrorContains(t, err, "no plan")
	empty, err := report.Charter(new(pilot.Plan))
	require.NoError(t, err)
	require.Contains(t, string(empty.Markdown()), "Behaviour | not stated")
	require.Contains(t, string(empty.Markdown()), "No coach is named")
	require.Contains(t, string(empty.Markdown()), "| Sponsor | nobody |")
}

// Whatever a host writes into a plan, it becomes text: no document gains an
// element, a line or a cell by it.
func TestDocumentsHoldAnyText(t *testing.T) {
	hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"<script>alert(1)</script>", `" onload="x`, "|\n# x", "\u202eabc", "=1+1"}))
	tags := regexp.MustCompile(`<[a-z]+`)
	rapid.Check(t, func(rt *rapid.T) {
		p := planOf(t)
		plain := documents(rt, p)
		p.Title, p.Hypothesis.Text, p.Hypothesis.Behaviour, p.KPI.Definition = "t"+hostile.Draw(rt, "title"), "t"+hostile.Draw(rt, "text"), "t"+hostile.Draw(rt, "behaviour"), "t"+hostile.Draw(rt, "definition")
		for i, d := range documents(rt, p) {
			require.Equal(rt, tags.FindAllString(string(plain[i].HTML()), -1), tags.FindAllString(string(d.HTML()), -1))
			require.Equal(rt, strings.Count(string(plain[i].Markdown()), "\n"), strings.Count(string(d.Markdown()), "\n"))
		}
	})
}

// PIL-003: each pillar has an owner, inputs and a deliverable, and every date of
// the schedule stands under one of them.
func TestBlueprint(t *testing.T) {
	p := planOf(t)
	a, err := p.Allocate()
	require.NoError(t, err)
	s, err := p.Schedule(a, nil, time.LoadLocation)
	require.NoError(t, err)
	d, err := report.Blueprint(p, s)
	require.NoError(t, err)
	require.Len(t, d.Parts[0].Rows, 3)
	for i, want := range []string{"P-ANALYTICS", "P-COACHLEAD", "P-DPO, sponsor P-CPO"} {
		require.Contains(t, d.Parts[0].Rows[i][1], want)
	}
	dates := d.Parts[len(d.Parts)-1].Rows
	require.Len(t, dates, len(s.Milestones))
	for i, m := range s.Milestones {
		require.Equal(t, m.Date.String(), dates[i][1])
	}
	require.Equal(t, "human mentorship", dates[rowOf(dates, "playbook delivered by")][2])

	for _, change := range []func(){func() { s.Plan = "other" }, func() { s.Week0 = s.Week0.AddDays(7) }, func() { s.Weeks = 8 }, func() { s = nil }} {
		kept := *s
		change()
		_, err = report.Blueprint(p, s)
		require.ErrorContains(t, err, "schedule is not that of the plan")
		s = &kept
	}
}

func rowOf(rows [][]string, first string) int {
	return slices.IndexFunc(rows, func(row []string) bool { return row[0] == first })
}

// The figures of the success definition are the policy's and the plan's, and a
// sprint has the outcomes of a sprint.
func TestSuccessDefinition(t *testing.T) {
	p := planOf(t)
	d, err := report.SuccessDefinition(p)
	require.NoError(t, err)
	text := string(d.Markdown())
	pol := pilot.DefaultPolicy()
	for _, want := range []string{
		"increase of at least 0.05", "| review\\_turnaround | review SLA | decrease |", fmt.Sprintf("at least %d %% of the sessions", pol.AdherencePercent),
		fmt.Sprintf("at the %d %% level after Holm", pol.AlphaPercent), fmt.Sprintf("all %d agree", pol.Streams), "P-CPO, confirms these criteria (default-v1) by 2027-01-10",
		"| GO | A1 and A2 pass |",
	} {
		require.Contains(t, text, want)
	}
	for i := range p.Signals {
		p.Signals[i].Direction = ""
	}
	p.Levers.Sponsor = pilot.Unknown
	p.SecondaryOutcomes = []pilot.SecondaryOutcome{{ID: "x", Definition: "exits"}}
	d, err = report.SuccessDefinition(p)
	require.NoError(t, err)
	text = string(d.Markdown())
	require.Contains(t, text, "nothing can change as declared")
	require.Contains(t, text, "decides nothing: exits")
	require.Contains(t, text, "| PROCEED\\_TO\\_PILOT | A1 passes |")
	require.NotContains(t, text, "| GO |")
}

// Who fails a demand stands last whatever the score (PIL-140), and a claim needs
// an export test of each (PIL-137).
func TestVendorComparison(t *testing.T) {
	p := planOf(t)
	on := coaching.MustDate("2026-12-20")
	tested := vendor.NewExportTest("one week of signals", on, []byte("a,b\n1,2\n"), nil)
	good := vendor.Vendor{ID: "good", Name: "Good | <b>", Bucket: vendor.PeopleAnalytics, Offers: vendor.MustHaves(), Clause: true, ExportTest: &tested}
	bad := vendor.Vendor{ID: "bad", Name: "Bad", Bucket: vendor.CoachingMarketplace, Offers: vendor.MustHaves()[1:]}
	p.Vendors = &vendor.Choice{Weakest: []vendor.Link{vendor.Measurement}, Reason: "signals are poor", Vendors: []vendor.Vendor{bad, good}}
	d, err := report.VendorComparison(p, vendor.Procurement, map[string]int{"bad": 9})
	require.NoError(t, err)
	rows := d.Parts[1].Rows
	require.Len(t, rows, 2)
	require.Equal(t, []string{"Good | <b>", "none", "none", "none"}, []string{rows[0][0], rows[0][4], rows[0][5], rows[0][6]})
	require.Equal(t, []string{"Bad", "api first", "9"}, []string{rows[1][0], rows[1][4], rows[1][6]})
	require.Contains(t, rows[1][5], "PIL-138")
	text := string(d.Markdown())
	for _, want := range []string{"Bought first: people analytics", "nothing may be attributed", tested.Digest, "| Bad | no test is recorded |", "Good \\| &lt;b>"} {
		require.Contains(t, text, want)
	}
	p.Vendors.Vendors = p.Vendors.Vendors[1:]
	d, err = report.VendorComparison(p, vendor.Procurement, nil)
	require.NoError(t, err)
	require.Contains(t, string(d.Markdown()), "may carry a claim")
}

// What worked are the criteria that passed, and everything else broke; the
// messages of findings, which may name a leader, are not repeated.
func TestSummary(t *testing.T) {
	p := planOf(t)
	id, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "p", Purpose: "coaching"})
	require.NoError(t, err)
	sponsor, err := id.Person("sponsor")
	require.NoError(t, err)
	l, fs := p.Lock(sponsor, p.Week0.At(9, 0, time.UTC))
	require.NotNil(t, l, "%v", fs)

	other, err := p.Allocate()
	require.NoError(t, err)
	other.Units[0].Wave = 3 - other.Units[0].Wave
	decided := pilot.Decide(l, pilot.Evidence{CarriedOut: other, Governance: &pilot.Governance{Compact: true}})
	require.True(t, decided.Findings.Has("PIL-085"))
	d, err := report.Summary(l, decided)
	require.NoError(t, err)
	require.Empty(t, d.Check())
	goldenDocument(t, d)
	text := string(d.Markdown())
	require.NotContains(t, text, "L01")
	require.Contains(t, text, "## Decision: INVALID")
	require.Contains(t, text, "| PIL-085 | error | 1 | The allocation is drawn")
	require.Len(t, d.Parts[1].Rows, 1)
	require.Equal(t, "A6 Governance clean", d.Parts[1].Rows[0][0])
	require.Len(t, d.Parts[2].Rows, 6)
	require.Equal(t, "missing", d.Parts[2].Rows[0][1])

	decided.Criteria = [7]pilot.Criterion{}
	decided.Barred = "criteria were not confirmed"
	decided.Against = &pilot.Override{Recommended: pilot.NoGo, To: pilot.Extend, Sponsor: sponsor, Reason: "as L04 said", On: p.Week0}
	d, err = report.Summary(l, decided)
	require.NoError(t, err)
	require.Len(t, d.Parts[2].Rows, 7)
	require.True(t, d.Check().Has("PIL-169"))
	text = string(d.Markdown())
	require.Contains(t, text, "No criterion passed.")
	require.Contains(t, text, "the rules came to NO\\_GO")
	require.Contains(t, text, "GO was not available: criteria were not confirmed.")
	require.NotContains(t, text, sponsor.String())
	for i := range decided.Criteria {
		decided.Criteria[i].Status = pilot.Pass
	}
	d, err = report.Summary(l, decided)
	require.NoError(t, err)
	require.Contains(t, string(d.Markdown()), "Every criterion passed.")
	for _, none := range []*pilot.Locked{nil, new(pilot.Locked)} {
		_, err = report.Summary(none, decided)
		require.ErrorContains(t, err, "no locked plan")
	}
}

// PIL-076: each answer of the checklist, by one change of data that are ready as
// far as plan and log can tell.
func TestReadiness(t *testing.T) {
	pol := pilot.DefaultPolicy()
	ready := pilot.Facts{ExportTest: true, HistoryDays: pol.MinHistory, QualityCheck: true, Leaders: 10, Consents: 10, Compact: true}
	answers := func(p *pilot.Plan, f pilot.Facts) (open string, no []string) {
		d, err := report.Readiness(p, f)
		require.NoError(t, err)
		for _, r := range d.Parts[1].Rows {
			for _, cell := range r {
				if cell == "no" || strings.HasPrefix(cell, "no,") {
					no = append(no, r[0])
				}
			}
		}
		for _, r := range d.Parts[2].Rows {
			if r[1] == "no" {
				no = append(no, r[0])
			}
		}
		return d.Parts[0].Text, no
	}
	fit := func() *pilot.Plan {
		p := planOf(t)
		p.KPI.CadenceDays = 14
		return p
	}
	open, no := answers(fit(), ready)
	require.Equal(t, "4 answers open.", open)
	require.Empty(t, no)
	for want, change := range map[string]func(*pilot.Plan, *pilot.Facts){
		"meeting_hygiene":                            func(p *pilot.Plan, _ *pilot.Facts) { p.Signals[0].RefreshDays = pol.CoachingRefresh + 1 },
		"review_turnaround":                          func(p *pilot.Plan, _ *pilot.Facts) { p.Signals[2].CSVExport = false },
		"Export test passed":                         func(_ *pilot.Plan, f *pilot.Facts) { f.ExportTest = false },
		"Quality check passed":                       func(_ *pilot.Plan, f *pilot.Facts) { f.QualityCheck = false },
		"Data owner and steward":                     func(p *pilot.Plan, _ *pilot.Facts) { p.Roles.DataOwner = "" },
		"Groups of a snapshot are large enough":      func(p *pilot.Plan, _ *pilot.Facts) { p.Snapshot.MinGroup = pol.MinGroup - 1 },
		"Groups of a snapshot reach that number":     func(p *pilot.Plan, _ *pilot.Facts) { p.Snapshot.MinGroup = 6 },
		"The KPI is read often enough":               func(p *pilot.Plan, _ *pilot.Facts) { p.KPI.CadenceDays = 28 },
		"Models that suggest show inputs and a card": func(_ *pilot.Plan, f *pilot.Facts) { f.Suggesting, f.Opaque = 1, 1 },
		"Compact with retention dates signed":        func(_ *pilot.Plan, f *pilot.Facts) { f.Compact = false },
		"Days of deletion":                           func(p *pilot.Plan, _ *pilot.Facts) { p.SlipWeeks = -1 },
		"Every leader who takes part has agreed":     func(_ *pilot.Plan, f *pilot.Facts) { f.Consents = 9 },
		"History of 6 to 8 weeks":                    func(_ *pilot.Plan, f *pilot.Facts) { f.HistoryDays = pol.MinHistory - 1 },
	} {
		p, f := fit(), ready
		change(p, &f)
		open, no := answers(p, f)
		require.Equal(t, []string{want}, no)
		require.Equal(t, "5 answers open.", open)
	}
	long := ready
	long.HistoryDays = pol.MaxHistory + 1
	_, no = answers(fit(), long)
	require.Equal(t, []string{"History of 6 to 8 weeks"}, no)
	one := ready
	one.LongestHistory = pol.MaxHistory + 1
	_, no = answers(fit(), one)
	require.Equal(t, []string{"History of 6 to 8 weeks"}, no)
	gone := ready
	gone.Left, gone.Consents = 1, 9
	_, no = answers(fit(), gone)
	require.Empty(t, no, "who is gone has nothing to agree to")
	p := fit()
	p.Signals = nil
	open, _ = answers(p, pilot.Facts{})
	require.Equal(t, "10 answers open.", open)
}

// Every leader is counted once in the wave of the draw, whatever came later.
func TestFlow(t *testing.T) {
	p := planOf(t)
	a, err := p.Allocate()
	require.NoError(t, err)
	var es []pilot.Exposure
	for _, u := range a.Units {
		es = append(es, pilot.Exposure{Leader: u.ID, Wave: u.Wave, Weeks: 2 - u.Wave})
	}
	for i, why := range []pilot.EventKind{pilot.LeaderLeft, pilot.LeaderTransferred, pilot.ConsentWithdrawn} { // waves 2, 1, 2
		es[i].Ended, es[i].Why = p.Week(6), why
	}
	d, err := report.Flow(p, es)
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"Wave 1", "5", "5", "0", "1", "0", "4"},
		{"Wave 2", "5", "0", "1", "0", "1", "3"},
		{"All", "10", "5", "1", "1", "1", "7"},
	}, d.Parts[0].Rows)
	require.Empty(t, d.Check())

	goldenDocument(t, d)
	var back report.Document
	data, err := d.JSON()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, string(d.HTML()), string(back.HTML()))
	back.Parts[0].Rows = [][]string{{"x"}, {"a", "b", "c", "d", "e", "f", "g"}}
	require.Contains(t, string(back.HTML()), "no data")

	_, err = report.Flow(p, es[1:])
	require.ErrorContains(t, err, "9 exposures for 10 leaders")
	es[0].Wave = 3
	_, err = report.Flow(p, es)
	require.ErrorContains(t, err, "exposure 0")
	es[0].Wave, es[0].Leader = 2, "L02"
	_, err = report.Flow(p, es)
	require.ErrorContains(t, err, "exposure 0")
}

// Each leader is coached from the wave's start to the end of the run, by the
// plan's own exposure of clusters.
func TestDesignMatrix(t *testing.T) {
	p := planOf(t)
	a, err := p.Allocate()
	require.NoError(t, err)
	data, err := report.DesignMatrix(p, a)
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 1+10*12)
	require.Equal(t, []string{"leader", "stratum", "wave", "week", "from", "coached"}, rows[0])
	coached := map[string]int{}
	for _, r := range rows[1:] {
		week, err := strconv.Atoi(r[3])
		require.NoError(t, err)
		u, _ := a.Unit(r[0])
		require.Equal(t, p.Week(week).String(), r[4])
		require.Equal(t, week >= u.Start, r[5] == "1")
		coached[r[0]] += len(r[5]) - strings.Count(r[5], "0")
	}
	for _, u := range a.Units {
		require.Equal(t, map[int]int{1: 8, 2: 4}[u.Wave], coached[u.ID])
	}

	a.Units[0].Wave = 3 - a.Units[0].Wave
	_, err = report.DesignMatrix(p, a)
	require.ErrorContains(t, err, "not that of the plan")
	_, err = report.DesignMatrix(p, nil)
	require.ErrorContains(t, err, "no allocation")
	p.Cohort.Leaders[0].ID = "=1+1"
	a, err = p.Allocate()
	require.NoError(t, err)
	_, err = report.DesignMatrix(p, a)
	require.ErrorContains(t, err, "formula")
}
