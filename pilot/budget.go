package pilot

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Budget is what the pilot may cost, by line.
type Budget struct {
	Currency string       `json:"currency" doc:"ident"` // such as "EUR"
	Lines    []BudgetLine `json:"lines"`
}

// A BudgetLine is one kind of cost. A line of zero says why (C-18).
type BudgetLine struct {
	Kind   CostKind `json:"kind" doc:"enum=coaching|analytics|admin|manager_time|integration"`
	Amount string   `json:"amount" doc:"decimal"`
	Reason string   `json:"reason,omitempty" doc:"optional"`
}

// A CostKind is one of the five kinds of cost that a programme has.
type CostKind string

// The five kinds (C-18).
const (
	CoachingCost    CostKind = "coaching"
	AnalyticsCost   CostKind = "analytics"
	AdminCost       CostKind = "admin"
	ManagerTimeCost CostKind = "manager_time"
	IntegrationCost CostKind = "integration"
)

var costKinds = [...]CostKind{CoachingCost, AnalyticsCost, AdminCost, ManagerTimeCost, IntegrationCost}

func (b *Budget) clone() *Budget {
	if b == nil {
		return nil
	}
	own := *b
	own.Lines = slices.Clone(b.Lines)
	return &own
}

// total returns the sum of the lines that are decimals.
func (b *Budget) total() *big.Rat {
	sum := new(big.Rat)
	if b == nil {
		return sum
	}
	for _, line := range b.Lines {
		if amount, ok := decimal(line.Amount); ok {
			sum.Add(sum, amount)
		}
	}
	return sum
}

// decimal reads a number as the reader of documents does: digits, with at most
// one point. Exponents, which a few bytes make huge, are none.
func decimal(text string) (*big.Rat, bool) {
	if len(text) > 40 || strings.Trim(text, "-0123456789.") != "" {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// budget checks that every kind of cost is stated, and says what a leader costs.
func (c *checker) budget() {
	b := c.Budget
	if b == nil {
		return
	}
	if strings.TrimSpace(b.Currency) == "" {
		c.err("DOC-VALUE", "budget.currency", "want a currency")
	}
	stated := map[CostKind]bool{}
	for i, line := range b.Lines {
		path := fmt.Sprintf("budget.lines[%d]", i)
		oneOf(c, "DOC-VALUE", path+".kind", line.Kind, costKinds[:]...)
		amount, ok := decimal(line.Amount)
		switch {
		case !ok || amount.Sign() < 0:
			c.err("DOC-VALUE", path+".amount", "want a decimal, 0 or more")
		case amount.Sign() == 0 && strings.TrimSpace(line.Reason) == "":
			c.warn("C-18", path, "a cost of zero needs a reason")
		}
		stated[line.Kind] = true
	}
	for _, kind := range costKinds {
		if !stated[kind] {
			c.warn("C-18", "budget.lines", "%s not stated; a cost that there is not is 0, with a reason", kind)
		}
	}
	if leaders := int64(len(c.Cohort.Leaders)); leaders > 0 {
		each := new(big.Rat).Quo(b.total(), big.NewRat(leaders, 1))
		c.info("PIL-170", "budget", "the budget is %s %s, %s for each of %d leaders", b.Currency, b.total().FloatString(2), each.FloatString(2), leaders)
	}
}
