package signal

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// newRelease makes a release that must be made.
func newRelease(t require.TestingT, p *Panel, l *Ledger, by ...string) *Release {
	r, fs := NewRelease(p, teamHours(), ReleaseSpec{By: by, Window: allWeeks(p), PerPeriod: true, K: 5, Ledger: l})
	require.NoError(t, fs.Err())
	return r
}

// onlyWeek returns the panel's one week.
func onlyWeek(p *Panel, t int) *Panel {
	one := p.AsOf(p.periods[t].Last().AddDays(1))
	if t == 0 {
		return one
	}
	last := &Panel{subjects: one.subjects, periods: one.periods[t:], metrics: one.metrics, attributes: one.attributes, values: make([][]float64, len(one.metrics))}
	for s := range one.subjects {
		last.present = append(last.present, one.present[s*(t+1)+t])
		for m := range one.metrics {
			last.values[m] = append(last.values[m], one.values[m][s*(t+1)+t])
		}
	}
	return last
}

// DQ20: ten people one week and nine the next would show the one who left. The
// second week of the group is hidden, and so is the total, from which the others
// could be taken.
func TestLedgerHidesOneLeaver(t *testing.T) {
	for left, want := range map[int]Status{0: OK, 1: Suppressed, 4: Suppressed, 5: OK} {
		p := groupsPanel(t, slices.Concat(
			members("a", 0, 12, 0), members("b", 20, 6, 0), members("c", 30, 9, 0),
			members("a", 0, 12-left, 1), members("b", 20, 6, 1), members("c", 30, 9, 1)))
		ledger := new(Ledger)
		require.NoError(t, ledger.Record(newRelease(t, onlyWeek(p, 0), ledger, "org")))
		r := newRelease(t, onlyWeek(p, 1), ledger, "org")
		require.Equal(t, want, at(t, r, 0, "a").Status, "%d left", left)
		require.Equal(t, want, at(t, r, 0, "").Status, "%d left", left)
		require.Equal(t, OK, at(t, r, 0, "b").Status)
		require.Equal(t, OK, at(t, r, 0, "c").Status)

		// The weeks in the other order: the same people joined.
		ledger = new(Ledger)
		require.NoError(t, ledger.Record(newRelease(t, onlyWeek(p, 1), ledger, "org")))
		require.Equal(t, want, at(t, newRelease(t, onlyWeek(p, 0), ledger, "org"), 0, "a").Status, "%d joined", left)

		unchecked := newRelease(t, onlyWeek(p, 1), nil, "org")
		require.Equal(t, OK, at(t, unchecked, 0, "a").Status)
	}
}

// DQ20: one joins a, and six join d. The total may be shown as far as it goes, but
// less c and d it is a and b, with the one who joined: so it is hidden, and b,
// which would else go with a, is not.
func TestLedgerHidesTotalsOverNewGroups(t *testing.T) {
	p := groupsPanel(t, slices.Concat(
		members("a", 0, 10, 0), members("b", 20, 10, 0), members("c", 40, 12, 0), members("d", 60, 20, 0),
		members("a", 0, 11, 1), members("b", 20, 10, 1), members("c", 40, 12, 1), members("d", 60, 26, 1)))
	r := newRelease(t, p, new(Ledger), "org")
	for group, want := range map[string]Status{"": Suppressed, "a": Suppressed, "b": OK, "c": OK, "d": OK} {
		require.Equal(t, OK, at(t, r, 0, group).Status, group)
		require.Equal(t, want, at(t, r, 1, group).Status, group)
	}
}

// DQ20: a group that holds another, but for fewer than five, is hidden when the
// other was shown, and the reverse.
func TestLedgerHidesOverlap(t *testing.T) {
	var rows []personWeek
	for i := range 20 { // org a is level junior and three more
		r := personWeek{who: fmt.Sprintf("P%03d", i), org: "b", level: "senior", x: float64(i)}
		if i < 12 {
			r.org = "a"
		}
		if i < 9 {
			r.level = "junior"
		}
		rows = append(rows, r)
	}
	p := groupsPanel(t, rows)
	for _, order := range [][2]string{{"org", "level"}, {"level", "org"}} {
		ledger := new(Ledger)
		first := newRelease(t, p, ledger, order[0])
		require.NoError(t, ledger.Record(first))
		second := newRelease(t, p, ledger, order[1])
		for _, label := range first.labels[0] {
			require.Equal(t, OK, at(t, first, 0, label).Status)
		}
		for _, label := range second.labels[0] {
			require.Equal(t, Suppressed, at(t, second, 0, label).Status, "12 less 9, and 11 less 8")
		}
		require.Equal(t, OK, at(t, second, 0, "").Status, "known from the first release")
	}
}

