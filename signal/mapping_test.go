package signal

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document/hostile"
)

// hoursMapping is a mapping that passes every check.
func hoursMapping() Mapping {
	return Mapping{
		Schema: MappingV1, ID: "hours", Name: "Hours", Source: Learning, Person: "who", Date: "day", Cadence: Weekly,
		Metrics: []MappedMetric{{Name: "hours", Unit: "hours", Column: "minutes", Combine: "sum", Divide: "60"}},
	}
}

// SIG-MAP: everything that keeps a mapping from being used is found, where it is.
func TestMappingCheck(t *testing.T) {
	require.Empty(t, hoursMapping().Check())
	for path, spoil := range map[string]func(*Mapping){
		"schema":               func(m *Mapping) { m.Schema = "signal-mapping/v2" },
		"id":                   func(m *Mapping) { m.ID = "a b" },
		"source":               func(m *Mapping) { m.Source = NoSource },
		"person":               func(m *Mapping) { m.Owner = "team" },
		"date":                 func(m *Mapping) { m.Date = "" },
		"layout":               func(m *Mapping) { m.Layout = 200 },
		"cadence":              func(m *Mapping) { m.Cadence = Irregular },
		"week_start":           func(m *Mapping) { m.WeekStart = "Monday" },
		"metrics":              func(m *Mapping) { m.Metrics = nil },
		"metrics[0].name":      func(m *Mapping) { m.Metrics[0].Name = " " },
		"metrics[0].unit":      func(m *Mapping) { m.Metrics[0].Unit = "" },
		"metrics[0].combine":   func(m *Mapping) { m.Metrics[0].Combine = "last" },
		"metrics[0].multiply":  func(m *Mapping) { m.Metrics[0].Multiply = "0" },
		"metrics[0].divide":    func(m *Mapping) { m.Metrics[0].Divide = "1e9" },
		"metrics[0].column":    func(m *Mapping) { m.Metrics[0].Column = "Who"; m.Person = "Who" },
		"metrics[0].words":     func(m *Mapping) { m.Metrics[0].Words = []MappedWord{{"yes", "1"}, {"yes", "0"}} },
		"key":                  func(m *Mapping) { m.Key = "day" },
		"attributes[0].column": func(m *Mapping) { m.Attributes = []MappedAttribute{{Name: "name", Column: "who"}} },
		"attributes[0].name":   func(m *Mapping) { m.Attributes = []MappedAttribute{{Name: "", Column: "org"}} },
	} {
		m := hoursMapping()
		m.Metrics = slices.Clone(m.Metrics)
		spoil(&m)
		fs := m.Check()
		require.True(t, fs.Blocked(), path)
		require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Code == "SIG-MAP" && f.Path == path }), "%s: %v", path, fs)
		_, _, err := ReadMapped(strings.NewReader("who,day,minutes\nE1,2027-01-04,60\n"), m, spec(t))
		require.ErrorContains(t, err, "the mapping cannot be used", path)
	}
	for name, spoil := range map[string]func(*Mapping){
		"counts":     func(m *Mapping) { m.Metrics[0].Column, m.Metrics[0].Combine = "", "" },
		"lone words": func(m *Mapping) { m.Metrics[0].Column, m.Metrics[0].Words = "", []MappedWord{{"a", "1"}} },
		"mixed":      func(m *Mapping) { m.Metrics = append(m.Metrics, MappedMetric{Name: "x", Unit: "1", Column: "x"}) },
		"same name":  func(m *Mapping) { m.Metrics = append(m.Metrics, m.Metrics[0]) },
		"nobody's":   func(m *Mapping) { m.Person = "" },
		"label of all": func(m *Mapping) {
			m.Person, m.WholeFile, m.Attributes = "", true, []MappedAttribute{{Name: "org", Column: "org"}}
		},
		"word NA":  func(m *Mapping) { m.Metrics[0].Words = []MappedWord{{"NA", "0"}} },
		"idle key": func(m *Mapping) { m.Key, m.Metrics[0].Combine = "n", "" },
		"zero":     func(m *Mapping) { *m = Mapping{} },
	} {
		m := hoursMapping()
		m.Metrics = slices.Clone(m.Metrics)
		spoil(&m)
		require.True(t, m.Check().Has("SIG-MAP"), name)
	}
}

