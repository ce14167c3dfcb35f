package audit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

// Receipts come in the order of the records, and name the tree that they made.
func TestCommitReceipts(t *testing.T) {
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	for i := range 20 {
		entry, err := log.Prepare(event(t, i))
		require.NoError(t, err)
		require.EqualValues(t, i, entry.Index())
		require.Equal(t, log.Head().Root, entry.Prior())
		receipt, err := log.Commit(entry, audit.Ack{Index: entry.Index(), Stored: entry.Bytes()})
		require.NoError(t, err)
		require.False(t, receipt.IsZero())
		require.EqualValues(t, i, receipt.Index())
		require.EqualValues(t, i+1, receipt.Size())
		require.Equal(t, log.Head().Root, receipt.Root())
		require.Equal(t, origin, receipt.Origin())
		require.Equal(t, entry.Event().At(), log.Latest())
	}
}

// Only the ack of this very record, at its place, makes a receipt.
func TestCommitNeedsAck(t *testing.T) {
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	entry, err := log.Prepare(event(t, 0))
	require.NoError(t, err)
	other, err := log.Prepare(event(t, 1))
	require.NoError(t, err)
	short := entry.Bytes()[:10]
	tests := map[string]struct {
		entry audit.Entry
		ack   audit.Ack
		want  error
	}{
		"no ack":          {entry, audit.Ack{}, audit.ErrNotStored},
		"short write":     {entry, audit.Ack{Stored: short}, audit.ErrNotStored},
		"another record":  {entry, audit.Ack{Stored: other.Bytes()}, audit.ErrNotStored},
		"another place":   {entry, audit.Ack{Index: 1, Stored: entry.Bytes()}, audit.ErrNotStored},
		"zero entry":      {audit.Entry{}, audit.Ack{}, audit.ErrNotStored},
		"line end stored": {entry, audit.Ack{Stored: append(entry.Bytes(), '\n')}, audit.ErrNotStored},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			receipt, err := log.Commit(tt.entry, tt.ack)
			require.ErrorIs(t, err, tt.want)
			require.True(t, receipt.IsZero())
			require.EqualValues(t, -1, receipt.Index())
			require.Zero(t, log.Head().Size)
		})
	}
	_, err = log.Commit(entry, audit.Ack{Stored: entry.Bytes()})
	require.NoError(t, err)
	// The second entry of index 0 lost the race; so did the first, the second time.
	for _, late := range []audit.Entry{other, entry} {
		receipt, err := log.Commit(late, audit.Ack{Stored: late.Bytes()})
		require.ErrorIs(t, err, audit.ErrConflict)
		require.True(t, receipt.IsZero())
	}
}

func TestNewLogOrigin(t *testing.T) {
	for _, bad := range []string{"", "Example.com", "a b", "a+b", "1log", "a\nb", "é", string(make([]byte, 101))} {
		_, err := audit.NewLog(bad)
		require.Error(t, err, "%q", bad)
		_, _, err = audit.GenerateKey(seeded("k"), bad)
		require.Error(t, err, "%q", bad)
	}
}

// Append order is index order; every record's inclusion proof verifies at every
// later size, and that of a changed record at none; every smaller checkpoint is
// consistent with every larger one.
func TestLogLaws(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(r, "records")
		order := rapid.SliceOfN(rapid.IntRange(0, 200), n, n).Draw(r, "events")
		events := make([]audit.Event, n)
		for i, e := range order {
			if i == 0 {
				e = 0 // not an outcome, which needs a record before it
			}
			events[i] = event(t, e)
		}
		log, err := audit.NewLog(origin)
		require.NoError(t, err)
		heads := []audit.Checkpoint{log.Head()}
		var records [][]byte
		for i, e := range events {
			entry, err := log.Prepare(e)
			require.NoError(t, err)
			require.EqualValues(t, i, entry.Index())
			_, err = log.Commit(entry, audit.Ack{Index: entry.Index(), Stored: entry.Bytes()})
			require.NoError(t, err)
			records = append(records, entry.Bytes())
			heads = append(heads, log.Head())
		}
		size := rapid.Int64Range(1, int64(n)).Draw(r, "size")
		index := rapid.Int64Range(0, size-1).Draw(r, "index")
		proof, err := log.ProveInclusion(index, size)
		require.NoError(t, err)
		require.NoError(t, audit.VerifyInclusion(heads[size], index, records[index], proof))

		changed := append([]byte(nil), records[index]...)
		changed[rapid.IntRange(0, len(changed)-1).Draw(r, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		require.ErrorIs(t, audit.VerifyInclusion(heads[size], index, changed, proof), audit.ErrProof)
		if size > 1 {
			require.ErrorIs(t, audit.VerifyInclusion(heads[size], (index+1)%size, records[index], proof), audit.ErrProof)
		}

		from := rapid.Int64Range(1, size).Draw(r, "from")
		proof, err = log.ProveConsistency(from, size)
		require.NoError(t, err)
		require.NoError(t, audit.VerifyConsistency(heads[from], heads[size], proof))
		require.NoError(t, audit.VerifyConsistency(heads[0], heads[size], nil))
		other := heads[from]
		other.Root[0] ^= 1
		require.ErrorIs(t, audit.VerifyConsistency(other, heads[size], proof), audit.ErrProof)
	})
}

