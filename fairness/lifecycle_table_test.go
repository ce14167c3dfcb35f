package fairness_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// lifeTable is the machine written by hand: where each event leads from each
// state. What is not in it is refused. The states are finer than the phases: a
// control that answers thin evidence ("control") is not one that answers a pause
// ("stopgap"), and a validation is the first, one of a signal in use, or one of a
// signal under control.
var lifeTable = map[string]map[string]string{
	"proposed": {"open": "first", "retire": "withdrawn"},
	"first": {"pass": "active", "pass alone": "active", "thin": "control", "thin short": "control", "thin alone": "control",
		"bad": "on hold", "bad early": "on hold", "hold": "on hold", "retire": "withdrawn"},
	"active": {"open": "again", "hold": "on hold", "retire": "withdrawn"},
	"again": {"pass": "active", "pass alone": "active", "thin": "control", "thin short": "control", "thin alone": "control",
		"bad": "on hold", "bad early": "on hold", "hold": "on hold", "retire": "withdrawn"},
	"control": {"open": "again under control", "restrict": "control", "restrict short": "control", "hold": "on hold", "retire": "withdrawn"},
	"again under control": {"pass": "active", "pass alone": "active", "thin": "control", "thin short": "control", "thin alone": "control",
		"thin as before": "control", "bad": "on hold", "bad early": "on hold", "hold": "on hold", "retire": "withdrawn"},
	"on hold":      {"remediate": "remediating", "restrict": "stopgap", "restrict short": "stopgap", "retire": "withdrawn"},
	"remediating":  {"remediate": "remediating", "revalidate": "revalidating", "restrict": "stopgap", "restrict short": "stopgap", "retire": "withdrawn"},
	"stopgap":      {"restrict": "stopgap", "restrict short": "stopgap", "hold": "on hold", "retire": "withdrawn"},
	"revalidating": {"pass": "active", "thin": "control", "thin short": "control", "bad": "on hold", "bad early": "on hold", "hold": "on hold", "retire": "withdrawn"},
	"withdrawn":    {},
}

var lifePhases = map[string]fairness.Phase{
	"proposed": fairness.Proposed, "first": fairness.Validating, "again": fairness.Validating, "again under control": fairness.Validating,
	"active": fairness.Active, "control": fairness.UnderControl, "stopgap": fairness.UnderControl, "on hold": fairness.OnHold,
	"remediating": fairness.Remediating, "revalidating": fairness.Revalidating, "withdrawn": fairness.Withdrawn,
}

var lifeStandings = map[string]signal.Standing{
	"proposed": signal.Candidate, "first": signal.Candidate, "active": signal.Cleared, "again": signal.Cleared,
	"control": signal.Restricted, "stopgap": signal.Restricted, "again under control": signal.Restricted,
	"on hold": signal.Paused, "remediating": signal.Paused, "revalidating": signal.Paused, "withdrawn": signal.Retired,
}

