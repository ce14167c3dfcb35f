package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

var update = flag.Bool("update", false, "write the example's file and the golden files")

// generated returns the people of the example: 900 invented ones. Night work goes
// with age and with the flag, women are flagged as often as men, a few people
// have not said, and one group is too small to print.
func generated() string {
	dice := rand.New(rand.NewPCG(2027, 1))
	pick := func(p float64) int {
		if dice.Float64() < p {
			return 1
		}
		return 0
	}
	var b strings.Builder
	b.WriteString("gender,age,site,shift,tool,tenure,flag,label,score,review\n")
	for i := range 900 {
		gender := []string{"man", "woman"}[pick(0.45)]
		switch {
		case i%300 == 7:
			gender = "nonbinary"
		case i%60 == 11:
			gender = ""
		}
		old := pick(0.4)
		night := pick([]float64{0.15, 0.45}[old])
		score := 20 + 10*dice.NormFloat64() + 6*float64(night)
		hit := score > 28
		label := pick(map[bool]float64{false: 0.08, true: 0.85}[hit])
		flagged, review := 0, ""
		if hit {
			flagged = 1
		}
		if i%5 == 0 {
			review = []string{"wrong", "right"}[1-(label^flagged)]
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%d,%d,%d,%.1f,%s\n", gender, []string{"under 45", "45 and over"}[old], []string{"field", "office"}[pick(0.7)],
			[]string{"day", "night"}[night], []string{"calendar", "other"}[pick(0.2)], dice.IntN(20), flagged, label, score, review)
	}
	return b.String()
}

// policy returns the thresholds of the example.
func policy(t *testing.T) []byte {
	p := fairness.ProposedPolicy()
	require.NoError(t, p.AdoptedBy.UnmarshalText([]byte("p1_uozljyeqmfbfjcepueu2wo2e2u")))
	p.AdoptedOn = coaching.MustDate("2026-12-01")
	b, err := json.MarshalIndent(p, "", "  ")
	require.NoError(t, err)
	return append(b, '\n')
}

// The example's files are the ones that the test makes.
func TestSample(t *testing.T) {
	for name, want := range map[string][]byte{"people.csv": []byte(generated()), "policy.json": policy(t)} {
		file := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(file, want, 0o644))
		}
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
}

// own are the flags of a user's file.
func own(file string, more ...string) []string {
	return append([]string{"-in", file, "-flag", "flag", "-polarity", "unfavourable", "-protected", "gender,age", "-operational", "site",
		"-feature", "shift,tool", "-policy", "testdata/policy.json", "-window", "2027-01-01..2027-01-30"}, more...)
}

