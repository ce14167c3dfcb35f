// Command fairness-review asks of a file of people whether a flag treats groups
// alike, and prints the whole answer.
//
//	go run ./examples/fairness-review
//	go run ./examples/fairness-review -in people.csv -polarity unfavourable -flag flagged -protected gender,age -operational site -feature shift,tool -policy policy.json -window 2027-01-01..2027-01-30
//	go run ./examples/fairness-review -json
//	go run ./examples/fairness-review -out folder
//
// Alone it reads a small generated file, so that everything can be seen. It
// prints the three steps of the check (the manual review, each group against
// everyone else, the probe for proxies), the verdict with its reasons, and the
// impact tables of New York City's rule. -out writes the same into a folder with
// the figures, and the risk memo where -memo tells what only people know. The
// counts of groups too small to print are in none of them; -small prints those of
// the impact tables. Where fewer people have a score than there are, a hidden
// figure could follow from the scoring tables together; then none of them is
// printed.
//
// The file has a header and one row for each person. The flag is 1 or 0, yes or no,
// true or false; so is the label, whether the person is in truth what the flag
// says, and it may be empty. A column named with -review holds right or wrong for
// those whom somebody has looked at by hand. No row may hold a name: the file
// needs levels, not people.
//
// A column that would be a proxy can be declared a fair reason for a difference. Code
// does not decide that, so -legitimate names a file that says who did, when and why.
//
// memo.png is the top of the memo that -out writes, as a browser shows it.
//
// Thresholds have no defaults: without a policy there is no check of an own file.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// options are the flags of the command.
type options struct {
	in, signal, flag, label, score, review   string
	protected, operational, feature, numeric string
	polarity, window, policy, memo, out      string
	legitimate                               string
	json, small                              bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "fairness-review:", err)
		os.Exit(1)
	}
}

// run is the command.
func run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("fairness-review", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.in, "in", "", "CSV `file` with a header and a row for each person; default the file of the example, with all its columns")
	flags.StringVar(&o.signal, "signal", "", "the signal's `name`")
	flags.StringVar(&o.flag, "flag", "", "`column` of the flag")
	flags.StringVar(&o.polarity, "polarity", "", "what the flag does to a person: favourable or unfavourable")
	flags.StringVar(&o.protected, "protected", "", "`columns` of protected attributes: compared one by one, in each pair, and all together")
	flags.StringVar(&o.operational, "operational", "", "`columns` that say how people work")
	flags.StringVar(&o.legitimate, "legitimate", "", "columns that a person declared fair reasons for a difference, a JSON `file`: [{\"name\", \"by\", \"on\", \"reason\"}]")
	flags.StringVar(&o.feature, "feature", "", "`columns` with levels that may stand in for an attribute")
	flags.StringVar(&o.numeric, "number", "", "`columns` with numbers that may stand in for an attribute")
	flags.StringVar(&o.label, "label", "", "`column` that says whether a flag would be right")
	flags.StringVar(&o.score, "score", "", "`column` of the number behind the flag")
	flags.StringVar(&o.review, "review", "", "`column` of the manual review: right, wrong or empty")
	flags.StringVar(&o.window, "window", "", "the days that the data cover, `from..to`")
	flags.StringVar(&o.policy, "policy", "", "thresholds, a JSON `file`; it says who adopted them")
	flags.StringVar(&o.memo, "memo", "", "what only people know, for the risk memo, a JSON `file`")
	flags.StringVar(&o.out, "out", "", "write report, tables, figures and memo into a `folder`")
	flags.BoolVar(&o.small, "small", false, "print small categories in the impact tables, as the law wants them published")
	flags.BoolVar(&o.json, "json", false, "print one JSON document")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.New("all input is named by flags")
	}
	if err := o.complete(); err != nil {
		return err
	}
	r, err := check(o)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := r.write(o.out); err != nil {
			return err
		}
	}
	if o.json {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	_, err = io.WriteString(w, r.text())
	return err
}

// complete fills in the example's file, or says what is missing of an own one.
func (o *options) complete() error {
	if o.in == "" {
		if o.flag+o.protected+o.operational+o.feature+o.numeric+o.label+o.score+o.review+o.signal+o.window+o.polarity+o.policy+o.memo+o.legitimate != "" {
			return errors.New("-in names no file; without one there are no other inputs to name")
		}
		o.signal, o.flag, o.polarity, o.window = "meeting_hygiene", "flag", "unfavourable", "2027-01-01..2027-01-30"
		o.protected, o.operational, o.feature, o.numeric = "gender,age", "site", "shift,tool", "tenure"
		o.label, o.score, o.review = "label", "score", "review"
		return nil
	}
	var missing []string
	for _, need := range []struct{ name, value string }{{"flag", o.flag}, {"polarity", o.polarity}, {"protected", o.protected}, {"policy", o.policy}, {"window", o.window}} {
		if need.value == "" {
			missing = append(missing, "-"+need.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("an own file needs %s as well", strings.Join(missing, ", "))
	}
	if o.signal == "" {
		o.signal = o.flag
	}
	return nil
}

// spec is what is checked.
func (o options) spec() (fairness.Spec, error) {
	s := fairness.Spec{Signal: o.signal, Score: o.score}
	if err := s.Polarity.UnmarshalText([]byte(o.polarity)); err != nil {
		return s, errors.New("-polarity is neither favourable nor unfavourable")
	}
	var protected []string
	for _, name := range names(o.protected) {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: name})
		s.Families = append(s.Families, fairness.Family{By: []string{name}})
		protected = append(protected, name)
	}
	for _, name := range names(o.operational) {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: name, Role: fairness.Operational})
		s.Families = append(s.Families, fairness.Family{By: []string{name}})
	}
	if o.legitimate != "" {
		var declared []struct {
			Name string `json:"name"`
			fairness.Declaration
		}
		if err := load(o.legitimate, nil, &declared); err != nil {
			return s, err
		}
		for _, d := range declared {
			s.Attributes = append(s.Attributes, fairness.Attribute{Name: d.Name, Role: fairness.Legitimate, Declared: &d.Declaration})
		}
	}
	for _, by := range intersections(protected) {
		s.Families = append(s.Families, fairness.Family{By: by})
	}
	for _, name := range names(o.feature) {
		s.Features = append(s.Features, fairness.Feature{Name: name})
	}
	for _, name := range names(o.numeric) {
		s.Features = append(s.Features, fairness.Feature{Name: name, Numeric: true})
	}
	return s, nil
}

// intersections returns each pair of the attributes, and then all of them
// together where they are more than two.
func intersections(protected []string) [][]string {
	var by [][]string
	for i, a := range protected {
		for _, b := range protected[i+1:] {
			by = append(by, []string{a, b})
		}
	}
	if len(protected) > 2 {
		by = append(by, protected)
	}
	return by
}

// days reads the window.
func (o options) days() (coaching.Window, error) {
	from, to, ok := strings.Cut(o.window, "..")
	a, err := coaching.ParseDate(from)
	b, errTo := coaching.ParseDate(to)
	w := coaching.Window{From: a, To: b}
	if !ok || err != nil || errTo != nil || w.Days() == 0 {
		return w, errors.New("-window wants two days in order, such as 2027-01-01..2027-01-30")
	}
	return w, nil
}

func names(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}
