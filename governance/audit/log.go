package audit

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrConflict reports that a log or store does not end where the writer thought
// it did: another writer came first, or a record was lost.
var ErrConflict = errors.New("audit: the log does not end there")

// ErrNotStored reports an [Ack] that is not for the entry that was prepared.
var ErrNotStored = errors.New("audit: what is stored is not what was prepared")

// A Log holds the tree of a log, and not its records: those are the host's. It is
// safe for concurrent use. A [Journal] is the easier way for a host that
// has a [Store]; a host that writes the record in its own database transaction
// uses a Log. The zero Log records nothing.
type Log struct {
	origin string

	mu     sync.Mutex
	tree   tree
	root   Digest
	latest time.Time // the latest time of any record
}

// NewLog returns an empty log. The origin names it for ever, among all logs of
// the world: 1 to 100 lower-case letters, digits, '.', '-', '_' and '/',
// beginning with a letter, such as "example.com/product-org-12w/audit".
func NewLog(origin string) (*Log, error) {
	if !isOrigin(origin) {
		return nil, errOrigin
	}
	l := &Log{origin: origin}
	l.root = l.tree.root()
	return l, nil
}

var errOrigin = errors.New("audit: an origin is a lower-case letter, then up to 99 lower-case letters, digits, '.', '-', '_' and '/'")

func isOrigin(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for i := range len(s) {
		b := s[i]
		letter := 'a' <= b && b <= 'z'
		if !letter && (i == 0 || !('0' <= b && b <= '9' || b == '.' || b == '-' || b == '_' || b == '/')) {
			return false
		}
	}
	return true
}

// Prepare returns the entry that records the event at the end of the log, and
// changes nothing. The host writes [Entry.Bytes] durably, and then commits.
// Two entries prepared before a commit have the same index: one of them can be
// committed.
func (l *Log) Prepare(event Event) (Entry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return new(scribe).newEntry(l.tree.size, l.root, event)
}

// A draft is a log that goes on without being kept.
type draft struct {
	frontier
	prior Digest // the root, unless stale
	stale bool
}

// prepare returns the entries that record each list of events after the lists
// before it, and changes nothing. Where an event cannot be recorded, its whole
// list is left out and its error is at the list's place.
func (l *Log) prepare(s *scribe, lists [][]Event) ([]Entry, []error) {
	l.mu.Lock()
	d := draft{frontier: l.tree.frontier, prior: l.root}
	l.mu.Unlock()
	var (
		entries []Entry
		stored  [64]tlog.Hash
		errs    = make([]error, len(lists))
	)
	for i, events := range lists {
		before, n := d, len(entries)
		for _, event := range events {
			if d.stale {
				d.prior, d.stale = d.root(), false
			}
			entry, err := s.newEntry(d.size, d.prior, event)
			if err != nil {
				errs[i], d, entries = err, before, entries[:n]
				break
			}
			d.add(entry.leaf, stored[:0])
			d.stale = true
			entries = append(entries, entry)
		}
	}
	return entries, errs
}

// Commit adds an entry that the host has made durable, and returns its receipt.
// It is an error, and changes nothing, when the ack is not for the entry
// ([ErrNotStored]) or the log has grown since ([ErrConflict]).
func (l *Log) Commit(entry Entry, ack Ack) (Receipt, error) {
	receipts, err := l.commit([]Entry{entry}, []Ack{ack})
	if err != nil {
		return Receipt{}, err
	}
	return receipts[0], nil
}

// commit is Commit for entries of one prepare, with an ack for each: all or none.
func (l *Log) commit(entries []Entry, acks []Ack) ([]Receipt, error) {
	for i, entry := range entries {
		if ack := acks[i]; !ack.acknowledges(entry) {
			return nil, fmt.Errorf("%w: ack of record %d with %d bytes for record %d with %d",
				ErrNotStored, ack.Index, len(ack.Stored), entry.index, len(entry.text))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	receipts := make([]Receipt, len(entries))
	for i, entry := range entries {
		// Each follows from the one before it, so that none but the first can fail.
		if err := l.add(entry); err != nil {
			return nil, err
		}
		receipts[i] = Receipt{origin: l.origin, index: entry.index, root: l.root, leaf: Digest(entry.leaf)}
	}
	return receipts, nil
}

// Replay adds a record that the host reads back from its store, in order, when
// it opens a log. It gives no receipt. Compare [Log.Head] with the checkpoints
// that the host holds before the log is used; [OpenJournal] does both.
func (l *Log) Replay(entry Entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.add(entry)
}

// add appends the entry's leaf to the tree.
func (l *Log) add(entry Entry) error {
	if err := entry.follows(l.tree.size, l.root); err != nil {
		return err
	}
	l.tree.add(entry.leaf)
	l.root = l.tree.root()
	l.latest = entry.event.Latest(l.latest)
	return nil
}

// leaf returns the leaf hash of the record of the given index, or that it is from
// before the frontier that the log was resumed at.
func (l *Log) leaf(index int64) (Digest, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	hashes, err := l.tree.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return Digest{}, err
	}
	return Digest(hashes[0]), nil
}

// Latest returns the latest time that any record states, or any since a
// [ClockCorrection]; zero for the empty log.
func (l *Log) Latest() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latest
}

// Origin returns the log's name.
func (l *Log) Origin() string { return l.origin }

// Head returns the checkpoint of the log as it stands, unsigned.
func (l *Log) Head() Checkpoint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Checkpoint{Origin: l.origin, Size: l.tree.size, Root: l.root}
}

// Sign returns the signed checkpoint of the log as it stands. The signer is the
// one of this log's origin.
func (l *Log) Sign(signer *Signer) ([]byte, error) { return signer.sign(l.Head()) }
