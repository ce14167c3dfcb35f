package chart

// A Flow shows how many units came how far: from one box, a row of boxes for
// each arm, with an arrow from stage to stage, after the flow diagrams that
// reports of trials print.
type Flow struct {
	Title string
	Desc  string
	Root  string // what all arms come from, such as "10 leaders drawn"
	Arms  []Arm  // in the order of the rows
}

// An Arm is one row: its stages from left to right, and below them a line of
// text on what was lost on the way.
type Arm struct {
	Label  string
	Stages []Stage
	Note   string
}

// A Stage is one box: a number, and what it counts.
type Stage struct {
	Count int
	Label string
}

// SVG returns the figure. It changes nothing in f.
func (f Flow) SVG() []byte {
	const gap, spine, root = 22.0, 8.0, 26.0
	var c canvas
	y := c.title(f.Title)
	if len(f.Arms) == 0 {
		return c.finish(f.Title, f.Desc, c.noData(y))
	}
	c.rect(0.5, y, width-1, root, calm, navy, "")
	c.text(width/2, y+17, fit(clean(f.Root), (width-16)/boldWidth, sizeText), style{anchor: "middle", bold: true})
	y += root
	hang := y // where the line to the next arm begins
	for _, a := range f.Arms {
		y = c.block(spine+12, y+18, width-spine-12, a.Label, 2, style{bold: true, size: sizeSmall}) - 6
		n := float64(max(len(a.Stages), 1))
		w := (width - spine - 12 - 0.5 - gap*(n-1)) / n
		most := 1
		for _, s := range a.Stages {
			most = max(most, len(wrap(s.Label, w-6, sizeSmall, 3)))
		}
		h := 20 + float64(14*most)
		c.line(spine, hang, spine, y+h/2, grey, 1, "")
		hang = y + h/2
		c.line(spine, y+h/2, spine+12, y+h/2, grey, 1, "")
		for i, s := range a.Stages {
			x := spine + 12 + (w+gap)*float64(i)
			if i > 0 {
				c.line(x-gap, y+h/2, x-5, y+h/2, grey, 1, "")
				c.polygon(grey, grey, x-6, y+h/2-3, x-6, y+h/2+3, x-2, y+h/2)
			}
			c.rect(x, y, w, h, paper, navy, "")
			c.text(x+w/2, y+15, decimals(float64(s.Count), 0), style{anchor: "middle", bold: true})
			c.blockMiddle(x+w/2, y+29, w-6, s.Label)
		}
		y += h
		if a.Note != "" {
			y = c.block(spine+12, y+14, width-spine-12, a.Note, 2, style{size: sizeSmall, fill: grey}) - 14
		}
	}
	return c.finish(f.Title, f.Desc, y+6)
}

// blockMiddle writes up to three small lines around a centre.
func (c *canvas) blockMiddle(x, y, w float64, text string) {
	for _, line := range wrap(text, w, sizeSmall, 3) {
		c.text(x, y, line, style{anchor: "middle", size: sizeSmall})
		y += 14
	}
}
