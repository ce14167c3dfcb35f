package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// A Table is what the peer reads: columns of figures by row, and the people and
// dates of the rows as numbers.
type Table struct {
	People, Dates []string
	Person, Date  []int32
	Columns       [][]float64
}

// ReadTable reads the wanted columns with encoding/csv and strconv.ParseFloat:
// what a careful Go programmer writes in ten minutes. It checks nothing.
func ReadTable(r io.Reader, wanted []string) (*Table, error) {
	lines := csv.NewReader(r)
	lines.ReuseRecord = true
	header, err := lines.Read()
	if err != nil {
		return nil, err
	}
	person, date := slices.Index(header, "PersonId"), slices.Index(header, "MetricDate")
	places := make([]int, len(wanted))
	for i, name := range wanted {
		if places[i] = slices.Index(header, name); places[i] < 0 {
			return nil, fmt.Errorf("bench: no column %q", name)
		}
	}
	t := &Table{Columns: make([][]float64, len(wanted))}
	people, dates := map[string]int32{}, map[string]int32{}
	for {
		record, err := lines.Read()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		t.Person = append(t.Person, number(people, &t.People, record[person]))
		t.Date = append(t.Date, number(dates, &t.Dates, record[date]))
		for i, place := range places {
			v, err := strconv.ParseFloat(record[place], 64)
			if err != nil {
				v = math.NaN()
			}
			t.Columns[i] = append(t.Columns[i], v)
		}
	}
}

// number returns the number of a text, a new one when it is new.
func number(known map[string]int32, texts *[]string, text string) int32 {
	n, ok := known[text]
	if !ok {
		n = int32(len(*texts))
		text = string([]byte(text))
		known[text] = n
		*texts = append(*texts, text)
	}
	return n
}
