package mentor_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
	"github.com/coachgov/coaching/pilot/mentor"
)

const (
	leader1 = "p1_ehmtkot52ljwbpfwhahd6nztsq"
	leader2 = "p1_kxm655ei6xzpj5eggwpqlipr74"
	leader3 = "p1_n2xypfizimbupqf3kzubgqhrja"
	coach1  = "p1_v6elsz562tfetvk2ibmtxelvey"
	coach2  = "p1_ogflbk66tlxlh3cendj475vphi"
	analyst = "p1_7qnxw3leyixgakvhiap74nyxa4"
)

func person(t testing.TB, text string) coaching.PersonID {
	t.Helper()
	id, err := coaching.ParsePersonID(text)
	require.NoError(t, err)
	return id
}

// readLog reads the golden log of this version.
func readLog(t testing.TB) (mentor.Log, *document.Positions) {
	t.Helper()
	data, err := os.ReadFile("testdata/log-v1.yaml")
	require.NoError(t, err)
	n, findings := yaml.ParseFile("log-v1.yaml", data)
	require.Empty(t, findings)
	var l mentor.Log
	at, findings := document.Decode("log-v1.yaml", n, &l)
	require.Empty(t, findings)
	return l, at
}

// open lets every signal of the golden log through.
func open() mentor.Gate {
	return mentor.Gate{
		Pack: func(coaching.PersonID) []string { return []string{"meeting_hygiene", "review_turnaround"} },
		Can:  func(mentor.Session, string) bool { return true },
	}
}

// The golden log of this version keeps every rule, for ever.
func TestGoldenLogKeepsEveryRule(t *testing.T) {
	l, _ := readLog(t)
	require.Empty(t, l.Check(open()))
	require.Equal(t, mentor.LogV1, l.Schema)
}

// What encoding/json writes of a log, the strict reader reads back.
func TestLogSurvivesJSON(t *testing.T) {
	l, _ := readLog(t)
	own := ownTrial(t)
	own.State, own.Learned, own.Goals[0].Read, own.FollowUp = mentor.Closed, "Asking takes longer", mentor.Less, coaching.MustDate("2027-06-01")
	stopped := l.Trials[1]
	stopped.State, stopped.Ended, stopped.Supporting, stopped.Reason = mentor.Stopped, stopped.Run.From, []string{"meeting_hygiene"}, "Both are short"
	l.Trials = append(l.Trials, own, stopped)
	l.Reassignments = changed(t).Reassignments
	text, err := json.Marshal(l)
	require.NoError(t, err)
	n, findings := document.ParseJSON("log.json", text)
	require.Empty(t, findings)
	var again mentor.Log
	_, findings = document.Decode("log.json", n, &again)
	require.Empty(t, findings)
	l.Sessions[4].Used = nil // an empty list is left out when it is written
	require.Equal(t, l, again)
}

