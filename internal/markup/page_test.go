package markup_test

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/markup"
)

func TestPage(t *testing.T) {
	p := markup.Page{Title: "A page"}
	p.Lead("Result.")
	p.Heading("First")
	p.Subheading("Part")
	p.Paragraph("1. no list <b>")
	p.List("a", "b|c")
	p.List()
	p.Table("", "lr", []string{"group", "n"}, [][]string{{"x", "1"}, {"y", "20"}})
	p.Figure([]byte("<svg></svg>"))
	require.Equal(t, "# A page\n\n**Result.**\n\n## First\n\n### Part\n\n1\\. no list &lt;b>\n\n- a\n- b\\|c\n\n| group | n |\n|---|---:|\n| x | 1 |\n| y | 20 |\n", string(p.Markdown()))
	html := string(p.HTML())
	for _, want := range []string{"<h1>A page</h1>", `<p class="lead">Result.</p>`, "<p>1. no list &lt;b&gt;</p>", "<li>b|c</li>", `aria-label="group, n"`,
		`<th scope="col" class="r">n</th>`, `<th scope="row">y</th><td class="r">20</td>`, "<figure><svg></svg></figure>", "default-src 'none'"} {
		require.Contains(t, html, want)
	}
}

// Whatever the texts, the page has the elements that were put there and no other.
func TestPageHoldsAnyText(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "<script>alert(1)</script>", "]]>", `" onload="x`, "|\n# x", "\u202eabc", "\xff", "&amp;"}))
	rapid.Check(t, func(rt *rapid.T) {
		s := func() string { return text.Draw(rt, "text") }
		p := markup.Page{Title: s()}
		p.Heading(s())
		p.Lead(s())
		p.List(s(), s())
		p.Table(s(), "lr", []string{s(), s()}, [][]string{{s(), s()}})
		d := xml.NewDecoder(strings.NewReader(string(p.HTML())))
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
		seen := map[string]int{}
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			require.NoError(rt, err)
			if e, ok := token.(xml.StartElement); ok {
				seen[e.Name.Local]++
				for _, a := range e.Attr {
					require.False(rt, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
				}
			}
		}
		require.Zero(rt, seen["script"])
		require.Equal(rt, []int{1, 1, 2, 1, 1}, []int{seen["h1"], seen["h2"], seen["li"], seen["td"], seen["table"]})
		require.Equal(rt, 1, strings.Count("\n"+string(p.Markdown()), "\n## "))
	})
}
