package governance

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

var proposedAt = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func proposal(affects Effects) Recommendation {
	return Recommendation{
		ID: "rec-17", Programme: "p", Vendor: "nudge-ag", Model: "nudge", Version: "v3", Leader: who("leader"), Coach: who("coach"),
		Signals: []string{"meeting_hygiene"}, Affects: affects, ProposedAt: proposedAt,
	}
}

func basis() ModelBasis {
	return ModelBasis{Inputs: []string{"meeting_hours", "focus_time"}, Card: "card-nudge-v3", Note: "Fewer recurring meetings free the mornings.", At: proposedAt}
}

func sampleOf(validated bool) StewardSample {
	return StewardSample{Vendor: "nudge-ag", Model: "nudge", Version: "v3", Size: 20, Validated: validated, Steward: who("steward"), Reason: "Read 20, 18 fit.", At: proposedAt.Add(time.Hour)}
}

// request is the one with which the coach brings it into a session.
func (c Recommendation) request(at time.Time) *Request {
	r := &Request{
		Action: Recommend, Purpose: ForCoaching, Now: at,
		Subject:  Subject{ID: c.Coach, Role: coaching.Coach, Trained: true, Programme: "p"},
		Resource: c.Resource(signal.Cleared, false),
		Consents: signal.ConsentList{{Participant: c.Leader, Signal: "meeting_hygiene", Purpose: "coaching", Granted: proposedAt.AddDate(0, -1, 0)}},
	}
	r.Resource.Identifiable, r.Resource.LegalHold = No, No
	if c.Review != nil {
		r.Review = *c.Review
	}
	return r
}

func (c Recommendation) reviewRecord(approved bool) ReviewRecord {
	return ReviewRecord{
		Reviewer: who("hr"), Role: coaching.HRReviewer, Approved: approved, At: proposedAt.Add(2 * time.Hour),
		Rationale: "The delivery record and two references support it.", Request: c.request(proposedAt).Digest(),
	}
}

// An act is one event in the life of a recommendation.
type act struct {
	name string
	do   func(Recommendation) (Recommendation, coaching.Findings)
}

func acts6(p *Policy) []act {
	return []act{
		{"explain", func(c Recommendation) (Recommendation, coaching.Findings) { return c.Explain(basis()) }},
		{"sample", func(c Recommendation) (Recommendation, coaching.Findings) { return c.Validate(sampleOf(true)) }},
		{"refuse", func(c Recommendation) (Recommendation, coaching.Findings) { return c.Validate(sampleOf(false)) }},
		{"review", func(c Recommendation) (Recommendation, coaching.Findings) { return c.Decide(c.reviewRecord(true)) }},
		{"veto", func(c Recommendation) (Recommendation, coaching.Findings) { return c.Decide(c.reviewRecord(false)) }},
		{"bring", func(c Recommendation) (Recommendation, coaching.Findings) {
			return c.Bring(p, c.request(proposedAt.Add(3*time.Hour)), "S-4")
		}},
		{"respond", func(c Recommendation) (Recommendation, coaching.Findings) {
			return c.Respond(CoachResponse{Response: coaching.Ignored, Reason: "The team is in a release week.", At: proposedAt.Add(4 * time.Hour)})
		}},
	}
}

// The table that the code is compared with: what may follow what, and nothing
// else. A recommendation that could affect a career has no line from sampled to
// in_session.
var lifeOf = map[string]map[string]string{
	"proposed":   {"explain": "explained"},
	"explained":  {"sample": "sampled", "refuse": "rejected"},
	"sampled":    {"review": "reviewed", "veto": "vetoed", "bring": "in_session"},
	"reviewed":   {"bring": "in_session"},
	"in_session": {"respond": "answered"},
	"answered":   {}, "rejected": {}, "vetoed": {},
}

