package roi_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi"
)

var update = flag.Bool("update", false, "write the golden statements again")

// The statements of this version are read for ever after, and written to the
// byte as they were.
func TestStoredStatement(t *testing.T) {
	published, _ := publishable(t)
	exits, err := softwareCompany().Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	for name, s := range map[string]*roi.Statement{"software_company": exits, "publishable": published} {
		t.Run(name, func(t *testing.T) {
			data, err := s.JSON()
			require.NoError(t, err)
			table, err := s.CSV()
			require.NoError(t, err)
			for suffix, got := range map[string][]byte{".v1.json": data, ".txt": []byte(s.Text()), ".md": []byte(s.Markdown()), ".csv": table} {
				path := "testdata/" + name + suffix
				if *update {
					require.NoError(t, os.WriteFile(path, got, 0o644))
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, string(want), string(got), path)
			}
			stored, err := os.ReadFile("testdata/" + name + ".v1.json")
			require.NoError(t, err)
			again, err := roi.Replay(stored)
			require.NoError(t, err)
			require.Equal(t, s.Text(), again.Text())
			digest, err := s.Digest()
			require.NoError(t, err)
			require.Contains(t, string(stored), `"digest": "`+digest+`"`)
			require.Equal(t, s.Net.String()+s.PaybackMonths.String(), again.Net.String()+again.PaybackMonths.String())
			require.Equal(t, s.Interval == nil, again.Interval == nil)
		})
	}
}

// A changed byte of a stored statement does not get past Replay.
func TestReplayNoticesEveryChange(t *testing.T) {
	s, _ := publishable(t)
	data, err := s.JSON()
	require.NoError(t, err)
	for i := range data {
		if i%29 != 0 { // every byte takes seconds under the race detector
			continue
		}
		changed := bytes.Clone(data)
		changed[i] ^= 1
		_, err := roi.Replay(changed)
		require.Error(t, err, "byte %d", i)
	}
	for name, change := range map[string]func(string) string{
		"value of a formula": func(s string) string { return strings.Replace(s, `"num": "38000"`, `"num": "39000"`, 1) },
		"a formula":          func(s string) string { return strings.Replace(s, `"op": "minus"`, `"op": "sum"`, 1) },
		"another version":    func(s string) string { return strings.Replace(s, "statement/v1", "statement/v2", 1) },
		"an unknown key":     func(s string) string { return strings.Replace(s, `"facts"`, `"x": 1, "facts"`, 1) },
		"a key twice":        func(s string) string { return strings.Replace(s, `"label"`, `"label": "measured", "label"`, 1) },
		"data behind":        func(s string) string { return s + "{}" },
		"white space":        func(s string) string { return strings.Replace(s, "\n", "\n ", 1) },
		"a finding taken out": func(s string) string {
			return regexp.MustCompile(`(?s)"findings": .*\]`).ReplaceAllString(s, `"findings": []`)
		},
		"digest of other text": func(s string) string {
			return regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(s, strings.Repeat("a", 64))
		},
		"nothing": func(string) string { return "" },
	} {
		changed := change(string(data))
		require.NotEqual(t, string(data), changed, name)
		_, err := roi.Replay([]byte(changed))
		require.Error(t, err, name)
	}
}

// A statement whose lines grow without bound is refused quickly.
func TestReplayBoundsArithmetic(t *testing.T) {
	s, _ := publishable(t)
	data, err := s.JSON()
	require.NoError(t, err)
	var lines strings.Builder
	line := func(id, op, args, num string) {
		lines.WriteString(`{"id":"` + id + `","step":1,"label":"","unit":"","op":"` + op + `","args":[` + args + `],"formula":"","num":"` + num + `","den":"1","places":0,"mode":"half_even","display":"","source":""},`)
	}
	line("a0", "input", "", strings.Repeat("9", 1300))
	_, err = roi.Replay([]byte(regexp.MustCompile(`"lines": \[`).ReplaceAllString(string(data), `"lines": [`+lines.String())))
	require.Error(t, err)
	_, err = roi.Replay(bytes.Repeat([]byte("["), 5<<20))
	require.Error(t, err)
}