// An intent stays open until an outcome names it.
func TestUnfinished(t *testing.T) {
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	var entries []audit.Entry
	add := func(e audit.Event, err error) {
		require.NoError(t, err)
		entry, err := log.Prepare(e)
		require.NoError(t, err)
		_, err = log.Commit(entry, audit.Ack{Index: entry.Index(), Stored: entry.Bytes()})
		require.NoError(t, err)
		entries = append(entries, entry)
	}
	permit := bodies(t)[0]
	add(audit.NewIntent(start, coach(t), permit))
	add(audit.NewEvent(start, coach(t), bodies(t)[2]))
	add(audit.NewIntent(start, coach(t), permit))
	add(audit.NewEvent(start, coach(t), audit.Outcome{Intent: 0, Result: audit.Completed}))
	open := audit.Unfinished(entries)
	require.Len(t, open, 1)
	require.EqualValues(t, 2, open[0].Index())
	require.Len(t, entries, 4)

	// An outcome of a record that is not yet there cannot be written.
	late, err := audit.NewEvent(start, coach(t), audit.Outcome{Intent: 4})
	require.NoError(t, err)
	_, err = log.Prepare(late)
	require.Error(t, err)
}

func TestProofsOutOfRange(t *testing.T) {
	w := write(t, origin, 5)
	for _, c := range [][2]int64{{-1, 5}, {5, 5}, {0, 6}, {0, 0}} {
		_, err := w.log.ProveInclusion(c[0], c[1])
		require.Error(t, err)
	}
	for _, c := range [][2]int64{{0, 5}, {4, 3}, {1, 6}, {-1, 2}} {
		_, err := w.log.ProveConsistency(c[0], c[1])
		require.Error(t, err)
	}
	head := w.log.Head()
	require.ErrorIs(t, audit.VerifyInclusion(audit.Checkpoint{}, 0, nil, nil), audit.ErrProof)
	require.ErrorIs(t, audit.VerifyInclusion(audit.Checkpoint{Origin: origin, Size: 1 << 62}, 1<<61, nil, nil), audit.ErrProof)
	require.ErrorIs(t, audit.VerifyConsistency(audit.Checkpoint{}, head, nil), audit.ErrProof)
	require.ErrorIs(t, audit.VerifyConsistency(audit.Checkpoint{Origin: origin}, head, nil), audit.ErrProof) // the empty log has a root
	require.True(t, errors.Is(audit.VerifyConsistency(head, audit.Checkpoint{Origin: origin, Size: 2}, nil), audit.ErrProof))
}

// GOV-018: a record of the far future makes everything after it go back, until a
// human corrects that very time; a log that is resumed or read again knows it.
func TestClockCorrection(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "clock")
	store := new(audit.MemoryStore)
	j, err := audit.OpenJournal(ctx, store, key, nil)
	require.NoError(t, err)
	far := start.AddDate(900, 0, 0)
	put := func(at time.Time, body audit.Body) {
		e, err := audit.NewEvent(at, author(t, body), body)
		require.NoError(t, err)
		_, err = j.Append(ctx, e)
		require.NoError(t, err)
	}
	aside := audit.Restriction{Signal: "focus_time", Use: "coaching_only"}
	put(start, aside)
	put(far, aside)
	for role := range coaching.Role(64) {
		_, err := audit.NewEvent(start.Add(1), audit.Actor{ID: person(t, "somebody"), Role: role}, audit.ClockCorrection{Latest: far})
		may := role == coaching.ProgramAdmin || role == coaching.PrivacyOfficer || role == coaching.LegalPrivacy
		require.Equal(t, may, err == nil, role)
	}
	put(start.Add(1), audit.ClockCorrection{Latest: far.Add(-1)})
	require.Equal(t, far, j.Latest(), "of another time")
	before, err := j.SignFrontier(signer)
	require.NoError(t, err)
	put(start.Add(2), audit.ClockCorrection{Latest: far})
	require.Equal(t, start.Add(2), j.Latest())
	put(start.Add(1), aside)
	require.Equal(t, start.Add(2), j.Latest())

	head, err := j.Sign(signer)
	require.NoError(t, err)
	after, err := j.SignFrontier(signer)
	require.NoError(t, err)
	for name, open := range map[string]func() (*audit.Journal, error){
		"whole":              func() (*audit.Journal, error) { return audit.OpenJournal(ctx, store, key, head) },
		"from before it":     func() (*audit.Journal, error) { return audit.ResumeJournal(ctx, store, key, before, head) },
		"from its other end": func() (*audit.Journal, error) { return audit.ResumeJournal(ctx, store, key, after, head) },
	} {
		again, err := open()
		require.NoError(t, err)
		require.Equal(t, start.Add(2), again.Latest(), name)
	}
}
