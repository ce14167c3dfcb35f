package notice

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/signal"
)

// A Programme holds what the documents say that a policy does not know. Lists
// are printed in the order given.
type Programme struct {
	ID       string               // an identifier, as requests hold it
	Name     string               // in words
	Window   coaching.Window      // from the first day on which data is used to the last
	Outcome  string               // the one business outcome, such as "shorter delivery cycle time"
	Purposes []governance.Purpose // what data is used for
	Signals  []signal.Definition  // the signals of the programme
	Sources  []Source             // where they are read; each signal in one of them
	Owner    coaching.Role        // who answers for the use of data
	Contact  string               // how to reach the owner: an https or mailto address
	FAQ      string               // where the questions and answers of the notice stand: an https address
	Appeals  AppealsRoute
}

// A Source is a system that signals are read from.
type Source struct {
	Name        string   // such as "Viva Insights"
	Signals     []string // IDs of definitions
	Residency   string   // where its data is kept, an identifier such as "eu"
	Restriction string   // what its data may be used for only, in a sentence without its end
}

// An AppealsRoute says how somebody objects whom a signal misrepresents.
type AppealsRoute struct {
	To   string        // an https or mailto address
	Role coaching.Role // who decides; neither coach nor steward
	Days int           // calendar days until the answer, at most
}

// check returns what the plan leaves out that the documents must say.
func (g Programme) check() coaching.Findings {
	var fs coaching.Findings
	add := func(code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !document.IsIdent(g.ID) || blank(g.Name) || blank(g.Outcome) {
		add("GOV-003", "programme", "the programme needs an identifier, a name and the one outcome")
	}
	if g.Window.Days() == 0 {
		add("GOV-003", "programme.window", "the programme needs a first and a last day, in this order")
	}
	if len(g.Purposes) == 0 || slices.ContainsFunc(g.Purposes, func(p governance.Purpose) bool { return purposeWords(p) == "" }) {
		add("GOV-003", "programme.purposes", "say what data is used for, in declared purposes")
	}
	if roleWords(g.Owner) == "" {
		add("GOV-003", "programme.owner", "name the role that answers for the use of data")
	}
	if len(g.Signals) == 0 {
		add("GOV-008", "programme.signals", "no signal is named")
	}
	homes := map[string]int{}
	for i, s := range g.Sources {
		path := fmt.Sprintf("programme.sources[%d]", i)
		if blank(s.Name) || len(s.Signals) == 0 {
			add("GOV-008", path, "the source needs a name and its signals")
		}
		if blank(s.Restriction) {
			add("GOV-027", path+".restriction", "say what the data of this source may be used for only")
		}
		if !document.IsIdent(s.Residency) {
			add("GOV-030", path+".residency", "say where the data of this source is kept")
		}
		for _, id := range s.Signals {
			homes[id]++
		}
	}
	for i, d := range g.Signals {
		path := fmt.Sprintf("programme.signals[%d]", i)
		if blank(d.ID) || blank(d.Name) || blank(d.Explain) {
			add("GOV-008", path, "the signal needs an id, a name and a sentence that says what drives it")
			continue
		}
		if homes[d.ID] != 1 {
			add("GOV-027", path, "the signal is of %d sources, want one", homes[d.ID])
		}
		delete(homes, d.ID)
	}
	if len(homes) > 0 {
		add("GOV-008", "programme.sources", "the sources name signals that the programme does not have, or has twice: %d", len(homes))
	}
	return fs
}

// source returns the source that a signal is read from.
func (g Programme) source(id string) Source {
	for _, s := range g.Sources {
		if slices.Contains(s.Signals, id) {
			return s
		}
	}
	return Source{}
}
