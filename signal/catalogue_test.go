package signal

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
)

// inCatalogue returns the built-in definition with this ID.
func inCatalogue(t testing.TB, id string) Definition {
	t.Helper()
	definitions, fs := FromCatalogue("sprint predictability", id)
	require.NoError(t, fs.Err())
	require.Len(t, definitions, 1)
	return definitions[0]
}

// Every built-in definition passes its own checks. What is left to say is that a
// slow feed is for outcomes only. No entry is raw calendar density (SIG-008), and
// each states what SIG-001, SIG-009 and SIG-010 ask for.
func TestCatalogue(t *testing.T) {
	definitions, fs := Catalogue()
	require.NoError(t, fs.Err())
	require.Equal(t, 32, len(definitions))
	for _, f := range fs {
		require.Equal(t, "SIG-026", f.Code, f.String())
	}
	for i, d := range definitions {
		require.True(t, i == 0 || definitions[i-1].ID < d.ID, "sorted")
		require.NotEqual(t, Raw, d.Class, d.ID)
		require.NotNil(t, d.Range, d.ID)
		require.Positive(t, d.resolution(), d.ID)
	}
}

// SIG-016 to SIG-020: each class of source has the two metrics that stand for it,
// by the words with which they are known.
func TestCatalogueHasTheMetricsOfEachSource(t *testing.T) {
	for rule, tt := range map[string]struct {
		source  Source
		metrics map[string]string
	}{
		"SIG-016": {CollaborationMetadata, map[string]string{"cross_team_meeting_share": "Cross-team meeting share", "after_hours_message_ratio": "After-hours message ratio"}},
		"SIG-017": {SurveyAnswers, map[string]string{"peer_coaching_readiness": "Peer coaching readiness", "leadership_effectiveness_delta": "Leadership effectiveness delta"}},
		"SIG-018": {PeopleAnalytics, map[string]string{"attrition_risk": "Direct-report attrition risk", "promotion_velocity": "Promotion velocity"}},
		"SIG-019": {BusinessKPI, map[string]string{"team_cycle_time": "Team cycle time", "account_nps_trend": "Account NPS trend"}},
		"SIG-020": {Learning, map[string]string{"microlearning_completion": "microlearning completion", "goal_completion": "Goal completion rate"}},
	} {
		t.Run(rule, func(t *testing.T) {
			for id, name := range tt.metrics {
				d := inCatalogue(t, id)
				require.Equal(t, tt.source, d.Source, id)
				require.Contains(t, d.Name, name)
			}
		})
	}
}

// SIG-001: what a figure is made of, source by source. The two examples of people
// analytics differ: one is a model's score, the other a record. The three
// behaviours that leave traces have an entry each.
func TestCatalogueTraceClasses(t *testing.T) {
	definitions, _ := Catalogue()
	for _, d := range definitions {
		want := map[Source]TraceClass{
			CollaborationMetadata: DigitalTrace, SurveyAnswers: StatedAnswer, Interview: StatedAnswer,
			PeopleAnalytics: RecordedOutcome, BusinessKPI: RecordedOutcome, Learning: RecordedOutcome,
		}[d.Source]
		if d.ID == "attrition_risk" {
			want = ModelScore
			require.Equal(t, High, d.Opacity)
			require.NotEmpty(t, d.Restriction)
		}
		require.Equal(t, want, d.Trace, d.ID)
	}
	for _, id := range []string{"meeting_cadence", "response_time", "collaboration_density"} {
		require.Equal(t, DigitalTrace, inCatalogue(t, id).Trace)
	}
}

// SIG-031: every entry says in the file whether it leads or lags, and a file that
// does not say is refused.
func TestCatalogueTiming(t *testing.T) {
	lagging := []string{
		"account_nps_trend", "attrition_risk", "direct_report_churn", "feedback_themes", "goal_completion", "leadership_effectiveness_delta",
		"peer_coaching_readiness", "promotion_velocity", "revenue_per_fte", "speak_my_mind", "team_cycle_time",
	}
	definitions, _ := Catalogue()
	for _, d := range definitions {
		require.Equal(t, slices.Contains(lagging, d.ID), d.Timing == Lagging, d.ID)
	}
	for _, word := range []string{"leading", "lagging"} {
		unsaid := strings.Replace(string(catalogueFile), `   "timing": "`+word+"\",\n", "", 1)
		require.NotEqual(t, string(catalogueFile), unsaid)
		none, fs := ParseDefinitions("d.json", []byte(unsaid))
		require.Nil(t, none)
		require.True(t, fs.Blocked())
		require.Equal(t, "signals["+map[string]string{"leading": "1", "lagging": "0"}[word]+"].timing", fs[0].Path)
	}
}

