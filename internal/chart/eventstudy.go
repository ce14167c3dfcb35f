package chart

import (
	"math"
	"strconv"
)

// An EventStudy shows an effect at each distance from the start of a treatment,
// with its interval and, where there is one, a band that holds for all distances
// together. Points before the start are hollow: they should lie near zero.
type EventStudy struct {
	Title  string
	Desc   string
	Axis   string       // what is measured, in what unit, and what the lines are
	Points []EventPoint // by rising distance
	Format Format
}

// An EventPoint is the effect At periods after the start, before it below 0. A
// value that is not finite is missing; ends that are not finite are not drawn.
type EventPoint struct {
	At                int
	Value             float64
	Low, High         float64
	BandLow, BandHigh float64
	Reference         bool // what the others are compared with, zero by definition
}

const (
	eventLeft  = 44.0
	eventRight = width - 10
	eventPlot  = 170.0
)

// SVG returns the figure. It changes nothing in e.
func (e EventStudy) SVG() []byte {
	var c canvas
	y := c.title(e.Title)
	lo, hi := 0.0, 0.0
	var drawn []EventPoint
	for _, p := range e.Points {
		if !finite(p.Value) {
			continue
		}
		drawn = append(drawn, p)
		for _, v := range [...]float64{p.Value, p.Low, p.High, p.BandLow, p.BandHigh} {
			if finite(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if len(drawn) == 0 {
		return c.finish(e.Title, e.Desc, c.noData(y))
	}
	a := axisOf(lo, hi, 6)
	y = c.block(0, y+10, width, e.Axis, 3, style{size: sizeSmall, fill: grey}) - 2
	top, bottom := y, y+eventPlot
	at := linear(a.lo(), a.hi(), bottom, top)
	first, last := math.Inf(1), math.Inf(-1)
	for _, p := range drawn {
		first, last = min(first, float64(p.At)), max(last, float64(p.At))
	}
	x := func(v float64) float64 { return (eventLeft + eventRight) / 2 }
	if last > first {
		x = linear(first, last, eventLeft+10, eventRight-6)
	}
	for i, v := range a.ticks {
		stroke, thick := rule, 1.0
		if v == 0 {
			stroke, thick = ink, 1.2
		}
		c.line(eventLeft, at(v), eventRight, at(v), stroke, thick, "")
		c.text(eventLeft-6, at(v)+4, e.Format.tick(a, i), style{size: sizeSmall, fill: grey, anchor: "end"})
	}
	if first < 0 && last >= 0 { // between the last period before and the first after
		c.line(x(-0.5), top, x(-0.5), bottom, grey, 1, "3 2")
	}
	reach := 5.0 // half the width of an end mark
	if last > first {
		reach = min(5, (x(first+1)-x(first))*0.3)
	}
	bar := func(at0, low, high, thick, half float64, stroke string) {
		if !finite(low) || !finite(high) {
			return
		}
		c.line(at0, at(low), at0, at(high), stroke, thick, "")
		c.line(at0-half, at(low), at0+half, at(low), stroke, thick, "")
		c.line(at0-half, at(high), at0+half, at(high), stroke, thick, "")
	}
	for _, p := range drawn {
		px := x(float64(p.At))
		bar(px, p.BandLow, p.BandHigh, 1, reach, grey)
		bar(px, p.Low, p.High, 2.5, reach*0.5, blue)
		switch {
		case p.Reference:
			c.polygon(paper, grey, px-3.5, at(p.Value)-3.5, px+3.5, at(p.Value)-3.5, px+3.5, at(p.Value)+3.5, px-3.5, at(p.Value)+3.5)
		case p.At < 0:
			c.circle(px, at(p.Value), 3.5, paper, blue)
		default:
			c.circle(px, at(p.Value), 3.5, blue, blue)
		}
	}
	every := 1.0
	widest := max(measure(strconv.Itoa(int(first)), sizeSmall), measure(strconv.Itoa(int(last)), sizeSmall))
	for last > first && (x(first+every)-x(first)) < widest+8 {
		every++
	}
	for v := math.Ceil(first/every) * every; v <= last; v += every {
		c.line(x(v), bottom, x(v), bottom+4, grey, 1, "")
		c.text(x(v), bottom+16, strconv.Itoa(int(v)), style{size: sizeSmall, fill: grey, anchor: "middle"})
	}
	c.text((eventLeft+eventRight)/2, bottom+31, "periods since the start", style{size: sizeSmall, fill: grey, anchor: "middle"})
	return c.finish(e.Title, e.Desc, bottom+37)
}
