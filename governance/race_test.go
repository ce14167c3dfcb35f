//go:build race

package governance

// raceEnabled is true where the race detector counts allocations of its own.
const raceEnabled = true
