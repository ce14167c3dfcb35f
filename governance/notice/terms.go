package notice

import (
	"errors"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// Terms are what a policy, with the floors of the code, holds for every request.
// A field that is false or 0 is not promised.
type Terms struct {
	Policy  string // the policy's id
	Version string
	Digest  string // as [governance.Policy.Digest]

	RawDays         int // data about one person is used for at most so many days
	AggregateMonths int // figures of groups for at most so many calendar months
	Group           int // people behind a figure, at least
	Rationale       int // characters that a reviewer of a career effect writes, at least
	ReviewHours     int // how long such a review counts; 0: no limit is held
	// Reviewers may do that review, in the order of their declaration.
	Reviewers []coaching.Role

	Consent       bool // without it nobody but the person looks at data about one person, oversight apart
	ExportConsent bool // data about one person leaves the programme only with a consent to that
	Hold          bool // nothing is deleted under a legal hold
	OwnView       bool // participants can see what is held about them
	ModelCard     bool // no recommendation of a model is used without its card or feature list
	Explained     bool // nor without an explanation

	// Access holds the roles that may see anything about others, in the order of
	// their declaration.
	Access []Access
	// Open holds what could not be analysed, in the order of the questions. What
	// it concerns is treated as allowed, and promised to nobody.
	Open []string
}

// Access is what one role may see of other people.
type Access struct {
	Role     coaching.Role
	Identity Reach // a name, or what could name somebody
	Raw      Reach // raw records of one person
	Coded    Reach // figures and sessions of one person under a pseudonym
	Groups   Reach // figures of groups
}

// A Reach says whether something may be seen, and under which conditions, each of
// which holds for every request. The zero Reach is no.
type Reach struct {
	May       bool
	OptIn     bool // only of people who have agreed to be identified
	Agreed    bool // only for a purpose to which the person has agreed
	Own       bool // only by the person's own coach
	Oversight bool // without such an agreement only to oversee the programme
	Approvals int  // only after so many people have approved, at least
}

// The parts of a promise, in CEL.
const (
	ofOthers = `action != "purge" && !(has(resource.owner) && subject.id == resource.owner)`
	naming   = `(action == "reidentify" || resource.type == "identity" || !has(resource.identifiable) || resource.identifiable)`
	figures  = `!(resource.type in ["model", "identity"])`
	nameless = figures + ` && has(resource.identifiable) && !resource.identifiable`
	acting   = `action in ["use", "export", "recommend", "apply", "publish"]`
	model    = `(!has(resource.automated) || resource.automated)`
	career   = acting + ` && ` + model + ` && (!has(resource.affects) || resource.affects.hasAny(["compensation", "promotion", "role_assignment", "stretch_assignment", "talent_review"]))`
)

// TermsOf asks the policy for its terms. It fails when there is no policy.
func TermsOf(p *governance.Policy) (Terms, error) {
	if p.Digest() == "" {
		return Terms{}, errors.New("notice: there is no policy")
	}
	t := Terms{Policy: p.ID(), Version: p.Version(), Digest: p.Digest()}
	q := questions{p: p}

	days := q.numbers("GOV-016", 90, `action != "purge" && resource.class != "aggregate" && resource.type != "model" && (!has(resource.age) || resource.age > duration("%dh"))`, 24)
	months := q.numbers("GOV-017", 12, `action != "purge" && resource.class == "aggregate" && resource.type != "model" && (!has(resource.created_at) || now > addMonths(resource.created_at, %d))`, 1)
	group := q.numbers("C-15", 3, `action != "purge" && resource.class == "aggregate" && `+figures+` && (!has(resource.group_size) || resource.group_size < %d)`, 1)
	rationale := q.numbers("GOV-021", 20, career+` && !(review.done && review.rationale_length >= %d)`, 1)
	hours := q.numbers("GOV-023", 0, career+` && !(has(review.age) && review.age <= duration("%dh"))`, 1)
	reviewers := map[coaching.Role]int{}
	for _, r := range coaching.Roles() {
		reviewers[r] = q.never(fmt.Sprintf(`%s && review.role == %q`, career, r))
	}
	consent := q.never(ofOthers + ` && resource.class != "aggregate" && ` + figures + ` && purpose != "oversight" && !(purpose in consent.purposes)`)
	export := q.never(`action == "export" && resource.class != "aggregate" && resource.type != "model" && !("export" in consent.purposes)`)
	hold := q.never(`action == "purge" && (!has(resource.legal_hold) || resource.legal_hold)`)
	own := q.never(`action == "view" && subject.role == "participant" && has(resource.owner) && subject.id == resource.owner && resource.class == "pseudonymous"`)
	card := q.never(acting + ` && resource.type == "recommendation" && ` + model + ` && !resource.model_card`)
	note := q.never(`action in ["use", "recommend", "apply", "publish"] && resource.type == "recommendation" && ` + model + ` && !resource.explained`)
	cells := q.cells()
	if err := q.ask(); err != nil {
		return Terms{}, err
	}

	t.RawDays, t.AggregateMonths = days.least(&q), months.least(&q)
	t.Group, t.Rationale, t.ReviewHours = group.most(&q), rationale.most(&q), hours.least(&q)
	for _, r := range coaching.Roles() {
		if !q.holds(reviewers[r]) {
			t.Reviewers = append(t.Reviewers, r)
		}
	}
	t.Consent, t.ExportConsent, t.Hold = q.holds(consent), q.holds(export), q.holds(hold)
	t.OwnView = q.broken(own)
	t.ModelCard, t.Explained = q.holds(card), q.holds(note)
	for _, c := range cells {
		c.reach.May = !q.holds(c.may)
	}
	if err := q.conditions(cells); err != nil {
		return Terms{}, err
	}
	for _, a := range q.access {
		if a.Identity.May || a.Raw.May || a.Coded.May || a.Groups.May {
			t.Access = append(t.Access, *a)
		}
	}
	t.Open = q.open
	return t, nil
}

// residency reports whether the policy denies what is kept elsewhere.
func residency(p *governance.Policy, place string) bool {
	q := questions{p: p}
	at := q.never(fmt.Sprintf(`action != "purge" && !(has(resource.residency) && resource.residency == %q)`, place))
	return q.ask() == nil && q.holds(at)
}

// questions are promises to be proved in one go.
type questions struct {
	p       *governance.Policy
	asked   []governance.Invariant
	results []governance.ProofResult
	access  []*Access
	open    []string
}

// never adds a promise and returns its place.
func (q *questions) never(condition string) int {
	q.asked = append(q.asked, governance.Invariant{ID: fmt.Sprintf("term.%d", len(q.asked)), Code: "GOV-008", Never: condition})
	return len(q.asked) - 1
}

// ask proves what was added since it was last called.
func (q *questions) ask() error {
	rest := q.asked[len(q.results):]
	if len(rest) == 0 {
		return nil
	}
	proof, err := q.p.Prove(rest...)
	if err != nil {
		return fmt.Errorf("notice: asking the policy: %w", err)
	}
	for _, r := range proof.Results[:len(rest)] {
		q.results = append(q.results, r)
		if r.Verdict == governance.Unproved && !slices.Contains(q.open, r.Why) {
			q.open = append(q.open, r.Why)
		}
	}
	return nil
}

func (q *questions) holds(at int) bool { return q.results[at].Verdict == governance.Proved }

func (q *questions) broken(at int) bool { return q.results[at].Verdict == governance.Refuted }

// A numbered promise is one for each number that the policy could hold: those of
// its parameters with the code, and the floor of the code.
type numbered struct {
	values []int
	at     []int
}

func (q *questions) numbers(code string, floor int, format string, scale int) numbered {
	n := numbered{values: q.values(code, floor)}
	for _, v := range n.values {
		n.at = append(n.at, q.never(fmt.Sprintf(format, v*scale)))
	}
	return n
}

// values returns the numbers that the policy could hold for a code, in order.
func (q *questions) values(code string, floor int) []int {
	var values []int
	if floor > 0 {
		values = append(values, floor)
	}
	for _, param := range q.p.Params() {
		if param.Code == code && param.Value > 0 {
			values = append(values, param.Value)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func (n numbered) proved(q *questions) []int {
	var values []int
	for i, v := range n.values {
		if q.holds(n.at[i]) {
			values = append(values, v)
		}
	}
	return values
}

// least and most return the strictest number that is proved, 0 when none is.
func (n numbered) least(q *questions) int {
	if values := n.proved(q); len(values) > 0 {
		return values[0]
	}
	return 0
}

func (n numbered) most(q *questions) int {
	if values := n.proved(q); len(values) > 0 {
		return values[len(values)-1]
	}
	return 0
}

// A cell is what one role may see of one kind.
type cell struct {
	base  string // the condition that it is seen
	reach *Reach
	may   int // the place of the question whether it never sees it
}

// kinds are the columns of Access, in CEL.
var kinds = [...]string{
	naming,
	figures + ` && resource.class == "raw"`,
	nameless + ` && resource.class == "pseudonymous"`,
	nameless + ` && resource.class == "aggregate"`,
}

// cells asks for each role and kind whether it may be seen.
func (q *questions) cells() []cell {
	var cells []cell
	for _, r := range coaching.Roles() {
		a := &Access{Role: r}
		q.access = append(q.access, a)
		for kind, reach := range []*Reach{&a.Identity, &a.Raw, &a.Coded, &a.Groups} {
			base := fmt.Sprintf(`%s && subject.role == %q && %s`, ofOthers, r, kinds[kind])
			cells = append(cells, cell{base, reach, q.never(base)})
		}
	}
	return cells
}

// A condition is one that a reach may have.
type condition struct {
	unless string                         // never seen when this holds, in CEL
	broken func(*governance.Request) bool // the same of a request that was permitted, where that is quickly told
	set    func(*Reach)
}

// conditions asks for each cell that may be seen which conditions always hold.
// The request that showed that it may be seen answers most of the questions.
func (q *questions) conditions(cells []cell) error {
	agreed := func(r *governance.Request, purpose governance.Purpose) bool {
		return slices.ContainsFunc(r.Consents, func(c signal.Consent) bool { return c.Purpose == purpose.String() })
	}
	conditions := []condition{
		{
			`!("reidentification" in consent.purposes)`,
			func(r *governance.Request) bool { return !agreed(r, governance.ForReidentification) },
			func(r *Reach) { r.OptIn = true },
		},
		{
			`!(purpose in consent.purposes)`,
			func(r *governance.Request) bool { return !agreed(r, r.Purpose) },
			func(r *Reach) { r.Agreed = true },
		},
		{
			`!(has(resource.assigned_coach) && subject.id == resource.assigned_coach)`,
			func(r *governance.Request) bool { return r.Subject.ID != r.Resource.AssignedCoach },
			func(r *Reach) { r.Own = true },
		},
		{
			`purpose != "oversight" && !(purpose in consent.purposes)`,
			func(r *governance.Request) bool { return r.Purpose != governance.ForOversight && !agreed(r, r.Purpose) },
			func(r *Reach) { r.Oversight = true },
		},
	}
	for _, n := range q.values("GOV-015", 2) { // in order, so that the most stays
		conditions = append(conditions, condition{
			fmt.Sprintf("approval.count < %d", n),
			func(r *governance.Request) bool { return len(r.Approvals) < n },
			func(r *Reach) { r.Approvals = n },
		})
	}
	var asked []func()
	for _, c := range cells {
		witness := q.results[c.may].Witness
		for _, condition := range conditions {
			if !c.reach.May || witness != nil && condition.broken(witness) {
				continue
			}
			at := q.never(c.base + " && " + condition.unless)
			asked = append(asked, func() {
				if q.holds(at) {
					condition.set(c.reach)
				}
			})
		}
	}
	err := q.ask()
	if err != nil {
		return err
	}
	for _, answer := range asked {
		answer()
	}
	return nil
}
