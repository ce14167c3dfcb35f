package signal

import (
	"slices"
	"strings"

	"github.com/coachgov/coaching/internal/document"
)

// columnKey normalises a column name as Microsoft's vivainsights package cleans
// headers: space, hyphen, colon, comma, brackets and dot become underscores.
func columnKey(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -:,().[]", r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(name))
}

// renamedColumns are the names that one figure has had: in today's Viva Insights,
// in the former Workplace Analytics, and in its Ways of Working queries. Any of
// them finds any other, the earlier ones in a row first.
var renamedColumns = [...][]string{
	{"MetricDate", "Date"},
	{"Collaboration_hours", "Collaboration_hrs"},
	{"External_collaboration_hours", "Collaboration_hours_external"},
	{"Chat_hours", "Instant_Message_hours"},
	{"Chats_sent", "Instant_messages_sent"},
	{"Calls", "Total_calls"},
	{"After_hours_call_hours", "After_hours_in_calls"},
	{"Working_hours_call_hours", "Working_hours_in_calls"},
	{"Multitasking_hours", "Multitasking_meeting_hours"},
	{"Meetings_with_manager_1_1", "Meetings_with_manager_1_on_1"},
	{"Meeting_hours_with_manager_1_1", "Meeting_hours_with_manager_1_on_1"},
	{"Network_outside_organisation", "Network_outside_organization", "Networking_outside_organization"},
	{"Network_outside_company", "Networking_outside_company"},
}

// legacyColumns maps names of today's Viva Insights to the closest figure of the
// former Workplace Analytics, which counts less: meetings without calls. It finds
// in that direction only.
var legacyColumns = map[string][]string{
	"Meeting_and_call_hours_with_manager_1_1": {"Meeting_hours_with_manager_1_on_1", "Meeting_hours_with_manager_1_1"},
	"Meeting_and_call_hours_with_manager":     {"Meeting_hours_with_manager"},
	"Meeting_and_call_hours_with_skip_level":  {"Meeting_hours_with_skip_level"},
}

// otherNames returns the names under which the wanted column may also be found,
// the closest one first.
func otherNames(wanted string) []string {
	key := columnKey(wanted)
	for _, names := range renamedColumns {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, key) }) {
			return names
		}
	}
	return legacyColumns[key]
}

// findColumn returns the position of the wanted column: by its name, then
// without regard to case, then by another name of it. Two columns that answer to the
// same name are ambiguous; -1 is not found, -2 ambiguous.
func findColumn(header []string, wanted string) int {
	names := append([]string{wanted}, otherNames(wanted)...)
	for _, name := range names {
		key := columnKey(name)
		for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
			found := -1
			for i, h := range header {
				if same(columnKey(h), key) {
					if found >= 0 {
						return -2
					}
					found = i
				}
			}
			if found >= 0 {
				return found
			}
		}
	}
	return -1
}

// nearestColumn returns the position of the header closest in spelling to the
// wanted name, and how many letters they differ in.
func nearestColumn(header []string, wanted string) (at, distance int) {
	key := strings.ToLower(columnKey(wanted))
	distance = -1
	for i, h := range header {
		if d := document.Distance(key, strings.ToLower(columnKey(h))); distance < 0 || d < distance {
			at, distance = i, d
		}
	}
	return at, distance
}

// clip shortens a name from a header for a message.
func clip(name string) string {
	const most = 64
	if len(name) <= most {
		return name
	}
	return strings.ToValidUTF8(name[:most], "") + "..."
}

// repeated returns the positions of the first name that occurs before it under
// another or the same spelling, as (earlier, later); later is 0 when none does.
func repeated(names []string) (earlier, later int) {
	seen := make(map[string]int, len(names))
	for i, n := range names {
		key := columnKey(n)
		if first, ok := seen[key]; ok {
			return first, i
		}
		seen[key] = i
	}
	return 0, 0
}
