package pilot

import (
	"errors"
	"fmt"
	"math/big"
)

// A Balance re-randomises: draws whose groups differ too much in a covariate
// that is known before the baseline, such as the size of a leader's team, are
// refused and drawn again (Morgan and Rubin, Annals of Statistics 40, 2012,
// 1263-1282). It is declared in the plan, so nobody chooses among draws, and
// [Space] holds the accepted allocations only, so an exact test conditions on
// the rule.
type Balance struct {
	Covariate string `json:"covariate" doc:"ident"` // what Leader.Covariate holds, such as "team_size"
	// MaxGap is the greatest difference between the means of two groups that is
	// accepted, in the covariate's unit.
	MaxGap string `json:"max_gap" doc:"decimal"`
}

// Bounds of re-randomisation. Fewer than minAccepted allocations leave a
// two-sided exact test above 0.05, whatever is observed. A space of more than
// maxSearched is not searched, and no more than maxDraws draws are made.
const (
	minAccepted = 40
	maxSearched = 5_000_000
	maxDraws    = 10_000
)

// balancer decides about draws in integers: covariates and gap over one
// denominator.
type balancer struct {
	values []int64 // of the leaders, in the plan's order
	gap    int64
	scale  int64
	groups int
}

// Bounds of a balancer, which keep its sums within 64 bits.
const (
	maxBalanced  = 1000
	maxCovariate = 1e11 // in units of the last decimal place
)

var errCovariate = errors.New("pilot: allocate: balance needs the covariate of every leader and a gap not below 0, as decimals of at most 11 digits")

// balancer reads the covariates of the plan.
func (p *Plan) balancer() (*balancer, error) {
	if len(p.Cohort.Leaders) > maxBalanced {
		return nil, fmt.Errorf("pilot: allocate: balance over %d leaders, want at most %d", len(p.Cohort.Leaders), maxBalanced)
	}
	texts := []string{p.Design.Balance.MaxGap}
	for _, l := range p.Cohort.Leaders {
		texts = append(texts, l.Covariate)
	}
	scale := big.NewInt(1)
	var numbers []*big.Rat
	for _, text := range texts {
		x, ok := decimal(text)
		if !ok || x.Denom().BitLen() > 40 {
			return nil, errCovariate
		}
		gcd := new(big.Int).GCD(nil, nil, scale, x.Denom())
		scale = new(big.Int).Mul(scale, new(big.Int).Quo(x.Denom(), gcd))
		numbers = append(numbers, x)
		if scale.BitLen() > 40 {
			return nil, errCovariate
		}
	}
	b := &balancer{scale: scale.Int64(), groups: p.Design.Groups()}
	for _, x := range numbers {
		n := new(big.Int).Quo(new(big.Int).Mul(x.Num(), scale), x.Denom())
		if n.CmpAbs(big.NewInt(maxCovariate)) > 0 {
			return nil, errCovariate
		}
		b.values = append(b.values, n.Int64())
	}
	if b.gap, b.values = b.values[0], b.values[1:]; b.gap < 0 {
		return nil, errCovariate
	}
	return b, nil
}

// accepts reports whether no two groups differ by more than the gap.
func (b *balancer) accepts(groups []int) bool {
	sums, sizes := b.sums(groups)
	for i := range b.groups {
		for j := range i {
			d := sums[i]*sizes[j] - sums[j]*sizes[i]
			if max(d, -d) > b.gap*sizes[i]*sizes[j] {
				return false
			}
		}
	}
	return true
}

func (b *balancer) sums(groups []int) (sums, sizes [maxWaves]int64) {
	for i, g := range groups {
		sums[g] += b.values[i]
		sizes[g]++
	}
	return sums, sizes
}

// gapOf returns the greatest difference between the means of two groups.
func (b *balancer) gapOf(groups []int) *big.Rat {
	sums, sizes := b.sums(groups)
	greatest := new(big.Rat)
	for i := range b.groups {
		for j := range i {
			if sizes[i] == 0 || sizes[j] == 0 {
				continue
			}
			d := new(big.Rat).Sub(big.NewRat(sums[i], sizes[i]), big.NewRat(sums[j], sizes[j]))
			if d.Abs(d); d.Cmp(greatest) > 0 {
				greatest = d
			}
		}
	}
	return greatest.Quo(greatest, big.NewRat(b.scale, 1))
}
