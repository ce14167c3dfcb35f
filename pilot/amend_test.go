package pilot_test

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/yaml"
	"github.com/coachgov/coaching/pilot"
)

// amended applies a change to a copy of the locked plan on a day.
func amended(t require.TestingT, l *pilot.Locked, day string, change func(*pilot.Plan, *pilot.Amendment)) (*pilot.Locked, coaching.Findings) {
	a := pilot.Amendment{Plan: l.Plan(), By: person(t, "P-LND"), Role: coaching.ProgramAdmin, At: on(day), Reason: "as discussed"}
	change(a.Plan, &a)
	return l.Amend(a)
}

func get(n *document.Node, key string) *document.Node {
	for _, m := range n.Members {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// The chain of the reference: each patch with its class, its answer and what it
// leaves of the claim (PIL-023, PIL-061, PIL-075, PIL-085).
func TestReferenceAmendments(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "fixtures/pilot/amendments.yaml"))
	require.NoError(t, err)
	n, fs := yaml.Parse("amendments.yaml", data)
	require.NotNil(t, n, "%v", fs)
	patches := map[string]func(*pilot.Plan, *pilot.Amendment){
		"replace /roles/sponsor":  func(p *pilot.Plan, _ *pilot.Amendment) { p.Roles.Sponsor = "P-CEO" },
		"slip run by 4 weeks":     func(p *pilot.Plan, _ *pilot.Amendment) { p.SlipWeeks = 4 },
		"replace /kpi/min_effect": func(p *pilot.Plan, _ *pilot.Amendment) { p.KPI.MinEffect = "0.02" },
		"replace /kpi/id":         func(p *pilot.Plan, _ *pilot.Amendment) { p.KPI.ID, p.Hypothesis.OutcomeKPI = "velocity", "velocity" },
		"add /cohort/coaches/2": func(p *pilot.Plan, _ *pilot.Amendment) {
			c := p.Cohort.Coaches[0]
			c.ID = "C3"
			p.Cohort.Coaches = append(p.Cohort.Coaches, c)
		},
		"remove /cohort/leaders/3 (withdrew consent)": func(p *pilot.Plan, _ *pilot.Amendment) {
			p.Cohort.Leaders[3].Withdrawn = coaching.MustDate("2027-03-01")
		},
		// A wave follows from the draw: the two would have to take each other's place.
		"swap wave of L03 and L04": func(p *pilot.Plan, _ *pilot.Amendment) { p.Design.SeedMessage = "drawn again" },
	}
	l := locked(t, plan(t))
	for _, row := range get(n, "cases").Items {
		patch := get(row, "patch").Text
		require.Contains(t, patches, patch)
		next, fs := amended(t, l, or(get(row, "at"), "2027-02-20"), func(p *pilot.Plan, a *pilot.Amendment) {
			patches[patch](p, a)
			if by := get(row, "by"); by != nil {
				a.Role, err = coaching.ParseRole(by.Text)
				require.NoError(t, err)
			}
			if get(row, "co_sign") != nil {
				a.CoSigned = []coaching.Role{coaching.Sponsor}
			}
		})
		if get(row, "result").Text == "refused" {
			require.Nil(t, next, patch)
			require.True(t, fs.Has(get(row, "code").Text), "%s: %v", patch, fs)
			continue
		}
		require.NotNil(t, next, "%s: %v", patch, fs)
		chain := next.Chain()
		require.Equal(t, get(row, "seq").Text, or(nil, string(rune('0'+chain[len(chain)-1].Seq))))
		require.Equal(t, get(row, "class").Text, chain[len(chain)-1].Class.String(), patch)
		if get(row, "confirmatory").Text == "false" {
			require.True(t, next.Exploratory())
		}
		if !next.Exploratory() {
			require.Equal(t, "true", get(row, "confirmatory").Text, patch)
		}
		before, err := l.Plan().Allocate()
		require.NoError(t, err)
		after, err := next.Plan().Allocate()
		require.NoError(t, err)
		require.Equal(t, before.Units, after.Units, "the allocation of the others stays")
		l = next
	}
	require.Len(t, l.Chain(), 5, "the lock and four amendments")
}

