package pilot_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/signal"
)

const planFile = "testdata/product_org_12w.yaml"

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// plan returns the valid 12-week plan.
func plan(t testing.TB) *pilot.Plan {
	t.Helper()
	p, fs := pilot.Decode("product_org_12w.yaml", read(t, planFile))
	require.NotNil(t, p, "%v", fs)
	require.Empty(t, fs)
	p.Scope = &pilot.Scope{In: []string{"meetings and reviews of ten leaders"}, Out: []string{"performance ratings and pay"}}
	return p
}

// codes returns "CODE severity" of each finding.
func codes(fs coaching.Findings) []string {
	var list []string
	for _, f := range fs {
		list = append(list, f.Code+" "+f.Severity.String())
	}
	return list
}

const (
	everySecond = "weekly feed, two snapshots a week: every second one has no new data"
	shortWave   = "wave 2 (L01 L03 L05 L08 L10) starts 2027-03-08 and is exposed 28 days, below 8 weeks; its 56-day experiments would end 2027-05-02, 28 days after the plan"
)

// The valid plan has exactly the three warnings that lie in its own design:
// C-13 twice and C-23.
func TestValidPlanHasItsThreeWarnings(t *testing.T) {
	for _, file := range []string{"product_org_12w.yaml", "product_org_12w.block.yaml", "product_org_12w.json"} {
		t.Run(file, func(t *testing.T) {
			p, fs := pilot.Decode(file, read(t, "testdata/"+file))
			require.Empty(t, fs)
			got := p.Check()
			require.False(t, got.Blocked())
			require.Len(t, got, 3)
			for _, f := range got {
				require.Equal(t, file, f.File)
				require.Positive(t, f.Line, f)
				require.Positive(t, f.Column, f)
			}
			slices.SortFunc(got, func(a, b coaching.Finding) int { return -strings.Compare(a.Path, b.Path) })
			require.Equal(t, []string{"C-13 warning", "C-13 warning", "C-23 warning"}, codes(got))
			require.Equal(t, "signals[1].refresh_days", got[0].Path)
			require.Equal(t, "signals[0].refresh_days", got[1].Path)
			require.Equal(t, "design.wave_starts[1]", got[2].Path)
			require.Equal(t, everySecond, got[0].Message)
			require.Equal(t, everySecond, got[1].Message)
			require.Equal(t, shortWave, got[2].Message)
		})
	}
}

// The line and column of a finding are those of the value in the file.
func TestFindingsPointIntoTheFile(t *testing.T) {
	data := read(t, planFile)
	fs := plan(t).Check()
	require.NotEmpty(t, fs)
	lines := strings.Split(string(data), "\n")
	for _, f := range fs {
		if f.Code == "C-13" {
			require.True(t, strings.HasPrefix(lines[f.Line-1][f.Column-1:], "refresh_days"), "%s", f)
		}
	}
}

// The reference fixture, which this room's own copy extends by the direction of
// each signal, decodes and has the same three warnings.
func TestReferencePlan(t *testing.T) {
	data := read(t, datadir.Find(t, "fixtures/pilot/product_org_12w.yaml"))
	_, body, _ := strings.Cut(string(data), "\ninput:\n")
	body, _, _ = strings.Cut(body, "\nexpect:")
	var out []string
	for line := range strings.SplitSeq(body, "\n") {
		out = append(out, strings.TrimPrefix(line, "  "))
	}
	p, fs := pilot.Decode("p.yaml", []byte(strings.Join(out, "\n")+"\n"))
	require.Empty(t, fs)
	require.ElementsMatch(t, []string{"C-13 warning", "C-13 warning", "C-23 warning"}, codes(p.Check()))
}

// node returns the valid plan as a tree to change.
func node(t testing.TB) *document.Node {
	t.Helper()
	n, fs := yaml.Parse("plan.yaml", read(t, planFile))
	require.Empty(t, fs)
	return n
}

// at returns the node at a path such as "signals[0].refresh_days".
func at(t testing.TB, n *document.Node, path string) *document.Node {
	t.Helper()
	for key := range strings.SplitSeq(strings.NewReplacer("[", ".", "]", "").Replace(path), ".") {
		if n.Kind == document.Array {
			i, err := strconv.Atoi(key)
			require.NoError(t, err)
			n = n.Items[i]
			continue
		}
		i := slices.IndexFunc(n.Members, func(m document.Member) bool { return m.Key == key })
		require.GreaterOrEqual(t, i, 0, path)
		n = n.Members[i].Value
	}
	return n
}

