package fairness_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/fairness"
)

// codedOf writes people as columns under dictionaries in any order, with names
// that nobody has among them, in bytes or in words.
func codedOf(rt *rapid.T, people []fairness.Observation) fairness.Coded {
	column := func(names []string, level func(fairness.Observation) string) (c fairness.CodedColumn) {
		c.Names = rapid.Permutation(names).Draw(rt, "names")
		words := rapid.Bool().Draw(rt, "words")
		c.Bytes = []uint8{}
		if words || len(names) > 256 {
			c.Bytes, c.Words = nil, []uint16{}
		}
		for _, p := range people {
			code := slices.Index(c.Names, level(p))
			if c.Words != nil {
				c.Words = append(c.Words, uint16(code))
			} else {
				c.Bytes = append(c.Bytes, uint8(code))
			}
		}
		return c
	}
	many := []string{"sales", "clinic", "office", "", "no\tbody"}
	for i := range rapid.SampledFrom([]int{0, 20, 140, 2000}).Draw(rt, "more names") {
		many = append(many, "unused "+strconv.Itoa(i))
	}
	c := fairness.Coded{
		Levels: []fairness.CodedColumn{
			column([]string{"woman", "man", "", "unknown", "undeclared"}, func(o fairness.Observation) string { return o.Levels[0] }),
			column(many, func(o fairness.Observation) string { return o.Levels[1] }),
		},
		Factors: []fairness.CodedColumn{column([]string{"no", "yes", ""}, func(o fairness.Observation) string { return o.Factors[0] })},
		Flagged: []uint8{}, Labels: []fairness.Label{}, Scores: []float64{}, Values: [][]float64{{}},
	}
	for _, p := range people {
		flag, score := uint8(0), math.NaN()
		if p.Flagged {
			flag = 1
		}
		if p.HasScore {
			score = p.Score
		}
		c.Flagged, c.Labels, c.Scores, c.Values[0] = append(c.Flagged, flag), append(c.Labels, p.Label), append(c.Scores, score), append(c.Values[0], p.Values[0])
	}
	return c
}

// Columns give the bytes that rows give, whatever the dictionaries.
func TestAddCodedCountsAsAddDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfN(rapid.Custom(observation), 1, 20).Draw(rt, "people")
		var people []fairness.Observation
		for len(people) < rapid.SampledFrom([]int{0, 7, 8, 30, 5000}).Draw(rt, "rows") { // a block is 4096
			people = append(people, some...)
		}
		whole, table := tableOf(rt, people), tableOf(rt, nil)
		cut := rapid.IntRange(0, len(people)).Draw(rt, "cut")
		require.NoError(rt, table.AddCoded(codedOf(rt, people[:cut])))
		require.NoError(rt, table.AddCoded(codedOf(rt, people[cut:])))
		require.Equal(rt, stored(rt, whole), stored(rt, table))
	})
}

// What columns refuse names the column and the row, and leaves no trace.
func TestAddCodedRefusesAndStaysAsItWas(t *testing.T) {
	rows := 9003
	good := func() fairness.Coded {
		c := fairness.Coded{
			Levels: []fairness.CodedColumn{
				{Names: []string{"woman", "man", "womann"}, Bytes: make([]uint8, rows)},
				{Names: []string{"sales", "office"}, Words: make([]uint16, rows)},
			},
			Factors: []fairness.CodedColumn{{Names: []string{"no", "yes"}, Bytes: make([]uint8, rows)}},
			Flagged: make([]uint8, rows), Labels: make([]fairness.Label, rows), Scores: make([]float64, rows), Values: [][]float64{make([]float64, rows)},
		}
		return c
	}
	table := tableOf(t, []fairness.Observation{{Levels: []string{"woman", "sales"}}})
	require.NoError(t, table.AddCoded(good()))
	before := stored(t, table)
	for name, tt := range map[string]struct {
		spoil func(*fairness.Coded)
		want  []string
	}{
		"code beyond the names": {func(c *fairness.Coded) { c.Levels[0].Bytes[17] = 3 }, []string{"row 17", "gender", "code 3"}},
		"code of high bit":      {func(c *fairness.Coded) { c.Levels[0].Bytes[4100] = 255 }, []string{"row 4100", "gender", "code 255"}},
		"word beyond the names": {func(c *fairness.Coded) { c.Levels[1].Words[4099] = 65535 }, []string{"row 4099", "function"}},
		"in the last rows":      {func(c *fairness.Coded) { c.Factors[0].Bytes[9002] = 2 }, []string{"row 9002", "shift_work"}},
		"flag":                  {func(c *fairness.Coded) { c.Flagged[5] = 2 }, []string{"row 5", "flag 2"}},
		"label":                 {func(c *fairness.Coded) { c.Labels[6] = 3 }, []string{"row 6", "label 3"}},
		"score":                 {func(c *fairness.Coded) { c.Scores[7] = math.Inf(1) }, []string{"row 7", "score"}},
		"value":                 {func(c *fairness.Coded) { c.Values[0][8] = math.Inf(-1) }, []string{"row 8", "infinite"}},
		"undeclared level":      {func(c *fairness.Coded) { c.Levels[0].Bytes[9] = 2 }, []string{"row 9", "gender", "not one of the declared levels"}},
		"first of several": {func(c *fairness.Coded) {
			c.Levels[0].Bytes[11], c.Levels[1].Words[10] = 2, 1
			c.Levels[1].Names[1] = "a\tb"
		}, []string{"row 10", "function"}},
		"no names":       {func(c *fairness.Coded) { c.Levels[1].Names = nil }, []string{"row 0", "function"}},
		"short column":   {func(c *fairness.Coded) { c.Levels[1].Words = c.Levels[1].Words[1:] }, []string{"function", "9002"}},
		"both kinds":     {func(c *fairness.Coded) { c.Levels[1].Bytes = make([]uint8, rows) }, []string{"function"}},
		"column missing": {func(c *fairness.Coded) { c.Levels = c.Levels[:1] }, []string{"1 columns of levels"}},
		"factor missing": {func(c *fairness.Coded) { c.Factors = c.Factors[:0] }, []string{"0 columns of factors"}},
		"values missing": {func(c *fairness.Coded) { c.Values = c.Values[:0] }, []string{"0 columns of values"}},
		"short values":   {func(c *fairness.Coded) { c.Values[0] = nil }, []string{"tool_hours"}},
		"short labels":   {func(c *fairness.Coded) { c.Labels = c.Labels[:3] }, []string{"3 labels"}},
		"short scores":   {func(c *fairness.Coded) { c.Scores = c.Scores[:3] }, []string{"3 scores"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := good()
			tt.spoil(&c)
			err := table.AddCoded(c)
			require.Error(t, err)
			for _, want := range tt.want {
				require.ErrorContains(t, err, want)
			}
			require.NotContains(t, err.Error(), "womann", "an error never quotes what could be a name")
			require.Equal(t, before, stored(t, table))
		})
	}
	require.Error(t, new(fairness.Table).AddCoded(good()))
	c := good()
	c.Labels, c.Scores, c.Values, c.Factors = nil, nil, nil, nil
	require.NoError(t, table.AddCoded(c), "what is optional may be missing")
	require.Equal(t, int64(2*rows+1), table.Total())
}

