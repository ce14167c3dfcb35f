package report

import (
	"fmt"

	"github.com/coachgov/coaching/pilot"
)

// Flow returns how many leaders of each wave were drawn, began, and stopped, and
// why, from the exposures of [pilot.Log.Exposures], after the flow diagram of the
// CONSORT extension for stepped-wedge trials (Hemming et al., BMJ 363, 2018,
// k1614). Nobody is taken out of the wave of the draw. It fails as Charter does,
// and for exposures that are not one for each leader of the plan.
func Flow(p *pilot.Plan, exposures []pilot.Exposure) (*Document, error) {
	d, err := newDocument("flow", "Flow of leaders", p)
	if err != nil {
		return nil, err
	}
	if len(exposures) != len(p.Cohort.Leaders) {
		return nil, fmt.Errorf("report: %d exposures for %d leaders", len(exposures), len(p.Cohort.Leaders))
	}
	groups := p.Design.Groups()
	rows := make([][6]int, groups+1) // the last counts all
	for i, e := range exposures {
		if e.Leader != p.Cohort.Leaders[i].ID || e.Wave < 1 || e.Wave > groups {
			return nil, fmt.Errorf("report: exposure %d is not that of the plan's leader, in one of its waves", i)
		}
		for _, row := range []*[6]int{&rows[e.Wave-1], &rows[groups]} {
			row[0]++
			if e.Weeks > 0 {
				row[1]++
			}
			switch {
			case e.Ended.IsZero():
				row[5]++
			case e.Why == pilot.LeaderLeft:
				row[2]++
			case e.Why == pilot.LeaderTransferred:
				row[3]++
			default:
				row[4]++
			}
		}
	}
	flow := Part{
		Title: "From the draw to the analysis",
		Text:  comparison(p) + " Nobody changes waves.",
		Head:  []string{"Wave", "Drawn", "A week or more of coaching", "Left", "Transferred", "Withdrew", "Still in"},
	}
	for i, row := range rows {
		name := fmt.Sprintf("Wave %d", i+1)
		if i == groups {
			name = "All"
		}
		cells := []string{name}
		for _, n := range row {
			cells = append(cells, fmt.Sprint(n))
		}
		flow.Rows = append(flow.Rows, cells)
	}
	d.add(flow)
	return d, nil
}
