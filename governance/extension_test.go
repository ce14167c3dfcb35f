package governance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
)

// hosts is a policy with an attribute of each type.
const hosts = `apiVersion: governance/v1
id: hosts
version: 1.0.0
owner: privacy_officer
params: []
extensions:
  - {name: works_council, type: bool}
  - {name: tier, type: enum, values: [gold, silver]}
  - {name: heads, type: int, min: -5, max: 500}
  - {name: agreed_on, type: timestamp}
rules:
  - id: council
    effect: deny
    code: HOST-1
    actions: [any]
    roles: [any]
    when: (!has(ext.works_council) || !ext.works_council)
    message: the works council has not agreed
  - id: gold
    effect: permit
    code: HOST-2
    actions: [use]
    roles: [coach]
    when: has(ext.tier) && ext.tier in ["gold"] && has(ext.heads) && ext.heads >= 10 && has(ext.agreed_on) && ext.agreed_on < now
    message: the agreement of {ext.agreed_on} covers {ext.heads} people of tier {ext.tier}
tests:
  - {name: all is there, role: coach, as: assigned_coach, trained: true, action: use, purpose: coaching, type: pack, class: pseudonymous, age_hours: 24, identifiable: "no", automated: "no", affects: [none], ext: [{name: works_council, type: bool, bool: true}, {name: tier, type: enum, enum: gold}, {name: heads, type: int, int: 10}, {name: agreed_on, type: timestamp, time: "2027-01-01T00:00:00Z"}], expect: permit, fires: [gold]}
  - {name: nothing is there, role: coach, as: assigned_coach, trained: true, action: use, purpose: coaching, type: pack, class: pseudonymous, age_hours: 24, identifiable: "no", automated: "no", affects: [none], expect: deny, fires: [council]}
`

func hostRequest(t testing.TB) *governance.Request {
	r := packRequest(t)
	r.Ext = []governance.Extension{
		{Name: "works_council", Type: governance.ExtensionBool, Bool: true},
		{Name: "tier", Type: governance.ExtensionEnum, Enum: "gold"},
		{Name: "heads", Type: governance.ExtensionInt, Int: 10},
		{Name: "agreed_on", Type: governance.ExtensionTime, Time: noon.AddDate(0, -2, 0)},
	}
	return r
}

// The host's own attributes are closed, typed and bounded: what is not exactly
// as the policy declares it is denied, and what is absent does not help.
func TestExtensionsAreClosed(t *testing.T) {
	ext := func(i int, change func(x *governance.Extension)) func(*governance.Request) {
		return func(r *governance.Request) { change(&r.Ext[i]) }
	}
	without := func(i int) func(*governance.Request) {
		return func(r *governance.Request) { r.Ext = append(r.Ext[:i:i], r.Ext[i+1:]...) }
	}
	tests := map[string]struct {
		change  func(r *governance.Request)
		outcome governance.Outcome
		code    string
	}{
		"as declared":             {func(*governance.Request) {}, governance.Permit, "HOST-2"},
		"the bool is false":       {ext(0, func(x *governance.Extension) { x.Bool = false }), governance.Deny, "HOST-1"},
		"the bool is absent":      {without(0), governance.Deny, "HOST-1"},
		"the enum is absent":      {without(1), governance.Deny, "POL-DEFAULT"},
		"the int is absent":       {without(2), governance.Deny, "POL-DEFAULT"},
		"the time is absent":      {without(3), governance.Deny, "POL-DEFAULT"},
		"another value":           {ext(1, func(x *governance.Extension) { x.Enum = "silver" }), governance.Deny, "POL-DEFAULT"},
		"an undeclared value":     {ext(1, func(x *governance.Extension) { x.Enum = "Gold" }), governance.Deny, "POL-EXTENSION"},
		"no value":                {ext(1, func(x *governance.Extension) { x.Enum = "" }), governance.Deny, "POL-EXTENSION"},
		"one below the threshold": {ext(2, func(x *governance.Extension) { x.Int = 9 }), governance.Deny, "POL-DEFAULT"},
		"the most":                {ext(2, func(x *governance.Extension) { x.Int = 500 }), governance.Permit, "HOST-2"},
		"above the most":          {ext(2, func(x *governance.Extension) { x.Int = 501 }), governance.Deny, "POL-EXTENSION"},
		"the least":               {ext(2, func(x *governance.Extension) { x.Int = -5 }), governance.Deny, "POL-DEFAULT"},
		"below the least":         {ext(2, func(x *governance.Extension) { x.Int = -6 }), governance.Deny, "POL-EXTENSION"},
		"now":                     {ext(3, func(x *governance.Extension) { x.Time = noon }), governance.Deny, "POL-DEFAULT"},
		"no time":                 {ext(3, func(x *governance.Extension) { x.Time = time.Time{} }), governance.Deny, "POL-EXTENSION"},
		"a time out of range":     {ext(3, func(x *governance.Extension) { x.Time = noon.AddDate(900, 0, 0) }), governance.Deny, "POL-EXTENSION"},
		"another type":            {ext(0, func(x *governance.Extension) { x.Type = governance.ExtensionInt }), governance.Deny, "POL-EXTENSION"},
		"no type":                 {ext(0, func(x *governance.Extension) { x.Type = 0 }), governance.Deny, "POL-EXTENSION"},
		"a type of no name":       {ext(0, func(x *governance.Extension) { x.Type = 99 }), governance.Deny, "POL-EXTENSION"},
		"an undeclared name":      {ext(0, func(x *governance.Extension) { x.Name = "council" }), governance.Deny, "POL-EXTENSION"},
		"no name":                 {ext(0, func(x *governance.Extension) { x.Name = "" }), governance.Deny, "POL-EXTENSION"},
		"one twice":               {func(r *governance.Request) { r.Ext = append(r.Ext, r.Ext[0]) }, governance.Deny, "POL-EXTENSION"},
		"seventeen": {func(r *governance.Request) {
			for len(r.Ext) < 17 {
				r.Ext = append(r.Ext, governance.Extension{Name: "x"})
			}
		}, governance.Deny, "POL-LIMIT"},
	}
	p := parse(t, hosts)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := hostRequest(t)
			tt.change(r)
			d := p.Decide(r)
			require.Equal(t, tt.outcome, d.Outcome, p.Explain(r))
			require.Contains(t, d.Codes(), tt.code)
		})
	}
	without0 := hostRequest(t)
	without0.Ext = without0.Ext[1:]
	require.Equal(t, []string{"ext.works_council"}, p.Decide(without0).Missing)
	builtIn, _, err := governance.BuiltIn()
	require.NoError(t, err)
	require.Contains(t, builtIn.Decide(hostRequest(t)).Codes(), "POL-EXTENSION")
}

