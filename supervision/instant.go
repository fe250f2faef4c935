package supervision

import "time"

// All of time is here. The library has no clock: an instant is an argument,
// cut to a tick and never before the order's newest record; what time alone
// does is computed from stored instants.

// cut brings an instant to UTC and to the resolution of the rules.
func cut(at time.Time) time.Time { return at.UTC().Truncate(Tick) }

// clamp keeps an order's time from running backwards: an instant before its
// newest record, as a host with a slow clock may give, counts as that record's.
func (o *Order) clamp(at time.Time) time.Time {
	if at = cut(at); at.Before(o.UpdatedAt) {
		return o.UpdatedAt
	}
	return at
}

// Settle applies the timed transitions that are due at an instant, each at the
// instant it was due (R02, R27). It returns the order as it is afterwards and
// the records to add; an order with nothing due comes back unchanged.
func (o Order) Settle(at time.Time) (Order, []Record) {
	settled := o
	var records []Record
	settled.settleUntil(cut(at), &records)
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
		if records != nil {
			*records = append(*records, Record{
				Order: o.ID, Seq: o.Version + 1, At: due, Actor: System(),
				Operation: t.Operation, From: t.From, To: t.To, Action: rooms[t.Operation].zero,
			})
		}
		o.Version++
		o.move(t.To, due)
		o.begin(due)
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
// makes none.
func (o *Order) due() (Transition, time.Time) {
	t, ok := timers[o.Status]
	if !ok {
		return Transition{}, time.Time{}
	}
	if delay := o.Policy.delay(t.Timer); delay > 0 {
		return t, o.TurnSince.Add(delay)
	}
	return Transition{}, time.Time{}
}

// move sets what every operation sets.
func (o *Order) move(to Status, at time.Time) {
	o.pass(to)
	o.Status, o.UpdatedAt = to, at
	if to == Accepted && o.AcceptedAt.IsZero() {
		o.AcceptedAt = at
	}
	if to.Final() {
		o.ClosedAt = at
	}
}

// begin begins a turn, or its silence and its timer anew.
func (o *Order) begin(at time.Time) { o.TurnSince, o.SilenceSpent = at, time.Time{} }

// goOn lets a turn go on after a freeze, as if that had not been (R17).
func (o *Order) goOn(freeze time.Duration) {
	o.TurnSince = o.TurnSince.Add(freeze)
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