func or(n *document.Node, text string) string {
	if n == nil {
		return text
	}
	return n.Text
}

// The withdrawal of the reference comes after a scientific change there; by
// itself it leaves the claim as it was, and takes the leader out of what is due.
func TestWithdrawal(t *testing.T) {
	l := locked(t, plan(t))
	next, fs := amended(t, l, "2027-03-01", func(p *pilot.Plan, _ *pilot.Amendment) {
		p.Cohort.Leaders[3].Withdrawn = coaching.MustDate("2027-03-01")
	})
	require.False(t, next.Exploratory())
	require.True(t, has(fs, "GOV-012", coaching.Info, "cohort.leaders[3].withdrawn", "analysed as withdrawn"))
	require.Equal(t, []string{"cohort.leaders[3].withdrawn"}, next.Chain()[1].Paths)
	log := story(t, pilot.Running)
	require.Equal(t, 10, log.Adherence().Leaders)
	require.Empty(t, log.Amend(next))
	require.Equal(t, 9, log.Adherence().Leaders)
}

// Each refusal has its reason, and leaves what there was.
func TestAmendRefuses(t *testing.T) {
	l := locked(t, plan(t))
	for name, tt := range map[string]struct {
		day    string
		change func(*pilot.Plan, *pilot.Amendment)
		code   string
	}{
		"no plan":      {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { a.Plan = nil }, "DOC-AMENDMENT"},
		"nothing":      {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) {}, "DOC-AMENDMENT"},
		"no author":    {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Title, a.By = "T", coaching.PersonID{} }, "DOC-AMENDMENT"},
		"no role":      {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Title, a.Role = "T", 0 }, "DOC-AMENDMENT"},
		"no reason":    {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Title, a.Reason = "T", " " }, "DOC-AMENDMENT"},
		"no time":      {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Title, a.At = "T", time.Time{} }, "DOC-AMENDMENT"},
		"too early":    {"2027-01-07", func(p *pilot.Plan, a *pilot.Amendment) { p.Title = "T" }, "DOC-AMENDMENT"},
		"another plan": {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.ID = "another" }, "DOC-AMENDMENT"},
		"not a text":   {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Title = "\xff" }, "DOC-VALUE"},
		"no sponsor":   {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Roles.Sponsor = "" }, "PIL-027"},
		"leader out":   {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Leaders = p.Cohort.Leaders[:9] }, "PIL-085"},
		"leader in": {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) {
			x := p.Cohort.Leaders[0]
			x.ID = "L11"
			p.Cohort.Leaders = append(p.Cohort.Leaders, x)
		}, "PIL-085"},
		"other strata":  {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Design.Strata = "none"; p.Design.SeedMessage = "x" }, "PIL-085"},
		"slip alone":    {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.SlipWeeks = 2 }, "PIL-061"},
		"slip too late": {"2027-02-08", func(p *pilot.Plan, a *pilot.Amendment) { p.SlipWeeks, a.Role = 2, coaching.Sponsor }, "PIL-061"},
		"slip too long": {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.SlipWeeks, a.Role = 5, coaching.Sponsor }, "PIL-001"},
		"week 0 moves":  {"2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Week0, a.Role = p.Week0.AddDays(7), coaching.Sponsor }, "PIL-040"},
		"more seats":    {"2027-02-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Coaches[0].Capacity = 6 }, "PIL-075"},
		"new KPI":       {"2027-01-11", func(p *pilot.Plan, a *pilot.Amendment) { p.KPI.ID, p.Hypothesis.OutcomeKPI = "x", "x" }, "PIL-023"},
	} {
		next, fs := amended(t, l, tt.day, tt.change)
		require.Nil(t, next, name)
		require.True(t, has(fs, tt.code, coaching.Error, pathOf(fs, tt.code), ""), "%s: %v", name, fs)
	}
	require.Len(t, l.Chain(), 1)
	none, fs := new(pilot.Locked).Amend(pilot.Amendment{Plan: plan(t)})
	require.Nil(t, none)
	require.True(t, fs.Blocked())
}

