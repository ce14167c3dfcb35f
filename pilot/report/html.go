package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/markup"
)

//go:embed page.html.tmpl
var pageTemplate string

// page is what the template prints: the dashboard, its figures as SVG and their
// numbers as text.
type page struct {
	*Dashboard
	Missing                        coaching.Findings // sorted
	TrendSVG, ForestSVG, BridgeSVG template.HTML
	TrendRows                      []row
	Met                            int // gates
}

type row struct {
	Name   string
	Values []string
}

// HTML returns the dashboard as one page: UTF-8, self-contained, without scripts
// or requests, the same bytes for the same dashboard. A note without consent is
// withheld. It prints an incomplete dashboard too, with its gaps named; ask
// Check first. An error means that the template could not be executed.
func (d *Dashboard) HTML() ([]byte, error) {
	t, err := template.New("page").Parse(pageTemplate)
	if err != nil {
		return nil, fmt.Errorf("report: reading the page template: %w", err)
	}
	// The SVG comes from internal/chart, which escapes every text in it.
	p := page{
		Dashboard: d,
		Missing:   d.missing(),
		TrendSVG:  template.HTML(d.KPI.chart().SVG()),
		ForestSVG: template.HTML(d.Groups.chart().SVG()),
		BridgeSVG: template.HTML(d.Bridge.chart().SVG()),
		TrendRows: d.KPI.rows(),
		Met:       d.met(),
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("report: printing the page: %w", err)
	}
	return markup.Printable(b.Bytes()), nil
}

// missing returns a sorted copy of Missing.
func (d *Dashboard) missing() coaching.Findings {
	fs := slices.Clone(d.Missing)
	fs.Sort()
	return fs
}

func (d *Dashboard) met() int {
	n := 0
	for _, g := range d.Gates {
		if g.Met {
			n++
		}
	}
	return n
}

// rows returns the values of the KPI as text, a row to a period.
func (t Trend) rows() []row {
	rows := make([]row, len(t.Periods))
	for i, p := range t.Periods {
		rows[i].Name = p
		for _, w := range t.Waves {
			text := "missing"
			if i < len(w.Values) {
				text = t.value(w.Values[i])
			}
			rows[i].Values = append(rows[i].Values, text)
		}
	}
	return rows
}

func (t Trend) value(v float64) string {
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return "missing"
	case t.Percent:
		return minus(strconv.FormatFloat(v*100, 'f', 1, 64)) + "\u00a0%"
	}
	return minus(strconv.FormatFloat(v, 'g', 4, 64))
}

// RatioText returns the ratio with its interval, such as "1.10 (0.50 to 2.40)",
// the ratio alone when a bound is not a number, and "undefined" when there is
// no ratio, which is not a ratio of zero.
func (g Group) RatioText() string {
	two := func(v float64) string {
		if math.IsInf(v, 1) {
			return "∞"
		}
		return minus(strconv.FormatFloat(v, 'f', 2, 64))
	}
	switch {
	case math.IsNaN(g.Ratio) || math.IsInf(g.Ratio, 0) || g.Ratio <= 0:
		return "undefined"
	case math.IsNaN(g.Low) || math.IsNaN(g.High) || g.Low > g.High || g.High == 0:
		return two(g.Ratio)
	}
	return two(g.Ratio) + " (" + two(g.Low) + " to " + two(g.High) + ")"
}

func minus(text string) string { return strings.Replace(text, "-", "\u2212", 1) }
