package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// A Query is a made-up person query in the format of Viva Insights: one row per
// person and week, week by week, people in the same order each week. The same
// Query writes the same bytes.
type Query struct {
	People, Weeks int
	Extra         int // columns beside the nine that every Query has
}

// Wanted returns the columns that the races read: hours with 15 digits, as Viva
// writes them, quarter hours, a share of the first, and three of the extra ones.
func (q Query) Wanted() []string {
	names := q.Header()[2:5]
	if q.Extra >= 60 {
		names = append(names, "Metric_5", "Metric_30", "Metric_58")
	}
	return names
}

// Header returns the names of the columns.
func (q Query) Header() []string {
	names := []string{"PersonId", "MetricDate", "Collaboration_hours", "Meeting_hours", "After_hours_collaboration_hours", "Emails_sent", "Meetings", "Multitasking_hours", "Organization"}
	for i := range q.Extra {
		names = append(names, fmt.Sprintf("Metric_%d", i))
	}
	return names
}

// FirstWeek is a Sunday.
func FirstWeek() time.Time { return time.Date(2025, time.January, 5, 0, 0, 0, 0, time.UTC) }

// Person returns the identifier of a person as the file has it.
func (q Query) Person(i int) string {
	r := rand.New(rand.NewPCG(uint64(i), 0x5eed))
	return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
}

// WriteTo writes the file.
func (q Query) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: bufio.NewWriterSize(w, 1<<20)}
	for i, name := range q.Header() {
		if i > 0 {
			out.text(",")
		}
		out.text(name)
	}
	people := make([]string, q.People)
	for i := range people {
		people[i] = q.Person(i)
	}
	dice := rand.New(rand.NewPCG(1, uint64(q.People)))
	for week := range q.Weeks {
		date := FirstWeek().AddDate(0, 0, 7*week).Format(time.DateOnly)
		for i, person := range people {
			out.text("\n")
			out.text(person)
			out.text(",")
			out.text(date)
			level := 10 + float64(i%30)
			hours := max(0, level+4*dice.NormFloat64())
			out.number(hours, 15)
			out.number(float64(dice.IntN(80))/4, 15)
			out.number(hours*dice.Float64()/2, 15)
			out.number(float64(dice.IntN(200)), 15)
			out.number(float64(dice.IntN(30)), 15)
			out.number(float64(dice.IntN(5))/4, 15)
			out.text(",Org_")
			out.text(strconv.Itoa(i % 40))
			for c := range q.Extra {
				// Of the columns of a real query, four in ten hold long figures.
				if c%5 < 2 {
					out.number(20*dice.Float64(), 15)
				} else {
					out.number(float64(dice.IntN(40)), 15)
				}
			}
		}
	}
	out.text("\n")
	if out.err == nil {
		out.err = out.w.Flush()
	}
	return out.n, out.err
}

// A counter writes until the first error.
type counter struct {
	w    *bufio.Writer
	n    int64
	err  error
	room []byte
}

func (c *counter) text(s string) {
	if c.err == nil {
		var n int
		n, c.err = c.w.WriteString(s)
		c.n += int64(n)
	}
}

func (c *counter) number(v float64, digits int) {
	c.room = strconv.AppendFloat(append(c.room[:0], ','), v, 'g', digits, 64)
	if c.err == nil {
		var n int
		n, c.err = c.w.Write(c.room)
		c.n += int64(n)
	}
}
