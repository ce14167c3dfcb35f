package roi

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/coachgov/coaching"
)

// maxYears bounds a present value.
const maxYears = 50

// A PresentValue is a benefit over several years at its value today.
type PresentValue struct {
	NPV Money // rounded once
	BCR Exact // present value of the benefits over the cost
	// PaybackYears is when the benefits, undiscounted and even within each year,
	// have paid the cost; unset where they never do.
	PaybackYears Exact
	// IRR is the rate at which the present value is zero, rounded to ten places;
	// unset where no rate from 0 to 1,000,000 is it.
	IRR      Exact
	Lines    []Line // in the order of computation, each after those it uses
	Findings coaching.Findings
}

// PresentValue discounts the attributed benefit over years. shares say how much
// of the stated benefit is left in each year, the first of them 1 where nothing is
// lost; each benefit counts at the end of its year and the cost at the start. The
// rate is one year's, such as 0.08. A finding says that years after the first are
// assumed: nobody has measured them (Phillips counts the first year alone for a
// short programme). It fails for no or more than 50 years, a share below zero, or
// a rate not above -1 or above 10.
func (s *Statement) PresentValue(rate Exact, shares []Exact) (PresentValue, error) {
	if len(shares) == 0 || len(shares) > maxYears {
		return PresentValue{}, fmt.Errorf("roi: %d years, want 1 to %d", len(shares), maxYears)
	}
	for i, share := range shares {
		if share.Sign() < 0 {
			return PresentValue{}, fmt.Errorf("roi: the share of year %d is negative", i+1)
		}
	}
	if rate.Cmp(Int(-1)) <= 0 || rate.Cmp(Int(10)) > 0 || rate.rat().Denom().BitLen() > 64 {
		return PresentValue{}, fmt.Errorf("roi: a rate of %s a year, want more than -1 and at most 10, of at most 18 places", rate.Round(4))
	}
	minor, err := s.Facts.Currency.MinorUnits()
	if err != nil {
		return PresentValue{}, err
	}
	code := string(s.Facts.Currency)
	t := newTrace(s.Facts.Rounding)
	for _, id := range []string{"benefit", "cost"} {
		l, ok := s.line(id)
		if !ok {
			return PresentValue{}, errMissingLine(id)
		}
		if err := t.input(4, id, l.Label, code, l.Value, minor, "statement "+s.Facts.Case); err != nil {
			return PresentValue{}, err
		}
	}
	type step struct {
		id, label, unit string
		places          int
		op              Op
		args            []string
	}
	if err := t.input(4, "rate", "Discount rate of a year", "share", rate.known(), 2, ""); err != nil {
		return PresentValue{}, err
	}
	if err := t.input(4, "one", "One", "ratio", Int(1), 0, ""); err != nil {
		return PresentValue{}, err
	}
	steps := []step{{"growth_1", "Growth in 1 year", "ratio", ratioPlaces, Sum, []string{"one", "rate"}}}
	var present []string
	for i, share := range shares {
		n := strconv.Itoa(i + 1)
		if err := t.input(4, "share_"+n, "Share of the benefit left in year "+n, "share", share.known(), 2, ""); err != nil {
			return PresentValue{}, err
		}
		if i > 0 {
			steps = append(steps, step{"growth_" + n, "Growth in " + n + " years", "ratio", ratioPlaces, Product, []string{"growth_" + strconv.Itoa(i), "growth_1"}})
		}
		steps = append(steps,
			step{"benefit_" + n, "Benefit in year " + n, code, minor, Product, []string{"benefit", "share_" + n}},
			step{"present_" + n, "Its value today", code, minor, Over, []string{"benefit_" + n, "growth_" + n}})
		present = append(present, "present_"+n)
	}
	steps = append(steps,
		step{"present", "Benefits at their value today", code, minor, Sum, present},
		step{"npv", "Net present value", code, minor, Minus, []string{"present", "cost"}},
		step{"present_bcr", "Benefits at their value today / cost", "ratio", ratioPlaces, Over, []string{"present", "cost"}})
	for _, one := range steps {
		if err := t.derive(4, one.id, one.label, one.unit, one.places, one.op, one.args...); err != nil {
			return PresentValue{}, err
		}
	}
	out := PresentValue{NPV: Money{t.value("npv").Decimal(minor, s.Facts.Rounding), s.Facts.Currency}, BCR: t.value("present_bcr"), Lines: t.lines}
	var benefits []Exact
	for i := range shares {
		benefits = append(benefits, t.value("benefit_"+strconv.Itoa(i+1)))
	}
	out.PaybackYears = payback(t.value("cost"), benefits)
	out.IRR = internalRate(t.value("cost"), benefits)
	if len(shares) > 1 {
		out.Findings = coaching.Findings{{Code: "ROI-004", Severity: coaching.Warning, Path: "shares",
			Message: fmt.Sprintf("the benefit of %d years after the first is assumed, not measured", len(shares)-1)}}
	}
	return out, nil
}

// payback returns the years until the benefits have paid the cost.
func payback(cost Exact, benefits []Exact) Exact {
	left := cost
	for i, b := range benefits {
		if b.Sign() > 0 && b.Cmp(left) >= 0 {
			part, _ := left.Quo(b) // b is positive
			return Int(int64(i)).Add(part)
		}
		left = left.Sub(b)
	}
	return Exact{}
}

// internalRate halves the half units of the tenth place from 0 to 1,000,000, and
// rounds the rate between the last two, once: the present value falls as the rate
// rises, since the cost comes first.
func internalRate(cost Exact, benefits []Exact) Exact {
	unit := pow10(10)
	unit.Lsh(unit, 1)
	worth := func(k *big.Int) int { // the sign of the present value at k/unit
		growth := new(big.Rat).SetFrac(new(big.Int).Add(k, unit), unit)
		sum := new(big.Rat)
		for i := len(benefits) - 1; i >= 0; i-- { // Horner
			sum.Add(sum, benefits[i].rat())
			sum.Quo(sum, growth)
		}
		return sum.Cmp(cost.rat())
	}
	low, high := new(big.Int), new(big.Int).Mul(unit, big.NewInt(1_000_000))
	if worth(low) < 0 || worth(high) >= 0 {
		return Exact{}
	}
	one := big.NewInt(1)
	for {
		gap := new(big.Int).Sub(high, low)
		if gap.Cmp(one) <= 0 {
			break
		}
		middle := gap.Rsh(gap, 1)
		middle.Add(middle, low)
		if worth(middle) >= 0 {
			low = middle
		} else {
			high = middle
		}
	}
	// The rate is low, or between low and the next half unit. An odd low is a tie
	// only when it is the rate itself.
	if low.Bit(0) == 1 && worth(low) > 0 {
		low.Add(low, one)
	}
	return Exact{new(big.Rat).SetFrac(low, unit)}.RoundMode(10, HalfEven)
}
