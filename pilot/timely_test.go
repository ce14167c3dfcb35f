package pilot_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/signal"
)

// PIL-027, PIL-049, PIL-050, PIL-051, PIL-161, PIL-162: what is recorded before
// it can be known is kept with a warning and opens no gate; on the first day on
// which it counts it does.
func TestEarlyEvidenceOpensNothing(t *testing.T) {
	by := person(t, "P-LND")
	for _, tt := range []struct {
		rule  string
		event pilot.Event
		first string // day on which it counts, of a plan of twelve weeks from 2027-01-04
		holds func(pilot.Facts) bool
	}{
		{"PIL-051", pilot.Event{Kind: pilot.CheckpointHeld}, "2027-02-08", func(f pilot.Facts) bool { return f.CheckpointHeld }},
		{"PIL-049", pilot.Event{Kind: pilot.SnapshotDelivered}, "2027-02-08", func(f pilot.Facts) bool { return f.Snapshots == 1 }},
		{"PIL-162", pilot.Event{Kind: pilot.SummaryDrafted}, "2027-03-08", func(f pilot.Facts) bool { return f.SummaryDraft }},
		{"PIL-161", pilot.Event{Kind: pilot.StreamDelivered, Label: "narratives"}, "2027-02-08", func(f pilot.Facts) bool { return f.Streams == 1 }},
		{"PIL-161", pilot.Event{Kind: pilot.StreamDelivered, Label: "data"}, "2027-03-29", func(f pilot.Facts) bool { return f.Streams == 1 }},
		{"PIL-161", pilot.Event{Kind: pilot.StreamDelivered, Label: "sponsor"}, "2027-03-29", func(f pilot.Facts) bool { return f.Streams == 1 }},
		{"PIL-050", pilot.Event{Kind: pilot.ConfounderLogEnded}, "2027-03-29", func(f pilot.Facts) bool { return f.ConfounderLogClosed }},
		{"PIL-027", pilot.Event{Kind: pilot.SponsorSigned}, "2027-03-29", func(f pilot.Facts) bool { return f.SponsorSigned }},
	} {
		first := coaching.MustDate(tt.first)
		for _, day := range []coaching.Date{first.AddDays(-1), first} {
			l := pilot.NewLog(locked(t, plan(t)))
			tt.event.At, tt.event.By = on(day.String()), by
			fs := l.Append(tt.event)
			require.False(t, fs.Blocked(), "%v", fs)
			counts := day == first
			require.Equal(t, !counts, fs.Has(tt.rule), "%s on %s: %v", tt.event.Kind, day, fs)
			require.Equal(t, counts, tt.holds(l.Facts(on("2027-04-05"))), "%s on %s", tt.event.Kind, day)
		}
	}
	// What came too early is still due.
	again := pilot.NewLog(locked(t, plan(t)))
	due := func() bool {
		for _, task := range again.Due(coaching.MustDate("2027-01-01"), coaching.MustDate("2027-04-30")) {
			if task.What == "mid_pilot_governance_checkpoint" {
				return true
			}
		}
		return false
	}
	add(t, again, by, "2027-01-20", pilot.Event{Kind: pilot.CheckpointHeld})
	require.True(t, due())
	add(t, again, by, "2027-02-18", pilot.Event{Kind: pilot.CheckpointHeld})
	require.False(t, due())

	// A plan of eight weeks has its checkpoint in the middle, before the run.
	p := plan(t)
	p.TemplateWeeks, p.Purpose = 8, pilot.BehaviourSignal
	p.Design.WaveStarts = []int{5, 7}
	for i := range p.Playbook {
		p.Playbook[i].Experiment.Days = 28
	}
	l := pilot.NewLog(locked(t, p))
	add(t, l, by, "2027-02-05", pilot.Event{Kind: pilot.CheckpointHeld})
	require.True(t, l.Facts(on("2027-02-05")).CheckpointHeld)
}

// The dates of a plan are those of its schedule, with no allocation and no zones;
// a plan without a schedule has none.
func TestMilestones(t *testing.T) {
	p := plan(t)
	require.Equal(t, schedule(t, p).Milestones, p.Milestones())
	for name, change := range map[string]func(*pilot.Plan){
		"no first day": func(p *pilot.Plan) { p.Week0 = coaching.Date{} },
		"too long":     func(p *pilot.Plan) { p.TemplateWeeks = 17 },
		"back in time": func(p *pilot.Plan) { p.SlipWeeks = -1 },
		"history":      func(p *pilot.Plan) { p.BaselineWeeks = 53 },
	} {
		q := p.Clone()
		change(q)
		require.Nil(t, q.Milestones(), name)
	}
}

// Monday at nine in Sydney is still Sunday in UTC: the first session of a wave is
// one of its week, for the question before it and for the record after it, and the
// last session of a run in the far west still belongs to the run.
func TestWeeksAreOfTheLeadersDay(t *testing.T) {
	l, who, by := story(t, pilot.Running), person(t, "leader two"), person(t, "P-LND")
	first := time.Date(2027, 2, 7, 22, 0, 0, 0, time.UTC) // Monday 09:00 in Sydney, week 5
	ask := func(at time.Time) coaching.Findings {
		return l.CanCoach(pilot.SessionRequest{
			Leader: "L02", Person: who, Coach: "C1", Signal: "review_turnaround", At: at,
			Consents: signal.ConsentList{{Participant: who, Signal: "review_turnaround", Purpose: pilot.CoachingPurpose, Granted: on("2027-01-15")}},
			Standing: signal.Cleared, FlagsDecided: true, Delivered: coaching.DateOf(at).AddDays(1),
		})
	}
	fs := ask(first)
	require.False(t, fs.Has("PIL-085") || fs.Has("PIL-072"), "%v", fs)
	require.True(t, ask(first.Add(-24*time.Hour)).Has("PIL-085"), "a day before it is week 4 everywhere")
	west := time.Date(2027, 4, 5, 3, 0, 0, 0, time.UTC) // Sunday evening of week 12 in Honolulu
	require.False(t, ask(west).Has("PIL-045"), "%v", ask(west))
	require.True(t, ask(west.Add(12*time.Hour)).Has("PIL-045"))
	e := pilot.Event{At: time.Date(2027, 2, 14, 23, 0, 0, 0, time.UTC), By: by, Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround", Count: 6}
	require.False(t, l.Append(e).Blocked(), "Monday of week 6 in Sydney")
	require.True(t, l.CanCoach(pilot.SessionRequest{Leader: "L02", At: on("2027-02-01")}).Has("PIL-045"), "the programme was not running then")

	// Who was taken out of the analysis needs no agreement and fills no cohort.
	two, lock := pilot.NewLog(locked(t, plan(t))), locked(t, plan(t))
	for _, x := range plan(t).Cohort.Leaders {
		add(t, two, by, "2027-01-15", pilot.Event{Kind: pilot.ConsentGranted, Label: x.ID})
	}
	q := plan(t)
	q.Cohort.Leaders[3].Withdrawn = coaching.MustDate("2027-01-18")
	next, found := lock.Amend(pilot.Amendment{Plan: q, By: by, Role: coaching.ProgramAdmin, Reason: "left the analysis", At: on("2027-01-18")})
	require.NotNil(t, next, "%v", found)
	require.Equal(t, 10, two.Facts(on("2027-01-20")).Consents)
	require.Empty(t, two.Amend(next))
	require.Equal(t, 9, two.Facts(on("2027-01-20")).Consents)
	require.Equal(t, 1, two.Facts(on("2027-01-20")).Left)
}
