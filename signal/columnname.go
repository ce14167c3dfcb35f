package signal

import (
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

// legacyColumns maps names of today's Viva Insights person query to what the
// former Workplace Analytics called the same figure, the closest one first.
var legacyColumns = map[string][]string{
	"MetricDate": {"Date"},
	"Meeting_and_call_hours_with_manager_1_1": {"Meeting_hours_with_manager_1_on_1", "Meeting_hours_with_manager_1_1"},
	"Meeting_and_call_hours_with_manager":     {"Meeting_hours_with_manager"},
	"Meeting_and_call_hours_with_skip_level":  {"Meeting_hours_with_skip_level"},
	"Multitasking_hours":                      {"Multitasking_meeting_hours"},
	"Network_outside_organisation":            {"Networking_outside_organization", "Network_outside_organization"},
	"Network_outside_company":                 {"Networking_outside_company"},
	"External_collaboration_hours":            {"Collaboration_hours_external"},
	"Collaboration_hours":                     {"Collaboration_hrs"},
	"Chat_hours":                              {"Instant_Message_hours"},
	"Calls":                                   {"Total_calls"},
}

// findColumn returns the position of the wanted column: by its name, then
// without regard to case, then by a legacy name. Two columns that answer to the
// same name are ambiguous; -1 is not found, -2 ambiguous.
func findColumn(header []string, wanted string) int {
	names := append([]string{wanted}, legacyColumns[columnKey(wanted)]...)
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

// nearestColumn returns the header closest in spelling to the wanted name.
func nearestColumn(header []string, wanted string) string {
	key := strings.ToLower(columnKey(wanted))
	best, least := "", -1
	for _, h := range header {
		if d := document.Distance(key, strings.ToLower(columnKey(h))); least < 0 || d < least {
			best, least = h, d
		}
	}
	return best
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
