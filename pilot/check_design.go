package pilot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// cohort checks how many people take part and whether coaches can carry them.
func (c *checker) cohort() {
	leaders := len(c.Cohort.Leaders)
	if leaders < c.pol.MinLeaders || leaders > c.pol.MaxLeaders {
		c.warn("PIL-080", "cohort.leaders", "%d leaders, want %s", leaders, bounds(c.pol.MinLeaders, c.pol.MaxLeaders))
	}
	for i, l := range c.Cohort.Leaders {
		known := slices.ContainsFunc(c.Playbook, func(e mentor.Entry) bool { return e.Experiment.ID == l.Experiment })
		if !known {
			c.err("PIL-005", fmt.Sprintf("cohort.leaders[%d].experiment", i), "no experiment of the playbook has this id")
		}
		if n := len(l.Beside); n > 0 {
			c.warn("PIL-102", fmt.Sprintf("cohort.leaders[%d].beside", i), "%d experiments active on one leader; one at a time", n+1)
		}
	}
	seats := 0
	for i, coach := range c.Cohort.Coaches {
		path := fmt.Sprintf("cohort.coaches[%d]", i)
		oneOf(c, "PIL-092", path+".kind", coach.Kind, InternalCoach, ExternalCoach, PeerCoach)
		seats += coach.Capacity
		if f, ok := c.pol.overload(coach.Kind, coach.Capacity); ok {
			f.Path = path + ".capacity"
			c.fs = append(c.fs, f)
		}
	}
	if seats < leaders {
		c.err("PIL-081", "cohort.coaches", "coaches can take %d leaders and there are %d: %d have no coach", seats, leaders, leaders-seats)
	} else if n := len(c.Cohort.Coaches); n > 0 && leaders > 0 {
		// Loads balanced over the coaches: the lightest is the floor.
		kind := c.Cohort.Coaches[0].Kind
		uniform := !slices.ContainsFunc(c.Cohort.Coaches, func(x Coach) bool { return x.Kind != kind })
		if f, ok := c.pol.underload(kind, leaders/n); ok && uniform {
			f.Path = "cohort.coaches"
			c.fs = append(c.fs, f)
		}
	}
	k := c.Snapshot.MinGroup
	if k < c.pol.MinGroup {
		c.warn("C-15", "snapshot.min_group", "groups of %d, want at least %d", k, c.pol.MinGroup)
	}
	smallest, what := leaders, "the cohort"
	switch c.Snapshot.Unit {
	case "wave":
		smallest, what = leaders/max(1, c.Design.Groups()), "the smallest wave"
	case "coach":
		smallest, what = c.fewestOfACoach(), "the smallest group of a coach"
	}
	if smallest < k {
		c.err("C-15", "snapshot.unit", "%s has %d leaders, below the minimum group of %d: take a larger unit", what, smallest, k)
	}
	if n := len(slices.Compact(slices.Sorted(slices.Values(c.Snapshot.Weekdays)))); n != c.Snapshot.PerWeek || n != len(c.Snapshot.Weekdays) {
		c.warn("PIL-049", "snapshot.weekdays", "%d different weekdays for %d snapshots a week", n, c.Snapshot.PerWeek)
	} else if c.Snapshot.PerWeek < 2 {
		c.warn("PIL-049", "snapshot.per_week", "%d snapshots a week, want 2", c.Snapshot.PerWeek)
	}
}

// fewestOfACoach returns the size of the smallest group of leaders that one coach
// has: as they are matched, and evenly shared out while somebody is not.
func (p *Plan) fewestOfACoach() int {
	load := map[string]int{}
	for _, l := range p.Cohort.Leaders {
		if l.Coach == "" {
			return len(p.Cohort.Leaders) / max(1, len(p.Cohort.Coaches))
		}
		load[l.Coach]++
	}
	fewest := len(p.Cohort.Leaders)
	for _, n := range load {
		fewest = min(fewest, n)
	}
	return fewest
}

// overload returns the warning on a coach who takes too many leaders.
func (pol Policy) overload(kind CoachKind, leaders int) (coaching.Finding, bool) {
	switch {
	case kind == ExternalCoach && leaders > pol.MaxExternal:
		return warnf("PIL-082", "", "%d leaders for one external coach, want at most %d", leaders, pol.MaxExternal), true
	case kind != ExternalCoach && leaders > pol.MaxInternal:
		return warnf("PIL-081", "", "%d leaders for one %s coach, want at most %d", leaders, kind, pol.MaxInternal), true
	}
	return coaching.Finding{}, false
}

// underload returns the note on a coach who takes fewer leaders than usual.
func (pol Policy) underload(kind CoachKind, leaders int) (coaching.Finding, bool) {
	switch {
	case kind == ExternalCoach && leaders < pol.MinExternal:
		return infof("PIL-082", "", "%d leaders for one external coach, usually %s", leaders, bounds(pol.MinExternal, pol.MaxExternal)), true
	case kind != ExternalCoach && leaders < pol.MinInternal:
		return infof("PIL-081", "", "%d leaders for one %s coach, usually %s", leaders, kind, bounds(pol.MinInternal, pol.MaxInternal)), true
	}
	return coaching.Finding{}, false
}

