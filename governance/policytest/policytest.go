// Package policytest answers in go test whether a host's policy still says what
// its owners expect.
//
// [Load] reads a policy and its overlays and fails the test with every finding,
// the policy's own failing tests and unproved invariants among them. [Table] asks the policy the questions of a table
// that a privacy officer can read, one test failure for each answer that is not
// the expected one, with its explanation.
//
// The package is for tests: it reads files and takes a [testing.TB].
package policytest

import (
	"errors"
	"os"
	"testing"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// Load reads the policy in a base file and its overlays, in any order, as
// [governance.Stack] does, which runs the tests inside them and proves the
// base's invariants. When anything blocks, the test fails at once with all the
// findings. Warnings, such as a rule that no test makes fire, are logged.
func Load(t testing.TB, files ...string) *governance.Policy {
	t.Helper()
	var stack []governance.File
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
			return nil
		}
		stack = append(stack, governance.File{Name: file, Data: data})
	}
	p, report, err := governance.Stack(stack...)
	for _, f := range report.Findings {
		if f.Severity == coaching.Error {
			t.Error(f)
		} else {
			t.Log(f)
		}
	}
	if err != nil {
		t.FailNow()
		return nil
	}
	return p
}

// Table asks the policy the questions in a file, as
// [governance.Policy.CheckTable] does, and fails the test for each row whose
// answer is another one. A table that cannot be read fails it at once. The rows
// are returned in their order, for whatever else a host wants to ask of them.
func Table(t testing.TB, p *governance.Policy, file string) []governance.TableRow {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
		return nil
	}
	rows, err := p.CheckTable(file, data)
	if err != nil {
		var listed *coaching.FindingsError
		if errors.As(err, &listed) {
			for _, f := range listed.Findings {
				t.Error(f)
			}
		}
		t.Fatal(err)
		return nil
	}
	for _, row := range rows {
		if !row.Passed() {
			t.Errorf("%s:%d: %s\n%s", file, row.Line, row, row.Explained)
		}
	}
	return rows
}
