package audit

import (
	"errors"
	"io"
	"iter"
	"slices"
)

// errUnreadable reports a reader that failed.
var errUnreadable = errors.New("audit: the log could not be read to its end")

const (
	chunkRecords = 256 // records that are parsed as one piece of work
	chunksAhead  = 4   // pieces at a time
)

// A chunk is a piece of a log: records that follow one another, and what was found
// in the place of the next one.
type chunk struct {
	text    []byte // the lines without their ends, one after the other
	ends    []int
	entries []Entry // of the leading lines that are records
	err     error   // of the line after them, or io.EOF
	scribe  scribe
	parsed  chan struct{}
}

// fill reads lines until the chunk is full or there are no more.
func (c *chunk) fill(lines *lineReader) (more bool) {
	c.text, c.ends, c.entries, c.err = c.text[:0], c.ends[:0], c.entries[:0], nil
	for len(c.ends) < chunkRecords {
		line, err := lines.next()
		if err != nil {
			if c.err = err; err != io.EOF && err != errTorn && err != errLong {
				c.err = errUnreadable
			}
			return false
		}
		c.text = append(c.text, line...)
		c.ends = append(c.ends, len(c.text))
	}
	return true
}

// parse parses the lines, up to the first that is no record.
func (c *chunk) parse() {
	text, begin := string(c.text), 0
	c.entries = slices.Grow(c.entries, len(c.ends))
	for _, end := range c.ends {
		entry, err := c.scribe.read(text[begin:end])
		if err != nil {
			c.err = err
			break
		}
		c.entries = append(c.entries, entry)
		begin = end
	}
}

// parsedAhead yields the entries of a log in order, parsing further on while the
// caller looks at one. It ends after its first error: errTorn, errUnreadable, or
// that of a line which is no record. An entry is valid until the next one.
func parsedAhead(lines lineReader) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		var queue, idle []*chunk
		defer func() {
			for _, c := range queue {
				<-c.parsed
			}
		}()
		for range chunksAhead {
			idle = append(idle, new(chunk))
		}
		more := true
		for more || len(queue) > 0 {
			for ; more && len(idle) > 0; idle = idle[1:] {
				c := idle[0]
				more = c.fill(&lines)
				c.parsed = make(chan struct{})
				queue = append(queue, c)
				if !more && len(queue) == 1 {
					c.parse() // there is nothing to do beside it
					close(c.parsed)
					continue
				}
				go func() {
					defer close(c.parsed)
					c.parse()
				}()
			}
			c := queue[0]
			<-c.parsed
			for i := range c.entries {
				if !yield(&c.entries[i], nil) {
					return
				}
			}
			if c.err != nil {
				if c.err != io.EOF {
					yield(nil, c.err)
				}
				return
			}
			queue, idle = queue[1:], append(idle, c)
		}
	}
}
