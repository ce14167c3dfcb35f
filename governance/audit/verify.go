package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Verdict is what [Verify] makes of a log. The zero Verdict is Unverified,
// which is not a good one.
type Verdict uint8

const (
	Unverified   Verdict = iota // nothing was verified
	Whole                       // every record is vouched for
	Unsealed                    // the records after the last checkpoint are signed by nobody
	TornTail                    // the last line, after the last checkpoint, is a part of a record
	Corrupt                     // a line is no record, or not the record that belongs there
	RolledBack                  // there are fewer records than a checkpoint or an anchor vouches for
	Forked                      // the records are a history, but not the one vouched for
	WrongOrigin                 // a checkpoint or an anchor is of another log
	BadSignature                // a checkpoint is malformed, or not signed by the key
	Unreadable                  // the log could not be read to its end
)

var verdictNames = [...]string{
	"unverified", "whole", "unsealed", "torn-tail", "corrupt", "rolled-back", "forked", "wrong-origin",
	"bad-signature", "unreadable",
}

// String returns the verdict's name, such as "rolled-back".
func (v Verdict) String() string { return enum.Name(verdictNames[:], v, "Verdict") }

// A Report is the answer of [Verify]. The zero Report is not OK.
type Report struct {
	Verdict Verdict
	// Records is the number of records that could be read, each following from
	// those before it, and Root is the root of their tree.
	Records int64
	Root    Digest
	// Sealed is the number of leading records that match the largest checkpoint
	// or anchor that they match. Nothing is known against them.
	Sealed int64
	// First is the index of the first record that may be bad, and -1 when none
	// is or when the fault is not in the records. An edit that leaves the
	// record well formed shows in the record after it at the latest; First is
	// then at most one too high.
	First int64
	// Findings says in words why the log is not OK, and warns of what does not
	// change that: clocks that went back and outcomes without an intent. Sorted
	// as [coaching.Findings.Sort] does; the first 100 warnings.
	Findings coaching.Findings
}

// OK reports whether every record is vouched for. It is the only yes.
func (r Report) OK() bool { return r.Verdict == Whole }

// maxWarnings bounds the findings of a report.
const maxWarnings = 100

// Verify reads a log of JSON Lines to its end and says whether it is the one
// that its signed checkpoints (heads, oldest first, of which the last must
// cover the whole log) and the anchors vouch for. Only an empty log can be OK
// without a head. What it can and cannot detect is in the package comment: give
// it an anchor that was kept out of the log writer's reach.
//
// Among several faults it reports, in this order: a head or anchor that is not
// of this log or not signed; the first head or anchor that the records do not
// match; the first line that does not belong; fewer records than are vouched
// for; a torn tail; records that no head covers. It keeps none of its arguments.
func Verify(log io.Reader, key *Verifier, heads [][]byte, anchors ...Checkpoint) Report {
	v := verification{report: Report{First: -1}}
	if key == nil || key.key == nil || log == nil {
		v.fail(Unverified, -1, "no log or no key to verify with")
		return v.done()
	}
	if !v.open(key, heads, anchors) {
		return v.done()
	}
	v.read(log, key.Origin())
	return v.done()
}

type verification struct {
	report  Report
	vouched []Checkpoint // heads and anchors, by size
	covered int64        // size of the last head
	last    time.Time    // of the record before
	intents map[int64]bool
}

// fail sets the verdict, once.
func (v *verification) fail(verdict Verdict, first int64, format string, args ...any) {
	v.report.Verdict, v.report.First = verdict, first
	v.report.Findings = append(v.report.Findings, coaching.Finding{
		Code: ruleTrail, Severity: coaching.Error, Line: int(first + 1), Message: verdict.String() + ": " + fmt.Sprintf(format, args...),
	})
}

// warn adds a finding about a record that does not change the verdict.
func (v *verification) warn(index int64, message string) {
	if len(v.report.Findings) < maxWarnings {
		v.report.Findings = append(v.report.Findings, coaching.Finding{
			Code: ruleTrail, Severity: coaching.Warning, Line: int(index + 1), Message: message,
		})
	}
}

func (v *verification) done() Report {
	v.report.Findings.Sort()
	return v.report
}

