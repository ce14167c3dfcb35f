package signal

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coachgov/coaching"
)

// Check reports what keeps the definition from being used, sorted. SIG-DEF is a
// definition that cannot be computed; the other codes are rules of the domain.
func (d Definition) Check() coaching.Findings {
	var fs coaching.Findings
	add := func(code string, sev coaching.Severity, path, format string, args ...any) {
		fs = append(fs, coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
	}
	malformed := func(path, format string, args ...any) { add("SIG-DEF", coaching.Error, path, format, args...) }

	if !validSignalID(d.ID) {
		malformed("id", "an identifier of %d bytes; want a lower-case letter, then 1 to 47 of a-z, 0-9 and _", len(d.ID))
	}
	if d.Version < 1 {
		malformed("version", "version %d; want 1 or more", d.Version)
	}
	for _, f := range []struct{ path, text string }{{"name", d.Name}, {"unit", d.Unit}} {
		if strings.TrimSpace(f.text) == "" {
			malformed(f.path, "missing")
		}
	}
	if d.Source == NoSource || int(d.Source) >= len(sourceNames) {
		malformed("source", "no source; want one of %s", strings.Join(sourceNames[1:], ", "))
	}
	if d.Cadence == Irregular || int(d.Cadence) >= len(cadenceNames) {
		malformed("cadence", "no cadence; want one of %s", strings.Join(cadenceNames[1:], ", "))
	}
	for _, word := range []struct {
		path  string
		value uint8
		names int
	}{
		{"kind", uint8(d.Kind), len(kindNames)}, {"direction", uint8(d.Direction), len(directionNames)}, {"class", uint8(d.Class), len(dataClassNames)},
		{"grain", uint8(d.Grain), len(grainNames)}, {"transform", uint8(d.Transform), len(transformNames)}, {"trace", uint8(d.Trace), len(traceClassNames)},
		{"noise", uint8(d.Noise), len(levelNames)}, {"opacity", uint8(d.Opacity), len(levelNames)},
		{"interpretability", uint8(d.Interpretability), len(levelNames)}, {"privacy_risk", uint8(d.PrivacyRisk), len(levelNames)},
	} {
		if int(word.value) >= word.names {
			malformed(word.path, "value %d is not declared", word.value)
		}
	}
	if int(d.Timing) >= len(timingNames) {
		add("SIG-031", coaching.Error, "timing", "value %d is neither leading nor lagging", uint8(d.Timing))
	}
	if wrong := d.Trace.disagrees(d.Kind, d.Source); wrong != "" {
		malformed("trace", "%s; kind is %s and source %s", wrong, d.Kind, d.Source)
	}
	if !(d.Resolution >= 0) || math.IsInf(d.Resolution, 1) {
		malformed("resolution", "not a positive number")
	}
	if d.Direction == TargetBand && (d.Target == nil || !(d.Target.Low <= d.Target.High)) {
		malformed("target", "direction target_band needs a target with low <= high")
	}
	if d.Range != nil && !(d.Range.Low <= d.Range.High) {
		malformed("range", "low is not at most high")
	}
	if d.Transform != Identity && (d.Range == nil || d.Range.Low < 0) {
		malformed("range", "transform %s needs a range that starts at 0 or above", d.Transform)
	}
	d.Expr.check(malformed)

	if d.Trace == UnstatedTrace {
		add("SIG-001", coaching.Warning, "trace", "it is not said what the figure is made of; want one of %s", strings.Join(traceClassNames[1:], ", "))
	}
	if soft := d.softFromTraces(); soft != "" {
		add("SIG-002", coaching.Warning, "soft", "%s; ask people, or have a named person say why it is enough here", soft)
	}
	if d.rawDensity() {
		add("SIG-008", coaching.Warning, "expr", "how full a calendar is says little about a decision; use a share, a threshold or a target band, or say why the total matters")
	}
	if missing := unstated(level{"noise", d.Noise}, level{"opacity", d.Opacity}); len(missing) > 0 {
		add("SIG-009", coaching.Warning, missing[0], "not stated: %s", strings.Join(missing, " and "))
	}
	if missing := unstated(level{"interpretability", d.Interpretability}, level{"privacy_risk", d.PrivacyRisk}); len(missing) > 0 {
		add("SIG-010", coaching.Warning, missing[0], "not stated beside the cadence: %s", strings.Join(missing, " and "))
	}
	switch {
	case strings.TrimSpace(d.Behaviour) == "":
		add("SIG-005", coaching.Error, "behaviour", "no behaviour that the leader can change")
	case strings.ContainsAny(d.Behaviour, ";\n"):
		add("SIG-005", coaching.Error, "behaviour", "more than one behaviour; a signal maps to one")
	}
	var missing []string
	for _, part := range []struct{ name, text string }{{"signal", d.Path.Signal}, {"behaviour", d.Path.Behaviour}, {"outcome", d.Path.Outcome}} {
		if strings.TrimSpace(part.text) == "" {
			missing = append(missing, part.name)
		}
	}
	if len(missing) > 0 {
		add("SIG-007", coaching.Error, "path", "the causal path lacks its %s", strings.Join(missing, " and its "))
	}
	if line := d.Path.String(); strings.ContainsAny(line, "\r\n") || utf8.RuneCountInString(line) > maxPath {
		add("SIG-012", coaching.Error, "path", "the causal path has %d characters or breaks the line; want one line of at most %d", utf8.RuneCountInString(line), maxPath)
	}
	if strings.TrimSpace(d.Explain) == "" {
		add("SIG-014", coaching.Error, "explain", "nothing explains what drives the figure")
	}
	if len(d.ProxyRisks) == 0 {
		add("SIG-014", coaching.Error, "proxy_risks", "no proxy risk is named; name the attributes that were considered")
	}
	if len(d.BlindSpots) == 0 {
		add("SIG-001", coaching.Warning, "blind_spots", "no blind spot is named; every figure misses something")
	}
	if d.Cadence >= Fortnightly && d.Source != BusinessKPI && !d.Source.asksPeople() {
		add("SIG-026", coaching.Warning, "cadence", "a %s feed is too slow to coach on: use it as an outcome only", d.Cadence)
	}
	fs.Sort()
	return fs
}

type level struct {
	name  string
	value Level
}

// unstated returns the names of the levels that nobody has stated, in the order
// given.
func unstated(levels ...level) []string {
	var names []string
	for _, l := range levels {
		if l.value == Unstated {
			names = append(names, l.name)
		}
	}
	return names
}

func (e Expr) check(malformed func(path, format string, args ...any)) {
	if e.Op == NoOp || int(e.Op) >= len(opNames) {
		malformed("expr.op", "no operation; want one of %s", strings.Join(opNames[1:], ", "))
	}
	if len(e.Num) == 0 {
		malformed("expr.num", "no column")
	}
	if (e.Op == RatioOfSums) != (len(e.Den) > 0) {
		malformed("expr.den", "den has %d columns with %s; only a ratio has a denominator, and it needs one", len(e.Den), e.Op)
	}
	if e.Op != ShareAtLeast && e.Threshold != 0 {
		malformed("expr.threshold", "a threshold belongs to share_at_least only")
	}
	if math.IsNaN(e.Threshold) || math.IsInf(e.Threshold, 0) {
		malformed("expr.threshold", "not a finite number")
	}
	for _, list := range [][]string{e.Num, e.Den} {
		if slices.Contains(list, "") {
			malformed("expr", "an empty column name")
		}
		if sorted := slices.Sorted(slices.Values(list)); len(slices.Compact(sorted)) != len(list) {
			malformed("expr", "a column is named twice and would be added twice")
		}
	}
}

func validSignalID(id string) bool {
	ok, _ := regexp.MatchString(`^[a-z][a-z0-9_]{1,47}$`, id)
	return ok
}
