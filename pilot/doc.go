// Package pilot asks how to run coaching as an honest experiment.
//
// A [Plan] is data, read from YAML or JSON by [Decode] and examined by
// [Plan.Check], which reports every rule that it breaks, with its place in the
// file; a [Waiver] accepts a warning by name. [Plan.Match] gives each leader a
// coach. [Plan.Lock] freezes the plan under a digest, and [Locked.Amend] changes
// it in a chain that is never rewritten. [Plan.Allocate] deals the leaders
// over the waves from a seed that was committed before, and [Space] lists every
// allocation that the design could have drawn, for exact tests.
// [Plan.Schedule] computes every date. The programme then runs as an
// append-only [Log], kept in the host's [Store]: [State] is a fold over it,
// [Log.Due] says who must do what by when, and a [Gate] says everything
// that still stands between the programme and its next state. [Log.CanCoach] is
// asked before each session. At the end [Decide] weighs the evidence by rules
// that were fixed before it was seen.
//
// The package reads no clock, throws no dice and opens no file; it never sees a
// leader's name or data, only labels of the plan and figures handed in. Missing
// evidence never passes, a lever of unknown strength is weak, and a plan without
// a design has no control group.
package pilot
