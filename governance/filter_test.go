package governance

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// The floors as conditions are the floors as code, with the same number of them
// below which a request falls, on 100,000 random requests.
func TestFloorConditionsAreTheFloors(t *testing.T) {
	t.Parallel()
	var tests []test
	for _, e := range floorConditions() {
		closure, ok := lower(e)
		require.True(t, ok)
		tests = append(tests, closure)
	}
	g := gen{rand.New(rand.NewPCG(7, 8))}
	seen := map[string]int{}
	for range 100_000 {
		f := g.facts()
		f.num[attrReviewRationale] = int64(minRationale + g.IntN(3) - 1)
		low := floors(f)
		for _, fl := range low {
			seen[fl.id]++
		}
		below := 0
		for _, closure := range tests {
			v := closure(f)
			require.NotEqual(t, noValue, v)
			below += int(v)
		}
		require.Equal(t, len(low), below, "%+v\n%+v", low, f)
	}
	require.Len(t, seen, len(tests))
}

// What a clause says is read here by a small reader of SQL that shares nothing
// with the writer: NULL is nil, and AND, OR and comparisons follow the standard.
type sqlReader struct {
	text string
	args []any
	next int
	row  map[string]any
}

var (
	sqlBit    = regexp.MustCompile(`^\(["[][a-z_.\]["]+ & `)
	sqlNumber = regexp.MustCompile(`^-?\d+`)
	sqlColumn = regexp.MustCompile(`^(\[t\]\.|"t"\.)?["[]([a-z_]+)["\]]( COLLATE BINARY| COLLATE "C")?`)
	sqlForms  = map[string]*regexp.Regexp{}
)

// form returns a compiled pattern, once compiled.
func form(pattern string) *regexp.Regexp {
	if sqlForms[pattern] == nil {
		sqlForms[pattern] = regexp.MustCompile(pattern)
	}
	return sqlForms[pattern]
}

func (s *sqlReader) take(token string) bool {
	s.text = strings.TrimLeft(s.text, " ")
	rest, ok := strings.CutPrefix(s.text, token)
	if ok {
		s.text = rest
	}
	return ok
}

func (s *sqlReader) must(token string) {
	if !s.take(token) {
		panic("want " + token + " at " + s.text)
	}
}

func (s *sqlReader) or() any {
	v := s.and()
	for s.take("OR ") {
		switch w := s.and(); {
		case v == true || w == true:
			v = true
		case v == nil || w == nil:
			v = nil
		}
	}
	return v
}

func (s *sqlReader) and() any {
	v := s.comparison()
	for s.take("AND ") {
		switch w := s.comparison(); {
		case v == false || w == false:
			v = false
		case v == nil || w == nil:
			v = nil
		}
	}
	return v
}

func (s *sqlReader) comparison() any {
	if s.text = strings.TrimLeft(s.text, " "); strings.HasPrefix(s.text, "(") && !sqlBit.MatchString(s.text) {
		s.must("(")
		v := s.or()
		s.must(")")
		return v
	}
	l := s.value()
	switch {
	case s.take("IS NULL"):
		return l == nil
	case s.take("IS NOT NULL"):
		return l != nil
	case s.take("IS TRUE"):
		return l == true
	case s.take("IS FALSE"):
		return l == false
	}
	not := s.take("NOT ")
	switch {
	case s.take("IN ("):
		found := false
		for {
			found = order(l, s.value()) == 0 || found
			if !s.take(",") {
				break
			}
		}
		s.must(")")
		if l == nil {
			return nil
		}
		return found != not
	case s.take("GLOB"):
		glob := s.value().(string)
		if l == nil {
			return nil
		}
		return form("^"+strings.ReplaceAll(glob, "*", "(?s:.*)")+"$").MatchString(l.(string)) != not
	case s.take("~"):
		pattern := s.value().(string)
		if l == nil {
			return nil
		}
		return form(pattern).MatchString(l.(string))
	}
	for _, sign := range []string{"<>", "<=", ">=", "<", ">", "="} {
		if s.take(sign) {
			r := s.value()
			if l == nil || r == nil {
				return nil
			}
			c := order(l, r)
			return map[string]bool{"<>": c != 0, "<=": c <= 0, ">=": c >= 0, "<": c < 0, ">": c > 0, "=": c == 0}[sign]
		}
	}
	panic("no comparison at " + s.text)
}

func order(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case int64:
		return int(max(-1, min(1, a-b.(int64))))
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return -1
}

