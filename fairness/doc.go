// Package fairness asks whether it is fair to act on a signal.
//
// A [Spec] declares the signal, what its flag does to a person, and the groups
// to compare. Observations, or counts, go into a [Table], which can be merged
// across shards without changing a byte of the result. [Check] then runs the
// three steps of the programme: the manual review of a reproducible sample
// ([DrawSample], or a [Sampler] over shards), the comparison of each group with
// everyone else, by flags and, where labels say what turned out to be true, by
// wrong and missed flags, and the probe for proxies. Its [Report] holds one of
// three verdicts: insufficient evidence (the zero value, with the number of
// people that would decide), pass (shown to be within the programme's threshold)
// or pause. [Assess] does all of this in one call. A [Lifecycle] carries the
// signal through pause, remedy, human control and renewed validation, a
// [Validation] plans the days in which a candidate is watched, and [NewMemo]
// writes the risk memo. [SelectionRates] and [ScoringRates] print what auditors
// ask for, on which no verdict rests.
//
// Nothing is decided on a point estimate, no threshold has a default, an
// undefined rate is never a zero, and a group that is empty, of one person, or
// flagged in whole or not at all never passes. A person appears only as a
// pseudonym in a review sample; the table holds counts.
package fairness