// Each rule of the records, broken by one change of the golden log.
func TestLogCheck(t *testing.T) {
	day := coaching.MustDate
	tests := []struct {
		code, path string
		change     func(l *mentor.Log, g *mentor.Gate)
	}{
		{"MEN-001", "agreements[0].signed", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Signed = coaching.Date{} }},
		{"MEN-001", "agreements[0].sponsor", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Sponsor = l.Agreements[0].Coach }},
		{"MEN-001", "agreements[0].leader", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Leader = coaching.PersonID{} }},
		{"MEN-001", "agreements[0].ended", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Ended = day("2027-01-01") }},
		{"MEN-001", "sessions[0].date", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Signed = day("2027-02-09") }},
		{"MEN-001", "sessions[2].date", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[0].Ended = day("2027-02-15") }},
		{"MEN-001", "sessions[5].date", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements = l.Agreements[:2] }},
		{"MEN-002", "agreements[1].confidentiality", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[1].Confidentiality = " " }},
		{"MEN-002", "agreements[1].sponsor_sees[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[1].SponsorSees[0] = mentor.Nothing }},
		{"MEN-003", "agreements[1].anyone_may_stop", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[1].AnyoneMayStop = false }},
		{"MEN-004", "agreements[1].in_reporting_line", func(l *mentor.Log, _ *mentor.Gate) {
			l.Agreements[1].Kind, l.Agreements[1].InReportingLine = mentor.Peer, true
		}},
		{"PIL-092", "agreements[1].coach_kind", func(l *mentor.Log, _ *mentor.Gate) { l.Agreements[1].Kind = 0 }},
		{"MEN-007", "agreements[3]", func(l *mentor.Log, _ *mentor.Gate) {
			second := l.Agreements[0]
			second.Coach, second.Signed = person(t, coach2), day("2027-03-01")
			l.Agreements = append(l.Agreements, second)
		}},

		{"C-1", "enablement[0].workshop_minutes", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].WorkshopMinutes = 209 }},
		{"C-1", "enablement[0].workshop_minutes", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].WorkshopMinutes = 419 }},
		{"MEN-005", "enablement[0].teach_back", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].TeachBack = 69 }},
		{"MEN-005", "enablement[0].assessor", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].Assessor = l.Enablement[0].Coach }},
		{"PIL-031", "enablement[0].analyst", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].Analyst = coaching.PersonID{} }},
		{"PIL-105", "enablement[0].workshop", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].Workshop = coaching.Date{} }},
		{"PIL-105", "enablement[0].coach", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].Coach = coaching.PersonID{} }},
		{"PIL-105", "sessions[0].coach", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement = nil }},
		{"PIL-105", "sessions[0].coach", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].Workshop = day("2027-02-09") }},
		{"PIL-105", "sessions[0].coach", func(l *mentor.Log, _ *mentor.Gate) { l.Enablement[0].TeachBack = 0 }},

		{"PIL-112", "trials[0].owner", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Owner = person(t, coach1) }},
		{"PIL-100", "trials[0].measure", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Measure = "" }},
		{"PIL-056", "trials[0].run", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Run = coaching.Window{} }},
		{"MEN-009", "trials[0].declared", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Declared = day("2027-02-12") }},
		{"MEN-009", "trials[0].declared", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Declared = l.Trials[0].Run.From }},
		{"PIL-109", "trials[0].signal", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Signal = "async_documentation" }},
		{"C-20", "trials[0].supporting", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Supporting = []string{"review_turnaround"} }},
		{"PIL-102", "trials[1].run", func(l *mentor.Log, _ *mentor.Gate) {
			l.Trials[1].Leader, l.Trials[1].Owner = l.Trials[0].Leader, l.Trials[0].Leader
		}},

		{"MEN-006", "sessions[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].ID = "" }},
		{"MEN-006", "sessions[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Date = coaching.Date{} }},
		{"MEN-006", "sessions[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Leader = coaching.PersonID{} }},
		{"MEN-006", "sessions[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Coach = coaching.PersonID{} }},
		{"MEN-006", "sessions[4].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[4].ID = "S-L02-05" }},
		{"MEN-006", "sessions[0].minutes", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Minutes = 0 }},
		{"MEN-006", "sessions[6].attendance", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[6].Used = []string{"meeting_hygiene"} }},
		{"PIL-048", "sessions[6].attendance", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[6].Attendance = 0 }},
		{"PIL-048", "sessions[1].moved_to", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[1].MovedTo = coaching.Date{} }},
		{"PIL-048", "sessions[1].moved_to", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[1].MovedTo = day("2027-02-18") }},
		{"PIL-048", "sessions[1].moved_to", func(l *mentor.Log, _ *mentor.Gate) { // only another leader met that coach on the day
			l.Sessions[2].Leader = l.Sessions[4].Leader
		}},
		{"PIL-111", "sessions[0].prep_minutes", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].PrepMinutes = 0 }},
		{"PIL-109", "sessions[0].shown", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Shown = []string{"a", "b", "c", "d", "e"} }},
		{"PIL-109", "sessions[0].shown[2]", func(l *mentor.Log, _ *mentor.Gate) {
			l.Sessions[0].Shown = append(l.Sessions[0].Shown, "meeting_hygiene")
		}},
		{"PIL-109", "sessions[3].shown[0]", func(_ *mentor.Log, g *mentor.Gate) {
			g.Pack = func(id coaching.PersonID) []string {
				if id == person(t, leader2) {
					return []string{"meeting_hygiene"}
				}
				return []string{"meeting_hygiene", "review_turnaround"}
			}
		}},
		{"PIL-109", "sessions[0].shown[0]", func(_ *mentor.Log, g *mentor.Gate) { g.Pack = nil }},
		{"PIL-110", "sessions[0].shown[0]", func(_ *mentor.Log, g *mentor.Gate) { g.Can = nil }},
		{"PIL-110", "sessions[0].shown[1]", func(_ *mentor.Log, g *mentor.Gate) {
			g.Can = func(s mentor.Session, signal string) bool { return s.ID != "S-L01-05" || signal != "review_turnaround" }
		}},
		{"PIL-118", "sessions[3].used[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[3].Used = []string{"meeting_hygiene"} }},
		{"PIL-118", "sessions[3].used[1]", func(l *mentor.Log, _ *mentor.Gate) {
			l.Sessions[3].Used = []string{"review_turnaround", "review_turnaround"}
		}},
		{"PIL-088", "sessions[0].suggestions[0].reason", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Suggestions[0].Reason = "" }},
		{"PIL-088", "sessions[0].suggestions[0].reason", func(l *mentor.Log, _ *mentor.Gate) {
			l.Sessions[0].Suggestions[0] = mentor.Suggestion{ID: "SG-1", Response: coaching.Ignored, Reason: " "}
		}},
		{"PIL-088", "sessions[0].suggestions[0].response", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Suggestions[0].Response = 0 }},
		{"PIL-088", "sessions[0].suggestions[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Suggestions[0].ID = "" }},
		{"PIL-088", "sessions[0].suggestions[1].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Suggestions[1].ID = "SG-1" }},
		{"MEN-008", "sessions[0].commitments[0].owner", func(l *mentor.Log, _ *mentor.Gate) {
			l.Sessions[0].Commitments[0].Owner = coaching.PersonID{}
		}},
		{"MEN-008", "sessions[0].commitments[0].owner", func(l *mentor.Log, _ *mentor.Gate) {
			l.Sessions[0].Commitments[0].Owner = person(t, leader2)
		}},
		{"MEN-008", "sessions[0].commitments[0].due", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Commitments[0].Due = day("2027-02-07") }},
		{"MEN-008", "sessions[0].commitments[0].due", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Commitments[0].Due = coaching.Date{} }},
		{"MEN-008", "sessions[0].commitments[0].text", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Commitments[0].Text = "" }},
		{"MEN-008", "sessions[3].commitments[0].id", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[3].Commitments[0].ID = "K-1" }},
		{"MEN-010", "sessions[0].commitments[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[2].Followed = nil }},
		{"MEN-010", "sessions[0].commitments[0]", func(l *mentor.Log, _ *mentor.Gate) { // told in a missed session only
			later := l.Sessions[2]
			later.ID, later.Date, later.Followed = "S-L01-09", later.Date.AddDays(7), nil
			l.Sessions[2].Attendance = mentor.Missed
			l.Sessions = append(l.Sessions, later)
		}},
		{"MEN-010", "sessions[2].followed[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[2].Followed[0].Outcome = 0 }},
		{"MEN-010", "sessions[2].followed[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[2].Followed[0].Outcome = 9 }},
		{"MEN-010", "sessions[2].followed[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[2].Followed[0].Commitment = "K-3" }},
		{"MEN-010", "sessions[0].followed[0]", func(l *mentor.Log, _ *mentor.Gate) { // in the session that makes it
			l.Sessions[0].Followed = []mentor.Followed{{Commitment: "K-1", Outcome: mentor.Kept}}
		}},

		{"MEN-011", "narratives[0].change", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[0].Change = "" }},
		{"MEN-011", "narratives[0].sessions[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[0].Sessions[0] = "S-9" }},
		{"MEN-011", "narratives[0].sessions[0]", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Attendance = mentor.Missed }},
		{"MEN-011", "narratives[1].id", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[1].ID = "N-1" }},
		{"MEN-011", "narratives[1].experiment", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[1].Experiment = "E-MEET" }},
		{"MEN-015", "agreements[0].confidentiality", func(l *mentor.Log, _ *mentor.Gate) {
			l.Agreements[0].Confidentiality = "Ask canary.e6e217b9@zz-e6e2.example"
		}},
		{"MEN-015", "trials[0].learned", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Learned = "HR898363432 said so" }},
		{"MEN-015", "trials[0].reason", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Reason = "Asked by " + leader2 }},
		{"MEN-015", "trials[0].measure", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Measure = "hours of jo@mail.example" }},
		{"MEN-015", "trials[0].own.text", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Own.Text = "call 0441234567" }},
		{"MEN-015", "trials[0].own.measure", func(l *mentor.Log, _ *mentor.Gate) { l.Trials[0].Own.Measure = "calls of 0441234567" }},
		{"MEN-015", "trials[0].goals[0].text", func(l *mentor.Log, _ *mentor.Gate) {
			l.Trials[0].Goals = []mentor.Goal{{Text: "listen to jo@mail.example"}}
		}},
		{"MEN-015", "trials[0].goals[0].levels[1]", func(l *mentor.Log, _ *mentor.Gate) {
			l.Trials[0].Goals = []mentor.Goal{{Levels: []string{"never", "once to jo@mail.example"}}}
		}},
		{"MEN-015", "sessions[0].suggestions[0].reason", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Suggestions[0].Reason = "jo@mail.example is away" }},
		{"MEN-015", "sessions[0].commitments[0].text", func(l *mentor.Log, _ *mentor.Gate) { l.Sessions[0].Commitments[0].Text = "Write to jo@mail.example" }},
		{"C-21", "narratives[0].speaker", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[0].Speaker = "Jo of Sales" }},
		{"C-21", "narratives[0].situation", func(l *mentor.Log, _ *mentor.Gate) { l.Narratives[0].Situation = "Ask jo@mail.example" }},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.path, func(t *testing.T) {
			l, at := readLog(t)
			g := open()
			tt.change(&l, &g)
			findings := l.Check(g)
			i := slices.IndexFunc(findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Path == tt.path })
			require.GreaterOrEqual(t, i, 0, "%v", findings)
			requireRules(t, findings)
			at.Locate(findings)
			if !strings.HasPrefix(tt.path, "trials[0].") || tt.code != "MEN-015" { // which may have had no line of its own
				require.Positive(t, findings[i].Line)
			}
			for _, f := range findings {
				require.NotRegexp(t, "p1_|example|898363432", f.Message, "a message never names a person")
			}
		})
	}
}

