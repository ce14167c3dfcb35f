package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// ReplicationV1 is the version of the stored form of a [Replication].
const ReplicationV1 = "pilot-replication/v1"

// Bounds of a replication bundle.
const (
	maxReplication = 4 << 20 // bytes of the stored form
	maxMaterials   = 10_000
)

// A Material is a file that the result rests on: data, or code.
type Material struct {
	Name   string       `json:"name"`
	Bytes  int64        `json:"bytes"`
	Digest pilot.Digest `json:"digest"` // SHA-256 of the file
}

// A Replication is what somebody else needs to check and to repeat a pilot: the
// digests of the plan and its chain, of what follows from it, of the data, and
// the version of the code. It holds no label of a leader, so it may be published
// beside the preregistration.
type Replication struct {
	Schema      string       `json:"schema"`
	Pilot       string       `json:"pilot"`      // the plan's id
	Plan        pilot.Digest `json:"plan"`       // as it was at the end
	Registered  pilot.Digest `json:"registered"` // as it was locked first
	Head        pilot.Digest `json:"head"`       // of the chain of amendments
	Amendments  int          `json:"amendments"`
	Exploratory bool         `json:"exploratory"`
	Seed        pilot.Digest `json:"seed"`       // SHA-256 of the seed message, the seed of the draw
	Allocation  pilot.Digest `json:"allocation"` // of the allocation's JSON
	Matrix      pilot.Digest `json:"matrix"`     // of the [DesignMatrix]
	Code        string       `json:"code"`       // such as "github.com/coachgov/coaching v0.4.0"
	Data        []Material   `json:"data"`       // by name
}

// NewReplication derives the bundle of a locked plan. The materials may come in
// any order; neither they nor the plan are changed. It fails for no locked plan,
// a plan that cannot be allocated, no version of the code, more than 10,000
// materials, and a material without a name and a digest, or with the name of
// another.
func NewReplication(l *pilot.Locked, code string, data []Material) (*Replication, error) {
	if l == nil || l.Plan() == nil {
		return nil, errors.New("report: no locked plan")
	}
	if strings.TrimSpace(code) == "" || len(code) > 1000 {
		return nil, fmt.Errorf("report: version of the code of %d bytes, want 1 to 1000", len(code))
	}
	if len(data) > maxMaterials {
		return nil, fmt.Errorf("report: %d materials, want at most %d", len(data), maxMaterials)
	}
	p, chain := l.Plan(), l.Chain()
	a, err := p.Allocate()
	if err != nil {
		return nil, err
	}
	matrix, err := DesignMatrix(p, a)
	if err != nil {
		return nil, err
	}
	allocation, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	r := &Replication{Schema: ReplicationV1, Pilot: p.ID, Plan: l.Digest(), Registered: chain[0].Plan, Head: l.Head(), Amendments: len(chain) - 1,
		Exploratory: l.Exploratory(), Seed: sha256.Sum256([]byte(p.Design.SeedMessage)), Allocation: sha256.Sum256(allocation), Matrix: sha256.Sum256(matrix),
		Code: code, Data: append([]Material{}, data...)}
	slices.SortFunc(r.Data, func(a, b Material) int { return strings.Compare(a.Name, b.Name) })
	for i, m := range r.Data {
		if strings.TrimSpace(m.Name) == "" || len(m.Name) > 1000 || m.Digest == (pilot.Digest{}) || m.Bytes < 0 {
			return nil, fmt.Errorf("report: material %d has no name, no digest or a negative size", i)
		}
		if i > 0 && r.Data[i-1].Name == m.Name {
			return nil, fmt.Errorf("report: material %d has the name of another", i)
		}
	}
	return r, nil
}

// JSON returns the stored form: two-space indent, keys in a fixed order.
func (r *Replication) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// ErrReplication reports bytes that [Replication.JSON] has not written.
var ErrReplication = errors.New("report: not the stored form of a replication bundle")

// ReadReplication reads exactly what [Replication.JSON] writes; anything else is
// [ErrReplication].
func ReadReplication(data []byte) (*Replication, error) {
	if len(data) > maxReplication {
		return nil, fmt.Errorf("%w: %d bytes, want at most %d", ErrReplication, len(data), maxReplication)
	}
	var r Replication
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || r.Schema != ReplicationV1 || r.Data == nil {
		return nil, fmt.Errorf("%w: want the schema %s", ErrReplication, ReplicationV1)
	}
	if again, err := r.JSON(); err != nil || !bytes.Equal(again, data) {
		return nil, ErrReplication
	}
	return &r, nil
}

// Verify derives the bundle again from a locked plan, read from its chain by
// pilot.ReadLocked, and from the files that are at hand, and names each part that
// is not what the bundle states (PIL-160). The code is the version that is at
// hand. Nothing differs when there are no findings. Findings are sorted.
func (r *Replication) Verify(l *pilot.Locked, code string, data []Material) coaching.Findings {
	var fs coaching.Findings
	differs := func(path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: "PIL-160", Severity: coaching.Error, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	at, err := NewReplication(l, code, data)
	if err != nil {
		differs("", "nothing can be derived: %v", err)
		return fs
	}
	for _, part := range []struct {
		path           string
		same           bool
		stated, proved any
	}{
		{"schema", r.Schema == at.Schema, r.Schema, at.Schema},
		{"pilot", r.Pilot == at.Pilot, r.Pilot, at.Pilot},
		{"plan", r.Plan == at.Plan, r.Plan, at.Plan},
		{"registered", r.Registered == at.Registered, r.Registered, at.Registered},
		{"head", r.Head == at.Head, r.Head, at.Head},
		{"amendments", r.Amendments == at.Amendments, r.Amendments, at.Amendments},
		{"exploratory", r.Exploratory == at.Exploratory, r.Exploratory, at.Exploratory},
		{"seed", r.Seed == at.Seed, r.Seed, at.Seed},
		{"allocation", r.Allocation == at.Allocation, r.Allocation, at.Allocation},
		{"matrix", r.Matrix == at.Matrix, r.Matrix, at.Matrix},
		{"code", r.Code == at.Code, r.Code, at.Code},
	} {
		if !part.same {
			differs(part.path, "the bundle states %v, found %v", part.stated, part.proved)
		}
	}
	found := map[string]Material{}
	for _, m := range at.Data {
		found[m.Name] = m
	}
	stated := map[string]bool{}
	for i, m := range r.Data {
		path := fmt.Sprintf("data[%d]", i)
		stated[m.Name] = true
		switch here, ok := found[m.Name]; {
		case !ok:
			differs(path, "the file %q is not at hand", m.Name)
		case here != m:
			differs(path, "the file %q is not the one of the bundle: %d bytes, %v, where it states %d bytes, %v", m.Name, here.Bytes, here.Digest, m.Bytes, m.Digest)
		}
	}
	for _, m := range at.Data {
		if !stated[m.Name] {
			differs("data", "the file %q is not in the bundle", m.Name)
		}
	}
	fs.Sort()
	return fs
}
