package chart

import (
	"math"
	"strings"
)

// A Forest shows ratios of groups with their intervals on a log axis, in panels
// and in the order given.
type Forest struct {
	Title string
	Desc  string
	Axis  string // what the ratio compares with what; the figure adds what is shaded
	// Lower and Upper are the limits of the tolerated zone around 1; zero means
	// 0.8 and 1.25.
	Lower, Upper float64
	Harm         Side
	Panels       []Panel
}

// A Side says on which side of the limits harm lies; what is left is tolerated
// and shaded. The zero Side is both.
type Side uint8

const (
	BothSides Side = iota
	Below          // a low ratio harms: the outcome is a benefit
	Above          // a high ratio harms: the outcome is a burden
)

// A Panel is a group of rows under one heading, such as a signal.
type Panel struct {
	Label string
	Note  string // a line below the heading; may be ""
	Rows  []Row
}

// A Row is one group. A ratio that is not finite and positive is written
// "undefined". A bound that cannot be drawn (0, infinite, off the axis) becomes
// an arrow at the edge; a bound that is NaN is none.
type Row struct {
	Label            string
	Counts           string // such as "3 of 12"
	Ratio, Low, High float64
	Mark             Mark
	Verdict          string // the verdict in words, beside the mark
	// Size is how many people the group holds: the area of its mark is in
	// proportion, as far as it can be seen. Zero means the usual mark.
	Size float64
}

// A Mark is the shape and colour of a verdict. The zero Mark is Unclear.
type Mark uint8

const (
	Unclear Mark = iota // hollow circle: the evidence decides nothing
	Fine                // filled square: shown to be within the limits
	Breach              // filled diamond: act
)

const (
	forestLeft  = 92.0  // labels end here
	forestRight = 208.0 // verdicts begin here
)

// SVG returns the figure. It changes nothing in f.
func (f Forest) SVG() []byte {
	var c canvas
	y := c.title(f.Title)
	rows := 0
	for _, p := range f.Panels {
		rows += len(p.Rows)
	}
	if rows == 0 {
		return c.finish(f.Title, f.Desc, c.noData(y))
	}
	if !(f.Lower > 0 && f.Lower < 1) {
		f.Lower = 0.8
	}
	if !(f.Upper > 1 && finite(f.Upper)) {
		f.Upper = 1.25
	}
	lo, hi := f.reach()
	log := linear(math.Log(lo), math.Log(hi), forestLeft+8, forestRight-8)
	x := func(v float64) float64 { return log(math.Log(v)) }

	y = c.block(0, y+10, width, f.legend(), 3, style{size: sizeSmall, fill: grey}) - 2
	for _, p := range f.Panels {
		if len(p.Rows) == 0 {
			continue
		}
		if p.Label != "" {
			y = c.block(0, y+10, width, p.Label, 2, style{bold: true}) - 10
		}
		if p.Note != "" {
			y = c.block(0, y+10, width, p.Note, 3, style{size: sizeSmall, fill: grey}) - 10
		}
		y += 2
		heights := make([]float64, len(p.Rows))
		all := 0.0
		for i, r := range p.Rows {
			heights[i] = r.height()
			all += heights[i]
		}
		f.zones(&c, x, lo, hi, y, all)
		for i, r := range p.Rows {
			r.draw(&c, x, lo, hi, y, f.scale(r))
			y += heights[i]
			if i+1 < len(p.Rows) {
				c.line(0, y, forestLeft, y, rule, 0.5, "")
				c.line(forestRight, y, width, y, rule, 0.5, "")
			}
		}
		y += 8
	}
	f.ticks(&c, x, lo, hi, y)
	return c.finish(f.Title, f.Desc, y+18)
}

// scale returns by how much the mark of a row is larger than the usual one: the
// largest group has 1.3 times its width, and none less than 0.7.
func (f Forest) scale(r Row) float64 {
	most := 0.0
	for _, p := range f.Panels {
		for _, other := range p.Rows {
			if finite(other.Size) {
				most = max(most, other.Size)
			}
		}
	}
	if !(r.Size > 0) || !finite(r.Size) || most == 0 {
		return 1
	}
	return max(0.7, 1.3*math.Sqrt(r.Size/most))
}

// legend returns the text of the axis and what the shading means.
func (f Forest) legend() string {
	text := clean(f.Axis)
	if text != "" {
		text += "; "
	}
	switch f.Harm {
	case Below:
		return text + "blue: tolerated, " + short(f.Lower) + " or more"
	case Above:
		return text + "blue: tolerated, up to " + short(f.Upper)
	}
	return text + "blue: tolerated, " + short(f.Lower) + " to " + short(f.Upper)
}

// reach returns the ends of the axis: a factor of two around 1, or a larger one
// that holds the limits and every ratio, at most 16. Bounds of intervals move
// the ends no further than to a factor of four; beyond, an arrow says that they
// go on.
func (f Forest) reach() (lo, hi float64) {
	far := max(1/f.Lower, f.Upper) * 1.1
	for _, p := range f.Panels {
		for _, r := range p.Rows {
			if r.Ratio > 0 && finite(r.Ratio) {
				far = max(far, r.Ratio, 1/r.Ratio)
			}
			for _, v := range [...]float64{r.Low, r.High} {
				if v > 0 && finite(v) {
					far = max(far, min(max(v, 1/v), 4))
				}
			}
		}
	}
	for _, hi = range [...]float64{2, 3, 4, 5, 6, 8, 10, 12, 16} {
		if hi >= far {
			break
		}
	}
	return 1 / hi, hi
}

