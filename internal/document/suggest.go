package document

// suggest returns ", did you mean NAME?" for the field whose name is nearest to
// a key, and "" when none is near.
func suggest(key string, fields []field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return Suggest(key, names)
}

// Suggest returns ", did you mean NAME?" for the name that is nearest to what was
// given, whatever the case of either, and "" when none is near. Of two that are
// equally near it takes the first.
func Suggest(given string, names []string) string {
	if len(given) > 64 {
		return ""
	}
	best, name := len(given)/3+1, ""
	for _, n := range names {
		if d := Distance(Fold(given), Fold(n)); d < best || d == best && name == "" {
			best, name = d, n
		}
	}
	if name == "" || best >= len(name) {
		return ""
	}
	return ", did you mean " + name + "?"
}

// Distance returns the least number of bytes to insert, delete or replace to
// make b from a (Levenshtein 1965). It looks at the first 128 bytes of each.
func Distance(a, b string) int {
	a, b = a[:min(len(a), 128)], b[:min(len(b), 128)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