// Every event in every sequence of up to six accepted ones (four under -short)
// does what the table says: FAI-005, FAI-008. The events that no state of the
// table has are the forbidden ones: loosening, the failing window, data from
// before the remedy or from before the policy was frozen, a candidate's window
// of less than 30 days (SIG-029), a pass before the window ends, one person
// alone, an approver who is the owner, a control of more than 90 days.
func TestLifecycleAgainstItsTable(t *testing.T) {
	most := 6
	if testing.Short() {
		most = 4
	}
	p := adopted(t)
	loose := p
	loose.RatioMin = 0.7
	steward, privacy, owner := somebody(t, "steward"), somebody(t, "privacy officer"), somebody(t, "owner")
	table := large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected)
	on := func(step int) coaching.Date { return day("2027-01-01").AddDays(40 * step) }
	window := func(step int) coaching.Window {
		return coaching.Window{From: on(step).AddDays(1), To: on(step).AddDays(30)}
	}
	report := func(step int, name string) *fairness.Report {
		flagged := map[string][]fairness.ReviewResult{"pass": reviews(true, "", 0, 60), "thin": reviews(true, "", 0, 10), "bad": reviews(true, "", 30, 60)}
		kind, when, _ := strings.Cut(name, " ")
		w := window(step)
		if when == "early" {
			w.To = on(step).AddDays(15)
		}
		r, err := fairness.Check(table, append(flagged[kind], reviews(false, "", 0, 60)...), w, p)
		require.NoError(t, err)
		return r
	}
	reports := map[string][]*fairness.Report{}
	concludes := []string{"pass", "pass alone", "pass early", "thin", "thin alone", "thin early", "thin short", "thin as before", "bad", "bad early"}
	for _, name := range concludes {
		for step := range most {
			reports[name] = append(reports[name], report(step, name))
		}
	}
	others := []string{"open", "open loose", "open late", "open brief", "hold", "restrict", "restrict short", "restrict alone", "restrict own", "restrict long",
		"remediate", "revalidate", "revalidate loose", "revalidate old", "revalidate late", "retire", "none", "expire"}
	moves := map[string]fairness.Move{"open": fairness.Open, "hold": fairness.Hold, "restrict": fairness.Restrict, "remediate": fairness.Remediate,
		"revalidate": fairness.Revalidate, "retire": fairness.Retire, "pass": fairness.Conclude, "thin": fairness.Conclude, "bad": fairness.Conclude, "expire": fairness.Retire + 1}
	// eventOf is the event of a name in a step; frozen is the step of the last window.
	eventOf := func(name string, step, frozen int) fairness.Event {
		kind, how, _ := strings.Cut(name, " ")
		e := fairness.Event{Move: moves[kind], On: on(step), Actor: steward, Second: privacy, Reason: "r", Policy: p, Window: window(step), Seed: "s"}
		if how == "early" {
			e.On = on(step).AddDays(-25)
		}
		days := map[string]int{"short": 5, "long": 91}[how]
		if days == 0 {
			days = 80
		}
		if kind == "thin" && how != "as before" || kind == "restrict" {
			e.Control = &fairness.Control{Control: "c", Owner: owner, Approver: privacy, Evidence: "e", From: e.On, Expires: e.On.AddDays(days)}
		}
		switch how {
		case "alone":
			e.Second = steward
		case "own":
			e.Control.Approver = owner
		case "loose":
			e.Policy = loose
		case "old":
			e.Window = window(frozen)
		case "late":
			e.Window.From = e.On
		case "brief":
			e.Window.To = e.Window.From.AddDays(28)
		}
		if e.Move == fairness.Conclude {
			e.Report = reports[name][frozen]
		}
		return e
	}
	events := 0
	var walk func(l fairness.Lifecycle, state string, until coaching.Date, step, frozen int, path []string)
	walk = func(l fairness.Lifecycle, state string, until coaching.Date, step, frozen int, path []string) {
		told := strings.Join(path, ", ")
		expired := func(on coaching.Date) bool { return !until.IsZero() && on.After(until) }
		require.Equal(t, lifePhases[state], l.Phase(), told)
		for _, d := range []coaching.Date{on(step).AddDays(-30), on(step)} {
			want := lifeStandings[state]
			if want == signal.Restricted && expired(d) {
				want = signal.Paused
			}
			require.Equal(t, want, l.Standing(d), "%s on %v", told, d)
		}
		if step == most {
			return
		}
		for _, name := range append(concludes, others...) {
			if kind, _, _ := strings.Cut(name, " "); moves[kind] == fairness.Conclude && frozen < 0 {
				continue // no window was frozen, so there is no report
			}
			e := eventOf(name, step, max(frozen, 0))
			if strings.HasSuffix(name, "early") && len(l.Records()) > 0 && e.On.Before(l.Records()[len(l.Records())-1].On) {
				continue
			}
			events++
			from := state
			if expired(e.On) && from != "withdrawn" {
				from = "on hold"
			}
			want, ok := lifeTable[from][name]
			switch name {
			case "open loose": // thresholds of a candidate are the programme's to choose
				ok = from == "proposed"
			case "open brief": // a signal in use may be validated again over fewer days
				want, ok = lifeTable[from]["open"]
				ok = ok && from != "proposed"
			case "thin as before":
				ok = ok && !expired(e.On)
			}
			next, err := l.Next(e)
			require.Equal(t, ok, err == nil, "%s; %s (%s): %v", told, name, from, err)
			if !ok || name == "open loose" || name == "open brief" {
				continue
			}
			holds := until
			switch {
			case e.Control != nil:
				holds = e.Control.Expires
			case want != "control" && want != "again under control":
				holds = coaching.Date{}
			}
			at := frozen
			if e.Move == fairness.Open || e.Move == fairness.Revalidate {
				at = step
			}
			require.Equal(t, -1, fairness.VerifyRecords(next.Records()))
			walk(next, want, holds, step+1, at, append(path[:len(path):len(path)], name))
		}
	}
	l, err := fairness.NewLifecycle(reports["pass"][0].Signal)
	require.NoError(t, err)
	walk(l, "proposed", coaching.Date{}, 0, -1, nil)
	require.Greater(t, events, 1000)
	t.Logf("%d events judged", events)
}
