package effect

import (
	"errors"
	"fmt"
	"math"

	"github.com/coachgov/coaching"
)

// LeastAdjusted is how many units a side want before the errors of an adjusted
// comparison are read without the exact test beside them.
const LeastAdjusted = 50

// An Adjusted is a comparison of two groups that takes the units' own baselines
// into account. It is second to the exact test of the changes.
type Adjusted struct {
	Estimate float64 // treated less the others, in the unit of the outcome
	Slope    float64 // of the outcome on the baseline
	// Model rests on equal variances and normal errors, and Robust on HC2 errors
	// with Satterthwaite's degrees of freedom (Bell and McCaffrey 2002; for single
	// units that is CR2); of [CUPED], it is Welch's.
	Model, Robust Approximation
	HC2, HC3      float64 // standard errors (MacKinnon and White 1985)
	// Reduction is the share of the outcome's variance that the baseline explains
	// over all units: what adjusting saves.
	Reduction float64
	Findings  coaching.Findings
}

// ANCOVA regresses the outcome on the group and the baseline, one number each
// per unit in the same order, by least squares. It fails when lengths differ, a
// group has fewer than two units, there are fewer than four, or the baseline does
// not vary within the groups. Nothing is kept or changed.
func ANCOVA(before, after Values, treated []bool) (Adjusted, error) {
	n, err := adjustable(before, after, treated)
	if err != nil {
		return Adjusted{}, err
	}
	mean := 0.0
	for i := range n {
		mean += before.Float(i) / float64(n)
	}
	x, y := make([][]float64, n), make([]float64, n)
	for i := range n {
		x[i] = []float64{1, indicator(treated[i]), before.Float(i) - mean} // centred, for the sake of digits
		y[i] = after.Float(i)
	}
	return regress("ANCOVA", x, y, before, treated)
}

// Lin regresses the outcome on the group, the centred baseline and their product
// (Lin, Ann Appl Stat 2013;7:295): never less precise than the plain difference
// in large groups, whatever the slopes. It is like [ANCOVA] otherwise, and wants
// at least three units a group whose baselines vary.
func Lin(before, after Values, treated []bool) (Adjusted, error) {
	n, err := adjustable(before, after, treated)
	if err != nil {
		return Adjusted{}, err
	}
	mean := 0.0
	for i := range n {
		mean += before.Float(i) / float64(n)
	}
	x, y := make([][]float64, n), make([]float64, n)
	for i := range n {
		z, b := indicator(treated[i]), before.Float(i)-mean
		x[i], y[i] = []float64{1, z, b, z * b}, after.Float(i)
	}
	if m := members(treated); m < 3 || n-m < 3 {
		return Adjusted{}, fmt.Errorf("effect: %d treated units and %d others, want at least 3 each for a line of their own", m, n-m)
	}
	return regress("Lin", x, y, before, treated)
}

// regress fits the columns x, of which the second is the group and the third the
// centred baseline.
func regress(name string, x [][]float64, y []float64, before Values, treated []bool) (Adjusted, error) {
	fit, err := leastSquares(x, y)
	if err != nil {
		return Adjusted{}, err
	}
	out := Adjusted{Estimate: fit.beta[1], Slope: fit.beta[2], HC2: fit.robust(1, 1), HC3: fit.robust(1, 2), Reduction: squared(correlation(floats(before), y))}
	out.Model = out.approximate(name+", least squares", fit.se(1), float64(len(y)-len(x[0])))
	out.Robust = out.approximate(name+", HC2 with Satterthwaite's degrees of freedom", out.HC2, fit.satterthwaite(1))
	out.warn(treated)
	return out, nil
}

