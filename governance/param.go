package governance

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching/internal/document"
)

// A Param is a number of a policy.
type Param struct {
	ID    string `json:"id"`
	Unit  string `json:"unit"` // "count", "days", "hours" or "months"
	Value int    `json:"value"`
	Min   int    `json:"min"`
	Max   int    `json:"max"`
	Code  string `json:"code"` // the requirement that it comes from
	// Stricter is "lower" or "higher", the direction in which an overlay may
	// move the value; "" when it may not.
	Stricter string `json:"stricter,omitempty"`
}

// amount returns the value with its unit, as in "90 days".
func (p Param) amount() string {
	if p.Unit == "count" {
		return strconv.Itoa(p.Value)
	}
	return plural(p.Value, strings.TrimSuffix(p.Unit, "s"))
}

// direction returns how an overlay may move the parameter, for a report.
func (p Param) direction() string {
	if p.Stricter == "" {
		return ""
	}
	return ", " + p.Stricter + " is stricter"
}

// paramFloors are the bounds that a parameter of these names must keep, since
// the code holds them whatever a policy says.
var paramFloors = [...]struct {
	id       string
	unit     string
	min, max int // 0: no bound
}{
	{"aggregate_retention", "months", 1, mostAggregateMonths},
	{"approvers", "count", minApprovers, 0},
	{"group_size", "count", minGroup, 0},
	{"rationale", "count", minRationale, 0},
	{"raw_retention", "days", 1, mostRawDays},
}

func (c *compiler) compileParams(pf *policyFile, p *Policy) {
	if len(pf.Params) > maxParams {
		c.fail("POL-LENGTH", "params", "%d parameters, at most %d are allowed", len(pf.Params), maxParams)
		return
	}
	for i, f := range pf.Params {
		path := fmt.Sprintf("params[%d]", i)
		if c.origin["param "+f.ID] != "" {
			c.fail("POL-PARAM", path+".id", "another parameter has this id")
			continue
		}
		if f.Value < f.Min || f.Value > f.Max {
			c.fail("POL-PARAM", path+".value", "%s is %d %s, outside its own bounds %d to %d", f.ID, f.Value, f.Unit, f.Min, f.Max)
		}
		if f.Max > maxParam {
			c.fail("POL-PARAM", path+".max", "%d, at most %d is allowed", f.Max, maxParam)
		}
		for _, fl := range paramFloors {
			switch {
			case fl.id != f.ID:
			case fl.unit != f.Unit:
				c.fail("POL-FLOOR", path+".unit", "%s is counted in %s", f.ID, fl.unit)
			case f.Value < fl.min || f.Min < fl.min:
				c.fail("POL-FLOOR", path+".value", "%s of %d with a least of %d; no policy may go below %d", f.ID, f.Value, f.Min, fl.min)
			case fl.max > 0 && (f.Value > fl.max || f.Max > fl.max):
				c.fail("POL-FLOOR", path+".value", "%s of %d with a most of %d; no policy may go above %d", f.ID, f.Value, f.Max, fl.max)
			}
		}
		c.origin["param "+f.ID] = c.here(path + ".value")
		p.params = append(p.params, Param(f))
	}
}

// paramExpr returns a parameter as the constant that conditions read.
func paramExpr(f Param) *expr {
	e := &expr{op: opConst, param: f.ID, kind: kindInt, num: int64(f.Value), month: f.Unit == "months", stricter: f.Stricter}
	switch f.Unit {
	case "days":
		e.kind, e.num = kindDuration, int64(f.Value)*int64(24*time.Hour)
	case "hours":
		e.kind, e.num = kindDuration, int64(f.Value)*int64(time.Hour)
	}
	return e
}

// direction reports a parameter that does not make a rule stricter in the
// direction in which the policy says that it does, given how its growth moves
// the rule's condition.
func (c *compiler) direction(q *expr, l lean, permit bool, path string) {
	want := leansUp // a denial or a review that is truer is stricter
	if (q.stricter == "lower") != permit {
		want = leansDown
	}
	if q.stricter != "" && l != leansNot && l != want {
		c.fail("POL-DIRECTION", path, "param.%s is said to be stricter when it is %s, and is not in this rule", q.param, q.stricter)
	}
}

// leanOf returns how the growth of a parameter moves an expression: a condition
// towards true or false, a value up or down.
func leanOf(e *expr, param string) lean {
	of := func(i int) lean { return leanOf(e.args[i], param) }
	switch e.op {
	case opConst:
		if e.param == param {
			return leansUp
		}
	case opNot:
		return of(0).opposite()
	case opAnd, opOr, opAddMonths:
		out := leansNot
		for i := range e.args {
			out = out.with(of(i))
		}
		return out
	case opMore, opMoreEq:
		return of(0).with(of(1).opposite())
	case opLess, opLessEq:
		return of(1).with(of(0).opposite())
	case opIf:
		if of(0) == leansNot {
			return of(1).with(of(2))
		}
		return leansEither
	case opForeign:
		// The parameters inside it are in its text only.
		if strings.Contains(e.text, "param."+param) {
			return leansEither
		}
	default:
		for i := range e.args {
			if of(i) != leansNot {
				return leansEither
			}
		}
	}
	return leansNot
}

// with returns how two parts that lean one way each lean together.
func (v lean) with(w lean) lean {
	switch {
	case v == leansNot || v == w:
		return w
	case w == leansNot:
		return v
	}
	return leansEither
}

const maxParams = 200

// maxParam keeps a parameter of days inside the range of a time.Duration.
const maxParam = 100_000

// paramOf returns the value of a parameter of a kind; "" is 0.
func (c *compiler) paramOf(id string, k kind, path string) int64 {
	if id == "" {
		return 0
	}
	for _, p := range c.params {
		if p.param == id && p.kind == k && !p.month {
			return p.num
		}
	}
	var names []string
	for _, p := range c.params {
		if p.kind == k && !p.month {
			names = append(names, p.param)
		}
	}
	c.fail("POL-PARAM", path, "no parameter of kind %s has this id%s", k, document.Suggest(id, names))
	return 0
}
