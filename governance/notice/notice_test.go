package notice_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/signal"
)

// GOV-008, GOV-009, GOV-010: the notice holds what it must, in both forms.
func TestNoticeHoldsWhatItMust(t *testing.T) {
	for form, page := range map[string]string{"markdown": strings.ReplaceAll(string(read().Markdown()), `\_`, "_"), "html": string(read().HTML())} {
		for _, d := range delivery().Signals {
			require.Contains(t, page, d.Name, form)
			require.Contains(t, page, strings.ReplaceAll(d.Explain, "'", map[string]string{"markdown": "'", "html": "&#39;"}[form]), form)
			for _, column := range d.Expr.Columns() {
				require.Contains(t, page, column, form)
			}
			for _, blind := range d.BlindSpots {
				require.Contains(t, page, strings.ReplaceAll(blind, "'", map[string]string{"markdown": "'", "html": "&#39;"}[form]), form)
			}
		}
		for _, text := range []string{"Who can see it", "How recommendations are made", "Technical detail", "own coach only, with consent", "at most 90 days", delivery().FAQ, delivery().Appeals.To, delivery().Contact, read().Version()} {
			require.Contains(t, page, text, form)
		}
	}
	require.Regexp(t, `^notice-[0-9a-f]{32}$`, read().Version())
	require.Equal(t, []string{"cross_team_meeting_share", "after_hours_ratio", "feedback_themes"}, read().Signals())
}

// A request's notice is the version of one: consents to it count.
func TestNoticeVersionIsWhatRequestsHold(t *testing.T) {
	now := at("2027-02-01T09:00:00Z")
	r := governance.Request{
		Action: governance.View, Purpose: governance.ForCoaching, Now: now, Notice: read().Version(),
		Subject: governance.Subject{ID: person("coach"), Role: coaching.Coach, Trained: true, Programme: "p"},
		Resource: governance.Resource{
			Type: governance.ResourcePack, ID: "r", Programme: "p", Class: signal.Pseudonymous, Owner: person("leader"), AssignedCoach: person("coach"),
			CreatedAt: now, Identifiable: governance.No, Standing: signal.Cleared, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		},
		Consents: signal.ConsentList{{Participant: person("leader"), Purpose: "coaching", Notice: read().Version(), Granted: now}},
	}
	require.True(t, builtIn().Decide(&r).Allowed())
	r.Notice = "notice-0"
	require.False(t, builtIn().Decide(&r).Allowed())
}

// What is missing is said at once, each with its rule, and there is no notice.
func TestNoticeFindings(t *testing.T) {
	slow(t)
	g := delivery()
	g.FAQ, g.Contact, g.Appeals.To, g.Appeals.Role = "javascript:alert(1)", "privacy", "http://example.org", coaching.Steward
	g.Signals[0].BlindSpots = nil
	g.Signals[1].Expr = signal.Expr{}
	g.Signals[2].Trace = signal.UnstatedTrace
	n, fs := notice.NewNotice(builtIn(), g)
	require.Empty(t, n.Version()+n.Digest())
	var got []string
	for f := range fs.Blocking() {
		got = append(got, f.Code+" "+f.Path)
	}
	require.Equal(t, []string{
		"GOV-010 programme.appeals", "GOV-010 programme.contact", "GOV-010 programme.faq",
		"GOV-009 programme.signals[0]", "GOV-009 programme.signals[1]", "GOV-009 programme.signals[2]",
	}, got)
	g = delivery()
	g.Appeals.Role, g.Sources[0].Restriction = coaching.Coach, ""
	_, fs = notice.NewNotice(builtIn(), g)
	require.True(t, fs.Has("GOV-010") && fs.Has("GOV-027"))
	_, fs = notice.NewNotice(nil, delivery())
	require.True(t, fs.Has("GOV-008") && fs.Blocked())
}

// GOV-008 and GOV-011: longer than a page, and hard to read, are warnings.
func TestNoticeIsShortAndReadable(t *testing.T) {
	require.Greater(t, read().Readability().Ease(), 60.0)
	g := delivery()
	g.Signals[0].Explain = strings.Repeat("organisationally institutionalised interdepartmental collaboration considerations ", 60)
	n, fs := notice.NewNotice(builtIn(), g)
	require.NotEmpty(t, n.Version())
	require.Len(t, fs, 2)
	require.Equal(t, "GOV-008 warning: 856 words, want at most 650, one page", fs[0].String())
	require.Regexp(t, `^GOV-011 warning: reading ease -?\d+, want at least 50`, fs[1].String())
}

