package governance

import _ "embed"

//go:embed builtin.yaml
var builtin []byte

// BuiltIn returns the policy of the programme, builtin.yaml beside this file,
// with its report. The error is always nil in a released version: a test loads
// it, and proves its invariants, which is not done again here; [Policy.Prove]
// does.
func BuiltIn() (*Policy, *Report, error) { return stack(false, File{"builtin.yaml", builtin}) }

// BuiltInSource returns the text of the built-in policy, to start another from.
func BuiltInSource() string { return string(builtin) }
