package governance

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/signal"
)

// A choice changes one thing about a request.
type choice func(*Request)

// A block is a part of all requests: every combination of its choices, beside
// which the rest of the request is that of a base. There is a block for each
// group of attributes that the rules of the programme speak of together, with
// every number at one below its limit, at it and one above.
type block struct {
	name string
	base func(*Request)
	dims [][]choice
}

// blockPeople are who can be whom.
type blockPeople struct{ subject, owner, coach, peer, lawyer, hr coaching.PersonID }

func newBlockPeople(t testing.TB) (b blockPeople) {
	person, err := casePeople()
	require.NoError(t, err)
	for i, p := range []*coaching.PersonID{&b.subject, &b.owner, &b.coach, &b.peer, &b.lawyer, &b.hr} {
		*p = person("block-" + string(rune('a'+i)))
	}
	return b
}

// good is a request with which as little as possible is wrong.
func (b blockPeople) good(r *Request) {
	now := time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC)
	*r = Request{
		Action: View, Purpose: ForCoaching, Now: now,
		Subject: Subject{ID: b.subject, Role: coaching.Steward, Trained: true, Programme: "p1"},
		Resource: Resource{
			Type: ResourcePack, ID: "resource-1", Programme: "p1", Signals: []string{"s1"}, Class: signal.Pseudonymous,
			Owner: b.owner, AssignedCoach: b.coach, CreatedAt: now.Add(-time.Hour), GroupSize: 50,
			Identifiable: No, LegalHold: No, Standing: signal.Cleared, Control: true,
			Automated: No, ModelCard: true, Explained: true, Affects: EffectsOf(NoEffect),
		},
	}
	for _, p := range purposeNames[1:] {
		b.consent(r, signal.Consent{Purpose: p})
	}
}

// agreed is a good request that has been approved and reviewed. The engine, the
// reference and the block digest it once each, which is most of their time.
func (b blockPeople) agreed(r *Request) {
	b.good(r)
	b.approval(r, Approval{By: b.lawyer, Role: coaching.LegalPrivacy})
	b.approval(r, Approval{By: b.peer, Role: coaching.ProgramAdmin})
	b.reviewed(r, ReviewRecord{Role: coaching.HRReviewer})
}

// bare is a request that says no more than it must.
func (b blockPeople) bare(r *Request) {
	*r = Request{
		Action: View, Purpose: ForCoaching, Now: time.Date(2028, 2, 28, 12, 0, 0, 0, time.UTC),
		Subject:  Subject{ID: b.subject, Programme: "p1"},
		Resource: Resource{Type: ResourcePack, ID: "resource-1", Programme: "p1", Signals: []string{"s1"}},
	}
}

