package roi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// CaseSchema is the version of the stored form of a case.
const CaseSchema = "roi-case/v1"

// caseFile is the stored form of a case and its dossier. Every number is text,
// since JSON numbers have no scale. Keys stand in the order of the fields.
type caseFile struct {
	Schema     string    `json:"schema" doc:"enum=roi-case/v1"`
	ID         string    `json:"id"`
	Title      string    `json:"title,omitempty"`
	Timing     Timing    `json:"timing"`
	Direction  Direction `json:"direction"`
	Currency   string    `json:"currency"` // of the unit value and the costs
	Rounding   Mode      `json:"rounding,omitempty"`
	Confidence figure    `json:"confidence,omitzero"`
	Baseline   struct {
		KPI       string          `json:"kpi"`
		Unit      string          `json:"unit"`
		Value     figure          `json:"value,omitzero"`
		Window    coaching.Window `json:"window,omitzero"`
		Headcount int             `json:"headcount,omitempty"`
		Source    string          `json:"source,omitempty"`
	} `json:"baseline"`
	Delta       deltaFile `json:"delta,omitzero"`
	Attribution struct {
		Factor    figure        `json:"factor,omitzero"`
		Rationale string        `json:"rationale,omitempty"`
		Survey    *surveyFile   `json:"survey,omitempty"`
		Override  *overrideFile `json:"override,omitempty"`
	} `json:"attribution,omitzero"`
	Conversion struct {
		UnitValue figure `json:"unit_value,omitzero"`
		Basis     Basis  `json:"basis"`
		Months    int    `json:"months,omitempty" doc:"max=120"`
		Cash      bool   `json:"cash,omitempty"`
		Source    string `json:"source,omitempty"`
	} `json:"conversion"`
	Costs       []costFile   `json:"costs,omitempty"`
	Intangibles []Intangible `json:"intangibles,omitempty"`
	Dossier     *dossierFile `json:"dossier,omitempty"`
}

type deltaFile struct {
	After         figure          `json:"after,omitzero"`
	Annualised    *annualFile     `json:"annualised,omitempty"`
	Change        figure          `json:"change,omitzero"`
	ControlBefore figure          `json:"control_before,omitzero"`
	ControlAfter  figure          `json:"control_after,omitzero"`
	Low           figure          `json:"low,omitzero"`
	High          figure          `json:"high,omitzero"`
	Level         figure          `json:"level,omitzero"`
	Window        coaching.Window `json:"window,omitzero"`
	Projected     bool            `json:"projected,omitempty"`
	NetOfControl  bool            `json:"net_of_control,omitempty"`
	Design        Design          `json:"design,omitempty"`
	Treated       int             `json:"treated,omitempty"`
	Control       int             `json:"control,omitempty"`
	Method        string          `json:"method,omitempty"`
	PCount        whole           `json:"p_count,omitzero"`
	PTotal        whole           `json:"p_total,omitzero"`
	Source        string          `json:"source,omitempty"`
}

type annualFile struct {
	Events  figure `json:"events,omitzero"`
	Window  figure `json:"window,omitzero"`
	Periods figure `json:"periods,omitzero"`
}

type surveyFile struct {
	ID           string            `json:"id"`
	On           coaching.Date     `json:"on"`
	By           coaching.PersonID `json:"by"`
	Corroborates bool              `json:"corroborates"`
}

type overrideFile struct {
	Approver coaching.PersonID `json:"approver"`
	Role     coaching.Role     `json:"role"`
	Reason   string            `json:"reason"`
	On       coaching.Date     `json:"on"`
}

type costFile struct {
	Covers []CostCategory `json:"covers"`
	Amount figure         `json:"amount"`
	Reason string         `json:"reason,omitempty"`
	Source string         `json:"source,omitempty"`
}

type dossierFile struct {
	KPILocked   coaching.Date     `json:"kpi_locked,omitzero"`
	Start       coaching.Date     `json:"start,omitzero"`
	Behaviour   *streamFile       `json:"behaviour,omitempty"`
	Data        *streamFile       `json:"data,omitempty"`
	Narratives  []streamFile      `json:"narratives,omitempty"`
	Sponsor     *streamFile       `json:"sponsor,omitempty"`
	Confounders []confounderFile  `json:"confounders,omitempty"`
	LogClosed   coaching.Date     `json:"log_closed,omitzero"`
	LogClosedBy coaching.PersonID `json:"log_closed_by,omitzero"`
	SignOff     *signOffFile      `json:"sign_off,omitempty"`
}

type streamFile struct {
	ID       string            `json:"id"`
	By       coaching.PersonID `json:"by"`
	On       coaching.Date     `json:"on"`
	Movement Movement          `json:"movement,omitempty"`
}

type confounderFile struct {
	ID          string            `json:"id"`
	Kind        ConfounderKind    `json:"kind"`
	Window      coaching.Window   `json:"window"`
	Disposition Disposition       `json:"disposition"`
	By          coaching.PersonID `json:"by,omitzero"`
}