func (s *sqlReader) value() any {
	switch {
	case s.take("("): // a bit of a set
		l := s.value()
		s.must("&")
		r := s.value()
		s.must(")")
		if l == nil {
			return nil
		}
		return l.(int64) & r.(int64)
	case s.take("typeof("):
		v := s.value()
		s.must(")")
		return map[string]string{"string": "text", "int64": "integer", "<nil>": "null"}[fmt.Sprintf("%T", v)]
	case s.take("length(CAST("):
		v := s.value()
		s.must("AS BLOB))")
		return length(v)
	case s.take("length("):
		v := s.value()
		s.must(")")
		return length(v)
	case s.take("'"):
		text, rest, _ := strings.Cut(s.text, "'")
		s.text = rest
		return text
	case s.take("?"):
		s.next++
		return s.args[s.next-1]
	case s.take("$"):
		s.next++
		s.must(fmt.Sprint(s.next))
		return s.args[s.next-1]
	}
	if m := sqlNumber.FindString(s.text); m != "" {
		s.must(m)
		var n int64
		fmt.Sscan(m, &n)
		return n
	}
	m := sqlColumn.FindStringSubmatch(s.text)
	if m == nil {
		panic("no value at " + s.text)
	}
	s.must(m[0])
	return s.row[m[2]]
}

func length(v any) any {
	if v == nil {
		return nil
	}
	return int64(len(v.(string)))
}

func whereTrue(f Filter, row map[string]any) bool {
	s := &sqlReader{text: f.Clause, args: f.Args, row: row}
	if f.Rows != SomeRows {
		return f.Rows == AllRows
	}
	v := s.or()
	if s.text != "" || s.next != len(s.args) {
		panic("left over: " + s.text)
	}
	return v == true
}

// Both dialects let through the rows that Decide permits, and no row with NULL
// in place of a value that Decide needs.
func TestFilterReadAsSQL(t *testing.T) {
	t.Parallel()
	policies := []*Policy{builtInPolicy(t), filterPolicy(t, "permit: true",
		`deny: !has(resource.residency) || resource.residency != "eu" || resource.residency == resource.id || !has(resource.programme) || resource.programme < "programme-0" || resource.standing == "cleared"`)}
	person, err := casePeople()
	require.NoError(t, err)
	var columns []Column
	for a := range attrCount {
		if mappable&(1<<a) != 0 {
			name := strings.ReplaceAll(attributes[a].name, ".", "_")
			if a == attrOwner {
				name = "t." + name
			}
			columns = append(columns, Column{attributes[a].name, name})
		}
	}
	g := gen{rand.New(rand.NewPCG(1, 9))}
	now := time.Date(2028, 2, 29, 12, 0, 0, 1_234_567, time.UTC)
	permitted, rows, draws := [2]int{}, 0, 150
	if testing.Short() {
		draws = 40
	}
	for i := range 80 {
		which := i / 60 // the small policy permits a coach alone
		p := policies[which]
		base := Request{Action: []Action{View, Use, Export, Purge}[g.IntN(4)], Purpose: Purpose(1 + g.IntN(3)), Now: now,
			Subject: Subject{ID: person("ann"), Trained: true, Role: []coaching.Role{coaching.Coach, coaching.Participant, coaching.PrivacyOfficer, coaching.Steward, coaching.ProgramAdmin}[g.IntN(5)]}}
		if base.Subject.Programme = "programme-1"; i%10 == 9 {
			base.Subject.Programme = g.pick("", "programme-2", "programme-4")
		}
		if which == 1 {
			base.Action, base.Subject.Role = View, coaching.Coach
		}
		lite, err := p.Filter(&base, Table{Dialect: SQLite, Columns: columns})
		require.NoError(t, err)
		post, err := p.Filter(&base, Table{Dialect: PostgreSQL, Columns: columns})
		require.NoError(t, err)
		require.Equal(t, lite.Rows, post.Rows)
		for _, a := range post.Args { // PostgreSQL would round it
			if at, ok := a.(time.Time); ok {
				require.Zero(t, at.Nanosecond()%1000)
			}
		}
		for range draws {
			r := base
			res := &r.Resource
			res.ID = "row"
			res.Programme = g.pick("", "programme-1", "programme-1", "programme-1", "programme-1", "programme-1", "programme-1", "programme-2")
			res.Residency = g.pick("", "eu", "eu", "us")
			res.Type = ResourceType(1 + g.IntN(len(resourceNames)-1))
			res.Class = signal.DataClass(g.IntN(3))
			res.Owner = []coaching.PersonID{{}, person("ann"), person("bob"), person("bob")}[g.IntN(4)]
			res.AssignedCoach = []coaching.PersonID{{}, person("ann"), person("ann")}[g.IntN(3)]
			micros := now.Truncate(time.Microsecond)
			res.CreatedAt = []time.Time{{}, micros, micros.AddDate(0, 0, -90), micros.AddDate(0, 0, -90).Add(time.Microsecond), micros.AddDate(-1, 0, -1), micros.AddDate(-1, 0, 0), micros.AddDate(0, 0, -5)}[g.IntN(7)]
			res.GroupSize = []int{0, 2, 4, 5, 9, 9}[g.IntN(6)]
			res.Identifiable, res.LegalHold, res.Automated = Fact(g.IntN(2)), Fact(g.IntN(3)), Fact(g.IntN(3))
			res.Standing = signal.Standing(g.IntN(3))
			res.Control, res.ModelCard, res.Explained = g.IntN(2) == 0, g.IntN(2) == 0, g.IntN(2) == 0
			res.Affects = []Effects{0, EffectsOf(NoEffect), EffectsOf(NoEffect), EffectsOf(Promotion, TalentReview)}[g.IntN(4)]
			purposes := []int64{0, 0x3e, 0x3e, 1 << ForCoaching}[g.IntN(4)]
			for q := ForCoaching; q <= ForReidentification; q++ {
				if purposes&(1<<q) != 0 {
					r.Consents = append(r.Consents, signal.Consent{Participant: res.Owner, Purpose: q.String(), Granted: now})
				}
			}
			d := p.Decide(&r)
			rows++
			if d.Allowed() {
				permitted[which]++
			}
			row := rowOf(&r, purposes, SQLite)
			require.Equal(t, d.Allowed(), whereTrue(lite, row), "%s\n%v", lite.Clause, row)
			wide := rowOf(&r, purposes, PostgreSQL)
			require.Equal(t, d.Allowed(), whereTrue(post, wide), "%s\n%v", post.Clause, wide)
			if d.Allowed() {
				row["resource_id"] = nil
				require.False(t, whereTrue(lite, row))
			}
		}
	}
	t.Logf("%d rows, %v permitted", rows, permitted)
	require.Greater(t, permitted[0], draws)
	require.Greater(t, permitted[1], draws/3)
}

