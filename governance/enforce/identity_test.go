package enforce_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
	"github.com/coachgov/coaching/governance/enforce"
)

// The people of a re-identification.
func coach1() audit.Actor  { return audit.Actor{ID: person("coach 1"), Role: coaching.Coach} }
func admin1() audit.Actor  { return audit.Actor{ID: person("admin 1"), Role: coaching.ProgramAdmin} }
func lawyer() audit.Actor  { return audit.Actor{ID: person("lawyer"), Role: coaching.LegalPrivacy} }
func sponsor() audit.Actor { return audit.Actor{ID: person("sponsor"), Role: coaching.Sponsor} }

// A desk is the workflow with what a test needs around it.
type desk struct {
	*enforce.Reidentification
	store   audit.Store
	journal *audit.Journal
	engine  *enforce.Engine
	shown   []string
}

func newDesk(t testing.TB, store audit.Store) *desk {
	t.Helper()
	d := &desk{store: store, journal: journal(t, store)}
	var err error
	d.engine, err = enforce.New(context.Background(), d.journal, enforce.Settings{Valid: time.Minute}, change(t, "A", start))
	require.NoError(t, err)
	d.Reidentification, err = enforce.OpenReidentification(context.Background(), d.engine, store)
	require.NoError(t, err)
	return d
}

// consent records that leader 1 opts in or withdraws.
func (d *desk) consent(ctx context.Context, given bool, at time.Time) error {
	e, err := audit.NewEvent(at, audit.Actor{ID: person("leader 1"), Role: coaching.Participant},
		audit.ConsentChange{Participant: person("leader 1"), Signal: "meeting_hygiene", Purpose: "reidentification", Given: given})
	if err == nil {
		_, err = d.journal.Append(ctx, e)
	}
	return err
}

func (d *desk) reveal(ctx context.Context, at time.Time) (coaching.Findings, error) {
	return d.Reveal(ctx, "R-1", admin1(), identify(at), staff("leader 2", "leader 1"), func(identity string) error {
		d.shown = append(d.shown, identity)
		return nil
	})
}

// minutes returns a time after the start.
func minutes(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }

// steps are the way to a reveal.
func (d *desk) steps() []func(context.Context) (coaching.Findings, error) {
	return []func(context.Context) (coaching.Findings, error){
		func(ctx context.Context) (coaching.Findings, error) { return nil, d.consent(ctx, true, minutes(1)) },
		func(ctx context.Context) (coaching.Findings, error) {
			return d.Ask(ctx, "R-1", coach1(), identify(minutes(2)), minutes(600))
		},
		func(ctx context.Context) (coaching.Findings, error) {
			return d.Approve(ctx, "R-1", lawyer(), identify(minutes(3)))
		},
		func(ctx context.Context) (coaching.Findings, error) {
			return d.Approve(ctx, "R-1", sponsor(), identify(minutes(4)))
		},
		func(ctx context.Context) (coaching.Findings, error) { return d.reveal(ctx, minutes(5)) },
	}
}

// do does the first n steps, which must all be accepted.
func (d *desk) do(t testing.TB, n int) {
	t.Helper()
	for _, step := range d.steps()[:n] {
		fs, err := step(context.Background())
		require.NoError(t, err)
		require.False(t, fs.Blocked(), "%v", fs)
	}
}

