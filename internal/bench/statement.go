package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/coachgov/coaching/roi"
)

// caseFile is the case of the example, from the folder of this module.
const caseFile = "../../examples/roi-statement/testdata/case.json"

// readCase reads the case that the statements are made of.
func readCase() (roi.Case, error) {
	data, err := os.ReadFile(caseFile)
	if err != nil {
		return roi.Case{}, err
	}
	c, _, fs := roi.Decode("case.json", data)
	return c, fs.Err()
}

// timeStatement times the four-step chain with its trace.
func timeStatement(rounds int) (result, error) {
	c, err := readCase()
	if err != nil {
		return result{}, err
	}
	p := roi.DefaultPolicy()
	took, err := turns(rounds, repeat(func() error {
		_, err := c.Compute(p)
		return err
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: "four steps with the trace", value: took[0].least / 1e3, median: took[0].median / 1e3, unit: "µs"}, nil
}

// weighStatements computes 100,000 statements one after the other, as a host that
// stores each one would, and reports the memory that the process holds after it.
func weighStatements(int) (result, error) {
	c, err := readCase()
	if err != nil {
		return result{}, err
	}
	const all = 100_000
	p := roi.DefaultPolicy()
	start := processor()
	for range all {
		if _, err := c.Compute(p); err != nil {
			return result{}, err
		}
	}
	took := (processor() - start).Seconds()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return result{
		ours: fmt.Sprintf("%.2f s processor time", took), other: fmt.Sprintf("%.0f MB held", float64(m.Sys)/1e6),
		value: took, unit: "s", note: "100,000 statements, one after the other",
	}, nil
}
