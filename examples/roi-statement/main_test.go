package main

import (
	"archive/zip"
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/roi"
)

var update = flag.Bool("update", false, "write testdata anew")

func TestStatement(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run(nil, &b))
	if *update {
		require.NoError(t, os.WriteFile("testdata/statement.txt", b.Bytes(), 0o644))
	}
	want, err := os.ReadFile("testdata/statement.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
	require.Contains(t, b.String(), "net USD 42000.00 ROI 1.4 BCR 2.4")
	var again bytes.Buffer
	require.NoError(t, run([]string{"-case", "testdata/case.json"}, &again))
	require.Equal(t, b.String(), again.String())
}

// The stored form replays, and the spreadsheet holds the five sheets.
func TestStoredForms(t *testing.T) {
	var b bytes.Buffer
	book := filepath.Join(t.TempDir(), "statement.xlsx")
	page := filepath.Join(t.TempDir(), "statement.html")
	require.NoError(t, run([]string{"-json", "-xlsx", book, "-html", page}, &b))
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), "USD 42000.00")
	s, err := roi.Replay(b.Bytes())
	require.NoError(t, err)
	require.Equal(t, "USD 42000.00", s.Net.String())
	z, err := zip.OpenReader(book)
	require.NoError(t, err)
	defer z.Close()
	sheets := 0
	for _, f := range z.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/sheet") {
			sheets++
		}
	}
	require.Equal(t, 5, sheets)
}

// A template lacks figures and sources, and says which; the catalogue is listed.
func TestTemplate(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run([]string{"-kpi", "list"}, &b))
	require.Contains(t, b.String(), "cycle_time")
	b.Reset()
	require.NoError(t, run([]string{"-kpi", "cycle_time"}, &b))
	file := filepath.Join(t.TempDir(), "case.json")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	require.ErrorContains(t, run([]string{"-case", file}, &b), "the baseline is not stated")
	require.ErrorContains(t, run([]string{"-kpi", "happiness"}, &b), "-kpi list")
}

func TestRefusals(t *testing.T) {
	var b bytes.Buffer
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte(`{"schema": "roi-case/v1", "id": 7}`), 0o600))
	require.ErrorContains(t, run([]string{"-case", bad}, &b), bad+":1:33: DOC-TYPE error id")
	require.NoError(t, os.WriteFile(bad, bytes.Repeat([]byte(" "), maxCase+1), 0o600))
	require.ErrorContains(t, run([]string{"-case", bad}, &b), "more than 1048576 bytes")
	require.Error(t, run([]string{"-case", "absent.json"}, &b))
	require.ErrorContains(t, run([]string{"case.json"}, &b), "named by flags")
	require.Error(t, run([]string{"-xlsx", filepath.Join(t.TempDir(), "no", "such.xlsx")}, &b))
}
