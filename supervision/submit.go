package supervision

import (
	"slices"
	"time"

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
	a.Values, a.Text = f.formOr("text", c, a.Operation(), a.Values, a.Text)
	a.Attachments = f.attachments("attachments", a.Attachments)
	return a, f
}

func (SubmitRequest) inputs(c command) []Input {
	return []Input{askFormOr("text", c, OpSubmitRequest), askFiles(false)}
}

func (a SubmitRequest) facts(f facts) facts {
	return f.answers(a.Values).text("text", a.Text).files(a.Attachments)
}

func (a SubmitRequest) effect(o Order, r Record) Order {
	o.Request = &Request{Text: a.Text, Values: a.Values, Attachments: a.Attachments, SubmittedAt: r.At}
	return o
}

func (a SubmitRequest) clone() Action {
	a.Values, a.Attachments = a.Values.Clone(), slices.Clone(a.Attachments)
	return a
}
