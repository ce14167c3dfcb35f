package enforce_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// asked returns requests that the policy of [change] permits, denies and wants
// approved, one for each letter of y, n and w.
func asked(letters string) []governance.Request {
	var out []governance.Request
	for i, letter := range letters {
		r := *coachReads(fmt.Sprint("pack-", i), start)
		switch letter {
		case 'n':
			r.Subject.ID = person("coach 2")
		case 'w':
			r = *exportRequest(fmt.Sprint("data-", i))
		}
		out = append(out, r)
	}
	return out
}

// Each request that is answered has its own record and each permit its own grant,
// for itself; those behind the answer that settles the batch are denied with
// POL-BATCH and leave nothing. The answers are those of the policy alone.
func TestAuthorizeBatch(t *testing.T) {
	policy := change(t, "A", start).Policy
	for _, tt := range []struct {
		semantics governance.Semantics
		asked     string
		answered  int
	}{
		{governance.ExecuteAll, "ynwy", 4},
		{governance.DenyOnFirstDeny, "yyny", 3},
		{governance.DenyOnFirstDeny, "ywyy", 2},
		{governance.DenyOnFirstDeny, "yyy", 3},
		{governance.PermitOnFirstPermit, "wnyy", 3},
		{governance.PermitOnFirstPermit, "nwn", 3},
		{governance.Semantics(3), "yy", 0},
		{governance.ExecuteAll, "", 0},
	} {
		t.Run(tt.semantics.String()+" "+tt.asked, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e := engine(t, store)
			requests := asked(tt.asked)
			decisions, grants := e.AuthorizeBatch(context.Background(), requests, tt.semantics)
			require.Len(t, decisions, len(requests))
			require.Len(t, grants, len(requests))
			log := entries(t, store)[1:]
			require.Len(t, log, tt.answered)
			want := policy.DecideBatch(requests, tt.semantics)
			for i := range requests {
				require.Equal(t, i < tt.answered && tt.asked[i] == 'y', !grants[i].IsZero())
				require.Equal(t, want[i].Outcome, decisions[i].Outcome)
				require.Equal(t, want[i].Codes(), decisions[i].Codes())
				require.Equal(t, want[i].PolicyDigest, decisions[i].PolicyDigest)
				require.Equal(t, want[i].At, decisions[i].At)
				if i >= tt.answered {
					require.Equal(t, "POL-BATCH", decisions[i].Codes())
					continue
				}
				require.Equal(t, want[i], decisions[i])
				require.Equal(t, requests[i].Digest(), log[i].Event().Body().(audit.Decision).Request.String())
				for k := range requests {
					if k == i || grants[i].IsZero() {
						continue
					}
					_, err := enforce.Unlock(grants[i], enforce.Seal(requests[k].Resource, 1), requests[k].Subject.ID, requests[k].Action, start)
					require.ErrorIs(t, err, enforce.ErrGrant)
				}
			}
			for i, g := range grants {
				if !g.IsZero() {
					_, err := enforce.Unlock(g, enforce.Seal(requests[i].Resource, 1), requests[i].Subject.ID, requests[i].Action, start)
					require.NoError(t, err)
				}
			}
			require.Equal(t, requests, asked(tt.asked), "not changed")
		})
	}
}

// A batch without an engine or a context denies everything, and one dated
// backwards what is late.
func TestAuthorizeBatchWithoutAnything(t *testing.T) {
	var none *enforce.Engine
	for _, e := range []*enforce.Engine{none, new(enforce.Engine)} {
		decisions, grants := e.AuthorizeBatch(context.Background(), asked("yy"), governance.PermitOnFirstPermit)
		for i, d := range decisions {
			require.Equal(t, governance.Deny, d.Outcome)
			require.NotEmpty(t, d.Reasons)
			require.True(t, grants[i].IsZero())
		}
	}
	var ctx context.Context // the mistake under test
	decisions, grants := engine(t, new(audit.MemoryStore)).AuthorizeBatch(ctx, asked("yy"), governance.DenyOnFirstDeny)
	require.Equal(t, "POL-RECORD", decisions[0].Reasons[0].Code)
	require.Equal(t, "POL-BATCH", decisions[1].Codes())
	require.True(t, grants[0].IsZero() && grants[1].IsZero())

	late := asked("yyy")
	late[1].Now = start.Add(-1)
	decisions, _ = engine(t, new(audit.MemoryStore)).AuthorizeBatch(context.Background(), late, governance.DenyOnFirstDeny)
	require.True(t, decisions[0].Allowed())
	require.Equal(t, "POL-SEQUENCE", decisions[1].Reasons[0].Code)
	require.Equal(t, "POL-BATCH", decisions[2].Codes())
}

