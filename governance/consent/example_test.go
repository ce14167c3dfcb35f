package consent_test

import (
	"fmt"
	"time"

	"github.com/coachgov/coaching/governance/consent"
)

// A participant agrees to one signal for one purpose, having read the notice in
// force, and changes her mind a week later.
func ExampleBook() {
	day := func(n int) time.Time { return time.Date(2027, time.January, n, 9, 0, 0, 0, time.UTC) }
	leader := person("leader")
	var book consent.Book
	for _, e := range []consent.Entry{
		{Kind: consent.Notice, At: day(4), Version: "notice-1", Signals: []string{"meetings"}, Purposes: []string{"coaching", "evaluation"}},
		{Kind: consent.Restrict, At: day(4), Source: "viva", Signals: []string{"meetings"}, Purposes: []string{"coaching"}, Residency: "eu"},
		{Kind: consent.Give, At: day(11), Participant: leader, Signal: "meetings", Purpose: "coaching", Version: "notice-1"},
		{Kind: consent.Give, At: day(11), Participant: leader, Signal: "meetings", Purpose: "evaluation", Version: "notice-1"},
		{Kind: consent.Withdraw, At: day(18), Participant: leader, Signal: "meetings", Purpose: "coaching"},
	} {
		for _, f := range book.Add(e) {
			fmt.Println(f)
		}
	}
	for _, n := range []int{10, 11, 17, 18} {
		fmt.Println(n, book.Holds(leader, "meetings", "coaching", day(n)), len(book.Consents(leader, day(n))))
	}
	// Output:
	// GOV-027 error purpose: the signal's source may not be used for this purpose
	// 10 false 0
	// 11 true 1
	// 17 true 1
	// 18 false 0
}
