package audit

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Checkpoint says how many records a log holds and what the root of their tree
// is: 32 bytes that stand for every byte of the log. Kept where the log's
// writer cannot reach it, it is an anchor. The zero Checkpoint is of no log.
type Checkpoint struct {
	Origin string // the log's name
	Size   int64  // the number of records
	Root   Digest // the root of the tree of that many records
}

// ErrCheckpoint reports text that is not a checkpoint in its one form.
var ErrCheckpoint = errors.New("audit: malformed checkpoint")

// Text returns the checkpoint in the C2SP tlog-checkpoint format, unsigned:
// origin, size and base64 root, a line each. [ParseCheckpoint] reads it back.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// String returns "origin@size root", with the first 8 digits of the root.
func (c Checkpoint) String() string {
	return fmt.Sprintf("%s@%d %x", c.Origin, c.Size, c.Root[:4])
}

// wellFormed reports whether the checkpoint is of some log.
func (c Checkpoint) wellFormed() bool {
	empty := c.Root == sha256.Sum256(nil)
	return isOrigin(c.Origin) && c.Size >= 0 && c.Size <= maxCount && !c.Root.IsZero() && empty == (c.Size == 0)
}

// ParseCheckpoint reads an unsigned checkpoint, such as an anchor that was kept
// by itself. It accepts only what Text writes: no extension lines, no other
// spelling of the size or of the base64.
func ParseCheckpoint(text string) (Checkpoint, error) {
	if len(text) > 256 {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes", ErrCheckpoint, len(text))
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, fmt.Errorf("%w: want three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: the second line is not a size", ErrCheckpoint)
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != sha256.Size {
		return Checkpoint{}, fmt.Errorf("%w: the third line is not a root", ErrCheckpoint)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: Digest(root)}
	if !c.wellFormed() || c.Text() != text {
		return Checkpoint{}, fmt.Errorf("%w: not in its one form", ErrCheckpoint)
	}
	return c, nil
}
