package storetest

import (
	"errors"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const saysSave = "Save stores each change whose order still has the version Before, " +
	"and returns a [*ConflictError] that names the others, which are left as they are."

var aboutSave = []sentence{
	{"stores a change whose order still has the version",
		"Save stores each change whose order still has the version Before", func(c *check) {
			h := c.begin("order")
			for _, step := range []func() *history{
				h.request, func() *history { return h.seller(supervision.AcceptRequest{}, hour) },
				func() *history { return h.seller(supervision.ReportProgress{Text: "Half of it is done."}, hour) },
			} {
				c.save(step())
				c.holds(h)
			}
		}},
	{"stores the order with its records, keys and outbox rows", saysWhole, func(c *check) {
		h := c.begin("order").request().key("first").seller(supervision.AcceptRequest{}, hour).key("second")
		c.save(h)
		c.holds(h)
		for _, want := range h.records[1:] {
			record := c.keyed("order", want.Actor, want.Key)
			c.same(want, record, "the record with the key "+want.Key)
		}
		c.waiting(h.records...)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Status: supervision.AwaitingDelivery}, At: day0,
			Limit: 10}, h)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Status: supervision.AwaitingRequest}, At: day0,
			Limit: 10})
	}},
	{"returns a conflict for an order that has moved on", "returns a [*ConflictError] that names the others",
		func(c *check) {
			h := c.begin("order")
			late := h.rival().request()
			c.save(h.request().seller(supervision.AcceptRequest{}, hour))
			c.conflicts(c.Save(ctx, late.change()), "order")
			late.seller(supervision.AcceptRequest{}, hour) // and of several records
			c.conflicts(c.Save(ctx, late.change()), "order")
		}},
	{"returns a conflict for a version the order does not have yet", "whose order still has the version Before",
		func(c *check) {
			h := c.begin("order")
			early := h.rival().request()
			early.isStored()
			early.seller(supervision.AcceptRequest{}, hour)
			c.conflicts(c.Save(ctx, early.change()), "order")
			c.holds(h)
		}},
	{"returns a conflict for an order that is not there and makes none", "whose order still has the version Before",
		func(c *check) {
			c.conflicts(c.Save(ctx, c.open(opening("order"), day0).change()), "order")
			c.lacks("order")
			h := c.open(opening("order"), day0)
			h.isStored()
			c.conflicts(c.Save(ctx, h.request().change()), "order")
			c.lacks("order")
			c.conflicts(c.Save(ctx, c.open(opening("a"), day0).change(), c.open(opening("b"), day0).change()), "a", "b")
			c.lacks("a")
			c.lacks("b")
			c.waiting()
		}},
	{"leaves an order in conflict as it is", "which are left as they are", func(c *check) {
		h := c.begin("order")
		late := h.rival().request().key("late")
		c.save(h.request().seller(supervision.RejectRequest{Reason: "No."}, hour))
		c.conflicts(c.Save(ctx, late.change()), "order")
		c.holds(h)
		require.Nil(c, c.keyed("order", buyer, "late"), "the record of a change that was not stored")
		c.waiting(h.records...)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Status: supervision.AwaitingConfirmation}, At: day0,
			Limit: 10})
	}},
	{"stores the other changes of a call that has a conflict", saysSave, func(c *check) {
		a, b, d := c.begin("a"), c.begin("b"), c.begin("d")
		late := b.rival().request()
		missing := c.open(opening("c"), day0)
		missing.isStored()
		c.save(b.request().seller(supervision.AcceptRequest{}, hour))
		err := c.Save(ctx, append(changes(a.request(), late, missing.request()), d.accept().change())...)
		c.conflicts(err, "b", "c")
		c.holds(a, b, d)
		c.lacks("c")
	}},
	{"stores one change, two and three, of one record and of several", "Save stores each change", func(c *check) {
		for n := 1; n <= 3; n++ {
			list := make([]*history, n)
			for i := range list {
				list[i] = c.open(opening(fmt.Sprintf("%d-of-%d", i, n)), day0)
			}
			require.NoError(c, c.Create(ctx, changes(list...)...), "%d orders", n)
			for _, h := range list {
				h.isStored()
				h.request()
			}
			c.save(list...)
			c.holds(list...)
			for _, h := range list {
				h.seller(supervision.AcceptRequest{}, hour).seller(supervision.Deliver{Result: "Done."}, hour)
			}
			c.save(list...)
			c.holds(list...)
		}
	}},
	{"stores hundreds of changes in one call", "Save stores each change", func(c *check) {
		list := make([]*history, supervision.MaxPage)
		policy := policies()[3]
		for i := range list {
			o := opening(fmt.Sprintf("order-%03d", i))
			o.Policy = policy
			list[i] = c.open(o, day0).deliver()
		}
		c.create(list...)
		for _, h := range list {
			h.settle(day0.Add(30 * day)) // accepted and completed at once
		}
		c.save(list...)
		for i := 0; i < len(list); i += 83 {
			c.holds(list[i])
		}
		found, err := c.Search(ctx, supervision.Filter{
			Criteria: supervision.Criteria{Status: supervision.Completed}, At: day0, Limit: len(list) + 1,
		})
		require.NoError(c, err)
		require.Len(c, found, len(list))
	}},
	{"keeps a silent change out of the outbox", "Relay says that the records go to the outbox as well.",
		func(c *check) {
			h := c.open(opening("order"), day0)
			h.silent = true
			c.create(h)
			c.save(h.request())
			c.holds(h)
			c.waiting()
			h.silent = false
			c.save(h.seller(supervision.AcceptRequest{}, hour))
			c.waiting(h.records[2:]...)
			h.silent = true
			another := c.begin("another")
			c.save(h.seller(supervision.Deliver{Result: "Done."}, hour), another.request())
			c.waiting(another.records...)
		}},
}

// conflicts checks that an error names exactly these orders.
func (c *check) conflicts(err error, ids ...string) {
	var conflict *service.ConflictError
	require.ErrorAs(c, err, &conflict)
	require.ElementsMatch(c, ids, conflict.Orders)
}

func isConflict(err error) bool { return errors.Is(err, service.ErrConflict) }

func isUnknown(err error) bool { return errors.Is(err, service.ErrUnknownOutcome) }
