package pilot

import (
	"cmp"
	"slices"

	"github.com/coachgov/coaching"
)

// A Task is something that somebody must do by a day: what a host's notifier
// sends.
type Task struct {
	On     coaching.Date
	Role   coaching.Role
	Label  string // of whoever plays the role in the plan; "" for a coach who is not matched yet
	What   string // "session", "snapshot", "log_review", "mid_pilot_pulse" and an input, or the id of a milestone
	Leader string // of a session
	Week   int    // pilot week
	Rule   string // the code of the rule that asks for it
}

// duties says who answers for a milestone, and which event shows that it is done.
func duties(milestone string) (coaching.Role, EventKind) {
	switch milestone {
	case "signal_validation_start":
		return coaching.Steward, SignalsValidated
	case "risk_memo_due":
		return coaching.PrivacyOfficer, RiskMemoSigned
	case "compact_signed_by":
		return coaching.PrivacyOfficer, CompactSigned
	case "allocation_by":
		return coaching.Steward, AllocationCommitted
	case "baseline_aggregated_by":
		return coaching.Steward, BaselineAggregated
	case "quality_check_by":
		return coaching.Steward, QualityPassed
	case "playbook_delivered_by":
		return coaching.CoachingLead, PlaybookDelivered
	case "mid_pilot_governance_checkpoint":
		return coaching.PrivacyOfficer, CheckpointHeld
	case "executive_summary_draft_start":
		return coaching.ProgramAdmin, SummaryDrafted
	case "interpretability_workshop_by", "second_wave_start":
		return coaching.CoachingLead, ""
	case "raw_purge_oldest_baseline_trace", "raw_purge_last_baseline_trace", "aggregate_retention_limit":
		return coaching.DataOwner, ""
	case "run_plus_90_days", "lagging_kpi_3_months", "lagging_kpi_6_months":
		return coaching.Steward, ""
	case "decision":
		return coaching.Sponsor, ""
	}
	return coaching.ProgramAdmin, ""
}

// Due lists what is to be done from one day to another, both included, and is not
// done yet by the log, ordered by day, role, kind and label. Sessions are on the
// first working day of the leader's week; a host that agreed on other times has
// them in its [Schedule]. While a programme is held nobody is coached, and once it
// is stopped or decided only what outlasts it is due: deletion and late readings.
func (l *Log) Due(from, to coaching.Date) []Task {
	p := l.plan
	var tasks []Task
	add := func(t Task) {
		if !t.On.Before(from) && !t.On.After(to) {
			tasks = append(tasks, t)
		}
	}
	done := map[EventKind]int{}
	sessions, trained := map[leaderWeek]bool{}, map[string]bool{}
	for _, e := range l.events {
		if p.early(e) {
			continue // recorded, and to be done again in its time
		}
		done[e.Kind]++
		if e.Kind == SessionHeld || e.Kind == SessionMissed {
			sessions[leaderWeek{e.Label, e.Count}] = true
		}
		if e.Kind == WorkshopAttended {
			trained[e.Label] = true
		}
	}
	over := l.state == Stopped || l.state == Decided
	for _, m := range p.milestones() {
		role, kind := duties(m.ID)
		lasting := role == coaching.DataOwner || m.Date.After(p.End())
		switch {
		case m.ID == "plan_lock_by", kind != "" && done[kind] > 0, over && !lasting:
			continue
		case m.ID == "interpretability_workshop_by" && len(trained) >= len(p.Cohort.Coaches):
			continue
		case m.ID == "consent_complete_by" && len(l.consents()) >= len(p.Cohort.Leaders):
			continue
		}
		add(Task{On: m.Date, Role: role, Label: p.Roles.Holder(role), What: m.ID, Week: m.Week, Rule: m.Rule})
	}
	if !over {
		for _, d := range p.logReviews() {
			add(Task{On: d, Role: coaching.PrivacyOfficer, Label: p.Roles.PrivacyOfficer, What: "log_review", Week: p.WeekOf(d), Rule: "PIL-060"})
		}
	}
	if !over && l.state != Held {
		pulses := map[string]bool{}
		for _, e := range l.events {
			if e.Kind == PulseHeld && p.midway(coaching.DateOf(e.At)) {
				pulses[e.Label] = true
			}
		}
		for _, id := range p.feedback() {
			if day := p.due(p.friday(max(firstRunWeek, p.TemplateWeeks/2))); !pulses[id] {
				add(Task{On: day, Role: coaching.Steward, Label: p.Roles.Steward, What: "mid_pilot_pulse " + id, Week: p.WeekOf(day), Rule: "PIL-116"})
			}
		}
		for i, d := range p.snapshots() {
			if i >= done[SnapshotDelivered] {
				add(Task{On: d, Role: coaching.Steward, Label: p.Roles.Steward, What: "snapshot", Week: p.WeekOf(d), Rule: "PIL-049"})
			}
		}
		for s := range l.due(p.End().AddDays(1), l.consents()) {
			if cal := p.calendarOf(s.leader); !sessions[s] {
				if day, ok := cal.workday(p.Week(s.week), p.Week(s.week)); ok {
					add(Task{On: day, Role: coaching.Coach, Label: l.coachOf(s.leader), What: "session", Leader: s.leader, Week: s.week, Rule: "PIL-048"})
				}
			}
		}
	}
	slices.SortFunc(tasks, func(a, b Task) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(a.Role, b.Role), cmp.Compare(a.What, b.What), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Leader, b.Leader))
	})
	return tasks
}

func (p *Plan) calendarOf(leader string) Calendar {
	for _, x := range p.Cohort.Leaders {
		if x.ID == leader {
			return p.Calendars[x.Calendar]
		}
	}
	return Calendar{}
}
