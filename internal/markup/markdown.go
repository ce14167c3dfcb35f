// Package markup asks whether a text can be read as anything but itself. It takes
// out of a page what no reader sees, and out of a text what Markdown would read
// as markup. A [Page] gives a document both forms.
package markup

import "strings"

// Escape sets text on one line and takes the meaning out of every character
// that Markdown or HTML could read as markup, and out of what GitHub's dialect
// makes a link of without any: "http://", "www." and the sign of an address (GFM
// 0.29, section 6.9). A renderer that looks for addresses after it has read the
// escapes, as GitHub's own does, still links those.
func Escape(text string) string {
	text = strings.Join(strings.Fields(string(Printable([]byte(text)))), " ")
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune("\\`*_[]|~@", r),
			r == ':' && strings.HasPrefix(text[i:], "://"),
			r == '.' && i >= 3 && strings.EqualFold(text[i-3:i], "www"),
			i == 0 && strings.ContainsRune("#->=", r),
			i == 0 && strings.HasPrefix(text, "+ "):
			b.WriteByte('\\')
		case r == '.' || r == ')':
			// "1. " at the start of a line would begin a list.
			next := text[i+1:]
			if strings.Trim(text[:i], "0123456789") == "" && (next == "" || next[0] == ' ') {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
