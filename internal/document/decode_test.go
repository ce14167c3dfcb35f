package document_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

// A plan has one field of every kind that Decode reads.
type plan struct {
	Base
	Weeks    int                      `json:"weeks" doc:"min=8,max=16"`
	Shift    int8                     `json:"shift" doc:"min=-200,max=200"`
	Size     uint8                    `json:"size" doc:"max=1000"`
	Locked   bool                     `json:"locked"`
	Effect   string                   `json:"effect" doc:"decimal"`
	Purpose  string                   `json:"purpose" doc:"enum=kpi_attribution|behaviour_signal"`
	Rule     string                   `json:"rule" doc:"lines"`
	Note     string                   `json:"note" doc:"optional,empty"`
	Start    coaching.Date            `json:"start"`
	End      coaching.Date            `json:"end" doc:"optional,empty"`
	Signed   time.Time                `json:"signed"`
	Days     []string                 `json:"days" doc:"ident"`
	Waves    []int                    `json:"waves" doc:"min=1"`
	Roles    map[coaching.Role]string `json:"roles" doc:"ident"`
	Params   map[string]int           `json:"params"`
	Window   *coaching.Window         `json:"window,omitempty"`
	Case     *document.Node           `json:"case" doc:"optional"`
	Internal string                   `json:"-"`
}

// Base is embedded, so its fields stand among the plan's own.
type Base struct {
	Schema string `json:"schema" doc:"enum=pilot/v1"`
	ID     string `json:"id" doc:"ident"`
	Title  string `json:"title"`
}

const validPlan = `{
  "schema": "pilot/v1", "id": "product-org-12w", "title": "Sprint predictability",
  "weeks": 12, "shift": -3, "size": 200, "locked": true, "effect": "-0.05",
  "purpose": "kpi_attribution", "rule": "a &&\nb", "note": "",
  "start": "2027-01-04", "end": "", "signed": "2026-12-01T09:00:00Z",
  "days": ["tue", "thu"], "waves": [5, 9], "roles": {"steward": "P-1", "hris_owner": "P-2"}, "params": {"k": 5},
  "window": {"from": "2027-01-04", "to": "2027-03-28"},
  "case": {"any": [true, {"x": 1}]}
}`

func decode(t *testing.T, text string) (plan, *document.Positions, coaching.Findings) {
	t.Helper()
	n, findings := document.ParseJSON("plan.json", []byte(text))
	require.Empty(t, findings)
	var p plan
	positions, findings := document.Decode("plan.json", n, &p)
	return p, positions, findings
}

func TestDecodeReadsEveryKind(t *testing.T) {
	p, positions, findings := decode(t, validPlan)
	require.Empty(t, findings)
	require.Equal(t, Base{Schema: "pilot/v1", ID: "product-org-12w", Title: "Sprint predictability"}, p.Base)
	require.Equal(t, 12, p.Weeks)
	require.Equal(t, int8(-3), p.Shift)
	require.Equal(t, uint8(200), p.Size)
	require.True(t, p.Locked)
	require.Equal(t, "-0.05", p.Effect)
	require.Equal(t, "a &&\nb", p.Rule)
	require.Equal(t, coaching.MustDate("2027-01-04"), p.Start)
	require.True(t, p.End.IsZero())
	require.Equal(t, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), p.Signed)
	require.Equal(t, []string{"tue", "thu"}, p.Days)
	require.Equal(t, []int{5, 9}, p.Waves)
	require.Equal(t, map[coaching.Role]string{coaching.Steward: "P-1", coaching.PeopleAnalytics: "P-2"}, p.Roles)
	require.Equal(t, map[string]int{"k": 5}, p.Params)
	require.Equal(t, &coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-03-28")}, p.Window)
	require.Equal(t, "any", p.Case.Members[0].Key)

	for path, want := range map[string][2]int{
		"":                 {1, 1},
		"weeks":            {3, 3},
		"days[1]":          {6, 19},
		"days[7]":          {6, 3}, // not there: its list
		"window.to":        {7, 36},
		"window.to.x[3].y": {7, 36},
		"case.any[1].x":    {8, 27},
		"nowhere":          {1, 1},
	} {
		line, column := positions.At(path)
		require.Equal(t, want, [2]int{line, column}, path)
	}
	fs := coaching.Findings{{Code: "PIL-056", Path: "waves[1]"}, {Code: "PIL-001", Path: "weeks", File: "other", Line: 9, Column: 9}}
	positions.Locate(fs)
	require.Equal(t, "plan.json:6:40: PIL-056 error waves[1]: ", fs[0].String())
	require.Equal(t, "other:9:9: PIL-001 error weeks: ", fs[1].String())

	line, column := new(document.Positions).At("weeks")
	require.Zero(t, line+column)
}

