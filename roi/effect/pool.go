package effect

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/coachgov/coaching"
)

// A Study is the effect that one pilot found: an estimate whose error is about
// normal, such as a difference in means or the logarithm of a ratio, and the
// square of its standard error. All studies of a pool use the same unit.
type Study struct {
	Name     string
	Estimate float64
	Variance float64
}

// A Pooling is what several pilots show together.
type Pooling struct {
	// Fixed weighs each study by its precision and supposes one true effect. Its
	// T is the normal deviate, with infinite DF.
	Fixed Approximation
	// Random supposes that true effects vary around a mean, which it estimates,
	// with the error of Hartung and Knapp (2001), never less than without their
	// correction, and k-1 degrees of freedom.
	Random Approximation
	// Tau2 is the variance of the true effects, by restricted maximum likelihood;
	// I2 its share of the whole, in percent (Higgins and Thompson 2002).
	Tau2, I2 float64
	// Q is Cochran's statistic, with k-1 degrees of freedom, and QP the chance of
	// one at least as large when there is one true effect.
	Q, QP float64
	// PredictLow and PredictHigh bound the true effect of a new pilot of the same
	// kind at [Level].
	PredictLow, PredictHigh float64
	// Weights are the studies' shares in Random, in the order given; they sum
	// to 1.
	Weights  []float64
	Findings coaching.Findings
}

// maxStudies bounds a pool.
const maxStudies = 100_000

// Pool combines the effects of two studies or more (Borenstein, Hedges, Higgins
// and Rothstein 2009, chapters 11 and 12; Viechtbauer 2005 for the restricted
// likelihood). A pool of fewer than five says in a finding that it can hardly
// know how much true effects vary. The order of the studies changes nothing but
// the order of the weights; the slice is neither kept nor changed. It fails for
// fewer than two studies, and for an estimate or a variance that is not finite,
// or a variance that is not above zero.
func Pool(studies []Study) (Pooling, error) {
	k := len(studies)
	if k < 2 || k > maxStudies {
		return Pooling{}, fmt.Errorf("effect: %d studies to pool, want 2 to %d", k, maxStudies)
	}
	y, v := make([]float64, k), make([]float64, k)
	largest := 0.0
	for i, s := range studies {
		if math.IsNaN(s.Estimate) || math.IsInf(s.Estimate, 0) || !(s.Variance > 0) || math.IsInf(s.Variance, 1) {
			return Pooling{}, fmt.Errorf("effect: study %d has estimate %v and variance %v, want finite ones and a variance above 0", i, s.Estimate, s.Variance)
		}
		y[i], v[i] = s.Estimate, s.Variance
		largest = max(largest, math.Abs(s.Estimate), math.Sqrt(s.Variance))
	}
	// In units of the largest number nothing overflows, whatever the unit was.
	for i := range y {
		y[i], v[i] = y[i]/largest, v[i]/largest/largest
		if !(v[i] > 1e-24) {
			return Pooling{}, fmt.Errorf("effect: study %d has variance %v beside numbers of the size of %v, want one that can be told from 0", i, studies[i].Variance, largest)
		}
	}
	p, err := pool(y, v)
	if err != nil {
		return Pooling{}, err
	}
	for _, a := range []*Approximation{&p.Fixed, &p.Random} {
		a.Estimate, a.SE, a.Low, a.High = a.Estimate*largest, a.SE*largest, a.Low*largest, a.High*largest
	}
	p.Tau2, p.PredictLow, p.PredictHigh = p.Tau2*largest*largest, p.PredictLow*largest, p.PredictHigh*largest
	if k < 5 {
		p.Findings = append(p.Findings, coaching.Finding{Code: "EFF-001", Severity: coaching.Warning,
			Message: fmt.Sprintf("%d studies can hardly show how much true effects vary; read the interval of Random and the prediction, not I2", k)})
	}
	return p, nil
}

func pool(y, v []float64) (Pooling, error) {
	k := float64(len(y))
	tau2, err := restricted(y, v)
	if err != nil {
		return Pooling{}, err
	}
	var p Pooling
	fixed := weigh(y, v, 0)
	z := distuv.UnitNormal.Quantile((1 + Level) / 2)
	se := math.Sqrt(1 / fixed.sum)
	p.Fixed = Approximation{Name: "fixed effect, inverse variance", Estimate: fixed.mean, SE: se, T: fixed.mean / se, DF: math.Inf(1),
		P: math.Erfc(math.Abs(fixed.mean/se) / math.Sqrt2), Low: fixed.mean - z*se, High: fixed.mean + z*se}
	p.Q = fixed.spread
	p.QP = mathext.GammaIncRegComp((k-1)/2, p.Q/2)
	random := weigh(y, v, tau2)
	p.Tau2 = tau2
	for i := range v {
		p.Weights = append(p.Weights, 1/(v[i]+tau2)/random.sum)
	}
	// Where estimates happen to lie close together, the error of Hartung and Knapp
	// falls below that of one true effect; then the larger counts (Jackson et al.,
	// Stat Med 2017;36:3923).
	se = math.Sqrt(max(1, random.spread/(k-1)) / random.sum)
	p.Random = *studentised("random effects, REML, Hartung and Knapp", random.mean, se, k-1)
	// The typical variance within studies (Higgins and Thompson 2002).
	typical := (k - 1) * fixed.sum / (fixed.sum*fixed.sum - fixed.squares)
	p.I2 = 100 * tau2 / (tau2 + typical)
	q := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: k - 1}.Quantile((1 + Level) / 2)
	reach := q * math.Sqrt(tau2+se*se)
	p.PredictLow, p.PredictHigh = random.mean-reach, random.mean+reach
	return p, nil
}

// A weighing holds sums over studies with weights 1/(v+tau2).
type weighing struct {
	sum, squares, cubes float64 // of the weights and their powers
	mean                float64
	spread              float64 // weighted squares around the mean
	doubled             float64 // the same with squared weights
}

func weigh(y, v []float64, tau2 float64) (w weighing) {
	for i := range y {
		one := 1 / (v[i] + tau2)
		w.sum, w.squares, w.cubes, w.mean = w.sum+one, w.squares+one*one, w.cubes+one*one*one, w.mean+one*y[i]
	}
	w.mean /= w.sum
	for i := range y {
		one := 1 / (v[i] + tau2)
		d := (y[i] - w.mean) * (y[i] - w.mean)
		w.spread, w.doubled = w.spread+one*d, w.doubled+one*one*d
	}
	return w
}

// restricted returns the variance between studies that maximises the restricted
// likelihood, by Fisher scoring from the estimate of Hedges and Olkin, never
// below 0 (Viechtbauer, J Educ Behav Stat 2005;30:261).
func restricted(y, v []float64) (float64, error) {
	mean, within := 0.0, 0.0
	for i := range y {
		mean, within = mean+y[i]/float64(len(y)), within+v[i]/float64(len(v))
	}
	tau2 := -within
	for i := range y {
		tau2 += (y[i] - mean) * (y[i] - mean) / float64(len(y)-1)
	}
	tau2 = max(tau2, 0)
	for range 10_000 {
		w := weigh(y, v, tau2)
		ratio := w.squares / w.sum
		step := (w.doubled - w.sum + ratio) / (w.squares - 2*w.cubes/w.sum + ratio*ratio)
		next := max(0, tau2+step)
		if math.Abs(next-tau2) <= 1e-13*(within+tau2) {
			return next, nil
		}
		tau2 = next
	}
	return 0, errors.New("effect: the variance between studies does not settle; their variances differ too much")
}
