package fairness

// A PathShare splits the gap between two groups by a factor (Kitagawa 1955):
// Composition is what the different mix of the factor's levels explains, Rate
// what differs within levels. They add up to Gap exactly.
type PathShare struct {
	Gap         float64 `json:"gap"` // rate of the first group less that of the second
	Composition float64 `json:"composition"`
	Rate        float64 `json:"rate"`
	// Alone counts the levels that only one of the groups has. Their rate in the
	// other group is unknown; all of their part is counted as composition.
	Alone int `json:"alone"`
}

// Share returns the part of the gap that runs through the factor,
// Composition/Gap, and false when there is no gap. It can exceed 1 or be
// negative: parts may pull against each other.
func (s PathShare) Share() (float64, bool) {
	if s.Gap == 0 {
		return 0, false
	}
	return s.Composition / s.Gap, true
}

// Kitagawa splits the gap between two groups whose rates are given by level of
// a factor, in the same order. It is false when a group has nobody, a rate is
// not one of people, or the lists differ in length.
func Kitagawa(first, second []Rate) (PathShare, bool) {
	var n1, n2, x1, x2 float64
	if len(first) != len(second) {
		return PathShare{}, false
	}
	for k := range first {
		if !first[k].valid() || !second[k].valid() {
			return PathShare{}, false
		}
		n1, x1 = n1+float64(first[k].N), x1+float64(first[k].X)
		n2, x2 = n2+float64(second[k].N), x2+float64(second[k].X)
	}
	if n1 == 0 || n2 == 0 {
		return PathShare{}, false
	}
	s := PathShare{Gap: x1/n1 - x2/n2}
	for k := range first {
		w1, w2 := float64(first[k].N)/n1, float64(second[k].N)/n2
		r1, ok1 := first[k].Value()
		r2, ok2 := second[k].Value()
		if !ok1 && !ok2 {
			continue
		}
		if !ok1 {
			r1 = r2
		}
		if !ok2 {
			r2 = r1
		}
		if !ok1 || !ok2 {
			s.Alone++
		}
		s.Composition += (w1 - w2) * (r1 + r2) / 2
		s.Rate += (r1 - r2) * (w1 + w2) / 2
	}
	return s, true
}
