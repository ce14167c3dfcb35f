package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/markup"
	"github.com/coachgov/coaching/pilot"
)

// A Document is one paper of a pilot, filled from its plan and from what
// follows from the plan: Markdown, HTML and JSON print the same content. Texts
// are plain, and no text can become markup. The same values give the same
// bytes. [Document.Check] says whether it may go out.
type Document struct {
	Name     string       `json:"name"` // of the kind, such as "charter": the base of a file name
	Title    string       `json:"title"`
	Plan     string       `json:"plan"`                // the plan's id
	Digest   pilot.Digest `json:"digest"`              // of the plan
	MaxWords int          `json:"max_words,omitempty"` // 0: no bound
	Notices  []string     `json:"notices,omitempty"`   // what a reader must know first
	Parts    []Part       `json:"parts"`               // in the order of reading

	leaders []string // the plan's labels, which stand nowhere in the document
}

// A Part is a section: a paragraph, then a list, then a table, each where there
// is one.
type Part struct {
	Title string     `json:"title"`
	Text  string     `json:"text,omitempty"`
	Items []string   `json:"items,omitempty"`
	Head  []string   `json:"head,omitempty"`
	Rows  [][]string `json:"rows,omitempty"` // the first cell of each is its heading
}

// newDocument begins a document about a plan. What the plan's own check says
// against a start, and how far a result may carry, stands first on every one.
func newDocument(name, kind string, p *pilot.Plan) (*Document, error) {
	if p == nil {
		return nil, errors.New("report: no plan to write about")
	}
	digest, err := p.Digest()
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	d := &Document{Name: name, Title: kind + ": " + or(p.Title, "untitled"), Plan: p.ID, Digest: digest}
	for _, l := range p.Cohort.Leaders {
		d.leaders = append(d.leaders, l.ID)
	}
	if blocking := slices.Collect(p.Check().Blocking()); len(blocking) > 0 {
		var codes []string
		for _, f := range blocking {
			codes = append(codes, f.Code)
		}
		slices.Sort(codes)
		d.Notices = append(d.Notices, "This plan may not start as it is: "+strings.Join(slices.Compact(codes), ", ")+".")
	}
	if mode, weeks := p.Effective(); mode == pilot.LearningSprint {
		d.Notices = append(d.Notices, fmt.Sprintf("A learning sprint of %d weeks: it cannot end in GO and makes no claim in money.", weeks))
	}
	return d, nil
}

func (d *Document) add(p Part) { d.Parts = append(d.Parts, p) }

// Check returns what keeps the document from going out: an error where a text
// holds the label of one of the plan's leaders or anybody's pseudonym
// (PIL-169), and a warning where a charter has more words than its page holds
// (PIL-033). Findings are sorted.
func (d *Document) Check() coaching.Findings {
	var fs coaching.Findings
	d.texts(func(path, text string) {
		if holdsPseudonym(text) || d.namesLeader(text) {
			fs = append(fs, coaching.Finding{Code: "PIL-169", Severity: coaching.Error, Path: path, Message: "the text points at one leader; the document goes beyond coach and sponsor"})
		}
	})
	if n := d.Words(); d.MaxWords > 0 && n > d.MaxWords {
		fs = append(fs, coaching.Finding{Code: "PIL-033", Severity: coaching.Warning, Message: fmt.Sprintf("%d words, want at most %d to stay on one page", n, d.MaxWords)})
	}
	fs.Sort()
	return fs
}

// namesLeader reports whether a leader's label stands in the text as a word.
func (d *Document) namesLeader(text string) bool {
	inWord := func(r rune) bool {
		return r == '_' || r == '-' || r == '.' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !inWord(r) }) {
		word = strings.Trim(word, ".-")
		if slices.Contains(d.leaders, word) {
			return true
		}
		// A span such as L01-L03 is of leaders; L03-x may be something else.
		other := func(part string) bool { return !slices.Contains(d.leaders, part) }
		if parts := strings.FieldsFunc(word, func(r rune) bool { return r == '-' || r == '.' }); len(parts) > 1 && !slices.ContainsFunc(parts, other) {
			return true
		}
	}
	return false
}

// Words returns the number of words on the pages, headings and tables included;
// the line that names plan and digest is left out.
func (d *Document) Words() int {
	n := 0
	d.texts(func(_, text string) { n += len(strings.Fields(text)) })
	return n
}

// texts passes every text of the document to visit, with its path.
func (d *Document) texts(visit func(path, text string)) {
	visit("title", d.Title)
	for i, n := range d.Notices {
		visit(fmt.Sprintf("notices[%d]", i), n)
	}
	for i, p := range d.Parts {
		path := fmt.Sprintf("parts[%d]", i)
		for _, text := range slices.Concat([]string{p.Title, p.Text}, p.Items, p.Head) {
			visit(path, text)
		}
		for _, row := range p.Rows {
			for _, cell := range row {
				visit(path, cell)
			}
		}
	}
}

func (d *Document) page() *markup.Page {
	page := &markup.Page{Title: d.Title}
	for _, n := range d.Notices {
		page.Lead(n)
	}
	for _, p := range d.Parts {
		page.Heading(p.Title)
		if !blank(p.Text) {
			page.Paragraph(p.Text)
		}
		page.List(p.Items...)
		if len(p.Rows) > 0 {
			page.Table("", "", p.Head, p.Rows)
		}
	}
	if d.Name == flowName && len(d.Parts) > 0 {
		page.Figure(flowFigure(d.Parts[0]))
	}
	page.Paragraph("Plan " + d.Plan + ", " + d.Digest.String())
	return page
}

// Markdown returns the document in GitHub's dialect.
func (d *Document) Markdown() []byte { return d.page().Markdown() }

// HTML returns the document as one self-contained file with a style for print:
// no script, no request.
func (d *Document) HTML() []byte { return d.page().HTML() }

// JSON returns the document as indented JSON. It fails for no document that
// this package made.
func (d *Document) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // causal paths are full of >
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return markup.Printable(b.Bytes()), nil
}

// spaced returns a word of a file as words, such as "coaching capacity".
func spaced(word string) string { return strings.ReplaceAll(word, "_", " ") }

// stated returns the text, and "not stated" for none.
func stated(text string) string { return or(text, "not stated") }

// counted returns the number with its noun, such as "1 leader" or "2 leaders".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// span returns the first and the last day of a window in words.
func span(w coaching.Window) string { return w.From.String() + " to " + w.To.String() }
