package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/internal/fault"

	"github.com/koogallery/serviceflow/supervision/template"
)

// OpSubmitRequest is the buyer's: see [SubmitRequest] (R03).
const OpSubmitRequest Operation = "submit_request"

// SubmitRequest submits a request, the first or a revised one (R03). It is the
// buyer's.
type SubmitRequest struct {
	// Values fill in the order's request template; they are refused where the
	// order has none.
	Values template.Values `json:"values,omitempty"`
	// Text is the request where the order has no template; with a template it
	// must be empty.
	Text string `json:"text,omitempty"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Request is what the buyer submitted last (R03).
type Request struct {
	// Text is the request where the product has no template; otherwise empty.
	Text string `json:"text,omitempty"`
	// Values are the request on the order's template, by field key,
	// normalised; nil without a template.
	Values template.Values `json:"values,omitempty"`
	// Attachments are the files submitted with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// SubmittedAt is when.
	SubmittedAt time.Time `json:"submitted_at"`
}

// Operation returns OpSubmitRequest.
func (SubmitRequest) Operation() Operation { return OpSubmitRequest }

func (a SubmitRequest) check(c command, f faults) (Action, faults) {
	version := c.order.Form(OpSubmitRequest)
	a.Text = f.text("text", a.Text, version == 0)
	a.Attachments = f.attachments("attachments", a.Attachments)
	a.Values = f.form("values", version, c.form, a.Values)
	if version != 0 && a.Text != "" {
		f.Add("text", fault.UnknownField, "the order has a request template: fill in its fields")
	}
	return a, f
}

func (SubmitRequest) inputs(c command) []Input {
	if version := c.order.TemplateVersion; version != 0 {
		return []Input{{Key: "values", Kind: FieldForm, Required: true, Template: version}, askFiles(false)}
	}
	return []Input{askText("text", true), askFiles(false)}
}

func (a SubmitRequest) facts(f facts) facts {
	return f.answers(a.Values).text("text", a.Text).files(a.Attachments)
}

// form checks values against the template that the order is pinned to; each
// fault names its field as "values.key" (R04).
func (f *faults) form(field string, version int, form *template.Form, raw template.Values) template.Values {
	switch {
	case f.erase:
		f.had = f.had || len(raw) > 0
		return erasedValues(raw)
	case version == 0:
		if len(raw) > 0 {
			f.Add(field, fault.NoTemplate, "the order has no template for this: write text")
		}
		return nil
	case form == nil:
		f.Add(field, fault.TemplateMissing, "pass the version of the template that the order is pinned to")
		return nil
	}
	accepted, err := form.Accept(raw)
	f.Within(field, err)
	return accepted
}

func (a SubmitRequest) effect(o Order, r Record) Order {
	o.Request = &Request{Text: a.Text, Values: a.Values, Attachments: a.Attachments, SubmittedAt: r.At}
	return o
}

func (a SubmitRequest) clone() Action {
	a.Values, a.Attachments = a.Values.Clone(), slices.Clone(a.Attachments)
	return a
}
