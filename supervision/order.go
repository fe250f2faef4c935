package supervision

import (
	"slices"
	"time"

	"github.com/koogallery/serviceflow/appeal"
)

// Attachment refers to a file that the host keeps.
type Attachment = appeal.Attachment

// Order is one transaction record under supervision, as its operation records
// have made it. It is a value: [Order.Apply] returns the next one and never
// changes what it is called on. Instants are UTC, cut to [Tick].
type Order struct {
	// ID, Product, Buyer and Seller are the host's ids.
	ID      string `json:"id"`
	Product string `json:"product"`
	Buyer   string `json:"buyer"`
	Seller  string `json:"seller"`
	// Policy is the policy pinned to the order when it opened (R25).
	Policy Policy `json:"policy"`
	// RequestTemplateVersion and DeliveryTemplateVersion are the versions of
	// the seller's templates pinned to the order (R04); 0 for free text.
	RequestTemplateVersion  int `json:"request_template_version,omitempty"`
	DeliveryTemplateVersion int `json:"delivery_template_version,omitempty"`
	// TemplateSeller is whose templates they are where an amendment has given
	// the order to another seller (R31); empty where they are Seller's.
	TemplateSeller string `json:"template_seller,omitempty"`

	// Paid is what the buyer paid (R32); zero where the host did not say.
	Paid Money `json:"paid,omitzero"`

	// Status is the flow status. FrozenFrom is the status that was frozen; zero
	// unless Frozen.
	Status     Status `json:"status"`
	FrozenFrom Status `json:"frozen_from,omitzero"`
	// Version counts the order's operations: it is the sequence number of its
	// newest record (R21).
	Version int64 `json:"version"`

	// BoughtAt is when the order was bought, OpenedAt when it entered
	// supervision (R01), UpdatedAt the instant of its newest record.
	BoughtAt  time.Time `json:"bought_at"`
	OpenedAt  time.Time `json:"opened_at"`
	UpdatedAt time.Time `json:"updated_at"`
	// TurnSince is when the present turn began or, on the seller's turn, was
	// last reported on, moved by freezes; a frozen order keeps that of the turn
	// that was frozen. The timers are measured from it, and so is silence (R09,
	// R17), except that SilenceSpent is when a ruling, or an intervention after
	// it, has spent what there was of it (R16); zero where none has.
	TurnSince    time.Time `json:"turn_since"`
	SilenceSpent time.Time `json:"silence_spent,omitzero"`
	// ScheduledEnd is when the flow is scheduled to be completed, moved by past
	// freezes (R14, R17).
	ScheduledEnd time.Time `json:"scheduled_end"`
	// Reminder is the buyer's last reminder (R20); zero without one.
	Reminder Reminder `json:"reminder,omitzero"`
	// AcceptedAt is when the order was accepted (R02, R08, R15); zero before,
	// and after a ruling that takes it back.
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	// ReceivedAt is when the delivery was received, as the host reported it,
	// moved by freezes like TurnSince (R27); zero before.
	ReceivedAt time.Time `json:"received_at,omitzero"`
	// ClosedAt is when the order was Completed or Canceled; zero before.
	ClosedAt time.Time `json:"closed_at,omitzero"`
	// ErasedAt is when the order's texts were erased (R35); zero where they
	// were not.
	ErasedAt time.Time `json:"erased_at,omitzero"`

	// Passed are the steps that have happened, at least once (R15); see Steps.
	Passed StepSet `json:"passed,omitzero"`

	// RequestRejections and ProductRejections count the rejections since the
	// opening, or the ruling or intervention that has spent those before (R10,
	// R16).
	RequestRejections int `json:"request_rejections,omitempty"`
	ProductRejections int `json:"product_rejections,omitempty"`

	// Rejection is the last one, of a request or of a delivery (R05, R08); zero
	// without one.
	Rejection Rejection `json:"rejection,omitzero"`

	// Request is the request submitted last, Delivery the last delivery, Appeal
	// the last appeal or intervention, pending or ruled; nil without one.
	Request  *Request       `json:"request,omitempty"`
	Delivery *Delivery      `json:"delivery,omitempty"`
	Appeal   *appeal.Appeal `json:"appeal,omitempty"`

	// Proposal is the refund that the buyer proposes at present; Refund is what
	// the host has to pay back, and Cancellation how a Canceled order ended
	// (R32). Each is zero without one.
	Proposal     Proposal     `json:"proposal,omitzero"`
	Refund       Refund       `json:"refund,omitzero"`
	Cancellation Cancellation `json:"cancellation,omitzero"`
}

// Cancellation is how a Canceled order ended. The zero value says that it did
// not.
type Cancellation struct {
	// By is the operation that canceled it: a ruling ([OpDecideAppeal], R15),
	// an agreement ([OpAgreeRefund], R32) or its scheduled end ([OpCloseAtEnd],
	// R14).
	By Operation `json:"by"`
	// From is where the flow stood; for a ruling, where it had been frozen.
	From Status `json:"from"`
}

// OrderStatus returns what the order list shows (R01).
func (o Order) OrderStatus() OrderStatus { return o.Status.OrderStatus() }

// Turn returns the role whose turn it is; zero where only time or nobody moves
// the order.
func (o Order) Turn() Role { return o.Status.Turn() }

// Clone returns a deep copy.
func (o Order) Clone() Order {
	if o.Request != nil {
		request := *o.Request
		request.Values = request.Values.Clone()
		request.Attachments = slices.Clone(request.Attachments)
		o.Request = &request
	}
	if o.Delivery != nil {
		delivery := *o.Delivery
		delivery.Values = delivery.Values.Clone()
		delivery.Attachments = slices.Clone(delivery.Attachments)
		o.Delivery = &delivery
	}
	o.Appeal = o.Appeal.Clone()
	return o
}

// Facts returns what the rules of appeals need to know of the order.
func (o Order) Facts() appeal.Facts { return o.facts() }

func (o *Order) facts() appeal.Facts {
	return appeal.Facts{
		Turn: o.Status.Turn().party(), Since: o.silentSince(), ScheduledEnd: o.ScheduledEnd,
		RequestRejections: o.RequestRejections, ProductRejections: o.ProductRejections,
	}
}