// The 24 signals of the reference catalogue, entry by entry. Where this one
// differs, the reason stands here.
func TestCatalogueAgreesWithTheReference(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/catalogue.json"))
	require.NoError(t, err)
	var reference struct {
		Signals []struct {
			ID, Name, Kind, Unit, Direction, Cadence, Grain, Explain, Restriction string
			DataClass                                                             string `json:"data_class"`
			Expr                                                                  struct {
				Op        string
				Num, Den  []string
				Threshold float64
				Legacy    []string
			}
			Range      []float64
			Path       CausalPath `json:"causal_path"`
			ProxyRisk  []string   `json:"proxy_risk"`
			BlindSpots []string   `json:"blind_spots"`
		}
	}
	require.NoError(t, json.Unmarshal(data, &reference))
	require.Len(t, reference.Signals, 24)

	differs := map[string]string{ // what this catalogue has, and why
		"cross_team_meeting_share.direction": "context",                           // the programme sets the band
		"async_share.direction":              "context",                           // the programme sets the band
		"skip_level_hours.direction":         "context",                           // the programme sets the band
		"promotion_velocity.direction":       "context",                           // the programme sets the band
		"revenue_per_fte.direction":          "context",                           // nothing a leader steers may be called an improvement
		"slack_dm_share.cadence":             "weekly",                            // days are rolled up into weeks
		"peer_coaching_readiness.cadence":    "quarterly",                         // a cycle is no fixed distance; a quarter is the usual one
		"feedback_themes.cadence":            "quarterly",                         // as above
		"slack_dm_share.grain":               "leader",                            // one row per workspace: aggregated by the source
		"revenue_per_fte.grain":              "leader",                            // one row per business unit
		"cross_team_meeting_share.grain":     "leader",                            // one row per group
		"account_nps_trend.grain":            "leader",                            // one row per account team
		"team_cycle_time.grain":              "leader",                            // one row per project
		"cross_team_meeting_share.num":       "Group_meeting_time_invested_cross", // a column instead of a condition
		"team_cycle_time.num":                "cycle_time_days_median",            // the reader takes the median of a project's week
	}
	definitions, _ := Catalogue()
	for _, want := range reference.Signals {
		i := slices.IndexFunc(definitions, func(d Definition) bool { return d.ID == want.ID })
		require.GreaterOrEqual(t, i, 0, want.ID)
		d := definitions[i]
		same := func(field, want, got string) {
			t.Helper()
			key := d.ID + "." + field
			if other, ok := differs[key]; ok {
				require.NotEqual(t, want, got, "%s no longer differs", key)
				delete(differs, key)
				want = other
			}
			require.Equal(t, want, got, key)
		}
		same("name", want.Name, d.Name)
		same("kind", want.Kind, d.Kind.String())
		same("unit", want.Unit, d.Unit)
		same("direction", want.Direction, d.Direction.String())
		same("cadence", want.Cadence, d.Cadence.String())
		same("grain", want.Grain, d.Grain.String())
		same("op", want.Expr.Op, d.Expr.Op.String())
		same("num", strings.Join(want.Expr.Num, "+"), strings.Join(d.Expr.Num, "+"))
		same("den", strings.Join(want.Expr.Den, "+"), strings.Join(d.Expr.Den, "+"))
		same("restriction", want.Restriction, d.Restriction)
		require.Equal(t, want.Expr.Threshold, d.Expr.Threshold, d.ID)
		require.Equal(t, &Band{want.Range[0], want.Range[1]}, d.Range, d.ID)
		require.NotEmpty(t, d.ProxyRisks, d.ID)
		for _, risk := range want.ProxyRisk {
			require.True(t, slices.Contains(d.ProxyRisks, risk) || strings.Contains(strings.Join(d.ProxyRisks, " "), strings.Fields(risk)[0]), "%s lacks the proxy risk %q", d.ID, risk)
		}
		require.GreaterOrEqual(t, len(d.BlindSpots), len(want.BlindSpots), d.ID)
		require.NotEmpty(t, d.Behaviour, d.ID)
		require.NotEmpty(t, d.Path.Outcome, d.ID)
		for _, name := range want.Expr.Legacy {
			// The export that has this one beside the other 1:1 column gives another
			// figure for 35 % of its rows: it is no other name for the same thing.
			if name != "Manager_coaching_hours_1_on_1" {
				require.Zero(t, findColumn([]string{name}, d.Expr.Num[0]), "%s: a file with %s", d.ID, name)
			}
		}
		if d.Grain == Leader && want.DataClass != "business_kpi" && d.Source != CollaborationMetadata {
			require.Equal(t, Pseudonymous, d.Class, d.ID)
		}
	}
	require.Empty(t, differs, "a stated difference is none")
}

