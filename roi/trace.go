package roi

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// An Op is how a line gets its value.
type Op uint8

const (
	Input   Op = iota // given from outside
	Sum               // the sum of the arguments
	Minus             // the first argument less all others
	Product           // the product of the arguments
	Over              // the first argument divided by the second
	Negated           // minus the only argument
)

var opNames = [...]string{"input", "sum", "minus", "product", "over", "negated"}

// String returns the name used in files, such as "product".
func (o Op) String() string { return enum.Name(opNames[:], o, "Op") }

// MarshalText returns the name used in files.
func (o Op) MarshalText() ([]byte, error) { return enum.Marshal(opNames[:], o, "roi: operation") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (o *Op) UnmarshalText(text []byte) error {
	return enum.Unmarshal(opNames[:], o, "roi: operation", text)
}

// A Line is one figure of a statement and where it comes from. Its value is
// either an input or the result of one operation on earlier lines, and nothing
// else, so the formula that is printed and the value cannot part.
type Line struct {
	ID    string // such as "attributed_delta"; unique
	Step  int    // 1 baseline, 2 delta, 3 attribution, 4 money
	Label string
	Unit  string   // a KPI unit, a currency code, "share", "ratio" or "months"
	Op    Op       // Input, or the operation on Args
	Args  []string // IDs of earlier lines
	Value Exact
	// Places and Mode are the one rounding of Display; a line that feeds
	// another passes on Value.
	Places  int
	Mode    Mode
	Display string
	Source  string // of an input
}

// Formula returns the operation in infix form, such as
// "attributed_delta × unit_value", and "input" for an input.
func (l Line) Formula() string {
	switch l.Op {
	case Input:
		return "input"
	case Negated:
		return "-" + strings.Join(l.Args, "")
	}
	signs := [...]string{Sum: " + ", Minus: " - ", Product: " × ", Over: " / "}
	if int(l.Op) >= len(signs) {
		return l.Op.String()
	}
	return strings.Join(l.Args, signs[l.Op])
}

const (
	loose       = -1 // as many places as needed, up to loosePlaces
	loosePlaces = 6
	ratioPlaces = 4
)

// A trace is a list of lines in which each refers to earlier ones only.
type trace struct {
	lines []Line
	index map[string]int
	mode  Mode
}

func newTrace(mode Mode) *trace {
	return &trace{lines: make([]Line, 0, 40), index: make(map[string]int, 40), mode: mode}
}

// value returns the value of a line, and the zero Exact when there is none.
func (t *trace) value(id string) Exact {
	if i, ok := t.index[id]; ok {
		return t.lines[i].Value
	}
	return Exact{}
}

// input appends a figure from outside, shown in full and with at least the
// given number of places.
func (t *trace) input(step int, id, label, unit string, value Exact, places int, source string) error {
	if n, ok := value.places(); ok {
		places = max(places, n)
	} else {
		places = max(places, loosePlaces)
	}
	return t.add(Line{ID: id, Step: step, Label: label, Unit: unit, Value: value, Places: min(places, maxPlaces), Source: source})
}

// derive appends a figure and evaluates it. With loose places it is shown with
// as many as it needs, up to six.
func (t *trace) derive(step int, id, label, unit string, places int, op Op, args ...string) error {
	return t.add(Line{ID: id, Step: step, Label: label, Unit: unit, Op: op, Args: args, Places: places})
}

// add checks a line, evaluates it when it is not an input, and renders it.
func (t *trace) add(l Line) error {
	if _, ok := t.index[l.ID]; ok || l.ID == "" {
		return fmt.Errorf("roi: line %d of the trace has no ID of its own", len(t.lines)+1)
	}
	l.Mode = t.mode
	if l.Op == Input && (len(l.Args) > 0 || !l.Value.IsSet()) {
		return fmt.Errorf("roi: input in line %d of the trace has arguments or no value", len(t.lines)+1)
	}
	if l.Op != Input {
		v, err := evaluate(l.Op, l.Args, t.value)
		if err != nil {
			return fmt.Errorf("roi: line %d of the trace: %w", len(t.lines)+1, err)
		}
		l.Value = v
	}
	if l.Places == loose {
		l.Places = loosePlaces
		if n, ok := l.Value.places(); ok {
			l.Places = min(n, loosePlaces)
		}
	}
	l.Display = l.Value.Text(l.Places, l.Mode)
	t.index[l.ID] = len(t.lines)
	t.lines = append(t.lines, l)
	return nil
}

// evaluate applies op to the values of args. An argument that is not set, a
// wrong number of arguments and a division by zero are errors.
func evaluate(op Op, args []string, value func(string) Exact) (Exact, error) {
	least, most := 1, maxCosts
	switch op {
	case Over:
		least, most = 2, 2
	case Minus, Product:
		least = 2
	case Negated:
		most = 1
	case Sum:
	default:
		return Exact{}, fmt.Errorf("operation %s cannot be evaluated", op)
	}
	if len(args) < least || len(args) > most {
		return Exact{}, fmt.Errorf("%s of %d arguments, want %d to %d", op, len(args), least, most)
	}
	var out Exact
	for i, id := range args {
		v := value(id)
		switch {
		case !v.IsSet():
			return Exact{}, fmt.Errorf("%s refers to a line that is not before it", op)
		case v.rat().Num().BitLen() > maxBits || v.rat().Denom().BitLen() > maxBits:
			return Exact{}, fmt.Errorf("%s of a number of more than %d bits", op, maxBits)
		case i == 0 && op == Negated:
			out = v.Neg()
		case i == 0:
			out = v
		case op == Sum:
			out = out.Add(v)
		case op == Minus:
			out = out.Sub(v)
		case op == Product:
			out = out.Mul(v)
		default:
			var err error
			if out, err = out.Quo(v); err != nil {
				return Exact{}, err
			}
		}
		if out.rat().Num().BitLen() > 2*maxBits || out.rat().Denom().BitLen() > 2*maxBits {
			return Exact{}, fmt.Errorf("%s grows beyond %d bits", op, 2*maxBits)
		}
	}
	return out, nil
}

// reevaluate returns the value of line id when the lines in given have other
// values than they had. Lines that do not depend on them keep theirs.
func reevaluate(lines []Line, given map[string]Exact, id string) (Exact, error) {
	values := make(map[string]Exact, len(lines))
	for _, l := range lines {
		switch v, ok := given[l.ID]; {
		case ok:
			values[l.ID] = v
		case l.Op == Input:
			values[l.ID] = l.Value
		default:
			// A line that can no longer be evaluated is missed only if id needs it.
			if v, err := evaluate(l.Op, l.Args, func(id string) Exact { return values[id] }); err == nil {
				values[l.ID] = v
			}
		}
	}
	if v := values[id]; v.IsSet() {
		return v, nil
	}
	return Exact{}, ErrDivision
}
