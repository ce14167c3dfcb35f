package governance

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/signal"
)

func retentionOf(t testing.TB, holds ...LegalHold) *Retention {
	t.Helper()
	p, _, err := BuiltIn()
	require.NoError(t, err)
	r, err := p.Retention(holds...)
	require.NoError(t, err)
	return r
}

func recordsOf(records ...Record) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for _, r := range records {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func who(label string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer([]byte(strings.Repeat("k", 32)), coaching.Domain{Programme: "p", Purpose: "test"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(label)
	if err != nil {
		panic(err)
	}
	return id
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return at
}

// The 57 cases of the corpus. What its words leave to the caller's reader, a
// date that is not one, is no date here.
func TestRetentionCorpus(t *testing.T) {
	file, err := os.Open(datadir.Find(t, "corpus/data/retention.jsonl"))
	require.NoError(t, err)
	defer file.Close()
	limits := retentionOf(t,
		LegalHold{ID: "h-1", Programme: "pilot"},
		LegalHold{ID: "h-2", Programme: "other"},
		LegalHold{ID: "h-3", Programme: "pilot", Until: instant(t, "2026-06-01T00:00:00Z")})
	holds := map[string]string{"": "", "h-1": "h-1", "expired:h-1": "h-3", "unknown:h-9": "h-9", "other-programme:h-2": "h-2"}
	want := map[string]Disposition{"may_keep": Keep, "must_delete": Due, "must_keep": Held, "reject": Undetermined}
	seen := map[string]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var c struct {
			ID, Op, Expect string
			Input          struct {
				Kind, Now, Hold string
				CreatedAt       string `json:"created_at"`
			}
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		r := Record{ID: "r", Programme: "pilot"}
		if c.Input.Kind == "pack_from_raw" {
			r.Class = signal.Pseudonymous
		} else if r.Class.UnmarshalText([]byte(c.Input.Kind)) != nil {
			r.Class = 99
		}
		created, source, derived := strings.Cut(c.Input.CreatedAt, ";source=")
		r.CreatedAt, _ = time.Parse(time.RFC3339Nano, created)
		if derived {
			r.SourceAt = instant(t, source)
		}
		known := false
		r.Hold, known = holds[c.Input.Hold]
		require.True(t, known)
		now, _ := time.Parse(time.RFC3339Nano, c.Input.Now)
		got, until, findings := limits.Disposition(&r, now)
		if c.Op == "clock-backwards" {
			_, err := limits.Begin(now, Sweep{At: instant(t, "2026-11-23T12:00:00Z"), Done: true})
			require.ErrorContains(t, err, "the clock went back", c.ID)
			got, until = Undetermined, time.Time{}
		}
		require.Equal(t, want[c.Expect], got, c.ID)
		require.Equal(t, got == Undetermined, until.IsZero(), c.ID)
		if got == Undetermined && c.Op != "clock-backwards" {
			require.True(t, findings.Has("GOV-004") && findings.Blocked(), c.ID)
		}
		seen[c.Expect]++
	}
	require.Equal(t, map[string]int{"may_keep": 12, "must_delete": 19, "must_keep": 1, "reject": 25}, seen)
}

// GOV-016, GOV-017: the last instant is the one that counting days on a calendar
// gives, for every day of twelve years and every number of months.
func TestUntilIsTheCalendar(t *testing.T) {
	clock := 13*time.Hour + 59*time.Minute + 1
	for months := 1; months <= 12; months++ {
		limits := &Retention{days: 1 + 7*months, months: months}
		for day := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2035; day = day.Add(24 * time.Hour) {
			// Walk to the month, then to the day in it, or its last one.
			end, passed := day, 0
			for passed < months || end.Day() < day.Day() {
				next := end.Add(24 * time.Hour)
				if next.Day() == 1 {
					if passed == months {
						break // the month ends before
					}
					passed++
				}
				end = next
			}
			require.Equal(t, end.Add(clock), limits.Until(signal.Aggregate, day.Add(clock)), "%s + %d", day, months)
			end = day
			for range limits.days {
				end = end.Add(24 * time.Hour)
			}
			require.Equal(t, end.Add(clock), limits.Until(signal.Raw, day.Add(clock)))
			require.Equal(t, end.Add(clock), limits.Until(signal.Pseudonymous, day.Add(clock)))
		}
	}
}

// GOV-004: what was recorded when it cannot have been is not kept in silence.
func TestSourcesAndTimesThatCannotBe(t *testing.T) {
	at := instant(t, "2027-06-15T12:00:00Z")
	limits := retentionOf(t)
	for _, tt := range []struct {
		created, source, at time.Time
		want                Disposition
	}{
		{at.AddDate(0, 0, -9), time.Time{}, at, Keep},
		{at.AddDate(0, 0, -9), at.AddDate(0, 0, -91), at, Due},
		{at.AddDate(0, 0, -91), at.AddDate(0, 0, -9), at, Due}, // a source that is younger
		{at.AddDate(0, 0, -9), at.Add(1), at, Undetermined},
		{at.AddDate(0, 0, -9), time.Unix(-1, 0), at, Undetermined},
		{at, time.Time{}, at.AddDate(200, 0, 0), Undetermined},
	} {
		d, _, findings := limits.Disposition(&Record{ID: "r", Programme: "p", CreatedAt: tt.created, SourceAt: tt.source}, tt.at)
		require.Equal(t, tt.want, d)
		require.Equal(t, d == Undetermined, findings.Has("GOV-004"))
	}
	d, _, findings := limits.Disposition(nil, at)
	require.Equal(t, Undetermined, d)
	require.True(t, findings.Blocked())
}

// The limits are the policy's, an overlay moves them, nothing loosens them, and
// what is Due is what the policy lets nobody look at (GOV-016, GOV-017).
func TestRetentionIsThePolicys(t *testing.T) {
	p, _, err := stack(false, File{"a.yaml", builtin}, File{"b.yaml", []byte(region)})
	require.NoError(t, err)
	eu, err := p.Retention()
	require.NoError(t, err)
	require.Equal(t, 60, eu.RawDays())
	require.Equal(t, 12, eu.AggregateMonths())
	require.Equal(t, 90, retentionOf(t).RawDays())
	var floors *Retention
	for _, r := range []*Retention{floors, {}} {
		require.Equal(t, 90, r.RawDays())
		require.Equal(t, 12, r.AggregateMonths())
	}
	bare, _, err := Parse("p.yaml", []byte("apiVersion: governance/v1\nid: p\nversion: 1.0.0\nowner: o\nparams: []\ntests: []\nrules:\n  - {id: r, effect: permit, code: GOV-026, actions: [view], roles: [coach], when: \"true\", message: m}\n"))
	require.NoError(t, err)
	r, err := bare.Retention()
	require.NoError(t, err)
	require.Equal(t, 90, r.RawDays())
	require.Equal(t, 12, r.AggregateMonths())

	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2028, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "now")))
		class := signal.DataClass(rapid.IntRange(0, 2).Draw(t, "class"))
		age := rapid.SampledFrom([]int{1, 59, 60, 61, 89, 90, 91, 364, 365, 366, 367}).Draw(t, "age")
		created := now.AddDate(0, 0, -age).Add(time.Duration(rapid.Int64Range(-2, 2).Draw(t, "ns")) * time.Second)
		d, _, _ := eu.Disposition(&Record{ID: "r", Programme: "p", Class: class, CreatedAt: created}, now)
		decision := p.Decide(&Request{
			Action: View, Purpose: ForOversight, Now: now,
			Subject: Subject{ID: who("officer"), Role: coaching.PrivacyOfficer, Programme: "p"},
			Resource: Resource{Type: ResourceReport, ID: "r", Programme: "p", Residency: "eu", Class: class, CreatedAt: created, GroupSize: 9,
				Owner: who("leader"), Identifiable: No, Automated: No, Affects: EffectsOf(NoEffect)},
		})
		require.Equal(t, d == Keep, decision.Allowed(), "%s %d days: %s", class, age, decision.Codes())
	})
}

