package supervision

import (
	"slices"
	"strconv"
	"time"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/internal/fault"
	"github.com/koogallery/serviceflow/supervision/template"
)

// OpAdopt is the system's: see [Adoption] (R29).
const OpAdopt Operation = "adopt"

// Adoption takes over an order that runs in another system (R29): a snapshot of
// the order as that system left it, and what it recorded, quoted. It is what
// the first record of an adopted order holds; [Adopt] takes it, [Order.Apply]
// refuses it. Fields named as an [Order]'s mean what they mean there, and have
// to be such as records could have made.
type Adoption struct {
	// ID, Product, Buyer and Seller are the host's ids.
	ID      string `json:"id"`
	Product string `json:"product"`
	Buyer   string `json:"buyer"`
	Seller  string `json:"seller"`
	// BoughtAt is when the order was bought; zero for OpenedAt, which is when
	// its flow began.
	BoughtAt time.Time `json:"bought_at,omitzero"`
	OpenedAt time.Time `json:"opened_at"`
	// ScheduledEnd is when the flow is scheduled to be completed (R14); zero
	// for OpenedAt plus the policy's supervision period.
	ScheduledEnd time.Time `json:"scheduled_end,omitzero"`
	// Paid is what the buyer paid, the most that can be refunded (R32).
	Paid Money `json:"paid,omitzero"`
	// Policy is pinned to the order (R25); zero stands for [Guide], or for the
	// service's policy where a service adopts. Name one for each kind of order:
	// zero takes a kind that a mapping does not know under numbers of another.
	Policy Policy `json:"policy,omitzero"`
	// RequestTemplateVersion and DeliveryTemplateVersion are the versions of
	// the seller's templates that the order is pinned to (R04); 0 for free text.
	// What was submitted already may be free text all the same.
	RequestTemplateVersion  int `json:"request_template_version,omitempty"`
	DeliveryTemplateVersion int `json:"delivery_template_version,omitempty"`

	// Status is where the flow stands; FrozenFrom where a Frozen one stood, and
	// Cancellation how a Canceled one ended, by [OpAdopt] where By is zero.
	Status       Status       `json:"status"`
	FrozenFrom   Status       `json:"frozen_from,omitzero"`
	Cancellation Cancellation `json:"cancellation,omitzero"`
	// TurnSince is when the present turn began or, on the seller's turn, was
	// last reported on (R09); of a Frozen order, the turn that was frozen. Zero
	// where the flow stands at Accepted, Completed or Canceled.
	TurnSince time.Time `json:"turn_since,omitzero"`
	// AcceptedAt, ReceivedAt and ClosedAt are when the order was accepted, its
	// delivery received (R27), and the order completed or canceled.
	AcceptedAt time.Time `json:"accepted_at,omitzero"`
	ReceivedAt time.Time `json:"received_at,omitzero"`
	ClosedAt   time.Time `json:"closed_at,omitzero"`
	// RequestRejections and ProductRejections count the rejections (R10).
	RequestRejections int `json:"request_rejections,omitempty"`
	ProductRejections int `json:"product_rejections,omitempty"`
	// Rejection and Reminder are the last ones, if known.
	Rejection Rejection `json:"rejection,omitzero"`
	Reminder  Reminder  `json:"reminder,omitzero"`
	// Request, Delivery and Appeal are the last ones. The appeal of a Frozen
	// order is pending; its HandleBy is by the policy where it is zero.
	Request  *Request       `json:"request,omitempty"`
	Delivery *Delivery      `json:"delivery,omitempty"`
	Appeal   *appeal.Appeal `json:"appeal,omitempty"`
	// Refund is what the host has to pay back for an order that was accepted or
	// canceled (R32). Whether the other system has paid it the host knows: leave
	// it out where nothing is left to be paid by whoever hears of the adoption.
	Refund Money `json:"refund,omitzero"`

	// History is what the other system recorded, at most MaxHistory quotes in
	// any order. It is evidence for those who read it, and decides nothing.
	History []Quote `json:"history,omitempty"`
	// AdoptedAt is when the order was taken over; [Adopt] fills it in.
	AdoptedAt time.Time `json:"adopted_at"`
}

// Quote is one entry of what another system recorded of an order, as it stood
// there (R29).
type Quote struct {
	// At is when; zero where that system does not say.
	At time.Time `json:"at,omitzero"`
	// Who and What are one line each: who did it, and what; What is mandatory.
	Who  string `json:"who,omitempty"`
	What string `json:"what"`
	// Text is what was written with it; optional.
	Text string `json:"text,omitempty"`
	// Shared lets the parties see the quote; otherwise it is the managers' own
	// (R34).
	Shared bool `json:"shared,omitempty"`
}

