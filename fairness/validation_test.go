package fairness_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// thirty is the plan of a validation in January 2027, with two looks.
func thirty() fairness.Validation {
	return fairness.Validation{
		Window: coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}, Looks: []coaching.Date{day("2027-01-15"), day("2027-01-22")},
		MinPeople: 1000, MinDays: 25, MaxShift: 0.10, MaxPSI: 0.25,
	}
}

// thirtyData is what a fair and stable signal leaves behind.
func thirtyData(t *testing.T) fairness.ValidationData {
	d := fairness.ValidationData{
		People:     large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected),
		First:      large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected),
		Second:     large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected),
		Results:    append(reviews(true, "", 0, 60), reviews(false, "", 0, 60)...),
		BlindSpots: []string{"offline work"},
	}
	for i := range 30 {
		d.Days = append(d.Days, day("2027-01-30").AddDays(-i), day("2027-01-30").AddDays(-i))
	}
	return d
}

func TestValidationPlan(t *testing.T) {
	require.NoError(t, thirty().Validate())
	for want, change := range map[string]func(v *fairness.Validation){
		"SIG-029: a window of 29 days":    func(v *fairness.Validation) { v.Window.To = day("2027-01-29") },
		"look 1 on 2027-01-30":            func(v *fairness.Validation) { v.Looks[1] = v.Window.To },
		"look 0 on 2026-12-31":            func(v *fairness.Validation) { v.Looks[0] = day("2026-12-31") },
		"look 1 on 2027-01-15":            func(v *fairness.Validation) { v.Looks[1] = v.Looks[0] },
		"MinPeople is 0":                  func(v *fairness.Validation) { v.MinPeople = 0 },
		"MinDays is 31":                   func(v *fairness.Validation) { v.MinDays = 31 },
		"MaxShift is 0":                   func(v *fairness.Validation) { v.MaxShift = 0 },
		"MaxPSI is 0":                     func(v *fairness.Validation) { v.MaxPSI = 0 },
		"MinDays is 25, want 1 to the 0 ": func(v *fairness.Validation) { v.Window = coaching.Window{} },
	} {
		v := thirty()
		change(&v)
		require.ErrorContains(t, v.Validate(), want)
		require.NotEqual(t, thirty().Hash(), v.Hash())
		_, err := v.Conclude(thirtyData(t), adopted(t))
		require.ErrorContains(t, err, want)
	}
	soon := thirty()
	soon.Looks[0] = day("2027-01-01")
	_, err := soon.Look(soon.Looks[0], thirtyData(t).People, nil, adopted(t))
	require.ErrorContains(t, err, "less than any data could show")
}

// SIG-029: a look before the end can pause and never pass, and spends what
// O'Brien and Fleming's function says, no more.
func TestValidationLooks(t *testing.T) {
	p, v, fine := adopted(t), thirty(), thirtyData(t)
	r, err := v.Look(v.Looks[1], fine.People, fine.Results, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Insufficient, r.Verdict, "the same data pass at the end")
	require.Equal(t, signal.Candidate, r.Standing)
	require.InDelta(t, fairness.OBrienFleming(p.Alpha, 22.0/30), r.Validation.Spent, 1e-15)
	require.InDelta(t, r.Validation.Spent-fairness.OBrienFleming(p.Alpha, 15.0/30), r.Validation.Alpha, 1e-15)

	// Women are flagged at 1.58 times the rate of men. The plain check would pause
	// at once; the first look must not: its error is 0.0056.
	gap := func(women, men int64) *fairness.Table {
		table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable,
			Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "shift"}}}, []fairness.Count{
			{Levels: []string{"man"}, Factors: []string{"day"}, Flagged: men, Total: 400}, {Levels: []string{"woman"}, Factors: []string{"day"}, Flagged: women, Total: 400}})
		require.NoError(t, err)
		return table
	}
	early := coaching.Window{From: v.Window.From, To: v.Looks[0]}
	plain, err := fairness.Check(gap(190, 120), fine.Results, early, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pause, plain.Verdict)
	p1 := plain.Families[0].Groups[1].PAdverseHolm
	require.True(t, p1 > fairness.OBrienFleming(p.Alpha, 0.5) && p1 < p.Alpha, "%v", p1)
	r, err = v.Look(v.Looks[0], gap(190, 120), fine.Results, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Insufficient, r.Verdict)
	r, err = v.Look(v.Looks[0], gap(240, 120), fine.Results, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pause, r.Verdict)
	require.Equal(t, fairness.Digest(p.Hash()), r.PolicyHash, "the policy is the frozen one")
	require.Equal(t, early, r.Window)
	_, err = v.Look(day("2027-01-16"), gap(240, 120), fine.Results, p)
	require.ErrorContains(t, err, "no look is planned")
}

