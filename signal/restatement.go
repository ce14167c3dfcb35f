package signal

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// A Restatement is how one metric differs in one period between two loads of a
// feed.
type Restatement struct {
	Metric   string
	Period   Period
	Changed  int // figures with another value than before
	Late     int // figures that were missing, in a period that the earlier load had reached
	Vanished int // figures that are gone
	New      int // figures of a period beyond the earlier load: no restatement but the feed moving on
	// Subjects are the people whose figures differ, sorted.
	Subjects []coaching.PersonID
}

// Restatements compares an earlier load of a feed with a later one, figure by
// figure, and returns every difference, sorted by period and metric. A load has
// reached a period of a metric when it has a figure of it in that or a later one.
// The panels are not changed; a nil one is empty.
func Restatements(before, after *Panel) []Restatement {
	before, after = before.orEmpty(), after.orEmpty()
	var all []Restatement
	metrics := slices.Concat(before.metrics, after.metrics)
	slices.Sort(metrics)
	for _, metric := range slices.Compact(metrics) {
		old, now := before.figures(metric), after.figures(metric)
		var reached coaching.Date
		for key := range old {
			if key.period.Start.After(reached) {
				reached = key.period.Start
			}
		}
		found := map[Period]*Restatement{}
		at := func(key rowKey) *Restatement {
			r := found[key.period]
			if r == nil {
				r = &Restatement{Metric: metric, Period: key.period}
				found[key.period] = r
			}
			r.Subjects = append(r.Subjects, key.subject)
			return r
		}
		for key, v := range now {
			w, had := old[key]
			switch {
			case had && v != w:
				at(key).Changed++
			case !had && key.period.Start.After(reached):
				at(key).New++
			case !had:
				at(key).Late++
			}
		}
		for key := range old {
			if _, has := now[key]; !has {
				at(key).Vanished++
			}
		}
		for _, r := range found {
			slices.SortFunc(r.Subjects, coaching.PersonID.Compare)
			all = append(all, *r)
		}
	}
	slices.SortFunc(all, func(a, b Restatement) int {
		return cmp.Or(a.Period.Compare(b.Period), cmp.Compare(a.Metric, b.Metric))
	})
	return all
}

// figures returns what a metric has, by person and period.
func (p *Panel) figures(metric string) map[rowKey]float64 {
	known := map[rowKey]float64{}
	for i, v := range p.column(metric) {
		if !math.IsNaN(v) {
			known[rowKey{p.subjects[i/len(p.periods)], p.periods[i%len(p.periods)]}] = v
		}
	}
	return known
}

// Affected is what restatements do to one leader's baseline of one signal.
type Affected struct {
	Leader coaching.PersonID
	Signal string
	Window coaching.Window // of the baseline
	Level  bool            // figures of the leader inside the window differ: level, spread and limits may
	Limits bool            // figures inside the window differ, perhaps another leader's: limits may, since leaders share a spread
	Later  bool            // restated figures of the leader outside the window: flags and views may differ
	// Packs are the leader's packs with the signal, as "programme: outcome",
	// sorted.
	Packs []string
}

// AffectedBy lists what restatements may change: the baselines, given with the
// teams that they were computed over, and the packs that hold them. The list is
// sorted by leader, signal and window. A baseline that is not in the list, or has
// neither Level nor Limits, has the same figures when it is computed from the
// later load with the same teams and exclusions; one without Level has the same level and spread, though other
// limits. New figures inside a window count like late ones; beyond it they are
// the feed moving on and change nothing. The arguments are not changed.
func AffectedBy(restated []Restatement, teams Teams, baselines []*Baselines, packs []Pack) []Affected {
	type key struct {
		leader coaching.PersonID
		signal string
		window coaching.Window
	}
	found := map[key]*Affected{}
	for _, b := range baselines {
		b = b.orEmpty()
		d := b.series.definition
		columns := d.Expr.Columns()
		for _, r := range restated {
			if !slices.Contains(columns, r.Metric) || !d.Cadence.Holds(r.Period.Days) {
				continue
			}
			moves := b.series.movedBy(r)
			inside := r.Period.within(b.window) || moves
			if !inside && r.Changed+r.Late+r.Vanished == 0 {
				continue
			}
			own := map[coaching.PersonID]bool{}
			for _, subject := range r.Subjects {
				if d.Grain == Leader {
					own[subject] = true
				} else {
					own[teams[subject]] = true
				}
			}
			if !moves && !slices.ContainsFunc(b.series.leaders, func(l coaching.PersonID) bool { return own[l] }) {
				continue // somebody in no team
			}
			for _, leader := range b.series.leaders {
				if !inside && !own[leader] {
					continue
				}
				k := key{leader, d.ID, b.window}
				if found[k] == nil {
					found[k] = &Affected{Leader: leader, Signal: d.ID, Window: b.window}
				}
				found[k].Limits = found[k].Limits || inside
				found[k].Level = found[k].Level || inside && (own[leader] || moves)
				found[k].Later = found[k].Later || !inside
			}
		}
	}
	all := make([]Affected, 0, len(found))
	for _, a := range slices.SortedFunc(maps.Values(found), func(a, b *Affected) int {
		return cmp.Or(a.Leader.Compare(b.Leader), cmp.Compare(a.Signal, b.Signal), a.Window.From.Compare(b.Window.From), a.Window.To.Compare(b.Window.To))
	}) {
		for _, p := range packs {
			if p.Leader() == a.Leader && slices.Contains(p.Signals(), a.Signal) {
				a.Packs = append(a.Packs, p.Programme()+": "+p.Outcome())
			}
		}
		slices.Sort(a.Packs)
		a.Packs = slices.Compact(a.Packs)
		all = append(all, *a)
	}
	return all
}

// movedBy reports whether a restatement may change which periods the series has,
// and with them how many a window asks for, whoever's figures they are: a period
// that does not lie at the distance of the others, or, where months differ in
// length, any period that appears or disappears.
func (s *Series) movedBy(r Restatement) bool {
	step := s.definition.Cadence.step()
	if step == 0 {
		return r.Late+r.Vanished+r.New > 0
	}
	for _, p := range s.periods {
		if p.Start.DaysUntil(r.Period.Start)%step != 0 {
			return true
		}
	}
	return len(s.periods) == 0
}