// rowOf returns the row that holds a resource; what is absent is NULL.
func rowOf(r *Request, purposes int64, d Dialect) map[string]any {
	res := &r.Resource
	row := map[string]any{"resource_id": res.ID, "resource_type": res.Type.String(), "consent_purposes": purposes}
	flag := func(name string, known, v bool) {
		switch {
		case !known:
			row[name] = nil
		case d == PostgreSQL:
			row[name] = v
		case v:
			row[name] = int64(1)
		default:
			row[name] = int64(0)
		}
	}
	if res.Class != 0 {
		row["resource_class"] = res.Class.String()
	}
	if res.Standing != 0 {
		row["resource_standing"] = res.Standing.String()
	}
	if res.Programme != "" {
		row["resource_programme"] = res.Programme
	}
	if res.Residency != "" {
		row["resource_residency"] = res.Residency
	}
	if !res.Owner.IsZero() {
		row["resource_owner"] = res.Owner.String()
	}
	if !res.AssignedCoach.IsZero() {
		row["resource_assigned_coach"] = res.AssignedCoach.String()
	}
	if !res.CreatedAt.IsZero() {
		row["resource_created_at"] = res.CreatedAt.UnixNano()
		if d == PostgreSQL {
			row["resource_created_at"] = res.CreatedAt
		}
	}
	if res.GroupSize > 0 {
		row["resource_group_size"] = int64(res.GroupSize)
	}
	if res.Affects != 0 {
		row["resource_affects"] = int64(res.Affects)
	}
	flag("resource_identifiable", res.Identifiable != Unknown, res.Identifiable == Yes)
	flag("resource_legal_hold", res.LegalHold != Unknown, res.LegalHold == Yes)
	flag("resource_automated", res.Automated != Unknown, res.Automated == Yes)
	flag("resource_control", res.Control, true)
	flag("resource_model_card", res.ModelCard, true)
	flag("resource_explained", true, res.Explained)
	return row
}

