package report

import (
	"fmt"

	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/pilot"
)

// A DataStatus says what of the outcome data existed, and who knew it, when the
// plan was registered: the five answers of the preregistration form of the Open
// Science Framework. The zero DataStatus is the one that claims least.
type DataStatus uint8

const (
	Analysed    DataStatus = iota // somebody has analysed them
	NotAnalysed                   // somebody has had access, nobody has analysed them
	NotAccessed                   // they exist, nobody of the team has had access
	NotObserved                   // they exist, no human being has looked
	NotCreated                    // they do not exist yet
)

var dataStatusNames = [...]string{"analysed", "accessed_not_analysed", "not_accessed", "not_observed", "not_created"}

// String returns the word used in files, such as "not_created".
func (s DataStatus) String() string { return enum.Name(dataStatusNames[:], s, "DataStatus") }

// MarshalText returns the same word as String.
func (s DataStatus) MarshalText() ([]byte, error) {
	return enum.Marshal(dataStatusNames[:], s, "report: status of the data")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (s *DataStatus) UnmarshalText(text []byte) error {
	return enum.Unmarshal(dataStatusNames[:], s, "report: status of the data", text)
}

var dataStatusWords = [...]string{
	Analysed:    "Somebody has analysed outcome data already, so this is no preregistration of what they show.",
	NotAnalysed: "Outcome data exist and somebody has had access to them; nobody has analysed them.",
	NotAccessed: "Outcome data exist; nobody of the team has had access to them.",
	NotObserved: "Outcome data exist; no human being has looked at them.",
	NotCreated:  "Outcome data do not exist yet.",
}

// Preregistration returns what is written down before the outcome is analysed:
// what is expected, how leaders are drawn, what is measured and how it will be
// tested, what decides, and every change of the plan since it was locked, with its
// class. A plan whose baseline window was open when it was locked is at best
// [NotAnalysed]. The locked plan is not changed. It fails as Charter does.
func Preregistration(l *pilot.Locked, status DataStatus) (*Document, error) {
	if l == nil {
		l = new(pilot.Locked)
	}
	p := l.Plan()
	d, err := newDocument("preregistration", "Preregistration", p)
	if err != nil {
		return nil, err
	}
	if int(status) >= len(dataStatusWords) {
		return nil, fmt.Errorf("report: status %d of the data is not declared", status)
	}
	if l.Exploratory() {
		d.Notices = append(d.Notices, "What is believed, measured or compared was changed after the baseline had begun: results are exploratory.")
	}
	pol := pilot.DefaultPolicy()
	d.add(Part{Title: "Question", Text: p.Hypothesis.Text, Head: []string{"What", "Registered"}, Rows: [][]string{
		{"Outcome", stated(p.KPI.Definition)},
		{"Direction and least effect", kpiGoal(p)},
		{"Read", fmt.Sprintf("every %d days, %s", p.KPI.CadenceDays, span(p.Measurement()))},
		{"Locked", fmt.Sprintf("%s, chain of %s", l.At().Format("2006-01-02 15:04 UTC"), counted(len(l.Chain()), "entry"))},
		{"Existing data", dataStatusWords[status]},
	}})

	design := Part{Title: "Design", Text: comparison(p), Head: []string{"What", "Registered"}}
	design.Rows = append(design.Rows, []string{"Leaders", fmt.Sprintf("%s, coaches: %d", counted(len(p.Cohort.Leaders), "leader"), len(p.Cohort.Coaches))})
	if p.Design.Groups() > 1 {
		space, err := p.Space()
		if err != nil {
			return nil, err
		}
		design.Rows = append(design.Rows,
			[]string{"Seed of the draw", "SHA-256 of: " + p.Design.SeedMessage},
			[]string{"Method", "strata and leaders ordered by HMAC-SHA-256 under the seed, dealt over the groups in turn; anybody can repeat it from the plan"},
			[]string{"Possible allocations", space.String()},
			[]string{"Smallest two-sided p", space.MinP().FloatString(4)})
	}
	d.add(design)

	analysis := Part{Title: "Analysis", Head: []string{"What", "Registered"}}
	switch p.Design.Kind {
	case pilot.Staggered, pilot.MultipleBaseline:
		analysis.Rows = append(analysis.Rows, []string{"Estimate", "average effect on treated leaders, not-yet-treated leaders as the comparison (Callaway and Sant'Anna, simple average)"})
	case pilot.Parallel:
		analysis.Rows = append(analysis.Rows, []string{"Estimate", "mean change of the coached leaders less mean change of the control"})
	default:
		analysis.Rows = append(analysis.Rows, []string{"Estimate", "mean change; there is no comparison, and nothing is read as an effect"})
	}
	if p.Design.Groups() > 1 {
		analysis.Rows = append(analysis.Rows,
			[]string{"Test", fmt.Sprintf("two-sided, at the %d %% level, by counting every allocation that the design could have drawn; the observed one is counted", pol.AlphaPercent)},
			[]string{"Interval", "by inverting the same test"})
	}
	analysis.Rows = append(analysis.Rows,
		[]string{"Who counts", "every leader in the group of the draw, whatever happened (intention to treat); per protocol stands beside it"},
		[]string{"Behaviour", "each declared signal in the same way, corrected by Holm over the signals"},
		[]string{"Missing readings", "reported by leader and week; a reading is never filled in"})
	for _, o := range p.SecondaryOutcomes {
		analysis.Rows = append(analysis.Rows, []string{"Watched, decides nothing", stated(o.Definition)})
	}
	d.add(analysis)
	d.add(Part{Title: "What decides", Text: "The criteria A1 to A7 of the success definition. The first line that holds decides.", Head: []string{"Outcome", "When"}, Rows: outcomes(p)})

	changes := Part{Title: "Changes since the lock", Head: []string{"Entry", "On", "Class", "Reason"}}
	for _, e := range l.Chain()[1:] {
		class := e.Class.String()
		if e.Exploratory {
			class += ", exploratory"
		}
		changes.Rows = append(changes.Rows, []string{fmt.Sprint(e.Seq), e.At.Format("2006-01-02"), class, e.Reason})
	}
	if len(changes.Rows) == 0 {
		changes.Text = "None."
	}
	d.add(changes)
	return d, nil
}
