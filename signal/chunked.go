package signal

// A chunked list grows without moving what it holds: a slice that doubles holds
// everything twice for a moment. Chunk k of every list has the same length, so
// that lists of the same rows can be walked together, chunk by chunk.
type chunked[T any] struct {
	chunks [][]T
}

func (c *chunked[T]) add(v T) {
	last := len(c.chunks) - 1
	if last < 0 || len(c.chunks[last]) == cap(c.chunks[last]) {
		last++
		c.chunks = append(c.chunks, make([]T, 0, 256<<min(last, 8)))
	}
	c.chunks[last] = append(c.chunks[last], v)
}
