package fairness

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// A GroupResult compares one group with everyone else whose level is known.
// Label, Rate, Ratio and Verdict are what a forest plot draws.
type GroupResult struct {
	Label string   `json:"label"` // the levels, joined by ", "
	Group []string `json:"group"` // one level for each attribute of the family
	Rate  Rate     `json:"rate"`  // flagged people of the group
	Rest  Rate     `json:"rest"`  // flagged people of everyone else
	// Ratio is the group's rate over that of everyone else, and Diff their
	// difference, with Miettinen-Nurminen intervals at confidence 1-2*Alpha.
	Ratio Estimate `json:"ratio"`
	Diff  Estimate `json:"diff"`
	// Impact is the group's rate over the highest rate of the family, as US audit
	// rules want it printed. It is noise at our sizes and decides nothing; it has
	// no interval. PointBreach says that the ratio or difference observed is
	// beyond the threshold, and OnePersonFlips that this would change if one flag
	// moved between the group and everyone else; neither decides anything.
	Impact         Estimate `json:"impact"`
	PointBreach    bool     `json:"point_breach"`
	OnePersonFlips bool     `json:"one_person_flips"`

	// Shortfall is how many more of the group would be flagged at the overall rate;
	// negative when it has more flags than that.
	Shortfall float64 `json:"shortfall"`
	// Shrunk is the rate drawn towards those of the family's other groups, with an
	// interval at 1-2*Alpha: for showing and ranking. See Shrink.
	Shrunk Estimate `json:"shrunk"`
	// ScoreGap is the standardised mean difference (Hedges' g) of the group's
	// scores from everyone else's, with an interval at 1-2*Alpha for large groups.
	ScoreGap Estimate `json:"score_gap"`

	PFair        float64 `json:"p_fair"`         // of the claim that the group is harmed beyond the threshold
	PAdverse     float64 `json:"p_adverse"`      // of the claim that it is not
	PAdverseHolm float64 `json:"p_adverse_holm"` // adjusted over the groups of the family
	Exact        bool    `json:"exact"`          // those p-values are exact that are below a half
	MidP         float64 `json:"mid_p"`          // of equal rates, two-sided

	Verdict Verdict  `json:"verdict"`
	Reasons []string `json:"reasons"`
	// Needed is how many people of this group, everyone else growing in
	// proportion, give the policy's Power to pass if rates are in truth equal. 0
	// when the verdict is not Insufficient, or nobody or everybody is flagged.
	Needed int64 `json:"needed,omitempty"`
	// Suppressed says that the figures must not be printed: the group is smaller
	// than MinShow, or would reveal one that is.
	Suppressed bool `json:"suppressed"`
}

// A FamilyResult is the comparison by one attribute, or by several at once.
type FamilyResult struct {
	By        []string      `json:"by"`
	Secondary bool          `json:"secondary"`
	Unknown   int64         `json:"unknown"` // people left out because a level is unknown
	Total     Rate          `json:"total"`   // flagged people of known level
	Groups    []GroupResult `json:"groups"`  // in the order of their levels
	// Parity is the gap between the groups' flag rates: demographic parity.
	Parity Gap `json:"parity"`
	// Metrics compares the groups by what turned out to be true of their people:
	// true and false positive rate, positive predictive value, false discovery and
	// false omission rate, in this order; none when nobody is labelled. No
	// threshold decides on them.
	Metrics       []MetricResult `json:"metrics,omitempty"`
	EqualisedOdds Gap            `json:"equalised_odds"`
	// Adjusted compares each group with everyone else who shares a declared
	// legitimate factor, by factor and then by group.
	Adjusted []AdjustedResult `json:"adjusted,omitempty"`
	Verdict  Verdict          `json:"verdict"`
	Reasons  []string         `json:"reasons"`
}

// Name returns the attributes joined by " x ".
func (f FamilyResult) Name() string { return strings.Join(f.By, " x ") }

// Below reports whether the ratio of two rates is less than a share such as
// 0.8, taken as the decimal that it prints as, in exact arithmetic: 4 of 25
// against 1 of 5 is four fifths, and not below. It is false when a rate is
// undefined.
func Below(a, b Rate, share float64) bool {
	limit, ok := new(big.Rat).SetString(strconv.FormatFloat(share, 'g', -1, 64))
	if !ok || !a.valid() || !b.valid() || a.N == 0 || b.N == 0 {
		return false
	}
	left := new(big.Rat).SetFrac64(a.X, a.N)
	right := limit.Mul(limit, new(big.Rat).SetFrac64(b.X, b.N))
	return left.Cmp(right) < 0
}

