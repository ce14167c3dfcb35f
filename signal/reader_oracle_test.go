package signal

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// A plainRead is what the readers promise, written with encoding/csv and maps
// and no thought of speed: every figure and label of a person and week, in the
// order of the file.
type plainRead struct {
	rows       map[rowKey]int
	figures    map[string]map[rowKey][]float64
	labels     map[rowKey][]string
	blank, bad map[string]int
}

// readPlainly reads rows of person, ISO date of a Sunday, x, y and org, or in
// the long form person, date, metric, value and org.
func readPlainly(t require.TestingT, file string, long bool) plainRead {
	read := plainRead{map[rowKey]int{}, map[string]map[rowKey][]float64{"x": {}, "y": {}}, map[rowKey][]string{}, map[string]int{}, map[string]int{}}
	lines := csv.NewReader(strings.NewReader(file))
	lines.FieldsPerRecord = -1
	_, err := lines.Read()
	require.NoError(t, err)
	key, err := coaching.NewPseudonymizer([]byte(strings.Repeat("\x07", 32)), coaching.Domain{Programme: "test", Purpose: "coaching"})
	require.NoError(t, err)
	for {
		cells, err := lines.Read()
		if err == io.EOF {
			return read
		}
		require.NoError(t, err)
		figures := map[string]string{"x": cells[2], "y": cells[3]}
		if long {
			figures = map[string]string{cells[2]: cells[3]}
		}
		id, err := key.Person(cells[0])
		require.NoError(t, err)
		at := rowKey{id, Period{coaching.MustDate(cells[1]), 7}}
		read.rows[at]++
		read.labels[at] = append(read.labels[at], cells[4])
		for name, text := range figures {
			if v, err := strconv.ParseFloat(text, 64); text == "" || text == "NA" {
				read.blank[name]++
			} else if err != nil {
				read.bad[name]++
			} else {
				read.figures[name][at] = append(read.figures[name][at], v)
			}
		}
	}
}

// different returns the distinct values but the one that is left out.
func different[T comparable](values []T, without func(T) bool) []T {
	var kept []T
	for _, v := range values {
		if !without(v) && !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// DQ04: figures and labels that agree are kept once, others are missing and
// counted; whatever the order of the rows and however the bytes arrive.
func TestReadersAgreeWithAPlainReading(t *testing.T) {
	weeks := []string{"2024-04-28", "2024-05-05", "2024-05-12", "2024-05-19"}
	rapid.Check(t, func(t *rapid.T) {
		long := rapid.Bool().Draw(t, "long")
		columns := "PersonId,MetricDate,x,y,org\n"
		if long {
			columns = "person,date,metric,value,org\n"
		}
		pick := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "cell") }
		var file strings.Builder
		file.WriteString(columns)
		for range rapid.IntRange(2, 40).Draw(t, "rows") {
			value := func() string { return pick("1", "1.0", "2", "-0.5", "44.0844527777778", "", "NA", "n/a") }
			third := value()
			if long {
				third = pick("x", "y")
			}
			fmt.Fprintf(&file, "E%d,%s,%s,%s,%s\n", rapid.IntRange(0, 5).Draw(t, "person"), pick(weeks...), third, value(), pick("A", `"A"`, `"B, C"`, "", "A"))
		}
		if long { // a metric that no row has is an error
			file.WriteString("E0,2024-04-28,x,,\nE0,2024-04-28,y,,\n")
		}
		want := readPlainly(t, file.String(), long)
		key, err := coaching.NewPseudonymizer([]byte(strings.Repeat("\x07", 32)), coaching.Domain{Programme: "test", Purpose: "coaching"})
		require.NoError(t, err)
		s := ImportSpec{People: key, Metrics: []string{"y", "x"}, Attributes: []string{"org"}}
		read := ReadViva
		if long {
			read = ReadLong
		}
		got, report, err := read(iotest.HalfReader(strings.NewReader(file.String())), s)
		require.NoError(t, err)

		duplicates, conflicts, flips, blank := 0, 0, 0, 0
		for _, n := range want.rows {
			duplicates += n - 1
		}
		if long {
			duplicates = 0
		}
		for name, cells := range want.figures {
			for at, values := range cells {
				if long {
					duplicates += len(values) - 1
				}
				only := different(values, func(float64) bool { return false })
				v, ok := got.Value(at.subject, at.period, name)
				require.Equal(t, len(only) == 1, ok)
				if ok {
					require.Equal(t, only[0], v)
				} else {
					conflicts++
				}
			}
		}
		latest := map[coaching.PersonID]string{}
		last := map[coaching.PersonID]string{}
		for _, at := range slices.SortedFunc(maps.Keys(want.labels), func(a, b rowKey) int { return a.period.Compare(b.period) }) {
			only := different(want.labels[at], func(l string) bool { return l == "" })
			label := ""
			switch {
			case len(only) == 1:
				label = only[0]
				latest[at.subject] = label
			case len(only) > 1:
				conflicts++
				fallthrough
			default:
				blank++
			}
			if before, known := last[at.subject]; known && before != label {
				flips++
			}
			last[at.subject] = label
		}
		for subject := range last {
			label, n := got.Attribute(subject, "org")
			require.Equal(t, latest[subject], label)
			flips -= n
		}
		require.Zero(t, flips)
		require.Equal(t, blank, got.attributes[0].blank)
		require.Equal(t, duplicates, report.Duplicates)
		require.Equal(t, conflicts, report.Conflicts)
		for _, c := range report.Columns[:2] {
			require.Equal(t, want.blank[c.Name], c.Blank)
			require.Equal(t, want.bad[c.Name], c.Failed)
		}
		require.Equal(t, len(want.rows), rowsIn(got))
		require.Equal(t, got.Subjects(), slices.SortedFunc(maps.Keys(last), coaching.PersonID.Compare))
	})
}

// rowsIn counts the rows that a panel was read from.
func rowsIn(p *Panel) int {
	n := 0
	for _, f := range p.present {
		if f {
			n++
		}
	}
	return n
}

// A guess of who comes next is never taken for granted: a dictionary numbers
// texts by their first appearance, in any order of asking.
func TestDictionaryNumbersByFirstAppearance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := map[string]int32{}
		d := newDictionary()
		for _, text := range rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "b", "c", "ab", "d"})).Draw(t, "texts") {
			n, ok := d.find([]byte(text))
			want, wantOK := known[text]
			require.Equal(t, wantOK, ok)
			if !ok {
				want = int32(len(known))
				known[text] = want
				n = d.add([]byte(text))
			}
			require.Equal(t, want, n)
			require.Equal(t, text, d.texts[n])
		}
	})
}
