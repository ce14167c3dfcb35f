package signal

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A SpikeRule says which rule raised a flag. The zero rule is the screen.
type SpikeRule uint8

const (
	// BaselineScreen flags points of a baseline that lie far out,
	// by |x - median| / MADN beyond a cut-off calibrated so that 5 % of clean
	// normal baselines of that length are flagged at all. Where MADN is zero the
	// scaled mean deviation stands in, so a lone departure from a constant is
	// flagged.
	BaselineScreen SpikeRule = iota
	// NewPeriod flags a period after the baseline outside the limits.
	NewPeriod
)

var spikeRuleNames = [...]string{"baseline-screen", "new-period"}

// String returns "baseline-screen" or "new-period".
func (r SpikeRule) String() string { return enum.Name(spikeRuleNames[:], r, "SpikeRule") }

// A Flag is a figure that a steward must look at before a coach does. It holds a
// value; it is not a verdict about anybody, and most flags are chance: of 100
// in-control new periods one is flagged.
type Flag struct {
	// ID is the signal, leader, period, rule and the value to six significant
	// digits, so the same data raise the same flag wherever they are computed, and
	// a figure that the source restates raises another one. It holds the value:
	// where a pending figure may not be seen, neither may the ID.
	ID     string
	Signal string
	Leader coaching.PersonID
	Period Period
	Rule   SpikeRule
	Value  float64
	Level  float64 // the baseline's median
	Score  float64 // |x - median|/MADN for the screen, |t| for a new period
	Cutoff float64 // what the score exceeds
}

// screenCutoffs are the calibrated cut-offs for baselines of 6 to 12 values:
// 5 % family-wise under normality, by simulation of 400,000 baselines each. The
// even lengths differ from the odd ones because the median does.
var screenCutoffs = [...]float64{6: 5.53, 7: 5.86, 8: 4.90, 9: 5.08, 10: 4.57, 11: 4.67, 12: 4.37}

// Detect raises the flags of all sufficient baselines: inside the baseline by
// the screen, and in every later period of the series by the moderated t. The
// list is sorted by period, leader and rule. Every flag is pending until a
// [StewardLog] holds a decision on it.
//
// A baseline of more than 12 values is screened with the cut-off for 12.
func Detect(b *Baselines) []Flag {
	var flags []Flag
	b = b.orEmpty()
	for _, item := range b.items {
		if !item.Sufficient {
			continue
		}
		flags = append(flags, b.screen(item)...)
		flags = append(flags, b.watch(item)...)
	}
	slices.SortFunc(flags, func(x, y Flag) int {
		return cmp.Or(x.Period.Compare(y.Period), x.Leader.Compare(y.Leader), cmp.Compare(x.Rule, y.Rule))
	})
	return flags
}

// screen flags the outlying points of the baseline itself.
func (b *Baselines) screen(i Baseline) []Flag {
	if i.ScaleFrom == NoScale {
		return nil
	}
	cutoff := screenCutoffs[min(max(i.N, 6), len(screenCutoffs)-1)]
	var flags []Flag
	for j, v := range i.values {
		if score := math.Abs(v-i.Median) / i.Scale; score > cutoff {
			flags = append(flags, b.flag(i, i.Used[j], BaselineScreen, i.measured[j], score, cutoff))
		}
	}
	return flags
}

// watch flags the periods after the window.
func (b *Baselines) watch(i Baseline) []Flag {
	se := i.ModeratedSD * math.Sqrt(1+1/float64(i.N))
	cutoff := i.cutoff
	var flags []Flag
	for t, cell := range b.series.row(i.Leader) {
		period := b.series.periods[t]
		if _, rejected := b.rejected[rowKey{i.Leader, period}]; rejected || cell.Status != OK || !period.Start.After(b.window.To) {
			continue
		}
		d := math.Abs(i.transform.forward(cell.Value) - i.Mean)
		score := d / se
		if se == 0 {
			// A constant baseline with nothing to draw it towards: any change is
			// out of pattern, none is not.
			if d == 0 {
				continue
			}
			score = math.MaxFloat64
		}
		if score > cutoff {
			flags = append(flags, b.flag(i, period, NewPeriod, cell.Value, score, cutoff))
		}
	}
	return flags
}

func (b *Baselines) flag(i Baseline, period Period, rule SpikeRule, value, score, cutoff float64) Flag {
	id := b.series.definition.ID
	return Flag{
		ID:     strings.Join([]string{id, i.Leader.String(), period.Start.String(), rule.String(), strconv.FormatFloat(value, 'g', 6, 64)}, "/"),
		Signal: id, Leader: i.Leader, Period: period, Rule: rule,
		Value: value, Level: i.Level, Score: score, Cutoff: cutoff,
	}
}

// settleOf is settleAll with the flags on one leader.
func (b *Baselines) settleOf(leader coaching.PersonID, log *StewardLog) (*Baselines, []Flag) {
	settled, flags := b.settleAll(log)
	return settled, slices.DeleteFunc(flags, func(f Flag) bool { return f.Leader != leader })
}