func pathOf(fs coaching.Findings, code string) string {
	for _, f := range fs {
		if f.Code == code && f.Severity == coaching.Error {
			return f.Path
		}
	}
	return ""
}

// What is accepted, its class, and whether the claim survives; GO does not when
// the change is scientific and the baseline has begun.
func TestAmendClasses(t *testing.T) {
	for name, tt := range map[string]struct {
		day         string
		change      func(*pilot.Plan, *pilot.Amendment)
		class       pilot.Class
		exploratory bool
	}{
		"KPI in week 0":    {"2027-01-10", func(p *pilot.Plan, a *pilot.Amendment) { p.KPI.ID, p.Hypothesis.OutcomeKPI = "x", "x" }, pilot.Scientific, false},
		"effect in week 1": {"2027-01-11", func(p *pilot.Plan, a *pilot.Amendment) { p.KPI.MinEffect = "0.04" }, pilot.Scientific, true},
		"effect and title": {"2027-01-11", func(p *pilot.Plan, a *pilot.Amendment) { p.KPI.MinEffect, p.Title = "0.04", "T" }, pilot.Scientific, true},
		"experiment":       {"2027-02-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Leaders[0].Experiment = "E-ASYNC" }, pilot.Scientific, true},
		"wave start":       {"2027-02-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Design.WaveStarts[1] = 8 }, pilot.Scientific, true},
		"extension":        {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.TemplateWeeks = 14 }, pilot.Scientific, true},
		"steward":          {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Roles.Steward = "P-X" }, pilot.Administrative, false},
		"analyst":          {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Coaches[1].Analyst = "P-X" }, pilot.Administrative, false},
		"waiver": {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) {
			p.Waivers = []pilot.Waiver{{Code: "C-23", Role: coaching.Sponsor, Reason: "known"}}
		}, pilot.Administrative, false},
		"a coach":       {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Leaders[0].Coach = "C2" }, pilot.CohortChange, false},
		"more seats":    {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Coaches[1].Capacity, a.CadenceStable = 6, true }, pilot.CohortChange, false},
		"another coach": {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) { p.Cohort.Coaches[1].ID = "C9" }, pilot.CohortChange, false},
		"a holiday": {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) {
			p.Calendars["us"].Holidays[0].Name = "x"
			a.Role = coaching.Sponsor
		}, pilot.ScheduleChange, false},
		"week 0 before it": {"2026-12-20", func(p *pilot.Plan, a *pilot.Amendment) { p.Week0, a.Role = p.Week0.AddDays(7), coaching.Sponsor }, pilot.ScheduleChange, false},
		"holiday and roles": {"2027-03-11", func(p *pilot.Plan, a *pilot.Amendment) {
			p.Session.Minutes, p.Roles.Steward = 45, "P-X"
			a.CoSigned = []coaching.Role{coaching.Sponsor}
		}, pilot.ScheduleChange, false},
	} {
		l, fs := plan(t).Lock(person(t, "P-CPO"), on("2026-12-15"))
		require.NotNil(t, l, "%v", fs)
		next, fs := amended(t, l, tt.day, tt.change)
		require.NotNil(t, next, "%s: %v", name, fs)
		e := next.Chain()[1]
		require.Equal(t, tt.class.String(), e.Class.String(), name)
		require.Equal(t, tt.exploratory, next.Exploratory(), name)
		require.Equal(t, tt.exploratory, has(fs, "PIL-023", coaching.Warning, "", "exploratory"), name)
		require.Equal(t, l.Head(), e.Previous)
		require.Equal(t, next.Digest(), e.Plan)
		again, fs := amended(t, next, "2027-03-12", func(p *pilot.Plan, _ *pilot.Amendment) { p.Title = "Again" })
		require.NotNil(t, again, "%v", fs)
		require.Equal(t, tt.exploratory, again.Exploratory(), "for good")
		require.Equal(t, pilot.Go, pilot.Decide(l, good(t, l)).Outcome)
		require.Equal(t, tt.exploratory, pilot.Decide(again, good(t, again)).Outcome != pilot.Go, name)
	}
}

