package worksheet

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/coachgov/coaching/roi"
)

// Bounds of Excel on a formula.
const (
	mostFormula   = 8192 // characters
	mostArguments = 255
)

// A place is where a line stands, and what a spreadsheet makes of it.
type place struct {
	sheet string
	row   int
	value float64 // in the arithmetic of a spreadsheet
}

// ref returns the address of a line's value as the Calculation sheet writes it.
func (p place) ref() string {
	if p.sheet == calculation {
		return "E" + strconv.Itoa(p.row)
	}
	return p.sheet + "!E" + strconv.Itoa(p.row)
}

// number returns the binary floating-point number that is nearest to the
// value, and whether a spreadsheet can hold it.
func number(e roi.Exact) (float64, bool) {
	f, _ := new(big.Rat).SetFrac(e.Num(), e.Den()).Float64()
	return f, holds(f) && (f != 0 || e.Sign() == 0)
}

// formula returns the formula of a derived line, and what a spreadsheet makes
// of it.
func formula(l roi.Line, places map[string]place) (string, float64, error) {
	args := make([]place, len(l.Args))
	for i, id := range l.Args {
		p, ok := places[id]
		if !ok {
			return "", 0, fmt.Errorf("%s refers to a line that is not before it", l.Op)
		}
		args[i] = p
	}
	var text string
	var value float64
	switch {
	case len(args) == 0:
		return "", 0, fmt.Errorf("%s of no argument", l.Op)
	case l.Op == roi.Sum:
		list := runs(args)
		if len(list) > mostArguments {
			return "", 0, fmt.Errorf("a sum of %d ranges, of which a spreadsheet takes %d", len(list), mostArguments)
		}
		text = "SUM(" + strings.Join(list, ",") + ")"
	case l.Op == roi.Negated && len(args) == 1:
		text = "-" + args[0].ref()
	case l.Op == roi.Minus, l.Op == roi.Product, l.Op == roi.Over:
		refs := make([]string, len(args))
		for i, a := range args {
			refs[i] = a.ref()
		}
		text = strings.Join(refs, map[roi.Op]string{roi.Minus: "-", roi.Product: "*", roi.Over: "/"}[l.Op])
	default:
		return "", 0, fmt.Errorf("%s of %d arguments has no formula", l.Op, len(args))
	}
	for i, a := range args {
		switch {
		case i == 0 && l.Op == roi.Negated:
			value = -a.value
		case i == 0:
			value = a.value
		case l.Op == roi.Sum:
			value += a.value
		case l.Op == roi.Minus:
			value -= a.value
		case l.Op == roi.Product:
			value *= a.value
		default:
			value /= a.value
		}
	}
	if !holds(value) {
		return "", 0, fmt.Errorf("%s gives a number beyond what a spreadsheet can hold", l.Op)
	}
	if len(text) > mostFormula {
		return "", 0, fmt.Errorf("a formula of %d characters, of which a spreadsheet takes %d", len(text), mostFormula)
	}
	return text, value, nil
}

// runs writes cells that stand below one another as one range.
func runs(args []place) []string {
	var list []string
	for i := 0; i < len(args); {
		n := 1
		for i+n < len(args) && args[i+n].sheet == args[i].sheet && args[i+n].row == args[i].row+n {
			n++
		}
		text := args[i].ref()
		if n > 1 {
			text += ":E" + strconv.Itoa(args[i].row+n-1)
		}
		list = append(list, text)
		i += n
	}
	return list
}

// holds reports whether a spreadsheet can hold the number: Excel's largest is
// 9.99999999999999E+307, its smallest 2.2251E-308.
func holds(f float64) bool {
	return f == 0 || math.Abs(f) <= 9.99999999999999e307 && math.Abs(f) >= 2.2251e-308
}
