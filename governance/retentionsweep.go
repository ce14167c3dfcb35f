package governance

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A Sweep is how far a purge of all records has come: plain values, which the
// host stores with each batch that it deletes. The zero Sweep is none. Begin one with
// [Retention.Begin] and carry it out, or on, with [Retention.Sweep].
type Sweep struct {
	At           time.Time `json:"at"`            // decides what is due, from the beginning of the sweep to its end
	PolicyDigest string    `json:"policy_digest"` // of the limits that it applies
	After        string    `json:"after"`         // the id of the last record that was looked at
	Kept         int64     `json:"kept"`
	Held         int64     `json:"held"`         // due, and under a legal hold
	Undetermined int64     `json:"undetermined"` // their class or age is not known: settle them with [Retention.Plan]
	Purged       [3]int64  `json:"purged"`       // by [signal.DataClass]
	Done         bool      `json:"done"`
}

// Begin returns a sweep that purges what is due at a time. Last is the sweep
// before, zero for the first. It is an error when that one is not done, which
// has to be carried on first, and when it was at a later time: a clock that has gone back
// must not make old data look young.
func (t *Retention) Begin(at time.Time, last Sweep) (Sweep, error) {
	switch {
	case !inRange(at):
		return Sweep{}, fmt.Errorf("governance: sweep: the time is outside the years %d to %d", firstYear, lastYear)
	case at.Before(last.At):
		return Sweep{}, fmt.Errorf("governance: sweep: at %s, after one at %s; the clock went back", at.UTC().Format(time.RFC3339), last.At.UTC().Format(time.RFC3339))
	case !last.At.IsZero() && !last.Done:
		return Sweep{}, errors.New("governance: sweep: the one before is not done; carry it on")
	}
	return Sweep{At: at.Round(0).UTC(), PolicyDigest: t.digest()}, nil
}

// errOrder reports records that are not in the order of their ids.
var errOrder = errors.New("governance: sweep: the records are not in the order of the bytes of their ids, each once")

// Sweep carries a sweep on from where it stands to its end. The records come in
// the order of the bytes of their ids, each once, from the first or from a later
// one that is not behind s.After; those up to s.After are passed over. Purge
// deletes the records of a batch, at most so many, and then stores next, both in
// one transaction if it can. It is also called without ids: after every 100
// times as many records, and at the end. The slice is valid until it
// returns.
//
// An error of purge or of the records ends the call; the sweep that is returned
// is the last one that purge has stored. A process that was killed reads what it
// has stored and calls Sweep again. Deleting a record again is the same, so
// nothing that is due stays and nothing else goes. The numbers are exact where
// a batch is deleted and stored in one transaction; otherwise a batch that was
// deleted and not stored is not counted.
func (t *Retention) Sweep(s Sweep, records iter.Seq2[Record, error], batch int, purge func(ids []string, next Sweep) error) (Sweep, error) {
	switch {
	case s.Done:
		return s, nil
	case s.At.IsZero() || !inRange(s.At):
		return s, errors.New("governance: sweep: it has not begun")
	case s.PolicyDigest != t.digest():
		return s, errors.New("governance: sweep: it was begun under another policy")
	case records == nil || purge == nil:
		return s, errors.New("governance: sweep: there are no records, or nothing that purges them")
	case batch < 1 || batch > maxBatch:
		return s, fmt.Errorf("governance: sweep: a batch of %d, want 1 to %d", batch, maxBatch)
	}
	stored, next := s, s
	ids := make([]string, 0, batch)
	looked, previous := 0, ""
	flush := func() error {
		if err := purge(ids, next); err != nil {
			return fmt.Errorf("governance: sweep: %w", err)
		}
		stored, ids, looked = next, ids[:0], 0
		return nil
	}
	for r, err := range records {
		if err != nil {
			return stored, fmt.Errorf("governance: sweep: %w", err)
		}
		// An empty id comes before every other, and is looked at once.
		if r.ID <= previous && previous != "" {
			return stored, errOrder
		}
		if previous = r.ID; r.ID <= s.After && s.After != "" {
			continue
		}
		switch d, _, _ := t.Disposition(&r, s.At); d {
		case Keep:
			next.Kept++
		case Held:
			next.Held++
		case Due:
			next.Purged[r.Class]++
			ids = append(ids, r.ID)
		default:
			// Made after the sweep began, it is for the next one.
			if r.CreatedAt.After(s.At) && int(r.Class) < len(classNames) {
				next.Kept++
			} else {
				next.Undetermined++
			}
		}
		next.After = r.ID
		if looked++; len(ids) == batch || looked == 100*batch {
			if err := flush(); err != nil {
				return stored, err
			}
		}
	}
	next.Done = true
	err := flush()
	return stored, err
}

// maxBatch bounds the ids of one batch. PostgreSQL takes 65,535 arguments.
const maxBatch = 10_000

// A PurgeProof is what a finished sweep did to one class: what the host fills
// the event of its purge with.
type PurgeProof struct {
	Class   signal.DataClass
	Through coaching.Date // the last day, in UTC, of which nothing is left but what a legal hold keeps
	Records int64
	Digest  [sha256.Size]byte // of the sweep as JSON
}

// Proof returns what the sweep did, one for each class in the order of their declaration:
// also of those of which nothing was due, so that a sweep that did not happen
// shows. It is an error when the sweep is not done or is not one of these
// limits.
func (t *Retention) Proof(s Sweep) ([]PurgeProof, error) {
	if !s.Done || !inRange(s.At) || s.PolicyDigest != t.digest() {
		return nil, errors.New("governance: sweep: it is not done, or was done under another policy")
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("governance: sweep: %w", err)
	}
	sum := sha256.Sum256(text)
	proofs := make([]PurgeProof, len(s.Purged))
	for class := range s.Purged {
		c := signal.DataClass(class)
		proofs[class] = PurgeProof{Class: c, Through: t.through(c, s.At), Records: s.Purged[class], Digest: sum}
	}
	return proofs, nil
}
