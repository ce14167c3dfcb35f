package fairness

// maxDense is the most combinations that are counted in an array: 16 MB of it.
const maxDense = 1 << 21

// A dense counts rows of small codes in an array with a place for each
// combination. Codes of one byte are put together eight rows at a time, in the
// eight bytes of a word, as long as the place fits into a byte.
type dense struct {
	digits []digit // the first varies fastest
	counts []int64
}

// A digit is one column, as bytes, labels or words.
type digit struct {
	bytes  []uint8
	labels []Label
	words  []uint16
	width  int // codes are below it
}

// at returns the code of a row.
func (d *digit) at(row int) int {
	switch {
	case d.words != nil:
		return int(d.words[row])
	case d.labels != nil:
		return int(d.labels[row])
	}
	return int(d.bytes[row])
}

// fits reports whether there are few enough combinations.
func (d *dense) fits() bool {
	size := 1
	for _, digit := range d.digits {
		if digit.width == 0 || digit.width > maxDense/size {
			return false
		}
		size *= digit.width
	}
	return true
}

// A lane is some digits whose place among their own combinations fits into a
// byte, or one digit that is too wide for that.
type lane struct {
	digits  []digit
	strides []int // within the lane
	stride  int   // of the lane
	wide    bool
}

// lanes divides the digits, in order, and returns how many combinations there are.
func (d *dense) lanes() (lanes []lane, size int) {
	size = 1
	within := 0 // combinations of the last lane
	for _, digit := range d.digits {
		wide := digit.words != nil || digit.width > 128
		if last := len(lanes) - 1; !wide && last >= 0 && !lanes[last].wide && within*digit.width <= 256 {
			lanes[last].digits = append(lanes[last].digits, digit)
			lanes[last].strides = append(lanes[last].strides, within)
		} else {
			lanes = append(lanes, lane{digits: d.digits[:0:0], stride: size, wide: wide})
			last, within = len(lanes)-1, 1
			lanes[last].digits = append(lanes[last].digits, digit)
			lanes[last].strides = append(lanes[last].strides, 1)
		}
		within *= digit.width
		size *= digit.width
	}
	return lanes, size
}

// blockWords is how many words of eight rows are put together at a time.
const blockWords = 512

// count counts n rows, and reports whether all codes are below their widths.
func (d *dense) count(n int) bool {
	lanes, size := d.lanes()
	d.counts = make([]int64, size)
	var words [blockWords]uint64
	var places [8 * blockWords]uint32
	var single [4][256]int64 // four, so that equal neighbours do not wait for each other
	blocks := n / 8
	for start := 0; start < blocks; start += blockWords {
		words := words[:min(blockWords, blocks-start)]
		if len(lanes) == 1 && !lanes[0].wide {
			if !lanes[0].pack(words, 8*start) {
				return false
			}
			tallyWords(&single, words)
			continue
		}
		places := places[:8*len(words)]
		clear(places)
		for _, l := range lanes {
			if !l.put(words, places, 8*start) {
				return false
			}
		}
		for _, p := range places {
			d.counts[p]++
		}
	}
	for i := range min(size, 256) {
		d.counts[i] += single[0][i] + single[1][i] + single[2][i] + single[3][i]
	}
	for row := 8 * blocks; row < n; row++ {
		place, stride := 0, 1
		for i := range d.digits {
			code := d.digits[i].at(row)
			if code >= d.digits[i].width {
				return false
			}
			place += code * stride
			stride *= d.digits[i].width
		}
		d.counts[place]++
	}
	return true
}

// put adds the lane's share to the place of each row from the start. It is
// false when a code is not below its width.
func (l *lane) put(words []uint64, places []uint32, start int) bool {
	stride := uint32(l.stride)
	if l.wide {
		d, ok := l.digits[0], true
		for i := range places {
			code := d.at(start + i)
			ok = ok && code < d.width
			places[i] += uint32(code) * stride
		}
		return ok
	}
	if !l.pack(words, start) {
		return false
	}
	for i, w := range words {
		to := places[8*i : 8*i+8 : 8*i+8]
		for j := range to {
			to[j] += uint32(uint8(w)) * stride
			w >>= 8
		}
	}
	return true
}

// pack writes the place of each row within the lane into the bytes of the
// words. It is false when a code is not below its width.
func (l *lane) pack(words []uint64, start int) bool {
	clear(words)
	var bad uint64
	for i, d := range l.digits {
		stride, slack := uint64(l.strides[i]), uint64(128-d.width)*0x0101010101010101
		if d.labels != nil {
			bad |= pack(words, d.labels[start:start+8*len(words)], stride, slack)
		} else {
			bad |= pack(words, d.bytes[start:start+8*len(words)], stride, slack)
		}
	}
	return bad&0x8080808080808080 == 0
}

// pack adds stride times each code to its byte of the words. The high bit of a
// byte of the result is set when a code was not below 128 minus the slack.
func pack[T ~uint8](words []uint64, codes []T, stride, slack uint64) (bad uint64) {
	for i := range words {
		c := codes[8*i : 8*i+8 : 8*i+8]
		w := uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 |
			uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
		bad |= w | (w + slack)
		words[i] += w * stride
	}
	return bad
}

// tallyWords counts the bytes of the words.
func tallyWords(counts *[4][256]int64, words []uint64) {
	a, b, c, d := &counts[0], &counts[1], &counts[2], &counts[3]
	for _, w := range words {
		a[uint8(w)]++
		b[uint8(w>>8)]++
		c[uint8(w>>16)]++
		d[uint8(w>>24)]++
		a[uint8(w>>32)]++
		b[uint8(w>>40)]++
		c[uint8(w>>48)]++
		d[uint8(w>>56)]++
	}
}

// each calls f for each combination that somebody has, with a code for each
// digit, which f does not keep.
func (d *dense) each(f func(codes []int, n int64)) {
	codes := make([]int, len(d.digits))
	for place, n := range d.counts {
		if n == 0 {
			continue
		}
		for i := range codes {
			codes[i], place = place%d.digits[i].width, place/d.digits[i].width
		}
		f(codes, n)
	}
}