func TestRetentionNeedsAPolicyAndARegister(t *testing.T) {
	_, err := (*Policy)(nil).Retention()
	require.Error(t, err)
	p, _, err := BuiltIn()
	require.NoError(t, err)
	for _, holds := range [][]LegalHold{
		{{ID: "h"}}, {{Programme: "p"}}, {{ID: "a name", Programme: "p"}}, {{ID: "h", Programme: "p"}, {ID: "i", Programme: "p"}, {ID: "h", Programme: "p"}},
	} {
		_, err := p.Retention(holds...)
		require.Error(t, err)
	}
}

// GOV-004: a hold wins while it stands, to its last moment.
func TestLegalHoldWins(t *testing.T) {
	at := instant(t, "2027-06-01T12:00:00Z")
	limits := retentionOf(t, LegalHold{ID: "h", Programme: "p", Until: at}, LegalHold{ID: "open", Programme: "p"})
	r := Record{ID: "r", Programme: "p", CreatedAt: at.AddDate(-1, 0, 0), Hold: "h"}
	d, _, _ := limits.Disposition(&r, at)
	require.Equal(t, Held, d)
	d, _, _ = limits.Disposition(&r, at.Add(1))
	require.Equal(t, Due, d)
	r.Hold = "open"
	d, _, _ = limits.Disposition(&r, at.AddDate(20, 0, 0))
	require.Equal(t, Held, d)
	r.Programme = "q"
	d, _, _ = limits.Disposition(&r, at)
	require.Equal(t, Due, d)
	// Without a register nobody knows.
	for _, none := range []*Retention{nil, {}} {
		d, _, findings := none.Disposition(&r, at)
		require.Equal(t, Undetermined, d)
		require.True(t, findings.Has("GOV-004"))
	}
}

