package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi"
	"github.com/coachgov/coaching/signal"
)

// usual is the tour without flags, taken once for the tests that only look at it.
var usual = struct {
	sync.Once
	printed string
	files   map[string][]byte
}{}

func usualTour(t *testing.T) (string, map[string][]byte) {
	t.Helper()
	usual.Do(func() { usual.printed, usual.files = tour(t) })
	require.NotEmpty(t, usual.files, "the tour failed in another test")
	return usual.printed, usual.files
}

// tour runs the command into a new folder and returns what it printed and wrote.
func tour(t *testing.T, args ...string) (printed string, files map[string][]byte) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	var b bytes.Buffer
	require.NoError(t, run(append(args, "-out", out), &b, nil))
	files = map[string][]byte{}
	require.NoError(t, filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(out, path)
		if err != nil {
			return err
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	}))
	return b.String(), files
}

// The whole story, with what the generator planted.
func TestTour(t *testing.T) {
	printed, files := usualTour(t)
	for _, want := range []string{
		// Read, checked, what stands out.
		"Week of 2026-12-20 left out for everybody",
		"meeting_hygiene of L08 in the week of 2027-01-10, 23.30 against 12.69. confirmed by the steward",
		"review_turnaround of L04 in the week of 2026-12-06",
		"rejected by the steward",
		"async_documentation of L01 in the week of 2027-01-24",
		"PENDING",
		// Fairness: insufficient and restricted; paused by the manual review; back under a control.
		"meeting_hygiene: 29 of 100 members flagged.",
		"Verdict insufficient, so restricted on 2027-01-04.",
		"Verdict pause, so paused on 2027-01-04.",
		"FAI-002 ", "of group field wrong", "SIG-029 the flag rate moved", "the look on 2026-12-12, at an error of 0.0095",
		"Verdict insufficient, so restricted on 2027-02-01.",
		// The pack that waits for the steward, and the questions.
		"Pack of L01 refused: SIG-024",
		"Now the pack of L01 is ready too.",
		"May coach C1 read the pack of L02, whom C1 coaches? PERMIT",
		"May coach C1 see the raw messages of L02? DENY",
		"without legal's approval? REVIEW",
		"that has not opted in? DENY",
		"go out on its own? REVIEW",
		"And after a documented review by HR? PERMIT",
		"91 days old? DENY",
		// The plan with its three warnings, and the draw.
		"C-23 warning design.wave_starts[1]",
		"Wave 1 from week 5: L02 L04 L06 L07 L09.",
		"Schedule: 60 sessions, 16 snapshots",
		// Coaching, effect, money, decision.
		"the platform's suggestion was ignored, as is the coach's right",
		"3 anecdotes of 4 narratives",
		"exact p = 2/120",
		"Missing before the claim may be published:",
		"DECISION: GO.",
		"whole against the checkpoint",
	} {
		require.Contains(t, printed, want)
	}
	require.Equal(t, 2, strings.Count(printed, " warning signals["), "the plan keeps its two C-13 warnings")
	for _, name := range []string{
		"dashboard.html", "packs/signals-2027-02-05.csv", "packs/signals-2027-02-05.manifest.json", "fairness/async_documentation.html", "fairness/async_documentation.md",
		"policy-report.txt", "schedule/pilot.ics", "schedule/pilot.mmd", "schedule/pilot.svg", "roi/statement.txt", "roi/statement.json",
		"roi/statement.csv", "roi/statement.html", "roi/statement.xlsx", "audit/trail.jsonl", "audit/checkpoint.txt", "quality.txt", "playbook.md", "playbook.html", "pilot-log.json", "summary.html", "flow.html",
	} {
		require.NotEmpty(t, files[name], name)
	}
}

// The same input gives the same bytes, in every file.
func TestTourIsDeterministic(t *testing.T) {
	_, once := usualTour(t)
	_, again := tour(t)
	require.Equal(t, len(once), len(again))
	for name, data := range once {
		require.Equal(t, string(data), string(again[name]), name)
	}
}

