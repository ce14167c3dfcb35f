package effect_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi/effect"
)

// near requires equality to nine digits, and of what is 0 by cancellation to
// 1e-12.
func near(t testing.TB, want, got float64, what string) {
	t.Helper()
	require.LessOrEqual(t, math.Abs(want-got), max(1e-9*math.Abs(want), 1e-12), "%s: want %v, got %v", what, want, got)
}

type averageCase struct {
	Overall   float64   `json:"overall_att"`
	OverallSE float64   `json:"overall_se"`
	At        []float64 `json:"egt"`
	ATT       []float64
	SE        []*float64
}

type groupTimeCase struct {
	Name         string
	Control      string `json:"control_group"`
	Base         string `json:"base_period"`
	Anticipation int
	Cells        []struct {
		Group, Time, ATT float64
		SE               *float64
	} `json:"att_gt"`
	Agg map[string]averageCase
}

func (c groupTimeCase) spec() effect.GroupTimeSpec {
	s := effect.GroupTimeSpec{Anticipation: c.Anticipation}
	if c.Control == "nevertreated" {
		s.Controls = effect.NeverTreated
	}
	if c.Base == "universal" {
		s.Base = effect.UniversalBase
	}
	return s
}

// check compares one specification with the figures that another program gave.
func (c groupTimeCase) check(t *testing.T, a effect.Adoption) {
	r, err := effect.CallawaySantAnna(a, c.spec())
	require.NoError(t, err)
	require.Len(t, r.Cells, len(c.Cells))
	for i, want := range c.Cells {
		got := r.Cells[i]
		require.Equal(t, []int{int(want.Group), int(want.Time)}, []int{got.Group, got.Period})
		near(t, want.ATT, got.Value, "ATT")
		require.Equal(t, want.SE == nil, got.Reference)
		if want.SE != nil {
			near(t, *want.SE, got.SE, "SE")
		}
	}
	for name, want := range c.Agg {
		var s effect.Series
		switch name {
		case "simple":
			s.Overall = r.Simple()
		case "group":
			s = r.Groups()
		case "dynamic":
			s = r.EventStudy()
		case "calendar":
			s = r.Calendar()
		case "dynamic_min_e_m1_max_e_1":
			s = r.EventStudyBetween(-1, 1)
		case "dynamic_balance_e_1":
			s = r.EventStudyBalanced(1)
		default:
			t.Fatalf("unknown average %s", name)
		}
		near(t, want.Overall, s.Overall.Value, name)
		near(t, want.OverallSE, s.Overall.SE, name+" SE")
		require.Len(t, s.Points, len(want.At), name)
		for i, p := range s.Points {
			require.Equal(t, int(want.At[i]), p.At)
			near(t, want.ATT[i], p.Value, name)
			require.Equal(t, want.SE[i] == nil, p.Reference)
			if want.SE[i] != nil {
				near(t, *want.SE[i], p.SE, name+" SE")
			}
		}
	}
}

func adoptionFile(t testing.TB, path string, columns effect.Columns) effect.Adoption {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	a, err := effect.ReadAdoption(file, columns)
	require.NoError(t, err)
	return a
}

// panelOf makes an Adoption of rows over the periods 1, 2, ...
func panelOf(t testing.TB, rows [][]float64, first []int) effect.Adoption {
	t.Helper()
	a, err := effect.NewAdoption(func(yield func(effect.Observation) bool) {
		for i, row := range rows {
			for p, y := range row {
				if !yield(effect.Observation{Unit: strconv.Itoa(i), Period: 1 + p, First: first[i], Outcome: y}) {
					return
				}
			}
		}
	})
	require.NoError(t, err)
	return a
}

type adoptionFigures struct {
	Panels []struct {
		First     []int
		Rows      [][]float64
		Callaway  []groupTimeCase `json:"callaway_santanna"`
		Efficient []efficientCase `json:"roth_santanna"`
	}
}

// Eight specifications each of a panel with units that are never treated and of
// one without, as numpy computes them from dense influence functions.
func TestCallawaySantAnnaAgreesWithNumpy(t *testing.T) {
	var file adoptionFigures
	read(t, "adoption.json", &file)
	require.Len(t, file.Panels, 2)
	for i, p := range file.Panels {
		require.Len(t, p.Callaway, 8)
		for _, c := range p.Callaway {
			t.Run(fmt.Sprint(i, " ", c.Name), func(t *testing.T) { c.check(t, panelOf(t, p.Rows, p.First)) })
		}
	}
}

