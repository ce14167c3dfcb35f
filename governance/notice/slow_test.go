package notice_test

import "testing"

// slow skips a test that proves a policy's terms again and again: half a minute
// each under the race detector, which finds nothing in them.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("proves the terms of several policies; go test without -short runs it")
	}
}
