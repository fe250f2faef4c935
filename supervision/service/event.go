package service

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// Publish hands an event over to the host's receiver. It returns nil once the
// receiver has it. Any other error is a failed attempt and is followed by
// another one, later and later; one that wraps [ErrSetAside] is followed by
// none. It has to return when its context ends, which it does at the end of the
// claim's lease at the latest.
type Publish func(ctx context.Context, event Event) error

// Event is a record as a relay hands it over, or notices, with what a notifier
// needs to address it. Nothing is left out of it: it is the host's (R34). Its
// JSON form, for a broker, reads back as it was; docs/json.md describes it.
type Event struct {
	// ID names the record or the notices: a receiver tells repetitions by it.
	ID supervision.RecordID `json:"id"`
	// Record is what happened; zero where it is Notices that are handed over,
	// all due at one instant (R33).
	Record  supervision.Record   `json:"record,omitzero"`
	Notices []supervision.Notice `json:"notices,omitempty"`
	// Buyer, Seller and Product are the order's as they are now, after an
	// amendment the new ones (R31).
	Buyer   string `json:"buyer"`
	Seller  string `json:"seller"`
	Product string `json:"product"`
	// Order is the order as the record left it, or for notices as stored now. It
	// is zero where an earlier record cannot be read: what follows is relayed
	// all the same.
	Order supervision.Order `json:"order,omitzero"`
	// Attempt counts the attempts to hand the record over, from 1.
	Attempt int `json:"attempt"`
}

// For returns the event as an actor may see it (R34), and whether it is news to
// it: what somebody else did on an order that the actor sees (R22), unless all
// that was said with it is hidden from it; or notices, of which it has those
// for the actor's role (R33).
func (e Event) For(actor supervision.Actor) (Event, bool) {
	now := supervision.Order{Buyer: e.Buyer, Seller: e.Seller}
	if _, err := now.For(actor); err != nil {
		return Event{}, false
	}
	whole := e.Record
	e.Record = whole.For(actor)
	e.Order, _ = e.Order.For(actor) // zero where it was another's then (R31)
	e.Notices = slices.DeleteFunc(slices.Clone(e.Notices), func(n supervision.Notice) bool {
		return !slices.Contains(n.To(), actor.Role)
	})
	if _, ok := e.ID.Notice(); ok {
		return e, len(e.Notices) > 0
	}
	own := whole.Actor.Role == actor.Role && whole.Actor.ID == actor.ID
	hidden := len(whole.Facts()) > 0 && len(e.Record.Facts()) == 0
	return e, !own && !hidden
}

// event makes the event of a claimed record. A relay that keeps up finds the
// order as the record left it; otherwise the records up to it are replayed.
func (s *Service) event(ctx context.Context, c Claimed) (Event, error) {
	event := Event{
		ID: c.RecordID, Record: c.Record, Attempt: c.Attempts + 1,
		Buyer: c.Order.Buyer, Seller: c.Order.Seller, Product: c.Order.Product, Order: c.Order,
	}
	if due, ok := c.RecordID.Notice(); ok {
		event.Notices = stillDue(c.Order, due, s.Now())
		return event, nil
	}
	if c.Order.Version == c.Seq {
		return event, nil
	}
	var err error
	event.Order, err = s.rebuild(ctx, &c)
	return event, err
}

// stillDue are the notices of an instant that stand now: none where somebody
// has acted since, or time has (R33). What was given is due, even where this
// host's clock is behind that of the host that gave it.
func stillDue(o supervision.Order, due, at time.Time) (list []supervision.Notice) {
	if at.Before(due) {
		at = due
	}
	for _, n := range o.NoticesDue(at) {
		if n.Due.Equal(due) {
			list = append(list, n)
		}
	}
	return list
}
