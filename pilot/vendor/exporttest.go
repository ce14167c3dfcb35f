package vendor

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/coachgov/coaching"
)

// An ExportTest is the record of one export that a vendor delivered before it was
// bought from: what was asked for, when it came, which file it was and whether it
// validated outside the vendor's platform (PIL-138). [NewExportTest] makes it.
type ExportTest struct {
	Input  string        `json:"input"`  // what was asked for, in a line
	On     coaching.Date `json:"on"`     // the day on which the file came
	Digest string        `json:"digest"` // of the file: "sha256:" and 64 hex digits
	Passed bool          `json:"passed"` // the file validated
}

// NewExportTest records a delivered file. Validated holds what the host's own
// reader found in it; the test has passed when the file holds something and
// nothing that was found blocks. The file is neither kept nor changed.
func NewExportTest(input string, on coaching.Date, file []byte, validated coaching.Findings) ExportTest {
	return ExportTest{Input: input, On: on, Digest: digest(file), Passed: len(file) > 0 && !validated.Blocked()}
}

// Of reports whether a file is the one that was tested.
func (t ExportTest) Of(file []byte) bool { return t.Digest == digest(file) }

func digest(file []byte) string {
	sum := sha256.Sum256(file)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// check reports what the record lacks, at a path that ends in "export_test".
func (t ExportTest) check(f *finder, path string) {
	if t.Input == "" || t.On.IsZero() {
		f.err("PIL-138", path, "the export test does not say what was asked for and when it came")
	}
	if raw, err := hex.DecodeString(strings.TrimPrefix(t.Digest, "sha256:")); err != nil || len(raw) != sha256.Size || t.Digest != "sha256:"+hex.EncodeToString(raw) {
		f.err("PIL-138", path+".digest", "want the file's digest: sha256: and 64 lower-case hex digits")
	}
	if !t.Passed {
		f.err("PIL-138", path+".passed", "the delivered file did not validate")
	}
}