// drop removes the member at a path.
func drop(t testing.TB, n *document.Node, path string) {
	t.Helper()
	key := path
	if i := strings.LastIndex(path, "."); i >= 0 {
		n, key = at(t, n, path[:i]), path[i+1:]
	}
	before := len(n.Members)
	n.Members = slices.DeleteFunc(n.Members, func(m document.Member) bool { return m.Key == key })
	require.Less(t, len(n.Members), before, path)
}

// text renders a tree as JSON.
func text(n *document.Node) string {
	switch n.Kind {
	case document.Object:
		var parts []string
		for _, m := range n.Members {
			key, _ := json.Marshal(m.Key)
			parts = append(parts, string(key)+":"+text(m.Value))
		}
		return "{" + strings.Join(parts, ",\n") + "}"
	case document.Array:
		var parts []string
		for _, item := range n.Items {
			parts = append(parts, text(item))
		}
		return "[" + strings.Join(parts, ",\n") + "]"
	case document.String:
		s, _ := json.Marshal(n.Text)
		return string(s)
	}
	return n.Text
}

// examine decodes and checks a changed plan, and returns everything found.
func examine(t testing.TB, n *document.Node) coaching.Findings {
	t.Helper()
	p, fs := pilot.Decode("plan.json", []byte(text(n)))
	if p != nil {
		fs = append(fs, p.Check()...)
	}
	return fs
}

func number(n int) document.Node { return document.Node{Kind: document.Number, Text: fmt.Sprint(n)} }

func str(s string) document.Node { return document.Node{Kind: document.String, Text: s} }

// repeat makes a list of n items from the first ones of a list, each further
// one under an id of its own.
func repeat(list *document.Node, n int) {
	for len(list.Items) < n {
		item := document.Node{Kind: document.Object}
		for _, m := range list.Items[0].Members {
			if m.Key == "id" {
				v := str(fmt.Sprintf("X%d", len(list.Items)))
				m.Value = &v
			}
			item.Members = append(item.Members, m)
		}
		list.Items = append(list.Items, &item)
	}
	list.Items = list.Items[:n]
}

