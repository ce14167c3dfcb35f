package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

var update = flag.Bool("update", false, "write the golden files and the sample")

// secret is the signing key of the sample, which is worth nothing.
func secret(t *testing.T) (signer *audit.Signer, public string) {
	t.Helper()
	key, public, err := audit.GenerateKey(strings.NewReader("thirty-two bytes, for a test only"), "example.com/product-org-12w/audit")
	require.NoError(t, err)
	signer, err = audit.NewSigner(key)
	require.NoError(t, err)
	return signer, public
}

// written returns the files of the sample: a reveal from its request to its
// outcome, an export and a purge.
func written(t *testing.T) map[string]string {
	t.Helper()
	ctx := context.Background()
	signer, public := secret(t)
	key, err := audit.NewVerifier(public)
	require.NoError(t, err)
	people, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "product-org-12w", Purpose: "audit"})
	require.NoError(t, err)
	actor := func(name string, role coaching.Role) audit.Actor {
		id, err := people.Person(name)
		require.NoError(t, err)
		return audit.Actor{ID: id, Role: role}
	}
	leader := actor("leader 3", coaching.Participant).ID
	coach, admin := actor("coach 1", coaching.Coach), actor("admin 1", coaching.ProgramAdmin)
	request := audit.DigestOf([]byte("the request as it was written, and 16 random bytes"))
	var store audit.MemoryStore
	j, err := audit.OpenJournal(ctx, &store, key, nil)
	require.NoError(t, err)
	at := time.Date(2027, 2, 3, 9, 0, 0, 0, time.UTC)
	add := func(event audit.Event, err error) {
		t.Helper()
		require.NoError(t, err)
		_, err = j.Append(ctx, event)
		require.NoError(t, err)
		at = at.Add(37 * time.Minute)
	}
	add(audit.NewEvent(at, coach, audit.PackUse{Pack: "pack-L03-W05", Signal: "meeting_hygiene", Session: "S-17", Leader: leader}))
	add(audit.NewEvent(at, admin, audit.IdentityRequest{Request: "R-1", Person: leader, Purpose: "appeal", Digest: request, Expires: at.Add(72 * time.Hour)}))
	add(audit.NewEvent(at, actor("legal 1", coaching.LegalPrivacy), audit.IdentityApproval{Request: "R-1", Digest: request, Approved: true}))
	add(audit.NewEvent(at, actor("officer 1", coaching.PrivacyOfficer), audit.IdentityApproval{Request: "R-1", Digest: request, Approved: true}))
	anchor := j.Head() // the legal reviewer keeps it
	add(audit.NewIntent(at, admin, audit.IdentityReveal{Request: "R-1", Person: leader}))
	add(audit.NewEvent(at, admin, audit.Outcome{Intent: 4, Result: audit.Completed, Items: 1}))
	add(audit.NewEvent(at, admin, audit.Export{Dataset: "trends_2027_01", Class: "aggregate", Format: "csv", Rows: 40, Digest: audit.DigestOf([]byte("the exported file"))}))
	add(audit.NewEvent(at, audit.Actor{Role: coaching.System}, audit.Purge{Class: "raw", Through: coaching.MustDate("2026-11-04"), Items: 412}))
	head, err := j.Sign(signer)
	require.NoError(t, err)
	var lines bytes.Buffer
	require.NoError(t, audit.WriteLines(ctx, &lines, &store))
	return map[string]string{"trail.jsonl": lines.String(), "audit.key": public + "\n", "checkpoint.txt": string(head), "anchor.txt": anchor.Text()}
}

// The sample is what the library writes.
func TestSample(t *testing.T) {
	for name, want := range written(t) {
		file := filepath.Join("sample", name)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, want, string(got), "go test ./examples/audit-verify -update writes it again")
	}
}