// Many levels in many columns go beyond an array, and are counted all the same.
func TestAddCodedBeyondAnArray(t *testing.T) {
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, MaxCells: 3000}
	c := fairness.Coded{Flagged: make([]uint8, 3000)}
	for _, name := range []string{"a", "b", "c"} {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: name})
		col := fairness.CodedColumn{}
		for i := range 3000 {
			col.Names = append(col.Names, "level "+strconv.Itoa(i))
			col.Words = append(col.Words, uint16(i))
		}
		c.Levels = append(c.Levels, col)
	}
	table, err := fairness.NewTable(s)
	require.NoError(t, err)
	require.NoError(t, table.AddCoded(c))
	require.NoError(t, table.AddCoded(c))
	groups, _, err := table.GroupBy("c", "a")
	require.NoError(t, err)
	require.Len(t, groups, 3000)
	require.Equal(t, int64(2), groups[17].Total())
	s.MaxCells = 2999
	table, err = fairness.NewTable(s)
	require.NoError(t, err)
	require.ErrorContains(t, table.AddCoded(c), "more than 2999 combinations")
	require.Zero(t, table.Total())
}

func BenchmarkAddCoded(b *testing.B) {
	const n = 5_000_000
	dice := dice(1)
	for _, labelled := range []bool{false, true} {
		s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable}
		c := fairness.Coded{Flagged: make([]uint8, n)}
		for i, levels := range []int{6, 2, 3} {
			s.Attributes = append(s.Attributes, fairness.Attribute{Name: string(rune('a' + i))})
			col := fairness.CodedColumn{Bytes: make([]uint8, n)}
			for l := range levels {
				col.Names = append(col.Names, strconv.Itoa(l))
			}
			for row := range col.Bytes {
				col.Bytes[row] = uint8(dice.IntN(levels))
			}
			c.Levels = append(c.Levels, col)
		}
		for row := range c.Flagged {
			c.Flagged[row] = uint8(dice.IntN(2))
		}
		if labelled {
			c.Labels = make([]fairness.Label, n)
			for row := range c.Labels {
				c.Labels[row] = fairness.Label(dice.IntN(3))
			}
		}
		b.Run("labelled="+strconv.FormatBool(labelled), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				table, err := fairness.NewTable(s)
				require.NoError(b, err)
				require.NoError(b, table.AddCoded(c))
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	dice := dice(1)
	s := fairness.Spec{Signal: "x", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "race"}, {Name: "sex"}, {Name: "age"}}}
	people := make([]fairness.Observation, 10_000)
	for i := range people {
		people[i] = fairness.Observation{Flagged: dice.IntN(2) == 1, Levels: []string{
			[]string{"African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other"}[dice.IntN(6)],
			[]string{"Female", "Male"}[dice.IntN(2)],
			[]string{"25 - 45", "Greater than 45", "Less than 25"}[dice.IntN(3)]}}
	}
	table, err := fairness.NewTable(s)
	require.NoError(b, err)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := table.Add(people[i%len(people)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
