package yaml_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	engine "go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
)

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// nested returns 33 objects inside one another, one to a line.
func nested(key string) string {
	var b strings.Builder
	for i := range 33 {
		b.WriteString(strings.Repeat(" ", i) + key + "\n")
	}
	return b.String()
}

// Each rule that Parse enforces, with the place and a part of the message.
func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, text, code string
		line, column     int
		message          string
	}{
		{"empty", "", "DOC-SYNTAX", 1, 1, "empty"},
		{"only a comment", "# x\n", "DOC-SYNTAX", 1, 1, "no value"},
		{"only a marker", "---\n# x\n", "DOC-SYNTAX", 1, 1, "no value"},
		{"second document", "a: 1\n---\nb: 2\n", "DOC-MULTI", 2, 1, "second document"},
		{"two markers", "---\n---\na: 1\n", "DOC-MULTI", 2, 1, "second document"},
		{"end marker", "a: 1\n...\nx: 1\n", "DOC-MULTI", 2, 1, "want one document"},
		{"marker inside quotes", "a: \"x\n---\ny\"\n", "DOC-MULTI", 2, 1, "want one document"},
		{"value on the marker's line", "--- a\n", "DOC-SYNTAX", 1, 1, "on the line of ---"},
		{"directive", "%YAML 1.1\n---\na: 1\n", "DOC-SYNTAX", 1, 1, "directives"},
		{"directive behind a comment", "# x\n%TAG ! x\n---\na: 1\n", "DOC-SYNTAX", 2, 1, "directives"},
		{"anchor", "a: &x 1\n", "DOC-ALIAS", 1, 4, "anchors and aliases"},
		{"anchor on a list item", "a:\n  - &x 1\n", "DOC-ALIAS", 2, 5, "anchors"},
		{"anchor on a key", "&x a: 1\n", "DOC-ALIAS", 1, 1, "anchors"},
		{"anchor on a list", "a: &x [1]\n", "DOC-ALIAS", 1, 4, "anchors"},
		{"anchor in brackets", "a: [1, &x 2]\n", "DOC-ALIAS", 1, 8, "anchors"},
		{"anchor in braces", "a: {b: &x 2}\n", "DOC-ALIAS", 1, 8, "anchors"},
		{"anchor behind a quoted key", `a: {"b":&x 2}`, "DOC-ALIAS", 1, 9, "anchors"},
		{"anchor on a line of its own", "a:\n  &x\n  b: 1\n", "DOC-ALIAS", 2, 3, "anchors"},
		{"anchor behind a block text", "a: |\n  & x\nb: &y 1\n", "DOC-ALIAS", 3, 4, "anchors"},
		{"anchor behind a block text in a list", "a:\n- |\n  & x\n- &y 1\n", "DOC-ALIAS", 4, 3, "anchors"},
		{"anchor behind a long text", "a: b\n  \" c\nd: &y 1\ne: f\n  \" g\n", "DOC-ALIAS", 3, 4, "anchors"},
		{"anchor behind a text in brackets", "a: [b\n  \" c, &y 1]\ne: [f\n  \" g]\n", "DOC-ALIAS", 2, 8, "anchors"},
		{"anchor behind a comment with a quote", "a: 1 # don't\nb: &x 1 # don't\n", "DOC-ALIAS", 2, 4, "anchors"},
		{"anchor behind an apostrophe", "a: don't\nb: &x don't\n", "DOC-ALIAS", 2, 4, "anchors"},
		{"anchor behind an escaped quote", "a: \"\\\"\"\nb: &x \"\\\"\"\n", "DOC-ALIAS", 2, 4, "anchors"},
		{"anchor behind a doubled apostrophe", "a: 'it''s'\nb: &x 'it''s'\n", "DOC-ALIAS", 2, 4, "anchors"},
		{"anchor behind a comment", "a: # c\n  &x b\n", "DOC-ALIAS", 2, 3, "anchors"},
		{"anchor behind a comment in brackets", "a: [ # c\n  &x b]\n", "DOC-ALIAS", 2, 3, "anchors"},
		{"anchor on a line further left", "a:\n  b:\n    c: d\n  e: |\n   f\n  g: &x 1\n", "DOC-ALIAS", 6, 6, "anchors"},
		{"alias", "a: *x\n", "DOC-ALIAS", 1, 4, "anchors and aliases"},
		{"merge key", "<<: {a: 1}\n", "DOC-ALIAS", 1, 1, "merge keys"},
		{"100,000 anchors", "z:\n" + many(50_000, "  k%d: &x 1\n"), "DOC-ALIAS", 2, 7, "anchors"},
		{"tag", "a: !!str 1\n", "DOC-TAG", 1, 4, "tags"},
		{"own tag", "a: [!x 1]\n", "DOC-TAG", 1, 5, "tags"},
		{"verbatim tag", "!<tag:x> a: 1\n", "DOC-TAG", 1, 1, "tags"},
		{"complex key", "? [a, b]\n: 1\n", "DOC-SYNTAX", 1, 1, "complex keys"},
		{"complex key in braces", "a: {? b : 1}\n", "DOC-SYNTAX", 1, 5, "complex keys"},
		{"complex key in brackets", "a: [?b]\n", "DOC-SYNTAX", 1, 5, "complex keys"},
		{"list as a key", "[a]: 1\n", "DOC-SYNTAX", 1, 1, "not an object or a list"},
		{"object as a key", "a: {{b: 1}: 2}\n", "DOC-SYNTAX", 1, 5, "not an object or a list"},
		{"number as a key", "12: x\n", "DOC-SYNTAX", 1, 1, "write it in quotes"},
		{"null as a key", "~: x\n", "DOC-SYNTAX", 1, 1, "write it in quotes"},
		{"no key", "{: x}\n", "DOC-SYNTAX", 1, 2, "write it in quotes"},
		{"empty key", "\"\": x\n", "DOC-SYNTAX", 1, 1, "empty key"},
		{"duplicate", "weeks: 8\nweeks: 12\n", "DOC-DUPLICATE", 2, 1, "key weeks already set on line 1"},
		{"duplicate in quotes", "weeks: 8\n\"weeks\": 12\n", "DOC-DUPLICATE", 2, 1, "already set"},
		{"duplicate in another case", "weeks: 8\nWeeks: 12\n", "DOC-DUPLICATE", 2, 1, "only in case"},
		{"tilde", "a: ~\n", "DOC-NULL", 1, 4, "null"},
		{"null", "a: null\n", "DOC-NULL", 1, 4, "null"},
		{"Null", "a: Null\n", "DOC-NULL", 1, 4, "null"},
		{"NULL", "a: [NULL]\n", "DOC-NULL", 1, 5, "null"},
		{"nothing", "a: # nothing\nb: 1\n", "DOC-NULL", 1, 3, "null"},
		{"nothing in a list", "a:\n  -\n", "DOC-NULL", 2, 4, "null"},
		{"not a number", "a: .nan\n", "DOC-VALUE", 1, 4, "infinity"},
		{"infinity", "a: -.INF\n", "DOC-VALUE", 1, 4, "infinity"},
		{"tab as indentation", "a:\n\tb: 1\n", "DOC-SYNTAX", 2, 1, "indentation"},
		{"tab behind a space", "a:\n \tb: 1\n", "DOC-SYNTAX", 2, 1, "indentation"},
		{"tab behind a colon", "a:\t1\n", "DOC-SYNTAX", 1, 3, "a tab"},
		{"tab in a text", "a: b\tc\n", "DOC-SYNTAX", 1, 5, "a tab"},
		{"tab in quotes", "a: 'b\tc'\n", "DOC-SYNTAX", 1, 6, "a tab"},
		{"tab in a block text", "a: |\n  b\tc\n", "DOC-SYNTAX", 2, 4, "a tab"},
		{"carriage return", "a: 1 #\rb: 2\n", "DOC-ENCODING", 1, 7, "carriage return"},
		{"next line", "a: 1 #\u0085b: 2\n", "DOC-ENCODING", 1, 7, "U+0085"},
		{"line separator", "a: 1 #\u2028b: 2\n", "DOC-ENCODING", 1, 7, "U+2028"},
		{"byte order mark", "\ufeffa: 1\n", "DOC-ENCODING", 1, 1, "byte order mark"},
		{"invalid UTF-8", "a: \xff\n", "DOC-ENCODING", 1, 4, "not valid UTF-8"},
		{"override in a comment", "a: 1 # \u202e\n", "DOC-ENCODING", 1, 8, "U+202E"},
		{"escaped NUL", "é: \"\\0\"\n", "DOC-ENCODING", 1, 5, "U+0000"},
		{"escaped zero width space", "a: \"\\u200b\"\n", "DOC-ENCODING", 1, 4, "U+200B"},
		{"escaped override in a key", "\"\\u202e\": 1\n", "DOC-ENCODING", 1, 1, "in a key"},
		{"depth of brackets", "a: " + strings.Repeat("[", 100_000), "DOC-LIMIT", 1, 36, "nested too deep"},
		{"depth of dashes", strings.Repeat("- ", 100_000), "DOC-LIMIT", 1, 65, "nested too deep"},
		{"depth of keys", nested("k:"), "DOC-LIMIT", 33, 33, "nested too deep"},
		{"depth of quoted keys", nested("'k':"), "DOC-LIMIT", 33, 33, "nested too deep"},
		{"depth of the tree", strings.Repeat("- ", 31) + "[[1]]", "DOC-LIMIT", 1, 64, "more than 32 deep"},
		{"nodes", "[" + strings.Repeat("1,", document.MaxNodes) + "]", "DOC-LIMIT", 1, 2 * document.MaxNodes, "more than 100000 values"},
		{"text", "a: " + strings.Repeat("a", document.MaxText+1), "DOC-LIMIT", 1, 4, "text of 65537 bytes"},
		{"number", "a: " + strings.Repeat("9", 41), "DOC-LIMIT", 1, 4, "number of 41 bytes"},
		{"bytes", "a: 1\n" + strings.Repeat("#", document.MaxBytes), "DOC-LIMIT", 0, 0, "want at most 1048576"},
		{"open quote", "a: \"b\n", "DOC-SYNTAX", 2, 1, "quoted scalar"},
		{"mapping in a text", "a: b: c\n", "DOC-SYNTAX", 1, 5, "not allowed"},
		{"bad indentation", "a:\n  b: 1\n c: 1\n", "DOC-SYNTAX", 3, 2, "did not find expected key"},
		{"reserved", "a: @b\n", "DOC-SYNTAX", 1, 4, "cannot start any token"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, findings := yaml.Parse("f.yaml", []byte(tt.text))
			require.Nil(t, n)
			require.True(t, findings.Blocked())
			f := findings[0]
			require.Equal(t, tt.code, f.Code, f.Message)
			require.Contains(t, f.Message, tt.message)
			require.Equal(t, "f.yaml", f.File)
			if tt.line > 0 {
				require.Equal(t, [2]int{tt.line, tt.column}, [2]int{f.Line, f.Column}, f.Message)
			}
		})
	}
}

