package coaching_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
)

// What is written is read back; nothing else is, and no error quotes the text.
func TestResponseText(t *testing.T) {
	require.Equal(t, "none", coaching.Response(0).String())
	for _, r := range []coaching.Response{coaching.NoResponse, coaching.Shown, coaching.Ignored, coaching.Reweighted} {
		text, err := r.MarshalText()
		require.NoError(t, err)
		require.Equal(t, string(text), r.String())
		again := coaching.Response(9)
		require.NoError(t, again.UnmarshalText(text))
		require.Equal(t, r, again)
	}
	_, err := coaching.Response(4).MarshalText()
	require.Error(t, err)
	require.Equal(t, "Response(4)", coaching.Response(4).String())
	r := coaching.Shown
	for _, text := range []string{"", "Shown", "Jane Doe"} {
		err := r.UnmarshalText([]byte(text))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "Jane")
		require.Equal(t, coaching.Shown, r)
	}
}
