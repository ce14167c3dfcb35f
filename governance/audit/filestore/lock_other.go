//go:build !unix || solaris || aix

package filestore

import (
	"errors"
	"fmt"
	"os"
)

// lock fails: without a lock two writers could spoil the file.
func lock(*os.File) error {
	return fmt.Errorf("filestore: locking a file on this system: %w", errors.ErrUnsupported)
}
