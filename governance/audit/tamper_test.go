package audit_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// Every single-bit flip of a checkpoint is refused, and so is every other change
// of one byte's place. Package note alone accepts some of them.
func TestEveryCheckpointBit(t *testing.T) {
	signer, key := keys(t, origin, "k")
	flips := 0
	for _, n := range []int{0, 1, 29, 64} {
		head := sign(t, write(t, origin, n).log, signer)
		_, err := key.Open(head)
		require.NoError(t, err)
		for i := range head {
			for bit := range 8 {
				bad := slices.Clone(head)
				bad[i] ^= 1 << bit
				c, err := key.Open(bad)
				require.Error(t, err, "%q", bad)
				require.Equal(t, audit.Checkpoint{}, c)
				flips++
			}
			_, err := key.Open(slices.Delete(slices.Clone(head), i, i+1))
			require.Error(t, err)
			_, err = key.Open(slices.Insert(slices.Clone(head), i, head[i]))
			require.Error(t, err)
			_, err = key.Open(head[:i])
			require.Error(t, err)
		}
	}
	t.Logf("%d single-bit flips, 0 accepted", flips)
}

func TestOpenRefuses(t *testing.T) {
	signer, key := keys(t, origin, "k")
	stranger, strangerKey := keys(t, origin, "another key")
	foreign, foreignKey := keys(t, "example.com/other/audit", "k")
	w := write(t, origin, 3)
	head := sign(t, w.log, signer)
	other := sign(t, w.log, stranger)
	_, line, _ := strings.Cut(string(other), "\n\n")
	tests := map[string]struct {
		key  *audit.Verifier
		text string
		want error
	}{
		"another key":           {strangerKey, string(head), audit.ErrSignature},
		"another log":           {foreignKey, string(head), audit.ErrOrigin},
		"another log's head":    {key, string(sign(t, write(t, "example.com/other/audit", 3).log, foreign)), audit.ErrOrigin},
		"an unverified line":    {key, string(head) + line, audit.ErrSignature},
		"the signature twice":   {key, string(head) + strings.SplitN(string(head), "\n\n", 2)[1], audit.ErrSignature},
		"only the text":         {key, w.log.Head().Text(), audit.ErrCheckpoint},
		"nothing":               {key, "", audit.ErrCheckpoint},
		"an extension line":     {key, strings.Replace(string(head), "\n\n", "\next\n\n", 1), audit.ErrCheckpoint},
		"carriage returns":      {key, strings.ReplaceAll(string(head), "\n", "\r\n"), audit.ErrCheckpoint},
		"a large text":          {key, string(head) + strings.Repeat("x", 2000), audit.ErrCheckpoint},
		"size with a plus":      {key, strings.Replace(string(head), "\n3\n", "\n+3\n", 1), audit.ErrCheckpoint},
		"size with zeros":       {key, strings.Replace(string(head), "\n3\n", "\n03\n", 1), audit.ErrCheckpoint},
		"size below zero":       {key, strings.Replace(string(head), "\n3\n", "\n-3\n", 1), audit.ErrCheckpoint},
		"another size":          {key, strings.Replace(string(head), "\n3\n", "\n4\n", 1), audit.ErrSignature},
		"size 0, a root of 3":   {key, strings.Replace(string(head), "\n3\n", "\n0\n", 1), audit.ErrCheckpoint},
		"size of 2^63":          {key, strings.Replace(string(head), "\n3\n", "\n9223372036854775808\n", 1), audit.ErrCheckpoint},
		"the zero verifier":     {&audit.Verifier{}, string(head), nil},
		"no verifier":           {nil, string(head), nil},
		"a blank line in front": {key, "\n" + string(head), audit.ErrCheckpoint},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := tt.key.Open([]byte(tt.text))
			require.Error(t, err)
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
			}
		})
	}
	// A signer signs its own log only.
	_, err := w.log.Sign(foreign)
	require.ErrorIs(t, err, audit.ErrOrigin)
	_, err = w.log.Sign(nil)
	require.Error(t, err)
}

