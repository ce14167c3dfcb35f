package fairness

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
)

// A Polarity says what the flag does to a person who gets it. The zero Polarity
// is Unstated, which no check accepts: without it nobody knows which side of a
// gap is the harmful one.
type Polarity uint8

const (
	Unstated     Polarity = iota
	Favourable            // the flag helps: harm is being flagged less often
	Unfavourable          // the flag burdens: harm is being flagged more often
)

var polarityNames = [...]string{"unstated", "favourable", "unfavourable"}

// String returns "unstated", "favourable" or "unfavourable".
func (p Polarity) String() string { return enum.Name(polarityNames[:], p, "Polarity") }

// MarshalText returns the same word as String.
func (p Polarity) MarshalText() ([]byte, error) {
	return enum.Marshal(polarityNames[:], p, "fairness: polarity")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (p *Polarity) UnmarshalText(text []byte) error {
	return enum.Unmarshal(polarityNames[:], p, "fairness: polarity", text)
}

// A GroupRole says why an attribute is in the check. The zero GroupRole is
// Protected.
type GroupRole uint8

const (
	Protected   GroupRole = iota // protected by law or by the programme, such as gender
	Operational                  // how people work, such as function, shift or tool
	Legitimate                   // a factor that a named person declared a fair reason for a difference
)

var groupRoleNames = [...]string{"protected", "operational", "legitimate"}

// String returns "protected", "operational" or "legitimate".
func (r GroupRole) String() string { return enum.Name(groupRoleNames[:], r, "GroupRole") }

// MarshalText returns the same word as String.
func (r GroupRole) MarshalText() ([]byte, error) {
	return enum.Marshal(groupRoleNames[:], r, "fairness: group role")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (r *GroupRole) UnmarshalText(text []byte) error {
	return enum.Unmarshal(groupRoleNames[:], r, "fairness: group role", text)
}

// A Declaration records that a person took a decision which code must not take.
type Declaration struct {
	By     coaching.PersonID `json:"by"`
	On     coaching.Date     `json:"on"`
	Reason string            `json:"reason"`
}

// complete reports whether a person, a day and a reason are there.
func (d Declaration) complete() bool { return !d.By.IsZero() && !d.On.IsZero() && d.Reason != "" }

// An Attribute divides people into groups.
type Attribute struct {
	Name string    `json:"name"` // a letter, then letters, digits, "_", "." or "-"; at most 64 bytes
	Role GroupRole `json:"role"`
	// Levels are the groups that must be looked at. A declared level that nobody
	// has is reported as empty; a level that is not declared is refused. With no
	// level declared, the levels are those of the data.
	Levels []string `json:"levels,omitempty"`
	// Declared says who called the factor legitimate, when and why. It is
	// required for the role Legitimate and must be absent for the others.
	Declared *Declaration `json:"declared,omitempty"`
}

// A Feature is something that may stand in for an attribute: a work schedule, a
// third-party tool, an input of the score.
type Feature struct {
	Name    string   `json:"name"`
	Numeric bool     `json:"numeric,omitempty"` // false: the feature has levels
	Levels  []string `json:"levels,omitempty"`  // as in Attribute; none for a numeric feature
}

// A Family is a way to divide people: by one attribute, or by several at once.
type Family struct {
	By []string `json:"by"` // names of protected or operational attributes
	// Secondary families can pause a signal, but a group in one with too little
	// evidence does not stand in the way of a pass; it is listed as a blind spot.
	// Families of more than one attribute are always secondary.
	Secondary bool `json:"secondary,omitempty"`
}

// Limits of a Spec and of the text in a Table.
const (
	maxColumns      = 32
	maxLevels       = 4096
	maxLevelBytes   = 128
	defaultMaxCells = 1 << 20
	maxCount        = 1 << 53 // counts stay exact in float64
)

// A Spec says what is checked. NewTable refuses one that is incomplete.
type Spec struct {
	Signal     string      `json:"signal"` // the definition's ID
	Polarity   Polarity    `json:"polarity"`
	Attributes []Attribute `json:"attributes"`
	// Families to compare, in the order of the report. None means each protected
	// and operational attribute alone.
	Families []Family  `json:"families,omitempty"`
	Features []Feature `json:"features,omitempty"`
	// Score names the number behind the flag, where people have one.
	Score string `json:"score,omitempty"`
	// Unknown is a level that means "not known" in every attribute and feature,
	// beside the empty text, which always does. Such people are counted, and left
	// out of the comparison by that attribute.
	Unknown string `json:"unknown,omitempty"`
	// MaxCells bounds the memory of a table: combinations of levels, and numeric
	// values, that it may hold. Zero means 1,048,576. Beyond it a table refuses
	// people; different scores, though, it then gives up for their moments.
	MaxCells int `json:"max_cells,omitempty"`
}

// normal returns a copy of s that shares nothing with it, with levels sorted
// and families filled in, or everything that is wrong with s.
func (s Spec) normal() (Spec, error) {
	var problems []error
	wrong := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("fairness: "+format, args...))
	}

	if !isIdent(s.Signal) {
		wrong("spec: signal of %d bytes, want a letter and then letters, digits, '_', '.' or '-', at most 64 bytes", len(s.Signal))
	}
	if s.Polarity != Favourable && s.Polarity != Unfavourable {
		wrong("spec: polarity is %v, want favourable or unfavourable: what does the flag do to a person?", s.Polarity)
	}
	if s.MaxCells < 0 || s.MaxCells > 1<<28 {
		wrong("spec: MaxCells is %d, want 0 to %d", s.MaxCells, 1<<28)
	}
	if s.MaxCells == 0 {
		s.MaxCells = defaultMaxCells
	}
	if n := len(s.Attributes) + len(s.Features); n > maxColumns {
		wrong("spec: %d attributes and features, want at most %d", n, maxColumns)
		return Spec{}, errors.Join(problems...)
	}
	if s.Unknown != "" {
		if err := checkLevel(s.Unknown); err != nil {
			wrong("spec: unknown level: %v", err)
		}
	}
	seen := map[string]bool{}
	column := func(kind string, i int, name string, levels []string) []string {
		if !isIdent(name) {
			wrong("spec: %s %d has a name of %d bytes, want a letter and then letters, digits, '_', '.' or '-', at most 64 bytes", kind, i, len(name))
		} else if seen[name] {
			wrong("spec: %s %s is there twice", kind, name)
		}
		seen[name] = true
		if len(levels) > maxLevels {
			wrong("spec: %s %s has %d levels, want at most %d", kind, name, len(levels), maxLevels)
			return nil
		}
		levels = slices.Clone(levels)
		slices.Sort(levels)
		for j, level := range levels {
			if err := checkLevel(level); err != nil {
				wrong("spec: %s %s: %v", kind, name, err)
			}
			if level == s.Unknown || j > 0 && level == levels[j-1] {
				wrong("spec: %s %s declares a level twice, or declares the unknown level", kind, name)
			}
		}
		return levels
	}

	s.Attributes = slices.Clone(s.Attributes)
	compared := map[string]bool{}
	for i := range s.Attributes {
		a := &s.Attributes[i]
		a.Levels = column("attribute", i, a.Name, a.Levels)
		switch {
		case a.Role > Legitimate:
			wrong("spec: attribute %s has the undeclared role %v", a.Name, a.Role)
		case a.Role == Legitimate && (a.Declared == nil || !a.Declared.complete()):
			wrong("spec: attribute %s is a legitimate factor only when a person declared it: want by, on and reason", a.Name)
		case a.Role != Legitimate && a.Declared != nil:
			wrong("spec: attribute %s is %v and carries a declaration of legitimacy; want one or the other", a.Name, a.Role)
		}
		if a.Declared != nil {
			d := *a.Declared
			a.Declared = &d
		}
		compared[a.Name] = a.Role != Legitimate
	}
	s.Features = slices.Clone(s.Features)
	for i := range s.Features {
		f := &s.Features[i]
		f.Levels = column("feature", i, f.Name, f.Levels)
		if f.Numeric && len(f.Levels) > 0 {
			wrong("spec: numeric feature %s declares levels", f.Name)
		}
	}

	if s.Score != "" && !isIdent(s.Score) {
		wrong("spec: the score has a name of %d bytes, want a letter and then letters, digits, '_', '.' or '-', at most 64 bytes", len(s.Score))
	}

	families := make([]Family, 0, len(s.Families))
	for i, f := range s.Families {
		by := slices.Clone(f.By)
		if len(by) == 0 {
			wrong("spec: family %d divides by nothing", i)
		}
		for j, name := range by {
			if !compared[name] || slices.Contains(by[:j], name) {
				wrong("spec: family %d: attribute %d is repeated, or is not a protected or operational attribute of this spec", i, j)
			}
		}
		if slices.ContainsFunc(families, func(g Family) bool { return slices.Equal(g.By, by) }) {
			wrong("spec: family %d is there twice", i)
		}
		families = append(families, Family{By: by, Secondary: f.Secondary || len(by) > 1})
	}
	if len(s.Families) == 0 {
		for _, a := range s.Attributes {
			if a.Role != Legitimate {
				families = append(families, Family{By: []string{a.Name}})
			}
		}
	}
	s.Families = families
	return s, errors.Join(problems...)
}

