package authzen

import "encoding/json"

// An Entity is a subject or a resource as a caller names it.
type Entity struct {
	Type       string          `json:"type"`
	ID         string          `json:"id,omitempty"`         // unique within the type
	Properties json.RawMessage `json:"properties,omitempty"` // a JSON object in the caller's words; nil when there is none
}

// An Action is what the subject wants to do, as a caller names it.
type Action struct {
	Name       string          `json:"name"`
	Properties json.RawMessage `json:"properties,omitempty"` // as for [Entity]
}

// An Evaluation is one question: may this subject do this to this resource?
type Evaluation struct {
	Subject  Entity          `json:"subject"`
	Action   Action          `json:"action"`
	Resource Entity          `json:"resource"`
	Context  json.RawMessage `json:"context,omitempty"` // a JSON object about the circumstances; nil when there is none
}

// Metadata is what a caller can find out about the decision point.
type Metadata struct {
	PolicyDecisionPoint       string `json:"policy_decision_point"`
	AccessEvaluationEndpoint  string `json:"access_evaluation_endpoint"`
	AccessEvaluationsEndpoint string `json:"access_evaluations_endpoint"`
	SearchSubjectEndpoint     string `json:"search_subject_endpoint,omitempty"`
	SearchResourceEndpoint    string `json:"search_resource_endpoint,omitempty"`
	SearchActionEndpoint      string `json:"search_action_endpoint,omitempty"`
	// SupportedObligations are the types of the obligations profile.
	SupportedObligations []string `json:"supported_obligations"`
}

// A response is one answer.
type response struct {
	Decision bool     `json:"decision"`
	Context  *answers `json:"context,omitempty"`
}

// answers is the context of a response.
type answers struct {
	EvaluationID  string         `json:"evaluation_id,omitempty"` // the digest of the request
	EvaluatedAt   string         `json:"evaluated_at,omitempty"`
	Policy        string         `json:"policy,omitempty"` // the digest of the policy
	Reason        string         `json:"reason,omitempty"`
	Reasons       []reason       `json:"reasons,omitempty"`
	Missing       []string       `json:"missing,omitempty"`
	Obligations   []obligation   `json:"obligations,omitempty"`
	AccessRequest *accessRequest `json:"access_request,omitempty"`
	Error         *itemError     `json:"error,omitempty"`
}

// A reason is a rule that fired, as a reason object of the specification.
type reason struct {
	ID   string            `json:"id"` // the rule
	Code string            `json:"code"`
	User map[string]string `json:"reason_user"` // the message, by language
}

type obligation struct {
	Type       string            `json:"type"`
	ID         string            `json:"id"`
	Properties map[string]string `json:"properties"`
}

// An accessRequest says how a no can become a yes.
type accessRequest struct {
	Endpoint  string `json:"endpoint,omitempty"`
	Template  string `json:"template"` // "approval", "review" or "approval+review"
	ExpiresAt string `json:"expires_at"`
	Needs     []need `json:"needs"` // all of them
}

// A need is what one human must have said, as [governance.ReviewNeed].
type need struct {
	As           string   `json:"as"`
	By           []string `json:"by"`
	Not          []string `json:"not"`
	MinRationale int      `json:"min_rationale,omitempty"`
	ValidSeconds int64    `json:"valid_seconds,omitempty"` // how long a review counts
	Rules        []string `json:"rules"`
}

// An itemError is why one part of a batch has no decision of the policy.
type itemError struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}
