package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysClaim = "Claim takes for a relay the first record that waits of each order, at most limit."
	saysLease = "Until at+lease nobody else claims it or a later one of its order."
	saysFresh = "Fresh records come first, those that wait longest first"
	saysNext  = "then those with a Next that is not after at, the earliest first."
	saysEmpty = "An empty result does not mean an empty outbox: what waits may be claimed by others or have its Next " +
		"later, and others may have been faster."
)

var aboutClaim = []sentence{
	{"returns nothing where nothing waits", saysClaim, func(c *check) {
		c.claims(day0, 10)
		h := c.open(opening("order"), day0)
		h.silent = true
		c.create(h)
		c.claims(day0, 10)
	}},
	{"returns the first record of each order, as it was stored", saysClaim, func(c *check) {
		a, b := c.open(opening("a"), day0).deliver(), c.open(opening("b"), day0.Add(tick)).request()
		c.create(a, b)
		records, err := c.Claim(ctx, day0, hour, 10)
		require.NoError(c, err)
		c.same([]supervision.Record{a.records[0], b.records[0]}, records, "the claimed records")
	}},
	{"returns the order as it is stored now, and the place of the record", "Order is its order as stored now",
		func(c *check) {
			h := c.begin("order").deliver()
			c.save(h)
			claimed := c.claimed(day0)
			c.same(h.order, claimed.Order, "the order of a claimed record")
			require.Equal(c, spot{"order", 1, 0, time.Time{}, false, day0.Add(hour)}, spotOf(claimed.Waiting))
		}},
	{"those that wait longest first", saysFresh, func(c *check) {
		for i, id := range []string{"m", "z", "a", "Z", "b"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)))
		}
		c.claims(day0.Add(hour), 2, "m1", "z1")
		c.claims(day0.Add(hour), 2, "a1", "Z1")
		c.claims(day0.Add(hour), 2, "b1")
		c.claims(day0.Add(hour), 2)
	}},
	{"those that wait longest first, of what came in one call", saysFresh, func(c *check) {
		a, b := c.open(opening("a"), day0.Add(tick)), c.open(opening("b"), day0)
		c.create(a, b)
		c.claims(day0.Add(hour), 1, "b1")
		c.claims(day0.Add(hour), 1, "a1")
		c.acknowledge("a1", "b1")
		c.save(a.request(), b.request())
		c.claims(day0.Add(day), 1, "b2")
		c.claims(day0.Add(day), 1, "a2")
	}},
	{"goes by the sequence where an order's clock was turned back", saysClaim, func(c *check) {
		h := c.begin("order").request().manager(supervision.Amend{Clock: true, Reason: "A clock was fast."}, -hour/2)
		c.save(h)
		c.claims(day0, 10, "order1")
		for seq := range int64(2) {
			c.acknowledge(fmt.Sprintf("order%d", seq+1))
			c.claims(day0, 10, fmt.Sprintf("order%d", seq+2))
		}
	}},
	{"an order waits from its first record that is not relayed", saysFresh, func(c *check) {
		a := c.begin("a")
		b := c.open(opening("b"), day0.Add(30*time.Minute))
		c.create(b)
		c.save(a.request())
		c.claims(day0, 1, "a1")
		c.acknowledge("a1")
		c.claims(day0, 1, "b1")
		c.claims(day0, 1, "a2")
	}},
	{"those that are to be tried again come last, the earliest first", saysNext, func(c *check) {
		for i, id := range []string{"a", "b", "c", "d"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)))
		}
		c.claims(day0, 2, "a1", "b1")
		c.failed("a1", 1, day0.Add(2*hour))
		c.failed("b1", 1, day0.Add(2*hour-tick))
		c.claims(day0.Add(2*hour), 10, "c1", "d1", "b1", "a1")
	}},
	{"nothing is tried again before its Next", "Next is the earliest instant of its next attempt", func(c *check) {
		c.create(c.open(opening("order"), day0))
		c.claims(day0, 10, "order1")
		c.failed("order1", 1, day0.Add(2*hour))
		c.claims(day0.Add(2*hour-tick), 10)
		c.claims(day0.Add(2*hour), 10, "order1")
	}},
	{"at most limit", "at most limit", func(c *check) {
		for i, id := range []string{"a", "b", "c", "d"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)))
		}
		c.claims(day0, 4, "a1", "b1", "c1", "d1")
		c.failed("a1", 1, day0.Add(hour-tick))
		c.failed("b1", 1, day0.Add(hour))
		c.claims(day0.Add(hour), 3, "c1", "d1", "a1")
		c.claims(day0.Add(hour), 3, "b1")
	}},
	{"nobody else claims it until the lease has ended", saysLease, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.claims(day0, 10, "order1")
		c.claims(day0, 10)
		c.claims(day0.Add(hour-tick), 10)
	}},
	{"what is not acknowledged is claimed again when the lease has ended", saysLease, func(c *check) {
		c.create(c.open(opening("order"), day0))
		c.claims(day0, 10, "order1")
		c.claims(day0.Add(hour), 10, "order1")
		c.claims(day0.Add(2*hour-tick), 10)
		c.claims(day0.Add(2*hour), 10, "order1")
		c.acknowledge("order1")
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
	{"the next of an order is claimed as soon as the first is acknowledged", saysClaim, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.claims(day0, 10, "order1")
		c.acknowledge("order1")
		c.claims(day0, 10, "order2")
		c.claims(day0, 10)
	}},
	{"what is added to an order waits while the first is claimed", saysLease, func(c *check) {
		h := c.begin("order")
		c.claims(day0, 10, "order1")
		c.save(h.request())
		c.claims(day0, 10)
		c.acknowledge("order1")
		c.claims(day0, 10, "order2")
	}},
	{"an order that is stuck does not hold up the others", saysClaim, func(c *check) {
		for i, id := range []string{"stuck", "b", "c"} {
			c.create(c.open(opening(id), day0.Add(time.Duration(i)*tick)).deliver())
		}
		c.claims(day0, 1, "stuck1")
		c.claims(day0, 1, "b1")
		c.acknowledge("b1", "b2", "b3", "b4")
		c.claims(day0, 1, "c1")
		c.acknowledge("c1", "c2", "c3", "c4")
		c.claims(day0.Add(hour), 10, "stuck1")
	}},
	{"an empty result with much that waits", saysEmpty, func(c *check) {
		c.create(c.open(opening("a"), day0).deliver(), c.open(opening("b"), day0.Add(tick)).deliver())
		c.claims(day0, 2, "a1", "b1")
		c.failed("a1", 1, day0.Add(hour))
		c.claims(day0, 2)
	}},
}

// claims checks what a claim of an hour returns; records are written as
// "order3".
func (c *check) claims(at time.Time, limit int, want ...string) {
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

// claimed claims the one record that waits at an instant.
func (c *check) claimed(at time.Time) service.Claimed {
	claimed, err := c.Store.Claim(ctx, at, hour, 10)
	require.NoError(c, err)
	require.Len(c, claimed, 1, "records claimed at %s", at)
	return claimed[0]
}

// failed returns a record after a number of attempts.
func (c *check) failed(written string, attempts int, next time.Time) {
	place := service.Waiting{RecordID: ids([]string{written})[0], Attempts: attempts, Next: next}
	require.NoError(c, c.Return(ctx, place))
}

// spot is a Waiting whose instants can be compared.
type spot struct {
	Order         string
	Seq, Attempts int64
	Next          time.Time
	Aside         bool
	ClaimedUntil  time.Time
}

func spotOf(w service.Waiting) spot {
	return spot{w.Order, w.Seq, int64(w.Attempts), w.Next, w.Aside, w.ClaimedUntil}
}
