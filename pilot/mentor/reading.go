package mentor

import (
	"fmt"
	"strings"
	"time"

	"github.com/coachgov/coaching"
)

// Budgets of what people are asked to read (PIL-101, PIL-103). Two pages of 500
// words, and the speed of reading, are conventions of ours.
const (
	PlaybookWords    = 1000
	WordsPerMinute   = 200
	SecondsPerFigure = 12
	PackMinutes      = 10
)

// ReadingTime returns how long a text takes to read: 200 words a minute, and 12
// seconds for each figure.
func ReadingTime(words, figures int) time.Duration {
	return time.Duration(words)*time.Minute/WordsPerMinute + time.Duration(figures)*SecondsPerFigure*time.Second
}

// CheckReading reports a pack of this many words and figures that a coach cannot
// read in ten minutes (PIL-103).
func CheckReading(words, figures int) coaching.Findings {
	if t := ReadingTime(words, figures); t > PackMinutes*time.Minute {
		return coaching.Findings{{Code: "PIL-103", Severity: coaching.Warning,
			Message: fmt.Sprintf("%s minutes to read %d words and %d figures, want at most %d", minutes(t), words, figures, PackMinutes)}}
	}
	return nil
}

// minutes returns a duration in minutes with one decimal.
func minutes(d time.Duration) string {
	tenths := (d + 3*time.Second) / (6 * time.Second)
	return fmt.Sprintf("%d.%d", tenths/10, tenths%10)
}

func countWords(text string) int { return len(strings.Fields(text)) }
