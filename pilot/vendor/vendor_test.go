package vendor_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
	"github.com/coachgov/coaching/pilot/vendor"
)

var named = vendor.Named{IntegrationOwner: true, KPI: true}

// good returns a choice that meets every demand of every stage.
func good() *vendor.Choice {
	test := vendor.NewExportTest("signal pack of week 50, anonymised", coaching.MustDate("2026-12-14"), []byte("leader,hours\np1,4\n"), nil)
	all := append(vendor.MustHaves(), vendor.EnterpriseDemands()...)
	all = append(all, vendor.CSVIngestion, vendor.ModelInputs, vendor.ModelCard)
	one := func(id string, b vendor.Bucket) vendor.Vendor {
		return vendor.Vendor{ID: id, Name: id, Bucket: b, Offers: slices.Clone(all), Clause: true, ExportTest: &test, Suggests: true, Sampled: 12}
	}
	return &vendor.Choice{
		Weakest: []vendor.Link{vendor.Measurement},
		InHouse: []vendor.Bucket{vendor.IntegrationLayer},
		Vendors: []vendor.Vendor{one("insights", vendor.PeopleAnalytics), one("coaches", vendor.CoachingMarketplace)},
	}
}

func codes(fs coaching.Findings, worst coaching.Severity) []string {
	list := []string{}
	for _, f := range fs {
		if f.Severity <= worst {
			list = append(list, f.Code)
		}
	}
	return list
}

func without(v *vendor.Vendor, c vendor.Capability) {
	v.Offers = slices.DeleteFunc(v.Offers, func(x vendor.Capability) bool { return x == c })
}

// Each row breaks one demand; the row's code is added and no other error.
func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		stage  vendor.Stage
		change func(*vendor.Choice, *vendor.Named)
		want   []string // codes of errors
	}{
		{"everything", vendor.Enterprise, func(*vendor.Choice, *vendor.Named) {}, []string{}},
		{"no owner", vendor.Shortlist, func(_ *vendor.Choice, n *vendor.Named) { n.IntegrationOwner = false }, []string{"PIL-029"}},
		{"no KPI", vendor.Shortlist, func(_ *vendor.Choice, n *vendor.Named) { n.KPI = false }, []string{"PIL-029"}},
		{"nothing named", vendor.Shortlist, func(_ *vendor.Choice, n *vendor.Named) { *n = vendor.Named{} }, []string{"PIL-029", "PIL-029"}},
		{"no bucket", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].Bucket = 0 }, []string{"PIL-130"}},
		{"no weakest link", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Weakest = nil }, []string{"PIL-132"}},
		{"a tie", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Weakest = append(c.Weakest, vendor.CoachingCapacity) }, []string{"PIL-132"}},
		{"a tie with a reason", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) {
			c.Weakest, c.Reason = append(c.Weakest, vendor.CoachingCapacity), "coaches can be trained inside"
		}, []string{}},
		{"one link twice", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) {
			c.Weakest, c.Reason = append(c.Weakest, vendor.Measurement), "twice"
		}, []string{"PIL-132"}},
		{"must-haves wait for procurement", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].Offers = nil }, []string{}},
		{"no API", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.APIFirst) }, []string{"PIL-136"}},
		{"no SSO", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.SSO) }, []string{"PIL-136"}},
		{"no SCIM", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.SCIM) }, []string{"PIL-136"}},
		{"no residency", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.DataResidency) }, []string{"PIL-136"}},
		{"no export rights", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.ExportRights) }, []string{"PIL-136", "PIL-137"}},
		{"no export rights where packs must leave", vendor.Shortlist, func(c *vendor.Choice, n *vendor.Named) {
			n.Profile = "accenture"
			without(&c.Vendors[1], vendor.ExportRights)
		}, []string{"PIL-145"}},
		{"unknown profile", vendor.Shortlist, func(_ *vendor.Choice, n *vendor.Named) { n.Profile = "acme" }, []string{"DOC-VALUE"}},
		{"no export test", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].ExportTest = nil }, []string{"PIL-138"}},
		{"an empty export", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) {
			test := vendor.NewExportTest("pack", coaching.MustDate("2026-12-14"), nil, nil)
			c.Vendors[0].ExportTest = &test
		}, []string{"PIL-138"}},
		{"a test without a digest, a day and a result", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].ExportTest = &vendor.ExportTest{Input: "pack"} }, []string{"PIL-138", "PIL-138", "PIL-138"}},
		{"no clause", vendor.Launch, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[1].Clause = false }, []string{"PIL-139"}},
		{"the clause waits for the launch", vendor.Procurement, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[1].Clause = false }, []string{}},
		{"no model inputs", vendor.Run, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[1], vendor.ModelInputs) }, []string{"PIL-143"}},
		{"no sample", vendor.Run, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[1].Sampled = 0 }, []string{"PIL-143"}},
		{"no model card", vendor.Run, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[1], vendor.ModelCard) }, []string{"PIL-144"}},
		{"no model at all", vendor.Run, func(c *vendor.Choice, _ *vendor.Named) {
			without(&c.Vendors[1], vendor.ModelCard)
			c.Vendors[1].Suggests, c.Vendors[1].Sampled = false, 0
		}, []string{}},
		{"no lineage in a pilot", vendor.Run, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.Lineage) }, []string{}},
		{"no lineage in an enterprise", vendor.Enterprise, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.Lineage) }, []string{"PIL-142"}},
		{"a marketplace needs no lineage", vendor.Enterprise, func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[1], vendor.Lineage) }, []string{}},
		{"one id twice", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[1].ID = "insights" }, []string{"DOC-ID"}},
		{"a crowd", vendor.Shortlist, func(c *vendor.Choice, _ *vendor.Named) { c.Vendors = make([]vendor.Vendor, 101) }, []string{"DOC-LIMIT"}},
		{"an unknown stage demands everything", 0, func(c *vendor.Choice, _ *vendor.Named) {
			c.Vendors[0] = vendor.Vendor{ID: "x", Bucket: vendor.PeopleAnalytics, Suggests: true}
		}, []string{"PIL-139", "PIL-138", "PIL-136", "PIL-136", "PIL-136", "PIL-136", "PIL-136", "PIL-137", "PIL-142", "PIL-142", "PIL-142", "PIL-143", "PIL-144", "PIL-143"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, n := good(), named
			tt.change(c, &n)
			fs := c.Check(tt.stage, n)
			require.Equal(t, tt.want, codes(fs, coaching.Error), "%v", fs)
		})
	}
}

