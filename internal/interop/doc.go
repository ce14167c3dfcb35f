// Package interop holds tests that read what the library writes with other
// people's programs. It is a module of its own, so that their weight and their
// licences stay out of the library.
package interop
