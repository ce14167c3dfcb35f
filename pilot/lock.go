package pilot

import (
	"time"

	"github.com/coachgov/coaching"
)

// A Locked is a plan that can no longer change. It is made by [Plan.Lock] only;
// the zero Locked holds no plan.
type Locked struct {
	plan     *Plan
	digest   Digest
	by       coaching.PersonID
	at       time.Time
	findings coaching.Findings
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
	fs.Sort()
	if fs.Blocked() {
		return nil, fs
	}
	return &Locked{plan: p.Clone(), digest: digest, by: by, at: at.UTC(), findings: fs}, fs
}

// Plan returns a copy of the locked plan, nil for the zero Locked.
func (l *Locked) Plan() *Plan {
	if l.plan == nil {
		return nil
	}
	return l.plan.Clone()
}

// Digest returns the digest of the locked plan.
func (l *Locked) Digest() Digest { return l.digest }

// By returns who locked the plan.
func (l *Locked) By() coaching.PersonID { return l.by }

// At returns when the plan was locked, in UTC.
func (l *Locked) At() time.Time { return l.at }

// Findings returns the warnings that the plan was locked with, sorted.
func (l *Locked) Findings() coaching.Findings { return append(coaching.Findings(nil), l.findings...) }
