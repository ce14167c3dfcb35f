package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// ErrStore reports a store that panicked or broke its contract.
var ErrStore = errors.New("audit: the store failed")

// ErrTampered reports stored records that are not the ones the checkpoint or
// an anchor vouches for.
var ErrTampered = errors.New("audit: the stored log is not the one that was vouched for")

// A Journal appends events to a [Store] and keeps the [Log] beside it. It is
// safe for concurrent use: what is appended while the store is busy waits, and
// shares the next durable write. The zero Journal appends nothing.
type Journal struct {
	store Store
	log   *Log

	mu      sync.Mutex
	waiting []*request // in the order in which they came

	turn   chan struct{} // holds one token, which is the right to write and to what follows
	scribe scribe
	doubt  bool // an append failed: the store may hold more than the log
	// claimed are the entries that the store said it holds and that could not be
	// read back.
	claimed []Entry
}

// MaxBatch is the largest number of events that are appended at once.
const MaxBatch = 1024

// OpenJournal reads the store's records and returns the journal that appends
// after them. Head is the newest signed checkpoint that the host holds, and
// anchors are checkpoints kept elsewhere. All of them must vouch for the records
// as they are; otherwise the error is [ErrTampered], and [Verify] says more.
// Records after head are accepted, since the host may have stopped between
// appending and signing: sign soon. A store that is empty and has no anchors
// needs no head; nil is then right. Sign the empty log's checkpoint before its
// first event, because a store with records and no head is refused. It reads
// every record; [ResumeJournal] does not.
func OpenJournal(ctx context.Context, store Store, key *Verifier, head []byte, anchors ...Checkpoint) (*Journal, error) {
	if store == nil || key == nil {
		return nil, errJournal
	}
	vouched, err := checkpoints(key, head, anchors)
	if err != nil {
		return nil, err
	}
	log, err := NewLog(key.Origin())
	if err != nil {
		return nil, err
	}
	j, err := newJournal(ctx, store, log, vouched)
	if err != nil {
		return nil, err
	}
	if head == nil && log.Head().Size > 0 {
		return nil, fmt.Errorf("%w: %d records and no checkpoint", ErrTampered, log.Head().Size)
	}
	return j, nil
}

var errJournal = errors.New("audit: a journal needs a store and a verifier")

// checkpoints returns the anchors and what is in the signed head.
func checkpoints(key *Verifier, head []byte, anchors []Checkpoint) ([]Checkpoint, error) {
	vouched := slices.Clone(anchors)
	if head != nil {
		c, err := key.Open(head)
		if err != nil {
			return nil, err
		}
		vouched = append(vouched, c)
	}
	for _, c := range vouched {
		if c.Origin != key.Origin() {
			return nil, fmt.Errorf("%w: %s, the journal is %s", ErrOrigin, c.Origin, key.Origin())
		}
	}
	return vouched, nil
}

// newJournal reads what the store holds after the log, and compares all of it with
// the checkpoints.
func newJournal(ctx context.Context, store Store, log *Log, vouched []Checkpoint) (*Journal, error) {
	first := log.tree.size
	var s scribe
	for record, err := range store.Read(ctx, first) {
		if err != nil {
			return nil, fmt.Errorf("audit: reading record %d: %w", log.tree.size, err)
		}
		entry, err := s.read(string(record))
		if err != nil {
			return nil, fmt.Errorf("%w: record %d: %w", ErrTampered, log.tree.size, err)
		}
		if err := log.Replay(entry); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrTampered, err)
		}
	}
	// A store may end its reading at a done context without an error.
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, c := range vouched {
		if c.Size < first {
			return nil, fmt.Errorf("%w: %s", errBefore, c)
		}
		root, err := log.tree.rootAt(c.Size)
		if err != nil || root != c.Root {
			return nil, fmt.Errorf("%w: %d records do not hold %s", ErrTampered, log.tree.size, c)
		}
	}
	j := &Journal{store: store, log: log, turn: make(chan struct{}, 1)}
	j.turn <- struct{}{}
	return j, nil
}

