package audit_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/internal/datadir"
)

// An operator makes a changed copy of a log; nil when it does not apply.
type operator struct {
	name string
	do   func(r *rand.Rand, log []byte, lines [][]byte) []byte
}

// operators are those of the collection of hostile inputs: bytes, and lines.
func operators() []operator {
	glue := func(lines ...[]byte) []byte { return bytes.Join(lines, nil) }
	edit := func(change func(r *rand.Rand, fields map[string]any, key string)) func(*rand.Rand, []byte, [][]byte) []byte {
		return func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			at := r.IntN(len(lines))
			var fields map[string]any
			d := json.NewDecoder(bytes.NewReader(lines[at]))
			d.UseNumber()
			if d.Decode(&fields) != nil {
				return nil
			}
			keys := slices.Sorted(maps.Keys(fields))
			change(r, fields, keys[r.IntN(len(keys))])
			text, err := json.Marshal(fields)
			if err != nil {
				return nil
			}
			lines = slices.Clone(lines)
			lines[at] = append(text, '\n')
			return glue(lines...)
		}
	}
	return []operator{
		{"bit flipped", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			log[r.IntN(len(log))] ^= 1 << r.IntN(8)
			return log
		}},
		{"byte set", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			log[r.IntN(len(log))] = byte(r.UintN(256))
			return log
		}},
		{"byte deleted", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			i := r.IntN(len(log))
			return slices.Delete(log, i, i+1)
		}},
		{"byte inserted", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			return slices.Insert(log, r.IntN(len(log)), byte(r.UintN(256)))
		}},
		{"block zeroed", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			i := r.IntN(len(log))
			clear(log[i:min(len(log), i+1+r.IntN(4096))])
			return log
		}},
		{"truncated", func(r *rand.Rand, log []byte, _ [][]byte) []byte { return log[:r.IntN(len(log))] }},
		{"copy appended", func(r *rand.Rand, log []byte, _ [][]byte) []byte {
			i := r.IntN(len(log))
			return append(log, log[i:min(len(log), i+1+r.IntN(512))]...)
		}},
		{"line deleted", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i := r.IntN(len(lines))
			return glue(slices.Delete(lines, i, i+1)...)
		}},
		{"lines swapped", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i, k := r.IntN(len(lines)), r.IntN(len(lines))
			lines[i], lines[k] = lines[k], lines[i]
			return glue(lines...)
		}},
		{"line repeated", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			return glue(slices.Insert(lines, r.IntN(len(lines)), lines[r.IntN(len(lines))])...)
		}},
		{"range deleted", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i := r.IntN(len(lines))
			return glue(slices.Delete(lines, i, min(len(lines), i+1+r.IntN(20)))...)
		}},
		{"tail cut", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			return glue(lines[:len(lines)-1-r.IntN(len(lines)-1)]...)
		}},
		{"text edited", edit(func(_ *rand.Rand, fields map[string]any, key string) {
			if s, ok := fields[key].(string); ok {
				fields[key] = s + "x"
			}
		})},
		{"field dropped", edit(func(_ *rand.Rand, fields map[string]any, key string) { delete(fields, key) })},
		{"field added", edit(func(_ *rand.Rand, fields map[string]any, _ string) { fields["note"] = "x" })},
		{"line reformatted", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i := r.IntN(len(lines))
			lines[i] = bytes.Replace(lines[i], []byte(":"), []byte(": "), 1+r.IntN(5))
			return glue(lines...)
		}},
		{"key doubled", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i := r.IntN(len(lines))
			lines[i] = fmt.Appendf(nil, "%s,\"kind\":\"x%d\"}\n", lines[i][:len(lines[i])-2], r.IntN(9))
			return glue(lines...)
		}},
		{"blank line", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			return glue(slices.Insert(lines, r.IntN(len(lines)), []byte("\n"))...)
		}},
		{"range reversed", func(r *rand.Rand, _ []byte, lines [][]byte) []byte {
			i := r.IntN(len(lines))
			slices.Reverse(lines[i:min(len(lines), i+1+r.IntN(20))])
			return glue(lines...)
		}},
	}
}

// stolenKey returns the key that keys makes of "k", in the hands of somebody who
// signs any text with it.
func stolenKey(t testing.TB) note.Signer {
	t.Helper()
	secret, _, err := audit.GenerateKey(seeded("k"), origin)
	require.NoError(t, err)
	signer, err := note.NewSigner(secret)
	require.NoError(t, err)
	return signer
}

