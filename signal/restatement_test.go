package signal

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// longFile writes figures as a long file.
func longFile(figures map[[2]string]float64) string {
	var rows []string
	for key, v := range figures {
		rows = append(rows, fmt.Sprintf("%s,%s,Meeting_hours,%v\n", key[0], key[1], v))
	}
	if len(rows) == 0 {
		rows = append(rows, "nobody's,2027-01-03,Meeting_hours,\n")
	}
	slices.Sort(rows)
	return "person,date,metric,value\n" + strings.Join(rows, "")
}

func readFigures(t testing.TB, key *coaching.Pseudonymizer, figures map[[2]string]float64, days int) *Panel {
	p, _, err := ReadLong(strings.NewReader(longFile(figures)), ImportSpec{People: key, Metrics: []string{"Meeting_hours"}, PeriodDays: days})
	require.NoError(t, err)
	return p
}

// What a later load changes, adds late, takes away and adds anew is counted apart,
// with the people whose figures they are.
func TestRestatements(t *testing.T) {
	before := readFigures(t, people(t), map[[2]string]float64{
		{"E1", "2027-01-03"}: 1, {"E1", "2027-01-10"}: 2, {"E1", "2027-01-17"}: 3, {"E2", "2027-01-03"}: 4, {"E2", "2027-01-17"}: 5,
	}, 0)
	after := readFigures(t, people(t), map[[2]string]float64{
		{"E1", "2027-01-03"}: 1, {"E1", "2027-01-10"}: 2.5, {"E2", "2027-01-10"}: 9, {"E2", "2027-01-03"}: 4, {"E2", "2027-01-17"}: 5, {"E2", "2027-01-24"}: 6,
	}, 0)
	both := []coaching.PersonID{person(t, "E1"), person(t, "E2")}
	slices.SortFunc(both, coaching.PersonID.Compare)
	require.Equal(t, []Restatement{
		{Metric: "Meeting_hours", Period: week("2027-01-10"), Changed: 1, Late: 1, Subjects: both},
		{Metric: "Meeting_hours", Period: week("2027-01-17"), Vanished: 1, Subjects: []coaching.PersonID{person(t, "E1")}},
		{Metric: "Meeting_hours", Period: week("2027-01-24"), New: 1, Subjects: []coaching.PersonID{person(t, "E2")}},
	}, Restatements(before, after))
	require.Empty(t, Restatements(before, before))
	require.Empty(t, Restatements(nil, nil))
	require.Len(t, Restatements(nil, after), 4, "everything is new")
	for _, r := range Restatements(before, nil) {
		require.Equal(t, Restatement{Metric: r.Metric, Period: r.Period, Vanished: len(r.Subjects), Subjects: r.Subjects}, r)
	}
}

// A week that is restated inside the baseline reaches the leader's level, every
// leader's limits, and the packs that hold the signal; one after it only views.
func TestAffectedByNamesBaselinesAndPacks(t *testing.T) {
	c := newPilotCase(t, nil)
	pack := c.pack(t)
	b := c.spec.Signals[0].Baselines
	d, window := b.series.definition, b.window
	leader := pack.Leader()
	teams := Teams{person(t, "M"): leader}
	metric := d.Expr.Num[0]
	period := b.Of(leader).Used[2]
	restated := Restatement{Metric: metric, Period: period, Changed: 1, Subjects: []coaching.PersonID{person(t, "M")}}
	got := AffectedBy([]Restatement{restated}, teams, []*Baselines{b}, []Pack{pack})
	require.Len(t, got, len(b.series.leaders))
	for _, a := range got {
		require.Equal(t, Affected{
			Leader: a.Leader, Signal: d.ID, Window: window, Level: a.Leader == leader, Limits: true,
			Packs: map[bool][]string{true: {pack.Programme() + ": " + pack.Outcome()}}[a.Leader == leader],
		}, a)
	}
	restated.Period = b.series.periods[len(b.series.periods)-1]
	require.False(t, restated.Period.within(window))
	require.Equal(t, []Affected{{Leader: leader, Signal: d.ID, Window: window, Later: true, Packs: []string{pack.Programme() + ": " + pack.Outcome()}}},
		AffectedBy([]Restatement{restated}, teams, []*Baselines{b}, []Pack{pack}))
	// The feed moving on is no restatement, another metric is another signal's, and
	// somebody in no team is nobody's.
	moved := restated
	moved.Changed, moved.New = 0, 1
	other := restated
	other.Metric = "x"
	outsider := restated
	outsider.Period, outsider.Subjects = period, []coaching.PersonID{person(t, "nobody's")}
	for _, r := range []Restatement{moved, other, outsider} {
		require.Empty(t, AffectedBy([]Restatement{r}, teams, []*Baselines{b}, []Pack{pack}))
	}
	require.Empty(t, AffectedBy([]Restatement{restated}, teams, nil, []Pack{pack}))
	require.Empty(t, AffectedBy([]Restatement{restated}, nil, []*Baselines{nil, {}}, nil))
}

