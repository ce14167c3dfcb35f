package governance

import (
	"fmt"
	"slices"
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
}

// amount returns the value with its unit, as in "90 days".
func (p Param) amount() string {
	if p.Unit == "count" {
		return strconv.Itoa(p.Value)
	}
	return plural(p.Value, strings.TrimSuffix(p.Unit, "s"))
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
		if slices.ContainsFunc(c.params, func(e *expr) bool { return e.param == f.ID }) {
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
		e := &expr{op: opConst, param: f.ID, kind: kindInt, num: int64(f.Value), month: f.Unit == "months"}
		switch f.Unit {
		case "days":
			e.kind, e.num = kindDuration, int64(f.Value)*int64(24*time.Hour)
		case "hours":
			e.kind, e.num = kindDuration, int64(f.Value)*int64(time.Hour)
		}
		c.params = append(c.params, e)
		p.params = append(p.params, Param(f))
	}
	slices.SortFunc(p.params, func(a, b Param) int { return strings.Compare(a.ID, b.ID) })
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
