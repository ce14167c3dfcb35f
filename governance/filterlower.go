package governance

import (
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A sqlWriter lowers conditions to clauses for one request and one table.
type sqlWriter struct {
	dialect Dialect
	r       Request                  // what holds for every row
	f       *facts                   // of r
	columns [attrCount]string        // quoted; "" where there is none
	free    uint64                   // attributes that differ from row to row
	agreed  [len(purposeNames)][]any // owners who have agreed to a purpose, where r has the consents
	steps   int
}

func (w *sqlWriter) isFree(e *expr) bool { return e.reads()&w.free != 0 }

func unsure() *clause { return &clause{op: clauseUnsure} }

// when returns a clause that is true of exactly those rows in which the condition
// has the value want; where an attribute is absent it has neither.
func (w *sqlWriter) when(e *expr, want bool) *clause {
	if w.steps++; w.steps > 4*maxClause {
		return unsure()
	}
	if !w.isFree(e) {
		t, ok := lower(e)
		if !ok {
			return unsure()
		}
		return constantClause(t(w.f) == truthOf(want))
	}
	switch e.op {
	case opAttr:
		return w.flag(e.attr, want)
	case opHas:
		return w.has(e.attr, want)
	case opNot:
		return w.when(e.args[0], !want)
	case opAnd, opOr:
		parts := make([]*clause, len(e.args))
		for i, a := range e.args {
			parts[i] = w.when(a, want)
		}
		if (e.op == opAnd) == want {
			return allOf(parts...)
		}
		return anyOf(parts...)
	case opIf:
		c, a, b := e.args[0], e.args[1], e.args[2]
		return anyOf(allOf(w.when(c, true), w.when(a, want)), allOf(w.when(c, false), w.when(b, want)))
	case opEqual, opNotEqual, opLess, opLessEq, opMore, opMoreEq:
		o := e.op
		if !want {
			o = [...]op{opEqual: opNotEqual, opNotEqual: opEqual, opLess: opMoreEq, opLessEq: opMore, opMore: opLessEq, opMoreEq: opLess}[o]
		}
		return w.compare(e, o)
	case opIn:
		return w.in(e.args[0], e.args[1], want)
	case opHasAny, opHasAll:
		if e.args[0].op != opAttr || e.args[1].op != opList {
			return unsure()
		}
		mask, ok := maskOf(e.args[1].args, e.args[0].names)
		if !ok {
			return unsure()
		}
		var parts []*clause
		for v := range e.args[0].names {
			if mask&(1<<v) != 0 {
				parts = append(parts, w.member(e.args[0].attr, v, want))
			}
		}
		if (e.op == opHasAll) == want {
			return allOf(parts...)
		}
		return anyOf(parts...)
	}
	return unsure()
}

// text returns a column of texts, which are compared byte by byte whatever the
// column's collation.
func (w *sqlWriter) text(a attr) string {
	if w.dialect == PostgreSQL {
		return w.columns[a] + ` COLLATE "C"`
	}
	return w.columns[a] + " COLLATE BINARY"
}

func (w *sqlWriter) null(a attr) *clause { return atom(w.columns[a] + " IS NULL") }

// flag lowers an attribute that is true or false.
func (w *sqlWriter) flag(a attr, want bool) *clause {
	if a == attrPastRetention {
		return w.pastRetention(want)
	}
	if attributes[a].kind != kindBool || w.columns[a] == "" {
		return unsure()
	}
	var c *clause
	switch {
	case w.dialect == PostgreSQL && want:
		c = atom(w.columns[a] + " IS TRUE")
	case w.dialect == PostgreSQL:
		c = atom(w.columns[a] + " IS FALSE")
	case want:
		c = atom(w.columns[a] + " = 1")
	default:
		c = atom(w.columns[a] + " = 0")
	}
	if !want && !a.optional() { // not stated is no
		return anyOf(w.null(a), c)
	}
	return c
}

// has lowers the question whether an attribute is there.
func (w *sqlWriter) has(a attr, want bool) *clause {
	if !a.optional() {
		return constantClause(want)
	}
	empty := ""
	switch a {
	case attrAge, attrPastRetention:
		if a = attrCreatedAt; w.columns[a] == "" {
			return constantClause(w.f.has(a) == want)
		}
	case attrProgramme, attrResidency, attrOwner, attrAssignedCoach:
		empty = "''"
	case attrGroupSize, attrAffects:
		empty = "0"
	}
	switch {
	case w.columns[a] == "":
		return unsure()
	case empty == "" && want:
		return atom(w.columns[a] + " IS NOT NULL")
	case empty == "":
		return w.null(a)
	case want:
		return atom(w.columns[a] + " <> " + empty)
	}
	return anyOf(w.null(a), atom(w.columns[a]+" = "+empty))
}

var sqlSigns = [...]string{opEqual: "=", opNotEqual: "<>", opLess: "<", opLessEq: "<=", opMore: ">", opMoreEq: ">="}

// compare lowers a comparison of the arguments of e by o.
func (w *sqlWriter) compare(e *expr, o op) *clause {
	l, r := e.args[0], e.args[1]
	if l.kind != r.kind {
		return unsure()
	}
	switch l.kind {
	case kindTime, kindDuration:
		return w.compareInstants(l, r, o)
	case kindBool:
		if o != opEqual && o != opNotEqual {
			return unsure()
		}
		same := o == opEqual
		return anyOf(allOf(w.when(l, true), w.when(r, same)), allOf(w.when(l, false), w.when(r, !same)))
	}
	if !w.isFree(l) {
		l, r = r, l
		o = [...]op{opEqual: opEqual, opNotEqual: opNotEqual, opLess: opMore, opLessEq: opMoreEq, opMore: opLess, opMoreEq: opLessEq}[o]
	}
	if l.kind == kindInt && l.op == opSize && l.args[0].kind == kindText {
		// Identifiers are ASCII: bytes and characters are the same.
		a := l.args[0].attr
		return w.compareNumber("length("+w.columns[a]+")", a, r, o)
	}
	if l.op != opAttr {
		return unsure()
	}
	a := l.attr
	switch l.kind {
	case kindEnum:
		value, ok := lowerNumber(r)
		if !ok || w.isFree(r) || !sameNames(l.names, r.names) || o != opEqual && o != opNotEqual {
			return unsure()
		}
		v, ok := value(w.f)
		if !ok {
			return constantClause(false)
		}
		mask := int64(1) << v
		if o == opNotEqual {
			mask = 1<<len(l.names) - 1 - mask
		}
		return w.among(a, mask)
	case kindInt:
		return w.compareNumber(w.columns[a], a, r, o)
	case kindText, kindPerson:
		if w.columns[a] == "" || l.kind == kindPerson && o != opEqual && o != opNotEqual {
			return unsure()
		}
		if w.isFree(r) {
			if r.op != opAttr || w.columns[r.attr] == "" {
				return unsure()
			}
			return allOf(w.there(a), w.there(r.attr), atom(w.text(a)+" "+sqlSigns[o]+" "+w.columns[r.attr]))
		}
		value, ok := w.known(r)
		if !ok {
			return constantClause(false)
		}
		return allOf(w.there(a), atom(w.text(a)+" "+sqlSigns[o]+" ?", value))
	}
	return unsure()
}

// there is has of a text, which a row's identifier always has.
func (w *sqlWriter) there(a attr) *clause { return w.has(a, true) }

// known returns a text or a person that is the same for every row.
func (w *sqlWriter) known(e *expr) (string, bool) {
	if e.kind == kindPerson {
		if e.op != opAttr || !w.f.has(e.attr) {
			return "", false
		}
		return w.f.personOf(e.attr).String(), true
	}
	text, ok := lowerText(e)
	if !ok {
		return "", false
	}
	return text(w.f)
}

func (w *sqlWriter) compareNumber(left string, a attr, r *expr, o op) *clause {
	value, ok := lowerNumber(r)
	if !ok || w.isFree(r) || w.columns[a] == "" {
		return unsure()
	}
	v, ok := value(w.f)
	if !ok {
		return constantClause(false)
	}
	return allOf(w.there(a), atom(left+" "+sqlSigns[o]+" ?", v))
}

// in lowers a value in a list of constants, and an enum in a set.
func (w *sqlWriter) in(l, r *expr, want bool) *clause {
	if r.kind == kindSet && r.op == opAttr {
		value, ok := lowerNumber(l)
		if !ok || w.isFree(l) || !sameNames(l.names, r.names) {
			return unsure()
		}
		v, ok := value(w.f)
		if !ok {
			return constantClause(false)
		}
		return w.member(r.attr, int(v), want)
	}
	if r.op != opList || len(r.args) == 0 {
		return unsure()
	}
	if l.kind == kindEnum && l.op == opAttr {
		mask, ok := maskOf(r.args, l.names)
		if !ok {
			return unsure()
		}
		if !want {
			mask = 1<<len(l.names) - 1 - mask
		}
		return w.among(l.attr, mask)
	}
	parts := make([]*clause, len(r.args))
	for i, a := range r.args {
		o := opEqual
		if !want {
			o = opNotEqual
		}
		parts[i] = w.compare(&expr{op: o, kind: kindBool, args: []*expr{l, a}}, o)
	}
	if want {
		return anyOf(parts...)
	}
	return allOf(parts...)
}

// member lowers the question whether a set holds its value v.
func (w *sqlWriter) member(a attr, v int, want bool) *clause {
	bit := int64(1) << v
	switch {
	case w.free&(1<<a) == 0:
		return constantClause(w.f.has(a) && (w.f.num[a]&bit != 0) == want)
	case a == attrAffects && want:
		return atom("("+w.columns[a]+" & ?) <> 0", bit)
	case a == attrAffects:
		return allOf(w.has(a, true), atom("("+w.columns[a]+" & ?) = 0", bit))
	case a != attrConsentPurposes:
		return unsure()
	case w.columns[a] == "":
		owners := w.agreed[v]
		if len(owners) == 0 {
			return constantClause(!want)
		}
		if want {
			return w.list(attrOwner, "IN", owners)
		}
		return anyOf(w.has(attrOwner, false), w.list(attrOwner, "NOT IN", owners))
	}
	// Consents are the owner's: where nobody knows the owner there are none.
	owned, nobody := constantClause(w.f.has(attrOwner)), constantClause(!w.f.has(attrOwner))
	if w.free&(1<<attrOwner) != 0 {
		owned, nobody = w.has(attrOwner, true), w.has(attrOwner, false)
	}
	if want {
		return allOf(owned, atom("("+w.columns[a]+" & ?) <> 0", bit))
	}
	return anyOf(nobody, w.null(a), atom("("+w.columns[a]+" & ?) = 0", bit))
}

// list compares a text with several values; word is IN or NOT IN.
func (w *sqlWriter) list(a attr, word string, values []any) *clause {
	if len(values) == 1 {
		return atom(w.text(a)+map[string]string{"IN": " = ?", "NOT IN": " <> ?"}[word], values...)
	}
	return atom(w.text(a)+" "+word+" (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
}

// among lowers the question whether an enum has one of the values of mask.
func (w *sqlWriter) among(a attr, mask int64) *clause {
	if a == attrClass {
		return w.classAmong(mask)
	}
	return w.statedAmong(a, mask)
}

// statedAmong is among by the column alone. A value that is not declared is in
// no set.
func (w *sqlWriter) statedAmong(a attr, mask int64) *clause {
	names := attributes[a].names
	all := int64(1)<<len(names) - 1
	switch mask &= all; {
	case mask == 0:
		return constantClause(false)
	case mask == all:
		return constantClause(true) // valid sees to the rest
	case w.columns[a] == "":
		return unsure()
	}
	var values []any
	for _, name := range namesIn(mask, names) {
		values = append(values, name)
	}
	c := w.list(a, "IN", values)
	if mask&1 != 0 { // not stated is the first value
		return anyOf(w.null(a), c)
	}
	return c
}

// typeAmong and statedClassAmong answer from the request where there is no column.
func (w *sqlWriter) typeAmong(mask int64) *clause {
	if w.columns[attrType] == "" {
		return constantClause(mask&(1<<w.r.Resource.Type) != 0)
	}
	return w.statedAmong(attrType, mask)
}

func (w *sqlWriter) statedClassAmong(mask int64) *clause {
	if w.columns[attrClass] == "" {
		return constantClause(mask&(1<<w.r.Resource.Class) != 0)
	}
	return w.statedAmong(attrClass, mask)
}

// classAmong follows class: whatever is stated, traces are raw, and an identity
// is one person's.
func (w *sqlWriter) classAmong(mask int64) *clause {
	const raw, aggregate = int64(1) << signal.Raw, int64(1) << signal.Aggregate
	const trace, identity = int64(1) << ResourceTrace, int64(1) << ResourceIdentity
	one := mask &^ aggregate
	if mask&(1<<signal.Pseudonymous) != 0 {
		one |= aggregate
	}
	parts := []*clause{
		allOf(w.typeAmong(identity), w.statedClassAmong(one)),
		allOf(w.typeAmong(1<<len(resourceNames)-1-identity-trace), w.statedClassAmong(mask)),
	}
	if mask&raw != 0 {
		parts = append(parts, w.typeAmong(trace))
	}
	return anyOf(parts...)
}

// compareInstants lowers a comparison of created_at, of the age, or of months
// after created_at, with what is the same for every row.
func (w *sqlWriter) compareInstants(l, r *expr, o op) *clause {
	test, ok := lowerCompare(&expr{op: o, kind: kindBool, args: []*expr{l, r}})
	if !w.isFree(l) {
		l, r = r, l
	}
	if !ok || w.isFree(r) {
		return unsure()
	}
	value, ok := lowerNumber(r)
	if !ok {
		return unsure()
	}
	x, ok := value(w.f)
	if !ok {
		return constantClause(false)
	}
	var cuts []int64
	switch {
	case l.op == opAttr && l.attr == attrCreatedAt:
		cuts = []int64{x, x + 1}
	case l.op == opAttr && l.attr == attrAge:
		at := w.r.Now.UnixNano() - x
		cuts = []int64{at, at + 1}
	case l.op == opAddMonths && l.args[0].op == opAttr && l.args[0].attr == attrCreatedAt && !w.isFree(l.args[1]):
		months, ok := lowerNumber(l.args[1])
		if !ok {
			return unsure()
		}
		n, ok := months(w.f)
		if !ok || n < -maxMonths || n > maxMonths {
			return constantClause(false)
		}
		cuts = monthCuts(time.Unix(0, x), int(n))
	default:
		return unsure()
	}
	f := *w.f
	return w.created(cuts, func(created int64) bool {
		f.set(attrCreatedAt, created)
		f.set(attrAge, w.r.Now.UnixNano()-created)
		return test(&f) == isTrue
	})
}

// pastRetention follows keepUntil.
func (w *sqlWriter) pastRetention(want bool) *clause {
	now := w.r.Now
	one := func(c signal.DataClass) *clause {
		cuts := monthCuts(now, mostAggregateMonths)
		if c != signal.Aggregate {
			at := now.Add(-mostRawDays * 24 * time.Hour).UnixNano()
			cuts = []int64{at, at + 1}
		}
		return w.created(cuts, func(created int64) bool {
			return now.UnixNano() > keepUntil(c, created) == want
		})
	}
	return anyOf(
		allOf(w.classAmong(1<<signal.Raw|1<<signal.Pseudonymous), one(signal.Pseudonymous)),
		allOf(w.classAmong(1<<signal.Aggregate), one(signal.Aggregate)),
	)
}

// created lowers a question about the instant created_at, whose answer changes
// only at the cuts: it is asked once between any two of them.
func (w *sqlWriter) created(cuts []int64, holds func(created int64) bool) *clause {
	if w.columns[attrCreatedAt] == "" {
		return constantClause(w.f.has(attrCreatedAt) && holds(w.f.num[attrCreatedAt]))
	}
	first, end := w.lifetime()
	starts := []int64{first}
	slices.Sort(cuts)
	for _, c := range cuts {
		if c > starts[len(starts)-1] && c < end {
			starts = append(starts, c)
		}
	}
	var parts []*clause
	for i := 0; i < len(starts); {
		if !holds(starts[i]) {
			i++
			continue
		}
		from, to := starts[i], end
		for i++; i < len(starts); i++ {
			if !holds(starts[i]) {
				to = starts[i]
				break
			}
		}
		switch {
		case from == first && to == end:
			return w.has(attrCreatedAt, true)
		case from == first:
			parts = append(parts, w.instant("<", to))
		case to == end:
			parts = append(parts, w.instant(">=", from))
		default:
			parts = append(parts, allOf(w.instant(">=", from), w.instant("<", to)))
		}
	}
	return anyOf(parts...)
}

// lifetime returns the first instant that a row may state and the one after the
// last, as problems bounds them.
func (w *sqlWriter) lifetime() (first, end int64) {
	return time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano(), w.r.Now.UnixNano() + 1
}

// instant compares created_at with an instant by < or >=. PostgreSQL keeps whole
// microseconds, so the next one says the same.
func (w *sqlWriter) instant(sign string, at int64) *clause {
	if w.dialect == SQLite {
		return atom(w.columns[attrCreatedAt]+" "+sign+" ?", at)
	}
	t := time.Unix(0, at).UTC()
	if whole := t.Truncate(time.Microsecond); !whole.Equal(t) {
		t = whole.Add(time.Microsecond)
	}
	return atom(w.columns[attrCreatedAt]+" "+sign+" ?", t)
}

// monthCuts returns every instant at which the order of created_at plus n months
// and x can change. Days of different months can end on the same day, so they
// are looked at one by one.
func monthCuts(x time.Time, n int) []int64 {
	x = x.UTC()
	day := x.Truncate(24 * time.Hour)
	clock := x.Sub(day)
	base := coaching.DateOf(day).AddMonths(-n)
	var cuts []int64
	for d := -5; d <= 5; d++ {
		start := time.Date(base.Year(), base.Month(), base.Day()+d, 0, 0, 0, 0, time.UTC)
		at := start.Add(clock).UnixNano()
		cuts = append(cuts, start.UnixNano(), at, at+1)
	}
	return cuts
}

// valid refuses rows with a value that no request could hold.
func (w *sqlWriter) valid() *clause {
	var parts []*clause
	for a := range attrCount {
		if w.columns[a] == "" {
			continue
		}
		c := w.validColumn(a)
		if a != attrID && a != attrType {
			c = anyOf(w.null(a), c)
		}
		parts = append(parts, c)
	}
	return allOf(parts...)
}

func (w *sqlWriter) validColumn(a attr) *clause {
	col := w.columns[a]
	integer := constantClause(true)
	if w.dialect == SQLite {
		integer = atom("typeof(" + col + ") = 'integer'")
	}
	switch a {
	case attrID:
		return w.shaped(a, "[A-Za-z]*", "^[A-Za-z][A-Za-z0-9_.-]{0,63}$")
	case attrProgramme, attrResidency:
		return anyOf(atom(col+" = ''"), w.shaped(a, "[A-Za-z]*", "^[A-Za-z][A-Za-z0-9_.-]{0,63}$"))
	case attrOwner, attrAssignedCoach:
		// The last of the 26 letters carries three bits.
		return anyOf(atom(col+" = ''"), w.shaped(a, "p1_"+strings.Repeat("[a-z2-7]", 25)+"[aeimquy4]", "^p1_[a-z2-7]{25}[aeimquy4]$"))
	case attrType, attrClass, attrStanding:
		var values []any
		for i, name := range attributes[a].names {
			if a != attrType || i > 0 {
				values = append(values, name)
			}
		}
		return w.list(a, "IN", values)
	case attrCreatedAt:
		first, end := w.lifetime()
		return allOf(integer, w.instant(">=", first), w.instant("<", end))
	case attrGroupSize:
		return allOf(integer, atom(col+" >= 0"))
	case attrAffects:
		return allOf(integer, anyOf(atom(col+" = ?", int64(1)<<NoEffect), atom("("+col+" & ?) = 0", ^(int64(1)<<len(effectNames)-1<<(NoEffect+1)))))
	case attrConsentPurposes:
		return allOf(integer, atom("("+col+" & ?) = 0", ^(int64(1)<<len(purposeNames)-1<<ForCoaching)))
	}
	if w.dialect == SQLite {
		return atom(col + " IN (0, 1)")
	}
	return constantClause(true)
}

// shaped refuses texts of another form. SQLite's GLOB and length stop at a NUL,
// its CAST does not.
func (w *sqlWriter) shaped(a attr, glob, pattern string) *clause {
	col := w.columns[a]
	if w.dialect == PostgreSQL {
		return atom(w.text(a)+" ~ ?", pattern)
	}
	return allOf(
		atom("typeof("+col+") = 'text'"),
		atom(col+" GLOB ?", glob), atom(col+" NOT GLOB ?", "*[^A-Za-z0-9_.-]*"),
		atom("length(CAST("+col+" AS BLOB)) = length("+col+")"), atom("length("+col+") <= 64"),
	)
}

// sortedPeople returns the people once each, in the order of their text forms.
func sortedPeople(people []coaching.PersonID) []coaching.PersonID {
	slices.SortFunc(people, coaching.PersonID.Compare)
	return slices.Compact(people)
}
