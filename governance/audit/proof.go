package audit

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A Proof is a list of hashes in the order of RFC 6962, sections 2.1.1 and
// 2.1.2: about log2 of the log's size of them.
type Proof []Digest

// ErrProof reports a proof that proves nothing.
var ErrProof = errors.New("audit: the proof does not hold")

// ProveInclusion returns the proof that the log of the given size holds the
// record of the given index.
func (l *Log) ProveInclusion(index, size int64) (Proof, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if index < 0 || index >= size || size > l.tree.size {
		return nil, fmt.Errorf("audit: record %d at size %d of a log of %d records", index, size, l.tree.size)
	}
	p, err := tlog.ProveRecord(size, index, &l.tree)
	return proofOf(p), err
}

// ProveConsistency returns the proof that the log of size to holds the log of
// size from, unchanged, as its beginning. From is 1 or more.
func (l *Log) ProveConsistency(from, to int64) (Proof, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if from < 1 || from > to || to > l.tree.size {
		return nil, fmt.Errorf("audit: from size %d to size %d of a log of %d records", from, to, l.tree.size)
	}
	p, err := tlog.ProveTree(to, from, &l.tree)
	return proofOf(p), err
}

// VerifyInclusion returns nil when the proof shows that the log behind the
// checkpoint holds exactly this record at this index, and otherwise [ErrProof].
// The checkpoint must come from [Verifier.Open] or from an anchor.
func VerifyInclusion(checkpoint Checkpoint, index int64, record []byte, proof Proof) error {
	if checkpoint.Size < 0 || index < 0 || index >= checkpoint.Size {
		return ErrProof
	}
	err := tlog.CheckRecord(hashesOf(proof), checkpoint.Size, tlog.Hash(checkpoint.Root), index, tlog.RecordHash(record))
	if err != nil {
		return ErrProof
	}
	return nil
}

// VerifyConsistency returns nil when the proof shows that the log behind the
// newer checkpoint begins with the whole log behind the older one, and
// otherwise [ErrProof]. Every log begins with the empty one.
func VerifyConsistency(older, newer Checkpoint, proof Proof) error {
	if older.Origin != newer.Origin || older.Size < 0 || older.Size > newer.Size {
		return ErrProof
	}
	if older.Size == 0 {
		if len(proof) != 0 || !older.wellFormed() {
			return ErrProof
		}
		return nil
	}
	err := tlog.CheckTree(hashesOf(proof), newer.Size, tlog.Hash(newer.Root), older.Size, tlog.Hash(older.Root))
	if err != nil {
		return ErrProof
	}
	return nil
}

func proofOf(hashes []tlog.Hash) Proof {
	p := make(Proof, len(hashes))
	for i, h := range hashes {
		p[i] = Digest(h)
	}
	return p
}

func hashesOf(p Proof) []tlog.Hash {
	hashes := make([]tlog.Hash, len(p))
	for i, d := range p {
		hashes[i] = tlog.Hash(d)
	}
	return hashes
}
