package enforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// A Reidentification carries requests to identify somebody from the question to
// the one answer. The audit log is its only memory: every step is an event, and
// counts when it is on durable record and stands where it may. So it goes on
// after a restart where it was, and of two hosts that share a log one wins. An
// expiry needs no event: it is the time.
//
//   - The person concerned opts in: the host appends an [audit.ConsentChange] of
//     the purpose "reidentification", for each signal behind the data. Its actor
//     is that person, or the role system for the software that asked them; an
//     opt-in by anybody else counts for nothing, a withdrawal by anybody counts.
//   - [Reidentification.Ask] makes a request that names who will learn the
//     identity (the request's subject), for what, and until when.
//   - [Reidentification.Approve] is called by people other than the requester,
//     the subject and the person concerned. How many, in which roles, is for the
//     policy of the engine to say, and for the floors that no policy lowers: two,
//     one of them legal or privacy. [Reidentification.Refuse] ends it.
//   - [Reidentification.Reveal] shows the identity, once, to the subject.
//
// A withdrawal ends every open request about the person, whatever the signal; time
// ends it too, and so does an [audit.ClockCorrection], which gives no request more
// time. It is safe for concurrent use; the zero Reidentification reveals
// nothing.
type Reidentification struct {
	engine *Engine
	store  audit.Store

	turn chan struct{} // holds one token, which is the right to read and write
	log  *audit.Log    // what has been read, to be sure that it is what was written
	fold *identityFold
}

// OpenReidentification returns the workflow over an engine and the store of the
// engine's journal, having read the log from its beginning; both are kept. It
// takes about 64 bytes of memory for each record.
func OpenReidentification(ctx context.Context, engine *Engine, store audit.Store) (*Reidentification, error) {
	if engine == nil || engine.journal == nil || store == nil || ctx == nil {
		return nil, errors.New("enforce: a re-identification needs an engine and the store of its journal")
	}
	log, err := audit.NewLog(engine.journal.Origin())
	if err != nil {
		return nil, err
	}
	r := &Reidentification{engine: engine, store: store, log: log, fold: newIdentityFold(), turn: make(chan struct{}, 1)}
	r.turn <- struct{}{}
	release, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	release()
	return r, nil
}

// Cases returns every request on record, in the order of the log, in its state at
// the time.
func (r *Reidentification) Cases(ctx context.Context, at time.Time) ([]IdentityCase, error) {
	release, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	var all []IdentityCase
	for _, c := range r.fold.order {
		view := c.IdentityCase
		view.State = r.fold.state(c, at)
		view.Approvals = append([]governance.Approval(nil), c.Approvals...)
		all = append(all, view)
	}
	return all, nil
}

// Ask makes a request, under an identifier that is new in this log, to be carried
// out at expires at the latest. Asked is the whole request: [governance.Reidentify]
// of a [governance.ResourceIdentity] whose Owner is the person concerned, with
// the Signals behind the data and their consents, and as its Subject whoever will
// learn the identity, who may be by or somebody else. Its approvals are those
// on record, whatever it holds.
//
// The findings say why it is refused; when none blocks, the request is on record
// and they say what it still needs. An error means that nobody knows whether it
// is; [Reidentification.Cases] tells.
func (r *Reidentification) Ask(ctx context.Context, request string, by audit.Actor, asked *governance.Request, expires time.Time) (coaching.Findings, error) {
	asked = snapshot(asked)
	release, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if fs := wellAsked(asked); fs.Blocked() {
		return fs, nil
	}
	fs := r.askable(request, by, asked, expires)
	// The answer is on record, also when it is no; without approvals it is never yes.
	d, _ := r.engine.Authorize(ctx, r.fold.facts(asked, nil))
	fs = append(fs, reasonsOf(d, coaching.Info)...)
	fs.Sort()
	if fs.Blocked() {
		return fs, nil
	}
	body := audit.IdentityRequest{Request: request, Person: asked.Resource.Owner, Purpose: word(asked.Purpose.MarshalText()), Expires: expires}
	if body.Digest, err = audit.ParseDigest(asked.Digest()); err != nil {
		return nil, err
	}
	index, err := r.append(ctx, audit.NewEvent, asked.Now, by, body)
	if err != nil {
		return nil, err
	}
	if c := r.fold.cases[request]; c == nil || c.asked != index {
		return overtaken(r.askable(request, by, asked, expires)), nil
	}
	return fs, nil
}

