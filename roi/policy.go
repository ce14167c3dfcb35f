package roi

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// A Policy says how much of a delta may be claimed on what evidence. It is
// data; its digest is printed in every statement.
type Policy struct {
	Name  string
	Bands []Band // the order is kept; the supported band with the highest High counts
	Most  Exact  // above this no override helps
}

// A Band is a range of shares and the evidence that it requires.
type Band struct {
	Name      string
	Low, High Exact
	Requires  []Evidence // all of them; none for the band that everybody may use
	Code      string     // of the finding when the share exceeds High; "" counts as C-9
}

// Evidence is something that a larger share can rest on.
type Evidence uint8

const (
	// Comparison is a staggered cohort. A parallel control group counts as one:
	// the rule names both as the way to measure a delta; that they are equal
	// here is inferred, and a finding says so when it is used.
	Comparison Evidence = iota
	// CorroboratingSurvey is a complete survey that supports the change.
	CorroboratingSurvey
)

var evidenceNames = [...]string{"staggered cohort", "survey"}

// String returns the words used in findings, "staggered cohort" or "survey".
func (e Evidence) String() string { return enum.Name(evidenceNames[:], e, "Evidence") }

// DefaultPolicy returns the programme's bands: 30 to 40 % with a staggered
// cohort and corroborating surveys (ROI-010), 15 to 25 % otherwise (ROI-011),
// and nothing above 50 % (C-9).
func DefaultPolicy() Policy {
	return Policy{
		Name: "coaching-roi/1",
		Bands: []Band{
			{Name: "no controls", Low: MustExact("0.15"), High: MustExact("0.25"), Code: "ROI-011"},
			{Name: "corroborated staggered", Low: MustExact("0.30"), High: MustExact("0.40"),
				Requires: []Evidence{Comparison, CorroboratingSurvey}, Code: "ROI-010"},
		},
		Most: MustExact("0.50"),
	}
}

// Digest returns the SHA-256 of the policy's figures, in hexadecimal.
func (p Policy) Digest() string {
	b := make([]byte, 0, 512)
	b = append(strconv.AppendQuote(b, p.Name), " most "+p.Most.String()+"\n"...)
	for _, band := range p.Bands {
		b = append(strconv.AppendQuote(b, band.Name), " "+band.Low.String()+".."+band.High.String()+" requires ["...)
		for i, e := range band.Requires {
			if i > 0 {
				b = append(b, ' ')
			}
			b = strconv.AppendQuote(b, e.String())
		}
		b = append(b, "] code "...)
		b = append(strconv.AppendQuote(b, band.Code), '\n')
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// band returns the band with the highest High that the evidence supports.
func (p Policy) band(c *Case) (best Band, ok bool) {
	for _, b := range p.Bands {
		if supported(c, b.Requires) && (!ok || b.High.Cmp(best.High) > 0) {
			best, ok = b, true
		}
	}
	return best, ok
}

// supported reports whether the case has every piece of evidence.
func supported(c *Case, required []Evidence) bool {
	for _, e := range required {
		var has bool
		switch e {
		case Comparison:
			has = c.Delta.Design == StaggeredCohort || c.Delta.Design == ParallelControl
		case CorroboratingSurvey:
			has = c.Attribution.Survey.Complete() && c.Attribution.Survey.Corroborates && !c.early()
		}
		if !has {
			return false
		}
	}
	return true
}

// wanted returns the evidence that the highest band requires, in words.
func (p Policy) wanted() string {
	var best Band
	for _, b := range p.Bands {
		if b.High.Cmp(best.High) > 0 {
			best = b
		}
	}
	return strings.Join(names(best.Requires), " and ")
}

func names(evidence []Evidence) []string {
	out := make([]string, len(evidence))
	for i, e := range evidence {
		out[i] = e.String()
	}
	return out
}
