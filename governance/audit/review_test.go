package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// A diary is a log of events without its tree.
type diary struct {
	t       testing.TB
	people  *coaching.Pseudonymizer
	known   map[string]coaching.PersonID
	entries []Entry
}

func newDiary(t testing.TB) *diary {
	p, err := coaching.NewPseudonymizer([]byte(strings.Repeat("k", 32)), coaching.Domain{Programme: "test", Purpose: "review"})
	require.NoError(t, err)
	return &diary{t: t, people: p, known: map[string]coaching.PersonID{}}
}

func (d *diary) who(name string, role coaching.Role) Actor {
	id, ok := d.known[name]
	if !ok {
		var err error
		id, err = d.people.Person(name)
		require.NoError(d.t, err)
		d.known[name] = id
	}
	return Actor{id, role}
}

// put adds an event; an intent when its body is a permit.
func (d *diary) put(at time.Time, by Actor, body Body) int64 {
	make := NewEvent
	if b, ok := body.(Decision); ok && b.Answer == Permitted {
		make = NewIntent
	}
	e, err := make(at, by, body)
	require.NoError(d.t, err)
	d.entries = append(d.entries, Entry{index: int64(len(d.entries)), event: e})
	return int64(len(d.entries) - 1)
}

// done adds a permit and its outcome.
func (d *diary) done(at time.Time, by Actor, action, resource, id string) {
	i := d.put(at, by, Decision{Action: action, Purpose: "coaching", ResourceType: resource, ResourceID: id, Answer: Permitted})
	d.put(at, by, Outcome{Intent: i, Result: Completed})
}

func (d *diary) export(at time.Time, by Actor) {
	d.put(at, by, Export{Dataset: "trends", Class: "aggregate", Format: "csv", Rows: 1, Digest: DigestOf([]byte("x"))})
}

func (d *diary) use(at time.Time, by Actor, pack, signal string) {
	d.put(at, by, PackUse{Pack: pack, Signal: signal, Session: "S-1", Leader: d.who("leader", coaching.Participant).ID})
}

func (d *diary) all() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range d.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// sort puts the events in the order of their times, and numbers them anew with
// the outcomes behind their intents.
func (d *diary) sort() {
	slices.SortStableFunc(d.entries, func(a, b Entry) int { return a.event.at.Compare(b.event.at) })
	at := map[int64]int64{}
	for i := range d.entries {
		at[d.entries[i].index] = int64(i)
		d.entries[i].index = int64(i)
	}
	for i := range d.entries {
		if o, ok := d.entries[i].event.body.(Outcome); ok {
			o.Intent = at[o.Intent]
			d.entries[i].event.body = o
		}
	}
}

var (
	june   = coaching.Window{From: coaching.MustDate("2027-06-01"), To: coaching.MustDate("2027-06-30")}
	zurich = time.FixedZone("CEST", 2*60*60)
)

func terms() ReviewTerms {
	return ReviewTerms{
		Window: june, At: time.Date(2027, 7, 9, 10, 0, 0, 0, time.UTC),
		Office: OfficeHours{Zone: zurich, Open: 8 * time.Hour, Close: 18 * time.Hour},
	}
}

func day(text string) time.Time { return coaching.MustDate(text).At(10, 0, zurich) }

func review(t testing.TB, d *diary, terms ReviewTerms) *MonthlyReview {
	t.Helper()
	r, err := ReviewMonth(d.all(), terms)
	require.NoError(t, err)
	return r
}

