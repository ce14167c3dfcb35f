package signal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document/hostile"
)

// A readerCase is a reader, a small file that it reads without a finding, and
// what is asked of it. The file's first column is what the reader identifies rows
// by, its others are figures.
type readerCase struct {
	file    string
	metrics []string
	labels  []string // of Owners
	read    func(file io.Reader, s ImportSpec) (*Panel, ImportReport, error)
}

func readerCases() map[string]readerCase {
	scores := Mapping{
		Schema: MappingV1, ID: "scores", Name: "Scores", Source: SurveyAnswers, Person: "who", Date: "day", Cadence: Weekly,
		Metrics: []MappedMetric{{Name: "x", Unit: "points", Column: "x"}, {Name: "y", Unit: "points", Column: "y"}},
	}
	sums := scores
	sums.Key = "n"
	sums.Metrics = []MappedMetric{{Name: "x", Unit: "points", Column: "x", Combine: "sum"}, {Name: "y", Unit: "rows", Combine: "sum"}}
	return map[string]readerCase{
		"viva": {
			"PersonId,MetricDate,x,y\nE1,2027-01-03,1,0.1\nE2,2027-01-03,3,0.2\nE1,2027-01-10,5,0.3\n", []string{"x", "y"}, nil,
			ReadViva,
		},
		"survey": {
			"person,date,x,y\nE1,2027-01-04,1,2\nE2,2027-01-05,3,4\nE1,2027-01-12,5,5\n", []string{"x", "y"}, nil,
			ReadSurvey,
		},
		"long": {
			"person,date,metric,value\nE1,2027-01-03,x,1\nE1,2027-01-03,y,0.1\nE2,2027-01-03,x,3\nE1,2027-01-10,y,5\n", []string{"x", "y"}, nil,
			ReadLong,
		},
		"group": {
			"PrimaryCollaborator_Organization,SecondaryCollaborator_Organization,MetricDate,Group_meeting_time_invested\n" +
				"A,B,2027-01-03,0.1\nA,C,2027-01-03,0.2\nA,Within Group,2027-01-03,0.3\nB,A,2027-01-03,4\nB,A,2027-01-10,5\nA,B,2027-01-10,7\n",
			[]string{"Group_meeting_time_invested", "Group_meeting_time_invested_cross"}, []string{"A", "B"},
			ReadVivaGroup,
		},
		"meetings": {
			"Organizer,MeetingId,Collaboration_start_time,Number_of_attendees,Duration,Cancelled,Recurring\n" +
				"E1,m1,2027-01-04T09:00:00Z,3,0.1,FALSE,TRUE\nE1,m2,2027-01-05T09:00:00Z,9,0.2,FALSE,FALSE\nE1,m3,2027-01-09T09:00:00Z,3,0.3,FALSE,FALSE\n" +
				"E2,m4,2027-01-04T09:00:00Z,4,1,FALSE,TRUE\nE2,m5,2027-01-12T09:00:00Z,4,1,FALSE,TRUE\n",
			[]string{"meetings", "meeting_hours", "attendees", "large_meetings", "short_meetings", "recurring_meetings"}, nil,
			ReadVivaMeetings,
		},
		"slack": {
			"Date,Messages in DMs,Daily active members\n" +
				"2027-01-04,0.1,3\n2027-01-05,0.2,4\n2027-01-06,0.3,5\n2027-01-07,0.4,6\n2027-01-08,0.5,7\n",
			[]string{"Messages in DMs", "Daily active members", "days"}, []string{"A"},
			ReadSlack,
		},
		"jira": {
			"project,id,created_date,finished_date,cycle_time_days\n" +
				"A,A-1,2027-01-04,2027-01-06,1.1\nA,A-2,2027-01-04,2027-01-06,1.2\nA,A-3,2027-01-04,2027-01-08,0.3\nB,B-4,2027-01-04,2027-01-13,7\nB,B-5,2027-01-04,2027-01-13,8\n",
			[]string{"issues", "cycle_time_days_median", "cycle_time_days_mean", "cycle_time_days_p85"}, []string{"A", "B"},
			ReadJira,
		},
		"mapped": {
			"who,day,x,y\nE1,2027-01-04,1,2\nE2,2027-01-04,3,4\nE1,2027-01-11,5,6\n", []string{"x", "y"}, nil,
			func(file io.Reader, s ImportSpec) (*Panel, ImportReport, error) {
				return ReadMapped(file, scores, s)
			},
		},
		"mapped sums": {
			"who,n,day,x\nE1,a,2027-01-04,0.1\nE1,b,2027-01-05,0.2\nE1,c,2027-01-06,0.3\nE2,d,2027-01-11,6\n", []string{"x", "y"}, nil,
			func(file io.Reader, s ImportSpec) (*Panel, ImportReport, error) {
				return ReadMapped(file, sums, s)
			},
		},
	}
}

func (c readerCase) spec(t testing.TB, people *coaching.Pseudonymizer) ImportSpec {
	s := ImportSpec{File: "in.csv", People: people, Metrics: c.metrics, Owners: owners(t, c.labels...)}
	if strings.Contains(c.file, "Messages") {
		s.WeekStart = time.Monday
	}
	return s
}

