// Package vendor asks which vendors a pilot buys from, and whether they may be
// bought from yet.
//
// Vendors fall into three buckets, and each [Bucket] mends one weakest [Link].
// A [Choice] names the link that cannot be mended inside, the vendors, and what
// each of them offers; [Choice.First] says which bucket to buy first.
// [Choice.Check] reports what is missing at a [Stage]: a shortlist needs an owner
// and a KPI, procurement five must-haves and a recorded [ExportTest], the launch a
// clause, coaching the inputs of every model that suggests, and an enterprise a
// platform that can join its data. [Choice.Compare] lays the vendors side by side.
//
// The package invents no scores. A vendor that fails a demand never stands above
// one that meets it, whatever score a host gives, and a vendor that nobody asked
// about offers nothing.
package vendor
