package fairness_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
	"github.com/coachgov/coaching/signal"
)

// large is a check of 16,000 people by gender and function; flagged holds how
// many of each 2,000 are flagged, by gender and function.
func large(t require.TestingT, flagged [2][2]int64, unknown int64, role fairness.GroupRole) *fairness.Table {
	s := fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "gender", Role: role}, {Name: "function", Role: fairness.Operational}},
		Families:   []fairness.Family{{By: []string{"gender"}}, {By: []string{"function"}}, {By: []string{"gender", "function"}}},
		Features:   []fairness.Feature{{Name: "shift"}}}
	var counts []fairness.Count
	for i, gender := range []string{"woman", "man"} {
		for j, function := range []string{"clinic", "office"} {
			for _, shift := range []string{"day", "night"} {
				counts = append(counts, fairness.Count{Levels: []string{gender, function}, Factors: []string{shift}, Flagged: flagged[i][j], Total: 2000})
			}
		}
	}
	counts = append(counts, fairness.Count{Levels: []string{"", ""}, Flagged: unknown / 2, Total: unknown})
	table, err := fairness.FromCounts(s, counts)
	require.NoError(t, err)
	return table
}

// What a pass takes, and each thing that undoes it.
func TestCheckVerdict(t *testing.T) {
	window := coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}
	equal := [2][2]int64{{800, 800}, {800, 800}}
	crossed := [2][2]int64{{1000, 600}, {600, 1000}} // margins are equal, the corners are not
	clean := append(reviews(true, "", 0, 60), reviews(false, "", 0, 60)...)
	strict := adopted(t)
	strict.OnInsufficient = fairness.PauseSignal
	tests := []struct {
		name     string
		table    *fairness.Table
		reviews  []fairness.ReviewResult
		policy   fairness.Policy
		verdict  fairness.Verdict
		standing signal.Standing
		code     string
	}{
		{"all three steps pass", large(t, equal, 0, fairness.Protected), clean, adopted(t), fairness.Pass, signal.Cleared, ""},
		{"an intersection pauses", large(t, crossed, 0, fairness.Protected), clean, adopted(t), fairness.Pause, signal.Paused, "FAI-005"},
		{"too many of unknown level", large(t, equal, 1600, fairness.Protected), clean, adopted(t), fairness.Insufficient, signal.Restricted, "FAI-003"},
		{"few of unknown level", large(t, equal, 400, fairness.Protected), clean, adopted(t), fairness.Pass, signal.Cleared, ""},
		{"no protected attribute", large(t, equal, 0, fairness.Operational), clean, adopted(t), fairness.Insufficient, signal.Restricted, "FAI-003"},
		{"a policy that pauses what it cannot judge", large(t, equal, 0, fairness.Protected), clean[:10], strict, fairness.Insufficient, signal.Paused, "FAI-002"},
		{"no review", large(t, equal, 0, fairness.Protected), nil, adopted(t), fairness.Insufficient, signal.Candidate, "FAI-001"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := fairness.Check(tt.table, tt.reviews, window, tt.policy)
			require.NoError(t, err)
			require.Equal(t, tt.verdict, r.Verdict, "%v", r.Findings)
			require.Equal(t, tt.standing, r.Standing)
			if tt.code != "" {
				require.True(t, r.Findings.Has(tt.code), "%v", r.Findings)
			} else {
				require.Empty(t, r.Findings)
			}
		})
	}
}

// FAI-002: a group of which everybody was reviewed leaves nothing to chance.
func TestReviewOfEverybody(t *testing.T) {
	table := rates(t, fairness.Unfavourable, map[string]fairness.Rate{"a": {X: 6, N: 12}, "b": {X: 6, N: 12}})
	p := adopted(t)
	p.Review.StratifyBy = "group"
	var all []fairness.ReviewResult
	for _, g := range []string{"a", "b"} {
		all = append(append(all, reviews(true, g, 0, 6)...), reviews(false, g, 0, 6)...)
	}
	f, err := fairness.Review(table, all, p)
	require.NoError(t, err)
	require.Equal(t, fairness.Pass, f.Verdict)
	require.Zero(t, f.Missed.Bound)
}

