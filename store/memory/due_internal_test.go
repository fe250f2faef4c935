package memory

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/koogallery/serviceflow/supervision"
)

// delivered stores orders that are accepted untouched an hour after day0, and completed 3 hours later.
func delivered(t *testing.T, s *Store, n int) []supervision.Order {
	t.Helper()
	policy := supervision.License()
	policy.AutoAccept = time.Hour
	orders := make([]supervision.Order, n)
	for i := range orders {
		opening := supervision.Opening{ID: fmt.Sprintf("o-%02d", i), Product: "p-1", Buyer: "b-1", Seller: "s-1", Policy: policy}
		order, first, err := supervision.Open(opening, day0)
		require.NoError(t, err)
		order, more, err := order.Apply(supervision.Seller("s-1"), supervision.Deliver{Result: "Done."}, day0)
		require.NoError(t, err)
		require.NoError(t, s.Create(ctx, supervision.Change{Order: order, Records: append([]supervision.Record{first}, more...)}))
		orders[i] = order
	}
	return orders
}

// TestDueListsAnOrderOnce: what is due later, or no more, is not listed at the earlier instant, where Due would pass over it for ever.
func TestDueListsAnOrderOnce(t *testing.T) {
	s := New()
	orders := delivered(t, s, 5)
	for _, step := range []struct {
		later time.Duration
		left  int
	}{{time.Hour, 5}, {4 * time.Hour, 0}} {
		for _, order := range orders {
			stored, _, err := s.Load(ctx, order.ID, "")
			require.NoError(t, err)
			next, records := stored.Settle(day0.Add(step.later))
			require.NoError(t, s.Save(ctx, supervision.Change{Order: next, Before: stored.Version, Records: records}))
		}
		require.Equal(t, step.left, s.due.list.size)
	}
}

// TestDuePassesOverWhatHasMovedOn is what Due meets when orders are settled between its reading the list and its reading them.
func TestDuePassesOverWhatHasMovedOn(t *testing.T) {
	s := New()
	orders := delivered(t, s, 9)
	early := day0.Add(time.Minute)
	for _, order := range orders[:5] {
		s.due.list.put(supervision.Position{At: early, ID: order.ID}, s.row(order.ID))
	}
	for limit := 1; limit <= 9; limit++ {
		due, err := s.Due(ctx, day0.Add(time.Hour), supervision.Position{}, limit)
		require.NoError(t, err)
		require.Len(t, due, limit)
		for i := range due {
			require.Equal(t, orders[i].ID, due[i].ID)
		}
	}
}
