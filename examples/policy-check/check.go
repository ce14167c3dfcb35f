package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/coachgov/coaching/governance"
)

// A checked policy is what the command prints.
type checked struct {
	Report    *governance.Report  `json:"report"`
	Changes   *governance.Changes `json:"changes,omitempty"`   // from the policy of -diff
	Decisions []answer            `json:"decisions,omitempty"` // in the order of the lines
	Unread    []string            `json:"unread,omitempty"`    // lines that hold no request

	policy *governance.Policy
}

// An answer is one request with the decision on it.
type answer struct {
	Request     string              `json:"request"` // its digest
	Decision    governance.Decision `json:"decision"`
	Explanation string              `json:"explanation"`
}

// check does what the options ask for. A section of the output is one method
// that fills its part of checked, and its lines in text.
func check(o options) (*checked, error) {
	policy, report, err := load(o.policy)
	if report == nil {
		return nil, err
	}
	c := &checked{Report: report, policy: policy}
	if err != nil {
		return c, errors.New("there is no policy; see the findings")
	}
	var failures []error // of every section, since each is worth reading
	if o.prove {
		failures = append(failures, c.prove())
	}
	if o.diff != "" {
		failures = append(failures, c.diff(o.diff))
	}
	if o.requests != "" {
		failures = append(failures, c.decide(o.requests))
	}
	return c, errors.Join(failures...)
}

// prove asks for every promise whether any request breaks it. What a file's
// report says of the promises in it is part of that.
func (c *checked) prove() error {
	proof, err := c.policy.Prove()
	if err != nil {
		return err
	}
	c.Report.Proof = proof
	if !proof.Holds() {
		return errors.New("not every promise is proved")
	}
	return nil
}

// diff compares another policy with this one.
func (c *checked) diff(name string) error {
	other, report, err := load(name)
	if err != nil {
		if report != nil {
			return fmt.Errorf("there is no policy to compare with: %w", err)
		}
		return err
	}
	if c.Changes, err = governance.Diff(other, c.policy); err != nil {
		return err
	}
	if !c.Changes.Exact() {
		return errors.New("there may be more changes than are listed")
	}
	return nil
}

// decide answers the requests of a file.
func (c *checked) decide(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for r, err := range governance.ReadRequests(f) {
		var bad *governance.LineError
		switch {
		case errors.As(err, &bad):
			for _, finding := range bad.Findings {
				c.Unread = append(c.Unread, finding.String())
			}
		case err != nil:
			return err
		default:
			c.Decisions = append(c.Decisions, answer{r.Digest(), c.policy.Decide(&r), c.policy.Explain(&r)})
		}
	}
	if len(c.Unread) > 0 {
		return fmt.Errorf("%s holds lines that are no requests", file)
	}
	return nil
}

// text returns everything for people.
func (c *checked) text() string {
	var b strings.Builder
	b.WriteString(c.Report.Text())
	if c.Changes != nil {
		b.WriteString("\nChanges\n" + c.Changes.Text())
	}
	for i, a := range c.Decisions {
		fmt.Fprintf(&b, "\nRequest %d, digest %s\n%s", i+1, a.Request, a.Explanation)
	}
	if len(c.Unread) > 0 {
		b.WriteString("\nNo requests\n")
	}
	for _, u := range c.Unread {
		b.WriteString("  " + u + "\n")
	}
	return b.String()
}