// The rows that SQL finds are those that are Due, on both databases, near the
// ends of months above all.
func TestDueClauseIsTheDisposition(t *testing.T) {
	columns := []Column{{"resource.created_at", "t.resource_created_at"}, {"resource.legal_hold", "resource_legal_hold"}, {"resource.class", "resource_class"}}
	found := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		limits := &Retention{days: rapid.IntRange(1, 90).Draw(t, "days"), months: rapid.IntRange(1, 12).Draw(t, "months")}
		year, month := rapid.IntRange(2023, 2029).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month")
		at := time.Date(year, time.Month(month), rapid.IntRange(-4, 5).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, rapid.IntRange(0, 2).Draw(t, "ns"), time.UTC)
		class := signal.DataClass(rapid.IntRange(0, 2).Draw(t, "class"))
		for _, dialect := range []Dialect{SQLite, PostgreSQL} {
			f, err := limits.Due(class, at, Table{Dialect: dialect, Columns: columns})
			require.NoError(t, err)
			for range 20 {
				near := at.AddDate(0, -limits.months, 0)
				if class != signal.Aggregate {
					near = at.AddDate(0, 0, -limits.days)
				}
				created := near.Add(time.Duration(rapid.IntRange(-5*24, 5*24).Draw(t, "hours"))*time.Hour + time.Duration(rapid.IntRange(-1, 1).Draw(t, "us"))*time.Microsecond)
				if dialect == PostgreSQL {
					created = created.Truncate(time.Microsecond)
				}
				r := Request{Resource: Resource{Class: signal.DataClass(rapid.IntRange(0, 2).Draw(t, "row")), CreatedAt: created, LegalHold: Fact(rapid.IntRange(0, 2).Draw(t, "hold"))}}
				row := rowOf(&r, 0, dialect)
				row["resource_class"] = r.Resource.Class.String()
				d, _, _ := limits.Disposition(&Record{ID: "r", Programme: "p", Class: r.Resource.Class, CreatedAt: created}, at)
				want := d == Due && r.Resource.LegalHold == No && r.Resource.Class == class
				require.Equal(t, want, whereTrue(f, row), "%s %v\n%v", f.Clause, f.Args, row)
				found[want]++
				row["resource_created_at"] = nil
				require.False(t, whereTrue(f, row))
			}
		}
	})
	require.Greater(t, found[true], 20)
}