// What the command prints is what the golden files hold, twice the same.
func TestGolden(t *testing.T) {
	for golden, args := range map[string][]string{
		"sample.txt": nil,
		"own.txt":    own("testdata/people.csv", "-signal", "own"),
		"all.txt":    own("testdata/people.csv", "-number", "tenure", "-label", "label", "-score", "score", "-review", "review", "-signal", "meeting_hygiene"),
	} {
		t.Run(golden, func(t *testing.T) {
			var got, again bytes.Buffer
			require.NoError(t, run(args, &got))
			require.NoError(t, run(args, &again))
			require.Equal(t, got.String(), again.String())
			file := filepath.Join("testdata", golden)
			if *update {
				require.NoError(t, os.WriteFile(file, got.Bytes(), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String(), "go test ./examples/fairness-review -update writes it again")
		})
	}
	all, err := os.ReadFile("testdata/all.txt")
	require.NoError(t, err)
	sample, err := os.ReadFile("testdata/sample.txt")
	require.NoError(t, err)
	require.Equal(t, string(sample), string(all), "the flags of the sample are those that it prints with")
}

// The JSON has the report and the tables.
func TestJSON(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run([]string{"-json", "-small"}, &b))
	var got struct {
		Report struct {
			Verdict  fairness.Verdict
			Families []struct{ Groups []fairness.GroupResult }
		}
		Impact []fairness.ImpactTable
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	require.Equal(t, fairness.Insufficient, got.Report.Verdict)
	require.Len(t, got.Report.Families, 4)
	require.Len(t, got.Impact, 6)
	require.False(t, got.Impact[0].Rows[1].Hidden, "-small prints what is small")
	require.Equal(t, int64(3), got.Impact[0].Rows[1].Rate.N)
	require.True(t, got.Impact[0].Rows[1].Excluded)
}

// The JSON has no figure of a group that the text does not print.
func TestJSONHides(t *testing.T) {
	for _, args := range [][]string{{"-json"}, own("testdata/people.csv", "-json", "-label", "label", "-score", "score", "-review", "review", "-policy", stratified(t))} {
		var b bytes.Buffer
		require.NoError(t, run(args, &b))
		var got struct {
			Report struct {
				Families []struct {
					By     []string
					Parity struct{ Difference struct{ Value *float64 } }
					Groups []struct {
						Label      string
						Rate, Rest fairness.Rate
						Reasons    []string
						Suppressed bool
						Ratio      struct{ Value, Low, High *float64 }
						Impact     struct{ Value *float64 }
					}
					Metrics []fairness.MetricResult
				}
				Review struct {
					FalseDiscovery struct{ Strata []json.RawMessage } `json:"false_discovery"`
				}
			}
		}
		require.NoError(t, json.Unmarshal(b.Bytes(), &got))
		hidden := 0
		for _, f := range got.Report.Families {
			for _, g := range f.Groups {
				if g.Suppressed {
					hidden++
					require.Zero(t, g.Rate, g.Label)
					require.Zero(t, g.Rest, g.Label)
					require.Nil(t, g.Ratio.High, g.Label)
					require.Equal(t, []string{"not printed"}, g.Reasons)
					require.Nil(t, f.Parity.Difference.Value, f.By)
					require.Nil(t, f.Groups[0].Impact.Value, f.By)
					require.Empty(t, f.Metrics, f.By)
				} else {
					require.NotZero(t, g.Rate, g.Label)
				}
			}
		}
		require.Equal(t, 6, hidden)
		require.LessOrEqual(t, len(got.Report.Review.FalseDiscovery.Strata), 1)
	}
}

// FAI-003: of three protected attributes each is compared, each pair, and all.
func TestIntersections(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run(own("testdata/people.csv", "-json", "-protected", "gender,age,tool", "-feature", "shift"), &b))
	var got struct {
		Report struct{ Families []fairness.Family }
		Impact []struct{ By []string }
	}
	require.NoError(t, json.Unmarshal(b.Bytes(), &got))
	var families, tables []string
	for _, f := range got.Report.Families {
		families = append(families, strings.Join(f.By, " x "))
		require.Equal(t, len(f.By) > 1, f.Secondary)
	}
	for _, table := range got.Impact {
		tables = append(tables, strings.Join(table.By, " x "))
	}
	want := []string{"gender", "age", "tool", "gender x age", "gender x tool", "age x tool", "gender x age x tool"}
	require.Equal(t, want, tables)
	require.ElementsMatch(t, append(want, "site"), families)
}

// Scores without a median leave the rest as it is, and one line says why.
func TestUnscored(t *testing.T) {
	table, err := fairness.NewTable(fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Score: "score", MaxCells: 4,
		Attributes: []fairness.Attribute{{Name: "gender"}}})
	require.NoError(t, err)
	for i := range 20 {
		require.NoError(t, table.Add(fairness.Observation{Levels: []string{[]string{"m", "w"}[i%2]}, Score: float64(i), HasScore: true}))
	}
	r := reviewed{Report: &fairness.Report{}}
	require.NoError(t, r.impact(table, []string{"gender"}, true))
	require.Len(t, r.Impact, 1)
	require.Contains(t, r.text(), "\nmore different scores than a table keeps")

	lines := strings.Split(strings.TrimSpace(generated()), "\n")
	for i := range lines {
		lines[i] += ","
	}
	lines[0] += "none"
	file := filepath.Join(t.TempDir(), "people.csv")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600))
	var b bytes.Buffer
	require.NoError(t, run(own(file, "-score", "none"), &b))
	require.Contains(t, b.String(), "\nnobody has a score, so no scoring rates")
}

