package fairness

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A Digest is a SHA-256, written in hexadecimal.
type Digest [32]byte

// String returns 64 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns the same as String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Digest) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(d) {
		return fmt.Errorf("fairness: digest of %d bytes, want %d hexadecimal digits", len(text), 2*len(d))
	}
	*d = Digest(b)
	return nil
}

// A Report is the result of the three-step check. It is made by Check or
// Assess; the zero Report supports nothing.
type Report struct {
	Signal      string          `json:"signal"`
	Polarity    Polarity        `json:"polarity"`
	Window      coaching.Window `json:"window"` // of the data
	Flagged     Rate            `json:"flagged"`
	Review      ReviewFinding   `json:"review"`   // step 1
	Families    []FamilyResult  `json:"families"` // step 2, in the order of the spec
	Proxies     []ProxyFinding  `json:"proxies"`  // step 3, in the order of Proxies
	ProxyResult Verdict         `json:"proxy_result"`
	// Validation is there when a [Validation] made the report.
	Validation *ValidationFinding `json:"validation,omitempty"`
	Verdict    Verdict            `json:"verdict"`
	// Standing is what the result supports: Cleared for a pass, Paused for a
	// pause, Restricted for insufficient evidence (usable only once a human control
	// is recorded; Paused when the policy says so), and Candidate when one of the
	// steps was not carried out. A steward records it; see Lifecycle.
	Standing signal.Standing `json:"standing"`
	// Findings holds the reasons, sorted. What pauses is an Error; thin evidence is
	// a Warning, which a recorded human control answers.
	Findings    coaching.Findings `json:"findings"`
	PolicyHash  Digest            `json:"policy_hash"`
	Fingerprint Digest            `json:"fingerprint"` // of the table

	policy Policy
	spec   Spec
	seal   Digest
}

// sealed reports whether the report is as Check made it.
func (r *Report) sealed() bool { return r != nil && r.seal != (Digest{}) && r.seal == r.digest() }

// digest covers everything that the report says.
func (r *Report) digest() Digest {
	b, err := json.Marshal((*whole)(r))
	if err != nil || r.policy.Hash() != r.PolicyHash {
		return Digest{}
	}
	return sha(b)
}

// ready refuses a policy that was not adopted and a table that nobody made.
func ready(t *Table, p Policy) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if t == nil || t.cells == nil {
		return fmt.Errorf("fairness: the zero Table cannot be checked; want one from NewTable")
	}
	return nil
}

// Check carries out the three steps on the people in the table, and the results
// of the manual review of some of them. window is the days that the data cover.
// The order of the results does not matter; nothing is kept or changed. An
// error means that the input cannot be checked; a check that decides nothing is
// a Report.
func Check(t *Table, results []ReviewResult, window coaching.Window, p Policy) (*Report, error) {
	if err := ready(t, p); err != nil {
		return nil, err
	}
	if window.Days() == 0 {
		return nil, fmt.Errorf("fairness: the window %v holds no day; want the days that the data cover", window)
	}
	r := &Report{Signal: t.spec.Signal, Polarity: t.spec.Polarity, Window: window, PolicyHash: p.Hash(), Fingerprint: t.Fingerprint(), policy: p, spec: t.spec}
	for _, n := range t.cells.all() {
		r.Flagged.X, r.Flagged.N = r.Flagged.X+n.flagged(), r.Flagged.N+n.total()
	}
	var err error
	if r.Review, err = Review(t, results, p); err != nil {
		return nil, err
	}
	if r.Families, err = Groups(t, p); err != nil {
		return nil, err
	}
	if r.Proxies, err = Proxies(t, p); err != nil {
		return nil, err
	}
	missing := r.explainReview(p)
	families := r.explainFamilies(&missing)
	r.explainProxies(&missing)
	r.Verdict = worst(r.Review.Verdict, families, r.ProxyResult)
	if missing > 0 && r.Verdict == Pass { // cannot be: an empty step never passes
		r.Verdict = Insufficient
	}
	switch {
	case r.Verdict == Pause:
		r.Standing = signal.Paused
	case missing > 0:
		r.Standing = signal.Candidate
		r.find("FAI-001", coaching.Error, "", "%d of the 3 steps were not carried out: the signal may not be acted on", missing)
	case r.Verdict == Pass:
		r.Standing = signal.Cleared
	case p.OnInsufficient == PauseSignal:
		r.Standing = signal.Paused
	default:
		r.Standing = signal.Restricted
	}
	if r.Verdict == Insufficient && missing == 0 {
		r.find("FAI-006", coaching.Warning, "", "the evidence is insufficient, which is no pass: use the signal only under a recorded human control, or not at all")
	}
	r.Findings.Sort()
	r.seal = r.digest()
	return r, nil
}

func (r *Report) find(code string, severity coaching.Severity, path, format string, args ...any) {
	r.Findings = append(r.Findings, coaching.Finding{Code: code, Severity: severity, Path: path, Message: fmt.Sprintf(format, args...)})
}

