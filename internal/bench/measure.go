package main

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// processor returns the processor time that this process has used. Other programs
// on the machine disturb it less than the time on the wall.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A figure is what the rounds of one contestant took, for one piece of work.
type figure struct{ least, median float64 } // nanoseconds

func figureOf(times []float64) figure {
	slices.Sort(times)
	return figure{times[0], times[len(times)/2]}
}

// String writes both in the unit that fits.
func (f figure) String() string {
	return fmt.Sprintf("%s / %s", nanoseconds(f.least), nanoseconds(f.median))
}

func nanoseconds(ns float64) string {
	switch {
	case ns < 1e4:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e7:
		return fmt.Sprintf("%.1f µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.0f ms", ns/1e6)
	}
	return fmt.Sprintf("%.2f s", ns/1e9)
}

// A work does a piece of work n times.
type work func(n int) error

// turn is the processor time that one turn of a contestant is to take.
const turn = 20 * time.Millisecond

// turns races on one core: in each round every contestant has a turn, so that a
// disturbance meets them alike. Each turn pays for its own garbage.
func turns(rounds int, contestants ...work) ([]figure, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	times := make([][]float64, len(contestants))
	sizes := make([]int, len(contestants))
	for i, do := range contestants {
		n := 1
		for {
			took, err := timed(do, n)
			if err != nil {
				return nil, err
			}
			if took >= turn/4 {
				sizes[i] = max(1, int(float64(n)*float64(turn)/float64(took)))
				break
			}
			n *= 4
		}
	}
	for range rounds {
		for i, do := range contestants {
			took, err := timed(do, sizes[i])
			if err != nil {
				return nil, err
			}
			times[i] = append(times[i], float64(took)/float64(sizes[i]))
		}
	}
	figures := make([]figure, len(contestants))
	for i := range times {
		figures[i] = figureOf(times[i])
	}
	return figures, nil
}

// timed returns the processor time of a piece of work done n times.
func timed(do work, n int) (time.Duration, error) {
	runtime.GC()
	start := processor()
	err := do(n)
	return processor() - start, err
}

// allocations returns how many objects a piece of work allocates on average.
func allocations(do work, n int) (float64, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if err := do(n); err != nil { // what is made once is made
		return 0, err
	}
	least := math.Inf(1)
	var before, after runtime.MemStats
	for range 3 { // the runtime allocates now and then
		runtime.ReadMemStats(&before)
		if err := do(n); err != nil {
			return 0, err
		}
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/float64(n))
	}
	return least, nil
}

// retained returns the bytes of the heap that what make returns keeps alive.
func retained[T any](make func() (T, error)) (T, float64, error) {
	heap := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	kept, err := make()
	after := heap()
	runtime.KeepAlive(kept)
	return kept, after - before, err
}

// together returns, for one worker and for all of them at once, the processor time
// of a piece of work: when workers do not get into each other's way it is the same.
func together(rounds int, workers []work) (alone, both figure, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(len(workers)))
	n := 1
	for took := time.Duration(0); took < turn; n *= 2 {
		if took, err = timed(workers[0], n); err != nil {
			return alone, both, err
		}
	}
	var one, all []float64
	for range rounds {
		took, err := timed(workers[0], n)
		if err != nil {
			return alone, both, err
		}
		one = append(one, float64(took)/float64(n))
		took, err = timed(func(n int) error {
			var done sync.WaitGroup
			failed := make([]error, len(workers))
			for i, do := range workers {
				done.Go(func() { failed[i] = do(n) })
			}
			done.Wait()
			return errorOf(failed)
		}, n)
		if err != nil {
			return alone, both, err
		}
		all = append(all, float64(took)/float64(n*len(workers)))
	}
	return figureOf(one), figureOf(all), nil
}

// errorOf returns the first error there is.
func errorOf(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
