package mentor

import (
	"fmt"
	"html"
	"strings"
)

// A page is a document of headings, paragraphs and lists, from which every form
// of it is made, so that they cannot differ.
type page []block

type block struct {
	kind  byte // '1', '2' headings; 'p' paragraph; 'l' list
	label string
	items []string
}

// text lays out the playbook, with what figures cannot do in front (PIL-108).
// Signals stand in their order; a signal without an entry, and an entry without a
// signal, is left out.
func (p Playbook) text() page {
	doc := page{{kind: '1', items: []string{"Playbook: " + p.Title}}}
	doc = append(doc, block{kind: 'p', items: []string{
		"Each signal is a working hypothesis. Ask first; let the leader decide; set a signal aside when the context says otherwise, and write down why.",
	}})
	doc = append(doc, block{kind: 'p', label: "Limit", items: []string{
		"Where a team takes a metric for the last word, coaching works less well.",
	}})
	for _, line := range p.Signals {
		for _, e := range p.Entries {
			if e.Signal != line.Signal {
				continue
			}
			x := e.Experiment
			doc = append(doc,
				block{kind: '2', items: []string{line.Signal + ": " + line.Behaviour}},
				block{kind: 'p', label: "Hypothesis", items: []string{strings.ReplaceAll(line.Path, "->", "→")}},
				block{kind: 'l', label: "Ask", items: e.Prompts},
				block{kind: 'p', label: "Try", items: []string{fmt.Sprintf("%s (%s, %s, %d days). Measure: %s", x.Text, x.ID, strings.ReplaceAll(x.Kind.String(), "_", " "), x.Days, x.Measure)}},
				block{kind: 'p', label: "Read it so", items: []string{e.InterpretiveRule}},
				block{kind: 'p', label: "Do not conclude", items: []string{e.DoNotConclude}},
			)
			break
		}
	}
	return doc
}

// plain returns the words of the page.
func (d page) plain() string {
	var b strings.Builder
	for _, one := range d {
		b.WriteString(one.label + " " + strings.Join(one.items, " ") + "\n")
	}
	return b.String()
}

// Markdown renders the playbook with its reading time. The same playbook gives
// the same bytes; its texts cannot form markup.
func (p Playbook) Markdown() []byte {
	var b strings.Builder
	for _, one := range p.text() {
		label := ""
		if one.label != "" {
			label = "**" + one.label + ":** "
		}
		switch one.kind {
		case '1', '2':
			b.WriteString(strings.Repeat("#", int(one.kind-'0')) + " " + markdown(one.items[0]) + "\n\n")
		case 'l':
			b.WriteString(strings.TrimSpace(label) + "\n\n")
			for _, item := range one.items {
				b.WriteString("- " + markdown(item) + "\n")
			}
			b.WriteString("\n")
		default:
			b.WriteString(label + markdown(one.items[0]) + "\n\n")
		}
	}
	fmt.Fprintf(&b, "%s\n", p.footer())
	return []byte(b.String())
}

// HTML renders the playbook as a whole page that prints on two sheets. The same
// playbook gives the same bytes; its texts cannot form markup.
func (p Playbook) HTML() []byte {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + markup("Playbook: "+p.Title) + "</title>\n" +
		"<style>body{font:11pt/1.4 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}h2{font-size:1.1em;break-after:avoid}" +
		"p,ul{margin:.4em 0}@media print{body{margin:0}}</style>\n</head>\n<body>\n<main>\n")
	for _, one := range p.text() {
		label := ""
		if one.label != "" {
			label = "<strong>" + markup(one.label) + ":</strong> "
		}
		switch one.kind {
		case '1', '2':
			fmt.Fprintf(&b, "<h%c>%s</h%c>\n", one.kind, markup(one.items[0]), one.kind)
		case 'l':
			b.WriteString("<p>" + strings.TrimSpace(label) + "</p>\n<ul>\n")
			for _, item := range one.items {
				b.WriteString("<li>" + markup(item) + "</li>\n")
			}
			b.WriteString("</ul>\n")
		default:
			b.WriteString("<p>" + label + markup(one.items[0]) + "</p>\n")
		}
	}
	b.WriteString("</main>\n<footer><p>" + markup(p.footer()) + "</p></footer>\n</body>\n</html>\n")
	return []byte(b.String())
}

func (p Playbook) footer() string {
	return fmt.Sprintf("%d words, about %s minutes to read.", p.Words(), minutes(p.ReadingTime()))
}

// markup escapes a text for HTML, on one line.
func markup(text string) string { return html.EscapeString(strings.Join(strings.Fields(text), " ")) }

// markdown escapes a text for CommonMark, on one line: every ASCII punctuation
// character that can begin markup, inside a line or at its start.
func markdown(text string) string {
	var b strings.Builder
	for i, c := range strings.Join(strings.Fields(text), " ") {
		if strings.ContainsRune("\\`*_[]<>&#|~!", c) || i == 0 && strings.ContainsRune("+-=", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
