package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// filterPolicies are policies whose filters are compared with their decisions.
func filterPolicies(t *testing.T) map[string]*governance.Policy {
	t.Helper()
	rule := func(i int, effect, actions, roles, when string) string {
		s := fmt.Sprintf("  - id: rule%d\n    effect: %s\n    code: GOV-015\n    actions: [%s]\n    roles: [%s]\n    when: '%s'\n    message: it is so\n", i, effect, actions, roles, when)
		if effect == "review" {
			s += "    review: {as: review, by: [hr_reviewer]}\n"
		}
		return s
	}
	parse := func(name string, whens ...string) *governance.Policy {
		var text strings.Builder
		text.WriteString("apiVersion: governance/v1\nid: " + name + "\nversion: 1.0.0\nowner: privacy_officer\nparams:\n" +
			"  - {id: months, unit: months, value: 1, min: 1, max: 6, code: GOV-017}\n" +
			"  - {id: days, unit: days, value: 30, min: 1, max: 90, code: GOV-016}\n")
		if name == "host" {
			text.WriteString("extensions:\n  - {name: tier, type: enum, values: [silver, gold]}\n  - {name: heads, type: int, min: 0, max: 100}\n" +
				"  - {name: council, type: bool}\n  - {name: since, type: timestamp}\n")
		}
		text.WriteString("rules:\n")
		for i, when := range whens {
			effect, when, _ := strings.Cut(when, ": ")
			if effect == "permit" {
				text.WriteString(rule(i, effect, "view, purge, export, use", "coach, participant, privacy_officer, program_admin, steward", when))
			} else {
				text.WriteString(rule(i, effect, "any", "any", when))
			}
		}
		text.WriteString("tests: []\n")
		p, report, err := governance.Parse(name+".yaml", []byte(text.String()))
		require.NoError(t, err, report.Text())
		return p
	}
	builtin, _, err := governance.BuiltIn()
	require.NoError(t, err)
	// The same rules with other numbers; its tests, which expect these, go.
	source, _, _ := strings.Cut(strings.NewReplacer(
		"{id: raw_retention, unit: days, value: 90,", "{id: raw_retention, unit: days, value: 30,",
		"{id: aggregate_retention, unit: months, value: 12,", "{id: aggregate_retention, unit: months, value: 1,",
		"{id: group_size, unit: count, value: 5,", "{id: group_size, unit: count, value: 6,",
	).Replace(governance.BuiltInSource()), "\ntests:")
	strict, _, err := governance.Parse("strict.yaml", []byte(source+"\ntests: []\n"))
	require.NoError(t, err)
	// A region keeps its data in one place.
	region, report, err := governance.Stack(
		governance.File{Name: "trends.yaml", Data: []byte("apiVersion: governance/v1\nid: trends\nversion: 1.0.0\nowner: privacy_officer\nparams: []\nrules:\n" +
			rule(0, "permit", "view, purge, export, use", "coach, participant, privacy_officer, program_admin, steward", "true") + "tests: []\n")},
		governance.File{Name: "eu.yaml", Data: []byte("apiVersion: governance-overlay/v1\nlayer: region\nid: eu\nover: trends\nversion: 1.0.0\nowner: privacy_officer\nresidency: eu\ntests: []\n")},
	)
	require.NoError(t, err, report.Text())
	return map[string]*governance.Policy{
		"built-in": builtin, "strict": strict, "region": region,
		"everything": parse("everything", "permit: true"),
		"months": parse("months", "permit: has(resource.created_at) && now <= addMonths(resource.created_at, param.months)",
			"deny: !has(resource.created_at) || addMonths(resource.created_at, 6) == now"),
		"ends": parse("ends", "permit: true", "deny: !has(resource.created_at) || addMonths(resource.created_at, 6) == now"),
		"instants": parse("instants", "permit: true", "deny: !has(resource.age) || resource.age >= param.days",
			`deny: !has(resource.created_at) || resource.created_at < timestamp("2026-12-15T00:00:00Z")`,
			`review: !has(resource.created_at) || resource.created_at == now`),
		"retention": parse("retention", `permit: has(resource.past_retention) && !resource.past_retention && resource.type != "model"`),
		"texts": parse("texts", `permit: has(resource.programme) && (resource.programme in ["alpha", "beta"] || resource.programme > "m")`,
			"deny: !has(resource.programme) || size(resource.programme) == 4", `deny: resource.id == "row-7"`,
			"review: !has(resource.programme) || resource.programme == resource.id"),
		"people": parse("people", "permit: has(resource.owner) && has(resource.assigned_coach) && resource.owner != resource.assigned_coach",
			"deny: !has(resource.owner) || resource.owner == subject.id"),
		"logic": parse("logic", `permit: has(resource.legal_hold) && (resource.legal_hold == (resource.standing == "cleared"))`,
			`deny: resource.standing == "restricted" ? resource.class == "raw" : resource.class != "aggregate"`),
		"sets": parse("sets", `permit: has(resource.affects) && !resource.affects.hasAll(["promotion", "compensation"]) && "evaluation" in consent.purposes`,
			`permit: consent.purposes.hasAll(["coaching", "export"])`, `deny: !(purpose in consent.purposes) && !has(resource.owner)`),
		"residency": parse("residency", "permit: true", `deny: !has(resource.residency) || resource.residency != "eu"`,
			`review: !has(resource.programme) || !has(resource.residency) || resource.programme < resource.residency`),
		"member": parse("member", `permit: has(resource.programme) && has(subject.programme) && resource.programme == subject.programme`,
			`deny: !has(subject.programme) || subject.programme in ["beta", "gamma"] && resource.standing == "cleared"`, `deny: !has(resource.residency) || resource.residency == "us"`),
		"host": parse("host", `permit: has(ext.tier) && ext.tier == "gold" || has(ext.since) && has(resource.created_at) && resource.created_at < ext.since`,
			`deny: !has(ext.heads) || (!has(resource.group_size) || resource.group_size < ext.heads)`,
			`review: !has(ext.council) || !has(resource.legal_hold) || resource.legal_hold == ext.council`),
		"numbers": parse("numbers", `permit: has(resource.group_size) && (resource.group_size in [3, 5] || 5 < resource.group_size)`,
			`permit: has(resource.group_size) && resource.group_size != 4 && resource.class == "aggregate"`),
	}
}

