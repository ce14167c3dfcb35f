package worksheet

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/coachgov/coaching/roi"
)

// A row is a line with what its row says.
type row struct {
	roi.Line
	place
	exact   float64 // the library's value
	formula string  // of a derived line
	printed string  // by the statement
}

// figures writes the Inputs and the Calculation sheet by step. Both hold the
// value of a line in column E.
func (b *book) figures() error {
	rows, err := layout(b.statement.Lines)
	if err != nil {
		return err
	}
	code, wide := string(b.statement.Facts.Currency), widest(rows)
	in := b.sheet(inputs, "Amounts in "+code+". Change a blue figure to see what follows from it; the statement stays what was signed.",
		6, 22, 38, 16, wide, wide, 44, 16)
	calc := b.sheet(calculation, "Amounts in "+code+". Each value is one formula. A line ties out when the value is within the tolerance of the library's.",
		6, 22, 36, 15, wide, 32, 16, wide, wide, 13, 13, 10)
	in.head("Step", "Line", "Input", "Unit", ">Value", ">As stated", "Source", "Assumptions")
	calc.head("Step", "Line", "Figure", "Unit", ">Value", "Formula", "Assumptions", ">Printed", ">Library", ">Difference", ">Tolerance", "Ties out")
	tied := true
	for _, l := range rows {
		lead := []cell{{look: body, text: strconv.Itoa(l.Step)}, {look: body, text: l.ID}, {look: body, text: l.Label}, {look: body, text: l.Unit}}
		on := cell{look: body, text: b.rests(l.ID)}
		if l.Op == roi.Input {
			in.add(append(lead, cell{look: b.styles.number(given, format(l.Line)), kind: aNumber, number: l.exact},
				cell{look: figure, text: l.printed}, cell{look: body, text: l.Source}, on)...)
			continue
		}
		part := calculated
		switch l.ID {
		case "benefit", "cost", "net", "roi", "bcr":
			part = result
		}
		places := tiedPlaces(l.Line, code)
		fine := b.styles.number(checked, plainFormat(min(places, mostPlaces)+1))
		off, most := math.Abs(l.value-l.exact), half(places)
		tied = tied && off <= most
		calc.add(append(lead,
			cell{look: b.styles.number(part, format(l.Line)), kind: aNumber, formula: l.formula, number: l.exact},
			cell{look: body, text: words(l.Line)}, on,
			cell{look: figure, text: l.printed},
			cell{look: b.styles.number(checked, format(l.Line)), kind: aNumber, number: l.exact},
			cell{look: fine, kind: aNumber, formula: fmt.Sprintf("ABS(E%d-I%d)", l.row, l.row), number: off},
			cell{look: fine, kind: aNumber, number: most},
			cell{look: truth, kind: aTruth, formula: fmt.Sprintf("J%d<=K%d", l.row, l.row), truth: off <= most})...)
	}
	last := calc.rows
	calc.add(cell{}, cell{}, cell{look: strong, text: "All lines tie out"}, cell{}, cell{}, cell{}, cell{}, cell{}, cell{}, cell{}, cell{},
		cell{look: truth, kind: aTruth, formula: fmt.Sprintf("AND(L%d:L%d)", headRow+1, last), truth: tied})
	calc.condition = fmt.Sprintf("L%d:L%d", headRow+1, calc.rows)
	calc.stray = fmt.Sprintf("A%d:A%d H%d:H%d", headRow+1, last, headRow+1, last)
	in.stray = fmt.Sprintf("A%d:A%d F%d:F%d", headRow+1, max(in.rows, headRow+1), headRow+1, max(in.rows, headRow+1))
	return nil
}

// widest returns the width of a column that shows every figure in full, with a
// comma after each three digits. Excel allows 255.
func widest(rows []row) int {
	width := 16
	for _, r := range rows {
		n := utf8.RuneCountInString(r.printed)
		width = max(width, n+n/3+2)
	}
	return min(width, 60)
}

// layout gives each line its row, by step and in the order of computation
// within one, and its formula.
func layout(lines []roi.Line) ([]row, error) {
	rows := make([]row, len(lines))
	order := make([]int, len(lines))
	for i, l := range lines {
		rows[i].Line, order[i] = l, i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(lines[i].Step, lines[j].Step) })
	next := map[string]int{inputs: headRow, calculation: headRow}
	for _, i := range order {
		r := &rows[i]
		if r.sheet = calculation; r.Op == roi.Input {
			r.sheet = inputs
		}
		next[r.sheet]++
		r.row = next[r.sheet]
	}
	if next[calculation] == headRow {
		return nil, errors.New("roi/worksheet: the statement derives no figure")
	}
	places := make(map[string]place, len(lines))
	for i := range rows {
		r := &rows[i]
		if _, ok := places[r.ID]; ok {
			return nil, fmt.Errorf("roi/worksheet: line %d has the ID of an earlier one", i+1)
		}
		var ok bool
		if r.exact, ok = number(r.Value); !ok {
			return nil, fmt.Errorf("roi/worksheet: the value of line %d is beyond what a spreadsheet can hold", i+1)
		}
		r.value, r.printed = r.exact, printed(r.Line)
		if r.Op != roi.Input {
			var err error
			if r.formula, r.value, err = formula(r.Line, places); err != nil {
				return nil, fmt.Errorf("roi/worksheet: line %d: %w", i+1, err)
			}
		}
		places[r.ID] = r.place
	}
	out := make([]row, len(rows))
	for i, from := range order {
		out[i] = rows[from]
	}
	return out, nil
}

// tiedPlaces returns the places to which a cell has to agree: those of an
// amount's minor unit, or what the statement prints of anything else and at
// least two, so that no count ties out by half a unit.
func tiedPlaces(l roi.Line, currency string) int {
	if l.Unit == currency {
		return l.Places
	}
	return max(l.Places, 2)
}

// half returns half a unit of the last of so many places.
func half(places int) float64 {
	f, _ := strconv.ParseFloat("5e-"+strconv.Itoa(places+1), 64)
	return f
}

// printed returns the figure as the statement prints it; "≈" says that the
// exact value has more places.
func printed(l roi.Line) string {
	if l.Value.Cmp(l.Value.RoundMode(l.Places, l.Mode)) != 0 {
		return "≈ " + l.Display
	}
	return l.Display
}

// words returns the formula in the names of the lines. It never begins with a
// sign.
func words(l roi.Line) string {
	if l.Op == roi.Negated {
		return "minus " + strings.Join(l.Args, "")
	}
	return short(l.Formula())
}

// mostPlaces is what a number format of a spreadsheet shows and a reader can
// use.
const mostPlaces = 15

// format returns the number format of a line's figure: a share in per cent,
// anything else with its own places.
func format(l roi.Line) string {
	places := min(l.Places, mostPlaces)
	if l.Unit == "share" {
		return plainFormat(max(places-2, 0)) + "%"
	}
	f := "#,##" + plainFormat(places)
	return f + ";[Red]-" + f
}

func plainFormat(places int) string {
	if places <= 0 {
		return "0"
	}
	return "0." + strings.Repeat("0", places)
}
