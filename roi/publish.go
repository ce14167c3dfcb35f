package roi

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// leastNarratives is how many narratives stand beside a delta (ROI-018).
const leastNarratives = 3

// A Publication says, rule by rule, whether a statement may be published.
type Publication struct {
	Checks []Check // in the order of the four steps, then of the dossier, then what no other check names
}

// A Check is one condition of publication. It passes when nothing in Findings
// blocks.
type Check struct {
	Code     string
	Title    string
	Findings coaching.Findings // sorted
}

// Passed reports whether the condition is met.
func (c Check) Passed() bool { return !c.Findings.Blocked() }

// Allowed reports whether every check has passed. The zero Publication has
// checked nothing and is not allowed.
func (p Publication) Allowed() bool {
	return len(p.Checks) > 0 && !slices.ContainsFunc(p.Checks, func(c Check) bool { return !c.Passed() })
}

// Findings returns what all checks found, sorted.
func (p Publication) Findings() coaching.Findings {
	var fs coaching.Findings
	for _, c := range p.Checks {
		fs = append(fs, c.Findings...)
	}
	fs.Sort()
	return fs
}

// A gate gathers the findings of one check.
type gate struct{ findings coaching.Findings }

func (g *gate) need(ok bool, code, path, format string, args ...any) {
	if !ok {
		g.findings = append(g.findings, coaching.Finding{Code: code, Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

func (g *gate) warn(ok bool, code, path, format string, args ...any) {
	g.need(ok, code, path, format, args...)
	if !ok {
		g.findings[len(g.findings)-1].Severity = coaching.Warning
	}
}

// CanPublish checks a statement and the dossier beside it. A nil statement
// fails its first check. Nothing is kept or changed.
func CanPublish(s *Statement, d Dossier) Publication {
	var p Publication
	check := func(code, title string, of func(g *gate)) {
		g := &gate{}
		of(g)
		g.findings.Sort()
		p.Checks = append(p.Checks, Check{code, title, g.findings})
	}
	if s == nil {
		check("ROI-005", "a statement is computed", func(g *gate) { g.need(false, "ROI-005", "", "there is no statement") })
		return p
	}
	var listed []string // codes that a check asks for
	found := func(codes ...string) func(g *gate) {
		listed = append(listed, codes...)
		return func(g *gate) {
			for _, f := range s.Findings {
				if slices.Contains(codes, f.Code) {
					g.findings = append(g.findings, f)
				}
			}
		}
	}

	check("ROI-006", "the statement comes out of its own inputs again", func(g *gate) {
		_, err := s.verified()
		g.need(err == nil, "ROI-006", "", "the statement does not replay from its stored form")
	})
	baseline := found("ROI-007")
	check("ROI-007", "step 1: the baseline is an average with a source", func(g *gate) {
		baseline(g)
		g.need(d.Start.IsZero() || s.Facts.Baseline.To.IsZero() || d.Start.After(s.Facts.Baseline.To),
			"ROI-007", "start", "the programme is said to start on %s, before the baseline ended on %s", d.Start, s.Facts.Baseline.To)
	})
	check("ROI-008", "step 2: the delta is read in its validation window", found("ROI-008", "C-10", "ROI-004"))
	check("ROI-009", "step 3: the share is within what the evidence supports", found("ROI-009", "ROI-010", "ROI-011", "C-9"))
	check("ROI-012", "step 4: the unit value has a source and the cost is fully loaded", found("ROI-012", "C-18"))
	sample := found("ROI-014")
	check("ROI-014", "sample size, control logic and confounder checks are shown", func(g *gate) {
		sample(g)
		g.need(!d.LogClosed.IsZero() && !d.LogClosedBy.IsZero(), "ROI-014", "confounders", "the confounder log has not been closed by anybody")
		g.need(d.LogClosed.IsZero() || !d.LogClosed.Before(s.Facts.Validation.To), "ROI-014", "confounders", "the confounder log was closed before the validation window ended")
	})
	check("ROI-015", "no other change explains the delta", func(g *gate) { d.confounders(g, s) })
	check("ROI-018", "the KPI and the attribution rule were locked before the start", func(g *gate) {
		g.need(!d.KPILocked.IsZero(), "ROI-018", "kpi_locked", "the day the KPI was locked is not stated")
		g.need(!d.Start.IsZero(), "ROI-018", "start", "the first day of the programme is not stated")
		g.need(d.KPILocked.IsZero() || d.Start.IsZero() || d.KPILocked.Before(d.Start),
			"ROI-018", "kpi_locked", "the KPI was locked on %s, not before the start on %s", d.KPILocked, d.Start)
		g.need(d.Start.IsZero() || s.Facts.Validation.From.IsZero() || !d.Start.After(s.Facts.Validation.From),
			"ROI-018", "start", "the programme is said to start on %s, after the validation window began on %s", d.Start, s.Facts.Validation.From)
	})
	check("ROI-001", "the behaviour was measured as well as the KPI", func(g *gate) {
		g.need(d.Behaviour.Complete() && d.Behaviour.Movement != NotSaid, "ROI-001", "behaviour", "no dated reading says whether the behaviour moved")
		g.need(!d.Behaviour.On.Before(d.Start) || d.Behaviour.On.IsZero(), "ROI-001", "behaviour", "the behaviour was read before the programme started")
		g.warn(d.Behaviour.Movement == NotSaid || d.Behaviour.Movement == s.movement(), "ROI-001", "behaviour",
			"the behaviour %s, the KPI %s: print both", d.Behaviour.Movement, s.movement())
	})
	check("PIL-161", "data, narratives and sponsor agree", func(g *gate) { d.streams(g, s) })
	check("PIL-166", "a steward or HR has signed these figures", func(g *gate) { d.signOff(g, s) })
	// A policy may report under codes of its own; they count as well.
	if other := slices.DeleteFunc(slices.Clone(s.Findings), func(f coaching.Finding) bool { return slices.Contains(listed, f.Code) }); len(other) > 0 {
		check("ROI-005", "no other finding speaks against the claim", func(g *gate) { g.findings = other })
	}
	return p
}

// confounders checks the log against the time from the baseline to the end of
// the validation window: a change between the two moves the KPI as well.
func (d *Dossier) confounders(g *gate, s *Statement) {
	measured := coaching.Window{From: s.Facts.Baseline.From, To: s.Facts.Validation.To}
	for i, c := range d.Confounders {
		path := fmt.Sprintf("confounders[%d]", i)
		g.need(c.Window.Days() > 0, "ROI-015", path+".window", "a %s has no dates, so nobody can say that it did not overlap", c.Kind)
		if !c.Window.Overlaps(measured) && !c.Window.Overlaps(s.Facts.Baseline) && !c.Window.Overlaps(s.Facts.Validation) {
			continue
		}
		switch c.Disposition {
		case RuledOut, Adjusted:
			g.need(!c.By.IsZero(), "ROI-015", path+".by", "nobody is named who decided that a %s is %s", c.Kind, c.Disposition)
		case Material:
			g.need(false, "ROI-015", path, "a material %s overlaps the measurement; the claim is withheld", c.Kind)
		default:
			g.need(false, "ROI-015", path, "a %s overlaps the measurement and is still open", c.Kind)
		}
	}
}

// streams checks that the three streams are there, by different people, and
// say the same.
func (d *Dossier) streams(g *gate, s *Statement) {
	g.need(d.Data.ID != "", "PIL-161", "data", "nobody is named who measured the delta")
	g.need(len(d.Narratives) > 0, "PIL-161", "narratives", "no coach narrative is attached")
	g.need(d.Sponsor.ID != "", "PIL-161", "sponsor", "no sponsor validation is attached")
	g.need(len(d.Narratives) == 0 || len(d.Narratives) >= leastNarratives,
		"ROI-018", "narratives", "%d narratives, want at least %d", len(d.Narratives), leastNarratives)

	complete := func(path string, stream Stream) {
		g.need(stream.ID == "" || stream.Complete(), "ROI-016", path, "the stream lacks an author or a date")
	}
	complete("data", d.Data)
	complete("sponsor", d.Sponsor)
	g.need(d.Data.On.IsZero() || !d.Data.On.Before(s.Facts.Validation.To), "ROI-016", "data", "the delta was measured before the validation window ended")
	g.need(d.Sponsor.On.IsZero() || !d.Sponsor.On.Before(s.Facts.Validation.To), "ROI-016", "sponsor", "the sponsor confirmed before the validation window ended")

	moved := s.movement()
	g.need(d.Data.Movement == NotSaid || d.Data.Movement == moved, "ROI-017", "data", "the data stream says %s, the delta %s", d.Data.Movement, moved)
	g.need(d.Sponsor.ID == "" || d.Sponsor.Movement == moved, "ROI-017", "sponsor", "the sponsor says %s, the delta %s", d.Sponsor.Movement, moved)
	agree := 0
	for i, n := range d.Narratives {
		path := fmt.Sprintf("narratives[%d]", i)
		g.need(!slices.ContainsFunc(d.Narratives[:i], func(earlier Stream) bool { return earlier.ID == n.ID }),
			"ROI-018", path, "the narrative is listed twice and counts once")
		g.need(n.Complete(), "ROI-016", path, "the narrative lacks an ID, an author or a date")
		g.need(!n.On.Before(d.Start) || n.On.IsZero(), "ROI-016", path, "the narrative is from before the programme started")
		if n.Movement == moved {
			agree++
		} else {
			// A voice that dissents is printed, not dropped, so it only warns.
			g.warn(false, "ROI-017", path, "a narrative says %s, the delta %s; print it too", n.Movement, moved)
		}
		g.need(n.By.IsZero() || n.By != d.Data.By, "ROI-017", path, "the narrative's author also measured the delta")
		g.need(n.By.IsZero() || n.By != d.Sponsor.By, "ROI-017", path, "the narrative's author is also the sponsor")
	}
	g.need(len(d.Narratives) == 0 || 2*agree > len(d.Narratives), "ROI-017", "narratives", "%d of %d narratives agree with the delta, want most of them", agree, len(d.Narratives))
	g.need(d.Data.By.IsZero() || d.Data.By != d.Sponsor.By, "ROI-017", "sponsor", "the sponsor also measured the delta")
}

// movement returns which way the delta went.
func (s *Statement) movement() Movement {
	l, _ := s.line("delta")
	switch l.Value.Sign() {
	case 1:
		return Improved
	case -1:
		return Worsened
	}
	return Unchanged
}

func (d *Dossier) signOff(g *gate, s *Statement) {
	o := d.SignOff
	if o == (SignOff{}) {
		g.need(false, "PIL-166", "sign_off", "no steward or HR reviewer has signed")
		return
	}
	g.need(!o.By.IsZero() && !o.On.IsZero(), "PIL-166", "sign_off", "the signature lacks a person or a date")
	g.need(o.On.IsZero() || !o.On.Before(s.Facts.Validation.To), "PIL-166", "sign_off.on", "the figures were signed before the validation window ended")
	g.need(o.Role == coaching.Steward || o.Role == coaching.HRReviewer || o.Role == coaching.AttributionReviewer,
		"PIL-166", "sign_off.role", "a %s signed; want steward, hr_reviewer or attribution_reviewer", o.Role)
	digest, err := s.Digest()
	g.need(err == nil && o.Digest == digest, "PIL-166", "sign_off.digest", "the signature is for another version of the statement")
	g.need(d.Sponsor.By.IsZero() || d.Sponsor.By != o.By, "PIL-166", "sign_off.by", "the sponsor also signed the figures; want somebody else")
	g.warn(d.Data.By.IsZero() || d.Data.By != o.By, "PIL-166", "sign_off.by", "whoever measured the delta also signed the figures, so nobody has checked them")
	for i, n := range d.Narratives {
		g.need(n.By.IsZero() || n.By != o.By, "PIL-166", fmt.Sprintf("narratives[%d]", i), "the narrative's author also signed the figures")
	}
}
