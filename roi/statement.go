package roi

import (
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Label says how a statement may be read. The zero Label is Provisional.
type Label uint8

const (
	Provisional Label = iota // a lagging KPI before its window has passed, or a projection
	Indicative               // a leading KPI: a sign that the lagging one may follow
	Measured                 // a lagging KPI read after 3 to 6 months
)

var labelNames = [...]string{"provisional", "indicative", "measured"}

// String returns the name used in files, such as "provisional".
func (l Label) String() string { return enum.Name(labelNames[:], l, "Label") }

// MarshalText returns the name used in files.
func (l Label) MarshalText() ([]byte, error) { return enum.Marshal(labelNames[:], l, "roi: label") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (l *Label) UnmarshalText(text []byte) error {
	return enum.Unmarshal(labelNames[:], l, "roi: label", text)
}

// A Statement is a computed case with the trace of every figure. It is made by
// [Case.Compute] or read back by [Replay].
type Statement struct {
	Facts Facts
	Label Label

	Gross   Money // the whole delta in money, before attribution
	Benefit Money // the attributed part
	Cost    Money
	Net     Money // Benefit less Cost, rounded from the exact difference
	ROI     Exact // net over cost: 1.4 is 140 %
	BCR     Exact // benefit over cost
	// PaybackMonths is unset when the benefit is not positive.
	PaybackMonths Exact
	// Interval is nil when the delta came without one.
	Interval *Interval

	Lines    []Line            // in the order of computation, each after those it uses
	Findings coaching.Findings // sorted by path, code, severity and message
}

// Facts are what a statement says besides its figures. Free text is the
// case's own.
type Facts struct {
	Case         string          `json:"case"`
	Title        string          `json:"title"`
	KPI          string          `json:"kpi"`
	Unit         string          `json:"unit"`
	Timing       Timing          `json:"timing"`
	Direction    Direction       `json:"direction"`
	Baseline     coaching.Window `json:"baseline"`
	Validation   coaching.Window `json:"validation"`
	Headcount    int             `json:"headcount"`
	Design       Design          `json:"design"`
	Treated      int             `json:"treated"`
	Control      int             `json:"control"`
	Method       string          `json:"method"`
	PCount       string          `json:"p_count"` // decimal digits; "" when not given
	PTotal       string          `json:"p_total"`
	Level        string          `json:"level"` // of the interval, such as "0.95"; "" when not given
	NetOfControl bool            `json:"net_of_control"`
	Projected    bool            `json:"projected"`
	Annualised   bool            `json:"annualised"`
	Band         string          `json:"band"` // the band that the evidence supports
	BandLow      string          `json:"band_low"`
	BandHigh     string          `json:"band_high"`
	Rationale    string          `json:"rationale"`
	Survey       string          `json:"survey"` // its ID; "" when there is none
	Override     *OverrideFacts  `json:"override"`
	Basis        Basis           `json:"basis"`
	Cash         bool            `json:"cash"`
	Months       int             `json:"months"`
	Currency     Currency        `json:"currency"`
	Rounding     Mode            `json:"rounding"`
	Policy       string          `json:"policy"`
	PolicyDigest string          `json:"policy_digest"` // SHA-256, hexadecimal
	Intangibles  []Intangible    `json:"intangibles,omitempty"`
}

// OverrideFacts is a complete override as the statement prints it.
type OverrideFacts struct {
	Approver coaching.PersonID `json:"approver"`
	Role     coaching.Role     `json:"role"`
	Reason   string            `json:"reason"`
	On       coaching.Date     `json:"on"`
}

// An Interval is the delta's interval carried through to money. Attribution,
// unit value and cost are held fixed, so it is no wider than the delta's own
// uncertainty.
type Interval struct {
	Level     Exact
	Low, High Money // of Net
	ROILow    Exact
	ROIHigh   Exact
}

// line returns the line with this ID.
func (s *Statement) line(id string) (Line, bool) {
	i := slices.IndexFunc(s.Lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return Line{}, false
	}
	return s.Lines[i], true
}

// fill sets the named figures from the lines.
func (s *Statement) fill() error {
	minor, err := s.Facts.Currency.MinorUnits()
	if err != nil {
		return err
	}
	money := func(id string) Money {
		l, _ := s.line(id)
		return Money{l.Value.Decimal(minor, s.Facts.Rounding), s.Facts.Currency}
	}
	number := func(id string) Exact { l, _ := s.line(id); return l.Value }
	for _, id := range [...]string{"gross", "benefit", "cost", "net", "roi", "bcr", "delta", "attribution", "unit_value"} {
		if _, ok := s.line(id); !ok {
			return errMissingLine(id)
		}
	}
	s.Gross, s.Benefit, s.Cost, s.Net = money("gross"), money("benefit"), money("cost"), money("net")
	s.ROI, s.BCR, s.PaybackMonths = number("roi"), number("bcr"), number("payback")
	if _, ok := s.line("roi_low"); ok {
		s.Interval = &Interval{
			Level: number("level"),
			Low:   money("net_low"), High: money("net_high"),
			ROILow: number("roi_low"), ROIHigh: number("roi_high"),
		}
	}
	return nil
}

type errMissingLine string

func (e errMissingLine) Error() string { return "roi: the statement has no line " + string(e) }

// ratio returns a ratio as its line shows it, without zeros at the end.
func (s *Statement) ratio(e Exact) string { return e.RoundMode(ratioPlaces, s.Facts.Rounding).String() }

// String returns one line: the label, net, ROI and BCR.
func (s *Statement) String() string {
	return strings.Join([]string{s.Label.String() + ": net", s.Net.String(),
		"ROI", s.ratio(s.ROI), "BCR", s.ratio(s.BCR)}, " ")
}
