package pilot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Class says what an amendment is about. It follows from the paths that the
// amendment touches and is not chosen. The zero Class is Scientific, which has
// the strictest rules, and any path that no other class lists is of it.
type Class uint8

// The classes, strictest first. An amendment is of the strictest class that it
// touches.
const (
	Scientific     Class = iota // what is believed, measured or compared
	CohortChange                // who takes part
	ScheduleChange              // when
	Administrative              // who answers for what, what is bought and what it costs
)

var classNames = [...]string{"scientific", "cohort", "schedule", "administrative"}

// String returns the name used in files, such as "scientific".
func (c Class) String() string { return enum.Name(classNames[:], c, "Class") }

// MarshalText returns the name used in files.
func (c Class) MarshalText() ([]byte, error) {
	return enum.Marshal(classNames[:], c, "pilot: class")
}

// An Amendment is a change of a locked plan: the plan as it shall be, and who
// says so and why.
type Amendment struct {
	Plan     *Plan             // the whole plan; what differs is found
	By       coaching.PersonID // the author
	Role     coaching.Role     // in which the author acts
	At       time.Time         // kept in UTC and whole seconds
	Reason   string
	CoSigned []coaching.Role // who signed beside the author
	// CadenceStable says that the steward finds the cadence and the quality of the
	// data stable, without which no coaching capacity is added.
	CadenceStable bool
}

