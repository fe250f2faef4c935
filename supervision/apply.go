package supervision

import (
	"fmt"
	"reflect"
	"time"

	"github.com/koogallery/serviceflow/supervision/template"
)

// Apply performs an action: it returns the order as it is afterwards and the
// records to add, oldest first. Timed transitions that are due are applied
// first (R02, R27), so the answer does not depend on when a worker last ran.
// An action that fills in the template the order is pinned to takes that
// version as form; see [Order.Form].
//
// Apply is pure. Rules are asked before the input is checked. On an error
// nothing has happened and the results are zero: [ErrNotFound] for an actor
// that has no part in the order (R22), a [*Refusal] where a rule forbids it
// (R24), an [*InvalidError] for faulty input, and the one of [Order.Validate]
// for an order that lacks its appeal or delivery.
//
// An instant before the order's newest record, as a host with a slow clock may
// give, counts as that record's instant: an order's time never runs backwards,
// unless the action is the amendment that turns it back (R31).
func (o Order) Apply(actor Actor, action Action, at time.Time, form ...*template.Form) (Order, []Record, error) {
	clock := cut(at)
	at, err := o.admitAction(actor, action, at)
	if err != nil {
		return Order{}, nil, err
	}
	next := o
	records := make([]Record, 0, 1)
	next.settleUntil(at, &records)
	record := Record{
		Order: next.ID, Seq: next.Version + 1, At: at, Actor: actor, Operation: action.Operation(), From: next.Status,
	}
	d := next.decision(actor, action, at)
	if !d.Allowed {
		return Order{}, nil, &Refusal{Order: next.ID, Status: next.Status, Actor: actor, At: at, Decision: d}
	}
	if record.Action, err = check(command{order: next, actor: actor, at: at, clock: clock}, action, form); err != nil {
		return Order{}, nil, err
	}
	if turnsBack(action) {
		record.At = clock
	}
	record.To = next.target(record.Action)
	if a, ok := record.Action.(RaiseAppeal); ok {
		record.Finding = a.finding(next, actor.Role, at)
	}
	if err := flow.Fire(string(record.From), string(record.Operation), string(record.To)); err != nil {
		return Order{}, nil, fmt.Errorf("supervision: order %q: %w", next.ID, err)
	}
	next.take(&record)
	return next, append(records, record), nil
}

// Repeats reports whether an action is the one that a record of the order
// holds, however far the order has come since: so a repeated command is
// recognised (R28). It takes the form that [Order.Apply] takes.
func (o Order) Repeats(r Record, action Action, form ...*template.Form) bool {
	if CheckAction(action) != nil {
		return false
	}
	checked, err := check(command{order: o, at: r.At, again: true}, action, form)
	if err == nil && r.Seal != "" { // whose texts can no longer be compared (R35)
		checked, _ = eraseAction(checked)
	}
	return err == nil && reflect.DeepEqual(checked, r.Action)
}

func (o *Order) admitAction(actor Actor, action Action, at time.Time) (time.Time, error) {
	if err := CheckAction(action); err != nil {
		return at, err
	}
	if o.Status == Frozen && !o.Appeal.Pending() || o.Status == AwaitingAcceptance && o.Delivery == nil {
		return at, o.Validate() // effects read them
	}
	return o.admit(actor, at)
}

// check returns the action as it is recorded.
func check(c command, action Action, form []*template.Form) (Action, error) {
	if len(form) > 0 {
		c.form = form[0]
	}
	action, f := action.check(c, faults{})
	return action, f.err()
}

// target returns where an action leads.
func (o *Order) target(action Action) Status {
	if a, ok := action.(leading); ok {
		return a.to(*o)
	}
	to, _ := flow.Target(string(o.Status), string(action.Operation()))
	return Status(to)
}

// take makes the order what it is after a record. It decides nothing, so
// applying and replaying are the same.
func (o *Order) take(r *Record) {
	if a, ok := r.Action.(effective); ok {
		*o = a.effect(*o, *r)
	}
	o.Version = r.Seq
	o.move(r)
	if _, ok := r.Action.(quiet); !ok {
		o.begin(r.At)
	}
}