// DQ20: ten people over two weeks, less the same ten over the first, are the one
// who was there in the second. That is not hidden, and said.
func TestReleaseSaysThatPeriodsOverlap(t *testing.T) {
	p := groupsPanel(t, slices.Concat(members("a", 0, 10, 0), members("b", 20, 10, 0), members("a", 3, 1, 1), members("b", 20, 10, 1)))
	whole := ReleaseSpec{By: []string{"org"}, Window: allWeeks(p), Ledger: new(Ledger)}
	first := whole
	first.Window.To = p.periods[0].Last()
	says := func(spec ReleaseSpec) (*Release, bool) {
		r, fs := NewRelease(p, teamHours(), spec)
		require.NoError(t, fs.Err())
		return r, slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Code == "DQ20" && strings.Contains(f.Message, "share days") })
	}
	r, overlap := says(whole)
	require.False(t, overlap)
	require.NoError(t, whole.Ledger.Record(r))
	_, overlap = says(first)
	require.True(t, overlap)
	_, overlap = says(whole)
	require.False(t, overlap, "the same again")
	first.Ledger = new(Ledger)
	r, overlap = says(first)
	require.False(t, overlap)
	require.NoError(t, first.Ledger.Record(r))
	first.Window = coaching.Window{From: p.periods[1].Start, To: p.periods[1].Last()}
	first.PerPeriod = true
	_, fs := NewRelease(p, teamHours(), first)
	require.NotContains(t, fmt.Sprint(fs), "share days", "weeks that follow each other")
}

// DQ20: what the total leaves is a group too. Nine of the ten people in the two
// hidden organisations were shown as juniors; so a third is hidden.
func TestLedgerHidesMoreThanTheComplement(t *testing.T) {
	rows := slices.Concat(members("a", 0, 4, 0), members("b", 10, 6, 0), members("c", 20, 9, 0), members("d", 30, 9, 0))
	for i := range rows {
		rows[i].level = "senior"
		if i > 0 && i < 10 {
			rows[i].level = "junior"
		}
	}
	p := groupsPanel(t, rows)
	ledger := new(Ledger)
	alone := newRelease(t, p, ledger, "org")
	require.Equal(t, OK, at(t, alone, 0, "c").Status)
	require.NoError(t, ledger.Record(newRelease(t, p, ledger, "level")))
	r := newRelease(t, p, ledger, "org")
	for group, want := range map[string]Status{"a": Suppressed, "b": Suppressed, "c": Suppressed, "d": OK, "": OK} {
		require.Equal(t, want, at(t, r, 0, group).Status, group)
	}
}

// DQ20: the ten in the two hidden organisations are known from the total, so
// hiding them as juniors would hide nothing; the seniors go with the four others.
func TestLedgerKnowsWhatIsLeft(t *testing.T) {
	rows := slices.Concat(members("a", 0, 4, 0), members("b", 10, 6, 0), members("c", 20, 9, 0), members("d", 30, 9, 0))
	for i := range rows {
		switch {
		case i < 10:
			rows[i].level = "junior"
		case i%5 == 0:
			rows[i].level = "other"
		default:
			rows[i].level = "senior"
		}
	}
	p := groupsPanel(t, rows)
	for name, ledger := range map[string]*Ledger{"alone": nil, "after": new(Ledger)} {
		if ledger != nil {
			require.NoError(t, ledger.Record(newRelease(t, p, ledger, "org")))
		}
		r := newRelease(t, p, ledger, "level")
		junior, senior := at(t, r, 0, "junior").Status, at(t, r, 0, "senior").Status
		require.Equal(t, Suppressed, at(t, r, 0, "other").Status)
		require.Equal(t, ledger == nil, junior == Suppressed, name)
		require.Equal(t, ledger != nil, senior == Suppressed, name)
	}
}

