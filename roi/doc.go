// Package roi asks what a change was worth, and whether that may be said aloud.
//
// A [Case] holds four steps that a finance person can audit: a baseline, a
// delta, the share of the delta that is attributed to the programme, and the
// conversion into money, against what the programme cost. [Case.Compute]
// applies a [Policy] and returns a [Statement]: benefit, cost, net, ROI and
// BCR, payback, break-even and, when the delta came with one, an interval. A
// statement prints itself as text, Markdown, CSV and JSON, and [Replay] reads
// the JSON back, evaluates every line again and refuses anything that does not
// come out byte for byte.
//
// "ROI" is the net benefit divided by the cost, so 1.4 is 140 %; "BCR" is the
// benefit divided by the cost, here 2.4. Both are always printed, because
// readers mix them up.
//
// Every figure is a rational number until one declared rounding. No figure
// exists without its [Line], and a line has no value but the one that its
// formula gives. A finding of severity error blocks publication and never
// computation: a claim that is too large is computed, and the statement says
// what stands in the way. [CanPublish] lists what is missing.
package roi
