package fairness

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// FAI-003: two reports whose printed groups are alike, and whose hidden ones are
// not, are the same JSON: nothing in it depends on a hidden figure. The totals
// agree, as a reader may know them.
func TestReportJSONHidesSmallGroups(t *testing.T) {
	p := ProposedPolicy()
	p.AdoptedBy, p.AdoptedOn = anyone(t), coaching.MustDate("2026-12-01")
	p.Review.StratifyBy = "gender"
	make := func(diverse, woman int64) *Report {
		table, err := FromCounts(Spec{Signal: "s", Polarity: Unfavourable, Attributes: []Attribute{{Name: "gender"}}}, []Count{
			{Levels: []string{"diverse"}, Flagged: diverse, Total: 4},
			{Levels: []string{"woman"}, Flagged: woman, Total: 40},
			{Levels: []string{"man"}, Flagged: 50, Total: 62},
			{Levels: []string{"undisclosed"}, Flagged: 18, Total: 60},
		})
		require.NoError(t, err)
		r, err := Check(table, nil, coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-10")}, p)
		require.NoError(t, err)
		require.Equal(t, []string{"diverse", "woman"}, hiddenOf(r.Families[0]))
		return r
	}
	one, other := make(1, 13), make(2, 12)
	a, err := json.Marshal(one)
	require.NoError(t, err)
	b, err := json.Marshal(other)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
	value, err := json.Marshal(*one)
	require.NoError(t, err)
	require.Equal(t, string(a), string(value), "a value hides what a pointer hides")
	require.Contains(t, string(a), `"man"`)
	require.True(t, one.sealed(), "the seal covers all figures")
	require.NotEqual(t, one.digest(), other.digest())
	require.EqualValues(t, 1, one.Families[0].Groups[0].Rate.X, "the report itself is as it was")

	edited := make(1, 13)
	i := slices.IndexFunc(edited.Families[0].Groups, func(g GroupResult) bool { return g.Suppressed })
	edited.Families[0].Groups[i].Rate.X++
	require.False(t, edited.sealed(), "a hidden figure that was changed breaks the seal")
}

// What is written of an interval and an estimate reads back, and is written again
// as it was.
func TestEstimatesReadBack(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.Inf(1), math.Inf(-1), math.NaN(), 0}))
	rapid.Check(t, func(rt *rapid.T) {
		e := Estimate{Value: number.Draw(rt, "v"), Defined: rapid.Bool().Draw(rt, "defined"), Low: number.Draw(rt, "low"), High: number.Draw(rt, "high")}
		first, err := json.Marshal(e)
		require.NoError(rt, err)
		var read Estimate
		require.NoError(rt, json.Unmarshal(first, &read))
		again, err := json.Marshal(read)
		require.NoError(rt, err)
		require.Equal(rt, string(first), string(again))
		if !e.Defined {
			require.False(rt, read.Defined, "undefined stays undefined, and is no zero")
		}
		i := Interval{e.Low, e.High}
		first, err = json.Marshal(i)
		require.NoError(rt, err)
		var back Interval
		require.NoError(rt, json.Unmarshal(first, &back))
		again, err = json.Marshal(back)
		require.NoError(rt, err)
		require.Equal(rt, string(first), string(again))
	})
	for _, bad := range []string{`{}`, `{"value":1,"low":0}`, `{"value":1,"low":0,"hihg":2}`, `[1,2]`, `"x"`, `{"value":"1","low":0,"high":1}`} {
		var e Estimate
		require.Error(t, json.Unmarshal([]byte(bad), &e), bad)
	}
	for _, bad := range []string{`[]`, `[1]`, `[1,2,3]`, `{"low":1}`, `["1",2]`} {
		var i Interval
		require.Error(t, json.Unmarshal([]byte(bad), &i), bad)
	}
}
