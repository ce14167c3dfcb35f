package signal

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// A pilotCase is a small programme: leaders L0..L3 with teams of six, two
// signals, ten weeks, and a spike of L0 in the last.
type pilotCase struct {
	panel   *Panel
	teams   Teams
	first   Definition
	second  Definition
	window  coaching.Window
	day     coaching.Date
	request CoachRequest
	spec    PackSpec
}

// newPilotCase builds the case; edit may change a value by leader and week.
func newPilotCase(t testing.TB, edit func(leader, week int, v float64) float64) *pilotCase {
	t.Helper()
	c := &pilotCase{teams: Teams{}, day: coaching.MustDate("2027-01-11")}
	var b strings.Builder
	b.WriteString("PersonId,MetricDate,Meeting_hours,Email_hours\n")
	first := coaching.MustDate("2026-11-01")
	for week := range 10 {
		for leader := range 4 {
			v := 9 + 2*float64(leader) + float64((week*7+leader*3)%10)/10
			if edit != nil {
				v = edit(leader, week, v)
			}
			for member := range 6 {
				name := fmt.Sprintf("E%d%d", leader, member)
				c.teams[person(t, name)] = person(t, fmt.Sprintf("L%d", leader))
				fmt.Fprintf(&b, "%s,%s,%g,%g\n", name, first.AddDays(7*week), v, 5+float64(leader)+float64((week*3+member)%7)/10)
			}
		}
	}
	var err error
	c.panel, _, err = ReadViva(strings.NewReader(b.String()), spec(t, "Meeting_hours", "Email_hours"))
	require.NoError(t, err)
	c.first, c.second = teamHours(), teamHours()
	c.second.ID, c.second.Expr.Num = "email_hours", []string{"Email_hours"}
	c.window = coaching.Window{From: first, To: first.AddDays(55)}

	leader, agreed := person(t, "L0"), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	c.spec = PackSpec{
		Programme: "test", Outcome: "sprint predictability", Leader: leader,
		Signals:     []PackSignal{c.signal(t, c.first), c.signal(t, c.second)},
		Qualitative: []QualitativeItem{{ID: "team_pulse", Kind: Theme, Source: "pulse", Text: "Decisions wait", Coder: person(t, "S"), N: 5, On: c.day}},
	}
	log, err := NewStewardLog(c.flags(), map[coaching.PersonID]coaching.PersonID{
		leader: person(t, "C"), person(t, "L1"): person(t, "C"), person(t, "L2"): person(t, "C"), person(t, "L3"): person(t, "C"),
	})
	require.NoError(t, err)
	c.request = CoachRequest{
		Coach: person(t, "C"), At: c.day.At(9, 0, time.UTC), Log: log,
		Consents: ConsentList{
			{Participant: leader, Signal: c.first.ID, Purpose: CoachingPurpose, Granted: agreed},
			{Participant: leader, Signal: c.second.ID, Purpose: CoachingPurpose, Granted: agreed},
		},
		Standings: map[string]StandingRecord{c.first.ID: {Standing: Cleared}, c.second.ID: {Standing: Restricted, Control: "HR reads first"}},
		Freshness: map[string]Freshness{c.first.ID: Gate(c.panel, c.first, c.day, nil), c.second.ID: Gate(c.panel, c.second, c.day, nil)},
	}
	return c
}

func (c *pilotCase) signal(t testing.TB, d Definition) PackSignal {
	t.Helper()
	s, fs := Evaluate(c.panel, d, c.teams, nil)
	require.NoError(t, fs.Err())
	b, fs := BaselinesOf(s, c.window, BaselineConfig{})
	require.NoError(t, fs.Err())
	yes := Judgement{Pass: true, Evidence: "minutes", By: person(t, "S"), On: c.day}
	return PackSignal{b, Assess(d, Judgements{Controllable: yes, Causal: yes, Interpretable: yes, Stewardship: yes}, StabilityOf(s, c.window), Gate(c.panel, d, c.day, nil))}
}

func (c *pilotCase) flags() []Flag {
	return append(Detect(c.spec.Signals[0].Baselines), Detect(c.spec.Signals[1].Baselines)...)
}

