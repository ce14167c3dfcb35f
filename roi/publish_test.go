package roi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/roi"
)

// person returns a pseudonym made from a label under a fixed key.
func person(t testing.TB, label string) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(make([]byte, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "roi"})
	require.NoError(t, err)
	id, err := p.Person(label)
	require.NoError(t, err)
	return id
}

// publishableCase is a case within its band.
func publishableCase(t testing.TB) roi.Case {
	t.Helper()
	c := softwareCompany()
	c.Delta = roi.Delta{
		Change: roi.Int(-2), Low: roi.MustExact("-3.5"), High: roi.MustExact("-0.5"), Level: roi.MustExact("0.95"),
		Window:       coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-04-30")},
		NetOfControl: true, Design: roi.StaggeredCohort, Treated: 5, Control: 5, Method: "staggered adoption, exact randomisation inference", Source: "analysis 7",
	}
	c.Attribution.Survey = roi.Survey{ID: "pulse-2", On: coaching.MustDate("2027-05-01"), By: person(t, "analyst"), Corroborates: true}
	c.Costs = append(c.Costs, roi.CostLine{Covers: []roi.CostCategory{roi.ManagerTime, roi.Integration}, Amount: roi.MustMoney("4000", "USD"), Source: "time sheets"})
	return c
}

// publishable is publishableCase computed, with the dossier that lets it be
// published.
func publishable(t testing.TB) (*roi.Statement, roi.Dossier) {
	t.Helper()
	c := publishableCase(t)
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	digest, err := s.Digest()
	require.NoError(t, err)
	stream := func(id, by string) roi.Stream {
		return roi.Stream{ID: id, By: person(t, by), On: coaching.MustDate("2027-05-03"), Movement: roi.Improved}
	}
	return s, roi.Dossier{
		KPILocked: coaching.MustDate("2026-12-18"), Start: coaching.MustDate("2027-01-04"),
		Behaviour: stream("meeting hours", "analyst"), Data: stream("exits", "analyst"),
		Narratives: []roi.Stream{stream("n1", "coach 1"), stream("n2", "coach 2"), stream("n3", "coach 1")},
		Sponsor:    stream("memo", "sponsor"),
		LogClosed:  coaching.MustDate("2027-05-02"), LogClosedBy: person(t, "product owner"),
		SignOff: roi.SignOff{By: person(t, "steward"), Role: coaching.Steward, On: coaching.MustDate("2027-05-04"), Digest: digest},
	}
}

