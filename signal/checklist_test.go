package signal

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

func TestChecklistNeedsFourNamedPeopleAndTwoMeasurements(t *testing.T) {
	d := teamHours()
	yes := Judgement{Pass: true, Evidence: "minutes", By: person(t, "S"), On: coaching.MustDate("2026-12-28")}
	all := Judgements{Controllable: yes, Causal: yes, Interpretable: yes, Stewardship: yes}
	stable := Stability{Signal: d.ID, Verdict: Stable}
	fresh := Freshness{Signal: d.ID, Status: Fresh}
	require.True(t, Assess(d, all, stable, fresh).Passed())
	require.False(t, Checklist{}.Passed())
	require.True(t, Checklist{}.Findings().Blocked())

	for code, spoil := range map[string]func(*Judgements){
		"SIG-011": func(j *Judgements) { j.Controllable.By = coaching.PersonID{} },
		"SIG-012": func(j *Judgements) { j.Causal.On = coaching.Date{} },
		"SIG-014": func(j *Judgements) { j.Interpretable.Evidence = " " },
		"SIG-015": func(j *Judgements) { j.Stewardship.Pass = false },
	} {
		j := all
		spoil(&j)
		c := Assess(d, j, stable, fresh)
		require.False(t, c.Passed(), code)
		require.Len(t, c.Findings(), 1)
		require.Equal(t, code, c.Findings()[0].Code)
	}
	for _, tt := range []struct {
		s      Stability
		f      Freshness
		grain  Grain
		passes bool
	}{
		{Stability{}, fresh, Team, false},                                   // of no signal
		{Stability{Signal: d.ID}, fresh, Team, false},                       // unmeasured
		{Stability{Signal: d.ID, Verdict: Noisy}, fresh, Leader, false},     // one person's noise
		{Stability{Signal: d.ID, Verdict: Noisy}, fresh, Team, true},        // aggregated: a warning
		{Stability{Signal: d.ID, Verdict: TraitLike}, fresh, Team, true},    // a warning
		{stable, Freshness{Signal: d.ID}, Team, false},                      // stale
		{stable, Freshness{Signal: d.ID, Status: OutcomeOnly}, Team, false}, // too slow
		{stable, Freshness{Signal: "other", Status: Fresh}, Team, false},    // another feed
	} {
		d.Grain = tt.grain
		c := Assess(d, all, tt.s, tt.f)
		require.Equal(t, tt.passes, c.Passed(), "%+v", tt)
		require.True(t, c.Findings().Has("SIG-013"))
	}
}

// SIG-011 to SIG-015: an answer needs a name, a date, evidence and a yes, and
// each lack is said.
func TestJudgementSaysWhatItLacks(t *testing.T) {
	good := Judgement{Pass: true, Evidence: "minutes", By: person(t, "S"), On: coaching.MustDate("2026-12-28")}
	require.Empty(t, good.wrong())
	for want, spoil := range map[string]func(*Judgement){
		"nobody has answered": func(j *Judgement) { j.By = coaching.PersonID{} },
		"no date":             func(j *Judgement) { j.On = coaching.Date{} },
		"no evidence":         func(j *Judgement) { j.Evidence = "\n" },
		"answered no":         func(j *Judgement) { j.Pass = false },
	} {
		j := good
		spoil(&j)
		require.Contains(t, j.wrong(), want)
	}
}

// SIG-002: a soft construct read from traces alone does not pass, whatever the
// five items say, unless a named person waives that; the waiver stays visible.
func TestChecklistRefusesASoftConstructFromTraces(t *testing.T) {
	yes := Judgement{Pass: true, Evidence: "pilot of 2025: r = .6 with the survey item", By: person(t, "S"), On: coaching.MustDate("2026-12-28")}
	j := Judgements{Controllable: yes, Causal: yes, Interpretable: yes, Stewardship: yes}
	d := teamHours()
	measured := func(d Definition) (Stability, Freshness) {
		return Stability{Signal: d.ID, Verdict: Stable}, Freshness{Signal: d.ID, Status: Fresh}
	}
	s, f := measured(d)
	require.Empty(t, Assess(d, j, s, f).Findings())
	waived := j
	waived.TracesSuffice = yes
	require.Empty(t, Assess(d, waived, s, f).Findings(), "nothing to waive")

	for name, soften := range map[string]func(*Definition){
		"marked": func(d *Definition) { d.Soft = true },
		"named":  func(d *Definition) { d.Name = "Trust in the team" },
	} {
		soft := teamHours()
		soften(&soft)
		c := Assess(soft, j, s, f)
		require.False(t, c.Passed(), name)
		require.Len(t, c.Findings(), 1)
		require.Equal(t, "SIG-002", c.Findings()[0].Code)
		require.Equal(t, "meeting_hours.traces_suffice", c.Findings()[0].Path)

		c = Assess(soft, waived, s, f)
		require.True(t, c.Passed(), name)
		require.True(t, c.Findings().Has("SIG-002"), "the waiver is said")

		anonymous := waived
		anonymous.TracesSuffice.By = coaching.PersonID{}
		require.False(t, Assess(soft, anonymous, s, f).Passed(), name)
		noReason := waived
		noReason.TracesSuffice.Evidence = " "
		require.False(t, Assess(soft, noReason, s, f).Passed(), name)
	}

	// The refusal reaches the pack.
	c := newPilotCase(t, nil)
	c.first.Soft = true
	c.spec.Signals[0] = c.signal(t, c.first)
	pack, fs := NewPack(c.spec)
	require.Zero(t, pack)
	require.True(t, fs.Has("SIG-002") && fs.Blocked(), "%v", fs)
}

// SIG-011: revenue per FTE is in the catalogue so that it can be seen to fail the
// first question: asked honestly, whether a leader can change it is a no.
func TestRevenuePerFTEFailsTheFirstQuestion(t *testing.T) {
	definitions, fs := FromCatalogue("revenue growth", "revenue_per_fte")
	require.NoError(t, fs.Err())
	d := definitions[0]
	require.Equal(t, Context, d.Direction)
	day := coaching.MustDate("2026-12-28")
	yes := Judgement{Pass: true, Evidence: "minutes", By: person(t, "S"), On: day}
	no := Judgement{Evidence: "price and head count are set two levels up", By: person(t, "S"), On: day}
	c := Assess(d, Judgements{Controllable: no, Causal: yes, Interpretable: yes, Stewardship: yes},
		Stability{Signal: d.ID, Verdict: Stable}, Freshness{Signal: d.ID, Status: Fresh})
	require.False(t, c.Passed())
	require.Len(t, c.Findings(), 1)
	require.Equal(t, "SIG-011", c.Findings()[0].Code)
}
