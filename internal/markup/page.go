package markup

import (
	"bytes"
	"html"
	"strings"
)

// A Page is a document of headings, paragraphs, lists, tables and figures, from
// which its Markdown and its HTML are made, so that they cannot differ. Texts
// cannot become markup. The zero Page is empty.
type Page struct {
	Title  string
	blocks []block
}

type block struct {
	kind  kind
	text  string
	align string     // of a table, "l" or "r" for each column
	head  []string   // of a table
	rows  [][]string // of a table, the first cell of each is its heading; of a list, one cell each
}

type kind byte

const (
	heading kind = iota
	subheading
	lead
	paragraph
	list
	table
	figure
)

// Heading begins a section.
func (p *Page) Heading(text string) { p.blocks = append(p.blocks, block{kind: heading, text: text}) }

// Subheading begins a part of a section.
func (p *Page) Subheading(text string) {
	p.blocks = append(p.blocks, block{kind: subheading, text: text})
}

// Lead adds a paragraph that stands out.
func (p *Page) Lead(text string) { p.blocks = append(p.blocks, block{kind: lead, text: text}) }

// Paragraph adds a paragraph.
func (p *Page) Paragraph(text string) {
	p.blocks = append(p.blocks, block{kind: paragraph, text: text})
}

// List adds a list of the items, none for no item.
func (p *Page) List(items ...string) {
	b := block{kind: list}
	for _, item := range items {
		b.rows = append(b.rows, []string{item})
	}
	if len(items) > 0 {
		p.blocks = append(p.blocks, b)
	}
}

// Table adds a table. align holds a letter for each column, l or r for left or
// right; the first cell of a row is its heading.
func (p *Page) Table(caption, align string, head []string, rows [][]string) {
	p.blocks = append(p.blocks, block{kind: table, text: caption, align: align, head: head, rows: rows})
}

// Figure adds an SVG of internal/chart to the HTML; Markdown has no figures.
func (p *Page) Figure(svg []byte) {
	p.blocks = append(p.blocks, block{kind: figure, text: string(svg)})
}

// Markdown returns the page in GitHub's dialect.
func (p *Page) Markdown() []byte {
	var b bytes.Buffer
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	row := func(cells []string) {
		b.WriteByte('|')
		for _, c := range cells {
			b.WriteString(" " + Escape(c) + " |")
		}
		b.WriteByte('\n')
	}
	line("# ", Escape(p.Title), "\n")
	for _, block := range p.blocks {
		switch block.kind {
		case figure:
			continue
		case heading:
			line("## ", Escape(block.text))
		case subheading:
			line("### ", Escape(block.text))
		case lead:
			line("**", Escape(block.text), "**")
		case paragraph:
			line(Escape(block.text))
		case list:
			for _, cells := range block.rows {
				line("- ", Escape(cells[0]))
			}
		case table:
			if block.text != "" {
				line(Escape(block.text), "\n")
			}
			row(block.head)
			b.WriteByte('|')
			for i := range block.head {
				b.WriteString(map[bool]string{false: "---|", true: "---:|"}[block.right(i)])
			}
			b.WriteByte('\n')
			for _, cells := range block.rows {
				row(cells)
			}
		}
		b.WriteByte('\n')
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func (b block) right(column int) bool { return column < len(b.align) && b.align[column] == 'r' }

// style keeps text dark on white, lines short and tables inside the screen, and
// prints on A4.
const style = `:root{color-scheme:light}*{box-sizing:border-box}body{margin:0;background:#fff;color:#1a1a1a;font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}` +
	`main{max-width:50rem;margin:0 auto;padding:0 1rem 2rem}h1{font-size:1.6rem;line-height:1.2;margin:1.2rem 0 .6rem}h2{font-size:1.2rem;line-height:1.3;margin:1.6rem 0 .4rem;padding-top:.5rem;border-top:2px solid #d5d5d5;break-after:avoid}h3{font-size:1rem;margin:1rem 0 .2rem;break-after:avoid}` +
	`p,ul{margin:.4rem 0}ul{padding-left:1.2rem}li+li{margin-top:.15rem}.lead{border-left:6px solid #004c78;padding:.3rem 0 .3rem .8rem;font-size:1.05rem;font-weight:600}div{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.4rem 0}caption{text-align:left;font-size:.9rem;color:#595959}` +
	`th,td{text-align:left;vertical-align:top;padding:.25rem .7rem .25rem 0;border-top:1px solid #d5d5d5;font-weight:400;font-size:.9rem}th:last-child,td:last-child{padding-right:0}thead th{border-top:0;color:#595959}tbody th{font-weight:600}.r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}` +
	`figure{margin:.8rem 0}svg{display:block;width:100%;height:auto;max-width:30rem}` +
	`@page{size:A4;margin:12mm}@media print{html{font-size:9pt}body{font-size:9pt;line-height:1.3}main{max-width:none;padding:0}th,td{font-size:8pt;padding-top:.2em;padding-bottom:.2em}h2{margin-top:.7em;padding-top:.4em}svg{max-width:95mm}figure,tr,li{break-inside:avoid}div{overflow:visible}}`

// HTML returns the page as one self-contained file: no script, no request.
func (p *Page) HTML() []byte {
	var b bytes.Buffer
	text := func(s string) string { return html.EscapeString(strings.Join(strings.Fields(s), " ")) }
	line := func(parts ...string) { b.WriteString(strings.Join(parts, "") + "\n") }
	line("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
	line(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`)
	line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>", text(p.Title), "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>", style, "</style>")
	line("</head>\n<body>\n<main>\n<h1>", text(p.Title), "</h1>")
	for _, block := range p.blocks {
		switch block.kind {
		case heading:
			line("<h2>", text(block.text), "</h2>")
		case subheading:
			line("<h3>", text(block.text), "</h3>")
		case lead:
			line(`<p class="lead">`, text(block.text), "</p>")
		case paragraph:
			line("<p>", text(block.text), "</p>")
		case list:
			line("<ul>")
			for _, cells := range block.rows {
				line("<li>", text(cells[0]), "</li>")
			}
			line("</ul>")
		case figure:
			line("<figure>", block.text, "</figure>")
		case table:
			block.html(line, text)
		}
	}
	line("</main>\n</body>\n</html>")
	return Printable(b.Bytes())
}

// html writes a table in a region that scrolls by itself on a narrow screen.
func (b block) html(line func(...string), text func(string) string) {
	label := b.text
	if label == "" {
		label = strings.Join(b.head, ", ")
	}
	line(`<div role="region" aria-label="`, text(label), `" tabindex="0"><table>`)
	if b.text != "" {
		line("<caption>", text(b.text), "</caption>")
	}
	class := func(i int) string { return map[bool]string{true: ` class="r"`}[b.right(i)] }
	var row strings.Builder
	for i, cell := range b.head {
		row.WriteString(`<th scope="col"` + class(i) + `>` + text(cell) + "</th>")
	}
	line("<thead><tr>", row.String(), "</tr></thead>\n<tbody>")
	for _, cells := range b.rows {
		row.Reset()
		for i, cell := range cells {
			if i == 0 {
				row.WriteString(`<th scope="row">` + text(cell) + "</th>")
			} else {
				row.WriteString("<td" + class(i) + ">" + text(cell) + "</td>")
			}
		}
		line("<tr>", row.String(), "</tr>")
	}
	line("</tbody></table></div>")
}
