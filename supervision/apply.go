package supervision

import (
	"fmt"
	"time"
)

// Apply performs an action: it returns the order as it is afterwards and the records to add, oldest first. What time has made due
// by then is settled first (R02, R27), so the answer does not depend on when a worker last ran.
//
// Apply is pure and never changes the order it is called on. On an error nothing has happened and the results are zero: an
// [*InvalidError] for faulty input, [ErrNotFound] for an actor that has no part in the order (R22), a [*Refusal] where a rule
// forbids it (R24).
//
// An instant before the order's newest record, as a host with a slow clock may give, counts as that record's instant: an order's time
// never runs backwards.
func (o Order) Apply(actor Actor, action Action, at time.Time) (Order, []Record, error) {
	return o.apply(actor, action, at, "")
}

func (o *Order) apply(actor Actor, action Action, at time.Time, key string) (Order, []Record, error) {
	normal, at, err := o.prepare(actor, action, at)
	if err != nil {
		return Order{}, nil, err
	}
	next := *o
	records := next.settle(make([]Record, 0, 1), at)
	record := Record{
		Order: next.ID, Seq: next.Version + 1, At: at, Actor: actor,
		Operation: normal.Operation(), From: next.Status, Action: normal, Key: key,
	}
	if err := next.check(&record); err != nil {
		return Order{}, nil, err
	}
	if err := flow.Fire(record.From, record.Operation, record.To); err != nil {
		return Order{}, nil, fmt.Errorf("supervision: order %q: %w", next.ID, err)
	}
	next.advance(&record)
	return next, append(records, record), nil
}

// prepare checks everything about a command that does not depend on where the flow stands.
func (o *Order) prepare(actor Actor, action Action, at time.Time) (Action, time.Time, error) {
	if err := o.admit(actor); err != nil {
		return nil, at, err
	}
	if err := checkAction(action); err != nil {
		return nil, at, err
	}
	var f faults
	at = o.now(f.instant("at", at))
	normal := normalized(action, o, &f)
	return normal, at, f.err()
}

// admit refuses actors that are nobody, and those for whom the order does not exist (R22).
func (o *Order) admit(actor Actor) error {
	if err := actor.validate(); err != nil {
		return err
	}
	if !o.sees(actor) {
		return notFound(o.ID)
	}
	return nil
}

// now keeps an order's time from running backwards.
func (o *Order) now(at time.Time) time.Time {
	if at.Before(o.UpdatedAt) {
		return o.UpdatedAt
	}
	return at
}

// check asks the rules about a record to be, and completes it with where it leads and what made an appeal's ground hold.
func (o *Order) check(r *Record) error {
	p := o.permit(r.Actor.Role, r.Operation, r.At)
	appeals := r.Operation == OpRaiseAppeal && o.Status.Waiting() && parties.has(r.Actor.Role)
	if p.Allowed || appeals { // whether an appeal is allowed depends on the ground it names
		o.permitAction(&p, r)
	}
	if !p.Allowed {
		return &Refusal{
			Order: o.ID, Status: o.Status, Actor: r.Actor, At: r.At,
			Operation: p.Operation, Rule: p.Rule, Reason: p.Reason, From: p.From,
		}
	}
	if a, ok := r.Action.(RaiseAppeal); ok {
		return a.proof(o)
	}
	return nil
}

// advance makes the order what it is after a record. It decides nothing, so applying and replaying are the same.
func (o *Order) advance(r *Record) {
	effect(o, r)
	o.Version = r.Seq
	o.move(r.Operation, r.To, r.At)
}

// move is what every operation does to an order's status and clocks.
func (o *Order) move(op Operation, to Status, at time.Time) {
	o.Status, o.UpdatedAt = to, at
	if !op.keepsTurn() {
		o.TurnSince = at
	}
	switch {
	case to == Accepted:
		o.AcceptedAt = at
	case to.Final():
		o.ClosedAt = at
	}
}