func TestDueNeedsATable(t *testing.T) {
	limits, at := retentionOf(t), instant(t, "2027-06-01T12:00:00Z")
	created, hold := Column{"resource.created_at", "made"}, Column{"resource.legal_hold", "hold"}
	tests := []struct {
		class signal.DataClass
		at    time.Time
		table Table
		want  string
	}{
		{3, at, Table{SQLite, []Column{created, hold}}, "class"},
		{0, time.Time{}, Table{SQLite, []Column{created, hold}}, "1970"},
		{0, at, Table{0, []Column{created, hold}}, "dialect"},
		{0, at, Table{SQLite, []Column{created}}, "legal_hold"},
		{0, at, Table{SQLite, []Column{hold}}, "created_at"},
		{0, at, Table{SQLite, []Column{created, hold, created}}, "one column each"},
		{0, at, Table{SQLite, []Column{created, hold, {"resource.owner", "o"}}}, "one column each"},
		{0, at, Table{SQLite, []Column{created, {"resource.legal_hold", "a b"}}}, "not a name"},
	}
	for _, tt := range tests {
		_, err := limits.Due(tt.class, tt.at, tt.table)
		require.ErrorContains(t, err, tt.want)
	}
}

// A plan counts every record once, whatever their order.
func TestPlanCountsEveryRecord(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 6))
	at := instant(t, "2027-06-15T12:00:00Z")
	limits := retentionOf(t, LegalHold{ID: "h", Programme: "p0"})
	var records []Record
	counts := map[Disposition]int64{}
	for i := range 3000 {
		r := Record{
			ID: fmt.Sprint("r", i), Programme: fmt.Sprint("p", dice.IntN(2)), Class: signal.DataClass(dice.IntN(3)),
			CreatedAt: at.Add(-time.Duration(dice.IntN(500*24)) * time.Hour), Hold: []string{"", "", "h", "x"}[dice.IntN(4)],
		}
		switch dice.IntN(20) {
		case 0:
			r.CreatedAt = time.Time{}
		case 1:
			r.Class = 9
		}
		records = append(records, r)
		d, _, _ := limits.Disposition(&r, at)
		counts[d]++
	}
	want, err := limits.Plan(recordsOf(records...), at)
	require.NoError(t, err)
	sum := func(rows []PlannedPurge) (n int64) {
		for _, q := range rows {
			n += q.Records
		}
		return n
	}
	require.EqualValues(t, 3000, want.Records)
	require.Equal(t, counts[Due], sum(want.Due))
	require.Equal(t, counts[Keep], sum(want.Ahead))
	require.Equal(t, counts[Undetermined], want.Undetermined)
	require.Len(t, want.Held, 1)
	require.Equal(t, HeldRecords{"h", "p0", counts[Held]}, want.Held[0])
	require.Positive(t, counts[Held])
	require.True(t, slices.IsSortedFunc(want.Ahead, PlannedPurge.compare))
	for _, q := range want.Ahead {
		require.False(t, q.On.Before(coaching.DateOf(at)))
	}
	for _, code := range []string{"GOV-004", "GOV-016", "GOV-017"} {
		require.True(t, want.Findings.Has(code), code)
	}
	for range 5 {
		dice.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		got, err := limits.Plan(recordsOf(records...), at)
		require.NoError(t, err)
		// Which of the Undetermined are listed depends on the order.
		got.Findings, want.Findings = nil, nil
		require.Equal(t, want, got)
	}
}

