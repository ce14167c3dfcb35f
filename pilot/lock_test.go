package pilot_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
)

// person returns a stable pseudonym for a label of the plan.
func person(t require.TestingT, label string) coaching.PersonID {
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "product-org-12w", Purpose: "test"})
	require.NoError(t, err)
	id, err := p.Person(label)
	require.NoError(t, err)
	return id
}

func digest(t testing.TB, p *pilot.Plan) pilot.Digest {
	t.Helper()
	d, err := p.Digest()
	require.NoError(t, err)
	return d
}

// The digest of version 1 of a plan is the same for ever after, in YAML and in
// JSON; a few lines of Python (json.dumps with sorted keys, hashlib) give it too.
func TestDigestIsForever(t *testing.T) {
	const want = "sha256:38b51f964eb56c7cef555d3240a5fe9241ccb3936c68ecd0571faaf723da5271"
	for _, file := range []string{"product_org_12w.yaml", "product_org_12w.block.yaml", "product_org_12w.json"} {
		p, fs := pilot.Decode(file, read(t, "testdata/"+file))
		require.Empty(t, fs)
		require.Equal(t, want, digest(t, p).String(), file)
	}
	var d pilot.Digest
	require.NoError(t, d.UnmarshalText([]byte(want)))
	require.Equal(t, want, d.String())
	require.Error(t, d.UnmarshalText([]byte(strings.ToUpper(want))))
	require.Error(t, d.UnmarshalText([]byte(want[:10])))
}

// What a plan writes of itself is read as the same plan, whatever lists a program
// left nil, and the plan stays as it was.
func TestPlanJSON(t *testing.T) {
	p := plan(t)
	p.SecondaryOutcomes, p.QualitativeInputs, p.Cohort.Leaders[0].Beside = nil, nil, []string{}
	p.Calendars["us"] = pilot.Calendar{Zone: "America/New_York"}
	want := digest(t, p)
	data, err := p.JSON()
	require.NoError(t, err)
	require.Contains(t, string(data), "meeting overload -> fewer", "nothing is escaped for HTML")
	back, fs := pilot.Decode("p.json", data)
	require.Empty(t, fs)
	require.Equal(t, want, digest(t, back))
	require.Nil(t, p.SecondaryOutcomes)
	require.Nil(t, p.Calendars["us"].Holidays)
	p.Title = "a\xff"
	_, err = p.JSON()
	require.ErrorContains(t, err, "UTF-8")
}

// The canonical form is JSON that reads back as the same plan, and its members
// are sorted.
func TestCanonicalReadsBack(t *testing.T) {
	p := plan(t)
	data, err := p.Canonical()
	require.NoError(t, err)
	require.True(t, json.Valid(data))
	require.True(t, bytes.HasPrefix(data, []byte(`{"acceptance":"default-v1","calendars":{"de":{"holidays":[`)))
	require.NotContains(t, string(data), "secondary_outcomes", "an empty list says nothing")
	// The reader wants the lists that the canonical form leaves out.
	q, fs := pilot.Decode("p.json", bytes.Replace(data, []byte(`"session":`), []byte(`"secondary_outcomes":[],"session":`), 1))
	require.Empty(t, fs)
	require.Equal(t, digest(t, p), digest(t, q))
}

