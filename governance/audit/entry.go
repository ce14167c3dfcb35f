package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Version is the version of the record format, which every record names.
const Version = "audit/v1"

// An Entry is one record of a log: an event with its index and the root of the
// tree before it. [Log.Prepare] makes it, and [ParseEntry] reads it back. The
// zero Entry is no record and cannot be committed.
type Entry struct {
	index int64
	prior Digest
	event Event
	text  string
	leaf  tlog.Hash // RFC 6962 leaf hash of the text
}

// A scribe writes and reads one record after the other, and keeps what that can
// share. The zero scribe is ready.
type scribe struct {
	leaf   []byte
	people people
}

// write returns the record behind a zero byte, which makes it the preimage of its
// leaf hash (RFC 6962, section 2.1). It is valid until the next call.
func (s *scribe) write(e *Entry) ([]byte, error) {
	c := coder{out: append(slices.Grow(s.leaf[:0], 640), 0), people: &s.people}
	e.fields(&c)
	s.leaf = c.out
	if n := len(c.out) - 1; n > MaxRecord {
		c.fail("record", fmt.Sprintf("at most %d bytes, got %d", MaxRecord, n))
	}
	return c.out, c.err
}

// newEntry writes the record of an event.
func (s *scribe) newEntry(index int64, prior Digest, event Event) (Entry, error) {
	e := Entry{index: index, prior: prior, event: event}
	leaf, err := s.write(&e)
	if err != nil {
		return Entry{}, err
	}
	e.text, e.leaf = string(leaf[1:]), sha256.Sum256(leaf)
	return e, nil
}

// read returns the entry of a record, which it keeps.
func (s *scribe) read(record string) (Entry, error) {
	if len(record) > MaxRecord {
		return Entry{}, fmt.Errorf("audit: record of %d bytes, want at most %d", len(record), MaxRecord)
	}
	e := Entry{text: record}
	c := coder{reading: true, in: e.text, people: &s.people}
	e.fields(&c)
	if c.err == nil && c.in != "" {
		c.fail("record", "nothing after it")
	}
	if c.err != nil {
		return Entry{}, c.err
	}
	// The walk leaves no room for a second spelling. This makes sure of it.
	leaf, err := s.write(&e)
	if err != nil {
		return Entry{}, err
	}
	if string(leaf[1:]) != e.text {
		return Entry{}, fmt.Errorf("audit: record of %d bytes is not in its one form", len(record))
	}
	e.leaf = sha256.Sum256(leaf)
	return e, nil
}

// ParseEntry reads one record, without a line end. It accepts exactly the bytes
// that this package writes: every other spelling of the same JSON value is an
// error, which names the first field that differs and does not quote the
// record. Whether the record belongs at its place is for [Verify].
func ParseEntry(record []byte) (Entry, error) {
	var s scribe
	return s.read(string(record))
}

// fields walks the record's fields in their fixed order.
func (e *Entry) fields(c *coder) {
	c.literal("{", "record")
	c.fixed("v", Version)
	c.count("seq", &e.index)
	c.digest("head", &e.prior)
	e.event.fields(c)
	c.literal("}", "record")
	if o, ok := e.event.body.(Outcome); ok && c.err == nil && o.Intent >= e.index {
		c.fail("intent", "the index of an earlier record")
	}
}

// follows returns nil when the entry is the next one after so many records with
// that root, and otherwise [ErrConflict].
func (e *Entry) follows(size int64, root Digest) error {
	if e.index != size || e.prior != root {
		return fmt.Errorf("%w: record %d after %d records, or after others than these", ErrConflict, e.index, size)
	}
	return nil
}

// Index returns the record's place in the log, from 0.
func (e Entry) Index() int64 { return e.index }

// Prior returns the root of the tree of the records before this one.
func (e Entry) Prior() Digest { return e.prior }

// Event returns what the record says.
func (e Entry) Event() Event { return e.event }

// Bytes returns a copy of the record: what is stored, followed by one line end
// where records are lines. It is empty for the zero Entry.
func (e Entry) Bytes() []byte { return []byte(e.text) }

// An Ack is the host's word that a record is durable, and which bytes are.
type Ack struct {
	Index  int64  // where the record stands
	Stored []byte // the record as the store holds it, read back
}

// acknowledges reports whether the ack is for this very entry.
func (a Ack) acknowledges(e Entry) bool {
	return a.Index == e.index && e.text != "" && bytes.Equal(a.Stored, []byte(e.text))
}

// A Receipt says that a record is durable and part of a log. Only [Log.Commit]
// makes one; the zero Receipt says nothing.
type Receipt struct {
	origin string
	index  int64
	root   Digest
	leaf   Digest
}

// IsZero reports whether the receipt says nothing.
func (r Receipt) IsZero() bool { return r.origin == "" }

// Origin returns the log's name.
func (r Receipt) Origin() string { return r.origin }

// Index returns the record's place in the log, from 0; -1 for the zero Receipt.
func (r Receipt) Index() int64 {
	if r.IsZero() {
		return -1
	}
	return r.index
}

// Size returns the number of records up to and including this one; 0 for the
// zero Receipt.
func (r Receipt) Size() int64 { return r.Index() + 1 }

// Root returns the root of the tree of that size.
func (r Receipt) Root() Digest { return r.root }

// Leaf returns the RFC 6962 leaf hash of the record.
func (r Receipt) Leaf() Digest { return r.leaf }

// String returns "origin#index", and "no receipt" for the zero Receipt.
func (r Receipt) String() string {
	if r.IsZero() {
		return "no receipt"
	}
	return fmt.Sprintf("%s#%d", r.origin, r.index)
}

// Unfinished returns the entries whose intent has no outcome yet, in the order
// of their index. The entries are those of one whole log, in order.
func Unfinished(entries []Entry) []Entry {
	open := make(map[int64]bool)
	for _, e := range entries {
		switch body := e.event.body.(type) {
		case Outcome:
			delete(open, body.Intent)
		default:
			if e.event.phase == Intent {
				open[e.index] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return !open[e.index] })
}
