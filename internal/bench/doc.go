// Command bench races the library against its peers and prints a line for each
// contest: what the library took, what the other took, the ratio, the budget, and
// whether the budget is met.
//
//	go run . [-run decision] [-rounds 9]
//
// It checks first that all contestants give the same answers, and fails when they
// do not. It does not fail on a time: a budget that is not met is printed as
// MISSED. Times are the processor time of the process on one core, garbage
// collection included, the least and the median of the rounds; in each round all
// contestants have their turn. The value that is held against the budget comes
// from the least.
//
// The policy engine meets a hand-written Go function, expr, cedar-go, OPA and
// casbin, with the same sixteen rules and twelve shapes of requests. What the
// peers are given is made before their clock starts; the library begins at the
// request as a host holds it. The readers meet encoding/csv. The counts of the
// fairness check meet numpy, where python3-numpy is installed; where it is not, a
// line says "stored", and its time was measured elsewhere, or "absent".
//
// The estimators of staggered adoption stand beside stored times of the R packages
// did and staggered. COACHING_DATA names the folder of the panels that those were
// measured on, and then the estimates are compared too; without it the panels are
// made up, of the same size.
//
// The contests that begin with "false" are no races: each draws a thousand pilots a
// round, and one more thousand, in which coaching does nothing, and prints how many
// of 100 a method claims to have found an effect in. What promises 5 keeps its
// budget, sampling error included; what says in a finding that it cannot at this
// size is shown.
//
// The tests compare the answers over many more requests, and show what the peers
// answer where an attribute is missing or a rule is not what it seems, beside what
// the library does. The benchmarks are the same contests for go test -bench, and
// more of the readers and the evaluation.
//
// The default size takes seconds a contest. The full one of the readers and the
// evaluation, 5.2 million rows of nine columns (about 510 MB) and 276,000 rows of
// 73, takes minutes:
//
//	go run . -run 'read|means' -people 100000 -weeks 52
//	go test -run '^$' -bench . -benchtime 9x -people 100000 -weeks 52
package main
