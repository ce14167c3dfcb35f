package audit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

// Every kind of event of GOV-018 and beyond survives writing and reading.
func TestEveryKindRoundTrips(t *testing.T) {
	seen := make(map[audit.Kind]bool)
	w := written{}
	for i, b := range bodies(t) {
		seen[b.Kind()] = true
		if w.log == nil {
			w = write(t, origin, len(bodies(t)))
		}
		entry, err := audit.ParseEntry([]byte(w.lines[i]))
		require.NoError(t, err, w.lines[i])
		require.Equal(t, event(t, i), entry.Event())
		require.Equal(t, b, entry.Event().Body())
		require.Equal(t, w.lines[i], string(entry.Bytes()))
	}
	for k := audit.KindDecision; !strings.HasPrefix(k.String(), "Kind("); k++ {
		require.True(t, seen[k], "no event of kind %s", k)
	}
}

// embedding borrows the methods of a body.
type embedding struct{ audit.Body }

func TestNewEventRefuses(t *testing.T) {
	leader, digest := person(t, "leader 1"), audit.DigestOf([]byte("x"))
	use := audit.PackUse{Pack: "p", Signal: "s", Session: "S-1", Leader: leader}
	by := coach(t)
	names := []string{"", "Jane Doe", "jane@example.com", "a\"b", "a\\b", "a\nb", "é", "1a", "-a", "a/b", strings.Repeat("a", 65), "a\x00"}
	for _, bad := range names {
		u := use
		u.Session = bad
		_, err := audit.NewEvent(start, by, u)
		require.Error(t, err, "%q", bad)
		if len(bad) > 2 {
			require.NotContains(t, err.Error(), bad, "an error never quotes what may be a name")
		}
		_, err = audit.NewEvent(start, by, audit.Decision{Action: "use", Purpose: "coaching", ResourceType: "pack", Reasons: []string{bad}})
		require.Error(t, err, "%q", bad)
	}
	tests := map[string]struct {
		at   time.Time
		by   audit.Actor
		body audit.Body
	}{
		"no body":                 {start, by, nil},
		"a pointer":               {start, by, &use},
		"an embedded body":        {start, by, embedding{use}},
		"an embedded nothing":     {start, by, embedding{}},
		"no time":                 {time.Time{}, by, use},
		"year 10000":              {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), by, use},
		"year 0":                  {time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), by, use},
		"nobody":                  {start, audit.Actor{Role: coaching.Coach}, use},
		"no role":                 {start, audit.Actor{ID: by.ID}, use},
		"undeclared role":         {start, audit.Actor{ID: by.ID, Role: 99}, use},
		"nobody permitted":        {start, audit.Actor{}, audit.Decision{Action: "use", Purpose: "coaching", ResourceType: "pack", Answer: audit.Permitted}},
		"no leader":               {start, by, audit.PackUse{Pack: "p", Signal: "s", Session: "S-1"}},
		"undeclared use":          {start, by, audit.PackUse{Pack: "p", Signal: "s", Session: "S-1", Leader: leader, Use: 3, Reason: digest}},
		"ignored without reason":  {start, by, audit.PackUse{Pack: "p", Signal: "s", Session: "S-1", Leader: leader, Use: audit.Ignored}},
		"negative rows":           {start, by, audit.Export{Dataset: "d", Class: "raw", Format: "csv", Rows: -1, Digest: digest}},
		"too many rows":           {start, by, audit.Export{Dataset: "d", Class: "raw", Format: "csv", Rows: 1 << 53, Digest: digest}},
		"export without digest":   {start, by, audit.Export{Dataset: "d", Class: "raw", Format: "csv"}},
		"withdrawn with expiry":   {start, by, audit.ConsentChange{Participant: leader, Signal: "s", Purpose: "p", Expires: start}},
		"purge without a day":     {start, by, audit.Purge{Class: "raw"}},
		"too many reasons":        {start, by, audit.Decision{Action: "use", Purpose: "coaching", ResourceType: "pack", Reasons: make([]string, 33)}},
		"refusal without a cause": {start, by, audit.PolicyRefusal{From: digest, To: digest}},
		"corrected by nobody":     {start, audit.Actor{Role: coaching.System}, audit.ClockCorrection{Latest: start.Add(1)}},
		"corrected forwards":      {start, by, audit.ClockCorrection{Latest: start}},
		"corrected to nothing":    {start, by, audit.ClockCorrection{}},
		"reveal without a person": {start, by, audit.IdentityReveal{Request: "R-1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, err := audit.NewEvent(tt.at, tt.by, tt.body)
			require.Error(t, err)
			require.Equal(t, audit.NoKind, e.Kind())
		})
	}
	for _, b := range []audit.Body{use, audit.Decision{Action: "use", Purpose: "coaching", ResourceType: "pack"}, audit.Outcome{}, audit.PolicySwap{To: digest}, audit.PolicyRefusal{Cause: "POL-014"}, audit.ClockCorrection{Latest: start.Add(1)}} {
		_, err := audit.NewIntent(start, by, b)
		require.Error(t, err, "%s is no intent", b.Kind())
	}
}

