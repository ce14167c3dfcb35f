package signal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

var update = flag.Bool("update", false, "write the stored formats anew; only for a new version of them")

// exported returns the case's two series as a file with its manifest.
func exported(t testing.TB) ([]byte, Manifest, []*Series) {
	t.Helper()
	c := newPilotCase(t, spikeLast)
	series := []*Series{c.spec.Signals[0].Baselines.series, c.spec.Signals[1].Baselines.series}
	// One of each status that a cell can have.
	cells := slices.Clone(series[0].cells)
	cells[0] = Cell{Status: Suppressed, Reason: reasonFew}
	cells[1] = Cell{Reason: reasonNobody}
	cells[2] = Cell{Status: Excluded, Reason: "holiday in the calendar: 2026-11-15"}
	cells[3] = Cell{Reason: reasonRange}
	cells[4] = Cell{Reason: reasonUndefined}
	first := *series[0]
	first.cells = cells
	series[0] = &first
	var b bytes.Buffer
	m, err := WriteCSV(&b, ExportSpec{
		Programme: "test", Created: time.Date(2027, 1, 11, 9, 0, 0, 0, time.UTC),
		Groups:  map[coaching.PersonID]string{person(t, "L0"): "wave 1", person(t, "L1"): "=HYPERLINK(0)", person(t, "L2"): "'quoted'"},
		Sources: []ImportReport{{File: "b.csv", SHA256: strings.Repeat("b", 64)}, {File: "a.csv", SHA256: strings.Repeat("a", 64)}},
	}, series...)
	require.NoError(t, err)
	return b.Bytes(), m, series
}

// SIG-033: the stored formats, written and read for ever after.
func TestStoredFormats(t *testing.T) {
	data, m, _ := exported(t)
	text, err := m.JSON()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/export_v1.csv", data, 0o644))
		require.NoError(t, os.WriteFile("testdata/manifest_v2.json", text, 0o644))
	}
	wantCSV, err := os.ReadFile("testdata/export_v1.csv")
	require.NoError(t, err)
	wantManifest, err := os.ReadFile("testdata/manifest_v2.json")
	require.NoError(t, err)
	require.Equal(t, string(wantCSV), string(data))
	require.Equal(t, string(wantManifest), string(text))

	back, err := ParseManifest(wantManifest)
	require.NoError(t, err)
	require.Equal(t, m, back)
	rows, err := ReadCSV(bytes.NewReader(wantCSV), back)
	require.NoError(t, err)
	require.Len(t, rows, 80)
	groups := map[string]bool{}
	for _, r := range rows {
		groups[r.Group] = true
	}
	require.True(t, groups["=HYPERLINK(0)"] && groups["'quoted'"] && groups["wave 1"], "labels come back as they went in")
	require.NotContains(t, string(wantCSV), ",=", "no cell begins a formula")
}

// SIG-033: a manifest of version 1 still opens its file, and has none of what
// came later.
func TestManifestVersion1IsRead(t *testing.T) {
	text, err := os.ReadFile("testdata/manifest_v1.json")
	require.NoError(t, err)
	m, err := ParseManifest(text)
	require.NoError(t, err)
	data, err := os.ReadFile("testdata/export_v1.csv")
	require.NoError(t, err)
	rows, err := ReadCSV(bytes.NewReader(data), m)
	require.NoError(t, err)
	require.Len(t, rows, 80)

	for name, edit := range map[string]func(*Manifest){
		"key": func(m *Manifest) { m.KeyID = "k" }, "policy": func(m *Manifest) { m.Policy = "p" }, "steward": func(m *Manifest) { m.Steward = person(t, "S") },
		"consent": func(m *Manifest) { m.ConsentHead = "c" }, "level": func(m *Manifest) { m.Level, m.By, m.Signals = Aggregated, []string{"x"}, m.Signals[:1] },
	} {
		later := m
		edit(&later)
		text, err := later.JSON()
		require.NoError(t, err)
		_, err = ParseManifest(text)
		require.Error(t, err, name)
		later.Schema = ManifestSchema
		text, err = later.JSON()
		require.NoError(t, err)
		_, err = ParseManifest(text)
		require.NoError(t, err, name)
	}
}

