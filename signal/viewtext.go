package signal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Text returns the view as a coach reads it, in plain lines; "" for the zero
// view. The same view gives the same text.
func (v CoachView) Text() string {
	if !v.ok {
		return ""
	}
	var b strings.Builder
	writef(&b, "Signals for one leader, %s. Outcome: %s.\n", v.on, v.outcome)
	b.WriteString("Working hypotheses, not verdicts.\n")
	for n, s := range v.signals {
		s.write(&b, n+1)
		for _, note := range s.Notes {
			writef(&b, "   Note:       %s\n", note)
		}
	}
	writeItems(&b, v.qualitative)
	if len(v.leftOut) > 0 {
		b.WriteString("\nLeft out\n")
		for _, o := range v.leftOut {
			writef(&b, "   - %s: %s\n", o.Signal, o.Reason)
		}
	}
	return b.String()
}

// write prints a signal under its number, without its notes.
func (s SignalView) write(b *strings.Builder, number int) {
	writef(b, "\n%d. %s (%s)\n", number, s.Name, s.Unit)
	writef(b, "   Hypothesis: %s\n", s.Path)
	writef(b, "   What it is: %s\n", s.Explain)
	if s.BaselineN > 0 {
		writef(b, "   Baseline:   %s, mean of %s (median %s)\n", figure(s.BaselineMean), count(s.BaselineN, "period"), figure(s.Level))
		switch {
		case s.LatestN == 0:
			b.WriteString("   Since then: no period has ended yet\n")
		default:
			writef(b, "   Since then: %s, mean of %s%s; change %s, smallest change beyond noise %s: %s\n",
				figure(s.Latest), count(s.LatestN, "period"), s.normalised(), signed(s.Delta), figure(s.MDC95), s.reading())
		}
	}
	if len(s.BlindSpots) > 0 {
		writef(b, "   Cannot see: %s\n", strings.Join(s.BlindSpots, "; "))
	}
	if s.Restriction != "" {
		writef(b, "   Restricted: %s\n", s.Restriction)
	}
	if s.Control != "" {
		writef(b, "   Control:    %s\n", s.Control)
	}
}

// writeItems prints what people said; nothing for no item.
func writeItems(b *strings.Builder, items []QualitativeItem) {
	if len(items) > 0 {
		b.WriteString("\nWhat people said\n")
	}
	for _, q := range items {
		switch q.Kind {
		case Favourable:
			writef(b, "   - %s (%s): %.0f%% of %d favourable\n", q.Text, q.Source, 100*q.Share, q.N)
		case Theme:
			writef(b, "   - %s (%s, %d people)\n", q.Text, q.Source, q.N)
		default:
			source := q.Source
			if q.Redaction.State == Redacted {
				source += "; taken out: " + q.Redaction.TakenOut
			}
			writef(b, "   - \"%s\" (%s)\n", q.Text, source)
		}
	}
}

// normalised says how far the latest mean is from the median of the baseline;
// "" where that has no percent.
func (s SignalView) normalised() string {
	switch percent := math.Round(s.Percent); {
	case !s.PercentOK:
		return ""
	case percent > 0:
		return fmt.Sprintf(", %.0f%% above the median", percent)
	case percent < 0:
		return fmt.Sprintf(", %.0f%% below the median", -percent)
	}
	return ", at the median"
}

// reading says what the change supports, and no more.
func (s SignalView) reading() string {
	switch {
	case !s.Moved:
		return "within noise"
	case s.Direction == Higher && s.Delta > 0, s.Direction == Lower && s.Delta < 0:
		return "moved the hoped-for way"
	case s.Direction == Higher, s.Direction == Lower:
		return "moved the other way"
	}
	return "moved"
}

// wordsPerMinute is a slow reader's pace for figures and prose mixed, and each
// signal takes a minute more to think about.
const wordsPerMinute = 150

// ReadingMinutes estimates how long the text takes to read, rounded up.
func (v CoachView) ReadingMinutes() int {
	words := len(strings.Fields(v.Text()))
	return (words+wordsPerMinute-1)/wordsPerMinute + len(v.signals)
}

// count prints a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// figure prints three significant digits.
func figure(x float64) string {
	text := strconv.FormatFloat(x, 'g', 3, 64)
	if strings.Contains(text, "e+") {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return text
}

func signed(x float64) string {
	if x >= 0 {
		return "+" + figure(x)
	}
	return figure(x)
}

// writef writes as fmt.Fprintf does, with texts that people have typed kept on
// their line: a reason must not look like a line of the view.
func writef(b *strings.Builder, format string, args ...any) {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = strings.Map(func(r rune) rune {
				if hiddenRune(r) {
					return ' '
				}
				return r
			}, text)
		}
	}
	fmt.Fprintf(b, format, args...)
}
