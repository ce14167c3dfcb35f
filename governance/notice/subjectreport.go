package notice

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/internal/enum"
)

// A Category is a kind of what a programme holds about a person. The zero
// Category is none.
type Category uint8

const (
	NoCategory      Category = iota
	Consents                 // given and withdrawn
	RawRecords               // traces, until they are deleted
	Packs                    // what the coach read
	Sessions                 // records of sessions, and words of others about the person
	StewardNotes             // what stewards decided about figures
	Recommendations          // what models suggested, and what became of it
	Decisions                // of the policy, about access to the person's data
	Appeals                  // the person's own
	IdentityReveals          // requests to tell who the person is
	LogEvents                // everything else in the audit log
)

var categoryNames = [...]string{
	"none", "consents", "raw_records", "packs", "sessions", "steward_notes", "recommendations", "decisions", "appeals", "identity_reveals", "log_events",
}

var categoryTitles = [...]string{
	"", "What you agreed to", "Raw records", "What your coach read", "Sessions", "What stewards decided about your figures",
	"Suggestions of models", "Decisions about access", "Your appeals", "Requests to tell who you are", "Other events of the log",
}

// Categories returns every category but NoCategory, in the order in which a
// report has them.
func Categories() []Category {
	var all []Category
	for c := Consents; int(c) < len(categoryNames); c++ {
		all = append(all, c)
	}
	return all
}

// String returns the name used in files, such as "packs".
func (c Category) String() string { return enum.Name(categoryNames[:], c, "Category") }

// MarshalText returns the name used in files.
func (c Category) MarshalText() ([]byte, error) {
	return enum.Marshal(categoryNames[:], c, "notice: category")
}

// A Record is one thing that is held about a person.
type Record struct {
	At     time.Time `json:"at,omitzero"`
	What   string    `json:"what"` // in words, on one line
	Fields []Field   `json:"fields,omitempty"`
}

// A Field is one detail of a record.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Holding is what the host found in one category about the person: its
// records, in any order, none when there are none. A category may come from
// several stores, as several holdings.
type Holding struct {
	Category Category
	Records  iter.Seq2[Record, error]
}

// maxRecords bounds the records of one report.
const maxRecords = 1_000_000

// A SubjectReport answers a person who asks what is held about them, as article 15
// of the GDPR demands. Only [NewSubjectReport] makes one.
type SubjectReport struct {
	person    coaching.PersonID
	at        time.Time
	terms     Terms
	programme Programme
	records   [len(categoryNames)][]Record // sorted
	asked     [len(categoryNames)]bool
	others    int // mentions of other people that were taken out
}

// NewSubjectReport reads the holdings and makes the report of a person. The
// pseudonyms of other people are taken out of every text (article 15(4): the rights of
// others); the person's own becomes "you". What Check finds does not stop the
// report.
//
// It fails, and there is no report, when a holding cannot be read to its end, has no declared
// category or no records to read, when there are more than a million records, or
// when person, time or policy is missing. No error quotes a record.
func NewSubjectReport(person coaching.PersonID, at time.Time, p *governance.Policy, g Programme, holdings ...Holding) (SubjectReport, error) {
	if person.IsZero() || at.IsZero() {
		return SubjectReport{}, errors.New("notice: subject report: want a person and a time")
	}
	terms, err := TermsOf(p)
	if err != nil {
		return SubjectReport{}, err
	}
	r := SubjectReport{person: person, at: at.Round(0).UTC(), terms: terms, programme: g.clone()}
	total := 0
	for i, h := range holdings {
		if h.Category == NoCategory || int(h.Category) >= len(categoryNames) || h.Records == nil {
			return SubjectReport{}, fmt.Errorf("notice: subject report: holding %d has no declared category, or nothing to read", i)
		}
		r.asked[h.Category] = true
		for record, err := range h.Records {
			if err != nil {
				return SubjectReport{}, fmt.Errorf("notice: subject report: reading %s: %w", h.Category, err)
			}
			if total++; total > maxRecords {
				return SubjectReport{}, fmt.Errorf("notice: subject report: more than %d records", maxRecords)
			}
			r.records[h.Category] = append(r.records[h.Category], r.redact(record))
		}
	}
	for _, list := range r.records {
		slices.SortStableFunc(list, compareRecords)
	}
	return r, nil
}

func compareRecords(a, b Record) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.What, b.What), slices.CompareFunc(a.Fields, b.Fields, func(x, y Field) int {
		return cmp.Or(strings.Compare(x.Name, y.Name), strings.Compare(x.Value, y.Value))
	}))
}

// redact returns the record as its person may read it.
func (r *SubjectReport) redact(record Record) Record {
	clean := func(text string) string {
		var b strings.Builder
		from := 0
		for _, at := range pseudonyms(text) {
			end := at + len(r.person.String())
			b.WriteString(text[from:at])
			if text[at:end] == r.person.String() {
				b.WriteString("you")
			} else {
				b.WriteString("another person")
				r.others++
			}
			from = end
		}
		return b.String() + text[from:]
	}
	if !record.At.IsZero() {
		record.At = record.At.Round(0).UTC()
	}
	record.What = clean(record.What)
	var fields []Field
	for _, f := range record.Fields {
		fields = append(fields, Field{clean(f.Name), clean(f.Value)})
	}
	record.Fields = fields
	return record
}

