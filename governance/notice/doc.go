// Package notice asks what the people of a programme are told in writing, and
// what they sign.
//
// [TermsOf] asks a policy what it holds: who may see what, for how long, after
// whose approval. Each term is proved over all requests, none is written by
// hand. A [Programme] adds the plain values of the plan. From both come the
// data-use [Compact], which named roles sign, and the participant [Notice] with
// its questions and answers, whose version consents refer to. A [ModelCard] and
// an [Explanation] say what stands behind a model's recommendation, an [Agenda]
// what the checkpoint in the middle of a pilot talks about, and [Seeds] which
// harms its risk register begins with. A [SubjectReport] is everything that is
// held about one person.
//
// # Promises
//
// The same values give the same bytes, in Markdown and in HTML, and no text of
// the host can become markup. A document promises only what the policy is proved
// to hold; what it does not hold is a finding and stays out. A changed policy
// changes the digest of the compact, and signatures under the old one no longer
// count. The pages are self-contained: no script, no request.
package notice
