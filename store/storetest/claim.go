package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const (
	saysClaim  = "Claim takes records of the outbox for a relay, at most limit, orders that wait longest first."
	saysLease  = "Until at+lease nobody else claims them."
	saysPrefix = "For each order they are the first ones that wait, without a gap, and no order is claimed of which a record is under another claim."
)

var aboutClaim = []sentence{
	{"returns nothing where nothing waits", "An empty result means that there is nothing to relay now.",
		func(c *check) {
			c.claims(day0, 10)
			h := c.open(opening("order"), day0)
			h.silent = true
			c.create(h)
			c.claims(day0, 10)
		}},
	{"returns what waits, as it was stored", saysClaim, func(c *check) {
		h := c.open(opening("order"), day0).deliver()
		c.create(h)
		records, err := c.Claim(ctx, day0, hour, 10)
		require.NoError(c, err)
		c.same(h.records, records, "the claimed records")
	}},
	{"orders that wait longest first", "orders that wait longest first", func(c *check) {
		for i, id := range []string{"m", "z", "a", "Z", "b"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)))
		}
		c.claims(day0.Add(hour), 2, "m1", "z1")
		c.claims(day0.Add(hour), 2, "a1", "Z1")
		c.claims(day0.Add(hour), 2, "b1")
		c.claims(day0.Add(hour), 2)
	}},
	{"an order waits from its first record that is not relayed", "orders that wait longest first", func(c *check) {
		a := c.begin("a")
		b := c.open(opening("b"), day0.Add(30*time.Minute))
		c.create(b)
		c.save(a.request())
		c.claims(day0, 1, "a1")
		c.acknowledge("a1")
		c.claims(day0, 1, "b1")
		c.claims(day0, 1, "a2")
	}},
	{"at most limit, without a gap", "at most limit", func(c *check) {
		a, b := c.open(opening("a"), day0).deliver(), c.open(opening("b"), day0.Add(tick)).deliver()
		c.create(a, b)
		for limit := 1; limit <= 9; limit++ {
			at := day0.Add(time.Duration(limit) * day) // every lease before has ended
			records, err := c.Claim(ctx, at, hour, limit)
			require.NoError(c, err)
			require.NotEmpty(c, records)
			require.LessOrEqual(c, len(records), limit)
			require.Equal(c, supervision.RecordID{Order: "a", Seq: 1}, records[0].ID(), "the order that waits longest")
			c.withoutGap(records)
		}
	}},
	{"nobody else claims them until the lease has ended", saysLease, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.claims(day0, 10, "order1", "order2")
		c.claims(day0, 10)
		c.claims(day0.Add(hour-tick), 10)
	}},
	{"what is not acknowledged is claimed again when the lease has ended", saysLease, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.claims(day0, 10, "order1", "order2")
		c.acknowledge("order1")
		c.claims(day0.Add(hour), 10, "order2")
		c.claims(day0.Add(2*hour-tick), 10)
		c.claims(day0.Add(2*hour), 10, "order2")
		c.acknowledge("order2")
		c.claims(day0.Add(9*hour), 10)
	}},
	{"each claim has a lease of its own", saysLease, func(c *check) {
		c.create(c.open(opening("a"), day0), c.open(opening("b"), day0.Add(tick)))
		c.claims(day0.Add(hour), 1, "a1") // until hour 2
		records, err := c.Claim(ctx, day0.Add(hour), 5*hour, 1)
		require.NoError(c, err)
		require.Equal(c, []supervision.RecordID{{Order: "b", Seq: 1}}, recordIDs(records))
		c.claims(day0.Add(2*hour), 10, "a1")
		c.claims(day0.Add(6*hour-tick), 10, "a1")
		c.claims(day0.Add(6*hour), 10, "b1")
	}},
	{"the rest of an order waits while a part is claimed", saysPrefix, func(c *check) {
		h := c.open(opening("order"), day0).deliver()
		c.create(h)
		c.claims(day0, 2, "order1", "order2")
		c.claims(day0, 10)
		c.acknowledge("order1")
		c.claims(day0, 10) // record 2 is under the claim still
		c.acknowledge("order2")
		c.claims(day0, 10, "order3", "order4")
	}},
	{"what is added to an order waits while a part is claimed", saysPrefix, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		c.claims(day0, 10, "order1", "order2")
		c.save(h.seller(supervision.AcceptRequest{}, hour))
		c.claims(day0, 10)
		c.acknowledge("order1")
		c.claims(day0, 10)
		c.acknowledge("order2")
		c.claims(day0, 10, "order3")
	}},
	{"after the lease an order begins with its first record again", saysPrefix, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		c.claims(day0, 1, "order1")
		c.save(h.seller(supervision.AcceptRequest{}, hour))
		c.claims(day0.Add(hour), 10, "order1", "order2", "order3")
	}},
	{"an order that is stuck does not hold up the others", saysClaim, func(c *check) {
		for i, id := range []string{"stuck", "b", "c"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)))
		}
		c.claims(day0, 1, "stuck1")
		c.claims(day0, 1, "b1")
		c.acknowledge("b1")
		c.claims(day0, 1, "c1")
		c.acknowledge("c1")
		c.claims(day0.Add(hour), 1, "stuck1")
	}},
}

// claims checks what a claim of an hour returns; records are written as
// "order3".
func (c *check) claims(at time.Time, limit int, want ...string) {
	c.Helper()
	records, err := c.Claim(ctx, at, hour, limit)
	require.NoError(c, err)
	require.Equal(c, ids(want), recordIDs(records), "at most %d records claimed at %s", limit, at)
}

// ids reads record ids; each is an order's id and one digit.
func ids(written []string) []supervision.RecordID {
	list := make([]supervision.RecordID, len(written))
	for i, w := range written {
		last := len(w) - 1
		list[i] = supervision.RecordID{Order: w[:last], Seq: int64(w[last] - '0')}
	}
	return list
}

// withoutGap checks that the records of each order follow one another from the
// first.
func (c *check) withoutGap(records []supervision.Record) {
	c.Helper()
	next := make(map[string]int64)
	for _, r := range records {
		next[r.Order]++
		require.Equal(c, next[r.Order], r.Seq, "the next record of order %q", r.Order)
	}
}
