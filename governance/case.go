package governance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A caseFile is one test inside a policy: a request in a few words, and the
// answer that is expected.
type caseFile struct {
	Name         string           `json:"name"`
	Role         coaching.Role    `json:"role"`
	As           string           `json:"as" doc:"optional,enum=owner|assigned_coach|other"` // which person asks
	Owner        string           `json:"owner" doc:"optional,enum=known|unknown"`           // whom it is about; absent: known
	Trained      bool             `json:"trained" doc:"optional"`
	Programme    string           `json:"programme" doc:"optional,enum=same|other|unknown"` // in which the role is held; absent: same
	Action       Action           `json:"action"`
	Purpose      Purpose          `json:"purpose"`
	Type         ResourceType     `json:"type"`
	Class        signal.DataClass `json:"class"`
	Residency    string           `json:"residency" doc:"optional,ident"`
	AgeHours     *int             `json:"age_hours" doc:"optional,max=876000"` // 100 years; absent: not known
	Created      *time.Time       `json:"created" doc:"optional"`              // instead of age_hours
	Now          *time.Time       `json:"now" doc:"optional"`
	GroupSize    int              `json:"group_size" doc:"optional"`
	Identifiable Fact             `json:"identifiable" doc:"optional"`
	LegalHold    Fact             `json:"legal_hold" doc:"optional"`
	Standing     signal.Standing  `json:"standing" doc:"optional"`
	Control      bool             `json:"control" doc:"optional"`
	Automated    Fact             `json:"automated" doc:"optional"`
	ModelCard    bool             `json:"model_card" doc:"optional"`
	Explained    bool             `json:"explained" doc:"optional"`
	Affects      []Effect         `json:"affects" doc:"optional"`
	Consents     []Purpose        `json:"consents" doc:"optional"`
	Approvals    []coaching.Role  `json:"approvals" doc:"optional"` // each by another person
	ReviewedBy   coaching.Role    `json:"reviewed_by" doc:"optional"`
	ReviewedAt   *time.Time       `json:"reviewed_at" doc:"optional"` // absent: an hour before
	Rationale    string           `json:"rationale" doc:"optional"`
	Ext          []Extension      `json:"ext" doc:"optional"`
	Expect       Outcome          `json:"expect"`
	Fires        []string         `json:"fires" doc:"ident"` // the rules behind the answer, in their order
}

// caseNow is the time of a test that states none.
func caseNow() time.Time { return time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC) }

// caseProgramme is what the resource of a test belongs to.
const caseProgramme = "programme-1"

// casePeople makes the people of tests from their labels.
func casePeople() (func(label string) coaching.PersonID, error) {
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "policy-tests", Purpose: "labels"})
	if err != nil {
		return nil, err
	}
	return func(label string) coaching.PersonID {
		id, _ := p.Person(label)
		return id
	}, nil
}

// request builds the request of a test.
func (c *caseFile) request(person func(string) coaching.PersonID) *Request {
	r := &Request{
		Action: c.Action, Purpose: c.Purpose, Ext: c.Ext, Now: caseNow(),
		Subject: Subject{ID: person("somebody"), Role: c.Role, Trained: c.Trained, Programme: caseProgramme},
		Resource: Resource{
			Type: c.Type, ID: "resource-1", Programme: caseProgramme, Residency: c.Residency, Signals: []string{"signal-1"},
			Class: c.Class, Owner: person("leader"), AssignedCoach: person("coach"), GroupSize: c.GroupSize,
			Identifiable: c.Identifiable, LegalHold: c.LegalHold, Standing: c.Standing, Control: c.Control,
			Automated: c.Automated, ModelCard: c.ModelCard, Explained: c.Explained, Affects: EffectsOf(c.Affects...),
		},
	}
	switch c.As {
	case "owner":
		r.Subject.ID = r.Resource.Owner
	case "assigned_coach":
		r.Subject.ID = r.Resource.AssignedCoach
	}
	if c.Owner == "unknown" {
		r.Resource.Owner = coaching.PersonID{}
	}
	switch c.Programme {
	case "other":
		r.Subject.Programme = "programme-2"
	case "unknown":
		r.Subject.Programme = ""
	}
	if c.Now != nil {
		r.Now = *c.Now
	}
	if c.AgeHours != nil {
		r.Resource.CreatedAt = r.Now.Add(-time.Duration(*c.AgeHours) * time.Hour)
	}
	if c.Created != nil {
		r.Resource.CreatedAt = *c.Created
	}
	for _, p := range c.Consents {
		r.Consents = append(r.Consents, signal.Consent{
			Participant: r.Resource.Owner, Signal: "signal-1", Purpose: p.String(), Granted: r.Now.AddDate(0, -1, 0),
		})
	}
	digest := r.Digest()
	for i, role := range c.Approvals {
		r.Approvals = append(r.Approvals, Approval{
			By: person(fmt.Sprintf("approver-%d", i)), Role: role, At: r.Now.Add(-time.Hour), Expires: r.Now.Add(time.Hour), Request: digest,
		})
	}
	if c.ReviewedBy != coaching.NoRole {
		r.Review = ReviewRecord{
			Reviewer: person("reviewer"), Role: c.ReviewedBy, Approved: true, Rationale: c.Rationale, At: r.Now.Add(-time.Hour), Request: digest,
		}
		if c.ReviewedAt != nil {
			r.Review.At = *c.ReviewedAt
		}
	}
	return r
}

