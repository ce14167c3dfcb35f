package signal

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// A personWeek is a row of a small panel.
type personWeek struct {
	who, org, level string
	week            int
	x               float64
}

// firstWeek is the first week of small panels.
const firstWeek = "2026-11-01"

func weekPeriod(week int) Period {
	return Period{Start: coaching.MustDate(firstWeek).AddDays(7 * week), Days: 7}
}

// groupsPanel makes a panel of the metric Meeting_hours by org and level.
func groupsPanel(t testing.TB, rows []personWeek) *Panel {
	t.Helper()
	present := map[rowKey]bool{}
	org, level := attributeRows{"org", map[rowKey]string{}}, attributeRows{"level", map[rowKey]string{}}
	var cells []observation
	for _, r := range rows {
		key := rowKey{person(t, r.who), weekPeriod(r.week)}
		present[key] = true
		org.labels[key], level.labels[key] = r.org, r.level
		cells = append(cells, observation{key.subject, key.period, 0, r.x})
	}
	return newPanel([]string{"Meeting_hours"}, cells, present, []attributeRows{org, level})
}

// members returns one row per person of a group in a week: names from first on.
func members(group string, first, n, week int) []personWeek {
	var rows []personWeek
	for i := range n {
		level := "junior"
		if i%2 == 1 {
			level = "senior"
		}
		rows = append(rows, personWeek{who: fmt.Sprintf("P%03d", first+i), org: group, level: level, week: week, x: float64(first+i) / 7})
	}
	return rows
}

// allWeeks is a window over the panel's periods.
func allWeeks(p *Panel) coaching.Window {
	return coaching.Window{From: p.periods[0].Start, To: p.periods[len(p.periods)-1].Last()}
}

// at returns the cell of labels in a release's period.
func at(t testing.TB, r *Release, period int, groups ...string) Cell {
	t.Helper()
	cell, ok := r.place(groups)
	require.True(t, ok)
	return r.tables[period].cells[cell]
}

// DQ20: a group of fewer than five is hidden, and so is the next smallest, which
// the total would otherwise leave.
func TestReleaseHidesSmallGroupAndComplement(t *testing.T) {
	p := groupsPanel(t, slices.Concat(members("a", 0, 4, 0), members("b", 10, 6, 0), members("c", 20, 9, 0)))
	r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: []string{"org"}, Window: allWeeks(p)})
	require.False(t, fs.Blocked(), fs)
	require.True(t, fs.Has("DQ20"))
	for group, want := range map[string]Cell{
		"a": {Status: Suppressed, Reason: reasonHidden}, "b": {Status: Suppressed, Reason: reasonHidden},
		"c": {Status: OK, Value: 3.43, N: 9}, "": {Status: OK, Value: 2.23, N: 19},
	} {
		require.Equal(t, want, at(t, r, 0, group), group)
	}
	audit, ok := r.Audit()
	require.True(t, ok)
	require.Equal(t, Audit{Cells: []HiddenCell{
		{Groups: []string{"a"}, Period: r.tables[0].period, Least: 1, Most: 9, Together: 10},
		{Groups: []string{"b"}, Period: r.tables[0].period, Least: 1, Most: 9, Together: 10},
	}}, audit)
}

