package fairness

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// BottomK returns the k identifiers of one stratum with the smallest SHA-256 of
// seed, 0 byte, stratum, 0 byte, identifier (its first 8 bytes, ties by
// identifier), in that order; all of them when there are fewer. The draw needs
// no dice: anyone with the seed can repeat it, in any language and over any
// number of shards, because the sample of a union is the sample of the samples.
// ids is not changed.
func BottomK(seed, stratum string, ids []string, k int) []string {
	type drawn struct {
		at uint64
		id string
	}
	all := make([]drawn, len(ids))
	for i, id := range ids {
		all[i] = drawn{drawKey(seed, stratum, id), id}
	}
	slices.SortFunc(all, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	out := make([]string, 0, max(0, min(k, len(all))))
	for _, d := range all[:cap(out)] {
		out = append(out, d.id)
	}
	return out
}

// drawKey is what the draw orders people by.
func drawKey(seed, stratum, id string) uint64 {
	sum := sha256.Sum256([]byte(seed + "\x00" + stratum + "\x00" + id))
	return binary.BigEndian.Uint64(sum[:])
}

// Allocate divides total reviews over strata of the given sizes: each gets at
// least floor of them, or its whole size when that is less, and the rest goes in
// proportion to size by largest remainder, ties to the earlier stratum. No
// stratum gets more than its size. The floors may add up to more than total.
func Allocate(sizes []int, total, floor int) []int {
	out := make([]int, len(sizes))
	fixed := make([]bool, len(sizes))
	left, weight := total, 0
	for i, size := range sizes {
		if size <= 0 {
			fixed[i] = true
		} else {
			weight += size
		}
	}
	// Strata whose share is below their floor, or above their size, are settled
	// first; the others then divide what is left.
	for again := true; again; {
		again = false
		left, weight = total, 0
		for i, size := range sizes {
			if fixed[i] {
				left -= out[i]
			} else {
				weight += size
			}
		}
		for i, size := range sizes {
			least := min(max(floor, 0), size)
			if !fixed[i] && (left <= 0 || left*size < least*weight || left >= weight) {
				out[i], fixed[i], again = least, true, true
				if left >= weight {
					out[i] = size
				}
			}
		}
	}
	type part struct{ i, remainder int }
	var parts []part
	given := 0
	for i, size := range sizes {
		if !fixed[i] {
			out[i] = left * size / weight
			given += out[i]
			parts = append(parts, part{i, left * size % weight})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.remainder, a.remainder) })
	for _, p := range parts[:max(0, min(left-given, len(parts)))] {
		out[p.i]++
	}
	return out
}

// A Case is one person drawn for manual review.
type Case struct {
	Person  coaching.PersonID `json:"person"`
	Flagged bool              `json:"flagged"`
	Group   string            `json:"group,omitempty"` // level of the attribute that the review is stratified by; "" is unknown
}

// stratumName is how the hash of the draw names a stratum.
func stratumName(flagged bool, group string) string {
	name := "unflagged"
	if flagged {
		name = "flagged"
	}
	if group == "" {
		return name
	}
	return name + "|" + group
}

// A Sampler draws the review sample of [DrawSample] in one pass, also over
// shards: samplers of one spec, policy and seed merge in any order and grouping,
// and the sample of the whole is the same. It keeps no more people of a stratum
// than a review can need. A Sampler is not safe for concurrent use; give each
// shard its own. The zero Sampler accepts nothing.
type Sampler struct {
	spec   Spec
	policy Policy
	seed   string
	by     int
	most   map[bool]int // people of a stratum that a review can need
	strata map[stratumKey]*drawnStratum
}

type stratumKey struct {
	flagged bool
	group   string
}

// drawnStratum holds the first people of a stratum in the order of the draw.
type drawnStratum struct {
	people int // all that were seen
	kept   []drawnPerson
}

type drawnPerson struct {
	at     uint64
	person coaching.PersonID
}

func (d drawnPerson) compare(e drawnPerson) int {
	return cmp.Or(cmp.Compare(d.at, e.at), cmp.Compare(d.person.String(), e.person.String()))
}

// NewSampler returns an empty sampler. The errors are those of [DrawSample].
func NewSampler(spec Spec, policy Policy, seed string) (*Sampler, error) {
	s, err := spec.normal()
	if err != nil {
		return nil, err
	}
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	if seed == "" || strings.ContainsRune(seed, 0) {
		return nil, fmt.Errorf("fairness: seed of %d bytes, want some text without a zero byte", len(seed))
	}
	by, err := policy.Review.column(s)
	if err != nil {
		return nil, err
	}
	out := &Sampler{spec: s, policy: policy, seed: seed, by: by, most: map[bool]int{}, strata: map[stratumKey]*drawnStratum{}}
	for flagged, share := range map[bool]float64{true: policy.Review.MaxFalseDiscovery, false: policy.Review.MaxMissed} {
		n, ok := ReviewSize(0, policy.Review.Confidence, share, acceptedWrong)
		if !ok {
			return nil, fmt.Errorf("fairness: no review size for a share of %v at confidence %v", share, policy.Review.Confidence)
		}
		out.most[flagged] = max(int(n), policy.Review.MinPerStratum)
	}
	return out, nil
}

