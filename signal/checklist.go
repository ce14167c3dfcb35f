package signal

import (
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
)

// A Judgement is a named person's answer to one question of the checklist. The
// zero Judgement is no answer, which does not pass.
type Judgement struct {
	Pass     bool              `json:"pass"`
	Evidence string            `json:"evidence"` // what the person looked at
	By       coaching.PersonID `json:"by"`
	On       coaching.Date     `json:"on"`
}

// Judgements are the four questions that a person must answer, and a fifth that
// only a definition with SIG-002 raises.
type Judgements struct {
	Controllable  Judgement `json:"controllable"`  // can the leader change the behaviour?
	Causal        Judgement `json:"causal"`        // is the path to the outcome defensible?
	Interpretable Judgement `json:"interpretable"` // can a human explain it, and is it no proxy?
	Stewardship   Judgement `json:"stewardship"`   // who owns the data, validates spikes, logs consent?
	// TracesSuffice waives SIG-002: the evidence says why traces alone are enough
	// for this soft construct, here. It is not asked otherwise.
	TracesSuffice Judgement `json:"traces_suffice,omitzero"`
}

// A Checklist is the five questions that a signal passes before it enters a
// pack: four are judged by a named person, and cadence with stability is
// computed. [Assess] makes one; the zero Checklist passes nothing.
type Checklist struct {
	signal     string
	version    int
	judgements Judgements
	measured   bool
	findings   coaching.Findings
}

// Assess answers the checklist of a definition: the four judgements as given,
// and SIG-013 from the measured stability and freshness. A soft construct read
// from traces alone is refused (SIG-002) unless a named person waives that.
func Assess(d Definition, j Judgements, s Stability, f Freshness) Checklist {
	c := Checklist{signal: d.ID, version: d.Version, judgements: j, measured: true}
	for _, item := range []struct {
		code, path string
		j          Judgement
	}{
		{"SIG-011", "controllable", j.Controllable},
		{"SIG-012", "causal", j.Causal},
		{"SIG-014", "interpretable", j.Interpretable},
		{"SIG-015", "stewardship", j.Stewardship},
	} {
		if wrong := item.j.wrong(); wrong != "" {
			c.findings = append(c.findings, coaching.Finding{Code: item.code, Path: d.ID + "." + item.path, Message: wrong})
		}
	}
	if soft := d.softFromTraces(); soft != "" {
		found := coaching.Finding{Code: "SIG-002", Path: d.ID + ".traces_suffice"}
		if wrong := j.TracesSuffice.wrong(); wrong != "" {
			found.Message = soft + "; to use it all the same: " + wrong
		} else {
			found.Severity, found.Message = coaching.Warning, soft+"; a named person waived this with a reason"
		}
		c.findings = append(c.findings, found)
	}
	measured := func(sev coaching.Severity, format string, args ...any) {
		c.findings = append(c.findings, coaching.Finding{Code: "SIG-013", Severity: sev, Path: d.ID + ".cadence", Message: fmt.Sprintf(format, args...)})
	}
	if s.Signal != d.ID {
		measured(coaching.Error, "the stability given was not measured on this signal")
		c.findings.Sort()
		return c
	}
	if f.Signal != d.ID {
		measured(coaching.Error, "the freshness given was not measured on this signal")
	} else if f.Status == OutcomeOnly || f.Status == Stale {
		measured(coaching.Error, "the feed is %s: %s", f.Status, strings.Join(f.Reasons, "; "))
	}
	switch s.Verdict {
	case Unmeasured:
		measured(coaching.Error, "stability is not measured: %s", s.Reason)
	case Noisy:
		sev := coaching.Error
		if d.Grain == Team {
			sev = coaching.Warning // already a figure of a group; the MDC beside each delta says how coarse it is
		}
		measured(sev, "noisy: ICC(k) is %.2f over %d weeks, want at least %.1f", s.ICCk, s.Periods, usableICC)
	case TraitLike:
		measured(coaching.Warning, "trait-like: lag-1 %.2f and ICC(1) %.2f; it will hardly move in 8 weeks", s.Lag1Adjusted, s.ICC1)
	}
	c.findings.Sort()
	return c
}

// wrong says why a judgement does not pass; "" when it does.
func (j Judgement) wrong() string {
	switch {
	case j.By.IsZero():
		return "nobody has answered; a named person must"
	case j.On.IsZero():
		return "the answer has no date"
	case strings.TrimSpace(j.Evidence) == "":
		return "the answer has no evidence"
	case !j.Pass:
		return "the named person answered no"
	}
	return ""
}

// Findings returns what the checklist found, sorted. A blocking one keeps the
// signal out of packs.
func (c Checklist) Findings() coaching.Findings {
	if !c.measured {
		return coaching.Findings{{Code: "SIG-011", Message: "the checklist was not answered"}}
	}
	return append(coaching.Findings(nil), c.findings...)
}

// Passed reports whether all five items pass. The zero Checklist does not.
func (c Checklist) Passed() bool { return c.measured && !c.findings.Blocked() }

// Judgements returns the answers as they were given.
func (c Checklist) Judgements() Judgements { return c.judgements }