// consent adds one of the owner's that holds, unless it says otherwise.
func (b blockPeople) consent(r *Request, c signal.Consent) {
	if c.Participant.IsZero() {
		c.Participant = b.owner
	}
	if c.Signal == "" {
		c.Signal = "s1"
	}
	if c.Granted.IsZero() {
		c.Granted = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	r.Consents = append(slices.Clip(r.Consents), c)
}

// approval adds one that is valid, unless it says otherwise.
func (b blockPeople) approval(r *Request, a Approval) {
	if a.At.IsZero() {
		a.At = r.Now.Add(-time.Hour)
	}
	if a.Expires.IsZero() {
		a.Expires = r.Now.Add(time.Hour)
	}
	r.Approvals = append(slices.Clip(r.Approvals), a)
}

// reviewed adds a review that is valid, unless it says otherwise.
func (b blockPeople) reviewed(r *Request, v ReviewRecord) {
	if v.Reviewer.IsZero() {
		v.Reviewer = b.hr
	}
	if v.Rationale == "" {
		v.Rationale = strings.Repeat("r", 20)
	}
	if v.At.IsZero() {
		v.At = r.Now.Add(-time.Hour)
	}
	v.Approved = !v.Approved // the zero value is a yes here
	r.Review = v
}

// each returns a choice for each value.
func each[T any](set func(*Request, T), values ...T) []choice {
	var out []choice
	for _, v := range values {
		out = append(out, func(r *Request) { set(r, v) })
	}
	return out
}

// upTo returns the values from least to most.
func upTo[T ~uint8](least, most T) []T {
	var out []T
	for v := least; v <= most; v++ {
		out = append(out, v)
	}
	return out
}

// blocks returns them all. Together they are more than a million requests.
func (b blockPeople) blocks() []block {
	flag := func(set func(*Request, bool)) []choice { return each(set, false, true) }
	fact := func(set func(*Request, Fact)) []choice { return each(set, Unknown, No, Yes) }
	action := each(func(r *Request, v Action) { r.Action = v }, upTo(View, Purge)...)
	role := each(func(r *Request, v coaching.Role) { r.Subject.Role = v }, upTo(coaching.NoRole, coaching.System)...)
	typ := each(func(r *Request, v ResourceType) { r.Resource.Type = v }, upTo(ResourceTrace, ResourceIdentity)...)
	class := each(func(r *Request, v signal.DataClass) { r.Resource.Class = v }, upTo(signal.Raw, signal.Aggregate)...)
	purpose := each(func(r *Request, v Purpose) { r.Purpose = v }, upTo(ForCoaching, ForReidentification)...)
	automated := fact(func(r *Request, v Fact) { r.Resource.Automated = v })
	affects := each(func(r *Request, v Effects) { r.Resource.Affects = v }, 0, EffectsOf(NoEffect))
	for v := range Effects(1 << len(effectNames)) {
		if v > EffectsOf(NoEffect) && v.valid() {
			affects = append(affects, func(r *Request) { r.Resource.Affects = v })
		}
	}
	bare := []choice{func(*Request) {}, func(r *Request) {
		a, c, role, typ, class, purpose, people := r.Action, r.Resource.AssignedCoach, r.Subject.Role, r.Resource.Type, r.Resource.Class, r.Purpose, r.Resource.Owner
		subject := r.Subject.ID
		b.bare(r)
		r.Action, r.Resource.AssignedCoach, r.Subject.Role, r.Resource.Type, r.Resource.Class, r.Purpose, r.Resource.Owner, r.Subject.ID = a, c, role, typ, class, purpose, people, subject
	}}
	some := each(func(r *Request, v coaching.Role) { r.Subject.Role = v }, coaching.Coach, coaching.Steward, coaching.ProgramAdmin, coaching.LegalPrivacy, coaching.PrivacyOfficer)
	assigned := func(r *Request) { b.good(r); r.Subject.ID = b.coach }
	system := func(r *Request) { b.agreed(r); r.Subject.Role = coaching.System }
	admin := func(r *Request) { b.agreed(r); r.Subject.Role, r.Purpose = coaching.ProgramAdmin, ForReidentification }
	signals := []choice{func(r *Request) { r.Resource.Type = ResourceRecommendation }, func(r *Request) { r.Resource.Type = ResourceReport }}
	return []block{
		{"who does what to what", b.agreed, [][]choice{role, action, typ, class, purpose, b.who(), bare}},
		{"how old it is", b.good, [][]choice{some, action, typ, class, b.times()}},
		{"of how many people", b.good, [][]choice{role, action, typ, class, each(func(r *Request, n int) { r.Resource.GroupSize = n }, 0, 1, 2, 3, 4, 5, 6)}},
		{"for what there is consent", b.good, [][]choice{some, action, typ, class, purpose, b.consents()}},
		{"which consent holds", b.good, [][]choice{action, typ, class, purpose, b.who(), b.consentDetails()}},
		{"how its signals stand", b.good, [][]choice{role, action, typ,
			each(func(r *Request, v signal.Standing) { r.Resource.Standing = v }, upTo(signal.Candidate, signal.Retired)...),
			flag(func(r *Request, v bool) { r.Resource.Control = v })}},
		{"what is known of the model", b.good, [][]choice{role, action, typ, automated,
			flag(func(r *Request, v bool) { r.Resource.ModelCard = v }), flag(func(r *Request, v bool) { r.Resource.Explained = v })}},
		{"whether the coach is trained", assigned, [][]choice{role, action, typ, class, flag(func(r *Request, v bool) { r.Subject.Trained = v })}},
		{"whether it must be kept", b.good, [][]choice{role, action, typ, class, fact(func(r *Request, v Fact) { r.Resource.LegalHold = v })}},
		{"of which programme", b.good, [][]choice{role, action, typ,
			each(func(r *Request, v string) { r.Subject.Programme = v }, "", "p1", "p2"),
			each(func(r *Request, v string) { r.Resource.Programme = v }, "", "p1", "p2")}},
		{"what it affects and who reviewed it", system, [][]choice{action, signals, automated, affects, b.reviews()}},
		{"who is who in a review", system, [][]choice{action, class, automated, affects[:4], b.who(), b.reviews()}},
		{"who can be named and who approved", admin, [][]choice{action, typ, class, b.who()[:4],
			fact(func(r *Request, v Fact) { r.Resource.Identifiable = v }), b.approvals()}},
		{"who is who in an approval", admin, [][]choice{action, typ, class, b.who(), b.approvals()}},
	}
}

// who returns who asks about whom, and who coaches that person.
func (b blockPeople) who() []choice {
	var out []choice
	nobody := coaching.PersonID{}
	for _, w := range [][3]coaching.PersonID{
		{b.subject, b.owner, b.coach}, {b.owner, b.owner, b.coach}, {b.coach, b.owner, b.coach}, {b.subject, nobody, nobody},
		{b.subject, b.owner, nobody}, {b.subject, nobody, b.coach}, {b.coach, nobody, b.coach}, {b.owner, b.owner, nobody},
		{b.owner, b.owner, b.owner}, {b.subject, b.owner, b.owner},
	} {
		out = append(out, func(r *Request) { r.Subject.ID, r.Resource.Owner, r.Resource.AssignedCoach = w[0], w[1], w[2] })
	}
	return out
}

// times returns ages at, below and above both limits, in ordinary months, over a
// leap day and from one.
func (b blockPeople) times() []choice {
	day := 24 * time.Hour
	noon := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }
	out := []choice{func(r *Request) { r.Resource.CreatedAt = time.Time{} }}
	for _, w := range []struct {
		now, limit time.Time
	}{
		{noon(2028, 2, 28), noon(2028, 2, 28).Add(-90 * day)},
		{noon(2028, 2, 28), noon(2027, 2, 28)},
		{noon(2029, 2, 28), noon(2028, 2, 29)}, // from a leap day on: its 28th
		{noon(2029, 2, 28), noon(2028, 2, 28)},
		{noon(2028, 3, 31), noon(2027, 3, 31)}, // over a leap day: 366 days
		{noon(2027, 5, 30), noon(2026, 5, 30)},
	} {
		for _, off := range []time.Duration{-day, -time.Second, -1, 0, 1, time.Second, day} {
			out = append(out, func(r *Request) { b.at(r, w.now, w.limit.Add(off)) })
		}
	}
	return append(out, func(r *Request) { b.at(r, r.Now, r.Now) }, func(r *Request) { b.at(r, r.Now, r.Now.AddDate(-3, 0, 0)) })
}