// Signing keys never show, with any verb.
func TestKeysAreHidden(t *testing.T) {
	secret, public, err := audit.GenerateKey(seeded("k"), origin)
	require.NoError(t, err)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		require.Equal(t, "audit.Signer", fmt.Sprintf(verb, signer), verb)
	}
	for i := range secret {
		_, err := audit.NewSigner(secret[:i])
		require.Error(t, err)
		require.NotContains(t, err.Error(), secret[max(0, len(secret)-20):])
	}
	for i := range public {
		_, err := audit.NewVerifier(public[:i])
		require.Error(t, err)
		_, err = audit.NewVerifier(public[:i] + "!" + public[i+1:])
		require.Error(t, err)
	}
	_, _, err = audit.GenerateKey(strings.NewReader("short"), origin)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	again, _, err := audit.GenerateKey(seeded("k"), origin)
	require.NoError(t, err)
	require.Equal(t, secret, again)
}

// An insider rewrites line i into another honest-looking record and mends
// everything after it, so that the log is well formed again.
func rewritten(t testing.TB, n, i int, change func([]audit.Event) []audit.Event) written {
	t.Helper()
	events := make([]audit.Event, n)
	for k := range n {
		events[k] = event(t, k)
	}
	return writeEvents(t, origin, change(events))
}

// Whatever is done to the bytes or lines of a log is detected against an anchor,
// also when whoever did it holds the signing key.
func TestTamperingIsDetected(t *testing.T) {
	signer, key := keys(t, origin, "k")
	tried := 0
	var honest string
	var head []byte
	detect := func(what, tampered string, anchors ...audit.Checkpoint) {
		t.Helper()
		if tampered == honest {
			return
		}
		tried++
		r := verify(tampered, key, head, anchors...)
		if r.OK() {
			require.Failf(t, "not detected", "%s, with %d anchors", what, len(anchors))
		}
		if r.Verdict == audit.Unverified || !r.Findings.Blocked() || !r.Findings.Has("GOV-018") {
			require.Failf(t, "no verdict", "%s: %s", what, r.Verdict)
		}
	}

	// Bytes, of a small log. The head alone detects them.
	small := write(t, origin, 3)
	honest, head = text(small.lines), sign(t, small.log, signer)
	require.True(t, verify(honest, key, head).OK())
	for i := range len(honest) {
		if testing.Short() && i%5 != 0 {
			continue
		}
		for bit := range 8 {
			if testing.Short() && bit != i/5%8 {
				continue // one bit of every fifth byte
			}
			b := []byte(honest)
			b[i] ^= 1 << bit
			detect(fmt.Sprintf("bit %d of byte %d flipped", bit, i), string(b))
		}
		detect("byte deleted", honest[:i]+honest[i+1:])
		detect("byte doubled", honest[:i+1]+honest[i:])
		detect("byte zeroed", honest[:i]+"\x00"+honest[i+1:])
		detect("line end inserted", honest[:i]+"\n"+honest[i:])
		detect("truncated", honest[:i])
		detect("tail zeroed", honest[:i]+strings.Repeat("\x00", len(honest)-i))
	}

	// Lines.
	const n = 12
	w := write(t, origin, n)
	anchor := w.log.Head()
	honest, head = text(w.lines), sign(t, w.log, signer)
	require.True(t, verify(honest, key, head, anchor).OK())
	for i := range n {
		detect("line deleted", text(slices.Delete(slices.Clone(w.lines), i, i+1)))
		detect("blank line", text(slices.Insert(slices.Clone(w.lines), i, "")))
		for k := range n {
			swapped := slices.Clone(w.lines)
			swapped[i], swapped[k] = swapped[k], swapped[i]
			detect("lines swapped", text(swapped))
			detect("line repeated", text(slices.Insert(slices.Clone(w.lines), i, w.lines[k])))
			if i < k {
				detect("range deleted", text(slices.Delete(slices.Clone(w.lines), i, k)))
				reversed := slices.Clone(w.lines)
				slices.Reverse(reversed[i:k])
				detect("range reversed", text(reversed))
			}
		}
	}
	for _, line := range w.lines {
		detect("appended copy", honest+line+"\n")
		detect("appended part", honest+line[:len(line)/2])
	}
	foreign := write(t, "example.com/other/audit", n+5)
	detect("a longer log's tail", honest+text(write(t, origin, n+1).lines[n:]))
	detect("a foreign log", text(foreign.lines), anchor)
	t.Logf("%d tampered logs, all detected", tried)

	// With the key: the insider mends the log and signs it again.
	remade := 0
	forge := func(what string, w written) {
		t.Helper()
		forged := sign(t, w.log, signer)
		require.True(t, verify(text(w.lines), key, forged).OK(), "%s: a forgery that is not even well formed", what)
		r := verify(text(w.lines), key, forged, anchor)
		require.False(t, r.OK(), what)
		require.Contains(t, []audit.Verdict{audit.Forked, audit.RolledBack}, r.Verdict)
		// The head of before serves as an anchor as well.
		two := audit.Verify(strings.NewReader(text(w.lines)), key, [][]byte{head, forged})
		require.False(t, two.OK(), what)
		remade++
	}
	for i := range n {
		if i != 0 { // the record that the outcomes end
			forge("record left out", rewritten(t, n, i, func(e []audit.Event) []audit.Event { return slices.Delete(e, i, i+1) }))
		}
		if i > 0 && i < n-1 {
			forge("cut and forged", rewritten(t, n, i, func(e []audit.Event) []audit.Event { return e[:i] }))
		}
		forge("record changed", rewritten(t, n, i, func(e []audit.Event) []audit.Event {
			e[i] = event(t, 29*7)
			return e
		}))
		if i > 0 {
			forge("record put in", rewritten(t, n, i, func(e []audit.Event) []audit.Event { return slices.Insert(e, i, event(t, 29)) }))
		}
	}
	t.Logf("%d forgeries signed with the stolen key, all detected against the anchor", remade)
}

