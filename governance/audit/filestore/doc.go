// Package filestore asks what an audit log needs of a plain file, and gives it:
// an [audit.Store] for a host that has no database to keep the log in.
//
// [Open] the file, hand the [Store] to [audit.OpenJournal], and [Store.Close] it
// at the end. Each append is one write and one fsync, however many records it
// has; a journal brings together what is appended while the disk is busy. One
// process has the file at a time, by an advisory lock that dies with it.
// Checkpoints, anchors and keys are not in the file: keep them elsewhere.
//
// # Format
//
// The file is a row of batches. A batch is one line that begins with '#' and the
// version, and then the records, a line each:
//
//	#1:index:records:bytes:checksum:checksum
//
// with the index of the first record (16 hexadecimal digits), the number of
// records, their bytes with line ends, the CRC-32C of those, and the CRC-32C of
// the line so far (8 digits each). Without the lines that begin with '#' the file
// is the log in JSON Lines, as [audit.Verify] reads it.
//
// # After a crash
//
// Only the last batch of a file can be one that nobody was told is stored, because
// the next one is written after the disk has it. When it is cut short, or holds
// zero bytes where a block was never written, Open cuts it off, whole, and
// [Store.Repaired] says so. Every other fault is [ErrCorrupt], and Open changes
// nothing: damage to what was acknowledged is for a backup, not for a repair. An
// acknowledged last batch that somebody cut short looks like one that was never
// acknowledged; the journal's checkpoints show the difference.
//
// After a write or fsync that failed, the store takes no more records until it is
// opened again: what the disk holds is not known until it is read. Opening
// writes the last batch once more before it trusts it, since the pages of a
// failed fsync may count as clean.
//
// The checksums are against accidents. Against people, see package audit.
package filestore
