package main

import (
	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
)

// The old service's words. Any other becomes none, and the library names it.
var states = map[string]supervision.Status{
	"NEW": supervision.AwaitingRequest, "ASKED": supervision.AwaitingConfirmation,
	"WORKING": supervision.AwaitingDelivery, "DELIVERED": supervision.AwaitingAcceptance,
	"ACCEPTED": supervision.Accepted, "CLOSED": supervision.Completed,
	"DISPUTED": supervision.Frozen, "CANCELLED": supervision.Canceled,
}
var grounds = map[string]appeal.Ground{
	"SELLER_SILENT": appeal.SellerSilent, "BUYER_SILENT": appeal.BuyerSilent, "RETURNED": appeal.ProductRejected,
}

// adoption is what a host writes to take its orders over: a row, and what was
// logged of it. It mends nothing. Leave out a Refund that has been paid.
func adoption(r row, log []entry) supervision.Adoption {
	a := supervision.Adoption{
		ID: r.ID, Product: r.Product, Buyer: r.Buyer, Seller: r.Seller, Paid: dollars(r.Cents), OpenedAt: r.Bought,
		ScheduledEnd: r.Due, Status: states[r.State], RequestRejections: r.SentBack, ProductRejections: r.Returned,
		AcceptedAt: r.Accepted, ClosedAt: r.Closed, Refund: dollars(r.Refunded),
	}
	switch {
	case a.Status.Waiting():
		a.TurnSince = r.Since
	case a.Status == supervision.Frozen:
		a.TurnSince, a.FrozenFrom = r.Since, states[r.Before]
	case a.Status == supervision.Canceled:
		a.Cancellation.From = states[r.Before]
	}
	if r.Request != "" || !r.Requested.IsZero() {
		a.Request = &supervision.Request{Text: r.Request, SubmittedAt: r.Requested}
	}
	if r.Result != "" || !r.Delivered.IsZero() {
		a.Delivery = &supervision.Delivery{Result: r.Result, DeliveredAt: r.Delivered}
	}
	if !r.Disputed.IsZero() {
		a.Appeal = &appeal.Appeal{By: appeal.Party(r.Side), Ground: grounds[r.Ground], Reason: r.Reason,
			Demand: r.Demand, RaisedAt: r.Disputed}
		if !r.Decided.IsZero() {
			a.Appeal.Ruling = &appeal.Ruling{Outcome: appeal.Cancel, Upheld: true, Decision: r.Decision, By: r.Clerk,
				Refund: a.Refund, At: r.Decided}
		}
	}
	for _, e := range log {
		a.History = append(a.History, supervision.Quote{At: e.At, Who: e.Who, What: e.Action, Text: e.Text})
	}
	return a
}

func dollars(cents int64) (m supervision.Money) {
	if cents != 0 {
		m = supervision.Money{Amount: cents, Currency: "USD"}
	}
	return m
}
