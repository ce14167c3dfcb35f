package fairness

import "math"

// The point probabilities below follow Loader (2000), "Fast and accurate
// computation of binomial probabilities", which R uses too: no digits are lost
// to large factorials.

// stirlingError is log(n!) - log(sqrt(2 pi n) (n/e)^n).
func stirlingError(n float64) float64 {
	if n <= 15 {
		lg, _ := math.Lgamma(n + 1)
		return lg - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	n2 := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/(1188*n2))/n2)/n2)/n2) / n
}

// deviance is x log(x/np) + np - x, without cancellation near x = np.
func deviance(x, np float64) float64 {
	if math.Abs(x-np) < 0.1*(x+np) {
		v := (x - np) / (x + np)
		s := (x - np) * v
		ej := 2 * x * v
		for j := 1; j < 1000; j++ {
			ej *= v * v
			s1 := s + ej/float64(2*j+1)
			if s1 == s {
				return s1
			}
			s = s1
		}
	}
	return x*math.Log(x/np) + np - x
}

// binomialPMF is the probability of x in n with chance p; q is 1-p.
func binomialPMF(x, n, p, q float64) float64 {
	switch {
	case x < 0 || x > n:
		return 0
	case p == 0:
		return indicator(x == 0)
	case q == 0:
		return indicator(x == n)
	case x == 0:
		return math.Exp(n * math.Log1p(-p))
	case x == n:
		return math.Exp(n * math.Log1p(-q))
	}
	lc := stirlingError(n) - stirlingError(x) - stirlingError(n-x) - deviance(x, n*p) - deviance(n-x, n*q)
	return math.Exp(lc) * math.Sqrt(n/(2*math.Pi*x*(n-x)))
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// hypergeometricPMF is the probability of x marked ones in a draw of n from a
// population of marked + plain.
func hypergeometricPMF(x, n, marked, plain int64) float64 {
	if x < max(0, n-plain) || x > min(n, marked) {
		return 0
	}
	if n == 0 {
		return 1
	}
	total := float64(marked + plain)
	p := float64(n) / total
	q := float64(marked+plain-n) / total
	return binomialPMF(float64(x), float64(marked), p, q) *
		binomialPMF(float64(n-x), float64(plain), p, q) /
		binomialPMF(float64(n), total, p, q)
}

// hypergeometricBelow is the probability of at most x marked ones.
func hypergeometricBelow(x, n, marked, plain int64) float64 {
	lo := max(0, n-plain)
	hi := min(n, marked)
	switch {
	case x < lo:
		return 0
	case x >= hi:
		return 1
	}
	// Sum the shorter way from x outwards until nothing is added.
	if float64(x) <= float64(n)*float64(marked)/float64(marked+plain) {
		sum := 0.0
		for t := x; t >= lo; t-- {
			p := hypergeometricPMF(t, n, marked, plain)
			sum += p
			if p < sum*1e-17 {
				break
			}
		}
		return min(1, sum)
	}
	sum := 0.0
	for t := x + 1; t <= hi; t++ {
		p := hypergeometricPMF(t, n, marked, plain)
		sum += p
		if p < sum*1e-17 {
			break
		}
	}
	return max(0, 1-sum)
}
