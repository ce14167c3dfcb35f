package pilot

import (
	"fmt"

	"github.com/coachgov/coaching"
)

// A Policy holds every number that the package's rules compare with. Start from
// [DefaultPolicy]; each number that differs from it is itself a finding, so a
// relaxed rule is never silent.
type Policy struct {
	MinWeeks, MaxWeeks       int // length of a pilot (PIL-001)
	MinLeaders, MaxLeaders   int // leaders in a cohort (PIL-080)
	MinHistory, MaxHistory   int // days of history in the baseline (PIL-042)
	MinSignals, MaxSignals   int // signals that one pair works with (SIG-004)
	UsualSignals             int // signals of one pilot before a warning (SIG-003)
	Prompts                  int // prompts for each signal (PIL-100)
	PlaybookWords            int // on two pages (PIL-101)
	MinInternal, MaxInternal int // leaders for each internal or peer coach (PIL-081)
	MinExternal, MaxExternal int // leaders for each external coach (PIL-082)
	CoachingRefresh          int // most days between deliveries of a coaching signal (PIL-072)
	MonthlyRefresh           int // days from which a feed is monthly (PIL-074)
	MinGroup                 int // leaders that one snapshot describes (C-15)
	Exposure                 int // days of coaching and measurement before a claim (C-5, C-23)
	KPIReadings              int // readings of the KPI in the measurement window (M-2)
	ValidationDays           int // of candidate signals before week 0 (PIL-053)
	MinWorkshop              int // minutes of coach enablement (PIL-105)
	FullWorkshop             int // minutes recommended (C-1)
	Streams                  int // of evidence (PIL-161)
	AdherencePercent         int // of due sessions that were held (A7)
	AlphaPercent             int // two-sided level of the tests of behaviour and KPI (A1, A2)
}

// DefaultPolicy returns the numbers of the playbook. Four are this library's
// own, since the playbook gives none: MinGroup, KPIReadings, AdherencePercent
// and AlphaPercent.
func DefaultPolicy() Policy {
	return Policy{
		MinWeeks: shortestPlan, MaxWeeks: longestPlan,
		MinLeaders: 8, MaxLeaders: 12,
		MinHistory: 42, MaxHistory: 56,
		MinSignals: 2, MaxSignals: 4, UsualSignals: 3,
		Prompts: 2, PlaybookWords: 1000,
		MinInternal: 4, MaxInternal: 6,
		MinExternal: 8, MaxExternal: 10,
		CoachingRefresh: 7, MonthlyRefresh: 28,
		MinGroup: 5, Exposure: 56, KPIReadings: 4,
		ValidationDays: validationDays,
		MinWorkshop:    210, FullWorkshop: 420,
		Streams: 3, AdherencePercent: 80, AlphaPercent: 5,
	}
}

// Differences returns one warning for each number that differs from
// [DefaultPolicy], in the order of the fields.
func (pol Policy) Differences() coaching.Findings {
	def := DefaultPolicy()
	var fs coaching.Findings
	for _, n := range []struct {
		code, name string
		got, want  int
	}{
		{"PIL-001", "MinWeeks", pol.MinWeeks, def.MinWeeks},
		{"PIL-001", "MaxWeeks", pol.MaxWeeks, def.MaxWeeks},
		{"PIL-080", "MinLeaders", pol.MinLeaders, def.MinLeaders},
		{"PIL-080", "MaxLeaders", pol.MaxLeaders, def.MaxLeaders},
		{"PIL-042", "MinHistory", pol.MinHistory, def.MinHistory},
		{"PIL-042", "MaxHistory", pol.MaxHistory, def.MaxHistory},
		{"SIG-004", "MinSignals", pol.MinSignals, def.MinSignals},
		{"SIG-004", "MaxSignals", pol.MaxSignals, def.MaxSignals},
		{"SIG-003", "UsualSignals", pol.UsualSignals, def.UsualSignals},
		{"PIL-100", "Prompts", pol.Prompts, def.Prompts},
		{"PIL-101", "PlaybookWords", pol.PlaybookWords, def.PlaybookWords},
		{"PIL-081", "MinInternal", pol.MinInternal, def.MinInternal},
		{"PIL-081", "MaxInternal", pol.MaxInternal, def.MaxInternal},
		{"PIL-082", "MinExternal", pol.MinExternal, def.MinExternal},
		{"PIL-082", "MaxExternal", pol.MaxExternal, def.MaxExternal},
		{"PIL-072", "CoachingRefresh", pol.CoachingRefresh, def.CoachingRefresh},
		{"PIL-074", "MonthlyRefresh", pol.MonthlyRefresh, def.MonthlyRefresh},
		{"C-15", "MinGroup", pol.MinGroup, def.MinGroup},
		{"C-5", "Exposure", pol.Exposure, def.Exposure},
		{"M-2", "KPIReadings", pol.KPIReadings, def.KPIReadings},
		{"PIL-053", "ValidationDays", pol.ValidationDays, def.ValidationDays},
		{"PIL-105", "MinWorkshop", pol.MinWorkshop, def.MinWorkshop},
		{"C-1", "FullWorkshop", pol.FullWorkshop, def.FullWorkshop},
		{"PIL-161", "Streams", pol.Streams, def.Streams},
		{"A7", "AdherencePercent", pol.AdherencePercent, def.AdherencePercent},
		{"A1", "AlphaPercent", pol.AlphaPercent, def.AlphaPercent},
	} {
		if n.got != n.want {
			fs = append(fs, warnf(n.code, policyPath+n.name, "policy: %s is %d where the playbook says %d", n.name, n.got, n.want))
		}
	}
	return fs
}

// policyPath begins the path of a finding about the policy and not the plan.
const policyPath = "policy."

// bounds writes "8 to 12".
func bounds(low, high int) string { return fmt.Sprintf("%d to %d", low, high) }
