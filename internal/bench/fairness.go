package main

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/fairness"
)

// The columns of the fairness contests: three attributes and a flag.
const fairRows = 5_000_000

var (
	fairNames  = []string{"race", "sex", "age"}
	fairLevels = [][]string{
		{"African-American", "Asian", "Caucasian", "Hispanic", "Native American", "Other"},
		{"Female", "Male"},
		{"25 - 45", "Greater than 45", "Less than 25"},
	}
	// The seven groupings, in the order of the peer: it sums the others out.
	fairGroupings = [][]string{{"race"}, {"sex"}, {"age"}, {"race", "sex"}, {"race", "age"}, {"sex", "age"}, {"race", "sex", "age"}}
)

func fairSpec() fairness.Spec {
	s := fairness.Spec{Signal: "bench", Polarity: fairness.Unfavourable}
	for _, name := range fairNames {
		s.Attributes = append(s.Attributes, fairness.Attribute{Name: name})
	}
	return s
}

// fairColumns draws people; the flag goes with none of the attributes.
func fairColumns(n int) fairness.Coded {
	dice := rand.New(rand.NewPCG(5, 6))
	c := fairness.Coded{Flagged: make([]uint8, n)}
	for _, names := range fairLevels {
		c.Levels = append(c.Levels, fairness.CodedColumn{Names: names, Bytes: make([]uint8, n)})
	}
	for row := range n {
		for i, names := range fairLevels {
			c.Levels[i].Bytes[row] = uint8(dice.IntN(len(names)))
		}
		if dice.IntN(10) < 3 {
			c.Flagged[row] = 1
		}
	}
	return c
}

// fairPeople are the same people as rows of text.
func fairPeople(c fairness.Coded) []fairness.Observation {
	people := make([]fairness.Observation, len(c.Flagged))
	for row := range people {
		people[row] = fairness.Observation{Levels: make([]string, len(c.Levels)), Flagged: c.Flagged[row] == 1}
		for i, column := range c.Levels {
			people[row].Levels[i] = column.Names[column.Bytes[row]]
		}
	}
	return people
}

// countFair counts the columns, by all seven groupings.
func countFair(c fairness.Coded) (*fairness.Table, [][]fairness.GroupCount, error) {
	t, err := fairness.NewTable(fairSpec())
	if err != nil {
		return nil, nil, err
	}
	if err := t.AddCoded(c); err != nil {
		return nil, nil, err
	}
	groupings := make([][]fairness.GroupCount, len(fairGroupings))
	for i, names := range fairGroupings {
		if groupings[i], _, err = t.GroupBy(names...); err != nil {
			return nil, nil, err
		}
	}
	return t, groupings, nil
}

//go:embed fairness.py
var numpyScript []byte

// A numpyRun is what the peer prints.
type numpyRun struct {
	Numpy      string
	Count      []float64    // in the type of an index
	Narrow     []float64    // in the narrowest type
	Counts     [][][2]int64 // grouping, group in the order of its levels, not flagged and flagged
	Replicates []float64
	Gap        float64
}

// errNoNumpy says that the peer is not on this machine.
var errNoNumpy = errors.New("bench: no python3 with numpy")

// runNumpy gives the columns to the peer.
func runNumpy(c fairness.Coded, rounds int) (*numpyRun, error) {
	python := ""
	for _, name := range []string{"python3", "/usr/bin/python3"} { // the second is Debian's
		if exec.Command(name, "-c", "import numpy").Run() == nil {
			python = name
			break
		}
	}
	if python == "" {
		return nil, errNoNumpy
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "columns")
	var all []byte
	for _, column := range c.Levels {
		all = append(all, column.Bytes...)
	}
	if err := os.WriteFile(path, append(all, c.Flagged...), 0o600); err != nil {
		return nil, err
	}
	args := []string{"-", path, strconv.Itoa(len(c.Flagged))}
	for _, names := range fairLevels {
		args = append(args, strconv.Itoa(len(names)))
	}
	cmd := exec.Command(python, append(args, strconv.Itoa(rounds))...)
	cmd.Stdin = bytes.NewReader(numpyScript)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	printed, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("bench: numpy: %w", err)
	}
	run := &numpyRun{}
	return run, json.Unmarshal(printed, run)
}

// agrees compares the peer's counts with the library's.
func (r *numpyRun) agrees(groupings [][]fairness.GroupCount) error {
	if len(r.Counts) != len(groupings) {
		return fmt.Errorf("bench: numpy counts by %d groupings, the library by %d", len(r.Counts), len(groupings))
	}
	for i, groups := range groupings {
		var want [][2]int64
		for _, g := range groups {
			s := g.Selection()
			want = append(want, [2]int64{s.N - s.X, s.X})
		}
		if !slices.Equal(want, r.Counts[i]) {
			return fmt.Errorf("bench: by %v numpy counts %v, the library %v", fairGroupings[i], r.Counts[i], want)
		}
	}
	return nil
}