// Approve puts somebody's yes to a request on record, as of asked.Now. Asked is the
// request as the approver saw it; when anything in it has changed, it is
// refused. A yes that could not count is refused too.
func (r *Reidentification) Approve(ctx context.Context, request string, by audit.Actor, asked *governance.Request) (coaching.Findings, error) {
	asked = snapshot(asked)
	release, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if fs := wellAsked(asked); fs.Blocked() {
		return fs, nil
	}
	fs := r.workable(request, asked.Now)
	c := r.fold.cases[request]
	if c != nil {
		fs = append(fs, sameRequest(c, asked)...)
		if !human(by) || by.ID == c.By.ID || by.ID == c.Person || by.ID == asked.Subject.ID {
			fs = append(fs, identityFinding(codeApproval, "approver", "an approval is by a person in a role who neither made the request, nor learns the identity, nor is concerned"))
		}
		for _, a := range c.Approvals {
			if a.By == by.ID && a.Role == by.Role {
				fs = append(fs, identityFinding(codeApproval, "again", "this person has approved it"))
			}
		}
		if len(c.Approvals) == governance.MaxApprovals {
			fs = append(fs, identityFinding(codeApproval, "approvals", fmt.Sprintf("it has %d approvals, the most that a request may hold", governance.MaxApprovals)))
		}
		// What cannot be carried out any more is not approved either.
		for _, f := range reasonsOf(r.engine.current().policy.Decide(r.fold.facts(asked, c)), coaching.Info) {
			if f.Severity == coaching.Error {
				fs = append(fs, f)
			}
		}
	}
	return r.answer(ctx, request, by, asked.Now, true, fs)
}

// Refuse puts somebody's no to an open request on record, which ends it. Anybody
// may: an approver, the requester who no longer needs it, the person concerned.
func (r *Reidentification) Refuse(ctx context.Context, request string, by audit.Actor, at time.Time) (coaching.Findings, error) {
	release, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	fs := r.workable(request, at)
	if !human(by) {
		fs = append(fs, identityFinding(codeApproval, "approver", "a refusal is by a person in a role"))
	}
	return r.answer(ctx, request, by, at, false, fs)
}

// answer records a yes or a no, unless something is in its way.
func (r *Reidentification) answer(ctx context.Context, request string, by audit.Actor, at time.Time, yes bool, fs coaching.Findings) (coaching.Findings, error) {
	if !datable(at) || !r.engine.advance(at) {
		fs = append(fs, identityFinding(codeSequence, "clock", "it is dated before what is on record, or in no year that counts"))
	}
	fs.Sort()
	if fs.Blocked() {
		return fs, nil
	}
	_, err := r.append(ctx, audit.NewEvent, at, by, audit.IdentityApproval{Request: request, Digest: r.fold.cases[request].Digest, Approved: yes})
	if err != nil || !yes {
		return nil, err
	}
	return r.workable(request, at), nil
}

// Reveal shows the identity behind the pseudonym to by, who is the request's
// subject: it calls show with it, at most once. Before that, the policy in force
// has permitted the very request with the approvals and opt-ins on record, and
// the permission and the reveal are durable events. Afterwards, or when the
// identity is not found, the request is used up, and the outcome is on record.
//
// The findings say why it is refused, and when none blocks, what the policy obliges
// the host to do, such as telling the participant. The error is [ErrIdentity]
// when nothing was found or show failed; when it says that the outcome could not
// be recorded, show may have been called, and [audit.Unfinished] shows it.
func (r *Reidentification) Reveal(ctx context.Context, request string, by audit.Actor, asked *governance.Request, people Identities, show func(identity string) error) (fs coaching.Findings, err error) {
	if people == nil || show == nil {
		return nil, errors.New("enforce: a reveal needs somewhere to look and somebody to show")
	}
	asked = snapshot(asked)
	fs, opened, err := r.announce(ctx, request, by, asked)
	if err != nil || fs.Blocked() {
		return fs, err
	}
	// The grant opens nothing but the look-up, and that once.
	sealed := Seal(asked.Resource, func() error {
		identity, err := people.Identity(ctx, asked.Resource.Owner)
		if err != nil || identity == "" || show(identity) != nil {
			return ErrIdentity
		}
		return nil
	})
	result := audit.Failed
	defer func() { // also when the host's code panics
		if failed := r.finish(ctx, opened, result, asked.Now); failed != nil {
			fs, err = nil, errors.Join(err, failed)
		}
	}()
	look, err := Unlock(opened.grant, sealed, by.ID, asked.Action, asked.Now)
	if err == nil {
		err = look()
	}
	if err != nil {
		return nil, err
	}
	result = audit.Completed
	return fs, nil
}

// An announced reveal is on record and permitted.
type announced struct {
	grant Grant
	index int64 // of the event of the reveal
}

