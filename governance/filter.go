package governance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// A Dialect is the SQL in which a [Filter] is written. The zero Dialect is none
// and is refused.
type Dialect uint8

const (
	_          Dialect = iota
	SQLite             // arguments as ?
	PostgreSQL         // arguments as $1, $2, ...
)

// A Column says which column of a table holds an attribute of a resource.
type Column struct {
	// Attribute is the attribute as rules name it: resource.id, programme, residency, type,
	// class, owner, assigned_coach, created_at, group_size, identifiable,
	// legal_hold, standing, control, automated, model_card, explained or affects,
	// or consent.purposes.
	Attribute string
	// Name is the column: letters, digits and underscores, at most 63, after an
	// alias and a dot if need be, as in "t.owner". It is quoted.
	Name string
}

// A Table says how rows hold resources. A column that is NULL is a field of the
// [Resource] that the host leaves out.
//
//   - id, programme, residency, and the names of type, class and standing: text
//   - owner and assigned_coach: the text of a [coaching.PersonID]
//   - created_at: in SQLite an integer, [time.Time.UnixNano]; in PostgreSQL a
//     timestamptz
//   - group_size: an integer
//   - the others: in SQLite 0 or 1, in PostgreSQL a boolean
//   - affects: the number of an [Effects]
//   - consent.purposes: the sum of 1<<p for each [Purpose] p to which the owner
//     agrees at the request's Now for all signals of the row, as a join on the
//     host's consents gives it
//
// A row that holds anything else is never shown.
type Table struct {
	Dialect Dialect
	Columns []Column // in any order; each attribute once
}

// Rows says how many rows a [Filter] lets through. The zero Rows is none.
type Rows uint8

const (
	NoRows   Rows = iota // the condition is false whatever the row holds
	SomeRows             // it depends on the row
	AllRows              // it is true whatever the row holds
)

// String returns "none", "some" or "all".
func (r Rows) String() string {
	names := [...]string{"none", "some", "all"}
	if int(r) < len(names) {
		return names[r]
	}
	return fmt.Sprintf("Rows(%d)", r)
}

// A Filter is a policy's answer to a request about many resources: a condition
// in SQL that is true of those rows for which [Policy.Decide] would answer
// Permit.
type Filter struct {
	Rows Rows
	// Clause stands behind WHERE, or in parentheses behind AND: "1 = 0" when Rows is NoRows,
	// "1 = 1" when it is AllRows. Every value is an argument.
	Clause string
	// Args holds the arguments in their order: string, int64, and in PostgreSQL
	// time.Time.
	Args         []any
	PolicyDigest string // as [Policy.Digest]
}

// maxClause bounds the comparisons of a clause. SQLite takes 32,766 arguments
// and PostgreSQL 65,535.
const maxClause = 5_000

// Filter lowers the policy, with the floors of the code, to a condition on rows,
// so that a list never reads a row that may not be shown and a purge finds the
// rows that may be purged. The request says who asks, to do what, for which
// purpose and when; what it says about the resource holds for every row, and the
// columns of the table replace what it leaves out. Its consents count for the
// row's owner, as they do in Decide.
//
// A row is let through only when Decide permits the request with the row's
// values in it; where it answers Review the row is left out. NULL is an absent
// attribute and helps nowhere. It is an error, and there is no condition, when
// the request could not be decided, when it holds approvals or a review, which
// are each given to one resource, when the table is not as its comment says, or when a rule that
// matters asks what SQL cannot. Decide again when a single resource is used:
// rows change.
func (p *Policy) Filter(r *Request, t Table) (Filter, error) {
	w, err := p.sqlWriter(r, t)
	if err != nil {
		return Filter{}, fmt.Errorf("governance: filter: %w", err)
	}
	parts := []*clause{w.valid()}
	var permits []*clause
	var unsure []string
	for _, rule := range p.about(w.f) {
		c := w.rule(rule)
		if c.op == clauseUnsure {
			unsure = append(unsure, rule.id)
		}
		if rule.effect == Permit {
			permits = append(permits, c)
		} else {
			parts = append(parts, c)
		}
	}
	for _, e := range floorConditions() {
		parts = append(parts, w.when(e, false))
	}
	whole := allOf(append(parts, anyOf(permits...))...)
	switch {
	case whole.op == clauseUnsure && len(unsure) == 0:
		return Filter{}, errors.New("governance: filter: a floor cannot be written in SQL for this table")
	case whole.op == clauseUnsure:
		return Filter{}, fmt.Errorf("governance: filter: SQL cannot say what these rules ask: %s", firstFew(unsure))
	case whole.size() > maxClause:
		return Filter{}, fmt.Errorf("governance: filter: more than %d comparisons", maxClause)
	}
	out := Filter{Rows: SomeRows, PolicyDigest: p.digest}
	switch whole.op {
	case clauseNever:
		out.Rows = NoRows
	case clauseAlways:
		out.Rows = AllRows
	}
	printer := sqlPrinter{dialect: t.Dialect}
	printer.print(whole, clauseAtom)
	out.Clause, out.Args = printer.b.String(), printer.args
	return out, nil
}

// rule returns when a permit fires, and when a denial or a review does not.
func (w *sqlWriter) rule(r *rule) *clause {
	if r.reads&w.free == 0 {
		v, _ := r.eval(w.f)
		return constantClause(v == isTrue && r.effect == Permit || v == isFalse && r.effect != Permit)
	}
	return w.when(r.when, r.effect == Permit)
}

