package fairness

import (
	"encoding/json"
	"math"
	"slices"
)

// whole is a report with all of its figures.
type whole Report

// MarshalJSON returns what may be printed: the report without the figures of
// groups that are too small, and without the figures of others from which those
// would follow. A family with a hidden group keeps no figure that others share
// with it (gaps, ratios to the highest rate, rates drawn together, and gaps of
// scores in any family), and a report with one no fingerprint, against which
// hidden figures could be tried. It is for readers; a report is not read back.
func (r Report) MarshalJSON() ([]byte, error) { return json.Marshal(whole(r.public())) }

// public returns the report as it may be printed.
func (r *Report) public() Report {
	out := *r
	none := Estimate{Low: math.NaN(), High: math.NaN()}
	hidden := func(f FamilyResult) bool {
		return slices.ContainsFunc(f.Groups, func(g GroupResult) bool { return g.Suppressed })
	}
	anyHidden := slices.ContainsFunc(r.Families, hidden)
	if anyHidden {
		out.Fingerprint = Digest{}
	}
	out.Families = slices.Clone(r.Families)
	for i := range out.Families {
		f := &out.Families[i]
		hidden := hidden(*f)
		f.Groups, f.Adjusted = slices.Clone(f.Groups), slices.Clone(f.Adjusted)
		metrics := len(f.Metrics)
		f.Metrics = slices.DeleteFunc(slices.Clone(f.Metrics), func(m MetricResult) bool { return m.Suppressed })
		if len(f.Metrics) < metrics { // the larger of two gaps, of which one may be hidden
			f.EqualisedOdds = EqualisedOdds(GapOf(), GapOf())
		}
		if hidden {
			f.Parity = GapOf()
		}
		for j := range f.Groups {
			g := &f.Groups[j]
			if anyHidden { // gaps of scores share all scores, those of hidden groups among them
				g.ScoreGap = none
			}
			if hidden {
				g.Impact, g.Shrunk = none, none
			}
			if g.Suppressed {
				*g = GroupResult{Label: g.Label, Group: g.Group, Ratio: none, Diff: none, Impact: none, Shrunk: none, ScoreGap: none,
					PFair: 1, PAdverse: 1, PAdverseHolm: 1, MidP: 1, Verdict: g.Verdict, Reasons: []string{"not printed"}, Suppressed: true}
			}
		}
		for j, a := range f.Adjusted {
			if a.Suppressed {
				f.Adjusted[j] = AdjustedResult{Factor: a.Factor, Label: a.Label, Crude: none, Ratio: none, P: 1, PSame: 1, Suppressed: true}
			}
		}
	}
	out.Proxies = slices.Clone(r.Proxies)
	for i := range out.Proxies {
		if p := &out.Proxies[i]; p.PathGroup != "" && r.hidesGroup([]string{p.Attribute}, []string{p.PathGroup}) {
			p.PathGroup, p.Path = "", PathShare{}
		}
	}
	for _, side := range []*ReviewSide{&out.Review.FalseDiscovery, &out.Review.Missed} {
		if slices.ContainsFunc(side.Strata, func(s ReviewedStratum) bool {
			return len(side.Strata) > 1 && (s.Population < int64(r.policy.MinShow) || r.hidesGroup([]string{r.policy.Review.StratifyBy}, []string{s.Group}))
		}) {
			side.Strata = nil
		}
	}
	return out
}
