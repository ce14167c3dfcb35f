package mentor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Trial is one leader's run of one experiment. Its measure is declared before
// it begins, so that nobody picks the figure that happened to move.
type Trial struct {
	Leader     coaching.PersonID `json:"leader"`
	Owner      coaching.PersonID `json:"owner,omitzero"`         // the leader (PIL-112)
	Experiment string            `json:"experiment" doc:"ident"` // the experiment's id in the playbook, or of Own
	// Own is what the leader thought of: an experiment that is in no playbook.
	Own        Experiment `json:"own,omitzero"`
	Signal     string     `json:"signal,omitempty" doc:"ident"`     // the one that it is tied to (C-20); none when goals stand for it
	Supporting []string   `json:"supporting,omitempty" doc:"ident"` // further signals of the leader's pack
	Measure    string     `json:"measure" doc:"empty"`              // what is read of the signal
	// Goals are the scales that are read where no trace shows the behaviour.
	Goals    []Goal          `json:"goals,omitempty"`
	Declared coaching.Date   `json:"declared"` // when measure and goals were declared
	Run      coaching.Window `json:"run"`      // as planned
	State    TrialState      `json:"state,omitzero"`
	Ended    coaching.Date   `json:"ended,omitzero"`    // last day of a stopped trial
	Learned  string          `json:"learned,omitempty"` // by the leader, once it is over
	// FollowUp is the day of a reading after the programme, of a trial that does
	// not fit into it.
	FollowUp coaching.Date `json:"follow_up,omitzero"`
	// Reason is the coaching lead's, for a second trial at one time (PIL-102).
	Reason string `json:"reason,omitempty"`
}

// A TrialState says how far a trial has come. The zero state is planned.
type TrialState uint8

const (
	Planned TrialState = iota
	Active
	Closed  // it ran to its last day
	Stopped // before its last day, for whatever reason
)

var trialStateNames = [...]string{"planned", "active", "closed", "stopped"}

// String returns the name used in files, such as "active".
func (s TrialState) String() string { return enum.Name(trialStateNames[:], s, "TrialState") }

// MarshalText returns the name used in files.
func (s TrialState) MarshalText() ([]byte, error) {
	return enum.Marshal(trialStateNames[:], s, "mentor: state of a trial")
}

// UnmarshalText accepts the names of the four states.
func (s *TrialState) UnmarshalText(text []byte) error {
	return enum.Unmarshal(trialStateNames[:], s, "mentor: state of a trial", text)
}

// Window returns the days that the trial took or will take: its run, up to the
// day on which it was stopped.
func (t Trial) Window() coaching.Window {
	if t.State == Stopped && t.Run.Contains(t.Ended) {
		return coaching.Window{From: t.Run.From, To: t.Ended}
	}
	return t.Run
}

// Check reports what is wrong with the trial on its own and against the gate,
// sorted.
func (t Trial) Check(g Gate) coaching.Findings {
	var f finder
	t.check(&f, "", g)
	return f.sorted()
}

func (t Trial) check(f *finder, path string, g Gate) {
	if t.Leader.IsZero() || t.Owner != t.Leader {
		f.err("PIL-112", path+"owner", "an experiment has one owner: the leader who runs it")
	}
	t.checkMeasure(f, path, g)
	t.checkDays(f, path, g)
	t.checkEnd(f, path)
	t.checkDesign(f, path, g)
}

// checkMeasure asks for something to read that was declared before the trial: a
// figure of one signal of the leader's pack, or goals.
func (t Trial) checkMeasure(f *finder, path string, g Gate) {
	if t.Experiment == "" || t.Signal == "" && len(t.Goals) == 0 || t.Signal != "" && strings.TrimSpace(t.Measure) == "" {
		f.err("PIL-100", path+"measure", "a trial needs an experiment and what will be read: the measure of a signal, or goals")
	}
	var pack []string
	if g.Pack != nil {
		pack = g.Pack(t.Leader)
	}
	if t.Signal != "" && !slices.Contains(pack, t.Signal) {
		f.err("PIL-109", path+"signal", "signal %s is not in this leader's own pack", t.Signal)
	}
	for i, id := range t.Supporting {
		if id == t.Signal || !slices.Contains(pack, id) || slices.Contains(t.Supporting[:i], id) {
			f.err("PIL-109", fmt.Sprintf("%ssupporting[%d]", path, i), "want another signal of this leader's own pack, once")
		}
	}
	if n := len(t.Supporting); n > 0 && t.Signal != "" {
		f.info("C-20", path+"supporting", "tied to %s, with %d supporting; the effect is read on the first", t.Signal, n)
	}
	for _, id := range append([]string{t.Signal}, t.Supporting...) {
		if g.Raw != nil && id != "" && slices.Contains(g.Raw(id), t.Measure) {
			f.err("MEN-014", path+"measure", "the measure is a raw trace behind signal %s; want a figure of the team over time, or goals", id)
		}
	}
	for i, goal := range t.Goals {
		goal.check(f, fmt.Sprintf("%sgoals[%d].", path, i), t.over())
	}
}