// What was written can be read back and holds: the pack by its manifest, the
// statement by replay, the trail by its checkpoint. Every figure of the page
// comes from the run.
func TestTourHolds(t *testing.T) {
	_, files := usualTour(t)
	manifest, err := signal.ParseManifest(files["packs/signals-2027-02-05.manifest.json"])
	require.NoError(t, err)
	rows, err := signal.ReadCSV(bytes.NewReader(files["packs/signals-2027-02-05.csv"]), manifest)
	require.NoError(t, err)
	require.Len(t, rows, manifest.Rows)

	statement, err := roi.Replay(files["roi/statement.json"])
	require.NoError(t, err)
	page := string(files["dashboard.html"])
	for _, figure := range []string{statement.Gross.String(), statement.Benefit.String(), statement.Cost.String(), statement.Net.String(), statement.ROI.Round(2).String()} {
		require.Contains(t, page, figure)
	}
	require.Contains(t, page, manifest.SHA256)

	_, public, err := audit.GenerateKey(strings.NewReader(auditSeed), "coachgov.example/product-org-12w/audit")
	require.NoError(t, err)
	verifier, err := audit.NewVerifier(public)
	require.NoError(t, err)
	head := files["audit/checkpoint.txt"]
	require.True(t, audit.Verify(bytes.NewReader(files["audit/trail.jsonl"]), verifier, [][]byte{head}).OK())
	cut := bytes.TrimRight(files["audit/trail.jsonl"], "\n")
	cut = cut[:bytes.LastIndexByte(cut, '\n')+1]
	require.False(t, audit.Verify(bytes.NewReader(cut), verifier, [][]byte{head}).OK())
}

// No identifier of the directory leaves the first step.
func TestTourNamesNobody(t *testing.T) {
	printed, files := usualTour(t)
	roster, err := data.ReadFile("data/roster.csv")
	require.NoError(t, err)
	for i, line := range strings.Split(strings.TrimSpace(string(roster)), "\n") {
		id, _, _ := strings.Cut(line, ",")
		if i == 0 {
			continue
		}
		require.NotContains(t, printed, id)
		for name, text := range files {
			require.NotContains(t, string(text), id, name)
		}
	}
}

// The embedded data are what the generator makes.
func TestDataAreGenerated(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"plan.yaml", "master.key"} {
		text, err := data.ReadFile("data/" + name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), text, 0o600))
	}
	made, err := exec.Command("go", "run", "./generate", "-dir", folder).CombinedOutput()
	require.NoError(t, err, string(made))
	for _, name := range []string{"person_query.csv", "activity.csv", "pulse.csv", "kpi.csv", "roster.csv", "reviews.csv", "coaching.json"} {
		want, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		have, err := data.ReadFile("data/" + name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(have), "%s is stale: go generate ./examples/quickstart", name)
	}
}

// Bad input gets one clear message, and nothing half-written stays behind.
func TestBadInput(t *testing.T) {
	embedded := func(name string) string {
		text, err := data.ReadFile("data/" + name)
		require.NoError(t, err)
		return string(text)
	}
	tests := []struct {
		name, flag, file, content string
		want                      []string
	}{
		{"missing file", "-viva", "", "", []string{"nowhere.csv"}},
		{"folder as file", "-kpi", "folder", "", []string{"folder"}},
		{"wrong columns", "-viva", "pq.csv", "PersonId,MetricDate,Colaboration_hours\na,2027-01-03,1\n", []string{"pq.csv", "Collaboration_hours"}},
		{"ambiguous dates", "-survey", "survey.csv", "PersonId,Date,Speak_My_Mind,Communication_Flow,Workload\nE1,01/02/2027,3,3,3\nE2,03/04/2027,3,3,3\n", []string{"survey.csv", "2027"}},
		{"ragged row", "-kpi", "kpi.csv", "person,date,period_days,metric,value\nE1,2027-01-04,14,committed_points\n", []string{"kpi.csv", "2"}},
		{"other people", "-kpi", "kpi.csv", "person,date,period_days,metric,value\nX1,2027-01-04,14,committed_points,5\nX1,2027-01-04,14,delivered_points,5\n", []string{"kpi.csv", "roster"}},
		{"plan breaks a rule", "-plan", "plan.yaml", strings.Replace(embedded("plan.yaml"), "template_weeks: 12", "template_weeks: 6", 1), []string{"plan.yaml:21:", "PIL-001"}},
		{"plan misspells a key", "-plan", "plan.yaml", strings.Replace(embedded("plan.yaml"), "  behaviour: Leaders", "  behavior: Leaders", 1), []string{"plan.yaml:9:3", "DOC-UNKNOWN", "behaviour"}},
		{"plan is no YAML", "-plan", "plan.yaml", "schema: [", []string{"plan.yaml", "DOC-SYNTAX"}},
		{"plan without staggering", "-plan", "plan.yaml", strings.Replace(embedded("plan.yaml"), "week0: 2027-01-04", "week0: 2027-01-11", 1), []string{"plan.yaml", "week0"}},
		{"plan of another KPI", "-plan", "plan.yaml", strings.ReplaceAll(embedded("plan.yaml"), "sprint_predictability", "cycle_time"), []string{"plan.yaml", "kpi.id"}},
		{"plan with another draw", "-plan", "plan.yaml", strings.Replace(embedded("plan.yaml"), "beacon:2027-01-08", "beacon:2027-01-09", 1), []string{"plan.yaml", "design"}},
		{"policy with a broken expression", "-policy", "policy.yaml", policyText(`resource.clas == "raw"`), []string{"policy.yaml:", "resource.clas", "resource.class"}},
		{"policy that is not one", "-policy", "policy.json", `{"apiVersion": "governance/v2"}`, []string{"policy.json:1:"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "nowhere.csv")
			switch {
			case tt.file == "folder":
				path = folder
			case tt.file != "":
				path = filepath.Join(folder, tt.file)
				require.NoError(t, os.WriteFile(path, []byte(tt.content), 0o600))
			}
			parent := t.TempDir()
			var b bytes.Buffer
			err := run([]string{tt.flag, path, "-out", filepath.Join(parent, "out")}, &b, nil)
			require.Error(t, err)
			for _, want := range tt.want {
				require.Contains(t, err.Error(), want)
			}
			left, err := os.ReadDir(parent)
			require.NoError(t, err)
			require.Empty(t, left, "something was left behind")
		})
	}
}

