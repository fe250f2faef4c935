package supervision

import "time"

// All of time is here. The library has no clock: an instant is an argument,
// cut to a tick and never before the order's newest record, unless an amendment
// turns the order's clock back; what time alone does is computed from stored
// instants.

// cut brings an instant to UTC and to the resolution of the rules.
func cut(at time.Time) time.Time { return at.UTC().Truncate(Tick) }

// clamp keeps an order's time from running backwards: an instant before its
// newest record, as a host with a slow clock may give, counts as that record's.
func (o *Order) clamp(at time.Time) time.Time {
	if at.Before(o.UpdatedAt) {
		return o.UpdatedAt
	}
	return at
}

// ahead reports whether the order's clock is ahead of a host's, and can be
// turned back to it: not to before the opening.
func (o *Order) ahead(clock time.Time) bool {
	return clock.Before(o.UpdatedAt) && !clock.Before(o.OpenedAt)
}

// turnBack turns the order's clock back: what lies later than the instant lies
// at it from then on. So the order's instants keep their order, and whatever is
// measured from them is measured by the clock that is right (R31).
func (o *Order) turnBack(to time.Time) {
	*o = o.Clone()
	instants := []*time.Time{&o.TurnSince, &o.SilenceSpent, &o.Reminder.At, &o.Rejection.At, &o.AcceptedAt,
		&o.ReceivedAt, &o.Proposal.At, &o.Refund.At}
	if o.Request != nil {
		instants = append(instants, &o.Request.SubmittedAt)
	}
	if o.Delivery != nil {
		instants = append(instants, &o.Delivery.EnabledAt, &o.Delivery.DeliveredAt)
	}
	if a := o.Appeal; a != nil {
		if late := a.RaisedAt.Sub(to); late > 0 {
			a.HandleBy = a.HandleBy.Add(-late)
		}
		instants = append(instants, &a.RaisedAt, &a.Finding.Since)
		for i := range a.Notes {
			instants = append(instants, &a.Notes[i].At)
		}
		if a.Ruling != nil {
			instants = append(instants, &a.Ruling.At)
		}
	}
	for _, at := range instants {
		if at.After(to) {
			*at = to
		}
	}
}

// Settle applies the timed transitions that are due at an instant, each at the
// instant it was due (R02, R27). It returns the order as it is afterwards and
// the records to add; an order with nothing due comes back unchanged.
func (o Order) Settle(at time.Time) (Order, []Record) {
	settled := o
	var records []Record
	settled.settleUntil(o.clamp(at), &records)
	return settled, records
}

// NextDue returns the instant of the next transition that time alone makes;
// zero where there is none.
func (o Order) NextDue() time.Time {
	_, due := o.due()
	return due
}

// settleUntil applies what is due and adds the records to a list, if there is
// one.
func (o *Order) settleUntil(at time.Time, records *[]Record) {
	for {
		t, due := o.due()
		if due.IsZero() || due.After(at) {
			return
		}
		r := Record{
			Order: o.ID, Seq: o.Version + 1, At: due, Actor: System(),
			Operation: t.Operation, From: t.From, To: t.To, Action: rooms[t.Operation].zero,
		}
		o.take(&r)
		if records != nil {
			*records = append(*records, r)
		}
	}
}

// end returns the order as time alone will leave it.
func (o Order) end() Order {
	end := o
	for due := end.NextDue(); !due.IsZero(); due = end.NextDue() {
		end.settleUntil(due, nil)
	}
	return end
}

// due returns the transition that time makes next, and when; zero where time
// makes none. Of two at one instant the table's first comes first. An amendment
// may leave a timer behind the newest record (R31); then it is due with that
// record, since an order's time never runs backwards.
func (o *Order) due() (next Transition, due time.Time) {
	for _, t := range timers[o.Status] {
		if at := o.timer(t); !at.IsZero() && (due.IsZero() || at.Before(due)) {
			next, due = t, at
		}
	}
	if !due.IsZero() && due.Before(o.UpdatedAt) {
		due = o.UpdatedAt
	}
	return next, due
}

// timer returns when a transition is due; zero where the policy has it switched
// off, and where what it counts from has not come.
func (o *Order) timer(t Transition) time.Time {
	switch t.Timer {
	case DeadlineCompletion:
		return o.TurnSince.Add(o.Policy.CompletionDelay)
	case DeadlineAutoAccept:
		if since := o.untouchedSince(); o.Policy.AutoAccept > 0 && !since.IsZero() {
			return since.Add(o.Policy.AutoAccept)
		}
	case DeadlineScheduledEnd:
		if t.To == o.Policy.AtScheduledEnd.to() {
			return o.ScheduledEnd
		}
	}
	return time.Time{}
}

// move sets what every operation sets.
func (o *Order) move(r *Record) {
	o.pass(r.To)
	stood := o.Status
	if stood == Frozen && r.To != Frozen {
		stood, o.FrozenFrom = o.FrozenFrom, ""
	}
	o.Status, o.UpdatedAt = r.To, r.At
	if r.To == Accepted && o.AcceptedAt.IsZero() {
		o.AcceptedAt = r.At
	}
	if r.To == Canceled && o.Cancellation == (Cancellation{}) {
		o.Cancellation = Cancellation{r.Operation, stood}
	}
	if r.To.Final() && o.ClosedAt.IsZero() {
		o.ClosedAt, o.Proposal = r.At, Proposal{}
	}
}

// begin begins a turn, or its silence and its timer anew.
func (o *Order) begin(at time.Time) { o.TurnSince, o.SilenceSpent = at, time.Time{} }

// goOn lets a turn go on after a freeze, as if that had not been (R17).
func (o *Order) goOn(freeze time.Duration) {
	o.TurnSince = o.TurnSince.Add(freeze)
	if !o.ReceivedAt.IsZero() {
		o.ReceivedAt = o.ReceivedAt.Add(freeze)
	}
	if !o.SilenceSpent.IsZero() {
		o.SilenceSpent = o.SilenceSpent.Add(freeze)
	}
}

// silentSince returns from when silence is measured (R09): the present turn,
// or the ruling that has spent what there was of it before (R16).
func (o *Order) silentSince() time.Time {
	if o.SilenceSpent.After(o.TurnSince) {
		return o.SilenceSpent
	}
	return o.TurnSince
}
