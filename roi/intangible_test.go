package roi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi"
)

// What is seen and not put into money stands in the statement, beside the same
// figures.
func ExampleIntangible() {
	c := softwareCompany()
	before, err := c.Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	c.Intangibles = []roi.Intangible{{What: "manager credibility", Seen: "six of eight teams report more of it", Source: "team pulse of week 12"}}
	after, err := c.Compute(roi.DefaultPolicy())
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(after.Text()) {
		if strings.HasPrefix(line, "Not in money") {
			fmt.Print(line)
		}
	}
	fmt.Println(before.Net, after.Net)
	// Output:
	// Not in money:       manager credibility: six of eight teams report more of it (team pulse of week 12)
	// USD 42000.00 USD 42000.00
}

// ROI-012: an intangible is complete, one line, and not the KPI again; no figure
// depends on it, and it is stored, read and replayed with the rest.
func TestIntangibles(t *testing.T) {
	good := roi.Intangible{What: "trust | <b>", Seen: "more", Source: "pulse"}
	for name, list := range map[string][]roi.Intangible{
		"nothing seen":  {{What: "trust", Source: "pulse"}},
		"no source":     {{What: "trust", Seen: "more"}},
		"nameless":      {{Seen: "more", Source: "pulse"}},
		"the KPI again": {good, {What: strings.ToUpper(softwareCompany().Baseline.KPI), Seen: "fell", Source: "HR"}},
		"two lines":     {{What: "a\nb", Seen: "more", Source: "pulse"}},
		"too many":      make([]roi.Intangible, 21),
	} {
		c := softwareCompany()
		c.Intangibles = list
		_, err := c.Compute(roi.DefaultPolicy())
		require.ErrorContains(t, err, "intangibles", name)
	}
	c := softwareCompany()
	plain, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	c.Intangibles = []roi.Intangible{good}
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, plain.Lines, s.Lines)
	require.Contains(t, s.Markdown(), `trust \| \<b\>: more (pulse)`)
	require.Contains(t, string(s.Page(roi.Dossier{}).HTML()), "trust | &lt;b&gt;: more (pulse)")
	c.Intangibles[0].What = "changed"
	require.Equal(t, good, s.Facts.Intangibles[0], "the statement keeps its own")
	data, err := s.JSON()
	require.NoError(t, err)
	back, err := roi.Replay(data)
	require.NoError(t, err)
	require.Equal(t, s.Facts, back.Facts)
	_, err = roi.Replay([]byte(strings.Replace(string(data), `"more"`, `"less"`, 1)))
	require.Error(t, err, "the digest covers it")

	c.Intangibles = []roi.Intangible{good}
	file, err := roi.Encode(c, roi.Dossier{})
	require.NoError(t, err)
	again, _, fs := roi.Decode("case.json", file)
	require.Empty(t, fs)
	require.Equal(t, c.Intangibles, again.Intangibles)
}