// raceNumpy races the counts of coded columns by seven groupings. Where numpy is
// absent, its time is one measured elsewhere on 5,000,000 such rows.
func raceNumpy(narrow bool) func(rounds int) (result, error) {
	return func(rounds int) (result, error) {
		c := fairColumns(fairRows)
		_, groupings, err := countFair(c)
		if err != nil {
			return result{}, err
		}
		other, note := figure{83e6, 83e6}, "numpy is absent, its time is stored"
		switch peer, err := runNumpy(c, rounds); {
		case errors.Is(err, errNoNumpy) && narrow:
			return result{note: "absent: no python3 with numpy"}, nil
		case errors.Is(err, errNoNumpy):
		case err != nil:
			return result{}, err
		default:
			if err := peer.agrees(groupings); err != nil {
				return result{}, err
			}
			other, note = figureOf(peer.Count), ""
			if narrow {
				other = figureOf(peer.Narrow)
			}
		}
		took, err := turns(rounds, repeat(func() error { _, _, err := countFair(c); return err }))
		if err != nil {
			return result{}, err
		}
		return result{ours: took[0].String(), other: other.String() + " numpy", value: other.least / took[0].least, median: other.median / took[0].median, unit: "x faster", note: note}, nil
	}
}

// readBytes reads every byte of the columns and does next to nothing with it:
// the bound that memory sets.
func readBytes(c fairness.Coded) (sum uint64) {
	read := func(column []uint8) {
		for ; len(column) >= 8; column = column[8:] {
			sum += binary.LittleEndian.Uint64(column)
		}
	}
	for _, column := range c.Levels {
		read(column.Bytes)
	}
	read(c.Flagged)
	return sum
}

// timeRows reports what a coded row takes, beside reading it.
func timeRows(rounds int) (result, error) {
	c := fairColumns(fairRows)
	var sum uint64
	took, err := turns(rounds,
		repeat(func() error { _, _, err := countFair(c); return err }),
		repeat(func() error { sum += readBytes(c); return nil }))
	if err != nil {
		return result{}, err
	}
	runtime.KeepAlive(sum)
	return result{ours: took[0].String(), other: took[1].String() + " to read it", value: took[0].least / fairRows, median: took[0].median / fairRows, unit: "ns/row"}, nil
}

// weighCount reports how much memory the count of the columns asks for in all,
// beside what it keeps: no more of it can be in use at once.
func weighCount(int) (result, error) {
	c := fairColumns(fairRows)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	t, kept, err := retained(func() (*fairness.Table, error) { t, _, err := countFair(c); return t, err })
	runtime.KeepAlive(c) // else its columns would count as freed
	if err != nil {
		return result{}, err
	}
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(t)
	columns := float64(4 * fairRows)
	return result{
		ours: fmt.Sprintf("%.0f kB kept", kept/1e3), other: fmt.Sprintf("%.0f MB of columns", columns/1e6),
		value: (float64(after.TotalAlloc-before.TotalAlloc) + columns) / 1e6, unit: "MB",
	}, nil
}

// timeStrings reports what a row of text takes, beside a map of maps by hand.
func timeStrings(rounds int) (result, error) {
	c := fairColumns(200_000)
	people := fairPeople(c)
	table, err := fairness.NewTable(fairSpec())
	if err != nil {
		return result{}, err
	}
	add := func(t *fairness.Table) error {
		for i := range people {
			if err := t.Add(people[i]); err != nil {
				return err
			}
		}
		return nil
	}
	coded, _, err := countFair(c)
	if err == nil {
		err = add(table)
	}
	if err != nil {
		return result{}, err
	}
	if coded.Fingerprint() != table.Fingerprint() {
		return result{}, errors.New("bench: rows of text and coded columns give different tables")
	}
	type key [3]string
	took, err := turns(rounds,
		repeat(func() error { return add(table) }),
		repeat(func() error {
			counts := map[key][2]int64{}
			for i := range people {
				k := key(people[i].Levels)
				n := counts[k]
				n[0]++
				if people[i].Flagged {
					n[1]++
				}
				counts[k] = n
			}
			return nil
		}))
	if err != nil {
		return result{}, err
	}
	n := float64(len(people))
	each := func(f figure) string { return figure{f.least / n, f.median / n}.String() }
	return result{ours: each(took[0]), other: each(took[1]) + " a map by hand", value: took[0].least / n, median: took[0].median / n, unit: "ns/row"}, nil
}

