package audit

import (
	"time"

	"github.com/coachgov/coaching"
)

// An IdentityRequest records that somebody asks who a pseudonym stands for.
type IdentityRequest struct {
	Request string
	Person  coaching.PersonID
	Purpose string
	Digest  Digest    // of the request, which the approvals repeat
	Expires time.Time // the last moment at which it may be carried out
}

// Kind returns KindIdentityRequest.
func (IdentityRequest) Kind() Kind { return KindIdentityRequest }

func (b IdentityRequest) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.person("person", &b.Person)
	c.ident("purpose", &b.Purpose)
	c.digest("digest", &b.Digest)
	c.instant("expires", &b.Expires)
	return b
}

// An IdentityApproval records that the event's actor approved or refused an
// identity request.
type IdentityApproval struct {
	Request  string
	Digest   Digest // of the request as the approver saw it
	Approved bool
}

// Kind returns KindIdentityApproval.
func (IdentityApproval) Kind() Kind { return KindIdentityApproval }

func (b IdentityApproval) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.digest("digest", &b.Digest)
	c.flag("approved", &b.Approved)
	return b
}

// An IdentityReveal records that the actor learns who a pseudonym stands for.
type IdentityReveal struct {
	Request string
	Person  coaching.PersonID
}

// Kind returns KindIdentityReveal.
func (IdentityReveal) Kind() Kind { return KindIdentityReveal }

func (b IdentityReveal) fields(c *coder) Body {
	c.ident("request", &b.Request)
	c.person("person", &b.Person)
	return b
}