// Adopt adopts an order: its first state and its first record. The record's
// instant is the last of the snapshot's own, so that timers which came due
// since then settle at their due instants. Forms are the versions of the
// templates that the order is pinned to, by the operation that fills them in,
// where its request or its delivery did; nil for none.
//
// It is pure. A faulty adoption gives an [*InvalidError] with every fault.
func Adopt(adoption Adoption, at time.Time, forms map[Operation]*template.Form) (Order, Record, error) {
	var f faults
	at = f.Instant("at", at)
	if adoption.Policy == (Policy{}) {
		adoption.Policy = Guide()
	}
	adoption.AdoptedAt = at
	action, f := adoption.checkWith(forms, command{at: at}, f)
	if err := f.err(); err != nil {
		return Order{}, Record{}, err
	}
	adoption = action.(Adoption)
	record := Record{
		Order: adoption.ID, Seq: 1, At: adoption.last(), Actor: System(), Operation: OpAdopt, To: adoption.Status,
		Action: adoption,
	}
	var o Order
	o.take(&record)
	return o, record, nil
}

func (a Adoption) withoutPolicy() (Action, Policy) {
	policy := a.Policy
	a.Policy = Policy{}
	return a, policy
}

// Operation returns OpAdopt.
func (Adoption) Operation() Operation { return OpAdopt }

func (a Adoption) check(c command, f faults) (Action, faults) { return a.checkWith(nil, c, f) }

// checkWith asks each part of the snapshot what its own operation asks, and
// then the order as a whole what is asked of any order.
func (a Adoption) checkWith(forms map[Operation]*template.Form, c command, f faults) (Action, faults) {
	c.order = Order{OpenedAt: cut(a.OpenedAt), Paid: a.Paid} // a snapshot is not given where the order stands now
	if a.Rejection != (Rejection{}) {
		a.Rejection.Reason = part(&f, "rejection", c, RejectRequest{a.Rejection.Reason}).Reason
	}
	a.Reminder.Text = part(&f, "reminder", c, Remind{a.Reminder.Text}).Text
	if a.Request != nil {
		c.form = forms[OpSubmitRequest]
		a.Request = a.checkRequest(c, &f)
	}
	if a.Delivery != nil {
		c.form = forms[OpDeliver]
		a.Delivery = a.checkDelivery(c, &f)
	}
	if a.Appeal != nil {
		a.Appeal = a.checkAppeal(c, &f)
	}
	a.History = a.checkHistory(&f)
	if f.erase {
		return a, f
	}
	a.complete()
	o := a.effect(Order{}, Record{})
	o.Status, o.Version, o.UpdatedAt = a.Status, 1, c.at
	f = o.validate(f)
	f.List = slices.DeleteFunc(f.List, func(of Fault) bool { // what follows from other fields has their faults
		return of.Field == "updated_at" || of.Field == "refund.at" || of.Field == "turn_since" && !a.turns()
	})
	unknown := !slices.Contains(statuses, a.Status)
	f.without("turn_since", a.TurnSince.IsZero() || a.turns() || unknown)
	if a.Refund != (Money{}) {
		f.refund("refund", a.Refund, a.Paid)
		f.without("refund", a.Status.Final() || a.stands() == Accepted || unknown)
	}
	return a, f
}

// part checks a part of a snapshot as the action that would have submitted it.
func part[A Action](f *faults, path string, c command, a A) A {
	sub := faults{erase: f.erase}
	checked, sub := a.check(c, sub)
	f.had = f.had || sub.had
	f.Within(path, sub.err())
	return checked.(A)
}

func (a *Adoption) checkRequest(c command, f *faults) *Request {
	r := *a.Request
	if len(r.Values) > 0 {
		c.order.RequestTemplateVersion = a.RequestTemplateVersion
	}
	was := part(f, "request", c, SubmitRequest{Values: r.Values, Text: r.Text, Attachments: r.Attachments})
	r.Values, r.Text, r.Attachments = was.Values, was.Text, was.Attachments
	return &r
}

func (a *Adoption) checkDelivery(c command, f *faults) *Delivery {
	d := *a.Delivery
	c.at = cut(d.DeliveredAt)
	if len(d.Values) > 0 {
		c.order.DeliveryTemplateVersion = a.DeliveryTemplateVersion
	}
	was := part(f, "delivery", c, Deliver{Values: d.Values, Result: d.Result, Attachments: d.Attachments,
		EnabledAt: d.EnabledAt})
	d.Values, d.Result, d.Attachments, d.EnabledAt = was.Values, was.Result, was.Attachments, was.EnabledAt
	return &d
}

