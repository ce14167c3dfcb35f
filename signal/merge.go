package signal

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// Merge returns a panel with everything that the given ones hold: the union of
// their people, periods, metrics and attributes. The panels are not changed. It
// is an error when two of them hold different figures for the same cell, since
// nothing says which is right, and when the panel would be larger than a reader
// may make one. Attributes that differ keep the label of the
// earlier panel in the list and count as one more change.
func Merge(panels ...*Panel) (*Panel, error) {
	var subjects []coaching.PersonID
	var periods []Period
	var metrics []string
	for _, p := range panels {
		if p == nil {
			return nil, fmt.Errorf("signal: merging panels: one of the %d is nil", len(panels))
		}
		subjects = append(subjects, p.subjects...)
		periods = append(periods, p.periods...)
		metrics = append(metrics, p.metrics...)
	}
	subjects = distinct(subjects, coaching.PersonID.Compare)
	periods = distinct(periods, Period.Compare)
	metrics = distinct(metrics, strings.Compare)
	if n := len(subjects) * len(periods) * (len(metrics) + 1); n > maxPanelCells {
		return nil, fmt.Errorf("signal: merging panels: %d people over %d periods would make %d cells; want at most %d", len(subjects), len(periods), n, maxPanelCells)
	}
	merged := newGrid(subjects, periods, metrics)
	for _, p := range panels {
		if err := merged.fill(p); err != nil {
			return nil, err
		}
	}
	merged.sortAttributes()
	return merged, nil
}

// fill copies the figures and labels of p into a panel that has room for them.
func (merged *Panel) fill(p *Panel) error {
	subjectAt := make([]int, len(p.subjects))
	for s, subject := range p.subjects {
		subjectAt[s], _ = slices.BinarySearchFunc(merged.subjects, subject, coaching.PersonID.Compare)
	}
	periodAt := make([]int, len(p.periods))
	for t, period := range p.periods {
		periodAt[t], _ = slices.BinarySearchFunc(merged.periods, period, Period.Compare)
	}
	n := len(p.periods)
	for s := range p.subjects {
		for t := range p.periods {
			if p.present[s*n+t] {
				merged.present[subjectAt[s]*len(merged.periods)+periodAt[t]] = true
			}
		}
	}
	for m, name := range p.metrics {
		to := merged.column(name)
		for s := range p.subjects {
			for t, v := range p.values[m][s*n : (s+1)*n] {
				at := subjectAt[s]*len(merged.periods) + periodAt[t]
				if math.IsNaN(v) {
					continue
				}
				if !math.IsNaN(to[at]) && to[at] != v {
					return fmt.Errorf("signal: merging panels: metric %q of %s has two different figures for %s", name, p.subjects[s], p.periods[t])
				}
				to[at] = v
			}
		}
	}
	for _, a := range p.attributes {
		i := slices.IndexFunc(merged.attributes, func(b attribute) bool { return b.name == a.name })
		if i < 0 {
			i = len(merged.attributes)
			merged.attributes = append(merged.attributes, attribute{
				name: a.name, values: make([]string, len(merged.subjects)), flips: make([]int, len(merged.subjects)),
			})
		}
		b := &merged.attributes[i]
		b.blank += a.blank
		for s, label := range a.values {
			at := subjectAt[s]
			b.flips[at] += a.flips[s]
			switch {
			case b.values[at] == "":
				b.values[at] = label
			case label != "" && label != b.values[at]:
				b.flips[at]++
			}
		}
	}
	return nil
}
