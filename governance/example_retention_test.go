package governance_test

import (
	"fmt"
	"iter"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/signal"
)

// kept yields what a programme keeps, in the order of the ids; a host reads it
// from its database.
func kept() iter.Seq2[governance.Record, error] {
	day := func(text string) time.Time { return coaching.MustDate(text).At(9, 0, time.UTC) }
	return func(yield func(governance.Record, error) bool) {
		for _, r := range []governance.Record{
			{ID: "trace-1", Programme: "pilot", CreatedAt: day("2026-12-07")},
			{ID: "trace-2", Programme: "pilot", CreatedAt: day("2026-12-07"), Hold: "case-7"},
			{ID: "trace-3", Programme: "pilot", CreatedAt: day("2027-01-04")},
			{ID: "trend-1", Programme: "pilot", Class: signal.Aggregate, CreatedAt: day("2026-03-31")},
		} {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// On the first day of a pilot of twelve weeks: what must be purged now, and what
// will have to be before the pilot ends.
func ExampleRetention_Plan() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	limits, err := policy.Retention(governance.LegalHold{ID: "case-7", Programme: "pilot"})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := limits.Plan(kept(), time.Date(2027, 3, 8, 0, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan.Text())
	_, findings := plan.Within(coaching.Window{From: coaching.MustDate("2027-03-08"), To: coaching.MustDate("2027-05-30")})
	for _, f := range findings {
		fmt.Println(f.Code, f.Message)
	}
	// Output:
	// Retention at 2027-03-08T00:00:00Z: data about one person 90 days, aggregates 12 calendar months
	// 4 records
	// GOV-016 error raw: 1 raw record should have been purged, the first on 2027-03-07
	//
	// Purge now
	//   2027-03-07        1  raw of pilot
	//
	// Purge on
	//   2027-03-31        1  aggregate of pilot
	//   2027-04-04        1  raw of pilot
	//
	// Under a legal hold
	//   case-7            1  of pilot
	// C-14 1 raw record must be purged on 2027-04-04, inside 2027-03-08..2027-05-30; aggregate before
}

// A nightly sweep deletes what is due in batches, and stores how far it has come
// with each. The proofs fill the events that record the purge.
func ExampleRetention_Sweep() {
	policy, _, err := governance.BuiltIn()
	if err != nil {
		fmt.Println(err)
		return
	}
	limits, err := policy.Retention(governance.LegalHold{ID: "case-7", Programme: "pilot"})
	if err != nil {
		fmt.Println(err)
		return
	}
	sweep, err := limits.Begin(time.Date(2027, 3, 9, 0, 0, 0, 0, time.UTC), governance.Sweep{})
	if err != nil {
		fmt.Println(err)
		return
	}
	sweep, err = limits.Sweep(sweep, kept(), 1000, func(ids []string, next governance.Sweep) error {
		fmt.Println("delete", ids)
		return nil // in one transaction: delete the records, store next as JSON
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	proofs, err := limits.Proof(sweep)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range proofs {
		// audit.Purge{Class: p.Class.String(), Through: p.Through, Items: p.Records, Digest: p.Digest}
		fmt.Println(p.Class, p.Records, "through", p.Through)
	}
	fmt.Println("under a hold:", sweep.Held)
	// Output:
	// delete [trace-1]
	// raw 1 through 2026-12-08
	// pseudonymous 0 through 2026-12-08
	// aggregate 0 through 2026-03-08
	// under a hold: 1
}

// The database finds what is due. Near the end of a month that is not one
// cutoff: 28 and 29 February 2028 go on the same day.
func ExampleRetention_Due() {
	var limits governance.Retention // the floors: 90 days and 12 months
	at := time.Date(2029, 2, 28, 12, 0, 0, 0, time.UTC)
	for _, class := range []signal.DataClass{signal.Raw, signal.Aggregate} {
		filter, err := limits.Due(class, at, governance.Table{Dialect: governance.PostgreSQL, Columns: []governance.Column{
			{Attribute: "resource.created_at", Name: "made_at"},
			{Attribute: "resource.legal_hold", Name: "held"},
		}})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("DELETE FROM", class, "WHERE", filter.Clause)
		for i, a := range filter.Args {
			fmt.Printf("  $%d %v\n", i+1, a)
		}
	}
	// Output:
	// DELETE FROM raw WHERE "made_at" >= $1 AND "made_at" < $2 AND "held" IS FALSE AND "made_at" < $3
	//   $1 1970-01-01 00:00:00 +0000 UTC
	//   $2 2029-02-28 12:00:00.000001 +0000 UTC
	//   $3 2028-11-30 12:00:00 +0000 UTC
	// DELETE FROM aggregate WHERE "made_at" >= $1 AND "made_at" < $2 AND "held" IS FALSE AND ("made_at" < $3 OR ("made_at" >= $4 AND "made_at" < $5))
	//   $1 1970-01-01 00:00:00 +0000 UTC
	//   $2 2029-02-28 12:00:00.000001 +0000 UTC
	//   $3 2028-02-28 12:00:00 +0000 UTC
	//   $4 2028-02-29 00:00:00 +0000 UTC
	//   $5 2028-02-29 12:00:00 +0000 UTC
}
