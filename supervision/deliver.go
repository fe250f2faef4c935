package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision/template"
)

// OpDeliver is the seller's: see [Deliver] (R07).
const OpDeliver Operation = "deliver"

// Deliver provides the service (R07). It is the seller's.
type Deliver struct {
	// Values fill in the order's delivery template; they are refused where the
	// order has none.
	Values template.Values `json:"values,omitempty"`
	// Result describes what was delivered where the order has no template; with
	// a template it must be empty.
	Result string `json:"result,omitempty"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
	// EnabledAt is when the service was enabled; optional, not before the order
	// was opened and not after the delivery.
	EnabledAt time.Time `json:"enabled_at,omitzero"`
}

// Delivery is what the seller delivered last (R07).
type Delivery struct {
	// Result describes what was delivered where the product has no template;
	// otherwise empty.
	Result string `json:"result,omitempty"`
	// Values are the result on the order's template, by field key, normalised;
	// nil without a template.
	Values template.Values `json:"values,omitempty"`
	// Attachments are the files delivered with it.
	Attachments []Attachment `json:"attachments,omitempty"`
	// EnabledAt is when the service was enabled for the buyer; zero where the
	// seller did not say.
	EnabledAt time.Time `json:"enabled_at,omitzero"`
	// DeliveredAt is when it was delivered.
	DeliveredAt time.Time `json:"delivered_at"`
}

// Operation returns OpDeliver.
func (Deliver) Operation() Operation { return OpDeliver }

func (a Deliver) check(c command, f faults) (Action, faults) {
	a.Values, a.Result = f.formOr("result", c, a.Operation(), a.Values, a.Result)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if !a.EnabledAt.IsZero() {
		a.EnabledAt = f.between("enabled_at", a.EnabledAt, c.order.OpenedAt, c.at)
	}
	return a, f
}

func (Deliver) inputs(c command) []Input {
	return []Input{
		askFormOr("result", c, OpDeliver), askFiles(false),
		{Key: "enabled_at", Kind: FieldInstant, From: c.order.OpenedAt, Until: c.at},
	}
}

func (a Deliver) facts(f facts) facts {
	return f.answers(a.Values).text("result", a.Result).files(a.Attachments).instant("enabled_at", a.EnabledAt)
}

func (a Deliver) effect(o Order, r Record) Order {
	o.Delivery = &Delivery{
		Result: a.Result, Values: a.Values, Attachments: a.Attachments, EnabledAt: cut(a.EnabledAt), DeliveredAt: r.At,
	}
	o.ReceivedAt = time.Time{}
	return o
}

func (a Deliver) clone() Action {
	a.Values, a.Attachments = a.Values.Clone(), slices.Clone(a.Attachments)
	return a
}
