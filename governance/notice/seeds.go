package notice

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/signal"
)

// A Harm is what a programme without governance does in the long run. The zero
// Harm is LossOfTrust.
type Harm uint8

const (
	LossOfTrust Harm = iota // people feel watched, and hide
	LegalRisk               // the programme breaks a law or a promise
	Gaming                  // managers move the figure and not the behaviour, or use it against people
)

var harmNames = [...]string{"loss of trust", "legal risk", "managerial gaming"}

// String returns "loss of trust", "legal risk" or "managerial gaming".
func (h Harm) String() string { return enum.Name(harmNames[:], h, "Harm") }

// A Risk is one line to begin a risk register with. How likely and how bad it is,
// people judge.
type Risk struct {
	Harm    Harm
	Signal  string        // the definition's ID; "" for the whole programme
	Cause   string        // what could happen
	Sign    string        // by what it is noticed early
	Control string        // what holds it, "none yet" when the policy does not
	Owner   coaching.Role // who watches it
}

// Seeds returns the risks that the terms and the signals of a programme give rise
// to, at least one of each harm: by harm, first those of the programme, then those of
// its signals in their order. A control is named only where the policy is proved to hold it.
func Seeds(t Terms, g Programme) []Risk {
	var out []Risk
	control := func(held bool, text string) string {
		if held {
			return text
		}
		return "none yet"
	}
	raw := t.of(coaching.Coach).Raw
	out = append(out, Risk{LossOfTrust, "", "leaders believe that their messages are read", "consents withdrawn, appeals, questions to the privacy officer",
		control(!raw.May && t.Policy != "", "coaches never see raw records; the participant notice says who sees what"), g.Owner})
	for _, d := range g.Signals {
		if d.PrivacyRisk == signal.High || d.Grain == signal.Leader && d.Class != signal.Aggregate {
			out = append(out, Risk{LossOfTrust, d.ID, "the figure tells much about one person", "participants refuse this signal and agree to others",
				control(t.Consent, "used only with the person's consent, which ends at once"), coaching.PrivacyOfficer})
		}
	}
	out = append(out, Risk{LegalRisk, "", "a recommendation reaches pay, promotion or a role without a human", "recommendations that were used and have no review on record",
		control(t.Rationale > 0 && len(t.Reviewers) > 0, fmt.Sprintf("a human reviews it first and writes at least %d characters", t.Rationale)), coaching.LegalPrivacy})
	out = append(out, Risk{LegalRisk, "", "data is kept longer than was promised", "deletions that are due and not on record",
		control(t.RawDays > 0 && t.AggregateMonths > 0, fmt.Sprintf("no use after %d days, of group figures after %d months", t.RawDays, t.AggregateMonths)), coaching.DataOwner})
	for _, d := range g.Signals {
		if len(d.ProxyRisks) > 0 {
			out = append(out, Risk{LegalRisk, d.ID, "the figure stands in for " + sentenceList(d.ProxyRisks...), "groups are flagged at different rates",
				"fairness check before it is used, and a pause when groups differ", coaching.Steward})
		}
	}
	out = append(out, Risk{Gaming, "", "managers read working hypotheses as ratings of people", "figures of people turn up in talent reviews",
		control(!t.of(coaching.Sponsor).Coded.May && t.Policy != "", "sponsors see groups only"), coaching.LDSponsor})
	for _, d := range g.Signals {
		if d.Direction != signal.Context {
			out = append(out, Risk{Gaming, d.ID, "the figure is moved and the behaviour is not: " + d.Behaviour, "the figure improves and what people say does not",
				"read beside what people said; a steward decides about jumps", coaching.Steward})
		}
	}
	return out
}

// SeedsMarkdown returns the risks as a table in GitHub's dialect, in their order.
func SeedsMarkdown(risks []Risk) []byte { return seedsPage(risks).markdown() }

// SeedsHTML returns the same as one self-contained, accessible page.
func SeedsHTML(risks []Risk) []byte { return seedsPage(risks).html() }

func seedsPage(risks []Risk) *page {
	p := &page{title: "Seeds of the risk register"}
	p.paragraph("Judge for each how likely and how bad it is, and add what is missing.")
	var rows [][]string
	for _, r := range risks {
		rows = append(rows, []string{r.Harm.String(), or(r.Signal, "programme"), r.Cause, r.Sign, r.Control, roleWords(r.Owner)})
	}
	p.table("", []string{"Harm", "About", "What could happen", "Early sign", "Control", "Owner"}, rows)
	return p
}
