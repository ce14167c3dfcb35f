package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/coachgov/coaching"
)

// Defaults of [ReviewTerms].
const (
	DefaultHistory       = 91             // days
	DefaultMinHistory    = 28             // days
	DefaultMinPeers      = 3              // people
	DefaultFalseAlarms   = 0.1            // one in ten reviews
	DefaultSessionDays   = 7              // days
	DefaultRetryWithin   = 24 * time.Hour // from the denial
	DefaultOutcomeWithin = 24 * time.Hour // from the intent
	DefaultClockSlack    = time.Minute    // two writers of one log
)

// ReviewTerms say what a review looks at, and what it takes as unusual. A
// threshold that is zero has its default.
type ReviewTerms struct {
	Window coaching.Window // the days under review; most often a calendar month
	At     time.Time       // when the review is held, after the window has begun
	Office OfficeHours     // of the people whose access is looked at

	// History is the number of days before the window with which it is compared,
	// at most 366. The entries have to reach back that far.
	History int
	// MinHistory is the least number of days, from a person's first event in the
	// log on, that say what is usual for that person.
	MinHistory int
	// MinPeers is the least number of others in the same role whose busiest says
	// what is usual for somebody without a history.
	MinPeers int
	// FalseAlarms is how many comparisons of one review may come out unusual by
	// chance, on average, when nothing has changed.
	FalseAlarms float64
	// SessionDays is how long a pack that a coach has read may wait for the
	// session in which it is used.
	SessionDays int
	// RetryWithin is how soon after a denial a permit to the same person, for the
	// same thing, is counted.
	RetryWithin time.Duration
	// OutcomeWithin is how long an intent may wait for its outcome.
	OutcomeWithin time.Duration
	// ClockSlack is how far a record's time may lie before that of the one in
	// front of it: writers of one log wait for one another after they have read
	// the clock.
	ClockSlack time.Duration
}

// OfficeHours are the hours in which people are expected to work, by the wall
// clock in one place.
type OfficeHours struct {
	Zone     *time.Location  // required
	Open     time.Duration   // since midnight, such as 8 * time.Hour
	Close    time.Duration   // since midnight, after Open; access at Close is outside
	Days     []time.Weekday  // Monday to Friday when empty
	Holidays []coaching.Date // closed whatever the weekday
}

// A MonthlyReview is what stands out in a window of the log. It is for a human,
// who decides what it means: a pattern is a question, not a verdict.
type MonthlyReview struct {
	Window  coaching.Window `json:"window"`
	Before  coaching.Window `json:"before"`  // what it is compared with
	At      time.Time       `json:"at"`      // in UTC
	Records int64           `json:"records"` // of the window
	// Totals counts the records of the window by kind, in the order of [Kind].
	Totals []KindTotal `json:"totals"`
	// Unusual holds the patterns that stand out: first those of which none is
	// expected, then from the least likely by chance on; ties by pattern, role,
	// person and signal.
	Unusual []Pattern `json:"unusual"`
	// TooLittle holds the counts of which nothing can be said: there is neither a
	// history nor enough peers. By pattern, role, person and signal.
	TooLittle []Pattern `json:"too_little"`
	// Comparisons is how many there were, and OneIn how unlikely by chance, at
	// most 1 in OneIn, each had to be to stand out.
	Comparisons int64 `json:"comparisons"`
	OneIn       int64 `json:"one_in"`
	// Findings warns when no review was held for more than a calendar month
	// (GOV-019).
	Findings coaching.Findings `json:"findings"`
}

// A KindTotal is the number of records of one kind.
type KindTotal struct {
	Kind    string `json:"kind"`
	Records int64  `json:"records"`
	Before  int64  `json:"before"` // in the days before the window
}

