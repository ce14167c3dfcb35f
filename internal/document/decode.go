package document

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// Decode fills the struct that into points to from a document, and returns
// where each of its values stands. The findings are in the order of the
// document and hold everything that is wrong with it; when one of them blocks,
// what into then holds is not for use. The file name is only for the findings.
//
// The names of fields come from their json tags. Every field is required unless
// its doc tag says optional, or its json tag omitempty or omitzero; a key that
// is no field is a finding. Fields may be texts, integers, true or false,
// structs, slices, maps with texts as keys, pointers to those (nil when the
// optional key is absent), types that implement [encoding.TextUnmarshaler],
// [time.Time] in RFC 3339, and *[Node] for a subtree that is read later.
//
// A doc tag lists options with commas between them. In a slice or a map they
// hold for each item.
//
//   - optional: the key may be absent
//   - text: the default: not empty, at most 4096 bytes, on one line; a line feed
//     at the very end, which YAML block texts have, is dropped
//   - lines: a text that may have several lines
//   - ident: a letter, then at most 63 letters, digits, "_", "." or "-"
//   - decimal: -?digits(.digits)? in quotes, at most 40 bytes
//   - enum=a|b|c: one of these texts
//   - empty: the empty text is allowed too
//   - min=N, max=N: bounds of an integer; min is 0 unless it is given
//
// Integers are read in canonical decimal form and no other. Keys of maps are
// identifiers, unless the key's type reads itself from text.
//
// A message names keys, kinds and limits. It does not repeat a text of the
// document, which could be a name.
func Decode(file string, n *Node, into any) (*Positions, coaching.Findings) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("document: Decode into %T, want a pointer to a struct", into))
	}
	d := &decoder{report: &Report{File: file}, at: map[string]position{}, fields: map[reflect.Type][]field{}}
	if n == nil {
		d.report.Add("DOC-SYNTAX", "", 0, 0, "no document to read")
	} else {
		d.value(n, v.Elem(), rule{}, "", position{n.Line, n.Column})
	}
	return &Positions{file: file, at: d.at}, d.report.Findings()
}

type decoder struct {
	report *Report
	at     map[string]position
	fields map[reflect.Type][]field // of the structs met so far
}

func (d *decoder) fieldsOf(t reflect.Type) []field {
	if _, known := d.fields[t]; !known {
		d.fields[t] = fieldsOf(t)
	}
	return d.fields[t]
}

func (d *decoder) fail(code, path string, n *Node, format string, args ...any) {
	d.report.Add(code, path, n.Line, n.Column, format, args...)
}

// wantKind reports a value of the wrong kind and says whether it is the right
// one.
func (d *decoder) wantKind(n *Node, kind Kind, path, hint string) bool {
	if n.Kind == kind {
		return true
	}
	d.fail("DOC-TYPE", path, n, "found %s, want %s%s", n.Kind, kind, hint)
	return false
}

func (d *decoder) value(n *Node, v reflect.Value, r rule, path string, at position) {
	d.at[path] = at
	switch shapeOf(v.Type()) {
	case shapeNode:
		v.Set(reflect.ValueOf(n))
		d.subtree(n, path)
	case shapePointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), r, path, at)
	case shapeStruct:
		d.object(n, v, path)
	case shapeMap:
		d.table(n, v, r, path)
	case shapeSlice:
		if !d.wantKind(n, Array, path, "") {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items)))
		for i, item := range n.Items {
			d.value(item, v.Index(i), r, fmt.Sprintf("%s[%d]", path, i), position{item.Line, item.Column})
		}
	case shapeBool:
		if d.wantKind(n, Bool, path, "") {
			v.SetBool(n.Text == "true")
		}
	case shapeInt:
		d.integer(n, v, r, path)
	default:
		d.text(n, v, r, path)
	}
}

// subtree records where the values of a subtree stand that is read later.
func (d *decoder) subtree(n *Node, path string) {
	for _, m := range n.Members {
		inner := join(path, m.Key)
		d.at[inner] = position{m.Line, m.Column}
		d.subtree(m.Value, inner)
	}
	for i, item := range n.Items {
		inner := fmt.Sprintf("%s[%d]", path, i)
		d.at[inner] = position{item.Line, item.Column}
		d.subtree(item, inner)
	}
}

func (d *decoder) object(n *Node, v reflect.Value, path string) {
	if !d.wantKind(n, Object, path, "") {
		return
	}
	fields := d.fieldsOf(v.Type())
	given := make([]bool, len(fields))
	for _, m := range n.Members {
		i := indexOf(fields, m.Key)
		if i < 0 && d.report.full() {
			continue
		}
		inner := join(path, m.Key)
		if i < 0 {
			d.report.Add("DOC-UNKNOWN", inner, m.Line, m.Column, "unknown field %s%s", showKey(m.Key), suggest(m.Key, fields))
			continue
		}
		f := fields[i]
		given[i] = true
		d.value(m.Value, v.FieldByIndex(f.index), f.rule, inner, position{m.Line, m.Column})
	}
	for i, f := range fields {
		if !f.optional && !given[i] {
			d.fail("DOC-MISSING", join(path, f.name), n, "field %s is missing", f.name)
		}
	}
}

