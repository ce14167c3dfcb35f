package pilot_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/vendor"
	"github.com/coachgov/coaching/roi/effect"
	"github.com/coachgov/coaching/signal"
)

// flaky is a store that fails after some events.
type flaky struct {
	pilot.Memory
	left int
}

var errFlaky = errors.New("the disk of Jane Doe is full")

func (f *flaky) Append(e pilot.Event) error {
	if f.left--; f.left < 0 {
		return errFlaky
	}
	return f.Memory.Append(e)
}

// broken is a store that cannot be read.
type broken struct{ pilot.Memory }

func (*broken) Events() iter.Seq2[pilot.Event, error] {
	return func(yield func(pilot.Event, error) bool) { yield(pilot.Event{}, errFlaky) }
}

// DOC-STORE: what a store keeps is what the log holds; when it fails, neither
// changes, and nothing of its error is repeated.
func TestStore(t *testing.T) {
	lockedPlan := locked(t, plan(t))
	whole := story(t, pilot.Decided).Events()
	var m pilot.Memory
	l, fs := pilot.OpenLog(lockedPlan, &m)
	require.Empty(t, fs)
	for _, e := range whole {
		require.False(t, l.Append(e).Blocked())
		l.Append(pilot.Event{Kind: "danced"}) // refused, so not kept
	}
	again, fs := pilot.OpenLog(lockedPlan, &m)
	require.Empty(t, fs)
	require.Equal(t, whole, again.Events())
	require.Equal(t, pilot.Decided, again.State())
	kept := 0
	for e, err := range m.Events() {
		require.NoError(t, err)
		require.Equal(t, whole[kept], e)
		if kept++; kept == 10 {
			break
		}
	}

	f := &flaky{left: 3}
	l, _ = pilot.OpenLog(lockedPlan, f)
	for _, e := range whole[:4] {
		fs = l.Append(e)
	}
	require.Equal(t, []string{"DOC-STORE error"}, codes(fs))
	require.NotContains(t, fs[0].Message, "Jane")
	require.Len(t, l.Events(), 3)
	f.left = 9
	require.Empty(t, l.Append(whole[3]))

	_, fs = pilot.OpenLog(lockedPlan, &broken{})
	require.Equal(t, []string{"DOC-STORE error"}, codes(fs))
	var forged pilot.Memory
	require.NoError(t, forged.Append(pilot.Event{At: on("2027-02-08"), By: person(t, "P"), Kind: pilot.Advanced, To: pilot.Running}))
	_, fs = pilot.OpenLog(lockedPlan, &forged)
	require.True(t, has(fs, "PIL-004", coaching.Error, "events[0]", ""))
	_, fs = pilot.OpenLog(nil, &m)
	require.True(t, fs.Has("DOC-STORE"))
	_, fs = pilot.OpenLog(lockedPlan, nil)
	require.True(t, fs.Has("DOC-STORE"))
}

func tasks(list []pilot.Task) []string {
	var texts []string
	for _, x := range list {
		texts = append(texts, strings.Join([]string{x.On.String(), x.Role.String(), x.Label, x.What, x.Leader}, " "))
	}
	return texts
}