// A row holds resources as columns do: nil is NULL.
type filterRow struct {
	id, programme, residency, typ, class, owner, coach, created, group, identifiable, hold, standing, control, automated, card, explained, affects, consents any
}

func (r *filterRow) values() []any {
	return []any{r.id, r.programme, r.residency, r.typ, r.class, r.owner, r.coach, r.created, r.group, r.identifiable, r.hold, r.standing, r.control, r.automated, r.card, r.explained, r.affects, r.consents}
}

var filterColumns = []governance.Column{
	{Attribute: "resource.id", Name: "id"}, {Attribute: "resource.programme", Name: "t.programme"}, {Attribute: "resource.residency", Name: "residency"},
	{Attribute: "resource.type", Name: "type"}, {Attribute: "resource.class", Name: "class"},
	{Attribute: "resource.owner", Name: "owner"}, {Attribute: "resource.assigned_coach", Name: "t.coach"},
	{Attribute: "resource.created_at", Name: "created"}, {Attribute: "resource.group_size", Name: "group_size"},
	{Attribute: "resource.identifiable", Name: "identifiable"}, {Attribute: "resource.legal_hold", Name: "hold"},
	{Attribute: "resource.standing", Name: "standing"}, {Attribute: "resource.control", Name: "control"},
	{Attribute: "resource.automated", Name: "automated"}, {Attribute: "resource.model_card", Name: "card"},
	{Attribute: "resource.explained", Name: "explained"}, {Attribute: "resource.affects", Name: "affects"},
	{Attribute: "consent.purposes", Name: "consents"},
}

