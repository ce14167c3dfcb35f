package signal

import (
	"maps"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// Baselines are the baselines of all leaders of a series over one window.
type Baselines struct {
	series   *Series
	window   coaching.Window
	config   BaselineConfig
	items    []Baseline // in the order of the series' leaders
	prior    moderation
	withinSD float64 // pooled over leaders, on the measured scale
	rejected map[rowKey]string
}

// BaselinesOf computes a baseline per leader over the periods that lie wholly in
// the window. Nothing is imputed: missing stays missing and zero is a value.
//
// The level is the median. The limits come from the standard deviation drawn
// towards the other leaders' (Smyth 2004), since at eight values a leader's own
// is 27 % off and the median absolute deviation 41 %. The findings name, as
// SIG-025, each leader without a sufficient baseline, or that there is no series
// (the nil that Evaluate answers when findings block), and as DQ10 a constant one.
func BaselinesOf(s *Series, window coaching.Window, config BaselineConfig) (*Baselines, coaching.Findings) {
	if s == nil {
		return &Baselines{series: &Series{}, window: window, config: config.orDefault(window)}, coaching.Findings{{Code: "SIG-025", Message: "no series; want one from Evaluate"}}
	}
	b := &Baselines{series: s, window: window, config: config.orDefault(window)}
	b.compute()
	return b, b.findings()
}

// compute fills the items from the series and the rejected points.
func (b *Baselines) compute() {
	var variances, dfs []float64
	var within, withinDF float64
	b.items = make([]Baseline, 0, len(b.series.leaders))
	inside := b.inside()
	for l := range b.series.leaders {
		item := b.gather(l, inside)
		item.judge(b.config)
		if item.Sufficient {
			item.describe()
			variances = append(variances, item.SD*item.SD)
			dfs = append(dfs, float64(item.N-1))
			within += item.rawSD * item.rawSD * float64(item.N-1)
			withinDF += float64(item.N - 1)
		}
		b.items = append(b.items, item)
	}
	b.withinSD = math.Sqrt(within / withinDF)
	b.prior = moderate(variances, dfs)
	cutoffs := map[float64]float64{} // by degrees of freedom, which many leaders share
	for i := range b.items {
		if item := &b.items[i]; item.Sufficient {
			v, df := b.prior.variance(item.SD*item.SD, float64(item.N-1))
			item.ModeratedSD, item.DF = math.Sqrt(v), df
			if _, known := cutoffs[df]; !known {
				cutoffs[df] = tQuantile(1-b.config.Alpha/2, df)
			}
			item.cutoff = cutoffs[df]
			half := item.cutoff * item.ModeratedSD * math.Sqrt(1+1/float64(item.N))
			item.Low, item.High = item.transform.back(item.Mean-half), item.transform.back(item.Mean+half)
			if half == 0 { // there and back would round
				item.Low, item.High = item.Level, item.Level
			}
		}
	}
}

// orEmpty lets nil and zero baselines be those of no leader.
func (b *Baselines) orEmpty() *Baselines {
	if b == nil || b.series == nil {
		return &Baselines{series: &Series{}}
	}
	return b
}

// All returns every leader's baseline, sorted by leader.
func (b *Baselines) All() []Baseline {
	all := slices.Clone(b.orEmpty().items)
	for i := range all {
		all[i] = all[i].clone()
	}
	return all
}

// Of returns a leader's baseline; an insufficient one for a leader that the
// series does not have.
func (b *Baselines) Of(leader coaching.PersonID) Baseline {
	items := b.orEmpty().items
	i, ok := slices.BinarySearchFunc(items, leader, func(b Baseline, id coaching.PersonID) int { return b.Leader.Compare(id) })
	if ok {
		return items[i].clone()
	}
	return Baseline{Leader: leader, Reasons: []string{"the series does not have this leader"}}
}

// Series returns the series that the baselines were computed from.
func (b *Baselines) Series() *Series { return b.series }

// Window returns the baseline's window.
func (b *Baselines) Window() coaching.Window { return b.window }

// Prior returns the variance towards which the leaders' own are drawn and its
// degrees of freedom; false when there are fewer than three leaders with spread.
func (b *Baselines) Prior() (variance, df float64, ok bool) {
	return b.prior.s0, b.prior.d0, b.prior.ok
}

// findings names what keeps baselines from being used, sorted.
func (b *Baselines) findings() coaching.Findings {
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, leader coaching.PersonID, message string) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: b.series.definition.ID + "/" + leader.String(), Message: message})
	}
	for _, i := range b.items {
		for _, reason := range i.Reasons {
			add("SIG-025", coaching.Error, i.Leader, "the baseline is insufficient: "+reason)
		}
		if i.Sufficient && i.ScaleFrom == NoScale {
			add("DQ10", coaching.Warning, i.Leader, "the baseline is constant, so it has no z; ask whether the feed is alive")
		}
	}
	fs.Sort()
	return fs
}

// Settle returns the baselines without the points that the steward rejected.
// Confirmed and explained points stay. Removing a point narrows the limits, which
// can raise new flags; they are pending until they are decided too. The receiver
// is not changed.
func (b *Baselines) Settle(log *StewardLog) (*Baselines, coaching.Findings) {
	settled, _ := b.settleAll(log)
	return settled, settled.findings()
}

// settleAll returns the settled baselines, and the flags of all leaders that were
// raised on the way there, each once, by period: a point can be flagged only
// because another was rejected, and leave the baseline before the end.
func (b *Baselines) settleAll(log *StewardLog) (*Baselines, []Flag) {
	b = b.orEmpty()
	rejected := maps.Clone(b.rejected)
	if rejected == nil {
		rejected = map[rowKey]string{}
	}
	settled := b
	seen := map[string]bool{}
	var flags []Flag
	for more := true; more; {
		more = false
		for _, f := range Detect(settled) {
			if !seen[f.ID] {
				seen[f.ID] = true
				flags = append(flags, f)
			}
			key := rowKey{f.Leader, f.Period}
			if _, done := rejected[key]; done {
				continue
			}
			if d, ok := log.Decision(f.ID); ok && d.Verdict == Rejected {
				rejected[key], more = d.Reason, true
			}
		}
		settled = &Baselines{series: b.series, window: b.window, config: b.config, rejected: maps.Clone(rejected)}
		settled.compute()
	}
	slices.SortStableFunc(flags, func(a, b Flag) int { return a.Period.Compare(b.Period) })
	return settled, flags
}
