// Package audit asks whether the record of what was done with people's data is
// whole.
//
// An [Event] says one thing from a closed list: a decision, an export, a step
// of a re-identification, a pack used by a coach in a session, a consent, a
// steward's decision, a policy change, a purge. It holds pseudonyms,
// identifiers, enumerations, digests and counts, and nothing else: free text
// and e-mail addresses cannot enter. (A host that uses a person's name as an
// identifier puts it in; the alphabet cannot tell.)
//
// A [Log] takes events in two steps. [Log.Prepare] makes an [Entry], whose
// bytes the host writes durably; [Log.Commit] then gives the [Receipt] that
// package enforce wants before it lets data go. A [Journal] does both steps
// over a [Store]. [Log.Sign] makes a signed [Checkpoint]: origin, size and
// root in the C2SP checkpoint format; keys change by [Verifier.WithRetired]. [Journal.AppendAll] records a batch, all of
// it or none; appends that wait share one durable write. [ResumeJournal] goes on
// from a signed frontier without reading what lies before it. [Verify] reads the log back and says
// whether it is the one that the checkpoints vouch for. [Log.ProveInclusion]
// and [Log.ProveConsistency] prove one entry, or one checkpoint against
// another, to somebody who does not hold the log; an [InclusionProof] is the C2SP
// tlog-proof text. [ReviewMonth] looks through a month of the log for what is
// unusual, says what was to be expected and by which method, and warns when no
// review was held for a calendar month. [WriteCloudEvents] is for looking into a
// log elsewhere. Package filestore keeps a log in one file.
//
// # Format
//
// A record is its bytes: one line of JSON with fixed keys in a fixed order,
// version "audit/v1", no floats, times in UTC to the nanosecond. Every reader
// here refuses a line that it would not itself have written. Each record
// carries its index and the root of the tree before it, so that an edit, a
// deletion, a repetition or a record of another log shows at its place. The
// tree is that of RFC 6962 over the records without their line ends.
//
// # What is detected, and what is not
//
// Against the log's signed checkpoints alone, [Verify] detects every change by
// somebody who does not hold the signing key, except one: rolling the log and
// its checkpoints back together to an earlier, honest pair. Somebody who
// holds the key can rewrite everything and sign it again.
//
// The anchor is the control against both: a checkpoint kept where the writer
// of the log cannot reach it, such as the mailbox of the legal reviewer or a
// printed report. Given an anchor, [Verify] detects every change to the
// records before it, by anybody. Records after the last anchor are not
// protected from a holder of the key, so the time between two anchors is the
// window in which history can be rewritten: send one after every export and
// re-identification, and at least daily.
//
// Not defended: the holder of the key and the holder of the anchor together; an
// event that the host never appended; a host that tells an untruth in an
// event; a runtime under somebody else's control.
//
// # Promises
//
// The package reads no clock and no file. The same events give the same bytes,
// roots and (Ed25519 being deterministic) checkpoints. Only a commit yields a
// usable receipt, and a report that was never computed is not OK.
package audit
