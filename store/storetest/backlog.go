package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision/service"
)

const saysBacklog = "Backlog returns what waits in the outbox, each number counted up to limit."

var aboutBacklog = []sentence{
	{"has nothing without a record that waits", saysBacklog, func(c *check) {
		c.backlog(10, service.Backlog{})
		h := c.open(opening("order"), day0)
		c.create(h)
		c.acknowledge("order1")
		c.backlog(10, service.Backlog{})
	}},
	{"counts what is fresh, claimed or not, and has its oldest instant", saysBacklog, func(c *check) {
		c.create(c.open(opening("a"), day0.Add(tick)).request(), c.open(opening("b"), day0.Add(2*tick)))
		c.backlog(10, service.Backlog{Since: day0.Add(tick), Fresh: 3})
		c.claims(day0.Add(day), 1, "a1")
		c.backlog(10, service.Backlog{Since: day0.Add(tick), Fresh: 3})
		c.acknowledge("a1")
		c.backlog(10, service.Backlog{Since: day0.Add(2 * tick), Fresh: 2})
	}},
	{"counts what fails, and what is set aside", saysBacklog, func(c *check) {
		a := c.open(opening("a"), day0).request()
		c.create(a, c.open(opening("b"), day0.Add(day)))
		c.failed("a1", 1, day0.Add(hour))
		c.backlog(10, service.Backlog{Since: day0.Add(day), Fresh: 1, Failing: 2})
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: a.records[0].ID(), Aside: true}))
		c.backlog(10, service.Backlog{Since: day0.Add(hour), Fresh: 2, Aside: 1})
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: a.records[0].ID()}))
		c.backlog(10, service.Backlog{Since: day0, Fresh: 3})
	}},
	{"counts up to the limit", "each number counted up to limit", func(c *check) {
		for i, id := range []string{"a", "b", "c", "d", "e", "f"} {
			c.create(c.open(opening(id), day0))
			if i < 4 {
				c.failed(id+"1", 1, day0.Add(hour))
			}
		}
		c.backlog(1, service.Backlog{Since: day0, Fresh: 1, Failing: 1})
		c.backlog(2, service.Backlog{Since: day0, Fresh: 2, Failing: 2})
		c.backlog(3, service.Backlog{Since: day0, Fresh: 2, Failing: 3})
		c.backlog(5, service.Backlog{Since: day0, Fresh: 2, Failing: 4})
	}},
}

func (c *check) backlog(limit int, want service.Backlog) {
	have, err := c.Backlog(ctx, limit)
	require.NoError(c, err)
	require.Equal(c, want, have)
}