// A Pattern is a count of one person, or of nobody in particular, with what was
// to be expected.
type Pattern struct {
	// Pattern says what is counted:
	//
	//   - "exports" and "reveals": of datasets and of identities, by the person.
	//     The event and the permitted decision in front of it count once
	//   - "off_hours_days": days on which the person had access outside office
	//     hours: a permit, an export or a reveal
	//   - "packs_without_session": packs that a coach was permitted to read, and
	//     used in no session
	//   - "coach_and_signal": uses of one signal by one coach
	//   - "denied_then_permitted": permits soon after a denial of the same thing
	//   - "policy_swaps": by whomever, those included that were refused
	//   - "policy_swapped_back": policies replaced by the one before them within
	//     RetryWithin
	//   - "intents_without_outcome"
	//   - "clock_back": records dated before the one in front of them, or after
	//     the review, where one around them says that they can be of the window
	Pattern string            `json:"pattern"`
	Person  coaching.PersonID `json:"person,omitzero"`
	Role    coaching.Role     `json:"role,omitzero"`
	Signal  string            `json:"signal,omitempty"`
	Count   int64             `json:"count"`
	// ExpectedMost is the most that was to be expected; the least is 0.
	ExpectedMost int64 `json:"expected_most"`
	// ComparedWith says with what: "own history", "busiest peer", "none is
	// expected", or "nothing" in TooLittle.
	ComparedWith string `json:"compared_with"`
	// Compared is the count there, in Days days.
	Compared int64 `json:"compared"`
	Days     int   `json:"days"`
	// OneIn is how unlikely so many are by chance, 1 in OneIn with one digit and
	// zeros, at most a thousand million; 0 where none is expected or nothing is
	// known.
	OneIn int64 `json:"one_in,omitempty"`
	First int64 `json:"first"` // index of the first record behind the count
}

// maxTracked bounds what a review keeps: people, people with signals, packs and
// requests that are open at one time.
const maxTracked = 1 << 20

// ReviewMonth looks through a window of the log for what is unusual (GOV-019).
// The entries are in the order of the log, from the first day that the terms
// compare with (or earlier) to the present; what [ReadLines] yields. Whether they
// are the whole log is for [Verify]. It keeps counts and not the entries.
//
// The expected range of a count is an exact prediction interval: a person with x
// events in m days before has at most y in the n days of the window, where y is
// the largest number such that a negative binomial with size x+1 and probability
// m/(m+n) reaches y with a chance of more than FalseAlarms divided by the number of
// comparisons. That is the conditional test of two Poisson rates turned round
// (Przyborowski and Wilenski 1940; Nelson, IEEE Trans. Reliability R-19, 1970;
// Hahn and Meeker, Statistical Intervals, 2nd ed. 2017, section 7.6), so for
// events that come independently at a steady rate there are no more false alarms
// than the terms say. Events that come in bursts are first divided by the ratio
// of the variance to the mean of the days before, where that is more than 1
// (McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, section
// 6.2.3); the chance is then approximate.
//
// Somebody with too short a history is compared, in the same way, with the
// busiest of at least MinPeers others of the same role in the window: who does no
// more than the busiest is not unusual. Where there are too few the pattern is
// in TooLittle. A person is compared with the person's own past, so a misuse that
// was always there, or grows slowly, does not stand out: read the totals.
//
// It is an error, and there is no review, when the terms do not fit, when the
// entries end in an error, or when more than 2^20 people, signals of coaches or
// open matters would have to be kept.
func ReviewMonth(entries iter.Seq2[Entry, error], terms ReviewTerms) (*MonthlyReview, error) {
	terms, err := terms.filled()
	if err != nil {
		return nil, err
	}
	if entries == nil {
		return nil, errors.New("audit: review: there is no log")
	}
	s := newSurvey(terms)
	for entry, err := range entries {
		if err != nil {
			return nil, fmt.Errorf("audit: review: %w", err)
		}
		if entry.event.body == nil {
			return nil, errors.New("audit: review: an entry is empty")
		}
		s.look(entry)
		if s.tracked() > maxTracked {
			return nil, fmt.Errorf("audit: review: more than %d people and open matters to keep", maxTracked)
		}
	}
	return s.review(), nil
}

