package enforce

import (
	"context"
	"errors"
	"fmt"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance"
	"github.com/coachgov/coaching/governance/audit"
)

// Erase makes a pseudonym stand for nobody (GDPR article 17), and leaves the log as
// it is: the host's shred deletes the secret without which nobody can work out the
// pseudonym, whoever holds the master key, the directory and the log. People
// is the [coaching.Pseudonymizer.WithSecrets] that made it, identifier the
// person's, and asked the request: [governance.Purge] of a
// [governance.ResourceIdentity] whose Owner is the person's pseudonym. The
// policy decides, so a legal hold is respected; the decision is on durable record
// before shred is called, and the outcome after.
//
// The findings say why it is refused. When none blocks and the error is nil, the
// secret is gone: that has been tried. The error is [coaching.ErrErased] when there
// was none to begin with, and says no identifier; when it says that the outcome
// could not be recorded, the secret may be gone, and [audit.Unfinished] shows it.
//
// What it does not do, and the host must: delete the secret from backups, and the
// person's row from a [Vault], the consents, the raw data. And what remains: the
// events under that pseudonym, with their times, roles and the identifiers of
// packs and sessions, which must lead to nobody by another way; whatever people
// noted while the pseudonym could be worked out, as after a reveal; and inference,
// where a coach has one leader. Other domains and epochs lose the person too if
// they share the table of secrets.
func (e *Engine) Erase(ctx context.Context, asked *governance.Request, people *coaching.Pseudonymizer, identifier string, shred func(ctx context.Context) error) (fs coaching.Findings, err error) {
	asked = snapshot(asked)
	if asked == nil || shred == nil || asked.Action != governance.Purge || asked.Resource.Type != governance.ResourceIdentity {
		return nil, errors.New("enforce: want the action purge on an identity, and what deletes the secret")
	}
	id, err := people.Person(identifier)
	if err != nil {
		return nil, fmt.Errorf("enforce: erasing: %w", err)
	}
	if id != asked.Resource.Owner {
		return nil, errors.New("enforce: erasing: the identifier is not that of the request's owner")
	}
	d, grant := e.Authorize(ctx, asked)
	if fs = reasonsOf(d, coaching.Error); !d.Allowed() {
		fs.Sort()
		return fs, nil
	}
	for _, o := range d.Obligations {
		fs = append(fs, coaching.Finding{Code: codePurge, Severity: coaching.Info, Path: o.ID, Message: o.Text})
	}
	done := Completion{Result: audit.Failed, At: asked.Now}
	defer func() { // also when the host's code panics
		if failed := e.Complete(ctx, grant, done); failed != nil {
			fs, err = nil, errors.Join(err, failed)
		}
	}()
	// The grant opens nothing but the deletion.
	open, err := Unlock(grant, Seal(asked.Resource, shred), asked.Subject.ID, asked.Action, asked.Now)
	if err != nil {
		return nil, err
	}
	// What shred says may quote whom it is about.
	if open(ctx) != nil {
		return nil, errors.New("enforce: erasing: the secret could not be deleted")
	}
	if _, err := people.Person(identifier); !errors.Is(err, coaching.ErrErased) {
		return nil, errors.New("enforce: erasing: the secret is still there, or nobody knows")
	}
	done.Result, done.Items = audit.Completed, 1
	return fs, nil
}