// SIG-029: at the end a pass needs the three steps, people, days, stability and
// a stated blind spot; each is missing once.
func TestValidationEnds(t *testing.T) {
	p := adopted(t)
	r, err := thirty().Conclude(thirtyData(t), p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pass, r.Verdict, "%v", r.Findings)
	require.Equal(t, signal.Cleared, r.Standing)
	require.Equal(t, 30, r.Validation.Days)
	for name, tt := range map[string]struct {
		change func(v *fairness.Validation, d *fairness.ValidationData)
		want   string
		to     signal.Standing
	}{
		"people":      {func(v *fairness.Validation, _ *fairness.ValidationData) { v.MinPeople = 20_000 }, "want at least 20000", signal.Restricted},
		"days":        {func(_ *fairness.Validation, d *fairness.ValidationData) { d.Days = d.Days[:40] }, "20 days hold data", signal.Restricted},
		"blind spots": {func(_ *fairness.Validation, d *fairness.ValidationData) { d.BlindSpots = []string{" "} }, "FAI-009", signal.Candidate},
		"stability": {func(_ *fairness.Validation, d *fairness.ValidationData) {
			d.Second = large(t, [2][2]int64{{1200, 1200}, {1200, 1200}}, 0, fairness.Protected)
		}, "the flag rate moved by 0.20 [0.19, 0.21]", signal.Restricted},
		"too few to know": {func(_ *fairness.Validation, d *fairness.ValidationData) {
			var err error
			d.Second, err = fairness.FromCounts(d.First.Spec(), []fairness.Count{{Levels: []string{"man", "clinic"}, Factors: []string{"day"}, Flagged: 8, Total: 20}})
			require.NoError(t, err)
		}, "do not show the flag rate to be stable", signal.Restricted},
	} {
		v, d := thirty(), thirtyData(t)
		tt.change(&v, &d)
		r, err := v.Conclude(d, p)
		require.NoError(t, err, name)
		require.Equal(t, tt.to, r.Standing, "%s: %v", name, r.Findings)
		require.Contains(t, jsonOf(t, r.Findings), tt.want, name)
		require.Equal(t, tt.to == signal.Cleared, r.Verdict == fairness.Pass, name)
	}
	pausing := p
	pausing.OnInsufficient = fairness.PauseSignal
	few := thirty()
	few.MinPeople = 20_000
	r, err = few.Conclude(thirtyData(t), pausing)
	require.NoError(t, err)
	require.Equal(t, signal.Paused, r.Standing)
}

// FAI-002: with the draw beside them, results are of drawn people, and each
// drawn person has one.
func TestValidationTiesTheReviewToItsDraw(t *testing.T) {
	p, d := adopted(t), thirtyData(t)
	for i := range d.Results {
		d.Results[i].Person = pseudonym(fmt.Sprint("reviewed ", i))
		d.Draw = append(d.Draw, fairness.Case{Person: d.Results[i].Person, Flagged: d.Results[i].Flagged})
	}
	judge := func() (*fairness.Report, error) { return thirty().Conclude(d, p) }
	r, err := judge()
	require.NoError(t, err)
	require.Equal(t, fairness.Pass, r.Verdict)
	require.NotContains(t, jsonOf(t, r.Findings), "FAI-002")

	all := d.Results
	d.Results = all[1:]
	r, err = judge()
	require.NoError(t, err)
	require.Equal(t, fairness.Insufficient, r.Verdict)
	require.Equal(t, signal.Restricted, r.Standing)
	require.Contains(t, jsonOf(t, r.Findings), "1 drawn cases have no result")

	d.Results = slices.Clone(all)
	d.Results[0].Person = pseudonym("somebody else")
	_, err = judge()
	require.ErrorContains(t, err, "review result 0 is of a person who was not drawn")

	d.Results, d.Draw = all, nil
	r, err = judge()
	require.NoError(t, err)
	require.Equal(t, fairness.Pass, r.Verdict)
	require.Contains(t, jsonOf(t, r.Findings), "nothing ties the reviewed cases to a draw")
}

