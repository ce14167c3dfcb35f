package governance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// What is wrong with a request denies it with a code, before any rule is asked.
func TestBadRequestsAreDenied(t *testing.T) {
	tests := []struct {
		name   string
		change func(r *governance.Request)
		code   string
	}{
		{"no action", func(r *governance.Request) { r.Action = 0 }, "POL-MISSING"},
		{"an action that is not declared", func(r *governance.Request) { r.Action = 200 }, "POL-VALUE"},
		{"no purpose", func(r *governance.Request) { r.Purpose = 0 }, "POL-MISSING"},
		{"a purpose that is not declared", func(r *governance.Request) { r.Purpose = 200 }, "POL-VALUE"},
		{"nobody asks", func(r *governance.Request) { r.Subject.ID = coaching.PersonID{} }, "POL-MISSING"},
		{"a role that is not declared", func(r *governance.Request) { r.Subject.Role = 200 }, "POL-VALUE"},
		{"no type", func(r *governance.Request) { r.Resource.Type = 0 }, "POL-MISSING"},
		{"a type that is not declared", func(r *governance.Request) { r.Resource.Type = 200 }, "POL-VALUE"},
		{"no id", func(r *governance.Request) { r.Resource.ID = "" }, "POL-MISSING"},
		{"an id that is an address", func(r *governance.Request) { r.Resource.ID = "ann@example.org" }, "POL-VALUE"},
		{"a residency with a space", func(r *governance.Request) { r.Resource.Residency = "e u" }, "POL-VALUE"},
		{"a role in a programme with a space", func(r *governance.Request) { r.Subject.Programme = "a b" }, "POL-VALUE"},
		{"a notice with a space", func(r *governance.Request) { r.Notice = "a b" }, "POL-VALUE"},
		{"a programme with a space", func(r *governance.Request) { r.Resource.Programme = "a b" }, "POL-VALUE"},
		{"an id of 65 bytes", func(r *governance.Request) { r.Resource.ID = strings.Repeat("x", 65) }, "POL-VALUE"},
		{"65 signals", func(r *governance.Request) {
			r.Resource.Signals = strings.Split(strings.Repeat("s,", 64)+"s", ",")
		}, "POL-LIMIT"},
		{"an empty signal", func(r *governance.Request) { r.Resource.Signals = []string{""} }, "POL-MISSING"},
		{"a class that is not declared", func(r *governance.Request) { r.Resource.Class = 200 }, "POL-VALUE"},
		{"a standing that is not declared", func(r *governance.Request) { r.Resource.Standing = 200 }, "POL-VALUE"},
		{"a fact that is not declared", func(r *governance.Request) { r.Resource.Automated = 3 }, "POL-VALUE"},
		{"an effect that is not declared", func(r *governance.Request) { r.Resource.Affects = governance.EffectsOf(200) }, "POL-VALUE"},
		{"none beside an effect", func(r *governance.Request) {
			r.Resource.Affects = governance.EffectsOf(governance.NoEffect, governance.Promotion)
		}, "POL-VALUE"},
		{"a group below zero", func(r *governance.Request) { r.Resource.GroupSize = -1 }, "POL-VALUE"},
		{"257 consents", func(r *governance.Request) { r.Consents = make(signal.ConsentList, 257) }, "POL-LIMIT"},
		{"17 approvals", func(r *governance.Request) {
			r.Approvals = slices.Repeat([]governance.Approval{{Request: r.Digest()}}, 17)
		}, "POL-LIMIT"},
		{"an approval of no request", func(r *governance.Request) { r.Approvals = make([]governance.Approval, 2) }, "POL-VALUE"},
		{"a refusal with its digest in capitals", func(r *governance.Request) {
			r.Approvals = []governance.Approval{{Request: r.Digest()}, {Request: strings.ToUpper(r.Digest()), Refused: true}}
		}, "POL-VALUE"},
		{"a review of no request", func(r *governance.Request) { r.Review.Reviewer = person(t, "hr") }, "POL-VALUE"},
		{"a review with its digest in capitals", func(r *governance.Request) { r.Review.Request = strings.ToUpper(r.Digest()) }, "POL-VALUE"},
		{"a long rationale", func(r *governance.Request) { r.Review.Rationale = strings.Repeat("x", 4097) }, "POL-LIMIT"},
		{"no time", func(r *governance.Request) { r.Now = time.Time{} }, "POL-MISSING"},
		{"the year 3000", func(r *governance.Request) { r.Now = noon.AddDate(973, 0, 0) }, "POL-VALUE"},
		{"made in 1900", func(r *governance.Request) { r.Resource.CreatedAt = noon.AddDate(-127, 0, 0) }, "POL-VALUE"},
		{"made a nanosecond from now", func(r *governance.Request) { r.Resource.CreatedAt = r.Now.Add(1) }, "POL-CLOCK"},
		{"reviewed in 1900", func(r *governance.Request) { r.Review.At = noon.AddDate(-127, 0, 0) }, "POL-VALUE"},
	}
	p := parse(t, permissive)
	require.True(t, p.Decide(packRequest(t)).Allowed())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := packRequest(t)
			tt.change(r)
			d := p.Decide(r)
			require.Equal(t, governance.Deny, d.Outcome)
			require.Equal(t, tt.code, d.Codes())
			require.Equal(t, "request", d.Reasons[0].Rule)
			require.NotContains(t, d.Reasons[0].Message.String(), "ann")
			require.Equal(t, tt.code == "POL-MISSING", len(d.Missing) == 1)
			require.Contains(t, p.Explain(r), "no rule was asked")
		})
	}
}

