package pilot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/vendor"
)

// has reports whether a finding with this code and severity, at this path and
// with this text, is in the list.
func has(fs coaching.Findings, code string, sev coaching.Severity, path, text string) bool {
	return slices.ContainsFunc(fs, func(f coaching.Finding) bool {
		return f.Code == code && f.Severity == sev && f.Path == path && strings.Contains(f.Message, text)
	})
}

// DOC-WAIVER: a named role waives a warning with a reason; errors and changed
// numbers of the policy stay, and a waiver that is incomplete or waives nothing
// is said to be so.
func TestWaivers(t *testing.T) {
	waive := func(w pilot.Waiver, change func(*pilot.Plan)) coaching.Findings {
		p := plan(t)
		p.Waivers = []pilot.Waiver{w}
		change(p)
		return p.Check()
	}
	none := func(*pilot.Plan) {}
	good := pilot.Waiver{Code: "C-23", Role: coaching.Sponsor, Reason: "the second wave is a control first"}
	fs := waive(good, none)
	require.True(t, has(fs, "C-23", coaching.Info, "design.wave_starts[1]", "(waived by the sponsor)"))
	require.False(t, fs.Has("DOC-WAIVER"))

	one := good
	one.Code, one.Path = "C-13", "signals[1].refresh_days"
	fs = waive(one, none)
	require.True(t, has(fs, "C-13", coaching.Warning, "signals[0].refresh_days", ""), "the other one stays")
	require.True(t, has(fs, "C-13", coaching.Info, "signals[1].refresh_days", "waived"))

	for role, path := range map[coaching.Role]string{coaching.NoRole: "waivers[0].role", coaching.Coach: "waivers[0].role"} {
		w := good
		w.Role = role
		fs = waive(w, none)
		require.True(t, has(fs, "DOC-WAIVER", coaching.Error, path, ""))
		require.True(t, has(fs, "C-23", coaching.Warning, "design.wave_starts[1]", ""))
	}
	require.True(t, has(waive(good, func(p *pilot.Plan) { p.Roles.Sponsor = "" }), "DOC-WAIVER", coaching.Error, "waivers[0].role", ""), "nobody plays the role")
	w := good
	w.Reason = " "
	require.True(t, has(waive(w, none), "DOC-WAIVER", coaching.Error, "waivers[0].reason", ""))
	w = good
	w.Code = "PIL-027"
	fs = waive(w, func(p *pilot.Plan) { p.Roles.Sponsor = ""; p.Waivers[0].Role = coaching.Steward })
	require.True(t, has(fs, "PIL-027", coaching.Error, "roles.sponsor", ""), "an error stays")
	require.True(t, has(fs, "DOC-WAIVER", coaching.Warning, "waivers[0]", "cannot be waived"))
	require.True(t, has(waive(w, none), "DOC-WAIVER", coaching.Warning, "waivers[0]", "waives nothing"))

	p := plan(t)
	p.Waivers = []pilot.Waiver{{Code: "PIL-080", Role: coaching.Sponsor, Reason: "we are few"}}
	pol := pilot.DefaultPolicy()
	pol.MinLeaders = 4
	require.True(t, has(p.CheckUnder(pol), "PIL-080", coaching.Warning, "policy.MinLeaders", ""), "a changed number stays")
}

// Each role of a plan has its holder.
func TestHolder(t *testing.T) {
	r := plan(t).Roles
	for role, want := range map[coaching.Role]string{
		coaching.Sponsor: "P-CPO", coaching.Steward: "P-ANALYTICS", coaching.DataOwner: "P-IT", coaching.IntegrationOwner: "P-IT", coaching.ProductOwner: "P-PMO",
		coaching.CoachingLead: "P-COACHLEAD", coaching.PrivacyOfficer: "P-DPO", coaching.ProgramAdmin: "P-LND", coaching.AttributionReviewer: "P-HR", coaching.Participant: "",
	} {
		require.Equal(t, want, r.Holder(role), role.String())
	}
}

// PIL-170 and C-18: the budget is part of the plan, and no cost is left unsaid.
func TestBudget(t *testing.T) {
	p := plan(t)
	p.Budget = &pilot.Budget{Currency: "EUR", Lines: []pilot.BudgetLine{
		{Kind: pilot.CoachingCost, Amount: "30000.50"}, {Kind: pilot.AnalyticsCost, Amount: "9999.50"},
		{Kind: pilot.AdminCost, Amount: "2000"}, {Kind: pilot.IntegrationCost, Amount: "0", Reason: "no gap"},
	}}
	fs := p.Check()
	require.True(t, has(fs, "PIL-170", coaching.Info, "budget", "EUR 42000.00, 4200.00 for each of 10 leaders"))
	require.True(t, has(fs, "C-18", coaching.Warning, "budget.lines", "manager_time not stated"))
	require.False(t, has(fs, "C-18", coaching.Warning, "budget.lines", "integration"))
	p.Budget.Lines[3].Reason = ""
	require.True(t, has(p.Check(), "C-18", coaching.Warning, "budget.lines[3]", "reason"))
	p.Budget.Lines[0].Amount, p.Budget.Lines[1].Amount, p.Budget.Currency, p.Budget.Lines[2].Kind = "-1", "1e999999999", "", "rent"
	fs = p.Check()
	for _, path := range []string{"budget.lines[0].amount", "budget.lines[1].amount", "budget.currency", "budget.lines[2].kind"} {
		require.True(t, has(fs, "DOC-VALUE", coaching.Error, path, ""), path)
	}
}