// calm writes four months of a programme: coaches who read packs and use them in
// sessions, an administrator who exports, denials, consents, a review a month.
// Each person does each thing at a steady rate of its own; exports come in
// batches of up to so many.
func calm(t testing.TB, dice *rand.Rand, batch int) *diary {
	d := newDiary(t)
	first := coaching.MustDate("2027-03-01")
	signals := []string{"meeting_hygiene", "review_turnaround", "team_pulse", "focus_time", "unblock_time"}
	coaches := 6 + dice.IntN(6)
	type habits struct {
		by             Actor
		packs, exports float64 // a day
		offHours       float64 // share of access
		signals        []string
	}
	var people []habits
	for i := range coaches {
		dice.Shuffle(len(signals), func(i, j int) { signals[i], signals[j] = signals[j], signals[i] })
		people = append(people, habits{d.who(fmt.Sprint("coach ", i), coaching.Coach), 0.3 + dice.Float64(), 0, dice.Float64() * 0.2, slices.Clone(signals[:2+dice.IntN(3)])})
	}
	for i := range 3 {
		people = append(people, habits{d.who(fmt.Sprint("admin ", i), coaching.ProgramAdmin), 0, 0.3 + dice.Float64(), dice.Float64() * 0.2, nil})
	}
	hour := func(h habits, on coaching.Date) time.Time {
		at := on.At(9, 0, zurich)
		if wd := on.Weekday(); dice.Float64() < h.offHours || wd == time.Saturday || wd == time.Sunday {
			at = on.At(20, 0, zurich)
		}
		return at.Add(time.Duration(dice.IntN(8*3600)%(3*3600)) * time.Second)
	}
	for n := range first.DaysUntil(june.To.AddDays(9)) {
		on := first.AddDays(n)
		for p, h := range people {
			for c := range poisson(dice, h.packs) {
				pack, at := fmt.Sprintf("pack-%d-%d-%d", p, n, c), hour(h, on)
				if dice.Float64() < 0.05 {
					d.put(at.Add(-time.Minute), h.by, Decision{Action: "view", Purpose: "coaching", ResourceType: "pack", ResourceID: pack, Answer: Denied})
				}
				d.done(at, h.by, "view", "pack", pack)
				if dice.Float64() < 0.9 {
					d.use(at.Add(25*time.Hour), h.by, pack, h.signals[dice.IntN(len(h.signals))])
				}
			}
			for range poisson(dice, h.exports) * (1 + dice.IntN(batch)) {
				at := hour(h, on)
				d.done(at, h.by, "export", "dataset", "trends")
				d.export(at, h.by)
			}
		}
		if on.Day() == 3 {
			d.put(on.At(11, 0, zurich), d.who("legal", coaching.LegalPrivacy), Review{Scope: OfLog, ID: "M", Digest: DigestOf([]byte("r"))})
		}
	}
	d.sort()
	return d
}

func poisson(dice *rand.Rand, mean float64) (n int) {
	for p := dice.Float64(); p > math.Exp(-mean); p *= dice.Float64() {
		n++
	}
	return n
}

// A calm log stays calm: no more false alarms than the terms ask for. The
// comparisons are conservative, so there are fewer. Events in batches are allowed
// for, not exactly.
func TestReviewOfACalmLogIsCalm(t *testing.T) {
	for _, batch := range []int{1, 10} {
		dice := rand.New(rand.NewPCG(20, 27))
		reviews := 100
		if testing.Short() {
			reviews = 20
		}
		alarms, by := 0, map[string]int{}
		for range reviews {
			r := review(t, calm(t, dice, batch), terms())
			alarms += len(r.Unusual)
			for _, p := range r.Unusual {
				by[p.Pattern]++
			}
			require.Empty(t, r.TooLittle)
			require.Empty(t, r.Findings)
		}
		t.Logf("batches of up to %d: %d false alarms in %d reviews: %v", batch, alarms, reviews, by)
		mean := DefaultFalseAlarms * float64(reviews)
		require.LessOrEqual(t, float64(alarms), mean+3*math.Sqrt(mean))
	}
}

