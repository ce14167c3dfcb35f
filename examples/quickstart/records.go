package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/roi"
)

// An occurrence is one row of events.csv, the programme's own diary.
type occurrence struct {
	at                  time.Time
	by, kind, to, label string
}

// Evidence is what people stated beside the figures, in evidence.json.
type evidence struct {
	Appeals     []string           `json:"appeals"` // open ones
	Confounders []pilot.Confounder `json:"confounders"`
	Review      struct {
		By   string        `json:"by"`
		From coaching.Date `json:"from"`
		To   coaching.Date `json:"to"`
	} `json:"attribution_review"`
	Sponsor struct {
		ID       string        `json:"id"`
		By       string        `json:"by"`
		On       coaching.Date `json:"on"`
		Movement roi.Movement  `json:"movement"`
	} `json:"sponsor"`
	Narratives map[string]roi.Movement `json:"narratives"`
	Survey     struct {
		ID string        `json:"id"`
		By string        `json:"by"`
		On coaching.Date `json:"on"`
	} `json:"survey"`
}

// readRecords reads what else the programme holds: its plan, the coaching
// tool's records, its diary, and what people stated.
func (p *programme) readRecords() error {
	f, err := open(p.options.plan, "plan.yaml")
	if err != nil {
		return err
	}
	plan, findings := pilot.Decode(f.name, f.data)
	if err := findings.Err(); err != nil {
		return err
	}
	p.plan, p.planFile = plan, f.name
	for i, l := range plan.Cohort.Leaders {
		if p.labels[l.ID].IsZero() {
			return fmt.Errorf("%s: cohort.leaders[%d] is not on the embedded roster, which has L01 to L10", f.name, i)
		}
	}
	for i, c := range plan.Cohort.Coaches {
		if p.labels[c.ID].IsZero() {
			return fmt.Errorf("%s: cohort.coaches[%d] is not on the embedded roster, which has C1 and C2", f.name, i)
		}
	}
	if err := embeddedJSON("coaching.json", &p.records); err != nil {
		return err
	}
	if err := embeddedJSON("evidence.json", &p.stated); err != nil {
		return err
	}
	p.coachOf = map[coaching.PersonID]coaching.PersonID{}
	for _, a := range p.records.Agreements {
		p.coachOf[a.Leader] = a.Coach
	}
	if f, err = open("", "events.csv"); err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(f.data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	for i, row := range rows[1:] {
		at, err := time.Parse(time.RFC3339, row[0])
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", f.name, i+2, err)
		}
		p.diary = append(p.diary, occurrence{at, row[1], row[2], row[3], row[4]})
	}
	return nil
}

func embeddedJSON(name string, into any) error {
	f, err := open("", name)
	if err != nil {
		return err
	}
	read := json.NewDecoder(bytes.NewReader(f.data))
	read.DisallowUnknownFields()
	if err := read.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// leaders returns the plan's labels, in the plan's order.
func (p *programme) leaders() []string {
	var labels []string
	for _, l := range p.plan.Cohort.Leaders {
		labels = append(labels, l.ID)
	}
	return labels
}

// event turns a row of the diary into an event of the pilot's log. What the run
// itself found out, such as the outcome of the quality check, is filled in here.
func (p *programme) event(o occurrence) (pilot.Event, error) {
	e := pilot.Event{At: o.at, By: p.labels[o.by], Kind: pilot.EventKind(o.kind), Label: o.label}
	switch o.kind {
	case string(pilot.Advanced):
		return e, e.To.UnmarshalText([]byte(o.to))
	case string(pilot.SignalsValidated):
		e.Count = firstWindow.Days()
	case string(pilot.HistoryExtracted):
		e.Count = p.historyDays()
	case string(pilot.PlaybookDelivered):
		e.Count = (p.playbook.Words() + 499) / 500 // pages
	case "quality_checked":
		e.Kind = pilot.QualityPassed
		if len(p.blockedFeeds) > 0 {
			e.Kind = pilot.QualityFailed
		}
	case string(pilot.ConfounderNoted):
		e.Label = ""
		for _, c := range p.stated.Confounders {
			if c.ID == o.label {
				e.Confounder = &c
			}
		}
	}
	return e, nil
}

// historyDays returns how many days of the baseline the weekly feed covers.
func (p *programme) historyDays() int {
	days := 0
	for _, period := range p.panel.Periods() {
		if baselineWindow.Contains(period.Start) && baselineWindow.Contains(period.Last()) {
			days += period.Days
		}
	}
	return days
}
