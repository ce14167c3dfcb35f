package pilot

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// LogSchemaV1 is the version string of a stored log.
const LogSchemaV1 = "pilot-log/v1"

// A Log is the append-only record of one programme. Its state is a fold over
// its events; nothing else is stored. The host keeps what [Log.JSON] returns.
// A Log is not safe for concurrent use.
type Log struct {
	locked *Locked
	plan   *Plan // as amended last
	pol    Policy
	store  Store // nil: events live in the log only
	events []Event
	was    State // before it was held
	state  State
}

// NewLog starts the record of a locked plan, in the state Draft, under
// [DefaultPolicy]. It returns nil for the zero Locked.
func NewLog(l *Locked) *Log {
	if l == nil || l.plan == nil {
		return nil
	}
	return &Log{locked: l, plan: l.plan, pol: DefaultPolicy()}
}

// Amend goes on under an amended plan, which must extend the chain of the one
// that the log is kept for; what was recorded before stays judged by the plan of
// its time. It is refused when the chain is another one, and when an amendment is
// before the event that was recorded last.
func (l *Log) Amend(to *Locked) coaching.Findings {
	if to == nil || len(to.chain) < len(l.locked.chain) || to.chain[len(l.locked.chain)-1].digest != l.locked.Head() {
		return coaching.Findings{errorf("DOC-AMENDMENT", "", "the amended plan does not extend the one that the log is kept for")}
	}
	if added := to.chain[len(l.locked.chain):]; len(added) > 0 && len(l.events) > 0 && added[0].At.Before(l.events[len(l.events)-1].At) {
		return coaching.Findings{errorf("DOC-AMENDMENT", "", "an amendment is before the event that was recorded last")}
	}
	l.locked, l.plan = to, to.plan
	return nil
}

// in returns the log as it looks under the plan that was in force at a time. It
// shares everything else, and is for reading.
func (l *Log) in(at time.Time) *Log {
	own := *l
	own.plan = l.locked.in(at)
	return &own
}

// Events returns a copy of what happened, in order.
func (l *Log) Events() []Event {
	events := slices.Clone(l.events)
	for i := range events {
		events[i].Confounder = copied(events[i].Confounder)
	}
	return events
}

// copied keeps what was recorded out of the caller's reach.
func copied(c *Confounder) *Confounder {
	if c == nil {
		return nil
	}
	own := *c
	return &own
}

// State returns how far the programme has come.
func (l *Log) State() State { return l.state }

// Append adds an event. It is refused when a finding blocks, and the log is then
// as before: an event that lacks something or names nothing of the plan, one
// before the last one, one after the end, or a step through a closed gate, for
// which every unmet condition is returned. Warnings ride on an event that was
// added.
func (l *Log) Append(e Event) coaching.Findings {
	e.At = e.At.UTC().Truncate(time.Second)
	fs := l.in(e.At).examine(e)
	if !fs.Blocked() && (e.Kind == Advanced || e.Kind == Resumed) {
		fs = append(fs, l.step(e)...)
	}
	fs.Sort()
	if fs.Blocked() {
		return fs
	}
	if l.store != nil {
		if err := l.store.Append(e); err != nil {
			return coaching.Findings{errorf("DOC-STORE", "", "the store did not keep the event")}
		}
	}
	e.Confounder = copied(e.Confounder)
	l.events = append(l.events, e)
	if e.Kind == Advanced || e.Kind == Resumed {
		to := e.To
		if e.Kind == Resumed {
			to = l.was
		}
		l.was, l.state = l.state, to
	}
	return fs
}

// step judges an advance or a resumption.
func (l *Log) step(e Event) coaching.Findings {
	facts := l.Facts(e.At)
	if e.Kind == Resumed {
		switch {
		case l.state != Held:
			return coaching.Findings{errorf("PIL-004", "", "%s is not held and cannot resume", l.state)}
		case l.was > Baseline && facts.Consents < min(l.pol.MinLeaders, facts.Leaders) && (!facts.SmallCohort || facts.Consents == 0):
			return coaching.Findings{errorf("PIL-080", "", "%d left, below %d; waive or recruit", facts.Consents, l.pol.MinLeaders)}
		}
		return nil
	}
	g := l.pol.Gate(l.state, e.To, facts)
	return append(g.Unmet, g.Notes...)
}