// announce decides on a reveal, and puts it on record.
func (r *Reidentification) announce(ctx context.Context, request string, by audit.Actor, asked *governance.Request) (coaching.Findings, announced, error) {
	release, err := r.read(ctx)
	if err != nil {
		return nil, announced{}, err
	}
	defer release()
	if fs := wellAsked(asked); fs.Blocked() {
		return fs, announced{}, nil
	}
	fs := r.workable(request, asked.Now)
	c := r.fold.cases[request]
	if c != nil {
		fs = append(fs, sameRequest(c, asked)...)
	}
	if by.ID != asked.Subject.ID || by.Role != asked.Subject.Role {
		fs = append(fs, identityFinding(codeApproval, "executor", "the identity is revealed to the subject of the request, in the role that it states, and to nobody else"))
	}
	facts := r.fold.facts(asked, c)
	if fs.Blocked() {
		// No approval counts for this attempt, so no policy permits it, and it is on record.
		facts.Approvals = nil
	}
	d, grant := r.engine.Authorize(ctx, facts)
	fs = append(fs, reasonsOf(d, coaching.Error)...)
	for _, o := range d.Obligations {
		fs = append(fs, coaching.Finding{Code: codeOptIn, Severity: coaching.Info, Path: o.ID, Message: o.Text})
	}
	fs.Sort()
	if fs.Blocked() {
		return fs, announced{}, nil
	}
	index, err := r.append(ctx, audit.NewIntent, asked.Now, by, audit.IdentityReveal{Request: request, Person: c.Person})
	if err != nil {
		abandoned := r.engine.Complete(ctx, grant, Completion{Result: audit.Abandoned, At: asked.Now})
		return nil, announced{}, errors.Join(err, abandoned)
	}
	opened := announced{grant, index}
	if c.State != IdentityRevealed || c.revealed != index {
		return overtaken(r.workable(request, asked.Now)), announced{}, r.finish(ctx, opened, audit.Abandoned, asked.Now)
	}
	return fs, opened, nil
}

// finish records how an announced reveal ended.
func (r *Reidentification) finish(ctx context.Context, a announced, result audit.Result, at time.Time) error {
	c := Completion{Result: result, At: at}
	if result == audit.Completed {
		c.Items = 1
	}
	event, err := audit.NewEvent(at, a.grant.state.actor, audit.Outcome{Intent: a.index, Result: c.Result, Items: c.Items})
	if err == nil {
		if _, err = r.engine.journal.Append(ctx, event); err != nil {
			err = fmt.Errorf("enforce: recording the outcome of the reveal: %w", err)
		}
	}
	return errors.Join(err, r.engine.Complete(ctx, a.grant, c))
}

// read takes the turn and reads what is new in the log. The function that it
// returns gives the turn back.
func (r *Reidentification) read(ctx context.Context) (release func(), err error) {
	if r == nil || r.turn == nil || ctx == nil {
		return nil, errors.New("enforce: a re-identification comes from OpenReidentification, and needs a context")
	}
	select {
	case <-r.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	release = func() { r.turn <- struct{}{} }
	if err := r.follow(ctx); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// follow adds the events that the journal has committed since the last time, and
// makes sure that the store holds those and no others.
func (r *Reidentification) follow(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: it panicked", audit.ErrStore)
		}
	}()
	other := fmt.Errorf("enforce: %w: the store holds something else than the journal", audit.ErrTampered)
	head := r.engine.journal.Head()
	size := r.log.Head().Size
	for record, err := range r.store.Read(ctx, size) {
		if err != nil {
			return fmt.Errorf("enforce: reading record %d: %w", size, err)
		}
		if size == head.Size {
			break
		}
		entry, err := audit.ParseEntry(record)
		if err != nil || r.log.Replay(entry) != nil {
			return other
		}
		r.fold.add(entry.Index(), entry.Event())
		size++
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.log.Head() != head {
		// Where the last record is another, this stays so: its root is in the next.
		return other
	}
	return nil
}

// append records an event and adds what is new in the log; it returns the index of
// the event.
func (r *Reidentification) append(ctx context.Context, kind func(time.Time, audit.Actor, audit.Body) (audit.Event, error), at time.Time, by audit.Actor, body audit.Body) (int64, error) {
	event, err := kind(at, by, body)
	if err != nil {
		return 0, err
	}
	receipt, err := r.engine.journal.Append(ctx, event)
	if err != nil {
		return 0, fmt.Errorf("enforce: recording the step: %w", err)
	}
	return receipt.Index(), r.follow(ctx)
}

// Format prints "enforce.Reidentification", whatever the verb.
func (r *Reidentification) Format(f fmt.State, _ rune) { io.WriteString(f, "enforce.Reidentification") }
