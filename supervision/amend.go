package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// OpAmend is the operations manager's: see [Amend] (R31).
const OpAmend Operation = "amend"

// Amend changes a running order: its policy, its scheduled end, the account of
// a party, as after a merger, or its clock, after a host's was ahead (R31). What
// is zero stays as it is. From its record on the order is judged by what it
// says; it begins no turn and spends no ground. It is the operations manager's.
type Amend struct {
	// Policy is the new policy. An order keeps where its flow started.
	Policy Policy `json:"policy,omitzero"`
	// ScheduledEnd is the new one (R14); after the amendment. Given while the
	// order is frozen it moves by the whole freeze, like any (R17).
	ScheduledEnd time.Time `json:"scheduled_end,omitzero"`
	// Buyer and Seller are the new accounts. The order is no longer the old
	// one's to see (R22).
	Buyer  string `json:"buyer,omitempty"`
	Seller string `json:"seller,omitempty"`
	// Clock turns an order's clock that is ahead back to what the amending
	// host's says; before the opening that is refused. What the order has later
	// lies at that instant from then on, but for the scheduled end; its records
	// stay as they are, and what has ended stays ended (R02, R21).
	Clock bool `json:"clock,omitempty"`
	// Reason is mandatory. Both parties see it.
	Reason string `json:"reason"`
}

// Operation returns OpAmend.
func (Amend) Operation() Operation { return OpAmend }

func (a Amend) check(c command, f faults) (Action, faults) {
	if a == (Amend{Reason: a.Reason}) {
		f.Add("", fault.Required, "name what changes: policy, scheduled end, buyer, seller or clock")
	}
	if a.Clock {
		c.at = c.clock
		if !c.again && !c.order.ahead(c.at) {
			f.Put("clock", Fault{Code: fault.OutOfRange, Min: c.order.OpenedAt.Format(time.RFC3339Nano),
				Max:     c.order.UpdatedAt.Add(-Tick).Format(time.RFC3339Nano),
				Message: "turn back a clock that is ahead, and not to before the opening"})
		}
	}
	if a.Policy != (Policy{}) {
		f.Within("policy", a.Policy.Validate())
		if a.Policy.Start != c.order.Policy.Start && !c.again {
			f.Add("policy.start", fault.OutOfRange, "keep where the flow started")
		}
	}
	if !a.ScheduledEnd.IsZero() {
		a.ScheduledEnd = f.Instant("scheduled_end", a.ScheduledEnd)
	}
	if !f.name("scheduled_end") && (!a.ScheduledEnd.IsZero() && !a.ScheduledEnd.After(c.at) ||
		a.Policy.AtScheduledEnd.to() != "" && !c.again && a.past(c)) {
		f.Add("scheduled_end", fault.OutOfRange, "give an instant after the amendment")
	}
	for _, id := range [...]struct{ field, value string }{{"buyer", a.Buyer}, {"seller", a.Seller}} {
		if id.value != "" {
			f.ID(id.field, id.value)
		}
	}
	a.Reason = f.text("reason", a.Reason, true)
	return a, f
}

func (Amend) inputs(c command) []Input {
	list := []Input{
		{Key: "policy", Kind: FieldPolicy}, {Key: "scheduled_end", Kind: FieldInstant, From: c.at.Add(Tick)},
		askID("buyer"), askID("seller"),
	}
	if c.order.ahead(c.clock) {
		list = append(list, Input{Key: "clock", Kind: FieldYesNo})
	}
	return append(list, askText("reason", true))
}

func (a Amend) facts(f facts) facts {
	f = f.policy("policy", a.Policy).instant("scheduled_end", a.ScheduledEnd).id("buyer", a.Buyer).
		id("seller", a.Seller)
	if a.Clock {
		f = f.yesNo("clock", true)
	}
	return f.text("reason", a.Reason)
}

// past reports whether time would close the order at an end that it has behind
// it. While it is frozen the end moves on.
func (a Amend) past(c command) bool {
	o := a.effect(c.order, Record{At: c.at})
	if o.Status == Frozen {
		o.ScheduledEnd = o.ScheduledEnd.Add(c.at.Sub(o.Appeal.RaisedAt))
	}
	return !o.ScheduledEnd.After(c.at)
}

// decide keeps managers from taking an order over: they would handle their own
// (R13).
func (a Amend) decide(_ Order, d Decision, actor Actor, _ time.Time) Decision {
	if actor.ID == a.Buyer || actor.ID == a.Seller {
		d.Reason, d.Rule = ReasonOwnCase, R13
	}
	return d
}

func (a Amend) effect(o Order, r Record) Order {
	if a.Clock {
		o.turnBack(r.At)
	}
	if a.Policy != (Policy{}) {
		o.Policy = a.Policy
		if o.negotiable() != "" {
			o.Proposal = Proposal{} // it lapses with the rule that it rests on
		}
	}
	if !a.ScheduledEnd.IsZero() {
		o.ScheduledEnd = cut(a.ScheduledEnd)
	}
	if a.Buyer != "" {
		o.Buyer = a.Buyer
	}
	if a.Seller != "" {
		pinned := o.RequestTemplateVersion != 0 || o.DeliveryTemplateVersion != 0
		if pinned && o.TemplateSeller == "" && a.Seller != o.Seller {
			o.TemplateSeller = o.Seller // the order stays pinned (R04)
		}
		o.Seller = a.Seller
	}
	return o
}

func (Amend) keepsTurn() {}

// turnsBack reports whether an action turns its order's clock back.
func turnsBack(action Action) bool {
	a, ok := action.(Amend)
	return ok && a.Clock
}
