package enforce_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// While policies are swapped a thousand times, each decision is wholly by one of
// them: digest, rules, codes, messages, obligations and the record name the same
// one. A batch is by one policy, every grant has a receipt of its own. A shadow is
// asked all the while, and each comparison is with one policy in force.
func TestAuthorizeDuringSwaps(t *testing.T) {
	const variants, swaps, askers, asks = 7, 1000, 32, 25
	ctx := context.Background()
	store := new(audit.MemoryStore)
	changes := make([]enforce.Change, variants)
	says := make(map[string]string) // variant by digest
	for i := range changes {
		variant := fmt.Sprint("v", i)
		changes[i] = changeTo(t, small(variant, "", ""), start)
		if i%2 == 1 { // for coaching only
			changes[i] = changeTo(t, careful(variant, ""), start)
		}
		says[changes[i].Policy.Digest()] = variant
	}
	require.Len(t, says, variants)
	e, err := enforce.New(ctx, journal(t, store), enforce.Settings{Valid: time.Minute}, changes[0])
	require.NoError(t, err)

	anyPurpose := func(digest string) bool { return (says[digest][1]-'0')%2 == 0 }
	wholly := func(d governance.Decision, purpose governance.Purpose) error {
		v := says[d.PolicyDigest]
		want := "note." + v + " ALSO-" + v + " says " + v + " too; permit." + v + " SAYS-" + v + " says " + v + "; do as " + v + " says"
		outcome := governance.Permit
		switch {
		case purpose == governance.ForCoaching:
		case anyPurpose(d.PolicyDigest):
			_, want, _ = strings.Cut(want, "; ")
		default:
			outcome, want = governance.Deny, "default POL-DEFAULT no rule permits it"
		}
		var got []string
		for _, r := range d.Reasons {
			got = append(got, fmt.Sprint(r.Rule, " ", r.Code, " ", r.Message))
		}
		for _, o := range d.Obligations {
			got = append(got, o.Text)
		}
		if v == "" || d.Outcome != outcome || strings.Join(got, "; ") != want {
			return fmt.Errorf("a decision by two policies: %v %v", d, got)
		}
		return nil
	}
	var (
		wait     sync.WaitGroup
		mu       sync.Mutex
		receipts = make(map[int64]string) // digest of the decision by index of its record
		used     = make(map[string]bool)
		denied   int
		loosened int // seen in comparisons
	)
	// The askers ask the i-th time when i of asks parts of the swaps are done, so that
	// the questions spread over all of them. The first two times the swaps wait for
	// the answers: however the machine schedules, two policies answer, one of them for
	// coaching only.
	var answered [2]sync.WaitGroup
	for i := range answered {
		answered[i].Add(askers)
	}
	parts := make([]chan struct{}, asks)
	for i := range parts {
		parts[i] = make(chan struct{})
	}
	wait.Go(func() {
		for i := range swaps {
			if i < len(answered) {
				close(parts[i])
				answered[i].Wait()
			} else if part := i / (swaps / asks); i%(swaps/asks) == 0 && part >= len(answered) {
				close(parts[part])
			}
			if i%10 == 5 {
				e.Shadow(changes[i/10%4*2].Policy) // for any purpose
			}
			if err := e.Swap(ctx, changes[(i+1)%variants]); err != nil {
				t.Errorf("swap: %v", err)
			}
		}
	})
	for asker := range askers {
		wait.Go(func() {
			for i := range asks {
				<-parts[i]
				requests := []governance.Request{*coachReads("pack-1", start)}
				switch asker % 4 {
				case 0:
					requests = append(requests, *coachReads("pack-2", start))
				case 1, 2:
					requests[0].Purpose = governance.ForEvaluation
				}
				decisions, grants := e.AuthorizeBatch(ctx, requests, governance.DenyOnFirstDeny)
				c := e.Comparison()
				if c.Tightened()+c.Failed != 0 || c.Candidate != "" && (anyPurpose(c.Policy) && c.Loosened() != 0 || !anyPurpose(c.Candidate)) {
					t.Errorf("a comparison with two policies: %+v", c)
				}
				mu.Lock()
				loosened += c.Loosened()
				for k, d := range decisions {
					if err := wholly(d, requests[k].Purpose); err != nil {
						t.Error(err)
					}
					if d.PolicyDigest != decisions[0].PolicyDigest {
						t.Error("a batch by two policies")
					}
					if used[d.PolicyDigest] = true; !d.Allowed() {
						denied++
						if !grants[k].IsZero() {
							t.Error("a grant without a permit")
						}
						continue
					}
					index := grants[k].Receipt().Index()
					if grants[k].IsZero() || receipts[index] != "" {
						t.Errorf("a grant without a receipt of its own: %v", grants[k])
					}
					receipts[index] = d.PolicyDigest
				}
				mu.Unlock()
				if i < len(answered) {
					answered[i].Done()
				}
			}
		})
	}
	wait.Wait()
	require.Greater(t, len(used), 1)
	require.Positive(t, denied)
	t.Log(len(used), "policies answered, and comparisons counted", loosened, "looser answers")
	require.Equal(t, asks*(askers+askers/4), denied+len(receipts))
	log := entries(t, store)
	require.Len(t, log, 1+swaps+denied+len(receipts))
	for _, entry := range log {
		if body, ok := entry.Event().Body().(audit.Decision); ok {
			v := says[body.Policy.String()]
			if body.Answer == audit.Denied {
				require.Equal(t, []string{"POL-DEFAULT"}, body.Reasons)
				continue
			}
			require.Equal(t, receipts[entry.Index()], body.Policy.String())
			require.Contains(t, [][]string{{"ALSO-" + v, "SAYS-" + v}, {"SAYS-" + v}}, body.Reasons)
		}
	}
}
