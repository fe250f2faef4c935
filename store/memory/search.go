package memory

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, filter supervision.Filter) ([]service.Found, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return list(s.among(filter), filter.Limit, filter.Sort.Compare, func(l supervision.Listing) (supervision.Position, bool) {
		place := l.Position(filter.Sort)
		return place, filter.Behind(place) && filter.Matches(l)
	}), nil
}

// among returns the orders of the party that a filter names, or all.
func (s *Store) among(filter supervision.Filter) map[string]*stored {
	if len(filter.Buyers) == 1 {
		return s.parties[filter.Buyers[0]]
	}
	if len(filter.Sellers) == 1 {
		return s.parties[filter.Sellers[0]]
	}
	return s.orders
}

// Count implements [service.Orders].
func (s *Store) Count(ctx context.Context, limit int, filters ...supervision.Filter) ([]int, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	counts := make([]int, len(filters))
	for i, filter := range filters {
		for _, o := range s.among(filter) {
			if counts[i] < limit && filter.Matches(o.listing) {
				counts[i]++
			}
		}
	}
	return counts, nil
}

// Due implements [service.Orders].
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	return list(s.orders, limit, supervision.Position.Compare, func(l supervision.Listing) (supervision.Position, bool) {
		place := supervision.Position{At: l.Due, ID: l.ID}
		return place, !l.Due.IsZero() && !l.Due.After(at) && place.Compare(after) > 0
	}), nil
}

// list returns copies of the first orders that belong to a list, each at its
// place. No order in memory is ever unreadable.
func list(orders map[string]*stored, limit int, compare func(a, b supervision.Position) int,
	place func(supervision.Listing) (at supervision.Position, belongs bool)) []service.Found {
	var found []service.Found
	for _, o := range orders {
		if at, belongs := place(o.listing); belongs {
			found = append(found, service.Found{Position: at, Order: o.order})
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return compare(a.Position, b.Position) })
	found = atMost(limit, found)
	for i := range found {
		found[i].Order = found[i].Order.Clone()
	}
	return found
}

// atMost returns the first of a list.
func atMost[T any](limit int, list []T) []T { return list[:min(len(list), max(limit, 0))] }
