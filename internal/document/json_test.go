package document_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/document"
)

// deep returns n lists inside one another.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// Each rule that ParseJSON enforces, with the place and a part of the message.
func TestParseJSONRefuses(t *testing.T) {
	tests := []struct {
		name, text, code string
		line, column     int
		message          string
	}{
		{"empty", "", "DOC-SYNTAX", 1, 1, "empty"},
		{"white space", " \n\t", "DOC-SYNTAX", 1, 1, "empty"},
		{"cut off", `{"a":`, "DOC-SYNTAX", 1, 6, "ends here; want a value"},
		{"cut off in a text", `{"a":"x`, "DOC-SYNTAX", 1, 8, "not closed"},
		{"bare word", `{"a": Alice}`, "DOC-SYNTAX", 1, 7, "want a value"},
		{"trailing comma", `{"a":1,}`, "DOC-SYNTAX", 1, 8, `"}" stands here; want a key`},
		{"trailing comma in a list", `[1,]`, "DOC-SYNTAX", 1, 4, "want a value"},
		{"no comma", `{"a":1 "b":2}`, "DOC-SYNTAX", 1, 8, "want a comma or }"},
		{"no comma in a list", `[1 2]`, "DOC-SYNTAX", 1, 4, "want a comma or ]"},
		{"no colon", `{"a" 1}`, "DOC-SYNTAX", 1, 6, "want a colon"},
		{"key without quotes", `{a:1}`, "DOC-SYNTAX", 1, 2, "want a key"},
		{"comment", "// x\n{}", "DOC-SYNTAX", 1, 1, "want a value"},
		{"garbage behind", `{} x`, "DOC-SYNTAX", 1, 4, "want the end of the document"},
		{"second document", "{}\n{}", "DOC-MULTI", 2, 1, "second document"},
		{"leading zero", `[05]`, "DOC-SYNTAX", 1, 2, "malformed number"},
		{"plus", `[+5]`, "DOC-SYNTAX", 1, 2, "want a value"},
		{"no digit behind the point", `[5.]`, "DOC-SYNTAX", 1, 2, "malformed number"},
		{"empty exponent", `[5e]`, "DOC-SYNTAX", 1, 2, "malformed number"},
		{"double minus", `[--5]`, "DOC-SYNTAX", 1, 2, "malformed number"},
		{"long number", `[` + strings.Repeat("9", 41) + `]`, "DOC-LIMIT", 1, 2, "41 bytes, want at most 40"},
		{"unknown escape", `["\x41"]`, "DOC-SYNTAX", 1, 3, "unknown escape"},
		{"short escape", `["\u12"]`, "DOC-SYNTAX", 1, 5, "four hexadecimal digits"},
		{"signed escape", `["\u+123"]`, "DOC-SYNTAX", 1, 5, "four hexadecimal digits"},
		{"empty key", `{"":1}`, "DOC-SYNTAX", 1, 2, "empty key"},
		{"null", `{"a":null}`, "DOC-NULL", 1, 6, "null is no value"},
		{"duplicate", "{\"weeks\":8,\n\"weeks\":12}", "DOC-DUPLICATE", 2, 1, "key weeks already set on line 1"},
		{"duplicate by escape", `{"a":1,"\u0061":2}`, "DOC-DUPLICATE", 1, 8, "key a already set"},
		{"duplicate in another case", `{"weeks":8,"Weeks":12}`, "DOC-DUPLICATE", 1, 12, "key Weeks differs only in case from weeks"},
		{"duplicate by the Kelvin sign", `{"weeks":8,"wee` + "\u212a" + `s":12}`, "DOC-DUPLICATE", 1, 12, "differs only in case from weeks"},
		{"duplicate by the long s", `{"weeks":8,"week` + "\u017f" + `":12}`, "DOC-DUPLICATE", 1, 12, "differs only in case from weeks"},
		{"invalid UTF-8", "{\"a\":\"\xff\"}", "DOC-ENCODING", 1, 7, "0xff is not valid UTF-8"},
		{"surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", "DOC-ENCODING", 1, 7, "not valid UTF-8"},
		{"overlong UTF-8", "{\"a\":\"\xc0\xaf\"}", "DOC-ENCODING", 1, 7, "not valid UTF-8"},
		{"UTF-16", "{\x00}\x00", "DOC-ENCODING", 1, 2, "U+0000"},
		{"byte order mark", "\ufeff{}", "DOC-ENCODING", 1, 1, "byte order mark"},
		{"NUL", "{\"a\":\"\x00\"}", "DOC-ENCODING", 1, 7, "U+0000"},
		{"escaped NUL", `{"a":"x\u0000"}`, "DOC-ENCODING", 1, 6, "U+0000"},
		{"escaped bell", `{"a":"\u0007"}`, "DOC-ENCODING", 1, 6, "U+0007"},
		{"backspace", `{"a":"\b"}`, "DOC-ENCODING", 1, 6, "U+0008"},
		{"bidirectional override", "{\"a\":\"\u202e\"}", "DOC-ENCODING", 1, 7, "U+202E"},
		{"escaped override", `{"a":"\u202e"}`, "DOC-ENCODING", 1, 6, "U+202E"},
		{"zero width space", "{\"a\":\"x\u200b\"}", "DOC-ENCODING", 1, 8, "U+200B"},
		{"soft hyphen", "{\"a\":\"\u00ad\"}", "DOC-ENCODING", 1, 7, "U+00AD"},
		{"tag character", `{"a":"\udb40\udc41"}`, "DOC-ENCODING", 1, 6, "U+E0041"},
		{"Hangul filler", "{\"a\":\"\u3164\"}", "DOC-ENCODING", 1, 7, "U+3164"},
		{"not a character", `{"a":"\uffff"}`, "DOC-ENCODING", 1, 6, "U+FFFF"},
		{"next line", "{\"a\":\u00851}", "DOC-ENCODING", 1, 6, "U+0085"},
		{"line separator", "{\"a\":\"\u2028\"}", "DOC-ENCODING", 1, 7, "U+2028"},
		{"lone carriage return", "{\r\"a\":1}", "DOC-ENCODING", 1, 2, "carriage return"},
		{"carriage return at the end", "{}\r", "DOC-ENCODING", 1, 3, "carriage return"},
		{"line feed in a key", `{"a\nb":1}`, "DOC-ENCODING", 1, 2, "in a key"},
		{"tab in a text", "{\"a\":\"\t\"}", "DOC-ENCODING", 1, 7, "a tab inside a text"},
		{"high surrogate", `{"a":"\ud800"}`, "DOC-ENCODING", 1, 13, "half of a surrogate pair"},
		{"low surrogate", `{"a":"\udc00"}`, "DOC-ENCODING", 1, 13, "half of a surrogate pair"},
		{"two high surrogates", `{"a":"\ud800\ud800"}`, "DOC-ENCODING", 1, 19, "half of a surrogate pair"},
		{"depth", deep(document.MaxDepth + 1), "DOC-LIMIT", 1, document.MaxDepth + 1, "nested more than 32 deep"},
		{"depth 100,000", deep(100_000), "DOC-LIMIT", 1, document.MaxDepth + 1, "nested more than 32 deep"},
		{"nodes", "[" + strings.Repeat("1,", document.MaxNodes) + "1]", "DOC-LIMIT", 1, 2*document.MaxNodes - 0, "more than 100000 values"},
		{"text", `["` + strings.Repeat("a", document.MaxText+1) + `"]`, "DOC-LIMIT", 1, 2, "text of 65537 bytes"},
		{"key", `{"` + strings.Repeat("a", document.MaxKey+1) + `":1}`, "DOC-LIMIT", 1, 2, "key of 257 bytes"},
		{"bytes", strings.Repeat(" ", document.MaxBytes) + "{}", "DOC-LIMIT", 0, 0, "file of 1048578 bytes, want at most 1048576"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, findings := document.ParseJSON("f.json", []byte(tt.text))
			require.Nil(t, n)
			require.True(t, findings.Blocked())
			f := findings[0]
			require.Equal(t, tt.code, f.Code, f.Message)
			require.Contains(t, f.Message, tt.message)
			require.Equal(t, "f.json", f.File)
			require.Equal(t, [2]int{tt.line, tt.column}, [2]int{f.Line, f.Column}, f.Message)
			for _, f := range findings {
				require.NotContains(t, f.Message, "Alice", "a message never quotes a text")
			}
		})
	}
}

