package yaml_test

import (
	"fmt"

	"github.com/coachgov/coaching/internal/document/yaml"
)

// A plan that a reviewer and two parsers could read in three ways is not read.
func ExampleParse() {
	for _, text := range []string{
		"weeks: 8\nweeks: 12\n",
		"weeks: &w 8\nrun: *w\n",
		"weeks: ~\n",
	} {
		_, findings := yaml.Parse("plan.yaml", []byte(text))
		fmt.Println(findings[0])
	}
	// Output:
	// plan.yaml:2:1: DOC-DUPLICATE error: key weeks already set on line 1
	// plan.yaml:1:8: DOC-ALIAS error: anchors and aliases are not allowed; write a text that begins with & or * in quotes
	// plan.yaml:1:8: DOC-NULL error: null is no value; leave an optional key out, or write a text in quotes
}
