package roi

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"
)

// A Money is an amount of one currency. Amounts of two currencies are never
// added; a conversion is a figure of its own, with a source and a date.
type Money struct {
	Amount   decimal.Decimal
	Currency Currency
}

// ParseMoney reads an amount under the rules of [ParseAmount]. It fails on an
// unknown currency. The amount may have more places than the currency's minor
// unit: a unit price often does.
func ParseMoney(amount string, currency Currency) (Money, error) {
	if _, err := currency.MinorUnits(); err != nil {
		return Money{}, err
	}
	d, err := ParseAmount(amount)
	if err != nil {
		return Money{}, err
	}
	return Money{d, currency}, nil
}

// MustMoney is ParseMoney for constants in code. It panics on any other text,
// so it must never see input.
func MustMoney(amount string, currency Currency) Money {
	m, err := ParseMoney(amount, currency)
	if err != nil {
		panic(err)
	}
	return m
}

// Exact returns the amount without its currency; see [ExactOf] for when it
// fails.
func (m Money) Exact() (Exact, error) { return ExactOf(m.Amount) }

// String returns the currency and the amount with the places of its minor
// unit, such as "USD 42000.00". An amount with more places is written in full,
// never rounded, and one whose exponent is outside -30..30 as "out of range".
func (m Money) String() string {
	e, err := m.Exact()
	if err != nil {
		// A product of two amounts that are in range may have more digits than
		// either; it is printed, while an exponent out of range is never expanded.
		exponent, coefficient := m.Amount.Exponent(), m.Amount.Coefficient()
		if exponent < -maxPlaces || exponent > maxPlaces || coefficient.BitLen() > 2*maxBits {
			return string(m.Currency) + " (out of range)"
		}
		e = shifted(coefficient, int(exponent))
	}
	minor, _ := m.Currency.MinorUnits()
	places, _ := e.places()
	return string(m.Currency) + " " + e.Text(max(minor, places), HalfEven)
}

// Add returns m + other. It fails when their currencies differ, and when the sum
// has more digits than an amount may have.
func (m Money) Add(other Money) (Money, error) {
	if m.Currency != other.Currency {
		return Money{}, fmt.Errorf("roi: cannot add %s and %s", m.code(), other.code())
	}
	a, err := m.Exact()
	if err != nil {
		return Money{}, err
	}
	b, err := other.Exact()
	if err != nil {
		return Money{}, err
	}
	sum := a.Add(b)
	places, _ := sum.places()
	out := Money{sum.Decimal(places, HalfEven), m.Currency}
	if _, err := out.Exact(); err != nil {
		return Money{}, fmt.Errorf("roi: the sum is out of range: %w", err)
	}
	return out, nil
}

// code returns the currency for an error message, or what is wrong with it.
func (m Money) code() string {
	if _, err := m.Currency.MinorUnits(); err != nil {
		return "an unknown currency"
	}
	return string(m.Currency)
}

// Allocate splits m in proportion to the weights, in whole minor units and
// without losing one: the parts, in the order of the weights, add up to m. Each
// part is first rounded towards zero; the units left over go to the largest
// remainders, ties to the lowest index. A weight of zero gets nothing. It fails
// when a weight is negative, all are zero, there are more than 100,000, or m is
// not a whole number of minor units.
func (m Money) Allocate(weights []Exact) ([]Money, error) {
	minor, err := m.Currency.MinorUnits()
	if err != nil {
		return nil, err
	}
	amount, err := m.Exact()
	if err != nil {
		return nil, err
	}
	if places, _ := amount.places(); places > minor {
		return nil, fmt.Errorf("roi: amount of %d places cannot be allocated in units of %d places", places, minor)
	}
	if len(weights) > 100_000 {
		return nil, fmt.Errorf("roi: %d weights, want at most 100000", len(weights))
	}
	total := Int(0)
	for i, w := range weights {
		if w.Sign() < 0 {
			return nil, fmt.Errorf("roi: weight %d is negative", i)
		}
		total = total.Add(w)
	}
	if total.Sign() == 0 {
		return nil, errors.New("roi: cannot allocate by weights that are all zero")
	}

	units := amount.scaled(minor, Down)
	sign := int64(units.Sign())
	left := new(big.Int).Abs(units)
	whole := Exact{new(big.Rat).SetInt(left)}
	parts := make([]*big.Int, len(weights))
	remainders := make([]Exact, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		share, _ := whole.Mul(w).Quo(total) // total is positive
		parts[i] = share.scaled(0, Down)
		remainders[i] = share.Sub(Exact{new(big.Rat).SetInt(parts[i])})
		order[i] = i
	}
	for _, p := range parts {
		left.Sub(left, p)
	}
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	// Fewer units are left than there are parts with a remainder.
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	out := make([]Money, len(parts))
	for i, p := range parts {
		out[i] = Money{decimal.NewFromBigInt(p.Mul(p, big.NewInt(sign)), int32(-minor)), m.Currency}
	}
	return out, nil
}
