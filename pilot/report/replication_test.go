package report_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot"
	"github.com/coachgov/coaching/pilot/report"
)

func keeper(t require.TestingT) coaching.PersonID {
	p, err := coaching.NewPseudonymizer(slices.Repeat([]byte{7}, 32), coaching.Domain{Programme: "test", Purpose: "test"})
	require.NoError(t, err)
	id, err := p.Person("who keeps the plan")
	require.NoError(t, err)
	return id
}

func locked(t require.TestingT, p *pilot.Plan) *pilot.Locked {
	l, fs := p.Lock(keeper(t), p.Week0.At(9, 0, time.UTC))
	require.NotNil(t, l, "%v", fs)
	return l
}

func materials() []report.Material {
	var out []report.Material
	for i, name := range []string{"kpi.csv", "activity.csv", "analysis.go"} {
		out = append(out, report.Material{Name: name, Bytes: int64(100 * i), Digest: sha256.Sum256([]byte(name))})
	}
	return out
}

const code = "github.com/coachgov/coaching v0.4.0"

// PIL-160: the bundle follows from the plan and the files, in any order, reads
// back, and names nobody.
func TestReplication(t *testing.T) {
	l := locked(t, planOf(t))
	r, err := report.NewReplication(l, code, materials())
	require.NoError(t, err)
	require.Empty(t, r.Verify(l, code, materials()))
	backwards := materials()
	slices.Reverse(backwards)
	require.Empty(t, r.Verify(l, code, backwards))
	data, err := r.JSON()
	require.NoError(t, err)
	read, err := report.ReadReplication(data)
	require.NoError(t, err)
	require.Equal(t, r, read)
	for _, leader := range l.Plan().Cohort.Leaders {
		require.NotContains(t, string(data), `"`+leader.ID+`"`)
	}
	stored, err := l.JSON()
	require.NoError(t, err)
	again, fs := pilot.ReadLocked("chain.json", stored)
	require.False(t, fs.Blocked())
	require.Empty(t, r.Verify(again, code, materials()), "from the stored chain")
}

