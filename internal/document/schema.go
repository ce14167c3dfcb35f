package document

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// Schema returns the JSON Schema (draft 2020-12) of the documents that [Decode]
// reads into a struct of of's type, for editors that check while one types. The
// same type gives the same bytes: properties stand in the order of the fields.
// Decode is stricter in what a schema cannot say, such as duplicate keys.
//
// A type that reads itself from text becomes a string; when it is a small
// enumeration (an unsigned byte that also writes itself as text), its names are
// listed, without the aliases that it may accept beside them.
func Schema(of any, id, title string) []byte {
	t := reflect.TypeOf(of)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", id},
		{"title", title},
	}
	s = append(s, schemaOf(t, rule{}, nil)...)
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic("document: " + err.Error()) // a member below that is no text, number, list of texts or object
	}
	return text.Bytes()
}

// An object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

const (
	identPattern   = `^[A-Za-z][A-Za-z0-9_.-]{0,63}$`
	decimalPattern = `^-?[0-9]+(\.[0-9]+)?$`
	linePattern    = `^[^\n]*$`
)

// schemaOf describes one type. The types it is inside of guard against one that
// contains itself, which is described as any value the second time.
func schemaOf(t reflect.Type, r rule, inside []reflect.Type) object {
	if slices.Contains(inside, t) {
		return object{}
	}
	switch shapeOf(t) {
	case shapeNode:
		return object{}
	case shapePointer:
		return schemaOf(t.Elem(), r, inside)
	case shapeBool:
		return object{{"type", "boolean"}}
	case shapeInt:
		s := object{{"type", "integer"}, {"minimum", r.min}}
		if r.hasMax {
			s = append(s, member{"maximum", r.max})
		}
		return s
	case shapeSlice:
		return object{{"type", "array"}, {"items", schemaOf(t.Elem(), r, inside)}}
	case shapeMap:
		s := object{{"type", "object"}}
		if shapeOf(t.Key()) == shapeString {
			s = append(s, member{"propertyNames", object{{"pattern", identPattern}}})
		} else {
			s = append(s, member{"propertyNames", schemaOf(t.Key(), rule{}, inside)})
		}
		return append(s, member{"additionalProperties", schemaOf(t.Elem(), r, inside)})
	case shapeStruct:
		return schemaOfStruct(t, append(inside[:len(inside):len(inside)], t))
	}
	return schemaOfText(t, r)
}

func schemaOfStruct(t reflect.Type, inside []reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range fieldsOf(t) {
		properties = append(properties, member{f.name, schemaOf(t.FieldByIndex(f.index).Type, f.rule, inside)})
		if !f.optional {
			required = append(required, f.name)
		}
	}
	return object{
		{"type", "object"},
		{"properties", properties},
		{"required", required},
		{"additionalProperties", false},
	}
}

func schemaOfText(t reflect.Type, r rule) object {
	s := object{{"type", "string"}}
	least := 1
	if r.empty {
		least = 0
	}
	switch names := enumNames(t); {
	case t == reflect.TypeFor[coaching.Date]():
		return append(s, member{"format", "date"})
	case shapeOf(t) == shapeTime:
		return append(s, member{"format", "date-time"})
	case len(r.enum) > 0:
		names = r.enum
		fallthrough
	case len(names) > 0:
		if r.empty {
			names = append([]string{""}, names...)
		}
		return append(s, member{"enum", names})
	case r.ident && !r.empty:
		return append(s, member{"pattern", identPattern})
	case r.decimal && !r.empty:
		return append(s, member{"pattern", decimalPattern}, member{"maxLength", MaxNumber})
	case r.ident:
		return append(s, member{"pattern", "^$|" + identPattern})
	case r.decimal:
		return append(s, member{"pattern", "^$|" + decimalPattern}, member{"maxLength", MaxNumber})
	}
	s = append(s, member{"minLength", least}, member{"maxLength", maxProse})
	if !r.lines {
		// The line feed that ends a YAML block text is dropped when it is read.
		s = append(s, member{"pattern", strings.TrimSuffix(linePattern, "$") + `\n?$`})
	}
	return s
}

// enumNames returns the names of an enumeration in the order of its values.
func enumNames(t reflect.Type) []string {
	if t.Kind() != reflect.Uint8 {
		return nil
	}
	var names []string
	for value := range 256 {
		v := reflect.New(t)
		v.Elem().SetUint(uint64(value))
		m, ok := v.Elem().Interface().(encoding.TextMarshaler)
		if !ok {
			return nil
		}
		name, err := m.MarshalText()
		if err != nil || len(name) == 0 {
			continue
		}
		back := reflect.New(t)
		if back.Interface().(encoding.TextUnmarshaler).UnmarshalText(name) == nil && back.Elem().Uint() == uint64(value) {
			names = append(names, string(name))
		}
	}
	return names
}
