package fairness_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// Every life of up to five moves, with controls that hold and controls that run
// out before the next move. FAI-005: whatever was done, a withdrawn signal stays
// withdrawn, and a paused one is active only after a remedy and data from after it.
func TestEveryShortLife(t *testing.T) {
	const most = 5
	p := adopted(t)
	steward, privacy, owner := somebody(t, "steward"), somebody(t, "privacy officer"), somebody(t, "owner")
	table := large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected)
	on := func(step int) coaching.Date { return day("2027-01-01").AddDays(40 * step) }
	window := func(step int) coaching.Window {
		return coaching.Window{From: on(step).AddDays(1), To: on(step).AddDays(30)}
	}
	reports := map[string][]*fairness.Report{}
	for step := range most {
		for name, review := range map[string][]fairness.ReviewResult{
			"pass": append(reviews(true, "", 0, 60), reviews(false, "", 0, 60)...),
			"thin": append(reviews(true, "", 0, 10), reviews(false, "", 0, 10)...),
			"bad":  append(reviews(true, "", 30, 60), reviews(false, "", 0, 60)...),
		} {
			r, err := fairness.Check(table, review, window(step), p)
			require.NoError(t, err)
			reports[name] = append(reports[name], r)
		}
	}
	control := func(step, days int) *fairness.Control {
		return &fairness.Control{Control: "c", Owner: owner, Approver: privacy, Evidence: "e", From: on(step), Expires: on(step).AddDays(days)}
	}
	type move struct {
		name string
		move fairness.Move
		days int // of the control
	}
	moves := []move{
		{"open", fairness.Open, 0}, {"pass", fairness.Conclude, 0}, {"thin", fairness.Conclude, 80}, {"thin", fairness.Conclude, 5}, {"bad", fairness.Conclude, 0},
		{"hold", fairness.Hold, 0}, {"restrict", fairness.Restrict, 80}, {"restrict", fairness.Restrict, 5},
		{"remediate", fairness.Remediate, 0}, {"revalidate", fairness.Revalidate, 0}, {"retire", fairness.Retire, 0},
	}
	lives, activeAgain := 0, 0
	var walk func(l fairness.Lifecycle, step, frozen int, path []string)
	walk = func(l fairness.Lifecycle, step, frozen int, path []string) {
		lives++
		told := strings.Join(path, " ")
		require.Equal(t, -1, fairness.VerifyRecords(l.Records()), told)
		stored := jsonOf(t, l)
		var back fairness.Lifecycle
		require.NoError(t, json.Unmarshal([]byte(stored), &back), told)
		require.Equal(t, stored, jsonOf(t, back))

		records, paused, remedied, retired := l.Records(), false, coaching.Date{}, false
		for _, r := range records {
			require.False(t, retired, "%s: something came after the end", told)
			retired = r.Move == fairness.Retire
			switch {
			case r.To == fairness.OnHold:
				paused, remedied = true, coaching.Date{}
			case r.Move == fairness.Remediate:
				remedied = r.On
			case r.Move == fairness.Conclude && r.To == fairness.Active && paused:
				require.True(t, !remedied.IsZero() && r.Window.From.After(remedied), "%s: active again without a remedy", told)
				require.False(t, r.Second.IsZero(), told)
				paused, activeAgain = false, activeAgain+1
			case r.Move == fairness.Conclude && paused:
				require.True(t, !remedied.IsZero() && r.Window.From.After(remedied), told)
				paused = false
			}
		}
		require.Equal(t, retired, l.Standing(on(step)) == signal.Retired, told)
		if paused {
			require.NotEqual(t, signal.Cleared, l.Standing(on(step)), told)
		}
		if step == most {
			return
		}
		for _, m := range moves {
			e := fairness.Event{Move: m.move, On: on(step), Actor: steward, Second: privacy, Reason: "r", Policy: p, Window: window(step), Seed: "s"}
			if m.days > 0 {
				e.Control = control(step, m.days)
			}
			if m.move == fairness.Conclude {
				if frozen < 0 {
					continue // nothing was frozen, so there is no report to conclude with
				}
				e.Report = reports[m.name][frozen]
			}
			next, err := l.Next(e)
			if err != nil {
				require.Equal(t, stored, jsonOf(t, next), "%s %s: refused, and changed", told, m.name)
				continue
			}
			at := frozen
			if m.move == fairness.Open || m.move == fairness.Revalidate {
				at = step
			}
			walk(next, step+1, at, append(path[:len(path):len(path)], m.name))
		}
	}
	l, err := fairness.NewLifecycle(reports["pass"][0].Signal)
	require.NoError(t, err)
	walk(l, 0, -1, nil)
	require.Greater(t, lives, 100)
	t.Logf("%d lives, %d active again", lives, activeAgain)
}

// A stored life says nothing that its records do not: only they are chained.
func TestStoredLifecycleFollowsFromItsRecords(t *testing.T) {
	p, window := clinicPolicy(t), coaching.Window{From: day("2026-12-12"), To: day("2027-01-10")}
	steward := somebody(t, "steward")
	l, err := fairness.NewLifecycle("collaboration_level")
	require.NoError(t, err)
	for _, e := range []fairness.Event{
		{Move: fairness.Open, On: day("2026-12-11"), Policy: p, Window: window, Seed: "s"},
		{Move: fairness.Conclude, On: day("2027-01-11"), Report: clinic(t, 6, 0, window, p), Control: &fairness.Control{
			Control: "c", Owner: somebody(t, "owner"), Approver: somebody(t, "privacy officer"), Evidence: "e", From: day("2027-01-11"), Expires: day("2027-02-01")}},
		{Move: fairness.Hold, On: day("2027-01-12")},
		{Move: fairness.Remediate, On: day("2027-01-13")},
	} {
		e.Actor, e.Reason = steward, "r"
		l, err = l.Next(e)
		require.NoError(t, err)
	}
	stored := jsonOf(t, l)
	for name, swap := range map[string][2]string{
		"forgotten failure": {`"failed":[{"from":"2026-12-12","to":"2027-01-10"}]`, `"failed":[]`},
		"earlier remedy":    {`"remedied":"2027-01-13"`, `"remedied":"2026-01-13"`},
		"another window":    {`"window":{"from":"2026-12-12","to":"2027-01-10"},"remedied"`, `"window":{"from":"2026-12-13","to":"2027-01-10"},"remedied"`},
		"another base":      {`"base":"proposed"`, `"base":"active"`},
	} {
		require.Contains(t, stored, swap[0], name)
		var back fairness.Lifecycle
		require.ErrorIs(t, json.Unmarshal([]byte(strings.Replace(stored, swap[0], swap[1], 1)), &back), fairness.ErrLifecycle, name)
		require.Empty(t, back.Signal(), name)
	}
}
