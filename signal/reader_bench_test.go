package signal

import (
	"fmt"
	"strings"
	"testing"
)

// A person query of 500 people, 20 weeks and 30 columns, of which three are
// wanted.
func BenchmarkReadViva(b *testing.B) {
	var text strings.Builder
	text.WriteString("PersonId,MetricDate")
	for c := range 30 {
		fmt.Fprintf(&text, ",Metric_%d", c)
	}
	text.WriteByte('\n')
	for w := range 20 {
		for p := range 500 {
			fmt.Fprintf(&text, "person-%05d,%s", p, weekAt(w))
			for c := range 30 {
				fmt.Fprintf(&text, ",%d.%d", (p*7+w*3+c)%40, (p+w)%10)
			}
			text.WriteByte('\n')
		}
	}
	file := text.String()
	s := spec(b, "Metric_1", "Metric_9", "Metric_20")
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		if _, _, err := ReadViva(strings.NewReader(file), s); err != nil {
			b.Fatal(err)
		}
	}
}
