package audit_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

const origin = "example.com/product-org-12w/audit"

// seeded is a source of bytes that is the same every time: fit for tests only.
func seeded(seed string) *bytes.Reader {
	var b []byte
	for i := range 64 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", seed, i))
		b = append(b, sum[:]...)
	}
	return bytes.NewReader(b)
}

// keys returns the signer and verifier of an origin made from a seed.
func keys(t testing.TB, origin, seed string) (*audit.Signer, *audit.Verifier) {
	t.Helper()
	skey, vkey, err := audit.GenerateKey(seeded(seed), origin)
	require.NoError(t, err)
	signer, err := audit.NewSigner(skey)
	require.NoError(t, err)
	verifier, err := audit.NewVerifier(vkey)
	require.NoError(t, err)
	return signer, verifier
}

// person returns the pseudonym of a test person.
func person(t testing.TB, name string) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "audit"})
	require.NoError(t, err)
	id, err := p.Person(name)
	require.NoError(t, err)
	return id
}

func coach(t testing.TB) audit.Actor {
	return audit.Actor{ID: person(t, "coach 1"), Role: coaching.Coach}
}

// author is somebody who may record the body.
func author(t testing.TB, body audit.Body) audit.Actor {
	if _, ok := body.(audit.ClockCorrection); ok {
		return audit.Actor{ID: person(t, "privacy officer"), Role: coaching.PrivacyOfficer}
	}
	return coach(t)
}

var start = time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)

// bodies returns one body of every kind, and every value of every enumeration
// at least once.
func bodies(t testing.TB) []audit.Body {
	leader, digest := person(t, "leader 1"), audit.DigestOf([]byte("document"))
	day := coaching.MustDate("2027-01-04")
	decision := audit.Decision{
		Action: "use", Purpose: "coaching", ResourceType: "pack", ResourceID: "pack-L01-W05", Person: leader,
		Request: digest, Answer: audit.Permitted, Reasons: []string{"GOV-015", "GOV-012"}, Policy: digest,
	}
	referred, denied := decision, decision
	referred.Answer, denied.Answer, denied.Reasons = audit.Referred, audit.Denied, nil
	return []audit.Body{
		decision, referred, denied,
		audit.Outcome{Intent: 0, Result: audit.Completed, Items: 3, Digest: digest},
		audit.Outcome{Intent: 0, Result: audit.Failed}, audit.Outcome{Intent: 0, Result: audit.Abandoned},
		audit.Export{Dataset: "packs_w05", Class: "aggregate", Format: "csv", Rows: 40, Digest: digest},
		audit.IdentityRequest{Request: "R-1", Person: leader, Purpose: "appeal", Digest: digest, Expires: start.Add(72 * time.Hour)},
		audit.IdentityApproval{Request: "R-1", Digest: digest, Approved: true},
		audit.IdentityReveal{Request: "R-1", Person: leader},
		audit.PackUse{Pack: "pack-L01-W05", Signal: "meeting_hygiene", Session: "S-1", Leader: leader},
		audit.PackUse{Pack: "pack-L01-W05", Signal: "review_turnaround", Session: "S-1", Leader: leader, Use: audit.Ignored, Reason: digest},
		audit.PackUse{Pack: "pack-L01-W05", Signal: "team_pulse", Session: "S-1", Leader: leader, Use: audit.Reweighted, Reason: digest},
		audit.ConsentChange{Participant: leader, Signal: "meeting_hygiene", Purpose: "coaching", Given: true, Expires: start.AddDate(1, 0, 0)},
		audit.ConsentChange{Participant: leader, Signal: "meeting_hygiene", Purpose: "coaching"},
		audit.Restriction{Signal: "meeting_hygiene", Use: "coaching_only", Digest: digest},
		audit.StewardAssignment{Signal: "meeting_hygiene", Steward: person(t, "steward 1")},
		audit.StewardDecision{Signal: "meeting_hygiene", Leader: leader, Day: day, Confirmed: true, Reason: digest},
		audit.SignalChange{Signal: "meeting_hygiene", Cause: "FAIR-012", Digest: digest},
		audit.SignalChange{Signal: "meeting_hygiene", Cause: "remediated", Resumed: true},
		audit.PolicySwap{To: digest},
		audit.Purge{Class: "raw", Through: day, Items: 0, Digest: digest},
		audit.Review{Scope: audit.OfLog, ID: "M2027-01", Findings: 2, Digest: digest},
		audit.Review{Scope: audit.OfCareer, ID: "rec-7", Digest: digest},
		audit.Review{Scope: audit.OfFairness, ID: "meeting_hygiene", Digest: digest},
		audit.Review{Scope: audit.OfCheckpoint, ID: "midpoint", Digest: digest},
		audit.Appeal{Appeal: "A-1", Signal: "meeting_hygiene", Participant: leader},
		audit.Appeal{Appeal: "A-1", Signal: "meeting_hygiene", Participant: leader, Stage: audit.Upheld},
		audit.Appeal{Appeal: "A-2", Signal: "meeting_hygiene", Participant: leader, Stage: audit.Dismissed},
		audit.PolicyRefusal{From: digest, To: digest, Cause: "POL-014"},
		audit.ClockCorrection{Latest: start.AddDate(900, 0, 0)},
	}
}

// event returns the n-th of an endless row of events, a minute apart.
func event(t testing.TB, n int) audit.Event {
	t.Helper()
	all := bodies(t)
	body, at := all[n%len(all)], start.Add(time.Duration(n)*time.Minute)
	var (
		e   audit.Event
		err error
	)
	if n%len(all) == 0 {
		e, err = audit.NewIntent(at, author(t, body), body)
	} else {
		e, err = audit.NewEvent(at, author(t, body), body)
	}
	require.NoError(t, err)
	return e
}

// written is a log of n records with its tree, as lines.
type written struct {
	log   *audit.Log
	lines []string // without line ends
}

func write(t testing.TB, origin string, n int) written {
	t.Helper()
	events := make([]audit.Event, n)
	for i := range n {
		events[i] = event(t, i)
	}
	return writeEvents(t, origin, events)
}

func writeEvents(t testing.TB, origin string, events []audit.Event) written {
	t.Helper()
	log, err := audit.NewLog(origin)
	require.NoError(t, err)
	w := written{log: log}
	for _, e := range events {
		entry, err := log.Prepare(e)
		require.NoError(t, err)
		w.lines = append(w.lines, string(entry.Bytes()))
		_, err = log.Commit(entry, audit.Ack{Index: entry.Index(), Stored: entry.Bytes()})
		require.NoError(t, err)
	}
	return w
}

func text(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func sign(t testing.TB, log *audit.Log, signer *audit.Signer) []byte {
	t.Helper()
	head, err := log.Sign(signer)
	require.NoError(t, err)
	return head
}

func verify(lines string, key *audit.Verifier, head []byte, anchors ...audit.Checkpoint) audit.Report {
	return audit.Verify(strings.NewReader(lines), key, [][]byte{head}, anchors...)
}