// checkTests reports what a test states in vain.
func (c *compiler) checkTests(tests []caseFile) {
	for i := range tests {
		t, path := &tests[i], fmt.Sprintf("tests[%d]", i)
		if t.AgeHours != nil && t.Created != nil {
			c.fail("POL-TEST", path+".age_hours", "the data has an age and a time at which it was created; state one of them")
		}
		if t.ReviewedBy == coaching.NoRole && t.ReviewedAt != nil {
			c.fail("POL-TEST", path+".reviewed_at", "nobody reviewed it; state reviewed_by, or leave this out")
		}
		if t.ReviewedBy == coaching.NoRole && t.Rationale != "" {
			c.fail("POL-TEST", path+".rationale", "nobody reviewed it; state reviewed_by, or leave this out")
		}
	}
}

// runTests asks the tests of each file of the stack up to that file, and records
// those that fail.
func (c *compiler) runTests(p *Policy, layers []*layer) {
	report := c.report
	report.fill(p, layers)
	person, err := casePeople()
	if err != nil {
		c.fail("POL-TEST", "tests", "%v", err)
		return
	}
	seen := newCoverage()
	for i, l := range layers {
		upTo := p
		if i < len(layers)-1 {
			// Nothing is wrong with the whole, so nothing is with a part of it.
			part := &compiler{report: &Report{}}
			upTo = part.compile(layers[:i+1])
		}
		c.enter(l)
		c.runLayer(upTo, l.tests(), person, seen)
	}
	for _, l := range layers {
		c.enter(l)
		for i, rf := range l.rules() {
			c.untested(seen, rf.ID, fmt.Sprintf("rules[%d].id", i))
		}
		if l.over != nil && l.over.Residency != "" {
			c.untested(seen, residencyRule, "residency")
		}
	}
	for i := range report.Rules {
		x := &report.Rules[i]
		x.Tests, x.Parts = seen.fired[x.ID], seen.parts[x.ID]
	}
}

func (c *compiler) untested(seen *coverage, id, path string) {
	if seen.fired[id] > 0 {
		return
	}
	line, column := c.at.At(path)
	c.add(coaching.Finding{Code: "POL-UNTESTED", Severity: coaching.Warning, Path: path, Line: line, Column: column,
		Message: "no test of the policy makes this rule fire"})
}

// runLayer asks the tests of one file and counts what they show.
func (c *compiler) runLayer(p *Policy, tests []caseFile, person func(string) coaching.PersonID, seen *coverage) {
	rules := split(p)
	seen.begin(rules)
	var f facts
	for i := range tests {
		t := &tests[i]
		r := t.request(person)
		d := p.Decide(r)
		if len(p.problems(r)) == 0 {
			p.read(&f, r)
			seen.test(rules, &f)
		}
		var fired []string
		for _, r := range d.Reasons {
			seen.fired[r.Rule]++
			if r.Effect == d.Outcome {
				fired = append(fired, r.Rule)
			}
		}
		c.report.Tests++
		if d.Outcome == t.Expect && slices.Equal(fired, t.Fires) {
			c.report.Passed++
			continue
		}
		c.fail("POL-TEST", fmt.Sprintf("tests[%d]", i), "answered %s by [%s], expected %s by [%s]",
			d.Outcome, firstFew(fired), t.Expect, firstFew(t.Fires))
	}
}

// firstFew joins names, at most 12 of them.
func firstFew(names []string) string {
	if n := len(names) - 12; n > 0 {
		return strings.Join(names[:12], ", ") + fmt.Sprintf(", and %d more", n)
	}
	return strings.Join(names, ", ")
}
