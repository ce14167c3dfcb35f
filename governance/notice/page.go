package notice

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"github.com/coachgov/coaching/internal/markup"
)

// A page is a document of headings, paragraphs, lists and tables, from which
// every form of it is made, so that they cannot differ.
type page struct {
	title  string
	blocks []block
	foot   []string // small print, a line each; no part of what is agreed
}

type block struct {
	kind  kind
	text  string     // of a heading or a paragraph; the caption of a table
	head  []string   // of a table
	rows  [][]string // of a table, the first cell of each is its heading; of a list, one cell each
	links []link     // of links
}

type kind byte

const (
	heading kind = iota
	paragraph
	list
	links
	table
)

// A link is a text that leads somewhere.
type link struct{ before, text, to string }

func (p *page) heading(text string) { p.blocks = append(p.blocks, block{kind: heading, text: text}) }

// paragraph adds the sentences that are not empty.
func (p *page) paragraph(sentences ...string) {
	if text := joined(" ", sentences...); text != "" {
		p.blocks = append(p.blocks, block{kind: paragraph, text: text})
	}
}

// list adds the items that are not empty.
func (p *page) list(items ...string) {
	b := block{kind: list}
	for _, item := range items {
		if !blank(item) {
			b.rows = append(b.rows, []string{item})
		}
	}
	if len(b.rows) > 0 {
		p.blocks = append(p.blocks, b)
	}
}

func (p *page) table(caption string, head []string, rows [][]string) {
	p.blocks = append(p.blocks, block{kind: table, text: caption, head: head, rows: rows})
}

func (p *page) links(ls ...link) { p.blocks = append(p.blocks, block{kind: links, links: ls}) }

// texts passes every text that a reader meets, the small print apart, in order.
func (p *page) texts(visit func(string)) {
	visit(p.title)
	for _, b := range p.blocks {
		visit(b.text)
		for _, cell := range b.head {
			visit(cell)
		}
		for _, row := range b.rows {
			for _, cell := range row {
				visit(cell)
			}
		}
		for _, l := range b.links {
			visit(l.before + " " + l.text)
		}
	}
}

// words counts the words of the page, the small print apart.
func (p *page) words() int {
	n := 0
	p.texts(func(text string) { n += len(strings.Fields(text)) })
	return n
}