// Each rule that Decode enforces, by one change of the valid plan.
func TestDecodeRefuses(t *testing.T) {
	tests := []struct{ old, new, code, path, message string }{
		{`"weeks": 12,`, ``, "DOC-MISSING", "weeks", "field weeks is missing"},
		{`, "to": "2027-03-28"`, ``, "DOC-MISSING", "window.to", "field to is missing"},
		{`"weeks"`, `"week"`, "DOC-UNKNOWN", "week", "unknown field week, did you mean weeks?"},
		{`"weeks"`, `"Weeks"`, "DOC-UNKNOWN", "Weeks", "unknown field Weeks, did you mean weeks?"},
		{`"purpose"`, `"zzz"`, "DOC-UNKNOWN", "zzz", "unknown field zzz"},
		{`"purpose"`, `"Alice Smith"`, "DOC-UNKNOWN", "?", "unknown field (11 bytes, outside the alphabet of keys)"},
		{`"to"`, `"until"`, "DOC-UNKNOWN", "window.until", "unknown field until"},
		{`"weeks": 12`, `"weeks": "12"`, "DOC-TYPE", "weeks", "found a text, want a number"},
		{`"weeks": 12`, `"weeks": true`, "DOC-TYPE", "weeks", "found true or false, want a number"},
		{`"weeks": 12`, `"weeks": 12.0`, "DOC-TYPE", "weeks", "plain decimal digits"},
		{`"weeks": 12`, `"weeks": 1e1`, "DOC-TYPE", "weeks", "plain decimal digits"},
		{`"weeks": 12`, `"weeks": -0`, "DOC-TYPE", "weeks", "plain decimal digits"},
		{`"weeks": 12`, `"weeks": 99999999999999999999`, "DOC-TYPE", "weeks", "ordinary size"},
		{`"weeks": 12`, `"weeks": 7`, "DOC-VALUE", "weeks", "7 is below the least allowed, 8"},
		{`"weeks": 12`, `"weeks": 17`, "DOC-VALUE", "weeks", "17 is above the most allowed, 16"},
		{`-3`, `-129`, "DOC-VALUE", "shift", "too large for this field"},
		{`"size": 200`, `"size": 256`, "DOC-VALUE", "size", "too large for this field"},
		{`"size": 200`, `"size": -1`, "DOC-VALUE", "size", "below the least allowed, 0"},
		{`[5, 9]`, `[5, 0]`, "DOC-VALUE", "waves[1]", "below the least allowed, 1"},
		{`[5, 9]`, `5`, "DOC-TYPE", "waves", "found a number, want a list"},
		{`[5, 9]`, `{}`, "DOC-TYPE", "waves", "found an object, want a list"},
		{`{"k": 5}`, `[]`, "DOC-TYPE", "params", "found a list, want an object"},
		{`{"k": 5}`, `{"a b": 5}`, "DOC-VALUE", "params.?", "is no identifier"},
		{`{"k": 5}`, `{"k": -5}`, "DOC-VALUE", "params.k", "below the least allowed"},
		{`"steward":`, `"boss":`, "DOC-VALUE", "roles.boss", "key boss is not allowed here: coaching: unknown role"},
		{`"steward":`, `"people_analytics":`, "DOC-DUPLICATE", "roles.hris_owner", "another spelling"},
		{`"locked": true`, `"locked": "true"`, "DOC-TYPE", "locked", "found a text, want true or false"},
		{`"locked": true`, `"locked": 1`, "DOC-TYPE", "locked", "found a number, want true or false"},
		{`"-0.05"`, `-0.05`, "DOC-TYPE", "effect", "write the decimal in quotes"},
		{`"-0.05"`, `"5e-2"`, "DOC-VALUE", "effect", "is no decimal"},
		{`"-0.05"`, `".5"`, "DOC-VALUE", "effect", "is no decimal"},
		{`"-0.05"`, `"1."`, "DOC-VALUE", "effect", "is no decimal"},
		{`"-0.05"`, `"+1"`, "DOC-VALUE", "effect", "is no decimal"},
		{`"-0.05"`, `"` + strings.Repeat("1", 41) + `"`, "DOC-VALUE", "effect", "41 bytes is no decimal"},
		{`"kpi_attribution"`, `"Alice"`, "DOC-VALUE", "purpose", "text of 5 bytes is none of kpi_attribution, behaviour_signal"},
		{`"kpi_attribution"`, `"behavior_signal"`, "DOC-VALUE", "purpose", "did you mean behaviour_signal?"},
		{`"product-org-12w"`, `"Alice Smith"`, "DOC-VALUE", "id", "text of 11 bytes is no identifier"},
		{`"product-org-12w"`, `"1a"`, "DOC-VALUE", "id", "is no identifier"},
		{`"product-org-12w"`, `"p\n"`, "DOC-VALUE", "id", "is no identifier"},
		{`"product-org-12w"`, `"` + strings.Repeat("a", 65) + `"`, "DOC-VALUE", "id", "is no identifier"},
		{`"product-org-12w"`, `5`, "DOC-TYPE", "id", "found a number, want a text; write it in quotes"},
		{`"Sprint predictability"`, `""`, "DOC-VALUE", "title", "the text is empty"},
		{`"Sprint predictability"`, `"  "`, "DOC-VALUE", "title", "the text is blank"},
		{`"Sprint predictability"`, `"a\nb"`, "DOC-VALUE", "title", "several lines, want one"},
		{`"Sprint predictability"`, `"` + strings.Repeat("a", 4097) + `"`, "DOC-VALUE", "title", "4097 bytes, want at most 4096"},
		{`["tue", "thu"]`, `["tue", "t hu"]`, "DOC-VALUE", "days[1]", "is no identifier"},
		{`"start": "2027-01-04"`, `"start": ""`, "DOC-VALUE", "start", "the text is empty"},
		{`"start": "2027-01-04"`, `"start": "2027-02-30"`, "DOC-VALUE", "start", "text of 10 bytes is not allowed here: coaching: date"},
		{`"start": "2027-01-04"`, `"start": 20270104`, "DOC-TYPE", "start", "found a number, want a text"},
		{`"2026-12-01T09:00:00Z"`, `"Alice"`, "DOC-VALUE", "signed", "want a time such as 2027-01-04T09:00:00Z"},
	}
	for _, tt := range tests {
		t.Run(tt.old+" to "+tt.new[:min(len(tt.new), 40)], func(t *testing.T) {
			require.Equal(t, 1, strings.Count(validPlan, tt.old), "the change must be one change")
			_, positions, findings := decode(t, strings.Replace(validPlan, tt.old, tt.new, 1))
			i := slices.IndexFunc(findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Path == tt.path })
			require.GreaterOrEqual(t, i, 0, "%v", findings)
			require.Contains(t, findings[i].Message, tt.message)
			require.Positive(t, findings[i].Line)
			require.NotContains(t, findings[i].Message, "Alice", "a message never quotes a text")
			require.NotNil(t, positions)
		})
	}
}

