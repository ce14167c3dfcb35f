package consent_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/consent"
	"github.com/coachgov/coaching/signal"
)

// The book is a signal.Consents.
var _ signal.Consents = (*consent.Book)(nil)

func person(identifier string) coaching.PersonID {
	key := sha256.Sum256([]byte("a key for tests"))
	p, err := coaching.NewPseudonymizer(key[:], coaching.Domain{Programme: "delivery", Purpose: "coaching"})
	if err != nil {
		panic(err)
	}
	id, err := p.Person(identifier)
	if err != nil {
		panic(err)
	}
	return id
}

var (
	ana, ben = person("ana"), person("ben")
	start    = time.Date(2027, time.January, 11, 9, 0, 0, 0, time.UTC)
)

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func notice(version string, n int) consent.Entry {
	return consent.Entry{Kind: consent.Notice, At: hour(n), Version: version, Signals: []string{"meetings", "pulse"}, Purposes: []string{"coaching", "evaluation"}}
}

func restrict(n int, purposes ...string) consent.Entry {
	return consent.Entry{Kind: consent.Restrict, At: hour(n), Source: "viva", Residency: "eu", Signals: []string{"meetings"}, Purposes: purposes}
}

func give(who coaching.PersonID, signal, purpose, version string, n int) consent.Entry {
	return consent.Entry{Kind: consent.Give, At: hour(n), Participant: who, Signal: signal, Purpose: purpose, Version: version}
}

func withdraw(who coaching.PersonID, signal, purpose string, n int) consent.Entry {
	return consent.Entry{Kind: consent.Withdraw, At: hour(n), Participant: who, Signal: signal, Purpose: purpose}
}

func withdrawAll(who coaching.PersonID, n int) consent.Entry {
	return consent.Entry{Kind: consent.WithdrawAll, At: hour(n), Participant: who}
}

func book(t require.TestingT, entries ...consent.Entry) *consent.Book {
	b := new(consent.Book)
	for _, e := range entries {
		require.NoError(t, b.Add(e).Err())
	}
	return b
}

// Every entry that must not be is refused with its rule, all of what is wrong
// with it, and the book stays as it was.
func TestAddRefuses(t *testing.T) {
	with := func(e consent.Entry, change func(*consent.Entry)) consent.Entry { change(&e); return e }
	ok := give(ana, "meetings", "coaching", "n1", 3)
	tests := []struct {
		name  string
		entry consent.Entry
		want  string // codes and paths
	}{
		{"no kind", consent.Entry{At: hour(3)}, "GOV-012 kind"},
		{"undeclared kind", consent.Entry{Kind: 9, At: hour(3)}, "GOV-012 kind"},
		{"no time", with(ok, func(e *consent.Entry) { e.At = time.Time{} }), "GOV-012 at, GOV-012 at, GOV-012 version"},
		{"nobody", with(ok, func(e *consent.Entry) { e.Participant = coaching.PersonID{} }), "GOV-012 participant"},
		{"a clock that went back", with(ok, func(e *consent.Entry) { e.At = hour(1) }), "GOV-012 at"},
		{"a superseded notice", with(ok, func(e *consent.Entry) { e.Version = "n0" }), "GOV-012 version"},
		{"an unknown notice", with(ok, func(e *consent.Entry) { e.Version = "n9" }), "GOV-012 version"},
		{"a signal that the notice does not name", with(ok, func(e *consent.Entry) { e.Signal = "keystrokes" }), "GOV-012 signal, GOV-027 signal"},
		{"a purpose that the notice does not name", with(ok, func(e *consent.Entry) { e.Purpose = "promotion" }), "GOV-012 purpose, GOV-027 purpose"},
		{"a signal of no restricted source", with(ok, func(e *consent.Entry) { e.Signal = "pulse" }), "GOV-027 signal"},
		{"a purpose beyond the restriction", with(ok, func(e *consent.Entry) { e.Purpose = "evaluation" }), "GOV-027 purpose"},
		{"an expiry before the beginning", with(ok, func(e *consent.Entry) { e.Expires = hour(3) }), "GOV-012 expires"},
		{"a name", with(ok, func(e *consent.Entry) { e.Signal = "Ana Alvarez" }), "GOV-012 signal, GOV-012 signal, GOV-027 signal"},
		{"lists", with(ok, func(e *consent.Entry) { e.Signals = []string{"meetings"} }), "GOV-012 signals"},
		{"a residency", with(ok, func(e *consent.Entry) { e.Residency = "eu" }), "GOV-030 residency"},
		{"a source", with(ok, func(e *consent.Entry) { e.Source = "viva" }), "GOV-027 source"},
		{"a notice twice", notice("n0", 3), "GOV-012 version"},
		{"a notice of nothing", consent.Entry{Kind: consent.Notice, At: hour(3), Version: "n2"}, "GOV-012 purposes, GOV-012 signals"},
		{"a restriction without a place", with(restrict(3, "coaching"), func(e *consent.Entry) { e.Residency = "" }), "GOV-030 residency"},
		{"a restriction to everything", restrict(3), "GOV-012 purposes"},
		{"a purpose twice", restrict(3, "coaching", "coaching"), "GOV-012 purposes"},
		{"a signal of two sources", with(restrict(3, "coaching"), func(e *consent.Entry) { e.Source = "slack" }), "GOV-027 signals"},
		{"a withdrawal of nobody", withdraw(coaching.PersonID{}, "meetings", "coaching", 3), "GOV-012 participant"},
		{"a withdrawal that expires", with(withdraw(ana, "meetings", "coaching", 3), func(e *consent.Entry) { e.Expires = hour(9) }), "GOV-012 expires"},
		{"all of one signal", with(withdrawAll(ana, 3), func(e *consent.Entry) { e.Signal = "meetings" }), "GOV-012 signal"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := book(t, notice("n0", 0), notice("n1", 1), restrict(2, "coaching"))
			fs := b.Add(tt.entry)
			var got []string
			for f := range fs.Blocking() {
				got = append(got, f.Code+" "+f.Path)
				require.NotContains(t, f.Message, "Alvarez")
			}
			require.Equal(t, tt.want, strings.Join(got, ", "))
			require.Len(t, slices.Collect(b.Entries()), 3)
			require.Empty(t, b.Add(ok), "the book takes the next entry")
			require.True(t, b.Holds(ana, "meetings", "coaching", hour(3)))
		})
	}
	require.True(t, new(consent.Book).Add(ok).Has("GOV-012"))
}