// open checks the heads and anchors by themselves.
func (v *verification) open(key *Verifier, heads [][]byte, anchors []Checkpoint) bool {
	for i, head := range heads {
		c, err := key.Open(head)
		switch {
		case errors.Is(err, ErrOrigin):
			v.fail(WrongOrigin, -1, "checkpoint %d is of another log", i)
			return false
		case err != nil:
			v.fail(BadSignature, -1, "checkpoint %d: %v", i, err)
			return false
		case c.Size < v.covered:
			v.fail(RolledBack, -1, "checkpoint %d is of %d records, the one before it of %d", i, c.Size, v.covered)
			return false
		}
		v.covered = c.Size
		v.vouched = append(v.vouched, c)
	}
	for i, c := range anchors {
		switch {
		case c.Origin != key.Origin():
			v.fail(WrongOrigin, -1, "anchor %d is of another log", i)
			return false
		case !c.wellFormed():
			v.fail(BadSignature, -1, "anchor %d is not a checkpoint", i)
			return false
		}
		v.vouched = append(v.vouched, c)
	}
	slices.SortStableFunc(v.vouched, func(a, b Checkpoint) int { return int(min(1, max(-1, a.Size-b.Size))) })
	return true
}

// read reads the records and compares their tree with the checkpoints.
func (v *verification) read(in io.Reader, origin string) {
	v.intents = make(map[int64]bool)
	var (
		log     frontier
		root    = log.root()
		stored  [64]tlog.Hash // has room for what one leaf completes
		vouched = v.vouched
		forked  = int64(-1)
		before  int64
		torn    bool
		corrupt error
	)
	// Every checkpoint of this size is held against the records so far.
	hold := func() {
		head := Checkpoint{Origin: origin, Size: log.size, Root: root}
		for len(vouched) > 0 && vouched[0].Size == head.Size && forked < 0 {
			if vouched[0] != head {
				// Another checkpoint of the same size may have matched.
				v.report.Sealed, forked = before, before
			} else {
				vouched = vouched[1:]
				v.report.Sealed = head.Size
			}
		}
		if forked < 0 {
			before = v.report.Sealed
		}
		v.report.Records, v.report.Root = head.Size, head.Root
	}
	hold()
	for entry, err := range parsedAhead(lineReader{in: bufio.NewReaderSize(in, MaxRecord+1)}) {
		if err == errUnreadable {
			v.fail(Unreadable, log.size, "reading record %d failed", log.size)
			return
		}
		if torn = err == errTorn; torn {
			break
		}
		if err == nil {
			err = entry.follows(log.size, root)
		}
		if err != nil {
			corrupt = err
			break
		}
		log.add(entry.leaf, stored[:0])
		root = log.root()
		v.look(entry)
		hold()
	}
	n := v.report.Records
	most := int64(0)
	if len(v.vouched) > 0 {
		most = v.vouched[len(v.vouched)-1].Size
	}
	switch {
	case forked >= 0:
		v.fail(Forked, forked, "the records from %d on are not those of the checkpoint of %d records", forked, vouched[0].Size)
	case corrupt != nil:
		v.fail(Corrupt, n, "record %d: %v", n, corrupt)
	case n < most:
		v.fail(RolledBack, n, "%d records, and %d are vouched for", n, most)
	case torn:
		v.fail(TornTail, n, "the line after record %d has no end; no vouched record is lost", n-1)
	case n > v.covered:
		v.fail(Unsealed, v.covered, "%d records, and the last checkpoint covers %d", n, v.covered)
	default:
		v.report.Verdict = Whole
	}
}

// look warns of what a record says that cannot be quite right.
func (v *verification) look(e *Entry) {
	if e.event.at.Before(v.last) {
		v.warn(e.index, fmt.Sprintf("record %d is dated before the one in front of it; the clock went back", e.index))
	}
	v.last = e.event.at
	if o, ok := e.event.body.(Outcome); ok {
		if !v.intents[o.Intent] {
			v.warn(e.index, fmt.Sprintf("record %d ends the intent of record %d, which has ended or is no intent", e.index, o.Intent))
		}
		delete(v.intents, o.Intent)
	} else if e.event.phase == Intent {
		v.intents[e.index] = true
	}
}
