package governance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// MaxHostRoles is how many roles of a host can be mapped.
const MaxHostRoles = 1000

// A HostRole maps a role of the host, by its name there, onto one of the closed
// list. Several may map onto the same.
type HostRole struct {
	Name string        `json:"host"`
	Role coaching.Role `json:"role"`
}

// Roles maps a host's roles onto the closed list. It is immutable; the zero Roles
// and a nil one map nothing.
type Roles struct{ roles []HostRole } // by name

// rolesFile is the mapping as it is written.
type rolesFile struct {
	APIVersion string     `json:"apiVersion" doc:"enum=governance-roles/v1"`
	Roles      []HostRole `json:"roles"`
}

// NewRoles returns the mapping. The error is a *[coaching.FindingsError] with
// everything wrong: a role without a name, one that is mapped twice, also in
// other letter case, or one that maps onto no role. No name is quoted.
func NewRoles(roles ...HostRole) (*Roles, error) {
	var fs coaching.Findings
	checkRoles(roles, func(path, message string) {
		fs = append(fs, coaching.Finding{Code: "POL-ROLE", Path: path, Message: message})
	})
	return rolesOf(roles, fs)
}

// ParseRoles reads a mapping from YAML (.yaml, .yml) or JSON (.json): an
// apiVersion of governance-roles/v1, and roles, each with the host's name and the
// role. The error is a *[coaching.FindingsError] with the place of each mistake.
func ParseRoles(file string, data []byte) (*Roles, error) {
	root, fs := yaml.ParseFile(file, data)
	if root == nil || fs.Blocked() {
		return nil, fs.Err()
	}
	var rf rolesFile
	at, more := document.Decode(file, root, &rf)
	fs = append(fs, more...)
	if !fs.Blocked() {
		checkRoles(rf.Roles, func(path, message string) {
			line, column := at.At(path)
			fs = append(fs, coaching.Finding{Code: "POL-ROLE", File: file, Path: path, Line: line, Column: column, Message: message})
		})
	}
	return rolesOf(rf.Roles, fs)
}

func rolesOf(roles []HostRole, fs coaching.Findings) (*Roles, error) {
	fs.Sort()
	if fs.Blocked() {
		return nil, fs.Err()
	}
	r := &Roles{slices.Clone(roles)}
	slices.SortFunc(r.roles, func(a, b HostRole) int { return strings.Compare(a.Name, b.Name) })
	return r, nil
}

// checkRoles reports what is wrong with a mapping.
func checkRoles(roles []HostRole, fail func(path, message string)) {
	if len(roles) > MaxHostRoles {
		fail("roles", fmt.Sprintf("%d roles, at most %d are allowed", len(roles), MaxHostRoles))
		return
	}
	seen := map[string]int{}
	for i, r := range roles {
		path := fmt.Sprintf("roles[%d]", i)
		if strings.TrimSpace(r.Name) == "" {
			fail(path+".host", "the host's role has no name")
		}
		// Two spellings that a person takes for one are a mistake.
		folded := strings.ToLower(strings.ToUpper(strings.TrimSpace(r.Name)))
		if first, twice := seen[folded]; twice {
			fail(path+".host", fmt.Sprintf("roles[%d] is the same role of the host", first))
		} else {
			seen[folded] = i
		}
		if r.Role == coaching.NoRole || int(r.Role) >= len(roleNames) {
			fail(path+".role", "want one of "+strings.Join(roleNames[1:], ", "))
		}
	}
}

// Of returns the role that a host's role maps onto, and NoRole, which may do
// nothing, for one that is not mapped. The name is compared byte for byte; the
// library's own names are no exception, and map onto nothing unless they are
// mapped.
func (r *Roles) Of(name string) coaching.Role {
	if r == nil {
		return coaching.NoRole
	}
	at, found := slices.BinarySearchFunc(r.roles, name, func(a HostRole, name string) int { return cmp.Compare(a.Name, name) })
	if !found {
		return coaching.NoRole
	}
	return r.roles[at].Role
}
