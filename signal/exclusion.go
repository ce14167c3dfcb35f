package signal

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// An Exclusion leaves a period out of a signal, for everybody or for one person,
// with the reason that reports name. The data stay in the panel.
type Exclusion struct {
	Subject coaching.PersonID // zero: everybody
	Period  Period
	Reason  string
}

// Exclusions are sorted by period, then subject.
type Exclusions []Exclusion

// A Holiday is a day off for everybody, from the host's calendar.
type Holiday struct {
	Date coaching.Date `json:"date"`
	Name string        `json:"name"`
}

const (
	holidayZ      = -3.0 // robust z of the population's weekly mean
	holidayDrop   = 0.20 // and at least this far below the median week
	inactiveShare = 0.25 // of the person's own median
)

// FindExclusions proposes what to leave out of a signal that reads the metric:
// weeks that hold a day of the calendar; weeks in which the mean over people is
// at a robust z of -3 or less and at least 20 % below the median week; and
// people's inactive weeks, at most a quarter of the person's own median and at a
// robust z of -3 or less. Two conditions are needed because a steady metric has
// a small spread, and an ordinary dip is then far out. Where the median deviation
// is zero, the mean one stands in, as in a baseline.
func FindExclusions(p *Panel, metric string, calendar []Holiday) Exclusions {
	p = p.orEmpty()
	var found Exclusions
	column := p.column(metric)
	if column == nil {
		return nil
	}
	means := make([]float64, len(p.periods))
	for t := range p.periods {
		means[t] = meanAt(p, column, t)
	}
	level := median(finite(means))
	scale, _ := robustScale(finite(means))
	off := make([]bool, len(p.periods))
	for t, period := range p.periods {
		reason := ""
		for _, h := range calendar {
			if !h.Date.Before(period.Start) && !h.Date.After(period.Last()) {
				reason = "holiday in the calendar: " + h.Date.String()
				break
			}
		}
		if reason == "" && scale > 0 && (means[t]-level)/scale <= holidayZ && means[t] <= (1-holidayDrop)*level {
			reason = fmt.Sprintf("the mean over people is %.0f%% below the median week", 100*(1-means[t]/level))
		}
		if reason != "" {
			off[t] = true
			found = append(found, Exclusion{Period: period, Reason: reason})
		}
	}
	for s, subject := range p.subjects {
		own := column[s*len(p.periods) : (s+1)*len(p.periods)]
		m := median(finite(own))
		sc, _ := robustScale(finite(own))
		for t, v := range own {
			if sc > 0 && !off[t] && v <= inactiveShare*m && (v-m)/sc <= holidayZ {
				found = append(found, Exclusion{Subject: subject, Period: p.periods[t], Reason: "inactive: at most a quarter of the own median"})
			}
		}
	}
	found.sort()
	return found
}

func (x Exclusions) sort() {
	slices.SortFunc(x, func(a, b Exclusion) int {
		return cmp.Or(a.Period.Compare(b.Period), a.Subject.Compare(b.Subject), cmp.Compare(a.Reason, b.Reason))
	})
}

// An exclusionIndex answers by person and period; the zero PersonID stands for
// everybody. Of several reasons for the same cell the first in the list counts.
type exclusionIndex map[rowKey]string

func (x Exclusions) index() exclusionIndex {
	index := exclusionIndex{}
	for _, e := range x {
		key := rowKey{e.Subject, e.Period}
		if _, known := index[key]; !known {
			index[key] = e.Reason
		}
	}
	return index
}

// over returns why a period is left out for everybody, by its place in the list,
// and which cells of the panel, subject-major, for one person; nil for none.
func (x Exclusions) over(p *Panel, periods []Period) (everybody map[int]string, cells []bool) {
	index := x.index()
	everybody = map[int]string{}
	for t, period := range periods {
		if reason, ok := index[rowKey{period: period}]; ok {
			everybody[t] = reason
		}
	}
	for key := range index {
		s, okS := slices.BinarySearchFunc(p.subjects, key.subject, coaching.PersonID.Compare)
		t, okT := slices.BinarySearchFunc(p.periods, key.period, Period.Compare)
		if !okS || !okT {
			continue
		}
		if cells == nil {
			cells = make([]bool, len(p.present))
		}
		cells[s*len(p.periods)+t] = true
	}
	return everybody, cells
}

// meanAt is the mean of a column over the people observed in period t.
func meanAt(p *Panel, column []float64, t int) float64 {
	sum, n := 0.0, 0
	for s := range p.subjects {
		if v := column[s*len(p.periods)+t]; !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return math.NaN()
	}
	return sum / float64(n)
}

// finite returns the values that are not missing, in their order.
func finite(values []float64) []float64 {
	kept := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) {
			kept = append(kept, v)
		}
	}
	return kept
}