// mappable are the attributes that a column may hold.
const mappable = 1<<attrID | 1<<attrProgramme | 1<<attrResidency | 1<<attrType | 1<<attrClass | 1<<attrOwner | 1<<attrAssignedCoach |
	1<<attrCreatedAt | 1<<attrGroupSize | 1<<attrIdentifiable | 1<<attrLegalHold | 1<<attrStanding | 1<<attrControl |
	1<<attrAutomated | 1<<attrModelCard | 1<<attrExplained | 1<<attrAffects | 1<<attrConsentPurposes

// sqlWriter checks the request and the table, and returns what lowers rules for
// them.
func (p *Policy) sqlWriter(r *Request, t Table) (*sqlWriter, error) {
	switch {
	case p.Digest() == "":
		return nil, errors.New("there is no policy")
	case r == nil:
		return nil, errors.New("there is no request")
	case t.Dialect != SQLite && t.Dialect != PostgreSQL:
		return nil, errors.New("the table has no dialect")
	case len(r.Approvals) > 0 || r.Review != ReviewRecord{}:
		return nil, errors.New("an approval or a review is given to one resource; leave them out")
	}
	w := &sqlWriter{dialect: t.Dialect, r: *r}
	for i, c := range t.Columns {
		a, ok := attrNamed(c.Attribute)
		switch {
		case !ok || mappable&(1<<a) == 0:
			return nil, fmt.Errorf("column %d holds no attribute that a row can have", i+1)
		case w.free&(1<<a) != 0:
			return nil, fmt.Errorf("two columns hold %s", attributes[a].name)
		case stated(r, a):
			return nil, fmt.Errorf("%s has a column and is in the request as well", attributes[a].name)
		}
		if w.columns[a], ok = quoteColumn(c.Name, t.Dialect); !ok {
			return nil, fmt.Errorf(`the column of %s is not a name of letters, digits and "_"`, attributes[a].name)
		}
		w.free |= 1 << a
	}
	// What the columns replace must not stand in the way of a decision.
	if w.free&(1<<attrID) != 0 {
		w.r.Resource.ID = "row"
	}
	if w.free&(1<<attrType) != 0 {
		w.r.Resource.Type = ResourceReport
	}
	if ps := p.problems(&w.r); len(ps) > 0 {
		return nil, errors.New(ps[0].message)
	}
	w.f = new(facts)
	p.read(w.f, &w.r)
	w.derive()
	return w, nil
}

// stated reports whether the request says what a column would.
func stated(r *Request, a attr) bool {
	res := &r.Resource
	switch a {
	case attrID:
		return res.ID != ""
	case attrProgramme:
		return res.Programme != ""
	case attrResidency:
		return res.Residency != ""
	case attrType:
		return res.Type != UnknownResource
	case attrClass:
		return res.Class != 0
	case attrOwner:
		return !res.Owner.IsZero()
	case attrAssignedCoach:
		return !res.AssignedCoach.IsZero()
	case attrCreatedAt:
		return !res.CreatedAt.IsZero()
	case attrGroupSize:
		return res.GroupSize != 0
	case attrIdentifiable:
		return res.Identifiable != Unknown
	case attrLegalHold:
		return res.LegalHold != Unknown
	case attrStanding:
		return res.Standing != 0
	case attrControl:
		return res.Control
	case attrAutomated:
		return res.Automated != Unknown
	case attrModelCard:
		return res.ModelCard
	case attrExplained:
		return res.Explained
	case attrAffects:
		return res.Affects != 0
	}
	return len(r.Consents) > 0
}

// derive adds to the free attributes those that follow from others, and finds
// out who has agreed to what.
func (w *sqlWriter) derive() {
	follows := func(from, to attr) {
		if w.free&(1<<from) != 0 {
			w.free |= 1 << to
		}
	}
	follows(attrType, attrClass)
	follows(attrCreatedAt, attrAge)
	follows(attrCreatedAt, attrPastRetention)
	follows(attrClass, attrPastRetention)
	if w.free&(1<<attrOwner) == 0 || w.columns[attrConsentPurposes] != "" || len(w.r.Consents) == 0 {
		return
	}
	w.free |= 1 << attrConsentPurposes
	var seen []coaching.PersonID
	for _, c := range w.r.Consents {
		seen = append(seen, c.Participant)
	}
	for _, owner := range sortedPeople(seen) {
		r := w.r
		r.Resource.Owner = owner
		for set, p := consented(&r), 0; p < len(purposeNames); p++ {
			if set&(1<<p) != 0 {
				w.agreed[p] = append(w.agreed[p], owner.String())
			}
		}
	}
}

// quoteColumn returns a column's name in quotes. SQLite takes a name in double
// quotes that is no column for a text; in brackets it is an error, as it should
// be.
func quoteColumn(name string, d Dialect) (string, bool) {
	left, right := `"`, `"`
	if d == SQLite {
		left, right = "[", "]"
	}
	parts := strings.Split(name, ".")
	for i, p := range parts {
		if p == "" || len(p) > 63 {
			return "", false
		}
		for j := range len(p) {
			c := p[j]
			letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
			if !letter && (j == 0 || c < '0' || c > '9') {
				return "", false
			}
		}
		parts[i] = left + p + right
	}
	return strings.Join(parts, "."), len(parts) <= 2
}
