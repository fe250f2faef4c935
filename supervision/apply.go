package supervision

import (
	"fmt"
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
// (R24), an [*InvalidError] for faulty input.
//
// An instant before the order's newest record, as a host with a slow clock may
// give, counts as that record's instant: an order's time never runs backwards.
func (o Order) Apply(actor Actor, action Action, at time.Time, form ...*template.Form) (Order, []Record, error) {
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
	d := next.decide(actor, action, record.Operation, at)
	if !d.Allowed {
		return Order{}, nil, &Refusal{Order: next.ID, Status: next.Status, Actor: actor, At: at, Decision: d}
	}
	if record.Action, err = next.checkAction(action, form); err != nil {
		return Order{}, nil, err
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

// Prepare returns an action as [Order.Apply] would record it, without asking
// whether it is allowed: so a repeated command is recognised (R28). Errors are
// those of Apply, refusals aside.
func (o Order) Prepare(actor Actor, action Action, at time.Time, form ...*template.Form) (Action, error) {
	at, err := o.admitAction(actor, action, at)
	if err != nil {
		return nil, err
	}
	settled := o
	settled.settleUntil(at, nil)
	return settled.checkAction(action, form)
}

// Form returns the version of the template that an action of the operation
// fills in (R04); 0 for none.
func (o Order) Form(op Operation) int {
	if op == OpSubmitRequest {
		return o.TemplateVersion
	}
	return 0
}

func (o *Order) admitAction(actor Actor, action Action, at time.Time) (time.Time, error) {
	if err := CheckAction(action); err != nil {
		return at, err
	}
	return o.admit(actor, at)
}

// checkAction returns the action as it is recorded.
func (o *Order) checkAction(action Action, form []*template.Form) (Action, error) {
	var filled *template.Form
	if len(form) > 0 {
		filled = form[0]
	}
	action, f := action.check(*o, filled, faults{})
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
	o.move(r.To, r.At)
	if _, ok := r.Action.(quiet); !ok {
		o.begin(r.At)
	}
}
