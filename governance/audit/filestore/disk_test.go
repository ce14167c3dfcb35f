package filestore

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// A disk is a system with one file, which forgets on a crash what was not made
// durable, and fails when told to.
type disk struct {
	cached  []byte // what a reader sees
	durable []byte // what a crash leaves at least
	dirty   [][2]int
	made    bool // the file is there, and its name durable
	named   bool
	open1   bool

	calls   int
	failAt  int // the call that fails; 0 is none
	fault   string
	crashed bool
	quiet   bool // the test itself looks
}

var (
	errInjected = errors.New("injected fault")
	errCrash    = errors.New("the machine is off")
)

// faultsOf are the ways in which a call can fail.
func faultsOf(call string) []string {
	switch call {
	case "write":
		return []string{"error", "half and error", "all and error", "short without error", "crash", "half and crash", "all and crash"}
	case "sync":
		return []string{"error", "all and error", "crash", "all and crash"}
	}
	return []string{"error", "crash"}
}

// step counts a call and returns the fault that it meets, "" for none.
func (d *disk) step(call string) (string, error) {
	if d.quiet {
		return "", nil
	}
	if d.crashed {
		return "crash", errCrash
	}
	if d.calls++; d.calls != d.failAt || !slices.Contains(faultsOf(call), d.fault) {
		return "", nil
	}
	switch d.fault {
	case "crash", "half and crash", "all and crash":
		d.crashed = true
		return d.fault, errCrash
	}
	return d.fault, errInjected
}

func (d *disk) open(string) (file, error) {
	if _, err := d.step("open"); err != nil {
		return nil, err
	}
	if d.open1 {
		return nil, ErrLocked
	}
	d.made, d.open1 = true, true
	return d, nil
}

func (d *disk) syncDir(string) error {
	_, err := d.step("dir")
	if err == nil {
		d.named = true
	}
	return err
}

func (d *disk) Close() error {
	d.open1 = false
	return nil
}

func (d *disk) Size() (int64, error) {
	_, err := d.step("size")
	return int64(len(d.cached)), err
}

func (d *disk) ReadAt(b []byte, at int64) (int, error) {
	if _, err := d.step("read"); err != nil {
		return 0, err
	}
	if at >= int64(len(d.cached)) {
		return 0, io.EOF
	}
	n := copy(b, d.cached[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	fault, err := d.step("write")
	n := len(b)
	switch fault {
	case "error", "crash":
		return 0, err
	case "half and error", "half and crash", "short without error":
		n /= 2
	}
	if need := int(at) + n; need > len(d.cached) {
		d.cached = append(d.cached, make([]byte, need-len(d.cached))...)
	}
	copy(d.cached[at:], b[:n])
	d.dirty = append(d.dirty, [2]int{int(at), int(at) + n})
	if fault == "short without error" {
		err = nil
	}
	return n, err
}

func (d *disk) Truncate(size int64) error {
	_, err := d.step("truncate")
	if err != nil {
		return err
	}
	d.cached = d.cached[:size:size]
	d.dirty = append(d.dirty, [2]int{int(size), int(size)})
	return nil
}

// Sync writes what is dirty. After a failure the pages count as clean, as they
// do on Linux: the next Sync does not write them.
func (d *disk) Sync() error {
	fault, err := d.step("sync")
	if fault == "error" || fault == "crash" {
		if fault == "error" {
			d.dirty = nil
		}
		return err
	}
	d.flush()
	return err
}

func (d *disk) flush() {
	size := len(d.cached)
	grown := make([]byte, size)
	copy(grown, d.durable)
	for _, r := range d.dirty {
		copy(grown[min(r[0], size):min(r[1], size)], d.cached[min(r[0], size):min(r[1], size)])
	}
	if len(d.dirty) > 0 {
		d.durable = grown
	}
	d.dirty = nil
}

// afterwards returns the contents that a crash may leave: what is durable, with
// none, all, or a part of what was written since.
func (d *disk) afterwards() [][]byte {
	if !d.named {
		return [][]byte{nil}
	}
	states := [][]byte{slices.Clone(d.durable), slices.Clone(d.cached)}
	was, is := len(d.durable), len(d.cached)
	for cut := was + 1; cut < is; cut += 1 + (is-was)/40 {
		states = append(states, slices.Clone(d.cached[:cut]))
	}
	// Blocks reach the disk in any order; those that do not read as zeros, or as
	// what was there before.
	for pattern := range 64 {
		s := slices.Clone(d.cached)
		for at := range s {
			if lost := pattern>>(at/29%6)&1 == 1; lost && (at >= was || s[at] != d.durable[at]) {
				s[at] = 0
				if at < was {
					s[at] = d.durable[at]
				}
			}
		}
		states = append(states, s)
	}
	slices.SortFunc(states, bytes.Compare)
	return slices.CompactFunc(states, bytes.Equal)
}
