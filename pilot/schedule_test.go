package pilot_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
	"github.com/coachgov/coaching/pilot"
)

// schedule computes the dates of a plan with the slots of the reference: L01 on
// Wednesday, L09 at 10:00, everybody else on Monday at 09:00.
func schedule(t testing.TB, p *pilot.Plan) *pilot.Schedule {
	t.Helper()
	a, err := p.Allocate()
	require.NoError(t, err)
	s, err := p.Schedule(a, map[string]pilot.Slot{
		"L01": {Weekday: time.Wednesday, Hour: 9},
		"L09": {Weekday: time.Monday, Hour: 10},
	}, time.LoadLocation)
	require.NoError(t, err)
	return s
}

func golden(t testing.TB, file string) *document.Node {
	t.Helper()
	n, fs := yaml.Parse(file, read(t, filepath.Join("testdata", file)))
	require.Empty(t, fs)
	return n
}

// Every date of the 8, 12 and 16-week schedules is the prototype's (PIL-002,
// PIL-040 to PIL-049, C-14, PIL-056).
func TestScheduleDates(t *testing.T) {
	for _, weeks := range []int{8, 12, 16} {
		t.Run(fmt.Sprint(weeks), func(t *testing.T) {
			want := golden(t, fmt.Sprintf("schedule_%02dw.yaml", weeks))
			value := func(path string) string { return at(t, want, path).Text }
			p := plan(t)
			p.TemplateWeeks = weeks
			s := schedule(t, p)
			require.Equal(t, value("end"), s.End.String())
			require.Equal(t, value("calendar_days_week0_to_end"), fmt.Sprint(coaching.Window{From: s.Week0, To: s.End}.Days()))
			require.Equal(t, value("signal_validation_from")+".."+value("signal_validation_to"), s.Validation.String())
			require.Equal(t, value("baseline_history_from_8w")+".."+value("baseline_history_to"), s.Baseline.String())
			require.Equal(t, value("run_from")+".."+value("run_to"), s.Run.String())
			require.Equal(t, value("run_days"), fmt.Sprint(s.Run.Days()))
			require.Equal(t, value("measurement_weeks"), fmt.Sprint(s.Measure.Days()/7))
			p.BaselineWeeks = 6
			require.Equal(t, value("baseline_history_from_6w"), p.Baseline().From.String())

			var phases []string
			for _, n := range at(t, want, "phases").Items {
				phases = append(phases, strings.Join([]string{at(t, n, "id").Text, at(t, n, "weeks").Text, at(t, n, "from").Text, at(t, n, "to").Text, at(t, n, "days").Text}, " "))
			}
			var got []string
			for _, ph := range s.Phases {
				got = append(got, fmt.Sprint(ph.ID, " ", ph.Weeks(), " ", ph.Days.From, " ", ph.Days.To, " ", ph.Days.Days()))
			}
			require.Equal(t, phases, got)

			var milestones []string
			for _, n := range at(t, want, "milestones").Items {
				milestones = append(milestones, strings.Join([]string{at(t, n, "id").Text, at(t, n, "date").Text, at(t, n, "week").Text}, " "))
			}
			got = nil
			for _, m := range s.Milestones {
				got = append(got, fmt.Sprint(m.ID, " ", m.Date, " ", m.Week))
				require.NotEmpty(t, m.Rule)
			}
			require.Equal(t, milestones, got)

			require.Equal(t, texts(at(t, want, "snapshots")), dates(s.Snapshots))
			require.Equal(t, texts(at(t, want, "monthly_log_reviews")), dates(s.LogReviews))
		})
	}
}

func texts(n *document.Node) []string {
	var list []string
	for _, item := range n.Items {
		list = append(list, item.Text)
	}
	return list
}

func dates(days []coaching.Date) []string {
	var list []string
	for _, d := range days {
		list = append(list, d.String())
	}
	return list
}

