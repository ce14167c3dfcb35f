package pilot

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Locked is a plan that changes by amendments only, each chained to the one
// before. It is made by [Plan.Lock], [Locked.Amend] and [ReadLocked] only; the
// zero Locked holds no plan.
type Locked struct {
	plan     *Plan
	digest   Digest
	by       coaching.PersonID
	at       time.Time
	findings coaching.Findings
	chain    []Entry
	plans    []*Plan // after each entry
}

// Lock freezes the plan under its digest. It is refused, with a nil Locked and
// every finding, when Check finds an error, when nobody locks it, or when it is
// locked after week 0, in which the baseline may be seen. Warnings ride on the
// Locked too. The plan is copied.
func (p *Plan) Lock(by coaching.PersonID, at time.Time) (*Locked, coaching.Findings) {
	fs := p.Check()
	if by.IsZero() {
		fs = append(fs, errorf("PIL-160", "", "nobody locks the plan, want the person who answers for it"))
	}
	if last := p.Week(1).AddDays(-1); at.IsZero() || !p.Week0.IsZero() && coaching.DateOf(at.UTC()).After(last) {
		fs = append(fs, errorf("PIL-160", "", "the plan must be locked by %s, the end of week 0", last))
	}
	digest, err := p.Digest()
	if err != nil {
		fs = append(fs, errorf("DOC-VALUE", "", "the plan cannot be written down: %v", err))
	}
	at = at.UTC().Truncate(time.Second)
	e := Entry{At: at, By: by, Plan: digest}
	if e.digest, err = e.sum(); err != nil {
		fs = append(fs, errorf("PIL-160", "", "the lock cannot be written down: %v", err))
	}
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	plan := p.Clone()
	return &Locked{plan: plan, digest: digest, by: by, at: at, findings: fs, chain: []Entry{e}, plans: []*Plan{plan}}, fs
}

// Plan returns a copy of the locked plan, nil for the zero Locked.
func (l *Locked) Plan() *Plan {
	if l.plan == nil {
		return nil
	}
	return l.plan.Clone()
}

// Digest returns the digest of the locked plan as it is now: it changes if and
// only if the plan does.
func (l *Locked) Digest() Digest { return l.digest }

// By returns who locked the plan first.
func (l *Locked) By() coaching.PersonID { return l.by }

// At returns when the plan was locked first, in UTC and whole seconds.
func (l *Locked) At() time.Time { return l.at }

// Findings returns the warnings that the plan was locked or last amended with,
// sorted.
func (l *Locked) Findings() coaching.Findings { return append(coaching.Findings(nil), l.findings...) }
