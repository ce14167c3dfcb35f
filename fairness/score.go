package fairness

import "math"

// ScoreRatio returns the score statistic of Miettinen and Nurminen (Stat Med
// 1985;4:213) for the ratio of two rates a/b at theta > 0: standard normal when
// the true ratio is theta, negative when the observed one is below. It is 0 when
// the data say nothing, NaN for a rate without people or theta out of range.
func ScoreRatio(a, b Rate, theta float64) float64 {
	if !a.valid() || !b.valid() || a.N == 0 || b.N == 0 || !(theta > 0) || math.IsInf(theta, 1) {
		return math.NaN()
	}
	x1, n1, x2, n2 := float64(a.X), float64(a.N), float64(b.X), float64(b.N)
	n := n1 + n2
	qa, qb, qc := n*theta, -(n1*theta + x1 + n2 + x2*theta), x1+x2
	// The other form of this root cancels: it sends the limit for x2 = 0 to 1e17.
	p2 := 2 * qc / (-qb + math.Sqrt(max(0, qb*qb-4*qa*qc)))
	p2 = min(p2, 1)
	p1 := min(theta*p2, 1)
	v := (p1*(1-p1)/n1 + theta*theta*p2*(1-p2)/n2) * n / (n - 1)
	return ratioOf(x1/n1-theta*(x2/n2), math.Sqrt(max(0, v)))
}

// ScoreDiff returns the score statistic of Miettinen and Nurminen (1985) for
// the difference of two rates a - b at delta between -1 and 1, with the sign and
// the special cases of ScoreRatio.
func ScoreDiff(a, b Rate, delta float64) float64 {
	if !a.valid() || !b.valid() || a.N == 0 || b.N == 0 || !(delta > -1 && delta < 1) {
		return math.NaN()
	}
	x1, n1, x2, n2 := float64(a.X), float64(a.N), float64(b.X), float64(b.N)
	n, x := n1+n2, x1+x2
	l3 := n
	l2 := (n1+2*n2)*delta - n - x
	l1 := (n2*delta-n-2*x2)*delta + x
	l0 := x2 * delta * (1 - delta)
	third := l2 / (3 * l3)
	q := third*third*third - l1*l2/(6*l3*l3) + l0/(2*l3)
	p := math.Copysign(math.Sqrt(max(0, third*third-l1/(3*l3))), q)
	p2 := -third
	if p != 0 {
		p2 += 2 * p * math.Cos((math.Pi+math.Acos(max(-1, min(1, q/(p*p*p)))))/3)
	}
	p2 = max(0, min(1, p2))
	p1 := max(0, min(1, p2+delta))
	v := (p1*(1-p1)/n1 + p2*(1-p2)/n2) * n / (n - 1)
	return ratioOf(x1/n1-x2/n2-delta, math.Sqrt(max(0, v)))
}

// ratioOf is num/den, and 0 where both vanish up to rounding.
func ratioOf(num, den float64) float64 {
	if math.Abs(num) < 1e-15 {
		return 0
	}
	return num / den
}

// MNRatio returns the interval of the ratio a/b by inverting ScoreRatio, at a
// two-sided confidence. Where one is undefined, or nobody is flagged in either,
// it is [0, +Inf].
func MNRatio(a, b Rate, conf float64) Interval {
	z := zTwoSided(conf)
	if !a.valid() || !b.valid() || math.IsNaN(z) {
		return invalid()
	}
	i := Interval{0, math.Inf(1)}
	if a.N == 0 || b.N == 0 || a.X == 0 && b.X == 0 {
		return i
	}
	// Walter's interval on the log scale (Biometrika 1975;62:371) is never far off.
	x1, n1, x2, n2 := float64(a.X)+0.5, float64(a.N)+0.5, float64(b.X)+0.5, float64(b.N)+0.5
	near, half := math.Log(x1/n1)-math.Log(x2/n2), z*math.Sqrt(1/x1-1/n1+1/x2-1/n2)
	score := func(logTheta float64) float64 { return ScoreRatio(a, b, math.Exp(logTheta)) }
	if a.X > 0 {
		i.Low = math.Exp(fall(score, z, -60, 60, near-half, half, 1e-15))
	}
	if b.X > 0 {
		i.High = math.Exp(fall(score, -z, -60, 60, near+half, half, 1e-15))
	}
	return i
}

// MNDiff returns the interval of the difference a - b by inverting ScoreDiff,
// at a two-sided confidence. Where one is undefined it is [-1, 1].
func MNDiff(a, b Rate, conf float64) Interval {
	z := zTwoSided(conf)
	if !a.valid() || !b.valid() || math.IsNaN(z) {
		return invalid()
	}
	if a.N == 0 || b.N == 0 {
		return Interval{-1, 1}
	}
	// The interval of Agresti and Caffo (Am Stat 2000;54:280) is never far off.
	n1, n2 := float64(a.N)+2, float64(b.N)+2
	p1, p2 := float64(a.X+1)/n1, float64(b.X+1)/n2
	near, half := p1-p2, z*math.Sqrt(p1*(1-p1)/n1+p2*(1-p2)/n2)
	score := func(delta float64) float64 { return ScoreDiff(a, b, delta) }
	return Interval{fall(score, z, -1, 1, near-half, half, 1e-15), fall(score, -z, -1, 1, near+half, half, 1e-15)}
}

// fall returns where the decreasing function f crosses the level, strictly
// between lo and hi or at the end that it does not cross before. NaN counts as
// below, and the answer is good to about the precision. It looks outwards from the guess in growing steps of about width until
// the crossing lies between two points, and closes in on it by Chandrupatla's
// method (Adv Eng Softw 1997;28:145): inverse quadratic interpolation where the
// curve allows it, bisection where it does not.
func fall(f func(float64) float64, level, lo, hi, guess, width, precision float64) float64 {
	at := func(x float64) float64 {
		if x <= lo {
			return math.Inf(1)
		}
		if v := f(x) - level; x < hi && !math.IsNaN(v) {
			return v
		}
		return math.Inf(-1)
	}
	a := max(lo, min(hi, guess))
	fa := at(a)
	b, fb := a, fa
	for step := max(width/16, 1e-6); fa > 0 == (fb > 0); step *= 4 {
		a, fa = b, fb
		if b = max(lo, b-step); fa > 0 {
			b = min(hi, a+step)
		}
		fb = at(b)
	}
	// From here on a and b lie on either side, a is the latest point, and c is
	// the one that a or b replaced.
	c, fc := a, fa
	a, fa, b, fb = b, fb, a, fa
	share := 0.5
	for range 200 {
		x := a + share*(b-a)
		fx := at(x)
		if fx > 0 == (fa > 0) {
			c, fc = a, fa
		} else {
			c, fc, b, fb = b, fb, a, fa
		}
		a, fa = x, fx
		least, best := math.Abs(fa), a
		if math.Abs(fb) < least {
			least, best = math.Abs(fb), b
		}
		tolerance := precision + 2e-16*math.Abs(best)
		if least == 0 || math.Abs(b-a) <= 2*tolerance {
			return best
		}
		share = 0.5
		xi, phi := (a-b)/(c-b), (fa-fb)/(fc-fb)
		if phi*phi < xi && (1-phi)*(1-phi) < 1-xi {
			share = fa/(fb-fa)*fc/(fb-fc) + (c-a)/(b-a)*fa/(fc-fa)*fb/(fc-fb)
		}
		edge := tolerance / math.Abs(b-a)
		share = max(edge, min(1-edge, share))
	}
	return a + (b-a)/2
}