// FAI-007: a gap within the threshold is nobody's to carry, and a declared
// factor explains only what would otherwise be a proxy.
func TestCarriesNeedsABreach(t *testing.T) {
	s := fairness.Spec{Signal: "s", Polarity: fairness.Favourable,
		Attributes: []fairness.Attribute{{Name: "gender"}, {Name: "grade", Role: fairness.Legitimate,
			Declared: &fairness.Declaration{By: somebody(t, "hr"), On: day("2027-01-01"), Reason: "grades differ in task"}}},
		Features: []fairness.Feature{{Name: "site"}}}
	table, err := fairness.FromCounts(s, []fairness.Count{ // a gap of one point, all of it by the mix of sites
		{Levels: []string{"woman", "1"}, Factors: []string{"low"}, Flagged: 220, Total: 550},
		{Levels: []string{"woman", "1"}, Factors: []string{"high"}, Flagged: 225, Total: 450},
		{Levels: []string{"man", "1"}, Factors: []string{"low"}, Flagged: 200, Total: 500},
		{Levels: []string{"man", "2"}, Factors: []string{"high"}, Flagged: 10, Total: 20},
		{Levels: []string{"man", "1"}, Factors: []string{"high"}, Flagged: 240, Total: 480},
		{Levels: []string{"woman", "2"}, Factors: []string{"high"}, Flagged: 10, Total: 20},
		{Levels: []string{"woman", "2"}, Factors: []string{"low"}, Total: 0},
	})
	require.NoError(t, err)
	fs, err := fairness.Proxies(table, adopted(t))
	require.NoError(t, err)
	require.Equal(t, "site", fs[0].Factor)
	share, ok := fs[0].Path.Share()
	require.True(t, ok)
	require.Greater(t, share, 0.5)
	require.False(t, fs[0].Carries)
	require.Equal(t, fairness.NoProxy, fs[0].Verdict)
	require.Equal(t, "grade", fs[1].Factor)
	require.Equal(t, fairness.NoProxy, fs[1].Verdict)
}

// Each way in which a policy can be loosened is named, and nothing else is.
func TestPolicyLoosens(t *testing.T) {
	base := adopted(t)
	base.DiffMax, base.Review.StratifyBy, base.OnInsufficient = 0.2, "gender", fairness.PauseSignal
	require.Empty(t, base.Loosens(base))
	looser := map[string]func(p *fairness.Policy){
		"RatioMin": func(p *fairness.Policy) { p.RatioMin = 0.7 }, "DiffMax": func(p *fairness.Policy) { p.DiffMax = 0 },
		"Alpha": func(p *fairness.Policy) { p.Alpha = 0.01 }, "Power": func(p *fairness.Policy) { p.Power = 0.7 },
		"ExactUpTo": func(p *fairness.Policy) { p.ExactUpTo = 0 }, "MaxUnknown": func(p *fairness.Policy) { p.MaxUnknown = 0.5 },
		"Review.MaxFalseDiscovery": func(p *fairness.Policy) { p.Review.MaxFalseDiscovery = 0.2 },
		"Review.MaxMissed":         func(p *fairness.Policy) { p.Review.MaxMissed = 0.2 },
		"Review.Confidence":        func(p *fairness.Policy) { p.Review.Confidence = 0.9 },
		"Review.MinPerStratum":     func(p *fairness.Policy) { p.Review.MinPerStratum = 1 },
		"Review.MinKappa":          func(p *fairness.Policy) { p.Review.MinKappa = 0.5 },
		"Review.StratifyBy":        func(p *fairness.Policy) { p.Review.StratifyBy = "" },
		"Proxy.MinV":               func(p *fairness.Policy) { p.Proxy.MinV = 0.2 },
		"Proxy.MinAUC":             func(p *fairness.Policy) { p.Proxy.MinAUC = 0.2 },
		"Proxy.MinPathShare":       func(p *fairness.Policy) { p.Proxy.MinPathShare = 0.9 },
		"OnInsufficient":           func(p *fairness.Policy) { p.OnInsufficient = fairness.HumanReview },
	}
	for name, change := range looser {
		next := base
		change(&next)
		require.Equal(t, []string{name}, base.Loosens(next))
		if !slices.Contains([]string{"Alpha", "Review.Confidence", "Review.StratifyBy"}, name) {
			require.Empty(t, next.Loosens(base), "the way back is stricter: %s", name)
		}
		require.NotEqual(t, base.Hash(), next.Hash())
	}
}

