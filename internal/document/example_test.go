package document_test

import (
	"fmt"

	"github.com/coachgov/coaching/internal/document"
)

// A pilot's limits: read strictly, every mistake at once, each with its place.
func ExampleDecode() {
	type limits struct {
		Behaviour string `json:"behaviour"`
		Weeks     int    `json:"weeks" doc:"min=8,max=16"`
		MaxGap    string `json:"max_gap" doc:"decimal"`
	}
	n, findings := document.ParseJSON("limits.json", []byte(`{
  "behavior": "short meetings",
  "weeks": 6,
  "max_gap": 0.20
}`))
	if n == nil {
		fmt.Println(findings)
		return
	}
	var l limits
	_, findings = document.Decode("limits.json", n, &l)
	for _, f := range findings {
		fmt.Println(f)
	}
	// Output:
	// limits.json:1:1: DOC-MISSING error behaviour: field behaviour is missing
	// limits.json:2:3: DOC-UNKNOWN error behavior: unknown field behavior, did you mean behaviour?
	// limits.json:3:12: DOC-VALUE error weeks: 6 is below the least allowed, 8
	// limits.json:4:14: DOC-TYPE error max_gap: found a number, want a text; write the decimal in quotes
}
