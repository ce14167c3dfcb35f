package fairness_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// spec is the small check that the table tests use.
func spec() fairness.Spec {
	return fairness.Spec{
		Signal:   "collaboration_level",
		Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{
			{Name: "gender", Levels: []string{"woman", "man", "other"}},
			{Name: "function", Role: fairness.Operational},
		},
		Families: []fairness.Family{{By: []string{"gender"}}, {By: []string{"function"}}, {By: []string{"gender", "function"}}},
		Features: []fairness.Feature{{Name: "shift_work", Levels: []string{"no", "yes"}}, {Name: "tool_hours", Numeric: true}},
		Unknown:  "unknown",
		Score:    "load",
	}
}

func observation(rt *rapid.T) fairness.Observation {
	return fairness.Observation{
		Levels:  []string{rapid.SampledFrom([]string{"woman", "man", "", "unknown"}).Draw(rt, "gender"), rapid.SampledFrom([]string{"sales", "clinic", "office", ""}).Draw(rt, "function")},
		Factors: []string{rapid.SampledFrom([]string{"no", "yes", ""}).Draw(rt, "shift")},
		Values:  []float64{rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1.5, -3, math.NaN()}).Draw(rt, "hours")},
		Flagged: rapid.Bool().Draw(rt, "flagged"),
		Label:   rapid.SampledFrom([]fairness.Label{fairness.Unlabelled, fairness.Negative, fairness.Positive}).Draw(rt, "label"),
		// Sums of these in float64 depend on their order.
		Score:    rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 0.1, 1e16, -1e16, 3, 5e-324, math.MaxFloat64, math.NaN()}).Draw(rt, "score"),
		HasScore: rapid.Bool().Draw(rt, "has score"),
	}
}

func tableOf(t require.TestingT, people []fairness.Observation) *fairness.Table {
	return tableUnder(t, spec(), people)
}

func tableUnder(t require.TestingT, s fairness.Spec, people []fairness.Observation) *fairness.Table {
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	for _, p := range people {
		require.NoError(t, table.Add(p))
	}
	return table
}

func stored(t require.TestingT, table *fairness.Table) string {
	b, err := table.MarshalBinary()
	require.NoError(t, err)
	return string(b)
}

// Shards in any number, order and grouping give the bytes of one table that saw
// everybody, in any order. A level that a shard has not met is no matter.
func TestTableMergeIsAMonoid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := spec()
		s.MaxCells = rapid.SampledFrom([]int{0, 100}).Draw(rt, "max cells") // 100: room for all cells, not for all scores
		tableOf := func(t require.TestingT, people []fairness.Observation) *fairness.Table {
			return tableUnder(t, s, people)
		}
		people := rapid.SliceOfN(rapid.Custom(observation), 0, 99).Draw(rt, "people")
		whole := tableOf(rt, people)
		shuffled := rapid.Permutation(people).Draw(rt, "shuffled")
		shards := make([][]fairness.Observation, 3)
		for _, p := range shuffled {
			i := rapid.IntRange(0, 2).Draw(rt, "shard")
			shards[i] = append(shards[i], p)
		}
		a, b, c := tableOf(rt, shards[0]), tableOf(rt, shards[1]), tableOf(rt, shards[2])
		bBefore := stored(rt, b)
		left := tableOf(rt, nil)
		for _, shard := range []*fairness.Table{a, b, c} {
			require.NoError(rt, left.Merge(shard))
		}
		require.NoError(rt, c.Merge(b))
		require.NoError(rt, c.Merge(a))
		require.Equal(rt, stored(rt, whole), stored(rt, left))
		require.Equal(rt, stored(rt, whole), stored(rt, c))
		require.Equal(rt, whole.Fingerprint(), c.Fingerprint())
		require.Equal(rt, bBefore, stored(rt, b), "Merge changed its argument")

		var back fairness.Table
		require.NoError(rt, back.UnmarshalBinary([]byte(stored(rt, whole))))
		require.Equal(rt, stored(rt, whole), stored(rt, &back))
		require.Equal(rt, int64(len(people)), back.Total())
	})
}

