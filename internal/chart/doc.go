// Package chart draws the few fixed figures of the library as SVG: a schedule
// ([Gantt]), values over time ([Trend]), group ratios with intervals
// ([Forest]) or beside their sizes ([Funnel]), parts of a whole ([Shares]), a
// sum in steps ([Bridge]), units before and after ([Dots]), a
// randomisation distribution ([Histogram]) and effects by the distance from a start
// ([EventStudy]), and units on their way through a trial ([Flow]).
//
// Fill the struct of a figure and call SVG. There is nothing else to set: the
// figures share one width, one typeface and one palette, so that a page of them
// reads as one page.
//
// The promises: the same figure gives the same bytes. Every figure has a title
// and a description for screen readers, stays legible at 360 pixels, and keeps
// its meaning without colour, because shape, fill or a label says the same
// thing. It holds no script and no reference to anything outside itself. Any
// text may be passed in; it is escaped and cut to fit. A number that is not
// finite is missing, never drawn, and a figure without anything to draw says
// "no data".
package chart
