package signal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// A LeaderSpec is what a leader's own view is made of. The zero spec is refused.
type LeaderSpec struct {
	Programme string
	Leader    coaching.PersonID
	At        time.Time
	// Signals are the baselines of every signal that the programme computes about
	// the leader, in the order to show, also of those that no coach reads.
	Signals     []*Baselines
	Qualitative []QualitativeItem
	// Standings, Freshness, Consents and Log are as in [CoachRequest]. They take
	// nothing out of the view: it says what they keep from the coach.
	Standings map[string]StandingRecord
	Freshness map[string]Freshness
	Consents  Consents
	Log       *StewardLog
	Readers   []Reader // who else reads about the leader; at least one, in the order to show
	Appeals   AppealsRoute
	DeleteBy  coaching.Date // the day by which these figures are deleted; zero: not known here
}

// A Reader is somebody else who reads about a leader.
type Reader struct {
	Role   coaching.Role
	Person coaching.PersonID // zero: whoever has the role
	Reads  string            // such as "the pack, before each session"
}

// An AppealsRoute says how to object to a figure. Both fields are required.
type AppealsRoute struct {
	Text string        // what to do, such as "write to the privacy office; it answers within 10 days"
	Role coaching.Role // who decides
}

// A LeaderView is what a leader sees of themselves. Only [NewLeaderView] makes
// one; the zero LeaderView has nothing to show.
type LeaderView struct {
	spec     LeaderSpec
	on       coaching.Date
	signals  []LeaderSignal
	heldBack []Omission
	ok       bool
}

// A LeaderSignal is one signal of a leader's own view. While a figure is being
// checked it has the trend and no level or change, which would give it away.
type LeaderSignal struct {
	SignalView
	Source   Source
	Class    DataClass
	Standing Standing
	Trend    []TrendPoint // every period that has ended, in order
	Checking int          // figures that wait for a steward
	// NotForCoach says why a coach does not read the signal now; empty when nothing
	// stands in the way.
	NotForCoach []string
}

// A TrendPoint is a team's figure in one period.
type TrendPoint struct {
	Period Period
	Shown  bool
	Value  float64 // 0 unless Shown
	Note   string  // why there is no value
}

// beingChecked is what a leader reads of a figure whose flag is pending.
const beingChecked = "being checked by a steward"

