package governance_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

const german = `apiVersion: governance-messages/v1
language: de
messages:
  - {code: GOV-016, text: "Die Daten sind {resource.age} alt, erlaubt sind {param.raw_retention}."}
  - {code: GOV-015, text: Diese Rolle darf das nicht.}
  - {rule: coach.pack, text: Der Coach liest das Paket.}
  - {rule: floor.programme, text: Das gehört zu einem anderen Programm.}
  - {code: POL-VALUE, text: Die Anfrage ist ungültig.}
  - {code: POL-MISSING, text: "Es fehlt etwas, Art {resource.type}."}
`

// Messages of the catalogue take the place of the policy's, the rule's before the
// code's; nothing else of a decision changes, and what has no message keeps its
// own.
func TestCatalogueTranslatesReasons(t *testing.T) {
	p, _, err := governance.BuiltIn()
	require.NoError(t, err)
	c, err := p.Catalogue("de.yaml", []byte(german))
	require.NoError(t, err)
	require.Equal(t, "de", c.Language())
	told := func(r *governance.Request) (before, after []string) {
		d := p.Decide(r)
		kept := slices.Clone(d.Reasons)
		got := c.Translate(r, d)
		require.Equal(t, kept, d.Reasons, "the decision was changed")
		require.Equal(t, d.Outcome, got.Outcome)
		require.Equal(t, d.Codes(), got.Codes())
		for i := range d.Reasons {
			before, after = append(before, d.Reasons[i].Message.String()), append(after, got.Reasons[i].Message.String())
		}
		return before, after
	}
	r := packRequest(t)
	_, after := told(r)
	require.Equal(t, []string{"Der Coach liest das Paket."}, after)
	r.Resource.CreatedAt = noon.AddDate(0, 0, -91)
	_, after = told(r)
	require.Equal(t, []string{"Die Daten sind 91 days alt, erlaubt sind 90 days.", "Der Coach liest das Paket."}, after)
	r = packRequest(t)
	r.Subject.Programme, r.Subject.ID = "another", person(t, "x")
	_, after = told(r)
	require.Equal(t, []string{"Diese Rolle darf das nicht.", "Das gehört zu einem anderen Programm.", "Der Coach liest das Paket."}, after)
	r = packRequest(t)
	r.Subject.Trained = false // PIL-104 has no message
	before, after := told(r)
	require.Equal(t, before[0], after[0])
	r = packRequest(t)
	r.Resource.ID, r.Resource.Programme = "", "a b" // no values without facts
	before, after = told(r)
	require.Equal(t, []string{before[0], "Die Anfrage ist ungültig."}, after)

	d := p.Decide(packRequest(t))
	require.Equal(t, d, (*governance.Catalogue)(nil).Translate(packRequest(t), d))
	require.Equal(t, d, new(governance.Catalogue).Translate(packRequest(t), d))
	other := parse(t, permissive).Decide(packRequest(t))
	require.Equal(t, other, c.Translate(packRequest(t), other))
	later := parse(t, strings.Replace(governance.BuiltInSource(), "version: 1.0.0", "version: 1.0.1", 1)).Decide(packRequest(t))
	require.Equal(t, later, c.Translate(packRequest(t), later), "its numbers may be others")
	require.NotPanics(t, func() { c.Translate(nil, p.Decide(nil)) })
}

// A catalogue with a mistake is refused with its place.
func TestCatalogueIsChecked(t *testing.T) {
	p, _, err := governance.BuiltIn()
	require.NoError(t, err)
	tests := []struct{ from, to, want string }{
		{"{resource.age}", "{resource.aeg}", "de.yaml:4:44: POL-ATTRIBUTE error messages[0].text: unknown attribute, did you mean resource.age?"},
		{"{param.raw_retention}", "{param.raw_retentoin}", "did you mean param.raw_retention?"},
		{"{resource.age}", "{resource.owner}", "never a person"},
		{"{resource.age}", "{resource.age", "POL-SYNTAX"},
		{"{resource.age}", "resource.age}", "POL-SYNTAX"},
		{"{resource.age}", "{ext.seats}", "POL-ATTRIBUTE"},
		{"{resource.age}", "{resource.id == \"x\"}", "a message shows an attribute"},
		{"code: GOV-015", "code: GOV-016", "another message has this code"},
		{"code: GOV-015", "code: GOV-9915", "POL-MESSAGE error messages[1].code: no decision names this code"},
		{"rule: coach.pack", "rule: coach.pakc", "no decision names this rule, did you mean coach.pack?"},
		{"rule: coach.pack", "rule: floor.programme", "another message has this rule"},
		{"rule: coach.pack, ", "rule: coach.pack, code: PIL-104, ", "want either a rule or a code"},
		{"rule: coach.pack, ", "", "want either a rule or a code"},
		{"Diese Rolle darf das nicht.", `" "`, "DOC-VALUE"},
		{"language: de\n", "", "DOC-"},
		{"governance-messages/v1", "governance/v1", "DOC-"},
	}
	for _, tt := range tests {
		t.Run(tt.to, func(t *testing.T) {
			require.Contains(t, german, tt.from)
			text := strings.Replace(german, tt.from, tt.to, 1)
			if strings.Contains(tt.to, `"x"`) {
				text = strings.Replace(german, tt.from, strings.ReplaceAll(tt.to, `"`, `\"`), 1)
			}
			c, err := p.Catalogue("de.yaml", []byte(text))
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, c)
		})
	}
	for _, code := range []string{"POL-RECORD", "C-15", "FAI-005"} { // of the engine that enforces, of a floor, of another room
		_, err = p.Catalogue("de.yaml", []byte(strings.Replace(german, "GOV-015", code, 1)))
		require.NoError(t, err)
	}
	_, err = new(governance.Policy).Catalogue("de.yaml", []byte(german))
	require.ErrorContains(t, err, "POL-POLICY")
}

// Every reason that a decision names by a floor can be translated, so that the
// list of them does not fall behind the code.
func TestCatalogueKnowsTheFloors(t *testing.T) {
	p := parse(t, permissive)
	r := packRequest(t)
	r.Subject.Role, r.Subject.Programme = coaching.NoRole, ""
	for _, reason := range p.Decide(r).Reasons {
		_, err := p.Catalogue("x.yaml", []byte("apiVersion: governance-messages/v1\nlanguage: x\nmessages: [{rule: "+reason.Rule+", text: x}]\n"))
		require.NoError(t, err, reason.Rule)
		if strings.HasPrefix(reason.Rule, "floor.") {
			_, err = p.Catalogue("x.yaml", []byte("apiVersion: governance-messages/v1\nlanguage: x\nmessages: [{code: "+reason.Code+", text: x}]\n"))
			require.NoError(t, err, reason.Code)
		}
	}
}
