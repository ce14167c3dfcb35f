package notice_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/notice"
	"github.com/coachgov/coaching/signal"
)

// The numbers of a stricter policy are those of the documents.
func TestTermsFollowThePolicy(t *testing.T) {
	core, strict := built().Terms(), must(notice.TermsOf(stricter()))
	require.Equal(t, []int{90, 12, 5, 20, 72}, []int{core.RawDays, core.AggregateMonths, core.Group, core.Rationale, core.ReviewHours})
	require.Equal(t, []int{60, 6, 8, 100, 24}, []int{strict.RawDays, strict.AggregateMonths, strict.Group, strict.Rationale, strict.ReviewHours})
	require.Equal(t, []coaching.Role{coaching.LegalPrivacy, coaching.HRReviewer}, core.Reviewers)
	for _, terms := range []notice.Terms{core, strict} {
		require.Empty(t, terms.Open)
		require.True(t, terms.Consent && terms.ExportConsent && terms.Hold && terms.OwnView && terms.ModelCard && terms.Explained)
	}
	require.Equal(t, 2, core.Access[0].Identity.Approvals)
	require.Equal(t, 3, strict.Access[0].Identity.Approvals)
}

// A parameter that no rule reads is no promise: the floor of the code is.
func TestTermsDoNotTrustParameters(t *testing.T) {
	p, _, err := governance.Parse("loose.yaml", []byte(`apiVersion: governance/v1
id: loose
version: 1.0.0
owner: privacy_officer
params:
  - {id: raw_retention, unit: days, value: 7, min: 1, max: 90, code: GOV-016, stricter: lower}
  - {id: group_size, unit: count, value: 50, min: 3, max: 1000, code: C-15, stricter: higher}
  - {id: someday0, unit: count, value: 100000, min: 1, max: 100000, code: GOV-016}
  - {id: someday1, unit: count, value: 100000, min: 1, max: 100000, code: GOV-017}
  - {id: someday2, unit: count, value: 100000, min: 1, max: 100000, code: C-15}
  - {id: someday3, unit: count, value: 100000, min: 1, max: 100000, code: GOV-021}
  - {id: someday4, unit: count, value: 100000, min: 1, max: 100000, code: GOV-023}
  - {id: someday5, unit: count, value: 100000, min: 1, max: 100000, code: GOV-015}
rules:
  - id: everything
    effect: permit
    code: GOV-015
    actions: [view, use, export, reidentify, recommend, apply, publish, validate, purge]
    roles: [sponsor, people_analytics]
    when: "true"
    message: everything
tests:
  - {name: purge, role: sponsor, action: purge, purpose: evaluation, type: trace, class: raw, expect: permit, fires: [everything]}
`))
	terms := must(notice.TermsOf(must(p, err)))
	require.Equal(t, 90, terms.RawDays)
	require.Equal(t, 3, terms.Group)
	require.Equal(t, 20, terms.Rationale)
	require.Zero(t, terms.ReviewHours)
	require.False(t, terms.Consent || terms.ExportConsent || terms.Hold || terms.OwnView || terms.ModelCard || terms.Explained)
	require.Len(t, terms.Access, 2)
	require.Equal(t, notice.Reach{May: true, OptIn: true, Approvals: 2}, terms.Access[0].Identity)
	require.Equal(t, notice.Reach{May: true}, terms.Access[0].Raw)

	c, fs := notice.NewCompact(p, delivery(), parties, until())
	require.NoError(t, fs.Err())
	require.Contains(t, string(c.Markdown()), "Raw records are open only to the sponsor and people analytics.")
	require.NotContains(t, string(c.Markdown()), "with that person's consent only")
	require.NotContains(t, string(c.Markdown()), "The yes counts")
	require.NotContains(t, string(c.Markdown()), "legal hold")
	for _, code := range []string{"GOV-003", "GOV-004", "GOV-005", "GOV-027", "GOV-030"} {
		require.True(t, fs.Has(code), code)
	}

	_, err = notice.TermsOf(nil)
	require.Error(t, err)
}

// What cannot be analysed is treated as open to view, promised to nobody, and
// reported.
func TestTermsOfWhatCannotBeAnalysed(t *testing.T) {
	p, _, err := governance.Parse("odd.yaml", []byte(`apiVersion: governance/v1
id: odd
version: 1.0.0
owner: privacy_officer
params: []
rules:
  - {id: odd, effect: permit, code: GOV-026, actions: [view], roles: [sponsor], when: 'resource.id.startsWith("x-") && resource.class == "pseudonymous" && purpose in consent.purposes', message: figures}
tests:
  - {name: view, role: sponsor, action: view, purpose: evaluation, type: trend, class: pseudonymous, age_hours: 1, identifiable: "no", consents: [evaluation], expect: deny, fires: [default]}
`))
	require.NoError(t, err)
	terms := must(notice.TermsOf(p))
	require.NotEmpty(t, terms.Open)
	require.Len(t, terms.Access, 1)
	require.True(t, terms.Access[0].Coded.May)
	require.True(t, terms.Access[0].Coded.Agreed, "held whatever the rest says")
	_, fs := notice.NewNotice(p, delivery())
	require.True(t, fs.Has("GOV-008"))
}

