package fairness

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// MinValidationDays is the shortest window in which a candidate signal is
// validated (SIG-029).
const MinValidationDays = 30

// minSpent is the least error that a look may spend; below it no data could
// pause, and the arithmetic has no digits left.
const minSpent = 1e-12

// A Validation is the plan of a signal's validation pass, fixed before its first
// day. It has no defaults.
type Validation struct {
	Window coaching.Window `json:"window"` // at least 30 days
	// Looks are days at whose end the data so far are judged, in order, all before
	// the last day of the window. A look can pause and never pass. None is a plan
	// without early looks.
	Looks     []coaching.Date `json:"looks"`
	MinPeople int64           `json:"min_people"` // fewest people at the end
	MinDays   int             `json:"min_days"`   // fewest days of the window that hold data
	// MaxShift is the most by which the flag rates of the two halves of the window
	// may differ, and MaxPSI the largest population stability index of a feature
	// between them.
	MaxShift float64 `json:"max_shift"`
	MaxPSI   float64 `json:"max_psi"`
}

// Validate returns nil, or everything that is wrong with the plan.
func (v Validation) Validate() error {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("fairness: validation: "+format, args...))
	}
	days := v.Window.Days()
	if days < MinValidationDays {
		wrong("SIG-029: a window of %d days, want at least %d", days, MinValidationDays)
	}
	for i, on := range v.Looks {
		if !v.Window.Contains(on) || on == v.Window.To || i > 0 && !on.After(v.Looks[i-1]) {
			wrong("look %d on %v, want days in order before %v", i, on, v.Window.To)
		}
	}
	if v.MinPeople < 1 || v.MinPeople > maxCount {
		wrong("MinPeople is %d, want at least 1", v.MinPeople)
	}
	if v.MinDays < 1 || v.MinDays > days {
		wrong("MinDays is %d, want 1 to the %d days of the window", v.MinDays, days)
	}
	if !(v.MaxShift > 0 && v.MaxShift < 1) {
		wrong("MaxShift is %v, want more than 0 and less than 1", v.MaxShift)
	}
	if !(v.MaxPSI > 0) || math.IsInf(v.MaxPSI, 1) {
		wrong("MaxPSI is %v, want more than 0", v.MaxPSI)
	}
	return errors.Join(problems...)
}

// Hash returns the SHA-256 of the plan's canonical JSON.
func (v Validation) Hash() Digest {
	b, err := json.Marshal(struct {
		Version string `json:"version"`
		Validation
	}{"coaching.fairness.validation/1", v})
	if err != nil { // a NaN, which Validate refuses
		return Digest{}
	}
	return sha(b)
}

// spend returns what a look may spend of an error, and what all up to it may.
// The share of the window that is over counts as information (Lan and DeMets,
// Stat Med 1989;8:1191, calendar time).
func (v Validation) spend(look int, alpha float64) (own, all float64) {
	share := func(i int) float64 {
		if i < 0 {
			return 0
		}
		return float64(coaching.Window{From: v.Window.From, To: v.Looks[i]}.Days()) / float64(v.Window.Days())
	}
	all = OBrienFleming(alpha, share(look))
	return all - OBrienFleming(alpha, share(look-1)), all
}

// fits returns an error when the plan cannot be carried out under the policy.
func (v Validation) fits(p Policy) error {
	if err := errors.Join(v.Validate(), p.Validate()); err != nil {
		return err
	}
	for i, on := range v.Looks {
		if own, _ := v.spend(i, min(p.Alpha, 1-p.Review.Confidence)); own < minSpent {
			return fmt.Errorf("fairness: validation: the look on %v may spend an error of %.1g, less than any data could show; want later or fewer looks", on, own)
		}
	}
	return nil
}

