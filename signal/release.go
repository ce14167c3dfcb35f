package signal

import (
	"fmt"
	"math"
	"slices"

	"github.com/coachgov/coaching"
)

// MinK is the smallest number of people per figure that a release may be asked to
// promise. [MinGroup] is what it promises when it is not asked.
const MinK = 3

// maxReleaseCells bounds a release: tables times cells.
const maxReleaseCells = 1 << 20

// maxReleaseDays bounds what one table covers.
const maxReleaseDays = 366

// A ReleaseSpec says which groups are shown, and over which time.
type ReleaseSpec struct {
	// By names one attribute of the panel, or two for a table of rows and
	// columns. A person counts under the latest label, whichever the period;
	// people without a label are the group "(blank)".
	By []string
	// Window holds the periods to use, those that lie wholly in it. The release
	// is one table over all of them in which each person counts once: with the
	// mean over the person's periods, or with the sums where the operation
	// counts or divides. A person who is often absent weighs as much as one who
	// is not.
	Window coaching.Window
	// PerPeriod asks for a table per period instead.
	PerPeriod bool
	// K is the least number of people behind a figure, 0 meaning [MinGroup].
	// Below it is a warning, below [MinK] a refusal.
	K int
	// Exclude leaves out periods, or persons' figures in a period.
	Exclude Exclusions
	// Ledger holds what was released before. With a ledger, a group that differs
	// from one already shown, in any period, by 1 to K-1 people is hidden, and so
	// is one where groups of the same period do, added up. nil leaves that
	// unchecked, and a finding says so. It is not changed: see
	// [Ledger.Record].
	Ledger *Ledger
}

// A Release is one signal over groups of people, with every cell hidden that
// would show too few of them, or let a reader work out such a cell. [NewRelease]
// and [ReadRelease] make one; it is immutable and holds no hidden figure. The
// zero Release is empty.
type Release struct {
	shape
	signal SignalRef
	by     []string
	k      int
	labels [2][]string
	tables []groupTable // by period

	entries []ledgerEntry // what a ledger has to keep
	basis   [32]byte      // what the ledger knew about the signal when the release was made
}

// A groupTable is a release's table for one period.
type groupTable struct {
	period Period
	cells  []Cell
}

// A GroupFigure is one cell of a [Release].
type GroupFigure struct {
	// Groups holds a label per attribute; "" stands for all of them together.
	Groups []string
	Period Period
	Cell
}