// What the package comment says is not detected is not detected. When one of
// these begins to fail, the comment is wrong.
func TestWhatIsNotDetected(t *testing.T) {
	signer, key := keys(t, origin, "k")
	w := write(t, origin, 12)
	anchor := w.log.Head()

	t.Run("roll-back to an earlier honest pair, without an anchor", func(t *testing.T) {
		early := write(t, origin, 7)
		head := sign(t, early.log, signer)
		require.True(t, verify(text(early.lines), key, head).OK())
		r := verify(text(early.lines), key, head, anchor)
		require.Equal(t, audit.RolledBack, r.Verdict)
		require.EqualValues(t, 7, r.First)
	})
	t.Run("rewriting with the key, without an anchor", func(t *testing.T) {
		forged := rewritten(t, 12, 5, func(e []audit.Event) []audit.Event { return slices.Delete(e, 5, 6) })
		require.True(t, verify(text(forged.lines), key, sign(t, forged.log, signer)).OK())
	})
	t.Run("rewriting with the key, after the anchor", func(t *testing.T) {
		old := write(t, origin, 5).log.Head()
		forged := rewritten(t, 12, 5, func(e []audit.Event) []audit.Event { return slices.Delete(e, 7, 8) })
		require.True(t, verify(text(forged.lines), key, sign(t, forged.log, signer), old).OK())
		forged = rewritten(t, 12, 5, func(e []audit.Event) []audit.Event { return slices.Delete(e, 4, 5) })
		r := verify(text(forged.lines), key, sign(t, forged.log, signer), old)
		require.Equal(t, audit.Forked, r.Verdict)
	})
	t.Run("an event that was never appended", func(t *testing.T) {
		require.True(t, verify(text(w.lines), key, sign(t, w.log, signer), anchor).OK())
	})
}

