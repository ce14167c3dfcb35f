package governance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coachgov/coaching/internal/enum"
)

// Bounds on what a policy may declare and a request may hold.
const (
	MaxExtensions      = 16                // attributes of the host's own in one policy
	maxExtensionValues = 32                // names of an enum
	maxExtensionInt    = 1_000_000_000_000 // of a whole number, either side of 0
)

// An ExtensionType is the type of an attribute of the host's own. The zero
// ExtensionType is unknown and is denied.
type ExtensionType uint8

const (
	UnknownExtension ExtensionType = iota
	ExtensionEnum                  // one of the names that the policy lists
	ExtensionInt                   // a whole number inside the policy's bounds
	ExtensionBool
	ExtensionTime
)

var extensionNames = [...]string{"unknown", "enum", "int", "bool", "timestamp"}

// String returns the name used in files, such as "enum".
func (t ExtensionType) String() string { return enum.Name(extensionNames[:], t, "ExtensionType") }

// MarshalText returns the name used in files.
func (t ExtensionType) MarshalText() ([]byte, error) {
	return enum.Marshal(extensionNames[:], t, "governance: extension type")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (t *ExtensionType) UnmarshalText(text []byte) error {
	return enum.Unmarshal(extensionNames[:], t, "governance: extension type", text)
}

// An Extension is the value of one attribute of the host's own, which rules read
// as ext.NAME. The policy declares its name, type and range under extensions; a
// request with one that is not declared, or outside its range, is denied. One
// that a request leaves out is absent, and rules ask has(ext.NAME) first.
type Extension struct {
	Name string        `json:"name" doc:"ident"`
	Type ExtensionType `json:"type"` // says which of the following counts
	Enum string        `json:"enum,omitempty" doc:"ident"`
	Int  int64         `json:"int,omitzero" doc:"min=-1000000000000,max=1000000000000"`
	Bool bool          `json:"bool,omitzero"`
	Time time.Time     `json:"time,omitzero"`
}

// An extensionFile declares an attribute of the host's own.
type extensionFile struct {
	Name   string        `json:"name" doc:"ident"`
	Type   ExtensionType `json:"type"`
	Values []string      `json:"values" doc:"optional,ident"`                             // of an enum
	Min    *int64        `json:"min" doc:"optional,min=-1000000000000,max=1000000000000"` // of an int
	Max    *int64        `json:"max" doc:"optional,min=-1000000000000,max=1000000000000"`
}

// An extension is a declared attribute. The one with index i has the slot
// attrCount + i.
type extension struct {
	attribute
	typ      ExtensionType
	min, max int64 // of an int
}

// kind is indexed by ExtensionType.
var extensionKinds = [...]kind{kindOther, kindEnum, kindInt, kindBool, kindTime}

// extensions compiles the declarations of one file.
func (c *compiler) extensions(files []extensionFile, p *Policy) {
	for i, f := range files {
		path := fmt.Sprintf("extensions[%d]", i)
		switch {
		case len(p.exts) == MaxExtensions:
			c.fail("POL-LENGTH", path, "more than %d extensions", MaxExtensions)
			return
		case !isExtensionName(f.Name):
			c.fail("POL-EXTENSION", path+".name", `want a lower-case letter, then at most 31 lower-case letters, digits or "_"`)
			continue
		case slices.ContainsFunc(p.exts, func(e extension) bool { return e.name == "ext."+f.Name }):
			c.fail("POL-EXTENSION", path+".name", "another extension has this name")
			continue
		}
		if f.Type == UnknownExtension || int(f.Type) >= len(extensionNames) {
			c.fail("POL-EXTENSION", path+".type", "want one of %s", strings.Join(extensionNames[1:], ", "))
			continue
		}
		e := extension{typ: f.Type, attribute: attribute{name: "ext." + f.Name, kind: extensionKinds[f.Type], optional: true}}
		if (f.Type == ExtensionEnum) != (len(f.Values) > 0) {
			c.fail("POL-EXTENSION", path, "an enum lists its values, and nothing else does")
		}
		if given := f.Min != nil && f.Max != nil; (f.Type == ExtensionInt) != given || (f.Min == nil) != (f.Max == nil) {
			c.fail("POL-EXTENSION", path, "an int has a min and a max, and nothing else has")
		} else if given {
			if e.min, e.max = *f.Min, *f.Max; e.min > e.max {
				c.fail("POL-EXTENSION", path+".min", "%d is above the max of %d", e.min, e.max)
			}
		}
		if len(f.Values) > maxExtensionValues {
			c.fail("POL-LENGTH", path+".values", "%d values, at most %d are allowed", len(f.Values), maxExtensionValues)
		}
		for j, v := range f.Values {
			if v == "unknown" || slices.Contains(f.Values[:j], v) {
				c.fail("POL-EXTENSION", fmt.Sprintf("%s.values[%d]", path, j), "this value is there already, or stands for what is absent")
			}
		}
		e.names = slices.Clone(f.Values)
		p.exts = append(p.exts, e)
	}
}

// isExtensionName reports whether a name can stand after "ext." in a condition.
func isExtensionName(name string) bool {
	if name == "" || len(name) > 32 {
		return false
	}
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '_'):
		default:
			return false
		}
	}
	return true
}

