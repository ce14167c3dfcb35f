package fairness

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/internal/markup"
)

// An ImpactRow is one category of an impact table.
type ImpactRow struct {
	Levels []string `json:"levels"` // one for each attribute of the table
	// Rate is the selection rate, selected of all people of the category, or the
	// scoring rate, those above the median of those with a score.
	Rate  Rate    `json:"rate"`
	Share float64 `json:"share"` // of the people of the table
	// Excluded categories have less than the least share, no ratio, and no part in
	// the highest rate.
	Excluded bool `json:"excluded"`
	// Hidden says that the figures were taken out; see [Report.Hide].
	Hidden bool `json:"hidden"`
	// Impact is the rate over the highest of a category that is not excluded;
	// ImpactDefined is false for an excluded category, and where a rate is
	// undefined or the highest is zero.
	Impact          float64 `json:"impact_ratio"`
	ImpactDefined   bool    `json:"impact_ratio_defined"`
	BelowFourFifths bool    `json:"below_four_fifths"` // in exact arithmetic
}

// Label returns the levels joined by ", ".
func (r ImpactRow) Label() string { return strings.Join(r.Levels, ", ") }

// An ImpactTable is what New York City's Local Law 144 wants published of an
// automated tool (6 RCNY 5-301): the rate of each category and its ratio to the
// highest one. It is for auditors; at the sizes of a programme such a ratio is
// mostly noise, and no verdict of this package rests on it.
//
// As it is made it holds the figures of small categories too, as the law wants:
// who may read it may read those. [Report.Hide] takes them out.
type ImpactTable struct {
	Signal  string      `json:"signal"`
	By      []string    `json:"by"`
	Scoring bool        `json:"scoring"` // rates are scoring rates, else selection rates
	Split   MedianSplit `json:"split"`   // of a scoring table: the median, and how many lie above and at it
	// SelectedMeans says which people a selection table counts: "flagged" where
	// the flag helps, and "not flagged" where it burdens, since selection is the
	// outcome that people want.
	SelectedMeans string      `json:"selected_means"`
	Total         int64       `json:"total"`   // people in the categories
	Unknown       int64       `json:"unknown"` // people left out since a level is unknown
	Unscored      int64       `json:"unscored"`
	LeastShare    float64     `json:"least_share"` // as given
	Why           string      `json:"why"`         // of leaving small categories out, as given
	Rows          []ImpactRow `json:"rows"`        // in the order of the levels
}

// An ImpactRule says which small categories have no ratio. The zero ImpactRule
// leaves none out.
type ImpactRule struct {
	// LeastShare is the share of people below which a category may be left out:
	// at most 0.02 (6 RCNY 5-301(d)). It is taken as the decimal that it prints as.
	LeastShare float64
	Why        string // the justification that the law wants, with any LeastShare
}

func (r ImpactRule) check() error {
	switch {
	case !(r.LeastShare >= 0 && r.LeastShare <= 0.02):
		return fmt.Errorf("fairness: impact: least share %v, want 0 to 0.02", r.LeastShare)
	case r.LeastShare > 0 && (strings.TrimSpace(r.Why) == "" || len(r.Why) > 4096):
		return fmt.Errorf("fairness: impact: a justification of %d bytes, want 1 to 4096 where categories are left out", len(r.Why))
	}
	return nil
}

// SelectionRates returns the impact table of the flag by the attributes, such as
// sex, race, or both.
func SelectionRates(t *Table, rule ImpactRule, by ...string) (ImpactTable, error) {
	if err := impactReady(t, rule, by); err != nil {
		return ImpactTable{}, err
	}
	groups, unknown, err := t.GroupBy(by...)
	if err != nil {
		return ImpactTable{}, err
	}
	out := ImpactTable{Signal: t.spec.Signal, By: append([]string{}, by...), SelectedMeans: "flagged", Unknown: unknown.Total(), LeastShare: rule.LeastShare, Why: rule.Why}
	if t.spec.Polarity == Unfavourable {
		out.SelectedMeans = "not flagged"
	}
	for _, g := range groups {
		rate := g.Selection()
		if t.spec.Polarity == Unfavourable {
			rate.X = rate.N - rate.X
		}
		out.Rows = append(out.Rows, ImpactRow{Levels: g.Levels, Rate: rate})
	}
	out.compare()
	return out, nil
}

