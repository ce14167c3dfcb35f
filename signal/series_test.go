package signal

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// teamPanel reads values per member and week, "" for a missing one; members are
// M0, M1 ... of leader L.
func teamPanel(t testing.TB, weeks [][]string) (*Panel, Teams) {
	t.Helper()
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,Meeting_hours\n")
	teams := Teams{}
	for w, values := range weeks {
		for m, v := range values {
			fmt.Fprintf(&b, "M%d,%s,%s\n", m, coaching.MustDate("2026-11-01").AddDays(7*w), v)
			teams[person(t, fmt.Sprintf("M%d", m))] = person(t, "L")
		}
	}
	p, _, err := ReadViva(strings.NewReader(b.String()), spec(t, "Meeting_hours"))
	require.NoError(t, err)
	return p, teams
}

// DQ20: a cell of fewer than five people is hidden, with its count; one with
// none is missing; a week without rows stays in the series.
func TestEvaluateHidesSmallGroups(t *testing.T) {
	p, teams := teamPanel(t, [][]string{{"1", "2", "3", "4", "5"}, {"1", "2", "3", "4", ""}, {"", "", "", "", ""}, {"0", "0", "0", "0", "0"}})
	s, fs := Evaluate(p, teamHours(), teams, nil)
	require.NoError(t, fs.Err())
	require.True(t, fs.Has("DQ20"))
	cells := s.row(person(t, "L"))
	require.Equal(t, Cell{Status: OK, Value: 3, N: 5}, cells[0])
	require.Equal(t, Cell{Status: Suppressed, Reason: reasonFew}, cells[1])
	require.Equal(t, Missing, cells[2].Status)
	require.Equal(t, Cell{Status: OK, Value: 0, N: 5}, cells[3], "zero is a value")
	require.Equal(t, Missing, s.At(person(t, "nobody"), s.periods[0]).Status)
}

func TestEvaluateRefuses(t *testing.T) {
	p, teams := teamPanel(t, [][]string{{"1", "2", "3", "4", "5"}})
	d := teamHours()
	d.Expr.Num = []string{"Email_hours"}
	s, fs := Evaluate(p, d, teams, nil)
	require.Nil(t, s)
	require.True(t, fs.Has("DQ01"))
	s, fs = Evaluate(p, teamHours(), nil, nil)
	require.Nil(t, s)
	require.True(t, fs.Has("DQ20"))
	s, fs = Evaluate(nil, teamHours(), teams, nil)
	require.Nil(t, s)
	require.True(t, fs.Blocked())

	d = teamHours()
	d.Range = &Band{0, 2}
	s, fs = Evaluate(p, d, teams, nil)
	require.True(t, fs.Has("DQ08"))
	require.Equal(t, Cell{Reason: reasonRange}, s.cells[0], "outside the range is missing, not clipped")
}

func TestExclusionsLeaveOutWithAReason(t *testing.T) {
	p, teams := teamPanel(t, [][]string{{"1", "2", "3", "4", "5", "6"}, {"1", "2", "3", "4", "5", "6"}})
	weeks := p.Periods()
	x := Exclusions{
		{Period: weeks[0], Reason: "holiday"},
		{Subject: person(t, "M5"), Period: weeks[1], Reason: "inactive"},
	}
	s, _ := Evaluate(p, teamHours(), teams, x)
	require.Equal(t, Cell{Status: Excluded, Reason: "holiday"}, s.At(person(t, "L"), weeks[0]))
	require.Equal(t, Cell{Status: OK, Value: 3, N: 5}, s.At(person(t, "L"), weeks[1]))
}

// A ratio without a denominator is missing, not zero and not infinite.
func TestEvaluateLeavesUndefinedRatiosMissing(t *testing.T) {
	p, teams := teamPanel(t, [][]string{{"0", "0", "0", "0", "0"}})
	d := teamHours()
	d.Expr = Expr{Op: RatioOfSums, Num: []string{"Meeting_hours"}, Den: []string{"Meeting_hours"}}
	s, fs := Evaluate(p, d, teams, nil)
	require.NoError(t, fs.Err())
	require.Equal(t, Cell{Reason: reasonUndefined}, s.cells[0])
}