// GOV-016, GOV-017: what is due today is not late; what was due yesterday is.
func TestPlanReportsWhatIsLate(t *testing.T) {
	limits := retentionOf(t)
	at := instant(t, "2027-06-15T12:00:00Z")
	for class, code := range map[signal.DataClass]string{signal.Raw: "GOV-016", signal.Pseudonymous: "GOV-016", signal.Aggregate: "GOV-017"} {
		for age, late := range map[time.Duration]bool{time.Hour: false, 12 * time.Hour: false, 12*time.Hour + 1: true} {
			created := at.Add(-age).AddDate(0, 0, -90)
			if class == signal.Aggregate {
				created = at.Add(-age).AddDate(-1, 0, 0)
			}
			p, err := limits.Plan(recordsOf(Record{ID: "r", Programme: "p", Class: class, CreatedAt: created}), at)
			require.NoError(t, err)
			require.Len(t, p.Due, 1)
			require.Equal(t, late, p.Findings.Has(code), "%s %s", class, age)
			require.Equal(t, late, p.Findings.Blocked())
		}
	}
}

// C-14: with 8 weeks of history the oldest baseline trace goes on the Sunday of
// week 5 and the last on the Saturday of week 13.
func TestPurgesInsideAPilot(t *testing.T) {
	limits := retentionOf(t)
	first := coaching.MustDate("2027-03-01") // a Monday, the first day of week 1
	var records []Record
	for n := range 56 {
		records = append(records, Record{ID: fmt.Sprint("r", n), Programme: "p", CreatedAt: first.AddDays(n-56).At(9, 0, time.UTC)})
	}
	records = append(records,
		Record{ID: "t", Programme: "p", Class: signal.Aggregate, CreatedAt: first.AddMonths(-12).AddDays(5).At(9, 0, time.UTC)})
	p, err := limits.Plan(recordsOf(records...), first.At(8, 0, time.UTC))
	require.NoError(t, err)
	rows, findings := p.Within(coaching.Window{From: first, To: first.AddDays(16*7 - 1)})
	require.Len(t, rows, 57)
	require.Len(t, findings, 56, "an aggregate is not to be aggregated")
	raw := slices.DeleteFunc(slices.Clone(rows), func(q PlannedPurge) bool { return q.Class == signal.Aggregate })
	for i, want := range map[int]struct {
		week int
		day  time.Weekday
	}{0: {5, time.Sunday}, 55: {13, time.Saturday}} {
		on := raw[i].On
		require.Equal(t, want.week, first.DaysUntil(on)/7+1)
		require.Equal(t, want.day, on.Weekday())
	}
	require.True(t, findings.Has("C-14"))
	require.False(t, findings.Blocked())
	rows, findings = p.Within(coaching.Window{From: first, To: first.AddDays(4)})
	require.Empty(t, rows)
	require.Empty(t, findings)
}

func TestPlanNeedsRecordsAndATime(t *testing.T) {
	limits, at := retentionOf(t), instant(t, "2027-06-15T12:00:00Z")
	_, err := limits.Plan(nil, at)
	require.Error(t, err)
	_, err = limits.Plan(recordsOf(), time.Time{})
	require.ErrorContains(t, err, "1970")
	broken := errors.New("broken")
	_, err = limits.Plan(func(yield func(Record, error) bool) { yield(Record{}, broken) }, at)
	require.ErrorIs(t, err, broken)
	require.Equal(t, "no plan\n", (*RetentionPlan)(nil).Text())
	// A record that has a person's name where its id should be is not quoted.
	p, err := limits.Plan(recordsOf(Record{ID: "Anna Muster", Programme: "p"}), at)
	require.NoError(t, err)
	require.NotContains(t, p.Text(), "Anna")
	require.Contains(t, p.Text(), "GOV-004")
}

