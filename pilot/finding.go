package pilot

import (
	"fmt"

	"github.com/coachgov/coaching"
)

func found(sev coaching.Severity, code, path, format string, args ...any) coaching.Finding {
	return coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)}
}

func errorf(code, path, format string, args ...any) coaching.Finding {
	return found(coaching.Error, code, path, format, args...)
}

func warnf(code, path, format string, args ...any) coaching.Finding {
	return found(coaching.Warning, code, path, format, args...)
}

func infof(code, path, format string, args ...any) coaching.Finding {
	return found(coaching.Info, code, path, format, args...)
}
