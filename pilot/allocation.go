package pilot

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/coachgov/coaching"
)

// An Allocation says which leader starts when. It is reproducible in any
// language from the plan alone:
//
//  1. seed = SHA-256 of the design's seed message.
//  2. Order the strata by HMAC-SHA-256(seed, "stratum" 0x00 stratum), and within
//     each the leaders by HMAC-SHA-256(seed, "order" 0x00 leader), bytewise.
//  3. Deal the leaders over the waves in that order: 1, 2, ... , 1, 2, ... The
//     deal carries on from one stratum into the next.
//
// Under a parallel design there are two groups: wave 1 is coached from the
// first wave start on, wave 2 is the control and is not coached in the pilot.
type Allocation struct {
	Kind  DesignKind `json:"kind"`
	Seed  [32]byte   `json:"-"`
	Units []Unit     `json:"units"` // in the plan's order of leaders
}

// A Unit is one leader's place in an allocation.
type Unit struct {
	ID      string `json:"id"`
	Stratum string `json:"stratum"`
	Wave    int    `json:"wave"`  // counted from 1
	Start   int    `json:"start"` // pilot week in which coaching starts; 0: never, a control
	// Order is the first eight bytes of the leader's HMAC in hex, for a reader
	// who checks the draw by hand.
	Order string `json:"order"`
}

// Groups returns how many groups the design compares: its waves, 2 for a
// parallel control, and 1 when there is no design.
func (d Design) Groups() int {
	switch d.Kind {
	case Staggered:
		return d.Waves
	case Parallel:
		return 2
	}
	return 1
}

// start returns the pilot week in which a group, counted from 0, starts.
func (d Design) start(group int) int {
	switch {
	case d.Kind == Parallel && group == 1:
		return 0
	case group < len(d.WaveStarts):
		return d.WaveStarts[group]
	}
	return firstRunWeek
}

// Allocate deals the leaders over the groups of the design. The order in which
// the plan lists leaders changes the order of Units and nothing else. It fails
// when the plan has no leaders, lists one twice, or when a design with groups
// lacks its seed message or has fewer than two groups. Without a design every
// leader is in wave 1.
func (p *Plan) Allocate() (*Allocation, error) {
	d, leaders := p.Design, p.Cohort.Leaders
	groups := d.Groups()
	switch {
	case len(leaders) == 0:
		return nil, fmt.Errorf("pilot: allocate: no leaders")
	case groups < 1 || d.Kind == Staggered && groups < 2:
		return nil, fmt.Errorf("pilot: allocate: staggered design of %d waves, want at least 2", d.Waves)
	case groups > 1 && d.SeedMessage == "":
		return nil, fmt.Errorf("pilot: allocate: no seed message; want one that was fixed before the baseline was seen")
	}
	a := &Allocation{Kind: cmp.Or(d.Kind, NoDesign), Seed: sha256.Sum256([]byte(d.SeedMessage))}
	index := map[string]int{}
	strata := map[string][]string{}
	for i, l := range leaders {
		if _, twice := index[l.ID]; twice {
			return nil, fmt.Errorf("pilot: allocate: leader %d has the label of an earlier one", i)
		}
		index[l.ID] = i
		stratum := p.stratum(l)
		strata[stratum] = append(strata[stratum], l.ID)
		a.Units = append(a.Units, Unit{ID: l.ID, Stratum: stratum, Order: hex.EncodeToString(a.key("order", l.ID)[:8])})
	}
	dealt := 0
	for _, stratum := range a.ordered("stratum", slices.Collect(maps.Keys(strata))) {
		for _, id := range a.ordered("order", strata[stratum]) {
			u := &a.Units[index[id]]
			group := dealt % groups
			u.Wave, u.Start = group+1, d.start(group)
			dealt++
		}
	}
	return a, nil
}

// stratum returns the stratum that the design uses for a leader.
func (p *Plan) stratum(l Leader) string {
	if p.Design.Strata == "none" {
		return "all"
	}
	return l.Stratum
}

func (a *Allocation) key(use, name string) []byte {
	mac := hmac.New(sha256.New, a.Seed[:])
	mac.Write([]byte(use + "\x00" + name))
	return mac.Sum(nil)
}

// ordered sorts names by their keys.
func (a *Allocation) ordered(use string, names []string) []string {
	keys := make(map[string][]byte, len(names))
	for _, name := range names {
		keys[name] = a.key(use, name)
	}
	return slices.SortedFunc(slices.Values(names), func(x, y string) int {
		return bytes.Compare(keys[x], keys[y])
	})
}

// Groups returns the group of each unit counted from 0, in the order of Units:
// the form in which [Space] lists allocations.
func (a *Allocation) Groups() []int {
	groups := make([]int, len(a.Units))
	for i, u := range a.Units {
		groups[i] = u.Wave - 1
	}
	return groups
}

// Wave returns the labels of the leaders in a wave, in the order of Units.
func (a *Allocation) Wave(wave int) []string {
	var ids []string
	for _, u := range a.Units {
		if u.Wave == wave {
			ids = append(ids, u.ID)
		}
	}
	return ids
}

// Unit returns the place of a leader, and false when there is none.
func (a *Allocation) Unit(id string) (Unit, bool) {
	i := slices.IndexFunc(a.Units, func(u Unit) bool { return u.ID == id })
	if i < 0 {
		return Unit{}, false
	}
	return a.Units[i], true
}

// Differences compares the allocation that was carried out with this one, the
// committed one. It returns one PIL-085 error for each leader who was moved,
// added, left out or listed twice, in the order of the leaders' labels; none means that the
// design was followed.
func (a *Allocation) Differences(carriedOut *Allocation) coaching.Findings {
	if carriedOut == nil {
		return coaching.Findings{errorf("PIL-085", "cohort.leaders", "the allocation that was carried out is not known")}
	}
	var fs coaching.Findings
	committed, carried := make(map[string]bool, len(a.Units)), make(map[string]Unit, len(carriedOut.Units))
	for _, u := range slices.Backward(carriedOut.Units) {
		carried[u.ID] = u
	}
	for _, u := range a.Units {
		committed[u.ID] = true
		got, ok := carried[u.ID]
		switch {
		case !ok:
			fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s was committed to wave %d and is not in the allocation that was carried out", u.ID, u.Wave))
		case got.Wave != u.Wave || got.Start != u.Start:
			fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s was committed to wave %d from week %d and carried out in wave %d from week %d", u.ID, u.Wave, u.Start, got.Wave, got.Start))
		}
	}
	twice := map[string]bool{}
	for _, u := range carriedOut.Units {
		if twice[u.ID] {
			fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s is in the allocation that was carried out more than once", u.ID))
		}
		twice[u.ID] = true
		if !committed[u.ID] {
			fs = append(fs, errorf("PIL-085", "cohort.leaders", "%s was not committed to any wave", u.ID))
		}
	}
	fs.Sort()
	return fs
}