// GOV-018: every step of a re-identification is on record, by who did it, in the
// order of the steps, and nothing is unfinished.
func TestIdentityIsRecorded(t *testing.T) {
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 5)
	require.Equal(t, []string{"leader 1"}, d.shown)
	var got []string
	log := entries(t, d.store)
	for _, e := range log {
		got = append(got, fmt.Sprintf("%s %s", e.Event(), e.Event().By().Role))
	}
	require.Equal(t, []string{
		"policy fact privacy_officer",
		"consent fact participant",
		"decision fact program_admin", "identity_request fact coach",
		"identity_approval fact legal_privacy", "identity_approval fact sponsor",
		"decision intent program_admin", "identity_reveal intent program_admin",
		"outcome outcome program_admin", "outcome outcome program_admin",
	}, got)
	require.Empty(t, audit.Unfinished(log))
	require.Equal(t, audit.Outcome{Intent: 7, Result: audit.Completed, Items: 1}, log[8].Event().Body())
	require.Equal(t, audit.Outcome{Intent: 6, Result: audit.Completed, Items: 1}, log[9].Event().Body())
	digest, err := audit.ParseDigest(identify(start).Digest())
	require.NoError(t, err)
	require.Equal(t, audit.IdentityRequest{Request: "R-1", Person: person("leader 1"), Purpose: "reidentification", Digest: digest, Expires: minutes(600)}, log[3].Event().Body())

	cases, err := d.Cases(context.Background(), minutes(6))
	require.NoError(t, err)
	require.Equal(t, []enforce.IdentityCase{{
		Request: "R-1", Person: person("leader 1"), By: coach1(), Purpose: "reidentification", Digest: digest,
		Asked: minutes(2), Expires: minutes(600), State: enforce.IdentityRevealed,
		Approvals: []governance.Approval{
			{By: person("lawyer"), Role: coaching.LegalPrivacy, At: minutes(3), Expires: minutes(600).Add(1), Request: digest.String()},
			{By: person("sponsor"), Role: coaching.Sponsor, At: minutes(4), Expires: minutes(600).Add(1), Request: digest.String()},
		},
	}}, cases)
	cases[0].Approvals[0].By = person("nobody")
	again, err := d.Cases(context.Background(), minutes(6))
	require.NoError(t, err)
	require.Equal(t, person("lawyer"), again[0].Approvals[0].By, "the caller's list is the caller's")
}

// failsAt is a store that does wrong at one append, and in the readings until the
// next.
type failsAt struct {
	faulty
	appends, at int
	wrong       string
}

func (s *failsAt) Append(ctx context.Context, size int64, records ...[]byte) error {
	s.fault = ""
	if s.appends == s.at {
		s.fault = s.wrong
	}
	s.appends++
	return s.faulty.Append(ctx, size, records...)
}

// GOV-014, GOV-015, POL-RECORD: whatever fails at whichever append of the way, no
// identity is shown before its reveal is durable, and none twice, also when
// everything is tried again.
func TestIdentityFaults(t *testing.T) {
	const reveal = 7 // the append of the reveal itself, from 0; what follows are outcomes
	for _, fault := range faults() {
		for at := 1; at < 10; at++ {
			t.Run(fmt.Sprintf("%s at append %d", fault, at), func(t *testing.T) {
				store := &failsAt{at: at, wrong: fault}
				d := newDesk(t, store)
				ctx, cancel := faultContext(fault)
				defer cancel()
				store.cancel = cancel
				wrong := false
				for _, step := range d.steps() {
					fs, err := step(ctx)
					if wrong = err != nil || fs.Blocked(); wrong {
						break
					}
				}
				if fault == "waits for ever" && !wrong {
					return // the deadline was met by a fast machine
				}
				require.True(t, wrong, "nobody noticed")
				if store.appends <= reveal+1 && at <= reveal {
					require.Empty(t, d.shown)
				}
				store.fault, store.at = "", -1
				for range 2 { // a host that tries everything again, twice
					for _, step := range d.steps() {
						_, _ = step(context.Background())
					}
				}
				require.LessOrEqual(t, len(d.shown), 1)
				// What was shown is on record as a reveal.
				reveals := 0
				for record, err := range store.MemoryStore.Read(context.Background(), 0) {
					require.NoError(t, err)
					if e, err := audit.ParseEntry(record); err == nil && e.Event().Kind() == audit.KindIdentityReveal {
						reveals++
					}
				}
				require.GreaterOrEqual(t, reveals, len(d.shown))
			})
		}
	}
}