// The digest changes if and only if the plan changes.
func TestDigestChangesWithThePlan(t *testing.T) {
	base := plan(t)
	want := digest(t, base)
	changes := []func(*pilot.Plan, string, int){
		func(p *pilot.Plan, s string, n int) { p.Title = s },
		func(p *pilot.Plan, s string, n int) { p.Hypothesis.Text = s },
		func(p *pilot.Plan, s string, n int) { p.KPI.MinEffect = s },
		func(p *pilot.Plan, s string, n int) { p.TemplateWeeks = n },
		func(p *pilot.Plan, s string, n int) { p.Week0 = p.Week0.AddDays(n) },
		func(p *pilot.Plan, s string, n int) { p.Roles.Sponsor = s },
		func(p *pilot.Plan, s string, n int) { p.Signals[n%3].Path = s },
		func(p *pilot.Plan, s string, n int) { p.Playbook[n%3].Prompts[n%2] = s },
		func(p *pilot.Plan, s string, n int) { p.Playbook[n%3].Experiment.Days = n },
		func(p *pilot.Plan, s string, n int) { p.Cohort.Leaders[n%10].Stratum = s },
		func(p *pilot.Plan, s string, n int) { p.Cohort.Coaches[n%2].Capacity = n },
		func(p *pilot.Plan, s string, n int) { p.Design.WaveStarts[n%2] = n },
		func(p *pilot.Plan, s string, n int) { p.Design.SeedMessage = s },
		func(p *pilot.Plan, s string, n int) { c := p.Calendars["us"]; c.Zone = s; p.Calendars["us"] = c },
		func(p *pilot.Plan, s string, n int) { c := p.Calendars["us"]; c.Holidays[n%2].Name = s },
		func(p *pilot.Plan, s string, n int) { slices.Reverse(p.Cohort.Leaders[:n%10]) },
		func(p *pilot.Plan, s string, n int) { p.Charter.CoachMayOverridePlatform = n%2 == 0 },
		func(p *pilot.Plan, s string, n int) { p.SecondaryOutcomes = nil },
	}
	rapid.Check(t, func(t *rapid.T) {
		p := base.Clone()
		rapid.SampledFrom(changes).Draw(t, "change")(p, rapid.String().Draw(t, "text"), rapid.IntRange(0, 50).Draw(t, "number"))
		a, err := json.Marshal(base)
		require.NoError(t, err)
		b, err := json.Marshal(p)
		require.NoError(t, err)
		same := bytes.Equal(bytes.ReplaceAll(a, []byte(`[]`), []byte(`null`)), bytes.ReplaceAll(b, []byte(`[]`), []byte(`null`)))
		got, err := p.Digest()
		require.NoError(t, err)
		require.Equal(t, same, got == want)
		again, err := base.Digest()
		require.NoError(t, err)
		require.Equal(t, want, again, "the copy shares nothing")
	})
}

// Two plans whose texts differ in bytes that are no characters would have one
// digest, so neither has; the replacement character itself is a character.
func TestDigestRefusesWhatIsNotText(t *testing.T) {
	for text, fine := range map[string]bool{"a\xffb": false, "a\xfeb": false, "a\ufffdb": true, `a\ufffdb`: true, `a\\ufffdb`: true} {
		p := plan(t)
		p.Title = text
		_, err := p.Digest()
		require.Equal(t, fine, err == nil, "%q", text)
		l, fs := p.Lock(person(t, "P-CPO"), stamp())
		require.Equal(t, fine, l != nil, "%v", fs)
	}
}

// PIL-160: a plan is locked by somebody, without errors, by the end of week 0;
// afterwards nothing outside changes it.
func TestLock(t *testing.T) {
	p := plan(t)
	by := person(t, "P-CPO")
	l, fs := p.Lock(by, stamp())
	require.NotNil(t, l)
	require.Len(t, fs, 3)
	require.Equal(t, fs, l.Findings())
	require.Equal(t, by, l.By())
	require.Equal(t, stamp(), l.At())
	p.Title = "another"
	l.Plan().Title = "a third"
	require.Equal(t, "Sprint predictability in the product organisation", l.Plan().Title)
	require.Equal(t, digest(t, plan(t)), l.Digest())

	for name, refuse := range map[string]func() (*pilot.Locked, coaching.Findings){
		"nobody":  func() (*pilot.Locked, coaching.Findings) { return plan(t).Lock(coaching.PersonID{}, stamp()) },
		"late":    func() (*pilot.Locked, coaching.Findings) { return plan(t).Lock(by, stamp().AddDate(0, 0, 3)) },
		"no time": func() (*pilot.Locked, coaching.Findings) { return plan(t).Lock(by, time.Time{}) },
	} {
		l, fs := refuse()
		require.Nil(t, l, name)
		require.True(t, fs.Has("PIL-160"), name)
	}
	broken := plan(t)
	broken.Roles.Sponsor = ""
	l, fs = broken.Lock(by, stamp())
	require.Nil(t, l)
	require.True(t, fs.Has("PIL-027"))
	require.Nil(t, new(pilot.Locked).Plan())
}
