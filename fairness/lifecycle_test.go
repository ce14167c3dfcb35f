package fairness_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

func jsonOf(t require.TestingT, v any) string {
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// clinic is the worked case: a health care organisation whose clinicians
// coordinate off the platform. flagged is how many of the 24 are flagged.
func clinic(t require.TestingT, flagged int64, wrong int, window coaching.Window, p fairness.Policy) *fairness.Report {
	table, err := fairness.FromCounts(fairness.Spec{
		Signal: "collaboration_level", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "function", Role: fairness.Operational, Levels: []string{"frontline_clinicians", "office_managers"}}},
		Features:   []fairness.Feature{{Name: "off_platform_tools", Levels: []string{"no", "yes"}}},
	}, []fairness.Count{
		{Levels: []string{"frontline_clinicians"}, Factors: []string{"yes"}, Flagged: flagged, Total: 24},
		{Levels: []string{"office_managers"}, Factors: []string{"no"}, Flagged: 6, Total: 28},
		{Levels: []string{"office_managers"}, Factors: []string{"yes"}, Flagged: 0, Total: 2},
	})
	require.NoError(t, err)
	results := append(reviews(true, "frontline_clinicians", wrong, min(10, int(flagged))), reviews(false, "frontline_clinicians", 0, 3)...)
	if wrong == 0 {
		results = append(results, reviews(true, "office_managers", 0, 6)...)
	}
	r, err := fairness.Check(table, results, window, p)
	require.NoError(t, err)
	return r
}

// clinicPolicy holds the thresholds of the worked case: a difference of 0.20.
func clinicPolicy(t require.TestingT) fairness.Policy {
	p := adopted(t)
	p.RatioMin, p.DiffMax = 0, 0.20
	p.Review.StratifyBy = "function"
	return p
}

