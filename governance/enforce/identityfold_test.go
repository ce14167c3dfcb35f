package enforce

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/signal"
)

// The steps of a re-identification, as letters: an order of events is a word.
const (
	stepOptIn     = 'G' // the person opts in
	stepWithdraw  = 'W' // and withdraws
	stepAsk       = 'Q' // the coach asks, for the admin
	stepLawyer    = 'L' // yes from legal
	stepSponsor   = 'P' // yes from somebody else
	stepRequester = 'S' // yes from who asked, as legal
	stepExecutor  = 'E' // yes from who would learn the identity, as legal
	stepOwner     = 'O' // yes from the person concerned, as legal
	stepOther     = 'D' // yes from the privacy officer, to another request
	stepRefuse    = 'N' // a no
	stepTime      = 'T' // three days pass, and the request was for two
	stepReveal    = 'V' // the admin wants the identity
)

const (
	allSteps  = "GWQLPSEODNTV"
	mainSteps = "GWQLPNTV"
)

// reference is the workflow as it is written down: what is not in the table
// changes nothing. It is the oracle of the tests, so it was written by hand from
// the rules, and knows nothing of the code.
var reference = map[string]map[rune]string{
	"nothing":        {stepOptIn: "opted in"},
	"opted in":       {stepWithdraw: "nothing", stepAsk: "asked"},
	"asked":          {stepLawyer: "legal says yes", stepSponsor: "one says yes", stepRefuse: "refused", stepWithdraw: "withdrawn", stepTime: "expired"},
	"legal says yes": {stepSponsor: "approved", stepRefuse: "refused", stepWithdraw: "withdrawn", stepTime: "expired"},
	"one says yes":   {stepLawyer: "approved", stepRefuse: "refused", stepWithdraw: "withdrawn", stepTime: "expired"},
	"approved":       {stepReveal: "revealed", stepRefuse: "refused", stepWithdraw: "withdrawn", stepTime: "expired"},
	"refused":        {},
	"withdrawn":      {},
	"expired":        {},
	"revealed":       {},
}

// stateOf is what Cases calls a state of the reference.
func stateOf(reference string) IdentityState {
	switch reference {
	case "nothing", "opted in":
		return IdentityNone
	case "refused":
		return IdentityRefused
	case "withdrawn":
		return IdentityWithdrawn
	case "expired":
		return IdentityExpired
	case "revealed":
		return IdentityRevealed
	}
	return IdentityOpen
}

// words calls f with every word of length n over the letters, in one order.
func words(letters string, n int, f func(word string)) {
	word := make([]byte, n)
	var rest func(at int)
	rest = func(at int) {
		if at == n {
			f(string(word))
			return
		}
		for i := range len(letters) {
			word[at] = letters[i]
			rest(at + 1)
		}
	}
	rest(0)
}

var began = time.Date(2027, 2, 3, 10, 0, 0, 0, time.UTC)

// cast are the people of the tests.
func cast(t testing.TB) func(name string) coaching.PersonID {
	t.Helper()
	p, err := coaching.NewPseudonymizer(bytes.Repeat([]byte{7}, coaching.MinMasterKey), coaching.Domain{Programme: "test", Purpose: "enforce"})
	require.NoError(t, err)
	known := map[string]coaching.PersonID{}
	return func(name string) coaching.PersonID {
		id, ok := known[name]
		if !ok {
			id, err = p.Person(name)
			require.NoError(t, err)
			known[name] = id
		}
		return id
	}
}

// wanted is the request of the tests. The host's own list says that the consent
// stands, always: a host that has forgotten the withdrawal.
func wanted(who func(string) coaching.PersonID, at time.Time) *governance.Request {
	return &governance.Request{
		Action: governance.Reidentify, Purpose: governance.ForReidentification,
		Subject: governance.Subject{ID: who("admin"), Role: coaching.ProgramAdmin, Programme: "pilot"},
		Resource: governance.Resource{
			Type: governance.ResourceIdentity, ID: "identity-L01", Programme: "pilot", Signals: []string{"meeting_hygiene"},
			Class: signal.Pseudonymous, Owner: who("leader"), CreatedAt: began.Add(-24 * time.Hour),
			Identifiable: governance.Yes, Automated: governance.No, Affects: governance.EffectsOf(governance.NoEffect),
		},
		Consents: signal.ConsentList{{Participant: who("leader"), Signal: "meeting_hygiene", Purpose: "reidentification", Granted: began.Add(-time.Hour)}},
		Now:      at,
	}
}

