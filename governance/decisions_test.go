package governance

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// The table that a privacy officer reads is what the built-in policy answers.
func TestDecisionTable(t *testing.T) {
	const file = "testdata/decisions.tsv"
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	rows, err := builtInPolicy(t).CheckTable(file, text)
	require.NoError(t, err)
	for _, row := range rows {
		require.True(t, row.Passed(), "line %d: %s\n%s", row.Line, row, row.Explained)
	}
	require.Greater(t, len(rows), 50)
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
