package enforce_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// A day runs an engine from its start to the completion of what it has granted,
// over a store that fails. It returns how often data came out.
func day(t *testing.T, store *faulty, ctx context.Context) (seen int) {
	opens := func(d governance.Decision, g enforce.Grant, request *governance.Request) {
		got, err := enforce.Unlock(g, enforce.Seal(request.Resource, "canary"), request.Subject.ID, request.Action, start)
		require.Equal(t, err == nil, got == "canary")
		require.Equal(t, d.Allowed(), !g.IsZero())
		if err != nil {
			return
		}
		// The record that announced it is in the store, whatever failed since.
		seen++
		entry := stored(t, store, g.Receipt().Index())
		require.Equal(t, g.Receipt().Index(), entry.Index())
		require.Equal(t, audit.Intent, entry.Event().Phase())
		require.Equal(t, audit.Permitted, entry.Event().Body().(audit.Decision).Answer)
		require.Equal(t, request.Digest(), entry.Event().Body().(audit.Decision).Request.String())
		require.Equal(t, d.PolicyDigest, entry.Event().Body().(audit.Decision).Policy.String())
	}
	e, err := enforce.New(ctx, journal(t, store), enforce.Settings{Valid: time.Minute}, changeTo(t, small("a", "", ""), start))
	if err != nil {
		require.Nil(t, e)
		// There is none; what asks it all the same gets nothing.
		e = nil
	}
	e.Shadow(changeTo(t, small("b", "", ""), start).Policy)
	request := coachReads("pack-1", start)
	d, g := e.Authorize(ctx, request)
	opens(d, g, request)
	_ = e.Complete(ctx, g, enforce.Completion{Result: audit.Completed, At: start})
	opens(d, g, request) // closed, whether or not that is on record
	requests := asked("yyy")
	decisions, grants := e.AuthorizeBatch(ctx, requests, governance.ExecuteAll)
	for i := range requests {
		opens(decisions[i], grants[i], &requests[i])
	}
	before, next := e.PolicyDigest(), changeTo(t, small("b", "", ""), start)
	_, unused := e.Authorize(ctx, request)
	switch err := e.Swap(ctx, next); {
	case err != nil:
		require.Equal(t, before, e.PolicyDigest())
	default:
		require.Equal(t, next.Policy.Digest(), e.PolicyDigest())
		_, err := enforce.Unlock(unused, enforce.Seal(request.Resource, 1), request.Subject.ID, request.Action, start)
		require.ErrorIs(t, err, enforce.ErrGrant)
	}
	d, g = e.Authorize(ctx, request)
	opens(d, g, request)
	// A refused swap writes too, and its failure puts nothing in force.
	in := e.PolicyDigest()
	next.Withdrawn = []string{"unknown"}
	require.Error(t, e.Swap(ctx, next))
	require.Equal(t, in, e.PolicyDigest())
	d, g = e.Authorize(ctx, request)
	opens(d, g, request)
	require.True(t, d.PolicyDigest == in)
	return seen
}

// agrees wants every permit on record to be by the policy that is in force by the
// records before it, also after a start with another one.
func agrees(t *testing.T, store *faulty) {
	store.fault = ""
	check := func() {
		var in audit.Digest
		for _, entry := range entries(t, store) {
			switch b := entry.Event().Body().(type) {
			case audit.PolicySwap:
				in = b.To
			case audit.PolicyRefusal:
				in = b.From
			case audit.Decision:
				if b.Answer == audit.Permitted {
					require.Equal(t, in, b.Policy, "record %d", entry.Index())
				}
			}
		}
	}
	ctx := context.Background()
	secret, _ := keyTexts(t)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	empty, err := audit.NewLog(signer.Origin())
	require.NoError(t, err)
	head, err := empty.Sign(signer)
	require.NoError(t, err)
	j, err := audit.OpenJournal(ctx, &store.MemoryStore, verifier(t), head)
	if err != nil {
		require.ErrorIs(t, err, audit.ErrTampered) // the store wrote something else
		return
	}
	check()
	third := changeTo(t, small("c", "", ""), start)
	e, err := enforce.New(ctx, j, enforce.Settings{Valid: time.Minute}, third)
	require.NoError(t, err)
	d, _ := e.Authorize(ctx, coachReads("pack-1", start))
	require.True(t, d.Allowed())
	require.Equal(t, third.Policy.Digest(), onRecord(t, store))
	check()
}

// Whatever fails in the store, at whichever of its calls, once or from then on:
// data comes out only after its record is in the store, and a policy is in force
// only after its change is, and as long as the record says so.
func TestFaultsAtEveryCall(t *testing.T) {
	clean := &faulty{}
	require.Equal(t, 6, day(t, clean, context.Background()))
	calls := clean.calls
	require.Greater(t, calls, 20)
	least, most := 6, 0
	for _, fault := range faults() {
		for from := 1; from < calls; from++ { // call 0 is the journal's own, which opens it
			for _, to := range []int{from + 1, from + 2, from + 3, calls} {
				t.Run(fmt.Sprintf("%s at %d to %d", fault, from, to), func(t *testing.T) {
					ctx, cancel := faultContext(fault)
					defer cancel()
					store := &faulty{fault: fault, cancel: cancel, from: from, to: to}
					seen := day(t, store, ctx)
					agrees(t, store)
					least, most = min(least, seen), max(most, seen)
				})
			}
		}
	}
	require.Equal(t, [2]int{0, 6}, [2]int{least, most}, "some faults stop all of it, some come after all of it")
}