// stratified is the policy of the example, its review by gender.
func stratified(t *testing.T) string {
	var p fairness.Policy
	require.NoError(t, json.Unmarshal(policy(t), &p))
	p.Review.StratifyBy = "gender"
	b, err := json.Marshal(p)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(file, b, 0o600))
	return file
}

// A factor is explained only because a person declared it, and the file says who.
func TestLegitimate(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) []string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return append(own("testdata/people.csv"), "-feature", "tool", "-legitimate", file)
	}
	const by = `"by":"p1_uozljyeqmfbfjcepueu2wo2e2u","on":"2026-12-01"`
	var b bytes.Buffer
	require.NoError(t, run(write("a.json", `[{"name":"shift",`+by+`,"reason":"night work is another job"}]`), &b))
	require.Contains(t, b.String(), "shift goes with age and was declared legitimate on 2026-12-01")
	require.Contains(t, b.String(), "explained")
	require.Regexp(t, `(?m)^  shift +under 45 +\d\.\d\d \[.*\] +\d\.\d\d \[.*\] +\S+ +\S+$`, b.String(), "the gap within the factor")
	for want, text := range map[string]string{
		"attribute shift is a legitimate factor only when a person declared it": `[{"name":"shift",` + by + `}]`,
		"feature tool is there twice":                                           `[{"name":"tool",` + by + `,"reason":"x"}]`,
		"unknown field":                                                         `[{"column":"shift"}]`,
		"no column":                                                             `[{"name":"work",` + by + `,"reason":"x"}]`,
	} {
		b.Reset()
		require.ErrorContains(t, run(write("b.json", text), &b), want)
	}
	require.ErrorContains(t, run([]string{"-legitimate", "x.json"}, &b), "-in names no file")
}

// The folder holds everything, twice the same.
func TestOut(t *testing.T) {
	dir := t.TempDir()
	var b bytes.Buffer
	require.NoError(t, run([]string{"-out", filepath.Join(dir, "a")}, &b))
	require.NoError(t, run([]string{"-out", filepath.Join(dir, "b")}, &b))
	for _, name := range []string{"report.json", "report.txt", "impact.csv", "impact.md", "impact.html", "forest.svg", "funnel.svg", "paths.svg", "memo.md", "memo.html"} {
		one, err := os.ReadFile(filepath.Join(dir, "a", name))
		require.NoError(t, err)
		two, err := os.ReadFile(filepath.Join(dir, "b", name))
		require.NoError(t, err)
		require.Equal(t, one, two, name)
		require.NotEmpty(t, one, name)
		require.NotContains(t, string(one), "<script", name)
	}
	require.NoError(t, run(own("testdata/people.csv", "-out", filepath.Join(dir, "c")), &b))
	_, err := os.Stat(filepath.Join(dir, "c", "memo.md"))
	require.ErrorIs(t, err, os.ErrNotExist, "a memo needs what only people know")
	require.NoError(t, run(own("testdata/people.csv", "-out", filepath.Join(dir, "c"), "-memo", "testdata/memo.json"), &b))
	_, err = os.Stat(filepath.Join(dir, "c", "memo.md"))
	require.NoError(t, err)
}

// Files that cannot be written are named in the order of their names.
func TestOutErrors(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"report.txt", "memo.md", "forest.svg", "impact.csv"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o755)) // a folder is in the way
	}
	for range 10 {
		var b bytes.Buffer
		err := run([]string{"-out", dir}, &b)
		require.Error(t, err)
		var places []int
		for _, name := range []string{"forest.svg", "impact.csv", "memo.md", "report.txt"} {
			places = append(places, strings.Index(err.Error(), name))
		}
		require.IsIncreasing(t, places)
		require.GreaterOrEqual(t, places[0], 0)
	}
}