// Each row breaks one rule of the valid plan.
func TestBrokenPlans(t *testing.T) {
	set := func(path string, v document.Node) func(testing.TB, *document.Node) {
		return func(t testing.TB, n *document.Node) { *at(t, n, path) = v }
	}
	remove := func(path string) func(testing.TB, *document.Node) {
		return func(t testing.TB, n *document.Node) { drop(t, n, path) }
	}
	count := func(path string, k int) func(testing.TB, *document.Node) {
		return func(t testing.TB, n *document.Node) { repeat(at(t, n, path), k) }
	}
	both := func(fs ...func(testing.TB, *document.Node)) func(testing.TB, *document.Node) {
		return func(t testing.TB, n *document.Node) {
			for _, f := range fs {
				f(t, n)
			}
		}
	}
	tests := []struct {
		name   string
		change func(testing.TB, *document.Node)
		want   string // code and severity
		path   string
		text   string // part of the message
	}{
		{"6 weeks", set("template_weeks", number(6)), "PIL-001 error", "template_weeks", ""},
		{"17 weeks", set("template_weeks", number(17)), "PIL-001 error", "template_weeks", ""},
		{"10 weeks", set("template_weeks", number(10)), "PIL-002 warning", "template_weeks", ""},
		{"week 0 on a Tuesday", set("week0", str("2027-01-05")), "PIL-040 error", "week0", "week 0 must start on a monday (week_start)"},
		{"no behaviour", set("hypothesis.behaviour", str("")), "PIL-020 error", "hypothesis.behaviour", ""},
		{"two KPIs", func(t testing.TB, n *document.Node) {
			kpi := *at(t, n, "kpi")
			*at(t, n, "kpi") = document.Node{Kind: document.Array, Items: []*document.Node{&kpi, &kpi}}
		}, "PIL-023 error", "kpi", ""},
		{"no integration owner", remove("roles.integration_owner"), "PIL-029 error", "roles.integration_owner", ""},
		{"no sponsor", remove("roles.sponsor"), "PIL-027 error", "roles.sponsor", ""},
		{"one signal", count("signals", 1), "SIG-004 error", "signals", ""},
		{"five signals", count("signals", 5), "SIG-004 error", "signals", ""},
		{"four signals", count("signals", 4), "SIG-003 warning", "signals", ""},
		{"monthly feed", set("signals[0].refresh_days", number(30)), "PIL-074 error", "signals[0].refresh_days", ""},
		{"no export", set("signals[0].csv_export", document.Node{Kind: document.Bool, Text: "false"}), "PIL-073 error", "signals[0].csv_export", ""},
		{"one prompt", count("playbook[0].prompts", 1), "PIL-100 error", "playbook[0].prompts", ""},
		{"no experiment", remove("playbook[0].experiment"), "PIL-100 error", "playbook[0].experiment", ""},
		{"no interpretive rule", set("playbook[0].interpretive_rule", str("")), "PIL-106 error", "playbook[0].interpretive_rule", ""},
		{"only traces", count("qualitative_inputs", 0), "SIG-021 warning", "qualitative_inputs", ""},
		{"seven leaders", count("cohort.leaders", 7), "PIL-080 warning", "cohort.leaders", ""},
		{"thirteen leaders", count("cohort.leaders", 13), "PIL-080 warning", "cohort.leaders", ""},
		{"one coach for ten", both(count("cohort.coaches", 1), set("cohort.coaches[0].capacity", number(10))), "PIL-081 warning", "cohort.coaches[0].capacity", ""},
		{"no analyst", remove("cohort.coaches[1].analyst"), "PIL-031 error", "cohort.coaches[1].analyst", ""},
		{"8 weeks for finance", set("template_weeks", number(8)), "PIL-059 warning", "purpose", "an 8-week plan measures 4 weeks: the claim is indicative only"},
		{"wave after the end", set("design.wave_starts[1]", number(13)), "PIL-046 error", "design.wave_starts[1]", "wave 2 starts after the 12-week plan ends"},
		{"90-day experiment", set("playbook[0].experiment.days", number(90)), "PIL-056 error", "playbook[0].experiment.days", "90 > 56 days of run"},
		// Beyond the fixtures: one row for each further rule.
		{"no KPI effect", set("kpi.min_effect", str("0.00")), "PIL-023 error", "kpi.min_effect", ""},
		{"another outcome", set("hypothesis.outcome_kpi", str("revenue")), "PIL-025 error", "hypothesis.outcome_kpi", ""},
		{"tool usage", set("kpi.definition", str("Weekly dashboard opens per leader")), "PIL-034 error", "kpi.definition", ""},
		{"no steward", remove("roles.steward"), "PIL-028 error", "roles.steward", ""},
		{"no product owner", remove("roles.product_owner"), "PIL-030 error", "roles.product_owner", ""},
		{"no coaching lead", remove("roles.coaching_lead"), "PIL-010 error", "roles.coaching_lead", ""},
		{"no privacy officer", remove("roles.privacy_officer"), "PIL-011 error", "roles.privacy_officer", ""},
		{"no data owner", remove("roles.data_owner"), "C-16 error", "roles.data_owner", ""},
		{"no programme admin", remove("roles.program_admin"), "PIL-032 error", "roles.program_admin", ""},
		{"no reviewer", remove("roles.attribution_reviewer"), "PIL-166 error", "roles.attribution_reviewer", ""},
		{"steward is coaching lead", set("roles.coaching_lead", str("P-ANALYTICS")), "PIL-008 warning", "roles", ""},
		{"steward is a coach", set("roles.steward", str("C1")), "PIL-110 error", "roles.steward", ""},
		{"5 weeks of history", func(t testing.TB, n *document.Node) {
			v := number(5)
			n.Members = append(n.Members, document.Member{Key: "baseline_weeks", Value: &v})
		}, "PIL-042 error", "baseline_weeks", ""},
		{"9 weeks of history", func(t testing.TB, n *document.Node) {
			v := number(9)
			n.Members = append(n.Members, document.Member{Key: "baseline_weeks", Value: &v})
		}, "PIL-042 warning", "baseline_weeks", ""},
		{"a week off for four in ten", func(t testing.TB, n *document.Node) {
			list := at(t, n, "calendars.de.holidays")
			repeat(list, 4)
			for i, day := range []string{"2027-02-16", "2027-02-17"} {
				date, name := str(day), str("closed")
				list.Items[2+i] = &document.Node{Kind: document.Object, Members: []document.Member{{Key: "date", Value: &date}, {Key: "name", Value: &name}}}
			}
		}, "PIL-048 warning", "calendars", "4 of 10 leaders"},
		{"feed every 8 days", set("signals[0].refresh_days", number(8)), "PIL-072 error", "signals[0].refresh_days", ""},
		{"signal without a path", set("signals[0].path", str("meetings -> focus")), "SIG-012 error", "signals[0].path", ""},
		{"signal without behaviour", set("signals[0].behaviour", str("")), "SIG-005 error", "signals[0].behaviour", ""},
		{"weak sponsor", set("levers.sponsor", str("weak")), "PIL-071 error", "levers", "template_weeks 8"},
		{"no control", set("design.kind", str("none")), "PIL-084 warning", "design.kind", ""},
		{"no seed", remove("design.seed_message"), "PIL-085 error", "design.seed_message", ""},
		{"one wave start", count("design.wave_starts", 1), "PIL-046 error", "design.wave_starts", ""},
		{"platform commands", set("charter.coach_may_override_platform", document.Node{Kind: document.Bool, Text: "false"}), "PIL-088 error", "charter.coach_may_override_platform", ""},
		{"waves of 4", count("cohort.leaders", 8), "C-15 error", "snapshot.unit", ""},
		{"not enough seats", set("cohort.coaches[1].capacity", number(4)), "PIL-081 error", "cohort.coaches", "1 have no coach"},
		{"no preparation", set("session.prep_minutes", number(0)), "PIL-111 warning", "session.prep_minutes", ""},
		{"monthly KPI", set("kpi.cadence_days", number(30)), "M-2 warning", "kpi.cadence_days", ""},
		{"lagging KPI", set("kpi.class", str("lagging")), "PIL-057 warning", "kpi.class", ""},
		{"unknown experiment", set("cohort.leaders[3].experiment", str("E-NONE")), "PIL-005 error", "cohort.leaders[3].experiment", ""},
		{"unknown calendar", set("cohort.leaders[3].calendar", str("fr")), "DOC-REF error", "cohort.leaders[3].calendar", ""},
		{"leader twice", set("cohort.leaders[3].id", str("L01")), "DOC-ID error", "cohort.leaders[3].id", ""},
		{"supporting signals", func(t testing.TB, n *document.Node) {
			x := at(t, n, "playbook[0].experiment")
			v := str("review_turnaround")
			x.Members = append(x.Members, document.Member{Key: "supporting", Value: &document.Node{Kind: document.Array, Items: []*document.Node{&v}}})
		}, "C-20 info", "playbook[0].experiment.supporting", "primary"},
		{"experiment without a measure", set("playbook[1].experiment.measure", str("")), "PIL-100 error", "playbook[1].experiment", ""},
		{"no do-not-conclude line", remove("playbook[2].do_not_conclude"), "PIL-106 error", "playbook[2].do_not_conclude", ""},
		{"analysed before", set("existing_data", str("analysed")), "C-8 warning", "existing_data", ""},
		{"other profile", set("mini_profile", str("accenture")), "C-12 info", "mini_profile", ""},
		{"one snapshot day", count("snapshot.weekdays", 1), "PIL-049 warning", "snapshot.weekdays", ""},
		{"small groups", set("snapshot.min_group", number(3)), "C-15 warning", "snapshot.min_group", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := node(t)
			tt.change(t, n)
			fs := examine(t, n)
			i := slices.IndexFunc(fs, func(f coaching.Finding) bool {
				return f.Code+" "+f.Severity.String() == tt.want && f.Path == tt.path && strings.Contains(f.Message, tt.text)
			})
			require.GreaterOrEqual(t, i, 0, "want %s at %s, found\n%v", tt.want, tt.path, fs)
			require.Positive(t, fs[i].Line)
		})
	}
}

