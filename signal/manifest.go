package signal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// ManifestSchema is the version of the manifest's format. Manifests of version 1,
// which had no By, KeyID, Policy, Steward and ConsentHead, are still read.
const ManifestSchema = "signal-manifest/v2"

const manifestSchema1 = "signal-manifest/v1"

// A Manifest goes beside an exported file and says what it is. A file cannot be
// read back without it.
type Manifest struct {
	Schema    string         `json:"schema"`
	Programme string         `json:"programme"`
	Level     ReleaseLevel   `json:"level"`
	K         int            `json:"k"`            // least number of people behind a figure of a team or group
	By        []string       `json:"by,omitempty"` // attributes of the groups; aggregated files only
	Signals   []SignalRef    `json:"signals"`
	Rows      int            `json:"rows"`
	Bytes     int            `json:"bytes"`
	SHA256    string         `json:"sha256"` // of the CSV
	Sources   []SourceDigest `json:"sources"`
	// KeyID, Policy, Steward and ConsentHead are as in the [ExportSpec].
	KeyID       string            `json:"key_id,omitzero"`
	Policy      string            `json:"policy,omitzero"`
	Steward     coaching.PersonID `json:"steward,omitzero"`
	ConsentHead string            `json:"consent_head,omitzero"`
	Created     time.Time         `json:"created"`
}

// A SignalRef names a version of a definition.
type SignalRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Unit    string `json:"unit"`
	Grain   Grain  `json:"grain"`
}

// A SourceDigest names a file that the figures were computed from.
type SourceDigest struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// A ReleaseLevel says how far an exported file is from people. A file by leader
// is pseudonymised and never called anonymous.
type ReleaseLevel uint8

const (
	Pseudonymised ReleaseLevel = iota // rows by pseudonym: still personal data
	Aggregated                        // rows by group alone
)

var releaseLevelNames = [...]string{"pseudonymised", "aggregated"}

// String returns "pseudonymised" or "aggregated".
func (l ReleaseLevel) String() string {
	return enum.Name(releaseLevelNames[:], l, "ReleaseLevel")
}

// MarshalText returns the same word as String.
func (l ReleaseLevel) MarshalText() ([]byte, error) {
	return enum.Marshal(releaseLevelNames[:], l, "signal: release level")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (l *ReleaseLevel) UnmarshalText(text []byte) error {
	return enum.Unmarshal(releaseLevelNames[:], l, "signal: release level", text)
}

// JSON returns the manifest's stored form, ending in a line break.
func (m Manifest) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return nil, fmt.Errorf("signal: writing the manifest: %w", err)
	}
	return b.Bytes(), nil
}

// maxManifest bounds a manifest's bytes.
const maxManifest = 1 << 20

// ParseManifest reads what [Manifest.JSON] wrote, and refuses unknown fields,
// other versions and incomplete manifests.
func ParseManifest(data []byte) (Manifest, error) {
	var m Manifest
	if len(data) > maxManifest {
		return Manifest{}, fmt.Errorf("signal: a manifest of %d bytes; want at most %d", len(data), maxManifest)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("signal: the manifest is not in the form %s", ManifestSchema)
	}
	// What is read must be what this package would have written: no repeated
	// keys, no other case, nothing after the object.
	again, err := m.JSON()
	if err != nil || !bytes.Equal(again, data) {
		return Manifest{}, fmt.Errorf("signal: the manifest is not in the exact form that %s is written in", ManifestSchema)
	}
	return m, m.check()
}

func (m Manifest) check() error {
	first := m.Schema == manifestSchema1 && len(m.By) == 0 && m.KeyID+m.Policy+m.ConsentHead == "" && m.Steward.IsZero()
	switch {
	case m.Schema != ManifestSchema && !first:
		return fmt.Errorf("signal: a manifest of another version; want %s", ManifestSchema)
	case m.Programme == "" || m.Created.IsZero() || len(m.SHA256) != 64 || len(m.Signals) == 0:
		return fmt.Errorf("signal: the manifest lacks its programme, time, digest or signals")
	case m.Level == Pseudonymised && m.K < MinGroup || m.K < MinK:
		return fmt.Errorf("signal: the manifest promises groups of %d; want at least %d, or %d where the level is %s", m.K, MinGroup, MinK, Aggregated)
	case m.Level == Pseudonymised && len(m.By) > 0, m.Level == Aggregated && (len(m.By) < 1 || len(m.By) > 2 || len(m.Signals) > 1):
		return fmt.Errorf("signal: the manifest is of level %s and names %d attributes and %d signals; want one or two attributes and one signal when %s", m.Level, len(m.By), len(m.Signals), Aggregated)
	}
	for _, name := range m.By {
		if name == "" || !groupLabel(name) {
			return errGroupLabel
		}
	}
	return checkLabels(m.KeyID, m.Policy, m.ConsentHead)
}

// maxKeyID is too short for a key of 32 bytes in any usual spelling.
const maxKeyID = 32

// checkLabels refuses what is no short name of a key, policy or log head.
func checkLabels(keyID, policy, consentHead string) error {
	if len(keyID) > maxKeyID || !shortLabel(keyID) {
		return fmt.Errorf("signal: a key's identifier of %d bytes; want at most %d visible characters: the identifier, never the key", len(keyID), maxKeyID)
	}
	if !shortLabel(policy) || !shortLabel(consentHead) {
		return fmt.Errorf("signal: a policy or consent head that is no label; want at most 128 visible characters without spaces")
	}
	return nil
}

func shortLabel(text string) bool {
	return len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// An ExportSpec says what an export is.
type ExportSpec struct {
	Programme string
	Created   time.Time
	// Groups labels leaders for the file's group column, such as "wave 1".
	Groups map[coaching.PersonID]string
	// Sources are the reports of the files that the figures were computed from.
	Sources []ImportReport
	// KeyID names the key of the pseudonyms, such as "2026-a": never the key.
	KeyID string
	// Policy names the rules that allow the export, such as a policy's digest.
	Policy string
	// Steward answers for the export.
	Steward coaching.PersonID
	// ConsentHead is the digest of the consent log's last entry, which says which
	// consents the export rests on.
	ConsentHead string
}

// manifest fills everything but level, k and what the CSV's bytes decide.
func (spec ExportSpec) manifest(signals []SignalRef) (Manifest, error) {
	m := Manifest{
		Schema: ManifestSchema, Programme: spec.Programme, Created: spec.Created.UTC(), Signals: signals,
		KeyID: spec.KeyID, Policy: spec.Policy, Steward: spec.Steward, ConsentHead: spec.ConsentHead,
	}
	if spec.Programme == "" || spec.Created.IsZero() || len(signals) == 0 {
		return Manifest{}, fmt.Errorf("signal: an export needs a programme, a time and at least one signal; got %d", len(signals))
	}
	if err := checkLabels(spec.KeyID, spec.Policy, spec.ConsentHead); err != nil {
		return Manifest{}, err
	}
	slices.SortFunc(m.Signals, func(a, b SignalRef) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(m.Signals); i++ {
		if m.Signals[i].ID == m.Signals[i-1].ID {
			return Manifest{}, fmt.Errorf("signal: an export got signal %q twice", m.Signals[i].ID)
		}
	}
	m.Sources = make([]SourceDigest, 0, len(spec.Sources))
	for _, r := range spec.Sources {
		m.Sources = append(m.Sources, SourceDigest{File: r.File, SHA256: r.SHA256})
	}
	slices.SortFunc(m.Sources, func(a, b SourceDigest) int {
		return strings.Compare(a.File+"\x00"+a.SHA256, b.File+"\x00"+b.SHA256)
	})
	return m, nil
}
