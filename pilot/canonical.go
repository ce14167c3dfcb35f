package pilot

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf16"
)

// A Digest is the SHA-256 of a canonical document. The zero Digest is of
// nothing.
type Digest [32]byte

// String returns "sha256:" and 64 hex digits.
func (d Digest) String() string { return "sha256:" + hex.EncodeToString(d[:]) }

// MarshalText returns the form that String returns.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads exactly what MarshalText writes.
func (d *Digest) UnmarshalText(text []byte) error {
	var read Digest
	body, ok := bytes.CutPrefix(text, []byte("sha256:"))
	if !ok || len(body) != hex.EncodedLen(len(read)) {
		return fmt.Errorf("pilot: digest of %d bytes, want sha256: and 64 hex digits", len(text))
	}
	if _, err := hex.Decode(read[:], body); err != nil || read.String() != string(text) {
		return fmt.Errorf("pilot: digest is not sha256: and 64 lower-case hex digits")
	}
	*d = read
	return nil
}

// Canonical returns the plan as canonical JSON after RFC 8785: members sorted by
// UTF-16 code units, no white space, no floats. Absent and empty lists, maps and
// optional texts are left out, so that they are one plan. [Plan.JSON] writes a
// document that [Decode] reads.
func (p *Plan) Canonical() ([]byte, error) { return canonical(p) }

// Digest returns the SHA-256 of [Plan.Canonical]: it changes if and only if the
// plan does.
func (p *Plan) Digest() (Digest, error) {
	data, err := p.Canonical()
	if err != nil {
		return Digest{}, err
	}
	return digestOf(data), nil
}

func digestOf(data []byte) Digest { return sha256.Sum256(data) }

func canonical(of any) ([]byte, error) {
	data, err := json.Marshal(of)
	if err != nil {
		return nil, fmt.Errorf("pilot: canonical form: %w", err)
	}
	// encoding/json writes each byte that is not UTF-8 as U+FFFD, so that two
	// plans would have one digest.
	if replaced(data) {
		return nil, errors.New("pilot: canonical form: a text is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("pilot: canonical form: %w", err)
	}
	var b bytes.Buffer
	writeCanonical(&b, tree)
	return b.Bytes(), nil
}

// replaced reports whether encoding/json put U+FFFD in the place of a byte. It
// then writes the escape, and the character itself where a text holds it.
func replaced(data []byte) bool {
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(data[i:], []byte(`\ufffd`)) {
			return true
		}
		i++ // whatever is escaped
	}
	return false
}

func writeCanonical(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key, value := range v {
			if !nothing(value) {
				keys = append(keys, key)
			}
		}
		slices.SortFunc(keys, func(x, y string) int {
			return slices.Compare(utf16.Encode([]rune(x)), utf16.Encode([]rune(y)))
		})
		b.WriteByte('{')
		for i, key := range keys {
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(b, key)
			b.WriteByte(':')
			writeCanonical(b, v[key])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeCanonical(b, item)
		}
		b.WriteByte(']')
	case string:
		writeString(b, v)
	case nil:
		b.WriteString("null")
	default: // json.Number and bool
		fmt.Fprint(b, v)
	}
}

// nothing reports whether a value says nothing: null, or an empty list or map.
func nothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// writeString writes a JSON string with the escapes of RFC 8785, 3.2.2.2, and
// no others: encoding/json escapes more.
func writeString(b *bytes.Buffer, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\b':
			b.WriteString(`\b`)
		case '\f':
			b.WriteString(`\f`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			if r < ' ' {
				fmt.Fprintf(b, `\u%04x`, r)
				continue
			}
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