// Each kind of fault has its class and its place.
func TestVerdicts(t *testing.T) {
	signer, key := keys(t, origin, "k")
	stranger, _ := keys(t, origin, "another key")
	foreign, _ := keys(t, "example.com/other/audit", "k")
	empty, short, w := write(t, origin, 0), write(t, origin, 5), write(t, origin, 8)
	head5, head8 := sign(t, short.log, signer), sign(t, w.log, signer)
	all := text(w.lines)
	other := rewritten(t, 8, 6, func(e []audit.Event) []audit.Event { e[6] = event(t, 29); return e })
	foreignHead := sign(t, write(t, "example.com/other/audit", 8).log, foreign)
	tests := []struct {
		name           string
		log            string
		heads          [][]byte
		anchors        []audit.Checkpoint
		want           audit.Verdict
		records, first int64
		sealed         int64
	}{
		{"whole", all, [][]byte{head8}, nil, audit.Whole, 8, -1, 8},
		{"whole, with the chain of heads", all, [][]byte{sign(t, empty.log, signer), head5, head5, head8}, []audit.Checkpoint{short.log.Head()}, audit.Whole, 8, -1, 8},
		{"empty, no head", "", nil, nil, audit.Whole, 0, -1, 0},
		{"empty, its head", "", [][]byte{sign(t, empty.log, signer)}, nil, audit.Whole, 0, -1, 0},
		{"no head", all, nil, nil, audit.Unsealed, 8, 0, 0},
		{"no head, an anchor", all, nil, []audit.Checkpoint{w.log.Head()}, audit.Unsealed, 8, 0, 8},
		{"records after the head", all, [][]byte{head5}, nil, audit.Unsealed, 8, 5, 5},
		{"torn tail", all[:len(all)-1], [][]byte{head5}, nil, audit.TornTail, 7, 7, 5},
		{"zeros at the end", text(w.lines[:5]) + strings.Repeat("\x00", 9000), [][]byte{head5}, nil, audit.TornTail, 5, 5, 5},
		{"zeros and then a line", text(w.lines[:5]) + strings.Repeat("\x00", 9000) + "\n" + w.lines[5] + "\n", [][]byte{head5}, nil, audit.Corrupt, 5, 5, 5},
		{"torn where it was vouched for", all[:len(all)-1], [][]byte{head8}, nil, audit.RolledBack, 7, 7, 0},
		{"cut at a line", text(w.lines[:7]), [][]byte{head8}, nil, audit.RolledBack, 7, 7, 0},
		{"emptied", "", [][]byte{head8}, nil, audit.RolledBack, 0, 0, 0},
		{"heads go back", all, [][]byte{head8, head5}, nil, audit.RolledBack, 0, -1, 0},
		{"a line that is no record", strings.Replace(all, w.lines[3], "{}", 1), [][]byte{head8}, nil, audit.Corrupt, 3, 3, 0},
		{"a line too long", strings.Replace(all, w.lines[3], w.lines[3]+strings.Repeat("x", 9000), 1), [][]byte{head8}, nil, audit.Corrupt, 3, 3, 0},
		// The record after it knows better.
		{"a record changed", strings.Replace(all, `"rows":40`, `"rows":41`, 1), [][]byte{head8}, nil, audit.Corrupt, 7, 7, 0},
		{"a record changed after a head", strings.Replace(all, `"rows":40`, `"rows":41`, 1), [][]byte{head5, head8}, nil, audit.Corrupt, 7, 7, 5},
		{"the last record changed", strings.Replace(all, "appeal", "other", 1), [][]byte{head8}, nil, audit.Forked, 8, 0, 0},
		{"a record of another place", strings.Replace(all, w.lines[4], w.lines[5], 1), [][]byte{head8}, nil, audit.Corrupt, 4, 4, 0},
		{"a record of another log", strings.Replace(all, w.lines[7], other.lines[7], 1), [][]byte{head5}, nil, audit.Corrupt, 7, 7, 5},
		{"another history", text(other.lines), [][]byte{head5, head8}, nil, audit.Forked, 8, 5, 5},
		{"another history, by the anchor", text(other.lines), [][]byte{head5, sign(t, other.log, signer)}, []audit.Checkpoint{w.log.Head()}, audit.Forked, 8, 5, 5},
		{"a head of another log", all, [][]byte{foreignHead}, nil, audit.WrongOrigin, 0, -1, 0},
		{"an anchor of another log", all, [][]byte{head8}, []audit.Checkpoint{{Origin: "example.com/other/audit", Size: 8, Root: w.log.Head().Root}}, audit.WrongOrigin, 0, -1, 0},
		{"another key", all, [][]byte{sign(t, w.log, stranger)}, nil, audit.BadSignature, 0, -1, 0},
		{"an unsigned head", all, [][]byte{[]byte(w.log.Head().Text())}, nil, audit.BadSignature, 0, -1, 0},
		{"the zero anchor", all, [][]byte{head8}, []audit.Checkpoint{{Origin: origin}}, audit.BadSignature, 0, -1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := audit.Verify(strings.NewReader(tt.log), key, tt.heads, tt.anchors...)
			require.Equal(t, tt.want, r.Verdict, "%v", r.Findings)
			require.Equal(t, tt.want == audit.Whole, r.OK())
			require.Equal(t, tt.records, r.Records)
			require.Equal(t, tt.first, r.First)
			require.Equal(t, tt.sealed, r.Sealed)
			require.Equal(t, tt.want != audit.Whole, r.Findings.Blocked())
		})
	}
	require.False(t, audit.Report{}.OK())
	require.False(t, audit.Verify(strings.NewReader(all), nil, [][]byte{head8}).OK())
	require.False(t, audit.Verify(strings.NewReader(all), &audit.Verifier{}, [][]byte{head8}).OK())
	require.False(t, audit.Verify(nil, key, [][]byte{head8}).OK())
	failing := io.MultiReader(strings.NewReader(all), iotest.ErrReader(errors.New("disk")))
	require.Equal(t, audit.Unreadable, audit.Verify(failing, key, [][]byte{head8}).Verdict)
	require.True(t, audit.Verify(iotest.OneByteReader(strings.NewReader(all)), key, [][]byte{head8}).OK())
}

