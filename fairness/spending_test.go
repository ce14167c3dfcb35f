package fairness_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/internal/datadir"
)

// The closed form, to 1e-12.
func TestSpendingGolden(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/fairness/alpha_spending.json"))
	require.NoError(t, err)
	var golden struct {
		Alpha float64
		Rows  []struct{ T, OBF float64 }
	}
	require.NoError(t, json.Unmarshal(data, &golden))
	require.Len(t, golden.Rows, 12)
	for _, r := range golden.Rows {
		require.InDelta(t, r.OBF, fairness.OBrienFleming(golden.Alpha, r.T), 1e-12, "t %v", r.T)
	}
}

// Spending starts at nothing, never falls, and ends at alpha.
func TestSpendingIsMonotone(t *testing.T) {
	for _, alpha := range []float64{1e-6, 0.025, 0.05, 0.49} {
		last := 0.0
		for i := -10; i <= 1100; i++ {
			v := fairness.OBrienFleming(alpha, float64(i)/1000)
			require.GreaterOrEqual(t, v, last)
			last = v
		}
		require.Equal(t, alpha, last)
		require.Zero(t, fairness.OBrienFleming(alpha, 0))
	}
	for _, bad := range [][2]float64{{0, .5}, {1, .5}, {math.NaN(), .5}, {.05, math.NaN()}} {
		require.True(t, math.IsNaN(fairness.OBrienFleming(bad[0], bad[1])))
	}
}
