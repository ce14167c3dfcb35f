package governance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A word that an enum never has is refused wherever it meets the enum, at its own
// place and with the nearest word; so is what makes a text of an enum.
func TestWordsMeetOnlyTheirEnums(t *testing.T) {
	c, err := newCELEnv(nil, attribute{name: "ext.tier", kind: kindEnum, names: []string{"unknown", "gold", "silver"}})
	require.NoError(t, err)
	tests := []struct{ source, want string }{ // want begins at the problem, which stands between « and » of the source
		{`subject.role == «"coahc"`, `POL-CONSTANT subject.role is never this text of 5 characters, did you mean coach?`},
		{`[«"cc"] == [subject.role]`, `POL-CONSTANT subject.role`},
		{`[[«"cc"]] == [[subject.role]]`, `POL-CONSTANT subject.role`},
		{`[subject.role].hasAny([«"cc"])`, `POL-CONSTANT subject.role`},
		{`[«"cc"].hasAny([subject.role])`, `POL-CONSTANT subject.role`},
		{`[«"cc"].hasAny(approval.roles)`, `POL-CONSTANT approval.roles`},
		{`approval.roles == [«"cc"]`, `POL-CONSTANT approval.roles`},
		{`subject.role == (subject.trained ? «"cc" : "coach")`, `POL-CONSTANT subject.role`},
		{`(subject.trained ? subject.role : "coach") == «"cc"`, `POL-CONSTANT subject.role`},
		{`subject.role in (subject.trained ? [«"cc"] : ["coach"])`, `POL-CONSTANT subject.role`},
		{`["coach", «"cc"].exists(x, x == subject.role)`, `POL-CONSTANT subject.role`},
		{`["coach", «"cc"].exists(x, subject.trained && x in approval.roles)`, `POL-CONSTANT approval.roles`},
		{`[subject.role, «"cc"].exists(x, x == "coach")`, `POL-CONSTANT subject.role`},
		{`[subject.role].exists(x, x == «"cc")`, `POL-CONSTANT subject.role`},
		{`approval.roles.exists(x, [«"cc"].exists(y, y == x))`, `POL-CONSTANT approval.roles`},
		{`[1, 2].exists(x, subject.role == «"cc")`, `POL-CONSTANT subject.role`},
		{`has(ext.tier) && «"bronze" == ext.tier`, `POL-CONSTANT ext.tier`},
		{`action == «"unknown"`, `POL-CONSTANT action`},
		{`«subject.role in consent.purposes`, `POL-TYPE subject.role and consent.purposes have different values`},
		{`«[subject.role] == consent.purposes`, `POL-TYPE subject.role and consent.purposes have different values`},
		{`consent.purposes.exists(x, «x == subject.role)`, `POL-TYPE consent.purposes and subject.role have different values`},
		{`[subject.role, «purpose].exists(x, x == "coach")`, `POL-TYPE subject.role and purpose have different values`},
		{`«subject.role == resource.id`, `POL-TYPE subject.role has a closed list of values, and resource.id is any text`},
		{`«resource.id in ["coach", subject.role]`, `POL-TYPE subject.role has a closed list of values, and resource.id is any text`},
		{`subject.role in ["coach", resource.id]`, `POL-TYPE subject.role has a closed list of values, and resource.id is any text`},
		{`«subject.role.startsWith("co")`, `POL-TYPE subject.role has a closed list of values, which startsWith does not take; ask whether it is in ["coach", "coaching_lead"]`},
		{`subject.trained || «resource.class.endsWith("w")`, `POL-TYPE resource.class has a closed list of values, which endsWith does not take; ask whether it is in ["raw"]`},
		{`«subject.role.contains("zz")`, `POL-TYPE subject.role has a closed list of values, which contains does not take; ask with ==, != or in [...]`},
		{`resource.id.startsWith(«subject.role)`, `POL-TYPE subject.role has a closed list of values, which startsWith`},
		{`approval.roles.exists(x, «x.startsWith("le"))`, `POL-TYPE approval.roles has a closed list of values, which startsWith does not take; ask whether it is in ["legal_privacy"]`},
		{`size(«subject.role) > 3`, `POL-TYPE subject.role has a closed list of values, which size`},
		{`approval.roles.exists(x, size(«x) > 3)`, `POL-TYPE approval.roles has a closed list of values, which size`},
		{`«subject.role < "d"`, `POL-TYPE subject.role has a closed list of values, which < does not take`},
		{`"d" >= «subject.role`, `POL-TYPE subject.role has a closed list of values, which >= does not take`},
	}
	for _, tt := range tests {
		t.Run(tt.source, func(t *testing.T) {
			before, after, marked := strings.Cut(tt.source, "«")
			_, _, problems := c.read(before + after)
			require.NotEmpty(t, problems)
			p := problems[0]
			require.Truef(t, strings.HasPrefix(p.code+" "+p.message, tt.want), "%s %s", p.code, p.message)
			if marked {
				require.Equal(t, len([]rune(before)), p.at, fmt.Sprint(problems))
			}
		})
	}
	for _, source := range []string{
		`["coach", "steward"].exists(x, x == subject.role)`, `approval.roles.exists(x, ["coach"].exists(y, y == x))`,
		`approval.roles == ["coach"]`, `review.role == subject.role`, `review.role in approval.roles`, `subject.role == (subject.trained ? "coach" : "none")`,
		`["alpha", "al"].exists(x, resource.id.startsWith(x) || x == resource.id)`, `size(resource.id) > 3 && size(approval.roles) > 1`, `resource.id < "d"`,
		`["coach"].exists(x, x == resource.id || x == subject.role)`, `consent.purposes.exists(now, now == "coaching")`,
		`"rôle" == resource.id`,
	} {
		_, _, problems := c.read(source)
		require.Empty(t, problems, source)
	}
}
