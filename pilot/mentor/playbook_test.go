package mentor_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/mentor"
)

// playbook is that of a product organisation: three signals, one outcome.
func playbook() mentor.Playbook {
	return mentor.Playbook{
		Title:   "Sprint predictability",
		Outcome: "sprint spill-over",
		Signals: []mentor.Line{
			{Signal: "meeting_hygiene", Behaviour: "meeting hygiene", Path: "meeting overload -> fewer focus hours -> sprint spill-over"},
			{Signal: "async_documentation", Behaviour: "async documentation", Path: "few written decisions -> rework -> sprint spill-over"},
			{Signal: "review_turnaround", Behaviour: "review times", Path: "long review loops -> late merges -> sprint spill-over"},
		},
		Entries: []mentor.Entry{
			{
				Signal:  "meeting_hygiene",
				Prompts: []string{"Which recurring meeting would nobody miss next week?", "What decision did each meeting make?"},
				Experiment: mentor.Experiment{ID: "E-MEET", Text: "Agenda or cancel: every recurring meeting carries an agenda 24 h before",
					Measure: "cross_team_meeting_hours", Days: 56, Kind: mentor.RuleChange},
				InterpretiveRule: "Hours in meetings say nothing about their quality",
				DoNotConclude:    "that the leader manages badly",
			},
			{
				Signal:  "async_documentation",
				Prompts: []string{"Which decision was asked for twice?", "Who could not see the decision?"},
				Experiment: mentor.Experiment{ID: "E-ASYNC", Text: "One-page decision note for every cross-team decision",
					Measure: "decision_notes_per_week", Days: 56, Kind: mentor.ArtefactRule},
				InterpretiveRule: "Documents in other tools are not counted",
				DoNotConclude:    "that the team does not talk",
			},
			{
				Signal:  "review_turnaround",
				Prompts: []string{"What waits longest for you?", "What would let someone else decide?"},
				Experiment: mentor.Experiment{ID: "E-REVIEW", Text: "First review within one working day",
					Measure: "review_turnaround_h", Days: 56, Kind: mentor.RuleChange},
				InterpretiveRule: "Large changes take longer for good reasons",
				DoNotConclude:    "that slow means careless",
			},
		},
	}
}

