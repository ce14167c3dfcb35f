package signal

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// LedgerSchema is the version of a ledger's format.
const LedgerSchema = "signal-ledger/v1"

// maxLedger bounds a ledger's bytes.
const maxLedger = 256 << 20

// A Ledger remembers which groups of people were shown, and which were hidden, so
// that the difference between two releases does not show one person: a group of
// ten this week less the same group of nine last week is the one who left.
//
// Entries are only added. What a ledger answers does not depend on the order in
// which releases were recorded. It lists pseudonyms by group, so it is personal
// data: keep it where the pseudonyms are kept, as long as the releases can be
// read, and give it to no reader of them. The zero Ledger is empty and ready to
// use; a Ledger is not safe for concurrent use.
type Ledger struct {
	number  map[coaching.PersonID]int32 // people, counted as they came
	shown   map[string]*shownSet        // by digest
	entries map[ledgerEntry]bool
	hidden  map[[2]string]bool // signal and digest, hidden in any period
}

// A shownSet is a group of people whose figure was shown, or follows.
type shownSet struct {
	people  []coaching.PersonID // sorted
	numbers []int32             // the same, sorted
	as      map[string]string   // by signal: asShown, or asLeft when it was never shown
}

// What a release made of a group of people.
const (
	asHidden = "hidden" // remembered by the digest of its people alone
	asLeft   = "left"   // what is left of a total when the shown cells are taken from it
	asShown  = "shown"
)

// A ledgerEntry is one cell of a release, or what is left of one of its totals.
type ledgerEntry struct {
	Signal string        `json:"signal"`
	Start  coaching.Date `json:"start"`
	Days   int           `json:"days"`
	Set    string        `json:"set"`
	As     string        `json:"as"`

	people *[]coaching.PersonID // of the set, sorted; nil in the ledger
}

func (e ledgerEntry) compare(o ledgerEntry) int {
	return cmp.Or(cmp.Compare(e.Signal, o.Signal), e.Start.Compare(o.Start), cmp.Compare(e.Days, o.Days),
		cmp.Compare(e.Set, o.Set), cmp.Compare(e.As, o.As))
}

// newLedgerEntry returns an entry about people, who are sorted, and kept.
func newLedgerEntry(signal string, period Period, as string, people []coaching.PersonID) ledgerEntry {
	return ledgerEntry{Signal: signal, Start: period.Start, Days: period.Days, Set: setDigest(people), As: as, people: &people}
}

