package signal

import (
	"slices"

	"github.com/coachgov/coaching"
)

// groups checks DQ20 for the groups of attributes and for teams.
func (k *checker) groups() {
	for _, a := range k.p.attributes {
		if slices.Contains(k.config.Groups, a.name) {
			k.sizes(a.name, a.values)
		}
	}
	if len(k.config.Teams) > 0 {
		teams := make([]string, len(k.p.subjects))
		for s, subject := range k.p.subjects {
			if leader := k.config.Teams[subject]; !leader.IsZero() {
				teams[s] = leader.String()
			}
		}
		k.sizes("team", teams)
	}
}

// sizes counts the groups that somebody but too few people are in, period by
// period: a group that is large over the whole file can be small in a week. The
// groups are not named, since a small one points at people.
func (k *checker) sizes(column string, groups []string) {
	n := len(k.p.periods)
	small, of := 0, 0
	var where []Period
	for t, period := range k.p.periods {
		people := map[string]int{}
		for s, name := range groups { // "" is no group
			if name != "" && k.p.present[s*n+t] {
				people[name]++
			}
		}
		of += len(people)
		for _, count := range people {
			if count < k.config.MinGroup {
				small++
				where = append(where, period)
			}
		}
	}
	if small > 0 {
		k.add("DQ20", coaching.Warning, column, small, of, where, "%d of %d groups and periods have fewer than %d people; their figures are hidden", small, of, k.config.MinGroup)
	}
}

// pending checks DQ21.
func (k *checker) pending() {
	waiting := k.config.Log.Pending(k.config.Flags)
	if len(waiting) == 0 {
		return
	}
	var where []Period
	for _, f := range waiting {
		where = append(where, f.Period)
	}
	k.add("DQ21", coaching.Warning, "", len(waiting), len(k.config.Flags), where, "%d of %d flagged figures wait for the steward", len(waiting), len(k.config.Flags))
}
