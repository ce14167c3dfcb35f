package mentor_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/pilot/mentor"
	"github.com/coachgov/coaching/pilot/report"
	"github.com/coachgov/coaching/signal"
)

// PIL-104, PIL-105, PIL-109, PIL-110: whatever happens in whatever order, a
// session is let through just when its coach was prepared, an agreement held and
// every signal shown stood open on its day. What was so is worked out here from
// the events, one after the other.
func TestNoOrderOfEventsLetsASessionThrough(t *testing.T) {
	day := coaching.MustDate("2027-02-01")
	leaders, coaches, others := people("L1", "L2"), people("C1", "C2"), people("sponsor", "assessor")
	signals := []string{"meeting_hygiene", "review_turnaround"}
	through, stopped := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		var l mentor.Log
		prepared := map[coaching.PersonID]bool{}
		agreement := map[[2]coaching.PersonID]int{}                 // index of the one that holds
		standing := map[coaching.Date]map[string]bool{}             // which signals stand open, by day
		open := map[string]bool{signals[0]: true, signals[1]: true} // now
		want := map[string]bool{}                                   // by session: whether it may be
		var sessions []mentor.Session
		for n := range rapid.IntRange(10, 60).Draw(r, "events") {
			on := day.AddDays(n) // one event a day
			leader, coach := rapid.SampledFrom(leaders).Draw(r, "leader"), rapid.SampledFrom(coaches).Draw(r, "coach")
			pair := [2]coaching.PersonID{leader, coach}
			switch rapid.IntRange(0, 7).Draw(r, "event") {
			case 0:
				who := append([]coaching.PersonID{{}, coach}, others...)
				e := mentor.Enablement{Coach: coach, Workshop: on, WorkshopMinutes: 420, TeachBack: 100, Assessor: others[1], Analyst: others[1]}
				if rapid.Bool().Draw(r, "spoiled") {
					e.WorkshopMinutes = rapid.SampledFrom([]int{0, 209, 210, 420}).Draw(r, "minutes")
					e.TeachBack = rapid.SampledFrom([]int{0, 69, 70, 100}).Draw(r, "score")
					e.Assessor, e.Analyst = rapid.SampledFrom(who).Draw(r, "assessor"), rapid.SampledFrom(who).Draw(r, "analyst")
				}
				l.Enablement = append(l.Enablement, e)
				prepared[coach] = prepared[coach] || e.WorkshopMinutes >= 210 && e.TeachBack >= 70 &&
					slices.Contains(others, e.Assessor) && slices.Contains(others, e.Analyst)
			case 1:
				if _, ok := agreement[pair]; !ok {
					agreement[pair] = len(l.Agreements)
					l.Agreements = append(l.Agreements, mentor.Agreement{Leader: leader, Coach: coach, Sponsor: others[0], Signed: on,
						Kind: mentor.Internal, Confidentiality: "What is said stays here", AnyoneMayStop: true})
				}
			case 2:
				if i, ok := agreement[pair]; ok && rapid.Bool().Draw(r, "stops") {
					l.Agreements[i].Ended = on
					delete(agreement, pair)
				}
			case 3:
				id := rapid.SampledFrom(signals).Draw(r, "signal")
				open[id] = rapid.Bool().Draw(r, "opened")
			default:
				s := mentor.Session{ID: fmt.Sprint("S-", n), Date: on, Leader: leader, Coach: coach, Attendance: mentor.Held, Minutes: 60, PrepMinutes: 15,
					Shown: rapid.SliceOfNDistinct(rapid.SampledFrom(signals), 0, 2, rapid.ID).Draw(r, "shown")}
				_, agreed := agreement[pair]
				want[s.ID] = prepared[coach] && agreed && !slices.ContainsFunc(s.Shown, func(id string) bool { return !open[id] })
				sessions = append(sessions, s)
			}
			standing[on] = maps.Clone(open)
		}
		l.Sessions = rapid.Permutation(sessions).Draw(r, "order of sessions")
		l.Enablement = rapid.Permutation(l.Enablement).Draw(r, "order of enablement")
		l.Agreements = rapid.Permutation(l.Agreements).Draw(r, "order of agreements")
		refused := map[string]bool{}
		for _, f := range l.Check(mentor.Gate{
			Pack: func(coaching.PersonID) []string { return signals },
			Can:  func(s mentor.Session, id string) bool { return standing[s.Date][id] },
		}) {
			var i int
			if _, err := fmt.Sscanf(f.Path, "sessions[%d]", &i); err == nil && slices.Contains([]string{"MEN-001", "PIL-105", "PIL-109", "PIL-110"}, f.Code) {
				refused[l.Sessions[i].ID] = true
			}
		}
		for id, may := range want {
			require.Equal(r, may, !refused[id], id)
			if may {
				through++
			} else {
				stopped++
			}
		}
	})
	require.Positive(t, through, "the law is not empty")
	require.Positive(t, stopped)
}

