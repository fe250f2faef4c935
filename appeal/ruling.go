package appeal

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// Outcome is what a ruling does with the flow (R15). The zero value is no
// outcome.
type Outcome string

// The outcomes.
const (
	// Resume lets the flow go on, at the status that was frozen or at a named
	// one.
	Resume Outcome = "resume"
	// Accept settles the order in the seller's favour; it completes like any
	// accepted one (R02).
	Accept Outcome = "accept"
	// Cancel closes the order for good; the host refunds.
	Cancel Outcome = "cancel"
)

// Outcomes lists every outcome, in the order of their declaration.
func Outcomes() []Outcome { return []Outcome{Resume, Accept, Cancel} }

// UnmarshalText reads an outcome; any other word is [ErrUnknown].
func (o *Outcome) UnmarshalText(text []byte) error {
	return fault.Word(o, text, "appeal: outcome", Outcomes())
}

// Ruling is an operations manager's decision on an appeal (R13, R15).
type Ruling struct {
	// Outcome is what happens to the flow.
	Outcome Outcome `json:"outcome"`
	// ResumedAt is the status at which the flow went on; empty unless the
	// outcome is [Resume].
	ResumedAt string `json:"resumed_at,omitempty"`
	// Upheld says whether whoever opened the case was right.
	Upheld bool `json:"upheld"`
	// Decision is the mandatory text of the ruling.
	Decision string `json:"decision"`
	// Refund is what the host has to pay back (R32); zero for nothing.
	Refund Money `json:"refund,omitzero"`
	// Attachments are files that go with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// At is when it was made, By the operations manager's id.
	At time.Time `json:"at"`
	By string    `json:"by"`
}
