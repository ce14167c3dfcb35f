package pilot

import (
	"slices"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/pilot/vendor"
)

// A Scale is what a sponsor wants after a pilot.
type Scale struct {
	Functions []string // the parts of the organisation, such as "sales"
	Leaders   int
	Coaches   []Coach // those that will coach, the pilot's own among them

	// CadenceStable and QualityStable say that analytics deliver in time and
	// that the data have stayed sound: coaching grows only after them.
	CadenceStable, QualityStable bool

	Vendors *vendor.Choice // nil: none were chosen
}

// A Successor is the plan that follows from GO and SCOPED_GO: what it covers and
// what must hold before it starts.
type Successor struct {
	Predecessor string   `json:"predecessor"` // id of the pilot's plan
	Digest      Digest   `json:"digest"`      // of the pilot's plan
	Outcome     Outcome  `json:"outcome"`
	Scope       []string `json:"scope"` // functions, sorted
	Leaders     int      `json:"leaders"`
	Seats       int      `json:"seats"`   // leaders that the coaches can take
	Cohorts     int      `json:"cohorts"` // of the largest size of the policy, at least
	// Demands are what its analytics platform must offer, beyond a pilot's.
	Demands []vendor.Capability `json:"demands"`
	// Unmet is what keeps it from starting, sorted; none means that it may.
	Unmet coaching.Findings `json:"unmet,omitempty"`
}

// Successor returns what follows from a decision about a locked plan. It is nil,
// with the reason, unless the outcome is GO or SCOPED_GO and the scope is named.
// A successor with unmet conditions is not refused: it says what to do first.
func (d Decision) Successor(l *Locked, s Scale) (*Successor, coaching.Findings) {
	var fs coaching.Findings
	if l == nil || l.plan == nil || d.Outcome != Go && d.Outcome != ScopedGo {
		return nil, append(fs, errorf("PIL-164", "", "%s has no successor; want GO or SCOPED_GO of a locked plan", d.Outcome))
	}
	if len(s.Functions) == 0 || slices.Contains(s.Functions, "") {
		fs = append(fs, errorf("PIL-164", "", "no scope: want the functions that coaching goes to"))
	}
	if d.Outcome == ScopedGo && len(s.Functions) > 1 {
		fs = append(fs, errorf("PIL-164", "", "%d functions; SCOPED_GO is for one", len(s.Functions)))
	}
	if s.Leaders < 1 {
		fs = append(fs, errorf("PIL-164", "", "no leaders: want how many will be coached"))
	}
	if fs.Sort(); len(fs) > 0 {
		return nil, fs
	}
	p, pol := l.plan, DefaultPolicy()
	n := &Successor{
		Predecessor: p.ID, Digest: l.digest, Outcome: d.Outcome, Leaders: s.Leaders,
		Scope:   slices.Compact(slices.Sorted(slices.Values(s.Functions))),
		Cohorts: (s.Leaders-1)/pol.MaxLeaders + 1,
		Demands: vendor.EnterpriseDemands(),
	}
	unmet := func(code, format string, args ...any) { n.Unmet = append(n.Unmet, errorf(code, "", format, args...)) }
	grows := false
	for _, c := range s.Coaches {
		most := pol.MaxInternal
		if c.Kind == ExternalCoach {
			most = pol.MaxExternal
		}
		n.Seats += max(0, min(c.Capacity, most))
		grows = grows || !slices.ContainsFunc(p.Cohort.Coaches, func(x Coach) bool { return x.ID == c.ID })
	}
	if n.Seats < s.Leaders {
		unmet("PIL-081", "coaches can take %d of %d leaders", n.Seats, s.Leaders)
	}
	if grows && !(s.CadenceStable && s.QualityStable) {
		unmet("PIL-075", "coaches are added before the cadence and the quality of the data are stable")
	}
	if s.Vendors == nil {
		unmet("PIL-142", "no vendors were chosen: the analytics platform must show lineage, govern access by role and join HR, performance and business figures")
	} else {
		named := vendor.Named{IntegrationOwner: p.Roles.IntegrationOwner != "", KPI: p.KPI.ID != "", Profile: p.MiniProfile}
		for _, f := range s.Vendors.Check(vendor.Enterprise, named) {
			if f.Severity == coaching.Error {
				f.Path = joined("vendors", f.Path)
				n.Unmet = append(n.Unmet, f)
			}
		}
	}
	n.Unmet.Sort()
	return n, nil
}
