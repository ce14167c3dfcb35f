package chart_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/chart"
)

// A schedule with one span; the first line carries what a browser needs to
// scale it.
func ExampleGantt_SVG() {
	svg := chart.Gantt{
		Title: "Pilot", Desc: "Twelve weeks from January to March.",
		Spans: []chart.Span{{Label: "Run", From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-03-28")}},
	}.SVG()
	first, _, _ := strings.Cut(string(svg), "\n")
	fmt.Println(first[:82])
	// Output:
	// <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 352 84" width="352
}

// Values fall into bins of equal width; a missing one is left out.
func ExampleBinsOf() {
	for _, b := range chart.BinsOf([]float64{0, 1, 2, 2, 4, math.NaN()}, 2) {
		fmt.Println(b.From, b.To, b.Count)
	}
	// Output:
	// 0 2 2
	// 2 4 3
}
