// Package bench races the library against its peers.
//
// Its tests check first, at a small size, that all contestants give the same
// answers. Its benchmarks then report the least and the median processor time of
// their runs on one core, the throughput, and the memory that a run adds at its
// peak. No test fails on a time.
//
// The default size takes seconds. The full one, 5.2 million rows of nine columns
// (about 510 MB) and 276,000 rows of 73, takes minutes:
//
//	go test -run '^$' -bench . -benchtime 9x -people 100000 -weeks 52
package bench
