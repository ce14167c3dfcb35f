package fairness

import "github.com/coachgov/coaching/internal/enum"

// A Label says what turned out to be true of a person, where somebody found out:
// whether the person was in truth what the flag says. The zero Label is
// Unlabelled.
type Label uint8

const (
	Unlabelled Label = iota // nobody knows
	Negative                // a flag on this person would be wrong
	Positive                // a flag on this person would be right
)

var labelNames = [...]string{"unlabelled", "negative", "positive"}

// String returns "unlabelled", "negative" or "positive".
func (l Label) String() string { return enum.Name(labelNames[:], l, "Label") }

// MarshalText returns the same word as String.
func (l Label) MarshalText() ([]byte, error) {
	return enum.Marshal(labelNames[:], l, "fairness: label")
}

// UnmarshalText accepts exactly the words that MarshalText writes.
func (l *Label) UnmarshalText(text []byte) error {
	return enum.Unmarshal(labelNames[:], l, "fairness: label", text)
}

// A Confusion counts people by flag and label. Its rates are undefined, not
// zero, where nobody is of the kind that they are a share of. Those that need a
// label count labelled people alone.
type Confusion struct {
	TP int64 `json:"tp"` // flagged, positive
	FP int64 `json:"fp"` // flagged, negative
	FN int64 `json:"fn"` // not flagged, positive
	TN int64 `json:"tn"` // not flagged, negative
	// People whose label is not known.
	FlaggedUnlabelled   int64 `json:"flagged_unlabelled"`
	UnflaggedUnlabelled int64 `json:"unflagged_unlabelled"`
}

// Total returns the number of people.
func (c Confusion) Total() int64 { return c.Labelled() + c.FlaggedUnlabelled + c.UnflaggedUnlabelled }

// Labelled returns the number of people whose label is known.
func (c Confusion) Labelled() int64 { return c.TP + c.FP + c.FN + c.TN }

// Selection returns the selection rate: flagged people of all.
func (c Confusion) Selection() Rate { return Rate{c.TP + c.FP + c.FlaggedUnlabelled, c.Total()} }

// BaseRate returns positive people of labelled ones.
func (c Confusion) BaseRate() Rate { return Rate{c.TP + c.FN, c.Labelled()} }

// TPR returns the true positive rate: flagged people of positive ones.
func (c Confusion) TPR() Rate { return Rate{c.TP, c.TP + c.FN} }

// FPR returns the false positive rate: flagged people of negative ones.
func (c Confusion) FPR() Rate { return Rate{c.FP, c.FP + c.TN} }

// FNR returns the false negative rate: people not flagged of positive ones.
func (c Confusion) FNR() Rate { return Rate{c.FN, c.TP + c.FN} }

// TNR returns the true negative rate: people not flagged of negative ones.
func (c Confusion) TNR() Rate { return Rate{c.TN, c.FP + c.TN} }

// PPV returns the positive predictive value, or precision: positive people of
// flagged ones.
func (c Confusion) PPV() Rate { return Rate{c.TP, c.TP + c.FP} }

// FDR returns the false discovery rate: negative people of flagged ones.
func (c Confusion) FDR() Rate { return Rate{c.FP, c.TP + c.FP} }

// FOR returns the false omission rate: positive people of those not flagged.
func (c Confusion) FOR() Rate { return Rate{c.FN, c.FN + c.TN} }

// Accuracy returns the people for whom flag and label agree, of labelled ones.
func (c Confusion) Accuracy() Rate { return Rate{c.TP + c.TN, c.Labelled()} }

// Plus returns the people of both.
func (c Confusion) Plus(d Confusion) Confusion {
	return Confusion{c.TP + d.TP, c.FP + d.FP, c.FN + d.FN, c.TN + d.TN,
		c.FlaggedUnlabelled + d.FlaggedUnlabelled, c.UnflaggedUnlabelled + d.UnflaggedUnlabelled}
}

// Minus returns the people of c who are not in d, a part of c: everyone else.
func (c Confusion) Minus(d Confusion) Confusion {
	return Confusion{c.TP - d.TP, c.FP - d.FP, c.FN - d.FN, c.TN - d.TN,
		c.FlaggedUnlabelled - d.FlaggedUnlabelled, c.UnflaggedUnlabelled - d.UnflaggedUnlabelled}
}

// valid reports whether no count is negative and each is exact in a float64.
func (c Confusion) valid() bool {
	return min(c.TP, c.FP, c.FN, c.TN, c.FlaggedUnlabelled, c.UnflaggedUnlabelled) >= 0 &&
		max(c.TP, c.FP, c.FN, c.TN, c.FlaggedUnlabelled, c.UnflaggedUnlabelled) <= maxCount
}
