package fairness

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
)

// scores holds the scores of a table by the levels of its attributes and by
// label: how many people have which score, and once there are more different
// ones than limit, their moments alone. Which of the two it is depends on
// everybody it has seen, not on their order.
type scores struct {
	limit   int
	groups  combinations // of the attributes
	counts  map[scoreKey]int64
	moments map[momentKey]moments // nil while counts are kept
}

type momentKey struct {
	group int
	label Label
}

type scoreKey struct {
	momentKey
	bits uint64
}

func newScores(attributes, limit int) *scores {
	return &scores{limit: limit, groups: newCombinations(attributes), counts: map[scoreKey]int64{}}
}

// checkScore refuses what is neither a number nor NaN for unknown.
func checkScore(score float64) error {
	if math.IsInf(score, 0) {
		return errors.New("the score is infinite, want a number or NaN for unknown")
	}
	return nil
}

// add counts n people of one score, which is a number.
func (s *scores) add(codes []uint16, label Label, score float64, n int64) {
	s.addKey(scoreKey{momentKey{s.groups.number(codes), label}, math.Float64bits(score + 0)}, n) // + 0: no negative zero
}

func (s *scores) addKey(key scoreKey, n int64) {
	if s.moments == nil {
		s.counts[key] += n
		if len(s.counts) > s.limit {
			s.fold()
		}
		return
	}
	s.moments[key.momentKey] = s.moments[key.momentKey].plus(momentsOf(math.Float64frombits(key.bits), n))
}

// fold gives up the scores for their moments.
func (s *scores) fold() {
	counts := s.counts
	s.counts, s.moments = nil, map[momentKey]moments{}
	for key, n := range counts {
		s.addKey(key, n)
	}
}

// merge adds the other's scores. codes translates its level codes by column.
func (s *scores) merge(other *scores, codes [][]uint16) {
	groups := make([]int, other.groups.n)
	row := make([]uint16, s.groups.width)
	for g := range groups {
		for i, code := range other.groups.row(g) {
			row[i] = codes[i][code]
		}
		groups[g] = s.groups.number(row)
	}
	if other.moments != nil && s.moments == nil {
		s.fold()
	}
	for key, n := range other.counts {
		key.group = groups[key.group]
		s.addKey(key, n)
	}
	for key, m := range other.moments {
		key.group = groups[key.group]
		s.moments[key] = s.moments[key].plus(m)
	}
}

// moments are the exact number, sum and sum of squares of some scores.
type moments struct {
	n            int64
	sum, squares dyadic
}

// momentsOf returns the moments of n people of one score.
func momentsOf(score float64, n int64) moments {
	x, count := exactly(score), dyadic{}
	count.m.SetInt64(n)
	return moments{n, x.times(count), x.times(x).times(count)}
}

func (m moments) plus(o moments) moments {
	return moments{m.n + o.n, m.sum.plus(o.sum), m.squares.plus(o.squares)}
}

func (m moments) minus(o moments) moments {
	minus := dyadic{exp: 0}
	minus.m.SetInt64(-1)
	return moments{m.n - o.n, m.sum.plus(o.sum.times(minus)), m.squares.plus(o.squares.times(minus))}
}

// Moments are the number, mean and variance (with divisor N-1) of some scores,
// each rounded once from exact sums: they depend on neither the order nor the
// shards in which people were counted. The mean of nobody and the variance of
// fewer than two are NaN, as is a variance beyond the float64 numbers.
type Moments struct {
	N        int64
	Mean     float64
	Variance float64
}

func (m moments) rounded() Moments {
	out := Moments{N: m.n, Mean: math.NaN(), Variance: math.NaN()}
	if m.n == 0 {
		return out
	}
	n := new(big.Rat).SetInt64(m.n)
	sum := m.sum.rat()
	mean := new(big.Rat).Quo(sum, n)
	out.Mean, _ = mean.Float64()
	if m.n > 1 {
		square := mean.Mul(mean, sum) // sum^2/n
		v := square.Sub(m.squares.rat(), square)
		v.Quo(v, n.SetInt64(m.n-1))
		if out.Variance, _ = v.Float64(); math.IsInf(out.Variance, 0) {
			out.Variance = math.NaN()
		}
	}
	return out
}

// A GroupScores is the scores of one group, of those people whose score is known.
type GroupScores struct {
	Levels []string // as in GroupCount
	Group  Moments
	Rest   Moments // of everyone else whose level is known
	// Values are the scores, ascending, and ByLabel the same divided by label.
	// They are nil where the table saw more different scores than its spec's
	// MaxCells and has moments alone; see [Table.ScoresKept].
	Values  []ValueCount
	ByLabel [3][]ValueCount // indexed by Label
}