// CUPED subtracts from each outcome what the baseline foretells, with one slope
// over both groups, and compares what is left (Deng, Xu, Kohavi and Walker 2013).
// It fails where [ANCOVA] does, and where the baseline does not vary at all.
func CUPED(before, after Values, treated []bool) (Adjusted, error) {
	n, err := adjustable(before, after, treated)
	if err != nil {
		return Adjusted{}, err
	}
	x, y := floats(before), floats(after)
	mx, vx := moments(x)
	my, _ := moments(y)
	if vx == 0 {
		return Adjusted{}, errFlat
	}
	cov := 0.0
	for i := range n {
		cov += (x[i] - mx) * (y[i] - my) / float64(n-1)
	}
	theta := cov / vx
	var a, b []float64
	rows := make([][]float64, n)
	left := make([]float64, n)
	for i := range n {
		left[i] = y[i] - theta*(x[i]-mx)
		rows[i] = []float64{1, indicator(treated[i])}
		if treated[i] {
			a = append(a, left[i])
		} else {
			b = append(b, left[i])
		}
	}
	fit, err := leastSquares(rows, left)
	if err != nil {
		return Adjusted{}, err
	}
	out := Adjusted{Estimate: fit.beta[1], Slope: theta, HC2: fit.robust(1, 1), HC3: fit.robust(1, 2), Reduction: squared(correlation(x, y))}
	out.Model = out.approximate("CUPED, equal variances", fit.se(1), float64(n-2))
	out.Robust = out.approximate("CUPED, Welch", 0, 0)
	if w := welch(a, b); w != nil && fit.se(1) > 0 {
		out.Robust = *w
		out.Robust.Name = "CUPED, Welch"
	}
	out.warn(treated)
	return out, nil
}

var errFlat = errors.New("effect: the baseline does not vary, so there is nothing to adjust for")

// adjustable returns the number of units.
func adjustable(before, after Values, treated []bool) (int, error) {
	n, m := len(treated), members(treated)
	if before.Len() != n || after.Len() != n {
		return 0, fmt.Errorf("effect: %d baselines, %d outcomes and %d groups, want as many of each", before.Len(), after.Len(), n)
	}
	if m < 2 || n-m < 2 {
		return 0, fmt.Errorf("effect: %d treated units and %d others, want at least 2 each", m, n-m)
	}
	return n, nil
}

// approximate returns the approximation with this standard error. Where there is
// none to compute, for nothing varies around the fit, it says nothing: p is 1 and
// the interval has no ends.
func (a *Adjusted) approximate(name string, se, df float64) Approximation {
	if out := studentised(name, a.Estimate, se, df); out != nil {
		return *out
	}
	return Approximation{Name: name, Estimate: a.Estimate, SE: math.Inf(1), DF: df, P: 1, Low: math.Inf(-1), High: math.Inf(1)}
}

func (a *Adjusted) warn(treated []bool) {
	if math.IsInf(a.Model.SE, 1) {
		a.Findings = append(a.Findings, coaching.Finding{Code: "PIL-083", Message: "nothing varies around the fit, so there is no standard error"})
	}
	m := members(treated)
	if least := min(m, len(treated)-m); least < LeastAdjusted {
		a.Findings = append(a.Findings, coaching.Finding{Code: "PIL-083", Severity: coaching.Warning,
			Message: fmt.Sprintf("%d units on the smaller side, want %d: these errors are approximations; decide by the exact test of the changes", least, LeastAdjusted)})
	}
}

// members returns the number of treated units.
func members(treated []bool) int {
	m := 0
	for _, t := range treated {
		m += int(indicator(t))
	}
	return m
}