func TestCanPublish(t *testing.T) {
	s, d := publishable(t)
	p := roi.CanPublish(s, d)
	require.True(t, p.Allowed(), "%v", p.Findings())
	require.False(t, roi.Publication{}.Allowed())
	require.False(t, roi.CanPublish(nil, d).Allowed())

	freeze := roi.Confounder{ID: "freeze", Kind: roi.HiringFreeze, By: person(t, "product owner"),
		Window: coaching.Window{From: coaching.MustDate("2027-03-15"), To: coaching.MustDate("2027-03-29")}}
	with := func(c roi.Confounder, d roi.Disposition) []roi.Confounder {
		c.Disposition = d
		return []roi.Confounder{c}
	}
	tests := []struct {
		name, code string
		change     func(d *roi.Dossier)
		blocks     bool
	}{
		{"KPI not locked", "ROI-018", func(d *roi.Dossier) { d.KPILocked = coaching.Date{} }, true},
		{"KPI locked on the first day", "ROI-018", func(d *roi.Dossier) { d.KPILocked = d.Start }, true},
		{"log not closed", "ROI-014", func(d *roi.Dossier) { d.LogClosed = coaching.Date{} }, true},
		{"log closed too early", "ROI-014", func(d *roi.Dossier) { d.LogClosed = coaching.MustDate("2027-04-01") }, true},
		{"hiring freeze open", "ROI-015", func(d *roi.Dossier) { d.Confounders = with(freeze, roi.Open) }, true},
		{"hiring freeze material", "ROI-015", func(d *roi.Dossier) { d.Confounders = with(freeze, roi.Material) }, true},
		{"hiring freeze ruled out by nobody", "ROI-015", func(d *roi.Dossier) {
			d.Confounders = with(freeze, roi.RuledOut)
			d.Confounders[0].By = coaching.PersonID{}
		}, true},
		{"hiring freeze ruled out", "", func(d *roi.Dossier) { d.Confounders = with(freeze, roi.RuledOut) }, false},
		{"open, but long after", "", func(d *roi.Dossier) {
			f := freeze
			f.Window = coaching.Window{From: coaching.MustDate("2027-08-01"), To: coaching.MustDate("2027-08-02")}
			d.Confounders = []roi.Confounder{f}
		}, false},
		{"without dates", "ROI-015", func(d *roi.Dossier) { d.Confounders = []roi.Confounder{{ID: "x"}} }, true},
		{"behaviour not measured", "ROI-001", func(d *roi.Dossier) { d.Behaviour = roi.Stream{} }, true},
		{"no data stream", "PIL-161", func(d *roi.Dossier) { d.Data = roi.Stream{} }, true},
		{"no narratives", "PIL-161", func(d *roi.Dossier) { d.Narratives = nil }, true},
		{"no sponsor", "PIL-161", func(d *roi.Dossier) { d.Sponsor = roi.Stream{} }, true},
		{"two narratives", "ROI-018", func(d *roi.Dossier) { d.Narratives = d.Narratives[:2] }, true},
		{"undated narrative", "ROI-016", func(d *roi.Dossier) { d.Narratives[1].On = coaching.Date{} }, true},
		{"sponsor before the window ended", "ROI-016", func(d *roi.Dossier) { d.Sponsor.On = coaching.MustDate("2027-02-01") }, true},
		{"sponsor disagrees", "ROI-017", func(d *roi.Dossier) { d.Sponsor.Movement = roi.Worsened }, true},
		{"one of three narratives dissents", "ROI-017", func(d *roi.Dossier) { d.Narratives[0].Movement = roi.Worsened }, false},
		{"two of three dissent", "ROI-017", func(d *roi.Dossier) {
			d.Narratives[0].Movement, d.Narratives[1].Movement = roi.Unchanged, roi.Worsened
		}, true},
		{"two of four dissent", "ROI-017", func(d *roi.Dossier) {
			d.Narratives = append(d.Narratives, d.Narratives[0])
			d.Narratives[3].ID = "n4"
			d.Narratives[0].Movement, d.Narratives[1].Movement = roi.Unchanged, roi.Worsened
		}, true},
		{"narrator measured the delta", "ROI-017", func(d *roi.Dossier) { d.Narratives[0].By = d.Data.By }, true},
		{"sponsor measured the delta", "ROI-017", func(d *roi.Dossier) { d.Sponsor.By = d.Data.By }, true},
		{"one narrative three times", "ROI-018", func(d *roi.Dossier) { d.Narratives[1], d.Narratives[2] = d.Narratives[0], d.Narratives[0] }, true},
		{"a start after the measurement, so that the lock comes before it", "ROI-018", func(d *roi.Dossier) {
			d.KPILocked, d.Start = coaching.MustDate("2027-05-01"), coaching.MustDate("2027-05-02")
		}, true},
		{"measured before the window ended", "ROI-016", func(d *roi.Dossier) { d.Data.On = coaching.MustDate("2027-02-01") }, true},
		{"signed before the window ended", "PIL-166", func(d *roi.Dossier) { d.SignOff.On = coaching.MustDate("2027-02-01") }, true},
		{"the data say otherwise", "ROI-017", func(d *roi.Dossier) { d.Data.Movement = roi.Worsened }, true},
		{"undated sponsor", "ROI-016", func(d *roi.Dossier) { d.Sponsor.On = coaching.Date{} }, true},
		{"data by nobody", "ROI-016", func(d *roi.Dossier) { d.Data.By = coaching.PersonID{} }, true},
		{"undated signature", "PIL-166", func(d *roi.Dossier) { d.SignOff.On = coaching.Date{} }, true},
		{"signature of nobody", "PIL-166", func(d *roi.Dossier) { d.SignOff.By = coaching.PersonID{} }, true},
		{"not signed", "PIL-166", func(d *roi.Dossier) { d.SignOff = roi.SignOff{} }, true},
		{"signed by a coach", "PIL-166", func(d *roi.Dossier) { d.SignOff.Role = coaching.Coach }, true},
		{"signed by a narrator", "PIL-166", func(d *roi.Dossier) { d.SignOff.By = d.Narratives[0].By }, true},
		{"signed another version", "PIL-166", func(d *roi.Dossier) { d.SignOff.Digest = strings.Repeat("0", 64) }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, d := publishable(t)
			tt.change(&d)
			p := roi.CanPublish(s, d)
			require.Equal(t, !tt.blocks, p.Allowed(), "%v", p.Findings())
			if tt.code == "" {
				return
			}
			i := slices.IndexFunc(p.Checks, func(c roi.Check) bool { return c.Findings.Has(tt.code) })
			require.GreaterOrEqual(t, i, 0, "%v", p.Findings())
			require.Equal(t, !tt.blocks, p.Checks[i].Passed())
		})
	}
}

