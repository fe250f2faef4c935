package main

import (
	"time"

	"github.com/koogallery/serviceflow/supervision"
)

// plainOrder is an order as a host without the library would keep it.
type plainOrder struct {
	ID, Product, Buyer, Seller           string
	Status                               string
	Version                              int64
	OpenedAt, UpdatedAt, TurnSince       time.Time
	ScheduledEnd, AcceptedAt             time.Time
	Reminder                             supervision.Reminder
	Rejection                            supervision.Rejection
	RequestRejections, ProductRejections int
	Request                              *supervision.Request
	Delivery                             *supervision.Delivery
}

// plainRecord is its operation record.
type plainRecord struct {
	Order               string
	Seq                 int64
	At                  time.Time
	Actor               supervision.Actor
	Operation, From, To string
	Action              supervision.Action
}

func plainOpen(o supervision.Opening, at time.Time) plainOrder {
	return plainOrder{
		ID: o.ID, Product: o.Product, Buyer: o.Buyer, Seller: o.Seller, Status: string(supervision.AwaitingRequest),
		Version:  1,
		OpenedAt: at, UpdatedAt: at, TurnSince: at, ScheduledEnd: at.AddDate(1, 0, 0),
	}
}

func (o *plainOrder) party(a supervision.Actor) bool {
	return a.Role == supervision.RoleBuyer && a.ID == o.Buyer || a.Role == supervision.RoleSeller && a.ID == o.Seller
}

// advance does the bookkeeping of an operation.
func (o *plainOrder) advance(r *plainRecord) {
	switch a := r.Action.(type) {
	case supervision.SubmitRequest:
		o.Request = &supervision.Request{Text: a.Text, Values: a.Values, Attachments: a.Attachments, SubmittedAt: r.At}
	case supervision.RejectRequest:
		o.RequestRejections++
		o.Rejection = supervision.Rejection{Operation: a.Operation(), Reason: a.Reason, By: r.Actor.ID, At: r.At}
	case supervision.Deliver:
		o.Delivery = &supervision.Delivery{Result: a.Result, Attachments: a.Attachments, EnabledAt: a.EnabledAt,
			DeliveredAt: r.At}
	case supervision.AcceptProduct:
		o.AcceptedAt = r.At
	case supervision.RejectProduct:
		o.ProductRejections++
		o.Rejection = supervision.Rejection{Operation: a.Operation(), Reason: a.Reason, By: r.Actor.ID, At: r.At}
	case supervision.Remind:
		o.Reminder = supervision.Reminder{Text: a.Text, At: r.At}
	}
	o.Status, o.Version, o.UpdatedAt, o.TurnSince = r.To, r.Seq, r.At, r.At
}