// problems returns what is wrong with a request under this policy, which must be
// there; nil for one that can be decided.
func (p *Policy) problems(r *Request) []problem {
	ps := problems(r)
	if r == nil {
		return ps
	}
	for i, x := range r.Ext[:min(len(r.Ext), MaxExtensions)] {
		why := ""
		switch at := p.extension(x.Name); {
		case at < 0:
			why = "is not declared by the policy"
		case slices.ContainsFunc(r.Ext[:i], func(y Extension) bool { return y.Name == x.Name }):
			why = "is there twice"
		case p.exts[at].typ != x.Type:
			why = "has another type in the policy"
		default:
			why = p.exts[at].refuses(x)
		}
		if why != "" {
			ps = append(ps, problem{"POL-EXTENSION", "ext", false, fmt.Sprintf("ext[%d] %s", i, why)})
		}
	}
	return ps
}

// refuses says what is wrong with a value of the right type; "" for nothing.
func (e *extension) refuses(x Extension) string {
	switch {
	case e.typ == ExtensionEnum && !slices.Contains(e.names, x.Enum):
		return "has a value that is not declared"
	case e.typ == ExtensionInt && (x.Int < e.min || x.Int > e.max):
		return "is outside its bounds"
	case e.typ == ExtensionTime && (x.Time.IsZero() || !inRange(x.Time)):
		return fmt.Sprintf("is outside the years %d to %d", firstYear, lastYear)
	}
	return ""
}

// extension returns the index of a declared extension, -1 when there is none.
func (p *Policy) extension(name string) int {
	rest := p.exts
	for i := range rest {
		if rest[i].name[len("ext."):] == name {
			return i
		}
	}
	return -1
}

// read fills all slots from a valid request, and returns what [facts.read] does.
func (p *Policy) read(f *facts, r *Request) (digest RequestDigest, known bool) {
	digest, known = f.read(r)
	for _, x := range r.Ext {
		at := p.extension(x.Name)
		slot := attrCount + attr(at)
		switch e := &p.exts[at]; e.typ {
		case ExtensionEnum:
			f.set(slot, int64(slices.Index(e.names, x.Enum)))
		case ExtensionInt:
			f.set(slot, x.Int)
		case ExtensionBool:
			f.setBool(slot, x.Bool)
		case ExtensionTime:
			f.set(slot, x.Time.UnixNano())
		}
	}
	return digest, known
}

// attrName returns what rules call an attribute.
func (p *Policy) attrName(a attr) string {
	if a >= attrCount {
		return p.exts[a-attrCount].name
	}
	return attributes[a].name
}

// attributesOf returns the attributes of extensions, in their order.
func attributesOf(exts []extension) []attribute {
	var out []attribute
	for _, e := range exts {
		out = append(out, e.attribute)
	}
	return out
}

// byName returns the extensions in the order of their names, for the digest.
func byName(xs []Extension) []Extension {
	less := func(a, b Extension) int { return cmp.Compare(a.Name, b.Name) }
	if slices.IsSortedFunc(xs, less) {
		return xs
	}
	return slices.SortedStableFunc(slices.Values(xs), less)
}
