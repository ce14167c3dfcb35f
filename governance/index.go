package governance

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
)

// An index finds the rules that could fire for a request. It leaves a rule out
// only where a conjunct of its condition is certainly false, so that it changes
// no answer: where a conjunct has no value because an attribute is absent, the
// rule is asked.
//
// A rule that names the programme or another text is found by that text; among
// the rules of one text, or of none, sets of bits say which could fire for each
// value of an enum or a bool.
type index struct {
	general group       // rules that no text picks out
	texts   []textIndex // by attribute
	// permits holds for each action and role the attributes that its permits read.
	permits [len(actionNames)][len(roleNames)]uint64
}

// A textIndex finds rules by the value of one attribute of kind text.
type textIndex struct {
	attr   attr
	groups map[string]group
	absent group // where the attribute is absent
}

// A group is a list of rules, in the order of the policy, with the table that
// says which of them could fire.
type group struct {
	rules []*rule
	table *table
}

// A table holds a dimension for each attribute that a rule of the group depends
// on, the action among them, and one for each of those of which a rule asks that
// one or another has some value. Groups of rules that depend on the same things
// share one.
type table struct {
	words  int // of a set of rules
	dims   []dimension
	either []dimension // a rule could fire where one of them has it,
	free   []uint64    // or where it is in this set, as it asks no such thing; nil when none does
}

// A dimension holds for each value of an attribute, absence first, the set of
// rules that could fire.
type dimension struct {
	attr attr
	sets []uint64
}

// find appends the rules that could fire, in the order of the policy.
func (x *index) find(f *facts, into []*rule) []*rule {
	into = x.general.find(f, into)
	for i := range x.texts {
		t := &x.texts[i]
		g := t.absent
		if f.has(t.attr) {
			g = t.groups[f.text(t.attr)]
		}
		from := len(into)
		into = g.find(f, into)
		if from > 0 && from < len(into) && into[from-1].order > into[from].order {
			slices.SortFunc(into, func(a, b *rule) int { return a.order - b.order })
		}
	}
	return into
}

func (g *group) find(f *facts, into []*rule) []*rule {
	t := g.table
	if t == nil {
		return into
	}
	if t.words == 1 {
		set := ^uint64(0)
		for i := range t.dims {
			if set &= t.dims[i].sets[t.dims[i].row(f)]; set == 0 {
				return into
			}
		}
		if t.free != nil {
			some := t.free[0]
			for i := range t.either {
				some |= t.either[i].sets[t.either[i].row(f)]
			}
			set &= some
		}
		for ; set != 0; set &= set - 1 {
			into = append(into, g.rules[bits.TrailingZeros64(set)])
		}
		return into
	}
	var rows, others [attrLimit]int
	for i := range t.dims {
		rows[i] = t.words * t.dims[i].row(f)
	}
	for i := range t.either {
		others[i] = t.words * t.either[i].row(f)
	}
	for j := range t.words {
		set := ^uint64(0)
		for i := range t.dims {
			if set &= t.dims[i].sets[rows[i]+j]; set == 0 {
				break
			}
		}
		if t.free != nil && set != 0 {
			some := t.free[j]
			for i := range t.either {
				some |= t.either[i].sets[others[i]+j]
			}
			set &= some
		}
		for ; set != 0; set &= set - 1 {
			into = append(into, g.rules[64*j+bits.TrailingZeros64(set)])
		}
	}
	return into
}

// row returns the row of a dimension for the value of its attribute.
func (d *dimension) row(f *facts) int {
	if !f.has(d.attr) {
		return 0
	}
	return int(f.num[d.attr] + 1)
}

// about returns the rules for the action and the role of a request, in the order
// of the policy, whatever their conditions say.
func (p *Policy) about(f *facts) []*rule {
	var out []*rule
	for _, r := range p.rules {
		if r.actions&(1<<f.num[attrAction]) != 0 && r.roles&(1<<f.num[attrSubjectRole]) != 0 {
			out = append(out, r)
		}
	}
	return out
}