// A clock that goes back is recorded as it was given, with a warning.
func TestClockGoingBack(t *testing.T) {
	signer, key := keys(t, origin, "k")
	review := bodies(t)[21]
	var events []audit.Event
	for _, minute := range []int{0, 5, 3, 4, 5} {
		e, err := audit.NewEvent(start.Add(time.Duration(minute)*time.Minute), coach(t), review)
		require.NoError(t, err)
		events = append(events, e)
	}
	w := writeEvents(t, origin, events)
	entry, err := audit.ParseEntry([]byte(w.lines[2]))
	require.NoError(t, err)
	require.Equal(t, start.Add(3*time.Minute), entry.Event().At())
	r := verify(text(w.lines), key, sign(t, w.log, signer))
	require.True(t, r.OK())
	require.Len(t, r.Findings, 1)
	require.Equal(t, 3, r.Findings[0].Line)
	require.False(t, r.Findings.Blocked())
}

// An outcome of something that is no open intent is a warning.
func TestOutcomeWithoutIntent(t *testing.T) {
	signer, key := keys(t, origin, "k")
	w := write(t, origin, 6) // outcomes 3, 4 and 5 all end intent 0
	r := verify(text(w.lines), key, sign(t, w.log, signer))
	require.True(t, r.OK())
	require.Len(t, r.Findings, 2)
	require.Equal(t, []int{5, 6}, []int{r.Findings[0].Line, r.Findings[1].Line})
}

// Every finding's code is listed by Rules, which are in order.
func TestRules(t *testing.T) {
	rules := audit.Rules()
	require.Len(t, rules, 2)
	for i, code := range []string{"GOV-018", "GOV-019"} {
		require.Equal(t, code, rules[i].Code)
		require.NotEmpty(t, rules[i].Statement)
		require.NotEmpty(t, rules[i].Remedy)
	}
}
