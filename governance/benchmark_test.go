package governance

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// sixteen are the rules of the contest of speed, without what guards them.
var sixteen = []struct {
	effect, actions, roles, when, message, review string
}{
	{"deny", "view recommend export reidentify validate", "any", `resource.type == "trace" && (!has(resource.age) || resource.age > param.raw_retention)`, "the trace is {resource.age} old, at most {param.raw_retention} are allowed", ""},
	{"deny", "view recommend export", "any", `resource.type == "trend" && (!has(resource.age) || resource.age > duration("4380h"))`, "the trend is {resource.age} old", ""},
	{"deny", "view recommend export publish", "any", `resource.class != "aggregate" && !("coaching" in consent.purposes)`, "no consent to coaching", ""},
	{"deny", "view recommend export reidentify publish", "any", `resource.class != "aggregate" && !(purpose in consent.purposes)`, "no consent to {purpose}", ""},
	{"deny", "view export", "any", `resource.class == "aggregate" && (!has(resource.group_size) || resource.group_size < param.group_size)`, "{resource.group_size} people, at least {param.group_size} are needed", ""},
	{"deny", "apply recommend", "any", `!resource.model_card`, "no model card", ""},
	{"deny", "export", "any", `resource.class != "aggregate" && !("export" in consent.purposes)`, "no consent to an export", ""},
	{"deny", "reidentify", "any", `!("reidentification" in consent.purposes && approval.count >= 2)`, "nobody is identified without consent and approval", ""},
	{"deny", "purge", "any", `(!has(resource.legal_hold) || resource.legal_hold)`, "a legal hold stands", ""},
	{"review", "publish", "any", `(!has(resource.automated) || resource.automated) && (!has(resource.affects) || resource.affects.hasAny(["compensation", "promotion", "role_assignment"])) && !(review.done && review.rationale_length >= 20)`, "a human looks first", "review"},
	{"review", "export", "any", `resource.class != "aggregate" && !approval.roles.hasAny(["legal_privacy"])`, "legal looks first", "approval"},
	{"permit", "view recommend publish", "coach", `has(resource.assigned_coach) && subject.id == resource.assigned_coach`, "the assigned coach", ""},
	{"permit", "view export apply", "program_admin", `resource.type != "trace"`, "the programme", ""},
	{"permit", "export reidentify purge", "legal_privacy", "true", "legal and privacy", ""},
	{"permit", "view export purge", "participant", `has(resource.owner) && subject.id == resource.owner`, "about oneself", ""},
	{"permit", "purge", "system", "true", "retention", ""},
}

