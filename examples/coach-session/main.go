// Command coach-session follows one leader's coaching from preparation to session,
// follow-up and narrative, and prints what each role may see of it.
//
//	go run ./examples/coach-session
//
// The road is the function engagement, one screen in session.go; everything in it
// is invented. Below what the roles see stands what the records refuse: a paused
// signal in a session, a coach who is not prepared, and a narrative whose consent
// was withdrawn.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/signal"
)

// parties are the people of the example.
type parties struct{ leader, coach, sponsor, analyst coaching.PersonID }

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "coach-session:", err)
		os.Exit(1)
	}
}

// run prints everything.
func run(w io.Writer) error {
	p, err := people()
	if err != nil {
		return err
	}
	log, gate, consents := engagement(p)
	at := time.Date(2027, 4, 20, 9, 0, 0, 0, time.UTC)
	var b strings.Builder
	b.WriteString(coachSees(p, log, gate))
	b.WriteString(leaderSees(p, log))
	b.WriteString(sponsorSees(log, consents, at))
	b.WriteString(programmeSees(log, at))
	b.WriteString(refused(p, log, gate, consents, at))
	_, err = io.WriteString(w, b.String())
	return err
}

// people makes the pseudonyms; a host has a key of its own.
func people() (parties, error) {
	names, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "example", Purpose: "coaching"})
	if err != nil {
		return parties{}, err
	}
	var p parties
	for name, to := range map[string]*coaching.PersonID{"leader": &p.leader, "coach": &p.coach, "sponsor": &p.sponsor, "analyst": &p.analyst} {
		if *to, err = names.Person(name); err != nil {
			return p, err
		}
	}
	return p, nil
}

// coachSees prints the playbook of the leader's own pack, and what is open.
func coachSees(p parties, log mentor.Log, gate mentor.Gate) string {
	var b strings.Builder
	book := playbook().For(gate.Pack(p.leader))
	fmt.Fprintf(&b, "The coach, before the session (%v to read)\n", book.ReadingTime().Round(time.Second))
	for _, e := range book.Entries {
		fmt.Fprintf(&b, "  %s\n    ask: %s\n    try: %s\n    do not conclude: %s\n", e.Signal, strings.Join(e.Prompts, " "), e.Experiment.Text, e.DoNotConclude)
	}
	for _, s := range log.Sessions {
		fmt.Fprintf(&b, "  %s %s: shown %s; used %s\n", s.Date, s.ID, strings.Join(s.Shown, ", "), strings.Join(s.Used, ", "))
		for _, x := range s.Suggestions {
			fmt.Fprintf(&b, "    suggestion %s %s, as is the coach's right: %s\n", x.ID, x.Response, x.Reason)
		}
		for _, c := range s.Commitments {
			fmt.Fprintf(&b, "    %s by %s: %s\n", c.ID, c.Due, c.Text)
		}
		for _, f := range s.Followed {
			fmt.Fprintf(&b, "    %s was %s\n", f.Commitment, f.Outcome)
		}
	}
	return b.String()
}

// leaderSees prints what is on record about the leader: all of it.
func leaderSees(p parties, log mentor.Log) string {
	var b strings.Builder
	b.WriteString("\nThe leader sees everything that is on record, and it is this\n")
	for _, a := range log.Agreements {
		if a.Leader == p.leader {
			fmt.Fprintf(&b, "  agreement of %s: %s Anyone may stop: %v\n", a.Signed, a.Confidentiality, a.AnyoneMayStop)
		}
	}
	for _, t := range log.Trials {
		if t.Leader == p.leader {
			fmt.Fprintf(&b, "  experiment %s, %s, %s: %s\n", t.Experiment, t.Run, t.State, t.Learned)
		}
	}
	for _, n := range log.Narratives {
		if n.Leader == p.leader {
			fmt.Fprintf(&b, "  narrative %s, to be agreed to word for word: digest %s\n", n.ID, n.Digest()[:12])
		}
	}
	fmt.Fprintf(&b, "  and %d sessions, as the coach sees them\n", len(log.Sessions))
	return b.String()
}

// sponsorSees prints what the agreement discloses, and nothing else.
func sponsorSees(log mentor.Log, consents signal.Consents, at time.Time) string {
	var b strings.Builder
	b.WriteString("\nThe sponsor sees what the agreement discloses\n")
	for _, d := range log.Agreements[0].SponsorSees {
		switch d {
		case mentor.Attendance:
			held := 0
			for _, s := range log.Sessions {
				if s.Attendance == mentor.Held {
					held++
				}
			}
			fmt.Fprintf(&b, "  sessions held: %d\n", held)
		case mentor.ExperimentTitle:
			for _, e := range playbook().Entries {
				if slices.ContainsFunc(log.Trials, func(t mentor.Trial) bool { return t.Experiment == e.Experiment.ID }) {
					fmt.Fprintf(&b, "  experiment: %s\n", e.Experiment.Text)
				}
			}
		case mentor.ConsentedNarrative:
			printed, _ := mentor.Anecdotes(log.Narratives, log.Sessions, consents, at)
			for _, a := range printed {
				fmt.Fprintf(&b, "  %s\n", a)
			}
			if len(printed) == 0 {
				b.WriteString("  no narrative\n")
			}
		}
	}
	return b.String()
}

// programmeSees prints the measures of the process.
func programmeSees(log mentor.Log, at time.Time) string {
	m := log.Measures(coaching.DateOf(at), mentor.MinLeaders)
	return fmt.Sprintf("\nThe programme sees how the coaching went: %d leader, %d sessions held, commitments kept %d of %d, sessions until kept %v, days until a first change %v; rows about coaches: %d\n",
		m.Leaders, m.Held, m.Kept, m.Due, m.SessionsToKept, m.DaysToChange, len(m.Coaches))
}

// refused prints what the records find wrong when something goes wrong.
func refused(p parties, log mentor.Log, gate mentor.Gate, consents signal.ConsentList, at time.Time) string {
	var b strings.Builder
	tell := func(what string, fs coaching.Findings) {
		fmt.Fprintf(&b, "  %s: ", what)
		if len(fs) == 0 {
			b.WriteString("nothing found\n")
		}
		for i, f := range fs {
			if i > 0 {
				b.WriteString("    ")
			}
			fmt.Fprintf(&b, "%s\n", f)
		}
	}
	b.WriteString("\nWhat the records refuse\n")
	tell("as it happened", log.Check(gate))

	other := log
	other.Sessions = slices.Clone(log.Sessions)
	other.Sessions[0].Shown = []string{"meeting_hygiene", "review_turnaround", paused}
	wide := gate
	wide.Pack = func(coaching.PersonID) []string { return []string{"meeting_hygiene", "review_turnaround", paused} }
	tell("a paused signal", other.Check(wide))

	other = log
	other.Enablement = nil
	tell("a coach who is not prepared", other.Check(gate))

	withdrawn := slices.Clone(consents)
	withdrawn[0].Withdrawn = at.Add(-time.Hour)
	b.WriteString("  a narrative whose consent was withdrawn:\n")
	for line := range strings.Lines(sponsorSees(log, withdrawn, at)) {
		if strings.HasPrefix(line, "  ") {
			b.WriteString("  " + line)
		}
	}
	return b.String()
}
