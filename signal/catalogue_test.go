package signal

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every built-in definition passes its own checks, and each source class that
// SIG-016 to SIG-020 name has its metrics.
func TestCatalogue(t *testing.T) {
	definitions, fs := Catalogue()
	require.NoError(t, fs.Err())
	require.Len(t, definitions, 24)
	for _, f := range fs {
		require.Equal(t, "SIG-026", f.Code, f.String()) // slow feeds are for outcomes only, and say so
	}
	sources := map[string]Source{
		"cross_team_meeting_share": CollaborationMetadata, "after_hours_message_ratio": CollaborationMetadata,
		"peer_coaching_readiness": SurveyAnswers, "leadership_effectiveness_delta": SurveyAnswers,
		"attrition_risk": PeopleAnalytics, "promotion_velocity": PeopleAnalytics,
		"team_cycle_time": BusinessKPI, "account_nps_trend": BusinessKPI,
		"microlearning_completion": Learning, "goal_completion": Learning,
	}
	for i, d := range definitions {
		if want, ok := sources[d.ID]; ok {
			require.Equal(t, want, d.Source, d.ID)
			delete(sources, d.ID)
		}
		require.True(t, i == 0 || definitions[i-1].ID < d.ID, "sorted")
	}
	require.Empty(t, sources)
}

func TestParseDefinitionsSaysWhere(t *testing.T) {
	good := string(catalogueFile)
	require.Contains(t, good, `"id": "account_nps_trend"`)
	for name, edit := range map[string]struct{ old, new, code string }{
		"SIG-DEF repeated id": {`"id": "after_hours_message_ratio"`, `"id": "account_nps_trend"`, "SIG-DEF"},
		"SIG-DEF identifier":  {`"id": "account_nps_trend"`, `"id": "Account"`, "SIG-DEF"},
		"SIG-005":             {`"behaviour": "write decisions`, `"behaviour": "write; decisions`, "SIG-005"},
		"version":             {"signal-catalogue/v1", "signal-catalogue/v9", ""},
		"unknown key":         {`"unit"`, `"units"`, ""},
		"number":              {`"low": "-100"`, `"low": -100`, ""},
	} {
		changed := bytes.Replace([]byte(good), []byte(edit.old), []byte(edit.new), 1)
		require.NotEqual(t, good, string(changed), name)
		definitions, fs := ParseDefinitions("d.json", changed)
		require.Nil(t, definitions, name)
		require.True(t, fs.Blocked(), name)
		for f := range fs.Blocking() {
			require.Positive(t, f.Line, "%s: %s", name, f)
		}
		if edit.code != "" {
			require.True(t, fs.Has(edit.code), "%s: %v", name, fs)
		}
	}
}

func FuzzParseDefinitions(f *testing.F) {
	f.Add(catalogueFile)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, file := range []string{"d.json", "d.yaml"} {
			definitions, fs := ParseDefinitions(file, data)
			require.Equal(t, fs.Blocked(), definitions == nil)
		}
	})
}
