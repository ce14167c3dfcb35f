package fairness_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
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
		s.MaxCells = rapid.SampledFrom([]int{0, 40}).Draw(rt, "max cells") // 40: room for all cells, not for all scores
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

// A shard that has given up its scores for their moments, one that has not, and
// two that only together see too many give the bytes of one table that saw all.
func TestTableMergesMoments(t *testing.T) {
	s := spec()
	s.MaxCells = 30
	var people []fairness.Observation
	for i := range 60 {
		people = append(people, fairness.Observation{
			Levels: []string{[]string{"woman", "man", ""}[i%3], []string{"sales", "clinic"}[i/3%2]}, Label: fairness.Label(i / 6 % 3),
			Score: math.Ldexp(float64(i), i-30), HasScore: true,
		})
	}
	whole := tableUnder(t, s, people)
	require.False(t, whole.ScoresKept())
	shards := [][]fairness.Observation{people[:5], people[5:30], people[30:]} // 5 and 25 scores fit, 30 too
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}, {0, 2, 1}} {
		merged := tableUnder(t, s, nil)
		for _, i := range order {
			require.NoError(t, merged.Merge(tableUnder(t, s, shards[i])))
		}
		require.Equal(t, stored(t, whole), stored(t, merged))
	}
	folded := tableUnder(t, s, people[:40])
	require.False(t, folded.ScoresKept())
	kept := tableUnder(t, s, people[40:])
	require.True(t, kept.ScoresKept())
	require.NoError(t, kept.Merge(folded))
	require.Equal(t, stored(t, whole), stored(t, kept))
	for range 20 { // maps are read in another order
		require.Equal(t, stored(t, whole), stored(t, tableUnder(t, s, people)))
	}
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

// A merge of tables that count different things says what differs.
func TestTableMergeSaysWhatDiffers(t *testing.T) {
	table := tableOf(t, []fairness.Observation{{Levels: []string{"woman", "sales"}}})
	before := stored(t, table)
	for name, tt := range map[string]struct {
		change func(*fairness.Spec)
		want   string
	}{
		"signal":     {func(s *fairness.Spec) { s.Signal = "other" }, "do not merge: signal"},
		"polarity":   {func(s *fairness.Spec) { s.Polarity = fairness.Favourable }, "do not merge: polarity"},
		"levels":     {func(s *fairness.Spec) { s.Attributes[0].Levels = []string{"woman", "man"} }, "do not merge: attribute 0 (gender)"},
		"role":       {func(s *fairness.Spec) { s.Attributes[1].Role = fairness.Protected }, "do not merge: attribute 1 (function)"},
		"attributes": {func(s *fairness.Spec) { s.Attributes = append(s.Attributes, fairness.Attribute{Name: "x"}) }, "do not merge: number of attributes"},
		"families":   {func(s *fairness.Spec) { s.Families = s.Families[:1] }, "do not merge: families"},
		"features":   {func(s *fairness.Spec) { s.Features = s.Features[:1] }, "do not merge: number of features"},
		"feature":    {func(s *fairness.Spec) { s.Features[0].Levels = nil }, "do not merge: feature 0 (shift_work)"},
		"score":      {func(s *fairness.Spec) { s.Score = "" }, "do not merge: score"},
		"unknown":    {func(s *fairness.Spec) { s.Unknown = "" }, "do not merge: unknown level"},
		"limit":      {func(s *fairness.Spec) { s.MaxCells = 7 }, "do not merge: MaxCells"},
	} {
		t.Run(name, func(t *testing.T) {
			s := spec()
			tt.change(&s)
			other, err := fairness.NewTable(s)
			require.NoError(t, err)
			err = table.Merge(other)
			require.Error(t, err)
			require.Equal(t, "fairness: tables of different specs "+tt.want, err.Error())
			require.Equal(t, before, stored(t, table))
		})
	}
	require.NoError(t, table.Merge(tableUnder(t, spec(), nil)), "a spec with its levels in another order is the same")
}

