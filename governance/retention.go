package governance

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/enum"
	"github.com/coachgov/coaching/signal"
)

// A Retention says how long data is kept under one policy: raw traces and figures
// about one person a number of days (GOV-016), aggregates a number of calendar
// months (GOV-017), and what a legal hold names for as long as the hold stands
// (GOV-004). It is immutable. The zero Retention keeps to the floors of the code,
// 90 days and 12 months, and has no register of holds: what names one is
// Undetermined when its time is up. Make one with [Policy.Retention].
type Retention struct {
	days, months int // 0: the floor
	policy       string
	holds        []LegalHold // by programme and id
}

// A LegalHold keeps what names it from being purged.
type LegalHold struct {
	ID        string    `json:"id"`             // an identifier
	Programme string    `json:"programme"`      // it holds nothing of another one
	Until     time.Time `json:"until,omitzero"` // the last moment at which it stands; zero: until it leaves the register
}

// Retention returns the limits of the policy, from its parameters raw_retention
// and aggregate_retention, so that what is purged cannot drift from what is
// shown; a rule of its own that denies sooner is not seen. Where the policy has no
// such parameter the floor of the code is the limit; no policy is looser. The holds are the whole register: a hold that is
// not in it protects nothing. It is an error when there is no policy, or when a hold has
// no identifier and programme, or is there twice.
func (p *Policy) Retention(holds ...LegalHold) (*Retention, error) {
	if p.Digest() == "" {
		return nil, errors.New("governance: retention: there is no policy")
	}
	t := &Retention{days: mostRawDays, months: mostAggregateMonths, policy: p.digest, holds: slices.Clone(holds)}
	for _, q := range p.params {
		switch q.ID {
		case "raw_retention":
			t.days = min(q.Value, mostRawDays)
		case "aggregate_retention":
			t.months = min(q.Value, mostAggregateMonths)
		}
	}
	slices.SortFunc(t.holds, LegalHold.compare)
	for i, h := range t.holds {
		if !isIdent(h.ID) || !isIdent(h.Programme) {
			return nil, errors.New("governance: retention: a hold needs an id and a programme, both identifiers")
		}
		if i > 0 && h.compare(t.holds[i-1]) == 0 {
			return nil, fmt.Errorf("governance: retention: hold %s of programme %s is there twice", h.ID, h.Programme)
		}
	}
	return t, nil
}

func (h LegalHold) compare(o LegalHold) int {
	return cmp.Or(cmp.Compare(h.Programme, o.Programme), cmp.Compare(h.ID, o.ID))
}

// RawDays returns how many days of 24 hours data about one person is kept.
func (t *Retention) RawDays() int {
	if t == nil || t.days == 0 {
		return mostRawDays
	}
	return t.days
}

// AggregateMonths returns how many calendar months aggregates are kept.
func (t *Retention) AggregateMonths() int {
	if t == nil || t.months == 0 {
		return mostAggregateMonths
	}
	return t.months
}

// Until returns the last instant at which data of a class may be kept, in UTC: a
// nanosecond later it must be gone. A month has the same day in the next one, or
// its last day: 29 February plus twelve months is 28 February. Data of a class that
// is not declared is kept as long as raw data is. The time of creation lies in the
// years 1700 to 2200.
func (t *Retention) Until(class signal.DataClass, created time.Time) time.Time {
	if class == signal.Aggregate {
		return time.Unix(0, addMonths(created.UnixNano(), t.AggregateMonths())).UTC()
	}
	return created.UTC().Add(time.Duration(t.RawDays()) * 24 * time.Hour)
}

// A Record is what retention has to know about one thing that is kept: a row, a
// file, a cached pack.
type Record struct {
	ID        string           `json:"id"` // an identifier
	Programme string           `json:"programme"`
	Class     signal.DataClass `json:"class"`
	CreatedAt time.Time        `json:"created_at"`
	// SourceAt is when the oldest thing was recorded from which this was made, if
	// that says how long it may be kept: the oldest trace behind a figure about
	// one person, or the older aggregate behind an aggregate. Age counts from the
	// earlier of the two, so making it again does not make it younger. Zero: it
	// was made from nothing older.
	SourceAt time.Time `json:"source_at,omitzero"`
	Hold     string    `json:"hold,omitempty"` // the legal hold that names it; "" for none
}