// Another policy is another notice where it changes what people read, and only
// there.
func TestNoticeFollowsThePolicy(t *testing.T) {
	slow(t)
	n, fs := notice.NewNotice(stricter(), delivery())
	require.Empty(t, fs)
	require.NotEqual(t, read().Version(), n.Version())
	for _, text := range []string{"at most 60 days", "at most 6 months", "at least eight people", "three approvals"} {
		require.Contains(t, string(n.Markdown()), text)
	}
	reworded, _, err := governance.Parse("core.yaml", []byte(strings.ReplaceAll(governance.BuiltInSource(), "message: an export needs", "message: any export needs")))
	require.NoError(t, err)
	require.NotEqual(t, builtIn().Digest(), reworded.Digest())
	n, _ = notice.NewNotice(reworded, delivery())
	require.Equal(t, read().Version(), n.Version())
}

// A notice stays what its digest is of, whatever becomes of the plan.
func TestNoticeHoldsItsOwnPlan(t *testing.T) {
	g := delivery()
	n, fs := notice.NewNotice(builtIn(), g)
	require.Empty(t, fs)
	for i := range g.Signals {
		d := &g.Signals[i]
		d.Name, d.BlindSpots[0], d.ProxyRisks[0], d.Expr.Num[0] = "another", "another", "another", "another"
	}
	g.Sources[0].Signals[0], g.Purposes[0] = "another", governance.ForExport
	require.Equal(t, string(read().Markdown()), string(n.Markdown()))
}

// GOV-009, GOV-012: a policy that hides people's own data, or that asks for no
// consent, is warned of, and the notice promises neither.
func TestNoticePromisesOnlyWhatIsHeld(t *testing.T) {
	p, _, err := governance.Parse("short.yaml", []byte(`apiVersion: governance/v1
id: short
version: 1.0.0
owner: privacy_officer
params: []
rules:
  - {id: purge, effect: permit, code: GOV-004, actions: [purge], roles: [system], when: "true", message: deleted}
  - {id: groups, effect: permit, code: GOV-026, actions: [view], roles: [steward, sponsor], when: 'resource.type == "trend" && purpose == "evaluation"', message: figures}
tests:
  - {name: purge, role: system, action: purge, purpose: evaluation, type: trace, class: raw, expect: permit, fires: [purge]}
  - {name: view, role: sponsor, action: view, purpose: evaluation, type: trend, class: aggregate, age_hours: 1, group_size: 9, identifiable: "no", expect: permit, fires: [groups]}
`))
	require.NoError(t, err)
	n, fs := notice.NewNotice(p, delivery())
	require.NoError(t, fs.Err())
	require.True(t, fs.Has("GOV-009") && fs.Has("GOV-012"))
	page := string(n.Markdown()) + string(n.FAQMarkdown())
	for _, text := range []string{"You can see what we hold", "From then on we stop", "Can I see what you hold", "What if I change my mind", "What does my coach see", "Only can"} {
		require.NotContains(t, page, text)
	}
	require.Contains(t, page, "Sponsors of the programme can see figures about you.")
}

// GOV-012: who may still look after a consent is taken back is whom the policy lets,
// and not always legal and privacy.
func TestNoticeSaysWhoMayStillLook(t *testing.T) {
	const still = "Only legal and privacy may still look, to check that we kept the rules."
	require.Contains(t, string(read().Markdown()), still)
	policy := func(when string) notice.Notice {
		p, _, err := governance.Parse("short.yaml", []byte(`apiVersion: governance/v1
id: short
version: 1.0.0
owner: privacy_officer
params: []
rules:
  - {id: look, effect: permit, code: GOV-026, actions: [view], roles: [sponsor], when: '`+when+`', message: figures}
tests: []
`))
		require.NoError(t, err)
		n, fs := notice.NewNotice(p, delivery())
		require.NoError(t, fs.Err())
		return n
	}
	for when, want := range map[string]string{
		`purpose == "oversight"`:      "Only the sponsor may still look, to check that we kept the rules.",
		`purpose in consent.purposes`: "",
	} {
		n := policy(when)
		page := string(n.Markdown()) + string(n.FAQMarkdown())
		require.Contains(t, page, "From then on we stop using it.")
		require.NotContains(t, page, still)
		if want == "" {
			require.NotContains(t, page, "may still look")
			continue
		}
		require.Equal(t, 2, strings.Count(page, want), page)
	}
}

