package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// OpRemind is the buyer's: see [Remind] (R20).
const OpRemind Operation = "remind"

// Remind asks the seller to go on; it changes no status, no counter and no
// clock (R20). It is the buyer's.
type Remind struct {
	// Text is optional.
	Text string `json:"text,omitempty"`
}

// Reminder is what the buyer reminded the seller of last (R20). The zero value
// is none.
type Reminder struct {
	// Text is the buyer's; empty where it wrote none.
	Text string `json:"text,omitempty"`
	// At is when.
	At time.Time `json:"at"`
}

// Operation returns OpRemind.
func (Remind) Operation() Operation { return OpRemind }

func (a Remind) check(_ command, f faults) (Action, faults) {
	a.Text = f.text("text", a.Text, false)
	return a, f
}

func (Remind) inputs(command) []Input { return []Input{askText("text", false)} }

func (a Remind) facts(f facts) facts { return f.text("text", a.Text) }

func (Remind) decide(o Order, d Decision, _ Actor, at time.Time) Decision {
	if next := o.nextReminder(); next.After(at) {
		d.Reason, d.From = ReasonReminded, next
		d.Measure = appeal.Measure{Since: o.Reminder.At, Length: o.Policy.ReminderInterval}
	}
	return d
}

// nextReminder returns the first instant at which the buyer may remind again
// (R20); without a reminder, one long past.
func (o *Order) nextReminder() time.Time { return o.Reminder.At.Add(o.Policy.ReminderInterval) }

func (a Remind) effect(o Order, r Record) Order {
	o.Reminder = Reminder{a.Text, r.At}
	return o
}

func (Remind) keepsTurn() {}
