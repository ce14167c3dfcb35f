package notice_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/notice"
)

// A compact is made from the policy and the plan, and in force once each party
// has signed this very text.
func ExampleNewCompact() {
	c, fs := notice.NewCompact(builtIn(), delivery(), []coaching.Role{coaching.PrivacyOfficer, coaching.LDSponsor, coaching.Steward}, coaching.MustDate("2027-06-30"))
	for _, f := range fs {
		fmt.Println(f)
	}
	monday := time.Date(2027, time.January, 11, 9, 0, 0, 0, time.UTC)
	signatures := []notice.Signature{
		{By: person("privacy officer"), Role: coaching.PrivacyOfficer, At: monday.AddDate(0, 0, -3), Compact: c.Digest()},
		{By: person("sponsor"), Role: coaching.LDSponsor, At: monday.AddDate(0, 0, -3), Compact: c.Digest()},
	}
	fmt.Println(c.Check(signatures, monday).Err())
	// Output:
	// GOV-030 warning programme.sources[0].residency: the policy does not deny what is kept elsewhere; the compact only records the place
	// GOV-030 warning programme.sources[1].residency: the policy does not deny what is kept elsewhere; the compact only records the place
	// GOV-003 error signatures: no signature of data stewards
}

// TermsOf says what a policy holds, proved over all requests.
func ExampleTermsOf() {
	t, err := notice.TermsOf(builtIn())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.RawDays, "days,", t.AggregateMonths, "months, groups of", t.Group)
	for _, a := range t.Access {
		if a.Role == coaching.Coach {
			fmt.Println("names:", a.Identity)
			fmt.Println("raw records:", a.Raw)
			fmt.Println("packs:", a.Coded)
		}
	}
	// Output:
	// 90 days, 12 months, groups of 5
	// names: with opt-in and two approvals
	// raw records: no
	// packs: own coach only, with consent
}

// A notice is one page that its readers can read, and consents refer to its
// version.
func ExampleNewNotice() {
	n, fs := notice.NewNotice(builtIn(), delivery())
	fmt.Println(len(fs), "findings")
	fmt.Println(n.Version())
	fmt.Printf("reading ease %.0f, grade %.0f\n", n.Readability().Ease(), n.Readability().Grade())
	for _, a := range n.Answers()[:2] {
		fmt.Println(a.Question)
		fmt.Println("  " + a.Text)
	}
	// Output:
	// 0 findings
	// notice-942fb0c233e75ed22e4810c3c317e058
	// reading ease 69, grade 6
	// Why do you ask me?
	//   We try out whether coaching with a few figures helps. The goal is shorter delivery cycle time. Whether you join is up to you.
	// Do you read my messages?
	//   Your coach never does. Raw records are open only to legal and privacy reviewers, the privacy officer, people analytics, data owners and data stewards, who check that the figures are right and the rules are kept.
}
