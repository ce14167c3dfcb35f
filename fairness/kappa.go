package fairness

// CohenKappa returns how far two reviewers agree beyond chance (Cohen 1960).
// table[i][j] counts the cases that the first called i and the second j. It is
// undefined, false, without cases or when both always give the same one answer.
func CohenKappa(table [2][2]int64) (float64, bool) {
	n := float64(table[0][0] + table[0][1] + table[1][0] + table[1][1])
	if n <= 0 {
		return 0, false
	}
	agree := float64(table[0][0]+table[1][1]) / n
	chance := 0.0
	for i := range 2 {
		chance += float64(table[i][0]+table[i][1]) / n * float64(table[0][i]+table[1][i]) / n
	}
	if chance >= 1 {
		return 0, false
	}
	return (agree - chance) / (1 - chance), true
}
