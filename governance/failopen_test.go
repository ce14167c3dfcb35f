package governance_test

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// ruled returns a policy that permits everything and has one rule more.
func ruled(effect, when string) string {
	return strings.Replace(permissive, "rules:\n", `rules:
  - id: guarded
    effect: `+effect+`
    code: X-1
    actions: [view]
    roles: [coach]
    when: '`+strings.ReplaceAll(when, "'", "''")+`'
    message: no
`, 1)
}

// What CEL lets pass is refused when the policy is read. On the left stands how
// plain CEL fails open, which was measured with cel-go v0.33.2.
func TestWhatFailsOpenIsRefused(t *testing.T) {
	tests := []struct{ name, effect, when, code string }{
		{"an absorbed error, negated: absence helps", "permit", `!(resource.legal_hold && subject.trained)`, "POL-GUARD"},
		{"an absorbed error in a denial", "deny", `resource.legal_hold && subject.role == "coach"`, "POL-GUARD"},
		{"an absorbed error beside a true part", "permit", `resource.legal_hold || subject.role == "coach"`, "POL-GUARD"},
		{"an absorbed error, guarded on the wrong side", "permit", `!has(resource.legal_hold) || !resource.legal_hold`, "POL-ABSENCE"},
		{"a denial that absence switches off", "deny", `has(resource.age) && resource.age > duration("1h")`, "POL-ABSENCE"},
		{"a permit for who has stated nothing", "permit", `!subject.trained`, "POL-ABSENCE"},
		{"all of nothing", "permit", `consent.purposes.all(p, p == "coaching")`, "POL-ALL"},
		{"not one of nothing", "permit", `!consent.purposes.exists(p, p != "coaching")`, "POL-ABSENCE"},
		{"hasAll of nothing", "permit", `consent.purposes.hasAll([])`, "POL-TYPE"},
		{"in nothing", "deny", `resource.id in []`, "POL-TYPE"},
		{"not a number", "permit", `!(approval.count < 0.0 / 0.0)`, "POL-FLOAT"},
		{"a limit that is no whole number", "permit", `approval.count >= 1.5`, "POL-FLOAT"},
		{"a number from a text", "permit", `double("NaN") > 1.0`, "POL-FLOAT"},
		{"like and unlike: a role and a number", "permit", `subject.role != 1`, "POL-TYPE"},
		{"like and unlike: two enums", "permit", `subject.role != resource.type`, "POL-TYPE"},
		{"like and unlike: a person and a text", "deny", `subject.id == "p1_x"`, "POL-TYPE"},
		{"no type at all", "permit", `dyn(subject.role) != 1`, "POL-DYN"},
		{"lists of more than one type", "permit", `subject.role in ["coach", 1]`, "POL-DYN"},
		{"a key twice", "permit", `{"a": true, "a": false}["a"]`, "POL-FUNCTION"},
		{"a text for a yes", "permit", `"allow"`, "POL-TYPE"},
		{"a number for a yes", "permit", `1`, "POL-TYPE"},
		{"nothing for a yes", "permit", `null`, "POL-TYPE"},
		{"a duration that exists only when it is asked", "deny", `!has(resource.age) || resource.age > duration("90d")`, "POL-CONSTANT"},
		{"a day that exists only when it is asked", "deny", `now > timestamp("2026-02-30T00:00:00Z")`, "POL-CONSTANT"},
		{"a role that does not exist", "deny", `subject.role == "coahc"`, "POL-CONSTANT"},
		{"an attribute that does not exist", "deny", `resource.clas == "raw"`, "POL-ATTRIBUTE"},
		{"a duration that overflows", "deny", `!has(resource.age) || resource.age > duration("9999999999h")`, "POL-CONSTANT"},
		{"an instant before all instants", "deny", `now > timestamp("0000-01-01T00:00:00Z")`, "POL-CONSTANT"},
		{"an instant after all instants", "deny", `now > timestamp("9999-12-31T23:59:59Z")`, "POL-CONSTANT"},
		{"a number that overflows", "deny", `approval.count < 9223372036854775808`, "POL-SYNTAX"},
		{"arithmetic that overflows", "deny", `approval.count + 9223372036854775807 > 1`, "POL-FUNCTION"},
		{"arithmetic with instants", "deny", `now - resource.created_at > duration("1h")`, "POL-FUNCTION"},
		{"a division by zero", "permit", `approval.count / 0 > 1`, "POL-FUNCTION"},
		{"a hostile regular expression", "deny", `resource.id.matches("(a*)*b{1000}{1000}")`, "POL-FUNCTION"},
		{"a text that grows", "deny", `size(resource.id + resource.id) > 9`, "POL-FUNCTION"},
		{"a text in pieces", "deny", `resource.id.split("").join("x") == "a"`, "POL-FUNCTION"},
		{"a macro that maps", "deny", `consent.purposes.map(p, p).size() > 1`, "POL-FUNCTION"},
		{"a variable of its own", "deny", `cel.bind(x, resource.id, x == "a")`, "POL-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			p, report, err := governance.Parse("policy.yaml", []byte(ruled(tt.effect, tt.when)))
			require.Error(t, err)
			require.Nil(t, p)
			require.Empty(t, report.Digest)
			require.Contains(t, err.Error(), tt.code)
			require.Contains(t, err.Error(), "policy.yaml:", "its place")
			require.Less(t, time.Since(start), 5*time.Second)
		})
	}
}

