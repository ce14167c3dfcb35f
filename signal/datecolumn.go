package signal

import (
	"strings"

	"github.com/coachgov/coaching"
)

// A dateColumn gathers the dates of a file as they are written, each once, until
// all are known: only then can their layout be told.
type dateColumn struct {
	at    map[string]int32
	texts []string
	cells [][2]int // line and column of the first cell with the text
}

// add returns the number of a date in the current row of the file; column counts
// from 0.
func (c *dateColumn) add(file *csvFile, column int) (int32, error) {
	text := file.record[column]
	if text == "" {
		return 0, file.errorf(file.line, column+1, "the date is empty")
	}
	n, ok := c.at[text]
	if !ok {
		if c.at == nil {
			c.at = map[string]int32{}
		}
		n = int32(len(c.texts))
		text = strings.Clone(text)
		c.at[text] = n
		c.texts = append(c.texts, text)
		c.cells = append(c.cells, [2]int{file.line, column + 1})
	}
	return n, nil
}

// settle reads every date under one layout, by number.
func (c *dateColumn) settle(file *csvFile, layout DateLayout) ([]coaching.Date, DateLayout, error) {
	dates, layout, at, err := layout.read(c.texts)
	if err != nil {
		return nil, 0, file.errorf(c.cells[at][0], c.cells[at][1], "%v", err)
	}
	return dates, layout, nil
}