// A validation is concluded by its own report: of this signal, by the frozen
// policy, on the frozen window; and time does not run back.
func TestConcludeTakesItsOwnReport(t *testing.T) {
	p := clinicPolicy(t)
	window := coaching.Window{From: day("2026-12-12"), To: day("2027-01-10")}
	steward := somebody(t, "steward")
	open := func(id string, p fairness.Policy) fairness.Lifecycle {
		l, err := fairness.NewLifecycle(id)
		require.NoError(t, err)
		l, err = l.Next(fairness.Event{Move: fairness.Open, On: day("2026-12-11"), Actor: steward, Reason: "r", Policy: p, Window: window, Seed: "s"})
		require.NoError(t, err)
		return l
	}
	other := p
	other.Power = 0.9
	report := clinic(t, 15, 9, window, p)
	conclude := fairness.Event{Move: fairness.Conclude, On: day("2027-01-11"), Actor: steward, Reason: "r", Report: report}
	for want, l := range map[string]fairness.Lifecycle{"another signal": open("another", p), "another policy": open("collaboration_level", other)} {
		_, err := l.Next(conclude)
		require.ErrorContains(t, err, want)
	}
	l := open("collaboration_level", p)
	outside := conclude
	outside.Report = clinic(t, 15, 9, coaching.Window{From: day("2026-12-01"), To: day("2027-01-10")}, p)
	_, err := l.Next(outside)
	require.ErrorContains(t, err, "was frozen")
	back := conclude
	back.On = day("2026-12-10")
	_, err = l.Next(back)
	require.ErrorContains(t, err, "before that of the last move")
	early := conclude // a pause may come at any time, on the days so far
	early.On, early.Report = day("2027-01-05"), clinic(t, 15, 9, coaching.Window{From: day("2027-01-01"), To: day("2027-01-05")}, p)
	l, err = l.Next(early)
	require.NoError(t, err)
	require.Equal(t, signal.Paused, l.Standing(day("2027-01-05")))
}

// A signal in use stays in use while it is validated again, and passes into
// active when the evidence has grown.
func TestValidationOfASignalInUse(t *testing.T) {
	p := adopted(t)
	steward, privacy, owner := somebody(t, "steward"), somebody(t, "privacy officer"), somebody(t, "owner")
	first, second := coaching.Window{From: day("2026-12-12"), To: day("2027-01-10")}, coaching.Window{From: day("2027-02-01"), To: day("2027-02-10")}
	check := func(table *fairness.Table, n int, w coaching.Window) *fairness.Report {
		r, err := fairness.Check(table, append(reviews(true, "", 0, n), reviews(false, "", 0, n)...), w, p)
		require.NoError(t, err)
		return r
	}
	equal := large(t, [2][2]int64{{800, 800}, {800, 800}}, 0, fairness.Protected)
	l, err := fairness.NewLifecycle("s")
	require.NoError(t, err)
	for _, e := range []fairness.Event{
		{Move: fairness.Open, On: day("2026-12-11"), Policy: p, Window: first, Seed: "1"},
		{Move: fairness.Conclude, On: day("2027-01-11"), Report: check(equal, 10, first), Control: &fairness.Control{Control: "c", Evidence: "e", Owner: owner, Approver: privacy, From: day("2027-01-11"), Expires: day("2027-03-01")}},
		{Move: fairness.Open, On: day("2027-01-20"), Policy: p, Window: second, Seed: "2"},
	} {
		e.Actor, e.Reason = steward, "r"
		l, err = l.Next(e)
		require.NoError(t, err)
	}
	require.Equal(t, signal.Restricted, l.Standing(day("2027-02-05")))
	require.Equal(t, signal.Paused, l.Standing(day("2027-03-02")))
	stays, err := l.Next(fairness.Event{Move: fairness.Conclude, On: day("2027-02-11"), Actor: steward, Reason: "r", Report: check(equal, 10, second)})
	require.NoError(t, err, "the control in place stays")
	require.Equal(t, signal.Restricted, stays.Standing(day("2027-02-11")))
	l, err = l.Next(fairness.Event{Move: fairness.Conclude, On: day("2027-02-11"), Actor: steward, Reason: "r", Report: check(equal, 60, second)})
	require.NoError(t, err)
	require.Equal(t, signal.Cleared, l.Standing(day("2027-02-11")))
	_, under := l.Control()
	require.False(t, under)
}