// A declaration and a use that are not exactly right are refused at load.
func TestExtensionsAreDeclared(t *testing.T) {
	tests := []struct{ from, to, want string }{
		{"has(ext.tier) && ", "", "POL-GUARD error rules[1].when: ext.tier may be absent"},
		{"(!has(ext.works_council) || !ext.works_council)", "has(ext.works_council) && !ext.works_council", "POL-ABSENCE error rules[0].when: absence of ext.works_council would help here"},
		{"ext.works_council", "ext.works_counsel", "POL-ATTRIBUTE error rules[0].when: unknown attribute, did you mean ext.works_council?"},
		{`ext.tier in ["gold"]`, `ext.tier in ["glod"]`, "POL-CONSTANT error rules[1].when: ext.tier is never this text of 4 characters, did you mean gold?"},
		{"ext.heads >= 10", `ext.heads >= "10"`, "POL-TYPE"},
		{"ext.heads >= 10", "ext.heads >= 10.5", "POL-FLOAT"},
		{"ext.heads >= 10", "ext.tier == resource.type", "POL-TYPE"},
		{"{ext.heads} people", "{ext.haeds} people", "POL-ATTRIBUTE error rules[1].message"},
		{"name: tier", "name: works_council", "another extension has this name"},
		{"name: tier", "name: Tier", "want a lower-case letter"},
		{"name: tier", "name: tier.x", "want a lower-case letter"},
		{"type: bool}", "type: text}", "DOC-"},
		{"type: bool}", "type: unknown}", "POL-EXTENSION error extensions[0].type: want one of enum, int, bool, timestamp"},
		{"values: [gold, silver]", "values: []", "an enum lists its values"},
		{"values: [gold, silver]", "values: [gold, gold]", "this value is there already"},
		{"values: [gold, silver]", "values: [gold, unknown]", "stands for what is absent"},
		{"type: bool}", "type: bool, values: [yes]}", "an enum lists its values"},
		{"min: -5, max: 500", "min: -5", "an int has a min and a max"},
		{"min: -5, max: 500", "min: 501, max: 500", "501 is above the max of 500"},
		{"type: bool}", "type: bool, min: 1, max: 2}", "an int has a min and a max"},
		{"int: 10}", "int: 10, dyn: 1}", "DOC-"},
	}
	for _, tt := range tests {
		t.Run(tt.from+" "+tt.to, func(t *testing.T) {
			require.Contains(t, hosts, tt.from)
			_, _, err := governance.Parse("hosts.yaml", []byte(strings.Replace(hosts, tt.from, tt.to, 1)))
			require.ErrorContains(t, err, tt.want)
			require.Regexp(t, `hosts\.yaml:\d+:\d+: `, err.Error())
		})
	}
	var many strings.Builder
	for i := range governance.MaxExtensions + 1 {
		fmt.Fprintf(&many, "  - {name: x%d, type: bool}\n", i)
	}
	_, _, err := governance.Parse("hosts.yaml", []byte(strings.Replace(hosts, "extensions:\n", "extensions:\n"+many.String(), 1)))
	require.ErrorContains(t, err, "more than 16 extensions")
}

