package signal

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
)

// Whatever name of a figure is asked for, the column is found under whatever
// name the export gives it; its own name is preferred where both are there.
func TestFindColumnKnowsEveryName(t *testing.T) {
	seen := map[string]bool{}
	for _, names := range renamedColumns {
		for i, wanted := range names {
			require.False(t, seen[strings.ToLower(wanted)], "%s names two figures", wanted)
			seen[strings.ToLower(wanted)] = true
			for j, header := range names {
				require.Equal(t, 1, findColumn([]string{"x", header}, wanted), "%s in %s", wanted, header)
				require.Equal(t, 1, findColumn([]string{"x", strings.ToUpper(strings.ReplaceAll(header, "_", " "))}, wanted))
				if i != j {
					require.Equal(t, 2, findColumn([]string{"x", header, wanted}, wanted))
				}
			}
			require.Equal(t, -2, findColumn([]string{strings.ToUpper(wanted), strings.ToLower(wanted)}, wanted[:1]+strings.ToUpper(wanted[1:2])+wanted[2:]))
		}
	}
	// A figure that counts less stands in for one that counts more, never the
	// reverse: hours without calls are not hours with calls.
	require.Equal(t, 0, findColumn([]string{"Meeting_hours_with_manager"}, "Meeting_and_call_hours_with_manager"))
	require.Equal(t, -1, findColumn([]string{"Meeting_and_call_hours_with_manager"}, "Meeting_hours_with_manager"))
	require.Equal(t, -1, findColumn([]string{"Meeting_hours"}, "Meeting_and_call_hours"))
	for modern, legacy := range legacyColumns {
		require.False(t, seen[strings.ToLower(modern)], modern)
		for _, l := range legacy {
			require.Equal(t, 0, findColumn([]string{l}, modern))
		}
	}
}

// Today's names read the real exports of the former product, and the other way
// round.
func TestFindColumnInRealHeaders(t *testing.T) {
	for name, wanted := range map[string][]string{
		"wpa_dv_data.csv":  {"MetricDate", "External_collaboration_hours", "Chat_hours", "Chats_sent", "Calls", "After_hours_call_hours", "Working_hours_call_hours", "Multitasking_hours", "Meetings_with_manager_1_1", "Meeting_and_call_hours_with_manager_1_1", "Network_outside_organisation", "Network_outside_company"},
		"wpa_sq_data.csv":  {"metricdate", "Collaboration hours", "Instant_message_hours", "Network outside organization", "Collaboration_hrs"},
		"viva_pq_data.csv": {"Date", "Collaboration_hrs", "Collaboration_hours_external", "Instant_Message_hours", "Total_calls", "Multitasking_meeting_hours", "Networking_outside_organization"},
		"wpa_em_data.csv":  {"PersonId", "MetricDate", "IMs_sent_23_24"},
	} {
		header, err := csv.NewReader(strings.NewReader(dataFile(t, name))).Read()
		require.NoError(t, err)
		var found []int
		for _, w := range wanted {
			at := findColumn(header, w)
			require.GreaterOrEqual(t, at, 0, "%s in %s", w, datadir.Find(t, "data/"+name))
			found = append(found, at)
		}
		slices.Sort(found)
		require.LessOrEqual(t, len(found)-len(slices.Compact(slices.Clone(found))), 1, name)
	}
}
