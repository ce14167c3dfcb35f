package fairness

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A MemoInput is what people add to a report for the sponsors.
type MemoInput struct {
	Report      *Report
	Purpose     string // what the signal is for
	FlagMeaning string // what a flag says, and what happens to a person who gets one
	WhoIsHarmed string // who bears an error, and how
	// BlindSpots are the ones that people know of: offline work, part-time
	// schedules, assistive tools. At least one is required: nobody's signal sees
	// everything.
	BlindSpots []string
	Controls   []Control // compensating human controls
	Residual   string    // the risk that remains
	// Evidence is what was measured of the signal's quality (SIG-029); nil when
	// nothing was. Its reasons join the machine's blind spots.
	Evidence   *signal.Evidence
	Seed       string // of the review sample, to be printed; "" when it is not
	Prepared   coaching.Date
	NextReview coaching.Date
	PreparedBy coaching.PersonID
	SignedBy   []coaching.PersonID // in the order to print
}

// A Memo is a risk memo: what was checked, what was found, what it cannot see.
// Figures of groups that must not be printed are left out.
type Memo struct {
	Input MemoInput
	// Machine holds the blind spots that follow from the report: groups with too
	// few people, undefined rates, empty levels, hidden figures, unknown levels.
	Machine []string
	// Findings holds what is wrong with the memo itself; none of it blocks, or
	// there would be no memo.
	Findings coaching.Findings
}

// NewMemo returns the memo, or a *[coaching.FindingsError] that lists everything
// it lacks: a report as Check made it, the texts, a blind spot (FAI-009), a
// control that holds on the day of the memo where the report does not pass, and
// dates in order. A finding FAI-012 rides on a memo whose words blame somebody.
func NewMemo(in MemoInput) (*Memo, error) {
	var fs coaching.Findings
	wrong := func(code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !in.Report.sealed() {
		wrong("FAI-001", "report", "want the report as Check or Assess made it")
		return nil, fs.Err()
	}
	for _, text := range []struct{ path, text string }{
		{"purpose", in.Purpose}, {"flag_meaning", in.FlagMeaning}, {"who_is_harmed", in.WhoIsHarmed}, {"residual", in.Residual},
	} {
		if strings.TrimSpace(text.text) == "" || len(text.text) > 4096 {
			wrong("FAI-009", text.path, "text of %d bytes, want 1 to 4096", len(text.text))
		}
		for _, word := range blame(text.text) {
			fs = append(fs, coaching.Finding{Code: "FAI-012", Severity: coaching.Warning, Path: text.path,
				Message: fmt.Sprintf("the word %q labels a person; say what is observed", word)})
		}
	}
	stated := 0
	for i, b := range in.BlindSpots {
		if strings.TrimSpace(b) != "" && len(b) <= 4096 {
			stated++
		} else {
			wrong("FAI-009", fmt.Sprintf("blind_spots[%d]", i), "text of %d bytes, want 1 to 4096", len(b))
		}
	}
	if stated == 0 {
		wrong("FAI-009", "blind_spots", "no blind spot is stated; want at least one that people know of")
	}
	held := false
	for i, c := range in.Controls {
		if err := c.Validate(); err != nil {
			wrong("FAI-009", fmt.Sprintf("controls[%d]", i), "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
		held = held || c.HoldsOn(in.Prepared)
	}
	if in.Report.Verdict == Insufficient && !held {
		wrong("FAI-006", "controls", "the evidence is insufficient and no human control holds on the day of the memo")
	}
	if in.Prepared.IsZero() || !in.NextReview.After(in.Prepared) {
		wrong("FAI-009", "next_review", "want the day of the memo and a later one for its review")
	}
	if in.PreparedBy.IsZero() {
		wrong("FAI-009", "prepared_by", "want the person who prepared the memo")
	}
	if in.Evidence != nil && in.Evidence.Signal != in.Report.Signal {
		wrong("FAI-009", "evidence", "the evidence is of another signal")
	}
	if len(in.Seed) > 4096 {
		wrong("FAI-009", "seed", "text of %d bytes, want at most 4096", len(in.Seed))
	}
	fs.Sort()
	if err := fs.Err(); err != nil {
		return nil, err
	}
	in.BlindSpots, in.Controls, in.SignedBy = slices.Clone(in.BlindSpots), slices.Clone(in.Controls), slices.Clone(in.SignedBy)
	machine := in.Report.blindSpots()
	if in.Evidence != nil {
		e := *in.Evidence
		in.Evidence = &e
		for _, reason := range e.Reasons {
			machine = append(machine, "Quality of the signal: "+reason+".")
		}
		if e.Pending > 0 {
			machine = append(machine, fmt.Sprintf("Quality of the signal: %d flags are undecided.", e.Pending))
		}
	}
	return &Memo{Input: in, Machine: machine, Findings: fs}, nil
}

// blame returns the words of a text that label a person as the fault.
func blame(text string) []string {
	words := [...]string{"blame", "blamed", "culprit", "guilty", "offender", "incompetent", "lazy", "toxic", "underperformer", "underperformers", "low-performer", "low-performers"}
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
	var found []string
	for _, w := range words {
		if slices.Contains(fields, w) {
			found = append(found, w)
		}
	}
	return found
}

// blindSpots lists what the check could not see, in the order of the report.
func (r *Report) blindSpots() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if r.Review.Missed.Wrong.N == 0 {
		add("No unflagged case was reviewed: people whom the signal misses are not seen.")
	}
	for _, f := range r.Families {
		hidden := 0
		for _, g := range f.Groups {
			switch {
			case g.Rate.N == 0:
				add("%s: nobody is in group %s; its rate is undefined.", f.Name(), g.Label)
			case g.Suppressed:
				hidden++
			case g.Verdict == Insufficient && g.Needed > 0:
				add("%s: too few people to judge group %s; about %d would decide.", f.Name(), g.Label, roundUp(g.Needed))
			case g.Verdict == Insufficient:
				add("%s: group %s cannot be judged: %s.", f.Name(), g.Label, g.Reasons[0])
			}
			if g.OnePersonFlips && !g.Suppressed {
				add("%s: one person more or less would move the ratio of group %s across the threshold.", f.Name(), g.Label)
			}
			if !g.Ratio.Defined && !g.Suppressed && g.Rate.N > 0 {
				add("%s: the ratio of group %s is undefined: nobody else is flagged.", f.Name(), g.Label)
			}
		}
		if hidden > 0 {
			add("%s: figures of %d groups are not printed, to protect small ones.", f.Name(), hidden)
		}
		if f.Unknown > 0 {
			add("%s: people of unknown level are left out.", f.Name())
		}
	}
	for _, f := range r.Proxies {
		if f.Verdict == Undecided {
			if f.Associated {
				add("Proxy %s for %s: they go together; whether it carries a gap is open.", f.Factor, f.Attribute)
			} else if f.Needed > 0 {
				add("Proxy %s for %s: too few people to tell; about %d would decide.", f.Factor, f.Attribute, roundUp(f.Needed))
			} else {
				add("Proxy %s for %s: nothing to measure, one of them does not vary.", f.Factor, f.Attribute)
			}
		}
		if f.Path.Alone > 0 {
			add("Proxy %s for %s: some levels have people of one group only.", f.Factor, f.Attribute)
		}
	}
	return out
}
