package signal

import (
	"cmp"
	"math"
	"slices"
	"strings"

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

// newGrid returns a panel of the people, periods and metrics, each once, without
// figures, rows or attributes. It leaves the lists as they are.
func newGrid(subjects []coaching.PersonID, periods []Period, metrics []string) *Panel {
	p := &Panel{
		subjects: distinct(subjects, coaching.PersonID.Compare), periods: distinct(periods, Period.Compare), metrics: distinct(metrics, strings.Compare),
	}
	n := len(p.subjects) * len(p.periods)
	p.present = make([]bool, n)
	p.values = make([][]float64, len(p.metrics))
	for m := range p.values {
		p.values[m] = make([]float64, n)
		for i := range p.values[m] {
			p.values[m][i] = math.NaN()
		}
	}
	return p
}

// distinct returns each of the values once, sorted, and leaves the list as it is.
func distinct[T comparable](values []T, compare func(a, b T) int) []T {
	values = slices.Clone(values)
	slices.SortFunc(values, compare)
	return slices.Compact(values)
}

// place returns the position of a person and a period that the panel has.
func (p *Panel) place(k rowKey) int {
	s, _ := slices.BinarySearchFunc(p.subjects, k.subject, coaching.PersonID.Compare)
	t, _ := slices.BinarySearchFunc(p.periods, k.period, Period.Compare)
	return s*len(p.periods) + t
}

// newPanel builds a small panel from observations that hold each cell once, and
// from the rows that were present.
func newPanel(metrics []string, cells []observation, rows map[rowKey]bool, attributes []attributeRows) *Panel {
	var subjects []coaching.PersonID
	var periods []Period
	for k := range rows {
		subjects = append(subjects, k.subject)
		periods = append(periods, k.period)
	}
	p := newGrid(subjects, periods, metrics)
	for k := range rows {
		p.present[p.place(k)] = true
	}
	columns := p.columns(metrics)
	for _, c := range cells {
		columns[c.metric][p.place(rowKey{c.subject, c.period})] = c.value
	}
	for _, a := range attributes {
		texts := newDictionary()
		numbers := make([]int32, len(p.present))
		for k, label := range a.labels {
			n, known := texts.find([]byte(label))
			if !known {
				n = texts.add([]byte(label))
			}
			numbers[p.place(k)] = n + 1
		}
		p.attributes = append(p.attributes, newAttribute(a.name, texts.texts, numbers, len(p.subjects)))
	}
	p.sortAttributes()
	return p
}

func (p *Panel) sortAttributes() {
	slices.SortFunc(p.attributes, func(a, b attribute) int { return cmp.Compare(a.name, b.name) })
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

// newAttribute keeps each subject's latest label that is not blank, and counts
// the changes in time. Losing a label and getting it back are changes too: in
// that time nobody knows which group the subject counts in. The cells are
// subject-major: 0 for no row, 1 + the place of the label in texts, or below
// zero for a blank.
func newAttribute(name string, texts []string, cells []int32, subjects int) attribute {
	a := attribute{name: name, values: make([]string, subjects), flips: make([]int, subjects)}
	for s := range subjects {
		n := len(cells) / subjects
		last, rows := "", false
		for _, c := range cells[s*n : (s+1)*n] {
			if c == 0 {
				continue
			}
			label := ""
			if c > 0 {
				label = texts[c-1]
			}
			if rows && label != last {
				a.flips[s]++
			}
			last, rows = label, true
			if label == "" {
				a.blank++
			} else {
				a.values[s] = label
			}
		}
	}
	return a
}