// A narrative is printed just when, at the moment of use, its leader's consent
// to its words holds and every session behind it was held by its author with
// this leader before it was written (PIL-163, C-21).
func TestNoNarrativeWithoutConsentAndSession(t *testing.T) {
	day := coaching.MustDate("2027-02-01")
	leaders, coaches := people("L1", "L2"), people("C1", "C2")
	at := func(n int) time.Time { return day.AddDays(n).At(12, 0, time.UTC) }
	rapid.Check(t, func(r *rapid.T) {
		var sessions []mentor.Session
		for i := range 6 {
			sessions = append(sessions, mentor.Session{
				ID: fmt.Sprint("S-", i), Date: day.AddDays(rapid.IntRange(0, 20).Draw(r, "date")), Leader: rapid.SampledFrom(leaders).Draw(r, "leader"),
				Coach: rapid.SampledFrom(coaches).Draw(r, "coach"), Attendance: rapid.SampledFrom([]mentor.Presence{mentor.Held, mentor.Held, mentor.Missed}).Draw(r, "attendance"),
			})
		}
		now := at(rapid.IntRange(0, 30).Draw(r, "now"))
		var narratives []mentor.Narrative
		var consents signal.ConsentList
		var want []string
		for i := range 4 {
			n := mentor.Narrative{
				ID: fmt.Sprint("N-", i), Author: rapid.SampledFrom(coaches).Draw(r, "author"), Leader: rapid.SampledFrom(leaders).Draw(r, "of"),
				Written: day.AddDays(rapid.IntRange(0, 30).Draw(r, "written")), Speaker: "a leader", Situation: "s", Behaviour: "b", Experiment: "E", Change: "c", Alternative: "a",
			}
			behind := rapid.SliceOfNDistinct(rapid.SampledFrom(sessions), 0, 2, func(s mentor.Session) string { return s.ID }).Draw(r, "sessions")
			ok := len(behind) > 0
			for _, s := range behind {
				n.Sessions = append(n.Sessions, s.ID)
				ok = ok && s.Attendance == mentor.Held && s.Leader == n.Leader && s.Coach == n.Author && !s.Date.After(n.Written)
			}
			narratives = append(narratives, n)
			live := false
			if rapid.IntRange(0, 3).Draw(r, "asked") > 0 {
				c := signal.Consent{Participant: n.Leader, Signal: n.Digest(), Purpose: mentor.AnecdotePurpose, Granted: at(rapid.IntRange(0, 30).Draw(r, "granted"))}
				live = !now.Before(c.Granted)
				if rapid.Bool().Draw(r, "thinks better of it") {
					c.Withdrawn = c.Granted.AddDate(0, 0, rapid.IntRange(0, 10).Draw(r, "after"))
					live = live && now.Before(c.Withdrawn)
				}
				consents = append(consents, c)
			}
			if ok && live {
				want = append(want, n.ID)
			}
		}
		anecdotes, _ := mentor.Anecdotes(narratives, sessions, consents, now)
		var got []string
		for _, a := range anecdotes {
			got = append(got, a.Narrative)
		}
		require.Equal(r, want, got)
	})
}