// Of many who ask at once, on two desks over one log, one is shown the identity.
func TestIdentityIsShownOnce(t *testing.T) {
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 4)
	other, err := enforce.OpenReidentification(context.Background(), d.engine, d.store)
	require.NoError(t, err)
	var (
		wait    sync.WaitGroup
		mu      sync.Mutex
		shown   int
		granted int
	)
	for i := range 16 {
		wait.Go(func() {
			at := d.Reidentification
			if i%2 == 1 {
				at = other
			}
			fs, err := at.Reveal(context.Background(), "R-1", admin1(), identify(minutes(5)), staff("leader 1"), func(string) error {
				mu.Lock()
				defer mu.Unlock()
				shown++
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil && !fs.Blocked() {
				granted++
			}
		})
	}
	wait.Wait()
	require.Equal(t, 1, shown)
	require.Equal(t, 1, granted)
	require.Empty(t, audit.Unfinished(entries(t, d.store)))
}

// Two hosts with journals of their own over one store: what the other one did
// counts, also what this one has not read yet.
func TestIdentityOnTwoHosts(t *testing.T) {
	ctx := context.Background()
	secret, _ := keyTexts(t)
	signer, err := audit.NewSigner(secret)
	require.NoError(t, err)
	for _, first := range []string{"reveals", "refuses", "withdraws"} {
		t.Run(first, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			d.do(t, 4)
			head, err := d.journal.Sign(signer)
			require.NoError(t, err)
			other := &desk{store: d.store}
			other.journal, err = audit.OpenJournal(ctx, d.store, verifier(t), head)
			require.NoError(t, err)
			other.engine, err = enforce.New(ctx, other.journal, enforce.Settings{Valid: time.Minute}, change(t, "A", minutes(4)))
			require.NoError(t, err)
			other.Reidentification, err = enforce.OpenReidentification(ctx, other.engine, d.store)
			require.NoError(t, err)
			switch first {
			case "reveals":
				fs, err := other.reveal(ctx, minutes(5))
				require.NoError(t, err)
				require.False(t, fs.Blocked(), "%v", fs)
				require.Len(t, other.shown, 1)
			case "refuses":
				fs, err := other.Refuse(ctx, "R-1", lawyer(), minutes(5))
				require.NoError(t, err)
				require.Empty(t, fs)
			case "withdraws":
				require.NoError(t, other.consent(ctx, false, minutes(5)))
			}
			var fs coaching.Findings
			for range 3 { // the first attempt meets the conflict, the next has read on
				fs, err = d.reveal(ctx, minutes(6))
				require.NoError(t, err)
				require.True(t, fs.Blocked())
				require.Empty(t, d.shown)
			}
			require.False(t, fs.Has("POL-RECORD"), "%v", fs)
			require.True(t, fs.Has("GOV-014") || fs.Has("GOV-015"))
		})
	}
}

// A meddler is a context in which something happens at one of the moments at which
// the library asks whether it is done.
type meddler struct {
	context.Context
	at   int
	what func()
}

func (m *meddler) Err() error {
	m.at--
	if m.at == 0 {
		m.what()
	}
	return m.Context.Err()
}

// GOV-014: a withdrawal counts at once. Whenever during a reveal it comes in, the
// identity is shown only where the log says that the reveal was first; and
// whenever during a request, the request is on record before it or not made.
func TestIdentityWithdrawnMeanwhile(t *testing.T) {
	both := map[bool]int{}
	for _, step := range []int{1, 4} {
		for at := 1; at <= 24; at++ {
			d := newDesk(t, new(audit.MemoryStore))
			d.do(t, step)
			ctx := &meddler{Context: context.Background(), at: at}
			ctx.what = func() {
				// The journal may be writing at this moment: then it does not come in.
				soon, stop := context.WithTimeout(context.Background(), time.Millisecond)
				defer stop()
				_ = d.consent(soon, false, minutes(5))
			}
			fs, err := d.steps()[step](ctx)
			require.NoError(t, err)
			withdrawn, done := -1, -1
			for i, e := range entries(t, d.store) {
				switch body := e.Event().Body().(type) {
				case audit.ConsentChange:
					if !body.Given {
						withdrawn = i
					}
				case audit.IdentityReveal:
					done = i
				case audit.IdentityRequest:
					if step == 1 {
						done = i
					}
				}
			}
			first := done >= 0 && (withdrawn < 0 || done < withdrawn)
			require.Equal(t, first, !fs.Blocked(), "%d: %v", at, fs)
			require.Equal(t, first && step == 4, len(d.shown) == 1)
			if !first {
				require.True(t, fs.Has("GOV-014"), "%v", fs)
			}
			if withdrawn >= 0 && done >= 0 {
				both[first]++
			}
			require.Empty(t, audit.Unfinished(entries(t, d.store)))
		}
	}
	require.Positive(t, both[true])
	require.Positive(t, both[false], "the withdrawal never came between the decision and the record")
}

