package signal

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A FeedStatus says whether a feed may still be acted on. The zero FeedStatus is
// Stale.
type FeedStatus uint8

const (
	Stale       FeedStatus = iota // older than 14 days, or did not advance
	OutcomeOnly                   // slower than weekly: it may close a pilot, not steer one
	Late                          // older than 10 days, or with too many gaps
	Fresh
)

var feedStatusNames = [...]string{"stale", "outcome only", "late", "fresh"}

// String returns "stale", "outcome only", "late" or "fresh".
func (s FeedStatus) String() string { return enum.Name(feedStatusNames[:], s, "FeedStatus") }

const (
	freshDays   = 10
	lateDays    = 14
	refreshDays = 7 // SIG-026
	modalShare  = 0.8
)

// A Load is one delivery of a feed: the day it arrived and the last day that it
// covered.
type Load struct {
	On     coaching.Date
	Newest coaching.Date
}

// Freshness is what is known about a feed on a day.
type Freshness struct {
	Signal   string
	Cadence  Cadence // by the modal gap between periods
	ModalGap int     // days
	Share    float64 // of gaps that are the modal one
	MaxGap   int
	Periods  int           // distinct periods with a figure
	Newest   coaching.Date // last day with data
	AsOf     coaching.Date
	// Refresh is the median of days between loads; when fewer than two are known,
	// ModalGap, or the length of the only period.
	Refresh int
	Status  FeedStatus
	Reasons []string // why it is not fresh, in the order of severity

	stuck bool // the last load did not advance
}

// Gate says whether a signal's feed is fresh on a day. A feed is fresh with a
// refresh of at most 7 days and an age of at most 10, late up to 14, stale
// beyond. A last load that did not advance makes it stale whatever its age: both
// tests are needed. A feed of which less than four fifths of the gaps between
// periods are the usual one is late at best. Loads may come in any order; none at
// all means that only the age is known.
func Gate(p *Panel, d Definition, asOf coaching.Date, loads []Load) Freshness {
	p = p.orEmpty()
	f := Freshness{Signal: d.ID}
	var starts []coaching.Date
	for _, period := range p.observed(d) {
		starts = append(starts, period.Start)
		if last := period.Last(); last.After(f.Newest) {
			f.Newest = last
		}
	}
	f.describe(starts)
	if f.Refresh = f.ModalGap; len(starts) == 1 {
		f.Refresh = starts[0].DaysUntil(f.Newest) + 1
	}
	loads = slices.SortedFunc(slices.Values(loads), func(a, b Load) int { return cmp.Or(a.On.Compare(b.On), a.Newest.Compare(b.Newest)) })
	if n := len(loads); n >= 2 {
		gaps := make([]float64, 0, n-1)
		for i := 1; i < n; i++ {
			gaps = append(gaps, float64(loads[i-1].On.DaysUntil(loads[i].On)))
		}
		f.Refresh = int(math.Ceil(median(gaps)))
		f.stuck = !loads[n-1].Newest.After(loads[n-2].Newest)
	}
	return f.On(asOf)
}

// On returns the same feed judged on another day.
func (f Freshness) On(day coaching.Date) Freshness {
	f.AsOf, f.Reasons = day, nil
	add := func(format string, args ...any) { f.Reasons = append(f.Reasons, fmt.Sprintf(format, args...)) }
	age := f.Newest.DaysUntil(day)
	f.Status = Fresh
	lower := func(s FeedStatus) { f.Status = min(f.Status, s) }
	switch {
	case f.Newest.IsZero() || day.IsZero():
		lower(Stale)
		add("no data, or no day to judge them on")
		return f
	case age < 0:
		// Data from the future mean a wrong clock or a wrong date layout.
		lower(Stale)
		add("the data end %d days after the day they are judged on", -age)
	case age > lateDays:
		lower(Stale)
		add("the data are %d days old; want at most %d", age, lateDays)
	}
	if f.stuck {
		lower(Stale)
		add("the last load did not advance beyond %s", f.Newest)
	}
	if max(f.Refresh, f.ModalGap) > refreshDays {
		lower(OutcomeOnly)
		add("a figure every %d days; want at most %d", max(f.Refresh, f.ModalGap), refreshDays)
	}
	if age > freshDays && age <= lateDays {
		lower(Late)
		add("the data are %d days old; want at most %d", age, freshDays)
	}
	if f.Periods > 2 && f.Share < modalShare {
		lower(Late)
		add("%.0f%% of the gaps between periods are the usual %d days; want at least %.0f%%", 100*f.Share, f.ModalGap, 100*modalShare)
	}
	return f
}

// describe fills the gaps between distinct period starts.
func (f *Freshness) describe(starts []coaching.Date) {
	starts = slices.Compact(slices.SortedFunc(slices.Values(starts), coaching.Date.Compare))
	f.Periods = len(starts)
	if len(starts) < 2 {
		return
	}
	gaps := map[int]int{}
	for i := 1; i < len(starts); i++ {
		g := starts[i-1].DaysUntil(starts[i])
		gaps[g]++
		f.MaxGap = max(f.MaxGap, g)
	}
	for _, g := range slices.Sorted(maps.Keys(gaps)) {
		if gaps[g] > gaps[f.ModalGap] {
			f.ModalGap = g
		}
	}
	f.Share = float64(gaps[f.ModalGap]) / float64(len(starts)-1)
	for c := Daily; c <= Quarterly; c++ {
		if c.Holds(f.ModalGap) {
			f.Cadence = c
		}
	}
}
