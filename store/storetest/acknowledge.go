package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	saysAcknowledge = "Acknowledge removes relayed records from the outbox, claimed or not."
	saysIgnored     = "Unknown IDs are ignored."
)

var aboutAcknowledge = []sentence{
	{"removes claimed records", saysAcknowledge, func(c *check) {
		c.create(c.open(opening("a"), day0), c.open(opening("b"), day0.Add(tick)))
		c.claims(day0, 10, "a1", "b1")
		c.acknowledge("a1", "b1")
		c.claims(day0.Add(9*hour), 10)
	}},
	{"removes records that nobody has claimed", saysAcknowledge, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.acknowledge("order1")
		c.claims(day0, 10, "order2")
	}},
	{"removes records whose lease has ended", saysAcknowledge, func(c *check) {
		c.create(c.open(opening("order"), day0))
		c.claims(day0, 10, "order1")
		c.claims(day0.Add(hour), 1, "order1")
		c.acknowledge("order1") // by the first, who was slow
		c.claims(day0.Add(9*hour), 10)
	}},
	{"removes nothing else", saysAcknowledge, func(c *check) {
		c.create(c.open(opening("a"), day0).deliver(), c.open(opening("b"), day0.Add(day)).deliver())
		c.claims(day0, 1, "a1")
		c.acknowledge("a2")
		c.claims(day0.Add(hour), 10, "a1", "b1")
		c.acknowledge("b3", "a1")
		c.claims(day0.Add(hour), 10, "a3")
		c.acknowledge("a3", "b1")
		c.claims(day0.Add(hour), 10, "a4", "b2")
		c.acknowledge("b2")
		c.claims(day0.Add(hour), 10, "b4")
	}},
	{"removes records that have failed, and those that are set aside", saysAcknowledge, func(c *check) {
		c.create(c.open(opening("a"), day0), c.open(opening("b"), day0))
		c.failed("a1", 1, day0)
		c.setAside("b1")
		c.acknowledge("a1", "b1")
		c.claims(day0.Add(9*hour), 10)
		c.aside(supervision.RecordID{}, 10)
	}},
	{"removes from the outbox only", "Acknowledge removes relayed records from the outbox", func(c *check) {
		h := c.open(opening("order"), day0).request().key("key")
		c.create(h)
		c.acknowledge("order1", "order2")
		c.holds(h)
		require.NotNil(c, c.keyed("order", buyer, "key"))
	}},
	{"ignores records that are not there", saysIgnored, func(c *check) {
		c.acknowledge()
		c.acknowledge("order1")
		h := c.open(opening("order"), day0)
		c.create(h)
		c.acknowledge("order2", "Order1", "another1")
		c.claims(day0, 10, "order1")
		c.acknowledge("order1", "order1")
		c.acknowledge("order1")
		c.save(h.request())
		c.claims(day0, 10, "order2")
		c.acknowledge("order1")
		c.claims(day0.Add(hour), 10, "order2")
	}},
	{"removes hundreds of records in one call", saysAcknowledge, func(c *check) {
		var all []supervision.RecordID
		h := c.begin("order")
		for range supervision.MaxPage / 2 {
			h.request().seller(supervision.RejectRequest{Reason: "No."}, hour)
		}
		c.save(h)
		for _, r := range h.records {
			all = append(all, r.ID())
		}
		require.NoError(c, c.Acknowledge(ctx, all...))
		c.claims(day0.Add(hour), 10)
	}},
}

// acknowledge takes records written as "order3".
func (c *check) acknowledge(written ...string) {
	require.NoError(c, c.Acknowledge(ctx, ids(written)...))
}
