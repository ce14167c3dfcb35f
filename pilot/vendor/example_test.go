package vendor_test

import (
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/vendor"
)

// Data do not flow, and a marketplace of coaches was looked at first: what to buy
// instead, and what its maker has not agreed to.
func ExampleChoice_Check() {
	file := []byte("leader,week,focus_hours\np1,2026-W50,11\n") // what the vendor delivered
	test := vendor.NewExportTest("focus hours of week 50, anonymised", coaching.MustDate("2026-12-14"), file, nil)
	c := vendor.Choice{
		Weakest: []vendor.Link{vendor.DataPlumbing},
		InHouse: []vendor.Bucket{vendor.PeopleAnalytics},
		Vendors: []vendor.Vendor{{
			ID: "bench", Name: "A bench of coaches", Bucket: vendor.CoachingMarketplace, ExportTest: &test,
			Offers: []vendor.Capability{vendor.APIFirst, vendor.SSO, vendor.DataResidency, vendor.ExportRights, vendor.CSVIngestion},
		}},
	}
	fmt.Println("buy first:", c.First())
	for _, f := range c.Check(vendor.Procurement, vendor.Named{IntegrationOwner: true, KPI: true}) {
		fmt.Println(f.Code, f.Severity, f.Message)
	}
	// Output:
	// buy first: integration_layer
	// PIL-135 warning blind spot accepted: no integration layer bought
	// PIL-136 error the vendor does not offer scim, one of the five must-haves
	// PIL-131 info the weakest link is data_plumbing: buy integration_layer first
}
