package governance

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Calendar months counted in nanoseconds are those of package time, with the
// last day of a month for a day that it does not have: every day of two
// centuries, moved by up to fifty years.
func TestMonthsAgreeWithTime(t *testing.T) {
	g := rand.New(rand.NewPCG(4, 5))
	first := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := range 120_000 {
		at := first.AddDate(0, 0, day).Add(time.Duration(g.Int64N(nanosPerDay)))
		n := g.IntN(2*maxMonths+1) - maxMonths
		h, m, s := at.Clock()
		to := coaching.DateOf(at).AddMonths(n)
		want := time.Date(to.Year(), to.Month(), to.Day(), h, m, s, at.Nanosecond(), time.UTC)
		later, ok := monthsLater(at.UnixNano(), int64(n))
		require.Equal(t, want.Year() >= 1700 && want.Year() <= 2250, ok)
		if ok {
			require.Equal(t, want, time.Unix(0, later).UTC(), "%s and %d months", at, n)
			require.Equal(t, later, addMonths(at.UnixNano(), n))
		}
	}
}

// What a request's owner has agreed to is what the list of consents holds for
// every signal: over random grants, expiries and withdrawals under two notices.
func TestConsentedAgreesWithTheList(t *testing.T) {
	g := rand.New(rand.NewPCG(6, 7))
	person, err := casePeople()
	require.NoError(t, err)
	people := []coaching.PersonID{{}, person("a"), person("b")}
	now := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
	when := func() time.Time {
		return []time.Time{{}, now.Add(-2 * time.Hour), now.Add(-time.Hour), now, now.Add(1), now.Add(time.Hour)}[g.IntN(6)]
	}
	names := []string{"s1", "s2"}
	sizes := map[int]int{}
	for range 100_000 {
		r := &Request{Now: now, Notice: []string{"", "n-1"}[g.IntN(2)]}
		r.Resource.Owner, r.Resource.Signals = people[min(1, g.IntN(8))], names[:g.IntN(3)]
		for range g.IntN(7) {
			c := signal.Consent{Participant: people[1+g.IntN(2)], Signal: append(names, "")[g.IntN(3)], Notice: []string{"", "n-1"}[g.IntN(2)],
				Purpose: append([]string{"research"}, purposeNames[1:4]...)[g.IntN(4)], Granted: when()}
			if g.IntN(3) == 0 {
				c.Expires = when()
			}
			if g.IntN(5) == 0 {
				c.Withdrawn = when()
			}
			r.Consents = append(r.Consents, c)
		}
		var want int64
		for p := ForCoaching; int(p) < len(purposeNames); p++ {
			signals := r.Resource.Signals
			if len(signals) == 0 {
				signals = []string{""}
			}
			agreed := !r.Resource.Owner.IsZero()
			for _, s := range signals {
				agreed = agreed && holds(r, s, purposeNames[p])
				if r.Notice == "" && !slices.ContainsFunc(r.Consents, func(c signal.Consent) bool { return c.Notice != "" }) {
					require.Equal(t, r.Consents.Holds(r.Resource.Owner, s, purposeNames[p], now), !r.Resource.Owner.IsZero() && holds(r, s, purposeNames[p]))
				}
			}
			if agreed {
				want |= 1 << p
			}
		}
		require.Equal(t, want, consented(r), "%+v", r)
		sizes[int(setSize(want))]++
	}
	require.Greater(t, sizes[1], 1000)
	require.Greater(t, sizes[2], 50)
}

