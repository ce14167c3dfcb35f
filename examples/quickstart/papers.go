package main

import (
	"fmt"

	"github.com/coachgov/coaching/pilot/report"
)

// papers writes what the sponsor reads beside the dashboard: the executive
// summary, and how many leaders came how far. Neither names one.
func (p *programme) papers() error {
	summary, err := report.Summary(p.locked, p.decision)
	if err != nil {
		return err
	}
	flow, err := report.Flow(p.plan, p.log.Exposures(decidedAt))
	if err != nil {
		return err
	}
	for _, d := range []*report.Document{summary, flow} {
		if fs := d.Check(); fs.Blocked() {
			return fmt.Errorf("%s cannot go out: %w", d.Name, fs.Err())
		}
		if err := p.out.write(d.Name+".html", d.HTML()); err != nil {
			return err
		}
	}
	return nil
}
