package signal

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// The signals of four leaders' cases come from the catalogue alone: two to four,
// one outcome, none that blocks. The case's own names for them are those of its
// fixture, whose kind and whose warning about a pack of one kind must be the same.
func TestCasesLoadFromTheCatalogue(t *testing.T) {
	tests := []struct {
		id, fixture, outcome string
		signals              map[string]string // the fixture's name to the catalogue's
		proprietary          string            // the one whose model nobody outside the vendor sees
	}{
		{id: "EX-01", fixture: "vp_sales", outcome: "avoidable exits", signals: map[string]string{
			"direct_report_churn": "direct_report_churn", "cross_functional_meeting_attendance": "cross_functional_meeting_attendance",
		}},
		{id: "EX-02", fixture: "engineering_leader", outcome: "release cycle time", signals: map[string]string{
			"review_loop_length": "review_loop_length", "async_documentation_level": "async_documentation",
		}},
		{id: "EX-03", fixture: "head_of_cs", outcome: "account NPS", signals: map[string]string{
			"team_churn_risk": "attrition_risk", "account_nps": "account_nps_trend",
		}, proprietary: "attrition_risk"},
		{id: "EX-08", fixture: "director_cohort", outcome: "delivery predictability", signals: map[string]string{ // SIG-032 too
			"collaboration_density": "collaboration_density", "pulse_excerpts": "pulse_excerpts", "team_feedback_themes": "feedback_themes",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			var ids []string
			for _, id := range tt.signals {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			definitions, fs := FromCatalogue(tt.outcome, ids...)
			require.NoError(t, fs.Err())
			require.Len(t, definitions, len(tt.signals))

			// What a pack says about the set, before data and judgements.
			pack := PackSpec{Programme: tt.fixture, Outcome: tt.outcome, Leader: person(t, "L")}
			for _, d := range definitions {
				require.Equal(t, tt.outcome, d.Path.Outcome)
				require.Equal(t, d.ID == tt.proprietary, d.Trace == ModelScore, d.ID)
				pack.Signals = append(pack.Signals, PackSignal{Baselines: &Baselines{series: &Series{definition: d}}})
			}
			_, fs = NewPack(pack)
			for _, code := range []string{"SIG-003", "SIG-004", "SIG-006", "SIG-033"} {
				require.False(t, fs.Has(code), "%s: %v", code, fs)
			}
			blended := !fs.Has("SIG-021")
			require.Equal(t, tt.id == "EX-08", blended)

			kinds := fixtureKinds(t, tt.fixture)
			require.Len(t, kinds, len(tt.signals))
			for name, kind := range kinds {
				i := slices.IndexFunc(definitions, func(d Definition) bool { return d.ID == tt.signals[name] })
				require.GreaterOrEqual(t, i, 0, name)
				require.Equal(t, kind, definitions[i].Kind.String(), name)
			}
		})
	}
}

// fixtureKinds returns the signals of a fixture with their kinds, where the
// reference files are.
func fixtureKinds(t *testing.T, name string) map[string]string {
	t.Helper()
	path := datadir.Find(t, "fixtures/pilot/"+name+".yaml")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	node, fs := yaml.ParseFile(path, data)
	require.NoError(t, fs.Err())
	kinds := map[string]string{}
	for _, section := range node.Members {
		if section.Key != "input" {
			continue
		}
		for _, member := range section.Value.Members {
			if member.Key != "signals" {
				continue
			}
			for _, item := range member.Value.Items {
				fields := map[string]string{}
				for _, f := range item.Members {
					fields[f.Key] = f.Value.Text
				}
				kinds[fields["id"]] = fields["class"]
			}
		}
	}
	return kinds
}
