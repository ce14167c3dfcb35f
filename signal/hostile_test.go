package signal

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// The person column is read as a pseudonym and as nothing else.
func TestReadersKeepThePersonAtTheDoor(t *testing.T) {
	wide := "PersonId,MetricDate,x\nJane,2024-04-28,1\n"
	for name, edit := range map[string]func(*ImportSpec){
		"attribute":       func(s *ImportSpec) { s.Attributes = []string{"PersonId"} },
		"in another case": func(s *ImportSpec) { s.Attributes = []string{"personid"} },
		"metric":          func(s *ImportSpec) { s.Metrics = []string{"PersonId"} },
	} {
		s := spec(t, "x")
		edit(&s)
		p, _, err := ReadViva(strings.NewReader(wide), s)
		require.ErrorContains(t, err, "in.csv:1: column 1: ", name)
		require.ErrorContains(t, err, "column of the person", name)
		require.Nil(t, p)
	}
	s := spec(t, "docs")
	s.Attributes = []string{"person"}
	_, _, err := ReadLong(strings.NewReader("date,person,metric,value\n2024-04-28,Jane,docs,1\n"), s)
	require.ErrorContains(t, err, "in.csv:1: column 2: ")
}

// A mapping that spells the person's column in another way gets no further.
func TestReadMappedKeepsThePersonAtTheDoor(t *testing.T) {
	file := "who,day,minutes\nJane,2027-01-04,60\n"
	label, figure, team := hoursMapping(), hoursMapping(), hoursMapping()
	label.Attributes = []MappedAttribute{{Name: "org", Column: "WHO"}}
	figure.Metrics = []MappedMetric{{Name: "hours", Unit: "hours", Column: "WHO", Combine: "sum"}}
	team.Person, team.Owner, team.Metrics = "", "who", figure.Metrics
	for name, m := range map[string]Mapping{"label": label, "figure": figure, "team": team} {
		require.Empty(t, m.Check(), name)
		s := spec(t)
		s.Owners = owners(t, "Jane")
		p, _, err := ReadMapped(strings.NewReader(file), m, s)
		require.ErrorContains(t, err, "in.csv:1: column 1: ", name)
		require.ErrorContains(t, err, "is the column of the person", name)
		require.Nil(t, p)
	}
}

// An endless is a file of one byte, without end.
type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

// A field or a record that never ends is refused long before the limit of bytes,
// and before it is gathered: the default limits would allow 1 GiB.
func TestReadersStopAtAFieldThatNeverEnds(t *testing.T) {
	head := "PersonId,MetricDate,x\nE1,2024-04-28,1\n"
	for name, tail := range map[string]io.Reader{
		"open quote":      io.MultiReader(strings.NewReader("E2,2024-04-28,\""), endless('a')),
		"quoted newlines": io.MultiReader(strings.NewReader("E2,2024-04-28,\""), endless('\n')),
		"no separator":    endless('a'),
		"commas":          endless(','),
		"quotes":          endless('"'),
	} {
		counted := &meter{r: io.MultiReader(strings.NewReader(head), tail), most: math.MaxInt64, sum: nopHash{}}
		_, _, err := ReadViva(counted, spec(t, "x"))
		require.ErrorIs(t, err, errRecord, name)
		require.ErrorContains(t, err, "in.csv:", name)
		require.Less(t, counted.n, int64(1<<20), name)
	}
	// Many fields within their limit are a record that never ends, be they cells or
	// names of columns. The line is the record's first.
	for name, field := range map[string]string{"fields": strings.Repeat("a", 60_000) + ",", "quoted fields": `"` + strings.Repeat("a\n", 30_000) + `",`} {
		for _, head := range []string{head + "E1,2024-04-28,\"1\"\n\n", ""} {
			counted := &meter{r: io.MultiReader(strings.NewReader(head), strings.NewReader(strings.Repeat(field, 500))), most: math.MaxInt64, sum: nopHash{}}
			_, _, err := ReadViva(counted, spec(t, "x"))
			require.ErrorIs(t, err, errRecord, name)
			require.ErrorContains(t, err, fmt.Sprintf("in.csv:%d: ", strings.Count(head, "\n")+1), name)
			require.Less(t, counted.n, int64(maxRecord+1<<18), name)
		}
	}
	wide := strings.Repeat(",a", 250)
	_, _, err := ReadViva(strings.NewReader("PersonId,MetricDate,x"+numberedNames(250)+"\nE1,2024-04-28,1"+strings.ReplaceAll(wide, "a", strings.Repeat("a", 60_000))+"\n"), spec(t, "x"))
	require.NoError(t, err)
	// The bound is no tighter than the exact one: long quoted fields are read.
	long := strings.Repeat(`"",`, 20_000) // 60,000 bytes, doubled quotes inside
	s := spec(t, "x")
	s.Attributes = []string{"note"}
	_, _, err = ReadViva(strings.NewReader("PersonId,MetricDate,x,note\n"+strings.Repeat("E1,2024-04-28,1,\""+long+"\"\n", 20)), s)
	require.NoError(t, err)
}

func numberedNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",column %d", i)
	}
	return b.String()
}

type nopHash struct{}

func (nopHash) Write(b []byte) (int, error) { return len(b), nil }
func (nopHash) Sum(b []byte) []byte         { return b }
func (nopHash) Reset()                      {}
func (nopHash) Size() int                   { return 0 }
func (nopHash) BlockSize() int              { return 1 }

// DQ04: two labels of one person in one period are a conflict whatever their
// order, as two figures are; a label beside a blank is none.
func TestConflictingLabelsAreNobodysGroup(t *testing.T) {
	rows := []string{"E1,2024-04-28,1,Sales\n", "E1,2024-04-28,1,Ops\n", "E1,2024-04-28,1,\n"}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {0, 2, 1}} {
		var file strings.Builder
		file.WriteString("PersonId,MetricDate,x,org\n")
		for _, i := range order {
			file.WriteString(rows[i])
		}
		s := spec(t, "x")
		s.Attributes = []string{"org"}
		p, report, err := ReadViva(strings.NewReader(file.String()), s)
		require.NoError(t, err)
		label, _ := p.Attribute(person(t, "E1"), "org")
		require.Empty(t, label)
		require.Equal(t, 1, report.Conflicts)
		require.True(t, report.Findings.Has("DQ04") && report.Findings.Blocked())
	}
	s := spec(t, "x")
	s.Attributes = []string{"org"}
	for _, file := range []string{rows[0] + rows[2], rows[2] + rows[0]} {
		p, report, err := ReadViva(strings.NewReader("PersonId,MetricDate,x,org\n"+file), s)
		require.NoError(t, err)
		label, _ := p.Attribute(person(t, "E1"), "org")
		require.Equal(t, "Sales", label)
		require.Zero(t, report.Conflicts)
	}
}

// SIG-025: a window that reaches beyond the data is judged whole.
func TestBaselineCountsTheWholeWindow(t *testing.T) {
	s, w := one(t, 1, 2, 3, 4, 5, 6)
	for name, tt := range map[string]struct {
		from, to int // days added to the window of the six weeks
		config   BaselineConfig
		want     string
	}{
		"six of eight, the last two missing": {0, 0, BaselineConfig{MaxAge: 15}, ""},
		"six of eight, the first two":        {-14, -14, BaselineConfig{}, ""},
		"six of nine":                        {-14, -7, BaselineConfig{MaxGap: 9}, "6 of 9 periods usable; want 75%"},
		"a gap of three before":              {-21, -14, BaselineConfig{MinShare: 0.5}, "a gap of 3 periods"},
		"a gap of three behind":              {0, 7, BaselineConfig{MinShare: 0.5, MaxAge: 99}, "a gap of 3 periods"},
		"into the experiment":                {0, -14, BaselineConfig{Start: w.From.AddDays(41)}, "a baseline ends before it"},
	} {
		b, fs := BaselinesOf(s, coaching.Window{From: w.From.AddDays(tt.from), To: w.To.AddDays(tt.to)}, tt.config)
		item := b.Of(person(t, "L"))
		require.Equal(t, tt.want == "", item.Sufficient, "%s: %v", name, item.Reasons)
		require.Equal(t, tt.want != "", fs.Has("SIG-025"), name)
		require.Contains(t, strings.Join(item.Reasons, "; "), tt.want, name)
		require.Equal(t, item.Asked, item.N+len(item.Dropped), name)
	}
	b, _ := BaselinesOf(s, w, BaselineConfig{MinUsable: 1})
	require.Equal(t, 3, b.config.MinUsable, "two values have no spread")
}

// Nil and empty values answer, and never panic.
func TestNothingIsAnAnswer(t *testing.T) {
	b, fs := BaselinesOf(nil, coaching.Window{}, BaselineConfig{})
	require.True(t, fs.Has("SIG-025") && fs.Blocked())
	for _, b := range []*Baselines{b, nil, {}} {
		require.Empty(t, Detect(b))
		require.Empty(t, b.All())
		require.False(t, b.Of(person(t, "L")).Sufficient)
		settled, _ := b.Settle(nil)
		require.Empty(t, settled.All())
		_, fs = NewPack(PackSpec{Signals: []PackSignal{{Baselines: b}, {Baselines: b}}})
		require.True(t, fs.Has("SIG-025"))
	}
	require.Equal(t, Unmeasured, StabilityOf(nil, coaching.Window{}).Verdict)
	p, _ := teamPanel(t, [][]string{{"1", "2"}, {"1", "2"}})
	early := p.AsOf(coaching.MustDate("2026-01-01"))
	require.True(t, Check(early, ImportReport{}, VivaQuality(early), coaching.MustDate("2026-01-01")).Findings().Has("DQ19"))
}

