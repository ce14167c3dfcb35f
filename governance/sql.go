package governance

import (
	"slices"
	"strconv"
	"strings"
)

// A clause is a part of an SQL condition. It is built without NOT: what it says
// is true of a row, or is false or NULL, which SQL treats alike in a WHERE. A
// column that is NULL so never makes it true unless it asks IS NULL.
type clause struct {
	op    clauseOp
	parts []*clause // of clauseAnd and clauseOr, at least two
	text  string    // of clauseAtom, with ? for each argument
	args  []any
}

type clauseOp uint8

const (
	clauseNever  clauseOp = iota // no row
	clauseAlways                 // every row
	clauseUnsure                 // it cannot be written in SQL
	clauseAtom
	clauseAnd
	clauseOr
)

func constantClause(v bool) *clause {
	if v {
		return &clause{op: clauseAlways}
	}
	return &clause{}
}

func atom(text string, args ...any) *clause { return &clause{op: clauseAtom, text: text, args: args} }

// allOf and anyOf join clauses. What decides alone does so beside a clause that
// cannot be written; otherwise that one spoils the whole.
func allOf(parts ...*clause) *clause { return join(clauseAnd, clauseNever, clauseAlways, parts) }
func anyOf(parts ...*clause) *clause { return join(clauseOr, clauseAlways, clauseNever, parts) }

func join(op, decides, idle clauseOp, parts []*clause) *clause {
	var kept []*clause
	unsure := false
	for _, p := range parts {
		switch p.op {
		case decides:
			return &clause{op: decides}
		case idle:
			continue
		case clauseUnsure:
			unsure = true
			continue
		case op:
			kept = append(kept, p.parts...)
		default:
			kept = append(kept, p)
		}
	}
	switch {
	case unsure:
		return &clause{op: clauseUnsure}
	case len(kept) == 0:
		return &clause{op: idle}
	}
	var once []*clause
	for _, p := range kept {
		if len(kept) > 100 || !slices.ContainsFunc(once, p.same) {
			once = append(once, p)
		}
	}
	if len(once) == 1 {
		return once[0]
	}
	return &clause{op: op, parts: once}
}

func (c *clause) same(o *clause) bool {
	return c.op == o.op && c.text == o.text && slices.Equal(c.args, o.args) && slices.EqualFunc(c.parts, o.parts, (*clause).same)
}

// size returns the number of atoms.
func (c *clause) size() int {
	if c.op < clauseAnd {
		return 1
	}
	n := 0
	for _, p := range c.parts {
		n += p.size()
	}
	return n
}

// A sqlPrinter writes a clause and collects its arguments in their order.
type sqlPrinter struct {
	b       strings.Builder
	args    []any
	dialect Dialect
}

func (p *sqlPrinter) print(c *clause, around clauseOp) {
	switch c.op {
	case clauseAnd, clauseOr:
		if around == clauseAnd && c.op == clauseOr || around == clauseOr && c.op == clauseAnd {
			p.b.WriteByte('(')
			p.chain(c.op, c.parts)
			p.b.WriteByte(')')
			return
		}
		p.chain(c.op, c.parts)
	case clauseAtom:
		rest := c.text
		for _, a := range c.args {
			before, after, _ := strings.Cut(rest, "?")
			p.args = append(p.args, a)
			p.b.WriteString(before)
			if p.dialect == PostgreSQL {
				p.b.WriteString("$" + strconv.Itoa(len(p.args)))
			} else {
				p.b.WriteByte('?')
			}
			rest = after
		}
		p.b.WriteString(rest)
	case clauseAlways:
		p.b.WriteString("1 = 1")
	default:
		p.b.WriteString("1 = 0")
	}
}

// maxChain bounds how many parts stand beside each other: databases read a chain
// as a tree as deep as the chain is long, and SQLite's may be 1,000 deep.
const maxChain = 64

func (p *sqlPrinter) chain(op clauseOp, parts []*clause) {
	sign := " AND "
	if op == clauseOr {
		sign = " OR "
	}
	if len(parts) > maxChain {
		half := len(parts) / 2
		p.b.WriteByte('(')
		p.chain(op, parts[:half])
		p.b.WriteString(")" + sign + "(")
		p.chain(op, parts[half:])
		p.b.WriteByte(')')
		return
	}
	for i, part := range parts {
		if i > 0 {
			p.b.WriteString(sign)
		}
		p.print(part, op)
	}
}
