package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysReturn = "Return ends the claims of records and puts each where its Waiting says."
	saysLater  = "Its Next is given to the later records of the order too, since they wait for it."
	saysFenced = "Records under another claim than ClaimedUntil are left as they are, where it is set"
)

var aboutReturn = []sentence{
	{"ends a claim before the lease does", saysReturn, func(c *check) {
		c.create(c.open(opening("order"), day0))
		w := c.claimed(day0).Waiting
		require.NoError(c, c.Return(ctx, w))
		require.Equal(c, spot{"order", 1, 0, time.Time{}, false, day0.Add(tick + hour)},
			spotOf(c.claimed(day0.Add(tick)).Waiting))
	}},
	{"gives a record that has not failed its place back", saysReturn, func(c *check) {
		a, b := c.open(opening("a"), day0.Add(tick)), c.open(opening("b"), day0)
		c.create(a, b)
		c.claims(day0, 1, "b1")
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: b.records[0].ID()}))
		c.claims(day0, 10, "b1", "a1")
	}},
	{"keeps attempts and next attempt", "Attempts is how often relaying it has failed.", func(c *check) {
		c.create(c.open(opening("order"), day0))
		for attempts := range 3 {
			next := day0.Add(time.Duration(attempts) * day)
			w := c.claimed(next).Waiting
			require.Equal(c, attempts, w.Attempts)
			w.Attempts, w.Next = attempts+1, next.Add(day)
			require.NoError(c, c.Return(ctx, w))
		}
		require.Equal(c, spot{"order", 1, 3, day0.Add(3 * day), false, day0.Add(3*day + hour)},
			spotOf(c.claimed(day0.Add(3*day)).Waiting))
	}},
	{"makes a record fresh again", "zero for a fresh record, which waits for none.", func(c *check) {
		a, b := c.open(opening("a"), day0), c.open(opening("b"), day0.Add(tick))
		c.create(a, b)
		c.failed("a1", 5, day0.Add(day))
		c.claims(day0, 1, "b1")
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: a.records[0].ID()},
			service.Waiting{RecordID: b.records[0].ID()}))
		c.claims(day0, 10, "a1", "b1")
	}},
	{"takes the later records of a failing order along", saysLater, func(c *check) {
		a, b := c.open(opening("a"), day0).request(), c.open(opening("b"), day0.Add(day))
		c.create(a, b)
		c.failed("a1", 1, day0.Add(2*hour))
		c.acknowledge("a1")
		c.claims(day0.Add(2*hour-tick), 10, "b1")
		require.Equal(c, spot{"a", 2, 0, day0.Add(2 * hour), false, day0.Add(3 * hour)},
			spotOf(c.claimed(day0.Add(2*hour)).Waiting), "which has not failed itself")
	}},
	{"frees the later records of an order whose failing one is set aside", saysLater, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.failed("order1", 1, day0.Add(day))
		c.setAside("order1")
		c.claims(day0, 10, "order2")
	}},
	{"ends no claim of a later record", saysReturn, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.setAside("order1")
		c.claims(day0, 10, "order2")
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: supervision.RecordID{Order: "order", Seq: 1}}))
		c.claims(day0, 10, "order1")
		c.acknowledge("order1")
		c.claims(day0.Add(hour-tick), 10)
		c.claims(day0.Add(hour), 10, "order2")
	}},
	{"takes no earlier and no other order's records along", saysLater, func(c *check) {
		a, b := c.open(opening("a"), day0).request(), c.open(opening("b"), day0.Add(day)).request()
		c.create(a, b)
		c.failed("a2", 1, day0.Add(9*hour))
		c.claims(day0, 10, "a1", "b1")
		c.acknowledge("b1")
		c.claims(day0, 10, "b2")
	}},
	{"leaves records under another claim alone", saysFenced, func(c *check) {
		c.create(c.open(opening("order"), day0))
		slow := c.claimed(day0).Waiting
		c.claims(day0.Add(hour), 10, "order1")
		slow.Attempts, slow.Next, slow.Aside = 1, day0.Add(day), true
		require.NoError(c, c.Return(ctx, slow))
		c.claims(day0.Add(2*hour-tick), 10)
		require.Zero(c, c.claimed(day0.Add(2*hour)).Attempts)
	}},
	{"returns a record whatever its claim where none is named", "where it is set", func(c *check) {
		c.create(c.open(opening("order"), day0))
		c.claims(day0, 10, "order1")
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: supervision.RecordID{Order: "order", Seq: 1}}))
		c.claims(day0, 10, "order1")
	}},
	{"ignores records that do not wait", "unknown ones are ignored.", func(c *check) {
		require.NoError(c, c.Return(ctx))
		c.setAside("order1")
		c.create(c.open(opening("order"), day0))
		c.setAside("order2")
		c.claims(day0, 10, "order1")
		c.acknowledge("order1")
		c.failed("order1", 1, day0)
		c.claims(day0.Add(day), 10)
		c.aside(supervision.RecordID{}, 10)
	}},
}

const (
	saysSetAside = "Aside says that it is set aside: nobody claims it, and the later records of its order do not " +
		"wait for it."
	saysDelayed = "Delayed returns the records that are set aside, or those that have a Next and are not, sorted by " +
		"order and sequence, starting after a record (zero: from the first), at most limit."
)