// What the terms say is what the policy answers, over half a million requests:
// nobody is permitted what Access denies, every condition holds of what is
// permitted, and whatever Access allows some request is permitted. The requests
// are enumerated here; TermsOf proves.
func TestTermsAgainstDecisions(t *testing.T) {
	policies := map[string]*governance.Policy{"core": builtIn()}
	purposes, counts := []governance.Purpose{governance.ForCoaching, governance.ForOversight}, []int{0, 2}
	if !testing.Short() {
		policies["strict"] = stricter()
		purposes, counts = append(purposes, governance.ForEvaluation, governance.ForExport, governance.ForReidentification), []int{0, 1, 2, 3}
	}
	for name, p := range policies {
		t.Run(name, func(t *testing.T) {
			terms := must(notice.TermsOf(p))
			access := map[coaching.Role]notice.Access{}
			for _, a := range terms.Access {
				access[a.Role] = a
			}
			now := at("2027-03-01T09:00:00Z")
			me, owner, coach := person("me"), person("owner"), person("coach")
			types := []governance.ResourceType{
				governance.ResourceTrace, governance.ResourceTrend, governance.ResourcePack, governance.ResourceDataset,
				governance.ResourceRecommendation, governance.ResourceSession, governance.ResourceReport, governance.ResourceIdentity,
			}
			actions := []governance.Action{governance.View, governance.Use, governance.Export, governance.Reidentify, governance.Recommend, governance.Publish, governance.Validate}
			approvers := []coaching.PersonID{person("first"), person("second"), person("third")}
			seen := map[string]bool{}
			permitted := 0
			each := func(r *governance.Request, digest string, consents []governance.Purpose, approvals int) {
				r.Consents = nil
				for _, c := range consents {
					r.Consents = append(r.Consents, signal.Consent{Participant: owner, Purpose: c.String(), Granted: now.Add(-time.Hour)})
				}
				r.Approvals = nil
				for i := range approvals {
					r.Approvals = append(r.Approvals, governance.Approval{By: approvers[i], Role: coaching.LegalPrivacy, At: now.Add(-time.Minute), Expires: now.Add(time.Hour), Request: digest})
				}
				if !p.Decide(r).Allowed() {
					return
				}
				permitted++
				a, ok := access[r.Subject.Role]
				require.True(t, ok, "%s is not among those who see anything", r.Subject.Role)
				has := func(want governance.Purpose) bool {
					return slices.Contains(consents, want)
				}
				cells := map[string]notice.Reach{}
				if r.Action == governance.Reidentify || r.Resource.Type == governance.ResourceIdentity || r.Resource.Identifiable != governance.No {
					cells["identity"] = a.Identity
				}
				if r.Resource.Type != governance.ResourceIdentity {
					class := r.Resource.Class
					if r.Resource.Type == governance.ResourceTrace {
						class = signal.Raw
					}
					switch {
					case class == signal.Raw:
						cells["raw"] = a.Raw
					case r.Resource.Identifiable != governance.No:
					case class == signal.Pseudonymous:
						cells["coded"] = a.Coded
					case class == signal.Aggregate:
						cells["groups"] = a.Groups
					}
				}
				for cell, reach := range cells {
					seen[r.Subject.Role.String()+" "+cell] = true
					if !reach.May || reach.OptIn && !has(governance.ForReidentification) || reach.Agreed && !has(r.Purpose) ||
						reach.Own && r.Resource.AssignedCoach != me || reach.Oversight && r.Purpose != governance.ForOversight && !has(r.Purpose) || approvals < reach.Approvals {
						t.Fatalf("%s %s: %+v, but permitted: %s", r.Subject.Role, cell, reach, p.Explain(r))
					}
				}
			}
			for _, role := range coaching.Roles() {
				for _, action := range actions {
					for _, typ := range types {
						for _, class := range []signal.DataClass{signal.Raw, signal.Pseudonymous, signal.Aggregate} {
							for _, purpose := range purposes {
								for _, identifiable := range []governance.Fact{governance.No, governance.Yes} {
									for _, assigned := range []coaching.PersonID{me, coach} {
										r := governance.Request{
											Action: action, Purpose: purpose, Now: now,
											Subject: governance.Subject{ID: me, Role: role, Trained: true, Programme: "p"},
											Resource: governance.Resource{
												Type: typ, ID: "r", Programme: "p", Residency: "eu", Class: class, Owner: owner, AssignedCoach: assigned,
												CreatedAt: now.Add(-time.Hour), GroupSize: 20, Identifiable: identifiable, LegalHold: governance.No,
												Standing: signal.Cleared, Control: true, Automated: governance.No, ModelCard: true, Explained: true,
												Affects: governance.EffectsOf(governance.NoEffect),
											},
										}
										digest := r.Digest()
										for _, approvals := range counts {
											each(&r, digest, nil, approvals)
											each(&r, digest, []governance.Purpose{purpose}, approvals)
											each(&r, digest, []governance.Purpose{governance.ForReidentification}, approvals)
											each(&r, digest, []governance.Purpose{purpose, governance.ForExport, governance.ForReidentification}, approvals)
										}
									}
								}
							}
						}
					}
				}
			}
			require.Greater(t, permitted, 1000)
			for _, a := range terms.Access {
				for cell, reach := range map[string]notice.Reach{"identity": a.Identity, "raw": a.Raw, "coded": a.Coded, "groups": a.Groups} {
					require.Equal(t, seen[a.Role.String()+" "+cell], reach.May, "%s %s", a.Role, cell)
				}
			}
		})
	}
}

// Asking the built-in policy for its terms: well over a hundred proofs.
func BenchmarkTermsOf(b *testing.B) {
	p := builtIn()
	for b.Loop() {
		if _, err := notice.TermsOf(p); err != nil {
			b.Fatal(err)
		}
	}
}
