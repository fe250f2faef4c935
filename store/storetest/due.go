package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysDue = "Due returns the orders whose Listing.Due is set and not after at, sorted by it and then by ID, " +
	"starting after a position (zero: from the first), at most limit."

var aboutDue = []sentence{
	{"returns nothing from an empty store", saysDue, func(c *check) { c.due(nil, day0, supervision.Position{}, 10) }},
	{"returns an order from the instant at which it is due", "whose Listing.Due is set and not after at",
		func(c *check) {
			h := c.open(opening("order"), day0).accept()
			c.create(h)
			due := h.order.NextDue()
			c.due(nil, due.Add(-tick), supervision.Position{}, 10)
			c.due([]*history{h}, due, supervision.Position{}, 10)
			c.due([]*history{h}, due.Add(1000*day), supervision.Position{}, 10)
		}},
	{"returns those of a crowd that are due, in order", saysDue, func(c *check) {
		p := c.populate(160, 10)
		for _, at := range p.at {
			c.due(p.due(at), at, supervision.Position{}, 1000)
		}
	}},
	{"sorts by the bytes of the id where due at the same instant", "sorted by it and then by ID", func(c *check) {
		var list []*history
		for _, id := range alike {
			list = append(list, c.open(opening(id), day0).accept())
		}
		c.create(list...)
		slices.SortFunc(list, soonestFirst)
		at := list[0].order.NextDue()
		c.due(list, at, supervision.Position{}, 1000)
		c.due(list[7:], at, place(list[6]), 1000)
	}},
	{"begins behind a position, at most limit", "starting after a position (zero: from the first), at most limit",
		func(c *check) {
			p := c.populate(160, 11)
			at := day0.Add(1000 * day)
			list := p.due(at)
			require.Greater(c, len(list), 10, "the case itself is wrong: too few are due")
			for i := range list {
				c.due(list[i+1:], at, place(list[i]), 1000)
				c.due(list[i+1:min(i+4, len(list))], at, place(list[i]), 3)
				until := list[min(i+3, len(list)-1)].order.NextDue()
				c.due(p.due(until)[i+1:], until, place(list[i]), 1000)
				due := list[i].order.NextDue()
				alike := slices.IndexFunc(list, func(h *history) bool { return h.order.NextDue().Equal(due) })
				c.due(list[alike:], at, supervision.Position{At: due, ID: ""}, 1000)
				c.due(list[alike:alike+1], at, supervision.Position{At: due.Add(-tick), ID: "zzz"}, 1)
			}
			c.due(list[:1], at, supervision.Position{}, 1)
		}},
	{"forgets an order that is no longer due", "whose Listing.Due is set", func(c *check) {
		o := opening("order")
		o.Policy = policies()[3]
		h := c.open(o, day0).deliver()
		c.create(h)
		far := day0.Add(1000 * day)
		c.due([]*history{h}, far, supervision.Position{}, 10)
		c.save(h.buyer(supervision.RejectProduct{Reason: "No."}, hour))
		c.due(nil, far, supervision.Position{}, 10)
		c.save(h.seller(supervision.Deliver{Result: "Done."}, hour).buyer(supervision.AcceptProduct{}, hour))
		c.due([]*history{h}, far, supervision.Position{}, 10)
		c.save(h.settle(far))
		c.due(nil, far, supervision.Position{}, 10)
	}},
	{"goes on page by page while orders are settled", saysDue, func(c *check) {
		var list []*history
		for i := range 50 {
			h := c.open(opening(fmt.Sprintf("order-%02d", i)), day0.Add(time.Duration(i/5)*tick)).accept()
			list = append(list, h)
		}
		c.create(list...)
		slices.SortFunc(list, soonestFirst)
		at := day0.Add(1000 * day)
		var after supervision.Position
		for left := list; len(left) > 0; {
			page := left[:min(7, len(left))]
			c.due(page, at, after, 7)
			after = place(page[len(page)-1])
			for i, h := range page {
				if i%2 == 0 { // the others fail, and are not met again
					c.save(h.settle(at))
				}
			}
			left = left[len(page):]
		}
	}},
}

// due checks the answer of Due.
func (c *check) due(want []*history, at time.Time, after supervision.Position, limit int) {
	list, err := c.Due(ctx, at, after, limit)
	require.NoError(c, err)
	orders := make([]supervision.Order, len(list))
	for i, due := range list {
		require.NoError(c, due.Err)
		require.Equal(c, due.Order.ID, due.ID)
		require.True(c, due.At.Equal(due.Order.NextDue()), "order %q is due at %s, not %s", due.ID,
			due.Order.NextDue(), due.At)
		orders[i] = due.Order
	}
	c.sameOrders(want, orders, fmt.Sprintf("at most %d orders due at %s behind %v", limit, at, after))
}

func place(h *history) supervision.Position {
	return supervision.Position{At: h.order.NextDue(), ID: h.order.ID}
}

func soonestFirst(a, b *history) int { return place(a).Compare(place(b)) }

// due are the orders that are due at an instant.
func (p *population) due(at time.Time) (list []*history) {
	for _, h := range p.all {
		if due := h.order.NextDue(); !due.IsZero() && !due.After(at) {
			list = append(list, h)
		}
	}
	slices.SortFunc(list, soonestFirst)
	return list
}