// explainReview turns step 1 into findings, and returns 1 if it was not done.
func (r *Report) explainReview(p Policy) (missing int) {
	if !r.Review.Done() {
		if r.Review.FalseDiscovery.Population == 0 {
			r.find("FAI-002", coaching.Warning, "review", "nobody is flagged, so no flag could be reviewed")
		} else {
			r.find("FAI-002", coaching.Error, "review", "no flagged case was reviewed by hand; want a sample of at least %d", r.Review.FalseDiscovery.Needed)
		}
		return 1
	}
	for _, side := range []struct {
		path, what string
		s          ReviewSide
	}{
		{"review.flagged", "flags", r.Review.FalseDiscovery},
		{"review.unflagged", "unflagged cases", r.Review.Missed},
	} {
		s := side.s
		switch s.Verdict {
		case Pause:
			// The figures of all groups together are printed, so those of one that must
			// not be are the rest of the others.
			secret := false
			for _, g := range s.Strata {
				secret = secret || len(s.Strata) > 1 && (g.Population < int64(p.MinShow) || r.hides(p.Review.StratifyBy, g.Group))
			}
			for _, g := range s.Strata {
				if g.Holm <= 1-p.Review.Confidence {
					where := ""
					if g.Group != "" {
						where = " of group " + g.Group
					}
					if secret {
						r.find("FAI-002", coaching.Error, side.path, "too many sampled %s%s are wrong; figures by group would give those of a small one away", side.what, where)
						continue
					}
					r.find("FAI-002", coaching.Error, side.path, "%d of %d sampled %s%s wrong: more than %.0f %% of them are, at %.0f %% confidence", g.Wrong.X, g.Wrong.N, side.what, where, 100*s.Most, 100*p.Review.Confidence)
				}
			}
			if len(s.Strata) > 1 && s.Holm <= 1-p.Review.Confidence {
				r.find("FAI-002", coaching.Error, side.path, "%d of %d sampled %s wrong over all groups: more than %.0f %% of them are, at %.0f %% confidence", s.Wrong.X, s.Wrong.N, side.what, 100*s.Most, 100*p.Review.Confidence)
			}
		case Insufficient:
			text := fmt.Sprintf("%d of %d sampled %s wrong: at most %.0f %% of them are, where the policy allows %.0f %%", s.Wrong.X, s.Wrong.N, side.what, 100*s.Bound, 100*s.Most)
			if s.Needed > 0 {
				text += fmt.Sprintf("; %d reviews without a further wrong one would decide", s.Needed)
			}
			r.find("FAI-002", coaching.Warning, side.path, "%s", text)
		}
	}
	if r.Review.KappaDefined && r.Review.Kappa < p.Review.MinKappa {
		r.find("FAI-002", coaching.Warning, "review", "two reviewers agree with kappa %.2f, want %.2f: mend the definition of the signal first", r.Review.Kappa, p.Review.MinKappa)
	}
	return 0
}

// explainFamilies turns step 2 into findings and its verdict: primary families
// decide, and secondary ones can pause.
func (r *Report) explainFamilies(missing *int) Verdict {
	var verdicts []Verdict
	protected, operational := false, false
	for _, f := range r.Families {
		if !f.Secondary {
			verdicts = append(verdicts, f.Verdict)
		} else if f.Verdict == Pause {
			verdicts = append(verdicts, Pause)
		}
		for _, name := range f.By {
			for _, a := range r.spec.Attributes {
				protected = protected || a.Name == name && a.Role == Protected && !f.Secondary
				operational = operational || a.Name == name && a.Role == Operational
			}
		}
		var paused, thin, empty []string
		needed := int64(0)
		for _, g := range f.Groups {
			switch {
			case g.Verdict == Pause:
				paused = append(paused, g.Label)
			case g.Rate.N == 0:
				empty = append(empty, g.Label)
			case g.Verdict == Insufficient:
				thin = append(thin, g.Label)
				if !g.Suppressed { // the number depends on the group's size
					needed = max(needed, g.Needed)
				}
			}
		}
		path := "groups." + f.Name()
		if len(paused) > 0 {
			r.find("FAI-005", coaching.Error, path, "beyond the programme threshold: %s", strings.Join(paused, "; "))
		}
		if len(thin) > 0 {
			severity := coaching.Warning
			if f.Secondary {
				severity = coaching.Info
			}
			text := "evidence is insufficient for " + strings.Join(thin, "; ")
			if needed > 0 {
				text += fmt.Sprintf("; about %d people in a group would decide", roundUp(needed))
			}
			r.find("FAI-003", severity, path, "%s", text)
		}
		if len(empty) > 0 {
			r.find("FAI-003", coaching.Warning, path, "declared and empty: %s", strings.Join(empty, "; "))
		}
		if f.Verdict == Insufficient && f.Unknown > 0 {
			all, more := f.Unknown+f.Total.N, ""
			if float64(f.Unknown) > r.policy.MaxUnknown*float64(all) {
				more = fmt.Sprintf(", more than the %s %% with which a pass is possible", number(100*r.policy.MaxUnknown))
			}
			r.find("FAI-003", coaching.Info, path, "people of unknown level are left out: %d of %d%s", f.Unknown, all, more)
		}
		r.explainMetrics(f, path)
		r.explainAdjusted(f, path)
	}
	if len(r.Families) == 0 || r.Flagged.N == 0 {
		*missing++
		r.find("FAI-003", coaching.Error, "groups", "no groups were compared; want protected and operational attributes, and people")
		return Insufficient
	}
	if !protected {
		verdicts = append(verdicts, Insufficient)
		r.find("FAI-003", coaching.Warning, "groups", "no protected attribute is among the primary comparisons")
	}
	if !operational {
		r.find("FAI-003", coaching.Info, "groups", "no operational attribute, such as function, shift or tool, is among the comparisons")
	}
	return worst(verdicts...)
}

