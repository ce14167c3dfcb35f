package main

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// organisation is what the evaluations need, read once per benchmark.
type organisation struct {
	panel *signal.Panel // with everybody's Organization
	own   signal.Teams  // everybody is a leader of one
	teams signal.Teams  // everybody is in a team of ten
	all   coaching.Window
}

func organisationOf(b testing.TB, q Query) organisation {
	path, _ := file(b, q)
	o := organisation{panel: readPanel(b, path, q.Wanted(), "Organization"), own: signal.Teams{}, teams: signal.Teams{}}
	people := o.panel.Subjects()
	for i, p := range people {
		o.own[p], o.teams[p] = p, people[i-i%10]
	}
	periods := o.panel.Periods()
	o.all = coaching.Window{From: periods[0].Start, To: periods[len(periods)-1].Last()}
	return o
}

func series(b testing.TB, o organisation, grain signal.Grain, teams signal.Teams) *signal.Series {
	b.Helper()
	s, fs := signal.Evaluate(o.panel, definition(grain), teams, nil)
	require.NoError(b, fs.Err())
	return s
}

// spread is the peer: the median and the MAD of each person, from slices.
func spread(columns [][]float64) [][2]float64 {
	answers := make([][2]float64, 0, len(columns))
	var room []float64
	for _, own := range columns {
		room = append(room[:0], own...)
		m := middle(room)
		for i, v := range own {
			room[i] = math.Abs(v - m)
		}
		answers = append(answers, [2]float64{m, middle(room)})
	}
	return answers
}

func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// columns copies the figures of each person out of a panel.
func columns(panel *signal.Panel, metric string) [][]float64 {
	var columns [][]float64
	periods := panel.Periods()
	for _, s := range panel.Subjects() {
		own := make([]float64, len(periods))
		for t, period := range periods {
			own[t], _ = panel.Value(s, period, metric)
		}
		columns = append(columns, own)
	}
	return columns
}

// Median and MAD of each person are those of the peer.
func TestContestantsSpreadTheSame(t *testing.T) {
	q := Query{People: 40, Weeks: 11}
	o := organisationOf(t, q)
	b, fs := signal.BaselinesOf(series(t, o, signal.Leader, o.own), o.all, signal.BaselineConfig{})
	require.NoError(t, fs.Err())
	want := spread(columns(o.panel, "Collaboration_hours"))
	for i, item := range b.All() {
		require.Equal(t, want[i], [2]float64{item.Median, item.MAD})
	}
}

// Median, MAD and all else that a baseline holds, of everybody over all weeks.
func BenchmarkBaselines(b *testing.B) {
	o := organisationOf(b, narrow())
	s := series(b, o, signal.Leader, o.own)
	b.Run("signal.BaselinesOf", func(b *testing.B) {
		race(b, 0, func() *signal.Baselines {
			found, _ := signal.BaselinesOf(s, o.all, signal.BaselineConfig{})
			return found
		})
	})
	figures := columns(o.panel, "Collaboration_hours")
	b.Run("sorted-slices", func(b *testing.B) {
		race(b, 0, func() [][2]float64 { return spread(figures) })
	})
}

// Everybody as a leader of one, and in teams of ten.
func BenchmarkEvaluate(b *testing.B) {
	o := organisationOf(b, narrow())
	b.Run("own", func(b *testing.B) {
		race(b, 0, func() *signal.Series { return series(b, o, signal.Leader, o.own) })
	})
	b.Run("teams", func(b *testing.B) {
		race(b, 0, func() *signal.Series { return series(b, o, signal.Team, o.teams) })
	})
	exclusions := signal.FindExclusions(o.panel, "Collaboration_hours", nil)
	b.Run("teams-excluding", func(b *testing.B) {
		race(b, 0, func() *signal.Series {
			s, _ := signal.Evaluate(o.panel, definition(signal.Team), o.teams, exclusions)
			return s
		})
	})
}

// release is person-first averaging under release rules: the mean over people of
// each person's mean, by organisation, small groups and what gives them away
// hidden; or a table per week instead of one.
func release(b testing.TB, o organisation, perPeriod bool) *signal.Release {
	r, fs := signal.NewRelease(o.panel, definition(signal.Team), signal.ReleaseSpec{By: []string{"Organization"}, Window: o.all, PerPeriod: perPeriod})
	require.NoError(b, fs.Err())
	return r
}

// Group means are those of a plain walk over the table that the peer reads.
func TestContestantsAverageTheSame(t *testing.T) {
	q := Query{People: 203, Weeks: 6} // 40 groups of five, three of six
	path, _ := file(t, q)
	table := readTable(t, path, q.Wanted())
	sums := make([]float64, q.People)
	for row, person := range table.Person {
		sums[person] += table.Columns[0][row] / float64(q.Weeks)
	}
	want, people := map[string]float64{}, map[string]float64{}
	for i, sum := range sums {
		group := fmt.Sprintf("Org_%d", i%40)
		want[group] += sum
		people[group]++
	}
	figures := release(t, organisationOf(t, q), false).Figures()
	require.Len(t, figures, 41)
	for _, f := range figures[1:] { // the first is the total
		group := f.Groups[0]
		require.InDelta(t, want[group]/people[group], f.Value, 0.005+1e-9, "rounded to a hundredth")
	}
}

func BenchmarkGroupMeans(b *testing.B) {
	o := organisationOf(b, narrow())
	b.Run("window", func(b *testing.B) {
		race(b, 0, func() *signal.Release { return release(b, o, false) })
	})
	b.Run("per-week", func(b *testing.B) {
		race(b, 0, func() *signal.Release { return release(b, o, true) })
	})
}

// What else walks over everybody.
func BenchmarkOver(b *testing.B) {
	o := organisationOf(b, narrow())
	s := series(b, o, signal.Leader, o.own)
	window := coaching.Window{From: o.all.From, To: o.all.From.AddDays(8*7 - 1)}
	baselines, _ := signal.BaselinesOf(s, window, signal.BaselineConfig{})
	b.Run("Detect", func(b *testing.B) {
		race(b, 0, func() []signal.Flag { return signal.Detect(baselines) })
	})
	b.Run("StabilityOf", func(b *testing.B) {
		race(b, 0, func() signal.Stability { return signal.StabilityOf(s, window) })
	})
	b.Run("PerSubject", func(b *testing.B) {
		race(b, 0, func() []signal.SubjectValue {
			values, _ := signal.PerSubject(o.panel, definition(signal.Team), o.all)
			return values
		})
	})
	b.Run("FindExclusions", func(b *testing.B) {
		race(b, 0, func() signal.Exclusions { return signal.FindExclusions(o.panel, "Collaboration_hours", nil) })
	})
	b.Run("Check", func(b *testing.B) {
		race(b, 0, func() signal.Quality {
			return signal.Check(o.panel, signal.ImportReport{}, signal.QualityConfig{}, o.all.To)
		})
	})
	b.Run("AsOf", func(b *testing.B) {
		race(b, 0, func() *signal.Panel { return o.panel.AsOf(o.all.To) })
	})
	b.Run("Merge", func(b *testing.B) {
		early := o.panel.AsOf(o.all.To)
		race(b, 0, func() *signal.Panel {
			p, err := signal.Merge(early, o.panel)
			require.NoError(b, err)
			return p
		})
	})
}
