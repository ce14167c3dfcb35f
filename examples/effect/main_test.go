package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata anew")

func printed(t *testing.T, args ...string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, run(args, &b))
	return b.String()
}

// design writes a file that puts the first leaders into one block and the rest
// into another.
func twoBlocks(t *testing.T, n int) string {
	t.Helper()
	blocks := map[string]string{}
	for i, id := range strings.Fields("L01 L02 L03 L04 L05 L06 L07 L08 L09 L10 L11 L12") {
		blocks[id] = "a"
		if i >= n {
			blocks[id] = "b"
		}
	}
	data, err := json.Marshal(design{DrawnByLot: true, Blocks: blocks})
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "design.json")
	require.NoError(t, os.WriteFile(name, data, 0o600))
	return name
}

func TestGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"exact.txt": nil, "groups.txt": {"-method", "callaway-santanna"}, "lot.txt": {"-method", "roth-santanna", "-design", twoBlocks(t, 6)},
	} {
		got := printed(t, args...)
		file := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(want), got, name)
	}
}

// Within blocks only the draws of each block are counted: four leaders in each of
// three waves make 12!/(4!)^3 = 34,650 allocations in all, and (6!/2!^3)^2 or less
// within two blocks of six.
func TestBlocks(t *testing.T) {
	require.Contains(t, printed(t), "/34650,")
	require.Contains(t, printed(t, "-design", twoBlocks(t, 6)), "p = 37/3600,")
	require.NotContains(t, printed(t, "-design", twoBlocks(t, 6)), "as if")
	require.Contains(t, printed(t, "-design", twoBlocks(t, 12)), "/34650,")
}

func TestStoredForms(t *testing.T) {
	var r struct {
		P       string
		Overall struct{ Value, Low, High *float64 }
	}
	dir := t.TempDir()
	require.NoError(t, json.Unmarshal([]byte(printed(t, "-json", "-out", dir)), &r))
	require.Equal(t, "314/34650", r.P)
	require.Less(t, *r.Overall.Low, *r.Overall.Value)
	svg, err := os.ReadFile(filepath.Join(dir, "exact.svg"))
	require.NoError(t, err)
	require.Contains(t, string(svg), "314 of 34650 as large")
	require.Equal(t, printed(t, "-panel", "testdata/panel.csv", "-json"), printed(t, "-json"))
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.csv")
	require.NoError(t, os.WriteFile(bad, []byte("leader,week,first_coached,cycle_time\nL01,1,,1.0\nL01,1,,2.0\n"), 0o600))
	unfit := filepath.Join(dir, "design.json")
	require.NoError(t, os.WriteFile(unfit, []byte(`{"drawn_by_lot": true, "blocks": {"L01": "a"}}`), 0o600))
	for want, args := range map[string][]string{
		"DQ04":              {"-panel", bad},
		bad + ": ":          {"-panel", bad},
		"no such file":      {"-panel", "absent.csv"},
		"DQ01":              {"-y", "absent"},
		"none of exact":     {"-method", "twfe"},
		"drawn by lot, and": {"-method", "roth-santanna"},
		"has no block":      {"-design", unfit},
		"named by flags":    {"panel.csv"},
	} {
		var b bytes.Buffer
		require.ErrorContains(t, run(args, &b), want)
	}
}
