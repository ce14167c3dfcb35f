package governance

// suggest returns ", did you mean NAME?" for the name nearest to what was
// given, the first of equals, and "" when none is near.
func suggest(given string, names []string) string {
	if len(given) > 64 {
		return ""
	}
	best, name := len(given)/3+2, ""
	for _, n := range names {
		if d := distance(given, n); d < best {
			best, name = d, n
		}
	}
	if name == "" || best >= len(name) {
		return ""
	}
	return ", did you mean " + name + "?"
}

// distance is the least number of bytes to insert, delete or replace to make b
// from a (Levenshtein 1965).
func distance(a, b string) int {
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
