package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysRemove = "Remove removes an order with its records, if it has the version and none of its records waits in " +
	"the outbox, and reports whether it did."

var aboutRemove = []sentence{
	{"removes an order with its records", "Remove removes an order with its records", func(c *check) {
		h := c.relayed("order").key("key")
		kept := c.relayed("another")
		c.removes(h, true)
		c.lacks("order")
		c.holds(kept)
		c.finds(supervision.Filter{At: day0, Limit: 10}, kept)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Buyers: []string{"buyer"}}, At: day0, Limit: 10},
			kept)
		c.between(day0, day0.Add(1000*day), placed(kept)...)
		due, err := c.Due(ctx, day0.Add(1000*day), supervision.Position{}, 10)
		require.NoError(c, err)
		require.Len(c, due, 1)
	}},
	{"reports that it removed nothing the second time", saysRemove, func(c *check) {
		h := c.relayed("order")
		c.removes(h, true)
		c.removes(h, false)
	}},
	{"leaves an order of which a record waits in the outbox", "none of its records waits in the outbox",
		func(c *check) {
			h := c.open(opening("order"), day0).accept()
			c.create(h)
			c.begin("another") // whose record keeps nobody else's order
			for _, record := range h.records {
				c.removes(h, false)
				c.holds(h)
				require.NoError(c, c.Acknowledge(ctx, record.ID()))
			}
			c.removes(h, true)
		}},
	{"leaves an order of which a claimed record waits", "none of its records waits in the outbox", func(c *check) {
		h := c.begin("order")
		c.claims(day0, 10, "order1")
		c.removes(h, false)
		c.holds(h)
		c.claims(day0.Add(hour), 10, "order1")
	}},
	{"leaves an order that has another version", "if it has the version", func(c *check) {
		h := c.relayed("order")
		for _, version := range []int64{0, h.order.Version - 1, h.order.Version + 1} {
			removed, err := c.Remove(ctx, "order", version)
			require.NoError(c, err)
			require.False(c, removed, "version %d", version)
			c.holds(h)
		}
	}},
	{"leaves every order where the id is unknown", saysRemove, func(c *check) {
		h := c.relayed("order")
		for _, version := range []int64{0, h.order.Version} {
			removed, err := c.Remove(ctx, "Order", version)
			require.NoError(c, err)
			require.False(c, removed, "version %d", version)
		}
		c.holds(h)
	}},
	{"lets the id be taken again", "Remove removes an order with its records", func(c *check) {
		c.removes(c.relayed("order"), true)
		h := c.open(opening("order"), day0.Add(day)).request()
		c.create(h)
		c.holds(h)
	}},
	{"loses no record to a save at the same time", saysRemove, func(c *check) {
		for range 20 {
			h := c.relayed("order")
			next := h.rival().settle(day0.Add(1000 * day))
			results := together(2, func(i int) bool {
				if i == 0 {
					removed, err := c.Remove(ctx, "order", h.order.Version)
					return removed && err == nil
				}
				return c.Save(ctx, next.change()) == nil
			})
			require.NotEqual(c, results[0], results[1], "removed %t, saved %t", results[0], results[1])
			if results[0] {
				c.lacks("order")
				continue
			}
			c.holds(next)
			c.waiting(next.records[len(h.records):]...)
			c.removes(next, true)
		}
	}},
}

// relayed stores an accepted order of which no record waits in the outbox.
func (c *check) relayed(id string) *history {
	h := c.open(opening(id), day0)
	h.silent = true
	c.create(h.accept())
	h.silent = false
	return h
}

func (c *check) removes(h *history, want bool) {
	removed, err := c.Remove(ctx, h.order.ID, h.order.Version)
	require.NoError(c, err)
	require.Equal(c, want, removed, "whether it removed the order")
}
