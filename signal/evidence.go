package signal

import (
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// validationDays is the least length of a validation window (SIG-029).
const validationDays = 30

// An EvidenceSpec is what was measured of a candidate signal over a window.
type EvidenceSpec struct {
	Window    coaching.Window // at least 30 days
	Baselines *Baselines      // of all leaders; they hold the definition and the series
	Freshness Freshness       // of the signal's feed, from [Gate]
	Quality   Quality         // of the panel, from [Check]
	Log       *StewardLog
	Snapshots []Snapshot // any order, of any leaders; those on days of the window count
}

// Evidence is the quality evidence of a candidate signal over a validation
// window, as plain values for whoever decides about its standing. The zero
// Evidence is not Sufficient.
type Evidence struct {
	Signal     string
	Version    int
	Window     coaching.Window
	Sufficient bool
	Reasons    []string // why it is not sufficient
	// Cells are leaders times periods of the window, and Coverage is the share of
	// them that hold a value; the others are counted by why they do not.
	Cells      int
	Suppressed int
	Excluded   int
	Missing    int
	Coverage   float64

	Feed      FeedStatus
	FeedAge   int // days from the newest data to the day of the freshness
	Stability StabilityVerdict
	ICCk      float64
	MDC95     float64

	// Flags in the window and what the steward has said about them by its end.
	Flags     int
	Confirmed int
	Rejected  int
	Explained int
	Pending   int

	Restated int      // leader-periods, by the snapshots of the window
	Quality  []string // codes of errors and warnings about the signal's columns, sorted
}

// EvidenceOf assembles the quality evidence of a signal. It decides nothing: a
// signal passes or fails in the fairness check. It is insufficient, with reasons,
// when the window is shorter than 30 days, when no value lies in it, when its
// stability cannot be measured over it, or when freshness is of another signal.
func EvidenceOf(spec EvidenceSpec) Evidence {
	b := spec.Baselines.orEmpty()
	d := b.series.definition
	e := Evidence{Signal: d.ID, Version: d.Version, Window: spec.Window}
	add := func(format string, args ...any) { e.Reasons = append(e.Reasons, fmt.Sprintf(format, args...)) }
	if days := spec.Window.Days(); days < validationDays {
		add("a window of %d days; want at least %d", days, validationDays)
	}
	e.cover(b.series)
	if e.Cells == e.Suppressed+e.Excluded+e.Missing {
		add("no value in the window")
	}
	stability := StabilityOf(b.series, spec.Window)
	e.Stability, e.ICCk, e.MDC95 = stability.Verdict, stability.ICCk, stability.MDC95
	if stability.Verdict == Unmeasured {
		add("stability is not measured: %s", stability.Reason)
	}
	if e.Feed = spec.Freshness.Status; spec.Freshness.Signal != d.ID || spec.Freshness.AsOf.IsZero() {
		e.Feed = Stale
		add("nothing says how fresh the feed is")
	} else {
		e.FeedAge = spec.Freshness.Newest.DaysUntil(spec.Freshness.AsOf)
	}
	e.flagged(b, spec.Log.asOf(spec.Window.To))
	for _, s := range spec.Snapshots {
		for _, one := range s.Signals {
			if one.Signal == d.ID && spec.Window.Contains(s.On) {
				e.Restated += len(one.Restated)
			}
		}
	}
	codes := map[string]bool{}
	for _, c := range spec.Quality.Checks {
		if c.Severity != coaching.Info && (c.Column == "" || slices.Contains(d.Expr.Columns(), c.Column)) {
			codes[c.Code] = true
		}
	}
	e.Quality = slices.Sorted(maps.Keys(codes))
	e.Sufficient = len(e.Reasons) == 0
	return e
}

// cover counts the cells of the window. Periods that the series does not reach
// are missing.
func (e *Evidence) cover(s *Series) {
	ok := 0
	for _, leader := range s.leaders {
		for t, cell := range s.row(leader) {
			if !s.periods[t].within(e.Window) {
				continue
			}
			e.Cells++
			switch cell.Status {
			case OK:
				ok++
			case Suppressed:
				e.Suppressed++
			case Excluded:
				e.Excluded++
			default:
				e.Missing++
			}
		}
	}
	before, behind := (&Baselines{series: s, window: e.Window}).unseen()
	unseen := len(s.leaders) * (len(before) + len(behind))
	e.Cells, e.Missing = e.Cells+unseen, e.Missing+unseen
	if e.Cells > 0 {
		e.Coverage = float64(ok) / float64(e.Cells)
	}
}

// flagged counts the flags of all leaders in the window by what is decided.
func (e *Evidence) flagged(b *Baselines, log *StewardLog) {
	_, flags := b.settleAll(log)
	for _, f := range flags {
		if !f.Period.within(e.Window) {
			continue
		}
		e.Flags++
		switch d, _ := log.Decision(f.ID); d.Verdict {
		case Confirmed:
			e.Confirmed++
		case Rejected:
			e.Rejected++
		case Explained:
			e.Explained++
		default:
			e.Pending++
		}
	}
}

// Findings reports, as SIG-029, every reason why the evidence is insufficient as
// an error, and flags that nobody has decided as a warning. They are sorted.
func (e Evidence) Findings() coaching.Findings {
	var fs coaching.Findings
	add := func(sev coaching.Severity, message string) {
		fs = append(fs, coaching.Finding{Code: "SIG-029", Severity: sev, Path: e.Signal, Message: message})
	}
	for _, reason := range e.Reasons {
		add(coaching.Error, "the evidence is insufficient: "+reason)
	}
	if !e.Sufficient && len(e.Reasons) == 0 {
		add(coaching.Error, "nothing was measured")
	}
	if e.Pending > 0 {
		add(coaching.Warning, fmt.Sprintf("%s of the window waiting for a steward", count(e.Pending, "flag")))
	}
	fs.Sort()
	return fs
}
