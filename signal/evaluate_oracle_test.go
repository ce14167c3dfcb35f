package signal

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// plainCell is what Evaluate promises of one cell, written for one cell.
func plainCell(p *Panel, d Definition, teams Teams, exclude Exclusions, leader coaching.PersonID, period Period) Cell {
	left := func(subject coaching.PersonID) (string, bool) {
		i := slices.IndexFunc(exclude, func(e Exclusion) bool { return e.Subject == subject && e.Period == period })
		if i < 0 {
			return "", false
		}
		return exclude[i].Reason, true
	}
	if reason, ok := left(coaching.PersonID{}); ok {
		return Cell{Status: Excluded, Reason: reason}
	}
	if !slices.Contains(p.Periods(), period) {
		return Cell{Reason: "no row in this period"}
	}
	people := []coaching.PersonID{leader}
	if d.Grain == Team {
		people = teams.Members(leader)
	}
	var ops []operand
	for _, who := range people {
		num, okNum := p.Value(who, period, "x")
		den, okDen := p.Value(who, period, "y")
		if _, out := left(who); !out && okNum && okDen {
			ops = append(ops, operand{num, den})
		}
	}
	return d.cell(ops)
}

// DQ20, DQ08: every cell is that of a plain evaluation, with teams of any size,
// people who are in no panel, and exclusions of everybody and of some.
func TestEvaluateAgreesWithAPlainEvaluation(t *testing.T) {
	key := people(t)
	rapid.Check(t, func(t *rapid.T) {
		var file strings.Builder
		file.WriteString("PersonId,MetricDate,x,y\nE0,2024-04-28,1,1\n")
		for p := range 14 {
			for w := range 5 {
				if w == 2 || rapid.IntRange(0, 5).Draw(t, "row") == 0 {
					continue // an outage in the third week
				}
				cell := func() string { return rapid.SampledFrom([]string{"1", "2.5", "0", "40", ""}).Draw(t, "cell") }
				fmt.Fprintf(&file, "E%d,%s,%s,%s\n", p+1, coaching.MustDate("2024-04-28").AddDays(7*w), cell(), cell())
			}
		}
		p, _, err := ReadViva(strings.NewReader(file.String()), ImportSpec{People: key, Metrics: []string{"x", "y"}})
		require.NoError(t, err)

		id := func(name string, n int) coaching.PersonID {
			id, err := key.Person(fmt.Sprintf("%s%d", name, n))
			require.NoError(t, err)
			return id
		}
		teams := Teams{}
		for member := range 18 { // three of them have no row
			teams[id("E", member)] = id("E", rapid.IntRange(0, 3).Draw(t, "leader"))
		}
		var exclude Exclusions
		for range rapid.IntRange(0, 6).Draw(t, "exclusions") {
			x := Exclusion{Period: Period{coaching.MustDate("2024-04-28").AddDays(7 * rapid.IntRange(0, 6).Draw(t, "week")), 7}, Reason: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "reason")}
			if n := rapid.IntRange(-1, 17).Draw(t, "who"); n >= 0 {
				x.Subject = id("E", n)
			}
			exclude = append(exclude, x)
		}
		d := teamHours()
		d.Grain = rapid.SampledFrom([]Grain{Team, Leader}).Draw(t, "grain")
		d.Expr = Expr{Op: RatioOfSums, Num: []string{"x"}, Den: []string{"y"}}
		d.Range = &Band{0, 20}
		s, fs := Evaluate(p, d, teams, exclude)
		require.NoError(t, fs.Err())
		require.Equal(t, teams.Leaders(), s.Leaders())
		suppressed, outside := 0, 0
		for _, leader := range s.Leaders() {
			for _, period := range s.Periods() {
				want := plainCell(p, d, teams, exclude, leader, period)
				require.Equal(t, want, s.At(leader, period))
				if want.Status == Suppressed {
					suppressed++
				}
				if want.Reason == reasonRange {
					outside++
				}
			}
		}
		require.Equal(t, suppressed > 0, fs.Has("DQ20"))
		require.Equal(t, outside > 0, fs.Has("DQ08"))

		window := coaching.Window{From: coaching.MustDate("2024-04-28"), To: coaching.MustDate("2024-05-18")}
		values, fs := PerSubject(p, d, window)
		require.NoError(t, fs.Err())
		for i, v := range values {
			var ops []operand
			for _, period := range p.Periods() {
				num, okNum := p.Value(v.Subject, period, "x")
				den, okDen := p.Value(v.Subject, period, "y")
				if okNum && okDen && !period.Last().After(window.To) {
					ops = append(ops, operand{num, den})
				}
			}
			value, ok := d.Expr.combine(ops)
			require.Equal(t, SubjectValue{Subject: p.Subjects()[i], Value: value, Periods: len(ops), OK: ok}, v)
		}
	})
}