// What lies just within each bound is read.
func TestParseJSONAcceptsTheBounds(t *testing.T) {
	for name, text := range map[string]string{
		"depth":     deep(document.MaxDepth),
		"nodes":     "[" + strings.Repeat("1,", document.MaxNodes-2) + "1]",
		"text":      `["` + strings.Repeat("a", document.MaxText) + `"]`,
		"key":       `{"` + strings.Repeat("a", document.MaxKey) + `":1}`,
		"number":    `[` + strings.Repeat("9", document.MaxNumber) + `]`,
		"bytes":     strings.Repeat(" ", document.MaxBytes-2) + "{}",
		"CRLF":      "{\r\n\"a\":\r\n1}",
		"surrogate": `["\ud83d\ude00"]`,
		"escapes":   `["\"\\\/\n\t\u00e9"]`,
	} {
		t.Run(name, func(t *testing.T) {
			n, findings := document.ParseJSON("f.json", []byte(text))
			require.Empty(t, findings)
			require.NotNil(t, n)
		})
	}
}

// A large document is read up to its own bounds, and no further.
func TestParseLargeJSON(t *testing.T) {
	for name, tt := range map[string]struct{ text, message string }{
		"more than usual": {"[" + strings.Repeat("1,", document.MaxNodes) + "1]" + strings.Repeat(" ", document.MaxBytes), ""},
		"nodes":           {"[" + strings.Repeat("1,", document.LargeNodes) + "1]", "more than 1000000 values"},
		"bytes":           {"{}" + strings.Repeat(" ", document.LargeBytes), "want at most 8388608"},
	} {
		t.Run(name, func(t *testing.T) {
			n, findings := document.ParseLargeJSON("f.json", []byte(tt.text))
			require.Equal(t, tt.message == "", n != nil)
			if tt.message != "" {
				require.Equal(t, "DOC-LIMIT", findings[0].Code)
				require.Contains(t, findings[0].Message, tt.message)
			}
		})
	}
}

