package signal

import "github.com/coachgov/coaching"

// Rules returns every rule whose code this package can report, ordered by code.
// SIG rules are about signals, packs and views, DQ rules about data; FAI-005 and
// GOV-012 are reported here because a view asks for their answers.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "DQ01", Statement: "Every column that is asked for is there, and every row names a person.", Severity: coaching.Error, Remedy: "Export the missing column, or correct its name in the definition."},
		{Code: "DQ02", Statement: "Dates can be read in one way only; a column that reads in two ways is not read at all.", Severity: coaching.Info, Remedy: "Export dates as 2006-01-02, or state the layout."},
		{Code: "DQ03", Statement: "Periods follow each other at one distance and start on the source's weekday.", Number: "80 % of gaps alike", Severity: coaching.Warning, Remedy: "Set WeekStart to the source's weekday; ask for the missing periods."},
		{Code: "DQ04", Statement: "Each person, period and metric occurs once.", Severity: coaching.Error, Remedy: "Export again; a figure given twice with different values is missing until then."},
		{Code: "DQ05", Statement: "Each person has a row in each period.", Severity: coaching.Warning, Remedy: "Check whether the person joined, left or lost the licence."},
		{Code: "DQ06", Statement: "Cells are not empty.", Severity: coaching.Warning, Remedy: "Ask the data owner why the source has no figure; do not fill it in."},
		{Code: "DQ07", Statement: "Figures are plain decimal numbers.", Severity: coaching.Warning, Remedy: "Export without thousands separators and with a decimal point."},
		{Code: "DQ08", Statement: "Figures lie in their possible range: not below zero, fewer hours than a week has, answers on their scale.", Number: "168 hours, 100 in doubt", Severity: coaching.Error, Remedy: "Ask the data owner; do not clip the figure."},
		{Code: "DQ09", Statement: "A part is not larger than its whole.", Severity: coaching.Warning, Remedy: "Check that both columns count the same time, before dividing one by the other."},
		{Code: "DQ10", Statement: "Columns and baselines vary.", Severity: coaching.Warning, Remedy: "Ask whether the feed is alive; a constant separates nobody."},
		{Code: "DQ11", Statement: "A column is not mostly zero.", Number: "50 % zeros", Severity: coaching.Info, Remedy: "Use a share of people or periods above a threshold instead of a mean."},
		{Code: "DQ12", Statement: "The level of a column does not jump, in time or between people, as if its unit had changed.", Number: "factor 20", Severity: coaching.Error, Remedy: "Look for minutes among hours, and export one unit."},
		{Code: "DQ13", Statement: "People keep their attributes.", Severity: coaching.Warning, Remedy: "Fix group membership at one date before comparing groups."},
		{Code: "DQ14", Statement: "The same people are there from the first period to the last.", Severity: coaching.Info, Remedy: "Compare people who were there throughout, or say that the group changed."},
		{Code: "DQ15", Statement: "Holiday periods are known.", Number: "robust z of -3 and 20 % below the median", Severity: coaching.Info, Remedy: "Give the calendar, and leave these periods out with the reason."},
		{Code: "DQ16", Statement: "People are active in the periods that count.", Number: "a quarter of the own median", Severity: coaching.Info, Remedy: "Leave these person-periods out with the reason."},
		{Code: "DQ17", Statement: "The people measured do work that leaves such traces.", Number: "5 hours a week", Severity: coaching.Info, Remedy: "Leave them out of signals that count collaboration."},
		{Code: "DQ18", Statement: "The level is steady before the experiment.", Number: "25 % between halves, or by a trend with P below 0.05", Severity: coaching.Warning, Remedy: "Find out what changed; a drifting baseline makes any effect."},
		{Code: "DQ19", Statement: "The feed is recent, and its last load moved it forward.", Number: "10 days, 14 at most", Severity: coaching.Error, Remedy: "Load the feed, or ask why it stopped."},
		{Code: "DQ20", Statement: "A figure of a team or a group has enough people behind it in every period, and so has whatever follows from the figures that are shown, now and earlier.", Number: "5 people, 3 at the least", Severity: coaching.Error, Remedy: "Join teams or groups, take a longer window, or leave the cell hidden."},
		{Code: "DQ21", Statement: "No flagged figure waits for the steward.", Severity: coaching.Warning, Remedy: "Have the steward confirm, reject or explain it."},
		{Code: "FAI-005", Statement: "A signal with an unresolved gap between groups is not used, or only under a human control.", Severity: coaching.Error, Remedy: "Finish the fairness check, or record a named control for the restricted signal."},
		{Code: "GOV-012", Statement: "The person whose figures are shown has agreed, and the consent holds now.", Severity: coaching.Error, Remedy: "Ask for consent, and leave the figure out until it is given."},
		{Code: "SIG-001", Statement: "A signal says what it is made of (digital traces, stated answers, recorded outcomes, a model's score) and what it cannot see.", Severity: coaching.Warning, Remedy: "State the trace class, and name at least one blind spot."},
		{Code: "SIG-002", Statement: "A soft construct, which leaves no trace of its own, is not read from traces alone: a definition that does so is warned of, and the checklist refuses it.", Severity: coaching.Error, Remedy: "Ask people, by survey or interview; or have a named person say, with a date, why traces are enough here."},
		{Code: "SIG-003", Statement: "A first pilot uses few signals.", Number: "2 to 3", Severity: coaching.Warning, Remedy: "Take the signal with the weakest path out."},
		{Code: "SIG-004", Statement: "A pack serves one leader and one outcome with few signals, each with a path to that outcome; what people said counts towards the two.", Number: "2 to 4", Severity: coaching.Error, Remedy: "Add or remove signals; give each a path that ends in the pack's outcome."},
		{Code: "SIG-005", Statement: "A signal is about one behaviour that the leader can change.", Number: "1 behaviour", Severity: coaching.Error, Remedy: "Name the one behaviour; split the signal when there are two."},
		{Code: "SIG-006", Statement: "A pack is neither a dashboard nor a lone figure.", Number: "2 to 4", Severity: coaching.Warning, Remedy: "Choose the signals that bear on the outcome."},
		{Code: "SIG-007", Statement: "A signal has a defensible chain to an action and an outcome.", Severity: coaching.Error, Remedy: "Write signal, behaviour and outcome, or drop the signal."},
		{Code: "SIG-008", Statement: "A signal is tied to what a leader does: the hours or the number of all meetings alone are how full a calendar is, not how well a decision was made.", Severity: coaching.Warning, Remedy: "Take a share, a threshold or a target band, or say why the total matters."},
		{Code: "SIG-009", Statement: "A signal says how noisy and how opaque it is.", Number: "low, medium, high", Severity: coaching.Warning, Remedy: "State noise and opacity."},
		{Code: "SIG-010", Statement: "A signal says what it trades: its cadence against how well it can be interpreted and what it reveals.", Number: "low, medium, high", Severity: coaching.Warning, Remedy: "State interpretability and privacy risk."},
		{Code: "SIG-011", Statement: "A named person says that the leader can change the behaviour.", Severity: coaching.Error, Remedy: "Have it judged, with evidence and a date."},
		{Code: "SIG-012", Statement: "The causal hypothesis fits on one line, and a named person defends it.", Number: "200 characters", Severity: coaching.Error, Remedy: "Shorten the path; have it judged, with evidence and a date."},
		{Code: "SIG-013", Statement: "A signal comes often enough to iterate and is steady enough not to chase noise; both are measured.", Number: "ICC(k) of 0.6", Severity: coaching.Error, Remedy: "Aggregate over more people or periods, or choose a steadier signal."},
		{Code: "SIG-014", Statement: "A human can explain the figure, and a named person says that it stands in for no protected attribute.", Severity: coaching.Error, Remedy: "Write the explanation and the proxy risks; have them judged."},
		{Code: "SIG-015", Statement: "A named person owns the data, validates spikes and keeps the log of consent.", Severity: coaching.Error, Remedy: "Name the steward, with evidence and a date."},
		{Code: "SIG-017", Statement: "A qualitative input is words with an author, redacted by somebody other than the coach and with enough people who could have said them, or a figure or theme of enough people.", Number: "5 people", Severity: coaching.Error, Remedy: "Name the author or coder, have the words redacted, or gather more answers."},
		{Code: "SIG-021", Statement: "A pack has both counted and stated inputs.", Number: "1 and 1", Severity: coaching.Warning, Remedy: "Add a survey item or interview theme, or waive with a reason."},
		{Code: "SIG-022", Statement: "A coach reads a view quickly.", Number: "10 minutes", Severity: coaching.Warning, Remedy: "Shorten explanations, or take a signal out."},
		{Code: "SIG-023", Statement: "Figures are read against the leader's own baseline, on a scale that they support.", Severity: coaching.Error, Remedy: "Take the share of favourable answers instead of their average; give a range from zero for percentages, and a direction for better."},
		{Code: "SIG-024", Statement: "A flagged figure is held until a steward, who is neither the leader nor the coach, has decided about it.", Severity: coaching.Error, Remedy: "Have the steward confirm, reject or explain it."},
		{Code: "SIG-025", Statement: "A baseline rests on enough recent history.", Number: "6 to 8 weeks", Severity: coaching.Error, Remedy: "Wait for more periods, or start later."},
		{Code: "SIG-026", Statement: "A feed is refreshed at least weekly; a slower one closes a pilot and does not steer it.", Number: "7 days", Severity: coaching.Error, Remedy: "Load the feed, or use the signal as an outcome only."},
		{Code: "SIG-031", Statement: "A signal is leading, so that it says whether coaching works, or lagging, so that it says whether it mattered.", Severity: coaching.Error, Remedy: "State one of the two."},
		{Code: "SIG-033", Statement: "What leaves the room is aggregated or under a pseudonym.", Severity: coaching.Error, Remedy: "Class the signal by what it holds after computation, and keep raw traces out."},
		{Code: "SIG-DEF", Statement: "A definition can be computed: identifier, version, source, cadence and expression are given and agree.", Severity: coaching.Error, Remedy: "Correct the field that the finding names."},
	}
}