// Add takes one person into the frame of the draw. A person without a pseudonym
// is an error, as are levels that do not fit the spec.
func (s *Sampler) Add(o Observation) error {
	if s.strata == nil {
		return fmt.Errorf("fairness: the zero Sampler accepts nothing; want one from NewSampler")
	}
	if o.Person.IsZero() {
		return fmt.Errorf("fairness: a person of the sample frame has no pseudonym")
	}
	if len(o.Levels) != len(s.spec.Attributes) {
		return fmt.Errorf("fairness: %d levels, want one for each of the %d attributes", len(o.Levels), len(s.spec.Attributes))
	}
	key := stratumKey{flagged: o.Flagged}
	if s.by >= 0 && o.Levels[s.by] != s.spec.Unknown && o.Levels[s.by] != "" {
		if err := checkLevel(o.Levels[s.by]); err != nil {
			return fmt.Errorf("fairness: %s: %w", s.spec.Attributes[s.by].Name, err)
		}
		key.group = o.Levels[s.by]
	}
	return s.take(key, drawnPerson{drawKey(s.seed, stratumName(key.flagged, key.group), o.Person.String()), o.Person}, 1)
}

// take keeps a person who is among the first of the stratum, and counts people.
func (s *Sampler) take(key stratumKey, p drawnPerson, people int) error {
	d, ok := s.strata[key]
	if !ok {
		d = &drawnStratum{}
		s.strata[key] = d
	}
	at, twice := slices.BinarySearchFunc(d.kept, p, drawnPerson.compare)
	if twice {
		return errTwice
	}
	d.people += people
	if at < s.most[key.flagged] {
		d.kept = slices.Insert(d.kept, at, p)
		d.kept = d.kept[:min(len(d.kept), s.most[key.flagged])]
	}
	return nil
}

var errTwice = errors.New("fairness: a person of the sample frame appears twice")

// Merge adds the people that the other sampler saw and leaves other as it is.
// Both must have the same spec, policy and seed. Nobody may have been added to
// both: that is an error when it shows, which it does for people near the top of
// the draw alone. On an error s is as it was.
func (s *Sampler) Merge(other *Sampler) error {
	if s.strata == nil || other == nil || other.strata == nil || s.seed != other.seed ||
		s.policy.Hash() != other.policy.Hash() || !bytes.Equal(s.spec.canonical(), other.spec.canonical()) {
		return fmt.Errorf("fairness: samplers of different specs, policies or seeds do not merge")
	}
	merged := &Sampler{most: s.most, strata: map[stratumKey]*drawnStratum{}}
	for _, from := range []*Sampler{s, other} {
		for key, d := range from.strata {
			for _, p := range d.kept {
				if err := merged.take(key, p, 0); err != nil {
					return err
				}
			}
			merged.strata[key].people += d.people
		}
	}
	s.strata = merged.strata
	return nil
}

// Sample returns the people to review, in the order of [DrawSample].
func (s *Sampler) Sample() []Case {
	var cases []Case
	for _, side := range []struct {
		flagged bool
		most    float64
	}{{true, s.policy.Review.MaxFalseDiscovery}, {false, s.policy.Review.MaxMissed}} {
		var groups []string
		for key := range s.strata {
			if key.flagged == side.flagged {
				groups = append(groups, key.group)
			}
		}
		if len(groups) == 0 {
			continue
		}
		slices.Sort(groups)
		sizes, all := make([]int, len(groups)), 0
		for i, group := range groups {
			sizes[i] = s.strata[stratumKey{side.flagged, group}].people
			all += sizes[i]
		}
		total := reviewSize(int64(all), len(groups), s.policy.Review.Confidence, side.most, acceptedWrong)
		for i, k := range Allocate(sizes, int(total), s.policy.Review.MinPerStratum) {
			kept := s.strata[stratumKey{side.flagged, groups[i]}].kept
			for _, d := range kept[:min(k, len(kept))] {
				cases = append(cases, Case{Person: d.person, Flagged: side.flagged, Group: groups[i]})
			}
		}
	}
	return cases
}

// acceptedWrong is the number of wrong cases that the planned size of a review
// allows for.
const acceptedWrong = 1

// DrawSample returns the people whom two reviewers should look at by hand: as
// many flagged ones as the policy needs to bound the share of wrong flags with
// one wrong case allowed for, as many unflagged ones for missed cases, each
// divided over the groups of policy.Review.StratifyBy. The seed should be
// committed to before the data are seen. The order is: flagged before
// unflagged, then by group, then by draw. People without a pseudonym cannot be
// drawn and are an error, as is a person who appears twice.
func DrawSample(spec Spec, policy Policy, seed string, people []Observation) ([]Case, error) {
	s, err := NewSampler(spec, policy, seed)
	if err != nil {
		return nil, err
	}
	seen := make(map[coaching.PersonID]bool, len(people))
	for i, o := range people {
		if seen[o.Person] {
			return nil, fmt.Errorf("fairness: person %d of the sample frame has no pseudonym, or appears twice", i)
		}
		seen[o.Person] = true
		if err := s.Add(o); err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
	}
	return s.Sample(), nil
}
