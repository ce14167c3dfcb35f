package coaching

// A Rule is one rule of the domain as RULES.md prints it. Each room returns its
// own from a function Rules, in the order of their codes; a [Finding] carries
// the code of the rule that it reports.
type Rule struct {
	Code      string   // "PIL-102"
	Statement string   // what must hold, in one sentence
	Number    string   // the number in it, such as "8 to 12 leaders"; "" when there is none
	Severity  Severity // the worst that breaking it does
	Remedy    string   // what to do about it, in one sentence
}
