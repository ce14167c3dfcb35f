package report

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/vendor"
)

// VendorComparison returns the vendors of a plan side by side at a stage, in the
// order of [vendor.Choice.Compare]: who meets every demand stands before who does
// not, whatever the score. Scores are the host's, by id, and may be nil. Neither
// argument is changed. It fails as Charter does.
func VendorComparison(p *pilot.Plan, stage vendor.Stage, scores map[string]int) (*Document, error) {
	d, err := newDocument("vendors", "Vendor comparison", p)
	if err != nil {
		return nil, err
	}
	c := p.Vendors
	if c == nil {
		d.add(Part{Title: "Nothing is bought", Text: "The plan names no vendor."})
		return d, nil
	}
	var links []string
	for _, l := range c.Weakest {
		links = append(links, spaced(l.String()))
	}
	need := Part{Title: "What is bought first, and why", Text: or(c.Reason, "No reason is given."), Items: []string{"Weakest: " + or(strings.Join(links, ", "), "not named")}}
	if first := c.First(); first != vendor.UnknownBucket {
		need.Items = append(need.Items, "Bought first: "+spaced(first.String()))
	} else {
		need.Items = append(need.Items, "Which bucket to buy first does not follow from the plan.")
	}
	d.add(need)

	side := Part{Title: "Side by side, at the stage of " + stage.String(), Head: []string{"Vendor", "Bucket", "Gives", "Costs", "Must-haves not offered", "Demands not met", "Score"}}
	for _, r := range c.Compare(stage, scores) {
		var missing []string
		for _, m := range r.Missing {
			missing = append(missing, spaced(m.String()))
		}
		score := "none"
		if r.Score != 0 {
			score = fmt.Sprint(r.Score)
		}
		side.Rows = append(side.Rows, []string{or(r.Name, r.ID), spaced(r.Bucket.String()), r.Gain, r.Cost,
			or(strings.Join(missing, ", "), "none"), or(strings.Join(r.Unmet, ", "), "none"), score})
	}
	if len(side.Rows) == 0 {
		side.Text = "The plan names no vendor."
	}
	d.add(side)

	claim := Part{Title: "What may be claimed", Text: "Each vendor grants export rights and has passed its export test: figures that pass through them may carry a claim."}
	if !c.Attributable() {
		claim.Text = "A vendor grants no export rights or has not passed its export test: nothing may be attributed to figures that pass through it."
	}
	d.add(claim)
	tests := Part{Title: "Export tests", Head: []string{"Vendor", "Asked for", "Came on", "File", "Validated"}}
	for _, v := range c.Vendors {
		row := []string{or(v.Name, v.ID), "no test is recorded", "", "", "no"}
		if t := v.ExportTest; t != nil {
			row = []string{row[0], t.Input, t.On.String(), t.Digest, "no"}
			if t.Passed {
				row[4] = "yes"
			}
		}
		tests.Rows = append(tests.Rows, row)
	}
	d.add(tests)
	return d, nil
}
