package pilot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// JSON returns the plan as an indented document that [Decode] reads as the same
// plan: what the canonical form leaves out and a document must state, such as an
// empty list of further outcomes, is written. The plan is not changed. It fails
// for a plan that a program built with a text that is not UTF-8.
func (p *Plan) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // causal paths are full of >
	enc.SetIndent("", "  ")
	if err := enc.Encode(p.listed()); err != nil {
		return nil, fmt.Errorf("pilot: plan as JSON: %w", err)
	}
	if replaced(b.Bytes()) {
		return nil, errors.New("pilot: plan as JSON: a text is not UTF-8")
	}
	return b.Bytes(), nil
}

// listed returns a copy whose lists are empty where they were nil, as the reader
// wants them.
func (p *Plan) listed() Plan {
	own := *p.Clone()
	for name, cal := range own.Calendars {
		list(reflect.ValueOf(&cal).Elem())
		own.Calendars[name] = cal
	}
	list(reflect.ValueOf(&own).Elem())
	return own
}

// list puts an empty list in the place of each one that is nil and has to be
// stated. Lists of a clone are its own.
func list(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			list(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			list(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field, of := v.Field(i), v.Type().Field(i)
			if !of.IsExported() {
				continue
			}
			if field.Kind() == reflect.Slice && field.IsNil() && !strings.Contains(of.Tag.Get("json"), ",omit") {
				field.Set(reflect.MakeSlice(field.Type(), 0, 0))
			}
			if of.Tag.Get("json") != "" {
				list(field)
			}
		}
	}
}
