package chart

import "math"

// A Histogram shows a distribution, such as that of an effect over the
// allocations that the design could have drawn, and where the observed value
// lies in it.
type Histogram struct {
	Title    string
	Desc     string
	Axis     string
	Bins     []Bin
	Observed float64 // not finite: no mark
	Label    string  // what the mark says, such as "observed, 6 of 252 as large"; "" means "observed"
	Format   Format
}

// A Bin counts the values from From to To. A bin whose ends are not finite and
// rising, or whose count is not positive, is left out.
type Bin struct {
	From, To float64
	Count    int
}

// BinsOf counts values into n bins of equal width from the least finite value to
// the greatest, which belongs to the last bin. Values that are not finite are
// left out. It returns nil when there are none or n is below 1, and one bin
// when all are the same. The bins rise.
func BinsOf(values []float64, n int) []Bin { return WeightedBinsOf(values, nil, n) }

// WeightedBinsOf is BinsOf for values that occur counts times each; nil counts
// are 1 each. A count that is not positive is left out.
func WeightedBinsOf(values []float64, counts []int, n int) []Bin {
	times := func(i int) int {
		if counts == nil {
			return 1
		}
		return counts[i]
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, v := range values {
		if finite(v) && times(i) > 0 {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if lo > hi || n < 1 {
		return nil
	}
	if lo == hi {
		n = 1
		pad := max(math.Abs(lo)*0.05, 0.5)
		lo, hi = lo-pad, hi+pad
	}
	bins := make([]Bin, n)
	step := (hi - lo) / float64(n)
	for i := range bins {
		bins[i] = Bin{From: lo + float64(float64(i)*step), To: lo + float64(float64(i+1)*step)}
	}
	bins[n-1].To = hi
	for i, v := range values {
		if finite(v) && times(i) > 0 {
			bins[min(max(int((v-lo)/step), 0), n-1)].Count += times(i)
		}
	}
	return bins
}

// SVG returns the figure. It changes nothing in h.
func (h Histogram) SVG() []byte {
	var c canvas
	y := c.title(h.Title)
	var bins []Bin
	lo, hi, most := math.Inf(1), math.Inf(-1), 0
	for _, b := range h.Bins {
		if finite(b.From) && finite(b.To) && b.From < b.To && b.Count > 0 {
			bins = append(bins, b)
			lo, hi, most = min(lo, b.From), max(hi, b.To), max(most, b.Count)
		}
	}
	if len(bins) == 0 {
		return c.finish(h.Title, h.Desc, c.noData(y))
	}
	if finite(h.Observed) {
		lo, hi = min(lo, h.Observed), max(hi, h.Observed)
	}
	a := axisOf(lo, hi, 6)
	x := linear(a.lo(), a.hi(), 20, width-20)
	top := y + 24
	bottom := top + 110
	height := linear(0, float64(most), 0, bottom-top)
	for _, b := range bins {
		w := max(x(b.To)-x(b.From), 1)
		c.rect(x(b.From), bottom-height(float64(b.Count)), w, height(float64(b.Count)), "#9dbfd6", paper, "")
	}
	c.line(20, bottom, width-20, bottom, grey, 1, "")
	for i, v := range a.ticks {
		c.line(x(v), bottom, x(v), bottom+4, grey, 1, "")
		c.text(x(v), bottom+16, h.Format.tick(a, i), style{size: sizeSmall, fill: grey, anchor: "middle"})
	}
	if finite(h.Observed) {
		h.observed(&c, x(h.Observed), top, bottom)
	}
	y = c.block(width/2, bottom+33, width, h.Axis, 2, style{size: sizeSmall, fill: grey, anchor: "middle"})
	return c.finish(h.Title, h.Desc, y-6)
}

// observed marks the observed value, with its words on the roomier side.
func (h Histogram) observed(c *canvas, x, top, bottom float64) {
	c.line(x, top-4, x, bottom, vermillion, 2.5, "")
	c.polygon(vermillion, paper, x, top+4, x-6, top-6, x+6, top-6)
	label := clean(h.Label)
	if label == "" {
		label = "observed"
	}
	if x > width/2 {
		c.text(x-10, top-6, fit(label, x-10, sizeSmall), style{size: sizeSmall, bold: true, anchor: "end", halo: true})
		return
	}
	c.text(x+10, top-6, fit(label, width-x-10, sizeSmall), style{size: sizeSmall, bold: true, halo: true})
}
