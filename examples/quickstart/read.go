package main

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

//go:generate go run ./generate

//go:embed data
var data embed.FS

// The columns that the pilot's signals need. Everything else in the files stays
// unread.
var (
	vivaMetrics    = []string{"Collaboration_hours", "Meeting_hours", "Large_and_long_meeting_hours", "Conflicting_meeting_hours", "After_hours_collaboration_hours", "Email_hours"}
	vivaAttributes = []string{"Organization", "LevelDesignation", "FunctionType", "SupervisorIndicator"}
	traceMetrics   = []string{"reviews", "review_wait_hours", "decision_notes", "decision_notes_declared"}
	pulseItems     = []string{"Speak_My_Mind", "Communication_Flow", "Workload"}
	kpiMetrics     = []string{"committed_points", "delivered_points"}
)

// A file is one input with its bytes.
type file struct {
	name string
	data []byte
}

// open returns the user's file, or the embedded one where there is none.
func open(flagged, embedded string) (file, error) {
	if flagged == "" {
		b, err := data.ReadFile("data/" + embedded)
		return file{name: embedded, data: b}, err
	}
	info, err := os.Stat(flagged)
	switch {
	case err != nil:
	case info.IsDir():
		return file{}, fmt.Errorf("%s: is a folder, want a file", flagged)
	case info.Size() > 1<<30:
		return file{}, fmt.Errorf("%s: %d bytes, want at most 1 GiB", flagged, info.Size())
	}
	var b []byte
	if err == nil {
		b, err = os.ReadFile(flagged)
	}
	if wrong := new(fs.PathError); errors.As(err, &wrong) {
		return file{}, fmt.Errorf("%s: cannot be read: %w", flagged, wrong.Err)
	}
	return file{name: flagged, data: b}, err
}

// read is step 1: four files in, and nothing but pseudonyms from here on.
func (p *programme) read() error {
	// The key is for this demonstration. A host keeps its own in a key store, apart
	// from the data, and never in a repository.
	key, err := open("", "master.key")
	if err != nil {
		return err
	}
	p.people, err = coaching.NewPseudonymizer(key.data, coaching.Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: 1})
	if err != nil {
		return err
	}
	if err := p.readRoster(); err != nil {
		return err
	}
	if err := p.readRecords(); err != nil {
		return err
	}
	var panels []*signal.Panel
	for _, in := range []struct {
		flagged, embedded, what string
		read                    func(io.Reader, signal.ImportSpec) (*signal.Panel, signal.ImportReport, error)
		metrics, attributes     []string
	}{
		{p.options.viva, "person_query.csv", "Viva person query", signal.ReadViva, vivaMetrics, vivaAttributes},
		{"", "activity.csv", "code host and documents", signal.ReadLong, traceMetrics, nil},
		{p.options.survey, "pulse.csv", "pulse survey", signal.ReadSurvey, pulseItems, nil},
		{p.options.kpi, "kpi.csv", "KPI", signal.ReadLong, kpiMetrics, nil},
	} {
		f, err := open(in.flagged, in.embedded)
		if err != nil {
			return err
		}
		spec := signal.ImportSpec{File: f.name, People: p.people, Metrics: in.metrics, Attributes: in.attributes}
		if in.flagged != "" && in.flagged == p.options.viva {
			spec.Metrics, spec.Attributes = vivaColumns(f.data)
		}
		panel, report, err := in.read(bytes.NewReader(f.data), spec)
		if err != nil {
			return err
		}
		p.say.line("%-24s %-18s %6d rows, %4d people, %s to %s", in.what, f.name, report.Rows, len(panel.Subjects()), report.First, report.Last)
		p.files, p.reports = append(p.files, panel), append(p.reports, report)
		if in.what == "KPI" {
			p.kpiPanel = panel
			continue
		}
		if in.what == "pulse survey" {
			p.pulse = panel
			continue
		}
		panels = append(panels, panel)
	}
	if p.panel, err = signal.Merge(panels...); err != nil {
		return err
	}
	known := 0
	for _, subject := range panels[0].Subjects() {
		if _, ok := p.teams[subject]; ok {
			known++
		}
	}
	read := 0
	for _, subject := range p.kpiPanel.Subjects() {
		if p.names[subject] != "" {
			read++
		}
	}
	if read == 0 {
		return fmt.Errorf("%s: none of the leaders on the embedded roster has a row; want the staff numbers of roster.csv in the column person", p.reports[len(p.reports)-1].File)
	}
	p.say.line("Every identifier became a pseudonym such as %s before anything else held it.", p.labels["L01"])
	if known == 0 {
		p.foreign = true
		p.panel, p.files, p.reports = panels[0], p.files[:1], p.reports[:1]
		p.groups()
		p.say.line("Nobody in %s is on the embedded roster, so its own groups are analysed, and only as far as step 2.", p.reports[0].File)
	}
	return nil
}

