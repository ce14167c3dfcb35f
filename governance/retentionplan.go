package governance

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A RetentionPlan says what must be purged when, as far as it is known at a
// time.
type RetentionPlan struct {
	At              time.Time `json:"at"` // in UTC
	RawDays         int       `json:"raw_days"`
	AggregateMonths int       `json:"aggregate_months"`
	PolicyDigest    string    `json:"policy_digest"` // as [Policy.Digest]; "" for the floors
	Records         int64     `json:"records"`       // all that were looked at
	// Due counts what must be purged now, since its time is up, and Ahead what
	// will have to be, if it is still there and no hold names it then. By day,
	// class in the order of its declaration, and programme.
	Due   []PlannedPurge `json:"due"`
	Ahead []PlannedPurge `json:"ahead"`
	// Held counts what would be due and is under a legal hold, by programme and
	// hold.
	Held []HeldRecords `json:"held"`
	// Undetermined is the number of records whose class or age is not known.
	Undetermined int64 `json:"undetermined"`
	// Findings says what stands in the way, sorted as [coaching.Findings.Sort]
	// does: what should have been purged on an earlier day (GOV-016, GOV-017), and
	// each record, at most 100, that is Undetermined (GOV-004).
	Findings coaching.Findings `json:"findings"`
}

// A PlannedPurge counts the records whose time is up on one day.
type PlannedPurge struct {
	// On is the day, in UTC, of the last instant at which they may be kept. By the
	// end of that day they must be gone.
	On        coaching.Date    `json:"on"`
	Class     signal.DataClass `json:"class"`
	Programme string           `json:"programme"`
	Records   int64            `json:"records"`
}

// HeldRecords counts the records that a legal hold keeps.
type HeldRecords struct {
	Hold      string `json:"hold"`
	Programme string `json:"programme"`
	Records   int64  `json:"records"`
}

// Bounds of what a plan keeps.
const (
	maxPlanRows    = 1_000_000 // days with a class and a programme
	maxPlanRecords = 100       // records that are Undetermined, with their ids
)

// Plan looks at every record, in any order, and says what must be purged when.
// It keeps counts by day and not the records. It is an error, and there is no
// plan, when the time is missing or outside the years 1970 to 2199, when the records end in an error, or when there
// are more than a million different days with a class and a programme.
func (t *Retention) Plan(records iter.Seq2[Record, error], at time.Time) (*RetentionPlan, error) {
	switch {
	case records == nil:
		return nil, errors.New("governance: retention: there are no records to plan for")
	case !inRange(at):
		return nil, fmt.Errorf("governance: retention: the time is outside the years %d to %d", firstYear, lastYear)
	}
	p := &RetentionPlan{
		At: at.Round(0).UTC(), RawDays: t.RawDays(), AggregateMonths: t.AggregateMonths(), PolicyDigest: t.digest(),
		Held: []HeldRecords{}, Findings: coaching.Findings{},
	}
	due, ahead, held := map[PlannedPurge]int64{}, map[PlannedPurge]int64{}, map[HeldRecords]int64{}
	for r, err := range records {
		if err != nil {
			return nil, fmt.Errorf("governance: retention: %w", err)
		}
		p.Records++
		d, until, fs := t.Disposition(&r, at)
		row := PlannedPurge{On: coaching.DateOf(until), Class: r.Class, Programme: r.Programme}
		switch d {
		case Keep:
			ahead[row]++
		case Held:
			held[HeldRecords{Hold: r.Hold, Programme: r.Programme}]++
		case Due:
			due[row]++
		default:
			if p.Undetermined++; p.Undetermined <= maxPlanRecords {
				p.Findings = append(p.Findings, fs...)
			}
		}
		if len(due)+len(ahead) > maxPlanRows {
			return nil, fmt.Errorf("governance: retention: more than %d days with a class and a programme", maxPlanRows)
		}
	}
	p.Due, p.Ahead = planned(due), planned(ahead)
	for _, h := range slices.SortedFunc(maps.Keys(held), HeldRecords.compare) {
		h.Records = held[h]
		p.Held = append(p.Held, h)
	}
	p.late()
	p.Findings.Sort()
	return p, nil
}

func (t *Retention) digest() string {
	if t == nil {
		return ""
	}
	return t.policy
}

