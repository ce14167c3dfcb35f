package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/pilot"
)

// DesignMatrix returns who is to be coached when, as CSV for whoever analyses the
// pilot: leader, stratum, wave, week, the week's first day, and 1 or 0 for
// sessions in that week. Rows are in the allocation's order of leaders, then by pilot week from
// 1 to the plan's last. Unlike a [Document] it holds the plan's labels of leaders:
// it goes to analysts only. Neither argument is changed. It fails for no plan, for
// an allocation of another plan, and for a label that a spreadsheet would read
// as a formula.
func DesignMatrix(p *pilot.Plan, a *pilot.Allocation) ([]byte, error) {
	if p == nil || a == nil {
		return nil, errors.New("report: no plan or no allocation")
	}
	committed, err := p.Allocate()
	if err != nil {
		return nil, err
	}
	if len(committed.Differences(a)) > 0 || len(a.Units) != len(committed.Units) {
		return nil, errors.New("report: the allocation is not that of the plan")
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"leader", "stratum", "wave", "week", "from", "coached"}}
	for _, u := range a.Units {
		if strings.ContainsAny(u.ID[:min(1, len(u.ID))]+u.Stratum[:min(1, len(u.Stratum))], "=+-@\t\r\n") {
			return nil, errors.New("report: a label of a leader or stratum reads as a formula")
		}
		for week := 1; week <= p.TemplateWeeks; week++ {
			coached := u.Start > 0 && week >= u.Start && p.Run().Contains(p.Week(week))
			rows = append(rows, []string{u.ID, u.Stratum, strconv.Itoa(u.Wave), strconv.Itoa(week), p.Week(week).String(), map[bool]string{false: "0", true: "1"}[coached]})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
