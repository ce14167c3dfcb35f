package signal_test

import (
	"fmt"

	"github.com/coachgov/coaching/signal"
)

// Long review loops and little written down: two signals for one outcome. A
// mistyped ID is met with the nearest one.
func ExampleFromCatalogue() {
	definitions, findings := signal.FromCatalogue("release cycle time", "review_loop_length", "async_documentation")
	if findings.Blocked() {
		fmt.Println(findings.Err())
		return
	}
	for _, d := range definitions {
		fmt.Println(d.Path)
		fmt.Printf("  %s, %s; noise %s, privacy risk %s\n", d.Timing, d.Trace, d.Noise, d.PrivacyRisk)
	}

	_, findings = signal.FromCatalogue("release cycle time", "revue_loop_length")
	for f := range findings.Blocking() {
		fmt.Println(f.Code, f.Message)
	}
	// Output:
	// Review loop length -> tightened review SLA -> release cycle time
	//   leading, digital_trace; noise high, privacy risk low
	// Async documentation -> lightweight design documents before work -> release cycle time
	//   leading, digital_trace; noise high, privacy risk low
	// SIG-DEF the catalogue has no such signal, did you mean review_loop_length?
}

// A definition file says where it is wrong.
func ExampleParseDefinitions() {
	file := `schema: signal-catalogue/v1
signals:
  - id: full_calendar
    version: 1
    name: Trust
    source: collaboration_metadata
    kind: quantitative
    trace: digital_trace
    unit: hours per person and week
    direction: lower
    cadence: weekly
    class: aggregate
    grain: team
    timing: leading
    expr:
      op: mean
      num: [Meeting_hours]
    noise: medium
    opacity: low
    interpretability: high
    privacy_risk: low
    explain: mean hours in meetings
    proxy_risks: [function]
    blind_spots: [unscheduled calls]
    behaviour: cancel meetings; answer faster
    path:
      signal: meeting hours
      behaviour: fewer meetings
      outcome: sprint predictability
`
	_, findings := signal.ParseDefinitions("ours.yaml", []byte(file))
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// ours.yaml:3:5: SIG-002 warning signals[0].soft: the name says trust, a soft construct, and collaboration_metadata alone rarely shows it; ask people, or have a named person say why it is enough here
	// ours.yaml:15:5: SIG-008 warning signals[0].expr: how full a calendar is says little about a decision; use a share, a threshold or a target band, or say why the total matters
	// ours.yaml:25:5: SIG-005 error signals[0].behaviour: more than one behaviour; a signal maps to one
}

// A soft construct read from traces alone does not pass the checklist.
func ExampleAssess() {
	d := meetingHours()
	d.Name = "Psychological safety"
	answered := signal.Judgement{Pass: true, Evidence: "minutes of the steering meeting", By: who("S1"), On: eightWeeks().To}
	checklist := signal.Assess(d, signal.Judgements{Controllable: answered, Causal: answered, Interpretable: answered, Stewardship: answered},
		signal.Stability{Signal: d.ID, Verdict: signal.Stable}, signal.Freshness{Signal: d.ID, Status: signal.Fresh})
	fmt.Println(checklist.Passed())
	for f := range checklist.Findings().Blocking() {
		fmt.Println(f.Code, f.Message)
	}
	// Output:
	// false
	// SIG-002 the name says psychological safety, a soft construct, and collaboration_metadata alone rarely shows it; to use it all the same: nobody has answered; a named person must
}

// What a document calls a signal while a flag on it waits for the steward.
func ExampleStanding_Label() {
	fmt.Println(signal.Candidate.Label(false), signal.Cleared.Label(false), signal.Cleared.Label(true))
	// Output: hypothesis validated held
}
