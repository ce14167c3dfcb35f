package signal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/hostile"
)

// The embedded catalogue is written as MarshalDefinitions writes it: parse,
// print, same text.
func TestCatalogueIsWrittenAsItIsPrinted(t *testing.T) {
	definitions, fs := Catalogue()
	require.NoError(t, fs.Err())
	text, fs := MarshalDefinitions(definitions)
	require.Empty(t, fs)
	require.Equal(t, string(catalogueFile), string(text))
}

// Whatever is written is read back as it was.
func TestMarshalDefinitionsRoundTrips(t *testing.T) {
	catalogue, _ := Catalogue()
	word := rapid.StringMatching(`[A-Za-z<>&"\\ ]{0,5}[a-zé]`)
	value := rapid.Custom(func(t *rapid.T) float64 {
		if rapid.Bool().Draw(t, "large") {
			return rapid.Float64Range(-maxDecimal, maxDecimal).Filter(func(x float64) bool { return len(decimalText(x)) <= document.MaxNumber }).Draw(t, "x")
		}
		return float64(rapid.IntRange(-1e6, 1e6).Draw(t, "thousandths")) / 1000
	})
	rapid.Check(t, func(t *rapid.T) {
		var definitions []Definition
		for i := range rapid.IntRange(0, 3).Draw(t, "how many") {
			d := rapid.SampledFrom(catalogue).Draw(t, "definition")
			d.ID = fmt.Sprintf("d%d_x", i)
			d.Name, d.Explain = word.Draw(t, "name"), word.Draw(t, "explain")
			d.BlindSpots = rapid.SliceOf(word).Draw(t, "blind spots")
			d.Restriction = word.Draw(t, "restriction")
			d.Noise = Level(rapid.IntRange(0, 3).Draw(t, "noise"))
			d.Resolution = math.Abs(value.Draw(t, "resolution"))
			low := value.Draw(t, "low")
			d.Transform, d.Range = Identity, &Band{low, max(low, value.Draw(t, "high"))}
			if d.Expr.Op == ShareAtLeast {
				d.Expr.Threshold = value.Draw(t, "threshold")
			}
			definitions = append(definitions, d)
		}
		text, fs := MarshalDefinitions(definitions)
		require.NoError(t, fs.Err())
		back, fs := ParseDefinitions("d.json", text)
		require.NoError(t, fs.Err())
		require.Equal(t, len(definitions), len(back))
		for i := range back {
			if len(definitions[i].BlindSpots) == 0 {
				definitions[i].BlindSpots, back[i].BlindSpots = nil, nil // a file has an empty list, not none
			}
			require.Equal(t, definitions[i], back[i])
		}
	})
}

// What would be read back otherwise, or not at all, is not written.
func TestMarshalDefinitionsRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		code  string
		spoil func(*Definition)
	}{
		"a rule is broken": {"SIG-005", func(d *Definition) { d.Behaviour = "ask; listen" }},
		"no such word":     {"SIG-DEF", func(d *Definition) { d.Noise = 9 }},
		"a large number":   {"SIG-DEF", func(d *Definition) { d.Range = &Band{0, 2e30} }},
		"a long number":    {"", func(d *Definition) { d.Resolution = math.Pi * 1e-30 }},
		"the largest":      {"", func(d *Definition) { d.Range = &Band{0, math.MaxFloat64} }},
		"not UTF-8":        {"SIG-DEF", func(d *Definition) { d.Name = "a\xff" }},
		"two lines":        {"", func(d *Definition) { d.Name = "a\nb" }},
		"a line feed":      {"SIG-DEF", func(d *Definition) { d.Name = "a\n" }},
	} {
		d := teamHours()
		tt.spoil(&d)
		text, fs := MarshalDefinitions([]Definition{d})
		require.Nil(t, text, name)
		require.True(t, fs.Blocked(), name)
		if tt.code != "" {
			require.True(t, fs.Has(tt.code), "%s: %v", name, fs)
		}
	}
	unseen := teamHours()
	unseen.BlindSpots = nil // a warning, which does not keep it from being written
	text, fs := MarshalDefinitions([]Definition{unseen})
	require.NoError(t, fs.Err())
	back, fs := ParseDefinitions("d.json", text)
	require.NoError(t, fs.Err())
	require.Empty(t, back[0].BlindSpots)
	text, fs = MarshalDefinitions([]Definition{teamHours(), teamHours()})
	require.Nil(t, text)
	require.True(t, fs.Has("SIG-DEF"), "the same ID twice")
}

