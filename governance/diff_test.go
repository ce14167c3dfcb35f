package governance

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// A policy differs from itself in nothing, and so does one that says the same
// with its rules in another order or other words for people.
func TestDiffOfTheSame(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	for _, q := range []*Policy{p, bare(t), bare(t, "raw messages and traces", "raw data"), bare(t, "resource.age > param.raw_retention", "param.raw_retention < resource.age")} {
		c, err := Diff(p, q)
		require.NoError(t, err)
		require.Empty(t, c.Changes)
		require.True(t, c.Exact(), c.Text())
	}
	_, err = Diff(p, nil)
	require.Error(t, err)
	_, err = Diff(nil, p)
	require.Error(t, err)
}

// Each witness is a request whose outcome changes as the change says.
func TestDiffWitnesses(t *testing.T) {
	t.Parallel()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	total := 0
	for i, r := range p.rules {
		if testing.Short() && i%6 != 0 {
			continue
		}
		q := withoutRule(t, p, r.id)
		there, err := Diff(p, q)
		require.NoError(t, err)
		back, err := Diff(q, p)
		require.NoError(t, err)
		require.True(t, there.Exact())
		require.Len(t, back.Changes, len(there.Changes), r.id)
		for _, c := range there.Changes {
			total++
			require.Equal(t, c.Old, p.Decide(c.Witness).Outcome)
			require.Equal(t, c.New, q.Decide(c.Witness).Outcome)
			require.Equal(t, []string{r.id}, c.OldRules)
			require.Empty(t, c.NewRules)
			require.Contains(t, c.Roles, c.Witness.Subject.Role)
			was, _ := reference(c.Witness)
			require.Equal(t, was, c.Old)
			require.True(t, slices.ContainsFunc(back.Changes, func(b Change) bool {
				return b.Action == c.Action && b.Old == c.New && b.New == c.Old && slices.Equal(b.NewRules, c.OldRules) && slices.Equal(b.Roles, c.Roles)
			}), "%s: %s", r.id, back.Text())
		}
		if i == 0 {
			again, err := Diff(p, q)
			require.NoError(t, err)
			require.Equal(t, there.Text(), again.Text())
		}
	}
	require.Greater(t, total, 5)
}

// Over random pairs of small policies, every request of a brute force whose
// outcome changes is of a listed change; and what is listed does change. Each
// request is made once and put to all of them.
func TestDiffAgreesWithBruteForce(t *testing.T) {
	if testing.Short() {
		t.Skip("726,000 requests to 16 pairs of policies; go test without -short runs it")
	}
	t.Parallel()
	conditions := smallConditions()
	rng := rand.New(rand.NewPCG(8, 1))
	type pair struct {
		from, to   *Policy
		old, fresh []*testedClause
		listed     map[string]bool
		text       string
		changed    map[string]bool
	}
	var pairs []*pair
	for range 16 {
		common := smallRule(rng, "common", conditions)
		make := func(n int) *Policy {
			rules := []string{common}
			for i := range n {
				rules = append(rules, smallRule(rng, fmt.Sprintf("r%d", i), conditions))
			}
			p, _, err := Parse("small.yaml", []byte(smallPolicy(rules...)+"tests: []\n"))
			require.NoError(t, err)
			return p
		}
		x := &pair{from: make(1 + rng.IntN(2)), to: make(rng.IntN(3)), listed: map[string]bool{}, changed: map[string]bool{}}
		got, err := Diff(x.from, x.to)
		require.NoError(t, err)
		require.True(t, got.Exact())
		x.text = got.Text()
		for _, c := range got.Changes {
			require.Equal(t, c.Old, x.from.Decide(c.Witness).Outcome)
			require.Equal(t, c.New, x.to.Decide(c.Witness).Outcome)
			for _, role := range c.Roles {
				x.listed[fmt.Sprint(c.Action, role, c.Old, c.New, c.OldRules, c.NewRules)] = true
			}
		}
		var d domain
		_, x.old, x.fresh = d.paired(x.from, x.to)
		pairs = append(pairs, x)
	}
	// The same few kinds of change come back over and over.
	type kind struct {
		pair       *pair
		action     Action
		role       coaching.Role
		was, is    Outcome
		gone, come uint64
	}
	seen := map[kind]bool{}
	firing := func(s slice, clauses []*testedClause, f *facts) (set uint64, ids []string) {
		for i, c := range s.during(clauses) {
			if c.fires(f, ^uint64(0)) == isTrue {
				set |= 1 << i
				ids = append(ids, c.id)
			}
		}
		slices.Sort(ids)
		return set, ids
	}
	everyRequest(func(f *facts) {
		for _, x := range pairs {
			was, is := ruleByRule(x.from, f), ruleByRule(x.to, f)
			if was == is {
				continue
			}
			s := slice{action: Action(f.num[attrAction]), roles: []coaching.Role{coaching.Role(f.num[attrSubjectRole])}}
			k := kind{pair: x, action: s.action, role: s.roles[0], was: was, is: is}
			var gone, come []string
			k.gone, gone = firing(s, x.old, f)
			k.come, come = firing(s, x.fresh, f)
			if !seen[k] {
				seen[k] = true
				x.changed[fmt.Sprint(k.action, k.role, was, is, gone, come)] = true
			}
		}
	})
	changed := 0
	for _, x := range pairs {
		changed += len(x.changed)
		for key := range x.changed {
			require.True(t, x.listed[key], "%s is missing in\n%s", key, x.text)
		}
	}
	require.Greater(t, changed, len(pairs))
}

