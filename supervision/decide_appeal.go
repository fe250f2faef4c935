package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/appeal"
)

// OpDecideAppeal is the operations manager's: see [DecideAppeal] (R15).
const OpDecideAppeal Operation = "decide_appeal"

// DecideAppeal rules on the pending appeal or intervention (R13, R15). It is
// the operations manager's.
type DecideAppeal struct {
	// Outcome is resume, accept or cancel.
	Outcome appeal.Outcome `json:"outcome,omitzero"`
	// ResumeAt is the status to resume at, one of [Order.ResumeTargets]; zero
	// for the one that was frozen. Only with the outcome resume.
	ResumeAt Status `json:"resume_at,omitzero"`
	// Upheld says whether whoever opened the case was right.
	Upheld bool `json:"upheld"`
	// Decision is the text of the ruling; mandatory.
	Decision string `json:"decision"`
	// Refund is what the host has to pay back; optional, of more than nothing
	// and at most what was paid, and not with the outcome resume (R32).
	Refund Money `json:"refund,omitzero"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Operation returns OpDecideAppeal.
func (DecideAppeal) Operation() Operation { return OpDecideAppeal }

func (a DecideAppeal) check(c command, f faults) (Action, faults) {
	if !slices.Contains(appeal.Outcomes(), a.Outcome) {
		f.Add("outcome", fault.Unknown, "name an outcome: resume, accept or cancel")
	}
	if a.ResumeAt != "" && !c.again &&
		(a.Outcome != appeal.Resume || !a.ResumeAt.Waiting() && a.ResumeAt != c.order.FrozenFrom) {
		f.Add("resume_at", fault.NotWaiting, "name a waiting status or the frozen one, and only to resume")
	}
	a.Decision = f.text("decision", a.Decision, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if a.Refund != (Money{}) {
		f.refund("refund", a.Refund, c.order.Paid)
		if a.Outcome == appeal.Resume {
			f.Add("refund", fault.UnknownField, "an order that goes on has no refund: accept or cancel it")
		}
	}
	return a, f
}

func (a DecideAppeal) inputs(c command) []Input {
	outcome := Input{Key: "outcome", Kind: FieldOutcome, Required: true}
	for _, out := range appeal.Outcomes() {
		outcome.Choices = append(outcome.Choices, c.choice(string(out), a))
	}
	at := Input{Key: "resume_at", Kind: FieldStatus, With: Condition{"outcome", []string{string(appeal.Resume)}}}
	for _, s := range c.order.ResumeTargets() {
		at.Choices = append(at.Choices, c.choice(string(s), a))
	}
	list := []Input{outcome, at, {Key: "upheld", Kind: FieldYesNo, Required: true}, askText("decision", true)}
	if c.order.Paid != (Money{}) {
		list = append(list, Input{Key: "refund", Kind: FieldMoney, Most: c.order.Paid,
			With: Condition{"outcome", []string{string(appeal.Accept), string(appeal.Cancel)}}})
	}
	return append(list, askFiles(false))
}

func (a DecideAppeal) facts(f facts) facts {
	return f.word("outcome", FieldOutcome, string(a.Outcome), a.Outcome).
		word("resume_at", FieldStatus, string(a.ResumeAt), a.ResumeAt).yesNo("upheld", a.Upheld).
		text("decision", a.Decision).money("refund", a.Refund).files(a.Attachments)
}

func (a DecideAppeal) decide(o Order, d Decision, _ Actor, _ time.Time) Decision {
	if a.Outcome == appeal.Resume && a.ResumeAt.Waiting() && !o.canResumeAt(a.ResumeAt) {
		d.Reason = ReasonNothingThere
	}
	return d
}

// ResumeTargets lists the statuses at which a ruling may resume the flow, in
// the order of the flow (R15): the frozen one, and the waiting ones at which
// the party has something to act on. There are none unless the order is frozen.
func (o Order) ResumeTargets() (list []Status) {
	for _, s := range statuses {
		if o.Status == Frozen && o.canResumeAt(s) {
			list = append(list, s)
		}
	}
	return list
}

// canResumeAt reports whether the party whose turn it would be has something
// to act on there (R15).
func (o *Order) canResumeAt(s Status) bool {
	switch s {
	case o.FrozenFrom, AwaitingDelivery:
		return true
	case AwaitingRequest:
		return o.Policy.Start == AwaitingRequest
	case AwaitingConfirmation:
		return o.Request != nil
	case AwaitingAcceptance:
		return o.Delivery != nil
	}
	return false
}

func (a DecideAppeal) to(o Order) Status {
	switch a.Outcome {
	case appeal.Accept:
		return Accepted
	case appeal.Cancel:
		return Canceled
	}
	if a.ResumeAt != "" {
		return a.ResumeAt
	}
	return o.FrozenFrom
}

// effect ends the freeze. A flow that resumes has spent the ground ruled on
// (R16); the scheduled end, and a turn that goes on with its silence and its
// timer, move by the length of the freeze (R17).
func (a DecideAppeal) effect(o Order, r Record) Order {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Ruling = &appeal.Ruling{
		Outcome: a.Outcome, Upheld: a.Upheld, Decision: a.Decision, Refund: a.Refund, Attachments: a.Attachments,
		At: r.At, By: r.Actor.ID,
	}
	froze, freeze := o.FrozenFrom, r.At.Sub(o.Appeal.RaisedAt)
	o.ScheduledEnd = o.ScheduledEnd.Add(freeze)
	if a.Outcome == appeal.Accept || r.To != froze {
		o.AcceptedAt, o.Refund = time.Time{}, Refund{} // an earlier acceptance has gone, with what came with it
		o.begin(r.At)
	} else {
		o.goOn(freeze)
	}
	if a.Refund != (Money{}) {
		o.Refund = Refund{a.Refund, r.Operation, r.At}
	}
	if a.Outcome == appeal.Resume {
		o.Appeal.Ruling.ResumedAt = string(r.To)
		o.spend(o.Appeal.Ground, r.At)
	}
	return o
}

// spend takes away what made a ground hold, and nothing else (R16).
func (o *Order) spend(g appeal.Ground, at time.Time) {
	switch g {
	case appeal.RequestRejected:
		o.RequestRejections = 0
	case appeal.ProductRejected:
		o.ProductRejections = 0
	case appeal.SellerSilent, appeal.BuyerSilent:
		o.SilenceSpent = at
	}
}

func (DecideAppeal) keepsTurn() {} // effect says what becomes of it

func (a DecideAppeal) clone() Action {
	a.Attachments = slices.Clone(a.Attachments)
	return a
}