// What the command prints is what the golden file holds, twice the same.
func TestGolden(t *testing.T) {
	tests := []struct {
		golden string
		args   []string
	}{
		{"sample.txt", nil},
		{"reveal.txt", []string{"-log", "sample/trail.jsonl", "-key", "sample/audit.key", "-checkpoint", "sample/checkpoint.txt", "-record", "4"}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			var got, again bytes.Buffer
			require.NoError(t, run(tt.args, &got))
			require.NoError(t, run(tt.args, &again))
			require.Equal(t, got.String(), again.String())
			file := filepath.Join("testdata", tt.golden)
			if *update {
				require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String(), "go test ./examples/audit-verify -update writes it again")
		})
	}
}

// The proof that is printed is one: it verifies with the public key and the record
// alone.
func TestPrintedProof(t *testing.T) {
	files := written(t)
	key, err := audit.NewVerifier(strings.TrimSpace(files["audit.key"]))
	require.NoError(t, err)
	lines := strings.Split(files["trail.jsonl"], "\n")
	for index := range len(lines) - 1 {
		var b bytes.Buffer
		require.NoError(t, run([]string{"-record", string(rune('0' + index))}, &b))
		_, text, ok := strings.Cut(b.String(), lines[index]+"\n\n")
		require.True(t, ok)
		var proof audit.InclusionProof
		require.NoError(t, proof.UnmarshalText([]byte(text)))
		_, err := proof.Verify(key, []byte(lines[index]))
		require.NoError(t, err)
	}
}

// Whatever is wrong is said, and is an error.
func TestRefusals(t *testing.T) {
	good := written(t)
	trail := strings.SplitAfter(good["trail.jsonl"], "\n")
	_, other, err := audit.GenerateKey(strings.NewReader("another thirty-two bytes, for a test"), "example.com/product-org-12w/audit")
	require.NoError(t, err)
	tests := []struct {
		name, file, content string
		want, prints        string
	}{
		{"a record edited", "trail.jsonl", strings.Replace(good["trail.jsonl"], "S-17", "S-18", 1), "the log is corrupt", "record 1"},
		{"the last record edited", "trail.jsonl", strings.Replace(good["trail.jsonl"], "412", "411", 1), "the log is forked", "from 4 on"},
		{"a record lost", "trail.jsonl", strings.Join(append(trail[:3:3], trail[4:]...), ""), "the log is corrupt", "record 3"},
		{"the tail cut off", "trail.jsonl", strings.Join(trail[:6], ""), "the log is rolled-back", "6 records, and 8 are vouched for"},
		{"another key", "audit.key", other, "the log is bad-signature", "not signed by this key"},
		{"no key", "audit.key", "x", "malformed verifier key", ""},
		{"an anchor that says otherwise", "anchor.txt", strings.Replace(good["anchor.txt"], "\n4\n", "\n5\n", 1), "the log is forked", "checkpoint of 5 records"},
		{"no anchor", "anchor.txt", "x", "the anchor: audit: malformed checkpoint", ""},
		{"a signed anchor", "anchor.txt", good["checkpoint.txt"], "", "anchor     of 8 records"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range good {
				if name == tt.file {
					content = tt.content
				}
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
			}
			in := func(name string) string { return filepath.Join(dir, name) }
			var b bytes.Buffer
			err := run([]string{"-log", in("trail.jsonl"), "-key", in("audit.key"), "-checkpoint", in("checkpoint.txt"), "-anchor", in("anchor.txt")}, &b)
			if tt.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.want)
				require.NotContains(t, b.String(), "tlog-proof", "nothing is proved of a log that is not whole")
			}
			require.Contains(t, b.String(), tt.prints)
		})
	}
	for _, args := range [][]string{{"-log", "sample/trail.jsonl"}, {"-record", "8"}, {"-record", "-5"}, {"-record", "-1"}, {"x"}, {"-log", "no", "-key", "no", "-checkpoint", "no"}} {
		require.Error(t, run(args, new(bytes.Buffer)), "%q", args)
	}
	var b bytes.Buffer
	require.EqualError(t, run([]string{"-record", "-5"}, &b), "-record -5: records are counted from 0")
	require.Empty(t, b.String())
}