// GOV-020 to GOV-024, PIL-088, PIL-143: over every order of up to six events no
// step is skipped, a refusal has its reasons and changes nothing, and the policy
// permits its use in exactly those stages in which the record does.
func TestRecommendationSkipsNoStep(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	acts := acts6(p)
	for i, affects := range []Effects{EffectsOf(NoEffect), EffectsOf(Promotion), EffectsOf(StretchAssignment), 0} {
		most := 6
		if testing.Short() || i > 1 {
			most = 5 // enough to reach the end
		}
		reached := map[string]int{}
		var walk func(c Recommendation, stage string, path []string)
		walk = func(c Recommendation, stage string, path []string) {
			reached[stage]++
			if c.Stage() != stage {
				require.Equal(t, stage, c.Stage(), "%v", path)
			}
			usable := stage == "reviewed" || stage == "sampled" && affects.Has(NoEffect) || c.Session != nil
			if d := p.Decide(c.request(proposedAt.Add(5 * time.Hour))); d.Allowed() != usable {
				require.Equal(t, usable, d.Allowed(), "%v %s", path, d.Codes())
			}
			if len(path) == most {
				return
			}
			for _, a := range acts {
				next, findings := a.do(c)
				want, ok := lifeOf[stage][a.name]
				if a.name == "bring" && stage == "sampled" && !affects.Has(NoEffect) {
					ok = false
				}
				if ok == findings.Blocked() || !ok && len(findings) == 0 {
					require.Equal(t, ok, !findings.Blocked(), "%v %s: %v", path, a.name, findings)
				}
				if !ok {
					want = stage
					require.Equal(t, c, next)
				}
				walk(next, want, append(path, a.name))
			}
		}
		walk(proposal(affects), "proposed", nil)
		require.Len(t, reached, 8, "every stage is reached: %v", reached)
		if most == 6 {
			require.Equal(t, 137_257, sumOf(reached)) // 1 + 7 + ... + 7^6
		}
	}
}