// Sessions keep their wall clock over both changes of daylight saving and move
// off holidays (PIL-048).
func TestSessions(t *testing.T) {
	want := golden(t, "sessions.yaml")
	s := schedule(t, plan(t))
	for _, leader := range []string{"L01", "L02", "L09"} {
		var list, got []string
		for _, n := range at(t, want, leader).Items {
			moved := ""
			if slices.ContainsFunc(n.Members, func(m document.Member) bool { return m.Key == "moved_from" }) {
				moved = at(t, n, "moved_from").Text
			}
			list = append(list, strings.Join([]string{at(t, n, "week").Text, at(t, n, "date").Text, at(t, n, "local").Text, at(t, n, "zone").Text, at(t, n, "utc").Text, moved}, " "))
		}
		for _, x := range s.Of(leader) {
			got = append(got, fmt.Sprint(x.Week, " ", x.Date, " ", x.Local, " ", x.Zone, " ", x.Start.Format("20060102T150405Z"), " ", x.MovedFrom))
		}
		require.Equal(t, list, got, leader)
	}
	require.Equal(t, at(t, want, "totals.sessions_total").Text, fmt.Sprint(len(s.Sessions)))
	require.Equal(t, at(t, want, "totals.snapshots").Text, fmt.Sprint(len(s.Snapshots)))
	require.Empty(t, s.Missed)
}

// A holiday on Friday moves a session back; a week of holidays is missed; and
// what is due moves to the last day on which everybody works.
func TestHolidays(t *testing.T) {
	p := plan(t)
	cal := p.Calendars["us"]
	for _, d := range []string{"2027-03-10", "2027-03-11", "2027-03-12", "2027-04-02", "2027-03-15", "2027-03-16", "2027-03-17", "2027-03-18", "2027-03-19"} {
		cal.Holidays = append(cal.Holidays, pilot.Holiday{Date: coaching.MustDate(d)})
	}
	p.Calendars["us"] = cal
	s := schedule(t, p)
	own := s.Of("L01")
	require.Equal(t, "2027-03-09", own[0].Date.String()) // Wednesday to Friday are off: the Tuesday before
	require.Equal(t, "2027-03-10", own[0].MovedFrom.String())
	require.Contains(t, s.Missed, pilot.MissedSession{Leader: "L01", Week: 10})
	i := slices.IndexFunc(s.Milestones, func(m pilot.Milestone) bool { return m.ID == "decision" })
	require.Equal(t, "2027-04-01", s.Milestones[i].Date.String())
}

// The calendar file is the one that ical.js and golang-ical read back, but for
// the rule's code in place of its wording and an end in place of a duration.
func TestICSAgainstReference(t *testing.T) {
	want := string(read(t, datadir.Find(t, "fixtures/pilot/golden_product_org_12w.ics")))
	s := schedule(t, plan(t))
	got, err := s.ICS(pilot.ICSOptions{Stamp: stamp(), Leaders: []string{"L02", "L09", "L01"}})
	require.NoError(t, err)
	kept := func(text string) []string {
		unfolded := strings.ReplaceAll(text, "\r\n ", "")
		return slices.DeleteFunc(strings.Split(unfolded, "\r\n"), func(line string) bool {
			return strings.HasPrefix(line, "DESCRIPTION:") || strings.HasPrefix(line, "DURATION:") || strings.HasPrefix(line, "DTEND:")
		})
	}
	require.Equal(t, kept(want), kept(string(got)))
	require.Equal(t, strings.Count(want, "DURATION:PT60M"), strings.Count(string(got), "DTEND:"))
}

func stamp() time.Time { return time.Date(2027, 1, 8, 12, 0, 0, 0, time.UTC) }

