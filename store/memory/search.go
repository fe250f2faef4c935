package memory

import (
	"context"
	"slices"
	"time"

	"github.com/koogallery/serviceflow/supervision"
	"github.com/koogallery/serviceflow/supervision/service"
)

// Search implements [service.Orders].
func (s *Store) Search(ctx context.Context, filter supervision.Filter) ([]supervision.Order, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*stored
	for _, o := range s.among(filter) {
		behind := filter.After == (supervision.Position{}) || o.listing.Position().Compare(filter.After) < 0
		if behind && filter.Matches(o.listing) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b *stored) int { return b.listing.Position().Compare(a.listing.Position()) })
	var page []supervision.Order
	for _, o := range atMost(filter.Limit, found) {
		page = append(page, o.order.Clone())
	}
	return page, nil
}

// among returns the fewest orders known to hold what a filter matches: those
// of a party that it names, or all.
func (s *Store) among(filter supervision.Filter) orders {
	fewest := s.orders
	for _, party := range []supervision.Actor{supervision.Buyer(filter.Buyer), supervision.Seller(filter.Seller)} {
		if own := s.parties[party]; party.ID != "" && len(own) < len(fewest) {
			fewest = own
		}
	}
	return fewest
}

// Due implements [service.Orders]. No order in memory is ever unreadable.
func (s *Store) Due(
	ctx context.Context, at time.Time, after supervision.Position, limit int,
) ([]service.DueOrder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*stored
	for _, o := range s.orders {
		due := o.listing.Due
		if !due.IsZero() && !due.After(at) && o.dueAt().Compare(after) > 0 {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b *stored) int { return a.dueAt().Compare(b.dueAt()) })
	var list []service.DueOrder
	for _, o := range atMost(limit, found) {
		list = append(list, service.DueOrder{ID: o.listing.ID, Due: o.listing.Due, Order: o.order.Clone()})
	}
	return list, nil
}

// dueAt is the order's place in the list of due orders.
func (o *stored) dueAt() supervision.Position {
	return supervision.Position{At: o.listing.Due, ID: o.listing.ID}
}

// atMost returns the first of a list.
func atMost[T any](limit int, list []T) []T { return list[:min(len(list), max(limit, 0))] }