// A decision says the same after its request has changed, and a clone of it
// after the decision has been used again: in JSON, with every message.
func TestDecisionsKeepTheirWords(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	s := newSampler(t, 31)
	text := func(d Decision) string {
		b, err := json.Marshal(d)
		require.NoError(t, err)
		return string(b)
	}
	var into Decision
	reviews, shown := 0, 0
	for range 4_000 {
		r := s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(1+s.IntN(len(roleNames)-1)),
			ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
		want := text(p.Decide(r))
		fresh := p.Decide(r)
		p.DecideInto(r, &into)
		kept := into.Clone()
		require.Equal(t, fresh, kept)
		require.Equal(t, want, text(into))
		*r = Request{Resource: Resource{ID: "another", GroupSize: 77}}
		require.Equal(t, want, text(fresh))
		require.Equal(t, want, text(into))
		p.DecideInto(s.request(Export, coaching.ProgramAdmin, ResourceDataset, signal.Pseudonymous), &into)
		require.Equal(t, want, text(kept))
		p.DecideInto(nil, &into)
		require.Equal(t, want, text(kept))
		reviews += len(kept.Reviews)
		for _, reason := range kept.Reasons {
			shown += len(reason.Message.values)
		}
		var back Decision
		require.NoError(t, json.Unmarshal([]byte(want), &back))
		require.Equal(t, want, text(back))
	}
	require.NotZero(t, reviews)
	require.NotZero(t, shown)
}

// A digest reads back what it writes, and nothing else.
func TestRequestDigestText(t *testing.T) {
	r := shapes(t)[0].Request
	text := r.Digest()
	var d RequestDigest
	require.NoError(t, d.UnmarshalText([]byte(text)))
	require.Equal(t, text, d.String())
	for _, bad := range []string{"", "zz", text[2:], text + "00", strings.ToUpper(text), "g" + text[1:]} {
		require.Error(t, new(RequestDigest).UnmarshalText([]byte(bad)))
	}
}

// A message that is read after its decision was used again speaks of no other
// request, whichever copies of the decision were used: it says what it said, or
// that it does not know.
func TestMessageOutlivesItsDecision(t *testing.T) {
	p, _, err := BuiltIn()
	require.NoError(t, err)
	s := newSampler(t, 41)
	request := func() *Request {
		return s.request(Action(1+s.IntN(len(actionNames)-1)), coaching.Role(1+s.IntN(len(roleNames)-1)),
			ResourceType(1+s.IntN(len(resourceNames)-1)), signal.DataClass(s.IntN(3)))
	}
	var into, other Decision
	gone := 0
	for range 3_000 {
		p.DecideInto(request(), &into)
		kept, own := into.Reasons, into.Clone().Reasons
		kept = slices.Clone(kept)
		if s.IntN(2) == 0 {
			other = into // shares what it holds
		}
		for range 1 + s.IntN(3) {
			again := &into
			if s.IntN(2) == 0 {
				again = &other
			}
			p.DecideInto(request(), again)
		}
		copied := Decision{Reasons: kept}.Clone().Reasons
		for i, reason := range kept {
			m := reason.Message
			for j, v := range m.values {
				if v = v.at(m.when); v != own[i].Message.values[j] {
					require.Zero(t, v)
					gone++
				}
			}
			require.Equal(t, m.String(), copied[i].Message.String())
			require.True(t, !slices.Contains(m.values, value{}) || strings.Contains(m.String(), "unknown"))
		}
	}
	require.NotZero(t, gone)
}

// Nobody changes the policy through what a decision or a report shows of it.
func TestControlsAreTheirOwn(t *testing.T) {
	p, report, err := BuiltIn()
	require.NoError(t, err)
	r := &shapes(t)[0].Request
	r.Consents = nil
	d := p.Decide(r)
	was := d.Reasons[0].Controls.String()
	require.NotEmpty(t, was)
	for i := range report.Rules {
		for j := range report.Rules[i].Controls {
			report.Rules[i].Controls[j] = "gone"
		}
	}
	data, err := json.Marshal(d.Reasons[0])
	require.NoError(t, err)
	var back Reason
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, d.Reasons[0].Controls, back.Controls)
	require.NoError(t, json.Unmarshal([]byte(`{"controls":["gone"]}`), &back))
	require.Error(t, json.Unmarshal([]byte(`{"controls":"gone"}`), &back))
	data, err = json.Marshal(Reason{})
	require.NoError(t, err)
	require.NotContains(t, string(data), "controls")
	require.Equal(t, was, p.Decide(r).Reasons[0].Controls.String())
	require.NotContains(t, p.canonical(), "gone")
	require.Equal(t, d.Reasons[0].Controls.ids, slices.Collect(d.Reasons[0].Controls.All()))
}
