package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
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
	Operation supervision.Operation
	wording
	Path    string
	Version int64
	Key     string
	Inputs  []input
	Other   []string // faults that belong to no input
	Closed  bool     // it can no longer be sent, only read

	order    supervision.Order
	template *template.Template
}

// newForm makes an empty form, with the last request's answers where a request
// has to be revised.
func (v *visit) newForm(order supervision.Order, t task, op supervision.Operation) (*form, error) {
	f := &form{
		Operation: op, wording: wordingOf(op, order), Path: address(order.ID) + "/" + t.Slug,
		Version: order.Version, Key: rand.Text(), order: order,
	}
	if op == supervision.OpSubmitRequest && order.TemplateVersion != 0 {
		published, err := v.svc.Template(v.r.Context(), order.Seller, order.Product, order.TemplateVersion)
		if err != nil {
			return nil, err
		}
		f.template = &published.Template
	}
	if err := f.ask(v.actor(), v.svc.Now()); err != nil {
		return nil, err
	}
	if op == supervision.OpSubmitRequest && order.Request != nil {
		if err := f.begin(v.r.Context(), v.db, *order.Request); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// begin fills in the request that was submitted last.
func (f *form) begin(ctx context.Context, db *database, last supervision.Request) error {
	for i := range f.Inputs {
		in := &f.Inputs[i]
		switch {
		case in.Name == "text":
			in.Values = []string{last.Text}
		case in.Name == "attachments":
			for _, a := range last.Attachments {
				in.Values = append(in.Values, a.Ref)
			}
		default:
			in.Values = written(last.Values[strings.TrimPrefix(in.Name, answerPrefix)])
		}
		if _, err := in.keep(ctx, db, f.order.ID); err != nil {
			return err
		}
	}
	return nil
}

// read fills in what the visitor typed and uploaded, and returns the faults
// that only the portal can see.
func (f *form) read(v *visit) (faults []supervision.Fault, err error) {
	if version, err := strconv.ParseInt(v.r.PostFormValue("version"), 10, 64); err == nil {
		f.Version = version
	}
	if key := v.r.PostFormValue("key"); key != "" {
		f.Key = key
	}
	for i := range f.Inputs {
		in := &f.Inputs[i]
		in.Values = v.r.PostForm[in.Name]
		found, err := in.keep(v.r.Context(), v.db, f.order.ID)
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
		if in.takesFiles() && v.r.MultipartForm != nil {
			found, err := in.upload(v.r.Context(), v.db, f.order.ID, v.r.MultipartForm.File[in.Name])
			if err != nil {
				return nil, err
			}
			faults = append(faults, found...)
		}
	}
	return faults, nil
}

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
	if f.value("upheld") == "" {
		faults = append(faults,
			supervision.Fault{Field: "upheld", Code: "required", Message: "say whether the appeal is upheld"})
	}
	if word := f.value("resume_at"); word != "" {
		if err := a.ResumeAt.UnmarshalText([]byte(word)); err != nil {
			faults = append(faults,
				supervision.Fault{Field: "resume_at", Code: "unknown", Message: "choose one of the stages"})
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

// inputInstant is how browsers send a local time; the portal asks for it in
// UTC.
const inputInstant = "2006-01-02T15:04"

func (f *form) instant(name string) (time.Time, []supervision.Fault) {
	if f.value(name) == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(inputInstant, f.value(name))
	if err != nil {
		return t, []supervision.Fault{{Field: name, Code: "malformed", Message: "give a date and a time"}}
	}
	return t, nil
}

// blame shows each fault at its input.
func (f *form) blame(faults []supervision.Fault) {
	for _, fault := range faults {
		name, _, _ := strings.Cut(fault.Field, "[")
		if in := f.input(name); in.Name != "" {
			if in.Fault == "" {
				in.Fault = sentence(fault.Message)
			}
			continue
		}
		f.Other = append(f.Other, fmt.Sprintf("%s: %s", fault.Field, sentence(fault.Message)))
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