// ScoringRates returns the impact table of the score by the attributes: in each
// category the people above the median of everybody with a score. It is an error
// when the spec declares no score, nobody has one, or the table has given up the
// scores for their moments.
func ScoringRates(t *Table, rule ImpactRule, by ...string) (ImpactTable, error) {
	if err := impactReady(t, rule, by); err != nil {
		return ImpactTable{}, err
	}
	groups, err := t.Scores(by...)
	if err != nil {
		return ImpactTable{}, err
	}
	split, ok := t.Median()
	if !ok {
		return ImpactTable{}, fmt.Errorf("fairness: impact: no median: nobody has a score, or there are more different ones than the spec's MaxCells")
	}
	_, unknown, err := t.GroupBy(by...)
	if err != nil {
		return ImpactTable{}, err
	}
	out := ImpactTable{Signal: t.spec.Signal, By: append([]string{}, by...), Scoring: true, Split: split, SelectedMeans: "above the median score",
		Unknown: unknown.Total(), Unscored: t.Total() - split.N, LeastShare: rule.LeastShare, Why: rule.Why}
	for _, g := range groups {
		out.Rows = append(out.Rows, ImpactRow{Levels: g.Levels, Rate: g.ScoringRate(split)})
	}
	out.compare()
	return out, nil
}

func impactReady(t *Table, rule ImpactRule, by []string) error {
	if t == nil || t.cells == nil {
		return fmt.Errorf("fairness: the zero Table cannot be checked; want one from NewTable")
	}
	if len(by) == 0 {
		return fmt.Errorf("fairness: impact: no attribute, want at least one to divide people by")
	}
	return rule.check()
}

// Hide returns the tables without the figures of the categories that the report
// must not print, and all of a table whose attributes it did not compare. Fewer
// people may have a score than there are, so scoring tables are looked at again,
// all that are given together: where they show fewer people than the policy's
// MinShow, or give a hidden category's number of scores away, or that nobody or
// everybody of the hidden ones is above the median, or where a hidden category has
// people without a score, all scoring tables lose all figures. So give all tables
// that a reader will see to one call. The ratios are to the highest of the
// categories that are left. The tables given are not changed.
func (r *Report) Hide(tables ...ImpactTable) []ImpactTable {
	out := slices.Clone(tables)
	scores := r.hidesScores(tables)
	for i := range out {
		t := &out[i]
		t.Rows = slices.Clone(t.Rows)
		for j := range t.Rows {
			if row := &t.Rows[j]; t.Scoring && scores || r.hidesGroup(t.By, row.Levels) {
				*row = ImpactRow{Levels: row.Levels, Hidden: true}
			}
		}
		t.ratios()
	}
	return out
}

// hidesScores reports whether the scoring tables together would give a figure
// away that the report hides.
func (r *Report) hidesScores(tables []ImpactTable) bool {
	var families []FamilyResult
	var groups []*GroupResult
	var first []int
	for _, t := range tables {
		people, ok := r.compared(t.By)
		if !t.Scoring || !ok {
			continue
		}
		first = append(first, len(groups))
		f := FamilyResult{By: t.By, Groups: make([]GroupResult, len(t.Rows))}
		for i, row := range t.Rows {
			g := &f.Groups[i]
			*g = GroupResult{Group: row.Levels, Rate: row.Rate, Suppressed: r.hidesGroup(t.By, row.Levels)}
			groups = append(groups, g)
			of := slices.IndexFunc(people.Groups, func(g GroupResult) bool { return slices.Equal(g.Group, row.Levels) })
			switch n := row.Rate.N; {
			case of < 0: // a report of another table
				return true
			case g.Suppressed && n != people.Groups[of].Rate.N:
				return true
			case !g.Suppressed && n > 0 && n < int64(r.policy.MinShow):
				return true
			}
		}
		families = append(families, f)
	}
	known := sums(families, first)
	return tooSmall(groups, known, int64(r.policy.MinShow)) >= 0 || recoverable(groups, known) >= 0 || pinned(groups, known) >= 0
}

