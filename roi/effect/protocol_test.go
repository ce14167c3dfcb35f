package effect_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi/effect"
)

// two compares two groups of some changes.
func two(y effect.Values) effect.Estimator {
	return func(units, allocation []int, space iter.Seq[[]int]) (effect.Result, error) {
		return effect.TwoGroup(y.Of(units), 1, allocation, space)
	}
}

// Five against five; one of the coached leaders left the company, one never came,
// and one of the others was coached after all.
func ExampleByProtocol() {
	changes, err := effect.Decimals([]string{"0.09", "0.11", "0.08", "0.01", "0.00", "0.02", "-0.01", "0.10", "0.01", "0.00"})
	if err != nil {
		fmt.Println(err)
		return
	}
	drawn := []int{1, 1, 1, 1, 1, 0, 0, 0, 0, 0}
	conduct := make([]effect.Conduct, len(drawn))
	conduct[4], conduct[3], conduct[7] = effect.Lost, effect.Strayed, effect.Strayed
	p, err := effect.ByProtocol(drawn, conduct, nil, func(units, allocation []int, space iter.Seq[[]int]) (effect.Result, error) {
		return effect.TwoGroup(changes.Of(units), 1, allocation, space)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("as drawn %.4f, p = %s/%s\n", p.IntentionToTreat.Estimate, p.IntentionToTreat.PCount, p.IntentionToTreat.PTotal)
	fmt.Printf("as done  %.4f, p = %s/%s\n", p.PerProtocol.Estimate, p.PerProtocol.PCount, p.PerProtocol.PTotal)
	for _, f := range p.Findings {
		fmt.Println(f)
	}
	// Output:
	// as drawn 0.0485, p = 19/126
	// as done  0.0883, p = 1/35
	// EFF-002 warning: group 0: of 5 drawn, 0 without an outcome and 1 who did something else
	// EFF-002 warning: group 1: of 5 drawn, 1 without an outcome and 1 who did something else
}

// EFF-002: what each of the two comparisons rests on, against the units counted
// by hand; a lost outcome can be any number, and who strayed decides nothing by
// what was drawn.
func TestByProtocol(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 9).Draw(t, "n")
		y, other, drawn := make([]float64, n), make([]float64, n), make([]int, n)
		conduct := make([]effect.Conduct, n)
		for i := range n {
			y[i], drawn[i] = float64(rapid.IntRange(-9, 9).Draw(t, "y")), i%2
			conduct[i] = effect.Conduct(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "conduct"))
			if other[i] = y[i]; conduct[i] == effect.Lost {
				other[i] = 1000
			}
		}
		by := func(keep ...effect.Conduct) (effect.Result, error) {
			var own []float64
			var a []int
			for i, c := range conduct {
				if slices.Contains(keep, c) {
					own, a = append(own, y[i]), append(a, drawn[i])
				}
			}
			v, err := effect.Floats(own, 0)
			require.NoError(t, err)
			return effect.TwoGroup(v, 1, a, nil)
		}
		values := func(y []float64) effect.Values {
			v, err := effect.Floats(y, 0)
			require.NoError(t, err)
			return v
		}
		want, wrong := by(effect.Followed, effect.Strayed)
		// The space of the whole draw, restricted, has the same p: each allocation of
		// those who are left comes as often as any other.
		for _, space := range []iter.Seq[[]int]{nil, effect.Complete(drawn)} {
			p, err := effect.ByProtocol(drawn, conduct, space, two(values(other)))
			if wrong != nil {
				require.Error(t, err)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, want.Exact, p.IntentionToTreat.Exact)
			require.InDelta(t, want.P(), p.IntentionToTreat.P(), 1e-12)
			require.Equal(t, want.ExactLow, p.IntentionToTreat.ExactLow)
			done, wrong := by(effect.Followed)
			require.Equal(t, wrong != nil, p.PerProtocol == nil)
			if wrong == nil {
				require.Equal(t, done.Exact, p.PerProtocol.Exact)
				require.InDelta(t, done.P(), p.PerProtocol.P(), 1e-12)
			}
			total := 0
			for _, a := range p.Attrition {
				total += a.Drawn
			}
			require.Equal(t, n, total)
			require.Equal(t, slices.Max(conduct) > effect.Followed, p.Findings.Has("EFF-002"))
		}
	})
}

// Waves go the same way, and a leader who is lost is not in either comparison.
func TestByProtocolOfWaves(t *testing.T) {
	rows := [][]float64{{1, 1, 5, 5}, {1, 2, 6, 6}, {2, 2, 2, 2}, {1, 1, 1, 2}, {0, 0, 90, 90}}
	waves := []int{0, 0, 1, 1, 0}
	panel, err := effect.NewPanel(rows, 0)
	require.NoError(t, err)
	few, err := effect.NewPanel(rows[:4], 0)
	require.NoError(t, err)
	want, err := effect.Staggered(few, []int{2, effect.Never}, waves[:4], nil)
	require.NoError(t, err)
	p, err := effect.ByProtocol(waves, []effect.Conduct{0, 0, 0, 0, effect.Lost}, effect.Complete(waves), func(units, allocation []int, space iter.Seq[[]int]) (effect.Result, error) {
		return effect.Staggered(panel.Of(units), []int{2, effect.Never}, allocation, space)
	})
	require.NoError(t, err)
	require.Equal(t, want.Exact, p.IntentionToTreat.Exact)
	require.Equal(t, want.P(), p.IntentionToTreat.P())
	require.Equal(t, []effect.Attrition{{3, 1, 0}, {2, 0, 0}}, p.Attrition)
}

func TestByProtocolRefuses(t *testing.T) {
	y, err := effect.Decimals([]string{"1", "2", "3", "4"})
	require.NoError(t, err)
	all := []effect.Conduct{0, 0, 0, 0}
	for name, run := range map[string]func() (effect.Protocol, error){
		"4 units":      func() (effect.Protocol, error) { return effect.ByProtocol([]int{0, 1}, all, nil, two(y)) },
		"no estimator": func() (effect.Protocol, error) { return effect.ByProtocol([]int{0, 1, 0, 1}, all, nil, nil) },
		"conduct 7": func() (effect.Protocol, error) {
			return effect.ByProtocol([]int{0, 1, 0, 1}, []effect.Conduct{0, 7, 0, 0}, nil, two(y))
		},
		"group -1":            func() (effect.Protocol, error) { return effect.ByProtocol([]int{0, 1, 0, -1}, all, nil, two(y)) },
		"group 1099511627776": func() (effect.Protocol, error) { return effect.ByProtocol([]int{0, 1, 0, 1 << 40}, all, nil, two(y)) },
		"no outcome is known": func() (effect.Protocol, error) {
			return effect.ByProtocol([]int{0, 1, 0, 1}, []effect.Conduct{2, 2, 2, 2}, nil, two(y))
		},
		"has 0 units": func() (effect.Protocol, error) {
			return effect.ByProtocol([]int{0, 1, 0, 1}, []effect.Conduct{2, 0, 0, 0}, slices.Values([][]int{{0, 1}}), two(y))
		},
	} {
		_, err := run()
		require.ErrorContains(t, err, name)
	}
}
