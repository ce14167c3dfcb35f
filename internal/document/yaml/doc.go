// Package yaml asks whether a YAML file says exactly one thing, and reads the
// answer into the same tree as package document reads JSON.
//
// [Parse] takes the part of YAML that everybody reads alike: block and flow
// objects and lists, quoted, plain and block texts, comments, one document. It
// refuses anchors, aliases, tags, merge keys, directives, complex keys, tabs and
// the spellings of null, and it refuses them before the YAML engine sees the
// text, because a file of 100,000 anchors keeps every Go engine busy for longer
// than anyone waits. [ParseFile] chooses between JSON and YAML by the name.
//
// Plain values are typed by this package and not by the engine: a number is
// what any YAML version reads as one, true and false are the only truth values,
// and everything else is a text, so NO is Norway and 2027-01-04 is for the field
// that wants a date to read.
package yaml
