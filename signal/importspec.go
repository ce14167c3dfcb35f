package signal

import (
	"time"

	"github.com/coachgov/coaching"
)

// An ImportSpec says what to read from a file and within which bounds. A reader
// parses the named columns only; everything else in the file is left unread.
type ImportSpec struct {
	File string // the file's name, for messages only
	// People turns the person column into PersonIDs at the door. Required where
	// the file has persons.
	People *coaching.Pseudonymizer
	// Metrics are the figures to read, by column name (or, for ReadLong, by the
	// name in the metric column). At least one. The panel uses these names,
	// also where the file spells the column differently or uses a legacy name.
	Metrics []string
	// Attributes are labels to read per person, such as "Organization".
	Attributes []string
	// PersonAttributes are those of the Attributes whose labels identify people,
	// such as "ManagerId": the panel holds their pseudonyms, in the text form of
	// [coaching.PersonID].
	PersonAttributes []string
	// WeekStart is the weekday on which the source's weeks begin. The zero
	// Weekday is Sunday, as in Viva.
	WeekStart time.Weekday
	// Dates is the layout of the date column. The zero layout works it out from
	// the whole column and refuses when two layouts fit.
	Dates DateLayout
	// PeriodDays is the length of a period where the file does not say, 0
	// meaning 7.
	PeriodDays int
	// PersonColumn and DateColumn name those columns; "" means the names that
	// the reader knows.
	PersonColumn, DateColumn string
	// Owners are the leaders whose teams a file without persons is about, by the
	// label that the file gives a team: an organisation, a project, an account
	// team. Rows of any other label are counted and not read. A leader may own
	// several labels. The map is not kept or changed.
	Owners map[string]coaching.PersonID
	// SharedNames says that several groups of a group-to-group query have the
	// same name, so that rows which name the same pair are added. Without it such
	// rows contradict each other, and what they make is missing.
	SharedNames bool
	Limits      ImportLimits
}

// ImportLimits bound what is read. A zero field means its default.
type ImportLimits struct {
	Bytes   int64 // whole file; default 1 GiB
	Rows    int   // default 10,000,000
	Columns int   // default 2,048
	Field   int   // bytes of one field; default 64 KiB; a row has at most 16 MiB, or one such field
}

func (l ImportLimits) orDefault() ImportLimits {
	if l.Bytes <= 0 {
		l.Bytes = 1 << 30
	}
	if l.Rows <= 0 {
		l.Rows = 10_000_000
	}
	if l.Columns <= 0 {
		l.Columns = 2048
	}
	if l.Field <= 0 {
		l.Field = 64 << 10
	}
	return l
}

// An ImportReport counts what a reader met. It holds no person's name and no
// text of the file but column names.
type ImportReport struct {
	File     string
	SHA256   string // of the file's bytes, in hexadecimal
	Bytes    int64
	Rows     int // data rows
	Skipped  int // rows of a long file whose metric was not asked for
	Unread   int // columns that were not asked for
	Layout   DateLayout
	First    coaching.Date // earliest and latest period start
	Last     coaching.Date
	Weekdays [7]int // rows by the weekday of their date as written, Sunday first
	// Moved counts rows whose date was inside a week, not on its first day, and
	// was read as that week.
	Moved      int
	Duplicates int            // cells given more than once with the same figure; kept once
	Conflicts  int            // cells given more than once with different figures or labels; missing
	NoPerson   int            // rows without a person; not read
	LeftOut    []LeftOut      // rows that do not count, by reason, sorted
	Columns    []ColumnReport // in the order of Metrics, then Attributes
	Findings   coaching.Findings
}

// LeftOut counts rows that a reader leaves out on purpose, such as cancelled
// meetings.
type LeftOut struct {
	Reason    string
	Rows      int
	FirstLine int // of the first such row, in the file
}

// A ColumnReport counts what a reader met in one column.
type ColumnReport struct {
	Name        string // as asked for
	Found       string // as spelled in the file
	Attribute   bool
	Blank       int // empty cells
	Failed      int // cells that are no plain decimal number; missing
	FirstRow    int // the first of them: line and column in the file
	FirstColumn int
	Negative    int // figures below zero where there can be none; missing
	Distinct    int // different values, counted up to 1,000
}
