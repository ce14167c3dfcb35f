package governance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// Changes holds every class of requests that two policies answer differently.
// [Diff] makes one.
type Changes struct {
	From    string   `json:"from"` // the digest of the old policy
	To      string   `json:"to"`
	Changes []Change `json:"changes"` // by action, old outcome, new outcome, then the rules behind them
	// Open holds the parts of conditions that cannot be analysed and on which it
	// depends whether there are more changes, by the alphabet.
	Open []string `json:"open,omitempty"`
	// Cut is true when the search was too long, and there may be more changes.
	Cut    bool `json:"cut,omitzero"`
	States int  `json:"states"` // choices made to find all of them
}

// A Change is a class of requests that get another outcome for the same reasons:
// the requests with this action, one of these roles and these outcomes, for
// which these rules fire, of those that only one of the policies has.
type Change struct {
	Action Action          `json:"action"`
	Roles  []coaching.Role `json:"roles"` // in the order of their declaration
	Old    Outcome         `json:"old"`
	New    Outcome         `json:"new"`
	// OldRules are the rules that only the old policy has, or has otherwise, and
	// that fire; NewRules those of the new one. By id. One of them may be empty:
	// where a denial is gone, no new rule need fire.
	OldRules []string `json:"old_rules,omitempty"`
	NewRules []string `json:"new_rules,omitempty"`
	// Witness is a request of the class. Its people are nobody real.
	Witness *Request `json:"witness"`
}

// Exact reports whether there are no changes besides those listed.
func (c *Changes) Exact() bool { return c != nil && len(c.Open) == 0 && !c.Cut }

// Text returns the changes for people. The same changes give the same bytes.
func (c *Changes) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "From %s\nto   %s\n", c.From, c.To)
	switch {
	case len(c.Changes) > 0:
		fmt.Fprintf(&b, "%s of requests get another outcome.\n", plural(len(c.Changes), "kind"))
	case c.Exact():
		b.WriteString("No request gets another outcome.\n")
	}
	for _, x := range c.Changes {
		roles := make([]string, len(x.Roles))
		for i, r := range x.Roles {
			roles[i] = r.String()
		}
		fmt.Fprintf(&b, "  %s: %s -> %s%s%s\n    roles: %s\n    such as: %s\n", x.Action, x.Old, x.New,
			listed("; old rules: ", x.OldRules), listed("; new rules: ", x.NewRules), strings.Join(roles, ", "), describe(x.Witness))
	}
	for _, o := range c.Open {
		b.WriteString("There may be more: it depends on " + o + "\n")
	}
	if c.Cut {
		fmt.Fprintf(&b, "There may be more: the search ended after %d choices.\n", c.States)
	}
	return b.String()
}

func listed(before string, ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return before + firstFew(ids)
}

// Diff returns every class of requests of which the outcome changes from one
// policy to another, with a request of each. Messages, obligations and review
// needs are not compared. Like [Policy.Prove] it leaves out no class, and the
// floors of the code count on both sides; it ends after 5 million choices, and
// [Changes.Exact] says whether that sufficed. Each witness has been put to
// [Policy.Decide] of both.
//
// Errors: one of the policies is missing.
func Diff(from, to *Policy) (*Changes, error) { return diff(from, to, maxDiff) }

// maxDiff bounds the search for changes, in choices.
const maxDiff = 5_000_000

func diff(from, to *Policy, budget int) (*Changes, error) {
	if from.Digest() == "" || to.Digest() == "" {
		return nil, errNoPolicy
	}
	out := &Changes{From: from.Digest(), To: to.Digest(), Changes: []Change{}}
	var d domain
	shared, old, fresh := d.paired(from, to)
	w := newSearch(d.space(), budget)
	var c comparison
	w.ask = func() (truth, attr, *expr) { return c.ask(&w.f, w.known) }
	found := map[string]*Change{}
	var failure error
	w.hit = func(sure bool) bool {
		f := w.whole()
		r := f.request()
		was, is := from.Decide(r).Outcome, to.Decide(r).Outcome
		if was == is {
			if sure {
				failure = fmt.Errorf("governance: the class of %s is not decided as its request is", describe(r))
			}
			return !sure
		}
		gone, come := firing(c.before, &f), firing(c.after, &f)
		c.found[c.key(was, is, &f, ^uint64(0))] = true
		key := fmt.Sprint(c.slice.action, was, is, gone, come)
		if found[key] == nil {
			found[key] = &Change{Action: c.slice.action, Old: was, New: is, OldRules: gone, NewRules: come, Witness: r}
		}
		found[key].Roles = append(found[key].Roles, c.slice.roles...)
		return true
	}
	for _, s := range d.slices(shared, old, fresh) {
		c = comparison{slice: s, both: s.during(shared), before: s.during(old), after: s.during(fresh), found: map[string]bool{}}
		if len(c.before)+len(c.after) == 0 {
			continue
		}
		w.reset(s)
		if !w.run() {
			break
		}
	}
	for _, x := range found {
		slices.Sort(x.Roles)
		x.Roles = slices.Compact(x.Roles)
		out.Changes = append(out.Changes, *x)
	}
	slices.SortFunc(out.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Action, b.Action), cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New),
			slices.Compare(a.OldRules, b.OldRules), slices.Compare(a.NewRules, b.NewRules))
	})
	for _, e := range w.opaque {
		out.Open = append(out.Open, e.String())
	}
	for _, name := range declaredOtherwise(from, to) {
		out.Open = append(out.Open, name+", which the policies declare differently")
	}
	slices.Sort(out.Open)
	out.Cut, out.States = w.over, w.states
	return out, failure
}

