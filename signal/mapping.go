package signal

import (
	"embed"
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// MappingV1 is the version of a file that holds a [Mapping].
const MappingV1 = "signal-mapping/v1"

// A Mapping says how to read a CSV file for which there is no public format:
// which column says whose row it is, which one when, and which columns hold the
// figures. [ParseMapping] reads one, [Mappings] returns some to start from, and
// [ReadMapped] reads a file with one. Columns are matched as [ReadViva] matches
// them. Decimals are strings.
type Mapping struct {
	Schema string `json:"schema" doc:"enum=signal-mapping/v1"`
	ID     string `json:"id" doc:"ident"`
	Name   string `json:"name"`
	Source Source `json:"source"`
	Note   string `json:"note,omitempty" doc:"optional,lines"` // for the person who adapts the mapping
	// Person is the column of the person; Owner the column of the label whose
	// leader ImportSpec.Owners names; WholeFile says that every row belongs to the
	// one owner. A mapping has one of the three.
	Person    string `json:"person,omitempty" doc:"optional"`
	Owner     string `json:"owner,omitempty" doc:"optional"`
	WholeFile bool   `json:"whole_file,omitzero" doc:"optional"`
	// Key is the column that names a row, such as a session's number. A row given
	// twice then counts once; without a key every row counts.
	Key     string     `json:"key,omitempty" doc:"optional"`
	Date    string     `json:"date"`                           // the column of the date
	Layout  DateLayout `json:"layout,omitzero" doc:"optional"` // absent: worked out from the column, or refused
	Cadence Cadence    `json:"cadence"`
	// WeekStart is the weekday on which weeks begin, "monday" when absent.
	WeekStart  string            `json:"week_start,omitempty" doc:"optional,enum=monday|tuesday|wednesday|thursday|friday|saturday|sunday"`
	Metrics    []MappedMetric    `json:"metrics"`
	Attributes []MappedAttribute `json:"attributes,omitempty" doc:"optional"`
}

// A MappedMetric says how one figure is read.
type MappedMetric struct {
	Name string `json:"name"` // in the panel, as definitions call it
	Unit string `json:"unit"` // after multiplying and dividing
	// Column is the column of the figure; without one every row counts as 1.
	Column string `json:"column,omitempty" doc:"optional"`
	// Combine says what becomes of several rows of one subject and period: "once"
	// (absent: this) when there is one, and two are DQ04; "sum"; or "mean", which
	// is missing (DQ20) over fewer than MinGroup rows, since it speaks of people.
	Combine string `json:"combine,omitempty" doc:"optional,enum=once|sum|mean"`
	// Multiply and Divide convert units, such as minutes to hours by dividing by
	// 60. The product is exact and rounded once.
	Multiply string `json:"multiply,omitempty" doc:"optional,decimal"`
	Divide   string `json:"divide,omitempty" doc:"optional,decimal"`
	// Words give figures to the only texts that the column may hold. NA is an empty
	// cell and no word.
	Words []MappedWord `json:"words,omitempty" doc:"optional"`
}

// A MappedWord is a text and the figure that it stands for.
type MappedWord struct {
	Text  string `json:"text"`
	Value string `json:"value" doc:"decimal"`
}

// A MappedAttribute is a label per person, such as an organisation.
type MappedAttribute struct {
	Name   string `json:"name"`
	Column string `json:"column"`
	// Person says that the labels identify people, such as managers: the panel
	// holds their pseudonyms, in the text form of [coaching.PersonID].
	Person bool `json:"person,omitempty" doc:"optional"`
}

const (
	combineOnce = "once"
	combineSum  = "sum"
	combineMean = "mean"
)

//go:embed mappings/*.yaml
var mappingFiles embed.FS

// Mappings returns the built-in mappings in the order of their IDs: one or more
// for each class of source that has no public format, with the metrics that the
// definitions of [Catalogue] read. The names of the columns in them are
// placeholders: nobody publishes these formats, and every tenant names columns
// as it likes. Copy one and adapt it to the export at hand.
func Mappings() ([]Mapping, coaching.Findings) {
	entries, err := mappingFiles.ReadDir("mappings")
	if err != nil {
		return nil, coaching.Findings{{Code: "SIG-MAP", Message: err.Error()}}
	}
	var mappings []Mapping
	var fs coaching.Findings
	for _, e := range entries {
		data, err := mappingFiles.ReadFile(path.Join("mappings", e.Name()))
		if err != nil {
			return nil, coaching.Findings{{Code: "SIG-MAP", File: e.Name(), Message: err.Error()}}
		}
		m, more := ParseMapping(e.Name(), data)
		fs = append(fs, more...)
		mappings = append(mappings, m)
	}
	slices.SortFunc(mappings, func(a, b Mapping) int { return strings.Compare(a.ID, b.ID) })
	return mappings, fs
}

// MappingSchema returns the JSON Schema (draft 2020-12) of a mapping, for
// editors. It describes the form only; the rules are in [Mapping.Check].
func MappingSchema() []byte {
	return document.Schema(Mapping{}, "https://github.com/coachgov/coaching/signal/mapping.schema.json", "Column mapping, signal-mapping/v1")
}

// ParseMapping reads a YAML or JSON file that holds a mapping, chosen by the
// name's ending. Every fault comes back at once, with its position; with a
// blocking one the mapping is the zero Mapping.
func ParseMapping(file string, data []byte) (Mapping, coaching.Findings) {
	node, fs := yaml.ParseFile(file, data)
	if node == nil || fs.Blocked() {
		return Mapping{}, fs
	}
	var m Mapping
	positions, more := document.Decode(file, node, &m)
	fs = append(fs, more...)
	if fs.Blocked() {
		return Mapping{}, fs
	}
	found := m.Check()
	positions.Locate(found)
	for i := range found {
		found[i].File = file
	}
	fs = append(fs, found...)
	fs.Sort()
	if fs.Blocked() {
		return Mapping{}, fs
	}
	return m, fs
}

// Check names everything that keeps the mapping from being used, as SIG-MAP, with
// the path of the field; sorted.
func (m Mapping) Check() coaching.Findings {
	var fs coaching.Findings
	add := func(path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "SIG-MAP", Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if m.Schema != MappingV1 {
		add("schema", "the schema is not %q", MappingV1)
	}
	if !document.IsIdent(m.ID) {
		add("id", "not an identifier")
	}
	if m.Source == NoSource || int(m.Source) >= len(sourceNames) {
		add("source", "no source is declared")
	}
	whose := 0
	for _, given := range []bool{m.Person != "", m.Owner != "", m.WholeFile} {
		if given {
			whose++
		}
	}
	if whose != 1 {
		add("person", "%d of person, owner and whole_file say whose a row is; want one", whose)
	}
	if m.Date == "" {
		add("date", "no column for the date")
	}
	if !m.Layout.known() {
		add("layout", "the layout is not declared")
	}
	if m.Cadence == Irregular || int(m.Cadence) >= len(cadenceNames) {
		add("cadence", "no cadence is declared")
	}
	if _, ok := weekdayNamed(m.WeekStart); !ok {
		add("week_start", "not the name of a weekday")
	}
	if len(m.Metrics) == 0 {
		add("metrics", "no metric")
	}
	if m.Key != "" && slices.Contains([]string{columnKey(m.Person), columnKey(m.Owner), columnKey(m.Date)}, columnKey(m.Key)) {
		add("key", "the column of the person, the owner or the date names no row")
	}
	once := false
	var names []string
	for i, metric := range m.Metrics {
		for _, fault := range metric.faults() {
			add(fmt.Sprintf("metrics[%d].%s", i, fault[0]), "%s", fault[1])
		}
		once = once || metric.Combine == "" || metric.Combine == combineOnce
		names = append(names, metric.Name)
		if metric.Column != "" && slices.ContainsFunc([]string{m.Person, m.Owner, m.Date}, func(c string) bool { return c != "" && columnKey(c) == columnKey(metric.Column) }) {
			add(fmt.Sprintf("metrics[%d].column", i), "the column of the person, the owner or the date is no figure")
		}
	}
	if once && slices.ContainsFunc(m.Metrics, func(x MappedMetric) bool { return x.Combine == combineSum || x.Combine == combineMean }) {
		add("metrics", "some metrics combine rows and some take each once; the rows of a file are one or the other")
	}
	for i, a := range m.Attributes {
		names = append(names, a.Name)
		switch {
		case a.Name == "" || a.Column == "":
			add(fmt.Sprintf("attributes[%d].name", i), "an attribute has a name and a column")
		case m.Person == "" || columnKey(a.Column) == columnKey(m.Person):
			add(fmt.Sprintf("attributes[%d].column", i), "an attribute is a label of a person, and not the person's own column")
		}
	}
	if once && m.Key != "" {
		add("key", "a key is for rows that are combined; here a subject and a period have one row")
	}
	if _, j := repeated(names); j > 0 {
		add("metrics", "two metrics or attributes have the same name after normalisation")
	}
	fs.Sort()
	return fs
}

// faults returns pairs of a field and what is wrong with it.
func (x MappedMetric) faults() (faults [][2]string) {
	add := func(field, message string) { faults = append(faults, [2]string{field, message}) }
	if strings.TrimSpace(x.Name) == "" {
		add("name", "no name")
	}
	if strings.TrimSpace(x.Unit) == "" {
		add("unit", "no unit")
	}
	if !slices.Contains([]string{"", combineOnce, combineSum, combineMean}, x.Combine) {
		add("combine", "want once, sum or mean")
	}
	if x.Column == "" && x.Combine != combineSum {
		add("combine", "without a column rows are counted, which is a sum")
	}
	if x.Column == "" && len(x.Words) > 0 {
		add("words", "words want a column")
	}
	for field, text := range map[string]string{"multiply": x.Multiply, "divide": x.Divide} {
		if text == "" {
			continue
		}
		if r, ok := exactDecimal(text); !ok || r.Sign() <= 0 {
			add(field, "want a decimal above zero")
		}
	}
	seen := map[string]bool{}
	for _, w := range x.Words {
		if _, ok := exactDecimal(w.Value); !ok || w.Text == "" || w.Text == notAvailable || seen[w.Text] {
			add("words", "each word is given once and stands for a decimal; "+notAvailable+" is read as an empty cell and is no word")
			break
		}
		seen[w.Text] = true
	}
	slices.SortFunc(faults, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	return faults
}

// exactDecimal reads a short decimal without an exponent.
func exactDecimal(text string) (*big.Rat, bool) {
	if _, ok := decimalNumber(text); !ok || len(text) > document.MaxNumber || strings.ContainsAny(text, "eE") {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// weekdayNamed returns the weekday of a name; Monday for none.
func weekdayNamed(name string) (time.Weekday, bool) {
	if name == "" {
		return time.Monday, true
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name == strings.ToLower(day.String()) {
			return day, true
		}
	}
	return 0, false
}