// All that is wrong is told at once, in the order of the document.
func TestDecodeReportsAllAtOnce(t *testing.T) {
	_, _, findings := decode(t, `{"weeks": 1,
"shift": "x",
"colour": 1,
"days": ["a", 1,
 ""]}`)
	var got []string
	for _, f := range findings {
		if f.Code != "DOC-MISSING" {
			got = append(got, f.Code+" "+f.Path)
		}
	}
	require.Equal(t, []string{"DOC-VALUE weeks", "DOC-TYPE shift", "DOC-UNKNOWN colour", "DOC-TYPE days[1]", "DOC-VALUE days[2]"}, got)
	require.True(t, slices.IsSortedFunc(findings, func(a, b coaching.Finding) int { return a.Line - b.Line }))
}

// The line feed that ends a block text of YAML is no part of a free text; inside
// one it is a second line.
func TestDecodeDropsTheLastLineFeed(t *testing.T) {
	p, _, findings := decode(t, strings.Replace(validPlan, `"a &&\nb"`, `"a &&\nb\n"`, 1))
	require.Empty(t, findings)
	require.Equal(t, "a &&\nb", p.Rule)
	long := strings.Repeat("é", 2048)
	p, _, findings = decode(t, strings.Replace(validPlan, "Sprint predictability", long+`\n`, 1))
	require.Empty(t, findings)
	require.Equal(t, long, p.Title, "4096 bytes are allowed")
}

