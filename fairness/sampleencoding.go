package fairness

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// samplerVersion opens the stored form of a sampler.
const samplerVersion = "coaching.fairness.sampler/1"

// MaxSamplerBytes is the longest stored sampler that UnmarshalBinary reads.
const MaxSamplerBytes = 16 << 20

// ErrSamplerBytes reports bytes that are not the canonical form of a sampler, or
// one of another spec, policy or seed.
var ErrSamplerBytes = errors.New("fairness: these bytes are not the canonical form of a sampler of this spec, policy and seed")

type storedSampler struct {
	Version string `json:"version"`
	// Frame is the SHA-256 of policy hash, seed and spec: it ties the bytes to
	// them without holding the seed, which may still be sealed.
	Frame  Digest          `json:"frame"`
	Strata []storedStratum `json:"strata"`
}

type storedStratum struct {
	Flagged bool                `json:"flagged"`
	Group   string              `json:"group"`
	People  int                 `json:"people"`
	Kept    []coaching.PersonID `json:"kept"` // in the order of the draw
}

// frame is what samplers must share to merge.
func (s *Sampler) frame() Digest {
	hash := s.policy.Hash()
	return sha(slices.Concat([]byte(samplerVersion), hash[:], []byte(s.seed), []byte{0}, s.spec.canonical()))
}

// MarshalBinary returns the canonical form: samplers that saw the same people
// give the same bytes, whatever the shards and their order. It holds the
// pseudonyms of those who may be drawn, and not the seed. The zero Sampler is an
// error.
func (s *Sampler) MarshalBinary() ([]byte, error) {
	if s == nil || s.strata == nil {
		return nil, errors.New("fairness: the zero Sampler has no stored form; want one from NewSampler")
	}
	out := storedSampler{Version: samplerVersion, Frame: s.frame(), Strata: []storedStratum{}}
	for key, d := range s.strata {
		stratum := storedStratum{Flagged: key.flagged, Group: key.group, People: d.people, Kept: []coaching.PersonID{}}
		for _, p := range d.kept {
			stratum.Kept = append(stratum.Kept, p.person)
		}
		out.Strata = append(out.Strata, stratum)
	}
	slices.SortFunc(out.Strata, func(a, b storedStratum) int {
		return cmp.Or(cmp.Compare(indicator(b.Flagged), indicator(a.Flagged)), cmp.Compare(a.Group, b.Group))
	})
	return json.Marshal(out)
}

// UnmarshalBinary replaces what s has seen with what the bytes hold. s is one
// from [NewSampler] with the spec, policy and seed of the sampler that wrote
// them; anything else, and anything that MarshalBinary does not write, is
// [ErrSamplerBytes] and leaves s as it was.
func (s *Sampler) UnmarshalBinary(data []byte) error {
	if s.strata == nil {
		return errors.New("fairness: the zero Sampler reads nothing; want one from NewSampler")
	}
	if len(data) > MaxSamplerBytes {
		return fmt.Errorf("%w: %d bytes, want at most %d", ErrSamplerBytes, len(data), MaxSamplerBytes)
	}
	var stored storedSampler
	if err := json.Unmarshal(data, &stored); err != nil || stored.Version != samplerVersion || stored.Frame != s.frame() {
		return ErrSamplerBytes
	}
	read := *s
	read.strata = map[stratumKey]*drawnStratum{}
	seen := map[coaching.PersonID]bool{}
	for _, stratum := range stored.Strata {
		key := stratumKey{stratum.Flagged, stratum.Group}
		if key.group != "" && (s.by < 0 || checkLevel(key.group) != nil || key.group == s.spec.Unknown) {
			return ErrSamplerBytes
		}
		if stratum.People < 1 || stratum.People > maxCount || len(stratum.Kept) != min(stratum.People, s.most[key.flagged]) {
			return ErrSamplerBytes
		}
		d := &drawnStratum{people: stratum.People}
		for _, person := range stratum.Kept {
			if person.IsZero() || seen[person] {
				return ErrSamplerBytes
			}
			seen[person] = true
			d.kept = append(d.kept, drawnPerson{drawKey(s.seed, stratumName(key.flagged, key.group), person.String()), person})
		}
		if !slices.IsSortedFunc(d.kept, drawnPerson.compare) {
			return ErrSamplerBytes
		}
		read.strata[key] = d
	}
	if again, err := read.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
		return ErrSamplerBytes
	}
	s.strata = read.strata
	return nil
}