// An indexer makes an index. Attributes have the kinds and names that the policy
// knows.
type indexer struct {
	exts   []attribute
	tables map[string]*table
	tests  map[*expr]test // of the conjuncts of rules
}

// newIndex returns the index of rules, which are in their order, and gives each
// rule its tests.
func newIndex(rules []*rule, exts []attribute) index {
	x := &indexer{exts: exts, tables: map[string]*table{}, tests: map[*expr]test{}}
	out := index{}
	var general []*scope
	texts := map[attr]map[string][]*scope{}
	absent := map[attr][]*scope{}
	for i, r := range rules {
		r.order = i
		if r.effect == Permit {
			for a := range out.permits {
				for role := range out.permits[a] {
					if r.actions&(1<<a) != 0 && r.roles&(1<<role) != 0 {
						out.permits[a][role] |= r.reads
					}
				}
			}
		}
		s := x.scope(r)
		if s.key == nil {
			general = append(general, s)
			continue
		}
		a := s.key.attr
		if texts[a] == nil {
			texts[a] = map[string][]*scope{}
		}
		for _, v := range s.key.values {
			texts[a][v] = append(texts[a][v], s)
		}
		if s.key.absent {
			absent[a] = append(absent[a], s)
		}
	}
	out.general = x.group(general)
	for a := range attrLimit {
		if texts[a] == nil {
			continue
		}
		t := textIndex{attr: a, groups: make(map[string]group, len(texts[a])), absent: x.group(absent[a])}
		for v, scopes := range texts[a] {
			t.groups[v] = x.group(scopes)
		}
		out.texts = append(out.texts, t)
	}
	return out
}

// A scope says for which values a rule could fire.
type scope struct {
	rule *rule
	// could holds for attributes of kind enum and bool the values for which no
	// conjunct is false, as bits, absence first.
	could [attrLimit]uint64
	// either holds for attributes of kind enum and bool the values for which a part
	// of one conjunct, an "or" of such parts, is not false; nil where there is none.
	either map[attr]uint64
	key    *textKey
}

// A textKey says that a rule can only fire for some values of a text.
type textKey struct {
	attr   attr
	values []string
	absent bool // or where there is none
}

// scope finds out for which values a rule could fire, and leaves what that does
// not say as the rest of its test. A program is asked as a whole: it may cost
// more than it is allowed before it comes to a conjunct that is false.
func (x *indexer) scope(r *rule) *scope {
	s := &scope{rule: r}
	for a := range s.could {
		s.could[a] = ^uint64(0)
	}
	s.could[attrAction], s.could[attrSubjectRole] = uint64(r.actions)<<1, uint64(r.roles)<<1
	if r.run != nil {
		return s
	}
	conjuncts := []*expr{r.when}
	if r.when.op == opAnd {
		conjuncts = r.when.args
	}
	tests := make([]test, len(conjuncts))
	values := make([][]truth, len(conjuncts)) // of those about one attribute
	words := map[attr][]string{}              // the texts that conjuncts about an attribute name
	for i, c := range conjuncts {
		tests[i] = x.test(c)
		if a, ok := single(c); ok && x.of(a).kind == kindText {
			if texts, ok := textsOf(c); ok {
				words[a] = append(words[a], texts...)
			}
		}
	}
	for a := range words {
		slices.Sort(words[a])
		words[a] = slices.Compact(words[a])
	}
	for i, c := range conjuncts {
		a, ok := single(c)
		if !ok {
			continue
		}
		if _, few := textsOf(c); x.number(a) == 0 && !(x.of(a).kind == kindText && few) {
			continue
		}
		values[i] = x.values(tests[i], a, words[a])
		if x.of(a).kind != kindText {
			for v, t := range values[i] {
				if t == isFalse {
					s.could[a] &^= 1 << v
				}
			}
		}
	}
	s.key = x.key(conjuncts, values, words)
	var needs uint64 // what the rest asks has() of
	var rest []test
	for i, c := range conjuncts {
		a, _ := single(c)
		switch {
		case c.op == opConst && c.num != 0:
		case values[i] != nil && x.settled(s, a, values[i], words[a]):
		case s.either == nil && x.either(s, c):
		case c.op == opHas:
			needs |= 1 << c.attr
		default:
			rest = append(rest, tests[i])
		}
	}
	r.test, r.rest = joined(0, tests, isFalse), nil
	if needs != 0 || len(rest) > 0 {
		r.rest = joined(needs, rest, isFalse)
	}
	return s
}

