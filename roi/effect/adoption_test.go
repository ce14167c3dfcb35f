package effect_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi/effect"
)

var columns = effect.Columns{Unit: "team", Period: "week", Outcome: "days", First: "start"}

const smallTable = `team,week,days,start,note
b,1,4.5,3,
b,2,4,3,
b,3,2.5,3,
a,1,5,0,
a,2,5.5,0,"said ""later"", so"
a,3,5,0,
`

// findings returns the blocking findings that an error holds.
func blocking(t testing.TB, err error) coaching.Findings {
	t.Helper()
	var f *coaching.FindingsError
	require.ErrorAs(t, err, &f)
	return f.Findings
}

func TestReadAdoption(t *testing.T) {
	a, err := effect.ReadAdoption(strings.NewReader(smallTable), columns)
	require.NoError(t, err)
	require.Empty(t, a.Findings())
	require.Equal(t, []int{1, 2, 3}, a.Periods())
	require.Equal(t, "a b", a.Unit(0)+" "+a.Unit(1))
	panel, start, allocation, err := a.Exact(1)
	require.NoError(t, err)
	want, err := effect.NewPanel([][]float64{{5, 5.5, 5}, {4.5, 4, 2.5}}, 1)
	require.NoError(t, err)
	require.Equal(t, want, panel)
	require.Equal(t, []int{2, effect.Never}, start)
	require.Equal(t, []int{1, 0}, allocation)
}

// Each rule of the table names the line, the byte and the column, and quotes no
// cell.
func TestReadAdoptionFindings(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(smallTable, old, new, 1) }
	tests := []struct {
		name, file, want string
	}{
		{"DQ01 empty file", "", "DQ01 error: the file is empty"},
		{"DQ01 column missing", replace("days", "hours"), "line 1: DQ01 error days: 0 columns of this name among 5; want 1"},
		{"DQ01 column twice", replace("note", "days"), "line 1: DQ01 error days: 2 columns of this name among 5; want 1"},
		{"DQ01 fields", replace("b,2,4,3,", "b,2,4"), "line 3: DQ01 error: the row has 3 fields; the header has 5"},
		{"DQ01 too many fields", replace("b,2,4,3,", "b,2,4,3,,"), "line 3: DQ01 error: the row has 6 fields; the header has 5"},
		{"DQ01 name", replace("b,2,4", ",2,4"), "line 3:1: DQ01 error team: the unit's name is empty, longer than 256 bytes or no UTF-8 text"},
		{"DQ01 quote", replace(`"said`, `"said "`), "line 6:"},
		{"DQ01 line", smallTable + strings.Repeat("x", 70_000), "line 8: DQ01 error: the line has more than 65536 bytes"},
		{"DQ04 duplicate", smallTable + "b,2,4,3,\n", "line 8:3: DQ04 error week: the unit has an earlier row for this period"},
		{"DQ07 period", replace("b,2,4", "b,2.5,4"), "line 3:3: DQ07 error week: the period is not a whole number from 1"},
		{"DQ07 outcome", replace("b,2,4", "b,2,0x4"), "line 3:5: DQ07 error days: the outcome is not a plain decimal number in range"},
		{"DQ07 range", replace("b,2,4", "b,2,1e300"), "line 3:5: DQ07 error days: the outcome is not a plain decimal number in range"},
		{"DQ07 infinite", replace("b,2,4", "b,2,Inf"), "line 3:5: DQ07 error days: the outcome is not a plain decimal number in range"},
		{"DQ07 quoted row", replace("a,2,5.5", `"a",2,`+"1_0"), "line 6:7: DQ07 error days: the outcome is not a plain decimal number in range"},
		{"DQ07 start", replace("b,2,4,3", "b,2,4,soon"), "line 3:7: DQ07 error start: the first treated period is not a whole number from 1, nor empty"},
		{"DQ13 start changes", replace("b,2,4,3", "b,2,4,2"), "line 3:7: DQ13 error start: the unit's first treated period differs from that of its earlier rows"},
		{"DQ05 gap leaves one unit", replace("b,2,4,3,\n", ""), "DQ05 error: 1 units with a reading in each of 3 periods; want at least 2 of both"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := effect.ReadAdoption(strings.NewReader(tt.file), columns)
			require.Zero(t, a.Units())
			found := blocking(t, err)
			code, _, _ := strings.Cut(tt.name, " ")
			require.True(t, found.Has(code))
			require.Contains(t, err.Error(), tt.want)
		})
	}
	_, err := effect.ReadAdoption(iotest.ErrReader(errors.New("the disk is gone")), columns)
	require.ErrorContains(t, err, "the disk is gone")
	_, err = effect.ReadAdoption(nil, columns)
	require.Error(t, err)
}