func sumOf(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// Each thing that a step needs, left out alone, is refused by its rule.
func TestRecommendationRules(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	career := func() Recommendation { return proposal(EffectsOf(Promotion)) }
	explained := func() Recommendation {
		return taken(t, career(), func(c Recommendation) (Recommendation, coaching.Findings) { return c.Explain(basis()) })
	}
	sampled := func() Recommendation {
		return taken(t, explained(), func(c Recommendation) (Recommendation, coaching.Findings) { return c.Validate(sampleOf(true)) })
	}
	reviewed := func() Recommendation {
		return taken(t, sampled(), func(c Recommendation) (Recommendation, coaching.Findings) { return c.Decide(c.reviewRecord(true)) })
	}
	at := proposedAt.Add(3 * time.Hour)
	brought := func() Recommendation {
		return taken(t, reviewed(), func(c Recommendation) (Recommendation, coaching.Findings) { return c.Bring(p, c.request(at), "S-4") })
	}

	type tc struct {
		name, code string
		do         func() (Recommendation, coaching.Findings)
	}
	propose := func(name, code string, change func(*Recommendation)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			c := career()
			change(&c)
			return c.Explain(basis())
		}}
	}
	explain := func(name, code string, change func(*ModelBasis)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			b := basis()
			change(&b)
			return career().Explain(b)
		}}
	}
	validate := func(name, code string, change func(*StewardSample)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			s := sampleOf(true)
			change(&s)
			return explained().Validate(s)
		}}
	}
	decide := func(name, code string, change func(*ReviewRecord)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			c := sampled()
			r := c.reviewRecord(true)
			change(&r)
			return c.Decide(r)
		}}
	}
	bring := func(name, code string, change func(*Request)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			c := reviewed()
			r := c.request(at)
			change(r)
			return c.Bring(p, r, "S-4")
		}}
	}
	respond := func(name, code string, change func(*CoachResponse)) tc {
		return tc{name, code, func() (Recommendation, coaching.Findings) {
			a := CoachResponse{Response: coaching.Reweighted, Reason: "The team is in a release week.", At: at}
			change(&a)
			return brought().Respond(a)
		}}
	}
	tests := []tc{
		propose("no id", "POL-VALUE", func(c *Recommendation) { c.ID = "" }),
		propose("a programme with a space", "POL-VALUE", func(c *Recommendation) { c.Programme = "a b" }),
		propose("no vendor", "POL-VALUE", func(c *Recommendation) { c.Vendor = "" }),
		propose("no version", "POL-VALUE", func(c *Recommendation) { c.Version = "" }),
		propose("no leader", "POL-VALUE", func(c *Recommendation) { c.Leader = coaching.PersonID{} }),
		propose("no coach", "POL-VALUE", func(c *Recommendation) { c.Coach = coaching.PersonID{} }),
		propose("who coaches themselves", "POL-VALUE", func(c *Recommendation) { c.Coach = c.Leader }),
		propose("effects that are none and one", "POL-VALUE", func(c *Recommendation) { c.Affects = EffectsOf(NoEffect, Promotion) }),
		propose("no time", "POL-CLOCK", func(c *Recommendation) { c.ProposedAt = time.Time{} }),
		propose("too many signals", "POL-LIMIT", func(c *Recommendation) { c.Signals = slices.Repeat([]string{"s"}, MaxSignals+1) }),

		explain("no inputs", "PIL-143", func(b *ModelBasis) { b.Inputs = nil }),
		explain("an input that is no identifier", "POL-VALUE", func(b *ModelBasis) { b.Inputs[1] = "a b" }),
		explain("neither card nor features", "GOV-020", func(b *ModelBasis) { b.Card = "" }),
		explain("a card that is no identifier", "POL-VALUE", func(b *ModelBasis) { b.Card = "a b" }),
		explain("a feature that is no identifier", "POL-VALUE", func(b *ModelBasis) { b.Features = []string{""} }),
		explain("no note", "GOV-020", func(b *ModelBasis) { b.Note = " \u200b" }),
		explain("a long note", "POL-LIMIT", func(b *ModelBasis) { b.Note = strings.Repeat("x", MaxRationale+1) }),
		explain("no time", "POL-CLOCK", func(b *ModelBasis) { b.At = time.Time{} }),

		validate("an empty sample", "PIL-143", func(s *StewardSample) { s.Size = 0 }),
		validate("another vendor", "PIL-143", func(s *StewardSample) { s.Vendor = "other" }),
		validate("another model", "PIL-143", func(s *StewardSample) { s.Model = "other" }),
		validate("another version", "PIL-143", func(s *StewardSample) { s.Version = "v2" }),
		validate("nobody", "PIL-143", func(s *StewardSample) { s.Steward = coaching.PersonID{} }),
		validate("the coach as steward", "PIL-143", func(s *StewardSample) { s.Steward = who("coach") }),
		validate("the leader as steward", "PIL-143", func(s *StewardSample) { s.Steward = who("leader") }),
		validate("no reason", "PIL-143", func(s *StewardSample) { s.Reason = "" }),
		validate("no time", "POL-CLOCK", func(s *StewardSample) { s.At = time.Time{} }),

		decide("the coach as reviewer", "GOV-022", func(r *ReviewRecord) { r.Reviewer = who("coach") }),
		decide("the leader as reviewer", "GOV-022", func(r *ReviewRecord) { r.Reviewer = who("leader") }),
		decide("a reviewer of another role", "GOV-022", func(r *ReviewRecord) { r.Role = coaching.Coach }),
		decide("a role that is none", "GOV-022", func(r *ReviewRecord) { r.Role = 200 }),
		decide("one word", "GOV-021", func(r *ReviewRecord) { r.Rationale = "fine" }),
		decide("a long rationale", "POL-LIMIT", func(r *ReviewRecord) { r.Rationale = strings.Repeat("x", MaxRationale+1) }),
		decide("of no request", "GOV-022", func(r *ReviewRecord) { r.Request = "" }),
		decide("before the sample", "POL-CLOCK", func(r *ReviewRecord) { r.At = proposedAt.Add(time.Minute) }),
		decide("before it was proposed", "POL-CLOCK", func(r *ReviewRecord) { r.At = proposedAt.Add(-1) }),

		bring("another action", "POL-VALUE", func(r *Request) { r.Action = Apply }),
		bring("another coach", "POL-VALUE", func(r *Request) { r.Subject.ID = who("other coach") }),
		bring("a system for the coach", "POL-VALUE", func(r *Request) { r.Subject.Role = coaching.System }),
		bring("another recommendation", "POL-VALUE", func(r *Request) { r.Resource.ID = "rec-18" }),
		bring("another leader", "POL-VALUE", func(r *Request) { r.Resource.Owner = who("somebody") }),
		bring("made by a person", "POL-VALUE", func(r *Request) { r.Resource.Automated = No }),
		bring("without effects", "POL-VALUE", func(r *Request) { r.Resource.Affects = EffectsOf(NoEffect) }),
		bring("made later", "POL-VALUE", func(r *Request) { r.Resource.CreatedAt = at }),
		bring("an aggregate", "POL-VALUE", func(r *Request) { r.Resource.Class = signal.Aggregate }),
		bring("without its review", "POL-VALUE", func(r *Request) { r.Review = ReviewRecord{} }),
		bring("without its review, to the policy", "GOV-022", func(r *Request) { r.Review = ReviewRecord{} }),
		bring("an old review", "GOV-022", func(r *Request) { r.Now = at.AddDate(0, 0, 4) }),
		bring("without consent", "GOV-012", func(r *Request) { r.Consents = nil }),
		bring("a paused signal", "FAI-005", func(r *Request) { r.Resource.Standing = signal.Paused }),
		bring("a coach without training", "PIL-104", func(r *Request) { r.Subject.Trained = false }),
		bring("before the review", "POL-CLOCK", func(r *Request) { r.Now = proposedAt.Add(time.Minute) }),

		respond("nothing", "PIL-088", func(a *CoachResponse) { a.Response = coaching.NoResponse }),
		respond("something else", "PIL-088", func(a *CoachResponse) { a.Response = 9 }),
		respond("reweighted without a reason", "PIL-088", func(a *CoachResponse) { a.Reason = " " }),
		respond("ignored without a reason", "PIL-088", func(a *CoachResponse) { a.Response, a.Reason = coaching.Ignored, "" }),
		respond("before the session", "POL-CLOCK", func(a *CoachResponse) { a.At = at.Add(-1) }),

		{"no request", "POL-REQUEST", func() (Recommendation, coaching.Findings) { return reviewed().Bring(p, nil, "S-4") }},
		{"no policy", "POL-POLICY", func() (Recommendation, coaching.Findings) {
			c := reviewed()
			return c.Bring(nil, c.request(at), "S-4")
		}},
		{"no session", "POL-VALUE", func() (Recommendation, coaching.Findings) {
			c := reviewed()
			return c.Bring(p, c.request(at), "")
		}},
		{"a review of another request", "GOV-022", func() (Recommendation, coaching.Findings) {
			c := reviewed()
			other := *c.Review
			other.Request = strings.Repeat("0", 64)
			c.Review = &other
			return c.Bring(p, c.request(at), "S-4")
		}},
		{"twice", "POL-VALUE", func() (Recommendation, coaching.Findings) { return explained().Explain(basis()) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := tt.do()
			require.True(t, findings.Blocked())
			require.True(t, findings.Has(tt.code), "%v", findings)
		})
	}
	// What needs none of it goes through.
	for _, a := range []CoachResponse{{Response: coaching.Shown, At: at}, {Response: coaching.Ignored, Reason: "The team is in a release week.", At: at}} {
		c, findings := brought().Respond(a)
		require.Empty(t, findings)
		require.Equal(t, "answered", c.Stage())
	}
	listed := basis()
	listed.Card, listed.Features = "", []string{"meeting_hours"}
	_, findings := career().Explain(listed)
	require.Empty(t, findings, "a feature list instead of a card")
}