func TestParseMappingSaysWhere(t *testing.T) {
	text := "schema: signal-mapping/v1\nid: x\nname: X\nsource: learning\nperson: who\ndate: day\ncadence: weekly\nmetrics:\n  - name: a\n    unit: \"1\"\n    combine: mean\n"
	m, fs := ParseMapping("x.yaml", []byte(text))
	require.Equal(t, Mapping{}, m)
	require.Len(t, fs, 1)
	require.Equal(t, "x.yaml:11:5 metrics[0].combine SIG-MAP", fmt.Sprintf("%s:%d:%d %s %s", fs[0].File, fs[0].Line, fs[0].Column, fs[0].Path, fs[0].Code))
	_, fs = ParseMapping("x.yaml", []byte(text+"colour: red\n"))
	require.True(t, fs.Blocked())
	_, fs = ParseMapping("x.txt", []byte(text))
	require.True(t, fs.Blocked())
}

// SIG-017 to SIG-020: a definition of the catalogue that a built-in mapping can
// serve has the mapping's cadence, so that it sees the mapping's periods.
func TestMappingsServeTheCatalogue(t *testing.T) {
	mappings, _ := Mappings()
	definitions, fs := Catalogue()
	require.NoError(t, fs.Err())
	served := map[Source]int{}
	for _, d := range definitions {
		for _, m := range mappings {
			var names []string
			for _, x := range m.Metrics {
				names = append(names, x.Name)
			}
			if slices.ContainsFunc(d.Expr.Columns(), func(c string) bool { return !slices.Contains(names, c) }) {
				continue
			}
			require.Equal(t, d.Cadence, m.Cadence, "%s by %s", d.ID, m.ID)
			served[d.Source]++
		}
	}
	for _, source := range []Source{SurveyAnswers, PeopleAnalytics, BusinessKPI, Learning} {
		require.GreaterOrEqual(t, served[source], 2, source)
	}
}

// Every built-in mapping passes, says that its columns are placeholders, and
// together they give what the catalogue's definitions read and no other reader
// gives.
func TestMappings(t *testing.T) {
	mappings, fs := Mappings()
	require.Empty(t, fs)
	sources, metrics := map[Source]bool{}, map[string]bool{}
	var ids []string
	for _, m := range mappings {
		require.Contains(t, m.Note, "placeholders", m.ID)
		require.Equal(t, slices.ContainsFunc(m.Metrics, func(x MappedMetric) bool { return len(x.Words) > 0 }), strings.Contains(m.Note, "the words"), m.ID)
		require.Equal(t, m.Person != "", strings.Contains(m.Note, "identifier that they have in your other files"), m.ID)
		require.Equal(t, m.Owner != "", strings.Contains(m.Note, "ImportSpec.Owners"), m.ID)
		ids = append(ids, m.ID)
		sources[m.Source] = true
		for _, x := range m.Metrics {
			metrics[x.Name] = true
		}
	}
	require.True(t, slices.IsSorted(ids))
	require.Len(t, slices.Compact(ids), len(mappings))
	for _, source := range []Source{CollaborationMetadata, SurveyAnswers, PeopleAnalytics, BusinessKPI, Learning, Interview} {
		require.True(t, sources[source], source)
	}
	for _, want := range slices.Concat(columnsOfMappings, []string{"Manager_Recommend", "Speak_My_Mind", "sessions"}) {
		require.True(t, metrics[want], want)
	}
}

// numbered joins lines and gives each but the first a number as its last cell.
func numbered(head string, rows ...string) string {
	for i, row := range rows {
		head += fmt.Sprintf("\n%s,n%d", row, i)
	}
	return head + "\n"
}