// PIL-060, PIL-049, PIL-048: who is to do what this week; what is done is not due
// again.
func TestDue(t *testing.T) {
	day := coaching.MustDate
	l := story(t, pilot.Draft)
	require.Equal(t, []string{
		"2027-01-08 privacy_officer P-DPO compact_signed_by ",
		"2027-01-08 steward P-ANALYTICS allocation_by ",
	}, tasks(l.Due(day("2027-01-04"), day("2027-01-10"))))
	require.Empty(t, story(t, pilot.Baseline).Due(day("2027-01-04"), day("2027-01-10")))
	require.Equal(t, "2027-01-22 program_admin P-LND consent_complete_by ", tasks(story(t, pilot.Baseline).Due(day("2027-01-20"), day("2027-01-24")))[0])

	l = story(t, pilot.Running)
	want := []string{
		"2027-02-08 coach  session L02", "2027-02-08 coach  session L04", "2027-02-08 coach  session L06", "2027-02-08 coach  session L07", "2027-02-08 coach  session L09",
		"2027-02-09 steward P-ANALYTICS snapshot ", "2027-02-11 steward P-ANALYTICS snapshot ",
	}
	require.Equal(t, want, tasks(l.Due(day("2027-02-08"), day("2027-02-13"))))
	by := person(t, "P-LND")
	add(t, l, by, "2027-02-08", pilot.Event{Kind: pilot.CoachAssigned, Label: "L04", Coach: "C1"})
	add(t, l, by, "2027-02-09", pilot.Event{Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround", Count: 5}, pilot.Event{Kind: pilot.SnapshotDelivered},
		pilot.Event{Kind: pilot.ConsentWithdrawn, Label: "L06"}, pilot.Event{Kind: pilot.LeaderLeft, Label: "L09"})
	require.Equal(t, []string{"2027-02-08 coach  session L07", "2027-02-08 coach C1 session L04", "2027-02-11 steward P-ANALYTICS snapshot "}, tasks(l.Due(day("2027-02-08"), day("2027-02-13"))))
	require.Equal(t, "2027-02-16 coach C1 session L04", tasks(l.Due(day("2027-02-15"), day("2027-02-21")))[2], "Presidents' Day")
	require.Contains(t, tasks(l.Due(day("2027-03-01"), day("2027-03-07"))), "2027-03-04 privacy_officer P-DPO log_review ")
	add(t, l, by, "2027-02-10", pilot.Event{Kind: pilot.Advanced, To: pilot.Held})
	require.Empty(t, l.Due(day("2027-02-08"), day("2027-02-13")), "nobody is coached while it is held")
	add(t, l, by, "2027-02-10", pilot.Event{Kind: pilot.Advanced, To: pilot.Stopped})
	for _, x := range l.Due(day("2027-01-01"), day("2028-12-31")) {
		require.True(t, x.Role == coaching.DataOwner || x.On.After(day("2027-04-04")), "%v", x)
	}
	require.Contains(t, tasks(l.Due(day("2027-01-01"), day("2028-12-31"))), "2027-02-14 data_owner P-IT raw_purge_oldest_baseline_trace ")
	require.Empty(t, l.Due(day("2027-02-13"), day("2027-02-08")))
}

// A leader who leaves or is transferred, or has another coach, keeps the place in
// the draw; what is due and how long the exposure was follow (PIL-048, PIL-085).
func TestExposures(t *testing.T) {
	l := story(t, pilot.Running)
	by := person(t, "P-LND")
	add(t, l, by, "2027-02-10", pilot.Event{Kind: pilot.CoachAssigned, Label: "L02", Coach: "C1"})
	add(t, l, by, "2027-02-24", pilot.Event{Kind: pilot.LeaderLeft, Label: "L02"}, pilot.Event{Kind: pilot.LeaderTransferred, Label: "L01"},
		pilot.Event{Kind: pilot.CoachAssigned, Label: "L04", Coach: "C1"}, pilot.Event{Kind: pilot.CoachAssigned, Label: "L04", Coach: "C2"})
	add(t, l, by, "2027-03-03", pilot.Event{Kind: pilot.ConsentWithdrawn, Label: "L06"})
	x := l.Exposures(on("2027-03-15"))
	require.Len(t, x, 10)
	require.Equal(t, pilot.Exposure{Leader: "L01", Wave: 2, Start: 9, Ended: coaching.MustDate("2027-02-24"), Why: pilot.LeaderTransferred}, x[0])
	require.Equal(t, pilot.Exposure{Leader: "L02", Wave: 1, Start: 5, Weeks: 2, Ended: coaching.MustDate("2027-02-24"), Why: pilot.LeaderLeft, Coach: "C1", Coaches: 1}, x[1])
	require.Equal(t, pilot.Exposure{Leader: "L03", Wave: 2, Start: 9, Weeks: 1}, x[2])
	require.Equal(t, pilot.Exposure{Leader: "L04", Wave: 1, Start: 5, Weeks: 5, Coach: "C2", Coaches: 2}, x[3])
	require.Equal(t, 3, x[5].Weeks)
	require.Equal(t, pilot.ConsentWithdrawn, x[5].Why)
	strayed := func(day string) (who []int) {
		for i, c := range l.Conduct(on(day)) {
			if c == effect.Strayed {
				who = append(who, i+1)
			}
		}
		return who
	}
	require.Equal(t, []int{1, 2, 6}, strayed("2027-03-15"), "transferred, left, withdrew")
	require.Empty(t, strayed("2027-02-20"))
	require.Zero(t, l.Exposures(on("2027-02-20"))[1].Why, "not yet")
	require.Equal(t, 8, l.Exposures(on("2028-01-01"))[3].Weeks, "the run ends")
	add(t, l, by, "2027-03-04", pilot.Event{Kind: pilot.ConsentGranted, Label: "L06"})
	require.Zero(t, l.Exposures(on("2027-03-15"))[5].Why, "consent was given again")
	require.Equal(t, []int{1, 2}, strayed("2027-03-15"))
	add(t, l, by, "2027-03-05", pilot.Event{Kind: pilot.SessionHeld, Label: "L03", Signal: "meeting_hygiene", Count: 8}, pilot.Event{Kind: pilot.SessionHeld, Label: "L04", Signal: "meeting_hygiene", Count: 5})
	require.Equal(t, []int{1, 2, 3}, strayed("2027-03-15"), "L03 was coached before the wave of the draw")
	gone := story(t, pilot.Running)
	add(t, gone, by, "2027-04-05", pilot.Event{Kind: pilot.LeaderLeft, Label: "L04"})
	require.NotContains(t, gone.Conduct(on("2027-04-06")), effect.Strayed, "after the run")

	a := l.Adherence()
	require.Equal(t, 9, a.Leaders, "L01 was gone before a week of coaching")
	require.Equal(t, 60-4-6, a.SessionsDue)
	require.Equal(t, 8, l.Facts(on("2027-03-15")).Consents)

	refused := func(e pilot.Event) coaching.Findings {
		e.At, e.By = on("2027-03-15"), by
		return l.Append(e)
	}
	require.True(t, refused(pilot.Event{Kind: pilot.LeaderLeft, Label: "L02"}).Has("DOC-EVENT"), "gone already")
	require.True(t, refused(pilot.Event{Kind: pilot.CoachAssigned, Label: "L02", Coach: "C2"}).Has("DOC-EVENT"), "gone already")
	require.True(t, refused(pilot.Event{Kind: pilot.CoachAssigned, Label: "L03", Coach: "C7"}).Has("DOC-EVENT"))
	require.True(t, refused(pilot.Event{Kind: pilot.LeaderLeft, Label: "L99"}).Has("DOC-EVENT"))
	require.True(t, has(refused(pilot.Event{Kind: pilot.SessionHeld, Label: "L02", Signal: "review_turnaround", Count: 8}), "PIL-112", coaching.Warning, "", "gone since 2027-02-24"))
	for _, leader := range []string{"L03", "L05", "L07", "L08"} {
		require.Empty(t, refused(pilot.Event{Kind: pilot.CoachAssigned, Label: leader, Coach: "C2"}))
	}
	require.True(t, refused(pilot.Event{Kind: pilot.CoachAssigned, Label: "L09", Coach: "C2"}).Has("PIL-081"), "five is full")
}

// MEN-004 and MEN-007 hold for a coach who comes later; a leader who is gone is
// not coached (PIL-112).
func TestCanCoachWithAnAssignedCoach(t *testing.T) {
	p := plan(t)
	p.Cohort.Conflicts = []pilot.Pair{{Leader: "L02", Coach: "C2"}}
	p.Cohort.Leaders[1].Coach = "C1"
	l := pilot.NewLog(locked(t, p))
	by := person(t, "P-LND")
	fs := l.Append(pilot.Event{At: on("2027-02-08"), By: by, Kind: pilot.CoachAssigned, Label: "L02", Coach: "C2"})
	require.True(t, fs.Has("MEN-004"))
	r := pilot.SessionRequest{Leader: "L02", Coach: "C2", Signal: "review_turnaround", At: on("2027-02-08"), Standing: signal.Cleared, FlagsDecided: true}
	require.True(t, l.CanCoach(r).Has("MEN-007"))
	r.Coach = "C1"
	require.False(t, l.CanCoach(r).Has("MEN-007"))
	require.False(t, l.CanCoach(r).Has("PIL-112"))
	add(t, l, by, "2027-02-09", pilot.Event{Kind: pilot.LeaderTransferred, Label: "L02"})
	require.False(t, l.CanCoach(r).Has("PIL-112"), "not yet")
	r.At = on("2027-02-10")
	require.True(t, l.CanCoach(r).Has("PIL-112"))
}

// PIL-043 and C-7: no traces of a leader before that leader's consent.
func TestConsentBeforeExtraction(t *testing.T) {
	l := story(t, pilot.Baseline)
	by := person(t, "P-ANALYTICS")
	at := func(label string, days int) coaching.Findings {
		return l.Append(pilot.Event{At: on("2027-01-15"), By: by, Kind: pilot.HistoryExtracted, Label: label, Count: days})
	}
	require.True(t, at("", 56).Has("PIL-043"))
	require.True(t, at("L01", 56).Has("PIL-043"))
	add(t, l, by, "2027-01-15", pilot.Event{Kind: pilot.ConsentGranted, Label: "L01"}, pilot.Event{Kind: pilot.ConsentGranted, Label: "L02"})
	require.Empty(t, at("L01", 49))
	require.True(t, at("L03", 56).Has("PIL-043"))
	require.True(t, at("L99", 56).Has("DOC-EVENT"))
	require.Zero(t, l.Facts(on("2027-01-16")).HistoryDays, "nothing of L02 yet")
	require.Empty(t, at("", 56))
	require.Equal(t, 49, l.Facts(on("2027-01-16")).HistoryDays, "the least of anybody")
	require.Equal(t, 56, l.Facts(on("2027-01-16")).LongestHistory, "the most of anybody")
	add(t, l, by, "2027-01-15", pilot.Event{Kind: pilot.ConsentWithdrawn, Label: "L01"})
	require.Equal(t, 56, l.Facts(on("2027-01-16")).HistoryDays)
	require.True(t, at("L01", 56).Has("PIL-043"), "withdrawn")
}

// Who left or was moved is no longer asked for consent.
func TestLeft(t *testing.T) {
	l := story(t, pilot.Baseline)
	by := person(t, "P-PO")
	require.Zero(t, l.Facts(on("2027-01-16")).Left)
	add(t, l, by, "2027-01-15", pilot.Event{Kind: pilot.LeaderLeft, Label: "L01"}, pilot.Event{Kind: pilot.LeaderTransferred, Label: "L02"})
	require.Equal(t, 2, l.Facts(on("2027-01-16")).Left)
	require.Zero(t, l.Facts(on("2027-01-14")).Left)
}

// PIL-080 is the one condition of a gate that a named role may waive.
func TestWaivedGate(t *testing.T) {
	l := story(t, pilot.Baseline)
	by := person(t, "P-CPO")
	for _, x := range []string{"L01", "L02", "L03", "L04", "L05", "L06", "L07"} {
		add(t, l, by, "2027-01-15", pilot.Event{Kind: pilot.ConsentGranted, Label: x}, pilot.Event{Kind: pilot.InterviewHeld, Label: x})
	}
	add(t, l, by, "2027-01-22", pilot.Event{Kind: pilot.HistoryExtracted, Count: 56}, pilot.Event{Kind: pilot.QualityPassed}, pilot.Event{Kind: pilot.BaselineAggregated})
	step := func() coaching.Findings {
		return l.Append(pilot.Event{At: on("2027-01-25"), By: by, Kind: pilot.Advanced, To: pilot.Enablement})
	}
	require.Equal(t, []string{"PIL-080 error"}, codes(step()))
	waive := func(code string, role coaching.Role, reason string) coaching.Findings {
		return l.Append(pilot.Event{At: on("2027-01-25"), By: by, Kind: pilot.Waived, Label: code, Role: role, Reason: reason})
	}
	require.True(t, waive("PIL-041", coaching.Sponsor, "no time").Has("DOC-WAIVER"))
	require.True(t, waive("PIL-080", coaching.Coach, "we are few").Has("DOC-WAIVER"))
	require.True(t, waive("PIL-080", coaching.Sponsor, "").Has("DOC-WAIVER"))
	require.True(t, waive("PIL-080", coaching.Sponsor, "two\x00").Has("DOC-EVENT"))
	require.Empty(t, waive("PIL-080", coaching.Sponsor, "seven say more than none"))
	require.Equal(t, []string{"PIL-080 warning"}, codes(step()))
	require.Equal(t, pilot.Enablement, l.State())
	data, err := l.JSON()
	require.NoError(t, err)
	back, fs := pilot.ReadLog("log.json", data, locked(t, plan(t)))
	require.Empty(t, fs)
	require.Equal(t, l.Events(), back.Events())
	g := pilot.DefaultPolicy().Gate(pilot.Baseline, pilot.Enablement, pilot.Facts{SmallCohort: true, Leaders: 10})
	require.True(t, g.Unmet.Has("PIL-080"), "nobody is no cohort")
}

// PIL-143 and PIL-144: no coach works with a model that nobody has looked into.
func TestSuggestionsAreAGate(t *testing.T) {
	p := plan(t)
	test := vendor.NewExportTest("pack", coaching.MustDate("2026-12-14"), []byte("x"), nil)
	p.Vendors = &vendor.Choice{Weakest: []vendor.Link{vendor.CoachingCapacity}, Vendors: []vendor.Vendor{{
		ID: "bench", Name: "Bench", Bucket: vendor.CoachingMarketplace, Offers: append(vendor.MustHaves(), vendor.ModelInputs), Clause: true, ExportTest: &test, Suggests: true,
	}}}
	l := pilot.NewLog(locked(t, p))
	f := l.Facts(on("2027-02-01"))
	require.Equal(t, []int{1, 0, 1}, []int{f.Suggesting, f.Sampled, f.Opaque})
	unmet := pilot.DefaultPolicy().Gate(pilot.Enablement, pilot.Running, f).Unmet
	require.True(t, unmet.Has("PIL-143"))
	require.True(t, unmet.Has("PIL-144"))
	by := person(t, "P-ANALYTICS")
	require.True(t, l.Append(pilot.Event{At: on("2027-02-01"), By: by, Kind: pilot.SuggestionsSampled, Label: "bench"}).Has("DOC-EVENT"), "a sample of none")
	require.True(t, l.Append(pilot.Event{At: on("2027-02-01"), By: by, Kind: pilot.SuggestionsSampled, Label: "other", Count: 5}).Has("DOC-EVENT"))
	add(t, l, by, "2027-02-01", pilot.Event{Kind: pilot.SuggestionsSampled, Label: "bench", Count: 5})
	require.False(t, pilot.DefaultPolicy().Gate(pilot.Enablement, pilot.Running, l.Facts(on("2027-02-01"))).Unmet.Has("PIL-143"))
}

// PIL-091: one pilot at a time, for leaders and for coaches who are counted.
func TestOverlaps(t *testing.T) {
	a, b, c := plan(t), plan(t), plan(t)
	b.Week0 = b.Week0.AddDays(7 * 12)
	c.Week0 = c.Week0.AddDays(7 * 13)
	people := map[string]coaching.PersonID{}
	for _, label := range []string{"L01", "C1"} {
		people[label] = person(t, label)
	}
	fs := pilot.Overlaps([]pilot.Enrolment{{Plan: a, People: people}, {Plan: b, People: people}, {}})
	require.Equal(t, []string{"PIL-091 warning", "PIL-091 warning"}, codes(fs))
	require.True(t, has(fs, "PIL-091", coaching.Warning, "plans[1].cohort.leaders[0]", "the leader is also in plans[0] until 2027-04-04"))
	require.True(t, has(fs, "PIL-091", coaching.Warning, "plans[1].cohort.coaches[0]", "the coach"))
	require.Empty(t, pilot.Overlaps([]pilot.Enrolment{{Plan: a, People: people}, {Plan: c, People: people}}), "one after the other")
	a.Cohort.Leaders[0].Withdrawn = coaching.MustDate("2027-03-01")
	a.Cohort.Coaches[0].Kind = pilot.ExternalCoach
	require.Empty(t, pilot.Overlaps([]pilot.Enrolment{{Plan: a, People: people}, {Plan: b, People: people}}))
	require.Empty(t, pilot.Overlaps([]pilot.Enrolment{{Plan: b}, {Plan: b}}), "nobody is known")
}

// No sequence of up to six steps reaches running without consent and compact: a
// step is any single event of a whole programme or any block of its preparation,
// tried in any order (PIL-040, PIL-043, GOV-003, GOV-012).
func TestSixStepsNeedConsentAndCompact(t *testing.T) {
	whole := story(t, pilot.Running).Events()
	var blocks [][]pilot.Event
	for i := 0; i < len(whole); {
		j := i
		for j < len(whole) && whole[j].Kind != pilot.Advanced {
			j++
		}
		blocks = append(blocks, whole[i:j], whole[j:j+1], whole[i:j+1])
		i = j + 1
	}
	for _, kind := range []pilot.EventKind{pilot.ConsentGranted, pilot.CompactSigned} {
		for _, block := range slices.Clone(blocks) {
			blocks = append(blocks, slices.DeleteFunc(slices.Clone(block), func(e pilot.Event) bool { return e.Kind == kind }))
		}
	}
	for _, e := range whole {
		blocks = append(blocks, []pilot.Event{e})
	}
	lockedPlan := locked(t, plan(t))
	rapid.Check(t, func(t *rapid.T) {
		l := pilot.NewLog(lockedPlan)
		for range rapid.IntRange(0, 6).Draw(t, "steps") {
			for _, e := range blocks[rapid.IntRange(0, len(blocks)-1).Draw(t, "block")] {
				if e.At = on("2027-01-08"); e.Kind == pilot.SessionHeld {
					continue
				}
				l.Append(e)
			}
			if !l.State().Coaches() {
				continue
			}
			compact, live := false, map[string]bool{}
			for _, e := range l.Events() {
				switch e.Kind {
				case pilot.CompactSigned:
					compact = true
				case pilot.ConsentGranted:
					live[e.Label] = true
				}
			}
			require.True(t, compact)
			require.GreaterOrEqual(t, len(live), 8)
		}
	})
	// The law is not empty: the four whole blocks, in order, do reach it.
	l := pilot.NewLog(lockedPlan)
	for _, e := range whole {
		e.At = on("2027-01-08")
		l.Append(e)
	}
	require.Equal(t, pilot.Running, l.State())
}
