package governance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A mapping in any text is read or refused: what is read is an honest mapping,
// and what it does not name maps onto nothing.
func FuzzParseRoles(f *testing.F) {
	f.Add("roles.yaml", []byte("apiVersion: governance-roles/v1\nroles:\n  - {host: Trainer, role: coach}\n  - {host: \"HR, global\", role: hr_reviewer}\n"))
	f.Add("roles.json", []byte(`{"apiVersion": "governance-roles/v1", "roles": [{"host": "Trainer", "role": "coach"}, {"host": "TRAINER", "role": "system"}]}`))
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		roles, err := ParseRoles(file, data)
		if err != nil {
			require.Nil(t, roles)
			return
		}
		for _, r := range roles.roles {
			require.Equal(t, r.Role, roles.Of(r.Name))
			require.NotEqual(t, coaching.NoRole, r.Role)
			require.Equal(t, coaching.NoRole, roles.Of(r.Name+"\x00"))
		}
		again, err := NewRoles(roles.roles...)
		require.NoError(t, err)
		require.Equal(t, roles, again)
	})
}

// A catalogue in any text is read or refused, and what is read changes words and
// nothing else.
func FuzzCatalogue(f *testing.F) {
	p := builtInPolicy(f)
	f.Add("de.yaml", []byte("apiVersion: governance-messages/v1\nlanguage: de\nmessages:\n  - {code: GOV-016, text: zu alt}\n  - {rule: retention.person, text: \"{resource.age} alt, höchstens {param.raw_retention}\"}\n"))
	f.Add("de.json", []byte(`{"apiVersion": "governance-messages/v1", "language": "de", "messages": [{"rule": "floor.role", "text": "{subject.role}"}]}`))
	s := newSampler(f, 31)
	r := s.request(View, coaching.Coach, ResourcePack, signal.Raw)
	d := p.Decide(r)
	f.Fuzz(func(t *testing.T, file string, data []byte) {
		c, err := p.Catalogue(file, data)
		if err != nil {
			require.Nil(t, c)
			return
		}
		got := c.Translate(r, d)
		require.Equal(t, d.Outcome, got.Outcome)
		require.Equal(t, d.Codes(), got.Codes())
		require.Equal(t, ruleNames(&d), ruleNames(&got))
		require.NotContains(t, got.Codes()+strings.Join(got.Missing, ""), r.Subject.ID.String())
	})
}

// A request in any JSON is decided, without a panic: permitted only when nothing
// is wrong with it and with a reason, and the same when it is asked again.
func FuzzRequest(f *testing.F) {
	p := builtInPolicy(f)
	s := newSampler(f, 37)
	for i := range 12 {
		r := s.request(Action(1+i%9), coaching.Role(i), ResourceType(1+i%9), signal.DataClass(i%3))
		data, err := json.Marshal(r)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Request
		if json.Unmarshal(data, &r) != nil {
			return
		}
		d := p.Decide(&r)
		if len(p.problems(&r)) > 0 {
			require.Equal(t, Deny, d.Outcome)
		}
		require.NotEmpty(t, d.Reasons)
		require.True(t, slices.IsSortedFunc(d.Reasons, func(a, b Reason) int {
			if a.Effect != b.Effect {
				return int(a.Effect) - int(b.Effect)
			}
			return strings.Compare(a.Rule, b.Rule)
		}) || d.Reasons[0].Rule == "request")
		again := p.Decide(&r)
		require.Equal(t, d.Outcome, again.Outcome)
		require.Equal(t, d.Codes(), again.Codes())
		require.Equal(t, p.Explain(&r), p.Explain(&r))
	})
}
