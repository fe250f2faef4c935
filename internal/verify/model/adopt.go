package model

import "slices"

// Adopt takes over an order that another system has led to where it stands
// (R29), or names what cannot be so. Of the order given it looks at nothing
// that only records could tell: the version, the steps, when a ruling has spent
// a silence.
func Adopt(o Order, at int64) (Order, Record, []string) {
	if faults := o.impossible(at); len(faults) > 0 {
		return Order{}, Record{}, faults
	}
	o.Version, o.Erased, o.Proposal, o.TemplateSeller = 1, 0, Proposal{}, ""
	o.Updated = slices.Max(o.lived())
	if o.Bought == 0 {
		o.Bought = o.Opened
	}
	if o.End == 0 {
		o.End = o.Opened + o.Policy.Period
	}
	if o.Status == "canceled" && o.CanceledBy == "" {
		o.CanceledBy = "adopt"
	}
	if o.Refund.Amount != 0 {
		o.Refund.By, o.Refund.At = "adopt", max(o.Opened, o.Accepted, o.Closed)
	}
	if o.Appeal != nil && o.Appeal.HandleBy == 0 {
		a := *o.Appeal
		a.HandleBy = a.Raised + o.Policy.Handling
		o.Appeal = &a
	}
	switch {
	case o.final():
		o.TurnSince = o.Closed
	case o.stands() == "accepted":
		o.TurnSince = o.Accepted
	}
	o.SilentSince = o.TurnSince // silence goes on, it does not begin anew
	o.Happened = o.shown()
	return o, Record{Seq: 1, At: o.Updated, To: o.Status, Command: bySystem("adopt")}, nil
}

// stands is where the flow stands, or stood when it was frozen or canceled.
func (o Order) stands() string {
	switch o.Status {
	case "frozen":
		return o.FrozenFrom
	case "canceled":
		return o.CanceledFrom
	}
	return o.Status
}

// lived are the instants of what has happened.
func (o Order) lived() []int64 {
	list := []int64{o.Opened, o.Accepted, o.Received, o.Closed, o.Rejected.At, o.Reminded}
	if isOne(o.stands(), waitingStatuses...) && !o.final() {
		list = append(list, o.TurnSince)
	}
	if o.Request != nil {
		list = append(list, o.Request.At)
	}
	if o.Delivery != nil {
		list = append(list, o.Delivery.At)
	}
	if a := o.Appeal; a != nil {
		list = append(list, a.Raised)
		for _, n := range a.Notes {
			list = append(list, n.At)
		}
		if a.Ruling != nil {
			list = append(list, a.Ruling.At)
		}
	}
	return list
}

var waitingStatuses = []string{"awaiting_request", "awaiting_confirmation", "awaiting_delivery", "awaiting_acceptance"}

// shown are the steps that have left something behind (R15): a request was
// submitted, a delivery was made; that the one was accepted is shown by a flow
// that went on from there, or delivered; of the other by a flow that is behind
// it.
func (o Order) shown() map[string]bool {
	steps := map[string]bool{}
	beyond := func(step string) bool {
		flow := append(slices.Clone(waitingStatuses), "accepted", "completed")
		return slices.Index(flow, o.stands()) > slices.Index(flow, step)
	}
	if o.Request != nil {
		steps["awaiting_request"] = true
		if o.Delivery != nil || beyond("awaiting_confirmation") {
			steps["awaiting_confirmation"] = true
		}
	}
	if o.Delivery != nil {
		steps["awaiting_delivery"] = true
		if beyond("awaiting_acceptance") {
			steps["awaiting_acceptance"] = true
		}
	}
	if o.Status == "completed" {
		steps["accepted"] = true
	}
	return steps
}

// impossible names what a snapshot says that cannot be.
func (o Order) impossible(at int64) (faults []string) {
	bad := func(field string, yes bool) {
		if yes && !isOne(field, faults...) {
			faults = append(faults, field)
		}
	}
	bad("id", o.ID == "")
	bad("product", o.Product == "")
	bad("buyer", o.Buyer == "")
	bad("seller", o.Seller == "")
	known := isOne(o.Status, append(slices.Clone(waitingStatuses), "accepted", "frozen", "completed", "canceled")...)
	bad("status", !known)
	happened := func(field string, t int64) { bad(field, t < o.Opened || t > at) }
	unless := func(field string, t int64) {
		if t != 0 {
			happened(field, t)
		}
	}
	bad("opened_at", o.Opened > at)
	bad("bought_at", o.Bought > o.Opened)
	bad("scheduled_end", o.End != 0 && o.End <= o.Opened)
	unless("accepted_at", o.Accepted)
	unless("received_at", o.Received)
	unless("closed_at", o.Closed)
	bad("closed_at", o.Closed != 0 && o.Closed < o.Accepted)
	unless("rejection", o.Rejected.At)
	unless("reminder", o.Reminded)
	bad("request_rejections", o.RequestRejections < 0 || o.RequestRejections > 0 && o.Request == nil)
	bad("product_rejections", o.ProductRejections < 0 || o.ProductRejections > 0 && o.Delivery == nil)
	if o.Request != nil {
		happened("request", o.Request.At)
	}
	if o.Delivery != nil {
		happened("delivery", o.Delivery.At)
	}
	if a := o.Appeal; a != nil {
		happened("appeal", a.Raised)
		for _, n := range a.Notes {
			happened("appeal", n.At)
		}
		if a.Ruling != nil {
			happened("appeal", a.Ruling.At)
		}
	}
	if !known {
		return faults
	}
	frozen, canceled := o.Status == "frozen", o.Status == "canceled"
	turn := !o.final() && isOne(o.stands(), waitingStatuses...)
	if turn {
		happened("turn_since", o.TurnSince)
	}
	bad("frozen_from", frozen && !isOne(o.FrozenFrom, append(slices.Clone(waitingStatuses), "accepted")...))
	bad("cancellation", canceled && o.CanceledFrom == "")
	bad("request", o.stands() == "awaiting_confirmation" && o.Request == nil)
	bad("delivery", o.stands() == "awaiting_acceptance" && o.Delivery == nil)
	bad("appeal", frozen && o.Appeal == nil || o.Appeal != nil && frozen != (o.Appeal.Ruling == nil))
	accepted := !canceled && o.stands() == "accepted" || o.Status == "completed"
	bad("accepted_at", accepted != (o.Accepted != 0) && !(canceled && o.Accepted != 0))
	bad("closed_at", o.final() != (o.Closed != 0))
	bad("refund", o.Refund.Amount != 0 &&
		(o.Refund.Amount < 0 || o.Refund.Amount > o.Paid || !o.final() && o.stands() != "accepted"))
	return faults
}
