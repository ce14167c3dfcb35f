package fairness

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
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
	prefix := seed + "\x00" + stratum + "\x00"
	for i, id := range ids {
		sum := sha256.Sum256([]byte(prefix + id))
		all[i] = drawn{binary.BigEndian.Uint64(sum[:]), id}
	}
	slices.SortFunc(all, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	out := make([]string, 0, max(0, min(k, len(all))))
	for _, d := range all[:cap(out)] {
		out = append(out, d.id)
	}
	return out
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

// DrawSample returns the people whom two reviewers should look at by hand: as
// many flagged ones as the policy needs to bound the share of wrong flags with
// one wrong case allowed for, as many unflagged ones for missed cases, each
// divided over the groups of policy.Review.StratifyBy. The seed should be
// committed to before the data are seen. The order is: flagged before
// unflagged, then by group, then by draw. People without a pseudonym cannot be
// drawn and are an error, as is a person who appears twice.
func DrawSample(spec Spec, policy Policy, seed string, people []Observation) ([]Case, error) {
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
	seen := make(map[coaching.PersonID]bool, len(people))
	strata := map[bool]map[string][]string{true: {}, false: {}}
	size := map[bool]int{}
	for i, o := range people {
		if o.Person.IsZero() || seen[o.Person] {
			return nil, fmt.Errorf("fairness: person %d of the sample frame has no pseudonym, or appears twice", i)
		}
		seen[o.Person] = true
		if len(o.Levels) != len(s.Attributes) {
			return nil, fmt.Errorf("fairness: person %d has %d levels, want one for each of the %d attributes", i, len(o.Levels), len(s.Attributes))
		}
		group := ""
		if by >= 0 && o.Levels[by] != s.Unknown {
			group = o.Levels[by]
		}
		strata[o.Flagged][group] = append(strata[o.Flagged][group], o.Person.String())
		size[o.Flagged]++
	}
	var cases []Case
	for _, side := range []struct {
		flagged bool
		most    float64
	}{{true, policy.Review.MaxFalseDiscovery}, {false, policy.Review.MaxMissed}} {
		if size[side.flagged] == 0 {
			continue
		}
		groups := make([]string, 0, len(strata[side.flagged]))
		for group := range strata[side.flagged] {
			groups = append(groups, group)
		}
		slices.Sort(groups)
		sizes := make([]int, len(groups))
		for i, group := range groups {
			sizes[i] = len(strata[side.flagged][group])
		}
		total := reviewSize(int64(size[side.flagged]), len(groups), policy.Review.Confidence, side.most, 1)
		for i, k := range Allocate(sizes, int(total), policy.Review.MinPerStratum) {
			for _, id := range BottomK(seed, stratumName(side.flagged, groups[i]), strata[side.flagged][groups[i]], k) {
				person, err := coaching.ParsePersonID(id)
				if err != nil {
					return nil, err
				}
				cases = append(cases, Case{Person: person, Flagged: side.flagged, Group: groups[i]})
			}
		}
	}
	return cases, nil
}