var aboutDelayed = []sentence{
	{"nobody claims what is set aside", saysSetAside, func(c *check) {
		c.create(c.open(opening("order"), day0))
		c.claims(day0, 10, "order1")
		c.setAside("order1")
		c.claims(day0.Add(day), 10)
	}},
	{"the later records of its order go on", saysSetAside, func(c *check) {
		c.create(c.open(opening("order"), day0).deliver())
		c.setAside("order1", "order3")
		c.claims(day0, 10, "order2")
		c.acknowledge("order2")
		c.claims(day0, 10, "order4")
	}},
	{"what was set aside can be put back", saysReturn, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.setAside("order1")
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: supervision.RecordID{Order: "order", Seq: 1}}))
		c.aside(supervision.RecordID{}, 10)
		c.claims(day0, 10, "order1")
	}},
	{"what was set aside stays aside when an earlier one fails", saysSetAside, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.setAside("order2")
		c.failed("order1", 1, day0.Add(hour))
		c.aside(supervision.RecordID{}, 10, "order2")
		c.claims(day0.Add(hour), 10, "order1")
		c.acknowledge("order1")
		c.claims(day0.Add(day), 10)
	}},
	{"lists what is set aside, page by page", saysDelayed, func(c *check) {
		c.aside(supervision.RecordID{}, 10)
		c.create(c.open(opening("b"), day0).deliver(), c.open(opening("a"), day0).deliver(), c.open(opening("B"), day0))
		c.setAside("b2", "b4", "a3", "B1")
		c.aside(supervision.RecordID{}, 10, "B1", "a3", "b2", "b4")
		c.aside(supervision.RecordID{}, 2, "B1", "a3")
		c.aside(supervision.RecordID{Order: "a", Seq: 3}, 2, "b2", "b4")
		c.aside(supervision.RecordID{Order: "a", Seq: 2}, 1, "a3")
		c.aside(supervision.RecordID{Order: "b", Seq: 2}, 9, "b4")
		c.aside(supervision.RecordID{Order: "b", Seq: 4}, 9)
	}},
	{"lists what waits for another attempt, page by page", saysDelayed, func(c *check) {
		c.failing(supervision.RecordID{}, 10)
		c.create(c.open(opening("b"), day0).deliver(), c.open(opening("a"), day0).deliver(), c.open(opening("B"), day0),
			c.open(opening("c"), day0))
		c.failed("b3", 1, day0.Add(hour))
		c.failed("a4", 1, day0.Add(day))
		c.failed("B1", 1, day0.Add(hour))
		c.setAside("b4")
		c.failing(supervision.RecordID{}, 10, "B1", "a4", "b3")
		c.failing(supervision.RecordID{}, 2, "B1", "a4")
		c.failing(supervision.RecordID{Order: "a", Seq: 4}, 2, "b3")
		c.failing(supervision.RecordID{Order: "a", Seq: 3}, 1, "a4")
		c.failing(supervision.RecordID{Order: "b", Seq: 3}, 9)
		require.NoError(c, c.Return(ctx, service.Waiting{RecordID: supervision.RecordID{Order: "a", Seq: 4}}))
		c.failing(supervision.RecordID{}, 10, "B1", "b3")
	}},
	{"tells attempts, the next one and the claim", saysDelayed, func(c *check) {
		c.create(c.open(opening("order"), day0).request())
		c.failed("order1", 3, day0.Add(hour))
		c.claims(day0.Add(2*hour), 10, "order1")
		list, err := c.Delayed(ctx, false, supervision.RecordID{}, 10)
		require.NoError(c, err)
		require.Len(c, list, 2)
		require.Equal(c, spot{"order", 1, 3, day0.Add(hour), false, day0.Add(3 * hour)}, spotOf(list[0]))
		require.Equal(c, spot{"order", 2, 0, day0.Add(hour), false, time.Time{}}, spotOf(list[1]),
			"which waits for the first")
	}},
}

// setAside sets records aside that are written as "order3".
func (c *check) setAside(written ...string) {
	var places []service.Waiting
	for _, id := range ids(written) {
		places = append(places, service.Waiting{RecordID: id, Attempts: 2, Aside: true})
	}
	require.NoError(c, c.Return(ctx, places...))
}

// aside checks what is set aside.
func (c *check) aside(after supervision.RecordID, limit int, want ...string) {
	list, err := c.Delayed(ctx, true, after, limit)
	require.NoError(c, err)
	have := []spot{}
	for _, w := range list {
		have = append(have, spotOf(w))
	}
	places := []spot{}
	for _, id := range ids(want) {
		places = append(places, spot{id.Order, id.Seq, 2, time.Time{}, true, time.Time{}})
	}
	require.Equal(c, places, have, "at most %d set aside after %v", limit, after)
}

// failing checks what waits for another attempt.
func (c *check) failing(after supervision.RecordID, limit int, want ...string) {
	list, err := c.Delayed(ctx, false, after, limit)
	require.NoError(c, err)
	have := []supervision.RecordID{}
	for _, w := range list {
		have = append(have, w.RecordID)
	}
	require.Equal(c, append([]supervision.RecordID{}, ids(want)...), have, "at most %d that fail after %v", limit,
		after)
}
