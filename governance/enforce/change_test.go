package enforce_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

const elsewhere = `{id: never.elsewhere, code: GOV-015, never: 'action == "view" && purpose != "coaching"'}`

// careful returns the source of a policy under which coaches view packs for
// coaching only.
func careful(variant, invariants string) string {
	return strings.Replace(small(variant, "", invariants), `'resource.type == "pack"'`, `'resource.type == "pack" && purpose == "coaching"'`, 1)
}

// begin returns an engine that answers by the policy of a source.
func begin(t testing.TB, store audit.Store, source string) *enforce.Engine {
	t.Helper()
	e, err := enforce.New(context.Background(), journal(t, store), enforce.Settings{Valid: time.Minute}, changeTo(t, source, start))
	require.NoError(t, err)
	return e
}

// refused swaps a policy in, which must fail, leave the one of before in force and
// be on record as an attempt that failed.
func refused(t testing.TB, e *enforce.Engine, store audit.Store, next enforce.Change, cause string) error {
	t.Helper()
	before, promises := e.PolicyDigest(), e.Promises()
	size := len(entries(t, store))
	err := e.Swap(context.Background(), next)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "not on record")
	require.Equal(t, before, e.PolicyDigest())
	require.Equal(t, promises, e.Promises())
	log := entries(t, store)[size:]
	require.Len(t, log, 1)
	require.Equal(t, next.By, log[0].Event().By())
	swap := log[0].Event().Body().(audit.PolicyRefusal)
	require.Equal(t, before, swap.From.String())
	require.Equal(t, next.Policy.Digest(), swap.To.String())
	require.Equal(t, cause, swap.Cause)
	require.Equal(t, before, onRecord(t, store))
	return err
}

// onRecord returns the digest of the policy in force as the log says.
func onRecord(t testing.TB, store audit.Store) string {
	t.Helper()
	var in audit.Digest
	for _, e := range entries(t, store) {
		switch b := e.Event().Body().(type) {
		case audit.PolicySwap:
			in = b.To
		case audit.PolicyRefusal:
			in = b.From
		}
	}
	return in.String()
}

// A policy that breaks a promise of the one in force is not put in force; the
// error holds a request that shows it.
func TestSwapKeepsPromises(t *testing.T) {
	store := new(audit.MemoryStore)
	e := begin(t, store, careful("a", elsewhere))
	careless := changeTo(t, small("b", "", ""), start)
	var broken *enforce.PromiseError
	err := refused(t, e, store, careless, "GOV-015")
	require.ErrorAs(t, err, &broken)
	require.Equal(t, careless.Policy.Digest(), broken.PolicyDigest)
	require.Len(t, broken.Results, 1)
	r := broken.Results[0]
	require.Equal(t, "never.elsewhere", r.ID)
	require.Equal(t, governance.Refuted, r.Verdict)
	require.True(t, careless.Policy.Decide(r.Witness).Allowed())
	require.NotEqual(t, governance.ForCoaching, r.Witness.Purpose)
	require.False(t, changeTo(t, careful("a", elsewhere), start).Policy.Decide(r.Witness).Allowed())
	require.ErrorContains(t, err, "never.elsewhere (GOV-015) is refuted, permitted: action view, purpose ")
	d, _ := e.Authorize(context.Background(), coachReads("pack-1", start))
	require.Equal(t, "ALSO-a SAYS-a", d.Codes())
}

// Nor does a promise get lost on the way over a policy that keeps it without
// saying so, even when nothing but the promise differs. Withdrawing it is said
// by its id.
func TestSwapCarriesPromises(t *testing.T) {
	ctx := context.Background()
	for _, silent := range []string{"a", "c"} { // the promises are not in the digest
		store := new(audit.MemoryStore)
		e := begin(t, store, careful("a", elsewhere))
		require.NoError(t, e.Swap(ctx, changeTo(t, careful(silent, ""), start)))
		require.Len(t, e.Promises(), 1)
		careless := changeTo(t, small("b", "", ""), start)
		refused(t, e, store, careless, "GOV-015")

		careless.Withdrawn = []string{"never.elsewhere", "another"}
		require.ErrorContains(t, refused(t, e, store, careless, "POL-INVARIANT"), "withdrawn promise 1 is not in force")
		careless.Withdrawn = []string{"never.elsewhere"}
		require.NoError(t, e.Swap(ctx, careless))
		require.Equal(t, careless.Policy.Digest(), e.PolicyDigest())
		require.Empty(t, e.Promises())
	}
}

