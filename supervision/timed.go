package supervision

import (
	"time"
)

// The operations of time: it accepts an untouched delivery (R27), closes an
// order at its scheduled end (R14) and completes an accepted one (R02).
const (
	OpAutoAccept Operation = "auto_accept"
	OpCloseAtEnd Operation = "close_at_end"
	OpComplete   Operation = "complete"
)

// AutoAccept is what the system records when time accepts an untouched
// delivery (R27). Nobody can apply it.
type AutoAccept struct{}

// Operation returns OpAutoAccept.
func (AutoAccept) Operation() Operation { return OpAutoAccept }

func (a AutoAccept) check(_ command, f faults) (Action, faults) { return a, f }

func (AutoAccept) decide(_ Order, d Decision, _ Actor, _ time.Time) Decision { return d.notDue() }

// untouchedSince returns from when the time for leaving a delivery untouched
// counts; zero where the policy counts it from a receipt that is not reported.
func (o *Order) untouchedSince() time.Time {
	if o.Policy.AutoAcceptFrom == FromDelivery {
		return o.TurnSince
	}
	if !o.ReceivedAt.IsZero() && o.ReceivedAt.Before(o.TurnSince) {
		return o.TurnSince
	}
	return o.ReceivedAt
}

// CloseAtEnd is what the system records when time closes an order that is still
// open at its scheduled end, where the policy says so (R14). Nobody can apply
// it.
type CloseAtEnd struct{}

// Operation returns OpCloseAtEnd.
func (CloseAtEnd) Operation() Operation { return OpCloseAtEnd }

func (a CloseAtEnd) check(_ command, f faults) (Action, faults) { return a, f }

func (CloseAtEnd) decide(_ Order, d Decision, _ Actor, _ time.Time) Decision { return d.notDue() }

// effect refunds what was paid for a flow that ended without an acceptance.
func (CloseAtEnd) effect(o Order, r Record) Order {
	if r.To == Canceled && o.Paid != (Money{}) {
		o.Refund = Refund{o.Paid, r.Operation, r.At}
	}
	return o
}

// Complete is what the system records when time completes an accepted order
// (R02). Nobody can apply it.
type Complete struct{}

// Operation returns OpComplete.
func (Complete) Operation() Operation { return OpComplete }

func (a Complete) check(_ command, f faults) (Action, faults) { return a, f }

func (Complete) decide(_ Order, d Decision, _ Actor, _ time.Time) Decision { return d.notDue() }

// notDue refuses by hand what time does: when it is due, it is done already.
func (d Decision) notDue() Decision {
	d.Reason = ReasonNotDue
	return d
}
