package pilot

import (
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// consents returns whose consent is live, by label.
func (l *Log) consents() map[string]bool {
	live := map[string]bool{}
	for _, e := range l.events {
		switch e.Kind {
		case ConsentGranted:
			live[e.Label] = true
		case ConsentWithdrawn:
			delete(live, e.Label)
		}
	}
	return live
}

// Facts folds the log and the plan into what the gates look at, as of a time:
// sessions and snapshots are due when their week is over. Events after that time
// do not count.
func (l *Log) Facts(at time.Time) Facts {
	p := l.plan
	f := Facts{
		Weeks: p.TemplateWeeks, PlanValid: true, KPILocked: true,
		Sponsor: p.Roles.Sponsor != "", Steward: p.Roles.Steward != "", IntegrationOwner: p.Roles.IntegrationOwner != "",
		Leaders: len(p.Cohort.Leaders), Coaches: len(p.Cohort.Coaches), Signals: len(l.signals()),
		// A design without groups has nothing to commit.
		AllocationCommitted: p.Design.Groups() < 2,
	}
	for _, e := range p.Playbook {
		f.Prompts += len(e.Prompts)
		f.Experiments++
	}
	sets := map[EventKind]map[string]bool{}
	mark := func(kind EventKind, label string) {
		if sets[kind] == nil {
			sets[kind] = map[string]bool{}
		}
		sets[kind][label] = true
	}
	trained := map[string]int{}
	for _, e := range l.events {
		if e.At.After(at) {
			break
		}
		switch e.Kind {
		case SignalsValidated:
			f.ValidationDays = e.Count
		case RiskMemoSigned:
			f.RiskMemo = true
		case ExportTestPassed:
			f.ExportTest = true
		case ClauseAgreed:
			f.Clause = true
		case CompactSigned:
			f.Compact = true
		case CheckpointPlanned:
			f.CheckpointScheduled = true
		case AllocationCommitted:
			f.AllocationCommitted = true
		case HistoryExtracted:
			f.HistoryDays = e.Count
		case QualityPassed, QualityFailed:
			f.QualityCheck = e.Kind == QualityPassed
		case BaselineAggregated:
			f.BaselineAggregated = true
		case PlaybookDelivered:
			f.PlaybookPages = e.Count
		case WorkshopAttended:
			trained[e.Label] += e.Count
		case SnapshotDelivered:
			f.Snapshots++
		case CheckpointHeld:
			f.CheckpointHeld = true
		case ConfounderLogEnded, ConfounderNoted:
			f.ConfounderLogClosed = e.Kind == ConfounderLogEnded // a later entry opens it again
		case SummaryDrafted:
			f.SummaryDraft = true
		case FinalWindowClosed:
			f.FinalWindowClosed = true
		case SponsorSigned:
			f.SponsorSigned = true
		case ConsentGranted, InterviewHeld, FairnessChecked, AgreementSigned, StreamDelivered, IssueOpened:
			mark(e.Kind, e.Label)
		case ConsentWithdrawn:
			delete(sets[ConsentGranted], e.Label)
		case IssueClosed:
			delete(sets[IssueOpened], e.Label)
		case SessionHeld:
			f.SessionsHeld++
			if !sets[ConsentGranted][e.Label] {
				f.GovernanceOpen++
			}
		}
	}
	f.Consents, f.FairnessChecks = len(sets[ConsentGranted]), len(sets[FairnessChecked])
	f.Streams, f.GovernanceOpen = len(sets[StreamDelivered]), f.GovernanceOpen+len(sets[IssueOpened])
	for leader := range sets[ConsentGranted] {
		// Those who left need neither.
		if sets[InterviewHeld][leader] {
			f.Interviews++
		}
		if sets[AgreementSigned][leader] {
			f.Agreements++
		}
	}
	for _, minutes := range trained {
		if f.CoachesTrained == 0 || minutes < f.WorkshopMinutes {
			f.WorkshopMinutes = minutes
		}
		f.CoachesTrained++
	}
	today := coaching.DateOf(at.UTC())
	f.SessionsDue = l.sessionsDue(today, sets[ConsentGranted])
	for _, d := range p.snapshots() {
		if d.Before(today) {
			f.SnapshotsDue++
		}
	}
	return f
}

// sessionsDue counts the weeks of coaching that are over, of each leader whose
// consent is live.
func (l *Log) sessionsDue(today coaching.Date, live map[string]bool) int {
	a, err := l.plan.Allocate()
	if err != nil {
		return 0 // a plan that cannot be allocated is not locked
	}
	due := 0
	for _, u := range a.Units {
		if u.Start == 0 || !live[u.ID] {
			continue
		}
		over := min(l.plan.WeekOf(today)-1, l.plan.lastRun())
		due += max(0, over-u.Start+1)
	}
	return due
}

// Confounders returns the entries of the confounder log in the order in which
// they were first noted, each as it was noted last and by whom: what [Evidence]
// and roi.Dossier take.
func (l *Log) Confounders() []roi.Confounder {
	var list []roi.Confounder
	index := map[string]int{}
	for _, e := range l.events {
		if e.Kind != ConfounderNoted {
			continue
		}
		c := roi.Confounder{
			ID: e.Confounder.ID, Kind: e.Confounder.Kind, Disposition: e.Confounder.Disposition, By: e.By,
			Window: coaching.Window{From: e.Confounder.From, To: e.Confounder.To},
		}
		if i, ok := index[c.ID]; ok {
			list[i] = c
			continue
		}
		index[c.ID] = len(list)
		list = append(list, c)
	}
	return list
}

// Adherence counts, over the whole run, the sessions that were due and held and
// the leaders whose experiment started, of those whose consent is live.
func (l *Log) Adherence() Adherence {
	live := l.consents()
	a := Adherence{SessionsDue: l.sessionsDue(l.plan.End().AddDays(1), live), Leaders: len(live)}
	type leaderWeek struct {
		leader string
		week   int
	}
	started, held := map[string]bool{}, map[leaderWeek]bool{}
	for _, e := range l.events {
		switch {
		case !live[e.Label]:
		case e.Kind == ExperimentStarted:
			started[e.Label] = true
		case e.Kind == SessionHeld:
			held[leaderWeek{e.Label, e.Count}] = true // two in one week count once
		}
	}
	a.Started, a.SessionsHeld = len(started), len(held)
	return a
}