// A figure that was changed after it was computed does not replay, so it
// cannot be published and the signature no longer fits.
func TestCanPublishSeesChangedFigures(t *testing.T) {
	s, d := publishable(t)
	i := slices.IndexFunc(s.Lines, func(l roi.Line) bool { return l.ID == "net" })
	s.Lines[i].Value = roi.Int(1_000_000)
	found := roi.CanPublish(s, d).Findings()
	require.True(t, found.Has("ROI-006"))
	require.True(t, found.Has("PIL-166"))
}

// Every code that the package can emit has a rule, and every rule is emitted.
func TestRulesAreComplete(t *testing.T) {
	codes := map[string]bool{}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if name == "rules.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`"((?:ROI|PIL|C)-\d+)"`).FindAllStringSubmatch(string(text), -1) {
			codes[m[1]] = true
		}
	}
	rules := roi.Rules()
	require.True(t, slices.IsSortedFunc(rules, func(a, b coaching.Rule) int { return strings.Compare(a.Code, b.Code) }))
	for _, r := range rules {
		require.True(t, codes[r.Code], "%s is never emitted", r.Code)
		delete(codes, r.Code)
		require.NotEmpty(t, r.Statement+r.Remedy)
	}
	require.Empty(t, codes)
}

// An error blocks under whatever code a policy gives it.
func TestCanPublishCountsEveryCode(t *testing.T) {
	_, d := publishable(t)
	p := roi.DefaultPolicy()
	p.Bands[1].Code = "FIN-7"
	c := publishableCase(t)
	c.Attribution.Factor = roi.MustExact("0.45")
	s, err := c.Compute(p)
	require.NoError(t, err)
	require.True(t, s.Findings.Blocked())
	d.SignOff.Digest, err = s.Digest()
	require.NoError(t, err)
	publication := roi.CanPublish(s, d)
	require.False(t, publication.Allowed())
	require.False(t, publication.Checks[len(publication.Checks)-1].Passed())
}

// later is publishable with a gap of weeks between the start and the
// validation window.
func later(t testing.TB, change func(c *roi.Case)) (*roi.Statement, roi.Dossier) {
	t.Helper()
	_, d := publishable(t)
	c := publishableCase(t)
	c.Delta.Window = coaching.Window{From: coaching.MustDate("2027-06-01"), To: coaching.MustDate("2027-09-30")}
	c.Attribution.Survey.On = coaching.MustDate("2027-10-01")
	if change != nil {
		change(&c)
	}
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	d.SignOff.Digest, err = s.Digest()
	require.NoError(t, err)
	d.LogClosed, d.Data.On, d.Sponsor.On, d.SignOff.On = c.Attribution.Survey.On, c.Attribution.Survey.On, c.Attribution.Survey.On, c.Attribution.Survey.On
	return s, d
}

