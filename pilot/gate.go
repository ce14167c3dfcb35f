package pilot

import "github.com/coachgov/coaching"

// Facts are what a gate looks at. [Log.Facts] folds them from a log; a host that
// keeps its own records may fill them in. The zero Facts open no gate.
type Facts struct {
	Weeks int // of the plan; decides whether it has an iterate phase

	// Into planned.
	PlanValid      bool // checked without errors and locked
	ValidationDays int  // of the pass over the candidate signals
	RiskMemo       bool // signed
	ExportTest     bool // passed
	Clause         bool // the export-and-validate clause is agreed

	// Into baseline.
	Compact             bool // the data-use compact is signed
	Scope               bool // the plan lists what is in and out of scope
	KPILocked           bool
	Sponsor             bool // named, as are the next two
	Steward             bool
	IntegrationOwner    bool
	CheckpointScheduled bool
	AllocationCommitted bool // by the end of week 0

	// Into enablement.
	Leaders            int  // of the plan
	Left               int  // of those, who left or withdrew from the analysis
	Consents           int  // leaders whose consent is live
	HistoryDays        int  // the least that was extracted of a leader who agreed
	LongestHistory     int  // the most; not below HistoryDays where it is given
	QualityCheck       bool // passed
	Interviews         int  // leaders interviewed
	BaselineAggregated bool
	SmallCohort        bool // fewer leaders than a cohort has were waived

	// Into running.
	WorkshopMinutes int // the least that a trained coach attended
	Coaches         int // of the plan
	CoachesTrained  int
	Signals         int // coaching signals of the plan
	Prompts         int
	Experiments     int
	PlaybookPages   int
	FairnessChecks  int // signals checked in three steps
	Agreements      int // leaders with a coaching agreement
	Suggesting      int // vendors whose models suggest
	Sampled         int // of those, with a validated sample
	Opaque          int // of those, without their inputs or a model card

	// Into iterating and validating.
	CheckpointHeld bool
	Pulses         int // sources of feedback that were asked midway
	PulsesDue      int // sources of feedback of the plan: pulses and 360 feedback
	Snapshots      int
	SnapshotsDue   int
	SessionsDue    int
	SessionsHeld   int
	SummaryDraft   bool

	// Into decided.
	Streams             int // of evidence that were delivered
	ConfounderLogClosed bool
	FinalWindowClosed   bool
	SponsorSigned       bool
	GovernanceOpen      int // issues that are not closed
}

// A Gate says whether a programme may go from one state to another. It is open
// when nothing is unmet; it lists every unmet condition, not the first.
type Gate struct {
	From, To State
	Unmet    coaching.Findings // errors, sorted
	Notes    coaching.Findings // warnings that ride along, sorted
}

// Open reports whether nothing is unmet.
func (g Gate) Open() bool { return len(g.Unmet) == 0 }

func (g *Gate) need(holds bool, code, format string, args ...any) {
	if !holds {
		g.Unmet = append(g.Unmet, errorf(code, "", format, args...))
	}
}

func (g *Gate) note(fine bool, code, format string, args ...any) {
	if !fine {
		g.Notes = append(g.Notes, warnf(code, "", format, args...))
	}
}

// Gate judges one step. There is no way back and no way around: a state is
// entered from the one before it, except that a plan without an iterate phase
// goes from running to validating. Any state in between may be held or stopped
// at any time; [Log] resumes a held programme where it was.
func (pol Policy) Gate(from, to State, f Facts) Gate {
	g := Gate{From: from, To: to}
	switch {
	case to == Stopped && from < Decided || to == Stopped && from == Held:
	case to == Held && from > Draft && from < Decided:
	case from == Draft && to == Planned:
		pol.intoPlanned(&g, f)
	case from == Planned && to == Baseline:
		pol.intoBaseline(&g, f)
	case from == Baseline && to == Enablement:
		pol.intoEnablement(&g, f)
	case from == Enablement && to == Running:
		pol.intoRunning(&g, f)
	case from == Running && to == Iterating && (f.Weeks == 0 || f.Weeks >= lastRunWeek):
		pol.exposure(&g, f)
	case from == Running && to == Validating && f.Weeks > 0 && f.Weeks < lastRunWeek:
		pol.exposure(&g, f)
	case from == Iterating && to == Validating:
		g.need(f.SummaryDraft, "PIL-162", "the executive summary is not drafted")
	case from == Validating && to == Decided:
		pol.intoDecided(&g, f)
	case to < from && from <= Decided:
		g.need(false, "PIL-004", "no way back from %s to %s: stop, and start a new plan that names this one", from, to)
	default:
		g.need(false, "PIL-004", "%s does not follow %s", to, from)
	}
	g.Unmet.Sort()
	g.Notes.Sort()
	return g
}

func (pol Policy) intoPlanned(g *Gate, f Facts) {
	g.need(f.PlanValid, "PIL-160", "the plan is not locked without errors")
	g.need(f.ValidationDays >= pol.ValidationDays, "PIL-053", "candidate signals were validated for %d days, want %d", f.ValidationDays, pol.ValidationDays)
	g.need(f.RiskMemo, "PIL-054", "the risk memo is not signed")
	g.need(f.ExportTest, "PIL-138", "the export test has not passed")
	g.need(f.Clause, "PIL-139", "the export-and-validate clause is not agreed")
}