func (c *pilotCase) pack(t testing.TB) Pack {
	t.Helper()
	p, fs := NewPack(c.spec)
	require.NoError(t, fs.Err())
	return p
}

func spikeLast(leader, week int, v float64) float64 {
	if leader == 0 && week == 9 {
		return v + 8
	}
	return v
}

func TestNewPack(t *testing.T) {
	c := newPilotCase(t, nil)
	p, fs := NewPack(c.spec)
	require.Empty(t, fs)
	require.Equal(t, []string{"meeting_hours", "email_hours"}, p.Signals())

	tests := []struct {
		code  string
		sev   coaching.Severity
		spoil func(*PackSpec)
	}{
		{"SIG-004", coaching.Error, func(s *PackSpec) { s.Signals, s.Qualitative = s.Signals[:1], nil }},
		{"SIG-004", coaching.Error, func(s *PackSpec) { s.Signals = nil }},
		{"SIG-006", coaching.Error, func(s *PackSpec) { s.Signals, s.Qualitative = s.Signals[:1], nil }},
		{"SIG-006", coaching.Error, func(s *PackSpec) { s.Signals = append(s.Signals, s.Signals[0], s.Signals[0], s.Signals[0]) }},
		{"SIG-004", coaching.Error, func(s *PackSpec) { s.Signals = append(s.Signals, s.Signals[0]) }},
		{"SIG-004", coaching.Error, func(s *PackSpec) { s.Outcome = "revenue" }},
		{"SIG-004", coaching.Error, func(s *PackSpec) { s.Leader = coaching.PersonID{} }},
		{"SIG-011", coaching.Error, func(s *PackSpec) { s.Signals[0].Checklist = Checklist{} }},
		{"SIG-033", coaching.Error, func(s *PackSpec) {
			raw := *s.Signals[0].Baselines.series
			raw.definition.Class = Raw
			b := *s.Signals[0].Baselines
			b.series = &raw
			s.Signals[0].Baselines = &b
		}},
		{"SIG-011", coaching.Error, func(s *PackSpec) { s.Signals[0].Checklist = s.Signals[1].Checklist }},
		{"SIG-025", coaching.Error, func(s *PackSpec) { s.Leader = person(t, "L9") }},
		{"SIG-025", coaching.Error, func(s *PackSpec) { s.Signals[0].Baselines = nil }},
		{"SIG-004", coaching.Error, func(s *PackSpec) {
			other := s.Qualitative[0]
			other.ID = "interviews"
			s.Signals, s.Qualitative = nil, append(s.Qualitative, other)
		}},
		{"SIG-003", coaching.Warning, func(s *PackSpec) {
			for _, id := range []string{"focus_hours", "call_hours"} {
				d := c.second
				d.ID = id
				s.Signals = append(s.Signals, c.signal(t, d))
			}
		}},
		{"SIG-004", coaching.Error, func(s *PackSpec) { // nothing else is wrong with five
			for _, id := range []string{"focus_hours", "call_hours", "chat_hours"} {
				d := c.second
				d.ID = id
				s.Signals = append(s.Signals, c.signal(t, d))
			}
		}},
		{"SIG-021", coaching.Warning, func(s *PackSpec) {
			for i, d := range []Definition{c.first, c.second} {
				d.Kind, d.Source, d.Trace = Qualitative, SurveyAnswers, StatedAnswer
				s.Signals[i] = c.signal(t, d)
			}
		}},
		{"SIG-017", coaching.Error, func(s *PackSpec) { s.Qualitative[0].N = 4 }},
		{"SIG-017", coaching.Error, func(s *PackSpec) { s.Qualitative[0].Kind = Excerpt }},
		{"SIG-021", coaching.Warning, func(s *PackSpec) { s.Qualitative = nil }},
	}
	for _, tt := range tests {
		spoiled := c.spec
		spoiled.Signals = append([]PackSignal(nil), c.spec.Signals...)
		spoiled.Qualitative = append([]QualitativeItem(nil), c.spec.Qualitative...)
		tt.spoil(&spoiled)
		p, fs := NewPack(spoiled)
		require.True(t, fs.Has(tt.code), "%s: %v", tt.code, fs)
		require.Equal(t, tt.sev == coaching.Error, fs.Blocked(), tt.code)
		require.Equal(t, !fs.Blocked(), p.ok)
	}
	waived := c.spec
	waived.Qualitative, waived.UnblendedReason = nil, "the pulse starts in week 3"
	_, fs = NewPack(waived)
	require.Empty(t, fs)
}

