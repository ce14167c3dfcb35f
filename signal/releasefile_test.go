package signal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// exportRows are two weeks in three groups, one of them small, and one of which
// the label would run as a formula.
func exportRows() []personWeek {
	return slices.Concat(members("a", 0, 4, 0), members("=b", 10, 6, 0), members("'c, \"d\"", 20, 9, 0), members("a", 0, 5, 1), members("'c, \"d\"", 20, 9, 1))
}

func exportSpec(t testing.TB) ExportSpec {
	return ExportSpec{
		Programme: "test", Created: time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC), KeyID: "2026-a", Policy: "sha256:" + strings.Repeat("c", 64),
		Steward: person(t, "S"), ConsentHead: strings.Repeat("d", 64), Sources: []ImportReport{{File: "a.csv", SHA256: strings.Repeat("a", 64)}},
	}
}

// exportedRelease returns a release by org and level as a file with its manifest.
func exportedRelease(t testing.TB, rows []personWeek) ([]byte, Manifest, *Release) {
	t.Helper()
	p := groupsPanel(t, rows)
	r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: []string{"org", "level"}, Window: allWeeks(p), PerPeriod: true, K: 3})
	require.NoError(t, fs.Err())
	var b bytes.Buffer
	m, err := r.WriteCSV(&b, exportSpec(t))
	require.NoError(t, err)
	return b.Bytes(), m, r
}

// SIG-033: an aggregated file holds no person, is the same bytes whatever the
// order of the rows that it comes from, and is read back as the release.
func TestReleaseFileStoredFormat(t *testing.T) {
	data, m, r := exportedRelease(t, exportRows())
	text, err := m.JSON()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/release_v2.csv", data, 0o644))
		require.NoError(t, os.WriteFile("testdata/release_v2.json", text, 0o644))
	}
	for file, got := range map[string][]byte{"testdata/release_v2.csv": data, "testdata/release_v2.json": text} {
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), file)
	}
	require.Equal(t, Aggregated, m.Level)
	require.Equal(t, []string{"org", "level"}, m.By)
	require.NotContains(t, string(data), "p1_")
	require.NotContains(t, string(data), "\n=", "no cell begins a formula")
	require.NotContains(t, string(data), ",=")

	rows := exportRows()
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	again, other, _ := exportedRelease(t, rows)
	require.Equal(t, data, again)
	require.Equal(t, m, other)

	parsed, err := ParseManifest(text)
	require.NoError(t, err)
	back, err := ReadRelease(bytes.NewReader(data), parsed)
	require.NoError(t, err)
	require.Equal(t, r.Figures(), back.Figures())
	require.Equal(t, []any{r.Signal(), r.By(), r.K()}, []any{back.Signal(), back.By(), back.K()})
	auditWritten, _ := r.Audit()
	auditRead, ok := back.Audit()
	require.True(t, ok)
	require.Equal(t, auditWritten, auditRead)
}

// A group whose figure is undefined is written without its people, who are not
// hidden, and the totals still add up.
func TestReleaseFileWithUndefinedCell(t *testing.T) {
	p := groupsPanel(t, slices.Concat(members("a", 1, 6, 0), members("b", 10, 7, 0), members("c", 20, 9, 0)))
	hours := slices.Clone(p.values[0])
	for i := range hours {
		if label, _ := p.Attribute(p.subjects[i], "org"); label == "a" {
			hours[i] = 0
		}
	}
	p.metrics, p.values = append(p.metrics, "hours"), append(p.values, hours)
	d := teamHours()
	d.Expr = Expr{Op: RatioOfSums, Num: []string{"Meeting_hours"}, Den: []string{"hours"}}
	r, fs := NewRelease(p, d, ReleaseSpec{By: []string{"org"}, Window: allWeeks(p)})
	require.NoError(t, fs.Err())
	require.Equal(t, Cell{Reason: reasonUndefined}, at(t, r, 0, "a"))
	audit, ok := r.Audit()
	require.True(t, ok)
	require.Empty(t, audit.Cells)
	var b bytes.Buffer
	m, err := r.WriteCSV(&b, exportSpec(t))
	require.NoError(t, err)
	require.Contains(t, b.String(), ",,,missing,undefined\n")
	back, err := ReadRelease(bytes.NewReader(b.Bytes()), m)
	require.NoError(t, err)
	require.Equal(t, r.Figures(), back.Figures())
	d.Expr, d.Range = teamHours().Expr, &Band{Low: 0, High: 2}
	r, fs = NewRelease(p, d, ReleaseSpec{By: []string{"org"}, Window: allWeeks(p)})
	require.NoError(t, fs.Err())
	b.Reset()
	m, err = r.WriteCSV(&b, exportSpec(t))
	require.NoError(t, err)
	require.Contains(t, b.String(), ",,,missing,range\n")
	back, err = ReadRelease(bytes.NewReader(b.Bytes()), m)
	require.NoError(t, err)
	require.Equal(t, r.Figures(), back.Figures())
}

