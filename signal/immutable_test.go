package signal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// What an accessor returned, and the definition that was given, can be changed by
// their holders: a series, its baselines and the views stay as they were made.
func TestWhatIsReturnedIsACopy(t *testing.T) {
	c := newPilotCase(t, nil)
	bounded := func() Definition {
		d := teamHours()
		d.Range, d.Target = &Band{0, 168}, &Band{5, 10}
		return d
	}
	d := bounded()
	c.spec.Signals[0] = c.signal(t, d)
	b := c.spec.Signals[0].Baselines
	spoil := func(d Definition) {
		d.Range.High, d.Target.Low = 0, 0
		d.Expr.Num[0], d.ProxyRisks[0], d.BlindSpots[0] = "x", "x", "x"
	}
	spoil(d)
	require.Equal(t, bounded(), b.Series().Definition())
	spoil(b.Series().Definition())
	require.Equal(t, bounded(), b.Series().Definition())

	leader := c.spec.Leader
	for _, i := range append(b.All(), b.Of(leader)) {
		i.Used[0] = Period{}
	}
	require.Equal(t, c.window.From, b.Of(leader).Used[0].Start)
	few, _ := BaselinesOf(b.Series(), coaching.Window{From: c.window.From, To: c.window.From.AddDays(13)}, BaselineConfig{})
	few.Of(leader).Reasons[0] = "none"
	require.NotEqual(t, "none", few.Of(leader).Reasons[0])

	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	text := view.Text()
	for _, s := range view.Signals() {
		s.BlindSpots[0] = "nothing"
	}
	require.Equal(t, text, view.Text())

	own, fs := NewLeaderView(c.own(t))
	require.NoError(t, fs.Err())
	text = own.Text()
	for _, s := range own.Signals() {
		s.BlindSpots[0], s.Trend[0].Value = "nothing", 1000
	}
	require.Equal(t, text, own.Text())
}
