package signal

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// The built-in after-hours ratio of twelve people over eight weeks of a real
// export's format, beside R's: the ratio of the sums. The mean of the weekly
// ratios, which R gives too, is another figure.
func TestRatioOfSumsAgreesWithR(t *testing.T) {
	want := table(t, datadir.Find(t, "golden/signal/ratio_after_hours_dv.csv"))
	require.Len(t, want, 12)
	d := inCatalogue(t, "after_hours_ratio")
	panel, _ := readSample(t, "wpa_dv_data.csv", d.Expr.Columns()...)
	first := panel.Periods()[0].Start
	window := coaching.Window{From: first, To: first.AddDays(8*7 - 1)}
	values, fs := PerSubject(panel, d, window)
	require.NoError(t, fs.Err())
	got := map[coaching.PersonID]SubjectValue{}
	for _, v := range values {
		got[v.Subject] = v
	}
	sum := func(column string, subject coaching.PersonID) (total float64) {
		e := d
		e.Expr, e.Range = Expr{Op: Count, Num: []string{column}}, nil
		values, fs := PerSubject(panel, e, window)
		require.NoError(t, fs.Err())
		for _, v := range values {
			if v.Subject == subject {
				total = v.Value
			}
		}
		return total
	}
	d.Grain, d.Class = Leader, Pseudonymous
	teams := Teams{}
	for _, row := range want {
		teams[person(t, row["PersonId"])] = person(t, row["PersonId"])
	}
	weekly, fs := Evaluate(panel, d, teams, nil)
	require.NoError(t, fs.Err())
	for _, row := range want {
		subject := person(t, row["PersonId"])
		v := got[subject]
		require.True(t, v.OK)
		require.Equal(t, 8, v.Periods)
		near(t, number(t, row["ratio_of_sums"]), v.Value, 1e-12, "ratio_of_sums")
		for column, name := range map[string]string{d.Expr.Num[0]: "After_hours_collaboration_hours", d.Expr.Den[0]: "Collaboration_hours"} {
			near(t, number(t, row[name]), sum(column, subject), 1e-12, name)
		}
		mean, n := 0.0, 0
		for _, period := range weekly.Periods() {
			if cell := weekly.At(subject, period); period.within(window) && cell.Status == OK {
				mean += cell.Value
				n++
			}
		}
		mean /= float64(n)
		near(t, number(t, row["mean_of_ratios"]), mean, 1e-12, "mean_of_ratios")
		require.Greater(t, math.Abs(mean-v.Value), 1e-6)
	}
}

// The entries of the catalogue that read Viva's person query compute on a sample
// of it: a figure for each team and week, all inside the possible range.
func TestCatalogueComputesOnASample(t *testing.T) {
	header := columnsOf(t, datadir.Find(t, "data/viva_pq_data.csv"))
	panel, _ := readSample(t, "viva_pq_data.csv")
	teams, leaders := Teams{}, panel.Subjects()[:10]
	for i, subject := range panel.Subjects() {
		teams[subject] = leaders[i%len(leaders)]
	}
	definitions, _ := Catalogue()
	computed := 0
	for _, d := range definitions {
		known := true
		for _, column := range d.Expr.Columns() {
			known = known && findColumn(header, column) >= 0 && panel.column(column) != nil
		}
		if !known {
			continue
		}
		computed++
		d.Cadence = Weekly // the sample has the survey's answers every week
		s, fs := Evaluate(panel, d, teams, nil)
		require.NoError(t, fs.Err(), d.ID)
		require.False(t, fs.Has("DQ08") && d.Grain == Team, "%s: %v", d.ID, fs)
		for _, leader := range leaders {
			for _, period := range s.Periods() {
				if d.Grain == Team {
					require.Equal(t, OK, s.At(leader, period).Status, d.ID)
				}
			}
		}
	}
	require.Equal(t, 12, computed)
}
