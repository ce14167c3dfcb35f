package consent

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/signal"
)

// A Book holds who has agreed to what. The zero Book is empty and ready for use;
// nobody has agreed. It is not safe for concurrent use while entries are added.
type Book struct {
	entries   []Entry
	latest    time.Time                                // of all entries
	consents  map[coaching.PersonID]signal.ConsentList // as they stand, in the order of the book
	withdrawn map[key]time.Time                        // the latest withdrawal, also of what was never given
	all       map[coaching.PersonID]time.Time
	notices   []Entry
	sources   map[string]Entry // the restriction in force
}

type key struct {
	participant     coaching.PersonID
	signal, purpose string
}

// Add takes an entry into the book. When a finding blocks, the book is as it was.
// The findings hold everything that is wrong, sorted:
//
//   - GOV-012: the entry lacks what its kind needs, or has more; a consent is not to the
//     notice in force, to what that notice does not name, is not after a
//     withdrawal of the same, expires before it begins, or comes from a clock that
//     went back; a notice is not a new one
//   - GOV-027: the source of the signal has no restriction on record, or not for this purpose
//   - GOV-030: a restriction does not say where the data is kept
//
// A withdrawal needs a participant and a time, and takes effect at that time and
// at the latest with what was given before it in the book. An info finding says
// that nothing was given. The entry's lists are copied.
func (b *Book) Add(e Entry) coaching.Findings {
	var fs coaching.Findings
	add := func(severity coaching.Severity, code, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	blocks := func(code, path, format string, args ...any) { add(coaching.Error, code, path, format, args...) }
	e.At, e.Expires = e.At.Round(0).UTC(), e.Expires.Round(0).UTC()
	e.Signals, e.Purposes = slices.Clone(e.Signals), slices.Clone(e.Purposes)
	e.check(blocks)
	if e.At.Before(b.latest) && e.Kind != Withdraw && e.Kind != WithdrawAll {
		blocks("GOV-012", "at", "the entry is from before another in the book; only a withdrawal may be")
	}
	switch e.Kind {
	case Notice:
		if slices.ContainsFunc(b.notices, func(n Entry) bool { return n.Version == e.Version }) {
			blocks("GOV-012", "version", "this notice has been in force before")
		}
	case Restrict:
		for _, id := range e.Signals {
			if r := b.restriction(id); r.Source != "" && r.Source != e.Source {
				blocks("GOV-027", "signals", "a signal belongs to another source already")
			}
		}
	case Give:
		b.checkGive(e, blocks)
	case Withdraw, WithdrawAll:
		if !b.open(e) {
			add(coaching.Info, "GOV-012", "", "nothing was given that this withdraws; it is recorded")
		}
	}
	fs.Sort()
	if fs.Blocked() {
		return fs
	}
	b.take(e)
	return fs
}

// check looks at the entry by itself.
func (e Entry) check(blocks func(code, path, format string, args ...any)) {
	person := e.Kind == Give || e.Kind == Withdraw || e.Kind == WithdrawAll
	lists := e.Kind == Notice || e.Kind == Restrict
	if e.At.IsZero() || e.At.Year() < 1 || e.At.Year() > 9999 {
		blocks("GOV-012", "at", "the entry needs a time")
	}
	if e.Kind == NoKind || int(e.Kind) >= len(kindNames) {
		blocks("GOV-012", "kind", "want a declared kind")
		return
	}
	one := func(path, value string, wanted bool) {
		if code := map[string]string{"source": "GOV-027", "residency": "GOV-030"}[path]; wanted != document.IsIdent(value) {
			blocks(cmp.Or(code, "GOV-012"), path, "%s", map[bool]string{true: "want an identifier", false: "an entry of this kind has none"}[wanted])
		}
	}
	if person == e.Participant.IsZero() {
		blocks("GOV-012", "participant", "%s", map[bool]string{true: "want a participant", false: "an entry of this kind has none"}[person])
	}
	if e.Signal != "" || !(e.Kind == Give || e.Kind == Withdraw) {
		one("signal", e.Signal, e.Kind == Give || e.Kind == Withdraw)
	}
	one("purpose", e.Purpose, e.Kind == Give || e.Kind == Withdraw)
	one("version", e.Version, e.Kind == Give || e.Kind == Notice)
	one("source", e.Source, e.Kind == Restrict)
	one("residency", e.Residency, e.Kind == Restrict)
	for _, list := range []struct {
		path   string
		values []string
	}{{"signals", e.Signals}, {"purposes", e.Purposes}} {
		switch {
		case lists != (len(list.values) > 0):
			blocks("GOV-012", list.path, "%s", map[bool]string{true: "want at least one", false: "an entry of this kind has none"}[lists])
		case len(list.values) > maxList || slices.ContainsFunc(list.values, func(v string) bool { return !document.IsIdent(v) }) || repeats(list.values):
			blocks("GOV-012", list.path, "want at most %d identifiers, each once", maxList)
		}
	}
	if !e.Expires.IsZero() && (e.Kind != Give || !e.Expires.After(e.At) || e.Expires.Year() > 9999) {
		blocks("GOV-012", "expires", "only a consent expires, after it was given")
	}
}

// maxList is the most signals or purposes of one entry.
const maxList = 256

func repeats(values []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(values)))) != len(values)
}

