package signal_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// programme returns what every reading of a programme shares.
func programme() *coaching.Pseudonymizer {
	key := bytes.Repeat([]byte{7}, coaching.MinMasterKey) // from a key store, in a host
	people, err := coaching.NewPseudonymizer(key, coaching.Domain{Programme: "product-org-12w", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	return people
}

// The product team's leader owns the label "Product". Two thirds of the team's
// meeting time is with its own people.
func ExampleReadVivaGroup() {
	file := `PrimaryCollaborator_Organization,SecondaryCollaborator_Organization,MetricDate,Group_meeting_time_invested
Product,Within Group,2027-01-03,1200
Product,Sales,2027-01-03,400
Product,Finance,2027-01-03,200
Sales,Product,2027-01-03,380
`
	leader, _ := programme().Person("L-17")
	p, report, err := signal.ReadVivaGroup(strings.NewReader(file), signal.ImportSpec{
		File: "g2g.csv", Metrics: []string{"Group_meeting_time_invested", "Group_meeting_time_invested_cross"},
		Owners: map[string]coaching.PersonID{"Product": leader},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	week := p.Periods()[0]
	all, _ := p.Value(leader, week, "Group_meeting_time_invested")
	cross, _ := p.Value(leader, week, "Group_meeting_time_invested_cross")
	fmt.Println(week, all, "minutes,", cross, "with other groups")
	for _, f := range report.Findings {
		fmt.Println(f)
	}
	// Output:
	// 2027-01-03+7d 1800 minutes, 600 with other groups
	// g2g.csv:5: DQ01 warning: 1 of 4 rows have a label that ImportSpec.Owners does not, and were not read; the first is in line 5
}

// A cancelled meeting and a block of focus time are counted and left out.
func ExampleReadVivaMeetings() {
	file := `MeetingId,Subject,Organizer,Collaboration_start_time,Number_of_attendees,Duration,Cancelled,Recurring
m1,never read,L-17,2027-01-04T09:00:00Z,11,1,FALSE,TRUE
m2,never read,L-17,2027-01-05T09:00:00Z,3,0.5,FALSE,FALSE
m3,never read,L-17,2027-01-06T09:00:00Z,4,1,TRUE,FALSE
m4,never read,L-17,2027-01-06T13:00:00Z,1,2,FALSE,FALSE
`
	p, report, err := signal.ReadVivaMeetings(strings.NewReader(file), signal.ImportSpec{
		File: "meetings.csv", People: programme(), Metrics: []string{"meetings", "meeting_hours", "large_meetings"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, metric := range p.Metrics() {
		v, _ := p.Value(p.Subjects()[0], p.Periods()[0], metric)
		fmt.Println(metric, v)
	}
	for _, l := range report.LeftOut {
		fmt.Println("left out:", l.Rows, l.Reason)
	}
	// Output:
	// large_meetings 1
	// meeting_hours 1.5
	// meetings 2
	// left out: 1 cancelled
	// left out: 1 fewer than two attendees
}

// Five days make a week; the second week has two and is missing.
func ExampleReadSlack() {
	file := `Date,Messages in public channels,Messages in DMs
18/01/2027,30,10
19/01/2027,20,10
20/01/2027,40,20
21/01/2027,10,0
22/01/2027,0,10
25/01/2027,90,10
26/01/2027,10,90
`
	leader, _ := programme().Person("L-17")
	p, report, err := signal.ReadSlack(strings.NewReader(file), signal.ImportSpec{
		File: "slack.csv", Metrics: []string{"Messages in DMs", "days"}, WeekStart: time.Monday,
		Owners: map[string]coaching.PersonID{"the workspace": leader},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, week := range p.Periods() {
		days, _ := p.Value(leader, week, "days")
		messages, ok := p.Value(leader, week, "Messages in DMs")
		fmt.Println(week, days, "days", messages, ok)
	}
	fmt.Println(report.Findings[0])
	// Output:
	// 2027-01-18+7d 5 days 50 true
	// 2027-01-25+7d 2 days 0 false
	// slack.csv: DQ03 warning: 1 weekly figures have fewer than 5 days and are missing
}

// An issue that ends before it begins is no fast issue.
func ExampleReadJira() {
	file := `id,project,created_date,finished_date,cycle_time_days
P-1,Payments,2027-01-04,2027-01-08,4
P-2,Payments,2027-01-04,2027-01-07,3
P-3,Payments,2027-01-06,2027-01-05,-1
P-4,Payments,2027-01-04,,
`
	leader, _ := programme().Person("L-17")
	p, report, err := signal.ReadJira(strings.NewReader(file), signal.ImportSpec{
		File: "jira.csv", Metrics: []string{"issues", "cycle_time_days_median"}, WeekStart: time.Monday,
		Owners: map[string]coaching.PersonID{"Payments": leader},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	issues, _ := p.Value(leader, p.Periods()[0], "issues")
	days, _ := p.Value(leader, p.Periods()[0], "cycle_time_days_median")
	fmt.Println(p.Periods()[0], issues, "issues, median", days, "days")
	for _, l := range report.LeftOut {
		fmt.Println("left out:", l.Rows, l.Reason)
	}
	// Output:
	// 2027-01-04+7d 2 issues, median 3.5 days
	// left out: 1 ends before it begins
	// left out: 1 not finished
}

// A learning system has no public export format, so a mapping says what its
// columns are.
func ExampleReadMapped() {
	mapping, findings := signal.ParseMapping("lms.yaml", []byte(`
schema: signal-mapping/v1
id: lms
name: Completions of short courses
source: learning
person: Employee
key: Assignment
date: Due
cadence: weekly
metrics:
  - name: assigned
    unit: courses
    combine: sum
  - name: completed
    unit: courses
    column: Status
    combine: sum
    words:
      - {text: Done, value: "1"}
      - {text: Open, value: "0"}
`))
	if findings.Blocked() {
		fmt.Println(findings)
		return
	}
	file := `Employee,Assignment,Due,Status
L-17,a1,2027-01-04,Done
L-17,a2,2027-01-08,Open
L-17,a3,2027-01-08,Done
`
	p, _, err := signal.ReadMapped(strings.NewReader(file), mapping, signal.ImportSpec{File: "lms.csv", People: programme()})
	if err != nil {
		fmt.Println(err)
		return
	}
	week := p.Periods()[0]
	assigned, _ := p.Value(p.Subjects()[0], week, "assigned")
	completed, _ := p.Value(p.Subjects()[0], week, "completed")
	fmt.Println(week, completed, "of", assigned)
	// Output:
	// 2027-01-04+7d 2 of 3
}

// The built-in mappings are a start: copy one and adapt its column names.
func ExampleMappings() {
	mappings, _ := signal.Mappings()
	for _, m := range mappings {
		fmt.Printf("%s: %s\n", m.ID, m.Source)
	}
	// Output:
	// betterup_sessions: learning
	// calendar_attendance: collaboration_metadata
	// coaching_sessions: learning
	// crm_nps: business_kpi
	// culture_amp_pulse: survey
	// document_activity: collaboration_metadata
	// feedback_360: survey
	// finance_revenue: business_kpi
	// glint_pulse: survey
	// goal_completion: learning
	// interview_themes: interview
	// lms_completion: learning
	// pulse_excerpts: survey
	// review_turnaround: collaboration_metadata
	// ticket_response: collaboration_metadata
	// visier_attrition: people_analytics
	// workday_exits: people_analytics
	// workday_promotion: people_analytics
}

// A second load corrects one week and brings a late one.
func ExampleRestatements() {
	read := func(rows string) *signal.Panel {
		p, _, err := signal.ReadLong(strings.NewReader("person,date,metric,value\n"+rows), signal.ImportSpec{People: programme(), Metrics: []string{"docs"}})
		if err != nil {
			panic(err)
		}
		return p
	}
	first := read("E-1,2027-01-03,docs,4\nE-1,2027-01-17,docs,6\n")
	second := read("E-1,2027-01-03,docs,5\nE-1,2027-01-10,docs,5\nE-1,2027-01-17,docs,6\nE-1,2027-01-24,docs,7\n")
	for _, r := range signal.Restatements(first, second) {
		fmt.Println(r.Period, r.Metric, "changed", r.Changed, "late", r.Late, "new", r.New)
	}
	// Output:
	// 2027-01-03+7d docs changed 1 late 0 new 0
	// 2027-01-10+7d docs changed 0 late 1 new 0
	// 2027-01-24+7d docs changed 0 late 0 new 1
}

// The third week of a baseline is corrected after the fact: the leader's baseline
// has to be computed again.
func ExampleAffectedBy() {
	definitions, _ := signal.Catalogue()
	definition := definitions[slices.IndexFunc(definitions, func(d signal.Definition) bool { return d.ID == "network_outside_org" })]
	leader, _ := programme().Person("L-17")
	member, _ := programme().Person("E-1")
	teams := signal.Teams{member: leader}
	read := func(third int) *signal.Panel {
		var file strings.Builder
		file.WriteString("PersonId,MetricDate,Network_outside_organisation\n")
		for week := range 8 {
			people := 20 + week%3
			if week == 2 {
				people = third
			}
			file.WriteString(fmt.Sprintf("L-17,%s,%d\n", coaching.MustDate("2027-01-03").AddDays(7*week), people))
		}
		p, _, err := signal.ReadViva(strings.NewReader(file.String()), signal.ImportSpec{People: programme(), Metrics: []string{"Network_outside_organisation"}})
		if err != nil {
			panic(err)
		}
		return p
	}
	first, second := read(22), read(31)
	series, findings := signal.Evaluate(first, definition, teams, nil)
	if findings.Blocked() {
		fmt.Println(findings)
		return
	}
	baselines, _ := signal.BaselinesOf(series, coaching.Window{From: coaching.MustDate("2027-01-03"), To: coaching.MustDate("2027-02-27")}, signal.BaselineConfig{})
	for _, a := range signal.AffectedBy(signal.Restatements(first, second), teams, []*signal.Baselines{baselines}, nil) {
		fmt.Println(a.Signal, a.Window, "level:", a.Level, "limits:", a.Limits)
	}
	// Output:
	// network_outside_org 2027-01-03..2027-02-27 level: true limits: true
}
