// Package coaching holds the few words that every room of the library shares.
//
// The library governs and measures data-driven leadership coaching. People
// analytics finds patterns in how leaders work; human coaches turn them into
// experiments. Between the two stand questions that code can answer:
//
//   - package signal: what may we act on?
//   - package fairness: is it fair to act on it?
//   - package governance: who may see or do what, and can we prove it?
//   - package pilot: how do we run it as an honest experiment?
//   - package roi: did it move, and what was that worth?
//
// Each room can be imported alone. Data flows from one to the next as plain
// values that the host hands over; the package Example walks one weekly
// observation from reading to dollars and one coach's request from question to
// grant.
//
// # What is here
//
// A [Finding] says that a rule of the domain is not met, where, and how badly.
// A [PersonID] stands for a person without naming one; a [Pseudonymizer] makes
// it from a secret key. With [Secrets] a pseudonym can be erased: without the
// person's own secret nobody can work it out. A [Role] is a part that a person plays, from a closed
// list. A [Date] is a day on the calendar, without a clock or a zone.
//
// # Promises
//
// Every room computes and nothing else: time, keys, dice and bytes are
// arguments, there is no hidden state, and the same inputs give the same bytes.
// The zero value of every type is the safe answer.
package coaching
