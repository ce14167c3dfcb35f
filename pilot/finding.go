package pilot

import (
	"fmt"

	"github.com/coachgov/coaching"
)

func found(sev coaching.Severity, code, path, format string, args ...any) coaching.Finding {
	return coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)}
}

// counted writes "1 leader" or "2 leaders".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
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