// DQ15 and DQ16: the calendar first, then the two-part rule.
func TestFindExclusions(t *testing.T) {
	var weeks [][]string
	for w := range 9 {
		row := make([]string, 6)
		for m := range row {
			row[m] = fmt.Sprint(20 + (w*7+m*3)%3)
			switch {
			case w == 7:
				row[m] = "9" // everybody
			case w == 5 && m == 2:
				row[m] = "1" // one person
			}
		}
		weeks = append(weeks, row)
	}
	p, _ := teamPanel(t, weeks)
	x := FindExclusions(p, "Meeting_hours", []Holiday{{coaching.MustDate("2026-11-26"), "Thanksgiving"}})
	require.Len(t, x, 3)
	require.Equal(t, weekAt(3), x[0].Period.Start.String())
	require.Contains(t, x[0].Reason, "calendar")
	require.Equal(t, weekAt(5), x[1].Period.Start.String())
	require.Equal(t, person(t, "M2"), x[1].Subject)
	require.Equal(t, weekAt(7), x[2].Period.Start.String())
	require.Contains(t, x[2].Reason, "below the median week")
}

func weekAt(w int) string { return coaching.MustDate("2026-11-01").AddDays(7 * w).String() }

func TestPerSubject(t *testing.T) {
	p, _ := teamPanel(t, [][]string{{"2", ""}, {"4", ""}, {"100", "7"}})
	values, fs := PerSubject(p, teamHours(), coaching.Window{From: coaching.MustDate("2026-11-01"), To: coaching.MustDate("2026-11-14")})
	require.NoError(t, fs.Err())
	got := map[coaching.PersonID]SubjectValue{}
	for _, v := range values {
		got[v.Subject] = v
	}
	require.Equal(t, SubjectValue{person(t, "M0"), 3, 2, true}, got[person(t, "M0")])
	require.Equal(t, SubjectValue{Subject: person(t, "M1")}, got[person(t, "M1")])
}

func TestTeamsConsenting(t *testing.T) {
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	teams := Teams{person(t, "A"): person(t, "L"), person(t, "B"): person(t, "L")}
	list := ConsentList{{Participant: person(t, "A"), Signal: "x", Purpose: "coaching", Granted: at}}
	require.Equal(t, Teams{person(t, "A"): person(t, "L")}, teams.Consenting(list, "x", "coaching", at))
	require.Len(t, teams, 2)
}

// DQ19 and SIG-026: age, advancement and refresh, each alone.
func TestGate(t *testing.T) {
	p, _ := teamPanel(t, [][]string{{"1"}, {"1"}, {"1"}}) // ends 2026-11-21
	day := coaching.MustDate
	tests := []struct {
		on    string
		loads []Load
		want  FeedStatus
	}{
		{"2026-11-22", nil, Fresh},
		{"2026-12-01", nil, Fresh}, // 10 days
		{"2026-12-02", nil, Late},
		{"2026-12-05", nil, Late}, // 14 days
		{"2026-12-06", nil, Stale},
		{"2026-11-20", nil, Stale}, // data from the future
		{"2026-11-23", []Load{{day("2026-11-22"), day("2026-11-21")}, {day("2026-11-15"), day("2026-11-14")}}, Fresh},
		{"2026-11-23", []Load{{day("2026-11-15"), day("2026-11-21")}, {day("2026-11-22"), day("2026-11-21")}}, Stale},
		{"2026-11-23", []Load{{day("2026-10-22"), day("2026-10-21")}, {day("2026-11-22"), day("2026-11-21")}}, OutcomeOnly},
	}
	for _, tt := range tests {
		f := Gate(p, teamHours(), day(tt.on), tt.loads)
		require.Equal(t, tt.want, f.Status, tt.on)
		require.Equal(t, tt.want == Fresh, len(f.Reasons) == 0)
		require.Equal(t, f, f.On(day(tt.on)))
	}
	require.Equal(t, Stale, Freshness{}.Status)
	require.Equal(t, Stale, Gate(nil, teamHours(), day("2026-11-22"), nil).Status)
}

// The order of rows and columns in a file changes nothing that is computed.
func TestOrderOfTheFileChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		dice := rand.New(rand.NewPCG(seed, 1))
		var rows [][3]string
		for w := range 4 {
			for m := range 6 {
				rows = append(rows, [3]string{fmt.Sprintf("M%d", m), weekAt(w), fmt.Sprint(dice.IntN(40))})
			}
		}
		file := func(order []int) string {
			names := [3]string{"PersonId", "MetricDate", "Meeting_hours"}
			var b strings.Builder
			for _, row := range append([][3]string{names}, rows...) {
				fmt.Fprintf(&b, "%s,%s,%s\n", row[order[0]], row[order[1]], row[order[2]])
			}
			return b.String()
		}
		key, err := coaching.NewPseudonymizer([]byte(strings.Repeat("k", 32)), coaching.Domain{Programme: "a", Purpose: "b"})
		require.NoError(t, err)
		teams := Teams{}
		for m := range 6 {
			id, err := key.Person(fmt.Sprintf("M%d", m))
			require.NoError(t, err)
			teams[id] = id
			if m > 0 {
				teams[id] = teams.Leaders()[0]
			}
		}
		compute := func(order []int) ([]Cell, Quality) {
			p, report, err := ReadViva(strings.NewReader(file(order)), ImportSpec{People: key, Metrics: []string{"Meeting_hours"}})
			require.NoError(t, err)
			s, fs := Evaluate(p, teamHours(), teams, nil)
			require.NoError(t, fs.Err())
			return s.cells, Check(p, report, VivaQuality(p), coaching.MustDate("2026-12-01"))
		}
		cells, quality := compute([]int{0, 1, 2})
		dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		cells2, quality2 := compute([]int{2, 0, 1})
		require.Equal(t, cells, cells2)
		require.Equal(t, quality, quality2)
	})
}