// A withdrawal takes effect at once wherever it is read, is recorded when nothing
// was given, and is not refused because a clock went back.
func TestWithdrawal(t *testing.T) {
	b := book(t, notice("n1", 0), restrict(0, "coaching"), give(ana, "meetings", "coaching", "n1", 2), give(ben, "meetings", "coaching", "n1", 2))
	fs := b.Add(withdraw(ana, "meetings", "coaching", 1)) // before it was given, by the clock
	require.Empty(t, fs)
	for n := range 5 {
		require.False(t, b.Holds(ana, "meetings", "coaching", hour(n)))
		require.Equal(t, n >= 2, b.Holds(ben, "meetings", "coaching", hour(n)))
		require.Empty(t, b.Consents(ana, hour(n)))
	}
	require.Empty(t, b.Add(give(ana, "meetings", "coaching", "n1", 3)))
	require.True(t, b.Holds(ana, "meetings", "coaching", hour(3)))
	require.Empty(t, b.Add(withdrawAll(ana, 4)))
	require.True(t, b.Holds(ana, "meetings", "coaching", hour(3)), "what was true then stays readable")
	require.False(t, b.Holds(ana, "meetings", "coaching", hour(4)))
	require.True(t, b.Add(give(ana, "meetings", "coaching", "n1", 4)).Blocked(), "not at the moment of the withdrawal")
	fs = b.Add(withdrawAll(ana, 5))
	require.True(t, fs.Has("GOV-012") && !fs.Blocked(), "recorded with an info")
	require.Len(t, b.History(ana), 2)
	require.Equal(t, b.History(ana)[0].Granted, b.History(ana)[0].Withdrawn, "never held")

	// An earlier withdrawal that comes late moves the end forward.
	require.Empty(t, b.Add(withdraw(ben, "meetings", "coaching", 6)))
	require.True(t, b.Holds(ben, "meetings", "coaching", hour(5)))
	require.False(t, b.Add(withdraw(ben, "meetings", "coaching", 4)).Blocked())
	require.False(t, b.Holds(ben, "meetings", "coaching", hour(5)))

	var none *consent.Book
	require.False(t, none.Holds(ana, "meetings", "coaching", hour(1)))
	require.Empty(t, none.NoticeAt(hour(1)))
	require.Empty(t, none.History(ana))
	require.Empty(t, none.Restrictions())
	require.Empty(t, slices.Collect(none.Entries()))
}

// A withdrawal from an earlier time does not turn the clock of the book back: who
// read a notice that is no longer in force has not agreed to the one that is.
func TestWithdrawalDoesNotTurnTheClockBack(t *testing.T) {
	b := book(t, notice("n1", 0), restrict(0, "coaching"), notice("n2", 4), withdraw(ben, "meetings", "coaching", 1))
	for _, e := range []consent.Entry{give(ana, "meetings", "coaching", "n1", 2), notice("n3", 2), restrict(2, "coaching", "evaluation")} {
		require.True(t, b.Add(e).Blocked(), "%s", e.Kind)
	}
	require.False(t, b.Holds(ana, "meetings", "coaching", hour(5)))
	require.Equal(t, "n2", b.NoticeAt(hour(5)))
	require.Empty(t, b.Add(give(ana, "meetings", "coaching", "n2", 5)))
}

