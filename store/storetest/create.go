package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysWhole  = "It is stored whole or not at all."
	saysCreate = "Create stores a new order."
	saysExists = "It returns [ErrExists] where the id is taken."
)

var aboutCreate = []sentence{
	{"stores a new order", saysCreate, func(c *check) {
		c.lacks("order")
		h := c.begin("order")
		c.holds(h)
		c.lacks("another")
	}},
	{"stores the order with its record, key and outbox row", saysWhole, func(c *check) {
		h := c.open(opening("order"), day0).key("key")
		c.create(h)
		c.holds(h)
		record := c.keyed("order", supervision.System(), "key")
		require.NotNil(c, record)
		c.same(h.records[0], record, "the record with the key")
		c.waiting(h.records...)
		c.finds(supervision.Filter{At: day0, Limit: 10}, h)
	}},
	{"stores an order that comes with several records", "Its Version is Before plus the number of Records.",
		func(c *check) {
			h := c.open(opening("order"), day0).accept()
			c.create(h)
			c.holds(h)
			c.waiting(h.records...)
		}},
	{"returns ErrExists where the id is taken", saysExists, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		other := opening("order")
		other.Buyer = "another"
		rival := c.open(other, day0.Add(hour)).key("key")
		require.ErrorIs(c, c.Create(ctx, rival.change()), service.ErrExists)
		require.ErrorIs(c, c.Create(ctx, c.open(opening("order"), day0).change()), service.ErrExists,
			"the same order again")
	}},
	{"stores no change without records", "never empty.", func(c *check) {
		change := c.open(opening("order"), day0).change()
		change.Records = nil
		require.ErrorIs(c, c.Create(ctx, change), service.ErrNoRecords)
		c.lacks("order")
		h := c.begin("another").request()
		change = h.change()
		change.Records = nil
		require.ErrorIs(c, c.Save(ctx, change), service.ErrNoRecords)
		require.ErrorIs(c, c.Save(ctx, c.begin("third").request().change(), change), service.ErrNoRecords)
		require.EqualValues(c, 1, c.version("another"))
		require.EqualValues(c, 1, c.version("third"))
	}},
	{"leaves the order that has the id as it is", saysExists, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		other := opening("order")
		other.Buyer = "another"
		rival := c.open(other, day0.Add(hour)).deliver().key("key")
		require.ErrorIs(c, c.Create(ctx, rival.change()), service.ErrExists)
		c.holds(h)
		require.Nil(c, c.keyed("order", buyer, "key"))
		c.waiting(h.records...)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Buyer: "another"}, At: day0, Limit: 10})
	}},
}

// waiting checks that exactly these records of one order wait to be relayed,
// and relays them.
func (c *check) waiting(records ...supervision.Record) {
	c.Helper()
	for _, want := range records {
		claimed, err := c.Claim(ctx, day0, hour, 1000)
		require.NoError(c, err)
		require.Equal(c, []supervision.RecordID{want.ID()}, recordIDs(claimed), "what waits to be relayed")
		c.same(want, claimed[0], "a record that waits to be relayed")
		require.NoError(c, c.Acknowledge(ctx, want.ID()))
	}
	c.claims(day0, 1000)
}

func recordIDs(records []supervision.Record) []supervision.RecordID {
	ids := make([]supervision.RecordID, len(records))
	for i, r := range records {
		ids[i] = r.ID()
	}
	return ids
}

// finds checks the result of a search.
func (c *check) finds(filter supervision.Filter, want ...*history) {
	c.Helper()
	found, err := c.Search(ctx, filter)
	require.NoError(c, err)
	c.sameOrders(want, found, fmt.Sprintf("the answer to %+v", filter))
}

// version is the version of an order as stored.
func (c *check) version(id string) int64 {
	c.Helper()
	order, _, err := c.Load(ctx, id, "")
	require.NoError(c, err)
	return order.Version
}