// PIL-058, PIL-061 and PIL-170: what an amendment adds and costs is said.
func TestAmendmentConsequences(t *testing.T) {
	l := locked(t, plan(t))
	sponsor := func(p *pilot.Plan, a *pilot.Amendment) { p.SlipWeeks, a.Role = 4, coaching.Sponsor }
	_, fs := amended(t, l, "2027-01-29", sponsor)
	require.True(t, has(fs, "PIL-061", coaching.Warning, "budget", "a slip of 4 weeks"))
	next, fs := amended(t, l, "2027-01-29", func(p *pilot.Plan, a *pilot.Amendment) {
		sponsor(p, a)
		p.Budget = &pilot.Budget{Currency: "EUR", Lines: []pilot.BudgetLine{{Kind: pilot.IntegrationCost, Amount: "15000"}}}
	})
	require.NotNil(t, next)
	require.True(t, has(fs, "PIL-170", coaching.Info, "budget", "the budget goes from 0.00 to 15000.00"))
	require.True(t, has(fs, "PIL-041", coaching.Warning, "slip_weeks", "56 full days"))
	require.False(t, fs.Has("PIL-061"))
	next, fs = amended(t, l, "2027-03-01", func(p *pilot.Plan, a *pilot.Amendment) {
		c := p.Cohort.Coaches[0]
		c.ID = "C3"
		p.Cohort.Coaches, a.CadenceStable = append(p.Cohort.Coaches, c), true
	})
	require.True(t, has(fs, "PIL-058", coaching.Info, "cohort.coaches", "the scope grows from 2 to 3 coaches"))
	require.Equal(t, []string{"cohort.coaches[2]"}, next.Chain()[1].Paths)
	require.Equal(t, pilot.CohortChange, next.Chain()[1].Class)
}