// NewRelease computes a signal for groups of people, with totals. Means, medians,
// counts, ratios of sums and shares are taken over people, never over groups'
// figures, and are rounded to the definition's resolution.
//
// What is hidden: every cell of fewer than K people, counted per cell and period;
// and as many more, the smallest first, as it takes so that no size of a hidden
// cell and no sum over fewer than K people follows from the cells and totals that
// are shown. Where two cells are equally large, the one whose label comes first
// is hidden. A hidden cell says neither its value, nor how many people it holds,
// nor which of these reasons hid it. A cell in which nobody has a figure says
// so. A cell is Missing, and the number of its people is not told, where the
// figure is undefined or outside the definition's range.
//
// What it does not protect: a group in which everybody has the same figure (a
// finding counts these), or what is left of a total when that is so there;
// against a reader who knows a member's figure already, or reasons from the order
// in which cells are hidden; that nobody is in a cell; against releases of periods
// that share days, such as a window less its first week, which can be one person
// (a finding says when the ledger has such a table); against three or more
// releases taken together; against the same people's figures under several
// signals.
//
// It answers nil when findings block: the definition's own (see
// [Definition.Check]); DQ01 for columns and attributes that the panel lacks; DQ03
// for a window without a period, or of more than 366 days; DQ20 for a K that is
// too small, and when nothing could be shown; SIG-033 for a signal of raw traces.
// Findings that do not block count what is hidden (DQ20), figures outside the
// range (DQ08), and people who changed their label (DQ13).
func NewRelease(p *Panel, d Definition, spec ReleaseSpec) (*Release, coaching.Findings) {
	p = p.orEmpty()
	k, times, fs := spec.check(p, d)
	if fs.Blocked() {
		fs.Sort()
		return nil, fs
	}
	g := p.group(spec.By)
	r := &Release{
		shape: g.shape, k: k, by: slices.Clone(spec.By), labels: g.labels,
		signal: SignalRef{ID: d.ID, Version: d.Version, Unit: d.Unit, Grain: d.Grain},
	}
	tables := 1
	if spec.PerPeriod {
		tables = len(times)
	}
	size := g.size() * tables
	add := func(code string, sev coaching.Severity, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: d.ID, Message: fmt.Sprintf(format, args...)})
	}
	if size > maxReleaseCells {
		add("DQ20", coaching.Error, "%d cells; want at most %d: fewer periods, or fewer groups", size, maxReleaseCells)
		fs.Sort()
		return nil, fs
	}
	var working *Ledger // learns of each table before the next one is made
	if spec.Ledger != nil {
		r.basis, working = spec.Ledger.about(d.ID), spec.Ledger.clone()
	}
	var hidden, shown, outside, alike, overlap int
	for i, tallies := range g.tallies(p, d, times, !spec.PerPeriod, working != nil, spec.Exclude) {
		table := groupTable{period: Period{Start: spec.Window.From, Days: spec.Window.Days()}, cells: make([]Cell, g.size())}
		if spec.PerPeriod {
			table.period = p.periods[times[i]]
		}
		c, sure := r.hide(p, table.period, tallies, working)
		if !sure {
			add("DQ20", coaching.Error, "more than %d cells of a table are hidden, too many to be sure of; want fewer groups", maxHidden)
			fs.Sort()
			return nil, fs
		}
		for cell, t := range tallies {
			to := d.groupCell(&t, c.hidden[cell])
			table.cells[cell] = to
			switch {
			case to.Status == Suppressed:
				hidden++
			case to.Reason == reasonRange:
				outside++
			case to.Status == OK:
				shown++
				if !t.mixed && !g.total(cell) {
					alike++
				}
			}
		}
		r.tables = append(r.tables, table)
		if spec.Ledger.overlaps(d.ID, table.period) {
			overlap++
		}
	}
	switch {
	case shown == 0:
		add("DQ20", coaching.Error, "no cell of %d can be shown; join groups, or take a longer window", size)
	case hidden > 0:
		add("DQ20", coaching.Warning, "%d of %d cells are hidden, so that no group of fewer than %d people shows", hidden, size, k)
	}
	if outside > 0 {
		add("DQ08", coaching.Warning, "%d of %d cells lie outside the definition's range and are missing", outside, size)
	}
	if alike > 0 {
		add("DQ20", coaching.Warning, "in %d groups everybody has the same figure, so the group's figure is each person's", alike)
	}
	if overlap > 0 {
		add("DQ20", coaching.Warning, "%d of %d tables share days with a table of another period in the ledger; what follows from the two together about people who are there on the other days alone was not checked", overlap, tables)
	}
	if spec.Ledger == nil {
		add("DQ20", coaching.Info, "no ledger is given: what follows from this release and earlier ones together was not checked")
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return r, fs
}

// check reports what keeps a release from being made, unsorted, and returns its k
// and the positions of its periods.
func (spec ReleaseSpec) check(p *Panel, d Definition) (k int, times []int, fs coaching.Findings) {
	fs = d.Check()
	add := func(code string, sev coaching.Severity, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: d.ID, Message: fmt.Sprintf(format, args...)})
	}
	if k = spec.K; k == 0 {
		k = MinGroup
	}
	switch {
	case k < MinK:
		add("DQ20", coaching.Error, "a release of groups of %d; want at least %d, and %d as a rule", k, MinK, MinGroup)
	case k < MinGroup:
		add("DQ20", coaching.Warning, "a release of groups of %d, fewer than the %d that are the rule", k, MinGroup)
	}
	if d.Class == Raw {
		add("SIG-033", coaching.Error, "the signal is classed raw; a release holds aggregates")
	}
	for _, column := range d.Expr.Columns() {
		if p.column(column) == nil {
			add("DQ01", coaching.Error, "the panel has no column %q", clip(column))
		}
	}
	if n := len(spec.By); n < 1 || n > 2 || n == 2 && spec.By[0] == spec.By[1] {
		add("DQ01", coaching.Error, "%d attributes; want one, or two different ones", n)
	}
	for _, name := range spec.By {
		i := slices.IndexFunc(p.attributes, func(a attribute) bool { return a.name == name })
		if i < 0 {
			add("DQ01", coaching.Error, "the panel has no attribute %q", clip(name))
			continue
		}
		moved := 0
		for _, n := range p.attributes[i].flips {
			moved += min(n, 1)
		}
		if moved > 0 {
			add("DQ13", coaching.Warning, "%d of %d people changed their %s; each counts under the latest label", moved, len(p.subjects), clip(name))
		}
	}
	left := spec.Exclude.index()
	for t, period := range p.periods {
		if _, everybody := left[rowKey{period: period}]; !everybody && d.Cadence.Holds(period.Days) && period.within(spec.Window) {
			times = append(times, t)
		}
	}
	switch {
	case len(times) == 0:
		add("DQ03", coaching.Error, "no period of the signal's cadence lies in the window")
	case !spec.PerPeriod && spec.Window.Days() > maxReleaseDays:
		add("DQ03", coaching.Error, "a window of %d days in one table; want at most %d", spec.Window.Days(), maxReleaseDays)
	}
	return k, times, fs
}

