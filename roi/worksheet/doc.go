// Package worksheet asks whether finance comes to the same figures in its own
// spreadsheet.
//
// [XLSX] writes a statement and its dossier as an Office Open XML workbook
// (ECMA-376) of five sheets: Inputs, Calculation, Assumptions, Confounders and
// Sign-off. Each input is a number in a cell of its own. Each derived figure is
// one formula that refers to other cells and holds no constant, as the FAST
// standard for financial models asks. It also holds the library's value, so a
// reader that does not calculate shows the same figures as one that does.
//
// Beside each formula stand its unit, its formula in words, the assumptions it
// rests on, and a tie-out: the distance between the cell and the library's
// value is compared with half a minor unit of an amount, and of anything else
// with half a unit of the last place that the statement prints, two places at
// least. A spreadsheet counts in binary floating point and the library in
// fractions, so the two agree within that, and amounts of more than some 13
// digits before the point may not. When a reader changes an input, the formulas
// follow and the tie-out says so: the statement is what was signed, and the
// sheet is a copy to think with.
//
// A text of the case or of the dossier never becomes a formula. The same
// statement and dossier give the same bytes.
package worksheet
