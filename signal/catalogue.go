package signal

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/document"
)

//go:embed catalogue.json
var catalogueFile []byte

// Catalogue returns the built-in definitions in the order of their IDs: signals
// of collaboration metadata, surveys, people analytics, business figures,
// learning systems and interviews, to start from. A definition in it is a
// hypothesis that nobody has yet judged, and the outcome of its path is an
// example; where a programme must set a target band, the direction is [Context]
// until it does. Some are there as outcomes only, and say so by their cadence.
func Catalogue() ([]Definition, coaching.Findings) {
	return ParseDefinitions("catalogue.json", catalogueFile)
}

// FromCatalogue returns the built-in definitions with these IDs, in the order
// given, each with the programme's outcome at the end of its causal path. An ID
// that the catalogue lacks, or that is given twice, is a finding (SIG-DEF), as
// is whatever [Definition.Check] says about the outcome; when one blocks there
// is no definition.
func FromCatalogue(outcome string, ids ...string) ([]Definition, coaching.Findings) {
	all, _ := Catalogue()
	known := make([]string, len(all))
	for i, d := range all {
		known[i] = d.ID
	}
	var chosen []Definition
	var fs coaching.Findings
	for i, id := range ids {
		path := fmt.Sprintf("ids[%d]", i)
		at := slices.Index(known, id)
		switch {
		case at < 0:
			fs = append(fs, coaching.Finding{Code: "SIG-DEF", Path: path, Message: "the catalogue has no such signal" + document.Suggest(id, known)})
			continue
		case slices.Contains(ids[:i], id):
			fs = append(fs, coaching.Finding{Code: "SIG-DEF", Path: path, Message: "the signal is asked for twice"})
			continue
		}
		d := all[at]
		d.Path.Outcome = strings.TrimSpace(outcome)
		for _, f := range d.Check() {
			f.Path = id + "." + f.Path
			fs = append(fs, f)
		}
		chosen = append(chosen, d)
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return chosen, fs
}
