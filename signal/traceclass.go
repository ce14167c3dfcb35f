package signal

import "github.com/coachgov/coaching/internal/enum"

// A TraceClass says what a figure is made of, and so how it can mislead. The
// zero TraceClass is unstated, which [Definition.Check] reports.
type TraceClass uint8

const (
	UnstatedTrace   TraceClass = iota
	DigitalTrace               // what people left in a tool while they worked
	StatedAnswer               // what people said when they were asked
	RecordedOutcome            // what happened, as an office or a system recorded it
	ModelScore                 // what a model computed from any of these
)

var traceClassNames = [...]string{"unstated", "digital_trace", "stated_answer", "recorded_outcome", "model_score"}

// String returns the name used in files, such as "digital_trace".
func (c TraceClass) String() string { return enum.Name(traceClassNames[:], c, "TraceClass") }

// MarshalText returns the name used in files.
func (c TraceClass) MarshalText() ([]byte, error) {
	return enum.Marshal(traceClassNames[:], c, "signal: trace class")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (c *TraceClass) UnmarshalText(text []byte) error {
	return enum.Unmarshal(traceClassNames[:], c, "signal: trace class", text)
}

// asksPeople reports whether the source's figures begin with a question that
// somebody answered.
func (s Source) asksPeople() bool { return s == SurveyAnswers || s == Interview }

// disagrees says how the class contradicts the definition's kind or source; ""
// when it does not. A score of a model goes with each of them.
func (c TraceClass) disagrees(k Kind, s Source) string {
	switch {
	case c == StatedAnswer && (k != Qualitative || !s.asksPeople()):
		return "a stated answer is qualitative and comes from a survey or an interview"
	case c == DigitalTrace && (k != Quantitative || s.asksPeople()):
		return "a digital trace is quantitative, and people were not asked for it"
	case c == RecordedOutcome && k != Quantitative:
		return "a recorded outcome is quantitative"
	}
	return ""
}