// DQ03: two dates thousands of years apart are no series of millions of days.
func TestEvaluateIsBoundedInTime(t *testing.T) {
	s := spec(t, "docs")
	s.PeriodDays = 1
	var b strings.Builder
	b.WriteString("person,date,metric,value\nE1,0001-01-01,docs,1\nE1,9999-12-31,docs,1\n")
	p, _, err := ReadLong(strings.NewReader(b.String()), s)
	require.NoError(t, err)
	d := teamHours()
	d.Cadence, d.Grain, d.Expr.Num = Daily, Leader, []string{"docs"}
	teams := Teams{}
	for i := range 60 {
		teams[person(t, strings.Repeat("m", i+1))] = person(t, strings.Repeat("l", i+1))
	}
	series, fs := Evaluate(p, d, teams, nil)
	require.Nil(t, series)
	require.True(t, fs.Has("DQ03") && fs.Blocked(), "%v", fs)
}

// SIG-DEF: a word beyond the closed lists is refused; an undeclared grain would
// be read as a leader's own row.
func TestDefinitionRefusesUndeclaredWords(t *testing.T) {
	for path, spoil := range map[string]func(*Definition){
		"kind": func(d *Definition) { d.Kind = 9 }, "direction": func(d *Definition) { d.Direction = 9 }, "class": func(d *Definition) { d.Class = 9 },
		"grain": func(d *Definition) { d.Grain = 9 }, "transform": func(d *Definition) { d.Transform = 9 }, "trace": func(d *Definition) { d.Trace = 9 },
		"noise": func(d *Definition) { d.Noise = 9 }, "opacity": func(d *Definition) { d.Opacity = 9 },
		"interpretability": func(d *Definition) { d.Interpretability = 9 }, "privacy_risk": func(d *Definition) { d.PrivacyRisk = 9 },
	} {
		d := teamHours()
		require.False(t, d.Check().Blocked())
		spoil(&d)
		fs := d.Check()
		require.True(t, fs.Has("SIG-DEF") && fs.Blocked(), path)
		require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Path == path && strings.Contains(f.Message, "not declared") }), "%v", fs)
	}
}

// Two loads of one day are judged alike in either order.
func TestGateIgnoresTheOrderOfLoads(t *testing.T) {
	p, _ := teamPanel(t, [][]string{{"1"}, {"1"}, {"1"}})
	day := coaching.MustDate
	loads := []Load{{day("2026-11-22"), day("2026-11-21")}, {day("2026-11-22"), day("2026-11-14")}}
	first := Gate(p, teamHours(), day("2026-11-23"), loads)
	second := Gate(p, teamHours(), day("2026-11-23"), []Load{loads[1], loads[0]})
	require.Equal(t, first, second)
	require.Equal(t, Fresh, first.Status)
}

// A label that could break a reader or hide text is refused; formulas are
// defused and come back as they were.
func TestWriteCSVLabels(t *testing.T) {
	_, m, series := exported(t)
	for label, ok := range map[string]bool{
		"=1+1": true, "+1": true, "-1": true, "@x": true, "'x": true, `a"b,c`: true, " =1": true, "wave 1": true,
		"\t=1": false, "a\rb": false, "a\nb": false, "a\u202eb": false, "\xff": false, strings.Repeat("a", 257): false,
	} {
		var b bytes.Buffer
		spec := ExportSpec{Programme: "x", Created: m.Created, Groups: map[coaching.PersonID]string{series[0].leaders[0]: label}}
		m, err := WriteCSV(&b, spec, series...)
		require.Equal(t, ok, err == nil, "%q", label)
		if !ok {
			continue
		}
		for _, start := range []string{",=", ",+", ",-", ",@", "\"=", "\"+", "\"@"} {
			require.NotContains(t, b.String(), start, label)
		}
		rows, err := ReadCSV(&b, m)
		require.NoError(t, err)
		require.Equal(t, label, rows[0].Group)
	}
}

// SIG-024: a decision counts from its day on, and not when the coach who asks
// took it as a steward.
func TestCoachViewWantsAnotherStewardInTime(t *testing.T) {
	for name, tt := range map[string]struct {
		steward string
		days    int // after the view
		asks    string
		want    string
	}{
		"in time":              {"S", 0, "C", ""},
		"after the view":       {"S", 1, "C", "waits for a steward"},
		"the steward may wait": {"S", 0, "S", "decided by the coach who asks"},
	} {
		c := newPilotCase(t, spikeLast)
		flag := c.flags()[0]
		require.NoError(t, c.request.Log.Decide(StewardDecision{flag.ID, Confirmed, "release week", person(t, tt.steward), c.day.AddDays(tt.days)}), name)
		c.request.Coach = person(t, tt.asks)
		view, fs := c.pack(t).CoachView(c.request)
		require.Equal(t, tt.want != "", fs.Has("SIG-024"), name)
		require.Equal(t, tt.want != "", view.IsZero(), name)
		if tt.want != "" {
			require.ErrorContains(t, fs.Err(), tt.want, name)
		}
	}
	c := newPilotCase(t, spikeLast)
	early := StewardDecision{c.flags()[0].ID, Confirmed, "release week", person(t, "S"), c.flags()[0].Period.Last().AddDays(-1)}
	require.ErrorContains(t, c.request.Log.Decide(early), "before the figure existed")
}
