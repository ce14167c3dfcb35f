// Package authzen answers authorization questions over HTTP, in the words of the
// OpenID AuthZEN Authorization API 1.0.
//
// A [Handler] serves evaluation, evaluations with the three semantics, search
// for subjects, resources and actions, and the metadata at its well-known place.
// What a caller sends is a subject, an action and a resource by name; a [Host]
// makes the typed [governance.Request] of it, with pseudonyms, consents,
// approvals, reviews and the time. What a caller states in properties is its
// word, and counts for as much as the host takes it for. What answers is
// handed in: [governance.Policy.DecideBatch], or the DecideBatch of an engine of
// package enforce, which records what it answers.
//
// Permit is {"decision":true}; Deny and Review are {"decision":false}. The
// context of an answer holds the reasons by rule and code, the obligations of
// the AuthZEN obligations profile (draft 1, type custom), and, of a Review, the
// reason approval_required with an access_request of the access request and
// approval profile (working group draft of June 2026): the evaluation_id in it
// is the digest that an approval or a review must hold, and a new evaluation
// with that on record is what turns it into a yes.
//
// # Promises
//
// Whatever goes wrong is no yes: a body that is too long, that is not exactly
// one JSON object, that holds a key twice, be it in other capitals, or is nested
// too deeply is a 4xx status without a decision; a part of a batch that cannot be
// understood is {"decision":false} with an error. No answer repeats what was sent,
// apart from the X-Request-ID header, unless the policy's own messages do: one
// that shows {resource.id} shows it here too. The handler keeps no state, reads no clock and
// authenticates nobody: put it behind a middleware that does, and behind TLS.
package authzen