// PIL-160: whatever was changed is named: each field of the bundle, each file, the
// version of the code, and each part of the plan.
func TestReplicationFindsEveryChange(t *testing.T) {
	l := locked(t, planOf(t))
	r, err := report.NewReplication(l, code, materials())
	require.NoError(t, err)
	whole, err := r.JSON()
	require.NoError(t, err)
	var fields map[string]any
	require.NoError(t, json.Unmarshal(whole, &fields))
	for name, value := range fields {
		changed := map[string]any{}
		require.NoError(t, json.Unmarshal(whole, &changed))
		switch v := value.(type) {
		case string:
			// The last digit of a digest, or a letter more.
			changed[name] = v + "x"
			if strings.HasPrefix(v, "sha256:") {
				changed[name] = v[:len(v)-1] + map[bool]string{true: "1", false: "0"}[v[len(v)-1] == '0']
			}
		case float64:
			changed[name] = v + 1
		case bool:
			changed[name] = !v
		case []any:
			changed[name] = v[1:]
		}
		data, err := json.Marshal(changed)
		require.NoError(t, err)
		var other report.Replication
		require.NoError(t, json.Unmarshal(data, &other), name)
		fs := other.Verify(l, code, materials())
		require.Len(t, fs, 1, name)
		require.Equal(t, "PIL-160", fs[0].Code)
		require.Equal(t, name, fs[0].Path)
	}
	rapid.Check(t, func(rt *rapid.T) {
		here, version, plan, want := materials(), code, l.Plan(), ""
		i := rapid.IntRange(0, len(here)-1).Draw(rt, "file")
		switch rapid.IntRange(0, 6).Draw(rt, "change") {
		case 0:
			here[i].Digest[rapid.IntRange(0, 31).Draw(rt, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(rt, "bits"))
			want = "is not the one of the bundle"
		case 1:
			here[i].Bytes++
			want = "is not the one of the bundle"
		case 2:
			here = append(here[:i], here[i+1:]...)
			want = "is not at hand"
		case 3:
			here = append(here, report.Material{Name: "more.csv", Digest: pilot.Digest{1}})
			want = "is not in the bundle"
		case 4:
			version += "-dirty"
			want = "code: "
		case 5:
			plan.Design.SeedMessage += " again"
			want = "seed: "
		case 6:
			plan.Title += "."
			want = "plan: "
		}
		fs := r.Verify(locked(rt, plan), version, here)
		require.Contains(rt, fmt.Sprint(fs), "PIL-160")
		var lines []string
		for _, f := range fs {
			lines = append(lines, f.Path+": "+f.Message)
		}
		require.Contains(rt, strings.Join(lines, "\n"), want)
	})
	require.True(t, r.Verify(nil, code, nil).Blocked())
}

func TestReplicationRefuses(t *testing.T) {
	l := locked(t, planOf(t))
	one := materials()[:1]
	for want, call := range map[string]func() error{
		"no locked plan":  func() error { _, err := report.NewReplication(new(pilot.Locked), code, nil); return err },
		"of 0 bytes":      func() error { _, err := report.NewReplication(l, "", nil); return err },
		"name of another": func() error { _, err := report.NewReplication(l, code, append(one, one...)); return err },
		"no name": func() error {
			_, err := report.NewReplication(l, code, []report.Material{{Digest: pilot.Digest{1}}})
			return err
		},
		"no digest":       func() error { _, err := report.NewReplication(l, code, []report.Material{{Name: "a"}}); return err },
		"10001 materials": func() error { _, err := report.NewReplication(l, code, make([]report.Material, 10_001)); return err },
	} {
		require.ErrorContains(t, call(), want)
	}
	r, err := report.NewReplication(l, code, materials())
	require.NoError(t, err)
	data, err := r.JSON()
	require.NoError(t, err)
	for _, bad := range []string{"", "{}", " " + string(data), string(data) + " ", strings.Replace(string(data), `"head"`, `"Head"`, 1), strings.Replace(string(data), "/v1", "/v2", 1)} {
		_, err := report.ReadReplication([]byte(bad))
		require.ErrorIs(t, err, report.ErrReplication)
	}
	_, err = report.ReadReplication(make([]byte, 5<<20))
	require.ErrorIs(t, err, report.ErrReplication)
}

func FuzzReadReplication(f *testing.F) {
	p, fs := pilot.Decode("plan.yaml", planBytes(f))
	require.Empty(f, fs)
	r, err := report.NewReplication(locked(f, p), code, materials())
	require.NoError(f, err)
	data, err := r.JSON()
	require.NoError(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := report.ReadReplication(data)
		if err != nil {
			return
		}
		again, err := r.JSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
		r.Verify(nil, code, nil)
	})
}

// What was changed after the lock stands in the preregistration, with its class;
// what was said of the data too.
func TestPreregistration(t *testing.T) {
	p := planOf(t)
	l := locked(t, p)
	for status, want := range map[report.DataStatus]string{report.Analysed: "no preregistration", report.NotAnalysed: "nobody has analysed", report.NotCreated: "do not exist yet"} {
		d, err := report.Preregistration(l, status)
		require.NoError(t, err)
		text := string(d.Markdown())
		require.Contains(t, text, want)
		require.Contains(t, text, "None.")
		require.Empty(t, d.Check())
	}
	after := l.Plan()
	after.Title += ", second half"
	amended, fs := l.Amend(pilot.Amendment{Plan: after, By: keeper(t), Role: coaching.ProductOwner, At: p.Week0.At(12, 0, time.UTC), Reason: "a clearer title"})
	require.NotNil(t, amended, "%v", fs)
	d, err := report.Preregistration(amended, report.NotCreated)
	require.NoError(t, err)
	require.Contains(t, string(d.Markdown()), "a clearer title")
	_, err = report.Preregistration(nil, report.NotCreated)
	require.ErrorContains(t, err, "no plan")
	_, err = report.Preregistration(l, 99)
	require.ErrorContains(t, err, "not declared")
	for s := report.Analysed; s <= report.NotCreated; s++ {
		text, err := s.MarshalText()
		require.NoError(t, err)
		var back report.DataStatus
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, s, back)
	}
}