// zones shades what is tolerated, so that a narrow zone stands out from the
// rest, and rules the limits and 1.
func (f Forest) zones(c *canvas, x func(float64) float64, lo, hi, y, h float64) {
	c.rect(forestLeft, y, forestRight-forestLeft, h, "#f7f7f7", "", "")
	from, to := forestLeft, forestRight
	if f.Harm != Above {
		from = x(max(f.Lower, lo))
	}
	if f.Harm != Below {
		to = x(min(f.Upper, hi))
	}
	c.rect(from, y, to-from, h, calm, "", "")
	for _, v := range [...]float64{f.Lower, f.Upper} {
		if v > lo && v < hi {
			c.line(x(v), y, x(v), y+h, vermillion, 1, "3 2")
		}
	}
	c.line(x(1), y, x(1), y+h, ink, 1, "")
}

// ticks labels the limits, which grow outward from 1, and then the ends of the
// axis and 1 where there is room.
func (f Forest) ticks(c *canvas, x func(float64) float64, lo, hi, y float64) {
	s := style{size: sizeSmall, fill: grey}
	left, right := x(1), x(1)
	if f.Lower > lo {
		s.anchor = "end"
		c.text(x(f.Lower)+4, y+6, short(f.Lower), s)
		left = x(f.Lower) + 4 - measure(short(f.Lower), sizeSmall)
	}
	if f.Upper < hi {
		s.anchor = ""
		c.text(x(f.Upper)-4, y+6, short(f.Upper), s)
		right = x(f.Upper) - 4 + measure(short(f.Upper), sizeSmall)
	}
	s.anchor = "middle"
	if x(f.Upper)-x(f.Lower) > 30 {
		c.text(x(1), y+6, "1", s)
	}
	if x(lo)+20 < left {
		c.text(x(lo), y+6, short(lo), s)
	}
	if x(hi)-14 > right {
		c.text(x(hi), y+6, short(hi), s)
	}
}

// short writes v with two decimals at most.
func short(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(decimals(v, 2), "0"), ".")
}

func (r Row) lines() (label, verdict []string) {
	room := width - forestRight - 22
	if r.Mark == Breach { // set in bold
		room /= boldWidth
	}
	return wrap(r.Label, forestLeft-6, sizeText, 3), wrap(r.Verdict, room, sizeSmall, 2)
}

func (r Row) height() float64 {
	label, verdict := r.lines()
	left := float64(15 * len(label))
	if r.Counts != "" {
		left += 14
	}
	return max(left, float64(14+14*len(verdict))) + 8
}

func (r Row) draw(c *canvas, x func(float64) float64, lo, hi, y, scale float64) {
	label, verdict := r.lines()
	ty := y + 14
	for _, line := range label {
		c.text(0, ty, line, style{})
		ty += 15
	}
	c.text(0, ty, fit(clean(r.Counts), forestLeft-6, sizeSmall), style{size: sizeSmall, fill: grey})

	mid, defined := y+r.height()/2, r.Ratio > 0 && finite(r.Ratio)
	if defined {
		r.interval(c, x, lo, hi, mid)
		mark(c, r.Mark, x(min(max(r.Ratio, lo), hi)), mid, scale)
	} else {
		c.text((forestLeft+forestRight)/2, mid+4, "undefined", style{size: sizeSmall, anchor: "middle", halo: true})
	}
	mark(c, r.Mark, forestRight+13, y+10, 1)
	c.text(forestRight+22, y+14, fit(r.numbers(), width-forestRight-22, sizeSmall), style{size: sizeSmall})
	ty = y + 28
	for _, line := range verdict {
		c.text(forestRight+22, ty, line, style{size: sizeSmall, bold: r.Mark == Breach})
		ty += 14
	}
}

// numbers writes the ratio and its interval, each only where it is known.
func (r Row) numbers() string {
	if !(r.Ratio > 0 && finite(r.Ratio)) {
		return "undefined"
	}
	text := decimals(r.Ratio, 2)
	if !r.bounded() {
		return text
	}
	high := "\u221e"
	if finite(r.High) {
		high = decimals(r.High, 2)
	}
	return text + " (" + decimals(r.Low, 2) + "\u2013" + high + ")"
}

func (r Row) bounded() bool { return r.Low >= 0 && r.High >= r.Low && finite(r.Low) }

// interval draws the line between the bounds, with arrows where it leaves the axis.
func (r Row) interval(c *canvas, x func(float64) float64, lo, hi, y float64) {
	if !r.bounded() {
		return
	}
	from, to := x(max(min(r.Low, hi), lo)), x(min(max(r.High, lo), hi))
	c.line(from, y, to, y, ink, 1.5, "")
	if r.Low < lo {
		c.polygon(ink, ink, from-5, y, from, y-3, from, y+3)
	} else {
		c.line(from, y-4, from, y+4, ink, 1.5, "")
	}
	if r.High > hi {
		c.polygon(ink, ink, to+5, y, to, y-3, to, y+3)
	} else {
		c.line(to, y-4, to, y+4, ink, 1.5, "")
	}
}

// mark draws a verdict; scale 1 is its usual size.
func mark(c *canvas, m Mark, x, y, scale float64) {
	s := func(v float64) float64 { return float64(v * scale) }
	switch m {
	case Fine:
		c.polygon(blue, paper, x-s(5), y-s(5), x+s(5), y-s(5), x+s(5), y+s(5), x-s(5), y+s(5))
	case Breach:
		c.polygon(vermillion, paper, x, y-s(7), x+s(7), y, x, y+s(7), x-s(7), y)
	default:
		c.circle(x, y, s(4), paper, grey)
	}
}