// Each finding of a release, under the rule that it names.
func TestReleaseFindings(t *testing.T) {
	rows := slices.Concat(members("a", 0, 6, 0), members("b", 10, 6, 0), members("a", 0, 6, 1), members("c", 10, 6, 1))
	p := groupsPanel(t, rows)
	small := groupsPanel(t, members("a", 0, 4, 0))
	same := groupsPanel(t, rows)
	for i := range same.values[0] {
		same.values[0][i] = 3
	}
	same.metrics, same.values = append(same.metrics, "half"), append(same.values, slices.Clone(p.values[0]))
	same.metrics, same.values = append(same.metrics, "whole"), append(same.values, slices.Clone(p.values[0]))
	for i := range same.values[2] {
		same.values[1][i]++
		same.values[2][i] = 2 * same.values[1][i]
	}
	good := ReleaseSpec{By: []string{"org"}, Window: allWeeks(p)}
	tests := []struct {
		name, code string
		severity   coaching.Severity
		message    string
		panel      *Panel
		change     func(*Definition, *ReleaseSpec)
	}{
		{"k of 2", "DQ20", coaching.Error, "groups of 2", p, func(_ *Definition, s *ReleaseSpec) { s.K = 2 }},
		{"negative k", "DQ20", coaching.Error, "groups of -5", p, func(_ *Definition, s *ReleaseSpec) { s.K = -5 }},
		{"k of 4", "DQ20", coaching.Warning, "groups of 4", p, func(_ *Definition, s *ReleaseSpec) { s.K = 4 }},
		{"nothing to show", "DQ20", coaching.Error, "no cell of 2", small, func(*Definition, *ReleaseSpec) {}},
		{"k of 7", "DQ20", coaching.Warning, "2 of 3 cells are hidden", p, func(_ *Definition, s *ReleaseSpec) { s.K = 7 }},
		{"everybody alike", "DQ20", coaching.Warning, "in 2 groups everybody has the same figure", same, func(*Definition, *ReleaseSpec) {}},
		{"everybody above", "DQ20", coaching.Warning, "in 2 groups everybody has the same figure", p, func(d *Definition, _ *ReleaseSpec) {
			d.Expr, d.Range = Expr{Op: ShareAtLeast, Num: []string{"Meeting_hours"}}, nil
		}},
		{"the same ratio", "DQ20", coaching.Warning, "in 2 groups everybody has the same figure", same, func(d *Definition, _ *ReleaseSpec) {
			d.Expr = Expr{Op: RatioOfSums, Num: []string{"half"}, Den: []string{"whole"}}
		}},
		{"no ledger", "DQ20", coaching.Info, "no ledger is given", p, func(*Definition, *ReleaseSpec) {}},
		{"raw traces", "SIG-033", coaching.Error, "classed raw", p, func(d *Definition, _ *ReleaseSpec) { d.Class = Raw }},
		{"no column", "DQ01", coaching.Error, `no column "y"`, p, func(d *Definition, _ *ReleaseSpec) { d.Expr.Num = []string{"y"} }},
		{"no attribute", "DQ01", coaching.Error, `no attribute "site"`, p, func(_ *Definition, s *ReleaseSpec) { s.By = []string{"site"} }},
		{"no grouping", "DQ01", coaching.Error, "0 attributes", p, func(_ *Definition, s *ReleaseSpec) { s.By = nil }},
		{"three attributes", "DQ01", coaching.Error, "3 attributes", p, func(_ *Definition, s *ReleaseSpec) { s.By = []string{"org", "level", "org"} }},
		{"twice the same", "DQ01", coaching.Error, "2 attributes", p, func(_ *Definition, s *ReleaseSpec) { s.By = []string{"org", "org"} }},
		{"no window", "DQ03", coaching.Error, "no period", p, func(_ *Definition, s *ReleaseSpec) { s.Window = coaching.Window{} }},
		{"all excluded", "DQ03", coaching.Error, "no period", p, func(_ *Definition, s *ReleaseSpec) {
			s.Exclude = Exclusions{{Period: weekPeriod(0)}, {Period: weekPeriod(1)}}
		}},
		{"long window", "DQ03", coaching.Error, "a window of 367 days", p, func(_ *Definition, s *ReleaseSpec) { s.Window.To = s.Window.From.AddDays(366) }},
		{"movers", "DQ13", coaching.Warning, "6 of 12 people changed their org", p, func(*Definition, *ReleaseSpec) {}},
		{"range", "DQ08", coaching.Warning, "3 of 3 cells lie outside", same, func(d *Definition, _ *ReleaseSpec) { d.Range = &Band{Low: 0, High: 2} }},
		{"no definition", "SIG-DEF", coaching.Error, "", p, func(d *Definition, _ *ReleaseSpec) { *d = Definition{} }},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.name, func(t *testing.T) {
			d, s := teamHours(), good
			tt.change(&d, &s)
			r, fs := NewRelease(tt.panel, d, s)
			require.Equal(t, fs.Blocked(), r == nil)
			require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
				return f.Code == tt.code && f.Severity == tt.severity && strings.Contains(f.Message, tt.message)
			}), "%v", fs)
			require.True(t, slices.IsSortedFunc(fs, func(a, b coaching.Finding) int { return strings.Compare(a.Path+a.Code, b.Path+b.Code) }))
		})
	}
	_, fs := NewRelease(nil, teamHours(), good)
	require.True(t, fs.Blocked(), "the nil panel")
}