// Promises are listed once, those before first; a policy's own cannot be
// withdrawn with it.
func TestPromises(t *testing.T) {
	ctx := context.Background()
	const nobody = `{id: never.nobody, code: GOV-015, never: 'subject.role == "none"'}`
	e := begin(t, new(audit.MemoryStore), careful("a", elsewhere))
	require.NoError(t, e.Swap(ctx, changeTo(t, careful("c", nobody+", "+elsewhere), start)))
	ids := func() (out []string) {
		for _, v := range e.Promises() {
			out = append(out, v.ID)
		}
		return out
	}
	require.Equal(t, []string{"never.elsewhere", "never.nobody"}, ids())
	again := changeTo(t, careful("a", elsewhere), start)
	again.Withdrawn = []string{"never.elsewhere"}
	require.NoError(t, e.Swap(ctx, again))
	require.Equal(t, []string{"never.nobody", "never.elsewhere"}, ids())
	e.Promises()[0].Never = "true"
	require.Equal(t, `subject.role == "none"`, e.Promises()[0].Never)
	require.Empty(t, new(enforce.Engine).Promises())
}

// A promise that names a parameter leaves its value to the next policy; one that
// names the number does not.
func TestPromisesOfParameters(t *testing.T) {
	ctx := context.Background()
	source := func(people int, promised string) string {
		s := small("a", "", fmt.Sprintf(`{id: never.few, code: C-15, never: 'resource.class == "aggregate" && (!has(resource.group_size) || resource.group_size < %s)'}`, promised))
		s = strings.Replace(s, "params: []", fmt.Sprintf("params: [{id: people, unit: count, value: %d, min: 3, max: 100, code: C-15}]", people), 1)
		return strings.Replace(s, "rules:\n", "rules:\n  - {id: few, effect: deny, code: C-15, actions: [any], roles: [any], when: 'resource.class == \"aggregate\" && (!has(resource.group_size) || resource.group_size < param.people)', message: too few}\n", 1)
	}
	e := begin(t, new(audit.MemoryStore), source(10, "param.people"))
	require.NoError(t, e.Swap(ctx, changeTo(t, source(5, "param.people"), start)))

	store := new(audit.MemoryStore)
	e = begin(t, store, source(10, "10"))
	var broken *enforce.PromiseError
	require.ErrorAs(t, refused(t, e, store, changeTo(t, source(5, "5"), start), "C-15"), &broken)
	require.Equal(t, "never.few", broken.Results[0].ID)
}

// What cannot be proved is refused like what is refuted, and says why.
func TestSwapRefusesUnproved(t *testing.T) {
	store := new(audit.MemoryStore)
	e := begin(t, store, careful("a", elsewhere))
	source := strings.Replace(small("d", "", ""), `'resource.type == "pack"'`, `'resource.id.startsWith("pack")'`, 1)
	err := refused(t, e, store, changeTo(t, source, start), "GOV-015")
	var broken *enforce.PromiseError
	require.ErrorAs(t, err, &broken)
	require.Equal(t, governance.Unproved, broken.Results[0].Verdict)
	require.Nil(t, broken.Results[0].Witness)
	require.ErrorContains(t, err, "startsWith")
	// A promise about what the next policy does not know is no promise kept.
	source = careful("e", `{id: never.small, code: GOV-015, never: 'resource.class == "aggregate" && has(resource.group_size) && resource.group_size < param.people && subject.role == "none"'}`)
	source = strings.Replace(source, "params: []", "params: [{id: people, unit: count, value: 5, min: 3, max: 100, code: C-15}]", 1)
	e = begin(t, new(audit.MemoryStore), source)
	require.ErrorContains(t, e.Swap(context.Background(), changeTo(t, careful("a", ""), start)), "proving the promises")
}