func TestReleaseWriteCSVRefuses(t *testing.T) {
	_, _, r := exportedRelease(t, exportRows())
	good := exportSpec(t)
	for name, change := range map[string]func(*Release, *ExportSpec){
		"no programme":      func(_ *Release, s *ExportSpec) { s.Programme = "" },
		"no time":           func(_ *Release, s *ExportSpec) { s.Created = time.Time{} },
		"groups of leaders": func(_ *Release, s *ExportSpec) { s.Groups = map[coaching.PersonID]string{person(t, "L"): "wave 1"} },
		"a key":             func(_ *Release, s *ExportSpec) { s.KeyID = strings.Repeat("0a", 32) },
		"a key in base64":   func(_ *Release, s *ExportSpec) { s.KeyID = strings.Repeat("A", 43) + "=" },
		"a label's lines":   func(r *Release, _ *ExportSpec) { r.labels[0] = []string{"a\nb", "c", "d"} },
		"a cell to find":    func(r *Release, _ *ExportSpec) { r.tables = []groupTable{exposedTable(r)} },
		"nothing":           func(r *Release, _ *ExportSpec) { *r = Release{} },
	} {
		changed, s := *r, good
		change(&changed, &s)
		var b bytes.Buffer
		_, err := changed.WriteCSV(&b, s)
		require.Error(t, err, name)
		require.Zero(t, b.Len(), name)
	}
	_, err := (*Release)(nil).WriteCSV(new(bytes.Buffer), good)
	require.Error(t, err)
}

// exposedTable is a table of r's shape with one cell hidden, alone in its line.
func exposedTable(r *Release) groupTable {
	n := make([][]int, r.rows)
	for i := range n {
		n[i] = slices.Repeat([]int{9}, r.columns)
	}
	c := twoWay(n)
	c.hidden[0] = true
	t := released(c, r.k).tables[0]
	t.period = r.tables[0].period
	return t
}

func withDigest(m Manifest, data []byte) Manifest {
	sum := sha256.Sum256(data)
	m.Bytes, m.SHA256, m.Rows = len(data), hex.EncodeToString(sum[:]), bytes.Count(data, []byte("\n"))-1
	return m
}

func TestReadReleaseRefusesAnyOtherByte(t *testing.T) {
	data, m, _ := exportedRelease(t, exportRows())
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		changed := slices.Clone(data)
		changed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		r, err := ReadRelease(bytes.NewReader(changed), m)
		require.Error(t, err)
		require.Nil(t, r)
	})
}

