package governance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// recordedRequests returns random requests with everything that a request can
// hold.
func recordedRequests(t *testing.T, n int) []Request {
	t.Helper()
	person, err := casePeople()
	require.NoError(t, err)
	g := gen{rand.New(rand.NewPCG(4, 4))}
	now := caseNow().Add(123)
	var out []Request
	for range n {
		r := Request{
			Action: Action(g.IntN(len(actionNames))), Purpose: Purpose(g.IntN(len(purposeNames))), Now: now,
			Subject: Subject{ID: person(g.pick("a", "b")), Role: coaching.Role(g.IntN(len(roleNames))), Trained: g.IntN(2) == 0, Programme: g.pick("", "p", "p", "q")},
			Resource: Resource{
				Type: ResourceType(g.IntN(len(resourceNames))), ID: "r-1", Programme: g.pick("", "p", "p"), Residency: g.pick("", "eu"), Class: signal.DataClass(g.IntN(3)),
				Owner: person(g.pick("c", "a")), AssignedCoach: person(g.pick("a", "b")), CreatedAt: now.AddDate(0, 0, -g.IntN(100)), GroupSize: g.IntN(9),
				Identifiable: Fact(g.IntN(3)), LegalHold: Fact(g.IntN(3)), Standing: signal.Standing(g.IntN(5)), Control: g.IntN(2) == 0,
				Automated: Fact(g.IntN(3)), ModelCard: g.IntN(2) == 0, Explained: g.IntN(2) == 0,
				Affects: []Effects{0, EffectsOf(NoEffect), EffectsOf(Promotion, TalentReview)}[g.IntN(3)],
			},
		}
		if g.IntN(2) == 0 {
			r.Resource.Signals = []string{"s1", "s2"}[:1+g.IntN(2)]
			r.Consents = signal.ConsentList{
				{Participant: r.Resource.Owner, Signal: "s1", Purpose: "coaching", Granted: now.AddDate(0, -1, 0)},
				{Participant: r.Resource.Owner, Purpose: "export", Granted: now, Expires: now.AddDate(1, 0, 0), Withdrawn: now.AddDate(0, 1, 0)},
			}
			r.Approvals = []Approval{{By: person("d"), Role: coaching.LegalPrivacy, At: now, Expires: now.Add(time.Hour), Request: r.Digest(), Refused: g.IntN(2) == 0}}
			r.Review = ReviewRecord{Reviewer: person("e"), Role: coaching.HRReviewer, Approved: true, Rationale: "Because,\nin two lines.", At: now, Request: r.Digest()}
		}
		if g.IntN(4) == 0 {
			r.Notice = "notice-2"
			for i := range r.Consents {
				r.Consents[i].Notice = g.pick("", "notice-1", "notice-2")
			}
		}
		if g.IntN(10) == 0 { // declared by no policy here, and one out of all bounds
			r.Ext = []Extension{
				{Name: "tier", Type: ExtensionEnum, Enum: "gold"}, {Name: "heads", Type: ExtensionInt, Int: -7_000_000_000_000},
				{Name: "council", Type: ExtensionBool, Bool: true}, {Name: "agreed_on", Type: ExtensionTime, Time: now}, {},
			}
		}
		if g.IntN(10) == 0 {
			r = Request{}
		}
		out = append(out, r)
	}
	return out
}

func builtInPolicy(t testing.TB) *Policy {
	t.Helper()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	return p
}

func recordedBy(p *Policy, requests []Request) iter.Seq2[Recorded, error] {
	return func(yield func(Recorded, error) bool) {
		for i := range requests {
			if !yield(p.Decide(&requests[i]).Record(&requests[i]), nil) {
				return
			}
		}
	}
}

