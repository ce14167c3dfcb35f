package fairness

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/internal/markup"
	"github.com/coachgov/coaching/signal"
)

// Markdown returns the memo as CommonMark with tables. The same memo gives the
// same bytes. Text that people wrote is escaped and cannot add markup.
func (m *Memo) Markdown() []byte { return m.page().Markdown() }

// HTML returns the memo with its figures as one page: UTF-8, self-contained,
// without scripts or requests, the same bytes for the same memo. It has the
// words of Markdown.
func (m *Memo) HTML() []byte { return m.page().HTML() }

// page is what both forms of the memo say.
func (m *Memo) page() *markup.Page {
	r, in := m.Input.Report, m.Input
	p := &markup.Page{Title: "Risk memo: signal " + r.Signal}
	p.Lead(fmt.Sprintf("Verdict: %v. Recommended standing: %v. %s", r.Verdict, r.Standing, verdictSentence(r)))
	p.List(
		"Purpose: "+in.Purpose,
		fmt.Sprintf("A flag: %s (%v)", in.FlagMeaning, r.Polarity),
		"Harmed by an error: "+in.WhoIsHarmed,
		fmt.Sprintf("Data: %v, %d people, %d of them flagged", r.Window, r.Flagged.N, r.Flagged.X),
	)
	p.Heading("Why")
	var reasons []string
	for _, f := range r.Findings {
		reasons = append(reasons, fmt.Sprintf("%s (%v): %s", f.Code, f.Severity, f.Message))
	}
	p.List(orNone(reasons, "All three steps passed.")...)
	r.pageReview(p)
	r.pageFamilies(p)
	r.pageProxies(p)
	if r.Validation != nil {
		r.pageValidation(p)
	}
	if in.Evidence != nil {
		pageEvidence(p, *in.Evidence)
	}
	p.Heading("Known blind spots")
	p.Paragraph("Stated by people:")
	p.List(in.BlindSpots...)
	p.Paragraph("From the data:")
	p.List(orNone(m.Machine, "none found")...)
	m.pageControls(p)
	r.pageThresholds(p)
	m.pageRepeat(p)
	return p
}

func orNone(items []string, none string) []string {
	if len(items) == 0 {
		return []string{none}
	}
	return items
}

func (r *Report) pageReview(p *markup.Page) {
	p.Heading("Step 1: manual review")
	var rows [][]string
	add := func(cases string, s ReviewSide) {
		rows = append(rows, []string{cases, fmt.Sprint(s.Population), fmt.Sprint(s.Wrong.N), fmt.Sprint(s.Wrong.X),
			fmt.Sprintf("%.0f %%", 100*s.Bound), fmt.Sprintf("%.0f %%", 100*s.Most), s.Verdict.String()})
	}
	add("flagged", r.Review.FalseDiscovery)
	add("unflagged", r.Review.Missed)
	p.Table("", "lrrrrrl", []string{"cases", "to draw from", "reviewed", "wrong", "at most", "allowed", "verdict"}, rows)
	if r.Review.KappaDefined {
		p.Paragraph(fmt.Sprintf("Two reviewers judged %d cases; agreement beyond chance (kappa) %.2f.", r.Review.SecondOpinions, r.Review.Kappa))
	}
}

func (r *Report) pageFamilies(p *markup.Page) {
	p.Heading("Step 2: each group against everyone else")
	p.Figure(r.Forest())
	for _, f := range r.Families {
		p.Subheading(f.Name() + map[bool]string{true: " (secondary)"}[f.Secondary])
		highest := 0.0 // of the printed groups: that of a hidden one would give its rate away
		for _, g := range f.Groups {
			if v, ok := g.Rate.Value(); ok && !g.Suppressed {
				highest = max(highest, v)
			}
		}
		var rows [][]string
		for _, g := range f.Groups {
			rows = append(rows, g.cells(highest))
		}
		p.Table("", "lrrrrl", []string{"group", "flagged", "everyone else", "ratio [interval]", "to the highest", "verdict"}, rows)
		f.pageMetrics(p)
		f.pageAdjusted(p)
	}
	p.Paragraph("The ratio to the highest printed group is there for auditors and decides nothing.")
	p.Figure(r.Funnel())
}