// checkDays asks for a run inside that of the programme, or a follow-up reading.
func (t Trial) checkDays(f *finder, path string, g Gate) {
	if t.Run.Days() == 0 {
		f.err("PIL-056", path+"run", "the trial needs a first and a last day")
		return
	}
	if t.Declared.IsZero() || !t.Declared.Before(t.Run.From) {
		f.err("MEN-009", path+"declared", "the measure is to be declared before the trial begins on %s", t.Run.From)
	}
	if !t.FollowUp.IsZero() && t.FollowUp.Before(t.Run.To) {
		f.err("PIL-056", path+"follow_up", "the follow-up reading of %s comes before the trial's last day, %s", t.FollowUp, t.Run.To)
	}
	if g.Run.Days() == 0 {
		return
	}
	if t.Run.From.Before(g.Run.From) {
		f.err("PIL-056", path+"run", "the trial begins on %s, before the programme's run of %s", t.Run.From, g.Run)
	}
	if !t.Run.To.After(g.Run.To) {
		return
	}
	late := g.Run.To.DaysUntil(t.Run.To)
	if t.FollowUp.IsZero() {
		f.err("PIL-056", path+"run", "%d days end on %s, %d after the programme's run; plan a follow-up reading", t.Run.Days(), t.Run.To, late)
	} else {
		f.info("PIL-056", path+"follow_up", "%d days end %d after the programme's run; read on %s, too late for its decision", t.Run.Days(), late, t.FollowUp)
	}
}

// over reports whether the trial has come to an end.
func (t Trial) over() bool { return t.State == Closed || t.State == Stopped }

// checkEnd asks what was learned from a trial that is over, and only from that.
func (t Trial) checkEnd(f *finder, path string) {
	if t.State > Stopped {
		f.err("MEN-012", path+"state", "want one of %q", trialStateNames)
	}
	if learned := strings.TrimSpace(t.Learned) != ""; learned != t.over() {
		f.err("MEN-012", path+"learned", "the trial is %s; what was learned is written down when it is over, and always then", t.State)
	}
	if t.State == Stopped && !t.Run.Contains(t.Ended) || t.State != Stopped && !t.Ended.IsZero() {
		f.err("MEN-012", path+"ended", "a stopped trial, and no other, ended on a day of its run, %s", t.Run)
	}
	lintText(f, path+"learned", t.Learned)
}

// checkDesign compares the trial with the playbook. What is not in there is
// allowed, named, and described by the trial itself.
func (t Trial) checkDesign(f *finder, path string, g Gate) {
	i := slices.IndexFunc(g.Playbook, func(e Entry) bool { return e.Experiment.ID == t.Experiment })
	own := t.Own.ID != "" || t.Own.Text != "" || t.Own.Kind != UnknownExperiment
	if i < 0 {
		if len(g.Playbook) > 0 {
			f.info("PIL-100", path+"experiment", "experiment %s is not in the playbook; it is the leader's own", t.Experiment)
		}
		if own || len(g.Playbook) > 0 {
			t.Own.check(f, path+"own")
			lintText(f, path+"own.text", t.Own.Text)
		}
		if own && t.Own.ID != t.Experiment {
			f.err("PIL-100", path+"own.id", "the experiment described is not the one that is tried, %s", t.Experiment)
		}
		return
	}
	if own {
		f.err("PIL-100", path+"own", "experiment %s is in the playbook; want one description", t.Experiment)
	}
	e := g.Playbook[i]
	if t.Signal != "" && t.Signal != e.Signal {
		f.warn("PIL-100", path+"signal", "the playbook ties experiment %s to signal %s", t.Experiment, e.Signal)
	}
	if t.Signal != "" && t.Measure != e.Experiment.Measure {
		f.warn("PIL-100", path+"measure", "the playbook declares another measure for experiment %s", t.Experiment)
	}
	if n := t.Run.Days(); n > 0 && n < e.Experiment.Days {
		f.info("PIL-056", path+"run", "%d days, where the playbook gives experiment %s %d", n, t.Experiment, e.Experiment.Days)
	}
}

// checkTrials checks each trial, and reports a second one at a time.
func checkTrials(f *finder, trials []Trial, g Gate) {
	order := make([]int, len(trials))
	for i, t := range trials {
		t.check(f, fmt.Sprintf("trials[%d].", i), g)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(trials[a].Run.From.Compare(trials[b].Run.From), cmp.Compare(trials[a].Experiment, trials[b].Experiment), cmp.Compare(a, b))
	})
	longest := map[coaching.PersonID]int{} // of those begun, the one that lasts longest
	active := map[coaching.PersonID]int{}
	for _, i := range order {
		t := trials[i]
		if t.Leader.IsZero() {
			continue
		}
		other, beside := longest[t.Leader]
		at := other
		beside = beside && trials[other].Window().Overlaps(t.Window())
		if first, ok := active[t.Leader]; ok && !beside && t.State == Active {
			at, beside = first, true
		}
		if beside {
			reason := "want the coaching lead's reason, or one after the other"
			if strings.TrimSpace(t.Reason) != "" {
				reason = "the coaching lead has given a reason; neither effect can be told from the other"
			}
			f.warn("PIL-102", fmt.Sprintf("trials[%d].run", i), "beside trials[%d]: one experiment per leader at a time; %s", at, reason)
		}
		if _, ok := longest[t.Leader]; !ok || trials[longest[t.Leader]].Window().To.Before(t.Window().To) {
			longest[t.Leader] = i
		}
		if t.State == Active {
			active[t.Leader] = i
		}
	}
}
