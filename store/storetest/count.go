package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

const saysCount = "Count returns for each filter how many orders Search finds by it, its After, Limit and Whole " +
	"aside, counted up to limit."

var aboutCount = []sentence{
	{"counts nothing in an empty store, and for no filter", saysCount, func(c *check) {
		c.counts(10, nil, nil)
		c.counts(10, []int{0, 0}, []supervision.Filter{{At: day0}, {At: day0.Add(day)}})
	}},
	{"counts what Search finds, for each filter in its place", saysCount, func(c *check) {
		p := c.populate(160, 13)
		for range 100 {
			filters := make([]supervision.Filter, p.random.IntN(8))
			want := make([]int, len(filters))
			for i := range filters {
				filters[i] = p.drawn()
				all := filters[i]
				all.After, all.Limit = supervision.Position{}, len(p.all)
				want[i] = len(p.answer(all))
			}
			c.counts(len(p.all), want, filters)
		}
	}},
	{"counts up to the limit", "counted up to limit", func(c *check) {
		p := c.populate(30, 14)
		open := supervision.Filter{At: day0}
		open.OrderStatus = supervision.OrderProcessing
		n := len(p.answer(supervision.Filter{Criteria: open.Criteria, At: day0, Limit: 30}))
		require.Greater(c, n, 10, "the case itself is wrong: too few are open")
		for _, limit := range []int{0, 1, n - 1, n, n + 1, 30, 31} {
			c.counts(limit, []int{min(30, limit), min(n, limit)}, []supervision.Filter{{At: day0}, open})
		}
	}},
}

func (c *check) counts(limit int, want []int, filters []supervision.Filter) {
	have, err := c.Count(ctx, limit, filters...)
	require.NoError(c, err)
	require.Equal(c, append([]int{}, want...), append([]int{}, have...), "counted up to %d by %+v", limit, filters)
}