// Every reason that keeps a view from a coach, alone; none gives anything away.
func TestCoachViewRefuses(t *testing.T) {
	tests := []struct {
		name, code string
		spoil      func(*pilotCase)
	}{
		{"SIG-026 no freshness", "SIG-026", func(c *pilotCase) { delete(c.request.Freshness, "meeting_hours") }},
		{"SIG-026 of another feed", "SIG-026", func(c *pilotCase) { c.request.Freshness["meeting_hours"] = c.request.Freshness["email_hours"] }},
		{"SIG-026 stale by then", "SIG-026", func(c *pilotCase) { c.request.At = c.request.At.AddDate(0, 0, 15) }},
		{"GOV-012 not agreed", "GOV-012", func(c *pilotCase) { c.request.Consents = ConsentList{} }},
		{"GOV-012 withdrawn", "GOV-012", func(c *pilotCase) {
			list := c.request.Consents.(ConsentList)
			list[0].Withdrawn = c.request.At.Add(-time.Hour)
		}},
		{"GOV-012 no store", "GOV-012", func(c *pilotCase) { c.request.Consents = nil }},
		{"GOV-012 no time", "GOV-012", func(c *pilotCase) { c.request.At = time.Time{} }},
		{"FAI-005 candidate", "FAI-005", func(c *pilotCase) { delete(c.request.Standings, "meeting_hours") }},
		{"FAI-005 paused", "FAI-005", func(c *pilotCase) { c.request.Standings["meeting_hours"] = StandingRecord{Paused, "HR"} }},
		{"FAI-005 no control", "FAI-005", func(c *pilotCase) { c.request.Standings["email_hours"] = StandingRecord{Standing: Restricted} }},
		{"SIG-004 no figures left", "SIG-004", func(c *pilotCase) {
			c.request.LeaveOut = []Omission{{"email_hours", "paused"}, {"meeting_hours", "paused"}}
		}},
		{"SIG-004 no reason", "SIG-004", func(c *pilotCase) { c.request.LeaveOut = []Omission{{"email_hours", ""}} }},
		{"SIG-026 outcome only", "SIG-026", func(c *pilotCase) {
			f := c.request.Freshness["meeting_hours"]
			f.Refresh = 8
			c.request.Freshness["meeting_hours"] = f
		}},
		{"SIG-024 own coach", "SIG-024", func(c *pilotCase) { c.request.Coach = c.spec.Leader }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newPilotCase(t, nil)
			p := c.pack(t)
			_, fs := p.CoachView(c.request)
			require.Empty(t, fs)
			tt.spoil(c)
			view, fs := p.CoachView(c.request)
			require.True(t, fs.Blocked())
			require.True(t, fs.Has(tt.code), "%v", fs)
			require.True(t, view.IsZero())
			require.Empty(t, view.Text())
			require.Empty(t, view.Signals())
		})
	}
	view, fs := Pack{}.CoachView(newPilotCase(t, nil).request)
	require.True(t, fs.Blocked() && fs.Has("SIG-004") && view.IsZero(), "SIG-004: the zero pack shows nothing")
}