// examine checks the form of an event and what it names.
func (l *Log) examine(e Event) coaching.Findings {
	var fs coaching.Findings
	bad := func(format string, args ...any) { fs = append(fs, errorf("DOC-EVENT", "", format, args...)) }
	if e.At.IsZero() || e.By.IsZero() {
		bad("an event needs a time and the person who says so")
	}
	if n := len(l.events); n > 0 && e.At.Before(l.events[n-1].At) {
		bad("the event is before the one that was recorded last; events are appended in the order of their time")
	}
	if !e.storable() {
		bad("the event cannot be written down: want labels and signals that are identifiers, a count of 0 to 1000000, a declared state, and a confounder of a declared kind and disposition")
	}
	if l.state == Stopped || l.state == Decided {
		bad("the programme is %s; its record is closed", l.state)
	}
	in := func(known ...string) {
		if !slices.Contains(known, e.Label) {
			bad("%s: the label is not one of the plan", e.Kind)
		}
	}
	counted := func(what string, least int) {
		if e.Count < least || e.Count > 1_000_000 {
			bad("%s needs a count of %s, at least %d", e.Kind, what, least)
		}
	}
	switch e.Kind {
	case RiskMemoSigned, ExportTestPassed, ClauseAgreed, CompactSigned, CheckpointPlanned, QualityPassed,
		QualityFailed, BaselineAggregated, SnapshotDelivered, CheckpointHeld, ConfounderLogEnded, SummaryDrafted,
		SponsorSigned, Resumed:
	case SignalsValidated:
		counted("days", 0)
	case HistoryExtracted:
		counted("days", 0)
		live := l.consents()
		switch {
		case e.Label == "" && len(live) == 0:
			fs = append(fs, errorf("PIL-043", "", "traces of leaders are extracted after they consent; nobody has"))
		case e.Label != "":
			in(l.leaders()...)
			if !live[e.Label] {
				fs = append(fs, errorf("PIL-043", "", "traces of a leader are extracted after that leader's consent"))
			}
		}
	case LeaderLeft, LeaderTransferred:
		in(l.leaders()...)
		if day, gone := l.gone()[e.Label]; gone {
			bad("%s: the leader is gone since %s", e.Kind, day)
		}
	case CoachAssigned:
		in(l.leaders()...)
		fs = append(fs, l.reassigned(e)...)
	case SuggestionsSampled:
		in(l.vendors()...)
		counted("suggestions", 1)
	case Waived:
		if e.Label != "PIL-080" {
			fs = append(fs, errorf("DOC-WAIVER", "", "of the conditions of a gate only PIL-080, the size of the cohort, may be waived"))
		}
		if l.plan.Roles.Holder(e.Role) == "" || e.Reason == "" {
			fs = append(fs, errorf("DOC-WAIVER", "", "want a role that the plan fills, and a reason"))
		}
	case PlaybookDelivered:
		counted("pages", 1)
	case AllocationCommitted:
		if last := l.plan.Week(1).AddDays(-1); coaching.DateOf(e.At).After(last) {
			fs = append(fs, errorf("PIL-085", "", "the allocation must be committed by %s, the end of week 0, before the baseline is seen", last))
		}
	case ConsentGranted, ConsentWithdrawn, InterviewHeld, AgreementSigned, ExperimentStarted:
		in(l.leaders()...)
	case PulseHeld:
		in(l.plan.feedback()...)
	case WorkshopAttended:
		in(l.coaches()...)
		counted("minutes", 1)
	case FairnessChecked:
		in(l.signals()...)
	case SessionHeld, SessionMissed:
		in(l.leaders()...)
		counted("week", firstRunWeek)
		_, today := days(e.At)
		if now := l.plan.WeekOf(today); e.Count > now {
			bad("%s in week %d is recorded in week %d; a session is recorded when it is over", e.Kind, e.Count, now)
		}
		if e.Kind == SessionHeld && !slices.Contains(l.signals(), e.Signal) {
			fs = append(fs, errorf("PIL-118", "", "a session records which signal of the plan it used"))
		}
		if e.Kind == SessionHeld && !l.consents()[e.Label] {
			fs = append(fs, warnf("GOV-012", "", "the session was held without live consent; it counts as an open governance issue"))
		}
		if e.Kind == SessionHeld {
			fs = append(fs, l.untimely(e)...)
		}
	case FinalWindowClosed:
		if last := l.plan.Week(l.plan.TemplateWeeks); coaching.DateOf(e.At).Before(last) {
			fs = append(fs, errorf("PIL-047", "", "the final measurement window cannot close before the plan's last week, which begins %s", last))
		}
	case ConfounderNoted:
		if c := e.Confounder; c == nil || c.ID == "" || (coaching.Window{From: c.From, To: c.To}).Days() == 0 {
			fs = append(fs, errorf("PIL-050", "", "a confounder needs an id and a window of days"))
		}
	case StreamDelivered:
		in("data", "narratives", "sponsor")
	case IssueOpened, IssueClosed:
		if e.Label == "" {
			bad("%s needs the label of an issue", e.Kind)
		}
	case Advanced:
		if int(e.To) >= len(stateNames) {
			bad("advanced needs a state")
		}
	default:
		bad("the kind of event is not a known one")
	}
	if from, rule := l.plan.since(e); l.plan.early(e) {
		fs = append(fs, warnf(rule, "", "%s is recorded, and does not count before %s", e.Kind, from))
	}
	return fs
}