// A shard that has not met a level, or met the levels in another order, gives
// its people to the levels of that name and to no others.
func TestTableMatchesLevelsByName(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "team"}}}
	person := func(team string, flagged bool) fairness.Observation {
		return fairness.Observation{Levels: []string{team}, Flagged: flagged}
	}
	a := tableUnder(t, s, []fairness.Observation{person("a", true), person("b", false), person("c", false)})
	b := tableUnder(t, s, []fairness.Observation{person("c", true), person("a", false), person("d", true)})
	require.NoError(t, a.Merge(b))
	groups, _, err := a.GroupBy("team")
	require.NoError(t, err)
	var got []string
	for _, g := range groups {
		got = append(got, g.Levels[0]+" "+g.Selection().String())
	}
	require.Equal(t, []string{"a 1 of 2", "b 0 of 1", "c 1 of 2", "d 1 of 1"}, got)
}

// The number of levels is limited, whichever way they come.
func TestTableRefusesTenThousandLevels(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "team"}}}
	var names []string
	column := fairness.CodedColumn{}
	for i := range 10_000 {
		names = append(names, "team "+strconv.Itoa(i))
		column.Words = append(column.Words, uint16(i))
	}
	column.Names = names
	table := tableUnder(t, s, nil)
	require.ErrorContains(t, table.AddCoded(fairness.Coded{Levels: []fairness.CodedColumn{column}, Flagged: make([]uint8, 10_000)}), "team has more than 4096 levels")
	require.Zero(t, table.Total())
	other := tableUnder(t, s, nil)
	for i, name := range names[:6000] {
		to := table
		if i >= 4096 {
			to = other
		}
		require.NoError(t, to.Add(fairness.Observation{Levels: []string{name}}))
	}
	before := stored(t, table)
	require.ErrorContains(t, table.Add(fairness.Observation{Levels: []string{names[6000]}}), "team has more than 4096 levels")
	require.ErrorContains(t, table.Merge(other), "team would have 6000 levels, want at most 4096")
	require.Equal(t, before, stored(t, table))
	s.Attributes[0].Levels = names
	_, err := fairness.NewTable(s)
	require.ErrorContains(t, err, "10000 levels, want at most 4096")
}

// Counts are exact up to 2^53 people; beyond, they are refused.
func TestTableRefusesOverflow(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable}
	half := fairness.Count{Total: 1 << 52, Flagged: 1}
	table, err := fairness.FromCounts(s, []fairness.Count{half})
	require.NoError(t, err)
	require.NoError(t, table.Merge(table))
	before := stored(t, table)
	require.ErrorContains(t, table.Add(fairness.Observation{}), "more than 9007199254740992 people")
	require.ErrorContains(t, table.AddCoded(fairness.Coded{Flagged: []uint8{0}}), "more than 9007199254740992 people")
	require.ErrorContains(t, table.Merge(table), "more than 9007199254740992 people")
	require.Equal(t, before, stored(t, table))
	groups, _, err := table.GroupBy()
	require.NoError(t, err)
	require.Equal(t, fairness.Rate{X: 2, N: 1 << 53}, groups[0].Selection())
}

// Nobody at all is no groups and no median; a declared level that nobody has is
// a group without people, and its rates are undefined.
func TestTableOfNobody(t *testing.T) {
	table := tableOf(t, nil)
	groups, unknown, err := table.GroupBy("gender")
	require.NoError(t, err)
	require.Zero(t, unknown)
	require.Len(t, groups, 3)
	for _, r := range []fairness.Rate{groups[0].Selection(), groups[0].TPR(), groups[0].FPR(), groups[0].PPV(), groups[0].FDR(), groups[0].FOR(), groups[0].BaseRate()} {
		_, ok := r.Value()
		require.False(t, ok)
	}
	groups, _, err = table.GroupBy("function")
	require.NoError(t, err)
	require.Empty(t, groups)
	_, ok := table.Median()
	require.False(t, ok)
	scores, err := table.Scores("gender")
	require.NoError(t, err)
	require.Len(t, scores, 3)
	require.True(t, math.IsNaN(scores[0].Group.Mean))
	for _, names := range [][]string{{"nowhere"}, {"gender", "gender"}, {"tool_hours"}} {
		_, _, err := table.GroupBy(names...)
		require.Error(t, err)
		_, err = table.Scores(names...)
		require.Error(t, err)
	}
	_, _, err = new(fairness.Table).GroupBy()
	require.Error(t, err)
}