// What a table refuses leaves no trace in it.
func TestTableRefusesAndStaysAsItWas(t *testing.T) {
	table := tableOf(t, []fairness.Observation{{Levels: []string{"woman", "sales"}, Factors: []string{"no"}, Values: []float64{1}}})
	before := stored(t, table)
	ok := []string{"woman", "sales"}
	for name, o := range map[string]fairness.Observation{
		"levels missing":     {Levels: []string{"woman"}},
		"factors missing":    {Levels: ok, Factors: []string{}},
		"values missing":     {Levels: ok, Values: []float64{}},
		"infinite value":     {Levels: ok, Values: []float64{math.Inf(1)}},
		"undeclared level":   {Levels: []string{"womann", "sales"}},
		"undeclared factor":  {Levels: []string{"woman", "new"}, Factors: []string{"maybe"}},
		"control character":  {Levels: []string{"woman", "a\tb"}},
		"broken UTF-8":       {Levels: []string{"woman", "\xff"}},
		"right-to-left mark": {Levels: []string{"woman", "a\u202eb"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := table.Add(o)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "womann", "an error never quotes what could be a name")
			require.Equal(t, before, stored(t, table))
		})
	}
	for name, c := range map[string]fairness.Count{
		"more flagged than people": {Levels: ok, Flagged: 2, Total: 1},
		"negative":                 {Levels: ok, Flagged: -1, Total: 1},
		"too many":                 {Levels: ok, Total: 1 << 53},
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, table.AddCount(c))
			require.Equal(t, before, stored(t, table))
		})
	}
	other, err := fairness.NewTable(fairness.Spec{Signal: "x", Polarity: fairness.Favourable})
	require.NoError(t, err)
	require.Error(t, table.Merge(other))
	require.Error(t, table.Merge(nil))
	require.Error(t, new(fairness.Table).Merge(new(fairness.Table)))
	require.Error(t, new(fairness.Table).Add(fairness.Observation{}))
	require.Equal(t, before, stored(t, table))
}

// Limits are errors, also when only the merged table would break them.
func TestTableLimits(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "team"}}, MaxCells: 3}
	a, err := fairness.NewTable(s)
	require.NoError(t, err)
	b, err := fairness.NewTable(s)
	require.NoError(t, err)
	for i := range 3 {
		require.NoError(t, a.Add(fairness.Observation{Levels: []string{"a" + strconv.Itoa(i)}}))
		require.NoError(t, b.Add(fairness.Observation{Levels: []string{"b" + strconv.Itoa(i)}}))
	}
	before := stored(t, a)
	require.ErrorContains(t, a.Add(fairness.Observation{Levels: []string{"one too many"}}), "more than 3 combinations")
	require.ErrorContains(t, a.Merge(b), "more than 3 combinations")
	require.Equal(t, before, stored(t, a))
	require.NoError(t, a.Merge(a), "a table may be merged with itself")
	require.Equal(t, int64(6), a.Total())
}

// M-4 and its kin: what a spec leaves open is an error, and all of it is named.
func TestSpecIsRefusedWithEveryReason(t *testing.T) {
	person := somebody(t, "dpo")
	_, err := fairness.NewTable(fairness.Spec{
		Signal: "not an id",
		Attributes: []fairness.Attribute{
			{Name: "gender", Levels: []string{"a", "a"}},
			{Name: "gender"},
			{Name: "grade", Role: fairness.Legitimate},
			{Name: "age", Declared: &fairness.Declaration{By: person, On: coaching.MustDate("2027-01-04"), Reason: "r"}},
		},
		Families: []fairness.Family{{}, {By: []string{"grade"}}, {By: []string{"nowhere"}}},
		Features: []fairness.Feature{{Name: "n", Numeric: true, Levels: []string{"x"}}},
	})
	require.Error(t, err)
	for _, want := range []string{"signal of 9 bytes", "polarity is unstated", "declares a level twice", "attribute gender is there twice",
		"attribute grade is a legitimate factor only when a person declared it", "attribute age is protected and carries",
		"family 0 divides by nothing", "family 1", "family 2", "numeric feature n declares levels"} {
		require.ErrorContains(t, err, want)
	}
}

// The stored form of this version is read for ever after.
func TestTableReadsItsFirstStoredForm(t *testing.T) {
	want, err := os.ReadFile("testdata/table_v1.json")
	require.NoError(t, err)
	want = bytes.TrimSpace(want)
	var table fairness.Table
	require.NoError(t, table.UnmarshalBinary(want))
	require.Equal(t, int64(5), table.Total())
	require.Equal(t, string(want), stored(t, &table))
	require.Error(t, table.UnmarshalBinary(append(want, '\n')), "one form only")
	require.Error(t, table.UnmarshalBinary(bytes.Replace(want, []byte("table/1"), []byte("table/2"), 1)))
	require.ErrorIs(t, table.UnmarshalBinary(nil), fairness.ErrTableBytes)
}

// Whatever bytes are read are written back the same.
func FuzzTableUnmarshalBinary(f *testing.F) {
	first, err := os.ReadFile("testdata/table_v1.json")
	require.NoError(f, err)
	f.Add(bytes.TrimSpace(first))
	f.Add([]byte(`{"version":"coaching.fairness.table/1","spec":{"signal":"x","polarity":"favourable","attributes":null,"max_cells":1048576},"cells":[],"values":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var table fairness.Table
		if table.UnmarshalBinary(data) != nil {
			require.Zero(t, table.Total())
			return
		}
		require.Equal(t, string(data), stored(t, &table))
	})
}

// somebody returns the pseudonym of an invented person.
func somebody(t require.TestingT, name string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "test", Purpose: "test"})
	require.NoError(t, err)
	id, err := p.Person(name)
	require.NoError(t, err)
	return id
}

func day(text string) coaching.Date { return coaching.MustDate(text) }

func dice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
