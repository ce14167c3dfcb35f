package roi

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching"
)

// maxMembers bounds a portfolio.
const maxMembers = maxCosts

// A Member is one programme of a portfolio: its statement, and the leaders whose
// teams the KPI is of.
type Member struct {
	Statement *Statement
	Leaders   []coaching.PersonID
	// Distinct says why the benefit is none of that of another member that
	// shares leaders, months and basis with this one, and has another KPI.
	Distinct string
}

// A Portfolio adds up several programmes.
type Portfolio struct {
	Label    Label // the weakest of the members'
	Currency Currency
	Benefit  Money
	Cost     Money
	Net      Money // rounded once, from the exact sums of the members
	ROI      Exact
	BCR      Exact
	Members  []MemberFacts // in the order of their case IDs
	Lines    []Line        // in the order of computation, each after those it uses
	Findings coaching.Findings
}

// MemberFacts are what a portfolio prints of one member.
type MemberFacts struct {
	Case    string
	KPI     string
	Label   Label
	Leaders int
	Benefit Money
	Cost    Money
	Digest  string // of the statement
}

// NewPortfolio adds up statements whose benefits are not one benefit. It fails,
// with every reason in a *[coaching.FindingsError], where there is no statement,
// currencies differ, a case is there twice, or two members count the same benefit:
// they share a leader, the months that their benefits cover overlap, and the KPI is
// the same; or the basis of the conversion is, and neither says in Distinct why the
// benefit is another. The months begin with the validation window. A member whose
// own findings block it is added and named in a finding. Figures come from the
// exact values of the statements, so that a portfolio rounds once; there is no
// interval, since those of the members do not add up. The order of the members
// changes nothing; nothing is kept or changed.
func NewPortfolio(mode Mode, members ...Member) (*Portfolio, error) {
	order := make([]int, len(members))
	digests := make([]string, len(members))
	var problems coaching.Findings
	no := func(path, code, format string, args ...any) {
		problems = append(problems, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if len(members) == 0 || len(members) > maxMembers {
		no("members", "ROI-005", "%d programmes, want 1 to %d", len(members), maxMembers)
		return nil, problems.Err()
	}
	if _, err := mode.MarshalText(); err != nil {
		no("mode", "ROI-006", "the mode of rounding is not declared")
	}
	for i, m := range members {
		order[i] = i
		path := fmt.Sprintf("members[%d]", i)
		if m.Statement == nil {
			no(path, "ROI-005", "no statement")
			continue
		}
		if s, err := m.Statement.verified(); err != nil {
			no(path, "ROI-006", "the statement's figures do not follow from its lines")
		} else {
			digests[i] = s
		}
		if len(m.Leaders) == 0 || slices.ContainsFunc(m.Leaders, coaching.PersonID.IsZero) || !distinct(m.Leaders) {
			no(path+".leaders", "ROI-007", "want the leaders, each once; without them nobody can tell whether a benefit is counted twice")
		}
		if m.Statement.Facts.Currency != members[0].currency() {
			no(path, "ROI-012", "the statement is in another currency than the first; convert before, with a dated rate")
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	for i, m := range members {
		for j, other := range members[:i] {
			if why := m.doubles(other); why != "" {
				no(fmt.Sprintf("members[%d]", i), "ROI-004", "the benefit is counted in members[%d] too: %s", j, why)
			}
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(order, func(a, b int) int {
		return strings.Compare(members[a].Statement.Facts.Case, members[b].Statement.Facts.Case)
	})

	p := &Portfolio{Label: Measured, Currency: members[0].currency()}
	minor, err := p.Currency.MinorUnits()
	if err != nil {
		return nil, err
	}
	t := newTrace(mode)
	var benefits, costs []string
	for n, i := range order {
		s := members[i].Statement
		p.Label = weaker(p.Label, s.Label)
		p.Members = append(p.Members, MemberFacts{s.Facts.Case, s.Facts.KPI, s.Label, len(members[i].Leaders), s.Benefit, s.Cost, digests[i]})
		for _, of := range []struct {
			id, label string
			list      *[]string
		}{{"benefit", "Attributed benefit: ", &benefits}, {"cost", "Programme cost: ", &costs}} {
			l, _ := s.line(of.id)
			id := of.id + "_" + strconv.Itoa(n+1)
			if err := t.input(4, id, of.label+s.Facts.Case, string(p.Currency), l.Value, minor, "statement "+digests[i]); err != nil {
				return nil, err
			}
			*of.list = append(*of.list, id)
		}
		if s.Findings.Blocked() {
			p.Findings = append(p.Findings, coaching.Finding{Code: "ROI-004", Severity: coaching.Error, Path: s.Facts.Case,
				Message: "the statement of this programme may not be published, and so neither may a sum with it"})
		}
	}
	code := string(p.Currency)
	for _, l := range []struct {
		id, label, unit string
		places          int
		op              Op
		args            []string
	}{
		{"benefit", "Attributed benefit of all programmes", code, minor, Sum, benefits},
		{"cost", "Cost of all programmes", code, minor, Sum, costs},
		{"net", "Net benefit", code, minor, Minus, []string{"benefit", "cost"}},
		{"roi", "ROI: net benefit / cost", "ratio", ratioPlaces, Over, []string{"net", "cost"}},
		{"bcr", "BCR: benefit / cost", "ratio", ratioPlaces, Over, []string{"benefit", "cost"}},
	} {
		if err := t.derive(4, l.id, l.label, l.unit, l.places, l.op, l.args...); err != nil {
			return nil, err
		}
	}
	money := func(id string) Money { return Money{t.value(id).Decimal(minor, mode), p.Currency} }
	p.Benefit, p.Cost, p.Net, p.ROI, p.BCR, p.Lines = money("benefit"), money("cost"), money("net"), t.value("roi"), t.value("bcr"), t.lines
	p.Findings.Sort()
	return p, nil
}

func (m Member) currency() Currency {
	if m.Statement == nil {
		return ""
	}
	return m.Statement.Facts.Currency
}

// verified returns the statement's digest when its figures replay, the named ones
// as well as the lines.
func (s *Statement) verified() (string, error) {
	data, err := s.JSON()
	if err != nil {
		return "", err
	}
	again, err := Replay(data)
	if err != nil {
		return "", err
	}
	if !s.shows(again) {
		return "", ErrReplay
	}
	return again.Digest()
}

// shows reports whether the named figures are those of the other statement. They
// are printed, and no digest holds them: they follow from the lines.
func (s *Statement) shows(other *Statement) bool {
	money := func(a, b Money) bool {
		return a.Currency == b.Currency && a.Amount.Exponent() == b.Amount.Exponent() && a.Amount.Coefficient().Cmp(b.Amount.Coefficient()) == 0
	}
	number := func(a, b Exact) bool { return a.IsSet() == b.IsSet() && a.Cmp(b) == 0 }
	i, j := s.Interval, other.Interval
	return money(s.Gross, other.Gross) && money(s.Benefit, other.Benefit) && money(s.Cost, other.Cost) && money(s.Net, other.Net) &&
		number(s.ROI, other.ROI) && number(s.BCR, other.BCR) && number(s.PaybackMonths, other.PaybackMonths) &&
		(i == nil) == (j == nil) && (i == nil || number(i.Level, j.Level) && money(i.Low, j.Low) && money(i.High, j.High) &&
		number(i.ROILow, j.ROILow) && number(i.ROIHigh, j.ROIHigh))
}

// months returns the days that the benefit covers: from the first of the
// validation window, as many months as the case says.
func (m Member) months() coaching.Window {
	f := m.Statement.Facts
	if f.Validation.From.IsZero() {
		return coaching.Window{}
	}
	return coaching.Window{From: f.Validation.From, To: f.Validation.From.AddMonths(max(f.Months, 1)).AddDays(-1)}
}

// doubles says why two members count one benefit, and "" when they do not.
func (m Member) doubles(other Member) string {
	a, b := m.Statement.Facts, other.Statement.Facts
	shared := slices.ContainsFunc(m.Leaders, func(id coaching.PersonID) bool { return slices.Contains(other.Leaders, id) })
	x, y := m.months(), other.months()
	undated := x.Days() == 0 || y.Days() == 0 // then they may overlap
	said := strings.TrimSpace(m.Distinct) != "" || strings.TrimSpace(other.Distinct) != ""
	switch {
	case a.Case == b.Case:
		return "the same case"
	case !shared || !undated && !x.Overlaps(y):
		return ""
	case strings.EqualFold(strings.TrimSpace(a.KPI), strings.TrimSpace(b.KPI)):
		return "they share leaders, months and KPI"
	case a.Basis == b.Basis && !said:
		return "they share leaders, months and the basis of conversion, and nobody says why the benefits are distinct"
	}
	return ""
}

func weaker(a, b Label) Label { return min(a, b) }

func distinct(ids []coaching.PersonID) bool {
	sorted := slices.SortedFunc(slices.Values(ids), coaching.PersonID.Compare)
	return len(slices.Compact(sorted)) == len(ids)
}

// ratio returns a ratio as its line shows it, without zeros at the end.
func (p *Portfolio) ratio(id string) Exact {
	i := slices.IndexFunc(p.Lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return Exact{}
	}
	return p.Lines[i].Value.RoundMode(ratioPlaces, p.Lines[i].Mode)
}

// Text returns the portfolio as plain text for a terminal or an e-mail.
func (p *Portfolio) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Portfolio of %d programmes (%s): net %s, ROI %s, BCR %s\n\n", len(p.Members), p.Label, p.Net, p.ratio("roi"), p.ratio("bcr"))
	width := 0
	for _, l := range p.Lines {
		width = max(width, len(l.ID))
	}
	for _, l := range p.Lines {
		fmt.Fprintf(&b, "  %s %s %s  [%s]  %s\n", pad(l.ID, width), l.figure(), l.Unit, l.basis(), l.Label)
	}
	for i, f := range p.Findings {
		if i == 0 {
			b.WriteString("\nFindings\n")
		}
		fmt.Fprintf(&b, "  %s\n", f)
	}
	return b.String()
}
