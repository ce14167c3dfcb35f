package chart

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Trend shows values over periods for a few series, in the order given. Each
// line carries its name and last value at its end; a bar above the plot shows
// from which period on the series is exposed, and the line is thick there.
type Trend struct {
	Title   string
	Desc    string
	Axis    string // what is measured, in what unit
	Periods []string
	Series  []Series
	Format  Format
}

// A Series is one line. A value that is not finite is missing and leaves a gap;
// values beyond the last period are left out.
type Series struct {
	Label  string
	Values []float64
	// Exposed is the index of the first exposed period. 0 means that the series
	// is never exposed: a series without a period before exposure has no
	// baseline to show.
	Exposed int
	// Exposure names the exposure, such as "wave 1 coached"; it stands in the
	// bar above the plot.
	Exposure string
}

const (
	trendLeft  = 40.0 // room for the labels of the axis
	trendRight = 84.0 // room for the names of the lines
	trendPlot  = 150.0
)

// SVG returns the figure. It changes nothing in t.
func (t Trend) SVG() []byte {
	var c canvas
	y := c.title(t.Title)
	lo, hi, ok := t.span()
	if !ok {
		return c.finish(t.Title, t.Desc, c.noData(y))
	}
	a := axisOf(lo, hi, 5)
	y = c.block(0, y+10, width, t.Axis, 2, style{size: sizeSmall, fill: grey}) - 4

	right := width - trendRight
	n := len(t.Periods)
	step := (right - trendLeft - 16) / float64(max(n-1, 1))
	x := func(i int) float64 { return trendLeft + 8 + float64(float64(i)*step) }
	strip := y
	top := y + 8
	for _, s := range t.Series {
		if s.Exposed > 0 && s.Exposed < n {
			top += 18
		}
	}
	bottom := top + trendPlot
	at := linear(a.lo(), a.hi(), bottom, top)

	for i, v := range a.ticks {
		c.line(trendLeft, at(v), right, at(v), rule, 1, "")
		c.text(trendLeft-6, at(v)+4, t.Format.tick(a, i), style{size: sizeSmall, fill: grey, anchor: "end"})
	}
	t.periods(&c, x, bottom)
	ends := make([]endLabel, 0, len(t.Series))
	for i, s := range t.Series {
		colour := seriesColours[i%len(seriesColours)]
		if s.Exposed > 0 && s.Exposed < n {
			from := x(s.Exposed) - step/2
			c.rect(from, strip, right-from, 15, tint(i), "", "")
			c.rect(from, strip, 3, 15, colour, "", "")
			label := clean(cmp.Or(s.Exposure, s.Label))
			if w := measure(label, sizeSmall); w+10 <= right-from || right-from > from-trendLeft {
				c.text(from+8, strip+11.5, fit(label, right-from-10, sizeSmall), style{size: sizeSmall})
			} else {
				c.text(from-5, strip+11.5, fit(label, from-8, sizeSmall), style{size: sizeSmall, anchor: "end", halo: true})
			}
			c.line(from, top-3, from, bottom, colour, 1, "2 3")
			strip += 18
		}
		if end, ok := s.draw(&c, x, at, n, colour, i); ok {
			end.text = wrap(s.Label, (trendRight-10)/boldWidth, sizeSmall, 2)
			end.value = t.Format.value(a, s.Values[end.index])
			ends = append(ends, end)
		}
	}
	placeEnds(&c, ends, top, bottom, right)
	return c.finish(t.Title, t.Desc, bottom+26)
}

// span returns the least and the greatest value drawn.
func (t Trend) span() (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, s := range t.Series {
		for _, v := range s.Values[:min(len(s.Values), len(t.Periods))] {
			if finite(v) {
				lo, hi, ok = min(lo, v), max(hi, v), true
			}
		}
	}
	return lo, hi, ok
}

