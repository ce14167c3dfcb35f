package signal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
)

// A Snapshot is what the figures of a pack were on a day, and what was new in
// them since the snapshot before. It holds figures of groups only. It is plain
// data, so that a host can keep it, as JSON for instance, until the next one. It
// is for the steward: it holds figures that are still pending, which a coach
// reads in no [CoachView].
type Snapshot struct {
	Programme string            `json:"programme"`
	Leader    coaching.PersonID `json:"leader"`
	On        coaching.Date     `json:"on"`
	Since     coaching.Date     `json:"since,omitzero"` // the day of the one before; zero for the first
	Signals   []SignalSnapshot  `json:"signals"`        // in the pack's order
}

// A SignalSnapshot is one signal of a snapshot. What is new or restated is empty
// in a first snapshot, which has nothing to compare with.
type SignalSnapshot struct {
	Signal   string           `json:"signal"`
	Figures  []SnapshotFigure `json:"figures"`            // of the periods that ended before the day, in order
	New      []Period         `json:"new,omitempty"`      // with a figure now and none before
	Restated []Period         `json:"restated,omitempty"` // with another figure now, or none any more
	// WithinLimits counts the new figures inside the baseline's limits for one
	// period: they are noise as far as anybody can tell.
	WithinLimits int      `json:"within_limits"`
	Flags        []string `json:"flags,omitempty"` // IDs of all flags, by period
	NewFlags     int      `json:"new_flags"`       // of them, not in the one before
	Pending      int      `json:"pending"`         // of them, not yet decided
}

// A SnapshotFigure is a leader's figure in one period.
type SnapshotFigure struct {
	Period Period  `json:"period"`
	Status Status  `json:"status"`
	Value  float64 `json:"value"` // 0 unless the status is ok
}

// text is what two figures are compared by: six significant digits, as in the ID
// of a flag.
func (f SnapshotFigure) text() string {
	return f.Status.String() + strconv.FormatFloat(f.Value, 'g', 6, 64)
}

// snapshotDays is the most days between two snapshots a week.
const snapshotDays = 4

// NewSnapshot takes the snapshot of a pack on a day. The one before is the zero
// Snapshot for the first. SIG-027 is an error, and the snapshot zero, when the
// pack was not made by NewPack or the one before is of another pack or not of an
// earlier day; it is a warning when more than four days lie between them, and
// for a signal that is not classed Aggregate, which is left out. The findings
// are sorted.
func NewSnapshot(p Pack, log *StewardLog, day coaching.Date, before Snapshot) (Snapshot, coaching.Findings) {
	var fs coaching.Findings
	add := func(sev coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "SIG-027", Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	first := before.On.IsZero()
	switch {
	case !p.ok:
		add(coaching.Error, "", "the pack was not made by NewPack")
	case day.IsZero():
		add(coaching.Error, "", "a snapshot needs a day")
	case first:
	case before.Leader != p.spec.Leader || before.Programme != p.spec.Programme:
		add(coaching.Error, "", "the snapshot before is of another pack")
	case !before.On.Before(day):
		add(coaching.Error, "", "the snapshot before is of %s; want a day before %s", before.On, day)
	case before.On.DaysUntil(day) > snapshotDays:
		add(coaching.Warning, "", "%d days since the snapshot before; twice a week is at most %d", before.On.DaysUntil(day), snapshotDays)
	}
	if fs.Blocked() {
		return Snapshot{}, fs
	}
	s := Snapshot{Programme: p.spec.Programme, Leader: p.spec.Leader, On: day, Since: before.On}
	log = log.asOf(day)
	for _, signal := range p.spec.Signals {
		d := signal.Baselines.series.definition
		if d.Class != Aggregate {
			add(coaching.Warning, d.ID, "left out: it is classed %s, and a snapshot holds figures of groups only", d.Class)
			continue
		}
		one := signal.Baselines.snapshot(p.spec.Leader, log, day)
		if !first {
			i := slices.IndexFunc(before.Signals, func(s SignalSnapshot) bool { return s.Signal == d.ID })
			var last SignalSnapshot
			if i >= 0 {
				last = before.Signals[i]
			}
			one.compare(last, signal.Baselines.Of(p.spec.Leader))
		}
		s.Signals = append(s.Signals, one)
	}
	fs.Sort()
	return s, fs
}

// snapshot takes a leader's figures and flags of the periods that ended before
// the day.
func (b *Baselines) snapshot(leader coaching.PersonID, log *StewardLog, day coaching.Date) SignalSnapshot {
	s := SignalSnapshot{Signal: b.series.definition.ID}
	for t, cell := range b.series.row(leader) {
		if period := b.series.periods[t]; period.Last().Before(day) {
			s.Figures = append(s.Figures, SnapshotFigure{period, cell.Status, cell.Value})
		}
	}
	_, flags := b.settleOf(leader, log)
	flags = slices.DeleteFunc(flags, func(f Flag) bool { return !f.Period.Last().Before(day) })
	for _, f := range flags {
		s.Flags = append(s.Flags, f.ID)
	}
	s.Pending = len(log.Pending(flags))
	return s
}

// compare fills what is new since the snapshot before. The baseline gives the
// limits.
func (s *SignalSnapshot) compare(before SignalSnapshot, baseline Baseline) {
	old := map[Period]SnapshotFigure{}
	for _, f := range before.Figures {
		old[f.Period] = f
	}
	for _, f := range s.Figures {
		was, known := old[f.Period]
		delete(old, f.Period)
		switch {
		case was.Status != OK && f.Status == OK:
			s.New = append(s.New, f.Period)
			if baseline.Sufficient && !baseline.Outside(f.Value) {
				s.WithinLimits++
			}
		case known && was.Status == OK && was.text() != f.text():
			s.Restated = append(s.Restated, f.Period)
		}
	}
	for period, was := range old {
		if was.Status == OK {
			s.Restated = append(s.Restated, period)
		}
	}
	slices.SortFunc(s.Restated, Period.Compare)
	for _, id := range s.Flags {
		if !slices.Contains(before.Flags, id) {
			s.NewFlags++
		}
	}
}

// Text returns how much is new, in plain lines. It prints no figure; "" for the
// zero snapshot. The same snapshot gives the same text.
func (s Snapshot) Text() string {
	if s.On.IsZero() {
		return ""
	}
	var b strings.Builder
	if s.Since.IsZero() {
		fmt.Fprintf(&b, "First snapshot, %s: %s.\n", s.On, count(len(s.Signals), "signal"))
	} else {
		signals, figures, within := 0, 0, 0
		for _, one := range s.Signals {
			signals += min(len(one.New), 1)
			figures += len(one.New)
			within += one.WithinLimits
		}
		fmt.Fprintf(&b, "Snapshot of %s: %d of %s with a new period since %s.\n", s.On, signals, count(len(s.Signals), "signal"), s.Since)
		if figures == 0 {
			b.WriteString("Nothing is new to act on.\n")
		} else {
			fmt.Fprintf(&b, "%d of %s within the limits of the baseline: noise, as far as anybody can tell.\n", within, count(figures, "new figure"))
		}
	}
	for _, one := range s.Signals {
		fmt.Fprintf(&b, "   %s: %d new, %d restated, %s waiting for a steward\n", one.Signal, len(one.New), len(one.Restated), count(one.Pending, "flag"))
	}
	return b.String()
}