func taken(t *testing.T, c Recommendation, step func(Recommendation) (Recommendation, coaching.Findings)) Recommendation {
	t.Helper()
	next, findings := step(c)
	require.Empty(t, findings)
	return next
}

// A record that the host reads back has not skipped a step either: every subset
// of the steps of a whole one is refused but for the beginnings of its life.
func TestRecommendationReadBack(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	for _, affects := range []Effects{EffectsOf(NoEffect), EffectsOf(Promotion)} {
		whole := proposal(affects)
		for _, a := range acts6(p) {
			if a.name != "refuse" && a.name != "veto" {
				whole = taken(t, whole, a.do)
			}
		}
		text, err := json.Marshal(whole)
		require.NoError(t, err)
		var again Recommendation
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, whole, again)
		legal := map[int]bool{0b00000: true, 0b00001: true, 0b00011: true, 0b00111: true, 0b01111: true, 0b11111: true}
		if affects.Has(NoEffect) {
			legal[0b01011], legal[0b11011] = true, true
		}
		for steps := range 32 {
			c := whole
			for i, drop := range []func(){
				func() { c.Basis = nil }, func() { c.Sample = nil }, func() { c.Review = nil }, func() { c.Session = nil }, func() { c.Response = nil },
			} {
				if steps&(1<<i) == 0 {
					drop()
				}
			}
			require.Equal(t, legal[steps], !c.Check().Blocked(), "%05b", steps)
			require.Equal(t, legal[steps], c.Stage() != "none")
			if r := c.Resource(signal.Cleared, false); !legal[steps] {
				require.Equal(t, signal.Candidate, r.Standing)
			}
		}
	}
	// GOV-023: a veto stands, whatever is in the record behind it; and a session
	// is that of the request that was reviewed and permitted.
	for code, change := range map[string]func(*ReviewRecord, *SessionUse){
		"GOV-023":    func(r *ReviewRecord, _ *SessionUse) { r.Approved = false },
		"GOV-022":    func(r *ReviewRecord, _ *SessionUse) { r.Request = strings.Repeat("0", 64) },
		"POL-POLICY": func(_ *ReviewRecord, s *SessionUse) { s.PolicyDigest = "" },
	} {
		c := proposal(EffectsOf(Promotion))
		for _, a := range acts6(p) {
			if a.name != "refuse" && a.name != "veto" {
				c = taken(t, c, a.do)
			}
		}
		require.Empty(t, c.Check())
		change(c.Review, c.Session)
		require.True(t, c.Check().Has(code))
		require.Equal(t, "none", c.Stage())
	}
	require.Equal(t, "none", Recommendation{}.Stage())
	require.Equal(t, signal.Candidate, Recommendation{}.Resource(signal.Cleared, true).Standing)
	require.True(t, Recommendation{}.NeedsReview())
}