// approvers are the yeses of the steps.
func approvers(who func(string) coaching.PersonID) map[byte]audit.Actor {
	return map[byte]audit.Actor{
		stepLawyer:    {ID: who("lawyer"), Role: coaching.LegalPrivacy},
		stepSponsor:   {ID: who("sponsor"), Role: coaching.Sponsor},
		stepRequester: {ID: who("coach"), Role: coaching.LegalPrivacy},
		stepExecutor:  {ID: who("admin"), Role: coaching.LegalPrivacy},
		stepOwner:     {ID: who("leader"), Role: coaching.LegalPrivacy},
		stepOther:     {ID: who("privacy officer"), Role: coaching.PrivacyOfficer},
	}
}

// GOV-014, GOV-015: no order of events leads to a reveal but those of the
// reference, whatever is written into the log past the workflow. Each of the three
// million orders of six is held against it after every event.
func TestIdentityEventOrders(t *testing.T) {
	length := 6
	if testing.Short() {
		length = 4
	}
	policy, _, err := governance.BuiltIn()
	require.NoError(t, err)
	who := cast(t)
	yes, coach, leader := approvers(who), audit.Actor{ID: who("coach"), Role: coaching.Coach}, audit.Actor{ID: who("leader"), Role: coaching.Participant}
	request := wanted(who, began)
	digest, err := audit.ParseDigest(request.Digest())
	require.NoError(t, err)

	// Events are made once for each step, place in the word and days passed.
	type place struct {
		step       byte
		at, passed int
	}
	known := map[place]audit.Event{}
	clock := func(at, passed int) time.Time {
		return began.Add(time.Duration(at)*time.Minute + time.Duration(passed)*72*time.Hour)
	}
	event := func(step byte, at, passed int) audit.Event {
		e, ok := known[place{step, at, passed}]
		if ok {
			return e
		}
		by, now := coach, clock(at, passed)
		var body audit.Body
		switch step {
		case stepOptIn, stepWithdraw:
			by, body = leader, audit.ConsentChange{Participant: leader.ID, Signal: "meeting_hygiene", Purpose: "reidentification", Given: step == stepOptIn}
		case stepAsk:
			body = audit.IdentityRequest{Request: "R-1", Person: leader.ID, Purpose: "reidentification", Digest: digest, Expires: now.Add(48 * time.Hour)}
		case stepReveal:
			by, body = audit.Actor{ID: who("admin"), Role: coaching.ProgramAdmin}, audit.IdentityReveal{Request: "R-1", Person: leader.ID}
		case stepRefuse:
			body = audit.IdentityApproval{Request: "R-1", Digest: digest}
		case stepTime: // something else happens, later
			body = audit.Restriction{Signal: "meeting_hygiene", Use: "coaching_only"}
		case stepOther:
			by, body = yes[step], audit.IdentityApproval{Request: "R-1", Digest: audit.DigestOf(nil), Approved: true}
		default:
			by, body = yes[step], audit.IdentityApproval{Request: "R-1", Digest: digest, Approved: true}
		}
		e, err := audit.NewEvent(now, by, body)
		require.NoError(t, err)
		known[place{step, at, passed}] = e
		return e
	}
	count, revealed := 0, 0
	words(allSteps, length, func(word string) {
		f, state, passed := newIdentityFold(), "nothing", 0
		for i := range len(word) {
			step := word[i]
			if step == stepTime {
				passed++
			}
			next, moves := reference[state][rune(step)]
			if moves {
				state = next
			}
			if step == stepReveal {
				request.Now = clock(i, passed)
				c := f.cases["R-1"]
				allowed := f.state(c, request.Now) == IdentityOpen && policy.Decide(f.facts(request, c)).Allowed()
				if allowed != moves {
					t.Fatalf("%s, event %d: allowed %v, and the reference is at %q", word, i, allowed, state)
				}
				if !allowed {
					continue
				}
				revealed++
			}
			f.add(int64(i), event(step, i, passed))
			if got := f.state(f.cases["R-1"], clock(i, passed)); got != stateOf(state) {
				t.Fatalf("%s, event %d: %s, and the reference is at %q", word, i, got, state)
			}
		}
		count++
	})
	if !testing.Short() {
		require.Equal(t, 2985984, count)
		require.Greater(t, revealed, 50)
	}
	t.Logf("%d orders, %d reveals", count, revealed)
}