// Whatever is amended: the digest changes if and only if the plan does, the chain
// grows by one and reads back, and no byte of it can be changed.
func TestChainReadsBack(t *testing.T) {
	base := locked(t, plan(t))
	changes := []func(*pilot.Plan, *pilot.Amendment, string){
		func(p *pilot.Plan, _ *pilot.Amendment, s string) { p.Title = s },
		func(p *pilot.Plan, _ *pilot.Amendment, s string) { p.Roles.Sponsor = s },
		func(p *pilot.Plan, _ *pilot.Amendment, s string) { p.KPI.Definition = s },
		func(p *pilot.Plan, a *pilot.Amendment, s string) {
			p.Session.Minutes, a.Role = 40+len(s), coaching.Sponsor
		},
		func(p *pilot.Plan, a *pilot.Amendment, s string) { p.Cohort.Leaders[1].Coach, a.Reason = "C1", s },
		func(p *pilot.Plan, a *pilot.Amendment, s string) {
			p.Cohort.Coaches[0].Capacity, a.CadenceStable = 5, true
		},
		func(*pilot.Plan, *pilot.Amendment, string) {},
	}
	rapid.Check(t, func(t *rapid.T) {
		l := base
		for day := range rapid.IntRange(0, 5).Draw(t, "amendments") {
			before := l.Digest()
			var now *pilot.Plan
			next, fs := amended(t, l, coaching.MustDate("2027-01-10").AddDays(day).String(), func(p *pilot.Plan, a *pilot.Amendment) {
				rapid.SampledFrom(changes).Draw(t, "change")(p, a, rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "text"))
				now = p
			})
			want, err := now.Digest()
			require.NoError(t, err)
			require.Equal(t, next == nil, want == before, "%v", fs)
			if next == nil {
				continue
			}
			require.Equal(t, want, next.Digest())
			require.Len(t, next.Chain(), len(l.Chain())+1)
			l = next
		}
		data, err := l.JSON()
		require.NoError(t, err)
		back, fs := pilot.ReadLocked("chain.json", data)
		require.NotNil(t, back, "%v", fs)
		require.Equal(t, l.Chain(), back.Chain())
		require.Equal(t, l.Head(), back.Head())
		again, err := back.JSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}

// EX-04: the midmarket case. Middleware came four weeks late and cost money. What the
// reference computes is what the amended plan says, and what it refuses is refused.
func TestReferenceSlip(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "fixtures/pilot/midmarket_healthcare_vendor.yaml"))
	require.NoError(t, err)
	n, fs := yaml.Parse("midmarket.yaml", data)
	require.NotNil(t, n, "%v", fs)
	want := get(n, "expect")
	l := locked(t, plan(t))
	slip := func(l *pilot.Locked) (*pilot.Locked, coaching.Findings) {
		return amended(t, l, "2027-01-29", func(p *pilot.Plan, a *pilot.Amendment) {
			p.SlipWeeks, a.Role, a.CoSigned = 4, coaching.IntegrationOwner, []coaching.Role{coaching.Sponsor}
			p.Budget = &pilot.Budget{Currency: "EUR", Lines: []pilot.BudgetLine{{Kind: pilot.IntegrationCost, Amount: "15000"}}}
		})
	}
	next, fs := slip(l)
	require.NotNil(t, next, "%v", fs)
	for when, p := range map[string]*pilot.Plan{"before": l.Plan(), "after": next.Plan()} {
		require.Equal(t, get(get(want, "run_from"), when).Text, p.Run().From.String())
		require.Equal(t, get(get(want, "end"), when).Text, p.End().String())
		days := p.Baseline().To.DaysUntil(p.Run().From) - 1
		require.Equal(t, get(get(want, "gap_days_baseline_to_run"), when).Text, strconv.Itoa(days))
	}
	require.Equal(t, get(get(get(n, "input"), "amendment"), "class").Text, next.Chain()[1].Class.String())
	for _, f := range get(want, "findings").Items {
		switch code := get(f, "code").Text; code {
		case "PIL-041":
			require.True(t, has(fs, code, coaching.Warning, "slip_weeks", get(f, "msg").Text), "%v", fs)
		case "PIL-170":
			require.True(t, has(fs, code, coaching.Info, get(f, "path").Text, ""), "%v", fs)
		default:
			require.Equal(t, "PIL-135", code) // of the vendors
		}
	}
	long := plan(t)
	long.TemplateWeeks = 16
	_, fs = slip(locked(t, long))
	require.True(t, has(fs, get(get(get(want, "variant_16_weeks"), "finding"), "code").Text, coaching.Error, "slip_weeks", get(get(want, "variant_16_weeks"), "elapsed").Text))
}