// SIG-024: a view waits for the steward; all reasons come at once.
func TestCoachViewWaitsForTheSteward(t *testing.T) {
	c := newPilotCase(t, spikeLast)
	p := c.pack(t)
	flags := c.flags()
	require.Len(t, flags, 1)
	require.Equal(t, "meeting_hours/"+c.spec.Leader.String()+"/2027-01-03/new-period/17.3", flags[0].ID)

	c.request.Standings["email_hours"] = StandingRecord{}
	_, fs := p.CoachView(c.request)
	require.True(t, fs.Has("SIG-024") && fs.Has("FAI-005"), "%v", fs)
	c.request.Standings["email_hours"] = StandingRecord{Standing: Cleared}
	c.request.Log = nil
	_, fs = p.CoachView(c.request)
	require.True(t, fs.Has("SIG-024"), "without a log every flag is pending")

	for verdict, want := range map[StewardVerdict]int{Confirmed: 2, Explained: 2, Rejected: 1} {
		c := newPilotCase(t, spikeLast)
		require.NoError(t, c.request.Log.Decide(StewardDecision{flags[0].ID, verdict, "release week", person(t, "S"), c.day}))
		view, fs := c.pack(t).CoachView(c.request)
		require.NoError(t, fs.Err())
		require.Equal(t, want, view.Signals()[0].LatestN, verdict.String())
		require.Contains(t, view.Text(), verdict.String()+" by the steward: release week")
	}
}

