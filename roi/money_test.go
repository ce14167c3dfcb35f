package roi_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching/roi"
)

// Every code that is not withdrawn has the digits that the JDK gives it.
func TestMinorUnitsAgainstJDK(t *testing.T) {
	// Withdrawn since, or without a minor unit.
	gone := " RUR ADP AFA ANG ATS AYM AZM BEF BGL BGN BYB BYR CUC CYP DEM EEK ESP FIM FRF GHC GRD GWP HRK IEP ITL LTL LUF LVL MGF MRO " +
		"MTL MZM NLG PTE ROL SDD SIT SKK SLL SRG STD TMM TPE TRL USS VEB VEF XFO XFU YUM ZMK ZWD ZWL ZWN ZWR CSD "
	file, err := os.Open("testdata/iso4217_jdk17.csv")
	require.NoError(t, err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	checked := 0
	for lines.Scan() {
		row := strings.Split(lines.Text(), ",")
		if strings.HasPrefix(lines.Text(), "#") || row[0] == "code" {
			continue
		}
		want, err := strconv.Atoi(row[2])
		require.NoError(t, err)
		got, err := roi.Currency(row[0]).MinorUnits()
		if err != nil {
			require.True(t, want < 0 || strings.Contains(gone, " "+row[0]+" "), "%s is missing", row[0])
			continue
		}
		require.Equal(t, want, got, row[0])
		checked++
	}
	require.Greater(t, checked, 150)
	for _, code := range []roi.Currency{"", "usd", "US", "USDX", "D U", "SD ", "XAU", "XXX"} {
		_, err := code.MinorUnits()
		require.Error(t, err, code)
	}
}

func TestMoneyString(t *testing.T) {
	for _, tt := range [][3]string{
		{"72000", "USD", "USD 72000.00"}, {"-0.05", "USD", "USD -0.05"}, {"1000", "JPY", "JPY 1000"},
		{"1.5", "KWD", "KWD 1.500"}, {"0.00125", "USD", "USD 0.00125"},
	} {
		require.Equal(t, tt[2], roi.MustMoney(tt[0], roi.Currency(tt[1])).String())
	}
}

func TestMoneyAddRefusesTwoCurrencies(t *testing.T) {
	sum, err := roi.MustMoney("0.1", "USD").Add(roi.MustMoney("0.2", "USD"))
	require.NoError(t, err)
	require.Equal(t, "USD 0.30", sum.String())
	_, err = roi.MustMoney("1", "USD").Add(roi.MustMoney("1", "EUR"))
	require.EqualError(t, err, "roi: cannot add USD and EUR")
}

func TestAllocateGolden(t *testing.T) {
	for _, c := range golden(t).Allocation {
		t.Run(c.ID, func(t *testing.T) {
			weights := make([]roi.Exact, len(c.Weights))
			for i, w := range c.Weights {
				weights[i] = roi.MustExact(w)
			}
			parts, err := roi.MustMoney(c.Total, c.Currency).Allocate(weights)
			require.NoError(t, err)
			for i, p := range parts {
				require.Equal(t, string(c.Currency)+" "+c.Parts[i], p.String())
			}
		})
	}
}

// The parts add up to the total, each within one minor unit of its share, and
// a weight of zero gets nothing.
func TestAllocateLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(-1e15, 1e15).Draw(t, "cents")
		total := roi.Money{Amount: roi.Int(cents).Mul(roi.MustExact("0.01")).Decimal(2, roi.HalfEven), Currency: "USD"}
		ints := rapid.SliceOfN(rapid.Int64Range(0, 1e6), 1, 40).Draw(t, "weights")
		weights, sum := make([]roi.Exact, len(ints)), int64(0)
		for i, w := range ints {
			weights[i], sum = roi.Int(w), sum+w
		}
		parts, err := total.Allocate(weights)
		if sum == 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		added := roi.MustMoney("0", "USD")
		for i, p := range parts {
			if ints[i] == 0 {
				require.Zero(t, p.Amount.Sign())
			}
			added, err = added.Add(p)
			require.NoError(t, err)
		}
		require.Equal(t, total.String(), added.String())
	})
}

// A product of two amounts in range has more digits than either and is printed.
func TestMoneyOfManyDigits(t *testing.T) {
	nines := strings.Repeat("9", 38)
	c := softwareCompany()
	c.Delta = roi.Delta{Change: roi.MustExact("-" + nines)}
	c.Attribution.Factor = roi.Int(1)
	c.Conversion.UnitValue = roi.MustMoney(nines, "USD")
	s, err := c.Compute(roi.DefaultPolicy())
	require.NoError(t, err)
	require.Equal(t, "USD "+strings.Repeat("9", 37)+"8"+strings.Repeat("0", 37)+"1.00", s.Benefit.String())
	require.NotContains(t, s.Text(), "out of range")
	require.NotContains(t, string(s.Page(roi.Dossier{}).HTML()), "out of range")
	require.Equal(t, "USD (out of range)", roi.Money{Amount: decimal.New(1, 1<<30), Currency: "USD"}.String())
}

// A sum that no Money may hold is an error, and not an amount that fails later.
func TestMoneySumOutOfRange(t *testing.T) {
	large := roi.MustMoney("99999999999999999999999999999999999999", "USD")
	_, err := large.Exact()
	require.NoError(t, err)
	for _, text := range []string{"0.01", "0.000000000000000000000001"} {
		sum, err := large.Add(roi.MustMoney(text, "USD"))
		if err == nil {
			_, err = sum.Exact()
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, "out of range", text)
	}
	_, err = large.Add(roi.MustMoney("0.000000000000000000000001", "USD"))
	require.Error(t, err)
}