// A flag rate or a feature that moved between the halves is no stable signal.
func TestValidationDrift(t *testing.T) {
	spec := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "gender", Levels: []string{"man", "woman"}}},
		Features: []fairness.Feature{{Name: "shift", Levels: []string{"day", "night"}}, {Name: "hours", Numeric: true}}}
	half := func(night, flags int, hours func(i int) float64) *fairness.Table {
		table, err := fairness.NewTable(spec)
		require.NoError(t, err)
		for i := range 400 {
			o := fairness.Observation{Levels: []string{[]string{"man", "woman"}[i%2]}, Factors: []string{"day"}, Values: []float64{hours(i / 2)}, Flagged: i/2 < flags}
			if i/2 < night {
				o.Factors = []string{"night"}
			}
			require.NoError(t, table.Add(o))
		}
		return table
	}
	same := func(i int) float64 { return float64(i) }
	find := func(second *fairness.Table) *fairness.ValidationFinding {
		d := thirtyData(t)
		d.First, d.Second = half(50, 60, same), second
		d.People = half(50, 60, same)
		require.NoError(t, d.People.Merge(second))
		v := thirty()
		v.MaxShift = 0.15
		r, err := v.Conclude(d, adopted(t))
		require.NoError(t, err)
		return r.Validation
	}
	f := find(half(50, 60, same))
	require.Equal(t, []fairness.Drift{{Feature: "shift", First: 400, Second: 400, Defined: true, Chance: f.Drift[0].Chance}, {Feature: "hours", First: 400, Second: 400, Defined: true, Chance: f.Drift[1].Chance}}, f.Drift)
	require.InDelta(t, 2.0/400*3.841459, f.Drift[0].Chance, 1e-6, "two levels: chi-square, 1 degree of freedom")
	require.InDelta(t, 2.0/400*16.918978, f.Drift[1].Chance, 1e-6, "ten bins")
	f = find(half(150, 60, func(i int) float64 { return float64(i) + 100 }))
	require.True(t, f.Drift[0].Moved)
	require.True(t, f.Drift[1].Moved)
	f = find(half(50, 150, same))
	require.InDelta(t, 0.45, f.Shift.Value, 1e-12)

	// By hand: quarters against halves, half a person added to each level.
	psi, ok := fairness.PSI([]int64{25, 75}, []int64{50, 50})
	require.True(t, ok)
	require.InDelta(t, (50.5/101-25.5/101)*0.68330+(50.5/101-75.5/101)*-0.40214, psi, 1e-4)
	for _, bad := range [][2][]int64{{{}, {}}, {{1}, {1, 2}}, {{-1, 2}, {1, 2}}, {{0, 0}, {1, 2}}} {
		_, ok = fairness.PSI(bad[0], bad[1])
		require.False(t, ok)
	}
}

func TestValidationRefusesWhatIsNoData(t *testing.T) {
	for want, change := range map[string]func(d *fairness.ValidationData){
		"want three tables": func(d *fairness.ValidationData) { d.Second = nil },
		"zero":              func(d *fairness.ValidationData) { d.First = &fairness.Table{} },
		"different specs": func(d *fairness.ValidationData) {
			d.First = large(t, [2][2]int64{{8, 8}, {8, 8}}, 0, fairness.Operational)
		},
		"cannot be the": func(d *fairness.ValidationData) {
			d.People = large(t, [2][2]int64{{1, 1}, {1, 1}}, 20_000, fairness.Protected)
		},
		"outside the window":   func(d *fairness.ValidationData) { d.Days = append(d.Days, day("2027-02-01")) },
		"blind spot 1 of 5000": func(d *fairness.ValidationData) { d.BlindSpots = append(d.BlindSpots, string(make([]byte, 5000))) },
	} {
		d := thirtyData(t)
		change(&d)
		_, err := thirty().Conclude(d, adopted(t))
		if want == "zero" {
			want = "want three tables"
		}
		require.ErrorContains(t, err, want)
	}
	r, err := thirty().Look(thirty().Looks[0], nil, nil, adopted(t))
	require.Nil(t, r)
	require.ErrorContains(t, err, "zero Table")
}

