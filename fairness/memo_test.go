package fairness_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

func memoInput(t require.TestingT) fairness.MemoInput {
	window := coaching.Window{From: day("2027-02-02"), To: day("2027-02-03")}
	return fairness.MemoInput{
		Report:      clinic(t, 6, 0, window, clinicPolicy(t)),
		Purpose:     "Start a conversation about collaboration.",
		FlagMeaning: "Less than 6 hours a week of cooperation on the platform.",
		WhoIsHarmed: "Leaders whose cooperation leaves no traces.",
		BlindSpots:  []string{"Clinical coordination happens off the platform."},
		Controls: []fairness.Control{{
			Control: "Intake question and a human look at each flag.", Owner: somebody(t, "owner"), Approver: somebody(t, "privacy officer"),
			Evidence: "intake log", From: day("2027-02-04"), Expires: day("2027-05-05"),
		}},
		Residual: "Wrong prescriptions for clinicians remain possible.", Prepared: day("2027-02-04"), NextReview: day("2027-05-01"),
		PreparedBy: somebody(t, "steward"), SignedBy: []coaching.PersonID{somebody(t, "sponsor")},
	}
}

// FAI-009: no memo without a blind spot that somebody knows of; FAI-006: none
// without a control when the evidence is insufficient; FAI-012 rides along.
func TestMemoRefusesToBeIncomplete(t *testing.T) {
	_, err := fairness.NewMemo(memoInput(t))
	require.NoError(t, err)
	for want, change := range map[string]func(in *fairness.MemoInput){
		"no blind spot is stated":      func(in *fairness.MemoInput) { in.BlindSpots = nil },
		"FAI-009 error blind_spots[0]": func(in *fairness.MemoInput) { in.BlindSpots = []string{" "} },
		"no human control holds":       func(in *fairness.MemoInput) { in.Controls = nil },
		"on the day of the memo":       func(in *fairness.MemoInput) { in.Prepared = day("2027-05-06"); in.NextReview = day("2027-06-01") },
		"approver is the owner":        func(in *fairness.MemoInput) { in.Controls[0].Approver = in.Controls[0].Owner },
		"FAI-009 error residual":       func(in *fairness.MemoInput) { in.Residual = "" },
		"a later one for its review":   func(in *fairness.MemoInput) { in.NextReview = in.Prepared },
		"the person who prepared":      func(in *fairness.MemoInput) { in.PreparedBy = coaching.PersonID{} },
		"as Check or Assess made it":   func(in *fairness.MemoInput) { in.Report = &fairness.Report{} },
	} {
		in := memoInput(t)
		change(&in)
		_, err := fairness.NewMemo(in)
		require.ErrorContains(t, err, want)
	}
	in := memoInput(t)
	in.FlagMeaning = "Managers to blame for slow decisions."
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	require.True(t, m.Findings.Has("FAI-012"))
	require.False(t, m.Findings.Blocked())
}

// The memo has every part, the same bytes each time, and no markup but ours.
func TestMemoMarkdown(t *testing.T) {
	in := memoInput(t)
	in.Purpose = "A | table\n# heading <script>alert(1)</script> [link](http://x)"
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	text := string(m.Markdown())
	require.Equal(t, text, string(m.Markdown()))
	for _, want := range []string{"Verdict: insufficient", "standing: restricted", "## Step 1", "## Step 2", "## Step 3", "## Known blind spots",
		"off the platform", "approved by p1\\_", "policy SHA-256: " + in.Report.PolicyHash.String(), "table SHA-256: " + in.Report.Fingerprint.String(),
		"about 49 would decide"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "<script>")
	require.NotContains(t, text, "\n# heading")
	require.NotContains(t, text, "[link](")
	require.Equal(t, 1, strings.Count("\n"+text, "\n# "))
}

// FAI-006, FAI-011: what no check can do is said in every memo.
func TestMemoStatesTheLimits(t *testing.T) {
	m, err := fairness.NewMemo(memoInput(t))
	require.NoError(t, err)
	for _, limit := range []string{"No check can promise parity", "never decides about a career", "This check is no governance", "surveillance and bias", "Residual risk: "} {
		require.Contains(t, string(m.Markdown()), limit)
		require.Contains(t, string(m.HTML()), limit)
	}
}

