package fairness_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/fairness"
)

// FAI-002: shards of a frame, in any number, order and grouping, draw the sample
// of the whole, and each stratum is the bottom of its hashes.
func TestSamplerMerges(t *testing.T) {
	members := people(t, 400, func(i int) bool { return i%3 == 0 })
	rapid.Check(t, func(rt *rapid.T) {
		frame := members[:rapid.IntRange(0, len(members)).Draw(rt, "people")]
		p := adopted(rt)
		p.Review.StratifyBy = rapid.SampledFrom([]string{"", "gender", "function"}).Draw(rt, "by")
		p.Review.MinPerStratum = rapid.SampledFrom([]int{1, 2, 60}).Draw(rt, "floor") // more than the bound needs
		p.Review.MaxMissed = rapid.SampledFrom([]float64{0.05, 0.3, 0.5}).Draw(rt, "most")
		whole, err := fairness.DrawSample(spec(), p, "seed", frame)
		require.NoError(rt, err)

		shards := make([]*fairness.Sampler, rapid.IntRange(1, 5).Draw(rt, "shards"))
		for i := range shards {
			shards[i], err = fairness.NewSampler(spec(), p, "seed")
			require.NoError(rt, err)
		}
		for _, o := range frame {
			require.NoError(rt, shards[rapid.IntRange(0, len(shards)-1).Draw(rt, "shard")].Add(o))
		}
		for len(shards) > 1 {
			i := rapid.IntRange(1, len(shards)-1).Draw(rt, "merge")
			before := shards[i].Sample()
			sent, err := shards[i].MarshalBinary()
			require.NoError(rt, err)
			arrived, err := fairness.NewSampler(spec(), p, "seed")
			require.NoError(rt, err)
			require.NoError(rt, arrived.UnmarshalBinary(sent))
			require.NoError(rt, shards[i-1].Merge(arrived))
			require.Equal(rt, before, shards[i].Sample(), "the other one is left as it is")
			shards = append(shards[:i], shards[i+1:]...)
		}
		require.Equal(rt, whole, shards[0].Sample())
		one, err := fairness.NewSampler(spec(), p, "seed")
		require.NoError(rt, err)
		for _, o := range frame {
			require.NoError(rt, one.Add(o))
		}
		want, err := one.MarshalBinary()
		require.NoError(rt, err)
		got, err := shards[0].MarshalBinary()
		require.NoError(rt, err)
		require.Equal(rt, string(want), string(got), "the same bytes for any shards")
		size, drawnOf := map[[2]any]int{}, map[[2]any]int{}
		for _, o := range frame {
			size[[2]any{o.Flagged, map[string]string{"": "", "gender": o.Levels[0], "function": o.Levels[1]}[p.Review.StratifyBy]}]++
		}
		for _, c := range whole {
			drawnOf[[2]any{c.Flagged, c.Group}]++
		}
		for stratum, n := range size {
			require.GreaterOrEqual(rt, drawnOf[stratum], min(n, p.Review.MinPerStratum), "the floor")
		}

		// By BottomK, which the golden file tests.
		drawn := map[bool]map[string][]string{true: {}, false: {}}
		for _, c := range whole {
			drawn[c.Flagged][c.Group] = append(drawn[c.Flagged][c.Group], c.Person.String())
		}
		for flagged, groups := range drawn {
			for group, ids := range groups {
				var all []string
				for _, o := range frame {
					at := map[string]string{"": "", "gender": o.Levels[0], "function": o.Levels[1]}[p.Review.StratifyBy]
					if o.Flagged == flagged && at == group {
						all = append(all, o.Person.String())
					}
				}
				name := "unflagged"
				if flagged {
					name = "flagged"
				}
				if group != "" {
					name += "|" + group
				}
				require.Equal(rt, fairness.BottomK("seed", name, all, len(ids)), ids)
			}
		}
	})
}

// What cannot be drawn, or does not belong together, is an error and changes
// nothing.
func TestSamplerRefuses(t *testing.T) {
	p := adopted(t)
	_, err := fairness.NewSampler(spec(), p, "")
	require.ErrorContains(t, err, "seed")
	_, err = fairness.NewSampler(spec(), fairness.Policy{}, "seed")
	require.ErrorIs(t, err, fairness.ErrNoPolicy)
	p.Review.StratifyBy = "shoe size"
	_, err = fairness.NewSampler(spec(), p, "seed")
	require.ErrorContains(t, err, "stratified")
	p.Review.StratifyBy = "function"

	s, err := fairness.NewSampler(spec(), p, "seed")
	require.NoError(t, err)
	member := people(t, 1, func(int) bool { return true })[0]
	require.NoError(t, s.Add(member))
	require.ErrorContains(t, s.Add(member), "twice")
	nobody := member
	nobody.Person = fairness.Case{}.Person
	require.ErrorContains(t, s.Add(nobody), "pseudonym")
	short := member
	short.Levels = short.Levels[:1]
	require.ErrorContains(t, s.Add(short), "levels")
	odd := people(t, 2, func(int) bool { return true })[1]
	odd.Levels = []string{"woman", "a\nb"}
	err = s.Add(odd)
	require.ErrorContains(t, err, "function")
	require.NotContains(t, err.Error(), "a\nb")
	before := s.Sample()
	require.Len(t, before, 1)

	other, err := fairness.NewSampler(spec(), p, "another seed")
	require.NoError(t, err)
	require.Error(t, s.Merge(other))
	require.Error(t, s.Merge(nil))
	require.Error(t, s.Merge(s), "everybody would be there twice")
	require.Equal(t, before, s.Sample())
	var zero fairness.Sampler
	require.Error(t, zero.Add(member))
	require.Error(t, zero.Merge(s))
	require.Empty(t, zero.Sample())
}

