package report

import (
	"github.com/coachgov/coaching"
)

// A Dashboard is what a sponsor reads at the end of a pilot: the change of one
// KPI, three notes of coaches, the decision, and what stands beside every
// figure. Texts are plain; HTML and Markdown escape them. Lists are printed in
// the order given, except findings, which are sorted.
type Dashboard struct {
	Title     string
	Programme string
	AsOf      coaching.Date
	Claim     string // how far the figures may be carried, such as "indicative"
	Decision  Decision

	Delta     Figure   // the change of the KPI, the first figure of the page
	Headlines []Figure // other figures, best two or three

	KPI    Trend
	Groups Groups
	Bridge Bridge

	Notes   []Note            // exactly three (PIL-163)
	Gates   []Gate            // such as the criteria of the decision
	Method  Method            // what stands beside any percentage (PIL-167)
	Missing coaching.Findings // what is missing before anything is published

	Provenance []Entry // digests of plan, policy, log and data, for whoever checks the page

	// MaxWords bounds the words of the page, its figures and digests left out;
	// 0 means 500, one page.
	MaxWords int
}

// A Decision is the outcome, its reasons, and the three questions of a pilot
// (PIL-165).
type Decision struct {
	Outcome string   // such as "EXTEND"
	Summary string   // one sentence: the rule that decided
	Reasons []string // one each, the weightiest first

	// Behaviour, Movement and Link answer: did leaders change what they do, did
	// the KPI move measurably, and are the two linked?
	Behaviour, Movement, Link string
}

// A Figure is a headline. Value is the exact text, unit and sign included.
type Figure struct {
	Label string
	Value string
	Note  string // interval, sample, or what it is compared with
}

// A Trend is the KPI over periods, one line to a wave.
type Trend struct {
	Title   string
	Unit    string // what is measured
	Summary string // what a reader who cannot see the figure should know; required
	Percent bool   // values are shares, 0.82 is printed "82 %"
	Periods []string
	Waves   []Wave
}

// A Wave is one line of a trend. A value that is NaN is missing.
type Wave struct {
	Label    string
	Values   []float64
	Exposed  int    // index of the first period under coaching; 0: never
	Exposure string // names the exposure, such as "wave 1 coached"
}

// Groups shows how signals treat groups, one panel to a signal.
type Groups struct {
	Title   string
	Axis    string // such as "ratio of flag rates, 95 % interval"
	Summary string // what a reader who cannot see the figure should know; required
	// Lower and Upper bound the tolerated ratio; zero means 0.8 and 1.25.
	Lower, Upper float64
	Harm         Harm
	Signals      []Panel
}

// A Harm says which ratios harm. The zero Harm is EitherHarms.
type Harm uint8

const (
	EitherHarms Harm = iota
	LowHarms         // the rate counts a benefit
	HighHarms        // the rate counts a burden, such as being flagged
)

// A Panel is one signal.
type Panel struct {
	Signal string
	Note   string // such as its standing and the control in place
	Groups []Group
}

// A Group is one row. Counts is text, so that the caller hides small cells as
// the release rules demand.
type Group struct {
	Label            string
	Counts           string // such as "9 of 44"
	Ratio, Low, High float64
	Verdict          Verdict
}

// A Verdict is the answer for one group. The zero Verdict is Insufficient.
type Verdict uint8

const (
	Insufficient Verdict = iota
	Pass
	Pause
)

// String returns "insufficient evidence", "pass" or "pause".
func (v Verdict) String() string {
	switch v {
	case Pass:
		return "pass"
	case Pause:
		return "pause"
	}
	return "insufficient evidence"
}

// A Bridge is the way from benefit to net value.
type Bridge struct {
	Title   string
	Summary string // what a reader who cannot see the figure should know; required
	Steps   []Step
}

// A Step is one bar. Text is the exact amount as printed; Value only sets the
// length of the bar and is the amount taken away where the step subtracts.
type Step struct {
	Label string
	Text  string
	Value float64
	Kind  StepKind
}

// A StepKind says what a step does. The zero StepKind is Total.
type StepKind uint8

const (
	Total StepKind = iota
	Add
	Subtract
)

// A Note is what a coach reported, in words that name nobody.
type Note struct {
	Speaker string // a role in general words, such as "a head of platform"; may be part of Text
	Text    string
	Trace   string // what it can be traced to: narrative, sessions, digest
	// Consented says that the leader agreed to these words on this page. A note
	// without consent is withheld.
	Consented bool
}

// A Gate is a condition and whether it is met.
type Gate struct {
	Name   string
	Met    bool
	Detail string
}

// A Method is what has to stand beside any percentage (PIL-167).
type Method struct {
	Sample      string // how many were compared with how many
	Control     string // the control logic
	Confounders string // what was checked
	Limits      string // what the figures cannot show; may be ""
}

// An Entry is one line of provenance.
type Entry struct {
	Name  string
	Value string
}
