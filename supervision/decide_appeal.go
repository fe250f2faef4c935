package supervision

import (
	"slices"

	"time"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// OpDecideAppeal is the operations manager's: see [DecideAppeal] (R15).
const OpDecideAppeal Operation = "decide_appeal"

// DecideAppeal rules on the pending appeal (R13, R15). It is the operations
// manager's.
type DecideAppeal struct {
	// Outcome is resume, accept or cancel.
	Outcome appeal.Outcome `json:"outcome,omitzero"`
	// ResumeAt is the waiting status to resume at; zero for the one that was
	// frozen. Only with the outcome resume.
	ResumeAt Status `json:"resume_at,omitzero"`
	// Upheld says whether the party that appealed was right.
	Upheld bool `json:"upheld"`
	// Decision is the text of the ruling; mandatory.
	Decision string `json:"decision"`
}

// Operation returns OpDecideAppeal.
func (DecideAppeal) Operation() Operation { return OpDecideAppeal }

func (a DecideAppeal) check(_ Order, _ *template.Form, f faults) (Action, faults) {
	if !slices.Contains(appeal.Outcomes(), a.Outcome) {
		f.Add("outcome", fault.Unknown, "name an outcome: resume, accept or cancel")
	}
	if a.ResumeAt != "" && (a.Outcome != appeal.Resume || !a.ResumeAt.Waiting()) {
		f.Add("resume_at", fault.NotWaiting, "name a waiting status, and only to resume")
	}
	a.Decision = f.text("decision", a.Decision, true)
	return a, f
}

func (a DecideAppeal) decide(o Order, d Decision, _ Role, _ time.Time) Decision {
	if a.Outcome == appeal.Resume && !o.canResumeAt(a.to(o)) {
		d.Reason = ReasonNothingThere
	}
	return d
}

// canResumeAt reports whether the party whose turn it would be has something
// to act on there (R15).
func (o *Order) canResumeAt(s Status) bool {
	switch s {
	case AwaitingRequest:
		return o.Policy.Start == AwaitingRequest
	case AwaitingConfirmation:
		return o.Request != nil
	case AwaitingAcceptance:
		return o.Delivery != nil
	}
	return true
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

// effect sets the counters back, so that nobody can appeal again on spent
// grounds (R16), and moves the scheduled end by the length of the freeze (R17).
func (a DecideAppeal) effect(o Order, r Record) Order {
	o.Appeal = o.Appeal.Clone()
	o.Appeal.Ruling = &appeal.Ruling{
		Outcome: a.Outcome, Upheld: a.Upheld, Decision: a.Decision, At: r.At, By: r.Actor.ID,
	}
	if a.Outcome == appeal.Resume {
		o.Appeal.Ruling.ResumedAt = string(r.To)
	}
	o.RequestRejections, o.ProductRejections = 0, 0
	o.ScheduledEnd = o.ScheduledEnd.Add(r.At.Sub(o.Appeal.RaisedAt))
	if a.Outcome != appeal.Cancel {
		o.FrozenFrom = ""
	}
	return o
}
