package pilot_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/pilot"
)

// swPwr(swDsn(c(6,6,6,6)), binomial, n=120, mu0=.05, mu1=.035, tau=.01, eta=0)
// of the R package swCRTdesign 4 prints 0.7861896.
func TestPowerAgainstSwCRTdesign(t *testing.T) {
	x := &pilot.Precision{Between: 0.01 * 0.01}
	mean := (0.05 + 0.035) / 2
	x.Within = mean * (1 - mean) / 120
	for wave := range 4 {
		for range 6 {
			row := make([]bool, 5)
			for j := range row {
				row[j] = j > wave
			}
			x.Exposed = append(x.Exposed, row)
		}
	}
	require.InDelta(t, 0.7861896, x.Power(0.015, 0.05), 5e-8)
}

// The valid plan: ten leaders in two waves, three periods, ICC 0.5.
func TestDetectableEffect(t *testing.T) {
	for readings, want := range map[int]float64{2: 1.05, 4: 0.75} {
		x, err := plan(t).Precision(0.5, readings)
		require.NoError(t, err)
		require.InDelta(t, want, x.Detectable(0.8, 0.05), 0.01)
	}
}

// Power at the detectable effect is the power asked for; it rises with the
// effect and starts at alpha.
func TestPowerLaws(t *testing.T) {
	p := plan(t)
	rapid.Check(t, func(t *rapid.T) {
		x, err := p.Precision(rapid.Float64Range(0, 0.95).Draw(t, "icc"), rapid.IntRange(1, 8).Draw(t, "readings"))
		require.NoError(t, err)
		power := rapid.Float64Range(0.1, 0.99).Draw(t, "power")
		d := x.Detectable(power, 0.05)
		require.InDelta(t, power, x.Power(d, 0.05), 1e-9)
		require.Greater(t, x.Power(d*1.1, 0.05), x.Power(d, 0.05))
		require.InDelta(t, 0.05, x.Power(0, 0.05), 1e-12)
	})
}

func TestPrecisionErrors(t *testing.T) {
	p := plan(t)
	for _, icc := range []float64{-0.1, 1, math.NaN()} {
		_, err := p.Precision(icc, 2)
		require.ErrorContains(t, err, "ICC")
	}
	_, err := p.Precision(0.5, 0)
	require.Error(t, err)
	p.Design = pilot.Design{}
	_, err = p.Precision(0.5, 2)
	require.ErrorContains(t, err, "no groups")
	require.True(t, math.IsInf((&pilot.Precision{}).StandardError(), 1))
	require.True(t, math.IsInf((&pilot.Precision{Exposed: [][]bool{{true}}, Within: 1}).Detectable(0.8, 0.05), 1))
}