// Another name for a group changes its name and place, and nothing else.
func TestTableRelabelled(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		people := rapid.SliceOfN(rapid.Custom(observation), 0, 40).Draw(rt, "people")
		s := spec()
		s.Attributes[1].Levels = []string{"sales", "clinic", "office", "empty"} // adding an empty level changes no other group
		table := tableOf(rt, people)
		other := map[string]string{"sales": "zebra", "clinic": "clinic", "office": "ape", "": ""}
		var renamed []fairness.Observation
		for _, p := range people {
			p.Levels = []string{p.Levels[0], other[p.Levels[1]]}
			renamed = append(renamed, p)
		}
		byName := func(t *fairness.Table) map[string]fairness.Confusion {
			groups, unknown, err := t.GroupBy("function")
			require.NoError(rt, err)
			out := map[string]fairness.Confusion{"": unknown}
			for _, g := range groups {
				out[g.Levels[0]] = g.Confusion
			}
			return out
		}
		want, got, declared := byName(table), byName(tableOf(rt, renamed)), byName(tableUnder(rt, s, people))
		require.Equal(rt, fairness.Confusion{}, declared["empty"])
		for level := range other {
			require.Equal(rt, want[level], got[other[level]])
			require.Equal(rt, want[level], declared[level])
		}
		var sum int64
		for _, c := range got {
			sum += c.Total()
		}
		require.Equal(rt, int64(len(people)), sum)
	})
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

// Scores and moments that the table could not have written are refused.
func TestTableRefusesFalseScores(t *testing.T) {
	s := spec()
	s.MaxCells = 4
	var people []fairness.Observation
	for i := range 5 {
		people = append(people, fairness.Observation{Levels: []string{"man", ""}, Label: fairness.Negative, Score: float64(i % 3), HasScore: true})
	}
	kept := stored(t, tableUnder(t, s, people))
	for i := range people {
		people[i].Score = float64(2 * i)
	}
	folded := stored(t, tableUnder(t, s, people))
	for _, tt := range []struct{ stored, was, is string }{
		{kept, `"score":0,"count":2`, `"score":0,"count":3`}, // six scores of five people
		{kept, `"score":0,"count":2`, `"score":-0,"count":2`},
		{kept, `"label":"negative","score":0`, `"label":"positive","score":0`},
		{kept, `"levels":["man",""],"label"`, `"levels":["woman",""],"label"`},
		{kept, `"scores":[`, `"scores":[],"moments":[`},
		{kept, `"score":"load",`, ``},
		{folded, `"sum":"5p2"`, `"sum":"ap1"`}, // the same number in another form
		{folded, `"sum":"5p2"`, `"sum":"5p99999"`},
		{folded, `"sum":"5p2"`, `"sum":"x"`},
		{folded, `"count":5,"sum"`, `"count":6,"sum"`},
		{folded, `"count":5,"sum"`, `"count":0,"sum"`},
	} {
		require.Contains(t, tt.stored, tt.was)
		var table fairness.Table
		require.NoError(t, table.UnmarshalBinary([]byte(tt.stored)))
		err := table.UnmarshalBinary([]byte(strings.Replace(tt.stored, tt.was, tt.is, 1)))
		require.ErrorIs(t, err, fairness.ErrTableBytes, tt.is)
	}
}

// Whatever bytes are read are written back the same.
func FuzzTableUnmarshalBinary(f *testing.F) {
	first, err := os.ReadFile("testdata/table_v1.json")
	require.NoError(f, err)
	f.Add(bytes.TrimSpace(first))
	f.Add([]byte(`{"version":"coaching.fairness.table/1","spec":{"signal":"x","polarity":"favourable","attributes":null,"max_cells":1048576},"cells":[],"values":[]}`))
	folded := spec()
	folded.MaxCells = 4 // room for two people's cells and values, not for their scores
	table := tableUnder(f, folded, nil)
	for _, score := range []float64{0.1, -3, 1e300, 5e-324, 7} {
		require.NoError(f, table.Add(fairness.Observation{Levels: []string{"man", ""}, Score: score, HasScore: true, Label: fairness.Positive}))
	}
	require.False(f, table.ScoresKept())
	f.Add([]byte(stored(f, table)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var table fairness.Table
		if table.UnmarshalBinary(data) != nil {
			require.Zero(t, table.Total())
			return
		}
		require.Equal(t, string(data), stored(t, &table))
		// What was read can be asked and merged.
		table.Median()
		if table.Total() <= 1<<52 {
			require.NoError(t, table.Merge(&table))
		}
		if len(table.Spec().Score) > 0 {
			_, err := table.Scores()
			require.NoError(t, err)
		}
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
