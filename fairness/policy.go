package fairness

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// An Action is what happens to a signal when the evidence is insufficient. The
// zero Action is HumanReview. There is no action that lets the signal act alone.
type Action uint8

const (
	HumanReview Action = iota // usable only under a recorded human control
	PauseSignal               // not usable
)

var actionNames = [...]string{"human_review", "pause"}

// String returns "human_review" or "pause".
func (a Action) String() string { return enum.Name(actionNames[:], a, "Action") }

// MarshalText returns the same word as String.
func (a Action) MarshalText() ([]byte, error) {
	return enum.Marshal(actionNames[:], a, "fairness: action")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (a *Action) UnmarshalText(text []byte) error {
	return enum.Unmarshal(actionNames[:], a, "fairness: action", text)
}

// A ReviewPolicy says what the manual review must show.
type ReviewPolicy struct {
	MaxFalseDiscovery float64 `json:"max_false_discovery"` // most share of flags that may be wrong
	MaxMissed         float64 `json:"max_missed"`          // most share of unflagged people who should have been flagged
	Confidence        float64 `json:"confidence"`          // one-sided, such as 0.95
	MinPerStratum     int     `json:"min_per_stratum"`     // reviews of each group, at least
	MinKappa          float64 `json:"min_kappa"`           // agreement of two reviewers below which the definition is the problem
	StratifyBy        string  `json:"stratify_by"`         // attribute whose groups are reviewed apart; "" for none
}

// column returns the index of the attribute to stratify by, -1 for none.
func (r ReviewPolicy) column(s Spec) (int, error) {
	if r.StratifyBy == "" {
		return -1, nil
	}
	for i, a := range s.Attributes {
		if a.Name == r.StratifyBy {
			return i, nil
		}
	}
	return 0, fmt.Errorf("fairness: the review is stratified by an attribute that the spec does not have")
}

// A ProxyPolicy says when a feature counts as a stand-in for an attribute.
type ProxyPolicy struct {
	MinV         float64 `json:"min_v"`          // least bias-corrected Cramer V with an attribute
	MinAUC       float64 `json:"min_auc"`        // least distance of an AUC from 0.5
	MinPathShare float64 `json:"min_path_share"` // least share of a gap that runs through the feature
}

// A Policy holds the programme's thresholds. None has a default: the zero
// Policy is refused, and so is [ProposedPolicy] until somebody has adopted it.
// Pass a Policy by value; its Hash goes into every report.
type Policy struct {
	// RatioMin is the programme threshold on the ratio of flag rates, a group's to
	// everyone else's: 0.8 means at least four fifths when the flag helps, and at
	// most five fourths when it burdens. 0 turns it off. DiffMax is the threshold
	// on the difference of the rates, such as 0.20; 0 turns it off. At least one
	// must be on, and where both are, either one pauses and both must pass.
	RatioMin float64 `json:"ratio_min"`
	DiffMax  float64 `json:"diff_max"`

	Alpha float64 `json:"alpha"` // chance of a wrong verdict, one-sided
	Power float64 `json:"power"` // chance of a verdict that NeededN is worked out for
	// ExactUpTo is the largest product of two group sizes for which p-values are
	// exact; above it they come from the score test. At most 1,000,000.
	ExactUpTo  int     `json:"exact_up_to"`
	MinShow    int     `json:"min_show"`    // fewest people whose figures are printed
	MaxUnknown float64 `json:"max_unknown"` // most share of people of unknown level in a family that passes

	Review         ReviewPolicy `json:"review"`
	Proxy          ProxyPolicy  `json:"proxy"`
	OnInsufficient Action       `json:"on_insufficient"`

	AdoptedBy coaching.PersonID `json:"adopted_by"` // who decided on these numbers
	AdoptedOn coaching.Date     `json:"adopted_on"`
}

// ProposedPolicy returns numbers for a programme to consider, not to inherit:
// four fifths, 5 % error, exact tests below 10,000 pairs, at most 10 % wrong
// flags and missed cases at 95 % confidence. It is refused until AdoptedBy and
// AdoptedOn say who took the decision. The four-fifths share is that of US
// adverse-impact guidance; the proxy numbers, kappa and the unknown share are
// this package's proposals and no standard.
func ProposedPolicy() Policy {
	return Policy{
		RatioMin: 0.8, Alpha: 0.05, Power: 0.80, ExactUpTo: 10_000, MinShow: 5, MaxUnknown: 0.05,
		Review: ReviewPolicy{MaxFalseDiscovery: 0.10, MaxMissed: 0.10, Confidence: 0.95, MinPerStratum: 2, MinKappa: 0.60},
		Proxy:  ProxyPolicy{MinV: 0.10, MinAUC: 0.10, MinPathShare: 0.50},
	}
}

// ErrNoPolicy reports the zero Policy: the programme's thresholds are a
// decision that code must not take (rule M-4).
var ErrNoPolicy = errors.New("fairness: M-4: no programme threshold was given, and none has a default")

// Validate returns nil, [ErrNoPolicy] for the zero Policy, or everything that is
// wrong with p.
func (p Policy) Validate() error {
	if p == (Policy{}) {
		return ErrNoPolicy
	}
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("fairness: policy: "+format, args...))
	}
	open := func(name string, v, low, high float64) {
		if !(v > low && v < high) {
			wrong("%s is %v, want more than %v and less than %v", name, v, low, high)
		}
	}
	if p.RatioMin == 0 && p.DiffMax == 0 {
		wrong("M-4: neither RatioMin nor DiffMax is set, want a programme threshold")
	}
	if p.RatioMin != 0 {
		open("RatioMin", p.RatioMin, 0, 1)
	}
	if p.DiffMax != 0 {
		open("DiffMax", p.DiffMax, 0, 1)
	}
	open("Alpha", p.Alpha, 0, 0.5)
	open("Power", p.Power, 0.5, 1)
	if p.ExactUpTo < 0 || p.ExactUpTo > 1_000_000 {
		wrong("ExactUpTo is %d, want 0 to 1000000", p.ExactUpTo)
	}
	if p.MinShow < 3 {
		wrong("MinShow is %d, want at least 3: figures of fewer people identify them", p.MinShow)
	}
	if !(p.MaxUnknown >= 0 && p.MaxUnknown < 1) {
		wrong("MaxUnknown is %v, want at least 0 and less than 1", p.MaxUnknown)
	}
	open("Review.MaxFalseDiscovery", p.Review.MaxFalseDiscovery, 0, 1)
	open("Review.MaxMissed", p.Review.MaxMissed, 0, 1)
	open("Review.Confidence", p.Review.Confidence, 0.5, 1)
	if p.Review.MinPerStratum < 1 {
		wrong("Review.MinPerStratum is %d, want at least 1", p.Review.MinPerStratum)
	}
	open("Review.MinKappa", p.Review.MinKappa, 0, 1)
	open("Proxy.MinV", p.Proxy.MinV, 0, 1)
	open("Proxy.MinAUC", p.Proxy.MinAUC, 0, 0.5)
	open("Proxy.MinPathShare", p.Proxy.MinPathShare, 0, 1)
	if p.OnInsufficient > PauseSignal {
		wrong("OnInsufficient is %v, want human_review or pause", p.OnInsufficient)
	}
	if p.AdoptedBy.IsZero() || p.AdoptedOn.IsZero() {
		wrong("M-4: nobody has adopted these thresholds, want AdoptedBy and AdoptedOn")
	}
	return errors.Join(problems...)
}

