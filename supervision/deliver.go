package supervision

import (
	"slices"
	"time"
)

// OpDeliver is the seller's: see [Deliver] (R07).
const OpDeliver Operation = "deliver"

// Deliver provides the service (R07). It is the seller's.
type Deliver struct {
	// Result describes what was delivered; mandatory.
	Result string `json:"result"`
	// Attachments are optional, at most MaxAttachments.
	Attachments []Attachment `json:"attachments,omitempty"`
	// EnabledAt is when the service was enabled; optional, not before the order
	// was opened and not after the delivery.
	EnabledAt time.Time `json:"enabled_at,omitzero"`
}

// Delivery is what the seller delivered last (R07).
type Delivery struct {
	// Result describes what was delivered.
	Result string `json:"result"`
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
	a.Result = f.text("result", a.Result, true)
	a.Attachments = f.attachments("attachments", a.Attachments)
	if !a.EnabledAt.IsZero() {
		a.EnabledAt = f.between("enabled_at", a.EnabledAt, c.order.OpenedAt, c.at)
	}
	return a, f
}

func (Deliver) inputs(c command) []Input {
	return []Input{
		askText("result", true), askFiles(false),
		{Key: "enabled_at", Kind: FieldInstant, From: c.order.OpenedAt, Until: c.at},
	}
}

func (a Deliver) facts(f facts) facts {
	return f.text("result", a.Result).files(a.Attachments).instant("enabled_at", a.EnabledAt)
}

func (a Deliver) effect(o Order, r Record) Order {
	o.Delivery = &Delivery{Result: a.Result, Attachments: a.Attachments, EnabledAt: a.EnabledAt, DeliveredAt: r.At}
	o.ReceivedAt = time.Time{}
	return o
}

func (a Deliver) clone() Action {
	a.Attachments = slices.Clone(a.Attachments)
	return a
}