// DQ20: four people who were shown under a K of 3 are hidden under a K of 5, and
// with them the next group: not every reader has the first release.
func TestLedgerKnowsNothingFromASmallerK(t *testing.T) {
	p := groupsPanel(t, slices.Concat(members("a", 0, 4, 0), members("b", 10, 6, 0), members("c", 20, 9, 0)))
	spec := ReleaseSpec{By: []string{"org"}, Window: allWeeks(p), K: 3, Ledger: new(Ledger)}
	r, fs := NewRelease(p, teamHours(), spec)
	require.NoError(t, fs.Err())
	require.Equal(t, OK, at(t, r, 0, "a").Status)
	require.NoError(t, spec.Ledger.Record(r))
	spec.K = 5
	r, fs = NewRelease(p, teamHours(), spec)
	if r == nil { // nothing else can be hidden beside it
		require.True(t, fs.Has("DQ20"))
		return
	}
	audit, ok := r.Audit()
	require.True(t, ok)
	require.Zero(t, audit.Exposed, "%+v", audit.Cells)
}

// While the same people are there, later weeks show as much as the first.
func TestLedgerKeepsSteadyWeeks(t *testing.T) {
	var rows, alike []personWeek
	for w := range 4 {
		rows = slices.Concat(rows, members("a", 0, 4, w), members("b", 10, 6, w), members("c", 20, 9, w), members("d", 30, 9, w))
		for i := range 20 { // nine of the ten in a are the ten juniors but for one
			r := personWeek{who: fmt.Sprintf("P%03d", i), org: "a", level: "junior", week: w, x: float64(i)}
			if i >= 10 {
				r.org = "b"
			}
			if i >= 11 || i == 0 {
				r.level = "senior"
			}
			alike = append(alike, r)
		}
	}
	for _, p := range []*Panel{groupsPanel(t, rows), groupsPanel(t, alike)} {
		r := newRelease(t, p, new(Ledger), "org", "level")
		for w := range 4 {
			require.Equal(t, r.tables[0].cells, r.tables[w].cells)
		}
		require.Equal(t, OK, at(t, r, 3, "", "").Status)
		require.Equal(t, OK, at(t, r, 3, "", "junior").Status)
	}
}

// weekly draws a small panel over three weeks, with joiners, leavers and people
// without a label.
func weekly(t *rapid.T, tb testing.TB) *Panel {
	var rows []personWeek
	for i := range rapid.IntRange(8, 40).Draw(t, "people") {
		r := personWeek{who: fmt.Sprintf("P%03d", i), org: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "org"), level: rapid.SampledFrom([]string{"j", "s"}).Draw(t, "level")}
		for r.week = range 3 {
			if rapid.IntRange(0, 9).Draw(t, "there") > 0 {
				r.x = float64(i % 7)
				rows = append(rows, r)
			}
		}
	}
	for w := range 3 { // each week has somebody
		rows = append(rows, personWeek{who: "Q", org: "a", level: "j", week: w})
	}
	return groupsPanel(tb, rows)
}

// Weeks released at once are as weeks released one after another; what was
// released can be released again, and gives the same; and a stored ledger answers
// as the one that was stored.
func TestLedgerDoesNotDependOnHowWeeksAreReleased(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := weekly(rt, t)
		by := rapid.SampledFrom([][]string{{"org"}, {"level"}, {"org", "level"}}).Draw(rt, "by")
		spec := ReleaseSpec{By: by, Window: allWeeks(p), PerPeriod: true, Ledger: new(Ledger)}
		once, fs := NewRelease(p, teamHours(), spec)
		if once == nil {
			require.True(rt, fs.Has("DQ20"))
			return
		}
		var cells []groupTable
		weeks := new(Ledger)
		for w := range p.periods {
			one := spec
			one.Ledger, one.Window = weeks, coaching.Window{From: p.periods[w].Start, To: p.periods[w].Last()}
			r, _ := NewRelease(p, teamHours(), one)
			if r == nil {
				return // a week of which nothing can be shown is no release
			}
			require.NoError(rt, weeks.Record(r))
			cells = append(cells, r.tables...)
		}
		require.Equal(rt, once.tables, cells)
		require.NoError(rt, spec.Ledger.Record(once))
		require.Equal(rt, string(weeks.JSONLines()), string(spec.Ledger.JSONLines()))

		again, fs := NewRelease(p, teamHours(), spec)
		require.NoError(rt, fs.Err())
		require.Equal(rt, once.tables, again.tables)
		before := spec.Ledger.JSONLines()
		require.NoError(rt, spec.Ledger.Record(again))
		require.NoError(rt, spec.Ledger.Record(once))
		require.Equal(rt, before, spec.Ledger.JSONLines())

		stored, err := ParseLedger(before)
		require.NoError(rt, err)
		require.Equal(rt, before, stored.JSONLines())
		other := ReleaseSpec{By: []string{"level"}, Window: allWeeks(p), Ledger: stored}
		fromStored, _ := NewRelease(p, teamHours(), other)
		other.Ledger = spec.Ledger
		fromLive, _ := NewRelease(p, teamHours(), other)
		require.Equal(rt, fromLive == nil, fromStored == nil)
		if fromLive != nil {
			require.Equal(rt, fromLive.tables, fromStored.tables)
		}
	})
}

