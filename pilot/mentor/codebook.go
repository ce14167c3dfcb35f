package mentor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// ResearchPurpose is the purpose of the consent that a leader gives to have a
// narrative coded. The consent's signal is the narrative's digest.
const ResearchPurpose = "research"

// MinKappa is the least agreement beyond chance at which a code is read; below
// it the definition is the problem, not the coders. A convention (Landis and
// Koch, Biometrics 1977;33:159, call 0.61 and more substantial).
const MinKappa = 0.6

// A Codebook says how researchers sort narratives. It is written before they
// are read.
type Codebook struct {
	ID    string `json:"id" doc:"ident"`
	Codes []Code `json:"codes"` // in the order of printing
}

// A Code is one theme that a narrative has or has not.
type Code struct {
	ID         string `json:"id" doc:"ident"`
	Definition string `json:"definition" doc:"empty"`
	Include    string `json:"include" doc:"empty"` // an example of what has it
	Exclude    string `json:"exclude" doc:"empty"` // one that is close and has it not
}

// A Coding is what one coder found in one narrative.
type Coding struct {
	Narrative string            `json:"narrative"` // its digest
	Coder     coaching.PersonID `json:"coder"`
	Codes     []string          `json:"codes" doc:"ident"` // those that it has, in any order; none is an answer
}

// Reliability is how far two coders agree, code by code.
type Reliability struct {
	Narratives int             `json:"narratives"` // that both have coded
	Codes      []CodeAgreement `json:"codes"`      // in the order of the codebook
	// Discuss holds the digests of the narratives that the two have coded
	// differently, sorted: these are talked about and not averaged.
	Discuss []string `json:"discuss,omitempty"`
}

// A CodeAgreement counts the narratives by what the two coders found. The coders
// are in the order of their ids.
type CodeAgreement struct {
	Code    string `json:"code"`
	Both    int    `json:"both"`
	First   int    `json:"first"`  // the first alone found it
	Second  int    `json:"second"` // the second alone
	Neither int    `json:"neither"`
	// Kappa is the agreement beyond chance (Cohen 1960), and Defined is false
	// where both always gave the same one answer, or there is no narrative.
	Kappa   float64 `json:"kappa"`
	Defined bool    `json:"defined"`
}

// Check reports what keeps coders from beginning, sorted.
func (b Codebook) Check() coaching.Findings {
	var f finder
	if strings.TrimSpace(b.ID) == "" || len(b.Codes) == 0 {
		f.err("MEN-020", "codes", "a codebook has an id and at least one code")
	}
	for i, c := range b.Codes {
		path := fmt.Sprintf("codes[%d].", i)
		if slices.ContainsFunc(b.Codes[:i], func(o Code) bool { return o.ID == c.ID }) {
			f.err("MEN-020", path+"id", "code %s is above", c.ID)
		}
		for _, part := range []struct{ name, text string }{
			{"id", c.ID}, {"definition", c.Definition}, {"include", c.Include}, {"exclude", c.Exclude},
		} {
			if strings.TrimSpace(part.text) == "" {
				f.err("MEN-020", path+part.name, "a code has an id, a definition, an example and a counterexample; %s is empty", part.name)
			}
		}
	}
	return f.sorted()
}

// Reliability compares the two coders' work on the narratives that may be coded
// at a time: complete, derived from sessions that their author held, and with
// the leader's consent to research on these words. A narrative whose consent was
// withdrawn counts nowhere, and what was coded of it is left out. Everything
// that is wrong is among the findings, sorted, whose paths count narratives and
// codings as given; nothing is changed.
func (b Codebook) Reliability(codings []Coding, narratives []Narrative, sessions []Session, consents signal.Consents, at time.Time) (Reliability, coaching.Findings) {
	f := finder{list: b.Check()}
	authors := map[string]coaching.PersonID{} // of what may be coded, by digest
	kept := checkNarratives(&f, narratives, heldByID(sessions))
	for i, n := range narratives {
		digest := n.Digest()
		if consents == nil || n.Leader.IsZero() || !consents.Holds(n.Leader, digest, ResearchPurpose, at) {
			f.warn("C-21", fmt.Sprintf("narratives[%d]", i), "the leader's consent to research on these words does not hold; not coded")
		} else if kept[i] {
			authors[digest] = n.Author
		}
	}
	var coders []coaching.PersonID
	found := map[string]map[coaching.PersonID][]string{} // by digest
	for i, c := range codings {
		path := fmt.Sprintf("codings[%d]", i)
		author, may := authors[c.Narrative]
		switch {
		case !may:
			f.info("MEN-021", path+".narrative", "the narrative may not be coded; left out")
			continue
		case c.Coder.IsZero() || c.Coder == author:
			f.err("MEN-021", path+".coder", "want a coder who did not write the narrative; left out")
			continue
		case found[c.Narrative][c.Coder] != nil:
			f.err("MEN-021", path+".coder", "this coder has coded the narrative already; left out")
			continue
		}
		for j, code := range c.Codes {
			if !slices.ContainsFunc(b.Codes, func(known Code) bool { return known.ID == code }) {
				f.err("MEN-021", fmt.Sprintf("%s.codes[%d]", path, j), "%s is no code of the codebook", code)
			}
		}
		if found[c.Narrative] == nil {
			found[c.Narrative] = map[coaching.PersonID][]string{}
		}
		found[c.Narrative][c.Coder] = append([]string{}, c.Codes...)
		coders = append(coders, c.Coder)
	}
	slices.SortFunc(coders, coaching.PersonID.Compare)
	coders = slices.Compact(coders)
	if len(coders) != 2 {
		f.err("MEN-021", "codings", "%d coders, want two", len(coders))
		return Reliability{}, f.sorted()
	}
	var r Reliability
	for digest, by := range found {
		if len(by) != 2 {
			f.warn("MEN-021", "codings", "a narrative was coded by one coder alone; not compared")
			delete(found, digest)
		}
	}
	r.Narratives = len(found)
	differ := map[string]bool{}
	for _, code := range b.Codes {
		a := CodeAgreement{Code: code.ID}
		for digest, by := range found {
			first, second := slices.Contains(by[coders[0]], code.ID), slices.Contains(by[coders[1]], code.ID)
			switch {
			case first && second:
				a.Both++
			case first:
				a.First++
			case second:
				a.Second++
			default:
				a.Neither++
			}
			differ[digest] = differ[digest] || first != second
		}
		a.Kappa, a.Defined = a.kappa()
		switch {
		case !a.Defined:
			f.info("MEN-022", "codes", "code %s: agreement beyond chance is undefined: %d narratives have it, %d have it not, and the coders never differ", code.ID, a.Both, a.Neither)
		case a.Kappa < MinKappa:
			f.warn("MEN-022", "codes", "code %s: kappa %.2f, want at least %.2f: mend the definition and code again", code.ID, a.Kappa, MinKappa)
		}
		r.Codes = append(r.Codes, a)
	}
	for digest, yes := range differ {
		if yes {
			r.Discuss = append(r.Discuss, digest)
		}
	}
	slices.SortFunc(r.Discuss, cmp.Compare[string])
	return r, f.sorted()
}

// kappa is Cohen's, of the four counts.
func (a CodeAgreement) kappa() (float64, bool) {
	n := float64(a.Both + a.First + a.Second + a.Neither)
	if n == 0 {
		return 0, false
	}
	first, second := float64(a.Both+a.First)/n, float64(a.Both+a.Second)/n
	agree, chance := float64(a.Both+a.Neither)/n, first*second+(1-first)*(1-second)
	if chance >= 1 {
		return 0, false
	}
	return (agree - chance) / (1 - chance), true
}