// Check returns what keeps the report from being complete, by category, all of it
// GOV-009 errors: a category was not asked, a record does not say what it is, or
// lies after the time of the report. The plan's own findings, as of [NewCompact],
// are in it too: the report states purposes and sources. The findings are
// sorted.
func (r SubjectReport) Check() coaching.Findings {
	fs := r.programme.check()
	for _, c := range Categories() {
		if !r.asked[c] {
			fs = append(fs, coaching.Finding{Code: "GOV-009", Path: c.String(), Message: "nobody asked what is held of this kind; the report is not complete"})
		}
		for i, record := range r.records[c] {
			if blank(record.What) || record.At.After(r.at) {
				fs = append(fs, coaching.Finding{Code: "GOV-009", Path: fmt.Sprintf("%s[%d]", c, i), Message: "the record does not say what it is, or is from after the report"})
			}
		}
	}
	fs.Sort()
	return fs
}

// Records returns what is held of a category, by time and then by text, and
// whether it was asked.
func (r SubjectReport) Records(c Category) (records []Record, asked bool) {
	if int(c) >= len(categoryNames) {
		return nil, false
	}
	return slices.Clone(r.records[c]), r.asked[c]
}

// JSON returns the report for machines: one object, the categories in their
// order, each asked or not. The same report gives the same bytes.
func (r SubjectReport) JSON() ([]byte, error) {
	type category struct {
		Category Category `json:"category"`
		Asked    bool     `json:"asked"`
		Records  []Record `json:"records"`
	}
	out := struct {
		Version    string            `json:"version"`
		Person     coaching.PersonID `json:"person"`
		At         time.Time         `json:"at"`
		Programme  string            `json:"programme"`
		Policy     string            `json:"policy"`
		Others     int               `json:"others_left_out"`
		Categories []category        `json:"categories"`
	}{"subject-report/v1", r.person, r.at, r.programme.ID, r.terms.Digest, r.others, nil}
	for _, c := range Categories() {
		records := r.records[c]
		if records == nil {
			records = []Record{}
		}
		out.Categories = append(out.Categories, category{c, r.asked[c], records})
	}
	data, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("notice: subject report: %w", err)
	}
	return append(data, '\n'), nil
}

// Markdown returns the report as its person reads it, in GitHub's dialect. The
// same report gives the same bytes.
func (r SubjectReport) Markdown() []byte { return r.page().markdown() }

// HTML returns the same as one self-contained, accessible page.
func (r SubjectReport) HTML() []byte { return r.page().html() }

func (r SubjectReport) page() *page {
	g, t := r.programme, r.terms
	p := &page{title: "What we hold about you: " + g.Name}
	p.paragraph(fmt.Sprintf("You asked what %s holds about you. This is the answer of %s.", g.Name, coaching.DateOf(r.at)),
		when(r.others > 0, "Other people are not named: %s of them left out.", counted(r.others, "mention", "mentions")))
	var missing []string
	for _, c := range Categories() {
		if !r.asked[c] {
			missing = append(missing, fmt.Sprintf("%q", categoryTitles[c]))
		}
	}
	p.paragraph(when(len(missing) > 0, "This report is not complete. Nobody looked for: %s.", sentenceList(missing...)))

	// Article 15(1), points (a) to (h).
	p.heading("Why, where from, for how long")
	var items []string
	for _, purpose := range g.Purposes {
		items = append(items, "Used "+purposeWords(purpose)+".")
	}
	for _, s := range g.Sources {
		items = append(items, fmt.Sprintf("From %s, kept in %s, used only %s.", s.Name, s.Residency, s.Restriction))
	}
	p.list(append(items,
		when(t.RawDays > 0, "Data about you: at most %d days. Then it is deleted.", t.RawDays),
		when(t.AggregateMonths > 0, "Figures of groups: at most %d months.", t.AggregateMonths),
		when(t.Rationale > 0, "No decision about your career is made by software. A human must agree first and write down why."))...)
	p.heading("Who can see it")
	p.table("", []string{"Who", "Who you are", "Raw records", "Figures about you, under a code", "Figures of groups"}, t.accessRows())
	p.heading("What you can do")
	p.list("You can ask us to correct, delete or restrict what we hold, object to its use, and take back what you agreed to.",
		"You can write to the data protection authority of your country.")
	p.links(link{"If a signal gets you wrong:", "how to appeal", g.Appeals.To}, link{"Ask " + roleWords(g.Owner) + ":", strings.TrimPrefix(g.Contact, "mailto:"), g.Contact})

	for _, c := range Categories() {
		p.heading(categoryTitles[c])
		records := r.records[c]
		switch {
		case !r.asked[c]:
			p.paragraph("Not asked. We do not know whether there is anything.")
			continue
		case len(records) == 0:
			p.paragraph("Nothing.")
			continue
		}
		var rows [][]string
		for _, record := range records {
			on := "no date"
			if !record.At.IsZero() {
				on = record.At.Format("2006-01-02 15:04 UTC")
			}
			var details []string
			for _, f := range record.Fields {
				details = append(details, joined(": ", f.Name, f.Value))
			}
			rows = append(rows, []string{on, record.What, joined("; ", details...)})
		}
		p.table(counted(len(records), "record", "records"), []string{"When", "What", "Details"}, rows)
	}
	return p
}
