package filestore_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/audit/audittest"
	"github.com/coachgov/coaching/governance/audit/filestore"
)

// The suite that every store must pass.
func TestStore(t *testing.T) {
	audittest.TestStore(t, func(t *testing.T) audit.Store {
		s, err := filestore.Open(filepath.Join(t.TempDir(), "audit.log"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, s.Close()) })
		return s
	})
}

func line(n int) []byte { return fmt.Appendf(nil, `{"n":%d,"pad":"%0*d"}`, n, n%97+1, n) }

// count returns how many records the store holds, and fails unless they are lines
// 0, 1, 2 and so on.
func count(t testing.TB, s *filestore.Store) int {
	t.Helper()
	n := 0
	for r, err := range s.Read(context.Background(), 0) {
		if err != nil || !bytes.Equal(r, line(n)) {
			require.Failf(t, "another record", "record %d is %q, %v", n, r, err)
		}
		n++
	}
	return n
}

// A file has one store at a time; what it holds is there when it is opened again,
// from whichever record on, and without its headers it is JSON Lines.
func TestOpenAgain(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "audit.log")
	s, err := filestore.Open(path)
	require.NoError(t, err)
	_, err = filestore.Open(path)
	require.ErrorIs(t, err, filestore.ErrLocked)
	at := 0
	for at < 1000 {
		var records [][]byte
		for range at%7 + 1 {
			records = append(records, line(at+len(records)))
		}
		require.NoError(t, s.Append(ctx, int64(at), records...))
		at += len(records)
	}
	require.NoError(t, s.Close())
	s, err = filestore.Open(path)
	require.NoError(t, err)
	defer s.Close()
	require.Zero(t, s.Repaired())
	require.Equal(t, at, count(t, s))
	for first := 0; first <= at+1; first += 13 {
		n := first
		for r, err := range s.Read(ctx, int64(first)) {
			require.NoError(t, err)
			require.Equal(t, string(line(n)), string(r))
			n++
		}
		require.Equal(t, max(at, first), n)
	}
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	n := 0
	for text := range strings.Lines(string(content)) {
		if !strings.HasPrefix(text, "#") {
			require.Equal(t, string(line(n))+"\n", text)
			n++
		}
	}
	require.Equal(t, at, n)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	_, err = filestore.Open(filepath.Join(t.TempDir(), "no", "such", "folder"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = filestore.Open(t.TempDir())
	require.Error(t, err)
}

// TestMain appends for ever when it is the child of TestKilled.
func TestMain(m *testing.M) {
	if path := os.Getenv("FILESTORE_APPEND_TO"); path != "" {
		fmt.Fprintln(os.Stderr, appendUntilKilled(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// appendUntilKilled appends batches of several sizes and prints how many records
// are acknowledged.
func appendUntilKilled(path string) error {
	ctx := context.Background()
	s, err := filestore.Open(path)
	if err != nil {
		return err
	}
	size, err := s.Size(ctx)
	if err != nil {
		return err
	}
	for at := int(size); ; {
		var records [][]byte
		for range at%5*at%3*20 + 1 {
			records = append(records, line(at+len(records)))
		}
		if err := s.Append(ctx, int64(at), records...); err != nil {
			return err
		}
		at += len(records)
		fmt.Println(at)
	}
}

// Five hundred processes are killed while they append, one after the other to the
// same file. What one of them was told is stored is there for the next.
func TestKilled(t *testing.T) {
	kills := 500
	if testing.Short() {
		t.Skip("kills 500 processes; go test without -short runs it")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "audit.log")
	acknowledged, more, repaired := 0, 0, 0
	for i := range kills {
		child := exec.Command(self)
		child.Env = append(os.Environ(), "FILESTORE_APPEND_TO="+path)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, child.Start())
		lines := bufio.NewScanner(out)
		// It has begun to append; now at some moment after that.
		require.True(t, lines.Scan())
		time.AfterFunc(time.Duration(i*7919%3000)*time.Microsecond, func() { _ = child.Process.Kill() })
		for ok := true; ok; ok = lines.Scan() {
			n, err := strconv.Atoi(lines.Text())
			require.NoError(t, err)
			require.Greater(t, n, acknowledged, "the next child begins where the last one was told that it ended")
			acknowledged = n
		}
		require.Error(t, child.Wait())
		if i%10 != 0 && i != kills-1 {
			continue // the next child opens it, and refuses what is damaged
		}
		s, err := filestore.Open(path)
		require.NoError(t, err)
		n := count(t, s)
		require.GreaterOrEqual(t, n, acknowledged)
		if n > acknowledged {
			more++
		}
		if s.Repaired() > 0 {
			repaired++
		}
		require.NoError(t, s.Close())
	}
	t.Logf("%d kills, %d records; of the stores looked at, %d held a batch that nobody was told of, %d had a torn tail", kills, acknowledged, more, repaired)
}
