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
	layout, err := layout.settle(c.texts)
	if err != nil {
		for i, text := range c.texts {
			if !anyLayout(text) {
				return nil, 0, file.errorf(c.cells[i][0], c.cells[i][1], "a date of %d bytes is in none of the layouts %s", len(text), strings.Join(dateLayoutNames[1:], ", "))
			}
		}
		return nil, 0, file.errorf(c.cells[0][0], c.cells[0][1], "%v", err)
	}
	dates := make([]coaching.Date, len(c.texts))
	for i, text := range c.texts {
		if dates[i], err = layout.parse(text); err != nil {
			return nil, 0, file.errorf(c.cells[i][0], c.cells[i][1], "a date of %d bytes is no day in the layout %s", len(text), layout)
		}
	}
	return dates, layout, nil
}