// Append records an event durably, reads the record back, and returns its
// receipt. Whatever goes wrong in the store, a panic included, is an error
// without a receipt. A context that is done by the time the record is durable is
// an error too, although the record stays.
//
// After a failure the store may hold the record or not, and another writer's in
// its place. The next Append first reads what the store holds: what turns out to
// be stored, and follows from the records before it, counts without a receipt. A
// store that has lost or changed its last record, or that said it had stored a
// record and holds another, is [ErrTampered].
func (j *Journal) Append(ctx context.Context, event Event) (Receipt, error) {
	receipts, err := j.AppendAll(ctx, event)
	if err != nil {
		return Receipt{}, err
	}
	return receipts[0], nil
}

// AppendAll is [Journal.Append] for up to [MaxBatch] events that belong together:
// all of them are recorded, one after the other and with one durable write, or
// none. There is a receipt for each, in the events' order, or an error and no
// receipt. The slice is copied.
func (j *Journal) AppendAll(ctx context.Context, events ...Event) ([]Receipt, error) {
	if j == nil || j.log == nil {
		return nil, errors.New("audit: a journal comes from OpenJournal")
	}
	if len(events) > MaxBatch {
		return nil, fmt.Errorf("audit: %d events at once, want at most %d", len(events), MaxBatch)
	}
	if err := ctx.Err(); err != nil || len(events) == 0 {
		return nil, err
	}
	r := &request{ctx: ctx, events: slices.Clone(events), done: make(chan struct{})}
	j.mu.Lock()
	j.waiting = append(j.waiting, r)
	j.mu.Unlock()
	select {
	case <-r.done: // somebody else has written it
	case <-j.turn:
		j.lead(r)
	case <-ctx.Done():
		j.forget(r)
		return nil, ctx.Err()
	}
	if err := cmp.Or(r.err, ctx.Err()); err != nil {
		return nil, err
	}
	return r.receipts, nil
}

// catchUp brings the log up to what the store holds after an append of which
// nobody knows how it ended.
func (j *Journal) catchUp(ctx context.Context) error {
	size := j.log.Head().Size
	at := max(size-1, 0) // the last committed record is looked at again
	for record, err := range j.store.Read(ctx, at) {
		if err != nil {
			return fmt.Errorf("audit: reading record %d: %w", at, err)
		}
		entry, err := ParseEntry(record)
		switch {
		case err != nil:
			return fmt.Errorf("%w: record %d: %w", ErrTampered, at, err)
		case at < size && j.changed(entry):
			return fmt.Errorf("%w: record %d has changed", ErrTampered, at)
		case slices.ContainsFunc(j.claimed, func(c Entry) bool { return c.index == at && c.text != entry.text }):
			return fmt.Errorf("%w: record %d is not the one that was appended", ErrTampered, at)
		case at >= size:
			if err := j.log.Replay(entry); err != nil {
				return fmt.Errorf("%w: %w", ErrTampered, err)
			}
		}
		at++
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if at < size {
		return fmt.Errorf("%w: %d records where %d were committed", ErrTampered, at, size)
	}
	j.doubt, j.claimed = false, nil
	return nil
}

// changed reports whether a record is not the one that was committed at its index.
// Of a record from before the frontier nobody knows.
func (j *Journal) changed(e Entry) bool {
	leaf, err := j.log.leaf(e.index)
	return err == nil && leaf != Digest(e.leaf) || err != nil && !errors.Is(err, errBefore)
}

// Sign returns the signed checkpoint of what has been committed.
func (j *Journal) Sign(signer *Signer) ([]byte, error) { return j.state().Sign(signer) }

// ProveInclusion is [Log.ProveInclusion] of what has been committed.
func (j *Journal) ProveInclusion(index, size int64) (Proof, error) {
	return j.state().ProveInclusion(index, size)
}

// ProveConsistency is [Log.ProveConsistency] of what has been committed.
func (j *Journal) ProveConsistency(from, to int64) (Proof, error) {
	return j.state().ProveConsistency(from, to)
}

// Latest returns the latest time that any committed record states; zero for the
// empty log.
func (j *Journal) Latest() time.Time { return j.state().Latest() }

// Head returns the unsigned checkpoint of what has been committed.
func (j *Journal) Head() Checkpoint { return j.state().Head() }

// Origin returns the log's name, "" for the zero Journal.
func (j *Journal) Origin() string { return j.state().Origin() }

// state returns the journal's log; one of no origin for the zero Journal.
func (j *Journal) state() *Log {
	if j == nil || j.log == nil {
		return new(Log)
	}
	return j.log
}
