// Package governance answers who may see or do what, and why.
package governance