// A ValidationFinding is what a validation pass found beside the three steps.
type ValidationFinding struct {
	Plan   Digest        `json:"plan"`        // the hash of the Validation
	Look   coaching.Date `json:"look"`        // the day of an early look; zero at the end
	Alpha  float64       `json:"alpha"`       // error of this look's group comparisons and proxies
	Spent  float64       `json:"spent"`       // of the policy's Alpha by all early looks so far
	Days   int           `json:"days"`        // that hold data; the rest is of the end alone
	First  Rate          `json:"first_half"`  // flagged people of the first half of the window
	Second Rate          `json:"second_half"` // of the second
	Shift  Estimate      `json:"shift"`       // rate of the second half less that of the first, at confidence 1-2*Alpha
	Drift  []Drift       `json:"drift"`       // in the order of the features
	Known  []string      `json:"blind_spots"` // that people know of
}

// Look judges the data so far at the end of the day on, which must be one of the
// plan's looks: everybody in the table and every result of the manual review
// up to then. The three steps run at the error that the look may spend, which is
// that of [OBrienFleming] up to this look less that up to the one before. By
// Bonferroni's inequality a signal at the threshold is then paused before the
// end with a chance of at most what is spent, however the looks depend on each
// other, so the same people may be there at each. The verdict is Pause or
// Insufficient, never Pass.
func (v Validation) Look(on coaching.Date, t *Table, results []ReviewResult, p Policy) (*Report, error) {
	if err := v.fits(p); err != nil {
		return nil, err
	}
	look := slices.Index(v.Looks, on)
	if look < 0 {
		return nil, fmt.Errorf("fairness: validation: no look is planned on %v", on)
	}
	strict := p
	own, all := v.spend(look, p.Alpha)
	review, _ := v.spend(look, 1-p.Review.Confidence)
	strict.Alpha, strict.Review.Confidence = own, 1-review
	r, err := Check(t, results, coaching.Window{From: v.Window.From, To: on}, strict)
	if err != nil {
		return nil, err
	}
	r.policy, r.PolicyHash = p, p.Hash()
	r.Validation = &ValidationFinding{Plan: v.Hash(), Look: on, Alpha: own, Spent: all}
	if r.Verdict != Pause {
		r.Verdict, r.Standing = Insufficient, signal.Candidate
		r.find("SIG-029", coaching.Info, "validation", "a look before the end can only pause: the window ends on %v", v.Window.To)
	}
	r.Findings.Sort()
	r.seal = r.digest()
	return r, nil
}

// ValidationData is what a validation pass has collected by its end.
type ValidationData struct {
	People *Table // everybody of the window
	// First and Second hold the people of the first half of the window's days and
	// of the second. Somebody may be in both, and is once in People.
	First, Second *Table
	Days          []coaching.Date // those that hold data, in any order
	Results       []ReviewResult
	// Draw is the review sample of the whole window, from [DrawSample] or a
	// [Sampler] with the seed that the lifecycle has frozen. With it, a result for
	// somebody who was not drawn is an error, its group is that of the draw, and
	// while a drawn case has no result the review does not pass; without it the
	// report says that nothing ties the review to a draw.
	Draw       []Case
	BlindSpots []string // that people know of; at least one
}

// Conclude judges the data of the whole window: the three steps of [Check], and
// beside them whether there are enough people and days, whether the two halves
// have the same flag rate and features, and whether anybody has said what the
// signal cannot see. The three steps run at the policy's full Alpha, whatever the
// looks have spent: the last word keeps its power to find harm, and over looks
// and end together a signal at the threshold is wrongly paused with a chance of
// at most Alpha plus what was spent. A pass, which only the end can give, is
// wrong with a chance of at most Alpha. What falls short turns a pass into
// insufficient evidence; without a blind spot the signal stays a candidate. Only
// a [Lifecycle] knows the day, and refuses the report while the window lasts. An
// error means that the input cannot be judged.
func (v Validation) Conclude(d ValidationData, p Policy) (*Report, error) {
	if err := v.fits(p); err != nil {
		return nil, err
	}
	if err := d.check(v); err != nil {
		return nil, err
	}
	results, undone := d.Results, 0
	if d.Draw != nil {
		var err error
		if results, undone, err = tie(d.Results, d.Draw); err != nil {
			return nil, err
		}
	}
	r, err := Check(d.People, results, v.Window, p)
	if err != nil {
		return nil, err
	}
	f := &ValidationFinding{Plan: v.Hash(), Alpha: p.Alpha, First: d.First.flagged(), Second: d.Second.flagged()}
	if n := len(v.Looks); n > 0 {
		_, f.Spent = v.spend(n-1, p.Alpha)
	}
	days := slices.Clone(d.Days)
	slices.SortFunc(days, coaching.Date.Compare)
	f.Days = len(slices.Compact(days))
	for i := range d.First.spec.Features {
		f.Drift = append(f.Drift, driftOf(d.First, d.Second, i, v.MaxPSI, p.Alpha))
	}
	shift := MNDiff(f.Second, f.First, 1-2*p.Alpha)
	f.Shift = Estimate{Low: shift.Low, High: shift.High}
	a, known := f.First.Value()
	if b, ok := f.Second.Value(); ok && known {
		f.Shift.Value, f.Shift.Defined = b-a, true
	}
	for _, text := range d.BlindSpots {
		if strings.TrimSpace(text) != "" {
			f.Known = append(f.Known, text)
		}
	}
	r.Validation = f
	r.explainValidation(v)
	r.explainDraw(d.Draw != nil, len(d.Results), undone)
	r.Findings.Sort()
	r.seal = r.digest()
	return r, nil
}

