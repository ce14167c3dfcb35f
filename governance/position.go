package governance

import (
	"bytes"
	"unicode/utf8"

	"github.com/coachgov/coaching/internal/document"
)

// locate returns where the character with this index of a decoded text stands
// in the file. Where a text is folded over lines, it is the text's beginning.
func locate(data []byte, n *document.Node, at int) (line, column int) {
	rest := data
	for range n.Line - 1 {
		_, after, ok := bytes.Cut(rest, []byte{'\n'})
		if !ok {
			return n.Line, n.Column
		}
		rest = after
	}
	if n.Column < 1 || n.Column > len(rest) {
		return n.Line, n.Column
	}
	rest = rest[n.Column-1:]
	quote := byte(0)
	column = n.Column
	if rest[0] == '"' || rest[0] == '\'' {
		quote = rest[0]
		rest = rest[1:]
		column++
	} else if rest[0] == '|' || rest[0] == '>' {
		return n.Line, n.Column
	}
	for ; at > 0 && len(rest) > 0 && rest[0] != '\n'; at-- {
		size := 1
		switch {
		case quote == '"' && rest[0] == '\\' && len(rest) > 5 && rest[1] == 'u':
			size = 6
		case quote == '"' && rest[0] == '\\', quote == '\'' && rest[0] == '\'':
			size = min(2, len(rest))
		default:
			_, size = utf8.DecodeRune(rest)
		}
		rest = rest[size:]
		column += size
	}
	if at > 0 {
		return n.Line, n.Column
	}
	return n.Line, column
}