// vivaColumns returns the columns of a user's person query: those whose first
// value is a number or missing are figures, so that the quality check sees them
// all; the others are labels. A file without the columns that are needed is left
// to the reader, which says what it wanted.
func vivaColumns(csvText []byte) (metrics, attributes []string) {
	rows := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(csvText, []byte("\xef\xbb\xbf"))))
	header, err := rows.Read()
	if err != nil || !slices.Contains(header, "Collaboration_hours") || !slices.Contains(header, "Meeting_hours") {
		return vivaMetrics, nil
	}
	first, err := rows.Read()
	if err != nil {
		return vivaMetrics, nil
	}
	for i, name := range header {
		_, err := strconv.ParseFloat(first[i], 64)
		switch {
		case name == "PersonId" || name == "MetricDate" || name == "Date":
		case err == nil || first[i] == "":
			metrics = append(metrics, name)
		default:
			attributes = append(attributes, name)
		}
	}
	return metrics, attributes
}

// A member is what the directory says about somebody's team and circumstances.
type member struct {
	id                     coaching.PersonID
	leader                 coaching.PersonID
	site, schedule, gender string
}

// readRoster reads the directory: who leads whom, and which person a label of
// the plan stands for.
func (p *programme) readRoster() error {
	f, err := open("", "roster.csv")
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(f.data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	p.labels, p.roles = map[string]coaching.PersonID{}, map[string]coaching.Role{}
	p.names = map[coaching.PersonID]string{}
	p.teams = signal.Teams{}
	for i, row := range rows[1:] {
		id, err := p.people.Person(row[0])
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", f.name, i+2, err)
		}
		role, err := coaching.ParseRole(row[2])
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", f.name, i+2, err)
		}
		if label := row[1]; label != "" {
			p.labels[label], p.roles[label], p.names[id] = id, role, label
			continue
		}
		leader, err := p.people.Person(row[3])
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", f.name, i+2, err)
		}
		p.teams[id] = leader
		p.members = append(p.members, member{id: id, leader: leader, site: row[4], schedule: row[5], gender: row[6]})
	}
	slices.SortFunc(p.members, func(a, b member) int { return a.id.Compare(b.id) })
	return nil
}

// groups makes a team of every organisation in a file of other people. A group
// has no leader, so it gets the pseudonym of its name.
func (p *programme) groups() {
	p.teams, p.names = signal.Teams{}, map[coaching.PersonID]string{}
	for _, subject := range p.panel.Subjects() {
		if !slices.Contains(p.panel.Attributes(), "Organization") {
			continue
		}
		name, _ := p.panel.Attribute(subject, "Organization")
		if name == "" {
			continue
		}
		group, err := p.people.Person("organisation " + name)
		if err != nil {
			continue
		}
		p.teams[subject], p.names[group] = group, name
	}
}

// noon is an instant on a day of the story.
func noon(day string) time.Time { return coaching.MustDate(day).At(12, 0, time.UTC) }
