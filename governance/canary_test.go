package governance

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Loading asks the canaries of every policy of up to 200 rules, after the
// invariants of its file. Where it did not ask, they stand there as unproved, so
// that nobody takes the proof for one of them; asked, the same policy proves them.
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
		asked []string
	}{
		{"no invariants", ruleBook(16), append(slices.Clone(canaries), absenceID), nil},
		{"invariants", ruleBook(16, own), append(append([]string{"never.raw"}, canaries...), absenceID), nil},
		{"too many rules", ruleBook(maxSurveyRules + 1), append(slices.Clone(canaries), absenceID), []string{}},
		{"too many rules with invariants", ruleBook(maxSurveyRules+1, own), append(append([]string{"never.raw"}, canaries...), absenceID), []string{"never.raw", absenceID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if testing.Short() && len(tt.asked) == 2 {
				t.Skip("proves for seconds; go test without -short runs it")
			}
			p, report, err := Parse("book.json", tt.data)
			require.NoError(t, err)
			got, proved := []string{}, []string{}
			for _, r := range report.Proof.Results {
				got = append(got, r.ID)
				if r.Verdict == Proved {
					proved = append(proved, r.ID)
					continue
				}
				require.Contains(t, r.Why, "not asked")
				require.Contains(t, report.Text(), "unproved "+r.ID)
			}
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.asked == nil, report.Proof.Holds())
			require.Equal(t, tt.asked == nil, report.Surveyed)
			require.Equal(t, tt.asked != nil, strings.Contains(report.Text(), "Not looked into"))
			require.Equal(t, tt.asked == nil || len(tt.asked) > 0, strings.Contains(report.Text(), "Requests fall into"))
			if tt.asked == nil {
				tt.asked = tt.want
			}
			require.Equal(t, tt.asked, proved)
			require.Equal(t, p.Digest(), report.Proof.PolicyDigest)
		})
	}
}