// A Disposition says what is to become of a record, in the words of records
// management. The zero Disposition is Undetermined, which a human must settle: a
// record whose age or class is not known is neither kept in silence nor purged.
type Disposition uint8

const (
	Undetermined Disposition = iota // its class or its age is not known
	Keep                            // its time is not up
	Held                            // its time is up, and a legal hold stands
	Due                             // its time is up: it must be purged
)

var dispositionNames = [...]string{"undetermined", "keep", "held", "due"}

// String returns "undetermined", "keep", "held" or "due".
func (d Disposition) String() string { return enum.Name(dispositionNames[:], d, "Disposition") }

// MarshalText returns what String returns.
func (d Disposition) MarshalText() ([]byte, error) {
	return enum.Marshal(dispositionNames[:], d, "governance: disposition")
}

// UnmarshalText accepts exactly the names that MarshalText writes.
func (d *Disposition) UnmarshalText(text []byte) error {
	return enum.Unmarshal(dispositionNames[:], d, "governance: disposition", text)
}

// Disposition returns what is to become of the record at a time, the last instant
// at which it may be kept without a hold, and, of an Undetermined one, what is
// not known about it (a finding GOV-004). The instant is zero when Undetermined.
func (t *Retention) Disposition(r *Record, at time.Time) (Disposition, time.Time, coaching.Findings) {
	if why := undetermined(r, at); why != "" {
		return Undetermined, time.Time{}, coaching.Findings{{Code: "GOV-004", Path: pathOf(r), Message: why}}
	}
	created := r.CreatedAt
	if !r.SourceAt.IsZero() && r.SourceAt.Before(created) {
		created = r.SourceAt
	}
	until := t.Until(r.Class, created)
	switch {
	case !at.After(until):
		return Keep, until, nil
	case t.stands(r, at):
		return Held, until, nil
	case r.Hold != "" && t.digest() == "":
		return Undetermined, time.Time{}, coaching.Findings{{Code: "GOV-004", Path: pathOf(r), Message: "the record names a legal hold, and there is no register of them"}}
	}
	return Due, until, nil
}

// undetermined returns what is not known about a record, "" when all is.
func undetermined(r *Record, at time.Time) string {
	usable := func(v time.Time) bool {
		// Package time reads a zone of 24 hours, which is none.
		_, zone := v.Zone()
		return inRange(v) && !v.After(at) && -24*60*60 < zone && zone < 24*60*60
	}
	switch {
	case r == nil || !isIdent(r.ID) || !isIdent(r.Programme):
		return "the record has no id and programme that are identifiers"
	case int(r.Class) >= len(classNames):
		return "the record's class is not declared"
	case !inRange(at):
		return fmt.Sprintf("the time is outside the years %d to %d", firstYear, lastYear)
	case !usable(r.CreatedAt):
		return fmt.Sprintf("the record was made before %d, after now, or nobody knows when", firstYear)
	case !r.SourceAt.IsZero() && !usable(r.SourceAt):
		return fmt.Sprintf("the record's source was made before %d or after now", firstYear)
	}
	return ""
}

// stands reports whether the hold that the record names is in the register, for
// its programme, and not over.
func (t *Retention) stands(r *Record, at time.Time) bool {
	if t == nil || r.Hold == "" {
		return false
	}
	i, ok := slices.BinarySearchFunc(t.holds, LegalHold{ID: r.Hold, Programme: r.Programme}, LegalHold.compare)
	return ok && (t.holds[i].Until.IsZero() || !at.After(t.holds[i].Until))
}

// pathOf returns the record's id, where it is one.
func pathOf(r *Record) string {
	if r == nil || !isIdent(r.ID) {
		return ""
	}
	return r.ID
}
