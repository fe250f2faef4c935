package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Permission answers "may this actor do this now?" (R23).
type Permission struct {
	// Operation is what was asked about.
	Operation Operation `json:"operation"`
	// Allowed says yes or no. Rule is the rule the answer rests on, Reason why not; zero when allowed.
	Allowed bool   `json:"allowed"`
	Rule    Rule   `json:"rule"`
	Reason  Reason `json:"reason,omitempty"`
	// From is the first instant at which time alone allows it; zero when it is allowed already or time alone never will.
	From time.Time `json:"from,omitzero"`
	// Until is the first instant at which time alone no longer allows it, counted for the present opening or for the one that begins at
	// From; zero when time alone does not end it.
	Until time.Time `json:"until,omitzero"`
}

// Permissions are the answers for every operation but opening, in declared order (R23). They are an array because each is always there, and
// asking for them need not allocate; slice it with [:] where a slice is wanted. The zero value, which comes with an error, allows nothing
// and names no operation, so it has no JSON form.
type Permissions [OpComplete - OpOpen]Permission

// Operations answers for every operation but opening whether the actor may perform it at an instant (R23). It runs the checks of
// [Order.Apply], so the two never disagree: an operation is allowed if and only if some action of it is. Like [Order.Permit] it allocates
// nothing unless it returns an error, and its errors are those.
func (o Order) Operations(actor Actor, at time.Time) (list Permissions, err error) {
	at, err = o.asked(actor, at)
	if err != nil {
		return list, err
	}
	list = Permissions(answers[actor.Role][OpSubmitRequest:])
	for i := range list {
		o.answer(&list[i], actor.Role, at)
	}
	return list, nil
}

// Permit answers whether the actor may perform one operation at an instant (R23). It allocates nothing unless it returns an error: an
// [*InvalidError] for an actor that is nobody, an undeclared operation or an instant that [Order.Apply] would not take either,
// [ErrNotFound] for an actor that has no part in the order (R22).
func (o Order) Permit(actor Actor, op Operation, at time.Time) (Permission, error) {
	at, err := o.asked(actor, at)
	if err != nil {
		return Permission{}, err
	}
	if op.String() == "" {
		var f faults
		f.add("operation", "unknown", "name one of the operations")
		return Permission{}, f.err()
	}
	return o.permit(actor.Role, op, at), nil
}

// Grounds judges every ground that the policy gives the actor's side, at an instant (R11, R18). Until and From respect what time
// does to the order meanwhile. Where the flow's status allows no appeal, and for managers, the list is empty. Errors are those of
// [Order.Permit].
func (o Order) Grounds(actor Actor, at time.Time) ([]appeal.Verdict, error) {
	at, err := o.asked(actor, at)
	if err != nil {
		return nil, err
	}
	if !o.Status.Waiting() {
		return nil, nil
	}
	list := o.Policy.Appeal.Verdicts(actor.Role.party(), o.facts(), at)
	for i := range list {
		list[i].From, list[i].Until = o.window(list[i].From, list[i].Until, list[i].Holds)
	}
	return list, nil
}

// asked admits a question and brings the order to its instant.
func (o *Order) asked(actor Actor, at time.Time) (time.Time, error) {
	if err := o.admit(actor); err != nil {
		return at, err
	}
	var f faults
	at = f.instant("at", at)
	if len(f) > 0 {
		return at, f.err()
	}
	return o.settled(at), nil
}

// settled brings the order to an instant and returns it. It works on the caller's copy and allocates nothing.
func (o *Order) settled(at time.Time) time.Time {
	at = o.now(at.UTC().Truncate(Tick))
	for o.tick(at) {
	}
	return at
}

func (o *Order) permit(role Role, op Operation, at time.Time) (p Permission) {
	p = answers[role][op]
	o.answer(&p, role, at)
	return p
}

// answer asks the rules about what the table alone does not forbid; the order is settled to that instant already.
func (o *Order) answer(p *Permission, role Role, at time.Time) {
	op := p.Operation
	switch {
	case p.Reason != "":
		return
	case o.Status.Final():
		p.Reason = ReasonFinal
	case o.Status == Frozen && parties.has(role):
		p.Reason, p.Rule = ReasonFrozen, R12
	case !flow.Allows(o.Status, op):
		p.Reason = ReasonStatus
	case role == RoleSystem:
		p.Reason = ReasonNotDue // and never allowed: when it is due, time has done it
	case op == OpRaiseAppeal:
		p.judged(o.Policy.Appeal.Best(role.party(), o.facts(), at))
	case op == OpRemind:
		if next := o.nextReminder(); next.After(at) {
			p.Reason, p.From = ReasonReminded, next
		}
	case op == OpAddNote && len(o.Appeal.Notes) >= MaxNotes:
		p.Reason = ReasonNotes
	}
	if op == OpRaiseAppeal && (p.Reason == ReasonFinal || p.Reason == ReasonStatus) {
		p.Rule = R14
	}
	p.Allowed = p.Reason == ""
	if p.Allowed || !p.From.IsZero() {
		p.From, p.Until = o.window(p.From, p.Until, p.Allowed)
	}
}

// window cuts an opening at the instant at which time moves the order on.
func (o *Order) window(from, until time.Time, allowed bool) (time.Time, time.Time) {
	due := o.NextDue()
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

// nextReminder returns the first instant at which the buyer may remind again (R20); without a reminder, one long past.
func (o *Order) nextReminder() time.Time { return o.RemindedAt.Add(o.Policy.ReminderInterval) }

// permitAction refines the answer for an operation by what the action says, and completes the record with where it leads.
func (o *Order) permitAction(p *Permission, r *Record) {
	switch a := r.Action.(type) {
	case RaiseAppeal:
		verdict := o.Policy.Appeal.Judge(r.Actor.Role.party(), a.Ground, o.facts(), r.At)
		p.judged(verdict)
		p.Allowed = verdict.Holds
		p.From, p.Until = o.window(p.From, p.Until, p.Allowed)
		r.To, r.Finding = Frozen, verdict.Finding
	case RuleAppeal:
		r.To = a.to(o)
		if !o.canResumeAt(r.To) {
			p.Allowed, p.Reason = false, ReasonNothingThere
		}
	default:
		r.To, _ = flow.Target(o.Status, r.Operation)
	}
}

// canResumeAt reports whether the party whose turn it would be has something to act on there (R15).
func (o *Order) canResumeAt(s Status) bool {
	switch s {
	case AwaitingRequest:
		return o.Policy.Start == AwaitingRequest
	case AwaitingConfirmation:
		return o.Request != nil
	case AwaitingAcceptance:
		return o.Delivery != nil
	}
	return true
}

// judged takes a verdict over, with the rule its reason comes from.
func (p *Permission) judged(v appeal.Verdict) {
	p.Reason, p.From, p.Until = Reason(v.Reason), v.From, v.Until
	switch v.Reason {
	case appeal.NotGranted:
		p.Rule = R11
	case appeal.TooFewRejections:
		p.Rule = R10
	case appeal.NotTheirTurn, appeal.NotSilentLongEnough:
		p.Rule = R09
	case appeal.InBlackout:
		p.Rule = R14
	}
}
