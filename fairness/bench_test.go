package fairness_test

import (
	"testing"

	"github.com/coachgov/coaching/fairness"
)

func BenchmarkMNRatio(b *testing.B) {
	for b.Loop() {
		fairness.MNRatio(fairness.Rate{X: 37, N: 120}, fairness.Rate{X: 411, N: 1350}, 0.90)
	}
}

func BenchmarkMNDiff(b *testing.B) {
	for b.Loop() {
		fairness.MNDiff(fairness.Rate{X: 37, N: 120}, fairness.Rate{X: 411, N: 1350}, 0.90)
	}
}