// Each built-in mapping reads a file with its columns. The figures are what a
// reader of the mapping would expect by hand.
func TestMappingsReadTheirFiles(t *testing.T) {
	files := map[string]struct {
		file   string
		metric string
		want   float64
		period Period
	}{
		"betterup_sessions":   {numbered("Member ID,Session Date,Session Status,Session ID", "E1,2027-01-04,Completed", "E1,2027-01-10,Completed", "E1,2027-01-06,No show"), "sessions", 2, week("2027-01-04")},
		"coaching_sessions":   {numbered("Coachee ID,Date,Duration (minutes),Session ID", "E1,2027-01-04,50", "E1,2027-01-05,40"), "coaching_hours", 1.5, week("2027-01-04")},
		"crm_nps":             {numbered("Account Team,Response Date,Category,Response ID", "A,2027-02-03,Promoter", "A,2027-02-03,Promoter", "A,2027-02-03,Promoter", "A,2027-02-28,Passive", "A,2027-02-01,Detractor"), "nps", 40, Period{coaching.MustDate("2027-02-01"), 28}},
		"culture_amp_pulse":   {"Employee Identifier,Response Date,I would recommend my manager,I can speak my mind,Department\nE1,2027-02-03,4,5,Ops\n", "Speak_My_Mind", 5, Period{coaching.MustDate("2027-02-01"), 28}},
		"document_activity":   {"User ID,Week,Documents Written,Comments\nE1,2027-01-04,3,7\n", "doc_comments", 7, week("2027-01-04")},
		"feedback_360":        {numbered("Participant ID,Submitted On,Coaching Readiness Score,Response ID", "E1,2027-05-03,4", "E1,2027-05-03,4", "E1,2027-05-03,4", "E1,2027-05-03,4", "E1,2027-06-30,5"), "peer_coaching_readiness", 4.2, Period{coaching.MustDate("2027-04-01"), 91}},
		"finance_revenue":     {"Business Unit,Month,Revenue (thousands),FTE\nA,2027-12-01,1250.5,10\n", "revenue", 1250500, Period{coaching.MustDate("2027-12-01"), 31}},
		"glint_pulse":         {"Employee ID,Survey Close Date,Manager Recommend,Speak My Mind\nE1,2028-02-03,Strongly agree,Neutral\n", "Speak_My_Mind", 3, Period{coaching.MustDate("2028-02-01"), 29}},
		"goal_completion":     {numbered("Owner ID,Due Date,Achieved,Goal ID", "E1,2027-01-31,Yes", "E1,2027-01-31,No", "E1,2027-01-02,Yes"), "goals_done", 2, Period{coaching.MustDate("2027-01-01"), 31}},
		"lms_completion":      {numbered("User ID,Due Date,Status,Assignment ID", "E1,2027-01-04,Completed", "E1,2027-01-10,Overdue"), "assigned", 2, week("2027-01-04")},
		"calendar_attendance": {numbered("Attendee ID,Meeting Date,Cross-functional,Cross-functional Attended,Invitation ID", "E1,2027-01-04,Yes,Yes", "E1,2027-01-05,Yes,No", "E1,2027-01-06,No,No"), "cross_functional_meetings_invited", 2, week("2027-01-04")},
		"interview_themes":    {numbered("Leader ID,Coded On,Coding ID", "E1,2027-05-03", "E1,2027-05-04"), "theme", 2, Period{coaching.MustDate("2027-04-01"), 91}},
		"pulse_excerpts":      {numbered("Team,Response Date,May Be Read By Coach,Answer ID", "A,2027-02-03,Yes", "A,2027-02-04,No"), "excerpt", 1, Period{coaching.MustDate("2027-02-01"), 28}},
		"review_turnaround":   {"Author,Week,Mean Minutes To First Review,Mean Minutes To Approval\nE1,2027-01-04,90,600\n", "review_loop_hours", 10, week("2027-01-04")},
		"ticket_response":     {"Answered By,Week,Mean Working Minutes To First Answer\nE1,2027-01-04,90\n", "response_time_hours", 1.5, week("2027-01-04")},
		"visier_attrition":    {"Employee ID,Snapshot Month,Attrition Risk Percent,Organization\nE1,2027-01-01,7,Ops\n", "attrition_risk", 0.07, Period{coaching.MustDate("2027-01-01"), 31}},
		"workday_exits":       {"Employee ID,Month,Employed,Exit,Supervisory Organization\nE1,2027-01-01,Yes,Voluntary,Ops\n", "voluntary_exits", 1, Period{coaching.MustDate("2027-01-01"), 31}},
		"workday_promotion":   {"Employee ID,Report Date,Months Since Last Promotion,Supervisory Organization\nE1,2027-11-15,18,Ops\n", "months_since_last_promotion", 18, Period{coaching.MustDate("2027-10-01"), 92}},
	}
	mappings, _ := Mappings()
	require.Len(t, files, len(mappings))
	for _, m := range mappings {
		c, ok := files[m.ID]
		require.True(t, ok, m.ID)
		s := spec(t)
		s.Owners = owners(t, "A")
		p, report, err := ReadMapped(strings.NewReader(c.file), m, s)
		require.NoError(t, err, m.ID)
		require.Empty(t, report.Findings, m.ID)
		who := person(t, "E1")
		if m.Owner != "" {
			who = s.Owners["A"]
		}
		v, ok := p.Value(who, c.period, c.metric)
		require.True(t, ok, "%s: %v", m.ID, p.Periods())
		require.Equal(t, c.want, v, m.ID)
		require.True(t, m.Cadence.Holds(c.period.Days), m.ID)
		for _, a := range m.Attributes {
			label, _ := p.Attribute(who, a.Name)
			require.Equal(t, "Ops", label, m.ID)
		}
	}
}