// Two programmes share no pseudonym, so their panels cannot be joined.
func TestProgrammesShareNoPseudonym(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][0-9]{1,6}`), 1, 20, rapid.ID).Draw(t, "names")
		var file strings.Builder
		file.WriteString("PersonId,MetricDate,x\n")
		for _, n := range names {
			file.WriteString(n + ",2024-04-28,1\n")
		}
		seen := map[coaching.PersonID]bool{}
		for _, programme := range []string{"pilot-a", "pilot-b"} {
			key, err := coaching.NewPseudonymizer([]byte(strings.Repeat("k", 32)), coaching.Domain{Programme: programme, Purpose: "coaching"})
			require.NoError(t, err)
			p, _, err := ReadViva(strings.NewReader(file.String()), ImportSpec{People: key, Metrics: []string{"x"}})
			require.NoError(t, err)
			for _, s := range p.Subjects() {
				require.False(t, seen[s])
				seen[s] = true
			}
		}
		require.Len(t, seen, 2*len(names))
	})
}

// A panel as of a day holds no period that had not ended by then.
func TestPanelAsOf(t *testing.T) {
	p, _ := teamPanel(t, [][]string{{"1", ""}, {"2", "3"}, {"4", "5"}})
	known := p.AsOf(coaching.MustDate("2026-11-15")) // the second week ends on the 14th
	require.Equal(t, p.Periods()[:2], known.Periods())
	require.Equal(t, p.Subjects(), known.Subjects())
	v, ok := known.Value(person(t, "M1"), p.Periods()[1], "Meeting_hours")
	require.True(t, ok)
	require.Equal(t, 3.0, v)
	_, ok = known.Value(person(t, "M1"), p.Periods()[0], "Meeting_hours")
	require.False(t, ok)
	require.Len(t, p.AsOf(coaching.MustDate("2026-11-14")).Periods(), 1, "a week is known once it has ended")
	require.Empty(t, (*Panel)(nil).AsOf(coaching.MustDate("2026-11-14")).Periods())
}

// DQ15 and DQ16: of a person or a population whose figure is always the same the
// median deviation is zero, and a week of nothing stands out all the more.
func TestFindExclusionsOfSteadyFigures(t *testing.T) {
	var weeks [][]string
	for w := range 9 {
		row := []string{"20", "20", "20", "20", "20", "20"}
		switch w {
		case 4:
			row[2] = "0"
		case 6:
			row = []string{"5", "5", "5", "5", "5", "5"}
		}
		weeks = append(weeks, row)
	}
	p, _ := teamPanel(t, weeks)
	x := FindExclusions(p, "Meeting_hours", nil)
	require.Len(t, x, 2)
	require.Equal(t, []string{weekAt(4), weekAt(6)}, []string{x[0].Period.Start.String(), x[1].Period.Start.String()})
	require.Equal(t, person(t, "M2"), x[0].Subject)
	require.True(t, x[1].Subject.IsZero())
}

// A steady metric has a small spread: an ordinary dip is far out by z and still
// neither a holiday nor inactivity.
func TestFindExclusionsNeedsBothConditions(t *testing.T) {
	var weeks [][]string
	for w := range 9 {
		row := make([]string, 6)
		for m := range row {
			row[m] = fmt.Sprintf("20.%d", (w*7+m*3)%10)
			if w == 4 {
				row[m] = "17" // 15 % below, z near -20
			}
			if w == 6 && m == 0 {
				row[m] = "8" // two fifths of the own level
			}
		}
		weeks = append(weeks, row)
	}
	p, _ := teamPanel(t, weeks)
	require.Empty(t, FindExclusions(p, "Meeting_hours", nil))
	require.Empty(t, FindExclusions(p, "no such column", nil))
}
