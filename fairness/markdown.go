package fairness

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/coachgov/coaching/signal"
)

// Markdown returns the memo as CommonMark with tables. The same memo gives the
// same bytes. Text that people wrote is escaped and cannot add markup.
func (m *Memo) Markdown() []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	r, in := m.Input.Report, m.Input

	line("# Risk memo: signal %s", escape(r.Signal))
	line("")
	line("**Verdict: %v. Recommended standing: %v.** %s", r.Verdict, r.Standing, verdictSentence(r))
	line("")
	line("- Purpose: %s", escape(in.Purpose))
	line("- A flag: %s (%v)", escape(in.FlagMeaning), r.Polarity)
	line("- Harmed by an error: %s", escape(in.WhoIsHarmed))
	line("- Data: %v, %d people, %d of them flagged", r.Window, r.Flagged.N, r.Flagged.X)

	line("\n## Why\n")
	for _, f := range r.Findings {
		line("- %s (%v): %s", f.Code, f.Severity, escape(f.Message))
	}
	if len(r.Findings) == 0 {
		line("- All three steps passed.")
	}

	line("\n## Step 1: manual review\n")
	line("| cases | to draw from | reviewed | wrong | at most | allowed | verdict |")
	line("|---|---:|---:|---:|---:|---:|---|")
	for _, s := range []struct {
		name string
		side ReviewSide
	}{{"flagged", r.Review.FalseDiscovery}, {"unflagged", r.Review.Missed}} {
		line("| %s | %d | %d | %d | %.0f %% | %.0f %% | %v |", s.name, s.side.Population, s.side.Wrong.N, s.side.Wrong.X, 100*s.side.Bound, 100*s.side.Most, s.side.Verdict)
	}
	if r.Review.KappaDefined {
		line("\nTwo reviewers judged %d cases; agreement beyond chance (kappa) %.2f.", r.Review.SecondOpinions, r.Review.Kappa)
	}

	line("\n## Step 2: each group against everyone else")
	for _, f := range r.Families {
		line("\n### %s%s\n", escape(f.Name()), map[bool]string{true: " (secondary)"}[f.Secondary])
		line("| group | flagged | everyone else | ratio [interval] | to the highest | verdict |")
		line("|---|---:|---:|---:|---:|---|")
		highest := 0.0 // of the printed groups: that of a hidden one would give its rate away
		for _, g := range f.Groups {
			if v, ok := g.Rate.Value(); ok && !g.Suppressed {
				highest = max(highest, v)
			}
		}
		for _, g := range f.Groups {
			switch {
			case g.Suppressed:
				line("| %s | not printed | not printed | not printed | not printed | %v |", escape(g.Label), g.Verdict)
			case g.Rate.N == 0:
				line("| %s | nobody | %v | undefined | undefined | %v |", escape(g.Label), g.Rest, g.Verdict)
			default:
				impact := "undefined"
				if v, ok := g.Rate.Value(); ok && highest > 0 {
					impact = decimals(v / highest)
				}
				line("| %s | %v | %v | %v | %s | %v |", escape(g.Label), g.Rate, g.Rest, g.Ratio, impact, g.Verdict)
			}
		}
	}
	line("\nThe ratio to the highest printed group is there for auditors and decides nothing.")

	line("\n## Step 3: proxies\n")
	line("| factor | attribute | strength | share of the gap | verdict |")
	line("|---|---|---:|---:|---|")
	for _, f := range r.Proxies {
		strength, share := "undefined", "none"
		if f.Strength.Defined {
			strength = decimals(f.Strength.Value)
		}
		if v, ok := f.Path.Share(); ok && f.PathGroup != "" && !r.hides(f.Attribute, f.PathGroup) {
			share = fmt.Sprintf("%.0f %% (%s)", 100*v, escape(f.PathGroup))
		}
		verdict := f.Verdict.String()
		if f.Verdict == Explained {
			verdict += ": " + escape(f.Declared.Reason) + ", declared by " + f.Declared.By.String() + " on " + f.Declared.On.String()
		}
		line("| %s | %s | %s | %s | %s |", escape(f.Factor), escape(f.Attribute), strength, share, verdict)
	}

	line("\n## Known blind spots\n")
	line("Stated by people:\n")
	for _, s := range in.BlindSpots {
		line("- %s", escape(s))
	}
	line("\nFrom the data:\n")
	for _, s := range m.Machine {
		line("- %s", escape(s))
	}
	if len(m.Machine) == 0 {
		line("- none found")
	}

	line("\n## Compensating human controls\n")
	for _, c := range in.Controls {
		line("- %s Owner %v, approved by %v, from %v to %v. Evidence: %s", escape(c.Control), c.Owner, c.Approver, c.From, c.Expires, escape(c.Evidence))
	}
	if len(in.Controls) == 0 {
		line("- none")
	}
	line("\nResidual risk: %s", escape(in.Residual))
	line("\nNo check can promise parity between all groups. Automated output alone never decides about a career.")

	p := r.policy
	line("\n## Thresholds\n")
	if p.RatioMin > 0 {
		line("- ratio of flag rates: %v at least when the flag helps, %.4g at most when it burdens", p.RatioMin, 1/p.RatioMin)
	}
	if p.DiffMax > 0 {
		line("- difference of flag rates: at most %v", p.DiffMax)
	}
	line("- chance of a wrong verdict: %v one-sided; figures of fewer than %d people are not printed", p.Alpha, p.MinShow)
	line("- wrong flags at most %v, missed cases at most %v, at confidence %v", p.Review.MaxFalseDiscovery, p.Review.MaxMissed, p.Review.Confidence)
	line("- adopted by %v on %v", p.AdoptedBy, p.AdoptedOn)

	line("\n## To repeat this\n")
	line("- policy SHA-256: %v", r.PolicyHash)
	if r.anyHidden() {
		// Few numbers are possible for a small group, and the digest would tell which.
		line("- table SHA-256: in the signal's records; it is not printed, since hidden figures could be tried against it")
	} else {
		line("- table SHA-256: %v", r.Fingerprint)
	}
	line("- prepared by %v on %v, next review %v", in.PreparedBy, in.Prepared, in.NextReview)
	for _, id := range in.SignedBy {
		line("- signed by %v", id)
	}
	return []byte(b.String())
}

// anyHidden reports whether figures of any group must not be printed.
func (r *Report) anyHidden() bool {
	for _, f := range r.Families {
		for _, g := range f.Groups {
			if g.Suppressed {
				return true
			}
		}
	}
	return false
}

// hides reports whether the figures of a group of one attribute must not be
// printed.
func (r *Report) hides(attribute, level string) bool {
	for _, f := range r.Families {
		for _, g := range f.Groups {
			if len(f.By) == 1 && f.By[0] == attribute && g.Label == level {
				return g.Suppressed
			}
		}
	}
	return true // not compared on its own: nobody checked what it would reveal
}

func verdictSentence(r *Report) string {
	switch {
	case r.Verdict == Pause:
		return "The signal is not used until it is mended, or a control is approved."
	case r.Standing == signal.Candidate:
		return "A step was not carried out; the signal is not used."
	case r.Verdict == Pass:
		return "Shown to be within the programme thresholds."
	case r.Standing == signal.Paused:
		return "Neither a breach nor its absence was shown, and the policy pauses such a signal."
	}
	return "Neither a breach nor its absence was shown; the signal is used only under the human controls below."
}

// escape makes text safe inside a line of Markdown: one line, no markup.
func escape(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			b.WriteByte(' ')
		case !unicode.IsPrint(r):
		case strings.ContainsRune("\\`*[]<>|#~&!$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
