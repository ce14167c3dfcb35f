package main

import (
	"reflect"
	"testing"

	ours "cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"github.com/stretchr/testify/require"

	theirs "github.com/google/cel-go/cel"
	theirtypes "github.com/google/cel-go/common/types"

	"github.com/coachgov/coaching/governance"
)

// A host may carry the last release of cel-go under its old path beside the one
// that the library imports. Both are linked into this test, neither's registration
// of protocol buffers upsets the other's, both evaluate, and the library decides
// between them.
func TestBothPathsOfCELLiveInOneProgram(t *testing.T) {
	const condition = `role == "coach" && age > duration("2160h")`
	env, err := ours.NewEnv(ours.Variable("role", ours.StringType), ours.Variable("age", ours.DurationType))
	require.NoError(t, err)
	checked, issues := env.Compile(condition)
	require.NoError(t, issues.Err())
	program, err := env.Program(checked)
	require.NoError(t, err)

	oldEnv, err := theirs.NewEnv(theirs.Variable("role", theirs.StringType), theirs.Variable("age", theirs.DurationType))
	require.NoError(t, err)
	oldChecked, oldIssues := oldEnv.Compile(condition)
	require.NoError(t, oldIssues.Err())
	oldProgram, err := oldEnv.Program(oldChecked)
	require.NoError(t, err)

	policy, _, err := governance.BuiltIn()
	require.NoError(t, err)
	all, err := shapes()
	require.NoError(t, err)
	for _, s := range all {
		r := s.done()
		facts := map[string]any{"role": r.Subject.Role.String(), "age": r.Now.Sub(r.Resource.CreatedAt)}
		a, _, err := program.Eval(facts)
		require.NoError(t, err)
		b, _, err := oldProgram.Eval(facts)
		require.NoError(t, err)
		require.Equal(t, a.Value(), b.Value(), s.name)
		require.Equal(t, s.name == "coach views an old pack", a.Value())
		require.Equal(t, policy.Digest(), policy.Decide(r).PolicyDigest)
	}

	// They are different types: a value of one is nothing to the other.
	require.NotEqual(t, reflect.TypeFor[types.Bool](), reflect.TypeFor[theirtypes.Bool]())
}
