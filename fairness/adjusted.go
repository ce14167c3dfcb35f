package fairness

import "math"

// An AdjustedResult compares a group with everyone else among people who share
// a factor that was declared legitimate: what is left of the gap when an engineer
// is compared with engineers. It explains and decides nothing.
type AdjustedResult struct {
	Factor string   `json:"factor"`
	Label  string   `json:"label"` // of the group, as in GroupResult
	Crude  Estimate `json:"crude"` // GroupResult.Ratio
	// Ratio is the ratio of Mantel and Haenszel, with the interval of Greenland and
	// Robins at confidence 1-2*Alpha.
	Ratio Estimate `json:"ratio"`
	P     float64  `json:"p"` // of no gap within the factor, by Cochran, Mantel and Haenszel; 1 where undefined
	// PSame is that of Tarone's test of whether the levels agree; a small one says
	// that Ratio mixes opposite gaps. 1 where undefined.
	PSame      float64 `json:"p_same"`
	Strata     int     `json:"strata"` // levels with people on both sides
	Suppressed bool    `json:"suppressed"`
}

// adjust compares the groups of a family within each declared factor, by factor
// in the order of the spec and then by group.
func (t *Table) adjust(f *FamilyResult, p Policy) error {
	for _, factor := range t.spec.Attributes {
		if factor.Role != Legitimate {
			continue
		}
		cells, _, err := t.GroupBy(append([]string{factor.Name}, f.By...)...)
		if err != nil {
			return err
		}
		level := map[string]int{} // in the order of GroupBy, which is that of the names
		var all []Rate
		for _, c := range cells {
			r := c.Selection()
			s, ok := level[c.Levels[0]]
			if !ok {
				s = len(all)
				level[c.Levels[0]] = s
				all = append(all, Rate{})
			}
			all[s] = Rate{all[s].X + r.X, all[s].N + r.N}
		}
		place := map[string]int{}
		strata := make([][]Stratum, len(f.Groups))
		for i, g := range f.Groups {
			place[joinKey(g.Group)] = i
			strata[i] = make([]Stratum, len(all))
			for s, r := range all {
				strata[i][s].Second = r
			}
		}
		for _, c := range cells {
			r, s := c.Selection(), &strata[place[joinKey(c.Levels[1:])]][level[c.Levels[0]]]
			s.First, s.Second = r, Rate{s.Second.X - r.X, s.Second.N - r.N}
		}
		for i, g := range f.Groups {
			out := AdjustedResult{Factor: factor.Name, Label: g.Label, Crude: g.Ratio, Ratio: Estimate{High: math.Inf(1)}, P: 1, PSame: 1}
			if mh, ok := MantelHaenszel(strata[i], 1-2*p.Alpha); ok {
				out.Strata = mh.Strata
				if finite(mh.Ratio) != nil {
					out.Ratio = Estimate{Value: mh.Ratio, Defined: true, Low: mh.RatioCI.Low, High: mh.RatioCI.High}
				}
				out.P, out.PSame = definedOr1(mh.P), definedOr1(mh.PTarone)
			}
			f.Adjusted = append(f.Adjusted, out)
		}
	}
	return nil
}

func definedOr1(p float64) float64 {
	if math.IsNaN(p) {
		return 1
	}
	return p
}