// The vendors of a plan are checked with it, and locked figures are no ground for
// a claim (PIL-136, PIL-137, PIL-139).
func TestPlanVendors(t *testing.T) {
	p := plan(t)
	test := vendor.NewExportTest("pack", coaching.MustDate("2026-12-14"), []byte("x"), nil)
	p.Vendors = &vendor.Choice{Weakest: []vendor.Link{vendor.Measurement}, Vendors: []vendor.Vendor{{
		ID: "viva", Name: "Insights", Bucket: vendor.PeopleAnalytics, Offers: append(vendor.MustHaves(), vendor.CSVIngestion), Clause: true, ExportTest: &test,
	}}}
	fs := p.Check()
	require.False(t, fs.Blocked(), "%v", fs)
	require.True(t, has(fs, "PIL-135", coaching.Warning, "vendors.vendors", "no coaching marketplace bought"))
	p.Vendors.Vendors[0].Clause = false
	require.True(t, has(p.Check(), "PIL-139", coaching.Error, "vendors.vendors[0].clause", ""))
	p.Vendors.Vendors[0].Offers = p.Vendors.Vendors[0].Offers[:4]
	require.True(t, has(p.Check(), "PIL-137", coaching.Error, "purpose", "nothing can be attributed"))
	p.Purpose = pilot.BehaviourSignal
	require.False(t, has(p.Check(), "PIL-137", coaching.Error, "purpose", ""))
	require.True(t, has(p.Check(), "PIL-136", coaching.Error, "vendors.vendors[0].offers", "export_rights"))
	own := p.Clone()
	own.Vendors.Vendors[0].ID = "other"
	require.Equal(t, "viva", p.Vendors.Vendors[0].ID)
}

// The terms that a plan may state read from a document, and its digest holds them.
func TestTermsReadFromADocument(t *testing.T) {
	data := string(read(t, planFile)) + `slip_weeks: 4
vendors:
  weakest: [data_plumbing]
  needs: [crm]
  vendors: [{id: viva, name: Insights, bucket: people_analytics, offers: [api_first, sso], supplies: [collaboration], export_test: {input: pack, on: 2026-12-14, digest: "sha256:00", passed: true}}]
budget: {currency: EUR, lines: [{kind: coaching, amount: "10"}]}
waivers: [{code: C-23, role: sponsor, reason: known}]
`
	data = strings.Replace(data, "design:", "  conflicts: [{leader: L01, coach: C2}]\ndesign:", 1)
	data = strings.Replace(data, "{id: L01, ", "{id: L01, coach: C1, reports_to: L02, withdrawn: 2027-02-01, beside: [E-ASYNC], ", 1)
	p, fs := pilot.Decode("p.yaml", []byte(data))
	require.NotNil(t, p, "%v", fs)
	require.Equal(t, vendor.SCIM, vendor.MustHaves()[2])
	require.Equal(t, []vendor.Capability{vendor.APIFirst, vendor.SSO}, p.Vendors.Vendors[0].Offers)
	require.Equal(t, coaching.Sponsor, p.Waivers[0].Role)
	require.Equal(t, "C1", p.Cohort.Leaders[0].Coach)
	require.Positive(t, p.Check()[0].Line)
	require.True(t, has(p.Check(), "PIL-102", coaching.Warning, "cohort.leaders[0].beside", "2 experiments active on one leader; one at a time"))
	text, err := json.Marshal(p)
	require.NoError(t, err)
	again, fs := pilot.Decode("p.json", text)
	require.NotNil(t, again, "%v", fs)
	require.Equal(t, digest(t, p), digest(t, again))
	require.NotEqual(t, digest(t, plan(t)), digest(t, p))
}