// model says what holds from the accepted entries alone, one by one: a consent
// stands unless something after it in the book has ended it by then.
func model(entries []consent.Entry, who coaching.PersonID, sig, purpose string, at time.Time) bool {
	allowed := func(upTo int) bool {
		ok := sig == ""
		for _, e := range entries[:upTo] {
			if e.Kind == consent.Restrict && slices.Contains(e.Signals, sig) {
				ok = slices.Contains(e.Purposes, purpose)
			}
		}
		return ok
	}
	for i, g := range entries {
		if g.Kind != consent.Give || g.Participant != who || g.Signal != sig || g.Purpose != purpose || g.At.After(at) || !g.Expires.IsZero() && !g.Expires.After(at) {
			continue
		}
		ended := false
		for j, e := range entries[i+1:] {
			if e.At.After(at) {
				continue
			}
			switch e.Kind {
			case consent.Notice:
				ended = true
			case consent.WithdrawAll:
				ended = ended || e.Participant == who
			case consent.Withdraw:
				ended = ended || e.Participant == who && e.Signal == sig && e.Purpose == purpose
			case consent.Restrict:
				ended = ended || !allowed(i+j+2)
			}
		}
		if !ended {
			return true
		}
	}
	return false
}

func agree(t require.TestingT, b *consent.Book, name func() string) {
	entries := slices.Collect(b.Entries())
	for _, who := range []coaching.PersonID{ana, ben} {
		for n := range 8 {
			held := 0
			for _, sig := range []string{"", "meetings"} {
				for _, purpose := range []string{"coaching", "evaluation"} {
					want := model(entries, who, sig, purpose, hour(n))
					if got := b.Holds(who, sig, purpose, hour(n)); got != want {
						require.Equal(t, want, got, "%s: %s for %s at %d", name(), sig, purpose, n)
					}
					if want {
						held++
					}
				}
			}
			list := b.Consents(who, hour(n))
			if held == 0 != (len(list) == 0) {
				require.Equal(t, held, len(list), "%s at %d", name(), n)
			}
		}
	}
}

// Every order of six kinds of entries, up to five of them an hour apart: the
// book and the model agree at every hour, and no step panics.
func TestEveryOrder(t *testing.T) {
	steps := []func(n int) consent.Entry{
		func(n int) consent.Entry { return notice(fmt.Sprintf("n%d", n), n) },
		func(n int) consent.Entry { return restrict(n, "coaching", "evaluation") },
		func(n int) consent.Entry { return restrict(n, "evaluation") },
		func(n int) consent.Entry { return give(ana, "meetings", "coaching", "", n) },
		func(n int) consent.Entry {
			e := give(ana, "", "evaluation", "", n)
			e.Expires = hour(n + 2)
			return e
		},
		func(n int) consent.Entry { return withdraw(ana, "meetings", "coaching", n-1) }, // a clock that is late
		func(n int) consent.Entry { return withdrawAll(ana, n) },
	}
	depth, orders := 5, 0
	if testing.Short() {
		depth = 4
	}
	var walk func(order []int)
	walk = func(order []int) {
		b := new(consent.Book)
		for n, i := range order {
			e := steps[i](n + 1)
			if e.Kind == consent.Give {
				e.Version = b.NoticeAt(e.At)
			}
			b.Add(e)
		}
		orders++
		agree(t, b, func() string { return fmt.Sprint(order) })
		if len(order) < depth {
			for i := range steps {
				walk(append(slices.Clone(order), i))
			}
		}
	}
	walk(nil)
	require.Greater(t, orders, 2000)
}

