package fairness

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// An Association says how strongly two classifications go together.
type Association struct {
	N         int64   `json:"n"`
	ChiSquare float64 `json:"chi_square"` // Pearson
	DF        int     `json:"df"`
	P         float64 `json:"p"`
	// CramerV is Cramer's V. It is above zero under independence, so decide on
	// Corrected, its bias-corrected form (Bergsma, J Korean Stat Soc
	// 2013;42:323).
	CramerV   float64 `json:"cramer_v"`
	Corrected float64 `json:"corrected"`
}

// Associate measures the association in a table of counts, one row per level of
// the first classification. Rows and columns of zeros are left out. It is false
// when a count is negative, rows differ in length, or fewer than two rows or
// columns hold anybody: then there is nothing to measure.
func Associate(table [][]int64) (Association, bool) {
	if len(table) == 0 {
		return Association{}, false
	}
	rows := make([]float64, len(table))
	columns := make([]float64, len(table[0]))
	n := 0.0
	for i, row := range table {
		if len(row) != len(columns) {
			return Association{}, false
		}
		for j, c := range row {
			if c < 0 || c > maxCount {
				return Association{}, false
			}
			rows[i] += float64(c)
			columns[j] += float64(c)
			n += float64(c)
		}
	}
	chi := 0.0
	for i, row := range table {
		for j, c := range row {
			if e := rows[i] / n * columns[j]; e > 0 {
				d := float64(c) - e
				chi += d * d / e
			}
		}
	}
	r, k := float64(positive(rows)), float64(positive(columns))
	if r < 2 || k < 2 || n < 2 {
		return Association{}, false
	}
	a := Association{N: int64(n), ChiSquare: chi, DF: int((r - 1) * (k - 1))}
	a.P = chiSquareAbove(chi, float64(a.DF))
	a.CramerV = math.Sqrt(chi / n / min(r-1, k-1))
	phi := max(0, chi/n-(k-1)*(r-1)/(n-1))
	rr, kk := r-(r-1)*(r-1)/(n-1), k-(k-1)*(k-1)/(n-1)
	if least := min(rr-1, kk-1); least > 0 {
		a.Corrected = math.Sqrt(phi / least)
	}
	return a, true
}

func positive(v []float64) int {
	n := 0
	for _, x := range v {
		if x > 0 {
			n++
		}
	}
	return n
}

// chiSquareAbove is the upper tail of the chi-square distribution.
func chiSquareAbove(x, df float64) float64 {
	switch {
	case math.IsNaN(x):
		return math.NaN()
	case x <= 0:
		return 1
	}
	return mathext.GammaIncRegComp(df/2, x/2)
}

// A ValueCount is a number that Count people share.
type ValueCount struct {
	Value float64
	Count int64
}

// sortedValues returns the values in ascending order, equal ones together.
func sortedValues(values []ValueCount) []ValueCount {
	out := slices.Clone(values)
	slices.SortFunc(out, func(a, b ValueCount) int { return cmp.Compare(a.Value, b.Value) })
	n := 0
	for _, v := range out {
		if n > 0 && out[n-1].Value == v.Value {
			out[n-1].Count += v.Count
		} else {
			out[n] = v
			n++
		}
	}
	return out[:n]
}

// EpsilonSquared returns the share of a number's variance that goes with the
// groups, corrected for the number of groups (Kelley 1935), cut off at 0. It is
// false when fewer than two groups hold anybody, when nothing varies, or when
// no group has two people.
func EpsilonSquared(groups [][]ValueCount) (float64, bool) {
	var n, mean, k float64
	for _, g := range groups {
		var here float64
		for _, v := range g {
			here += float64(v.Count)
			mean += v.Value * float64(v.Count)
		}
		n += here
		if here > 0 {
			k++
		}
	}
	if k < 2 || n <= k {
		return 0, false
	}
	mean /= n
	var between, within float64
	for _, g := range groups {
		var m, c float64
		for _, v := range g {
			m += v.Value * float64(v.Count)
			c += float64(v.Count)
		}
		if c == 0 {
			continue
		}
		m /= c
		between += c * (m - mean) * (m - mean)
		for _, v := range g {
			within += float64(v.Count) * (v.Value - m) * (v.Value - m)
		}
	}
	total := between + within
	if total == 0 {
		return 0, false
	}
	return max(0, (between-(k-1)*within/(n-k))/total), true
}

// AUC returns the chance that a random member of the first group has the higher
// number, ties counting half (Mann and Whitney 1947). 0.5 is no separation. It
// is false when a group is empty.
func AUC(first, second []ValueCount) (float64, bool) {
	a, b := sortedValues(first), sortedValues(second)
	var n1, n2, below, u float64
	for _, v := range b {
		n2 += float64(v.Count)
	}
	j := 0
	for _, v := range a {
		for j < len(b) && b[j].Value < v.Value {
			below += float64(b[j].Count)
			j++
		}
		ties := 0.0
		if j < len(b) && b[j].Value == v.Value {
			ties = float64(b[j].Count)
		}
		u += float64(v.Count) * (below + ties/2)
		n1 += float64(v.Count)
	}
	if n1 == 0 || n2 == 0 {
		return 0, false
	}
	return u / n1 / n2, true
}

// KruskalWallis returns the rank test of whether a number differs between
// groups, corrected for ties: the statistic, its degrees of freedom and the
// p-value by chi-square. It is false when fewer than two groups hold anybody or
// all numbers are equal.
func KruskalWallis(groups [][]ValueCount) (h float64, df int, p float64, ok bool) {
	var all []ValueCount
	for _, g := range groups {
		all = append(all, g...)
	}
	all = sortedValues(all)
	ranks := make(map[float64]float64, len(all))
	var n, ties float64
	for _, v := range all {
		c := float64(v.Count)
		ranks[v.Value] = n + (c+1)/2
		n += c
		ties += c*c*c - c
	}
	k, sum := 0, 0.0
	for _, g := range groups {
		var c, r float64
		for _, v := range sortedValues(g) {
			c += float64(v.Count)
			r += ranks[v.Value] * float64(v.Count)
		}
		if c > 0 {
			k++
			d := r/c - (n+1)/2
			sum += c * d * d
		}
	}
	correction := 1 - ties/(n*n*n-n)
	if k < 2 || n < 2 || correction <= 0 {
		return 0, 0, 0, false
	}
	h = 12 / (n * (n + 1)) * sum / correction
	return h, k - 1, chiSquareAbove(h, float64(k-1)), true
}
