package signal

import (
	"math"
	"slices"
)

// A Definition says what a signal is: where it is read, how it is computed,
// which behaviour of the leader it is about, and what it cannot see. [Definition.Check]
// says what is missing; a definition is a hypothesis, never a finding about a
// person.
type Definition struct {
	ID      string     `json:"id"`      // ^[a-z][a-z0-9_]{1,47}$
	Version int        `json:"version"` // 1 or more; raised when the figure changes
	Name    string     `json:"name"`
	Source  Source     `json:"source"`
	Kind    Kind       `json:"kind"`
	Trace   TraceClass `json:"trace,omitzero"` // what the figure is made of
	Soft    bool       `json:"soft,omitzero"`  // stands for a construct that traces do not show
	Unit    string     `json:"unit"`
	// Resolution is the smallest step that a released figure shows, in the unit.
	// Zero means 0.01.
	Resolution float64   `json:"resolution,omitzero"`
	Direction  Direction `json:"direction"`
	Target     *Band     `json:"target,omitempty"` // required by TargetBand
	Cadence    Cadence   `json:"cadence"`
	Class      DataClass `json:"class"`
	Grain      Grain     `json:"grain"`
	Timing     Timing    `json:"timing"`
	Expr       Expr      `json:"expr"`
	Range      *Band     `json:"range,omitempty"` // possible values, within 1e30 either way; nil: all of these
	Transform  Transform `json:"transform,omitzero"`
	// Behaviour is the one behaviour that the leader can change.
	Behaviour string     `json:"behaviour"`
	Path      CausalPath `json:"path"`
	// Explain says in one sentence what drives the figure.
	Explain     string   `json:"explain"`
	ProxyRisks  []string `json:"proxy_risks"` // attributes that the figure may stand in for
	BlindSpots  []string `json:"blind_spots"` // what the figure cannot see
	Restriction string   `json:"restriction,omitzero"`
	// The trade that the signal makes, beside its cadence.
	Noise            Level `json:"noise,omitzero"`            // how much it moves by itself
	Opacity          Level `json:"opacity,omitzero"`          // how much of its making is hidden, as in a vendor's score
	Interpretability Level `json:"interpretability,omitzero"` // how well a coach and a leader can say what moved it
	PrivacyRisk      Level `json:"privacy_risk,omitzero"`     // how much it tells about one person
}

// clone returns a definition whose lists and bands can be changed without
// changing d.
func (d Definition) clone() Definition {
	for _, band := range []**Band{&d.Target, &d.Range} {
		if *band != nil {
			own := **band
			*band = &own
		}
	}
	d.Expr.Num, d.Expr.Den = slices.Clone(d.Expr.Num), slices.Clone(d.Expr.Den)
	d.ProxyRisks, d.BlindSpots = slices.Clone(d.ProxyRisks), slices.Clone(d.BlindSpots)
	return d
}

// resolution returns the smallest step that a released figure shows.
func (d Definition) resolution() float64 {
	if d.Resolution == 0 {
		return 0.01
	}
	return d.Resolution
}

// possible reports whether a figure can be true. Beyond maxDecimal squares
// overflow, and one such figure would take the limits from every leader.
func (d Definition) possible(v float64) bool {
	return math.Abs(v) <= maxDecimal && (d.Range == nil || d.Range.Holds(v))
}

// A Band is a closed interval.
type Band struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Holds reports whether x lies in the band, ends included. NaN lies in none.
func (b Band) Holds(x float64) bool { return x >= b.Low && x <= b.High }

// A CausalPath is the hypothesis behind a signal, in one line of three parts.
type CausalPath struct {
	Signal    string `json:"signal"`
	Behaviour string `json:"behaviour"`
	Outcome   string `json:"outcome"`
}

// String returns "signal -> behaviour -> outcome".
func (p CausalPath) String() string {
	return p.Signal + " -> " + p.Behaviour + " -> " + p.Outcome
}

// maxPath is the longest causal path that still reads as one line, in runes.
const maxPath = 200
