package storetest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysNoticing = "Noticing returns the orders whose next notice is due, not after at, sorted by that instant and " +
		"then by ID, starting after a position (zero: from the first), at most limit."
	saysNotice = "Notice puts notices into the outbox, each under its [supervision.NoticeID], and sets when the " +
		"order's next is due and which have been given, for each order that is still as it was found."
	saysNoticeAt = "Creating or saving an order sets that to its Listing.NoticeAt, and leaves alone which have been " +
		"given."
	saysNoticeFirst = "of which each goes before the records of its order (R33)"
)

var aboutNotices = []sentence{
	{"finds an order from the instant of its next notice", saysNoticing, func(c *check) {
		c.begin("without notices")
		h := c.noticing("order", day0)
		c.create(h)
		due := h.order.Listing().NoticeAt
		c.notices(due.Add(-tick), supervision.Position{}, 10)
		c.notices(due, supervision.Position{}, 10, h)
		c.notices(due.Add(1000*day), supervision.Position{}, 10, h)
		found, err := c.Noticing(ctx, due, supervision.Position{}, 10)
		require.NoError(c, err)
		c.same(supervision.Position{At: due, ID: "order"}, found[0].Position, "where the order is found")
		require.Empty(c, found[0].Given, "none is given")
	}},
	{"sorts by the instant and then by the bytes of the id, behind a position, at most limit", saysNoticing,
		func(c *check) {
			late := c.noticing("a", day0.Add(hour))
			list := []*history{late}
			for _, id := range alike {
				list = append(list, c.noticing(id, day0))
			}
			c.create(list...)
			slices.SortFunc(list, func(a, b *history) int { return noticePlace(a).Compare(noticePlace(b)) })
			at := day0.Add(1000 * day)
			for i := range list {
				c.notices(at, noticePlace(list[i]), 1000, list[i+1:]...)
				c.notices(at, noticePlace(list[i]), 2, list[i+1:min(i+3, len(list))]...)
			}
			c.notices(at, supervision.Position{}, 1, list[0])
			c.notices(at, supervision.Position{}, 1000, list...)
			c.notices(noticePlace(late).At.Add(-tick), noticePlace(list[0]), 1000, list[1:len(list)-1]...)
		}},
	{"an order that is saved is due when it says", saysNoticeAt, func(c *check) {
		h, other := c.noticing("order", day0), c.noticing("other", day0)
		c.create(h, other)
		first := h.order.Listing().NoticeAt
		c.save(h.request())
		second := h.order.Listing().NoticeAt
		require.True(c, second.After(first), "the case itself is wrong")
		c.notices(second.Add(-tick), supervision.Position{}, 10, other)
		c.save(h.seller(supervision.AcceptRequest{}, hour), other.request())
		c.notices(second, supervision.Position{}, 10, other)
		alone := c.noticing("alone", day0)
		c.create(alone)
		frozen := supervision.Intervene{Reason: "Fraud."} // until a ruling nothing is noticed
		c.save(alone.manager(frozen, hour))
		c.save(h.manager(frozen, hour), other.manager(frozen, hour))
		c.notices(second.Add(1000*day), supervision.Position{}, 10)
	}},
	{"gives notices to the outbox and goes on to the next", saysNotice, func(c *check) {
		h, other := c.noticing("order", day0), c.noticing("other", day0)
		h.silent, other.silent = true, true
		c.create(h, other)
		due, next := day0.Add(4*day), day0.Add(9*day)
		c.noticed(h, next, due, due.Add(tick))
		c.notices(next.Add(-tick), supervision.Position{}, 10, other)
		found, err := c.Noticing(ctx, next, noticePlace(other), 10)
		require.NoError(c, err)
		require.Len(c, found, 1, "orders whose notices are due")
		c.same([]time.Time{due, due.Add(tick)}, found[0].Given, "which notices are given")
		c.same(supervision.Position{At: next, ID: "order"}, found[0].Position, "where the order is found")
		c.same(h.order, found[0].Order, "the order")
		c.holds(h)

		for _, at := range []time.Time{due, due.Add(tick)} { // the later of them is named before the earlier one
			ids := c.claimedIDs(next)
			require.Equal(c, 1, len(ids), "what is claimed at %s", at)
			require.Equal(c, "order", ids[0].Order)
			require.NoError(c, c.Acknowledge(ctx, ids...))
		}
		require.Empty(c, c.claimedIDs(next))
	}},
	{"sets which are given anew each time", saysNotice, func(c *check) {
		h := c.noticing("order", day0)
		c.create(h)
		at, next := noticePlace(h).At, noticePlace(h).At.Add(day)
		many := make([]time.Time, 100)
		for i := range many {
			many[i] = at.Add(time.Duration(i) * tick)
		}
		for _, given := range [][]time.Time{{at}, {at, at.Add(tick)}, many, nil} {
			n := service.Noticed{Order: "order", Version: 1, At: at, Given: given, Next: next}
			require.NoError(c, c.Notice(ctx, n))
			found, err := c.Noticing(ctx, next, supervision.Position{}, 10)
			require.NoError(c, err)
			require.Len(c, found, 1, "orders whose notices are due")
			c.same(append([]time.Time{}, given...), append([]time.Time{}, found[0].Given...), "which notices are given")
			at, next = next, next.Add(day)
		}
	}},
	{"an order without a next notice is not found again", saysNotice, func(c *check) {
		h := c.noticing("order", day0)
		c.create(h)
		c.noticed(h, time.Time{})
		c.notices(day0.Add(1000*day), supervision.Position{}, 10)
	}},
	{"saving leaves alone which notices have been given", saysNoticeAt, func(c *check) {
		h, other := c.noticing("order", day0), c.noticing("other", day0)
		c.create(h, other)
		given := day0.Add(4 * day)
		c.noticed(h, time.Time{}, given, given.Add(-tick))
		for _, next := range []func() []*history{
			func() []*history { return []*history{h.request()} },
			func() []*history { return []*history{h.seller(supervision.AcceptRequest{}, hour), other.request()} },
		} {
			c.save(next()...)
			found, err := c.Noticing(ctx, day0.Add(1000*day), supervision.Position{}, 10)
			require.NoError(c, err)
			i := slices.IndexFunc(found, func(n service.Noticing) bool { return n.ID == "order" })
			require.GreaterOrEqual(c, i, 0, "the saved order has a next notice")
			c.same([]time.Time{given, given.Add(-tick)}, found[i].Given, "which notices are given, in that order")
		}
	}},
	{"an order that has another version or instant is left as it is", "The others are left as they are, and a " +
		"[*ConflictError] names them.", func(c *check) {
		good, moved, again := c.noticing("good", day0), c.noticing("moved", day0), c.noticing("again", day0)
		amended := c.noticing("amended", day0)
		for _, h := range []*history{good, moved, again, amended} {
			h.silent = true
		}
		c.create(good, moved, again, amended)
		was := noticePlace(amended)
		c.save(amended.manager(supervision.Amend{Seller: "seller-9", Reason: "They were bought."}, hour))
		require.Equal(c, was, noticePlace(amended), "the case itself is wrong: its notice stands")
		due := day0.Add(4 * day)
		c.noticed(again, due.Add(day), due)
		require.Len(c, c.claimedIDs(due), 1)
		give := func(h *history, version int64) service.Noticed {
			return service.Noticed{Order: h.order.ID, Version: version, At: noticePlace(h).At, Due: []time.Time{due},
				Given: []time.Time{due}}
		}
		err := c.Notice(ctx, give(moved, 2), give(again, 1), give(good, 1), give(amended, 1),
			service.Noticed{Order: "nobody's", Version: 1})
		var conflict *service.ConflictError
		require.ErrorAs(c, err, &conflict)
		require.ElementsMatch(c, []string{"moved", "again", "amended", "nobody's"}, conflict.Orders)
		require.Equal(c, []supervision.RecordID{supervision.NoticeID("good", due)}, c.claimedIDs(due))
		c.notices(due.Add(day), supervision.Position{}, 10, amended, moved, again)
	}},
	{"an order without a next notice is left as it is", "The others are left as they are, and a [*ConflictError] " +
		"names them.", func(c *check) {
		h := c.begin("order")
		for _, id := range []string{"order", "nobody's"} {
			var conflict *service.ConflictError
			err := c.Notice(ctx, service.Noticed{Order: id, Version: h.order.Version})
			require.ErrorAs(c, err, &conflict, id)
			require.Equal(c, []string{id}, conflict.Orders)
		}
		require.ErrorAs(c, c.Notice(ctx, service.Noticed{Order: "nobody's"}), new(*service.ConflictError))
	}},
	{"the version stays", "The version stays.", func(c *check) {
		h := c.noticing("order", day0)
		c.create(h)
		c.noticed(h, time.Time{}, day0.Add(4*day))
		c.holds(h)
		c.save(h.request())
		c.holds(h)
	}},
	{"notices go before the records of their order, with the order", saysNoticeFirst, func(c *check) {
		h := c.noticing("order", day0)
		c.create(h)
		due := day0.Add(4 * day)
		c.noticed(h, time.Time{}, due)
		claimed := c.claimed(due)
		require.Equal(c, supervision.NoticeID("order", due), claimed.RecordID)
		require.Zero(c, claimed.Record, "a notice has no record")
		c.same(h.order, claimed.Order, "the order")
		require.NoError(c, claimed.Err)
		require.NoError(c, c.Acknowledge(ctx, claimed.RecordID))
		c.claims(due, 10, "order1")
	}},
	{"fresh notices wait from the instant at which they were due", "those that wait longest first", func(c *check) {
		early, late := c.noticing("b", day0), c.noticing("a", day0)
		early.silent, late.silent = true, true
		c.create(early, late)
		due := day0.Add(4 * day)
		c.noticed(late, time.Time{}, due.Add(tick))
		c.noticed(early, time.Time{}, due)
		require.Equal(c, []supervision.RecordID{supervision.NoticeID("b", due), supervision.NoticeID("a",
			due.Add(tick))},
			c.claimedIDs(due.Add(day)))
	}},
}