// A request or a table that is not as the comments say has no filter, nor has a
// policy whose rules SQL cannot state; a part that cannot be stated and does not
// matter is no obstacle.
func TestFilterIsRefused(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	person, err := casePeople()
	require.NoError(t, err)
	id := Column{"resource.id", "id"}
	tests := []struct {
		name   string
		change func(r *Request, t *Table)
		want   string
	}{
		{"no dialect", func(_ *Request, t *Table) { t.Dialect = 0 }, "the table has no dialect"},
		{"another dialect", func(_ *Request, t *Table) { t.Dialect = 9 }, "the table has no dialect"},
		{"an approval", func(r *Request, _ *Table) { r.Approvals = []Approval{{}} }, "given to one resource"},
		{"a review", func(r *Request, _ *Table) { r.Review.Approved = true }, "given to one resource"},
		{"no time", func(r *Request, _ *Table) { r.Now = time.Time{} }, "now is missing"},
		{"no identifier", func(_ *Request, t *Table) { t.Columns = t.Columns[1:] }, "resource.id is missing"},
		{"a misspelt attribute", func(_ *Request, t *Table) { t.Columns[1].Attribute = "resource.ownr" }, "column 2 holds no attribute"},
		{"a derived attribute", func(_ *Request, t *Table) { t.Columns[1].Attribute = "resource.age" }, "column 2 holds no attribute"},
		{"the subject", func(_ *Request, t *Table) { t.Columns[1].Attribute = "subject.role" }, "column 2 holds no attribute"},
		{"twice", func(_ *Request, t *Table) { t.Columns[1] = id }, "two columns hold resource.id"},
		{"stated and a column", func(r *Request, _ *Table) { r.Resource.Owner = person("ann") }, "resource.owner has a column and is in the request"},
		{"consents and a column", func(r *Request, t *Table) {
			t.Columns[1].Attribute, r.Consents = "consent.purposes", signal.ConsentList{{}}
		}, "consent.purposes has a column and"},
	}
	for _, name := range []string{"", "a b", `a"b`, "a]b", "a.b.c", "a.", "1a", "ä", "a;--", "a\x00", strings.Repeat("a", 64)} {
		tests = append(tests, struct {
			name   string
			change func(r *Request, t *Table)
			want   string
		}{"column " + name, func(_ *Request, t *Table) { t.Columns[1].Name = name }, "is not a name of letters"})
	}
	request := func() (*Request, Table) {
		return &Request{Action: View, Purpose: ForCoaching, Now: caseNow(), Subject: Subject{ID: person("ann"), Role: coaching.Coach, Programme: "programme-1"},
			Resource: Resource{Type: ResourcePack, Programme: "programme-1"}}, Table{Dialect: SQLite, Columns: []Column{id, {"resource.owner", "owner"}}}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, table := request()
			tt.change(r, &table)
			f, err := p.Filter(r, table)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, Filter{}, f)
		})
	}
	r, table := request()
	_, err = new(Policy).Filter(r, table)
	require.ErrorContains(t, err, "there is no policy")
	_, err = p.Filter(nil, table)
	require.ErrorContains(t, err, "there is no request")

	foreign := filterPolicy(t, "permit: true", `deny: ["a"].exists(x, x == resource.id)`)
	r.Resource.Type, r.Resource.Identifiable = ResourceModel, No
	_, err = foreign.Filter(r, table)
	require.ErrorContains(t, err, "SQL cannot say what these rules ask: rule1")
	never := filterPolicy(t, "permit: false", `deny: ["a"].exists(x, x == resource.id)`)
	f, err := never.Filter(r, table)
	require.NoError(t, err)
	require.Equal(t, Filter{Rows: NoRows, Clause: "1 = 0", PolicyDigest: never.Digest()}, f)
	// No column and nothing to refuse: every row.
	r.Resource.ID = "all"
	table.Columns = nil
	f, err = filterPolicy(t, "permit: true").Filter(r, Table{Dialect: PostgreSQL})
	require.NoError(t, err)
	require.Equal(t, "1 = 1", f.Clause)
	require.Equal(t, AllRows, f.Rows)
	// Whoever holds the role in another programme, or in one that is not known, gets none.
	for _, programme := range []string{"programme-2", ""} {
		r.Subject.Programme = programme
		f, err = filterPolicy(t, "permit: true").Filter(r, Table{Dialect: PostgreSQL})
		require.NoError(t, err)
		require.Equal(t, NoRows, f.Rows)
	}
}

func filterPolicy(t *testing.T, whens ...string) *Policy {
	t.Helper()
	var b strings.Builder
	b.WriteString("apiVersion: governance/v1\nid: small\nversion: 1.0.0\nowner: privacy_officer\nparams: []\ntests: []\nrules:\n")
	for i, w := range whens {
		effect, when, _ := strings.Cut(w, ": ")
		roles := "any"
		if effect == "permit" {
			roles = "coach"
		}
		fmt.Fprintf(&b, "  - {id: rule%d, effect: %s, code: GOV-015, actions: [view], roles: [%s], when: '%s', message: so}\n", i, effect, roles, when)
	}
	p, report, err := Parse("small.yaml", []byte(b.String()))
	require.NoError(t, err, report.Text())
	return p
}
