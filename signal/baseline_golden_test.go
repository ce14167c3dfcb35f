package signal

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/internal/datadir"
)

// leaderSeries builds a series in which each person is a leader, from
// per-person values by week.
func leaderSeries(t testing.TB, metric string, values map[string]map[string]float64) (*Series, map[string]coaching.PersonID) {
	t.Helper()
	ids := map[string]coaching.PersonID{}
	rows := map[rowKey]bool{}
	var cells []observation
	teams := Teams{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		ids[name] = person(t, name)
		teams[ids[name]] = ids[name]
		for week, v := range values[name] {
			key := rowKey{ids[name], Period{coaching.MustDate(week), 7}}
			rows[key] = true
			if !math.IsNaN(v) {
				cells = append(cells, observation{key.subject, key.period, 0, v})
			}
		}
	}
	d := teamHours()
	d.Grain, d.Expr = Leader, Expr{Op: Mean, Num: []string{metric}}
	s, fs := Evaluate(newPanel([]string{metric}, cells, rows, nil), d, teams, nil)
	require.Empty(t, fs.Err())
	return s, ids
}

// goldenPanel groups the rows of a panel file: set/metric -> person -> week.
func goldenPanel(t testing.TB, path string) (values map[string]map[string]map[string]float64, baseline map[string]coaching.Window) {
	values, baseline = map[string]map[string]map[string]float64{}, map[string]coaching.Window{}
	for _, r := range table(t, path) {
		key := r["set"] + "/" + r["metric"]
		if values[key] == nil {
			values[key] = map[string]map[string]float64{}
		}
		if values[key][r["PersonId"]] == nil {
			values[key][r["PersonId"]] = map[string]float64{}
		}
		values[key][r["PersonId"]][r["week"]] = number(t, r["value"])
		if r["phase"] == "baseline" {
			w, week := baseline[key], coaching.MustDate(r["week"])
			if w.From.IsZero() || week.Before(w.From) {
				w.From = week
			}
			if last := week.AddDays(6); last.After(w.To) {
				w.To = last
			}
			baseline[key] = w
		}
	}
	return values, baseline
}

// checkBaselines compares with R: baseline figures, moderated variances, spikes.
func checkBaselines(t *testing.T, folder func(string) string) {
	values, windows := goldenPanel(t, folder("panel_long.csv"))
	all := map[string]*Baselines{}
	ids := map[string]coaching.PersonID{}
	for key, people := range values {
		s, more := leaderSeries(t, key[3:], people)
		maps.Copy(ids, more)
		b, _ := BaselinesOf(s, windows[key], BaselineConfig{})
		all[key] = b
	}
	for _, r := range table(t, folder("baseline.csv")) {
		i := all[r["set"]+"/"+r["metric"]].Of(ids[r["PersonId"]])
		what := fmt.Sprint(r["set"], r["metric"], r["PersonId"])
		require.True(t, i.Sufficient, what, i.Reasons)
		for column, got := range map[string]float64{
			"n": float64(i.N), "mean": i.Mean, "sd": i.SD, "median": i.Level, "mad_raw": i.MAD, "madn": i.MADN,
			"mean_abs_dev_median": i.MeanDeviation, "aad_scaled": i.AAD,
		} {
			near(t, number(t, r[column]), got, 1e-12, what, column)
		}
		if i.Mean != 0 {
			near(t, number(t, r["cv"]), i.CV, 1e-12, what, "cv")
		}
		half := tQuantile(0.995, float64(i.N-1)) * i.SD * math.Sqrt(1+1/float64(i.N))
		near(t, number(t, r["tpred01_lo"]), i.Mean-half, 1e-10, what, "own limits")
		near(t, number(t, r["tpred01_hi"]), i.Mean+half, 1e-10, what, "own limits")
	}
	for _, r := range table(t, folder("moderated_variance.csv")) {
		b := all[r["set"]+"/"+r["metric"]]
		s0, d0, ok := b.Prior()
		if !ok { // more than half of the variances are zero: nothing to scale by
			continue
		}
		what := fmt.Sprint(r["set"], r["metric"], r["PersonId"])
		if r["d0"] == "Inf" {
			require.True(t, math.IsInf(d0, 1), what)
		} else {
			near(t, number(t, r["d0"]), d0, 1e-6, what, "d0")
		}
		near(t, number(t, r["s20"]), s0, 1e-6, what, "s20")
		i := b.Of(ids[r["PersonId"]])
		near(t, number(t, r["s2_post"]), i.ModeratedSD*i.ModeratedSD, 1e-6, what, "s2_post")
		require.LessOrEqual(t, i.DF, number(t, r["df_pool"]), what)
	}
	for _, r := range table(t, folder("standardised_spikes.csv")) {
		b := all[r["set"]+"/"+r["metric"]]
		i := b.Of(ids[r["PersonId"]])
		what := fmt.Sprint(r["set"], r["metric"], r["PersonId"], r["week"])
		value := number(t, r["value"])
		require.Equal(t, r["scale_used"], i.ScaleFrom.String(), what)
		if z, ok := i.Z(value); ok {
			near(t, number(t, r["z_robust"]), z, 1e-10, what)
		}
		if i.SD > 0 {
			near(t, number(t, r["z_mean_sd"]), (value-i.Mean)/i.SD, 1e-10, what)
		}
		if pct, ok := i.Percent(value); ok {
			near(t, number(t, r["pct_of_median"]), pct, 1e-10, what)
		}
	}
}

