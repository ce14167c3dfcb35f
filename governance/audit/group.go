package audit

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
)

// A request is what one caller wants recorded.
type request struct {
	ctx    context.Context
	events []Event
	// done is closed when either of the other two is set.
	done     chan struct{}
	receipts []Receipt
	err      error
}

// settled reports whether the request has been answered.
func (r *request) settled() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// lead writes what waits, group after group, until the request is answered. The
// caller has the turn.
func (j *Journal) lead(r *request) {
	defer func() { j.turn <- struct{}{} }()
	for !r.settled() {
		j.write(j.take())
	}
}

// take returns the requests that have waited longest, as many of them as go into
// one batch.
func (j *Journal) take() []*request {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, events := 0, 0
	for n < len(j.waiting) && events+len(j.waiting[n].events) <= MaxBatch {
		events += len(j.waiting[n].events)
		n++
	}
	group := j.waiting[:n:n]
	j.waiting = j.waiting[n:]
	return group
}

// forget takes a request of a caller who gave up from those that wait, unless it is
// being written: behind a store that hangs, they would pile up.
func (j *Journal) forget(r *request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = slices.DeleteFunc(j.waiting, func(w *request) bool { return w == r })
}

// write records a group of requests and answers each of them.
func (j *Journal) write(group []*request) {
	// What the store panics with may quote a record's neighbours; it stays out.
	err := fmt.Errorf("%w: it panicked", ErrStore)
	defer func() {
		_ = recover()
		for _, r := range group {
			if r.receipts == nil && r.err == nil {
				r.err = err
			}
			close(r.done)
		}
	}()
	err = j.record(group)
}

// record makes a group of requests durable with one write. It sets the receipts of
// those that are, and the error of those that cannot be recorded; its own error is
// that of all others.
func (j *Journal) record(group []*request) error {
	ctx, cancel := whileWanted(group)
	defer cancel()
	if j.doubt {
		if err := j.catchUp(ctx); err != nil {
			return err
		}
	}
	lists := make([][]Event, len(group))
	for i, r := range group {
		if r.err = r.ctx.Err(); r.err == nil {
			lists[i] = r.events
		}
	}
	entries, errs := j.log.prepare(&j.scribe, lists)
	for i, err := range errs {
		if err != nil {
			group[i].err = err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	first := entries[0].index
	records := make([][]byte, len(entries))
	for i, e := range entries {
		records[i] = e.Bytes()
	}
	j.doubt = true // until the records are known to be there
	if err := j.store.Append(ctx, first, records...); err != nil {
		return fmt.Errorf("audit: storing record %d: %w", first, err)
	}
	j.claimed = entries
	acks, err := j.readBack(ctx, first, len(entries))
	if err != nil {
		return fmt.Errorf("audit: reading record %d back: %w", first, err)
	}
	receipts, err := j.log.commit(entries, acks)
	if err != nil {
		return err
	}
	j.doubt, j.claimed = false, nil
	for _, r := range group {
		if r.err == nil {
			n := len(r.events)
			r.receipts, receipts = receipts[:n:n], receipts[n:]
		}
	}
	return nil
}

// readBack returns the store's records of the n last entries, of which first is
// the first.
func (j *Journal) readBack(ctx context.Context, first int64, n int) ([]Ack, error) {
	var acks []Ack
	for record, err := range j.store.Read(ctx, first) {
		if err != nil {
			return nil, err
		}
		if acks = append(acks, Ack{Index: first + int64(len(acks)), Stored: record}); len(acks) > n {
			break
		}
	}
	if len(acks) != n {
		return nil, fmt.Errorf("%w: %d records were appended, and %d or more are there", ErrNotStored, n, len(acks))
	}
	return acks, nil
}

// whileWanted returns a context that is done when all of the requests' are: one
// caller who gives up does not take the others along.
func whileWanted(group []*request) (context.Context, context.CancelFunc) {
	if len(group) == 1 {
		return group[0].ctx, func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(group[0].ctx))
	var left atomic.Int64
	var stops []func() bool
	for _, r := range group {
		stops = append(stops, context.AfterFunc(r.ctx, func() {
			if left.Add(1) == int64(len(group)) {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