// hide decides which cells of a table are hidden, and tells a ledger, if there is
// one, and the release. It answers false when there are too many.
func (r *Release) hide(p *Panel, period Period, tallies []groupTally, ledger *Ledger) (*cells, bool) {
	c := &cells{shape: r.shape, n: make([]int, r.size()), hidden: make([]bool, r.size()), known: make([]bool, r.size())}
	for cell, t := range tallies {
		c.n[cell] = t.n
	}
	if ledger == nil {
		return c, c.suppress(r.k)
	}
	entries := make([]ledgerEntry, r.size())
	for cell, t := range tallies {
		people := make([]coaching.PersonID, len(t.members))
		for m, s := range t.members {
			people[m] = p.subjects[s]
		}
		entries[cell] = newLedgerEntry(r.signal.ID, period, asHidden, people)
	}
	ledger.withhold(c, entries, r.k)
	families := ledger.families(r.signal.ID, period, r.k)
	for again := true; again; again = ledger.hideMore(c, entries, families, period, r.k) {
		if !c.suppress(r.k) {
			return nil, false
		}
	}
	made, _ := c.left(entries, period)
	for cell, e := range entries {
		if c.n[cell] == 0 {
			continue
		}
		if !c.hidden[cell] {
			e.As = asShown
		}
		made = append(made, e)
	}
	for _, e := range made {
		ledger.add(e)
	}
	r.entries = append(r.entries, made...)
	return c, true
}

const reasonHidden = "hidden to protect a small group"

// groupCell makes a cell of its people.
func (d Definition) groupCell(t *groupTally, hidden bool) Cell {
	switch {
	case hidden:
		return Cell{Status: Suppressed, Reason: reasonHidden}
	case t.n == 0:
		return Cell{Reason: reasonNobody}
	}
	v, ok := t.figure(d.Expr)
	switch {
	case !ok:
		return Cell{Reason: reasonUndefined}
	case !d.possible(v):
		return Cell{Reason: reasonRange}
	}
	return Cell{Status: OK, Value: rounded(v, d.resolution()), N: t.n}
}

// rounded returns the multiple of step next to v. Where a whole number of steps
// makes one, the result is the number that its decimal form names.
func rounded(v, step float64) float64 {
	if per := math.Round(1 / step); per >= 1 && math.Abs(per*step-1) < 1e-9 {
		v, step = math.Round(v*per)/per, 0
	} else {
		v = math.Round(v/step) * step
	}
	return v + 0 // no negative zero
}

// Signal returns what the release is a release of.
func (r *Release) Signal() SignalRef { return r.signal }

// By returns the attributes: rows, and columns if there are two.
func (r *Release) By() []string { return slices.Clone(r.by) }

// K returns the least number of people behind a figure.
func (r *Release) K() int { return r.k }

// Figures returns every cell, hidden ones and totals included, sorted by period
// and then by label. Totals come first, their label being "".
func (r *Release) Figures() []GroupFigure {
	var figures []GroupFigure
	for _, t := range r.tables {
		for cell, c := range t.cells {
			figures = append(figures, GroupFigure{Groups: r.groups(cell), Period: t.period, Cell: c})
		}
	}
	slices.SortStableFunc(figures, func(a, b GroupFigure) int {
		if c := a.Period.Compare(b.Period); c != 0 {
			return c
		}
		return slices.Compare(a.Groups, b.Groups)
	})
	return figures
}

// groups returns a cell's labels.
func (r *Release) groups(cell int) []string {
	groups := make([]string, len(r.by))
	if i := r.row(cell); i < r.rows {
		groups[0] = r.labels[0][i]
	}
	if j := r.column(cell); j < r.columns {
		groups[1] = r.labels[1][j]
	}
	return groups
}

// place returns the cell of the labels, and false when there is none.
func (r *Release) place(groups []string) (int, bool) {
	at := [2]int{r.rows, r.columns}
	for i, label := range groups {
		if label == "" {
			continue
		}
		l, ok := slices.BinarySearch(r.labels[i], label)
		if !ok {
			return 0, false
		}
		at[i] = l
	}
	return r.at(at[0], at[1]), true
}
