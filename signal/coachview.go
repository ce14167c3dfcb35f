package signal

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// CoachingPurpose is the purpose that consent to a coach view names.
const CoachingPurpose = "coaching"

// A CoachRequest is what a coach view needs to know about the moment. The zero
// request is refused.
type CoachRequest struct {
	Coach coaching.PersonID
	At    time.Time
	// Consents answers for the leader per signal, and for the author of each
	// excerpt, with purpose [CoachingPurpose].
	Consents Consents
	// Standings hold each signal's standing; a signal that is not in it is a
	// Candidate.
	Standings map[string]StandingRecord
	// Freshness holds what [Gate] said about each signal's feed; it is judged
	// again on the day of At. A signal that is not in it is stale.
	Freshness map[string]Freshness
	Log       *StewardLog
	// FollowUp is the window to compare with the baseline; zero means every
	// period after the baseline that has ended by At.
	FollowUp coaching.Window
	// LeaveOut takes signals out of this view, each for a reason that the view
	// states. Two inputs must stay, one of them with figures.
	LeaveOut []Omission
}

// A StandingRecord is a signal's standing and, when it is Restricted, the human
// control that is in place.
type StandingRecord struct {
	Standing Standing
	Control  string // such as "HR reviewer reads every pack before the coach"
}

// An Omission is a signal that a view leaves out, and why.
type Omission struct {
	Signal string
	Reason string
}

// A CoachView is what a coach may read about a leader before a session. Only
// [Pack.CoachView] makes one; the zero CoachView has nothing to show.
type CoachView struct {
	leader      coaching.PersonID
	coach       coaching.PersonID
	on          coaching.Date
	outcome     string
	signals     []SignalView
	qualitative []QualitativeItem
	leftOut     []Omission
	ok          bool
}

// A SignalView is one signal of a coach view: a hypothesis with its figures.
type SignalView struct {
	ID, Name, Unit string
	Direction      Direction
	Path           CausalPath
	Explain        string
	BlindSpots     []string
	Restriction    string
	Control        string // the human control of a Restricted signal
	Level          float64
	// BaselineMean is what Delta is measured from, and Level the median, which one
	// odd period does not move.
	BaselineMean float64
	BaselineN    int // periods behind both
	Latest       float64
	LatestN      int // periods behind Latest, 0 when none has ended
	// Percent is how far Latest is from Level, in percent of it, where PercentOK:
	// a level that is not above zero has no percent.
	Percent   float64
	PercentOK bool
	// Delta is the mean after minus the mean of the baseline. MDC95 is the
	// smallest difference that is more than noise, at 95 %; nothing should be
	// read into a smaller one.
	Delta, MDC95 float64
	Moved        bool     // the delta is beyond MDC95
	Notes        []string // decided flags and left out periods, in the order of periods
}

