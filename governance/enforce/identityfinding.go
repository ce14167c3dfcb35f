package enforce

import (
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// identityFinding returns a refusal; rule says which of the workflow's rules it is
// by, beside those of the policy.
func identityFinding(code, rule, message string) coaching.Finding {
	return coaching.Finding{Code: code, Path: "reidentification." + rule, Message: message}
}

// wellAsked says whether a request is one to identify somebody at all.
func wellAsked(asked *governance.Request) (fs coaching.Findings) {
	if asked == nil || asked.Action != governance.Reidentify || asked.Resource.Type != governance.ResourceIdentity || asked.Resource.Owner.IsZero() {
		return coaching.Findings{identityFinding(codeApproval, "request", "want the action reidentify, on an identity whose owner is the person concerned")}
	}
	if len(asked.Resource.Signals) == 0 {
		return coaching.Findings{identityFinding(codeOptIn, "signals", "want the signals behind the data, for which the person has opted in")}
	}
	return nil
}

// askable says what keeps a request from being made.
func (r *Reidentification) askable(request string, by audit.Actor, asked *governance.Request, expires time.Time) (fs coaching.Findings) {
	if r.fold.cases[request] != nil {
		fs = append(fs, identityFinding(codeApproval, "taken", "there is a request under this identifier"))
	}
	if !human(by) {
		fs = append(fs, identityFinding(codeApproval, "requester", "a request is made by a person in a role"))
	}
	if !inWindow(asked.Now, expires) {
		fs = append(fs, identityFinding(codeApproval, "window", "want an end after the request and at most 14 days after it"))
	}
	if len(r.fold.signals(asked.Resource.Owner, asked.Now)) == 0 {
		fs = append(fs, identityFinding(codeOptIn, "optin", "no opt-in of the person concerned is on record"))
	}
	return fs
}

// workable says why a request does not go on.
func (r *Reidentification) workable(request string, at time.Time) coaching.Findings {
	switch r.fold.state(r.fold.cases[request], at) {
	case IdentityOpen:
		return nil
	case IdentityRefused:
		return coaching.Findings{identityFinding(codeApproval, "refused", "it has been refused")}
	case IdentityWithdrawn:
		return coaching.Findings{identityFinding(codeOptIn, "withdrawn", "the person concerned has withdrawn the opt-in")}
	case IdentityExpired:
		return coaching.Findings{identityFinding(codeApproval, "expired", "its time is up")}
	case IdentityRevealed:
		return coaching.Findings{identityFinding(codeApproval, "revealed", "it has been carried out; each request is for one time")}
	}
	return coaching.Findings{identityFinding(codeApproval, "unknown", "no such request is on record")}
}

// sameRequest says whether a request is the one that was made.
func sameRequest(c *identityCase, asked *governance.Request) coaching.Findings {
	if asked.Digest() == c.Digest.String() {
		return nil
	}
	return coaching.Findings{identityFinding(codeApproval, "digest", "it is not the request that was made; something in it has changed")}
}

// overtaken makes sure that a step that came too late is refused.
func overtaken(fs coaching.Findings) coaching.Findings {
	if !fs.Blocked() {
		fs = append(fs, identityFinding(codeApproval, "overtaken", "another step came first; ask again"))
	}
	fs.Sort()
	return fs
}

// reasonsOf returns what stands between a decision and yes; what a human can still
// give has the severity.
func reasonsOf(d governance.Decision, human coaching.Severity) (fs coaching.Findings) {
	for _, reason := range d.Reasons {
		f := coaching.Finding{Code: reason.Code, Path: reason.Rule, Message: reason.Message.String()}
		switch reason.Effect {
		case governance.Permit:
			continue
		case governance.Review:
			f.Severity = human
		}
		fs = append(fs, f)
	}
	return fs
}