// policyText is a small policy with one condition.
func policyText(when string) string {
	return `apiVersion: governance/v1
id: broken
version: 1.0.0
owner: privacy_officer
params: []
rules:
  - id: raw.nobody
    effect: deny
    code: GOV-013
    actions: [view]
    roles: [any]
    when: ` + when + `
    message: nobody sees raw data
tests: []
`
}

// An empty folder that exists keeps its permissions; a run that is stopped
// leaves nothing; a full disk behind the screen is told.
func TestOutput(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "mine")
	require.NoError(t, os.Mkdir(folder, 0o700))
	var b bytes.Buffer
	require.NoError(t, run([]string{"-out", folder}, &b, nil))
	info, err := os.Stat(folder)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(folder, "coaching-quickstart-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	require.FileExists(t, filepath.Join(folder, "dashboard.html"))

	parent := t.TempDir()
	stopped := make(chan os.Signal, 1)
	stopped <- os.Interrupt
	require.ErrorContains(t, run([]string{"-out", filepath.Join(parent, "out")}, &b, stopped), "interrupt")
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Empty(t, entries)

	require.ErrorContains(t, run([]string{"-out", filepath.Join(parent, "out")}, fullScreen{}, nil), "no space")
}

type fullScreen struct{}

func (fullScreen) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A policy that opens no pack is not walked around: the sessions used what nobody
// was granted, and that is no GO.
func TestTourUnderADenyingPolicy(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy.yaml")
	require.NoError(t, os.WriteFile(policy, []byte(strings.Replace(policyText("resource.type == \"pack\""), "GOV-013", "GOV-015", 1)), 0o600))
	printed, files := tour(t, "-policy", policy)
	require.Contains(t, printed, "PIL-109")
	require.Contains(t, printed, "A6 fail")
	require.Contains(t, printed, "DECISION: NO_GO.")
	require.Empty(t, files["packs/L02.txt"])
}

// A survey without answers of the teams corroborates nothing, and the share falls.
func TestTourWithoutSurvey(t *testing.T) {
	survey := filepath.Join(t.TempDir(), "survey.csv")
	require.NoError(t, os.WriteFile(survey, []byte("PersonId,Date,Speak_My_Mind,Communication_Flow,Workload\nX1,2027-03-31,3,3,3\n"), 0o600))
	printed, files := tour(t, "-survey", survey)
	require.Contains(t, printed, "no survey corroborates")
	statement, err := roi.Replay(files["roi/statement.json"])
	require.NoError(t, err)
	require.NotContains(t, string(files["roi/statement.txt"]), "pulse")
	require.False(t, statement.Findings.Has("ROI-011"), "the cap without a survey is kept")
}

// A feed that fails its quality check stops the pilot at the gate.
func TestTourWithABadFeed(t *testing.T) {
	text, err := data.ReadFile("data/kpi.csv")
	require.NoError(t, err)
	kpi := filepath.Join(t.TempDir(), "kpi.csv")
	require.NoError(t, os.WriteFile(kpi, bytes.Replace(text, []byte("committed_points,4"), []byte("committed_points,-4"), 1), 0o600))
	err = run([]string{"-kpi", kpi, "-out", filepath.Join(t.TempDir(), "out")}, &bytes.Buffer{}, nil)
	require.ErrorContains(t, err, "cannot go on to enablement")
	require.ErrorContains(t, err, "PIL-041")
}

