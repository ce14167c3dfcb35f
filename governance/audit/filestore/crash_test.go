package filestore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

func record(n int) []byte { return fmt.Appendf(nil, `{"n":%d,"pad":"%0*d"}`, n, n%37+1, n) }

func records(first, n int) (all [][]byte) {
	for i := range n {
		all = append(all, record(first+i))
	}
	return all
}

// holds returns the number of records, and fails unless they are records 0, 1, 2
// and so on, as they were appended.
func holds(t testing.TB, s *Store) int {
	t.Helper()
	n := 0
	for r, err := range s.Read(context.Background(), 0) {
		if err != nil || !bytes.Equal(record(n), r) {
			require.Failf(t, "another record", "record %d is %q, %v", n, r, err)
		}
		n++
	}
	size, err := s.Size(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, n, size)
	return n
}

// sizes are those of the batches that the crash tests append.
var sizes = []int{1, 3, 1, 20, 2}

// run opens a store on the disk, which holds so many records, and appends every
// batch, opening it again after each fault that is no crash. It returns what was
// acknowledged, and that with the batch that was tried.
func run(t testing.TB, d *disk, at int) (acknowledged, tried int) {
	t.Helper()
	var s *Store
	look := func() int {
		d.quiet = true
		defer func() { d.quiet = false }()
		return holds(t, s)
	}
	for range 3 {
		var err error
		if s, err = open(d, "log"); err == nil {
			break
		}
		require.Nil(t, s)
		if d.crashed {
			return at, at
		}
	}
	require.Equal(t, at, look())
	again := 0
	for i := 0; i < len(sizes); {
		before := at
		err := s.Append(context.Background(), int64(at), records(at, sizes[i])...)
		if err == nil {
			at += sizes[i]
			i++
			continue
		}
		if d.crashed {
			return at, at + sizes[i]
		}
		// It takes nothing more, and what it had is still there.
		require.ErrorContains(t, s.Append(context.Background(), int64(at), record(at)), "open it again")
		require.Equal(t, before, look())
		require.NoError(t, s.Close())
		s, err = open(d, "log")
		require.NoError(t, err)
		at = look()
		require.Contains(t, []int{before, before + sizes[i]}, at, "all of a batch or none")
		if at > before {
			i++ // it is there, although nobody was told
		}
		again++
		require.Less(t, again, 2)
	}
	require.Equal(t, at, look())
	require.NoError(t, s.Close())
	return at, at
}

// Whichever call of the operating system fails, and in whichever way: nothing that
// was acknowledged is lost, no batch is kept in part, and a store opened again on
// what is left goes on.
func TestEveryFaultAtEveryCall(t *testing.T) {
	content, ends, counts := three(t)
	injected, states := 0, 0
	for name, begin := range map[string]struct {
		content []byte
		records int
	}{
		"new":               {nil, 0},
		"with records":      {content, counts[2]},
		"with a torn tail":  {content[:ends[2]-7], counts[1]},
		"with a long tail":  {content[:ends[1]-7], counts[0]},
		"with a torn first": {content[:20], 0},
	} {
		fresh := func() *disk {
			return &disk{cached: slices.Clone(begin.content), durable: slices.Clone(begin.content), named: begin.content != nil}
		}
		healthy := fresh()
		run(t, healthy, begin.records)
		require.GreaterOrEqual(t, healthy.calls, 4+2*len(sizes))
		for at := 1; at <= healthy.calls; at++ {
			for _, fault := range []string{"error", "half and error", "all and error", "short without error", "crash", "half and crash", "all and crash"} {
				d := fresh()
				d.failAt, d.fault = at, fault
				acknowledged, tried := run(t, d, begin.records)
				injected++
				d.crashed = true // whatever happened, the power goes off now
				for _, content := range d.afterwards() {
					states++
					left := &disk{cached: content, durable: slices.Clone(content), named: true}
					s, err := open(left, "log")
					require.NoError(t, err, "%s: %s at call %d", name, fault, at)
					n := holds(t, s)
					require.Contains(t, []int{acknowledged, tried}, n, "%s: %s at call %d", name, fault, at)
					require.NoError(t, s.Append(context.Background(), int64(n), records(n, 2)...))
					require.Equal(t, n+2, holds(t, s))
					require.NoError(t, s.Close())
					s, err = open(left, "log")
					require.NoError(t, err)
					require.Zero(t, s.Repaired())
					require.Equal(t, n+2, holds(t, s))
				}
			}
		}
	}
	t.Logf("%d faults, %d states of the disk afterwards", injected, states)
}

// A failed fsync, a store opened again, and then a loss of power: what was
// acknowledged after the failure rests on what was not.
func TestPowerLossAfterFailedSync(t *testing.T) {
	d := &disk{}
	s, err := open(d, "log")
	require.NoError(t, err)
	require.NoError(t, s.Append(context.Background(), 0, records(0, 2)...))
	d.fault, d.failAt = "error", d.calls+2
	require.ErrorIs(t, s.Append(context.Background(), 2, records(2, 2)...), errInjected)
	require.NoError(t, s.Close())
	d.failAt = 0
	s, err = open(d, "log")
	require.NoError(t, err)
	require.Equal(t, 4, holds(t, s), "the write had worked")
	require.NoError(t, s.Append(context.Background(), 4, records(4, 1)...))
	s, err = open(&disk{cached: slices.Clone(d.durable), durable: d.durable}, "log")
	require.NoError(t, err)
	require.Equal(t, 5, holds(t, s))
}

