package notice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/notice"
)

func card() notice.ModelCard {
	return notice.ModelCard{
		Model: "nudge-ranker", Version: "3.1", Vendor: "Example Analytics", Date: coaching.MustDate("2026-12-01"),
		Details: "gradient boosted trees, 2026", IntendedUse: "to order prompts for a coach; not to rate people", Factors: "part-time work, time zones",
		Metrics: "precision at 3", Evaluation: "400 teams of 2025", Training: "3,000 teams of 2023 and 2024",
		Analyses: "precision by working time and site", Ethics: "no special categories", Caveats: "blind to work outside the tools",
		Features: []notice.Feature{
			{Name: "meeting_share", Meaning: "share of time in meetings across teams", Proxies: "function"},
			{Name: "after_hours", Meaning: "share of work after hours", Proxies: "caregiving, time zone"},
		},
		Affects: governance.EffectsOf(governance.NoEffect),
	}
}

func explanation() notice.Explanation {
	return notice.Explanation{
		Recommendation: "rec-7", Card: card().Digest(), Suggests: "Try a joint planning meeting with product.",
		Because:     []notice.Cause{{Feature: "meeting_share", Says: "lower than in the eight weeks before"}},
		Uncertainty: "right in six of ten cases", Unseen: "talks in person and on the phone", Affects: governance.EffectsOf(governance.NoEffect),
	}
}

func blocking(fs coaching.Findings) string {
	var got []string
	for f := range fs.Blocking() {
		got = append(got, strings.TrimSpace(f.Code+" "+f.Path))
	}
	return strings.Join(got, ", ")
}

// GOV-020: a card or a feature list, and every part of it.
func TestModelCard(t *testing.T) {
	require.Empty(t, card().Check())
	tests := []struct {
		name   string
		change func(*notice.ModelCard)
		want   string // what blocks
		also   int    // findings besides
	}{
		{"a list alone", func(c *notice.ModelCard) {
			*c = notice.ModelCard{Model: c.Model, Version: c.Version, Vendor: c.Vendor, Date: c.Date, Features: c.Features, Affects: c.Affects}
		}, "", 9},
		{"a card alone", func(c *notice.ModelCard) { c.Features = nil }, "", 1},
		{"a section missing and no list", func(c *notice.ModelCard) { c.Features, c.Training = nil, " " }, "GOV-020 training", 1},
		{"a list that says nothing", func(c *notice.ModelCard) { c.Features[0].Meaning = "" }, "GOV-020 features[0]", 0},
		{"a list without proxies", func(c *notice.ModelCard) { c.Features[1].Proxies = "" }, "GOV-020 features[1]", 0},
		{"neither is complete", func(c *notice.ModelCard) { c.Features[0].Meaning, c.Training = "", "" }, "GOV-020 features[0], GOV-020 training", 0},
		{"no model", func(c *notice.ModelCard) { c.Model = "a name" }, "GOV-020", 0},
		{"no version", func(c *notice.ModelCard) { c.Version = "" }, "GOV-020", 0},
		{"no vendor", func(c *notice.ModelCard) { c.Vendor = "" }, "GOV-020", 0},
		{"no date", func(c *notice.ModelCard) { c.Date = coaching.Date{} }, "GOV-020", 0},
		{"no effects", func(c *notice.ModelCard) { c.Affects = 0 }, "", 1},
		{"undeclared effects", func(c *notice.ModelCard) { c.Affects = 1 << 15 }, "GOV-020 affects", 0},
		{"nothing", func(c *notice.ModelCard) { *c = notice.ModelCard{} }, "GOV-020, GOV-020 analyses, GOV-020 caveats, GOV-020 details, GOV-020 ethics, GOV-020 evaluation, GOV-020 factors, GOV-020 intended_use, GOV-020 metrics, GOV-020 training", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := card()
			tt.change(&c)
			fs := c.Check()
			require.Equal(t, tt.want, blocking(fs))
			require.Len(t, fs, tt.also+strings.Count(tt.want, "GOV"))
			require.NotEqual(t, card().Digest(), c.Digest())
			require.NotEmpty(t, c.HTML())
		})
	}
	require.Empty(t, notice.ModelCard{Affects: 1 << 15}.Digest())
}

// GOV-020: a note for each automated recommendation, of this very card.
func TestExplanation(t *testing.T) {
	require.Empty(t, explanation().Check(card()))
	require.True(t, explanation().Explains(card()))
	tests := []struct {
		name   string
		change func(*notice.Explanation)
		want   string
	}{
		{"no recommendation", func(e *notice.Explanation) { e.Recommendation = "" }, "GOV-020 recommendation"},
		{"no suggestion", func(e *notice.Explanation) { e.Suggests = "" }, "GOV-020 suggests"},
		{"no uncertainty", func(e *notice.Explanation) { e.Uncertainty = "" }, "GOV-020 uncertainty"},
		{"nothing unseen", func(e *notice.Explanation) { e.Unseen = "" }, "GOV-020 unseen"},
		{"another card", func(e *notice.Explanation) { e.Card = "" }, "GOV-020 card"},
		{"no cause", func(e *notice.Explanation) { e.Because = nil }, "GOV-020 because"},
		{"an empty cause", func(e *notice.Explanation) { e.Because[0].Says = "" }, "GOV-020 because[0]"},
		{"a cause that is no feature", func(e *notice.Explanation) { e.Because[0].Feature = "keystrokes" }, "GOV-020 because[0]"},
		{"an effect that the card denies", func(e *notice.Explanation) { e.Affects = governance.EffectsOf(governance.Promotion) }, "GOV-020 affects"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := explanation()
			tt.change(&e)
			require.Equal(t, tt.want, blocking(e.Check(card())))
			require.False(t, e.Explains(card()))
		})
	}
	e := explanation()
	e.Affects = 0
	for range 5 {
		e.Because = append(e.Because, e.Because[0])
	}
	require.Len(t, e.Check(card()), 2)
	require.True(t, e.Explains(card()), "warnings")
	require.Equal(t, "GOV-020 card", blocking(explanation().Check(notice.ModelCard{})))
}

// A card is checked once, the note with each recommendation.
func ExampleExplanation_Check() {
	c := card()
	fmt.Println("card:", len(c.Check()), "findings")
	e := explanation()
	e.Because = append(e.Because, notice.Cause{Feature: "mood", Says: "low"})
	for _, f := range e.Check(c) {
		fmt.Println(f)
	}
	// Output:
	// card: 0 findings
	// GOV-020 error because[1]: the cause is no feature of the card
}