func TestPlaybookCheck(t *testing.T) {
	require.Empty(t, playbook().Check())
	tests := []struct {
		code, path string
		severity   coaching.Severity
		change     func(p *mentor.Playbook)
	}{
		{"PIL-100", "entries[0].prompts", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Prompts = p.Entries[0].Prompts[:1] }},
		{"PIL-100", "entries[0].prompts", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Prompts = append(p.Entries[0].Prompts, "A third?") }},
		{"PIL-100", "entries[0].prompts[1]", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Prompts[1] = " " }},
		{"PIL-100", "entries[0].experiment", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Experiment = mentor.Experiment{Kind: mentor.Process} }},
		{"PIL-100", "entries[0].experiment", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Experiment.Measure = "" }},
		{"PIL-100", "entries[0].experiment", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Experiment.Days = 0 }},
		{"PIL-100", "entries[0].experiment", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Experiment.ID = "" }},
		{"PIL-100", "entries[0].experiment", coaching.Error, func(p *mentor.Playbook) { p.Entries[0].Experiment.Text = " " }},
		{"PIL-100", "entries[2].experiment.id", coaching.Error, func(p *mentor.Playbook) { p.Entries[2].Experiment.ID = "E-MEET" }},
		{"PIL-100", "entries[2].signal", coaching.Error, func(p *mentor.Playbook) { p.Signals = p.Signals[:2] }},
		{"PIL-100", "signals[2]", coaching.Error, func(p *mentor.Playbook) { p.Entries = p.Entries[:2] }},
		{"PIL-100", "signals[0]", coaching.Error, func(p *mentor.Playbook) { p.Entries[1].Signal = "meeting_hygiene" }},
		{"PIL-093", "entries[1].experiment.kind", coaching.Error, func(p *mentor.Playbook) { p.Entries[1].Experiment.Kind = 0 }},
		{"PIL-093", "entries[1].experiment.kind", coaching.Error, func(p *mentor.Playbook) { p.Entries[1].Experiment.Kind = 9 }},
		{"PIL-106", "entries[1].interpretive_rule", coaching.Error, func(p *mentor.Playbook) { p.Entries[1].InterpretiveRule = "" }},
		{"PIL-106", "entries[1].do_not_conclude", coaching.Error, func(p *mentor.Playbook) { p.Entries[1].DoNotConclude = " " }},
		{"PIL-114", "signals[1].path", coaching.Error, func(p *mentor.Playbook) { p.Signals[1].Path = "few written decisions -> rework" }},
		{"PIL-114", "signals[1].path", coaching.Error, func(p *mentor.Playbook) { p.Signals[1].Path = "a -> -> sprint spill-over" }},
		{"PIL-114", "signals[1].path", coaching.Error, func(p *mentor.Playbook) { p.Signals[1].Path = "a -> b -> revenue" }},
		{"PIL-107", "entries[0].interpretive_rule", coaching.Warning, func(p *mentor.Playbook) {
			p.Entries[0].InterpretiveRule = "Many hours clearly mean poor planning"
		}},
		{"PIL-107", "entries[0].experiment.text", coaching.Warning, func(p *mentor.Playbook) {
			p.Entries[0].Experiment.Text = "The data show that meetings are too long: cut them"
		}},
		{"FAI-012", "entries[0].prompts[0]", coaching.Warning, func(p *mentor.Playbook) { p.Entries[0].Prompts[0] = "Who is to blame?" }},
		{"FAI-012", "entries[0].prompts[0]", coaching.Warning, func(p *mentor.Playbook) { p.Entries[0].Prompts[0] = "Why are you a Poor Manager?" }},
		{"PIL-101", "", coaching.Warning, func(p *mentor.Playbook) { p.Entries[0].InterpretiveRule = strings.Repeat("word ", 1000) }},
		{"PIL-103", "", coaching.Warning, func(p *mentor.Playbook) { p.Entries[0].InterpretiveRule = strings.Repeat("word ", 2000) }},
		{"C-20", "entries[0].experiment.supporting", coaching.Info, func(p *mentor.Playbook) {
			p.Entries[0].Experiment.Supporting = []string{"review_turnaround"}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.path, func(t *testing.T) {
			p := playbook()
			tt.change(&p)
			findings := p.Check()
			i := slices.IndexFunc(findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Path == tt.path })
			require.GreaterOrEqual(t, i, 0, "%v", findings)
			require.Equal(t, tt.severity, findings[i].Severity)
			requireRules(t, findings)
		})
	}
}

// The lints see whole words only, and leave the line alone that names the wrong
// conclusion.
func TestLintsSeeWholeWords(t *testing.T) {
	for _, text := range []string{"What defaults did you improve?", "Is the proofing step needed?", "Faultless reviews take time", "Blameless post-mortems"} {
		p := playbook()
		p.Entries[0].Prompts[0] = text
		require.Empty(t, p.Check(), text)
	}
	p := playbook()
	p.Entries[0].DoNotConclude = "that anyone is to blame, or that this proves anything"
	require.Empty(t, p.Check())
}

// The reading budgets, by hand: 200 words a minute and 12 seconds a figure.
func TestCheckReading(t *testing.T) {
	require.Equal(t, 9*time.Minute+48*time.Second, mentor.ReadingTime(1800, 4)) // 9.8 minutes
	require.Empty(t, mentor.CheckReading(1800, 4))
	require.Empty(t, mentor.CheckReading(2000, 0))
	require.Equal(t, "PIL-103 warning: 10.5 minutes to read 1900 words and 5 figures, want at most 10", mentor.CheckReading(1900, 5)[0].String())
	require.Len(t, mentor.CheckReading(2001, 0), 1)
}

// PIL-101: a thousand words are two pages, one more is not.
func TestPlaybookWordBudget(t *testing.T) {
	p := playbook()
	rest := mentor.PlaybookWords - p.Words()
	p.Entries[0].InterpretiveRule += strings.Repeat(" word", rest)
	require.Equal(t, 1000, p.Words())
	require.Empty(t, p.Check())
	p.Entries[0].InterpretiveRule += " word"
	require.Contains(t, p.Check()[0].String(), "PIL-101 warning: 1001 words, want at most 1000")
}

