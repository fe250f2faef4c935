package supervision

import (
	"time"

	"github.com/koogallery/serviceflow/internal/fault"
)

// OpAmend is the operations manager's: see [Amend] (R31).
const OpAmend Operation = "amend"

// Amend changes a running order: its policy, its scheduled end, or the account
// of a party, as after a merger (R31). What is zero stays as it is. From its
// record on the order is judged by what it says; it begins no turn and spends
// no ground. It is the operations manager's.
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
	// Reason is mandatory. Both parties see it.
	Reason string `json:"reason"`
}

// Operation returns OpAmend.
func (Amend) Operation() Operation { return OpAmend }

func (a Amend) check(c command, f faults) (Action, faults) {
	if a == (Amend{Reason: a.Reason}) {
		f.Add("", fault.Required, "name what changes: policy, scheduled end, buyer or seller")
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
	if !a.ScheduledEnd.IsZero() && !a.ScheduledEnd.After(c.at) ||
		a.Policy.AtScheduledEnd.to() != "" && !c.again && a.past(c) {
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
	return []Input{
		{Key: "policy", Kind: FieldPolicy}, {Key: "scheduled_end", Kind: FieldInstant, From: c.at.Add(Tick)},
		askID("buyer"), askID("seller"), askText("reason", true),
	}
}

func (a Amend) facts(f facts) facts {
	return f.policy("policy", a.Policy).instant("scheduled_end", a.ScheduledEnd).id("buyer", a.Buyer).
		id("seller", a.Seller).text("reason", a.Reason)
}

// past reports whether time would close the order at an end that it has behind
// it. While it is frozen the end moves on.
func (a Amend) past(c command) bool {
	end := a.effect(c.order, Record{}).ScheduledEnd
	if c.order.Status == Frozen {
		end = end.Add(c.at.Sub(c.order.Appeal.RaisedAt))
	}
	return !end.After(c.at)
}

// decide keeps managers from taking an order over: they would handle their own
// (R13).
func (a Amend) decide(_ Order, d Decision, actor Actor, _ time.Time) Decision {
	if actor.ID == a.Buyer || actor.ID == a.Seller {
		d.Reason, d.Rule = ReasonOwnCase, R13
	}
	return d
}

func (a Amend) effect(o Order, _ Record) Order {
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
