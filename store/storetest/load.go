package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	saysLoad    = "Load returns an order and, where key is not empty, the order's record with that idempotency key, or nil (R28)."
	saysUnknown = "It returns [supervision.ErrNotFound] for an unknown id, and " +
		"[supervision.ErrNewerFormat] or [supervision.ErrMalformed] where what is stored cannot be read."
)

var aboutLoad = []sentence{
	{"returns the order with that id", saysLoad, func(c *check) {
		c.begin("another")
		h := c.begin("order").deliver()
		c.save(h)
		c.holds(h)
	}},
	{"returns the order as stored, whatever time has made due since", "Load returns an order", func(c *check) {
		h := c.open(opening("order"), day0).accept()
		c.create(h)
		c.holds(h)
		order, _, err := c.Load(ctx, "order", "")
		require.NoError(c, err)
		require.Equal(c, supervision.Accepted, order.Status)
	}},
	{"returns the record with the key", saysLoad, func(c *check) {
		h := c.begin("order").request().key("first").seller(supervision.RejectRequest{Reason: "No."}, hour).request().key("second")
		c.save(h)
		c.save(h.seller(supervision.AcceptRequest{}, hour).key("third"))
		for key, seq := range map[string]int{"first": 2, "second": 4, "third": 5} {
			order, record, err := c.Load(ctx, "order", key)
			require.NoError(c, err)
			c.same(h.order, order, "the order")
			require.NotNil(c, record, "key %q", key)
			c.same(h.records[seq-1], record, "the record with the key "+key)
		}
	}},
	{"returns no record for a key that the order does not have", "the order's record with that idempotency key, or nil", func(c *check) {
		h := c.begin("order").request().key("key")
		c.save(h)
		order, record, err := c.Load(ctx, "order", "another")
		require.NoError(c, err)
		require.Nil(c, record)
		c.same(h.order, order, "the order")
	}},
	{"returns no record for a key that only another order has", "the order's record with that idempotency key", func(c *check) {
		c.save(c.begin("another").request().key("key"))
		c.begin("order")
		_, record, err := c.Load(ctx, "order", "key")
		require.NoError(c, err)
		require.Nil(c, record)
	}},
	{"keeps the same key on several orders apart", "the order's record with that idempotency key", func(c *check) {
		for _, id := range []string{"a", "b", "c"} {
			c.save(c.begin(id).request().key("key"))
		}
		for _, id := range []string{"a", "b", "c"} {
			_, record, err := c.Load(ctx, id, "key")
			require.NoError(c, err)
			require.NotNil(c, record)
			require.Equal(c, supervision.RecordID{Order: id, Seq: 2}, record.ID())
		}
	}},
	{"returns no record where no key is asked for", "where key is not empty", func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		_, record, err := c.Load(ctx, "order", "")
		require.NoError(c, err)
		require.Nil(c, record, "the records that have no key are not what an empty key asks for")
	}},
	{"returns ErrNotFound for an unknown id", saysUnknown, func(c *check) {
		c.lacks("order")
		c.save(c.begin("another").request().key("key"))
		c.lacks("order")
		_, _, err := c.Load(ctx, "order", "key")
		require.ErrorIs(c, err, supervision.ErrNotFound)
	}},
}