// An average of weeks in which the programme ran is no baseline.
func TestCanPublishWantsBaselineBeforeStart(t *testing.T) {
	s, d := later(t, nil)
	require.True(t, roi.CanPublish(s, d).Allowed(), "%v", roi.CanPublish(s, d).Findings())
	s, d = later(t, func(c *roi.Case) {
		c.Baseline.Window = coaching.Window{From: coaching.MustDate("2027-02-01"), To: coaching.MustDate("2027-05-30")}
	})
	require.False(t, roi.CanPublish(s, d).Allowed())
}

// What happens between the two windows moves the KPI from one to the other.
func TestCanPublishCountsConfoundersBetweenWindows(t *testing.T) {
	s, d := later(t, nil)
	reorganisation := roi.Confounder{ID: "reorg", Kind: roi.Reorganisation, Disposition: roi.Material, By: person(t, "product owner"),
		Window: coaching.Window{From: coaching.MustDate("2027-03-15"), To: coaching.MustDate("2027-03-29")}}
	d.Confounders = []roi.Confounder{reorganisation}
	require.False(t, roi.CanPublish(s, d).Allowed())
	d.Confounders[0].Disposition = roi.Open
	require.False(t, roi.CanPublish(s, d).Allowed())
	d.Confounders[0].Disposition = roi.RuledOut
	require.True(t, roi.CanPublish(s, d).Allowed())
	d.Confounders[0].Disposition = roi.Material
	d.Confounders[0].Window = coaching.Window{From: coaching.MustDate("2020-03-15"), To: coaching.MustDate("2020-03-29")}
	require.True(t, roi.CanPublish(s, d).Allowed())
}

// The figures that a statement prints by name are those of its lines.
func TestCanPublishComparesNamedFigures(t *testing.T) {
	for name, change := range map[string]func(s *roi.Statement){
		"net":      func(s *roi.Statement) { s.Net = roi.MustMoney("999999999", "USD") },
		"ROI":      func(s *roi.Statement) { s.ROI = roi.Int(7) },
		"payback":  func(s *roi.Statement) { s.PaybackMonths = roi.Exact{} },
		"interval": func(s *roi.Statement) { s.Interval = nil },
		"high":     func(s *roi.Statement) { s.Interval.High = roi.MustMoney("999999999.00", "USD") },
	} {
		s, d := publishable(t)
		change(s)
		require.False(t, roi.CanPublish(s, d).Allowed(), name)
		_, err := roi.NewPortfolio(roi.HalfEven, roi.Member{Statement: s, Leaders: leaders(t, 0, 3)})
		require.Error(t, err, name)
	}
}

// A KPI that improves while the behaviour gets worse is not hidden.
func TestCanPublishShowsDisagreeingBehaviour(t *testing.T) {
	s, d := publishable(t)
	d.Behaviour.Movement = roi.Worsened
	found := roi.CanPublish(s, d).Findings()
	require.True(t, slices.ContainsFunc(found, func(f coaching.Finding) bool {
		return f.Code == "ROI-001" && strings.Contains(f.Message, "the behaviour worsened, the KPI improved")
	}), "%v", found)
}

// What was said before the programme started is no witness of it.
func TestCanPublishRefusesEarlyStreams(t *testing.T) {
	for name, change := range map[string]func(d *roi.Dossier, on coaching.Date){
		"narrative": func(d *roi.Dossier, on coaching.Date) { d.Narratives[1].On = on },
		"behaviour": func(d *roi.Dossier, on coaching.Date) { d.Behaviour.On = on },
	} {
		s, d := publishable(t)
		change(&d, d.Start)
		require.True(t, roi.CanPublish(s, d).Allowed(), name)
		change(&d, d.Start.AddDays(-1))
		require.False(t, roi.CanPublish(s, d).Allowed(), name)
	}
}

// PIL-166: the sponsor does not sign what the sponsor confirms, and a signature of
// whoever measured the delta is shown to be no check.
func TestCanPublishWantsAnotherSigner(t *testing.T) {
	s, d := publishable(t)
	d.SignOff.By = d.Sponsor.By
	require.False(t, roi.CanPublish(s, d).Allowed())
	_, d = publishable(t)
	d.SignOff.By = d.Data.By
	p := roi.CanPublish(s, d)
	require.True(t, p.Allowed())
	require.True(t, p.Findings().Has("PIL-166"))
}
