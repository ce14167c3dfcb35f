package fairness

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// PSI returns the population stability index of two lists of counts, one number
// for each level in the same order: the sum of (p2-p1) ln(p2/p1), with half a
// person added to each level so that an empty one gives no infinity. A level
// that is empty in both is left out. It is false when a list is empty of people,
// a count is negative, or the lists differ in length.
func PSI(first, second []int64) (float64, bool) {
	var n1, n2, levels float64
	if len(first) != len(second) {
		return 0, false
	}
	for i := range first {
		if first[i] < 0 || second[i] < 0 || first[i] > maxCount || second[i] > maxCount {
			return 0, false
		}
		n1, n2 = n1+float64(first[i]), n2+float64(second[i])
		if first[i]+second[i] > 0 {
			levels++
		}
	}
	if n1 == 0 || n2 == 0 {
		return 0, false
	}
	sum := 0.0
	for i := range first {
		if first[i]+second[i] > 0 {
			p1, p2 := (float64(first[i])+0.5)/(n1+levels/2), (float64(second[i])+0.5)/(n2+levels/2)
			sum += (p2 - p1) * math.Log(p2/p1)
		}
	}
	return sum, true
}

// A Drift says how far a feature moved from the first half of a validation to
// the second.
type Drift struct {
	Feature string  `json:"feature"`
	First   int64   `json:"first"`  // people for whom it is known
	Second  int64   `json:"second"` // as First
	Defined bool    `json:"defined"`
	PSI     float64 `json:"psi"` // population stability index; 0 unless Defined
	// Chance is what the index stays below, but for the policy's Alpha, when
	// nothing moved: (1/n1 + 1/n2) times a chi-square quantile (Yurdakul 2018).
	Chance float64 `json:"chance"`
	Moved  bool    `json:"moved"` // beyond both Chance and what the plan allows
}

// driftOf compares the halves by one feature.
func driftOf(first, second *Table, feature int, most, alpha float64) Drift {
	d := Drift{Feature: first.spec.Features[feature].Name}
	var a, b []int64
	if first.spec.Features[feature].Numeric {
		a, b = bins(first.numbers(feature), second.numbers(feature))
	} else {
		a, b = first.levelCounts(d.Feature, second)
	}
	levels := 0
	for i := range a {
		d.First, d.Second = d.First+a[i], d.Second+b[i]
		if a[i]+b[i] > 0 {
			levels++
		}
	}
	if d.PSI, d.Defined = PSI(a, b); d.Defined && levels > 1 {
		d.Chance = (1/float64(d.First) + 1/float64(d.Second)) * distuv.ChiSquared{K: float64(levels - 1)}.Quantile(1-alpha)
		d.Moved = d.PSI > most && d.PSI > d.Chance
	}
	return d
}

// levelCounts counts the people of both tables by the levels of one column,
// unknown ones left out, in the order of the levels' names.
func (t *Table) levelCounts(name string, other *Table) (mine, others []int64) {
	count := func(t *Table) map[string]int64 {
		n := map[string]int64{}
		groups, _, err := t.GroupBy(name)
		if err != nil { // every feature with levels is in the table
			return n
		}
		for _, g := range groups {
			n[g.Levels[0]] = g.Total()
		}
		return n
	}
	a, b := count(t), count(other)
	var levels []string
	for _, n := range []map[string]int64{a, b} {
		for level := range n {
			levels = append(levels, level)
		}
	}
	slices.Sort(levels)
	for _, level := range slices.Compact(levels) {
		mine, others = append(mine, a[level]), append(others, b[level])
	}
	return mine, others
}

// numbers returns the values of a numeric feature, rising. Every person has a
// level, known or not, of the first attribute that is compared.
func (t *Table) numbers(feature int) []ValueCount {
	at := slices.Index(t.numeric, feature)
	attribute := slices.IndexFunc(t.spec.Attributes, func(a Attribute) bool { return a.Role != Legitimate })
	counts := map[float64]int64{}
	for k, n := range t.values {
		if int(k.feature) == at && int(k.attribute) == attribute {
			counts[math.Float64frombits(k.bits)] += n
		}
	}
	var out []ValueCount
	for v, n := range counts {
		out = append(out, ValueCount{v, n})
	}
	slices.SortFunc(out, func(a, b ValueCount) int {
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
	return out
}

// bins counts numbers by the tenths of the first list; tenths that end at the
// same number are one.
func bins(first, second []ValueCount) (a, b []int64) {
	var ends []float64
	total, seen := int64(0), int64(0)
	for _, v := range first {
		total += v.Count
	}
	for _, v := range first {
		seen += v.Count
		if 10*seen >= total*int64(len(ends)+1) && seen < total {
			ends = append(ends, v.Value)
			for 10*seen >= total*int64(len(ends)+1) && len(ends) < 9 {
				ends = append(ends, v.Value)
			}
		}
	}
	ends = slices.Compact(ends)
	count := func(values []ValueCount) []int64 {
		n := make([]int64, len(ends)+1)
		for _, v := range values {
			i, _ := slices.BinarySearch(ends, v.Value)
			n[i] += v.Count
		}
		return n
	}
	return count(first), count(second)
}