// What is written is read back as the same records, and replayed by the policy
// that made them nothing changes.
func TestRecordedReadBack(t *testing.T) {
	p := builtInPolicy(t)
	requests := recordedRequests(t, 500)
	var b bytes.Buffer
	var want []Recorded
	for rec := range recordedBy(p, requests) {
		want = append(want, rec)
		require.NoError(t, WriteRecorded(&b, rec))
	}
	text := b.String()
	var got []Recorded
	for rec, err := range ReadRecorded(iotest.OneByteReader(strings.NewReader(text))) {
		require.NoError(t, err)
		got = append(got, rec)
	}
	require.Equal(t, want, got)
	impact, err := Replay(p, ReadRecorded(strings.NewReader(text)))
	require.NoError(t, err)
	require.Equal(t, []int{500, 0, 0, 0}, []int{impact.Records, impact.Changed, impact.Reworded, impact.Unreplayed})
}

// A host may write its requests with encoding/json as well.
func TestRequestsOfEncodingJSON(t *testing.T) {
	requests := recordedRequests(t, 200)
	var b bytes.Buffer
	for i := range requests {
		require.NoError(t, json.NewEncoder(&b).Encode(requests[i]))
	}
	b.WriteString("\n  \r\n")
	i := 0
	for r, err := range ReadRequests(&b) {
		require.NoError(t, err)
		require.Equal(t, requests[i], r)
		i++
	}
	require.Len(t, requests, i)
}

func TestReadRecordedRefuses(t *testing.T) {
	const good = `{"request":{},"outcome":"deny"}`
	tests := []struct{ line, want string }{
		{`{`, "line 2:2: DOC-SYNTAX"},
		{`[]`, "DOC-TYPE"},
		{`{"request":{},"outcome":"deny"} {}`, "DOC-MULTI"},
		{`{"request":{},"outcome":"deny","outcome":"permit"}`, "DOC-DUPLICATE"},
		{`{"request":{},"Outcome":"permit"}`, "DOC-"},
		{`{"request":{},"outcome":"deny","why":1}`, "DOC-UNKNOWN"},
		{`{"request":{},"outcome":"allow"}`, "DOC-VALUE"},
		{`{"request":{},"outcome":null}`, "DOC-NULL"},
		{`{"request":{}}`, "DOC-MISSING"},
		{`{"request":{"subject":{"id":"Ada Lovelace"}},"outcome":"deny"}`, "DOC-VALUE"},
		{`{"request":{"resource":{"group_size":1e3}},"outcome":"deny"}`, "DOC-TYPE"},
		{`{"request":{"now":"yesterday"},"outcome":"deny"}`, "DOC-VALUE"},
		{`{"request":{"resource":{"id":"` + "a\u202eb" + `"}},"outcome":"deny"}`, "DOC-"},
		{"{\"request\":{\"resource\":{\"id\":\"\xff\"}},\"outcome\":\"deny\"}", "DOC-"},
		{strings.Repeat("[", 100_000), "DOC-LIMIT"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			var kept int
			var failed []error
			for _, err := range ReadRecorded(strings.NewReader(good + "\n" + tt.line + "\n" + good)) {
				if err != nil {
					failed = append(failed, err)
				} else {
					kept++
				}
			}
			require.Equal(t, 2, kept, "%v", failed)
			require.Len(t, failed, 1)
			var bad *LineError
			require.ErrorAs(t, failed[0], &bad)
			require.Equal(t, 2, bad.Line)
			require.ErrorContains(t, failed[0], "line 2")
			require.ErrorContains(t, failed[0], tt.want)
			require.NotContains(t, failed[0].Error(), "Ada")
		})
	}
	var last error
	n := 0
	for _, err := range ReadRecorded(strings.NewReader(good + "\n" + strings.Repeat(" ", maxLine) + "\n" + good)) {
		last = err
		n++
	}
	require.ErrorContains(t, last, "line 2 has 262144 bytes or more")
	require.Equal(t, 2, n)
}