type signOffFile struct {
	By     coaching.PersonID `json:"by"`
	Role   coaching.Role     `json:"role"`
	On     coaching.Date     `json:"on"`
	Digest string            `json:"digest"`
}

// A figure reads and writes itself as text: a decimal number, or a fraction
// "num/den" for what no decimal is.
type figure struct{ Exact }

// IsZero says that no figure was given.
func (f figure) IsZero() bool { return !f.IsSet() }

// MarshalText returns the number.
func (f figure) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText accepts a decimal number, or a fraction of two whole numbers.
func (f *figure) UnmarshalText(text []byte) error {
	var err error
	if num, den, ok := bytes.Cut(text, []byte("/")); ok {
		f.Exact, err = storedValue(string(num), string(den))
	} else {
		f.Exact, err = ParseExact(string(text))
	}
	return err
}

// A whole is a number without a sign, as text.
type whole struct{ n *big.Int }

// IsZero says that no number was given.
func (w whole) IsZero() bool { return w.n == nil }

// MarshalText returns the digits.
func (w whole) MarshalText() ([]byte, error) { return []byte(w.n.String()), nil }

// UnmarshalText accepts digits.
func (w *whole) UnmarshalText(text []byte) error {
	v, err := storedValue(string(text), "1")
	if err != nil || v.Sign() < 0 {
		return fmt.Errorf("roi: text of %d bytes is not a whole number", len(text))
	}
	w.n = v.Num()
	return nil
}

// Decode reads a case and its dossier from a JSON document of the schema
// [CaseSchema]. Numbers are texts, such as "0.30". The file name is used in
// findings only; no file is opened. When a finding blocks, case and dossier are
// zero: nothing half-read is used. Every finding says line and column. What the
// document leaves out is unset, and [Case.Compute] and [CanPublish] say what of
// it they need.
func Decode(file string, data []byte) (Case, Dossier, coaching.Findings) {
	n, fs := document.ParseJSON(file, data)
	if n == nil || fs.Blocked() {
		return Case{}, Dossier{}, fs
	}
	var f caseFile
	at, found := document.Decode(file, n, &f)
	fs = append(fs, found...)
	currency := Currency(f.Currency)
	if _, err := currency.MinorUnits(); err != nil && !fs.Blocked() {
		found := coaching.Findings{{Code: "ROI-012", Path: "currency", Message: "the currency is not a current ISO 4217 code"}}
		at.Locate(found)
		fs = append(fs, found...)
	}
	money := func(path string, v figure) Money {
		if !v.IsSet() {
			return Money{Currency: currency}
		}
		places, ok := v.places()
		if m := (Money{v.Decimal(min(places, maxPlaces), HalfEven), currency}); ok && places <= maxPlaces {
			return m
		}
		found := coaching.Findings{{Code: "ROI-012", Path: path, Message: "an amount is a decimal number, not a fraction"}}
		at.Locate(found)
		fs = append(fs, found...)
		return Money{}
	}
	d := f.Delta
	c := Case{
		ID: f.ID, Title: f.Title, Timing: f.Timing, Direction: f.Direction, Confidence: f.Confidence.Exact, Rounding: f.Rounding,
		Baseline: Baseline{f.Baseline.KPI, f.Baseline.Unit, f.Baseline.Value.Exact, f.Baseline.Window, f.Baseline.Headcount, f.Baseline.Source},
		Delta: Delta{After: d.After.Exact, Change: d.Change.Exact, ControlBefore: d.ControlBefore.Exact, ControlAfter: d.ControlAfter.Exact,
			Low: d.Low.Exact, High: d.High.Exact, Level: d.Level.Exact, Window: d.Window, Projected: d.Projected, NetOfControl: d.NetOfControl,
			Design: d.Design, Treated: d.Treated, Control: d.Control, Method: d.Method, PCount: d.PCount.n, PTotal: d.PTotal.n, Source: d.Source},
		Attribution: Attribution{Factor: f.Attribution.Factor.Exact, Rationale: f.Attribution.Rationale},
		Conversion: Conversion{UnitValue: money("conversion.unit_value", f.Conversion.UnitValue), Basis: f.Conversion.Basis,
			Months: f.Conversion.Months, Cash: f.Conversion.Cash, Source: f.Conversion.Source},
	}
	if a := d.Annualised; a != nil {
		c.Delta.Annualised = &Annual{a.Events.Exact, a.Window.Exact, a.Periods.Exact}
	}
	if s := f.Attribution.Survey; s != nil {
		c.Attribution.Survey = Survey(*s)
	}
	if o := f.Attribution.Override; o != nil {
		c.Attribution.Override = &Override{o.Approver, o.Role, o.Reason, o.On}
	}
	for i, line := range f.Costs {
		c.Costs = append(c.Costs, CostLine{line.Covers, money(fmt.Sprintf("costs[%d].amount", i), line.Amount), line.Reason, line.Source})
	}
	c.Intangibles = f.Intangibles
	fs.Sort()
	if fs.Blocked() {
		return Case{}, Dossier{}, fs
	}
	return c, f.Dossier.dossier(), fs
}

