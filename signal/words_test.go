package signal

import (
	"encoding"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// Every word of a closed list reads back as itself, and nothing else is read.
// The unknown text, which could be a name, is not repeated.
func TestWordsRoundTrip(t *testing.T) {
	type word interface {
		encoding.TextMarshaler
		String() string
	}
	check := func(values []word, into func() encoding.TextUnmarshaler, outside word) {
		t.Helper()
		seen := map[string]bool{}
		for _, v := range values {
			text, err := v.MarshalText()
			require.NoError(t, err)
			require.Equal(t, v.String(), string(text))
			require.False(t, seen[string(text)])
			seen[string(text)] = true
			back := into()
			require.NoError(t, back.UnmarshalText(text))
		}
		err := into().UnmarshalText([]byte("Jane Doe"))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "Jane")
		_, err = outside.MarshalText()
		require.Error(t, err)
		require.Contains(t, outside.String(), "(99)")
	}
	check([]word{Candidate, Cleared, Restricted, Paused, Retired}, func() encoding.TextUnmarshaler { return new(Standing) }, Standing(99))
	check([]word{Raw, Pseudonymous, Aggregate}, func() encoding.TextUnmarshaler { return new(DataClass) }, DataClass(99))
	check([]word{Quantitative, Qualitative}, func() encoding.TextUnmarshaler { return new(Kind) }, Kind(99))
	check([]word{Lagging, Leading}, func() encoding.TextUnmarshaler { return new(Timing) }, Timing(99))
	check([]word{NoSource, CollaborationMetadata, SurveyAnswers, PeopleAnalytics, BusinessKPI, Learning, Interview}, func() encoding.TextUnmarshaler { return new(Source) }, Source(99))
	check([]word{Context, Higher, Lower, TargetBand}, func() encoding.TextUnmarshaler { return new(Direction) }, Direction(99))
	check([]word{Irregular, Daily, Weekly, Fortnightly, Monthly, Quarterly}, func() encoding.TextUnmarshaler { return new(Cadence) }, Cadence(99))
	check([]word{Team, Leader}, func() encoding.TextUnmarshaler { return new(Grain) }, Grain(99))
	check([]word{NoOp, Mean, Median, Count, RatioOfSums, ShareAtLeast}, func() encoding.TextUnmarshaler { return new(Op) }, Op(99))
	check([]word{Identity, Log1p, Sqrt}, func() encoding.TextUnmarshaler { return new(Transform) }, Transform(99))
	check([]word{UnstatedTrace, DigitalTrace, StatedAnswer, RecordedOutcome, ModelScore}, func() encoding.TextUnmarshaler { return new(TraceClass) }, TraceClass(99))
	check([]word{Unstated, Low, Medium, High}, func() encoding.TextUnmarshaler { return new(Level) }, Level(99))
	check([]word{AutoDates, ISODates, MonthDayYear, DayMonthYear}, func() encoding.TextUnmarshaler { return new(DateLayout) }, DateLayout(99))
	check([]word{Missing, OK, Suppressed, Excluded}, func() encoding.TextUnmarshaler { return new(Status) }, Status(99))
	check([]word{Undecided, Confirmed, Rejected, Explained}, func() encoding.TextUnmarshaler { return new(StewardVerdict) }, StewardVerdict(99))
	check([]word{Pseudonymised, Aggregated}, func() encoding.TextUnmarshaler { return new(ReleaseLevel) }, ReleaseLevel(99))
}

// GOV-012: who agreed twice and withdraws one has withdrawn; agreeing again after
// that holds. The order of the list does not matter.
func TestWithdrawingHoldsForEveryConsent(t *testing.T) {
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	who := person(t, "L")
	once := Consent{Participant: who, Signal: "x", Purpose: "coaching", Granted: at}
	twice, again, other := once, once, once
	twice.Granted, twice.Withdrawn = at.AddDate(0, 1, 0), at.AddDate(0, 2, 0)
	again.Granted = at.AddDate(0, 3, 0)
	other.Signal = "y"
	for _, list := range []ConsentList{{once, twice, other}, {twice, other, once}} {
		require.True(t, list.Holds(who, "x", "coaching", at.AddDate(0, 2, -1)))
		require.False(t, list.Holds(who, "x", "coaching", at.AddDate(0, 2, 0)))
		require.True(t, list.Holds(who, "y", "coaching", at.AddDate(0, 2, 0)), "another signal")
		require.False(t, append(list, again).Holds(who, "x", "coaching", at.AddDate(0, 3, -1)))
		require.True(t, append(list, again).Holds(who, "x", "coaching", at.AddDate(0, 3, 0)))
	}
}

