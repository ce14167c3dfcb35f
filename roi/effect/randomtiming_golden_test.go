package effect_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/internal/datadir"
	"github.com/coachgov/coaching/roi/effect"
)

type efficientCase struct {
	Data, Estimator, Estimand string
	EventTime                 []int
	Estimate, SE              figures
	Neyman                    figures `json:"se_neyman"`

	Control    string `json:"control_group"`
	Event      *int
	BetaGiven  *float64 `json:"beta_given"`
	Beta       *float64
	AdjustedSE *float64 `json:"se_adjusted"`
}

// figures are one number or a list.
type figures []float64

func (f *figures) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, (*[]float64)(f))
	}
	var one float64
	err := json.Unmarshal(data, &one)
	*f = figures{one}
	return err
}

// estimates returns what the library says of a case.
func (c efficientCase) estimates(t *testing.T, a effect.Adoption) []effect.BetaEstimate {
	controls := effect.NotYetTreated
	if c.Control == "nevertreated" || c.Estimator == "sa" {
		controls = effect.NeverTreated
	}
	r, err := effect.RothSantAnna(a, controls)
	require.NoError(t, err)
	var all []effect.Efficient
	switch c.Estimand {
	case "simple":
		all = append(all, r.Simple())
	case "cohort":
		all = append(all, r.Groups())
	case "calendar":
		all = append(all, r.Calendar())
	case "event":
		all = r.EventStudy(*c.Event, *c.Event)
	case "eventstudy":
		all = r.EventStudy(c.EventTime[0], c.EventTime[len(c.EventTime)-1])
	}
	var out []effect.BetaEstimate
	for i, e := range all {
		if len(c.EventTime) > 0 {
			require.Equal(t, c.EventTime[i], e.At)
		}
		switch {
		case c.Estimator == "efficient" || c.Estimator == "" && c.BetaGiven == nil:
			out = append(out, e.Efficient)
		case c.Estimator == "dim" || c.BetaGiven != nil && *c.BetaGiven == 0:
			out = append(out, e.Means)
		default:
			out = append(out, e.Differences)
		}
	}
	return out
}

// check compares one case. se is Neyman's.
func (c efficientCase) check(t *testing.T, a effect.Adoption) {
	got := c.estimates(t, a)
	require.Len(t, got, len(c.Estimate))
	for i, e := range got {
		near(t, c.Estimate[i], e.Value, "estimate")
		if len(c.Neyman) > 0 {
			near(t, c.Neyman[i], e.SE, "Neyman SE")
		}
		if len(c.SE) > 0 {
			near(t, c.SE[i], e.AdjustedSE(), "adjusted SE")
		}
		if c.AdjustedSE != nil && *c.AdjustedSE < 1e-6 {
			require.LessOrEqual(t, e.AdjustedSE(), 1e-6)
		} else if c.AdjustedSE != nil {
			near(t, *c.AdjustedSE, e.AdjustedSE(), "adjusted SE")
		}
		if c.Beta != nil {
			near(t, *c.Beta, e.Beta, "beta")
		}
	}
}

// Two panels, both kinds of controls, three weights and five averages, as numpy
// computes them from the covariance matrices of whole rows.
func TestRothSantAnnaAgreesWithNumpy(t *testing.T) {
	var file adoptionFigures
	read(t, "adoption.json", &file)
	for i, p := range file.Panels {
		require.Len(t, p.Efficient, 30)
		for _, c := range p.Efficient {
			event := ""
			if c.Event != nil {
				event = fmt.Sprint(*c.Event)
			}
			beta := "best"
			if c.BetaGiven != nil {
				beta = fmt.Sprint(*c.BetaGiven)
			}
			t.Run(fmt.Sprint(i, c.Control, beta, c.Estimand, event), func(t *testing.T) { c.check(t, panelOf(t, p.Rows, p.First)) })
		}
	}
}

// police returns the panel of 7,785 officers over 72 months (Wood, Tyler,
// Papachristos, Roth and Sant'Anna 2020), trained in waves.
func police(t testing.TB) effect.Adoption {
	t.Helper()
	text, err := os.ReadFile(datadir.Find(t, "data/roi/pj_officer_compact.csv"))
	require.NoError(t, err)
	a, err := effect.NewAdoption(func(yield func(effect.Observation) bool) {
		for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
			cells := strings.Split(line, ",")
			first := 0
			for _, d := range cells[1] {
				first = 10*first + int(d-'0')
			}
			for k, d := range cells[2] {
				if !yield(effect.Observation{Unit: cells[0], Period: 1 + k, First: first, Outcome: float64(d - '0')}) {
					return
				}
			}
		}
	})
	require.NoError(t, err)
	return a
}

// The figures of R staggered 1.2.3: on the police panel, which its README prints,
// and on mpdta.
func TestRothSantAnnaAgreesWithR(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/roi/staggered/roth_santanna.json"))
	require.NoError(t, err)
	extra, err := os.ReadFile(datadir.Find(t, "golden/roi/did/extra_ref.json"))
	require.NoError(t, err)
	var file struct{ Cases []efficientCase }
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Cases, 22)
	var more struct {
		Efficient []efficientCase `json:"roth_santanna"`
	}
	require.NoError(t, json.Unmarshal(extra, &more))
	require.Len(t, more.Efficient, 33)
	panels := pilotPanels(t)
	panels["pj_complaints"] = police(t)
	panels["mpdta"] = adoptionFile(t, datadir.Find(t, "golden/roi/did/mpdta.csv"), mpdta)
	for _, c := range append(file.Cases, more.Efficient...) {
		t.Run(c.Data+" "+c.Estimator+" "+c.Estimand, func(t *testing.T) { c.check(t, panels[c.Data]) })
	}

	// As the README of the package prints them.
	r, err := effect.RothSantAnna(panels["pj_complaints"], effect.NotYetTreated)
	require.NoError(t, err)
	require.Equal(t, "-0.001126981 0.002119248 0.002115194",
		fmt.Sprintf("%.9f %.9f %.9f", r.Simple().Efficient.Value, r.Simple().Efficient.SE, r.Simple().Efficient.AdjustedSE()))
	require.Equal(t, "-0.001084689", fmt.Sprintf("%.9f", r.Groups().Efficient.Value))
	require.Equal(t, "-0.00187198", fmt.Sprintf("%.8f", r.Calendar().Efficient.Value))
	require.False(t, r.Findings.Blocked())
	require.False(t, math.IsInf(r.Simple().Efficient.SE, 1))
}
