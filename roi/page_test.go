package roi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi"
)

// The page prints the statement's own figures, what they break even at, and what
// publication lacks; ROI-014: sample, control logic and confounders are there.
func TestPage(t *testing.T) {
	s, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	page := s.Page(roi.Dossier{})
	if *update {
		require.NoError(t, os.WriteFile("testdata/page.md", page.Markdown(), 0o644))
		require.NoError(t, os.WriteFile("testdata/page.html", page.HTML(), 0o644))
	}
	for name, got := range map[string][]byte{"page.md": page.Markdown(), "page.html": page.HTML()} {
		want, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
	text := string(page.Markdown())
	for _, want := range []string{"USD 42000.00", "140 %", "2.4", "0.8333", "0.125", "ROI-014: ", "may not be published", "not stated"} {
		require.Contains(t, text, want)
	}
	whole, dossier := publishable(t)
	text = string(whole.Page(dossier).Markdown())
	require.Contains(t, text, "It may be published")
	require.Contains(t, text, "between USD -16000.00 and USD 92000.00")
	require.NotContains(t, text, "What publication lacks")
}

// A loss is a loss: it is shown, in words and in the figure.
func TestPageOfALoss(t *testing.T) {
	c := softwareCompany()
	c.Delta.After = roi.MustExact("13")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	html := string(s.Page(roi.Dossier{}).HTML())
	require.Contains(t, html, s.Net.String())
	require.Contains(t, html, "never")
	require.Negative(t, s.Net.Amount.Sign())
	require.NotContains(t, html, "--")
}

// A text of the case adds no element and no line of its own.
func TestPageTextsStayTexts(t *testing.T) {
	plain, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	count := func(p roi.Page, what string) int { return strings.Count(string(p.HTML()), what) }
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[<>&"'|#*_a-z =+@-]{1,40}`).Draw(rt, "text")
		c := softwareCompany()
		c.Title, c.Baseline.KPI, c.Baseline.Unit, c.Attribution.Rationale, c.Conversion.Source = text, text, text, text, text
		s, err := c.Compute(roi.DefaultPolicy())
		require.NoError(rt, err)
		page := s.Page(roi.Dossier{})
		require.Equal(rt, strings.Count(string(plain.Page(roi.Dossier{}).Markdown()), "\n"), strings.Count(string(page.Markdown()), "\n"))
		for _, tag := range []string{"<td", "<h1", "<li", "<script", "<img", "<a "} {
			require.Equal(rt, count(plain.Page(roi.Dossier{}), tag), count(page, tag), tag)
		}
	})
}
