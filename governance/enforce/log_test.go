package enforce_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// Nothing that an engine returns or takes for one request tells, when it is logged or
// printed in passing, who asked, whose data it is, what it is called or what the
// messages say; nor do its errors.
func TestNothingPrintsPeople(t *testing.T) {
	const canary = "Jane.Roe"
	ctx := context.Background()
	store := &faulty{}
	source := strings.Replace(small("a", "", ""), "message: says a,", `message: "{resource.type} of `+canary+`",`, 1)
	require.Contains(t, source, canary)
	e := begin(t, store, source)
	e.Shadow(changeTo(t, careful("c", ""), start).Policy)
	request := coachReads(canary, start)
	request.Purpose, request.Resource.Signals, request.Review.Rationale = governance.ForEvaluation, []string{canary}, canary
	sealed := enforce.Seal(request.Resource, canary)
	decisions, grants := e.AuthorizeBatch(ctx, []governance.Request{*request, *request}, governance.PermitOnFirstPermit)
	require.True(t, decisions[0].Allowed())
	require.Contains(t, fmt.Sprint(decisions[0].Reasons[0].Message), canary)
	require.Equal(t, 1, e.Comparison().Tightened())
	_, wrong := enforce.Unlock(grants[0], enforce.Seal(pack(canary), canary), person(canary), governance.View, start)
	store.fault = "error"
	failed, none := e.Authorize(ctx, request)
	unrecorded := e.Complete(ctx, grants[0], enforce.Completion{At: start})
	store.fault = ""
	next := changeTo(t, careful("c", ""), start)
	next.Withdrawn = []string{canary}
	refusal := e.Swap(ctx, next)
	next.Withdrawn = nil
	next.Replay.Log = func(yield func(governance.Recorded, error) bool) { _ = yield(decisions[0].Record(request), nil) }
	replay := e.Swap(ctx, next)
	promise := begin(t, new(audit.MemoryStore), careful("a", elsewhere)).Swap(ctx, changeTo(t, small("b", "", ""), start))

	var b bytes.Buffer
	for _, thing := range []any{
		request, *request, decisions[0], &decisions[1], failed, grants[0], &grants[1], none, sealed, &sealed, e.Comparison(), e,
		wrong, unrecorded, refusal, replay, promise,
	} {
		require.NotNil(t, thing)
		for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
			slog.New(h).With("thing", thing).Info("x", "thing", thing, slog.Group("g", "thing", thing))
		}
		fmt.Fprintf(&b, "%v %+v %#v %s %q %x %v\n", thing, thing, thing, thing, thing, thing, []any{thing})
	}
	out := b.String()
	for _, secret := range []string{canary, "Roe", "p1_", fmt.Sprintf("%x", canary), "of Jane"} {
		at := strings.Index(out, secret)
		require.Negative(t, at, "%s in %q", secret, out[max(0, at-200):max(0, at)])
	}
	for _, kept := range []string{"outcome=permit", request.Digest(), decisions[0].PolicyDigest, "permit.a", "POL-BATCH", "POL-RECORD", "example.com/test/audit#1", "enforce.Sealed"} {
		require.True(t, strings.Contains(out, kept), kept)
	}
}
