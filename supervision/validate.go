package supervision

import (
	"slices"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
)

// Validate refuses an order that no records could have made, with an
// [*InvalidError] that names every fault at its field and matches
// [ErrMalformed]. Whatever reads or writes an order asks it, so that no answer
// is made up and nothing is stored that could not be read again.
func (o Order) Validate() error {
	f := o.validate(faults{})
	return f.Err("supervision: order", ErrMalformed)
}

func (o *Order) validate(f faults) faults {
	f.ID("id", o.ID)
	f.ID("product", o.Product)
	f.ID("buyer", o.Buyer)
	f.ID("seller", o.Seller)
	if o.Policy == (Policy{}) {
		f.Add("policy", fault.Required, "give the policy that is pinned to the order")
	} else {
		f.Within("policy", o.Policy.Validate())
	}
	f.templateVersions(o.RequestTemplateVersion, o.DeliveryTemplateVersion)
	if o.TemplateSeller != "" {
		f.ID("template_seller", o.TemplateSeller)
	}
	if o.Paid != (Money{}) {
		f.Within("paid", o.Paid.Validate())
	}
	if o.Version < 1 {
		f.Put("version", Fault{Code: fault.OutOfRange, Min: "1", Message: "count the records from 1"})
	}
	o.validateStatus(&f)
	o.validateInstants(&f)
	o.validateSteps(&f)
	o.validateCounters(&f)
	if o.Request != nil {
		f.answers("request.values", o.Request.Values)
	}
	if o.Delivery != nil {
		f.answers("delivery.values", o.Delivery.Values)
	}
	if o.Appeal != nil {
		o.validateAppeal(&f)
	}
	return f
}

func (f *faults) templateVersions(request, delivery int) {
	f.templateVersion("request_template_version", request)
	f.templateVersion("delivery_template_version", delivery)
}

func (f *faults) templateVersion(field string, version int) {
	f.Range(field, version, 0, MaxTemplateVersion)
}

// stands returns the status at which the flow stands, or stood when it was
// frozen or canceled.
func (o *Order) stands() Status {
	switch o.Status {
	case Frozen:
		return o.FrozenFrom
	case Canceled:
		return o.Cancellation.From
	}
	return o.Status
}

// validateStatus checks what every order at its status has, and no other.
func (o *Order) validateStatus(f *faults) {
	if !slices.Contains(statuses, o.Status) {
		f.Add("status", fault.Unknown, "name one of the flow statuses")
		return
	}
	stands, frozen, canceled := o.stands(), o.Status == Frozen, o.Status == Canceled
	if !canceled {
		f.without("cancellation", o.Cancellation == Cancellation{})
	} else if !slices.Contains(canceling, o.Cancellation.By) || !stands.Waiting() && stands != Accepted {
		f.Add("cancellation", fault.Required, "say by which operation, and where the flow stood")
	}
	if !frozen {
		f.without("frozen_from", o.FrozenFrom == "")
	} else if !stands.Waiting() && stands != Accepted {
		f.Add("frozen_from", fault.Required, "give the status that was frozen: a waiting one, or accepted")
	}
	if o.Status.Final() {
		f.without("proposal", o.Proposal == Proposal{})
	} else {
		f.without("erased_at", o.ErasedAt.IsZero())
	}
	f.present("request", stands == AwaitingConfirmation, o.Request != nil, true)
	f.present("delivery", stands == AwaitingAcceptance, o.Delivery != nil, true)
	f.present("appeal", frozen, o.Appeal != nil, true)
	if o.Appeal != nil && frozen != o.Appeal.Pending() {
		f.present("appeal.ruling", !frozen, o.Appeal.Ruling != nil, false)
	}
	f.present("accepted_at", !canceled && stands == Accepted || o.Status == Completed, !o.AcceptedAt.IsZero(), canceled)
	f.present("closed_at", o.Status.Final(), !o.ClosedAt.IsZero(), false)
}

// canceling are the operations that leave an order Canceled.
var canceling = []Operation{OpAdopt, OpDecideAppeal, OpAgreeRefund, OpCloseAtEnd}