// at moves a request to another time.
func (b blockPeople) at(r *Request, now, created time.Time) {
	r.Now, r.Resource.CreatedAt = now, created
	if created.After(now) {
		r.Resource.CreatedAt = now
	}
	r.Approvals = slices.Clone(r.Approvals)
	for i := range r.Approvals {
		r.Approvals[i].At, r.Approvals[i].Expires = now.Add(-time.Hour), now.Add(time.Hour)
	}
	r.Review.At = now.Add(-time.Hour)
}

// consents returns every set of purposes.
func (b blockPeople) consents() []choice {
	var out []choice
	for set := range 1 << (len(purposeNames) - 1) {
		out = append(out, func(r *Request) {
			r.Consents = nil
			for i, p := range purposeNames[1:] {
				if set>>i&1 != 0 {
					b.consent(r, signal.Consent{Purpose: p})
				}
			}
		})
	}
	return out
}

// consentDetails returns consents to everything that hold, and that do not for
// one reason or another.
func (b blockPeople) consentDetails() []choice {
	with := func(change func(r *Request, c *signal.Consent)) choice {
		return func(r *Request) {
			r.Consents = slices.Clone(r.Consents)
			for i := range r.Consents {
				change(r, &r.Consents[i])
			}
		}
	}
	more := func(signals []string, c signal.Consent) choice {
		return func(r *Request) {
			r.Resource.Signals = signals
			for _, p := range purposeNames[1:] {
				c.Purpose = p
				b.consent(r, c)
			}
		}
	}
	return []choice{
		with(func(*Request, *signal.Consent) {}),
		with(func(r *Request, c *signal.Consent) { c.Granted = r.Now }),
		with(func(r *Request, c *signal.Consent) { c.Granted = r.Now.Add(1) }),
		with(func(r *Request, c *signal.Consent) { c.Withdrawn = r.Now }),
		with(func(r *Request, c *signal.Consent) { c.Withdrawn = r.Now.Add(1) }),
		with(func(_ *Request, c *signal.Consent) { c.Participant = b.peer }),
		with(func(_ *Request, c *signal.Consent) { c.Notice = "n-1" }),
		with(func(r *Request, _ *signal.Consent) { r.Notice = "n-1" }),
		with(func(r *Request, c *signal.Consent) { r.Notice, c.Notice = "n-1", "n-1" }),
		with(func(_ *Request, c *signal.Consent) { c.Signal = "s2" }),
		more([]string{"s1", "s2"}, signal.Consent{Signal: "s2"}),
		more([]string{"s1", "s2"}, signal.Consent{Signal: "s3"}),
	}
}