// What is wrong with the form of a document is said with its place.
func TestMalformedPlans(t *testing.T) {
	_, fs := pilot.Decode("p.yaml", []byte("hypothesis:\n  behavior: x\n"))
	require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
		return strings.HasPrefix(f.Code, "DOC-") && f.Line == 2 && f.Column == 3 && f.Severity == coaching.Error &&
			strings.Contains(f.Message, "behavior") && strings.Contains(f.Message, "behaviour")
	}), "%v", fs)
	_, fs = pilot.Decode("p.yaml", []byte("weeks: 8\nweeks: 12\n"))
	require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
		return strings.HasPrefix(f.Code, "DOC-") && f.Line == 2 && f.Severity == coaching.Error &&
			strings.Contains(f.Message, "weeks") && strings.Contains(f.Message, "line 1")
	}), "%v", fs)
}

// PIL-072, PIL-074 and C-13: what a feed's latency lets it be used for.
func TestLatency(t *testing.T) {
	tests := []struct {
		days int
		want string
	}{{1, ""}, {3, ""}, {4, "C-13 warning"}, {7, "C-13 warning"}, {8, "PIL-072 error"}, {27, "PIL-072 error"}, {28, "PIL-074 error"}, {30, "PIL-074 error"}}
	for _, tt := range tests {
		p := plan(t)
		p.Signals = p.Signals[2:]
		p.Signals[0].RefreshDays = tt.days
		var got strings.Builder
		for _, f := range p.Check() {
			if f.Path == "signals[0].refresh_days" {
				got.WriteString(f.Code + " " + f.Severity.String())
			}
		}
		require.Equal(t, tt.want, got.String(), "%d days", tt.days)
		p.Signals[0].Use = pilot.ForOutcome
		for _, f := range p.Check() {
			require.NotEqual(t, "signals[0].refresh_days", f.Path, "an outcome may be read at any cadence")
		}
	}
	for weeks, want := range map[int]int{8: 0, 12: 1, 16: 2} {
		p := plan(t)
		p.TemplateWeeks = weeks
		require.Equal(t, want, p.Readings(30), "%d weeks", weeks)
	}
}

