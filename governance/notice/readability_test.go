package notice_test

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/notice"
)

// Three sentences whose scores are published in encyclopaedias and textbooks
// under the formula's name, and Kincaid's.
func TestReadabilityPublished(t *testing.T) {
	for _, tt := range []struct {
		text                       string
		words, sentences, syllable int
		ease, grade                float64
	}{
		{"The cat sat on the mat.", 6, 1, 6, 116.1, -1.4},
		{"This sentence, taken as a reading passage unto itself, is being used to prove a point.", 16, 1, 23, 69.0, 7.6},
		{"The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 13, 1, 24, 37.5, 11.3},
	} {
		r := notice.ReadabilityOf(tt.text)
		require.Equal(t, notice.Readability{Words: tt.words, Sentences: tt.sentences, Syllables: tt.syllable}, r, tt.text)
		require.InDelta(t, tt.ease, r.Ease(), 0.05)
		require.InDelta(t, tt.grade, r.Grade(), 0.05)
	}
}

// A passage: GNU style 1.11 counts the same words and sentences, and the CMU
// dictionary 130 syllables.
func TestReadabilityOfAPassage(t *testing.T) {
	r := notice.ReadabilityOf("You choose whether to take part. You can say no, and you can change your mind at any time. From that moment on nobody may look at data about you. Coaches never see raw messages or records. Raw records are deleted after ninety days. Your coach reads a short summary before you meet, and treats it as a question and not as a verdict. You and your coach decide together what to try. If you believe that a figure misrepresents you, write to the legal and privacy reviewers, who answer within ten days.")
	require.Equal(t, 93, r.Words)
	require.Equal(t, 8, r.Sentences)
	require.InDelta(t, 130, r.Syllables, 1)
}

// The dictionary counts 96 % of the words alike, and their sum to within 1 %.
func TestSyllablesAgainstDictionary(t *testing.T) {
	file, err := os.ReadFile("testdata/syllables.tsv")
	require.NoError(t, err)
	words, alike, got, want := 0, 0, 0, 0
	for line := range strings.Lines(string(file)) {
		word, count, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		n, err := strconv.Atoi(count)
		require.NoError(t, err)
		r := notice.ReadabilityOf(word)
		words, got, want = words+1, got+r.Syllables, want+n
		if r.Syllables == n {
			alike++
		}
	}
	require.Greater(t, words, 1900)
	require.GreaterOrEqual(t, float64(alike)/float64(words), 0.95)
	require.InEpsilon(t, want, got, 0.01)
}

func TestReadabilityCounts(t *testing.T) {
	for text, want := range map[string]notice.Readability{
		"":                               {},
		" — \n...":                       {},
		"One two. Three!":                {Words: 3, Sentences: 2, Syllables: 3},
		"no stop\nnew line":              {Words: 4, Sentences: 2, Syllables: 4},
		"In 1918 he left (\"at last\").": {Words: 6, Sentences: 1, Syllables: 9},
		"A 20-day wait, about 1.5 days":  {Words: 6, Sentences: 1, Syllables: 10},
		"e.g. this":                      {Words: 2, Sentences: 2, Syllables: 3},
		"l'été":                          {Words: 1, Sentences: 1, Syllables: 1},
	} {
		require.Equal(t, want, notice.ReadabilityOf(text), "%q", text)
	}
	require.True(t, math.IsNaN(notice.Readability{}.Ease()) && math.IsNaN(notice.Readability{}.Grade()))
}

// Nothing panics, and counts are in their places.
func FuzzReadabilityOf(f *testing.F) {
	f.Add("The cat sat on the mat. e.g. 1918\nx")
	f.Add("yyyy 'es' é ”.")
	f.Fuzz(func(t *testing.T, text string) {
		r := notice.ReadabilityOf(text)
		if r.Sentences > r.Words || r.Syllables < r.Words || (r.Words > 0) != (r.Sentences > 0) {
			t.Fatalf("%+v of %q", r, text)
		}
	})
}