// ScoresKept reports whether the table still holds each score, so that medians,
// scoring rates and AUCs can be had; otherwise it holds their moments alone.
// Without a declared score it is true.
func (t *Table) ScoresKept() bool { return t.scores == nil || t.scores.moments == nil }

// Scores returns the scores by group, for the groups, in the order and with the
// errors of GroupBy. A table whose spec declares no score is an error.
func (t *Table) Scores(names ...string) ([]GroupScores, error) {
	columns, err := t.attributes(names)
	if err != nil {
		return nil, err
	}
	if t.scores == nil {
		return nil, fmt.Errorf("fairness: the spec declares no score")
	}
	marginal := t.cells.marginal(columns)
	groups := t.known(marginal, columns)
	out := make([]GroupScores, len(groups))
	place := make([]int, t.scores.groups.n) // of each combination of all attributes, -1 when a level is unknown
	places := map[string]int{}
	for i, g := range groups {
		out[i].Levels = g.Levels
		places[joinKey(g.Levels)] = i
	}
	levels := make([]string, len(columns))
	for i := range place {
		row := t.scores.groups.row(i)
		place[i] = -1
		for j, c := range columns {
			levels[j] = t.columns[c].text(row[c])
		}
		if !slices.Contains(levels, "") {
			place[i] = places[joinKey(levels)]
		}
	}
	sums := make([]moments, len(out))
	for key, n := range t.scores.counts {
		if to := place[key.group]; to >= 0 {
			v := ValueCount{math.Float64frombits(key.bits), n}
			out[to].Values = append(out[to].Values, v)
			out[to].ByLabel[key.label] = append(out[to].ByLabel[key.label], v)
		}
	}
	for i := range out {
		g := &out[i]
		g.Values = sortedValues(g.Values)
		for l := range g.ByLabel {
			g.ByLabel[l] = sortedValues(g.ByLabel[l])
		}
		for _, v := range g.Values {
			sums[i] = sums[i].plus(momentsOf(v.Value, v.Count))
		}
	}
	for key, m := range t.scores.moments {
		if to := place[key.group]; to >= 0 {
			sums[to] = sums[to].plus(m)
		}
	}
	var all moments
	for _, m := range sums {
		all = all.plus(m)
	}
	for i, m := range sums {
		out[i].Group, out[i].Rest = m.rounded(), all.minus(m).rounded()
	}
	return out, nil
}

// A MedianSplit is the median of a score, and how many people lie above it and
// at it. With many ties far fewer than half lie above.
type MedianSplit struct {
	Median float64 `json:"median"`
	Above  int64   `json:"above"` // strictly
	At     int64   `json:"at"`
	N      int64   `json:"n"` // people whose score is known
}

// Median splits everybody whose score is known, whatever their levels, at the
// median, which for an even number is the mean of the middle two. It is false
// when nobody's is, or the table has moments alone.
func (t *Table) Median() (MedianSplit, bool) {
	if t.scores == nil || t.scores.moments != nil || len(t.scores.counts) == 0 {
		return MedianSplit{}, false
	}
	values := make([]ValueCount, 0, len(t.scores.counts))
	for key, n := range t.scores.counts {
		values = append(values, ValueCount{math.Float64frombits(key.bits), n})
	}
	return splitAtMedian(sortedValues(values)), true
}

// splitAtMedian splits values that ascend and are not empty.
func splitAtMedian(values []ValueCount) (s MedianSplit) {
	for _, v := range values {
		s.N += v.Count
	}
	// at returns the value of the i-th person, from 0.
	at := func(i int64) float64 {
		for _, v := range values {
			if i < v.Count {
				return v.Value
			}
			i -= v.Count
		}
		return math.NaN()
	}
	low, high := at((s.N-1)/2), at(s.N/2)
	s.Median = low
	if high != low {
		s.Median = low/2 + high/2 // their sum may overflow
	}
	for _, v := range values {
		switch {
		case v.Value > s.Median:
			s.Above += v.Count
		case v.Value == s.Median:
			s.At += v.Count
		}
	}
	return s
}

// ScoringRate returns, of the people in the group whose score is known, those
// strictly above the median of everybody (6 RCNY 5-300, "scoring rate").
func (g GroupScores) ScoringRate(s MedianSplit) Rate {
	var r Rate
	for _, v := range g.Values {
		r.N += v.Count
		if v.Value > s.Median {
			r.X += v.Count
		}
	}
	return r
}