// PIL-062: a lagging KPI wants a leading signal to act on beside it.
func TestLaggingKPIWantsALeadingSignal(t *testing.T) {
	p := plan(t)
	p.KPI.Class = signal.Lagging
	require.False(t, p.Check().Has("PIL-062"))
	for i := range p.Signals {
		p.Signals[i].Direction = ""
	}
	require.True(t, p.Check().Has("PIL-062"))
	require.False(t, p.Check().Blocked() && !p.Check().Has("PIL-062"))
	p.KPI.Class = signal.Leading
	require.False(t, p.Check().Has("PIL-062"))
}

// PIL-021, EX-11: the hypothesis of the document, in its words, is one.
func TestWorkedHypothesis(t *testing.T) {
	p := plan(t)
	before := p.Check()
	p.Hypothesis.Behaviour, p.Hypothesis.Text = "cross-team decision velocity", "improving cross-team decision velocity to reduce delivery cycle time"
	p.KPI.Definition, p.KPI.Unit, p.Hypothesis.Direction = "delivery cycle time", "days", pilot.Decrease
	require.Equal(t, before.Blocked(), p.Check().Blocked())
	require.False(t, p.Check().Has("PIL-020"))
	p.Hypothesis.Behaviour = ""
	require.True(t, p.Check().Has("PIL-020"))
}

// PIL-070, PIL-071, M-5: three levers; a weak or unknown one forces a learning sprint one step shorter.
func TestLevers(t *testing.T) {
	const a, w, u = pilot.Adequate, pilot.Weak, pilot.Unknown
	tests := []struct {
		levers   pilot.Levers
		weeks    int
		mode     pilot.Mode
		expected int
	}{
		{pilot.Levers{Data: a, Coach: a, Sponsor: a}, 16, pilot.PilotMode, 16},
		{pilot.Levers{Data: w, Coach: a, Sponsor: a}, 16, pilot.LearningSprint, 12},
		{pilot.Levers{Data: a, Coach: w, Sponsor: a}, 12, pilot.LearningSprint, 8},
		{pilot.Levers{Data: a, Coach: a, Sponsor: w}, 8, pilot.LearningSprint, 8},
		{pilot.Levers{Data: u, Coach: a, Sponsor: a}, 12, pilot.LearningSprint, 8},
		{pilot.Levers{Data: w, Coach: w, Sponsor: w}, 16, pilot.LearningSprint, 12},
		{pilot.Levers{}, 12, pilot.LearningSprint, 8}, // nothing rated is weak
	}
	for _, tt := range tests {
		p := plan(t)
		p.Levers, p.TemplateWeeks = tt.levers, tt.weeks
		mode, weeks := p.Effective()
		require.Equal(t, tt.mode, mode)
		require.Equal(t, tt.expected, weeks)
		require.Equal(t, tt.mode == pilot.LearningSprint, p.Check().Has("PIL-071"))
		p.Mode = pilot.LearningSprint
		for _, f := range p.Check() {
			require.False(t, f.Code == "PIL-071" && f.Severity == coaching.Error, "declared")
		}
	}
}

