package governance

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"

	"github.com/coachgov/coaching/internal/enum"
)

// An Action is what the subject wants to do, from a closed list. The zero
// Action is unknown and is denied.
type Action uint8

const (
	UnknownAction Action = iota
	View                 // read it
	Use                  // use a pack in a coaching session
	Export               // write it outside the programme's store
	Reidentify           // reveal the person behind a pseudonym
	Recommend            // put a model's recommendation before a coach or a leader
	Apply                // act on a recommendation
	Publish              // show it outside the programme team
	Validate             // confirm or reject a flag, a sample or a standing
	Purge                // delete it
)

var actionNames = [...]string{
	"unknown", "view", "use", "export", "reidentify", "recommend", "apply", "publish", "validate", "purge",
}

// String returns the name used in files, such as "view".
func (a Action) String() string { return enum.Name(actionNames[:], a, "Action") }

// MarshalText returns the name used in files.
func (a Action) MarshalText() ([]byte, error) {
	return enum.Marshal(actionNames[:], a, "governance: action")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (a *Action) UnmarshalText(text []byte) error {
	return enum.Unmarshal(actionNames[:], a, "governance: action", text)
}

// A ResourceType says what kind of thing the subject wants to act on. The zero
// ResourceType is unknown and is denied.
type ResourceType uint8

const (
	UnknownResource        ResourceType = iota
	ResourceTrace                       // interaction records of a person: raw, whatever class is stated
	ResourceTrend                       // a figure over time
	ResourcePack                        // what a coach reads before a session
	ResourceDataset                     // a file of figures
	ResourceRecommendation              // a suggestion, by a model or a person
	ResourceModel                       // a model or feature list of a vendor
	ResourceSession                     // the record of a coaching session
	ResourceReport                      // a dashboard, memo or statement
	ResourceIdentity                    // the person behind a pseudonym
)

var resourceNames = [...]string{
	"unknown", "trace", "trend", "pack", "dataset", "recommendation", "model", "session", "report", "identity",
}

// String returns the name used in files, such as "trace".
func (t ResourceType) String() string { return enum.Name(resourceNames[:], t, "ResourceType") }

// MarshalText returns the name used in files.
func (t ResourceType) MarshalText() ([]byte, error) {
	return enum.Marshal(resourceNames[:], t, "governance: resource type")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (t *ResourceType) UnmarshalText(text []byte) error {
	return enum.Unmarshal(resourceNames[:], t, "governance: resource type", text)
}

// A Purpose says what the access is for. Consents are given for a purpose, so
// the zero Purpose, which is unknown, is denied.
type Purpose uint8

const (
	UnknownPurpose      Purpose = iota
	ForCoaching                 // helping the person whose data it is
	ForEvaluation               // measuring the programme as a whole
	ForOversight                // legal, privacy and fairness review
	ForExport                   // handing the data to somebody outside the programme
	ForReidentification         // revealing the person behind a pseudonym
)

var purposeNames = [...]string{
	"unknown", "coaching", "evaluation", "oversight", "export", "reidentification",
}

// String returns the name used in files and in consents, such as "coaching".
func (p Purpose) String() string { return enum.Name(purposeNames[:], p, "Purpose") }

// MarshalText returns the name used in files.
func (p Purpose) MarshalText() ([]byte, error) {
	return enum.Marshal(purposeNames[:], p, "governance: purpose")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (p *Purpose) UnmarshalText(text []byte) error {
	return enum.Unmarshal(purposeNames[:], p, "governance: purpose", text)
}

// An Effect is a decision about a career that a recommendation could touch. The
// zero Effect is unknown.
type Effect uint8

const (
	UnknownEffect     Effect = iota
	NoEffect                 // stated: it touches no decision about a career
	Compensation             // pay
	Promotion                // promotion or demotion
	RoleAssignment           // who does which job
	StretchAssignment        // readiness for a stretch assignment
	TalentReview             // input to a talent review
)

var effectNames = [...]string{
	"unknown", "none", "compensation", "promotion", "role_assignment", "stretch_assignment", "talent_review",
}

// String returns the name used in files, such as "promotion".
func (e Effect) String() string { return enum.Name(effectNames[:], e, "Effect") }

// MarshalText returns the name used in files.
func (e Effect) MarshalText() ([]byte, error) {
	return enum.Marshal(effectNames[:], e, "governance: effect")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (e *Effect) UnmarshalText(text []byte) error {
	return enum.Unmarshal(effectNames[:], e, "governance: effect", text)
}

// Effects is a set of effects. The zero Effects says nothing, and is treated as
// if every effect were possible; EffectsOf([NoEffect]) states that there is
// none.
type Effects uint16

// EffectsOf returns the set of the effects. An effect outside the declared ones
// makes a set that every policy denies.
func EffectsOf(effects ...Effect) Effects {
	var s Effects
	for _, e := range effects {
		if int(e) >= len(effectNames) || e == UnknownEffect {
			e = UnknownEffect
		}
		s |= 1 << e
	}
	return s
}

// Has reports whether e is in the set.
func (s Effects) Has(e Effect) bool { return int(e) < len(effectNames) && s&(1<<e) != 0 }

// valid reports whether the set is empty, or holds declared effects and not
// NoEffect beside another.
func (s Effects) valid() bool {
	all := Effects(1)<<len(effectNames) - 1
	return s&^all == 0 && !s.Has(UnknownEffect) && (!s.Has(NoEffect) || bits.OnesCount16(uint16(s)) == 1)
}

// String returns the names in the order of their declaration, joined by commas.
func (s Effects) String() string {
	var names []string
	for i, name := range effectNames {
		if s.Has(Effect(i)) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// MarshalText returns what String returns. It fails on a set that EffectsOf
// cannot make from declared effects.
func (s Effects) MarshalText() ([]byte, error) {
	if !s.valid() {
		return nil, fmt.Errorf("governance: effects %#x are not declared, or state none beside another", uint16(s))
	}
	return []byte(s.String()), nil
}

// UnmarshalText accepts names of effects joined by commas; the empty text is
// the zero Effects.
func (s *Effects) UnmarshalText(text []byte) error {
	var set Effects
	if len(text) > 0 {
		for name := range bytes.SplitSeq(text, []byte{','}) {
			var e Effect
			if err := e.UnmarshalText(name); err != nil {
				return err
			}
			set |= EffectsOf(e)
		}
	}
	if !set.valid() {
		return fmt.Errorf("governance: effects name %q beside another, or %q", NoEffect, UnknownEffect)
	}
	*s = set
	return nil
}

// A Fact is a yes-or-no attribute that may not be known. It is used where "no"
// would help the subject, so that forgetting the attribute does not: the zero
// Fact is Unknown.
type Fact uint8

const (
	Unknown Fact = iota
	No
	Yes
)

var factNames = [...]string{"unknown", "no", "yes"}

// String returns "unknown", "no" or "yes".
func (f Fact) String() string { return enum.Name(factNames[:], f, "Fact") }

// MarshalText returns what String returns.
func (f Fact) MarshalText() ([]byte, error) { return enum.Marshal(factNames[:], f, "governance: fact") }

// UnmarshalText accepts exactly the names that MarshalText writes.
func (f *Fact) UnmarshalText(text []byte) error {
	return enum.Unmarshal(factNames[:], f, "governance: fact", text)
}