func TestWriteRecordedRefuses(t *testing.T) {
	for name, rec := range map[string]Recorded{
		"undeclared outcome": {Outcome: 7},
		"undeclared action":  {Request: Request{Action: 99}},
		"hidden character":   {Request: Request{Resource: Resource{ID: "a\u202eb"}}},
		"no group":           {Request: Request{Resource: Resource{GroupSize: -1}}},
		"line feed at end":   {Request: Request{Review: ReviewRecord{Rationale: "ends here\n"}}},
		"a rule's sentence":  {Reasons: []RecordedReason{{Rule: "not an identifier", Code: "GOV-001"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.ErrorContains(t, WriteRecorded(&b, rec), "governance: writing a record")
			require.Empty(t, b.String())
		})
	}
	require.ErrorContains(t, WriteRecorded(iotestWriter{}, Recorded{}), "full")
}

type iotestWriter struct{}

func (iotestWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

// The counts are those of a plain comparison, decision by decision, whatever the
// order of the log.
func TestReplayCounts(t *testing.T) {
	t.Parallel()
	p := builtInPolicy(t)
	source, _, _ := strings.Cut(BuiltInSource(), "\ntests:")
	source = strings.Replace(source, "{id: raw_retention, unit: days, value: 90,", "{id: raw_retention, unit: days, value: 30,", 1)
	source = strings.Replace(source, "roles: [coach]\n    when: resource.type == \"pack\"", "roles: [coach, steward]\n    when: resource.type == \"pack\"", 1)
	source = strings.Replace(source, "  - id: purge.hold\n    effect: deny", "  - id: purge.held\n    effect: deny", 1)
	candidate, report, err := Parse("candidate.yaml", []byte(source+"\ntests: []\n"))
	require.NoError(t, err, report.Text())
	requests := recordedRequests(t, 20_000)
	for i := range requests { // towards permits
		r := &requests[i]
		if i%2 == 0 && r.Action != UnknownAction {
			r.Action, r.Resource.Type, r.Resource.Class, r.Purpose = View, ResourcePack, signal.Pseudonymous, ForCoaching
			r.Resource.Standing, r.Resource.Identifiable, r.Resource.Signals = signal.Cleared, No, nil
			r.Consents = signal.ConsentList{{Participant: r.Resource.Owner, Purpose: "coaching", Notice: r.Notice, Granted: r.Now}}
			r.Subject.Programme, r.Resource.Programme, r.Ext = "p", "p", nil
			r.Subject.ID = r.Resource.AssignedCoach
			r.Subject.Role = []coaching.Role{coaching.Coach, coaching.Steward}[i/2%2]
		}
	}
	impact, err := Replay(candidate, recordedBy(p, requests))
	require.NoError(t, err)

	var outcomes [3][3]int
	rules := map[string]int{}
	reworded := 0
	for i := range requests {
		a, b := p.Decide(&requests[i]), candidate.Decide(&requests[i])
		outcomes[a.Outcome][b.Outcome]++
		if a.Outcome == b.Outcome {
			if decidingRules(a) != decidingRules(b) {
				reworded++
			}
			continue
		}
		for rule := range strings.FieldsSeq(decidingRules(b)) {
			rules[a.Outcome.String()+" "+b.Outcome.String()+" +"+rule]++
		}
		for rule := range strings.FieldsSeq(decidingRules(a)) {
			rules[a.Outcome.String()+" "+b.Outcome.String()+" -"+rule]++
		}
	}
	total, changed := 0, 0
	for _, c := range impact.Outcomes {
		require.Equal(t, outcomes[c.From][c.To], c.Count)
		total += c.Count
		if c.From != c.To {
			changed += c.Count
		}
	}
	require.Equal(t, len(requests), total)
	require.Equal(t, changed, impact.Changed)
	require.Equal(t, reworded, impact.Reworded)
	require.Positive(t, reworded)
	require.Positive(t, impact.Tightened())
	require.Equal(t, changed, impact.Loosened()+impact.Tightened())
	for _, r := range impact.Rules {
		key := r.From.String() + " " + r.To.String() + map[bool]string{false: " +", true: " -"}[r.Gone] + r.Rule
		require.Equal(t, rules[key], r.Count, key)
		delete(rules, key)
	}
	require.Empty(t, rules)
	records, moved := 0, 0
	for _, g := range impact.Groups {
		records += g.Records
		moved += g.Loosened + g.Tightened
	}
	require.Equal(t, []int{len(requests), changed}, []int{records, moved})
	for _, e := range impact.Examples {
		a, b := p.Decide(&requests[e.Record-1]), candidate.Decide(&requests[e.Record-1])
		require.Equal(t, []Outcome{a.Outcome, b.Outcome}, []Outcome{e.From, e.To})
		require.Equal(t, decidingRules(b), strings.Join(e.Now, " "))
		require.Equal(t, decidingRules(a), strings.Join(e.Then, " "))
	}
	require.LessOrEqual(t, len(impact.Examples), 6*MaxExamples)

	slices.Reverse(requests)
	back, err := Replay(candidate, recordedBy(p, requests))
	require.NoError(t, err)
	back.Examples = impact.Examples
	require.Equal(t, impact, back)
	require.Equal(t, impact.Text(), back.Text())
}

// More freely and more strictly are told apart between any two outcomes, for
// each role and action as for the whole, and no change has more examples than
// stated.
func TestReplayDirections(t *testing.T) {
	p := builtInPolicy(t)
	requests := recordedRequests(t, 3_000)
	for i := range requests { // waits for a review when nothing denies
		r := &requests[i]
		if i%2 == 0 && r.Action != UnknownAction {
			r.Action, r.Purpose, r.Subject.Role = Export, ForEvaluation, coaching.ProgramAdmin
			r.Resource.Type, r.Resource.Class, r.Resource.GroupSize = ResourceReport, signal.Aggregate, 9
			r.Resource.Standing, r.Resource.Identifiable, r.Resource.Affects, r.Approvals = signal.Cleared, No, EffectsOf(NoEffect), nil
			r.Subject.Programme, r.Resource.Programme, r.Ext = "p", "p", nil
		}
	}
	loosened, tightened := map[coaching.Role]int{}, map[coaching.Role]int{}
	var log []Recorded
	kinds := map[[2]Outcome]int{}
	for i := range requests {
		d := p.Decide(&requests[i])
		rec := d.Record(&requests[i])
		rec.Outcome = Outcome(i % 3)
		log = append(log, rec)
		kinds[[2]Outcome{rec.Outcome, d.Outcome}]++
		role := requests[i].Subject.Role
		switch {
		case d.Outcome > rec.Outcome:
			loosened[role]++
		case d.Outcome < rec.Outcome:
			tightened[role]++
		}
	}
	require.Positive(t, kinds[[2]Outcome{Permit, Review}])
	require.Positive(t, kinds[[2]Outcome{Deny, Review}])
	impact, err := Replay(p, func(yield func(Recorded, error) bool) {
		for _, rec := range log {
			if !yield(rec, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
	for _, g := range impact.Groups {
		loosened[g.Role] -= g.Loosened
		tightened[g.Role] -= g.Tightened
	}
	for role := range loosened {
		require.Zero(t, loosened[role], role)
	}
	for role := range tightened {
		require.Zero(t, tightened[role], role)
	}
	shown := map[[2]Outcome]int{}
	for _, e := range impact.Examples {
		shown[[2]Outcome{e.From, e.To}]++
	}
	for kind, n := range kinds {
		if kind[0] != kind[1] {
			require.Equal(t, min(n, MaxExamples), shown[kind], kind)
		}
	}
}

func decidingRules(d Decision) string {
	var rules []string
	for _, r := range d.Reasons {
		if r.Effect == d.Outcome {
			rules = append(rules, r.Rule)
		}
	}
	return strings.Join(rules, " ")
}

// A record that cannot be read is counted and named by its line; a log that
// breaks off has no impact.
func TestReplayOfABrokenLog(t *testing.T) {
	p := builtInPolicy(t)
	const good = `{"request":{},"outcome":"permit"}` + "\n"
	impact, err := Replay(p, ReadRecorded(strings.NewReader(good+"{}\n[]\nx\n{\n"+good)))
	require.NoError(t, err)
	require.Equal(t, 2, impact.Records)
	require.Equal(t, 2, impact.Tightened())
	require.Equal(t, 4, impact.Unreplayed)
	require.Len(t, impact.Problems, MaxExamples)
	require.Contains(t, impact.Text(), "Not replayed: 4\n  record 2: governance: line 2:1: DOC-MISSING")
	require.Contains(t, impact.Text(), "then not recorded")

	impact, err = Replay(p, func(yield func(Recorded, error) bool) { yield(Recorded{Outcome: 3}, nil) })
	require.NoError(t, err)
	require.Equal(t, []string{"record 1: its outcome is not declared"}, impact.Problems)

	_, err = Replay(p, ReadRecorded(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(good)))))
	require.ErrorIs(t, err, iotest.ErrTimeout)
	_, err = Replay(nil, ReadRecorded(strings.NewReader(good)))
	require.ErrorContains(t, err, "there is no policy")
	_, err = Replay(p, nil)
	require.ErrorContains(t, err, "there is no log")
}

// Whatever is read can be written and is then read as the same.
func FuzzReadRecorded(f *testing.F) {
	p := builtInPolicy(f)
	f.Add([]byte(`{"request":{"now":"2027-03-01T09:00:00+01:00"},"outcome":"review","reasons":[{"rule":"a","effect":"deny","code":"b"}]}`))
	f.Add([]byte("\n\r\n{\"request\":{\"review\":{\"rationale\":\"a\\nb\"}},\"outcome\":\"permit\"}\r\nx"))
	f.Add([]byte(`{"request":{"resource":{"affects":"none","signals":["",""],"group_size":4}},"outcome":"deny"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var b bytes.Buffer
		for rec, err := range ReadRecorded(bytes.NewReader(data)) {
			if err != nil {
				continue
			}
			p.Decide(&rec.Request)
			b.Reset()
			require.NoError(t, WriteRecorded(&b, rec))
			n := 0
			for again, err := range ReadRecorded(bytes.NewReader(b.Bytes())) {
				require.NoError(t, err)
				require.Equal(t, rec.Outcome, again.Outcome)
				require.Equal(t, rec.Reasons, again.Reasons)
				require.Equal(t, rec.Request.Digest(), again.Request.Digest())
				require.Equal(t, p.Decide(&rec.Request), p.Decide(&again.Request))
				n++
			}
			require.Equal(t, 1, n)
		}
	})
}

// A log that names another rule in each record costs no memory for each: the first
// names have their whole counts, whatever the order, and the rest is counted.
func TestReplayBoundsRules(t *testing.T) {
	p := builtInPolicy(t)
	var log []Recorded
	for i := range 5 * MaxRuleCounts {
		rec := Recorded{Outcome: Permit, Reasons: []RecordedReason{{Rule: fmt.Sprintf("rule.%05d", i), Effect: Permit}}}
		log = append(log, rec, rec)
	}
	replay := func() *Impact {
		impact, err := Replay(p, func(yield func(Recorded, error) bool) {
			for _, rec := range log {
				if !yield(rec, nil) {
					return
				}
			}
		})
		require.NoError(t, err)
		impact.Examples = nil
		return impact
	}
	want := replay()
	require.Len(t, want.Rules, MaxRuleCounts)
	total := want.OtherRules
	for _, c := range want.Rules {
		total += c.Count
		if c.Gone {
			require.Equal(t, 2, c.Count)
		}
	}
	require.Contains(t, want.Text(), fmt.Sprintf("  other rules: %d\n", want.OtherRules))
	dice := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		dice.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
		require.Equal(t, want, replay())
	}
	decides := map[string]bool{}
	for _, reason := range p.Decide(&Request{}).Reasons {
		if reason.Effect == Deny {
			decides[reason.Rule] = true
		}
	}
	require.Equal(t, len(log)*(1+len(decides)), total)
}
