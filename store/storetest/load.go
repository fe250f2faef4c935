package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	saysLoad = "Load returns an order and, where key is not empty, the order's record whose OwnedKey that is, or " +
		"nil (R28)."
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
		h := c.begin("order").request().key("first").seller(supervision.RejectRequest{Reason: "No."},
			hour).request().key("second")
		c.save(h)
		c.save(h.seller(supervision.AcceptRequest{}, hour).key("third"))
		for _, seq := range []int{2, 4, 5} {
			want := h.records[seq-1]
			order, record, err := c.Load(ctx, "order", want.OwnedKey())
			require.NoError(c, err)
			c.same(h.order, order, "the order")
			c.same(want, record, "the record with the key "+want.Key)
		}
	}},
	{"returns no record for a key that the order does not have", "the order's record whose OwnedKey that is, or nil",
		func(c *check) {
			h := c.begin("order").request().key("key")
			c.save(h)
			order, record, err := c.Load(ctx, "order", ownedKey(buyer, "another"))
			require.NoError(c, err)
			require.Nil(c, record)
			c.same(h.order, order, "the order")
		}},
	{"keeps the same key of several actors apart", saysLoad, func(c *check) {
		h := c.begin("order").request().key("key")
		c.save(h)
		require.Nil(c, c.keyed("order", seller, "key"), "the key is the buyer's")
		require.Nil(c, c.keyed("order", supervision.Buyer("another"), "key"), "and no other buyer's")
		c.save(h.seller(supervision.RejectRequest{Reason: "No."}, hour).key("key"))
		c.same(h.records[1], c.keyed("order", buyer, "key"), "the buyer's record")
		c.same(h.records[2], c.keyed("order", seller, "key"), "the seller's record")
	}},
	{"finds a key whichever person acts for its owner", saysLoad, func(c *check) {
		h := c.begin("order")
		c.save(h.must(supervision.Actor{Role: buyer.Role, ID: buyer.ID, User: "user"},
			supervision.SubmitRequest{Text: "Deploy it."}, hour).key("key"))
		c.same(h.records[1], c.keyed("order", buyer, "key"), "the buyer's record")
	}},
	{"returns no record for a key that only another order has", "the order's record whose OwnedKey that is",
		func(c *check) {
			c.save(c.begin("another").request().key("key"))
			c.begin("order")
			require.Nil(c, c.keyed("order", buyer, "key"))
		}},
	{"keeps the same key on several orders apart", "the order's record whose OwnedKey that is", func(c *check) {
		for _, id := range []string{"a", "b", "c"} {
			c.save(c.begin(id).request().key("key"))
		}
		for _, id := range []string{"a", "b", "c"} {
			record := c.keyed(id, buyer, "key")
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
		_, _, err := c.Load(ctx, "order", ownedKey(buyer, "key"))
		require.ErrorIs(c, err, supervision.ErrNotFound)
	}},
}

// buyer and seller are the parties of an order nothing is particular about.
var buyer, seller = supervision.Buyer("buyer"), supervision.Seller("seller")

func ownedKey(owner supervision.Actor, key string) string {
	return supervision.Record{Actor: owner, Key: key}.OwnedKey()
}

// keyed loads the record to which an actor gave a key; nil where there is none.
func (c *check) keyed(order string, owner supervision.Actor, key string) *supervision.Record {
	_, record, err := c.Load(ctx, order, ownedKey(owner, key))
	require.NoError(c, err)
	return record
}