// timeEvaluate reports what step 2 of the check takes for 120 groups.
func timeEvaluate(rounds int) (result, error) {
	key, err := newPseudonymizer()
	if err != nil {
		return result{}, err
	}
	policy := fairness.ProposedPolicy()
	if policy.AdoptedBy, err = key.Person("sponsor"); err != nil {
		return result{}, err
	}
	policy.AdoptedOn = coaching.MustDate("2027-01-04")
	s := fairness.Spec{Signal: "bench", Polarity: fairness.Unfavourable, Attributes: []fairness.Attribute{{Name: "team"}, {Name: "site"}},
		Families: []fairness.Family{{By: []string{"team"}}, {By: []string{"site"}}, {By: []string{"team", "site"}}}}
	dice := rand.New(rand.NewPCG(8, 9))
	var counts []fairness.Count
	for team := range 10 {
		for site := range 10 {
			n := 30 + dice.Int64N(200)
			counts = append(counts, fairness.Count{Levels: []string{"team " + strconv.Itoa(team), "site " + strconv.Itoa(site)}, Flagged: n*3/10 + dice.Int64N(5), Total: n})
		}
	}
	t, err := fairness.FromCounts(s, counts)
	if err != nil {
		return result{}, err
	}
	groups := 0
	took, err := turns(rounds, repeat(func() error {
		families, err := fairness.Groups(t, policy)
		groups = 0
		for _, f := range families {
			groups += len(f.Groups)
		}
		return err
	}))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), other: fmt.Sprintf("%d groups, %d people", groups, t.Total()), value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms"}, nil
}

// selectionGap is the largest selection rate less the smallest.
func selectionGap(groups []fairness.GroupCount) (float64, bool) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, g := range groups {
		v, ok := g.Selection().Value()
		if !ok {
			return 0, false
		}
		low, high = min(low, v), max(high, v)
	}
	return high - low, true
}

// raceBootstrap times 100 replicates of the largest gap over 36 groups of five
// million people. The mean of the gap is first compared with the peer's.
func raceBootstrap(rounds int) (result, error) {
	c := fairColumns(fairRows)
	t, _, err := countFair(c)
	if err != nil {
		return result{}, err
	}
	dice := rand.New(rand.NewPCG(1, 1))
	var last fairness.Replicates
	took, err := turns(rounds, repeat(func() (err error) {
		last, err = fairness.Bootstrap(t, fairNames, 100, dice, selectionGap)
		return err
	}))
	if err != nil {
		return result{}, err
	}
	r := result{ours: took[0].String(), value: took[0].least / 1e6, median: took[0].median / 1e6, unit: "ms"}
	switch peer, err := runNumpy(c, rounds); {
	case errors.Is(err, errNoNumpy):
		r.other, r.note = "59 ms numpy", "numpy is absent, its time is stored"
	case err != nil:
		return result{}, err
	default:
		sum := 0.0
		for _, v := range last.Values {
			sum += v
		}
		if mean := sum / float64(len(last.Values)); math.Abs(mean-peer.Gap) > 0.2*peer.Gap {
			return result{}, fmt.Errorf("bench: the mean gap of replicates is %.4g, numpy's %.4g", mean, peer.Gap)
		}
		r.other = figureOf(peer.Replicates).String() + " numpy"
	}
	return r, nil
}

// timeInterval reports what the slower of the two Miettinen-Nurminen intervals
// takes, after a look that the score at its ends is what it should be.
func timeInterval(rounds int) (result, error) {
	const conf, z = 0.9, 1.6448536269514722
	pairs := [][2]fairness.Rate{
		{{X: 12, N: 50}, {X: 18, N: 50}}, {{X: 204, N: 408}, {X: 900, N: 2163}}, {{X: 3, N: 12}, {X: 20, N: 90}}, {{X: 30_000, N: 100_000}, {X: 310_000, N: 1_000_000}},
	}
	near := func(got, want float64) bool { return math.Abs(got-want) < 1e-6 }
	for _, p := range pairs {
		ratio, diff := fairness.MNRatio(p[0], p[1], conf), fairness.MNDiff(p[0], p[1], conf)
		if !near(fairness.ScoreRatio(p[0], p[1], ratio.Low), z) || !near(fairness.ScoreRatio(p[0], p[1], ratio.High), -z) ||
			!near(fairness.ScoreDiff(p[0], p[1], diff.Low), z) || !near(fairness.ScoreDiff(p[0], p[1], diff.High), -z) {
			return result{}, fmt.Errorf("bench: the intervals %v and %v of %v do not invert the score", ratio, diff, p)
		}
	}
	each := func(interval func(a, b fairness.Rate, conf float64) fairness.Interval) work {
		return repeat(func() error {
			for _, p := range pairs {
				interval(p[0], p[1], conf)
			}
			return nil
		})
	}
	took, err := turns(rounds, each(fairness.MNRatio), each(fairness.MNDiff))
	if err != nil {
		return result{}, err
	}
	n := float64(len(pairs))
	for i := range took {
		took[i] = figure{took[i].least / n, took[i].median / n}
	}
	return result{
		ours: took[0].String() + " ratio", other: took[1].String() + " difference",
		value: max(took[0].least, took[1].least) / 1e3, median: max(took[0].median, took[1].median) / 1e3, unit: "µs",
	}, nil
}
