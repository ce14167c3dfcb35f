// Package hostile asks whether a reader of documents lets a hostile one pass.
//
// [Run] takes one valid document of the caller's own schema, makes hundreds of
// variants of it with the generator of the reference data, and hands each to
// the caller's reader: every hostile variant must be refused, every honest one
// accepted with an equal result, and each in bounded time and memory. The
// package is for tests; without the reference data the test is skipped.
package hostile
