package signal

import "github.com/coachgov/coaching"

// A QualityConfig says what a quick quality check looks for. The zero config
// checks only what needs no knowledge of the columns; [VivaQuality] knows the
// Viva person query. Nil slices check nothing of their kind; a zero threshold
// means its default.
type QualityConfig struct {
	// Hours are weekly hours per person: 168 or more are impossible, more than
	// 100 unlikely.
	Hours []string
	// Scales bound columns, such as 1 to 5 answers and shares from 0 to 1.
	Scales []ColumnBand
	// Parts are pairs of which the first cannot exceed the second.
	Parts []PartOf
	// Activity is the column by which weeks are compared: holidays (DQ15), people
	// who do no knowledge work (DQ17), inactive weeks (DQ16), drift (DQ18).
	Activity string
	Calendar []Holiday
	// Loads are the deliveries of the feed, for DQ19.
	Loads []Load
	// Groups are attributes whose groups need enough people in every period, and
	// Teams the teams that do: DQ20.
	Groups []string
	Teams  Teams
	// Flags are the spikes that were raised and Log what the steward decided
	// about them: DQ21 counts those still pending. A nil log has decided nothing.
	Flags []Flag
	Log   *StewardLog

	ZeroShare  float64 // DQ11: more zeros than this; default 0.5
	UnitJump   float64 // DQ12: level ratio between halves, or between people; default 20
	NullShare  float64 // DQ06: more missing cells than this; default 0
	IdleHours  float64 // DQ17: mean of Activity below this; default 5
	DriftLimit float64 // DQ18: change of the mean between halves, or by a trend, in share; default 0.25
	MinGroup   int     // DQ20: people in a group; default [MinGroup], never below 3
}

// A ColumnBand bounds a column.
type ColumnBand struct {
	Column string
	Band   Band
}

// A PartOf says that one column is part of another.
type PartOf struct {
	Part, Whole string
}

func (c QualityConfig) orDefault() QualityConfig {
	for _, d := range []struct {
		field *float64
		value float64
	}{{&c.ZeroShare, 0.5}, {&c.UnitJump, 20}, {&c.IdleHours, 5}, {&c.DriftLimit, 0.25}} {
		if !(*d.field > 0) {
			*d.field = d.value
		}
	}
	if c.MinGroup == 0 {
		c.MinGroup = MinGroup
	}
	c.MinGroup = max(c.MinGroup, 3)
	return c
}

// VivaQuality returns what to check in a Viva person query, of those of the
// columns that the panel has: weekly hours, parts of wholes, survey items.
func VivaQuality(p *Panel) QualityConfig {
	p = p.orEmpty()
	c := QualityConfig{Activity: "Collaboration_hours"}
	for _, m := range p.metrics {
		if isHours(m) {
			c.Hours = append(c.Hours, m)
		}
	}
	for _, pair := range []PartOf{
		{"After_hours_collaboration_hours", "Collaboration_hours"},
		{"Meeting_hours", "Meeting_and_call_hours"},
		{"Meeting_and_call_hours_with_manager_1_1", "Meeting_and_call_hours_with_manager"},
		{"Meeting_hours_with_manager_1_on_1", "Meeting_hours_with_manager"},
		{"External_collaboration_hours", "Collaboration_hours"},
		{"Total_Copilot_active_days", "Total_Copilot_enabled_days"},
		{"Email_hours", "Collaboration_hours"},
	} {
		if p.column(pair.Part) != nil && p.column(pair.Whole) != nil {
			c.Parts = append(c.Parts, pair)
		}
	}
	for _, item := range []string{
		"Barriers_to_Execution", "Change_Adaptation", "Collaboration", "Communication_Flow", "Continuous_Improvement",
		"eSat", "Initiative", "Manager_Recommend", "Resources", "Speak_My_Mind", "Wellbeing", "Work_Life_Balance", "Workload",
	} {
		if p.column(item) != nil {
			c.Scales = append(c.Scales, ColumnBand{item, Band{1, 5}})
		}
	}
	return c
}

// A Quality is what a quick check of a panel found.
type Quality struct {
	Rows     int // person-periods with a row
	Subjects int
	Periods  int
	First    coaching.Date
	Last     coaching.Date
	AsOf     coaching.Date
	// Gaps are the distances between consecutive periods, by length.
	Gaps        []GapCount
	Duplicates  int // rows of the import that repeat one
	Expected    int // subjects x periods
	MissingRows int
	Incomplete  int // subjects without a row in some period
	PerPeriod   []PeriodCount
	ActivityZ   []PeriodScore  // robust z of the weekly mean of Activity
	Checks      []QualityCheck // sorted by code, then column; only what was found
	Freshness   Freshness      // of Activity, or of the first metric
}

// A GapCount is how often a distance between periods occurs.
type GapCount struct{ Days, Count int }

// A PeriodCount is the number of subjects with a row in a period.
type PeriodCount struct {
	Period   Period
	Subjects int
}

// A PeriodScore is a period's robust z.
type PeriodScore struct {
	Period Period
	Z      float64
}

// A QualityCheck is one thing that a check found, with counts and with examples
// by period. It never names a person.
type QualityCheck struct {
	Code     string
	Severity coaching.Severity
	Column   string // "" for the whole panel; "part > whole" for a pair
	Count    int
	Of       int // of how many cells, rows or subjects
	Share    float64
	Examples []Period // the first five periods, sorted
	Message  string
}

// Findings returns the checks as findings, in their order.
func (q Quality) Findings() coaching.Findings {
	fs := make(coaching.Findings, len(q.Checks))
	for i, c := range q.Checks {
		fs[i] = coaching.Finding{Code: c.Code, Severity: c.Severity, Path: c.Column, Message: c.Message}
	}
	fs.Sort()
	return fs
}

// Find returns the check with this code and column; false when nothing was
// found.
func (q Quality) Find(code, column string) (QualityCheck, bool) {
	for _, c := range q.Checks {
		if c.Code == code && c.Column == column {
			return c, true
		}
	}
	return QualityCheck{}, false
}
