package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysWhole  = "It is stored whole or not at all."
	saysCreate = "Create stores each new order whose id is free"
	saysExists = "returns an [*ExistsError] that names the others, which are left as they are"
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
		rival := c.open(opening("order"), day0.Add(hour)).key("key")
		c.exist(c.Create(ctx, rival.change()), "order")
		c.exist(c.Create(ctx, c.open(opening("order"), day0).change()), "order")
		c.begin("another")
		c.exist(c.Create(ctx, rival.change(), c.open(opening("another"), day0).change()), "order", "another")
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
	{"stores the other orders of a call in which ids are taken", saysExists, func(c *check) {
		a, b := c.begin("a").request(), c.begin("c")
		c.save(a)
		fresh, late := c.open(opening("b"), day0).accept().key("key"), c.open(opening("d"), day0)
		again := []*history{late, c.open(opening("c"), day0.Add(hour)), fresh, c.open(opening("a"), day0.Add(hour))}
		c.exist(c.Create(ctx, changes(again...)...), "a", "c")
		c.holds(a, b, fresh, late)
		record := c.keyed("b", buyer, "key")
		require.NotNil(c, record)
	}},
	{"stores hundreds of orders in one call", saysCreate, func(c *check) {
		list := make([]*history, 2*supervision.MaxPage)
		for i := range list {
			list[i] = c.open(opening(fmt.Sprintf("order-%04d", i)), day0)
			list[i].silent = i%2 == 0
		}
		list[7].deliver()
		require.NoError(c, c.Create(ctx, changes(list...)...))
		for i := 0; i < len(list); i += 7 {
			c.holds(list[i])
		}
		claimed, err := c.Claim(ctx, day0, hour, len(list))
		require.NoError(c, err)
		require.Equal(c, len(list)/2, len(claimed), "the first record of each that is relayed")
	}},
	{"does nothing when it is called with nothing", saysCreate, func(c *check) { require.NoError(c, c.Create(ctx)) }},
	{"leaves the order that has the id as it is", saysExists, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		other := opening("order")
		other.Buyer = "another"
		rival := c.open(other, day0.Add(hour)).deliver().key("key")
		c.exist(c.Create(ctx, rival.change()), "order")
		c.holds(h)
		require.Nil(c, c.keyed("order", buyer, "key"))
		c.waiting(h.records...)
		c.finds(supervision.Filter{Criteria: supervision.Criteria{Buyers: []string{"another"}}, At: day0, Limit: 10})
	}},
}

// exist checks that an error names exactly these orders.
func (c *check) exist(err error, ids ...string) {
	var exists *service.ExistsError
	require.ErrorAs(c, err, &exists)
	require.ElementsMatch(c, ids, exists.Orders)
}

// waiting checks that exactly these records of one order wait to be relayed,
// and relays them.
func (c *check) waiting(records ...supervision.Record) {
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
	found, err := c.Search(ctx, filter)
	require.NoError(c, err)
	c.sameOrders(want, found, fmt.Sprintf("the answer to %+v", filter))
}

// version is the version of an order as stored.
func (c *check) version(id string) int64 {
	order, _, err := c.Load(ctx, id, "")
	require.NoError(c, err)
	return order.Version
}