// three returns the bytes of a store of three batches and where each ends.
func three(t testing.TB) (content []byte, ends []int, counts []int) {
	t.Helper()
	d := &disk{}
	s, err := open(d, "log")
	require.NoError(t, err)
	at := 0
	for _, n := range []int{1, 4, 1} {
		require.NoError(t, s.Append(context.Background(), int64(at), records(at, n)...))
		at += n
		ends, counts = append(ends, len(d.cached)), append(counts, at)
	}
	return d.cached, ends, counts
}

// whole returns how many bytes and records of whole batches the first n bytes hold.
func whole(ends, counts []int, n int) (bytes, records int) {
	for i, end := range ends {
		if end <= n {
			bytes, records = end, counts[i]
		}
	}
	return bytes, records
}

// Cut at every byte: the whole batches are there, and the rest is cut off and
// reported.
func TestEveryTruncation(t *testing.T) {
	content, ends, counts := three(t)
	for n := range len(content) + 1 {
		bytes, want := whole(ends, counts, n)
		d := &disk{cached: slices.Clone(content[:n])}
		s, err := open(d, "log")
		require.NoError(t, err, "cut at byte %d", n)
		require.Equal(t, want, holds(t, s), "cut at byte %d", n)
		require.EqualValues(t, n-bytes, s.Repaired())
		require.Len(t, d.cached, bytes)
		require.NoError(t, s.Append(context.Background(), int64(want), record(want)))
		require.Equal(t, want+1, holds(t, s))
	}
}

// Zeros from every byte on, to the end of each batch: in the last one a crash can
// have done that; in another one, only when all that follows is zeros too.
func TestEveryZeroFill(t *testing.T) {
	content, ends, counts := three(t)
	last := ends[len(ends)-2]
	repaired, refused := 0, 0
	for _, end := range ends {
		for from := range end {
			b := slices.Clone(content)
			clear(b[from:end])
			d := &disk{cached: slices.Clone(b)}
			s, err := open(d, "log")
			begin, want := whole(ends, counts, from)
			switch {
			case from >= last, end == len(content) && from < begin+headerSize:
				// Nothing is left of this batch and of those after it that could tell.
				require.NoError(t, err, "zeros from %d to %d", from, end)
				require.Equal(t, want, holds(t, s))
				require.Positive(t, s.Repaired())
				repaired++
			default:
				require.ErrorIs(t, err, ErrCorrupt, "zeros from %d to %d", from, end)
				require.Nil(t, s)
				require.Equal(t, b, d.cached, "a damaged file is left as it is")
				refused++
			}
		}
	}
	t.Logf("%d repaired, %d refused", repaired, refused)
}

// Every flipped bit, every byte lost or doubled, and every batch lost, doubled or
// out of its place is damage, and the file is left as it is.
func TestEveryDamageIsRefused(t *testing.T) {
	content, ends, _ := three(t)
	refuse := func(b []byte, format string, args ...any) {
		t.Helper()
		d := &disk{cached: slices.Clone(b)}
		s, err := open(d, "log")
		require.ErrorIs(t, err, ErrCorrupt, fmt.Sprintf(format, args...))
		require.Nil(t, s)
		require.Equal(t, b, d.cached)
		require.False(t, d.open1, "the lock is given up")
	}
	for i := range content {
		for bit := range 8 {
			b := slices.Clone(content)
			if b[i] ^= 1 << bit; b[i] != 0 {
				refuse(b, "bit %d of byte %d", bit, i)
			}
		}
		if i < ends[1] {
			refuse(slices.Delete(slices.Clone(content), i, i+1), "without byte %d", i)
		}
		if at := ends[1]; i < at || i > at+headerSize {
			refuse(slices.Insert(slices.Clone(content), i, 'x'), "with a byte before byte %d", i)
		}
	}
	a, b, c := content[:ends[0]], content[ends[0]:ends[1]], content[ends[1]:]
	refuse(slices.Concat(a, c), "without the second batch")
	refuse(slices.Concat(b, c), "without the first batch")
	refuse(slices.Concat(a, b, b, c), "the second batch twice")
	refuse(slices.Concat(a, b, c, c), "the last batch twice")
	refuse(slices.Concat(b, a, c), "batches out of order")
	refuse(slices.Concat(a, c[:len(c)-3]), "without the second batch, and the last one cut")
	refuse([]byte("v: a file of something else, longer than the line of a batch\n"), "another file")
	for _, other := range []string{
		"x", "v: a short file\n", "#1:not a header", "#2:0000", "#1:0000000000000007:", "SQLite format 3\x00" + strings.Repeat("\x10\x00page", 500),
	} {
		refuse([]byte(other), "a file of something else, %q", other)
		refuse(slices.Concat(a, []byte(other)), "%q after a batch", other)
	}
	refuse(slices.Concat(a, bytes.Repeat([]byte{0}, maxBytes+headerSize+1)), "more zeros than a batch")
}