// requireRules asks that each finding is of a listed rule and no worse than the
// rule says.
func requireRules(t *testing.T, findings coaching.Findings) {
	t.Helper()
	rules := mentor.Rules()
	for _, f := range findings {
		i := slices.IndexFunc(rules, func(r coaching.Rule) bool { return r.Code == f.Code })
		require.GreaterOrEqual(t, i, 0, f.Code)
		require.GreaterOrEqual(t, f.Severity, rules[i].Severity, f.Code)
	}
}

// PIL-104, PIL-105 and C-1: half a day is the least, a whole day the
// recommendation.
func TestWorkshopHours(t *testing.T) {
	for _, tt := range []struct {
		minutes int
		want    string
	}{
		{209, "C-1 error workshop_minutes: workshop of 3.48 hours, want at least 3.5"},
		{210, "C-1 warning workshop_minutes: workshop of 3.5 hours; 7 are recommended"},
		{419, "C-1 warning workshop_minutes: workshop of 6.98 hours; 7 are recommended"},
		{420, ""},
	} {
		l, _ := readLog(t)
		e := l.Enablement[0]
		e.WorkshopMinutes = tt.minutes
		var got []string
		for _, f := range e.Check() {
			got = append(got, f.String())
		}
		require.Equal(t, tt.want, strings.Join(got, "\n"))
	}
}

