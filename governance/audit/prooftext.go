package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// An InclusionProof shows, to somebody who holds nothing but the log's public key,
// that the log holds one record. Its text is a C2SP tlog-proof, version 1, of
// about 1.1 kB at a million records; such files are named *.tlog-proof. The zero
// InclusionProof proves nothing.
type InclusionProof struct {
	Index int64  // the record's place in the log
	Proof Proof  // as [Log.ProveInclusion] returns it for the size of Head
	Head  []byte // the signed checkpoint
}

const (
	proofVersion = "c2sp.org/tlog-proof@v1"
	maxProof     = len(proofVersion) + 64 + 64*45 + maxHead
)

var errProofText = errors.New("audit: malformed proof")

// MarshalText returns the proof as a tlog-proof, without extra data. It checks the
// form only.
func (p InclusionProof) MarshalText() ([]byte, error) {
	if p.Index < 0 || p.Index > maxCount || len(p.Proof) > 63 || len(p.Head) == 0 || len(p.Head) > maxHead {
		return nil, errProofText
	}
	b := fmt.Appendf(nil, "%s\nindex %d\n", proofVersion, p.Index)
	for _, hash := range p.Proof {
		b = append(base64.StdEncoding.AppendEncode(b, hash[:]), '\n')
	}
	return append(append(b, '\n'), p.Head...), nil
}

// UnmarshalText reads what MarshalText writes and nothing else: no extra data,
// which nothing would vouch for, and no other spelling. Whether it proves anything
// is for Verify.
func (p *InclusionProof) UnmarshalText(text []byte) error {
	*p = InclusionProof{}
	if len(text) > maxProof {
		return fmt.Errorf("%w: %d bytes", errProofText, len(text))
	}
	front, head, ok := strings.Cut(string(text), "\n\n")
	lines := strings.Split(front, "\n")
	if !ok || len(lines) < 2 || lines[0] != proofVersion {
		return fmt.Errorf("%w: want %s, an index, hashes, and a checkpoint behind an empty line", errProofText, proofVersion)
	}
	digits, ok := strings.CutPrefix(lines[1], "index ")
	index, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return fmt.Errorf("%w: the second line is no index", errProofText)
	}
	read := InclusionProof{Index: index, Head: []byte(head)}
	for i, line := range lines[2:] {
		hash, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(hash) != tlog.HashSize {
			return fmt.Errorf("%w: line %d is no hash", errProofText, i+3)
		}
		read.Proof = append(read.Proof, Digest(hash))
	}
	again, err := read.MarshalText()
	if err != nil || string(again) != string(text) {
		return fmt.Errorf("%w: not in its one form", errProofText)
	}
	*p = read
	return nil
}

// Verify returns the checkpoint that the proof ends in, when the key has signed it
// and the proof shows that the log holds exactly this record at p.Index; otherwise
// the error of [Verifier.Open], or [ErrProof].
func (p InclusionProof) Verify(key *Verifier, record []byte) (Checkpoint, error) {
	c, err := key.Open(p.Head)
	if err != nil {
		return Checkpoint{}, err
	}
	if err := VerifyInclusion(c, p.Index, record, p.Proof); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}
