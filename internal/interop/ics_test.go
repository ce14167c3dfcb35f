package interop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/pilot"
)

// An entry is one event as another program reads it. Times are in RFC 3339,
// all-day events in dates.
type entry struct {
	UID      string `json:"uid"`
	Start    string `json:"start"`
	End      string `json:"end"`
	Sequence int    `json:"sequence"`
	Status   string `json:"status"`
	Summary  string `json:"summary"`
}

// written returns a calendar file and the events that it should hold: the plan
// of twelve weeks, shortened to eleven after it was sent out, with a title and
// labels that need escaping and folding.
func written(t *testing.T) ([]byte, []entry) {
	t.Helper()
	data, err := os.ReadFile("../../pilot/testdata/product_org_12w.yaml")
	require.NoError(t, err)
	p, fs := pilot.Decode("plan.yaml", data)
	require.Empty(t, fs)
	p.ID = "Prüfung, mit; Zeichen und mehr als fünfundsiebzig Bytes — ein langer Name für einen Plan"
	a, err := p.Allocate()
	require.NoError(t, err)
	slots := map[string]pilot.Slot{"L01": {Weekday: time.Wednesday}, "L09": {Hour: 10}}
	earlier, err := p.Schedule(a, slots, time.LoadLocation)
	require.NoError(t, err)
	p.TemplateWeeks = 11
	s, err := p.Schedule(a, slots, time.LoadLocation)
	require.NoError(t, err)
	out, err := s.ICS(pilot.ICSOptions{Stamp: time.Date(2027, 1, 8, 12, 0, 0, 0, time.UTC), Sequence: 2, Earlier: earlier})
	require.NoError(t, err)

	var want []entry
	seen := map[string]bool{}
	add := func(of *pilot.Schedule, status string) {
		for _, m := range of.Milestones {
			want = append(want, entry{m.ID + "@" + p.ID + ".pilot.invalid", m.Date.String(), m.Date.AddDays(1).String(), 2, status, m.ID})
		}
		for _, x := range of.Sessions {
			want = append(want, entry{
				fmt.Sprintf("session-%s-w%02d@%s.pilot.invalid", x.Leader, x.Week, p.ID),
				x.Start.Format(time.RFC3339), x.Start.Add(time.Hour).Format(time.RFC3339), 2, status,
				fmt.Sprintf("Coaching session, week %d – one experiment", x.Week),
			})
		}
	}
	add(s, "")
	kept := len(want)
	for _, e := range want {
		seen[e.UID] = true
	}
	add(earlier, "CANCELLED")
	all := want[:kept:kept]
	for _, e := range want[kept:] {
		if !seen[e.UID] {
			all = append(all, e)
		}
	}
	require.Len(t, all, 60+len(earlier.Milestones))
	return out, all
}

// golang-ical reads every event as it was meant: identity, times, revision,
// status and text.
func TestGolangICal(t *testing.T) {
	data, want := written(t)
	c, err := ics.ParseCalendar(bytes.NewReader(data))
	require.NoError(t, err)
	var got []entry
	for _, e := range c.Events() {
		text := func(p ics.ComponentProperty) string {
			if v := e.GetProperty(p); v != nil {
				return v.Value
			}
			return ""
		}
		x := entry{UID: e.Id(), Status: text(ics.ComponentPropertyStatus), Summary: text(ics.ComponentPropertySummary)}
		_, err := fmt.Sscan(text(ics.ComponentPropertySequence), &x.Sequence)
		require.NoError(t, err)
		if len(text(ics.ComponentPropertyDtStart)) == len("20270104") {
			start, err := e.GetAllDayStartAt()
			require.NoError(t, err)
			end, err := e.GetAllDayEndAt()
			require.NoError(t, err)
			x.Start, x.End = start.Format(time.DateOnly), end.Format(time.DateOnly)
		} else {
			start, err := e.GetStartAt()
			require.NoError(t, err)
			end, err := e.GetEndAt()
			require.NoError(t, err)
			x.Start, x.End = start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339)
		}
		got = append(got, x)
	}
	require.Equal(t, want, got)
}

// ical.js, the reader of Thunderbird, reads the same.
func TestICalJS(t *testing.T) {
	data, want := written(t)
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (Debian: nodejs, npm), so ical.js cannot read the calendar", tool)
		}
	}
	dir := t.TempDir()
	for _, file := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/"+file, text, 0o600))
	}
	install := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("npm cannot install ical.js: %v: %s", err, out)
	}
	script, err := os.ReadFile("ics.mjs")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(dir+"/ics.mjs", script, 0o600))
	node := exec.Command("node", "ics.mjs")
	node.Dir, node.Stdin = dir, bytes.NewReader(data)
	var problems bytes.Buffer
	node.Stderr = &problems
	out, err := node.Output()
	require.NoError(t, err, problems.String())
	var got []entry
	require.NoError(t, json.Unmarshal(out, &got))
	require.Equal(t, want, got)
}
