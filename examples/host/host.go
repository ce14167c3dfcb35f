package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/daead"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/audit/filestore"
	"github.com/coachgov/coaching/governance/enforce"
	"github.com/coachgov/coaching/signal"
)

// A host composes the log in a file, the engine, and the vault of identities.
type host struct {
	now     func() time.Time
	people  *coaching.Pseudonymizer
	roles   map[string]coaching.Role // by user
	packs   map[string]enforce.Sealed[string]
	vault   enforce.Vault
	store   *filestore.Store
	journal *audit.Journal
	engine  *enforce.Engine
	desk    *enforce.Reidentification

	signer     *audit.Signer
	checkpoint string // the file of the newest one
	signing    sync.Mutex
}

// open opens the host whose log is in a folder; a log that its checkpoint does not
// vouch for is an error.
func open(ctx context.Context, dir string, k keys, now func() time.Time) (h *host, err error) {
	h = &host{now: now, checkpoint: filepath.Join(dir, "checkpoint.txt"), roles: map[string]coaching.Role{
		"coach@example.com": coaching.Coach, "other@example.com": coaching.Coach, "admin@example.com": coaching.ProgramAdmin,
		"lawyer@example.com": coaching.LegalPrivacy, "officer@example.com": coaching.PrivacyOfficer, "leader@example.com": coaching.Participant,
	}}
	if h.people, err = coaching.NewPseudonymizer(k.master, coaching.Domain{Programme: "pilot", Purpose: "people"}); err != nil {
		return nil, err
	}
	if err := h.fillVault(k); err != nil {
		return nil, err
	}
	if h.signer, err = audit.NewSigner(k.signer); err != nil {
		return nil, err
	}
	verifier, err := audit.NewVerifier(k.verifier)
	if err != nil {
		return nil, err
	}
	if h.store, err = filestore.Open(filepath.Join(dir, "audit.log")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h, err = nil, errors.Join(err, h.store.Close())
		}
	}()
	head, err := os.ReadFile(h.checkpoint)
	if errors.Is(err, os.ErrNotExist) {
		head, err = nil, nil // of a log that is empty, or the journal refuses
	}
	if err != nil {
		return h, err
	}
	if h.journal, err = audit.OpenJournal(ctx, h.store, verifier, head); err != nil {
		return h, err
	}
	if err = h.sign(); err != nil {
		return h, err
	}
	policy, report, err := governance.BuiltIn()
	if err != nil {
		return h, err
	}
	h.engine, err = enforce.New(ctx, h.journal, enforce.Settings{Valid: time.Minute, Slack: time.Second}, enforce.Change{
		Policy: policy, Report: report, At: now(), By: audit.Actor{Role: coaching.System},
	})
	if err != nil {
		return h, err
	}
	h.desk, err = enforce.OpenReidentification(ctx, h.engine, h.store)
	if err != nil {
		return h, err
	}
	h.seal()
	return h, h.sign()
}

func (h *host) close() error { return errors.Join(h.sign(), h.store.Close()) }

// person returns the pseudonym of a user of whom the host knows.
func (h *host) person(user string) coaching.PersonID {
	if _, ok := h.roles[user]; !ok {
		return coaching.PersonID{}
	}
	id, err := h.people.Person(user)
	if err != nil {
		return coaching.PersonID{}
	}
	return id
}

// fillVault puts everybody into the vault, under the keys of Tink.
func (h *host) fillVault(k keys) error {
	cipher, err := daead.New(k.vault)
	if err != nil {
		return err
	}
	rows := map[coaching.PersonID][]byte{}
	h.vault = enforce.Vault{Cipher: cipher, Row: func(_ context.Context, id coaching.PersonID) ([]byte, error) {
		row, ok := rows[id]
		if !ok {
			return nil, errors.New("no row")
		}
		return row, nil
	}}
	for user := range h.roles {
		id := h.person(user)
		if rows[id], err = h.vault.Seal(id, user); err != nil {
			return err
		}
	}
	return nil
}

// seal closes the pack under what the store knows of it.
func (h *host) seal() {
	resource := governance.Resource{
		Type: governance.ResourcePack, ID: "pack-L01-W05", Programme: "pilot", Signals: []string{"meeting_hygiene"},
		Class: signal.Pseudonymous, Owner: h.person("leader@example.com"), AssignedCoach: h.person("coach@example.com"),
		CreatedAt: h.now().Add(-24 * time.Hour), Identifiable: governance.No, Automated: governance.No,
		Affects: governance.EffectsOf(governance.NoEffect), Standing: signal.Cleared,
	}
	h.packs = map[string]enforce.Sealed[string]{resource.ID: enforce.Seal(resource, "meetings without an agenda: 4 of 9\n")}
}

// sign writes the newest checkpoint, which whoever vouches for the log should keep.
func (h *host) sign() error {
	h.signing.Lock()
	defer h.signing.Unlock()
	head, err := h.journal.Sign(h.signer)
	if err != nil {
		return err
	}
	if err := os.WriteFile(h.checkpoint+".new", head, 0o600); err != nil {
		return err
	}
	return os.Rename(h.checkpoint+".new", h.checkpoint)
}
