package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// errBefore reports something that only the records before a saved frontier could
// tell.
var errBefore = errors.New("audit: from before the frontier that the journal was resumed at; open it whole, with OpenJournal")

// SignFrontier returns what [ResumeJournal] goes on from, signed: a checkpoint of
// what has been committed, with extension lines that hold the latest time of any
// record and the roots of the complete subtrees (one for each bit of the size, so
// 1.3 kB at a million records). It stands for every record, and shows none.
func (j *Journal) SignFrontier(signer *Signer) ([]byte, error) {
	l := j.state()
	l.mu.Lock()
	c, text := Checkpoint{Origin: l.origin, Size: l.tree.size, Root: l.root}, frontierText(l.origin, &l.tree.frontier, l.latest)
	l.mu.Unlock()
	return signer.signText(c, text)
}

// frontierText returns the text of a frontier: the checkpoint's three lines, the
// latest time or "-", and the hashes.
func frontierText(origin string, f *frontier, latest time.Time) string {
	var b strings.Builder
	b.WriteString(Checkpoint{Origin: origin, Size: f.size, Root: f.root()}.Text())
	b.WriteString("latest ")
	if latest.IsZero() {
		b.WriteString("-")
	} else {
		b.Write(appendTime(nil, latest))
	}
	b.WriteString("\n")
	for _, node := range f.nodes[:bits.OnesCount64(uint64(f.size))] {
		b.WriteString(base64.StdEncoding.EncodeToString(node[:]) + "\n")
	}
	return b.String()
}

// parseFrontier reads what frontierText writes, and nothing else: [ErrCheckpoint].
func parseFrontier(text string) (Checkpoint, *frontier, time.Time, error) {
	fail := func() (Checkpoint, *frontier, time.Time, error) {
		return Checkpoint{}, nil, time.Time{}, fmt.Errorf("%w: not one with a frontier, in its one form", ErrCheckpoint)
	}
	lines := strings.SplitAfter(text, "\n")
	if len(lines) < 5 || lines[len(lines)-1] != "" {
		return fail()
	}
	c, err := ParseCheckpoint(strings.Join(lines[:3], ""))
	if err != nil {
		return fail()
	}
	f := &frontier{size: c.Size}
	hashes := lines[4 : len(lines)-1]
	if len(hashes) != bits.OnesCount64(uint64(c.Size)) {
		return fail()
	}
	for i, line := range hashes {
		node, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(line, "\n"))
		if err != nil || len(node) != tlog.HashSize {
			return fail()
		}
		f.nodes[i] = tlog.Hash(node)
	}
	var latest time.Time
	if c.Size > 0 {
		if latest, err = time.Parse("latest "+time.RFC3339Nano+"\n", lines[3]); err != nil {
			return fail()
		}
	}
	if frontierText(c.Origin, f, latest) != text {
		return fail()
	}
	return c, f, latest, nil
}

// resume makes the tree one that goes on from the frontier.
func (t *tree) resume(f *frontier) {
	t.frontier = *f
	t.base = tlog.StoredHashCount(f.size)
	t.below = make(map[int64]tlog.Hash)
	begin := int64(0)
	for n, left := 0, f.size; left > 0; n++ {
		level := bits.Len64(uint64(left)) - 1
		t.below[tlog.StoredHashIndex(level, begin>>level)] = f.nodes[n]
		begin += 1 << level
		left -= 1 << level
	}
}

// ResumeJournal is [OpenJournal] for a log too long to be read whole each time: it
// goes on from a frontier that [Journal.SignFrontier] returned earlier, and reads
// only the records after it. Head is the newest checkpoint, nil when the frontier
// is newer. Head and anchors must not be older than the frontier.
//
// Records before the frontier are not looked at: whoever changes them changes
// nothing that the journal goes on to sign, and [Verify] finds it. The journal
// proves no inclusion or consistency that needs their hashes.
func ResumeJournal(ctx context.Context, store Store, key *Verifier, signed, head []byte, anchors ...Checkpoint) (*Journal, error) {
	if store == nil || key == nil {
		return nil, errJournal
	}
	text, most, err := key.openText(signed, maxFrontier)
	if err != nil {
		return nil, err
	}
	c, f, latest, err := parseFrontier(text)
	if err != nil {
		return nil, err
	}
	if c.Origin != key.Origin() {
		return nil, fmt.Errorf("%w: %s, the key is for %s", ErrOrigin, c.Origin, key.Origin())
	}
	if c.Size > most {
		return nil, errRetired(most)
	}
	vouched, err := checkpoints(key, head, anchors)
	if err != nil {
		return nil, err
	}
	size, err := store.Size(ctx)
	if err != nil {
		return nil, fmt.Errorf("audit: the store's size: %w", err)
	}
	if size < c.Size {
		return nil, fmt.Errorf("%w: %d records do not hold %s", ErrTampered, size, c)
	}
	log := &Log{origin: c.Origin, root: c.Root, latest: latest}
	log.tree.resume(f)
	return newJournal(ctx, store, log, vouched)
}

// maxFrontier bounds a signed frontier, in bytes.
const maxFrontier = 4096