// The six pilots of nine to twelve leaders, whose outcomes stand in
// permutation.json.
func TestCallawaySantAnnaOnPilots(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/roi/did/extra_ref.json"))
	require.NoError(t, err)
	var file struct {
		Callaway []groupTimeCase `json:"callaway_santanna"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Callaway, 6)
	pilots := pilotPanels(t)
	for _, c := range file.Callaway {
		t.Run(c.Name+" "+c.Control, func(t *testing.T) { c.check(t, pilots[c.Name]) })
	}
}

// pilotPanels returns the staggered pilots of permutation.json by name.
func pilotPanels(t *testing.T) map[string]effect.Adoption {
	var file struct{ Cases []permutationCase }
	read(t, "permutation.json", &file)
	out := map[string]effect.Adoption{}
	for _, c := range file.Cases {
		if c.Kind != "staggered" {
			continue
		}
		var texts [][]string
		require.NoError(t, json.Unmarshal(c.Y, &texts))
		var rows [][]float64
		first := make([]int, len(texts))
		for i, line := range texts {
			row := make([]float64, len(line))
			for k, text := range line {
				var err error
				row[k], err = strconv.ParseFloat(text, 64)
				require.NoError(t, err)
			}
			rows = append(rows, row)
			if c.G[i] != nil {
				first[i] = *c.G[i]
			}
		}
		out["permutation:"+c.Name] = panelOf(t, rows, first)
	}
	return out
}

// On 39 states of which one is treated there is an estimate, and no standard
// error: a wave of one has no variance (PIL-083). The exact test over the 39
// states that might have been the one says what can be said.
func TestOneTreatedUnit(t *testing.T) {
	text, err := os.ReadFile(datadir.Find(t, "data/roi/california_prop99.csv"))
	require.NoError(t, err)
	var rows strings.Builder
	rows.WriteString("state,year,packs,first\n")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		cells := strings.Split(strings.TrimSpace(line), ";")
		first := ""
		if cells[0] == "California" {
			first = "1989"
		}
		fmt.Fprintf(&rows, "%s,%s,%s,%s\n", cells[0], cells[1], cells[2], first)
	}
	a, err := effect.ReadAdoption(strings.NewReader(rows.String()), effect.Columns{Unit: "state", Period: "year", Outcome: "packs", First: "first"})
	require.NoError(t, err)
	require.Equal(t, 39, a.Units())

	r, err := effect.CallawaySantAnna(a, effect.GroupTimeSpec{})
	require.NoError(t, err)
	require.True(t, math.IsInf(r.Simple().SE, 1))
	require.False(t, math.IsNaN(r.Simple().Value))
	require.True(t, r.Findings.Blocked())
	require.True(t, r.Findings.Has("PIL-083"))
	_, err = r.EventStudy().Band(1000, 1)
	require.ErrorContains(t, err, "at least one estimate with a standard error")
	_, err = effect.RothSantAnna(a, effect.NotYetTreated)
	require.EqualError(t, err, "PIL-083 error: the wave of period 1989 has 1 unit and is left out: its variance is unknown\n"+
		"PIL-084 error: no wave is treated while another unit is not, so there is nothing to compare")

	// Golden: synthdid's did_estimate is the difference of the collapsed changes.
	panel, start, allocation, err := a.Exact(8)
	require.NoError(t, err)
	changes, err := panel.Changes(start[0])
	require.NoError(t, err)
	exact, err := effect.TwoGroup(changes, 0, allocation, nil)
	require.NoError(t, err)
	require.InDelta(t, -27.3491110836, exact.Estimate, 1e-8)
	require.Equal(t, "39", exact.PTotal.String())
	t.Logf("Proposition 99: %.2f, p = %s/39; CS simple %.2f without a standard error", exact.Estimate, exact.PCount, r.Simple().Value)
}

var (
	mpdta   = effect.Columns{Unit: "countyreal", Period: "year", Outcome: "lemp", First: "first_treat"}
	baseDID = effect.Columns{Unit: "id", Period: "period", Outcome: "y", First: "g"}
)

// The nine specifications of R did 2.5.1 without covariates.
func TestCallawaySantAnnaAgreesWithR(t *testing.T) {
	folder := datadir.Find(t, "golden/roi/did")
	data, err := os.ReadFile(filepath.Join(folder, "callaway_santanna.json"))
	require.NoError(t, err)
	var file struct{ Cases []groupTimeCase }
	require.NoError(t, json.Unmarshal(data, &file))
	n := 0
	for _, c := range file.Cases {
		if strings.Contains(c.Name, "_lpop_") {
			continue // with a covariate
		}
		n++
		t.Run(c.Name, func(t *testing.T) {
			a := adoptionFile(t, filepath.Join(folder, "mpdta.csv"), mpdta)
			if strings.HasPrefix(c.Name, "base_did") {
				a = adoptionFile(t, filepath.Join(folder, "base_did.csv"), baseDID)
			}
			c.check(t, a)
		})
	}
	require.Equal(t, 9, n)
}