// differences names what two normal specs do not have in common.
func (s Spec) differences(other Spec) (out []string) {
	differ := func(what string, a, b any) {
		// Compared as they are stored: nil and empty are the same.
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if !bytes.Equal(x, y) {
			out = append(out, what)
		}
	}
	differ("signal", s.Signal, other.Signal)
	differ("polarity", s.Polarity, other.Polarity)
	differ("number of attributes", len(s.Attributes), len(other.Attributes))
	for i := range min(len(s.Attributes), len(other.Attributes)) {
		differ(fmt.Sprintf("attribute %d (%s)", i, s.Attributes[i].Name), s.Attributes[i], other.Attributes[i])
	}
	differ("families", s.Families, other.Families)
	differ("number of features", len(s.Features), len(other.Features))
	for i := range min(len(s.Features), len(other.Features)) {
		differ(fmt.Sprintf("feature %d (%s)", i, s.Features[i].Name), s.Features[i], other.Features[i])
	}
	differ("score", s.Score, other.Score)
	differ("unknown level", s.Unknown, other.Unknown)
	differ("MaxCells", s.MaxCells, other.MaxCells)
	return out
}

// canonical returns the bytes that two specs share when they mean the same.
func (s Spec) canonical() []byte {
	b, err := json.Marshal(s)
	if err != nil { // only an undeclared enum value, which normal refuses
		return nil
	}
	return b
}

// checkLevel returns an error for text that cannot be a level. It does not
// quote the text.
func checkLevel(level string) error {
	if level == "" || len(level) > maxLevelBytes || !utf8.ValidString(level) {
		return fmt.Errorf("level of %d bytes, want 1 to %d bytes of UTF-8", len(level), maxLevelBytes)
	}
	for _, r := range level {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("level of %d bytes holds a character that does not print", len(level))
		}
	}
	return nil
}

// isIdent reports whether text is a letter followed by letters, digits, '_',
// '.' or '-', at most 64 bytes in all.
func isIdent(text string) bool {
	if text == "" || len(text) > 64 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-')) {
			return false
		}
	}
	return true
}