func TestBadOutput(t *testing.T) {
	folder := t.TempDir()
	full := filepath.Join(folder, "full")
	require.NoError(t, os.Mkdir(full, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(full, "mine.txt"), []byte("keep me"), 0o600))
	plain := filepath.Join(folder, "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o600))
	for _, out := range []string{full, plain, filepath.Join(plain, "below"), filepath.Join(folder, "no", "such", "parent")} {
		var b bytes.Buffer
		err := run([]string{"-out", out}, &b, nil)
		require.ErrorContains(t, err, out)
	}
	kept, err := os.ReadFile(filepath.Join(full, "mine.txt"))
	require.NoError(t, err)
	require.Equal(t, "keep me", string(kept))
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 2, "something was left behind")
	require.ErrorContains(t, run([]string{"surplus"}, &bytes.Buffer{}, nil), "surplus")
	require.Error(t, run([]string{"-speed", "9"}, &bytes.Buffer{}, nil))
}

// Steps 1 and 2 read Microsoft's own sample exports, old and new, and count in
// them what independent programs (R, pandas) counted.
func TestRealExports(t *testing.T) {
	text, err := os.ReadFile(datadir.Find(t, "golden/signal/dq_expected.json"))
	require.NoError(t, err)
	var all map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &all))
	for key, name := range map[string]string{"pq": "viva_pq_data.csv", "sq": "wpa_sq_data.csv", "dv": "wpa_dv_data.csv"} {
		t.Run(name, func(t *testing.T) {
			var want struct {
				Rows, Persons, Weeks, Duplicates int
				First, Last                      string
				GapDays                          map[string]int     `json:"gap_days"`
				Expected                         int                `json:"expected_cells"`
				Missing                          int                `json:"missing_person_weeks"`
				Incomplete                       int                `json:"persons_incomplete"`
				Null                             map[string]int     `json:"null_cells"`
				Flips                            map[string]int     `json:"attribute_flips"`
				Parts                            map[string]int     `json:"part_gt_whole"`
				Week                             map[string]int     `json:"hours_ge_168"`
				Negative                         map[string]int     `json:"negative"`
				Zero                             map[string]float64 `json:"zero_share_gt_0.5"`
				Constant                         []string           `json:"constant_columns"`
				PerWeek                          map[string]int     `json:"persons_per_week"`
			}
			require.NoError(t, json.Unmarshal(all[key], &want))
			var b bytes.Buffer
			out, err := newOutput(filepath.Join(t.TempDir(), "out"))
			require.NoError(t, err)
			defer out.discard()
			p := &programme{options: options{viva: datadir.Find(t, "data/"+name)}, say: printer{&b}, out: out}
			require.NoError(t, p.read())
			require.NoError(t, p.understand())

			q := p.quality[0]
			require.Equal(t, want.Rows, p.reports[0].Rows) // DQ01
			require.Equal(t, want.Persons, q.Subjects)
			require.Equal(t, want.First, p.reports[0].First.String()) // DQ02: read in the right layout
			require.Equal(t, want.Last, p.reports[0].Last.String())
			require.Equal(t, want.Weeks, q.Periods) // DQ03
			require.Equal(t, []signal.GapCount{{Days: 7, Count: want.GapDays["7"]}}, q.Gaps)
			require.Equal(t, want.Duplicates, q.Duplicates) // DQ04
			require.Equal(t, want.Expected, q.Expected)     // DQ05
			require.Equal(t, want.Missing, q.MissingRows)
			require.Equal(t, want.Incomplete, q.Incomplete)
			for _, c := range q.PerPeriod {
				require.Equal(t, want.PerWeek[c.Period.Start.String()], c.Subjects)
			}
			count := func(code, column string) int {
				c, _ := q.Find(code, column)
				return c.Count
			}
			for column, n := range want.Null {
				require.Equal(t, n, count("DQ06", column), column)
			}
			for column, n := range want.Week {
				require.Equal(t, n, count("DQ08", column), column)
			}
			for pair, n := range want.Parts {
				part, whole, _ := strings.Cut(pair, ">")
				require.Equal(t, n, count("DQ09", part+" > "+whole), pair)
			}
			for column, share := range want.Zero {
				c, _ := q.Find("DQ11", column)
				require.InDelta(t, share, c.Share, 1e-6, column)
			}
			for column, n := range want.Flips {
				require.Equal(t, n, count("DQ13", column), column)
			}
			require.Empty(t, want.Negative)
			for _, c := range q.Checks {
				require.NotContains(t, c.Message, "negative")
			}
			for _, column := range want.Constant { // DQ10
				require.True(t, slices.ContainsFunc(q.Checks, func(c signal.QualityCheck) bool { return c.Code == "DQ10" && c.Column == column }), column)
			}
		})
	}
}