// PIL-087, PIL-131, PIL-135 and PIL-141 do not block: they say what one accepts.
func TestWhatIsAccepted(t *testing.T) {
	says := func(c *vendor.Choice, code, text string) bool {
		return slices.ContainsFunc(c.Check(vendor.Run, named), func(f coaching.Finding) bool {
			return f.Code == code && f.Severity != coaching.Error && strings.Contains(f.Message, text)
		})
	}
	c := good()
	require.True(t, says(c, "PIL-087", "coarse"))
	require.True(t, says(c, "PIL-135", "raise cost and complexity"))
	require.False(t, says(c, "PIL-135", "blind spot"))
	require.False(t, says(c, "PIL-131", ""))
	require.False(t, says(c, "PIL-141", ""))

	c.InHouse, c.Needs, c.Weakest = nil, []string{"crm_outcomes"}, []vendor.Link{vendor.DataPlumbing}
	require.True(t, says(c, "PIL-135", "no integration layer bought"))
	require.True(t, says(c, "PIL-135", "no vendor supplies this data flow"))
	require.True(t, says(c, "PIL-131", "buy integration_layer first"))
	c.Vendors[0].Supplies = []string{"crm_outcomes"}
	require.False(t, says(c, "PIL-135", "data flow"))
	for i := range c.Vendors {
		without(&c.Vendors[i], vendor.CSVIngestion)
		c.Vendors[i].Suggests = false
	}
	require.True(t, says(c, "PIL-141", "little to set up"))
	require.False(t, says(c, "PIL-087", ""))
}

// PIL-137: no export right, or no passed test, and nothing may be claimed.
func TestAttributable(t *testing.T) {
	c := good()
	require.True(t, c.Attributable())
	without(&c.Vendors[1], vendor.ExportRights)
	require.False(t, c.Attributable())
	c = good()
	c.Vendors[0].ExportTest = nil
	require.False(t, c.Attributable())
	require.True(t, new(vendor.Choice).Attributable(), "nothing is locked away")
}

// PIL-138: the stored file is the one that was tested.
func TestExportTest(t *testing.T) {
	file := []byte("leader,hours\n")
	x := vendor.NewExportTest("pack", coaching.MustDate("2026-12-14"), file, coaching.Findings{{Code: "DQ01", Severity: coaching.Warning}})
	require.True(t, x.Passed)
	require.True(t, x.Of(file))
	require.False(t, x.Of([]byte("leader,hours\r\n")))
	require.Equal(t, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		vendor.NewExportTest("", coaching.Date{}, nil, nil).Digest, "SHA-256 of nothing, FIPS 180-4")
	require.False(t, vendor.NewExportTest("pack", coaching.MustDate("2026-12-14"), file, coaching.Findings{{Code: "DQ01"}}).Passed)
}