// What is planted into a calm log is found, with its count, and nothing else is.
func TestReviewFindsWhatIsPlanted(t *testing.T) {
	coach := func(d *diary) Actor { return d.who("coach 0", coaching.Coach) }
	admin := func(d *diary) Actor { return d.who("admin 0", coaching.ProgramAdmin) }
	tests := []struct {
		pattern string
		plant   func(d *diary)
		want    Pattern // without what depends on the calm part
	}{
		{"exports", func(d *diary) {
			for i := range 200 {
				d.export(day("2027-06-14").Add(time.Duration(i)*time.Second), admin(d))
			}
		}, Pattern{Role: coaching.ProgramAdmin, Count: 200, ComparedWith: "own history"}},
		{"reveals", func(d *diary) {
			for i := range 12 {
				d.put(day("2027-06-14").AddDate(0, 0, i%5), admin(d), IdentityReveal{Request: fmt.Sprint("R", i), Person: coach(d).ID})
			}
		}, Pattern{Role: coaching.ProgramAdmin, Count: 12, ComparedWith: "own history"}},
		{"off_hours_days", func(d *diary) {
			for i := range 30 {
				d.done(june.From.AddDays(i).At(3, 0, zurich), coach(d), "view", "report", "R")
			}
		}, Pattern{Role: coaching.Coach, Count: 30, ComparedWith: "own history"}},
		{"packs_without_session", func(d *diary) {
			for i := range 30 {
				d.done(june.From.AddDays(i%20).At(12, 0, zurich), coach(d), "use", "pack", fmt.Sprint("P", i))
			}
		}, Pattern{Role: coaching.Coach, Count: 30, ComparedWith: "own history"}},
		{"coach_and_signal", func(d *diary) {
			for i := range 60 {
				d.use(june.From.AddDays(i%25).At(15, 0, zurich), coach(d), "P", "attrition_risk")
			}
		}, Pattern{Role: coaching.Coach, Signal: "attrition_risk", Count: 60, ComparedWith: "busiest peer"}},
		{"denied_then_permitted", func(d *diary) {
			for i := range 15 {
				at := june.From.AddDays(i).At(12, 0, zurich)
				d.put(at, admin(d), Decision{Action: "view", Purpose: "evaluation", ResourceType: "trend", ResourceID: "T", Answer: Denied})
				i := d.put(at.Add(time.Minute), admin(d), Decision{Action: "view", Purpose: "evaluation", ResourceType: "trend", ResourceID: "T", Answer: Permitted})
				d.put(at.Add(time.Minute), admin(d), Outcome{Intent: i, Result: Completed})
			}
		}, Pattern{Role: coaching.ProgramAdmin, Count: 15, ComparedWith: "own history"}},
		{"policy_swaps", func(d *diary) {
			from := DigestOf([]byte("0"))
			for i := range 10 {
				to := DigestOf(fmt.Append(nil, i+1))
				d.put(day("2027-06-14").Add(time.Duration(i)*time.Hour), admin(d), PolicySwap{From: from, To: to})
				from = to
			}
		}, Pattern{Count: 10, ComparedWith: "own history"}},
		{"policy_swapped_back", func(d *diary) {
			a, b := DigestOf([]byte("a")), DigestOf([]byte("b"))
			d.put(day("2027-06-14"), admin(d), PolicySwap{From: a, To: b})
			d.put(day("2027-06-14").Add(time.Hour), admin(d), PolicySwap{From: b, To: a})
		}, Pattern{Count: 1, ComparedWith: "none is expected"}},
		{"intents_without_outcome", func(d *diary) {
			d.put(day("2027-06-29"), admin(d), Decision{Action: "view", Purpose: "evaluation", ResourceType: "trend", Answer: Permitted})
		}, Pattern{Count: 1, ComparedWith: "none is expected"}},
	}
	dice := rand.New(rand.NewPCG(3, 4))
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			d := calm(t, dice, 1)
			for len(review(t, d, terms()).Unusual) > 0 { // a false alarm
				d = calm(t, dice, 1)
			}
			// What the calm part adds to the count is nothing.
			d.entries = slices.DeleteFunc(d.entries, func(e Entry) bool {
				return (e.event.by == admin(d) || e.event.by == coach(d)) && june.Contains(coaching.DateOf(e.event.at.In(zurich)))
			})
			d.sort()
			tt.plant(d)
			d.sort()
			r := review(t, d, terms())
			require.NotEmpty(t, r.Unusual)
			var found []string
			for _, p := range r.Unusual {
				found = append(found, p.Pattern)
			}
			require.Contains(t, found, tt.pattern)
			i := slices.Index(found, tt.pattern)
			got := r.Unusual[i]
			require.Greater(t, got.Count, got.ExpectedMost)
			require.Equal(t, tt.want, Pattern{Role: got.Role, Signal: got.Signal, Count: got.Count, ComparedWith: got.ComparedWith})
			require.False(t, coaching.DateOf(d.entries[got.First].event.at.In(zurich)).Before(june.From))
			require.Len(t, found, 1, "nothing else: %s", r.Text())
		})
	}
}

// A clock that goes back, or stands ahead of the review, is seen where the log
// is, whatever day it tells.
func TestReviewSeesTheClock(t *testing.T) {
	d, by := newDiary(t), Actor{Role: coaching.System}
	for _, at := range []time.Time{
		day("2027-05-03"), day("2027-05-04"), day("2027-06-01"),
		day("2027-06-01").Add(-30 * time.Second), // writers who wait for one another
		day("2027-06-01").Add(-2 * time.Minute),
		day("1970-01-01"), day("2099-01-01"), day("2027-06-02"), day("2027-06-01"),
	} {
		d.put(at, by, Purge{Class: "raw", Through: june.From})
	}
	r := review(t, d, terms())
	require.Equal(t, []Pattern{{Pattern: "clock_back", Count: 4, ComparedWith: "none is expected", First: 4}}, r.Unusual)
}