// request returns the request with the row's values in it.
func (r *filterRow) request(t testing.TB, base governance.Request, columns []governance.Column) *governance.Request {
	t.Helper()
	res := &base.Resource
	read := func(into interface{ UnmarshalText([]byte) error }, v any) {
		if v != nil {
			require.NoError(t, into.UnmarshalText([]byte(v.(string))))
		}
	}
	fact := func(v any) governance.Fact {
		switch v {
		case nil:
			return governance.Unknown
		case int64(0):
			return governance.No
		}
		return governance.Yes
	}
	values := r.values()
	consents := int64(0)
	for _, c := range columns {
		v := values[slices.IndexFunc(filterColumns, func(d governance.Column) bool { return d == c })]
		switch strings.TrimPrefix(c.Attribute, "resource.") {
		case "id":
			res.ID = v.(string)
		case "programme":
			res.Programme, _ = v.(string)
		case "residency":
			res.Residency, _ = v.(string)
		case "type":
			read(&res.Type, v)
		case "class":
			read(&res.Class, v)
		case "owner":
			read(&res.Owner, v)
		case "assigned_coach":
			read(&res.AssignedCoach, v)
		case "created_at":
			if v != nil {
				res.CreatedAt = time.Unix(0, v.(int64)).UTC()
			}
		case "group_size":
			n, _ := v.(int64)
			res.GroupSize = int(n)
		case "identifiable":
			res.Identifiable = fact(v)
		case "legal_hold":
			res.LegalHold = fact(v)
		case "standing":
			read(&res.Standing, v)
		case "control":
			res.Control = v == int64(1)
		case "automated":
			res.Automated = fact(v)
		case "model_card":
			res.ModelCard = v == int64(1)
		case "explained":
			res.Explained = v == int64(1)
		case "affects":
			n, _ := v.(int64)
			res.Affects = governance.Effects(n)
		case "consent.purposes":
			consents, _ = v.(int64)
		}
	}
	for p := governance.ForCoaching; p <= governance.ForReidentification; p++ {
		if consents&(1<<p) != 0 && !res.Owner.IsZero() {
			base.Consents = append(base.Consents, signal.Consent{Participant: res.Owner, Purpose: p.String(), Notice: base.Notice, Granted: base.Now.AddDate(0, -1, 0)})
		}
	}
	return &base
}

func filterPeople(t testing.TB) []coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "p", Purpose: "q"})
	require.NoError(t, err)
	var out []coaching.PersonID
	for _, label := range []string{"a", "b", "c", "d"} {
		id, err := p.Person(label)
		require.NoError(t, err)
		out = append(out, id)
	}
	return out
}

// filterNow is the last day of a short month, on which months of different
// lengths meet.
var filterNow = time.Date(2027, 2, 28, 9, 30, 0, 5, time.UTC)