// What the log holds past the workflow, by whatever hand, begins no request, adds no
// approval and moves nothing where it may not.
func TestIdentityFoldIgnores(t *testing.T) {
	who := cast(t)
	leader, other := who("leader"), who("leader 2")
	coach := audit.Actor{ID: who("coach"), Role: coaching.Coach}
	lawyer := audit.Actor{ID: who("lawyer"), Role: coaching.LegalPrivacy}
	digest := audit.DigestOf(nil)
	optIn := audit.ConsentChange{Participant: leader, Signal: "meeting_hygiene", Purpose: "reidentification", Given: true}
	ask := audit.IdentityRequest{Request: "R-1", Person: leader, Purpose: "reidentification", Digest: digest, Expires: began.Add(48 * time.Hour)}
	yes := audit.IdentityApproval{Request: "R-1", Digest: digest, Approved: true}
	type step struct {
		by   audit.Actor
		body audit.Body
		at   time.Time
	}
	at := func(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) }
	asking := func(f func(*audit.IdentityRequest)) audit.IdentityRequest { r := ask; f(&r); return r }
	granting := func(f func(*audit.ConsentChange)) audit.ConsentChange { c := optIn; f(&c); return c }
	self := audit.Actor{ID: leader, Role: coaching.Participant}
	far := began.AddDate(900, 0, 0)
	aside, fixed := audit.Restriction{Signal: "focus_time", Use: "coaching_only"}, audit.ClockCorrection{Latest: far}
	tests := map[string]struct {
		steps     []step
		state     IdentityState
		approvals int
	}{
		"as it should be":                  {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, yes, at(3)}}, IdentityOpen, 1},
		"opted in by the coach":            {[]step{{coach, optIn, at(1)}, {coach, ask, at(2)}}, IdentityNone, 0},
		"opted in by software":             {[]step{{audit.Actor{Role: coaching.System}, optIn, at(1)}, {coach, ask, at(2)}}, IdentityOpen, 0},
		"opted in in any role":             {[]step{{audit.Actor{ID: leader, Role: coaching.Coach}, optIn, at(1)}, {coach, ask, at(2)}}, IdentityOpen, 0},
		"withdrawn by the coach":           {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {coach, granting(func(c *audit.ConsentChange) { c.Given = false }), at(3)}}, IdentityWithdrawn, 0},
		"a record from the far future":     {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {coach, aside, far}, {lawyer, yes, at(4)}}, IdentityExpired, 0},
		"corrected, and asked before":      {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {coach, aside, far}, {lawyer, fixed, at(4)}, {lawyer, yes, at(5)}}, IdentityExpired, 0},
		"corrected, and asked after":       {[]step{{self, optIn, at(1)}, {coach, aside, far}, {lawyer, fixed, at(4)}, {coach, ask, at(5)}, {lawyer, yes, at(6)}}, IdentityOpen, 1},
		"corrected by another time":        {[]step{{self, optIn, at(1)}, {coach, aside, far}, {lawyer, audit.ClockCorrection{Latest: far.Add(1)}, at(4)}, {coach, ask, at(5)}}, IdentityExpired, 0},
		"opt-in over before a correction":  {[]step{{self, granting(func(c *audit.ConsentChange) { c.Expires = at(9) }), at(1)}, {coach, aside, far}, {lawyer, fixed, at(4)}, {coach, ask, at(5)}}, IdentityNone, 0},
		"a correction of nothing":          {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, fixed, at(3)}, {lawyer, yes, at(4)}}, IdentityOpen, 1},
		"asked by software":                {[]step{{self, optIn, at(1)}, {audit.Actor{ID: coach.ID, Role: coaching.System}, ask, at(2)}}, IdentityNone, 0},
		"asked for too long":               {[]step{{self, optIn, at(1)}, {coach, asking(func(r *audit.IdentityRequest) { r.Expires = at(2).Add(MaxIdentityValid + 1) }), at(2)}}, IdentityNone, 0},
		"asked for no time":                {[]step{{self, optIn, at(1)}, {coach, asking(func(r *audit.IdentityRequest) { r.Expires = at(2) }), at(2)}}, IdentityNone, 0},
		"asked first":                      {[]step{{coach, ask, at(1)}, {self, optIn, at(2)}}, IdentityNone, 0},
		"asked with an earlier date":       {[]step{{self, optIn, at(2)}, {coach, ask, at(1)}}, IdentityNone, 0},
		"opted in for an earlier end":      {[]step{{self, granting(func(c *audit.ConsentChange) { c.Expires = at(2) }), at(1)}, {coach, ask, at(2)}}, IdentityNone, 0},
		"ended by a later event":           {[]step{{self, granting(func(c *audit.ConsentChange) { c.Expires = at(5) }), at(1)}, {coach, yes, at(6)}, {coach, ask, at(2)}}, IdentityNone, 0},
		"somebody else opted in":           {[]step{{self, granting(func(c *audit.ConsentChange) { c.Participant = other }), at(1)}, {coach, ask, at(2)}}, IdentityNone, 0},
		"opted in to something else":       {[]step{{self, granting(func(c *audit.ConsentChange) { c.Purpose = "coaching" }), at(1)}, {coach, ask, at(2)}}, IdentityNone, 0},
		"somebody else withdrew":           {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {self, granting(func(c *audit.ConsentChange) { c.Participant, c.Given = other, false }), at(3)}}, IdentityOpen, 0},
		"withdrew from something else":     {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {self, granting(func(c *audit.ConsentChange) { c.Purpose, c.Given = "coaching", false }), at(3)}}, IdentityOpen, 0},
		"withdrew for another signal":      {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {self, granting(func(c *audit.ConsentChange) { c.Signal, c.Given = "focus_time", false }), at(3)}}, IdentityWithdrawn, 0},
		"the same yes twice":               {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, yes, at(3)}, {lawyer, yes, at(4)}}, IdentityOpen, 1},
		"a yes by software":                {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {audit.Actor{Role: coaching.System}, yes, at(3)}}, IdentityOpen, 0},
		"a yes by the requester":           {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {audit.Actor{ID: coach.ID, Role: coaching.LegalPrivacy}, yes, at(3)}}, IdentityOpen, 0},
		"a yes by the person concerned":    {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {audit.Actor{ID: leader, Role: coaching.LegalPrivacy}, yes, at(3)}}, IdentityOpen, 0},
		"a yes to something else":          {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, audit.IdentityApproval{Request: "R-1", Digest: audit.DigestOf([]byte("x")), Approved: true}, at(3)}}, IdentityOpen, 0},
		"a yes to another request":         {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, audit.IdentityApproval{Request: "R-2", Digest: digest, Approved: true}, at(3)}}, IdentityOpen, 0},
		"a yes too late":                   {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, yes, began.Add(49 * time.Hour)}}, IdentityExpired, 0},
		"a no to something else":           {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, audit.IdentityApproval{Request: "R-1", Digest: audit.DigestOf([]byte("x"))}, at(3)}}, IdentityRefused, 0},
		"a no too late":                    {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, audit.IdentityApproval{Request: "R-1", Digest: digest}, began.Add(49 * time.Hour)}}, IdentityExpired, 0},
		"a reveal of somebody else":        {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {coach, audit.IdentityReveal{Request: "R-1", Person: other}, at(3)}}, IdentityOpen, 0},
		"a reveal that nobody permitted":   {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {coach, audit.IdentityReveal{Request: "R-1", Person: leader}, at(3)}}, IdentityRevealed, 0},
		"asked again by the same name":     {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, yes, at(3)}, {lawyer, asking(func(r *audit.IdentityRequest) { r.Digest = audit.DigestOf([]byte("x")) }), at(4)}}, IdentityOpen, 1},
		"the clock went back after expiry": {[]step{{self, optIn, at(1)}, {coach, ask, at(2)}, {lawyer, optIn, began.Add(49 * time.Hour)}, {lawyer, yes, at(3)}}, IdentityExpired, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newIdentityFold()
			var last time.Time
			for i, s := range tt.steps {
				e, err := audit.NewEvent(s.at, s.by, s.body)
				require.NoError(t, err)
				f.add(int64(i), e)
				last = s.at
			}
			require.Equal(t, tt.state, f.state(f.cases["R-1"], last))
			if c := f.cases["R-1"]; c != nil {
				require.Len(t, c.Approvals, tt.approvals)
				require.Equal(t, digest, c.Digest)
				require.Equal(t, []string{"meeting_hygiene"}, c.signals)
			}
		})
	}
}