func (f *dossierFile) dossier() Dossier {
	if f == nil {
		return Dossier{}
	}
	stream := func(s *streamFile) Stream {
		if s == nil {
			return Stream{}
		}
		return Stream(*s)
	}
	d := Dossier{KPILocked: f.KPILocked, Start: f.Start, Behaviour: stream(f.Behaviour), Data: stream(f.Data), Sponsor: stream(f.Sponsor),
		LogClosed: f.LogClosed, LogClosedBy: f.LogClosedBy}
	for _, s := range f.Narratives {
		d.Narratives = append(d.Narratives, Stream(s))
	}
	for _, c := range f.Confounders {
		d.Confounders = append(d.Confounders, Confounder(c))
	}
	if f.SignOff != nil {
		d.SignOff = SignOff(*f.SignOff)
	}
	return d
}

// Encode writes a case and its dossier as the document that [Decode] reads:
// two-space indent, keys in a fixed order, what is unset left out. It fails when
// an amount is out of range or in another currency than the unit value.
func Encode(c Case, d Dossier) ([]byte, error) {
	f := caseFile{Schema: CaseSchema, ID: c.ID, Title: c.Title, Timing: c.Timing, Direction: c.Direction,
		Currency: string(c.Conversion.UnitValue.Currency), Rounding: c.Rounding, Confidence: figure{c.Confidence}}
	f.Baseline.KPI, f.Baseline.Unit, f.Baseline.Value = c.Baseline.KPI, c.Baseline.Unit, figure{c.Baseline.Value}
	f.Baseline.Window, f.Baseline.Headcount, f.Baseline.Source = c.Baseline.Window, c.Baseline.Headcount, c.Baseline.Source
	x := c.Delta
	f.Delta = deltaFile{figure{x.After}, nil, figure{x.Change}, figure{x.ControlBefore}, figure{x.ControlAfter}, figure{x.Low}, figure{x.High}, figure{x.Level},
		x.Window, x.Projected, x.NetOfControl, x.Design, x.Treated, x.Control, x.Method, whole{x.PCount}, whole{x.PTotal}, x.Source}
	if a := x.Annualised; a != nil {
		f.Delta.Annualised = &annualFile{figure{a.Events}, figure{a.Window}, figure{a.Periods}}
	}
	f.Attribution.Factor, f.Attribution.Rationale = figure{c.Attribution.Factor}, c.Attribution.Rationale
	if c.Attribution.Survey != (Survey{}) {
		s := surveyFile(c.Attribution.Survey)
		f.Attribution.Survey = &s
	}
	if o := c.Attribution.Override; o != nil {
		f.Attribution.Override = &overrideFile{o.Approver, o.Role, o.Reason, o.On}
	}
	v := c.Conversion
	unit, err := v.UnitValue.Exact()
	if err != nil {
		return nil, err
	}
	if unit.Sign() != 0 {
		f.Conversion.UnitValue = figure{unit}
	}
	f.Conversion.Basis, f.Conversion.Months, f.Conversion.Cash, f.Conversion.Source = v.Basis, v.Months, v.Cash, v.Source
	for i, line := range c.Costs {
		amount, err := line.Amount.Exact()
		if err != nil {
			return nil, fmt.Errorf("roi: cost %d: %w", i, err)
		}
		if line.Amount.Currency != v.UnitValue.Currency {
			return nil, fmt.Errorf("roi: cost %d is in another currency than the unit value", i)
		}
		f.Costs = append(f.Costs, costFile{slices.Clone(line.Covers), figure{amount}, line.Reason, line.Source})
	}
	f.Intangibles = slices.Clone(c.Intangibles)
	f.Dossier = d.file()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("roi: cannot store the case: %w", err)
	}
	return b.Bytes(), nil
}

// file returns the stored form, nil for a dossier that lacks everything.
func (d Dossier) file() *dossierFile {
	f := dossierFile{KPILocked: d.KPILocked, Start: d.Start, LogClosed: d.LogClosed, LogClosedBy: d.LogClosedBy}
	stream := func(s Stream) *streamFile {
		if s == (Stream{}) {
			return nil
		}
		out := streamFile(s)
		return &out
	}
	f.Behaviour, f.Data, f.Sponsor = stream(d.Behaviour), stream(d.Data), stream(d.Sponsor)
	for _, s := range d.Narratives {
		f.Narratives = append(f.Narratives, streamFile(s))
	}
	for _, c := range d.Confounders {
		f.Confounders = append(f.Confounders, confounderFile(c))
	}
	if d.SignOff != (SignOff{}) {
		s := signOffFile(d.SignOff)
		f.SignOff = &s
	}
	if f.Narratives == nil && f.Confounders == nil && f.Behaviour == nil && f.Data == nil && f.Sponsor == nil && f.SignOff == nil &&
		f.KPILocked.IsZero() && f.Start.IsZero() && f.LogClosed.IsZero() && f.LogClosedBy.IsZero() {
		return nil
	}
	return &f
}