// Figures of small groups stay out of the memo.
func TestMemoHidesSmallGroups(t *testing.T) {
	in := memoInput(t)
	table, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Unfavourable,
		Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "shift"}}}, []fairness.Count{
		{Levels: []string{"diverse"}, Factors: []string{"day"}, Flagged: 2, Total: 3},
		{Levels: []string{"woman"}, Factors: []string{"day"}, Flagged: 11, Total: 37},
		{Levels: []string{"man"}, Factors: []string{"night"}, Flagged: 13, Total: 41},
	})
	require.NoError(t, err)
	in.Report, err = fairness.Check(table, reviews(true, "", 0, 5), coaching.Window{From: day("2027-01-01"), To: day("2027-01-10")}, adopted(t))
	require.NoError(t, err)
	m, err := fairness.NewMemo(in)
	require.NoError(t, err)
	text := string(m.Markdown())
	for _, figure := range []string{"2 of 3", "11 of 37", "13 of 44"} { // itself, its cover, and what the cover is compared with
		require.NotContains(t, text, figure)
	}
	require.Contains(t, text, "| diverse | not printed")
	require.Contains(t, text, "13 of 41")
	require.Contains(t, text, "figures of 2 groups are not printed")
}

// A table that nobody made is an error at every door, never a panic or a pass.
func TestZeroTableIsRefused(t *testing.T) {
	policy := fairness.ProposedPolicy()
	policy.AdoptedBy, policy.AdoptedOn = somebody(t, "sponsor"), day("2027-01-04")
	window := coaching.Window{From: day("2027-01-04"), To: day("2027-01-31")}
	for _, table := range []*fairness.Table{nil, {}} {
		_, err := fairness.Check(table, nil, window, policy)
		require.ErrorContains(t, err, "zero Table")
		_, err = fairness.Groups(table, policy)
		require.ErrorContains(t, err, "zero Table")
		_, err = fairness.Proxies(table, policy)
		require.ErrorContains(t, err, "zero Table")
		_, err = fairness.Review(table, nil, policy)
		require.ErrorContains(t, err, "zero Table")
	}
}