// A keeper is a host's store: records by id, and the sweep that it has stored.
type keeper struct {
	records map[string]Record
	stored  Sweep
	atomic  bool // deletes and stores in one transaction
	steps   int  // until it is killed
}

var errKilled = errors.New("killed")

func (k *keeper) step() error {
	if k.steps--; k.steps == 0 {
		return errKilled
	}
	return nil
}

func (k *keeper) all() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var ids []string
		for id := range k.records {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			if err := k.step(); err != nil {
				yield(Record{}, err)
				return
			}
			if r, ok := k.records[id]; ok && !yield(r, nil) {
				return
			}
		}
	}
}

func (k *keeper) purge(ids []string, next Sweep) error {
	for _, id := range ids {
		if !k.stored.Done && id <= k.stored.After { // it was in an earlier batch
			return fmt.Errorf("%s again", id)
		}
	}
	if err := k.step(); err != nil {
		return err
	}
	for _, id := range ids {
		if !k.atomic {
			if err := k.step(); err != nil {
				return err
			}
		}
		delete(k.records, id)
	}
	if !k.atomic {
		if err := k.step(); err != nil {
			return err
		}
	}
	text, err := json.Marshal(next) // as a host stores it
	if err == nil {
		k.stored = Sweep{}
		err = json.Unmarshal(text, &k.stored)
	}
	if err != nil {
		return err
	}
	return k.step() // stored, and killed before it can say so
}

// GOV-004: a sweep that is killed at any step, and carried on, leaves nothing
// that is due and takes nothing else; with a transaction its numbers are exact.
func TestSweepSurvivesAKillAtEveryStep(t *testing.T) {
	at := instant(t, "2027-06-15T12:00:00Z")
	limits := retentionOf(t, LegalHold{ID: "h", Programme: "p"})
	fill := func() map[string]Record {
		dice := rand.New(rand.NewPCG(8, 9))
		out := map[string]Record{}
		for i := range 40 {
			r := Record{ID: fmt.Sprintf("r%02d", i), Programme: "p", Class: signal.DataClass(dice.IntN(3)),
				CreatedAt: at.AddDate(0, 0, -dice.IntN(600)), Hold: []string{"", "", "h"}[dice.IntN(3)]}
			switch i {
			case 7:
				r.CreatedAt = time.Time{}
			case 9:
				r.CreatedAt = at.Add(time.Hour) // while the sweep runs
			}
			out[r.ID] = r
		}
		return out
	}
	var want Sweep
	left := map[string]Record{}
	for id, r := range fill() {
		switch d, _, _ := limits.Disposition(&r, at); {
		case d == Due:
			want.Purged[r.Class]++
			continue
		case d == Held:
			want.Held++
		case d == Keep || id == "r09":
			want.Kept++
		default:
			want.Undetermined++
		}
		left[id] = r
	}
	require.Positive(t, min(want.Purged[0], want.Purged[1], want.Purged[2], want.Held, want.Kept, want.Undetermined))
	for _, atomic := range []bool{true, false} {
		for _, batch := range []int{1, 3, 100} {
			for kill := 1; ; kill++ {
				k := &keeper{records: fill(), atomic: atomic}
				begun, err := limits.Begin(at, Sweep{})
				require.NoError(t, err)
				k.stored, k.steps = begun, kill
				done, err := limits.Sweep(k.stored, k.all(), batch, k.purge)
				killed := err != nil
				if killed {
					require.ErrorIs(t, err, errKilled)
					k.steps = 0
					done, err = limits.Sweep(k.stored, k.all(), batch, k.purge)
				}
				require.NoError(t, err)
				require.Equal(t, done, k.stored)
				require.Equal(t, left, k.records, "kill %d", kill)
				require.True(t, done.Done)
				if atomic {
					require.Equal(t, want.Purged, done.Purged)
				}
				require.Equal(t, []int64{want.Kept, want.Held, want.Undetermined}, []int64{done.Kept, done.Held, done.Undetermined})
				again, err := limits.Sweep(done, k.all(), batch, nil)
				require.NoError(t, err)
				require.Equal(t, done, again)
				if !killed {
					break
				}
			}
		}
	}
}