func TestBaselinesAgreeWithRInFull(t *testing.T) {
	checkBaselines(t, func(name string) string { return datadir.Find(t, "golden/signal/"+name) })
}

func TestBaselinesAgreeWithR(t *testing.T) {
	checkBaselines(t, func(name string) string { return "testdata/" + name })
}

func TestStabilityAgreesWithR(t *testing.T) {
	reference := table(t, datadir.Find(t, "golden/signal/reliability.csv"))
	panels := map[string]*Panel{}
	for set, file := range map[string]string{"pq": "viva_pq_data.csv", "sq": "wpa_sq_data.csv", "dv": "wpa_dv_data.csv"} {
		var metrics []string
		for _, r := range reference {
			if r["set"] == set {
				metrics = append(metrics, r["metric"])
			}
		}
		panels[set], _ = readSample(t, file, metrics...)
	}
	for _, r := range reference {
		p := panels[r["set"]]
		teams := Teams{}
		for _, s := range p.Subjects() {
			teams[s] = s
		}
		d := teamHours()
		d.Grain, d.Expr = Leader, Expr{Op: Mean, Num: []string{r["metric"]}}
		s, fs := Evaluate(p, d, teams, nil)
		require.NoError(t, fs.Err())
		first := s.Periods()[0].Start
		weeks := int(number(t, r["weeks"]))
		st := StabilityOf(s, coaching.Window{From: first, To: first.AddDays(7*weeks - 1)})
		what := r["set"] + " " + r["metric"]
		require.Equal(t, r["persons"], fmt.Sprint(st.Subjects), what)
		for column, got := range map[string]float64{
			"grand_mean": st.Mean, "ms_between": st.MSBetween, "ms_within": st.MSWithin, "icc1": st.ICC1, "icck": st.ICCk,
			"pooled_lag1": st.Lag1, "pooled_lag1_bias_adj": st.Lag1Adjusted, "within_sd": st.WithinSD, "sem_kweek": st.SEM, "mdc95_2means": st.MDC95,
		} {
			near(t, number(t, r[column]), got, 1e-10, what, column)
		}
	}
}

func TestSpecialFunctionsAgreeWithR(t *testing.T) {
	for _, r := range table(t, "testdata/polygamma.csv") {
		x := number(t, r["x"])
		near(t, number(t, r["trigamma"]), trigamma(x), 1e-10, "trigamma", x)
		near(t, number(t, r["trigamma_inverse"]), inverseTrigamma(x), 1e-10, "inverse", x)
	}
	for _, r := range table(t, "testdata/t_quantiles.csv") {
		df := math.Inf(1)
		if r["df"] != "Inf" {
			df = number(t, r["df"])
		}
		p, want := number(t, r["p"]), number(t, r["t"])
		got := tQuantile(p, df)
		// R's own values are up to 4e-9 off, as the closed forms show.
		near(t, want, got, 1e-8, "t", r["df"], r["p"])
		switch df {
		case 1:
			near(t, math.Tan(math.Pi*(p-0.5)), got, 1e-11, "Cauchy", p)
		case 2:
			near(t, (2*p-1)/math.Sqrt(2*p*(1-p)), got, 1e-12, "df 2", p)
		case 3:
			near(t, p, 0.5+(got/math.Sqrt(3)/(1+got*got/3)+math.Atan(got/math.Sqrt(3)))/math.Pi, 1e-13, "df 3", p)
		}
	}
}
