package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// begin returns a host in a folder, whose clock goes a second with each look at it.
func begin(t *testing.T, dir string, k keys, at time.Time) *host {
	t.Helper()
	h, err := open(context.Background(), dir, k, func() time.Time {
		at = at.Add(time.Second)
		return at
	})
	require.NoError(t, err)
	t.Cleanup(func() { h.close() })
	return h
}

var monday = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func get(h http.Handler, user, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("X-User", user)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// GOV-018: the leader's coach reads the pack, others do not, and all of it is in a
// log that its checkpoint vouches for, also after a restart. Nobody is named in it.
func TestPacks(t *testing.T) {
	k, err := newKeys()
	require.NoError(t, err)
	dir := t.TempDir()
	h := begin(t, dir, k, monday)
	web, err := h.handler()
	require.NoError(t, err)
	const pack = "/packs/pack-L01-W05"
	require.Equal(t, "meetings without an agenda: 4 of 9\n", get(web, "coach@example.com", pack).Body.String())
	for user, code := range map[string]int{"other@example.com": http.StatusForbidden, "admin@example.com": http.StatusForbidden, "x@example.com": http.StatusNotFound, "": http.StatusNotFound} {
		w := get(web, user, pack)
		require.Equal(t, code, w.Code, user)
		require.NotContains(t, w.Body.String(), "agenda")
	}
	require.Equal(t, http.StatusNotFound, get(web, "coach@example.com", "/packs/other").Code)

	question := `{"subject": {"type": "user", "id": "coach@example.com"}, "action": {"name": "view"}, "resource": {"type": "pack", "id": "pack-L01-W05"}}`
	r := httptest.NewRequest(http.MethodPost, "/access/v1/evaluation", strings.NewReader(question))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	web.ServeHTTP(w, r)
	require.Contains(t, w.Body.String(), `"decision":true`)
	require.NoError(t, h.close())

	// The log is whole, by the key and the checkpoint alone.
	file, err := os.ReadFile(filepath.Join(dir, "audit.log"))
	require.NoError(t, err)
	require.NotContains(t, string(file), "example.com\"")
	require.NotContains(t, string(file), "@")
	var lines []string
	for line := range strings.Lines(string(file)) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	key, err := audit.NewVerifier(k.verifier)
	require.NoError(t, err)
	head, err := os.ReadFile(filepath.Join(dir, "checkpoint.txt"))
	require.NoError(t, err)
	report := audit.Verify(strings.NewReader(strings.Join(lines, "")), key, [][]byte{head})
	require.True(t, report.OK(), "%v", report.Findings)
	require.EqualValues(t, 6, report.Records, "policy, permit, outcome, two denials, the gateway's permit")

	again := begin(t, dir, k, monday.Add(time.Hour))
	web, err = again.handler()
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, get(web, "coach@example.com", pack).Code)
	require.NoError(t, again.close())

	// A log that was cut is refused.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "audit.log"), file[:bytes.LastIndex(file[:len(file)-1], []byte("#"))], 0o600))
	_, err = open(context.Background(), dir, k, time.Now)
	require.ErrorIs(t, err, audit.ErrTampered)
}

// GOV-014, GOV-015: the vault shows one identity, with the opt-in and two approvals on
// record; a row in another's place, or under another keyset, does not open.
func TestVault(t *testing.T) {
	ctx := context.Background()
	k, err := newKeys()
	require.NoError(t, err)
	h := begin(t, t.TempDir(), k, monday)
	actor := func(user string) audit.Actor { return audit.Actor{ID: h.person(user), Role: h.roles[user]} }
	leader := actor("leader@example.com")
	asked := func() *governance.Request {
		return &governance.Request{
			Action: governance.Reidentify, Purpose: governance.ForReidentification, Now: h.now(),
			Subject: governance.Subject{ID: h.person("admin@example.com"), Role: coaching.ProgramAdmin, Programme: "pilot"},
			Resource: governance.Resource{
				Type: governance.ResourceIdentity, ID: "identity-L01", Programme: "pilot", Signals: []string{"meeting_hygiene"},
				Class: signal.Pseudonymous, Owner: leader.ID, CreatedAt: monday.Add(-24 * time.Hour),
				Identifiable: governance.Yes, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
			},
			Consents: signal.ConsentList{{Participant: leader.ID, Signal: "meeting_hygiene", Purpose: "reidentification", Granted: monday}},
		}
	}
	var shown []string
	reveal := func(vault enforce.Vault) (coaching.Findings, error) {
		return h.desk.Reveal(ctx, "R-1", actor("admin@example.com"), asked(), vault, func(identity string) error {
			shown = append(shown, identity)
			return nil
		})
	}
	event, err := audit.NewEvent(monday, leader, audit.ConsentChange{Participant: leader.ID, Signal: "meeting_hygiene", Purpose: "reidentification", Given: true})
	require.NoError(t, err)
	_, err = h.journal.Append(ctx, event)
	require.NoError(t, err)
	fs, err := h.desk.Ask(ctx, "R-1", actor("admin@example.com"), asked(), monday.Add(48*time.Hour))
	require.NoError(t, err)
	require.False(t, fs.Blocked(), "%v", fs)
	for _, user := range []string{"lawyer@example.com", "officer@example.com"} {
		fs, err = reveal(h.vault)
		require.NoError(t, err)
		require.True(t, fs.Has("GOV-015"), "%v", fs)
		fs, err = h.desk.Approve(ctx, "R-1", actor(user), asked())
		require.NoError(t, err)
		require.False(t, fs.Blocked(), "%v", fs)
	}
	fs, err = reveal(h.vault)
	require.NoError(t, err)
	require.False(t, fs.Blocked(), "%v", fs)
	require.Equal(t, []string{"leader@example.com"}, shown)

	moved := h.vault
	moved.Row = func(ctx context.Context, _ coaching.PersonID) ([]byte, error) {
		return h.vault.Row(ctx, actor("coach@example.com").ID)
	}
	_, err = moved.Identity(ctx, leader.ID)
	require.Error(t, err)
	other, err := newKeys()
	require.NoError(t, err)
	stranger := &host{people: h.people, roles: h.roles}
	require.NoError(t, stranger.fillVault(other))
	stranger.vault.Row = h.vault.Row
	_, err = stranger.vault.Identity(ctx, leader.ID)
	require.Error(t, err)
}