// Whichever append of a batch fails, and however, there is a grant just for each
// request whose permit is on record, and what has no record counts as a denial.
func TestAuthorizeBatchFaults(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		letters := rapid.StringOfN(rapid.RuneFrom([]rune("yyynw")), 1, 8, -1).Draw(r, "asked")
		semantics := governance.Semantics(rapid.IntRange(0, 2).Draw(r, "semantics"))
		fault := rapid.SampledFrom(faults()).Draw(r, "fault")
		ctx, cancel := faultContext(fault)
		defer cancel()
		store := &faulty{cancel: cancel}
		e := engine(t, store)
		store.fault, store.calls, store.from = fault, 0, rapid.IntRange(0, 12).Draw(r, "from")
		store.to = store.from + rapid.IntRange(1, 3).Draw(r, "calls")
		requests := asked(letters)
		decisions, grants := e.AuthorizeBatch(ctx, requests, semantics)
		store.fault = ""
		settled := false
		receipts := map[int64]bool{}
		for i, d := range decisions {
			require.Equal(r, settled, d.Codes() == "POL-BATCH")
			require.Equal(r, d.Allowed(), !grants[i].IsZero())
			settled = settled || semantics.Settles(d.Outcome)
			if grants[i].IsZero() {
				continue
			}
			index := grants[i].Receipt().Index()
			require.False(r, receipts[index])
			receipts[index] = true
			entry := stored(r, store, index)
			require.Equal(r, audit.Intent, entry.Event().Phase())
			require.Equal(r, requests[i].Digest(), entry.Event().Body().(audit.Decision).Request.String())
		}
	})
}

// stored returns the record of an index as the store holds it.
func stored(t require.TestingT, store *faulty, index int64) audit.Entry {
	for record, err := range store.MemoryStore.Read(context.Background(), index) {
		require.NoError(t, err)
		e, err := audit.ParseEntry(record)
		require.NoError(t, err)
		return e
	}
	require.Fail(t, "no such record")
	return audit.Entry{}
}

// For somebody else who enforces them, the answers are the same, each on record
// as a fact: no intent waits for an outcome. Without a record there is no yes.
func TestDecideBatch(t *testing.T) {
	store := new(audit.MemoryStore)
	e := engine(t, store)
	requests := asked("ynw")
	decisions := e.DecideBatch(context.Background(), requests, governance.ExecuteAll)
	require.Equal(t, change(t, "A", start).Policy.DecideBatch(requests, governance.ExecuteAll), decisions)
	log := entries(t, store)[1:]
	require.Len(t, log, 3)
	for i, entry := range log {
		require.Equal(t, audit.Fact, entry.Event().Phase())
		body := entry.Event().Body().(audit.Decision)
		require.Equal(t, requests[i].Digest(), body.Request.String())
		require.Equal(t, decisions[i].Outcome.String(), body.Answer.String())
	}

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, d := range e.DecideBatch(cancelled, requests, governance.ExecuteAll) {
		require.Equal(t, governance.Deny, d.Outcome)
		require.Equal(t, "POL-RECORD", d.Reasons[0].Code)
	}
	for _, d := range (*enforce.Engine)(nil).DecideBatch(context.Background(), requests, governance.ExecuteAll) {
		require.False(t, d.Allowed())
	}
}