// A byte order mark, CRLF, quoted cells, a missing last line break and quoted
// line breaks in a column that is not read change nothing.
func TestReadersReadWhatExportsHold(t *testing.T) {
	for name, c := range readerCases() {
		want, report, err := c.read(strings.NewReader(c.file), c.spec(t, people(t)))
		require.NoError(t, err, name)
		require.Empty(t, report.Findings, name)
		require.Zero(t, report.Unread, name)
		var noted strings.Builder
		for i, line := range strings.Split(strings.TrimSuffix(c.file, "\n"), "\n") {
			if i == 0 {
				noted.WriteString(line + ",Subject\r\n")
			} else {
				noted.WriteString(line + ",\"Re: \"\"x\"\",\r\ny\"\r\n")
			}
		}
		for variant, file := range map[string]string{
			"mark":      "\xef\xbb\xbf" + c.file,
			"crlf":      strings.ReplaceAll(c.file, "\n", "\r\n"),
			"no end":    strings.TrimSuffix(c.file, "\n"),
			"unread":    noted.String(),
			"quoted":    quoted(t, c.file),
			"all three": "\xef\xbb\xbf" + strings.ReplaceAll(quoted(t, c.file), "\n", "\r\n"),
		} {
			got, report, err := c.read(strings.NewReader(file), c.spec(t, people(t)))
			require.NoError(t, err, "%s %s", name, variant)
			require.Empty(t, report.Findings, "%s %s", name, variant)
			requireSamePanel(t, want, got)
		}
	}
}

func quoted(t testing.TB, file string) string {
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	require.NoError(t, err)
	var b strings.Builder
	for _, record := range records {
		b.WriteString(`"` + strings.Join(record, `","`) + "\"\n")
	}
	return b.String()
}

// The order of rows and columns changes nothing in the panel, and no count in
// the report: also where rows repeat, contradict each other or do not parse.
func TestReadersIgnoreTheOrderOfRowsAndColumns(t *testing.T) {
	key := people(t)
	for name, c := range readerCases() {
		t.Run(name, func(t *testing.T) {
			records, err := csv.NewReader(strings.NewReader(c.file)).ReadAll()
			require.NoError(t, err)
			rapid.Check(t, func(rt *rapid.T) {
				rows := slices.Clone(records[1:])
				for range rapid.IntRange(0, 3).Draw(rt, "spoilt") {
					row := slices.Clone(rapid.SampledFrom(records[1:]).Draw(rt, "row"))
					column := rapid.IntRange(0, len(row)-1).Draw(rt, "column")
					row[column] = rapid.SampledFrom([]string{"", "x", "-1", "9", row[column], records[1][column]}).Draw(rt, "cell")
					rows = append(rows, row)
				}
				order := rapid.Permutation(placesOf(records[0])).Draw(rt, "columns")
				shuffled := rapid.Permutation(rows).Draw(rt, "rows")
				first, before, errBefore := c.read(strings.NewReader(fileOf(records[0], rows, placesOf(records[0]))), c.spec(t, key))
				second, after, errAfter := c.read(strings.NewReader(fileOf(records[0], shuffled, order)), c.spec(t, key))
				require.Equal(t, errBefore == nil, errAfter == nil, "%v %v", errBefore, errAfter)
				if errBefore != nil {
					return
				}
				requireSamePanel(t, first, second)
				requireEveryRowCounted(t, before)
				requireEveryRowCounted(t, after)
				require.Equal(t, before.Conflicts, after.Conflicts)
				require.Equal(t, before.Duplicates, after.Duplicates)
				require.Equal(t, before.NoPerson, after.NoPerson)
				require.Equal(t, before.Weekdays, after.Weekdays)
				require.Equal(t, slices.Sorted(slices.Values(codes(before.Findings))), slices.Sorted(slices.Values(codes(after.Findings))))
			})
		})
	}
}

// Each row is read, with the weekday of its date, or counted as not read.
func requireEveryRowCounted(t testing.TB, r ImportReport) {
	t.Helper()
	rows := r.NoPerson + r.Skipped
	for _, n := range r.Weekdays {
		rows += n
	}
	for _, left := range r.LeftOut {
		rows += left.Rows
	}
	require.Equal(t, r.Rows, rows)
}

// However a file comes, one byte at a time or its end with its last bytes, it is
// the same file; a reader that fails half-way gives nothing, and its error.
func TestReadersReadWhateverTheReads(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, c := range readerCases() {
		want, report, err := c.read(strings.NewReader(c.file), c.spec(t, people(t)))
		require.NoError(t, err, name)
		requireEveryRowCounted(t, report)
		for _, r := range []io.Reader{
			iotest.OneByteReader(strings.NewReader(c.file)), iotest.HalfReader(strings.NewReader(c.file)), iotest.DataErrReader(strings.NewReader(c.file)),
		} {
			got, again, err := c.read(r, c.spec(t, people(t)))
			require.NoError(t, err, name)
			requireSamePanel(t, want, got)
			require.Equal(t, report, again, name)
		}
		for at := range len(c.file) + 1 {
			p, _, err := c.read(io.MultiReader(strings.NewReader(c.file[:at]), iotest.ErrReader(broken)), c.spec(t, people(t)))
			require.ErrorIs(t, err, broken, "%s %d", name, at)
			require.ErrorContains(t, err, "in.csv", name)
			require.Nil(t, p, name)
		}
	}
}

