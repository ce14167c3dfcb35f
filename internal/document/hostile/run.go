package hostile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/coachgov/coaching/internal/datadir"
)

// A variant is one line of the generator's manifest.
type variant struct {
	ID     string `json:"id"`
	Op     string `json:"op"`
	File   string `json:"file"`
	Expect string `json:"expect"` // "reject" or "accept_equal"
	Why    string `json:"why"`
	MaxMS  int    `json:"max_ms"`
	MaxMiB int    `json:"max_mib"`
}

// variants is how many are made of one document.
const variants = "400"

// slack is by how much a variant may exceed its time, so that a busy machine
// fails nothing and a reader that hangs does.
const slack = 20

// Run makes 400 variants of a document and hands each to accept, which reads
// it as the caller reads its own documents and returns a value that equals
// another one (by [reflect.DeepEqual]) when the two documents say the same, and
// whether the document was accepted. The kind is "json" or "yaml". A YAML
// document must be plain block YAML whose "key: value" lines are what they
// look like, because variants are made line by line: no block texts with such
// lines in them. It neither keeps nor changes valid.
func Run(t *testing.T, kind string, valid []byte, accept func([]byte) (canonical any, ok bool)) {
	t.Helper()
	want, ok := accept(valid)
	if !ok {
		t.Fatal("the valid document itself is refused")
	}
	in := "valid." + kind
	dir := filepath.Join(Generate(t, map[string][]byte{in: valid}, "docs", "-kind", kind, "-in", in, "-out", "out", "-n", variants, "-seed", "1"), "out")
	manifest, err := os.Open(filepath.Join(dir, "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer manifest.Close()
	hostile, honest := 0, 0
	for lines := bufio.NewScanner(manifest); lines.Scan(); {
		var v variant
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, v.File))
		if err != nil {
			t.Fatal(err)
		}
		before := allocated()
		start := time.Now()
		got, ok := accept(data)
		if took := time.Since(start); took > slack*time.Duration(v.MaxMS)*time.Millisecond {
			t.Errorf("%s %s: took %v, want about %d ms at most", v.ID, v.Op, took, v.MaxMS)
		}
		if mib := (allocated() - before) >> 20; mib > uint64(v.MaxMiB) {
			t.Errorf("%s %s: allocated %d MiB, want at most %d", v.ID, v.Op, mib, v.MaxMiB)
		}
		switch v.Expect {
		case "reject":
			hostile++
			if ok {
				t.Errorf("%s %s accepted (%s):\n%.400s", v.ID, v.Op, v.Why, data)
			}
		case "accept_equal":
			honest++
			if !ok {
				t.Errorf("%s %s refused (%s):\n%.400s", v.ID, v.Op, v.Why, data)
			} else if !reflect.DeepEqual(want, got) {
				t.Errorf("%s %s read as another document (%s):\n%.400s", v.ID, v.Op, v.Why, data)
			}
		default:
			t.Fatalf("%s: unknown expectation %q", v.ID, v.Expect)
		}
	}
	if hostile < 100 || honest == 0 {
		t.Fatalf("%d hostile and %d honest variants: too few to say anything", hostile, honest)
	}
	t.Logf("%d hostile variants refused, %d honest ones accepted", hostile, honest)
}

// Generate runs the generator of hostile inputs with the given arguments in a
// new folder, which it returns, after writing the named files into it. The
// generator is built from a copy, because the reference data are read-only. It
// needs nothing but Go, so where the reference data are and it does not run, the
// test fails.
func Generate(t *testing.T, files map[string][]byte, arguments ...string) string {
	t.Helper()
	source := datadir.Find(t, "corpus/hx")
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(work, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "."}, arguments...)...)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=", "GOTOOLCHAIN=local")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the generator failed: %v\n%s", err, bytes.TrimSpace(text))
	}
	return work
}

// allocated is how many bytes the process has ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