// Each bad input is one clear error with its place, and no cell is quoted.
func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	const head = "gender,age,site,shift,tool,flag\n"
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no such file":    {own(filepath.Join(dir, "none")), "no such file"},
		"empty file":      {own(write("empty.csv", "")), "no header"},
		"column missing":  {own(write("missing.csv", "gender,age,site,shift,flag\n")), `no column "tool"`},
		"column twice":    {own(write("twice.csv", "gender,gender,age,site,shift,tool,flag\n")), `column "gender" is there twice`},
		"two purposes":    {own(write("double.csv", head), "-label", "flag"), "named for two purposes"},
		"bad flag":        {own(write("flag.csv", head+"m,x,a,b,c,1\nm,x,a,b,c,Jane Doe\n")), "line 3, column of the flag: 8 bytes, want 1 or 0"},
		"no flag":         {own(write("noflag.csv", head+"m,x,a,b,c,\n")), "line 2, column of the flag: 0 bytes"},
		"short row":       {own(write("short.csv", head+"m,x\n")), "line 2, byte 1: wrong number of fields"},
		"bad quote":       {own(write("quote.csv", head+"m,\"x,a,b,c,1\n")), "line 2, byte"},
		"bad number":      {own(write("number.csv", "gender,age,site,shift,tool,flag,n\nm,x,a,b,c,1,NaN\n"), "-number", "n"), "line 2, column n: 3 bytes, want a number"},
		"bad score":       {own(write("score.csv", "gender,age,site,shift,tool,flag,n\nm,x,a,b,c,1,1e999\n"), "-score", "n"), "column of the score"},
		"bad label":       {own(write("label.csv", "gender,age,site,shift,tool,flag,n\nm,x,a,b,c,1,maybe\n"), "-label", "n"), "column of the label"},
		"bad review":      {own(write("review.csv", "gender,age,site,shift,tool,flag,n\nm,x,a,b,c,1,ok\n"), "-review", "n"), "column of the review"},
		"bad level":       {own(write("level.csv", head+"m,x\x00,a,b,c,1\n")), "line 2: fairness: age"},
		"long level":      {own(write("long.csv", head+strings.Repeat("x", 200)+",x,a,b,c,1\n")), "level of 200 bytes"},
		"too many levels": {own(write("levels.csv", head+manyLevels())), "more than 4096 levels"},
		"no window":       {append(own("testdata/people.csv"), "-window", "2027-01-30..2027-01-01"), "-window wants two days"},
		"no polarity":     {append(own("testdata/people.csv"), "-polarity", "bad"), "neither favourable nor unfavourable"},
		"nothing else":    {[]string{"-in", "x.csv"}, "an own file needs -flag, -polarity, -protected, -policy, -window as well"},
		"flags alone":     {[]string{"-flag", "x"}, "-in names no file"},
		"unknown policy":  {append(own("testdata/people.csv"), "-policy", write("p.json", `{"ratio":0.8}`)), "unknown field"},
		"no adoption":     {append(own("testdata/people.csv"), "-policy", write("q.json", `{"ratio_min":0.8}`)), "M-4: nobody has adopted"},
		"two documents":   {append(own("testdata/people.csv"), "-policy", write("r.json", "{}\n {}")), "r.json: line 2, byte 2: text after the document"},
		"stray bracket":   {append(own("testdata/people.csv"), "-policy", write("s.json", string(policy(t))+"}")), "s.json: line 26, byte 1: text after the document"},
		"empty memo":      {append(own("testdata/people.csv"), "-memo", write("m.json", `{}`)), "FAI-009"},
		"a word":          {[]string{"people.csv"}, "all input is named by flags"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := run(tt.args, &b)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "Jane")
			require.Empty(t, b.String())
		})
	}
}

func manyLevels() string {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "m,%d,a,b,c,1\n", i)
	}
	return b.String()
}

// Whatever is in the file, reading it ends in people or in an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(generated()[:2000]))
	f.Add([]byte("\ufeffgender,age,site,shift,tool,tenure,flag,label,score,review\n\"a\"\"b\",,,,,1e3,yes,,,wrong\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := options{}
		require.NoError(t, o.complete())
		spec, err := o.spec()
		require.NoError(t, err)
		p, err := read(bytes.NewReader(data), o, spec, "")
		if err != nil {
			require.Nil(t, p.table)
			return
		}
		require.LessOrEqual(t, int64(len(p.reviews)), p.table.Total())
	})
}
