package chart

import (
	"math"
	"strconv"
)

// A Funnel shows the ratio of each group beside its size, both on log axes, and
// the band in which ratios fall by chance: small groups stray far. The groups are
// numbered in the order given, and listed below.
type Funnel struct {
	Title string
	Desc  string
	Axis  string // what the ratio compares with what
	// Lower and Upper are the limits of the tolerated zone around 1; zero means
	// 0.8 and 1.25.
	Lower, Upper float64
	Band         []Reach // by rising size; at least two
	Points       []Point
}

// A Reach is the least and the most that chance makes of a ratio at a size.
type Reach struct{ Size, Low, High float64 }

// A Point is one group. A ratio that is not finite and positive, or a size below
// 1, is in the list and not drawn.
type Point struct {
	Label   string
	Counts  string // such as "3 of 12"
	Size    float64
	Ratio   float64
	Mark    Mark
	Verdict string
}

const (
	funnelLeft   = 34.0
	funnelRight  = width - 8
	funnelHeight = 190.0
)

func (p Point) drawn() bool {
	return p.Ratio > 0 && finite(p.Ratio) && p.Size >= 1 && finite(p.Size)
}

// SVG returns the figure. It changes nothing in f.
func (f Funnel) SVG() []byte {
	var c canvas
	y := c.title(f.Title)
	most, small, far := 0.0, math.Inf(1), 2.0
	for _, p := range f.Points {
		if p.drawn() {
			most, small, far = max(most, p.Size), min(small, p.Size), max(far, p.Ratio, 1/p.Ratio)
		}
	}
	if most == 0 {
		return c.finish(f.Title, f.Desc, c.noData(y))
	}
	if !(f.Lower > 0 && f.Lower < 1) {
		f.Lower = 0.8
	}
	if !(f.Upper > 1 && finite(f.Upper)) {
		f.Upper = 1.25
	}
	far = min(max(far, 1/f.Lower, f.Upper)*1.1, 16)
	from, to := math.Max(1, small/2), most*2
	across, up := linear(math.Log(from), math.Log(to), funnelLeft, funnelRight), linear(-math.Log(far), math.Log(far), funnelHeight, 0)
	x := func(v float64) float64 { return across(math.Log(min(max(v, from), to))) }

	legend := clean(f.Axis)
	if legend != "" {
		legend += "; "
	}
	y = c.block(0, y+10, width, legend+"grey: what chance makes of equal rates, 95 %; dashed: limits", 3, style{size: sizeSmall, fill: grey}) - 2
	top := y
	py := func(v float64) float64 { return top + up(math.Log(min(max(v, 1/far), far))) }
	c.rect(funnelLeft, top, funnelRight-funnelLeft, funnelHeight, "none", rule, "")
	f.band(&c, x, py, from, to)
	s := style{size: sizeSmall, fill: grey, anchor: "end"}
	last := math.Inf(1)
	for _, v := range [...]float64{f.Lower, 1, f.Upper, 1 / far, far} {
		if v == f.Lower || v == f.Upper {
			c.line(funnelLeft, py(v), funnelRight, py(v), vermillion, 1, "3 2")
		} else if v == 1 {
			c.line(funnelLeft, py(v), funnelRight, py(v), ink, 1, "")
		}
		if v == 1 && math.Abs(py(1)-last) < 11 { // the limits crowd it out
			continue
		}
		last = py(v)
		c.text(funnelLeft-4, min(max(py(v)+4, top+9), top+funnelHeight), short(v), s)
	}
	s.anchor = "middle"
	steps := []float64{1}
	if to < 100*from {
		steps = []float64{1, 2, 5}
	}
	for power := 1.0; power <= to; power *= 10 {
		for _, step := range steps {
			if v := power * step; v >= from && v <= to {
				c.line(x(v), top+funnelHeight, x(v), top+funnelHeight+4, grey, 1, "")
				c.text(min(max(x(v), funnelLeft+10), funnelRight-14), top+funnelHeight+16, people(v), s)
			}
		}
	}
	c.text((funnelLeft+funnelRight)/2, top+funnelHeight+30, "people in the group", s)
	f.points(&c, x, py)
	return c.finish(f.Title, f.Desc, f.key(&c, top+funnelHeight+40))
}

// people writes a round number, with a unit from a million on.
func people(v float64) string {
	if v >= 1e6 {
		return strconv.FormatFloat(v/1e6, 'f', -1, 64) + "\u00a0M"
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}

// band draws what chance makes of a ratio.
func (f Funnel) band(c *canvas, x, y func(float64) float64, from, to float64) {
	var upper, lower []float64
	for _, r := range f.Band {
		if finite(r.Low) && r.Low > 0 && finite(r.High) && r.High > 0 && r.Size >= from && r.Size <= to {
			upper = append(upper, x(r.Size), y(r.High))
			lower = append([]float64{x(r.Size), y(r.Low)}, lower...)
		}
	}
	if len(upper) >= 4 {
		c.element("polygon", "points", points(append(upper, lower...)), "fill", "#e6e6e6")
	}
}

// points draws the groups, each number where it covers no other.
func (f Funnel) points(c *canvas, x, y func(float64) float64) {
	type box struct{ x, y float64 }
	var taken []box
	for _, p := range f.Points {
		if p.drawn() {
			mark(c, p.Mark, x(p.Size), y(p.Ratio), 1)
			taken = append(taken, box{x(p.Size), y(p.Ratio)})
		}
	}
	for i, p := range f.Points {
		if !p.drawn() {
			continue
		}
		at := box{x(p.Size) + 12, y(p.Ratio)}
		for _, move := range [...]box{{12, 0}, {-12, 0}, {0, -13}, {0, 13}, {12, -12}, {-12, 12}, {12, 12}, {-12, -12}} {
			try := box{x(p.Size) + move.x, y(p.Ratio) + move.y}
			free := try.x < funnelRight-6 && try.x > funnelLeft+6
			for _, t := range taken {
				free = free && (math.Abs(t.x-try.x) >= 11 || math.Abs(t.y-try.y) >= 11)
			}
			if free {
				at = try
				break
			}
		}
		taken = append(taken, at)
		c.text(at.x, at.y+4, strconv.Itoa(i+1), style{size: sizeSmall, anchor: "middle", halo: true})
	}
}

// key lists the groups below the plot and returns the y of its end.
func (f Funnel) key(c *canvas, y float64) float64 {
	for i, p := range f.Points {
		y += 16
		mark(c, p.Mark, 8, y-4, 1)
		c.text(32, y, strconv.Itoa(i+1), style{size: sizeSmall, anchor: "end"})
		ratio := "undefined"
		if p.Ratio > 0 && finite(p.Ratio) {
			ratio = decimals(p.Ratio, 2)
		}
		right := fit(clean(p.Counts)+", "+ratio+", "+clean(p.Verdict), width*0.58, sizeSmall)
		c.text(38, y, fit(clean(p.Label), width-38-measure(right, sizeSmall)-8, sizeSmall), style{size: sizeSmall})
		c.text(width, y, right, style{size: sizeSmall, anchor: "end", fill: grey})
	}
	return y + 8
}
