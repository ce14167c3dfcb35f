package audit_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// A journal that goes on from a frontier is the journal that was never closed, as
// far as its own records go.
func TestResumeJournal(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "k")
	const most = 40
	for saved := range most {
		store := new(audit.MemoryStore)
		whole := openJournal(t, store)
		_, err := whole.AppendAll(ctx, batch(t, 0, saved)...)
		require.NoError(t, err)
		frontier, err := whole.SignFrontier(signer)
		require.NoError(t, err)
		_, err = whole.AppendAll(ctx, batch(t, saved, saved%5)...)
		require.NoError(t, err)
		head, err := whole.Sign(signer)
		require.NoError(t, err)

		j, err := audit.ResumeJournal(ctx, store, key, frontier, head, whole.Head())
		require.NoError(t, err, "resumed at %d records", saved)
		require.Equal(t, whole.Head(), j.Head())
		require.Equal(t, whole.Latest(), j.Latest())
		require.Equal(t, origin, j.Origin())

		other := new(audit.MemoryStore)
		for r, err := range store.Read(ctx, 0) {
			require.NoError(t, err)
			size, _ := other.Size(ctx)
			require.NoError(t, other.Append(ctx, size, r))
		}
		twin, err := audit.OpenJournal(ctx, other, key, head)
		require.NoError(t, err)
		for i := range 20 {
			want, err := twin.Append(ctx, event(t, i))
			require.NoError(t, err)
			got, err := j.Append(ctx, event(t, i))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		require.Equal(t, twin.Head(), j.Head())
		size := j.Head().Size
		for at := int64(saved); at <= size; at++ {
			for index := range at {
				want, err := twin.ProveInclusion(index, at)
				require.NoError(t, err)
				got, err := j.ProveInclusion(index, at)
				if err != nil {
					require.Less(t, index, int64(saved))
					require.ErrorContains(t, err, "OpenJournal")
					continue
				}
				require.Equal(t, want, got)
			}
			if at > 0 {
				want, err := twin.ProveConsistency(at, size)
				require.NoError(t, err)
				got, err := j.ProveConsistency(at, size)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		// Its own frontier is as good.
		again, err := j.SignFrontier(signer)
		require.NoError(t, err)
		_, err = audit.ResumeJournal(ctx, store, key, again, nil)
		require.NoError(t, err)
	}
}

func TestResumeJournalRefuses(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "k")
	stranger, _ := keys(t, origin, "another key")
	foreign, foreignKey := keys(t, "example.com/other/audit", "k")
	store := func(w written) audit.Store {
		s := new(audit.MemoryStore)
		for i, l := range w.lines {
			require.NoError(t, s.Append(ctx, int64(i), []byte(l)))
		}
		return s
	}
	short, w := write(t, origin, 11), write(t, origin, 14)
	other := rewritten(t, 14, 12, func(e []audit.Event) []audit.Event { e[12] = event(t, 29); return e })
	journal := func(w written, key *audit.Verifier, signer *audit.Signer) *audit.Journal {
		j, err := audit.OpenJournal(ctx, store(w), key, sign(t, w.log, signer))
		require.NoError(t, err)
		return j
	}
	frontier, err := journal(short, key, signer).SignFrontier(signer)
	require.NoError(t, err)
	_, err = journal(short, key, signer).SignFrontier(foreign)
	require.ErrorIs(t, err, audit.ErrOrigin)
	_, err = new(audit.Journal).SignFrontier(signer)
	require.Error(t, err)
	strange, err := journal(short, key, signer).SignFrontier(signer)
	require.NoError(t, err)
	strange = append(strange[:len(strange)-len(lastLine(strange))], lastLine(sign(t, short.log, stranger))...)
	elsewhere, err := journal(write(t, "example.com/other/audit", 11), foreignKey, foreign).SignFrontier(foreign)
	require.NoError(t, err)
	head := sign(t, w.log, signer)
	tests := map[string]struct {
		store    audit.Store
		frontier []byte
		head     []byte
		anchors  []audit.Checkpoint
		want     error
	}{
		"as it was":               {store(w), frontier, head, []audit.Checkpoint{w.log.Head(), short.log.Head()}, nil},
		"no newer head":           {store(w), frontier, nil, nil, nil},
		"nothing after it":        {store(short), frontier, sign(t, short.log, signer), nil, nil},
		"a head for a frontier":   {store(w), head, nil, nil, audit.ErrCheckpoint},
		"a frontier for a head":   {store(w), frontier, frontier, nil, audit.ErrCheckpoint},
		"unsigned":                {store(w), []byte(strings.SplitAfter(string(frontier), "\n\n")[0]), nil, nil, audit.ErrSignature},
		"nothing":                 {store(w), nil, nil, nil, audit.ErrSignature},
		"signed by another":       {store(w), strange, nil, nil, audit.ErrSignature},
		"of another log":          {store(w), elsewhere, nil, nil, audit.ErrSignature},
		"rolled back before it":   {store(write(t, origin, 10)), frontier, nil, nil, audit.ErrTampered},
		"rolled back after it":    {store(short), frontier, head, nil, audit.ErrTampered},
		"another history after":   {store(other), frontier, head, nil, audit.ErrTampered},
		"no record after it":      {store(written{lines: append(slices.Clone(short.lines), "{}")}), frontier, nil, nil, audit.ErrTampered},
		"a line lost":             {store(written{lines: slices.Delete(slices.Clone(w.lines), 11, 12)}), frontier, nil, nil, audit.ErrTampered},
		"an anchor before it":     {store(w), frontier, head, []audit.Checkpoint{write(t, origin, 10).log.Head()}, nil},
		"an anchor of another":    {store(w), frontier, head, []audit.Checkpoint{{Origin: "other", Size: 14, Root: w.log.Head().Root}}, audit.ErrOrigin},
		"another's anchor, later": {store(w), frontier, nil, []audit.Checkpoint{other.log.Head()}, audit.ErrTampered},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			j, err := audit.ResumeJournal(ctx, tt.store, key, tt.frontier, tt.head, tt.anchors...)
			switch {
			case tt.want != nil:
				require.ErrorIs(t, err, tt.want)
			case name == "an anchor before it":
				require.ErrorContains(t, err, "OpenJournal")
			default:
				require.NoError(t, err)
				_, err = j.Append(ctx, event(t, 20))
				require.NoError(t, err)
				return
			}
			require.Nil(t, j)
		})
	}
	_, err = audit.ResumeJournal(ctx, nil, key, frontier, nil)
	require.Error(t, err)
	_, err = audit.ResumeJournal(ctx, store(w), nil, frontier, nil)
	require.Error(t, err)
	_, err = audit.ResumeJournal(ctx, store(w), &audit.Verifier{}, frontier, nil)
	require.Error(t, err)
	for i := range frontier {
		for bit := range 8 {
			bad := slices.Clone(frontier)
			bad[i] ^= 1 << bit
			_, err := audit.ResumeJournal(ctx, store(w), key, bad, nil)
			require.Error(t, err)
		}
	}
	// What the comment says is not looked at is not, and Verify finds it.
	changed := written{lines: slices.Clone(w.lines)}
	changed.lines[3] = strings.Replace(changed.lines[3], `"items":3`, `"items":4`, 1)
	j, err := audit.ResumeJournal(ctx, store(changed), key, frontier, head)
	require.NoError(t, err)
	again, err := j.Sign(signer)
	require.NoError(t, err)
	require.Equal(t, string(head), string(again))
	require.Equal(t, audit.Corrupt, verify(text(changed.lines), key, head).Verdict)
}