func (h HeldRecords) compare(o HeldRecords) int {
	return cmp.Or(cmp.Compare(h.Programme, o.Programme), cmp.Compare(h.Hold, o.Hold))
}

func (q PlannedPurge) compare(o PlannedPurge) int {
	return cmp.Or(q.On.Compare(o.On), cmp.Compare(q.Class, o.Class), cmp.Compare(q.Programme, o.Programme))
}

// planned returns the rows with their numbers, in their order.
func planned(counts map[PlannedPurge]int64) []PlannedPurge {
	rows := slices.SortedFunc(maps.Keys(counts), PlannedPurge.compare)
	for i := range rows {
		rows[i].Records = counts[rows[i]]
	}
	if rows == nil {
		rows = []PlannedPurge{}
	}
	return rows
}

// late reports what should have been purged on an earlier day.
func (p *RetentionPlan) late() {
	today := coaching.DateOf(p.At)
	var late [len(classNames)]PlannedPurge
	for _, q := range p.Due {
		if l := &late[q.Class]; q.On.Before(today) {
			if l.Records == 0 {
				l.On = q.On
			}
			l.Records += q.Records
		}
	}
	for class, l := range late {
		if l.Records > 0 {
			p.Findings = append(p.Findings, coaching.Finding{
				Code: retentionCode(signal.DataClass(class)), Path: classNames[class],
				Message: fmt.Sprintf("%s should have been purged, the first on %s", plural(int(l.Records), classNames[class]+" record"), l.On),
			})
		}
	}
}

// retentionCode returns the code of the rule that limits a class.
func retentionCode(class signal.DataClass) string {
	if class == signal.Aggregate {
		return "GOV-017"
	}
	return "GOV-016"
}

// Within returns the purges of data about one person whose day lies in the window,
// such as the weeks of a pilot, each with a warning (C-14): what is to be
// compared later has to be aggregated before, since it cannot be read again. Purges
// of aggregates in the window are returned without one. In the order of the plan;
// the findings by day.
func (p *RetentionPlan) Within(w coaching.Window) ([]PlannedPurge, coaching.Findings) {
	var rows []PlannedPurge
	var fs coaching.Findings
	for _, q := range slices.Concat(p.Due, p.Ahead) {
		if !w.Contains(q.On) {
			continue
		}
		rows = append(rows, q)
		if q.Class != signal.Aggregate {
			fs = append(fs, coaching.Finding{
				Code: "C-14", Severity: coaching.Warning, Path: q.Programme,
				Message: fmt.Sprintf("%s must be purged on %s, inside %s; aggregate before", plural(int(q.Records), q.Class.String()+" record"), q.On, w),
			})
		}
	}
	return rows, fs
}

// Text returns the plan as a page for people, in lines that end in a line feed:
// at most 60 days ahead, each with a number of records for a class and a
// programme.
func (p *RetentionPlan) Text() string {
	if p == nil {
		return "no plan\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Retention at %s: data about one person %s, aggregates %s\n", p.At.Format(time.RFC3339),
		plural(p.RawDays, "day"), plural(p.AggregateMonths, "calendar month"))
	fmt.Fprintln(&b, plural(int(p.Records), "record"))
	for _, f := range p.Findings {
		fmt.Fprintln(&b, f)
	}
	if more := p.Undetermined - maxPlanRecords; more > 0 {
		fmt.Fprintf(&b, "and %d more whose class or age is not known\n", more)
	}
	rows := func(title string, list []PlannedPurge) {
		if len(list) == 0 {
			return
		}
		const most = 60
		fmt.Fprintf(&b, "\n%s\n", title)
		for _, q := range list[:min(len(list), most)] {
			fmt.Fprintf(&b, "  %s  %7d  %s of %s\n", q.On, q.Records, q.Class, q.Programme)
		}
		if len(list) > most {
			fmt.Fprintf(&b, "  and %d more to %s\n", len(list)-most, list[len(list)-1].On)
		}
	}
	rows("Purge now", p.Due)
	rows("Purge on", p.Ahead)
	if len(p.Held) > 0 {
		b.WriteString("\nUnder a legal hold\n")
		for _, h := range p.Held {
			fmt.Fprintf(&b, "  %-10s  %7d  of %s\n", h.Hold, h.Records, h.Programme)
		}
	}
	return b.String()
}
