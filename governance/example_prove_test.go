package governance_test

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// Somebody lets reports about four people through. The proof is over all
// requests, so it finds one that the promise forbids.
func ExamplePolicy_Prove() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	proof, err := policy.Prove()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(proof.Holds())

	proof, err = policy.Prove(governance.Invariant{ID: "six", Code: "C-15", Never: `resource.class == "aggregate" && resource.type == "report" && has(resource.group_size) && resource.group_size < 6`})
	if err != nil {
		fmt.Println(err)
		return
	}
	six := proof.Results[0]
	fmt.Println(six.Verdict, policy.Decide(six.Witness).Outcome, six.Witness.Resource.Type, six.Witness.Resource.GroupSize)
	// Output:
	// true
	// refuted permit report 5
}

// A copy of the policy shows groups of four. Diff says who could do what with
// that, with a request of each kind.
func ExampleDiff() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	text, _, _ := strings.Cut(governance.BuiltInSource(), "\ninvariants:\n")
	text = strings.Replace(text, "id: group_size, unit: count, value: 5", "id: group_size, unit: count, value: 4", 1)
	looser, _, err := governance.Parse("looser.yaml", []byte(text+"\ntests: []\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	changes, err := governance.Diff(policy, looser)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range changes.Changes {
		if c.New == governance.Permit {
			fmt.Println(c.Action, c.Old, "->", c.New, c.OldRules, c.Witness.Resource.GroupSize)
		}
	}
	fmt.Println(changes.Exact())
	// Output:
	// view deny -> permit [group.small] 4
	// use deny -> permit [group.small] 4
	// export deny -> permit [group.small] 4
	// recommend deny -> permit [group.small] 4
	// apply deny -> permit [group.small] 4
	// publish deny -> permit [group.small] 4
	// validate deny -> permit [group.small] 4
	// true
}
