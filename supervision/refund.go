package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Money is an amount in the minor units of a currency (R32).
type Money = appeal.Money

// Refund is what the host has to pay back (R32). The zero value is nothing. It
// is a state and no payment: until the order's status is final, an intervention
// or an agreement may put another amount in its place, or take it away. Pay
// once [Status.Final] says so, and once for each order.
type Refund struct {
	Amount Money `json:"amount"`
	// By is the operation that grants it: a ruling ([OpDecideAppeal]), an
	// agreement ([OpAgreeRefund]), the scheduled end ([OpCloseAtEnd]), or the
	// other system's of an adopted order ([OpAdopt], R29).
	By Operation `json:"by"`
	// At is when.
	At time.Time `json:"at"`
}

// Proposal is the refund that the buyer proposes (R32). The zero value is none.
type Proposal struct {
	Amount Money `json:"amount"`
	// Reason is the buyer's; empty where it gave none.
	Reason string `json:"reason,omitempty"`
	// At is when.
	At time.Time `json:"at"`
}

// negotiable says why the parties cannot negotiate a refund; zero where they
// can.
func (o *Order) negotiable() Reason {
	if !o.Policy.NegotiatedRefund || o.Paid == (Money{}) {
		return ReasonNotNegotiable
	}
	return ""
}

// proposed says why there is no proposal to act on; zero where there is one.
func (o *Order) proposed() Reason {
	if reason := o.negotiable(); reason != "" {
		return reason
	}
	if o.Proposal == (Proposal{}) {
		return ReasonNoProposal
	}
	return ""
}
