package enforce_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// looser returns a copy of the built-in policy that shows groups of four and
// promises nothing.
func looser() (*governance.Policy, *governance.Report, error) {
	text, _, _ := strings.Cut(governance.BuiltInSource(), "\ninvariants:\n")
	text = strings.Replace(text, "id: group_size, unit: count, value: 5", "id: group_size, unit: count, value: 4", 1)
	return governance.Parse("looser.yaml", []byte(text+"\ntests: []\n"))
}

// Somebody takes a promise out of the policy and breaks it. The policy of before
// stays in force until whoever is in charge says that the promise is withdrawn.
func ExampleEngine_Swap() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	store := new(audit.MemoryStore)
	engine, err := open(ctx, store, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	before := engine.PolicyDigest()
	policy, report, err := looser()
	if err != nil {
		fmt.Println(err)
		return
	}
	change := enforce.Change{
		Policy: policy, Report: report, At: now,
		By: audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer},
	}

	var broken *enforce.PromiseError
	if errors.As(engine.Swap(ctx, change), &broken) {
		for _, r := range broken.Results {
			fmt.Println(r.Verdict, r.ID, r.Code, "a group of", r.Witness.Resource.GroupSize)
		}
	}
	fmt.Println("still in force:", engine.PolicyDigest() == before)

	change.Withdrawn = []string{"never.small_group"}
	fmt.Println(engine.Swap(ctx, change), engine.PolicyDigest() == policy.Digest())
	n, _ := store.Size(ctx)
	fmt.Println(n, "records: policy, refusal, policy")
	// Output:
	// refuted never.small_group C-15 a group of 4
	// still in force: true
	// <nil> true
	// 3 records: policy, refusal, policy
}

// The same policy is tried on last week's decisions: one request that was denied
// would be permitted, which nobody has acknowledged.
func ExampleReplay() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	engine, err := open(ctx, new(audit.MemoryStore), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	var lastWeek []governance.Recorded
	for _, size := range []int{4, 12} {
		request := sponsorReads("trend-L01", size, now)
		decision, _ := engine.Authorize(ctx, request)
		lastWeek = append(lastWeek, decision.Record(request))
	}
	policy, report, err := looser()
	if err != nil {
		fmt.Println(err)
		return
	}
	err = engine.Swap(ctx, enforce.Change{
		Policy: policy, Report: report, At: now,
		By:        audit.Actor{ID: person("privacy officer"), Role: coaching.PrivacyOfficer},
		Withdrawn: []string{"never.small_group"},
		Replay: enforce.Replay{Log: func(yield func(governance.Recorded, error) bool) {
			for _, r := range lastWeek {
				if !yield(r, nil) {
					return
				}
			}
		}},
	})
	var changed *enforce.ReplayError
	if errors.As(err, &changed) {
		for _, e := range changed.Impact.Examples {
			fmt.Println("record", e.Record, e.From, "->", e.To, e.Action, e.Type, "by", e.Role)
		}
	}
	// Output:
	// record 1 deny -> permit view report by sponsor
}

// Before the swap, the same policy runs in the shadow of the one in force.
func ExampleEngine_Shadow() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	engine, err := open(ctx, new(audit.MemoryStore), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, _, err := looser()
	if err != nil {
		fmt.Println(err)
		return
	}
	engine.Shadow(policy)
	for _, size := range []int{4, 12} {
		decision, grant := engine.Authorize(ctx, sponsorReads("trend-L01", size, now))
		fmt.Println(decision.Outcome, grant)
	}
	c := engine.Comparison()
	fmt.Println(c.Compared, "compared,", c.Loosened(), "would be looser,", c.Tightened(), "stricter")
	for _, d := range c.Differences {
		fmt.Println(d.From, d.Decided, "->", d.To, d.Instead)
	}
	// Output:
	// deny no grant
	// permit grant example.com/pilot/audit#2
	// 2 compared, 1 would be looser, 0 stricter
	// deny [group.small] -> permit [trends.view]
}

// Three reports for one page, all or none: the batch ends at the first denial, and
// what it was not asked about leaves no record.
func ExampleEngine_AuthorizeBatch() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	store := new(audit.MemoryStore)
	engine, err := open(ctx, store, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	requests := []governance.Request{
		*sponsorReads("trend-L01", 12, now), *sponsorReads("trend-L02", 4, now), *sponsorReads("trend-L03", 9, now),
	}
	decisions, grants := engine.AuthorizeBatch(ctx, requests, governance.DenyOnFirstDeny)
	for i, d := range decisions {
		fmt.Println(d.Outcome, d.Reasons[0].Code, grants[i])
		if !grants[i].IsZero() && !decisions[len(decisions)-1].Allowed() { // none, then
			fmt.Println(engine.Complete(ctx, grants[i], enforce.Completion{Result: audit.Abandoned, At: now}))
		}
	}
	n, _ := store.Size(ctx)
	fmt.Println(n, "records: policy, intent, denial, outcome")
	// Output:
	// permit GOV-026 grant example.com/pilot/audit#1
	// <nil>
	// deny C-15 no grant
	// deny POL-BATCH no grant
	// 4 records: policy, intent, denial, outcome
}

// What is logged in passing tells what was answered and where it is on record, and
// neither who asked nor whose data it is.
func ExampleEngine_Authorize_log() {
	ctx := context.Background()
	now := time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)
	engine, err := open(ctx, new(audit.MemoryStore), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.TimeKey, "policy", "digest", "now", "at": // to keep this example short
			return slog.Attr{}
		}
		return a
	}}))
	sealed := enforce.Seal(pack("pack-of-Jane-Doe"), "meetings 21.5 h")
	request := coachReads("pack-of-Jane-Doe", now)
	request.Resource = sealed.Resource()
	decision, grant := engine.Authorize(ctx, request)
	log.Info("asked", "request", request, "data", sealed)
	log.Info("answered", "decision", decision, "grant", grant)
	// Output:
	// level=INFO msg=asked request.action=view request.purpose=coaching request.type=pack data=enforce.Sealed
	// level=INFO msg=answered decision.outcome=permit decision.rules=coach.pack decision.codes=GOV-015 decision.missing="" decision.errors=0 grant="grant example.com/pilot/audit#1"
}
