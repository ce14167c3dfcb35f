package signal

import (
	"maps"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// A Panel holds what was observed: a figure per person, period and metric, and
// attributes per person. It is columnar and immutable; a missing figure is NaN
// inside and "not ok" outside, and is never read as zero. The Read functions
// make one. The zero Panel is empty.
type Panel struct {
	subjects   []coaching.PersonID // sorted
	periods    []Period            // sorted
	metrics    []string            // sorted
	values     [][]float64         // per metric: subject-major, NaN is missing
	present    []bool              // subject-major: a row was read
	attributes []attribute         // sorted by name
}

// An attribute is a label per subject, such as an organisation.
type attribute struct {
	name   string
	values []string // the label in the subject's latest row that has one
	flips  []int    // how often the label changed over time, to or from blank included
	blank  int      // rows without a label
}

// An observation is one figure on its way into a panel.
type observation struct {
	subject coaching.PersonID
	period  Period
	metric  int
	value   float64
}

// Subjects returns the people in the panel, sorted.
func (p *Panel) Subjects() []coaching.PersonID { return slices.Clone(p.subjects) }

// Periods returns the periods in the panel, sorted.
func (p *Panel) Periods() []Period { return slices.Clone(p.periods) }

// Metrics returns the names of the metrics, sorted.
func (p *Panel) Metrics() []string { return slices.Clone(p.metrics) }

// Attributes returns the names of the attributes, sorted.
func (p *Panel) Attributes() []string {
	names := make([]string, len(p.attributes))
	for i, a := range p.attributes {
		names[i] = a.name
	}
	return names
}

// Value returns a figure, and false when it is missing.
func (p *Panel) Value(subject coaching.PersonID, period Period, metric string) (float64, bool) {
	s, okS := slices.BinarySearchFunc(p.subjects, subject, coaching.PersonID.Compare)
	t, okT := slices.BinarySearchFunc(p.periods, period, Period.Compare)
	m, okM := slices.BinarySearch(p.metrics, metric)
	if !okS || !okT || !okM {
		return 0, false
	}
	v := p.values[m][s*len(p.periods)+t]
	if math.IsNaN(v) {
		return 0, false
	}
	return v, true
}

// Attribute returns the subject's latest label and how often it changed; "" when
// the subject or the attribute is not in the panel.
func (p *Panel) Attribute(subject coaching.PersonID, name string) (label string, flips int) {
	s, ok := slices.BinarySearchFunc(p.subjects, subject, coaching.PersonID.Compare)
	if !ok {
		return "", 0
	}
	for _, a := range p.attributes {
		if a.name == name {
			return a.values[s], a.flips[s]
		}
	}
	return "", 0
}

// orEmpty lets a nil panel be an empty one.
func (p *Panel) orEmpty() *Panel {
	if p == nil {
		return &Panel{}
	}
	return p
}

// column returns a metric's values, subject-major, or nil.
func (p *Panel) column(metric string) []float64 {
	if m, ok := slices.BinarySearch(p.metrics, metric); ok {
		return p.values[m]
	}
	return nil
}

// newPanel builds a panel from observations that hold each cell once, and from
// the rows that were present.
func newPanel(metrics []string, cells []observation, rows map[rowKey]bool, attributes []attributeRows) *Panel {
	p := &Panel{metrics: slices.Clone(metrics)}
	slices.Sort(p.metrics)

	// PersonID.Compare renders text; sorting by rendered keys once is cheaper.
	seen := map[coaching.PersonID]string{}
	times := map[Period]bool{}
	for k := range rows {
		if _, ok := seen[k.subject]; !ok {
			seen[k.subject] = k.subject.String()
		}
		times[k.period] = true
	}
	p.subjects = slices.SortedFunc(maps.Keys(seen), func(a, b coaching.PersonID) int {
		switch x, y := seen[a], seen[b]; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	p.periods = slices.SortedFunc(maps.Keys(times), Period.Compare)

	subjectAt := make(map[coaching.PersonID]int, len(p.subjects))
	for i, s := range p.subjects {
		subjectAt[s] = i
	}
	periodAt := make(map[Period]int, len(p.periods))
	for i, t := range p.periods {
		periodAt[t] = i
	}
	n := len(p.subjects) * len(p.periods)
	p.present = make([]bool, n)
	for k := range rows {
		p.present[subjectAt[k.subject]*len(p.periods)+periodAt[k.period]] = true
	}
	place := make([]int, len(metrics))
	for i, m := range metrics {
		place[i], _ = slices.BinarySearch(p.metrics, m)
	}
	p.values = make([][]float64, len(metrics))
	for i := range p.values {
		p.values[i] = make([]float64, n)
		for j := range p.values[i] {
			p.values[i][j] = math.NaN()
		}
	}
	for _, c := range cells {
		p.values[place[c.metric]][subjectAt[c.subject]*len(p.periods)+periodAt[c.period]] = c.value
	}
	for _, a := range attributes {
		p.attributes = append(p.attributes, a.settle(subjectAt))
	}
	slices.SortFunc(p.attributes, func(a, b attribute) int {
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return p
}

// A rowKey is a subject in a period.
type rowKey struct {
	subject coaching.PersonID
	period  Period
}

// attributeRows are an attribute's labels as they were read.
type attributeRows struct {
	name   string
	labels map[rowKey]string // "" is blank
}

// settle keeps each subject's latest label that is not blank, and counts the
// changes in time. Losing a label and getting it back are changes too: in that
// time nobody knows which group the subject counts in.
func (r attributeRows) settle(subjectAt map[coaching.PersonID]int) attribute {
	a := attribute{name: r.name, values: make([]string, len(subjectAt)), flips: make([]int, len(subjectAt))}
	keys := slices.SortedFunc(maps.Keys(r.labels), func(x, y rowKey) int { return x.period.Compare(y.period) })
	last := make([]string, len(subjectAt))
	rows := make([]bool, len(subjectAt))
	for _, k := range keys {
		label, s := r.labels[k], subjectAt[k.subject]
		if rows[s] && label != last[s] {
			a.flips[s]++
		}
		last[s], rows[s] = label, true
		if label == "" {
			a.blank++
			continue
		}
		a.values[s] = label
	}
	return a
}
