package supervision

import "time"

// Settle makes the transitions that time alone has made due by an instant, each recorded at the instant it was due (R02, R27). An
// order with nothing due comes back unchanged with no records.
func (o Order) Settle(at time.Time) (Order, []Record) {
	records := o.settle(nil, at.UTC().Truncate(Tick))
	return o, records
}

// NextDue returns the instant of the next transition that time alone will make; zero where there is none.
func (o Order) NextDue() time.Time {
	_, due := o.due()
	return due
}

func (o *Order) settle(records []Record, at time.Time) []Record {
	for {
		from := o.Status
		if !o.tick(at) {
			return records
		}
		op := timers[from].Operation
		records = append(records, Record{
			Order: o.ID, Seq: o.Version, At: o.UpdatedAt, Actor: System(), Operation: op, From: from, To: o.Status, Action: timed[op],
		})
	}
}

// tick makes the next transition that time has made due, if there is one. Its action has no effect of its own.
func (o *Order) tick(at time.Time) bool {
	t, due := o.due()
	if due.IsZero() || due.After(at) {
		return false
	}
	o.Version++
	o.move(t.Operation, t.To, due)
	return true
}

var timed = map[Operation]Action{OpAutoAccept: AutoAccept{}, OpComplete: Complete{}}

// due returns the transition that time makes next, and when; zero where time makes none.
func (o *Order) due() (Transition, time.Time) {
	t := timers[o.Status]
	if delay := o.Policy.timer(t.Timer); delay > 0 {
		return t, o.TurnSince.Add(delay)
	}
	return Transition{}, time.Time{}
}
