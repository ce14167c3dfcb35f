package filestore

import (
	"bytes"
	"hash/crc32"
)

// A header stands before the records of one batch.
type header struct {
	index int64  // of the first record
	count uint32 // records
	bytes uint32 // of the records with their line ends
	sum   uint32 // CRC-32C of those bytes
}

const (
	mark       = '#' // begins a header, and never a record
	headerSize = 56
	afterIndex = 19      // in a header: the mark, the version and the index stand before it
	maxBytes   = 8 << 20 // of one batch: more than audit.MaxBatch records of audit.MaxRecord bytes
)

// checksum returns the CRC-32C (Castagnoli) of b.
func checksum(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// append appends the header's line.
func (h header) append(b []byte) []byte {
	at := len(b)
	b = append(b, mark, '1', ':')
	b = appendHex(b, uint64(h.index), 16)
	for _, n := range []uint32{h.count, h.bytes, h.sum} {
		b = appendHex(append(b, ':'), uint64(n), 8)
	}
	b = append(b, ':')
	return append(appendHex(b, uint64(checksum(b[at:])), 8), '\n')
}

// appendHex appends n as that many hexadecimal digits.
func appendHex(b []byte, n uint64, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, "0123456789abcdef"[n>>(4*i)&15])
	}
	return b
}

// parseHeader reads a header's line, and nothing but what append writes.
func parseHeader(line []byte) (h header, ok bool) {
	if len(line) != headerSize {
		return header{}, false
	}
	// index:count:bytes:sum, at their places in the line.
	index, ok1 := hex(line[3:19])
	count, ok2 := hex(line[20:28])
	size, ok3 := hex(line[29:37])
	sum, ok4 := hex(line[38:46])
	if !ok1 || !ok2 || !ok3 || !ok4 || index>>63 != 0 {
		return header{}, false
	}
	h = header{index: int64(index), count: uint32(count), bytes: uint32(size), sum: uint32(sum)}
	if h.count == 0 || uint64(h.bytes) < 2*uint64(h.count) || h.bytes > maxBytes {
		return header{}, false
	}
	var again [headerSize]byte
	return h, bytes.Equal(h.append(again[:0]), line)
}

// hex reads hexadecimal digits in lower case, up to 16 of them.
func hex(digits []byte) (n uint64, ok bool) {
	for _, d := range digits {
		switch {
		case '0' <= d && d <= '9':
			n = n<<4 | uint64(d-'0')
		case 'a' <= d && d <= 'f':
			n = n<<4 | uint64(d-'a'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// end returns the index of the record after the batch.
func (h header) end() int64 { return h.index + int64(h.count) }

// holds reports whether the records are those that the header announces.
func (h header) holds(records []byte) bool {
	return len(records) == int(h.bytes) && checksum(records) == h.sum &&
		records[len(records)-1] == '\n' && bytes.Count(records, []byte{'\n'}) == int(h.count)
}
