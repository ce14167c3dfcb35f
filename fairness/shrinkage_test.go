package fairness_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/fairness"
)

func TestShrink(t *testing.T) {
	eachGolden(t, "shrinkage.json", func(t *testing.T, data []byte) {
		var cases []struct {
			Name   string
			X, N   []int64
			Mu     float64
			M      *float64
			Pooled bool      `json:"boundary_fully_pooled"`
			LR     float64   `json:"lr_stat"`
			P      float64   `json:"lr_p_mixture"`
			Mean   []float64 `json:"post_mean"`
			Low    []float64 `json:"post_lo95"`
			High   []float64 `json:"post_hi95"`
		}
		require.NoError(t, json.Unmarshal(data, &cases))
		for _, c := range cases {
			var groups []fairness.Rate
			for i := range c.X {
				groups = append(groups, fairness.Rate{X: c.X[i], N: c.N[i]})
			}
			s, ok := fairness.Shrink(groups, 0.95)
			require.True(t, ok)
			t.Log(c.Name, s.Mean, s.Prior, s.LR, s.P)
			for i := range groups {
				near(t, c.Mean[i], s.Groups[i].Value, 1e-4, c.Name, i)
				if !c.Pooled {
					near(t, c.Low[i], s.Groups[i].Low, 1e-4, c.Name, i)
					near(t, c.High[i], s.Groups[i].High, 1e-4, c.Name, i)
				}
			}
			require.Equal(t, c.Pooled, math.IsInf(s.Prior, 1))
			if !c.Pooled {
				near(t, c.Mu, s.Mean, 1e-4, c.Name)
				near(t, c.LR, s.LR, 1e-4, c.Name)
				near(t, c.P, s.P, 1e-4, c.Name)
			}
		}
	})
}