// The law: a baseline that is not listed has the same figures, bit for bit, when
// it is computed from the later load; and without Level the same level and spread.
func TestAffectedByMissesNothing(t *testing.T) {
	key := people(t)
	id := func(name string) coaching.PersonID { p, _ := key.Person(name); return p }
	rapid.Check(t, func(rt *rapid.T) {
		d := teamHours()
		d.Cadence = rapid.SampledFrom([]Cadence{Weekly, Fortnightly, Monthly}).Draw(rt, "cadence")
		step := map[Cadence]int{Weekly: 7, Fortnightly: 14, Monthly: 30}[d.Cadence]
		days := step
		if rapid.Bool().Draw(rt, "leaders' own") {
			d.Grain = Leader
		}
		teams := Teams{}
		var names []string
		for _, leader := range []string{"L1", "L2", "L3", "L4"} {
			names = append(names, leader)
			for m := range MinGroup + 1 {
				name := fmt.Sprintf("%s-%d", leader, m)
				teams[id(name)] = id(leader)
				names = append(names, name)
			}
		}
		names = append(names, "outsider")
		first := coaching.MustDate("2027-01-03")
		periods := rapid.IntRange(3, 12).Draw(rt, "periods")
		seed := rapid.IntRange(0, 1000).Draw(rt, "seed")
		before := map[[2]string]float64{}
		empty := rapid.IntRange(0, 9).Draw(rt, "empty") == 0
		for i, name := range names {
			for w := range periods {
				if !empty && (i*7+w*13+seed)%11 != 0 {
					before[[2]string{name, first.AddDays(step * w).String()}] = float64((i*31+w*17+seed)%23) / 8
				}
			}
		}
		after := map[[2]string]float64{}
		maps.Copy(after, before)
		for range rapid.IntRange(0, 3).Draw(rt, "edits") {
			day := first.AddDays(step * rapid.IntRange(-2, periods+2).Draw(rt, "at"))
			if d.Cadence != Weekly {
				day = day.AddDays(rapid.SampledFrom([]int{0, 0, 0, 5}).Draw(rt, "off"))
			}
			who := rapid.SampledFrom(append(slices.Clone(names), "outsider", "outsider")).Draw(rt, "who")
			k := [2]string{who, day.String()}
			switch rapid.SampledFrom([]string{"set", "set", "drop", "drop everybody"}).Draw(rt, "edit") {
			case "set":
				after[k] = 5
			case "drop":
				delete(after, k)
			default:
				for _, name := range names {
					delete(after, [2]string{name, k[1]})
				}
			}
		}
		from := first.AddDays(step * rapid.IntRange(-1, 3).Draw(rt, "from"))
		window := coaching.Window{From: from, To: from.AddDays(step*rapid.IntRange(2, 10).Draw(rt, "length") - 1)}
		config := BaselineConfig{MinUsable: 3, MinShare: 0.5, MaxGap: 5, MaxAge: 60}
		compute := func(figures map[[2]string]float64) (*Panel, *Baselines) {
			p := readFigures(t, key, figures, days)
			s, fs := Evaluate(p, d, teams, nil)
			require.NoError(rt, fs.Err())
			b, _ := BaselinesOf(s, window, config)
			return p, b
		}
		p, b := compute(before)
		q, c := compute(after)
		listed := map[coaching.PersonID]Affected{}
		for _, a := range AffectedBy(Restatements(p, q), teams, []*Baselines{b}, nil) {
			require.NotContains(rt, listed, a.Leader)
			listed[a.Leader] = a
		}
		for _, leader := range b.series.leaders {
			x, y := b.Of(leader), c.Of(leader)
			a := listed[leader]
			if !a.Level {
				require.True(rt, sameBits(levels(x), levels(y)), "%v\n%v", levels(x), levels(y))
				require.Equal(rt, x.Reasons, y.Reasons)
				require.Equal(rt, x.Used, y.Used)
				require.Equal(rt, x.Asked, y.Asked)
			}
			if !a.Level && !a.Limits {
				require.True(rt, sameBits([]float64{x.Low, x.High, x.ModeratedSD, x.DF}, []float64{y.Low, y.High, y.ModeratedSD, y.DF}))
			}
			if reflect.DeepEqual(before, after) {
				require.Equal(rt, Affected{}, a)
			}
		}
	})
}

func levels(b Baseline) []float64 {
	return []float64{b.Level, b.Median, b.MAD, b.MADN, b.MeanDeviation, b.AAD, b.Scale, b.Mean, b.SD, b.CV, float64(b.N)}
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}
