package signal

import (
	"math"

	"github.com/coachgov/coaching"
)

// weeks gathers days by the week that holds them.
func (t *tally) weeks(d coaching.Date) Period {
	return Period{Start: WeekOf(d, t.spec.WeekStart).First(), Days: 7}
}

// runs takes dates as the first days of periods of the spec's length.
func (t *tally) runs(d coaching.Date) Period {
	if t.spec.PeriodDays == 7 {
		return t.weeks(d)
	}
	return Period{Start: d, Days: t.spec.PeriodDays}
}

// sumOf adds an input; a sum with a missing part is missing.
func sumOf(input int) func([]tallyRow) float64 {
	return func(rows []tallyRow) float64 {
		sum := 0.0
		for _, row := range rows {
			sum += row.values[input]
		}
		return sum
	}
}

// knownOf returns what is known of an input, in the order of the rows.
func knownOf(rows []tallyRow, input int) []float64 {
	var known []float64
	for _, row := range rows {
		if v := row.values[input]; !math.IsNaN(v) {
			known = append(known, v)
		}
	}
	return known
}