// CoachView decides what a coach may see. It answers the zero view when a
// finding blocks, and the findings then are all the reasons: SIG-024 while a
// flag of a shown signal is pending on the day or was decided by the coach who
// asks, SIG-026 when a feed is stale or too slow, GOV-012 without the leader's
// consent, FAI-005 when a standing is neither Cleared nor Restricted with its
// control in place, SIG-004 when fewer than two inputs stay. Warnings ride on the
// view: a late feed, a reading time beyond ten minutes, words left out for want
// of their author's consent (GOV-012) or because the coach has redacted them
// (SIG-017).
//
// Points that the steward rejected are not in the figures.
func (p Pack) CoachView(req CoachRequest) (CoachView, coaching.Findings) {
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !p.ok {
		add("SIG-004", coaching.Error, "", "the pack was not made by NewPack")
		return CoachView{}, fs
	}
	if req.Coach.IsZero() || req.At.IsZero() || req.Consents == nil {
		add("GOV-012", coaching.Error, "", "a view needs a coach, a time and a store of consents")
		return CoachView{}, fs
	}
	if req.Coach == p.spec.Leader {
		add("SIG-024", coaching.Error, "coach", "the coach is the leader; want someone else")
	}
	day := coaching.DateOf(req.At)
	log := req.Log.asOf(day) // what a steward says later does not open a view today
	view := CoachView{leader: p.spec.Leader, coach: req.Coach, on: day, outcome: p.spec.Outcome, ok: true}
	for _, o := range req.LeaveOut {
		if !slices.Contains(p.Signals(), o.Signal) || strings.TrimSpace(o.Reason) == "" {
			add("SIG-004", coaching.Error, "leave_out", "a signal can be left out of a pack that has it, for a reason")
			continue
		}
		view.leftOut = append(view.leftOut, o)
	}
	shown := 0
	for _, s := range p.spec.Signals {
		d := s.Baselines.series.definition
		if slices.ContainsFunc(view.leftOut, func(o Omission) bool { return o.Signal == d.ID }) {
			continue
		}
		shown++
		fs = append(fs, barred(d, p.spec.Leader, req.Standings, req.Freshness, req.Consents, req.At)...)
		settled, flags := s.Baselines.settleOf(p.spec.Leader, log)
		for _, f := range log.Pending(flags) {
			add("SIG-024", coaching.Error, d.ID, "the flag on %s (%s) waits for a steward", f.Period.Start, f.Rule)
		}
		for _, f := range flags {
			if decision, ok := log.Decision(f.ID); ok && decision.Steward == req.Coach {
				add("SIG-024", coaching.Error, d.ID, "the flag on %s (%s) was decided by the coach who asks; want another steward", f.Period.Start, f.Rule)
			}
		}
		baseline := settled.Of(p.spec.Leader)
		for _, reason := range baseline.Reasons {
			add("SIG-025", coaching.Error, d.ID, "after the steward's decisions: %s", reason)
		}
		if baseline.Sufficient {
			v := settled.view(baseline, req.FollowUp, day)
			v.Control = req.Standings[d.ID].Control
			v.Notes = append(v.Notes, notes(flags, log)...)
			view.signals = append(view.signals, v)
		}
	}
	for _, q := range p.spec.Qualitative {
		if code, reason := q.hidden(p.spec.Leader, req.Coach, req.Consents, req.At); code != "" {
			view.leftOut = append(view.leftOut, Omission{q.ID, reason})
			add(code, coaching.Warning, q.ID, "an %s is left out: %s", q.Kind, reason)
			continue
		}
		view.qualitative = append(view.qualitative, q.anonymous())
	}
	if shown == 0 || shown+statedInputs(view.qualitative) < 2 {
		add("SIG-004", coaching.Error, "", "%d signals and %d stated inputs would be left; want 2, of which at least one has figures", shown, statedInputs(view.qualitative))
	}
	if m := view.ReadingMinutes(); m > 10 {
		add("SIG-022", coaching.Warning, "", "the view takes %d minutes to read; want at most 10", m)
	}
	fs.Sort()
	if fs.Blocked() {
		return CoachView{}, fs
	}
	return view, fs
}

// barred says what keeps a signal about a leader from a coach, flags aside:
// FAI-005 its standing, SIG-026 its feed, GOV-012 the leader's consent. A late
// feed is a warning.
func barred(d Definition, leader coaching.PersonID, standings map[string]StandingRecord, freshness map[string]Freshness, consents Consents, at time.Time) coaching.Findings {
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: d.ID, Message: fmt.Sprintf(format, args...)})
	}
	switch s := standings[d.ID]; {
	case s.Standing == Cleared:
	case s.Standing == Restricted && strings.TrimSpace(s.Control) != "":
	case s.Standing == Restricted:
		add("FAI-005", coaching.Error, "the signal is restricted, and no human control is in place")
	default:
		add("FAI-005", coaching.Error, "the signal is %s; want cleared, or restricted with a control in place", s.Standing)
	}
	feed, known := freshness[d.ID]
	feed = feed.On(coaching.DateOf(at))
	switch {
	case !known || feed.Signal != d.ID:
		add("SIG-026", coaching.Error, "nothing says how fresh the feed is")
	case feed.Status == Stale || feed.Status == OutcomeOnly:
		add("SIG-026", coaching.Error, "the feed is %s: %s", feed.Status, strings.Join(feed.Reasons, "; "))
	case feed.Status == Late:
		add("SIG-026", coaching.Warning, "the feed is late: %s", strings.Join(feed.Reasons, "; "))
	}
	if consents == nil || !consents.Holds(leader, d.ID, CoachingPurpose, at) {
		add("GOV-012", coaching.Error, "the leader's consent to this signal for coaching does not hold at the time")
	}
	return fs
}

