package effect

import "math"

// Simple averages all treated cells, weighted by the size of their wave: the
// estimate of [Staggered]. Waves treated for longer weigh more.
func (r GroupTime) Simple() Estimate {
	if r.model == nil {
		return estimateOf(0, math.Inf(1))
	}
	e, _ := r.model.estimate(r.model.simple(r.model.cells, r.model.att))
	return e
}

// Groups averages the treated cells of each wave; At is the wave's first treated
// period. Overall weights the waves by size: the effect on a unit, whatever its
// wave.
func (r GroupTime) Groups() Series { return r.series((*waves).groups) }

// Calendar averages the treated cells of each period; At is the period. Overall
// weights the periods evenly.
func (r GroupTime) Calendar() Series { return r.series((*waves).calendar) }

// EventStudy averages the cells at each distance from the start; At is that
// distance in periods, below 0 before treatment. Overall averages the points
// from 0 on evenly. Waves drop out as the distance grows, so points differ in
// who they are about; [GroupTime.EventStudyBalanced] keeps them the same.
func (r GroupTime) EventStudy() Series { return r.EventStudyBetween(math.MinInt, math.MaxInt) }

// EventStudyBetween is [GroupTime.EventStudy] for distances from first to last.
func (r GroupTime) EventStudyBetween(first, last int) Series {
	return r.series(func(w *waves, cells []comparison, att []float64) blends {
		return w.events(cells, att, first, last, math.MinInt)
	})
}

// EventStudyBalanced is [GroupTime.EventStudy] for the waves that are seen for at
// least follow periods after their first one, up to that distance.
func (r GroupTime) EventStudyBalanced(follow int) Series {
	return r.series(func(w *waves, cells []comparison, att []float64) blends {
		span := w.periods[len(w.periods)-1] - w.periods[0]
		return w.events(cells, att, follow-span, follow, follow)
	})
}

func (r GroupTime) series(average func(*waves, []comparison, []float64) blends) Series {
	if r.model == nil {
		return Series{}
	}
	b := average(r.model.waves, r.model.cells, r.model.att)
	s := Series{model: r.model, blends: b.points}
	for i, at := range b.at {
		e, reference := r.model.estimate(b.points[i])
		s.Points = append(s.Points, Point{At: at, Estimate: e, Reference: reference, BandLow: math.Inf(-1), BandHigh: math.Inf(1)})
	}
	s.Overall, _ = r.model.estimate(b.overall)
	return s
}
