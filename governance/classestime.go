package governance

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// An interval holds the instants or durations from lo to hi, both included, in
// nanoseconds.
type interval struct{ lo, hi int64 }

// cut splits an interval at constants: each constant is a piece of its own, and
// so is what lies between two.
func (v interval) cut(constants []int64) []interval {
	cs := slices.Clone(constants)
	slices.Sort(cs)
	var out []interval
	lo := v.lo
	for _, c := range slices.Compact(cs) {
		if c < lo || c > v.hi {
			continue
		}
		if c > lo {
			out = append(out, interval{lo, c - 1})
		}
		out = append(out, interval{c, c})
		lo = c + 1
		if c == math.MaxInt64 {
			return out
		}
	}
	if lo <= v.hi {
		out = append(out, interval{lo, v.hi})
	}
	return out
}

// times returns the classes of what time it is and when the data was recorded.
// Conditions see the age, compared with durations, and calendar months after
// the recording, which are of different lengths. Every day of the years that a
// request may name is looked at, those of which a number of calendar months is
// equally long together, so no class is missed: leap days, ends of months and
// 2100, which is no leap year, included.
func (d *domain) times() []cand {
	whole := interval{
		time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano(),
		time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() - 1,
	}
	nows := whole.cut(d.ints[attrNow])
	var out []cand
	for _, n := range nows {
		c := cand{bare: true}
		c.set(attrNow, n.lo)
		if len(nows) == 1 { // a day that people can read
			c.set(attrNow, caseNow().UnixNano())
		}
		out = append(out, c)
	}
	months := append(slices.Clone(d.months), mostAggregateMonths)
	slices.Sort(months)
	months = slices.Compact(months)
	thresholds := append(slices.Clone(d.ints[attrAge]), mostRawDays*24*int64(time.Hour))
	seen := map[string]int{} // profile to how many classes of age and now were found
	var key []byte
	for _, seg := range recordings() {
		for i, created := range seg.cut(d.created) {
			key = fmt.Append(key[:0], segClass(seg, d.created, i))
			cuts := slices.Clone(thresholds)
			for _, n := range months {
				later, ok := monthsLater(created.lo, n)
				if !ok {
					continue
				}
				key = fmt.Append(key, " ", later-created.lo)
				cuts = append(cuts, later-created.lo)
			}
			ages := interval{0, whole.hi - created.lo}.cut(cuts)
			if seen[string(key)] == len(ages)*len(nows) {
				continue
			}
			found := 0
			for _, age := range ages {
				for _, now := range nows {
					n := max(created.lo+age.lo, now.lo)
					if n > min(created.hi+age.hi, now.hi) {
						continue
					}
					found++
					c := cand{}
					at := min(created.hi, n-age.lo)
					c.set(attrNow, n)
					c.set(attrCreatedAt, at)
					c.set(attrAge, n-at)
					c.past[0] = n > keepUntil(0, at)
					c.past[1] = n > addMonths(at, mostAggregateMonths)
					out = append(out, c)
				}
			}
			seen[string(key)] = max(seen[string(key)], found)
		}
	}
	return out
}

// segClass names where the i-th piece of a segment lies among the constants.
func segClass(seg interval, constants []int64, i int) string {
	if len(constants) == 0 {
		return ""
	}
	return fmt.Sprint(seg.cut(constants)[i])
}

// recordings returns the days on which data can be recorded, as intervals of
// days from which any number of calendar months is equally long: the first 28
// days of a month together, each later day alone. The years around those of a
// programme come first, so that examples are taken from them.
func recordings() []interval {
	var out []interval
	for y := firstYear; y <= lastYear; y++ {
		for m := time.January; m <= time.December; m++ {
			first := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
			for _, days := range [...][2]int{{1, 28}, {29, 29}, {30, 30}, {31, 31}} {
				lo := first.AddDate(0, 0, days[0]-1)
				if lo.Month() != m {
					break
				}
				out = append(out, interval{lo.UnixNano(), first.AddDate(0, 0, days[1]).UnixNano() - 1})
			}
		}
	}
	programme := slices.IndexFunc(out, func(v interval) bool { return time.Unix(0, v.lo).UTC().Year() == 2026 })
	return append(out[programme:], out[:programme]...)
}
