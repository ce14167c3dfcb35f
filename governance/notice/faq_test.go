package notice

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// Were the floors of the code ever lower, the answers would say so: no policy can
// make these terms today.
func TestAnswersOfWeakTerms(t *testing.T) {
	terms := func(coach, sponsor Reach) Terms {
		coded := Reach{May: true, Agreed: true, Own: true}
		return Terms{Group: 3, Access: []Access{
			{Role: coaching.Coach, Identity: coach, Coded: coded, Raw: Reach{May: true}},
			{Role: coaching.LDSponsor, Identity: Reach{May: true, OptIn: true, Approvals: 2}},
			{Role: coaching.Sponsor, Identity: sponsor},
		}}
	}
	for _, tt := range []struct {
		reach          Reach
		coach, sponsor string
		name           string
	}{
		{
			Reach{May: true, OptIn: true},
			"A short summary of the figures that you agreed to. Other coaches do not see it. Coaches learn whom a code stands for only if that person has said yes before.",
			"No figure about you alone. Sponsors learn whom a code stands for only if that person has said yes before.",
			"In the cases that the notice lists.",
		},
		{
			Reach{May: true, Approvals: 1},
			"A short summary of figures about you. Coaches can see data with your name once one person has approved it. Nobody has to ask you.",
			"Sponsors of the programme can see figures about you. Sponsors can see data with your name once one person has approved it. Nobody has to ask you.",
			"In the cases that the notice lists.",
		},
		{
			Reach{May: true},
			"A short summary of figures about you. Coaches can see data with your name.",
			"Sponsors of the programme can see figures about you. Sponsors can see data with your name.",
			"In the cases that the notice lists.",
		},
	} {
		got := terms(tt.reach, tt.reach)
		require.Equal(t, tt.coach, got.coachAnswer())
		require.Equal(t, tt.sponsor, got.sponsorAnswer())
		require.Equal(t, tt.name, got.nameAnswer())
		require.Equal(t, "Raw records are open only to coaches, who check that the figures are right and the rules are kept.", got.rawAnswer())
	}
	require.Equal(t, "Never.", Terms{}.nameAnswer())
}