// The first sweep at any time leaves the next plan nothing to purge.
func TestSweepAndPlanAgree(t *testing.T) {
	limits := retentionOf(t)
	at := instant(t, "2027-06-15T12:00:00Z")
	k := &keeper{records: map[string]Record{}, atomic: true}
	for i := range 900 {
		r := Record{ID: fmt.Sprintf("r%03d", i), Programme: "p", Class: signal.DataClass(i % 3), CreatedAt: at.Add(-time.Duration(i) * 12 * time.Hour)}
		k.records[r.ID] = r
	}
	for n := range 3 {
		now := at.AddDate(0, n, 0)
		before, err := limits.Plan(k.all(), now)
		require.NoError(t, err)
		s, err := limits.Begin(now, k.stored)
		require.NoError(t, err)
		s, err = limits.Sweep(s, k.all(), 7, k.purge)
		require.NoError(t, err)
		var due [3]int64
		for _, q := range before.Due {
			due[q.Class] += q.Records
		}
		require.Equal(t, due, s.Purged)
		after, err := limits.Plan(k.all(), now)
		require.NoError(t, err)
		require.Empty(t, after.Due)
		require.Equal(t, before.Ahead, after.Ahead)
		require.Empty(t, after.Findings)

		proofs, err := limits.Proof(s)
		require.NoError(t, err)
		for class, p := range proofs {
			require.Equal(t, signal.DataClass(class), p.Class)
			require.Equal(t, due[class], p.Records)
			// Nothing is left of the day, and something may be of the next one.
			for _, r := range k.records {
				require.False(t, r.Class == p.Class && !coaching.DateOf(r.CreatedAt.UTC()).After(p.Through))
			}
			next := p.Through.AddDays(1)
			d, _, _ := limits.Disposition(&Record{ID: "r", Programme: "p", Class: p.Class, CreatedAt: next.AddDays(1).At(0, 0, time.UTC).Add(-1)}, now)
			require.Equal(t, Keep, d)
			require.NotZero(t, p.Digest)
		}
	}
}

// A purge that is proved was through the day up to which every instant is due,
// for every day of five years and a leap day.
func TestThroughIsTheLastWholeDay(t *testing.T) {
	limits := retentionOf(t)
	for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2031; day = day.AddDate(0, 0, 1) {
		for _, at := range []time.Time{day, day.Add(1), day.Add(24*time.Hour - 1)} {
			for class := range signal.DataClass(3) {
				// From far back on, the days whose last instant is due.
				want := coaching.DateOf(at.AddDate(-2, 0, 0))
				for at.After(limits.Until(class, want.AddDays(2).At(0, 0, time.UTC).Add(-1))) {
					want = want.AddDays(1)
				}
				require.Equal(t, want, limits.through(class, at), "%s %s", at, class)
			}
		}
		if testing.Short() {
			day = day.AddDate(0, 0, 6)
		}
	}
}

// A sweep stores how far it has come where there is nothing to delete as well.
func TestSweepStoresItsProgress(t *testing.T) {
	limits := retentionOf(t)
	at := instant(t, "2027-06-15T12:00:00Z")
	s, err := limits.Begin(at, Sweep{})
	require.NoError(t, err)
	var after []string
	_, err = limits.Sweep(s, made(250, at), 1, func(ids []string, next Sweep) error {
		require.Empty(t, ids)
		after = append(after, next.After)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"r00000099", "r00000199", "r00000249"}, after)
}