// A chain in which a word of a plan, a reason, a time or a digest was changed, or
// from which an entry was taken, does not read back.
func TestReadLockedRefuses(t *testing.T) {
	l := locked(t, plan(t))
	l, _ = amended(t, l, "2027-01-12", func(p *pilot.Plan, a *pilot.Amendment) { p.Roles.Sponsor, a.Reason = "P-CEO", "the sponsor left" })
	l, _ = amended(t, l, "2027-01-29", func(p *pilot.Plan, a *pilot.Amendment) { p.Title = "Another" })
	data, err := l.JSON()
	require.NoError(t, err)
	for name, change := range map[string]func(string) string{
		"a reason":  func(s string) string { return strings.Replace(s, "the sponsor left", "the sponsor stays", 1) },
		"a time":    func(s string) string { return strings.Replace(s, "2027-01-29T", "2027-01-30T", 1) },
		"a plan":    func(s string) string { return strings.Replace(s, "0.05", "0.04", 1) },
		"a sponsor": func(s string) string { return strings.Replace(s, "P-CEO", "P-CFO", 1) },
		"a schema":  func(s string) string { return strings.Replace(s, "pilot-chain/v1", "pilot-chain/v2", 1) },
		"an entry": func(s string) string {
			before, rest, _ := strings.Cut(s, "    {\n      \"at\": \"2027-01-12")
			return before + rest[strings.Index(rest, "    {\n      \"at\": \"2027-01-29"):]
		},
		"all entries": func(s string) string { return `{"schema": "pilot-chain/v1", "entries": []}` },
	} {
		text := change(string(data))
		require.NotEqual(t, string(data), text, name)
		back, fs := pilot.ReadLocked("chain.json", []byte(text))
		require.Nil(t, back, name)
		require.True(t, fs.Blocked(), name)
	}
	_, err = new(pilot.Locked).JSON()
	require.Error(t, err)
}

// A log goes on under an amended plan, and reads back under the whole chain;
// what came before is judged by the plan of its time.
func TestLogUnderAmendments(t *testing.T) {
	l := story(t, pilot.Running)
	root := locked(t, plan(t))
	next, fs := amended(t, root, "2027-02-15", func(p *pilot.Plan, _ *pilot.Amendment) { p.Cohort.Coaches[1].ID = "C9" })
	require.NotNil(t, next, "%v", fs)
	require.Empty(t, l.Amend(next))
	at := func(day, coach string) coaching.Findings {
		return l.Append(pilot.Event{At: on(day), By: person(t, "P-LND"), Kind: pilot.WorkshopAttended, Label: coach, Count: 240})
	}
	require.True(t, at("2027-02-14", "C9").Has("DOC-EVENT"), "not yet of the plan")
	require.Empty(t, at("2027-02-14", "C2"))
	require.Empty(t, at("2027-02-16", "C9"))
	require.True(t, at("2027-02-16", "C2").Has("DOC-EVENT"))
	data, err := l.JSON()
	require.NoError(t, err)
	back, fs := pilot.ReadLog("log.json", data, next)
	require.NotNil(t, back, "%v", fs)
	require.Equal(t, l.Events(), back.Events())
	_, fs = pilot.ReadLog("log.json", data, root)
	require.True(t, fs.Blocked(), "the first plan knows no C9")

	require.True(t, l.Amend(root).Has("DOC-AMENDMENT"), "a chain does not get shorter")
	require.True(t, l.Amend(nil).Has("DOC-AMENDMENT"))
	late, _ := amended(t, next, "2027-02-15", func(p *pilot.Plan, _ *pilot.Amendment) { p.Title = "T" })
	require.True(t, l.Amend(late).Has("DOC-AMENDMENT"), "an event is after it")
	other, _ := amended(t, root, "2027-02-15", func(p *pilot.Plan, _ *pilot.Amendment) { p.Title = "T" })
	require.True(t, l.Amend(other).Has("DOC-AMENDMENT"), "another chain")
}

// Reading never panics, and a chain that was read is written the same.
func FuzzReadLocked(f *testing.F) {
	p := plan(f)
	l, _ := p.Lock(person(f, "P-CPO"), stamp())
	l, _ = amended(f, l, "2027-01-12", func(p *pilot.Plan, _ *pilot.Amendment) { p.Title = "Another" })
	data, err := l.JSON()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"schema": "pilot-chain/v1", "entries": []}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, fs := pilot.ReadLocked("chain.json", data)
		require.Equal(t, l == nil, fs.Blocked())
		if l == nil {
			return
		}
		text, err := l.JSON()
		require.NoError(t, err)
		again, fs := pilot.ReadLocked("chain.json", text)
		require.NotNil(t, again, "%v", fs)
		twice, err := again.JSON()
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, twice))
	})
}
