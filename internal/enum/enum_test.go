package enum_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/internal/enum"
)

type timing uint8

var names = []string{"lagging", "leading"}

// What is written is read back as it was; what is not a name, or no value of
// the list, is refused and leaves the value alone.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := timing(rapid.Byte().Draw(t, "value"))
		text, err := enum.Marshal(names, v, "signal: timing")
		if int(v) >= len(names) {
			require.ErrorContains(t, err, "signal: timing ")
			require.Nil(t, text)
			require.Regexp(t, `^timing\(\d+\)$`, enum.Name(names, v, "timing"))
			return
		}
		require.NoError(t, err)
		require.Equal(t, enum.Name(names, v, "timing"), string(text))
		got := timing(9)
		require.NoError(t, enum.Unmarshal(names, &got, "signal: timing", text))
		require.Equal(t, v, got)
	})
}

func TestMessages(t *testing.T) {
	_, err := enum.Marshal(names, timing(7), "signal: timing")
	require.EqualError(t, err, "signal: timing 7 is not declared")
	require.Equal(t, "Timing(7)", enum.Name(names, timing(7), "Timing"))
	for _, text := range []string{"", "Leading", "leading ", "lead", "1"} {
		got := timing(9)
		require.ErrorContains(t, enum.Unmarshal(names, &got, "signal: timing", []byte(text)), "is unknown; known are lagging, leading")
		require.Equal(t, timing(9), got)
	}
	err = enum.Unmarshal(names, new(timing), "signal: timing", []byte("soon"))
	require.EqualError(t, err, "signal: timing of 4 bytes is unknown; known are lagging, leading")
}
