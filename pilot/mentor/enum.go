package mentor

import "fmt"

func enumName(names []string, value uint8, typ string) string {
	if int(value) < len(names) {
		return names[value]
	}
	return fmt.Sprintf("%s(%d)", typ, value)
}

func marshalEnum(names []string, value uint8, what string) ([]byte, error) {
	if int(value) >= len(names) {
		return nil, fmt.Errorf("mentor: %s %d is not declared", what, value)
	}
	return []byte(names[value]), nil
}

// unmarshalEnum reads one of the names but the first, which stands for no
// answer and cannot be written into a record.
func unmarshalEnum(names []string, value *uint8, what string, text []byte) error {
	for i, name := range names {
		if i > 0 && string(text) == name {
			*value = uint8(i)
			return nil
		}
	}
	return fmt.Errorf("mentor: unknown %s of %d bytes; known are %q", what, len(text), names[1:])
}