// Loads returns how many leaders each of the fewest coaches of one kind takes,
// the largest load first, and what is to be said about the cohort and the
// loads. Loads differ by at most one.
func (pol Policy) Loads(leaders int, kind CoachKind) ([]int, coaching.Findings) {
	var fs coaching.Findings
	if leaders < pol.MinLeaders || leaders > pol.MaxLeaders {
		fs = append(fs, warnf("PIL-080", "", "%d leaders, want %s", leaders, bounds(pol.MinLeaders, pol.MaxLeaders)))
	}
	most := pol.MaxInternal
	if kind == ExternalCoach {
		most = pol.MaxExternal
	}
	if leaders < 1 || most < 1 {
		return nil, fs
	}
	coaches := (leaders + most - 1) / most
	loads := make([]int, coaches)
	for i := range leaders {
		loads[i%coaches]++
	}
	if f, ok := pol.underload(kind, loads[coaches-1]); ok {
		fs = append(fs, f)
	}
	fs.Sort()
	return loads, fs
}

// design checks who is compared with whom, and for how long.
func (c *checker) design() {
	d := c.Design
	oneOf(c, "DOC-VALUE", "design.kind", d.Kind, NoDesign, Staggered, Parallel, MultipleBaseline)
	if d.Groups() < 2 && d.Kind != Staggered && d.Kind != MultipleBaseline {
		c.warn("PIL-084", "design.kind", "no control and no staggered cohort: the pilot cannot tell coaching from everything else")
		return
	}
	if d.SeedMessage == "" {
		c.err("PIL-085", "design.seed_message", "the allocation needs a seed that is fixed before the baseline is seen")
	}
	starts := len(d.WaveStarts)
	switch {
	case d.Kind == Staggered && (d.Waves < 2 || starts != d.Waves):
		c.err("PIL-046", "design.wave_starts", "%d wave starts for %d waves, want one for each of at least 2", starts, d.Waves)
	case d.Kind == MultipleBaseline && (starts < 2 || d.Waves != 0 && d.Waves != starts):
		c.err("PIL-046", "design.wave_starts", "%d start weeks, want at least 2, and no other number of waves", starts)
	case d.Kind == Parallel && starts != 1:
		c.err("PIL-046", "design.wave_starts", "%d wave starts, want 1: the control group does not start", starts)
	case d.Groups() > len(c.Cohort.Leaders):
		c.err("PIL-046", "design.waves", "%d waves for %d leaders", d.Groups(), len(c.Cohort.Leaders))
	}
	if d.Balance != nil && d.SeedMessage != "" {
		if _, err := c.Allocate(); err != nil {
			c.err("PIL-085", "design.balance", "no allocation can be drawn: %s", strings.TrimPrefix(err.Error(), "pilot: "))
		}
	}
	timely := true
	for i, start := range d.WaveStarts {
		path := fmt.Sprintf("design.wave_starts[%d]", i)
		switch {
		case start > c.TemplateWeeks:
			c.err("PIL-046", path, "wave %d starts after the %d-week plan ends", i+1, c.TemplateWeeks)
			timely = false
		case start > c.lastRun():
			c.err("PIL-046", path, "wave %d starts in week %d, after coaching ends in week %d", i+1, start, c.lastRun())
			timely = false
		case start < firstRunWeek:
			c.err("PIL-046", path, "wave %d starts in week %d, before coaches are ready in week %d", i+1, start, firstRunWeek)
			timely = false
		case i > 0 && start <= d.WaveStarts[i-1]:
			c.err("PIL-046", path, "wave %d starts in week %d, not after the wave before it", i+1, start)
			timely = false
		}
	}
	if timely && !c.Week0.IsZero() {
		c.exposure()
	}
}

// exposure warns of later waves that are coached for less than eight weeks.
func (c *checker) exposure() {
	a, err := c.Allocate()
	if err != nil {
		return // said already
	}
	for i, start := range c.Design.WaveStarts {
		if i == 0 {
			continue // a first wave that is too short is a plan that is too short
		}
		from := c.Week(start)
		exposed := coaching.Window{From: from, To: c.End()}.Days()
		if exposed >= c.pol.Exposure {
			continue
		}
		wave := a.Wave(i + 1)
		text := fmt.Sprintf("wave %d (%s) starts %s and is exposed %d days, below %d weeks",
			i+1, strings.Join(wave, " "), from, exposed, c.pol.Exposure/daysInWeek)
		longest := 0
		for _, l := range c.Cohort.Leaders {
			for _, e := range c.Playbook {
				if e.Experiment.ID == l.Experiment && slices.Contains(wave, l.ID) {
					longest = max(longest, e.Experiment.Days)
				}
			}
		}
		if end := from.AddDays(longest - 1); longest > 0 && end.After(c.End()) {
			text += fmt.Sprintf("; its %d-day experiments would end %s, %d days after the plan", longest, end, c.End().DaysUntil(end))
		}
		c.warn("C-23", fmt.Sprintf("design.wave_starts[%d]", i), "%s", text)
	}
}