// columnsOfMappings are what the entries read that no public export has and a built-in
// mapping makes.
var columnsOfMappings = []string{
	"attrition_risk", "months_since_last_promotion", "voluntary_exits", "headcount", "nps", "revenue", "fte", "completed", "assigned",
	"goals_done", "goals_due", "theme", "excerpt", "peer_coaching_readiness", "review_turnaround_hours", "review_loop_hours",
	"response_time_hours", "docs_written", "cross_functional_meetings_attended", "cross_functional_meetings_invited",
}

// The columns that an entry reads are those of a real export, of this package's
// own roll-ups of one, or of a mapping.
func TestCatalogueNamesRealColumns(t *testing.T) {
	header := func(name string) []string {
		file, err := os.Open(datadir.Find(t, "data/"+name))
		require.NoError(t, err)
		defer file.Close()
		row, err := csv.NewReader(file).Read()
		require.NoError(t, err)
		return row
	}
	viva, legacy := header("viva_pq_data.csv"), header("wpa_sq_data.csv")
	slack := header("slack_workspace_analytics_nhsr.csv")
	rollups := []string{"Group_meeting_time_invested_cross", "Group_meeting_time_invested", "cycle_time_days_median", "recurring_meetings", "meetings"}
	used := map[string]bool{}
	definitions, _ := Catalogue()
	for _, d := range definitions {
		for _, column := range d.Expr.Columns() {
			used[column] = true
			if !slices.ContainsFunc([][]string{viva, legacy, slack, rollups, columnsOfMappings}, func(names []string) bool { return slices.Contains(names, column) }) {
				require.Fail(t, "an unknown column", "%s reads %s", d.ID, column)
			}
		}
	}
	for _, column := range slices.Concat(rollups, columnsOfMappings) {
		require.True(t, used[column], "%s is read by no entry", column)
	}
}

// SIG-014: what a coach reads about a median over people says that it is one, and
// a figure of the reports' reports says whose team it wants.
func TestCatalogueExplainsWhatIsComputed(t *testing.T) {
	definitions, _ := Catalogue()
	for _, d := range definitions {
		if d.Expr.Op == Median && d.Grain == Team && d.Unit == "hours" {
			require.Contains(t, d.Explain, "the median over", d.ID)
		}
	}
	require.Contains(t, inCatalogue(t, "skip_level_hours").Explain, "reports of the leader's reports")
}

// The entries come in the order asked for and serve the programme's outcome; an
// unknown or repeated ID gives none at all.
func TestFromCatalogue(t *testing.T) {
	definitions, fs := FromCatalogue(" release cycle time ", "team_cycle_time", "async_documentation")
	require.NoError(t, fs.Err())
	require.Equal(t, "team_cycle_time", definitions[0].ID)
	require.Equal(t, "async_documentation", definitions[1].ID)
	for _, d := range definitions {
		require.Equal(t, "release cycle time", d.Path.Outcome)
	}
	for name, tt := range map[string]struct {
		outcome string
		ids     []string
		code    string
		path    string
		message string
	}{
		"SIG-DEF unknown":  {"x", []string{"async_documentation", "asynch_documentation"}, "SIG-DEF", "ids[1]", "the catalogue has no such signal, did you mean async_documentation?"},
		"SIG-DEF a person": {"x", []string{"Jane Doe, Sales"}, "SIG-DEF", "ids[0]", "the catalogue has no such signal"},
		"SIG-DEF twice":    {"x", []string{"team_cycle_time", "team_cycle_time"}, "SIG-DEF", "ids[1]", "the signal is asked for twice"},
		"SIG-007":          {" ", []string{"team_cycle_time"}, "SIG-007", "team_cycle_time.path", "the causal path lacks its outcome"},
		"SIG-012":          {strings.Repeat("x", 200), []string{"team_cycle_time"}, "SIG-012", "team_cycle_time.path", ""},
	} {
		definitions, fs := FromCatalogue(tt.outcome, tt.ids...)
		require.Nil(t, definitions, name)
		require.Len(t, fs, 1, name)
		require.Equal(t, tt.code, fs[0].Code, name)
		require.Equal(t, tt.path, fs[0].Path, name)
		if tt.message != "" {
			require.Equal(t, tt.message, fs[0].Message, name)
		}
	}
	// One caller's changes are not seen by the next.
	definitions, _ = FromCatalogue("x", "team_cycle_time")
	definitions[0].Expr.Num[0], definitions[0].Range.High = "spoiled", -1
	require.Equal(t, "cycle_time_days_median", inCatalogue(t, "team_cycle_time").Expr.Num[0])
}