// DQ20: by organisation, by level and by both, released one after another in any
// order, are together no way to a group of fewer than five: its indicator is not
// among the sums of what is shown.
func TestLedgerLinksTables(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := onlyWeek(weekly(rt, t), 1)
		ledger := new(Ledger)
		grid := p.group([]string{"org", "level"})
		tallies := grid.tallies(p, teamHours(), []int{0}, false, true, nil)[0]
		var shown [][]*big.Rat
		var small [][]*big.Rat
		indicator := func(people []int) []*big.Rat {
			row := make([]*big.Rat, grid.size())
			for i := range row {
				row[i] = new(big.Rat)
			}
			for _, s := range people {
				row[grid.cell[s]].SetInt64(1)
			}
			return row
		}
		for _, by := range rapid.Permutation([][]string{{"org"}, {"level"}, {"org", "level"}}).Draw(rt, "order") {
			r, _ := NewRelease(p, teamHours(), ReleaseSpec{By: by, Window: allWeeks(p), PerPeriod: true, Ledger: ledger})
			if r == nil {
				continue
			}
			require.NoError(rt, ledger.Record(r))
			g := p.group(by)
			for cell, tl := range g.tallies(p, teamHours(), []int{0}, false, true, nil)[0] {
				if r.tables[0].cells[cell].Status == OK {
					shown = append(shown, indicator(tl.members))
				}
			}
		}
		for _, tl := range tallies {
			if tl.n > 0 && tl.n < 5 {
				small = append(small, indicator(tl.members))
			}
		}
		basis := echelon(shown)
		for _, s := range small {
			require.Len(rt, echelon(append(slices.Clone(basis), s)), len(basis)+1, "a small group is a sum of what is shown")
		}
	})
}

// echelon returns independent rows with the same span.
func echelon(rows [][]*big.Rat) [][]*big.Rat {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i] = slices.Clone(rows[i])
	}
	at := 0
	for col := 0; len(rows) > at && col < len(rows[0]); col++ {
		pivot := slices.IndexFunc(rows[at:], func(r []*big.Rat) bool { return r[col].Sign() != 0 })
		if pivot < 0 {
			continue
		}
		rows[at], rows[at+pivot] = rows[at+pivot], rows[at]
		for r := at + 1; r < len(rows); r++ {
			factor := new(big.Rat).Quo(rows[r][col], rows[at][col])
			for i := range rows[r] {
				rows[r][i] = new(big.Rat).Sub(rows[r][i], new(big.Rat).Mul(factor, rows[at][i]))
			}
		}
		at++
	}
	return rows[:at]
}

func TestLedgerRecordRefuses(t *testing.T) {
	p := groupsPanel(t, slices.Concat(members("a", 0, 6, 0), members("b", 10, 6, 0)))
	ledger := new(Ledger)
	first, second := newRelease(t, p, ledger, "org"), newRelease(t, p, ledger, "level")
	require.Error(t, ledger.Record(nil))
	require.Error(t, ledger.Record(newRelease(t, p, nil, "org")), "made without a ledger")
	require.Error(t, (*Ledger)(nil).Record(first))
	require.NoError(t, ledger.Record(first))
	require.ErrorContains(t, ledger.Record(second), "make it again", "made when the ledger did not know the first")
	require.NoError(t, ledger.Record(newRelease(t, p, ledger, "level")))

	// Two ledgers that have heard of as much, but not of the same.
	q := groupsPanel(t, slices.Concat(members("a", 40, 6, 0), members("b", 50, 6, 0)))
	mine, other := new(Ledger), new(Ledger)
	require.NoError(t, mine.Record(newRelease(t, p, mine, "org")))
	require.NoError(t, other.Record(newRelease(t, q, other, "org")))
	require.ErrorContains(t, mine.Record(newRelease(t, p, other, "level")), "another ledger")
}