func indicator(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func squared(x float64) float64 { return x * x }

func floats(v Values) []float64 {
	out := make([]float64, v.Len())
	for i := range out {
		out[i] = v.Float(i)
	}
	return out
}

// A fit is a regression by least squares on a few columns.
type fit struct {
	x        [][]float64
	beta     []float64
	inverse  [][]float64 // of X'X
	residual []float64
	leverage []float64
}

// leastSquares fits y on the columns of x.
func leastSquares(x [][]float64, y []float64) (*fit, error) {
	k := len(x[0])
	cross, right := make([][]float64, k), make([]float64, k)
	for a := range k {
		cross[a] = make([]float64, k)
		for b := range k {
			for i := range x {
				cross[a][b] += x[i][a] * x[i][b]
			}
		}
		for i := range x {
			right[a] += x[i][a] * y[i]
		}
	}
	inverse, ok := inverted(cross)
	if !ok {
		return nil, errFlat
	}
	f := &fit{x: x, beta: make([]float64, k), inverse: inverse}
	for a := range k {
		for b := range k {
			f.beta[a] += inverse[a][b] * right[b]
		}
	}
	size, most := 0.0, 0.0
	for i := range x {
		predicted := 0.0
		for a := range k {
			predicted += f.beta[a] * x[i][a]
		}
		f.residual = append(f.residual, y[i]-predicted)
		f.leverage = append(f.leverage, f.hat(i, i))
		size, most = max(size, math.Abs(y[i])), max(most, math.Abs(f.residual[i]))
	}
	if most <= 1e-13*size { // the rounding of a fit that is exact
		clear(f.residual)
	}
	return f, nil
}

// hat returns an element of the hat matrix.
func (f *fit) hat(i, j int) float64 {
	sum := 0.0
	for a := range f.inverse {
		for b := range f.inverse {
			sum += f.x[i][a] * f.inverse[a][b] * f.x[j][b]
		}
	}
	return sum
}

// pull is what unit i's outcome adds to a coefficient.
func (f *fit) pull(i, column int) float64 {
	sum := 0.0
	for a := range f.inverse {
		sum += f.inverse[column][a] * f.x[i][a]
	}
	return sum
}

// se is the standard error of a coefficient under equal variances.
func (f *fit) se(column int) float64 {
	sum := 0.0
	for _, e := range f.residual {
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(f.x)-len(f.inverse)) * f.inverse[column][column])
}

// robust is the standard error HC2 for a power of 1, and HC3 for 2. It is infinite
// where a unit decides its own prediction and with it the coefficient: nobody can
// tell how much that unit's outcome would vary.
func (f *fit) robust(column int, power float64) float64 {
	sum := 0.0
	for i, e := range f.residual {
		if free := 1 - f.leverage[i]; free > 1e-10 {
			sum += squared(f.pull(i, column)*e) / math.Pow(free, power)
		} else if math.Abs(f.pull(i, column)) > 1e-10*math.Sqrt(f.inverse[column][column]) {
			return math.Inf(1)
		}
	}
	return math.Sqrt(sum)
}

// satterthwaite returns the degrees of freedom of HC2 under equal variances.
func (f *fit) satterthwaite(column int) float64 {
	n := len(f.x)
	weight := make([]float64, n)
	trace := 0.0
	for i := range n {
		if free := 1 - f.leverage[i]; free > 1e-10 {
			weight[i] = squared(f.pull(i, column)) / free
			trace += weight[i] * free
		}
	}
	sum := 0.0
	for i := range n {
		for j := range n {
			m := -f.hat(i, j)
			if i == j {
				m++
			}
			sum += weight[i] * weight[j] * m * m
		}
	}
	return trace * trace / sum
}

// inverted returns the inverse of a small symmetric matrix, and false when it has
// none that floating point can tell from nonsense.
func inverted(m [][]float64) ([][]float64, bool) {
	k := len(m)
	a, out := make([][]float64, k), make([][]float64, k)
	for i := range k {
		a[i] = append([]float64{}, m[i]...)
		out[i] = make([]float64, k)
		out[i][i] = 1
	}
	for c := range k {
		pivot := c
		for r := c + 1; r < k; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[pivot][c]) {
				pivot = r
			}
		}
		if !(math.Abs(a[pivot][c]) > 1e-11*math.Abs(m[c][c])) {
			return nil, false
		}
		a[c], a[pivot], out[c], out[pivot] = a[pivot], a[c], out[pivot], out[c]
		scale := a[c][c]
		for j := range k {
			a[c][j], out[c][j] = a[c][j]/scale, out[c][j]/scale
		}
		for r := range k {
			if factor := a[r][c]; r != c && factor != 0 {
				for j := range k {
					a[r][j], out[r][j] = a[r][j]-factor*a[c][j], out[r][j]-factor*out[c][j]
				}
			}
		}
	}
	return out, true
}
