// Package appeal asks what becomes of a claim that a signal misrepresents
// somebody.
//
// [Open] makes a [Case] of a [Claim]. [Case.Assign] gives it to a reviewer, who
// is neither the participant nor the coach nor the signal's steward, and
// [Case.Decide] ends it with a verdict and a rationale; the participant may
// [Case.Withdraw]. A move that must not be is refused with all its reasons, and
// the case stays as it was. [Case.Overdue] says which deadline has passed.
//
// While a case is open the signal must not be held against its participant:
// [Standing] recommends what may be done with it meanwhile, and the steward
// records it, as after a fairness check.
//
// The package keeps no clock, no names and no texts, only their digests.
package appeal
