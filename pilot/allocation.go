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
	"strconv"

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
//
// In Python, with the plan's JSON read into p and no balance declared:
//
//	import hashlib, hmac
//	d = p["design"]
//	seed = hashlib.sha256(d["seed_message"].encode()).digest()
//	key = lambda use, name: hmac.new(seed, f"{use}\0{name}".encode(), "sha256").digest()
//	strata = {}
//	for leader in p["cohort"]["leaders"]:
//	    stratum = "all" if d.get("strata") == "none" else leader["stratum"]
//	    strata.setdefault(stratum, []).append(leader["id"])
//	order = [id for s in sorted(strata, key=lambda s: key("stratum", s))
//	         for id in sorted(strata[s], key=lambda id: key("order", id))]
//	groups = 2 if d["kind"] == "parallel" else len(d["wave_starts"])
//	wave = {id: i % groups + 1 for i, id in enumerate(order)}
//
// With a [Balance], the seed of draw k, counted from 0, is that of the message
// for k = 0 and SHA-256(message 0x00 k) with k in decimal after it; the first
// draw that the rule accepts counts, and Draw and Gap keep what was accepted.
type Allocation struct {
	Kind  DesignKind `json:"kind"`
	Seed  [32]byte   `json:"-"`              // of the draw that counts
	Units []Unit     `json:"units"`          // in the plan's order of leaders
	Draw  int        `json:"draw,omitempty"` // draws that the balance refused before this one
	// Gap is the greatest difference between the means of two groups, as an exact
	// fraction; "" without a balance.
	Gap string `json:"gap,omitempty"`
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

// maxWaves is the most groups of a design.
const maxWaves = 64

// Groups returns how many groups the design compares: its waves, 2 for a
// parallel control, one for each start week of a multiple baseline, and 1 when
// there is no design.
func (d Design) Groups() int {
	switch d.Kind {
	case MultipleBaseline:
		return len(d.WaveStarts)
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
// lacks its seed message or has fewer than two groups or more than 64. Without a
// design every leader is in wave 1. A balance fails when it accepts fewer than 40
// allocations, when a leader has no covariate, when 10,000 draws do not meet it,
// or when it would have to search more than 5 million allocations.
func (p *Plan) Allocate() (*Allocation, error) {
	d, leaders := p.Design, p.Cohort.Leaders
	groups := d.Groups()
	switch {
	case len(leaders) == 0:
		return nil, fmt.Errorf("pilot: allocate: no leaders")
	case groups < 1 || groups < 2 && (d.Kind == Staggered || d.Kind == MultipleBaseline):
		return nil, fmt.Errorf("pilot: allocate: staggered design of %d waves, want at least 2", groups)
	case groups > maxWaves:
		return nil, fmt.Errorf("pilot: allocate: %d groups, want at most %d", groups, maxWaves)
	case groups > 1 && d.SeedMessage == "":
		return nil, fmt.Errorf("pilot: allocate: no seed message; want one that was fixed before the baseline was seen")
	}
	seen := make(map[string]bool, len(leaders))
	for i, l := range leaders {
		if seen[l.ID] {
			return nil, fmt.Errorf("pilot: allocate: leader %d has the label of an earlier one", i)
		}
		seen[l.ID] = true
	}
	if d.Balance == nil || groups < 2 {
		return p.draw(d.SeedMessage), nil
	}
	b, err := p.balancer()
	if err != nil {
		return nil, err
	}
	s, err := p.space()
	if err != nil {
		return nil, err
	}
	s.balance = b
	if err := s.enough(); err != nil {
		return nil, err
	}
	for k := range maxDraws {
		message := d.SeedMessage
		if k > 0 {
			message += "\x00" + strconv.Itoa(k)
		}
		if a := p.draw(message); b.accepts(a.Groups()) {
			a.Draw, a.Gap = k, b.gapOf(a.Groups()).RatString()
			return a, nil
		}
	}
	return nil, fmt.Errorf("pilot: allocate: no draw of %d keeps the groups within the gap; want a larger max_gap", maxDraws)
}

// draw deals the leaders by the seed of a message.
func (p *Plan) draw(message string) *Allocation {
	d, groups := p.Design, p.Design.Groups()
	a := &Allocation{Kind: cmp.Or(d.Kind, NoDesign), Seed: sha256.Sum256([]byte(message))}
	index := make(map[string]int, len(p.Cohort.Leaders))
	strata := map[string][]string{}
	for i, l := range p.Cohort.Leaders {
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
	return a
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
