package chart_test

import (
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a figure with the file of that name. Look at the picture
// before committing a new one.
func golden(t *testing.T, name string, svg []byte) {
	t.Helper()
	wellFormed(t, svg)
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, svg, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(svg))
}

// wellFormed checks what every figure promises, whatever went into it.
func wellFormed(t require.TestingT, svg []byte) {
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	seen := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err, "%s", svg)
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		seen[e.Name.Local]++
		require.NotContains(t, []string{"script", "style", "image", "a", "use", "foreignObject"}, e.Name.Local)
		for _, a := range e.Attr {
			if a.Name.Local == "font-family" || a.Name.Local == "xmlns" {
				continue
			}
			require.NotContains(t, a.Value, "NaN")
			require.NotContains(t, a.Value, "Inf")
			require.NotContains(t, a.Name.Local, "href")
			require.False(t, strings.HasPrefix(a.Name.Local, "on"), "event handler %s", a.Name.Local)
			require.NotContains(t, a.Value, "url(")
		}
	}
	require.Equal(t, 1, seen["svg"])
	require.Equal(t, 1, seen["title"])
	require.Equal(t, 1, seen["desc"])
}