// Groups compares, in each family of the table's spec, each group with everyone
// else: step 2 of the check. Families come in the order of the spec.
func Groups(t *Table, p Policy) ([]FamilyResult, error) {
	if err := ready(t, p); err != nil {
		return nil, err
	}
	families := make([]FamilyResult, 0, len(t.spec.Families))
	for _, f := range t.spec.Families {
		family, err := t.family(f, p)
		if err != nil {
			return nil, err
		}
		families = append(families, family)
	}
	suppress(families, p.MinShow)
	finishMetrics(families, p.MinShow)
	for f := range families {
		for i := range families[f].Adjusted {
			families[f].Adjusted[i].Suppressed = families[f].Groups[i%len(families[f].Groups)].Suppressed
		}
	}
	return families, nil
}

// joinKey joins levels, which hold no control characters, into a map key.
func joinKey(levels []string) string { return strings.Join(levels, "\x00") }

// columnOf returns the index of the attribute or feature, which must exist.
func (t *Table) columnOf(name string) int {
	return slices.IndexFunc(t.columns, func(c column) bool { return c.name == name })
}

func (t *Table) family(f Family, p Policy) (FamilyResult, error) {
	counts, unknown, err := t.GroupBy(f.By...)
	if err != nil {
		return FamilyResult{}, err
	}
	out := FamilyResult{By: slices.Clone(f.By), Secondary: f.Secondary, Unknown: unknown.Total()}
	rates, labels := make([]Rate, len(counts)), make([]string, len(counts))
	highest := 0.0
	for i, c := range counts {
		r := c.Selection()
		rates[i], labels[i] = r, strings.Join(c.Levels, ", ")
		out.Total = Rate{out.Total.X + r.X, out.Total.N + r.N}
		if v, ok := r.Value(); ok {
			highest = max(highest, v)
		}
	}
	out.Parity = GapOf(rates...)
	tests := make([]thresholdTests, len(counts))
	var adverse []float64
	for i, rate := range rates {
		rest := Rate{out.Total.X - rate.X, out.Total.N - rate.N}
		tests[i] = testGroup(rate, rest, t.spec.Polarity, p)
		adverse = append(adverse, tests[i].adverse...)
		g := compareGroup(rate, rest, tests[i], t.spec.Polarity, p)
		g.Group, g.Label = counts[i].Levels, labels[i]
		v, ok := rate.Value()
		g.Impact = bare(v/highest, ok && highest > 0)
		if overall, ok := out.Total.Value(); ok {
			g.Shortfall = float64(rate.N)*overall - float64(rate.X)
		}
		g.Shrunk, g.ScoreGap = Estimate{High: 1}, bare(0, false)
		out.Groups = append(out.Groups, g)
	}
	if shrunk, ok := Shrink(rates, 1-2*p.Alpha); ok {
		for i := range out.Groups {
			out.Groups[i].Shrunk = shrunk.Groups[i]
		}
	}
	if err := t.scoreGaps(f, out.Groups, p); err != nil {
		return FamilyResult{}, err
	}
	out.Metrics = compareMetrics(counts, labels, p)
	out.EqualisedOdds = EqualisedOdds(GapOf(), GapOf())
	if out.Metrics != nil {
		out.EqualisedOdds = EqualisedOdds(out.Metrics[0].Gap, out.Metrics[1].Gap)
	}
	// Each threshold of each group is one claim of the family.
	adjusted := Holm(adverse)
	var verdicts []Verdict
	for i := range out.Groups {
		g := &out.Groups[i]
		g.PAdverseHolm = 1
		for range tests[i].adverse {
			g.PAdverseHolm = min(g.PAdverseHolm, adjusted[0])
			adjusted = adjusted[1:]
		}
		g.decide(t.spec.Polarity, p)
		if g.Verdict == Insufficient {
			g.Needed = neededGroup(g.Rate.N, g.Rest.N, out.Total, t.spec.Polarity, p)
		}
		verdicts = append(verdicts, g.Verdict)
	}
	out.decide(verdicts, p)
	if err := t.adjust(&out, p); err != nil {
		return FamilyResult{}, err
	}
	return out, nil
}