func TestDecodeWithoutDocument(t *testing.T) {
	_, findings := document.Decode("f", nil, new(plan))
	require.True(t, findings.Blocked())
}

// What a program gets wrong about its own types is told at once and loudly.
func TestDecodePanicsOnTypesThatCannotBeRead(t *testing.T) {
	n, _ := document.ParseJSON("f", []byte(`{"a": 1}`))
	for name, into := range map[string]any{
		"no pointer": plan{},
		"nil":        (*plan)(nil),
		"a float": &struct {
			A float64 `json:"a"`
		}{},
		"no tag": &struct{ A int }{},
		"unknown option": &struct {
			A int `json:"a" doc:"mim=3"`
		}{},
		"a bad bound": &struct {
			A int `json:"a" doc:"min=x"`
		}{},
	} {
		t.Run(name, func(t *testing.T) {
			require.Panics(t, func() { document.Decode("f", n, into) })
		})
	}
}

// What encoding/json writes of a struct, Decode reads back: the outside reader
// of the round trip.
func TestDecodeReadsWhatEncodingJSONWrites(t *testing.T) {
	ident := rapid.StringMatching(`[A-Za-z][A-Za-z0-9_.-]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Custom(func(t *rapid.T) coaching.Date {
			return coaching.MustDate("2027-01-04").AddDays(rapid.IntRange(-9000, 9000).Draw(t, "days"))
		})
		want := plan{
			Base:  Base{Schema: "pilot/v1", ID: ident.Draw(t, "id"), Title: "T" + rapid.StringMatching(`[ -~éß→中😀]{0,30}`).Draw(t, "title")},
			Weeks: rapid.IntRange(8, 16).Draw(t, "weeks"), Shift: rapid.Int8().Draw(t, "shift"), Size: rapid.Uint8().Draw(t, "size"),
			Locked: rapid.Bool().Draw(t, "locked"), Effect: rapid.StringMatching(`-?[0-9]{1,5}(\.[0-9]{1,5})?`).Draw(t, "effect"),
			Purpose: "behaviour_signal", Rule: "x\ny", Start: day.Draw(t, "start"), End: day.Draw(t, "end"),
			Signed: time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "signed"), 0).UTC(),
			Days:   rapid.SliceOf(ident).Draw(t, "days"), Waves: rapid.SliceOf(rapid.IntRange(1, 1<<40)).Draw(t, "waves"),
			Roles:  rapid.MapOf(rapid.SampledFrom(coaching.Roles()), ident).Draw(t, "roles"),
			Params: map[string]int{},
		}
		// Keys that differ only in case are refused.
		for _, key := range rapid.SliceOfDistinct(ident, strings.ToLower).Draw(t, "params") {
			want.Params[key] = rapid.IntRange(0, 9).Draw(t, "param")
		}
		if rapid.Bool().Draw(t, "has window") {
			want.Window = &coaching.Window{From: day.Draw(t, "from"), To: day.Draw(t, "to")}
		}
		text, err := json.Marshal(struct {
			plan
			Case any `json:"case,omitempty"` // an absent subtree is absent, not null
		}{plan: want})
		require.NoError(t, err)
		n, findings := document.ParseJSON("f", text)
		require.Empty(t, findings, "%s", text)
		var got plan
		_, findings = document.Decode("f", n, &got)
		require.Empty(t, findings, "%s", text)
		require.Equal(t, want, got)
	})
}

// Every code in the source of this package and of yaml is a rule, every rule is
// used, and the rules are in order.
func TestRules(t *testing.T) {
	rules := document.Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b coaching.Rule) int { return strings.Compare(a.Code, b.Code) }))
	var want []string
	for _, r := range rules {
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
		want = append(want, r.Code)
	}
	used := map[string]bool{}
	for _, pattern := range []string{"*.go", "yaml/*.go"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || file == "rules.go" {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, code := range regexp.MustCompile(`"DOC-[A-Z]+"`).FindAllString(string(text), -1) {
				used[strings.Trim(code, `"`)] = true
			}
		}
	}
	require.Equal(t, want, slices.Sorted(maps.Keys(used)))
}