// SIG-033: a manifest of version 1 promises no less than a later one: naming the
// older version is no way around k, and nothing of it panics.
func TestManifestVersion1IsChecked(t *testing.T) {
	text, err := os.ReadFile("testdata/manifest_v1.json")
	require.NoError(t, err)
	m, err := ParseManifest(text)
	require.NoError(t, err)
	for name, edit := range map[string]func(*Manifest){
		"k": func(m *Manifest) { m.K = 0 }, "programme": func(m *Manifest) { m.Programme = "" }, "time": func(m *Manifest) { m.Created = time.Time{} },
		"digest": func(m *Manifest) { m.SHA256 = "" }, "signals": func(m *Manifest) { m.Signals = nil }, "level": func(m *Manifest) { m.Level = Aggregated },
	} {
		less := m
		edit(&less)
		text, err := less.JSON()
		require.NoError(t, err)
		_, err = ParseManifest(text)
		require.Error(t, err, name)
		_, err = ReadCSV(strings.NewReader(""), less)
		require.Error(t, err, name)
		_, err = ReadRelease(strings.NewReader(""), less)
		require.Error(t, err, name)
	}
}

func TestWriteCSVIgnoresTheOrderOfSeries(t *testing.T) {
	data, m, series := exported(t)
	spec := ExportSpec{Programme: "test", Created: m.Created, Groups: map[coaching.PersonID]string{
		person(t, "L0"): "wave 1", person(t, "L1"): "=HYPERLINK(0)", person(t, "L2"): "'quoted'",
	}, Sources: []ImportReport{{File: "a.csv", SHA256: strings.Repeat("a", 64)}, {File: "b.csv", SHA256: strings.Repeat("b", 64)}}}
	slices.Reverse(series)
	var b bytes.Buffer
	again, err := WriteCSV(&b, spec, series...)
	require.NoError(t, err)
	require.Equal(t, data, b.Bytes())
	require.Equal(t, m, again)
}

func TestWriteCSVRefuses(t *testing.T) {
	_, m, series := exported(t)
	for name, spec := range map[string]ExportSpec{
		"no programme": {Created: m.Created}, "no time": {Programme: "x"},
		"label": {Programme: "x", Created: m.Created, Groups: map[coaching.PersonID]string{series[0].leaders[0]: "two\nlines"}},
	} {
		_, err := WriteCSV(new(bytes.Buffer), spec, series...)
		require.Error(t, err, name)
	}
	_, err := WriteCSV(new(bytes.Buffer), ExportSpec{Programme: "x", Created: m.Created}, series[0], series[0])
	require.ErrorContains(t, err, "twice")
	_, err = WriteCSV(new(bytes.Buffer), ExportSpec{Programme: "x", Created: m.Created}, nil)
	require.Error(t, err)
}

// A changed file is refused whatever was changed, and nothing of it is returned.
func TestReadCSVRefusesAnyOtherByte(t *testing.T) {
	data, m, _ := exported(t)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		changed := slices.Clone(data)
		changed[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		rows, err := ReadCSV(bytes.NewReader(changed), m)
		require.Error(t, err)
		require.Nil(t, rows)
	})
	for name, bad := range map[string][]byte{"shorter": data[:len(data)-1], "longer": append(slices.Clone(data), '\n'), "empty": nil} {
		_, err := ReadCSV(bytes.NewReader(bad), m)
		require.Error(t, err, name)
	}
}