// Level, spread, limits, flags and stability are those of a plain computation,
// whatever the transform; some leaders lack a week, and one week is a holiday.
func TestBaselinesDescribeAsPlainly(t *testing.T) {
	key := people(t)
	day := func(week int) coaching.Date { return coaching.MustDate(weekAt(week)) }
	for _, transform := range []Transform{Identity, Log1p, Sqrt} {
		var file strings.Builder
		file.WriteString("PersonId,MetricDate,Meeting_hours\n")
		own := Teams{}
		for p := range 30 {
			for w := range 10 {
				value := (float64((p*7+w*w*3)%23) + float64(p)/8) * float64(1+p%6) / 6
				if w == 9 {
					value = 99 // a spike
				}
				if w != 3 || p%5 > 0 {
					fmt.Fprintf(&file, "E%d,%s,%v\n", p, day(w), value)
				}
			}
			id, err := key.Person(fmt.Sprintf("E%d", p))
			require.NoError(t, err)
			own[id] = id
		}
		p, _, err := ReadViva(strings.NewReader(file.String()), ImportSpec{People: key, Metrics: []string{"Meeting_hours"}})
		require.NoError(t, err)
		d := teamHours()
		d.Grain, d.Transform, d.Range = Leader, transform, &Band{0, 100}
		s, fs := Evaluate(p, d, own, Exclusions{{Period: Period{day(5), 7}, Reason: "holiday"}})
		require.NoError(t, fs.Err())
		window := coaching.Window{From: day(0), To: day(8).AddDays(6)}
		b, fs := BaselinesOf(s, window, BaselineConfig{})
		require.NoError(t, fs.Err())
		flags := map[coaching.PersonID]Flag{}
		for _, f := range Detect(b) {
			if f.Rule == NewPeriod {
				flags[f.Leader] = f
			}
		}
		var rows [][]float64
		for _, leader := range s.Leaders() {
			i := b.Of(leader)
			require.Equal(t, leader, i.Leader)
			var measured, values []float64
			for w, c := range s.row(leader) {
				if w < 9 && c.Status == OK {
					measured = append(measured, c.Value)
					values = append(values, transform.forward(c.Value))
				}
			}
			n := float64(len(values))
			if n == 8 {
				rows = append(rows, measured)
			}
			require.Equal(t, len(values), i.N)
			require.Equal(t, median(measured), i.Level)
			require.Equal(t, median(values), i.Median)
			require.Equal(t, mad(values), i.MAD)
			sum := 0.0
			for _, v := range values {
				sum += math.Abs(v - median(values))
			}
			require.Equal(t, sum/n, i.MeanDeviation)
			scale, from := robustScale(values)
			require.Equal(t, scale, i.Scale)
			require.Equal(t, from, i.ScaleFrom)
			cutoff := tQuantile(0.995, i.DF)
			require.Equal(t, transform.back(i.Mean+cutoff*i.ModeratedSD*math.Sqrt(1+1/n)), i.High)
			require.Equal(t, cutoff, flags[leader].Cutoff)
		}
		require.Len(t, rows, 24)
		want := stability(rows)
		want.Signal = d.ID
		require.Equal(t, want, StabilityOf(s, window))
		require.False(t, b.Of(person(t, "nobody")).Sufficient)
	}
}