func TestParseDefinitionsSaysWhere(t *testing.T) {
	good := string(catalogueFile)
	require.Contains(t, good, `"id": "account_nps_trend"`)
	for name, edit := range map[string]struct{ old, new, code string }{
		"SIG-DEF repeated id":  {`"id": "after_hours_message_ratio"`, `"id": "account_nps_trend"`, "SIG-DEF"},
		"SIG-DEF identifier":   {`"id": "account_nps_trend"`, `"id": "Account"`, "SIG-DEF"},
		"SIG-DEF large number": {`"high": "100"`, `"high": "2000000000000000000000000000000"`, "SIG-DEF"},
		"SIG-DEF resolution":   {`"resolution": "1"`, `"resolution": "-1"`, "SIG-DEF"},
		"SIG-005":              {`"behaviour": "agree`, `"behaviour": "write; agree`, "SIG-005"},
		"version":              {"signal-catalogue/v1", "signal-catalogue/v9", ""},
		"level":                {`"noise": "high"`, `"noise": "deafening"`, ""},
		"trace class":          {`"trace": "recorded_outcome"`, `"trace": "footprint"`, ""},
		"unknown key":          {`"unit"`, `"units"`, ""},
		"number":               {`"low": "-100"`, `"low": -100`, ""},
	} {
		changed := bytes.Replace([]byte(good), []byte(edit.old), []byte(edit.new), 1)
		require.NotEqual(t, good, string(changed), name)
		definitions, fs := ParseDefinitions("d.json", changed)
		require.Nil(t, definitions, name)
		require.True(t, fs.Blocked(), name)
		for f := range fs.Blocking() {
			require.Positive(t, f.Line, "%s: %s", name, f)
			require.False(t, strings.HasSuffix(f.Path, "."), f.Path)
		}
		if edit.code != "" {
			require.True(t, fs.Has(edit.code), "%s: %v", name, fs)
		}
	}
}

// What parses and is written again parses to the same; nothing panics.
func FuzzParseDefinitions(f *testing.F) {
	one := catalogueFile[:bytes.Index(catalogueFile, []byte("\n  },"))]
	f.Add(append(slices.Clone(one), "\n  }\n ]\n}\n"...)) // the first entry: the whole file is slow to mutate
	f.Add([]byte("schema: signal-catalogue/v1\nsignals: []\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, file := range []string{"d.json", "d.yaml"} {
			definitions, fs := ParseDefinitions(file, data)
			require.Equal(t, fs.Blocked(), definitions == nil)
			if definitions == nil {
				continue
			}
			text, fs := MarshalDefinitions(definitions)
			require.NoError(t, fs.Err())
			back, fs := ParseDefinitions("d.json", text)
			require.NoError(t, fs.Err())
			require.Equal(t, definitions, back)
		}
	})
}

// Of the variants of the catalogue that no reader may accept, none is accepted; of
// those that say the same in other words, none is refused.
func TestHostileDefinitions(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a thousand files; go test without -short runs it")
	}
	accept := func(file string) func([]byte) (any, bool) {
		return func(data []byte) (any, bool) {
			definitions, fs := ParseDefinitions(file, data)
			return definitions, !fs.Blocked()
		}
	}
	few, fs := FromCatalogue("sprint predictability", "team_cycle_time", "one_on_one_coverage", "speak_my_mind")
	require.NoError(t, fs.Err())
	valid, fs := MarshalDefinitions(few)
	require.Empty(t, fs)
	t.Run("json", func(t *testing.T) { hostile.Run(t, "json", valid, accept("d.json")) })
	block, err := os.ReadFile("testdata/definitions.yaml")
	require.NoError(t, err)
	t.Run("yaml", func(t *testing.T) { hostile.Run(t, "yaml", block, accept("d.yaml")) })
}

