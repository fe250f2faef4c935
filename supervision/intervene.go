package supervision

import (
	"slices"

	"github.com/koogallery/serviceflow/appeal"
)

// OpIntervene is the operations manager's: see [Intervene] (R30).
const OpIntervene Operation = "intervene"

// Intervene takes an order into the operations manager's hands: it is frozen
// as by an appeal until a ruling (R12, R30). It needs no ground, keeps clear of
// no blackout, and comes at every status that is neither frozen nor final. It
// is the operations manager's.
type Intervene struct {
	// Reason is mandatory. Both parties see it.
	Reason string `json:"reason"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Operation returns OpIntervene.
func (Intervene) Operation() Operation { return OpIntervene }

func (a Intervene) check(_ command, f faults) (Action, faults) {
	a.Reason = f.text("reason", a.Reason, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	return a, f
}

func (Intervene) inputs(command) []Input { return []Input{askText("reason", true), askFiles(false)} }

func (a Intervene) facts(f facts) facts { return f.text("reason", a.Reason).files(a.Attachments) }

// effect freezes. A case that was ruled to be accepted and is opened again has
// spent its ground (R16): nobody appeals twice on the same facts.
func (a Intervene) effect(o Order, r Record) Order {
	if before := o.Appeal; before != nil && before.Ruling != nil && before.Ruling.Outcome == appeal.Accept {
		o.spend(before.Ground, r.At)
	}
	o.freeze(r, appeal.Appeal{Manager: r.Actor.ID, Reason: a.Reason, Attachments: a.Attachments})
	return o
}

func (Intervene) keepsTurn() {} // R17

func (a Intervene) clone() Action {
	a.Attachments = slices.Clone(a.Attachments)
	return a
}

// freeze opens a case where the flow stands (R12).
func (o *Order) freeze(r Record, opened appeal.Appeal) {
	opened.RaisedAt, opened.HandleBy = r.At, r.At.Add(o.Policy.Appeal.Handling)
	o.FrozenFrom, o.Appeal = r.From, &opened
}
