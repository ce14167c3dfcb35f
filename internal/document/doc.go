// Package document asks whether a file says exactly one thing. Every policy,
// plan, definition and case is read through it.
//
// [ParseJSON] turns bytes into a tree of [Node] values that keep their line and
// column; its sub-package yaml does the same for YAML, under the same rules.
// [Decode] fills a struct from the tree, strictly: unknown and missing keys,
// wrong types and values out of range are findings, all of them at once, in the
// order of the document. [Schema] writes the JSON Schema of the same struct.
//
// A document that two readers could read differently is refused: duplicate keys
// (also when they differ only in case), null, a second document, invisible or
// malformed text, numbers in more than one spelling. What is read is bounded
// before it costs anything: bytes, depth, nodes and the length of each text.
package document