// The exported files keep their bytes.
func TestExports(t *testing.T) {
	s := schedule(t, plan(t))
	ics, err := s.ICS(pilot.ICSOptions{Stamp: stamp()})
	require.NoError(t, err)
	for file, got := range map[string][]byte{
		"product_org_12w.mmd": s.Mermaid("Product organisation, 12-week pilot"),
		"product_org_12w.ics": ics,
		"product_org_12w.csv": s.CSV(),
	} {
		path := filepath.Join("testdata", file)
		if os.Getenv("UPDATE_GOLDEN") != "" && file != "product_org_12w.mmd" {
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		require.Equal(t, string(read(t, path)), string(got), file)
	}
	require.Equal(t, 60+len(s.Milestones), bytes.Count(ics, []byte("BEGIN:VEVENT")))
}

// The figure is well-formed and names each phase, wave and gate.
func TestSVG(t *testing.T) {
	s := schedule(t, plan(t))
	svg := s.SVG()
	require.Equal(t, svg, s.SVG())
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
	for _, want := range []string{"contracting", "baseline and consent", "enablement and playbook", "weeks 5-8", "iterate and expand", "wave 1, 5 leaders", "coaching from week 9", "governance", "decision", "60 sessions, 16 snapshots"} {
		require.Contains(t, string(svg), want)
	}
}

// Rescheduling raises the sequence and keeps every UID, so that calendars
// replace events rather than add them.
func TestICSKeepsUIDs(t *testing.T) {
	uids := func(data []byte) []string {
		return slices.DeleteFunc(strings.Split(string(data), "\r\n"), func(l string) bool { return !strings.HasPrefix(l, "UID:") })
	}
	p := plan(t)
	before, err := schedule(t, p).ICS(pilot.ICSOptions{Stamp: stamp()})
	require.NoError(t, err)
	p.Week0 = p.Week0.AddDays(28)
	after, err := schedule(t, p).ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 1})
	require.NoError(t, err)
	require.Equal(t, uids(before), uids(after))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(uids(after)))), len(uids(after)))
	require.NotContains(t, string(after), "SEQUENCE:0\r\n")
}

// A leader who left, was transferred or withdrew has no sessions from the day
// after on, and the calendar takes them away; nothing else changes.
func TestScheduleWithout(t *testing.T) {
	s := schedule(t, plan(t))
	var left pilot.Session
	for _, x := range s.Sessions {
		if x.Leader == "L02" && x.Week == 8 {
			left = x
		}
	}
	require.False(t, left.Date.IsZero())
	less := s.Without([]pilot.Exposure{{Leader: "L01"}, {Leader: "L02", Ended: left.Date, Why: pilot.LeaderLeft}, {Leader: "L99", Ended: s.Week0}})
	var want []pilot.Session
	for _, x := range s.Sessions {
		if x.Leader != "L02" || x.Week <= 8 {
			want = append(want, x)
		}
	}
	require.Equal(t, want, less.Sessions)
	require.Less(t, len(want), len(s.Sessions))
	require.Equal(t, s.Milestones, less.Milestones)
	out, err := less.ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 1, Earlier: s})
	require.NoError(t, err)
	require.Equal(t, len(s.Sessions)-len(want), strings.Count(string(out), "STATUS:CANCELLED"))
	require.Equal(t, s, s.Without(nil))
}

// PIL-117: peer learning stands in the schedule when the plan lists it, in weeks of
// the run; a plan without it is complete.
func TestPeerLearningWeeks(t *testing.T) {
	p := plan(t)
	require.False(t, p.Check().Has("PIL-117"))
	digest, err := p.Digest()
	require.NoError(t, err)
	p.PeerLearning = []int{6, 10}
	require.False(t, p.Check().Has("PIL-117"))
	other, err := p.Digest()
	require.NoError(t, err)
	require.NotEqual(t, digest, other)
	var found []int
	for _, m := range schedule(t, p).Milestones {
		if m.Rule == "PIL-117" {
			found = append(found, m.Week)
		}
	}
	require.Equal(t, []int{6, 10}, found)
	p.Clone().PeerLearning[0] = 7
	require.Equal(t, 6, p.PeerLearning[0])
	for _, bad := range [][]int{{4}, {13}, {10, 6}, {6, 6}} {
		p.PeerLearning = bad
		require.True(t, p.Check().Has("PIL-117"), "%v", bad)
		require.LessOrEqual(t, len(schedule(t, p).Milestones), 40)
	}
}

