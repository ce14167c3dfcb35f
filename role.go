package coaching

import (
	"fmt"
	"strings"
)

// A Role is a part that a person plays in a programme, from a closed list. The
// zero Role is NoRole, which may do nothing. Hosts map their own roles onto
// this list; a role that maps onto nothing stays NoRole.
type Role uint8

const (
	NoRole              Role = iota
	Participant              // the leader who is coached, or a member of the leader's team
	Coach                    // internal, external or peer
	ProgramAdmin             // runs the programme day by day
	LegalPrivacy             // reviews and approves on legal and privacy grounds
	PrivacyOfficer           // owns the third pillar together with the sponsor
	LDSponsor                // learning and development sponsor of the programme
	Sponsor                  // the executive who enforces the experiment
	CoachingLead             // owns the mentorship pillar
	PeopleAnalytics          // owns the data pillar: People Analytics or HRIS owner
	DataOwner                // owns the source of a signal
	Steward                  // data or analytics steward: validates signals before a coach acts
	IntegrationOwner         // owns the data flows between vendors
	ProductOwner             // keeps the log of confounding changes
	AttributionReviewer      // confirms that no other change explains the result
	HRReviewer               // reviews recommendations that affect a career
	System                   // software acting on its own
)

// roleNames is indexed by Role.
var roleNames = [...]string{
	"none", "participant", "coach", "program_admin", "legal_privacy", "privacy_officer",
	"ld_sponsor", "sponsor", "coaching_lead", "people_analytics", "data_owner", "steward",
	"integration_owner", "product_owner", "attribution_reviewer", "hr_reviewer", "system",
}

// Roles returns every role but NoRole, in the order of their declaration.
func Roles() []Role {
	roles := make([]Role, 0, len(roleNames)-1)
	for r := Participant; int(r) < len(roleNames); r++ {
		roles = append(roles, r)
	}
	return roles
}

// String returns the role's name in files, such as "program_admin".
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return fmt.Sprintf("Role(%d)", uint8(r))
}

// ParseRole reads a role's name or one of its aliases ("data_steward" and
// "analytics_steward" are "steward", "hris_owner" is "people_analytics",
// "leader" is "participant"). Names are exact: no other case, no spaces.
// Unknown text is an error, and the Role returned with it is NoRole.
func ParseRole(name string) (Role, error) {
	for r := Participant; int(r) < len(roleNames); r++ {
		if roleNames[r] == name {
			return r, nil
		}
	}
	switch name {
	case "leader":
		return Participant, nil
	case "data_steward", "analytics_steward":
		return Steward, nil
	case "hris_owner":
		return PeopleAnalytics, nil
	case "executive_coaching_lead":
		return CoachingLead, nil
	}
	return NoRole, fmt.Errorf("coaching: unknown role; known are %s", strings.Join(roleNames[1:], ", "))
}

// MarshalText returns the role's name.
func (r Role) MarshalText() ([]byte, error) {
	if int(r) >= len(roleNames) {
		return nil, fmt.Errorf("coaching: role %d is not declared", uint8(r))
	}
	return []byte(r.String()), nil
}

// UnmarshalText accepts what [ParseRole] accepts, and "none".
func (r *Role) UnmarshalText(text []byte) error {
	if string(text) == roleNames[NoRole] {
		*r = NoRole
		return nil
	}
	parsed, err := ParseRole(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}
