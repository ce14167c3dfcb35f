package governance

import "encoding/binary"

// A sharer keeps one of each expression, so that a policy of many rules that
// begin alike keeps what they have in common once. Two expressions are the same
// when they differ in nothing but where they stood in a file.
type sharer struct {
	known map[exprKey]*expr
	ids   map[*expr]uint32
}

// An exprKey tells expressions apart. The args are those that are shared.
type exprKey struct {
	op    op
	kind  kind
	attr  attr
	month bool
	num   int64
	text  string
	param string
	names *string
	args  string // their ids
}

func newSharer() *sharer { return &sharer{known: map[exprKey]*expr{}, ids: map[*expr]uint32{}} }

// expr returns the shared expression that is the same as e, which it takes over.
func (s *sharer) expr(e *expr) *expr {
	k := exprKey{op: e.op, kind: e.kind, attr: e.attr, month: e.month, num: e.num, text: e.text, param: e.param}
	if len(e.names) > 0 {
		k.names = &e.names[0]
	}
	args := make([]byte, 0, 4*len(e.args))
	for i, a := range e.args {
		e.args[i] = s.expr(a)
		args = binary.LittleEndian.AppendUint32(args, s.ids[e.args[i]])
	}
	k.args = string(args)
	if known := s.known[k]; known != nil {
		return known
	}
	e.at = 0
	s.known[k], s.ids[e] = e, uint32(len(s.ids))
	return e
}
