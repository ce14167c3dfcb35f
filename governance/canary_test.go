package governance

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Loading asks the canaries of every policy of up to 200 rules, after the
// invariants of its file, and says so where it did not ask.
func TestLoadAsksTheCanaries(t *testing.T) {
	const own = `"invariants":[{"id":"never.raw","code":"GOV-013","never":"subject.role == \"coach\" && action == \"view\" && resource.type == \"trace\""}]`
	canaries := []string{}
	for _, v := range Canaries() {
		canaries = append(canaries, v.ID)
	}
	tests := []struct {
		name  string
		data  []byte
		want  []string
		asked bool
	}{
		{"no invariants", ruleBook(16), append(slices.Clone(canaries), absenceID), true},
		{"invariants", ruleBook(16, own), append(append([]string{"never.raw"}, canaries...), absenceID), true},
		{"too many rules", ruleBook(maxSurveyRules + 1), nil, false},
		{"too many rules with invariants", ruleBook(maxSurveyRules+1, own), []string{"never.raw", absenceID}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && len(tt.want) == 2 {
				t.Skip("proves for seconds; go test without -short runs it")
			}
			_, report, err := Parse("book.json", tt.data)
			require.NoError(t, err)
			var got []string
			if report.Proof != nil {
				require.True(t, report.Proof.Holds(), report.Proof.Text())
				for _, r := range report.Proof.Results {
					got = append(got, r.ID)
				}
			}
			require.Equal(t, tt.want, got)
			const not = "The canaries were not asked"
			if tt.asked {
				require.NotContains(t, report.Text(), not)
			} else {
				require.Contains(t, report.Text(), not)
			}
		})
	}
}
