package audit

import (
	"bufio"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The chances are R's, by the negative binomial and by the conditional test of
// two Poisson rates, which are the same number; so is the largest count.
func TestChanceIsThatOfR(t *testing.T) {
	file, err := os.Open("testdata/prediction.tsv")
	require.NoError(t, err)
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") || strings.HasPrefix(lines.Text(), "x") {
			continue
		}
		var x, m, y, n, largest int64
		var negative, poisson float64
		_, err := fmt.Sscan(lines.Text(), &x, &m, &y, &n, &negative, &poisson, &largest)
		require.NoError(t, err)
		steady := spread{count: x, days: m} // no day stands out
		got := chance(y, n, steady)
		if mean := float64(x+1) * float64(n) / float64(m); float64(y) > mean && negative > 1e-280 {
			require.InEpsilon(t, negative, got, 2e-7, lines.Text())
			require.InEpsilon(t, poisson, got, 2e-7, lines.Text())
		}
		require.Equal(t, largest, most(n, steady, 0.0005), lines.Text())
		rows++
	}
	require.Equal(t, 301, rows)
}

// The chance is what whole numbers give, for small ones.
func TestChanceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, m := rapid.Int64Range(0, 60).Draw(t, "x"), rapid.Int64Range(1, 366).Draw(t, "m")
		y, n := rapid.Int64Range(0, 80).Draw(t, "y"), rapid.Int64Range(1, 366).Draw(t, "n")
		got := chance(y, n, spread{count: x, days: m})
		if y*m <= (x+1)*n {
			require.Equal(t, 1.0, got)
			return
		}
		// 1 less the chance of fewer than y.
		win, lose, below := big.NewRat(m, m+n), big.NewRat(n, m+n), new(big.Rat)
		for j := range y {
			term := new(big.Rat).SetInt(new(big.Int).Binomial(j+x, j))
			for range x + 1 {
				term.Mul(term, win)
			}
			for range j {
				term.Mul(term, lose)
			}
			below.Add(below, term)
		}
		want, _ := new(big.Rat).Sub(big.NewRat(1, 1), below).Float64()
		require.InEpsilon(t, want, got, 1e-9)
	})
}

// More than the range is unlikely, the range itself is not; a larger past and a
// burstier one allow more.
func TestMostIsTheLastLikelyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := spread{count: rapid.Int64Range(0, 2000).Draw(t, "count"), days: rapid.Int64Range(1, 366).Draw(t, "days")}
		known.squares = known.count * rapid.Int64Range(1, 50).Draw(t, "batch")
		n := rapid.Int64Range(1, 366).Draw(t, "n")
		alpha := rapid.Float64Range(1e-9, 0.05).Draw(t, "alpha")
		y := most(n, known, alpha)
		require.Greater(t, chance(y, n, known), alpha)
		require.LessOrEqual(t, chance(y+1, n, known), alpha)
		steady := spread{count: known.count, days: known.days}
		require.GreaterOrEqual(t, y, most(n, steady, alpha), "bursts")
		steady.count++
		require.GreaterOrEqual(t, most(n, steady, alpha), most(n, spread{count: known.count, days: known.days}, alpha), "one more")
	})
}

func TestOneIn(t *testing.T) {
	for _, tt := range []struct {
		p    float64
		want int64
	}{{1, 1}, {0.4, 2}, {0.05, 20}, {0.00031, 3000}, {1e-9, 1_000_000_000}, {0, 1_000_000_000}} {
		require.Equal(t, tt.want, oneIn(tt.p), tt.p)
	}
}

// Twelve batches of five are about fourteen events that come one by one: their
// variance is 4.3 times their mean.
func TestBurstsAreDivided(t *testing.T) {
	batches := spread{count: 60, squares: 12 * 25, days: 90}
	num, den := batches.burst()
	require.Equal(t, big.NewRat(13, 3), big.NewRat(num, den))
	single := spread{count: 14, days: 90} // 60 * 3/13 is 13.8
	for _, alpha := range []float64{0.05, 0.001, 1e-6} {
		// The largest count whose thirteenth of three is no more.
		require.Equal(t, ((most(30, single, alpha)+1)*13+2)/3-1, most(30, batches, alpha))
	}
	for _, calm := range []spread{{}, {count: 3, squares: 3, days: 90}, {count: 90, squares: 90, days: 90}, {count: 5, days: 0}} {
		num, den := calm.burst()
		require.Equal(t, num, den)
	}
}

func TestScaledDoesNotOverflow(t *testing.T) {
	require.EqualValues(t, int64(1<<63-1), scaled(1<<62, 1<<62, 1))
	rapid.Check(t, func(t *rapid.T) {
		n, num := rapid.Int64Range(0, 1<<62).Draw(t, "n"), rapid.Int64Range(0, 1<<62).Draw(t, "num")
		den := rapid.Int64Range(1, 1<<62).Draw(t, "den")
		want := new(big.Int).Mul(big.NewInt(n), big.NewInt(num))
		if want.Div(want, big.NewInt(den)); !want.IsInt64() {
			want.SetInt64(1<<63 - 1)
		}
		require.Equal(t, want.Int64(), scaled(n, num, den))
	})
}

// The same bits on every machine: the constants are of amd64, and the same with
// GOARCH=386 GO386=softfloat, which has no floating-point unit to differ by.
func TestChanceHasTheSameBits(t *testing.T) {
	for _, tt := range []struct {
		y, size, n, m int64
		want          float64
	}{
		{9, 3, 30, 91, 0x1.ed4753f2bad0fp-14},
		{40, 12, 30, 91, 0x1.84b15e8095aa7p-50},
		{3, 1, 1, 28, 0x1.57f351f7aa6ebp-15},
		{400, 900, 31, 91, 0x1.e36456c820563p-18},
		{60000, 180000, 30, 91, 0x1.3b0961ea54436p-07},
		{120, 1, 366, 1, 1},
		{2000000, 5900000, 30, 91, 0x1.3eee64f8ebd66p-839},
	} {
		require.Equal(t, tt.want, negativeBinomialTail(tt.y, tt.size, tt.n, tt.m), "%+v", tt)
	}
}
