package governance

import (
	"fmt"
	"io"
	"log/slog"
)

// LogValue returns the parts of a request that may stand in a log: words of
// closed lists, the digest by which the audit log knows it, and the time. Who
// asks, whose data it is and the names of things stay out.
func (r Request) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("action", r.Action.String()),
		slog.String("purpose", r.Purpose.String()),
		slog.String("type", r.Resource.Type.String()),
		slog.String("digest", r.Digest()),
		slog.Time("now", r.Now),
	)
}

// Format prints what [Request.LogValue] returns, whatever the verb.
func (r Request) Format(f fmt.State, _ rune) { io.WriteString(f, r.LogValue().String()) }

// Format prints what [Decision.LogValue] returns, whatever the verb: a decision
// that is printed in passing does not tell its messages.
func (d Decision) Format(f fmt.State, _ rune) { io.WriteString(f, d.LogValue().String()) }
