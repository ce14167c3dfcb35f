package pilot

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// maxScope is how many items either side of a scope may have: a charter is a
// page.
const maxScope = 20

// items returns how many things are in scope.
func (s *Scope) items() int {
	if s == nil {
		return 0
	}
	return len(s.In)
}

// scope checks that both sides are stated and that nothing stands on both
// (PIL-035). A plan without a scope may be locked; its baseline cannot begin.
func (c *checker) scope() {
	if c.Scope == nil {
		return
	}
	where := map[string]string{}
	for _, side := range []struct {
		name  string
		items []string
	}{{"in", c.Scope.In}, {"out", c.Scope.Out}} {
		path := "scope." + side.name
		if n := len(side.items); n < 1 || n > maxScope {
			c.err("PIL-035", path, "%d items %s of scope, want %s", n, side.name, bounds(1, maxScope))
		}
		for i, item := range side.items {
			key := strings.ToLower(strings.Join(strings.Fields(item), " "))
			at := fmt.Sprintf("%s[%d]", path, i)
			switch first, twice := where[key]; {
			case key == "":
				c.err("PIL-035", at, "an item of the scope without a text")
			case twice:
				c.err("PIL-035", at, "the item is listed twice, first at %s", first)
			default:
				where[key] = at
			}
		}
	}
}

// feedback returns the ids of the qualitative inputs that come from pulses and
// 360 feedback, in the order of the plan. Their source says so by its name
// (PIL-116).
func (p *Plan) feedback() []string {
	var ids []string
	for _, in := range p.QualitativeInputs {
		if strings.Contains(in.Source, "pulse") || strings.Contains(in.Source, "360") {
			ids = append(ids, in.ID)
		}
	}
	return ids
}

// midway reports whether a day lies between the start of the run and the last
// two weeks of the plan: feedback of that time can still change what is done.
func (p *Plan) midway(day coaching.Date) bool {
	week := p.WeekOf(day)
	return week >= firstRunWeek && week <= p.TemplateWeeks-2
}
