package roi

import (
	"fmt"
	"strings"
)

// maxIntangibles is how many intangibles a case may list.
const maxIntangibles = 20

// An Intangible is a benefit that is seen and not put into money, because
// nothing credible converts it (Phillips and Phillips, How to Measure Training
// Results, 2002, chapter 9): statements list it beside the figures, and no figure
// depends on it.
type Intangible struct {
	What   string `json:"what"`   // such as "manager credibility"
	Seen   string `json:"seen"`   // what was seen, in a line
	Source string `json:"source"` // who or what says so
}

// String returns the three in one line.
func (i Intangible) String() string { return i.What + ": " + i.Seen + " (" + i.Source + ")" }

// intangibleProblems reports what a list of intangibles lacks.
func (c *Case) intangibleProblems(l *problemList) {
	l.need(len(c.Intangibles) <= maxIntangibles, "ROI-012", "intangibles", "%d intangibles, want at most %d", len(c.Intangibles), maxIntangibles)
	for i, x := range c.Intangibles[:min(len(c.Intangibles), maxIntangibles)] {
		path := fmt.Sprintf("intangibles[%d]", i)
		l.need(x.What != "" && x.Seen != "" && x.Source != "", "ROI-012", path, "an intangible says what it is, what was seen and who says so")
		l.need(x.What == "" || !strings.EqualFold(x.What, c.Baseline.KPI), "ROI-012", path, "the KPI is in the money already; an intangible is something else")
		for name, text := range map[string]string{"what": x.What, "seen": x.Seen, "source": x.Source} {
			l.need(len(text) <= maxText && plain(text), "ROI-006", path+"."+name, "want one plain line of at most %d bytes", maxText)
		}
	}
}
