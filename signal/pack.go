package signal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
)

// A PackSpec is what a pack is made of.
type PackSpec struct {
	Programme string // such as "product-org-12w"
	Outcome   string // the one outcome that every causal path ends in
	Leader    coaching.PersonID
	// Signals have figures, in the order of their priority: 1 to 4. With the inputs
	// that Qualitative states they make at least two; stated inputs do not count
	// towards the four, since they say what a figure means.
	Signals     []PackSignal
	Qualitative []QualitativeItem // items of one ID are one input
	// UnblendedReason waives SIG-021, the warning about a pack of traces alone
	// or answers alone.
	UnblendedReason string
}

// A PackSignal is a signal as it enters a pack: its baselines, which hold its
// definition and series, and its checklist.
type PackSignal struct {
	Baselines *Baselines
	Checklist Checklist
}

// A Pack is the few signals that bear on one leader's one outcome. Only
// [NewPack] makes one; the zero Pack has nothing, and its views are refused. A
// coach never reads a Pack: [Pack.CoachView] decides what may be seen, and when.
type Pack struct {
	spec PackSpec
	ok   bool
}

// NewPack checks and makes a pack. It answers the zero Pack when a finding
// blocks: fewer than 2 inputs or more than 4 signals, a definition or checklist
// that does not pass, a causal path to another outcome, an insufficient baseline,
// a malformed qualitative item or words that nobody has redacted. Warnings ride on the pack. The findings are
// sorted. The lists in spec are copied.
func NewPack(spec PackSpec) (Pack, coaching.Findings) {
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if strings.TrimSpace(spec.Programme) == "" || spec.Leader.IsZero() {
		add("SIG-004", coaching.Error, "", "a pack is for one leader in one programme; one of them is missing")
	}
	if strings.TrimSpace(spec.Outcome) == "" {
		add("SIG-004", coaching.Error, "outcome", "no outcome; a pack serves one")
	}
	switch n, inputs := len(spec.Signals), len(spec.Signals)+statedInputs(spec.Qualitative); {
	case n > 4:
		add("SIG-004", coaching.Error, "signals", "%d signals; want 2 to 4", n)
		add("SIG-006", coaching.Warning, "signals", "with %d signals a session becomes a review of a dashboard", n)
	case n == 0 || inputs < 2:
		add("SIG-004", coaching.Error, "signals", "%d signals with %d stated inputs; want 2 to 4, of which at least one has figures", n, inputs-n)
		add("SIG-006", coaching.Warning, "signals", "with so little the context is missing")
	case n == 4:
		add("SIG-003", coaching.Warning, "signals", "4 signals; a first pilot does with 2 or 3")
	}
	quantitative, qualitative := 0, len(spec.Qualitative)
	seen := map[string]bool{}
	for i, s := range spec.Signals {
		path := fmt.Sprintf("signals[%d]", i)
		if s.Baselines == nil || s.Baselines.series == nil {
			add("SIG-025", coaching.Error, path, "no baselines")
			continue
		}
		d := s.Baselines.series.definition
		if seen[d.ID] {
			add("SIG-004", coaching.Error, path, "signal %q is in the pack twice", d.ID)
		}
		seen[d.ID] = true
		if d.Kind == Quantitative {
			quantitative++
		} else {
			qualitative++
		}
		if d.Path.Outcome != spec.Outcome {
			add("SIG-004", coaching.Error, path+".path", "the causal path of %q ends in another outcome than the pack's", d.ID)
		}
		if d.Class == Raw {
			add("SIG-033", coaching.Error, path+".class", "%q is classed raw; a pack holds aggregates and pseudonymous figures", d.ID)
		}
		fs = append(fs, s.Checklist.Findings()...)
		if s.Checklist.measured && (s.Checklist.signal != d.ID || s.Checklist.version != d.Version) {
			add("SIG-011", coaching.Error, path+".checklist", "the checklist is about another signal or version than %q", d.ID)
		}
		for _, reason := range s.Baselines.Of(spec.Leader).Reasons {
			add("SIG-025", coaching.Error, path+".baseline", "%q: %s", d.ID, reason)
		}
	}
	for i, q := range spec.Qualitative {
		if wrong := q.wrong(spec.Leader); wrong != "" {
			add("SIG-017", coaching.Error, fmt.Sprintf("qualitative[%d]", i), "the item cannot be used: %s", wrong)
		}
	}
	if (quantitative == 0 || qualitative == 0) && strings.TrimSpace(spec.UnblendedReason) == "" {
		add("SIG-021", coaching.Warning, "", "%d counted and %d stated inputs; traces alone are brittle, answers alone miss rhythm", quantitative, qualitative)
	}
	fs.Sort()
	if fs.Blocked() {
		return Pack{}, fs
	}
	spec.Signals = slices.Clone(spec.Signals)
	spec.Qualitative = slices.Clone(spec.Qualitative)
	return Pack{spec: spec, ok: true}, fs
}

// statedInputs counts the items by the survey item or interview that they are
// from.
func statedInputs(items []QualitativeItem) int {
	seen := map[string]bool{}
	for _, q := range items {
		seen[q.ID] = true
	}
	return len(seen)
}

// Leader returns whose pack it is.
func (p Pack) Leader() coaching.PersonID { return p.spec.Leader }

// Programme returns the programme that the pack belongs to.
func (p Pack) Programme() string { return p.spec.Programme }

// Outcome returns the one outcome that the pack serves.
func (p Pack) Outcome() string { return p.spec.Outcome }

// Signals returns the IDs of the pack's signals, in the pack's order.
func (p Pack) Signals() []string {
	ids := make([]string, len(p.spec.Signals))
	for i, s := range p.spec.Signals {
		ids[i] = s.Baselines.series.definition.ID
	}
	return ids
}