func TestParseJSONKeepsPositions(t *testing.T) {
	n, findings := document.ParseJSON("f.json", []byte("{\n  \"é\": [true,\n   -1.5e3], \"k\": {\"x\": \"y\\n\"} }"))
	require.Empty(t, findings)
	require.Equal(t, &document.Node{Kind: document.Object, Line: 1, Column: 1, Members: []document.Member{
		{Key: "é", Line: 2, Column: 3, Value: &document.Node{Kind: document.Array, Line: 2, Column: 9, Items: []*document.Node{
			{Kind: document.Bool, Text: "true", Line: 2, Column: 10},
			{Kind: document.Number, Text: "-1.5e3", Line: 3, Column: 4},
		}}},
		{Key: "k", Line: 3, Column: 13, Value: &document.Node{Kind: document.Object, Line: 3, Column: 18, Members: []document.Member{
			{Key: "x", Line: 3, Column: 19, Value: &document.Node{Kind: document.String, Text: "y\n", Line: 3, Column: 24}},
		}}},
	}}, n)
}

// A document with several duplicates and nulls tells of them all.
func TestParseJSONReportsAllAtOnce(t *testing.T) {
	_, findings := document.ParseJSON("f.json", []byte("{\"a\":null,\n\"b\":{\"c\":1,\"c\":2},\n\"a\":3}"))
	require.Len(t, findings, 3)
	require.Equal(t, "DOC-NULL", findings[0].Code)
	require.Equal(t, "DOC-DUPLICATE", findings[1].Code)
	require.Equal(t, "DOC-DUPLICATE", findings[2].Code)
	require.Equal(t, 3, findings[2].Line)
}

// A hostile document cannot make an endless list of findings.
func TestFindingsAreBounded(t *testing.T) {
	_, findings := document.ParseJSON("f.json", []byte("["+strings.Repeat("null,", 5000)+"1]"))
	require.Len(t, findings, 101)
	require.Equal(t, "DOC-LIMIT", findings[100].Code)
}

// plainValue is what encoding/json with UseNumber would hold.
func plainValue(n *document.Node) any {
	switch n.Kind {
	case document.Object:
		m := make(map[string]any, len(n.Members))
		for _, one := range n.Members {
			m[one.Key] = plainValue(one.Value)
		}
		return m
	case document.Array:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = plainValue(item)
		}
		return list
	case document.Number:
		return json.Number(n.Text)
	case document.Bool:
		return n.Text == "true"
	}
	return n.Text
}

// Whatever is accepted here, encoding/json accepts with an equal value.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-0.5e+3,"x\u00e9\ud83d\ude00\n",true,{"b":{}}]}`,
		`[]`, `"x"`, `-0`, `{"k":1,"K":2}`, "{\"a\":1}\r\n", `{"a":1}{"b":2}`, `[1e5,0.0]`, "\xef\xbb\xbf{}", `["\ud800"]`, `[null]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		given := bytes.Clone(data)
		n, findings := document.ParseJSON("f.json", data)
		require.Equal(t, given, data, "the data are not changed")
		require.Equal(t, n == nil, findings.Blocked())
		if n == nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var oracle any
		require.NoError(t, d.Decode(&oracle))
		require.Equal(t, oracle, plainValue(n))
		_, err := d.Token()
		require.ErrorIs(t, err, io.EOF)
	})
}