// A cell that is hidden says neither value nor n nor why; one without people says
// so; and no figure carries more digits than the resolution.
func TestReleaseCells(t *testing.T) {
	rows := slices.Concat(members("a", 0, 4, 0), members("", 10, 6, 0), members("c", 20, 9, 0), members("a", 0, 5, 1))
	p := groupsPanel(t, rows)
	r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: []string{"org"}, Window: allWeeks(p), PerPeriod: true})
	require.False(t, fs.Blocked(), fs)
	require.Equal(t, []string{blankLabel, "a", "c"}, r.labels[0])
	require.Equal(t, Cell{Status: Suppressed, Reason: reasonHidden}, at(t, r, 0, "a"))
	require.Equal(t, at(t, r, 0, "a"), at(t, r, 0, blankLabel), "a complement looks like a small group")
	require.Equal(t, Cell{Reason: reasonNobody}, at(t, r, 1, "c"))
	require.Equal(t, 5, at(t, r, 1, "a").N)
	for _, f := range r.Figures() {
		require.Equal(t, rounded(f.Value, 0.01), f.Value)
	}
	d := teamHours()
	d.Resolution = 5
	r, _ = NewRelease(p, d, ReleaseSpec{By: []string{"org"}, Window: allWeeks(p), PerPeriod: true})
	for _, f := range r.Figures() {
		require.Equal(t, rounded(f.Value, 5), f.Value, "figures show the definition's resolution and no more")
	}
	d.Expr = Expr{Op: RatioOfSums, Num: []string{"Meeting_hours"}, Den: []string{"zero"}}
	p.metrics, p.values = append(p.metrics, "zero"), append(p.values, make([]float64, len(p.present)))
	r, fs = NewRelease(p, d, ReleaseSpec{By: []string{"org"}, Window: allWeeks(p), PerPeriod: true})
	require.Nil(t, r)
	require.True(t, fs.Has("DQ20"), "nothing is shown where every ratio is undefined")
}

func TestRounded(t *testing.T) {
	for _, tt := range []struct{ v, step, want float64 }{
		{0.1 + 0.2, 0.01, 0.3}, {16.74747631944456, 0.01, 16.75}, {-0.001, 0.01, 0}, {1234.5, 5, 1235}, {2.3, 0.25, 2.25}, {7.1, 1, 7}, {0.125, 0.05, 0.15},
	} {
		require.Equal(t, tt.want, rounded(tt.v, tt.step), "%v to %v", tt.v, tt.step)
		require.False(t, math.Signbit(rounded(-0.0001, tt.step)))
	}
}

// Figures by group are those of the expression over the group's people, with
// whole periods and person by person, whatever the order of rows.
func TestGroupFiguresAgreeWithExpression(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var rows []personWeek
		labels := map[string][2]string{}
		for range rapid.IntRange(1, 60).Draw(rt, "rows") {
			who := fmt.Sprintf("P%02d", rapid.IntRange(0, 15).Draw(rt, "who"))
			week := rapid.IntRange(0, 3).Draw(rt, "week")
			if slices.ContainsFunc(rows, func(r personWeek) bool { return r.who == who && r.week == week }) {
				continue
			}
			if _, ok := labels[who]; !ok {
				labels[who] = [2]string{rapid.SampledFrom([]string{"", "a", "b"}).Draw(rt, "org"), rapid.SampledFrom([]string{"j", "s"}).Draw(rt, "level")}
			}
			x := float64(rapid.IntRange(0, 6).Draw(rt, "x"))
			if x == 6 {
				x = math.NaN()
			}
			rows = append(rows, personWeek{who, labels[who][0], labels[who][1], week, x})
		}
		p := groupsPanel(t, rows)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		other := groupsPanel(t, rows)
		d := teamHours()
		d.Expr.Op = rapid.SampledFrom([]Op{Mean, Median, Count, RatioOfSums, ShareAtLeast}).Draw(rt, "op")
		if d.Expr.Op == RatioOfSums {
			d.Expr.Den = d.Expr.Num
		}
		d.Expr.Threshold = 2
		var times []int
		for i := range p.periods {
			times = append(times, i)
		}
		exclude := Exclusions{{Subject: p.subjects[0], Period: p.periods[0]}}
		g := p.group([]string{"org", "level"})
		for _, whole := range []bool{false, true} {
			tables := g.tallies(p, d, times, whole, true, exclude)
			require.Equal(t, tables, other.group([]string{"org", "level"}).tallies(other, d, times, whole, true, exclude))
			for table, cells := range tables {
				for cell := range cells {
					var ops []operand
					var who []int
					for s, subject := range p.subjects {
						o, i := labels[nameOf(t, labels, subject)], g.row(cell)
						org := map[bool]string{true: blankLabel, false: o[0]}[o[0] == ""]
						if i < g.rows && g.labels[0][i] != org || g.column(cell) < g.columns && g.labels[1][g.column(cell)] != o[1] {
							continue
						}
						var own []float64
						for k, period := range p.periods {
							v, ok := p.Value(subject, period, "Meeting_hours")
							if ok && (whole || k == table) && !(s == 0 && k == 0) {
								own = append(own, v)
							}
						}
						if len(own) == 0 {
							continue
						}
						sum := 0.0
						for _, v := range own {
							sum += v
						}
						if d.Expr.Op != Count && d.Expr.Op != RatioOfSums {
							sum /= float64(len(own))
						}
						ops, who = append(ops, operand{sum, sum}), append(who, s)
					}
					want, wantOK := d.Expr.combine(ops)
					got, gotOK := cells[cell].figure(d.Expr)
					require.Equal(t, wantOK, gotOK)
					near(t, want, got, 1e-12)
					require.Equal(t, len(who), cells[cell].n)
					require.Equal(t, who, cells[cell].members)
				}
			}
		}
	})
}

