package storetest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysBetween = "Between returns the records of all orders that happened from one instant on and before another, " +
		"sorted by instant, then by order as bytes and then by sequence"
	saysBetweenPage = "starting after a place (zero: from the first), at most limit"
)

var aboutBetween = []sentence{
	{"returns the records of all orders by instant", saysBetween, func(c *check) {
		crowd := c.crowd(40, 3)
		c.between(day0.Add(-1000*day), day0.Add(1000*day), placed(crowd...)...)
	}},
	{"returns those from the one instant on and before the other", saysBetween, func(c *check) {
		h := c.open(opening("order"), day0).deliver()
		c.create(h)
		all := placed(h)
		for i, r := range all {
			c.between(r.At, r.At.Add(tick), r)
			c.between(r.At.Add(tick), day0.Add(day), all[i+1:]...)
			c.between(day0, r.At, all[:i]...)
			c.between(r.At.Add(-tick/2), r.At.Add(tick/2), r) // as precise as a caller likes
			c.between(r.At.Add(tick/2), r.At.Add(tick))
		}
		c.between(day0.Add(day), day0)
	}},
	{"sorts what happened at one instant by the bytes of the order and by sequence", saysBetween, func(c *check) {
		var list []*history
		for _, id := range []string{"b", "a", "B", "ab", "ä", "a-1", "🙂"} {
			h := c.open(opening(id), day0)
			for range 10 { // more than nine, so that 10 does not come before 2
				h.buyer(supervision.SubmitRequest{Text: "Deploy it."}, 0).
					seller(supervision.RejectRequest{Reason: "No."}, 0)
			}
			c.create(h)
			list = append(list, h)
		}
		all := placed(list...)
		c.between(day0, day0.Add(tick), all...)
		c.page(day0, day0.Add(tick), all[30].RecordPlace, 1000, all[31:]...)
	}},
	{"goes on after a place, at most limit", saysBetweenPage, func(c *check) {
		all := placed(c.crowd(30, 4)...)
		first, from, before := all[0].RecordPlace, all[9].At, all[len(all)-3].At
		all = slices.DeleteFunc(all, func(r service.PlacedRecord) bool {
			return r.At.Before(from) || !r.At.Before(before)
		})
		var after service.RecordPlace
		for left := all; len(left) > 0; {
			page := left[:min(7, len(left))]
			c.page(from, before, after, 7, page...)
			after, left = page[len(page)-1].RecordPlace, left[len(page):]
		}
		c.page(from, before, after, 7)
		c.page(from, before, first, 7, all[:7]...) // which begins before the span does
	}},
}

// between checks which records happened between two instants.
func (c *check) between(from, before time.Time, want ...service.PlacedRecord) {
	c.page(from, before, service.RecordPlace{}, 1000, want...)
}

func (c *check) page(from, before time.Time, after service.RecordPlace, limit int, want ...service.PlacedRecord) {
	have, err := c.Between(ctx, from, before, after, limit)
	require.NoError(c, err)
	require.Equal(c, places(want), places(have), "the records from %s to before %s", from, before)
	for i := range want {
		require.NoError(c, have[i].Err)
		c.same(want[i].Record, have[i].Record, "a record between two instants")
	}
}

func places(list []service.PlacedRecord) []service.RecordPlace {
	places := make([]service.RecordPlace, len(list))
	for i, r := range list {
		places[i] = r.RecordPlace
	}
	return places
}

// placed are the records of orders as Between sorts them.
func placed(orders ...*history) (list []service.PlacedRecord) {
	for _, h := range orders {
		for _, r := range h.records {
			list = append(list, service.PlacedRecord{
				RecordPlace: service.RecordPlace{At: r.At, RecordID: r.ID()}, Record: r,
			})
		}
	}
	slices.SortFunc(list, func(a, b service.PlacedRecord) int { return a.RecordPlace.Compare(b.RecordPlace) })
	return list
}
