package governance

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// decisionRows returns the rows of the table that a privacy officer reads, and
// their requests.
func decisionRows(t *testing.T, p *Policy) ([]TableRow, []*Request) {
	t.Helper()
	const file = "testdata/decisions.tsv"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	rows, err := p.CheckTable(file, text)
	require.NoError(t, err)
	var table tableReader
	table.read(string(text))
	person, err := casePeople()
	require.NoError(t, err)
	var requests []*Request
	for _, c := range table.cases {
		requests = append(requests, c.request(person))
	}
	require.Len(t, requests, len(rows))
	return rows, requests
}

// The table is what the built-in policy answers, and what the reference does. No
// question is asked twice.
func TestDecisionTable(t *testing.T) {
	p := builtInPolicy(t)
	rows, requests := decisionRows(t, p)
	asked := map[string]int{}
	for i, row := range rows {
		require.True(t, row.Passed(), "line %d: %s\n%s", row.Line, row, row.Explained)
		outcome, _ := reference(requests[i])
		require.Equal(t, outcome, row.Want, "line %d: by the reference: %s", row.Line, row)
		require.NotEmpty(t, row.Question, "line %d", row.Line)
		r := *requests[i]
		r.Approvals, r.Review.Request = nil, ""
		key := r.Digest() + fmt.Sprint(r.Consents, requests[i].Approvals, r.Review)
		require.Zero(t, asked[key], "line %d is the same as another", row.Line)
		asked[key] = row.Line
	}
	require.Greater(t, len(rows), 150)
}

// Every rule of the built-in policy fires in at least five rows of the table,
// and every one decides the answer of at least one.
func TestDecisionTableFiresEveryRule(t *testing.T) {
	p := builtInPolicy(t)
	_, requests := decisionRows(t, p)
	fired, decided := map[string]int{}, map[string]int{}
	for _, r := range requests {
		d := p.Decide(r)
		for _, reason := range d.Reasons {
			fired[reason.Rule]++
			if reason.Effect == d.Outcome {
				decided[reason.Rule]++
			}
		}
	}
	for _, r := range p.rules {
		require.GreaterOrEqual(t, fired[r.id], 5, r.id)
		require.Positive(t, decided[r.id], r.id)
	}
	for _, id := range []string{"floor.programme", "floor.role"} { // the others stand behind a rule here
		require.Positive(t, decided[id], id)
	}
}

// Every number of the built-in policy stands in the table at one below, at it
// and one above, and on exactly one side of it a rule that reads it fires.
func TestDecisionTableHasEveryLimit(t *testing.T) {
	p := builtInPolicy(t)
	_, requests := decisionRows(t, p)
	// What a parameter is held against, in steps of one; -1 for nothing.
	hours := func(from, to time.Time) int64 { return int64(to.Sub(from) / time.Hour) }
	measures := map[string]struct {
		limit   int64
		measure func(r *Request, f *facts) int64
	}{
		"raw_retention": {90 * 24, func(r *Request, f *facts) int64 {
			if !f.has(attrAge) || f.num[attrClass] == int64(signal.Aggregate) || r.Action == Purge {
				return -1
			}
			return hours(r.Resource.CreatedAt, r.Now)
		}},
		"aggregate_retention": {hours(caseNow().AddDate(0, -12, 0), caseNow()), func(r *Request, f *facts) int64 {
			if !f.has(attrAge) || f.num[attrClass] != int64(signal.Aggregate) || r.Action == Purge {
				return -1
			}
			return hours(r.Resource.CreatedAt, r.Now)
		}},
		"group_size": {5, func(r *Request, f *facts) int64 {
			if f.num[attrClass] != int64(signal.Aggregate) {
				return -1
			}
			return int64(r.Resource.GroupSize)
		}},
		"approvers": {2, func(r *Request, _ *facts) int64 {
			if r.Action != Reidentify || !slices.ContainsFunc(r.Approvals, func(a Approval) bool { return a.Role == coaching.LegalPrivacy }) {
				return -1
			}
			return int64(len(r.Approvals))
		}},
		"rationale": {20, func(r *Request, _ *facts) int64 { return int64(len(r.Review.Rationale)) }},
		"review_validity": {72, func(r *Request, _ *facts) int64 {
			if r.Review.Reviewer.IsZero() {
				return -1
			}
			return hours(r.Review.At, r.Now)
		}},
	}
	for _, q := range p.params {
		m, ok := measures[q.ID]
		require.True(t, ok, "%s has no measure here", q.ID)
		fires := map[int64]bool{}
		for _, r := range requests {
			var f facts
			f.read(r)
			v := m.measure(r, &f)
			d := p.Decide(r)
			if v < m.limit-1 || v > m.limit+1 {
				continue
			}
			fired := slices.ContainsFunc(d.Reasons, func(reason Reason) bool {
				return slices.ContainsFunc(p.rules, func(x *rule) bool { return x.id == reason.Rule && readsParam(x.when, q.ID) })
			})
			if was, seen := fires[v]; seen {
				fired = fired || was
			}
			fires[v] = fired
		}
		require.Len(t, fires, 3, "%s stands at %v, want one below %d, at it and one above", q.ID, fires, m.limit)
		require.NotEqual(t, fires[m.limit-1], fires[m.limit+1], q.ID)
	}
}

