package notice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/notice"
)

func records(rs ...notice.Record) iter.Seq2[notice.Record, error] {
	return func(yield func(notice.Record, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// everything is a holding of each category with two records, one of which names
// somebody else.
func everything(seed uint64) []notice.Holding {
	rng := rand.New(rand.NewPCG(seed, 1))
	var out []notice.Holding
	for i, c := range notice.Categories() {
		rs := []notice.Record{
			{At: at("2027-02-01T09:00:00Z").AddDate(0, 0, i), What: fmt.Sprintf("%s one about %s", c, person("leader")), Fields: []notice.Field{{Name: "by", Value: person("coach").String()}, {Name: "signal", Value: "after_hours_ratio"}}},
			{At: at("2027-01-20T09:00:00Z"), What: fmt.Sprintf("%s two, seen by x%sx", c, person("steward"))},
		}
		rng.Shuffle(len(rs), func(i, j int) { rs[i], rs[j] = rs[j], rs[i] })
		out = append(out, notice.Holding{Category: c, Records: records(rs...)})
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

func report(t require.TestingT, holdings ...notice.Holding) notice.SubjectReport {
	r, err := notice.NewSubjectReport(person("leader"), at("2027-03-01T09:00:00Z"), builtIn(), delivery(), holdings...)
	require.NoError(t, err)
	return r
}

// GOV-009: everything that is held is in every form, in a fixed order, and no
// other person is.
func TestSubjectReportIsCompleteAndDisclosesNobodyElse(t *testing.T) {
	r := report(t, everything(1)...)
	require.Empty(t, r.Check())
	data, err := r.JSON()
	require.NoError(t, err)
	for form, text := range map[string]string{"markdown": string(r.Markdown()), "html": string(r.HTML()), "json": string(data)} {
		text = strings.ReplaceAll(text, `\_`, "_")
		for _, c := range notice.Categories() {
			require.Contains(t, text, c.String()+" one about you", form)
			require.Contains(t, text, c.String()+" two, seen by xanother personx", form)
		}
		require.Equal(t, len(notice.Categories()), strings.Count(text, "after_hours_ratio"), form)
		for _, other := range []string{"coach", "steward"} {
			require.NotContains(t, text, person(other).String(), form)
		}
	}
	require.Contains(t, string(r.Markdown()), "20 mentions of them left out")
	var parsed struct {
		Others     int `json:"others_left_out"`
		Categories []struct {
			Asked   bool
			Records []notice.Record
		}
	}
	require.NoError(t, json.Unmarshal(data, &parsed))
	require.Equal(t, 20, parsed.Others)
	require.Len(t, parsed.Categories, 10)
	for i, c := range notice.Categories() {
		records, asked := r.Records(c)
		require.True(t, asked && parsed.Categories[i].Asked)
		require.Equal(t, records, parsed.Categories[i].Records)
		require.True(t, records[0].At.Before(records[1].At))
	}
	if testing.Short() {
		return
	}
	for seed := range uint64(3) {
		again, err := report(t, everything(seed)...).JSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again), "whatever the order in which it was found")
	}
}

// GOV-009: what was not asked is listed as not asked, and what holds nothing says so.
func TestSubjectReportSaysWhatWasNotAsked(t *testing.T) {
	slow(t)
	r := report(t, notice.Holding{Category: notice.Packs, Records: records()})
	fs := r.Check()
	require.Len(t, slices.Collect(fs.Blocking()), len(notice.Categories())-1)
	require.False(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Path == "packs" || f.Code != "GOV-009" }))
	page := string(r.Markdown())
	require.Equal(t, len(notice.Categories())-1, strings.Count(page, "Not asked."))
	require.Equal(t, 1, strings.Count(page, "\nNothing.\n"))
	require.Contains(t, page, "This report is not complete.")
	_, asked := r.Records(notice.Consents)
	require.False(t, asked)

	r = report(t, notice.Holding{Category: notice.Packs, Records: records(notice.Record{What: " "}, notice.Record{What: "later", At: at("2028-01-01T00:00:00Z")})})
	require.Contains(t, blocking(r.Check()), "GOV-009 packs[0], GOV-009 packs[1]")
}

// A store that fails, or that is not named, gives no report at all.
func TestSubjectReportFails(t *testing.T) {
	slow(t)
	broken := errors.New("disk is broken")
	failing := func(yield func(notice.Record, error) bool) {
		_ = yield(notice.Record{What: "one"}, nil) && yield(notice.Record{}, broken)
	}
	try := func(who coaching.PersonID, h notice.Holding) error {
		_, err := notice.NewSubjectReport(who, at("2027-03-01T09:00:00Z"), builtIn(), delivery(), h)
		return err
	}
	require.ErrorIs(t, try(person("leader"), notice.Holding{Category: notice.Packs, Records: failing}), broken)
	require.Error(t, try(person("leader"), notice.Holding{Records: records()}))
	require.Error(t, try(person("leader"), notice.Holding{Category: 99, Records: records()}))
	require.Error(t, try(person("leader"), notice.Holding{Category: notice.Packs}))
	require.Error(t, try(coaching.PersonID{}, notice.Holding{Category: notice.Packs, Records: records()}))
	_, err := notice.NewSubjectReport(person("leader"), at("2027-03-01T09:00:00Z"), nil, delivery())
	require.Error(t, err)
}

// Texts that host records hold cannot become markup.
func TestSubjectReportHostile(t *testing.T) {
	slow(t)
	hostile := "</td><script>alert(1)</script>|\n# x `c` " + person("coach").String() + person("steward").String() + "p1_p1_"
	of := func(text string) notice.SubjectReport {
		return report(t, notice.Holding{Category: notice.Sessions, Records: records(notice.Record{What: text, Fields: []notice.Field{{Name: text, Value: text}}})})
	}
	clean, r := of("words"), of(hostile)
	require.Equal(t, elements(t, clean.HTML()), elements(t, r.HTML()))
	require.Equal(t, shape(clean.Markdown())[10:], shape(r.Markdown())[10:])
	for _, page := range []string{string(r.HTML()), string(r.Markdown())} {
		require.NotContains(t, page, "<script")
		require.NotContains(t, strings.ReplaceAll(page, `\_`, "_"), person("coach").String())
		require.NotContains(t, strings.ReplaceAll(page, `\_`, "_"), person("steward").String())
	}
}

// A leader asks what is held about her. The host looked into three stores.
func ExampleNewSubjectReport() {
	r, err := notice.NewSubjectReport(person("leader"), at("2027-03-01T09:00:00Z"), builtIn(), delivery(),
		notice.Holding{Category: notice.Consents, Records: records(notice.Record{At: at("2027-01-11T09:00:00Z"), What: "You agreed to after_hours_ratio for coaching."})},
		notice.Holding{Category: notice.Packs, Records: records(notice.Record{At: at("2027-02-08T09:00:00Z"), What: "Your coach " + person("coach").String() + " read a pack."})},
		notice.Holding{Category: notice.Appeals, Records: records()},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range []notice.Category{notice.Consents, notice.Packs, notice.Appeals, notice.Sessions} {
		held, asked := r.Records(c)
		fmt.Println(c, asked, len(held))
		for _, record := range held {
			fmt.Println("  " + record.What)
		}
	}
	fmt.Println(len(r.Check()), "findings")
	// Output:
	// consents true 1
	//   You agreed to after_hours_ratio for coaching.
	// packs true 1
	//   Your coach another person read a pack.
	// appeals true 0
	// sessions false 0
	// 7 findings
}
