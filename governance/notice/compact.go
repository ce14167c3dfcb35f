package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// pageWords is how many words fill a page. A page of so many words prints on one
// sheet of A4 in the type of this package's HTML.
const pageWords = 500

// A Compact is the data-use agreement of a programme: what data is used for,
// from which sources, for how long, who sees it, and when a human decides. Only
// [NewCompact] makes one, from the policy, so its numbers are the policy's. The
// zero Compact is signed by nobody and never in force.
type Compact struct {
	terms     Terms
	programme Programme
	parties   []coaching.Role
	until     coaching.Date
	kept      bool // the policy denies what is kept elsewhere
	bytes     []byte
}

// NewCompact makes the compact of a programme under a policy, to be signed by
// somebody of each of the roles, and in force until the end of a day. The parties include
// legal or privacy, a sponsor and the steward, each once.
//
// When a finding blocks it answers the zero Compact: GOV-003 for a plan that is
// incomplete, parties that are missing or an end before that of the programme,
// GOV-004 and GOV-005 for what the policy does not hold, GOV-008 for signals,
// GOV-027 and GOV-030 for sources. Warnings say what the compact does not promise
// since the policy does not hold it, and that it is longer than a page. The
// findings are sorted. The plan's lists are copied.
func NewCompact(p *governance.Policy, g Programme, parties []coaching.Role, until coaching.Date) (Compact, coaching.Findings) {
	fs := g.check()
	add := func(severity coaching.Severity, code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	terms, err := TermsOf(p)
	if err != nil {
		add(coaching.Error, "GOV-003", "policy", "%s", err)
		fs.Sort()
		return Compact{}, fs
	}
	if terms.RawDays == 0 || terms.AggregateMonths == 0 {
		add(coaching.Error, "GOV-004", "policy", "the policy does not bound how long data is used")
	}
	if terms.Rationale == 0 || len(terms.Reviewers) == 0 {
		add(coaching.Error, "GOV-005", "policy", "the policy does not ask for a human review with a rationale before a career is affected")
	}
	for _, missing := range terms.missing() {
		add(coaching.Warning, missing.code, "policy", "the policy does not hold that %s; the compact does not promise it", missing.what)
	}
	for _, open := range terms.Open {
		add(coaching.Warning, "GOV-003", "policy", "a part of the policy cannot be analysed, and nothing is promised about it: %s", open)
	}
	for i, r := range parties {
		if roleWords(r) == "" || slices.Contains(parties[:i], r) {
			add(coaching.Error, "GOV-003", fmt.Sprintf("parties[%d]", i), "each party is a role, named once")
		}
	}
	for _, need := range [][]coaching.Role{{coaching.PrivacyOfficer, coaching.LegalPrivacy}, {coaching.Sponsor, coaching.LDSponsor}, {coaching.Steward}} {
		if !slices.ContainsFunc(need, func(r coaching.Role) bool { return slices.Contains(parties, r) }) {
			add(coaching.Error, "GOV-003", "parties", "the compact needs the signature of %s", rolesList(need, "or"))
		}
	}
	if until.Before(g.Window.To) || until.IsZero() {
		add(coaching.Error, "GOV-003", "until", "the compact ends before the programme, or never")
	}
	c := Compact{terms: terms, programme: g.clone(), parties: slices.Clone(parties), until: until, kept: true}
	enforced := map[string]bool{}
	for i, s := range g.Sources {
		if _, asked := enforced[s.Residency]; !asked {
			enforced[s.Residency] = residency(p, s.Residency)
		}
		if !enforced[s.Residency] {
			c.kept = false
			add(coaching.Warning, "GOV-030", fmt.Sprintf("programme.sources[%d].residency", i), "the policy does not deny what is kept elsewhere; the compact only records the place")
		}
	}
	if words := c.page().words(); words > pageWords {
		add(coaching.Warning, "GOV-003", "", "%d words, want at most %d, one page", words, pageWords)
	}
	fs.Sort()
	if fs.Blocked() {
		return Compact{}, fs
	}
	c.bytes, err = json.Marshal(c.canonical())
	if err != nil { // nothing in it can fail
		add(coaching.Error, "GOV-003", "", "the compact has no canonical form: %s", err)
		return Compact{}, fs
	}
	return c, fs
}

// clone returns a programme whose lists nobody else holds.
func (g Programme) clone() Programme {
	g.Purposes, g.Signals, g.Sources = slices.Clone(g.Purposes), slices.Clone(g.Signals), slices.Clone(g.Sources)
	for i, s := range g.Sources {
		g.Sources[i].Signals = slices.Clone(s.Signals)
	}
	for i := range g.Signals {
		d := &g.Signals[i]
		d.Expr.Num, d.Expr.Den = slices.Clone(d.Expr.Num), slices.Clone(d.Expr.Den)
		d.BlindSpots, d.ProxyRisks = slices.Clone(d.BlindSpots), slices.Clone(d.ProxyRisks)
	}
	return g
}

// A lack is what a policy need not hold and a document would like to promise.
type lack struct{ code, what string }

func (t Terms) missing() []lack {
	var out []lack
	add := func(promised bool, code, what string) {
		if !promised {
			out = append(out, lack{code, what})
		}
	}
	add(t.Consent, "GOV-003", "nobody looks at data about a person without a consent, oversight apart")
	add(t.ExportConsent, "GOV-027", "data about one person leaves the programme only with a consent to that")
	add(t.Hold, "GOV-004", "nothing is deleted under a legal hold")
	add(t.ReviewHours > 0, "GOV-005", "a review counts for a limited time")
	return out
}

// canonical is the compact as its bytes hold it: keys in this order, every list
// in the order of the plan, no floats.
func (c Compact) canonical() any {
	type source struct {
		Name        string   `json:"name"`
		Signals     []string `json:"signals"`
		Residency   string   `json:"residency"`
		Restriction string   `json:"restriction"`
	}
	out := struct {
		Version  string               `json:"version"`
		ID       string               `json:"programme"`
		Name     string               `json:"name"`
		Window   coaching.Window      `json:"window"`
		Outcome  string               `json:"outcome"`
		Purposes []governance.Purpose `json:"purposes"`
		Sources  []source             `json:"sources"`
		Owner    coaching.Role        `json:"owner"`
		Contact  string               `json:"contact"`
		Parties  []coaching.Role      `json:"parties"`
		Until    coaching.Date        `json:"until"`
		Kept     bool                 `json:"residency_enforced"`
		Policy   string               `json:"policy"`
		Text     string               `json:"text"`
	}{
		"compact/v1", c.programme.ID, c.programme.Name, c.programme.Window, c.programme.Outcome, c.programme.Purposes, nil,
		c.programme.Owner, c.programme.Contact, c.parties, c.until, c.kept, c.terms.Digest, string(c.page().markdown()),
	}
	for _, s := range c.programme.Sources {
		out.Sources = append(out.Sources, source(s))
	}
	return out
}

// Bytes returns the canonical form, one line of JSON: version "compact/v1", the
// plan, the digest of the policy, and the text that is signed. It is nil for the
// zero Compact.
func (c Compact) Bytes() []byte { return slices.Clone(c.bytes) }

// Digest returns the SHA-256 of Bytes in hexadecimal, which signatures hold; ""
// for the zero Compact. Any change of the plan, the policy or the text changes
// it.
func (c Compact) Digest() string {
	if len(c.bytes) == 0 {
		return ""
	}
	sum := sha256.Sum256(c.bytes)
	return hex.EncodeToString(sum[:])
}

// Terms returns what the policy holds, as the compact states it.
func (c Compact) Terms() Terms { return c.terms.clone() }

func (t Terms) clone() Terms {
	t.Reviewers, t.Access, t.Open = slices.Clone(t.Reviewers), slices.Clone(t.Access), slices.Clone(t.Open)
	return t
}

// Parties returns the roles that sign, in the order given.
func (c Compact) Parties() []coaching.Role { return slices.Clone(c.parties) }

// Until returns the last day on which the compact is in force.
func (c Compact) Until() coaching.Date { return c.until }

// A Signature is one person's agreement to one compact, in a role. That it is
// this person is for the host to make sure.
type Signature struct {
	By      coaching.PersonID `json:"by"`
	Role    coaching.Role     `json:"role"`
	At      time.Time         `json:"at"`
	Compact string            `json:"compact"` // the Digest that was signed
}

// Check returns what keeps the compact from being in force at a time, all of it
// GOV-003: the compact has ended, or a party has not signed this very compact by
// then. A person signs once: who has signed as one party does not count as
// another. A signature under another digest does not count; it is a warning when
// the role is a party. A signature without a person does not count either. The
// findings are sorted; the order of the signatures changes nothing.
func (c Compact) Check(signatures []Signature, at time.Time) coaching.Findings {
	var fs coaching.Findings
	add := func(severity coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "GOV-003", Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if len(c.bytes) == 0 {
		add(coaching.Error, "", "there is no compact")
		return fs
	}
	if on := coaching.DateOf(at); at.IsZero() || on.IsZero() || on.After(c.until) {
		add(coaching.Error, "until", "the compact is in force until %s, asked for %s", c.until, on)
	}
	var candidates [][]coaching.PersonID // who could sign for each party
	for _, r := range c.parties {
		var people []coaching.PersonID
		old := false
		for _, s := range signatures {
			switch {
			case s.Role != r || s.By.IsZero() || s.At.IsZero() || s.At.After(at):
			case s.Compact != c.Digest():
				old = true
			case !slices.Contains(people, s.By):
				people = append(people, s.By)
			}
		}
		if old && len(people) == 0 {
			add(coaching.Warning, "signatures", "%s signed another compact; it has changed since", roleWords(r))
		}
		candidates = append(candidates, people)
	}
	for i, signed := range assign(candidates) {
		switch {
		case signed:
		case len(candidates[i]) > 0:
			add(coaching.Error, "signatures", "%s: whoever signed has signed as another party too; want somebody else", roleWords(c.parties[i]))
		default:
			add(coaching.Error, "signatures", "no signature of %s", roleWords(c.parties[i]))
		}
	}
	fs.Sort()
	return fs
}

// assign says for each party whether it has a person of its own, in a largest
// assignment of different people to parties (augmenting paths, Kuhn 1955).
func assign(candidates [][]coaching.PersonID) []bool {
	holder := map[coaching.PersonID]int{}
	signed := make([]bool, len(candidates))
	var place func(party int, tried map[coaching.PersonID]bool) bool
	place = func(party int, tried map[coaching.PersonID]bool) bool {
		for _, person := range candidates[party] {
			if tried[person] {
				continue
			}
			tried[person] = true
			if other, taken := holder[person]; !taken || place(other, tried) {
				holder[person] = party
				return true
			}
		}
		return false
	}
	for party := range candidates {
		signed[party] = place(party, map[coaching.PersonID]bool{})
	}
	return signed
}

// Markdown returns the compact as people sign it, in GitHub's dialect. The same
// compact gives the same bytes.
func (c Compact) Markdown() []byte { return c.whole().markdown() }

// HTML returns the same as one self-contained, accessible page that prints on a
// sheet of A4.
func (c Compact) HTML() []byte { return c.whole().html() }

// whole is the page with its small print.
func (c Compact) whole() *page {
	p := c.page()
	if len(c.bytes) > 0 {
		p.foot = append(p.foot, fmt.Sprintf("Made from policy %s %s, digest %s.", c.terms.Policy, c.terms.Version, c.terms.Digest), "Digest of this compact, which signatures hold: "+c.Digest())
	}
	return p
}

func (c Compact) page() *page {
	g, t := c.programme, c.terms
	p := &page{title: "Data use compact: " + g.Name}
	p.paragraph(fmt.Sprintf("This compact says how %s uses data about people from %s to %s. Whoever signs it keeps to it.", g.Name, g.Window.From, g.Window.To))

	p.heading("What data is used for")
	var purposes []string
	for _, purpose := range g.Purposes {
		purposes = append(purposes, capital(purposeWords(purpose))+".")
	}
	p.list(append(purposes, "The one outcome is "+g.Outcome+".", "Nothing else.")...)

	p.heading("Data signals: where they come from")
	var rows [][]string
	for _, s := range g.Sources {
		var names []string
		for _, d := range g.Signals {
			if slices.Contains(s.Signals, d.ID) {
				names = append(names, d.Name)
			}
		}
		rows = append(rows, []string{s.Name, joined(", ", names...), s.Residency, s.Restriction})
	}
	p.table("", []string{"Source", "Signals", "Kept in", "Used only"}, rows)
	p.paragraph(when(c.kept && len(g.Sources) > 0, "What is kept elsewhere is not used."))

	p.heading("How long data is kept")
	p.list(
		when(t.RawDays > 0, "Raw records and data about one person: at most %d days.", t.RawDays),
		when(t.AggregateMonths > 0, "Figures of groups: at most %d months.", t.AggregateMonths),
		"Then they are deleted."+when(t.Hold, " A legal hold stops that, and nothing else does."),
	)

	p.heading("Who sees what")
	p.list(append(t.exposure(),
		when(t.Consent, "Data about one person is looked at with that person's consent only, and from a withdrawal on no more. Oversight by legal and privacy is the one exception."),
		when(t.ExportConsent, "Data about one person leaves the programme only if that person has agreed to that as well."))...)

	p.heading("Human mentorship: a person decides")
	p.paragraph(t.escalation())

	p.heading("Governance: who answers")
	p.list(
		fmt.Sprintf("%s answers for the use of data.", capital(roleWords(g.Owner))),
		fmt.Sprintf("Signed by %s, each a different person.", rolesList(c.parties, "and")),
		fmt.Sprintf("In force until %s, and only while nothing in it changes. After a change everybody signs again.", c.until),
	)
	return p
}

// exposure says who sees raw data, groups and names, as far as it is proved.
func (t Terms) exposure() []string {
	var raw []coaching.Role
	coach := false
	var names []Reach
	for _, a := range t.Access {
		if a.Raw.May {
			raw = append(raw, a.Role)
			coach = coach || a.Role == coaching.Coach
		}
		if a.Identity.May {
			names = append(names, a.Identity)
		}
	}
	optIn := !slices.ContainsFunc(names, func(r Reach) bool { return !r.OptIn })
	approvals := 0
	for i, r := range names {
		if i == 0 || r.Approvals < approvals {
			approvals = r.Approvals
		}
	}
	out := []string{
		when(!coach && t.Policy != "", "Coaches never see raw messages or records."),
		when(len(raw) > 0, "Raw records are open only to %s.", rolesList(raw, "and")),
		when(t.Group > 0, "No figure is shown of fewer than %s people.", number(t.Group)),
	}
	if len(names) == 0 {
		return append(out, when(t.Policy != "", "Nobody learns who somebody is."))
	}
	return append(out, when(optIn && approvals > 0, "Who somebody is, is told only if that person has opted in and %s others have approved.", number(approvals)))
}

// escalation is the rule of human escalation, as far as it is proved.
func (t Terms) escalation() string {
	if t.Rationale == 0 || len(t.Reviewers) == 0 {
		return ""
	}
	return fmt.Sprintf("No automated recommendation that could affect pay, promotion, who does which job, a stretch assignment or a talent review is used before a human has said yes to this very recommendation. Only %s may do so, and must write down why in at least %d characters.", rolesList(t.Reviewers, "and"), t.Rationale) +
		when(t.ReviewHours > 0, " The yes counts for %d hours.", t.ReviewHours)
}