// Text of the case cannot become a formula of a spreadsheet, nor mark-up.
func TestRenderersNeutraliseText(t *testing.T) {
	c := softwareCompany()
	c.Baseline.KPI, c.Baseline.Source = "a|b*c*", "=HYPERLINK(1)"
	c.Delta.Source, c.Conversion.Source = "@sum", "-1+1"
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	data, err := s.CSV()
	require.NoError(t, err)
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, len(s.Lines)+1)
	number := regexp.MustCompile(`^-?\d+(\.\d+)?$`)
	for _, row := range rows[1:] {
		for _, cell := range row {
			require.False(t, strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") && !number.MatchString(cell), cell)
		}
	}
	require.Contains(t, s.Markdown(), `a\|b\*c\*`)
}

func BenchmarkReplay(b *testing.B) {
	data, err := os.ReadFile("testdata/publishable.v1.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := roi.Replay(data); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzReplay(f *testing.F) {
	for _, name := range []string{"software_company", "publishable"} {
		data, err := os.ReadFile("testdata/" + name + ".v1.json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := roi.Replay(data)
		if err != nil {
			require.Nil(t, s)
			return
		}
		again, err := s.JSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
		_ = s.Text() + s.Markdown()
		s.BreakEven()
	})
}

// Lines that sum up one long fraction a thousand times each took 21 seconds.
func TestReplayBoundsArguments(t *testing.T) {
	s, _ := publishable(t)
	data, err := s.JSON()
	require.NoError(t, err)
	var document map[string]any
	require.NoError(t, json.Unmarshal(data, &document))
	line := func(id, op string, args []string) map[string]any {
		return map[string]any{"id": id, "step": 1, "op": op, "args": args, "num": "1000", "den": "1", "places": 0, "mode": "half_even", "display": "1000"}
	}
	lines := []map[string]any{line("a", "input", nil)}
	lines[0]["num"], lines[0]["display"] = "1", "1"
	for i := range 2 {
		lines = append(lines, line(fmt.Sprint("b", i), "sum", slices.Repeat([]string{"a"}, 1000)))
	}
	document["lines"] = lines
	data, err = json.Marshal(document)
	require.NoError(t, err)
	_, err = roi.Replay(data)
	require.ErrorContains(t, err, "arguments in all its lines")
}

// The head of a text and a page rounds as the line does that it repeats.
func TestHeadRoundsAsItsLines(t *testing.T) {
	c := softwareCompany()
	c.Rounding = roi.Down
	c.Costs[0].Amount = roi.MustMoney("27001", "USD") // ROI 1.66657…, BCR 2.66657…
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Contains(t, s.String(), "ROI 1.6665 BCR 2.6665")
	require.Contains(t, string(s.Page(roi.Dossier{}).HTML()), "ROI 166.6 %, benefit-cost ratio 2.66.")
	p, err := roi.NewPortfolio(roi.Down, roi.Member{Statement: s, Leaders: leaders(t, 0, 3)})
	require.NoError(t, err)
	require.Contains(t, p.Text(), "ROI 1.6665, BCR 2.6665")
}

// A finding on a share that is just above the cap does not round it to the cap.
func TestFindingShowsTheShareInFull(t *testing.T) {
	c := softwareCompany()
	c.Attribution.Factor = roi.MustExact("0.2504")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Contains(t, s.Text(), "25.04 % without staggered cohort and survey; the cap is 25 %")
}

// No cost makes up for a loss.
func TestBreakEvenOfALoss(t *testing.T) {
	c := softwareCompany()
	c.Delta = roi.Delta{Change: roi.Int(2)}
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "-72000", s.BreakEven().Cost.String())
	require.Contains(t, string(s.Page(roi.Dossier{}).Markdown()), "| Programme cost | 30000.00 USD | never |")
}
