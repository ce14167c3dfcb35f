package pilot

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
	"github.com/coachgov/coaching/roi"
)

// An Event is one thing that happened in a programme. Which fields it needs
// follows from its kind; see [EventKind].
type Event struct {
	At    time.Time         `json:"at"` // kept in UTC and whole seconds
	Kind  EventKind         `json:"kind" doc:"ident"`
	By    coaching.PersonID `json:"by"` // who says so
	To    State             `json:"to,omitempty"`
	Label string            `json:"label,omitempty" doc:"ident"` // a leader, coach, signal, stream or issue of the plan
	// Signal that a session used.
	Signal string `json:"signal,omitempty" doc:"ident"`
	Count  int    `json:"count,omitempty"` // days, minutes or pages, or the week of a session
	// Coach is the plan's label of who coaches from now on.
	Coach string `json:"coach,omitempty" doc:"ident"`
	// Role and Reason are who waives and why.
	Role       coaching.Role `json:"role,omitempty"`
	Reason     string        `json:"reason,omitempty" doc:"lines"`
	Confounder *Confounder   `json:"confounder,omitempty"`
}

// A Confounder is one dated entry of the log of other changes.
type Confounder struct {
	ID          string             `json:"id" doc:"ident"`
	Kind        roi.ConfounderKind `json:"kind"`
	From        coaching.Date      `json:"from"`
	To          coaching.Date      `json:"to"`
	Disposition roi.Disposition    `json:"disposition"`
}

// storable reports whether [ReadLog] would take the event's fields as they are
// written, whatever its kind needs.
func (e Event) storable() bool {
	if c := e.Confounder; c != nil {
		_, kind := c.Kind.MarshalText()
		_, disposition := c.Disposition.MarshalText()
		if !document.IsIdent(c.ID) || kind != nil || disposition != nil || c.From.IsZero() || c.To.IsZero() {
			return false
		}
	}
	ident := func(text string) bool { return text == "" || document.IsIdent(text) }
	return ident(e.Label) && ident(e.Signal) && ident(e.Coach) && e.Role <= coaching.System && isNote(e.Reason) && e.Count >= 0 && e.Count <= 1_000_000 && int(e.To) < len(stateNames) && e.At.Year() <= 9999
}

// isNote reports whether a document can hold a text as it is.
func isNote(text string) bool {
	return len(text) <= 4096 && utf8.ValidString(text) && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, document.Forbidden)
}

// An EventKind is a word from a closed list.
type EventKind string

// The kinds of event, with the fields that each needs beside At and By. A later
// event of the same kind and label takes the place of the earlier.
const (
	SignalsValidated    EventKind = "signals_validated"    // Count: days
	RiskMemoSigned      EventKind = "risk_memo_signed"     //
	ExportTestPassed    EventKind = "export_test_passed"   //
	ClauseAgreed        EventKind = "clause_agreed"        //
	CompactSigned       EventKind = "compact_signed"       //
	CheckpointPlanned   EventKind = "checkpoint_planned"   //
	AllocationCommitted EventKind = "allocation_committed" //
	ConsentGranted      EventKind = "consent_granted"      // Label: leader
	ConsentWithdrawn    EventKind = "consent_withdrawn"    // Label: leader
	HistoryExtracted    EventKind = "history_extracted"    // Count: days; Label: the leader, or "" for all who agreed
	QualityPassed       EventKind = "quality_passed"       //
	QualityFailed       EventKind = "quality_failed"       //
	InterviewHeld       EventKind = "interview_held"       // Label: leader
	BaselineAggregated  EventKind = "baseline_aggregated"  //
	WorkshopAttended    EventKind = "workshop_attended"    // Label: coach; Count: minutes
	PlaybookDelivered   EventKind = "playbook_delivered"   // Count: pages
	FairnessChecked     EventKind = "fairness_checked"     // Label: signal
	AgreementSigned     EventKind = "agreement_signed"     // Label: leader
	ExperimentStarted   EventKind = "experiment_started"   // Label: leader
	SnapshotDelivered   EventKind = "snapshot_delivered"   //
	SessionHeld         EventKind = "session_held"         // Label: leader; Signal; Count: week
	SessionMissed       EventKind = "session_missed"       // Label: leader; Count: week
	CheckpointHeld      EventKind = "checkpoint_held"      //
	PulseHeld           EventKind = "pulse_held"           // Label: the qualitative input that was collected
	ConfounderNoted     EventKind = "confounder_noted"     // Confounder
	ConfounderLogEnded  EventKind = "confounder_log_closed"
	SummaryDrafted      EventKind = "summary_drafted"
	StreamDelivered     EventKind = "stream_delivered" // Label: data, narratives or sponsor
	FinalWindowClosed   EventKind = "final_window_closed"
	SponsorSigned       EventKind = "sponsor_signed"
	IssueOpened         EventKind = "issue_opened"        // Label: issue
	IssueClosed         EventKind = "issue_closed"        // Label: issue
	LeaderLeft          EventKind = "leader_left"         // Label: leader
	LeaderTransferred   EventKind = "leader_transferred"  // Label: leader, who moves to another part of the organisation
	CoachAssigned       EventKind = "coach_assigned"      // Label: leader; Coach
	SuggestionsSampled  EventKind = "suggestions_sampled" // Label: vendor; Count: suggestions that the steward validated
	Waived              EventKind = "waived"              // Label: PIL-080, the one condition of a gate that may be; Role; Reason
	Advanced            EventKind = "advanced"            // To: the next state, held or stopped
	Resumed             EventKind = "resumed"             //
)
