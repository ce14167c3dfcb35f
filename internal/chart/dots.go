package chart

import "math"

// Dots shows each unit before and after, in the order given.
type Dots struct {
	Title  string
	Desc   string
	Axis   string // what is measured, in what unit
	Before string // names the hollow dot; "" means "before"
	After  string // names the filled dot; "" means "after"
	Units  []Unit
	Format Format
}

// A Unit is one row. A value that is not finite is missing and has no dot.
type Unit struct {
	Label         string
	Before, After float64
}

// SVG returns the figure. It changes nothing in d.
func (d Dots) SVG() []byte {
	var c canvas
	y := c.title(d.Title)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, u := range d.Units {
		for _, v := range [...]float64{u.Before, u.After} {
			if finite(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	if lo > hi {
		return c.finish(d.Title, d.Desc, c.noData(y))
	}
	left := 24.0 // room for the labels
	for _, u := range d.Units {
		left = max(left, min(measure(clean(u.Label), sizeText)+4, 120))
	}
	a := axisOf(lo, hi, 5)
	x := linear(a.lo(), a.hi(), left+18, width-22)

	y = c.block(0, y+10, width, d.Axis, 2, style{size: sizeSmall, fill: grey}) + 2
	before, after := d.names()
	c.circle(6, y-4, 4, paper, grey)
	c.text(16, y, before, style{size: sizeSmall})
	next := 16 + measure(before, sizeSmall) + 26
	c.circle(next-10, y-4, 4, blue, blue)
	c.text(next, y, after, style{size: sizeSmall})

	top := y + 12
	bottom := top + float64(22*len(d.Units))
	for i, v := range a.ticks {
		c.line(x(v), top, x(v), bottom, rule, 1, "")
		c.text(x(v), bottom+14, d.Format.tick(a, i), style{size: sizeSmall, fill: grey, anchor: "middle"})
	}
	y = top + 11
	for _, u := range d.Units {
		c.text(0, y+4, fit(clean(u.Label), left, sizeText), style{})
		if finite(u.Before) && finite(u.After) {
			c.line(x(u.Before), y, x(u.After), y, blue, 2, "")
		}
		if finite(u.Before) {
			c.circle(x(u.Before), y, 4, paper, grey)
		}
		if finite(u.After) {
			c.circle(x(u.After), y, 4, blue, blue)
		}
		if !finite(u.Before) && !finite(u.After) {
			c.text(left+18, y+4, "no data", style{size: sizeSmall, fill: grey, halo: true})
		}
		y += 22
	}
	return c.finish(d.Title, d.Desc, bottom+20)
}

func (d Dots) names() (before, after string) {
	before, after = fit(clean(d.Before), 130, sizeSmall), fit(clean(d.After), 130, sizeSmall)
	if before == "" {
		before = "before"
	}
	if after == "" {
		after = "after"
	}
	return before, after
}