// Software may act as nobody, and whoever could not be identified may be denied.
func TestAnonymousActors(t *testing.T) {
	digest := audit.DigestOf([]byte("x"))
	_, err := audit.NewEvent(start, audit.Actor{Role: coaching.System}, audit.PolicySwap{To: digest})
	require.NoError(t, err)
	_, err = audit.NewEvent(start, audit.Actor{}, audit.Decision{Action: "use", Purpose: "coaching", ResourceType: "pack"})
	require.NoError(t, err)
}

// The event keeps no slice of the caller's, and gives none of its own away.
func TestEventIsImmutable(t *testing.T) {
	d := bodies(t)[0].(audit.Decision)
	e, err := audit.NewEvent(start, coach(t), d)
	require.NoError(t, err)
	d.Reasons[0] = "Jane Doe"
	e.Body().(audit.Decision).Reasons[1] = "Jane Doe"
	require.Equal(t, []string{"GOV-015", "GOV-012"}, e.Body().(audit.Decision).Reasons)
}

// The record is its bytes: the same JSON value, spelled otherwise, is refused.
func TestParseEntryIsStrict(t *testing.T) {
	line := write(t, origin, 7).lines[6] // an export
	tests := map[string]string{
		"as written":           line,
		"space":                strings.Replace(line, ":", ": ", 1),
		"line end":             line + "\n",
		"leading space":        " " + line,
		"two records":          line + line,
		"no end":               line[:len(line)-1],
		"nothing":              "",
		"null":                 "null",
		"escaped letter":       strings.Replace(line, `"csv"`, `"cs\u0076"`, 1),
		"float":                strings.Replace(line, `"rows":40`, `"rows":40.0`, 1),
		"exponent":             strings.Replace(line, `"rows":40`, `"rows":4e1`, 1),
		"leading zero":         strings.Replace(line, `"rows":40`, `"rows":040`, 1),
		"negative":             strings.Replace(line, `"rows":40`, `"rows":-40`, 1),
		"plus":                 strings.Replace(line, `"rows":40`, `"rows":+40`, 1),
		"too large":            strings.Replace(line, `"rows":40`, `"rows":9007199254740992`, 1),
		"huge":                 strings.Replace(line, `"rows":40`, `"rows":`+strings.Repeat("9", 400), 1),
		"number as text":       strings.Replace(line, `"rows":40`, `"rows":"40"`, 1),
		"other version":        strings.Replace(line, "audit/v1", "audit/v2", 1),
		"unknown kind":         strings.Replace(line, `"kind":"export"`, `"kind":"import"`, 1),
		"kind none":            strings.Replace(line, `"kind":"export"`, `"kind":"none"`, 1),
		"another kind":         strings.Replace(line, `"kind":"export"`, `"kind":"purge"`, 1),
		"unknown role":         strings.Replace(line, `"role":"coach"`, `"role":"manager"`, 1),
		"alias of a role":      strings.Replace(line, `"role":"coach"`, `"role":"leader"`, 1),
		"upper-case person":    strings.Replace(line, `"p1_`, `"P1_`, 1),
		"time with offset":     strings.Replace(line, `Z"`, `+00:00"`, 1),
		"time with zeros":      strings.Replace(line, `Z"`, `.000Z"`, 1),
		"duplicate key":        strings.Replace(line, `"rows":40`, `"rows":40,"rows":40`, 1),
		"unknown key":          strings.Replace(line, `"rows":40`, `"rows":40,"note":"x"`, 1),
		"missing key":          strings.Replace(line, `"rows":40,`, "", 1),
		"keys in other order":  strings.Replace(line, `"format":"csv","rows":40`, `"rows":40,"format":"csv"`, 1),
		"key in other case":    strings.Replace(line, `"rows"`, `"Rows"`, 1),
		"upper-case digest":    strings.ToUpper(line[:130]) + line[130:],
		"free text":            strings.Replace(line, `"csv"`, `"Jane Doe"`, 1),
		"outcome as a fact":    strings.Replace(line, `"fact"`, `"outcome"`, 1),
		"byte order mark":      "\ufeff" + line,
		"more than the limit":  line + strings.Repeat(" ", audit.MaxRecord),
		"invalid UTF-8":        strings.Replace(line, `"csv"`, "\"cs\xff\"", 1),
		"zero-width character": strings.Replace(line, `"csv"`, "\"cs\u200bv\"", 1),
	}
	for name, record := range tests {
		t.Run(name, func(t *testing.T) {
			entry, err := audit.ParseEntry([]byte(record))
			if name == "as written" {
				require.NoError(t, err)
				return
			}
			require.NotEqual(t, line, record, "the case changes nothing")
			require.Error(t, err)
			require.Equal(t, audit.Entry{}, entry)
			require.NotContains(t, err.Error(), "Jane")
		})
	}
}

// Nothing but printable ASCII can be in a record.
func TestRecordsArePrintable(t *testing.T) {
	for _, line := range write(t, origin, 60).lines {
		for _, b := range []byte(line) {
			require.True(t, b >= ' ' && b <= '~')
		}
		require.LessOrEqual(t, len(line), audit.MaxRecord)
	}
}
