package chart

import (
	"bytes"
	"encoding/xml"
	"math"
	"strconv"
)

// width is the width of every figure in user units. On a screen of 360 pixels,
// margins off, a unit is about 0.9 pixels, on a wide page about 1.3, so that
// text of 12 units is between 11 and 15 pixels high.
const width = 352.0

const (
	sizeTitle  = 13.0
	sizeText   = 12.0
	sizeSmall  = 11.0
	lineHeight = 1.25
)

// The colours are those of Okabe and Ito (2008), "Color Universal Design", which
// readers with any colour vision tell apart; text is always in ink or grey,
// which keeps a contrast of at least 4.5 to 1 on white.
const (
	ink        = "#1a1a1a"
	grey       = "#595959"
	rule       = "#d0d0d0"
	calm       = "#cfe3f1" // blue, thinned on white
	paper      = "#ffffff"
	navy       = "#004c78" // blue, darkened
	blue       = "#0072b2"
	vermillion = "#d55e00"
	green      = "#009e73"
	purple     = "#a8557f" // reddish purple, darkened
)

// seriesColours have a contrast of at least 3 to 1 on white, and the first two
// differ in lightness too.
var seriesColours = [...]string{navy, vermillion, green, purple, ink}

const fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

// A canvas collects the elements of one figure. Its zero value is empty.
type canvas struct {
	body bytes.Buffer
}

// A style says how text is set. The zero style is ink, 12 units, from the left.
type style struct {
	size   float64
	anchor string // "", "middle" or "end"
	fill   string
	bold   bool
	halo   bool // keeps grid lines out of the letters
}

// num formats a coordinate with at most one decimal, so that the last bits of
// a computation never reach the file. What is not finite becomes 0; callers
// keep such values out, and this is the net below them.
func num(v float64) string {
	v = math.Round(v*10) / 10
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// escape writes clean text as XML character data or attribute value.
func escape(b *bytes.Buffer, text string) {
	// A bytes.Buffer never fails to write.
	_ = xml.EscapeText(b, []byte(text))
}

// element writes an empty element. Pairs are attribute names and values; a
// value "" leaves the attribute out.
func (c *canvas) element(name string, pairs ...string) {
	c.body.WriteString("<" + name)
	c.attributes(pairs)
	c.body.WriteString("/>\n")
}

func (c *canvas) attributes(pairs []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		c.body.WriteString(" " + pairs[i] + `="`)
		escape(&c.body, pairs[i+1])
		c.body.WriteByte('"')
	}
}

func (c *canvas) line(x1, y1, x2, y2 float64, stroke string, thick float64, dash string) {
	c.element("line", "x1", num(x1), "y1", num(y1), "x2", num(x2), "y2", num(y2),
		"stroke", stroke, "stroke-width", num(thick), "stroke-dasharray", dash)
}

// rect draws a filled rectangle; a negative width or height is none.
func (c *canvas) rect(x, y, w, h float64, fill, stroke, dash string) {
	c.element("rect", "x", num(x), "y", num(y), "width", num(max(w, 0)), "height", num(max(h, 0)),
		"fill", fill, "stroke", stroke, "stroke-dasharray", dash)
}

func (c *canvas) circle(x, y, r float64, fill, stroke string) {
	c.element("circle", "cx", num(x), "cy", num(y), "r", num(r), "fill", fill, "stroke", stroke, "stroke-width", "2")
}

// polygon draws a closed shape through pairs of coordinates.
func (c *canvas) polygon(fill, stroke string, at ...float64) {
	c.element("polygon", "points", points(at), "fill", fill, "stroke", stroke, "stroke-width", "2")
}

func points(at []float64) string {
	var b bytes.Buffer
	for i := 0; i+1 < len(at); i += 2 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(num(at[i]) + "," + num(at[i+1]))
	}
	return b.String()
}

// text writes one line; y is its baseline. Empty text writes nothing.
func (c *canvas) text(x, y float64, text string, s style) {
	if text == "" {
		return
	}
	size, weight := "", ""
	if s.size != 0 && s.size != sizeText {
		size = num(s.size)
	}
	if s.bold {
		weight = "600"
	}
	var halo []string
	if s.halo {
		halo = []string{"stroke", paper, "stroke-width", "3", "stroke-linejoin", "round", "paint-order", "stroke"}
	}
	c.body.WriteString("<text")
	c.attributes([]string{"x", num(x), "y", num(y), "text-anchor", s.anchor, "font-size", size, "font-weight", weight, "fill", s.fill})
	c.attributes(halo)
	c.body.WriteByte('>')
	escape(&c.body, text)
	c.body.WriteString("</text>\n")
}

// block writes text over as many lines as it needs, at most most, the first at
// baseline y, and returns the baseline of the line after the last.
func (c *canvas) block(x, y, w float64, text string, most int, s style) float64 {
	size := s.size
	if size == 0 {
		size = sizeText
	}
	if s.bold {
		w /= boldWidth
	}
	for _, line := range wrap(text, w, size, most) {
		c.text(x, y, line, s)
		y += math.Round(size * lineHeight)
	}
	return y
}

// title writes the figure's visible title and returns the y of the space below.
func (c *canvas) title(title string) float64 {
	return c.block(0, sizeTitle, width, clean(title), 3, style{size: sizeTitle, bold: true}) - sizeTitle + 8
}

// noData says so where the figure would be, and returns the y of its end.
func (c *canvas) noData(y float64) float64 {
	c.rect(0, y, width, 48, "none", rule, "4 3")
	c.text(width/2, y+28, "no data", style{anchor: "middle", fill: grey})
	return y + 50
}

// finish wraps what was drawn into a document of the given height.
func (c *canvas) finish(title, desc string, height float64) []byte {
	var b bytes.Buffer
	w, h := num(width), num(math.Ceil(height))
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ` + w + " " + h +
		`" width="` + w + `" height="` + h + `" font-family="` + fonts + `" font-size="12" fill="` + ink + "\">\n<title>")
	escape(&b, clean(title))
	b.WriteString("</title>\n<desc>")
	escape(&b, clean(desc))
	b.WriteString("</desc>\n")
	b.WriteString(`<rect width="` + w + `" height="` + h + `" fill="` + paper + "\"/>\n")
	b.Write(c.body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}
