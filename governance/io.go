package governance

import (
	"fmt"
	"io"
)

// readAtMost reads a whole file of fewer than limit bytes.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit))
	if err == nil && int64(len(data)) >= limit {
		err = fmt.Errorf("the file has %d bytes or more", limit)
	}
	return data, err
}