// A life whose validation was planned ends it with that plan's report: not with
// a plain check, which could be repeated until it pauses, nor with another plan.
func TestLifecycleTakesThePlannedReport(t *testing.T) {
	p, v, d := adopted(t), thirty(), thirtyData(t)
	steward := somebody(t, "steward")
	l, err := fairness.NewLifecycle("s")
	require.NoError(t, err)
	open := fairness.Event{Move: fairness.Open, On: day("2026-12-31"), Actor: steward, Reason: "r", Policy: p, Window: v.Window, Seed: "s", Plan: &v}
	other := v
	other.MaxPSI = 0.5
	shifted := open
	shifted.Window.To = day("2027-02-05")
	_, err = l.Next(shifted)
	require.ErrorContains(t, err, "the plan is of 2027-01-01..2027-01-30")
	thoughtless := open
	thoughtless.Plan = &fairness.Validation{Window: v.Window}
	_, err = l.Next(thoughtless)
	require.ErrorContains(t, err, "MinPeople is 0")
	unplanned := open
	unplanned.Plan = nil
	bare, err := l.Next(unplanned)
	require.NoError(t, err)
	l, err = l.Next(open)
	require.NoError(t, err)
	require.Equal(t, v.Hash(), l.Records()[0].Plan)

	final, err := v.Conclude(d, p)
	require.NoError(t, err)
	elsewhere, err := other.Conclude(d, p)
	require.NoError(t, err)
	plain, err := fairness.Check(d.People, d.Results, v.Window, p)
	require.NoError(t, err)
	harm := append(reviews(true, "", 60, 60), reviews(false, "", 0, 60)...)
	naive, err := fairness.Check(d.People, harm, coaching.Window{From: v.Window.From, To: v.Looks[0]}, p)
	require.NoError(t, err)
	quiet, err := v.Look(v.Looks[0], d.People, d.Results, p)
	require.NoError(t, err)
	pause, err := v.Look(v.Looks[0], d.People, harm, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pause, pause.Verdict)
	conclude := func(l fairness.Lifecycle, on string, r *fairness.Report) (fairness.Lifecycle, error) {
		return l.Next(fairness.Event{Move: fairness.Conclude, On: day(on), Actor: steward, Reason: "r", Report: r})
	}
	for _, tt := range []struct {
		l    fairness.Lifecycle
		on   string
		r    *fairness.Report
		want string
	}{
		{l, "2027-01-31", elsewhere, "that was planned"}, {l, "2027-01-31", plain, "that was planned"}, {l, "2027-01-16", naive, "that was planned"},
		{bare, "2027-01-31", final, "that was planned"}, {l, "2027-01-30", final, "before the window ends"}, {l, "2027-01-16", quiet, "has not ended"},
		{l, "2027-02-01", quiet, "has not ended"},
	} {
		_, err = conclude(tt.l, tt.on, tt.r)
		require.ErrorContains(t, err, tt.want)
	}
	ended, err := v.Conclude(fairness.ValidationData{People: d.People, First: d.First, Second: d.Second, Days: d.Days, Results: harm, BlindSpots: d.BlindSpots}, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pause, ended.Verdict)
	_, err = conclude(l, "2027-01-16", ended)
	require.ErrorContains(t, err, "which 2027-01-16 has not seen")
	paused, err := conclude(l, "2027-01-16", pause)
	require.NoError(t, err)
	require.Equal(t, signal.Paused, paused.Standing(day("2027-01-16")))
	active, err := conclude(l, "2027-01-31", final)
	require.NoError(t, err)
	require.Equal(t, signal.Cleared, active.Standing(day("2027-01-31")))
	var back fairness.Lifecycle
	require.NoError(t, back.UnmarshalJSON([]byte(jsonOf(t, l))))
	_, err = conclude(back, "2027-01-31", plain)
	require.ErrorContains(t, err, "that was planned", "a stored life remembers the plan")
}

// Two groups whose true ratio is exactly the threshold, ten people of each a day,
// daily looks from the eighth day on: with the plan a pause before the end is as
// rare as promised, and with a plain check each day it is not. sim_peeking, the
// design's own simulation, has 0.23 for daily plain checks.
func TestEarlyPauseIsRare(t *testing.T) {
	lives := 400
	if testing.Short() {
		lives = 40
	}
	p, v := adopted(t), thirty()
	p.ExactUpTo = 0
	v.Looks = nil
	for i := 7; i < 29; i++ {
		v.Looks = append(v.Looks, v.Window.From.AddDays(i))
	}
	spec := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "gender", Levels: []string{"man", "woman"}}}}
	dice := rand.New(rand.NewPCG(1, 2))
	early, naive := 0, 0
	for range lives {
		table, err := fairness.NewTable(spec)
		require.NoError(t, err)
		stopped, peeked := false, false
		for d := range 29 {
			for i, level := range []string{"man", "woman"} {
				c := fairness.Count{Levels: []string{level}, Total: 10}
				for range 10 {
					if dice.Float64() < []float64{0.32, 0.40}[i] {
						c.Flagged++
					}
				}
				require.NoError(t, table.AddCount(c))
			}
			on := v.Window.From.AddDays(d)
			if d < 7 {
				continue
			}
			r, err := v.Look(on, table, nil, p)
			require.NoError(t, err)
			stopped = stopped || r.Verdict == fairness.Pause
			families, err := fairness.Groups(table, p)
			require.NoError(t, err)
			peeked = peeked || families[0].Verdict == fairness.Pause
		}
		early, naive = early+b2i(stopped), naive+b2i(peeked)
	}
	spent := fairness.OBrienFleming(p.Alpha, 29.0/30)
	t.Logf("paused early: %d of %d, promised %.3f; plain checks: %d", early, lives, spent, naive)
	require.LessOrEqual(t, float64(early), spent*float64(lives))
	if lives >= 400 {
		require.Greater(t, float64(naive), 2*spent*float64(lives))
	}
}
