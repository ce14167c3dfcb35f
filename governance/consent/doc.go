// Package consent asks whether a person has agreed, to what, and whether that
// still holds.
//
// A [Book] is the store of record. It is folded from entries: which notice is in
// force, what the data of each source may be used for, and what each participant
// gave and withdrew. [Book.Add] refuses an entry that must not be, such as a
// consent to a notice that nobody reads any more. The book is a
// [signal.Consents], and [Book.Consents] gives what a request to a policy needs,
// so a withdrawal takes effect at once wherever consents are read.
//
// # Promises
//
// A consent ends with its withdrawal, its expiry, the next notice, or a
// restriction of its source, whichever comes first. A withdrawal is never
// refused for what came before it. What was true at a time stays readable.
// The entries are lines of JSON in one spelling: [Read] refuses what [Write]
// would not have written. The package keeps no clock and no file.
package consent
