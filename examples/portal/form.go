package main

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

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
	Inputs        []*input
	Other         []string              // faults that belong to no input
	Closed        bool                  // it can no longer be sent, only read
	Refused       *supervision.Decision // why it has not been taken, where a rule is why
	Left          time.Time             // when it was left as it stands; zero for a fresh form

	template template.Template // that it fills in; the zero one for none
}

// newForm draws the form of an operation: all that it asks for is the library's
// to say (R23).
func (v *visit) newForm(t task, op supervision.Operation) (*form, error) {
	f := &form{Operation: op, Title: v.l.Operation(op), Button: v.l.Operation(op), Path: address(v.order.ID) + "/" + t.Slug,
		Version: v.order.Version, Key: rand.Text()}
	asked, err := v.order.Inputs(v.actor(), op, v.svc.Now())
	for _, in := range asked {
		if in.Kind != supervision.FieldForm {
			f.Inputs = append(f.Inputs, v.l.ask(op, in))
			continue
		}
		if f.template, err = v.templateOf(v.r.Context(), v.order, op); err != nil {
			return nil, err
		}
		if f.template.Title != "" {
			f.Title = f.template.Title
		}
		for _, field := range f.template.Fields {
			f.Inputs = append(f.Inputs, v.l.field(answerPrefix, field))
		}
	}
	return f, err
}

// restore fills in what the visitor left when they were here last, or the last
// request where one has to be revised.
func (f *form) restore(v *visit, records []recordView) error {
	kept, left, err := v.db.kept(v.r.Context(), v.who.ID, f.subject())
	if err != nil {
		return err
	}
	var typed url.Values
	if f.Left = left; kept != "" {
		typed, err = url.ParseQuery(kept)
	} else if f.Operation == supervision.OpSubmitRequest {
		for _, r := range records {
			if r.Operation == f.Operation {
				typed = began(r.Record)
			}
		}
	}
	if err == nil && typed != nil {
		_, err = f.fill(v, typed)
	}
	return err
}

// began is a form as a record of its operation filled it in.
func began(r supervision.Record) url.Values {
	typed := url.Values{}
	for _, f := range r.Facts() {
		typed[f.Key] = written(f.Value)
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
	for _, in := range f.Inputs {
		in.Values = slices.Clone(typed[in.Name])
		found, err := in.keep(v, f.staged(v))
		if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// staged names the form for the files that are uploaded for it.
func (f *form) staged(v *visit) staged { return staged{v.order.ID, v.who.ID, f.Key, f.Operation} }

// files are those that the form refers to.
func (f *form) files() (list []file) {
	for _, in := range f.Inputs {
		list = append(list, in.Files...)
	}
	return list
}

// action is what the form says: its inputs make the action's document, whatever
// the operation. With it come the faults of what no document can say.
func (f *form) action(l *tongue) (action supervision.Action, faults []supervision.Fault, err error) {
	document, answers := make(map[string]any), url.Values{}
	for _, in := range f.Inputs {
		if key, ok := strings.CutPrefix(in.Name, answerPrefix); ok {
			answers[key] = in.Values
			continue
		}
		value, fault := in.json(l)
		if fault.Field != "" {
			faults = append(faults, fault)
		} else if value != nil {
			document[in.Name] = value
		}
	}
	if f.template.Fields != nil {
		document["values"] = f.template.FromForm(answers)
	}
	data, err := json.Marshal(document)
	if err == nil {
		action, err = supervision.UnmarshalActionOf(f.Operation, data)
	}
	return action, faults, malformed(err)
}

// Intro is the seller's text above a template's fields.
func (f *form) Intro() string { return f.template.Intro }

// Faulty lists the inputs that have a fault.
func (f *form) Faulty() []*input { return faulty(f.Inputs) }

// grave are the operations that cannot be taken back, or turn somebody down.
var grave = []supervision.Operation{supervision.OpRejectRequest, supervision.OpRejectProduct, supervision.OpRaiseAppeal,
	supervision.OpIntervene, supervision.OpDecideAppeal, supervision.OpAgreeRefund, supervision.OpDeclineRefund,
	supervision.OpAmend, supervision.OpErase}

// Danger tells whether the form's operation should be thought over.
func (f *form) Danger() bool { return slices.Contains(grave, f.Operation) }
