package vendor

import "slices"

// A Profile is a sketch of how somebody ran such a programme, to be matched to
// the constraint that one has. Which constraint it fits is inferred (C-12), since
// the sketches do not say.
type Profile struct {
	ID         string // "microsoft"
	Constraint string // "measurement", "coaching_capacity" or "governance"
	Gain       []string
	Cost       []string
	Required   []string // without which it does not work
	Adaptation []string // for an organisation of middle size
	// ExportablePacks says that vendors must let signal packs out (PIL-145).
	ExportablePacks bool
}

// Profiles returns the three mini profiles by id.
func Profiles() []Profile {
	return []Profile{
		{
			ID: "accenture", Constraint: "coaching_capacity",
			Gain:            []string{"tight alignment with business outcomes"},
			Cost:            []string{"high cost of delivery", "complex coordination"},
			Adaptation:      []string{"internal senior leaders as peer coaches", "analytics bought as a service", "exportable signal packs"},
			ExportablePacks: true,
		},
		{
			ID: "avva_thach", Constraint: "governance",
			Gain:     []string{"quicker experiments by managers", "clearer conversations with sponsors"},
			Required: []string{"a prioritised signal pack", "playbooks tied to one outcome for each leader", "a governance compact"},
		},
		{
			ID: "microsoft", Constraint: "measurement",
			Gain:     []string{"scale", "telemetry"},
			Cost:     []string{"coarse signals", "blunt recommendations"},
			Required: []string{"filtered insight packs", "the right to ignore or reweight suggestions"},
		},
	}
}

// ProfileOf returns the profile with an id, and false when there is none.
func ProfileOf(id string) (Profile, bool) {
	return profileWhere(func(p Profile) bool { return p.ID == id })
}

// ProfileFor returns the profile that is usually matched to a constraint, and
// false when there is none (PIL-146).
func ProfileFor(constraint string) (Profile, bool) {
	return profileWhere(func(p Profile) bool { return p.Constraint == constraint })
}

func profileWhere(holds func(Profile) bool) (Profile, bool) {
	all := Profiles()
	if i := slices.IndexFunc(all, holds); i >= 0 {
		return all[i], true
	}
	return Profile{}, false
}