// NewLeaderView makes a leader's own view. A leader may see what is held about
// them whatever keeps it from a coach: a withdrawn consent, a standing, a stale
// feed or a pending flag is printed, and hides nothing silently. A flagged figure
// is shown as being checked until a steward decides. Cells of fewer than
// [MinGroup] people stay hidden, as do the words of other people, whom a leader
// would recognise.
//
// A leader who keeps the view of a team and reads that of the team less one
// learns that one's figures, as [Evaluate] says.
//
// It answers the zero view when a finding blocks: GOV-010 without an appeals
// route, GOV-008 when it does not say who else reads, GOV-026 when it lacks
// leader, time or signals or a signal is classed Raw, SIG-017 for a malformed
// item. The findings are sorted. The lists in spec are copied.
func NewLeaderView(spec LeaderSpec) (LeaderView, coaching.Findings) {
	var fs coaching.Findings
	add := func(code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if spec.Leader.IsZero() || spec.At.IsZero() || strings.TrimSpace(spec.Programme) == "" || len(spec.Signals) == 0 {
		add("GOV-026", "", "a leader's view needs a programme, a leader, a time and the signals; one of them is missing")
	}
	if strings.TrimSpace(spec.Appeals.Text) == "" || spec.Appeals.Role == coaching.NoRole {
		add("GOV-010", "appeals", "no appeals route; say what a misrepresented leader does and which role decides")
	}
	if len(spec.Readers) == 0 || slices.ContainsFunc(spec.Readers, func(r Reader) bool { return r.Role == coaching.NoRole || strings.TrimSpace(r.Reads) == "" }) {
		add("GOV-008", "readers", "the view does not say who else reads what; name at least one role")
	}
	for i, b := range spec.Signals {
		if d := b.orEmpty().series.definition; d.ID == "" {
			add("GOV-026", fmt.Sprintf("signals[%d]", i), "no baselines")
		} else if d.Class == Raw {
			add("GOV-026", fmt.Sprintf("signals[%d]", i), "%q is classed raw; a leader sees aggregated trends", d.ID)
		}
	}
	for i, q := range spec.Qualitative {
		if wrong := q.wrong(spec.Leader); wrong != "" {
			add("SIG-017", fmt.Sprintf("qualitative[%d]", i), "the item cannot be used: %s", wrong)
		}
	}
	fs.Sort()
	if fs.Blocked() {
		return LeaderView{}, fs
	}
	v := LeaderView{spec: spec, on: coaching.DateOf(spec.At), ok: true}
	v.spec.Readers, v.spec.Qualitative = slices.Clone(spec.Readers), nil
	log := spec.Log.asOf(v.on)
	for _, b := range spec.Signals {
		s := b.own(spec, log, v.on)
		v.signals = append(v.signals, s)
		hidden := 0
		for _, p := range s.Trend {
			if p.Note == reasonFew {
				hidden++
			}
		}
		if hidden > 0 {
			v.heldBack = append(v.heldBack, Omission{s.ID, fmt.Sprintf("%s with %s", count(hidden, "period"), reasonFew)})
		}
	}
	for _, q := range spec.Qualitative {
		if q.Kind.verbatim() && q.Author != spec.Leader {
			v.heldBack = append(v.heldBack, Omission{q.ID, "words of another person, whom you could recognise"})
			continue
		}
		v.spec.Qualitative = append(v.spec.Qualitative, q.anonymous())
	}
	return v, fs
}

// own computes a signal as its leader sees it on a day.
func (b *Baselines) own(spec LeaderSpec, log *StewardLog, day coaching.Date) LeaderSignal {
	d := b.series.definition
	s := LeaderSignal{SignalView: d.view(), Source: d.Source, Class: d.Class, Standing: spec.Standings[d.ID].Standing}
	settled, flags := b.settleOf(spec.Leader, log)
	flags = slices.DeleteFunc(flags, func(f Flag) bool { return !f.Period.Last().Before(day) })
	pending := log.Pending(flags)
	s.Trend, s.Checking = settled.trend(spec.Leader, pending, day), len(pending)
	if i := settled.Of(spec.Leader); !i.Sufficient {
		for _, reason := range i.Reasons {
			s.Notes = append(s.Notes, "no level: "+reason)
		}
	} else if len(pending) > 0 {
		s.Notes = append(s.Notes, "level and change are not stated while a figure is being checked")
	} else {
		s.SignalView = settled.view(i, coaching.Window{}, day)
	}
	s.Control = spec.Standings[d.ID].Control
	s.Notes = append(s.Notes, notes(flags, log)...)
	for f := range b.barred(spec.Leader, spec.Standings, spec.Freshness, spec.Consents, spec.At).Blocking() {
		s.NotForCoach = append(s.NotForCoach, f.Message)
	}
	if !settled.Of(spec.Leader).Sufficient {
		s.NotForCoach = append(s.NotForCoach, "there is no level to compare with")
	}
	if len(pending) > 0 {
		s.NotForCoach = append(s.NotForCoach, fmt.Sprintf("%s flagged and not yet decided by a steward", count(len(pending), "figure")))
	}
	return s
}

// trend returns a leader's figures in the periods that ended before the day.
func (b *Baselines) trend(leader coaching.PersonID, pending []Flag, day coaching.Date) []TrendPoint {
	var points []TrendPoint
	for t, cell := range b.series.row(leader) {
		p := TrendPoint{Period: b.series.periods[t]}
		if !p.Period.Last().Before(day) {
			continue
		}
		why, rejected := b.rejected[rowKey{leader, p.Period}]
		switch {
		case rejected:
			p.Note = "rejected by a steward: " + why
		case slices.ContainsFunc(pending, func(f Flag) bool { return f.Period == p.Period }):
			p.Note = beingChecked
		case cell.Status != OK:
			p.Note = cell.Reason
		default:
			p.Shown, p.Value = true, cell.Value
		}
		points = append(points, p)
	}
	return points
}

// Leader returns whose view it is; zero for the zero view.
func (v LeaderView) Leader() coaching.PersonID { return v.spec.Leader }

// On returns the day of the view.
func (v LeaderView) On() coaching.Date { return v.on }

// Signals returns the signals, in the order of the spec.
func (v LeaderView) Signals() []LeaderSignal {
	signals := slices.Clone(v.signals)
	for i, s := range signals {
		signals[i].SignalView = s.SignalView.clone()
		signals[i].Trend, signals[i].NotForCoach = slices.Clone(s.Trend), slices.Clone(s.NotForCoach)
	}
	return signals
}

// Qualitative returns the shown items, in the order of the spec, without the
// people behind them.
func (v LeaderView) Qualitative() []QualitativeItem { return slices.Clone(v.spec.Qualitative) }

// HeldBack returns what is not shown and why: signals with hidden periods in the
// order of the spec, then items.
func (v LeaderView) HeldBack() []Omission { return slices.Clone(v.heldBack) }

// IsZero reports whether the view has nothing to show.
func (v LeaderView) IsZero() bool { return !v.ok }
