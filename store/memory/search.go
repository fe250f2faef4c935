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
	var found []service.Found
	for _, o := range s.among(filter) {
		place := o.listing.Position(filter.Sort)
		if filter.Behind(place) && filter.Matches(o.listing) {
			found = append(found, service.Found{Position: place, Order: o.order})
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return filter.Sort.Compare(a.Position, b.Position) })
	return copies(atMost(filter.Limit, found)), nil
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

// Due implements [service.Orders]. No order in memory is ever unreadable.
func (s *Store) Due(ctx context.Context, at time.Time, after supervision.Position, limit int) ([]service.Found, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var found []service.Found
	for _, o := range s.orders {
		place := supervision.Position{At: o.listing.Due, ID: o.listing.ID}
		if !place.At.IsZero() && !place.At.After(at) && place.Compare(after) > 0 {
			found = append(found, service.Found{Position: place, Order: o.order})
		}
	}
	slices.SortFunc(found, func(a, b service.Found) int { return a.Compare(b.Position) })
	return copies(atMost(limit, found)), nil
}

// copies makes the orders of a list the caller's.
func copies(list []service.Found) []service.Found {
	for i := range list {
		list[i].Order = list[i].Order.Clone()
	}
	return list
}

// atMost returns the first of a list.
func atMost[T any](limit int, list []T) []T { return list[:min(len(list), max(limit, 0))] }