// EX-05, FAI-008: clinicians undercounted. The manual review pauses the signal, the
// point gap of 0.425 alone would not; the remedy and a human control bring it
// back under restriction, and never straight to active.
func TestCliniciansUndercounted(t *testing.T) {
	steward, privacy, owner := somebody(t, "steward"), somebody(t, "privacy officer"), somebody(t, "owner")
	p := clinicPolicy(t)
	first := coaching.Window{From: day("2026-12-20"), To: day("2027-01-20")}
	report := clinic(t, 15, 9, first, p)

	groups := report.Families[0].Groups
	require.Equal(t, "frontline_clinicians", groups[0].Label)
	require.InDelta(t, 0.425, groups[0].Diff.Value, 1e-12)
	require.True(t, groups[0].PointBreach)
	require.Equal(t, fairness.Insufficient, report.Families[0].Verdict, "%v", groups[0].Reasons)
	require.Equal(t, fairness.Pause, report.Review.Verdict)
	require.Equal(t, fairness.Pause, report.Verdict)
	require.Equal(t, signal.Paused, report.Standing)

	l, err := fairness.NewLifecycle("collaboration_level")
	require.NoError(t, err)
	move := func(e fairness.Event) {
		t.Helper()
		l, err = l.Next(e)
		require.NoError(t, err)
	}
	refused := func(e fairness.Event, want string) {
		t.Helper()
		before := l.Phase()
		_, err := l.Next(e)
		var no *fairness.MoveError
		require.ErrorAs(t, err, &no)
		require.ErrorContains(t, err, want)
		require.Equal(t, before, l.Phase())
	}
	require.Equal(t, signal.Candidate, l.Standing(day("2026-12-19")))
	move(fairness.Event{Move: fairness.Open, On: day("2026-12-19"), Actor: steward, Reason: "new signal", Policy: p, Window: first, Seed: "s1"})
	require.Equal(t, signal.Candidate, l.Standing(day("2027-01-02")))
	move(fairness.Event{Move: fairness.Conclude, On: day("2027-01-20"), Actor: steward, Reason: "9 of 10 sampled flags wrong", Report: report})
	require.Equal(t, signal.Paused, l.Standing(day("2027-01-21")))

	second := coaching.Window{From: day("2027-02-02"), To: day("2027-02-03")}
	refused(fairness.Event{Move: fairness.Conclude, On: day("2027-01-21"), Actor: steward, Second: privacy, Reason: "it looks fine", Report: report}, "no validation is open")
	refused(fairness.Event{Move: fairness.Revalidate, On: day("2027-01-21"), Actor: steward, Reason: "again", Policy: p, Window: second, Seed: "s2"}, "only after a remedy")
	refused(fairness.Event{Move: fairness.Open, On: day("2027-01-21"), Actor: steward, Reason: "start over", Policy: p, Window: second, Seed: "s2"}, "mended first")

	move(fairness.Event{Move: fairness.Remediate, On: day("2027-01-25"), Actor: owner, Reason: "intake question on coordination off the platform"})
	move(fairness.Event{Move: fairness.Remediate, On: day("2027-02-01"), Actor: owner, Reason: "threshold from 10 h to 6 h for clinicians"})
	loose := p
	loose.DiffMax = 0.50
	refused(fairness.Event{Move: fairness.Revalidate, On: day("2027-02-01"), Actor: steward, Reason: "again", Policy: loose, Window: second, Seed: "s2"}, "loosens DiffMax")
	early := coaching.Window{From: day("2027-02-01"), To: day("2027-02-03")}
	refused(fairness.Event{Move: fairness.Revalidate, On: day("2027-02-01"), Actor: steward, Reason: "again", Policy: p, Window: early, Seed: "s2"}, "only data from after the remedy")
	refused(fairness.Event{Move: fairness.Revalidate, On: day("2027-02-01"), Actor: steward, Reason: "again", Policy: p, Window: first, Seed: "s2"}, "overlaps one that failed")
	move(fairness.Event{Move: fairness.Revalidate, On: day("2027-02-01"), Actor: steward, Reason: "after the remedy", Policy: p, Window: second, Seed: "s2"})
	require.Equal(t, signal.Paused, l.Standing(day("2027-02-03")))

	again := clinic(t, 6, 0, second, p)
	require.InDelta(t, 0.05, again.Families[0].Groups[0].Diff.Value, 1e-12)
	require.Equal(t, fairness.Insufficient, again.Verdict, "%v", again.Findings)
	require.Equal(t, signal.Restricted, again.Standing)
	control := &fairness.Control{
		Control: "Intake question and a human look at each flag before a coach sees it.", Owner: owner, Approver: privacy,
		Evidence: "intake log", From: day("2027-02-04"), Expires: day("2027-05-05"),
	}
	conclude := fairness.Event{Move: fairness.Conclude, On: day("2027-02-04"), Actor: steward, Second: privacy, Reason: "6 of 24 against 6 of 30", Report: again}
	refused(conclude, "want a human control")
	conclude.Control = control
	alone := conclude
	alone.Second = steward
	refused(alone, "two people")
	tooSoon := conclude
	tooSoon.On = day("2027-02-03")
	refused(tooSoon, "before the window ends")
	forged := *again
	forged.Verdict, forged.Standing = fairness.Pass, signal.Cleared
	cheat := conclude
	cheat.Report = &forged
	refused(cheat, "as Check or Assess made it")
	move(conclude)
	require.Equal(t, fairness.UnderControl, l.Phase())
	require.Equal(t, signal.Restricted, l.Standing(day("2027-02-04")))
	require.Equal(t, signal.Restricted, l.Standing(day("2027-05-05")))
	require.Equal(t, signal.Paused, l.Standing(day("2027-05-06")), "a control that ran out pauses on its own")

	require.Equal(t, -1, fairness.VerifyRecords(l.Records()))
	tampered := l.Records()
	tampered[2].Reason = "something else"
	require.Equal(t, 3, fairness.VerifyRecords(tampered))

	var back fairness.Lifecycle
	require.NoError(t, json.Unmarshal([]byte(jsonOf(t, l)), &back))
	require.Equal(t, jsonOf(t, l), jsonOf(t, back))
	require.Equal(t, signal.Restricted, back.Standing(day("2027-02-04")))
	require.ErrorIs(t, json.Unmarshal([]byte(strings.Replace(jsonOf(t, l), "10 h to 6 h", "10 h to 1 h", 1)), &back), fairness.ErrLifecycle)

	// The expiry is recorded before whatever comes next.
	move(fairness.Event{Move: fairness.Remediate, On: day("2027-05-10"), Actor: owner, Reason: "more of the same"})
	records := l.Records()
	require.Equal(t, fairness.OnHold, records[len(records)-2].To)
	require.Equal(t, "control_expired", records[len(records)-2].Move.String())
	require.Equal(t, -1, fairness.VerifyRecords(records))
}