// settleAll returns the baselines without rejected points, and the flags before
// and after, each once, by period.
func (b *Baselines) settleAll(log *StewardLog) (*Baselines, []Flag) {
	settled, _ := b.Settle(log)
	seen := map[string]bool{}
	var flags []Flag
	for _, f := range slices.Concat(Detect(b), Detect(settled)) {
		if !seen[f.ID] {
			seen[f.ID] = true
			flags = append(flags, f)
		}
	}
	slices.SortStableFunc(flags, func(a, b Flag) int { return a.Period.Compare(b.Period) })
	return settled, flags
}

// settleOf is settleAll with the flags on one leader.
func (b *Baselines) settleOf(leader coaching.PersonID, log *StewardLog) (*Baselines, []Flag) {
	settled, flags := b.settleAll(log)
	return settled, slices.DeleteFunc(flags, func(f Flag) bool { return f.Leader != leader })
}

// notes says what the steward decided about the shown figures.
func notes(flags []Flag, log *StewardLog) []string {
	var lines []string
	for _, f := range flags {
		if d, ok := log.Decision(f.ID); ok {
			lines = append(lines, fmt.Sprintf("%s: a flagged figure was %s by the steward: %s", f.Period.Start, d.Verdict, d.Reason))
		}
	}
	return lines
}

// view returns what a definition says of itself, without figures.
func (d Definition) view() SignalView {
	return SignalView{
		ID: d.ID, Name: d.Name, Unit: d.Unit, Direction: d.Direction, Path: d.Path, Explain: d.Explain,
		BlindSpots: slices.Clone(d.BlindSpots), Restriction: d.Restriction,
	}
}

// view computes one signal's figures. A zero follow-up is every period after the
// baseline that has ended before the day.
func (b *Baselines) view(i Baseline, followUp coaching.Window, day coaching.Date) SignalView {
	v := b.series.definition.view()
	v.Level, v.BaselineMean, v.BaselineN = i.Level, i.rawMean, i.N
	var after []float64
	for t, cell := range b.series.row(i.Leader) {
		period := b.series.periods[t]
		_, rejected := b.rejected[rowKey{i.Leader, period}]
		switch {
		case cell.Status != OK || rejected || !period.Start.After(b.window.To) || !period.Last().Before(day):
			continue
		case followUp.Days() > 0 && !period.within(followUp):
			continue
		}
		after = append(after, cell.Value)
	}
	for _, dropped := range i.Dropped {
		v.Notes = append(v.Notes, fmt.Sprintf("%s is not in the baseline: %s", dropped.Period.Start, dropped.Reason))
	}
	if v.LatestN = len(after); v.LatestN > 0 {
		v.Latest, _ = meanVariance(after)
		v.Percent, v.PercentOK = i.Percent(v.Latest)
		v.Delta = v.Latest - i.rawMean
		v.MDC95 = mdc95(b.withinSD, float64(i.N), float64(v.LatestN))
		v.Moved = math.Abs(v.Delta) > v.MDC95
	}
	return v
}

// Leader returns whom the view is about, and Coach who may read it; both are
// zero for the zero view.
func (v CoachView) Leader() coaching.PersonID { return v.leader }

// Coach returns who may read the view.
func (v CoachView) Coach() coaching.PersonID { return v.coach }

// On returns the day of the view.
func (v CoachView) On() coaching.Date { return v.on }

// Outcome returns the outcome that the view serves.
func (v CoachView) Outcome() string { return v.outcome }

// Signals returns the shown signals, in the pack's order.
func (v CoachView) Signals() []SignalView { return slices.Clone(v.signals) }

// Qualitative returns the shown items, in the pack's order, without author,
// coder and who redacted them.
func (v CoachView) Qualitative() []QualitativeItem { return slices.Clone(v.qualitative) }

// LeftOut returns what is not shown and why: the request's omissions in their
// order, then items without consent.
func (v CoachView) LeftOut() []Omission { return slices.Clone(v.leftOut) }

// IsZero reports whether the view has nothing to show.
func (v CoachView) IsZero() bool { return !v.ok }
