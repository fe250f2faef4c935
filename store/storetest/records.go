package storetest

import (
	"math"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysRecords = "Records returns an order's records with a sequence number above after, oldest first, at most " +
	"limit."

var aboutRecords = []sentence{
	{"returns an order's records, oldest first", saysRecords, func(c *check) {
		c.save(c.begin("another").request())
		h := c.begin("order")
		for range 30 { // more than nine, so that 10 does not come before 2
			c.save(h.request().seller(supervision.RejectRequest{Reason: "No."}, hour))
		}
		c.holds(h)
	}},
	{"returns those above after, at most limit", saysRecords, func(c *check) {
		h := c.begin("order").accept()
		c.save(h)
		n := int64(len(h.records))
		for after := range n + 2 {
			for limit := range n + 2 {
				records, err := c.Records(ctx, "order", after, int(limit)+1)
				require.NoError(c, err)
				from := min(after, n)
				c.same(h.records[from:min(from+limit+1, n)], append([]supervision.Record{}, records...),
					"the records after a place")
			}
		}
		records, err := c.Records(ctx, "order", math.MaxInt64, 10)
		require.NoError(c, err)
		require.Empty(c, records)
	}},
	{"goes by the sequence where an order's clock was turned back", saysRecords, func(c *check) {
		h := c.begin("order").request().manager(supervision.Amend{Clock: true, Reason: "A clock was fast."}, -hour/2)
		c.save(h)
		c.holds(h)
	}},
	{"returns none of an unknown order", "An unknown order has none.", func(c *check) {
		c.begin("another")
		records, err := c.Records(ctx, "order", 0, 10)
		require.NoError(c, err)
		require.Empty(c, records)
	}},
}