// SIG-026: a pack that was made before the feed delivered more weeks is no fresher
// than its own figures.
func TestCoachViewOfAnOldPack(t *testing.T) {
	c := newPilotCase(t, nil)
	p := c.pack(t)
	c.request.At = c.request.At.AddDate(0, 0, 21)
	for id, feed := range c.request.Freshness {
		feed.Newest = feed.Newest.AddDays(21)
		require.Equal(t, Fresh, feed.On(coaching.DateOf(c.request.At)).Status)
		c.request.Freshness[id] = feed
	}
	_, fs := p.CoachView(c.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-026"), "%v", fs)
	require.Contains(t, fmt.Sprint(fs), "the data are 23 days old")
}

// SIG-024: a point that is flagged only because another was rejected, and is
// rejected too, is no flag of the figures before or after. The decision counts all
// the same: for who may read the view, in its notes, and in the evidence.
func TestFlagOfARoundBetween(t *testing.T) {
	c := newPilotCase(t, func(leader, week int, v float64) float64 {
		if leader == 0 && week%9 == 0 {
			return v + map[int]float64{0: 3, 9: 2}[week]
		}
		return v
	})
	first := c.flags()
	require.Len(t, first, 1)
	require.NoError(t, c.request.Log.Decide(StewardDecision{first[0].ID, Rejected, "clock", person(t, "S"), c.day}))
	settled, _ := c.spec.Signals[0].Baselines.Settle(c.request.Log)
	second := Detect(settled)
	require.Len(t, second, 1)
	require.NoError(t, c.request.Log.Raise(second))
	require.NoError(t, c.request.Log.Decide(StewardDecision{second[0].ID, Rejected, "launch", person(t, "other coach"), c.day}))

	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	require.Contains(t, view.Text(), "2027-01-03: a flagged figure was rejected by the steward: launch")
	c.request.Coach = person(t, "other coach")
	_, fs = c.pack(t).CoachView(c.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-024"), "decided by the coach who asks: %v", fs)
	e := c.evidence()
	e.Window = coaching.Window{From: c.window.From, To: c.day}
	require.Equal(t, 2, EvidenceOf(e).Rejected)
}

// A signal can be left out for a reason that the coach reads.
func TestCoachViewSaysWhatIsLeftOut(t *testing.T) {
	c := newPilotCase(t, spikeLast)
	third := c.second
	third.ID = "focus_hours"
	c.spec.Signals = append(c.spec.Signals, c.signal(t, third))
	c.spec.Qualitative = append(c.spec.Qualitative, QualitativeItem{ID: "interview", Kind: Excerpt, Source: "interview", Text: "I wait for others", Author: c.spec.Leader, Redaction: Redaction{NothingToRedact, c.spec.Leader, c.day, ""}})
	c.request.Standings["focus_hours"] = StandingRecord{Standing: Cleared}
	c.request.Freshness["focus_hours"] = Gate(c.panel, third, c.day, nil)
	c.request.Consents = append(c.request.Consents.(ConsentList), Consent{
		Participant: c.spec.Leader, Signal: "focus_hours", Purpose: CoachingPurpose, Granted: c.request.At.AddDate(0, -1, 0),
	})
	c.request.LeaveOut = []Omission{{"meeting_hours", "held: a flag waits for the steward"}}
	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	require.True(t, fs.Has("GOV-012"), "the excerpt's author has not agreed: a warning")
	require.Len(t, view.Signals(), 2)
	require.Equal(t, []Omission{{"meeting_hours", "held: a flag waits for the steward"}, {"interview", "its author's consent does not hold"}}, view.LeftOut())
	require.Contains(t, view.Text(), "held: a flag waits")
	require.NotContains(t, view.Text(), "I wait for others")
	require.LessOrEqual(t, view.ReadingMinutes(), 10, "SIG-022")
}

func TestFavourableShareIsOfTheTeam(t *testing.T) {
	var file strings.Builder
	file.WriteString("person,date,Speak_My_Mind\n")
	teams := Teams{}
	for i, answer := range []string{"5", "4", "3", "1", "2", "9"} {
		name := fmt.Sprintf("E%d", i)
		teams[person(t, name)] = person(t, "L")
		file.WriteString(name + ",2027-01-06," + answer + "\n")
	}
	file.WriteString("E3,2027-01-13,4\n") // E3 answers again
	p, _, err := ReadSurvey(strings.NewReader(file.String()), spec(t, "Speak_My_Mind"))
	require.NoError(t, err)
	window := coaching.Window{From: coaching.MustDate("2027-01-01"), To: coaching.MustDate("2027-01-31")}
	items := FavourableShare(p, "Speak_My_Mind", "pulse", "I speak my mind", teams, window)
	require.Len(t, items, 1)
	require.Equal(t, 5, items[0].Item.N, "an answer off the scale is not counted")
	require.InDelta(t, 0.6, items[0].Item.Share, 1e-15)
	delete(teams, person(t, "E0"))
	require.Empty(t, FavourableShare(p, "Speak_My_Mind", "pulse", "I speak my mind", teams, window), "fewer than five")
}

// A change within the smallest detectable one is called noise, and a period that
// has not ended is not in the figures.
func TestCoachViewPrintsTheSmallestChange(t *testing.T) {
	for shift, moved := range map[float64]bool{0.02: false, -4: true, 4: true} {
		c := newPilotCase(t, func(leader, week int, _ float64) float64 {
			v := 9 + 2*float64(leader) + float64((week*7+leader*3)%10)/10
			if week >= 8 {
				v = 9 + 2*float64(leader) + 0.45
			}
			if leader == 0 && week >= 8 {
				v += shift
			}
			return v
		})
		for _, f := range c.flags() {
			require.NoError(t, c.request.Log.Decide(StewardDecision{f.ID, Confirmed, "as planned", person(t, "S"), c.day}))
		}
		view, fs := c.pack(t).CoachView(c.request)
		require.NoError(t, fs.Err())
		s := view.Signals()[0]
		require.Equal(t, moved, s.Moved, "%+v", s)
		require.Positive(t, s.MDC95)
		require.Equal(t, 2, s.LatestN)
		want := map[bool]string{false: "within noise", true: "moved the hoped-for way"}[moved]
		if shift > 1 {
			want = "moved the other way" // fewer hours are better
		}
		require.Contains(t, view.Text(), want)
		require.Contains(t, view.Text(), "smallest change beyond noise")
	}

	c := newPilotCase(t, nil)
	day := coaching.MustDate("2027-01-08") // the last week ends on the 9th
	c.request.At = day.At(9, 0, time.UTC)
	for id, d := range map[string]Definition{c.first.ID: c.first, c.second.ID: c.second} {
		c.request.Freshness[id] = Gate(c.panel.AsOf(day), d, day, nil)
	}
	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	require.Equal(t, 1, view.Signals()[0].LatestN)
}

// What a view warns of and still shows: SIG-026 a late feed, SIG-022 a text
// that takes more than ten minutes.
func TestCoachViewWarns(t *testing.T) {
	tests := []struct {
		code  string
		spoil func(*pilotCase)
	}{
		{"SIG-026", func(c *pilotCase) { c.request.At = c.request.At.AddDate(0, 0, 11) }},
		{"SIG-022", func(c *pilotCase) {
			for i := range c.spec.Signals {
				c.spec.Signals[i].Baselines.series.definition.Explain = strings.Repeat("and ", 700)
			}
		}},
	}
	for _, tt := range tests {
		c := newPilotCase(t, nil)
		_, fs := c.pack(t).CoachView(c.request)
		require.False(t, fs.Has(tt.code))
		tt.spoil(c)
		view, fs := c.pack(t).CoachView(c.request)
		require.True(t, fs.Has(tt.code) && !fs.Blocked(), "%s: %v", tt.code, fs)
		require.False(t, view.IsZero())
	}
}

// SIG-025: six weeks of which the steward rejects one are too few.
func TestCoachViewWantsABaselineAfterTheSteward(t *testing.T) {
	c := newPilotCase(t, nil)
	c.window.From = c.window.From.AddDays(14) // six weeks
	c.spec.Signals = []PackSignal{c.signal(t, c.first), c.signal(t, c.second)}
	p := c.pack(t)
	_, fs := p.CoachView(c.request)
	require.Empty(t, fs)

	c = newPilotCase(t, func(leader, week int, v float64) float64 {
		if leader == 0 && week == 4 {
			return v + 50
		}
		return v
	})
	c.window.From = c.window.From.AddDays(14)
	c.spec.Signals = []PackSignal{c.signal(t, c.first), c.signal(t, c.second)}
	flags := c.flags()
	require.NotEmpty(t, flags)
	require.NoError(t, c.request.Log.Raise(flags))
	for _, f := range flags {
		require.NoError(t, c.request.Log.Decide(StewardDecision{f.ID, Rejected, "an export error", person(t, "S"), c.day}))
	}
	view, fs := c.pack(t).CoachView(c.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-025"), "%v", fs)
	require.True(t, view.IsZero())
}

// A view without figures is none, whatever people said.
func TestCoachViewWantsOneFigure(t *testing.T) {
	c := newPilotCase(t, nil)
	other := c.spec.Qualitative[0]
	other.ID = "interviews"
	c.spec.Qualitative = append(c.spec.Qualitative, other)
	c.request.LeaveOut = []Omission{{"meeting_hours", "paused"}, {"email_hours", "paused"}}
	view, fs := c.pack(t).CoachView(c.request)
	require.True(t, fs.Blocked() && fs.Has("SIG-004"), "%v", fs)
	require.True(t, view.IsZero())
}

// The window of the follow-up is the request's, and SIG-023: beside the change
// stands the figure normalised by the leader's own baseline.
func TestCoachViewNormalises(t *testing.T) {
	c := newPilotCase(t, nil)
	c.request.FollowUp = coaching.Window{From: coaching.MustDate("2027-01-03"), To: coaching.MustDate("2027-01-09")}
	view, fs := c.pack(t).CoachView(c.request)
	require.NoError(t, fs.Err())
	s := view.Signals()[0]
	require.Equal(t, 1, s.LatestN)
	require.True(t, s.PercentOK)
	require.InDelta(t, 100*(9.3-9.45)/9.45, s.Percent, 1e-9, "9.3 hours in the last week against a median of 9.45")
	require.Contains(t, view.Text(), "9.3, mean of 1 period, 2% below the median; change")

	for want, v := range map[string]SignalView{
		"":                        {Percent: 12},
		", 12% above the median":  {Percent: 12.4, PercentOK: true},
		", at the median":         {Percent: 0.3, PercentOK: true},
		", 100% below the median": {Percent: -100, PercentOK: true},
	} {
		require.Equal(t, want, v.normalised())
	}
}

// A flag on another leader holds nobody else's view, snapshot or own view.
func TestFlagHoldsItsLeaderOnly(t *testing.T) {
	c := newPilotCase(t, func(leader, week int, v float64) float64 {
		if leader == 1 && week == 9 {
			return v + 8
		}
		return v
	})
	require.Len(t, c.flags(), 1)
	view, fs := c.pack(t).CoachView(c.request)
	require.Empty(t, fs)
	require.Len(t, view.Signals(), 2)
	snapshot, fs := NewSnapshot(c.pack(t), nil, c.day, Snapshot{})
	require.Empty(t, fs)
	require.Empty(t, snapshot.Signals[0].Flags)
	own, fs := NewLeaderView(c.own(t))
	require.Empty(t, fs)
	require.Zero(t, own.Signals()[0].Checking)
}
