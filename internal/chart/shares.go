package chart

import (
	"math"
	"strconv"
	"strings"
)

// Shares shows parts of a whole as bars from zero, in the order given. A part
// can be more than the whole, or pull against it.
type Shares struct {
	Title string
	Desc  string
	Axis  string  // what the share is of
	Limit float64 // a share that matters, ruled across the bars; 0 for none
	Bars  []Bar
}

// A Bar is one part. A share that is not finite has no bar and is written
// "undefined".
type Bar struct {
	Label   string
	Note    string // set smaller below the label
	Share   float64
	Mark    Mark
	Verdict string // in words, beside the mark
}

const (
	sharesLeft  = 4.0
	sharesRight = width - 56
	sharesReach = 3.0 // a longer bar ends in an arrow
)

// SVG returns the figure. It changes nothing in s.
func (s Shares) SVG() []byte {
	var c canvas
	y := c.title(s.Title)
	if len(s.Bars) == 0 {
		return c.finish(s.Title, s.Desc, c.noData(y))
	}
	lo, hi := 0.0, 1.0
	for _, b := range s.Bars {
		if finite(b.Share) {
			lo, hi = max(min(lo, b.Share), -sharesReach), min(max(hi, b.Share), sharesReach)
		}
	}
	x := linear(lo, hi, sharesLeft, sharesRight)
	text := clean(s.Axis)
	limit := finite(s.Limit) && s.Limit > lo && s.Limit < hi && s.Limit != 0
	if limit {
		text += "; dashed: " + percent(s.Limit)
	}
	y = c.block(0, y+10, width, text, 3, style{size: sizeSmall, fill: grey}) + 2
	for _, b := range s.Bars {
		verdict := fit(clean(b.Verdict), width*0.45, sizeSmall)
		room := width - measure(verdict, sizeSmall)*boldWidth - 24
		bold := style{size: sizeSmall, anchor: "end", bold: b.Mark == Breach}
		first := y + 4
		end := c.block(0, first, room, b.Label, 2, style{})
		mark(&c, b.Mark, width-measure(verdict, sizeSmall)*boldWidth-12, first-4, 1)
		c.text(width, first, verdict, bold)
		if b.Note != "" {
			end = c.block(0, end-1, width, b.Note, 2, style{size: sizeSmall, fill: grey})
		}
		top := end - 8
		c.line(x(0), top-2, x(0), top+14, ink, 1, "")
		c.line(x(1), top-2, x(1), top+14, rule, 1, "")
		if finite(b.Share) {
			s.bar(&c, x, b, top)
			c.text(width, top+10, percent(b.Share), style{anchor: "end"})
		} else {
			c.text(width, top+10, "undefined", style{size: sizeSmall, anchor: "end"})
		}
		if limit {
			c.line(x(s.Limit), top-2, x(s.Limit), top+14, vermillion, 1.5, "3 2")
		}
		y = top + 28
	}
	small := style{size: sizeSmall, fill: grey, anchor: "middle"}
	c.text(max(x(0), 8), y-2, "0", small)
	c.text(x(1), y-2, "100\u00a0%", small)
	return c.finish(s.Title, s.Desc, y+6)
}

// bar draws one part: dark where it breaches, with an arrow where it goes on.
func (s Shares) bar(c *canvas, x func(float64) float64, b Bar, y float64) {
	v := min(max(b.Share, -sharesReach), sharesReach)
	fill := map[Mark]string{Fine: blue, Breach: vermillion}[b.Mark]
	if fill == "" {
		fill = "#b8b8b8"
	}
	left := min(x(0), x(v))
	c.rect(left, y, max(math.Abs(x(v)-x(0)), 1), 12, fill, "", "")
	if b.Share > sharesReach {
		c.polygon(ink, ink, x(v)+5, y+6, x(v), y+2, x(v), y+10)
	}
	if b.Share < -sharesReach {
		c.polygon(ink, ink, x(v)-3, y+6, x(v), y+2, x(v), y+10)
	}
}

// percent writes a share in whole percent.
func percent(v float64) string {
	if math.Abs(v) > 1e6 {
		return strconv.FormatFloat(100*v, 'g', 3, 64) + "\u00a0%"
	}
	return strings.Replace(fixed(100*v, 0), "-", "\u2212", 1) + "\u00a0%"
}
