// Command generate makes the data that the quickstart embeds: one invented
// product organisation over 20 weeks. Nothing in it comes from a real one.
//
// Run it from examples/quickstart:
//
//	go generate
//
// The same seed writes the same bytes. What is planted, and what the
// quickstart should therefore find:
//
//   - an effect: once a leader's wave has started, the leader's primary signal
//     improves and the team delivers more of what it committed to;
//   - two spikes, one real (a planning week) and one false (a broken clock on
//     the code host); a third flag is chance, and the seed was chosen so that
//     there is exactly one;
//   - missing weeks: single person-weeks, and one week of one whole team;
//   - a holiday week, with little of everything;
//   - a group, the field engineers, who write most of their decision notes in
//     a tool that the export does not see.
//
// reviews.csv holds what a reviewer would find about anybody; the quickstart
// reads only the people whom the fairness check draws.
package main

import (
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

const seed = 20261116

var folder string

func main() {
	log.SetFlags(0)
	log.SetPrefix("generate: ")
	flag.StringVar(&folder, "dir", "data", "the `folder` of plan.yaml and master.key, in which the data are written")
	flag.Parse()
	w := newWorld(rand.New(rand.NewPCG(seed, 1)))
	w.live()
	for name, rows := range w.tables() {
		if err := write(filepath.Join(folder, name), rows); err != nil {
			log.Fatal(err)
		}
	}
	records, err := w.coaching()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "coaching.json"), append(records, '\n'), 0o644); err != nil {
		log.Fatal(err)
	}
}

// A person is somebody of the organisation.
type person struct {
	id       string // staff number of the directory
	label    string // the plan's label; "" for a team member
	role     string
	leader   *person
	site     string // office or field
	schedule string // standard or nonstandard
	gender   string
	level    string

	// How this person works.
	meetings float64 // hours a week
	notes    float64 // decision notes a week
	wait     float64 // hours until a first review
	reviews  float64 // reviews a week
	after    float64 // hours outside working time
	seen     float64 // share of the notes that the export sees

	// What a reviewer who looks by hand would find, in the weeks of the first
	// validation and of the one after the remedy.
	truth [2]tally
}

// A tally is what somebody did over some weeks, whatever the export saw of it.
type tally struct{ weeks, meetings, reviews, waited, notes float64 }

// A world is the organisation with what it left behind.
type world struct {
	dice    *rand.Rand
	plan    []leadership
	leaders []*person
	staff   []*person
	members []*person
	viva    [][]string
	traces  [][]string
	pulse   [][]string
	kpi     [][]string
}

const (
	weeks    = 20 // 8 of baseline, 12 of the pilot
	baseline = 8
)

// firstSunday begins the week that the source gives to the first week of the
// baseline: Viva's weeks start on Sunday, the plan's on the Monday after.
var firstSunday = coaching.MustDate("2026-11-15")

// A leadership is what the plan says about one leader: the experiment and the
// pilot week in which the leader's wave starts.
type leadership struct {
	label, experiment string
	start             int
}