// reviews returns none and some, with rationale and age at, below and above
// their limits.
func (b blockPeople) reviews() []choice {
	out := []choice{func(r *Request) { r.Review = ReviewRecord{} }}
	add := func(v ReviewRecord) { out = append(out, func(r *Request) { b.reviewed(r, v) }) }
	for role := coaching.NoRole; role <= coaching.System; role++ {
		add(ReviewRecord{Role: role})
	}
	for _, n := range []int{1, 19, 20, 21} {
		for _, age := range []time.Duration{0, 72*time.Hour - 1, 72 * time.Hour, 72*time.Hour + 1} {
			out = append(out, func(r *Request) {
				b.reviewed(r, ReviewRecord{Role: coaching.HRReviewer, Rationale: strings.Repeat("r", n), At: r.Now.Add(-age)})
			})
		}
	}
	for _, by := range []coaching.PersonID{b.subject, b.owner, b.coach} {
		add(ReviewRecord{Role: coaching.HRReviewer, Reviewer: by})
	}
	add(ReviewRecord{Role: coaching.HRReviewer, Approved: true}) // a no
	add(ReviewRecord{Role: coaching.HRReviewer, Request: strings.Repeat("0", 64)})
	return append(out, func(r *Request) { b.reviewed(r, ReviewRecord{Role: coaching.HRReviewer, At: r.Now.Add(1)}) })
}

// approvals returns none and some, with their number at, below and above its
// limit.
func (b blockPeople) approvals() []choice {
	legal, admin, lead := coaching.LegalPrivacy, coaching.ProgramAdmin, coaching.CoachingLead
	out := []choice{func(r *Request) { r.Approvals = nil }}
	add := func(list ...Approval) {
		out = append(out, func(r *Request) {
			r.Approvals = nil
			for _, a := range list {
				b.approval(r, a)
			}
		})
	}
	yes := Approval{By: b.peer, Role: admin}
	for role := coaching.NoRole; role <= coaching.System; role++ {
		add(Approval{By: b.lawyer, Role: role})
		add(Approval{By: b.peer, Role: lead}, Approval{By: b.lawyer, Role: role})
	}
	add(yes, Approval{By: b.lawyer, Role: legal})
	add(yes, Approval{By: b.lawyer, Role: coaching.PrivacyOfficer})
	add(yes, Approval{By: b.hr, Role: lead}, Approval{By: b.lawyer, Role: coaching.HRReviewer})
	add(yes, Approval{By: b.hr, Role: lead}, Approval{By: b.lawyer, Role: legal})
	add(Approval{By: b.lawyer, Role: legal}, Approval{By: b.lawyer, Role: admin}) // one person twice
	for _, by := range []coaching.PersonID{b.subject, b.owner, b.coach, {}} {
		add(yes, Approval{By: by, Role: legal})
	}
	add(yes, Approval{By: b.lawyer, Role: legal, Request: strings.Repeat("0", 64)})
	add(yes, Approval{By: b.lawyer, Role: legal}, Approval{By: b.hr, Role: lead, Refused: true})
	for _, off := range []time.Duration{-1, 0, 1} {
		out = append(out, func(r *Request) {
			r.Approvals = nil
			b.approval(r, yes)
			b.approval(r, Approval{By: b.lawyer, Role: legal, At: r.Now.Add(off)})
		}, func(r *Request) {
			r.Approvals = nil
			b.approval(r, yes)
			b.approval(r, Approval{By: b.lawyer, Role: legal, Expires: r.Now.Add(off)})
		})
	}
	return out
}

// everyBlock calls use with the requests of the blocks, every stride-th of each,
// which are overwritten by the next one, and returns how many there were.
func (b blockPeople) everyBlock(stride int, use func(name string, r *Request)) int {
	total := 0
	for _, x := range b.blocks() {
		at, n := make([]int, len(x.dims)), 0
		var base Request
		x.base(&base)
		for {
			if n++; n%stride == 0 {
				total++
				r := base
				for i, dim := range x.dims {
					dim[at[i]](&r)
				}
				b.bind(&r)
				use(x.name, &r)
			}
			i := 0
			for ; i < len(at); i++ {
				if at[i]++; at[i] < len(x.dims[i]) {
					break
				}
				at[i] = 0
			}
			if i == len(at) {
				break
			}
		}
	}
	return total
}

// bind ties approvals and review to the request as it now reads.
func (b blockPeople) bind(r *Request) {
	if len(r.Approvals) == 0 && r.Review.Reviewer.IsZero() {
		return
	}
	digest := r.Digest()
	r.Approvals = slices.Clone(r.Approvals)
	for i := range r.Approvals {
		if r.Approvals[i].Request == "" {
			r.Approvals[i].Request = digest
		}
	}
	if r.Review.Request == "" {
		r.Review.Request = digest
	}
}