// A teach-back at the pass mark passes, and dropping a commitment settles it.
func TestBoundsAreInclusive(t *testing.T) {
	l, _ := readLog(t)
	l.Enablement[0].TeachBack = mentor.PassMark
	l.Sessions[2].Followed[0].Outcome = mentor.Dropped
	require.Empty(t, l.Check(open()))
}

// A commitment that fell due is missed only by a session of the same leader.
func TestCommitmentsOfAnotherLeader(t *testing.T) {
	l, _ := readLog(t)
	l.Sessions[4].Followed = nil // K-3 of leader 2, due before this session
	require.True(t, l.Check(open()).Has("MEN-010"))
	l.Sessions = append(l.Sessions[:4], l.Sessions[5:]...) // only others met afterwards
	l.Sessions = l.Sessions[:6]
	require.False(t, l.Check(open()).Has("MEN-010"))
	missed := l.Sessions[3]
	missed.ID, missed.Date = "S-L02-07", missed.Date.AddDays(14)
	missed.Attendance, missed.Shown, missed.Used, missed.Commitments = mentor.Missed, nil, nil, nil
	l.Sessions = append(l.Sessions, missed)
	require.False(t, l.Check(open()).Has("MEN-010"), "a missed session takes nothing up")
}

// MEN-007: renewing the agreement with the same coach is one coach, not two.
func TestRenewedAgreement(t *testing.T) {
	l, _ := readLog(t)
	renewed := l.Agreements[0]
	renewed.Signed = coaching.MustDate("2027-03-01")
	l.Agreements = append(l.Agreements, renewed)
	require.Empty(t, l.Check(open()))
}