// What the new schedule no longer holds is cancelled under its old UID, time and
// the new sequence; nothing else is (RFC 5545, 3.8.1.11).
func TestICSCancels(t *testing.T) {
	p := plan(t)
	earlier := schedule(t, p)
	p.TemplateWeeks = 11 // no week 12, no executive summary
	p.Design.WaveStarts = []int{5, 8}
	s := schedule(t, p)
	out, err := s.ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 3, Earlier: earlier})
	require.NoError(t, err)
	var cancelled, all []string
	for i, text := range strings.Split(string(out), "BEGIN:VEVENT\r\n") {
		if i == 0 {
			continue
		}
		uid, _, _ := strings.Cut(text, "@")
		all = append(all, uid)
		require.Contains(t, text, "\r\nSEQUENCE:3\r\n")
		if strings.Contains(text, "\r\nSTATUS:CANCELLED\r\n") {
			cancelled = append(cancelled, strings.TrimPrefix(uid, "UID:"))
			require.Contains(t, text, "DTSTART")
		}
	}
	want := []string{"executive_summary_draft_start"}
	for _, leader := range []string{"L01", "L02", "L03", "L04", "L05", "L06", "L07", "L08", "L09", "L10"} {
		want = append(want, "session-"+leader+"-w12")
	}
	require.Equal(t, want, cancelled)
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(all))), len(all), "an event is written twice")
	require.Contains(t, string(out), "UID:session-L02-w12@product-org-12w.pilot.invalid\r\nDTSTAMP:20270108T120000Z\r\nSEQUENCE:3\r\nSTATUS:CANCELLED\r\nDTSTART:20270329T130000Z\r\nDTEND:20270329T140000Z\r\n")

	one, err := s.ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 3, Earlier: earlier, Leaders: []string{"L02", "L02"}})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(one), "session-L02-w12@"))
	require.NotContains(t, string(one), "session-L01")

	_, err = s.ICS(pilot.ICSOptions{Stamp: stamp(), Earlier: earlier})
	require.ErrorContains(t, err, "number of the revision")
	p.ID = "another"
	_, err = schedule(t, p).ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 1, Earlier: earlier})
	require.ErrorContains(t, err, "another plan")
}

// A host that keeps schedules as JSON gets the same calendar out of them.
func TestScheduleReadsBack(t *testing.T) {
	s := schedule(t, plan(t))
	data, err := json.Marshal(s)
	require.NoError(t, err)
	var again pilot.Schedule
	require.NoError(t, json.Unmarshal(data, &again))
	require.Equal(t, s, &again)
}

// What cannot be scheduled is an error that says what was wanted.
func TestScheduleErrors(t *testing.T) {
	p := plan(t)
	a, err := p.Allocate()
	require.NoError(t, err)
	for want, change := range map[string]func(*pilot.Plan){
		"8 to 16":          func(p *pilot.Plan) { p.TemplateWeeks = 7 },
		"first day":        func(p *pilot.Plan) { p.Week0 = coaching.Date{} },
		"no calendar":      func(p *pilot.Plan) { p.Cohort.Leaders[0].Calendar = "fr" },
		"not in the alloc": func(p *pilot.Plan) { p.Cohort.Leaders[0].ID = "L99" },
		"zone of leader 0": func(p *pilot.Plan) { p.Calendars["us"] = pilot.Calendar{Zone: "Mars/Olympus"} },
		"at most 52":       func(p *pilot.Plan) { p.BaselineWeeks = 53 },
	} {
		q := p.Clone()
		change(q)
		_, err := q.Schedule(a, nil, time.LoadLocation)
		require.ErrorContains(t, err, want)
	}
	early := *a
	early.Units = slices.Clone(a.Units)
	early.Units[0].Start = math.MinInt32
	_, err = p.Schedule(&early, nil, time.LoadLocation)
	require.ErrorContains(t, err, "want 5 or later")
	_, err = p.Schedule(a, nil, func(string) (*time.Location, error) { return nil, nil })
	require.EqualError(t, err, "pilot: schedule: there is no zone of leader 0")
	_, err = p.Schedule(nil, nil, time.LoadLocation)
	require.ErrorContains(t, err, "allocation")
	_, err = p.Schedule(a, nil, nil)
	require.ErrorContains(t, err, "zones")
	_, err = p.Schedule(a, map[string]pilot.Slot{"L01": {Hour: 25}}, time.LoadLocation)
	require.ErrorContains(t, err, "slot")
	_, err = schedule(t, p).ICS(pilot.ICSOptions{})
	require.ErrorContains(t, err, "stamp")
}

