// Package effect asks whether the behaviour moved, whether the KPI moved, and
// whether the two moved together.
//
// A pilot has eight to twelve leaders. At that size the usual standard errors
// find effects that are not there in 6 to 80 of 100 pilots where they promise
// 5, so this package counts instead: under the hypothesis of no effect, every
// allocation that the design could have drawn would have shown the same
// outcomes, and the p-value is the share of allocations whose estimate is at
// least as large as the one observed. The interval inverts the same test.
//
// [Staggered] takes a panel of units by periods and the waves; [TwoGroup] takes
// one change per unit and two groups; [PrePost] has no comparison and says so.
// [Rates] compares two counts of rare events. [Link] lays what leaders changed
// beside what their teams' KPI did, and calls it an association. The
// allocations come from the design as a sequence, such as a pilot's own, or
// from [Complete]. [ExactP] counts without listing them, for up to 40 units.
//
// [ByProtocol] makes either comparison by what was drawn and, beside it, by what
// was done, and counts who was lost on the way.
//
// For panels of fifty units a side and more there are the estimators of the
// econometric literature. [ReadAdoption] reads a long table of units, periods
// and waves, [CallawaySantAnna] estimates the effect by wave and period and
// averages it, [RothSantAnna] does so with the smallest error where the timing
// was drawn by lot. Below that size they warn, and without a variance they give
// no error. A regression with two-way fixed effects is not here: it compares
// units with others that were treated before them.
//
// [Comparison] says before the start what a design can show; [ANCOVA], [Lin] and
// [CUPED] use the units' own baselines, beside the exact test; [Pool] puts
// several pilots together.
//
// In the exact tests, values are integers over one denominator, made by
// [Decimals] or [Floats], and so are all estimates until the last line: floating
// point decides ties by accident, and ties decide small p-values. Panels of any
// size are computed; complete randomisation is counted in halves where it is large,
// and what is refused is a space that has to be listed and has more than
// [MaxAllocations].
package effect