// Every move from every phase: those of the table are allowed, all others are
// refused and leave the life as it was.
func TestLifecycleMoves(t *testing.T) {
	steward, privacy, owner := somebody(t, "steward"), somebody(t, "privacy officer"), somebody(t, "owner")
	p := clinicPolicy(t)
	windows := []coaching.Window{{From: day("2026-12-12"), To: day("2027-01-10")}, {From: day("2027-02-01"), To: day("2027-02-10")}}
	control := func(from string) *fairness.Control {
		return &fairness.Control{Control: "c", Owner: owner, Approver: privacy, Evidence: "e", From: day(from), Expires: day(from).AddDays(90)}
	}
	step := func(l fairness.Lifecycle, e fairness.Event) fairness.Lifecycle {
		t.Helper()
		next, err := l.Next(e)
		require.NoError(t, err)
		return next
	}
	l, err := fairness.NewLifecycle("collaboration_level")
	require.NoError(t, err)
	at := map[fairness.Phase]fairness.Lifecycle{fairness.Proposed: l}
	event := func(m fairness.Move, on string) fairness.Event {
		return fairness.Event{Move: m, On: day(on), Actor: steward, Second: privacy, Reason: "r", Policy: p, Window: windows[1], Seed: "s", Control: control(on)}
	}
	open := event(fairness.Open, "2026-12-11")
	open.Window = windows[0]
	at[fairness.Validating] = step(l, open)
	conclude := event(fairness.Conclude, "2027-01-11")
	conclude.Report = clinic(t, 6, 0, windows[0], p)
	at[fairness.UnderControl] = step(at[fairness.Validating], conclude)
	at[fairness.OnHold] = step(at[fairness.UnderControl], event(fairness.Hold, "2027-01-12"))
	at[fairness.Remediating] = step(at[fairness.OnHold], event(fairness.Remediate, "2027-01-13"))
	at[fairness.Revalidating] = step(at[fairness.Remediating], event(fairness.Revalidate, "2027-01-14"))
	at[fairness.Withdrawn] = step(at[fairness.OnHold], event(fairness.Retire, "2027-01-13"))

	allowed := map[fairness.Phase][]fairness.Move{
		fairness.Proposed:     {fairness.Open, fairness.Retire},
		fairness.Validating:   {fairness.Hold, fairness.Retire},
		fairness.UnderControl: {fairness.Open, fairness.Hold, fairness.Restrict, fairness.Retire},
		fairness.OnHold:       {fairness.Restrict, fairness.Remediate, fairness.Retire},
		fairness.Remediating:  {fairness.Restrict, fairness.Remediate, fairness.Revalidate, fairness.Retire},
		fairness.Revalidating: {fairness.Conclude, fairness.Hold, fairness.Retire},
		fairness.Withdrawn:    {},
	}
	for phase, life := range at {
		for m := fairness.NoMove; m <= fairness.Retire+2; m++ {
			e := event(m, "2027-02-11")
			if m == fairness.Revalidate || m == fairness.Open {
				e.Window = coaching.Window{From: day("2027-03-01"), To: day("2027-03-30")}
			}
			if m == fairness.Conclude {
				e.Report = clinic(t, 6, 0, windows[1], p)
			}
			next, err := life.Next(e)
			want := false
			for _, a := range allowed[phase] {
				want = want || a == m
			}
			require.Equal(t, want, err == nil, "%v %v: %v", phase, m, err)
			if !want {
				require.Equal(t, jsonOf(t, life), jsonOf(t, next))
			}
			if phase == fairness.OnHold || phase == fairness.Remediating {
				require.NotEqual(t, signal.Cleared, next.Standing(day("2027-02-11")), "paused never goes straight to active")
			}
		}
		require.ErrorContains(t, lastErr(life.Next(fairness.Event{Move: fairness.Retire})), "want a day, a person and a reason")
	}
	_, err = fairness.Lifecycle{}.Next(event(fairness.Open, "2027-01-01"))
	require.ErrorContains(t, err, "zero Lifecycle")
}

func lastErr(_ fairness.Lifecycle, err error) error { return err }

// A control has two people, a proof and an end.
func TestControl(t *testing.T) {
	a, b := somebody(t, "a"), somebody(t, "b")
	good := fairness.Control{Control: "c", Owner: a, Approver: b, Evidence: "e", From: day("2027-01-01"), Expires: day("2027-04-01")}
	require.NoError(t, good.Validate())
	for want, change := range map[string]func(c *fairness.Control){
		"approver is the owner": func(c *fairness.Control) { c.Approver = a },
		"an owner and an":       func(c *fairness.Control) { c.Owner = coaching.PersonID{} },
		"at most 90":            func(c *fairness.Control) { c.Expires = day("2027-04-02") },
		"two days in order":     func(c *fairness.Control) { c.Expires = day("2026-12-31") },
		"what is done":          func(c *fairness.Control) { c.Evidence = " " },
	} {
		c := good
		change(&c)
		require.ErrorContains(t, c.Validate(), want)
		require.False(t, c.HoldsOn(day("2027-01-01")))
	}
	require.False(t, fairness.Control{}.HoldsOn(day("2027-01-01")))
}

// The stored form of this version is read for ever after.
func TestLifecycleReadsItsFirstStoredForm(t *testing.T) {
	want, err := os.ReadFile("testdata/lifecycle_v1.json")
	require.NoError(t, err)
	var l fairness.Lifecycle
	require.NoError(t, json.Unmarshal(want, &l))
	require.Equal(t, fairness.UnderControl, l.Phase())
	require.Equal(t, strings.TrimSpace(string(want)), jsonOf(t, l))
	require.Error(t, json.Unmarshal([]byte(`{"version":"coaching.fairness.lifecycle/2"}`), &l))
}

func FuzzLifecycleUnmarshalJSON(f *testing.F) {
	first, err := os.ReadFile("testdata/lifecycle_v1.json")
	require.NoError(f, err)
	f.Add(first)
	f.Fuzz(func(t *testing.T, data []byte) {
		var l fairness.Lifecycle
		if json.Unmarshal(data, &l) != nil {
			return
		}
		again := jsonOf(t, l)
		var back fairness.Lifecycle
		require.NoError(t, json.Unmarshal([]byte(again), &back))
		require.Equal(t, again, jsonOf(t, back))
	})
}
