package effect

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Bounds on the draws of a bootstrap.
const (
	minDraws = 200
	maxDraws = 100_000
)

// Band returns the cells with a uniform band: in [Level] of samples it covers
// all of their effects at once, where the intervals cover each by itself. It
// comes from a multiplier bootstrap of the influence functions (Callaway and
// Sant'Anna 2021, algorithm 1), studentised by the analytic standard errors;
// the same seed gives the same band. draws is 200 to 100,000. It fails when no
// cell has a standard error.
func (r GroupTime) Band(draws int, seed uint64) (GroupTime, error) {
	parts := make([]blend, len(r.Cells))
	se := make([]float64, len(r.Cells))
	for k, c := range r.Cells {
		parts[k], se[k] = single(k), c.SE
	}
	var err error
	if r.Critical, err = r.model.critical(parts, se, draws, seed); err != nil {
		return GroupTime{}, err
	}
	r.Cells = slices.Clone(r.Cells)
	for k := range r.Cells {
		c := &r.Cells[k]
		c.BandLow, c.BandHigh = c.band(r.Critical)
	}
	return r, nil
}

// Band returns the series with a uniform band over its points, as
// [GroupTime.Band] does over cells. Overall keeps its interval.
func (s Series) Band(draws int, seed uint64) (Series, error) {
	se := make([]float64, len(s.Points))
	for k, p := range s.Points {
		se[k] = p.SE
	}
	var err error
	if s.Critical, err = s.model.critical(s.blends, se, draws, seed); err != nil {
		return Series{}, err
	}
	s.Points = slices.Clone(s.Points)
	for k := range s.Points {
		p := &s.Points[k]
		p.BandLow, p.BandHigh = p.band(s.Critical)
	}
	return s, nil
}

func (e Estimate) band(critical float64) (low, high float64) {
	if math.IsInf(e.SE, 1) {
		return math.Inf(-1), e.SE
	}
	return e.Value - critical*e.SE, e.Value + critical*e.SE
}

// critical returns the quantile of the largest of the studentised blends over
// the draws, and never less than that of one alone.
func (m *groupTime) critical(parts []blend, se []float64, draws int, seed uint64) (float64, error) {
	if draws < minDraws || draws > maxDraws {
		return 0, fmt.Errorf("effect: %d draws, want %d to %d", draws, minDraws, maxDraws)
	}
	var live []int
	for k, s := range se {
		if s > 0 && !math.IsInf(s, 1) {
			live = append(live, k)
		}
	}
	if m == nil || len(live) == 0 {
		return 0, errors.New("effect: a band needs at least one estimate with a standard error")
	}
	// Mammen's (1993) two points: mean 0, variance 1, third moment 1.
	root := math.Sqrt(5)
	const one = 1 << 32
	short := uint64((root + 1) / (2 * root) * one)
	point := [2]float64{(1 - root) / 2, (1 + root) / 2}

	dice := rand.New(rand.NewPCG(seed, 0))
	periods := len(m.periods)
	sums := make([][]float64, len(m.of)) // of the multipliers times the outcomes about their mean
	for h := range sums {
		sums[h] = make([]float64, periods)
	}
	total := make([]float64, len(m.of)) // of the multipliers
	drawn := make([]float64, len(m.cells))
	largest := make([]float64, draws)
	for d := range draws {
		for h, v := range m.of {
			clear(sums[h])
			total[h] = 0
			for _, row := range v.rows {
				u := point[0]
				if dice.Uint64()>>32 >= short {
					u = point[1]
				}
				total[h] += u
				for t, y := range row {
					sums[h][t] += u * (y - v.mean[t])
				}
			}
		}
		for k, c := range m.cells {
			mean := m.controlChange(c)
			drawn[k] = (sums[c.g][c.t] - sums[c.g][c.base]) / float64(len(m.of[c.g].rows))
			for h := c.from; h < len(m.of); h++ {
				if h != c.g {
					drawn[k] -= (sums[h][c.t] - sums[h][c.base] + total[h]*(m.change(h, c)-mean)) / float64(c.controls)
				}
			}
		}
		for _, i := range live {
			sum := 0.0
			for j, k := range parts[i].cells {
				sum += parts[i].weights[j] * drawn[k]
			}
			for h, tilt := range parts[i].tilt {
				sum += tilt * total[h]
			}
			largest[d] = max(largest[d], math.Abs(sum)/se[i])
		}
	}
	slices.Sort(largest)
	at := int(math.Ceil(Level*float64(draws))) - 1
	return max(largest[at], distuv.UnitNormal.Quantile((1+Level)/2)), nil
}
