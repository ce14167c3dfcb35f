package coaching

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// A Severity says what a finding does to the work that it is found in. The zero
// Severity is Error, so a finding that nobody graded blocks.
type Severity uint8

const (
	Error   Severity = iota // blocks; a human waiver is not enough
	Warning                 // may be waived by a named role with a reason
	Info                    // rides on the report
)

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Info:
		return "info"
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// MarshalText returns the same word as String. It fails on a value outside the
// declared ones.
func (s Severity) MarshalText() ([]byte, error) {
	if s > Info {
		return nil, fmt.Errorf("coaching: severity %d is not one of error, warning, info", uint8(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, known := range []Severity{Error, Warning, Info} {
		if string(text) == known.String() {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("coaching: severity %q is not one of error, warning, info", text)
}

// A Finding reports that a rule is not met. It is data: it rides on a result,
// and the reader decides what to do with it.
type Finding struct {
	// Code is the id of the rule, such as "PIL-102", "DQ07" or "DOC-DUPLICATE".
	// RULES.md lists them all.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// File, Path, Line and Column say where: the document, the place inside it
	// ("signals[0].refresh_days"), and the position of its first byte counted
	// from 1. Zero and "" mean that the finding has no such place.
	File   string `json:"file,omitempty"`
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	// Message says what was found and what was wanted. It never quotes text
	// that could be a person's name.
	Message string `json:"message"`
}

// String returns "file:line:column: CODE severity path: message", leaving out
// what is not known.
func (f Finding) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		if f.File == "" {
			b.WriteString("line ")
		} else {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s %s", f.Code, f.Severity)
	if f.Path != "" {
		b.WriteByte(' ')
		b.WriteString(f.Path)
	}
	b.WriteString(": ")
	b.WriteString(f.Message)
	return b.String()
}

// Findings is a list of findings. Functions that return one sort it first.
type Findings []Finding

// Sort orders the list by file, line, column, path, code, severity and message.
func (fs Findings) Sort() {
	slices.SortFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Blocking yields the findings whose severity is Error, in the list's order.
func (fs Findings) Blocking() iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, f := range fs {
			if f.Severity == Error && !yield(f) {
				return
			}
		}
	}
}

// Blocked reports whether any finding is an Error.
func (fs Findings) Blocked() bool {
	for range fs.Blocking() {
		return true
	}
	return false
}

// Has reports whether the list holds a finding with this code.
func (fs Findings) Has(code string) bool {
	return slices.ContainsFunc(fs, func(f Finding) bool { return f.Code == code })
}

// Err returns nil when nothing blocks, and otherwise a *[FindingsError] that
// holds the whole list.
func (fs Findings) Err() error {
	if !fs.Blocked() {
		return nil
	}
	return &FindingsError{Findings: fs}
}

// A FindingsError is a list of findings of which at least one blocks, used
// where the only possible result is none.
type FindingsError struct {
	Findings Findings
}

// Error returns the blocking findings, one to a line.
func (e *FindingsError) Error() string {
	var lines []string
	for f := range e.Findings.Blocking() {
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}
