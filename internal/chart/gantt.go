package chart

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/coachgov/coaching"
)

// A Gantt is a schedule: spans of days in the order given, each a row of its
// own, then milestones by date.
type Gantt struct {
	Title      string
	Desc       string // what a reader who cannot see the figure should know
	Spans      []Span
	Milestones []Milestone
}

// A Span is a run of days, both ends included. A span without a first day, or
// whose last day is before it, keeps its row and has no bar.
type Span struct {
	Label string
	Note  string // set smaller behind the label; may be ""
	From  coaching.Date
	To    coaching.Date
}

// A Milestone is one day. One without a date is left out.
type Milestone struct {
	Label string
	Date  coaching.Date
}

func (s Span) drawn() bool { return coaching.Window{From: s.From, To: s.To}.Days() > 0 }

// SVG returns the figure. It changes nothing in g.
func (g Gantt) SVG() []byte {
	var c canvas
	y := c.title(g.Title)

	milestones := slices.DeleteFunc(slices.Clone(g.Milestones), func(m Milestone) bool { return m.Date.IsZero() })
	slices.SortStableFunc(milestones, func(a, b Milestone) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Label, b.Label))
	})
	days := g.days(milestones)
	if days.Days() == 0 {
		return c.finish(g.Title, g.Desc, c.noData(y))
	}

	at := linear(0, float64(days.Days()), 4, width-4)
	x := func(d coaching.Date) float64 { return at(float64(days.From.DaysUntil(d))) }

	top := y + 20
	bottom := top + 4
	rows := make([][]string, len(g.Spans))
	for i, s := range g.Spans {
		rows[i] = wrap(s.Label, width-8, sizeText, 2)
		bottom += float64(15*max(len(rows[i]), 1)) + 17
	}
	labels := make([]milestoneLabel, len(milestones))
	for i, m := range milestones {
		labels[i] = m.label(x(m.Date) + float64(at(0.5)-at(0)))
		bottom += labels[i].height()
	}

	for _, t := range dayTicks(days) {
		c.line(x(t.day), top-2, x(t.day), bottom, rule, 1, "")
		anchor, tx := "", x(t.day)
		if w := measure(t.label, sizeSmall); tx+w > width {
			anchor, tx = "end", width
		}
		c.text(tx, top-7, t.label, style{size: sizeSmall, fill: grey, anchor: anchor})
	}

	y = top + 4
	for i, s := range g.Spans {
		used := 0.0
		for j, line := range rows[i] {
			c.text(4, y+12+float64(15*j), line, style{halo: true})
			used = measure(line, sizeText)
		}
		if n := max(len(rows[i]), 1); used < width-60 {
			c.text(used+12, y+12+float64(15*(n-1)), fit(clean(s.Note), width-used-16, sizeSmall), style{size: sizeSmall, fill: grey, halo: true})
		}
		y += float64(15*max(len(rows[i]), 1)) + 2
		if s.drawn() {
			c.rect(x(s.From), y, max(x(s.To.AddDays(1))-x(s.From), 2), 9, blue, "", "")
		}
		y += 15
	}
	for _, l := range labels {
		my := y + 9
		c.polygon(vermillion, paper, l.at, my-6, l.at+6, my, l.at, my+6, l.at-6, my)
		for j, line := range l.lines {
			c.text(l.x, my+4+float64(14*j), line, style{size: sizeSmall, anchor: l.anchor, halo: true})
		}
		y += l.height()
	}
	return c.finish(g.Title, g.Desc, bottom+4)
}

// A milestoneLabel is the text beside a diamond, on the right of it where it
// fits and otherwise on the side with more room, over two lines if need be.
type milestoneLabel struct {
	at     float64 // of the diamond
	x      float64
	anchor string
	lines  []string
}

func (m Milestone) label(at float64) milestoneLabel {
	text := dayLabel(m.Date) + " " + clean(m.Label)
	right, left := width-at-10, at-10
	if measure(text, sizeSmall) <= right || right >= left {
		return milestoneLabel{at, at + 10, "", wrap(text, right, sizeSmall, 2)}
	}
	return milestoneLabel{at, at - 10, "end", wrap(text, left, sizeSmall, 2)}
}

func (l milestoneLabel) height() float64 { return float64(20 + 14*(max(len(l.lines), 1)-1)) }

// days returns the days from the first to the last that anything is drawn on.
func (g Gantt) days(milestones []Milestone) coaching.Window {
	var w coaching.Window
	add := func(d coaching.Date) {
		if w.From.IsZero() || d.Before(w.From) {
			w.From = d
		}
		if w.To.IsZero() || d.After(w.To) {
			w.To = d
		}
	}
	for _, s := range g.Spans {
		if s.drawn() {
			add(s.From)
			add(s.To)
		}
	}
	for _, m := range milestones {
		add(m.Date)
	}
	return w
}

type dayTick struct {
	day   coaching.Date
	label string
}

// dayTicks returns at most about eight ticks: Mondays within two months, and
// otherwise firsts of months, of which the first shown and each January name
// the year.
func dayTicks(w coaching.Window) []dayTick {
	var ticks []dayTick
	if w.Days() <= 56 {
		d := w.From.AddDays((8 - int(w.From.Weekday())) % 7)
		for ; !d.After(w.To); d = d.AddDays(7) {
			ticks = append(ticks, dayTick{d, dayLabel(d)})
		}
		return ticks
	}
	months := 12*(w.To.Year()-w.From.Year()) + int(w.To.Month()) - int(w.From.Month())
	step := 1
	for _, s := range [...]int{1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 24000} {
		if step = s; months/s <= 7 {
			break
		}
	}
	index := 12*w.From.Year() + int(w.From.Month()) - 1 // months since year 0
	if w.From.Day() > 1 {
		index++
	}
	last := 12*w.To.Year() + int(w.To.Month()) - 1
	for index = (index + step - 1) / step * step; index <= last; index += step {
		d, err := coaching.NewDate(index/12, 1+monthOf(index), 1)
		if err != nil {
			continue
		}
		label := d.Month().String()[:3]
		if len(ticks) == 0 || d.Month() == 1 {
			label += " " + strconv.Itoa(d.Year())
		}
		ticks = append(ticks, dayTick{d, label})
	}
	return ticks
}

// dayLabel writes a day as "4 Jan".
func dayLabel(d coaching.Date) string { return strconv.Itoa(d.Day()) + " " + d.Month().String()[:3] }
