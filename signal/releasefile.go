package signal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
)

// releaseHeader is the header of an aggregated file. An empty group or subgroup
// stands for all of them together.
const releaseHeader = "group,subgroup,period_start,period_days,signal,value,n,status,flags"

// WriteCSV writes the release as CSV in the manner of the function [WriteCSV], a
// row per cell, sorted as by [Release.Figures]; it is of level [Aggregated], and
// the only file of this package to be called anonymised. A hidden cell has
// neither value nor n. The same panel, definition and spec give the same bytes.
//
// It refuses a release of which [Release.Audit] exposes a cell, and group labels
// of leaders in spec.Groups, which such a file has no place for. Check that the
// labels of the attributes name no person: it cannot know.
func (r *Release) WriteCSV(w io.Writer, spec ExportSpec) (Manifest, error) {
	if r == nil || len(r.tables) == 0 || len(spec.Groups) > 0 {
		return Manifest{}, errors.New("signal: an export of groups needs a release, and no groups of leaders")
	}
	if exposed, ok := r.exposes(); !ok || exposed {
		return Manifest{}, errors.New("signal: hidden cells can be worked out, as Release.Audit says; the release is not exported")
	}
	m, err := spec.manifest([]SignalRef{r.signal})
	if err != nil {
		return Manifest{}, err
	}
	m.Level, m.K, m.By = Aggregated, r.k, slices.Clone(r.by)
	for _, label := range slices.Concat(r.labels[0], r.labels[1], r.by) {
		if label == "" || !groupLabel(label) {
			return Manifest{}, errGroupLabel
		}
	}
	lines := r.lines()
	return m.write(w, encodeCSV(releaseHeader, lines), len(lines))
}

// lines returns the fields of each row.
func (r *Release) lines() [][]string {
	var lines [][]string
	for _, f := range r.Figures() {
		row := Row{Period: f.Period, Signal: r.signal.ID, Value: f.Value, N: f.N, Status: f.Status}
		if f.Status == Missing {
			row.Flags = []string{missingFlag(f.Reason)}
		}
		groups := append(f.Groups, "")
		fields := row.fields()
		lines = append(lines, append([]string{spreadsheetSafe(groups[0]), spreadsheetSafe(groups[1])}, fields[3:]...))
	}
	return lines
}

// missingFlag is the word in a file for why there is no figure.
func missingFlag(reason string) string {
	switch reason {
	case reasonRange:
		return "range"
	case reasonUndefined:
		return "undefined"
	}
	return "nobody"
}

// ReadRelease reads what [Release.WriteCSV] wrote. It refuses a file whose bytes,
// row count, signal or level are not the manifest's, any row that WriteCSV would
// not have written, a table with a cell too few or too many, a figure of fewer
// people than the manifest's k, cells that do not add up to their totals, and a
// table of which a hidden cell can be worked out. Nothing of a refused file is
// returned.
func ReadRelease(r io.Reader, m Manifest) (*Release, error) {
	if m.Rows > maxReleaseCells {
		return nil, fmt.Errorf("signal: the manifest says %d cells; want at most %d", m.Rows, maxReleaseCells)
	}
	data, err := m.read(r, Aggregated)
	if err != nil {
		return nil, err
	}
	release := &Release{signal: m.Signals[0], k: m.K, by: slices.Clone(m.By)}
	var figures []GroupFigure
	err = m.lines(data, releaseHeader, func(fields []string) error {
		f, err := parseFigure(fields, m)
		if err != nil {
			return err
		}
		figures = append(figures, f)
		for i, label := range f.Groups {
			if label != "" && f.Period == figures[0].Period {
				release.labels[i] = append(release.labels[i], label)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range release.by {
		slices.Sort(release.labels[i])
		release.labels[i] = slices.Compact(release.labels[i])
	}
	release.shape = shape{rows: len(release.labels[0]), columns: len(release.labels[1])}
	if len(figures) == 0 || len(figures)%release.size() != 0 {
		return nil, fmt.Errorf("signal: the export has %d cells; want whole tables of %d", len(figures), release.size())
	}
	for at := 0; at < len(figures); at += release.size() {
		t := groupTable{period: figures[at].Period, cells: make([]Cell, release.size())}
		for _, f := range figures[at : at+release.size()] {
			if cell, ok := release.place(f.Groups); ok && f.Period == t.period {
				t.cells[cell] = f.Cell
			}
		}
		release.tables = append(release.tables, t)
	}
	// A cell out of place, repeated or missing leaves another text.
	if !bytes.Equal(encodeCSV(releaseHeader, release.lines()), data) {
		return nil, errors.New("signal: the export's tables, order, quoting or line ends are not those that it is written with")
	}
	switch exposed, ok := release.exposes(); {
	case !ok:
		return nil, errors.New("signal: the export's cells do not add up to its totals")
	case exposed:
		return nil, errors.New("signal: hidden cells of the export can be worked out")
	}
	return release, nil
}

// parseFigure reads a row of an aggregated file. The rest of the row's form is
// checked by writing the release again.
func parseFigure(f []string, m Manifest) (GroupFigure, error) {
	g := GroupFigure{Groups: []string{strings.TrimPrefix(f[0], "'"), strings.TrimPrefix(f[1], "'")}[:len(m.By)]}
	if !groupLabel(f[0]) || !groupLabel(f[1]) {
		return GroupFigure{}, errGroupLabel
	}
	if f[4] != m.Signals[0].ID {
		return GroupFigure{}, errors.New("the signal is not in the manifest")
	}
	var err error
	if g.Period.Start, err = coaching.ParseDate(f[2]); err != nil {
		return GroupFigure{}, err
	}
	if g.Period.Days, err = strconv.Atoi(f[3]); err != nil || g.Period.Days < 1 || g.Period.Days > maxReleaseDays {
		return GroupFigure{}, fmt.Errorf("period_days is not a number from 1 to %d", maxReleaseDays)
	}
	if err = g.Status.UnmarshalText([]byte(f[7])); err != nil {
		return GroupFigure{}, err
	}
	switch g.Status {
	case OK:
		if g.Value, err = strconv.ParseFloat(f[5], 64); err != nil || math.IsNaN(g.Value) || math.IsInf(g.Value, 0) {
			return GroupFigure{}, errors.New("value is not a finite number")
		}
		if g.N, err = strconv.Atoi(f[6]); err != nil || g.N < m.K || g.N > unbounded {
			return GroupFigure{}, fmt.Errorf("n is not a number from %d", m.K)
		}
	case Suppressed:
		g.Reason = reasonHidden
	case Missing:
		switch f[8] {
		case "range":
			g.Reason = reasonRange
		case "undefined":
			g.Reason = reasonUndefined
		default:
			g.Reason = reasonNobody
		}
	default:
		return GroupFigure{}, errors.New("the status is one that no group has")
	}
	return g, nil
}
