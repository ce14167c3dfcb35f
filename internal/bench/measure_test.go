package bench

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

var (
	people = flag.Int("people", 2_000, "people in the narrow file; 100000 is full size")
	weeks  = flag.Int("weeks", 20, "weeks in the narrow file; 52 is full size")
)

// narrow is nine columns: 5.2 million rows at full size. wide is 73 columns:
// 276,000 rows at full size.
func narrow() Query { return Query{People: *people, Weeks: *weeks} }
func wide() Query   { return Query{People: max(*people*12/100, 1), Weeks: min(*weeks, 23), Extra: 64} }

// file writes a query to disk, from where the races read it as a host would, and
// returns its path and size.
func file(b testing.TB, q Query) (string, int64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "query.csv")
	out, err := os.Create(path)
	require.NoError(b, err)
	size, err := q.WriteTo(out)
	require.NoError(b, err)
	require.NoError(b, out.Close())
	return path, size
}

// pseudonymizer is under a key for tests only.
func pseudonymizer(b testing.TB) *coaching.Pseudonymizer {
	b.Helper()
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, 32), coaching.Domain{Programme: "bench", Purpose: "coaching"})
	require.NoError(b, err)
	return p
}

// race runs on one core until the benchmark has enough of it, and reports the
// least and the median processor time, garbage collection included, which other
// programs on the machine disturb less than the time on the wall; the throughput
// where size is the bytes read; and the memory that a run adds at its peak.
func race[T any](b *testing.B, size int64, run func() T) {
	b.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var times []float64
	wall := math.Inf(1)
	for b.Loop() {
		runtime.GC() // each run pays for its own garbage
		start, used := time.Now(), processor(b)
		keep := run()
		times = append(times, processor(b)-used)
		wall = min(wall, time.Since(start).Seconds())
		runtime.KeepAlive(keep)
	}
	slices.Sort(times)
	least, median := times[0], times[len(times)/2]
	b.ReportMetric(0, "ns/op") // it would count the collections between the runs
	b.ReportMetric(least, "min-s")
	b.ReportMetric(median, "median-s")
	b.ReportMetric(wall, "wall-min-s")
	if size > 0 {
		b.ReportMetric(float64(size)/1e6/least, "best-MB/s")
		b.ReportMetric(float64(size)/1e6/median, "median-MB/s")
	}
	b.ReportMetric(peak(run)/1e6, "peak-MB")
}

// processor returns the seconds of processor time that the process has used.
func processor(b *testing.B) float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// peak runs once more, and returns the bytes that the heap's objects, garbage
// included, grow by at their peak.
func peak[T any](run func() T) float64 {
	runtime.GOMAXPROCS(2)
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before := heap()
	most := before
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			most = max(most, heap())
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	keep := run()
	close(stop)
	<-done
	most = max(most, heap())
	runtime.KeepAlive(keep)
	return float64(most - before)
}
