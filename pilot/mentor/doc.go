// Package mentor asks what happens between a coach and a leader, and whether it
// is done as agreed.
//
// The path through it: an [Agreement] of leader, coach and sponsor comes before
// anything else, and [Enablement] shows that the coach can read signals. A
// [Playbook] gives each signal two prompts, one measurable experiment, a rule
// for reading it and a conclusion not to draw; it renders itself on two pages. A
// [Session] records which signals were shown and used, what became of the
// platform's suggestions, and who committed to what by when; a [Trial] is one
// leader's run of one experiment, read in a figure of one signal or, where no
// trace shows the behaviour, in goals ([TScore]). A [Reassignment] gives a leader
// another coach. A [Narrative] is an extract that the leader agreed to;
// [Anecdotes] returns those that may be printed, and a [Codebook] says how far
// two researchers read them alike. A [Kit] is what the workshop of the coaches is
// held with, and [Seeds] are where a playbook can begin. [Log] holds all records
// of a programme, and [Log.Check] reports every rule that they break.
//
// A coach's notes have no place here: no type can hold them. People are
// pseudonyms, the texts are short and agreed, a suggestion of the platform may
// always be overruled, and anyone may stop without giving a reason.
package mentor