// setDigest names a set of people, given sorted.
func setDigest(people []coaching.PersonID) string {
	h := sha256.New()
	for _, id := range people {
		h.Write([]byte(id.String() + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// about returns a digest of the entries about a signal: what a release of it was
// checked against.
func (l *Ledger) about(signal string) [sha256.Size]byte {
	var entries []ledgerEntry
	if l != nil {
		for e := range l.entries {
			if e.Signal == signal {
				entries = append(entries, e)
			}
		}
	}
	slices.SortFunc(entries, ledgerEntry.compare)
	h := sha256.New()
	for _, e := range entries {
		fmt.Fprintln(h, e.Start, e.Days, e.Set, e.As)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// overlaps reports whether the ledger has a table of a signal that shares days
// with a period, but is not of that period.
func (l *Ledger) overlaps(signal string, period Period) bool {
	if l != nil {
		for e := range l.entries {
			other := Period{e.Start, e.Days}
			if e.Signal == signal && other != period && !other.Start.After(period.Last()) && !period.Start.After(other.Last()) {
				return true
			}
		}
	}
	return false
}

// clone returns a ledger that can be added to without changing l.
func (l *Ledger) clone() *Ledger {
	c := &Ledger{}
	if l != nil {
		c.number, c.entries, c.hidden = maps.Clone(l.number), maps.Clone(l.entries), maps.Clone(l.hidden)
		c.shown = make(map[string]*shownSet, len(l.shown))
		for set, s := range l.shown {
			c.shown[set] = &shownSet{people: s.people, numbers: s.numbers, as: maps.Clone(s.as)}
		}
	}
	return c
}

// add adds an entry whose people are known.
func (l *Ledger) add(e ledgerEntry) {
	if l.entries == nil {
		l.shown, l.entries, l.hidden = map[string]*shownSet{}, map[ledgerEntry]bool{}, map[[2]string]bool{}
	}
	people := e.people
	e.people = nil
	l.entries[e] = true
	if e.As == asHidden {
		l.hidden[[2]string{e.Signal, e.Set}] = true
		return
	}
	s := l.shown[e.Set]
	if s == nil {
		s = &shownSet{people: *people, numbers: l.numbers(*people), as: map[string]string{}}
		l.shown[e.Set] = s
	}
	s.as[e.Signal] = max(s.as[e.Signal], e.As) // shown counts above left
}

// numbers returns people by number, sorted, giving new people the next ones.
func (l *Ledger) numbers(people []coaching.PersonID) []int32 {
	if l.number == nil {
		l.number = map[coaching.PersonID]int32{}
	}
	numbers := make([]int32, len(people))
	for i, id := range people {
		n, ok := l.number[id]
		if !ok {
			n = int32(len(l.number))
			l.number[id] = n
		}
		numbers[i] = n
	}
	slices.Sort(numbers)
	return numbers
}

// withhold marks what earlier releases say about a table's cells: known, for a
// cell whose people were shown under this signal and period before, or left;
// hidden, for a cell whose people were hidden then, and for a cell whose people
// differ from such a group, in any period, by 1 to k-1. Where that group was
// shown by itself, and these people are new, the totals over the cell are hidden
// too: what is left of them now would differ in the same way from what the groups
// of then add up to.
func (l *Ledger) withhold(c *cells, entries []ledgerEntry, k int) {
	sets := l.setsOf(entries[0].Signal)
	for cell, e := range entries {
		if c.n[cell] == 0 {
			continue
		}
		// What was shown to others under a smaller k is not known to every reader.
		if c.hidden[cell] = c.hidden[cell] || l.has(e, asHidden); c.n[cell] >= k && (l.has(e, asShown) || l.has(e, asLeft)) {
			c.known[cell] = true
			continue
		}
		switch as := l.closest(e, sets, k); {
		case as == asShown && !l.hidden[[2]string{e.Signal, e.Set}]:
			i, j := c.row(cell), c.column(cell)
			for _, over := range []int{cell, c.at(i, c.columns), c.at(c.rows, j), c.at(c.rows, c.columns)} {
				c.hidden[over] = true
			}
		case as != "":
			c.hidden[cell] = true
		}
	}
	for cell, known := range c.known {
		c.hidden[cell] = c.hidden[cell] && !known
	}
}

// has reports whether the ledger holds an entry, made into this.
func (l *Ledger) has(e ledgerEntry, as string) bool {
	e.As, e.people = as, nil
	return l.entries[e]
}

// setsOf returns the sets of people that were shown under a signal, or left.
func (l *Ledger) setsOf(signal string) []*shownSet {
	var sets []*shownSet
	for _, s := range l.shown {
		if s.as[signal] != "" {
			sets = append(sets, s)
		}
	}
	return sets // in no order: they are asked whether any, never which
}

// closest says what the sets are that differ from the entry's people by 1 to k-1:
// "" when there is none, asLeft when all were left. The same people in another
// period tell nothing new about who they are.
func (l *Ledger) closest(e ledgerEntry, sets []*shownSet, k int) string {
	if s := l.shown[e.Set]; s != nil && s.as[e.Signal] != "" {
		return ""
	}
	as := ""
	numbers := l.numbers(*e.people)
	for _, s := range sets {
		if as != asShown && nearly(numbers, s.numbers, k) {
			as = max(as, s.as[e.Signal])
		}
	}
	return as
}

// A tableLine is a line of a table and its total. Lines of a kind share no cell.
type tableLine struct {
	kind  int
	cells []int
	total int
}

// lines returns the rows and the columns, and the lines of totals.
func (c *cells) lines() []tableLine {
	var lines []tableLine
	if c.columns > 0 {
		for i := range c.rows {
			lines = append(lines, tableLine{0, c.line(i, 0, 0, 1, c.columns), c.at(i, c.columns)})
		}
	}
	for j := range c.columns {
		lines = append(lines, tableLine{1, c.line(0, j, 1, 0, c.rows), c.at(c.rows, j)})
	}
	lines = append(lines, tableLine{2, c.line(0, c.columns, 1, 0, c.rows), c.at(c.rows, c.columns)})
	if c.columns > 0 {
		lines = append(lines, tableLine{3, c.line(c.rows, 0, 0, 1, c.columns), c.at(c.rows, c.columns)})
	}
	return lines
}

// rest returns the people that are left of a total that is shown or known when
// the cells of its line that are so are taken from it, sorted, and the cell to
// hide next if that must not be, -1 where it was known before.
func (c *cells) rest(entries []ledgerEntry, line tableLine) (rest []coaching.PersonID, next int) {
	if c.hidden[line.total] && !c.known[line.total] {
		return nil, -1
	}
	next = -1
	for _, cell := range line.cells {
		switch {
		case c.n[cell] == 0 || c.known[cell]:
		case c.hidden[cell]:
			rest = append(rest, *entries[cell].people...)
		case next < 0 || c.n[cell] < c.n[next]:
			next = cell
		}
	}
	if next < 0 && !c.known[line.total] {
		next = line.total
	}
	slices.SortFunc(rest, coaching.PersonID.Compare)
	return rest, next
}

// left returns the rest of each line that has one: an entry for the people, and
// the cell to hide next.
func (c *cells) left(entries []ledgerEntry, period Period) (rests []ledgerEntry, next []int) {
	for _, line := range c.lines() {
		if rest, cell := c.rest(entries, line); len(rest) > 0 {
			rests = append(rests, newLedgerEntry(entries[0].Signal, period, asLeft, rest))
			next = append(next, cell)
		}
	}
	return rests, next
}

// hideMore hides another cell where what is left of a total differs by 1 to k-1
// people from a group that was shown before, or left, or where groups do taken
// together, and reports whether it did.
func (l *Ledger) hideMore(c *cells, entries []ledgerEntry, families []family, period Period, k int) bool {
	sets := l.setsOf(entries[0].Signal)
	if len(sets) == 0 {
		return false
	}
	rests, next := c.left(entries, period)
	for i, rest := range rests {
		if next[i] >= 0 && l.closest(rest, sets, k) != "" {
			c.hidden[next[i]] = true
			return true
		}
	}
	for _, f := range families {
		for _, parts := range c.partitions(entries) {
			if cell := f.between(l, parts, k); cell >= 0 {
				c.hidden[cell] = true
				return true
			}
		}
	}
	return false
}

// nearly reports whether two sorted sets differ by 1 to k-1 members.
func nearly(a, b []int32, k int) bool {
	if len(a)-len(b) >= k || len(b)-len(a) >= k {
		return false
	}
	differ, i, j := 0, 0, 0
	for differ < k && (i < len(a) || j < len(b)) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
			continue
		case j == len(b) || i < len(a) && a[i] < b[j]:
			i++
		default:
			j++
		}
		differ++
	}
	return differ > 0 && differ < k
}

// Record adds a release, before it is given to anybody. It refuses one that was
// made without a ledger, against another ledger, or against this one before it
// learned of other releases of the signal, since these were not considered: make
// it again.
// Recording the same release twice is as recording it once.
func (l *Ledger) Record(r *Release) error {
	if l == nil || r == nil || len(r.entries) == 0 {
		return errors.New("signal: only a release that was made with a ledger can be recorded in one")
	}
	again := true
	for _, e := range r.entries {
		e.people = nil
		again = again && l.entries[e]
	}
	if again {
		return nil
	}
	if l.about(r.signal.ID) != r.basis {
		return errors.New("signal: the release was made against another ledger, or before this one learned of another release of its signal: make it again")
	}
	for _, e := range r.entries {
		l.add(e)
	}
	return nil
}

// ledgerSet is a line of a stored ledger: a set of people that was shown.
type ledgerSet struct {
	Set    string              `json:"set"`
	People []coaching.PersonID `json:"people"`
}

// ledgerHead is the first line of a stored ledger.
type ledgerHead struct {
	Schema string `json:"schema"`
}

// JSONLines returns the ledger's stored form: a line with the version, a line per
// set of people that was shown, by digest, and a line per entry, by signal,
// period and set. Ledgers that hold the same have the same bytes.
func (l *Ledger) JSONLines() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	_ = e.Encode(ledgerHead{LedgerSchema}) // a bytes.Buffer does not fail
	if l == nil {
		return b.Bytes()
	}
	for _, set := range slices.Sorted(maps.Keys(l.shown)) {
		_ = e.Encode(ledgerSet{set, l.shown[set].people})
	}
	for _, entry := range slices.SortedFunc(maps.Keys(l.entries), ledgerEntry.compare) {
		_ = e.Encode(entry)
	}
	return b.Bytes()
}

// ParseLedger reads what [Ledger.JSONLines] wrote, and nothing else: a ledger
// with a line missing, added, repeated or out of order is refused, except that
// whole entries can be cut off without trace, so keep its digest elsewhere.
func ParseLedger(data []byte) (*Ledger, error) {
	if len(data) > maxLedger {
		return nil, fmt.Errorf("signal: a ledger of %d bytes; want at most %d", len(data), maxLedger)
	}
	l := &Ledger{}
	sets := map[string]*[]coaching.PersonID{}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		bad := fmt.Errorf("signal: ledger line %d is not in the form %s", number, LedgerSchema)
		var head ledgerHead
		var set ledgerSet
		var entry ledgerEntry
		strict := func(v any) bool {
			d := json.NewDecoder(bytes.NewReader(line))
			d.DisallowUnknownFields()
			return d.Decode(v) == nil
		}
		switch {
		case number == 1:
			if !strict(&head) || head.Schema != LedgerSchema {
				return nil, bad
			}
		case bytes.HasPrefix(line, []byte(`{"set":`)):
			if !strict(&set) || !eachOnce(set.People) || setDigest(set.People) != set.Set {
				return nil, bad
			}
			sets[set.Set] = &set.People
		default:
			if !strict(&entry) || !validSignalID(entry.Signal) || entry.Start.IsZero() || entry.Days < 1 || entry.Days > maxReleaseDays {
				return nil, bad
			}
			if digest, err := hex.DecodeString(entry.Set); err != nil || len(digest) != sha256.Size {
				return nil, bad
			}
			if entry.people = sets[entry.Set]; !slices.Contains([]string{asHidden, asLeft, asShown}, entry.As) ||
				entry.As != asHidden && (entry.people == nil || len(*entry.people) < MinK) {
				return nil, bad
			}
			l.add(entry)
		}
	}
	// What is read must be what this package would have written.
	if !bytes.Equal(l.JSONLines(), data) {
		return nil, fmt.Errorf("signal: the ledger is not in the exact form that %s is written in", LedgerSchema)
	}
	return l, nil
}

// eachOnce reports whether the people are sorted, each there once, nobody not at
// all.
func eachOnce(people []coaching.PersonID) bool {
	before := coaching.PersonID{}
	for _, id := range people {
		if before.Compare(id) >= 0 {
			return false
		}
		before = id
	}
	return true
}