// Hash returns the SHA-256 of the policy's canonical JSON, who adopted it
// included.
func (p Policy) Hash() [32]byte {
	b, err := json.Marshal(struct {
		Version string `json:"version"`
		Policy
	}{"coaching.fairness.policy/1", p})
	if err != nil { // an undeclared Action or a NaN, which Validate refuses
		return [32]byte{}
	}
	return sha256.Sum256(b)
}

// Loosens returns, in the order of the fields, the names of those in which next
// makes it easier than p for a signal to be used. Alpha and Confidence cut both
// ways, so any change of them counts.
func (p Policy) Loosens(next Policy) []string {
	var names []string
	for _, f := range []struct {
		name  string
		loose bool
	}{
		{"RatioMin", next.RatioMin < p.RatioMin},
		{"DiffMax", p.DiffMax > 0 && (next.DiffMax == 0 || next.DiffMax > p.DiffMax)},
		{"Alpha", next.Alpha != p.Alpha},
		{"Power", next.Power < p.Power},
		{"ExactUpTo", next.ExactUpTo < p.ExactUpTo},
		{"MaxUnknown", next.MaxUnknown > p.MaxUnknown},
		{"Review.MaxFalseDiscovery", next.Review.MaxFalseDiscovery > p.Review.MaxFalseDiscovery},
		{"Review.MaxMissed", next.Review.MaxMissed > p.Review.MaxMissed},
		{"Review.Confidence", next.Review.Confidence != p.Review.Confidence},
		{"Review.MinPerStratum", next.Review.MinPerStratum < p.Review.MinPerStratum},
		{"Review.MinKappa", next.Review.MinKappa < p.Review.MinKappa},
		{"Review.StratifyBy", p.Review.StratifyBy != "" && next.Review.StratifyBy != p.Review.StratifyBy},
		{"Proxy.MinV", next.Proxy.MinV > p.Proxy.MinV},
		{"Proxy.MinAUC", next.Proxy.MinAUC > p.Proxy.MinAUC},
		{"Proxy.MinPathShare", next.Proxy.MinPathShare > p.Proxy.MinPathShare},
		{"OnInsufficient", next.OnInsufficient < p.OnInsufficient},
	} {
		if f.loose {
			names = append(names, f.name)
		}
	}
	return names
}
