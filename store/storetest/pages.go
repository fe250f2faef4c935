package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysBehind = "starting after After"

var aboutPages = []sentence{
	{"every order is on one page, whatever the size of pages", saysBehind, func(c *check) {
		p := c.populate(60, 6)
		for _, size := range []int{1, 7, 60} {
			c.sameOrders(p.all, p.turn(supervision.Filter{At: day0, Limit: size}, nil),
				fmt.Sprintf("pages of %d", size))
			for _, sort := range sorts {
				all := supervision.Filter{At: day0.Add(20 * day), Sort: sort, Limit: len(p.all)}
				page := all
				page.Limit = size
				c.sameOrders(p.answer(all), p.turn(page, nil), fmt.Sprintf("pages of %d by %s", size, sort))
			}
		}
	}},
	{"orders opened at the same instant are not skipped between pages", saysBehind, func(c *check) {
		var list []*history
		for _, id := range alike {
			list = append(list, c.open(opening(id), day0))
		}
		c.create(list...)
		slices.SortFunc(list, newestFirst)
		p := &population{c: c, all: list}
		c.sameOrders(list, p.turn(supervision.Filter{At: day0, Limit: 3}, nil), "pages of 3")
		slices.Reverse(list)
		waiting := supervision.Filter{At: day0, Sort: supervision.LongestWaiting, Limit: 3}
		c.sameOrders(list, p.turn(waiting, nil), "pages of 3, longest waiting first")
	}},
	{"a page begins behind a place where no order is", saysBehind, func(c *check) {
		p := c.populate(40, 7)
		for _, h := range p.all[:10] {
			for _, id := range []string{"", h.order.ID + "-", "zzz"} {
				for _, shift := range []time.Duration{-tick, 0, tick} {
					after := supervision.Position{At: h.order.BoughtAt.Add(shift), ID: id}
					p.agrees(supervision.Filter{At: day0, After: after, Limit: 5})
				}
			}
		}
	}},
	{"pages stay correct while orders are added", saysBehind, func(c *check) {
		p := c.populate(60, 8)
		before := slices.Clone(p.all)
		have := p.turn(supervision.Filter{At: day0, Limit: 7}, func(page int) {
			for i, at := range []time.Time{day0.Add(300 * day), day0.Add(-300 * day), p.one().order.BoughtAt} {
				h := c.open(opening(fmt.Sprintf("added-%02d-%d", page, i)), at)
				c.create(h)
				p.all = append(p.all, h)
			}
			slices.SortFunc(p.all, newestFirst)
		})
		c.onceEach(before, have)
	}},
	{"pages stay correct while orders move on", saysBehind, func(c *check) {
		p := c.populate(60, 9)
		filter := supervision.Filter{Criteria: supervision.Criteria{OrderStatus: supervision.OrderProcessing}, At: day0,
			Limit: 7}
		before := p.answer(supervision.Filter{Criteria: filter.Criteria, At: day0, Limit: len(p.all)})
		have := p.turn(filter, func(int) {
			for _, h := range p.all {
				if h.try(supervision.Seller(h.order.Seller), supervision.AcceptRequest{}, hour) {
					c.save(h)
				}
			}
		})
		c.onceEach(before, have)
	}},
}

// turn reads page after page, checks each against Filter.Matches, and does
// something in between.
func (p *population) turn(filter supervision.Filter, between func(page int)) (read []supervision.Order) {
	for page := 0; ; page++ {
		orders, err := p.c.Search(ctx, filter)
		require.NoError(p.c, err)
		p.c.sameOrders(p.answer(filter), orders, fmt.Sprintf("page %d of %+v", page, filter))
		read = append(read, orders...)
		if len(orders) < filter.Limit {
			return read
		}
		filter.After = orders[len(orders)-1].Listing().Position(filter.Sort)
		if between != nil {
			between(page)
		}
	}
}

// onceEach checks that what was there before the first page was read is there
// once.
func (c *check) onceEach(before []*history, have []supervision.Order) {
	times := make(map[string]int)
	for _, o := range have {
		times[o.ID]++
	}
	for _, h := range before {
		require.Equal(c, 1, times[h.order.ID], "how often order %q was on a page", h.order.ID)
	}
}
