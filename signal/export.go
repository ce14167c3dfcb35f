package signal

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// exportHeader is the header of an exported file.
const exportHeader = "subject,grain,group,period_start,period_days,signal,value,n,status,flags"

// A Row is one line of an exported file.
type Row struct {
	Subject coaching.PersonID
	Grain   Grain
	Group   string // a label such as "wave 1"
	Period  Period
	Signal  string
	Value   float64 // 0 unless Status is OK
	N       int     // people behind the value, 0 unless Status is OK
	Status  Status
	Flags   []string // such as "holiday"; from a closed list, sorted
}

// rowFlags are the words that the flags column may hold.
var rowFlags = [...]string{"few", "nobody", "range", "undefined"}

// WriteCSV writes the series as long CSV: UTF-8, line feeds, RFC 4180 quoting, a
// row per leader, signal and period, sorted by subject, signal and period. The
// same series give the same bytes whatever their order. Labels that a
// spreadsheet would run as a formula are written with an apostrophe in front;
// figures stay figures. A cell without a value says why in status and flags and
// gives neither value nor n.
//
// The manifest returned describes the bytes and goes beside them.
func WriteCSV(w io.Writer, spec ExportSpec, series ...*Series) (Manifest, error) {
	var signals []SignalRef
	for _, s := range series {
		if s == nil {
			return Manifest{}, errors.New("signal: an export got a nil series")
		}
		d := s.definition
		if d.Class == Raw {
			return Manifest{}, fmt.Errorf("signal: signal %q is classed raw; raw traces are not exported (SIG-033)", d.ID)
		}
		signals = append(signals, SignalRef{ID: d.ID, Version: d.Version, Unit: d.Unit, Grain: d.Grain})
	}
	m, err := spec.manifest(signals)
	if err != nil {
		return Manifest{}, err
	}
	m.Level, m.K = Pseudonymised, MinGroup
	var rows []Row
	for _, s := range series {
		for l, leader := range s.leaders {
			group := spec.Groups[leader]
			if !groupLabel(group) {
				return Manifest{}, errGroupLabel
			}
			for t, period := range s.periods {
				rows = append(rows, s.exported(leader, group, period, s.cells[l*len(s.periods)+t]))
			}
		}
	}
	slices.SortFunc(rows, Row.compare)
	return m.write(w, encodeRows(rows), len(rows))
}

// write writes the file and completes its manifest.
func (m Manifest) write(w io.Writer, data []byte, rows int) (Manifest, error) {
	sum := sha256.Sum256(data)
	m.Rows, m.Bytes, m.SHA256 = rows, len(data), hex.EncodeToString(sum[:])
	if _, err := w.Write(data); err != nil {
		return Manifest{}, fmt.Errorf("signal: writing %d rows: %w", rows, err)
	}
	return m, nil
}

func encodeRows(rows []Row) []byte {
	lines := make([][]string, len(rows))
	for i, r := range rows {
		lines[i] = r.fields()
	}
	return encodeCSV(exportHeader, lines)
}

func encodeCSV(header string, lines [][]string) []byte {
	var b bytes.Buffer
	b.WriteString(header + "\n")
	_ = csv.NewWriter(&b).WriteAll(lines) // a bytes.Buffer does not fail
	return b.Bytes()
}

var errGroupLabel = errors.New("signal: a group label is longer than 256 bytes, no UTF-8 text, or holds a control or invisible character")

func groupLabel(text string) bool {
	return len(text) <= 256 && utf8.ValidString(text) && !strings.ContainsFunc(text, hiddenRune)
}

func (s *Series) exported(leader coaching.PersonID, group string, period Period, c Cell) Row {
	r := Row{Subject: leader, Grain: s.definition.Grain, Group: group, Period: period, Signal: s.definition.ID, Status: c.Status}
	switch {
	case c.Status == OK:
		r.Value, r.N = c.Value, c.N
	case c.Status == Suppressed:
		r.Flags = []string{"few"}
	case c.Reason == reasonRange:
		r.Flags = []string{"range"}
	case c.Reason == reasonUndefined:
		r.Flags = []string{"undefined"}
	case c.Reason == reasonNobody:
		r.Flags = []string{"nobody"}
	}
	return r
}

func (r Row) compare(o Row) int {
	return cmp.Or(r.Subject.Compare(o.Subject), cmp.Compare(r.Signal, o.Signal), r.Period.Compare(o.Period))
}

func (r Row) fields() []string {
	value, n := "", ""
	if r.Status == OK {
		value, n = strconv.FormatFloat(r.Value, 'f', -1, 64), strconv.Itoa(r.N)
	}
	return []string{
		r.Subject.String(), r.Grain.String(), spreadsheetSafe(r.Group), r.Period.Start.String(), strconv.Itoa(r.Period.Days),
		r.Signal, value, n, r.Status.String(), strings.Join(r.Flags, " "),
	}
}

// spreadsheetSafe puts an apostrophe before text that a spreadsheet would run,
// and before an apostrophe, so that reading can take it off again.
func spreadsheetSafe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t'", rune(text[0])) {
		return "'" + text
	}
	return text
}