// A step changes neither the record that it begins with nor what it is given.
func TestRecommendationStepsAreValues(t *testing.T) {
	c := proposal(EffectsOf(NoEffect))
	b := basis()
	next := taken(t, c, func(c Recommendation) (Recommendation, coaching.Findings) { return c.Explain(b) })
	require.Nil(t, c.Basis)
	b.Inputs[0], c.Signals[0] = "changed", "changed"
	require.Equal(t, "meeting_hours", next.Basis.Inputs[0])
	require.Equal(t, "meeting_hygiene", next.Signals[0])
}

// What a caller changes in a record that it was handed changes no other one.
func TestRecommendationStepsShareNothing(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	c := proposal(EffectsOf(Promotion))
	for _, a := range acts6(p) {
		switch a.name {
		case "refuse", "veto":
			continue
		}
		next, fs := a.do(c)
		require.False(t, fs.Blocked(), "%s: %v", a.name, fs)
		before, err := json.Marshal(c)
		require.NoError(t, err)
		edited := next
		edited.Signals[0] = "another"
		if edited.Basis != nil {
			edited.Basis.Note, edited.Basis.Inputs[0] = "another", "another"
		}
		if edited.Sample != nil {
			edited.Sample.Size++
		}
		if edited.Review != nil {
			edited.Review.Approved = false
		}
		if edited.Session != nil {
			edited.Session.Session = "another"
		}
		after, err := json.Marshal(c)
		require.NoError(t, err)
		require.JSONEq(t, string(before), string(after), a.name)
		c, _ = a.do(c)
	}
	require.Equal(t, "answered", c.Stage())
}