// What cannot be analysed is said, and not guessed.
func TestDiffNamesWhatIsOpen(t *testing.T) {
	rule := func(text string) *Policy {
		p, _, err := Parse("small.yaml", []byte(smallPolicy(`  - {id: name, effect: deny, code: X-1, actions: [any], roles: [any], when: "resource.id.startsWith(\"`+text+`\")", message: no}`)+"tests: []\n"))
		require.NoError(t, err)
		return p
	}
	c, err := Diff(rule("a"), rule("b"))
	require.NoError(t, err)
	require.False(t, c.Exact())
	require.Equal(t, []string{`resource.id.startsWith("a")`}, c.Open[:1])
	require.Contains(t, c.Text(), "There may be more")
	same, err := Diff(rule("a"), rule("a"))
	require.NoError(t, err)
	require.True(t, same.Exact())

	// A search that is too long says so.
	p, _, err := BuiltIn()
	require.NoError(t, err)
	cut, err := diff(p, rule("a"), 100)
	require.NoError(t, err)
	require.True(t, cut.Cut)
	require.False(t, cut.Exact())
}

// Policies that declare other attributes of the host's own may answer
// differently, which is said and not guessed; so may a change of a condition on
// one.
func TestDiffNamesTheHostsAttributes(t *testing.T) {
	deny := func(when string) string {
		return "  - {id: host, effect: deny, code: X-1, actions: [any], roles: [any], when: '" + when + "', message: no}"
	}
	plain, _, err := Parse("small.yaml", []byte(smallPolicy()+"tests: []\n"))
	require.NoError(t, err)
	c, err := Diff(plain, hosted(t))
	require.NoError(t, err)
	require.False(t, c.Exact())
	require.Equal(t, []string{"ext.flag, which the policies declare differently", "ext.heads, which the policies declare differently"}, c.Open)
	c, err = Diff(hosted(t), hosted(t, deny("!has(ext.heads) || ext.heads < 10")))
	require.NoError(t, err)
	require.False(t, c.Exact())
	c, err = Diff(hosted(t, deny("!has(ext.heads) || ext.heads < 10")), hosted(t, deny("!has(ext.heads) || ext.heads < 10")))
	require.NoError(t, err)
	require.True(t, c.Exact())
}