// Each rule speaks where it is broken, and is silent where it is kept.
func TestEachRuleSpeaks(t *testing.T) {
	window := coaching.Window{From: day("2027-01-01"), To: day("2027-01-30")}
	equal, unequal := [2][2]int64{{800, 800}, {800, 800}}, [2][2]int64{{400, 400}, {800, 800}}
	clean := append(reviews(true, "", 0, 60), reviews(false, "", 0, 60)...)
	kept, err := fairness.Check(large(t, equal, 0, fairness.Protected), clean, window, adopted(t))
	require.NoError(t, err)
	require.Empty(t, kept.Findings)
	require.Equal(t, signal.Cleared, kept.Standing)

	berkeley, err := fairness.FromCounts(fairness.Spec{Signal: "admission", Polarity: fairness.Favourable,
		Attributes: []fairness.Attribute{{Name: "gender"}}, Features: []fairness.Feature{{Name: "department"}}}, berkeleyCounts(true))
	require.NoError(t, err)
	bare, err := fairness.FromCounts(fairness.Spec{Signal: "s", Polarity: fairness.Favourable, Attributes: []fairness.Attribute{{Name: "gender"}}},
		[]fairness.Count{{Levels: []string{"woman"}, Flagged: 800, Total: 2000}, {Levels: []string{"man"}, Flagged: 800, Total: 2000}})
	require.NoError(t, err)
	tests := []struct {
		code, name string
		table      *fairness.Table
		reviews    []fairness.ReviewResult
		severity   coaching.Severity
		standing   signal.Standing
	}{
		{"FAI-001", "a step left out", large(t, equal, 0, fairness.Protected), nil, coaching.Error, signal.Candidate},
		{"FAI-002", "no flag was reviewed", large(t, equal, 0, fairness.Protected), reviews(false, "", 0, 60), coaching.Error, signal.Candidate},
		{"FAI-002", "most flags are wrong", large(t, equal, 0, fairness.Protected), reviews(true, "", 55, 60), coaching.Error, signal.Paused},
		{"FAI-003", "no protected group", large(t, equal, 0, fairness.Operational), clean, coaching.Warning, signal.Restricted},
		{"FAI-003", "no operational group", bare, clean, coaching.Info, signal.Candidate},
		{"FAI-004", "nothing was probed", bare, clean, coaching.Error, signal.Candidate},
		{"FAI-005", "half the rate", large(t, unequal, 0, fairness.Protected), clean, coaching.Error, signal.Paused},
		{"FAI-006", "too little evidence", large(t, equal, 0, fairness.Protected), append(reviews(true, "", 0, 5), reviews(false, "", 0, 5)...), coaching.Warning, signal.Restricted},
		{"FAI-007", "the department stands in for gender", berkeley, clean, coaching.Error, signal.Paused},
	}
	for _, tt := range tests {
		t.Run(tt.code+" "+tt.name, func(t *testing.T) {
			r, err := fairness.Check(tt.table, tt.reviews, window, adopted(t))
			require.NoError(t, err)
			require.Equal(t, tt.standing, r.Standing, "%v", r.Findings)
			require.NotEqual(t, fairness.Pass, r.Verdict)
			require.True(t, slices.ContainsFunc(r.Findings, func(f coaching.Finding) bool { return f.Code == tt.code && f.Severity == tt.severity }), "%v", r.Findings)
		})
	}
}

// Whoever adds a number to the policy says whether it can be loosened.
func TestEveryThresholdCanBeLoosened(t *testing.T) {
	loose := map[string]bool{"MinShow": true, "AdoptedBy": true, "AdoptedOn": true} // not thresholds of use
	var walk func(prefix string, v reflect.Type, at []int)
	walk = func(prefix string, v reflect.Type, at []int) {
		for i := range v.NumField() {
			f, at := v.Field(i), append(slices.Clone(at), i)
			if f.Type.Kind() == reflect.Struct && f.Type.PkgPath() == v.PkgPath() && (f.Name == "Review" || f.Name == "Proxy") {
				walk(f.Name+".", f.Type, at)
				continue
			}
			if loose[prefix+f.Name] {
				continue
			}
			found := false
			for _, step := range []int{-1, 1} {
				base := adopted(t)
				base.DiffMax, base.OnInsufficient, base.Review.StratifyBy = 0.2, fairness.PauseSignal, "gender"
				next := base
				switch field := reflect.ValueOf(&next).Elem().FieldByIndex(at); field.Kind() {
				case reflect.Float64:
					field.SetFloat(field.Float() * (1 + 0.1*float64(step)))
				case reflect.Int:
					field.SetInt(field.Int() + int64(step))
				case reflect.Uint8:
					field.SetUint(0)
				case reflect.String:
					field.SetString("other")
				default:
					t.Fatalf("%s: a field of kind %v", prefix+f.Name, field.Kind())
				}
				found = found || slices.Equal([]string{prefix + f.Name}, base.Loosens(next))
				require.NotEqual(t, base.Hash(), next.Hash(), "%s is in the hash", prefix+f.Name)
			}
			require.True(t, found, "%s", prefix+f.Name)
		}
	}
	walk("", reflect.TypeFor[fairness.Policy](), nil)
}