// PIL-140: whatever its score, a vendor that fails a demand stands below one that
// meets it.
func TestScoreNeverOutranksAGate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := good()
		c.Vendors = append(c.Vendors, c.Vendors[0], c.Vendors[1])
		scores := map[string]int{}
		for i, id := range []string{"a", "b", "c", "d"} {
			c.Vendors[i] = good().Vendors[i%2]
			c.Vendors[i].ID = id
			if rapid.Bool().Draw(t, "refuses") {
				c.Vendors[i].Clause = false
			}
			scores[id] = rapid.IntRange(0, 3).Draw(t, "score")
		}
		rows := c.Compare(vendor.Launch, scores)
		for i, row := range rows[1:] {
			before := rows[i]
			require.False(t, len(before.Unmet) > 0 && len(row.Unmet) == 0)
			if (len(before.Unmet) == 0) == (len(row.Unmet) == 0) {
				require.True(t, before.Score > row.Score || before.Score == row.Score && before.ID < row.ID)
			}
		}
		back := c.Clone()
		slices.Reverse(back.Vendors)
		require.Equal(t, rows, back.Compare(vendor.Launch, scores), "any order of vendors compares alike")
	})
	rows := good().Compare(vendor.Launch, nil)
	require.True(t, rows[1].First, "insights mends measurement")
	require.NotEmpty(t, rows[0].Gain)
	c := good()
	without(&c.Vendors[0], vendor.SCIM)
	require.Equal(t, []vendor.Capability{vendor.SCIM}, c.Compare(vendor.Launch, nil)[1].Missing)
}

// A copy shares nothing that can be changed.
func TestClone(t *testing.T) {
	c := good()
	own := c.Clone()
	own.Vendors[0].Offers[0], own.Vendors[0].ExportTest.Passed, own.Weakest[0] = 0, false, 0
	require.Equal(t, good(), c)
	require.Nil(t, (*vendor.Choice)(nil).Clone())
}

func fixture(t *testing.T, name string) *document.Node {
	t.Helper()
	data, err := os.ReadFile(datadir.Find(t, name))
	require.NoError(t, err)
	n, fs := yaml.Parse(name, bytes.ReplaceAll(data, []byte(": null"), []byte(`: "null"`))) // our reader takes no null
	require.NotNil(t, n, "%v", fs)
	return n
}

func get(n *document.Node, keys ...string) *document.Node {
	for _, key := range keys {
		i := slices.IndexFunc(n.Members, func(m document.Member) bool { return m.Key == key })
		if i < 0 {
			return nil
		}
		n = n.Members[i].Value
	}
	return n
}

// Every code in the source is a rule, every rule is used, and they are in order.
func TestRules(t *testing.T) {
	var want []string
	for _, r := range vendor.Rules() {
		require.NotEmpty(t, r.Statement)
		require.NotEmpty(t, r.Remedy)
		want = append(want, r.Code)
	}
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rules.go" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"((?:PIL|DOC)-[A-Z0-9]+)"`).FindAllStringSubmatch(string(text), -1) {
			used[m[1]] = true
		}
	}
	require.Equal(t, slices.Sorted(maps.Keys(used)), want)
}