// untimely warns of a session that was held outside the run, or with a leader
// who was to be compared with and not coached: it happened, so it is recorded.
func (l *Log) untimely(e Event) coaching.Findings {
	var fs coaching.Findings
	if day, gone := l.gone()[e.Label]; gone {
		fs = append(fs, warnf("PIL-112", "", "the session was held with a leader who is gone since %s", day))
	}
	if !l.state.Coaches() {
		fs = append(fs, warnf("PIL-045", "", "the session was held while the programme was %s", l.state))
	}
	a, err := l.plan.Allocate()
	if err != nil {
		return fs // a plan that cannot be allocated is not locked
	}
	switch u, ok := a.Unit(e.Label); {
	case !ok:
	case u.Start == 0:
		fs = append(fs, warnf("PIL-085", "", "the session was held with a leader of the control group"))
	case e.Count < u.Start:
		fs = append(fs, warnf("PIL-085", "", "the session of week %d was held before the leader's wave starts in week %d", e.Count, u.Start))
	}
	return fs
}

// reassigned judges a leader's new coach, who starts with the place and the time
// of exposure that the leader has.
func (l *Log) reassigned(e Event) coaching.Findings {
	i := slices.IndexFunc(l.plan.Cohort.Coaches, func(c Coach) bool { return c.ID == e.Coach })
	if i < 0 {
		return coaching.Findings{errorf("DOC-EVENT", "", "%s: the coach is not one of the plan", e.Kind)}
	}
	var fs coaching.Findings
	if l.plan.forbidden()[Pair{e.Label, e.Coach}] {
		fs = append(fs, errorf("MEN-004", "", "the coach has a conflict with the leader, or stands in the leader's reporting line"))
	}
	gone, load := l.gone(), 1
	if _, ok := gone[e.Label]; ok {
		fs = append(fs, errorf("DOC-EVENT", "", "%s: the leader is gone", e.Kind))
	}
	for _, leader := range l.leaders() {
		if _, ok := gone[leader]; !ok && leader != e.Label && l.coachOf(leader) == e.Coach {
			load++
		}
	}
	if most := l.plan.Cohort.Coaches[i].Capacity; load > most {
		fs = append(fs, errorf("PIL-081", "", "the coach would have %d leaders and takes %d", load, most))
	}
	return fs
}

// vendors returns the ids of the vendors whose models suggest.
func (l *Log) vendors() []string {
	var ids []string
	if l.plan.Vendors != nil {
		for _, v := range l.plan.Vendors.Vendors {
			if v.Suggests {
				ids = append(ids, v.ID)
			}
		}
	}
	return ids
}

func (l *Log) leaders() []string {
	var ids []string
	for _, x := range l.plan.Cohort.Leaders {
		ids = append(ids, x.ID)
	}
	return ids
}

func (l *Log) coaches() []string {
	var ids []string
	for _, x := range l.plan.Cohort.Coaches {
		ids = append(ids, x.ID)
	}
	return ids
}

// signals returns the ids of the signals that coaches use.
func (l *Log) signals() []string {
	var ids []string
	for _, x := range l.plan.Signals {
		if x.Use != ForOutcome {
			ids = append(ids, x.ID)
		}
	}
	return ids
}

// A logDocument is the stored form of a log.
type logDocument struct {
	Schema string  `json:"schema" doc:"enum=pilot-log/v1"`
	Plan   Digest  `json:"plan"`
	Events []Event `json:"events"`
}

// JSON returns the log as a document that [ReadLog] reads.
func (l *Log) JSON() ([]byte, error) {
	events := l.events
	if events == nil {
		events = []Event{}
	}
	data, err := json.MarshalIndent(logDocument{Schema: LogSchemaV1, Plan: l.locked.chain[0].Plan, Events: events}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("pilot: log: %w", err)
	}
	return append(data, '\n'), nil
}

// ReadLog reads what [Log.JSON] wrote and appends each event anew, so a log that
// could not have been written is refused with what is wrong with it. The plan
// must be the one that the log was kept for, with its amendments if it has any. The file's ending tells JSON from
// YAML, and its name is used in findings only.
func ReadLog(file string, data []byte, plan *Locked) (*Log, coaching.Findings) {
	l := NewLog(plan)
	if l == nil {
		return nil, coaching.Findings{errorf("DOC-EVENT", "", "no locked plan to read the log for")}
	}
	n, fs := yaml.ParseFile(file, data)
	if n == nil || fs.Blocked() {
		return nil, fs
	}
	var d logDocument
	at, found := document.Decode(file, n, &d)
	fs = append(fs, found...)
	if fs.Blocked() {
		return nil, fs
	}
	if d.Plan != l.locked.chain[0].Plan {
		fs = append(fs, errorf("DOC-EVENT", "plan", "the log was kept for another plan"))
	}
	for i, e := range d.Events {
		for _, f := range l.Append(e) {
			if f.Severity == coaching.Error {
				f.Path = fmt.Sprintf("events[%d]", i)
				fs = append(fs, f)
			}
		}
	}
	at.Locate(fs)
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return l, fs
}