// PIL-102: one after the other is clean; beside each other needs the coaching
// lead's reason, and the warning stays with it.
func TestExperimentsOneAfterTheOther(t *testing.T) {
	l, _ := readLog(t)
	second := l.Trials[0]
	second.Run = coaching.Window{From: l.Trials[0].Run.To.AddDays(1), To: l.Trials[0].Run.To.AddDays(28)}
	l.Trials = append(l.Trials, second)
	require.Empty(t, l.Check(open()))

	l.Trials[3].Run.From = l.Trials[0].Run.To
	require.True(t, l.Check(open()).Has("PIL-102"))
	require.Contains(t, l.Check(open())[0].Message, "want the coaching lead's reason")
	l.Trials[3].Reason = "The first one needs no attention any more"
	require.Contains(t, l.Check(open())[0].Message, "the coaching lead has given a reason")
	require.False(t, l.Check(open()).Blocked(), "a warning, which the coaching lead may waive")
}

// PIL-088: setting a suggestion aside is a right; with a reason it is no finding.
func TestOverridingThePlatformIsNoFailure(t *testing.T) {
	l, _ := readLog(t)
	for _, r := range []coaching.Response{coaching.Ignored, coaching.Reweighted} {
		l.Sessions[0].Suggestions = []mentor.Suggestion{{ID: "SG-9", Response: r, Reason: "A holiday week"}}
		require.Empty(t, l.Check(open()))
	}
}

// A leader may change coach: one agreement ends before the next begins.
func TestChangeOfCoach(t *testing.T) {
	l, _ := readLog(t)
	second := l.Agreements[0]
	l.Agreements[0].Ended = coaching.MustDate("2027-02-28")
	second.Coach, second.Signed = person(t, coach2), coaching.MustDate("2027-03-01")
	l.Agreements = append(l.Agreements, second)
	require.Empty(t, l.Check(open()))
}

// The zero gate lets nothing through, and the zero agreement starts nothing.
func TestZeroValuesAreSafe(t *testing.T) {
	l, _ := readLog(t)
	require.True(t, l.Check(mentor.Gate{}).Has("PIL-110"))
	require.True(t, mentor.Agreement{}.Check().Blocked())
	require.False(t, mentor.Agreement{}.Holds(coaching.MustDate("2027-02-08")))
	require.True(t, mentor.Enablement{}.Check().Blocked())
	require.True(t, mentor.Playbook{Entries: []mentor.Entry{{}}}.Check().Blocked())
}

// The order of the records changes neither the codes found nor the measures.
func TestOrderOfRecordsMeansNothing(t *testing.T) {
	l, _ := readLog(t)
	l.Sessions[0].Commitments[0].Owner = coaching.PersonID{}
	l.Sessions[2].Followed = nil
	l.Enablement[0].TeachBack = 1
	codes := func(l mentor.Log) []string {
		var list []string
		for _, f := range l.Check(open()) {
			list = append(list, f.Code+f.Message)
		}
		slices.Sort(list)
		return list
	}
	want, measures := codes(l), l.Measures(coaching.MustDate("2027-03-31"), 3)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		dice.Shuffle(len(l.Sessions), func(i, j int) { l.Sessions[i], l.Sessions[j] = l.Sessions[j], l.Sessions[i] })
		dice.Shuffle(len(l.Agreements), func(i, j int) { l.Agreements[i], l.Agreements[j] = l.Agreements[j], l.Agreements[i] })
		dice.Shuffle(len(l.Trials), func(i, j int) { l.Trials[i], l.Trials[j] = l.Trials[j], l.Trials[i] })
		require.Equal(t, want, codes(l))
		require.Equal(t, measures, l.Measures(coaching.MustDate("2027-03-31"), 3))
	}
}