// checkGive looks at what a consent is given to.
func (b *Book) checkGive(e Entry, blocks func(code, path, format string, args ...any)) {
	switch n := b.noticeAt(e.At); {
	case n.Version == "":
		blocks("GOV-012", "version", "no notice is in force")
	case n.Version != e.Version:
		blocks("GOV-012", "version", "the notice that was read is not the one in force")
	case e.Signal != "" && !slices.Contains(n.Signals, e.Signal):
		blocks("GOV-012", "signal", "the notice does not name the signal")
	case !slices.Contains(n.Purposes, e.Purpose):
		blocks("GOV-012", "purpose", "the notice does not name the purpose")
	}
	if e.Signal != "" {
		switch r := b.restriction(e.Signal); {
		case r.Source == "":
			blocks("GOV-027", "signal", "no restriction on record says what the signal's source may be used for")
		case !slices.Contains(r.Purposes, e.Purpose):
			blocks("GOV-027", "purpose", "the signal's source may not be used for this purpose")
		}
	}
	k := key{e.Participant, e.Signal, e.Purpose}
	if last := later(b.withdrawn[k], b.all[e.Participant]); !last.IsZero() && !e.At.After(last) {
		blocks("GOV-012", "at", "the same was withdrawn at this time or later")
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// restriction returns the restriction in force on a signal.
func (b *Book) restriction(id string) Entry {
	for _, r := range b.sources {
		if slices.Contains(r.Signals, id) {
			return r
		}
	}
	return Entry{}
}

// open reports whether something stands that a withdrawal ends.
func (b *Book) open(e Entry) bool {
	return slices.ContainsFunc(b.consents[e.Participant], func(c signal.Consent) bool { return c.Withdrawn.IsZero() && e.ends(c) })
}

// ends reports whether a withdrawal is of a consent of the same participant.
func (e Entry) ends(c signal.Consent) bool {
	return e.Kind == WithdrawAll || c.Signal == e.Signal && c.Purpose == e.Purpose
}

// take changes the book by an entry that has been checked.
func (b *Book) take(e Entry) {
	if b.consents == nil {
		b.consents, b.withdrawn = map[coaching.PersonID]signal.ConsentList{}, map[key]time.Time{}
		b.all, b.sources = map[coaching.PersonID]time.Time{}, map[string]Entry{}
	}
	b.entries, b.latest = append(b.entries, e), later(b.latest, e.At)
	k := key{e.Participant, e.Signal, e.Purpose}
	switch e.Kind {
	case Give:
		b.consents[e.Participant] = append(b.consents[e.Participant], signal.Consent{
			Participant: e.Participant, Signal: e.Signal, Purpose: e.Purpose, Notice: e.Version, Granted: e.At, Expires: e.Expires,
		})
	case Withdraw:
		b.withdrawn[k] = later(b.withdrawn[k], e.At)
		end(b.consents[e.Participant], e.At, e.ends)
	case WithdrawAll:
		b.all[e.Participant] = later(b.all[e.Participant], e.At)
		end(b.consents[e.Participant], e.At, e.ends)
	case Notice:
		b.notices = append(b.notices, e)
		for _, list := range b.consents {
			end(list, e.At, func(signal.Consent) bool { return true })
		}
	case Restrict:
		b.sources[e.Source] = e
		for _, list := range b.consents {
			end(list, e.At, func(c signal.Consent) bool {
				return c.Signal != "" && !slices.Contains(b.restriction(c.Signal).Purposes, c.Purpose)
			})
		}
	}
}

// end ends those that stand at a time, or with their beginning when that is
// later.
func end(list signal.ConsentList, at time.Time, which func(signal.Consent) bool) {
	for i, c := range list {
		if which(c) && (c.Withdrawn.IsZero() || at.Before(c.Withdrawn)) {
			list[i].Withdrawn = later(at, c.Granted)
		}
	}
}

// Holds reports whether a participant's consent to a signal for a purpose holds at a
// time. It implements [signal.Consents].
func (b *Book) Holds(participant coaching.PersonID, id, purpose string, at time.Time) bool {
	return b != nil && b.consents[participant].Holds(participant, id, purpose, at)
}

// Consents returns the consents of a participant that hold at a time, by signal,
// purpose and the time at which they were given: what a request to a policy
// holds.
func (b *Book) Consents(participant coaching.PersonID, at time.Time) signal.ConsentList {
	var list signal.ConsentList
	for _, c := range b.of(participant) {
		if c.At(at) {
			list = append(list, c)
		}
	}
	return list
}

// History returns all consents that a participant ever gave, in the same order,
// each with the time at which it ended.
func (b *Book) History(participant coaching.PersonID) signal.ConsentList { return b.of(participant) }

func (b *Book) of(participant coaching.PersonID) signal.ConsentList {
	if b == nil {
		return nil
	}
	list := slices.Clone(b.consents[participant])
	slices.SortStableFunc(list, func(x, y signal.Consent) int {
		return cmp.Or(cmp.Compare(x.Signal, y.Signal), cmp.Compare(x.Purpose, y.Purpose), x.Granted.Compare(y.Granted))
	})
	return list
}

// NoticeAt returns the version of the notice in force at a time; "" when none
// is.
func (b *Book) NoticeAt(at time.Time) string { return b.noticeAt(at).Version }

func (b *Book) noticeAt(at time.Time) (in Entry) {
	if b == nil {
		return Entry{}
	}
	for _, n := range b.notices {
		if !n.At.After(at) {
			in = n
		}
	}
	return in
}

// A Restriction says what the data of a source may be used for only, and where
// it is kept.
type Restriction struct {
	Source    string
	Signals   []string // as given
	Purposes  []string // as given
	Residency string
	Since     time.Time
}

// Restrictions returns those in force after the last entry, by source.
func (b *Book) Restrictions() []Restriction {
	if b == nil {
		return nil
	}
	var out []Restriction
	for _, name := range slices.Sorted(maps.Keys(b.sources)) {
		e := b.sources[name]
		out = append(out, Restriction{e.Source, slices.Clone(e.Signals), slices.Clone(e.Purposes), e.Residency, e.At})
	}
	return out
}

// Entries yields the entries in the order in which they were added. Their lists
// are the book's own: do not change them.
func (b *Book) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		if b == nil {
			return
		}
		for _, e := range b.entries {
			if !yield(e) {
				return
			}
		}
	}
}

// Read reads a book from lines that [Write] wrote, one entry each. A line in
// another spelling, one that [Book.Add] refuses and a last line without its end
// are errors that name the line: then there is no book, since what is missing
// could be a withdrawal.
func Read(r io.Reader) (*Book, error) {
	b := new(Book)
	buffered := bufio.NewReaderSize(r, maxLine+1)
	for n := 1; ; n++ {
		line, err := buffered.ReadSlice('\n')
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return b, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("consent: line %d: the line has no end", n)
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("consent: line %d: more than %d bytes", n, maxLine)
		case err != nil:
			return nil, fmt.Errorf("consent: line %d: %w", n, err)
		}
		e, err := decode(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			return nil, fmt.Errorf("consent: line %d: %w", n, err)
		}
		if err := b.Add(e).Err(); err != nil {
			return nil, fmt.Errorf("consent: line %d: %w", n, err)
		}
	}
}
