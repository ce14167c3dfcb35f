package mentor

import (
	"fmt"

	"github.com/coachgov/coaching"
)

// A finder collects findings.
type finder struct{ list coaching.Findings }

func (f *finder) add(sev coaching.Severity, code, path, format string, args ...any) {
	f.list = append(f.list, coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *finder) err(code, path, format string, args ...any) {
	f.add(coaching.Error, code, path, format, args...)
}

func (f *finder) warn(code, path, format string, args ...any) {
	f.add(coaching.Warning, code, path, format, args...)
}

func (f *finder) info(code, path, format string, args ...any) {
	f.add(coaching.Info, code, path, format, args...)
}

// sorted returns the findings in the order of [coaching.Findings.Sort].
func (f *finder) sorted() coaching.Findings {
	f.list.Sort()
	return f.list
}