// DQ05: a unit with a gap or an empty reading is left out, by name of its line,
// and the units that stay are those of a file without it.
func TestReadAdoptionLeavesGapsOut(t *testing.T) {
	for _, row := range []string{"c,1,9,2,\nc,3,9,2,\n", "c,1,9,2,\nc,2,,2,\nc,3,9,2,\n", "c,1,9,2,\nc,2,NaN,2,\nc,3,9,2,\n"} {
		a, err := effect.ReadAdoption(strings.NewReader(smallTable+row), columns)
		require.NoError(t, err)
		require.Equal(t, 2, a.Units())
		require.Len(t, a.Findings(), 2)
		require.Equal(t, "line 8: DQ05 warning: the unit has a reading in 2 of 3 periods and is left out", a.Findings()[1].String())
		require.Contains(t, a.Findings()[0].Message, "1 of 3 units are left out")
	}
}

// A table of many errors names the first fifty.
func TestReadAdoptionStopsReporting(t *testing.T) {
	_, err := effect.ReadAdoption(strings.NewReader("team,week,days,start\n"+strings.Repeat("a,x,1,0\n", 1000)), columns)
	require.Len(t, blocking(t, err), 50)
}

// A table in which each row has a unit and a period of its own would need the
// square of its rows; it is refused before it does (DQ05).
func TestNewAdoptionBoundsTheGrid(t *testing.T) {
	seen := 0
	_, err := effect.NewAdoption(func(yield func(effect.Observation) bool) {
		for i := 1; i < 10_000; i++ {
			seen = i
			if !yield(effect.Observation{Unit: fmt.Sprint(i), Period: i, Outcome: 1}) {
				return
			}
		}
	})
	require.ErrorContains(t, err, "more than 16777216 cells")
	require.Equal(t, 4097, seen, "it stops at the first row that is too many")
	require.True(t, blocking(t, err).Has("DQ05"))
}

func TestNewAdoptionFindings(t *testing.T) {
	row := effect.Observation{Unit: "a", Period: 1, First: 2, Outcome: 1}
	tests := []struct {
		code  string
		spoil func(*effect.Observation)
	}{
		{"DQ01", func(o *effect.Observation) { o.Unit = "" }},
		{"DQ04", func(o *effect.Observation) {}},
		{"DQ07", func(o *effect.Observation) { o.Period = 0 }},
		{"DQ07", func(o *effect.Observation) { o.First = -2 }},
		{"DQ07", func(o *effect.Observation) { o.Outcome = math.Inf(1) }},
		{"DQ13", func(o *effect.Observation) { o.Period, o.First = 2, 3 }},
	}
	for _, tt := range tests {
		second := row
		tt.spoil(&second)
		_, err := effect.NewAdoption(slices.Values([]effect.Observation{row, second}))
		found := blocking(t, err)
		require.Len(t, found, 1)
		require.Equal(t, tt.code+" rows[1]", found[0].Code+" "+found[0].Path)
	}
	_, err := effect.NewAdoption(slices.Values([]effect.Observation(nil)))
	require.True(t, blocking(t, err).Has("DQ05"))
}