// ReadCSV reads what [WriteCSV] wrote, in its order. It refuses a file whose
// bytes, row count or signals are not the manifest's, and any row that WriteCSV
// would not have written: another order, a repeated cell, a value without n, a
// team of fewer than the manifest's k. Nothing of a refused file is returned.
func ReadCSV(r io.Reader, m Manifest) ([]Row, error) {
	data, err := m.read(r, Pseudonymised)
	if err != nil {
		return nil, err
	}
	grains := map[string]Grain{}
	for _, s := range m.Signals {
		grains[s.ID] = s.Grain
	}
	var rows []Row
	err = m.lines(data, exportHeader, func(fields []string) error {
		row, err := parseRow(fields)
		if err != nil {
			return err
		}
		grain, known := grains[row.Signal]
		switch {
		case !known || grain != row.Grain:
			return errors.New("the signal or its grain is not in the manifest")
		case row.Status == OK && row.Grain == Team && row.N < m.K:
			return fmt.Errorf("%d people behind a team's figure; want at least %d", row.N, m.K)
		case len(rows) > 0 && rows[len(rows)-1].compare(row) >= 0:
			return errors.New("out of order or repeated")
		}
		rows = append(rows, row)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(encodeRows(rows), data) {
		return nil, errors.New("signal: the export's quoting or line ends are not those that it is written with")
	}
	return rows, nil
}

// read returns the file of a manifest of the level, or says why it is not.
func (m Manifest) read(r io.Reader, level ReleaseLevel) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if m.Level != level {
		return nil, fmt.Errorf("signal: the manifest is of a file that is %s; want one that is %s", m.Level, level)
	}
	if m.Bytes < 0 || m.Bytes > 1<<30 {
		return nil, fmt.Errorf("signal: the manifest says %d bytes; want at most %d", m.Bytes, 1<<30)
	}
	if r == nil {
		return nil, errors.New("signal: reading the export: there is no reader")
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(m.Bytes)+1))
	if err != nil {
		return nil, fmt.Errorf("signal: reading the export: %w", err)
	}
	if sum := sha256.Sum256(data); len(data) != m.Bytes || hex.EncodeToString(sum[:]) != m.SHA256 {
		return nil, fmt.Errorf("signal: the export is not the file of the manifest: %d bytes or more, want %d with the stated digest", len(data), m.Bytes)
	}
	return data, nil
}

// lines hands on the fields of each line after the header, and counts them.
func (m Manifest) lines(data []byte, header string, each func([]string) error) error {
	lines := csv.NewReader(bytes.NewReader(data))
	lines.FieldsPerRecord = strings.Count(header, ",") + 1
	if first, err := lines.Read(); err != nil || strings.Join(first, ",") != header {
		return fmt.Errorf("signal: the export does not begin with the header %s", header)
	}
	rows := 0
	for ; ; rows++ {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("signal: export line %d: not a record of %d fields", rows+2, lines.FieldsPerRecord)
		}
		if err := each(fields); err != nil {
			return fmt.Errorf("signal: export line %d: %w", rows+2, err)
		}
	}
	if rows != m.Rows {
		return fmt.Errorf("signal: the export has %d rows; the manifest says %d", rows, m.Rows)
	}
	return nil
}

func parseRow(f []string) (Row, error) {
	var r Row
	var err error
	if r.Subject, err = coaching.ParsePersonID(f[0]); err != nil {
		return Row{}, err
	}
	if err = r.Grain.UnmarshalText([]byte(f[1])); err != nil {
		return Row{}, err
	}
	r.Group = strings.TrimPrefix(f[2], "'")
	if r.Period.Start, err = coaching.ParseDate(f[3]); err != nil {
		return Row{}, err
	}
	if r.Period.Days, err = strconv.Atoi(f[4]); err != nil || r.Period.Days < 1 || r.Period.Days > 366 {
		return Row{}, errors.New("period_days is not a number from 1 to 366")
	}
	if r.Signal = f[5]; !validSignalID(r.Signal) {
		return Row{}, errors.New("signal is not an identifier")
	}
	if err = r.Status.UnmarshalText([]byte(f[8])); err != nil {
		return Row{}, err
	}
	if r.Status == OK {
		if r.Value, err = strconv.ParseFloat(f[6], 64); err != nil || math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
			return Row{}, errors.New("value is not a finite number")
		}
		if r.N, err = strconv.Atoi(f[7]); err != nil || r.N < 1 {
			return Row{}, errors.New("n is not a number from 1")
		}
	}
	if f[9] != "" {
		for flag := range strings.SplitSeq(f[9], " ") {
			if !slices.Contains(rowFlags[:], flag) {
				return Row{}, errors.New("flags holds an unknown word")
			}
			r.Flags = append(r.Flags, flag)
		}
	}
	if !slices.Equal(r.fields(), f) {
		// Another spelling of a number, or a value beside a status that hides it.
		return Row{}, errors.New("the row is not in the form that it is written in")
	}
	return r, nil
}
