package document

import "fmt"

// A Kind says what a [Node] holds. The zero Kind is Invalid.
type Kind uint8

const (
	Invalid Kind = iota
	Object
	Array
	String
	Number
	Bool
)

var kindNames = [...]string{"nothing", "an object", "a list", "a text", "a number", "true or false"}

// String returns the kind with its article, such as "an object", as messages
// want it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// A Node is one value of a document.
type Node struct {
	Kind Kind
	// Text is the decoded text of a String, the literal of a Number as it was
	// written, and "true" or "false" for a Bool.
	Text    string
	Members []Member // of an Object, in the order of the document
	Items   []*Node  // of an Array, in the order of the document
	// Line and Column are the position of the value's first byte, from 1.
	Line, Column int
}

// A Member is one key of an object with its value.
type Member struct {
	Key          string
	Line, Column int // position of the key's first byte, from 1
	Value        *Node
}

// Bounds on a document, checked before or while it is read.
const (
	MaxBytes  = 1 << 20 // of the whole file
	MaxDepth  = 32      // objects and lists inside one another
	MaxNodes  = 100_000 // values
	MaxText   = 1 << 16 // bytes of one decoded text
	MaxKey    = 256     // bytes of one decoded key
	MaxNumber = 40      // bytes of one number or decimal

	// A large document is JSON: its reader stops at a bound, where that of YAML
	// has made a tree before it can be counted.
	LargeBytes = 8 << 20
	LargeNodes = 1_000_000
)
