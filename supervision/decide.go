package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Decision answers "may this actor do this now?" (R23). It is what
// [Order.Permit] and [Order.Operations] return and what a [Refusal] carries.
type Decision struct {
	// Operation is what was asked about.
	Operation Operation `json:"operation"`
	// Allowed says yes or no. Rule is the rule the answer rests on, Reason why
	// not; zero when allowed.
	Allowed bool   `json:"allowed"`
	Rule    Rule   `json:"rule"`
	Reason  Reason `json:"reason,omitempty"`
	// From is the first instant at which time alone allows it; zero when it is
	// allowed already or time alone never will.
	From time.Time `json:"from,omitzero"`
	// Until is the first instant at which time alone no longer allows it,
	// counted for the present opening or for the one that begins at From; zero
	// when time alone does not end it.
	Until time.Time `json:"until,omitzero"`
	// Measure is the numbers of the reason: how far the ground of an appeal is,
	// such as 2 rejections of 3; the last reminder and the interval (R20); the
	// notes there are and may be (R13). Zero for other reasons.
	Measure appeal.Measure `json:"measure,omitzero"`
	// Proposed is the refund that is proposed already, or that is of another
	// amount (R32); zero for other reasons.
	Proposed Money `json:"proposed,omitzero"`
}

// Decisions are the answers for every operation on an order, in declared order
// (R23): all but opening and adopting. They are an array because each is always
// there, and asking for them need not allocate. The zero value, which comes
// with an error, allows nothing.
type Decisions [len(registry) - beginnings]Decision

// Operations answers for every operation on an order whether the actor may
// perform it at an instant (R23). It asks what [Order.Apply] asks, so the two
// never disagree: an operation is allowed if and only if some action of it is.
// It allocates nothing unless it returns an error; errors are those of
// [Order.Permit].
func (o Order) Operations(actor Actor, at time.Time) (list Decisions, err error) {
	if at, err = o.ask(actor, at); err != nil {
		return list, err
	}
	table := o.beforehand(actor.Role)
	for i := range list {
		list[i] = table[i+beginnings]
		o.decide(&list[i], actor, registry[i+beginnings].zero, at)
	}
	return list, nil
}

// Permit answers whether the actor may perform one operation at an instant
// (R23). It allocates nothing unless it returns an error: an [*InvalidError]
// for an actor that is nobody, an undeclared operation or an instant out of
// range, [ErrNotFound] for an actor that has no part in the order (R22).
func (o Order) Permit(actor Actor, op Operation, at time.Time) (Decision, error) {
	at, err := o.ask(actor, at)
	if err != nil {
		return Decision{}, err
	}
	room, ok := rooms[op]
	if !ok {
		return Decision{}, unknownOperation()
	}
	return o.decision(actor, room.zero, at), nil
}

// Verdicts judges every ground that the policy gives the actor's side, at an
// instant (R11, R18). From and Until respect what time does to the order
// meanwhile. Where the flow's status allows no appeal, and for managers, there
// are none. Errors are those of [Order.Permit].
func (o Order) Verdicts(actor Actor, at time.Time) ([]appeal.Verdict, error) {
	at, err := o.ask(actor, at)
	if err != nil || !o.Status.Waiting() {
		return nil, err
	}
	list := o.Policy.Appeal.Verdicts(actor.Role.party(), o.facts(), at)
	for i := range list {
		list[i].From, list[i].Until = o.window(OpRaiseAppeal, list[i].From, list[i].Until, list[i].Holds)
	}
	return list, nil
}

// ask admits a question and brings the order to its instant, which it returns.
func (o *Order) ask(actor Actor, at time.Time) (time.Time, error) {
	at, err := o.admit(actor, at)
	if err == nil {
		o.settleUntil(at, nil)
	}
	return at, err
}

