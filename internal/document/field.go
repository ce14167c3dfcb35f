package document

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// A field is what the tags of one struct field ask for.
type field struct {
	name     string // from the json tag
	index    []int
	optional bool
	rule     rule
}

// A rule says which scalars a field takes. In a list or a map it holds for
// each item.
type rule struct {
	ident   bool
	decimal bool
	lines   bool // a text may have more than one line
	empty   bool
	enum    []string
	min     int64
	max     int64
	hasMax  bool
}

// maxProse is the most bytes of a free text.
const maxProse = 4096

// fieldsOf returns the fields of a struct in the order of their declaration,
// those of embedded structs in their place. It panics on a struct that cannot
// be decoded, which is a mistake in the program and never in its input.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		sf := t.Field(i)
		name, options, _ := strings.Cut(sf.Tag.Get("json"), ",")
		switch {
		case name == "-":
			continue
		case sf.Anonymous && name == "" && sf.Type.Kind() == reflect.Struct:
			for _, f := range fieldsOf(sf.Type) {
				f.index = append([]int{i}, f.index...)
				fields = append(fields, f)
			}
			continue
		case !sf.IsExported():
			continue
		case name == "":
			panic(fmt.Sprintf("document: field %s of %s has no json tag", sf.Name, t))
		}
		f := field{name: name, index: []int{i}}
		// What encoding/json leaves out when it writes may be left out here.
		for option := range strings.SplitSeq(options, ",") {
			f.optional = f.optional || option == "omitempty" || option == "omitzero"
		}
		for option := range strings.SplitSeq(sf.Tag.Get("doc"), ",") {
			if !f.rule.set(option) {
				if option != "optional" {
					panic(fmt.Sprintf("document: field %s of %s has the unknown doc option %q", sf.Name, t, option))
				}
				f.optional = true
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// set takes one option of a doc tag into the rule.
func (r *rule) set(option string) bool {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "", "text":
	case "ident":
		r.ident = true
	case "decimal":
		r.decimal = true
	case "lines":
		r.lines = true
	case "empty":
		r.empty = true
	case "enum":
		r.enum = strings.Split(value, "|")
	case "min", "max":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return false
		}
		if key == "min" {
			r.min = n
		} else {
			r.max, r.hasMax = n, true
		}
	default:
		return false
	}
	return true
}

// A shape is how a Go type is read.
type shape uint8

const (
	shapeString shape = iota
	shapeText         // by encoding.TextUnmarshaler
	shapeTime         // time.Time, RFC 3339
	shapeInt
	shapeBool
	shapeSlice
	shapeMap
	shapePointer
	shapeStruct
	shapeNode // *Node: the subtree as it is
)

// shapeOf says how a type is read, and panics on one that cannot be.
func shapeOf(t reflect.Type) shape {
	switch {
	case t == reflect.TypeFor[*Node]():
		return shapeNode
	case t == reflect.TypeFor[time.Time]():
		return shapeTime
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return shapeText
	}
	switch t.Kind() {
	case reflect.String:
		return shapeString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return shapeInt
	case reflect.Bool:
		return shapeBool
	case reflect.Slice:
		return shapeSlice
	case reflect.Map:
		if key := shapeOf(t.Key()); key == shapeString || key == shapeText {
			return shapeMap
		}
	case reflect.Pointer:
		return shapePointer
	case reflect.Struct:
		return shapeStruct
	}
	panic(fmt.Sprintf("document: type %s cannot be decoded", t))
}
