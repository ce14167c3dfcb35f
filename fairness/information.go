package fairness

import (
	"math"
	"math/rand/v2"
)

// An Information says how much knowing one classification tells of another, in
// nats. Like Cramer's V it is above zero under independence.
type Information struct {
	Mutual float64 `json:"mutual"` // sum of p ln(p / (p_row p_column))
	// MillerMadow is Mutual less its bias to first order, (k-r-c+1)/2n with k
	// cells, r rows and c columns that hold anybody (Miller 1955). It may be below
	// zero.
	MillerMadow float64 `json:"miller_madow"`
	// TheilU is the share of the rows' entropy that knowing the column removes
	// (Theil 1970): 0 to 1.
	TheilU float64 `json:"theil_u"`
	G      float64 `json:"g"` // likelihood ratio statistic, 2 n Mutual
	P      float64 `json:"p"` // of G, by chi-square
}

// MutualInformation measures a table of counts as [Associate] does, and is false
// where that is.
func MutualInformation(table [][]int64) (Information, bool) {
	a, ok := Associate(table)
	if !ok {
		return Information{}, false
	}
	rows, columns, n := margins(table)
	mutual, cells := mutualInformation(table, rows, columns, n)
	i := Information{Mutual: mutual, G: 2 * n * mutual}
	i.MillerMadow = mutual - float64(cells-positive(rows)-positive(columns)+1)/(2*n)
	entropy := 0.0
	for _, r := range rows {
		if r > 0 {
			entropy -= r / n * math.Log(r/n)
		}
	}
	i.TheilU = mutual / entropy // two rows hold somebody, so it is above 0
	i.P = chiSquareAbove(i.G, float64(a.DF))
	return i, true
}

// mutualInformation also returns the number of cells that hold anybody.
func mutualInformation(table [][]int64, rows, columns []float64, n float64) (mutual float64, cells int) {
	for i, row := range table {
		for j, c := range row {
			if c > 0 {
				cells++
				mutual += float64(c) / n * math.Log(float64(c)/rows[i]*n/columns[j])
			}
		}
	}
	return max(0, mutual), cells
}

// margins returns the sums of a table of equally long rows.
func margins(table [][]int64) (rows, columns []float64, n float64) {
	if len(table) > 0 {
		columns = make([]float64, len(table[0]))
	}
	rows = make([]float64, len(table))
	for i, row := range table {
		for j, c := range row {
			rows[i] += float64(c)
			columns[j] += float64(c)
			n += float64(c)
		}
	}
	return rows, columns, n
}

// A ConditionalAssociation says how two classifications go together among
// people who share a third, such as a declared legitimate factor.
type ConditionalAssociation struct {
	Mutual float64 `json:"mutual"` // conditional mutual information, in nats
	// ChiSquare, DF and P are the generalised test of Cochran, Mantel and Haenszel
	// (Landis, Heyman and Koch 1978; mantelhaen.test of R).
	ChiSquare float64 `json:"chi_square"`
	DF        int     `json:"df"`
	P         float64 `json:"p"`
	// V is the bias-corrected Cramer V in each stratum, in the order given, without
	// an interval.
	V []Estimate `json:"v"`
}

// AssociateWithin measures two classifications within strata: tables of counts
// with the same rows and columns. Strata of fewer than two people say nothing.
// It is false when a table is not as [Associate] wants it, when two differ in
// shape, or when within strata nothing varies.
func AssociateWithin(strata [][][]int64) (ConditionalAssociation, bool) {
	var out ConditionalAssociation
	if len(strata) == 0 || len(strata[0]) == 0 || len(strata[0][0]) == 0 {
		return out, false
	}
	r, c := len(strata[0]), len(strata[0][0])
	all := make([][]int64, r) // which rows and columns hold anybody at all
	for i := range all {
		all[i] = make([]int64, c)
	}
	for _, table := range strata {
		if len(table) != r {
			return out, false
		}
		for i, row := range table {
			if len(row) != c {
				return out, false
			}
			for j, n := range row {
				if n < 0 || n > maxCount {
					return out, false
				}
				all[i][j] += n
			}
		}
	}
	allRows, allColumns, total := margins(all)
	var freeRows, freeColumns []int
	for i, n := range allRows {
		if n > 0 {
			freeRows = append(freeRows, i)
		}
	}
	for j, n := range allColumns {
		if n > 0 {
			freeColumns = append(freeColumns, j)
		}
	}
	if len(freeRows) < 2 || len(freeColumns) < 2 {
		return out, false
	}
	// The last row and column follow from the others.
	freeRows, freeColumns = freeRows[:len(freeRows)-1], freeColumns[:len(freeColumns)-1]
	df := len(freeRows) * len(freeColumns)
	if df > maxConditionalCells {
		return out, false
	}
	gap := make([]float64, df)
	covariance := make([][]float64, df)
	for i := range covariance {
		covariance[i] = make([]float64, df)
	}
	for _, table := range strata {
		rows, columns, n := margins(table)
		a, ok := Associate(table)
		out.V = append(out.V, bare(a.Corrected, ok))
		if n < 2 {
			continue
		}
		mutual, _ := mutualInformation(table, rows, columns, n)
		out.Mutual += n / total * mutual
		for a, i := range freeRows {
			for b, j := range freeColumns {
				at := a*len(freeColumns) + b
				gap[at] += float64(table[i][j]) - rows[i]*columns[j]/n
				for a2, i2 := range freeRows {
					for b2, j2 := range freeColumns {
						covariance[at][a2*len(freeColumns)+b2] += rows[i] * (n*indicator(i == i2) - rows[i2]) / n * columns[j] * (n*indicator(j == j2) - columns[j2]) / n / (n - 1)
					}
				}
			}
		}
	}
	chi, rank := quadraticForm(covariance, gap)
	if rank == 0 {
		return ConditionalAssociation{}, false
	}
	out.ChiSquare, out.DF, out.P = chi, rank, chiSquareAbove(chi, float64(rank))
	return out, true
}