// What a request must be, and what of it must not change before the reveal.
func TestIdentityRequests(t *testing.T) {
	ctx := context.Background()
	edit := func(f func(*governance.Request)) *governance.Request {
		r := identify(minutes(2))
		f(r)
		return r
	}
	same := func(*governance.Request) {}
	tests := map[string]struct {
		by      audit.Actor
		expires time.Time
		change  func(*governance.Request)
		want    string // "" when it is accepted
	}{
		"as it should be":              {coach1(), minutes(600), same, ""},
		"the one who learns it asks":   {admin1(), minutes(600), same, ""},
		"the person concerned asks":    {audit.Actor{ID: person("leader 1"), Role: coaching.Participant}, minutes(600), same, ""},
		"for fourteen days":            {coach1(), minutes(2).Add(enforce.MaxIdentityValid), same, ""},
		"for longer":                   {coach1(), minutes(2).Add(enforce.MaxIdentityValid + 1), same, "GOV-015 reidentification.window"},
		"for no time":                  {coach1(), minutes(2), same, "GOV-015 reidentification.window"},
		"without an end":               {coach1(), time.Time{}, same, "GOV-015 reidentification.window"},
		"by nobody":                    {audit.Actor{Role: coaching.Coach}, minutes(600), same, "GOV-015 reidentification.requester"},
		"by software":                  {audit.Actor{ID: person("coach 1"), Role: coaching.System}, minutes(600), same, "GOV-015 reidentification.requester"},
		"by somebody without a role":   {audit.Actor{ID: person("coach 1")}, minutes(600), same, "GOV-015 reidentification.requester"},
		"to look at it":                {coach1(), minutes(600), func(r *governance.Request) { r.Action = governance.View }, "GOV-015 reidentification.request"},
		"of a pack":                    {coach1(), minutes(600), func(r *governance.Request) { r.Resource.Type = governance.ResourcePack }, "GOV-015 reidentification.request"},
		"about nobody":                 {coach1(), minutes(600), func(r *governance.Request) { r.Resource.Owner = coaching.PersonID{} }, "GOV-015 reidentification.request"},
		"behind no signal":             {coach1(), minutes(600), func(r *governance.Request) { r.Resource.Signals = nil }, "GOV-014 reidentification.signals"},
		"behind two, one is agreed to": {coach1(), minutes(600), func(r *governance.Request) { r.Resource.Signals = append(r.Resource.Signals, "focus_time") }, "GOV-014 identity.consent"},
		"two, and the host is wrong": {coach1(), minutes(600), func(r *governance.Request) {
			r.Resource.Signals = append(r.Resource.Signals, "focus_time")
			more := r.Consents[0]
			more.Signal = "focus_time"
			r.Consents = append(r.Consents, more)
		}, "GOV-014 identity.consent"},
		"the host knows of no consent":   {coach1(), minutes(600), func(r *governance.Request) { r.Consents = nil }, "GOV-014 identity.consent"},
		"the host knows of a withdrawal": {coach1(), minutes(600), func(r *governance.Request) { r.Consents[0].Withdrawn = minutes(2) }, "GOV-014 identity.consent"},
		"withdrawn unlogged, and once given": {coach1(), minutes(600), func(r *governance.Request) {
			old := r.Consents[0]
			old.Granted, old.Withdrawn = start.Add(-time.Hour), minutes(2)
			r.Consents = append(r.Consents, old)
		}, "GOV-014 identity.consent"},
		"for a coach": {coach1(), minutes(600), func(r *governance.Request) {
			r.Subject = governance.Subject{ID: person("coach 1"), Role: coaching.Coach, Programme: "pilot"}
		}, "POL-DEFAULT default"},
		"for the person concerned":   {coach1(), minutes(600), func(r *governance.Request) { r.Subject.ID = person("leader 1") }, "POL-DEFAULT default"},
		"of another programme":       {coach1(), minutes(600), func(r *governance.Request) { r.Subject.Programme = "other" }, "GOV-015 floor.programme"},
		"behind data of long ago":    {coach1(), minutes(600), func(r *governance.Request) { r.Resource.CreatedAt = start.AddDate(0, 0, -91) }, "GOV-016 retention.person"},
		"dated before what is there": {coach1(), minutes(600), func(r *governance.Request) { r.Now = start.Add(-time.Hour) }, "POL-SEQUENCE engine"},
		"with approvals of its own": {coach1(), minutes(600), func(r *governance.Request) {
			for _, a := range []audit.Actor{lawyer(), sponsor()} {
				r.Approvals = append(r.Approvals, governance.Approval{By: a.ID, Role: a.Role, At: start, Expires: minutes(600), Request: r.Digest()})
			}
		}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			d.do(t, 1)
			r := edit(tt.change)
			fs, err := d.Ask(ctx, "R-1", tt.by, r, tt.expires)
			require.NoError(t, err)
			require.True(t, slices.IsSortedFunc(fs, func(a, b coaching.Finding) int { return strings.Compare(a.Path, b.Path) }))
			cases, err := d.Cases(ctx, minutes(3))
			require.NoError(t, err)
			if tt.want != "" {
				require.Empty(t, cases)
				var got []string
				for f := range fs.Blocking() {
					got = append(got, f.Code+" "+f.Path)
				}
				require.Contains(t, got, tt.want)
				return
			}
			require.False(t, fs.Blocked(), "%v", fs)
			require.Len(t, cases, 1)
			// Approvals that a request brings along are none, and nothing was permitted.
			require.Empty(t, audit.Unfinished(entries(t, d.store)))
			fs, err = d.reveal(ctx, minutes(5))
			require.NoError(t, err)
			require.True(t, fs.Blocked())
			require.Empty(t, d.shown)
		})
	}
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 1)
	fs, err := d.Ask(ctx, "R-1", coach1(), nil, minutes(600))
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"))
	fs, err = d.Approve(ctx, "R-1", lawyer(), nil)
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"))
	fs, err = d.Reveal(ctx, "R-1", admin1(), nil, staff("leader 1"), func(string) error { t.Error("shown"); return nil })
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"))
	_, err = d.Ask(ctx, "not an identifier", coach1(), identify(minutes(2)), minutes(600))
	require.ErrorContains(t, err, "identifier")
	require.NotContains(t, err.Error(), "not an")
}

