package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

const (
	saysConcurrent = "Methods may be called concurrently."
	racers         = 8
)

var aboutRaces = []sentence{
	{"one of many who create an order wins", saysExists, func(c *check) {
		for round := range 5 {
			id := fmt.Sprintf("order-%d", round)
			rivals := make([]*history, racers)
			for i := range rivals {
				o := opening(id)
				o.Buyer = fmt.Sprintf("buyer-%d", i)
				rivals[i] = c.open(o, day0)
			}
			errs := together(racers, func(i int) error { return c.Create(ctx, rivals[i].change()) })
			winner := c.onlyWinner(errs, service.ErrExists)
			c.holds(rivals[winner])
			c.finds(supervision.Filter{Criteria: supervision.Criteria{Orders: []string{id}}, At: day0, Limit: 10},
				rivals[winner])
		}
	}},
	{"one of many who save a version wins", "Save stores each change whose order still has the version Before",
		func(c *check) {
			h := c.begin("order").request()
			c.save(h)
			for range 10 {
				rivals := make([]*history, racers)
				for i := range rivals {
					text := fmt.Sprintf("Report of %d.", i)
					rivals[i] = h.rival().seller(supervision.ReportProgress{Text: text},
						hour).key(fmt.Sprintf("%d-%d", h.stored, i))
				}
				errs := together(racers, func(i int) error { return c.Save(ctx, rivals[i].change()) })
				h = rivals[c.onlyWinner(errs, service.ErrConflict)]
				h.isStored()
				c.holds(h)
			}
			c.waiting(h.records...)
		}},
	{"those who save the same orders in opposite order go on", saysConcurrent, func(c *check) {
		list := []*history{c.begin("a").request(), c.begin("b").request(), c.begin("c").request(),
			c.begin("d").request()}
		c.save(list...)
		for range 10 {
			next := make([][]*history, 4)
			for i := range next {
				for _, h := range list {
					next[i] = append(next[i],
						h.rival().seller(supervision.ReportProgress{Text: fmt.Sprintf("Report of %d.", i)}, hour))
				}
				if i%2 == 1 {
					slices.Reverse(next[i])
				}
			}
			errs := together(len(next), func(i int) error { return c.Save(ctx, changes(next[i]...)...) })
			c.followed(list, next, errs)
		}
	}},
	{"who loads an order finds its records, and no more", saysWhole, func(c *check) {
		h := c.begin("order").request()
		c.save(h)
		const saves = 30
		halves := together(3, func(i int) []string {
			if i > 0 {
				return c.halves("order", saves)
			}
			for range saves {
				h.try(supervision.Seller("seller"), supervision.ReportProgress{Text: "Half of it is done."}, hour)
				if err := c.Save(ctx, h.change()); err != nil {
					return []string{err.Error()}
				}
				h.isStored()
			}
			return nil
		})
		require.Empty(c, slices.Concat(halves...))
		c.holds(h)
	}},
}

// onlyWinner returns who got no error, and checks that it is one, and that the
// others got the error of those who lose.
func (c *check) onlyWinner(errs []error, lost error) int {
	winners := []int{}
	for i, err := range errs {
		if err == nil {
			winners = append(winners, i)
			continue
		}
		require.ErrorIs(c, err, lost)
	}
	require.Len(c, winners, 1, "how many of %d succeeded", len(errs))
	return winners[0]
}

// followed moves every history on to the one of its rivals that was saved. A
// call that failed as a whole, as one that a database chose to end a deadlock,
// has saved none.
func (c *check) followed(list []*history, rivals [][]*history, errs []error) {
	for k, h := range list {
		var winners []*history
		for i := range rivals {
			rival := rivals[i][slices.IndexFunc(rivals[i], func(r *history) bool { return r.order.ID == h.order.ID })]
			if c.saved(errs[i], h.order.ID) {
				winners = append(winners, rival)
			}
		}
		require.LessOrEqual(c, len(winners), 1, "how many saved version %d of order %q", h.order.Version+1, h.order.ID)
		if len(winners) == 1 {
			winners[0].isStored()
			list[k] = winners[0]
		}
	}
	c.holds(list...)
}

func (c *check) saved(err error, id string) bool {
	var conflict *service.ConflictError
	if isConflict(err) {
		require.ErrorAs(c, err, &conflict)
		return !slices.Contains(conflict.Orders, id)
	}
	require.NotErrorIs(c, err, service.ErrUnknownOutcome)
	return err == nil
}

// halves loads an order and its records over and over while it is saved, and
// tells where they do not go together: records are never fewer than the order
// that was loaded before them says, and never more than the order that is
// loaded after them says.
func (c *check) halves(id string, times int) (found []string) {
	for range times {
		before, _, err1 := c.Load(ctx, id, "")
		records, err2 := c.Records(ctx, id, 0, 1000)
		after, _, err3 := c.Load(ctx, id, "")
		if err1 != nil || err2 != nil || err3 != nil {
			return append(found, fmt.Sprint(err1, err2, err3))
		}
		if n := int64(len(records)); n < before.Version || n > after.Version {
			found = append(found,
				fmt.Sprintf("%d records between versions %d and %d", n, before.Version, after.Version))
		}
	}
	return found
}