// PIL-108: every playbook says in front, in both forms, that a metric is not the
// last word.
func TestPlaybookStatesTheLimitOfMetrics(t *testing.T) {
	const limit = "Where a team takes a metric for the last word, coaching works less well."
	for _, p := range []mentor.Playbook{playbook(), playbook().For([]string{"review_turnaround"}), {}} {
		for _, page := range [][]byte{p.Markdown(), p.HTML()} {
			before, _, found := strings.Cut(string(page), limit)
			require.True(t, found)
			require.NotContains(t, before, "Hypothesis")
		}
	}
}

// The two forms as they are, read by eye once, then held.
func TestPlaybookGolden(t *testing.T) {
	for name, got := range map[string][]byte{
		"testdata/playbook.md":   playbook().Markdown(),
		"testdata/playbook.html": playbook().HTML(),
	} {
		if os.Getenv("UPDATE_GOLDEN") != "" {
			require.NoError(t, os.WriteFile(name, got, 0o644))
		}
		want, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
	p := playbook()
	slices.Reverse(p.Entries)
	require.Equal(t, string(playbook().Markdown()), string(p.Markdown()), "the order of entries means nothing")
}

// A leader's playbook never shows a signal outside the leader's own pack, in
// neither form, and everything inside it.
func TestPlaybookForShowsThePackOnly(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := playbook()
		var pack []string
		for i := range p.Signals {
			// A word of its own for each signal, in every text.
			mark := string(rune('Q'+i)) + "mark"
			p.Signals[i].Behaviour += mark
			p.Entries[i].Prompts[0] += mark
			p.Entries[i].Experiment.Text += mark
			if rapid.Bool().Draw(r, mark) {
				pack = append(pack, p.Signals[i].Signal)
			}
		}
		pack = append(pack, "some_other_signal")
		for i := range p.Entries {
			for _, line := range p.Signals {
				p.Entries[i].Experiment.Supporting = append(p.Entries[i].Experiment.Supporting, line.Signal)
			}
		}
		whole, err := json.Marshal(p)
		require.NoError(r, err)
		own := p.For(pack)
		again, err := json.Marshal(p)
		require.NoError(r, err)
		require.Equal(r, string(whole), string(again), "the playbook is not changed")
		text, err := json.Marshal(own)
		require.NoError(r, err)
		for _, line := range p.Signals {
			require.Equal(r, slices.Contains(pack, line.Signal), strings.Contains(string(text), `"`+line.Signal+`"`))
		}
		for i, line := range p.Signals {
			mark := string(rune('Q'+i)) + "mark"
			want := slices.Contains(pack, line.Signal)
			require.Equal(r, want, strings.Contains(string(own.Markdown()), mark))
			require.Equal(r, want, strings.Contains(string(own.HTML()), mark))
		}
		require.False(r, own.Check().Blocked())
	})
}

// Whatever the texts hold, the page stays well-formed with the same elements.
func TestPlaybookTextsFormNoMarkup(t *testing.T) {
	elements := func(t require.TestingT, page []byte) []string {
		var names []string
		// The page is well-formed XML apart from its first line and one empty
		// element.
		text := strings.TrimPrefix(string(page), "<!DOCTYPE html>\n")
		d := xml.NewDecoder(strings.NewReader(strings.Replace(text, `<meta charset="utf-8">`, "", 1)))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return names
			}
			require.NoError(t, err)
			if e, ok := token.(xml.StartElement); ok {
				names = append(names, e.Name.Local)
			}
		}
	}
	want := elements(t, playbook().HTML())
	lines := strings.Count(string(playbook().Markdown()), "\n")
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringMatching("[a-z<>&\"'#*_`|\\\\\n\\[\\]()!~+=-]{1,40}").Draw(r, "text")
		p := playbook()
		p.Title = text
		p.Signals[0].Path = text
		p.Entries[0].Prompts[0] = text
		p.Entries[1].InterpretiveRule = text
		require.Equal(r, want, elements(r, p.HTML()))
		require.Equal(r, lines, strings.Count(string(p.Markdown()), "\n"))
	})
	p := playbook()
	p.Entries[0].Prompts[0] = "# x\n- [a](javascript:b) <b>c</b> **d** `e`"
	require.Contains(t, string(p.Markdown()), "- \\# x - \\[a\\](javascript:b) \\<b\\>c\\</b\\> \\*\\*d\\*\\* \\`e\\`\n")
}
