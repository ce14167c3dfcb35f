package fairness

import "math"

// A Stratum holds the rates of two groups among people who share a factor, such
// as one department.
type Stratum struct{ First, Second Rate }

// A MantelHaenszelResult is the comparison of two groups within strata, pooled.
// Figures that the data leave undefined are NaN.
type MantelHaenszelResult struct {
	Ratio      float64  // of rates, first to second (Mantel and Haenszel 1959)
	RatioCI    Interval // Greenland and Robins 1985
	Difference float64  // of rates
	DiffCI     Interval // Sato 1989
	Odds       float64  // odds ratio
	OddsCI     Interval // Robins, Breslow and Greenland 1986
	ChiSquare  float64  // Cochran-Mantel-Haenszel, without continuity correction
	P          float64
	Corrected  float64 // ChiSquare with continuity correction, and its p-value
	PCorrected float64
	// BreslowDay asks whether the odds ratio is the same in all strata, with
	// Tarone's correction, which makes it valid for the estimate in Odds (Breslow
	// and Day 1980; Tarone, Biometrika 1985;72:91). A small PTarone says that one
	// pooled figure hides opposite gaps. Strata is how many were compared.
	BreslowDay  float64
	PBreslowDay float64
	Tarone      float64
	PTarone     float64
	Strata      int
}

// MantelHaenszel compares two groups within strata: is there a gap once people
// are compared with others of the same department or business cycle? Intervals
// are two-sided at conf. Strata in which a group has nobody say nothing and are
// left out. It is false when no stratum is left or a rate is not one of people.
func MantelHaenszel(strata []Stratum, conf float64) (MantelHaenszelResult, bool) {
	z := zTwoSided(conf)
	var rn, rd, rv float64           // ratio: numerator, denominator, variance
	var dn, dw, dp, dq float64       // difference
	var or, os, pr, psqr, qs float64 // odds
	var observed, expected, vari float64
	used := 0
	for _, s := range strata {
		if !s.First.valid() || !s.Second.valid() || math.IsNaN(z) {
			return MantelHaenszelResult{}, false
		}
		if s.First.N == 0 || s.Second.N == 0 {
			continue
		}
		used++
		a, n1, c, n2 := float64(s.First.X), float64(s.First.N), float64(s.Second.X), float64(s.Second.N)
		b, d, n, m := n1-a, n2-c, n1+n2, a+c
		rn += a * n2 / n
		rd += c * n1 / n
		rv += (m*n1*n2 - a*c*n) / (n * n)
		dn += (a*n2 - c*n1) / n
		dw += n1 * n2 / n
		dp += (n1*n1*c - n2*n2*a + n1*n2*(n2-n1)/2) / (n * n)
		dq += (a*(n2-c) + c*(n1-a)) / (2 * n)
		r, t, p, q := a*d/n, b*c/n, (a+d)/n, (b+c)/n
		or += r
		os += t
		pr += p * r
		psqr += p*t + q*r
		qs += q * t
		observed += a
		expected += n1 * m / n
		if n > 1 {
			vari += n1 * n2 * m * (n - m) / (n * n * (n - 1))
		}
	}
	if used == 0 {
		return MantelHaenszelResult{}, false
	}
	out := MantelHaenszelResult{Ratio: rn / rd, Difference: dn / dw, Odds: or / os}
	log := func(estimate, se float64) Interval {
		return Interval{estimate * math.Exp(-z*se), estimate * math.Exp(z*se)}
	}
	out.RatioCI = log(out.Ratio, math.Sqrt(rv/(rn*rd)))
	se := math.Sqrt((out.Difference*dp + dq) / (dw * dw))
	out.DiffCI = Interval{out.Difference - z*se, out.Difference + z*se}
	out.OddsCI = log(out.Odds, math.Sqrt(pr/(2*or*or)+psqr/(2*or*os)+qs/(2*os*os)))
	out.ChiSquare = (observed - expected) * (observed - expected) / vari
	out.P = chiSquareAbove(out.ChiSquare, 1)
	gap := math.Abs(observed - expected)
	gap -= 0.5 * indicator(gap >= 0.5) // as R corrects
	out.Corrected = gap * gap / vari
	out.PCorrected = chiSquareAbove(out.Corrected, 1)
	out.Strata = used
	var df float64
	out.BreslowDay, out.Tarone, df = breslowDay(strata, out.Odds)
	out.PBreslowDay, out.PTarone = chiSquareAbove(out.BreslowDay, df), chiSquareAbove(out.Tarone, df)
	return out, true
}

// breslowDay returns the statistic of equal odds ratios, and the one that
// Tarone corrected. They are NaN without a finite odds ratio above 0, and with
// fewer than two strata in which some are flagged and some are not.
func breslowDay(strata []Stratum, odds float64) (plain, tarone, df float64) {
	var chi, gap, variance float64
	used := 0
	for _, s := range strata {
		if s.First.N == 0 || s.Second.N == 0 {
			continue
		}
		a, n1, n2, m := float64(s.First.X), float64(s.First.N), float64(s.Second.N), float64(s.First.X+s.Second.X)
		if m == 0 || m == n1+n2 { // nobody or everybody: the stratum says nothing of odds
			continue
		}
		used++
		// The count at which this stratum's odds ratio is the common one, by the form
		// of the root that does not cancel.
		b := n2 - m + odds*(n1+m)
		root := math.Sqrt(max(0, b*b+4*(1-odds)*odds*n1*m))
		e := 2 * odds * n1 * m / (b + root)
		v := 1 / (1/e + 1/(n1-e) + 1/(m-e) + 1/(n2-m+e))
		chi += (a - e) * (a - e) / v
		gap += a - e
		variance += v
	}
	if used < 2 || !(odds > 0) || math.IsInf(odds, 1) {
		return math.NaN(), math.NaN(), 0
	}
	return chi, chi - gap*gap/variance, float64(used - 1)
}