// scoreGaps fills in the score gap of each group, where the spec declares a
// score.
func (t *Table) scoreGaps(f Family, groups []GroupResult, p Policy) error {
	if t.spec.Score == "" {
		return nil
	}
	scores, err := t.Scores(f.By...)
	if err != nil {
		return err
	}
	z := normalQuantile(1 - p.Alpha)
	for i, s := range scores { // in the order of GroupBy, as groups are
		if d, ok := StandardisedMeanDifference(s.Group, s.Rest); ok {
			groups[i].ScoreGap = Estimate{Value: d.HedgesG, Defined: true, Low: d.HedgesG - z*d.SE, High: d.HedgesG + z*d.SE}
		}
	}
	return nil
}

// thresholdTests are the p-values of one group, one for each threshold that is
// on; adverse is empty when there is nothing to compare.
type thresholdTests struct {
	fair    float64 // the largest: all must be met
	adverse []float64
	exact   bool
}

// testGroup tests a group against everyone else at the policy's thresholds.
func testGroup(rate, rest Rate, polarity Polarity, p Policy) thresholdTests {
	if rate.N == 0 || rest.N == 0 {
		return thresholdTests{fair: 1}
	}
	out := thresholdTests{exact: float64(rate.N)*float64(rest.N) <= float64(p.ExactUpTo)}
	// harm is the tail on which the group is worse off.
	harm, fair := Less, Greater
	theta, delta := p.RatioMin, -p.DiffMax
	if polarity == Unfavourable {
		harm, fair = Greater, Less
		theta, delta = 1/p.RatioMin, p.DiffMax
	}
	// A claim that the observed rates speak against needs no exact figure: its
	// p-value is about a half or more, and no verdict hangs on it.
	pvalue := func(z float64, tail Tail, exact func(Tail) float64) float64 {
		v := normalAbove(z)
		if tail == Less {
			v = normalBelow(z)
		}
		if out.exact && v < 0.5 {
			return exact(tail)
		}
		return v
	}
	if p.RatioMin > 0 {
		z := ScoreRatio(rate, rest, theta)
		exact := func(tail Tail) float64 { return ExactRatio(rate, rest, theta, tail) }
		out.fair = pvalue(z, fair, exact)
		out.adverse = append(out.adverse, pvalue(z, harm, exact))
	}
	if p.DiffMax > 0 {
		z := ScoreDiff(rate, rest, delta)
		exact := func(tail Tail) float64 { return ExactDiff(rate, rest, delta, tail) }
		out.fair = max(out.fair, pvalue(z, fair, exact))
		out.adverse = append(out.adverse, pvalue(z, harm, exact))
	}
	return out
}

// compareGroup describes a group beside everyone else; it decides nothing.
func compareGroup(rate, rest Rate, tests thresholdTests, polarity Polarity, p Policy) GroupResult {
	g := GroupResult{Rate: rate, Rest: rest, PFair: tests.fair, PAdverse: 1, PAdverseHolm: 1, Exact: tests.exact, MidP: 1}
	if len(tests.adverse) > 0 {
		g.PAdverse = slices.Min(tests.adverse)
		g.MidP = MidP(rate, rest, TwoSided)
	}
	ratio, diff := MNRatio(rate, rest, 1-2*p.Alpha), MNDiff(rate, rest, 1-2*p.Alpha)
	g.Ratio = Estimate{Low: ratio.Low, High: ratio.High}
	g.Diff = Estimate{Low: diff.Low, High: diff.High}
	v1, ok1 := rate.Value()
	v2, ok2 := rest.Value()
	if !ok1 || !ok2 {
		return g
	}
	g.Diff.Value, g.Diff.Defined = v1-v2, true
	if v2 > 0 {
		g.Ratio.Value, g.Ratio.Defined = v1/v2, true
	}
	g.PointBreach = pointBreach(rate, rest, polarity, p)
	for _, step := range []int64{-1, 1} {
		a, b := Rate{rate.X + step, rate.N}, Rate{rest.X - step, rest.N}
		if a.valid() && b.valid() && pointBreach(a, b, polarity, p) != g.PointBreach {
			g.OnePersonFlips = true
		}
	}
	return g
}

