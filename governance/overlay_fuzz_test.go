package governance

import (
	"strings"
	"testing"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Whatever an overlay says, there is a policy or an error and never both, and a
// policy that comes of it is nowhere looser than its base.
func FuzzOverlay(f *testing.F) {
	const small = `apiVersion: governance/v1
id: coaching-core
version: 1.0.0
owner: x
params:
  - {id: group_size, unit: count, value: 5, min: 3, max: 9, code: C-15, stricter: higher}
rules:
  - {id: coach.pack, effect: permit, code: X, actions: [view, use], roles: [coach], when: resource.type == "pack", message: yes it is}
  - {id: small, effect: deny, code: C-15, actions: [any], roles: [any], when: "resource.class == \"aggregate\" && (!has(resource.group_size) || resource.group_size < param.group_size)", message: no}
tests: []
`
	base, _, err := Parse("base.yaml", []byte(small))
	if err != nil {
		f.Fatal(err)
	}
	head, _, _ := strings.Cut(region, "tests:")
	accepted := strings.Replace(head, "raw_retention, value: 60", "group_size, value: 6", 1) + "tests: []\n"
	if _, _, err := Stack(File{"base.yaml", []byte(small)}, File{"over.yaml", []byte(accepted)}); err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{accepted, region, tenant, head + "tests: []\n", strings.Replace(head, "raw_retention, value: 60", "group_size, value: 4", 1) + "tests: []\n"} {
		f.Add(text)
	}
	var requests []*Request
	s := newSampler(f, 9)
	for i := range 40 {
		r := s.request([]Action{View, Use}[i%2], coaching.Coach, ResourcePack, []signal.DataClass{signal.Pseudonymous, signal.Aggregate}[i/2%2])
		r.Resource.Residency = []string{"", "eu"}[i%2]
		requests = append(requests, r)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, report, err := Stack(File{"base.yaml", []byte(small)}, File{"over.yaml", []byte(text)})
		if (p == nil) != (err != nil) || (report.Digest == "") != (p == nil) {
			t.Fatalf("policy %v, digest %q, error %v", p != nil, report.Digest, err)
		}
		if p == nil {
			return
		}
		for _, r := range requests {
			if was, is := base.Decide(r), p.Decide(r); is.Outcome > was.Outcome {
				t.Fatalf("%s became %s\n%s", was.Outcome, is.Outcome, p.Explain(r))
			}
		}
	})
}