// Amend returns the plan as amended, chained to what it was; the receiver stays
// as it is. It is refused, with a nil Locked and every finding, when the amended
// plan has errors, and when the amendment
//
//   - has no author, role, reason or time, is before the one before it, changes
//     nothing, or changes the plan's id (DOC-AMENDMENT);
//   - changes the KPI's id once the baseline has begun, in week 1 (PIL-023);
//   - changes who is in which wave, or adds or takes out a leader (PIL-085);
//   - changes when anything happens without the sponsor (PIL-061), moves the
//     start of a run that has begun (PIL-061) or of a week 0 that has (PIL-040);
//   - adds coaching capacity while the cadence is not stable (PIL-075).
//
// A scientific change once the baseline has begun is accepted and makes the
// result exploratory for good: GO is not available. Findings say what an accepted
// amendment costs and adds.
func (l *Locked) Amend(a Amendment) (*Locked, coaching.Findings) {
	if l == nil || l.plan == nil || a.Plan == nil {
		return nil, coaching.Findings{errorf("DOC-AMENDMENT", "", "want a locked plan, and the plan as it shall be")}
	}
	a.At = a.At.UTC().Truncate(time.Second)
	now, before := a.Plan, l.plan
	fs := now.Check()
	refuse := func(code, path, format string, args ...any) { fs = append(fs, errorf(code, path, format, args...)) }
	if a.By.IsZero() || a.Role == coaching.NoRole || int(a.Role) > int(coaching.System) || strings.TrimSpace(a.Reason) == "" || a.At.IsZero() || a.At.Year() > 9999 {
		refuse("DOC-AMENDMENT", "", "want an author, the author's role, a reason and a time")
	}
	if last := l.chain[len(l.chain)-1].At; a.At.Before(last) {
		refuse("DOC-AMENDMENT", "", "the amendment is before the one before it")
	}
	digest, err := now.Digest()
	if err != nil {
		refuse("DOC-VALUE", "", "the plan cannot be written down: %v", err)
		fs.Sort()
		return nil, fs
	}
	if digest == l.digest {
		refuse("DOC-AMENDMENT", "", "the amendment changes nothing")
	}
	if now.ID != before.ID || now.Schema != before.Schema {
		refuse("DOC-AMENDMENT", "id", "an amended plan keeps its id; a new one names this as its predecessor")
	}
	day := coaching.DateOf(a.At)
	begun := !day.Before(before.Week(1))
	if begun && now.KPI.ID != before.KPI.ID {
		refuse("PIL-023", "kpi.id", "the KPI cannot change once the baseline has begun: stop this pilot and lock a new plan that names it as predecessor")
	}
	fs = append(fs, sameWaves(before, now)...)
	if now.SlipWeeks != before.SlipWeeks && !day.Before(before.Run().From) {
		refuse("PIL-061", "slip_weeks", "the run has begun and cannot slip")
	}
	if now.Week0 != before.Week0 && (!day.Before(before.Week0) || !day.Before(now.Week(1))) {
		refuse("PIL-040", "week0", "week 0 has begun and cannot move")
	}
	if more := now.seats() - before.seats(); more > 0 && !a.CadenceStable {
		refuse("PIL-075", "cohort.coaches", "capacity for %d more leaders is added before cadence and quality of the data are stable", more)
	}
	e := Entry{
		Seq: len(l.chain), At: a.At, By: a.By, Role: a.Role, Reason: a.Reason, CoSigned: slices.Sorted(slices.Values(a.CoSigned)),
		CadenceStable: a.CadenceStable, Class: Administrative, Plan: digest, Previous: l.Head(), Exploratory: l.Exploratory(),
	}
	if e.Paths, err = touched(before, now); err != nil {
		refuse("DOC-VALUE", "", "the plan cannot be written down: %v", err)
	}
	timing := false
	for _, path := range e.Paths {
		e.Class = min(e.Class, classOf(path))
		timing = timing || classOf(path) == ScheduleChange
	}
	if timing && a.Role != coaching.Sponsor && !slices.Contains(a.CoSigned, coaching.Sponsor) {
		refuse("PIL-061", "", "a change of the schedule needs the sponsor's signature")
	}
	if e.Class == Scientific && begun {
		e.Exploratory = true
	}
	fs = append(fs, consequences(before, now)...)
	if e.Exploratory && !l.Exploratory() {
		fs = append(fs, warnf("PIL-023", "", "a scientific change after the baseline began: the result is exploratory and GO is not available"))
	}
	if e.digest, err = e.sum(); err != nil {
		refuse("DOC-AMENDMENT", "", "the amendment cannot be written down: %v", err)
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	next := *l
	next.plan, next.digest, next.findings = now.Clone(), digest, fs
	next.chain = append(slices.Clone(l.chain), e)
	next.plans = append(slices.Clone(l.plans), next.plan)
	return &next, fs
}

// sameWaves reports leaders who were added, taken out or moved: the draw was
// committed, and nobody is moved after it.
func sameWaves(before, now *Plan) coaching.Findings {
	a, err := before.Allocate()
	if err != nil {
		return nil // a plan that cannot be allocated is not locked
	}
	b, err := now.Allocate()
	if err != nil {
		return coaching.Findings{errorf("PIL-085", "cohort.leaders", "the leaders of the amended plan cannot be allocated")}
	}
	var fs coaching.Findings
	after := map[string]Unit{}
	for _, u := range b.Units {
		after[u.ID] = u
	}
	moved := 0
	for _, u := range a.Units {
		got, ok := after[u.ID]
		if !ok {
			fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s was taken out of the list; set withdrawn instead, and the draw of the others stays", u.ID))
		}
		if ok && got.Wave != u.Wave {
			moved++
		}
		delete(after, u.ID)
	}
	if len(after) > 0 {
		fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s added after the draw; recruit for the next plan", counted(len(after), "leader was", "leaders were")))
	}
	if moved > 0 {
		fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s to another wave than was committed", counted(moved, "leader moves", "leaders move")))
	}
	return fs
}

// seats returns how many leaders the coaches can take.
func (p *Plan) seats() int {
	n := 0
	for _, coach := range p.Cohort.Coaches {
		n += coach.Capacity
	}
	return n
}

// consequences says what an amendment costs, adds and takes away (PIL-058,
// PIL-061, PIL-170).
func consequences(before, now *Plan) coaching.Findings {
	var fs coaching.Findings
	if old, sum := before.Budget.total(), now.Budget.total(); old.Cmp(sum) != 0 {
		fs = append(fs, infof("PIL-170", "budget", "the budget goes from %s to %s", old.FloatString(2), sum.FloatString(2)))
	} else if now.SlipWeeks > before.SlipWeeks {
		fs = append(fs, warnf("PIL-061", "budget", "a slip of %s and the budget stays; state what the slip costs", counted(now.SlipWeeks-before.SlipWeeks, "week", "weeks")))
	}
	for _, scope := range []struct {
		path, what string
		before, n  int
	}{
		{"signals", "signals", len(before.Signals), len(now.Signals)}, {"playbook", "experiments", len(before.Playbook), len(now.Playbook)},
		{"secondary_outcomes", "secondary outcomes", len(before.SecondaryOutcomes), len(now.SecondaryOutcomes)},
		{"cohort.coaches", "coaches", len(before.Cohort.Coaches), len(now.Cohort.Coaches)}, {"template_weeks", "weeks", before.TemplateWeeks, now.TemplateWeeks},
		{"scope.in", "items", before.Scope.items(), now.Scope.items()},
	} {
		if scope.n > scope.before {
			fs = append(fs, infof("PIL-058", scope.path, "the scope grows from %d to %d %s", scope.before, scope.n, scope.what))
		}
	}
	left := map[string]bool{}
	for _, x := range before.Cohort.Leaders {
		left[x.ID] = !x.Withdrawn.IsZero()
	}
	for i, x := range now.Cohort.Leaders {
		if !x.Withdrawn.IsZero() && !left[x.ID] {
			fs = append(fs, infof("GOV-012", fmt.Sprintf("cohort.leaders[%d].withdrawn", i), "%s is analysed as withdrawn; the allocation of the others stays", x.ID))
		}
	}
	return fs
}