// The zero value of every type is the safe answer.
func TestZeroValuesAreSafe(t *testing.T) {
	require.Equal(t, Candidate, StandingRecord{}.Standing)
	require.Equal(t, Raw, Definition{}.Class)
	require.Equal(t, Context, Definition{}.Direction)
	require.Equal(t, Lagging, Definition{}.Timing)
	require.Equal(t, Missing, Cell{}.Status)
	require.Equal(t, Stale, Freshness{}.Status)
	require.Equal(t, Unmeasured, Stability{}.Verdict)
	require.False(t, Baseline{}.Sufficient)
	require.False(t, Baseline{}.Outside(1e300))
	require.False(t, Checklist{}.Passed())
	require.True(t, CoachView{}.IsZero())
	require.False(t, Consent{}.At(time.Now()))
	_, decided := (*StewardLog)(nil).Decision("")
	require.False(t, decided)
}

func TestConsentHoldsWithinItsTime(t *testing.T) {
	at := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	c := Consent{Participant: person(t, "L"), Signal: "x", Purpose: "coaching", Granted: at, Expires: at.AddDate(0, 3, 0), Withdrawn: at.AddDate(0, 1, 0)}
	for day, want := range map[time.Time]bool{at.Add(-time.Second): false, at: true, at.AddDate(0, 0, 30): true, at.AddDate(0, 1, 0): false, at.AddDate(0, 4, 0): false} {
		require.Equal(t, want, c.At(day), day.String())
		require.Equal(t, want, ConsentList{c}.Holds(person(t, "L"), "x", "coaching", day))
		require.False(t, ConsentList{c}.Holds(person(t, "L"), "y", "coaching", day))
		require.False(t, ConsentList{c}.Holds(person(t, "M"), "x", "coaching", day))
	}
	c.Withdrawn = time.Time{}
	require.False(t, c.At(c.Expires))
	require.False(t, ConsentList{{Signal: "x", Purpose: "coaching", Granted: at}}.Holds(coaching.PersonID{}, "x", "coaching", at), "nobody consents to nothing")
}

func TestWeekOf(t *testing.T) {
	for _, tt := range []struct {
		day   string
		start time.Weekday
		want  string
	}{
		{"2024-04-28", time.Sunday, "2024-04-28"},
		{"2024-04-28", time.Monday, "2024-04-22"},
		{"2024-05-04", time.Sunday, "2024-04-28"},
	} {
		w := WeekOf(coaching.MustDate(tt.day), tt.start)
		require.Equal(t, tt.want, w.String())
		require.Equal(t, 6, w.First().DaysUntil(w.Last()))
		require.Equal(t, 1, w.Add(1).Compare(w))
		text, err := w.MarshalText()
		require.NoError(t, err)
		var back Week
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, w, back)
	}
}

// Each way in which a qualitative item is no input of a pack.
func TestQualitativeItemIsRefused(t *testing.T) {
	good := QualitativeItem{ID: "pulse", Kind: Favourable, Source: "pulse", Text: "We decide quickly", Share: 0.5, N: 5}
	leader := person(t, "L")
	require.Empty(t, good.wrong(leader))
	for name, spoil := range map[string]func(*QualitativeItem){
		"id":      func(q *QualitativeItem) { q.ID = "Team Pulse" },
		"kind":    func(q *QualitativeItem) { q.Kind = 9 },
		"source":  func(q *QualitativeItem) { q.Source = "" },
		"text":    func(q *QualitativeItem) { q.Text = "" },
		"length":  func(q *QualitativeItem) { q.Text = strings.Repeat("x", maxExcerpt+1) },
		"lines":   func(q *QualitativeItem) { q.Text = "a\nb" },
		"group":   func(q *QualitativeItem) { q.N = 4 },
		"share":   func(q *QualitativeItem) { q.Share = 1.1 },
		"nobody":  func(q *QualitativeItem) { q.Kind = Excerpt },
		"a theme": func(q *QualitativeItem) { q.Kind, q.N = Theme, 0 },
	} {
		q := good
		spoil(&q)
		require.NotEmpty(t, q.wrong(leader), name)
	}
}