// DQ01, DQ04, DQ06, DQ07, DQ20: what a mapped file gets wrong is counted.
func TestReadMappedCountsDefects(t *testing.T) {
	mean := hoursMapping()
	mean.Metrics = []MappedMetric{{Name: "score", Unit: "points", Column: "score", Combine: "mean"}}
	once := hoursMapping()
	once.Metrics = []MappedMetric{{Name: "score", Unit: "points", Column: "score", Words: []MappedWord{{"good", "1"}, {"bad", "0"}}}}
	once.Attributes = []MappedAttribute{{Name: "org", Column: "org"}}
	sum := hoursMapping()
	keyed := hoursMapping()
	keyed.Key = "n"
	head := "who,day,score,org\n"
	for name, tt := range map[string]struct {
		m    Mapping
		file string
		code string
		kept bool
	}{
		"few raters":    {mean, head + strings.Repeat("E1,2027-01-04,4,x\n", 4), "DQ20", false},
		"enough raters": {mean, head + strings.Repeat("E1,2027-01-04,4,x\n", 5), "", true},
		"blank rater":   {mean, head + strings.Repeat("E1,2027-01-04,4,x\n", 4) + "E1,2027-01-04,,x\n", "DQ06 DQ20", false},
		"word":          {once, head + "E1,2027-01-04,good,x\n", "", true},
		"other word":    {once, head + "E1,2027-01-04,Good,x\n", "DQ07", false},
		"number":        {once, head + "E1,2027-01-04,1,x\n", "DQ07", false},
		"repeat":        {once, head + "E1,2027-01-04,good,x\nE1,2027-01-06,good,x\n", "DQ04", true},
		"conflict":      {once, head + "E1,2027-01-04,good,x\nE1,2027-01-06,bad,x\n", "DQ04", false},
		"labels":        {once, head + "E1,2027-01-04,good,x\nE1,2027-01-06,good,y\n", "DQ04", true},
		"nobody":        {once, head + "E1,2027-01-04,good,x\n,2027-01-06,bad,x\n", "DQ01", true},
		"given twice":   {keyed, "who,day,minutes,n\nE1,2027-01-04,60,a\nE1,2027-01-04,60,a\n", "DQ04", true},
		"changed":       {keyed, "who,day,minutes,n\nE1,2027-01-04,60,a\nE1,2027-01-04,61,a\n", "DQ04", false},
		"moved":         {keyed, "who,day,minutes,n\nE1,2027-01-04,60,a\nE1,2027-01-05,60,a\n", "DQ04", false},
		"part unknown":  {sum, "who,day,minutes\nE1,2027-01-04,60\nE1,2027-01-05,?\n", "DQ07", false},
	} {
		p, report, err := ReadMapped(strings.NewReader(tt.file), tt.m, spec(t))
		require.NoError(t, err, name)
		require.Equal(t, tt.code, strings.Join(slices.Sorted(slices.Values(codes(report.Findings))), " "), name)
		_, ok := p.Value(person(t, "E1"), week("2027-01-04"), tt.m.Metrics[0].Name)
		require.Equal(t, tt.kept, ok, name)
	}
	_, byWord, err := ReadMapped(strings.NewReader(head+"E1,2027-01-04,Good,x\nE1,2027-01-11,NA,x\n"), once, spec(t))
	require.NoError(t, err)
	require.Contains(t, messages(byWord.Findings), "1 cells are not one of the mapping's words")
	require.Equal(t, 1, byWord.Columns[0].Blank)
	// A label given twice with differences is nobody's group.
	p, report, err := ReadMapped(strings.NewReader(head+"E1,2027-01-04,good,x\nE1,2027-01-06,good,y\n"), once, spec(t))
	require.NoError(t, err)
	label, _ := p.Attribute(person(t, "E1"), "org")
	require.Empty(t, label)
	require.Equal(t, 1, report.Conflicts)
	require.True(t, report.Findings.Blocked())
}