func (a *Adoption) checkAppeal(c command, f *faults) *appeal.Appeal {
	p := a.Appeal.Clone()
	if p.By == "" && !f.erase {
		was := part(f, "appeal", c, Intervene{p.Reason, p.Attachments})
		p.Reason, p.Attachments = was.Reason, was.Attachments
	} else {
		any := appeal.Unconditional // which ground it is, the whole order is asked
		was := part(f, "appeal", c, RaiseAppeal{any, p.Reason, p.Demand, p.Attachments})
		p.Reason, p.Demand, p.Attachments = was.Reason, was.Demand, was.Attachments
	}
	for i, n := range p.Notes {
		was := part(f, "appeal.notes["+strconv.Itoa(i)+"]", c, AddNote{Text: n.Text, Attachments: n.Attachments})
		p.Notes[i].Text, p.Notes[i].Attachments = was.Text, was.Attachments
	}
	if r := p.Ruling; r != nil {
		was := part(f, "appeal.ruling", c, DecideAppeal{Outcome: appeal.Cancel, Decision: r.Decision,
			Refund: r.Refund, Attachments: r.Attachments})
		r.Decision, r.Attachments = was.Decision, was.Attachments
	}
	return p
}

func (a *Adoption) checkHistory(f *faults) []Quote {
	if len(a.History) > MaxHistory {
		f.Put("history", Fault{Code: fault.TooMany, Max: strconv.Itoa(MaxHistory), Message: "quote fewer entries"})
		return nil
	}
	history := slices.Clone(a.History)
	for i := range history {
		q, path := &history[i], "history["+strconv.Itoa(i)+"]."
		if !q.At.IsZero() {
			q.At = f.Instant(path+"at", q.At)
		}
		q.Who = f.line(path+"who", q.Who, false)
		q.What = f.line(path+"what", q.What, true)
		q.Text = f.text(path+"text", q.Text, false)
	}
	return history
}

// complete cuts every instant to a tick and fills in what may be left open.
func (a *Adoption) complete() {
	for _, at := range append(a.happened(), &a.BoughtAt, &a.ScheduledEnd) {
		*at = cut(*at)
	}
	if a.BoughtAt.IsZero() {
		a.BoughtAt = a.OpenedAt
	}
	if a.ScheduledEnd.IsZero() {
		a.ScheduledEnd = a.OpenedAt.Add(a.Policy.SupervisionPeriod)
	}
	if a.Status == Canceled && a.Cancellation.By == "" {
		a.Cancellation.By = OpAdopt
	}
	if p := a.Appeal; p != nil {
		p.HandleBy, p.Finding.Since = cut(p.HandleBy), cut(p.Finding.Since)
		if p.HandleBy.IsZero() {
			p.HandleBy = p.RaisedAt.Add(a.Policy.Appeal.Handling)
		}
	}
}

// happened are the instants of what has happened to the order.
func (a *Adoption) happened() []*time.Time {
	list := []*time.Time{
		&a.OpenedAt, &a.TurnSince, &a.AcceptedAt, &a.ReceivedAt, &a.ClosedAt, &a.Rejection.At, &a.Reminder.At,
	}
	if a.Request != nil {
		list = append(list, &a.Request.SubmittedAt)
	}
	if a.Delivery != nil {
		list = append(list, &a.Delivery.DeliveredAt)
	}
	if p := a.Appeal; p != nil {
		list = append(list, &p.RaisedAt)
		for i := range p.Notes {
			list = append(list, &p.Notes[i].At)
		}
		if p.Ruling != nil {
			list = append(list, &p.Ruling.At)
		}
	}
	return list
}

// last is the instant of the snapshot: that of the last thing in it.
func (a Adoption) last() (last time.Time) {
	for _, at := range a.happened() {
		last = later(last, *at)
	}
	return last
}

// stands returns where the flow stands, or stood when it was frozen or
// canceled.
func (a *Adoption) stands() Status {
	o := Order{Status: a.Status, FrozenFrom: a.FrozenFrom, Cancellation: a.Cancellation}
	return o.stands()
}

// turns reports whether there is a turn to measure silence from, going on or
// frozen.
func (a *Adoption) turns() bool { return !a.Status.Final() && a.stands().Waiting() }

// begins makes the record that holds an adoption an order's first.
func (a Adoption) begins() (id string, at Status) { return a.ID, a.Status }