// filled returns the terms with their defaults, or what does not fit.
func (t ReviewTerms) filled() (ReviewTerms, error) {
	orInt := func(v *int, standard int) {
		if *v == 0 {
			*v = standard
		}
	}
	orInt(&t.History, DefaultHistory)
	orInt(&t.MinHistory, DefaultMinHistory)
	orInt(&t.MinPeers, DefaultMinPeers)
	orInt(&t.SessionDays, DefaultSessionDays)
	orSpan := func(v *time.Duration, standard time.Duration) {
		if *v == 0 {
			*v = standard
		}
	}
	orSpan(&t.RetryWithin, DefaultRetryWithin)
	orSpan(&t.OutcomeWithin, DefaultOutcomeWithin)
	orSpan(&t.ClockSlack, DefaultClockSlack)
	if t.FalseAlarms == 0 {
		t.FalseAlarms = DefaultFalseAlarms
	}
	if len(t.Office.Days) == 0 {
		t.Office.Days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	}
	const most = 366
	fail := func(format string, args ...any) (ReviewTerms, error) {
		return ReviewTerms{}, fmt.Errorf("audit: review: "+format, args...)
	}
	switch {
	case t.Window.Days() == 0 || t.Window.Days() > most:
		return fail("a window of %d days, want 1 to %d", t.Window.Days(), most)
	case t.Office.Zone == nil:
		return fail("office hours need a time zone")
	case t.Office.Open < 0 || t.Office.Close > 24*time.Hour || t.Office.Open >= t.Office.Close:
		return fail("office hours from %s to %s, want an opening before a closing in one day", t.Office.Open, t.Office.Close)
	case t.At.IsZero() || coaching.DateOf(t.At.In(t.Office.Zone)).Before(t.Window.From):
		return fail("held before its window begins")
	case t.History < 1 || t.History > most || t.Window.From.AddDays(-t.History).IsZero():
		return fail("a history of %d days, want 1 to %d", t.History, most)
	case t.MinHistory < 1 || t.MinHistory > t.History:
		return fail("a least history of %d days, want 1 to %d", t.MinHistory, t.History)
	case t.MinPeers < 2:
		return fail("%d peers at least, want 2 or more", t.MinPeers)
	case !(t.FalseAlarms > 0 && t.FalseAlarms <= 10):
		return fail("false alarms per review, want more than 0 and at most 10")
	case t.SessionDays < 1 || t.SessionDays > most:
		return fail("%d days to a session, want 1 to %d", t.SessionDays, most)
	case t.RetryWithin < 0 || t.OutcomeWithin < 0 || t.ClockSlack < 0:
		return fail("a time limit is negative")
	}
	return t, nil
}

// open reports whether t lies in office hours.
func (o OfficeHours) open(t time.Time) bool {
	t = t.In(o.Zone)
	day := coaching.DateOf(t)
	if slices.Contains(o.Holidays, day) || !slices.Contains(o.Days, t.Weekday()) {
		return false
	}
	// By the wall clock, whatever the length of the day.
	h, m, s := t.Clock()
	since := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	return o.Open <= since && since < o.Close
}

// Record returns the body of the event that records that this review was held,
// for [NewEvent] with the reviewer and the time; its Findings counts the unusual
// patterns, and its Digest is of the review as JSON. The next review is due a
// calendar month after that event.
func (r *MonthlyReview) Record() (Review, error) {
	if r == nil || r.Window.Days() == 0 {
		return Review{}, errors.New("audit: there is no review to record")
	}
	text, err := json.Marshal(r)
	if err != nil {
		return Review{}, fmt.Errorf("audit: review: %w", err)
	}
	id := fmt.Sprintf("D%s_%s", r.Window.From, r.Window.To)
	if r.Window.From.Day() == 1 && r.Window.To == r.Window.From.AddMonths(1).AddDays(-1) {
		id = fmt.Sprintf("M%04d-%02d", r.Window.From.Year(), r.Window.From.Month())
	}
	return Review{Scope: OfLog, ID: id, Findings: int64(len(r.Unusual)), Digest: DigestOf(text)}, nil
}
