package supervision

import (
	"errors"
	"strings"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision/template"
)

// Attachment refers to a file that the host keeps.
type Attachment = appeal.Attachment

// Request is what the buyer submitted last (R03).
type Request struct {
	// Text is the request where the product has no template; otherwise empty.
	Text string `json:"text,omitempty"`
	// Values are the request on the order's template, by field key, normalised; nil without a template.
	Values template.Values `json:"values,omitempty"`
	// Attachments are the files submitted with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// SubmittedAt is when.
	SubmittedAt time.Time `json:"submitted_at"`
}

// SubmitRequest submits a request, the first or a revised one (R03). It is the buyer's.
type SubmitRequest struct {
	// Values fill the order's request template; they are refused where the order has none.
	Values template.Values `json:"values,omitempty"`
	// Text is the request where the order has no template; with a template it must be empty.
	Text string `json:"text,omitempty"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Operation returns OpSubmitRequest.
func (SubmitRequest) Operation() Operation { return OpSubmitRequest }
func (SubmitRequest) sealed()              {}

func (a SubmitRequest) normalize(o *Order, f *faults) Action {
	templated := o.TemplateVersion != 0
	a.Text = f.text("text", a.Text, !templated)
	a.Attachments = f.attachments("attachments", a.Attachments)
	switch {
	case !templated:
		if len(a.Values) > 0 {
			f.add("values", "no_template", "the order has no request template: write the request as text")
		}
		a.Values = nil
	case o.Template == nil:
		f.add("values", "template_missing", "set Order.Template to the version the order is pinned to")
	default:
		if a.Text != "" {
			f.add("text", "unknown_field", "the order has a request template: fill in its fields")
		}
		a.Values = f.values(*o.Template, a.Values)
	}
	return a
}

// values checks a form against the order's template; each fault names its field as "values.key" (R04).
func (f *faults) values(t template.Template, raw template.Values) template.Values {
	accepted, err := t.Accept(raw)
	var invalid *template.Error
	if errors.As(err, &invalid) {
		for _, fault := range invalid.Faults {
			f.add(strings.TrimSuffix("values."+fault.Field, "."), fault.Code, fault.Message)
		}
	}
	return accepted
}

func (a SubmitRequest) effect(o *Order, r *Record) {
	o.Request = &Request{Text: a.Text, Values: a.Values, Attachments: a.Attachments, SubmittedAt: r.At}
}

// AcceptRequest takes the request on (R05). It is the seller's.
type AcceptRequest struct{}

// Operation returns OpAcceptRequest.
func (AcceptRequest) Operation() Operation { return OpAcceptRequest }
func (AcceptRequest) sealed()              {}

// RejectRequest sends the request back and adds one to the request rejections (R05). It is the seller's.
type RejectRequest struct {
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Operation returns OpRejectRequest.
func (RejectRequest) Operation() Operation { return OpRejectRequest }
func (RejectRequest) sealed()              {}

func (a RejectRequest) normalize(f *faults) Action {
	a.Reason = f.text("reason", a.Reason, true)
	return a
}
