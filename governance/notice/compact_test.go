package notice_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/signal"
)

func signed(c notice.Compact, on string) []notice.Signature {
	var out []notice.Signature
	for _, r := range c.Parties() {
		out = append(out, notice.Signature{By: person(r.String()), Role: r, At: at(on), Compact: c.Digest()})
	}
	return out
}

// GOV-029: a compact limits raw data only for a whole plan; everything that is
// wrong with one is said at once, each with its rule.
func TestCompactNeedsAWholePlan(t *testing.T) {
	g := delivery()
	g.ID, g.Window, g.Owner = "not an identifier", coaching.Window{}, coaching.NoRole
	g.Purposes = []governance.Purpose{governance.UnknownPurpose}
	g.Signals = append(g.Signals, signal.Definition{ID: "homeless", Name: "No source", Explain: "x"}, signal.Definition{ID: "empty"})
	g.Sources[0].Residency, g.Sources[0].Restriction = "", " "
	g.Sources[1].Name = ""
	g.Sources[1].Signals = append(g.Sources[1].Signals, "unknown_signal")
	c, fs := notice.NewCompact(builtIn(), g, []coaching.Role{coaching.Steward, coaching.Steward, coaching.NoRole}, coaching.Date{})
	require.Empty(t, c.Digest())
	require.Nil(t, c.Bytes())
	var got []string
	for f := range fs.Blocking() {
		got = append(got, strings.TrimSpace(f.Code+" "+f.Path))
	}
	require.Equal(t, []string{
		"GOV-003 parties", "GOV-003 parties", "GOV-003 parties[1]", "GOV-003 parties[2]", "GOV-003 programme",
		"GOV-003 programme.owner", "GOV-003 programme.purposes", "GOV-027 programme.signals[3]", "GOV-008 programme.signals[4]",
		"GOV-008 programme.sources", "GOV-030 programme.sources[0].residency", "GOV-027 programme.sources[0].restriction", "GOV-008 programme.sources[1]",
		"GOV-003 programme.window", "GOV-003 until",
	}, got)

	_, fs = notice.NewCompact(nil, delivery(), parties, until())
	require.True(t, fs.Blocked() && fs.Has("GOV-003"))
}

// GOV-003: short.
func TestCompactStaysOnAPage(t *testing.T) {
	g := delivery()
	g.Sources[0].Restriction = strings.Repeat("word ", 500)
	c, fs := notice.NewCompact(builtIn(), g, parties, until())
	require.NotEmpty(t, c.Digest())
	require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool {
		return f.Code == "GOV-003" && f.Severity == coaching.Warning && strings.Contains(f.Message, "one page")
	}))
}

// GOV-030: the place is enforced where a region's policy holds it, and only
// recorded otherwise, which is said.
func TestCompactSaysWhetherThePlaceIsEnforced(t *testing.T) {
	slow(t)
	_, fs := notice.NewCompact(builtIn(), delivery(), parties, until())
	require.True(t, fs.Has("GOV-030"))
	require.NotContains(t, string(built().Markdown()), "What is kept elsewhere is not used.")
	c, fs := notice.NewCompact(stricter(), delivery(), parties, until())
	require.Empty(t, fs)
	require.Contains(t, string(c.Markdown()), "What is kept elsewhere is not used.")
	for _, text := range []string{"at most 60 days", "at most 6 months", "fewer than eight people", "three others have approved", "at least 100 characters", "24 hours"} {
		require.Contains(t, string(c.Markdown()), text)
	}

	// A changed policy is another compact: the old signatures no longer count.
	old := signed(built(), "2027-01-08T10:00:00Z")
	require.Empty(t, built().Check(old, at("2027-01-11T09:00:00Z")))
	require.NotEqual(t, built().Digest(), c.Digest())
	fs = c.Check(old, at("2027-01-11T09:00:00Z"))
	blocking := slices.Collect(fs.Blocking())
	require.Len(t, blocking, 3)
	require.Len(t, fs, 6) // and a warning for each that an old one is there
}

