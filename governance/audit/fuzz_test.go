package audit_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

// What parses, prints as the same text.
func FuzzParseEntry(f *testing.F) {
	for _, line := range write(f, origin, 29).lines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		e, err := audit.ParseEntry(record)
		if err != nil {
			require.Equal(t, audit.Entry{}, e)
			return
		}
		require.Equal(t, string(record), string(e.Bytes()))
		for _, b := range record {
			require.True(t, b >= ' ' && b <= '~')
		}
		// The event passes its own constructor.
		var again audit.Event
		if e.Event().Phase() == audit.Intent {
			again, err = audit.NewIntent(e.Event().At(), e.Event().By(), e.Event().Body())
		} else {
			again, err = audit.NewEvent(e.Event().At(), e.Event().By(), e.Event().Body())
		}
		require.NoError(t, err)
		require.Equal(t, e.Event(), again)
	})
}

// What parses, prints as the same text; and what a signature opens is what was
// signed.
func FuzzParseCheckpoint(f *testing.F) {
	signer, key := keys(f, origin, "k")
	w := write(f, origin, 29)
	head := sign(f, w.log, signer)
	f.Add(w.log.Head().Text())
	f.Add(string(head))
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := audit.ParseCheckpoint(text); err == nil {
			require.Equal(t, text, c.Text())
		}
		if _, err := key.Open([]byte(text)); err == nil {
			require.Equal(t, string(head), text)
		}
	})
}

// Only the log itself verifies against its checkpoint.
func FuzzVerify(f *testing.F) {
	signer, key := keys(f, origin, "k")
	w := write(f, origin, 5)
	head := sign(f, w.log, signer)
	honest := text(w.lines)
	f.Add([]byte(honest))
	f.Add([]byte(text(w.lines[:3])))
	f.Add([]byte(strings.Replace(honest, "S-1", "S-2", 1)))
	f.Add([]byte(honest[:100] + strings.Repeat("\x00", 5000)))
	f.Fuzz(func(t *testing.T, log []byte) {
		r := audit.Verify(bytes.NewReader(log), key, [][]byte{head}, w.log.Head())
		require.Equal(t, string(log) == honest, r.OK())
		require.NotEqual(t, audit.Unverified, r.Verdict)
	})
}

// Whatever a log says, and in whatever order, a review ends without a panic, is
// the same the second time, and names no more records than there are.
func FuzzReviewMonth(f *testing.F) {
	f.Add([]byte(text(write(f, origin, 29).lines)))
	f.Add([]byte(text(write(f, origin, 5).lines)))
	terms := audit.ReviewTerms{
		Window: coaching.Window{From: coaching.MustDate("2027-01-04"), To: coaching.MustDate("2027-02-03")},
		At:     start.AddDate(0, 2, 0),
		Office: audit.OfficeHours{Zone: time.FixedZone("", -11*60*60), Open: 8 * time.Hour, Close: 18 * time.Hour},
	}
	f.Fuzz(func(t *testing.T, log []byte) {
		r, err := audit.ReviewMonth(audit.ReadLines(bytes.NewReader(log)), terms)
		if err != nil {
			require.Nil(t, r)
			return
		}
		require.LessOrEqual(t, r.Records, int64(bytes.Count(log, []byte("\n"))))
		record, err := r.Record()
		require.NoError(t, err)
		again, err := audit.ReviewMonth(audit.ReadLines(bytes.NewReader(log)), terms)
		require.NoError(t, err)
		require.Equal(t, r, again)
		_, err = audit.NewEvent(terms.At, coach(t), record)
		require.NoError(t, err)
	})
}