// A proof counts for what it proves of this very policy, condition by condition.
func TestSwapReadsProofs(t *testing.T) {
	store := new(audit.MemoryStore)
	e := begin(t, store, careful("a", elsewhere))
	careless := changeTo(t, small("b", "", ""), start)
	promise := e.Promises()[0]
	proved := func(p *governance.Proof, vs ...governance.Invariant) *governance.Proof {
		out := &governance.Proof{PolicyDigest: p.PolicyDigest}
		for _, v := range vs {
			out.Results = append(out.Results, governance.ProofResult{Invariant: v, Verdict: governance.Proved})
		}
		out.Results = append(out.Results, p.Results...)
		return out
	}
	good := careless.Proof
	var broken *enforce.PromiseError

	// What speaks of another policy is refused, whatever it says.
	careless.Proof = changeTo(t, small("c", "", ""), start).Proof
	require.ErrorContains(t, refused(t, e, store, careless, "POL-INVARIANT"), "another policy")
	careless.Proof = new(governance.Proof)
	require.ErrorContains(t, refused(t, e, store, careless, "POL-INVARIANT"), "another policy")
	report := *careless.Report
	careless.Proof, careless.Report = good, &report
	report.Proof = changeTo(t, small("c", "", ""), start).Proof
	require.ErrorContains(t, refused(t, e, store, careless, "POL-INVARIANT"), "another policy")
	report.Proof = nil

	// The id is not the promise, and a proof that refutes proves nothing.
	easier := promise
	easier.Never = `action == "view" && purpose != "coaching" && subject.role == "none"`
	careless.Proof = proved(good, easier)
	require.ErrorAs(t, refused(t, e, store, careless, "GOV-015"), &broken)
	refuted, err := careless.Policy.Prove(promise)
	require.NoError(t, err)
	careless.Proof = refuted
	require.ErrorAs(t, refused(t, e, store, careless, "GOV-015"), &broken)

	// Nothing is proved a second time: a host that writes its own proof has its way.
	careless.Proof = proved(good, promise)
	require.NoError(t, e.Swap(context.Background(), careless))
	// Without any proof, all of it is proved here.
	careful := changeTo(t, careful("a", elsewhere), start)
	bare := *careful.Report
	bare.Proof = nil
	careful.Report, careful.Proof = &bare, nil
	require.NoError(t, e.Swap(context.Background(), careful))
	require.True(t, careful.Policy.Digest() == e.PolicyDigest())
}