func TestReadMappedRefuses(t *testing.T) {
	file := "who,day,minutes\nE1,2027-01-04,60\n"
	whole := hoursMapping()
	whole.Person, whole.WholeFile = "", true
	for name, tt := range map[string]struct {
		file string
		m    Mapping
		edit func(*ImportSpec)
		want string
	}{
		"no people":      {file, hoursMapping(), func(s *ImportSpec) { s.People = nil }, "ImportSpec.People"},
		"no owner":       {file, whole, nil, "ImportSpec.Owners"},
		"two owners":     {file, whole, func(s *ImportSpec) { s.Owners = owners(t, "A", "B") }, "one entry"},
		"other metric":   {file, hoursMapping(), func(s *ImportSpec) { s.Metrics = []string{"days"} }, "makes no metric"},
		"no column":      {"who,day,hours\nE1,2027-01-04,60\n", hoursMapping(), nil, `no column "minutes"`},
		"ambiguous":      {"who,day,minutes\nE1,01/04/2027,60\n", hoursMapping(), nil, "ambiguous dates"},
		"formula":        {"who,day,minutes\n=1+1,2027-01-04,60\n", hoursMapping(), nil, "like a formula"},
		"end of time":    {"who,day,minutes\nE1,9999-12-31,60\n", hoursMapping(), nil, "beyond the calendar"},
		"padded":         {"who,day,minutes\nE1 ,2027-01-04,60\n", hoursMapping(), nil, "spaces around it"},
		"two such dates": {"who,day,Day,minutes\nE1,2027-01-04,2027-01-04,60\n", func() Mapping { m := hoursMapping(); m.Date = "DAY"; return m }(), nil, "two columns answer"},
	} {
		s := spec(t)
		if tt.edit != nil {
			tt.edit(&s)
		}
		p, _, err := ReadMapped(strings.NewReader(tt.file), tt.m, s)
		require.ErrorContains(t, err, tt.want, name)
		require.Nil(t, p, name)
	}
	// A week starts on the mapping's day; a whole file is its owner's.
	whole.WeekStart = "sunday"
	s := spec(t)
	s.Owners = owners(t, "A")
	s.WeekStart = time.Friday
	p, _, err := ReadMapped(strings.NewReader("day,minutes\n2027-01-04,60\n"), whole, s)
	require.NoError(t, err)
	v, ok := p.Value(s.Owners["A"], week("2027-01-03"), "hours")
	require.True(t, ok)
	require.Equal(t, 1.0, v)
}