// A record whose date lies in no month is in the review of each month in which it can
// have been made: between the records around it.
func TestReviewSeesWhatLiesInNoMonth(t *testing.T) {
	by, far := Actor{Role: coaching.System}, day("2999-01-01")
	for name, tt := range map[string]struct {
		dates []time.Time
		want  int64
	}{
		"the first record":        {[]time.Time{far, day("2027-06-02")}, 1},
		"the only record":         {[]time.Time{far}, 1},
		"after a month of rest":   {[]time.Time{day("2027-05-03"), far, day("2027-06-02")}, 1},
		"after a year of rest":    {[]time.Time{day("2026-02-03"), far, far, day("2027-06-02")}, 2},
		"before the month":        {[]time.Time{day("2027-05-03"), far, day("2027-05-04"), day("2027-06-02")}, 0},
		"at the end of the log":   {[]time.Time{day("2027-06-02"), far}, 1},
		"after the month":         {[]time.Time{day("2027-06-02"), day("2027-07-01").Add(time.Hour), far}, 0},
		"over the end of a month": {[]time.Time{day("2027-06-02"), far, day("2027-07-01").Add(time.Hour)}, 1},
		"from long ago":           {[]time.Time{day("2027-06-02"), day("1970-01-01"), day("2027-06-03")}, 1},
	} {
		d := newDiary(t)
		for _, at := range tt.dates {
			d.put(at, by, Purge{Class: "raw", Through: june.From})
		}
		got := int64(0)
		for _, p := range review(t, d, terms()).Unusual {
			require.Equal(t, "clock_back", p.Pattern)
			got = p.Count
		}
		require.Equal(t, tt.want, got, name)
	}
	// A correction is counted where its date is, and ends the confusion.
	d := newDiary(t)
	d.put(day("2027-06-02"), by, Purge{Class: "raw", Through: june.From})
	d.put(day("2027-06-20"), by, Purge{Class: "raw", Through: june.From}) // before the review, and wrong
	d.put(day("2027-06-03"), by, Purge{Class: "raw", Through: june.From})
	d.put(day("2027-06-03"), Actor{d.who("admin", coaching.ProgramAdmin).ID, coaching.ProgramAdmin}, ClockCorrection{Latest: day("2027-06-20")})
	d.put(day("2027-06-04"), by, Purge{Class: "raw", Through: june.From})
	require.Equal(t, []Pattern{{Pattern: "clock_back", Count: 2, ComparedWith: "none is expected", First: 2}}, review(t, d, terms()).Unusual)
	// One that moves what follows into a month whose review is over is counted where the
	// log was, so that nobody hides exports behind it.
	d = newDiary(t)
	admin := Actor{d.who("admin", coaching.ProgramAdmin).ID, coaching.ProgramAdmin}
	d.put(day("2027-06-02"), by, Purge{Class: "raw", Through: june.From})
	d.put(day("2027-02-03"), admin, ClockCorrection{Latest: day("2027-06-02")})
	for range 5 {
		d.export(day("2027-02-04"), admin)
	}
	require.Equal(t, []Pattern{{Pattern: "clock_back", Count: 1, ComparedWith: "none is expected", First: 1}}, review(t, d, terms()).Unusual)
}

