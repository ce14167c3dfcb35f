package audit

import (
	"crypto/sha256"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// A frontier is what it takes to go on with an RFC 6962 tree: the roots of the
// complete subtrees that make it up, largest first, one for each bit of its size.
// A copy of a frontier goes on by itself.
type frontier struct {
	size  int64
	nodes [63]tlog.Hash
}

// add appends a leaf, and to stored the hashes that the leaf completes, in the
// order of tlog.StoredHashes.
func (f *frontier) add(leaf tlog.Hash, stored []tlog.Hash) []tlog.Hash {
	n := bits.OnesCount64(uint64(f.size))
	stored = append(stored, leaf)
	for size := f.size; size&1 == 1; size >>= 1 {
		n--
		leaf = tlog.NodeHash(f.nodes[n], leaf)
		stored = append(stored, leaf)
	}
	f.nodes[n] = leaf
	f.size++
	return stored
}

// root returns the root of the tree.
func (f *frontier) root() Digest {
	n := bits.OnesCount64(uint64(f.size))
	if n == 0 {
		return sha256.Sum256(nil)
	}
	// This is tlog.NodeHash, without moving the hashes about for each.
	node := [1 + 2*tlog.HashSize]byte{1}
	root := f.nodes[n-1]
	for i := n - 2; i >= 0; i-- {
		copy(node[1:], f.nodes[i][:])
		copy(node[1+tlog.HashSize:], root[:])
		root = sha256.Sum256(node[:])
	}
	return Digest(root)
}

// A tree is the RFC 6962 tree of a log's leaves, with every hash in memory in
// the order of tlog.StoredHashIndex: about 64 bytes a leaf. A tree that was
// resumed has the hashes from index base on, and below those of the frontier
// that it began with.
type tree struct {
	frontier
	hashes []tlog.Hash
	base   int64
	below  map[int64]tlog.Hash
}

// ReadHashes makes a tree a tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at >= t.base+int64(len(t.hashes)) {
			return nil, fmt.Errorf("audit: no hash %d in a tree of %d leaves", at, t.size)
		}
		if at >= t.base {
			hashes[i] = t.hashes[at-t.base]
			continue
		}
		hash, ok := t.below[at]
		if !ok {
			return nil, errBefore
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// add appends a leaf.
func (t *tree) add(leaf tlog.Hash) { t.hashes = t.frontier.add(leaf, t.hashes) }

// rootAt returns the root of the tree of the first size leaves.
func (t *tree) rootAt(size int64) (Digest, error) {
	if size < 0 || size > t.size {
		return Digest{}, fmt.Errorf("audit: no root at size %d of a tree of %d leaves", size, t.size)
	}
	h, err := tlog.TreeHash(size, t)
	return Digest(h), err
}