// Characters that mean something elsewhere are only characters here.
func TestParseAccepts(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"ampersand in a text", "a: R & D *now* !", `{"a":"R & D *now* !"}`},
		{"apostrophe in a text", "a: don't\nb: \"x\"", `{"a":"don't","b":"x"}`},
		{"hash in a text", "a: b#c # d", `{"a":"b#c"}`},
		{"indicators in quotes", "a: \"&x *y !z # ? - |\"\nb: '&x'", `{"a":"&x *y !z # ? - |","b":"&x"}`},
		{"quotes over lines", "a: \"b\n  &c\n\n  d\"\nb: 1", `{"a":"b &c\nd","b":1}`},
		{"block text", "a: |\n  x: &y *z\n  - !t\n\n  ? q\nb: >-\n  c\n  d", `{"a":"x: &y *z\n- !t\n\n? q\n","b":"c d"}`},
		{"block text in a list", "- |\n  &x\n- >\n  *y\n", `["&x\n","*y\n"]`},
		{"block text in an object in a list", "- a: |\n    &x\n  b: 1\n", `[{"a":"&x\n","b":1}]`},
		{"block text with an indicator", "a: |2-\n    &x\n   y\n", `{"a":"  &x\n y"}`},
		{"comment in a text", "# a: &b\na: 1 # *c\n", `{"a":1}`},
		{"text over lines", "a: b\n  c \"d\n  e\nf: 1", `{"a":"b c \"d e","f":1}`},
		{"marker", "# x\n---\na: 1\n", `{"a":1}`},
		{"lists at the column of their key", "a:\n- 1\n- - 2\n  - 3\nb:\n  - c: d\n    e: f", `{"a":[1,[2,3]],"b":[{"c":"d","e":"f"}]}`},
		{"flow over lines", "a: [1,\n  {b: c, \"d\":\"e\"},\n  f g] # h\ni: {}", `{"a":[1,{"b":"c","d":"e"},"f g"],"i":{}}`},
		{"CRLF", "a: 1\r\nb:\r\n  - x\r\n", `{"a":1,"b":["x"]}`},
		{"columns in bytes", "é: ü", `{"é":"ü"}`},
		{"tab in a comment", "a: 1 #\tx\n", `{"a":1}`},
		{"url and time", "a: http://x/y?z&w\nb: 10:30", `{"a":"http://x/y?z&w","b":"10:30"}`},

		// Plain values are typed here, not by the engine.
		{"Norway", "a: [NO, no, yes, on, off, y, True, FALSE]", `{"a":["NO","no","yes","on","off","y","True","FALSE"]}`},
		{"date", "a: 2027-01-04", `{"a":"2027-01-04"}`},
		{"time", "a: 2027-01-04T09:00:00Z", `{"a":"2027-01-04T09:00:00Z"}`},
		{"version", "a: [1.2.3, v1, 1.2-rc]", `{"a":["1.2.3","v1","1.2-rc"]}`},
		{"number", "a: [5, -0.05, 1e3]", `{"a":[5,-0.05,1e3]}`},
		{"quoted", "a: [\"5\", 'true', \"null\", \"~\", '']", `{"a":["5","true","null","~",""]}`},
		{"nothing like null", "a: [nil, none, nulls, ~x]", `{"a":["nil","none","nulls","~x"]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, findings := yaml.Parse("f.yaml", []byte(tt.text))
			require.Empty(t, findings)
			want, findings := document.ParseJSON("f.json", []byte(tt.want))
			require.Empty(t, findings)
			require.Equal(t, withoutPlaces(want), withoutPlaces(n))
		})
	}
}

// Numbers that other readers of YAML know are numbers here too, in their own
// spelling, so that neither a text nor an integer is read from them silently.
func TestParseKeepsTheSpellingOfNumbers(t *testing.T) {
	for _, literal := range []string{"010", "0o17", "0x1F", "0b11", "1_000", "+5", "5.", ".5", "-.5", "+1e3", "1.", "685_230.15", "-0x1f"} {
		n, findings := yaml.Parse("f.yaml", []byte("a: "+literal))
		require.Empty(t, findings, literal)
		require.Equal(t, document.Number, n.Members[0].Value.Kind, literal)
		require.Equal(t, literal, n.Members[0].Value.Text)
	}
	var v struct {
		A int `json:"a"`
	}
	for _, literal := range []string{"010", "0o17", "0x1F", "1_000", "+5", "5.0", "5e0", `"5"`, "1:30", "05"} {
		n, _ := yaml.Parse("f.yaml", []byte("a: "+literal))
		_, findings := document.Decode("f.yaml", n, &v)
		require.True(t, findings.Has("DOC-TYPE"), literal)
	}
}

func withoutPlaces(n *document.Node) *document.Node {
	c := &document.Node{Kind: n.Kind, Text: n.Text}
	for _, m := range n.Members {
		c.Members = append(c.Members, document.Member{Key: m.Key, Value: withoutPlaces(m.Value)})
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, withoutPlaces(item))
	}
	return c
}

func TestParseKeepsPositions(t *testing.T) {
	n, findings := yaml.Parse("f.yaml", []byte("é: ü\nlist:\n  - ö: [\"ä\", x]\n"))
	require.Empty(t, findings)
	require.Equal(t, &document.Node{Kind: document.Object, Line: 1, Column: 1, Members: []document.Member{
		{Key: "é", Line: 1, Column: 1, Value: &document.Node{Kind: document.String, Text: "ü", Line: 1, Column: 5}},
		{Key: "list", Line: 2, Column: 1, Value: &document.Node{Kind: document.Array, Line: 3, Column: 3, Items: []*document.Node{
			{Kind: document.Object, Line: 3, Column: 5, Members: []document.Member{
				{Key: "ö", Line: 3, Column: 5, Value: &document.Node{Kind: document.Array, Line: 3, Column: 9, Items: []*document.Node{
					{Kind: document.String, Text: "ä", Line: 3, Column: 10},
					{Kind: document.String, Text: "x", Line: 3, Column: 16},
				}}},
			}},
		}}},
	}}, n)
}

func TestParseFile(t *testing.T) {
	for _, tt := range []struct{ name, text, code string }{
		{"plan.json", `{"a": 1}`, ""},
		{"plan.json", `a: 1`, "DOC-SYNTAX"},
		{"plan.yaml", `a: 1`, ""},
		{"plan.yml", `a: 1`, ""},
		{"plan.txt", `a: 1`, "DOC-FORMAT"},
		{"plan", `a: 1`, "DOC-FORMAT"},
	} {
		n, findings := yaml.ParseFile(tt.name, []byte(tt.text))
		require.Equal(t, tt.code == "", n != nil, tt.name)
		require.Equal(t, tt.code != "", findings.Has(tt.code), tt.name)
	}
}

// JSON is YAML: what encoding/json writes, both readers read as the same tree at
// the same places.
func TestParseAgreesWithParseJSON(t *testing.T) {
	text := rapid.StringMatching(`[ -~éß中😀]{0,12}`)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaves := []*rapid.Generator[any]{
			text.AsAny(), rapid.Int().AsAny(), rapid.Float64Range(-1e6, 1e6).AsAny(), rapid.Bool().AsAny(),
		}
		if depth < 4 {
			leaves = append(leaves,
				rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(value(depth+1), 0, 4).Draw(t, "list") }),
				rapid.Custom(func(t *rapid.T) any {
					return rapid.MapOfN(rapid.StringMatching(`[a-z][ -~é]{0,8}`), value(depth+1), 0, 4).Draw(t, "object")
				}))
		}
		return rapid.OneOf(leaves...)
	}
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		require.NoError(t, e.Encode(value(0).Draw(t, "value")))
		fromJSON, jsonFindings := document.ParseJSON("f", b.Bytes())
		fromYAML, yamlFindings := yaml.Parse("f", b.Bytes())
		require.Equal(t, jsonFindings, yamlFindings, "%s", b.Bytes())
		require.Equal(t, fromJSON, fromYAML, "%s", b.Bytes())
	})
}

// Nothing that is accepted holds an anchor, an alias or a tag in the engine's
// eyes, and the same bytes give the same tree.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb:\n  - x\n  - {c: \"d\", e: 'f''g'}\n",
		"a: |2-\n    &x\n  y\nb: >\n  z\n\nc: [1,\n 2]\n", "a: &x 1\nb: *x\n", "---\na: !!str 1\n...\n", "? a\n: b\n",
		"a: b\n  \" c\nd: &y 1\n", "a: \"\\u00e9\\x41\\\n  b\"\n", "- - - 1\n  - 2\n", "a:\n- 1\nb: {}\n", "%YAML 1.1\n---\na: yes\n", "a: [b\n  # c\n  d]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		given := bytes.Clone(data)
		n, findings := yaml.Parse("f.yaml", data)
		require.Equal(t, given, data, "the data are not changed")
		require.Equal(t, n == nil, findings.Blocked())
		again, _ := yaml.Parse("f.yaml", data)
		require.Equal(t, n, again)
		for _, f := range findings {
			// These are the words of the check on the tree: the scan before it
			// missed something.
			require.NotEqual(t, "anchors and aliases are not allowed", f.Message)
			require.NotEqual(t, "tags are not allowed", f.Message)
		}
		if n == nil {
			return
		}
		loader, err := engine.NewLoader(bytes.NewReader(data))
		require.NoError(t, err)
		var first, second engine.Node
		require.NoError(t, loader.Load(&first))
		require.ErrorIs(t, loader.Load(&second), io.EOF, "one document")
		var walk func(*engine.Node)
		walk = func(y *engine.Node) {
			require.Empty(t, y.Anchor)
			require.NotEqual(t, engine.AliasNode, y.Kind)
			require.Zero(t, y.Style&engine.TaggedStyle)
			for _, inner := range y.Content {
				walk(inner)
			}
		}
		walk(&first)
	})
}
