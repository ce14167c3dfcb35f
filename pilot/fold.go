package pilot

import (
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/vendor"
	"github.com/coachgov/coaching/roi"
)

// consents returns whose consent is live, by label.
func (l *Log) consents() map[string]bool { return l.consentsBy(len(l.events)) }

// consentsAt returns whose consent was live at a time.
func (l *Log) consentsAt(at time.Time) map[string]bool {
	n := slices.IndexFunc(l.events, func(e Event) bool { return e.At.After(at) })
	if n < 0 {
		n = len(l.events)
	}
	return l.consentsBy(n)
}

// consentsBy folds the first n events.
func (l *Log) consentsBy(n int) map[string]bool {
	live := map[string]bool{}
	for _, e := range l.events[:n] {
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
// do not count, nor do those that come too early to say anything, such as a
// sponsor's signature before the last week.
func (l *Log) Facts(at time.Time) Facts {
	l = l.in(at).until(at)
	p := l.plan
	f := Facts{
		Weeks: p.TemplateWeeks, PlanValid: true, KPILocked: true,
		Sponsor: p.Roles.Sponsor != "", Steward: p.Roles.Steward != "", IntegrationOwner: p.Roles.IntegrationOwner != "",
		Leaders: len(p.Cohort.Leaders), Coaches: len(p.Cohort.Coaches), Signals: len(l.signals()),
		// A design without groups has nothing to commit.
		AllocationCommitted: p.Design.Groups() < 2,
		Scope:               p.Scope != nil && len(p.Scope.In) > 0 && len(p.Scope.Out) > 0,
		PulsesDue:           len(p.feedback()),
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
	if p.Vendors != nil {
		for _, v := range p.Vendors.Vendors {
			if v.Suggests {
				f.Suggesting++
				if v.Sampled > 0 {
					mark(SuggestionsSampled, v.ID)
				}
				if !slices.Contains(v.Offers, vendor.ModelInputs) || !slices.Contains(v.Offers, vendor.ModelCard) {
					f.Opaque++
				}
			}
		}
	}
	trained := map[string]int{}
	extracted := map[string]int{}
	held, unconsented := map[leaderWeek]bool{}, map[leaderWeek]bool{}
	for _, e := range l.events {
		if e.At.After(at) {
			break
		}
		if p.early(e) {
			continue
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
			extracted[e.Label] = e.Count
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
		case Waived:
			f.SmallCohort = true
		case LeaderLeft, LeaderTransferred:
			mark(LeaderLeft, e.Label)
		case PulseHeld:
			if p.midway(coaching.DateOf(e.At)) {
				mark(e.Kind, e.Label)
			}
		case ConsentGranted, InterviewHeld, FairnessChecked, AgreementSigned, StreamDelivered, IssueOpened, SuggestionsSampled:
			mark(e.Kind, e.Label)
		case ConsentWithdrawn:
			delete(sets[ConsentGranted], e.Label)
		case IssueClosed:
			delete(sets[IssueOpened], e.Label)
		case SessionHeld:
			// One for each signal that was used; a leader's week counts once.
			s := leaderWeek{e.Label, e.Count}
			held[s] = true
			if !sets[ConsentGranted][e.Label] {
				unconsented[s] = true
			}
		}
	}
	f.FairnessChecks, f.Sampled = len(sets[FairnessChecked]), len(sets[SuggestionsSampled])
	f.Pulses = len(sets[PulseHeld])
	f.Streams, f.GovernanceOpen = len(sets[StreamDelivered]), len(unconsented)+len(sets[IssueOpened])
	withdrawn := map[string]bool{}
	for _, x := range p.Cohort.Leaders {
		withdrawn[x.ID] = !x.Withdrawn.IsZero()
		if withdrawn[x.ID] || sets[LeaderLeft][x.ID] {
			f.Left++
		}
	}
	for leader := range sets[ConsentGranted] {
		if sets[LeaderLeft][leader] || withdrawn[leader] {
			continue // who is gone, or no longer analysed, needs neither
		}
		// The least and the most that was extracted of anybody who agreed.
		days, own := extracted[leader]
		if !own {
			days = extracted[""]
		}
		if f.Consents == 0 || days < f.HistoryDays {
			f.HistoryDays = days
		}
		f.LongestHistory = max(f.LongestHistory, days)
		f.Consents++
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
	due := l.due(today, sets[ConsentGranted])
	f.SessionsDue = len(due)
	for s := range held {
		if due[s] {
			f.SessionsHeld++
		}
	}
	for _, d := range p.snapshots() {
		if d.Before(today) {
			f.SnapshotsDue++
		}
	}
	return f
}

// A leaderWeek is a session: a leader has one a week.
type leaderWeek struct {
	leader string
	week   int
}

// due returns the sessions whose week is over, of each leader whose consent is
// live: from the start of the leader's wave to the end of the run, or to the week
// before the one in which the leader left. A session
// before that start is contamination, not adherence.
func (l *Log) due(today coaching.Date, live map[string]bool) map[leaderWeek]bool {
	due, gone := map[leaderWeek]bool{}, l.gone()
	for _, u := range l.coached(live) {
		last := min(l.plan.WeekOf(today)-1, l.plan.lastRun())
		if day, ok := gone[u.ID]; ok {
			last = min(last, l.plan.WeekOf(day)-1)
		}
		for week := u.Start; week <= last; week++ {
			due[leaderWeek{u.ID, week}] = true
		}
	}
	return due
}

// coached returns the places of the leaders who are coached in the pilot, whose
// consent is live and who have not withdrawn.
func (l *Log) coached(live map[string]bool) []Unit {
	a, err := l.plan.Allocate()
	if err != nil {
		return nil // a plan that cannot be allocated is not locked
	}
	withdrawn := map[string]bool{}
	for _, x := range l.plan.Cohort.Leaders {
		withdrawn[x.ID] = !x.Withdrawn.IsZero()
	}
	gone := l.gone()
	return slices.DeleteFunc(a.Units, func(u Unit) bool {
		day, left := gone[u.ID]
		never := left && l.plan.WeekOf(day) <= u.Start // gone before a whole week of coaching
		return u.Start == 0 || !live[u.ID] || withdrawn[u.ID] || never
	})
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
// the leaders whose experiment started, of those who are coached and whose
// consent is live. Two records of one leader's week are one session.
func (l *Log) Adherence() Adherence {
	live := l.consents()
	due := l.due(l.plan.End().AddDays(1), live)
	a := Adherence{SessionsDue: len(due)}
	started, held := map[string]bool{}, map[leaderWeek]bool{}
	for _, e := range l.events {
		switch s := (leaderWeek{e.Label, e.Count}); {
		case e.Kind == ExperimentStarted:
			started[e.Label] = true
		case e.Kind == SessionHeld && due[s]:
			held[s] = true
		}
	}
	for _, u := range l.coached(live) {
		a.Leaders++
		if started[u.ID] {
			a.Started++
		}
	}
	a.SessionsHeld = len(held)
	return a
}
