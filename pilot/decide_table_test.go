package pilot

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// decisions is the table as it was agreed before the code was written: the first
// row that matches decides. A criterion that a row does not name may have any
// value.
var decisions = []struct {
	when map[string]string
	want Outcome
}{
	{map[string]string{"invalid": "true"}, Invalid},
	{map[string]string{"A6": "fail"}, NoGo},
	{map[string]string{"harmed": "true"}, NoGo},
	{map[string]string{"sprint": "true", "A1": "pass"}, ProceedToPilot},
	{map[string]string{"sprint": "true", "A1": "fail", "A3": "pass", "A7": "pass"}, Stop},
	{map[string]string{"sprint": "true"}, Repeat},
	{map[string]string{"any": "missing"}, Inconclusive},
	{map[string]string{"A3": "fail"}, Inconclusive},
	{map[string]string{"A4": "fail"}, Inconclusive},
	{map[string]string{"A5": "fail"}, Inconclusive},
	{map[string]string{"A7": "fail"}, Inconclusive},
	{map[string]string{"A1": "pass", "A2": "pass"}, Go},
	{map[string]string{"A1": "pass", "A2": "directional", "scope": "true"}, ScopedGo},
	{map[string]string{"A1": "pass", "A2": "directional"}, Inconclusive},
	{map[string]string{"A1": "pass", "A2": "fail", "left": "true"}, Extend},
	{map[string]string{"A1": "pass", "A2": "fail", "left": "false"}, NoGo},
	{map[string]string{"A1": "fail", "A2": "pass"}, Inconclusive},
	{map[string]string{"A1": "fail"}, NoGo},
	{map[string]string{}, Inconclusive},
}

// Every combination of facts comes to what the table says, row by row, and every
// row decides some combination (M-1, PIL-161, PIL-164, C-22).
func TestDecisionTable(t *testing.T) {
	used := make([]int, len(decisions))
	three := []Status{Missing, Fail, Pass}
	words := func(b bool) string {
		if b {
			return "true"
		}
		return "false"
	}
	for bits := range 32 {
		f := facts{invalid: bits&1 > 0, harmed: bits&2 > 0, sprint: bits&4 > 0, scope: bits&8 > 0, weeksLeft: bits&16 > 0}
		for combination := range 3 * 4 * 3 * 3 * 3 * 3 * 3 {
			n := combination
			next := func(from []Status) Status {
				s := from[n%len(from)]
				n /= len(from)
				return s
			}
			f.status = [7]Status{next(three), next([]Status{Missing, Fail, Directional, Pass}), next(three), next(three), next(three), next(three), next(three)}
			row := -1
			for i, d := range decisions {
				matches := true
				for key, want := range d.when {
					switch key {
					case "invalid":
						matches = matches && words(f.invalid) == want
					case "harmed":
						matches = matches && words(f.harmed) == want
					case "sprint":
						matches = matches && words(f.sprint) == want
					case "scope":
						matches = matches && words(f.scope) == want
					case "left":
						matches = matches && words(f.weeksLeft) == want
					case "any":
						some := false
						for _, s := range f.status {
							some = some || s.String() == want
						}
						matches = matches && some
					default:
						matches = matches && f.status[key[1]-'1'].String() == want
					}
				}
				if matches {
					row = i
					break
				}
			}
			used[row]++
			got, why := f.decide()
			if got != decisions[row].want || why == "" {
				require.Equal(t, decisions[row].want, got, "%+v", f)
			}
		}
	}
	for i, n := range used[:len(used)-1] {
		require.Positive(t, n, "row %d never decides", i)
	}
}