// declaredOtherwise returns the attributes of the host's own that only one of
// two policies declares, or declares otherwise: what the one takes the other may
// refuse.
func declaredOtherwise(from, to *Policy) []string {
	var names []string
	for _, pair := range [][2]*Policy{{from, to}, {to, from}} {
		for _, e := range pair[0].exts {
			same := slices.ContainsFunc(pair[1].exts, func(x extension) bool {
				return x.name == e.name && x.typ == e.typ && x.min == e.min && x.max == e.max && slices.Equal(x.names, e.names)
			})
			if !same && !slices.Contains(names, e.name) {
				names = append(names, e.name)
			}
		}
	}
	return names
}

// paired returns the clauses that two policies share, the floors among them, and
// those that only one of them has.
func (d *domain) paired(from, to *Policy) (shared, old, fresh []*testedClause) {
	left := map[string]int{}
	for _, r := range to.rules {
		left[r.meaning()]++
	}
	kept := map[string]int{}
	shared = d.floorClauses()
	for _, r := range from.rules {
		c := d.ruleClause(r)
		if key := r.meaning(); left[key] > 0 {
			left[key]--
			kept[key]++
			shared = append(shared, c)
			continue
		}
		old = append(old, c)
	}
	for _, r := range to.rules {
		if key := r.meaning(); kept[key] > 0 {
			kept[key]--
			continue
		}
		fresh = append(fresh, d.ruleClause(r))
	}
	for _, list := range [][]*testedClause{shared, old, fresh} {
		slices.SortStableFunc(list, func(a, b *testedClause) int { return cmp.Compare(a.effect, b.effect) })
	}
	return shared, old, fresh
}

// meaning returns everything of a rule that can change an outcome, with its id.
func (r *rule) meaning() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %s %d %d %s", r.id, r.effect, r.actions, r.roles, r.when)
	r.when.each(func(e *expr) {
		if e.param != "" {
			fmt.Fprintf(&b, " %s=%d", e.param, e.num)
		}
	})
	if n := r.need; n != nil {
		fmt.Fprintf(&b, " %s %d %d %d", n.as, n.by, n.minRationale, n.expires)
	}
	return b.String()
}

// A comparison holds the clauses of a slice before and after, both of which come
// beside the shared ones, and what has been found in it.
type comparison struct {
	slice               slice
	both, before, after []*testedClause
	found               map[string]bool
}

// ask asks whether the outcome differs in a way that has not been found yet.
func (c *comparison) ask(f *facts, known uint64) (truth, attr, *expr) {
	var want wish
	var shared, gone, come bounds
	look := func(list []*testedClause, sum *bounds) {
		for _, x := range list {
			v := x.fires(f, known)
			sum.add(x.effect, v)
			if v == undecided {
				want.of(x, f, known)
			}
		}
	}
	look(c.before, &gone)
	look(c.after, &come)
	settled := gone.settled() && come.settled()
	if settled && gone.fired == come.fired {
		return isFalse, 0, nil // what is left is the same on both sides
	}
	look(c.both, &shared)
	if shared.fired[Deny] {
		return isFalse, 0, nil
	}
	if !settled {
		return want.answer()
	}
	// The reasons are certain. Which outcomes are possible with them, whatever
	// becomes of the shared clauses that are open?
	left, ways := false, 0
	for _, deny := range shared.values(Deny) {
		for _, review := range shared.values(Review) {
			for _, permit := range shared.values(Permit) {
				more := bounds{}
				more.fired[Deny], more.fired[Review], more.fired[Permit] = deny, review, permit
				was, is := more.with(&gone).best(), more.with(&come).best()
				ways++
				left = left || was != is && !c.found[c.key(was, is, f, known)]
			}
		}
	}
	switch {
	case !left:
		return isFalse, 0, nil
	case ways == 1:
		return isTrue, 0, nil
	}
	return want.answer()
}

// values returns whether clauses of an effect fire: both where it is open.
func (b *bounds) values(o Outcome) []bool {
	switch {
	case b.fired[o]:
		return []bool{true}
	case b.open[o]:
		return []bool{false, true}
	}
	return []bool{false}
}

// with returns the bounds of the clauses of both.
func (b bounds) with(other *bounds) *bounds {
	for o := range b.fired {
		b.fired[o] = b.fired[o] || other.fired[o]
		b.open[o] = b.open[o] || other.open[o]
	}
	return &b
}

// key names the changes that have the same outcomes and reasons.
func (c *comparison) key(was, is Outcome, f *facts, known uint64) string {
	key := []byte{byte(was), byte(is)}
	for _, list := range [][]*testedClause{c.before, c.after} {
		for _, x := range list {
			key = append(key, byte(x.fires(f, known)))
		}
	}
	return string(key)
}

// firing returns the clauses that fire, by id.
func firing(clauses []*testedClause, f *facts) []string {
	var ids []string
	for _, c := range clauses {
		if c.fires(f, ^uint64(0)) == isTrue {
			ids = append(ids, c.id)
		}
	}
	slices.Sort(ids)
	return ids
}

// settled reports whether nothing is open.
func (b *bounds) settled() bool { return b.open == [len(outcomeNames)]bool{} }
