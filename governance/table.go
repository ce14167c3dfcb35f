package governance

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// A TableRow is one row of a table of decisions: what a privacy officer expects
// and what the policy answers.
type TableRow struct {
	Line     int    // in the file
	Question string // in words
	Want     Outcome
	// WantCodes and GotCodes are the codes of the rules behind the answer, joined
	// by spaces, in the order of Decision.Reasons.
	WantCodes string
	Got       Outcome
	GotCodes  string
	Explained string // [Policy.Explain] of the answer
}

// Passed reports whether the policy answers as expected, for the reasons that are
// expected.
func (r TableRow) Passed() bool { return r.Want == r.Got && r.WantCodes == r.GotCodes }

// String returns the question with the answers; it does not repeat the
// explanation.
func (r TableRow) String() string {
	if r.Passed() {
		return fmt.Sprintf("%s: %s (%s)", r.Question, r.Got, r.GotCodes)
	}
	return fmt.Sprintf("%s: answered %s (%s), expected %s (%s)", r.Question, r.Got, r.GotCodes, r.Want, r.WantCodes)
}

// CheckTable asks the policy the questions of a table and returns its rows in
// their order. The table is text with a tab between cells; lines that begin with
// # are comments, the first other line names the columns, in any order:
//
//	question, answer, codes   what is asked, and the answer and codes expected
//	role, as, trained         who asks; as is owner, assigned_coach or other
//	programme                 of the role: same, other or unknown; - is same
//	action, purpose           what is done, and what for
//	type, class, residency, age, people, identifies, hold, standing,
//	control, automated, card, note, affects    the resource
//	consents                  purposes, with commas between them
//	approvals                 roles of different people, with commas between them
//	reviewed by, review age, rationale    the human review
//	ext.NAME                  an attribute of the host's own that the policy declares
//
// A cell with - is not known or none. An age is a duration such as 2160h; a
// review without one is an hour old. An attribute of the host's own is one of its
// names, a whole number, yes or no, or a time such as 2027-03-01T09:00:00Z. When a
// column is unknown or a cell cannot be read there are no rows, and the error is
// a [*coaching.FindingsError] with everything that is wrong. The file name is for
// findings; data is not kept.
func (p *Policy) CheckTable(file string, data []byte) ([]TableRow, error) {
	if p.Digest() == "" {
		return nil, errNoPolicy
	}
	t := tableReader{report: document.Report{File: file}, exts: p.exts}
	if document.CheckBytes(&t.report, data) {
		t.read(string(data))
	}
	if fs := t.report.Findings(); len(fs) > 0 {
		return nil, fs.Err()
	}
	person, err := casePeople()
	if err != nil {
		return nil, fmt.Errorf("governance: table: %w", err)
	}
	for i := range t.rows {
		row, r := &t.rows[i], t.cases[i].request(person)
		d := p.Decide(r)
		var codes []string
		for _, reason := range d.Reasons {
			if reason.Effect == d.Outcome {
				codes = append(codes, reason.Code)
			}
		}
		row.Got, row.GotCodes, row.Explained = d.Outcome, strings.Join(codes, " "), p.Explain(r)
	}
	return t.rows, nil
}

// A tableReader reads the rows of a table as tests.
type tableReader struct {
	report document.Report
	exts   []extension // that the policy declares
	rows   []TableRow
	cases  []*caseFile
}

func tableColumns() []string {
	return []string{
		"question", "role", "as", "trained", "programme", "action", "purpose", "type", "class", "residency", "age", "people", "identifies", "hold", "standing",
		"control", "automated", "card", "note", "affects", "consents", "approvals", "reviewed by", "review age", "rationale", "answer", "codes",
	}
}

func (t *tableReader) read(text string) {
	var header []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		cells := strings.Split(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case header == nil:
			header = cells
			t.header(number, cells)
		case len(cells) != len(header):
			t.report.Add("DOC-SYNTAX", "", number, 0, "%d cells, want %d as in the first line", len(cells), len(header))
		default:
			t.row(number, header, cells)
		}
	}
	if len(t.rows) == 0 {
		t.report.Add("DOC-MISSING", "", 0, 0, "a table without rows asks nothing")
	}
}

func (t *tableReader) header(number int, cells []string) {
	for i, name := range cells {
		if _, own := t.extension(name); !own && !slices.Contains(tableColumns(), name) {
			known := tableColumns()
			for _, e := range t.exts {
				known = append(known, e.name)
			}
			t.report.Add("DOC-UNKNOWN", "", number, i+1, "column %d is none of %s", i+1, strings.Join(known, ", "))
		} else if slices.Contains(cells[:i], name) {
			t.report.Add("DOC-DUPLICATE", "", number, i+1, "column %s stands there twice", name)
		}
	}
	for _, name := range []string{"question", "role", "action", "purpose", "type", "answer", "codes"} {
		if !slices.Contains(cells, name) {
			t.report.Add("DOC-MISSING", "", number, 0, "column %s is missing", name)
		}
	}
}

