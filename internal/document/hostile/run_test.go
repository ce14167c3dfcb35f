package hostile_test

import (
	"testing"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/internal/document/hostile"
	"github.com/coachgov/coaching/internal/document/yaml"
)

// A policy is a document with every kind of field.
type policy struct {
	Schema       string       `json:"schema" doc:"enum=policy/v1"`
	Programme    string       `json:"programme" doc:"ident"`
	Version      int          `json:"version" doc:"min=1"`
	MinCell      int          `json:"min_cell" doc:"min=3"`
	MinApprovals int          `json:"min_approvals" doc:"min=1"`
	RequireLegal bool         `json:"require_legal"`
	Retention    retention    `json:"retention"`
	Fairness     fairness     `json:"fairness"`
	Attribution  *attribution `json:"attribution" doc:"optional"`
	Roles        roles        `json:"roles"`
}

type retention struct {
	RawDays         int `json:"raw_days" doc:"min=1,max=90"`
	AggregateMonths int `json:"aggregate_months" doc:"min=1,max=12"`
}

type fairness struct {
	MaxDelta string `json:"max_delta" doc:"decimal"`
	MinGroup int    `json:"min_group" doc:"min=3"`
	OnBreach string `json:"on_breach" doc:"enum=pause|report"`
}

type attribution struct {
	With    []string `json:"with_control" doc:"decimal"`
	Without []string `json:"without_control" doc:"decimal"`
}

type roles struct {
	Coach        []string `json:"coach" doc:"ident"`
	ProgramAdmin []string `json:"program_admin" doc:"ident,optional"`
	LegalPrivacy []string `json:"legal_privacy" doc:"ident"`
}

// A longPolicy has more of them, lists of objects included, all of them
// required, since a missing key must be refused.
type longPolicy struct {
	policy
	Attribution   attribution            `json:"attribution_bands"`
	CareerEffects []string               `json:"career_effects" doc:"ident"`
	Approvers     map[coaching.Role]bool `json:"approvers"`
	Signals       []struct {
		Name    string   `json:"name" doc:"ident"`
		Kind    string   `json:"kind" doc:"enum=ratio|decimal"`
		Purpose []string `json:"purpose" doc:"ident"`
		Note    string   `json:"note"`
	} `json:"signals"`
}

const longPolicyJSON = `{"schema":"policy/v1","programme":"prog-1","version":7,"min_cell":5,"min_approvals":2,"require_legal":true,
"retention":{"raw_days":90,"aggregate_months":12},"fairness":{"max_delta":"0.10","min_group":5,"on_breach":"pause"},
"attribution_bands":{"with_control":["0.30","0.40"],"without_control":["0.15","0.25"]},
"roles":{"coach":["view_pack","view_aggregate"],"program_admin":["export","reidentify"],"legal_privacy":["approve_reidentify"]},
"career_effects":["promotion","compensation","role_assignment"],"approvers":{"steward":true,"legal_privacy":true},
"signals":[{"name":"cross_team_share","kind":"ratio","purpose":["coaching"],"note":"Minutes, not quality"},
{"name":"sprint_cycle_days","kind":"decimal","purpose":["coaching"],"note":"Large changes take longer"}]}`

const policyYAML = `schema: policy/v1
programme: prog-1
version: 7
min_cell: 5
min_approvals: 2
require_legal: true
retention:
  raw_days: 90
  aggregate_months: 12
fairness:
  max_delta: "0.10"
  min_group: 5
  on_breach: pause
roles:
  coach:
    - view_pack
    - request_reidentify
  legal_privacy:
    - approve_reidentify
`

func accept[T any](parse func(string, []byte) (*document.Node, coaching.Findings)) func([]byte) (any, bool) {
	return func(data []byte) (any, bool) {
		n, findings := parse("policy", data)
		if n == nil {
			return nil, !findings.Blocked()
		}
		var p T
		_, findings = document.Decode("policy", n, &p)
		return p, !findings.Blocked()
	}
}

// DESIGN's measure: the standard decoders accept 13 to 49 percent of these.
func TestNoHostileDocumentIsAccepted(t *testing.T) {
	t.Run("json", func(t *testing.T) {
		hostile.Run(t, "json", []byte(longPolicyJSON), accept[longPolicy](document.ParseJSON))
	})
	t.Run("yaml", func(t *testing.T) {
		hostile.Run(t, "yaml", []byte(policyYAML), accept[policy](yaml.Parse))
	})
}