// A finite group never needs a larger review than an endless one, so that what a
// sampler keeps is enough.
func TestReviewSizeIsBoundedByTheEndlessOne(t *testing.T) {
	for _, conf := range []float64{0.6, 0.9, 0.95, 0.99} {
		for _, most := range []float64{0.01, 0.05, 0.1, 0.2, 0.5, 0.9} {
			endless, ok := fairness.ReviewSize(0, conf, most, 1)
			require.True(t, ok)
			for n := range int64(1200) {
				size, ok := fairness.ReviewSize(n+1, conf, most, 1)
				require.True(t, ok)
				require.LessOrEqual(t, size, endless, "%v %v %d", conf, most, n+1)
			}
		}
	}
}

// stratified draws over the functions.
func stratified(t require.TestingT, seed string) *fairness.Sampler {
	p := adopted(t)
	p.Review.StratifyBy = "function"
	s, err := fairness.NewSampler(spec(), p, seed)
	require.NoError(t, err)
	return s
}

// Bytes of another seed, and bytes that no sampler writes, change nothing.
func TestSamplerBytes(t *testing.T) {
	s := stratified(t, "seed")
	for _, o := range people(t, 6, func(i int) bool { return i < 3 }) {
		require.NoError(t, s.Add(o))
	}
	stored, err := s.MarshalBinary()
	require.NoError(t, err)
	require.NotContains(t, string(stored), `"seed"`)
	require.ErrorIs(t, stratified(t, "another").UnmarshalBinary(stored), fairness.ErrSamplerBytes)
	require.ErrorIs(t, s.UnmarshalBinary(make([]byte, fairness.MaxSamplerBytes+1)), fairness.ErrSamplerBytes)
	var zero fairness.Sampler
	_, err = zero.MarshalBinary()
	require.ErrorContains(t, err, "NewSampler")
	require.ErrorContains(t, zero.UnmarshalBinary(stored), "NewSampler")
	kept := regexp.MustCompile(`"kept":\["(p1_[a-z2-7]+)","(p1_[a-z2-7]+)"`)
	for name, bad := range map[string]string{
		"nothing":        "",
		"space":          " " + string(stored),
		"order":          kept.ReplaceAllString(string(stored), `"kept":["$2","$1"`),
		"twice":          kept.ReplaceAllString(string(stored), `"kept":["$1","$1"`),
		"nobody":         kept.ReplaceAllString(string(stored), `"kept":["$1",""`),
		"fewer people":   strings.Replace(string(stored), `"people":2`, `"people":1`, 1),
		"more people":    strings.Replace(string(stored), `"people":2`, `"people":3`, 1),
		"no people":      strings.Replace(string(stored), `"people":1`, `"people":0`, 1),
		"another level":  strings.Replace(string(stored), `"group":"office"`, `"group":"o\nffice"`, 1),
		"no level":       strings.Replace(string(stored), `"group":"office"`, `"group":"unknown"`, 1),
		"unknown field":  strings.Replace(string(stored), `"strata"`, `"more":1,"strata"`, 1),
		"case of a name": strings.Replace(string(stored), `"strata"`, `"Strata"`, 1),
	} {
		require.NotEqual(t, bad, string(stored), name)
		require.ErrorIs(t, s.UnmarshalBinary([]byte(bad)), fairness.ErrSamplerBytes, name)
	}
	again, err := s.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, string(stored), string(again))
}

// What is read is written again as it was.
func FuzzSamplerUnmarshalBinary(f *testing.F) {
	s := stratified(f, "seed")
	for _, o := range people(f, 6, func(i int) bool { return i < 3 }) {
		require.NoError(f, s.Add(o))
	}
	stored, err := s.MarshalBinary()
	require.NoError(f, err)
	f.Add(stored)
	f.Add([]byte(`{"version":"coaching.fairness.sampler/1"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := stratified(t, "seed")
		if s.UnmarshalBinary(data) != nil {
			require.Empty(t, s.Sample())
			return
		}
		again, err := s.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}
