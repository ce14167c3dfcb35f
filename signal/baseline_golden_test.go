package signal

import (
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
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
	d.Grain, d.Expr, d.Range = Leader, Expr{Op: Mean, Num: []string{metric}}, &Band{0, math.MaxFloat64}
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
		checkChart(t, r, i, what)
		checkTrend(t, r, i, what)
		if r["max_modz"] != "" { // empty where MAD is zero; R rounds 1/1.4826 to 0.6745
			scores := make([]float64, i.N)
			for j, v := range i.values {
				scores[j] = 0.6745 * madFactor * math.Abs(v-i.Median) / i.MADN
			}
			most := slices.Max(scores)
			near(t, number(t, r["max_modz"]), most, 1e-12, what, "the screen's score")
			require.Equal(t, r["max_modz_idx"], fmt.Sprint(1+slices.Index(scores, most)), what)
		}
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
		require.InDelta(t, number(t, r["df_pool"]), b.prior.pooled, 1e-9, what)
		pooled := 0.0
		for _, other := range b.items {
			pooled += other.SD * other.SD * float64(other.N-1) / b.prior.pooled
		}
		near(t, number(t, r["s2_pool"]), pooled, 1e-6, what, "s2_pool")
	}
	checkWeeks(t, all, ids, table(t, folder("standardised_spikes.csv")))
}

// checkWeeks compares every week, read against its baseline, with R.
func checkWeeks(t *testing.T, all map[string]*Baselines, ids map[string]coaching.PersonID, rows []map[string]string) {
	tables := map[string][]*Normalised{}
	cusums := map[string]map[Period]CusumPoint{}
	for key, b := range all {
		for _, by := range []Normalisation{RobustZ, PercentOfBaseline} {
			n, fs := b.Normalise(by)
			require.Empty(t, fs)
			tables[key] = append(tables[key], n)
		}
		for _, i := range b.All() {
			points := map[Period]CusumPoint{}
			for _, p := range b.Cusum(i.Leader) {
				points[p.Period] = p
			}
			cusums[key+i.Leader.String()] = points
		}
	}
	bit := map[bool]string{false: "0", true: "1"}
	flagged := 0
	for _, r := range rows {
		key, leader := r["set"]+"/"+r["metric"], ids[r["PersonId"]]
		i := all[key].Of(leader)
		what := fmt.Sprint(r["set"], r["metric"], r["PersonId"], r["week"])
		value, week := number(t, r["value"]), Period{coaching.MustDate(r["week"]), 7}
		require.Equal(t, r["scale_used"], i.ScaleFrom.String(), what)
		z, pct := tables[key][0].At(leader, week), tables[key][1].At(leader, week)
		require.Equal(t, r["z_robust"] != "", z.Status == OK, what)
		if z.Status == OK {
			near(t, number(t, r["z_robust"]), z.Value, 1e-10, what)
		}
		require.Equal(t, r["pct_of_median"] != "", pct.Status == OK, what)
		if pct.Status == OK {
			near(t, number(t, r["pct_of_median"]), pct.Value, 1e-10, what)
		}
		if i.SD > 0 {
			near(t, number(t, r["z_mean_sd"]), (value-i.Mean)/i.SD, 1e-10, what)
		}
		chart, _ := i.XmR()
		half := tQuantile(0.995, float64(i.N-1)) * i.SD * math.Sqrt(1+1/float64(i.N))
		require.Equal(t, r["xmr_flag"], bit[value < chart.Mean.Low || value > chart.Mean.High], what)
		require.Equal(t, r["tpred_flag"], bit[math.Abs(value-i.Mean) > half], what)
		point, behind := cusums[key+leader.String()][week]
		if behind {
			flagged++
			near(t, number(t, r["cusum_hi"]), point.High, 1e-10, what)
			near(t, number(t, r["cusum_lo"]), point.Low, 1e-10, what)
			near(t, number(t, r["ewma"]), point.EWMA, 1e-10, what)
		}
		require.Equal(t, r["phase"] == "follow" && chart.Mean.Range > 0, behind, what)
	}
	require.NotZero(t, flagged)
}