// GOV-019: more than a calendar month without a review is a finding, whoever
// else reviewed something else.
func TestReviewIsOverdue(t *testing.T) {
	legal, system := coaching.LegalPrivacy, coaching.System
	tests := []struct {
		name  string
		on    string
		role  coaching.Role
		scope Scope
		at    string
		want  string
	}{
		{"on the day", "2027-05-31", legal, OfLog, "2027-06-30", ""},
		{"the day after", "2027-05-31", legal, OfLog, "2027-07-01", "GOV-019 warning: the log was last reviewed on 2027-05-31; a review was due on 2027-06-30"},
		{"another scope", "2027-06-20", legal, OfCareer, "2027-07-01", "GOV-019 warning: nobody has reviewed the log; it begins on 2027-05-01; a review was due on 2027-06-01"},
		{"software", "2027-06-20", system, OfLog, "2027-07-01", "GOV-019 warning: nobody has reviewed the log; it begins on 2027-05-01; a review was due on 2027-06-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDiary(t)
			d.put(day("2027-05-01"), Actor{Role: system}, Purge{Class: "raw", Through: june.From})
			d.put(day("2099-01-01"), d.who("legal", legal), Review{Scope: OfLog, ID: "M", Digest: DigestOf([]byte("r"))}) // held by nobody yet
			d.put(day(tt.on), d.who("legal", tt.role), Review{Scope: tt.scope, ID: "M", Digest: DigestOf([]byte("r"))})
			at := terms()
			at.At = day(tt.at)
			r := review(t, d, at)
			if tt.want == "" {
				require.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 1)
			require.Equal(t, tt.want, r.Findings[0].String())
			require.Equal(t, coaching.Warning, r.Findings[0].Severity)
		})
	}
	r := review(t, newDiary(t), terms())
	require.Empty(t, r.Findings, "an empty log")
}

// Without a history or enough peers there is nothing to say, and it is said.
func TestReviewSaysWhenThereIsTooLittle(t *testing.T) {
	for peers := range 5 {
		d := newDiary(t)
		for i := range 40 {
			d.export(day("2027-06-10").Add(time.Duration(i)*time.Minute), d.who("new", coaching.ProgramAdmin))
		}
		for i := range peers {
			d.export(day("2027-06-11"), d.who(fmt.Sprint("peer ", i), coaching.ProgramAdmin))
		}
		r := review(t, d, terms())
		if peers < DefaultMinPeers {
			require.Empty(t, r.Unusual)
			require.Len(t, r.TooLittle, peers+1)
			require.Equal(t, "nothing", r.TooLittle[0].ComparedWith)
			continue
		}
		require.Len(t, r.Unusual, 1)
		require.Equal(t, "busiest peer", r.Unusual[0].ComparedWith)
		require.EqualValues(t, 40, r.Unusual[0].Count)
		require.EqualValues(t, 1, r.Unusual[0].Compared)
		require.Equal(t, 30, r.Unusual[0].Days)
	}
}