// The YAML file of the testdata says what the catalogue says.
func TestDefinitionsInYAML(t *testing.T) {
	block, err := os.ReadFile("testdata/definitions.yaml")
	require.NoError(t, err)
	definitions, fs := ParseDefinitions("definitions.yaml", block)
	require.NoError(t, fs.Err())
	want, _ := FromCatalogue("sprint predictability", "speak_my_mind")
	require.Equal(t, want, definitions)
}

// The schema in the repository is the one of the types.
func TestDefinitionsSchemaIsFresh(t *testing.T) {
	const file = "definitions.schema.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, DefinitionsSchema(), 0o644))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(have), string(DefinitionsSchema()))
}

// The catalogue satisfies the published schema, and the schema refuses what the
// reader refuses for its form.
func TestDefinitionsSchemaHolds(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal(DefinitionsSchema(), &schema))
	read := func(data string) (value any) {
		require.NoError(t, json.Unmarshal([]byte(data), &value))
		return value
	}
	good := string(catalogueFile)
	require.Empty(t, violates(schema, read(good)))
	for _, edit := range [][2]string{
		{"signal-catalogue/v1", "signal-catalogue/v9"}, {`"noise": "high"`, `"noise": "deafening"`}, {`"unit"`, `"units"`},
		{`"low": "-100"`, `"low": -100`}, {`"low": "-100"`, `"low": "-1e2"`}, {`"version": 1`, `"version": 0`}, {`"id": "account_nps_trend"`, `"id": "NPS trend"`},
		{`"num": [`, `"num": 7, "den": [`},
	} {
		changed := strings.Replace(good, edit[0], edit[1], 1)
		require.NotEqual(t, good, changed)
		require.NotEmpty(t, violates(schema, read(changed)), edit[1])
		_, fs := ParseDefinitions("d.json", []byte(changed))
		require.True(t, fs.Blocked(), edit[1])
	}
}

// violates is a validator for the few words of JSON Schema that the schema uses.
// It names the first word that the value breaks, "" when there is none, and a
// word that it does not know.
func violates(schema map[string]any, value any) string {
	for word, want := range schema {
		ok, below := true, ""
		switch word {
		case "$schema", "$id", "title":
		case "type":
			number, isNumber := value.(float64)
			_, isObject := value.(map[string]any)
			_, isArray := value.([]any)
			_, isText := value.(string)
			_, isBool := value.(bool)
			ok = map[any]bool{"object": isObject, "array": isArray, "string": isText, "boolean": isBool, "integer": isNumber && number == math.Trunc(number)}[want]
		case "enum":
			ok = slices.Contains(want.([]any), value)
		case "pattern":
			text, isText := value.(string)
			ok = isText && regexp.MustCompile(want.(string)).MatchString(text)
		case "minLength":
			text, _ := value.(string)
			ok = len(text) >= int(want.(float64))
		case "maxLength":
			text, _ := value.(string)
			ok = len(text) <= int(want.(float64))
		case "minimum":
			number, _ := value.(float64)
			ok = number >= want.(float64)
		case "items":
			items, _ := value.([]any)
			for _, item := range items {
				below += violates(want.(map[string]any), item)
			}
		case "properties":
			members, _ := value.(map[string]any)
			for name, property := range want.(map[string]any) {
				if member, has := members[name]; has {
					below += violates(property.(map[string]any), member)
				}
			}
		case "required":
			members, _ := value.(map[string]any)
			for _, name := range want.([]any) {
				_, has := members[name.(string)]
				ok = ok && has
			}
		case "additionalProperties":
			members, _ := value.(map[string]any)
			for name := range members {
				_, known := schema["properties"].(map[string]any)[name]
				ok = ok && known
			}
		default:
			ok = false
		}
		if !ok {
			return word
		}
		if below != "" {
			return below
		}
	}
	return ""
}