// maxConditionalCells bounds the work of AssociateWithin, which grows with the
// third power of the cells.
const maxConditionalCells = 400

// quadraticForm returns v' m^-1 v for a symmetric matrix that is positive
// definite apart from rows that say nothing, and how many rows say something.
// It changes both.
func quadraticForm(m [][]float64, v []float64) (sum float64, rank int) {
	scale := 0.0
	for i := range m {
		scale = max(scale, m[i][i])
	}
	for {
		k := -1
		for i := range m {
			if m[i][i] > 1e-10*scale && (k < 0 || m[i][i] > m[k][k]) {
				k = i
			}
		}
		if k < 0 {
			return sum, rank
		}
		rank++
		pivot, x := m[k][k], v[k]
		sum += x * x / pivot
		for i := range m {
			if f := m[i][k] / pivot; i != k && f != 0 {
				v[i] -= f * x
				for j := range m {
					m[i][j] -= f * m[k][j]
				}
			}
		}
		for i := range m {
			m[i][k], m[k][i] = 0, 0
		}
	}
}

// A Permutation is what a number of random tables say of the one observed.
type Permutation struct {
	Draws int     `json:"draws"`
	Mean  float64 `json:"mean"` // of the statistic when the two do not go together
	P     float64 `json:"p"`    // (1 + draws as large as the one observed) / (1 + Draws)
	SE    float64 `json:"se"`   // standard error of P, by the number of draws
}

func newPermutation(draws, asLarge int, sum float64) Permutation {
	p := Permutation{Draws: draws, Mean: sum / float64(draws), P: float64(1+asLarge) / float64(1+draws)}
	p.SE = math.Sqrt(p.P * (1 - p.P) / float64(draws))
	return p
}

// PermuteInformation compares the mutual information of a table with that of
// random tables of the same margins, as if one classification were shuffled. It
// needs no large numbers, as chi-square does. The dice decide the draws: the
// same dice, the same answer. It is false where [Associate] is, and without
// dice or a draw.
func PermuteInformation(table [][]int64, draws int, dice *rand.Rand) (Permutation, bool) {
	if _, ok := Associate(table); !ok || draws < 1 || dice == nil {
		return Permutation{}, false
	}
	rows, columns, n := margins(table)
	observed, _ := mutualInformation(table, rows, columns, n)
	shuffled := make([][]int64, len(table))
	for i := range shuffled {
		shuffled[i] = make([]int64, len(columns))
	}
	left := make([]int64, len(rows))
	asLarge, sum := 0, 0.0
	for range draws {
		for i, r := range rows {
			left[i] = int64(r)
		}
		for j, c := range columns {
			deal(left, int64(c), dice, func(i int, x int64) { shuffled[i][j] = x })
		}
		mutual, _ := mutualInformation(shuffled, rows, columns, n)
		sum += mutual
		if mutual >= observed-1e-12 {
			asLarge++
		}
	}
	return newPermutation(draws, asLarge, sum), true
}

// deal draws n of the people left in groups without replacement, calls put with
// the number from each group, and takes them out of left.
func deal(left []int64, n int64, dice *rand.Rand, put func(i int, x int64)) {
	others := int64(0)
	for _, g := range left {
		others += g
	}
	for i, g := range left {
		others -= g
		x := drawHypergeometric(n, g, others, dice.Float64())
		put(i, x)
		n -= x
		left[i] -= x
	}
}

// drawHypergeometric turns a number between 0 and 1 into the number of marked
// ones in a draw of n: it walks out from the mode, on both sides in turn, until
// the probability is used up.
func drawHypergeometric(n, marked, plain int64, u float64) int64 {
	low, high := max(0, n-plain), min(n, marked)
	if low == high {
		return low
	}
	mode := int64(float64(n+1) * float64(marked+1) / float64(marked+plain+2))
	mode = max(low, min(high, mode))
	up := hypergeometricPMF(mode, n, marked, plain)
	if u -= up; u < 0 {
		return mode
	}
	above, below, down := mode, mode, up
	for up > 0 || down > 0 {
		if above < high {
			up *= float64(marked-above) / float64(above+1) * float64(n-above) / float64(plain-n+above+1)
			above++
			if u -= up; u < 0 {
				return above
			}
		} else {
			up = 0
		}
		if below > low {
			down *= float64(below) / float64(marked-below+1) * float64(plain-n+below) / float64(n-below+1)
			below--
			if u -= down; u < 0 {
				return below
			}
		} else {
			down = 0
		}
	}
	return mode // what rounding left over
}
