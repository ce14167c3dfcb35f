package roi_test

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// Two programmes that share a leader and a KPI claim the same exits: they are
// not added up.
func ExampleNewPortfolio() {
	people, err := coaching.NewPseudonymizer(slices.Repeat([]byte{7}, 32), coaching.Domain{Programme: "example", Purpose: "roi"})
	if err != nil {
		fmt.Println(err)
		return
	}
	var ids []coaching.PersonID
	for _, name := range []string{"leader 1", "leader 2", "leader 3"} {
		id, err := people.Person(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		ids = append(ids, id)
	}
	product, sales := softwareCompany(), softwareCompany()
	product.ID, sales.ID = "product", "sales"
	a, err := product.Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := sales.Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = roi.NewPortfolio(roi.HalfEven, roi.Member{Statement: a, Leaders: ids[:2]}, roi.Member{Statement: b, Leaders: ids[1:]})
	fmt.Println(err)
	p, err := roi.NewPortfolio(roi.HalfEven, roi.Member{Statement: a, Leaders: ids[:2]}, roi.Member{Statement: b, Leaders: ids[2:]})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Label, "net", p.Net, "ROI", p.ROI.Round(1))
	// Output:
	// ROI-004 error members[1]: the benefit is counted in members[0] too: they share leaders, months and KPI
	// provisional net USD 84000.00 ROI 1.4
}

// A case begins with an entry of the catalogue; what is left is for people to
// state.
func ExampleKPI_Template() {
	kpi, ok := roi.FindKPI("cycle_time")
	if !ok {
		fmt.Println("no such KPI")
		return
	}
	fmt.Println(kpi.Unit, kpi.Direction, kpi.Timing, kpi.Basis)
	fmt.Println(kpi.Conversion)
	_, err := kpi.Template("product-2027").Compute(roi.DefaultPolicy())
	fmt.Println("complete:", err == nil)
	// Output:
	// days per item decrease leading productivity_per_fte
	// a day shorter at the cost of the people-days that it frees, where they are used for something else
	// complete: false
}

// A case is read from JSON, in which every number is text.
func ExampleDecode() {
	c, _, findings := roi.Decode("case.json", []byte(`{
  "schema": "roi-case/v1", "id": "product-2027", "timing": "leading", "direction": "decrease", "currency": "EUR",
  "baseline": {"kpi": "cycle time", "unit": "days per item", "value": "9.5"},
  "delta": {"after": 8.1},
  "conversion": {"basis": "productivity_per_fte"}
}`))
	fmt.Println(c.ID == "")
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// true
	// case.json:4:22: DOC-TYPE error delta.after: found a number, want a text; write it in quotes if it is one
}

// What the ROI may be when three estimates are doubted at once, without dice.
func ExampleStatement_Distribute() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	three := func(v roi.Variable, low, likely, high string) roi.Spread {
		return roi.Spread{Variable: v, Points: []roi.Point{
			{Value: roi.MustExact(low), Probability: roi.MustExact("0.3")},
			{Value: roi.MustExact(likely), Probability: roi.MustExact("0.4")},
			{Value: roi.MustExact(high), Probability: roi.MustExact("0.3")},
		}}
	}
	d, err := s.Distribute(three(roi.TheDelta, "1", "2", "3"), three(roi.AttributedShare, "0.20", "0.30", "0.40"), three(roi.UnitValue, "90000", "120000", "150000"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("mean", d.Mean.Round(2), "chance of a gain", d.Above(roi.Int(0)).Percent())
	fmt.Println("one in ten is at most", d.Quantile(roi.MustExact("0.1")).Round(2))
	// Output:
	// mean 1.4 chance of a gain 87.4 %
	// one in ten is at most 0
}

// The second and third year are assumptions, and the statement says so.
func ExampleStatement_PresentValue() {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := s.PresentValue(roi.MustExact("0.08"), []roi.Exact{roi.Int(1), roi.MustExact("0.7"), roi.MustExact("0.49")})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("NPV", p.NPV, "payback in", p.PaybackYears.Round(2), "years")
	for _, f := range p.Findings {
		fmt.Println(f.Code, f.Message)
	}
	// Output:
	// NPV USD 107882.94 payback in 0.42 years
	// ROI-004 the benefit of 2 years after the first is assumed, not measured
}