func placesOf(header []string) []int {
	columns := make([]int, len(header))
	for i := range columns {
		columns[i] = i
	}
	return columns
}

func fileOf(header []string, rows [][]string, order []int) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range slices.Concat([][]string{header}, rows) {
		var cells []string
		for _, i := range order {
			cells = append(cells, row[i])
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.String()
}

// Every hostile variant of a file is refused or, where a count in the report is
// the answer, found; every honest one is read without a finding as the same
// panel. No message quotes a cell.
func TestReadersRefuseHostileVariants(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the generator and reads 600 files for each reader; go test without -short runs it")
	}
	cases := readerCases()
	files := map[string][]byte{}
	for name, c := range cases {
		files[strings.ReplaceAll(name, " ", "")+".csv"] = []byte(c.file)
	}
	for name, c := range cases {
		in := strings.ReplaceAll(name, " ", "") + ".csv"
		dir := filepath.Join(hostile.Generate(t, files, "docs", "-kind", "csv", "-in", in, "-out", "out", "-n", "300", "-seed", "3"), "out")
		manifest, err := os.ReadFile(filepath.Join(dir, "manifest.jsonl"))
		require.NoError(t, err)
		want, _, err := c.read(strings.NewReader(c.file), c.spec(t, people(t)))
		require.NoError(t, err)
		refused, honest := 0, 0
		for line := range strings.Lines(string(manifest)) {
			var v struct{ ID, Op, File, Expect, Why string }
			require.NoError(t, json.Unmarshal([]byte(line), &v))
			data, err := os.ReadFile(filepath.Join(dir, v.File))
			require.NoError(t, err)
			got, report, err := c.read(bytes.NewReader(data), c.spec(t, people(t)))
			switch {
			case v.Expect == "accept_equal":
				honest++
				require.NoError(t, err, "%s %s", name, v.Op)
				require.Empty(t, report.Findings, "%s %s", name, v.Op)
				require.True(t, reflect.DeepEqual(want.subjects, got.subjects) && reflect.DeepEqual(want.periods, got.periods), "%s %s", name, v.Op)
				requireSamePanel(t, want, got)
			case err != nil:
				refused++
				require.Regexp(t, `in\.csv|larger than|reading`, err.Error(), "%s %s", name, v.Op)
			default:
				refused++
				blank := slices.ContainsFunc(report.Columns, func(c ColumnReport) bool { return c.Blank > 0 })
				if len(report.Findings) == 0 && !blank {
					t.Errorf("%s: %s %s accepted (%s):\n%.300q", name, v.ID, v.Op, v.Why, data)
				}
			}
		}
		require.Positive(t, honest, name)
		require.Greater(t, refused, 100, name)
	}
}

// Whatever the bytes, a reader gives a panel of finite figures or an error, and
// the same one twice, and never as many figures as would not fit its rows.
func fuzzReaderCase(f *testing.F, name string) {
	c := readerCases()[name]
	f.Add(c.file)
	f.Add("\xef\xbb\xbf" + strings.ReplaceAll(quoted(f, c.file), "\n", "\r\n"))
	s := c.spec(f, people(f))
	s.Limits = ImportLimits{Bytes: 1 << 16}
	f.Fuzz(func(t *testing.T, file string) {
		p, report, err := c.read(strings.NewReader(file), s)
		again, _, errAgain := c.read(strings.NewReader(file), s)
		require.Equal(t, err, errAgain)
		require.Equal(t, p == nil, err != nil)
		if err != nil {
			return
		}
		requireSamePanel(t, p, again)
		require.LessOrEqual(t, len(p.subjects)*len(p.periods), report.Rows*report.Rows)
		for _, subject := range p.Subjects() {
			for _, period := range p.Periods() {
				require.Positive(t, period.Days)
				for _, m := range c.metrics {
					v, ok := p.Value(subject, period, m)
					require.True(t, !ok || v-v == 0, "a figure is finite")
				}
			}
		}
	})
}

func FuzzReadVivaGroup(f *testing.F)    { fuzzReaderCase(f, "group") }
func FuzzReadVivaMeetings(f *testing.F) { fuzzReaderCase(f, "meetings") }
func FuzzReadSlack(f *testing.F)        { fuzzReaderCase(f, "slack") }
func FuzzReadJira(f *testing.F)         { fuzzReaderCase(f, "jira") }
func FuzzReadMapped(f *testing.F)       { fuzzReaderCase(f, "mapped") }
func FuzzReadMappedSums(f *testing.F)   { fuzzReaderCase(f, "mapped sums") }