// pointBreach reports whether the figures observed are beyond a threshold.
func pointBreach(rate, rest Rate, polarity Polarity, p Policy) bool {
	worse, better := rate, rest // the group is worse off when its rate is the lower one
	if polarity == Unfavourable {
		worse, better = rest, rate
	}
	if rate.N == 0 || rest.N == 0 {
		return false
	}
	return p.RatioMin > 0 && Below(worse, better, p.RatioMin) ||
		p.DiffMax > 0 && better.p()-worse.p() > p.DiffMax*(1+1e-12)
}

// decide sets the verdict of a group and its reasons.
func (g *GroupResult) decide(polarity Polarity, p Policy) {
	because := func(format string, args ...any) { g.Reasons = append(g.Reasons, fmt.Sprintf(format, args...)) }
	switch {
	case g.Rate.N == 0:
		because("nobody is in this group; its rate is undefined, which is not zero")
		return
	case g.Rest.N == 0:
		because("everybody is in this group; there is nobody to compare with")
		return
	case g.PAdverseHolm <= p.Alpha:
		g.Verdict = Pause
		because("shown to be beyond the programme threshold: ratio %v, difference %v, adjusted p %.3g", g.Ratio, g.Diff, g.PAdverseHolm)
		return
	case g.Rate.N == 1:
		because("one person is no group")
		return
	case g.Rate.X == 0 || g.Rate.X == g.Rate.N:
		because("%v are flagged: the signal may not measure this group at all", g.Rate)
		return
	case g.PFair <= p.Alpha:
		g.Verdict = Pass
		because("shown to be within the programme threshold: ratio %v, difference %v, p %.3g", g.Ratio, g.Diff, g.PFair)
		return
	}
	because("the data exclude neither a breach nor its absence: ratio %v, difference %v", g.Ratio, g.Diff)
}

// decide sets the verdict of a family and its reasons.
func (f *FamilyResult) decide(verdicts []Verdict, p Policy) {
	f.Verdict = worst(verdicts...)
	share, ok := Rate{f.Unknown, f.Unknown + f.Total.N}.Value()
	if f.Verdict == Pass && (!ok || share > p.MaxUnknown) {
		f.Verdict = Insufficient
		f.Reasons = append(f.Reasons, fmt.Sprintf("the level of %.0f %% of people is unknown, more than %.0f %%", 100*share, 100*p.MaxUnknown))
	}
	counts := map[Verdict]int{}
	for _, v := range verdicts {
		counts[v]++
	}
	f.Reasons = append(f.Reasons, fmt.Sprintf("%d groups: %d pause, %d pass, %d insufficient", len(verdicts), counts[Pause], counts[Pass], counts[Insufficient]))
}

// neededGroup solves the power of the score test for the size of a group (as in
// Farrington and Manning, Stat Med 1990;9:1447): equal rates at the overall one,
// the share of the group in all as observed, even halves where it is empty.
func neededGroup(n, rest int64, total Rate, polarity Polarity, p Policy) int64 {
	rate, ok := total.Value()
	if !ok || rate == 0 || rate == 1 {
		return 0
	}
	k := 1.0
	if n > 0 && rest > 0 {
		k = float64(rest) / float64(n)
	}
	zAlpha, zPower := normalQuantile(1-p.Alpha), normalQuantile(p.Power)
	needed := 0.0
	add := func(gap, atNull, atTruth float64) {
		needed = max(needed, math.Pow((zAlpha*math.Sqrt(atNull)+zPower*math.Sqrt(atTruth))/gap, 2))
	}
	if p.RatioMin > 0 {
		theta := p.RatioMin
		if polarity == Unfavourable {
			theta = 1 / theta
		}
		// The constrained rates of the score test, at the expected counts of one
		// person in the group and k elsewhere.
		a, b, c := (1+k)*theta, -(theta + rate + k + k*rate*theta), rate+k*rate
		p2 := min(1, 2*c/(-b+math.Sqrt(max(0, b*b-4*a*c))))
		p1 := min(1, theta*p2)
		add(rate*(1-theta), p1*(1-p1)+theta*theta*p2*(1-p2)/k, rate*(1-rate)*(1+theta*theta/k))
	}
	if p.DiffMax > 0 {
		add(p.DiffMax, rate*(1-rate)*(1+1/k), rate*(1-rate)*(1+1/k))
	}
	if !(needed < maxCount) {
		return 0
	}
	return max(int64(math.Ceil(needed)), n+1)
}