// The approvals are of one request, to the last attribute, and the identity is for
// the one whom it names.
func TestIdentityReveals(t *testing.T) {
	ctx := context.Background()
	tests := map[string]struct {
		by     audit.Actor
		change func(*governance.Request)
		want   []string // findings of the reveal; none when it is shown
	}{
		"as approved":                {admin1(), func(*governance.Request) {}, nil},
		"at the last moment":         {admin1(), func(r *governance.Request) { r.Now = minutes(600) }, nil},
		"a moment later":             {admin1(), func(r *governance.Request) { r.Now = minutes(600).Add(1) }, []string{"identity.approval", "reidentification.expired"}},
		"to somebody else":           {lawyer(), func(*governance.Request) {}, []string{"identity.approval", "reidentification.executor"}},
		"in another role":            {audit.Actor{ID: person("admin 1"), Role: coaching.PrivacyOfficer}, func(*governance.Request) {}, []string{"identity.approval", "reidentification.executor"}},
		"to another subject":         {lawyer(), func(r *governance.Request) { r.Subject.ID, r.Subject.Role = lawyer().ID, lawyer().Role }, []string{"identity.approval", "reidentification.digest"}},
		"of somebody else":           {admin1(), func(r *governance.Request) { r.Resource.Owner = person("leader 2") }, []string{"identity.approval", "identity.consent", "reidentification.digest"}},
		"for another purpose":        {admin1(), func(r *governance.Request) { r.Purpose = governance.ForOversight }, []string{"identity.approval", "reidentification.digest"}},
		"behind other data":          {admin1(), func(r *governance.Request) { r.Resource.CreatedAt = start }, []string{"identity.approval", "reidentification.digest"}},
		"the host knows better":      {admin1(), func(r *governance.Request) { r.Consents[0].Withdrawn = minutes(5) }, []string{"identity.consent"}},
		"consent given after it":     {admin1(), func(r *governance.Request) { r.Consents[0].Granted = minutes(2).Add(1) }, []string{"identity.consent"}},
		"the consent is of a notice": {admin1(), func(r *governance.Request) { r.Notice = "n2" }, []string{"identity.consent"}},
		"before it was approved":     {admin1(), func(r *governance.Request) { r.Now = minutes(3) }, []string{"engine", "identity.approval"}},
		"to look at it":              {admin1(), func(r *governance.Request) { r.Action = governance.View }, []string{"reidentification.request"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			d.do(t, 4)
			r := identify(minutes(5))
			tt.change(r)
			shown := ""
			fs, err := d.Reveal(ctx, "R-1", tt.by, r, staff("leader 1", "leader 2"), func(identity string) error { shown = identity; return nil })
			require.NoError(t, err)
			var got []string
			for f := range fs.Blocking() {
				got = append(got, f.Path)
			}
			slices.Sort(got)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want == nil, shown == "leader 1", shown)
			if tt.want == nil {
				require.True(t, slices.ContainsFunc(fs, func(f coaching.Finding) bool { return f.Path == "notify-participant" }))
			}
		})
	}
}

