package document

import (
	"fmt"

	"github.com/coachgov/coaching"
)

// maxFindings bounds how many findings one document can cause, so that a
// hostile file cannot make a list longer than itself.
const maxFindings = 100

// A Report collects the findings of one file. It is for the packages that read
// a syntax; its zero value reports about an unnamed file.
type Report struct {
	File     string
	findings coaching.Findings
	dropped  bool
}

// Add records an Error with a code, a place and a message made as fmt.Sprintf
// makes it. After 100 findings it records only that there are more.
func (r *Report) Add(code, path string, line, column int, format string, args ...any) {
	if len(r.findings) >= maxFindings {
		if !r.dropped {
			r.dropped = true
			r.findings = append(r.findings, coaching.Finding{
				Code: "DOC-LIMIT", File: r.File, Line: line, Column: column,
				Message: fmt.Sprintf("more than %d findings in this file; the rest are not listed", maxFindings),
			})
		}
		return
	}
	r.findings = append(r.findings, coaching.Finding{
		Code: code, File: r.File, Path: path, Line: line, Column: column,
		Message: fmt.Sprintf(format, args...),
	})
}

// full reports whether further findings are only counted, so that nothing needs
// to be found out for their messages.
func (r *Report) full() bool { return r.dropped }

// Findings returns what was recorded, sorted as [coaching.Findings.Sort] sorts.
func (r *Report) Findings() coaching.Findings {
	r.findings.Sort()
	return r.findings
}
