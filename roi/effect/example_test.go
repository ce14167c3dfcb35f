package effect_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching/roi/effect"
)

// Ten leaders in two waves; the first starts in the fifth of eight sprints, the
// second in the seventh. Within each stratum the wave was drawn by lot, so the
// design's own allocations, here those of complete randomisation, are what the
// observed one is tested against.
func ExampleStaggered() {
	panel, err := effect.ParsePanel([][]string{
		{"0.71", "0.74", "0.70", "0.73", "0.80", "0.83", "0.82", "0.84"},
		{"0.66", "0.69", "0.68", "0.67", "0.75", "0.79", "0.78", "0.80"},
		{"0.80", "0.78", "0.81", "0.79", "0.85", "0.86", "0.88", "0.87"},
		{"0.74", "0.72", "0.75", "0.74", "0.79", "0.82", "0.81", "0.83"},
		{"0.69", "0.70", "0.67", "0.70", "0.76", "0.77", "0.79", "0.78"},
		{"0.72", "0.71", "0.73", "0.72", "0.73", "0.72", "0.79", "0.82"},
		{"0.77", "0.75", "0.76", "0.78", "0.77", "0.76", "0.83", "0.84"},
		{"0.68", "0.70", "0.69", "0.68", "0.70", "0.69", "0.75", "0.78"},
		{"0.75", "0.73", "0.74", "0.75", "0.74", "0.76", "0.80", "0.81"},
		{"0.70", "0.72", "0.71", "0.70", "0.71", "0.70", "0.77", "0.79"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := []int{4, 6} // columns, counted from 0
	waves := []int{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
	r, err := effect.Staggered(panel, start, waves, effect.Complete(waves))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("effect %.3f [%.3f, %.3f] at %.1f %%, p = %s/%s\n", r.Estimate, r.Low, r.High, 100*r.Attained, r.PCount, r.PTotal)
	// Output:
	// effect 0.074 [0.055, 0.098] at 96.4 %, p = 2/252
}

// Three leaders against three: the largest effect that could have come out is
// one of twenty allocations on either side, so nothing can be shown at 5 %.
func ExampleTwoGroup() {
	changes, err := effect.Decimals([]string{"-5.1", "-4.8", "-6.0", "0.2", "-0.4", "0.1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.TwoGroup(changes, 1, []int{1, 1, 1, 0, 0, 0}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f, p = %.1f, bounded %v\n", r.Estimate, r.P(), r.Bounded())
	for _, f := range r.Findings {
		fmt.Println(f.Code, f.Severity, f.Message)
	}
	// Output:
	// -5.27, p = 0.1, bounded false
	// PIL-083 warning 2 of 20 possible allocations give the largest effect that these outcomes allow, so p cannot fall below 0.1 and nothing can be shown at 0.05
	// PIL-083 warning 20 possible allocations are too few for an interval at 0.95
}

// Ten exits in a year fall to eight in the next. The ratio is 0.80, and chance
// alone gives anything from a quarter to more than double.
func ExampleRates() {
	r, err := effect.Rates(effect.Count{Events: 10, Time: 52}, effect.Count{Events: 8, Time: 52})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f [%.2f, %.2f], p = %.2f\n", r.Estimate, r.Low, r.High, r.P())
	// Output:
	// 0.80 [0.27, 2.25], p = 0.81
}

// Fisher's reading of Darwin's maize: 15 pairs, 863 of 32,768 sign patterns give
// a difference as large.
func ExamplePrePost() {
	d, err := effect.Decimals([]string{"49", "-67", "8", "16", "6", "23", "28", "41", "14", "29", "56", "24", "75", "60", "-48"})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.PrePost(d)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s/%s one-sided, p = %.3f\n", r.GreaterCount, r.PTotal, r.P())
	// Output:
	// 863/32768 one-sided, p = 0.053
}

// Leaders whose meeting load fell had KPIs that rose more. It is printed as an
// association, because nobody drew lots for how much a leader changes.
func ExampleLink() {
	behaviour, _ := effect.Decimals([]string{"3.0", "2.0", "2.5", "0.0", "-1.0", "0.5", "3.0", "0.0"})
	kpi, _ := effect.Decimals([]string{"0.10", "0.08", "0.07", "0.01", "0.00", "0.06", "0.02", "-0.01"})
	l, err := effect.Link(behaviour, kpi, 1, 0.05)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("both", l.Both, "behaviour only", l.BehaviourOnly, "KPI only", l.KPIOnly, "neither", l.Neither)
	fmt.Printf("gap %.4f, p = %s/%s, correlation %.2f\n", l.Gap.Estimate, l.Gap.PCount, l.Gap.PTotal, l.Correlation)
	// Output:
	// both 3 behaviour only 1 KPI only 1 neither 3
	// gap 0.0525, p = 4/70, correlation 0.70
}

// Three pilots of the same behaviour, each too small to show anything alone.
func ExamplePool() {
	p, err := effect.Pool([]effect.Study{
		{Name: "product", Estimate: -1.2, Variance: 0.40},
		{Name: "sales", Estimate: -0.7, Variance: 0.55},
		{Name: "support", Estimate: -1.6, Variance: 0.70},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("one effect: %.2f [%.2f, %.2f]\n", p.Fixed.Estimate, p.Fixed.Low, p.Fixed.High)
	fmt.Printf("mean of varying effects: %.2f [%.2f, %.2f]\n", p.Random.Estimate, p.Random.Low, p.Random.High)
	for _, f := range p.Findings {
		fmt.Println(f)
	}
	// Output:
	// one effect: -1.14 [-1.96, -0.32]
	// mean of varying effects: -1.14 [-2.94, 0.65]
	// EFF-001 warning: 3 studies can hardly show how much true effects vary; read the interval of Random and the prediction, not I2
}

// Before the start: what six against six leaders can show, in standard
// deviations of one leader's change, and the smallest p-value they can give.
func ExampleComparison_Detectable() {
	c := effect.Comparison{Treated: 6, Control: 6, Variance: 1}
	least, err := c.Detectable(0.80, 0.05)
	if err != nil {
		fmt.Println(err)
		return
	}
	// Eight weeks before and twelve after, whose readings fall off with distance.
	lag := make([]float64, 20)
	for k := range lag {
		lag[k] = math.Pow(0.6, float64(k))
	}
	variance, err := effect.Readings{Before: 8, After: 12}.Serial(lag)
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Variance = variance
	weeks, err := c.Detectable(0.80, 0.05)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, p, err := effect.MinP(6, 6)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("one reading each: %.2f; eight before and twelve after: %.2f; p cannot fall below %s\n", least, weeks, p)
	// Output:
	// one reading each: 1.80; eight before and twelve after: 1.38; p cannot fall below 1/462
}

// The baseline explains most of what differs between leaders. The error is an
// approximation at this size, and a finding says so.
func ExampleANCOVA() {
	before, err := effect.Floats([]float64{46, 50, 41, 42, 57, 44, 58, 54}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := effect.Floats([]float64{41, 42, 36, 37, 55, 44, 57, 51}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	treated := []bool{true, true, true, true, false, false, false, false}
	a, err := effect.ANCOVA(before, after, treated)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f, robust interval %.2f to %.2f with %.1f degrees of freedom\n", a.Estimate, a.Robust.Low, a.Robust.High, a.Robust.DF)
	for _, f := range a.Findings {
		fmt.Println(f)
	}
	// Output:
	// -5.73, robust interval -10.77 to -0.69 with 1.8 degrees of freedom
	// PIL-083 warning: 4 units on the smaller side, want 50: these errors are approximations; decide by the exact test of the changes
}

// A long table, one row for each team and week. The third team has no reading
// in week 2; it is left out, and a finding says so.
func ExampleReadAdoption() {
	const file = `team,week,cycle_days,start
platform,1,6.5,3
platform,2,6.0,3
platform,3,4.5,3
search,1,5.0,
search,2,5.5,
search,3,5.0,
mobile,1,4.0,
mobile,3,4.5,
`
	a, err := effect.ReadAdoption(strings.NewReader(file), effect.Columns{Unit: "team", Period: "week", Outcome: "cycle_days", First: "start"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Units(), "teams, weeks", a.Periods())
	for _, f := range a.Findings() {
		fmt.Println(f)
	}
	// Output:
	// 2 teams, weeks [1 2 3]
	// DQ05 warning: 1 of 3 units are left out because of gaps; say why they have them, for leaving may itself be an effect
	// line 8: DQ05 warning: the unit has a reading in 2 of 3 periods and is left out
}

// Rows from a database arrive one by one, in any order.
func ExampleNewAdoption() {
	rows := func(yield func(effect.Observation) bool) {
		for week := 1; week <= 4; week++ {
			ok := yield(effect.Observation{Unit: "search", Period: week, Outcome: 5}) &&
				yield(effect.Observation{Unit: "platform", Period: week, First: 3, Outcome: 6})
			if !ok {
				return
			}
		}
	}
	a, err := effect.NewAdoption(rows)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Unit(0), a.Unit(1), a.Periods())
	// Output:
	// search platform [1 2 3 4]
}

// Forty teams over six months: ten start in month 3, ten in month 5, and the
// others not at all. The outcome was made up so that treatment saves one day,
// two from the second month on.
func ExampleCallawaySantAnna() {
	a, err := effect.NewAdoption(fortyTeams)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
	if err != nil {
		fmt.Println(err)
		return
	}
	simple := r.Simple()
	fmt.Printf("simple average %.2f [%.2f, %.2f]\n", simple.Value, simple.Low, simple.High)
	for _, p := range r.Groups().Points {
		fmt.Printf("teams of month %d: %.2f (%.2f)\n", p.At, p.Value, p.SE)
	}
	for _, f := range r.Findings {
		fmt.Println(f)
	}
	// Output:
	// simple average -1.65 [-1.85, -1.45]
	// teams of month 3: -1.72 (0.14)
	// teams of month 5: -1.52 (0.14)
	// PIL-083 warning: 20 treated units against 20, want 50 on each side: at 8 to 12 units such standard errors find an effect that is not there in 8 to 20 of 100 pilots, not in 5; use the exact test
}

// An event study for a figure: the points before treatment are placebo tests,
// and the band covers all points at once.
func ExampleSeries_Band() {
	a, err := effect.NewAdoption(fortyTeams)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{Base: effect.UniversalBase})
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := r.EventStudyBetween(-2, 2).Band(1000, 20260824)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range s.Points {
		fmt.Printf("%+d: %5.2f, alone [%5.2f, %5.2f], together [%5.2f, %5.2f]\n", p.At, p.Value, p.Low, p.High, p.BandLow, p.BandHigh)
	}
	// Output:
	// -2:  0.03, alone [-0.20,  0.27], together [-0.25,  0.32]
	// -1:  0.00, alone [ 0.00,  0.00], together [ 0.00,  0.00]
	// +0: -1.02, alone [-1.25, -0.80], together [-1.29, -0.75]
	// +1: -1.99, alone [-2.22, -1.77], together [-2.27, -1.72]
	// +2: -1.93, alone [-2.21, -1.65], together [-2.28, -1.58]
}

// The same teams, had their months been drawn by lot. The efficient weight leaves
// a smaller error than differences in differences or in means.
func ExampleRothSantAnna() {
	a, err := effect.NewAdoption(fortyTeams)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.RothSantAnna(a, effect.NotYetTreated)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := r.Simple()
	for _, x := range []effect.BetaEstimate{e.Efficient, e.Differences, e.Means} {
		fmt.Printf("weight %.2f: %.2f [%.2f, %.2f], error %.3f\n", x.Beta, x.Value, x.Low, x.High, x.SE)
	}
	fmt.Println(r.Findings.Has("PIL-083"), "few units")
	// Output:
	// weight 0.80: -1.67 [-1.86, -1.47], error 0.099
	// weight 1.00: -1.65 [-1.86, -1.45], error 0.105
	// weight 0.00: -1.73 [-2.08, -1.39], error 0.177
	// true few units
}

// fortyTeams yields made-up rows.
func fortyTeams(yield func(effect.Observation) bool) {
	for team := range 40 {
		first := []int{3, 5, 0, 0}[team%4]
		for month := 1; month <= 6; month++ {
			days := 6 + float64(team%7)/4 + float64((team*team*month+3*team*month*month)%11)/10
			switch {
			case first == 0 || month < first:
			case month == first:
				days--
			default:
				days -= 2
			}
			if !yield(effect.Observation{Unit: fmt.Sprint("team ", team), Period: month, First: first, Outcome: days}) {
				return
			}
		}
	}
}

// Twenty against twenty: 137,846,528,820 allocations, counted and not listed.
func ExampleExactP() {
	outcomes, allocation := make([]float64, 40), make([]int, 40)
	for i := range outcomes {
		outcomes[i] = float64(i % 7)
		if i%2 == 0 {
			outcomes[i], allocation[i] = outcomes[i]+1, 1
		}
	}
	y, err := effect.Floats(outcomes, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := effect.ExactP(y, 1, allocation)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%v of %v allocations, p = %.3f\n", p.Two, p.Total, p.P())
	// Output:
	// 17273210256 of 137846528820 allocations, p = 0.125
}

// A long table of a pilot, as a researcher has it, goes to the exact test: three
// teams start in month 3, three in month 5.
func ExampleAdoption_Exact() {
	var table strings.Builder
	table.WriteString("team,month,start,days\n")
	for team := 1; team <= 6; team++ {
		start := 3 + 2*(team%2)
		for month := 1; month <= 5; month++ {
			days := 10 + team%3
			if month >= start {
				days -= 4
			}
			fmt.Fprintf(&table, "T%d,%d,%d,%d.5\n", team, month, start, days)
		}
	}
	a, err := effect.ReadAdoption(strings.NewReader(table.String()), effect.Columns{Unit: "team", Period: "month", First: "start", Outcome: "days"})
	if err != nil {
		fmt.Println(err)
		return
	}
	panel, start, allocation, err := a.Exact(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.Staggered(panel, start, allocation, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("waves start in columns", start)
	fmt.Printf("effect %.1f days, p = %s/%s\n", r.Estimate, r.PCount, r.PTotal)
	// Output:
	// waves start in columns [2 4]
	// effect -4.0 days, p = 2/20
}

// A band over all cells of wave and period at once: wider than each cell's own
// interval, so that one may point at the largest.
func ExampleGroupTime_Band() {
	a, err := effect.NewAdoption(fortyTeams)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err = r.Band(1000, 20260824)
	if err != nil {
		fmt.Println(err)
		return
	}
	c := r.Cells[0]
	fmt.Printf("wave of month %d in month %d: %.2f, alone [%.2f, %.2f], with all others [%.2f, %.2f]\n", c.Group, c.Period, c.Value, c.Low, c.High, c.BandLow, c.BandHigh)
	// Output:
	// wave of month 3 in month 2: -0.04, alone [-0.35, 0.26], with all others [-0.44, 0.36]
}
