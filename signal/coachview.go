package signal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

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
// Points that the steward rejected are not in the figures. Two views of one
// leader whose follow-ups differ by a week give that week's figure, which
// [Evaluate] has hidden when fewer than five people were in it; what else it
// protects, and what not, it says.
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
		fs = append(fs, s.Baselines.barred(p.spec.Leader, req.Standings, req.Freshness, req.Consents, req.At)...)
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
func (v CoachView) Signals() []SignalView {
	signals := slices.Clone(v.signals)
	for i := range signals {
		signals[i] = signals[i].clone()
	}
	return signals
}

// Qualitative returns the shown items, in the pack's order, without author,
// coder and who redacted them.
func (v CoachView) Qualitative() []QualitativeItem { return slices.Clone(v.qualitative) }

// LeftOut returns what is not shown and why: the request's omissions in their
// order, then items without consent.
func (v CoachView) LeftOut() []Omission { return slices.Clone(v.leftOut) }

// IsZero reports whether the view has nothing to show.
func (v CoachView) IsZero() bool { return !v.ok }
