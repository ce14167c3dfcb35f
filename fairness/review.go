package fairness

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// An Opinion is what a second reviewer said of a case. The zero Opinion is
// NotAsked.
type Opinion uint8

const (
	NotAsked  Opinion = iota
	SaysRight         // the signal was right about this person
	SaysWrong         // the signal was wrong about this person
)

var opinionNames = [...]string{"not_asked", "right", "wrong"}

// String returns "not_asked", "right" or "wrong".
func (o Opinion) String() string { return enum.Name(opinionNames[:], o, "Opinion") }

// MarshalText returns the same word as String.
func (o Opinion) MarshalText() ([]byte, error) {
	return enum.Marshal(opinionNames[:], o, "fairness: opinion")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (o *Opinion) UnmarshalText(text []byte) error {
	return enum.Unmarshal(opinionNames[:], o, "fairness: opinion", text)
}

// A ReviewResult is what people found when they looked at one case by hand.
type ReviewResult struct {
	Person  coaching.PersonID `json:"person,omitzero"` // nobody where only counts are known
	Flagged bool              `json:"flagged"`
	Group   string            `json:"group,omitempty"` // level of the attribute that the review is stratified by
	Wrong   bool              `json:"wrong"`           // as settled: the flag, or its absence, was wrong
	Second  Opinion           `json:"second"`          // of a second reviewer, before the two conferred
}

// A ReviewedStratum is the review of one group on one side of the flag.
type ReviewedStratum struct {
	Group      string   `json:"group"`
	Population int64    `json:"population"` // flagged, or unflagged, people in the group
	Wrong      Rate     `json:"wrong"`      // X wrong of N reviewed
	Interval   Interval `json:"interval"`   // exact, two-sided at the policy's confidence
	P          float64  `json:"p"`          // of the claim that the share is within the policy's; exact
	Holm       float64  `json:"holm"`       // P adjusted over the whole review
}

// A ReviewSide is the review of the flagged, or of the unflagged, people.
type ReviewSide struct {
	Population int64   `json:"population"`
	Wrong      Rate    `json:"wrong"` // X wrong of N reviewed, unweighted
	Share      float64 `json:"share"` // wrong ones, weighted by group; 0 when Wrong.N is 0
	// Bound is the share that the review excludes anything above, one-sided at
	// the policy's confidence; 1 when it excludes nothing. With one group it is
	// exact for the finite population, with several it is Korn and Graubard's.
	Bound float64 `json:"bound"`
	Most  float64 `json:"most"` // what the policy allows
	// Needed is how many reviews would show the share to be within Most if no
	// more wrong cases turned up; 0 when the verdict is not Insufficient, or more
	// reviews cannot help.
	Needed  int64             `json:"needed,omitempty"`
	Strata  []ReviewedStratum `json:"strata"` // by group
	P       float64           `json:"p"`      // as in ReviewedStratum, for all groups together
	Holm    float64           `json:"holm"`
	Verdict Verdict           `json:"verdict"`
}

// A ReviewFinding is step 1 of the check. Reviewing flagged cases alone
// estimates the false discovery rate, which is not the false positive rate;
// cases that the signal missed show only among the unflagged.
type ReviewFinding struct {
	FalseDiscovery ReviewSide `json:"false_discovery"` // of the flagged, how many are wrong
	Missed         ReviewSide `json:"missed"`          // of the unflagged, how many should have been flagged
	SecondOpinions int64      `json:"second_opinions"`
	Kappa          float64    `json:"kappa"` // Cohen's; 0 where undefined
	KappaDefined   bool       `json:"kappa_defined"`
	Verdict        Verdict    `json:"verdict"`
}

// Done reports whether any flagged case was reviewed.
func (f ReviewFinding) Done() bool { return f.FalseDiscovery.Wrong.N > 0 }

// Review evaluates the manual review of the people in the table. Each result
// counts once; a person twice, more results than people, and a group that the
// table does not know are errors. The order of the results does not matter.
func Review(t *Table, results []ReviewResult, p Policy) (ReviewFinding, error) {
	if err := ready(t, p); err != nil {
		return ReviewFinding{}, err
	}
	by, err := p.Review.column(t.spec)
	if err != nil {
		return ReviewFinding{}, err
	}
	type stratum struct {
		flagged bool
		group   string
	}
	population := map[stratum]int64{}
	for row, n := range t.cells.all() {
		group := ""
		if by >= 0 {
			group = t.columns[by].text(row[by])
		}
		population[stratum{true, group}] += n.flagged()
		population[stratum{false, group}] += n.total() - n.flagged()
	}
	var f ReviewFinding
	reviewed := map[stratum]Rate{}
	seen := map[coaching.PersonID]bool{}
	var opinions [2][2]int64
	for i, r := range results {
		if by < 0 {
			r.Group = "" // one stratum on each side
		} else if r.Group == t.spec.Unknown {
			r.Group = ""
		}
		s := stratum{r.Flagged, r.Group}
		if r.Second > SaysWrong {
			return ReviewFinding{}, fmt.Errorf("fairness: review result %d has the undeclared opinion %v", i, r.Second)
		}
		if !r.Person.IsZero() && seen[r.Person] {
			return ReviewFinding{}, fmt.Errorf("fairness: review result %d is of a person who was reviewed before", i)
		}
		seen[r.Person] = true
		n := reviewed[s]
		n.N++
		n.X += int64(indicator(r.Wrong))
		if n.N > population[s] {
			return ReviewFinding{}, fmt.Errorf("fairness: review result %d: more reviewed than the table has %s people in that group", i, stratumName(r.Flagged, ""))
		}
		reviewed[s] = n
		if r.Second != NotAsked {
			f.SecondOpinions++
			opinions[int(indicator(r.Wrong))][int(r.Second)-1]++
		}
	}
	f.Kappa, f.KappaDefined = CohenKappa(opinions)

	side := func(flagged bool, most float64) ReviewSide {
		s := ReviewSide{Most: most, Bound: 1, P: 1, Holm: 1}
		for k, n := range population {
			if k.flagged == flagged && n > 0 {
				r := reviewed[k]
				s.Strata = append(s.Strata, ReviewedStratum{
					Group: k.group, Population: n, Wrong: r,
					Interval: ClopperPearson(r, p.Review.Confidence), P: moreWrongP(r, n, most), Holm: 1,
				})
				s.Population += n
				s.Wrong.X, s.Wrong.N = s.Wrong.X+r.X, s.Wrong.N+r.N
			}
		}
		slices.SortFunc(s.Strata, func(a, b ReviewedStratum) int { return cmp.Compare(a.Group, b.Group) })
		s.weigh(p.Review.Confidence)
		return s
	}
	f.FalseDiscovery = side(true, p.Review.MaxFalseDiscovery)
	f.Missed = side(false, p.Review.MaxMissed)

	// Every claim of the review is one of a family: each group, and all together.
	var ps []float64
	var put []*float64
	for _, s := range []*ReviewSide{&f.FalseDiscovery, &f.Missed} {
		for i := range s.Strata {
			if s.Strata[i].Wrong.N > 0 {
				ps, put = append(ps, s.Strata[i].P), append(put, &s.Strata[i].Holm)
			}
		}
		if len(s.Strata) > 1 && s.Wrong.N > 0 {
			ps, put = append(ps, s.P), append(put, &s.Holm)
		}
	}
	for i, adjusted := range Holm(ps) {
		*put[i] = adjusted
	}
	alpha := 1 - p.Review.Confidence
	for _, s := range []*ReviewSide{&f.FalseDiscovery, &f.Missed} {
		breach := s.Holm <= alpha
		for _, g := range s.Strata {
			breach = breach || g.Holm <= alpha
		}
		switch {
		case breach:
			s.Verdict = Pause
		case s.Population > 0 && s.Bound <= s.Most:
			s.Verdict = Pass
		default:
			s.Needed = s.needed(p.Review.Confidence)
		}
	}
	f.Verdict = worst(f.FalseDiscovery.Verdict, f.Missed.Verdict)
	if f.Verdict == Pass && f.KappaDefined && f.Kappa < p.Review.MinKappa {
		f.Verdict = Insufficient // the reviewers do not agree on what the signal means
	}
	return f, nil
}

// weigh fills in the share, its bound and the p-value over all strata.
func (s *ReviewSide) weigh(conf float64) {
	if s.Wrong.N == 0 {
		return
	}
	if len(s.Strata) == 1 {
		g := s.Strata[0]
		s.Share, s.P = g.Wrong.p(), g.P
		if most, ok := MostWrong(g.Wrong, g.Population, conf); ok {
			s.Bound = float64(most) / float64(g.Population)
		}
		return
	}
	var strata []ReviewStratum
	for _, g := range s.Strata {
		strata = append(strata, ReviewStratum{Population: g.Population, Reviewed: g.Wrong})
	}
	w, ok := Weigh(strata)
	if !ok { // a group was not reviewed at all: nothing can be said of the whole
		s.Share = s.Wrong.p()
		return
	}
	s.Share = w.Rate
	if s.Bound = w.KornGraubard(2*conf - 1).High; s.Wrong.N == s.Population {
		s.Bound, s.P = w.Rate, indicator(w.Rate <= s.Most) // everybody was looked at: nothing is left to chance
		return
	}
	if x := w.Rate * w.Effective; x > 0 {
		s.P = mathext.RegIncBeta(x, w.Effective-x+1, s.Most)
	}
}

// needed is the size of a review that would decide, 0 when there is none.
func (s ReviewSide) needed(conf float64) int64 {
	if s.Population <= s.Wrong.N || s.Wrong.X > countAt(s.Most, s.Population) {
		return 0
	}
	return min(s.Population, max(reviewSize(s.Population, len(s.Strata), conf, s.Most, s.Wrong.X), s.Wrong.N+1))
}

// reviewSize is ReviewSize for a review in strata. The bound over several
// strata knows nothing of a finite population until all of it was reviewed.
func reviewSize(population int64, strata int, conf, most float64, accept int64) int64 {
	endless := population
	if strata > 1 {
		endless = 0
	}
	n, ok := ReviewSize(endless, conf, most, accept)
	if !ok {
		return population
	}
	return min(n, population)
}