// What a reviewer of the file does not see, or sees as something else, is refused
// before anything is made of it.
func TestWhatNobodySeesIsRefused(t *testing.T) {
	base := ruled("deny", `resource.id == "x-y"`)
	_, _, err := governance.Parse("policy.yaml", []byte(base))
	require.NoError(t, err)
	for name, text := range map[string]string{
		"NUL":                    "x\x00y",
		"invalid UTF-8":          "x\xffy",
		"an overlong slash":      "x\xc0\xafy",
		"half a surrogate pair":  "x\xed\xa0\x80y",
		"right to left override": "x\u202ey",
		"an isolate":             "x\u2066y",
		"zero width space":       "x\u200by",
		"zero width joiner":      "x\u200dy",
		"byte order mark inside": "x\ufeffy",
		"a tag character":        "x\U000e0041y",
		"soft hyphen":            "x\u00ady",
	} {
		t.Run(name, func(t *testing.T) {
			p, _, err := governance.Parse("policy.yaml", []byte(strings.Replace(base, "x-y", text, 1)))
			require.Error(t, err)
			require.Nil(t, p)
		})
	}
}

// Documents that are deep, huge or refer to themselves cost no more than a plain
// one to refuse.
func TestCostlyDocumentsAreRefused(t *testing.T) {
	lines := func(n int, line string) string { return strings.Repeat(line, n) }
	tests := []struct{ name, file, text string }{
		{"brackets in brackets", "p.yaml", "a: " + lines(100_000, "[")},
		{"braces in braces", "p.json", lines(100_000, `{"a":`)},
		{"maps in maps", "p.yaml", func() string {
			var b strings.Builder
			for i := range 2_000 {
				b.WriteString(strings.Repeat(" ", i) + "a:\n")
			}
			return b.String()
		}()},
		{"100,000 anchors", "p.yaml", "a:\n" + lines(100_000, " - &a 1\n")},
		{"an alias of itself", "p.yaml", "a: &a [*a]\n"},
		{"laughs", "p.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"},
		{"a merge", "p.yaml", "a: &a {x: 1}\nb: {<<: *a}\n"},
		{"a tag", "p.yaml", "a: !!binary aGk=\n"},
		{"two documents", "p.yaml", permissive + "---\n" + permissive},
		{"two megabytes", "p.yaml", "# " + lines(2<<20, "x") + "\n" + permissive},
		{"a million digits", "p.json", `{"apiVersion": ` + lines(1_000_000, "9") + `}`},
		{"an id of 100,000 bytes", "p.yaml", strings.Replace(permissive, "id: everything", "id: "+lines(100_000, "x"), 1)},
		{"10,001 rules", "p.yaml", strings.Replace(permissive, "tests: []", lines(10_001, "  - {id: x, effect: deny, code: X, actions: [any], roles: [any], when: \"true\", message: no}\n")+"tests: []", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			p, _, err := governance.Parse(tt.file, []byte(tt.text))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			require.Error(t, err)
			require.Nil(t, p)
			require.Less(t, took, 20*time.Second) // a hundred times what it takes
			require.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(512), "MiB")
			require.Less(t, len(err.Error()), 1<<20)
		})
	}
}

