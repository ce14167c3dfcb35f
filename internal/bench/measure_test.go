package main

import (
	"math"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// file writes a query to disk, from where the races read it as a host would, and
// returns its path and size.
func file(b testing.TB, q Query) (string, int64) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "query.csv")
	size, err := q.writeFile(path)
	require.NoError(b, err)
	return path, size
}

// pseudonymizer is under a key for tests only.
func pseudonymizer(b testing.TB) *coaching.Pseudonymizer {
	b.Helper()
	p, err := newPseudonymizer()
	require.NoError(b, err)
	return p
}

// race runs on one core until the benchmark has enough of it, and reports the
// least and the median processor time, garbage collection included, which other
// programs on the machine disturb less than the time on the wall; the throughput
// where size is the bytes read; and the memory that a run adds at its peak. It
// returns the least time in seconds.
func race[T any](b *testing.B, size int64, run func() T) float64 {
	b.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var times []float64
	wall := math.Inf(1)
	for b.Loop() {
		runtime.GC() // each run pays for its own garbage
		start, used := time.Now(), processor()
		keep := run()
		times = append(times, (processor() - used).Seconds())
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
	return least
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
