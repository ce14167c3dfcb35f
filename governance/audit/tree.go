package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tree is the RFC 6962 tree of a log's leaves, with every hash in memory in
// the order of tlog.StoredHashIndex: about 64 bytes a leaf.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

// ReadHashes makes a tree a tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("audit: no hash %d in a tree of %d leaves", at, t.size)
		}
		hashes[i] = t.hashes[at]
	}
	return hashes, nil
}

// add appends a leaf.
func (t *tree) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return err
	}
	t.hashes = append(t.hashes, hashes...)
	t.size++
	return nil
}

// root returns the root of the tree of the first size leaves.
func (t *tree) root(size int64) (Digest, error) {
	if size < 0 || size > t.size {
		return Digest{}, fmt.Errorf("audit: no root at size %d of a tree of %d leaves", size, t.size)
	}
	h, err := tlog.TreeHash(size, t)
	return Digest(h), err
}
