package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// One decision of each contestant over the twelve shapes.
func BenchmarkDecision(b *testing.B) {
	requests, err := shapeRequests()
	require.NoError(b, err)
	names, all, err := contestants(requests)
	require.NoError(b, err)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := all[name].decide(i % len(requests)); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// Where the library's time goes, and the hand-written code's, by shape.
func BenchmarkShape(b *testing.B) {
	all, err := shapes()
	require.NoError(b, err)
	requests, err := shapeRequests()
	require.NoError(b, err)
	ours, err := newLibrary(0, len(rules), requests)
	require.NoError(b, err)
	byHand := &handWritten{requests: requests}
	for i, s := range all {
		name := strings.ReplaceAll(s.name, " ", "-")
		for _, c := range []struct {
			name string
			contestant
		}{{"governance", ours}, {"hand", byHand}} {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.decide(i); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// One decision over the twelve shapes when 10,000 rules stand in the policy, and
// what a rule keeps of the heap.
func BenchmarkManyRules(b *testing.B) {
	ours, size, err := retained(newManyRules)
	require.NoError(b, err)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := ours.decide(i % len(ours.requests)); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(size/manyRules, "B/rule")
}

// One decision over the twelve shapes while as many goroutines decide as there are
// processors.
func BenchmarkTogether(b *testing.B) {
	requests, err := shapeRequests()
	require.NoError(b, err)
	one, err := newLibrary(0, len(rules), requests)
	require.NoError(b, err)
	b.RunParallel(func(pb *testing.PB) {
		own := &library{policy: one.policy, requests: requests}
		for i := 0; pb.Next(); i++ {
			if _, err := own.decide(i % len(requests)); err != nil {
				b.Error(err)
			}
		}
	})
}

// 1,000 rules are read, checked and compiled.
func BenchmarkLoad(b *testing.B) {
	const n = 1_000
	files := policyFiles(n/programmes(len(rules))+1, n)
	race(b, 0, func() *governance.Policy {
		p, _, err := governance.Stack(files...)
		require.NoError(b, err)
		return p
	})
}

// The invariants of the built-in policy and the canaries are proved.
func BenchmarkProof(b *testing.B) {
	var choices int
	race(b, 0, func() *governance.Proof {
		proof, err := proveBuiltIn()
		require.NoError(b, err)
		choices = proof.States
		return proof
	})
	b.ReportMetric(float64(choices), "choices")
}

// Which of 20,000 rows the coach of a programme may see: by the condition that the
// policy is lowered to, in SQLite, and by a decision about each row, which are in
// memory already.
func BenchmarkFilter(b *testing.B) {
	p, _, err := governance.BuiltIn()
	require.NoError(b, err)
	cast := filterPeople(b)
	rng := rand.New(rand.NewPCG(7, 7))
	rows := make([]filterRow, 20_000)
	for i := range rows {
		rows[i] = randomRow(rng, i, cast)
	}
	ask := governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching, Now: filterNow,
		Subject: governance.Subject{ID: cast[0], Role: coaching.Coach, Trained: true, Programme: "alpha"},
	}
	table := governance.Table{Dialect: governance.SQLite, Columns: filterColumns}
	filter, err := p.Filter(&ask, table)
	require.NoError(b, err)
	db := openRows(b, rows)
	requests := make([]*governance.Request, len(rows))
	for i := range rows {
		requests[i] = rows[i].request(b, ask, filterColumns)
	}
	var bySQL, byDecision int
	b.Run("lower", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := p.Filter(&ask, table)
			require.NoError(b, err)
		}
	})
	b.Run("sqlite", func(b *testing.B) {
		least := race(b, 0, func() map[string]bool {
			found := selectRows(b, db, filter)
			bySQL = len(found)
			return found
		})
		b.ReportMetric(float64(len(rows))/least, "rows/s")
	})
	b.Run("decide", func(b *testing.B) {
		var d governance.Decision
		least := race(b, 0, func() int {
			byDecision = 0
			for _, r := range requests {
				if p.DecideInto(r, &d); d.Allowed() {
					byDecision++
				}
			}
			return byDecision
		})
		b.ReportMetric(float64(len(rows))/least, "rows/s")
	})
	if bySQL > 0 && byDecision > 0 { // both were wanted
		require.Equal(b, byDecision, bySQL)
	}
}

// A log of decisions is asked again, of a policy with smaller groups: from memory,
// and from JSON Lines.
func BenchmarkReplay(b *testing.B) {
	was, _, err := governance.Stack(policyFiles(0, len(rules))...)
	require.NoError(b, err)
	files := policyFiles(0, len(rules))
	files[0].Data = bytes.Replace(files[0].Data, []byte("id: group_size, unit: count, value: 5"), []byte("id: group_size, unit: count, value: 4"), 1)
	candidate, _, err := governance.Stack(files...)
	require.NoError(b, err)
	requests, err := draw(rand.New(rand.NewPCG(3, 4)), 4_000)
	require.NoError(b, err)
	var log []governance.Recorded
	var lines bytes.Buffer
	for _, r := range requests {
		log = append(log, was.Decide(r).Record(r))
		require.NoError(b, governance.WriteRecorded(&lines, log[len(log)-1]))
	}
	check := func(impact *governance.Impact, err error) *governance.Impact {
		require.NoError(b, err)
		require.Equal(b, len(requests), impact.Records)
		require.Positive(b, impact.Loosened())
		require.Zero(b, impact.Tightened())
		return impact
	}
	b.Run("memory", func(b *testing.B) {
		least := race(b, 0, func() *governance.Impact {
			return check(governance.Replay(candidate, func(yield func(governance.Recorded, error) bool) {
				for _, rec := range log {
					if !yield(rec, nil) {
						return
					}
				}
			}))
		})
		b.ReportMetric(float64(len(log))/least, "records/s")
	})
	b.Run("lines", func(b *testing.B) {
		least := race(b, int64(lines.Len()), func() *governance.Impact {
			return check(governance.Replay(candidate, governance.ReadRecorded(bytes.NewReader(lines.Bytes()))))
		})
		b.ReportMetric(float64(len(log))/least, "records/s")
	})
}

// The program checks the answers, prints one line for each contest that is wanted
// and holds its value against the budget.
func TestProgramPrintsALineForEachContest(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(&out, regexp.MustCompile("^(decision-hand|decision-allocations|proof-choices)$"), 1))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 2+1+3, out.String())
	for i, name := range []string{"contest", "decision-hand", "decision-allocations", "proof-choices"} {
		require.True(t, strings.HasPrefix(lines[2+i], name+" "), lines[2+i])
	}
	require.Contains(t, lines[5], "<= 20M")

	names := map[string]bool{}
	for _, c := range contests() {
		require.False(t, names[c.name], c.name)
		names[c.name] = true
	}
	for _, tt := range []struct {
		bound
		value, budget float64
		want          string
	}{{atMost, 10, 10, "ok"}, {atMost, 10.1, 10, "MISSED"}, {atLeast, 40, 40, "ok"}, {atLeast, 39.9, 40, "MISSED"}, {shown, 1e9, 0, "shown"}} {
		out.Reset()
		contest{name: "x", bound: tt.bound, budget: tt.budget}.print(&out, result{value: tt.value})
		require.Contains(t, out.String(), tt.want, fmt.Sprint(tt))
	}
}