// present checks that a field is there where it has to be and, unless it may
// stay from earlier on, nowhere else.
func (f *faults) present(field string, needed, there, stays bool) {
	switch {
	case needed && !there:
		f.Add(field, fault.Required, "an order at this status has it")
	case there && !needed && !stays:
		f.without(field, false)
	}
}

// without checks that a field is not there where it cannot be.
func (f *faults) without(field string, lacks bool) {
	if !lacks {
		f.Add(field, fault.UnknownField, "leave it out: an order at this status, or a case of this kind, has none")
	}
}

// validateInstants checks that the order's time runs forwards.
func (o *Order) validateInstants(f *faults) {
	f.instant("opened_at", o.OpenedAt, time.Time{}, o.UpdatedAt)
	f.instant("updated_at", o.UpdatedAt, o.OpenedAt, time.Time{})
	f.instant("bought_at", o.BoughtAt, time.Time{}, o.OpenedAt)
	f.instant("turn_since", o.TurnSince, o.OpenedAt, o.UpdatedAt)
	f.derived("scheduled_end", o.ScheduledEnd, o.OpenedAt.Add(Tick))
	f.optional("silence_spent", o.SilenceSpent, o.OpenedAt, o.UpdatedAt)
	if o.Reminder != (Reminder{}) {
		f.instant("reminder.at", o.Reminder.At, o.OpenedAt, o.UpdatedAt)
	}
	if o.Rejection != (Rejection{}) {
		f.instant("rejection.at", o.Rejection.At, o.OpenedAt, o.UpdatedAt)
	}
	f.optional("accepted_at", o.AcceptedAt, o.OpenedAt, o.UpdatedAt)
	f.optional("received_at", o.ReceivedAt, o.OpenedAt, o.UpdatedAt)
	f.optional("closed_at", o.ClosedAt, later(o.OpenedAt, o.AcceptedAt), o.UpdatedAt)
	f.optional("erased_at", o.ErasedAt, o.ClosedAt, o.UpdatedAt)
	if o.Proposal != (Proposal{}) {
		f.instant("proposal.at", o.Proposal.At, o.OpenedAt, o.UpdatedAt)
	}
	if o.Refund != (Refund{}) {
		f.instant("refund.at", o.Refund.At, o.OpenedAt, o.UpdatedAt)
	}
	if o.Request != nil {
		f.instant("request.submitted_at", o.Request.SubmittedAt, o.OpenedAt, o.UpdatedAt)
	}
	if o.Delivery != nil {
		f.instant("delivery.delivered_at", o.Delivery.DeliveredAt, o.OpenedAt, o.UpdatedAt)
		f.optional("delivery.enabled_at", o.Delivery.EnabledAt, time.Time{}, time.Time{})
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// instant checks an instant of an order, which lies on a tick, not before the
// one and not after the other; zero bounds are none.
func (f *faults) instant(field string, at, from, until time.Time) {
	before := len(f.List)
	f.Instant(field, at)
	switch {
	case len(f.List) > before:
	case !until.IsZero() && at.After(until):
		f.Put(field, Fault{Code: fault.TooLarge, Max: until.Format(time.RFC3339Nano),
			Message: "it lies after what it precedes"})
	default:
		f.derived(field, at, from)
	}
}

// derived checks an instant that may lie as far beyond the others as a policy
// says.
func (f *faults) derived(field string, at, from time.Time) {
	switch {
	case at.IsZero():
		f.Add(field, fault.Required, "give an instant")
	case !at.Equal(cut(at)):
		f.Put(field, Fault{Code: fault.TooFine, Min: Tick.String(), Message: "cut it to " + Tick.String()})
	case at.Location() != time.UTC:
		f.Add(field, fault.NotNormal, "give it in UTC, with a Z")
	case at.Before(from):
		f.Put(field, Fault{Code: fault.TooSmall, Min: from.Format(time.RFC3339Nano),
			Message: "it lies before what it follows"})
	}
}

// optional checks an instant that may be zero, which says that it has not come.
func (f *faults) optional(field string, at, from, until time.Time) {
	if !at.IsZero() {
		f.instant(field, at, from, until)
	}
}

// validateSteps checks that each step that has happened has left what it
// leaves, and the other way round (R15).
func (o *Order) validateSteps(f *faults) {
	request, delivery := o.Request != nil, o.Delivery != nil
	switch p := o.Passed; {
	case p >= bit(Completed), // which no order goes on from
		p.Has(AwaitingRequest) != request, p.Has(AwaitingConfirmation) && !request,
		p.Has(AwaitingDelivery) != delivery, p.Has(AwaitingAcceptance) && !delivery,
		p.Has(Accepted) != (o.Status == Completed):
		f.Add("passed", fault.OutOfRange, "name the steps that the request, the delivery and the status show")
	}
}

// validateCounters checks that what was rejected was there, and who rejected it
// last (R10).
func (o *Order) validateCounters(f *faults) {
	f.counter("request_rejections", o.RequestRejections, o.Request != nil)
	f.counter("product_rejections", o.ProductRejections, o.Delivery != nil)
	r := o.Rejection
	if r == (Rejection{}) {
		return
	}
	if r.Operation != OpRejectRequest && r.Operation != OpRejectProduct {
		f.Add("rejection.operation", fault.Unknown, "name one of the two rejections")
	}
	f.ID("rejection.by", r.By)
}

func (f *faults) counter(field string, n int, rejectable bool) {
	switch {
	case n < 0:
		f.Put(field, Fault{Code: fault.OutOfRange, Min: "0", Message: "give 0 or more"})
	case n > 0 && !rejectable:
		f.Put(field, Fault{Code: fault.OutOfRange, Min: "0", Max: "0", Message: "there is nothing that was rejected"})
	}
}

// validateAppeal checks the case that froze the order, or did so last.
func (o *Order) validateAppeal(f *faults) {
	a := o.Appeal
	until := o.UpdatedAt
	f.instant("appeal.raised_at", a.RaisedAt, o.OpenedAt, o.UpdatedAt)
	f.derived("appeal.handle_by", a.HandleBy, a.RaisedAt)
	switch {
	case a.By == "":
		f.ID("appeal.manager", a.Manager)
		f.without("appeal.ground", a.Ground == "")
		f.without("appeal.demand", a.Demand == "")
		f.without("appeal.finding", a.Finding == appeal.Finding{})
	default:
		if a.By != appeal.Buyer && a.By != appeal.Seller {
			f.Add("appeal.by", fault.Unknown, "name the buyer or the seller")
		}
		if !appeal.AllGrounds.Has(a.Ground) {
			f.Add("appeal.ground", fault.Unknown, "name one of the grounds")
		}
		f.without("appeal.manager", a.Manager == "")
		f.counter("appeal.finding.count", a.Finding.Count,
			a.Ground == appeal.RequestRejected || a.Ground == appeal.ProductRejected)
		f.optional("appeal.finding.since", a.Finding.Since, o.OpenedAt, a.RaisedAt)
	}
	if r := a.Ruling; r != nil {
		until = r.At
		f.instant("appeal.ruling.at", r.At, a.RaisedAt, o.UpdatedAt)
		f.ID("appeal.ruling.by", r.By)
		if !slices.Contains(appeal.Outcomes(), r.Outcome) {
			f.Add("appeal.ruling.outcome", fault.Unknown, "name an outcome: resume, accept or cancel")
		}
	}
	if len(a.Notes) > MaxNotes {
		f.Put("appeal.notes", Fault{Code: fault.TooMany, Max: strconv.Itoa(MaxNotes), Message: "keep fewer notes"})
		return
	}
	f.together("appeal.notes", noted(a.Notes...), MaxNoted)
	for i, n := range a.Notes {
		f.note("appeal.notes["+strconv.Itoa(i)+"]", n, a.RaisedAt, until)
	}
}

func (f *faults) note(path string, n appeal.Note, from, until time.Time) {
	f.instant(path+".at", n.At, from, until)
	f.ID(path+".by", n.By)
}
