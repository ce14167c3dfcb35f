package signal

import (
	"errors"
	"io"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// slackCounts are the columns of a Slack export that are added over days, and
// slackLevels those whose mean over days means something. Percentages are
// neither: a share over a week is a ratio of sums.
var (
	slackCounts = [...]string{"Messages in public channels", "Messages in private channels", "Messages in shared channels", "Messages in DMs"}
	slackLevels = [...]string{"Daily active members", "Daily members posting messages", "Weekly active members", "Weekly members posting messages",
		"Total enabled membership", "Enabled full members", "Enabled guests", "Total members"}
)

// slackDays is the least number of days with a figure that make a week.
const slackDays = 5

// ReadSlack reads the analytics export of a Slack workspace: one row per day, no
// persons. The figures land on the row of the one leader who owns the workspace;
// spec.Owners has that one entry, under any label.
//
// By default the metrics are weekly. Messages in public channels, in private
// channels, in shared channels and in DMs are added over the days of a week;
// Daily active members, Daily members posting messages, Weekly active members,
// Weekly members posting messages, Total enabled membership, Enabled full
// members, Enabled guests and Total members are means over days; days counts the
// week's rows. Of a week with fewer than five days every metric but days is
// missing (DQ03): the export leaves days out, and a sum over two days is no week.
// Sums over five and over seven days still differ, so prefer shares. Slack's
// percentages and running totals are not read.
//
// One workspace is one leader's figure, and [StabilityOf] needs three leaders, so
// a signal of one workspace alone does not pass the checklist (SIG-013).
//
// With spec.PeriodDays 1 the same metrics are daily. A day given twice with
// different figures is missing. See [ReadViva] for the rest; set WeekStart, whose
// zero value is Sunday.
func ReadSlack(r io.Reader, spec ImportSpec) (*Panel, ImportReport, error) {
	if err := needOwners(spec); err != nil {
		return nil, ImportReport{}, err
	}
	if len(spec.Owners) != 1 || len(spec.Attributes) > 0 || spec.PeriodDays != 0 && spec.PeriodDays != 1 && spec.PeriodDays != 7 {
		return nil, ImportReport{}, errors.New("signal: a workspace has one entry in ImportSpec.Owners, no attributes, and periods of 1 or 7 days")
	}
	makes := slices.Concat(slackCounts[:], slackLevels[:], []string{"days"})
	t, err := newTally(r, spec, makes)
	if err != nil {
		return nil, ImportReport{}, err
	}
	t.once, t.events = oncePerDay, true
	date, err := t.column(t.dateOr("Date")...)
	if err != nil {
		return nil, ImportReport{}, err
	}
	least, period := slackDays, t.weeks
	if t.spec.PeriodDays == 1 {
		least, period = 1, func(d coaching.Date) Period { return Period{Start: d, Days: 1} }
	}
	var figures []madeFigure
	for _, name := range t.spec.Metrics {
		f := madeFigure{name: name, from: func(rows []tallyRow) float64 { return float64(len(rows)) }}
		if name != "days" {
			if f.input, err = t.input(name); err != nil {
				return nil, ImportReport{}, err
			}
			mean := slices.Contains(slackLevels[:], name)
			f.from = func(rows []tallyRow) float64 { return t.overDays(rows, f.input, least, mean) }
		}
		figures = append(figures, f)
	}
	var leader coaching.PersonID
	for _, leader = range spec.Owners {
	}
	for {
		more, err := t.file.next()
		if err != nil {
			return nil, ImportReport{}, err
		}
		if !more {
			return t.finish(period, figures)
		}
		d, err := t.dates.add(t.file, date)
		if err != nil {
			return nil, ImportReport{}, err
		}
		if err := t.add(t.subject(leader), d, ""); err != nil {
			return nil, ImportReport{}, err
		}
	}
}

// overDays adds an input over the days that have it, or takes their mean.
func (t *tally) overDays(rows []tallyRow, input, least int, mean bool) float64 {
	known := knownOf(rows, input)
	if len(known) < least {
		t.short++
		return math.NaN()
	}
	sum := 0.0
	for _, v := range known {
		sum += v
	}
	if mean {
		return sum / float64(len(known))
	}
	return sum
}