func nameOf(t *testing.T, labels map[string][2]string, id coaching.PersonID) string {
	for name := range labels {
		if person(t, name) == id {
			return name
		}
	}
	t.Fatal("nobody")
	return ""
}

// Person-first means by group are those of Microsoft's own create_bar, for
// attributes that nobody changed: it counts a person in every group that the
// person was ever in, and a release in the latest one.
func TestGroupMeansGolden(t *testing.T) {
	var anchor map[string]json.RawMessage
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/vivainsights_anchor.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &anchor))
	compared, movers := 0, 0
	for set, file := range map[string]string{"sq": "wpa_sq_data.csv", "dv": "wpa_dv_data.csv", "pq": "viva_pq_data.csv"} {
		var want struct {
			Groups map[string]map[string][]map[string]any `json:"group_means"`
		}
		require.NoError(t, json.Unmarshal(anchor[set], &want))
		for attribute, metrics := range want.Groups {
			for metric, groups := range metrics {
				p := readGroups(t, file, metric, attribute)
				g := p.group([]string{attribute})
				flips := p.attributes[0].flips
				d := teamHours()
				d.Expr.Num = []string{metric}
				var times []int
				for i := range p.periods {
					times = append(times, i)
				}
				tallies := g.tallies(p, d, times, true, true, nil)[0]
				for _, group := range groups {
					label := fmt.Sprint(group["group"])
					if label == "" {
						label = blankLabel
					}
					i, ok := slices.BinarySearch(g.labels[0], label)
					if slices.ContainsFunc(flips, func(n int) bool { return n > 0 }) {
						movers++
						continue
					}
					require.True(t, ok)
					got, _ := tallies[i].figure(d.Expr)
					near(t, group[metric].(float64), got, 1e-10, set, attribute, metric, label)
					require.Equal(t, int(group["n"].(float64)), tallies[i].n)
					compared++
				}
			}
		}
	}
	t.Logf("%d groups compared, %d of attributes that people changed left out", compared, movers)
	require.GreaterOrEqual(t, compared, 40)
}

// readGroups reads a metric and an attribute of a reference export.
func readGroups(t testing.TB, file, metric string, attributes ...string) *Panel {
	t.Helper()
	f, err := os.Open(datadir.Find(t, "data/"+file))
	require.NoError(t, err)
	defer f.Close()
	s := spec(t, metric)
	s.Attributes = attributes
	p, _, err := ReadViva(f, s)
	require.NoError(t, err)
	return p
}