func (a Adoption) effect(o Order, _ Record) Order {
	o.ID, o.Product, o.Buyer, o.Seller = a.ID, a.Product, a.Buyer, a.Seller
	o.Policy, o.Paid = a.Policy, a.Paid
	o.RequestTemplateVersion, o.DeliveryTemplateVersion = a.RequestTemplateVersion, a.DeliveryTemplateVersion
	o.BoughtAt, o.OpenedAt, o.ScheduledEnd = a.BoughtAt, a.OpenedAt, a.ScheduledEnd
	o.FrozenFrom, o.Cancellation = a.FrozenFrom, a.Cancellation
	o.AcceptedAt, o.ReceivedAt, o.ClosedAt = a.AcceptedAt, a.ReceivedAt, a.ClosedAt
	o.RequestRejections, o.ProductRejections = a.RequestRejections, a.ProductRejections
	o.Rejection, o.Reminder = a.Rejection, a.Reminder
	o.Request, o.Delivery, o.Appeal = a.Request, a.Delivery, a.Appeal
	switch {
	case a.turns():
		o.TurnSince = a.TurnSince
	case a.Status.Final():
		o.TurnSince = a.ClosedAt
	default:
		o.TurnSince = a.AcceptedAt
	}
	if a.Refund != (Money{}) {
		o.Refund = Refund{a.Refund, OpAdopt, later(a.AcceptedAt, a.ClosedAt)}
	}
	o.Passed = a.passed()
	return o
}

// passed are the steps that the snapshot shows to have happened; the others are
// skipped (R15).
func (a *Adoption) passed() (passed StepSet) {
	here := slices.Index(steps, a.stands())
	for step, happened := range map[Status]bool{
		AwaitingRequest: a.Request != nil,
		AwaitingConfirmation: a.Request != nil && (a.Delivery != nil || here > slices.Index(steps,
			AwaitingConfirmation)),
		AwaitingDelivery:   a.Delivery != nil,
		AwaitingAcceptance: a.Delivery != nil && here > slices.Index(steps, AwaitingAcceptance),
		Accepted:           a.Status == Completed,
	} {
		if happened {
			passed |= bit(step)
		}
	}
	return passed
}

func (Adoption) keepsTurn() {}

// public leaves out what managers keep to themselves (R34).
func (a Adoption) public() (Action, bool) {
	shared := a
	shared.Appeal = a.Appeal.Shared()
	shared.History = slices.DeleteFunc(slices.Clone(a.History), func(q Quote) bool { return !q.Shared })
	return shared, shared.Appeal != a.Appeal || len(shared.History) != len(a.History)
}

func (a Adoption) clone() Action {
	o := a.effect(Order{}, Record{}).Clone()
	a.Request, a.Delivery, a.Appeal, a.History = o.Request, o.Delivery, o.Appeal, slices.Clone(a.History)
	return a
}

func (a Adoption) facts(f facts) facts {
	f = f.id("id", a.ID).id("product", a.Product).id("buyer", a.Buyer).id("seller", a.Seller).
		instant("bought_at", a.BoughtAt).instant("opened_at", a.OpenedAt).instant("scheduled_end", a.ScheduledEnd).
		money("paid", a.Paid).policy("policy", a.Policy).number("request_template_version", a.RequestTemplateVersion).
		number("delivery_template_version", a.DeliveryTemplateVersion).
		word("status", FieldStatus, string(a.Status), a.Status).
		word("frozen_from", FieldStatus, string(a.FrozenFrom), a.FrozenFrom).
		word("cancellation.from", FieldStatus, string(a.Cancellation.From), a.Cancellation.From).
		instant("turn_since", a.TurnSince).instant("accepted_at", a.AcceptedAt).
		instant("received_at", a.ReceivedAt).instant("closed_at", a.ClosedAt).
		number("request_rejections", a.RequestRejections).number("product_rejections", a.ProductRejections).
		instant("rejection.at", a.Rejection.At).text("rejection.reason", a.Rejection.Reason).
		instant("reminder.at", a.Reminder.At).text("reminder.text", a.Reminder.Text)
	if r := a.Request; r != nil {
		f = f.within("request", SubmitRequest{Values: r.Values, Text: r.Text, Attachments: r.Attachments}.
			facts(nil).instant("submitted_at", r.SubmittedAt))
	}
	if d := a.Delivery; d != nil {
		f = f.within("delivery", Deliver{Values: d.Values, Result: d.Result, Attachments: d.Attachments,
			EnabledAt: d.EnabledAt}.
			facts(nil).instant("delivered_at", d.DeliveredAt))
	}
	if p := a.Appeal; p != nil {
		f = f.within("appeal", RaiseAppeal{p.Ground, p.Reason, p.Demand, p.Attachments}.
			facts(nil).finding(p.Finding).instant("raised_at", p.RaisedAt))
		if r := p.Ruling; r != nil {
			f = f.within("appeal.ruling", DecideAppeal{Outcome: r.Outcome, Upheld: r.Upheld, Decision: r.Decision,
				Refund: r.Refund, Attachments: r.Attachments}.facts(nil).instant("at", r.At))
		}
	}
	return f.money("refund", a.Refund).quotes("history", a.History).instant("adopted_at", a.AdoptedAt)
}