// noticing opens an order whose silence is noticed a day before it entitles.
func (c *check) noticing(id string, at time.Time) *history {
	o := opening(id)
	o.Policy = supervision.Guide()
	o.Policy.Notices.AppealOpens = day
	return c.open(o, at)
}

// noticePlace is where an order is found by its next notice.
func noticePlace(h *history) supervision.Position {
	return supervision.Position{At: h.order.Listing().NoticeAt, ID: h.order.ID}
}

// notices checks which orders have notices due.
func (c *check) notices(at time.Time, after supervision.Position, limit int, want ...*history) {
	found, err := c.Noticing(ctx, at, after, limit)
	require.NoError(c, err)
	ids := make([]string, len(found))
	for i, f := range found {
		require.NoError(c, f.Err)
		ids[i] = f.ID
	}
	wanted := make([]string, len(want))
	for i, h := range want {
		wanted[i] = h.order.ID
	}
	require.Equal(c, wanted, ids, "orders with notices due at %s", at)
}

// noticed gives the first notices of an order as it is stored.
func (c *check) noticed(h *history, next time.Time, due ...time.Time) {
	require.NoError(c, c.Notice(ctx, service.Noticed{Order: h.order.ID, Version: h.order.Version, At: noticePlace(h).At,
		Due: due, Given: due, Next: next}))
}

// claimedIDs claims everything and returns its names.
func (c *check) claimedIDs(at time.Time) (ids []supervision.RecordID) {
	claimed, err := c.Store.Claim(ctx, at, hour, 10)
	require.NoError(c, err)
	for _, cl := range claimed {
		ids = append(ids, cl.RecordID)
	}
	return ids
}