// either takes a conjunct that is an "or" of parts about one attribute each, of
// kind enum or bool, into the scope. It reports whether the index lets the rule
// through only where the conjunct is true.
func (x *indexer) either(s *scope, c *expr) (settled bool) {
	if c.op != opOr {
		return false
	}
	could := map[attr]uint64{}
	settled = true
	for _, part := range c.args {
		a, ok := single(part)
		if !ok || x.number(a) == 0 {
			return false
		}
		for v, t := range x.values(x.test(part), a, nil) {
			if t != isFalse {
				could[a] |= 1 << v
			}
			settled = settled && (t != noValue || v == 0 && !a.optional())
		}
	}
	s.either = could
	return settled
}

// of returns what an attribute is.
func (x *indexer) of(a attr) attribute {
	if a >= attrCount {
		return x.exts[a-attrCount]
	}
	return attributes[a]
}

// number returns how many values there are of an attribute of kind enum or bool, 0 for
// others. Reviews are left out: not every rule sees the one on record.
func (x *indexer) number(a attr) int {
	if a >= attrCount+attr(len(x.exts)) || a == attrReviewDone || a == attrReviewRole {
		return 0
	}
	switch at := x.of(a); at.kind {
	case kindEnum:
		return len(at.names)
	case kindBool:
		return 2
	}
	return 0
}

// single returns the only attribute that a condition reads or asks for; ok is
// false where there is none or several.
func single(e *expr) (a attr, ok bool) {
	set := e.reads()
	return attr(bits.TrailingZeros64(set)), bits.OnesCount64(set) == 1
}

// textsOf returns the texts that a condition about one attribute of kind text
// compares it with; ok is false where it does more than tell some texts from all
// others.
func textsOf(e *expr) (texts []string, ok bool) {
	ok = true
	e.each(func(x *expr) {
		switch x.op {
		case opConst:
			if x.kind == kindText {
				texts = append(texts, x.text)
			}
		case opAttr, opHas, opNot, opAnd, opOr, opIf, opEqual, opNotEqual, opList, opIn:
		default:
			ok = false
		}
	})
	return texts, ok
}

// test returns the closure of a conjunct, the same one for all rules that share
// it.
func (x *indexer) test(e *expr) test {
	if t, ok := x.tests[e]; ok {
		return t
	}
	t, _ := lower(e)
	x.tests[e] = t
	return t
}

// values asks a conjunct about one attribute for each of its values: absence
// first, then those of an enum or a bool, or the texts and one that is none of
// them.
func (x *indexer) values(t test, a attr, texts []string) []truth {
	var f facts
	out := []truth{t(&f)}
	f.present = 1 << a
	for v := range x.number(a) {
		f.num[a] = int64(v)
		out = append(out, t(&f))
	}
	if x.of(a).kind != kindText {
		return out
	}
	other := "other"
	for _, text := range texts {
		f.setText(a, text)
		out = append(out, t(&f))
		if len(text) >= len(other) {
			other = text + "."
		}
	}
	f.setText(a, other)
	return append(out, t(&f))
}

// key returns the text by which a rule is found: of those that it must have one
// of a few values of, the one with the fewest.
func (x *indexer) key(conjuncts []*expr, values [][]truth, texts map[attr][]string) *textKey {
	var best *textKey
	for a := range attrLimit {
		if texts[a] == nil {
			continue
		}
		could := make([]bool, len(texts[a])+2)
		for v := range could {
			could[v] = true
			for i, c := range conjuncts {
				if b, ok := single(c); ok && b == a && values[i] != nil && values[i][v] == isFalse {
					could[v] = false
				}
			}
		}
		if could[len(could)-1] {
			continue
		}
		k := &textKey{attr: a, absent: could[0] && a.optional()}
		for i, text := range texts[a] {
			if could[i+1] {
				k.values = append(k.values, text)
			}
		}
		if best == nil || len(k.values) < len(best.values) {
			best = k
		}
	}
	return best
}

