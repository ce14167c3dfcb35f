package governance

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// The table that a privacy officer reads is what the built-in policy answers.
func TestDecisionTable(t *testing.T) {
	text, err := os.ReadFile("testdata/decisions.tsv")
	require.NoError(t, err)
	p, _, err := BuiltIn()
	require.NoError(t, err)
	person, err := casePeople()
	require.NoError(t, err)
	var header []string
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case header == nil:
			header = cells
		default:
			require.Len(t, cells, len(header), line)
			row := map[string]string{}
			for i, h := range header {
				if cells[i] != "-" {
					row[h] = cells[i]
				}
			}
			rows++
			t.Run(strconv.Itoa(rows)+" "+row["question"], func(t *testing.T) {
				r := tableCase(t, row).request(person)
				d := p.Decide(r)
				var codes []string
				for _, reason := range d.Reasons {
					if reason.Effect == d.Outcome {
						codes = append(codes, reason.Code)
					}
				}
				require.Equal(t, row["answer"], d.Outcome.String(), p.Explain(r))
				require.Equal(t, row["codes"], strings.Join(codes, " "))
			})
		}
	}
	require.Greater(t, rows, 50)
}

func tableCase(t *testing.T, row map[string]string) *caseFile {
	t.Helper()
	c := &caseFile{As: row["as"], Programme: row["programme"], Rationale: row["rationale"]}
	read := func(into interface{ UnmarshalText([]byte) error }, text string) {
		if text != "" {
			require.NoError(t, into.UnmarshalText([]byte(text)), text)
		}
	}
	read(&c.Role, row["role"])
	read(&c.Action, row["action"])
	read(&c.Purpose, row["purpose"])
	read(&c.Type, row["type"])
	read(&c.Class, row["class"])
	read(&c.Identifiable, row["identifies"])
	read(&c.LegalHold, row["hold"])
	read(&c.Standing, row["standing"])
	read(&c.Automated, row["automated"])
	read(&c.ReviewedBy, row["reviewed by"])
	c.Trained, c.Control = row["trained"] == "yes", row["control"] == "yes"
	c.ModelCard, c.Explained = row["card"] == "yes", row["note"] == "yes"
	if row["age"] != "" {
		age, err := time.ParseDuration(row["age"])
		require.NoError(t, err)
		hours := int(age.Hours())
		c.AgeHours = &hours
	}
	if row["people"] != "" {
		n, err := strconv.Atoi(row["people"])
		require.NoError(t, err)
		c.GroupSize = n
	}
	for name := range strings.SplitSeq(row["affects"], ",") {
		if name != "" {
			var e Effect
			read(&e, name)
			c.Affects = append(c.Affects, e)
		}
	}
	for name := range strings.SplitSeq(row["consents"], ",") {
		if name != "" {
			var p Purpose
			read(&p, name)
			c.Consents = append(c.Consents, p)
		}
	}
	for name := range strings.SplitSeq(row["approvals"], ",") {
		if name != "" {
			var r coaching.Role
			read(&r, name)
			c.Approvals = append(c.Approvals, r)
		}
	}
	return c
}
