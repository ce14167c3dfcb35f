package governance

import (
	"errors"
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// Due returns the condition on rows of one class that is true of exactly those
// that must be purged at a time: what [Retention.Disposition] calls Due. The table
// has columns for resource.created_at and resource.legal_hold, and may have one
// for resource.class where its rows are of several; no other column. The first holds
// the earlier of a record's CreatedAt and SourceAt, and the second whether a hold
// stands for the record. PolicyDigest is that of the retention's policy.
//
// A row whose hold or age is NULL, or which was made before 1970 or after the
// time, is not purged; [Retention.Plan] reports those. Near the end of a month the
// condition is not one cutoff: in 2029 the aggregates of 28 February and those of
// 29 February 2028 go on the same day, each at its own time of day.
func (t *Retention) Due(class signal.DataClass, at time.Time, table Table) (Filter, error) {
	w := &sqlWriter{dialect: table.Dialect}
	w.r.Now = at
	fail := func(what string) (Filter, error) { return Filter{}, errors.New("governance: retention: " + what) }
	switch {
	case int(class) >= len(classNames):
		return fail("the class is not declared")
	case !inRange(at):
		return fail(fmt.Sprintf("the time is outside the years %d to %d", firstYear, lastYear))
	case table.Dialect != SQLite && table.Dialect != PostgreSQL:
		return fail("the table has no dialect")
	}
	for _, c := range table.Columns {
		a, ok := attrNamed(c.Attribute)
		if !ok || a != attrCreatedAt && a != attrLegalHold && a != attrClass || w.columns[a] != "" {
			return fail("a table has one column each for resource.created_at, resource.legal_hold and, if need be, resource.class")
		}
		if w.columns[a], ok = quoteColumn(c.Name, table.Dialect); !ok {
			return fail(`the column of ` + attributes[a].name + ` is not a name of letters, digits and "_"`)
		}
		w.free |= 1 << a
	}
	if w.columns[attrCreatedAt] == "" || w.columns[attrLegalHold] == "" {
		return fail("a table needs columns for resource.created_at and resource.legal_hold")
	}
	parts := []*clause{w.validColumn(attrCreatedAt), w.validColumn(attrLegalHold), w.flag(attrLegalHold, false)}
	if w.columns[attrClass] != "" {
		parts = append(parts, w.list(attrClass, "IN", []any{classNames[class]}))
	}
	var spans []*clause
	for _, s := range t.cutoffs(class, at) {
		before := w.instant("<", s[1].UnixNano())
		if !s[0].IsZero() {
			before = allOf(w.instant(">=", s[0].UnixNano()), before)
		}
		spans = append(spans, before)
	}
	out := Filter{Rows: SomeRows, PolicyDigest: t.digest()}
	printer := sqlPrinter{dialect: table.Dialect}
	printer.print(allOf(append(parts, anyOf(spans...))...), clauseAtom)
	out.Clause, out.Args = printer.b.String(), printer.args
	return out, nil
}

// cutoffs returns the stretches of time, each from its first instant up to but
// not including its second, whose data of a class must be gone at a time. The
// first has no beginning.
func (t *Retention) cutoffs(class signal.DataClass, at time.Time) [][2]time.Time {
	at = at.UTC()
	if class != signal.Aggregate {
		return [][2]time.Time{{1: at.Add(-time.Duration(t.RawDays()) * 24 * time.Hour)}}
	}
	// The last day of a month takes up to four days of a longer one, each with
	// its own time of day.
	months := t.AggregateMonths()
	today := coaching.DateOf(at)
	clock := at.Sub(today.At(0, 0, time.UTC))
	day := today.AddMonths(-months)
	for day.AddMonths(months).Before(today) {
		day = day.AddDays(1)
	}
	out := [][2]time.Time{{1: day.At(0, 0, time.UTC)}}
	for ; day.AddMonths(months) == today; day = day.AddDays(1) {
		start := day.At(0, 0, time.UTC)
		if last := &out[len(out)-1]; last[1].Equal(start) {
			last[1] = start.Add(clock)
			continue
		}
		out = append(out, [2]time.Time{start, start.Add(clock)})
	}
	return out
}

// through returns the last day of which no data of a class may be left at a time.
func (t *Retention) through(class signal.DataClass, at time.Time) coaching.Date {
	return coaching.DateOf(t.cutoffs(class, at)[0][1]).AddDays(-1)
}
