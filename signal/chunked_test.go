package signal

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A chunked list holds what was added, in order, in chunks whose lengths depend
// on nothing but how much there is; millions of rows included.
func TestChunkedHoldsWhatWasAdded(t *testing.T) {
	const n = 5_000_000
	var numbers chunked[int32]
	var others chunked[bool]
	for i := range int32(n) {
		numbers.add(i)
		others.add(true)
	}
	at := int32(0)
	for k, chunk := range numbers.chunks {
		require.Len(t, others.chunks[k], len(chunk))
		require.LessOrEqual(t, cap(chunk), 1<<16)
		for _, v := range chunk {
			if v != at {
				require.Equal(t, at, v)
			}
			at++
		}
	}
	require.Equal(t, int32(n), at)
}