func readsParam(e *expr, id string) (reads bool) {
	e.each(func(x *expr) { reads = reads || x.param == id })
	return reads
}

// A table that cannot be read says where; a row with another answer has not passed.
func TestCheckTable(t *testing.T) {
	const head = "question\trole\taction\tpurpose\ttype\tclass\tage\tanswer\tcodes\n"
	const row = "May she?\tcoach\tview\tcoaching\tpack\traw\t24h\tdeny\tGOV-013\n"
	p := builtInPolicy(t)
	rows, err := p.CheckTable("t.tsv", []byte("# why\n"+head+"\n"+row))
	require.NoError(t, err)
	require.Equal(t, 4, rows[0].Line)
	require.False(t, rows[0].Passed())
	require.Equal(t, "May she?: answered deny (GOV-015 GOV-012 GOV-014 GOV-013 FAI-005), expected deny (GOV-013)",
		rows[0].String())
	require.Contains(t, rows[0].Explained, "raw.coach fires")

	tests := []struct{ name, text, want string }{
		{"nothing", "", "DOC-SYNTAX"},
		{"head alone", head, "asks nothing"},
		{"unknown column", strings.Replace(head, "age", "size", 1) + row, "t.tsv:1:7: DOC-UNKNOWN"},
		{"column twice", strings.Replace(head, "age", "class", 1) + row, "t.tsv:1:7: DOC-DUPLICATE"},
		{"no answer", strings.Replace(head, "answer\t", "", 1), "column answer is missing"},
		{"a cell too many", head + strings.Replace(row, "\n", "\tx\n", 1), "t.tsv:2: DOC-SYNTAX error: 10 cells, want 9"},
		{"unknown role", head + strings.Replace(row, "coach\t", "Ada\t", 1), "t.tsv:2:2: DOC-VALUE error role"},
		{"no duration", head + strings.Replace(row, "24h", "1d", 1), "t.tsv:2:7: DOC-VALUE error age"},
		{"no place", strings.Replace(head, "class", "residency", 1) + strings.Replace(row, "raw", "the EU", 1), "t.tsv:2:6: DOC-VALUE error residency"},
		{"no programme", strings.Replace(head, "class", "programme", 1) + strings.Replace(row, "raw", "another", 1), "t.tsv:2:6: DOC-VALUE error programme"},
		{"younger than now", head + strings.Replace(row, "24h", "-24h", 1), "t.tsv:2:7: DOC-VALUE error age"},
		{"invisible", head + strings.Replace(row, "May", "M\u200bay", 1), "DOC-ENCODING"},
		{"too long", head + strings.Repeat("#\n", 1<<19), "DOC-LIMIT"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, err := p.CheckTable("t.tsv", []byte(tt.text))
			require.Nil(t, rows)
			var bad *coaching.FindingsError
			require.ErrorAs(t, err, &bad)
			var all strings.Builder
			for _, f := range bad.Findings {
				all.WriteString(f.String() + "\n")
			}
			require.Contains(t, all.String(), tt.want)
			require.NotContains(t, all.String(), "Ada")
		})
	}
}

// A table says where data is kept and in which programme a role is held.
func TestCheckTableOfARegion(t *testing.T) {
	p, report, err := Stack(File{Name: "base.yaml", Data: []byte(BuiltInSource())}, File{Name: "eu.yaml", Data: []byte(`apiVersion: governance-overlay/v1
id: eu
layer: region
over: coaching-core
version: 1.0.0
owner: legal_privacy
residency: eu
tests: []
`)})
	require.NoError(t, err, report.Text())
	const same = "\tsponsor\tview\tevaluation\ttrend\taggregate\t24h\t5\tno\tcleared\tno\tnone\t"
	rows, err := p.CheckTable("t.tsv", []byte("question\trole\taction\tpurpose\ttype\tclass\tage\tpeople\tidentifies\tstanding\tautomated\taffects\tresidency\tprogramme\tanswer\tcodes\n"+
		"here"+same+"eu\t-\tpermit\tGOV-026\n"+
		"elsewhere"+same+"us\tsame\tdeny\tGOV-030\n"+
		"nobody knows where"+same+"-\tsame\tdeny\tGOV-030\n"+
		"another programme"+same+"eu\tother\tdeny\tGOV-015\n"+
		"nobody knows which"+same+"us\tunknown\tdeny\tGOV-015 GOV-030\n"))
	require.NoError(t, err)
	require.Len(t, rows, 5)
	for _, row := range rows {
		require.True(t, row.Passed(), "%s\n%s", row, row.Explained)
	}
}

// A table in any text is read or refused, and never breaks the reader.
func FuzzCheckTable(f *testing.F) {
	p := builtInPolicy(f)
	f.Add([]byte("question\trole\taction\tpurpose\ttype\tage\taffects\tconsents\tapprovals\tpeople\tanswer\tcodes\nq\tcoach\tview\tcoaching\tpack\t1h\tpromotion,none\tcoaching\tcoach,system\t4\tpermit\t-\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := p.CheckTable("t.tsv", data)
		if (err == nil) != (len(rows) > 0) {
			t.Fatalf("%d rows and %v", len(rows), err)
		}
		for _, r := range rows {
			if r.Got == Permit && r.GotCodes == "" {
				t.Fatal("permitted without a reason")
			}
		}
	})
}