// A file that agrees with its manifest's digest is still refused when WriteCSV
// would not have written it.
func TestReadCSVRefusesWhatIsNeverWritten(t *testing.T) {
	data, m, _ := exported(t)
	lines := strings.SplitAfter(string(data), "\n")
	edits := map[string]func([]string) []string{
		"another header":    func(l []string) []string { l[0] = "subject,grain\n"; return l },
		"swapped rows":      func(l []string) []string { l[1], l[2] = l[2], l[1]; return l },
		"repeated row":      func(l []string) []string { return slices.Insert(l, 1, l[1]) },
		"four people":       func(l []string) []string { return replaceFirst(l, ",6,ok,", ",4,ok,") },
		"a bare name":       func(l []string) []string { l[1] = "Jane" + l[1][29:]; return l },
		"unknown signal":    func(l []string) []string { return replaceFirst(l, ",email_hours,", ",other_hours,") },
		"another grain":     func(l []string) []string { return replaceFirst(l, ",team,", ",leader,") },
		"value when hidden": func(l []string) []string { return replaceFirst(l, ",,,suppressed,", ",7,3,suppressed,") },
		"unknown flag":      func(l []string) []string { return replaceFirst(l, ",suppressed,few", ",suppressed,secret") },
		"another spelling":  func(l []string) []string { return replaceFirst(l, ",6,ok,", ",06,ok,") },
		"carriage returns":  func(l []string) []string { l[1] = strings.Replace(l[1], "\n", "\r\n", 1); return l },
		"not a number":      func(l []string) []string { return replaceFirst(l, ",6,ok,", "NaN,6,ok,") },
		"no day":            func(l []string) []string { return replaceFirst(l, "2026-11-01", "2026-11-31") },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			changed := []byte(strings.Join(edit(slices.Clone(lines)), ""))
			require.NotEqual(t, data, changed)
			n := m
			sum := sha256.Sum256(changed)
			n.Bytes, n.SHA256 = len(changed), hex.EncodeToString(sum[:])
			n.Rows = bytes.Count(changed, []byte("\n")) - 1
			rows, err := ReadCSV(bytes.NewReader(changed), n)
			require.Error(t, err)
			require.Nil(t, rows)
			require.NotContains(t, err.Error(), "Jane")
		})
	}
}

func replaceFirst(lines []string, old, new string) []string {
	for i, l := range lines {
		if strings.Contains(l, old) {
			lines[i] = strings.Replace(l, old, new, 1)
			return lines
		}
	}
	return lines
}

func TestParseManifestRefuses(t *testing.T) {
	_, m, _ := exported(t)
	good, err := m.JSON()
	require.NoError(t, err)
	for name, edit := range map[string][2]string{
		"version":        {"signal-manifest/v2", "signal-manifest/v3"},
		"unknown field":  {`"rows"`, `"lines"`},
		"other case":     {`"rows"`, `"Rows"`},
		"repeated field": {`"k": 5`, `"k": 5, "k": 5`},
		"small groups":   {`"k": 5`, `"k": 3`},
		"level":          {"pseudonymised", "anonymous"},
		"aggregated":     {"pseudonymised", "aggregated"}, // without attributes
		"attributes":     {`"k": 5,`, "\"k\": 5,\n  \"by\": [\n    \"Organization\"\n  ],"},
		"a key":          {`"created"`, `"key_id": "` + strings.Repeat("f", 64) + "\",\n  \"created\""},
		"a long policy":  {`"created"`, `"policy": "` + strings.Repeat("f", 129) + "\",\n  \"created\""},
		"a log's lines":  {`"created"`, "\"consent_head\": \"a b\",\n  \"created\""},
	} {
		_, err := ParseManifest(bytes.Replace(good, []byte(edit[0]), []byte(edit[1]), 1))
		require.Error(t, err, name)
	}
	_, err = ParseManifest(append(good, '{', '}'))
	require.Error(t, err)
	_, err = ReadCSV(strings.NewReader(""), Manifest{})
	require.Error(t, err, "the zero manifest reads nothing")
}

// What reads is what would be written.
func FuzzReadCSV(f *testing.F) {
	data, m, _ := exported(f)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		n := m
		sum := sha256.Sum256(data)
		n.Bytes, n.SHA256, n.Rows = len(data), hex.EncodeToString(sum[:]), bytes.Count(data, []byte("\n"))-1
		rows, err := ReadCSV(bytes.NewReader(data), n)
		if err != nil {
			require.Nil(t, rows)
			return
		}
		require.Equal(t, data, encodeRows(rows))
	})
}

func FuzzParseManifest(f *testing.F) {
	_, m, _ := exported(f)
	good, _ := m.JSON()
	f.Add(good)
	_, m, _ = exportedRelease(f, exportRows())
	good, _ = m.JSON()
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		again, err := m.JSON()
		require.NoError(t, err)
		require.Equal(t, data, again)
	})
}