// admit refuses actors that are nobody, those for whom the order does not
// exist (R22), and instants out of range.
func (o *Order) admit(actor Actor, at time.Time) (time.Time, error) {
	var f faults
	f.actor(actor)
	at = f.Instant("at", at)
	if err := f.err(); err != nil {
		return at, err
	}
	if !o.exists(actor) {
		return at, NotFound(o.ID)
	}
	return o.clamp(at), nil
}

// decision is the answer for an action.
func (o *Order) decision(actor Actor, action Action, at time.Time) Decision {
	d := o.beforehand(actor.Role)[rooms[action.Operation()].place]
	o.decide(&d, actor, action, at)
	return d
}

// decide is the one answer to what may be done, for questions and commands
// alike. It asks in a fixed order: role, final, frozen, status, which the
// table answers beforehand, own case, and then the operation's own condition.
// The order is settled to the instant already, and d is the table's answer.
func (o *Order) decide(d *Decision, actor Actor, action Action, at time.Time) {
	if d.Reason != "" {
		return
	}
	if o.ownCase(actor) {
		d.Reason, d.Rule = ReasonOwnCase, R13
		return
	}
	if a, ok := action.(conditional); ok {
		*d = a.decide(*o, *d, actor, at)
	}
	d.Allowed = d.Reason == ""
	if d.Allowed || !d.From.IsZero() {
		d.From, d.Until = o.window(d.Operation, d.From, d.Until, d.Allowed)
	}
}

// ownCase reports whether the actor is a manager whose account is a party of
// the order (R13).
func (o *Order) ownCase(a Actor) bool {
	return a.Role == RoleManager && (a.ID == o.Buyer || a.ID == o.Seller)
}

// window cuts an operation's opening at the instant at which time moves the
// order to where there is no such operation.
func (o *Order) window(op Operation, from, until time.Time, allowed bool) (time.Time, time.Time) {
	due := o.ends(op)
	if due.IsZero() {
		return from, until
	}
	if !from.Before(due) {
		return time.Time{}, time.Time{}
	}
	if (allowed || !from.IsZero()) && (until.IsZero() || due.Before(until)) {
		until = due
	}
	return from, until
}

// ends returns the instant at which time moves the order to where the table has
// no such operation; zero where it never will.
func (o *Order) ends(op Operation) time.Time {
	t, due := o.due()
	if due.IsZero() || !flow.Allows(string(t.To), string(op)) {
		return due
	}
	next := *o
	next.settleUntil(due, nil)
	return next.ends(op)
}

// asked is where the table is asked.
type asked struct {
	role   Role
	status Status
}

// table is what the transitions alone say of each operation, at its place in
// the registry.
type table [len(registry)]Decision

// tables has one for every role and status, and for a status that nobody has
// declared, at which nothing is allowed.
var tables = tabulate()

func tabulate() map[asked]*table {
	all := make(map[asked]*table)
	for _, role := range roles {
		for _, status := range append(Statuses(), "") {
			t := new(table)
			for i, op := range operations {
				t[i] = answer(role, status, op)
			}
			all[asked{role, status}] = t
		}
	}
	return all
}

// beforehand returns what the table says to a role.
func (o *Order) beforehand(role Role) *table {
	if t := tables[asked{role, o.Status}]; t != nil {
		return t
	}
	return tables[asked{role, ""}]
}

func answer(role Role, status Status, op Operation) Decision {
	d := Decision{Operation: op, Rule: op.Rule()}
	switch {
	case !slices.Contains(performers[op], role):
		d.Reason = ReasonRole
	case status.Final() && !flow.Allows(string(status), string(op)):
		d.Reason, d.Rule = ReasonFinal, ruleOutside(op)
	case status == Frozen && role != RoleManager && role != RoleSystem:
		d.Reason, d.Rule = ReasonFrozen, R12
	case !flow.Allows(string(status), string(op)):
		d.Reason, d.Rule = ReasonStatus, ruleOutside(op)
	}
	return d
}