// The facts for the policy are those of the log where the log knows, and the host's
// where it does not.
func TestIdentityFacts(t *testing.T) {
	who := cast(t)
	f := newIdentityFold()
	e, err := audit.NewEvent(began, audit.Actor{ID: who("leader"), Role: coaching.Participant},
		audit.ConsentChange{Participant: who("leader"), Signal: "meeting_hygiene", Purpose: "reidentification", Given: true})
	require.NoError(t, err)
	f.add(0, e)
	asked := wanted(who, began)
	recorded := asked.Consents[0]
	coach, other, elsewhere, gone, later := recorded, recorded, recorded, recorded, recorded
	coach.Purpose, other.Signal, elsewhere.Participant = "coaching", "focus_time", who("leader 2")
	gone.Signal, gone.Withdrawn = "focus_time", began
	later.Signal, later.Withdrawn = "focus_time", began.Add(1)
	asked.Consents = signal.ConsentList{coach, other, recorded, elsewhere, gone, later}
	asked.Approvals = []governance.Approval{{By: who("lawyer")}}
	facts := f.facts(asked, nil)
	require.Equal(t, signal.ConsentList{coach, recorded, gone}, facts.Consents)
	require.Empty(t, facts.Approvals)
	require.Len(t, asked.Consents, 6)
	require.Equal(t, other, asked.Consents[1], "the caller's list is as it was")
	require.Len(t, asked.Approvals, 1)

	// An opt-in of after the request does not help it, however early its grant is
	// said to be; nor does one that has expired by the time of the log.
	step := func(index int64, at time.Time, who coaching.PersonID, role coaching.Role, body audit.Body) {
		e, err := audit.NewEvent(at, audit.Actor{ID: who, Role: role}, body)
		require.NoError(t, err)
		f.add(index, e)
	}
	step(1, began, who("coach"), coaching.Coach, audit.IdentityRequest{
		Request: "R-1", Person: who("leader"), Purpose: "appeal", Digest: audit.DigestOf([]byte("R-1")), Expires: began.Add(time.Hour),
	})
	step(2, began, who("leader"), coaching.Participant,
		audit.ConsentChange{Participant: who("leader"), Signal: "focus_time", Purpose: "reidentification", Given: true, Expires: began.Add(time.Minute)})
	asked.Consents = signal.ConsentList{recorded, other}
	require.Equal(t, signal.ConsentList{recorded}, f.facts(asked, f.cases["R-1"]).Consents)
	require.Equal(t, asked.Consents, f.facts(asked, nil).Consents, "of another request it is one")
	step(3, began.Add(time.Minute), who("coach"), coaching.Coach, audit.Appeal{Appeal: "A-1", Signal: "focus_time", Participant: who("leader")})
	require.Equal(t, signal.ConsentList{recorded}, f.facts(asked, nil).Consents, "a clock that is set back does not bring it back")
}