// The digest changes with everything that is asked, and with nothing else.
func TestDigestBindsWhatIsAsked(t *testing.T) {
	base := packRequest(t).Digest()
	changes := []func(r *governance.Request){
		func(r *governance.Request) { r.Action = governance.View },
		func(r *governance.Request) { r.Purpose = governance.ForExport },
		func(r *governance.Request) { r.Subject.ID = person(t, "x") },
		func(r *governance.Request) { r.Subject.Role = coaching.Steward },
		func(r *governance.Request) { r.Subject.Trained = false },
		func(r *governance.Request) { r.Resource.Type = governance.ResourceTrace },
		func(r *governance.Request) { r.Resource.ID = "pack-8" },
		func(r *governance.Request) { r.Resource.Programme = "" },
		func(r *governance.Request) { r.Subject.Programme = "" },
		func(r *governance.Request) { r.Resource.Residency = "eu" },
		func(r *governance.Request) { r.Resource.Signals = nil },
		func(r *governance.Request) { r.Resource.Signals = []string{"meeting_hygiene", "x"} },
		func(r *governance.Request) { r.Resource.Class = signal.Raw },
		func(r *governance.Request) { r.Resource.Owner = person(t, "x") },
		func(r *governance.Request) { r.Resource.AssignedCoach = person(t, "x") },
		func(r *governance.Request) { r.Resource.CreatedAt = noon },
		func(r *governance.Request) { r.Resource.CreatedAt = r.Resource.CreatedAt.Add(1) },
		func(r *governance.Request) { r.Resource.GroupSize = 1 },
		func(r *governance.Request) { r.Resource.Identifiable = governance.Yes },
		func(r *governance.Request) { r.Resource.LegalHold = governance.Yes },
		func(r *governance.Request) { r.Resource.Standing = signal.Paused },
		func(r *governance.Request) { r.Resource.Control = true },
		func(r *governance.Request) { r.Resource.Automated = governance.Yes },
		func(r *governance.Request) { r.Resource.ModelCard = true },
		func(r *governance.Request) { r.Resource.Explained = true },
		func(r *governance.Request) { r.Resource.Affects = governance.EffectsOf(governance.Promotion) },
	}
	seen := map[string]int{base: -1}
	for i, change := range changes {
		r := packRequest(t)
		change(r)
		other, dup := seen[r.Digest()]
		require.False(t, dup, "change %d has the digest of %d", i, other)
		seen[r.Digest()] = i
	}
	same := packRequest(t)
	same.Consents, same.Now = nil, noon.Add(time.Hour)
	same.Resource.CreatedAt = same.Resource.CreatedAt.In(time.FixedZone("elsewhere", 3600))
	approve(t, same, "lawyer", coaching.LegalPrivacy)
	review(t, same, "hr", coaching.HRReviewer, "because")
	require.Equal(t, base, same.Digest())
}

// Every word of the vocabulary reads back as it is written; anything else is
// refused without being quoted.
func TestVocabularyRoundTrips(t *testing.T) {
	type word interface {
		MarshalText() ([]byte, error)
	}
	for i := range 16 {
		v := uint8(i)
		for _, pair := range []struct {
			from word
			into interface{ UnmarshalText([]byte) error }
		}{
			{governance.Action(v), new(governance.Action)},
			{governance.ResourceType(v), new(governance.ResourceType)},
			{governance.Purpose(v), new(governance.Purpose)},
			{governance.Effect(v), new(governance.Effect)},
			{governance.Effects(v), new(governance.Effects)},
			{governance.Fact(v), new(governance.Fact)},
			{governance.Outcome(v), new(governance.Outcome)},
		} {
			text, err := pair.from.MarshalText()
			if err != nil {
				continue
			}
			require.NoError(t, pair.into.UnmarshalText(text), "%s", text)
			again, err := pair.into.(word).MarshalText()
			require.NoError(t, err)
			require.Equal(t, string(text), string(again))
			err = pair.into.UnmarshalText([]byte("Ann Example"))
			require.Error(t, err)
			require.NotContains(t, err.Error(), "Ann")
		}
	}
	require.Equal(t, "promotion,talent_review", governance.EffectsOf(governance.TalentReview, governance.Promotion).String())
}