// markdown returns the page in GitHub's dialect. Texts cannot become markup.
func (p *page) markdown() []byte {
	var b bytes.Buffer
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	line("# ", markup.Escape(p.title), "\n")
	for _, block := range p.blocks {
		switch block.kind {
		case heading:
			line("## ", markup.Escape(block.text))
		case paragraph:
			line(markup.Escape(block.text))
		case list:
			for _, row := range block.rows {
				line("- ", markup.Escape(row[0]))
			}
		case links:
			for _, l := range block.links {
				line("- ", prefixed(l.before, " "), "[", markup.Escape(l.text), "](<", address(l.to), ">)")
			}
		case table:
			if block.text != "" {
				line(markup.Escape(block.text), "\n")
			}
			line("|", row(block.head))
			line("|", strings.Repeat(" --- |", len(block.head)))
			for _, cells := range block.rows {
				line("|", row(cells))
			}
		}
		b.WriteByte('\n')
	}
	for i, text := range p.foot {
		if i == 0 {
			line("---\n")
		}
		line(markup.Escape(text), "\n")
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func row(cells []string) string {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(" " + markup.Escape(c) + " |")
	}
	return b.String()
}

// style prints a page of pageWords words on one sheet of A4, and keeps text
// dark on white, lines short and tables inside the screen.
const style = `:root{color-scheme:light}*{box-sizing:border-box}body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}` +
	`main,footer{max-width:46rem;margin:0 auto;padding:0 1rem}h1{font-size:1.6rem;line-height:1.2;margin:1rem 0 .5rem}h2{font-size:1.1rem;line-height:1.3;margin:1rem 0 .3rem;break-after:avoid}p,ul{margin:.3rem 0}ul{padding-left:1.2rem}` +
	`a{color:#004c78}div{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.4rem 0}caption{text-align:left;font-size:.9rem;color:#595959}th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-top:1px solid #d5d5d5;font-weight:400;font-size:.9rem}` +
	`thead th{border-top:0;color:#595959}tbody th{font-weight:600}footer{color:#595959;font-size:.8rem;overflow-wrap:anywhere;padding-bottom:1rem}` +
	`@page{size:A4;margin:10mm 12mm}@media print{body{font-size:8.3pt;line-height:1.22}main,footer{max-width:none;padding:0}h1{font-size:14pt;margin:0 0 1mm}h2{font-size:9.2pt;margin:1.5mm 0 .2mm}p,ul{margin:.3mm 0}table{margin:.4mm 0}th,td{font-size:7.2pt;padding:.25mm 2mm .25mm 0}div{overflow:visible}footer{font-size:6.6pt;padding:0;margin-top:1.5mm}caption{font-size:7.8pt}}`

// html returns the page as one self-contained file: no script, no request.
func (p *page) html() []byte {
	var b bytes.Buffer
	line := func(format string, texts ...string) {
		var safe []any
		for _, t := range texts {
			safe = append(safe, markupHTML(t))
		}
		fmt.Fprintf(&b, format+"\n", safe...)
	}
	line("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
	line(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`)
	line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<link rel=\"icon\" href=\"data:,\">", p.title)
	b.WriteString("<style>" + style + "</style>\n")
	line("</head>\n<body>\n<main>\n<h1>%s</h1>", p.title)
	for _, block := range p.blocks {
		switch block.kind {
		case heading:
			line("<h2>%s</h2>", block.text)
		case paragraph:
			line("<p>%s</p>", block.text)
		case list:
			line("<ul>")
			for _, row := range block.rows {
				line("<li>%s</li>", row[0])
			}
			line("</ul>")
		case links:
			line("<ul>")
			for _, l := range block.links {
				line(`<li>%s<a href="%s">%s</a></li>`, prefixed(l.before, " "), address(l.to), l.text)
			}
			line("</ul>")
		case table:
			label := block.text
			if label == "" {
				label = joined(", ", block.head...)
			}
			line(`<div role="region" aria-label="%s" tabindex="0"><table>`, label)
			if block.text != "" {
				line("<caption>%s</caption>", block.text)
			}
			b.WriteString("<thead><tr>")
			for _, cell := range block.head {
				fmt.Fprintf(&b, `<th scope="col">%s</th>`, markupHTML(cell))
			}
			b.WriteString("</tr></thead>\n<tbody>\n")
			for _, row := range block.rows {
				b.WriteString("<tr>")
				for i, cell := range row {
					if i == 0 {
						fmt.Fprintf(&b, `<th scope="row">%s</th>`, markupHTML(cell))
					} else {
						fmt.Fprintf(&b, "<td>%s</td>", markupHTML(cell))
					}
				}
				b.WriteString("</tr>\n")
			}
			line("</tbody></table></div>")
		}
	}
	line("</main>")
	if len(p.foot) > 0 {
		line("<footer>")
		for _, text := range p.foot {
			line("<p>%s</p>", text)
		}
		line("</footer>")
	}
	line("</body>\n</html>")
	return markup.Printable(b.Bytes())
}

// markupHTML escapes a text for HTML and its attributes; spaces stay as one.
func markupHTML(text string) string {
	trimmed := strings.Join(strings.Fields(text), " ")
	if strings.HasSuffix(text, " ") && trimmed != "" {
		trimmed += " "
	}
	return html.EscapeString(trimmed)
}

// address returns a link, or "#" when it is not one that isAddress allows.
func address(to string) string {
	if !isAddress(to) {
		return "#"
	}
	return to
}

// isAddress reports whether a text is an https or a mailto address, in the
// characters of RFC 3986 that mean nothing in HTML or between the angle brackets
// of Markdown.
func isAddress(to string) bool {
	rest, web := strings.CutPrefix(to, "https://")
	mail := false
	if !web {
		rest, mail = strings.CutPrefix(to, "mailto:")
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	only := func(text, more string) bool { return text != "" && strings.Trim(text, letters+more) == "" }
	if web {
		host, path, _ := strings.Cut(rest, "/")
		return only(host, ".-:") && (path == "" || only(path, "-._~!$*+,;=:@/?#%"))
	}
	name, host, _ := strings.Cut(rest, "@")
	return mail && only(name, "-._+") && only(host, ".-")
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

func prefixed(text, suffix string) string {
	if blank(text) {
		return ""
	}
	return strings.TrimSpace(text) + suffix
}

// joined joins the texts that are not blank.
func joined(sep string, texts ...string) string {
	var kept []string
	for _, t := range texts {
		if !blank(t) {
			kept = append(kept, strings.TrimSpace(t))
		}
	}
	return strings.Join(kept, sep)
}
