package notice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/signal"
)

func agenda() notice.Agenda {
	return notice.Agenda{
		Programme: "Delivery coaching 2027", Window: delivery().Window, On: coaching.MustDate("2027-02-22"),
		Log: notice.Topic{Reported: true, Count: 2, Notes: []string{"exports on a Sunday, explained"}}, Withdrawals: notice.Topic{Reported: true, Count: 1},
		Pauses: notice.Topic{Reported: true}, Retention: notice.Topic{Reported: true, Count: 1, Notes: []string{"raw records of the baseline by 2027-03-01"}},
		Appeals: notice.Topic{Reported: true}, Confounders: notice.Topic{Reported: true},
	}
}

// GOV-028: six topics; one that nobody has reported is never silently absent.
func TestAgenda(t *testing.T) {
	require.Empty(t, agenda().Check())
	for _, topic := range []string{"Log review", "Consent withdrawals", "Fairness pauses", "Retention", "Appeals", "Confounders"} {
		require.Contains(t, string(agenda().Markdown()), topic)
		require.Contains(t, string(notice.Agenda{}.HTML()), topic)
	}
	require.Equal(t, "GOV-028 appeals, GOV-028 confounders, GOV-028 log, GOV-028 on, GOV-028 pauses, GOV-028 retention, GOV-028 withdrawals", blocking(notice.Agenda{}.Check()))
	require.Equal(t, 6, strings.Count(string(notice.Agenda{}.Markdown()), "Not reported."))

	secret := "look at " + person("leader").String() + "."
	for name, tt := range map[string]struct {
		change func(*notice.Agenda)
		want   string
		all    int
	}{
		"the first day":    {func(a *notice.Agenda) { a.On = a.Window.From }, "GOV-028 on", 1},
		"the last day":     {func(a *notice.Agenda) { a.On = a.Window.To }, "GOV-028 on", 1},
		"not reported":     {func(a *notice.Agenda) { a.Appeals.Reported = false }, "GOV-028 appeals", 1},
		"negative":         {func(a *notice.Agenda) { a.Appeals.Count = -1 }, "GOV-028 appeals", 1},
		"more than all":    {func(a *notice.Agenda) { a.Log.Overdue = 3 }, "GOV-028 log", 1},
		"overdue":          {func(a *notice.Agenda) { a.Log.Overdue = 2 }, "", 1},
		"points at people": {func(a *notice.Agenda) { a.Pauses.Notes = []string{secret} }, "GOV-028 pauses", 1},
	} {
		a := agenda()
		tt.change(&a)
		fs := a.Check()
		require.Equal(t, tt.want, blocking(fs), name)
		require.Len(t, fs, tt.all, name)
		require.NotContains(t, string(a.Markdown())+string(a.HTML()), person("leader").String(), name)
	}
}

// GOV-007: each harm is there, for the programme and for the signals that give
// rise to it, and a control only where it is held.
func TestSeeds(t *testing.T) {
	g := delivery()
	g.Signals[0].PrivacyRisk, g.Signals[0].Direction = signal.High, signal.Higher
	risks := notice.Seeds(built().Terms(), g)
	seen := map[string]bool{}
	for _, r := range risks {
		seen[r.Harm.String()+" "+r.Signal] = true
		require.NotEqual(t, "none yet", r.Control)
		require.NotEmpty(t, r.Cause+r.Sign)
		require.NotZero(t, r.Owner)
	}
	for _, want := range []string{"loss of trust ", "loss of trust cross_team_meeting_share", "legal risk ", "legal risk cross_team_meeting_share", "legal risk after_hours_ratio", "managerial gaming ", "managerial gaming cross_team_meeting_share"} {
		require.True(t, seen[want], want)
	}
	bare := notice.Seeds(notice.Terms{}, notice.Programme{})
	require.Len(t, bare, 4)
	for _, r := range bare {
		require.Equal(t, "none yet", r.Control)
	}
	require.Contains(t, string(notice.SeedsMarkdown(risks)), "managerial gaming")
	require.Contains(t, string(notice.SeedsHTML(risks)), "managerial gaming")
}

// The agenda of a checkpoint at which the log has not been reviewed.
func ExampleAgenda() {
	a := agenda()
	a.Log = notice.Topic{}
	for _, f := range a.Check() {
		fmt.Println(f)
	}
	lines := strings.Split(string(a.Markdown()), "\n")
	fmt.Println(strings.Join(lines[:14], "\n"))
	// Output:
	// GOV-028 error log: nobody has reported; ask the privacy officer
	// # Governance checkpoint: Delivery coaching 2027
	//
	// Held on 2027-02-22, day 43 of 85 of the pilot. Each topic ends with a decision and a name.
	//
	// ## 1\. Log review
	//
	// Not reported. Ask the privacy officer before the meeting.
	//
	// - Ask: Who looked at what, and was each pattern explained?
	// - Decide: Accept the review, or ask whoever is behind a pattern.
	//
	// ## 2\. Consent withdrawals
	//
	// Programme administrators: one consent withdrawn.
}

// The first line of a risk register for each harm.
func ExampleSeeds() {
	t, err := notice.TermsOf(builtIn())
	if err != nil {
		fmt.Println(err)
		return
	}
	last := ""
	for _, r := range notice.Seeds(t, delivery()) {
		if r.Harm.String() != last {
			fmt.Printf("%s: %s. Control: %s\n", r.Harm, r.Cause, r.Control)
		}
		last = r.Harm.String()
	}
	// Output:
	// loss of trust: leaders believe that their messages are read. Control: coaches never see raw records; the participant notice says who sees what
	// legal risk: a recommendation reaches pay, promotion or a role without a human. Control: a human reviews it first and writes at least 20 characters
	// managerial gaming: managers read working hypotheses as ratings of people. Control: sponsors see groups only
}