// check returns an error for data that cannot be of one validation.
func (d ValidationData) check(v Validation) error {
	for _, t := range []*Table{d.People, d.First, d.Second} {
		if t == nil || t.cells == nil {
			return errors.New("fairness: validation: want three tables from NewTable: of everybody, and of the two halves of the window")
		}
		if string(t.identity) != string(d.People.identity) {
			return errors.New("fairness: validation: the tables have different specs")
		}
	}
	all, first, second := d.People.Total(), d.First.Total(), d.Second.Total()
	if max(first, second) > all || first+second < all {
		return fmt.Errorf("fairness: validation: %d and %d people in the halves cannot be the %d of the window", first, second, all)
	}
	for i, on := range d.Days {
		if !v.Window.Contains(on) {
			return fmt.Errorf("fairness: validation: day %d is %v, outside the window %v", i, on, v.Window)
		}
	}
	for i, text := range d.BlindSpots {
		if len(text) > 4096 {
			return fmt.Errorf("fairness: validation: blind spot %d of %d bytes, want at most 4096", i, len(text))
		}
	}
	return nil
}

// flagged returns how many of the people are flagged.
func (t *Table) flagged() Rate {
	var r Rate
	for _, n := range t.cells.all() {
		r.X, r.N = r.X+n.flagged(), r.N+n.total()
	}
	return r
}

// explainValidation turns the finding into findings, and takes back a pass that
// it does not support.
func (r *Report) explainValidation(v Validation) {
	f := r.Validation
	short := false
	warn := func(format string, args ...any) {
		short = true
		r.find("SIG-029", coaching.Warning, "validation", format, args...)
	}
	if r.Flagged.N < v.MinPeople {
		warn("%d people, want at least %d", r.Flagged.N, v.MinPeople)
	}
	if f.Days < v.MinDays {
		warn("%d days hold data, want at least %d", f.Days, v.MinDays)
	}
	switch {
	case !f.Shift.Defined:
		warn("a half of the window has nobody in it: stability is not measured")
	case f.Shift.Low > v.MaxShift || f.Shift.High < -v.MaxShift:
		warn("the flag rate moved by %v from the first half of the window to the second, more than %v", f.Shift, v.MaxShift)
	case f.Shift.High > v.MaxShift || f.Shift.Low < -v.MaxShift:
		warn("the data do not show the flag rate to be stable: it moved by %v, where %v is allowed", f.Shift, v.MaxShift)
	}
	for _, d := range f.Drift {
		switch {
		case !d.Defined:
			warn("feature %s is unknown in a half of the window", d.Feature)
		case d.Moved:
			warn("feature %s moved between the halves: stability index %.2f, more than %v", d.Feature, d.PSI, v.MaxPSI)
		}
	}
	if short {
		r.doubt()
	}
	if len(f.Known) == 0 {
		r.find("FAI-009", coaching.Error, "validation", "nobody has said what the signal cannot see; want at least one blind spot")
		if r.Verdict != Pause {
			r.Verdict, r.Standing = Insufficient, signal.Candidate
		}
	}
}