// A reveal that finds nobody, or that cannot be shown, is used up and on record as
// failed, and the error keeps what it knows to itself.
func TestIdentityNotShown(t *testing.T) {
	ctx := context.Background()
	fails := errors.New("cannot show leader 1")
	tests := map[string]struct {
		people enforce.Identities
		show   func(string) error
	}{
		"nobody":     {staff("leader 2"), func(string) error { return nil }},
		"not shown":  {staff("leader 1"), func(string) error { return fails }},
		"empty":      {namer(func() (string, error) { return "", nil }), func(string) error { return nil }},
		"error":      {namer(func() (string, error) { return "leader 1", fails }), func(string) error { return nil }},
		"panic":      {namer(func() (string, error) { panic("host") }), func(string) error { return nil }},
		"panic late": {staff("leader 1"), func(string) error { panic("host") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			d.do(t, 4)
			func() {
				defer func() {
					if p := recover(); p != nil {
						require.Equal(t, "host", p)
						require.Contains(t, name, "panic")
					}
				}()
				fs, err := d.Reveal(ctx, "R-1", admin1(), identify(minutes(5)), tt.people, tt.show)
				require.NotContains(t, name, "panic")
				require.Equal(t, enforce.ErrIdentity, err)
				require.NotContains(t, err.Error(), "leader 1")
				require.Empty(t, fs)
			}()
			log := entries(t, d.store)
			require.Empty(t, audit.Unfinished(log))
			require.Equal(t, audit.Outcome{Intent: 7, Result: audit.Failed}, log[8].Event().Body())
			fs, err := d.reveal(ctx, minutes(6))
			require.NoError(t, err)
			require.True(t, fs.Blocked(), "used up")
			require.Empty(t, d.shown)
		})
	}
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 4)
	_, err := d.Reveal(ctx, "R-1", admin1(), identify(minutes(5)), nil, func(string) error { return nil })
	require.Error(t, err)
	_, err = d.Reveal(ctx, "R-1", admin1(), identify(minutes(5)), staff("leader 1"), nil)
	require.Error(t, err)
	// Nothing was used up by a call without a way to show it. What the host does to
	// its request meanwhile changes nothing.
	r := identify(minutes(5))
	fs, err := d.Reveal(ctx, "R-1", admin1(), r, staff("leader 1"), func(identity string) error {
		d.shown = append(d.shown, identity)
		*r = governance.Request{}
		return nil
	})
	require.NoError(t, err)
	require.False(t, fs.Blocked())
	require.Equal(t, []string{"leader 1"}, d.shown)
	require.Empty(t, audit.Unfinished(entries(t, d.store)))
}

type namer func() (string, error)

func (n namer) Identity(context.Context, coaching.PersonID) (string, error) { return n() }

// Opt-ins end by themselves, count for their person and purpose, and one for
// another signal is none.
func TestIdentityOptIns(t *testing.T) {
	ctx := context.Background()
	optIn := audit.ConsentChange{Participant: person("leader 1"), Signal: "meeting_hygiene", Purpose: "reidentification", Given: true}
	tests := map[string]struct {
		change func(*audit.ConsentChange)
		asked  bool
	}{
		"as it should be":  {func(*audit.ConsentChange) {}, true},
		"of somebody else": {func(c *audit.ConsentChange) { c.Participant = person("leader 2") }, false},
		"to coaching":      {func(c *audit.ConsentChange) { c.Purpose = "coaching" }, false},
		"another signal":   {func(c *audit.ConsentChange) { c.Signal = "focus_time" }, false},
		"a withdrawal":     {func(c *audit.ConsentChange) { c.Given = false }, false},
		"ends in time":     {func(c *audit.ConsentChange) { c.Expires = minutes(2) }, false},
		"ends after it":    {func(c *audit.ConsentChange) { c.Expires = minutes(2).Add(1) }, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, new(audit.MemoryStore))
			body := optIn
			tt.change(&body)
			e, err := audit.NewEvent(minutes(1), audit.Actor{ID: body.Participant, Role: coaching.Participant}, body)
			require.NoError(t, err)
			_, err = d.journal.Append(ctx, e)
			require.NoError(t, err)
			fs, err := d.Ask(ctx, "R-1", coach1(), identify(minutes(2)), minutes(600))
			require.NoError(t, err)
			require.Equal(t, tt.asked, !fs.Blocked(), "%v", fs)
			if name != "ends after it" {
				return
			}
			// Between the request and the reveal it ends: the policy says no.
			for i, by := range []audit.Actor{lawyer(), sponsor()} {
				fs, err = d.Approve(ctx, "R-1", by, identify(minutes(2)))
				require.NoError(t, err)
				require.False(t, fs.Blocked(), "%d %v", i, fs)
			}
			fs, err = d.reveal(ctx, minutes(5))
			require.NoError(t, err)
			require.True(t, fs.Has("GOV-014"))
			require.Empty(t, d.shown)
			fs, err = d.Approve(ctx, "R-1", audit.Actor{ID: person("steward 1"), Role: coaching.Steward}, identify(minutes(5)))
			require.NoError(t, err)
			require.True(t, fs.Has("GOV-014"), "what cannot be carried out is not approved")
		})
	}
}