// lastLine returns the last line of a signed note, which is the signature.
func lastLine(signed []byte) []byte {
	return signed[bytes.LastIndexByte(signed[:len(signed)-1], '\n')+1:]
}

// A journal that was resumed, and whose store then fails, catches up as any other.
func TestResumedJournalCatchesUp(t *testing.T) {
	ctx := context.Background()
	signer, key := keys(t, origin, "k")
	for saved := range 9 {
		for _, fault := range []string{"error before", "error after"} {
			store := &faulty{}
			j := openJournal(t, store)
			_, err := j.AppendAll(ctx, batch(t, 0, saved)...)
			require.NoError(t, err)
			frontier, err := j.SignFrontier(signer)
			require.NoError(t, err)
			j, err = audit.ResumeJournal(ctx, store, key, frontier, nil)
			require.NoError(t, err)
			store.fault = fault
			_, err = j.Append(ctx, event(t, saved))
			require.Error(t, err)
			store.fault = ""
			_, err = j.Append(ctx, event(t, saved+29))
			require.NoError(t, err)
			head, err := j.Sign(signer)
			require.NoError(t, err)
			var log bytes.Buffer
			require.NoError(t, audit.WriteLines(ctx, &log, store))
			require.True(t, verify(log.String(), key, head).OK())
		}
	}
}