// PIL-080 to PIL-082: how many coaches, and what to say about their loads.
func TestCoachRatio(t *testing.T) {
	tests := []struct {
		leaders  int
		internal []int
		intSays  []string
		external []int
		extSays  []string
	}{
		{7, []int{4, 3}, []string{"PIL-080 warning", "PIL-081 info"}, []int{7}, []string{"PIL-080 warning", "PIL-082 info"}},
		{8, []int{4, 4}, nil, []int{8}, nil},
		{9, []int{5, 4}, nil, []int{9}, nil},
		{10, []int{5, 5}, nil, []int{10}, nil},
		{11, []int{6, 5}, nil, []int{6, 5}, []string{"PIL-082 info"}},
		{12, []int{6, 6}, nil, []int{6, 6}, []string{"PIL-082 info"}},
		{13, []int{5, 4, 4}, []string{"PIL-080 warning"}, []int{7, 6}, []string{"PIL-080 warning", "PIL-082 info"}},
	}
	pol := pilot.DefaultPolicy()
	for _, tt := range tests {
		loads, fs := pol.Loads(tt.leaders, pilot.InternalCoach)
		require.Equal(t, tt.internal, loads)
		require.Equal(t, tt.intSays, codes(fs), "%d internal", tt.leaders)
		loads, fs = pol.Loads(tt.leaders, pilot.ExternalCoach)
		require.Equal(t, tt.external, loads)
		require.Equal(t, tt.extSays, codes(fs), "%d external", tt.leaders)
	}
	for _, tt := range []struct {
		kind     pilot.CoachKind
		capacity int
		want     string
	}{{pilot.InternalCoach, 7, "PIL-081"}, {pilot.ExternalCoach, 11, "PIL-082"}} {
		p := plan(t)
		p.Cohort.Coaches[0].Kind, p.Cohort.Coaches[0].Capacity = tt.kind, tt.capacity
		fs := p.Check()
		require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
			return f.Code == tt.want && f.Severity == coaching.Warning && f.Path == "cohort.coaches[0].capacity"
		}), "%v", fs)
	}
}

// A 90-day experiment overruns every length; on 16 weeks it may be waived (C-11).
func TestLongExperiment(t *testing.T) {
	for weeks, want := range map[int]struct {
		over int
		sev  coaching.Severity
	}{8: {62, coaching.Error}, 12: {34, coaching.Error}, 16: {6, coaching.Warning}} {
		p := plan(t)
		p.TemplateWeeks = weeks
		p.Playbook[0].Experiment.Days = 90
		fs := p.Check()
		require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
			return f.Code == "PIL-056" && f.Severity == want.sev &&
				strings.Contains(f.Message, "2027-05-08") && strings.Contains(f.Message, fmt.Sprintf("%d days after", want.over))
		}), "%v", fs)
	}
}

// A number of the policy that differs from the playbook's is a warning.
func TestPolicyDifferences(t *testing.T) {
	require.Empty(t, pilot.DefaultPolicy().Differences())
	pol := pilot.DefaultPolicy()
	pol.MinLeaders = 4
	require.Equal(t, []string{"PIL-080 warning"}, codes(pol.Differences()))
	require.True(t, plan(t).CheckUnder(pol).Has("PIL-080"))
}

// Nothing that a program can put in a plan makes Check panic, the answer is
// sorted, and the plan is left alone.
func TestCheckSurvivesAnyPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anyPlan(t)
		before := p.Clone()
		fs := p.Check()
		sorted := slices.Clone(fs)
		sorted.Sort()
		require.Equal(t, sorted, fs)
		require.Equal(t, before, p)
	})
}

