package main

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// grave are the operations that cannot be taken back, or turn somebody down.
var grave = []supervision.Operation{supervision.OpRejectRequest, supervision.OpRejectProduct,
	supervision.OpRaiseAppeal, supervision.OpIntervene, supervision.OpDecideAppeal, supervision.OpAgreeRefund,
	supervision.OpDeclineRefund, supervision.OpAmend}

// Danger tells whether the form's operation should be thought over.
func (f *form) Danger() bool { return slices.Contains(grave, f.Operation) }

// ask draws up the questions of the form's operation.
func (f *form) ask(l *tongue, actor supervision.Actor, now time.Time) error {
	switch f.Operation {
	case supervision.OpSubmitRequest:
		f.askRequest(l)
	case supervision.OpRejectRequest, supervision.OpRejectProduct:
		f.Inputs = []input{l.area("reason", "Reason", "Say what has to change.", true)}
	case supervision.OpReportProgress:
		f.Inputs = []input{l.area("text", "Progress", "Say what has been done and what comes next.", true)}
	case supervision.OpDeliver:
		f.Inputs = []input{
			l.area("result", "Result", "Describe what you have delivered and how to use it.", true),
			{Name: "enabled_at", Label: l.t("Service enabled at (UTC)"), Control: "instant"},
			l.attach("Attachments"),
		}
	case supervision.OpRemind:
		f.Inputs = []input{l.area("text", "Message", "", false)}
	case supervision.OpAddNote:
		f.Inputs = []input{
			l.area("text", "Note", "", true),
			{Name: "shared", Label: l.t("May the parties read it?"), Control: "radios", Options: l.yesNo(),
				Values: []string{"no"}},
			l.attach("Attachments"),
		}
	case supervision.OpIntervene:
		f.Inputs = []input{l.area("reason", "Reason", "Both parties read it.", true), l.attach("Attachments")}
	case supervision.OpProposeRefund:
		f.Inputs = []input{l.amount("amount", f.order.Paid, true), l.area("reason", "Reason", "", false)}
	case supervision.OpDeclineRefund:
		f.Inputs = []input{l.area("reason", "Reason", "The buyer reads it.", true)}
	case supervision.OpAmend:
		f.Inputs = []input{
			{Name: "scheduled_end", Label: l.t("Scheduled completion (UTC)"), Control: "instant", Required: true},
			l.area("reason", "Reason", "Both parties read it.", true),
		}
	case supervision.OpRaiseAppeal:
		return f.askAppeal(l, actor, now)
	case supervision.OpDecideAppeal:
		f.askRuling(l)
	}
	return nil
}

func (f *form) askRequest(l *tongue) {
	if f.template == nil {
		f.Inputs = []input{l.area("text", "Request", "Describe what you need.", true)}
	} else {
		if f.template.Title != "" {
			f.Title = f.template.Title
		}
		for _, field := range f.template.Fields {
			f.Inputs = append(f.Inputs, l.fieldInput(field))
		}
	}
	f.Inputs = append(f.Inputs, l.attach("Attachments"))
}

// Intro is the seller's text above a template's fields.
func (f *form) Intro() string {
	if f.template == nil {
		return ""
	}
	return f.template.Intro
}

func (f *form) askAppeal(l *tongue, actor supervision.Actor, now time.Time) error {
	verdicts, err := f.order.Verdicts(actor, now)
	if err != nil {
		return err
	}
	ground := input{Name: "ground", Label: l.t("Ground"), Control: "radios", Required: true}
	var open []string
	for _, verdict := range verdicts {
		o := option{Value: string(verdict.Ground), Label: l.Ground(verdict.Ground), Closed: !verdict.Holds,
			Note: l.Verdict(verdict)}
		if verdict.Holds {
			open = append(open, o.Value)
		}
		ground.Options = append(ground.Options, o)
	}
	if len(open) == 1 {
		ground.Values = open
	}
	f.Inputs = []input{
		ground,
		l.area("reason", "What happened", "", true),
		l.area("demand", "What you ask for", "", true),
		l.attach("Evidence"),
	}
	return nil
}

func (f *form) askRuling(l *tongue) {
	resume := input{Name: "resume_at", Label: l.t("Go on at"), Control: "select",
		Help:    l.t("Only where the service flow goes on."),
		Options: []option{{Label: l.t("Where it was frozen: %s", l.Status(f.order.FrozenFrom))}}}
	for _, s := range f.order.ResumeTargets() {
		if s != f.order.FrozenFrom {
			resume.Options = append(resume.Options, option{Value: string(s), Label: l.Status(s)})
		}
	}
	outcome := input{Name: "outcome", Label: l.t("What happens to the order"), Control: "radios", Required: true}
	for _, o := range appeal.Outcomes() {
		outcome.Options = append(outcome.Options, option{Value: string(o), Label: l.Outcome(o),
			Note: l.t("outcome " + string(o))})
	}
	upheld := "Is the appeal upheld?"
	if f.order.Appeal.By == "" {
		upheld = "Was the intervention called for?"
	}
	f.Inputs = []input{
		{Name: "upheld", Label: l.t(upheld), Control: "radios", Required: true, Options: l.yesNo()},
		outcome, resume, l.amount("refund", f.order.Paid, false),
		l.area("decision", "Decision", "Give your reasons; both parties read them.", true),
		l.attach("Attachments"),
	}
}

func (l *tongue) area(name, label, help string, required bool) input {
	return input{Name: name, Label: l.t(label), Help: l.t(help), Control: "area", Required: required}
}

// amount asks for a part of what was paid.
func (l *tongue) amount(name string, paid supervision.Money, required bool) input {
	return input{Name: name, Label: l.t("Refund"), Help: l.t("Paid: %s", money(paid)), Control: "line", Type: "text",
		Mode: "decimal", Required: required}
}

func (l *tongue) attach(label string) input {
	return input{Name: "attachments", Label: l.t(label), Control: "files",
		Help: l.t("At most %s each.", byteSize(maxFile))}
}

func (l *tongue) yesNo() []option {
	return []option{{Value: "yes", Label: l.t("Yes")}, {Value: "no", Label: l.t("No")}}
}
