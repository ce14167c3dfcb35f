// Package datadir finds the large reference files that tests compare with and
// that a clone of the repository does not hold.
package datadir

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Find returns the path of a file or folder under the folder that the
// environment variable COACHING_DATA names, or under the folder "shared" beside
// the checkout when it is unset. Where there is none, the test is skipped and
// says so.
func Find(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("COACHING_DATA")
	if root == "" {
		_, self, _, _ := runtime.Caller(0)
		root = filepath.Join(filepath.Dir(self), "..", "..", "..", "shared")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("reference file %s is not here; set COACHING_DATA to the folder that holds it", name)
	}
	return path
}
