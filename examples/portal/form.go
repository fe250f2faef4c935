package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/template"
)

// form is one operation as somebody fills it in. Version is what the order was
// when they began, Key tells the sending of this form from that of any other.
type form struct {
	Operation     supervision.Operation
	Title, Button string
	Path          string
	Version       int64
	Key           string
	Inputs        []input
	Other         []string              // faults that belong to no input
	Closed        bool                  // it can no longer be sent, only read
	Refused       *supervision.Decision // why it has not been taken, where a rule is why
	Left          time.Time             // when it was left as it stands; zero for a fresh form

	order    supervision.Order
	template *template.Template
}

// newForm makes an empty form, with the last request's answers where a request
// has to be revised.
func (v *visit) newForm(order supervision.Order, t task, op supervision.Operation) (*form, error) {
	f := &form{
		Operation: op, Title: v.l.Operation(op), Button: v.l.Operation(op), Path: address(order.ID) + "/" + t.Slug,
		Version: order.Version, Key: rand.Text(), order: order,
	}
	var err error
	if op == supervision.OpSubmitRequest {
		if f.template, err = v.templateOf(v.r.Context(), order); err != nil {
			return nil, err
		}
	}
	if err := f.ask(v.l, v.actor(), v.svc.Now()); err != nil {
		return nil, err
	}
	if op == supervision.OpSubmitRequest && order.Request != nil {
		if _, err := f.fill(v, f.began(*order.Request)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// restore fills in what the visitor left when they were here last.
func (f *form) restore(v *visit) error {
	typed, left, err := v.db.unsent(v.r.Context(), v.who.ID, f.subject())
	if err == nil && typed != nil {
		f.Left = left
		_, err = f.fill(v, typed)
	}
	return err
}

// began is the form as the request that was submitted last filled it in.
func (f *form) began(last supervision.Request) url.Values {
	typed := url.Values{"text": {last.Text}}
	for _, a := range last.Attachments {
		typed.Add("attachments", file{Digest: a.Ref, Name: a.Name}.Ref())
	}
	for key, value := range last.Values {
		typed[answerPrefix+key] = written(value)
	}
	return typed
}

// subject is what a form is about, where it is kept until it is sent.
func (f *form) subject() string { return f.Path + "#" + string(f.Operation) }

// fill takes what somebody typed, and returns the faults that only the portal
// can see.
func (f *form) fill(v *visit, typed url.Values) (faults []supervision.Fault, err error) {
	if version, err := strconv.ParseInt(typed.Get("version"), 10, 64); err == nil {
		f.Version = version
	}
	if key := typed.Get("key"); key != "" {
		f.Key = key
	}
	for i := range f.Inputs {
		in := &f.Inputs[i]
		in.Values = slices.Clone(typed[in.Name])
		found, err := in.keep(v, f.staged(v.who))
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// staged names the form for the files that are uploaded for it.
func (f *form) staged(who account) staged { return staged{f.order.ID, who.ID, f.Key, f.Operation} }

// value returns what was typed into an input.
func (f *form) value(name string) string { return f.input(name).Value() }

func (f *form) input(name string) *input {
	for i := range f.Inputs {
		if f.Inputs[i].Name == name {
			return &f.Inputs[i]
		}
	}
	return &input{}
}

// files are those that the form refers to.
func (f *form) files() (list []file) {
	for _, in := range f.Inputs {
		list = append(list, in.Files...)
	}
	return list
}

// action is what the form says, and the faults of what cannot be said in an
// action.
func (f *form) action() (supervision.Action, []supervision.Fault) {
	attachments := f.input("attachments").attachments()
	switch f.Operation {
	case supervision.OpSubmitRequest:
		return supervision.SubmitRequest{Text: f.value("text"), Values: f.answers(), Attachments: attachments}, nil
	case supervision.OpAcceptRequest:
		return supervision.AcceptRequest{}, nil
	case supervision.OpRejectRequest:
		return supervision.RejectRequest{Reason: f.value("reason")}, nil
	case supervision.OpReportProgress:
		return supervision.ReportProgress{Text: f.value("text")}, nil
	case supervision.OpDeliver:
		enabled, faults := f.instant("enabled_at")
		return supervision.Deliver{Result: f.value("result"), Attachments: attachments, EnabledAt: enabled}, faults
	case supervision.OpAcceptProduct:
		return supervision.AcceptProduct{}, nil
	case supervision.OpRejectProduct:
		return supervision.RejectProduct{Reason: f.value("reason")}, nil
	case supervision.OpRemind:
		return supervision.Remind{Text: f.value("text")}, nil
	case supervision.OpRaiseAppeal:
		return supervision.RaiseAppeal{Ground: appeal.Ground(f.value("ground")), Reason: f.value("reason"),
			Demand:      f.value("demand"),
			Attachments: attachments}, nil
	case supervision.OpAddNote:
		return supervision.AddNote{Text: f.value("text"), Attachments: attachments, Shared: f.value("shared") == "yes"},
			nil
	case supervision.OpProposeRefund:
		amount, faults := f.money("amount")
		return supervision.ProposeRefund{Amount: amount, Reason: f.value("reason")}, faults
	case supervision.OpWithdrawRefund:
		return supervision.WithdrawRefund{}, nil
	case supervision.OpAgreeRefund:
		return supervision.AgreeRefund{Amount: f.order.Proposal.Amount}, nil
	case supervision.OpDeclineRefund:
		return supervision.DeclineRefund{Reason: f.value("reason")}, nil
	case supervision.OpAmend:
		end, faults := f.instant("scheduled_end")
		return supervision.Amend{ScheduledEnd: end, Reason: f.value("reason")}, faults
	case supervision.OpIntervene:
		return supervision.Intervene{Reason: f.value("reason"), Attachments: attachments}, nil
	}
	return f.ruling()
}

func (f *form) ruling() (supervision.Action, []supervision.Fault) {
	a := supervision.DecideAppeal{Outcome: appeal.Outcome(f.value("outcome")), Decision: f.value("decision"),
		Upheld:      f.value("upheld") == "yes",
		Attachments: f.input("attachments").attachments()}
	var faults []supervision.Fault
	if f.value("refund") != "" {
		a.Refund, faults = f.money("refund")
	}
	if f.value("upheld") == "" {
		faults = append(faults,
			supervision.Fault{Field: "upheld", Code: "required", Message: "This is required."})
	}
	if word := f.value("resume_at"); word != "" {
		if err := a.ResumeAt.UnmarshalText([]byte(word)); err != nil {
			faults = append(faults,
				supervision.Fault{Field: "resume_at", Code: "unknown", Message: "Choose one of the stages."})
		}
	}
	return a, faults
}

// answers are the fields of the seller's template.
func (f *form) answers() template.Values {
	if f.template == nil {
		return nil
	}
	posted := url.Values{}
	for _, in := range f.Inputs {
		if key, ok := strings.CutPrefix(in.Name, answerPrefix); ok {
			posted[key] = in.Values
		}
	}
	return f.template.FromForm(posted)
}

func (f *form) money(name string) (supervision.Money, []supervision.Fault) {
	m, ok := parseMoney(f.value(name), f.order.Paid)
	if !ok {
		return m, []supervision.Fault{{Field: name, Code: "money", Message: "Give an amount such as 120.50."}}
	}
	return m, nil
}

// inputInstant is how browsers send a local time; the portal asks for it in
// UTC.
const inputInstant = "2006-01-02T15:04"

func (f *form) instant(name string) (time.Time, []supervision.Fault) {
	if f.value(name) == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(inputInstant, f.value(name))
	if err != nil {
		return t, []supervision.Fault{{Field: name, Code: "malformed", Message: "Give a date and a time."}}
	}
	return t, nil
}

// blame shows each fault at its input.
func (f *form) blame(l *tongue, faults []supervision.Fault) {
	for _, fault := range faults {
		name, _, _ := strings.Cut(fault.Field, "[")
		if f.input(name).Name == "" {
			name, _, _ = strings.Cut(name, ".") // a part of an amount
		}
		if in := f.input(name); in.Name != "" {
			if in.Fault == "" {
				in.Fault = l.advice(fault)
			}
			continue
		}
		f.Other = append(f.Other, fmt.Sprintf("%s: %s", fault.Field, l.advice(fault)))
	}
}

// Faulty lists the inputs that have a fault.
func (f *form) Faulty() (list []input) {
	for _, in := range f.Inputs {
		if in.Fault != "" {
			list = append(list, in)
		}
	}
	return list
}

// faultsOf returns what an error says about the input; nil where it is about
// something else.
func faultsOf(err error) []supervision.Fault {
	var invalid *supervision.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Faults
	}
	return nil
}
