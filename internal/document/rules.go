package document

import "github.com/coachgov/coaching"

// Rules returns every rule that reading a document can find broken, JSON and
// YAML alike, in the order of their codes.
func Rules() []coaching.Rule {
	return []coaching.Rule{
		{Code: "DOC-ALIAS", Statement: "A document uses no anchors, aliases or merge keys.",
			Remedy: "Write the value out where it is used; put a text that begins with & or * in quotes."},
		{Code: "DOC-DUPLICATE", Statement: "No key is set twice in one object, also not in another case or by another spelling.",
			Remedy: "Delete one of the two."},
		{Code: "DOC-ENCODING", Statement: "A file is valid UTF-8 without a byte order mark, and every character in it is visible.",
			Remedy: "Save the file as UTF-8, delete the character at the place named, and write line ends as LF or CRLF."},
		{Code: "DOC-FORMAT", Statement: "A file's name says whether it is JSON or YAML.",
			Remedy: "Give the file a name that ends in .json, .yaml or .yml."},
		{Code: "DOC-LIMIT", Statement: "A document stays within the bounds on its size.",
			Number: "1 MiB, 32 levels, 100,000 values, 64 KiB per text, 256 bytes per key, 40 bytes per number, 100 findings listed",
			Remedy: "Split the document or shorten what is named."},
		{Code: "DOC-MISSING", Statement: "Every required field is present.",
			Remedy: "Add the field named; there are no silent defaults."},
		{Code: "DOC-MULTI", Statement: "A file holds one document.",
			Remedy: "Keep one document and put the others in files of their own."},
		{Code: "DOC-NULL", Statement: "No value is null, in any spelling.",
			Remedy: "Leave an optional field out; give a required one a value."},
		{Code: "DOC-SYNTAX", Statement: "A document is JSON by RFC 8259, or YAML without tabs, directives and complex keys.",
			Remedy: "Mend the place named."},
		{Code: "DOC-TAG", Statement: "A document uses no YAML tags.",
			Remedy: "Delete the tag; the field says what type it has."},
		{Code: "DOC-TYPE", Statement: "Every value has the type that its field wants: integers in plain digits, decimals and texts in quotes where they read as numbers.",
			Remedy: "Write the value in the form named."},
		{Code: "DOC-UNKNOWN", Statement: "Every key is a field that the document's schema knows.",
			Remedy: "Correct the spelling, or delete the key."},
		{Code: "DOC-VALUE", Statement: "Every value is within what its field allows.",
			Remedy: "Choose a value within the bounds or from the list named."},
	}
}
