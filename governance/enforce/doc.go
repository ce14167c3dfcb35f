// Package enforce sees to it that data is handed out only on a recorded yes.
//
// Package governance answers who may see or do what; an answer alone stops
// nobody. Here the data is [Sealed] where it is read, together with the
// description of what it is. An [Engine] answers a request, writes the answer to the
// audit log, and only when the record is durable does it return a [Grant].
// [Unlock] opens a sealed value with a live grant for that very resource, action and
// person. [Engine.Complete] records how it ended; an intent without an end shows
// in [audit.Unfinished]. [Engine.AuthorizeBatch] answers several requests by one
// policy; [Engine.DecideBatch] answers for somebody else who enforces the answers.
//
// A policy is put in force only when it is proved to keep its own promises, those
// in force and the canaries; what it changes in a log of the past has to be
// acknowledged. A candidate can run in the shadow of the policy in force.
//
// A [Reidentification] shows who is behind a pseudonym once, to one person, on
// the person's opt-in and the approval of two others; [Engine.Erase] makes a
// pseudonym stand for nobody while the log stays whole.
//
// There is no other way to a grant: no log, a full disk, a timeout, a store that
// writes half a record, panics or says yes and keeps nothing, a context that is
// done, a clock that went back, a policy that was never adopted: each of them is
// a denial with a code, and no grant.
//
// # Promises
//
// The zero Engine, the zero Grant and the zero Sealed are useless. Each decision
// is wholly by one policy, also while policies are swapped, and every swap is on
// record before it counts. A sealed value never prints, in any format. All
// types are safe for concurrent use.
//
// # What is defended, and what is not
//
// The seal holds against forgetting and against mistakes, by everybody who reads
// the data through it: the description that was decided on is the description
// that the data carries, so nobody can ask for a pack and open a trace. It does
// not hold against a host that reads its store without sealing, that states an
// untruth in a request or a description, or that keeps the value once it is
// unlocked; nor against unsafe code in the same process. What the log itself
// can and cannot show is in package audit: an anchor kept elsewhere is part of the
// control.
package enforce