// EX-09, EX-10, PIL-089, M-3: the reference table of profiles, first buckets,
// must-haves and checks; must-haves are met or not, and nobody gets a score.
func TestReferenceTable(t *testing.T) {
	n := fixture(t, "fixtures/pilot/mini_profiles.yaml")
	for _, m := range get(n, "profiles").Members {
		p, ok := vendor.ProfileOf(m.Key)
		require.True(t, ok, m.Key)
		require.Equal(t, get(m.Value, "constraint").Text, p.Constraint)
		q, ok := vendor.ProfileFor(p.Constraint)
		require.True(t, ok)
		require.Equal(t, p, q, "PIL-146: each constraint has one profile")
	}
	_, ok := vendor.ProfileFor("weather")
	require.False(t, ok)
	for i, must := range get(n, "must_have").Items {
		require.Equal(t, must.Text, vendor.MustHaves()[i].String())
	}
	for _, row := range get(n, "vendor_choice").Items {
		c := good()
		c.Weakest, c.InHouse = nil, nil
		links := get(row, "weakest")
		items := links.Items
		if links.Kind == document.String {
			items = []*document.Node{links}
		}
		for _, item := range items {
			var link vendor.Link
			require.NoError(t, link.UnmarshalText([]byte(item.Text)))
			c.Weakest = append(c.Weakest, link)
		}
		if f := get(row, "finding"); f != nil {
			require.Equal(t, []string{get(f, "code").Text}, codes(c.Check(vendor.Shortlist, named), coaching.Error))
			require.Equal(t, vendor.UnknownBucket, c.First())
			continue
		}
		require.Equal(t, get(row, "buy_first").Text, c.First().String())
	}
	cases := map[string]func(*vendor.Choice, *vendor.Named){
		"export_test missing":                                   func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].ExportTest = nil },
		"export_rights false":                                   func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.ExportRights) },
		"clause refused":                                        func(c *vendor.Choice, _ *vendor.Named) { c.Vendors[0].Clause = false },
		"ai suggestions and no model inputs shown":              func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.ModelInputs) },
		"shortlist made before integration_owner and kpi named": func(_ *vendor.Choice, n *vendor.Named) { *n = vendor.Named{} },
		"lineage missing":                                       func(c *vendor.Choice, _ *vendor.Named) { without(&c.Vendors[0], vendor.Lineage) },
	}
	stages := map[string]vendor.Stage{"shortlist": vendor.Shortlist, "procurement": vendor.Procurement, "before_launch": vendor.Launch, "run": vendor.Run, "pilot": vendor.Run, "enterprise_scale": vendor.Enterprise}
	for _, row := range get(n, "vendor_checks").Items {
		name := get(row, "case").Text
		require.Contains(t, cases, name)
		c, with := good(), named
		cases[name](c, &with)
		got := codes(c.Check(stages[get(row, "stage").Text], with), coaching.Error)
		if f := get(row, "finding"); f.Kind == document.Object {
			require.Contains(t, got, get(f, "code").Text, name)
		} else {
			require.Empty(t, got, name)
		}
		if effect := get(row, "effect"); effect != nil {
			require.Equal(t, "attribution_claims_disabled", effect.Text)
			require.False(t, c.Attributable())
		}
	}
}

// EX-04: the midmarket case. Analytics and a marketplace were bought, and the data that
// nobody carries had to be brought in by hand.
func TestMidmarketVendors(t *testing.T) {
	n := fixture(t, "fixtures/pilot/midmarket_healthcare_vendor.yaml")
	c := &vendor.Choice{Weakest: []vendor.Link{vendor.DataPlumbing}, Needs: []string{get(n, "input", "gap", "needs").Text}}
	for i, v := range get(n, "input", "vendors").Items {
		x := good().Vendors[i]
		require.NoError(t, x.Bucket.UnmarshalText([]byte(get(v, "bucket").Text)))
		for _, s := range get(v, "supplies").Items {
			x.Supplies = append(x.Supplies, s.Text)
		}
		c.Vendors = append(c.Vendors, x)
	}
	require.Equal(t, get(n, "expect", "weakest_link_at_start", "buy_first").Text, c.First().String())
	fs := c.Check(vendor.Launch, named)
	require.False(t, fs.Blocked(), "%v", fs)
	for _, f := range get(n, "expect", "findings").Items {
		if get(f, "code").Text != "PIL-135" {
			continue // of the amended plan
		}
		require.True(t, slices.ContainsFunc(fs, func(x coaching.Finding) bool {
			return x.Code == "PIL-135" && x.Severity == coaching.Warning && x.Path == get(f, "path").Text && x.Message == get(f, "msg").Text
		}), "%v", fs)
	}
}

// A value that is not declared is not written, and what is written reads back.
func TestNames(t *testing.T) {
	for _, b := range vendor.Buckets() {
		text, err := b.MarshalText()
		require.NoError(t, err)
		var back vendor.Bucket
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, b, back)
	}
	for link := vendor.Measurement; link <= vendor.DataPlumbing; link++ {
		text, err := link.MarshalText()
		require.NoError(t, err)
		var back vendor.Link
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, link, back)
	}
	for c := vendor.APIFirst; c <= vendor.KPIJoins; c++ {
		text, err := c.MarshalText()
		require.NoError(t, err)
		var back vendor.Capability
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, c, back)
	}
	require.Error(t, new(vendor.Bucket).UnmarshalText([]byte("unknown")))
	require.Error(t, new(vendor.Link).UnmarshalText([]byte("unknown")))
	require.Error(t, new(vendor.Capability).UnmarshalText([]byte("unknown")))
	_, err := vendor.Bucket(9).MarshalText()
	require.Error(t, err)
	require.Equal(t, "procurement", vendor.Procurement.String())
}