// pageMetrics prints how groups differ by what turned out to be true.
func (f FamilyResult) pageMetrics(p *markup.Page) {
	var rows [][]string
	hidden := 0
	for _, m := range f.Metrics {
		if m.Suppressed {
			hidden++
			continue
		}
		for _, g := range m.Groups {
			row := []string{strings.ReplaceAll(m.Metric.String(), "_", " "), g.Label, g.Rate.String(), g.Rest.String(), g.Diff.String(), fmt.Sprintf("%.2g", g.BH)}
			if g.Undefined != "" {
				row[2], row[4], row[5] = "undefined", g.Undefined, ""
			}
			rows = append(rows, row)
		}
	}
	if len(rows) > 0 {
		p.Table("By what turned out to be true of people; no threshold decides on it", "llrrrr", []string{"rate", "group", "group's", "everyone else's", "difference [interval]", "adjusted p"}, rows)
	}
	if hidden > 0 {
		p.Paragraph(fmt.Sprintf("%d rates that need labels are not printed: a group is too small.", hidden))
	}
}

// pageAdjusted prints the gaps that are left among people who share a factor that
// was declared legitimate.
func (f FamilyResult) pageAdjusted(p *markup.Page) {
	var rows [][]string
	for _, a := range f.Adjusted {
		row := []string{a.Factor, a.Label, "not printed", "not printed", "", ""}
		if !a.Suppressed {
			row = []string{a.Factor, a.Label, a.Crude.String(), a.Ratio.String(), fmt.Sprintf("%.2g", a.P), fmt.Sprintf("%.2g", a.PSame)}
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		p.Table("Among people who share a factor that was declared legitimate (Mantel-Haenszel)", "llrrrr", []string{"factor", "group", "ratio", "ratio within the factor", "p of none", "p of one for all levels"}, rows)
	}
}

// cells is the row of a group in the memo.
func (g GroupResult) cells(highest float64) []string {
	switch {
	case g.Suppressed:
		return []string{g.Label, "not printed", "not printed", "not printed", "not printed", g.Verdict.String()}
	case g.Rate.N == 0:
		return []string{g.Label, "nobody", g.Rest.String(), "undefined", "undefined", g.Verdict.String()}
	}
	impact := "undefined"
	if v, ok := g.Rate.Value(); ok && highest > 0 {
		impact = decimals(v / highest)
	}
	return []string{g.Label, g.Rate.String(), g.Rest.String(), g.Ratio.String(), impact, g.Verdict.String()}
}

func (r *Report) pageProxies(p *markup.Page) {
	p.Heading("Step 3: proxies")
	var rows [][]string
	for _, f := range r.Proxies {
		strength, share := "undefined", "none"
		if f.Strength.Defined {
			strength = decimals(f.Strength.Value)
		}
		if v, ok := f.Path.Share(); ok && f.PathGroup != "" && !r.hides(f.Attribute, f.PathGroup) {
			share = fmt.Sprintf("%s (%s)", percent(v, 0), f.PathGroup)
		}
		verdict := strings.ReplaceAll(f.Verdict.String(), "_", " ")
		if f.Verdict == Explained {
			verdict += ": " + f.Declared.Reason + ", declared by " + f.Declared.By.String() + " on " + f.Declared.On.String()
		}
		rows = append(rows, []string{f.Factor, f.Attribute, strength, share, verdict})
	}
	p.Table("", "llrrl", []string{"factor", "attribute", "strength", "share of the gap", "verdict"}, rows)
	p.Figure(r.PathShares())
}

func (r *Report) pageValidation(p *markup.Page) {
	v := r.Validation
	p.Heading("The validation pass")
	if !v.Look.IsZero() {
		p.Paragraph(fmt.Sprintf("A look on %v, before the end: it could pause and not pass, at an error of %.2g; %.2g is spent.", v.Look, v.Alpha, v.Spent))
		return
	}
	p.List(
		fmt.Sprintf("days that hold data: %d", v.Days),
		fmt.Sprintf("flagged in the first half of the window: %v, in the second: %v", v.First, v.Second),
		fmt.Sprintf("change of the flag rate: %v", v.Shift),
		fmt.Sprintf("error spent by looks before the end: %.2g; looks and end together pause wrongly with a chance of at most %.2g", v.Spent, v.Spent+v.Alpha),
	)
	var rows [][]string
	for _, d := range v.Drift {
		row := []string{d.Feature, "undefined", "", "unknown in a half"}
		if d.Defined {
			row = []string{d.Feature, decimals(d.PSI), decimals(d.Chance), map[bool]string{true: "moved", false: "stable"}[d.Moved]}
		}
		rows = append(rows, row)
	}
	p.Table("Features in the two halves", "lrrl", []string{"feature", "stability index", "chance alone", "result"}, rows)
}

// pageEvidence prints what was measured of the signal's quality.
func pageEvidence(p *markup.Page, e signal.Evidence) {
	p.Heading("Quality of the signal")
	p.List(
		fmt.Sprintf("measured over %v, version %d: %s", e.Window, e.Version, map[bool]string{true: "sufficient", false: "not sufficient"}[e.Sufficient]),
		fmt.Sprintf("coverage %.0f %% of %d cells; %d missing, %d excluded, %d suppressed", 100*e.Coverage, e.Cells, e.Missing, e.Excluded, e.Suppressed),
		fmt.Sprintf("feed %v, newest data %d days old", e.Feed, e.FeedAge),
		fmt.Sprintf("stability %v: ICC %s, minimal detectable change %s", e.Stability, decimals(e.ICCk), decimals(e.MDC95)),
		fmt.Sprintf("%d flags: %d confirmed, %d rejected, %d explained, %d pending; %d values restated", e.Flags, e.Confirmed, e.Rejected, e.Explained, e.Pending, e.Restated),
		"data quality: "+strings.Join(orNone(e.Quality, "nothing found"), ", "),
	)
}

func (m *Memo) pageControls(p *markup.Page) {
	p.Heading("Compensating human controls")
	var items []string
	for _, c := range m.Input.Controls {
		items = append(items, fmt.Sprintf("%s Owner %v, approved by %v, from %v to %v. Evidence: %s", c.Control, c.Owner, c.Approver, c.From, c.Expires, c.Evidence))
	}
	p.List(orNone(items, "none")...)
	p.Paragraph("Residual risk: " + m.Input.Residual)
	p.Paragraph("No check can promise parity between all groups. Automated output alone never decides about a career.")
	p.Paragraph("This check is no governance: without consent, limits on access and an end to storage, acting on signals risks surveillance and bias, whatever its verdict.")
}

func (r *Report) pageThresholds(p *markup.Page) {
	policy := r.policy
	p.Heading("Thresholds")
	var items []string
	add := func(format string, args ...any) { items = append(items, fmt.Sprintf(format, args...)) }
	if policy.RatioMin > 0 {
		add("ratio of flag rates: %v at least when the flag helps, %.4g at most when it burdens", policy.RatioMin, 1/policy.RatioMin)
	}
	if policy.DiffMax > 0 {
		add("difference of flag rates: at most %v", policy.DiffMax)
	}
	add("chance of a wrong verdict: %v one-sided; figures of fewer than %d people are not printed", policy.Alpha, policy.MinShow)
	add("wrong flags at most %v, missed cases at most %v, at confidence %v", policy.Review.MaxFalseDiscovery, policy.Review.MaxMissed, policy.Review.Confidence)
	add("adopted by %v on %v", policy.AdoptedBy, policy.AdoptedOn)
	p.List(items...)
}

func (m *Memo) pageRepeat(p *markup.Page) {
	r, in := m.Input.Report, m.Input
	p.Heading("To repeat this")
	items := []string{fmt.Sprintf("policy SHA-256: %v", r.PolicyHash)}
	if r.Validation != nil {
		items = append(items, fmt.Sprintf("plan of the validation SHA-256: %v", r.Validation.Plan))
	}
	if in.Seed != "" {
		items = append(items, "seed of the review sample: "+in.Seed)
	}
	if r.anyHidden() {
		// Few numbers are possible for a small group, and the digest would tell which.
		items = append(items, "table SHA-256: in the signal's records; it is not printed, since hidden figures could be tried against it")
	} else {
		items = append(items, fmt.Sprintf("table SHA-256: %v", r.Fingerprint))
	}
	items = append(items, fmt.Sprintf("prepared by %v on %v, next review %v", in.PreparedBy, in.Prepared, in.NextReview))
	for _, id := range in.SignedBy {
		items = append(items, fmt.Sprintf("signed by %v", id))
	}
	p.List(items...)
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
