package pilot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// touched returns the paths at which two plans differ, sorted.
func touched(before, now *Plan) ([]string, error) {
	a, err := before.tree()
	if err != nil {
		return nil, err
	}
	b, err := now.tree()
	if err != nil {
		return nil, err
	}
	var paths []string
	differ(a, b, "", &paths)
	slices.Sort(paths)
	return paths, nil
}

// tree returns the canonical form as a tree.
func (p *Plan) tree() (any, error) {
	data, err := p.Canonical()
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tree any
	return tree, d.Decode(&tree)
}

// differ appends the paths of the deepest values that differ.
func differ(a, b any, path string, paths *[]string) {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			break
		}
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for key := range keys {
			differ(x[key], y[key], strings.TrimPrefix(path+"."+key, "."), paths)
		}
		return
	case []any:
		y, ok := b.([]any)
		if !ok {
			break
		}
		for i := range max(len(x), len(y)) {
			item := fmt.Sprintf("%s[%d]", path, i)
			if i >= len(x) || i >= len(y) {
				*paths = append(*paths, item)
				continue
			}
			differ(x[i], y[i], item, paths)
		}
		return
	}
	if !reflect.DeepEqual(a, b) {
		*paths = append(*paths, path)
	}
}

// classOf returns the class of a path: the strictest, unless another one lists
// it. The list of leaders itself is guarded by the draw.
func classOf(path string) Class {
	path = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' { // an index: no name of a class has a digit but week0
			return -1
		}
		return r
	}, path)
	under := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool {
			rest, ok := strings.CutPrefix(path, prefix)
			return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
		})
	}
	switch {
	case under("title", "roles", "vendors", "budget", "waivers",
		"cohort.coaches[].certified", "cohort.coaches[].admin_tasks", "cohort.coaches[].zone", "cohort.coaches[].analyst"):
		return Administrative
	case under("slip_weeks", "week", "calendars", "session", "peer_learning_weeks", "snapshot.per_week", "snapshot.weekdays", "cohort.leaders[].calendar"):
		return ScheduleChange
	case under("cohort.leaders[].experiment", "cohort.leaders[].beside", "cohort.leaders[].stratum"):
		return Scientific
	case under("cohort"):
		return CohortChange
	}
	return Scientific
}