func (d *decoder) table(n *Node, v reflect.Value, r rule, path string) {
	if !d.wantKind(n, Object, path, "") {
		return
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(n.Members)))
	for _, m := range n.Members {
		inner := join(path, m.Key)
		key := reflect.New(t.Key()).Elem()
		if shapeOf(t.Key()) == shapeText {
			if err := unmarshal(key, m.Key); err != nil {
				d.report.Add("DOC-VALUE", inner, m.Line, m.Column, "key %s is not allowed here%s", showKey(m.Key), because(err, m.Key))
				continue
			}
			// Two spellings of one key, such as a name and its alias.
			if v.MapIndex(key).IsValid() {
				d.report.Add("DOC-DUPLICATE", inner, m.Line, m.Column, "key %s is another spelling of one above", showKey(m.Key))
				continue
			}
		} else {
			if !IsIdent(m.Key) {
				d.report.Add("DOC-VALUE", inner, m.Line, m.Column, "key %s is no identifier; want %s", showKey(m.Key), identWanted)
				continue
			}
			key.SetString(m.Key)
		}
		item := reflect.New(t.Elem()).Elem()
		d.value(m.Value, item, r, inner, position{m.Line, m.Column})
		v.SetMapIndex(key, item)
	}
}

func (d *decoder) integer(n *Node, v reflect.Value, r rule, path string) {
	if !d.wantKind(n, Number, path, "") {
		return
	}
	i, err := strconv.ParseInt(n.Text, 10, 64)
	if err != nil || strconv.FormatInt(i, 10) != n.Text {
		d.fail("DOC-TYPE", path, n, "want an integer of ordinary size in plain decimal digits")
		return
	}
	unsigned := v.CanUint()
	switch {
	case i < r.min:
		d.fail("DOC-VALUE", path, n, "%d is below the least allowed, %d", i, r.min)
	case r.hasMax && i > r.max:
		d.fail("DOC-VALUE", path, n, "%d is above the most allowed, %d", i, r.max)
	case unsigned && (i < 0 || v.OverflowUint(uint64(i))), !unsigned && v.OverflowInt(i):
		d.fail("DOC-VALUE", path, n, "%d is too large for this field", i)
	case unsigned:
		v.SetUint(uint64(i))
	default:
		v.SetInt(i)
	}
}

const identWanted = `a letter, then at most 63 letters, digits, "_", "." or "-"`

// text reads a String node into a string, a time or a type that reads itself.
func (d *decoder) text(n *Node, v reflect.Value, r rule, path string) {
	hint := ""
	if r.decimal && n.Kind == Number {
		hint = "; write the decimal in quotes"
	} else if n.Kind == Number || n.Kind == Bool {
		hint = "; write it in quotes if it is one"
	}
	if !d.wantKind(n, String, path, hint) {
		return
	}
	text, shape := n.Text, shapeOf(v.Type())
	if shape == shapeString && !r.ident && !r.decimal && r.enum == nil {
		text = strings.TrimSuffix(text, "\n")
	}
	if problem := r.problem(text, shape); problem != "" {
		d.fail("DOC-VALUE", path, n, "%s", problem)
		return
	}
	switch {
	case shape == shapeString:
		v.SetString(text)
	case text == "": // the empty option: the zero value
	default:
		if err := unmarshal(v, text); err != nil {
			d.fail("DOC-VALUE", path, n, "text of %d bytes is not allowed here%s", len(text), because(err, text))
		}
	}
}

// problem says what is wrong with a text, and "" when it is as wanted.
func (r rule) problem(text string, s shape) string {
	switch {
	case text == "" && r.empty:
		return ""
	case text == "":
		return "the text is empty"
	case r.enum != nil:
		if slices.Contains(r.enum, text) {
			return ""
		}
		return fmt.Sprintf("text of %d bytes is none of %s%s", len(text), strings.Join(r.enum, ", "), Suggest(text, r.enum))
	case r.ident && !IsIdent(text):
		return fmt.Sprintf("text of %d bytes is no identifier; want %s", len(text), identWanted)
	case r.decimal && !isDecimal(text):
		return fmt.Sprintf("text of %d bytes is no decimal; want digits with at most one point, such as 0.05, in at most %d bytes", len(text), MaxNumber)
	case len(text) > maxProse:
		return fmt.Sprintf("text of %d bytes, want at most %d", len(text), maxProse)
	case !r.lines && strings.Contains(text, "\n"):
		return "the text has several lines, want one"
	case s == shapeString && strings.TrimSpace(text) == "":
		return "the text is blank"
	}
	return ""
}

// unmarshal reads a text into a value that reads itself.
func unmarshal(v reflect.Value, text string) error {
	if t, ok := v.Addr().Interface().(*time.Time); ok {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return errors.New("want a time such as 2027-01-04T09:00:00Z") // time's own error quotes the text
		}
		*t = parsed
		return nil
	}
	return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

// because returns ": " and the error's text, and nothing when the error quotes
// the document.
func because(err error, text string) string {
	message := err.Error()
	if strings.Contains(message, text) {
		return ""
	}
	return ": " + message
}

func indexOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}

func join(path, key string) string {
	if !IsIdent(key) {
		key = "?"
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
