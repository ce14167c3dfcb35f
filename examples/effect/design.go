package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/coachgov/coaching/roi/effect"
)

// A design says how units came to their first treated periods.
type design struct {
	DrawnByLot bool              `json:"drawn_by_lot"`
	Blocks     map[string]string `json:"blocks"` // of each unit; none for a draw among all
}

// readDesign reads a design file; without one nobody has said that there was a lot.
func readDesign(name string, a effect.Adoption) (design, error) {
	var d design
	if name == "" {
		return d, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return d, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, 1<<20+1))
	if err != nil {
		return d, err
	}
	if len(data) > 1<<20 {
		return d, fmt.Errorf("%s: more than %d bytes", name, 1<<20)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return d, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return d, fmt.Errorf("%s: text after the document", name)
	}
	if len(d.Blocks) == 0 {
		return d, nil
	}
	for i := range a.Units() {
		if d.Blocks[a.Unit(i)] == "" {
			return d, fmt.Errorf("%s: unit %d of the table has no block", name, i+1)
		}
	}
	if len(d.Blocks) != a.Units() {
		return d, fmt.Errorf("%s: %d units have a block, the table has %d", name, len(d.Blocks), a.Units())
	}
	return d, nil
}

// space yields every allocation that the lot could have drawn: the waves of each
// block handed out anew within it. Nil is a draw among all units.
func (d design) space(a effect.Adoption, allocation []int) iter.Seq[[]int] {
	if len(d.Blocks) == 0 {
		return nil
	}
	members := map[string][]int{}
	var blocks []string
	for i := range allocation {
		block := d.Blocks[a.Unit(i)]
		if members[block] == nil {
			blocks = append(blocks, block)
		}
		members[block] = append(members[block], i)
	}
	slices.Sort(blocks)
	return func(yield func([]int) bool) {
		out := slices.Clone(allocation)
		var within func(block int) bool
		within = func(block int) bool {
			if block == len(blocks) {
				return yield(out)
			}
			units := members[blocks[block]]
			own := make([]int, len(units))
			for i, u := range units {
				own[i] = allocation[u]
			}
			for drawn := range effect.Complete(own) {
				for i, u := range units {
					out[u] = drawn[i]
				}
				if !within(block + 1) {
					return false
				}
			}
			return true
		}
		within(0)
	}
}