// What is left to prove is everything that no proof of this policy proves: its own
// promises, those in force, the canaries, and that absence never helps.
func TestUnproved(t *testing.T) {
	const nobody = `{id: never.nobody, code: GOV-015, never: 'subject.role == "none" && action == "view"'}`
	c := changeTo(t, careful("a", elsewhere), start)
	own, canaries := c.Policy.Invariants(), governance.Canaries()
	kept := changeTo(t, careful("b", nobody+", "+elsewhere), start).Policy.Invariants()
	all := slices.Concat(own, kept[:1], canaries)
	ofOwn, err := c.Policy.Prove(own...)
	require.NoError(t, err)
	without := func(report, proof *governance.Proof) enforce.Change {
		edited := c
		r := *c.Report
		r.Proof, edited.Report, edited.Proof = report, &r, proof
		return edited
	}
	partial := *c.Proof
	partial.Results = append(slices.Clone(partial.Results[:2]), partial.Results[len(partial.Results)-1])
	helps := *c.Proof
	helps.Results = slices.Clone(helps.Results)
	helps.Results[len(helps.Results)-1].Verdict = governance.Unproved
	for name, tt := range map[string]struct {
		change enforce.Change
		want   []governance.Invariant
	}{
		"no proof":                        {without(nil, nil), all},
		"an empty proof":                  {without(&governance.Proof{PolicyDigest: c.Policy.Digest()}, nil), all},
		"the report's":                    {without(ofOwn, nil), slices.Concat(kept[:1], canaries)},
		"the canaries'":                   {without(nil, c.Proof), slices.Concat(own, kept[:1])},
		"both":                            {without(ofOwn, c.Proof), kept[:1]},
		"two canaries'":                   {without(nil, &partial), slices.Concat(own, kept[:1], canaries[2:])},
		"of which absence is not proved":  {without(nil, &helps), all},
		"of which one proves the absence": {without(ofOwn, &helps), kept[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.change.Unproved(kept...)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// The whole gate holds at the start as well, and leaves nothing behind.
func TestNewRefusesTests(t *testing.T) {
	c := change(t, "A", start)
	report := *c.Report
	report.Passed--
	c.Report = &report
	store := new(audit.MemoryStore)
	_, err := enforce.New(context.Background(), journal(t, store), enforce.Settings{Valid: time.Minute}, c)
	require.ErrorContains(t, err, "tests inside the policy passed")
	require.Empty(t, entries(t, store))
	require.ErrorContains(t, refused(t, engine(t, store), store, c, "POL-TEST"), "tests inside the policy passed")
}

// recorded returns a log of decisions of a policy over requests for the purposes.
func recorded(p *governance.Policy, purposes ...governance.Purpose) iter.Seq2[governance.Recorded, error] {
	return func(yield func(governance.Recorded, error) bool) {
		for _, purpose := range purposes {
			r := coachReads("pack-1", start)
			r.Purpose = purpose
			if !yield(p.Decide(r).Record(r), nil) {
				return
			}
		}
	}
}

// Of the decisions of the past, as many may change as is said, in each
// direction, and by default none.
func TestSwapReplays(t *testing.T) {
	narrow, wide := changeTo(t, careful("a", ""), start), changeTo(t, small("b", "", ""), start)
	two := []governance.Purpose{governance.ForCoaching, governance.ForEvaluation, governance.ForOversight}
	lost := errors.New("lost")
	broken := func(yield func(governance.Recorded, error) bool) {
		for rec, err := range recorded(narrow.Policy, two[0]) {
			_ = yield(rec, err) && yield(governance.Recorded{}, &governance.LineError{Line: 2}) && yield(rec, err)
		}
	}
	deniedBy := func(rule, code string) iter.Seq2[governance.Recorded, error] {
		return func(yield func(governance.Recorded, error) bool) {
			r := coachReads("pack-1", start)
			d := governance.Decision{Reasons: []governance.Reason{{Rule: rule, Code: code}}}
			_ = yield(d.Record(r), nil)
		}
	}
	denied := func(code string) iter.Seq2[governance.Recorded, error] { return deniedBy("engine", code) }
	unlooked := func(yield func(governance.Recorded, error) bool) {
		r := coachReads("pack-1", start)
		_ = yield(narrow.Policy.DecideBatch([]governance.Request{*r, *r}, governance.PermitOnFirstPermit)[1].Record(r), nil)
	}
	both := func(logs ...iter.Seq2[governance.Recorded, error]) iter.Seq2[governance.Recorded, error] {
		return func(yield func(governance.Recorded, error) bool) {
			for _, log := range logs {
				for rec, err := range log {
					if !yield(rec, err) {
						return
					}
				}
			}
		}
	}
	tests := map[string]struct {
		from, to            enforce.Change
		replay              enforce.Replay
		loosened, tightened int // in the error
		want                string
	}{
		"nothing changes":                        {narrow, narrow, enforce.Replay{Log: recorded(narrow.Policy, two...)}, 0, 0, ""},
		"no log, no limit":                       {narrow, wide, enforce.Replay{}, 0, 0, ""},
		"looser by default":                      {narrow, wide, enforce.Replay{Log: recorded(narrow.Policy, two...)}, 2, 0, "2 more freely and 0 more strictly"},
		"looser than acknowledged":               {narrow, wide, enforce.Replay{Log: recorded(narrow.Policy, two...), Loosened: 1, Tightened: 9}, 2, 0, "acknowledged are 1 and 9"},
		"as acknowledged":                        {narrow, wide, enforce.Replay{Log: recorded(narrow.Policy, two...), Loosened: 2}, 0, 0, ""},
		"stricter by default":                    {wide, narrow, enforce.Replay{Log: recorded(wide.Policy, two...)}, 0, 2, "0 more freely and 2 more strictly"},
		"stricter, and looser were acknowledged": {wide, narrow, enforce.Replay{Log: recorded(wide.Policy, two...), Loosened: 9, Tightened: 1}, 0, 2, "acknowledged are 9 and 1"},
		"stricter, as acknowledged":              {wide, narrow, enforce.Replay{Log: recorded(wide.Policy, two...), Tightened: math.MaxInt}, 0, 0, ""},
		"an empty log shows nothing":             {narrow, narrow, enforce.Replay{Log: recorded(narrow.Policy)}, 0, 0, "of 0 recorded decisions"},
		"not all can be replayed":                {narrow, narrow, enforce.Replay{Log: broken, Loosened: 9}, 0, 0, "1 could not be replayed"},
		"the log ends with an error": {narrow, narrow, enforce.Replay{Log: func(yield func(governance.Recorded, error) bool) {
			_ = yield(governance.Recorded{Reasons: []governance.RecordedReason{{Rule: "engine", Code: "POL-RECORD"}}}, lost)
		}}, -1, 0, "lost"},
		"the log panics":                 {narrow, narrow, enforce.Replay{Log: func(func(governance.Recorded, error) bool) { panic("canary") }}, -1, 0, "replaying the log: it panicked"},
		"looser below zero":              {narrow, narrow, enforce.Replay{Log: recorded(narrow.Policy, two...), Loosened: -1}, -1, 0, "want 0 or more"},
		"stricter below zero":            {narrow, narrow, enforce.Replay{Log: recorded(narrow.Policy, two...), Tightened: -1}, -1, 0, "want 0 or more"},
		"acknowledged without a log":     {narrow, narrow, enforce.Replay{Loosened: 1}, -1, 0, "no log"},
		"the engine's own denials":       {narrow, narrow, enforce.Replay{Log: both(denied("POL-RECORD"), recorded(narrow.Policy, two...), denied("POL-SEQUENCE"), denied("POL-BATCH"))}, 0, 0, ""},
		"only the engine's own denials":  {narrow, narrow, enforce.Replay{Log: denied("POL-RECORD")}, 0, 0, "of 0 recorded decisions"},
		"a denial of a policy's":         {narrow, narrow, enforce.Replay{Log: deniedBy("forbid", "GOV-015")}, 1, 0, "1 more freely"},
		"one under a code of the engine": {narrow, narrow, enforce.Replay{Log: deniedBy("forbid", "POL-BATCH")}, 1, 0, "1 more freely"},
		"one that a policy left out":     {narrow, narrow, enforce.Replay{Log: both(unlooked, recorded(narrow.Policy, two...))}, 0, 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			store := new(audit.MemoryStore)
			e, err := enforce.New(context.Background(), journal(t, store), enforce.Settings{Valid: time.Minute}, tt.from)
			require.NoError(t, err)
			tt.to.Replay = tt.replay
			if tt.want == "" {
				require.NoError(t, e.Swap(context.Background(), tt.to))
				require.Equal(t, tt.to.Policy.Digest(), e.PolicyDigest())
				return
			}
			err = refused(t, e, store, tt.to, "POL-REPLAY")
			require.ErrorContains(t, err, tt.want)
			var changed *enforce.ReplayError
			require.Equal(t, tt.loosened >= 0, errors.As(err, &changed))
			if changed != nil {
				require.Equal(t, tt.loosened, changed.Impact.Loosened())
				require.Equal(t, tt.tightened, changed.Impact.Tightened())
			}
		})
	}
}

// The engine's own reasons are told from a policy's by the rule that they name.
func TestNoRuleIsTheEngine(t *testing.T) {
	_, _, err := governance.Parse("policy.yaml", []byte(strings.Replace(small("a", "", ""), "id: note.a", "id: engine", 1)))
	require.ErrorContains(t, err, "rules[1].id: this id is the library's own")
}

// A replay ends with its context, and a log need not.
func TestSwapReplayIsCancelled(t *testing.T) {
	narrow := changeTo(t, careful("a", ""), start)
	e := begin(t, new(audit.MemoryStore), careful("a", ""))
	ctx, cancel := context.WithCancel(context.Background())
	narrow.Replay.Log = func(yield func(governance.Recorded, error) bool) {
		for {
			for rec, err := range recorded(narrow.Policy, governance.ForCoaching) {
				if !yield(rec, err) {
					return
				}
			}
			cancel()
		}
	}
	require.ErrorIs(t, e.Swap(ctx, narrow), context.Canceled)
}

// A refusal that cannot be put on record says so, and is put there before anything
// else; an attempt that is dated wrongly is recorded at the latest time known.
func TestSwapRecordsAttempts(t *testing.T) {
	ctx := context.Background()
	store := &faulty{}
	e := engine(t, store)
	next := change(t, "B", start)
	next.Withdrawn = []string{"unknown"}
	store.fault = "no space"
	err := e.Swap(ctx, next)
	require.ErrorContains(t, err, "withdrawn promise 0 is not in force")
	require.ErrorContains(t, err, "the attempt is not on record: audit: storing record 1: write audit.log: no space left on device")
	require.ErrorContains(t, e.Swap(ctx, change(t, "B", start)), "the change before this one was refused, which is not on record")
	d, g := e.Authorize(ctx, coachReads("pack-1", start))
	require.True(t, g.IsZero())
	require.Equal(t, "POL-RECORD", d.Reasons[0].Code)
	require.Contains(t, d.Errors[0].Message, "no space left on device")
	store.fault = ""
	d, _ = e.Authorize(ctx, coachReads("pack-1", start))
	require.True(t, d.Allowed())
	log := entries(t, store)
	require.Len(t, log, 3)
	require.Equal(t, audit.KindPolicyRefused, log[1].Event().Kind())
	require.Equal(t, audit.KindDecision, log[2].Event().Kind())

	next.Withdrawn = nil
	for _, at := range []time.Time{{}, start.Add(-1), time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		next.At = at
		require.ErrorContains(t, refused(t, e, store, next, "POL-SEQUENCE"), "2027-02-03T10:00:00Z, the latest time on record")
		log := entries(t, store)
		require.True(t, log[len(log)-1].Event().At().Equal(start))
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, e.Swap(done, change(t, "B", start)), context.Canceled)
	d, _ = e.Authorize(ctx, coachReads("pack-1", start))
	require.True(t, d.Allowed())
}

// What cannot be on record as it was said is there all the same: a change by nobody,
// to no policy, or for a reason that is no code.
func TestSwapRecordsWhatItCan(t *testing.T) {
	ctx := context.Background()
	last := func(store audit.Store) audit.Event {
		log := entries(t, store)
		return log[len(log)-1].Event()
	}
	store := new(audit.MemoryStore)
	e := engine(t, store)
	nobody := change(t, "B", start)
	nobody.By = audit.Actor{}
	require.Error(t, e.Swap(ctx, nobody))
	require.Equal(t, audit.Actor{Role: coaching.System}, last(store).By())
	require.Equal(t, e.PolicyDigest(), onRecord(t, store))

	none := change(t, "B", start)
	none.Policy = nil
	require.Error(t, e.Swap(ctx, none))
	require.Equal(t, none.By, last(store).By())
	require.Equal(t, "POL-POLICY", last(store).Body().(audit.PolicyRefusal).Cause)
	require.True(t, last(store).Body().(audit.PolicyRefusal).To.IsZero())

	odd := change(t, "B", start)
	report := *odd.Report
	report.Findings = coaching.Findings{{Code: "no code", Message: "blocks"}}
	odd.Report = &report
	require.ErrorContains(t, e.Swap(ctx, odd), "blocks")
	require.Equal(t, odd.By, last(store).By())
	require.Equal(t, "POL-POLICY", last(store).Body().(audit.PolicyRefusal).Cause)
}

// A change that is durable although the store denied it is not in force, and by the
// record it is not either before anything is permitted again.
func TestSwapThatNobodyHeardOf(t *testing.T) {
	ctx := context.Background()
	for _, fault := range []string{"error after", "panic after", "read error", "reads nothing"} {
		t.Run(fault, func(t *testing.T) {
			store := &faulty{}
			e := engine(t, store)
			before := e.PolicyDigest()
			store.fault, store.from, store.to, store.calls = fault, 0, 2, 0
			err := e.Swap(ctx, change(t, "B", start))
			require.ErrorContains(t, err, "recording the change")
			require.Equal(t, before, e.PolicyDigest())
			store.fault = ""
			d, _ := e.Authorize(ctx, coachReads("pack-1", start))
			require.True(t, d.Allowed())
			require.Equal(t, before, d.PolicyDigest)
			require.Equal(t, before, onRecord(t, store))
			kinds := map[audit.Kind]int{}
			for _, entry := range entries(t, store) {
				kinds[entry.Event().Kind()]++
			}
			require.Equal(t, map[audit.Kind]int{audit.KindPolicy: 2, audit.KindPolicyRefused: 1, audit.KindDecision: 1}, kinds)
		})
	}
}