// compared returns the family of the attributes, in that order.
func (r *Report) compared(by []string) (FamilyResult, bool) {
	i := slices.IndexFunc(r.Families, func(f FamilyResult) bool { return slices.Equal(f.By, by) })
	if i < 0 {
		return FamilyResult{}, false
	}
	return r.Families[i], true
}

// hidesGroup reports whether the figures of a group must not be printed.
func (r *Report) hidesGroup(by, levels []string) bool {
	if f, ok := r.compared(by); ok {
		for _, g := range f.Groups {
			if slices.Equal(g.Group, levels) {
				return g.Suppressed
			}
		}
	}
	return true // not compared: nobody checked what it would reveal
}

// compare fills in shares and ratios.
func (t *ImpactTable) compare() {
	for _, r := range t.Rows {
		t.Total += r.Rate.N
	}
	t.ratios()
}

// ratios fills in shares of the total and ratios to the highest.
func (t *ImpactTable) ratios() {
	var highest Rate
	for i := range t.Rows {
		r := &t.Rows[i]
		if t.Total > 0 && !r.Hidden {
			r.Share = float64(r.Rate.N) / float64(t.Total)
			r.Excluded = t.LeastShare > 0 && Below(Rate{r.Rate.N, t.Total}, Rate{1, 1}, t.LeastShare)
		}
		if r.Rate.N > 0 && !r.Excluded && (highest.N == 0 || Below(highest, r.Rate, 1)) {
			highest = r.Rate
		}
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Impact, r.ImpactDefined, r.BelowFourFifths = 0, false, false; r.Hidden || r.Excluded || r.Rate.N == 0 || highest.X == 0 {
			continue
		}
		ratio := new(big.Rat).Quo(big.NewRat(r.Rate.X, r.Rate.N), big.NewRat(highest.X, highest.N))
		r.Impact, _ = ratio.Float64()
		r.ImpactDefined = true
		r.BelowFourFifths = Below(r.Rate, highest, 0.8)
	}
}

// title names the table.
func (t ImpactTable) title() string {
	kind := "Selection rates"
	if t.Scoring {
		kind = "Scoring rates"
	}
	return kind + " by " + strings.Join(t.By, " x ")
}

// addTo prints the table and what goes with it.
func (t ImpactTable) addTo(p *markup.Page) {
	rate := map[bool]string{false: "selection rate", true: "scoring rate"}[t.Scoring]
	selected := map[bool]string{false: "selected", true: "above the median"}[t.Scoring]
	var rows [][]string
	excluded := 0
	for _, r := range t.Rows {
		cells := r.cells("undefined")
		switch {
		case r.Excluded:
			excluded++
			cells = append(cells, "left out")
		case r.BelowFourFifths:
			cells = append(cells, "below 4/5")
		default:
			cells = append(cells, "")
		}
		rows = append(rows, append([]string{r.Label()}, cells...))
	}
	p.Table("", "lrrrrrl", []string{strings.Join(t.By, " x "), "people", selected, rate, "share of people", "impact ratio", "note"}, rows)
	notes := []string{fmt.Sprintf("%d people of unknown category are left out", t.Unknown)}
	if t.Scoring {
		notes = append(notes, fmt.Sprintf("median %s: %d above it, %d at it, of %d with a score; %d without", strconv.FormatFloat(t.Split.Median, 'g', -1, 64), t.Split.Above, t.Split.At, t.Split.N, t.Unscored))
	} else {
		notes = append(notes, "selected means "+t.SelectedMeans)
	}
	if excluded > 0 {
		notes = append(notes, fmt.Sprintf("categories of less than %[2]s of people, which have no ratio: %[1]d. Why: %[3]s", excluded, percent(t.LeastShare, 0), t.Why))
	}
	p.List(notes...)
}