// The order of rows and columns changes nothing, and Never is 0.
func TestNewAdoptionIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, periods := rapid.IntRange(2, 12).Draw(t, "units"), rapid.IntRange(2, 12).Draw(t, "periods")
		var rows []effect.Observation
		for u := range units {
			first := rapid.SampledFrom([]int{0, 3, 4, 40}).Draw(t, "first")
			for p := range periods {
				rows = append(rows, effect.Observation{Unit: fmt.Sprint(u), Period: 1 + p, First: first, Outcome: float64(rapid.IntRange(-9, 9).Draw(t, "y"))})
			}
		}
		want, err := effect.NewAdoption(slices.Values(rows))
		require.NoError(t, err)
		for i := range rows {
			if rows[i].First == 0 {
				rows[i].First = effect.Never
			}
		}
		shuffled := rapid.Permutation(rows).Draw(t, "order")
		got, err := effect.NewAdoption(slices.Values(shuffled))
		require.NoError(t, err)
		require.Equal(t, want, got)

		var file bytes.Buffer
		w := csv.NewWriter(&file)
		require.NoError(t, w.Write([]string{"start", "days", "week", "team"}))
		for _, o := range shuffled {
			require.NoError(t, w.Write([]string{fmt.Sprint(max(o.First, 0)), fmt.Sprint(o.Outcome), fmt.Sprint(o.Period), o.Unit}))
		}
		w.Flush()
		got, err = effect.ReadAdoption(&file, columns)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// A wave that is treated from the first period on has no baseline.
func TestAdoptionExactNeedsABaseline(t *testing.T) {
	a, err := effect.ReadAdoption(strings.NewReader(strings.ReplaceAll(smallTable, ",3,\n", ",1,\n")), columns)
	require.NoError(t, err)
	_, _, _, err = a.Exact(1)
	require.ErrorContains(t, err, "treated from the first period on")
	_, _, _, err = effect.Adoption{}.Exact(1)
	require.Error(t, err)
}

// Whatever is read is what encoding/csv reads, where both read it.
func FuzzReadAdoption(f *testing.F) {
	f.Add(smallTable)
	f.Add("team,week,days,start\r\na,1,1,\r\na,2,1e1,\r\n\"b\",1,-.5,2\r\nb,2,NA,2\r\n")
	f.Add("\xef\xbb\xbf\"team\",\"week\",days,start\na,1,1,never\na,2,2,never\nb,2,2,Inf\nb,1,2,Inf\n")
	f.Fuzz(func(t *testing.T, file string) {
		a, err := effect.ReadAdoption(strings.NewReader(file), columns)
		if err != nil {
			require.NotEmpty(t, err.Error())
			require.Zero(t, a.Units())
			return
		}
		require.GreaterOrEqual(t, a.Units(), 2)
		require.True(t, slices.IsSorted(a.Periods()))
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\xef\xbb\xbf")))
		records, err := r.ReadAll()
		if err != nil {
			return
		}
		at := func(name string) int { return slices.Index(records[0], name) }
		names := map[string]bool{}
		for _, rec := range records[1:] {
			names[rec[at("team")]] = true
		}
		for i := range a.Units() {
			require.True(t, names[a.Unit(i)])
		}
		_, _, _, _ = a.Exact(2)
	})
}

// A file beyond the limit is refused, not cut off: its line ends of two bytes were
// counted as one.
func TestReadAdoptionRefusesLargeFile(t *testing.T) {
	note := strings.Repeat("x", 60_000)
	row := 0
	var readers []io.Reader
	readers = append(readers, strings.NewReader("unit,period,y,first,note\r\n"))
	for row < 18_000 { // 1.08 GB
		readers = append(readers, strings.NewReader(fmt.Sprintf("u%d,%d,1,,", row/100, row%100+1)), strings.NewReader(note), strings.NewReader("\r\n"))
		row++
	}
	_, err := effect.ReadAdoption(io.MultiReader(readers...), effect.Columns{Unit: "unit", Period: "period", Outcome: "y", First: "first"})
	require.ErrorContains(t, err, "the file has more than")
}