// The end of a stretch: a pack may wait for its session to the last day, a permit
// follows a denial to the last moment, an intent may wait, a swap may be undone.
func TestReviewLimits(t *testing.T) {
	one := func(put func(d *diary, by Actor)) map[string]int64 {
		d := newDiary(t)
		by := d.who("coach", coaching.Coach)
		put(d, by)
		r := review(t, d, terms())
		found := map[string]int64{}
		for _, p := range append(r.Unusual, r.TooLittle...) {
			found[p.Pattern] = p.Count
		}
		return found
	}
	at := day("2027-06-10")
	for days, want := range map[int]int64{0: 0, 7: 0, 8: 1} {
		require.Equal(t, want, one(func(d *diary, by Actor) {
			d.done(at, by, "view", "pack", "P")
			d.use(at.AddDate(0, 0, days), by, "P", "s")
		})["packs_without_session"], days)
		require.Equal(t, want, one(func(d *diary, by Actor) {
			d.use(at, by, "P", "s")
			d.done(at.AddDate(0, 0, days), by, "view", "pack", "P")
		})["packs_without_session"], "after the session, %d", days)
	}
	require.Zero(t, one(func(d *diary, by Actor) {
		d.done(day("2027-07-03"), by, "view", "pack", "P")
	})["packs_without_session"], "after the window")
	for wait, want := range map[time.Duration]int64{0: 1, 24 * time.Hour: 1, 24*time.Hour + 1: 0} {
		require.Equal(t, want, one(func(d *diary, by Actor) {
			b := Decision{Action: "view", Purpose: "coaching", ResourceType: "trend", ResourceID: "T"}
			d.put(at, by, b)
			b.Answer = Permitted
			d.put(at.Add(wait), by, b)
		})["denied_then_permitted"], wait)
		require.Equal(t, want, one(func(d *diary, by Actor) {
			a, b := DigestOf([]byte("a")), DigestOf([]byte("b"))
			d.put(at, by, PolicySwap{From: a, To: b})
			d.put(at.Add(wait), by, PolicySwap{From: b, To: a})
		})["policy_swapped_back"], wait)
	}
	// A change that was refused, in between, does not hide it, and is none itself.
	a, b, c := DigestOf([]byte("a")), DigestOf([]byte("b")), DigestOf([]byte("c"))
	require.EqualValues(t, 1, one(func(d *diary, by Actor) {
		d.put(at, by, PolicySwap{From: a, To: b})
		d.put(at, by, PolicyRefusal{From: b, To: c, Cause: "POL-TEST"})
		d.put(at.Add(time.Hour), by, PolicySwap{From: b, To: a})
	})["policy_swapped_back"])
	require.Zero(t, one(func(d *diary, by Actor) {
		d.put(at, by, PolicySwap{From: a, To: b})
		d.put(at, by, PolicyRefusal{From: b, To: a, Cause: "POL-TEST"})
	})["policy_swapped_back"])
	// Nor is one whose record is durable although it was refused.
	require.Zero(t, one(func(d *diary, by Actor) {
		d.put(at, by, PolicySwap{From: a, To: b})
		d.put(at, by, PolicyRefusal{From: a, To: b, Cause: "POL-RECORD"})
		d.put(at, by, PolicySwap{From: b, To: a})
	})["policy_swapped_back"])
	require.EqualValues(t, 1, one(func(d *diary, by Actor) {
		d.put(at, by, PolicySwap{From: a, To: b})
		d.put(at, by, PolicySwap{From: b, To: c})
		d.put(at, by, PolicyRefusal{From: b, To: c, Cause: "POL-RECORD"})
		d.put(at, by, PolicySwap{From: b, To: a})
	})["policy_swapped_back"])
	end := terms().At
	for wait, want := range map[time.Duration]int64{24 * time.Hour: 0, 24*time.Hour + 1: 0} {
		require.Equal(t, want, one(func(d *diary, by Actor) {
			d.put(end.Add(-wait), by, Decision{Action: "view", Purpose: "coaching", ResourceType: "trend", Answer: Permitted})
		})["intents_without_outcome"], "after the window")
	}
	early := terms()
	early.At = june.To.At(12, 0, zurich)
	for wait, want := range map[time.Duration]int{24 * time.Hour: 0, 24*time.Hour + 1: 1} {
		d := newDiary(t)
		d.put(early.At.Add(-wait), d.who("a", coaching.Coach), Decision{Action: "view", Purpose: "coaching", ResourceType: "trend", Answer: Permitted})
		require.Len(t, review(t, d, early).Unusual, want)
	}
}

