package main

import (
	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
)

// Facts is what the peers are given of a request. It is made before the clock
// starts, and holds as plain values what the library works out while the clock
// runs: to what the owner agrees at the time, who of the approvers and reviewers
// counts and whether their yes is to this very request, how old the data is.
type Facts struct {
	Action, Purpose                              string
	SubjectID, SubjectRole, SubjectProgramme     string
	Type, Class, Programme, Owner, AssignedCoach string
	Age                                          int // nanoseconds
	AgeSeconds                                   float64
	GroupSize                                    int
	Identifiable, LegalHold                      bool
	Automated, ModelCard                         bool
	Affects                                      []string
	Purposes                                     []string // of the owner's consents
	ApprovalCount                                int
	ApprovalRoles                                []string
	ReviewDone                                   bool
	ReviewRole                                   string
	RationaleLength                              int
}

func factsOf(r *governance.Request) *Facts {
	res := &r.Resource
	f := &Facts{
		Action: r.Action.String(), Purpose: r.Purpose.String(),
		SubjectID: r.Subject.ID.String(), SubjectRole: r.Subject.Role.String(), SubjectProgramme: r.Subject.Programme,
		Type: res.Type.String(), Class: res.Class.String(), Programme: res.Programme,
		Owner: res.Owner.String(), AssignedCoach: res.AssignedCoach.String(),
		Age: int(r.Now.Sub(res.CreatedAt)), AgeSeconds: r.Now.Sub(res.CreatedAt).Seconds(), GroupSize: res.GroupSize,
		Identifiable: res.Identifiable == governance.Yes, LegalHold: res.LegalHold == governance.Yes,
		Automated: res.Automated == governance.Yes, ModelCard: res.ModelCard,
	}
	for e := governance.NoEffect; e <= governance.TalentReview; e++ {
		if res.Affects.Has(e) {
			f.Affects = append(f.Affects, e.String())
		}
	}
	for p := governance.ForCoaching; p <= governance.ForReidentification; p++ {
		if agreed(r, p) {
			f.Purposes = append(f.Purposes, p.String())
		}
	}
	count, legal := approved(r)
	f.ApprovalCount = count
	if legal {
		f.ApprovalRoles = []string{coaching.LegalPrivacy.String()}
	} else if count > 0 {
		f.ApprovalRoles = []string{coaching.ProgramAdmin.String()}
	}
	role, length := reviewed(r)
	f.ReviewDone, f.ReviewRole, f.RationaleLength = role != coaching.NoRole, role.String(), length
	return f
}