// explainMetrics names the groups for which flags are wrong, or missing, more or
// less often than for everyone else: a list to explore. It passes over a group of
// hardly anybody, of whom it would say whether they are flagged.
func (r *Report) explainMetrics(f FamilyResult, path string) {
	for _, m := range f.Metrics {
		var differ []string
		for i, g := range m.Groups {
			if f.Groups[i].Suppressed || min(g.Rate.N, g.Rest.N) < int64(r.policy.MinShow) {
				continue
			}
			if g.BH <= r.policy.Alpha && m.Metric != FalseDiscoveryRate { // the same as PositivePredictiveValue
				differ = append(differ, g.Label)
			}
		}
		if len(differ) > 0 {
			r.find("FAI-003", coaching.Info, path+"."+m.Metric.String(), "the rate differs from that of everyone else for %s; no threshold decides on it", strings.Join(differ, "; "))
		}
	}
}

// explainAdjusted says what is left of a gap that pauses among people who share
// a declared factor. It changes no verdict.
func (r *Report) explainAdjusted(f FamilyResult, path string) {
	for i, a := range f.Adjusted {
		if f.Groups[i%len(f.Groups)].Verdict != Pause || a.Suppressed || !a.Ratio.Defined {
			continue
		}
		text := fmt.Sprintf("among people of the same %s the ratio of %s is %v, where it is %v without", a.Factor, a.Label, a.Ratio, a.Crude)
		if a.PSame <= r.policy.Alpha {
			text += "; the levels do not agree, so look at each"
		}
		r.find("FAI-005", coaching.Info, path+"."+a.Factor, "%s", text)
	}
}

// explainProxies turns step 3 into findings and its verdict.
func (r *Report) explainProxies(missing *int) {
	if len(r.Proxies) == 0 {
		*missing++
		r.find("FAI-004", coaching.Error, "proxies", "nothing was probed; want features that may stand in for an attribute, such as work schedules and third-party tools")
		return
	}
	var verdicts []Verdict
	undecided, needed := 0, int64(0)
	for _, f := range r.Proxies {
		path := "proxies." + f.Factor + "." + f.Attribute
		carries := "much of the gap"
		if v, ok := f.Path.Share(); ok && f.PathGroup != "" && !r.hides(f.Attribute, f.PathGroup) {
			carries = fmt.Sprintf("%s of the gap of %s", percent(v, 0), f.PathGroup)
		}
		switch {
		case f.proven():
			verdicts = append(verdicts, Pause)
			r.find("FAI-007", coaching.Error, path, "%s goes with %s and with the flag, and carries %s", f.Factor, f.Attribute, carries)
		case f.Verdict == Proxy:
			verdicts = append(verdicts, Insufficient)
			text := f.Factor + " may stand in for " + f.Attribute
			if f.Associated {
				text += fmt.Sprintf(": they go together (strength %.2f, adjusted p %.2g)", f.Strength.Value, f.Holm)
			}
			if f.Carries {
				text += fmt.Sprintf("; %s runs through it", carries)
			}
			r.find("FAI-007", coaching.Warning, path, "%s; a named person must declare it legitimate, or the signal must be mended", text)
		case f.Verdict == Explained:
			verdicts = append(verdicts, Pass)
			r.find("FAI-004", coaching.Info, path, "%s goes with %s and was declared legitimate on %v", f.Factor, f.Attribute, f.Declared.On)
		case f.Verdict == NoProxy:
			verdicts = append(verdicts, Pass)
		default:
			verdicts = append(verdicts, Insufficient)
			undecided++
			needed = max(needed, f.Needed)
		}
	}
	if undecided > 0 {
		text := fmt.Sprintf("the data do not rule out a proxy in %d of %d pairs", undecided, len(r.Proxies))
		if needed > 0 {
			text += fmt.Sprintf("; %d people would decide", roundUp(needed))
		}
		r.find("FAI-004", coaching.Warning, "proxies", "%s", text)
	}
	r.ProxyResult = worst(verdicts...)
}

// roundUp keeps two digits, so that a printed number of people needed gives no
// small count away.
func roundUp(n int64) int64 {
	unit := int64(1)
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit - 1) / unit * unit
}