// What counts as what: once where a decision and an event record one act, and
// nothing where nobody got anything.
func TestReviewCounts(t *testing.T) {
	permit := func(action, resource string) Body {
		return Decision{Action: action, Purpose: "coaching", ResourceType: resource, ResourceID: "R", Answer: Permitted}
	}
	referred := Decision{Action: "export", Purpose: "coaching", ResourceType: "pack", ResourceID: "R", Answer: Referred}
	export := Export{Dataset: "d", Class: "aggregate", Format: "csv", Digest: DigestOf([]byte("x"))}
	reveal := IdentityReveal{Request: "R"}
	night := june.From.AddDays(9).At(3, 0, zurich)
	tests := []struct {
		name   string
		role   coaching.Role
		bodies []Body
		want   map[string]int64
	}{
		{"an export", coaching.ProgramAdmin, []Body{export}, map[string]int64{"exports": 1, "off_hours_days": 1}},
		{"two exports", coaching.ProgramAdmin, []Body{export, export}, map[string]int64{"exports": 2, "off_hours_days": 1}},
		{"a decision alone", coaching.ProgramAdmin, []Body{permit("export", "pack")}, map[string]int64{"exports": 1, "off_hours_days": 1}},
		{"both", coaching.ProgramAdmin, []Body{permit("export", "pack"), export}, map[string]int64{"exports": 1, "off_hours_days": 1}},
		{"a referred one", coaching.ProgramAdmin, []Body{referred}, map[string]int64{}},
		{"a reveal", coaching.LegalPrivacy, []Body{reveal}, map[string]int64{"reveals": 1, "off_hours_days": 1}},
		{"a reveal decided", coaching.LegalPrivacy, []Body{permit("reidentify", "identity"), reveal}, map[string]int64{"reveals": 1, "off_hours_days": 1}},
		{"a reveal decided alone", coaching.LegalPrivacy, []Body{permit("reidentify", "identity")}, map[string]int64{"reveals": 1, "off_hours_days": 1}},
		{"software", coaching.System, []Body{export}, map[string]int64{"exports": 1}},
		{"a coach's pack", coaching.Coach, []Body{permit("view", "pack")}, map[string]int64{"packs_without_session": 1, "off_hours_days": 1}},
		{"a steward's pack", coaching.Steward, []Body{permit("view", "pack")}, map[string]int64{"off_hours_days": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDiary(t)
			by := d.who("somebody", tt.role)
			for _, body := range tt.bodies {
				if r, ok := body.(IdentityReveal); ok {
					r.Person = d.who("leader", coaching.Participant).ID
					body = r
				}
				at := d.put(night, by, body)
				if d.entries[at].event.phase == Intent {
					d.put(night, by, Outcome{Intent: at, Result: Completed})
				}
			}
			got := map[string]int64{}
			for _, p := range review(t, d, terms()).TooLittle {
				got[p.Pattern] = p.Count
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// The days of the comparison are those that there were: of a history no more than
// the terms ask for, of a window no more than have passed.
func TestReviewDays(t *testing.T) {
	d := newDiary(t)
	d.export(day("2026-01-04"), d.who("old", coaching.ProgramAdmin))
	for i := range 60 {
		at := day("2027-06-10").Add(time.Duration(i) * time.Minute)
		d.export(at, d.who("old", coaching.ProgramAdmin))
		d.export(at, d.who("new", coaching.ProgramAdmin))
	}
	for i := range 3 {
		d.export(day("2027-06-10").Add(time.Hour), d.who(fmt.Sprint("peer ", i), coaching.HRReviewer))
	}
	for i := range 60 {
		d.export(day("2027-06-11").Add(time.Duration(i)*time.Minute), d.who("late", coaching.HRReviewer))
	}
	early := terms()
	early.At = day("2027-06-12")
	days := map[Actor]int{}
	for _, p := range review(t, d, early).Unusual {
		days[Actor{p.Person, p.Role}] = p.Days
	}
	require.Equal(t, map[Actor]int{d.who("old", coaching.ProgramAdmin): 91, d.who("late", coaching.HRReviewer): 12}, days)
	// A retry after more than the terms allow is none, on the same day as well.
	short := terms()
	short.RetryWithin = time.Hour
	for wait, want := range map[time.Duration]int{time.Hour: 1, time.Hour + 1: 0} {
		d := newDiary(t)
		by := d.who("admin", coaching.ProgramAdmin)
		b := Decision{Action: "view", Purpose: "coaching", ResourceType: "trend", ResourceID: "T"}
		d.put(day("2027-06-10"), by, b)
		b.Answer = Permitted
		i := d.put(day("2027-06-10").Add(wait), by, b)
		d.put(day("2027-06-10").Add(wait), by, Outcome{Intent: i, Result: Completed})
		require.Len(t, review(t, d, short).TooLittle, want)
	}
}

func TestOfficeHours(t *testing.T) {
	o := OfficeHours{
		Zone: zurich, Open: 8 * time.Hour, Close: 18 * time.Hour,
		Days: []time.Weekday{time.Monday}, Holidays: []coaching.Date{coaching.MustDate("2027-06-14")},
	}
	for at, want := range map[string]bool{
		"2027-06-07T08:00:00+02:00": true, "2027-06-07T07:59:59+02:00": false, "2027-06-07T17:59:59+02:00": true,
		"2027-06-07T18:00:00+02:00": false, "2027-06-07T06:00:00Z": true, "2027-06-08T10:00:00+02:00": false,
		"2027-06-14T10:00:00+02:00": false,
	} {
		instant, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		require.Equal(t, want, o.open(instant), at)
	}
}

// The same entries give the same bytes, and the record of the review names them.
func TestReviewIsDeterministic(t *testing.T) {
	d := calm(t, rand.New(rand.NewPCG(1, 2)), 1)
	for _, e := range slices.Clone(d.entries) { // new people with a lot of everything
		if _, ok := e.event.body.(Export); ok && june.Contains(coaching.DateOf(e.event.at)) {
			for i := range 3 {
				d.export(e.event.at, d.who(fmt.Sprint("new ", i), coaching.PrivacyOfficer))
			}
		}
	}
	d.sort()
	want := review(t, d, terms())
	require.NotEmpty(t, want.TooLittle)
	text, err := json.Marshal(want)
	require.NoError(t, err)
	record, err := want.Record()
	require.NoError(t, err)
	require.Equal(t, Review{Scope: OfLog, ID: "M2027-06", Findings: int64(len(want.Unusual)), Digest: DigestOf(text)}, record)
	_, err = NewEvent(terms().At, d.who("legal", coaching.LegalPrivacy), record)
	require.NoError(t, err)
	for range 10 {
		r := review(t, d, terms())
		again, err := json.Marshal(r)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		require.Equal(t, want.Text(), r.Text())
	}
}

// What is kept grows with the people, not with what they do.
func TestReviewKeepsCountsOnly(t *testing.T) {
	kept := map[int]int{}
	for _, n := range []int{100, 10_000} {
		d := newDiary(t)
		for i := range n {
			at := day("2027-06-01").Add(time.Duration(i) * (29 * 24 * time.Hour / time.Duration(n)))
			by := d.who(fmt.Sprint("coach ", i%10), coaching.Coach)
			d.done(at, by, "export", "dataset", "D")
			if n := int64(i) * 30 / int64(n); n < 10 { // a third of the month
				d.done(at, by, "view", "pack", fmt.Sprint("P", i))
				d.put(at, by, Decision{Action: "view", Purpose: "coaching", ResourceType: "trend", ResourceID: fmt.Sprint("T", i)})
			}
		}
		s := newSurvey(must(terms().filled()))
		for _, e := range d.entries {
			s.look(e)
		}
		kept[n] = s.tracked()
	}
	require.Equal(t, kept[100], kept[10_000])
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestReviewTermsThatDoNotFit(t *testing.T) {
	faults := map[string]func(*ReviewTerms){
		"a window of 0 days":       func(x *ReviewTerms) { x.Window = coaching.Window{} },
		"a window of 367 days":     func(x *ReviewTerms) { x.Window.From = x.Window.To.AddDays(-366) },
		"need a time zone":         func(x *ReviewTerms) { x.Office.Zone = nil },
		"opening before":           func(x *ReviewTerms) { x.Office.Close = x.Office.Open },
		"before its window":        func(x *ReviewTerms) { x.At = day("2027-05-31") },
		"a history of 367":         func(x *ReviewTerms) { x.History = 367 },
		"a history of -1":          func(x *ReviewTerms) { x.History = -1 },
		"least history of 92":      func(x *ReviewTerms) { x.MinHistory = 92 },
		"1 peers":                  func(x *ReviewTerms) { x.MinPeers = 1 },
		"false alarms per review":  func(x *ReviewTerms) { x.FalseAlarms = math.NaN() },
		"-1 days to a session":     func(x *ReviewTerms) { x.SessionDays = -1 },
		"a time limit is negative": func(x *ReviewTerms) { x.ClockSlack = -1 },
		"window begins":            func(x *ReviewTerms) { x.At = time.Time{} },
		"a history of 91 days, want 1 ": func(x *ReviewTerms) {
			x.Window = coaching.Window{From: coaching.MustDate("0001-01-02"), To: coaching.MustDate("0001-01-03")}
		},
	}
	for _, want := range slices.Sorted(maps.Keys(faults)) {
		x := terms()
		faults[want](&x)
		_, err := ReviewMonth(newDiary(t).all(), x)
		require.ErrorContains(t, err, want)
	}
	_, err := ReviewMonth(nil, terms())
	require.Error(t, err)
	broken := errors.New("broken")
	_, err = ReviewMonth(func(yield func(Entry, error) bool) { yield(Entry{}, broken) }, terms())
	require.ErrorIs(t, err, broken)
	_, err = ReviewMonth(func(yield func(Entry, error) bool) { yield(Entry{}, nil) }, terms())
	require.Error(t, err)
	_, err = (*MonthlyReview)(nil).Record()
	require.Error(t, err)
	require.Equal(t, "no review\n", (*MonthlyReview)(nil).Text())
}

// A month of 100,000 events by 50 people; bytes per review do not grow with the
// events.
func BenchmarkReviewMonth(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := newDiary(b)
			for i := range n / 2 {
				at := day("2027-04-01").Add(time.Duration(i) * (90 * 24 * time.Hour / time.Duration(n/2)))
				d.done(at, d.who(fmt.Sprint("coach ", i%50), coaching.Coach), "export", "dataset", "D")
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ReviewMonth(d.all(), terms()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