// MEN-004 and DOC-REF: a coach of the reporting line, a conflict, a circle.
func TestReportingLines(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*pilot.Plan)
		code   string
		path   string
	}{
		"a circle": {func(p *pilot.Plan) {
			p.Cohort.Leaders[0].ReportsTo, p.Cohort.Leaders[1].ReportsTo, p.Cohort.Leaders[2].ReportsTo = "L02", "L03", "L01"
		}, "DOC-REF", "cohort.leaders[2].reports_to"},
		"oneself": {func(p *pilot.Plan) { p.Cohort.Coaches[0].ReportsTo = "C1" }, "DOC-REF", "cohort.coaches[0].reports_to"},
		"the boss's boss": {func(p *pilot.Plan) {
			l := p.Cohort.Leaders
			l[0].ReportsTo, l[1].ReportsTo, l[0].Coach = "L02", "C1", "C1"
		}, "MEN-004", "cohort.leaders[0].coach"},
		"a subordinate": {func(p *pilot.Plan) { p.Cohort.Coaches[0].ReportsTo, p.Cohort.Leaders[0].Coach = "L01", "C1" }, "MEN-004", "cohort.leaders[0].coach"},
		"a conflict": {func(p *pilot.Plan) {
			p.Cohort.Conflicts, p.Cohort.Leaders[0].Coach = []pilot.Pair{{Leader: "L01", Coach: "C1"}}, "C1"
		}, "MEN-004", "cohort.leaders[0].coach"},
		"a conflict of nobody": {func(p *pilot.Plan) { p.Cohort.Conflicts = []pilot.Pair{{Leader: "L01", Coach: "C9"}} }, "DOC-REF", "cohort.conflicts[0]"},
		"a coach of nowhere":   {func(p *pilot.Plan) { p.Cohort.Leaders[0].Coach = "C9" }, "DOC-REF", "cohort.leaders[0].coach"},
		"six leaders for five": {func(p *pilot.Plan) {
			for i := range 6 {
				p.Cohort.Leaders[i].Coach = "C1"
			}
		}, "PIL-081", "cohort.coaches[0].capacity"},
		"a zone that is a path": {func(p *pilot.Plan) { p.Calendars["us"] = pilot.Calendar{Zone: "../etc/passwd"} }, "DOC-VALUE", "calendars.us.zone"},
		"no zone":               {func(p *pilot.Plan) { p.Calendars["us"] = pilot.Calendar{} }, "DOC-VALUE", "calendars.us.zone"},
	} {
		p := plan(t)
		tt.change(p)
		require.True(t, has(p.Check(), tt.code, coaching.Error, tt.path, ""), "%s: %v", name, p.Check())
	}
	p := plan(t)
	p.Cohort.Leaders[0].ReportsTo, p.Cohort.Leaders[1].ReportsTo, p.Cohort.Leaders[1].Coach = "L02", "CEO", "C1"
	require.Len(t, p.Check(), 3)
}

// A plan of any size is answered at once (DOC-LIMIT).
func TestHugePlans(t *testing.T) {
	p := plan(t)
	for i := range 100_000 {
		p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: fmt.Sprintf("X%d", i)})
	}
	require.Equal(t, []string{"DOC-LIMIT error"}, codes(p.Check()))
	l, fs := p.Lock(person(t, "P-CPO"), stamp())
	require.Nil(t, l)
	require.True(t, fs.Has("DOC-LIMIT"))
	p = plan(t)
	p.Budget = &pilot.Budget{Lines: make([]pilot.BudgetLine, 1001)}
	require.True(t, has(p.Check(), "DOC-LIMIT", coaching.Error, "budget.lines", ""))
}

// A day that there is not is refused where it stands.
func TestImpossibleDates(t *testing.T) {
	for _, day := range []string{"2027-02-29", "2027-13-01", "2027-1-4", "0000-01-01", "2027-01-04T00:00:00Z"} {
		n := node(t)
		*at(t, n, "week0") = str(day)
		_, fs := pilot.Decode("p.json", []byte(text(n)))
		require.True(t, fs.Blocked(), day)
		require.Positive(t, fs[0].Line)
	}
}

// PIL-061, PIL-001 and PIL-041: a slip moves the run and stales the baseline; the
// whole lasts no longer than a pilot may.
func TestSlip(t *testing.T) {
	p := plan(t)
	require.Equal(t, "2027-02-08", p.Run().From.String())
	p.SlipWeeks = 4
	require.Equal(t, "2027-03-08", p.Run().From.String())
	require.Equal(t, "2027-05-02", p.End().String())
	require.Equal(t, "2027-01-10", p.Baseline().To.String(), "what was before the slip stays")
	fs := p.Check()
	require.False(t, fs.Blocked())
	require.True(t, has(fs, "PIL-041", coaching.Warning, "slip_weeks", "baseline ends 2027-01-10, 56 full days before the new run start 2027-03-08; re-extract or extend"))
	for week := -5; week <= 12; week++ {
		require.Equal(t, week, p.WeekOf(p.Week(week)))
	}
	for _, day := range []string{"2027-02-07", "2027-02-08", "2027-02-20", "2027-03-07"} {
		require.Equal(t, 4, p.WeekOf(coaching.MustDate(day)), "the slip belongs to week 4")
	}
	s := schedule(t, p)
	require.Equal(t, "2027-03-08", s.Run.From.String())
	require.Len(t, s.Sessions, 60)
	require.Contains(t, string(s.CSV()), "snapshot,snapshot,5,2027-03-09,")
	p.TemplateWeeks, p.Design.WaveStarts = 16, []int{5, 9}
	require.True(t, has(p.Check(), "PIL-001", coaching.Error, "slip_weeks", "20 weeks with the slip"))
	p.SlipWeeks = -1
	require.True(t, has(p.Check(), "PIL-001", coaching.Error, "slip_weeks", ""))
}