// Extensions are part of what is asked, whatever their order, and of the policy.
func TestExtensionsAreInTheDigests(t *testing.T) {
	base := hostRequest(t)
	seen := map[string]int{base.Digest(): -1}
	for i, change := range []func(r *governance.Request){
		func(r *governance.Request) { r.Ext[0].Bool = false },
		func(r *governance.Request) { r.Ext[0].Name = "x" },
		func(r *governance.Request) { r.Ext[0].Type = governance.ExtensionInt },
		func(r *governance.Request) { r.Ext[1].Enum = "silver" },
		func(r *governance.Request) { r.Ext[2].Int = 11 },
		func(r *governance.Request) { r.Ext[3].Time = noon },
		func(r *governance.Request) { r.Ext = r.Ext[1:] },
	} {
		r := hostRequest(t)
		change(r)
		require.NotContains(t, seen, r.Digest())
		seen[r.Digest()] = i
	}
	turned := hostRequest(t)
	turned.Ext[0], turned.Ext[3] = turned.Ext[3], turned.Ext[0]
	require.Equal(t, base.Digest(), turned.Digest())
	p := parse(t, hosts)
	require.Equal(t, p.Decide(base).Outcome, p.Decide(turned).Outcome)

	text, err := json.Marshal(base)
	require.NoError(t, err)
	var again governance.Request
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, base.Digest(), again.Digest())

	for _, to := range []string{"min: -5, max: 501", "min: -4, max: 500"} {
		require.NotEqual(t, p.Digest(), parse(t, strings.Replace(hosts, "min: -5, max: 500", to, 1)).Digest())
	}
	require.NotEqual(t, p.Digest(), parse(t, strings.Replace(hosts, "[gold, silver]", "[gold, silver, tin]", 1)).Digest())
}

// A table states the attributes of the host's own in columns of their names.
func TestCheckTableOfAHost(t *testing.T) {
	p := parse(t, hosts)
	head := "question\trole\tas\ttrained\taction\tpurpose\ttype\tclass\tage\tidentifies\tautomated\taffects\text.works_council\text.tier\text.heads\text.agreed_on\tanswer\tcodes\n"
	row := "Covered?\tcoach\tassigned_coach\tyes\tuse\tcoaching\tpack\tpseudonymous\t24h\tno\tno\tnone\t"
	rows, err := p.CheckTable("t.tsv", []byte(head+
		row+"yes\tgold\t10\t2027-01-01T00:00:00Z\tpermit\tHOST-2\n"+
		row+"yes\tgold\t9\t2027-01-01T00:00:00Z\tdeny\tPOL-DEFAULT\n"+
		row+"no\tgold\t10\t2027-01-01T00:00:00Z\tdeny\tHOST-1\n"+
		row+"-\t-\t-\t-\tdeny\tHOST-1\n"))
	require.NoError(t, err)
	for _, r := range rows {
		require.True(t, r.Passed(), "%s\n%s", r, r.Explained)
	}
	for _, tt := range []struct{ cells, want string }{
		{"maybe\tgold\t10\t-", "t.tsv:2:13: DOC-VALUE"},
		{"yes\tsecret\t10\t-", "want one of"},
		{"yes\tgold\tten\t-", "want a whole number"},
		{"yes\tgold\t10\tyesterday", "want a time"},
	} {
		rows, err := p.CheckTable("t.tsv", []byte(head+row+tt.cells+"\tpermit\tHOST-2\n"))
		require.ErrorContains(t, err, tt.want)
		require.NotContains(t, err.Error(), "secret")
		require.Nil(t, rows)
	}
	_, err = p.CheckTable("t.tsv", []byte(strings.Replace(head, "ext.tier", "ext.teir", 1)+row))
	require.ErrorContains(t, err, "ext.works_council, ext.tier, ext.heads, ext.agreed_on")
	_, err = (*governance.Policy)(nil).CheckTable("t.tsv", []byte(head))
	require.ErrorContains(t, err, "there is no policy")
}