// cells writes the figures of a row; missing stands for what is undefined.
func (r ImpactRow) cells(missing string) []string {
	if r.Hidden {
		return []string{"not printed", "", "", "", ""}
	}
	rate, impact := missing, missing
	if v, ok := r.Rate.Value(); ok {
		rate = percent(v, 1)
	}
	if r.ImpactDefined {
		impact = fmt.Sprintf("%.3f", r.Impact)
	} else if r.Excluded {
		impact = ""
	}
	return []string{fmt.Sprint(r.Rate.N), fmt.Sprint(r.Rate.X), rate, percent(r.Share, 1), impact}
}

func percent(v float64, decimals int) string { return fixed(100*v, decimals) + " %" }

// impactPage is what both forms of the tables say.
func impactPage(tables []ImpactTable) *markup.Page {
	p := &markup.Page{Title: "Impact ratios"}
	if len(tables) > 0 {
		p.Title += ": signal " + tables[0].Signal
	}
	p.Paragraph("The figures that 6 RCNY 5-301 (New York City, Local Law 144) wants published. A ratio to the highest of several rates is below one even where all groups are treated alike, the more so the smaller they are; no verdict rests on it.")
	for _, t := range tables {
		p.Heading(t.title())
		t.addTo(p)
	}
	return p
}

// ImpactMarkdown returns the tables, in the order given, as Markdown.
func ImpactMarkdown(tables ...ImpactTable) []byte { return impactPage(tables).Markdown() }

// ImpactHTML returns the tables, in the order given, as one self-contained page.
func ImpactHTML(tables ...ImpactTable) []byte { return impactPage(tables).HTML() }

// ImpactCSV returns the tables, in the order given, as one CSV with a header: a
// row for each category. Rates and ratios have six decimals and are empty where
// undefined, and all figures are where they are hidden. A text that a spreadsheet would run as a formula has an apostrophe
// in front.
func ImpactCSV(tables ...ImpactTable) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b) // a bytes.Buffer never fails to write
	write := func(cells ...string) {
		for i, c := range cells {
			cells[i] = spreadsheetSafe(c)
		}
		_ = w.Write(cells)
	}
	write("signal", "by", "category", "kind", "people", "selected", "rate", "share", "excluded", "impact_ratio", "below_four_fifths")
	six := func(v float64, ok bool) string {
		if !ok {
			return ""
		}
		return strconv.FormatFloat(v, 'f', 6, 64)
	}
	for _, t := range tables {
		kind, by := map[bool]string{false: "selection", true: "scoring"}[t.Scoring], strings.Join(t.By, " x ")
		for _, r := range t.Rows {
			rate, ok := r.Rate.Value()
			if r.Hidden {
				write(t.Signal, by, r.Label(), kind, "", "", "", "", "", "", "")
				continue
			}
			write(t.Signal, by, r.Label(), kind, fmt.Sprint(r.Rate.N), fmt.Sprint(r.Rate.X), six(rate, ok), six(r.Share, true), fmt.Sprint(r.Excluded), six(r.Impact, r.ImpactDefined), fmt.Sprint(r.BelowFourFifths))
		}
		write(t.Signal, by, "(unknown)", kind, fmt.Sprint(t.Unknown), "", "", "", "", "", "")
	}
	w.Flush()
	return b.Bytes()
}

// spreadsheetSafe puts an apostrophe before text that a spreadsheet would run.
func spreadsheetSafe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