func TestSweepRefuses(t *testing.T) {
	limits := retentionOf(t)
	at := instant(t, "2027-06-15T12:00:00Z")
	begun, err := limits.Begin(at, Sweep{})
	require.NoError(t, err)
	_, err = limits.Begin(at, begun)
	require.ErrorContains(t, err, "not done")
	_, err = limits.Begin(at.Add(-1), Sweep{At: at, Done: true})
	require.ErrorContains(t, err, "clock")
	_, err = limits.Begin(time.Time{}, Sweep{})
	require.ErrorContains(t, err, "1970")
	purge := func([]string, Sweep) error { return nil }
	sweep := func(l *Retention, s Sweep, batch int, records iter.Seq2[Record, error], p func([]string, Sweep) error) error {
		got, err := l.Sweep(s, records, batch, p)
		require.Equal(t, s, got)
		return err
	}
	require.ErrorContains(t, sweep(limits, Sweep{}, 1, recordsOf(), purge), "not begun")
	require.ErrorContains(t, sweep(&Retention{}, begun, 1, recordsOf(), purge), "another policy")
	require.ErrorContains(t, sweep(limits, begun, 0, recordsOf(), purge), "batch of 0")
	require.ErrorContains(t, sweep(limits, begun, 10_001, recordsOf(), purge), "batch of 10001")
	require.ErrorContains(t, sweep(limits, begun, 1, nil, purge), "no records")
	require.ErrorContains(t, sweep(limits, begun, 1, recordsOf(), nil), "no records")
	a, b := Record{ID: "a", Programme: "p"}, Record{ID: "b", Programme: "p"}
	require.ErrorIs(t, sweep(limits, begun, 9, recordsOf(b, a), purge), errOrder)
	require.ErrorIs(t, sweep(limits, begun, 9, recordsOf(a, a), purge), errOrder)
	_, err = limits.Proof(begun)
	require.Error(t, err)
	done := begun
	done.Done = true
	_, err = (&Retention{}).Proof(done)
	require.Error(t, err)
}

// made yields n records of eighteen months, a third of them of each class.
func made(n int, at time.Time) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		id := []byte("r00000000")
		for i := range n {
			for j, v := len(id)-1, i; j > 0; j, v = j-1, v/10 {
				id[j] = byte('0' + v%10)
			}
			r := Record{ID: string(id), Programme: "p", Class: signal.DataClass(i % 3), CreatedAt: at.Add(-time.Duration(i%13000) * time.Hour)}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Ten times as many records take as many bytes, but for their ids, which the
// host makes: 16 bytes each here.
func BenchmarkRetention(b *testing.B) {
	limits := retentionOf(b)
	at := instant(b, "2027-06-15T12:00:00Z")
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint("records/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for range made(n, at) {
				}
			}
		})
		b.Run(fmt.Sprint("plan/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := limits.Plan(made(n, at), at); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprint("sweep/", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, _ := limits.Begin(at, Sweep{})
				s, err := limits.Sweep(s, made(n, at), 1000, func([]string, Sweep) error { return nil })
				if err != nil || !s.Done {
					b.Fatal(err)
				}
			}
		})
	}
}

// Ten million records are swept in memory that does not grow with them.
func TestSweepOfTenMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("sweeps 10 million records; go test without -short runs it")
	}
	const records = 10_000_000
	limits, at := retentionOf(t), instant(t, "2027-06-15T12:00:00Z")
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	s, _ := limits.Begin(at, Sweep{})
	before, batches, purged, most := live(), 0, 0, uint64(0)
	s, err := limits.Sweep(s, made(records, at), 1000, func(ids []string, _ Sweep) error {
		purged += len(ids)
		if batches++; batches%1000 == 0 {
			most = max(most, live())
		}
		return nil
	})
	require.NoError(t, err)
	require.True(t, s.Done)
	require.Greater(t, purged, records/10)
	require.Positive(t, most)
	require.Less(t, most, before+4<<20)
}