func (t *tableReader) row(number int, header, cells []string) {
	row, c := TableRow{Line: number}, &caseFile{}
	for i, name := range header {
		if cells[i] == "-" {
			continue
		}
		var err error
		if e, own := t.extension(name); own {
			err = c.extensionCell(e, cells[i])
		} else {
			err = c.cell(&row, name, cells[i])
		}
		if err != nil {
			t.report.Add("DOC-VALUE", name, number, i+1, "%v", err)
		}
	}
	t.rows, t.cases = append(t.rows, row), append(t.cases, c)
}

// extension returns the attribute of the host's own that a column holds.
func (t *tableReader) extension(column string) (extension, bool) {
	i := slices.IndexFunc(t.exts, func(e extension) bool { return e.name == column })
	if i < 0 {
		return extension{}, false
	}
	return t.exts[i], true
}

// extensionCell fills in an attribute of the host's own. Whether a number is
// inside the policy's bounds is for the policy to say. No error repeats the cell.
func (c *caseFile) extensionCell(e extension, text string) (err error) {
	value := Extension{Name: strings.TrimPrefix(e.name, "ext."), Type: e.typ}
	switch e.typ {
	case ExtensionEnum:
		if value.Enum = text; !slices.Contains(e.names, text) {
			return fmt.Errorf("want one of %s", strings.Join(e.names, ", "))
		}
	case ExtensionInt:
		if value.Int, err = strconv.ParseInt(text, 10, 64); err != nil {
			return fmt.Errorf("want a whole number")
		}
	case ExtensionBool:
		if value.Bool = text == "yes"; text != "yes" && text != "no" {
			return fmt.Errorf("want yes, no or -")
		}
	case ExtensionTime:
		if value.Time, err = time.Parse(time.RFC3339, text); err != nil {
			return fmt.Errorf("want a time such as 2027-03-01T09:00:00Z")
		}
	}
	c.Ext = append(c.Ext, value)
	return nil
}

// cell fills in what one cell says. No error repeats the cell.
func (c *caseFile) cell(row *TableRow, column, text string) (err error) {
	yes := func(into *bool) error {
		if *into = text == "yes"; text != "yes" && text != "no" {
			return fmt.Errorf("want yes, no or -")
		}
		return nil
	}
	read := func(into interface{ UnmarshalText([]byte) error }) error { return into.UnmarshalText([]byte(text)) }
	switch column {
	case "question":
		row.Question = text
	case "answer":
		return read(&row.Want)
	case "codes":
		row.WantCodes = text
	case "role":
		return read(&c.Role)
	case "as":
		if c.As = text; !slices.Contains([]string{"owner", "assigned_coach", "other"}, text) {
			return fmt.Errorf("want owner, assigned_coach, other or -")
		}
	case "trained":
		return yes(&c.Trained)
	case "programme":
		if c.Programme = text; !slices.Contains([]string{"same", "other", "unknown"}, text) {
			return fmt.Errorf("want same, other, unknown or -")
		}
	case "action":
		return read(&c.Action)
	case "purpose":
		return read(&c.Purpose)
	case "type":
		return read(&c.Type)
	case "class":
		return read(&c.Class)
	case "residency":
		if c.Residency = text; !isIdent(text) {
			return fmt.Errorf("want an identifier such as eu")
		}
	case "age":
		c.Created, err = cellAge(text)
	case "people":
		if c.GroupSize, err = strconv.Atoi(text); err != nil || c.GroupSize < 0 {
			return fmt.Errorf("want a number of people")
		}
	case "identifies":
		return read(&c.Identifiable)
	case "hold":
		return read(&c.LegalHold)
	case "standing":
		return read(&c.Standing)
	case "control":
		return yes(&c.Control)
	case "automated":
		return read(&c.Automated)
	case "card":
		return yes(&c.ModelCard)
	case "note":
		return yes(&c.Explained)
	case "affects":
		c.Affects, err = cellList[Effect](text)
	case "consents":
		c.Consents, err = cellList[Purpose](text)
	case "approvals":
		c.Approvals, err = cellList[coaching.Role](text)
	case "reviewed by":
		return read(&c.ReviewedBy)
	case "review age":
		c.ReviewedAt, err = cellAge(text)
	case "rationale":
		c.Rationale = text
	}
	return err
}

// cellAge reads a duration and returns when that was.
func cellAge(text string) (*time.Time, error) {
	age, err := time.ParseDuration(text)
	if err != nil || age < 0 || age > 100*365*24*time.Hour {
		return nil, fmt.Errorf("want a duration such as 2160h, of at most 100 years")
	}
	at := caseNow().Add(-age)
	return &at, nil
}

// cellList reads names with commas between them.
func cellList[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](text string) ([]T, error) {
	var out []T
	for name := range strings.SplitSeq(text, ",") {
		var v T
		if err := P(&v).UnmarshalText([]byte(name)); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