func randomRow(rng *rand.Rand, i int, people []coaching.PersonID) filterRow {
	pick := func(of ...any) any { return of[rng.IntN(len(of))] }
	person := func() any {
		if i := rng.IntN(len(people) + 2); i < len(people) {
			return people[i].String()
		}
		return pick(nil, "")
	}
	now := filterNow
	created := pick(nil, now.UnixNano(), now.UnixNano()-1,
		now.Add(-90*24*time.Hour).UnixNano()+int64(rng.IntN(3)-1), now.Add(-30*24*time.Hour).UnixNano()+int64(rng.IntN(3)-1),
		now.AddDate(-1, 0, rng.IntN(5)-1).UnixNano()+int64(rng.IntN(3)-1), now.AddDate(0, -1, rng.IntN(5)-1).UnixNano()+int64(rng.IntN(3)-1),
		time.Date(2026, 8, 28+rng.IntN(5), 9, 30, 0, rng.IntN(10), time.UTC).UnixNano(),
		now.AddDate(0, 0, -rng.IntN(400)).UnixNano(), now.AddDate(0, 0, -1).UnixNano(), now.AddDate(0, 0, -2).UnixNano(), int64(0),
		now.UnixNano()+1+int64(rng.IntN(2))*1e15) // from the future: denied
	flag := func() any { return pick(nil, int64(0), int64(1)) }
	affects := pick(nil, int64(0), int64(governance.EffectsOf(governance.NoEffect)), int64(governance.EffectsOf(governance.NoEffect)),
		int64(governance.EffectsOf(governance.Promotion)), int64(governance.EffectsOf(governance.Promotion, governance.Compensation)),
		int64(governance.EffectsOf(governance.TalentReview)), int64(governance.EffectsOf(governance.StretchAssignment, governance.RoleAssignment)),
		int64(governance.EffectsOf(governance.NoEffect, governance.Promotion))) // not valid: denied
	return filterRow{
		id: fmt.Sprintf("row-%d", i), programme: pick(nil, "", "beta", "gamma", "Zeta", "row-3", "zeta", "zeta", "zeta", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha"),
		residency: pick(nil, "", "eu", "eu", "EU", "us", "alpha"),
		typ:       pick("trace", "trend", "pack", "dataset", "recommendation", "model", "session", "report", "identity", "pack", "report"),
		class:     pick(nil, "raw", "pseudonymous", "aggregate", "aggregate", "pseudonymous"),
		owner:     person(), coach: person(), created: created,
		group: pick(nil, int64(0), int64(2), int64(3), int64(4), int64(5), int64(6), int64(40)), identifiable: pick(nil, int64(0), int64(0), int64(0), int64(1)), hold: flag(),
		standing: pick(nil, "candidate", "cleared", "cleared", "restricted", "paused", "retired"), control: flag(), automated: flag(), card: flag(), explained: flag(),
		affects: affects, consents: pick(nil, int64(0), int64(0x3e), int64(0x3e), int64(rng.IntN(32)*2)),
	}
}

// hostExtensions returns values for what the policy of the host declares.
func hostExtensions(rng *rand.Rand) []governance.Extension {
	all := []governance.Extension{
		{Name: "tier", Type: governance.ExtensionEnum, Enum: []string{"gold", "silver"}[rng.IntN(2)]},
		{Name: "heads", Type: governance.ExtensionInt, Int: int64(rng.IntN(7))},
		{Name: "council", Type: governance.ExtensionBool, Bool: rng.IntN(2) == 0},
		{Name: "since", Type: governance.ExtensionTime, Time: filterNow.AddDate(0, 0, -2).Add(time.Duration(rng.IntN(3) - 1))},
	}
	return slices.DeleteFunc(all, func(x governance.Extension) bool { return rng.IntN(8) == 0 })
}

func openRows(t testing.TB, rows []filterRow) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	// No types: SQLite keeps what is written, and a collation that ignores case
	// must not matter.
	_, err = db.Exec(`CREATE TABLE resources (id COLLATE NOCASE, programme COLLATE NOCASE, residency COLLATE NOCASE, type COLLATE NOCASE, class COLLATE NOCASE,
		owner COLLATE NOCASE, coach, created, group_size, identifiable, hold, standing COLLATE NOCASE, control, automated, card, explained, affects, consents)`)
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	insert, err := tx.Prepare("INSERT INTO resources VALUES (" + strings.Repeat("?, ", 17) + "?)")
	require.NoError(t, err)
	for i := range rows {
		_, err = insert.Exec(rows[i].values()...)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	return db
}

func selectRows(t testing.TB, db *sql.DB, f governance.Filter) map[string]bool {
	t.Helper()
	found, err := db.Query("SELECT id FROM resources AS t WHERE "+f.Clause, f.Args...)
	require.NoError(t, err, f.Clause)
	defer found.Close()
	ids := map[string]bool{}
	for found.Next() {
		var id any
		require.NoError(t, found.Scan(&id))
		ids[fmt.Sprint(id)] = true
	}
	require.NoError(t, found.Err())
	return ids
}

// SQLite lets through exactly the rows that Decide permits, in at least 1,000,000
// decisions over policies, roles, actions, purposes, sets of columns and rows
// around every threshold; every policy permits some.
func TestFilterAgreesWithDecide(t *testing.T) {
	if testing.Short() {
		t.Skip("1,280,000 decisions take seconds; go test without -short runs it")
	}
	rng := rand.New(rand.NewPCG(3, 5))
	people := filterPeople(t)
	rows := make([]filterRow, 2_000)
	for i := range rows {
		rows[i] = randomRow(rng, i, people)
	}
	db := openRows(t, rows)
	decisions, permitted, some := 0, 0, 0
	policies := filterPolicies(t)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range policies {
			if !yield(name) {
				return
			}
		}
	}) {
		p, before := policies[name], permitted
		for range 40 {
			base := governance.Request{
				Action:  []governance.Action{governance.View, governance.View, governance.Export, governance.Use, governance.Purge, governance.Reidentify}[rng.IntN(6)],
				Purpose: governance.Purpose(1 + rng.IntN(5)), Now: filterNow,
				Subject: governance.Subject{ID: people[rng.IntN(2)], Trained: rng.IntN(2) == 0,
					Role: []coaching.Role{coaching.Coach, coaching.Participant, coaching.PrivacyOfficer, coaching.ProgramAdmin, coaching.Steward, coaching.NoRole}[rng.IntN(6)]},
			}
			if rng.IntN(2) == 0 {
				base.Purpose = governance.ForCoaching
			}
			// The role is held in the programme of many rows, of a few, of none, or in one that is not known.
			base.Subject.Programme = []string{"alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "alpha", "zeta", "zeta", "beta", "row-3", []string{"omega", ""}[rng.IntN(2)]}[rng.IntN(12)]
			base.Notice = []string{"", "notice-2"}[rng.IntN(2)]
			if name == "host" {
				base.Ext = hostExtensions(rng)
			}
			var columns []governance.Column
			listed := rng.IntN(3) == 0 // the consents of all owners are in the request
			for _, c := range filterColumns {
				leave := rng.IntN(8) == 0
				switch c.Attribute {
				case "resource.id":
					leave = false
				case "resource.programme":
					if leave && rng.IntN(3) > 0 {
						base.Resource.Programme = base.Subject.Programme
					}
				case "resource.residency":
					if leave && rng.IntN(2) == 0 {
						base.Resource.Residency = "eu"
					}
				case "resource.type":
					if leave {
						base.Resource.Type = governance.ResourcePack
					}
				case "resource.class":
					if leave {
						base.Resource.Class = signal.Aggregate
					}
				case "resource.owner":
					if leave && rng.IntN(2) == 0 {
						base.Resource.Owner = people[1]
					}
				case "resource.created_at":
					if leave {
						base.Resource.CreatedAt = filterNow.AddDate(0, -1, 0)
					}
				case "resource.affects":
					if leave {
						base.Resource.Affects = governance.EffectsOf(governance.NoEffect)
					}
				case "consent.purposes":
					leave = leave || listed
				}
				if !leave {
					columns = append(columns, c)
				}
			}
			if listed {
				base.Resource.Signals = []string{"s1", "s2"}[:rng.IntN(3)]
				for _, owner := range people {
					for _, s := range append([]string{""}, base.Resource.Signals...) {
						for q := governance.ForCoaching; q <= governance.ForReidentification; q++ {
							if rng.IntN(5) > 0 {
								base.Consents = append(base.Consents, signal.Consent{Participant: owner, Signal: s, Purpose: q.String(), Granted: filterNow.AddDate(0, 0, -rng.IntN(5)), Notice: []string{base.Notice, base.Notice, base.Notice, "notice-1"}[rng.IntN(4)]})
							}
						}
					}
				}
			}
			f, err := p.Filter(&base, governance.Table{Dialect: governance.SQLite, Columns: columns})
			require.NoError(t, err)
			got := selectRows(t, db, f)
			if f.Rows == governance.SomeRows {
				some++
			}
			for i := range rows {
				r := rows[i].request(t, base, columns)
				d := p.Decide(r)
				decisions++
				if d.Allowed() {
					permitted++
				}
				if d.Allowed() != got[rows[i].id.(string)] {
					t.Fatalf("policy %s: SQL says %v\n%s\n%v\nrow %+v\n%s", name, !d.Allowed(), f.Clause, f.Args, rows[i], p.Explain(r))
				}
			}
		}
		t.Logf("%s: %d rows permitted", name, permitted-before)
		require.Greater(t, permitted-before, 50, name)
	}
	t.Logf("%d row decisions, %d permitted; %d filters of some rows", decisions, permitted, some)
	require.GreaterOrEqual(t, decisions, 1_000_000)
	require.Greater(t, permitted, 40_000)
	require.Greater(t, some, 100)
}

