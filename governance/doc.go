// Package governance answers who may see or do what, and why.
//
// A host describes what is asked in a [Request]: who asks, in which role, to do
// what to which resource, for which purpose, with whose consent, approvals and
// review, at what time. A [Policy] answers with a [Decision]: Deny, Review (a
// human must look first) or Permit, with every rule that fired, what the host is
// obliged to do, and what was missing. [Decision.Allowed] is the only yes;
// [Policy.Explain] shows how an answer came about.
//
// [BuiltIn] is the policy of the programme. Others are files in YAML or JSON,
// read by [Parse] or [Load]: numbers with their bounds, rules whose conditions
// are typed CEL, invariants, and tests. What is wrong with a file is reported
// all at once, with lines and columns; [Report.Text] says what was checked, and
// of each part of each rule whether the policy's own tests hang on it. POLICY.md
// beside this file says what a policy may say.
// [Stack] puts the overlays of a region and a tenant over a base, which they can
// only tighten. A host maps its own roles with [Roles], declares attributes of
// its own, which rules read as ext.NAME, and translates messages with
// [Policy.Catalogue].
//
// [Policy.Prove] decides for every request at once whether a promise holds:
// proved, refuted with a request that Decide permits, or unproved with the part
// that cannot be analysed. [Diff] lists the kinds of requests that two policies
// answer differently, each with a request; [Changes.Exact] says whether the list
// is complete.
//
// [Policy.Filter] says which rows of a table a request may read, as one
// parameterised SQL condition in which NULL never helps; what SQL cannot say is
// refused. [Replay] asks a candidate what it would have answered to recorded
// decisions and counts what changes. [Policy.CheckTable], and package policytest
// from go test, ask a privacy officer's table of questions.
//
// In a request path, [Policy.DecideInto] uses a Decision again and allocates
// nothing; messages are put together when they are read, and what is to outlive
// the next answer is copied with [Decision.Clone]. [Policy.DecideBatch] answers
// several requests with the semantics of OpenID AuthZEN, which package authzen
// serves over HTTP.
//
// [Policy.Retention] says what must be purged when, as a plan, as SQL, and as a
// sweep that can be killed at any step. A [Recommendation] records a model's
// suggestion from the vendor's explanation to the coach's answer; the policy
// permits its use in exactly the stages in which the record does.
//
// What people are told and sign is package notice, what they agree to package
// consent, what becomes of an objection package appeal, what was done with
// their data package audit; package enforce hands data out only on a recorded
// yes.
//
// # Promises
//
// Everything unknown is the zero value, and no missing attribute ever helps: a
// condition that reads what may be absent, or in which absence would help, is
// refused when the policy is loaded. Any denial wins; what no rule permits is
// denied; a denial or a review that cannot be evaluated counts as fired. Some
// floors are in the code and no policy lowers them: groups of at least three,
// an identity only with the person's consent and two other people's approval,
// raw data for at most 90 days and never to a coach, aggregates for at most
// twelve months, and a human review of whatever could affect a career.
//
// The package reads no clock and keeps no state. The same policy and the same
// request give the same answer, whatever the order of the rules in the file.
package governance
