// Package signal asks what a coach may act on.
package signal
