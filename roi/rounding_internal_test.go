package roi

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A fraction of 64 bits and the same one carried out in long division round
// alike in every mode, and both to a neighbour of the number.
func TestShortDivisionIsTheLong(t *testing.T) {
	number := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 40), rapid.SampledFrom([]uint64{1 << 63, 1<<64 - 1, 1<<63 + 1}))
	rapid.Check(t, func(t *rapid.T) {
		num, den := number.Draw(t, "num"), max(number.Draw(t, "den"), 1)
		places := rapid.IntRange(0, len(powers)-1).Draw(t, "places")
		mode := Mode(rapid.IntRange(0, 7).Draw(t, "mode"))
		negative := rapid.Bool().Draw(t, "negative")
		got, ok := quotient(num, powers[places], den, mode, negative)
		n := new(big.Int).Mul(new(big.Int).SetUint64(num), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		d := new(big.Int).SetUint64(den)
		quo, rem := new(big.Int).QuoRem(n, d, new(big.Int))
		twice := new(big.Int).Lsh(rem, 1).Cmp(d)
		up := map[Mode]bool{
			HalfEven: twice > 0 || twice == 0 && quo.Bit(0) == 1, HalfUp: twice >= 0, HalfDown: twice > 0, Up: true, Ceiling: !negative, Floor: negative,
			7: twice > 0 || twice == 0 && quo.Bit(0) == 1, // undeclared
		}[mode]
		if rem.Sign() != 0 && up {
			quo.Add(quo, big.NewInt(1))
		}
		require.Equal(t, quo.IsUint64(), ok)
		if ok {
			require.Equal(t, quo.Uint64(), got)
		}
	})
}

// Decimal places are counted alike in 64 bits and in long division.
func TestPlacesOfLongDenominators(t *testing.T) {
	for twos := range 40 {
		for fives := range 20 {
			for _, other := range []int64{1, 3, 7} {
				den := new(big.Int).Lsh(big.NewInt(other), uint(twos))
				den.Mul(den, new(big.Int).Exp(big.NewInt(5), big.NewInt(int64(fives)), nil))
				n, ok := Exact{new(big.Rat).SetFrac(big.NewInt(1), den)}.places()
				require.Equal(t, other == 1, ok)
				require.Equal(t, max(twos, fives), n)
			}
		}
	}
}
