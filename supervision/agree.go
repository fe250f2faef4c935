package supervision

import "time"

// The operations by which the parties agree on a refund (R32): the buyer
// proposes and withdraws, the seller agrees and declines.
const (
	OpProposeRefund  Operation = "propose_refund"
	OpWithdrawRefund Operation = "withdraw_refund"
	OpAgreeRefund    Operation = "agree_refund"
	OpDeclineRefund  Operation = "decline_refund"
)

// ProposeRefund proposes a refund to the seller. It changes no clock, counter
// or status, and one is pending at a time. It is the buyer's (R32).
type ProposeRefund struct {
	// Amount is more than nothing and at most what was paid.
	Amount Money `json:"amount"`
	// Reason is optional.
	Reason string `json:"reason,omitempty"`
}

// Operation returns OpProposeRefund.
func (ProposeRefund) Operation() Operation { return OpProposeRefund }

func (a ProposeRefund) check(c command, f faults) (Action, faults) {
	f.refund("amount", a.Amount, c.order.Paid)
	a.Reason = f.text("reason", a.Reason, false)
	return a, f
}

func (ProposeRefund) inputs(c command) []Input {
	return []Input{
		{Key: "amount", Kind: FieldMoney, Required: true, Most: c.order.Paid}, askText("reason", false),
	}
}

func (a ProposeRefund) facts(f facts) facts {
	return f.money("amount", a.Amount).text("reason", a.Reason)
}

func (ProposeRefund) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if d.Reason = o.negotiable(); d.Reason == "" && o.Proposal != (Proposal{}) {
		d.Reason, d.Proposed = ReasonProposed, o.Proposal.Amount
	}
	return d
}

func (a ProposeRefund) effect(o Order, r Record) Order {
	o.Proposal = Proposal{a.Amount, a.Reason, r.At}
	return o
}

func (ProposeRefund) keepsTurn() {}

// WithdrawRefund takes the buyer's proposal back; the buyer may propose again.
// It is the buyer's (R32).
type WithdrawRefund struct{}

// Operation returns OpWithdrawRefund.
func (WithdrawRefund) Operation() Operation { return OpWithdrawRefund }

func (a WithdrawRefund) check(_ command, f faults) (Action, faults) { return a, f }

func (WithdrawRefund) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	d.Reason = o.proposed()
	return d
}

func (WithdrawRefund) effect(o Order, _ Record) Order {
	o.Proposal = Proposal{}
	return o
}

func (WithdrawRefund) keepsTurn() {}

// AgreeRefund agrees to the buyer's proposal: the order is Canceled with that
// refund, which the host pays. It is the seller's (R32).
type AgreeRefund struct {
	// Amount is what the seller agrees to. It has to be the proposal's, so that
	// nobody agrees to a proposal that has changed meanwhile.
	Amount Money `json:"amount"`
}

// Operation returns OpAgreeRefund.
func (AgreeRefund) Operation() Operation { return OpAgreeRefund }

func (a AgreeRefund) check(c command, f faults) (Action, faults) {
	f.refund("amount", a.Amount, c.order.Paid)
	return a, f
}

func (AgreeRefund) inputs(c command) []Input {
	proposed := c.order.Proposal.Amount
	return []Input{{Key: "amount", Kind: FieldMoney, Required: true, Least: proposed, Most: proposed}}
}

func (a AgreeRefund) facts(f facts) facts { return f.money("amount", a.Amount) }

func (a AgreeRefund) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if d.Reason = o.proposed(); d.Reason == "" && a.Amount != (Money{}) && a.Amount != o.Proposal.Amount {
		d.Reason, d.Proposed = ReasonOtherAmount, o.Proposal.Amount
	}
	return d
}

func (a AgreeRefund) effect(o Order, r Record) Order {
	o.Refund = Refund{a.Amount, r.Operation, r.At}
	return o
}

// DeclineRefund declines the buyer's proposal; the buyer may propose again. It
// is the seller's (R32).
type DeclineRefund struct {
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Operation returns OpDeclineRefund.
func (DeclineRefund) Operation() Operation { return OpDeclineRefund }

func (a DeclineRefund) check(_ command, f faults) (Action, faults) {
	a.Reason = f.text("reason", a.Reason, true)
	return a, f
}

func (DeclineRefund) inputs(command) []Input { return []Input{askText("reason", true)} }

func (a DeclineRefund) facts(f facts) facts { return f.text("reason", a.Reason) }

func (DeclineRefund) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	d.Reason = o.proposed()
	return d
}

func (DeclineRefund) effect(o Order, _ Record) Order {
	o.Proposal = Proposal{}
	return o
}

func (DeclineRefund) keepsTurn() {}