// checkChart compares the XmR chart and the runs with R.
func checkChart(t *testing.T, r map[string]string, i Baseline, what string) {
	chart, ok := i.XmR()
	require.True(t, ok, what)
	require.True(t, chart.Trial, what)
	for column, got := range map[string]float64{
		"mr_mean": chart.Mean.Range, "mr_median": chart.Median.Range, "mr_screened_mean": chart.Screened.Range,
		"sigma_mr": chart.Mean.Range / rangeToSD, "xmr_lcl": chart.Mean.Low, "xmr_ucl": chart.Mean.High,
		"xmr_screened_lcl": chart.Screened.Low, "xmr_screened_ucl": chart.Screened.High,
		"xmr_med_lcl": chart.Median.Low, "xmr_med_ucl": chart.Median.High, "mr_ucl": chart.RangeHigh,
	} {
		near(t, number(t, r[column]), got, 1e-12, what, column)
	}
	require.Equal(t, []string{r["longest_run"], r["crossings"], r["useful_runs"]},
		[]string{fmt.Sprint(chart.Runs.Longest), fmt.Sprint(chart.Runs.Crossings), fmt.Sprint(chart.Runs.Useful)}, what)
}

// checkTrend compares the trend with R.
func checkTrend(t *testing.T, r map[string]string, i Baseline, what string) {
	trend := trendOf(i.measured)
	require.Equal(t, r["mk_s"], fmt.Sprint(trend.S), what)
	near(t, number(t, r["theil_sen"]), trend.Slope, 1e-12, what, "slope")
	variance, tied := trendVariance(i.measured)
	near(t, number(t, r["mk_var"]), variance, 1e-12, what, "variance")
	if r["mk_z"] != "" {
		near(t, number(t, r["mk_z"]), trendZ(trend.S, variance), 1e-12, what, "z")
	}
	require.Equal(t, r["mk_p_exact"] == "", tied, what)
	require.Equal(t, !tied, trend.Exact, what)
	if trend.Exact {
		near(t, number(t, r["mk_p_exact"]), trend.P, 1e-12, what, "P")
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
	require.NotEmpty(t, reference)
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
			"split_half_r": st.SplitHalf, "spearman_brown": st.SpearmanBrown, "median_cv": st.MedianCV, "zero_mad_share": st.ZeroMAD,
		} {
			near(t, number(t, r[column]), got, 1e-10, what, column)
		}
	}
}

// Grubbs' test, as a cross-check of the screen: its critical values from our t
// quantile, and the bound (n-1)/sqrt(n) under which no z inside a baseline passes
// 3 before n is 11.
func TestGrubbsAgreesWithTheTable(t *testing.T) {
	for _, r := range table(t, datadir.Find(t, "golden/signal/grubbs_critical.csv")) {
		n, alpha := number(t, r["n"]), number(t, r["alpha"])
		q := tQuantile(1-alpha/(2*n), n-2)
		bound := (n - 1) / math.Sqrt(n)
		near(t, number(t, r["grubbs_crit"]), bound*math.Sqrt(q*q/(n-2+q*q)), 1e-8, r["n"], r["alpha"])
		near(t, number(t, r["max_possible_abs_z"]), bound, 1e-12)
		require.Equal(t, n >= 11, bound > 3)
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

// The factors of charts and scales, as far as the reference prints them.
func TestConstants(t *testing.T) {
	data, err := os.ReadFile(datadir.Find(t, "golden/signal/constants.txt"))
	require.NoError(t, err)
	want := map[string]float64{}
	for field := range strings.FieldsSeq(string(data)) {
		name, value, _ := strings.Cut(field, "=")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			want[name] = v
		}
	}
	_, d4, _ := strings.Cut(string(data), "D4=1+3*d3/d2=")
	want["D4"] = number(t, strings.Fields(d4)[0])
	for name, got := range map[string]float64{"d2": rangeToSD, "3/d2": xmrMean, "D4": rangeLimit, "mad": madFactor, "aad": aadFactor} {
		require.InDelta(t, want[name], got, 1e-10, name)
		delete(want, name)
	}
	require.Equal(t, map[string]float64{"d3(2)": 0.8525024664}, want, "used only in D4")
}