// Anybody may say no, but somebody it must be.
func TestIdentityRefusedBySomebody(t *testing.T) {
	ctx := context.Background()
	for by, want := range map[audit.Actor]bool{
		lawyer(): true, coach1(): true, admin1(): true,
		{ID: person("leader 1"), Role: coaching.Participant}: true,
		{Role: coaching.System}:                              false,
		{ID: person("robot"), Role: coaching.System}:         false,
		{ID: person("stranger")}:                             false,
	} {
		d := newDesk(t, new(audit.MemoryStore))
		d.do(t, 4)
		fs, err := d.Refuse(ctx, "R-1", by, minutes(5))
		require.NoError(t, err)
		require.Equal(t, want, !fs.Blocked())
		cases, err := d.Cases(ctx, minutes(5))
		require.NoError(t, err)
		require.Equal(t, want, cases[0].State == enforce.IdentityRefused)
	}
}

// Approvals of one request say nothing about another, word for word the same.
func TestIdentityApprovalsAreOfOneRequest(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 4)
	fs, err := d.Ask(ctx, "R-2", coach1(), identify(minutes(5)), minutes(600))
	require.NoError(t, err)
	require.False(t, fs.Blocked(), "%v", fs)
	fs, err = d.Reveal(ctx, "R-2", admin1(), identify(minutes(6)), staff("leader 1"), func(string) error { t.Error("shown"); return nil })
	require.NoError(t, err)
	require.True(t, fs.Blocked())
	fs, err = d.Refuse(ctx, "R-2", lawyer(), minutes(6))
	require.NoError(t, err)
	require.Empty(t, fs)
	fs, err = d.reveal(ctx, minutes(7))
	require.NoError(t, err)
	require.False(t, fs.Blocked(), "the other one stands")
}

// A clock that is set back revives no request; a time that no clock shows is refused.
func TestIdentityClock(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 4)
	fs, err := d.Approve(ctx, "R-1", lawyer(), identify(minutes(3)))
	require.NoError(t, err)
	require.True(t, fs.Has("POL-SEQUENCE"))
	for _, at := range []time.Time{minutes(3), {}, time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC)} {
		fs, err = d.Refuse(ctx, "R-1", lawyer(), at)
		require.NoError(t, err)
		require.True(t, fs.Has("POL-SEQUENCE"))
	}
	cases, err := d.Cases(ctx, minutes(601))
	require.NoError(t, err)
	require.Equal(t, enforce.IdentityExpired, cases[0].State)
	// Something else happens after its time; then the host's clock goes back.
	e, err := audit.NewEvent(minutes(601), coach1(), audit.Restriction{Signal: "meeting_hygiene", Use: "coaching_only"})
	require.NoError(t, err)
	_, err = d.journal.Append(ctx, e)
	require.NoError(t, err)
	fs, err = d.reveal(ctx, minutes(5))
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"), "%v", fs)
	require.Empty(t, d.shown)
	cases, err = d.Cases(ctx, minutes(5))
	require.NoError(t, err)
	require.Equal(t, enforce.IdentityExpired, cases[0].State)
}

// A request holds as many approvals as a policy looks at.
func TestIdentityApprovalsAreBounded(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, new(audit.MemoryStore))
	d.do(t, 2)
	for i := range governance.MaxApprovals {
		fs, err := d.Approve(ctx, "R-1", audit.Actor{ID: person(fmt.Sprint("steward ", i)), Role: coaching.Steward}, identify(minutes(3)))
		require.NoError(t, err)
		require.False(t, fs.Blocked(), "%v", fs)
	}
	fs, err := d.Approve(ctx, "R-1", lawyer(), identify(minutes(3)))
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"))
	fs, err = d.reveal(ctx, minutes(5))
	require.NoError(t, err)
	require.True(t, fs.Has("GOV-015"), "sixteen yeses, and none of legal")
}