func anyPlan(t *rapid.T) *pilot.Plan {
	small := rapid.IntRange(-3, 40)
	word := rapid.SampledFrom([]string{"", "L01", "L02", "us", "staggered", "parallel", "x -> y -> z"})
	p := &pilot.Plan{TemplateWeeks: small.Draw(t, "weeks"), BaselineWeeks: small.Draw(t, "history")}
	if rapid.Bool().Draw(t, "dated") {
		p.Week0 = coaching.MustDate("2027-01-04").AddDays(small.Draw(t, "day"))
	}
	p.PeerLearning = rapid.SliceOfN(small, 0, 3).Draw(t, "peer weeks")
	p.WeekStart = rapid.SampledFrom([]string{"", "monday", "sunday"}).Draw(t, "start")
	p.Calendars = map[string]pilot.Calendar{"us": {Zone: "UTC", Holidays: []pilot.Holiday{{Date: p.Week0.AddDays(40)}}}}
	p.Design = pilot.Design{
		Kind: pilot.DesignKind(word.Draw(t, "kind")), Waves: small.Draw(t, "waves"),
		WaveStarts: rapid.SliceOfN(small, 0, 4).Draw(t, "starts"), SeedMessage: word.Draw(t, "seed"),
	}
	for range rapid.IntRange(0, 13).Draw(t, "leaders") {
		p.Cohort.Leaders = append(p.Cohort.Leaders, pilot.Leader{ID: word.Draw(t, "id"), Calendar: word.Draw(t, "cal"), Stratum: word.Draw(t, "stratum"), Experiment: word.Draw(t, "e")})
	}
	for range rapid.IntRange(0, 3).Draw(t, "coaches") {
		p.Cohort.Coaches = append(p.Cohort.Coaches, pilot.Coach{ID: word.Draw(t, "id"), Capacity: small.Draw(t, "capacity"), Kind: pilot.CoachKind(word.Draw(t, "kind"))})
	}
	for range rapid.IntRange(0, 5).Draw(t, "signals") {
		p.Signals = append(p.Signals, pilot.Signal{ID: word.Draw(t, "id"), RefreshDays: small.Draw(t, "refresh"), Path: word.Draw(t, "path")})
	}
	p.KPI = pilot.KPI{ID: word.Draw(t, "kpi"), MinEffect: word.Draw(t, "min"), CadenceDays: small.Draw(t, "cadence")}
	p.Snapshot = pilot.Snapshot{PerWeek: small.Draw(t, "per week"), MinGroup: small.Draw(t, "group"), Unit: "wave"}
	return p
}

// A program may build a plan without a document: Check refuses the words and
// the ids that a document could not have held (DOC-VALUE, DOC-ID).
func TestCheckWordsOfBuiltPlans(t *testing.T) {
	for path, change := range map[string]func(*pilot.Plan){
		"mode":                 func(p *pilot.Plan) { p.Mode = "sprint" },
		"levers.coach":         func(p *pilot.Plan) { p.Levers.Coach = "fine" },
		"signals[1].use":       func(p *pilot.Plan) { p.Signals[1].Use = "outcomes" },
		"signals[0].direction": func(p *pilot.Plan) { p.Signals[0].Direction = "up" },
		"design.strata":        func(p *pilot.Plan) { p.Design.Strata = "blocks" },
		"snapshot.unit":        func(p *pilot.Plan) { p.Snapshot.Unit = "leader" },
		"snapshot.weekdays[1]": func(p *pilot.Plan) { p.Snapshot.Weekdays[1] = "friday" },
		"purpose":              func(p *pilot.Plan) { p.Purpose = "" },
		"cohort.leaders[3].id": func(p *pilot.Plan) { p.Cohort.Leaders[3].ID = "=1+1" },
		"cohort.coaches[0].id": func(p *pilot.Plan) { p.Cohort.Coaches[0].ID = "C\r\n1" },
		"id":                   func(p *pilot.Plan) { p.ID = "" },
	} {
		p := plan(t)
		change(p)
		i := slices.IndexFunc(p.Check(), func(f coaching.Finding) bool {
			return f.Path == path && (f.Code == "DOC-VALUE" || f.Code == "DOC-ID") && f.Severity == coaching.Error
		})
		require.GreaterOrEqual(t, i, 0, "%s: %v", path, p.Check())
	}
}
