package mentor

import (
	"cmp"
	"slices"

	"github.com/coachgov/coaching"
)

// MinLeaders is the least number of leaders behind any figure about a coach.
const MinLeaders = 3

// Measures are how the coaching went, apart from whether it worked (PIL-113).
type Measures struct {
	Leaders     int `json:"leaders"` // with a session on record
	Held        int `json:"held"`
	Rescheduled int `json:"rescheduled"`
	Missed      int `json:"missed"`
	// Due counts commitments whose day has come, without those dropped; Kept
	// those of them that a later session found kept.
	Due  int `json:"due"`
	Kept int `json:"kept"`
	// DaysToExperiment counts, for each trial, the days from the first session
	// that showed its signal to its first day, ascending. A trial that began
	// before its signal was shown, or whose signal never was, is left out.
	DaysToExperiment []int `json:"days_to_experiment"`
	// SessionsToKept counts, for each commitment that was found kept, the held
	// sessions of the leader from the one that made it to the first one that
	// found it so, ascending: 1 is the next session.
	SessionsToKept []int `json:"sessions_to_kept"`
	// DaysToChange counts, for each leader, the days from the first held session
	// to the first one that found a commitment of the leader's own kept,
	// ascending. A leader of whom none was found kept is left out.
	DaysToChange []int `json:"days_to_change"`
	// Coaches has one row for each coach, in the order of their ids, and only
	// when each has enough leaders: with one row missing, the rest would give it
	// away.
	Coaches []CoachMeasures `json:"coaches,omitempty"`
}

// CoachMeasures are the attendance and follow-through of one coach's leaders.
type CoachMeasures struct {
	Coach       coaching.PersonID `json:"coach"`
	Leaders     int               `json:"leaders"`
	Held        int               `json:"held"`
	Rescheduled int               `json:"rescheduled"`
	Missed      int               `json:"missed"`
	Due         int               `json:"due"`
	Kept        int               `json:"kept"`
}

// MedianDays returns the median of DaysToExperiment, and false when there are
// none. Of two middle values it takes the mean.
func (m Measures) MedianDays() (float64, bool) {
	n := len(m.DaysToExperiment)
	if n == 0 {
		return 0, false
	}
	return float64(m.DaysToExperiment[(n-1)/2]+m.DaysToExperiment[n/2]) / 2, true
}

// Measures counts the records up to a day, that day included. Rows about
// coaches need least leaders each, and never fewer than [MinLeaders].
func (l Log) Measures(at coaching.Date, least int) Measures {
	m := Measures{DaysToExperiment: l.daysToExperiment(at)}
	m.SessionsToKept, m.DaysToChange = l.followThrough(at)
	leaders := map[coaching.PersonID]map[coaching.PersonID]bool{} // by coach
	everyone := map[coaching.PersonID]bool{}
	rows := map[coaching.PersonID]*CoachMeasures{}
	outcomes := l.outcomes(at)
	for _, s := range l.Sessions {
		if s.Date.After(at) || s.Leader.IsZero() || s.Coach.IsZero() {
			continue
		}
		row := rows[s.Coach]
		if row == nil {
			row = &CoachMeasures{Coach: s.Coach}
			rows[s.Coach], leaders[s.Coach] = row, map[coaching.PersonID]bool{}
		}
		everyone[s.Leader], leaders[s.Coach][s.Leader] = true, true
		switch s.Attendance {
		case Held:
			row.Held++
		case Rescheduled:
			row.Rescheduled++
		case Missed:
			row.Missed++
		}
		for _, c := range s.Commitments {
			if c.Due.IsZero() || c.Due.After(at) || outcomes[c.ID] == Dropped {
				continue
			}
			row.Due++
			if outcomes[c.ID] == Kept {
				row.Kept++
			}
		}
	}
	enough := true
	for coach, row := range rows {
		row.Leaders = len(leaders[coach])
		enough = enough && row.Leaders >= max(least, MinLeaders)
		m.Held += row.Held
		m.Rescheduled += row.Rescheduled
		m.Missed += row.Missed
		m.Due += row.Due
		m.Kept += row.Kept
		m.Coaches = append(m.Coaches, *row)
	}
	m.Leaders = len(everyone)
	if !enough {
		m.Coaches = nil
	}
	slices.SortFunc(m.Coaches, func(a, b CoachMeasures) int { return a.Coach.Compare(b.Coach) })
	return m
}

// followThrough returns how long it took until commitments were found kept: in
// held sessions for each of them, and in days for the first of each leader's own.
func (l Log) followThrough(at coaching.Date) (sessions, days []int) {
	type made struct {
		leader, owner coaching.PersonID
		session       int // of the leader, counted from 1
	}
	promised, kept := map[string]made{}, map[string]bool{}
	held, first, changed := map[coaching.PersonID]int{}, map[coaching.PersonID]coaching.Date{}, map[coaching.PersonID]bool{}
	for _, i := range l.byDate() {
		s := l.Sessions[i]
		if s.Attendance != Held || s.Date.After(at) || s.Leader.IsZero() {
			continue
		}
		held[s.Leader]++
		if held[s.Leader] == 1 {
			first[s.Leader] = s.Date
		}
		for _, done := range s.Followed {
			c, ok := promised[done.Commitment]
			if !ok || done.Outcome != Kept || kept[done.Commitment] || c.leader != s.Leader {
				continue
			}
			kept[done.Commitment] = true
			sessions = append(sessions, held[s.Leader]-c.session)
			if c.owner == s.Leader && !changed[s.Leader] {
				changed[s.Leader] = true
				days = append(days, first[s.Leader].DaysUntil(s.Date))
			}
		}
		for _, c := range s.Commitments {
			if _, twice := promised[c.ID]; !twice {
				promised[c.ID] = made{s.Leader, c.Owner, held[s.Leader]}
			}
		}
	}
	slices.Sort(sessions)
	slices.Sort(days)
	return sessions, days
}

// outcomes returns what became of each commitment by a day: the last word of
// the held sessions after it.
func (l Log) outcomes(at coaching.Date) map[string]Outcome {
	last := map[string]Outcome{}
	for _, i := range l.byDate() {
		if s := l.Sessions[i]; s.Attendance == Held && !s.Date.After(at) {
			for _, done := range s.Followed {
				last[done.Commitment] = done.Outcome
			}
		}
	}
	return last
}

func (l Log) daysToExperiment(at coaching.Date) []int {
	type view struct {
		leader coaching.PersonID
		signal string
	}
	first := map[view]coaching.Date{} // on which a held session showed it
	for _, s := range l.Sessions {
		if s.Attendance != Held {
			continue
		}
		for _, id := range s.Shown {
			v := view{s.Leader, id}
			if day, ok := first[v]; !ok || s.Date.Before(day) {
				first[v] = s.Date
			}
		}
	}
	var days []int
	for _, t := range l.Trials {
		day, shown := first[view{t.Leader, t.Signal}]
		if shown && !t.Run.From.IsZero() && !t.Run.From.After(at) && !day.After(t.Run.From) {
			days = append(days, day.DaysUntil(t.Run.From))
		}
	}
	slices.SortFunc(days, cmp.Compare[int])
	return days
}
