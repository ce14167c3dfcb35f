package enforce

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/coachgov/coaching/governance"
)

// A Replay is a log of decisions of the past, and how differently a policy may
// answer them before it is put in force. Whoever raises a number acknowledges
// that many changes; with a log and nothing else, every outcome must stay.
type Replay struct {
	// Log is what [governance.Decision.Record] made of the decisions, as
	// [governance.ReadRecorded] reads it; without one nothing is replayed.
	// Denials that the engine gave, for lack of a record, say, are passed over. A
	// log that holds no others, or a record that cannot be replayed, is refused: it
	// shows nothing.
	Log       iter.Seq2[governance.Recorded, error]
	Loosened  int // decisions that may become more permissive, at most
	Tightened int // decisions that may become stricter, at most
}

// A ReplayError reports a policy that was not put in force since it answers the
// past otherwise than was acknowledged.
type ReplayError struct {
	Loosened, Tightened int // how many were acknowledged
	// Impact says what changes. Its positions count the records that were
	// replayed.
	Impact *governance.Impact
}

// Error returns the numbers, those acknowledged and those found.
func (e *ReplayError) Error() string {
	return fmt.Sprintf("enforce: of %d recorded decisions the policy answers %d more freely and %d more strictly, %d could not be replayed; acknowledged are %d and %d, and all must be replayed",
		e.Impact.Records, e.Impact.Loosened(), e.Impact.Tightened(), e.Impact.Unreplayed, e.Loosened, e.Tightened)
}

// check replays the log, if there is one. A log that panics is a log that fails,
// as a store is.
func (r Replay) check(ctx context.Context, p *governance.Policy) (err error) {
	if r.Loosened < 0 || r.Tightened < 0 {
		return fmt.Errorf("enforce: %d looser and %d stricter decisions are acknowledged, want 0 or more", r.Loosened, r.Tightened)
	}
	if r.Log == nil {
		if r.Loosened+r.Tightened != 0 {
			return errors.New("enforce: changes are acknowledged, and there is no log to find them in")
		}
		return nil
	}
	defer func() {
		if recover() != nil {
			err = errors.New("enforce: replaying the log: it panicked")
		}
	}()
	impact, err := governance.Replay(p, decidedByPolicy(ctx, r.Log))
	if err != nil {
		return fmt.Errorf("enforce: replaying the log: %w", err)
	}
	if impact.Records == 0 || impact.Unreplayed > 0 || impact.Loosened() > r.Loosened || impact.Tightened() > r.Tightened {
		return &ReplayError{Loosened: r.Loosened, Tightened: r.Tightened, Impact: impact}
	}
	return nil
}

// decidedByPolicy leaves out the denials that were not a policy's answer, and ends
// with an error when the context is done.
func decidedByPolicy(ctx context.Context, log iter.Seq2[governance.Recorded, error]) iter.Seq2[governance.Recorded, error] {
	return func(yield func(governance.Recorded, error) bool) {
		for rec, err := range log {
			if done := ctx.Err(); done != nil {
				yield(governance.Recorded{}, done)
				return
			}
			// By the rule and not by the code alone, which a policy may use for its own.
			engines := slices.ContainsFunc(rec.Reasons, func(r governance.RecordedReason) bool {
				return r.Rule == engineRule || r.Rule == "request" && r.Code == codeBatch
			})
			if (err != nil || !engines) && !yield(rec, err) {
				return
			}
		}
	}
}