func storedLedger(t testing.TB) []byte {
	p := groupsPanel(t, slices.Concat(members("a", 0, 4, 0), members("b", 10, 6, 0), members("c", 20, 9, 0)))
	ledger := new(Ledger)
	require.NoError(t, ledger.Record(newRelease(t, p, ledger, "org")))
	return ledger.JSONLines()
}

// The stored form lists the people of what was shown, and of what was hidden a
// digest alone.
func TestLedgerStoredForm(t *testing.T) {
	data := storedLedger(t)
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	require.Len(t, lines, 1+3+5)
	require.Equal(t, `{"schema":"signal-ledger/v1"}`, lines[0])
	require.Contains(t, lines[1], `{"set":"`)
	require.Equal(t, 19+9+10, strings.Count(lines[1]+lines[2]+lines[3], "p1_"))
	require.Equal(t, 1, strings.Count(string(data), `"as":"left"`))
	require.Equal(t, 2, strings.Count(string(data), `"as":"hidden"`))
	require.Equal(t, `{"schema":"signal-ledger/v1"}`+"\n", string((*Ledger)(nil).JSONLines()))
}

func TestParseLedgerRefuses(t *testing.T) {
	good := string(storedLedger(t))
	lines := strings.SplitAfter(strings.TrimSuffix(good, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	edit := func(change func([]string) []string) string { return strings.Join(change(slices.Clone(lines)), "") }
	for name, bad := range map[string]string{
		"empty":         "",
		"no head":       edit(func(l []string) []string { return l[1:] }),
		"version":       strings.Replace(good, "ledger/v1", "ledger/v2", 1),
		"no set":        edit(func(l []string) []string { return slices.Delete(l, 1, 2) }),
		"swapped":       edit(func(l []string) []string { l[5], l[6] = l[6], l[5]; return l }),
		"repeated":      edit(func(l []string) []string { return slices.Insert(l, 5, l[5]) }),
		"member gone":   edit(func(l []string) []string { i := strings.Index(l[1], `"p1_`); l[1] = l[1][:i] + l[1][i+32:]; return l }),
		"unknown field": strings.Replace(good, `"days":7`, `"days":7,"k":5`, 1),
		"other case":    strings.Replace(good, `"days":7`, `"Days":7`, 1),
		"unknown word":  strings.Replace(good, `"as":"shown"`, `"as":"seen"`, 1),
		"no days":       strings.Replace(good, `"days":7`, `"days":0`, 1),
		"many days":     strings.Replace(good, `"days":7`, `"days":367`, 1),
		"signal":        strings.Replace(good, `"meeting_hours"`, `"Meeting hours"`, 1),
		"name":          strings.Replace(good, `"p1_`, `"Jane`, 1),
		"no line break": good[:len(good)-1],
		"trailing":      good + "\n",
		"short set":     strings.Replace(good, `"set":"`, `"set":"0`, 4),
	} {
		l, err := ParseLedger([]byte(bad))
		require.Error(t, err, name)
		require.Nil(t, l)
		require.NotContains(t, err.Error(), "Jane")
	}
}

// A set with a person twice, or out of order, is refused although its digest is
// right.
func TestParseLedgerRefusesRepeatedPeople(t *testing.T) {
	a, b, c := person(t, "a"), person(t, "b"), person(t, "c")
	sorted := []coaching.PersonID{a, b, c}
	slices.SortFunc(sorted, coaching.PersonID.Compare)
	for name, people := range map[string][]coaching.PersonID{
		"sorted": sorted, "reversed": {sorted[2], sorted[1], sorted[0]}, "twice": {sorted[0], sorted[1], sorted[1]}, "nobody": {{}, sorted[0], sorted[1]},
	} {
		var l Ledger
		l.add(newLedgerEntry("x_y", weekPeriod(0), asShown, people))
		_, err := ParseLedger(l.JSONLines())
		require.Equal(t, name == "sorted", err == nil, name)
	}
	var l Ledger
	l.add(newLedgerEntry("x_y", weekPeriod(0), asShown, sorted[:2]))
	_, err := ParseLedger(l.JSONLines())
	require.Error(t, err, "no release shows two people")
}

func FuzzParseLedger(f *testing.F) {
	f.Add(storedLedger(f))
	f.Add([]byte(`{"schema":"signal-ledger/v1"}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLedger(data)
		if err != nil {
			require.Nil(t, l)
			return
		}
		require.True(t, bytes.Equal(data, l.JSONLines()))
	})
}