// A request that a denial is there for is denied when the attribute that the
// denial asks about is missing, and the decision names it. Put to the engines of
// others as they come, the same request is permitted: Open Policy Agent and Cedar
// leave out a rule that cannot be evaluated.
func TestMissingAttributeOfADenialIsNamed(t *testing.T) {
	p := builtIn(t)
	require.True(t, p.Decide(packRequest(t)).Allowed())
	aggregate := func(r *governance.Request) {
		r.Resource.Class, r.Resource.GroupSize = signal.Aggregate, 8
	}
	tests := []struct {
		name    string
		change  func(r *governance.Request)
		rule    string
		outcome governance.Outcome
		missing string
	}{
		{"age", func(r *governance.Request) { r.Resource.CreatedAt = time.Time{} }, "retention.person", governance.Deny, "resource.age"},
		{"age of figures", func(r *governance.Request) { aggregate(r); r.Resource.CreatedAt = time.Time{} }, "retention.aggregate", governance.Deny, "resource.created_at"},
		{"group size", func(r *governance.Request) { aggregate(r); r.Resource.GroupSize = 0 }, "group.small", governance.Deny, "resource.group_size"},
		{"identifiable", func(r *governance.Request) { r.Resource.Identifiable = governance.Unknown }, "identity.identifiable", governance.Deny, "resource.identifiable"},
		{"assigned coach", func(r *governance.Request) { r.Resource.AssignedCoach = coaching.PersonID{} }, "assignment.coach", governance.Deny, "resource.assigned_coach"},
		{"owner", func(r *governance.Request) { r.Resource.Owner = coaching.PersonID{} }, "assignment.coach", governance.Deny, "resource.owner"},
		{"programme of the role", func(r *governance.Request) { r.Subject.Programme = "" }, "floor.programme", governance.Deny, "subject.programme"},
		{"programme of the pack", func(r *governance.Request) { r.Resource.Programme = "" }, "floor.programme", governance.Deny, "resource.programme"},
		{"legal hold", func(r *governance.Request) {
			r.Action, r.Subject.Role, r.Resource.LegalHold = governance.Purge, coaching.ProgramAdmin, governance.Unknown
		}, "purge.hold", governance.Deny, "resource.legal_hold"},
		{"automated", func(r *governance.Request) {
			r.Action, r.Resource.Type, r.Resource.Automated, r.Resource.ModelCard = governance.Recommend, governance.ResourceRecommendation, governance.Unknown, false
		}, "model.card", governance.Deny, "resource.automated"},
		{"affects", func(r *governance.Request) {
			r.Action, r.Resource.Type, r.Resource.Affects = governance.Recommend, governance.ResourceRecommendation, 0
			r.Resource.ModelCard, r.Resource.Explained = true, true
		}, "career.signal", governance.Review, "resource.affects"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := packRequest(t)
			tt.change(r)
			d := p.Decide(r)
			require.Equal(t, tt.outcome, d.Outcome, d.Codes())
			require.Contains(t, ruleIDs(d), tt.rule)
			require.Contains(t, d.Missing, tt.missing)
		})
	}
}

// Numbers and instants at the ends of their ranges are decided or denied, and no
// sum leaves its range unnoticed.
func TestExtremeRequestsAreDenied(t *testing.T) {
	p := builtIn(t)
	for name, change := range map[string]func(r *governance.Request){
		"the most people":         func(r *governance.Request) { r.Resource.GroupSize = math.MaxInt },
		"the fewest people":       func(r *governance.Request) { r.Resource.GroupSize = math.MinInt },
		"the end of time":         func(r *governance.Request) { r.Now = time.Unix(math.MaxInt64, 999_999_999) },
		"the beginning of time":   func(r *governance.Request) { r.Now = time.Unix(math.MinInt64, 0) },
		"made at the beginning":   func(r *governance.Request) { r.Resource.CreatedAt = time.Unix(math.MinInt64, 0) },
		"made at the end":         func(r *governance.Request) { r.Resource.CreatedAt = time.Unix(math.MaxInt64, 0) },
		"the year 2262":           func(r *governance.Request) { r.Now = time.Unix(0, math.MaxInt64) },
		"the year 1677":           func(r *governance.Request) { r.Resource.CreatedAt = time.Unix(0, math.MinInt64) },
		"every effect":            func(r *governance.Request) { r.Resource.Affects = math.MaxUint8 },
		"an id that is not UTF-8": func(r *governance.Request) { r.Resource.ID = "a\xff" },
		"an invisible id":         func(r *governance.Request) { r.Resource.ID = "a\u200b" },
		"a signal with a break":   func(r *governance.Request) { r.Resource.Signals = []string{"a\nb"} },
	} {
		t.Run(name, func(t *testing.T) {
			for _, class := range []signal.DataClass{signal.Raw, signal.Pseudonymous, signal.Aggregate} {
				r := packRequest(t)
				r.Resource.Class = class
				change(r)
				d := p.Decide(r)
				if d.Allowed() {
					require.Equal(t, "the most people", name)
				}
				require.NotEmpty(t, p.Explain(r))
			}
		})
	}
}
