package signal

// A dictionary numbers the distinct texts of a column in the order in which they
// first appear. Most exports list people in the same order week after week, so
// it first compares a text with the one that came next last time: a right guess
// is one comparison, a wrong one costs a look-up and changes nothing else.
type dictionary struct {
	texts   []string
	numbers map[string]int32
	next    []int32 // per text: the number that last came after it
	last    int32
}

func newDictionary() *dictionary { return &dictionary{numbers: map[string]int32{}} }

// find returns the number of a text, and false when the dictionary lacks it.
func (d *dictionary) find(text []byte) (int32, bool) {
	if len(d.texts) == 0 {
		return 0, false
	}
	n := d.next[d.last]
	if d.texts[n] != string(text) {
		known := false
		if n, known = d.numbers[string(text)]; !known {
			return 0, false
		}
		d.next[d.last] = n
	}
	d.last = n
	return n, true
}

// add numbers a text that find did not find, and keeps a copy of it.
func (d *dictionary) add(text []byte) int32 {
	n := int32(len(d.texts))
	kept := string(text)
	d.texts = append(d.texts, kept)
	d.numbers[kept] = n
	d.next = append(d.next, 0) // after the last person of a week comes the first
	if n > 0 {
		d.next[d.last] = n
	}
	d.last = n
	return n
}
