package main

import (
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// wording is what a form is called, what its button says and what is asked
// before it is sent.
type wording struct {
	Title, Button, Question string
	Danger                  bool
}

func wordingOf(op supervision.Operation, o supervision.Order) wording {
	switch op {
	case supervision.OpSubmitRequest:
		return wording{"Your request", "Submit request", "The seller will be asked to confirm this request.", false}
	case supervision.OpAcceptRequest:
		return wording{"Accept the request", "Accept request", "You take the request on and provide the service.",
			false}
	case supervision.OpRejectRequest:
		return wording{"Reject the request", "Reject request", "The buyer will be asked to submit a revised request.",
			true}
	case supervision.OpReportProgress:
		return wording{"Report progress", "Report progress", "The buyer will see how far you are.", false}
	case supervision.OpDeliver:
		return wording{"Provide the service", "Deliver service", "The buyer will be asked to accept the service.",
			false}
	case supervision.OpAcceptProduct:
		return wording{"Accept the service", "Accept service",
			"You are satisfied with the service.", false}
	case supervision.OpRejectProduct:
		return wording{"Reject the service", "Reject service", "The seller will be asked to deliver again.", true}
	case supervision.OpRemind:
		return wording{"Remind the seller", "Send reminder", "The seller will be asked to go on.", false}
	case supervision.OpRaiseAppeal:
		return wording{"Your appeal", "Initiate appeal",
			"The service flow is frozen until the operations manager has decided. " +
				"Neither you nor the other party can do anything until then.", true}
	case supervision.OpAddNote:
		return wording{"Add a note", "Add note", "The parties can read the note only if you share it.", false}
	case supervision.OpIntervene:
		return wording{"Take the order in hand", "Intervene", "The service flow is frozen until you have decided. " +
			"Neither party can do anything until then.", true}
	}
	return wording{"Decide the appeal", "Decide appeal", "The decision is final and both parties are bound by it.",
		true}
}

// ask draws up the questions of the form's operation.
func (f *form) ask(actor supervision.Actor, now time.Time) error {
	switch f.Operation {
	case supervision.OpSubmitRequest:
		f.askRequest()
	case supervision.OpRejectRequest, supervision.OpRejectProduct:
		f.Inputs = []input{area("reason", "Reason", "Say what has to change.", true)}
	case supervision.OpReportProgress:
		f.Inputs = []input{area("text", "Progress", "Say what has been done and what comes next.", true)}
	case supervision.OpDeliver:
		f.Inputs = []input{
			area("result", "Result", "Describe what you have delivered and how to use it.", true),
			{Name: "enabled_at", Label: "Service enabled at (UTC)", Control: "instant"},
			attach("Attachments"),
		}
	case supervision.OpRemind:
		f.Inputs = []input{area("text", "Message", "", false)}
	case supervision.OpAddNote:
		f.Inputs = []input{
			area("text", "Note", "", true),
			{Name: "shared", Label: "May the parties read it?", Control: "radios", Options: yesNo,
				Values: []string{"no"}},
			attach("Attachments"),
		}
	case supervision.OpIntervene:
		f.Inputs = []input{area("reason", "Reason", "Both parties read it.", true), attach("Attachments")}
	case supervision.OpRaiseAppeal:
		return f.askAppeal(actor, now)
	case supervision.OpDecideAppeal:
		f.askRuling()
	}
	return nil
}

func (f *form) askRequest() {
	if f.template == nil {
		f.Inputs = []input{area("text", "Request", "Describe what you need.", true)}
	} else {
		if f.template.Title != "" {
			f.Title = f.template.Title
		}
		for _, field := range f.template.Fields {
			f.Inputs = append(f.Inputs, fieldInput(field))
		}
	}
	f.Inputs = append(f.Inputs, attach("Attachments"))
}

// Intro is the seller's text above a template's fields.
func (f *form) Intro() string {
	if f.template == nil {
		return ""
	}
	return f.template.Intro
}

func (f *form) askAppeal(actor supervision.Actor, now time.Time) error {
	verdicts, err := f.order.Verdicts(actor, now)
	if err != nil {
		return err
	}
	ground := input{Name: "ground", Label: "Ground", Control: "radios", Required: true}
	var open []string
	for _, verdict := range verdicts {
		o := option{Value: string(verdict.Ground), Label: english.Ground(verdict.Ground), Closed: !verdict.Holds}
		if o.Closed {
			o.Note = english.Verdict(verdict)
		} else {
			open = append(open, o.Value)
		}
		ground.Options = append(ground.Options, o)
	}
	if len(open) == 1 {
		ground.Values = open
	}
	f.Inputs = []input{
		ground,
		area("reason", "What happened", "", true),
		area("demand", "What you ask for", "", true),
		attach("Evidence"),
	}
	return nil
}

func (f *form) askRuling() {
	resume := input{Name: "resume_at", Label: "Go on at", Control: "select",
		Help:    "Only where the service flow goes on.",
		Options: []option{{Label: "Where it was frozen: " + english.Status(f.order.FrozenFrom)}}}
	for _, s := range f.order.ResumeTargets() {
		if s != f.order.FrozenFrom {
			resume.Options = append(resume.Options, option{Value: string(s), Label: english.Status(s)})
		}
	}
	outcome := input{Name: "outcome", Label: "What happens to the order", Control: "radios", Required: true}
	for _, o := range appeal.Outcomes() {
		outcome.Options = append(outcome.Options, option{Value: string(o), Label: english.Outcome(o)})
	}
	f.Inputs = []input{
		{Name: "upheld", Label: upheldLabel(f.order.Appeal), Control: "radios", Required: true, Options: yesNo},
		outcome, resume,
		area("decision", "Decision", "Give your reasons; both parties read them.", true),
		attach("Attachments"),
	}
}

func upheldLabel(a *appeal.Appeal) string {
	if a.By == "" {
		return "Was the intervention called for?"
	}
	return "Is the appeal upheld?"
}

func area(name, label, help string, required bool) input {
	return input{Name: name, Label: label, Help: help, Control: "area", Required: required}
}

func attach(label string) input {
	return input{Name: "attachments", Label: label, Control: "files", Help: "At most " + byteSize(maxFile) + " each."}
}
