package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/appeal"
)

// OpRaiseAppeal is the buyer's or the seller's: see [RaiseAppeal] (R18).
const OpRaiseAppeal Operation = "raise_appeal"

// RaiseAppeal appeals to the operations manager and freezes the flow (R12,
// R18). It is either party's.
type RaiseAppeal struct {
	// Ground is what the appeal rests on; it must hold at that instant (R11,
	// R18).
	Ground appeal.Ground `json:"ground,omitzero"`
	// Reason and Demand say what happened and what is asked for; both are
	// mandatory.
	Reason string `json:"reason"`
	Demand string `json:"demand"`
	// Attachments are optional, except that a seller appealing at acceptance
	// attaches proof of delivery, and that some policies ask everybody for
	// proof (R18).
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Operation returns OpRaiseAppeal.
func (RaiseAppeal) Operation() Operation { return OpRaiseAppeal }

func (a RaiseAppeal) check(c command, f faults) (Action, faults) {
	if !appeal.AllGrounds.Has(a.Ground) {
		f.Add("ground", fault.Unknown, "name one of the grounds")
	}
	a.Reason = f.text("reason", a.Reason, true)
	a.Demand = f.text("demand", a.Demand, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if len(a.Attachments) == 0 && !c.again && c.order.needsProof(c.actor.Role) {
		f.Add("attachments", fault.Required, "attach proof")
	}
	return a, f
}

func (RaiseAppeal) inputs(c command) []Input {
	ground := Input{Key: "ground", Kind: FieldGround, Required: true}
	for _, g := range c.order.Policy.Appeal.Grounds(c.actor.Role.party()).List() {
		ground.Choices = append(ground.Choices, c.choice(string(g), RaiseAppeal{Ground: g}))
	}
	return []Input{
		ground, askText("reason", true), askText("demand", true), askFiles(c.order.needsProof(c.actor.Role)),
	}
}

func (a RaiseAppeal) facts(f facts) facts {
	return f.word("ground", FieldGround, string(a.Ground), a.Ground).text("reason", a.Reason).
		text("demand", a.Demand).files(a.Attachments)
}

// needsProof reports whether an appeal of the role's has to attach proof (R18).
func (o *Order) needsProof(role Role) bool {
	return o.Policy.Appeal.Proof || role == RoleSeller && o.Status == AwaitingAcceptance
}

// decide judges the ground that the appeal names; without one, the ground that
// counts for the party.
func (a RaiseAppeal) decide(o Order, d Decision, actor Actor, at time.Time) Decision {
	verdict := o.Policy.Appeal.Best(actor.Role.party(), o.facts(), at)
	if appeal.AllGrounds.Has(a.Ground) {
		verdict = o.Policy.Appeal.Judge(actor.Role.party(), a.Ground, o.facts(), at)
	}
	d.Reason, d.From, d.Until, d.Measure = verdict.Reason, verdict.From, verdict.Until, verdict.Measure
	switch verdict.Reason {
	case appeal.NotGranted:
		d.Rule = R11
	case appeal.TooFewRejections:
		d.Rule = R10
	case appeal.NotTheirTurn, appeal.NotSilentLongEnough:
		d.Rule = R09
	case appeal.InBlackout:
		d.Rule = R14
	}
	return d
}

func (a RaiseAppeal) effect(o Order, r Record) Order {
	o.freeze(r, appeal.Appeal{
		By: r.Actor.Role.party(), Ground: a.Ground, Reason: a.Reason, Demand: a.Demand, Attachments: a.Attachments,
		Finding: r.Finding,
	})
	return o
}

func (RaiseAppeal) keepsTurn() {} // R17

// finding returns the facts that make the ground hold (R18).
func (a RaiseAppeal) finding(o Order, role Role, at time.Time) appeal.Finding {
	return o.Policy.Appeal.Judge(role.party(), a.Ground, o.facts(), at).Finding()
}

func (a RaiseAppeal) clone() Action {
	a.Attachments = slices.Clone(a.Attachments)
	return a
}