// A conversion is exact and rounded once: no float that lies nearer to the exact
// product than the figure that was made.
func TestMappedScaleIsRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e6, 1e6).Draw(t, "v")
		multiply := rapid.IntRange(1, 10000).Draw(t, "multiply")
		divide := rapid.IntRange(1, 10000).Draw(t, "divide")
		x := MappedMetric{Multiply: fmt.Sprint(multiply), Divide: fmt.Sprintf("%d.%03d", divide/1000, divide%1000)}
		got, ok := x.reader()(fmt.Sprintf("%.6f", v))
		require.True(t, ok)
		read, _ := decimalNumber(fmt.Sprintf("%.6f", v))
		exact := new(big.Rat).SetFloat64(read)
		exact.Mul(exact, big.NewRat(int64(multiply)*1000, int64(divide)))
		off := func(f float64) *big.Rat {
			d := new(big.Rat).Sub(new(big.Rat).SetFloat64(f), exact)
			return d.Abs(d)
		}
		require.True(t, off(got).Cmp(off(math.Nextafter(got, math.Inf(1)))) <= 0)
		require.True(t, off(got).Cmp(off(math.Nextafter(got, math.Inf(-1)))) <= 0)
	})
}

// A mapping that is printed and read again is the same mapping.
func FuzzParseMapping(f *testing.F) {
	mappings, _ := Mappings()
	for _, m := range mappings {
		text, err := json.Marshal(m)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, fs := ParseMapping("x.json", []byte(text))
		if fs.Blocked() {
			require.Equal(t, Mapping{}, m)
			return
		}
		require.Empty(t, m.Check())
		printed, err := json.Marshal(m)
		require.NoError(t, err)
		again, fs := ParseMapping("x.json", printed)
		require.Empty(t, fs)
		reprinted, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(printed), string(reprinted))
	})
}

// Hostile variants of a mapping are refused, honest ones read as the same.
func TestParseMappingRefusesHostileVariants(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 800 documents; go test without -short runs it")
	}
	// Without optional keys, whose absence is no fault.
	yamlText := []byte("schema: signal-mapping/v1\nid: attrition\nname: Attrition\nsource: people_analytics\nperson: Employee\ndate: Month\ncadence: monthly\n" +
		"metrics:\n  - name: attrition_risk\n    unit: probability\n    column: Risk\n")
	m, fs := ParseMapping("x.yaml", yamlText)
	require.Empty(t, fs)
	jsonText, err := json.Marshal(m)
	require.NoError(t, err)
	for kind, text := range map[string][]byte{"yaml": yamlText, "json": jsonText} {
		hostile.Run(t, kind, text, func(data []byte) (any, bool) {
			m, fs := ParseMapping("x."+kind, data)
			return m, !fs.Blocked()
		})
	}
}

// The schema describes what the mappings hold, and every field is in it.
func TestMappingSchema(t *testing.T) {
	var schema struct {
		Required   []string
		Properties map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(MappingSchema(), &schema))
	require.Equal(t, []string{"schema", "id", "name", "source", "date", "cadence", "metrics"}, schema.Required)
	text, err := json.Marshal(hoursMapping())
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	for name := range fields {
		require.Contains(t, schema.Properties, name)
	}
	require.Equal(t, MappingSchema(), MappingSchema())
	published, err := os.ReadFile("mapping.schema.json")
	require.NoError(t, err, "write it with MappingSchema")
	require.Equal(t, string(published), string(MappingSchema()), "mapping.schema.json is stale")
}

// A sparse file cannot blow up the panel: people times periods are bounded.
func TestReadMappedIsBounded(t *testing.T) {
	m := hoursMapping()
	m.Cadence = Daily
	var b strings.Builder
	b.WriteString("who,day,minutes\n")
	for i := range 8200 {
		fmt.Fprintf(&b, "E%d,%s,60\n", i, coaching.MustDate("2000-01-01").AddDays(i))
	}
	_, _, err := ReadMapped(strings.NewReader(b.String()), m, spec(t))
	require.ErrorContains(t, err, "8200 people over 8200 periods would make 134480000 cells")
	for name, limits := range map[string]ImportLimits{"more than 10 rows": {Rows: 10}, "more than 64 bytes": {Bytes: 64}, "want at most 2": {Columns: 2}} {
		s := spec(t)
		s.Limits = limits
		_, _, err := ReadMapped(strings.NewReader(b.String()), m, s)
		require.ErrorContains(t, err, name)
	}
}