// Each field of the plan changes the digest; the order of keys and the caller's
// slices do not.
func TestCompactDigest(t *testing.T) {
	require.True(t, json.Valid(built().Bytes()))
	require.NotContains(t, string(built().Bytes()), "\n")
	g := delivery()
	c, _ := notice.NewCompact(builtIn(), g, parties, until())
	require.Equal(t, built().Digest(), c.Digest(), "same values, same bytes")
	g.Sources[0].Signals[0], g.Signals[0].Name = "changed", "changed"
	require.NotContains(t, string(c.HTML()), "changed", "the caller's lists are copied")
	if testing.Short() {
		return
	}
	for name, change := range map[string]func(*notice.Programme){
		"name":        func(g *notice.Programme) { g.Name += "x" },
		"window":      func(g *notice.Programme) { g.Window.From = g.Window.From.AddDays(1) },
		"outcome":     func(g *notice.Programme) { g.Outcome += "x" },
		"purposes":    func(g *notice.Programme) { g.Purposes = g.Purposes[:1] },
		"residency":   func(g *notice.Programme) { g.Sources[0].Residency = "us" },
		"restriction": func(g *notice.Programme) { g.Sources[0].Restriction += "x" },
		"contact":     func(g *notice.Programme) { g.Contact = "mailto:other@example.org" },
	} {
		g := delivery()
		change(&g)
		other, fs := notice.NewCompact(builtIn(), g, parties, until())
		require.NoError(t, fs.Err(), name)
		require.NotEqual(t, c.Digest(), other.Digest(), name)
	}
}

// GOV-003: what keeps a compact from being in force.
func TestCompactSignatures(t *testing.T) {
	c := built()
	now := at("2027-01-11T09:00:00Z")
	all := func() []notice.Signature { return signed(c, "2027-01-08T10:00:00Z") }
	tests := []struct {
		name   string
		change func([]notice.Signature) []notice.Signature
		at     time.Time
		want   string
	}{
		{"complete", func(s []notice.Signature) []notice.Signature { return s }, now, ""},
		{"the last day", func(s []notice.Signature) []notice.Signature { return s }, at("2027-06-30T23:59:59Z"), ""},
		{"ended", func(s []notice.Signature) []notice.Signature { return s }, at("2027-07-01T00:00:00Z"), "in force until 2027-06-30"},
		{"no time", func(s []notice.Signature) []notice.Signature { return s }, time.Time{}, "in force until"},
		{"one missing", func(s []notice.Signature) []notice.Signature { return s[:2] }, now, "no signature of data stewards"},
		{"signed later", func(s []notice.Signature) []notice.Signature { s[1].At = now.Add(time.Second); return s }, now, "no signature of the learning"},
		{"no time of signing", func(s []notice.Signature) []notice.Signature { s[1].At = time.Time{}; return s }, now, "no signature of the learning"},
		{"nobody", func(s []notice.Signature) []notice.Signature { s[0].By = coaching.PersonID{}; return s }, now, "no signature of the privacy officer"},
		{"another digest", func(s []notice.Signature) []notice.Signature { s[0].Compact = "x"; return s }, now, "changed since"},
		{"one person twice", func(s []notice.Signature) []notice.Signature { s[1].By = s[0].By; return s }, now, "somebody else"},
		{"another role", func(s []notice.Signature) []notice.Signature { s[2].Role = coaching.Coach; return s }, now, "no signature of data stewards"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fs := c.Check(tt.change(all()), tt.at)
			require.Equal(t, tt.want != "", fs.Blocked(), "%v", fs)
			for _, f := range fs {
				require.Equal(t, "GOV-003", f.Code)
				require.NotContains(t, f.Message, "p1_")
			}
			if tt.want != "" {
				require.Contains(t, fs.Err().Error()+fs[0].Message+fs[len(fs)-1].Message, tt.want)
			}
		})
	}
	require.True(t, notice.Compact{}.Check(all(), now).Blocked())
}

// The parties have signed when some choice of different people does it: a search
// over all choices says the same, whatever the order of the signatures.
func TestCompactAssignsPeopleToParties(t *testing.T) {
	c := built()
	now := at("2027-01-11T09:00:00Z")
	rapid.Check(t, func(t *rapid.T) {
		var signatures []notice.Signature
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			signatures = append(signatures, notice.Signature{
				By: person(string(rune('a' + rapid.IntRange(0, 3).Draw(t, "who")))), Role: rapid.SampledFrom(parties).Draw(t, "role"),
				At: now.Add(-time.Hour), Compact: c.Digest(),
			})
		}
		var possible func(party int, used []coaching.PersonID) bool
		possible = func(party int, used []coaching.PersonID) bool {
			if party == len(parties) {
				return true
			}
			for _, s := range signatures {
				if s.Role == parties[party] && !slices.Contains(used, s.By) && possible(party+1, append(slices.Clone(used), s.By)) {
					return true
				}
			}
			return false
		}
		fs := c.Check(signatures, now)
		require.Equal(t, possible(0, nil), !fs.Blocked())
		rand.Shuffle(len(signatures), func(i, j int) { signatures[i], signatures[j] = signatures[j], signatures[i] })
		require.Equal(t, !fs.Blocked(), !c.Check(signatures, now).Blocked())
	})
}
