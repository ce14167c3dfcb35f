package markup_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/markup"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain words":             "plain words",
		"two\nlines\t and more":   "two lines and more",
		"<b>&amp;":                "&lt;b>&amp;amp;",
		"# heading":               "\\# heading",
		"1. list":                 "1\\. list",
		"+ list":                  "\\+ list",
		"+1":                      "+1",
		"[x](javascript:a) `c` *": "\\[x\\](javascript:a) \\`c\\` \\*",
		"http://a.b/c":            "http\\://a.b/c",
		"see FTP://a.b.":          "see FTP\\://a.b.",
		"www.a.b, (WWW.a.b)":      "www\\.a.b, (WWW\\.a.b)",
		"w.w.w ww.a":              "w.w.w ww.a",
		"jo@a.b, mailto:jo@a.b":   "jo\\@a.b, mailto:jo\\@a.b",
		"at 9:00 // note: a":      "at 9:00 // note: a",
		"a|b":                     "a\\|b",
		"hid\u200bden\u202e":      "hidden",
		"bad\xff":                 "bad\uFFFD",
	} {
		require.Equal(t, want, markup.Escape(text), "%q", text)
	}
}
