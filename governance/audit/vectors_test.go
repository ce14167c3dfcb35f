package audit

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coachgov/coaching"
)

// The leaves, roots and proofs that Certificate Transparency publishes for its
// reference implementation (merkletree tests of github.com/google/
// certificate-transparency, RFC 6962).
func ctLeaves() []string {
	return []string{
		"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
	}
}

func ctRoots() []string {
	return []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
}

func ctLog(t *testing.T) *Log {
	l, err := NewLog("ct")
	require.NoError(t, err)
	for _, leaf := range ctLeaves() {
		data, err := hex.DecodeString(leaf)
		require.NoError(t, err)
		l.tree.add(tlog.RecordHash(data))
	}
	return l
}

func ctCheckpoint(t *testing.T, size int) Checkpoint {
	root, err := ParseDigest(ctRoots()[size])
	require.NoError(t, err)
	return Checkpoint{Origin: "ct", Size: int64(size), Root: root}
}

func proofText(p Proof) []string {
	var s []string
	for _, d := range p {
		s = append(s, d.String())
	}
	return s
}

func TestReferenceRoots(t *testing.T) {
	l := ctLog(t)
	for size := range ctRoots() {
		root, err := l.tree.rootAt(int64(size))
		require.NoError(t, err)
		require.Equal(t, ctRoots()[size], root.String(), "size %d", size)
	}
}

