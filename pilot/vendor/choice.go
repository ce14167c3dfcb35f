package vendor

import (
	"cmp"
	"slices"

	"github.com/coachgov/coaching"
)

// A Vendor is one product that a pilot would buy, by what its maker guarantees.
// Only what stands in Offers is offered.
type Vendor struct {
	ID       string       `json:"id" doc:"ident"`
	Name     string       `json:"name"` // of the product
	Bucket   Bucket       `json:"bucket"`
	Offers   []Capability `json:"offers"`
	Supplies []string     `json:"supplies,omitempty" doc:"optional,ident"` // the data flows that it delivers
	// Suggests says that a model of the vendor suggests what coaches might do.
	Suggests bool `json:"suggests,omitempty" doc:"optional"`
	// Clause says that the vendor accepts a short clause on export and validation.
	Clause bool `json:"clause,omitempty" doc:"optional"`
	// ExportTest is the export that was delivered and validated; nil: none.
	ExportTest *ExportTest `json:"export_test,omitempty" doc:"optional"`
	// Sampled counts the suggestions that the steward has validated.
	Sampled int `json:"sampled,omitempty" doc:"optional,max=1000000"`
}

// offers reports whether the vendor guarantees a capability.
func (v Vendor) offers(c Capability) bool { return slices.Contains(v.Offers, c) }

// A Choice is which vendors a pilot buys from, and why.
type Choice struct {
	// Weakest is the link that cannot be mended inside. Several are a tie, of
	// which the first is mended first, for a Reason.
	Weakest []Link `json:"weakest"`
	Reason  string `json:"reason,omitempty" doc:"optional"`
	// Needs lists the data flows that the pilot cannot do without.
	Needs []string `json:"needs,omitempty" doc:"optional,ident"`
	// InHouse lists buckets that the organisation covers by itself.
	InHouse []Bucket `json:"in_house,omitempty" doc:"optional"`
	Vendors []Vendor `json:"vendors"`
}

// Clone returns a copy that shares nothing that can be changed.
func (c *Choice) Clone() *Choice {
	if c == nil {
		return nil
	}
	own := *c
	own.Weakest = slices.Clone(c.Weakest)
	own.Needs = slices.Clone(c.Needs)
	own.InHouse = slices.Clone(c.InHouse)
	own.Vendors = slices.Clone(c.Vendors)
	for i, v := range own.Vendors {
		own.Vendors[i].Offers = slices.Clone(v.Offers)
		own.Vendors[i].Supplies = slices.Clone(v.Supplies)
		if v.ExportTest != nil {
			test := *v.ExportTest
			own.Vendors[i].ExportTest = &test
		}
	}
	return &own
}

// First returns the bucket to buy first: the one that mends the weakest link. It
// returns UnknownBucket when no link is named, or several without a reason for
// the first.
func (c *Choice) First() Bucket {
	if len(c.Weakest) == 0 || len(c.Weakest) > 1 && c.Reason == "" {
		return UnknownBucket
	}
	return c.Weakest[0].Bucket()
}

// Attributable reports whether figures that pass through the vendors may carry a
// claim: each vendor grants export rights and has passed its export test
// (PIL-137). Without vendors nothing is locked away.
func (c *Choice) Attributable() bool {
	return !slices.ContainsFunc(c.Vendors, func(v Vendor) bool {
		return !v.offers(ExportRights) || v.ExportTest == nil || !v.ExportTest.Passed
	})
}

// A Row is one vendor of a comparison.
type Row struct {
	ID      string
	Name    string
	Bucket  Bucket
	Gain    string       // of the bucket
	Cost    string       // of the bucket
	Missing []Capability // must-haves that are not offered, in the order of their declaration
	Unmet   []string     // codes of the demands of the stage that the vendor does not meet, sorted
	First   bool         // the bucket is the one to buy first
	Score   int          // the host's own; 0: none
}

// Compare lays the vendors side by side at a stage (M-3): those that meet every
// demand before those that do not, whatever their score (PIL-140), then the higher
// score, then by id. Scores are the host's, by id, and may be nil.
func (c *Choice) Compare(stage Stage, scores map[string]int) []Row {
	rows := make([]Row, 0, len(c.Vendors))
	for _, v := range c.Vendors {
		row := Row{ID: v.ID, Name: v.Name, Bucket: v.Bucket, Score: scores[v.ID], First: v.Bucket != UnknownBucket && v.Bucket == c.First()}
		row.Gain, row.Cost = v.Bucket.Tradeoff()
		for _, must := range MustHaves() {
			if !v.offers(must) {
				row.Missing = append(row.Missing, must)
			}
		}
		var f finder
		v.check(&f, stage, "")
		for _, x := range f.list {
			if x.Severity == coaching.Error {
				row.Unmet = append(row.Unmet, x.Code)
			}
		}
		slices.Sort(row.Unmet)
		row.Unmet = slices.Compact(row.Unmet)
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Or(min(len(a.Unmet), 1)-min(len(b.Unmet), 1), cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return rows
}