// leaderships reads the plan and draws the waves as the plan says.
func leaderships() []leadership {
	text, err := os.ReadFile(filepath.Join(folder, "plan.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	p, fs := pilot.Decode("plan.yaml", text)
	if err := fs.Err(); err != nil {
		log.Fatal(err)
	}
	drawn, err := p.Allocate()
	if err != nil {
		log.Fatal(err)
	}
	var all []leadership
	for i, l := range p.Cohort.Leaders {
		all = append(all, leadership{label: l.ID, experiment: l.Experiment, start: drawn.Units[i].Start})
	}
	return all
}

func newWorld(dice *rand.Rand) *world {
	w := &world{dice: dice, plan: leaderships()}
	number := 1000
	hire := func(label, role string, leader *person) *person {
		number += 1 + dice.IntN(7)
		p := &person{
			id: "E" + strconv.Itoa(number), label: label, role: role, leader: leader,
			site: "office", schedule: "standard", gender: "man", level: "Senior IC", seen: 1,
			meetings: max(4, 13+3.2*dice.NormFloat64()),
			notes:    0.9 + dice.ExpFloat64()*0.9,
			wait:     max(3, 15+5*dice.NormFloat64()),
			reviews:  4 + 4*dice.Float64(),
			after:    1 + 3*dice.Float64(),
		}
		if dice.Float64() < 0.42 {
			p.gender = "woman"
		}
		return p
	}
	for _, role := range []struct{ label, role string }{
		{"P-CPO", "sponsor"}, {"P-ANALYTICS", "steward"}, {"P-IT", "data_owner"}, {"P-PMO", "product_owner"}, {"P-COACHLEAD", "coaching_lead"},
		{"P-DPO", "privacy_officer"}, {"P-LND", "program_admin"}, {"P-HR", "attribution_reviewer"}, {"P-LEGAL", "legal_privacy"}, {"C1", "coach"}, {"C2", "coach"},
	} {
		w.staff = append(w.staff, hire(role.label, role.role, nil))
	}
	for i, l := range w.plan {
		leader := hire(l.label, "participant", nil)
		leader.level = "Manager"
		w.leaders = append(w.leaders, leader)
		size := []int{10, 9, 11, 10, 10, 9, 11, 10, 10, 10}[i]
		for n := range size {
			m := hire("", "participant", leader)
			switch {
			case n == 0 || n == 1 && i%3 == 0: // field engineers: one or two in each team
				m.site, m.seen = "field", 0.45
			case n == 2 || n == 3 && i%2 == 1:
				m.schedule = "nonstandard"
			}
			if n > 6 {
				m.level = "Junior IC"
			}
			w.members = append(w.members, m)
		}
	}
	return w
}

// exposed returns how far a leader's experiment has come in pilot week n: 0
// before it starts, 1 once habits have settled.
func (w *world) exposed(i, n int) float64 {
	if n < w.plan[i].start {
		return 0
	}
	return min(1, 0.6+0.2*float64(n-w.plan[i].start))
}

func (w *world) live() {
	dice := w.dice
	for week := range weeks {
		pilotWeek := week - baseline + 1
		sunday := firstSunday.AddDays(7 * week)
		day := sunday.String()
		season := 1.0
		if day == "2026-12-20" { // the holiday week
			season = 0.32
		}
		shared := 1 + 0.03*dice.NormFloat64() // what moves everybody in this week
		for i, leader := range w.leaders {
			x := w.exposed(i, pilotWeek)
			meet, note, wait := 1.0, 1.0, 1.0
			// Coaches show all three signals, so the other two move as well, less.
			share := func(experiment string) float64 {
				if w.plan[i].experiment == experiment {
					return x
				}
				return 0.4 * x
			}
			meet -= 0.24 * share("E-MEET")
			note += 0.85 * share("E-ASYNC")
			wait -= 0.36 * share("E-REVIEW")
			team := 1 + 0.04*dice.NormFloat64()
			if leader.label == "L08" && day == "2027-01-10" { // a planning week: real
				meet *= 1.75
			}
			if leader.label == "L04" && day == "2026-12-06" { // the code host's clock: false
				wait *= 2.9
			}
			w.row(leader, day, season*shared, meet)
			for _, m := range w.members {
				if m.leader != leader {
					continue
				}
				if dice.Float64() < 0.012 || leader.label == "L05" && day == "2026-11-29" {
					continue // missing
				}
				w.row(m, day, season*shared*team, meet)
				w.trace(m, day, pilotWeek, season*team, note, wait)
			}
		}
		switch pilotWeek {
		case -1, 2, 7, 12:
			w.survey(sunday.AddDays(3), pilotWeek)
		}
	}
	w.sprints()
}

// round returns which validation looks at a day: 0, 1, or none.
func round(day string) (int, bool) {
	switch {
	case day <= "2026-12-27":
		return 0, true
	case day >= "2027-01-10" && day <= "2027-01-24":
		return 1, true
	}
	return 0, false
}

func (w *world) row(p *person, day string, scale, meet float64) {
	dice := w.dice
	noise := func(sd float64) float64 { return math.Exp(sd * dice.NormFloat64()) }
	meetings := p.meetings * scale * meet * noise(0.16)
	if r, ok := round(day); ok {
		p.truth[r].weeks++
		p.truth[r].meetings += meetings
	}
	calls := 1.6 * scale * noise(0.4)
	emails := 7 * scale * noise(0.25)
	chats := 4 * scale * noise(0.3)
	after := p.after * scale * noise(0.35)
	total := 0.86*(meetings+calls+emails+chats) + after
	w.viva = append(w.viva, []string{
		p.id, day, hours(total), hours(meetings + calls), hours(emails), hours(min(meetings, 0.12*meetings*noise(0.3))),
		hours(0.18 * meetings * noise(0.3)), count(meetings / 0.75), hours(after), hours(calls), hours(chats),
		count(3.1 * emails), hours(meetings), hours(0.22 * meetings * noise(0.3)), count(40 + 20*noise(0.2)),
		map[bool]string{true: "Engineer", false: "Lead"}[p.label == ""],
		map[bool]string{true: "Individual Contributor", false: "Manager"}[p.label == ""],
		team(p), p.level,
	})
}

func (w *world) trace(p *person, day string, pilotWeek int, scale, note, wait float64) {
	dice := w.dice
	reviews := w.poisson(p.reviews * scale)
	add := func(metric, value string) { w.traces = append(w.traces, []string{p.id, day, metric, value}) }
	add("reviews", strconv.Itoa(reviews))
	waited := 0.0
	for range reviews {
		waited += p.wait * wait * math.Exp(0.45*dice.NormFloat64())
	}
	add("review_wait_hours", hours(waited))
	written := w.poisson(p.notes * scale * note)
	seen := 0
	for range written {
		if dice.Float64() < p.seen {
			seen++
		}
	}
	if r, ok := round(day); ok {
		t := &p.truth[r]
		t.reviews += float64(reviews)
		t.waited += waited
		t.notes += float64(written)
	}
	add("decision_notes", strconv.Itoa(seen))
	if pilotWeek >= 1 { // the intake question that the remedy adds
		add("decision_notes_declared", strconv.Itoa(written-seen))
	}
}

func (w *world) survey(day coaching.Date, pilotWeek int) {
	for _, m := range w.members {
		if w.dice.Float64() < 0.14 {
			continue // did not answer
		}
		i := slices.Index(w.leaders, m.leader)
		mood := 3.4 + 0.5*w.exposed(i, pilotWeek)
		item := func(shift float64) string {
			return strconv.Itoa(int(max(1, min(5, math.Round(mood+shift+0.85*w.dice.NormFloat64())))))
		}
		w.pulse = append(w.pulse, []string{m.id, day.String(), item(0.1), item(0), item(-0.2)})
	}
}

func (w *world) sprints() {
	for i, leader := range w.leaders {
		skill := 0.70 + 0.05*w.dice.NormFloat64()
		for sprint := range weeks / 2 {
			monday := firstSunday.AddDays(1 + 14*sprint)
			x := (w.exposed(i, 2*sprint-baseline+1) + w.exposed(i, 2*sprint-baseline+2)) / 2
			committed := 38 + w.dice.IntN(17)
			share := skill + 0.105*x + 0.03*w.dice.NormFloat64()
			if sprint == 2 {
				share -= 0.03 // the holiday
			}
			delivered := int(math.Round(float64(committed) * min(1, share)))
			add := func(metric string, points int) {
				w.kpi = append(w.kpi, []string{leader.id, monday.String(), "14", metric, strconv.Itoa(points)})
			}
			add("committed_points", committed)
			add("delivered_points", delivered)
		}
	}
}

func (w *world) tables() map[string][][]string {
	roster := [][]string{{"person", "label", "role", "leader", "site", "schedule", "gender"}}
	for _, group := range [][]*person{w.staff, w.leaders, w.members} {
		for _, p := range group {
			leader := ""
			if p.leader != nil {
				leader = p.leader.id
			}
			roster = append(roster, []string{p.id, p.label, p.role, leader, p.site, p.schedule, p.gender})
		}
	}
	with := func(header []string, rows [][]string) [][]string { return append([][]string{header}, rows...) }
	yes := map[bool]string{true: "yes", false: "no"}
	reviews := [][]string{{"person", "signal", "round", "holds"}}
	for r := range 2 {
		for _, m := range w.members {
			t := m.truth[r]
			reviews = append(reviews, []string{m.id, "async_documentation", strconv.Itoa(r + 1), yes[t.notes/t.weeks < 0.8]})
			if r == 0 {
				reviews = append(reviews, []string{m.id, "meeting_hygiene", "1", yes[t.meetings/t.weeks > 13]},
					[]string{m.id, "review_turnaround", "1", yes[t.waited <= 26*t.reviews]})
			}
		}
	}
	return map[string][][]string{
		"reviews.csv": reviews,
		"roster.csv":  roster,
		"person_query.csv": with([]string{
			"PersonId", "MetricDate", "Collaboration_hours", "Meeting_and_call_hours", "Email_hours", "Conflicting_meeting_hours",
			"Large_and_long_meeting_hours", "Meetings", "After_hours_collaboration_hours", "Call_hours", "Chat_hours",
			"Emails_sent", "Meeting_hours", "Multitasking_hours", "Internal_network_size",
			"FunctionType", "SupervisorIndicator", "Organization", "LevelDesignation",
		}, w.viva),
		"activity.csv": with([]string{"person", "date", "metric", "value"}, w.traces),
		"pulse.csv":    with([]string{"PersonId", "Date", "Speak_My_Mind", "Communication_Flow", "Workload"}, w.pulse),
		"kpi.csv":      with([]string{"person", "date", "period_days", "metric", "value"}, w.kpi),
	}
}

func team(p *person) string {
	if p.leader != nil {
		p = p.leader
	}
	return "Team " + p.label[1:]
}

// poisson draws a count by Knuth's method, which suits small means.
func (w *world) poisson(mean float64) int {
	limit, product := math.Exp(-mean), w.dice.Float64()
	n := 0
	for product > limit {
		n++
		product *= w.dice.Float64()
	}
	return n
}

func hours(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
func count(v float64) string { return strconv.Itoa(int(math.Round(v))) }

func write(name string, rows [][]string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	out := csv.NewWriter(f)
	if err := out.WriteAll(rows); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.Close()
}
