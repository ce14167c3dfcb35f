// Package report asks whether a pilot can be read on one page.
//
// Before a pilot begins, [Charter] says on a page what is believed and who
// answers for it, [Blueprint] lays out the three pillars, and
// [SuccessDefinition] says what the sponsor confirms in week 0;
// [VendorComparison] lays vendors side by side, [Readiness] asks whether the
// data are there, [Flow] counts who was drawn and who stopped, and [Summary] says
// at the end what worked and what broke. Each such [Document] is filled from the
// plan and from what follows from it, counts leaders instead of naming them, and
// is printed as Markdown, HTML and JSON. [DesignMatrix] is for analysts and holds
// the plan's labels of leaders.
//
// At the end fill a [Dashboard] with plain values, the decision first;
// [DecisionOf], [MethodOf], [GatesOf] and [NotesOf] carry over what package
// pilot and package mentor have already worked out. Check says what the page
// lacks or has too much of, HTML and Markdown print it.
//
// The page is one self-contained file: no script, no request, no colour that
// carries meaning alone, legible at 360 pixels and on one sheet of A4. The same
// dashboard gives the same bytes. A coach's note without a recorded consent is
// withheld, whatever Check's caller does with the finding.
package report