// Whatever is drawn: the book agrees with the model, a withdrawal leaves nothing,
// and a book is read back as itself.
func TestBookLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := new(consent.Book)
		for i := range rapid.IntRange(0, 12).Draw(t, "entries") {
			n := rapid.IntRange(0, 6).Draw(t, "hour")
			who := rapid.SampledFrom([]coaching.PersonID{ana, ben}).Draw(t, "who")
			sig := rapid.SampledFrom([]string{"", "meetings"}).Draw(t, "signal")
			purpose := rapid.SampledFrom([]string{"coaching", "evaluation"}).Draw(t, "purpose")
			var e consent.Entry
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				e = notice(fmt.Sprintf("n%d", i), n)
			case 1:
				e = restrict(n, rapid.SampledFrom([][]string{{"coaching"}, {"evaluation"}, {"coaching", "evaluation"}}).Draw(t, "uses")...)
			case 2, 3:
				e = give(who, sig, purpose, b.NoticeAt(hour(n)), n)
			case 4:
				e = withdraw(who, sig, purpose, n)
			case 5:
				e = withdrawAll(who, n)
			}
			fs := b.Add(e)
			if !fs.Blocked() && (e.Kind == consent.Withdraw || e.Kind == consent.WithdrawAll) {
				for m := n; m < 8; m++ {
					require.False(t, e.Kind == consent.Withdraw && b.Holds(who, sig, purpose, hour(m)))
					require.False(t, e.Kind == consent.WithdrawAll && len(b.Consents(who, hour(m))) > 0)
				}
			}
		}
		agree(t, b, func() string { return "drawn" })
		var lines bytes.Buffer
		for e := range b.Entries() {
			require.NoError(t, consent.Write(&lines, e))
		}
		again, err := consent.Read(bytes.NewReader(lines.Bytes()))
		require.NoError(t, err)
		require.Equal(t, slices.Collect(b.Entries()), slices.Collect(again.Entries()))
		require.Equal(t, b.Restrictions(), again.Restrictions())
		require.Equal(t, b.History(ana), again.History(ana))
	})
}

// The caller's lists are neither kept nor handed out, and the zone of a time
// changes nothing.
func TestBookKeepsToItself(t *testing.T) {
	e := notice("n1", 0)
	e.At = e.At.In(time.FixedZone("somewhere", 3600))
	b := book(t, e, restrict(0, "coaching"))
	e.Signals[0] = "changed"
	require.Empty(t, b.Add(give(ana, "meetings", "coaching", "n1", 1)))
	b.Consents(ana, hour(1))[0].Withdrawn = hour(1)
	b.Restrictions()[0].Purposes[0] = "changed"
	require.True(t, b.Holds(ana, "meetings", "coaching", hour(1)))
	require.Equal(t, "coaching", b.Restrictions()[0].Purposes[0])
}

func TestReadRefuses(t *testing.T) {
	var lines bytes.Buffer
	for e := range book(t, notice("n1", 0), restrict(0, "coaching"), give(ana, "meetings", "coaching", "n1", 1)).Entries() {
		require.NoError(t, consent.Write(&lines, e))
	}
	good := lines.String()
	_, err := consent.Read(strings.NewReader(good))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"no end":         strings.TrimSuffix(good, "\n"),
		"cut":            good[:len(good)-10],
		"an empty line":  good + "\n",
		"a space":        strings.Replace(good, `{"kind"`, `{ "kind"`, 1),
		"an unknown key": strings.Replace(good, `"version":"n1"`, `"version":"n1","name":"Ana"`, 1),
		"a key twice":    strings.Replace(good, `"version":"n1"`, `"version":"n1","version":"n1"`, 1),
		"another zone":   strings.Replace(good, `09:00:00Z`, `10:00:00+01:00`, 1),
		"another order":  strings.Replace(good, `"source":"viva","residency":"eu"`, `"residency":"eu","source":"viva"`, 1),
		"refused":        good + strings.Split(good, "\n")[0] + "\n",
		"too long":       good + strings.Repeat("x", 70_000) + "\n",
		"CR":             strings.ReplaceAll(good, "\n", "\r\n"),
	} {
		b, err := consent.Read(strings.NewReader(text))
		require.Error(t, err, name)
		require.Nil(t, b, name)
		require.Regexp(t, `^consent: line \d+: `, err.Error(), name)
		require.NotContains(t, err.Error(), "Ana", name)
	}
	broken := errors.New("broken")
	_, err = consent.Read(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.Error(t, consent.Write(&lines, consent.Entry{Kind: 9}))
	require.Error(t, consent.Write(&lines, consent.Entry{Kind: consent.Give, At: start, Signal: "not an identifier"}))
}

// What is read is written back as the same bytes.
func FuzzRead(f *testing.F) {
	var lines bytes.Buffer
	for _, e := range []consent.Entry{notice("n1", 0), restrict(0, "coaching"), give(ana, "meetings", "coaching", "n1", 1), withdraw(ana, "meetings", "coaching", 0), withdrawAll(ben, 3)} {
		if err := consent.Write(&lines, e); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(lines.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := consent.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		for e := range b.Entries() {
			if err := consent.Write(&again, e); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again.Bytes(), data) {
			t.Fatalf("read %q, wrote %q", data, again.Bytes())
		}
	})
}

func BenchmarkHolds(b *testing.B) {
	bk := book(b, notice("n1", 0), restrict(0, "coaching"))
	var people []coaching.PersonID
	for i := range 1000 {
		p := person(fmt.Sprint(i))
		people = append(people, p)
		bk.Add(give(p, "meetings", "coaching", "n1", 1))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if !bk.Holds(people[i%len(people)], "meetings", "coaching", hour(2)) {
			b.Fatal("does not hold")
		}
	}
}
