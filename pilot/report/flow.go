package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/internal/chart"
	"github.com/coachgov/coaching/pilot"
)

const flowName = "flow"

// Flow returns how many leaders of each wave were drawn, began, and stopped, and
// why, from the exposures of [pilot.Log.Exposures], after the flow diagram of the
// CONSORT extension for stepped-wedge trials (Hemming et al., BMJ 363, 2018,
// k1614). Nobody is taken out of the wave of the draw. It fails as Charter does,
// and for exposures that are not one for each leader of the plan.
func Flow(p *pilot.Plan, exposures []pilot.Exposure) (*Document, error) {
	d, err := newDocument(flowName, "Flow of leaders", p)
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

// flowFigure draws the table of a flow, so that a document that was read from
// JSON prints the same picture. Rows that are not those of a flow are left out.
func flowFigure(flow Part) []byte {
	f := chart.Flow{Title: "Wave by wave", Desc: "The figures of the table above, wave by wave."}
	for i, row := range flow.Rows {
		n := make([]int, len(row))
		for k := 1; k < len(row); k++ {
			n[k], _ = strconv.Atoi(row[k]) // what is no number counts nothing
		}
		switch {
		case len(row) != 7:
		case i == len(flow.Rows)-1:
			f.Root = counted(n[1], "leader") + " drawn"
		default:
			a := chart.Arm{Label: row[0], Stages: []chart.Stage{
				{Count: n[1], Label: "drawn"}, {Count: n[2], Label: "coached a week or more"}, {Count: n[6], Label: "still in"},
			}}
			var lost []string
			for k, word := range []string{"left", "transferred", "withdrew"} {
				if n[3+k] > 0 {
					lost = append(lost, fmt.Sprintf("%d %s", n[3+k], word))
				}
			}
			if len(lost) > 0 {
				a.Note = "Lost: " + strings.Join(lost, ", ")
			}
			f.Arms = append(f.Arms, a)
		}
	}
	return f.SVG()
}