// SIG-033: a file that agrees with its manifest's digest is still refused when
// WriteCSV would not have written it, or when it gives a hidden cell away.
func TestReadReleaseRefusesWhatIsNeverWritten(t *testing.T) {
	data, m, _ := exportedRelease(t, exportRows())
	lines := strings.SplitAfter(string(data), "\n")
	pseudonymised := m
	pseudonymised.Level, pseudonymised.By, pseudonymised.K = Pseudonymised, nil, 5
	_, err := ReadRelease(bytes.NewReader(data), pseudonymised)
	require.ErrorContains(t, err, "pseudonymised")
	_, err = ReadCSV(bytes.NewReader(data), m)
	require.ErrorContains(t, err, "aggregated")
	low := m
	low.K = 2
	_, err = ReadRelease(bytes.NewReader(data), low)
	require.Error(t, err)
	more := m
	more.Rows++
	_, err = ReadRelease(bytes.NewReader(data), more)
	require.ErrorContains(t, err, "rows")
	more.Rows = maxReleaseCells + 1
	_, err = ReadRelease(bytes.NewReader(data), more)
	require.ErrorContains(t, err, "at most 1048576")
	oneAttribute := m
	oneAttribute.By = []string{"org"}
	_, err = ReadRelease(bytes.NewReader(data), oneAttribute)
	require.Error(t, err)

	for name, edit := range map[string]func([]string) []string{
		"another header":    func(l []string) []string { l[0] = "group\n"; return l },
		"swapped rows":      func(l []string) []string { l[1], l[2] = l[2], l[1]; return l },
		"repeated row":      func(l []string) []string { return slices.Insert(l, 1, l[1]) },
		"row missing":       func(l []string) []string { return slices.Delete(l, 1, 2) },
		"week twice":        func(l []string) []string { return append(l[:13], l[1:13]...) },
		"two people":        func(l []string) []string { return replaceFirst(l, ",4,ok,", ",2,ok,") },
		"another n":         func(l []string) []string { return replaceFirst(l, ",9,ok,", ",8,ok,") },
		"unknown signal":    func(l []string) []string { return replaceFirst(l, ",meeting_hours,", ",other_hours,") },
		"value when hidden": func(l []string) []string { return replaceFirst(l, ",,,suppressed,", ",7,3,suppressed,") },
		"excluded":          func(l []string) []string { return replaceFirst(l, ",,,suppressed,", ",,,excluded,") },
		"flag":              func(l []string) []string { return replaceFirst(l, ",missing,nobody", ",missing,secret") },
		"another spelling":  func(l []string) []string { return replaceFirst(l, ",9,ok,", ",09,ok,") },
		"carriage returns":  func(l []string) []string { l[1] = strings.Replace(l[1], "\n", "\r\n", 1); return l },
		"bare formula":      func(l []string) []string { return replaceFirst(l, "'=b", "=b") },
		"no day":            func(l []string) []string { return replaceFirst(l, "2026-11-01", "2026-11-31") },
		"many days":         func(l []string) []string { return replaceFirst(l, ",7,", ",367,") },
	} {
		t.Run(name, func(t *testing.T) {
			changed := []byte(strings.Join(edit(slices.Clone(lines)), ""))
			require.False(t, bytes.Equal(data, changed))
			r, err := ReadRelease(bytes.NewReader(changed), withDigest(m, changed))
			require.Error(t, err)
			require.Nil(t, r)
		})
	}
	exposed := &Release{shape: shape{rows: 2, columns: 2}, signal: m.Signals[0], by: m.By, k: m.K, labels: [2][]string{{"a", "b"}, {"j", "s"}}}
	exposed.tables = []groupTable{{period: weekPeriod(0)}}
	exposed.tables[0].cells = exposedTable(exposed).cells
	text := encodeCSV(releaseHeader, exposed.lines())
	_, err = ReadRelease(bytes.NewReader(text), withDigest(m, text))
	require.ErrorContains(t, err, "can be worked out")
}

// What reads is what would be written, adds up and gives nothing away.
func FuzzReadRelease(f *testing.F) {
	data, m, _ := exportedRelease(f, exportRows())
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadRelease(bytes.NewReader(data), withDigest(m, data))
		if err != nil {
			require.Nil(t, r)
			return
		}
		require.Equal(t, string(data), string(encodeCSV(releaseHeader, r.lines())))
		audit, ok := r.Audit()
		require.True(t, ok)
		require.Zero(t, audit.Exposed)
		for _, f := range r.Figures() {
			require.True(t, f.N >= m.K || f.N == 0 && f.Status != OK)
		}
	})
}