// PIL-113, by hand from the golden log.
func TestMeasures(t *testing.T) {
	l, _ := readLog(t)
	m := l.Measures(coaching.MustDate("2027-02-28"), 3)
	require.Equal(t, mentor.Measures{
		Leaders: 3, Held: 5, Rescheduled: 1, Missed: 1, Due: 3, Kept: 1,
		DaysToExperiment: []int{3, 5, 7}, SessionsToKept: []int{1}, DaysToChange: []int{8},
		Coaches: []mentor.CoachMeasures{{
			Coach: person(t, coach1), Leaders: 3, Held: 5, Rescheduled: 1, Missed: 1, Due: 3, Kept: 1,
		}},
	}, m)
	median, ok := m.MedianDays()
	require.True(t, ok)
	require.Equal(t, 5.0, median)
	_, ok = mentor.Measures{}.MedianDays()
	require.False(t, ok)

	begun := l
	begun.Trials = slices.Clone(l.Trials)
	begun.Trials[0].Run.From = coaching.MustDate("2027-02-07")
	require.Equal(t, []int{5, 7}, begun.Measures(coaching.MustDate("2027-02-28"), 3).DaysToExperiment, "it began before its signal was shown")
	begun.Trials[0].Run.From = coaching.MustDate("2027-02-08")
	require.Equal(t, []int{0, 5, 7}, begun.Measures(coaching.MustDate("2027-02-28"), 3).DaysToExperiment)
	begun.Sessions = slices.Clone(l.Sessions)
	begun.Sessions[3].Attendance = mentor.Missed
	require.Equal(t, []int{0, 0, 5}, begun.Measures(coaching.MustDate("2027-02-28"), 3).DaysToExperiment, "a missed session shows nothing; the next one does")

	early := l.Measures(coaching.MustDate("2027-02-12"), 3)
	require.Equal(t, []int{3}, early.DaysToExperiment)
	require.Equal(t, 1, early.Due)
	require.Equal(t, 0, early.Kept, "what a later session says is not known yet")

	l.Sessions = append(l.Sessions, mentor.Session{ID: "S-X", Date: coaching.MustDate("2027-02-20"), Attendance: mentor.Held})
	require.Equal(t, m, l.Measures(coaching.MustDate("2027-02-28"), 3), "a session of nobody does not count")
	missed := slices.Clone(l.Sessions)
	missed[2].Attendance = mentor.Missed
	require.Equal(t, 0, mentor.Log{Sessions: missed}.Measures(coaching.MustDate("2027-02-28"), 3).Kept, "a missed session tells nothing")
	l.Sessions[2].Followed[0].Outcome = mentor.Dropped
	require.Equal(t, 2, l.Measures(coaching.MustDate("2027-02-28"), 3).Due)
}

// No figure about a coach with too few leaders, nor one that the total gives away.
func TestMeasuresHideSmallCoaches(t *testing.T) {
	l, _ := readLog(t)
	at := coaching.MustDate("2027-02-28")
	require.Empty(t, l.Measures(at, 4).Coaches)
	require.NotEmpty(t, l.Measures(at, 0).Coaches, "three leaders are the floor")
	l.Sessions[6].Coach = person(t, coach2)
	m := l.Measures(at, 0)
	require.Empty(t, m.Coaches, "the second coach has one leader, and the first would give that one away")
	require.Equal(t, 1, m.Missed)
}

// MEN-007 against the plain comparison of every two agreements: the log is found
// at fault just when two agreements of one leader with two coaches share a day.
func TestOneCoachAtATime(t *testing.T) {
	day := coaching.MustDate("2027-01-01")
	leaders, coaches := people("A", "B"), people("X", "Y", "Z")
	rapid.Check(t, func(r *rapid.T) {
		var l mentor.Log
		for range rapid.IntRange(0, 8).Draw(r, "agreements") {
			a := mentor.Agreement{Leader: rapid.SampledFrom(leaders).Draw(r, "leader"), Coach: rapid.SampledFrom(coaches).Draw(r, "coach")}
			a.Signed = day.AddDays(rapid.IntRange(0, 20).Draw(r, "signed"))
			if n := rapid.IntRange(-4, 8).Draw(r, "lasts"); n >= 0 {
				a.Ended = a.Signed.AddDays(n)
			}
			l.Agreements = append(l.Agreements, a)
		}
		want := false
		for on := day; on.Before(day.AddDays(40)); on = on.AddDays(1) {
			with := map[coaching.PersonID]coaching.PersonID{}
			for _, a := range l.Agreements {
				if a.Holds(on) {
					want = want || !with[a.Leader].IsZero() && with[a.Leader] != a.Coach
					with[a.Leader] = a.Coach
				}
			}
		}
		require.Equal(r, want, l.Check(open()).Has("MEN-007"))
	})
}