// periods writes as many period labels as fit, evenly spaced from the first.
func (t Trend) periods(c *canvas, x func(int) float64, y float64) {
	widest := 0.0
	for _, p := range t.Periods {
		widest = max(widest, measure(fit(clean(p), 70, sizeSmall), sizeSmall))
	}
	room := x(len(t.Periods)-1) - x(0)
	every := 1
	for every < len(t.Periods) && room/float64(max(len(t.Periods)-1, 1))*float64(every) < widest+8 {
		every++
	}
	for i := 0; i < len(t.Periods); i += every {
		c.line(x(i), y, x(i), y+4, grey, 1, "")
		c.text(x(i), y+16, fit(clean(t.Periods[i]), 70, sizeSmall), style{size: sizeSmall, fill: grey, anchor: "middle"})
	}
}

// draw draws the line in runs between gaps, thin before exposure and thick
// after, with a mark at each value. It returns where the line ends.
func (s Series) draw(c *canvas, x func(int) float64, at func(float64) float64, n int, colour string, index int) (endLabel, bool) {
	values := s.Values[:min(len(s.Values), n)]
	exposed := func(i int) bool { return s.Exposed > 0 && i >= s.Exposed }
	for i := 1; i < len(values); i++ {
		if !finite(values[i-1]) || !finite(values[i]) {
			continue
		}
		thick := 1.5
		if exposed(i) {
			thick = 3
		}
		c.line(x(i-1), at(values[i-1]), x(i), at(values[i]), colour, thick, "")
	}
	end := endLabel{index: -1}
	for i, v := range values {
		if !finite(v) {
			continue
		}
		fill := paper
		if exposed(i) {
			fill = colour
		}
		dot(c, index, x(i), at(v), fill, colour)
		end = endLabel{index: i, x: x(i), y: at(v), series: index}
	}
	return end, end.index >= 0
}

// dot draws the mark of a series; neighbours differ in shape, for print
// without colour.
func dot(c *canvas, series int, x, y float64, fill, stroke string) {
	switch series % 3 {
	case 0:
		c.circle(x, y, 3, fill, stroke)
	case 1:
		c.polygon(fill, stroke, x-3, y-3, x+3, y-3, x+3, y+3, x-3, y+3)
	default:
		c.polygon(fill, stroke, x, y-4, x+4, y+3, x-4, y+3)
	}
}

func tint(series int) string {
	tints := [...]string{"#d9e8f3", "#fae3d3", "#d5efe7", "#f2e4eb", "#e6e6e6"}
	return tints[series%len(tints)]
}

// An endLabel names a line where it ends.
type endLabel struct {
	index  int
	series int
	x, y   float64
	text   []string
	value  string
}

func (e endLabel) height() float64 { return float64(14*len(e.text)) + 14 }

// placeEnds writes the names so that none covers another: from the top down,
// each is pushed below the one above it, and the stack back up where it runs
// out of the plot.
func placeEnds(c *canvas, ends []endLabel, top, bottom, right float64) {
	slices.SortStableFunc(ends, func(a, b endLabel) int { return cmp.Compare(a.y, b.y) })
	tops := make([]float64, len(ends))
	next := top - 6
	for i, e := range ends {
		tops[i] = max(next, e.y-e.height()/2)
		next = tops[i] + e.height() + 2
	}
	last := bottom + 24
	for i := len(ends) - 1; i >= 0; i-- {
		tops[i] = max(min(tops[i], last-ends[i].height()), 0)
		last = tops[i] - 2
	}
	for i, e := range ends {
		colour := seriesColours[e.series%len(seriesColours)]
		c.line(e.x+5, e.y, right+4, tops[i]+7, colour, 1, "1 2")
		y := tops[i] + 11
		for _, line := range e.text {
			c.text(right+8, y, strings.TrimSpace(line), style{size: sizeSmall, bold: true})
			y += 14
		}
		c.text(right+8, y, e.value, style{size: sizeSmall})
	}
}