// GOV-012, GOV-014: what the answers say of names, they say of the policy: who may see
// whom data is about, and on which conditions.
func TestAnswersSayWhoLearnsNames(t *testing.T) {
	slow(t)
	answers := func(roles, actions, when string) (coach, sponsor, name string) {
		p, _, err := governance.Parse("short.yaml", []byte(`apiVersion: governance/v1
id: short
version: 1.0.0
owner: privacy_officer
params: []
rules:
  - {id: look, effect: permit, code: GOV-026, actions: [`+actions+`], roles: [`+roles+`], when: '`+when+`', message: figures}
tests: []
`))
		require.NoError(t, err)
		n, fs := notice.NewNotice(p, delivery())
		require.NoError(t, fs.Err())
		for _, a := range n.Answers() {
			switch a.Question {
			case "What does my coach see?":
				coach = a.Text
			case "What do the sponsors see?":
				sponsor = a.Text
			case "When would you tell somebody my name?":
				name = a.Text
			}
		}
		return coach, sponsor, name
	}
	const groups = `resource.class == "aggregate" && has(resource.identifiable)`
	alone := "No figure about you alone."
	optIn := "learn whom a code stands for only if that person has said yes before, and two people have approved that one case."
	for _, tt := range []struct{ roles, actions, when, coach, sponsor, name string }{
		{"coach, sponsor", "view", groups + ` && !resource.identifiable`, "Figures of groups. None is about you.", alone + " Sponsors of the programme see figures of groups of at least three people.", "Never."},
		{"coach, sponsor", "view", groups, "Figures of groups. None is about you. Coaches " + optIn, alone + " Sponsors of the programme see figures of groups of at least three people. Sponsors " + optIn, "Only if you have said yes to it before, and two people have approved this one case."},
		{"ld_sponsor, coach", "reidentify", `resource.type == "identity"`, "Coaches " + optIn, alone + " Sponsors " + optIn, "Only if you have said yes to it before, and two people have approved this one case."},
	} {
		coach, sponsor, name := answers(tt.roles, tt.actions, tt.when)
		require.Equal(t, []string{tt.coach, tt.sponsor, tt.name}, []string{coach, sponsor, name}, "%s: %s", tt.roles, tt.when)
	}
}

// Texts of the host cannot become markup in either form, and nothing invisible
// is left.
func TestHostileTexts(t *testing.T) {
	slow(t)
	hostile := "</title><script>alert(1)</script>\n# | [x](javascript:a) `c` <img src=x onerror=y> \u202e&amp; \"' \x00\xff"
	g := delivery()
	g.Name, g.Outcome = hostile, hostile
	g.Sources[0].Name, g.Sources[0].Restriction = hostile, hostile
	g.Signals[0].Name, g.Signals[0].Explain, g.Signals[0].BlindSpots, g.Signals[0].Expr.Num = hostile, hostile, []string{hostile}, []string{hostile}
	n, fs := notice.NewNotice(builtIn(), g)
	require.NoError(t, fs.Err())
	c, fs := notice.NewCompact(builtIn(), g, parties, until())
	require.NoError(t, fs.Err())
	clean := read()
	for _, tt := range []struct {
		name             string
		markdown, html   []byte
		cleanMD, cleanHT []byte
	}{
		{"notice", n.Markdown(), n.HTML(), clean.Markdown(), clean.HTML()},
		{"faq", n.FAQMarkdown(), n.FAQHTML(), clean.FAQMarkdown(), clean.FAQHTML()},
		{"compact", c.Markdown(), c.HTML(), built().Markdown(), built().HTML()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, elements(t, tt.cleanHT), elements(t, tt.html), "the same elements as of a clean page")
			require.Equal(t, shape(tt.cleanMD), shape(tt.markdown))
			for _, page := range [][]byte{tt.markdown, tt.html} {
				require.NotContains(t, string(page), "<script")
				require.NotContains(t, string(page), "<img")
				require.NotContains(t, string(page), "\u202e")
				require.NotContains(t, string(page), "\x00")
			}
		})
	}
}

// elements returns the elements of a page, in their order.
func elements(t *testing.T, page []byte) []string {
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var names []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return names
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			names = append(names, start.Name.Local)
			for _, a := range start.Attr {
				require.NotRegexp(t, `(?i)^on|^src$`, a.Name.Local)
				if a.Name.Local == "href" {
					require.Regexp(t, `^(https://|mailto:|data:,$)`, a.Value)
				}
			}
		}
	}
}

// shape returns what Markdown makes of each line, and the cells of its tables.
func shape(page []byte) []string {
	var out []string
	for line := range strings.Lines(string(page)) {
		mark := regexp.MustCompile(`^(#+ |- |\||$|---)?`).FindString(line)
		out = append(out, fmt.Sprint(mark, strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"), strings.Count(line, "](<")))
	}
	return out
}

// Accessible HTML: a language, one heading of the first rank, headings of tables
// with their scope, regions that a keyboard reaches, and nothing fetched.
func TestPagesAreAccessible(t *testing.T) {
	for _, page := range [][]byte{read().HTML(), read().FAQHTML(), built().HTML()} {
		text := string(page)
		require.Contains(t, text, `<html lang="en">`)
		require.Contains(t, text, `name="viewport"`)
		require.Equal(t, 1, strings.Count(text, "<h1>"))
		require.Equal(t, 1, strings.Count(text, "<main>"))
		require.NotContains(t, text, "<th>")
		require.Equal(t, strings.Count(text, "<table>"), strings.Count(text, `role="region" aria-label="`))
		require.NotContains(t, text, `aria-label=""`)
		require.NotContains(t, text, "http-equiv=\"refresh\"")
		require.NotContains(t, text, "url(")
	}
}