// settled reports whether a conjunct is true wherever the index lets the rule
// through.
func (x *indexer) settled(s *scope, a attr, values []truth, texts []string) bool {
	for v, t := range values {
		could := s.could[a]&(1<<v) != 0
		if x.of(a).kind == kindText {
			switch {
			case s.key == nil || s.key.attr != a:
				return false
			case v == 0:
				could = s.key.absent
			case v <= len(texts):
				could = slices.Contains(s.key.values, texts[v-1])
			default:
				could = false
			}
		}
		if could && t != isTrue && (v > 0 || a.optional()) {
			return false
		}
	}
	return true
}

// group makes the table of rules that are in their order.
func (x *indexer) group(scopes []*scope) group {
	if len(scopes) == 0 {
		return group{}
	}
	g := group{rules: make([]*rule, len(scopes))}
	t := &table{words: (len(scopes) + 63) / 64}
	weights := map[attr]int{} // the rules that are let through, summed over the values
	for a := range attrLimit {
		n := x.number(a)
		every := uint64(1)<<(n+1) - 1
		if n == 0 || a != attrAction && !slices.ContainsFunc(scopes, func(s *scope) bool { return s.could[a]&every != every }) {
			continue
		}
		d := dimension{attr: a, sets: make([]uint64, (n+1)*t.words)}
		for i := range scopes {
			could := scopes[i].could[a] & every
			weights[a] += bits.OnesCount64(could) * 1000 / (n + 1)
			for ; could != 0; could &= could - 1 {
				d.sets[bits.TrailingZeros64(could)*t.words+i/64] |= 1 << (i % 64)
			}
		}
		t.dims = append(t.dims, d)
	}
	x.alternatives(t, scopes)
	slices.SortStableFunc(t.dims, func(a, b dimension) int { return cmp.Compare(weights[a.attr], weights[b.attr]) })
	for i := range scopes {
		g.rules[i] = scopes[i].rule
	}
	key := t.key()
	if x.tables[key] == nil {
		x.tables[key] = t
	}
	g.table = x.tables[key]
	return g
}

// alternatives fills in what the rules ask of one attribute or another.
func (x *indexer) alternatives(t *table, scopes []*scope) {
	if !slices.ContainsFunc(scopes, func(s *scope) bool { return s.either != nil }) {
		return
	}
	for a := range attrLimit {
		if !slices.ContainsFunc(scopes, func(s *scope) bool { return s.either[a] != 0 }) {
			continue
		}
		d := dimension{attr: a, sets: make([]uint64, (x.number(a)+1)*t.words)}
		for i := range scopes {
			for could := scopes[i].either[a]; could != 0; could &= could - 1 {
				d.sets[bits.TrailingZeros64(could)*t.words+i/64] |= 1 << (i % 64)
			}
		}
		t.either = append(t.either, d)
	}
	t.free = make([]uint64, t.words)
	for i := range scopes {
		if scopes[i].either == nil {
			t.free[i/64] |= 1 << (i % 64)
		}
	}
}

// key returns the whole table as a text.
func (t *table) key() string {
	b := binary.AppendUvarint(nil, uint64(t.words))
	put := func(sets []uint64) {
		for _, set := range sets {
			b = binary.LittleEndian.AppendUint64(b, set)
		}
	}
	for _, d := range t.dims {
		b = append(b, byte(d.attr))
		put(d.sets)
	}
	b = append(b, byte(attrLimit)) // what follows are the alternatives
	for _, d := range t.either {
		b = append(b, byte(d.attr))
		put(d.sets)
	}
	put(t.free)
	return string(b)
}
