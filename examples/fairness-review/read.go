package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/fairness"
)

// Limits of a file that is read.
const (
	maxBytes   = 256 << 20
	maxRows    = 5_000_000
	maxColumns = 256
)

// A cellError says where a file is not what it should be. It does not quote
// the cell, which may hold a name.
type cellError struct {
	line   int
	column string
	what   string
}

func (e *cellError) Error() string {
	return fmt.Sprintf("line %d, column %s: %s", e.line, e.column, e.what)
}

// people is a file as counted.
type people struct {
	table   *fairness.Table
	reviews []fairness.ReviewResult
}

// readFile reads the people of a file.
func readFile(name string, o options, spec fairness.Spec, stratify string) (people, error) {
	f, err := os.Open(name)
	if err != nil {
		return people{}, err
	}
	defer f.Close()
	p, err := read(f, o, spec, stratify)
	if err != nil {
		return people{}, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// read counts the people of a CSV. Nothing of a file with an error is used.
func read(r io.Reader, o options, spec fairness.Spec, stratify string) (people, error) {
	table, err := fairness.NewTable(spec)
	if err != nil {
		return people{}, err
	}
	limited := &io.LimitedReader{R: r, N: maxBytes + 1}
	in := csv.NewReader(limited)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return people{}, tooLarge(limited, fmt.Errorf("no header: %w", syntax(err)))
	}
	columns, err := columnsOf(slices.Clone(header), o, spec)
	if err != nil {
		return people{}, err
	}
	out := people{table: table}
	for rows := 0; ; rows++ {
		row, err := in.Read()
		if err == io.EOF && limited.N > 0 {
			return out, nil
		}
		if err != nil {
			return people{}, tooLarge(limited, syntax(err))
		}
		line, _ := in.FieldPos(0)
		if rows >= maxRows {
			return people{}, fmt.Errorf("line %d: more than %d people", line, maxRows)
		}
		person, reviewed, wrong, err := columns.person(row)
		var cell *cellError
		if errors.As(err, &cell) {
			cell.line = line
			return people{}, cell
		}
		if err := table.Add(person); err != nil {
			return people{}, fmt.Errorf("line %d: %w", line, err)
		}
		if reviewed {
			result := fairness.ReviewResult{Flagged: person.Flagged, Wrong: wrong}
			if i := slices.IndexFunc(spec.Attributes, func(a fairness.Attribute) bool { return a.Name == stratify }); i >= 0 {
				result.Group = person.Levels[i]
			}
			out.reviews = append(out.reviews, result)
		}
	}
}

// syntax keeps the place of a CSV error, and none of its text.
func syntax(err error) error {
	var e *csv.ParseError
	if errors.As(err, &e) {
		return fmt.Errorf("line %d, byte %d: %w", e.Line, e.Column, e.Err)
	}
	return err
}

func tooLarge(r *io.LimitedReader, err error) error {
	if r.N <= 0 {
		return fmt.Errorf("more than %d bytes", maxBytes)
	}
	return err
}

// columns are the places of what is read, -1 for what is not there.
type columns struct {
	flag, label, score, review  int
	attributes, factors, values []column
}

type column struct {
	name string
	at   int
}

func columnsOf(header []string, o options, spec fairness.Spec) (columns, error) {
	if len(header) > maxColumns {
		return columns{}, fmt.Errorf("line 1: %d columns, want at most %d", len(header), maxColumns)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	var problems []error
	used := map[string]bool{}
	find := func(name string) int {
		at := slices.Index(header, name)
		switch {
		case at < 0:
			problems = append(problems, fmt.Errorf("line 1: no column %q; there are %d others", name, len(header)))
		case slices.Contains(header[at+1:], name):
			problems = append(problems, fmt.Errorf("line 1: column %q is there twice", name))
		case used[name]:
			problems = append(problems, fmt.Errorf("column %q is named for two purposes", name))
		}
		used[name] = true
		return at
	}
	optional := func(name string) int {
		if name == "" {
			return -1
		}
		return find(name)
	}
	c := columns{flag: find(o.flag), label: optional(o.label), score: optional(o.score), review: optional(o.review)}
	for _, a := range spec.Attributes {
		c.attributes = append(c.attributes, column{a.Name, find(a.Name)})
	}
	for _, f := range spec.Features {
		to := &c.factors
		if f.Numeric {
			to = &c.values
		}
		*to = append(*to, column{f.Name, find(f.Name)})
	}
	return c, errors.Join(problems...)
}

// person reads one row.
func (c columns) person(row []string) (p fairness.Observation, reviewed, wrong bool, err error) {
	for _, a := range c.attributes {
		p.Levels = append(p.Levels, strings.TrimSpace(row[a.at]))
	}
	for _, f := range c.factors {
		p.Factors = append(p.Factors, strings.TrimSpace(row[f.at]))
	}
	for _, v := range c.values {
		n, err := number(row[v.at], v.name)
		if err != nil {
			return p, false, false, err
		}
		p.Values = append(p.Values, n)
	}
	yes, known, ok := truth(row[c.flag])
	if !ok || !known {
		return p, false, false, &cellError{column: "of the flag", what: fmt.Sprintf("%d bytes, want 1 or 0, yes or no, true or false", len(row[c.flag]))}
	}
	p.Flagged = yes
	if c.label >= 0 {
		yes, known, ok := truth(row[c.label])
		if !ok {
			return p, false, false, &cellError{column: "of the label", what: fmt.Sprintf("%d bytes, want 1 or 0, yes or no, true or false, or nothing", len(row[c.label]))}
		}
		if known {
			p.Label = fairness.Negative
		}
		if yes {
			p.Label = fairness.Positive
		}
	}
	if c.score >= 0 {
		if p.Score, err = number(row[c.score], "of the score"); err != nil {
			return p, false, false, err
		}
		p.HasScore = !math.IsNaN(p.Score)
	}
	if c.review >= 0 {
		switch strings.TrimSpace(row[c.review]) {
		case "":
		case "right":
			reviewed = true
		case "wrong":
			reviewed, wrong = true, true
		default:
			return p, false, false, &cellError{column: "of the review", what: fmt.Sprintf("%d bytes, want right, wrong or nothing", len(row[c.review]))}
		}
	}
	return p, reviewed, wrong, nil
}

// number reads a finite number; nothing is NaN, not known.
func number(cell, column string) (float64, error) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return math.NaN(), nil
	}
	v, err := strconv.ParseFloat(cell, 64)
	if len(cell) > 64 || err != nil || math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(cell, "xX_") {
		return 0, &cellError{column: column, what: fmt.Sprintf("%d bytes, want a number or nothing", len(cell))}
	}
	return v, nil
}

// truth reads yes and no; known is false for an empty cell.
func truth(cell string) (yes, known, ok bool) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "1", "yes", "true":
		return true, true, true
	case "0", "no", "false":
		return false, true, true
	case "":
		return false, false, true
	}
	return false, false, false
}

// asReader gives the example's own file.
func asReader(data []byte) io.Reader { return bytes.NewReader(data) }