func (pol Policy) intoBaseline(g *Gate, f Facts) {
	g.need(f.Compact, "PIL-040", "week 0 is not complete: the data-use compact is not signed")
	g.need(f.Compact, "GOV-003", "there is no signed data-use compact")
	g.need(f.Scope, "PIL-035", "week 0 is not complete: the plan does not list what is in and out of scope")
	g.need(f.KPILocked, "PIL-023", "the KPI is not locked")
	g.need(f.Sponsor, "PIL-027", "no sponsor is named")
	g.need(f.Steward, "PIL-028", "no steward is named")
	g.need(f.IntegrationOwner, "PIL-029", "no integration owner is named")
	g.need(f.CheckpointScheduled, "PIL-051", "the mid-pilot governance checkpoint is not scheduled")
	g.need(f.AllocationCommitted, "PIL-085", "the allocation was not committed by the end of week 0")
}

func (pol Policy) intoEnablement(g *Gate, f Facts) {
	switch {
	case f.SmallCohort && f.Consents > 0 && f.Consents < pol.MinLeaders:
		g.note(false, "PIL-080", "%d left, below %d, which was waived", f.Consents, pol.MinLeaders)
	case f.Consents < pol.MinLeaders && f.Consents < f.Leaders || f.Consents == 0:
		g.need(false, "PIL-080", "%d left, below %d; waive or recruit", f.Consents, pol.MinLeaders)
	default:
		g.note(f.Consents >= f.Leaders, "GOV-012", "%d leaders without consent leave the analysed set; cohort %d", f.Leaders-f.Consents, f.Consents)
	}
	g.need(f.HistoryDays >= pol.MinHistory, "PIL-042", "%d days of history, want %s", f.HistoryDays, bounds(pol.MinHistory, pol.MaxHistory))
	longest := max(f.HistoryDays, f.LongestHistory)
	g.note(longest <= pol.MaxHistory, "PIL-042", "%d days of history, want %s", longest, bounds(pol.MinHistory, pol.MaxHistory))
	g.need(f.QualityCheck, "PIL-041", "the quality check has not passed")
	g.need(f.Interviews >= f.Consents, "PIL-041", "%d of %d leaders were interviewed", f.Interviews, f.Consents)
	g.need(f.BaselineAggregated, "C-14", "the baseline is not aggregated; its raw traces must be deleted after %d days", rawDays)
}

func (pol Policy) intoRunning(g *Gate, f Facts) {
	switch {
	case f.Coaches < 1:
		g.need(false, "PIL-105", "no coach")
	case f.CoachesTrained < f.Coaches:
		g.need(false, "PIL-105", "%d of %d coaches attended the workshop", f.CoachesTrained, f.Coaches)
	default:
		g.need(f.WorkshopMinutes >= pol.MinWorkshop, "PIL-105", "%d minutes of workshop, want at least %d", f.WorkshopMinutes, pol.MinWorkshop)
	}
	g.note(f.WorkshopMinutes < pol.MinWorkshop || f.WorkshopMinutes >= pol.FullWorkshop, "C-1", "half a day of workshop (%d minutes); one day is recommended", f.WorkshopMinutes)
	want := f.Signals * pol.Prompts
	g.need(f.Signals > 0, "SIG-004", "no signal to coach with")
	g.need(f.Prompts == want, "PIL-100", "%d prompts for %d signals, %d needed", f.Prompts, f.Signals, want)
	g.need(f.Experiments == f.Signals, "PIL-100", "%d experiments for %d signals, one each needed", f.Experiments, f.Signals)
	g.need(f.PlaybookPages > 0, "PIL-044", "the playbook is not delivered")
	g.note(f.PlaybookPages <= 2, "PIL-101", "the playbook has %d pages, want 2", f.PlaybookPages)
	g.need(f.FairnessChecks >= f.Signals, "FAI-001", "%s not been through the fairness check", counted(f.Signals-f.FairnessChecks, "signal has", "signals have"))
	g.need(f.Sampled >= f.Suggesting, "PIL-143", "of %d vendors whose models suggest, %d have a sample that the steward validated", f.Suggesting, f.Sampled)
	g.need(f.Opaque == 0, "PIL-144", "%s show inputs and model card", counted(f.Opaque, "vendor does not", "vendors do not"))
	// Leaders who left do not need an agreement; those who stayed do.
	g.need(f.Agreements >= f.Consents, "PIL-010", "%d of %d leaders have a coaching agreement", f.Agreements, f.Consents)
}

func (pol Policy) exposure(g *Gate, f Facts) {
	g.need(f.CheckpointHeld, "PIL-051", "the mid-pilot governance checkpoint was not held")
	g.need(f.Snapshots > 0, "PIL-049", "no snapshot was delivered")
	g.note(f.Pulses >= f.PulsesDue, "PIL-116", "%d of %d sources of feedback were asked midway", f.Pulses, f.PulsesDue)
	g.note(f.Snapshots >= f.SnapshotsDue, "PIL-049", "%d of %d snapshots were delivered", f.Snapshots, f.SnapshotsDue)
	g.note(100*f.SessionsHeld >= pol.AdherencePercent*f.SessionsDue, "PIL-048", "%d of %d due sessions were held, want %d %%", f.SessionsHeld, f.SessionsDue, pol.AdherencePercent)
}

func (pol Policy) intoDecided(g *Gate, f Facts) {
	g.need(f.Streams >= pol.Streams, "PIL-161", "%d streams of evidence, want %d: data, narratives, sponsor", f.Streams, pol.Streams)
	g.need(f.ConfounderLogClosed, "PIL-050", "the confounder log is open")
	g.need(f.FinalWindowClosed, "PIL-047", "the final measurement window is open")
	g.need(f.SponsorSigned, "PIL-027", "the sponsor has not signed")
	g.need(f.GovernanceOpen == 0, "GOV-028", "%s open", counted(f.GovernanceOpen, "governance issue is", "governance issues are"))
}