// A row with a value that no request could hold is never let through, not even
// by a policy that permits everything, and a column that does not exist is an
// error.
func TestFilterRefusesMalformedRows(t *testing.T) {
	people := filterPeople(t)
	good := filterRow{
		id: "row-1", programme: "alpha", typ: "report", class: "aggregate", owner: people[1].String(), coach: people[2].String(),
		created: filterNow.UnixNano() - 1, group: int64(8), identifiable: int64(0), standing: "cleared",
		affects: int64(governance.EffectsOf(governance.NoEffect)), consents: int64(0x3e),
	}
	id := people[1].String()
	tests := map[string]func(r *filterRow){
		"no id":                  func(r *filterRow) { r.id = nil },
		"number as id":           func(r *filterRow) { r.id = int64(7) },
		"sentence as id":         func(r *filterRow) { r.id = "row 1" },
		"id that goes on":        func(r *filterRow) { r.id = "row\x00 OR 1" },
		"blob as id":             func(r *filterRow) { r.id = []byte("row-1") },
		"long id":                func(r *filterRow) { r.id = strings.Repeat("x", 65) },
		"digit first":            func(r *filterRow) { r.id = "1row" },
		"programme":              func(r *filterRow) { r.programme = "ä" },
		"no programme":           func(r *filterRow) { r.programme = nil },
		"another programme":      func(r *filterRow) { r.programme = "Alpha" },
		"residency":              func(r *filterRow) { r.residency = "eu west" },
		"no type":                func(r *filterRow) { r.typ = nil },
		"unknown type":           func(r *filterRow) { r.typ = "unknown" },
		"capital type":           func(r *filterRow) { r.typ = "Report" },
		"undeclared class":       func(r *filterRow) { r.class = "secret" },
		"capital class":          func(r *filterRow) { r.class = "Aggregate" },
		"name as owner":          func(r *filterRow) { r.owner = "Ada" },
		"owner in capitals":      func(r *filterRow) { r.owner = strings.ToUpper(id) },
		"owner with a wrong end": func(r *filterRow) { r.owner = id[:28] + "b" },
		"owner that goes on":     func(r *filterRow) { r.owner = id + "\x00" },
		"coach":                  func(r *filterRow) { r.coach = id[:27] },
		"from the future":        func(r *filterRow) { r.created = filterNow.UnixNano() + 1 },
		"before the bounds":      func(r *filterRow) { r.created = int64(-1) },
		"text as time":           func(r *filterRow) { r.created = "2027-02-28T00:00:00Z" },
		"fraction as time":       func(r *filterRow) { r.created = float64(filterNow.UnixNano()-1_000_000) + 0.5 },
		"text as group size":     func(r *filterRow) { r.group = "many" },
		"fraction as group size": func(r *filterRow) { r.group = 8.5 },
		"negative group size":    func(r *filterRow) { r.group = int64(-1) },
		"text as fact":           func(r *filterRow) { r.identifiable = "no" },
		"number as fact":         func(r *filterRow) { r.hold = int64(2) },
		"number as flag":         func(r *filterRow) { r.control = int64(-1) },
		"undeclared standing":    func(r *filterRow) { r.standing = "fine" },
		"undeclared effect":      func(r *filterRow) { r.affects = int64(1 << 12) },
		"unknown effect":         func(r *filterRow) { r.affects = int64(1) },
		"none beside another":    func(r *filterRow) { r.affects = int64(governance.EffectsOf(governance.NoEffect, governance.Promotion)) },
		"text as effects":        func(r *filterRow) { r.affects = "none" },
		"undeclared purpose":     func(r *filterRow) { r.consents = int64(-1) },
		"text as purposes":       func(r *filterRow) { r.consents = "coaching" },
	}
	p := filterPolicies(t)["everything"]
	f, err := p.Filter(&governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching, Now: filterNow,
		Subject: governance.Subject{ID: people[0], Role: coaching.PrivacyOfficer, Programme: "alpha"},
	}, governance.Table{Dialect: governance.SQLite, Columns: filterColumns})
	require.NoError(t, err)
	require.Len(t, selectRows(t, openRows(t, []filterRow{good}), f), 1)
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			row := good
			spoil(&row)
			require.Empty(t, selectRows(t, openRows(t, []filterRow{row}), f))
		})
	}

	columns := slices.Clone(filterColumns)
	columns[10].Name = "no_such_column"
	f, err = p.Filter(&governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching, Now: filterNow,
		Subject: governance.Subject{ID: people[0], Role: coaching.PrivacyOfficer, Programme: "alpha"},
	}, governance.Table{Dialect: governance.SQLite, Columns: columns})
	require.NoError(t, err)
	_, err = openRows(t, []filterRow{good}).Query("SELECT id FROM resources AS t WHERE "+f.Clause, f.Args...)
	require.ErrorContains(t, err, "no_such_column")
}
