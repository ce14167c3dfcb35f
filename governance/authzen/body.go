package authzen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/coachgov/coaching/internal/document"
)

// A badRequest is an error of the caller. Its message repeats nothing of the
// request.
type badRequest struct {
	status  int
	message string
}

func (e *badRequest) Error() string { return "authzen: " + e.message }

func bad(format string, args ...any) error {
	return &badRequest{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// maxDepth is how deeply objects and lists may be nested in a body.
const maxDepth = 32

// An object is a JSON object of which the values are not read yet.
type object struct {
	members map[string]json.RawMessage
}

// read reads the body of a request.
func (h *Handler) read(w http.ResponseWriter, r *http.Request) (*object, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, bad("want the content type application/json")
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, h.set.MaxBody))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return nil, &badRequest{http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes", h.set.MaxBody)}
	case err != nil:
		return nil, bad("the body could not be read")
	case !utf8.Valid(data):
		return nil, bad("the body is not UTF-8")
	}
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	return readObject("the body", data)
}

// wellFormed reports JSON that two readers could understand differently, or that
// is nested too deeply. It reads the first value; what is behind it is refused
// when the value is read.
func wellFormed(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	type level struct {
		keys map[string]bool // nil in a list
		key  bool            // a key comes next
	}
	var levels []level
	for {
		token, err := d.Token()
		if err != nil {
			return bad("the body is not JSON")
		}
		top := len(levels) - 1
		if top >= 0 && levels[top].key {
			if key, ok := token.(string); ok {
				key = document.Fold(key) // whoever reads the properties may not look at the case
				if levels[top].keys[key] {
					return bad("a key stands twice in an object, or once more in other capitals")
				}
				levels[top].keys[key] = true
				levels[top].key = false
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{keys: map[string]bool{}, key: true})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:top]
		}
		if len(levels) > maxDepth {
			return bad("the body is nested deeper than %d levels", maxDepth)
		}
		// After a value of an object comes the next key.
		if open := token == json.Delim('{') || token == json.Delim('['); !open && len(levels) > 0 {
			levels[len(levels)-1].key = levels[len(levels)-1].keys != nil
		}
		if len(levels) == 0 {
			return nil
		}
	}
}

// readObject reads a JSON object, a member at a time: encoding/json would take a
// key in other capitals for the same.
func readObject(what string, data json.RawMessage) (*object, error) {
	o := &object{}
	if !isObject(data) || json.Unmarshal(data, &o.members) != nil {
		return nil, bad("%s must be an object", what)
	}
	return o, nil
}

func isObject(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	return len(data) > 0 && data[0] == '{'
}

// text reads a member that must be a text that is not empty.
func (o *object) text(what, key string) (string, error) {
	data, ok := o.members[key]
	if !ok {
		return "", bad("%s.%s is missing", what, key)
	}
	var s *string
	if json.Unmarshal(data, &s) != nil || s == nil || *s == "" {
		return "", bad("%s.%s must be a text that is not empty", what, key)
	}
	return *s, nil
}

// inner returns a member that is an object or left out; JSON's null is left out.
func (o *object) inner(what, key string) (json.RawMessage, error) {
	data, ok := o.members[key]
	switch {
	case !ok || string(data) == "null":
		return nil, nil
	case !isObject(data):
		return nil, bad("%s%s must be an object", what, key)
	}
	return data, nil
}

// entity reads a subject or a resource; the members that it lacks come from the
// other one, which may be nil. Without named it needs no id.
func (o *object) entity(key string, other *object, named bool) (Entity, error) {
	var e Entity
	in, fallback, err := o.pair(key, other)
	if err != nil {
		return e, err
	}
	if e.Type, err = in.or("type", fallback).text(key, "type"); err != nil {
		return e, err
	}
	if named {
		if e.ID, err = in.or("id", fallback).text(key, "id"); err != nil {
			return e, err
		}
	}
	e.Properties, err = in.inner(key+".", "properties")
	return e, err
}

// action reads the action as entity does.
func (o *object) action(other *object) (Action, error) {
	var a Action
	in, fallback, err := o.pair("action", other)
	if err != nil {
		return a, err
	}
	if a.Name, err = in.or("name", fallback).text("action", "name"); err != nil {
		return a, err
	}
	a.Properties, err = in.inner("action.", "properties")
	return a, err
}

// context reads the circumstances, which replace those of the other one.
func (o *object) context(other *object) (json.RawMessage, error) {
	if _, ok := o.members["context"]; !ok && other != nil {
		o = other
	}
	return o.inner("", "context")
}

// pair returns a member that is an object and, where the other one has it too,
// that of the other one, of which the required members are the default. What
// only the other one has is taken from there.
func (o *object) pair(key string, other *object) (in, fallback *object, err error) {
	if other != nil {
		if data, ok := other.members[key]; ok {
			if fallback, err = readObject(key, data); err != nil {
				return nil, nil, err
			}
		}
	}
	data, ok := o.members[key]
	switch {
	case ok:
		in, err = readObject(key, data)
		return in, fallback, err
	case fallback != nil:
		return fallback, nil, nil
	}
	return nil, nil, bad("%s is missing", key)
}

// or returns the object to read a member from.
func (o *object) or(key string, fallback *object) *object {
	if _, ok := o.members[key]; !ok && fallback != nil {
		return fallback
	}
	return o
}

func write(w http.ResponseWriter, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the decision point failed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(data, '\n'))
}
