package chart

import "math"

// A Bridge shows how a sum comes about: totals from the zero line, and between
// them what adds and what subtracts, in the order given.
type Bridge struct {
	Title string
	Desc  string
	Steps []Step
}

// A Step is one bar. Text is the exact figure as the reader should see it, sign
// and currency included; Value, in the same unit, only sets the length of the
// bar. A value that is not finite has no bar.
type Step struct {
	Label string
	Text  string
	Value float64
	Kind  StepKind
}

// A StepKind says what a step does to the running sum. The zero StepKind is
// Total.
type StepKind uint8

const (
	Total    StepKind = iota // sets the sum to the value
	Add                      // adds the value to the sum
	Subtract                 // subtracts the value from the sum
)

// SVG returns the figure. It changes nothing in b.
func (b Bridge) SVG() []byte {
	var c canvas
	y := c.title(b.Title)
	if len(b.Steps) == 0 {
		return c.finish(b.Title, b.Desc, c.noData(y))
	}
	from, to := b.bars()
	lo, hi := 0.0, 0.0
	for i := range from {
		lo, hi = min(lo, from[i], to[i]), max(hi, from[i], to[i])
	}
	x := linear(lo, hi, 2, width-2)
	if lo == hi {
		x = linear(0, 1, 2, width-2)
	}

	bottom := y
	rows := make([][]string, len(b.Steps))
	rooms := make([]string, len(b.Steps))
	for i, s := range b.Steps {
		rooms[i] = fit(clean(s.Text), width*0.6, sizeText)
		rows[i] = wrap(s.Label, width-measure(rooms[i], sizeText)*boldWidth-16, sizeText, 3)
		bottom += float64(15*max(len(rows[i]), 1)) + 24
	}
	// The connectors lie below the words, which keep them out with a halo.
	ys := make([]float64, len(b.Steps))
	for i, s := range b.Steps {
		ys[i] = y + float64(15*max(len(rows[i]), 1)) + 4
		if i > 0 && s.Kind != Total {
			c.line(x(from[i]), ys[i-1]+12, x(from[i]), ys[i], grey, 1, "2 2")
		}
		c.line(x(0), ys[i]-3, x(0), ys[i]+15, grey, 1, "")
		y = ys[i] + 20
	}
	for i, s := range b.Steps {
		first := ys[i] - float64(15*max(len(rows[i]), 1)) + 9
		for j, line := range rows[i] {
			c.text(2, first+float64(15*j), line, style{bold: s.Kind == Total, halo: true})
		}
		c.text(width-2, first, rooms[i], style{anchor: "end", bold: s.Kind == Total, halo: true})
		if finite(s.Value) {
			bar(&c, s.Kind, x(from[i]), x(to[i]), ys[i])
		}
	}
	return c.finish(b.Title, b.Desc, bottom)
}

// bars returns where each bar begins and ends in the unit of the values.
func (b Bridge) bars() (from, to []float64) {
	from, to = make([]float64, len(b.Steps)), make([]float64, len(b.Steps))
	sum := 0.0
	for i, s := range b.Steps {
		v := s.Value
		if !finite(v) {
			v = 0
		}
		switch s.Kind {
		case Add:
			from[i], to[i] = sum, sum+v
		case Subtract:
			from[i], to[i] = sum, sum-v
		default:
			from[i], to[i] = 0, v
			if !finite(s.Value) {
				from[i], to[i] = sum, sum
			}
		}
		sum = to[i]
	}
	return from, to
}

// bar draws a total dark and full, what adds in the middle tone, and what
// subtracts light inside a dark line, so that print tells them apart.
func bar(c *canvas, kind StepKind, from, to, y float64) {
	left, w := min(from, to), max(math.Abs(to-from), 1.5)
	switch kind {
	case Add:
		c.rect(left, y, w, 12, green, "", "")
	case Subtract:
		c.rect(left+0.5, y+0.5, max(w-1, 1), 11, "#f6cfb3", vermillion, "")
	default:
		c.rect(left, y, w, 12, navy, "", "")
	}
}
