package fairness

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/coachgov/coaching/internal/enum"
)

// A ProxyVerdict says whether a factor stands in for an attribute. The zero
// ProxyVerdict is Undecided.
type ProxyVerdict uint8

const (
	Undecided ProxyVerdict = iota // too few people to tell
	NoProxy                       // enough people, and no association worth the name
	Proxy                         // goes with the attribute, or carries its gap
	Explained                     // would be a proxy, and a named person declared it legitimate
)

var proxyVerdictNames = [...]string{"undecided", "no_proxy", "proxy", "explained"}

// String returns "undecided", "no_proxy", "proxy" or "explained".
func (v ProxyVerdict) String() string { return enum.Name(proxyVerdictNames[:], v, "ProxyVerdict") }

// MarshalText returns the same word as String.
func (v ProxyVerdict) MarshalText() ([]byte, error) {
	return enum.Marshal(proxyVerdictNames[:], v, "fairness: proxy verdict")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (v *ProxyVerdict) UnmarshalText(text []byte) error {
	return enum.Unmarshal(proxyVerdictNames[:], v, "fairness: proxy verdict", text)
}

// A ProxyFinding is what step 3 found about one factor and one attribute.
type ProxyFinding struct {
	Factor    string    `json:"factor"` // a feature, or an attribute declared legitimate
	Attribute string    `json:"attribute"`
	Role      GroupRole `json:"role"` // of the attribute
	Numeric   bool      `json:"numeric"`
	N         int64     `json:"n"` // people for whom both are known

	// Strength is the bias-corrected Cramer V, or for a numeric factor the
	// distance from 0.5 of the AUC of the level that it separates best. It has
	// Defined false when one of the two does not vary.
	Strength Estimate `json:"strength"`
	Epsilon  float64  `json:"epsilon_squared"` // numeric: share of its variance that goes with the attribute
	P        float64  `json:"p"`               // chi-square, or Kruskal-Wallis for a numeric factor
	Holm     float64  `json:"holm"`            // adjusted over all findings of the probe

	// Information is how much the factor tells of the attribute; nil when numeric,
	// or when one of the two does not vary.
	Information *Information `json:"information,omitempty"`
	// Within is the same association among people who share a factor that was
	// declared legitimate, for each such factor in the order of the spec. It is
	// empty when numeric, and leaves out what does not vary within a factor or has
	// more than some hundred combinations of levels.
	Within []FactorAssociation `json:"within,omitempty"`

	// Path splits the gap of the group PathGroup, the one with the largest
	// harmful gap that is beyond the threshold or, if none is, with the largest
	// harmful gap. PathGroup is "" when no group has one, or the factor is
	// numeric.
	PathGroup string    `json:"path_group"`
	Path      PathShare `json:"path"`
	// Associated: proven to go with the attribute, and not weakly. Carries: at
	// least the policy's share of a gap that is beyond the threshold runs through
	// the factor. Moves: proven to go with the flag, and not weakly.
	Associated bool `json:"associated"`
	Carries    bool `json:"carries"`
	Moves      bool `json:"moves"`

	Verdict  ProxyVerdict `json:"verdict"`
	Declared *Declaration `json:"declared,omitempty"` // who called the factor legitimate
	// Needed is the number of people with which an association of the policy's
	// strength would be found with the policy's power; 0 unless Undecided and not Associated.
	Needed int64 `json:"needed,omitempty"`
}

// A FactorAssociation is an association among people who share the declared
// legitimate factor Given.
type FactorAssociation struct {
	Given  string   `json:"given"`
	Levels []string `json:"levels"` // of Given, in order, as V has them
	ConditionalAssociation
}

// proven reports a path from attribute to flag of which each link is proven.
func (f ProxyFinding) proven() bool {
	return f.Verdict == Proxy && f.Role == Protected && f.Associated && f.Moves && f.Carries
}

// Proxies probes each feature, and each attribute declared legitimate, against
// each protected and operational attribute: step 3 of the check. Findings come
// in the order of the spec: by factor (features first), then by attribute.
//
// A factor is a proxy for a protected attribute when it goes with it, or when it
// carries a gap beyond the threshold; for an operational attribute both are
// needed, since work schedules and tools go with the work. "Explained" is a
// decision of a person, never of this function.
func Proxies(t *Table, p Policy) ([]ProxyFinding, error) {
	if err := ready(t, p); err != nil {
		return nil, err
	}
	var findings []ProxyFinding
	var flagP, flagV []float64 // of each categorical finding's factor with the flag
	numeric := 0
	for _, feature := range t.spec.Features {
		for a, attribute := range t.spec.Attributes {
			if attribute.Role == Legitimate {
				continue
			}
			f := ProxyFinding{Factor: feature.Name, Attribute: attribute.Name, Role: attribute.Role, Numeric: feature.Numeric, P: math.NaN()}
			if feature.Numeric {
				t.probeNumber(&f, numeric, a, p)
			} else {
				t.probeLevels(&f, t.columnOf(feature.Name), a, p)
			}
			findings = append(findings, f)
		}
		if feature.Numeric {
			numeric++
		}
	}
	for c, factor := range t.spec.Attributes {
		if factor.Role != Legitimate {
			continue
		}
		for a, attribute := range t.spec.Attributes {
			if attribute.Role == Legitimate {
				continue
			}
			d := *factor.Declared
			f := ProxyFinding{Factor: factor.Name, Attribute: attribute.Name, Role: attribute.Role, Declared: &d, P: math.NaN()}
			t.probeLevels(&f, c, a, p)
			findings = append(findings, f)
		}
	}
	var ps []float64
	for _, f := range findings {
		ps = append(ps, f.P)
		flag, v := math.NaN(), 0.0
		if !f.Numeric {
			if a, ok := t.withFlag(t.columnOf(f.Factor)); ok {
				flag, v = a.P, a.Corrected
			}
		}
		flagP, flagV = append(flagP, flag), append(flagV, v)
	}
	holm, flagHolm := Holm(ps), Holm(flagP)
	for i := range findings {
		f := &findings[i]
		f.Moves = flagHolm[i] <= p.Alpha && flagV[i] >= p.Proxy.MinV // false for NaN
		f.Holm = 1
		if math.IsNaN(f.P) {
			f.P = 1
		} else {
			f.Holm = holm[i]
		}
		least := p.Proxy.MinV
		if f.Numeric {
			least = p.Proxy.MinAUC
		}
		f.Associated = f.Strength.Defined && f.Holm <= p.Alpha && f.Strength.Value >= least
		proxy := f.Associated || f.Carries
		if f.Role == Operational {
			proxy = f.Associated && f.Carries
		}
		switch {
		case proxy && f.Declared != nil:
			f.Verdict = Explained
		case proxy:
			f.Verdict = Proxy
		case f.Strength.Defined && f.Needed > 0 && f.N >= f.Needed && (f.Strength.Value < least || f.Role == Operational):
			f.Verdict = NoProxy
		}
		if f.Verdict != Undecided || f.Associated {
			f.Needed = 0
		}
	}
	return findings, nil
}

// byName returns the place of each code of a column, from 1 on, in the order of
// the levels' names, and the names. The dictionary's own order depends on the
// data's, and sums of floats must not.
func (c *column) byName() (place []int, names []string) {
	names = slices.Sorted(slices.Values(c.levels))
	place = make([]int, len(names)+1)
	for i, level := range c.levels {
		place[i+1], _ = slices.BinarySearch(names, level)
	}
	return place, names
}

// within measures the association of two columns in each level of a third.
func (t *Table) within(factor, attribute, given int) (FactorAssociation, bool) {
	rowOf, rows := t.columns[attribute].byName()
	columnOf, columns := t.columns[factor].byName()
	stratumOf, levels := t.columns[given].byName()
	if float64(len(levels))*float64(len(rows))*float64(len(columns)) > defaultMaxCells {
		return FactorAssociation{}, false
	}
	strata := make([][][]int64, len(levels))
	for s := range strata {
		strata[s] = make([][]int64, len(rows))
		for i := range rows {
			strata[s][i] = make([]int64, len(columns))
		}
	}
	for row, n := range t.cells.all() {
		if row[attribute] > 0 && row[factor] > 0 && row[given] > 0 {
			strata[stratumOf[row[given]]][rowOf[row[attribute]]][columnOf[row[factor]]] += n.total()
		}
	}
	a, ok := AssociateWithin(strata)
	return FactorAssociation{Given: t.columns[given].name, Levels: levels, ConditionalAssociation: a}, ok
}

// probeLevels measures a factor that has levels.
func (t *Table) probeLevels(f *ProxyFinding, factor, attribute int, p Policy) {
	rowOf, groups := t.columns[attribute].byName()
	columnOf, levels := t.columns[factor].byName()
	rows, columns := len(groups), len(levels)
	counts := make([][]int64, rows)
	rates := make([][]Rate, rows) // by level of the attribute, then of the factor
	for i := range counts {
		counts[i], rates[i] = make([]int64, columns), make([]Rate, columns)
	}
	for row, n := range t.cells.all() {
		if row[attribute] == 0 || row[factor] == 0 {
			continue
		}
		i, j := rowOf[row[attribute]], columnOf[row[factor]]
		counts[i][j] += n.total()
		rates[i][j].X += n.flagged()
		rates[i][j].N += n.total()
		f.N += n.total()
	}
	if i, ok := MutualInformation(counts); ok {
		f.Information = &i
	}
	for given, a := range t.spec.Attributes {
		if a.Role != Legitimate || given == factor {
			continue
		}
		if w, ok := t.within(factor, attribute, given); ok {
			f.Within = append(f.Within, w)
		}
	}
	if a, ok := Associate(counts); ok {
		f.Strength = Estimate{Value: a.Corrected, Defined: true, Low: math.NaN(), High: math.NaN()}
		f.P = a.P
		r := float64(positive(rowSums(counts)))
		k := float64(a.DF)/(r-1) + 1
		f.Needed = int64(math.Ceil(noncentrality(p.Alpha, p.Power, float64(a.DF)) / (p.Proxy.MinV * p.Proxy.MinV * min(r-1, k-1))))
	} else {
		f.Strength = Estimate{Low: math.NaN(), High: math.NaN()}
	}
	// The group whose harmful gap matters most.
	all := make([]Rate, columns)
	for _, row := range rates {
		for j, r := range row {
			all[j] = Rate{all[j].X + r.X, all[j].N + r.N}
		}
	}
	beyond, largest := false, 0.0
	for i, group := range rates {
		rest := make([]Rate, columns)
		var g, e Rate
		for j := range group {
			rest[j] = Rate{all[j].X - group[j].X, all[j].N - group[j].N}
			g = Rate{g.X + group[j].X, g.N + group[j].N}
			e = Rate{e.X + rest[j].X, e.N + rest[j].N}
		}
		s, ok := Kitagawa(group, rest)
		if !ok {
			continue
		}
		harm := s.Gap
		if t.spec.Polarity == Favourable {
			harm = -harm
		}
		breach := pointBreach(g, e, t.spec.Polarity, p)
		if harm <= 0 || breach == beyond && harm <= largest || beyond && !breach {
			continue
		}
		beyond, largest = breach, harm
		f.PathGroup, f.Path = groups[i], s
		share, _ := s.Share()
		f.Carries = breach && share >= p.Proxy.MinPathShare
	}
}

// rowSums returns the number of people in each row.
func rowSums(table [][]int64) []float64 {
	out := make([]float64, len(table))
	for i, row := range table {
		for _, c := range row {
			out[i] += float64(c)
		}
	}
	return out
}

// withFlag measures how a factor goes with the flag.
func (t *Table) withFlag(factor int) (Association, bool) {
	place, names := t.columns[factor].byName()
	table := make([][]int64, len(names))
	for i := range table {
		table[i] = make([]int64, 2)
	}
	for row, n := range t.cells.all() {
		if row[factor] > 0 {
			i := place[row[factor]]
			table[i][0] += n.total() - n.flagged()
			table[i][1] += n.flagged()
		}
	}
	return Associate(table)
}

// probeNumber measures a numeric factor.
func (t *Table) probeNumber(f *ProxyFinding, feature, attribute int, p Policy) {
	levels := t.columns[attribute].levels
	byLevel := map[string][]ValueCount{}
	for k, n := range t.values {
		if int(k.feature) == feature && int(k.attribute) == attribute && k.level > 0 {
			level := levels[k.level-1]
			byLevel[level] = append(byLevel[level], ValueCount{math.Float64frombits(k.bits), n})
			f.N += n
		}
	}
	f.Strength = Estimate{Low: math.NaN(), High: math.NaN()}
	names := slices.Sorted(slices.Values(levels))
	groups := make([][]ValueCount, 0, len(names))
	for _, name := range names { // in a stated order, each sorted: sums of floats come out the same
		groups = append(groups, sortedValues(byLevel[name]))
	}
	_, _, pvalue, ok := KruskalWallis(groups)
	if !ok {
		return
	}
	f.P = pvalue
	f.Epsilon, _ = EpsilonSquared(groups)
	z := normalQuantile(1-p.Alpha/2) + normalQuantile(p.Power)
	for i, group := range groups {
		var rest []ValueCount
		for j := range groups {
			if j != i {
				rest = append(rest, groups[j]...)
			}
		}
		auc, ok := AUC(group, rest)
		if !ok {
			continue
		}
		f.Strength.Defined = true
		f.Strength.Value = max(f.Strength.Value, math.Abs(auc-0.5))
		c := 0.0
		for _, v := range group {
			c += float64(v.Count)
		}
		c /= float64(f.N)
		// Noether, J Am Stat Assoc 1987;82:645.
		f.Needed = max(f.Needed, int64(math.Ceil(z*z/(12*c*(1-c)*p.Proxy.MinAUC*p.Proxy.MinAUC))))
	}
}

// noncentrality is the noncentral chi-square parameter at which a test of size
// alpha has the power.
func noncentrality(alpha, power, df float64) float64 {
	critical := 0.0
	for low, high := 0.0, 1e6; ; {
		critical = low + (high-low)/2
		if !(critical > low && critical < high) {
			break
		}
		if chiSquareAbove(critical, df) > alpha {
			low = critical
		} else {
			high = critical
		}
	}
	chance := func(lambda float64) float64 { // a Poisson mixture of central ones
		sum, weight := 0.0, math.Exp(-lambda/2)
		for j := range 2000 {
			sum += weight * mathext.GammaIncRegComp(df/2+float64(j), critical/2)
			weight *= lambda / 2 / float64(j+1)
			if weight < 1e-16 && float64(j) > lambda/2 {
				break
			}
		}
		return sum
	}
	low, high := 0.0, 1000.0
	for range 100 {
		mid := (low + high) / 2
		if chance(mid) < power {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}
