package document

import (
	"strings"

	"github.com/coachgov/coaching"
)

type position struct{ line, column int }

// Positions say where the values of one decoded document stand. The zero
// Positions know no place.
type Positions struct {
	file string
	at   map[string]position
}

// At returns the line and column of a path such as "signals[0].refresh_days":
// of the key where the value has one, of the value where it is an item of a
// list. A path that is not in the document has the place of its nearest parent
// that is; the document itself is at the place of its first value.
func (p *Positions) At(path string) (line, column int) {
	for {
		if at, ok := p.at[path]; ok {
			return at.line, at.column
		}
		if path == "" {
			return 0, 0
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
}

// Locate fills in File, Line and Column of each finding that has no line, from
// its Path. It changes the list in place and leaves its order alone.
func (p *Positions) Locate(fs coaching.Findings) {
	for i := range fs {
		if fs[i].Line == 0 {
			fs[i].File = p.file
			fs[i].Line, fs[i].Column = p.At(fs[i].Path)
		}
	}
}