// DQ20: the mean of the four executives, which the total less the other levels
// gives to fifteen digits, does not follow from a release.
func TestTotalLessGroupsGoldenAttack(t *testing.T) {
	var want struct {
		Recovered float64 `json:"recovered_by_subtraction"`
		True      float64 `json:"true_mean"`
		N         int
	}
	require.NoError(t, json.Unmarshal(suppressionCases(t)["attack_sq"], &want))
	p := readGroups(t, "wpa_sq_data.csv", "Collaboration_hours", "LevelDesignation")
	d := teamHours()
	d.Expr.Num = []string{"Collaboration_hours"}
	g := p.group([]string{"LevelDesignation"})
	var times []int
	for i := range p.periods {
		times = append(times, i)
	}
	tallies := g.tallies(p, d, times, true, false, nil)[0]
	sum, n := 0.0, 0
	for i, label := range g.labels[0] {
		if label != "Executive" {
			v, _ := tallies[i].figure(d.Expr)
			sum, n = sum+v*float64(tallies[i].n), n+tallies[i].n
		}
	}
	total, _ := tallies[g.rows].figure(d.Expr)
	require.Equal(t, want.N, tallies[g.rows].n-n)
	near(t, want.Recovered, (total*float64(tallies[g.rows].n)-sum)/float64(want.N), 1e-10, "the attack on groups hidden by size alone")

	r, fs := NewRelease(p, d, ReleaseSpec{By: []string{"LevelDesignation"}, Window: allWeeks(p)})
	require.False(t, fs.Blocked(), fs)
	require.Equal(t, Suppressed, at(t, r, 0, "Executive").Status)
	require.Equal(t, Suppressed, at(t, r, 0, "Director").Status)
	audit, ok := r.Audit()
	require.True(t, ok)
	require.Len(t, audit.Cells, 2)
	require.Zero(t, audit.Exposed)
	for _, h := range audit.Cells {
		require.Equal(t, 47, h.Together, "the mean of the 47 in both groups is what follows")
	}
}

// DQ20: people are counted per period. Of the organisations that have five over
// the whole time, 33 weeks have fewer.
func TestGroupsPerWeekGolden(t *testing.T) {
	var want, differ, pairs int
	all := suppressionCases(t)
	require.NoError(t, json.Unmarshal(all["dv_org_week_below5_though_org_ge5"], &want))
	require.NoError(t, json.Unmarshal(all["dv_symdiff_org_week_lt5_nonzero"], &differ))
	require.NoError(t, json.Unmarshal(all["dv_symdiff_org_week_total"], &pairs))
	var snapshot map[string]int
	require.NoError(t, json.Unmarshal(all["dv_snapshot_symdiff"], &snapshot))
	everybody := map[string][]int32{}
	weeks, ever := map[string]map[string][]int32{}, map[string]map[int32]bool{}
	number := map[string]int32{}
	for _, row := range table(t, datadir.Find(t, "data/wpa_dv_data.csv")) {
		org := row["Organization"]
		if _, ok := number[row["PersonId"]]; !ok {
			number[row["PersonId"]] = int32(len(number))
		}
		if weeks[org] == nil {
			weeks[org], ever[org] = map[string][]int32{}, map[int32]bool{}
		}
		m, d, y := 0, 0, 0
		_, err := fmt.Sscanf(row["Date"], "%d/%d/%d", &m, &d, &y)
		require.NoError(t, err)
		week := fmt.Sprintf("%d-%02d-%02d", y, m, d)
		everybody[week] = append(everybody[week], number[row["PersonId"]])
		weeks[org][week] = append(weeks[org][week], number[row["PersonId"]])
		ever[org][number[row["PersonId"]]] = true
	}
	below, near, consecutive := 0, 0, 0
	for org, byWeek := range weeks {
		var before []int32
		var dates []string
		for week := range byWeek {
			dates = append(dates, week)
		}
		slices.Sort(dates)
		for _, week := range dates {
			people := byWeek[week]
			slices.Sort(people)
			c := oneWay(len(people), 100)
			require.True(t, c.suppress(5))
			if len(ever[org]) >= 5 && c.hidden[0] {
				below++
			}
			if before != nil {
				consecutive++
				if nearly(before, people, 5) {
					near++
				}
			}
			before = people
		}
	}
	before, after := everybody["2019-12-29"], everybody["2020-01-05"]
	slices.Sort(before)
	slices.Sort(after)
	require.Equal(t, []int{snapshot["2019-12-29"], snapshot["2020-01-05"]}, []int{len(before), len(after)})
	require.False(t, nearly(before, after, snapshot["left"]+snapshot["joined"]), "five who left together are enough for k of 5")
	require.True(t, nearly(before, after, snapshot["left"]+snapshot["joined"]+1))
	require.Equal(t, want, below)
	require.Equal(t, differ, near)
	require.Equal(t, pairs, consecutive)
}