// documents are all that is rendered of coaching at a time: anecdotes, the
// dashboard, the leaders' playbook, and every finding.
func documents(t require.TestingT, l mentor.Log, consents signal.Consents, at time.Time) string {
	var b strings.Builder
	anecdotes, findings := mentor.Anecdotes(l.Narratives, l.Sessions, consents, at)
	text, err := json.Marshal(anecdotes)
	require.NoError(t, err)
	fmt.Fprintln(&b, anecdotes, findings, l.Check(full()), string(text))
	d := report.Dashboard{Title: "t", Notes: report.NotesOf(anecdotes)}
	b.Write(d.Markdown())
	html, err := d.HTML()
	require.NoError(t, err)
	b.Write(html)
	b.Write(playbook().Markdown())
	b.Write(playbook().HTML())
	measures, err := json.Marshal(l.Measures(coaching.DateOf(at), 0))
	require.NoError(t, err)
	b.Write(measures)
	return strings.NewReplacer(`\`, "", "&#39;", "'").Replace(b.String())
}

// Before consent is withdrawn the words of a narrative stand in the documents;
// from that moment on no trace of them does, and what others agreed to stays.
// Addresses and numbers of people stand in no document at any time.
func TestWithdrawalLeavesNoTrace(t *testing.T) {
	leavesNoTrace(t, []string{
		"Ximena Xhaferi e6e217b9", "canary.e6e217b9@zz-e6e2.example", "HR898363432", "Yevheniia Zieliński-Wójcik f3781af3",
		"Ōkami Zieliński-Wójcik 4fa72f0d", "Æthelred Brontë-Kovács 9d09fddb",
	})
}

// The same with two hundred made-up identities.
func TestWithdrawalLeavesNoTraceOfAnyCanary(t *testing.T) {
	file, err := os.Open(datadir.Find(t, "corpus/data/canaries.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	var all []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var one struct {
			Name  string `json:"name"`
			Email string `json:"email"`
			HRID  string `json:"hr_id"`
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
		all = append(all, one.Name, one.Email, one.HRID)
	}
	require.Len(t, all, 600)
	leavesNoTrace(t, all)
}

// leavesNoTrace puts canaries into narratives: names with spaces, addresses and
// numbers without.
func leavesNoTrace(t *testing.T, all []string) {
	seen, gone := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		l, _ := readLog(t)
		at := printDay()
		who := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 3, 3, rapid.ID).Draw(r, "people")
		for i := range l.Narratives {
			n := &l.Narratives[i]
			field := rapid.SampledFrom([]*string{&n.Situation, &n.Behaviour, &n.Change, &n.Alternative}).Draw(r, "field")
			*field = "It was " + who[i] + " who asked"
		}
		consents := agreed(l.Narratives)
		before := documents(r, l, consents, at)
		left := make([]bool, len(l.Narratives))
		for i := range consents {
			if left[i] = rapid.Bool().Draw(r, "withdraws"); left[i] {
				consents[i].Withdrawn = at
			}
		}
		require.Equal(r, before, documents(r, l, consents, at.Add(-1)), "a withdrawal does not reach back")
		after := documents(r, l, consents, at)
		for i, name := range who {
			isName := strings.Contains(name, " ")
			if !isName {
				require.NotContains(r, before, name)
			}
			if left[i] || !isName {
				require.NotContains(r, after, name)
				gone++
			} else if strings.Contains(before, name) {
				require.Contains(r, after, name)
				seen++
			}
		}
	})
	require.Positive(t, seen, "names are printed while consent holds")
	require.Positive(t, gone)
}