// Whatever the length and the first day: nothing due falls on a day off, no
// session leaves its week, and phases follow each other without a gap.
func TestScheduleLaws(t *testing.T) {
	base := plan(t)
	zones := func(string) (*time.Location, error) { return time.UTC, nil }
	rapid.Check(t, func(t *rapid.T) {
		p := base.Clone()
		p.TemplateWeeks = rapid.IntRange(8, 16).Draw(t, "weeks")
		p.Week0 = p.Week0.AddDays(7 * rapid.IntRange(-200, 200).Draw(t, "shift"))
		if p.TemplateWeeks < 9 {
			p.Design.WaveStarts = []int{5, 7}
		}
		holiday := rapid.IntRange(0, 120)
		cal := p.Calendars["us"]
		for range rapid.IntRange(0, 30).Draw(t, "holidays") {
			cal.Holidays = append(cal.Holidays, pilot.Holiday{Date: p.Week0.AddDays(holiday.Draw(t, "day"))})
		}
		p.Calendars["us"] = cal
		a, err := p.Allocate()
		require.NoError(t, err)
		s, err := p.Schedule(a, map[string]pilot.Slot{"L01": {Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "slot"))}}, zones)
		require.NoError(t, err)
		next := p.Week0
		for _, ph := range s.Phases {
			require.Equal(t, next, ph.Days.From)
			next = ph.Days.To.AddDays(1)
		}
		require.Equal(t, s.End.AddDays(1), next)
		off := map[coaching.Date]bool{}
		for _, h := range cal.Holidays {
			off[h.Date] = true
		}
		for _, x := range s.Sessions {
			require.Equal(t, x.Week, p.WeekOf(x.Date))
			require.True(t, s.Run.Contains(x.Date))
			if i := slices.IndexFunc(p.Cohort.Leaders, func(l pilot.Leader) bool { return l.ID == x.Leader }); p.Cohort.Leaders[i].Calendar == "us" {
				require.False(t, off[x.Date], "%v", x)
			}
		}
		want := 0
		for _, u := range a.Units {
			want += min(p.TemplateWeeks, 12) - u.Start + 1
		}
		require.Equal(t, want, len(s.Sessions)+len(s.Missed))
	})
}

// A calendar file holds CRLF lines of at most 75 bytes that unfold to the text,
// whatever the plan's id.
func FuzzICS(f *testing.F) {
	f.Add("product-org-12w", "L01", 60)
	f.Add("Prüfung, mit; Zeichen\\n\u2028 über fünfundsiebzig Bytes hinaus und noch ein wenig weiter", "L;1", 1)
	f.Add("\xff\xfe\r\n:", "\n\xc3", 0)
	f.Add(strings.Repeat("x", 300), strings.Repeat("ß", 80), -30) // folded more than once
	p, fs := pilot.Decode("p.yaml", read(f, planFile))
	require.Empty(f, fs)
	f.Fuzz(func(t *testing.T, id, leader string, minutes int) {
		q := p.Clone()
		q.ID, q.Session.Minutes, q.Cohort.Leaders[0].ID = id, minutes%1000, leader
		a, err := q.Allocate()
		if err != nil { // there is no calendar to write
			require.True(t, slices.ContainsFunc(q.Cohort.Leaders[1:], func(l pilot.Leader) bool { return l.ID == leader }), "%q: %v", leader, err)
			return
		}
		zones := func(string) (*time.Location, error) { return time.UTC, nil }
		earlier, err := q.Schedule(a, nil, zones)
		require.NoError(t, err)
		q.TemplateWeeks = 11
		s, err := q.Schedule(a, nil, zones)
		require.NoError(t, err)
		out, err := s.ICS(pilot.ICSOptions{Stamp: stamp(), Sequence: 1, Earlier: earlier})
		require.NoError(t, err)
		require.True(t, bytes.HasSuffix(out, []byte("\r\n")))
		for line := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte("\r\n")), []byte("\r\n")) {
			require.LessOrEqual(t, len(line), 75)
			require.False(t, bytes.ContainsAny(line, "\r\n"))
			require.Equal(t, strings.ToValidUTF8(string(line), "?"), string(line), "a character is cut")
		}
		unfolded := bytes.ReplaceAll(out, []byte("\r\n "), nil)
		// One session of each leader and the executive summary are cancelled.
		require.Equal(t, 60+len(earlier.Milestones), bytes.Count(unfolded, []byte("\r\nUID:")))
		require.Equal(t, 11, bytes.Count(unfolded, []byte("\r\nSTATUS:CANCELLED\r\n")))
	})
}
