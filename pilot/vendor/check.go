package vendor

import (
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// A finder collects findings.
type finder struct{ list coaching.Findings }

func (f *finder) add(sev coaching.Severity, code, path, format string, args ...any) {
	f.list = append(f.list, coaching.Finding{Code: code, Severity: sev, Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *finder) err(code, path, format string, args ...any) {
	f.add(coaching.Error, code, path, format, args...)
}

// Named says what was decided before vendors were looked at. The zero Named is
// nothing.
type Named struct {
	IntegrationOwner bool // somebody answers for the data flows
	KPI              bool // the one KPI is chosen
	// Profile is the mini profile that the pilot follows, "" for none; see
	// [Profiles].
	Profile string
}

// Most that a choice may list.
const (
	maxVendors = 100
	maxItems   = 1000
)

// Check reports what the choice and each vendor lack at a stage, sorted. Paths
// are relative to the choice, such as "vendors[1].offers".
func (c *Choice) Check(stage Stage, named Named) coaching.Findings {
	f := &finder{}
	if len(c.Vendors) > maxVendors || len(c.Needs) > maxItems || len(c.Weakest) > maxItems || len(c.InHouse) > maxItems {
		f.err("DOC-LIMIT", "", "want at most %d vendors and %d items in a list", maxVendors, maxItems)
		return f.list
	}
	if !named.IntegrationOwner {
		f.err("PIL-029", "", "vendors are shortlisted and nobody is named integration owner")
	}
	if !named.KPI {
		f.err("PIL-029", "", "vendors are shortlisted before the KPI is chosen")
	}
	c.weakest(f)
	ids := map[string]bool{}
	for i, v := range c.Vendors {
		path := fmt.Sprintf("vendors[%d]", i)
		if v.ID == "" || ids[v.ID] {
			f.err("DOC-ID", path+".id", "want an id, and each once")
		}
		ids[v.ID] = true
		v.check(f, stage, path)
	}
	c.blindSpots(f)
	c.profile(f, named.Profile)
	if stage == UnknownStage || stage < Enterprise {
		if len(c.Vendors) > 0 && !slices.ContainsFunc(c.Vendors, func(v Vendor) bool { return v.offers(CSVIngestion) }) {
			f.add(coaching.Info, "PIL-141", "vendors", "no vendor takes CSV files or calls to an interface; a pilot does best with little to set up")
		}
	}
	f.list.Sort()
	return f.list
}

// weakest checks that the bottleneck is named, and that its bucket is bought.
func (c *Choice) weakest(f *finder) {
	switch {
	case len(c.Weakest) == 0:
		f.err("PIL-132", "weakest", "no weakest link is named: state which bottleneck you cannot solve internally")
	case len(c.Weakest) > 1 && c.Reason == "":
		f.err("PIL-132", "weakest", "tie: state which one you cannot solve internally")
	}
	for i, link := range c.Weakest {
		if link.Bucket() == UnknownBucket || slices.Contains(c.Weakest[:i], link) {
			f.err("PIL-132", fmt.Sprintf("weakest[%d]", i), "want measurement, coaching_capacity or data_plumbing, each once")
		}
	}
	if first := c.First(); first != UnknownBucket && !c.covers(first) {
		f.add(coaching.Info, "PIL-131", "weakest", "the weakest link is %s: buy %s first", c.Weakest[0], first)
	}
}

// covers reports whether a bucket is bought, or covered inside.
func (c *Choice) covers(b Bucket) bool {
	return slices.Contains(c.InHouse, b) || slices.ContainsFunc(c.Vendors, func(v Vendor) bool { return v.Bucket == b })
}

// blindSpots names what one accepts by buying some buckets and not others, and
// the needs that nobody supplies.
func (c *Choice) blindSpots(f *finder) {
	bought := map[Bucket]bool{}
	for _, v := range c.Vendors {
		bought[v.Bucket] = true
	}
	for _, b := range Buckets() {
		if len(c.Vendors) > 0 && !c.covers(b) {
			f.add(coaching.Warning, "PIL-135", "vendors", "blind spot accepted: no %s bought", words(b))
		}
	}
	for i, need := range c.Needs {
		if !slices.ContainsFunc(c.Vendors, func(v Vendor) bool { return slices.Contains(v.Supplies, need) }) {
			f.add(coaching.Warning, "PIL-135", fmt.Sprintf("needs[%d]", i), "blind spot accepted: no vendor supplies this data flow")
		}
	}
	if bought[PeopleAnalytics] && bought[CoachingMarketplace] {
		f.add(coaching.Info, "PIL-135", "vendors", "people analytics and a coaching marketplace together raise cost and complexity")
	}
}

func words(b Bucket) string {
	return map[Bucket]string{PeopleAnalytics: "people analytics", CoachingMarketplace: "coaching marketplace", IntegrationLayer: "integration layer"}[b]
}

// profile checks what a mini profile requires of the vendors.
func (c *Choice) profile(f *finder, id string) {
	if id == "" {
		return
	}
	p, ok := ProfileOf(id)
	if !ok {
		f.err("DOC-VALUE", "", "no mini profile has this id")
		return
	}
	if !p.ExportablePacks {
		return
	}
	for i, v := range c.Vendors {
		if !v.offers(ExportRights) {
			f.err("PIL-145", fmt.Sprintf("vendors[%d].offers", i), "attribution runs outside the vendor's screens: want exportable signal packs")
		}
	}
}

// check reports what one vendor lacks at a stage.
func (v Vendor) check(f *finder, stage Stage, path string) {
	dot := path
	if dot != "" {
		dot += "."
	}
	if v.Bucket == UnknownBucket || int(v.Bucket) >= len(bucketNames) {
		f.err("PIL-130", dot+"bucket", "want people_analytics, coaching_marketplace or integration_layer")
	}
	if stage.demands(Procurement) {
		for _, must := range MustHaves() {
			if !v.offers(must) {
				f.err("PIL-136", dot+"offers", "the vendor does not offer %s, one of the five must-haves", must)
			}
		}
		if !v.offers(ExportRights) {
			f.err("PIL-137", dot+"offers", "no export rights: figures stay locked in the vendor's screens, and nothing can be attributed")
		}
		if v.ExportTest == nil {
			f.err("PIL-138", dot+"export_test", "no export test: ask for an anonymised export, validate and store it outside before buying")
		} else {
			v.ExportTest.check(f, dot+"export_test")
		}
	}
	if stage.demands(Launch) && !v.Clause {
		f.err("PIL-139", dot+"clause", "the vendor does not accept the clause on export and validation: choose another partner")
	}
	if v.Suggests {
		f.add(coaching.Warning, "PIL-087", dot+"suggests", "suggestions of a platform are coarse: a coach reads each in its own context before it is used")
		if stage.demands(Run) {
			if !v.offers(ModelInputs) {
				f.err("PIL-143", dot+"offers", "the vendor does not show what its model is given")
			}
			if v.Sampled < 1 {
				f.err("PIL-143", dot+"sampled", "the steward has validated no sample of the suggestions; want at least one")
			}
			if !v.offers(ModelCard) {
				f.err("PIL-144", dot+"offers", "the vendor gives no model card and no list of features")
			}
		}
	}
	if stage.demands(Enterprise) && v.Bucket == PeopleAnalytics {
		for _, demand := range EnterpriseDemands() {
			if !v.offers(demand) {
				f.err("PIL-142", dot+"offers", "the analytics platform does not offer %s, which an enterprise demands", demand)
			}
		}
	}
}
