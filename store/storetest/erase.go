package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysErase = "Erase stores a change as Save does, and in the same step puts each erased record in the place of " +
		"the order's record with its sequence number, where it waits to be relayed as well (R35)."
	saysErases = "puts each erased record in the place of the order's record with its sequence number"
)

var aboutErase = []sentence{
	{"stores the change and puts erased records in the others' place", saysErase, func(c *check) {
		kept := c.relayed("another")
		h := c.relayed("order")
		c.erase(h)
		c.holds(h, kept)
		c.waiting(h.records[5:]...) // completed and erased
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Orders: []string{"order"}}, At: day0, Limit: 10}, h)
		c.between(day0, day0.Add(10000*day), placed(h, kept)...)
	}},
	{"finds an erased record by its key", saysErases, func(c *check) {
		h := c.open(opening("order"), day0).request().key("key").seller(supervision.AcceptRequest{}, hour).
			seller(supervision.Deliver{Result: "Done."}, hour).buyer(supervision.AcceptProduct{}, hour)
		c.create(h)
		c.erase(h)
		record := c.keyed("order", buyer, "key")
		c.same(h.records[1], record, "the record with the key")
	}},
	{"finds the record of an erasure by its key", "Erase stores a change as Save does", func(c *check) {
		h := c.relayed("order")
		change, erased := h.erasure()
		erasure := &change.Records[len(change.Records)-1]
		erasure.Key = "key"
		require.NoError(c, c.Erase(ctx, change, erased))
		c.same(erasure, c.keyed("order", erasure.Actor, "key"), "the record with the key")
	}},
	{"erases what waits to be relayed", "where it waits to be relayed as well", func(c *check) {
		h := c.open(opening("order"), day0).accept()
		c.create(h)
		c.erase(h)
		c.waiting(h.records...)
	}},
	{"leaves records that are not named", saysErases, func(c *check) {
		h := c.relayed("order")
		change, erased := h.erasure()
		require.NoError(c, c.Erase(ctx, change, erased[:1]))
		records, err := c.Store.Records(ctx, "order", 0, 10)
		require.NoError(c, err)
		c.same(erased[0], records[1].Record, "an erased record")
		c.same(h.records[3], records[3].Record, "another with texts")
	}},
	{"its records wait from their instants", "Erase stores a change as Save does", func(c *check) {
		h := c.relayed("order")
		c.begin("sooner")
		c.erase(h)
		c.claims(day0.Add(10000*day), 1, "sooner1")
		c.claims(day0.Add(10000*day), 1, "order6")
	}},
	{"keeps a silent change out of the outbox", "Erase stores a change as Save does", func(c *check) {
		h := c.relayed("order")
		h.silent = true
		c.erase(h)
		c.holds(h)
		c.waiting()
	}},
	{"returns a conflict and changes nothing where the order has moved on", "Erase stores a change as Save does",
		func(c *check) {
			h := c.relayed("order")
			change, erased := h.rival().erasure()
			c.save(h.settle(day0.Add(1000 * day)))
			c.conflicts(c.Erase(ctx, change, erased), "order")
			c.holds(h)
			c.waiting(h.records[5:]...)
		}},
	{"returns a conflict for an order that is not there and makes none", "Erase stores a change as Save does",
		func(c *check) {
			change, erased := c.open(opening("order"), day0).accept().erasure()
			c.conflicts(c.Erase(ctx, change, erased), "order")
			c.lacks("order")
			c.waiting()
		}},
	{"refuses what could not be read again", saysRefused, func(c *check) {
		h := c.relayed("order")
		for _, spoil := range []func(c *service.Change, erased []supervision.Record){
			func(c *service.Change, _ []supervision.Record) { c.Order.Buyer = "" },
			func(c *service.Change, _ []supervision.Record) { c.Records[1].Action = nil },
			func(_ *service.Change, erased []supervision.Record) { erased[1].Action = nil },
		} {
			change, erased := h.erasure()
			spoil(&change, erased)
			require.ErrorIs(c, c.Erase(ctx, change, erased), supervision.ErrMalformed)
			c.holds(h)
		}
		change, erased := h.erasure()
		change.Records = nil
		require.ErrorIs(c, c.Erase(ctx, change, erased), service.ErrNoRecords)
		c.holds(h)
	}},
}

// erasure is what erases an accepted order once time has completed it, and the
// records with texts as they are then.
func (h *history) erasure() (change service.Change, erased []supervision.Record) {
	next, added, err := h.order.Apply(supervision.System(), supervision.Erase{Reason: "Request 17"},
		h.order.UpdatedAt.Add(1000*day))
	require.NoError(h.c, err)
	for _, r := range h.records {
		if r.HasTexts() {
			r, err := r.Erase()
			require.NoError(h.c, err)
			erased = append(erased, r)
		}
	}
	return service.Change{Order: next, Before: int64(h.stored), Records: added, Relay: !h.silent}, erased
}

// erase erases a stored order.
func (c *check) erase(h *history) {
	change, erased := h.erasure()
	require.NoError(c, c.Erase(ctx, change, erased))
	for _, r := range erased {
		h.records[r.Seq-1] = r
	}
	h.order, h.records = change.Order, append(h.records, change.Records...)
}
