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
	Report    *governance.Report `json:"report"`
	Decisions []answer           `json:"decisions,omitempty"` // in the order of the lines
	Unread    []string           `json:"unread,omitempty"`    // lines that hold no request

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
	if o.requests != "" {
		if err := c.decide(o.requests); err != nil {
			return c, err
		}
	}
	return c, nil
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