// PIL-102 against the plain comparison of every two trials, day by day.
func TestOneTrialAgainstEveryPair(t *testing.T) {
	day := coaching.MustDate("2027-01-01")
	leaders := people("A", "B")
	rapid.Check(t, func(r *rapid.T) {
		var l mentor.Log
		for range rapid.IntRange(0, 8).Draw(r, "trials") {
			from := day.AddDays(rapid.IntRange(0, 30).Draw(r, "from"))
			x := mentor.Trial{Leader: rapid.SampledFrom(leaders).Draw(r, "leader"), Run: coaching.Window{From: from, To: from.AddDays(rapid.IntRange(0, 9).Draw(r, "days"))}}
			if rapid.Bool().Draw(r, "stopped") {
				x.State, x.Ended = mentor.Stopped, from.AddDays(rapid.IntRange(0, x.Run.Days()-1).Draw(r, "ended"))
			}
			l.Trials = append(l.Trials, x)
		}
		want := false
		for on := day; on.Before(day.AddDays(45)); on = on.AddDays(1) {
			running := map[coaching.PersonID]int{}
			for _, x := range l.Trials {
				if x.Window().Contains(on) {
					running[x.Leader]++
					want = want || running[x.Leader] > 1
				}
			}
		}
		require.Equal(r, want, l.Check(open()).Has("PIL-102"))
	})
}

// Whatever a document holds, it is read or refused; what was read is checked
// without a panic, and written and read again it is the same log.
func FuzzLog(f *testing.F) {
	golden, err := os.ReadFile("testdata/log-v1.yaml")
	require.NoError(f, err)
	f.Add(golden)
	f.Add([]byte(`{"schema": "mentor/v1", "programme": "p", "agreements": [], "enablement": [], "trials": [{"leader": "` + leader1 + `",
		"owner": "` + leader1 + `", "experiment": "E", "own": {"id": "E", "text": "t", "measure": "m", "days": 7, "kind": "process"},
		"measure": "", "goals": [{"text": "g", "levels": ["a", "b", "c", "d", "e"], "weight": 1, "read": "more"}],
		"declared": "2027-02-01", "run": {"from": "2027-02-02", "to": "2027-02-09"}, "state": "closed", "learned": "l", "follow_up": "2027-03-01"}],
		"sessions": [], "narratives": []}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n, findings := yaml.ParseFile("log.yaml", data)
		if len(findings) > 0 {
			return
		}
		var l mentor.Log
		if _, findings = document.Decode("log.yaml", n, &l); len(findings) > 0 {
			return
		}
		for _, one := range l.Check(full()) {
			require.NotEmpty(t, one.Code)
		}
		l.Measures(coaching.MustDate("2027-03-31"), 3)
		for _, trial := range l.Trials {
			mentor.TScore(trial.Goals)
		}
		text, err := json.Marshal(l)
		require.NoError(t, err)
		n, findings = document.ParseJSON("log.json", text)
		require.Empty(t, findings)
		var again mentor.Log
		_, findings = document.Decode("log.json", n, &again)
		require.Empty(t, findings)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(twice))
	})
}

// MEN-015: what a text may hold: a number that is short, a date, an at sign that
// is no address.
func TestPlainTextsIdentifyNobody(t *testing.T) {
	for _, text := range []string{"Meet at 14:30 @ the usual place", "Done by 2027-02-12", "12345 tickets", "@", "a@", "a@ b", "@ all", "@all", "to @all", "Größe 10 %"} {
		l, _ := readLog(t)
		l.Sessions[0].Commitments[0].Text = text
		require.Empty(t, l.Check(open()), text)
	}
}

// Two coaches meet one leader at one time: no agreement can hold for both, and
// no reassignment is on record.
func TestTwoCoachesAtOneTime(t *testing.T) {
	l, _ := readLog(t)
	second := l.Agreements[0]
	second.Coach = person(t, coach2)
	l.Agreements = append(l.Agreements, second)
	other := l.Sessions[2]
	other.ID, other.Coach, other.Followed, other.Commitments = "S-L01-06c", person(t, coach2), nil, nil
	l.Sessions = append(l.Sessions, other)
	findings := l.Check(open())
	for _, code := range []string{"MEN-007", "MEN-016", "PIL-105"} {
		require.True(t, findings.Has(code), code)
	}
}
