package report_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/roi/effect"
)

// table gives each line of the printed table a meaning over what the decision
// says of its criteria. A line that is worded anew has none until somebody
// writes one here.
var table = map[string]func(d pilot.Decision, f printed) bool{
	"the allocation carried out is not the committed one":                         func(_ pilot.Decision, f printed) bool { return f.invalid },
	"governance is not clean, or the KPI moved the wrong way by the least effect": func(d pilot.Decision, f printed) bool { return is(d, "A6", pilot.Fail) || f.harmed },
	"A1 passes": func(d pilot.Decision, _ printed) bool { return is(d, "A1", pilot.Pass) },
	"A1 fails, A3 and A7 pass": func(d pilot.Decision, _ printed) bool {
		return is(d, "A1", pilot.Fail) && is(d, "A3", pilot.Pass) && is(d, "A7", pilot.Pass)
	},
	"otherwise": func(pilot.Decision, printed) bool { return true },
	"any criterion is missing, or A3, A4, A5 or A7 fails": func(d pilot.Decision, _ printed) bool {
		for _, c := range d.Criteria {
			if c.Status == pilot.Missing {
				return true
			}
		}
		return is(d, "A3", pilot.Fail) || is(d, "A4", pilot.Fail) || is(d, "A5", pilot.Fail) || is(d, "A7", pilot.Fail)
	},
	"A1 and A2 pass": func(d pilot.Decision, _ printed) bool { return is(d, "A1", pilot.Pass) && is(d, "A2", pilot.Pass) },
	"A1 passes, A2 is directional and the sponsor asks for a scope": func(d pilot.Decision, f printed) bool {
		return is(d, "A1", pilot.Pass) && is(d, "A2", pilot.Directional) && f.scope
	},
	"A1 passes, A2 fails and weeks are left": func(d pilot.Decision, f printed) bool {
		return is(d, "A1", pilot.Pass) && is(d, "A2", pilot.Fail) && f.left
	},
	"A1 passes and A2 fails; or A1 fails and A2 does not pass": func(d pilot.Decision, _ printed) bool {
		return is(d, "A1", pilot.Pass) && is(d, "A2", pilot.Fail) || is(d, "A1", pilot.Fail) && !is(d, "A2", pilot.Pass)
	},
	"otherwise, such as a KPI that moved without the behaviour": func(pilot.Decision, printed) bool { return true },
}

// printed are the facts beside the criteria that the table speaks of.
type printed struct{ invalid, harmed, scope, left bool }

func is(d pilot.Decision, id string, s pilot.Status) bool {
	for _, c := range d.Criteria {
		if c.ID == id {
			return c.Status == s
		}
	}
	return false
}

// What the sponsor confirms in week 0 is what decides in the end: for any
// evidence the first line of the printed table that holds names the outcome.
func TestSuccessDefinitionIsWhatDecides(t *testing.T) {
	base := planOf(t)
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		p := base.Clone()
		coin := func(name string) bool { return rapid.IntRange(0, 11).Draw(t, name) == 0 }
		if coin("sprint") {
			p.Mode = pilot.LearningSprint
		}
		l := locked(t, p)
		a, err := p.Allocate()
		require.NoError(t, err)
		move := func(name string, by float64) effect.Result {
			est := by * rapid.SampledFrom([]float64{1, 1, 1, 0.3, -0.2, -1}).Draw(t, name)
			r := effect.Result{Method: "test", Estimate: est, Low: min(est-0.2*by, est+0.2*by), High: max(est-0.2*by, est+0.2*by), PCount: big.NewInt(2), PTotal: big.NewInt(120), Treated: 10, Control: 5}
			if coin(name + " unclear") {
				r.PCount, r.Low, r.High = big.NewInt(60), est-2*max(by, -by), est+2*max(by, -by)
			}
			return r
		}
		stream := func(id string) roi.Stream {
			person, err := coaching.NewPseudonymizer(make([]byte, 32), coaching.Domain{Programme: "p", Purpose: "coaching"})
			require.NoError(t, err)
			by, err := person.Person(id)
			require.NoError(t, err)
			return roi.Stream{ID: id, By: by, On: coaching.MustDate("2027-04-02"), Movement: roi.Improved}
		}
		sponsor := stream("sponsor")
		e := pilot.Evidence{
			Confirmed:  &pilot.Confirmation{Criteria: "default-v1", Role: coaching.Sponsor, By: sponsor.By, On: p.Week0},
			CarriedOut: a, DataGates: []pilot.DataGate{{Name: "complete", Held: !coin("data")}}, LogClosed: !coin("log"),
			Reviews:    []pilot.Review{{Window: p.Measurement(), Role: coaching.AttributionReviewer, By: stream("review").By}},
			Streams:    pilot.Streams{Data: stream("data"), Narratives: []roi.Stream{stream("n")}, Sponsor: sponsor},
			Governance: &pilot.Governance{Compact: !coin("compact")}, Adherence: &pilot.Adherence{SessionsDue: 10, SessionsHeld: 10, Leaders: 2, Started: 2},
			SponsorAsksScope: rapid.Bool().Draw(t, "scope"), WeeksLeft: rapid.Bool().Draw(t, "left"),
		}
		for _, s := range p.Signals {
			if s.Direction != "" {
				by := 1.0
				if s.Direction == pilot.Decrease {
					by = -1
				}
				e.Behaviour = append(e.Behaviour, pilot.Reading{Signal: s.ID, Result: move(s.ID, by)})
			}
		}
		f := printed{scope: e.SponsorAsksScope, left: e.WeeksLeft}
		if !coin("no kpi") {
			kpi := move("kpi", 0.08)
			e.KPI, f.harmed = &kpi, kpi.Estimate <= -0.05
		}
		if f.invalid = coin("swapped"); f.invalid {
			e.CarriedOut = nil
		}
		if coin("disagree") {
			e.Streams.Sponsor.Movement = roi.Unchanged
		}
		if coin("adherence") {
			e.Adherence.SessionsHeld = 5
		}
		d := pilot.Decide(l, e)
		document, err := report.SuccessDefinition(p)
		require.NoError(t, err)
		rows := document.Parts[3].Rows
		require.Equal(t, "What follows", document.Parts[3].Title)
		for i, row := range rows {
			holds, ok := table[row[1]]
			require.True(t, ok, "nobody says what %q means", row[1])
			if holds(d, f) {
				require.Equal(t, row[0], d.Outcome.String(), "line %d: %s", i, row[1])
				seen[row[0]+row[1]] = true
				return
			}
		}
		require.Fail(t, "no line of the table holds")
	})
	require.Greater(t, len(seen), 3, "lines that decided: %v", seen)
}
