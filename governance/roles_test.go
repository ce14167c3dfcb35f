package governance_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

const hostRoles = `apiVersion: governance-roles/v1
roles:
  - {host: "HR Business Partner", role: hr_reviewer}
  - {host: "ext-coach", role: coach}
  - {host: "int-coach", role: coach}
  - {host: "svc-coaching", role: system}
`

// A role of the host that is not mapped gets nothing, however near it is to one
// that is, or to one of the library's own.
func TestUnmappedRolesGetNothing(t *testing.T) {
	roles, err := governance.ParseRoles("roles.yaml", []byte(hostRoles))
	require.NoError(t, err)
	for name, want := range map[string]coaching.Role{
		"HR Business Partner": coaching.HRReviewer, "ext-coach": coaching.Coach, "int-coach": coaching.Coach, "svc-coaching": coaching.System,
		"coach": coaching.NoRole, "legal_privacy": coaching.NoRole, "": coaching.NoRole, "ext-coach ": coaching.NoRole, "Ext-Coach": coaching.NoRole,
		"hr business partner": coaching.NoRole, "ext": coaching.NoRole, "ext-coach\x00": coaching.NoRole, "none": coaching.NoRole,
	} {
		require.Equal(t, want, roles.Of(name), name)
	}
	require.Equal(t, coaching.NoRole, (*governance.Roles)(nil).Of("coach"))
	require.Equal(t, coaching.NoRole, new(governance.Roles).Of("coach"))
	r := packRequest(t)
	r.Subject.Role = roles.Of("coach")
	d := parse(t, permissive).Decide(r)
	require.Equal(t, governance.Deny, d.Outcome)
	require.Equal(t, "floor.role", d.Reasons[0].Rule)

	given := []governance.HostRole{{Name: "z", Role: coaching.Coach}, {Name: "a", Role: coaching.Steward}}
	made, err := governance.NewRoles(given...)
	require.NoError(t, err)
	require.Equal(t, "z", given[0].Name)
	given[0].Role = coaching.LegalPrivacy
	require.Equal(t, coaching.Coach, made.Of("z"))
	require.Equal(t, coaching.Steward, made.Of("a"))
}

// A mapping that says two things, or nothing, is refused with its place.
func TestRolesAreDeclaredOnce(t *testing.T) {
	tests := []struct{ from, to, want string }{
		{`host: "int-coach"`, `host: "ext-coach"`, "roles.yaml:5:6: POL-ROLE error roles[2].host: roles[1] is the same role of the host"},
		{`host: "int-coach"`, `host: "EXT-coach"`, "roles[1] is the same role of the host"},
		{`host: "int-coach"`, `host: " ext-coach "`, "roles[1] is the same role of the host"},
		{`host: "int-coach"`, `host: " "`, "DOC-VALUE"},
		{`host: "int-coach"`, `host: ""`, "DOC-"},
		{"role: hr_reviewer", "role: none", "POL-ROLE error roles[0].role: want one of participant"},
		{"role: hr_reviewer", "role: hr", "DOC-VALUE"},
		{"role: hr_reviewer", "role: [hr_reviewer, coach]", "DOC-"},
		{"governance-roles/v1", "governance/v1", "DOC-"},
		{"role: hr_reviewer}", "role: hr_reviewer, also: coach}", "DOC-"},
	}
	for _, tt := range tests {
		t.Run(tt.to, func(t *testing.T) {
			require.Contains(t, hostRoles, tt.from)
			roles, err := governance.ParseRoles("roles.yaml", []byte(strings.Replace(hostRoles, tt.from, tt.to, 1)))
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, roles)
		})
	}
	_, err := governance.NewRoles(governance.HostRole{Name: "x", Role: 99}, governance.HostRole{Name: "X", Role: coaching.Coach})
	require.ErrorContains(t, err, "POL-ROLE error roles[0].role")
	require.ErrorContains(t, err, "POL-ROLE error roles[1].host")
	_, err = governance.NewRoles(governance.HostRole{Name: " ", Role: coaching.Coach})
	require.ErrorContains(t, err, "roles[0].host: the host's role has no name")
	_, err = governance.NewRoles(make([]governance.HostRole, governance.MaxHostRoles+1)...)
	require.ErrorContains(t, err, "at most 1000 are allowed")
}
