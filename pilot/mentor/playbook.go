package mentor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// A Playbook is what coaches read before they begin: for each signal two
// prompts, one experiment, how to read it and what not to conclude.
type Playbook struct {
	Title   string  // of the programme
	Outcome string  // that every causal path ends in, in the words of the paths; "" for any
	Signals []Line  // the signals of the programme, in the order of printing
	Entries []Entry // in any order
}

// A Line is the one-line hypothesis behind a signal.
type Line struct {
	Signal    string // the signal's id
	Behaviour string // the leader's behaviour that it traces
	Path      string // "signal -> behaviour -> outcome" (PIL-114)
}

// Check reports what keeps coaches from using the playbook, sorted. Paths count
// signals and entries as given.
func (p Playbook) Check() coaching.Findings {
	var f finder
	for i, line := range p.Signals {
		path := fmt.Sprintf("signals[%d]", i)
		n := 0
		for _, e := range p.Entries {
			if e.Signal == line.Signal {
				n++
			}
		}
		if n != 1 {
			f.err("PIL-100", path, "%d entries for signal %s, want exactly one", n, line.Signal)
		}
		parts := strings.Split(line.Path, "->")
		switch {
		case len(parts) != 3 || slices.ContainsFunc(parts, func(part string) bool { return strings.TrimSpace(part) == "" }):
			f.err("PIL-114", path+".path", `want one line "signal -> behaviour -> outcome"; found %d parts`, len(parts))
		case p.Outcome != "" && strings.TrimSpace(parts[2]) != p.Outcome:
			f.err("PIL-114", path+".path", "the path of %s does not end in the programme's outcome", line.Signal)
		}
	}
	for i, e := range p.Entries {
		if !slices.ContainsFunc(p.Signals, func(l Line) bool { return l.Signal == e.Signal }) {
			f.err("PIL-100", fmt.Sprintf("entries[%d].signal", i), "%s is no signal of the programme", e.Signal)
		}
		if slices.ContainsFunc(p.Entries[:i], func(o Entry) bool { return o.Experiment.ID == e.Experiment.ID }) {
			f.err("PIL-100", fmt.Sprintf("entries[%d].experiment.id", i), "experiment %s is above; want one for each signal", e.Experiment.ID)
		}
		e.check(&f, fmt.Sprintf("entries[%d]", i))
	}
	if words := p.Words(); words > PlaybookWords {
		f.warn("PIL-101", "", "%d words, want at most %d: two pages", words, PlaybookWords)
	}
	f.list = append(f.list, CheckReading(p.Words(), 0)...)
	return f.sorted()
}

func (e Entry) check(f *finder, path string) {
	if n := len(e.Prompts); n != 2 {
		f.err("PIL-100", path+".prompts", "%d prompts, want exactly two", n)
	}
	for i, prompt := range e.Prompts {
		lintText(f, fmt.Sprintf("%s.prompts[%d]", path, i), prompt)
		if strings.TrimSpace(prompt) == "" {
			f.err("PIL-100", fmt.Sprintf("%s.prompts[%d]", path, i), "the prompt is empty")
		}
	}
	x := e.Experiment
	x.check(f, path+".experiment")
	if n := len(x.Supporting); n > 0 {
		f.info("C-20", path+".experiment.supporting", "tied to %s, with %d supporting; the effect is read on the first", e.Signal, n)
	}
	if strings.TrimSpace(e.InterpretiveRule) == "" {
		f.err("PIL-106", path+".interpretive_rule", "no rule says how to read the signal")
	}
	if strings.TrimSpace(e.DoNotConclude) == "" {
		f.err("PIL-106", path+".do_not_conclude", "nothing says what the signal does not show")
	}
	lintText(f, path+".experiment.text", x.Text)
	// DoNotConclude names the wrong conclusion, so its words are free.
	lintText(f, path+".interpretive_rule", e.InterpretiveRule)
}

// check reports what keeps an experiment from being tried and measured.
func (x Experiment) check(f *finder, path string) {
	if x.ID == "" || strings.TrimSpace(x.Text) == "" || strings.TrimSpace(x.Measure) == "" || x.Days < 1 {
		f.err("PIL-100", path, "want one measurable experiment: an id, what is done, a measure and a number of days")
	}
	if x.Kind == UnknownExperiment || x.Kind > ArtefactRule {
		f.err("PIL-093", path+".kind", "want one of %q", experimentKindNames[1:])
	}
}

// lintText reports words of verdict and of blame.
func lintText(f *finder, path, text string) {
	if word := lint(text, verdicts); word != "" {
		f.warn("PIL-107", path, "%q sounds like a verdict; a signal is a working hypothesis", word)
	}
	if word := lint(text, blame); word != "" {
		f.warn("FAI-012", path, "%q blames a person; a signal is about a practice", word)
	}
}

// Words counts the words that the playbook prints.
func (p Playbook) Words() int { return countWords(p.text().plain()) }

// ReadingTime returns how long the playbook takes to read. It has no figures.
func (p Playbook) ReadingTime() time.Duration { return ReadingTime(p.Words(), 0) }

// For returns the playbook of one leader: only the signals of the leader's own
// pack, in the playbook's order, supporting ones included. The playbook is not
// changed.
func (p Playbook) For(pack []string) Playbook {
	q := Playbook{Title: p.Title, Outcome: p.Outcome}
	for _, line := range p.Signals {
		if slices.Contains(pack, line.Signal) {
			q.Signals = append(q.Signals, line)
		}
	}
	for _, e := range p.Entries {
		if slices.Contains(pack, e.Signal) {
			e.Experiment.Supporting = slices.DeleteFunc(slices.Clone(e.Experiment.Supporting), func(id string) bool { return !slices.Contains(pack, id) })
			q.Entries = append(q.Entries, e)
		}
	}
	return q
}
