package signal

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
)

// feed is a feed of weekly figures that end on a day, with loads.
func feed(t testing.TB, step, days int, weeks ...int) *Panel {
	t.Helper()
	rows := map[rowKey]bool{}
	var cells []observation
	for _, w := range weeks {
		key := rowKey{person(t, "L"), Period{coaching.MustDate("2026-11-01").AddDays(step * w), days}}
		rows[key] = true
		cells = append(cells, observation{key.subject, key.period, 0, 1})
	}
	return newPanel([]string{"Meeting_hours"}, cells, rows, nil)
}

// SIG-026: age, refresh, advancement, cadence and gaps, each on both sides of its
// boundary.
func TestGateAtItsBoundaries(t *testing.T) {
	day := coaching.MustDate
	weekly := []int{0, 1, 2, 3, 4, 5} // ends on 2026-12-12
	end := day("2026-12-12")
	loads := func(gaps ...int) []Load {
		list := []Load{{end.AddDays(1), end}}
		for i, gap := range gaps {
			last := list[0]
			list = append([]Load{{last.On.AddDays(-gap), end.AddDays(-7 * (i + 1))}}, list...)
		}
		return list
	}
	tests := []struct {
		name  string
		panel *Panel
		d     func(*Definition)
		age   int
		loads []Load
		want  FeedStatus
		why   string
	}{
		{"on the day", feed(t, 7, 7, weekly...), nil, 0, nil, Fresh, ""},
		{"10 days", feed(t, 7, 7, weekly...), nil, 10, nil, Fresh, ""},
		{"11 days", feed(t, 7, 7, weekly...), nil, 11, nil, Late, "11 days old; want at most 10"},
		{"14 days", feed(t, 7, 7, weekly...), nil, 14, nil, Late, "14 days old; want at most 10"},
		{"15 days", feed(t, 7, 7, weekly...), nil, 15, nil, Stale, "15 days old; want at most 14"},
		{"the future", feed(t, 7, 7, weekly...), nil, -1, nil, Stale, "end 1 days after"},
		{"loads every 7 days", feed(t, 7, 7, weekly...), nil, 2, loads(7, 7), Fresh, ""},
		{"loads every 8 days", feed(t, 7, 7, weekly...), nil, 2, loads(8, 8), OutcomeOnly, "every 8 days; want at most 7"},
		{"one late load", feed(t, 7, 7, weekly...), nil, 2, loads(7, 30, 7), Fresh, ""},
		{"every half counts up", feed(t, 7, 7, weekly...), nil, 2, loads(7, 8), OutcomeOnly, "every 8 days"},
		{"one load", feed(t, 7, 7, weekly...), nil, 2, loads(), Fresh, ""},
		{"no advance", feed(t, 7, 7, weekly...), nil, 2, []Load{{end.AddDays(1), end}, {end.AddDays(2), end}}, Stale, "did not advance"},
		{"a step back", feed(t, 7, 7, weekly...), nil, 2, []Load{{end.AddDays(1), end}, {end.AddDays(2), end.AddDays(-7)}}, Stale, "did not advance"},
		{"an advance of a day", feed(t, 7, 7, weekly...), nil, 2, []Load{{end.AddDays(1), end.AddDays(-1)}, {end.AddDays(2), end}}, Fresh, ""},
		{"fortnightly", feed(t, 14, 14, 0, 1, 2, 3), func(d *Definition) { d.Cadence = Fortnightly }, 0, nil, OutcomeOnly, "every 14 days"},
		{"monthly", feed(t, 30, 30, 0, 1, 2, 3), func(d *Definition) { d.Cadence = Monthly }, 0, nil, OutcomeOnly, "every 30 days"},
		{"one month", feed(t, 30, 30, 0), func(d *Definition) { d.Cadence = Monthly }, 0, nil, OutcomeOnly, "every 30 days"},
		{"one week", feed(t, 7, 7, 0), nil, 0, nil, Fresh, ""},
		{"monthly and old", feed(t, 30, 30, 0, 1, 2, 3), func(d *Definition) { d.Cadence = Monthly }, 15, nil, Stale, "15 days old"},
		{"daily", feed(t, 1, 1, 0, 1, 2, 3), func(d *Definition) { d.Cadence = Daily }, 0, nil, Fresh, ""},
		{"4 of 5 gaps", feed(t, 7, 7, 0, 1, 2, 3, 4, 6), nil, 0, nil, Fresh, ""},
		{"3 of 4 gaps", feed(t, 7, 7, 0, 1, 2, 3, 5), nil, 0, nil, Late, "75% of the gaps between periods are the usual 7 days; want at least 80%"},
		{"no figures", feed(t, 7, 7), nil, 0, nil, Stale, "no data"},
	}
	for _, tt := range tests {
		t.Run("SIG-026 "+tt.name, func(t *testing.T) {
			d := teamHours()
			if tt.d != nil {
				tt.d(&d)
			}
			newest := end
			if periods := tt.panel.Periods(); len(periods) > 0 {
				newest = periods[len(periods)-1].Last()
			}
			f := Gate(tt.panel, d, newest.AddDays(tt.age), tt.loads)
			require.Equal(t, tt.want, f.Status, "%v", f.Reasons)
			require.Equal(t, tt.why == "", len(f.Reasons) == 0, "%v", f.Reasons)
			require.Contains(t, fmt.Sprint(f.Reasons), tt.why)
			require.Equal(t, f, f.On(f.AsOf), "judging twice changes nothing")
		})
	}
}

// A feed never grows fresher by waiting, nor by loads in another order.
func TestGateOnlyAges(t *testing.T) {
	p := feed(t, 7, 7, 0, 1, 2, 3)
	end := p.Periods()[3].Last()
	rapid.Check(t, func(rt *rapid.T) {
		a := rapid.IntRange(0, 40).Draw(rt, "age")
		b := a + rapid.IntRange(0, 40).Draw(rt, "more")
		var loads []Load
		for range rapid.IntRange(0, 4).Draw(rt, "loads") {
			on := rapid.IntRange(0, 60).Draw(rt, "on")
			loads = append(loads, Load{end.AddDays(on - 30), end.AddDays(rapid.IntRange(-30, 0).Draw(rt, "newest"))})
		}
		young, old := Gate(p, teamHours(), end.AddDays(a), loads), Gate(p, teamHours(), end.AddDays(b), loads)
		require.GreaterOrEqual(t, young.Status, old.Status)
		require.Equal(t, young.Status, Gate(p, teamHours(), end.AddDays(a), rapid.Permutation(loads).Draw(rt, "order")).Status)
	})
}
