package signal

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

var utilityWindow = coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-30")}

// utilityCase reads the rows of a case.
func utilityCase(t testing.TB, name string) UtilitySpec {
	t.Helper()
	spec := UtilitySpec{Signal: "meeting_hours", Window: utilityWindow}
	for _, row := range table(t, "testdata/utility_rows.csv") {
		if row["case"] == name {
			spec.Rows = append(spec.Rows, UtilityRow{
				person(t, row["unit"]), number(t, row["full"]), number(t, row["released"]), row["group"], number(t, row["outcome"]),
			})
		}
	}
	require.NotEmpty(t, spec.Rows)
	return spec
}

// SIG-028 against SciPy, with what follows from each.
func TestUtilityAgreesWithSciPy(t *testing.T) {
	verdicts := map[string]UtilityVerdict{"rounded": Useful, "negative_ties": Useful, "groups": Useful, "flat": CannotTell}
	for _, want := range table(t, "testdata/utility_expected.csv") {
		name := want["case"]
		u := UtilityOf(utilityCase(t, name))
		for column, got := range map[string]float64{
			"r_before": u.Before.R, "low_before": u.Before.Low, "high_before": u.Before.High, "n_before": float64(u.Before.N),
			"r_after": u.After.R, "low_after": u.After.Low, "high_after": u.After.High, "n_after": float64(u.After.N),
		} {
			near(t, number(t, want[column]), got, 1e-12, name, column)
		}
		require.Equal(t, verdicts[name], u.Verdict, name)
		if u.RetainedOK {
			near(t, number(t, want["retained"]), u.Retained, 1e-12, name)
		}
		require.Equal(t, u.Verdict != Useful, u.Findings().Has("SIG-028"), name)
		require.False(t, u.Findings().Blocked(), name)
	}
	require.Equal(t, 4, UtilityOf(utilityCase(t, "negative_ties")).Hidden)
	require.Equal(t, 5, UtilityOf(utilityCase(t, "groups")).Hidden)
}

// A published example: hours of television and IQ of ten people, with a rank
// correlation of -29/165.
func TestCorrelateKnowsAPublishedValue(t *testing.T) {
	iq := []float64{106, 100, 86, 101, 99, 103, 97, 113, 112, 110}
	hours := []float64{7, 27, 2, 50, 28, 29, 20, 12, 6, 17}
	c := correlate(iq, hours, 10)
	require.InDelta(t, -29.0/165, c.R, 1e-15)
	require.True(t, c.OK)
	perfect := correlate(iq, iq, 10)
	require.Equal(t, Correlation{1, 1, 1, 10, true}, perfect)
	require.False(t, correlate(iq, make([]float64, 10), 10).OK)
	require.Equal(t, []float64{2.5, 1, 2.5, 4}, ranks([]float64{3, 1, 3, 9}))
}

// Anonymisation that leaves noise loses the signal; a turned direction too.
func TestUtilityIsLost(t *testing.T) {
	spec := utilityCase(t, "rounded")
	for i := range spec.Rows {
		spec.Rows[i].Released = -float64((i * 7) % 40)
	}
	u := UtilityOf(spec)
	require.Equal(t, Lost, u.Verdict, "%+v", u)
	require.True(t, u.Findings().Blocked() && u.Findings().Has("SIG-028"))
	require.Less(t, u.Retained, 0.1)

	spec = utilityCase(t, "rounded")
	for i := range spec.Rows {
		spec.Rows[i].Released = -spec.Rows[i].Full
	}
	u = UtilityOf(spec)
	require.Equal(t, Lost, u.Verdict)
	require.Zero(t, u.Retained)
	require.True(t, u.RetainedOK)

	spec = utilityCase(t, "rounded")
	spec.Least = 0.99
	require.Equal(t, Lost, UtilityOf(spec).Verdict, "all of it is lower than the least of use")
	spec.Least = 0.9
	require.Equal(t, CannotTell, UtilityOf(spec).Verdict)
	require.Equal(t, 0.3, UtilityOf(UtilitySpec{Least: 1}).Least)
}

// SIG-028: each reason for which nobody can tell.
func TestUtilityCannotTell(t *testing.T) {
	tests := []struct {
		name, want string
		spoil      func(*UtilitySpec)
	}{
		{"SIG-028 no window", "no validation window", func(s *UtilitySpec) { s.Window = coaching.Window{} }},
		{"SIG-028 nine units", "9 units or groups with full figures", func(s *UtilitySpec) { s.Rows = s.Rows[:9] }},
		{"SIG-028 nine groups", "9 units or groups with released figures", func(s *UtilitySpec) {
			for i := range s.Rows {
				s.Rows[i].Group = strconv.Itoa(i % 9)
			}
		}},
		{"SIG-028 hidden", "0 units or groups with released figures", func(s *UtilitySpec) {
			for i := range s.Rows {
				s.Rows[i].Released = math.NaN()
			}
		}},
		{"SIG-028 constant", "released figures or their outcomes do not vary", func(s *UtilitySpec) {
			for i := range s.Rows {
				s.Rows[i].Released = 7
			}
		}},
		{"SIG-028 nothing before", "may predict nothing either", func(s *UtilitySpec) {
			for i := range s.Rows {
				s.Rows[i].Full = float64((i * 7) % 40)
			}
		}},
		{"SIG-028 twice", "a subject that occurs twice", func(s *UtilitySpec) { s.Rows[1].Subject = s.Rows[0].Subject }},
		{"SIG-028 nobody", "without a subject", func(s *UtilitySpec) { s.Rows[1].Subject = coaching.PersonID{} }},
		{"SIG-028 infinite", "0 units or groups with full figures", func(s *UtilitySpec) {
			for i := range s.Rows {
				s.Rows[i].Outcome = math.Inf(1)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := utilityCase(t, "rounded")
			tt.spoil(&spec)
			u := UtilityOf(spec)
			require.Equal(t, CannotTell, u.Verdict)
			require.False(t, u.RetainedOK)
			require.Contains(t, u.Findings()[0].Message+u.Findings()[len(u.Findings())-1].Message, tt.want)
			require.True(t, u.Findings().Has("SIG-028"))
		})
	}
	require.True(t, Utility{}.Findings().Has("SIG-028"), "the zero utility tells nothing")
}

// The order of the rows and any growing transform of figures change nothing.
func TestUtilityIsOfRanks(t *testing.T) {
	var ids []coaching.PersonID
	for i := range 30 {
		ids = append(ids, person(t, strconv.Itoa(i)))
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(10, 30).Draw(t, "n")
		figure := rapid.Float64Range(-5, 5)
		var spec, grown UtilitySpec
		spec.Window, grown.Window = utilityWindow, utilityWindow
		for i := range n {
			r := UtilityRow{ids[i], figure.Draw(t, "full"), figure.Draw(t, "released"), "", figure.Draw(t, "outcome")}
			spec.Rows = append(spec.Rows, r)
			r.Full, r.Released = 8*r.Full, 2*r.Released // exact in floating point, so ties stay ties
			grown.Rows = append(grown.Rows, r)
		}
		want := UtilityOf(spec)
		require.Equal(t, want, UtilityOf(grown))
		shuffled := spec
		shuffled.Rows = rapid.Permutation(spec.Rows).Draw(t, "order")
		require.Equal(t, want, UtilityOf(shuffled))
		slices.Reverse(shuffled.Rows)
		require.Equal(t, want, UtilityOf(shuffled))
	})
}