// ruleBook returns a policy of n rules in JSON: those sixteen, or, where there are
// more, those sixteen for each of the programmes p0, p1 and so on. With it go
// the members that are given.
func ruleBook(n int, more ...string) []byte {
	words := func(names string) string { return `["` + strings.ReplaceAll(names, " ", `","`) + `"]` }
	var b strings.Builder
	b.WriteString(`{"apiVersion":"governance/v1","id":"book","version":"1.0.0","owner":"nobody","params":[
{"id":"raw_retention","unit":"days","value":90,"min":1,"max":90,"code":"GOV-016","stricter":"lower"},
{"id":"group_size","unit":"count","value":5,"min":3,"max":1000,"code":"C-15","stricter":"higher"}],"rules":[
`)
	for i := range n {
		r := sixteen[i%len(sixteen)]
		when := r.when
		if guard := fmt.Sprintf(`resource.programme == "p%d"`, i/len(sixteen)); n <= len(sixteen) {
		} else if r.effect == "permit" {
			when = "has(resource.programme) && " + guard + " && " + when
		} else {
			when = "(!has(resource.programme) || " + guard + ") && " + when
		}
		review := ""
		if r.review != "" {
			review = `,"review":{"as":"` + r.review + `","by":["legal_privacy","hr_reviewer"]}`
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"id":"r%05d","effect":%q,"code":"R%02d","actions":%s,"roles":%s,"when":%q,"message":%q%s}`,
			i, r.effect, i%len(sixteen), words(r.actions), words(r.roles), when, r.message, review)
	}
	b.WriteString(`],"tests":[]`)
	for _, m := range more {
		b.WriteString("," + m)
	}
	return []byte(b.String() + "}\n")
}

// A shape is one of the twelve requests of the contest.
type shape struct {
	name string
	Request
	want Outcome
}

func shapes(t testing.TB) []shape {
	person, err := casePeople()
	require.NoError(t, err)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	leader, coach := person("leader"), person("coach")
	agreed := func(to ...string) (out signal.ConsentList) {
		for _, p := range to {
			out = append(out, signal.Consent{Participant: leader, Signal: "meeting_hygiene", Purpose: p, Granted: now.Add(-60 * day)})
		}
		return out
	}
	ask := func(who string, role coaching.Role, a Action, typ ResourceType, class signal.DataClass, age time.Duration, consents ...string) Request {
		r := Request{
			Action: a, Purpose: ForCoaching, Now: now, Consents: agreed(consents...),
			Subject: Subject{ID: person(who), Role: role, Trained: true, Programme: "p0"},
			Resource: Resource{
				Type: typ, ID: "resource-17", Programme: "p0", Signals: []string{"meeting_hygiene"}, Class: class,
				Owner: leader, AssignedCoach: coach, CreatedAt: now.Add(-age), GroupSize: 12, Identifiable: No, LegalHold: No,
				Standing: signal.Cleared, Automated: No, Affects: EffectsOf(NoEffect),
			},
		}
		return r
	}
	approve := func(r Request, who string) Request {
		r.Approvals = append(r.Approvals, Approval{By: person(who), Role: coaching.LegalPrivacy, At: now.Add(-time.Hour), Expires: now.Add(day), Request: r.Digest()})
		return r
	}
	single := signal.Pseudonymous
	rec := ask("coach", coaching.Coach, Publish, ResourceRecommendation, single, day, "coaching")
	rec.Resource.Automated, rec.Resource.Affects, rec.Resource.ModelCard = Yes, EffectsOf(Promotion), true
	reviewed := rec
	reviewed.Review = ReviewRecord{Reviewer: person("hr"), Role: coaching.HRReviewer, Approved: true,
		Rationale: "Reviewed the evidence with the line manager on 20 Nov.", At: now.Add(-time.Hour), Request: rec.Digest()}
	reviewed.Subject.ID, reviewed.Review.Reviewer = coach, person("hr")
	withdrawn := ask("coach", coaching.Coach, View, ResourceSession, single, 10*day, "coaching")
	withdrawn.Consents[0].Withdrawn = now.Add(-day)
	small := ask("admin", coaching.ProgramAdmin, View, ResourceTrend, signal.Aggregate, 200*day)
	small.Resource.GroupSize = 3
	return []shape{
		{"coach views a session", ask("coach", coaching.Coach, View, ResourceSession, single, 10*day, "coaching", "evaluation"), Permit},
		{"coach views an old trace", ask("coach", coaching.Coach, View, ResourceTrace, signal.Raw, 120*day, "coaching"), Deny},
		{"coach views, consent withdrawn", withdrawn, Deny},
		{"admin views a trend", ask("admin", coaching.ProgramAdmin, View, ResourceTrend, signal.Aggregate, 100*day), Permit},
		{"admin views a small old trend", small, Deny},
		{"coach publishes, no review", rec, Review},
		{"coach publishes, reviewed", reviewed, Permit},
		{"admin exports, no approval", ask("admin", coaching.ProgramAdmin, Export, ResourceDataset, single, 30*day, "coaching", "export"), Review},
		{"legal exports, approved", approve(ask("legal", coaching.LegalPrivacy, Export, ResourceDataset, single, 30*day, "coaching", "export"), "privacy"), Permit},
		{"legal reidentifies, no consent", approve(ask("legal", coaching.LegalPrivacy, Reidentify, ResourceIdentity, single, 30*day, "coaching"), "privacy"), Deny},
		{"admin applies, no model card", ask("admin", coaching.ProgramAdmin, Apply, ResourceModel, signal.Aggregate, 2*day), Deny},
		{"sponsor views a trace", ask("sponsor", coaching.Sponsor, View, ResourceTrace, signal.Raw, 5*day, "coaching"), Deny},
	}
}

// The twelve requests get the same answers from sixteen rules and from sixteen
// for each programme, and no answer allocates, nor does one of the built-in
// policy. Under the race detector a pool forgets what it holds.
func TestDecideIntoDoesNotAllocate(t *testing.T) {
	builtIn, _, err := BuiltIn()
	require.NoError(t, err)
	for _, n := range []int{16, 160} {
		p, _, err := Parse("book.json", ruleBook(n))
		require.NoError(t, err)
		for _, c := range shapes(t) {
			var d Decision
			p.DecideInto(&c.Request, &d)
			require.Equal(t, c.want, d.Outcome, "%s: %s", c.name, p.Explain(&c.Request))
			require.Equal(t, p.Decide(&c.Request), d.Clone())
			if !raceEnabled {
				require.Zero(t, testing.AllocsPerRun(100, func() { p.DecideInto(&c.Request, &d) }), c.name)
				builtIn.DecideInto(&c.Request, &d)
				require.Zero(t, testing.AllocsPerRun(100, func() { builtIn.DecideInto(&c.Request, &d) }), c.name)
			}
		}
	}
}

// What one decision costs, over the twelve requests, for policies of more and
// more rules. "hand" is the same sixteen rules written in Go.
func BenchmarkDecideRules(b *testing.B) {
	cs := shapes(b)
	b.Run("hand", func(b *testing.B) {
		b.ReportAllocs()
		i, sum := 0, 0
		for b.Loop() {
			o, _ := hand(&cs[i].Request)
			sum += int(o)
			if i++; i == len(cs) {
				i = 0
			}
		}
	})
	for _, n := range []int{16, 160, 1_000, 10_000} {
		p, _, err := Parse("book.json", ruleBook(n))
		require.NoError(b, err)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			var d Decision
			i := 0
			for b.Loop() {
				p.DecideInto(&cs[i].Request, &d)
				if i++; i == len(cs) {
					i = 0
				}
			}
		})
	}
}

// One decision of the sixteen rules, request by request.
func BenchmarkDecideShapes(b *testing.B) {
	p, _, err := Parse("book.json", ruleBook(16))
	require.NoError(b, err)
	for _, c := range shapes(b) {
		b.Run(strings.NewReplacer(" ", "_", ",", "").Replace(c.name), func(b *testing.B) {
			b.ReportAllocs()
			var d Decision
			for b.Loop() {
				p.DecideInto(&c.Request, &d)
			}
		})
	}
}

// One policy, as many goroutines as there are processors: run it with -cpu 1,2.
func BenchmarkDecideParallel(b *testing.B) {
	p, _, err := Parse("book.json", ruleBook(16))
	require.NoError(b, err)
	cs := shapes(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var d Decision
		for i := 0; pb.Next(); i++ {
			p.DecideInto(&cs[i%len(cs)].Request, &d)
		}
	})
}

// What it costs to load a policy, and what it keeps in memory for each rule.
func BenchmarkParseRules(b *testing.B) {
	for _, n := range []int{16, 200, 1_000, 10_000} {
		data := ruleBook(n)
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			var p *Policy
			var err error
			for b.Loop() {
				p, _, err = Parse("book.json", data)
				require.NoError(b, err)
			}
			with := heap()
			runtime.KeepAlive(p)
			p = nil
			b.ReportMetric(float64(with-heap())/float64(n), "heapB/rule")
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// hand is the sixteen rules and the floors written in Go: the outcome and the
// rules and floors that fired, as bits.
func hand(r *Request) (Outcome, uint32) {
	var fired uint32
	res, who := &r.Resource, &r.Subject
	fire := func(i int, when bool) {
		if when {
			fired |= 1 << i
		}
	}
	a, class := r.Action, res.Class
	if res.Type == ResourceTrace {
		class = signal.Raw
	}
	single := class != signal.Aggregate
	age := r.Now.Sub(res.CreatedAt)
	agreed := handConsents(r)
	var approvers, legal, reviewed = 0, false, false
	if len(r.Approvals) > 0 || r.Review.Approved {
		digest := r.Digest()
		for i := range r.Approvals {
			x := &r.Approvals[i]
			if x.Request == digest && x.By != who.ID && x.By != res.Owner && !x.At.After(r.Now) && x.Expires.After(r.Now) {
				approvers++
				legal = legal || x.Role == coaching.LegalPrivacy
			}
		}
		v := &r.Review
		reviewed = v.Approved && v.Request == digest && v.Reviewer != who.ID && v.Reviewer != res.Owner && v.Reviewer != res.AssignedCoach &&
			(v.Role == coaching.HRReviewer || v.Role == coaching.LegalPrivacy) && len(v.Rationale) >= 20
	}
	switch a {
	case View, Recommend, Export, Reidentify, Validate:
		fire(0, res.Type == ResourceTrace && age > 90*24*time.Hour)
	}
	switch a {
	case View, Recommend, Export:
		fire(1, res.Type == ResourceTrend && age > 4380*time.Hour)
	}
	switch a {
	case View, Recommend, Export, Publish:
		fire(2, single && agreed&(1<<ForCoaching) == 0)
		fire(3, single && agreed&(1<<r.Purpose) == 0)
	case Reidentify:
		fire(3, single && agreed&(1<<r.Purpose) == 0)
		fire(7, agreed&(1<<ForReidentification) == 0 || approvers < 2)
	case Purge:
		fire(8, res.LegalHold != No)
	}
	fire(4, (a == View || a == Export) && !single && res.GroupSize < 5)
	fire(5, (a == Apply || a == Recommend) && !res.ModelCard)
	career := res.Automated != No && (res.Affects == 0 || res.Affects&EffectsOf(Compensation, Promotion, RoleAssignment) != 0)
	fire(9, a == Publish && career && !reviewed)
	if a == Export && single {
		fire(6, agreed&(1<<ForExport) == 0)
		fire(10, !legal)
	}
	switch who.Role {
	case coaching.Coach:
		fire(11, (a == View || a == Recommend || a == Publish) && who.ID == res.AssignedCoach)
	case coaching.ProgramAdmin:
		fire(12, (a == View || a == Export || a == Apply) && res.Type != ResourceTrace)
	case coaching.LegalPrivacy:
		fire(13, a == Export || a == Reidentify || a == Purge)
	case coaching.Participant:
		fire(14, (a == View || a == Export || a == Purge) && who.ID == res.Owner)
	case coaching.System:
		fire(15, a == Purge)
	}
	// The floors that these requests can fall below.
	fire(16, who.Programme == "" || who.Programme != res.Programme)
	fire(17, class == signal.Raw && who.Role == coaching.Coach && a != Purge)
	fire(18, !single && a != Purge && res.Type != ResourceModel && res.GroupSize < 3)
	if identity := a == Reidentify || res.Type == ResourceIdentity || res.Identifiable != No; identity && a != Purge {
		fire(19, agreed&(1<<ForReidentification) == 0)
		fire(20, approvers < 2 || !legal)
	}
	if res.Type != ResourceModel && a != Purge {
		if single {
			fire(21, age > 90*24*time.Hour)
		} else {
			fire(21, r.Now.After(res.CreatedAt.AddDate(1, 0, 0)))
		}
	}
	const denials, reviews, permits = 1<<9 - 1 | 1<<16 | 1<<17 | 1<<18 | 1<<19 | 1<<21, 1<<9 | 1<<10 | 1<<20, 1<<11 | 1<<12 | 1<<13 | 1<<14 | 1<<15
	switch {
	case fired&denials != 0, fired&permits == 0:
		return Deny, fired
	case fired&reviews != 0:
		return Review, fired
	}
	return Permit, fired
}

func handConsents(r *Request) (set uint32) {
	for i := range r.Consents {
		c := &r.Consents[i]
		if c.Participant == r.Resource.Owner && slices.Contains(r.Resource.Signals, c.Signal) && c.At(r.Now) {
			switch c.Purpose {
			case "coaching":
				set |= 1 << ForCoaching
			case "evaluation":
				set |= 1 << ForEvaluation
			case "oversight":
				set |= 1 << ForOversight
			case "export":
				set |= 1 << ForExport
			case "reidentification":
				set |= 1 << ForReidentification
			}
		}
	}
	return set
}

// The hand-written rules answer as the policy does.
func TestHandAgrees(t *testing.T) {
	p, _, err := Parse("book.json", ruleBook(16))
	require.NoError(t, err)
	for _, c := range shapes(t) {
		d := p.Decide(&c.Request)
		got, fired := hand(&c.Request)
		require.Equal(t, d.Outcome, got, c.name)
		for _, reason := range d.Reasons {
			var i int
			if _, err := fmt.Sscanf(reason.Rule, "r%d", &i); err == nil {
				require.NotZero(t, fired&(1<<i), "%s: %s", c.name, reason.Rule)
			}
		}
	}
}