// A batch whose checksums are right and whose records are not what it announces
// was written by no store.
func TestForgedBatches(t *testing.T) {
	for records, count := range map[string]uint32{"": 0, "\n": 1, "ab": 1, "a\nb": 1, "a\nb\n": 1, "a\n": 2, "b\n": 0, "c": 1 << 31} {
		h := header{count: count, bytes: uint32(len(records)), sum: checksum([]byte(records))}
		d := &disk{cached: append(h.append(nil), records...)}
		s, err := open(d, "log")
		require.ErrorIs(t, err, ErrCorrupt, "%q as %d records", records, count)
		require.Nil(t, s)
	}
	for _, size := range []uint32{0, maxBytes + 1, 1<<32 - 1} {
		d := &disk{cached: header{count: 1 << 31, bytes: size}.append(nil)}
		_, err := open(d, "log")
		require.ErrorIs(t, err, ErrCorrupt)
	}
}

// A file that changes while it is open is found out when it is read.
func TestReadFindsDamage(t *testing.T) {
	content, _, _ := three(t)
	for i := range content {
		d := &disk{cached: slices.Clone(content)}
		s, err := open(d, "log")
		require.NoError(t, err)
		d.cached[i] ^= 1
		failed := false
		n := 0
		for r, err := range s.Read(context.Background(), 0) {
			if failed = err != nil; failed {
				require.ErrorIs(t, err, ErrCorrupt)
				break
			}
			require.Equal(t, string(record(n)), string(r))
			n++
		}
		require.True(t, failed, "byte %d", i)
	}
	// Another batch, and a whole one.
	d := &disk{}
	s, err := open(d, "log")
	require.NoError(t, err)
	for n := range 2 {
		require.NoError(t, s.Append(context.Background(), int64(n), []byte(`{"n":1}`)))
	}
	copy(d.cached, d.cached[len(d.cached)/2:])
	for _, err := range s.Read(context.Background(), 0) {
		require.ErrorIs(t, err, ErrCorrupt)
	}
}

func TestAppendRefuses(t *testing.T) {
	ctx := context.Background()
	d := &disk{}
	s, err := open(d, "log")
	require.NoError(t, err)
	for _, bad := range []string{"", "#1", "a\nb", "a\x00b", "\n"} {
		require.Error(t, s.Append(ctx, 0, record(0), []byte(bad)), "%q", bad)
	}
	require.Error(t, s.Append(ctx, 0, make([][]byte, 1)...))
	require.ErrorContains(t, s.Append(ctx, 0, bytes.Repeat([]byte("x"), maxBytes)), "more than")
	require.Empty(t, d.cached)
	require.NoError(t, s.Append(ctx, 0), "nothing")
	require.NoError(t, s.Append(ctx, 0, record(0)), "a refused record is no fault")
	require.ErrorIs(t, s.Append(ctx, 0, record(0)), audit.ErrConflict)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.Error(t, s.Append(ctx, 1, record(1)))
	_, err = s.Size(ctx)
	require.Error(t, err)
	for _, err := range s.Read(ctx, 0) {
		require.Error(t, err)
	}
	require.Error(t, new(Store).Append(ctx, 0, record(0)))
	require.NoError(t, new(Store).Close())
}

// What a header's reader accepts, its writer writes; and a store opens, refuses or
// repairs any bytes at all, without losing a whole batch.
func FuzzOpen(f *testing.F) {
	content, ends, counts := three(f)
	f.Add(content)
	f.Add(content[:ends[1]+10])
	f.Add(append(slices.Clone(content), make([]byte, 100)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= headerSize {
			if h, ok := parseHeader(b[:headerSize]); ok {
				require.Equal(t, b[:headerSize], h.append(nil))
			}
		}
		d := &disk{cached: slices.Clone(b)}
		s, err := open(d, "log")
		if err != nil {
			require.ErrorIs(t, err, ErrCorrupt)
			require.Equal(t, b, d.cached)
			return
		}
		require.Equal(t, b[:len(b)-int(s.Repaired())], d.cached)
		size, err := s.Size(context.Background())
		require.NoError(t, err)
		var n int64
		for _, err := range s.Read(context.Background(), 0) {
			require.NoError(t, err)
			n++
		}
		require.Equal(t, size, n)
		if bytes.HasPrefix(b, content) {
			require.GreaterOrEqual(t, int(n), counts[len(counts)-1])
		}
	})
}

// A million records, each in a batch of its own, which is the most that there is
// to read; without the disk.
func BenchmarkOpenMillionBatches(b *testing.B) {
	line := append(bytes.Repeat([]byte("x"), 439), '\n')
	var content []byte
	for n := range int64(1_000_000) {
		content = header{index: n, count: 1, bytes: uint32(len(line)), sum: checksum(line)}.append(content)
		content = append(content, line...)
	}
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		s, err := open(&disk{cached: content, quiet: true}, "log")
		if err != nil || s.size != 1_000_000 {
			b.Fatal(err, s.size)
		}
	}
}
