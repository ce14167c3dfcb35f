package governance

import (
	"fmt"

	"github.com/coachgov/coaching/internal/document"
)

// An Invariant is a promise about a policy: no request of which Never holds is
// ever permitted.
type Invariant struct {
	ID   string `json:"id"`
	Code string `json:"code"` // the requirement behind it, such as "GOV-022"
	// Never is a condition in CEL over the attributes that rules read. What may
	// be absent is asked for with has() before it is read, as in a rule.
	Never string `json:"never"`
}

// Canaries returns the promises that are asked of every policy, whatever its
// rules, by id: those that the floors in the code hold. Besides them every
// policy is asked whether a missing attribute ever helps.
func Canaries() []Invariant {
	return []Invariant{
		{"canary.career", "GOV-022", `action in ["use", "export", "recommend", "apply", "publish"] && (!has(resource.automated) || resource.automated) && (!has(resource.affects) || resource.affects.hasAny(["compensation", "promotion", "role_assignment", "stretch_assignment", "talent_review"])) && !(review.done && review.role in ["hr_reviewer", "legal_privacy"] && review.rationale_length >= 20)`},
		{"canary.group", "C-15", `action != "purge" && resource.class == "aggregate" && !(resource.type in ["model", "identity"]) && (!has(resource.group_size) || resource.group_size < 3)`},
		{"canary.identity_approval", "GOV-015", `(action == "reidentify" || resource.type == "identity" && action != "purge" && !(action == "view" && has(resource.owner) && subject.id == resource.owner)) && !(approval.count >= 2 && approval.roles.hasAny(["legal_privacy", "privacy_officer"]))`},
		{"canary.identity_consent", "GOV-014", `(action == "reidentify" || resource.type == "identity" && action != "purge" && !(action == "view" && has(resource.owner) && subject.id == resource.owner)) && !("reidentification" in consent.purposes)`},
		{"canary.programme", "GOV-015", `!(has(subject.programme) && has(resource.programme) && subject.programme == resource.programme)`},
		{"canary.raw_coach", "GOV-013", `subject.role == "coach" && action != "purge" && resource.class == "raw" && !(resource.type in ["model", "identity"])`},
		{"canary.retention_aggregate", "GOV-017", `action != "purge" && resource.class == "aggregate" && resource.type != "model" && (!has(resource.created_at) || now > addMonths(resource.created_at, 12))`},
		{"canary.retention_person", "GOV-016", `action != "purge" && resource.class != "aggregate" && resource.type != "model" && (!has(resource.age) || resource.age > duration("2160h"))`},
		{"canary.role", "GOV-015", `subject.role == "none"`},
		{"canary.signal", "C-19", `action in ["use", "export", "recommend", "apply", "publish"] && (!has(resource.affects) || resource.affects.hasAny(["stretch_assignment", "talent_review"])) && !(review.done && review.role in ["hr_reviewer", "legal_privacy"] && review.rationale_length >= 20)`},
	}
}

// absenceID names the promise that is not a condition on one request: that no
// answer gets better when an attribute is left out.
const absenceID = "canary.absence"

func absent() Invariant {
	return Invariant{ID: absenceID, Code: "POL-ABSENCE", Never: "a request gets a better answer without an attribute"}
}

// Invariants returns the promises that the policy's file makes, in its order.
func (p *Policy) Invariants() []Invariant {
	if p == nil {
		return nil
	}
	out := make([]Invariant, len(p.invariants))
	for i, v := range p.invariants {
		out[i] = v.Invariant
	}
	return out
}

// An invariant is a promise made ready.
type invariant struct {
	Invariant
	never *expr
	run   program // where no closure can take its place
}

// holds asks the condition of facts.
func (v *invariant) holds(f *facts) truth {
	if t, ok := lower(v.never); ok {
		return t(f)
	}
	t, _ := v.run(f)
	return t
}

// An invariantFile is a promise as it is written.
type invariantFile struct {
	ID    string         `json:"id" doc:"ident"`
	Code  string         `json:"code" doc:"ident"`
	Never *document.Node `json:"never"`
}

const maxInvariants = 200

// compileInvariants reads the promises of a file.
func (c *compiler) compileInvariants(pf *policyFile, p *Policy) {
	if len(pf.Invariants) > maxInvariants {
		c.fail("POL-LENGTH", "invariants", "%d invariants, at most %d are allowed", len(pf.Invariants), maxInvariants)
		return
	}
	seen := map[string]bool{}
	for i := range pf.Invariants {
		f := &pf.Invariants[i]
		path := fmt.Sprintf("invariants[%d]", i)
		if f.ID != "" && seen[f.ID] {
			c.fail("POL-RULE", path+".id", "another invariant has this id")
		}
		seen[f.ID] = true
		text, ok := c.text(f.Never, path+".never")
		if !ok {
			continue
		}
		e, run, problems := c.cel.promise(text)
		for _, q := range problems {
			c.failIn(f.Never, path+".never", q.at, q.code, "%s", q.message)
		}
		if len(problems) == 0 {
			p.invariants = append(p.invariants, invariant{Invariant{f.ID, f.Code, text}, e, run})
		}
	}
}

// promise reads the condition of an invariant: that of a rule, except that an
// invariant may ask about absence on either side of a negation.
func (c *celEnv) promise(source string) (*expr, program, []celProblem) {
	e, run, problems := c.read(source)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	l := &linter{}
	l.guards(e, 0)
	if len(l.problems) > 0 {
		return nil, nil, sortProblems(l.problems)
	}
	return e, run, nil
}

// ready makes invariants ready for this policy, whose parameters they may use.
func (p *Policy) ready(invariants []Invariant) ([]invariant, error) {
	env, err := p.env()
	if err != nil {
		return nil, err
	}
	return env.ready(invariants)
}

// env returns what reads conditions over the policy's attributes and parameters.
func (p *Policy) env() (*celEnv, error) {
	var params []*expr
	for _, q := range p.params {
		params = append(params, paramExpr(q))
	}
	return newCELEnv(params, attributesOf(p.exts)...)
}

func (c *celEnv) ready(invariants []Invariant) ([]invariant, error) {
	out := make([]invariant, len(invariants))
	for i, v := range invariants {
		e, run, problems := c.promise(v.Never)
		if len(problems) > 0 {
			return nil, fmt.Errorf("governance: invariant %d: character %d: %s %s", i, problems[0].at, problems[0].code, problems[0].message)
		}
		out[i] = invariant{v, e, run}
	}
	return out, nil
}
