package signal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// addFindings turns the counts into findings, sorted.
func (t *tally) addFindings() {
	r := &t.report
	add := func(code string, sev coaching.Severity, path string, line, column int, format string, args ...any) {
		r.Findings = append(r.Findings, coaching.Finding{Code: code, Severity: sev, File: r.File, Path: path, Line: line, Column: column, Message: fmt.Sprintf(format, args...)})
	}
	if r.NoPerson > 0 {
		add("DQ01", coaching.Warning, "", 0, 0, "%d of %d rows name no person and were not read", r.NoPerson, r.Rows)
	}
	if l := t.leftOut[leftNoOwner]; l != nil {
		add("DQ01", coaching.Warning, "", l.FirstLine, 0, "%d of %d rows have a label that ImportSpec.Owners does not, and were not read; the first is in line %d", l.Rows, r.Rows, l.FirstLine)
	}
	if len(t.met) > 0 {
		for _, label := range slices.Sorted(maps.Keys(t.spec.Owners)) {
			if !t.met[label] {
				add("DQ01", coaching.Warning, "", 0, 0, "no row has the label %q, which ImportSpec.Owners gives to a leader", clip(label))
			}
		}
	}
	if r.Moved > 0 {
		add("DQ03", coaching.Warning, "", 0, 0, "%d of %d rows are dated inside a week and were read as the week that starts on the %s before", r.Moved, r.Rows, t.spec.WeekStart)
	}
	switch {
	case r.Conflicts > 0:
		add("DQ04", coaching.Error, "", 0, 0, "%d rows are given more than once with different contents, and what is made of them is missing", r.Conflicts)
	case r.Duplicates > 0:
		add("DQ04", coaching.Warning, "", 0, 0, "%d rows repeat another one; each was counted once", r.Duplicates)
	}
	for _, in := range t.inputs {
		c := in.column
		if c.Failed > 0 {
			add("DQ07", coaching.Warning, c.Found, c.FirstRow, c.FirstColumn, "%d cells are not %s and are now missing; the first is in line %d, column %d",
				c.Failed, cmp.Or(in.want, "a plain decimal number"), c.FirstRow, c.FirstColumn)
		}
		if c.Blank > 0 {
			add("DQ06", coaching.Warning, c.Found, 0, in.place+1, "%d cells are empty, and what needs them is missing", c.Blank)
		}
		if c.Negative > 0 {
			add("DQ08", coaching.Error, c.Found, 0, in.place+1, "%d figures are below zero, where there can be none, and are now missing", c.Negative)
		}
	}
	if l := t.leftOut[leftBackwards]; l != nil {
		add("DQ08", coaching.Error, "", l.FirstLine, 0, "%d of %d rows end before they begin and enter no figure; the first is in line %d", l.Rows, r.Rows, l.FirstLine)
	}
	if t.longer > 0 {
		add("DQ09", coaching.Warning, "", 0, 0, "%d rows have a cycle time longer than the time from creation to end", t.longer)
	}
	if t.short > 0 {
		add("DQ03", coaching.Warning, "", 0, 0, "%d weekly figures have fewer than %d days and are missing", t.short, slackDays)
	}
	if t.small > 0 {
		add("DQ20", coaching.Warning, "", 0, 0, "%d means of fewer than %d rows are missing", t.small, MinGroup)
	}
	r.Findings.Sort()
}
