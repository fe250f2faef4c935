package storetest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/appeal"
	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
	"github.com/koogallery/serviceflow/supervision/template"
)

const (
	hour = time.Hour
	day  = supervision.Day
	tick = supervision.Tick
)

// day0 is when the first orders open; its microseconds are not zero, so that a
// store that drops them is found out.
var day0 = time.Date(2026, 3, 1, 9, 30, 15, 123457000, time.UTC)

// history is an order with all its records, made by the core, and how much of
// it the store has.
type history struct {
	c       *check
	order   supervision.Order
	records []supervision.Record
	stored  int
	silent  bool           // keeps its records out of the outbox
	form    *template.Form // what the order is pinned to
	// listed is the order's listing at one version: a case asks for it thousands
	// of times.
	listed   supervision.Listing
	listedOf int64
}

func (h *history) listing() supervision.Listing {
	if h.listedOf != h.order.Version {
		h.listed, h.listedOf = h.order.Listing(), h.order.Version
	}
	return h.listed
}

// opening is that of an order nothing is particular about.
func opening(id string) supervision.Opening {
	return supervision.Opening{ID: id, Product: "product", Buyer: "buyer", Seller: "seller"}
}

// open opens an order in memory; create stores it.
func (c *check) open(opening supervision.Opening, at time.Time) *history {
	order, record, err := supervision.Open(opening, at)
	require.NoError(c, err)
	return &history{c: c, order: order, records: []supervision.Record{record}}
}

// begin opens an order nothing is particular about and stores it.
func (c *check) begin(id string) *history {
	h := c.open(opening(id), day0)
	c.create(h)
	return h
}

// try applies an action some time after the newest record and reports whether
// the rules allowed it.
func (h *history) try(actor supervision.Actor, action supervision.Action, later time.Duration) bool {
	next, records, err := h.order.Apply(actor, action, h.order.UpdatedAt.Add(later), h.form)
	if err != nil {
		return false
	}
	h.order, h.records = next, append(h.records, records...)
	return true
}

func (h *history) must(actor supervision.Actor, action supervision.Action, later time.Duration) *history {
	require.True(h.c, h.try(actor, action, later), "the case itself is wrong: %s refuses %s", h.order.Status,
		action.Operation())
	return h
}

func (h *history) buyer(action supervision.Action, later time.Duration) *history {
	return h.must(supervision.Buyer(h.order.Buyer), action, later)
}

func (h *history) seller(action supervision.Action, later time.Duration) *history {
	return h.must(supervision.Seller(h.order.Seller), action, later)
}

func (h *history) manager(action supervision.Action, later time.Duration) *history {
	return h.must(supervision.Manager("manager"), action, later)
}

// request, deliver and accept are the steps of the plain flow, an hour each.
func (h *history) request() *history {
	return h.buyer(supervision.SubmitRequest{Text: "Deploy it."}, hour)
}

func (h *history) deliver() *history {
	return h.request().seller(supervision.AcceptRequest{}, hour).seller(supervision.Deliver{Result: "Done."}, hour)
}

func (h *history) accept() *history {
	return h.deliver().buyer(supervision.AcceptProduct{}, hour)
}

// appeal lets the buyer appeal on the seller's silence.
func (h *history) appeal() *history {
	return h.request().buyer(supervision.RaiseAppeal{Ground: appeal.SellerSilent, Reason: "No answer.",
		Demand: "An answer."}, 6*day)
}

// settle makes what time has made due.
func (h *history) settle(at time.Time) *history {
	next, records := h.order.Settle(at)
	h.order, h.records = next, append(h.records, records...)
	return h
}

// key gives the newest record an idempotency key.
func (h *history) key(key string) *history {
	h.records[len(h.records)-1].Key = key
	return h
}

// rival is a copy that goes its own way from here.
func (h *history) rival() *history {
	r := *h
	r.records = slices.Clone(h.records)
	return &r
}

// change is what the store does not have yet.
func (h *history) change() service.Change {
	return service.Change{Order: h.order, Before: int64(h.stored), Records: h.records[h.stored:], Relay: !h.silent}
}

func (h *history) isStored() { h.stored = len(h.records) }

// create stores new orders with all their records.
func (c *check) create(list ...*history) {
	for _, h := range list {
		require.NoError(c, c.Create(ctx, h.change()))
		h.isStored()
	}
}

// save stores what is new in orders, in one call.
func (c *check) save(list ...*history) {
	require.NoError(c, c.Save(ctx, changes(list...)...))
	for _, h := range list {
		h.isStored()
	}
}

func changes(list ...*history) []service.Change {
	changes := make([]service.Change, len(list))
	for i, h := range list {
		changes[i] = h.change()
	}
	return changes
}
