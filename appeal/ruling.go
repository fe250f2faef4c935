package appeal

import (
	"fmt"
	"time"
)

// Outcome is what a ruling does with the flow (R15). The zero value is no outcome.
type Outcome string

// The outcomes.
const (
	// Resume lets the flow go on, at the status that was frozen or at a named one.
	Resume Outcome = "resume"
	// Accept deems the delivery accepted; the order completes like any accepted one (R02).
	Accept Outcome = "accept"
	// Cancel closes the order for good; the host refunds.
	Cancel Outcome = "cancel"
)

// String returns the outcome's word.
func (o Outcome) String() string { return string(o) }

// ParseOutcome reads an outcome's word. Any other word gives an error that wraps [ErrUnknown].
func ParseOutcome(s string) (Outcome, error) {
	switch o := Outcome(s); o {
	case Resume, Accept, Cancel:
		return o, nil
	}
	return "", fmt.Errorf("%w: outcome %q: use resume, accept or cancel", ErrUnknown, clip(s))
}

// MarshalText writes the outcome's word; an undeclared outcome is an error that wraps [ErrUnknown].
func (o Outcome) MarshalText() ([]byte, error) {
	_, err := ParseOutcome(string(o))
	return []byte(o), err
}

// UnmarshalText reads what MarshalText writes, with the error of [ParseOutcome].
func (o *Outcome) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOutcome(string(text))
	return err
}

// Ruling is an operations manager's decision on an appeal (R13, R15).
type Ruling struct {
	// Outcome is what happens to the flow.
	Outcome Outcome `json:"outcome"`
	// ResumedAt is the name of the waiting status at which the flow went on; empty unless the outcome is [Resume].
	ResumedAt string `json:"resumed_at,omitempty"`
	// Upheld says whether the party that appealed was right.
	Upheld bool `json:"upheld"`
	// Decision is the mandatory text of the ruling.
	Decision string `json:"decision"`
	// At is when it was made, By the operations manager's id.
	At time.Time `json:"at"`
	By string    `json:"by"`
}