// resign returns the checkpoint that a holder of the key makes of any lines at all.
func resign(t testing.TB, signer note.Signer, log []byte) []byte {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (hashes []tlog.Hash, err error) {
		for _, i := range at {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	n := int64(0)
	for line := range bytes.Lines(log) {
		hashes, err := tlog.StoredHashes(n, bytes.TrimSuffix(line, []byte("\n")), reader)
		require.NoError(t, err)
		stored = append(stored, hashes...)
		n++
	}
	root, err := tlog.TreeHash(n, reader)
	require.NoError(t, err)
	signed, err := note.Sign(&note.Note{Text: audit.Checkpoint{Origin: origin, Size: n, Root: audit.Digest(root)}.Text()}, signer)
	require.NoError(t, err)
	return signed
}

// 20,000 changes of bytes and lines: the anchor shows every one, also when whoever
// made it has the signing key and signs what is there now. Without an anchor, the
// holder of the key goes unseen exactly where what is there now is a log: with
// records cut off the end, or another last record.
func TestTwentyThousandMutations(t *testing.T) {
	mutations := 20_000
	if testing.Short() {
		mutations = 2_000
	}
	stolen := stolenKey(t)
	signer, key := keys(t, origin, "k")
	w := write(t, origin, 7)
	honest, head, anchor := []byte(text(w.lines)), sign(t, w.log, signer), w.log.Head()
	require.Equal(t, string(head), string(resign(t, stolen, honest)))
	lines := bytes.SplitAfter(honest, []byte("\n"))
	lines = lines[:len(lines)-1]
	r := rand.New(rand.NewPCG(1, 2))
	ops := operators()
	tried, undetected := make(map[string]int), make(map[string]int)
	for n := 0; n < mutations; {
		op := ops[n%len(ops)]
		changed := op.do(r, slices.Clone(honest), slices.Clone(lines))
		if changed == nil || bytes.Equal(changed, honest) {
			continue
		}
		n++
		tried[op.name]++
		log := string(changed)
		if verify(log, key, head).OK() {
			require.Failf(t, "not detected", "%s", op.name)
		}
		forged := resign(t, stolen, changed)
		if verify(log, key, forged, anchor).OK() {
			require.Failf(t, "not detected with a stolen key", "%s", op.name)
		}
		unseen := wellFormed(t, log)
		if verify(log, key, forged).OK() != unseen {
			require.Failf(t, "not as the package comment says", "%s, without an anchor", op.name)
		}
		if unseen {
			undetected[op.name]++
		}
	}
	require.Len(t, tried, len(ops))
	require.Positive(t, undetected["tail cut"])
	t.Logf("%d mutations by %d operators: all detected; with the key and without an anchor these go unseen: %v", mutations, len(ops), undetected)
}

// wellFormed reports whether every line is a record that follows from those before
// it.
func wellFormed(t testing.TB, text string) bool {
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	for line := range strings.Lines(text) {
		record, whole := strings.CutSuffix(line, "\n")
		entry, err := audit.ParseEntry([]byte(record))
		if !whole || err != nil || log.Replay(entry) != nil {
			return false
		}
	}
	return true
}

// Each case of the collection's list of what can be done to a log.
func TestLogCases(t *testing.T) {
	signer, key := keys(t, origin, "k")
	retired, _ := keys(t, origin, "retired key")
	foreign, _ := keys(t, "example.com/other/audit", "k")
	short, w := write(t, origin, 5), write(t, origin, 8)
	other := rewritten(t, 8, 6, func(e []audit.Event) []audit.Event { e[6] = event(t, 29); return e })
	elsewhere := write(t, "example.com/other/audit", 8)
	all, head, anchor := text(w.lines), sign(t, w.log, signer), w.log.Head()
	signed := func(c audit.Checkpoint) []byte {
		b, err := note.Sign(&note.Note{Text: c.Text()}, stolenKey(t))
		require.NoError(t, err)
		return b
	}
	is := func(want audit.Verdict, r audit.Report) {
		t.Helper()
		require.Equal(t, want, r.Verdict, "%v", r.Findings)
		require.False(t, r.OK())
		require.True(t, r.Findings.Blocked())
	}
	cases := map[string]func(t *testing.T){
		"sem-rollback": func(*testing.T) {
			is(audit.RolledBack, verify(text(short.lines), key, sign(t, short.log, signer), anchor))
		},
		"sem-fork": func(t *testing.T) {
			is(audit.Forked, verify(text(other.lines), key, sign(t, other.log, signer), anchor))
			is(audit.Forked, verify(all, key, head, other.log.Head()))
			proof, err := other.log.ProveConsistency(8, 8)
			require.NoError(t, err)
			require.ErrorIs(t, audit.VerifyConsistency(anchor, other.log.Head(), proof), audit.ErrProof)
		},
		"sem-cross-log-record": func(*testing.T) {
			// A record says which log it is of by the root of those before it.
			lines := slices.Clone(w.lines)
			lines[5] = rewritten(t, 8, 0, func(e []audit.Event) []audit.Event { e[1] = event(t, 30); return e }).lines[5]
			is(audit.Corrupt, verify(text(lines), key, head))
		},
		"sem-cross-log-head": func(*testing.T) {
			is(audit.WrongOrigin, verify(all, key, sign(t, elsewhere.log, foreign)))
		},
		"sem-old-key": func(*testing.T) {
			is(audit.BadSignature, verify(text(other.lines), key, sign(t, other.log, retired)))
		},
		"sem-stolen-key": func(*testing.T) {
			is(audit.Forked, verify(text(other.lines), key, sign(t, other.log, signer), anchor))
		},
		"sem-head-size-up": func(*testing.T) {
			is(audit.BadSignature, verify(all, key, []byte(strings.Replace(string(head), "\n8\n", "\n9\n", 1))))
			is(audit.RolledBack, verify(all, key, signed(audit.Checkpoint{Origin: origin, Size: 9, Root: anchor.Root})))
		},
		"sem-head-size-down": func(*testing.T) {
			is(audit.BadSignature, verify(all, key, []byte(strings.Replace(string(head), "\n8\n", "\n7\n", 1))))
			is(audit.Forked, verify(all, key, signed(audit.Checkpoint{Origin: origin, Size: 7, Root: anchor.Root})))
		},
		"sem-head-dropped": func(*testing.T) {
			is(audit.Unsealed, audit.Verify(strings.NewReader(all), key, nil))
		},
		"sem-heads-reordered": func(*testing.T) {
			is(audit.RolledBack, audit.Verify(strings.NewReader(all), key, [][]byte{head, sign(t, short.log, signer)}))
		},
		"sem-head-extension": func(*testing.T) {
			is(audit.BadSignature, verify(all, key, []byte(strings.Replace(string(head), "\n\n", "\nextension\n\n", 1))))
		},
		"sem-seq-gap":    func(t *testing.T) { refusedAtAppend(t, is, key, signer, w, 3) },
		"sem-seq-repeat": func(t *testing.T) { refusedAtAppend(t, is, key, signer, w, 1) },
		"sem-time-back": func(t *testing.T) {
			late, err := audit.NewEvent(start.Add(-time.Hour), coach(t), bodies(t)[6])
			require.NoError(t, err)
			back := writeEvents(t, origin, []audit.Event{event(t, 0), event(t, 1), late})
			r := verify(text(back.lines), key, sign(t, back.log, signer))
			require.True(t, r.OK(), "the order is that of the records")
			require.Len(t, r.Findings, 1)
			require.Contains(t, r.Findings[0].Message, "clock went back")
		},
		"sem-torn-tail": func(t *testing.T) {
			before := text(w.lines[:7])
			sealed := sign(t, write(t, origin, 7).log, signer)
			for cut := 1; cut < len(w.lines[7])+1; cut++ {
				r := verify(all[:len(before)+cut], key, sealed)
				is(audit.TornTail, r)
				require.EqualValues(t, 7, r.Sealed)
			}
		},
		"sem-zero-tail": func(t *testing.T) {
			before := text(w.lines[:7])
			sealed := sign(t, write(t, origin, 7).log, signer)
			for from := range len(w.lines[7]) {
				log := all[:len(before)+from] + strings.Repeat("\x00", len(w.lines[7])+1-from)
				r := verify(log, key, sealed)
				is(audit.TornTail, r)
				require.EqualValues(t, 7, r.Records)
			}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, cases[name])
	}
	t.Run("every case of the list", func(t *testing.T) {
		f, err := os.Open(datadir.Find(t, "corpus/data/log_semantic.jsonl"))
		require.NoError(t, err)
		defer f.Close()
		n := 0
		for lines := bufio.NewScanner(f); lines.Scan(); n++ {
			var c struct{ ID string }
			require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
			require.Contains(t, cases, c.ID)
		}
		require.Equal(t, len(cases), n)
	})
}

// refusedAtAppend puts the record of the place step before or after record 2 behind
// it: the log takes it neither from a store nor from a host, and Verify finds it
// in a log that somebody signed all the same.
func refusedAtAppend(t *testing.T, is func(audit.Verdict, audit.Report), key *audit.Verifier, signer *audit.Signer, w written, step int) {
	t.Helper()
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	for _, line := range w.lines[:2] {
		entry, err := audit.ParseEntry([]byte(line))
		require.NoError(t, err)
		require.NoError(t, log.Replay(entry))
	}
	wrong, err := audit.ParseEntry([]byte(w.lines[step]))
	require.NoError(t, err)
	require.ErrorIs(t, log.Replay(wrong), audit.ErrConflict)
	_, err = log.Commit(wrong, audit.Ack{Index: wrong.Index(), Stored: wrong.Bytes()})
	require.ErrorIs(t, err, audit.ErrConflict)
	require.EqualValues(t, 2, log.Head().Size)

	stolen := stolenKey(t)
	lines := text([]string{w.lines[0], w.lines[1], w.lines[step], w.lines[3]})
	is(audit.Corrupt, verify(lines, key, resign(t, stolen, []byte(lines))))
}
