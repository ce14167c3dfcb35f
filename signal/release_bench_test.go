package signal

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// bigPanel is of 100,000 people over 52 weeks, with three attributes.
func bigPanel(b *testing.B) *Panel {
	const n, weeks = 100_000, 52
	p := &Panel{metrics: []string{"Meeting_hours"}, values: [][]float64{make([]float64, n*weeks)}, present: make([]bool, n*weeks)}
	for w := range weeks {
		p.periods = append(p.periods, weekPeriod(w))
	}
	pseudonyms, d := people(b), rand.New(rand.NewPCG(1, 1))
	for i := range n {
		id, err := pseudonyms.Person(fmt.Sprint(i))
		require.NoError(b, err)
		p.subjects = append(p.subjects, id)
	}
	for i := range p.values[0] {
		p.values[0][i] = 40 * d.Float64()
	}
	for i, groups := range []int{10, 50, 400} {
		a := attribute{name: fmt.Sprint("attribute", i), values: make([]string, n), flips: make([]int, n)}
		for s := range a.values {
			a.values[s] = fmt.Sprintf("group %03d", d.IntN(groups))
		}
		p.attributes = append(p.attributes, a)
	}
	return p
}

// Three groupings of 5.2 million person-weeks, with release rules.
func BenchmarkNewRelease(b *testing.B) {
	p := bigPanel(b)
	for _, perPeriod := range []bool{false, true} {
		b.Run(fmt.Sprintf("perPeriod=%t", perPeriod), func(b *testing.B) {
			for b.Loop() {
				for i := range 3 {
					r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: []string{fmt.Sprint("attribute", i)}, Window: coaching.Window{From: p.periods[0].Start, To: p.periods[51].Last()}, PerPeriod: perPeriod})
					require.NoError(b, fs.Err())
					require.NotNil(b, r)
				}
			}
		})
	}
}