// The page has the words of the Markdown and its figures, and can be read without
// the network, a script or colour.
func TestMemoHTML(t *testing.T) {
	in := memoInput(t)
	in.Purpose = "A | table\n# heading <script>alert(1)</script> <img src=x onerror=y>"
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	page := string(m.HTML())
	require.Equal(t, page, string(m.HTML()))
	require.Equal(t, 3, strings.Count(page, "<svg "))
	require.Equal(t, 3, strings.Count(page, "<desc>"))
	require.Contains(t, page, `<html lang="en">`)
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "<img")
	require.NotContains(t, strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), "://")
	for line := range strings.SplitSeq(string(m.Markdown()), "\n") {
		if text, ok := strings.CutPrefix(line, "## "); ok {
			require.Contains(t, page, "<h2>"+text+"</h2>")
		}
	}
	require.Equal(t, strings.Count(string(m.Markdown()), "\n- "), strings.Count(page, "<li>"))
}

// SIG-029: what was measured of the signal's quality is printed, what it could
// not show is a blind spot, and that of another signal is refused.
func TestMemoHoldsTheEvidence(t *testing.T) {
	in := memoInput(t)
	in.Seed = "beacon 2027-01-31"
	in.Evidence = &signal.Evidence{Signal: "collaboration_level", Version: 2, Window: in.Report.Window, Reasons: []string{"a window of 2 days; want at least 30"},
		Cells: 108, Coverage: 0.5, Missing: 54, Flags: 7, Pending: 2, Quality: []string{"DQ07"}}
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	in.Evidence.Cells = 1 // the memo has its own
	text := string(m.Markdown())
	for _, want := range []string{"## Quality of the signal", "version 2: not sufficient", "coverage 50 % of 108 cells", "data quality: DQ07",
		"- Quality of the signal: a window of 2 days; want at least 30.", "2 flags are undecided", "seed of the review sample: beacon 2027-01-31"} {
		require.Contains(t, text, want)
	}
	in.Evidence = &signal.Evidence{Signal: "another"}
	_, err = fairness.NewMemo(in)
	require.ErrorContains(t, err, "evidence is of another signal")
}

// FAI-009: the validation pass is in the memo.
func TestMemoHoldsTheValidation(t *testing.T) {
	in := memoInput(t)
	d := thirtyData(t)
	var err error
	in.Report, err = thirty().Conclude(d, adopted(t))
	require.NoError(t, err)
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	for _, want := range []string{"## The validation pass", "days that hold data: 30", "first half of the window: 6400 of 16000", "| shift | 0.00 |", thirty().Hash().String(),
		"looks and end together pause wrongly with a chance of at most 0.072"} {
		require.Contains(t, string(m.Markdown()), want)
	}
	in.Report, err = thirty().Look(thirty().Looks[0], d.People, d.Results, adopted(t))
	require.NoError(t, err)
	m, err = fairness.NewMemo(in)
	require.NoError(t, err)
	require.Contains(t, string(m.Markdown()), "A look on 2027-01-15, before the end")
}

// Figures of small groups are not printed, and none of them follows from those
// that are: for every hidden group another table with the same printed figures
// has another size there.
func TestSuppression(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := adopted(rt)
		p.ExactUpTo = 0
		s := fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "a"}, {Name: "b"}},
			Families: []fairness.Family{{By: []string{"a"}}, {By: []string{"b"}}, {By: []string{"a", "b"}}}}
		var counts []fairness.Count
		for _, a := range []string{"x", "y", "z"} {
			for _, b := range []string{"1", "2", "3"} {
				n := rapid.Int64Range(0, 12).Draw(rt, "n")
				counts = append(counts, fairness.Count{Levels: []string{a, b}, Total: n, Flagged: n / 2})
			}
		}
		table, err := fairness.FromCounts(s, counts)
		require.NoError(rt, err)
		families, err := fairness.Groups(table, p)
		require.NoError(rt, err)
		hidden := map[string]bool{}
		for _, f := range families {
			shown, covered := 0, 0
			for _, g := range f.Groups {
				if g.Rate.N > 0 && g.Rate.N < 5 {
					require.True(rt, g.Suppressed)
				}
				if g.Suppressed {
					covered++
					hidden[g.Label] = true
				} else {
					shown++
				}
			}
			require.False(rt, covered == 1 && shown > 0, "one hidden group is the total less the others")
		}
		// A hidden cell of the finest family is one of a cycle of hidden cells that
		// can trade people, unless its margins are hidden too.
		fine := map[[2]string]bool{}
		for _, g := range families[2].Groups {
			if g.Suppressed {
				fine[[2]string{g.Group[0], g.Group[1]}] = true
			}
		}
		for cell := range fine {
			row, column := 0, 0
			for other := range fine {
				row += b2i(other[0] == cell[0])
				column += b2i(other[1] == cell[1])
			}
			require.False(rt, row == 1 && !hidden[cell[0]], "alone in its row")
			require.False(rt, column == 1 && !hidden[cell[1]], "alone in its column")
		}
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