// What is not set up does nothing, and a log that is not the journal's is refused.
func TestIdentityUnusable(t *testing.T) {
	ctx := context.Background()
	var none *enforce.Reidentification
	for _, r := range []*enforce.Reidentification{none, {}} {
		_, err := r.Cases(ctx, start)
		require.Error(t, err)
		_, err = r.Ask(ctx, "R-1", coach1(), identify(start), minutes(1))
		require.Error(t, err)
		_, err = r.Approve(ctx, "R-1", lawyer(), identify(start))
		require.Error(t, err)
		_, err = r.Refuse(ctx, "R-1", lawyer(), start)
		require.Error(t, err)
		_, err = r.Reveal(ctx, "R-1", admin1(), identify(start), staff("leader 1"), func(string) error { t.Error("shown"); return nil })
		require.Error(t, err)
	}
	for _, e := range []*enforce.Engine{nil, {}} {
		_, err := enforce.OpenReidentification(ctx, e, new(audit.MemoryStore))
		require.Error(t, err)
	}
	d := newDesk(t, new(audit.MemoryStore))
	_, err := enforce.OpenReidentification(ctx, d.engine, nil)
	require.Error(t, err)
	_, err = enforce.OpenReidentification(ctx, d.engine, new(audit.MemoryStore))
	require.ErrorIs(t, err, audit.ErrTampered)
	other := newDesk(t, new(audit.MemoryStore))
	other.do(t, 1)
	_, err = enforce.OpenReidentification(ctx, d.engine, other.store)
	require.NoError(t, err, "it begins with the same record, and what the journal has not committed does not count")
	d.do(t, 2)
	_, err = enforce.OpenReidentification(ctx, d.engine, other.store)
	require.ErrorIs(t, err, audit.ErrTampered)
	// A store that cannot be read is an error each time, and no longer when it can.
	store := new(faulty)
	unread := newDesk(t, store)
	unread.do(t, 2)
	for _, fault := range []string{"read error", "read panics", "reads another"} {
		store.fault = ""
		require.NoError(t, unread.consent(ctx, true, minutes(2))) // there is something to read
		store.fault = fault
		for range 2 {
			_, err = unread.Cases(ctx, minutes(3))
			require.Error(t, err, fault)
		}
		store.fault = ""
		cases, err := unread.Cases(ctx, minutes(3))
		require.NoError(t, err, fault)
		require.Len(t, cases, 1)
	}
	done, stop := context.WithCancel(ctx)
	stop()
	_, err = d.Cases(done, start)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "IdentityState(9)", enforce.IdentityState(9).String())
}

// A record that somebody has changed underneath is noticed before anything rests
// on it.
func TestIdentityTamperedStore(t *testing.T) {
	for at := range 5 {
		store := new(tampered)
		d := newDesk(t, store)
		d.do(t, 4)
		store.at = int64(at) + 1
		_, err := enforce.OpenReidentification(context.Background(), d.engine, store)
		require.ErrorIs(t, err, audit.ErrTampered, at)
	}
	// A workflow that has taken in another record says so from then on.
	store := new(tampered)
	d := newDesk(t, store)
	require.NoError(t, d.consent(context.Background(), true, minutes(0)))
	store.at = 1
	for range 2 {
		_, err := d.Cases(context.Background(), minutes(1))
		require.ErrorIs(t, err, audit.ErrTampered)
		store.at = 0
	}
	e, err := audit.NewEvent(minutes(2), coach1(), audit.Restriction{Signal: "meeting_hygiene", Use: "coaching_only"})
	require.NoError(t, err)
	_, err = d.journal.Append(context.Background(), e)
	require.NoError(t, err)
	_, err = d.Cases(context.Background(), minutes(3))
	require.ErrorIs(t, err, audit.ErrTampered)
}

// A tampered store reads one record, after the first, other than it was written.
type tampered struct {
	audit.MemoryStore
	at int64
}

func (s *tampered) Read(ctx context.Context, first int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for record, err := range s.MemoryStore.Read(ctx, first) {
			if first == s.at && s.at > 0 {
				record = bytes.Replace(record, []byte(`:00Z","by"`), []byte(`:01Z","by"`), 1)
			}
			if !yield(record, err) {
				return
			}
			first++
		}
	}
}
