// Package enum writes and reads the small enumerations of the rooms: bytes that
// index a list of names. The list is the caller's and is not changed.
package enum

import (
	"fmt"
	"strings"
)

// Name returns the name of value, and for a value beyond the list the type with
// the number, such as "Timing(7)".
func Name[E ~uint8](names []string, value E, typ string) string {
	if int(value) < len(names) {
		return names[value]
	}
	return fmt.Sprintf("%s(%d)", typ, value)
}

// Marshal returns the name of value. A value beyond the list is an error that
// begins with what, such as "signal: timing".
func Marshal[E ~uint8](names []string, value E, what string) ([]byte, error) {
	if int(value) >= len(names) {
		return nil, fmt.Errorf("%s %d is not declared", what, value)
	}
	return []byte(names[value]), nil
}

// Unmarshal sets value to the place of text among the names, which match byte
// for byte. Another text is an error that begins with what and lists the names,
// but does not repeat the text, which may be long or personal; value then keeps
// what it held.
func Unmarshal[E ~uint8](names []string, value *E, what string, text []byte) error {
	for i, name := range names {
		if string(text) == name {
			*value = E(i)
			return nil
		}
	}
	return fmt.Errorf("%s of %d bytes is unknown; known are %s", what, len(text), strings.Join(names, ", "))
}
