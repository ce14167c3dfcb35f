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

// ManifestSchema is the version of the manifest's format.
const ManifestSchema = "signal-manifest/v1"

// A Manifest goes beside an exported file and says what it is. A file cannot be
// read back without it.
type Manifest struct {
	Schema    string         `json:"schema"`
	Programme string         `json:"programme"`
	Level     ReleaseLevel   `json:"level"`
	K         int            `json:"k"` // least number of people behind a team's figure
	Signals   []SignalRef    `json:"signals"`
	Rows      int            `json:"rows"`
	Bytes     int            `json:"bytes"`
	SHA256    string         `json:"sha256"` // of the CSV
	Sources   []SourceDigest `json:"sources"`
	Created   time.Time      `json:"created"`
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
	switch {
	case m.Schema != ManifestSchema:
		return fmt.Errorf("signal: a manifest of another version; want %s", ManifestSchema)
	case m.Programme == "" || m.Created.IsZero() || len(m.SHA256) != 64 || len(m.Signals) == 0:
		return fmt.Errorf("signal: the manifest lacks its programme, time, digest or signals")
	case m.K < MinGroup:
		return fmt.Errorf("signal: the manifest promises groups of %d; want at least %d", m.K, MinGroup)
	}
	return nil
}

// An ExportSpec says what an export is.
type ExportSpec struct {
	Programme string
	Created   time.Time
	// Groups labels leaders for the file's group column, such as "wave 1".
	Groups map[coaching.PersonID]string
	// Sources are the reports of the files that the series were computed from.
	Sources []ImportReport
}

// manifest fills everything but what the CSV's bytes decide.
func (spec ExportSpec) manifest(series []*Series) (Manifest, error) {
	m := Manifest{Schema: ManifestSchema, Programme: spec.Programme, Level: Pseudonymised, K: MinGroup, Created: spec.Created.UTC()}
	if spec.Programme == "" || spec.Created.IsZero() || len(series) == 0 {
		return Manifest{}, fmt.Errorf("signal: an export needs a programme, a time and at least one series; got %d", len(series))
	}
	for _, s := range series {
		if s == nil {
			return Manifest{}, fmt.Errorf("signal: an export got a nil series")
		}
		d := s.definition
		m.Signals = append(m.Signals, SignalRef{ID: d.ID, Version: d.Version, Unit: d.Unit, Grain: d.Grain})
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
