package pilot

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// ChainSchemaV1 is the version string of a stored chain of amendments.
const ChainSchemaV1 = "pilot-chain/v1"

// An Entry is one link of a chain: the lock, or an amendment of it.
type Entry struct {
	Seq           int               `json:"seq"` // 0: the lock
	At            time.Time         `json:"at"`  // UTC
	By            coaching.PersonID `json:"by"`
	Role          coaching.Role     `json:"role"`   // of the author; none for the lock
	Reason        string            `json:"reason"` // "" for the lock
	CoSigned      []coaching.Role   `json:"co_signed"`
	CadenceStable bool              `json:"cadence_stable"`
	Class         Class             `json:"class"` // Scientific for the lock
	Paths         []string          `json:"paths"` // that were touched, sorted
	Exploratory   bool              `json:"exploratory"`
	Plan          Digest            `json:"plan"`     // of the plan from here on
	Previous      Digest            `json:"previous"` // of the entry before; zero for the lock

	digest Digest
}

// Digest returns the SHA-256 of the entry's canonical form, which holds the
// digest of the entry before.
func (e Entry) Digest() Digest { return e.digest }

func (e Entry) sum() (Digest, error) {
	data, err := canonical(e)
	if err != nil {
		return Digest{}, err
	}
	return digestOf(data), nil
}

// Chain returns the lock and every amendment, in order. Nothing is ever removed.
func (l *Locked) Chain() []Entry {
	chain := slices.Clone(l.chain)
	for i := range chain {
		chain[i].CoSigned = slices.Clone(chain[i].CoSigned)
		chain[i].Paths = slices.Clone(chain[i].Paths)
	}
	return chain
}

// Head returns the digest of the last entry of the chain, by which whoever keeps
// it can tell that nothing before was changed. It is zero for the zero Locked.
func (l *Locked) Head() Digest {
	if len(l.chain) == 0 {
		return Digest{}
	}
	return l.chain[len(l.chain)-1].digest
}

// Exploratory reports whether an amendment changed what is believed, measured or
// compared after the baseline had begun.
func (l *Locked) Exploratory() bool {
	return len(l.chain) > 0 && l.chain[len(l.chain)-1].Exploratory
}

// in returns the plan that was in force at a time: the first one before the
// first amendment.
func (l *Locked) in(at time.Time) *Plan {
	plan := l.plans[0]
	for i, e := range l.chain {
		if !e.At.After(at) {
			plan = l.plans[i]
		}
	}
	return plan
}

// A chainDocument is the stored form of a chain.
type chainDocument struct {
	Schema  string       `json:"schema" doc:"enum=pilot-chain/v1"`
	Entries []chainEntry `json:"entries"`
}

type chainEntry struct {
	At            time.Time         `json:"at"`
	By            coaching.PersonID `json:"by"`
	Role          coaching.Role     `json:"role,omitempty"`
	Reason        string            `json:"reason,omitempty" doc:"optional,lines"`
	CoSigned      []coaching.Role   `json:"co_signed,omitempty"`
	CadenceStable bool              `json:"cadence_stable,omitempty"`
	Digest        Digest            `json:"digest"` // of the entry
	Plan          Plan              `json:"plan"`
}

// JSON returns the plan with its whole chain as a document that [ReadLocked]
// reads. It fails for the zero Locked, and for a plan that a program built and
// that no document can hold.
func (l *Locked) JSON() ([]byte, error) {
	if l == nil || l.plan == nil {
		return nil, fmt.Errorf("pilot: chain: no locked plan")
	}
	d := chainDocument{Schema: ChainSchemaV1}
	for i, e := range l.chain {
		d.Entries = append(d.Entries, chainEntry{
			At: e.At, By: e.By, Role: e.Role, Reason: e.Reason, CoSigned: e.CoSigned, CadenceStable: e.CadenceStable,
			Digest: e.digest, Plan: l.plans[i].listed(),
		})
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("pilot: chain: %w", err)
	}
	data = append(data, '\n')
	if _, fs := ReadLocked("chain.json", data); fs.Blocked() {
		return nil, fmt.Errorf("pilot: chain: the plan does not read back: %w", fs.Err())
	}
	return data, nil
}

// ReadLocked reads what [Locked.JSON] wrote. It locks the first plan and amends
// it anew, and compares the digest of each entry, so that a chain which could
// not have come about, or in which anything was changed, is refused with what is
// wrong with it. The file's ending tells JSON from YAML, and its name is used in
// findings only.
func ReadLocked(file string, data []byte) (*Locked, coaching.Findings) {
	n, fs := yaml.ParseFile(file, data)
	if n == nil || fs.Blocked() {
		return nil, fs
	}
	var d chainDocument
	at, found := document.Decode(file, n, &d)
	fs = append(fs, found...)
	if !fs.Blocked() && len(d.Entries) == 0 {
		fs = append(fs, errorf("DOC-AMENDMENT", "entries", "the chain is empty; want the lock first"))
	}
	if fs.Blocked() {
		at.Locate(fs)
		fs.Sort()
		return nil, fs
	}
	var l *Locked
	for i, e := range d.Entries {
		var next *Locked
		var refused coaching.Findings
		if i == 0 {
			next, refused = e.Plan.Lock(e.By, e.At)
		} else {
			next, refused = l.Amend(Amendment{Plan: &e.Plan, By: e.By, Role: e.Role, At: e.At, Reason: e.Reason, CoSigned: e.CoSigned, CadenceStable: e.CadenceStable})
		}
		path := fmt.Sprintf("entries[%d]", i)
		for f := range refused.Blocking() {
			f.Path = joined(path+".plan", f.Path)
			fs = append(fs, f)
		}
		if next == nil {
			break
		}
		l = next
		if e.Digest != l.Head() {
			fs = append(fs, errorf("DOC-AMENDMENT", path+".digest", "the entry is not what its digest was made of"))
			break
		}
	}
	at.Locate(fs)
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return l, fs
}
