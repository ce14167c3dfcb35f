package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// easyReading is the least Flesch reading ease of a notice: below 50 a text is
// "difficult" in Flesch's own table.
const easyReading = 50

// A Notice is what a participant reads before agreeing: which signals are used,
// who sees what, how recommendations are made, for how long data is kept, and
// what to do about a signal that is wrong. Only [NewNotice] makes one, from the
// policy and the plan. The zero Notice has no version, and no consent refers to
// it.
type Notice struct {
	terms     Terms
	programme Programme
	digest    string
}

// NewNotice makes the notice of a programme under a policy.
//
// When a finding blocks it answers the zero Notice: what [NewCompact] asks of the
// plan; GOV-009 for a signal whose technical detail is missing; GOV-010 without
// questions and answers, an owner's address or a route of appeal. Warnings: GOV-008
// when it is longer than a page, GOV-009 when participants cannot see what is held
// about them, GOV-011 when it is hard to read, GOV-012 when the policy does
// not hold that consent is needed. The findings are sorted. The plan's lists are
// copied.
func NewNotice(p *governance.Policy, g Programme) (Notice, coaching.Findings) {
	fs := g.check()
	add := func(severity coaching.Severity, code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	terms, err := TermsOf(p)
	if err != nil {
		add(coaching.Error, "GOV-008", "policy", "%s", err)
		fs.Sort()
		return Notice{}, fs
	}
	for i, d := range g.Signals {
		if expression(d.Expr) == "" || len(d.BlindSpots) == 0 || d.Trace == signal.UnstatedTrace {
			add(coaching.Error, "GOV-009", fmt.Sprintf("programme.signals[%d]", i), "the signal needs its expression, what it is made of and what it cannot see")
		}
	}
	if !isAddress(g.FAQ) {
		add(coaching.Error, "GOV-010", "programme.faq", "want an https address where the questions and answers stand")
	}
	if !isAddress(g.Contact) {
		add(coaching.Error, "GOV-010", "programme.contact", "want an https or mailto address of whoever answers for the use of data")
	}
	switch a := g.Appeals; {
	case !isAddress(a.To) || a.Days < 1:
		add(coaching.Error, "GOV-010", "programme.appeals", "want an https or mailto address for appeals and the days until the answer")
	case roleWords(a.Role) == "" || a.Role == coaching.Coach || a.Role == coaching.Steward || a.Role == coaching.System || a.Role == coaching.Participant:
		add(coaching.Error, "GOV-010", "programme.appeals.role", "a person in another role than coach and steward decides about appeals")
	}
	if !terms.OwnView {
		add(coaching.Warning, "GOV-009", "policy", "under the policy participants cannot see what is held about them")
	}
	if !terms.Consent {
		add(coaching.Warning, "GOV-012", "policy", "the policy does not hold that a consent is needed; the notice does not promise it")
	}
	for _, open := range terms.Open {
		add(coaching.Warning, "GOV-008", "policy", "a part of the policy cannot be analysed, and the notice treats it as open to view: %s", open)
	}
	n := Notice{terms: terms, programme: g.clone()}
	if words := n.page().words(); words > noticeWords {
		add(coaching.Warning, "GOV-008", "", "%d words, want at most %d, one page", words, noticeWords)
	}
	if ease := n.Readability().Ease(); ease < easyReading {
		add(coaching.Warning, "GOV-011", "", "reading ease %.0f, want at least %d (Flesch): shorten sentences and explanations", ease, easyReading)
	}
	fs.Sort()
	if fs.Blocked() {
		return Notice{}, fs
	}
	sum := sha256.Sum256(slices.Concat(n.page().markdown(), n.faq().markdown()))
	n.digest = hex.EncodeToString(sum[:])
	return n, fs
}

// noticeWords is how many words a notice may have: 500 to read and 150 in the
// table of technical detail, which print on one sheet of A4.
const noticeWords = pageWords + 150

// Digest returns the SHA-256, in hexadecimal, of what is read, with the questions
// and answers; "" for the zero Notice.
func (n Notice) Digest() string { return n.digest }

// Version returns the identifier that consents and requests refer to: "notice-"
// and the first half of the digest. It changes with the text and with nothing
// else. "" for the zero Notice.
func (n Notice) Version() string {
	if n.digest == "" {
		return ""
	}
	return "notice-" + n.digest[:len(n.digest)/2]
}

// Signals returns the IDs of the signals that the notice names, in its order.
func (n Notice) Signals() []string {
	var ids []string
	for _, d := range n.programme.Signals {
		ids = append(ids, d.ID)
	}
	return ids
}

// Readability returns what a reader of the sentences meets: paragraphs and
// lists, but neither headings nor tables.
func (n Notice) Readability() Readability {
	var b strings.Builder
	for _, block := range n.page().blocks {
		switch block.kind {
		case paragraph:
			b.WriteString(block.text + "\n")
		case list:
			for _, row := range block.rows {
				b.WriteString(row[0] + "\n")
			}
		}
	}
	return ReadabilityOf(b.String())
}

// Markdown returns the notice in GitHub's dialect. The same notice gives the
// same bytes.
func (n Notice) Markdown() []byte { return n.whole(n.page()).markdown() }

// HTML returns the same as one self-contained, accessible page that prints on a
// sheet of A4.
func (n Notice) HTML() []byte { return n.whole(n.page()).html() }

func (n Notice) whole(p *page) *page {
	if n.digest != "" {
		p.foot = append(p.foot, fmt.Sprintf("Version %s, made from policy %s %s, digest %s.", n.Version(), n.terms.Policy, n.terms.Version, n.terms.Digest))
	}
	return p
}

func (n Notice) page() *page {
	g, t := n.programme, n.terms
	p := &page{title: "What we do with your data: " + g.Name}
	p.paragraph(fmt.Sprintf("This page is for everybody whom %s invites. Please read it before you agree. The programme runs from %s to %s. It has one goal: %s.", g.Name, g.Window.From, g.Window.To, g.Outcome))

	p.heading("What we use")
	var items []string
	for _, d := range g.Signals {
		items = append(items, fmt.Sprintf("%s: %s. From %s, used only %s.", d.Name, strings.TrimSuffix(d.Explain, "."), g.source(d.ID).Name, g.source(d.ID).Restriction))
	}
	p.list(items...)

	p.heading("Who can see it")
	p.table("", []string{"Who", "Who you are", "Raw records", "Figures about you, under a code", "Figures of groups"}, t.accessRows())
	p.paragraph("Nobody else sees anything.", when(t.Group > 0, "A group has at least %s people.", number(t.Group)),
		when(t.OwnView, "You can see what we hold about you. Just ask."))

	p.heading("How recommendations are made")
	p.paragraph("Software counts. People decide. A data steward checks any odd figure first. Your coach then reads a short summary and treats it as a question, not as a verdict. You and your coach choose what to try, and you may say that a figure does not fit.",
		when(t.ModelCard && t.Explained, "If a model suggests something, we have its description on file, and the suggestion comes with its reasons."),
		when(t.Rationale > 0, "Nothing that software suggests can touch your pay, promotion or job until a human has agreed and written down why."),
		when(len(t.Reviewers) > 0, "Only %s can do that.", rolesList(t.Reviewers, "or")))

	p.heading("How long we keep it")
	p.paragraph(when(t.RawDays > 0, "Data about you: at most %d days.", t.RawDays), when(t.AggregateMonths > 0, "Figures of groups: at most %d months.", t.AggregateMonths), "Then we delete it.")

	p.heading("Your choice")
	p.paragraph("You choose whether to take part.", when(t.Consent, "You agree to each signal and each use apart, and can change your mind at any time. From then on we stop using it."),
		when(t.Consent, "%s", t.lookers()),
		when(t.ExportConsent, "Data about you leaves the programme only if you agree to that as well."))

	p.heading("If a signal gets you wrong")
	p.links(
		link{fmt.Sprintf("Tell %s. You get an answer within %d days:", rolesList([]coaching.Role{g.Appeals.Role}, ""), g.Appeals.Days), "how to appeal", g.Appeals.To},
		link{"More, in plain words:", "questions and answers", g.FAQ},
		link{"Ask " + roleWords(g.Owner) + ":", strings.TrimPrefix(g.Contact, "mailto:"), g.Contact},
	)

	p.heading("Technical detail")
	var rows [][]string
	for _, d := range g.Signals {
		rows = append(rows, []string{
			fmt.Sprintf("%s v%d", d.ID, d.Version), fmt.Sprintf("%s, %s", traceWords(d.Trace), d.Class), expression(d.Expr), d.Cadence.String(), joined("; ", d.BlindSpots...), joined("; ", d.ProxyRisks...),
		})
	}
	p.table("", []string{"Signal", "Made of", "Computed as", "How often", "Cannot see", "May stand in for"}, rows)
	return p
}

// lookers says who may look at data about a person who has taken a consent back.
func (t Terms) lookers() string {
	var roles []coaching.Role
	others := false
	for _, a := range t.Access {
		if slices.ContainsFunc([]Reach{a.Raw, a.Coded, a.Identity}, func(r Reach) bool { return r.May && !r.Agreed && !r.OptIn }) {
			roles = append(roles, a.Role)
			others = others || a.Role != coaching.LegalPrivacy && a.Role != coaching.PrivacyOfficer
		}
	}
	who := "legal and privacy"
	if others {
		who = rolesList(roles, "and")
	}
	return when(len(roles) > 0, "Only %s may still look, to check that we kept the rules.", who)
}

// accessRows has a row for each set of roles that see the same, in the order of
// the first of them.
func (t Terms) accessRows() [][]string {
	var rows [][]string
	for _, a := range t.Access {
		cells := []string{a.Identity.String(), a.Raw.String(), a.Coded.String(), a.Groups.String()}
		at := slices.IndexFunc(rows, func(row []string) bool { return slices.Equal(row[1:], cells) })
		if at < 0 {
			rows = append(rows, append([]string{capital(roleWords(a.Role))}, cells...))
		} else {
			rows[at][0] += ", " + roleWords(a.Role)
		}
	}
	return rows
}

// expression writes a typed expression as a formula; "" when it has none.
func expression(e signal.Expr) string {
	num, den := strings.Join(e.Num, " + "), strings.Join(e.Den, " + ")
	switch {
	case num == "" || e.Op == signal.NoOp:
		return ""
	case e.Op == signal.RatioOfSums:
		return fmt.Sprintf("sum(%s) / sum(%s)", num, den)
	case e.Op == signal.ShareAtLeast:
		return fmt.Sprintf("share of people with %s >= %v", num, e.Threshold)
	}
	return fmt.Sprintf("%s(%s)", e.Op, num)
}