func TestReferenceInclusionProofs(t *testing.T) {
	l := ctLog(t)
	tests := []struct {
		leaf, size int // leaf counted from 1, as published
		proof      []string
	}{
		{1, 1, nil},
		{1, 8, []string{
			"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
		}},
		{6, 8, []string{
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
			"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		}},
		{3, 3, []string{"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
		{2, 5, []string{
			"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		}},
	}
	for _, tt := range tests {
		p, err := l.ProveInclusion(int64(tt.leaf-1), int64(tt.size))
		require.NoError(t, err)
		require.Equal(t, tt.proof, proofText(p))
		data, err := hex.DecodeString(ctLeaves()[tt.leaf-1])
		require.NoError(t, err)
		require.NoError(t, VerifyInclusion(ctCheckpoint(t, tt.size), int64(tt.leaf-1), data, p))
	}
}

func TestReferenceConsistencyProofs(t *testing.T) {
	l := ctLog(t)
	tests := []struct {
		from, to int
		proof    []string
	}{
		{1, 1, nil},
		{1, 8, []string{
			"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
		}},
		{6, 8, []string{
			"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
			"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		}},
		{2, 5, []string{
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
		}},
	}
	for _, tt := range tests {
		p, err := l.ProveConsistency(int64(tt.from), int64(tt.to))
		require.NoError(t, err)
		require.Equal(t, tt.proof, proofText(p))
		require.NoError(t, VerifyConsistency(ctCheckpoint(t, tt.from), ctCheckpoint(t, tt.to), p))
	}
}

// The library's own functions, which read stored hashes, agree with the frontier
// at every size.
func TestFrontierAgreesWithStoredHashes(t *testing.T) {
	var (
		f      frontier
		stored []tlog.Hash
	)
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, at := range indexes {
			hashes = append(hashes, stored[at])
		}
		return hashes, nil
	})
	for n := range int64(1100) {
		want, err := tlog.TreeHash(n, reader)
		require.NoError(t, err)
		require.Equal(t, Digest(want), f.root(), "size %d", n)
		record := []byte{byte(n), byte(n >> 8)}
		hashes, err := tlog.StoredHashes(n, record, reader)
		require.NoError(t, err)
		require.Equal(t, hashes, f.add(tlog.RecordHash(record), nil), "record %d", n)
		stored = append(stored, hashes...)
	}
}

// An entry's leaf hash is that of its bytes, whichever way it came about.
func TestLeafIsTheHashOfTheRecord(t *testing.T) {
	l, err := NewLog("test")
	require.NoError(t, err)
	for i := range 3 {
		event, err := NewEvent(time.Date(2027, 1, 4, 9, i, 0, 0, time.UTC), Actor{Role: coaching.System}, PolicySwap{To: DigestOf([]byte{byte(i)})})
		require.NoError(t, err)
		entry, err := l.Prepare(event)
		require.NoError(t, err)
		read, err := ParseEntry(entry.Bytes())
		require.NoError(t, err)
		require.Equal(t, tlog.RecordHash(entry.Bytes()), entry.leaf)
		require.Equal(t, entry, read)
		receipt, err := l.Commit(entry, Ack{Index: entry.Index(), Stored: entry.Bytes()})
		require.NoError(t, err)
		require.Equal(t, Digest(tlog.RecordHash(entry.Bytes())), receipt.Leaf())
	}
}

// Whichever stored hash is wrong, at every size from 1 to 100: the root or a proof
// shows it, and a proof fails against the honest checkpoint exactly when it is
// made of that hash. A test of this kind found CVE-2026-56865 in the library's
// reader of tiles, which this package does not use.
func TestEveryStoredHashCounts(t *testing.T) {
	whole, err := NewLog("test")
	require.NoError(t, err)
	var roots []Digest
	var leaves [][]byte
	for n := range 101 {
		root, err := whole.tree.rootAt(int64(n))
		require.NoError(t, err)
		roots = append(roots, root)
		leaf := []byte{byte(n), 'x'}
		leaves = append(leaves, leaf)
		whole.tree.add(tlog.RecordHash(leaf))
	}
	tampered := 0
	for size := int64(1); size <= 100; size++ {
		if testing.Short() && size > 20 && size&(size-1) != 0 && size != 63 {
			continue
		}
		checkpoint := Checkpoint{Origin: "test", Size: size, Root: roots[size]}
		count := tlog.StoredHashCount(size)
		var honest []Proof
		for index := range size {
			p, err := whole.ProveInclusion(index, size)
			require.NoError(t, err)
			require.NoError(t, VerifyInclusion(checkpoint, index, leaves[index], p))
			honest = append(honest, p)
		}
		for at := range count {
			l := &Log{origin: "test", tree: tree{frontier: frontier{size: size}, hashes: append([]tlog.Hash(nil), whole.tree.hashes[:count]...)}}
			l.tree.hashes[at][at%32] ^= 1
			tampered++
			differs := false
			if root, err := l.tree.rootAt(size); err != nil || root != roots[size] {
				differs = true
			}
			level, n := tlog.SplitStoredHashIndex(at)
			for index := range size {
				p, err := l.ProveInclusion(index, size)
				if err != nil {
					require.NoError(t, err)
				}
				if slices.Equal(p, honest[index]) {
					continue
				}
				if VerifyInclusion(checkpoint, index, leaves[index], p) == nil {
					require.Failf(t, "a wrong proof", "size %d hash %d record %d", size, at, index)
				}
				differs = true
			}
			if !differs {
				require.Failf(t, "a stored hash that nothing uses", "size %d level %d node %d", size, level, n)
			}
		}
	}
	t.Logf("%d tampered trees", tampered)
}

// Every proof, with any one of its hashes changed, dropped or doubled, proves
// nothing; nor does a proof for another place or size.
func TestEveryProofHashCounts(t *testing.T) {
	l, err := NewLog("test")
	require.NoError(t, err)
	heads := []Checkpoint{l.Head()}
	for n := range 64 {
		l.tree.add(tlog.RecordHash([]byte{byte(n)}))
		root, err := l.tree.rootAt(int64(n + 1))
		require.NoError(t, err)
		heads = append(heads, Checkpoint{Origin: "test", Size: int64(n + 1), Root: root})
	}
	variants := func(p Proof) []Proof {
		out := []Proof{append(append(Proof{}, p...), Digest{1})}
		for i := range p {
			changed := append(Proof{}, p...)
			changed[i][31] ^= 1
			out = append(out, changed, append(append(Proof{}, p[:i]...), p[i+1:]...), append(append(append(Proof{}, p[:i+1]...), p[i]), p[i+1:]...))
		}
		return out
	}
	for size := int64(1); size <= 64; size++ {
		for index := range size {
			p, err := l.ProveInclusion(index, size)
			require.NoError(t, err)
			require.NoError(t, VerifyInclusion(heads[size], index, []byte{byte(index)}, p))
			for _, bad := range variants(p) {
				require.Error(t, VerifyInclusion(heads[size], index, []byte{byte(index)}, bad))
			}
			require.Error(t, VerifyInclusion(heads[size], index, []byte{byte(index), 0}, p))
		}
		for from := int64(1); from <= size; from++ {
			p, err := l.ProveConsistency(from, size)
			require.NoError(t, err)
			require.NoError(t, VerifyConsistency(heads[from], heads[size], p))
			for _, bad := range variants(p) {
				require.Error(t, VerifyConsistency(heads[from], heads[size], bad))
			}
			foreign := heads[from]
			foreign.Origin = "other"
			require.Error(t, VerifyConsistency(foreign, heads[size], p))
		}
	}
}

// What parses as a frontier, prints as the same text, and has the root that it
// states.
func FuzzParseFrontier(f *testing.F) {
	var tree frontier
	f.Add(frontierText("ct", &tree, time.Time{}))
	for n := range 11 {
		tree.add(tlog.RecordHash([]byte{byte(n)}), nil)
	}
	f.Add(frontierText("ct", &tree, time.Date(2027, 1, 4, 9, 0, 0, 5, time.UTC)))
	f.Fuzz(func(t *testing.T, text string) {
		c, f, latest, err := parseFrontier(text)
		if err != nil {
			require.ErrorIs(t, err, ErrCheckpoint)
			return
		}
		require.Equal(t, text, frontierText(c.Origin, f, latest))
		require.Equal(t, c.Root, f.root())
		require.Equal(t, c.Size == 0, latest.IsZero())
	})
}
