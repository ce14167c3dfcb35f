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
	score := func(logTheta float64) float64 { return ScoreRatio(a, b, math.Exp(logTheta)) }
	if a.X > 0 {
		i.Low = math.Exp(fall(score, z, -60, 60))
	}
	if b.X > 0 {
		i.High = math.Exp(fall(score, -z, -60, 60))
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
	score := func(delta float64) float64 { return ScoreDiff(a, b, delta) }
	return Interval{fall(score, z, -1, 1), fall(score, -z, -1, 1)}
}

// fall returns where the decreasing function f crosses the level, between lo
// and hi, to the last bit. NaN at an end point counts as outside.
func fall(f func(float64) float64, level, lo, hi float64) float64 {
	for {
		mid := lo + (hi-lo)/2
		if !(mid > lo && mid < hi) {
			return mid
		}
		if f(mid) > level {
			lo = mid
		} else {
			hi = mid
		}
	}
}
