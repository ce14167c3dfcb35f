package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
)

func main() {
	only := flag.String("run", "", "the contests to run, as a regular expression")
	rounds := flag.Int("rounds", 9, "rounds of each contest")
	flag.Parse()
	wanted, err := regexp.Compile(*only)
	if err == nil {
		err = run(os.Stdout, wanted, max(1, *rounds))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run checks that the contestants give the same answers, and then prints a line
// for each contest that is wanted. A budget that is missed is no error.
func run(out io.Writer, wanted *regexp.Regexp, rounds int) error {
	n, err := checkAnswers()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d requests, the same answers from all contestants. Processor time on one core, least / median of %d rounds.\n\n", n, rounds)
	fmt.Fprintf(out, layout, "contest", "ours", "other", "ratio", "budget", "")
	for _, c := range contests() {
		if !wanted.MatchString(c.name) {
			continue
		}
		r, err := c.run(rounds)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		c.print(out, r)
	}
	return nil
}

const layout = "%-21s %-23s %-32s %-22s %-9s %s\n"

// print writes a result beside its budget.
func (c contest) print(out io.Writer, r result) {
	ratio := short(r.value)
	if r.median != 0 {
		ratio += " / " + short(r.median)
	}
	verdict := "ok"
	if !c.bound.met(r.value, c.budget) {
		verdict = "MISSED"
	}
	limit := "none"
	switch c.bound {
	case shown:
		verdict = "shown"
	case atMost:
		limit = "<= " + short(c.budget)
	case atLeast:
		limit = ">= " + short(c.budget)
	}
	if r.note != "" {
		verdict += ", " + r.note
	}
	fmt.Fprintf(out, layout, c.name, r.ours, r.other, ratio+" "+r.unit, limit, verdict)
}

// short writes a value with about three digits.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
